// act - one thing done by a press of a button: busy meanwhile, the refusal beside it, all asked anew after.
import { useState } from "preact/hooks";
import { Refusal } from "./api";
import { touched } from "./live";

export function useAct() {
	const [refusal, setRefusal] = useState<Refusal | null>(null);
	const [busy, setBusy] = useState(false);
	// What came, or undefined when it was refused; a refusal too may have changed something.
	const act = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
		setBusy(true);
		setRefusal(null);
		try {
			return await work();
		} catch (error) {
			if (!(error instanceof Refusal))
				throw error;
			setRefusal(error);
			return undefined;
		} finally {
			touched();
			setBusy(false);
		}
	};
	return { refusal, busy, act };
}
