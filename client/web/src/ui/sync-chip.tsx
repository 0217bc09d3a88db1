// sync-chip - what has left this machine and what has not, always in sight. No network is
// no error: the work goes on, and the chip says so in a calm colour.
import { reachable, status, type Status } from "../core/live";
import { href } from "../core/route";
import { t, T, whenText } from "../core/words";

export type SyncWord = "all_sent" | "waiting" | "sending" | "offline" | "failed" | "not_enrolled" | "revoked" | "gone";

export function syncWord(now: Status | null, reached: boolean): SyncWord {
	if (!reached || now === null)
		return "gone";
	if (now.sync === "revoked")
		return "revoked";
	if (now.sync === "blank" || now.sync === "enrolling")
		return "not_enrolled";
	if (now.sync === "syncing" || (now.sync === "idle" && (now.unreceipted ?? 0) > 0))
		return "sending";
	if (now.sync === "idle")
		return "all_sent";
	if (now.online === true && (now.last_error ?? "") !== "" && (now.unreceipted ?? 0) > 0)
		return "failed";
	if ((now.unreceipted ?? 0) > 0)
		return "waiting";
	return "offline";
}

export function syncText(now: Status | null, reached: boolean): string {
	const word = syncWord(now, reached);
	const last = now?.last_contact_ms ?? 0;
	switch (word) {
	case "all_sent":
		return T("ui.sync.all_sent", { when: last === 0 ? "" : whenText(last) }).trim();
	case "waiting":
		return T("ui.sync.waiting", { count: now?.unreceipted ?? 0 });
	case "sending":
		return T("ui.sync.sending");
	case "offline":
		return T("ui.sync.offline");
	case "failed":
		return T("ui.sync.failed", { count: now?.unreceipted ?? 0 });
	case "not_enrolled":
		return T("ui.sync.not_enrolled");
	case "revoked":
		return T("ui.sync.revoked");
	case "gone":
		return T("ui.sync.gone");
	}
}

const SIGNS: Record<SyncWord, string> = { all_sent: "✓", waiting: "↑", sending: "⇅", offline: "○", failed: "!", not_enrolled: "·", revoked: "!", gone: "!" };
const TONES: Partial<Record<SyncWord, string>> = { failed: "warn", revoked: "bad", gone: "bad" };

export function SyncChip() {
	const word = syncWord(status.value, reachable.value);
	return (
		<a class={`chip ${TONES[word] ?? ""}`} href={href(["sync"])} data-sync={word} aria-label={`${t("ui.sync.title")}: ${syncText(status.value, reachable.value)}`}>
			<span aria-hidden="true">{SIGNS[word]}</span><span role="status">{syncText(status.value, reachable.value)}</span>
		</a>
	);
}
