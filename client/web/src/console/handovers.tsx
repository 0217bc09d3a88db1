// handovers - cases that change hands, as the centre sees them: how far each is, what it waits for,
// what stands in its way and who does something about it; those of the last 30 days that are over.
import { useState } from "preact/hooks";
import { href } from "../core/route";
import { capital, T, t, valueWord } from "../core/words";
import { Choice } from "../ui/field";
import { Busy, Empty, Notice, Refused, Title } from "../ui/parts";
import { useAdmin } from "./ask";
import { shortId, whoseText, type Whose } from "./staff";
import { may } from "./who";

type Block = "NO_CASE" | "CASE_CLOSED" | "NOT_OWN" | "NO_RECEIVER" | "NOT_LICENSED" | "NO_DEVICE" | "LENT_OVER";
type State = "PROPOSED" | "ACCEPTED" | "EFFECTIVE" | "REJECTED";
interface Row extends Whose {
	id: string;
	case_id: string;
	from: { id: string; name: string };
	to: { id: string; name: string };
	state: State;
	client_told: boolean;
	waits_for: "" | "RECEIVER" | "CLIENT_TOLD" | "CENTRAL";
	blocked?: { name: Block };
	cases: string[];
}

// Who does something about it: somebody at this console, by a page of it, or the workers themselves.
const WAYS: Record<Block, string[] | null> = {
	NO_CASE: null, CASE_CLOSED: null, NO_RECEIVER: null, NOT_LICENSED: null, LENT_OVER: null, NOT_OWN: ["assignments"], NO_DEVICE: ["enrol"],
};

function Steps(props: { row: Row }) {
	const { state, client_told } = props.row;
	const at = state === "EFFECTIVE" ? 3 : state === "ACCEPTED" ? 2 : 1;
	const steps = [{ name: capital(valueWord("handover_state", "PROPOSED")), on: true }, { name: capital(valueWord("handover_state", "ACCEPTED")), on: at >= 2 }, { name: T("ui.handovers.told"), on: client_told || at === 3 }, { name: capital(valueWord("handover_state", "EFFECTIVE")), on: at === 3 }];
	return <ol class="way" aria-label={T("ui.console_handovers.way")}>{steps.map((one) => <li key={one.name} class={one.on ? "on" : ""}>{one.name}<span class="sr"> – {t(one.on ? "ui.console_handovers.done" : "ui.console_handovers.not_yet")}</span></li>)}</ol>;
}

function Blocked(props: { row: Row; name: Block }) {
	const way = WAYS[props.name];
	const path = way === null ? null : way[0] === "assignments" ? ["assignments", props.row.case_id] : way;
	const mine = props.name === "NO_DEVICE" ? may("TECHNICAL_ADMIN") : may("MUNICIPAL_ADMIN");
	return (
		<Notice tone="warn"><strong>{T(`ui.console_handovers.blocked_${props.name}`)}</strong><p>{T(`ui.console_handovers.do_${props.name}`)}</p>
			{path !== null && mine && <p><a href={href(path)}>{T(props.name === "NO_DEVICE" ? "ui.console_enrol.title" : "ui.console_handovers.to_assignments")}</a></p>}</Notice>
	);
}

function One(props: { row: Row }) {
	const { row } = props;
	const live = row.state === "PROPOSED" || row.state === "ACCEPTED";
	return (
		<li class="card stack tight" data-handover={row.state} data-id={row.id}>
			<div class="row apart"><h2>{row.from.name || shortId(row.from.id)} → {row.to.name || shortId(row.to.id)}</h2>
				<span class={`chip ${row.state === "EFFECTIVE" ? "good" : live ? "warn" : ""}`}>{capital(valueWord("handover_state", row.state))}</span></div>
			<p><a href={href(["assignments", row.case_id])}>{capital(whoseText(row))}</a>{row.municipality !== undefined && <span class="quiet"> · {row.municipality}</span>}{row.cases.length > 1 && <span class="quiet"> · {t("ui.console_handovers.cases", { count: row.cases.length })}</span>}</p>
			{row.state !== "REJECTED" && <Steps row={row} />}
			{live && row.waits_for !== "" && row.blocked === undefined && <p>{T(`ui.console_handovers.waits_${row.waits_for}`, { from: row.from.name, to: row.to.name })}</p>}
			{live && row.blocked !== undefined && <Blocked row={row} name={row.blocked.name} />}
		</li>
	);
}

export function Handovers() {
	const { data, refusal } = useAdmin<{ handovers: Row[] }>("handovers", "all");
	const [which, setWhich] = useState("live");
	const all = data?.handovers ?? [], live = all.filter((one) => one.state === "PROPOSED" || one.state === "ACCEPTED");
	const rows = which === "live" ? live : which === "blocked" ? live.filter((one) => one.blocked !== undefined) : all.filter((one) => !live.includes(one));
	const count = { live: live.length, blocked: live.filter((one) => one.blocked !== undefined).length, over: all.length - live.length };
	return (
		<div class="stack">
			<Title>{T("ui.console_handovers.title")}</Title>
			<Refused refusal={refusal} />
			{data === null && refusal === null && <Busy />}
			{data !== null && <>
				<Choice label={T("ui.console_handovers.which")} value={which} onValue={setWhich} options={(["live", "blocked", "over"] as const).map((value) => ({ value, label: `${T(`ui.console_handovers.${value}`)} (${count[value]})` }))} />
				{rows.length === 0 ? <Empty>{T("ui.handovers.none")}</Empty> : <ul class="plain stack">{rows.map((one) => <One key={one.id} row={one} />)}</ul>}
			</>}
			{may("MUNICIPAL_ADMIN") && <section class="card stack tight" aria-labelledby="instead">
				<h2 id="instead">{T("ui.console_handovers.instead")}</h2>
				<p>{T("ui.console_handovers.instead_hint")}</p>
				<div><a class="button second" href={href(["assignments"])}>{T("ui.console_handovers.to_assignments")}</a></div>
			</section>}
		</div>
	);
}

