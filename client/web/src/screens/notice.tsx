// notice - what is told to Kela or another partner: the exact text read with the client first,
// then prepared, checked, queued, sent, receipted.
//
// The daemon asks for the consent again at every step; where it is gone the notice is blocked,
// and its answer is shown. Nothing leaves the machine here: a person sends it, and says how.
import { useState } from "preact/hooks";
import { useAct } from "../core/act";
import { call } from "../core/api";
import { useAsk } from "../core/live";
import type { RecordAnswer, Summary, Written } from "../core/records";
import { href, replace } from "../core/route";
import { useUnfinished } from "../core/unfinished";
import { capital, dateText, momentIso, momentMs, momentText, T, typeWord, valueWord, whenText } from "../core/words";
import { Check, Choice, Choices, Text } from "../ui/field";
import { Kept } from "../ui/kept";
import { Busy, Button, Notice, Refused } from "../ui/parts";
import { holdWord, scopeWords, type ConsentRow, type DisclosureRow } from "./consent";
import { Title } from "./frame";
import { useErrors } from "./write";

interface Item {
	scope: string;
	label: string;
	text: string;
}
interface Preview {
	recipient: string;
	lang: string;
	basis: "CONSENT" | "STATUTE";
	valid_until: string;
	items: Item[];
}

const OF_PLAN = ["PLAN_SUMMARY", "PLAN_FULL", "ASSESSMENT_RESULT", "QUADRANT_INCOME", "QUADRANT_HOUSING", "QUADRANT_FAMILY", "QUADRANT_HEALTH", "CONTACT_DETAILS"];

// Word for word what goes; in the client's language, so that it can be read with the client.
function Exact(props: { items: Item[]; lang?: string | undefined }) {
	return (
		<div class="exact stack tight" lang={props.lang}>
			{props.items.map((one) => <section key={one.scope} class="stack tight"><h3>{capital(one.label)}</h3><p class="pre">{one.text}</p></section>)}
		</div>
	);
}

// A consent covers what it lists and does not exclude; the whole plan includes its summary.
function allows(consent: ConsentRow, scope: string): boolean {
	return !consent.excluded.includes(scope) && (consent.scope.includes(scope) || (scope === "PLAN_SUMMARY" && consent.scope.includes("PLAN_FULL") && !consent.excluded.includes("PLAN_FULL")));
}

function Statute(props: { law: string; reason: string; onLaw: (law: string) => void; onReason: (reason: string) => void; errors: Record<string, string> }) {
	const { data } = useAsk<{ records: Summary[] }>("list", { type: "law_ref" });
	return (
		<div class="stack">
			<Notice tone="warn">{T("ui.notice.statute_hint")}</Notice>
			<Choice label={capital(typeWord("law_ref"))} list value={props.law} onValue={props.onLaw} error={props.errors["law_ref"]}
				options={(data?.records ?? []).map((one) => ({ value: one.id, label: one.title }))} />
			<Text label={T("ui.notice.reasons")} long required value={props.reason} onValue={props.onReason} lettersMost={4000} error={props.errors["statute_reasons"] ?? props.errors["reason"]} />
		</div>
	);
}

