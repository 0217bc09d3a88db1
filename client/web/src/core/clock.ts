// clock - the moment as it goes by, and spans of time in words.
import { useEffect, useState } from "preact/hooks";
import { t, todayIso } from "./words";

const MINUTE_MS = 60_000, DAY_MS = 86_400_000;

export function useNow(everyMs = 5000): number {
	const [now, setNow] = useState(Date.now());
	useEffect(() => {
		const timer = setInterval(() => setNow(Date.now()), everyMs);
		return () => clearInterval(timer);
	}, [everyMs]);
	return now;
}

// The end of that day in Helsinki.
export function dayEndMs(iso: string): number {
	const summer = Date.parse(`${iso}T21:00:00Z`);
	return todayIso(summer) === iso ? summer + 60 * MINUTE_MS : summer;
}

export function spanText(ms: number): string {
	const d = Math.floor(ms / DAY_MS), h = Math.floor(ms % DAY_MS / (60 * MINUTE_MS)), m = Math.floor(ms / MINUTE_MS) % 60;
	return d > 0 ? t("ui.span.days", { d, h, m }) : h > 0 ? t("ui.span.hours", { h, m }) : t("ui.span.minutes", { m });
}
