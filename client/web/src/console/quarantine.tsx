// quarantine - work the centre could not take as such: why, whose, of which case and kind. A person
// decides, of several at once too; what was set aside is kept, and stays listed with who decided.
import { useState } from "preact/hooks";
import { Refusal } from "../core/api";
import { touched } from "../core/live";
import { Told } from "../core/refusal-words";
import { capital, momentText, T, t, typeWord, type WordKey } from "../core/words";
import { Choice, Text } from "../ui/field";
import { Busy, Button, Dialog, Empty, Notice, Refused, refusalText, Title, toast } from "../ui/parts";
import { admin, useAdmin } from "./ask";
import { Table } from "./table";
import { may } from "./who";

const WHYS = ["NOT_HELD", "DEVICE_REVOKED", "FROZEN_FIELD", "BASE_TOO_HIGH", "CENTRAL_ONLY", "MALFORMED", "OPENING_QUARANTINED", "SECRET_UNKNOWN", "ERASED", "EPOCH_CLOSED",
	"VOUCHED", "DUPLICATE_OPENING", "BEHIND_BAD"] as const;
const DIGITS = 8, MOST_SHOWN = 100;

interface Item {
	item: string;
	node: string;
	holder: string;
	holder_name: string;
	vouched_name?: string;
	reason: string;
	case_id: string;
	case_kind?: string;
	own_worker?: { staff: string; name: string };
	record_id: string;
	type: string;
	opens: boolean;
	received_ms: number;
}
interface Waiting extends Item {
	written_ms: number;
	obstacle: string;
}
interface Decided extends Item {
	decision: "ACCEPT" | "REJECT";
	decided_ms: number;
	decided_by: string;
	decided_by_name: string;
	words: string;
}

function whyText(one: Item): string {
	const known = WHYS.find((why) => why === one.reason);
	return known === undefined ? one.reason : T(`ui.console_quarantine.why_${known}`);
}

export function short(id: string): string {
	return id.slice(0, DIGITS);
}

type OfCase = { case_id: string; case_kind?: string | undefined };

function caseWord(one: OfCase): string {
	return one.case_kind === undefined ? T("ui.console_quarantine.unknown_case") : T(`case_kind.${one.case_kind}` as WordKey);
}

// An id is read whole: it is not broken.
export function CaseName(props: { of: OfCase }) {
	return <>{caseWord(props.of)} <span class="id">{short(props.of.case_id)}</span></>;
}

function fromText(one: Item): string {
	return one.holder_name || T("ui.console_quarantine.unknown_person");
}

function Kind(props: { one: Item }) {
	const { one } = props;
	return <>{capital(typeWord(one.type))}{one.opens && <> <span class="chip">{T("ui.console_quarantine.opens")}</span></>}<br /><span class="quiet">{t("ui.console_quarantine.record", { id: short(one.record_id) })}</span></>;
}

// ---- the decision ----
interface Outcome {
	done: number;
	failed: { one: Waiting; refusal: Refusal }[];
}

// One after the other. An opening takes what came in its case along: what is gone is decided.
async function decideAll(items: readonly Waiting[], accept: boolean, words: string, tell: (done: number) => void): Promise<Outcome> {
	const outcome: Outcome = { done: 0, failed: [] };
	let waiting: Set<string> | null = null;
	for (const one of [...items].sort((a, b) => Number(b.opens) - Number(a.opens))) {
		try {
			if (waiting === null || waiting.has(one.item))
				await admin(accept ? "accept" : "reject", one.item, ...(words === "" ? [] : [words]));
			outcome.done++;
			if (one.opens)
				waiting = new Set((await admin<{ quarantine: Waiting[] }>("quarantine")).quarantine.map((left) => left.item));
		} catch (error) {
			if (!(error instanceof Refusal))
				throw error;
			outcome.failed.push({ one, refusal: error });
			if (error.kind === "SIGNED_OUT" || error.kind === "UNREACHABLE")
				break;
		}
		tell(outcome.done + outcome.failed.length);
	}
	return outcome;
}

