// keys - the keyboard shortcuts, and whether single letters are any.
import { useState } from "preact/hooks";
import { T } from "../core/words";
import { Check } from "../ui/field";
import { Dialog } from "../ui/parts";

export function Keys(props: { onClose: () => void }) {
	const [on, setOn] = useState(localStorage.getItem("jalka-keys") !== "off");
	const change = (next: boolean) => {
		localStorage.setItem("jalka-keys", next ? "on" : "off");
		setOn(next);
	};
	return (
		<Dialog title={T("ui.keys.title")} onClose={props.onClose}>
			<dl class="facts">
				<dt><kbd>/</kbd></dt><dd>{T("ui.keys.search")}</dd>
				<dt><kbd>h</kbd></dt><dd>{T("ui.keys.home")}</dd>
				<dt><kbd>n</kbd></dt><dd>{T("ui.keys.new")}</dd>
				<dt><kbd>e</kbd></dt><dd>{T("ui.emergency.title")}</dd>
				<dt><kbd>?</kbd></dt><dd>{T("ui.keys.this")}</dd>
				<dt><kbd>Ctrl</kbd> <kbd>Enter</kbd></dt><dd>{T("ui.keys.save")}</dd>
				<dt><kbd>Ctrl</kbd> <kbd>Alt</kbd> <kbd>L</kbd></dt><dd>{T("ui.keys.lock")}</dd>
				<dt><kbd>Esc</kbd></dt><dd>{T("ui.keys.close")}</dd>
			</dl>
			<Check label={T("ui.keys.letters")} value={on} onValue={change} />
		</Dialog>
	);
}
