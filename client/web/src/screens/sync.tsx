// sync - what has left this machine and what waits: each record with its state and size, the last
// contact, and what the central node has not accepted. Nothing here can be deleted.
import { useState } from "preact/hooks";
import { call, Refusal, type Json } from "../core/api";
import { reachable, status, useAsk } from "../core/live";
import { fieldText, titleOf, type Summary } from "../core/records";
import { Told } from "../core/refusal-words";
import { href } from "../core/route";
import { bytesText, capital, momentText, T, t, typeWord, whenText } from "../core/words";
import { Button, Empty, Notice, Refused, toast } from "../ui/parts";
import { syncText, syncWord } from "../ui/sync-chip";
import { Title } from "./frame";

interface Waiting extends Summary {
	seq: number;
	stamp_ms: number;
	bytes: number;
}
interface Held {
	id: string;
	type: string;
	verdict: "QUARANTINED" | "REJECTED";
	reason: number;
	why: string;
	stamp_ms: number;
	here: boolean;
	fields: Json | null;
}
interface Synced {
	done: boolean;
	bytes_sent: number;
	bytes_received: number;
	took_ms: number;
}

// A record that was changed more than once is one row. The log of who looked stands as one row too.
function rows(waiting: Waiting[]) {
	const found = new Map<string, { one: Waiting; bytes: number; changes: number; last_ms: number }>();
	for (const one of waiting) {
		const key = one.type === "access_log" ? one.type : one.id;
		const row = found.get(key) ?? { one, bytes: 0, changes: 0, last_ms: 0 };
		found.set(key, { one: row.one, bytes: row.bytes + one.bytes, changes: row.changes + 1, last_ms: one.stamp_ms });
	}
	return [...found.values()];
}

function Row(props: { row: ReturnType<typeof rows>[number] }) {
	const { one, bytes, changes, last_ms } = props.row;
	const text = (
		<>
			<span class="item-title">{capital(typeWord(one.type))}{titleOf(one) !== "" ? ` · ${titleOf(one)}` : ""}</span>
			<span class="quiet">{whenText(last_ms)} · {changes > 1 ? `${t("ui.sync.changes", { count: changes })} · ` : ""}{bytesText(bytes)} · {t("ui.mark.pending")}</span>
		</>
	);
	return one.type === "access_log" || one.title === undefined ? <div class="item">{text}</div> : <a class="item" href={href(["record", one.id])}>{text}</a>;
}

// This machine's clock is not the centre's: days and times of what is written here would be wrong.
export function ClockNotice() {
	const now = status.value;
	return now?.clock !== "DRIFTING" ? null : <Notice tone="warn">{T("ui.sync.clock_wrong", { when: momentText(Date.now() + (now.clock_offset_ms ?? 0)) })}</Notice>;
}

const DAY_MS = 24 * 3600 * 1000, LEASE_TOLD_DAYS = 7;

// The days left before this device asks for contact, once they are few.
export function LeaseNotice() {
	const now = status.value;
	const days = Math.ceil((now?.lease_left_ms ?? 0) / DAY_MS);
	return (now?.lease_days ?? 0) === 0 || days > LEASE_TOLD_DAYS ? null : <Notice tone="warn">{T("ui.sync.lease", { count: days })}</Notice>;
}

