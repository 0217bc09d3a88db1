// danger - life first: 112 and the emergency duty of the place, to be called by one touch.
import { dutiesOf, usePlaces } from "../core/reference";
import { href } from "../core/route";
import { T, t } from "../core/words";
import { Call } from "../screens/emergency";

const MOST = 3;

export function Danger(props: { municipality?: string | undefined; text?: string }) {
	const duties = dutiesOf(usePlaces().data).filter((one) => !props.municipality || one.place === "" || one.place === props.municipality).slice(0, MOST);
	return (
		<section class="notice bad stack tight" aria-label={T("ui.emergency.title")}>
			<p><strong>{props.text ?? T("ui.danger.first")}</strong></p>
			<div class="row"><Call phone="112" name={t("ui.emergency.general")} main />
				{duties.map((one) => <span class="row" key={one.phone + one.name}><Call phone={one.phone} name={one.name} /><span>{T("ui.emergency.duty")}{one.name !== "" && ` · ${one.name}`}</span></span>)}
				<a href={href(["emergency"])}>{T("ui.emergency.title")}</a></div>
		</section>
	);
}
