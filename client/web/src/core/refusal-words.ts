// refusal-words - what the daemon says in English, in the language chosen.
//
// A text is looked up whole, then as a sentence with gaps ("it is {1}; ..."), then by its
// parts, for a refusal is "what: advice". What is in a gap is looked up the same way, and
// names of values (IMMEDIATE) get their words. A text that is not known stays English.
import { anyValueWord, capital, refusals } from "./words";

interface Gapped {
	form: RegExp;
	english: string;
}

let gapped: Gapped[] = [];
let gappedOf: Record<string, string> | null = null;

// Sentences with gaps, those with the most words of their own first.
function forms(table: Record<string, string>): Gapped[] {
	if (gappedOf !== table) {
		gappedOf = table;
		gapped = Object.keys(table).filter((key) => key.includes("{1}") && key !== "{1} {2}").sort((a, b) => b.length - a.length)
			.map((english) => ({ english, form: new RegExp(`^${english.split(/\{\d\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("(.+?)")}$`, "s") }));
	}
	return gapped;
}

function values(text: string): string {
	return text.replace(/\b[A-Z][A-Z_]{2,}\b/g, (name) => anyValueWord(name));
}

function whole(text: string, table: Record<string, string>): string | undefined {
	if (table[text] !== undefined)
		return table[text];
	for (const { form, english } of forms(table)) {
		const found = form.exec(text);
		if (found !== null)
			return table[english]!.replace(/\{(\d)\}/g, (_, n: string) => lookUp(found[Number(n)] ?? "", table) ?? values(found[Number(n)] ?? ""));
	}
	return undefined;
}

function lookUp(text: string, table: Record<string, string>): string | undefined {
	const known = whole(text, table);
	if (known !== undefined)
		return known;
	for (const mark of ["; or ", ": ", "; "]) {
		for (let at = text.indexOf(mark); at > 0; at = text.indexOf(mark, at + 1)) {
			const first = whole(text.slice(0, at), table);
			if (first !== undefined)
				return `${first}${mark === "; or " ? "; " : mark}${lookUp(text.slice(at + mark.length), table) ?? values(text.slice(at + mark.length))}`;
		}
	}
	return undefined;
}

// A text of the daemon, as it is shown; the values that a field takes stand beside it to be chosen.
export function told(text: string): string {
	const said = text.replace(/: it takes [A-Z\d_, ]+$/, "");
	return lookUp(said, refusals.value) ?? said;
}

// The same, beginning a line.
export function Told(text: string): string {
	return capital(told(text));
}
