// download - a text as a file of the reader's own. It is made in the window: nothing is asked for it.
import type { ComponentChildren } from "preact";
import { Button } from "../ui/parts";

const KEPT_MS = 60_000; // the browser may take its time to ask where to

export function save(name: string, text: string): void {
	const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
	const link = document.createElement("a");
	link.href = address;
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}

export function Download(props: { name: string; text: () => string; children: ComponentChildren }) {
	return <Button kind="second" onClick={() => save(props.name, props.text())}>{props.children}</Button>;
}
