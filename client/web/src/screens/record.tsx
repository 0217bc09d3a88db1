// record - one record: its values, its state and the steps that are possible, what
// corrected it, who wrote which value, and for what may change a form.
import { useState } from "preact/hooks";
import { assignments, call, Refusal, type Json } from "../core/api";
import { touched, useAsk } from "../core/live";
import { useShape, write, type FieldInfo, type RecordAnswer, type TypeShape } from "../core/records";
import { href } from "../core/route";
import { capital, fieldWord, momentText, T, t, stateWord, typeWord, valueWord, whenText } from "../core/words";
import { Choice, Text } from "../ui/field";
import { Busy, Button, Dialog, Notice, Refused, toast } from "../ui/parts";
import { RecordForm } from "../ui/record-form";
import { plainValue, RecordView } from "../ui/record-view";
import { HiddenNotice } from "./case";
import { Title } from "./frame";
import { errorsOf, GoOn } from "./write";

interface StepAnswer {
	holds: string;
	steps: { state: string; needs: string; field: string; ready: boolean }[];
}

function Steps(props: { id: string; shape: TypeShape; values: Json }) {
	const { data } = useAsk<StepAnswer>("step", { recordId: props.id, state: "" });
	const [asked, setAsked] = useState<StepAnswer["steps"][number] | null>(null);
	const [values, setValues] = useState<Json>({});
	const [refusal, setRefusal] = useState<Refusal | null>(null);
	const take = async (state: string, body: Json) => {
		try {
			await call("step", { recordId: props.id, state, body: assignments(Object.fromEntries(Object.entries(body).filter(([, v]) => v !== null && v !== "").map(([k, v]) => [k, typeof v === "object" ? JSON.stringify(v) : String(v)]))) });
			touched();
			setAsked(null);
			setRefusal(null);
			setValues({});
			toast(T("ui.step.done", { state: stateWord(props.shape.name, state) }));
		} catch (error) {
			if (!(error instanceof Refusal))
				throw error;
			setRefusal(error);
		}
	};
	if (data === null || data.steps.length === 0)
		return null;
	const needed = asked === null || asked.field === "" ? [] : [asked.field.split(".")[0]!];
	return (
		<section class="card stack tight noprint" aria-labelledby="steps">
			<h2 id="steps">{T("ui.step.title")}</h2>
			<p>{T("ui.step.holds", { state: stateWord(props.shape.name, data.holds) })}</p>
			{refusal !== null && asked === null && <Refused refusal={refusal} />}
			<div class="row">
				{data.steps.map((step) => (
					<Button key={step.state} kind="second" onClick={() => step.ready ? void take(step.state, {}) : (setRefusal(null), setAsked(step))}>{capital(stateWord(props.shape.name, step.state))}</Button>
				))}
			</div>
			{asked !== null && (
				<Dialog title={capital(stateWord(props.shape.name, asked.state))} onClose={() => setAsked(null)}>
					{asked.needs !== "" && <p>{asked.needs}</p>}
					{refusal !== null && <Refused refusal={refusal} />}
					<RecordForm shape={{ ...props.shape, fields: props.shape.fields.map((field) => ({ ...field, later: false })) }} only={needed.concat(refusal !== null && refusal.field !== "" ? [refusal.field.split(".")[0]!] : [])}
						values={{ ...props.values, ...values }} onValues={(next) => setValues(Object.fromEntries(Object.entries(next).filter(([k, v]) => v !== props.values[k])))} errors={errorsOf(refusal)} />
					<Button onClick={() => void take(asked.state, values)}>{T("ui.step.take")}</Button>
				</Dialog>
			)}
		</section>
	);
}

