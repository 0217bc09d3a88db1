// confirm - what cannot be taken back is asked about once more, in words that say what follows; and
// the button of what can, with its refusal.
import type { ComponentChildren } from "preact";
import { useAct } from "../core/act";
import { T } from "../core/words";
import { Button, Dialog, Refused, toast } from "../ui/parts";

export function Confirm(props: { title: string; children: ComponentChildren; button: string; danger?: boolean; done: string; onDo: () => Promise<unknown>; onClose: () => void }) {
	const { refusal, busy, act } = useAct();
	const sure = () => void act(async () => {
		await props.onDo();
		toast(props.done);
		props.onClose();
	});
	return (
		<Dialog title={props.title} onClose={props.onClose}>
			{props.children}
			<Refused refusal={refusal} />
			<div class="row"><Button kind={props.danger === true ? "danger" : undefined} busy={busy} onClick={sure}>{props.button}</Button><Button kind="second" onClick={props.onClose}>{T("ui.cancel")}</Button></div>
		</Dialog>
	);
}
