// words - the catalogue of words in the language chosen, and dates and numbers in it.
//
// The words are those of the daemon (proto/labels.tsv); each language is a file of its
// own, fetched when it is chosen, so that the change needs no reload.
import { computed, signal } from "@preact/signals";
import { stateLists, type WordKey } from "../../gen/words";

export type { WordKey };

export type Language = "fi" | "sv" | "en";
export const LANGUAGES: readonly Language[] = ["fi", "sv", "en"];
declare const WORDS: Record<Language, string>;
declare const REFUSALS: Partial<Record<Language, string>>;

const KEY = "jalka-language", ZONE = "Europe/Helsinki";
const LOCALES: Record<Language, string> = { fi: "fi-FI", sv: "sv-FI", en: "en-FI" };

export const language = signal<Language>("fi");
const catalogue = signal<Record<string, string>>({});
const read: Partial<Record<Language, Record<string, string>>> = {};
// The daemon's English and what it is in this language (core/refusal-words).
export const refusals = signal<Record<string, string>>({});
const readRefusals: Partial<Record<Language, Record<string, string>>> = {};

// Nothing waits for it: what comes before it is shown in English.
async function chooseRefusals(next: Language): Promise<void> {
	const path = REFUSALS[next];
	readRefusals[next] ??= path === undefined ? {} : await (await fetch(path)).json() as Record<string, string>;
	if (language.value === next)
		refusals.value = readRefusals[next];
}

export async function choose(next: Language): Promise<void> {
	read[next] ??= await (await fetch(WORDS[next])).json() as Record<string, string>;
	catalogue.value = read[next];
	language.value = next;
	document.documentElement.lang = next;
	localStorage.setItem(KEY, next);
	chooseRefusals(next).catch(() => undefined); // asked again with the next choice
}

export function begin(): Promise<void> {
	const kept = localStorage.getItem(KEY);
	const wished = [kept, ...navigator.languages.map((tag) => tag.slice(0, 2))];
	return choose(wished.find((tag): tag is Language => LANGUAGES.includes(tag as Language)) ?? "fi");
}

function fill(text: string, values: Record<string, string | number>): string {
	return text.replace(/\{([a-z]+)\}/g, (whole, name: string) => name in values ? String(values[name]) : whole);
}

// A word of the program. {name} in it is replaced.
export function t(key: WordKey, values: Record<string, string | number> = {}): string {
	return fill(catalogue.value[key] ?? key, values);
}

export function capital(text: string): string {
	return text.charAt(0).toLocaleUpperCase(LOCALES[language.value]) + text.slice(1);
}

// Words stand as in the middle of a sentence; this one begins a line.
export function T(key: WordKey, values: Record<string, string | number> = {}): string {
	return capital(t(key, values));
}

function lookUp(...keys: string[]): string | undefined {
	return keys.map((key) => catalogue.value[key]).find((word) => word !== undefined);
}

export function typeWord(type: string): string {
	return lookUp(`type.${type}`) ?? type;
}

// A field of a record, "visit" and "planned_at".
export function fieldWord(message: string, field: string): string {
	return lookUp(`field.${message}.${field}`, `field.*.${field}`) ?? field;
}

export function valueWord(enumeration: string, value: string): string {
	return lookUp(`value.${enumeration}.${value}`, `value.*.${value}`) ?? value;
}

// A class of data, as access rules name it.
export function classWord(name: string): string {
	return lookUp(`access_class.${name}`) ?? name;
}

// A value whose list is not told.
export function anyValueWord(value: string): string {
	const key = Object.keys(catalogue.value).find((one) => one.startsWith("value.") && one.endsWith(`.${value}`));
	return key === undefined ? value : catalogue.value[key]!;
}

// A state of a record of that type.
export function stateWord(type: string, state: string): string {
	return valueWord(stateLists[type] ?? "*", state);
}

// ---- dates: 3.11.2026, klo 14.30 ----
const dateForm = computed(() => new Intl.DateTimeFormat(LOCALES[language.value], { timeZone: ZONE, day: "numeric", month: "numeric", year: "numeric" }));
const dayForm = computed(() => new Intl.DateTimeFormat(LOCALES[language.value], { timeZone: ZONE, weekday: "short", day: "numeric", month: "numeric" }));
const clockForm = new Intl.DateTimeFormat("fi-FI", { timeZone: ZONE, hour: "numeric", minute: "2-digit" });

export function dateText(iso: string): string {
	const [year, month, day] = iso.slice(0, 10).split("-").map(Number);
	return year === undefined || month === undefined || day === undefined || Number.isNaN(day) ? iso : dateForm.value.format(Date.UTC(year, month - 1, day, 12));
}

export function weekdayText(iso: string): string {
	const [year, month, day] = iso.slice(0, 10).split("-").map(Number);
	return year === undefined || month === undefined || day === undefined ? iso : dayForm.value.format(Date.UTC(year, month - 1, day, 12));
}

export function clockText(ms: number): string {
	const text = clockForm.format(ms);
	return language.value === "fi" ? `klo ${text}` : language.value === "sv" ? `kl. ${text}` : text.replace(".", ":");
}

export function momentText(ms: number): string {
	return `${dateForm.value.format(ms)} ${clockText(ms)}`;
}

// Today it is the time that tells, else the day.
export function whenText(ms: number): string {
	return todayIso(ms) === todayIso(Date.now()) ? clockText(ms) : momentText(ms);
}

// The day in Helsinki, 2026-11-03.
export function todayIso(ms: number = Date.now()): string {
	return new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE }).format(ms);
}

// 2026-11-03T09:15, as an input of a date and time takes it.
export function momentIso(ms: number): string {
	const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" }).format(ms);
	return parts.replace(" ", "T");
}

// The moment that such a text means in Helsinki.
export function momentMs(local: string): number {
	const utc = Date.parse(`${local.slice(0, 16)}Z`);
	const ahead = (ms: number) => Date.parse(`${momentIso(ms)}Z`) - Math.floor(ms / 60_000) * 60_000;
	return utc - ahead(utc - ahead(utc));
}

export function centsText(cents: number): string {
	return new Intl.NumberFormat(LOCALES[language.value], { style: "currency", currency: "EUR" }).format(cents / 100);
}

export function bytesText(bytes: number): string {
	return bytes < 1024 ? `${bytes} B` : `${new Intl.NumberFormat(LOCALES[language.value], { maximumFractionDigits: 1 }).format(bytes / 1024)} kB`;
}
