// figures - amounts as an administrator reads them: how long ago, how many bytes, how large a share.
import { language, T, t } from "../core/words";

const UNITS = ["B", "kB", "MB", "GB", "TB"], MINUTE_MS = 60_000, HOUR_MS = 3_600_000, DAY_MS = 86_400_000;

export function numberText(value: number, digits = 0): string {
	return new Intl.NumberFormat(language.value === "en" ? "en-FI" : `${language.value}-FI`, { maximumFractionDigits: digits }).format(value);
}

export function bigBytesText(bytes: number): string {
	let value = bytes, unit = 0;
	for (; value >= 1000 && unit < UNITS.length - 1; unit++)
		value /= 1000;
	return `${numberText(value, value < 10 && unit > 0 ? 1 : 0)} ${UNITS[unit]}`;
}

export function shareText(part: number, whole: number): string {
	return `${numberText(100 * part / whole)} %`;
}

// A span by its greatest unit, for columns: "3 d", "5 h", "12 min".
export function ageText(ms: number): string {
	return ms >= 2 * DAY_MS ? t("ui.console.days", { count: Math.floor(ms / DAY_MS) }) : ms >= HOUR_MS ? t("ui.console.hours", { count: Math.floor(ms / HOUR_MS) })
		: t("ui.console.minutes", { count: Math.max(0, Math.floor(ms / MINUTE_MS)) });
}

// How long before `now` it was: "5 h ago".
export function agoText(ms: number, now: number): string {
	return now - ms < MINUTE_MS ? T("ui.console.just_now") : t("ui.console.ago", { span: ageText(now - ms) });
}
