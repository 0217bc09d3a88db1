// frame - what stands around every screen: head with search, sync chip and menu; skip link; toasts.
import { effect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { call } from "../core/api";
import { keepAll } from "../core/keeper";
import { reachable, status, type Status } from "../core/live";
import { forget } from "../core/recent";
import { href, route } from "../core/route";
import { T, t } from "../core/words";
import { Languages, Themes } from "../ui/looks";
import { Button, Dialog, Toasts } from "../ui/parts";
import { SyncChip } from "../ui/sync-chip";
import { Keys } from "./keys";
import { ClockNotice, LeaseNotice } from "./sync";

export { Title } from "../ui/parts";

// The page is blank before anything else is done; what was typed is kept, then the store is locked.
export async function lock(): Promise<void> {
	blank(true);
	try {
		await keepAll();
	} catch {
		// it stays in this window and is kept when the store is open again
	}
	try {
		await call("lock", {});
		status.value = { ...status.value!, vault: "locked" };
	} catch {
		await lookAgain();
	} finally {
		blank(false);
	}
}

function blank(on: boolean): void {
	document.getElementById("app")?.toggleAttribute("hidden", on);
}

async function lookAgain(): Promise<void> {
	try {
		status.value = await call<Status>("status", {}, true);
	} catch {
		reachable.value = false;
	}
}

const SLEPT_MS = 15_000, LOOK_MS = 5000;

// Told locked, or awake after a sleep: nothing is in sight until it is known what may be.
function useBlank(): void {
	useEffect(() => {
		let seen = Date.now();
		const look = async () => {
			const slept = Date.now() - seen > SLEPT_MS;
			seen = Date.now();
			if (!slept)
				return;
			const before = document.activeElement;
			blank(true);
			await lookAgain();
			requestAnimationFrame(() => {
				blank(false);
				if (before instanceof HTMLElement)
					before.focus();
			});
		};
		const timer = setInterval(() => void look(), LOOK_MS);
		const onSight = () => document.visibilityState === "visible" && void look();
		document.addEventListener("visibilitychange", onSight);
		const stop = effect(() => {
			if (status.value?.vault === "locked" || status.value?.vault === "waiting") {
				blank(true);
				forget();
				setTimeout(() => blank(false)); // what follows is drawn by then
			}
		});
		return () => {
			clearInterval(timer);
			document.removeEventListener("visibilitychange", onSight);
			stop();
		};
	}, []);
}

function Menu(props: { onClose: () => void; onKeys: () => void }) {
	const now = status.value;
	const to = (path: string[], text: string, count = 0) => <li><a class="item" href={href(path)} onClick={props.onClose} aria-current={route.value.path[0] === path[0] ? "page" : undefined}><span class="row apart"><span>{text}</span>
		{count > 0 && <span class="chip">{count}</span>}</span></a></li>;
	return (
		<Dialog title={T("ui.menu")} onClose={props.onClose}>
			<div class="row apart"><span class="quiet">{now?.holder_name}</span><Button onClick={() => void lock()}>{T("ui.lock")}</Button></div>
			<ul class="items">
				{to(["new"], T("ui.new.title"))}
				{to(["sync"], T("ui.sync.title"), now?.unreceipted)}
				{to(["conflicts"], T("ui.conflicts.title"), now?.conflicts)}
				{to(["drafts"], T("ui.drafts.title"), now?.drafts)}
				{to(["handovers"], T("ui.handovers.title"))}
				{to(["places"], T("ui.places.title"))}
				{to(["emergency"], T("ui.emergency.title"))}
				{to(["help"], T("ui.help.title"))}
				{to(["accessibility"], T("ui.accessibility.title"))}
			</ul>
			<Languages />
			<Themes onChosen={props.onClose} />
			<div><Button kind="second" onClick={props.onKeys}>{T("ui.keys.title")}</Button></div>
		</Dialog>
	);
}

export function Frame(props: { children: ComponentChildren }) {
	const [open, setOpen] = useState<"" | "menu" | "keys">("");
	useBlank();
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
				const search = () => document.querySelector<HTMLInputElement>("[data-search] input");
				if (search() === null)
					location.hash = "#/";
				search()?.focus();
				requestAnimationFrame(() => search()?.focus());
			}
			if (event.key === "n")
				location.hash = "#/new";
			if (event.key === "h")
				location.hash = "#/";
			if (event.key === "e")
				location.hash = "#/emergency";
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
						<a class="button" href={href(["emergency"])} aria-label={`112: ${t("ui.emergency.title")}`}>112</a>
						<Button aria-haspopup="dialog" onClick={() => setOpen("menu")}>{T("ui.menu")}</Button>
					</div>
				</div>
			</header>
			<main class="main" id="main" tabIndex={-1}>{path === "" && <><ClockNotice /><LeaseNotice /></>}{props.children}</main>
			{open === "menu" && <Menu onClose={() => setOpen("")} onKeys={() => setOpen("keys")} />}
			{open === "keys" && <Keys onClose={() => setOpen("")} />}
			<Toasts />
		</>
	);
}
