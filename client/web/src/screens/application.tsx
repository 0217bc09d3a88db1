// application - help with an application for social assistance, followed until it is fetched.
// The urgent branch goes first: life, then the call to Kela together, then the clock of the
// law. What each step needs stands in one card; the daemon counts the days and judges.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useAct } from "../core/act";
import type { Json } from "../core/api";
import { dayEndMs, spanText, useNow } from "../core/clock";
import { status, useAsk } from "../core/live";
import { usePlaces } from "../core/reference";
import { fieldText, write, type Summary } from "../core/records";
import { href, replace } from "../core/route";
import { capital, dateText, momentIso, momentText, stateWord, T, todayIso, typeWord, valueWord, weekdayText } from "../core/words";
import { Actions, agree, type DraftRow, type From } from "../ui/actions";
import { Danger } from "../ui/danger";
import { Check, Choice } from "../ui/field";
import { Busy, Button, Notice, Refused, toast } from "../ui/parts";
import { RecordForm } from "../ui/record-form";
import { RecordView } from "../ui/record-view";
import { pick, step, StepForm } from "../ui/step-form";
import { Begin, FormBox, One, useForm, Whose, type Begun, type Held, type Stands } from "./begin";
import { startHref } from "./case";
import { Call } from "./emergency";
import { Title } from "./frame";

// ---- new ----
const MONTH_MS = 30 * 86_400_000;

function Form(props: { begun: Begun; municipality: string }) {
	const form = useForm(props.begun, "application", (written) => replace(["application", written.id]));
	const urgent = form.values["urgency"] === "URGENT";
	const names = [...(urgent ? ["urgency_grounds", "urgency_reason"] : []), "channel", "period", "helped_by"];
	const shape = { ...form.shape, fields: pick(form.shape, ...names).map((one) => one.name.startsWith("urgency_") ? { ...one, required: true } : one) };
	return (
		<div class="card"><FormBox form={{ ...form, shape }} ending={<div><Button type="submit" busy={form.busy}>{T(urgent ? "ui.application.record_grounds" : "ui.save")}</Button></div>}>
			<Choice label={T("ui.application.how_urgent")} value={fieldText(form.values, "urgency")}
				options={["NORMAL", "URGENT"].map((value) => ({ value, label: T(value === "URGENT" ? "ui.application.urgent" : "ui.application.normal") }))}
				onValue={(urgency) => form.set({ urgency, ...(urgency === "URGENT" ? {} : { urgency_grounds: null, urgency_reason: null }) })} />
			{urgent && <Danger municipality={props.municipality} />}
			<RecordForm key={String(urgent)} shape={shape} values={form.values} onValues={form.set} errors={form.errors} caseId={form.caseId} />
		</FormBox></div>
	);
}

function Made(props: { id: string; query: Record<string, string> }) {
	return (
		<div class="stack">
			<Title>{T("ui.application.title")}</Title>
			<Begin type="assistance_application" id={props.id} query={props.query} first={{ urgency: props.query["urgent"] !== undefined ? "URGENT" : "NORMAL", channel: "ORAL_PHONE", helped_by: status.value?.holder_name ?? "",
				period: { from: todayIso(), to: todayIso(Date.now() + MONTH_MS) } }}>
				{(begun) => <Whose client={fieldText(begun.values, "client")}>{(person) => <Form begun={{ ...begun, caseId: begun.caseId || person.case_id }} municipality={fieldText(person.fields, "municipality")} />}</Whose>}
			</Begin>
		</div>
	);
}

// ---- the clock ----
interface Counted {
	clocks: { rule: string; basis: string; counted: { date: string }; actable: { date: string }; given: { weekday: string; holiday: string } }[];
	given: { weekday: string; holiday: string };
}

interface Due {
	due: { id: string; what: string; rule: string; counted: string; actable: string; label: string }[];
}

