// referral - somebody comes, or is sent, with a need: the pathway says on what it rests and what
// must be told. Whether help is needed at once is judged before anything else (D1); then whose
// it is, what came of it, and that the sender heard so.
import { useState } from "preact/hooks";
import type { WordKey } from "../../gen/words";
import { useAct } from "../core/act";
import type { Json } from "../core/api";
import { useDraft } from "../core/draft";
import { status, useAsk } from "../core/live";
import { clientName, fieldText, useShape, write, type RecordAnswer, type Summary, type TypeShape } from "../core/records";
import { href, replace } from "../core/route";
import { useUnfinished } from "../core/unfinished";
import { capital, fieldWord, momentIso, momentText, stateWord, T, valueWord } from "../core/words";
import { Danger } from "../ui/danger";
import { Choice, Text } from "../ui/field";
import { Kept } from "../ui/kept";
import { Busy, Button, Notice, Refused, toast } from "../ui/parts";
import { ErrorSummary, RecordField, RecordForm } from "../ui/record-form";
import { RecordView } from "../ui/record-view";
import { pick, step, StepForm } from "../ui/step-form";
import { useAddress } from "./begin";
import { Title } from "./frame";
import { errorsOf, Keeping, useFinish } from "./write";

type Held = RecordAnswer["record"];

// Who usually sends by this pathway, and how it stands with the client's consent.
const WAYS: Record<string, { from: string; consent: string }> = {
	ETOTU_TRANSFER: { from: "KELA", consent: "NOT_REQUIRED" }, BASIC_PART_REDUCTION: { from: "KELA", consent: "NOT_REQUIRED" },
	REHAB_WORK_ACT: { from: "KELA", consent: "NOT_REQUIRED" }, NEED_REQUEST: { from: "KELA", consent: "GIVEN" }, OBVIOUS_NEED: { from: "KELA", consent: "" },
	TALK_REQUEST: { from: "KELA", consent: "GIVEN" }, INTEGRATION_NOTICE: { from: "OTHER_AUTHORITY", consent: "NOT_REQUIRED" },
	SELF: { from: "SELF", consent: "GIVEN" }, OUTREACH_FOUND: { from: "OUTREACH", consent: "GIVEN" }, RECEPTION_CENTRE: { from: "RECEPTION_CENTRE", consent: "GIVEN" },
};

function wayWord(kind: "way" | "law", pathway: string): string {
	return pathway === "" ? "" : T(`ui.referral.${kind}_${pathway.toLowerCase()}` as WordKey);
}

function byWay(pathway: string): Json {
	const way = WAYS[pathway];
	return way === undefined ? {} : { pathway, from_org: way.from, client_consent: way.consent === "" ? null : way.consent,
		statutory_ground: way.consent === "GIVEN" ? null : wayWord("law", pathway) };
}

// A new one, or the draft of one that goes on where it was left.
function Form(props: { shape: TypeShape; caseId: string; first: Json; draftId: string }) {
	const [values, setValues] = useState<Json>(props.first);
	const draft = useDraft({ type: "referral", record_id: props.draftId, case_id: props.caseId });
	useAddress(draft, props.draftId, "referral");
	const { refusal, busy, finish } = useFinish(draft, (written) => replace(["referral", written.id]));
	const pathway = fieldText(values, "pathway");
	const change = (next: Json) => {
		const given = next["client_consent"] === "GIVEN";
		const whole = next["client_consent"] === values["client_consent"] ? next
			: { ...next, statutory_ground: given ? null : fieldText(next, "statutory_ground") || wayWord("law", pathway) };
		setValues(whole);
		draft.type(whole);
	};
	const [field] = pick(props.shape, "pathway");
	const names = ["from_org", "sender", "received_at", "client_consent", ...(values["client_consent"] === "GIVEN" || !values["client_consent"] ? [] : ["statutory_ground"]), "reasons", "new_client", "owner"];
	const shape = { ...props.shape, fields: pick(props.shape, ...names).map((one) => one.name === "statutory_ground" ? { ...one, required: true } : one) };
	return (
		<form class="stack" noValidate onSubmit={(event) => { event.preventDefault(); if (!busy) { draft.type(values); void finish(); } }}>
			<RecordField shape={field!} path="pathway" value={pathway} errors={errorsOf(refusal)} onValue={(next) => change({ ...values, ...byWay(String(next ?? "")) })} />
			{pathway !== "" && <Notice tone="calm">{wayWord("way", pathway)}</Notice>}
			<ErrorSummary refusal={refusal} shape={shape} values={values} />
			{pathway !== "" && <>
				<RecordForm shape={shape} values={values} onValues={change} errors={errorsOf(refusal)} caseId={props.caseId} />
				<Keeping draft={draft} />
				<div><Button type="submit" busy={busy}>{T("ui.save")}</Button></div>
			</>}
		</form>
	);
}

