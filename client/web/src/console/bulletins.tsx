// bulletins - what workers read on their laptops: bulletins, leaflets and forms as text, those in force
// first. They are reference data: a new one is written there, or comes in a table.
import { useState } from "preact/hooks";
import { href } from "../core/route";
import { capital, dateText, T, todayIso, valueWord } from "../core/words";
import { Choice } from "../ui/field";
import { Busy, Empty, Refused, Title } from "../ui/parts";
import { readCsv } from "./csv";
import { useTable } from "./reference";

type State = "now" | "coming" | "ended";
const STATES: readonly State[] = ["now", "coming", "ended"];
const TONES = { now: "good", coming: "warn", ended: "" };

type Bulletin = Record<"title" | "kind" | "language" | "issuer" | "text" | "valid_from" | "valid_to", string>;

// Days come as 3.11.2026, as people write them into tables.
function iso(day: string): string {
	const [d, m, y] = day.split(".");
	return y === undefined ? day : `${y}-${m!.padStart(2, "0")}-${d!.padStart(2, "0")}`;
}

function stateOf(one: Bulletin): State {
	const today = todayIso();
	return iso(one.valid_from) > today ? "coming" : one.valid_to !== "" && iso(one.valid_to) < today ? "ended" : "now";
}

function bulletins(text: string): Bulletin[] {
	const [head = [], ...rows] = readCsv(text);
	return rows.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at] ?? ""])) as Bulletin)
		.sort((a, b) => iso(b.valid_from).localeCompare(iso(a.valid_from)));
}

export function Bulletins() {
	const table = useTable("bulletin");
	const [state, setState] = useState<State>("now");
	const all = bulletins(table.data ?? ""), shown = all.filter((one) => stateOf(one) === state);
	return (
		<div class="stack">
			<Title>{T("ui.console_bulletins.title")}</Title>
			<p>{T("ui.console_bulletins.hint")} <a href={href(["reference", "bulletin"])}>{T("ui.console_bulletins.to_table")}</a></p>
			<Refused refusal={table.refusal} />
			{table.data === null && table.refusal === null && <Busy />}
			{table.data !== null && <Choice label={T("ui.console_bulletins.which")} value={state} onValue={(next) => setState(next as State)}
				options={STATES.map((value) => ({ value, label: `${T(`ui.console_bulletins.${value}`)} (${all.filter((one) => stateOf(one) === value).length})` }))} />}
			{table.data !== null && shown.length === 0 && <Empty>{T("ui.console_bulletins.none")}</Empty>}
			{shown.map((one) => (
				<article class="card stack tight" key={`${one.title} ${one.language} ${one.valid_from}`} lang={one.language.toLowerCase()}>
					<div class="row apart"><h2 class="grow">{one.title}</h2><span class={`chip ${TONES[state]}`}>{T(`ui.console_bulletins.${state}`)}</span></div>
					<p class="quiet">{[capital(valueWord("bulletin_kind", one.kind)), valueWord("language", one.language), one.issuer, `${dateText(iso(one.valid_from))} –${one.valid_to === "" ? "" : ` ${dateText(iso(one.valid_to))}`}`].join(" · ")}</p>
					<p class="pre">{one.text}</p>
				</article>
			))}
		</div>
	);
}
