// record - one record: its values, its state and the steps that are possible, what
// corrected it, who wrote which value, and for what may change a form.
import { useEffect, useState } from "preact/hooks";
import { useAct } from "../core/act";
import { call, Refusal, type Json } from "../core/api";
import { touched, useAsk } from "../core/live";
import { decisions, type Decision } from "../core/recent";
import { Told } from "../core/refusal-words";
import { titleOf, useShape, whoText, write, writeFrom, type FieldInfo, type FieldShape, type RecordAnswer, type TypeShape, type Who } from "../core/records";
import { href } from "../core/route";
import { useUnfinished, type KeptText } from "../core/unfinished";
import { capital, fieldWord, momentText, T, t, stateWord, typeWord, valueWord, whenText, type WordKey } from "../core/words";
import { Choice, Text } from "../ui/field";
import { Kept } from "../ui/kept";
import { Busy, Button, Dialog, Notice, Refused, refusalText, toast } from "../ui/parts";
import { ErrorSummary, RecordForm } from "../ui/record-form";
import { RecordView, Value } from "../ui/record-view";
import { step } from "../ui/step-form";
import { HiddenNotice } from "./case";
import { Title } from "./frame";
import { PlanAgain } from "./plan";
import { errorsOf, GoOn } from "./write";

// What has a screen of its own, and the word of the way there.
const OWN: Record<string, readonly [string, WordKey]> = {
	consent: ["consent", "ui.consent.withdraw_or_narrow"], plan: ["notice", "ui.notice.to_kela"], joint_session: ["notice", "ui.notice.to_kela"],
	disclosure: ["notice", "ui.notice.title"], handover: ["handovers", "ui.handovers.title"],
};

interface StepAnswer {
	holds: string;
	steps: { state: string; needs: string; field: string; ready: boolean }[];
}

function Steps(props: { id: string; shape: TypeShape; values: Json; mark: (name: string) => string }) {
	const { data } = useAsk<StepAnswer>("step", { recordId: props.id, state: "" });
	const [asked, setAsked] = useState<StepAnswer["steps"][number] | null>(null);
	const { refusal, act } = useAct();
	const take = (state: string) => act(() => took(props, state, {}));
	if (data === null || data.steps.length === 0)
		return null;
	return (
		<section class="card stack tight noprint" aria-labelledby="steps">
			<h2 id="steps">{T("ui.step.title")}</h2>
			<p>{T("ui.step.holds", { state: stateWord(props.shape.name, data.holds) })}</p>
			<Refused refusal={refusal} />
			<div class="row">
				{data.steps.map((one) => (
					<Button key={one.state} kind="second" onClick={() => one.ready ? void take(one.state) : setAsked(one)}>{capital(stateWord(props.shape.name, one.state))}{props.mark(one.state)}</Button>
				))}
			</div>
			{asked !== null && <Asking {...props} asked={asked} onClose={() => setAsked(null)} />}
		</section>
	);
}

async function took(of: { id: string; shape: TypeShape }, state: string, values: Json): Promise<true> {
	await step(of.id, state, values);
	toast(T("ui.step.done", { state: stateWord(of.shape.name, state) }));
	return true;
}

// What a step needs besides.
function Asking(props: { id: string; shape: TypeShape; values: Json; asked: StepAnswer["steps"][number]; onClose: () => void }) {
	const { asked, shape } = props;
	const typed = useUnfinished<Json>(props.id, asked.state, {});
	const { refusal, busy, act } = useAct();
	const fields = [asked.field, refusal?.field ?? ""].map((path) => path.split(".")[0]!);
	const knows = shape.fields.some((field) => field.name === fields[0]);
	const take = async () => {
		if (await act(() => took(props, asked.state, typed.value))) {
			typed.done();
			props.onClose();
		}
	};
	return (
		<Dialog title={capital(stateWord(shape.name, asked.state))} onClose={props.onClose}>
			{knows ? <p>{T("ui.step.needs")}</p> : asked.needs !== "" && <p>{Told(asked.needs)}</p>}
			<ErrorSummary refusal={refusal} shape={{ ...shape, fields: [] }} values={{}} />
			<RecordForm shape={{ ...shape, fields: shape.fields.map((field) => ({ ...field, later: false })) }} only={fields}
				values={{ ...props.values, ...typed.value }} onValues={(next) => typed.set(differing(next, props.values))} errors={errorsOf(refusal)} />
			<Kept of={typed} />
			<Button busy={busy} onClick={() => void take()}>{T("ui.step.take")}</Button>
		</Dialog>
	);
}

