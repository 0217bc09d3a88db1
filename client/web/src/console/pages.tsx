// pages - which pages the console has, and who has them. Each file of pages gives its own list, so
// that a page stands at one place.
import type { ComponentChildren } from "preact";
import type { WordKey } from "../core/words";
import { dataPages } from "./pages-data";
import { devicePages } from "./pages-devices";
import { peoplePages } from "./pages-people";
import { may, type Role } from "./who";

// The headings of the navigation, in their order.
export const GROUPS = ["devices", "people", "records", "oversight", "service"] as const;

export interface Page {
	path: string;                                       // the first part of its address
	title: WordKey;
	group: typeof GROUPS[number];
	roles: readonly Role[];                             // one of these must have been granted; none: all have it
	show: (rest: string[], query: Record<string, string>) => ComponentChildren; // of an address "#/path/rest…?query"
}

export function pages(): Page[] {
	return [...devicePages, ...peoplePages, ...dataPages].filter((page) => page.roles.length === 0 || may(...page.roles));
}

// The page of an address, or the first one.
export function pageOf(path: string | undefined): Page | undefined {
	const all = pages();
	return all.find((page) => page.path === path) ?? all[0];
}
