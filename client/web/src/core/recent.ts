// recent - what was opened and decided since the store was unlocked: in this window's memory alone,
// and gone when it is locked.
import { signal } from "@preact/signals";
import type { FieldInfo } from "./records";

export interface Recent {
	case_id: string;
	name: string;
}
// A conflict that was decided, with what it was decided between: to choose again.
export interface Decision {
	id: string;
	info: FieldInfo;
	value: unknown;
	at_ms: number;
}

const MOST = 8;
export const recent = signal<Recent[]>([]);
export const decisions = signal<Decision[]>([]);

export function noteRecent(one: Recent): void {
	if (recent.value[0]?.case_id !== one.case_id)
		recent.value = [one, ...recent.value.filter((old) => old.case_id !== one.case_id)].slice(0, MOST);
}

export function forget(): void {
	recent.value = [];
	decisions.value = [];
}
