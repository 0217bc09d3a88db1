// unfinished - what is typed into a form and is no draft of a record: a reason, a change, what goes
// with a step. The daemon keeps it, sealed, under what it is about and a name, until the form is
// done; the form opened again has it. Two windows never take each other's text away unasked.
import { useEffect, useRef, useState } from "preact/hooks";
import { call } from "./api";
import { Keeper, keepAll, useKept, type Keeping } from "./keeper";

export interface KeptText {
	id: string; // of a record or a case
	name: string;
	case_id: string;
	type: string;
	changed_ms: number;
	text: string;
}

export function kept(id: string, name: string): Promise<{ kept: KeptText[] }> {
	return call("kept", { id, name }, true);
}

const WINDOW = BigInt(Math.floor(Math.random() * 2 ** 52));

export class Unfinished<T> extends Keeper {
	value: T;
	private seen = 0;

	constructor(private readonly id: string, private readonly name: string, private readonly first: T, private readonly show: (value: T) => void) {
		super();
		this.value = first;
	}

	readonly set = (value: T): void => {
		this.show(this.value = value);
		this.touch();
	};

	readonly patch = (more: Partial<T>): void => this.set({ ...this.value, ...more });

	protected async send(): Promise<Keeping> {
		const text = JSON.stringify(this.value) === JSON.stringify(this.first) ? "" : JSON.stringify(this.value);
		this.seen = (await call<{ changed_ms: number }>("keep", { id: this.id, name: this.name, text, window: WINDOW, seenMs: BigInt(this.seen) })).changed_ms;
		return text === "" ? { state: "none" } : { state: "kept", at_ms: Date.now() };
	}

	// Has what the daemon has, or holds to what is here, unless there is more typed meanwhile.
	async take(theirs = true, from: Keeping["state"] = "failed"): Promise<void> {
		const [row] = (await kept(this.id, this.name)).kept;
		if (this.keeping.value.state !== from)
			return;
		this.seen = row?.changed_ms ?? 0;
		if (!theirs || row === undefined) {
			if (from === "failed")
				this.touch();
			return;
		}
		this.show(this.value = JSON.parse(row.text) as T);
		this.keeping.value = { state: "found", at_ms: row.changed_ms };
	}

	// It is recorded, or not wanted: nothing of it is kept, and the form is as it was.
	readonly done = (): void => {
		this.set(this.first);
		void this.keep();
	};
}

// The unfinished text of one form; `value`, `set` or `patch` (a part of it), and `done` once the form is.
export function useUnfinished<T>(id: string, name: string, first: T): Unfinished<T> {
	const [, show] = useState(first);
	const ref = useRef<Unfinished<T> | null>(null);
	const text = ref.current ??= new Unfinished(id, name, first, (value) => show(() => value));
	useKept(text);
	useEffect(() => void keepAll().then(() => text.take(true, "none")).catch(() => undefined), []);
	return text;
}
