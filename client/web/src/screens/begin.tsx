// begin - what the screens of one record type have in common: a new record, or the draft of one that goes
// on where it was left, or a new version of an old one; its values, kept as typed; its fields, its save.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Json } from "../core/api";
import { useDraft, type Draft } from "../core/draft";
import { useAsk } from "../core/live";
import { clientName, fieldText, useShape, type RecordAnswer, type TypeShape, type Written } from "../core/records";
import { href, replace, settle } from "../core/route";
import { T } from "../core/words";
import { Text, Touch, type Option } from "../ui/field";
import { Busy, Button, Notice, Refused } from "../ui/parts";
import { ErrorSummary, RecordField, type FieldErrors } from "../ui/record-form";
import { Title } from "./frame";
import { Keeping, errorsOf, useFinish } from "./write";

export type Held = RecordAnswer["record"];

export interface Begun {
	shape: TypeShape;
	values: Json;
	caseId: string;
	draftId: string;
}

// `id` "new", or a draft's. `renew`: the fields a new version takes over from what it replaces.
export function Begin(props: { type: string; id: string; query: Record<string, string>; first?: Json; renew?: readonly string[]; children: (begun: Begun) => ComponentChildren }) {
	const isNew = props.id === "new", old = props.query["replaces"] ?? "";
	const shape = useShape(props.type);
	const { data, refusal } = useAsk<RecordAnswer>(isNew && old === "" ? null : "show", { id: isNew ? old : props.id });
	const [found, setFound] = useState<RecordAnswer | null>(null);
	useEffect(() => {
		if (found !== null || data === null)
			return;
		setFound(data); // later answers are our own keeping
		if (!isNew && !data.record.draft)
			replace(["record", props.id]);
	}, [data]);
	if (refusal !== null && found === null)
		return <Refused refusal={refusal} />;
	if (shape === null || (found === null && (!isNew || old !== "")))
		return <Busy />;
	if (!isNew)
		return <>{props.children({ shape, values: found!.record.fields, caseId: found!.record.case_id, draftId: props.id })}</>;
	const values: Json = { ...props.first };
	if (props.query["client"] && shape.fields.some((field) => field.name === "client"))
		values["client"] = props.query["client"];
	if (found !== null) {
		values["replaces"] = old;
		for (const name of props.renew ?? [])
			values[name] = found.record.fields[name] ?? null;
	}
	return <>{props.children({ shape, values, caseId: found?.record.case_id ?? props.query["case"] ?? "", draftId: "" })}</>;
}

// Whose record it is, above its form.
export function Whose(props: { client: string; children: (person: Held) => ComponentChildren }) {
	const { data, refusal } = useAsk<RecordAnswer>(props.client === "" ? null : "show", { id: props.client });
	if (props.client === "")
		return <Notice>{T("ui.new.hint")}</Notice>;
	if (data === null)
		return refusal === null ? <Busy /> : <Refused refusal={refusal} />;
	return <><p><a href={href(["case", data.record.case_id])}>{clientName(data.record.fields)}</a></p>{props.children(data.record)}</>;
}

export interface Stands {
	record: Held;
	token: number;
	shape: TypeShape;
	client: string;
	person: Held | null;
	name: string; // the client's, or what stands for it
}

// A record that stands, with its client, or what is shown until they have come. `draft`: what goes on as a form.
export function One(props: { type: string; id: string; title: string; draft: () => ComponentChildren; children: (one: Stands) => ComponentChildren }) {
	const { data, refusal } = useAsk<RecordAnswer>("show", { id: props.id });
	const shape = useShape(props.type);
	const client = fieldText(data?.record.fields, "client");
	const person = useAsk<RecordAnswer>(client === "" || data?.record.draft === true ? null : "show", { id: client });
	if (data?.record.draft === true)
		return <>{props.draft()}</>;
	if (data === null || shape === null || (client !== "" && person.data === null && person.refusal === null))
		return <div class="stack"><Title>{props.title}</Title>{refusal !== null ? <Refused refusal={refusal} /> : <Busy />}</div>;
	return <>{props.children({ record: data.record, token: data.token, shape, client, person: person.data?.record ?? null, name: clientName(person.data?.record.fields) || data.record.names?.[client] || data.record.title || T("ui.case.title") })}</>;
}

export interface Form {
	shape: TypeShape;
	values: Json;
	set: (patch: Json) => void;
	draft: Draft;
	errors: FieldErrors;
	refused: ReturnType<typeof useFinish>["refusal"];
	busy: boolean;
	save: () => void;
	caseId: string;
}

// The address leads to the draft as soon as there is one, in the screen of its type ("": it stays).
function useAddress(draft: Draft, draftId: string, screen: string): void {
	const kept = draft.keeping.value.state === "kept";
	useEffect(() => {
		if (kept && screen !== "" && draftId === "")
			settle([screen, draft.id]);
	}, [kept]);
}

