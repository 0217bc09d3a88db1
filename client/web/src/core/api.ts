// api - calls to the daemon: one Request, its Responses, their JSON joined.
import type { Calls, CallName, Kind } from "../../gen/local";
import * as session from "./session";
import { request, response, type Value } from "./wire";

export type { CallName };
export type Fields<N extends CallName> = Calls[N];
export type Json = Record<string, unknown>;

export type RefusalKind = Exclude<Kind, "NONE"> | "UNREACHABLE" | "SIGNED_OUT";

// What the daemon refused, in its own words; nothing was changed.
export class Refusal extends Error {
	constructor(readonly kind: RefusalKind, message: string, readonly field: string, readonly detail: Json) {
		super(message);
	}
}

let number = 0;

// Each message of a body or stream stands behind its length; the rest is returned.
export function* frames(bytes: Uint8Array): Generator<Uint8Array, Uint8Array> {
	let at = 0;
	while (bytes.length - at >= 4) {
		const length = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
		if (bytes.length - at - 4 < length)
			break;
		yield bytes.subarray(at + 4, at + 4 + length);
		at += 4 + length;
	}
	return bytes.subarray(at);
}

// Several objects of one answer: their lists are parts of one list.
function join(whole: Json, part: Json): Json {
	for (const [key, value] of Object.entries(part)) {
		const before = whole[key];
		whole[key] = Array.isArray(value) && Array.isArray(before) ? before.concat(value) : value;
	}
	return whole;
}

export function read(body: Uint8Array): Json {
	const whole: Json = {};
	let piece = "";
	for (const frame of frames(body)) {
		const { kind, error, field, json, cut } = response(frame);
		piece += json;
		if (kind !== "NONE")
			throw new Refusal(kind, error, field, piece === "" ? {} : JSON.parse(piece) as Json);
		if (!cut) {
			join(whole, JSON.parse(piece) as Json);
			piece = "";
		}
	}
	return whole;
}

async function post(body: Uint8Array<ArrayBuffer>, path = "/api"): Promise<Response> {
	try {
		return await fetch(path, { method: "POST", body,
			headers: { "Content-Type": "application/x-protobuf", "X-Jalka-Session": session.header() } });
	} catch {
		throw new Refusal("UNREACHABLE", "", "", {});
	}
}

// Asks the daemon. `quiet`: the screen asks, not the worker, so the idle lock counts on.
export async function call<T = Json, N extends CallName = CallName>(name: N, fields?: Fields<N>, quiet = false): Promise<T> {
	const answer = await post(request(++number, name, (fields ?? {}) as Record<string, Value>, quiet));
	if (answer.status === 401) {
		session.end();
		throw new Refusal("SIGNED_OUT", "", "", {});
	}
	return readAnswer<T>(answer);
}

async function readAnswer<T>(answer: Response): Promise<T> {
	if (!answer.ok)
		throw new Refusal("CALLER", (await answer.text()).trim(), "", {});
	return read(new Uint8Array(await answer.arrayBuffer())) as T;
}

// At the console's door, where there is no session yet.
export async function signIn<T>(fields: Fields<"signIn">): Promise<T> {
	return readAnswer<T>(await post(request(++number, "signIn", fields as Record<string, Value>, false), "/sign-in"));
}

// A record's values as the body of a write, step or match.
export function jsonBody(values: Json): Uint8Array {
	return new TextEncoder().encode(JSON.stringify(values));
}

// "field=value" texts, each ended by a zero byte.
export function assignments(values: Record<string, string>): Uint8Array {
	return new TextEncoder().encode(Object.entries(values).map(([name, value]) => `${name}=${value}\0`).join(""));
}
