// consent - what a client allows to be told to whom: given in plain words, withdrawn, narrowed.
//
// A draft until it is signed; a signed one stays as it was said. What a withdrawal blocks and
// what had gone already is the daemon's answer, and is read to the client.
import { useEffect, useRef, useState } from "preact/hooks";
import { useAct } from "../core/act";
import { call, type Json } from "../core/api";
import { useDraft } from "../core/draft";
import { status, useAsk } from "../core/live";
import { clientName, useShape, type CaseAnswer, type RecordAnswer, type TypeShape } from "../core/records";
import { go, href, replace, settle } from "../core/route";
import { useUnfinished } from "../core/unfinished";
import { capital, dateText, fieldWord, momentIso, momentMs, momentText, T, t, valueWord } from "../core/words";
import { Choice, Choices, Text } from "../ui/field";
import { Kept } from "../ui/kept";
import { Busy, Button, Empty, Notice, Refused, toast } from "../ui/parts";
import { ErrorSummary, RecordField } from "../ui/record-form";
import { RecordView } from "../ui/record-view";
import { Title } from "./frame";
import { Keeping, useErrors, useFinish } from "./write";

export type Hold = "HOLDS" | "NOT_HERE" | "NOT_YET" | "WITHDRAWN" | "NARROWED" | "EXPIRED" | "OTHER_DAY";
export interface ConsentRow {
	id: string;
	holds: Hold;
	direction: "TO_KELA" | "FROM_KELA" | "TO_OTHER";
	recipient: string;
	purpose: string;
	scope: string[];
	excluded: string[];
	given_ms: number;
	valid_until: string;
	withdrawn_ms: number;
	narrowed_by: string;
}
export interface DisclosureRow {
	id: string;
	recipient: string;
	state: string;
	basis: "CONSENT" | "STATUTE";
	typed: boolean;
	consent: string;
	consent_holds: Hold | "";
	tell_recipient: boolean;
	prepared_ms: number;
	sent_ms: number;
	receipt_ms: number;
	client_told_ms: number;
}
interface Gone {
	id: string;
	recipient: string;
	sent_ms: number;
	items: string[];
}
interface Followed {
	id: string;
	withdrawn_ms?: number;
	withdrawn_too?: string[];
	standing?: string[];
	blocked: Gone[];
	gone: Gone[];
	sessions: string[];
	tasks: { id: string; what: string; due: string }[];
}

export function holdWord(hold: Hold): string {
	return T(`ui.consent.hold_${hold}`);
}

export function scopeWords(scopes: string[]): string {
	return scopes.map((one) => capital(valueWord("consent_scope", one))).join(", ");
}

// Whose case this is, from the client's own or one of their matters.
export function useClient(caseId: string) {
	const asked = useAsk<CaseAnswer>(caseId === "" ? null : "show", { id: caseId });
	const clientCase = asked.data === null ? "" : asked.data.case_kind === "CLIENT" ? asked.data.case_id : asked.data.client_case;
	const own = useAsk<CaseAnswer>(clientCase === "" || clientCase === asked.data?.case_id ? null : "show", { id: clientCase });
	const person = [...asked.data?.records ?? [], ...own.data?.records ?? []].find((one) => one.type === "client" && one.case_id === clientCase);
	return { clientCase, id: person?.id ?? "", name: clientName(person?.fields) || person?.title || "", refusal: asked.refusal ?? own.refusal, busy: asked.busy || own.busy };
}

// ---- what the client says, in plain words ----
function list(values: unknown): string[] {
	return Array.isArray(values) ? values as string[] : [];
}

