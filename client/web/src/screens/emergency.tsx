// emergency - 112 and the emergency duty of each municipality, to be called by one touch.
// The numbers stand on this machine: no network is needed to see them.
import { dutiesOf, usePlaces } from "../core/reference";
import { T, t } from "../core/words";
import { Busy, Empty, Refused } from "../ui/parts";
import { Title } from "./frame";

export function Call(props: { phone: string; name: string; main?: boolean }) {
	return <a class={`button ${props.main === true ? "danger" : "second"}`} href={`tel:${props.phone.replace(/[^+0-9]/g, "")}`} aria-label={T("ui.emergency.call", { name: props.name, phone: props.phone })}>{props.phone}</a>;
}

export function Emergency() {
	const { data, refusal } = usePlaces();
	const duties = dutiesOf(data);
	return (
		<div class="stack">
			<Title>{T("ui.emergency.title")}</Title>
			<div class="card row apart">
				<div><h2>{T("ui.emergency.general")}</h2><p>{T("ui.emergency.general_hint")}</p></div>
				<Call phone="112" name={t("ui.emergency.general")} main />
			</div>
			<section class="card stack tight" aria-labelledby="duty">
				<h2 id="duty">{T("ui.emergency.duty")}</h2>
				<p class="quiet">{T("ui.emergency.duty_hint")}</p>
				<Refused refusal={refusal} />
				{data === null ? refusal === null && <Busy /> : duties.length === 0 && <Empty>{T("ui.emergency.none")}</Empty>}
				<ul class="items">{duties.map((one, i) => (
					<li key={i}><div class="row apart"><div class="item"><span><strong>{one.name}</strong></span>
						<span class="quiet">{[one.name === one.place ? "" : one.place, one.hours].filter(Boolean).join(" · ")}</span></div>
						<Call phone={one.phone} name={one.name} /></div></li>
				))}</ul>
			</section>
		</div>
	);
}
