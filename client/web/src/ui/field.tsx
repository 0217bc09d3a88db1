// field - the inputs of forms: label above, hint, the daemon's error beside the field.
//
// A text knows its bound in UTF-8 bytes and letters, and says it before the daemon must.
// What was typed always stays.
import type { ComponentChildren, TargetedEvent } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../core/words";

interface Labelled {
	label: string;
	hint?: string | undefined;
	error?: string | undefined;
	required?: boolean | undefined;
	path?: string | undefined; // of the field in its record: an error of the daemon leads there (focusField)
}

function describedBy(id: string, { hint, error }: Labelled): string | undefined {
	return [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ") || undefined;
}

// `group`: several inputs answer one question.
function Around(props: Labelled & { id: string; group?: boolean; children: ComponentChildren }) {
	const { id, hint, error } = props;
	const label = <>{props.label}{props.required === true && <span class="quiet"> ({t("ui.field.required")})</span>}</>;
	const rest = <>
		{hint && <span class="hint" id={`${id}-hint`}>{hint}</span>}
		{props.children}
		{error && <span class="error" id={`${id}-error`}>{error}</span>}
	</>;
	return props.group === true ? <fieldset class="field" data-path={props.path} aria-describedby={describedBy(id, props)}><legend>{label}</legend>{rest}</fieldset>
		: <div class="field" data-path={props.path}><label for={id}>{label}</label>{rest}</div>;
}

const encoder = new TextEncoder();

// What is too long for the record, or "".
export function lengthFault(value: string, lettersMost: number | undefined, bytesMost?: number): string {
	const letters = [...value].length;
	if (lettersMost !== undefined && letters > lettersMost)
		return t("ui.field.too_long", { letters, most: lettersMost });
	if (bytesMost !== undefined && encoder.encode(value).length > bytesMost)
		return t("ui.field.too_long_bytes", { most: bytesMost });
	return "";
}

export interface TextProps extends Labelled {
	value: string;
	onValue: (value: string) => void;
	lettersMost?: number | undefined;
	bytesMost?: number | undefined;
	long?: boolean | undefined;
	type?: "text" | "search" | "tel" | "email" | "password" | "date" | "datetime-local" | "number" | undefined;
	autofocus?: boolean | undefined;
	autocomplete?: string | undefined;
	offer?: readonly string[] | undefined; // values that are likely; others may be typed
	onKeyDown?: ((event: KeyboardEvent) => void) | undefined;
}

export function Text(props: TextProps) {
	const id = useId();
	const box = useRef<(HTMLTextAreaElement & HTMLInputElement) | null>(null);
	const error = props.error || lengthFault(props.value, props.lettersMost, props.bytesMost);
	useEffect(() => {
		if (props.autofocus === true) {
			box.current?.focus();
			box.current?.select(); // what is typed or pasted next replaces it
		}
	}, []);
	useEffect(() => {
		if (props.long !== true || box.current === null)
			return;
		box.current.style.height = "auto";
		box.current.style.height = `${box.current.scrollHeight + 4}px`;
	}, [props.value, props.long]);
	const common = {
		id, ref: box, class: "input", value: props.value, required: props.required ?? false,
		"aria-invalid": error !== "" ? true as const : undefined, "aria-describedby": describedBy(id, { ...props, error }),
		autocomplete: (props.autocomplete ?? "off") as "off",
		onInput: (event: TargetedEvent<HTMLInputElement | HTMLTextAreaElement>) => props.onValue(event.currentTarget.value),
		onKeyDown: props.onKeyDown,
	};
	return (
		<Around {...props} error={error} id={id}>
			{props.long === true ? <textarea {...common} /> : <input {...common} type={(props.type ?? "text") as "text"} list={props.offer === undefined ? undefined : `${id}-offer`} />}
			{props.offer !== undefined && <datalist id={`${id}-offer`}>{props.offer.map((one) => <option key={one} value={one} />)}</datalist>}
		</Around>
	);
}

export interface Option {
	value: string;
	label: ComponentChildren;
}

// Side by side, to be touched. `clear`: a second touch takes the choice back.
export function Touch(props: { name: string; options: Option[]; on: (value: string) => boolean; onPick: (value: string, on: boolean) => void; many?: boolean; clear?: boolean | undefined }) {
	return (
		<div class="choices">
			{props.options.map(({ value, label }) => (
				<label class="choice" key={value}>
					<input type={props.many === true ? "checkbox" : "radio"} name={props.name} value={value} checked={props.on(value)}
						onClick={() => props.clear === true && props.on(value) && props.onPick(value, false)}
						onChange={(event) => props.onPick(value, event.currentTarget.checked)} />
					<span>{label}</span>
				</label>
			))}
		</div>
	);
}

// One of some. Few stand side by side; many are a list.
export function Choice(props: Labelled & { options: Option[]; value: string; onValue: (value: string) => void; optional?: boolean; list?: boolean }) {
	const id = useId();
	const list = props.list ?? props.options.length > 8;
	return (
		<Around {...props} id={id} group={!list}>
			{list ? (
				<select id={id} class="input" value={props.value} aria-invalid={props.error ? true : undefined} aria-describedby={describedBy(id, props)}
					onChange={(event) => props.onValue(event.currentTarget.value)}>
					{(props.value === "" || props.optional === true) && <option value="">–</option>}
					{props.options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
				</select>
			) : <Touch name={id} options={props.options} on={(value) => props.value === value} clear={props.optional} onPick={(value, on) => props.onValue(on ? value : "")} />}
		</Around>
	);
}

// Any of some.
export function Choices(props: Labelled & { options: Option[]; values: string[]; onValues: (values: string[]) => void }) {
	const id = useId();
	return (
		<Around {...props} id={id} group>
			<Touch name={id} many options={props.options} on={(value) => props.values.includes(value)}
				onPick={(value, on) => props.onValues(on ? [...props.values, value] : props.values.filter((one) => one !== value))} />
		</Around>
	);
}

export function Check(props: { label: string; value: boolean; onValue: (value: boolean) => void; error?: string | undefined }) {
	const id = useId();
	return (
		<div class="field">
			<label class="check" for={id}>
				<input id={id} type="checkbox" checked={props.value} aria-describedby={props.error ? `${id}-error` : undefined}
					onChange={(event) => props.onValue(event.currentTarget.checked)} />
				<span>{props.label}</span>
			</label>
			{props.error && <span class="error" id={`${id}-error`}>{props.error}</span>}
		</div>
	);
}
