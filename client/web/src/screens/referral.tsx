// referral - somebody comes, or is sent, with a need: the pathway says on what it rests and what
// must be told. Whether help is needed at once is judged before anything else (D1); then whose
// it is, what came of it, and that the sender heard so.
import { useState } from "preact/hooks";
import type { WordKey } from "../../gen/words";
import { useAct } from "../core/act";
import type { Json } from "../core/api";
import { status, useAsk } from "../core/live";
import { fieldText, write, type RecordAnswer, type Summary, type TypeShape } from "../core/records";
import { href, replace } from "../core/route";
import { useUnfinished } from "../core/unfinished";
import { capital, fieldWord, momentIso, momentText, stateWord, T, valueWord } from "../core/words";
import { Danger } from "../ui/danger";
import { Choice, Text } from "../ui/field";
import { Kept } from "../ui/kept";
import { Busy, Button, Notice, Refused, toast } from "../ui/parts";
import { RecordField, RecordForm } from "../ui/record-form";
import { RecordView } from "../ui/record-view";
import { pick, step, StepForm } from "../ui/step-form";
import { Begin, FormBox, One, useForm, Whose, type Begun, type Held, type Stands } from "./begin";
import { Title } from "./frame";
import { errorsOf } from "./write";

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

function Form(props: { begun: Begun }) {
	const form = useForm(props.begun, "referral", (written) => replace(["referral", written.id]));
	const { values } = form;
	const pathway = fieldText(values, "pathway"), consent = values["client_consent"];
	// Without the client's consent the law must say why.
	const change = (next: Json) => form.set(next["client_consent"] === consent ? next
		: { ...next, statutory_ground: next["client_consent"] === "GIVEN" ? null : fieldText(next, "statutory_ground") || wayWord("law", pathway) });
	const names = ["from_org", "sender", "received_at", "client_consent", ...(consent === "GIVEN" || !consent ? [] : ["statutory_ground"]), "reasons", "new_client", "owner"];
	const shape = { ...form.shape, fields: pick(form.shape, ...names).map((one) => one.name === "statutory_ground" ? { ...one, required: true } : one) };
	return (
		<div class="card"><FormBox form={{ ...form, shape }} ending={<div>{pathway !== "" && <Button type="submit" busy={form.busy}>{T("ui.save")}</Button>}</div>}>
			<RecordField shape={pick(form.shape, "pathway")[0]!} path="pathway" value={pathway} errors={form.errors} onValue={(next) => form.set({ pathway: next, ...byWay(String(next ?? "")) })} />
			{pathway !== "" && <>
				<Notice tone="calm">{wayWord("way", pathway)}</Notice>
				<RecordForm shape={shape} values={values} onValues={change} errors={form.errors} caseId={form.caseId} />
			</>}
		</FormBox></div>
	);
}

function Made(props: { id: string; query: Record<string, string> }) {
	const { client = "", pathway = "" } = props.query;
	const matters = useAsk<{ records: Summary[] }>(client === "" ? null : "list", { type: "case", naming: client, limit: 1 });
	return (
		<div class="stack">
			<Title>{T("ui.referral.title")}</Title>
			{client !== "" && matters.data === null ? matters.refusal === null ? <Busy /> : <Refused refusal={matters.refusal} />
				: <Begin type="referral" id={props.id} query={props.query} first={{ received_at: momentIso(Date.now()), owner: status.value?.holder ?? "", new_client: matters.data?.records.length === 0, ...byWay(pathway) }}>
					{(begun) => <Whose client={fieldText(begun.values, "client")}>{(person) => <Form begun={{ ...begun, caseId: begun.caseId || person.case_id }} />}</Whose>}
				</Begin>}
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

function Follow(props: Stands) {
	const { record, shape, client, person, token } = props;
	const state = record.state?.holds ?? "RECEIVED";
	const triage = record.fields["urgent_triage"] as Json | undefined;
	const matter = fieldText(record.fields, "outcome_case"), municipality = fieldText(person?.fields, "municipality"), pathway = fieldText(record.fields, "pathway");
	const sent = !["SELF", "OUTREACH"].includes(fieldText(record.fields, "from_org"));
	return (
		<div class="stack">
			<div><Title>{T("ui.referral.title")}</Title>
				<p class="row"><a href={href(["case", record.case_id])}>{props.name}</a><span class="chip">{capital(stateWord("referral", state))}</span>
					{triage !== undefined && <span class={`chip ${triage["result"] === "IMMEDIATE" ? "bad" : ""}`}>{capital(valueWord("triage_result", fieldText(triage, "result")))}</span>}</p></div>
			{state !== "RECEIVED" && triage?.["result"] === "IMMEDIATE" && <Danger municipality={municipality} text={T("ui.referral.today")} />}
			<div class="two">
				<div class="stack">
					{state === "RECEIVED" && <Judge record={record} municipality={municipality} />}
					{state === "TRIAGED" && <Outcome record={record} shape={shape} client={client} caseId={record.case_id} />}
					{matter !== "" && <Matter id={matter} client={client} />}
					{sent && state !== "RECEIVED" && <Acknowledge record={record} token={token} />}
				</div>
				<aside class="card stack" aria-label={T("ui.record.title")}>
					{pathway !== "" && <p class="quiet">{wayWord("way", pathway)}</p>}
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
	const made = () => <Made {...props} />;
	return props.id === "new" ? made() : <One type="referral" id={props.id} title={T("ui.referral.title")} draft={made}>{(one) => <Follow {...one} />}</One>;
}