export function PlainConsent(props: { values: Json; past?: boolean }) {
	const { values } = props;
	const direction = values["direction"], until = String(values["valid_until"] ?? ""), excluded = list(values["excluded"]);
	return (
		<section class="card stack tight plain-words" aria-labelledby="plain">
			<h2 id="plain">{T(props.past === true ? "ui.consent.plain_past" : "ui.consent.plain")}</h2>
			<p>{T(direction === "FROM_KELA" ? "text.consent_from_kela" : direction === "TO_OTHER" ? "text.consent_to_other" : "text.consent_to_kela")}</p>
			{direction === "TO_OTHER" && <p><strong>{String(values["recipient"] ?? "")}</strong></p>}
			<h3>{T("text.consent_scope")}</h3>
			{list(values["scope"]).length === 0 ? <Empty>{T("ui.consent.nothing_yet")}</Empty> : <ul>{list(values["scope"]).map((one) => <li key={one}>{scopeWords([one])}</li>)}</ul>}
			<p>{T("text.consent_nothing_else")}</p>
			{(excluded.length > 0 || Boolean(values["excluded_text"])) && <><h3>{T("text.consent_excluded")}</h3>
				<ul>{excluded.map((one) => <li key={one}>{scopeWords([one])}</li>)}{Boolean(values["excluded_text"]) && <li>{String(values["excluded_text"])}</li>}</ul></>}
			<p>{capital(fieldWord("consent", "purpose"))}: {String(values["purpose"] ?? "–")}</p>
			<p>{until === "" ? T("ui.consent.until_default") : T("ui.consent.until", { day: dateText(until) })}</p>
			<h3>{T("text.consent_rights_heading")}</h3>
			<ul>
				<li>{T("text.consent_voluntary")}</li><li>{T("text.consent_withdraw")}</li><li>{T("text.consent_after")}</li><li>{T("text.consent_service_goes_on")}</li>
				{direction === "FROM_KELA" && values["form"] === "ORAL" && <li>{T("text.consent_oral_kela")}</li>}
			</ul>
		</section>
	);
}

// ---- giving one ----
function Form(props: { shape: TypeShape; first: Json; caseId: string; draftId: string; then: string }) {
	const { shape } = props;
	const [values, setValues] = useState<Json>(props.first);
	const draft = useDraft({ type: "consent", record_id: props.draftId, case_id: props.caseId });
	const left = useRef(false);
	const { refusal, busy, finish } = useFinish(draft, (written) => {
		left.current = true;
		toast(T("ui.consent.signed"));
		replace(props.then === "" ? ["consent", written.id] : ["notice", props.then]);
	});
	const change = (next: Json) => {
		setValues(next);
		draft.type(next);
	};
	// Locked or loaded anew, the window comes back to this draft.
	useEffect(() => {
		if (draft.keeping.value.state === "kept" && props.draftId === "" && !left.current)
			settle(["consent", draft.id], props.then === "" ? {} : { then: props.then });
	}, [draft.keeping.value]);
	const save = () => {
		if (draft.id === "")
			draft.type(values);
		void finish();
	};
	const errors = useErrors(refusal);
	const [shut] = useState(list(values["excluded"]).length > 0 || Boolean(values["excluded_text"]));
	const scopes = (shape.fields.find((one) => one.name === "scope")?.values ?? []).filter((one) => one !== "UNSPECIFIED").map((value) => ({ value, label: scopeWords([value]) }));
	const chosen = list(values["scope"]);
	const field = (name: string, hint?: string) => {
		const one = shape.fields.find((f) => f.name === name);
		return one !== undefined && <RecordField shape={{ ...one, required: one.required && name !== "valid_until" }} path={name} value={values[name]} errors={errors} hint={hint}
			onValue={(value) => change({ ...values, [name]: value })} />;
	};
	const direct = (direction: string) => change({ ...values, direction,
		recipient: direction !== "TO_OTHER" ? "Kela" : values["recipient"] === "Kela" ? null : values["recipient"] ?? null });
	return (
		<form class="two" noValidate onSubmit={(event) => { event.preventDefault(); save(); }}
			onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); save(); } }}>
			<div class="card stack">
				<ErrorSummary refusal={refusal} shape={shape} values={values} leaveOut={["client", "valid_until", "witness_staff"]} />
				<Choice path="direction" label={capital(fieldWord("consent", "direction"))} required value={String(values["direction"] ?? "")} error={errors["direction"]} onValue={direct}
					options={["TO_KELA", "FROM_KELA", "TO_OTHER"].map((value) => ({ value, label: capital(valueWord("consent_direction", value)) }))} />
				{values["direction"] === "FROM_KELA" && <Notice>{T("ui.consent.from_kela_hint")}</Notice>}
				{(values["direction"] === "TO_OTHER" || errors["recipient"] !== undefined) && field("recipient")}
				{field("purpose", T("ui.consent.purpose_hint"))}
				<div class="listed"><Choices path="scope" label={T("text.consent_scope")} required options={scopes} values={chosen} error={errors["scope"]}
					onValues={(next) => change({ ...values, scope: next, excluded: list(values["excluded"]).filter((one) => !next.includes(one)) })} /></div>
				<details open={shut || undefined}><summary>{T("text.consent_excluded")}</summary>
					<div class="stack">
						<div class="listed"><Choices path="excluded" label={T("text.consent_excluded")} hint={T("ui.consent.excluded_hint")} options={scopes.filter((one) => !chosen.includes(one.value))}
							values={list(values["excluded"])} error={errors["excluded"]} onValues={(next) => change({ ...values, excluded: next })} /></div>
						{field("excluded_text")}
					</div></details>
				{field("form")}
				{field("valid_until", T("ui.consent.until_hint"))}
				{field("understood_check", T("ui.consent.understood_hint"))}
				{field("given_at")}
				{field("place")}
			</div>
			<div class="stack">
				<PlainConsent values={values} />
				<Keeping draft={draft} />
				<div class="row">
					<Button type="submit" busy={busy}>{T("ui.sign")}</Button>
					<Button kind="second" onClick={() => { void draft.keep(); history.back(); }}>{T("ui.later")}</Button>
				</div>
			</div>
		</form>
	);
}

