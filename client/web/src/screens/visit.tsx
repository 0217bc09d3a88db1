// visit - a visit to a client, from "start" to "done": begun by two touches, the note as the
// great thing on the screen, what was agreed beside it, and an end that asks for a signed note
// or for the reason why there is none. All of it works without a network.
import { useEffect, useState } from "preact/hooks";
import { useAct } from "../core/act";
import type { Json } from "../core/api";
import { spanText, useNow } from "../core/clock";
import { useDraft, type Draft } from "../core/draft";
import { useAsk } from "../core/live";
import { clientName, fieldText, useShape, write, type RecordAnswer, type Summary, type TypeShape, type Written } from "../core/records";
import { go, href, replace } from "../core/route";
import { useUnfinished } from "../core/unfinished";
import { capital, clockText, fieldWord, momentIso, momentText, stateWord, T, t, todayIso, typeWord, valueWord } from "../core/words";
import { Actions, type From } from "../ui/actions";
import { Danger } from "../ui/danger";
import { Choice, Text } from "../ui/field";
import { Kept } from "../ui/kept";
import { Busy, Button, Dialog, Empty, Notice, Refused } from "../ui/parts";
import { RecordPick } from "../ui/record-pick";
import { RecordView } from "../ui/record-view";
import { step } from "../ui/step-form";
import { startHref } from "./case";
import { Call } from "./emergency";
import { Title } from "./frame";
import { DraftItem, type DraftRow } from "./lists";
import { errorsOf, Form, Keeping, useFinish } from "./write";

const PLACES = ["HOME", "OUTREACH_POST", "SERVICE_POINT", "PHONE", "VIDEO", "OUTDOORS"];
// The phase of the process a purpose belongs to, until something else is chosen.
const PHASES: Record<string, string> = { FOLLOW_UP: "SOCIAL_WELFARE", GUIDANCE: "GUIDANCE", MAPPING: "SOCIAL_WELFARE", ASSESSMENT: "SOCIAL_WELFARE", PLAN_REVIEW: "SOCIAL_WELFARE",
	APPLICATION_HELP: "APPLYING", URGENT: "APPLYING", JOINT_SESSION: "KELA_HANDLING", OTHER: "GUIDANCE" };
const PHASE_LIST = ["GUIDANCE", "APPLYING", "KELA_HANDLING", "DECISION", "SOCIAL_WELFARE", "DEVELOPMENT"];

function choices(enumeration: string, values: string[]) {
	return values.map((value) => ({ value, label: capital(valueWord(enumeration, value)) }));
}

function word(name: string): string {
	return capital(fieldWord("visit", name));
}

// ---- whom to ----
function Whom() {
	return (
		<div class="stack">
			<Title>{T("ui.visit.whom")}</Title>
			<RecordPick label={T("ui.case.client")} field="client" value="" onValue={(client) => go(["visit", "new"], { client })} />
			<div class="row">
				<a class="button second" href={href(["visit", "unknown"])}>{T("ui.visit.unknown")}</a>
				<a class="button second" href={href(["new", "client"])}>{T("ui.home.client")}</a>
			</div>
		</div>
	);
}

