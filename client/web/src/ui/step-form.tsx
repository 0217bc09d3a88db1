// step-form - one act on a record that stands: the fields it needs and one button. What was
// typed is kept until it is done, whatever screen one is on, whatever is refused or ends.
import type { ComponentChildren } from "preact";
import { useAct } from "../core/act";
import { assignments, call, type Json } from "../core/api";
import { touched } from "../core/live";
import type { FieldShape, TypeShape, Written } from "../core/records";
import { useUnfinished } from "../core/unfinished";
import { useErrors } from "../screens/write";
import { Kept } from "./kept";
import { Button, Refused, toast } from "./parts";
import { RecordField } from "./record-form";

// A step of the record's life with what goes with it; the daemon decides whether it may be.
export async function step(id: string, state: string, values: Json): Promise<true> {
	const texts = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "")
		.map(([name, value]) => [name, typeof value === "object" ? JSON.stringify(value) : String(value)] as const);
	const written = await call<Written>("step", { recordId: id, state, body: assignments(Object.fromEntries(texts)) });
	touched();
	for (const one of written.advice)
		toast(one.text);
	return true;
}

// Fields of a type by their names; "decision.date" is a part with that field alone.
export function pick(shape: TypeShape, ...names: string[]): FieldShape[] {
	return [...new Set(names.map((name) => name.split(".")[0]!))].flatMap((name) => {
		const field = shape.fields.find((one) => one.name === name);
		const inner = names.filter((one) => one.startsWith(`${name}.`)).map((one) => one.slice(name.length + 1));
		return field === undefined ? [] : [inner.length === 0 ? field : { ...field, fields: (field.fields ?? []).filter((one) => inner.includes(one.name)) }];
	});
}

export function StepForm(props: { name: string; fields: FieldShape[]; first?: Json; button: string; kind?: "second" | "danger"; take: (values: Json) => Promise<unknown>;
				  caseId?: string; children?: (values: Json, set: (values: Json) => void) => ComponentChildren }) {
	const [id, name] = props.name.split("/") as [string, string];
	const typed = useUnfinished<Json>(id, name, props.first ?? {});
	const values = typed.value;
	const { refusal, busy, act } = useAct();
	const errors = useErrors(refusal);
	const send = async () => {
		if (await act(async () => [await props.take(values)]) !== undefined)
			typed.done();
	};
	return (
		<form class="stack" noValidate onSubmit={(event) => { event.preventDefault(); if (!busy) void send(); }}>
			{refusal !== null && !props.fields.some((one) => one.name === refusal.field.split(".")[0]) && <Refused refusal={refusal} />}
			{props.fields.map((field) => (
				<RecordField key={field.name} shape={{ ...field, later: false }} path={field.name} value={values[field.name]} errors={errors} caseId={props.caseId}
					onValue={(next) => typed.set({ ...values, [field.name]: next })} />
			))}
			{props.children?.(values, typed.set)}
			<Kept of={typed} />
			<div><Button type="submit" busy={busy} {...(props.kind === undefined ? {} : { kind: props.kind })}>{props.button}</Button></div>
		</form>
	);
}