// On which clock of the law the decision stands: what Kela has asked for ends one and begins another.
function ruleOf(fields: Json, urgent: boolean): { rule: string; start: string } | null {
	const requests = requestsOf(fields), last = (name: string) => requests.map((one) => fieldText(one, name)).sort().at(-1)!.slice(0, 10);
	if (requests.length === 0 || urgent)
		return { rule: urgent ? "D6" : "D5", start: fieldText(fields, "arrived_at_kela").slice(0, 10) };
	const waits = requests.filter((one) => one["supplied_at"] === undefined);
	return waits.length === 0 ? { rule: "D8", start: last("supplied_at") } : waits.some((one) => fieldText(one, "due") === "") ? null : { rule: "D9", start: last("due") };
}

// Until when Kela decides: the agenda says it, and for a day beyond its sight the rule is counted.
function Clock(props: { id: string; fields: Json; urgent: boolean }) {
	const agenda = useAsk<Due>("agenda", { day: "" });
	const own = ruleOf(props.fields, props.urgent);
	const counted = useAsk<Counted>(own === null ? null : "deadline", own ?? {});
	const now = useNow();
	const due = agenda.data?.due.find((one) => one.id === props.id && one.what === "decision");
	const date = due?.counted ?? counted.data?.clocks[0]?.counted.date;
	if (date === undefined || agenda.data === null)
		return null;
	const left = dayEndMs(date) - now, rule = due?.rule ?? own?.rule;
	return (
		<section class={`clock ${left < 0 ? "late" : ""}`} aria-label={T("ui.application.clock")} data-rule={rule}>
			<p class="clock-left" role="timer">{left < 0 ? T("ui.application.over") : T("ui.application.left", { span: spanText(left) })}</p>
			<p>{T("ui.application.until", { day: weekdayText(date) })} · {rule} · {counted.data?.clocks[0]?.basis}</p>
		</section>
	);
}

// ---- the call to Kela ----
function KelaNumbers(props: { municipality: string }) {
	const { data } = usePlaces();
	const points = (data?.places ?? []).filter((one) => one.kind === "KELA_POINT" && fieldText(one.fields, "phone") !== "")
		.sort((a, b) => Number(fieldText(b.fields, "municipality") === props.municipality) - Number(fieldText(a.fields, "municipality") === props.municipality));
	return points.length === 0 ? <p>{T("ui.application.no_number")}</p> : (
		<ul class="items">{points.slice(0, 3).map((one) => (
			<li key={one.id} class="row apart"><span class="item">{fieldText(one.fields, "name")}<span class="quiet">{fieldText(one.fields, "hours")}</span></span><Call phone={fieldText(one.fields, "phone")} name={fieldText(one.fields, "name")} /></li>
		))}</ul>
	);
}

type Parts = Stands & { from: From };