// What stands in the way: two people wrote, and neither had seen the other.
export function Conflict(props: { id: string; info: FieldInfo; shape: TypeShape; token: number }) {
	const field = props.shape.fields.find((one) => one.name === props.info.field);
	const [values, setValues] = useState<Json | null>(null);
	const [refusal, setRefusal] = useState<Refusal | null>(null);
	const choose = async (value: unknown) => {
		try {
			await write({ type: props.shape.name, record_id: props.id, values: { [props.info.field]: value }, token: props.token });
			toast(T("ui.conflicts.chosen"));
		} catch (error) {
			if (!(error instanceof Refusal))
				throw error;
			setRefusal(error);
		}
	};
	if (field === undefined)
		return null;
	const text = (value: unknown, cleared: boolean) => cleared || value === null ? t("ui.conflicts.cleared")
		: field.kind === "MESSAGE" || Array.isArray(value) || field.kind === "ID" ? <RecordView shape={{ ...props.shape, fields: [field] }} values={{ [field.name]: value }} /> : plainValue(field, value);
	return (
		<section class="notice warn stack tight" aria-label={T("ui.conflicts.of", { field: field.label })} data-conflict={field.name}>
			<h3>{T("ui.conflicts.of", { field: field.label })}</h3>
			<ul class="items">
				{props.info.siblings.map((one, i) => (
					<li key={i}><div class="row apart">
						<div class="grow pre"><strong>{text(one.value, one.cleared)}</strong><br />
							<span class="quiet">{one.by.mine ? T("ui.conflicts.mine") : one.by.name} · {momentText(one.at_ms)}{one.pending ? ` · ${t("ui.mark.pending")}` : ""}</span></div>
						<Button kind="second" onClick={() => void choose(one.cleared ? null : one.value)}>{T("ui.conflicts.pick")}</Button>
					</div></li>
				))}
			</ul>
			<Refused refusal={refusal} />
			{values === null ? <div><Button kind="plain" onClick={() => setValues({ [field.name]: props.info.siblings[0]?.value ?? null })}>{T("ui.conflicts.write")}</Button></div> : (
				<div class="stack tight">
					<RecordForm shape={props.shape} only={[field.name]} values={values} onValues={setValues} errors={errorsOf(refusal)} />
					<div><Button onClick={() => void choose(values[field.name] ?? null)}>{T("ui.conflicts.keep_this")}</Button></div>
				</div>
			)}
		</section>
	);
}

function Change(props: { shape: TypeShape; answer: RecordAnswer; onDone: () => void }) {
	const { record, token } = props.answer;
	const [values, setValues] = useState<Json>(record.fields);
	const [refusal, setRefusal] = useState<Refusal | null>(null);
	const [first] = useState(token);
	const save = async () => {
		const changed = Object.fromEntries(Object.entries(values).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(record.fields[name])));
		try {
			if (Object.keys(changed).length > 0)
				await write({ type: record.type, record_id: record.id, values: changed, token: first });
			toast(T("ui.saved", { what: typeWord(record.type) }));
			props.onDone();
		} catch (error) {
			if (!(error instanceof Refusal))
				throw error;
			setRefusal(error);
		}
	};
	return (
		<form class="card stack" onSubmit={(event) => { event.preventDefault(); void save(); }}
			onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); void save(); } }}>
			{refusal !== null && <Refused refusal={refusal} />}
			{refusal?.kind === "STALE_READ" && <Notice tone="warn">{T("ui.stale", { field: fieldWord(record.type, refusal.field), stored: String(refusal.detail["stored"] ?? "–") })}</Notice>}
			<RecordForm shape={props.shape} values={values} onValues={setValues} errors={errorsOf(refusal)} caseId={record.case_id} leaveOut={["client", "state"]} />
			<div class="row"><Button type="submit">{T("ui.save")}</Button><Button kind="second" onClick={props.onDone}>{T("ui.cancel")}</Button></div>
		</form>
	);
}

const KINDS = ["RECTIFY", "SUPPLEMENT", "CLIENT_STATEMENT", "REMOVE_UNNECESSARY", "WRONG_CLIENT"];

