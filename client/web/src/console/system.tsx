// system - the node itself: what it has taken in and how fast, its copies and how far they reach, its
// keys and epochs, the room on its disk, and what devices go by (policy.tsx). A copy is made now.
import { useState } from "preact/hooks";
import { useAct } from "../core/act";
import { useNow } from "../core/clock";
import { Told } from "../core/refusal-words";
import { dateText, momentText, T, t, todayIso } from "../core/words";
import { Busy, Button, Empty, Notice, Refused, Title, toast } from "../ui/parts";
import { admin, useAdmin } from "./ask";
import { ageText, agoText, bigBytesText, numberText, shareText } from "./figures";
import { Policy } from "./policy";
import { Table } from "./table";

interface Rate {
	total: number;
	minute: number;
	hour: number;
	day: number;
}
export interface Backup {
	kept: boolean;
	last_order: number;
	safe_order: number;
	phase?: "WAITS" | "COPIES" | "WRITES" | "FAILED";
	generation?: string;
	base_ms?: number;
	base_took_ms?: number;
	last_ms?: number;
	segments?: number;
	bytes?: number;
	waiting_bytes?: number;
	failures?: number;
	last_failure?: string;
}
interface SystemAnswer {
	now_ms: number;
	version: string;
	started_ms: number;
	memory_bytes: number;
	open_files: number;
	identity: string;
	node: string;
	address: string;
	unconfirmed: boolean;
	links: { connections: number; half_open: number; devices: number };
	log: { last_order: number; store_bytes: number; wal_bytes: number; free_bytes: number; disk_bytes: number };
	accepted: Rate;
	quarantined: Rate;
	waiting: number;
	vouched: number;
	safe: { order: number; at_ms: number };
	keys: { static_since_ms: number; bundle_since_ms: number };
	epochs: { epoch: string; generation: number; parent: string; inherited: number; current: boolean }[];
	alerts: { name: string; level: "ALARM" | "WARNING" | "NOTICE"; text: string }[];
}

const MINUTE_MS = 60_000;
const PHASES = { WAITS: "good", COPIES: "", WRITES: "", FAILED: "bad" };

function since(ms: number): string {
	return ms === 0 ? "–" : dateText(todayIso(ms));
}

function Backups(props: { now: number }) {
	const { data, refusal } = useAdmin<Backup>("backups");
	const { refusal: failed, busy, act } = useAct();
	const begin = () => void act(async () => {
		await admin("backup");
		toast(T("ui.console_system.backup_begun"));
	});
	const behind = data === null ? 0 : data.last_order - data.safe_order;
	return (
		<section class="card stack tight" aria-labelledby="backups">
			<div class="row apart"><h2 id="backups">{T("ui.console_system.backups")}</h2>
				{data?.phase !== undefined && <span class={`chip ${PHASES[data.phase]}`} role="status">{T(`ui.console_system.phase_${data.phase}`)}</span>}</div>
			<Refused refusal={failed ?? refusal} />
			{data === null && refusal === null && <Busy />}
			{data !== null && !data.kept && <p>{T("ui.console_system.no_backups")}</p>}
			{data !== null && <p>{T(behind === 0 ? "ui.console_system.all_safe" : "ui.console_system.not_safe", { count: numberText(behind) })}</p>}
			{data?.kept === true && <>
				{data.phase === "FAILED" && <Notice tone="bad">{Told(data.last_failure ?? "")}</Notice>}
				<dl class="facts">
					<dt>{T("ui.console_system.last_copy")}</dt><dd>{data.last_ms ? `${momentText(data.last_ms)} (${agoText(data.last_ms, props.now)})` : "–"}</dd>
					<dt>{T("ui.console_system.base")}</dt><dd>{data.base_ms ? `${momentText(data.base_ms)} · ${data.generation}` : "–"}</dd>
					<dt>{T("ui.console_system.size")}</dt><dd>{bigBytesText(data.bytes ?? 0)} · {t("ui.console_system.segments", { count: data.segments ?? 0 })}{(data.waiting_bytes ?? 0) > 0 && ` · ${t("ui.console_system.waiting_bytes", { size: bigBytesText(data.waiting_bytes!) })}`}</dd>
					<dt>{T("ui.console_system.failures")}</dt><dd>{data.failures ?? 0}{data.phase !== "FAILED" && (data.last_failure ?? "") !== "" && ` · ${Told(data.last_failure!)}`}</dd>
				</dl>
				<div class="row"><Button kind="second" busy={busy || data.phase === "COPIES"} onClick={begin}>{T("ui.console_system.backup_now")}</Button><span class="quiet grow">{T("ui.console_system.backup_hint")}</span></div>
			</>}
		</section>
	);
}