function New(props: { query: Record<string, string> }) {
	const { client = "", pathway = "" } = props.query;
	const shape = useShape("referral");
	const { data, refusal } = useAsk<RecordAnswer>(client === "" ? null : "show", { id: client });
	const matters = useAsk<{ records: Summary[] }>(client === "" ? null : "list", { type: "case", naming: client, limit: 1 });
	return (
		<div class="stack">
			<Title>{T("ui.referral.title")}</Title>
			{client === "" && <Notice>{T("ui.new.hint")}</Notice>}
			{data !== null && <p><a href={href(["case", data.record.case_id])}>{clientName(data.record.fields)}</a></p>}
			<Refused refusal={refusal} />
			{shape === null || data === null || matters.data === null ? refusal === null && client !== "" && <Busy />
				: <div class="card"><Form shape={shape} caseId={data.record.case_id} draftId=""
					first={{ client, received_at: momentIso(Date.now()), owner: status.value?.holder ?? "", new_client: matters.data.records.length === 0, ...byWay(pathway) }} /></div>}
		</div>
	);
}

// ---- what follows ----
// D1: the next act, and the only one.
function Judge(props: { record: Held; municipality: string }) {
	const { refusal, busy, act } = useAct();
	const judge = (result: string) => act(() => step(props.record.id, "TRIAGED", { urgent_triage: { at: new Date().toISOString(), by: status.value?.holder_name ?? "", result } }));
	return (
		<section class="card stack" aria-labelledby="judge">
			<h2 id="judge">{T("ui.referral.judge")}</h2>
			<p>{T("ui.referral.judge_hint")}</p>
			<Danger municipality={props.municipality} />
			<Refused refusal={refusal} />
			<div class="row">
				<Button kind="danger" busy={busy} onClick={() => void judge("IMMEDIATE")}>{capital(valueWord("triage_result", "IMMEDIATE"))}</Button>
				<Button busy={busy} onClick={() => void judge("NOT_IMMEDIATE")}>{capital(valueWord("triage_result", "NOT_IMMEDIATE"))}</Button>
			</div>
		</section>
	);
}

// What comes of it: a matter, an open one, another recipient, or nothing.
function Outcome(props: { record: Held; shape: TypeShape; client: string; caseId: string }) {
	const { record, client } = props;
	const received = fieldText(record.fields, "received_at").slice(0, 10), pathway = fieldText(record.fields, "pathway");
	const matters = useAsk<{ records: Summary[] }>(client === "" ? null : "list", { type: "case", naming: client });
	const open = (matters.data?.records ?? []).filter((one) => !["CLOSED", "TRANSFERRED"].includes(one.state?.holds ?? ""));
	const [state, setState] = useState("CASE_OPENED");
	const typed = useUnfinished(record.id, "title", "");
	const title = typed.value;
	const [matter, setMatter] = useState("");
	const { refusal, busy, act } = useAct();
	const opens = () => act(async () => {
		const opened = state === "LINKED" ? { id: matter }
			: await write({ type: "case", client_case: props.caseId, values: { client, title, opened_on: received, opened_by_pathway: pathway, special_support: false } });
		await step(record.id, state, { outcome_case: opened.id });
		typed.done();
		toast(T("ui.step.done", { state: stateWord("referral", state) }));
	});
	const states = ["CASE_OPENED", ...(open.length > 0 ? ["LINKED"] : []), "RETURNED_WRONG_RECIPIENT", "CLOSED_NO_ACTION"];
	return (
		<section class="card stack" aria-labelledby="outcome">
			<h2 id="outcome">{T("ui.referral.outcome")}</h2>
			<Choice label={T("ui.referral.what")} value={state} onValue={setState} options={states.map((one) => ({ value: one, label: capital(stateWord("referral", one)) }))} />
			{state === "CASE_OPENED" || state === "LINKED" ? (
				<form class="stack" noValidate onSubmit={(event) => { event.preventDefault(); if (!busy) void opens(); }}>
					<Refused refusal={refusal} />
					{state === "CASE_OPENED" ? <Text label={capital(fieldWord("case", "title"))} required value={title} onValue={typed.set} lettersMost={200} error={errorsOf(refusal)["title"]} />
						: <Choice label={T("ui.case.matters")} value={matter} onValue={setMatter} options={open.map((one) => ({ value: one.id, label: one.title }))} error={errorsOf(refusal)["outcome_case"]} />}
					<Kept of={typed} />
					<div><Button type="submit" busy={busy}>{T(state === "LINKED" ? "ui.referral.link" : "ui.referral.open")}</Button></div>
				</form>
			) : <StepForm key={state} name={`${record.id}/${state}`} fields={pick(props.shape, "outcome").map((one) => ({ ...one, required: true }))} button={T("ui.step.take")} take={(values) => step(record.id, state, values)} />}
		</section>
	);
}