function New(props: { caseId: string; then: string; summary: string }) {
	const shape = useShape("consent");
	const client = useClient(props.caseId);
	const holder = status.value?.holder_name ?? "";
	return (
		<div class="stack">
			<Title>{T("ui.consent.new")}</Title>
			<p class="quiet">{client.name}</p>
			<Refused refusal={client.refusal} />
			{shape === null || client.id === "" ? client.refusal === null && (client.busy ? <Busy /> : <Notice tone="warn">{T("ui.record.elsewhere")}</Notice>) : <Form shape={shape} caseId={client.clientCase} draftId="" then={props.then}
				first={{ client: client.id, direction: "TO_KELA", recipient: "Kela", form: "WRITTEN", given_at: momentIso(Date.now()), witness_staff: holder || null,
					 scope: props.summary === "" ? [] : [props.summary] }} />}
		</div>
	);
}

// ---- what was disclosed, each with its state ----
export function Disclosures(props: { rows: DisclosureRow[]; none: string }) {
	return props.rows.length === 0 ? <Empty>{props.none}</Empty> : (
		<ul class="items">{props.rows.map((one) => (
			<li key={one.id}><a class="item" href={href(["notice", one.id])}>
				<span class="row apart"><span class="item-title">{one.recipient}</span>
					<span class={`chip ${one.state === "BLOCKED" ? "bad" : one.state === "SENT" || one.state === "RECEIPTED" ? "good" : ""}`}>{capital(valueWord("disclosure_state", one.state))}</span></span>
				<span class="quiet">{one.sent_ms > 0 ? T("ui.notice.sent_at", { when: momentText(one.sent_ms) }) : T("ui.notice.prepared_at", { when: momentText(one.prepared_ms) })}
					{one.basis === "STATUTE" ? ` · ${t("ui.notice.statute")}` : ""}</span>
				{one.tell_recipient && <span class="error">{T("ui.notice.tell_recipient")}</span>}
			</a></li>
		))}</ul>
	);
}

