// devices - the machines of the field: which wait to be let in, which are in use, and what is done
// to one: suspended, resumed, refused for good and told to erase itself, taken out of use.
import { useState } from "preact/hooks";
import { useNow } from "../core/clock";
import { href } from "../core/route";
import { momentText, T, whenText } from "../core/words";
import { Choice, Text } from "../ui/field";
import { Busy, Button, Empty, Notice, Refused, Title } from "../ui/parts";
import { admin, useAdmin } from "./ask";
import { Confirm } from "./confirm";
import { agoText } from "./figures";
import { AlertChip, clockOff, Failures, stateWord, STATES, type Health } from "./health";
import { Lost } from "./lost";
import { Table } from "./table";
import { may } from "./who";

export interface Device {
	node: string;
	holder: string;
	holder_name: string;
	state: typeof STATES[number];
	serial: string;
	words: string;
	disk: "ENCRYPTED" | "NOT_ENCRYPTED" | "NOT_KNOWN";
	enrolled_ms: number;
	last_contact_ms: number;
	seq: number;
	heard_order: number;
	quarantined: number;
	connected: boolean;
	twin_alarm: boolean;
	erase_confirmed: boolean;
	clock_offset_ms: number;
}

const STATE_TONES = { WAITING: "warn", ACTIVE: "good", SUSPENDED: "warn", REVOKED: "bad", RETIRED: "" };
const MINUTE_MS = 60_000;

function useDevices() {
	return useAdmin<{ devices: Device[] }>("devices");
}

// What tells the machines of one holder apart.
export function machineOf(one: { serial: string; node: string }): string {
	return one.serial || one.node.slice(0, 8);
}

export function nameOf(one: { holder_name: string; serial: string; node: string }): string {
	return `${one.holder_name || "–"} · ${machineOf(one)}`;
}

function StateChip(props: { one: Device }) {
	return <span class={`chip ${STATE_TONES[props.one.state]}`}>{stateWord(props.one.state)}</span>;
}

export function diskText(disk: Device["disk"]): string {
	return T(`ui.console_devices.disk_${disk}`);
}

// ---- one that waits: its words are compared with those on its own screen ----
function LetIn(props: { one: Device; onClose: () => void }) {
	const { one } = props;
	return (
		<Confirm title={T("ui.console_devices.compare")} button={T("ui.console_devices.same")} done={T("ui.console_devices.let_in", { name: one.holder_name })} onDo={() => admin("confirm", one.node)} onClose={props.onClose}>
			<p>{nameOf(one)}</p>
			<p class="words">{one.words}</p>
			<p>{T("ui.console_devices.compare_hint")}</p>
			{one.disk !== "ENCRYPTED" && <Notice tone="warn">{T(`ui.console_devices.disk_hint_${one.disk}`)}</Notice>}
		</Confirm>
	);
}

export function Waiting(props: { devices: Device[] }) {
	const [letIn, setLetIn] = useState<Device | null>(null);
	const [turned, setTurned] = useState<Device | null>(null);
	const waiting = props.devices.filter((one) => one.state === "WAITING");
	return (
		<>
			{waiting.length > 0 && <section class="card stack tight" aria-labelledby="waiting">
				<h2 id="waiting">{T("ui.console_devices.waiting")}</h2>
				<ul class="items">{waiting.map((one) => (
					<li key={one.node} class="row apart" data-waiting={one.node}>
						<div class="grow stack tight"><strong>{nameOf(one)}</strong><span class="words">{one.words}</span><span class="quiet">{diskText(one.disk)} · {whenText(one.enrolled_ms)}</span></div>
						{may("TECHNICAL_ADMIN") && <div class="row"><Button aria-label={`${T("ui.console_devices.confirm")}: ${nameOf(one)}`} onClick={() => setLetIn(one)}>{T("ui.console_devices.confirm")}</Button>
							<Button kind="second" aria-label={`${T("ui.console_devices.turn_away")}: ${nameOf(one)}`} onClick={() => setTurned(one)}>{T("ui.console_devices.turn_away")}</Button></div>}
					</li>
				))}</ul>
			</section>}
			{letIn !== null && <LetIn one={letIn} onClose={() => setLetIn(null)} />}
			{turned !== null && <Confirm title={T("ui.console_devices.turn_away_title")} danger button={T("ui.console_devices.turn_away")} done={T("ui.console_devices.turned_away")} onDo={() => admin("revoke", turned.node)} onClose={() => setTurned(null)}>
				<p>{nameOf(turned)}</p><p>{T("ui.console_devices.turn_away_hint")}</p></Confirm>}
		</>
	);
}

