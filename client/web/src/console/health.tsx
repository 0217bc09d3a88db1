// health - how the field does: a row for each device, those that need something first; never what
// stands in anybody's records. What is wrong is filtered by; the stream keeps it fresh.
import { useState } from "preact/hooks";
import { useNow } from "../core/clock";
import { href } from "../core/route";
import { Told } from "../core/refusal-words";
import { momentText, T, t } from "../core/words";
import { Choice, Text } from "../ui/field";
import { Busy, Button, Empty, Notice, Refused, Title } from "../ui/parts";
import { useAdmin } from "./ask";
import { ageText, agoText, bigBytesText, shareText } from "./figures";
import { Table } from "./table";

export const ALERTS = ["TWIN", "WIPE_OPEN", "OLD_UNSENT", "DISK_FULL", "NO_CONTACT", "OLD_QUARANTINE", "FAILURES", "WRONG_PASSPHRASES", "CLOCK_OFF", "WAITING_CONFIRMATION",
	"VERSION_OLD", "DISK_NOT_ENCRYPTED"] as const;
const CAUSES = ["CONNECT", "TIMEOUT", "REFUSED", "PROTOCOL", "STORE", "QUARANTINE", "OTHER"] as const;
export const STATES = ["WAITING", "ACTIVE", "SUSPENDED", "REVOKED", "RETIRED"] as const;
const TONES = { ALARM: "bad", WARNING: "warn", NOTICE: "" };
const SIGNS = { ALARM: "!!", WARNING: "!", NOTICE: "i" };
const PAGE = 100, SECOND_MS = 1000, MINUTE_MS = 60_000;

export interface DeviceHealth {
	node: string;
	holder: string;
	holder_name: string;
	serial: string;
	state: typeof STATES[number];
	connected: boolean;
	last_contact_ms: number;
	told_ms: number;
	version: string;
	version_old: boolean;
	unsent: number;
	oldest_unsent_ms: number;
	clock_offset_ms: number;
	disk: "ENCRYPTED" | "NOT_ENCRYPTED" | "NOT_KNOWN";
	store_bytes: number;
	free_bytes: number;
	disk_bytes: number;
	failures: { cause: string; count: number }[];
	last_lock_ms: number;
	wrong_passphrases: number;
	quarantined: number;
	oldest_quarantined_ms: number;
	twin_alarm: boolean;
	erase_confirmed: boolean;
	alerts: string[];
}
interface Alert {
	name: string;
	level: keyof typeof TONES;
	devices: number;
	text: string;
}
export interface Health {
	now_ms: number;
	version: string;
	devices: DeviceHealth[];
	alerts: Alert[];
}

// A name that this version has no word for stands as it came.
export function alertWord(name: string): string {
	const known = ALERTS.find((one) => one === name);
	return known === undefined ? name : T(`ui.console_health.alert_${known}`);
}

function causeWord(name: string): string {
	const known = CAUSES.find((one) => one === name);
	return known === undefined ? name : t(`ui.console_health.cause_${known}`);
}

export function stateWord(state: string): string {
	const known = STATES.find((one) => one === state);
	return known === undefined ? state : T(`ui.console_devices.state_${known}`);
}

export function AlertChip(props: { name: string; level: keyof typeof TONES }) {
	return <span class={`chip ${TONES[props.level]}`}><span aria-hidden="true">{SIGNS[props.level]}</span>{alertWord(props.name)}</span>;
}

export function clockOff(ms: number): string {
	const off = Math.abs(ms);
	return off < SECOND_MS ? T("ui.console_health.clock_right") : T(ms > 0 ? "ui.console_health.clock_behind" : "ui.console_health.clock_ahead", { span: off < MINUTE_MS ? `${Math.round(off / SECOND_MS)} s` : ageText(off) });
}

export function Failures(props: { of: DeviceHealth["failures"] }) {
	return <>{props.of.length === 0 ? "–" : props.of.map((one) => `${causeWord(one.cause)} ${one.count}`).join(", ")}</>;
}

const ORDERS = {
	alerts: null,
	unsent: (a: DeviceHealth, b: DeviceHealth) => (a.oldest_unsent_ms || Infinity) - (b.oldest_unsent_ms || Infinity),
	contact: (a: DeviceHealth, b: DeviceHealth) => a.last_contact_ms - b.last_contact_ms,
	name: (a: DeviceHealth, b: DeviceHealth) => a.holder_name.localeCompare(b.holder_name, "fi"),
};

function matches(one: DeviceHealth, text: string): boolean {
	const asked = text.trim().toLocaleLowerCase();
	return asked === "" || [one.holder_name, one.serial, one.version].some((value) => value.toLocaleLowerCase().includes(asked)) || one.node.startsWith(asked);
}

// A state that no alert tells already.
function isTold(one: DeviceHealth): boolean {
	return one.state !== "ACTIVE" && !(one.state === "WAITING" && one.alerts.includes("WAITING_CONFIRMATION"));
}