function Make(props: { record: Summary }) {
	const { record } = props;
	const isPlan = record.type === "plan";
	const consents = useAsk<{ consents: ConsentRow[] }, "consent">("consent", { verb: "list", id: record.case_id });
	const earlier = useAsk<{ disclosures: DisclosureRow[] }, "disclosure">("disclosure", { verb: "list", id: record.case_id });
	const [scopes, setScopes] = useState<string[]>([isPlan ? "PLAN_SUMMARY" : "SESSION"]);
	const [recipient, setRecipient] = useState("Kela");
	const typed = useUnfinished(record.id, "notice/statute", { statute: false, law: "", reason: "" });
	const { statute, law, reason } = typed.value;
	const [seen, setSeen] = useState<Preview | null>(null);
	const [read, setRead] = useState(false);
	const { refusal, busy, act } = useAct();
	if (consents.data === null)
		return consents.refusal === null ? <Busy /> : <Refused refusal={consents.refusal} />;
	const outward = consents.data.consents.filter((one) => one.direction !== "FROM_KELA");
	const recipients = [...new Set(["Kela", ...outward.filter((one) => one.holds === "HOLDS").map((one) => one.recipient)])];
	const theirs = outward.filter((one) => one.recipient === recipient);
	const holding = theirs.filter((one) => one.holds === "HOLDS");
	const covering = holding.find((one) => scopes.every((scope) => allows(one, scope)));
	const may = statute ? recipient !== "" && (law !== "" || reason !== "") : covering !== undefined;
	const errors = useErrors(refusal);
	const what = { id: record.id, scope: scopes.join(","), recipient, ...(statute ? { lawRef: law, reason } : { consent: covering?.id ?? "" }) };
	const forget = <T,>(set: (value: T) => void) => (value: T) => {
		setSeen(null); // another text: it is read anew
		setRead(false);
		set(value);
	};
	const look = () => act(() => call<Preview & Record<string, unknown>>("disclosure", { verb: "preview", ...what })).then((next) => next !== undefined && setSeen(next));
	const prepare = async () => {
		const written = await act(() => call<Written>("disclosure", { verb: "prepare", ...what }));
		if (written !== undefined) {
			typed.done();
			replace(["notice", written.id]);
		}
	};
	const offered = isPlan ? OF_PLAN.filter((one) => statute || scopes.includes(one) || holding.some((consent) => allows(consent, one))) : ["SESSION"];
	return (
		<>
			<section class="card stack" aria-labelledby="basis">
				<h2 id="basis">{T("ui.notice.basis")}</h2>
				{statute ? <Text label={T("ui.notice.recipient")} required offer={recipients} value={recipient} onValue={forget(setRecipient)} lettersMost={200} error={errors["recipient"]} />
					: recipients.length > 1 && <Choice label={T("ui.notice.recipient")} value={recipient} onValue={forget(setRecipient)} options={recipients.map((value) => ({ value, label: value }))} />}
				{!statute && (covering !== undefined
					? <Notice tone="good"><p><strong>{T("ui.notice.covered")}</strong> {T("ui.consent.until", { day: dateText(covering.valid_until) })}</p>
						<p>{scopeWords(covering.scope)} · {covering.purpose} · <a href={href(["consent", covering.id])}>{T("ui.consent.one")}</a></p></Notice>
					: <Notice tone="warn"><p><strong>{T(theirs.length === 0 ? "ui.notice.no_consent" : holding.length === 0 ? "ui.notice.none_holds" : "ui.notice.not_covered")}</strong></p>
						{theirs.length > 0 && <ul>{theirs.map((one) => <li key={one.id}><a href={href(["consent", one.id])}>{scopeWords(one.scope)}</a>: {holdWord(one.holds)}</li>)}</ul>}</Notice>)}
				{!statute && covering === undefined && <div><a class="button" href={href(["consent", "new"], { case: record.case_id, then: record.id, scope: scopes[0] ?? "" })}>{T("ui.notice.take_consent")}</a></div>}
				{isPlan && (offered.length > 1 || covering === undefined) && <div class="listed"><Choices label={T("ui.notice.scope")} values={scopes} onValues={forget(setScopes)} error={errors["scope"]}
					options={offered.map((value) => ({ value, label: scopeWords([value]) }))} /></div>}
				<Check label={T("ui.notice.by_statute")} value={statute} onValue={(on) => { forget((next: boolean) => typed.patch({ statute: next }))(on); setRecipient("Kela"); }} />
				{statute && <Statute law={law} reason={reason} onLaw={forget((next) => typed.patch({ law: next }))} onReason={forget((next) => typed.patch({ reason: next }))} errors={errors} />}
				<Kept of={typed} />
				<Refused refusal={refusal} />
				{may && scopes.length > 0 && seen === null && <div><Button busy={busy} onClick={() => void look()}>{T("ui.notice.preview")}</Button></div>}
			</section>
			{seen !== null && (
				<section class="card stack" aria-labelledby="exact">
					<h2 id="exact">{T("ui.notice.exact", { recipient: seen.recipient })}</h2>
					{!statute && <p>{T("ui.notice.exact_hint")}</p>}
					<Exact items={seen.items} lang={seen.lang} />
					<Check label={T(statute ? "ui.notice.read_self" : "ui.notice.read")} value={read} onValue={setRead} />
					<div class="row"><Button busy={busy || !read} onClick={() => void prepare()}>{T("ui.notice.prepare")}</Button>
						<a class="button second" href={href(["record", record.id])}>{T("ui.notice.not_sent")}</a></div>
				</section>
			)}
			{(earlier.data?.disclosures.length ?? 0) > 0 && <p><a href={href(["consents", record.case_id])}>{T("ui.notice.earlier", { count: earlier.data!.disclosures.length })}</a></p>}
		</>
	);
}

const MEANS = ["SECURE_MAIL", "PORTAL", "PRINT", "ORAL"];

