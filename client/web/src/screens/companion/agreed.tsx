// agreed - what was agreed, whose it is and by when; below it, what the screen adds.
import type { ComponentChildren } from "preact";
import { capital, T, valueWord, weekdayText } from "../../core/words";
import { useMask } from "./hide";
import type { Action, Meeting } from "./meeting";

function Line(props: { action: Action; aloud: boolean }) {
	const mask = useMask();
	const { what = "", owner_kind = "", owner = "", due = "" } = props.action.fields ?? {};
	const kind = capital(valueWord("owner_kind", owner_kind));
	return (
		<li class={props.aloud ? "aloud" : "pad"}>
			<span>{mask(what)}</span><br />
			<strong>{kind}{owner !== "" && owner !== kind ? ` · ${mask(owner)}` : ""}</strong> · {T("ui.companion.by")} <strong>{weekdayText(due)}</strong>
			{props.aloud && <> <a class="button plain small noprint" href={`/#/record/${props.action.id}`} target="jalka-field">{T("ui.change")}</a></>}
		</li>
	);
}

// `aloud`: to be read to the client, one after the other.
export function Agreed(props: { meeting: Meeting; aloud?: boolean; children?: ComponentChildren }) {
	const { actions } = props.meeting;
	return (
		<section class="card stack tight" aria-labelledby="agreed">
			<h2 id="agreed">{props.aloud === true ? T("ui.companion.read_aloud") : T("ui.companion.agreed")} <span class="quiet">{actions.length}</span></h2>
			{actions.length === 0 && <p class="quiet">{T("ui.companion.nothing_agreed")}</p>}
			<ol class="items" role="list">{actions.map((one) => <Line key={one.id} action={one} aloud={props.aloud === true} />)}</ol>
			{props.children}
		</section>
	);
}

