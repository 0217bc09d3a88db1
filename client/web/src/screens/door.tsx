// door - what stands before the work: no session, no vault yet, locked, too long out of
// contact, not enrolled, revoked; and
// how a client starts.
import { render, type ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { call, Refusal } from "../core/api";
import * as live from "../core/live";
import { reachable, status, touched, type Status } from "../core/live";
import { told } from "../core/refusal-words";
import { reread } from "../core/route";
import * as session from "../core/session";
import * as words from "../core/words";
import { T, t } from "../core/words";
import { Check, Text } from "../ui/field";
import { beginTheme, Languages } from "../ui/looks";
import { Button, Notice, refusalText, toast } from "../ui/parts";

function Cover(props: { children: ComponentChildren }) {
	return (
		<main class="cover"><div class="card stack">
			{props.children}
			<p class="quiet"><a href="tel:112">112</a> {t("ui.door.emergency")}</p>
			<Languages />
		</div></main>
	);
}

function SignedOut() {
	return (
		<Cover>
			<h1>Jalka</h1>
			<Notice>{T("ui.door.signed_out")}</Notice>
			<p><code>jalka open</code></p>
			<p class="quiet">{T("ui.door.signed_out_hint")}</p>
		</Cover>
	);
}

function Gone() {
	return <Cover><h1>Jalka</h1><Notice tone="warn" live>{T("ui.door.gone")}</Notice></Cover>;
}

async function refreshed(): Promise<void> {
	status.value = await call<Status>("status", {}, true);
}

// One text, one button: a passphrase to unlock or to begin with, or a code to enrol.
function Asking(props: { title: string; label: string; hint: string; button: string; waits: string; autocomplete?: string;
			 onSend: (text: string) => Promise<unknown>; wrong: (refusal: Refusal) => string; least?: number }) {
	const [text, setText] = useState("");
	const [error, setError] = useState("");
	const [tries, setTries] = useState(0);
	const [busy, setBusy] = useState(false);
	const [shown, setShown] = useState(false);
	const [caps, setCaps] = useState(false);
	const secret = props.autocomplete !== undefined;
	const send = async (event: Event) => {
		event.preventDefault();
		if (busy)
			return;
		if ([...text].length < (props.least ?? 1)) {
			setError(T("ui.door.too_short", { least: props.least ?? 1 }));
			return;
		}
		setBusy(true);
		setError("");
		try {
			await props.onSend(text);
			await refreshed();
			touched();
			if (tries < (status.value?.attempts ?? 0))
				toast(T("ui.door.attempts", { count: status.value!.attempts! }));
		} catch (refusal) {
			if (!(refusal instanceof Refusal))
				throw refusal;
			setTries(tries + 1);
			setError(props.wrong(refusal));
		} finally {
			setBusy(false);
		}
	};
	return (
		<form class="stack" onSubmit={(event) => void send(event)}>
			<h1>{props.title}</h1>
			<Text key={tries} label={props.label} hint={props.hint} type={secret && !shown ? "password" : "text"} value={text} onValue={setText} autofocus
				autocomplete={props.autocomplete} error={error !== "" && tries > 1 ? `${error} ${t("ui.door.tries", { count: tries })}` : error}
				onKeyDown={(event) => setCaps(event.getModifierState("CapsLock"))} />
			{secret && caps && <Notice tone="warn" live>{T("ui.door.caps")}</Notice>}
			{secret && <Check label={T("ui.door.show")} value={shown} onValue={setShown} />}
			{busy && <div class="stack tight" role="status"><progress class="wide" aria-label={props.waits} /><span>{props.waits}</span></div>}
			<Button type="submit" busy={busy}>{props.button}</Button>
		</form>
	);
}

function other(refusal: Refusal): string {
	return refusalText(refusal);
}

function Unlock() {
	useEffect(reread, []);
	return (
		<Cover>
			<Asking title={T("ui.door.locked")} label={T("ui.door.passphrase")} hint={T("ui.door.locked_hint")} button={T("ui.door.unlock")} waits={T("ui.door.opening")}
				autocomplete="current-password" onSend={(passphrase) => call("unlock", { passphrase })}
				wrong={(refusal) => refusal.kind === "CALLER" ? T("ui.door.wrong") : other(refusal)} />
		</Cover>
	);
}

// Out of contact for longer than the organisation allows: it opens by itself with the first contact.
function Waiting() {
	const now = status.value!;
	const count = now.unreceipted ?? 0;
	return (
		<Cover>
			<h1>{T("ui.door.lease")}</h1>
			<p role="status">{now.suspended === true ? T("ui.door.lease_suspended") : T("ui.door.lease_why", { days: now.lease_days ?? 0 })}</p>
			{count > 0 && <p>{T("ui.door.lease_unsent", { count })}</p>}
			{now.suspended !== true && <Notice>{T("ui.door.lease_do")}</Notice>}
			{(now.last_error ?? "") !== "" && <p class="quiet">{T("ui.door.lease_error", { why: told(now.last_error!) })}</p>}
		</Cover>
	);
}

const PASSPHRASE_LEAST = 8;

function Init() {
	return (
		<Cover>
			<Asking title={T("ui.door.init")} label={T("ui.door.new_passphrase")} hint={T("ui.door.init_hint")} button={T("ui.door.make")} waits={T("ui.door.making")}
				autocomplete="new-password" least={PASSPHRASE_LEAST} onSend={(passphrase) => call("init", { passphrase })} wrong={other} />
		</Cover>
	);
}

function Enrol() {
	const now = status.value;
	if (now?.sync === "enrolling" && (now.words ?? "") !== "") {
		return (
			<Cover>
				<h1>{T("ui.door.compare")}</h1>
				<p class="words">{now.words}</p>
				<Notice>{T("ui.door.compare_hint")}</Notice>
				<p role="status" class="quiet">{(now.last_error ?? "") === "" ? T("ui.door.waiting") : T("ui.door.waiting_error", { why: told(now.last_error!) })}</p>
			</Cover>
		);
	}
	return (
		<Cover>
			<Asking title={T("ui.door.enrol")} label={T("ui.door.code")} hint={T("ui.door.enrol_hint")} button={T("ui.door.join")} waits={T("ui.door.joining")}
				onSend={(code) => call("enrol", { code: code.trim(), serial: "" })}
				wrong={(refusal) => refusal.field === "code" ? T("ui.door.bad_code") : refusal.kind === "LATER" ? T("ui.door.no_centre") : other(refusal)} />
		</Cover>
	);
}

// The central node has shut this machine out: nothing of a client is in sight, and what became of
// the work is told.
function Revoked() {
	const count = status.value!.unreceipted!;
	return (
		<Cover>
			<h1>{T("ui.sync.revoked")}</h1>
			<p role="status">{T(count > 0 ? "ui.door.revoked_unsent" : "ui.door.revoked_erased", { count })}</p>
			<p>{T("ui.door.revoked_typed")}</p>
			<Notice>{T("ui.door.revoked_do")}</Notice>
		</Cover>
	);
}

// Which of these stands before the work, if any does.
export function Door(props: { children: () => ComponentChildren }) {
	const now = status.value;
	if (session.signedOut.value)
		return <SignedOut />;
	if (now === null)
		return reachable.value ? null : <Gone />;
	if (now.vault === "none")
		return <Init />;
	if (now.vault === "locked")
		return <Unlock />;
	if (now.sync === "revoked")
		return <Revoked />;
	if (now.vault === "waiting")
		return <Waiting />;
	if (now.sync === "blank" || now.sync === "enrolling")
		return <Enrol />;
	return <>{props.children()}</>;
}

// Words, session and state are asked for at once; then the client stands.
export async function start(client: () => ComponentChildren): Promise<void> {
	beginTheme();
	await Promise.all([words.begin(), session.begin().then((has) => has ? live.begin() : undefined)]);
	reread(); // the address, without its token
	render(<Door>{client}</Door>, document.getElementById("app")!);
}
