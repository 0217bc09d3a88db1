// live - what the daemon tells by itself: its state, in every window of this browser.
//
// One window listens (a browser opens six connections to a place at most, and each
// stream holds one for good); it hands what it hears to the others. When it is closed
// another takes over by itself.
import { effect, signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { call, frames, read, Refusal, type CallName, type Fields } from "./api";
import * as session from "./session";

export interface Status {
	vault: "none" | "locked" | "waiting" | "open"; // waiting: for contact
	lock_after_s: number;
	sync?: "blank" | "enrolling" | "offline" | "connecting" | "syncing" | "idle" | "revoked";
	online?: boolean;
	holder?: string;
	holder_name?: string;
	node?: string;
	words?: string;
	written?: number;
	unreceipted?: number;
	oldest_unreceipted_ms?: number;
	quarantined?: number;
	rejected?: number;
	last_contact_ms?: number;
	order?: number;
	cases?: number;
	suspended?: boolean;
	clock_offset_ms?: number;
	clock?: "SYNCED" | "DRIFTING" | "UNKNOWN";
	last_error?: string;
	conflicts?: number;
	drafts?: number;
	unfinished?: number;
	attempts?: number;
	lease_days?: number; // 0: none runs
	lease_left_ms?: number;
	retry_in_ms?: number;
	version?: string;
	address?: string;
}

export const status = signal<Status | null>(null);
export const reachable = signal(true);
// Rises when what is recorded may read differently than before.
export const changes = signal(0);

// 0: what signOf tells is a change. Else every state is one (the console), taken up once in so many ms.
let paceMs = 0, waits = 0;

const windows = new BroadcastChannel("jalka-live");
const WAIT_FIRST_MS = 500, WAIT_MOST_MS = 8000;

function signOf(now: Status | null): string {
	return now === null ? "" : [now.vault, now.written, now.order, now.drafts, now.unfinished, now.conflicts, now.quarantined, now.rejected, now.cases, now.unreceipted, now.suspended].join();
}

function take(next: Status): void {
	const differs = signOf(status.value) !== signOf(next);
	status.value = next;
	reachable.value = true;
	if (paceMs > 0) {
		waits ||= window.setTimeout(() => {
			waits = 0;
			changes.value++;
		}, paceMs);
	} else if (differs)
		changes.value++;
}

// After a write of this window: what it shows is asked for anew at once.
export function touched(): void {
	changes.value++;
	windows.postMessage({ touched: true });
}

windows.onmessage = (event: MessageEvent<{ status?: Status; touched?: boolean; lost?: boolean }>) => {
	if (event.data.status !== undefined)
		take(event.data.status);
	if (event.data.touched === true)
		changes.value++;
	if (event.data.lost === true)
		reachable.value = false;
};

async function listenOnce(): Promise<void> {
	const answer = await fetch("/events", { headers: { "X-Jalka-Session": session.header() } });
	if (answer.status === 401)
		session.end();
	if (!answer.ok || answer.body === null)
		throw new Error("malformed");
	const reader = answer.body.getReader();
	let rest = new Uint8Array();
	for (;;) {
		const { done, value } = await reader.read();
		if (done)
			return;
		const bytes = new Uint8Array(rest.length + value.length);
		bytes.set(rest);
		bytes.set(value, rest.length);
		const each = frames(bytes);
		let frame = each.next();
		for (; frame.done !== true; frame = each.next()) {
			if (frame.value.length === 0)
				continue; // the beat
			const whole = new Uint8Array(frame.value.length + 4);
			new DataView(whole.buffer).setUint32(0, frame.value.length, true);
			whole.set(frame.value, 4);
			const next = read(whole) as unknown as Status;
			take(next);
			windows.postMessage({ status: next });
		}
		rest = new Uint8Array(frame.value);
	}
}

async function listen(): Promise<never> {
	let wait = WAIT_FIRST_MS;
	for (;;) {
		const began = Date.now();
		try {
			await listenOnce();
		} catch {
			reachable.value = session.signedOut.value;
			windows.postMessage({ lost: true });
		}
		wait = Date.now() - began > WAIT_MOST_MS ? WAIT_FIRST_MS : Math.min(wait * 2, WAIT_MOST_MS);
		await new Promise((resolve) => setTimeout(resolve, wait));
		await new Promise<void>((resolve) => effect(() => session.signedOut.value ? undefined : resolve()));
	}
}

// The first state, then all that follows.
export async function begin(pace = 0): Promise<void> {
	paceMs = pace;
	try {
		take(await call<Status>("status", {}, true));
	} catch (error) {
		reachable.value = !(error instanceof Refusal && error.kind === "UNREACHABLE");
	}
	void navigator.locks.request("jalka-stream", listen);
}

export interface Asked<T> {
	data: T | null;
	refusal: Refusal | null;
	busy: boolean;
}

// What a screen shows: asked once, and again, quietly, when something changed. Old data stay
// in sight meanwhile. A null name asks nothing.
export function useAsk<T, N extends CallName = CallName>(name: N | null, fields: Fields<N>): Asked<T> {
	const [asked, setAsked] = useState<Asked<T> & { key: string }>({ data: null, refusal: null, busy: true, key: "" });
	const key = name === null ? "" : JSON.stringify([name, fields], (_, v: unknown) => typeof v === "bigint" ? v.toString() : v);
	const change = changes.value;
	useEffect(() => {
		let current = true;
		if (name === null) {
			setAsked({ data: null, refusal: null, busy: false, key });
			return;
		}
		const again = asked.key === key;
		call<T, N>(name, fields, again).then(
			(data) => current && setAsked({ data, refusal: null, busy: false, key }),
			(error: unknown) => current && setAsked((before) => ({ data: before.key === key ? before.data : null, busy: false, key,
				refusal: error instanceof Refusal ? error : new Refusal("STORE", String(error), "", {}) })));
		return () => {
			current = false;
		};
	}, [key, change]);
	return asked.key === key ? asked : { data: null, refusal: null, busy: name !== null };
}