// ---- all ----
export function Devices() {
	const { data, refusal } = useDevices();
	const [text, setText] = useState("");
	const [state, setState] = useState("");
	const now = useNow(MINUTE_MS);
	const asked = text.trim().toLocaleLowerCase();
	const rows = (data?.devices ?? []).filter((one) => (state === "" ? one.state !== "RETIRED" : one.state === state) && (asked === "" || nameOf(one).toLocaleLowerCase().includes(asked) || one.node.startsWith(asked)));
	return (
		<div class="stack">
			<div class="row apart"><Title>{T("ui.console_devices.title")}</Title>{may("TECHNICAL_ADMIN") && <a class="button" href={href(["enrol"])}>{T("ui.console_enrol.title")}</a>}</div>
			<Refused refusal={refusal} />
			{data === null && refusal === null && <Busy />}
			{data !== null && <>
				<Waiting devices={data.devices} />
				<section class="card stack" aria-label={T("ui.console_devices.title")}>
					<div class="filters">
						<Text label={T("ui.console_health.search")} type="search" value={text} onValue={setText} />
						<Choice list label={T("ui.console.state")} value={state} optional onValue={setState} options={STATES.map((one) => ({ value: one, label: stateWord(one) }))} />
					</div>
					{rows.length === 0 ? <Empty>{T("ui.console_health.no_match")}</Empty> : <Table label={T("ui.console_devices.title")} rows={rows} keyOf={(one) => one.node} columns={[
						{ head: T("ui.console_health.holder"), main: true, cell: (one) => <><a href={href(["devices", one.node])}>{one.holder_name || "–"}</a> <span class="quiet">{machineOf(one)}</span></> },
						{ head: T("ui.console.state"), cell: (one) => <span class="chips"><StateChip one={one} />{one.twin_alarm && <AlertChip name="TWIN" level="ALARM" />}{one.state === "REVOKED" && <span class={`chip ${one.erase_confirmed ? "good" : "warn"}`}>{T(one.erase_confirmed ? "ui.console_devices.erased" : "ui.console_devices.not_erased")}</span>}</span> },
						{ head: T("ui.console_health.contact"), cell: (one) => one.connected ? T("ui.console_health.connected") : one.last_contact_ms === 0 ? T("ui.console_health.never") : <span title={momentText(one.last_contact_ms)}>{agoText(one.last_contact_ms, now)}</span> },
						{ head: T("ui.console_devices.disk"), cell: (one) => diskText(one.disk) },
						{ head: T("ui.console_devices.enrolled"), cell: (one) => one.enrolled_ms === 0 ? "–" : whenText(one.enrolled_ms) },
					]} />}
				</section>
			</>}
		</div>
	);
}

// ---- one ----
type Act = "no_twin" | "suspend" | "resume" | "revoke" | "retire";

const ACTS: Record<Act, { states: readonly Device["state"][]; danger: boolean; loss: boolean }> = {
	no_twin: { states: ["ACTIVE", "SUSPENDED"], danger: false, loss: false },
	suspend: { states: ["ACTIVE"], danger: false, loss: true },
	resume: { states: ["SUSPENDED"], danger: false, loss: false },
	revoke: { states: ["ACTIVE", "SUSPENDED"], danger: true, loss: true },
	retire: { states: ["ACTIVE", "SUSPENDED", "REVOKED"], danger: true, loss: false },
};

function Acts(props: { one: Device }) {
	const { one } = props;
	const [act, setAct] = useState<Act | null>(null);
	const can = (Object.keys(ACTS) as Act[]).filter((name) => ACTS[name].states.includes(one.state) && (name !== "no_twin" || one.twin_alarm) && (may("TECHNICAL_ADMIN") || (ACTS[name].loss && may("MUNICIPAL_ADMIN"))));
	return (
		<section class="card stack tight" aria-labelledby="acts">
			<h2 id="acts">{T("ui.console.do")}</h2>
			{can.length === 0 && <Empty>{T("ui.console_devices.no_acts")}</Empty>}
			<ul class="items">{can.map((name) => <li key={name} class="row apart"><span class="grow">{T(`ui.console_devices.${name}_hint`)}</span>
				<Button kind="second" onClick={() => setAct(name)}>{T(`ui.console_devices.${name}`)}</Button></li>)}</ul>
			{act !== null && <Confirm title={T(`ui.console_devices.${act}_title`)} danger={ACTS[act].danger} button={T(`ui.console_devices.${act}`)} done={T(`ui.console_devices.${act}_done`)} onDo={() => admin(act.replace("_", "-"), one.node)} onClose={() => setAct(null)}>
				<p><strong>{nameOf(one)}</strong></p>
				<p>{T(`ui.console_devices.${act}_sure`)}</p>
				{ACTS[act].danger && <Notice tone="warn">{T("ui.console_devices.for_good")}</Notice>}
			</Confirm>}
		</section>
	);
}