function Rates(props: { of: SystemAnswer }) {
	const rows = [{ what: "accepted", rate: props.of.accepted }, { what: "quarantined", rate: props.of.quarantined }] as const;
	return <Table label={T("ui.console_system.rates")} rows={rows} keyOf={(row) => row.what} columns={[
		{ head: T("ui.console_system.entries"), main: true, cell: (row) => T(`ui.console_system.${row.what}`) },
		{ head: T("ui.console_system.minute"), number: true, cell: (row) => numberText(row.rate.minute) },
		{ head: T("ui.console_system.hour"), number: true, cell: (row) => numberText(row.rate.hour) },
		{ head: T("ui.console_system.day"), number: true, cell: (row) => numberText(row.rate.day) },
		{ head: T("ui.console_system.since_start"), number: true, cell: (row) => numberText(row.rate.total) },
	]} />;
}

function Epochs(props: { of: SystemAnswer }) {
	const [all, setAll] = useState(false);
	const rows = all ? props.of.epochs : props.of.epochs.slice(0, 5);
	return (
		<>
			<Table label={T("ui.console_system.epochs")} rows={rows} keyOf={(one) => one.epoch} columns={[
				{ head: T("ui.console_system.epoch"), main: true, cell: (one) => <><code>{one.epoch.slice(0, 8)}</code>{one.current && <> <span class="chip good">{t("ui.console_system.current")}</span></>}</> },
				{ head: T("ui.console_system.generation"), number: true, cell: (one) => one.generation },
				{ head: T("ui.console_system.inherited"), number: true, cell: (one) => numberText(one.inherited) },
				{ head: T("ui.console_system.parent"), cell: (one) => /^0*$/.test(one.parent) ? "–" : <code>{one.parent.slice(0, 8)}</code> },
			]} />
			{rows.length < props.of.epochs.length && <div><Button kind="second" small onClick={() => setAll(true)}>{T("ui.console_health.more", { count: props.of.epochs.length - rows.length })}</Button></div>}
		</>
	);
}

export function System() {
	const { data, refusal } = useAdmin<SystemAnswer>("system");
	const now = useNow(MINUTE_MS);
	return (
		<div class="stack">
			<Title>{T("ui.console_system.title")}</Title>
			<Refused refusal={refusal} />
			{data === null && refusal === null && <Busy />}
			{data?.alerts.map((one) => <Notice key={one.name} tone={one.level === "ALARM" ? "bad" : one.level === "WARNING" ? "warn" : "info"}>{Told(one.text)}</Notice>)}
			{data !== null && data.alerts.length === 0 && <Notice tone="good">{T("ui.console_system.well")}</Notice>}
			<div class="two">
				<div class="stack">
					<Backups now={now} />
					<Policy />
					{data !== null && <section class="card stack tight" aria-labelledby="traffic"><h2 id="traffic">{T("ui.console_system.rates")}</h2>
						<Rates of={data} />
						<p>{T("ui.console_system.links", { devices: data.links.devices, connections: data.links.connections })}</p>
						<p>{data.waiting === 0 ? T("ui.console_system.none_waiting") : T("ui.console_system.waiting", { count: data.waiting })}</p></section>}
					{data !== null && <section class="card stack tight" aria-labelledby="epochs"><h2 id="epochs">{T("ui.console_system.epochs")}</h2>
						<p class="quiet">{T("ui.console_system.epochs_hint")}</p>{data.epochs.length === 0 ? <Empty>–</Empty> : <Epochs of={data} />}</section>}
				</div>
				{data !== null && <section class="card" aria-labelledby="node"><h2 id="node">{T("ui.console_system.node")}</h2>
					<dl class="facts">
						<dt>{T("ui.console_health.version")}</dt><dd>{data.version}</dd>
						<dt>{T("ui.console_system.up")}</dt><dd>{ageText(now - data.started_ms)} · {momentText(data.started_ms)}</dd>
						<dt>{T("ui.console_system.address")}</dt><dd>{data.address}</dd>
						<dt>{T("ui.console_system.log")}</dt><dd>{t("ui.console_system.log_text", { entries: numberText(data.log.last_order), size: bigBytesText(data.log.store_bytes + data.log.wal_bytes) })}</dd>
						<dt>{T("ui.console_system.free")}</dt><dd>{bigBytesText(data.log.free_bytes)} ({shareText(data.log.free_bytes, data.log.disk_bytes || 1)})</dd>
						<dt>{T("ui.console_system.memory")}</dt><dd>{bigBytesText(data.memory_bytes)}</dd>
						<dt>{T("ui.console_system.safe")}</dt><dd>{numberText(data.safe.order)}{data.safe.at_ms !== 0 && ` · ${momentText(data.safe.at_ms)}`}</dd>
						<dt>{T("ui.console_system.key")}</dt><dd>{since(data.keys.static_since_ms)}</dd>
						<dt>{T("ui.console_system.bundle_key")}</dt><dd>{since(data.keys.bundle_since_ms)}</dd>
						<dt>{T("ui.console_system.identity")}</dt><dd><code>{data.identity}</code></dd>
					</dl></section>}
			</div>
		</div>
	);
}