function CallKela(props: Parts) {
	const { record, shape, from, person } = props;
	const waiting = useAct();
	const counted = useAsk<Counted>("deadline", { rule: "D6", start: todayIso() });
	const matters = useAsk<{ records: Summary[] }>("list", { type: "case", naming: props.client });
	const matter = matters.data?.records.find((one) => !["CLOSED", "TRANSFERRED"].includes(one.state?.holds ?? ""));
	const numbers = usePlaces();
	const given = counted.data?.given;
	const closed = given !== undefined && (["SAT", "SUN"].includes(given.weekday) || given.holiday !== "");
	const places = ((person?.fields["address"] as Json[] | undefined) ?? []).map((one) => fieldText(one, "directions")).filter(Boolean);
	const noLine = () => waiting.act(async () => {
		await agree(from, T("ui.application.call_later"), "WORKER");
		toast(T("ui.application.call_later_noted"));
	});
	if (counted.busy || numbers.busy) // nothing to press before it stands still
		return <Busy />;
	return (
		<section class="card stack" aria-labelledby="call">
			<h2 id="call">{T("ui.application.call")}</h2>
			<p>{T("ui.application.call_hint")}</p>
			<KelaNumbers municipality={fieldText(person?.fields, "municipality")} />
			<StepForm name={`${record.id}/call`} fields={pick(shape, "kela_call")} first={{ kela_call: { at: momentIso(Date.now()) } }} button={T("ui.application.called")}
				take={async (values) => {
					const at = fieldText(values["kela_call"] as Json, "at");
					await step(record.id, "DELIVERED", { kela_call: values["kela_call"], delivered_at: at });
					await step(record.id, "URGENT_QUEUE", { arrived_at_kela: at });
				}} />
			<details open={closed || undefined}><summary>{T("ui.application.closed")}</summary>
				<div class="stack tight">
					<p>{closed ? T("ui.application.closed_today") : ""} {T("ui.application.closed_hint")}</p>
					<div class="row">{matter !== undefined && <a class="button second" href={startHref("local_application", matter.case_id, props.client)}>{capital(typeWord("local_application"))}</a>}
						<a class="button second" href={href(["emergency"])}>{T("ui.emergency.title")}</a></div>
				</div>
			</details>
			<details><summary>{T("ui.application.no_line")}</summary>
				<div class="stack tight">
					<p>{T("ui.application.no_line_hint", { when: momentText(record.created_ms) })}</p>
					{places.map((one) => <p key={one}>{one}</p>)}
					<Refused refusal={waiting.refusal} />
					<div class="row"><Button kind="second" busy={waiting.busy} onClick={() => void noLine()}>{T("ui.application.call_later")}</Button>
						<a class="button second" href={href(["places"])}>{T("ui.places.title")}</a></div>
				</div>
			</details>
		</section>
	);
}

// ---- what follows ----
function Card(props: { title: string; children: ComponentChildren }) {
	return <section class="card stack" aria-label={props.title}><h2>{props.title}</h2>{props.children}</section>;
}

const DECISION = ["decision", "payment_commitment.place", "payment_commitment.pickup_by"];

function Decision(props: Parts) {
	return (
		<Card title={T("ui.application.decision")}>
			<StepForm name={`${props.record.id}/decision`} fields={pick(props.shape, ...DECISION)} first={{ decision: { date: todayIso() } }} button={T("ui.application.decided")}
				take={(values) => step(props.record.id, "DECIDED", values)} />
		</Card>
	);
}

// Kela calls back: it is handled as urgent, or moved to the normal queue and the client hears so.
function CallBack(props: Parts) {
	const { record, shape, from } = props;
	const [outcome, setOutcome] = useState("");
	const [told, setTold] = useState(false);
	const moved = outcome === "MOVED_TO_NORMAL";
	return (
		<Card title={T("ui.application.callback")}>
			<Choice label={T("ui.application.outcome")} value={outcome} onValue={setOutcome} options={["RESOLVED_URGENT", "MOVED_TO_NORMAL"].map((value) => ({ value, label: capital(valueWord("urgent_outcome", value)) }))} />
			{outcome !== "" && <StepForm key={outcome} name={`${record.id}/${outcome}`} fields={pick(shape, "callback", ...(moved ? [] : DECISION))}
				first={{ callback: { at: momentIso(Date.now()) }, ...(moved ? {} : { decision: { date: todayIso() } }) }} button={moved ? T("ui.application.moved") : T("ui.application.decided")}
				take={async (values) => {
					await step(record.id, moved ? "NORMAL_QUEUE" : "DECIDED", { ...values, urgent_outcome: outcome });
					if (moved)
						await agree(from, T("ui.application.tell_moved"), "WORKER", told ? { state: "DONE", done_note: T("ui.application.told_note") } : {});
				}}>
				{() => moved && <Check label={T("ui.application.told_moved")} value={told} onValue={setTold} />}
			</StepForm>}
		</Card>
	);
}

