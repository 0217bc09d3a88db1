// records - records as the daemon tells them, and the shapes of their types.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call, jsonBody, Refusal, type Json } from "./api";
import { touched } from "./live";
import { language, t, valueWord } from "./words";

export interface Who {
	node: string;
	epoch: string;
	mine: boolean;
	name: string;
}

export interface Summary {
	id: string;
	case_id: string;
	type: string;
	title: string;
	created_ms: number;
	changed_ms: number;
	event_at_ms: number;
	by: Who;
	pending: boolean;
	quarantined: boolean;
	conflict: boolean;
	draft: boolean;
	state?: { holds: string; decided: boolean; why: string };
	after_closing?: boolean;
	mark?: "SUPPLEMENTED" | "CORRECTED" | "VOIDED" | "WRONG_CLIENT";
	kind?: string;       // of a type that has one
	birth_date?: string; // of a client
	merged?: { into: string; held: boolean; title: string };
	fields?: Json;
	names?: Record<string, string>;
}

export interface Sibling {
	value: unknown;
	cleared: boolean;
	by: Who;
	at_ms: number;
	order: number;
	pending: boolean;
}

export interface FieldInfo {
	field: string;
	number: number;
	conflict: boolean;
	siblings: Sibling[];
}

export interface RecordAnswer {
	kind: "record";
	token: number;
	record: Summary & { fields: Json; names?: Record<string, string>; info?: FieldInfo[]; corrections?: { id: string; refused: boolean; fields: Json }[] };
	log?: LogLine[];
	hidden?: Hidden[];
}

export interface LogLine {
	by: Who;
	seq: number;
	order: number;
	stamp_ms: number;
	verdict: "LOCAL" | "ACCEPTED" | "QUARANTINED" | "REJECTED";
	fields?: Json;
}

export interface Hidden {
	what: string;
	count: number;
	why: string;
	how: string;
}

export interface CaseAnswer {
	kind: "case";
	token: number;
	case_id: string;
	case_kind: string;
	client_case: string;
	records: (Summary & { fields: Json })[];
	matters?: Summary[];
	files?: Summary[];
	hidden?: Hidden[];
}

export interface Written {
	id: string;
	case_id: string;
	type: string;
	state: "written" | "draft" | "signed";
	opened: boolean;
	advice: { field: string; text: string }[];
}

// ---- shapes ----
export type FieldKind = "BOOL" | "UINT" | "INT" | "ENUM" | "TEXT" | "BYTES" | "ID" | "TIME" | "DATE" | "CENTS" | "MESSAGE";
export interface FieldShape {
	name: string;
	number: number;
	label: string;
	kind: FieldKind;
	repeated: boolean;
	required: boolean;
	later: boolean;
	chars_max?: number; // letters of a text
	bytes_max?: number; // and its UTF-8
	values?: string[];
	value_labels?: string[];
	fields?: FieldShape[];
}
export interface TypeShape {
	name: string;
	label: string;
	signed: boolean;
	central_only: boolean;
	opens: string;
	home: string;
	fields: FieldShape[];
}

const shapes = signal<Record<string, TypeShape>>({});
const asked = new Set<string>();

// A type's fields with their words, in the language of the moment; null until it has come.
export function useShape(type: string): TypeShape | null {
	const key = `${language.value}/${type}`;
	useEffect(() => {
		if (asked.has(key) || type === "")
			return;
		asked.add(key);
		call<TypeShape>("types", { type, lang: language.value }, true).then(
			(shape) => {
				shapes.value = { ...shapes.value, [key]: shape };
			},
			() => asked.delete(key));
	}, [key]);
	return shapes.value[key] ?? null;
}

// ---- writing ----
export interface WriteWhat {
	type: string;
	values: Json;
	record_id?: string;   // a record or a draft
	case_id?: string;
	client_case?: string; // of a new matter
	sign?: boolean;
	draft?: boolean;
	token?: number;
	event_at_ms?: number;
}

// A row of a list that nothing was typed into is no value.
function whole(values: Json): Json {
	return Object.fromEntries(Object.entries(values).map(([name, value]) => {
		const rows = Array.isArray(value) ? value.filter((one) => one !== "") : value;
		return [name, Array.isArray(rows) && rows.length === 0 ? null : rows];
	}));
}

// Writes, and has every screen read again. The answer's advice is what to mind.
export async function write(what: WriteWhat): Promise<Written> {
	const answer = await call<Written>("write", {
		type: what.type, body: jsonBody(whole(what.values)), form: 1, recordId: what.record_id ?? "", caseId: what.case_id ?? "",
		clientCase: what.client_case ?? "", sign: what.sign ?? false, draft: what.draft ?? false,
		token: BigInt(what.token ?? 0), eventAtMs: BigInt(what.event_at_ms ?? 0),
	});
	if (what.draft !== true)
		touched();
	return answer;
}

// A write made from a read, `token`. When what it touches has changed since, that is refused and told,
// with both values; `onNewer` takes the newest read, which counts when it is said again.
export async function writeFrom(what: WriteWhat & { record_id: string; token: number }, onNewer: (token: number) => void): Promise<Written> {
	try {
		return await write(what);
	} catch (error) {
		if (error instanceof Refusal && error.kind === "STALE_READ")
			onNewer((await call<RecordAnswer>("show", { id: what.record_id }, true)).token);
		throw error;
	}
}

// What a record is called; types without a title of their own by what kind they are.
export function titleOf(one: { type: string; title?: string; kind?: string; fields?: Json }): string {
	const kind = one.kind ?? fieldText(one.fields, "kind");
	return one.title || (kind === "" ? "" : valueWord(KINDS[one.type] ?? `${one.type}_kind`, kind));
}
const KINDS: Record<string, string> = { local_application: "local_kind", joint_session: "session_kind" };

// Who wrote it, by name; the central node has none of its own.
export function whoText(by: Who): string {
	return by.name === "central" ? t("ui.who.central") : by.name || t("ui.who.unknown");
}

export function fieldText(fields: Json | undefined, name: string): string {
	const value = fields?.[name];
	return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

export function clientName(fields: Json | undefined): string {
	return [fieldText(fields, "given_names"), fieldText(fields, "family_name")].filter((part) => part !== "").join(" ");
}
