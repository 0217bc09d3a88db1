// draft - text as it is typed, kept by the daemon: sealed on its disk, never in the browser.
//
// What was typed is sent WAIT_MS after the last key, and at the latest MOST_MS after the
// first that is not kept; one write at a time. So whatever ends, browser, daemon or power,
// takes less than two seconds of text with it. When the daemon does not answer, it is
// tried again and the page says that it is not kept.
import { signal, type Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Refusal, type Json } from "./api";
import { write, type WriteWhat } from "./records";

const WAIT_MS = 300, MOST_MS = 800, AGAIN_MS = 2000;

export type Keeping = { state: "none" } | { state: "typing" } | { state: "kept"; at_ms: number } | { state: "failed"; refusal: Refusal };

const open = new Set<Draft>();

// Before the store is locked: what was typed is kept first.
export async function keepAll(): Promise<void> {
	await Promise.all([...open].map((draft) => draft.keep()));
}

export class Draft {
	readonly keeping: Signal<Keeping> = signal<Keeping>({ state: "none" });
	id: string;
	private values: Json = {};
	private waits = 0;
	private dirtySince = 0;
	private writing: Promise<void> | null = null;
	private ended = false;

	constructor(private readonly what: Omit<WriteWhat, "values">) {
		this.id = what.record_id ?? "";
	}

	type(values: Json): void {
		this.values = values;
		open.add(this);
		const now = Date.now();
		this.dirtySince ||= now;
		this.keeping.value = { state: "typing" };
		clearTimeout(this.waits);
		this.waits = window.setTimeout(() => void this.keep(), Math.max(0, Math.min(WAIT_MS, this.dirtySince + MOST_MS - now)));
	}

	// All that was typed is with the daemon, or the refusal is thrown.
	async keep(): Promise<void> {
		clearTimeout(this.waits);
		while (this.writing !== null)
			await this.writing;
		if (this.dirtySince === 0 || this.ended)
			return;
		this.dirtySince = 0;
		this.writing = this.put();
		await this.writing;
	}

	private async put(): Promise<void> {
		try {
			// A draft that is there stays in its case, and to say the case again is refused.
			const where = this.id === "" ? this.what : { ...this.what, case_id: "" };
			const written = await write({ ...where, values: this.values, draft: this.what.draft ?? true, sign: false, record_id: this.id });
			this.id = written.id;
			if (this.dirtySince === 0) {
				open.delete(this);
				this.keeping.value = { state: "kept", at_ms: Date.now() };
			}
		} catch (error) {
			this.dirtySince ||= Date.now();
			this.keeping.value = { state: "failed", refusal: error instanceof Refusal ? error : new Refusal("STORE", String(error), "", {}) };
			const wait = error instanceof Refusal && (error.kind === "CALLER" || error.kind === "LIMIT") ? 0 : AGAIN_MS;
			if (wait > 0 && !this.ended)
				this.waits = window.setTimeout(() => void this.keep(), wait);
		} finally {
			this.writing = null;
		}
	}

	// It was signed or discarded: nothing more is kept.
	async end(): Promise<void> {
		this.ended = true;
		open.delete(this);
		clearTimeout(this.waits);
		while (this.writing !== null)
			await this.writing;
	}
}

// One draft for the life of a form. Leaving the page keeps what is typed.
export function useDraft(what: Omit<WriteWhat, "values">): Draft {
	const draft = useRef<Draft | null>(null);
	draft.current ??= new Draft(what);
	const current = draft.current;
	useEffect(() => {
		const leave = () => void current.keep();
		addEventListener("pagehide", leave);
		document.addEventListener("visibilitychange", leave);
		return () => {
			removeEventListener("pagehide", leave);
			document.removeEventListener("visibilitychange", leave);
			leave();
		};
	}, []);
	return current;
}
