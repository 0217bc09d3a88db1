// matches - two client records that seem to be one person: side by side, how likely and why. Linked,
// said to be two, or taken apart again by a person. Names and municipality alone are shown.
import { useState } from "preact/hooks";
import { capital, momentText, T, t, type WordKey } from "../core/words";
import { Choice } from "../ui/field";
import { Busy, Button, Empty, Notice, Refused, Title } from "../ui/parts";
import { admin } from "./ask";
import { Confirm } from "./confirm";
import { useOnce } from "./once";
import { short } from "./quarantine";
import { may } from "./who";

const STATES = ["PROPOSED", "LINKED", "TWO_PEOPLE"] as const;

interface Client {
	id: string;
	case_id: string;
	family_name: string;
	given_names: string;
	municipality: string;
	created_ms: number;
}
interface Pair {
	state: typeof STATES[number];
	must_look: boolean;
	grade: "SAME" | "PROBABLE" | "POSSIBLE" | "DIFFERENT";
	reasons: string[];
	older: Client;
	newer: Client;
}
interface Crowd {
	family_name: string;
	given_names: string;
	records: number;
}

function named(one: { family_name: string; given_names: string }): string {
	return `${one.family_name} ${one.given_names}`.trim();
}

function nameOf(client: Client): string {
	return named(client) || short(client.id);
}

function Side(props: { client: Client; other: Client; title: string }) {
	const { client, other } = props;
	const differs = (name: "family_name" | "given_names" | "municipality") => client[name] !== other[name];
	const fact = (label: string, name: "family_name" | "given_names" | "municipality") => <><dt>{label}</dt><dd>{client[name] === "" ? "–" : differs(name) ? <strong>{client[name]}</strong> : client[name]}</dd></>;
	return (
		<li class="stack tight">
			<h3>{props.title}</h3>
			<dl class="facts">
				{fact(T("ui.console_matches.family"), "family_name")}
				{fact(T("ui.console_matches.given"), "given_names")}
				{fact(T("ui.console_matches.municipality"), "municipality")}
				<dt>{T("ui.console_matches.created")}</dt><dd>{momentText(client.created_ms)}</dd>
				<dt>{T("ui.console_matches.id")}</dt><dd>{short(client.id)}</dd>
			</dl>
		</li>
	);
}

const TONES = { SAME: "good", PROBABLE: "warn", POSSIBLE: "", DIFFERENT: "" };
type Doing = "link" | "apart" | "undo";

function OnePair(props: { pair: Pair; onDone: () => void }) {
	const { pair } = props, { older, newer } = pair;
	const [doing, setDoing] = useState<Doing | null>(null);
	const title = nameOf(older) === nameOf(newer) ? nameOf(older) : `${nameOf(older)} – ${nameOf(newer)}`;
	const work = async () => {
		await (doing === "link" ? admin("merge", older.id, newer.id) : doing === "undo" ? admin("unmerge", newer.id) : admin("match", "reject", older.id, newer.id));
		props.onDone();
	};
	return (
		<section class="card stack tight" aria-label={title} data-pair={newer.id}>
			<div class="row apart"><h2 class="grow">{title}</h2>{pair.grade !== "DIFFERENT" && <span class={`chip ${TONES[pair.grade]}`}>{T(`match_grade.${pair.grade}` as WordKey)}</span>}</div>
			{pair.reasons.length > 0 && <p>{T("ui.console_matches.why")}: {pair.reasons.map((reason) => t(`match_reason.${reason}` as WordKey)).join(", ")}</p>}
			{pair.must_look && <Notice tone="warn">{T(pair.state === "LINKED" ? "ui.console_matches.look_linked" : "ui.console_matches.look_two")}</Notice>}
			<ul class="items sides"><Side client={older} other={newer} title={T("ui.console_matches.older")} /><Side client={newer} other={older} title={T("ui.console_matches.newer")} /></ul>
			{may("MUNICIPAL_ADMIN") && <div class="row">
				{(pair.state !== "LINKED" || pair.must_look) && <Button onClick={() => setDoing("link")}>{T(pair.state === "LINKED" ? "ui.console_matches.confirm" : "ui.console_matches.link")}</Button>}
				{pair.state === "PROPOSED" && <Button kind="second" onClick={() => setDoing("apart")}>{T("ui.console_matches.apart")}</Button>}
				{pair.state === "LINKED" && <Button kind="second" onClick={() => setDoing("undo")}>{T("ui.console_matches.undo")}</Button>}
			</div>}
			{doing !== null && <Confirm title={T(`ui.console_matches.${doing}_title`)} button={T(doing === "link" ? "ui.console_matches.link" : doing === "apart" ? "ui.console_matches.apart" : "ui.console_matches.undo")} done={T(`ui.console_matches.${doing}_done`)} onDo={work} onClose={() => setDoing(null)}>
				<p><strong>{capital(title)}</strong></p><p>{T(`ui.console_matches.${doing}_hint`)}</p></Confirm>}
		</section>
	);
}

interface Told {
	matches: Pair[];
	crowds: Crowd[];
}

export function Matches() {
	const [state, setState] = useState<typeof STATES[number]>("PROPOSED");
	const all = useOnce<Told>("all", () => admin<Told>("matches", "all"));
	const pairs = all.data?.matches ?? [], count = (one: string) => pairs.filter((pair) => pair.state === one).length;
	const look = pairs.filter((pair) => pair.must_look && pair.state !== state);
	const shown = pairs.filter((pair) => pair.state === state), crowds = all.data?.crowds ?? [];
	return (
		<div class="stack">
			<Title>{T("ui.console_matches.title")}</Title>
			<p>{T("ui.console_matches.hint")}</p>
			<Refused refusal={all.refusal} />
			{all.data === null && all.refusal === null && <Busy />}
			{all.data !== null && <>
				<Choice label={T("ui.console_matches.which")} value={state} onValue={(next) => setState(next as typeof state)} options={STATES.map((value) => ({ value, label: `${T(`ui.console_matches.state_${value}`)} (${count(value)})` }))} />
				{look.length > 0 && <Notice tone="warn">{T("ui.console_matches.also", { count: look.length })}</Notice>}
				{crowds.length > 0 && <Notice>{T("ui.console_matches.crowds")}: {crowds.map((one) => `${named(one) || "–"} (${one.records})`).join(", ")}</Notice>}
				{shown.length === 0 && <Empty>{T(state === "PROPOSED" ? "ui.console_matches.none" : "ui.console_matches.none_such")}</Empty>}
				{shown.map((pair) => <OnePair key={`${pair.older.id} ${pair.newer.id}`} pair={pair} onDone={all.again} />)}
			</>}
		</div>
	);
}