function Devices(props: { health: Health; rows: DeviceHealth[] }) {
	const { rows } = props, now = useNow(MINUTE_MS);
	const levels = Object.fromEntries(props.health.alerts.map((one) => [one.name, one.level]));
	const [shown, setShown] = useState(PAGE);
	return (
		<>
			<Table label={T("ui.console_health.title")} rows={rows.slice(0, shown)} keyOf={(one) => one.node} toneOf={(one) => one.alerts.some((name) => levels[name] === "ALARM") ? "row-bad" : ""} columns={[
				{ head: T("ui.console_health.holder"), main: true, cell: (one) => (
					<div class="stack tight"><span><a href={href(["devices", one.node])}>{one.holder_name || "–"}</a> <span class="quiet">{one.serial || one.node.slice(0, 8)}</span></span>
						{(one.alerts.length > 0 || isTold(one)) && <span class="chips">{isTold(one) && <span class="chip">{stateWord(one.state)}</span>}{one.alerts.map((name) => <AlertChip key={name} name={name} level={levels[name] ?? "NOTICE"} />)}</span>}</div>) },
				{ head: T("ui.console_health.contact"), cell: (one) => one.connected ? <span class="chip good"><span aria-hidden="true">✓</span>{T("ui.console_health.connected")}</span> : one.last_contact_ms === 0 ? T("ui.console_health.never") : <span title={momentText(one.last_contact_ms)}>{agoText(one.last_contact_ms, now)}</span> },
				{ head: T("ui.console_health.unsent"), number: true, cell: (one) => one.told_ms === 0 && one.unsent === 0 ? "–" : one.unsent === 0 ? "0" : <>{one.unsent}<br /><span class="quiet">{T("ui.console_health.oldest", { span: ageText(now - one.oldest_unsent_ms) })}</span></> },
				{ head: T("ui.console_health.version"), cell: (one) => one.version || "–" },
				{ head: T("ui.console_health.clock"), cell: (one) => one.told_ms === 0 && one.clock_offset_ms === 0 ? "–" : clockOff(one.clock_offset_ms) },
				{ head: T("ui.console_health.room"), cell: (one) => one.disk_bytes === 0 ? "–" : <>{T("ui.console_health.free", { share: shareText(one.free_bytes, one.disk_bytes) })}<br /><span class="quiet">{T("ui.console_health.store", { size: bigBytesText(one.store_bytes) })}</span></> },
				{ head: T("ui.console_health.failures"), cell: (one) => <Failures of={one.failures} /> },
				{ head: T("ui.console_health.locked"), cell: (one) => one.last_lock_ms === 0 ? "–" : <span title={momentText(one.last_lock_ms)}>{agoText(one.last_lock_ms, now)}</span> },
			]} />
			{rows.length > shown && <div><Button kind="second" onClick={() => setShown(shown + PAGE)}>{T("ui.console_health.more", { count: rows.length - shown })}</Button></div>}
		</>
	);
}

export function HealthPage() {
	const { data, refusal } = useAdmin<Health>("health");
	const [text, setText] = useState("");
	const [only, setOnly] = useState("");
	const [order, setOrder] = useState<keyof typeof ORDERS>("alerts");
	const standing = data?.alerts.filter((one) => one.devices > 0) ?? [];
	const chosen = standing.find((one) => one.name === only);
	const rows = (data?.devices ?? []).filter((one) => matches(one, text) && (chosen === undefined || one.alerts.includes(chosen.name)));
	const by = ORDERS[order];
	return (
		<div class="stack">
			<Title>{T("ui.console_health.title")}</Title>
			<Refused refusal={refusal} />
			{data === null && refusal === null && <Busy />}
			{data !== null && <>
				<section class="stack tight" aria-label={T("ui.console_health.alerts")}>
					{standing.length === 0 && <Notice tone="good">{T("ui.console_health.well", { count: data.devices.length })}</Notice>}
					{standing.length > 0 && <div class="row">{standing.map((one) => <button key={one.name} type="button" class={`alert ${TONES[one.level]}`} aria-pressed={one.name === only} onClick={() => setOnly(one.name === only ? "" : one.name)}>
						<span class="alert-count">{one.devices}</span><span>{alertWord(one.name)}</span></button>)}</div>}
					{chosen !== undefined && <Notice tone={chosen.level === "ALARM" ? "bad" : "warn"}><p>{Told(chosen.text)}</p></Notice>}
				</section>
				<section class="card stack" aria-labelledby="rows">
					<div class="row apart"><h2 id="rows">{T("ui.console_health.devices")}</h2><span class="quiet" role="status">{T("ui.console_health.shown", { count: rows.length, all: data.devices.length })}</span></div>
					<div class="filters">
						<Text label={T("ui.console_health.search")} type="search" value={text} onValue={setText} />
						<Choice list label={T("ui.console_health.order")} value={order} onValue={(next) => setOrder(next as keyof typeof ORDERS)}
							options={(Object.keys(ORDERS) as (keyof typeof ORDERS)[]).map((one) => ({ value: one, label: T(`ui.console_health.order_${one}`) }))} />
					</div>
					{rows.length === 0 ? <Empty>{T(data.devices.length === 0 ? "ui.console_health.none" : "ui.console_health.no_match")}</Empty> : <Devices health={data} rows={by === null ? rows : [...rows].sort(by)} />}
				</section>
			</>}
		</div>
	);
}
