// record-view - a record's values to be read: words for values, dates as dates, parts in their frames.
import type { Json } from "../core/api";
import { useAsk } from "../core/live";
import type { FieldShape, RecordAnswer, TypeShape } from "../core/records";
import { capital, centsText, dateText, momentText, T, typeWord } from "../core/words";
import { href } from "../core/route";

export function RecordLink(props: { id: string }) {
	const { data } = useAsk<RecordAnswer>("show", { id: props.id });
	return data === null ? <span>{T("ui.record.elsewhere")}</span>
		: <a href={href(["record", props.id])}>{data.record.title || capital(typeWord(data.record.type))}</a>;
}

export function plainValue(shape: FieldShape, value: unknown): string {
	switch (shape.kind) {
	case "BOOL":
		return value === true ? T("ui.yes") : T("ui.no");
	case "ENUM":
		return capital(shape.value_labels?.[(shape.values ?? []).indexOf(String(value))] ?? String(value));
	case "DATE":
		return dateText(String(value));
	case "TIME":
		return momentText(Date.parse(String(value)));
	case "CENTS":
		return centsText(Number(value));
	default:
		return String(value);
	}
}

export function Value(props: { shape: FieldShape; value: unknown }) {
	const { shape, value } = props;
	if (Array.isArray(value)) {
		return shape.kind !== "MESSAGE" && shape.kind !== "ID" ? <>{value.map((one) => plainValue(shape, one)).join(", ")}</>
			: value.length === 1 ? <Value shape={shape} value={value[0]} />
			: <ol>{value.map((one, i) => <li key={i}><Value shape={shape} value={one} /></li>)}</ol>;
	}
	if (shape.kind === "MESSAGE")
		return <Facts fields={shape.fields ?? []} values={value as Json} />;
	if (shape.kind === "ID" && typeof value === "string" && value !== "")
		return <RecordLink id={value} />;
	return <>{plainValue(shape, value)}</>;
}

export function Facts(props: { fields: FieldShape[]; values: Json; leaveOut?: readonly string[] }) {
	const shown = props.fields.filter((field) => props.values[field.name] !== undefined && props.values[field.name] !== null && props.values[field.name] !== "" &&
		field.kind !== "BYTES" && !(props.leaveOut ?? []).includes(field.name));
	return (
		<dl class="facts">
			{shown.flatMap((field) => [
				<dt key={`${field.name}-t`}>{capital(field.label)}</dt>,
				<dd key={field.name}><Value shape={field} value={props.values[field.name]} /></dd>,
			])}
		</dl>
	);
}

export function RecordView(props: { shape: TypeShape; values: Json; leaveOut?: readonly string[] }) {
	return <Facts fields={props.shape.fields} values={props.values} leaveOut={props.leaveOut ?? []} />;
}