// Of the values those that differ from what is recorded.
function differing(values: Json, from: Json): Json {
	return Object.fromEntries(Object.entries(values).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(from[name])));
}

// A value in words, of any kind.
function Shown(props: { field: FieldShape; value: unknown; cleared: boolean }) {
	const { field, value } = props;
	return props.cleared || value === null || value === undefined ? <>{t("ui.conflicts.cleared")}</>
		: <Value shape={field} value={value} />;
}

// Who wrote it, when, and on which machine.
function Origin(props: { by: Who; at_ms: number; pending: boolean }) {
	return (
		<span class="quiet">{props.by.mine ? t("ui.conflicts.mine") : whoText(props.by)} · {momentText(props.at_ms)} · {props.by.mine ? t("ui.conflicts.here")
			: t("ui.conflicts.machine", { node: props.by.node.slice(0, 4) })}{props.pending ? ` · ${t("ui.mark.pending")}` : ""}</span>
	);
}

function decided(id: string, field: string): Decision | undefined {
	return decisions.value.find((one) => one.id === id && one.info.field === field);
}

// Two people wrote, and neither had seen the other: both values side by side, until one chooses.
export function Conflict(props: { id: string; info: FieldInfo; shape: TypeShape; token: number }) {
	const { info } = props;
	const field = props.shape.fields.find((one) => one.name === info.field);
	const before = decided(props.id, info.field);
	const typed = useUnfinished<Json | null>(props.id, `record/${info.field}`, null);
	const values = typed.value;
	const { refusal, act } = useAct();
	const choose = (value: unknown) => act(async () => {
		await write({ type: props.shape.name, record_id: props.id, values: { [info.field]: value }, token: props.token });
		decisions.value = [{ id: props.id, info, value, at_ms: Date.now() }, ...decisions.value.filter((one) => one !== before)];
		typed.done();
		toast(T("ui.conflicts.chosen"), () => { location.hash = href(["conflicts"]); });
	});
	if (field === undefined)
		return null;
	const isChosen = (value: unknown) => before !== undefined && JSON.stringify(before.value ?? null) === JSON.stringify(value ?? null);
	return (
		<section class={`notice ${before === undefined ? "warn" : "good"} stack tight`} aria-label={T("ui.conflicts.of", { field: field.label })} data-conflict={field.name}>
			<h2>{before === undefined ? T("ui.conflicts.of", { field: field.label }) : T("ui.conflicts.decided", { field: field.label, when: whenText(before.at_ms) })}</h2>
			<ul class="items sides">
				{info.siblings.map((one, i) => {
					const value = one.cleared ? null : one.value;
					return (
						<li key={i} class="stack tight">
							<div class="pre"><strong><Shown field={field} value={value} cleared={one.cleared} /></strong></div>
							<Origin by={one.by} at_ms={one.at_ms} pending={one.pending} />
							{isChosen(value) ? <p class="chip good">✓ {t("ui.conflicts.picked")}</p>
								: <div><Button kind="second" onClick={() => void choose(value)}>{before === undefined ? T("ui.conflicts.pick") : T("ui.conflicts.pick_after_all")}</Button></div>}
						</li>
					);
				})}
				{before !== undefined && !info.siblings.some((one) => isChosen(one.cleared ? null : one.value)) &&
					<li class="stack tight"><strong><Shown field={field} value={before.value} cleared={false} /></strong><p class="chip good">✓ {t("ui.conflicts.picked")}</p></li>}
			</ul>
			<Refused refusal={refusal} />
			{values === null ? <div><Button kind="plain" onClick={() => typed.set({ [field.name]: info.siblings[0]?.value ?? null })}>{T("ui.conflicts.write")}</Button></div> : (
				<div class="stack tight">
					<RecordForm shape={props.shape} only={[field.name]} values={values} onValues={typed.set} errors={errorsOf(refusal)} />
					<Kept of={typed} />
					<div><Button onClick={() => void choose(values[field.name] ?? null)}>{T("ui.conflicts.keep_this")}</Button></div>
				</div>
			)}
		</section>
	);
}

