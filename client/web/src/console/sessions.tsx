// sessions - who is signed in and from where, one's own password, and who may sign in at all.
import { useState } from "preact/hooks";
import { useAct } from "../core/act";
import { capital, momentText, T, t, valueWord, whenText } from "../core/words";
import { Check, Choice, Text } from "../ui/field";
import { Busy, Button, Empty, Notice, Refused, refusalText, Title, toast } from "../ui/parts";
import { own, useAdmin, useConsole } from "./ask";
import { Confirm } from "./confirm";
import { Copy } from "./copy";
import { PASSWORD_LEAST } from "./door";
import { Table } from "./table";
import { may, me, ROLES } from "./who";

interface Session {
	id: string;
	staff: string;
	name: string;
	begun_ms: number;
	last_ms: number;
	from: string;
	mine: boolean;
	here: boolean;
}
interface Operator {
	staff: string;
	name: string;
	sign_in: string;
	state: "INVITED" | "ACTIVE" | "BLOCKED";
	last_ms: number;
	wrong: number;
}
interface Invitation {
	invitation: string;
	address: string;
	expires_ms: number;
}

// "Mozilla/5.0 (X11; Linux x86_64) … Firefox/128.0": the browser and the system alone.
function agentText(agent: string): string {
	const browser = /(Edg|OPR|Firefox|Chrome|Safari)\/\d+/.exec(agent)?.[0].replace("/", " ").replace("Edg", "Edge").replace("OPR", "Opera");
	const system = /Windows|Android|iPhone|iPad|Mac OS X|Linux/.exec(agent)?.[0];
	return [browser, system].filter(Boolean).join(", ") || agent;
}

function Open() {
	const { data, refusal } = useConsole<{ sessions: Session[] }>("sessions");
	const [sure, setSure] = useState<Session | null>(null);
	return (
		<section class="card stack tight" aria-labelledby="open">
			<h2 id="open">{T("ui.console_sessions.open")}</h2>
			<p class="quiet">{T(may("TECHNICAL_ADMIN") ? "ui.console_sessions.open_hint" : "ui.console_sessions.own_hint")}</p>
			<Refused refusal={refusal} />
			{data === null && refusal === null && <Busy />}
			{data !== null && <Table label={T("ui.console_sessions.open")} rows={data.sessions} keyOf={(one) => one.id} columns={[
				{ head: T("ui.console.person"), main: true, cell: (one) => <>{one.name}{one.here && <> <span class="chip good">{t("ui.console_sessions.here")}</span></>}</> },
				{ head: T("ui.console_sessions.from"), cell: (one) => agentText(one.from) },
				{ head: T("ui.console_sessions.begun"), cell: (one) => momentText(one.begun_ms) },
				{ head: T("ui.console_sessions.last"), cell: (one) => whenText(one.last_ms) },
				{ head: T("ui.console.do"), plain: true, cell: (one) => !one.here && <Button kind="second" small aria-label={`${T("ui.console_sessions.end")}: ${one.name}, ${momentText(one.begun_ms)}`} onClick={() => setSure(one)}>{T("ui.console_sessions.end")}</Button> },
			]} />}
			{sure !== null && <Confirm title={T("ui.console_sessions.end_title")} button={T("ui.console_sessions.end")} done={T("ui.console_sessions.ended")} onDo={() => own("end", sure.id)} onClose={() => setSure(null)}>
				<p>{sure.name} · {agentText(sure.from)} · {momentText(sure.begun_ms)}</p><p>{T("ui.console_sessions.end_hint")}</p></Confirm>}
		</section>
	);
}

