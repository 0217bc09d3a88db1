// once - what is asked when a page comes or its choice changes, and again by a press: for answers that
// cost the node much, or leave an entry of the access log, which the stream must not ask for anew.
import { useEffect, useState } from "preact/hooks";
import { Refusal } from "../core/api";

export interface Once<T> {
	data: T | null;
	refusal: Refusal | null;
	busy: boolean;
	again: () => void;
}

// `key` "": nothing is asked.
export function useOnce<T>(key: string, ask: () => Promise<T>): Once<T> {
	const [round, setRound] = useState(0);
	const [got, setGot] = useState<{ key: string; data: T | null; refusal: Refusal | null; round: number }>({ key: "", data: null, refusal: null, round: 0 });
	useEffect(() => {
		let current = key !== "";
		if (current)
			ask().then((data) => current && setGot({ key, data, refusal: null, round }), (error: unknown) => current && setGot((before) => ({ key, data: before.key === key ? before.data : null, round,
				refusal: error instanceof Refusal ? error : new Refusal("STORE", String(error), "", {}) })));
		return () => {
			current = false;
		};
	}, [key, round]);
	const mine = got.key === key;
	return { data: mine ? got.data : null, refusal: mine ? got.refusal : null, busy: key !== "" && (!mine || got.round !== round), again: () => setRound(round + 1) };
}
