// typed - text under a point or of what is being agreed, kept by the daemon as it is typed, until
// the session's record has it. The rhythm is that of core/draft: two seconds are lost at most.
import { signal, type Signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { Refusal } from "../../core/api";
import type { Keeping } from "../../core/draft";
import { touched } from "../../core/live";
import { step } from "./meeting";

const WAIT_MS = 300, MOST_MS = 800, AGAIN_MS = 2000;
const all = new Set<Typed>();

// Before the store is locked.
export async function keepTyped(): Promise<void> {
	await Promise.all([...all].map((one) => one.keep()));
}

class Typed {
	readonly keeping: Signal<Keeping> = signal<Keeping>({ state: "none" });
	private going = "";       // on its way into the record
	private waits = 0;
	private dirtySince = 0;
	private writing: Promise<void> | null = null;

	constructor(private readonly session: string, private readonly title: string, private text: string) {
	}

	type(text: string): void {
		this.text = text;
		const now = Date.now();
		this.dirtySince ||= now;
		this.keeping.value = { state: "typing" };
		clearTimeout(this.waits);
		this.waits = window.setTimeout(() => void this.keep(), Math.max(0, Math.min(WAIT_MS, this.dirtySince + MOST_MS - now)));
	}

	async keep(): Promise<void> {
		clearTimeout(this.waits);
		while (this.writing !== null)
			await this.writing;
		if (this.dirtySince === 0)
			return;
		this.dirtySince = 0;
		this.writing = this.put();
		await this.writing;
	}

	private async put(): Promise<void> {
		try {
			const text = this.going !== "" && this.text !== "" ? `${this.going}\n${this.text}` : this.going || this.text;
			await step(this.session, "type", { args: this.title === "" ? [] : [this.title], text });
			if (this.dirtySince === 0)
				this.keeping.value = text === "" ? { state: "none" } : { state: "kept", at_ms: Date.now() };
		} catch (error) {
			this.dirtySince ||= Date.now();
			this.keeping.value = { state: "failed", refusal: error instanceof Refusal ? error : new Refusal("STORE", String(error), "", {}) };
			if (error instanceof Refusal && error.kind !== "CALLER" && error.kind !== "LIMIT")
				this.waits = window.setTimeout(() => void this.keep(), AGAIN_MS);
		} finally {
			this.writing = null;
		}
	}

	// Into the record by `work`; until it is there what was typed stays kept, and what is typed meanwhile too.
	async record(text: string, work: () => Promise<unknown>): Promise<void> {
		this.going = text;
		this.text = "";
		try {
			await work();
			this.going = "";
		} catch (error) {
			this.text = this.text === "" ? text : `${text}\n${this.text}`;
			this.going = "";
			throw error;
		} finally {
			this.type(this.text);
			await this.keep();
			touched();
		}
	}
}

// The text of one place, and what a press of Enter does with it: `work` takes it into the record.
export function useTyped(session: string, title: string, first: string, work: (text: string) => Promise<unknown>) {
	const [text, setText] = useState(first);
	const [refusal, setRefusal] = useState<Refusal | null>(null);
	const typed = useRef<Typed | null>(null);
	typed.current ??= new Typed(session, title, first);
	const latest = useRef({ text, work });
	latest.current = { text, work };
	const current = typed.current;
	const change = (next: string) => {
		setText(next);
		current.type(next);
	};
	const record = async (): Promise<boolean> => {
		const line = latest.current.text.trim();
		if (line === "")
			return true;
		setText("");
		setRefusal(null);
		try {
			await current.record(line, () => latest.current.work(line));
			return true;
		} catch (error) {
			setText((after) => after === "" ? line : `${line}\n${after}`);
			if (!(error instanceof Refusal))
				throw error;
			setRefusal(error);
			return false;
		}
	};
	useEffect(() => {
		const leave = () => void current.keep();
		all.add(current);
		addEventListener("pagehide", leave);
		document.addEventListener("visibilitychange", leave);
		return () => {
			all.delete(current);
			removeEventListener("pagehide", leave);
			document.removeEventListener("visibilitychange", leave);
			leave();
		};
	}, []);
	return { text, change, record, refusal, keeping: current.keeping };
}
