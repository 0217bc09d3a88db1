// door - what stands before the console: signing in by name, password and code, or by an invitation,
// which gives the second factor its secret and takes the password; and how the console starts.
import { effect, signal } from "@preact/signals";
import { render, type ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useAct } from "../core/act";
import { Refusal, signIn } from "../core/api";
import * as live from "../core/live";
import { reachable, touched } from "../core/live";
import { reread } from "../core/route";
import * as session from "../core/session";
import * as words from "../core/words";
import { T, whenText } from "../core/words";
import { Check, Text } from "../ui/field";
import { beginTheme, Languages } from "../ui/looks";
import { Busy, Button, Notice, Refused, refusalText, toast } from "../ui/parts";
import { Qr, type Code } from "./qr";
import { last, learn, me, type Me } from "./who";

const PACE_MS = 2000; // what the node tells may change each second; pages are asked anew this often
export const PASSWORD_LEAST = 12;

// The token of an invitation, as long as it is not taken: in this window's memory alone.
const invitation = signal("");

interface Signed extends Me {
	session: string;
	last_ms: number; // the sign-in before
	wrong: number;   // wrong attempts since
}

function Cover(props: { children: ComponentChildren; wide?: boolean }) {
	return <main class={`cover ${props.wide === true ? "wide-cover" : ""}`}><div class="card stack">{props.children}<Languages /></div></main>;
}

function begin(signed: Signed, name: string): void {
	last.value = me.value = { ...signed, sign_in: name };
	session.keep(signed.session);
	session.offer();
	touched();
	if (signed.wrong > 0)
		toast(T("ui.console_door.wrong", { count: signed.wrong, when: whenText(signed.last_ms) }));
}

// A password, which may be shown while it is typed.
function Secret(props: { label: string; hint?: string; value: string; onValue: (value: string) => void; autocomplete: string; error?: string | undefined; shown: boolean; autofocus?: boolean }) {
	const [caps, setCaps] = useState(false);
	const { shown, ...rest } = props;
	return <><Text {...rest} required type={shown ? "text" : "password"} onKeyDown={(event) => setCaps(event.getModifierState("CapsLock"))} />
		{caps && <Notice tone="warn" live>{T("ui.door.caps")}</Notice>}</>;
}

function Code6(props: { value: string; onValue: (value: string) => void; hint: string; error?: string | undefined }) {
	return <Text label={T("ui.console_door.code")} hint={props.hint} type="tel" required autocomplete="one-time-code" value={props.value} onValue={(value) => props.onValue(value.replace(/\s/g, ""))} error={props.error} />;
}

function SignIn() {
	const [name, setName] = useState(last.value?.sign_in ?? "");
	const [password, setPassword] = useState("");
	const [code, setCode] = useState("");
	const [shown, setShown] = useState(false);
	const [missing, setMissing] = useState(false);
	const { refusal, busy, act } = useAct();
	const need = (value: string) => missing && value === "" ? T("ui.console_door.missing") : undefined;
	const send = (event: Event) => {
		event.preventDefault();
		setMissing(true);
		if (busy || name === "" || password === "" || code === "")
			return;
		void act(async () => {
			try {
				begin(await signIn<Signed>({ name, password, code }), name);
			} finally {
				setCode("");
				setMissing(false);
			}
		});
	};
	return (
		<Cover>
			<h1>{T("ui.console_door.title")}</h1>
			{last.value !== null && <Notice live>{T("ui.console_door.ended")}</Notice>}
			<form class="stack" noValidate onSubmit={send}>
				<Refused refusal={refusal} />
				<Text label={T("ui.console_door.name")} required autocomplete="username" autofocus={name === ""} value={name} onValue={setName} error={need(name)} />
				<Secret label={T("ui.console_door.password")} autocomplete="current-password" autofocus={name !== ""} value={password} onValue={setPassword} shown={shown} error={need(password)} />
				<Check label={T("ui.console_door.show")} value={shown} onValue={setShown} />
				<Code6 hint={T("ui.console_door.code_hint")} value={code} onValue={setCode} error={need(code)} />
				<Button type="submit" busy={busy}>{T("ui.console_door.sign_in")}</Button>
				{busy && <p role="status" class="quiet">{T("ui.console_door.signing")}</p>}
			</form>
			<p class="quiet">{T("ui.console_door.forgotten")}</p>
		</Cover>
	);
}

interface Offer {
	name: string;
	staff_name: string;
	totp: { uri: string; secret: string; qr: Code };
}

// Groups of four letters are easier to type.
function grouped(secret: string): string {
	return secret.replace(/(.{4})(?=.)/g, "$1 ");
}

