// record-form - any record as a form, from the shape of its type: every field of every
// type can be written, with its own words, bounds and errors. Screens that know more about
// their record use the pieces (RecordField) in an order of their own.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Json, Refusal } from "../core/api";
import { municipalityNames, usePlaces } from "../core/reference";
import type { FieldShape, TypeShape } from "../core/records";
import { capital, T, t } from "../core/words";
import { Choice, Choices, Text, type TextProps } from "./field";
import { Button, refusalText } from "./parts";
import { RecordPick } from "./record-pick";

export interface FieldErrors {
	[path: string]: string; // "phone", or inside a part "quadrants.state"
}

interface FieldProps {
	shape: FieldShape;
	path: string;
	value: unknown;
	onValue: (value: unknown) => void;
	errors?: FieldErrors | undefined;
	hint?: string | undefined;
	caseId?: string | undefined;
}

function options(shape: FieldShape) {
	return (shape.values ?? []).filter((value) => value !== "UNSPECIFIED")
		.map((value) => ({ value, label: capital(shape.value_labels?.[(shape.values ?? []).indexOf(value)] ?? value) }));
}

const TYPES: Record<string, TextProps["type"]> = { phone: "tel", email: "email" };

// The municipalities of the reference data are offered; another may be typed.
function Municipality(props: TextProps) {
	return <Text {...props} offer={municipalityNames(usePlaces().data)} />;
}

function One(props: FieldProps & { label: string }) {
	const { shape, value } = props;
	const common = { label: props.label, required: shape.required, error: props.errors?.[props.path], hint: props.hint };
	const text = typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
	const set = (next: string) => props.onValue(next === "" ? null : next);
	switch (shape.kind) {
	case "BOOL":
		return <Choice {...common} value={value === true ? "yes" : value === false ? "no" : ""} optional={!shape.required}
			options={[{ value: "yes", label: T("ui.yes") }, { value: "no", label: T("ui.no") }]}
			onValue={(next) => props.onValue(next === "" ? null : next === "yes")} />;
	case "ENUM":
		return <Choice {...common} value={text} options={options(shape)} optional={!shape.required} onValue={set} />;
	case "DATE":
		return <Text {...common} type="date" value={text.slice(0, 10)} onValue={set} />;
	case "TIME":
		return <Text {...common} type="datetime-local" value={text.slice(0, 16)} onValue={set} />;
	case "UINT":
	case "INT":
		return <Text {...common} type="number" value={text} onValue={(next) => props.onValue(next === "" ? null : Number(next))} />;
	case "CENTS":
		return <Text {...common} value={typeof value === "number" ? (value / 100).toFixed(2).replace(".", ",") : text} onValue={set} hint={props.hint ?? t("ui.field.euros")} />;
	case "ID":
		return <RecordPick {...common} field={shape.name} caseId={props.caseId} value={text} onValue={(id) => props.onValue(id === "" ? null : id)} />;
	case "TEXT":
		return shape.name === "municipality" ? <Municipality {...common} value={text} onValue={set} lettersMost={shape.chars_max} bytesMost={shape.bytes_max} />
			: <Text {...common} value={text} onValue={set} lettersMost={shape.chars_max} bytesMost={shape.bytes_max} long={(shape.chars_max ?? 0) > 400} type={TYPES[shape.name]} />;
	case "MESSAGE":
		return <Part {...props} />;
	case "BYTES":
		return null;
	}
}

// A part that consists of fields.
function Part(props: FieldProps & { label: string }) {
	const value = (props.value ?? {}) as Json;
	return (
		<fieldset class="card stack">
			<legend class="label">{props.label}{props.shape.required && <span class="quiet"> ({t("ui.field.required")})</span>}</legend>
			{!props.shape.repeated && props.errors?.[props.path] && <span class="error">{props.errors[props.path]}</span>}
			{(props.shape.fields ?? []).map((field) => (
				<RecordField key={field.name} shape={field} path={`${props.path}.${field.name}`} value={value[field.name]} errors={props.errors} caseId={props.caseId}
					onValue={(next) => props.onValue(without({ ...value, [field.name]: next }))} />
			))}
		</fieldset>
	);
}