function Decide(props: { items: Waiting[]; accept: boolean; onClose: () => void }) {
	const { accept } = props;
	// Chosen when the dialog came: the list behind it grows shorter while it works.
	const [items] = useState(() => accept ? props.items.filter((one) => one.obstacle === "") : props.items);
	const stuck = props.items.length - items.length;
	const cases = [...new Set(items.map((one) => one.case_id))], lone = items[0];
	const asks = accept && cases.length === 1 && lone?.own_worker === undefined && ["MATTER", "CLIENT"].includes(lone?.case_kind ?? "");
	const staff = useAdmin<{ staff: { id: string; name: string }[] }>(asks ? "staff" : null, "list");
	const [words, setWords] = useState("");
	const [who, setWho] = useState("");
	const [tried, setTried] = useState(false);
	const [done, setDone] = useState(-1);
	const [outcome, setOutcome] = useState<Outcome | null>(null);
	const [assigned, setAssigned] = useState<Refusal | null>(null);
	const people = [...new Set(items.map(fromText))].join(", ");
	const go = async () => {
		setTried(true);
		if (!accept && words.trim() === "" || done >= 0)
			return;
		setDone(0);
		const came = await decideAll(items, accept, words.trim(), setDone);
		let refused: Refusal | null = null;
		if (who !== "" && came.done > 0)
			await admin("assign", cases[0]!, who).catch((error: unknown) => {
				refused = error instanceof Refusal ? error : new Refusal("STORE", String(error), "", {});
			});
		touched();
		if (came.failed.length === 0 && refused === null) {
			toast(T(accept ? "ui.console_quarantine.accepted" : "ui.console_quarantine.rejected", { count: came.done }));
			props.onClose();
			return;
		}
		setAssigned(refused);
		setOutcome(came);
	};
	if (outcome !== null)
		return (
			<Dialog title={T("ui.console_quarantine.partly")} onClose={props.onClose}>
				<p role="status">{T("ui.console_quarantine.partly_hint", { done: outcome.done, failed: outcome.failed.length })}</p>
				{outcome.failed.length > 0 && <ul class="items">{outcome.failed.map(({ one, refusal }) => <li key={one.item}><strong>{capital(typeWord(one.type))}</strong> {fromText(one)}: {refusalText(refusal)}</li>)}</ul>}
				{assigned !== null && <Notice tone="warn">{T("ui.console_quarantine.not_assigned")} {refusalText(assigned)}</Notice>}
				<div><Button onClick={props.onClose}>{T("ui.close")}</Button></div>
			</Dialog>
		);
	return (
		<Dialog title={T(accept ? "ui.console_quarantine.accept_title" : "ui.console_quarantine.reject_title", { count: items.length })} onClose={props.onClose}>
			{stuck > 0 && <Notice tone="warn">{T("ui.console_quarantine.stuck", { count: stuck })}</Notice>}
			<ul>{(accept ? ["ui.console_quarantine.accept_1", "ui.console_quarantine.accept_2"] as const : ["ui.console_quarantine.reject_1", "ui.console_quarantine.reject_2"] as const).map((key) => <li key={key}>{T(key, { names: people })}</li>)}
				{items.some((one) => one.opens) && <li>{T("ui.console_quarantine.with_it")}</li>}
				<li>{T("ui.console_quarantine.for_good")}</li></ul>
			{asks && <Choice list optional label={T("ui.console_quarantine.who")} hint={T("ui.console_quarantine.who_hint")} value={who} onValue={setWho} options={(staff.data?.staff ?? []).map((one) => ({ value: one.id, label: one.name }))} />}
			<Text long label={T("ui.console_quarantine.words")} hint={T("ui.console_quarantine.words_hint")} required={!accept} lettersMost={1000} value={words} onValue={setWords}
				error={tried && !accept && words.trim() === "" ? T("ui.console_quarantine.words_missing") : undefined} />
			{done >= 0 && <p role="status">{T("ui.console_quarantine.going", { done, all: items.length })}<br /><progress class="wide" max={items.length} value={done} aria-label={T("ui.console_quarantine.title")} /></p>}
			<div class="row"><Button kind={accept ? undefined : "danger"} busy={done >= 0} onClick={() => void go()}>{T(accept ? "ui.console_quarantine.accept" : "ui.console_quarantine.reject")}</Button>
				<Button kind="second" onClick={props.onClose}>{T("ui.cancel")}</Button></div>
		</Dialog>
	);
}

