// home - search first, then the day: what is due over all clients, drafts, conflicts.
import { useEffect, useRef, useState } from "preact/hooks";
import { status, useAsk } from "../core/live";
import { recent } from "../core/recent";
import { told } from "../core/refusal-words";
import { titleOf, whoText, type Summary } from "../core/records";
import { href } from "../core/route";
import { capital, clockText, dateText, language, momentText, T, t, typeWord, weekdayText, whenText } from "../core/words";
import { Text } from "../ui/field";
import { Busy, Empty, Notice, Refused } from "../ui/parts";
import { SCREENS, startHref } from "./case";
import { Title } from "./frame";

interface Due {
	class: "URGENT" | "OVERDUE" | "TODAY" | "COMING";
	class_label: string;
	what: string;
	label: string;
	rule: string;
	basis: string;
	counted: string;
	actable: string;
	at_ms: number;
	type: string;
	case_id: string;
	id: string;
	title: string;
	client: { id: string; title: string };
}

// Records one works on in a screen of their own.
const WORKED = ["visit", "assistance_application", "referral", "joint_session"];

export function recordHref(one: { id: string; type: string; case_id: string }): string {
	return one.id === "" ? href(["sync"]) : ["client", "case", "sensitive_file"].includes(one.type) ? href(["case", one.case_id])
		: href([WORKED.includes(one.type) ? SCREENS[one.type]! : "record", one.id]);
}

// `enter`: the first is opened as soon as it is known who that is, for these words.
function Found(props: { words: string; enter: boolean }) {
	const { data, refusal } = useAsk<{ records: Summary[] }>("search", { text: props.words, limit: 30, type: "" });
	const last = useRef<Summary[] | null>(null); // stays in sight while the next letters are sought
	last.current = data?.records ?? last.current;
	const shown = [...(last.current ?? [])].sort((a, b) => Number(b.type === "client") - Number(a.type === "client"));
	useEffect(() => {
		if (props.enter && data !== null && shown.length > 0)
			location.hash = recordHref(shown[0]!);
	}, [props.enter, data]);
	if (refusal !== null)
		return <Refused refusal={refusal} />;
	if (last.current === null)
		return <Busy />;
	return (
		<section class="stack" aria-label={T("ui.search.found")}>
			<p class="quiet" role="status">{T("ui.search.count", { count: shown.length })}{shown.length > 0 ? ` · ${t("ui.search.arrows")}` : ""}</p>
			{shown.length > 0 && <ul class="items card" data-found>
				{shown.map((one) => (
					<li key={one.id}><a class="item" href={recordHref(one)}>
						<span class="item-title">{titleOf(one) || capital(typeWord(one.type))}</span>
						<span class="quiet">{typeWord(one.type)}{one.birth_date !== undefined && ` · ${dateText(one.birth_date)}`} · {whenText(one.event_at_ms || one.changed_ms)} · {whoText(one.by)}</span>
					</a></li>
				))}
			</ul>}
			<p><a class="button second" href={href(["new", "client"], { name: props.words })}>{T("ui.search.new_client")}</a></p>
		</section>
	);
}

// Arrows go from the words to what was found and along it.
function arrows(event: KeyboardEvent): void {
	const box = event.currentTarget as HTMLElement;
	const stops = [box.querySelector<HTMLElement>("[data-search] input"), ...box.querySelectorAll<HTMLElement>("[data-found] a")].filter((one) => one !== null);
	const at = stops.indexOf(document.activeElement as HTMLElement);
	if (at < 0)
		return;
	if (event.key === "ArrowDown" || event.key === "ArrowUp") {
		event.preventDefault();
		stops[Math.max(0, Math.min(stops.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))]!.focus();
	}
}

// Whom one was with last; after a fresh start, who is in the book.
function Recents() {
	const { data } = useAsk<{ records: Summary[] }>("list", { type: "client", caseId: "", limit: 8 });
	const rows = [...recent.value, ...(data?.records ?? []).map((one) => ({ case_id: one.case_id, name: one.title }))]
		.filter((one, i, all) => all.findIndex((other) => other.case_id === one.case_id) === i).slice(0, 8);
	return rows.length === 0 ? null : (
		<aside class="card stack tight" aria-labelledby="recent">
			<h2 id="recent">{T("ui.home.recent")}</h2>
			<ul class="items">{rows.map((one) => <li key={one.case_id}><a class="item" href={href(["case", one.case_id])}><span class="item-title">{one.name}</span></a></li>)}</ul>
		</aside>
	);
}