// Inside a part nothing is cleared: what is empty is left out.
function without(value: Json): Json {
	return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null && one !== undefined));
}

function Many(props: FieldProps & { label: string }) {
	const { shape } = props;
	const values = Array.isArray(props.value) ? props.value as unknown[] : [];
	const put = (next: unknown[]) => props.onValue(next.length === 0 ? null : next);
	if (shape.kind === "ENUM") {
		return <Choices label={props.label} required={shape.required} hint={props.hint} error={props.errors?.[props.path]}
			options={options(shape)} values={values as string[]} onValues={put} />;
	}
	const error = props.errors?.[props.path];
	const rows = shape.kind === "TEXT" && values.length === 0 ? [""] : values; // one row waits to be typed into
	const adding = <div><Button kind="second" small onClick={() => put([...rows, shape.kind === "MESSAGE" ? {} : ""])}>{T("ui.field.add", { what: props.label })}</Button></div>;
	if (shape.kind === "TEXT" && rows.length === 1) {
		return (
			<div class="stack tight">
				<One {...props} value={rows[0]} shape={{ ...shape, repeated: false }} onValue={(next) => put(next === null ? [] : [next])} />
				{values.length > 0 && adding}
			</div>
		);
	}
	return (
		<fieldset class="stack tight">
			<legend>{props.label}{shape.required && <span class="quiet"> ({t("ui.field.required")})</span>}</legend>
			{props.hint !== undefined && <span class="hint">{props.hint}</span>}
			{error !== undefined && <span class="error">{error}</span>}
			{rows.map((value, i) => (
				<div class="stack tight" key={i}>
					<One {...props} hint={undefined} label={`${props.label} ${i + 1}`} value={value} errors={shape.kind === "MESSAGE" ? props.errors : undefined}
						shape={{ ...shape, required: false }}
						onValue={(next) => put(rows.map((old, j) => j === i ? next ?? (shape.kind === "MESSAGE" ? {} : "") : old))} />
					<div><Button kind="plain" small onClick={() => put(rows.filter((_, j) => j !== i))}>{T("ui.field.remove", { what: `${props.label} ${i + 1}` })}</Button></div>
				</div>
			))}
			{adding}
		</fieldset>
	);
}

export function RecordField(props: FieldProps & { label?: string }) {
	const label = props.label ?? capital(props.shape.label);
	return <div class="field" data-path={props.path}>{props.shape.repeated ? <Many {...props} label={label} /> : <One {...props} label={label} />}</div>;
}

function isEmpty(value: unknown): boolean {
	return value === undefined || value === null || value === "" || (Array.isArray(value) && value.every((one) => one === ""));
}

// Brings the field that is named, or the nearest one shown, before the eyes and under the keys.
export function focusField(path: string): void {
	for (let at = path; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf(".")))) {
		const boxes = [...document.querySelectorAll(`[data-path="${CSS.escape(at)}"]`)];
		const box = boxes.find((one) => one.querySelector(".error")) ?? boxes[0];
		if (box === undefined)
			continue;
		box.closest("details")?.setAttribute("open", "");
		box.querySelector<HTMLElement>("input, textarea, select, button")?.focus();
		box.scrollIntoView({ block: "center" });
		return;
	}
}

// What stands in the way of a form, each with a link to its field: what the daemon said, and
// what is still empty. Takes the focus to the first when it comes.
export function ErrorSummary(props: { refusal: Refusal | null; shape: TypeShape; values: Json; leaveOut?: readonly string[] }) {
	const { refusal, shape } = props;
	useEffect(() => focusField(refusal?.field ?? ""), [refusal]);
	if (refusal === null)
		return null;
	const said = shape.fields.find((one) => one.name === refusal.field.split(".")[0]);
	const empty = said === undefined ? [] : shape.fields.filter((one) => one.required && !one.later && one !== said && isEmpty(props.values[one.name]) && !(props.leaveOut ?? []).includes(one.name));
	return (
		<div class="notice bad" role="alert">
			<h2>{T("ui.form.stopped")}</h2>
			<ul>
				<li>{said !== undefined && <Button kind="plain" onClick={() => focusField(refusal.field)}>{capital(said.label)}</Button>} {refusalText(refusal)}</li>
				{empty.map((one) => <li key={one.name}><Button kind="plain" onClick={() => focusField(one.name)}>{capital(one.label)}</Button> {T("ui.field.required")}</li>)}
			</ul>
			<p>{T("ui.form.kept")}</p>
		</div>
	);
}