function requestsOf(fields: Json): Json[] {
	return Array.isArray(fields["info_requests"]) ? fields["info_requests"] as Json[] : [];
}

// What Kela asks for: written with its day, and the application waits.
function Ask(props: Parts) {
	const { record } = props;
	const inner = pick(props.shape, "info_requests")[0]!.fields ?? [];
	return (
		<details class="card"><summary>{T("ui.application.asks")}</summary>
			<StepForm name={`${record.id}/asks`} fields={inner.filter((one) => one.name !== "supplied_at")} first={{ asked_at: momentIso(Date.now()), how: "PHONE", items: [""] }} button={T("ui.application.asks_save")}
				take={async (values) => {
					await write({ type: record.type, record_id: record.id, values: { info_requests: [...requestsOf(record.fields), Object.fromEntries(Object.entries(values).filter(([, one]) => one !== null))] } });
					await step(record.id, "WAITING_INFO", {});
				}} />
		</details>
	);
}

function Waiting(props: Parts & { urgent: boolean }) {
	const { record } = props;
	const { refusal, busy, act } = useAct();
	const requests = requestsOf(record.fields);
	const supply = (at: number) => act(async () => {
		const next = requests.map((one, i) => i === at ? { ...one, supplied_at: new Date().toISOString() } : one);
		await write({ type: record.type, record_id: record.id, values: { info_requests: next } });
		if (next.every((one) => one["supplied_at"] !== undefined))
			await step(record.id, props.urgent ? "URGENT_QUEUE" : "NORMAL_QUEUE", {});
	});
	return (
		<Card title={T("ui.application.waits")}>
			<Refused refusal={refusal} />
			<ul class="items">{requests.map((one, i) => (
				<li key={i}><div class="row apart"><span class="item">{((one["items"] ?? []) as string[]).join(", ")}
					<span class="quiet">{fieldText(one, "due") !== "" ? T("ui.application.supply_by", { day: dateText(fieldText(one, "due")) }) : ""}</span></span>
				{one["supplied_at"] === undefined ? <Button kind="second" busy={busy} onClick={() => void supply(i)}>{T("ui.application.supplied")}</Button>
					: <span class="chip good">{T("ui.application.supplied")}</span>}</div></li>
			))}</ul>
		</Card>
	);
}

// One press that takes the record on.
function Go(props: { record: Held; state: string; label: string; values?: () => Json; kind?: "second" }) {
	const { refusal, busy, act } = useAct();
	return (
		<div class="stack tight"><Refused refusal={refusal} />
			<div><Button busy={busy} {...(props.kind === undefined ? {} : { kind: props.kind })} onClick={() => void act(() => step(props.record.id, props.state, props.values?.() ?? {}))}>{props.label}</Button></div></div>
	);
}

function Commitment(props: { fields: Json }) {
	const commitment = props.fields["payment_commitment"] as Json | undefined;
	return commitment === undefined ? null : (
		<Notice><p><strong>{T("ui.application.pickup", { place: fieldText(commitment, "place") })}</strong></p>
			{fieldText(commitment, "pickup_by") !== "" && <p>{T("ui.application.pickup_by", { day: weekdayText(fieldText(commitment, "pickup_by")) })}</p>}</Notice>
	);
}