function Password() {
	const empty = { old: "", next: "", again: "", code: "" };
	const [typed, setTyped] = useState(empty);
	const [shown, setShown] = useState(false);
	const [tried, setTried] = useState(false);
	const { refusal, busy, act } = useAct();
	const set = (name: keyof typeof empty) => (value: string) => setTyped({ ...typed, [name]: value });
	const missing = (value: string) => tried && value === "" ? T("ui.console_door.missing") : undefined;
	const at = (field: string) => refusal?.field === field ? refusalText(refusal) : undefined;
	const short = tried && [...typed.next].length < PASSWORD_LEAST ? T("ui.door.too_short", { least: PASSWORD_LEAST }) : undefined;
	const differs = tried && typed.again !== typed.next ? T("ui.console_door.differs") : undefined;
	const send = (event: Event) => {
		event.preventDefault();
		setTried(true);
		if (busy || typed.old === "" || typed.code === "" || [...typed.next].length < PASSWORD_LEAST || typed.again !== typed.next)
			return;
		void act(async () => {
			await own("password", typed.old, typed.next, typed.code);
			setTyped(empty);
			setTried(false);
			toast(T("ui.console_sessions.changed"));
		});
	};
	const kind = shown ? "text" : "password";
	return (
		<details class="card"><summary><h2>{T("ui.console_sessions.password")}</h2></summary>
			<form class="stack" noValidate onSubmit={send}>
				<Refused refusal={refusal !== null && ["new", "code"].includes(refusal.field) ? null : refusal} />
				<input hidden type="text" autocomplete="username" readOnly value={me.value?.sign_in ?? ""} />
				<Text label={T("ui.console_sessions.old")} type={kind} required autocomplete="current-password" value={typed.old} onValue={set("old")} error={missing(typed.old)} />
				<Text label={T("ui.console_door.new")} hint={T("ui.console_door.new_hint", { least: PASSWORD_LEAST })} type={kind} required autocomplete="new-password" value={typed.next} onValue={set("next")} error={short ?? at("new")} />
				<Text label={T("ui.console_door.again")} type={kind} required autocomplete="new-password" value={typed.again} onValue={set("again")} error={differs} />
				<Text label={T("ui.console_door.code")} hint={T("ui.console_door.code_hint")} type="tel" required autocomplete="one-time-code" value={typed.code} onValue={(value) => set("code")(value.replace(/\s/g, ""))} error={missing(typed.code) ?? at("code")} />
				<Check label={T("ui.console_door.show")} value={shown} onValue={setShown} />
				<div><Button type="submit" busy={busy}>{T("ui.console_sessions.change")}</Button></div>
			</form>
		</details>
	);
}

// So many wrong attempts are free, then the next has to wait.
const FREE_TRIES = 3;

const TONES = { INVITED: "warn", ACTIVE: "good", BLOCKED: "bad" };

interface Grant {
	staff: string;
	name: string;
	role: string;
	state: string;
}

// Who has an administrator's role now, each with all of them.
function administrators(grants: Grant[]): { staff: string; name: string; roles: string[] }[] {
	const found = new Map<string, { staff: string; name: string; roles: string[] }>();
	for (const { staff, name, role, state } of grants)
		if (state === "IN_FORCE" && ROLES.some((one) => one === role))
			found.set(staff, { staff, name, roles: [...(found.get(staff)?.roles ?? []), valueWord("role", role)] });
	return [...found.values()];
}

function Invite(props: { known: Operator[] }) {
	const { data, refusal: unknown } = useAdmin<{ grants: Grant[] }>("grants");
	const [who, setWho] = useState("");
	const [name, setName] = useState("");
	const [tried, setTried] = useState(false);
	const [made, setMade] = useState<Invitation & { person: string } | null>(null);
	const { refusal, busy, act } = useAct();
	const people = administrators(data?.grants ?? []);
	const known = props.known.find((one) => one.staff === who);
	const send = (event: Event) => {
		event.preventDefault();
		setTried(true);
		if (busy || who === "" || name === "")
			return;
		void act(async () => {
			setMade({ ...await own<Invitation>("invite", who, name), person: people.find((one) => one.staff === who)?.name ?? "" });
			setWho("");
			setName("");
			setTried(false);
		});
	};
	const missing = (value: string) => tried && value === "" ? T("ui.console_door.missing") : undefined;
	return (
		<div class="stack">
			<h3>{T("ui.console_sessions.invite")}</h3>
			{made !== null && <Notice tone="good" live><div class="stack tight"><p>{T("ui.console_sessions.invited", { name: made.person, when: momentText(made.expires_ms) })}</p>
				<Copy text={made.address} label={T("ui.console_sessions.address")} /></div></Notice>}
			<form class="stack" noValidate onSubmit={send}>
				<Refused refusal={refusal ?? unknown} />
				<Choice list label={T("ui.console.person")} hint={T("ui.console_sessions.person_hint")} required value={who} onValue={(next) => { setWho(next); setName(props.known.find((one) => one.staff === next)?.sign_in ?? name); }}
					options={people.map((one) => ({ value: one.staff, label: `${one.name} (${one.roles.join(", ")})` }))} error={missing(who)} />
				<Text label={T("ui.console_door.name")} hint={T("ui.console_sessions.name_hint")} required value={name} onValue={setName} error={missing(name)} />
				{known !== undefined && <Notice>{T(known.state === "BLOCKED" ? "ui.console_sessions.blocked_hint" : "ui.console_sessions.again_hint")}</Notice>}
				<div><Button type="submit" busy={busy}>{T("ui.console_sessions.make")}</Button></div>
			</form>
		</div>
	);
}