// Of long types what is asked each time although it may stay empty; the rest of what may be empty is folded.
const EVERY_TIME: Record<string, string[]> = {
	client: ["hetu", "birth_date", "phone", "address"], anonymous_contact: ["topic", "text", "theme", "themes"], feedback: ["score", "text"],
	plan: ["actions", "client_agreement_note"], local_application: ["via", "reasons"], agreed_action: ["due"], encounter_note: ["text", "next_step"],
	joint_session: ["planned_at"], referral: ["text", "reason", "reasons"], case: ["topic", "text"],
};
// In the order one asks, where it is not that of the catalogue.
const ORDER: Record<string, string[]> = { client: ["family_name", "given_names", "birth_date", "hetu", "municipality", "contact_language", "phone", "address", "address_protected"] };
const FEW = 6;
// Never asked when something new is written: they come about later, by steps of their own.
const NOT_NEW: Record<string, string[]> = { client: ["died_on", "merged_into", "informed_at"] };

// The fields of a type that a person fills in, in the order of the catalogue. `fresh`: for what is
// new; what may stay empty and seldom matters is folded away.
export function RecordForm(props: {
	shape: TypeShape; values: Json; onValues: (values: Json) => void; errors?: FieldErrors | undefined;
	leaveOut?: readonly string[]; only?: readonly string[]; caseId?: string | undefined; children?: ComponentChildren; fresh?: boolean;
}) {
	const left = [...(props.leaveOut ?? []), ...(props.fresh === true ? ["state", ...(NOT_NEW[props.shape.name] ?? [])] : [])];
	const order = ORDER[props.shape.name] ?? [];
	const rank = (field: FieldShape) => order.includes(field.name) ? order.indexOf(field.name) : order.length;
	const shown = [...props.shape.fields].sort((a, b) => rank(a) - rank(b)).filter((field) => !field.later && field.kind !== "BYTES" &&
		!left.includes(field.name) && (props.only === undefined || props.only.includes(field.name)));
	// What was folded when the form came stays where it is while one types.
	const [unfolded] = useState(() => new Set(shown.filter((field) => !isEmpty(props.values[field.name])).map((field) => field.name)));
	const first = (field: FieldShape) => props.fresh !== true || shown.length <= FEW || field.required || unfolded.has(field.name) ||
		(EVERY_TIME[props.shape.name] ?? []).includes(field.name) || (field.kind === "TEXT" && (field.chars_max ?? 0) >= 4000);
	const more = shown.filter((field) => !first(field));
	const unfold = useRef(false); // and stays so: nothing typed goes out of sight
	unfold.current ||= more.some((field) => Object.keys(props.errors ?? {}).some((path) => path.split(".")[0] === field.name));
	const draw = (field: FieldShape) => (
		<RecordField key={field.name} shape={field} path={field.name} value={props.values[field.name]} errors={props.errors} caseId={props.caseId}
			onValue={(next) => props.onValues({ ...props.values, [field.name]: next })} />
	);
	return (
		<div class="stack">
			{shown.filter(first).map(draw)}
			{props.children}
			{more.length > 0 && (
				<details open={unfold.current || undefined}>
					<summary>{T("ui.form.more")} <span class="quiet">{more.slice(0, 3).map((field) => field.label).join(", ")}{more.length > 3 ? " …" : ""}</span></summary>
					<div class="stack">{more.map(draw)}</div>
				</details>
			)}
		</div>
	);
}