function Next(props: Parts & { state: string; urgent: boolean }) {
	const { record, shape, state, urgent } = props;
	const now = () => new Date().toISOString();
	const commitment = record.fields["payment_commitment"] as Json | undefined;
	switch (state) {
	case "PREPARED":
		return urgent ? <CallKela {...props} /> : (
			<Card title={T("ui.application.deliver")}><StepForm name={`${record.id}/deliver`} fields={pick(shape, "delivered_at")} first={{ delivered_at: momentIso(Date.now()) }}
				button={T("ui.application.delivered")} take={(values) => step(record.id, "DELIVERED", values)} /></Card>
		);
	case "DELIVERED":
		return <Card title={T("ui.application.arrive")}><StepForm name={`${record.id}/arrive`} fields={pick(shape, "arrived_at_kela")} first={{ arrived_at_kela: momentIso(Date.now()) }}
			button={T("ui.application.arrived")} take={(values) => step(record.id, urgent ? "URGENT_QUEUE" : "NORMAL_QUEUE", values)} /></Card>;
	case "URGENT_QUEUE":
		return <><CallBack {...props} /><Ask {...props} /></>;
	case "NORMAL_QUEUE":
		return <><Decision {...props} /><Ask {...props} /></>;
	case "WAITING_INFO":
		return <Waiting {...props} />;
	case "DECIDED":
		return <Card title={T("ui.application.tell")}><Commitment fields={record.fields} /><p>{T("ui.application.tell_hint")}</p><Go record={record} state="TOLD_TO_CLIENT" label={T("ui.application.told")} /></Card>;
	case "TOLD_TO_CLIENT":
		return <Card title={T(commitment === undefined ? "ui.application.close" : "ui.application.collect")}><Commitment fields={record.fields} />
			{commitment !== undefined && <Go record={record} state="COLLECTED" label={T("ui.application.collected")} values={() => ({ payment_commitment: { ...commitment, collected_at: now() } })} />}
			<Go record={record} state="CLOSED" label={T("ui.application.close")} {...(commitment === undefined ? {} : { kind: "second" as const })} /></Card>;
	case "COLLECTED":
		return <Card title={T("ui.application.close")}><Go record={record} state="CLOSED" label={T("ui.application.close")} /></Card>;
	default:
		return null;
	}
}

function Follow(props: Stands) {
	const { record, shape, person, name } = props;
	const drafts = useAsk<{ drafts: DraftRow[] }>("drafts", {});
	const state = record.state?.holds ?? "PREPARED";
	const urgent = record.fields["urgency"] === "URGENT" && record.fields["urgent_outcome"] !== "MOVED_TO_NORMAL";
	const before = ["PREPARED", "DELIVERED", "NORMAL_QUEUE", "URGENT_QUEUE", "WAITING_INFO"].includes(state);
	const from: From = { id: record.id, caseId: record.case_id, client: name };
	return (
		<div class="stack">
			<div><Title>{T("ui.application.title")}</Title>
				<p class="row"><a href={href(["case", record.case_id])}>{name}</a><span class="chip">{capital(stateWord(record.type, state))}</span>{urgent && before && <span class="chip bad">{T("ui.application.urgent")}</span>}</p></div>
			{urgent && before && <Danger municipality={fieldText(person?.fields, "municipality")} />}
			{before && fieldText(record.fields, "arrived_at_kela") !== "" && <Clock id={record.id} fields={record.fields} urgent={urgent} />}
			{record.fields["urgent_outcome"] === "MOVED_TO_NORMAL" && before && <Notice>{T("ui.application.moved_note")}</Notice>}
			<div class="two">
				<div class="stack">
					<Next key={state} {...props} from={from} state={state} urgent={urgent} />
					{drafts.data !== null && <Actions from={from} drafts={drafts.data.drafts} open={!["CLOSED", "WITHDRAWN"].includes(state)} />}
				</div>
				<aside class="card stack" aria-label={T("ui.record.title")}>
					<RecordView shape={shape} values={record.fields} leaveOut={["client", "state"]} />
					<div class="row"><a class="button second small" href={href(["record", record.id])}>{T("ui.visit.whole")}</a></div>
					{before && <Go record={record} state="WITHDRAWN" label={T("ui.application.withdraw")} kind="second" />}
				</aside>
			</div>
		</div>
	);
}

export function Application(props: { id: string; query: Record<string, string> }) {
	const made = () => <Made {...props} />;
	return props.id === "new" ? made() : <One type="assistance_application" id={props.id} title={T("ui.application.title")} draft={made}>{(one) => <Follow {...one} />}</One>;
}
