// record-form - any record as a form, from the shape of its type: every field of every
// type can be written, with its own words, bounds and errors. Screens that know more about
// their record use the pieces (RecordField) in an order of their own.
import type { ComponentChildren } from "preact";
import type { Json } from "../core/api";
import type { FieldShape, TypeShape } from "../core/records";
import { capital, T, t } from "../core/words";
import { Choice, Choices, Text } from "./field";
import { Button } from "./parts";
import { RecordPick } from "./record-pick";

export interface FieldErrors {
	[path: string]: string; // "quadrants.0.state" or "phone"
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

// The daemon names a field "phone" or, inside, "quadrants.0.state"; the nearest one shown takes it.
function errorAt(errors: FieldErrors | undefined, path: string): string | undefined {
	return errors?.[path] ?? errors?.[path.replace(/\.\d+/g, "")];
}

function One(props: FieldProps & { label: string }) {
	const { shape, value } = props;
	const common = { label: props.label, required: shape.required, error: errorAt(props.errors, props.path), hint: props.hint };
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
		return <Text {...common} value={text} onValue={set} lettersMost={shape.chars_max} long={(shape.chars_max ?? 0) > 400} />;
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
			<legend class="label">{props.label}</legend>
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
		return <Choices label={props.label} required={shape.required} hint={props.hint} error={errorAt(props.errors, props.path)}
			options={options(shape)} values={values as string[]} onValues={put} />;
	}
	const error = errorAt(props.errors, props.path);
	return (
		<fieldset class="stack tight">
			<legend>{props.label}{shape.required && <span class="quiet"> *</span>}</legend>
			{props.hint !== undefined && <span class="hint">{props.hint}</span>}
			{error !== undefined && <span class="error">{error}</span>}
			{values.map((value, i) => (
				<div class="stack tight" key={i}>
					<One {...props} hint={undefined} path={`${props.path}.${i}`} label={`${props.label} ${i + 1}`} value={value}
						onValue={(next) => put(values.map((old, j) => j === i ? next ?? (shape.kind === "MESSAGE" ? {} : "") : old))} />
					<div><Button kind="plain" small onClick={() => put(values.filter((_, j) => j !== i))}>{T("ui.field.remove", { what: `${props.label} ${i + 1}` })}</Button></div>
				</div>
			))}
			<div><Button kind="second" small onClick={() => put([...values, shape.kind === "MESSAGE" ? {} : ""])}>{T("ui.field.add", { what: props.label })}</Button></div>
		</fieldset>
	);
}

export function RecordField(props: FieldProps & { label?: string }) {
	const label = props.label ?? capital(props.shape.label);
	return props.shape.repeated ? <Many {...props} label={label} /> : <One {...props} label={label} />;
}

// The fields of a type that a person fills in, in the order of the catalogue.
export function RecordForm(props: {
	shape: TypeShape; values: Json; onValues: (values: Json) => void; errors?: FieldErrors | undefined;
	leaveOut?: readonly string[]; only?: readonly string[]; caseId?: string | undefined; children?: ComponentChildren;
}) {
	const shown = props.shape.fields.filter((field) => !field.later && field.kind !== "BYTES" &&
		!(props.leaveOut ?? []).includes(field.name) && (props.only === undefined || props.only.includes(field.name)));
	return (
		<div class="stack">
			{shown.map((field) => (
				<RecordField key={field.name} shape={field} path={field.name} value={props.values[field.name]} errors={props.errors} caseId={props.caseId}
					onValue={(next) => props.onValues({ ...props.values, [field.name]: next })} />
			))}
			{props.children}
		</div>
	);
}