// Who wrote what, when; a value of before may be taken again where the record may be changed.
function History(props: { id: string; shape: TypeShape; token: number }) {
	const { data, refusal } = useAsk<RecordAnswer>("show", { id: props.id, log: true });
	const { refusal: refused, act } = useAct();
	const again = (fields: Json) => act(async () => {
		await write({ type: props.shape.name, record_id: props.id, values: fields, token: props.token });
		toast(T("ui.log.restored"));
	});
	const lines = [...(data?.log ?? [])].reverse();
	return (
		<section class="card stack tight" aria-labelledby="log"><h2 id="log">{T("ui.log.title")}</h2>
			<Refused refusal={refusal ?? refused} />
			{data === null && refusal === null && <Busy />}
			<ol class="items">{lines.map((line, i) => (
				<li key={`${line.by.epoch}${line.seq}`} class="stack tight item">
					<Origin by={line.by} at_ms={line.stamp_ms} pending={line.order === 0 && line.verdict === "LOCAL"} />
					{line.verdict !== "ACCEPTED" && line.verdict !== "LOCAL" && <span class="chip warn">{t(line.verdict === "REJECTED" ? "ui.sync.rejected" : "ui.sync.in_quarantine")}</span>}
					{line.fields !== undefined && <RecordView shape={props.shape} values={line.fields} />}
					{i > 0 && line.fields !== undefined && !props.shape.signed && !props.shape.central_only &&
						<div class="noprint"><Button kind="plain" small onClick={() => void again(Object.fromEntries(Object.entries(line.fields!).filter(([name]) => name !== "state")))}>{T("ui.log.restore")}</Button></div>}
				</li>
			))}</ol>
		</section>
	);
}

// Asks why before something is shown that needs a reason; the reason goes into the access log, once
// for each press.
export function Reason(props: { id: string; name: string; title: string; hint: string; button: string; onClose: () => void; onGive: (reason: string) => Promise<void> | void }) {
	const typed = useUnfinished(props.id, props.name, "");
	const reason = typed.value.trim();
	const { refusal, act } = useAct();
	const give = async (event: Event) => {
		event.preventDefault();
		if (await act(async () => {
			if (reason === "")
				throw new Refusal("CALLER", T("ui.reason.none"), "reason", {});
			return [await props.onGive(reason)];
		}))
			typed.done();
	};
	return (
		<Dialog title={props.title} onClose={props.onClose}>
			<form class="stack" noValidate onSubmit={(event) => void give(event)}>
				<p>{props.hint}</p>
				<Refused refusal={refusal?.field ? null : refusal} />
				<Text label={T("ui.reason.why")} value={typed.value} onValue={typed.set} long required autofocus lettersMost={500} error={Object.values(errorsOf(refusal))[0]} />
				<Kept of={typed} />
				<Button type="submit">{props.button}</Button>
			</form>
		</Dialog>
	);
}

// Opens for today what is held here of a client and not for one's own role.
export function BreakGlass(props: { id: string }) {
	const [open, setOpen] = useState(false);
	return (
		<>
			<Button kind="second" small onClick={() => setOpen(true)}>{T("ui.glass.title")}</Button>
			{open && <Reason id={props.id} name="glass" title={T("ui.glass.title")} hint={T("ui.glass.hint")} button={T("ui.glass.open")} onClose={() => setOpen(false)}
				onGive={async (reason) => { await call("breakGlass", { id: props.id, reason }); setOpen(false); touched(); toast(T("ui.glass.opened")); }} />}
		</>
	);
}

// Of a change what was touched alone is kept, with the read it was made from. What somebody
// changed meanwhile is told once; then the newest read counts.
function Change(props: { shape: TypeShape; answer: RecordAnswer; onDone: () => void }) {
	const { record, token } = props.answer;
	const typed = useUnfinished(record.id, "record/change", { token, values: {} as Json });
	const values = { ...record.fields, ...typed.value.values };
	const { refusal, busy, act } = useAct();
	const setValues = (next: Json) => typed.set({ token: typed.value.token, values: differing(next, record.fields) });
	const done = () => {
		typed.done();
		props.onDone();
	};
	const save = () => act(async () => {
		const changed = differing(values, record.fields);
		if (Object.keys(changed).length > 0)
			await writeFrom({ type: record.type, record_id: record.id, values: changed, token: typed.value.token }, (newer) => typed.set({ ...typed.value, token: newer }));
		toast(T("ui.saved", { what: typeWord(record.type) }));
		done();
	});
	return (
		<form class="card stack" noValidate onSubmit={(event) => { event.preventDefault(); void save(); }}
			onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); void save(); } }}>
			<ErrorSummary refusal={refusal} shape={props.shape} values={values} />
			{refusal?.kind === "STALE_READ" && <Notice tone="warn">{T("ui.stale", { field: fieldWord(record.type, refusal.field), stored: String(refusal.detail["stored"] ?? "–") })}</Notice>}
			<RecordForm shape={props.shape} values={values} onValues={setValues} errors={errorsOf(refusal)} caseId={record.case_id} leaveOut={["client", "state"]} />
			<Kept of={typed} />
			<div class="row"><Button type="submit" busy={busy}>{T("ui.save")}</Button><Button kind="second" onClick={done}>{T("ui.cancel")}</Button></div>
		</form>
	);
}