export function Sync() {
	const now = status.value;
	const queue = useAsk<{ waiting: Waiting[] }>("list", { waiting: true });
	const held = useAsk<{ quarantine: Held[] }>("quarantine", {});
	const [refusal, setRefusal] = useState<Refusal | null>(null);
	const [busy, setBusy] = useState(false);
	const waiting = queue.data?.waiting ?? [];
	const list = rows(waiting), bytes = waiting.reduce((sum, one) => sum + one.bytes, 0);
	const sync = async (fields: { wait?: boolean; offline?: boolean; online?: boolean }) => {
		setBusy(true);
		setRefusal(null);
		try {
			const synced = await call<Synced>("sync", fields);
			if (fields.wait === true)
				toast(T("ui.sync.done", { sent: bytesText(synced.bytes_sent), received: bytesText(synced.bytes_received) }));
		} catch (error) {
			if (!(error instanceof Refusal))
				throw error;
			setRefusal(error);
		} finally {
			setBusy(false);
		}
	};
	return (
		<div class="stack">
			<Title>{T("ui.sync.title")}</Title>
			<div class="card stack">
				<p class="large" role="status">{syncText(now, reachable.value)}</p>
				{["waiting", "offline"].includes(syncWord(now, reachable.value)) && <p>{T("ui.sync.safe")}</p>}
				{now?.suspended === true && <Notice tone="warn">{T("ui.sync.suspended_hint")}</Notice>}
				<ClockNotice />
				<LeaseNotice />
				<dl class="facts">
					<dt>{T("ui.sync.last")}</dt><dd>{(now?.last_contact_ms ?? 0) === 0 ? T("ui.sync.never") : momentText(now!.last_contact_ms!)}</dd>
					<dt>{T("ui.sync.receipts")}</dt><dd>{T("ui.sync.received", { count: (now?.written ?? 0) - (now?.unreceipted ?? 0), all: now?.written ?? 0 })}</dd>
					<dt>{T("ui.sync.waits")}</dt><dd>{now?.unreceipted ?? 0}{(now?.oldest_unreceipted_ms ?? 0) > 0 ? ` · ${t("ui.sync.oldest", { when: whenText(now!.oldest_unreceipted_ms!) })}` : ""}</dd>
					{(now?.drafts ?? 0) > 0 && <><dt>{T("ui.drafts.title")}</dt><dd><a href={href(["drafts"])}>{T("ui.home.drafts", { count: now?.drafts ?? 0 })}</a></dd></>}
					{now?.last_error !== undefined && now.last_error !== "" && <><dt>{T("ui.sync.error")}</dt><dd>{Told(now.last_error)}</dd></>}
					{(now?.retry_in_ms ?? 0) > 0 && <><dt>{T("ui.sync.retry")}</dt><dd>{T("ui.sync.retry_in", { seconds: Math.ceil((now?.retry_in_ms ?? 0) / 1000) })}</dd></>}
					{now?.clock === "UNKNOWN" && <><dt>{T("ui.sync.clock")}</dt><dd>{T("ui.sync.clock_unknown")}</dd></>}
				</dl>
				{refusal !== null && (refusal.kind === "LATER" ? <Notice live>{T("ui.sync.not_now")}</Notice> : <Refused refusal={refusal} />)}
				<div class="row">
					<Button busy={busy} onClick={() => void sync({ wait: true, online: true })}>{busy ? T("ui.sync.sending")
						: list.length > 0 ? T("ui.sync.send", { count: waiting.length, size: bytesText(bytes) }) : T("ui.sync.now")}</Button>
					{now?.online === true ? <Button kind="second" onClick={() => void sync({ offline: true })}>{T("ui.sync.go_offline")}</Button>
						: <Button kind="second" onClick={() => void sync({ online: true })}>{T("ui.sync.go_online")}</Button>}
				</div>
			</div>
			{(held.data?.quarantine.length ?? 0) > 0 && (
				<section class="card stack tight" aria-labelledby="held"><h2 id="held">{T("ui.sync.held")}</h2>
					<Notice tone="warn">{T("ui.sync.held_hint")}</Notice>
					<ul class="items">{held.data!.quarantine.map((one) => (
						<li key={`${one.id}${one.stamp_ms}`}><HeldRow one={one} /></li>
					))}</ul>
				</section>
			)}
			<section class="card stack tight" aria-labelledby="queue"><h2 id="queue">{T("ui.sync.queue")} {list.length > 0 && <span class="quiet">{bytesText(bytes)}</span>}</h2>
				<Refused refusal={queue.refusal} />
				{list.length === 0 ? <Empty>{T("ui.sync.queue_empty")}</Empty> : <ul class="items">{list.map((row) => <li key={row.one.id}><Row row={row} /></li>)}</ul>}
			</section>
		</div>
	);
}

const WHYS = ["NOT_HELD", "DEVICE_REVOKED", "FROZEN_FIELD", "CENTRAL_ONLY", "ERASED", "BY_DECISION"] as const;

// What waits can be opened where its case is here; what was rejected stands in no record, so its text is here.
function HeldRow(props: { one: Held }) {
	const { one } = props, { type, fields } = one;
	const why = WHYS.find((known) => known === one.why), rejected = one.verdict === "REJECTED";
	const text = (
		<>
			<span class="item-title">{capital(typeWord(type))}</span>
			{fields && <span class="pre">{fieldText(fields, "text")}</span>}
			<span>{T(rejected ? "ui.sync.rejected" : "ui.sync.in_quarantine")}: {why === undefined ? t("ui.sync.why_other", { why: one.why }) : t(`ui.sync.why_${why}`)}</span>
			<span class="quiet">{momentText(one.stamp_ms)}{one.here ? "" : ` · ${t("ui.sync.not_here")}`}</span>
		</>
	);
	return one.here && !rejected && type !== "access_log" ? <a class="item" href={href(["record", one.id])}>{text}</a> : <div class="item">{text}</div>;
}
