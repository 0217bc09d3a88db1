// danger - life first: 112 and the emergency duty of the place, to be called by one touch.
import { usePlaces } from "../core/reference";
import { fieldText } from "../core/records";
import { T, t } from "../core/words";
import { Call } from "../screens/emergency";

export function Danger(props: { municipality?: string | undefined; text?: string }) {
	const { data } = usePlaces();
	const duties = (data?.emergency ?? []).filter((one) => one.kind !== "EMERGENCY_NUMBER" || (one.phone ?? "112") !== "112")
		.map((one) => ({ phone: one.phone || fieldText(one.fields, "phone"), name: fieldText(one.fields, "name") || one.municipality || "", place: one.municipality || fieldText(one.fields, "municipality") }))
		.filter((one) => one.phone !== "" && (!props.municipality || one.place === "" || one.place === props.municipality));
	return (
		<section class="notice bad stack tight" aria-label={T("ui.emergency.title")}>
			<p><strong>{props.text ?? T("ui.danger.first")}</strong></p>
			<div class="row"><Call phone="112" name={t("ui.emergency.general")} main />
				{duties.map((one) => <span class="row" key={one.phone + one.name}><Call phone={one.phone} name={one.name} /><span>{T("ui.emergency.duty")}{one.name !== "" && ` · ${one.name}`}</span></span>)}</div>
		</section>
	);
}
