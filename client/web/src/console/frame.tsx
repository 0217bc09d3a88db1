// frame - what stands around every page of the console: head, navigation by role, who is signed in,
// and that the session is about to end.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useAct } from "../core/act";
import { useNow } from "../core/clock";
import { reachable } from "../core/live";
import { go, href, route } from "../core/route";
import * as session from "../core/session";
import { capital, clockText, T, t, valueWord } from "../core/words";
import { Languages, Themes } from "../ui/looks";
import { Button, Dialog, Notice, Toasts } from "../ui/parts";
import { own } from "./ask";
import { GROUPS, pages, type Page } from "./pages";
import { last, learn, me } from "./who";

const WARN_MS = 2 * 60_000, LOOK_MS = 30_000;

export async function signOut(): Promise<void> {
	try {
		await own("out");
	} catch {
		// it is gone already, or ends by itself
	}
	last.value = me.value = null;
	go([]);
	session.end();
}

function Pages(props: { page: Page | undefined; onGo?: () => void }) {
	const all = pages();
	return (
		<>
			{GROUPS.map((group) => {
				const some = all.filter((one) => one.group === group);
				return some.length > 0 && (
					<div key={group}>
						<h2 class="side-title">{T(`ui.console.group_${group}`)}</h2>
						<ul class="plain">{some.map((one) => <li key={one.path}><a class="side-link" href={href([one.path])} onClick={props.onGo} aria-current={one === props.page ? "page" : undefined}>{T(one.title)}</a></li>)}</ul>
					</div>
				);
			})}
		</>
	);
}

function Menu(props: { page: Page | undefined; onClose: () => void }) {
	return (
		<Dialog title={T("ui.menu")} onClose={props.onClose}>
			<div class="row apart"><div class="grow"><strong>{me.value?.name}</strong><p class="quiet">{me.value?.roles.map((role) => capital(valueWord("role", role))).join(", ")}</p></div>
				<Button onClick={() => void signOut()}>{T("ui.console.out")}</Button></div>
			<nav class="narrow stack tight" aria-label={T("ui.console.pages")}><Pages page={props.page} onGo={props.onClose} /></nav>
			<Languages />
			<Themes onChosen={props.onClose} />
		</Dialog>
	);
}

// A session ends when nothing is done for a while: it is told before, and one press goes on.
function Ending() {
	const now = useNow(5000);
	const { refusal, busy, act } = useAct();
	useEffect(() => {
		const timer = setInterval(() => void learn(true).catch(() => undefined), LOOK_MS);
		return () => clearInterval(timer);
	}, []);
	const left = (me.value?.until_ms ?? Infinity) - now;
	if (left > WARN_MS || refusal !== null)
		return null;
	return <Notice tone="warn" live><div class="row apart"><span class="grow">{T("ui.console.ending", { when: clockText(me.value!.until_ms) })}</span>
		<Button small busy={busy} onClick={() => void act(() => learn(false))}>{T("ui.console.go_on")}</Button></div></Notice>;
}

export function Frame(props: { page: Page | undefined; children: ComponentChildren }) {
	const [open, setOpen] = useState(false);
	const path = route.value.path.join("/");
	// A new page begins at its heading, for those who hear it too.
	useEffect(() => {
		document.querySelector<HTMLElement>("main h1")?.focus();
		document.title = `${props.page === undefined ? "" : `${T(props.page.title)} – `}Jalka`;
	}, [path]);
	return (
		<>
			<a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById("main")?.focus(); }}>{T("ui.skip")}</a>
			<header class="head">
				<div class="row apart wide-head">
					<a class="brand" href="#/">Jalka <span class="brand-of">{t("ui.console.title")}</span></a>
					<div class="row">
						{!reachable.value && <span class="chip bad" role="status"><span aria-hidden="true">!</span>{T("ui.console.gone")}</span>}
						<span class="wide-only">{me.value?.name}</span>
						<Button aria-haspopup="dialog" onClick={() => setOpen(true)}>{T("ui.menu")}</Button>
					</div>
				</div>
			</header>
			<div class="with-side">
				<nav class="side" aria-label={T("ui.console.pages")}><Pages page={props.page} /></nav>
				<main class="main" id="main" tabIndex={-1}><div class="stack"><Ending />
					{props.page === undefined ? <><h1 tabIndex={-1}>{T("ui.console.title")}</h1><Notice>{T("ui.console.no_pages")}</Notice></> : props.children}</div></main>
			</div>
			{open && <Menu page={props.page} onClose={() => setOpen(false)} />}
			<Toasts />
		</>
	);
}
