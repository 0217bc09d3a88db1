// sync-chip - what has left this machine and what has not, always in sight. No network is
// no error: the work goes on, and the chip says so in a calm colour.
import { reachable, status, type Status } from "../core/live";
import { href } from "../core/route";
import { t, T, whenText } from "../core/words";

export type SyncWord = "all_sent" | "waiting" | "sending" | "offline" | "failed" | "suspended" | "not_enrolled" | "gone";

export function syncWord(now: Status | null, reached: boolean): SyncWord {
	if (!reached || now === null)
		return "gone";
	if (now.sync === "blank" || now.sync === "enrolling")
		return "not_enrolled";
	if (now.suspended === true)
		return "suspended";
	if (now.sync === "syncing" || (now.sync === "idle" && (now.unreceipted ?? 0) > 0))
		return "sending";
	if (now.sync === "idle")
		return "all_sent";
	// The link is down. A session that failed is told; a network that is not there is no failure.
	if (now.online === true && (now.last_error ?? "") !== "")
		return "failed";
	return (now.unreceipted ?? 0) > 0 ? "waiting" : "offline";
}

export function syncText(now: Status | null, reached: boolean): string {
	const count = now?.unreceipted ?? 0, last = now?.last_contact_ms ?? 0;
	const word = syncWord(now, reached);
	switch (word) {
	case "all_sent":
		return T("ui.sync.all_sent", { when: last === 0 ? "" : whenText(last) }).trim();
	case "waiting":
		return T("ui.sync.waiting", { count });
	case "failed":
		return T(count > 0 ? "ui.sync.failed" : "ui.sync.failed_fetch", { count });
	default:
		return T(`ui.sync.${word}`);
	}
}

const SIGNS: Record<SyncWord, string> = { all_sent: "✓", waiting: "↑", sending: "⇅", offline: "○", failed: "!", not_enrolled: "·", suspended: "!", gone: "!" };
const TONES: Partial<Record<SyncWord, string>> = { failed: "warn", suspended: "warn", gone: "bad" };

export function SyncChip() {
	const now = status.value;
	const word = syncWord(now, reachable.value), text = syncText(now, reachable.value);
	const held = (now?.quarantined ?? 0) + (now?.rejected ?? 0);
	return (
		<a class={`chip ${TONES[word] ?? ""}`} href={href(["sync"])} data-sync={word}>
			<span aria-hidden="true">{SIGNS[word]}</span><span class="sr">{T("ui.sync.title")}: </span><span role="status">{text}</span>
			{held > 0 && <span class="mark">{held}<span class="sr"> {t("ui.sync.held")}</span></span>}
		</a>
	);
}
