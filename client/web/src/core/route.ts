// route - where in the client one is: the part of the address behind "#".
import { signal } from "@preact/signals";

export interface Route {
	path: string[];                 // "#/case/0123/visit" -> ["case", "0123", "visit"]
	query: Record<string, string>;  // "?type=visit"
}

function parse(hash: string): Route {
	const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
	return { path: path.split("/").filter((part) => part !== "").map(decodeURIComponent),
		 query: Object.fromEntries(new URLSearchParams(query)) };
}

export const route = signal<Route>(parse(location.hash));

addEventListener("hashchange", () => {
	route.value = parse(location.hash);
	scrollTo(0, 0);
});

export function href(path: string[], query: Record<string, string> = {}): string {
	const search = new URLSearchParams(query).toString();
	return `#/${path.map(encodeURIComponent).join("/")}${search === "" ? "" : `?${search}`}`;
}

export function go(path: string[], query: Record<string, string> = {}): void {
	location.hash = href(path, query);
}

// Instead of where one is, so that "back" does not lead there again.
export function replace(path: string[], query: Record<string, string> = {}): void {
	history.replaceState(null, "", href(path, query));
	route.value = parse(location.hash);
}

// The address alone: what is on the screen stays, and a window opened anew leads to this.
export function settle(path: string[], query: Record<string, string> = {}): void {
	history.replaceState(null, "", href(path, query));
}

// What the address says, after the screen was away.
export function reread(): void {
	route.value = parse(location.hash);
}
