// copy - a text that is to be carried elsewhere: in sight whole, selected by a touch, copied by a press.
import { T } from "../core/words";
import { Button, toast } from "../ui/parts";

export function Copy(props: { text: string; label: string }) {
	const copy = () => navigator.clipboard.writeText(props.text).then(() => toast(T("ui.console.copied")), () => toast(T("ui.console.not_copied")));
	return (
		<div class="stack tight">
			<span class="label">{props.label}</span>
			<code class="selectable" data-copy>{props.text}</code>
			<div><Button kind="second" small onClick={() => void copy()}>{T("ui.console.copy")}</Button></div>
		</div>
	);
}
