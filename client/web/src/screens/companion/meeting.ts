// meeting - a joint session as the daemon tells it, and one step of it.
import { call, type Fields, type Json } from "../../core/api";
import { useAsk, type Asked } from "../../core/live";
import { capital, momentMs, t, type WordKey } from "../../core/words";

export interface Person {
	role: string;
	name?: string;
	organisation?: string;
	identity_checked_how?: string;
	left_at?: string;
}
export interface Turn {
	at: string;
	what: string;
	text?: string;
	record?: string;
}
export interface Action {
	id: string;
	fields?: { what?: string; owner_kind?: string; owner?: string; due?: string };
}
export interface Meeting {
	id: string;
	case_id: string;
	holds: "SCHEDULED" | "IDENTITIES_CHECKED" | "RUNNING" | "ENDED" | "CONFIRMED" | "SIGNED" | "FAILED" | "CANCELLED";
	to_identify: string[];
	paused_since_ms: number; // 0: no pause
	paused_ms: number;       // of the pauses that are over
	consent: { id?: string; scope?: string[]; excluded?: string[]; excluded_text: string; valid_until: string; holds: string; why: string };
	room: string;
	kela_consent: string;
	kela_consent_holds: string;
	fields: Json & { client?: string; started_at?: string; ended_at?: string; channel?: string; connection_trouble?: string; scheduled_at?: string; kind?: string;
		participants?: Person[]; course?: Turn[]; agenda?: { title: string; notes?: string; out_of_scope?: boolean }[] };
	names?: Record<string, string>;
	conflicts: string[];
	apart: boolean;
	actions: Action[];
	typed: { summary?: string; agenda?: { title: string; notes: string }[] };
}

export function useMeeting(id: string): Asked<Meeting> {
	return useAsk<Meeting, "session">("session", { verb: "show", id });
}

export function step(id: string, verb: string, more: Partial<Fields<"session">> = {}): Promise<Meeting> {
	return call<Meeting, "session">("session", { id, verb, ...more });
}

// The moment that a record tells.
export function momentOf(text: string | undefined): number {
	return text === undefined || text === "" ? 0 : /Z|[+-]\d\d:\d\d$/.test(text) ? Date.parse(text) : momentMs(text);
}

// The daemon begins with these two, in Finnish; whoever is added is called as it was typed.
const ROLES: Record<string, WordKey> = { asiakas: "ui.need.client", "työntekijä": "ui.need.worker" };
export function roleWord(role: string): string {
	const word = ROLES[role];
	return capital(word === undefined ? role : t(word));
}

// The name of the client, as far as it is told.
export function clientOf(meeting: Meeting): string {
	return meeting.names?.[meeting.fields.client ?? ""] ?? "";
}