// ---- begin, now or later ----
function Begin(props: { caseId: string; client: string; matters: Summary[]; shape: TypeShape }) {
	const { client, matters } = props;
	const [matter, setMatter] = useState(matters.find((one) => one.case_id === props.caseId)?.case_id ?? matters[0]?.case_id ?? "");
	const typed = useUnfinished(client, "visit", { title: T("ui.visit.matter_first"), later: false, values: { client, place: "HOME", purpose: "FOLLOW_UP", phase: PHASES["FOLLOW_UP"] } as Json });
	const { title, later, values } = typed.value;
	const { refusal, busy, act } = useAct();
	const errors = errorsOf(refusal);
	const change = (more: Json) => typed.patch({ values: { ...values, ...more } });
	const begin = () => act(async () => {
		const opened = matter !== "" ? matter : (await write({ type: "case", client_case: props.caseId,
			values: { client, title, opened_on: todayIso(), opened_by_pathway: "OUTREACH_FOUND", special_support: false } })).case_id;
		setMatter(opened);
		const written = await write({ type: "visit", case_id: opened,
			values: { ...values, ...(later ? { state: "PLANNED" } : { state: "STARTED", started_at: new Date().toISOString(), planned_at: null }) } });
		typed.done();
		replace(["visit", written.id]);
	});
	const purpose = props.shape.fields.find((one) => one.name === "purpose")?.values?.filter((one) => one !== "UNSPECIFIED") ?? [];
	return (
		<form class="card stack" noValidate onSubmit={(event) => { event.preventDefault(); if (!busy) void begin(); }}>
			{refusal !== null && <Refused refusal={refusal} />}
			<Choice label={word("place")} value={fieldText(values, "place")} onValue={(place) => change({ place })} options={choices("visit_place", PLACES)} error={errors["place"]} />
			<div class="row">
				<div class="grow"><Choice label={word("purpose")} list value={fieldText(values, "purpose")} options={choices("visit_purpose", purpose)} error={errors["purpose"]}
					onValue={(next) => change({ purpose: next, phase: PHASES[next] ?? values["phase"] })} /></div>
				<div class="grow"><Choice label={word("phase")} list value={fieldText(values, "phase")} onValue={(phase) => change({ phase })} options={choices("process_phase", PHASE_LIST)} error={errors["phase"]} /></div>
			</div>
			{matters.length === 0 ? <Text label={T("ui.visit.matter_new")} hint={T("ui.visit.matter_hint")} value={title} onValue={(next) => typed.patch({ title: next })} error={errors["title"]} />
				: matters.length > 1 && <Choice label={capital(typeWord("case"))} value={matter} onValue={setMatter} options={matters.map((one) => ({ value: one.case_id, label: one.title }))} />}
			<Choice label={T("ui.visit.when")} value={later ? "later" : "now"} onValue={(when) => typed.patch({ later: when === "later" })}
				options={[{ value: "now", label: T("ui.visit.now") }, { value: "later", label: T("ui.visit.later") }]} />
			{later && <div class="row">
				<div class="grow"><Text label={word("planned_at")} type="datetime-local" value={fieldText(values, "planned_at")} onValue={(planned_at) => change({ planned_at })} error={errors["planned_at"]} /></div>
				<div class="grow"><Text label={word("topic")} value={fieldText(values, "topic")} lettersMost={200} onValue={(topic) => change({ topic: topic === "" ? null : topic })} error={errors["topic"]} /></div>
			</div>}
			<Kept of={typed} />
			<div><Button type="submit" busy={busy}>{later ? T("ui.visit.plan") : T("ui.home.visit")}</Button></div>
		</form>
	);
}

function New(props: { query: Record<string, string> }) {
	const { client = "", case: caseId = "" } = props.query;
	const person = useAsk<RecordAnswer>(client === "" ? null : "show", { id: client });
	const matters = useAsk<{ records: Summary[] }>(client === "" ? null : "list", { type: "case", naming: client });
	const shape = useShape("visit");
	if (client === "")
		return <Whom />;
	const open = matters.data?.records.filter((one) => !["CLOSED", "TRANSFERRED"].includes(one.state?.holds ?? ""));
	const ready = open !== undefined && shape !== null && person.data !== null;
	return (
		<div class="stack">
			<Title>{T("ui.home.visit")}</Title>
			{person.data !== null && <p><a href={href(["case", person.data.record.case_id])}>{clientName(person.data.record.fields)}</a></p>}
			<Refused refusal={person.refusal ?? matters.refusal} />
			{ready ? <Begin caseId={open.some((one) => one.case_id === caseId) ? caseId : person.data!.record.case_id} client={client} matters={open} shape={shape} />
				: person.refusal === null && <Busy />}
		</div>
	);
}

