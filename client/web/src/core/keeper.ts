// keeper - the rhythm by which text that is being typed is kept: sent WAIT_MS after the last
// key, and at the latest MOST_MS after the first that is not kept; one write at a time. So
// whatever ends, browser, daemon or power, takes less than two seconds of text with it. When
// the daemon does not answer it is tried again, and the page says that it is not kept.
import { signal, type Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Refusal } from "./api";

const WAIT_MS = 300, MOST_MS = 800, AGAIN_MS = 2000;

export type Keeping = { state: "none" } | { state: "typing" } | { state: "kept" | "found"; at_ms: number } | { state: "failed"; refusal: Refusal };

const open = new Set<Keeper>();

// Before the store is locked: what was typed is kept first.
export async function keepAll(): Promise<void> {
	await Promise.all([...open].map((keeper) => keeper.keep()));
}

// What is kept, and where, is the heir's.
export abstract class Keeper {
	readonly keeping: Signal<Keeping> = signal<Keeping>({ state: "none" });
	private waits = 0;
	private dirtySince = 0;
	private writing: Promise<void> | null = null;
	private ended = false;

	// Gives what the page then says.
	protected abstract send(): Promise<Keeping>;

	protected touch(): void {
		open.add(this);
		const now = Date.now();
		this.dirtySince ||= now;
		this.keeping.value = { state: "typing" };
		clearTimeout(this.waits);
		this.waits = window.setTimeout(() => void this.keep(), Math.max(0, Math.min(WAIT_MS, this.dirtySince + MOST_MS - now)));
	}

	// All that was typed is with the daemon, or the page says that it is not.
	async keep(): Promise<void> {
		clearTimeout(this.waits);
		await this.settled();
		if (this.dirtySince === 0 || this.ended)
			return;
		this.dirtySince = 0;
		this.writing = this.put();
		await this.writing;
	}

	private async settled(): Promise<void> {
		while (this.writing !== null)
			await this.writing;
	}

	private async put(): Promise<void> {
		try {
			const said = await this.send();
			if (this.dirtySince === 0) {
				open.delete(this);
				this.keeping.value = said;
			}
		} catch (error) {
			this.dirtySince ||= Date.now();
			this.keeping.value = { state: "failed", refusal: error instanceof Refusal ? error : new Refusal("STORE", String(error), "", {}) };
			if (!this.ended && !(error instanceof Refusal && ["CALLER", "LIMIT", "STALE_READ"].includes(error.kind)))
				this.waits = window.setTimeout(() => void this.keep(), AGAIN_MS);
		} finally {
			this.writing = null;
		}
	}

	// It was signed or discarded: nothing more is kept.
	async end(): Promise<void> {
		this.ended = true;
		open.delete(this);
		clearTimeout(this.waits);
		await this.settled();
	}
}

// Leaving the screen or the page keeps what is typed.
export function useKept(keeper: Keeper): void {
	useEffect(() => {
		const leave = () => void keeper.keep();
		addEventListener("pagehide", leave);
		document.addEventListener("visibilitychange", leave);
		return () => {
			removeEventListener("pagehide", leave);
			document.removeEventListener("visibilitychange", leave);
			leave();
		};
	}, []);
}
