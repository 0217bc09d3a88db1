// turned - the screen turned around to the client: large letters, what concerns the client, and
// nothing else of the program.
//
// While it is handed over no address and no reload leads out of it, only the worker's way back,
// which takes two presses. Words of the client's language; the worker's come back afterwards.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { call } from "../core/api";
import { changes, status, useAsk } from "../core/live";
import { clientName, fieldText, type CaseAnswer, type RecordAnswer, type Summary } from "../core/records";
import { go, type Route } from "../core/route";
import { capital, choose, clockText, dateText, language, LANGUAGES, momentText, T, t, typeWord, valueWord, weekdayText, type Language } from "../core/words";
import { Languages } from "../ui/looks";
import { Busy, Button, Refused } from "../ui/parts";
import { scopeWords, type ConsentRow, type DisclosureRow } from "./consent";

// ---- handed over ----
export interface Handed {
	screen: "turned" | "feedback";
	id: string;         // the client's case, "" of feedback given to nobody's case
	language: Language; // the worker's
}
const KEY = "jalka-handed";

function kept(): Handed | null {
	const text = sessionStorage.getItem(KEY);
	return text === null ? null : JSON.parse(text) as Handed;
}

export const handed = signal<Handed | null>(kept());

// The screen of this address belongs to the client.
export function handing(to: Route): Handed | null {
	const [screen = "", id = ""] = to.path;
	return handed.value ?? (screen === "turned" || screen === "feedback" ? { screen, id: screen === "turned" ? id : to.query["case"] ?? "", language: language.value } : null);
}

function takeBack(back: Handed): void {
	sessionStorage.removeItem(KEY);
	handed.value = null;
	void choose(back.language);
	go(back.id === "" ? [] : ["case", back.id]);
}

function hand(next: Handed): void {
	sessionStorage.setItem(KEY, JSON.stringify(next));
	handed.value = next;
}

export function HandedOver(props: { held: Handed; children: ComponentChildren }) {
	useEffect(() => {
		if (handed.value === null)
			hand(props.held);
		document.querySelector<HTMLElement>("h1")?.focus();
	}, []);
	return (
		<div class="turned">
			<main class="stack">{props.children}</main>
			<footer class="stack tight noprint">
				<Languages />
				<details><summary>{T("ui.turned.worker")}</summary>
					<div class="stack tight"><p>{T("ui.turned.give_back")}</p>
						<div><Button kind="second" onClick={() => takeBack(props.held)}>{T("ui.turned.back")}</Button></div></div></details>
			</footer>
		</div>
	);
}

// ---- what the client sees ----
type Rows = (Summary & { fields: Record<string, unknown> })[];

// All records of the client's own case and their open matters, once and whenever something changed.
function useAll(own: CaseAnswer | null): Rows | null {
	const [rows, setRows] = useState<Rows | null>(null);
	const change = changes.value;
	useEffect(() => {
		if (own === null)
			return;
		let current = true;
		const open = (own.matters ?? []).filter((one) => one.state?.holds !== "CLOSED");
		void Promise.all(open.map((one) => call<CaseAnswer & Record<string, unknown>>("show", { id: one.case_id }, true).then((answer) => answer.records, () => [])))
			.then((more) => current && setRows([...own.records, ...more.flat()].filter((one) => !one.draft && one.mark !== "VOIDED" && one.mark !== "WRONG_CLIENT")));
		return () => {
			current = false;
		};
	}, [own, change]);
	return rows;
}

function Part(props: { id: string; title: string; children: ComponentChildren }) {
	return <section class="card stack tight" aria-labelledby={props.id}><h2 id={props.id}>{props.title}</h2>{props.children}</section>;
}