function Operators() {
	const { data, refusal } = useConsole<{ operators: Operator[] }>("operators");
	const [sure, setSure] = useState<Operator | null>(null);
	const { refusal: failed, busy, act } = useAct();
	const unblock = (one: Operator) => void act(async () => {
		await own("unblock", one.staff);
		toast(T(one.state === "BLOCKED" ? "ui.console_sessions.unblocked" : "ui.console_sessions.forgotten", { name: one.name }));
	});
	const button = (one: Operator, word: "unblock" | "forget") => <Button kind="second" small busy={busy} aria-label={`${T(`ui.console_sessions.${word}`)}: ${one.name}`}
		onClick={() => unblock(one)}>{T(`ui.console_sessions.${word}`)}</Button>;
	return (
		<section class="card stack" aria-labelledby="operators">
			<h2 id="operators">{T("ui.console_sessions.operators")}</h2>
			<p class="quiet">{T("ui.console_sessions.operators_hint")}</p>
			<Refused refusal={refusal ?? failed} />
			{data === null && refusal === null && <Busy />}
			{data?.operators.length === 0 && <Empty>{T("ui.console_sessions.nobody")}</Empty>}
			{data !== null && data.operators.length > 0 && <Table label={T("ui.console_sessions.operators")} rows={data.operators} keyOf={(one) => one.staff} columns={[
				{ head: T("ui.console.person"), main: true, cell: (one) => one.name },
				{ head: T("ui.console_door.name"), cell: (one) => one.sign_in },
				{ head: T("ui.console.state"), cell: (one) => <span class={`chip ${TONES[one.state]}`}>{T(`ui.console_sessions.state_${one.state}`)}</span> },
				{ head: T("ui.console_sessions.last"), cell: (one) => one.last_ms === 0 ? "–" : whenText(one.last_ms) },
				{ head: T("ui.console_sessions.wrong"), number: true, cell: (one) => one.wrong },
				{ head: T("ui.console.do"), plain: true, cell: (one) => one.state === "BLOCKED" ? button(one, "unblock") : (one.wrong >= FREE_TRIES || one.staff !== me.value?.staff) && <div class="row">
					{one.wrong >= FREE_TRIES && button(one, "forget")}
					{one.staff !== me.value?.staff && <Button kind="second" small aria-label={`${T("ui.console_sessions.block")}: ${one.name}`} onClick={() => setSure(one)}>{T("ui.console_sessions.block")}</Button>}</div> },
			]} />}
			{data !== null && <Invite known={data.operators} />}
			{sure !== null && <Confirm title={T("ui.console_sessions.block_title", { name: sure.name })} button={T("ui.console_sessions.block")} danger done={T("ui.console_sessions.blocked", { name: sure.name })}
				onDo={() => own("block", sure.staff)} onClose={() => setSure(null)}><p>{T("ui.console_sessions.block_hint")}</p></Confirm>}
		</section>
	);
}

export function Sessions() {
	return (
		<div class="stack">
			<Title>{T("ui.console_sessions.title")}</Title>
			<p>{me.value?.name} · <span class="quiet">{me.value?.roles.map((role) => capital(valueWord("role", role))).join(", ")}</span></p>
			<Open />
			<Password />
			{may("TECHNICAL_ADMIN") && <Operators />}
		</div>
	);
}