const KINDS = ["RECTIFY", "SUPPLEMENT", "CLIENT_STATEMENT", "REMOVE_UNNECESSARY", "WRONG_CLIENT"];

// A signed record stays as it was; a correction is a record of its own.
function Correct(props: { id: string; onClose: () => void }) {
	const typed = useUnfinished(props.id, "record/correct", { kind: "SUPPLEMENT", reason: "", text: "", toCase: "" });
	const { kind, reason, text, toCase } = typed.value;
	const { refusal, busy, act } = useAct();
	const send = () => act(async () => {
		await call("correct", { recordId: props.id, ...typed.value });
		toast(T("ui.correct.done"));
		typed.done();
		props.onClose();
	});
	const errors = errorsOf(refusal);
	return (
		<Dialog title={T("ui.correct.title")} onClose={props.onClose}>
			<Refused refusal={refusal} />
			<Choice label={fieldLabel("kind")} value={kind} onValue={(next) => typed.patch({ kind: next })} list options={KINDS.map((one) => ({ value: one, label: capital(valueWord("correction_kind", one)) }))} />
			<Text label={fieldLabel("reason")} value={reason} onValue={(next) => typed.patch({ reason: next })} long required error={errors["reason"]} />
			{kind !== "REMOVE_UNNECESSARY" && kind !== "WRONG_CLIENT" && <Text label={fieldLabel("new_text")} value={text} onValue={(next) => typed.patch({ text: next })} long error={errors["new_text"] ?? errors["text"]} />}
			{kind === "WRONG_CLIENT" && <Text label={T("ui.correct.to_case")} value={toCase} onValue={(next) => typed.patch({ toCase: next })} error={errors["to_case"]} />}
			<Kept of={typed} />
			<Button busy={busy} onClick={() => void send()}>{T("ui.sign")}</Button>
		</Dialog>
	);
}

function fieldLabel(name: string): string {
	return capital(fieldWord("correction", name));
}

// What was signed, before corrections, or what is protected: shown until one leaves. It is not asked
// for again when something changes, for each look is an entry of the access log.
function Asked(props: { shape: TypeShape; title: string; fields: Json }) {
	return (
		<section class="card stack tight" aria-label={props.title}>
			<h2>{props.title}</h2>
			<RecordView shape={props.shape} values={props.fields} leaveOut={["client", "state"]} />
		</section>
	);
}

// The address leaves the card, also what others wrote of it, and stands where a reason is asked.
function Protect(props: { id: string }) {
	const [open, setOpen] = useState(false);
	const { refusal, busy, act } = useAct();
	return !open ? <Button kind="second" onClick={() => setOpen(true)}>{T("ui.protect.title")}</Button> : (
		<Notice tone="warn"><p>{T("ui.protect.hint")}</p>
			<Refused refusal={refusal} />
			<Button busy={busy} onClick={() => void act(() => call("protect", { id: props.id }))}>{T("ui.protect.do")}</Button></Notice>
	);
}