function Next(props: { rows: Rows }) {
	const coming = props.rows.map((one) => ({ one, at: Date.parse(fieldText(one.fields, one.type === "visit" ? "planned_at" : "scheduled_at")) }))
		.filter(({ one, at }) => (one.type === "visit" || one.type === "joint_session") && at > Date.now() && ["PLANNED", "SCHEDULED"].includes(one.state?.holds ?? "")).sort((a, b) => a.at - b.at)[0];
	if (coming === undefined)
		return <p>{T("ui.turned.no_visit")}</p>;
	const place = fieldText(coming.one.fields, "place");
	return <p><strong>{capital(weekdayText(new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Helsinki" }).format(coming.at)))} {clockText(coming.at)}</strong><br />
		{place !== "" ? capital(valueWord("visit_place", place)) : capital(typeWord(coming.one.type))}</p>;
}

function whose(kind: string): string {
	return kind === "CLIENT" ? T("ui.turned.you") : kind === "WORKER" ? T("ui.turned.your_worker") : capital(valueWord("owner_kind", kind));
}

function Actions(props: { rows: Rows }) {
	const open = props.rows.filter((one) => one.type === "agreed_action" && ["OPEN", "OVERDUE"].includes(one.state?.holds ?? "OPEN"))
		.sort((a, b) => fieldText(a.fields, "due").localeCompare(fieldText(b.fields, "due")));
	return open.length === 0 ? <p>{T("text.actions_none")}</p> : (
		<ul>{open.map((one) => <li key={one.id}>{fieldText(one.fields, "what")}<br /><span class="when">{whose(fieldText(one.fields, "owner_kind"))} · {t("ui.turned.by", { day: dateText(fieldText(one.fields, "due")) })}</span></li>)}</ul>
	);
}

function Plan(props: { plan: Rows[number] }) {
	const parts = (name: string) => Array.isArray(props.plan.fields[name]) ? props.plan.fields[name] as Record<string, unknown>[] : [];
	return (
		<div class="stack tight">
			<p>{T("text.plan_yours")}</p>
			<h3>{T("ui.turned.goals")}</h3>
			<ul>{parts("goals").map((one, i) => <li key={i}>{fieldText(one, "text")}</li>)}</ul>
			{parts("actions").length > 0 && <><h3>{T("ui.turned.actions")}</h3>
				<ul>{parts("actions").map((one, i) => <li key={i}>{fieldText(one, "what")}{fieldText(one, "due") !== "" && <span class="when"> · {t("ui.turned.by", { day: dateText(fieldText(one, "due")) })}</span>}</li>)}</ul></>}
			<p>{T("text.plan_review")} {dateText(fieldText(props.plan.fields, "review_on"))}.</p>
		</div>
	);
}

function Told(props: { id: string }) {
	const consents = useAsk<{ consents: ConsentRow[] }, "consent">("consent", { verb: "list", id: props.id });
	const disclosures = useAsk<{ disclosures: DisclosureRow[] }, "disclosure">("disclosure", { verb: "list", id: props.id });
	const holding = (consents.data?.consents ?? []).filter((one) => one.holds === "HOLDS");
	const gone = (disclosures.data?.disclosures ?? []).filter((one) => one.sent_ms > 0);
	return (
		<>
			<Part id="consents" title={T("ui.turned.consents")}>
				{holding.length === 0 ? <p>{T("ui.turned.no_consents")}</p>
					: <ul>{holding.map((one) => <li key={one.id}><strong>{capital(valueWord("consent_direction", one.direction))}{one.direction === "TO_OTHER" ? ` (${one.recipient})` : ""}</strong>: {scopeWords(one.scope.filter((scope) => !one.excluded.includes(scope)))}.
						<br /><span class="when">{T("ui.consent.until", { day: dateText(one.valid_until) })}</span></li>)}</ul>}
				<p>{T("text.consent_withdraw")}</p>
			</Part>
			<Part id="gone" title={T("ui.turned.gone")}>
				{gone.length === 0 ? <p>{T("ui.turned.nothing_gone")}</p> : <ul>{gone.map((one) => <li key={one.id}>{one.recipient} · {momentText(one.sent_ms)}</li>)}</ul>}
			</Part>
		</>
	);
}

// The own worker as the centre assigned one, else who holds this machine.
function Worker(props: { rows: Rows }) {
	const assigned = props.rows.find((one) => one.type === "case_assignment" && one.fields["role"] === "OWN_WORKER" &&
		(fieldText(one.fields, "to") === "" || Date.parse(fieldText(one.fields, "to")) > Date.now()));
	const id = fieldText(assigned?.fields, "staff") || status.value?.holder || "";
	const { data } = useAsk<RecordAnswer>(id === "" ? null : "show", { id });
	const fields = data?.record.fields, phone = fieldText(fields, "phone");
	return <p><strong>{fieldText(fields, "name") || status.value?.holder_name}</strong>{phone !== "" && <><br /><a href={`tel:${phone.replace(/[^+0-9]/g, "")}`}>{phone}</a></>}</p>;
}

export function Turned(props: { held: Handed }) {
	const { data, refusal } = useAsk<CaseAnswer>("show", { id: props.held.id });
	const rows = useAll(data);
	const person = data?.records.find((one) => one.type === "client");
	const spoken = fieldText(person?.fields, "contact_language").toLowerCase();
	useEffect(() => {
		if (LANGUAGES.includes(spoken as Language))
			void choose(spoken as Language);
	}, [spoken]);
	const plans = (rows ?? []).filter((one) => one.type === "plan" && ["AGREED", "ACTIVE"].includes(one.state?.holds ?? ""));
	return (
		<HandedOver held={props.held}>
			<h1 tabIndex={-1}>{T("ui.turned.hello", { name: fieldText(person?.fields, "given_names") || clientName(person?.fields) })}</h1>
			<Refused refusal={refusal} />
			{rows === null ? refusal === null && <Busy /> : <>
				<Part id="next" title={T("ui.turned.next")}><Next rows={rows} /></Part>
				<Part id="worker" title={T("ui.turned.your_worker")}><Worker rows={rows} /></Part>
				<Part id="agreed" title={T("text.actions_title")}><Actions rows={rows} /></Part>
				{plans.map((one, i) => <Part key={one.id} id={`plan${i}`} title={T("ui.turned.plan")}><Plan plan={one} /></Part>)}
				<Told id={props.held.id} />
				<div><Button kind="second" onClick={() => hand({ ...props.held, screen: "feedback" })}>{T("ui.feedback.title")}</Button></div>
			</>}
		</HandedOver>
	);
}