// What comes next of one that is prepared; each step once, with its time.
function Step(props: { one: DisclosureRow }) {
	const { one } = props;
	const [now] = useState(momentIso(Date.now()));
	const [at, setAt] = useState(now);
	const [means, setMeans] = useState("");
	const { refusal, busy, act } = useAct();
	const errors = useErrors(refusal);
	const take = (verb: string) => act(() => call("disclosure", { verb, id: one.id, means: verb === "send" ? means : "", atMs: at === now ? 0n : BigInt(momentMs(at)) }));
	const when = <Text label={T("ui.notice.when")} type="datetime-local" value={at} onValue={setAt} error={errors["sent_at"] ?? errors["receipt_at"] ?? errors["client_told_at"]} />;
	const waits = one.state === "PREPARED" || one.state === "CHECKED", gone = one.state === "SENT" || one.state === "RECEIPTED";
	return (
		<section class="card stack noprint" aria-labelledby="next">
			<h2 id="next">{T(one.state === "BLOCKED" ? "ui.notice.blocked" : "ui.step.title")}</h2>
			{one.state === "BLOCKED" && <Notice tone="bad"><p><strong>{one.consent_holds === "HOLDS" || one.consent_holds === "" ? T("ui.notice.blocked_then") : holdWord(one.consent_holds)}</strong></p><p>{T("ui.notice.blocked_hint")}</p></Notice>}
			<Refused refusal={refusal} />
			{waits && <><p>{T("ui.notice.check_hint")}</p>
				<div class="row"><Button busy={busy} onClick={() => void take("queue")}>{T("ui.notice.queue")}</Button>
					{one.state === "PREPARED" && <Button kind="second" busy={busy} onClick={() => void take("check")}>{T("ui.notice.check")}</Button>}</div></>}
			{one.state === "QUEUED" && <>
				<p>{T("ui.notice.send_hint")}</p>
				<Choice label={T("ui.notice.means")} required value={means} onValue={setMeans} error={errors["means"]}
					options={MEANS.map((value) => ({ value, label: capital(valueWord("disclosure_means", value)) }))} />
				{when}
				<div><Button busy={busy || means === ""} onClick={() => void take("send")}>{T("ui.notice.send")}</Button></div></>}
			{one.tell_recipient && <><Notice tone="warn">{T("ui.notice.tell_hint")}</Notice>
				<div><Button busy={busy} onClick={() => void take("recipient-informed")}>{T("ui.notice.informed")}</Button></div></>}
			{gone && (one.state === "SENT" || one.client_told_ms === 0) && <>{when}
				<div class="row">{one.state === "SENT" && <Button kind={one.tell_recipient ? "second" : undefined!} busy={busy} onClick={() => void take("receipt")}>{T("ui.notice.receipt")}</Button>}
					{one.client_told_ms === 0 && <Button kind="second" busy={busy} onClick={() => void take("told")}>{T("ui.notice.told")}</Button>}</div></>}
			{one.state === "RECEIPTED" && one.client_told_ms > 0 && !one.tell_recipient && <p>{T("ui.notice.all_done")}</p>}
			{one.state === "RECIPIENT_INFORMED_OF_WITHDRAWAL" && <p>{T("ui.notice.all_informed")}</p>}
		</section>
	);
}

function One(props: { record: Summary }) {
	const { data, refusal } = useAsk<{ disclosure: DisclosureRow & { items: Item[] } }, "disclosure">("disclosure", { verb: "show", id: props.record.id });
	if (data === null)
		return refusal === null ? <Busy /> : <Refused refusal={refusal} />;
	const one = data.disclosure;
	const time = (word: string, ms: number) => ms > 0 && <><dt>{word}</dt><dd>{momentText(ms)}</dd></>;
	return (
		<>
			<p class="row"><span class={`chip ${one.state === "BLOCKED" ? "bad" : one.state === "SENT" || one.state === "RECEIPTED" ? "good" : ""}`} data-state={one.state}>{capital(valueWord("disclosure_state", one.state))}</span>
				{one.basis === "STATUTE" ? T("ui.notice.statute") : <a href={href(["consent", one.consent])}>{T("ui.consent.one")}{one.consent_holds !== "" && `: ${holdWord(one.consent_holds)}`}</a>}</p>
			{one.typed && <Notice tone="warn">{T("ui.notice.typed")}</Notice>}
			<div class="two">
				<Step key={one.state} one={one} />
				<section class="card stack tight" aria-labelledby="exact">
					<h2 id="exact">{T("ui.notice.exact", { recipient: one.recipient })}</h2>
					<Exact items={one.items} />
					<dl class="facts">{time(T("ui.notice.prepared"), one.prepared_ms)}{time(T("ui.notice.sent"), one.sent_ms)}{time(T("ui.notice.receipted"), one.receipt_ms)}{time(T("ui.notice.client_told"), one.client_told_ms)}</dl>
				</section>
			</div>
		</>
	);
}

export function NoticeOf(props: { id: string }) {
	const { data, refusal } = useAsk<RecordAnswer>("show", { id: props.id });
	const record = data?.record;
	return (
		<div class="stack">
			<div class="row apart">
				<div><Title>{T(record === undefined || record.type === "disclosure" ? "ui.notice.title" : "ui.notice.ask")}</Title>
					{record !== undefined && <p class="quiet">{record.title || capital(typeWord(record.type))} · {whenText(record.event_at_ms || record.created_ms)}</p>}</div>
				{record !== undefined && <div class="row noprint"><a class="button second small" href={href(["consents", record.case_id])}>{T("ui.consent.all")}</a>
					{record.type === "disclosure" && <a class="button second small" href={href(["print", record.id], { of: "disclosure" })}>{T("ui.print.title")}</a>}</div>}
			</div>
			<Refused refusal={refusal} />
			{record === undefined ? refusal === null && <Busy /> : record.type === "disclosure" ? <One record={record} /> : <Make key={record.id} record={record} />}
		</div>
	);
}