// ---- the lists ----
function Group(props: { title: string; items: Waiting[]; byCase: boolean }) {
	const { items } = props, first = items[0]!, decides = may("MUNICIPAL_ADMIN");
	const [off, setOff] = useState<ReadonlySet<string>>(new Set());
	const [deciding, setDeciding] = useState<boolean | null>(null);
	const [shown, setShown] = useState(MOST_SHOWN);
	const chosen = items.length === 1 ? items : items.filter((one) => !off.has(one.item)); // one alone has no mark to set
	const turn = (item: string, on: boolean) => setOff(new Set(on ? [...off].filter((one) => one !== item) : [...off, item]));
	return (
		<section class="card stack tight" aria-label={props.title} data-group={props.byCase ? first.case_id : first.node}>
			<div class="row apart"><h2 class="grow">{props.title}</h2><span class="chip warn">{T("ui.console_quarantine.waits", { count: items.length })}</span></div>
			{props.byCase && <p class="quiet">{first.own_worker === undefined ? T("ui.console_quarantine.nobody") : T("ui.console_quarantine.own_worker", { name: first.own_worker.name })}</p>}
			<Table label={props.title} rows={items.slice(0, shown)} keyOf={(one) => one.item} columns={[
				{ head: T("ui.console_quarantine.kind"), main: true, cell: (one) => !decides || items.length === 1 ? <Kind one={one} />
					: <label class="check"><input type="checkbox" checked={!off.has(one.item)} onChange={(event) => turn(one.item, event.currentTarget.checked)} aria-label={`${T("ui.console_quarantine.choose")}: ${capital(typeWord(one.type))}, ${fromText(one)}, ${one.written_ms === 0 ? "" : momentText(one.written_ms)}, ${short(one.record_id)}`} /><span><Kind one={one} /></span></label> },
				{ head: T("ui.console_quarantine.from"), cell: (one) => <>{fromText(one)}<br /><span class="quiet">{T("ui.console_quarantine.device", { id: short(one.node) })}{one.vouched_name !== undefined && `; ${t("ui.console_quarantine.vouched", { name: one.vouched_name })}`}</span></> },
				props.byCase ? null : { head: T("ui.console_quarantine.case"), cell: (one) => <><CaseName of={one} /><br /><span class="quiet">{one.own_worker?.name ?? T("ui.console_quarantine.nobody")}</span></> },
				{ head: T("ui.console_quarantine.when"), cell: (one) => <>{one.written_ms === 0 ? "–" : momentText(one.written_ms)}<br /><span class="quiet">{T("ui.console_quarantine.came", { when: momentText(one.received_ms) })}</span></> },
				{ head: T("ui.console_quarantine.why"), cell: (one) => <>{whyText(one)}{one.obstacle !== "" && <p class="error">{T("ui.console_quarantine.obstacle", { what: Told(one.obstacle) })}</p>}</> },
			]} />
			{items.length > shown && <div><Button kind="second" small onClick={() => setShown(shown + MOST_SHOWN)}>{T("ui.console_quarantine.more", { count: items.length - shown })}</Button></div>}
			{decides && <div class="row">
				<Button disabled={chosen.every((one) => one.obstacle !== "")} onClick={() => setDeciding(true)}>{T("ui.console_quarantine.accept_chosen", { count: chosen.filter((one) => one.obstacle === "").length })}</Button>
				<Button kind="second" disabled={chosen.length === 0} onClick={() => setDeciding(false)}>{T("ui.console_quarantine.reject_chosen", { count: chosen.length })}</Button>
			</div>}
			{deciding !== null && <Decide items={chosen} accept={deciding} onClose={() => setDeciding(null)} />}
		</section>
	);
}

