// frame - what stands around every screen: head with search, sync chip and menu; skip link; toasts.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { call } from "../core/api";
import { status } from "../core/live";
import { href, route } from "../core/route";
import { T } from "../core/words";
import { Button, Dialog, Toasts } from "../ui/parts";
import { SyncChip } from "../ui/sync-chip";
import { Languages } from "./door";
import { Keys } from "./keys";

export async function lock(): Promise<void> {
	document.getElementById("app")?.setAttribute("hidden", ""); // before anything else the screen is blank
	try {
		status.value = { ...status.value!, vault: "locked" };
		await call("lock", {});
	} finally {
		document.getElementById("app")?.removeAttribute("hidden");
	}
}

function Menu(props: { onClose: () => void; onKeys: () => void }) {
	const theme = document.documentElement.dataset["theme"] ?? "";
	const setTheme = (next: string) => {
		document.documentElement.dataset["theme"] = next;
		localStorage.setItem("jalka-theme", next);
		props.onClose();
	};
	const to = (path: string[], text: string) => <li><a class="item" href={href(path)} onClick={props.onClose}>{text}</a></li>;
	return (
		<Dialog title={T("ui.menu")} onClose={props.onClose}>
			<p class="quiet">{status.value?.holder_name}</p>
			<ul class="items">
				{to(["new"], T("ui.new.title"))}
				{to(["sync"], T("ui.sync.title"))}
				{to(["conflicts"], T("ui.conflicts.title"))}
				{to(["drafts"], T("ui.drafts.title"))}
				{to(["handovers"], T("ui.handovers.title"))}
				{to(["places"], T("ui.places.title"))}
				{to(["emergency"], T("ui.emergency.title"))}
				{to(["help"], T("ui.help.title"))}
				{to(["accessibility"], T("ui.accessibility.title"))}
			</ul>
			<Languages />
			<div class="row">
				<Button kind="second" small aria-pressed={theme === "light"} onClick={() => setTheme("light")}>{T("ui.theme.light")}</Button>
				<Button kind="second" small aria-pressed={theme === "dark"} onClick={() => setTheme("dark")}>{T("ui.theme.dark")}</Button>
				<Button kind="second" small aria-pressed={theme === ""} onClick={() => setTheme("")}>{T("ui.theme.system")}</Button>
			</div>
			<div class="row">
				<Button kind="second" onClick={props.onKeys}>{T("ui.keys.title")}</Button>
				<Button onClick={() => void lock()}>{T("ui.lock")}</Button>
			</div>
		</Dialog>
	);
}

export function Frame(props: { children: ComponentChildren }) {
	const [open, setOpen] = useState<"" | "menu" | "keys">("");
	useEffect(() => {
		const onKey = (event: KeyboardEvent) => {
			const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea, select, [contenteditable]");
			if ((event.ctrlKey || event.metaKey) && event.altKey && event.key.toLowerCase() === "l") {
				event.preventDefault();
				void lock();
			}
			if (typing || event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem("jalka-keys") === "off")
				return;
			if (event.key === "?")
				setOpen("keys");
			if (event.key === "/") {
				event.preventDefault();
				location.hash = "#/";
				requestAnimationFrame(() => document.querySelector<HTMLInputElement>("input[type=search]")?.focus());
			}
			if (event.key === "n")
				location.hash = "#/new";
			if (event.key === "h")
				location.hash = "#/";
		};
		addEventListener("keydown", onKey);
		return () => removeEventListener("keydown", onKey);
	}, []);
	// A new screen begins at its heading, for those who hear it too.
	const path = route.value.path.join("/");
	useEffect(() => {
		document.querySelector<HTMLElement>("main h1")?.focus();
	}, [path]);
	return (
		<>
			<a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById("main")?.focus(); }}>{T("ui.skip")}</a>
			<header class="head">
				<div class="row apart">
					<a class="brand" href="#/">Jalka</a>
					<div class="row">
						<SyncChip />
						<Button aria-haspopup="dialog" onClick={() => setOpen("menu")}>{T("ui.menu")}</Button>
					</div>
				</div>
			</header>
			<main class="main" id="main" tabIndex={-1}>{props.children}</main>
			{open === "menu" && <Menu onClose={() => setOpen("")} onKeys={() => setOpen("keys")} />}
			{open === "keys" && <Keys onClose={() => setOpen("")} />}
			<Toasts />
		</>
	);
}

// The heading of a screen takes the focus when the screen comes.
export function Title(props: { children: ComponentChildren }) {
	return <h1 tabIndex={-1}>{props.children}</h1>;
}