// `screen`: where the address leads once there is a draft, "": it stays. `whole`: what is saved, of what was typed.
export function useForm(begun: Begun, screen: string, after: (written: Written) => void, whole = (values: Json): Json => values): Form {
	const [values, setValues] = useState<Json>(begun.values);
	const draft = useDraft({ type: begun.shape.name, record_id: begun.draftId, case_id: begun.caseId });
	const { refusal, busy, finish } = useFinish(draft, after);
	useAddress(draft, begun.draftId, screen);
	const put = (next: Json) => {
		setValues(next);
		draft.type(next);
	};
	return { shape: begun.shape, values, draft, errors: errorsOf(refusal), refused: refusal, busy, caseId: begun.caseId,
		 set: (patch) => put({ ...values, ...patch }),
		 save: () => { put(whole(values)); void finish(); } };
}

// The form around its fields. `ending`: instead of the buttons.
export function FormBox(props: { form: Form; children: ComponentChildren; ending?: ComponentChildren }) {
	const { form } = props;
	return (
		<form class="stack" noValidate onSubmit={(event) => { event.preventDefault(); form.save(); }}
			onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.save(); } }}>
			<ErrorSummary refusal={form.refused} shape={form.shape} values={form.values} leaveOut={["client"]} />
			{props.children}
			<Keeping draft={form.draft} />
			{props.ending ?? (
				<div class="row">
					<Button type="submit" busy={form.busy}>{form.shape.signed ? T("ui.sign") : T("ui.save")}</Button>
					<Button kind="second" onClick={() => { void form.draft.keep(); history.back(); }}>{T("ui.later")}</Button>
				</div>
			)}
		</form>
	);
}

// One field of the form by its name.
export function F(props: { form: Form; name: string; hint?: string; label?: string }) {
	const { form, name } = props;
	const shape = form.shape.fields.find((one) => one.name === name);
	return shape === undefined ? null : (
		<RecordField shape={shape} path={name} value={form.values[name]} errors={form.errors} caseId={form.caseId} hint={props.hint}
			{...(props.label !== undefined && { label: props.label })} onValue={(next) => form.set({ [name]: next })} />
	);
}

// One of a few by one touch, on one line with what is asked.
export function Taps(props: { label: string; options: Option[]; value: string; onValue: (value: string) => void; name: string }) {
	return (
		<div class="taps" role="group" aria-label={props.label}>
			<span class="taps-label">{props.label}</span>
			<Touch name={props.name} options={props.options} on={(value) => props.value === value} clear onPick={(value, on) => props.onValue(on ? value : "")} />
		</div>
	);
}

export interface Column {
	name: string;
	label: string;
	date?: boolean;
	most?: number;
	offer?: string[];
}

// Parts written one line each; Enter begins the next line.
export function Lines(props: { form: Form; name: string; label: string; add: string; columns: Column[]; rows?: Json[]; hint?: string }) {
	const { form, columns } = props;
	const own = form.values[props.name];
	const rows = Array.isArray(own) ? own as Json[] : props.rows ?? [{}];
	const [focus, setFocus] = useState(-1);
	const put = (next: Json[]) => form.set({ [props.name]: next });
	const more = () => {
		put([...rows, {}]);
		setFocus(rows.length);
	};
	return (
		<fieldset class="stack tight" data-path={props.name}>
			<legend>{props.label}</legend>
			{props.hint !== undefined && <span class="hint">{props.hint}</span>}
			{form.errors[props.name] !== undefined && <span class="error">{form.errors[props.name]}</span>}
			<ul class="lines plain">
				{rows.map((row, i) => (
					<li key={i} onKeyDown={(event) => { if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && event.target instanceof HTMLInputElement) { event.preventDefault(); more(); } }}>
						{columns.map((column, c) => (
							<Text key={`${column.name}${focus === i}`} label={column.label} path={`${props.name}.${column.name}`} value={String(row[column.name] ?? "")} lettersMost={column.most} offer={column.offer}
								type={column.date === true ? "date" : "text"} autofocus={focus === i && c === 0}
								error={String(row[column.name] ?? "").trim() === "" ? form.errors[`${props.name}.${column.name}`] : undefined}
								onValue={(value) => put(rows.map((one, j) => j === i ? { ...one, [column.name]: value === "" ? undefined : value } : one))} />
						))}
						<Button kind="plain" aria-label={T("ui.field.remove", { what: `${props.label} ${i + 1}` })} onClick={() => put(rows.filter((_, j) => j !== i))}>✕</Button>
					</li>
				))}
			</ul>
			<div><Button kind="second" small onClick={more}>{props.add}</Button></div>
		</fieldset>
	);
}

// Lines in which nothing was written are no lines.
export function written(rows: unknown): Json[] | null {
	const kept = (Array.isArray(rows) ? rows as Json[] : []).filter((row) => Object.values(row).some((value) => value !== undefined && value !== null && String(value).trim() !== ""));
	return kept.length === 0 ? null : kept;
}

// Another face of the same screen begins at its heading.
export function useTop(): void {
	useEffect(() => {
		scrollTo(0, 0);
		document.querySelector<HTMLElement>("main h1")?.focus();
	}, []);
}

// What was signed, and what comes next.
export function Done(props: { text: string; children: ComponentChildren }) {
	useTop();
	return (
		<div class="card stack">
			<Notice tone="good" live>{props.text}</Notice>
			<div class="row">{props.children}</div>
		</div>
	);
}
