// kept - one line under a form: what of it is kept; what was found again, and the way to throw it
// away; that another window writes the same, and which of the two is to stay.
import { Unfinished } from "../core/unfinished";
import type { Keeper } from "../core/keeper";
import { clockText, T, whenText } from "../core/words";
import { Button, Notice, refusalText, toast } from "./parts";

function discard(text: Unfinished<unknown>): void {
	const was = text.value;
	text.done();
	toast(T("ui.kept.discarded"), () => text.set(was));
}

export function Kept(props: { of: Pick<Keeper, "keeping"> }) {
	const { of } = props;
	const now = of.keeping.value;
	if (now.state === "failed") {
		return <Notice tone="warn" live>{of instanceof Unfinished && now.refusal.kind === "STALE_READ" ? <><p>{T("ui.kept.other")}</p>
			<div class="row"><Button kind="second" onClick={() => void of.take()}>{T("ui.kept.theirs")}</Button><Button kind="second" onClick={() => void of.take(false)}>{T("ui.kept.mine")}</Button></div></>
			: <>{T("ui.draft.failed")} {refusalText(now.refusal)}</>}</Notice>;
	}
	return <div class="row quiet" role="status" data-keeping={now.state}>{now.state === "kept" ? T("ui.companion.kept", { when: clockText(now.at_ms) }) : now.state === "typing" ? T("ui.draft.typing")
		: now.state === "found" && <>{T("ui.kept.go_on", { when: whenText(now.at_ms) })}<Button kind="plain" small onClick={() => discard(of as Unfinished<unknown>)}>{T("ui.kept.discard")}</Button></>}</div>;
}
