// session - the right of this window to speak to the daemon.
//
// `jalka open` gives an address whose fragment holds a token that serves once; it is
// exchanged for a session, which every request carries as a header. It stands in the
// window's sessionStorage, which no other origin and no other window reads; a window
// opened by hand asks the others of the same address for it. At the console it comes
// of signing in (console/door).
import { signal } from "@preact/signals";

const KEY = "jalka-session";
const ASK_MS = 400;

export const signedOut = signal(false);
let session = "";
const windows = new BroadcastChannel("jalka-session");

windows.onmessage = (event: MessageEvent<{ ask?: boolean; session?: string; ended?: string }>) => {
	const { ask, session: theirs, ended } = event.data;
	if (ask === true && session !== "")
		offer();
	if (theirs !== undefined && signedOut.value)
		keep(theirs);
	if (ended !== undefined && ended === session)
		forget();
};

// To windows of the same address that have none.
export function offer(): void {
	windows.postMessage({ session });
}

export function keep(value: string): void {
	session = value;
	sessionStorage.setItem(KEY, value);
	signedOut.value = false;
}

async function exchange(token: string): Promise<boolean> {
	const answer = await fetch("/session", { method: "POST", headers: { "Content-Type": "application/x-protobuf" },
		body: new TextEncoder().encode(token) });
	if (answer.ok)
		keep(await answer.text());
	return answer.ok;
}

function askOthers(): Promise<boolean> {
	return new Promise((resolve) => {
		const timer = setTimeout(() => done(false), ASK_MS);
		const done = (got: boolean) => {
			clearTimeout(timer);
			windows.removeEventListener("message", take);
			resolve(got);
		};
		const take = (event: MessageEvent<{ session?: string }>) => {
			if (event.data.session === undefined)
				return;
			keep(event.data.session);
			done(true);
		};
		windows.addEventListener("message", take);
		windows.postMessage({ ask: true });
	});
}

// True: there is a session, as far as this window knows.
export async function begin(): Promise<boolean> {
	const token = /^#t=([0-9a-f]{64})$/.exec(location.hash)?.[1];
	if (token !== undefined) {
		history.replaceState(null, "", location.pathname + "#/");
		if (await exchange(token))
			return true;
	}
	session = sessionStorage.getItem(KEY) ?? "";
	const has = session !== "" || await askOthers();
	signedOut.value = !has;
	return has;
}

export function header(): string {
	return session;
}

function forget(): void {
	session = "";
	sessionStorage.removeItem(KEY);
	signedOut.value = true;
}

// The daemon does not know it any more: it was started again, its time is over, or it was ended.
export function end(): void {
	windows.postMessage({ ended: session });
	forget();
}
