// wire - protobuf as far as the local API needs it: a Request out, Responses in.
//
// The numbers of calls and fields come from local.proto (gen/local.ts); what a value is says
// how it is written: a text, bytes, a number, yes or no, or several of one. See decision 0015.
import { CALLS, KINDS, REQUEST, RESPONSE, type CallName, type Kind } from "../../gen/local";

type Plain = string | number | bigint | boolean | Uint8Array;
export type Value = Plain | readonly Plain[] | undefined;

const VARINT = 0, BYTES = 2;
const encoder = new TextEncoder(), decoder = new TextDecoder("utf-8", { fatal: true });

function putVarint(out: number[], value: bigint): void {
	for (; value > 0x7fn; value >>= 7n)
		out.push(Number(value & 0x7fn) | 0x80);
	out.push(Number(value));
}

function putBytes(out: number[], number: number, bytes: Uint8Array): void {
	putVarint(out, BigInt(number << 3 | BYTES));
	putVarint(out, BigInt(bytes.length));
	for (const byte of bytes)
		out.push(byte);
}

// What is empty, 0 or no is left out, as proto3 has it.
function put(out: number[], number: number, value: Value): void {
	if (Array.isArray(value)) {
		for (const one of value as Plain[])
			putBytes(out, number, encoder.encode(String(one)));
	} else if (value instanceof Uint8Array) {
		if (value.length > 0)
			putBytes(out, number, value);
	} else if (typeof value === "string") {
		if (value !== "")
			putBytes(out, number, encoder.encode(value));
	} else if (value !== undefined && value !== false && BigInt(value as number) !== 0n) {
		putVarint(out, BigInt(number << 3 | VARINT));
		putVarint(out, BigInt(value as number));
	}
}

export function request(id: number, call: CallName, fields: Record<string, Value>, quiet: boolean): Uint8Array<ArrayBuffer> {
	const [number, numbers] = CALLS[call];
	const body: number[] = [], out: number[] = [];
	for (const [name, value] of Object.entries(fields))
		put(body, numbers[name]!, value);
	put(out, REQUEST.id!, id);
	putBytes(out, number, Uint8Array.from(body));
	put(out, REQUEST.quiet!, quiet);
	return Uint8Array.from(out);
}

export interface Response {
	kind: Kind;
	error: string;
	field: string;
	json: string;
	cut: boolean;
}

// Throws on what is no Response.
export function response(bytes: Uint8Array): Response {
	const out: Response = { kind: "NONE", error: "", field: "", json: "", cut: false };
	let at = 0;
	const varint = (): number => {
		let value = 0;
		for (let shift = 1; ; shift *= 128) {
			const byte = bytes[at++];
			if (byte === undefined)
				throw new Error("malformed");
			value += (byte & 0x7f) * shift;
			if (byte < 0x80)
				return value;
		}
	};
	while (at < bytes.length) {
		const tag = varint(), number = tag >>> 3;
		if ((tag & 7) === VARINT) {
			const value = varint();
			if (number === RESPONSE.kind)
				out.kind = KINDS[value] ?? "STORE";
			else if (number === RESPONSE.cut)
				out.cut = value !== 0;
			continue;
		}
		const length = varint(), end = at + length;
		if ((tag & 7) !== BYTES || end > bytes.length)
			throw new Error("malformed");
		const text = () => decoder.decode(bytes.subarray(at, end));
		if (number === RESPONSE.error)
			out.error = text();
		else if (number === RESPONSE.field)
			out.field = text();
		else if (number === RESPONSE.json)
			out.json = text();
		at = end;
	}
	return out;
}
