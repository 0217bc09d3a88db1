// draft - a record as it is typed, kept by the daemon: sealed on its disk, never in the browser.
import { useRef } from "preact/hooks";
import type { Json } from "./api";
import { Keeper, useKept, type Keeping } from "./keeper";
import { write, type WriteWhat } from "./records";

export class Draft extends Keeper {
	id: string;
	private values: Json = {};

	constructor(private readonly what: Omit<WriteWhat, "values">) {
		super();
		this.id = what.record_id ?? "";
	}

	type(values: Json): void {
		this.values = values;
		this.touch();
	}

	protected async send(): Promise<Keeping> {
		// A draft that is there stays in its case, and to say the case again is refused.
		const where = this.id === "" ? this.what : { ...this.what, case_id: "" };
		this.id = (await write({ ...where, values: this.values, draft: this.what.draft ?? true, sign: false, record_id: this.id })).id;
		return { state: "kept", at_ms: Date.now() };
	}
}

// One draft for the life of a form.
export function useDraft(what: Omit<WriteWhat, "values">): Draft {
	const draft = useRef<Draft | null>(null);
	draft.current ??= new Draft(what);
	useKept(draft.current);
	return draft.current;
}