function GoneList(props: { title: string; rows: Gone[] }) {
	return props.rows.length === 0 ? null : (
		<>
			<h3>{props.title}</h3>
			<ul class="items">{props.rows.map((one) => (
				<li key={one.id}><a class="item" href={href(["notice", one.id])}><span class="item-title">{one.recipient}{one.sent_ms > 0 ? ` · ${momentText(one.sent_ms)}` : ""}</span>
					<span>{one.items.map(capital).join(", ")}</span></a></li>
			))}</ul>
		</>
	);
}

// What a withdrawal or narrowing brought with it; read to the client.
function Done(props: { done: Followed }) {
	const { done } = props;
	return (
		<section class="notice good stack tight" role="status" data-done>
			<h2>{T(done.withdrawn_ms !== undefined ? "ui.consent.withdrawn" : "ui.consent.narrowed", { when: momentText(done.withdrawn_ms ?? Date.now()) })}</h2>
			<GoneList title={T("ui.consent.blocked")} rows={done.blocked} />
			{done.gone.length === 0 ? <p>{T("ui.consent.nothing_gone")}</p> : <GoneList title={T("ui.consent.gone")} rows={done.gone} />}
			{done.tasks.length > 0 && <><h3>{T("ui.consent.tasks")}</h3>
				<ul class="items">{done.tasks.map((one) => <li key={one.id}><a class="item" href={href(["record", one.id])}><span class="item-title">{capital(one.what)}</span><span>{T("ui.consent.due", { day: dateText(one.due) })}</span></a></li>)}</ul></>}
			{(done.withdrawn_too ?? []).length > 0 && <p>{T("ui.consent.too", { count: done.withdrawn_too!.length })}</p>}
			{(done.standing ?? []).length > 0 && <p>{T("ui.consent.standing")} {done.standing!.map((id, i) => <a key={id} href={href(["consent", id])}>{T("ui.consent.number", { n: i + 1 })} </a>)}</p>}
			{done.sessions.length > 0 && <p>{T("ui.consent.sessions", { count: done.sessions.length })}</p>}
			<p>{T("text.consent_after")} {T("text.consent_service_goes_on")}</p>
		</section>
	);
}

function Withdraw(props: { id: string; onDone: (done: Followed) => void; onClose: () => void }) {
	const [now] = useState(momentIso(Date.now()));
	const typed = useUnfinished(props.id, "consent/withdraw", { at: now, via: "" });
	const { at, via } = typed.value;
	const { refusal, busy, act } = useAct();
	const errors = useErrors(refusal);
	const send = async () => {
		const done = await act(() => call<Followed>("consent", { verb: "withdraw", id: props.id, via, atMs: at === now ? 0n : BigInt(momentMs(at)) }));
		if (done !== undefined) {
			typed.done();
			props.onDone(done);
		}
	};
	return (
		<form class="card stack" onSubmit={(event) => { event.preventDefault(); void send(); }}>
			<h2>{T("ui.consent.withdraw")}</h2>
			<Refused refusal={refusal} />
			<Text label={T("ui.consent.when")} hint={T("ui.consent.when_hint")} type="datetime-local" value={at} onValue={(next) => typed.patch({ at: next })} error={errors["withdrawn_at"] ?? errors["at_ms"]} />
			<Choice label={T("ui.consent.via")} value={via} onValue={(next) => typed.patch({ via: next })} optional error={errors["via"]}
				options={([T("ui.consent.via_phone"), T("ui.consent.via_met"), T("ui.consent.via_message"), T("ui.consent.via_letter")]).map((label) => ({ value: label, label }))} />
			<Kept of={typed} />
			<div class="row"><Button kind="danger" type="submit" busy={busy}>{T("ui.consent.withdraw_now")}</Button><Button kind="second" onClick={props.onClose}>{T("ui.consent.not_withdrawn")}</Button></div>
		</form>
	);
}