// ---- somebody whose name is not known, until he gives it ----
const NAMED = ["family_name", "given_names", "municipality", "temp_id", "contact_language", "address_protected", "phone", "informed_at"];

// Four steps, each a record: a meeting without a name, the client, whether he would benefit, the referral.
function Unknown(props: { query: Record<string, string> }) {
	const { contact, client, case: caseId = "" } = props.query;
	const type = contact === undefined ? "anonymous_contact" : client === undefined ? "client" : "benefit_assessment";
	const shape = useShape(type);
	const [named, setNamed] = useState(false);
	const [first] = useState<Json>({ temp_id: `T-${momentIso(Date.now()).replace(/\D/g, "")}`, contact_language: "FI", address_protected: false, informed_at: momentIso(Date.now()) });
	const after = (written: Written) => {
		if (type === "anonymous_contact")
			replace(["visit", "unknown"], { contact: written.id });
		else if (type === "client")
			replace(["visit", "unknown"], { contact: contact!, client: written.id, case: written.case_id });
		else
			go(["referral", "new"], { case: caseId, client: client!, pathway: "OUTREACH_FOUND" });
	};
	const title = type === "anonymous_contact" ? T("ui.visit.unknown") : type === "client" ? T("ui.visit.named") : capital(typeWord(type));
	return (
		<div class="stack">
			<Title key={type}>{title}</Title>
			{type === "anonymous_contact" && <p>{T("ui.visit.unknown_hint")}</p>}
			{type === "client" && !named ? (
				<div class="card stack">
					<Notice tone="good" live>{T("ui.saved", { what: typeWord("anonymous_contact") })}</Notice>
					<p>{T("ui.visit.named_hint")}</p>
					<div class="row"><Button onClick={() => setNamed(true)}>{T("ui.visit.named")}</Button><a class="button second" href="#/">{T("ui.visit.no_name")}</a></div>
				</div>
			) : (
				<div class="card stack">
					{type === "benefit_assessment" && <p>{T("ui.visit.benefit_hint")}</p>}
					{shape === null ? <Busy /> : <Form key={type} shape={shape} first={type === "client" ? first : type === "benefit_assessment" ? { client } : {}} caseId={caseId} draftId="" after={after}
						{...(type === "client" ? { only: NAMED } : {})} />}
					{type === "benefit_assessment" && <p><a href={href(["visit", "new"], { case: caseId, client: client! })}>{T("ui.visit.skip_benefit")}</a></p>}
				</div>
			)}
		</div>
	);
}

// ---- the visit itself ----
interface Held {
	record: RecordAnswer["record"];
	person: RecordAnswer["record"] | null;
	notes: Summary[];
	drafts: DraftRow[];
}

// One field of the visit that is kept as it is typed.
function NextStep(props: { record: RecordAnswer["record"] }) {
	const [text, setText] = useState(fieldText(props.record.fields, "next_step"));
	const draft = useDraft({ type: "visit", record_id: props.record.id, draft: false });
	return (
		<div class="stack tight brief">
			<Text label={word("next_step")} long value={text} lettersMost={2000} onValue={(next) => { setText(next); draft.type({ next_step: next === "" ? null : next }); }} />
			{draft.keeping.value.state !== "none" && <Keeping draft={draft} />}
		</div>
	);
}

// Notes of the visit that were begun and not signed.
function begunNotes({ record, notes, drafts }: Held): DraftRow[] {
	return drafts.filter((one) => one.type === "encounter_note" && one.fields["visit"] === record.id && !notes.some((signed) => signed.id === one.id));
}

interface Note {
	draft: Draft;
	values: Json;
	change: (more: Json) => void;
}

function useNote(visit: RecordAnswer["record"], found: DraftRow | undefined): Note {
	const [values, setValues] = useState<Json>(found?.fields ?? { visit: visit.id });
	const draft = useDraft({ type: "encounter_note", case_id: visit.case_id, record_id: found?.id ?? "" });
	return { draft, values, change: (more) => {
		const next = { ...values, ...more };
		setValues(next);
		draft.type(next);
	} };
}