// What the machine has told of itself, as the page of health has it.
function Told(props: { node: string }) {
	const { data } = useAdmin<Health>("health");
	const now = useNow(MINUTE_MS);
	const one = data?.devices.find((device) => device.node === props.node);
	if (data === null || one === undefined)
		return null;
	const levels = Object.fromEntries(data.alerts.map((alert) => [alert.name, alert.level]));
	return (
		<>
			{one.alerts.length > 0 && <><dt>{T("ui.console_health.alerts")}</dt><dd class="chips">{one.alerts.map((name) => <AlertChip key={name} name={name} level={levels[name] ?? "NOTICE"} />)}</dd></>}
			<dt>{T("ui.console_health.unsent")}</dt><dd>{one.unsent}{one.unsent > 0 && one.oldest_unsent_ms > 0 && ` · ${T("ui.console_health.oldest_at", { when: momentText(one.oldest_unsent_ms) })}`}</dd>
			<dt>{T("ui.console_health.version")}</dt><dd>{one.version || "–"}</dd>
			<dt>{T("ui.console_health.failures")}</dt><dd><Failures of={one.failures} /></dd>
			<dt>{T("ui.console_health.locked")}</dt><dd>{one.last_lock_ms === 0 ? "–" : momentText(one.last_lock_ms)}{one.wrong_passphrases > 0 && ` · ${T("ui.console_health.wrong", { count: one.wrong_passphrases })}`}</dd>
			<dt>{T("ui.console_health.told")}</dt><dd>{one.told_ms === 0 ? T("ui.console_health.not_told") : agoText(one.told_ms, now)}</dd>
		</>
	);
}

export function DevicePage(props: { node: string }) {
	const { data, refusal } = useDevices();
	const one = data?.devices.find((device) => device.node === props.node);
	if (one === undefined)
		return <div class="stack"><Title>{T("ui.console_devices.title")}</Title><Refused refusal={refusal} />{data === null && refusal === null ? <Busy /> : <Empty>{T("ui.console_devices.unknown")}</Empty>}</div>;
	return (
		<div class="stack">
			<div><a href={href(["devices"])}>← {T("ui.console_devices.title")}</a></div>
			<div class="row"><Title>{nameOf(one)}</Title><StateChip one={one} /></div>
			{one.twin_alarm && <Notice tone="bad">{T("ui.console_devices.twin")}</Notice>}
			{one.state === "REVOKED" && <Notice tone={one.erase_confirmed ? "good" : "warn"} live>{T(one.erase_confirmed ? "ui.console_devices.wipe_done" : "ui.console_devices.wipe_waits")}</Notice>}
			<Waiting devices={[one]} />
			<section class="card" aria-labelledby="facts">
				<h2 id="facts">{T("ui.console_devices.facts")}</h2>
				<dl class="facts">
					<dt>{T("ui.console_health.contact")}</dt><dd>{one.connected ? T("ui.console_health.connected") : one.last_contact_ms === 0 ? T("ui.console_health.never") : momentText(one.last_contact_ms)}</dd>
					<Told node={one.node} />
					<dt>{T("ui.console_health.clock")}</dt><dd>{clockOff(one.clock_offset_ms)}</dd>
					<dt>{T("ui.console_devices.disk")}</dt><dd>{diskText(one.disk)}</dd>
					<dt>{T("ui.console_devices.enrolled")}</dt><dd>{one.enrolled_ms === 0 ? "–" : momentText(one.enrolled_ms)}</dd>
					<dt>{T("ui.console_devices.sent")}</dt><dd>{T("ui.console_devices.sent_text", { seq: one.seq, quarantined: one.quarantined })}</dd>
					<dt>{T("ui.console_devices.node")}</dt><dd><code>{one.node}</code></dd>
				</dl>
			</section>
			<Acts one={one} />
			{one.state !== "WAITING" && <Lost node={one.node} revoked={one.state === "REVOKED"} />}
		</div>
	);
}
