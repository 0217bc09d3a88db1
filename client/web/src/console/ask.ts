// ask - the administrator's verbs (docs/internals/local_api.md) and those of the console itself,
// as a page asks them: by useAsk, or once for a press of a button.
import { call } from "../core/api";
import { useAsk, type Asked } from "../core/live";

export function useAdmin<T>(verb: string | null, ...args: string[]): Asked<T> {
	return useAsk<T, "admin">(verb === null ? null : "admin", { verb: verb ?? "", args });
}

export function admin<T>(verb: string, ...args: string[]): Promise<T> {
	return call<T, "admin">("admin", { verb, args });
}

export function useConsole<T>(verb: string | null, ...args: string[]): Asked<T> {
	return useAsk<T, "console">(verb === null ? null : "console", { verb: verb ?? "", args });
}

export function own<T>(verb: string, ...args: string[]): Promise<T> {
	return call<T, "console">("console", { verb, args });
}
