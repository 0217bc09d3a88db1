// door - what stands before the work: no session, no vault yet, locked, not enrolled.
import { useState } from "preact/hooks";
import { call, Refusal } from "../core/api";
import { status, touched } from "../core/live";
import { choose, language, LANGUAGES, T } from "../core/words";
import { Text } from "../ui/field";
import { Button, Notice } from "../ui/parts";

const NAMES = { fi: "Suomi", sv: "Svenska", en: "English" };

export function Languages() {
	return (
		<div class="row" role="group" aria-label={T("ui.language")}>
			{LANGUAGES.map((one) => (
				<Button key={one} kind="plain" small lang={one} aria-pressed={language.value === one} onClick={() => void choose(one)}>
					{language.value === one ? <strong>{NAMES[one]}</strong> : NAMES[one]}
				</Button>
			))}
		</div>
	);
}

export function SignedOut() {
	return (
		<main class="cover"><div class="card stack">
			<h1>Jalka</h1>
			<Notice>{T("ui.door.signed_out")}</Notice>
			<p><code>jalka open</code></p>
			<Languages />
		</div></main>
	);
}

export function Gone() {
	return <main class="cover"><div class="card stack"><h1>Jalka</h1><Notice tone="warn" live>{T("ui.door.gone")}</Notice></div></main>;
}

// One text, one button: a passphrase to unlock, or a code to enrol.
function Asking(props: { title: string; label: string; hint?: string; button: string; secret?: boolean; autocomplete?: string; onSend: (text: string) => Promise<unknown>; least?: number }) {
	const [text, setText] = useState("");
	const [refusal, setRefusal] = useState<Refusal | null>(null);
	const [busy, setBusy] = useState(false);
	const send = async (event: Event) => {
		event.preventDefault();
		setBusy(true);
		setRefusal(null);
		try {
			await props.onSend(text);
			setText("");
			touched();
		} catch (error) {
			if (!(error instanceof Refusal))
				throw error;
			setRefusal(error);
		} finally {
			setBusy(false);
		}
	};
	return (
		<form class="stack" onSubmit={(event) => void send(event)}>
			<h1>{props.title}</h1>
			<Text label={props.label} hint={props.hint} type={props.secret === true ? "password" : "text"} value={text} onValue={setText} autofocus
				autocomplete={props.autocomplete} error={refusal !== null ? refusal.message : undefined} />
			<Button type="submit" busy={busy}>{busy ? T("ui.busy") : props.button}</Button>
		</form>
	);
}

async function refreshed(): Promise<void> {
	status.value = await call("status", {}, true) as unknown as typeof status.value;
}

export function Unlock() {
	return (
		<main class="cover"><div class="card stack">
			<Asking title={T("ui.door.locked")} label={T("ui.door.passphrase")} hint={T("ui.door.locked_hint")} button={T("ui.door.unlock")} secret
				autocomplete="current-password" onSend={async (passphrase) => { await call("unlock", { passphrase }); await refreshed(); }} />
			<Languages />
		</div></main>
	);
}

export function Init() {
	return (
		<main class="cover"><div class="card stack">
			<Asking title={T("ui.door.init")} label={T("ui.door.new_passphrase")} hint={T("ui.door.init_hint")} button={T("ui.door.make")} secret
				autocomplete="new-password" onSend={async (passphrase) => { await call("init", { passphrase }); await refreshed(); }} />
			<Languages />
		</div></main>
	);
}

export function Enrol() {
	const now = status.value;
	if (now?.sync === "enrolling" && (now.words ?? "") !== "") {
		return (
			<main class="cover"><div class="card stack">
				<h1>{T("ui.door.compare")}</h1>
				<p class="label" lang="en">{now.words}</p>
				<Notice>{T("ui.door.compare_hint")}</Notice>
			</div></main>
		);
	}
	return (
		<main class="cover"><div class="card stack">
			<Asking title={T("ui.door.enrol")} label={T("ui.door.code")} hint={T("ui.door.enrol_hint")} button={T("ui.door.join")}
				onSend={(code) => call("enrol", { code: code.trim(), serial: "" })} />
			<Languages />
		</div></main>
	);
}