// The sender hears that it arrived and nothing of what it says.
function Acknowledge(props: { record: Held; token: number }) {
	const { record } = props;
	const { refusal, busy, act } = useAct();
	const told = fieldText(record.fields, "feedback_to_sender_at");
	return (
		<section class="card stack tight" aria-labelledby="told">
			<h2 id="told">{T("ui.referral.acknowledge")}</h2>
			{told !== "" ? <p>{T("ui.referral.acknowledged", { when: momentText(Date.parse(told)) })}</p> : (
				<><p>{T("ui.referral.acknowledge_hint")}</p><Refused refusal={refusal} />
					<div><Button kind="second" busy={busy} onClick={() => void act(() => write({ type: "referral", record_id: record.id, values: { feedback_to_sender_at: new Date().toISOString() }, token: props.token }))}>{T("ui.referral.acknowledge_done")}</Button></div></>
			)}
		</section>
	);
}

function One(props: { id: string }) {
	const { data, refusal } = useAsk<RecordAnswer>("show", { id: props.id });
	const shape = useShape("referral");
	const client = fieldText(data?.record.fields, "client");
	const person = useAsk<RecordAnswer>(client === "" ? null : "show", { id: client });
	if (data === null || shape === null || (client !== "" && person.data === null && person.refusal === null))
		return <div class="stack"><Title>{T("ui.referral.title")}</Title>{refusal !== null ? <Refused refusal={refusal} /> : <Busy />}</div>;
	const { record } = data;
	if (record.draft)
		return <div class="stack"><Title>{T("ui.referral.title")}</Title><div class="card"><Form shape={shape} caseId={record.case_id} draftId={record.id} first={record.fields} /></div></div>;
	const state = record.state?.holds ?? "RECEIVED";
	const triage = record.fields["urgent_triage"] as Json | undefined;
	const matter = fieldText(record.fields, "outcome_case");
	const sent = !["SELF", "OUTREACH"].includes(fieldText(record.fields, "from_org"));
	return (
		<div class="stack">
			<div><Title>{T("ui.referral.title")}</Title>
				<p class="row"><a href={href(["case", record.case_id])}>{clientName(person.data?.record.fields) || record.title || T("ui.case.title")}</a><span class="chip">{capital(stateWord("referral", state))}</span>
					{triage !== undefined && <span class={`chip ${triage["result"] === "IMMEDIATE" ? "bad" : ""}`}>{capital(valueWord("triage_result", fieldText(triage, "result")))}</span>}</p></div>
			{state !== "RECEIVED" && triage?.["result"] === "IMMEDIATE" && <Danger municipality={fieldText(person.data?.record.fields, "municipality")} text={T("ui.referral.today")} />}
			<div class="two">
				<div class="stack">
					{state === "RECEIVED" && <Judge record={record} municipality={fieldText(person.data?.record.fields, "municipality")} />}
					{state === "TRIAGED" && <Outcome record={record} shape={shape} client={client} caseId={record.case_id} />}
					{matter !== "" && <Matter id={matter} client={client} />}
					{sent && state !== "RECEIVED" && <Acknowledge record={record} token={data.token} />}
				</div>
				<aside class="card stack" aria-label={T("ui.record.title")}>
					{fieldText(record.fields, "pathway") !== "" && <p class="quiet">{wayWord("way", fieldText(record.fields, "pathway"))}</p>}
					<RecordView shape={shape} values={record.fields} leaveOut={["client", "state", "outcome_case"]} />
					<div class="row"><a class="button second small" href={href(["record", record.id])}>{T("ui.visit.whole")}</a></div>
				</aside>
			</div>
		</div>
	);
}

// The matter it led to, and what one does there next.
function Matter(props: { id: string; client: string }) {
	const { data } = useAsk<RecordAnswer>("show", { id: props.id });
	return data === null ? null : (
		<section class="card stack tight" aria-label={T("ui.case.matters")}>
			<p><a href={href(["case", data.record.case_id])}>{data.record.title}</a></p>
			<div><a class="button" href={href(["visit", "new"], { case: data.record.case_id, client: props.client })}>{T("ui.home.visit")}</a></div>
		</section>
	);
}

export function Referral(props: { id: string; query: Record<string, string> }) {
	return props.id === "new" ? <New query={props.query} /> : <One id={props.id} />;
}
