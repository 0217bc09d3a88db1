// typed - text under a point or of what is being agreed, kept by the daemon as it is typed, until
// the session's record has it.
import { useRef, useState } from "preact/hooks";
import { Refusal } from "../../core/api";
import { Keeper, useKept, type Keeping } from "../../core/keeper";
import { touched } from "../../core/live";
import { step } from "./meeting";

class Typed extends Keeper {
	private going = ""; // on its way into the record

	constructor(private readonly session: string, private readonly title: string, private text: string) {
		super();
	}

	type(text: string): void {
		this.text = text;
		this.touch();
	}

	protected async send(): Promise<Keeping> {
		const text = this.going !== "" && this.text !== "" ? `${this.going}\n${this.text}` : this.going || this.text;
		await step(this.session, "type", { args: this.title === "" ? [] : [this.title], text });
		return text === "" ? { state: "none" } : { state: "kept", at_ms: Date.now() };
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
	useKept(current);
	return { text, change, record, refusal, keeping: current.keeping };
}