function Narrow(props: { row: ConsentRow; onDone: (done: Followed) => void; onClose: () => void }) {
	const allowed = props.row.scope.filter((one) => !props.row.excluded.includes(one));
	const typed = useUnfinished(props.row.id, "consent/narrow", { left: allowed, understood: "" });
	const { left, understood } = typed.value;
	const { refusal, busy, act } = useAct();
	const errors = useErrors(refusal);
	const send = async () => {
		const done = await act(() => call<Followed>("consent", { verb: "narrow", id: props.row.id, scope: left.join(","),
			excluded: allowed.filter((one) => !left.includes(one)).join(","), understood }));
		if (done !== undefined) {
			typed.done();
			props.onDone(done);
		}
	};
	return (
		<form class="card stack" onSubmit={(event) => { event.preventDefault(); void send(); }}>
			<h2>{T("ui.consent.narrow")}</h2>
			<Refused refusal={refusal} />
			<div class="listed"><Choices label={T("ui.consent.left")} hint={T("ui.consent.left_hint")} values={left} onValues={(next) => typed.patch({ left: next })} error={errors["scope"] ?? errors["excluded"]}
				options={allowed.map((value) => ({ value, label: scopeWords([value]) }))} /></div>
			{left.length === 0 && <Notice tone="warn">{T("ui.consent.left_none")}</Notice>}
			<Text label={capital(fieldWord("consent", "understood_check"))} hint={T("ui.consent.understood_hint")} required long value={understood} onValue={(next) => typed.patch({ understood: next })}
				lettersMost={1000} error={errors["understood_check"] ?? errors["understood"]} />
			<Kept of={typed} />
			<div class="row"><Button type="submit" busy={busy || left.length === 0 || left.length === allowed.length}>{T("ui.sign")}</Button><Button kind="second" onClick={props.onClose}>{T("ui.cancel")}</Button></div>
		</form>
	);
}

// ---- one that was given ----
function Given(props: { answer: RecordAnswer; shape: TypeShape }) {
	const { record } = props.answer;
	const consents = useAsk<{ consents: ConsentRow[] }, "consent">("consent", { verb: "list", id: record.case_id });
	const disclosures = useAsk<{ disclosures: DisclosureRow[] }, "disclosure">("disclosure", { verb: "list", id: record.case_id });
	const [open, setOpen] = useState<"" | "withdraw" | "narrow">("");
	const [done, setDone] = useState<Followed | null>(null);
	const row = consents.data?.consents.find((one) => one.id === record.id);
	const after = (next: Followed) => {
		setOpen("");
		setDone(next);
	};
	const on = (disclosures.data?.disclosures ?? []).filter((one) => one.consent === record.id);
	return (
		<>
			{row !== undefined && <p><span class={`chip ${row.holds === "HOLDS" ? "good" : "warn"}`} data-holds={row.holds}>{holdWord(row.holds)}</span> {row.withdrawn_ms > 0 ? momentText(row.withdrawn_ms)
				: row.holds === "HOLDS" ? T("ui.consent.until", { day: dateText(row.valid_until) }) : ""}</p>}
			{row?.narrowed_by !== undefined && row.narrowed_by !== "" && <p><a href={href(["consent", row.narrowed_by])}>{T("ui.consent.newer")}</a></p>}
			{done !== null && <Done done={done} />}
			<div class="two">
				<div class="stack">
					{open === "withdraw" && <Withdraw id={record.id} onDone={after} onClose={() => setOpen("")} />}
					{open === "narrow" && row !== undefined && <Narrow row={row} onDone={after} onClose={() => setOpen("")} />}
					{open === "" && row?.holds === "HOLDS" && <div class="row noprint">
						<Button kind="second" onClick={() => setOpen("withdraw")}>{T("ui.consent.withdraw")}</Button>
						<Button kind="second" onClick={() => setOpen("narrow")}>{T("ui.consent.narrow")}</Button>
					</div>}
					<PlainConsent values={record.fields} past={row !== undefined && row.holds !== "HOLDS"} />
				</div>
				<aside class="stack">
					<section class="card stack tight" aria-labelledby="on"><h2 id="on">{T("ui.consent.disclosures")}</h2>
						<Disclosures rows={on} none={T("ui.consent.no_disclosures")} /></section>
					<section class="card stack tight" aria-labelledby="facts"><h2 id="facts">{T("ui.consent.facts")}</h2>
						<RecordView shape={props.shape} values={record.fields} leaveOut={["client", "state", "scope", "excluded", "excluded_text", "purpose", "valid_until"]} /></section>
				</aside>
			</div>
		</>
	);
}