function DecidedList() {
	const { data, refusal } = useAdmin<{ decided: Decided[] }>("quarantine", "decided");
	const [shown, setShown] = useState(MOST_SHOWN);
	const rows = data?.decided ?? [];
	return (
		<section class="card stack tight" aria-labelledby="decided">
			<h2 id="decided">{T("ui.console_quarantine.decided")}</h2>
			<p class="quiet">{T("ui.console_quarantine.decided_hint")}</p>
			<Refused refusal={refusal} />
			{data === null && refusal === null && <Busy />}
			{data !== null && rows.length === 0 && <Empty>{T("ui.console_quarantine.decided_none")}</Empty>}
			{rows.length > 0 && <Table label={T("ui.console_quarantine.decided")} rows={rows.slice(0, shown)} keyOf={(one) => `${one.item} ${one.decided_ms}`} columns={[
				{ head: T("ui.console_quarantine.kind"), main: true, cell: (one) => <Kind one={one} /> },
				{ head: T("ui.console_quarantine.decision"), cell: (one) => <><span class={`chip ${one.decision === "ACCEPT" ? "good" : "bad"}`}>{T(`ui.console_quarantine.decision_${one.decision}`)}</span>{one.words !== "" && <p class="pre">{one.words}</p>}</> },
				{ head: T("ui.console_quarantine.by"), cell: (one) => <>{one.decided_by_name || T("ui.console_quarantine.operator")}<br /><span class="quiet">{momentText(one.decided_ms)}</span></> },
				{ head: T("ui.console_quarantine.from"), cell: (one) => fromText(one) },
				{ head: T("ui.console_quarantine.case"), cell: (one) => <CaseName of={one} /> },
				{ head: T("ui.console_quarantine.why_was"), cell: whyText },
			]} />}
			{rows.length > shown && <div><Button kind="second" small onClick={() => setShown(shown + MOST_SHOWN)}>{T("ui.console_quarantine.more", { count: rows.length - shown })}</Button></div>}
		</section>
	);
}

// Named by what they have in common; those whose oldest came first stand first.
function groupsOf(items: Waiting[], byCase: boolean): { key: string; title: string; items: Waiting[] }[] {
	const groups = new Map<string, Waiting[]>();
	for (const one of [...items].sort((a, b) => a.received_ms - b.received_ms)) {
		const key = byCase ? one.case_id : one.node;
		groups.set(key, [...groups.get(key) ?? [], one]);
	}
	return [...groups].map(([key, group]) => ({ key, items: group, title: byCase ? `${caseWord(group[0]!)} ${short(key)}` : `${fromText(group[0]!)}, ${t("ui.console_quarantine.device", { id: short(key) })}` }));
}

export function Quarantine() {
	const { data, refusal } = useAdmin<{ quarantine: Waiting[] }>("quarantine");
	const [by, setBy] = useState("case");
	const items = data?.quarantine ?? [];
	return (
		<div class="stack">
			<Title>{T("ui.console_quarantine.title")}</Title>
			<p>{T("ui.console_quarantine.hint")}</p>
			<Refused refusal={refusal} />
			{data === null && refusal === null && <Busy />}
			{data !== null && items.length === 0 && <Notice tone="good">{T("ui.console_quarantine.none")}</Notice>}
			{items.length > 0 && <Choice label={T("ui.console_quarantine.by_what")} value={by} onValue={setBy} options={[{ value: "case", label: T("ui.console_quarantine.by_case") }, { value: "device", label: T("ui.console_quarantine.by_device") }]} />}
			{groupsOf(items, by === "case").map((group) => <Group key={`${by} ${group.key}`} title={group.title} items={group.items} byCase={by === "case"} />)}
			{data !== null && <DecidedList />}
		</div>
	);
}
