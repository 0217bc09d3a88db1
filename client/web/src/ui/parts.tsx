// parts - small pieces every screen uses: button, notice, dialog, toast, icon.
import { signal } from "@preact/signals";
import type { ComponentChildren, ComponentProps } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import type { Refusal } from "../core/api";
import { Told } from "../core/refusal-words";
import { T } from "../core/words";

export type Tone = "info" | "good" | "warn" | "bad" | "calm";

export function Button(props: Omit<ComponentProps<"button">, "class"> & { kind?: "second" | "plain" | "danger"; small?: boolean; busy?: boolean }) {
	const { kind, small, busy, children, ...rest } = props;
	return (
		<button {...rest} type={rest.type ?? "button"} class={`button ${kind ?? ""} ${small === true ? "small" : ""}`} aria-disabled={busy === true ? true : undefined}
			onClick={busy === true ? (event) => event.preventDefault() : rest.onClick}>{children}</button>
	);
}

export function Notice(props: { tone?: Tone; children: ComponentChildren; live?: boolean }) {
	return <div class={`notice ${props.tone ?? "info"}`} role={props.tone === "bad" ? "alert" : props.live === true ? "status" : undefined}>{props.children}</div>;
}

// What the daemon refused, in its words; what it cannot have said, in ours.
export function refusalText(refusal: Refusal): string {
	switch (refusal.kind) {
	case "UNREACHABLE":
		return T("ui.refusal.unreachable");
	case "SIGNED_OUT":
		return T("ui.refusal.signed_out");
	default:
		return Told(refusal.message);
	}
}

export function Refused(props: { refusal: Refusal | null }) {
	return props.refusal === null ? null : <Notice tone="bad">{refusalText(props.refusal)}</Notice>;
}

// Stands on top of all; Esc and the first button close it, and focus returns to where it was.
export function Dialog(props: { title: string; onClose: () => void; children: ComponentChildren }) {
	const id = useId();
	const box = useRef<HTMLDialogElement>(null);
	useEffect(() => {
		const before = document.activeElement;
		box.current?.showModal();
		return () => {
			box.current?.close();
			if (before instanceof HTMLElement)
				before.focus();
		};
	}, []);
	return (
		<dialog ref={box} aria-labelledby={id} onCancel={(event) => { event.preventDefault(); props.onClose(); }}>
			<div class="stack">
				<div class="row apart"><h2 id={id}>{props.title}</h2><Button kind="plain" onClick={props.onClose}>{T("ui.close")}</Button></div>
				{props.children}
			</div>
		</dialog>
	);
}

interface Toast {
	id: number;
	text: string;
	undo?: (() => void) | undefined;
}
const TOAST_MS = 10_000;
const toasts = signal<Toast[]>([]);
let toastId = 0;

// Says for ten seconds what was done; it goes not away while the pointer or focus rests on it.
export function toast(text: string, undo?: () => void): void {
	toasts.value = [{ id: ++toastId, text, undo }];
}

function OneToast(props: { toast: Toast }) {
	const timer = useRef(0);
	const remove = () => {
		toasts.value = toasts.value.filter((one) => one.id !== props.toast.id);
	};
	const start = () => {
		clearTimeout(timer.current);
		timer.current = window.setTimeout(remove, TOAST_MS);
	};
	useEffect(() => {
		start();
		return () => clearTimeout(timer.current);
	}, []);
	const hold = () => clearTimeout(timer.current);
	return (
		<div class="toast" onMouseEnter={hold} onMouseLeave={start} onFocusIn={hold} onFocusOut={start}>
			<span>{Told(props.toast.text)}</span>
			{props.toast.undo !== undefined && <Button small onClick={() => { props.toast.undo?.(); remove(); }}>{T("ui.undo")}</Button>}
			<Button small aria-label={T("ui.close")} onClick={remove}>×</Button>
		</div>
	);
}

export function Toasts() {
	return <div class="toasts" role="status" aria-live="polite">{toasts.value.map((one) => <OneToast key={one.id} toast={one} />)}</div>;
}

// The heading of a screen takes the focus when the screen comes.
export function Title(props: { children: ComponentChildren }) {
	return <h1 tabIndex={-1}>{props.children}</h1>;
}

export function Empty(props: { children: ComponentChildren }) {
	return <p class="quiet">{props.children}</p>;
}

export function Busy() {
	return <p class="quiet" role="status" data-busy>{T("ui.busy")}</p>;
}