// How a visit ends: read aloud and signed, or why there is nothing to record.
function End(props: { visit: RecordAnswer["record"]; note: Note; notes: Summary[]; onClose: () => void }) {
	const { visit, note } = props;
	const typed = useUnfinished(visit.id, "DONE", "");
	const reason = typed.value;
	const ended = useAct();
	const done = (more: Json) => ended.act(() => step(visit.id, "DONE", { ended_at: new Date().toISOString(), ...more })).then((went) => went && typed.done());
	const { refusal, busy, finish } = useFinish(note.draft, () => void done({}));
	const text = fieldText(note.values, "text"), view = fieldText(note.values, "client_view");
	return (
		<Dialog title={T("ui.visit.end")} onClose={props.onClose}>
			<Refused refusal={refusal ?? ended.refusal} />
			{text.trim() !== "" || view.trim() !== "" ? (
				<>
					<p class="quiet">{T("ui.visit.read_aloud")}</p>
					<div class="reading stack tight">
						<p class="pre">{text}</p>
						{view !== "" && <><p class="label">{capital(fieldWord("encounter_note", "client_view"))}</p><p class="pre">{view}</p></>}
					</div>
					<div><Button busy={busy || ended.busy} onClick={() => void finish()}>{T("ui.visit.sign_end")}</Button></div>
				</>
			) : props.notes.length > 0 ? (
				<><p>{T("ui.visit.note_signed")}</p><div><Button busy={ended.busy} onClick={() => void done({})}>{T("ui.visit.end")}</Button></div></>
			) : (
				<>
					<Text label={capital(fieldWord("visit", "nothing_to_record_reason"))} hint={T("ui.visit.nothing_hint")} value={reason} lettersMost={2000} long onValue={typed.set} />
					<Kept of={typed} />
					<div><Button busy={ended.busy} onClick={() => void done({ nothing_to_record_reason: reason })}>{T("ui.visit.end_without")}</Button></div>
				</>
			)}
		</Dialog>
	);
}

// A visit that was not: not met, cancelled, or broken off because it was not safe.
function Not(props: { visit: RecordAnswer["record"]; state: string; municipality: string; onClose: () => void }) {
	const typed = useUnfinished<Json>(props.visit.id, props.state, {});
	const { refusal, busy, act } = useAct();
	return (
		<Dialog title={capital(stateWord("visit", props.state))} onClose={props.onClose}>
			{props.state === "ABORTED_SAFETY" && <Danger municipality={props.municipality} text={T("ui.visit.leave")} />}
			{props.state === "NO_SHOW" && <Notice tone="warn">{T("ui.visit.no_note_left")}</Notice>}
			{refusal?.field === "" && <Refused refusal={refusal} />}
			<Text label={word("cancel_reason")} long value={fieldText(typed.value, "cancel_reason")} lettersMost={2000} onValue={(cancel_reason) => typed.set({ cancel_reason })} error={errorsOf(refusal)["cancel_reason"]} />
			<Kept of={typed} />
			<div><Button busy={busy} onClick={() => void act(() => step(props.visit.id, props.state, { ...typed.value,
				...(props.state === "ABORTED_SAFETY" ? { ended_at: new Date().toISOString() } : {}) })).then((went) => went && (typed.done(), props.onClose()))}>{T("ui.step.take")}</Button></div>
		</Dialog>
	);
}