// A signed record stays as it was; a correction is a record of its own.
function Correct(props: { id: string; onClose: () => void }) {
	const [kind, setKind] = useState("SUPPLEMENT");
	const [reason, setReason] = useState("");
	const [text, setText] = useState("");
	const [toCase, setToCase] = useState("");
	const [refusal, setRefusal] = useState<Refusal | null>(null);
	const send = async () => {
		try {
			await call("correct", { recordId: props.id, kind, reason, text, toCase });
			touched();
			toast(T("ui.correct.done"));
			props.onClose();
		} catch (error) {
			if (!(error instanceof Refusal))
				throw error;
			setRefusal(error);
		}
	};
	const errors = errorsOf(refusal);
	return (
		<Dialog title={T("ui.correct.title")} onClose={props.onClose}>
			<Refused refusal={refusal} />
			<Choice label={fieldLabel("kind")} value={kind} onValue={setKind} list options={KINDS.map((one) => ({ value: one, label: capital(valueWord("correction_kind", one)) }))} />
			<Text label={fieldLabel("reason")} value={reason} onValue={setReason} long required error={errors["reason"]} />
			{kind !== "REMOVE_UNNECESSARY" && kind !== "WRONG_CLIENT" && <Text label={fieldLabel("new_text")} value={text} onValue={setText} long error={errors["new_text"] ?? errors["text"]} />}
			{kind === "WRONG_CLIENT" && <Text label={T("ui.correct.to_case")} value={toCase} onValue={setToCase} error={errors["to_case"]} />}
			<Button onClick={() => void send()}>{T("ui.sign")}</Button>
		</Dialog>
	);
}

function fieldLabel(name: string): string {
	return capital(fieldWord("correction", name));
}

export function Record(props: { id: string }) {
	const { data, refusal } = useAsk<RecordAnswer>("show", { id: props.id });
	const shape = useShape(data?.record.type ?? "");
	const [open, setOpen] = useState<"" | "change" | "correct">("");
	if (refusal !== null)
		return <div class="stack"><Title>{T("ui.record.title")}</Title><Refused refusal={refusal} /></div>;
	if (data === null || shape === null)
		return <div class="stack"><Title>{T("ui.record.title")}</Title><Busy /></div>;
	const { record } = data;
	if (record.draft)
		return <GoOn id={props.id} />;
	const clashes = (record.info ?? []).filter((one) => one.conflict);
	return (
		<div class="stack">
			<div class="row apart">
				<div><Title>{capital(shape.label)}</Title><p class="quiet">{record.title}{record.title !== "" ? " · " : ""}{whenText(record.event_at_ms || record.created_ms)} · {record.by.name}</p></div>
				<div class="row noprint"><a class="button second small" href={href(["case", record.case_id])}>{T("ui.record.case")}</a>
					<a class="button second small" href={href(["print", record.id])}>{T("ui.print.title")}</a></div>
			</div>
			<HiddenNotice hidden={data.hidden} />
			{record.quarantined && <Notice tone="warn">{T("ui.record.quarantined")}</Notice>}
			{record.state !== undefined && <p><span class="chip">{capital(stateWord(record.type, record.state.holds))}</span> {record.state.why}</p>}
			{record.mark !== undefined && <Notice tone="calm">{capital(valueWord("*", record.mark))}</Notice>}
			{clashes.map((info) => <Conflict key={info.field} id={record.id} info={info} shape={shape} token={data.token} />)}
			{open === "change" ? <Change shape={shape} answer={data} onDone={() => setOpen("")} /> : (
				<div class="card stack">
					<RecordView shape={shape} values={record.fields} leaveOut={["client", "state"]} />
					<div class="row noprint">
						{!shape.signed && !shape.central_only && <Button kind="second" onClick={() => setOpen("change")}>{T("ui.change")}</Button>}
						{shape.signed && <Button kind="second" onClick={() => setOpen("correct")}>{T("ui.correct.title")}</Button>}
					</div>
				</div>
			)}
			{(record.corrections ?? []).length > 0 && (
				<section class="card stack tight"><h2>{T("ui.record.corrections")}</h2>
					<ul class="items">{(record.corrections ?? []).map((one) => <li key={one.id}><a class="item" href={href(["record", one.id])}>{capital(valueWord("correction_kind", String(one.fields["kind"] ?? "")))}<span class="quiet">{String(one.fields["reason"] ?? "")}</span></a></li>)}</ul>
				</section>
			)}
			<Steps id={record.id} shape={shape} values={record.fields} />
			{open === "correct" && <Correct id={record.id} onClose={() => setOpen("")} />}
		</div>
	);
}
