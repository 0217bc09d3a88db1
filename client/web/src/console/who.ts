// who - who has signed in, in which roles, and until when.
import { signal } from "@preact/signals";
import { call } from "../core/api";

export const ROLES = ["TECHNICAL_ADMIN", "MUNICIPAL_ADMIN", "DATA_PROTECTION_OFFICER"] as const;
export type Role = typeof ROLES[number];

export interface Me {
	staff: string;
	name: string;
	sign_in: string;
	roles: Role[];
	until_ms: number; // the session ends then unless a person does something
}

export const me = signal<Me | null>(null);
// Who it was when the session ended, to sign in again; nobody after a press of "sign out".
export const last = signal<Me | null>(null);

// `quiet`: it is looked at only; else it counts as something a person did.
export async function learn(quiet: boolean): Promise<void> {
	me.value = await call<Me>("console", { verb: "me" }, quiet);
}

export function may(...roles: Role[]): boolean {
	return me.value?.roles.some((role) => roles.includes(role)) === true;
}