function Running(props: Held) {
	const { record, person, drafts } = props;
	const note = useNote(record, begunNotes(props)[0]);
	const [open, setOpen] = useState<"" | "end" | "ABORTED_SAFETY">("");
	const now = useNow();
	const started = Date.parse(fieldText(record.fields, "started_at"));
	const client = person?.id ?? "", home = person?.case_id ?? record.case_id;
	const from: From = { id: record.id, caseId: record.case_id, client: clientName(person?.fields) };
	const label = (name: string) => capital(fieldWord("encounter_note", name));
	return (
		<>
			<p class="row"><span class="chip good" role="timer">{T("ui.visit.running", { span: spanText(Math.max(0, now - started)) })}</span>
				<span class="quiet">{T("ui.visit.since", { when: clockText(started) })}</span></p>
			<div class="two">
				<section class="card stack" aria-label={T("ui.visit.written")}>
					{props.notes.map((one) => <p key={one.id}><a href={href(["record", one.id])}>{capital(typeWord(one.type))}: {one.title}</a></p>)}
					<div class="great"><Text label={label("text")} long value={fieldText(note.values, "text")} onValue={(text) => note.change({ text })} /></div>
					<div class="brief"><Text label={label("client_view")} long value={fieldText(note.values, "client_view")} onValue={(text) => note.change({ client_view: text === "" ? null : text })} /></div>
					<Keeping draft={note.draft} />
					<NextStep record={record} />
				</section>
				<aside class="stack">
					<Actions from={from} drafts={drafts} open />
					<section class="card stack tight" aria-labelledby="todo">
						<h2 id="todo">{T("ui.visit.todo")}</h2>
						<div class="row">
							<a class="button second" href={`${startHref("assistance_application", home, client)}&urgent=1`}>{T("ui.application.urgent")}</a>
							{["assistance_application", "life_situation_mapping", "consent", "concern_assessment"].map((type) => (
								<a class="button second" key={type} href={startHref(type, home, client)}>{type === "assistance_application" ? T("ui.application.title") : capital(typeWord(type))}</a>
							))}
							<a class="button second" href={href(["emergency"])}>{T("ui.emergency.title")}</a>
						</div>
					</section>
				</aside>
			</div>
			<div class="row apart"><Button onClick={() => setOpen("end")}>{T("ui.visit.end")}</Button>
				<Button kind="second" onClick={() => setOpen("ABORTED_SAFETY")}>{T("ui.visit.abort")}</Button></div>
			{open === "end" && <End visit={record} note={note} notes={props.notes} onClose={() => setOpen("")} />}
			{open === "ABORTED_SAFETY" && <Not visit={record} state={open} municipality={fieldText(person?.fields, "municipality")} onClose={() => setOpen("")} />}
		</>
	);
}

function Planned(props: Held) {
	const { record, person } = props;
	const [open, setOpen] = useState("");
	const { refusal, busy, act } = useAct();
	const planned = fieldText(record.fields, "planned_at");
	const directions = ((person?.fields["address"] as Json[] | undefined) ?? []).flatMap((one) => [[fieldText(one, "street"), fieldText(one, "village")].filter(Boolean).join(", "), fieldText(one, "directions")]).filter(Boolean);
	const phones = (person?.fields["phone"] as string[] | undefined) ?? [];
	return (
		<section class="card stack" aria-label={capital(typeWord("visit"))}>
			{planned !== "" && <p><strong>{momentText(Date.parse(planned))}</strong></p>}
			{directions.map((one) => <p key={one}>{one}</p>)}
			{phones.length > 0 && <p class="row">{phones.map((one) => <Call key={one} phone={one} name={clientName(person?.fields)} />)}</p>}
			<Refused refusal={refusal} />
			<div><Button busy={busy} onClick={() => void act(() => step(record.id, "STARTED", { started_at: new Date().toISOString() }))}>{T("ui.home.visit")}</Button></div>
			<div class="row">{["NO_SHOW", "CANCELLED"].map((state) => <Button key={state} kind="second" onClick={() => setOpen(state)}>{T(state === "NO_SHOW" ? "ui.visit.no_show" : "ui.visit.cancel")}</Button>)}</div>
			{open !== "" && <Not visit={record} state={open} municipality="" onClose={() => setOpen("")} />}
		</section>
	);
}