function DueItem(props: { due: Due }) {
	const { due } = props;
	const name = due.client.title || due.title;
	return (
		<a class="item" href={recordHref({ id: due.id, type: due.type, case_id: due.case_id })}>
			<span class="item-title">{name || capital(due.label)}</span>
			{name !== "" && <span>{capital(due.label)}{due.title !== "" && due.client.title !== "" ? ` · ${due.title}` : ""}</span>}
			<span class="quiet">{weekdayText(due.counted)}{due.at_ms > 0 ? ` ${clockText(due.at_ms)}` : ""}{due.actable !== due.counted ? ` (${t("ui.home.actable", { day: weekdayText(due.actable) })})` : ""}{due.rule !== "" ? ` · ${told(due.basis)} (${due.rule})` : ""}</span>
		</a>
	);
}

// In this order: what is of the day does not wait below what has been late for weeks.
const TONES: Record<Due["class"], string> = { URGENT: "bad", TODAY: "info", OVERDUE: "warn", COMING: "calm" };

function Day() {
	const { data, refusal } = useAsk<{ day: string; due: Due[] }>("agenda", { day: "", lang: language.value });
	if (refusal !== null)
		return <Refused refusal={refusal} />;
	if (data === null)
		return <Busy />;
	const classes = Object.keys(TONES) as Due["class"][];
	return (
		<div class="stack">
			{data.due.length === 0 && <Empty>{T("ui.home.nothing_due")}</Empty>}
			{classes.map((one) => {
				const due = data.due.filter((item) => item.class === one).sort((a, b) => a.counted.localeCompare(b.counted) || a.at_ms - b.at_ms);
				return due.length > 0 && (
					<section class="card" key={one} aria-labelledby={`due-${one}`} data-due={one}>
						<h2 id={`due-${one}`}><span class={`chip ${TONES[one]}`}>{capital(due[0]!.class_label)}</span> <span class="quiet">{due.length}</span></h2>
						<ul class="items">{due.map((item, i) => <li key={`${item.id}${item.what}${i}`}><DueItem due={item} /></li>)}</ul>
					</section>
				);
			})}
		</div>
	);
}

const UNSENT_MS = 3 * 86_400_000;

export function Home() {
	const [words, setWords] = useState("");
	const [enter, setEnter] = useState(false);
	const now = status.value;
	const oldest = now?.oldest_unreceipted_ms ?? 0;
	const held = (now?.quarantined ?? 0) + (now?.rejected ?? 0);
	return (
		<div class="stack" onKeyDown={arrows}>
			<Title>{T("ui.home.title")}</Title>
			<div data-search><Text label={T("ui.search.label")} hint={T("ui.search.hint")} type="search" value={words} onValue={(next) => { setWords(next); setEnter(false); }}
				onKeyDown={(event) => event.key === "Enter" && setEnter(true)} /></div>
			{words.trim().length >= 2 ? <Found words={words.trim()} enter={enter} /> : <>
				<nav class="starts" aria-label={T("ui.home.start")}>
					<a class="button" href={startHref("visit", "", "")}>{T("ui.home.visit")}</a>
					<a class="button second" href={href(["visit", "unknown"])}>{capital(typeWord("anonymous_contact"))}</a>
					<a class="button second" href={href(["new", "client"])}>{T("ui.home.client")}</a>
					<a class="button second" href={href(["places"])}>{T("ui.places.title")}</a>
				</nav>
				<div class="two">
					<div class="stack">
						{oldest > 0 && Date.now() - oldest > UNSENT_MS && <Notice tone="warn"><a href={href(["sync"])}>{T("ui.home.unsent", { count: now?.unreceipted ?? 0, when: momentText(oldest) })}</a></Notice>}
						{held > 0 && <Notice tone="warn"><a href={href(["sync"])}>{T("ui.home.held", { count: held })}</a></Notice>}
						{(now?.conflicts ?? 0) > 0 && <Notice tone="warn"><a href={href(["conflicts"])}>{T("ui.home.conflicts", { count: now?.conflicts ?? 0 })}</a></Notice>}
						{(now?.drafts ?? 0) > 0 && <Notice tone="calm"><a href={href(["drafts"])}>{T("ui.home.drafts", { count: now?.drafts ?? 0 })}</a></Notice>}
						{(now?.unfinished ?? 0) > 0 && <Notice tone="calm"><a href={href(["drafts"])}>{T("ui.home.unfinished", { count: now?.unfinished ?? 0 })}</a></Notice>}
						<Day />
					</div>
					<Recents />
				</div>
			</>}
		</div>
	);
}