function One(props: { id: string; then: string }) {
	const { data, refusal } = useAsk<RecordAnswer>("show", { id: props.id });
	const [first, setFirst] = useState<RecordAnswer | null>(null);
	const shape = useShape("consent");
	useEffect(() => {
		if (first === null && data !== null)
			setFirst(data); // of a draft later answers are our own keeping
	}, [data]);
	const draft = first !== null && first.record.draft;
	return (
		<div class="stack">
			<div class="row apart">
				<Title>{T(draft ? "ui.consent.new" : "ui.consent.one")}</Title>
				{data !== null && <div class="row noprint"><a class="button second small" href={href(["case", data.record.case_id])}>{T("ui.record.case")}</a>
					{!draft && <a class="button second small" href={href(["print", props.id], { of: "consent" })}>{T("ui.print.title")}</a>}</div>}
			</div>
			<Refused refusal={refusal} />
			{data === null || first === null || shape === null ? refusal === null && <Busy />
				: draft ? <Form shape={shape} first={first.record.fields} caseId={first.record.case_id} draftId={first.record.id} then={props.then} />
				: <Given answer={data} shape={shape} />}
		</div>
	);
}

export function Consent(props: { id: string; query: Record<string, string> }) {
	return props.id === "new" ? <New caseId={props.query["case"] ?? ""} then={props.query["then"] ?? ""} summary={props.query["scope"] ?? ""} /> : <One id={props.id} then={props.query["then"] ?? ""} />;
}

// All of a client's: which hold, and where what has gone.
export function Consents(props: { id: string }) {
	const client = useClient(props.id);
	const consents = useAsk<{ consents: ConsentRow[] }, "consent">("consent", { verb: "list", id: props.id });
	const disclosures = useAsk<{ disclosures: DisclosureRow[] }, "disclosure">("disclosure", { verb: "list", id: props.id });
	return (
		<div class="stack">
			<div class="row apart"><div><Title>{T("ui.consent.all")}</Title><p class="quiet">{client.name}</p></div>
				<div class="row"><a class="button second small" href={href(["case", props.id])}>{T("ui.record.case")}</a></div></div>
			<Refused refusal={consents.refusal ?? disclosures.refusal} />
			<div class="two">
				<section class="card stack tight" aria-labelledby="consents"><h2 id="consents">{T("ui.consent.consents")}</h2>
					{consents.data?.consents.length === 0 && <Empty>{T("ui.consent.none")}</Empty>}
					<ul class="items">{consents.data?.consents.map((one) => (
						<li key={one.id}><a class="item" href={href(["consent", one.id])}>
							<span class="row apart"><span class="item-title">{capital(valueWord("consent_direction", one.direction))}{one.direction === "TO_OTHER" ? ` · ${one.recipient}` : ""}</span>
								<span class={`chip ${one.holds === "HOLDS" ? "good" : ""}`}>{holdWord(one.holds)}</span></span>
							<span>{scopeWords(one.scope)}</span><span class="quiet">{one.purpose}{one.holds === "HOLDS" && ` · ${t("ui.consent.until", { day: dateText(one.valid_until) })}`}</span></a></li>
					))}</ul>
					{client.id !== "" && <div><Button onClick={() => go(["consent", "new"], { case: client.clientCase })}>{T("ui.consent.new")}</Button></div>}
				</section>
				<section class="card stack tight" aria-labelledby="disclosures"><h2 id="disclosures">{T("ui.consent.disclosures")}</h2>
					{disclosures.data !== null && <Disclosures rows={disclosures.data.disclosures} none={T("ui.consent.no_disclosures")} />}
				</section>
			</div>
		</div>
	);
}
