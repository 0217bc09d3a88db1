// home - search first, then the day: what is due over all clients, drafts, conflicts.
import { useState } from "preact/hooks";
import { status, useAsk } from "../core/live";
import type { Summary } from "../core/records";
import { href } from "../core/route";
import { capital, clockText, dateText, language, T, t, typeWord, weekdayText, whenText } from "../core/words";
import { Text } from "../ui/field";
import { Empty, Notice, Refused } from "../ui/parts";
import { Title } from "./frame";

interface Due {
	class: "URGENT" | "OVERDUE" | "TODAY" | "COMING";
	class_label: string;
	what: string;
	label: string;
	rule: string;
	urgent: boolean;
	counted: string;
	actable: string;
	at_ms: number;
	type: string;
	case_id: string;
	id: string;
	title: string;
	client: { id: string; title: string };
}

export function recordHref(one: { id: string; type: string; case_id: string }): string {
	return one.type === "client" || one.type === "case" ? href(["case", one.case_id]) : href(["record", one.id]);
}

function Found(props: { words: string }) {
	const { data, refusal, busy } = useAsk<{ records: Summary[] }>("search", { text: props.words, limit: 30, type: "" });
	if (refusal !== null)
		return <Refused refusal={refusal} />;
	if (data === null)
		return busy ? <p class="quiet">{T("ui.busy")}</p> : null;
	return (
		<section aria-label={T("ui.search.found")}>
			<p class="quiet" role="status">{T("ui.search.count", { count: data.records.length })}</p>
			<ul class="items card">
				{data.records.map((one) => (
					<li key={one.id}><a class="item" href={recordHref(one)}>
						<span class="item-title">{one.title || capital(typeWord(one.type))}</span>
						<span class="quiet">{typeWord(one.type)} · {whenText(one.event_at_ms || one.changed_ms)} · {one.by.name}</span>
					</a></li>
				))}
			</ul>
			<p><a class="button second" href={href(["new", "client"], { name: props.words })}>{T("ui.search.new_client")}</a></p>
		</section>
	);
}

function DueItem(props: { due: Due }) {
	const { due } = props;
	return (
		<a class="item" href={recordHref({ id: due.id, type: due.type, case_id: due.case_id })}>
			<span class="item-title">{due.client.title || due.title}</span>
			<span>{due.at_ms > 0 ? `${clockText(due.at_ms)} ` : ""}{capital(due.label)}{due.title !== "" && due.client.title !== "" ? ` · ${due.title}` : ""}</span>
			<span class="quiet">{weekdayText(due.counted)}{due.actable !== due.counted ? ` (${t("ui.home.actable", { day: dateText(due.actable) })})` : ""}{due.rule !== "" ? ` · ${due.rule}` : ""}</span>
		</a>
	);
}

const TONES: Record<Due["class"], string> = { URGENT: "bad", OVERDUE: "warn", TODAY: "info", COMING: "calm" };

function Day() {
	const { data, refusal } = useAsk<{ day: string; due: Due[] }>("agenda", { day: "", lang: language.value });
	if (refusal !== null)
		return <Refused refusal={refusal} />;
	if (data === null)
		return <p class="quiet">{T("ui.busy")}</p>;
	const classes = [...new Set(data.due.map((due) => due.class))];
	return (
		<div class="stack">
			{data.due.length === 0 && <Empty>{T("ui.home.nothing_due")}</Empty>}
			{classes.map((one) => {
				const due = data.due.filter((item) => item.class === one);
				return (
					<section class="card" key={one} aria-labelledby={`due-${one}`} data-due={one}>
						<h2 id={`due-${one}`}><span class={`chip ${TONES[one]}`}>{capital(due[0]!.class_label)}</span> <span class="quiet">{due.length}</span></h2>
						<ul class="items">{due.map((item, i) => <li key={`${item.id}${item.what}${i}`}><DueItem due={item} /></li>)}</ul>
					</section>
				);
			})}
		</div>
	);
}

export function Home() {
	const [words, setWords] = useState("");
	const now = status.value;
	return (
		<div class="stack">
			<Title>{T("ui.home.title")}</Title>
			<div class="row">
				<div class="grow"><Text label={T("ui.search.label")} hint={T("ui.search.hint")} type="search" value={words} onValue={setWords} /></div>
			</div>
			{words.trim().length >= 2 ? <Found words={words.trim()} /> : (
				<div class="two">
					<div class="stack">
						{(now?.conflicts ?? 0) > 0 && <Notice tone="warn"><a href={href(["conflicts"])}>{T("ui.home.conflicts", { count: now?.conflicts ?? 0 })}</a></Notice>}
						{(now?.drafts ?? 0) > 0 && <Notice tone="calm"><a href={href(["drafts"])}>{T("ui.home.drafts", { count: now?.drafts ?? 0 })}</a></Notice>}
						<Day />
					</div>
					<aside class="stack" aria-label={T("ui.home.start")}>
						<div class="card stack tight">
							<h2>{T("ui.home.start")}</h2>
							<a class="button" href={href(["new", "visit"])}>{T("ui.home.visit")}</a>
							<a class="button second" href={href(["new", "client"])}>{T("ui.home.client")}</a>
							<a class="button second" href={href(["new", "anonymous_contact"])}>{capital(typeWord("anonymous_contact"))}</a>
							<a class="button second" href={href(["emergency"])}>{T("ui.emergency.title")}</a>
						</div>
					</aside>
				</div>
			)}
		</div>
	);
}