function Over(props: Held & { shape: TypeShape }) {
	const { record } = props;
	const left = begunNotes(props);
	return (
		<div class="two">
			<section class="card stack" aria-label={capital(typeWord("visit"))}>
				<RecordView shape={props.shape} values={record.fields} leaveOut={["client", "state"]} />
				<h2>{capital(typeWord("encounter_note"))}</h2>
				{left.map((one) => <DraftItem key={one.id} one={one} />)}
				{props.notes.length === 0 ? left.length === 0 && <Empty>{T("ui.visit.no_note")}</Empty>
					: <ul class="items">{props.notes.map((one) => <li key={one.id}><a class="item" href={href(["record", one.id])}><span class="item-title">{one.title}</span></a></li>)}</ul>}
				<div class="row"><a class="button second" href={href(["case", record.case_id])}>{T("ui.record.case")}</a>
					<a class="button second" href={href(["record", record.id])}>{T("ui.visit.whole")}</a></div>
			</section>
			<Actions from={{ id: record.id, caseId: record.case_id, client: clientName(props.person?.fields) }} drafts={props.drafts} open={false} />
		</div>
	);
}

function One(props: { id: string }) {
	const { data, refusal } = useAsk<RecordAnswer>("show", { id: props.id });
	const shape = useShape("visit");
	useEffect(() => {
		if (data?.record.draft === true)
			replace(["record", props.id]); // a draft goes on as a form
	}, [data]);
	const own = fieldText(data?.record.fields, "client");
	// A visit that names no client is of the client of its matter.
	const matter = useAsk<{ records: Summary[] }>(data !== null && own === "" ? "list" : null, { type: "case", caseId: data?.record.case_id ?? "", limit: 1 });
	const head = useAsk<RecordAnswer>(matter.data?.records[0] !== undefined ? "show" : null, { id: matter.data?.records[0]?.id ?? "" });
	const client = own || fieldText(head.data?.record.fields, "client");
	const known = own !== "" || (matter.data !== null && (matter.data.records.length === 0 || head.data !== null || head.refusal !== null));
	const person = useAsk<RecordAnswer>(client === "" ? null : "show", { id: client });
	const notes = useAsk<{ records: Summary[] }>(data === null ? null : "list", { type: "encounter_note", naming: props.id });
	const drafts = useAsk<{ drafts: DraftRow[] }>("drafts", {});
	const [first, setFirst] = useState<DraftRow[] | null>(null);
	useEffect(() => {
		if (first === null && drafts.data !== null)
			setFirst(drafts.data.drafts); // later answers are our own keeping
	}, [drafts.data]);
	const record = data?.record;
	const ready = record !== undefined && known && first !== null && shape !== null && notes.data !== null && (client === "" || person.data !== null || person.refusal !== null);
	const state = record?.state?.holds ?? "";
	const held = ready ? { record, person: person.data?.record ?? null, notes: notes.data!.records, drafts: first } : null;
	const place = valueWord("visit_place", fieldText(record?.fields, "place")), purpose = capital(valueWord("visit_purpose", fieldText(record?.fields, "purpose")));
	return (
		<div class="stack">
			<div>
				<Title>{ready ? clientName(person.data?.record.fields) || record.title || capital(typeWord("visit")) : capital(typeWord("visit"))}</Title>
				{record !== undefined && <p class="quiet">{purpose} · {place} · <a href={href(["case", record.case_id])}>{t("ui.record.case")}</a></p>}
			</div>
			<Refused refusal={refusal} />
			{record !== undefined && state !== "STARTED" && <p><span class="chip">{capital(stateWord("visit", state))}</span></p>}
			{held === null ? refusal === null && <Busy /> : state === "PLANNED" ? <Planned {...held} /> : state === "STARTED" ? <Running key={held.notes.length} {...held} /> : <Over {...held} shape={shape!} />}
		</div>
	);
}

export function Visit(props: { id: string; query: Record<string, string> }) {
	return props.id === "new" ? <New query={props.query} /> : props.id === "unknown" ? <Unknown query={props.query} /> : <One id={props.id} />;
}
