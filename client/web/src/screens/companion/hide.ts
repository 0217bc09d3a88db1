// hide - names and identifiers masked while the screen is shared.
//
// What is masked: the names that this session knows, in any Finnish or Swedish case ending, and
// whatever looks like an identity code, a telephone number, an address of mail or an account.
import { signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";

export const hidden = signal(false);
export type Mask = (text: string) => string;

const MASK = "•••";
const IDENTIFIERS = /\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]|[\w.+-]+@[\w-]+\.[\w.]+|\bFI\d{2}[\d ]{12,18}|(?:\+\d{2,3}|\b0)[\d -]{5,}\d/g;

// The part of a name that its endings leave alone: Korhonen, Korhosen; Matti, Matin.
function stem(name: string): string {
	const cut = name.endsWith("nen") ? 3 : name.length > 4 ? 2 : 0;
	return name.slice(0, Math.max(2, name.length - cut));
}

export function maskOf(names: readonly string[]): Mask {
	if (!hidden.value)
		return (text) => text;
	const stems = names.flatMap((name) => name.split(/[\s-]+/)).filter((part) => /^\p{Lu}\p{L}/u.test(part)).map(stem);
	const known = stems.length === 0 ? null : new RegExp(`(?<!\\p{L})(?:${[...new Set(stems)].join("|")})\\p{L}*(?:-\\p{L}+)*`, "gu");
	return (text) => (known === null ? text : text.replace(known, MASK)).replace(IDENTIFIERS, MASK);
}

export const Masking = createContext<Mask>((text) => text);
export function useMask(): Mask {
	return useContext(Masking);
}
