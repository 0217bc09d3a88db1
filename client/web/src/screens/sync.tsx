// sync - what has left this machine and what waits: each record with its state and size, the last
// contact, and what the central node has not accepted. Nothing here can be deleted.
import { useState } from "preact/hooks";
import { call, Refusal } from "../core/api";
import { reachable, status, useAsk } from "../core/live";
import type { Summary } from "../core/records";
import { href } from "../core/route";
import { capital, momentText, T, typeWord, whenText } from "../core/words";
import { Button, Empty, Notice, Refused } from "../ui/parts";
import { syncText } from "../ui/sync-chip";
import { Title } from "./frame";

interface Held {
	id: string;
	type: string;
	verdict: "QUARANTINED" | "REJECTED";
	reason: string;
	why: string;
	stamp_ms: number;
	here: boolean;
}

export function Sync() {
	const now = status.value;
	const pending = useAsk<{ records: Summary[] }>("list", { type: "", caseId: "", limit: 0 });
	const held = useAsk<{ quarantine: Held[] }>("quarantine", {});
	const [refusal, setRefusal] = useState<Refusal | null>(null);
	const [busy, setBusy] = useState(false);
	const waiting = (pending.data?.records ?? []).filter((one) => one.pending);
	const sync = async (fields: { wait?: boolean; offline?: boolean; online?: boolean }) => {
		setBusy(true);
		setRefusal(null);
		try {
			await call("sync", fields);
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
				<p><strong>{syncText(now, reachable.value)}</strong></p>
				<dl class="facts">
					<dt>{T("ui.sync.last")}</dt><dd>{(now?.last_contact_ms ?? 0) === 0 ? T("ui.sync.never") : momentText(now!.last_contact_ms!)}</dd>
					<dt>{T("ui.sync.waits")}</dt><dd>{now?.unreceipted ?? 0}{(now?.oldest_unreceipted_ms ?? 0) > 0 ? ` · ${T("ui.sync.oldest", { when: whenText(now!.oldest_unreceipted_ms!) })}` : ""}</dd>
					<dt>{T("ui.sync.written")}</dt><dd>{now?.written ?? 0}</dd>
					{now?.last_error !== undefined && now.last_error !== "" && <><dt>{T("ui.sync.error")}</dt><dd>{now.last_error}</dd></>}
					{now?.clock !== undefined && now.clock !== "SYNCED" && <><dt>{T("ui.sync.clock")}</dt><dd>{T(now.clock === "DRIFTING" ? "ui.sync.clock_drifting" : "ui.sync.clock_unknown")}</dd></>}
				</dl>
				<Refused refusal={refusal} />
				<div class="row">
					<Button busy={busy} onClick={() => void sync({ wait: true, online: true })}>{busy ? T("ui.busy") : T("ui.sync.now")}</Button>
					{now?.online === true ? <Button kind="second" onClick={() => void sync({ offline: true })}>{T("ui.sync.go_offline")}</Button>
						: <Button kind="second" onClick={() => void sync({ online: true })}>{T("ui.sync.go_online")}</Button>}
				</div>
			</div>
			{(held.data?.quarantine.length ?? 0) > 0 && (
				<section class="card stack tight" aria-labelledby="held"><h2 id="held">{T("ui.sync.held")}</h2>
					<Notice tone="warn">{T("ui.sync.held_hint")}</Notice>
					<ul class="items">{held.data!.quarantine.map((one) => (
						<li key={`${one.id}${one.stamp_ms}`}><a class="item" href={href(["record", one.id])}><span class="item-title">{capital(typeWord(one.type))}</span>
							<span class="quiet">{T(one.verdict === "REJECTED" ? "ui.sync.rejected" : "ui.sync.in_quarantine")} · {one.reason || one.why} · {whenText(one.stamp_ms)}</span></a></li>
					))}</ul>
				</section>
			)}
			<section class="card stack tight" aria-labelledby="queue"><h2 id="queue">{T("ui.sync.queue")}</h2>
				{waiting.length === 0 ? <Empty>{T("ui.sync.queue_empty")}</Empty> : (
					<ul class="items">{waiting.map((one) => (
						<li key={one.id}><a class="item" href={href(["record", one.id])}><span class="item-title">{capital(typeWord(one.type))} {one.title}</span><span class="quiet">{whenText(one.changed_ms)}</span></a></li>
					))}</ul>
				)}
			</section>
		</div>
	);
}