function Take(props: { offer: Offer }) {
	const { name, staff_name, totp } = props.offer;
	const [password, setPassword] = useState("");
	const [again, setAgain] = useState("");
	const [code, setCode] = useState("");
	const [shown, setShown] = useState(false);
	const [tried, setTried] = useState(false);
	const { refusal, busy, act } = useAct();
	const short = tried && [...password].length < PASSWORD_LEAST ? T("ui.door.too_short", { least: PASSWORD_LEAST }) : undefined;
	const differs = tried && again !== password ? T("ui.console_door.differs") : undefined;
	const send = (event: Event) => {
		event.preventDefault();
		setTried(true);
		if (busy || [...password].length < PASSWORD_LEAST || again !== password || code === "")
			return;
		void act(async () => {
			begin(await signIn<Signed>({ invitation: invitation.value, password, code }), name);
			invitation.value = "";
		});
	};
	const at = (field: string) => refusal?.field === field ? refusalText(refusal) : undefined;
	return (
		<Cover wide>
			<h1>{T("ui.console_door.welcome", { name: staff_name })}</h1>
			<p>{T("ui.console_door.welcome_hint")} <strong>{name}</strong></p>
			<form class="stack" noValidate onSubmit={send}>
				<Refused refusal={refusal !== null && ["password", "code"].includes(refusal.field) ? null : refusal} />
				<section class="stack tight" aria-labelledby="step-1">
					<h2 id="step-1">1. {T("ui.console_door.second")}</h2>
					<p>{T("ui.console_door.second_hint")}</p>
					<div class="code-and-text"><Qr code={totp.qr} label={T("ui.console_door.qr")} />
						<div class="stack tight"><span class="quiet">{T("ui.console_door.by_hand")}</span><code class="selectable" data-secret>{grouped(totp.secret)}</code>
							<span class="quiet">{T("ui.console_door.kind")}</span></div></div>
				</section>
				<section class="stack tight" aria-labelledby="step-2">
					<h2 id="step-2">2. {T("ui.console_door.choose")}</h2>
					<Secret label={T("ui.console_door.new")} hint={T("ui.console_door.new_hint", { least: PASSWORD_LEAST })} autocomplete="new-password" value={password} onValue={setPassword} shown={shown} error={short ?? at("password")} />
					<Secret label={T("ui.console_door.again")} autocomplete="new-password" value={again} onValue={setAgain} shown={shown} error={differs} />
					<Check label={T("ui.console_door.show")} value={shown} onValue={setShown} />
				</section>
				<section class="stack tight" aria-labelledby="step-3">
					<h2 id="step-3">3. {T("ui.console_door.first")}</h2>
					<Code6 hint={T("ui.console_door.first_hint")} value={code} onValue={setCode} error={tried && code === "" ? T("ui.console_door.missing") : at("code")} />
				</section>
				<Button type="submit" busy={busy}>{T("ui.console_door.take")}</Button>
				{busy && <p role="status" class="quiet">{T("ui.console_door.signing")}</p>}
			</form>
		</Cover>
	);
}

function Invited() {
	const [offer, setOffer] = useState<Offer | null>(null);
	const { refusal, act } = useAct();
	useEffect(() => void act(async () => setOffer(await signIn<Offer>({ invitation: invitation.value }))), []);
	if (offer !== null)
		return <Take offer={offer} />;
	return <Cover><h1>{T("ui.console_door.invitation")}</h1>{refusal === null ? <Busy /> : <><Refused refusal={refusal} /><p>{T("ui.console_door.invitation_bad")}</p>
		<div><Button kind="second" onClick={() => { invitation.value = ""; }}>{T("ui.console_door.to_sign_in")}</Button></div></>}</Cover>;
}

function Door(props: { children: () => ComponentChildren }) {
	if (invitation.value !== "")
		return <Invited />;
	if (session.signedOut.value)
		return <SignIn />;
	if (me.value === null)
		return reachable.value ? null : <Cover><h1>Jalka</h1><Notice tone="warn" live>{T("ui.console_door.gone")}</Notice></Cover>;
	return <>{props.children()}</>;
}

const AGAIN_MS = 3000;

// Who it is, as soon as there is a session: this window's own, or one that another window has.
function follow(): void {
	let begun = false;
	const look = () => {
		if (!begun) {
			begun = true;
			void live.begin(PACE_MS);
		}
		learn(true).then(() => { last.value = me.value; }, (error: unknown) => {
			reachable.value = !(error instanceof Refusal && error.kind === "UNREACHABLE");
			if (!session.signedOut.value)
				setTimeout(look, AGAIN_MS);
		});
	};
	effect(() => {
		if (session.signedOut.value)
			me.value = null;
		else
			setTimeout(look);
	});
}

export async function start(client: () => ComponentChildren): Promise<void> {
	beginTheme();
	const token = /^#i=([0-9A-Za-z_-]+)$/.exec(location.hash)?.[1];
	if (token !== undefined) {
		invitation.value = token;
		history.replaceState(null, "", location.pathname + "#/");
	}
	await Promise.all([words.begin(), token === undefined ? session.begin() : undefined]);
	session.signedOut.value = session.header() === "";
	reread();
	follow();
	render(<Door>{client}</Door>, document.getElementById("app")!);
}

// An invitation opened in a window that is here already.
addEventListener("hashchange", () => {
	if (/^#i=/.test(location.hash))
		location.reload();
});