export function Record(props: { id: string }) {
	const { data, refusal } = useAsk<RecordAnswer>("show", { id: props.id });
	const shape = useShape(data?.record.type ?? "");
	const begun = useAsk<{ kept: KeptText[] }>("kept", { id: props.id });
	const left = (begun.data?.kept ?? []).map((one) => one.name.replace("record/", ""));
	const mark = (name: string) => left.includes(name) ? ` · ${t("ui.mark.unfinished")}` : "";
	const [open, setOpen] = useState<"" | "change" | "correct" | "log" | "original" | "guarded">("");
	useEffect(() => {
		if (left.includes("change"))
			setOpen("change"); // it goes on where it was left
	}, [begun.data === null]);
	const [asked, setAsked] = useState<{ what: "original" | "guarded"; fields: Json } | null>(null);
	if (refusal !== null)
		return <div class="stack"><Title>{T("ui.record.title")}</Title>{refusal.message.includes("break-glass")
			? <Notice tone="calm"><p>{refusalText(refusal)}</p><BreakGlass id={props.id} /></Notice> : <Refused refusal={refusal} />}</div>;
	if (data === null || shape === null)
		return <div class="stack"><Title>{T("ui.record.title")}</Title><Busy /></div>;
	const { record } = data;
	if (record.draft)
		return <GoOn id={props.id} />;
	const own = OWN[record.type];
	const clashes = (record.info ?? []).filter((one) => one.conflict);
	const past = decisions.value.filter((one) => one.id === record.id && !clashes.some((info) => info.field === one.info.field));
	const isGuarded = (data.hidden ?? []).some((one) => one.what === "protected");
	const title = titleOf(record);
	return (
		<div class="stack">
			<div class="row apart">
				<div><Title>{capital(shape.label)}</Title><p class="quiet">{title}{title !== "" ? " · " : ""}{whenText(record.event_at_ms || record.created_ms)} · {whoText(record.by)}</p></div>
				<div class="row noprint"><a class="button second small" href={href(["case", record.case_id])}>{T("ui.record.case")}</a>
					{own !== undefined && <a class="button second small" href={href(own[0] === "handovers" ? [own[0]] : [own[0], record.id])}>{T(own[1])}</a>}
					{record.type === "plan" && <PlanAgain id={record.id} caseId={record.case_id} state={record.state?.holds ?? ""} />}
					<a class="button second small" href={href(["print", record.id], { of: record.type })}>{T("ui.print.title")}</a></div>
			</div>
			<HiddenNotice hidden={data.hidden} id={record.id} />
			{record.quarantined && <Notice tone="warn">{T("ui.record.quarantined")}</Notice>}
			{record.pending && <p><span class="chip">↑ {t("ui.mark.pending")}</span></p>}
			{record.state !== undefined && <p><span class="chip">{capital(stateWord(record.type, record.state.holds))}</span> {Told(record.state.why)}</p>}
			{record.mark !== undefined && <Notice tone="calm">{T("ui.record.marked", { mark: t(`ui.mark.${record.mark}`) })}</Notice>}
			{clashes.map((info) => <Conflict key={info.field} id={record.id} info={info} shape={shape} token={data.token} />)}
			{past.map((one) => <Conflict key={one.info.field} id={record.id} info={one.info} shape={shape} token={data.token} />)}
			{open === "change" ? <Change shape={shape} answer={data} onDone={() => setOpen("")} /> : (
				<div class="card stack">
					<RecordView shape={shape} values={record.fields} leaveOut={["client", "state"]} />
					{isGuarded && asked?.what !== "guarded" && <Notice tone="calm"><p>{T("ui.record.guarded_hint")}</p><Button onClick={() => setOpen("guarded")}>{T("ui.record.guarded_show")}{mark("guarded")}</Button></Notice>}
					<div class="row noprint">
						{!shape.signed && !shape.central_only && <Button kind="second" onClick={() => setOpen("change")}>{T("ui.change")}</Button>}
						{shape.signed && <Button kind="second" onClick={() => setOpen("correct")}>{T("ui.correct.title")}{mark("correct")}</Button>}
						{record.mark !== undefined && <Button kind="second" onClick={() => setOpen("original")}>{T("ui.record.original")}{mark("original")}</Button>}
						{record.type === "client" && (record.fields["address_protected"] !== true || record.fields["address"] !== undefined) && <Protect id={record.id} />}
						{open !== "log" && <Button kind="plain" onClick={() => setOpen("log")}>{T("ui.log.title")}</Button>}
					</div>
				</div>
			)}
			{asked !== null && <Asked shape={shape} title={T(`ui.record.${asked.what}`)} fields={asked.fields} />}
			{(record.corrections ?? []).length > 0 && (
				<section class="card stack tight"><h2>{T("ui.record.corrections")}</h2>
					<ul class="items">{(record.corrections ?? []).map((one) => <li key={one.id}><a class="item" href={href(["record", one.id])}>{capital(valueWord("correction_kind", String(one.fields["kind"] ?? "")))}<span class="quiet">{String(one.fields["reason"] ?? "")}</span></a></li>)}</ul>
				</section>
			)}
			<Steps id={record.id} shape={shape} values={record.fields} mark={mark} />
			{open === "log" && <History id={record.id} shape={shape} token={data.token} />}
			{open === "correct" && <Correct id={record.id} onClose={() => setOpen("")} />}
			{(open === "original" || open === "guarded") && <Reason id={record.id} name={`record/${open}`} title={T(`ui.record.${open}`)} hint={T("ui.reason.hint")} button={T("ui.reason.show")}
				onClose={() => setOpen("")} onGive={async (reason) => {
					const { record: { fields } } = await call<RecordAnswer>("show", { id: props.id, [open]: reason });
					setAsked({ what: open, fields });
					setOpen("");
				}} />}
		</div>
	);
}
