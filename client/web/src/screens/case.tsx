// case - a client or a matter: who it is, what to do next, and everything recorded, newest first.
import { useEffect, useMemo, useState } from "preact/hooks";
import { useAsk } from "../core/live";
import { noteRecent } from "../core/recent";
import { clientName, fieldText, titleOf, useShape, whoText, type CaseAnswer, type Summary } from "../core/records";
import { href } from "../core/route";
import { capital, classWord, dateText, T, t, stateWord, typeWord, valueWord, whenText } from "../core/words";
import { Choice, Text } from "../ui/field";
import { Busy, Empty, Notice, Refused } from "../ui/parts";
import { RecordView } from "../ui/record-view";
import { Virtual } from "../ui/virtual";
import { Title } from "./frame";
import { recordHref } from "./home";
import { DraftItem, type DraftRow } from "./lists";
import { BreakGlass } from "./record";

// What one starts from a client or a matter; the first of them are of every day, the others folded where room is small.
const OF_CLIENT = ["digital_capability", "life_situation_mapping", "assistance_application", "consent", "joint_session", "concern_assessment", "benefit_assessment",
	"referral", "related_person", "checklist", "child_notice", "reception_transfer", "kaikukortti_grant", "sensitive_file"];
const FIRST = 6;
const OF_MATTER = ["visit", "encounter_note", "service_need_assessment", "plan", "agreed_action", "local_application", "service_notice", "handover"];
export const SCREENS: Record<string, string> = { visit: "visit", life_situation_mapping: "mapping", digital_capability: "capability", concern_assessment: "concern", benefit_assessment: "benefit",
	service_need_assessment: "need", plan: "plan", agreed_action: "actions", assistance_application: "application", referral: "referral", consent: "consent", joint_session: "session", handover: "handovers", feedback: "feedback" };

export function startHref(type: string, caseId: string, clientId: string): string {
	const special = SCREENS[type];
	return special !== undefined ? href([special, "new"], { case: caseId, client: clientId }) : href(["new", type], { case: caseId, client: clientId });
}

function Marks(props: { one: Summary }) {
	const { one } = props;
	return (
		<span class="row">
			{one.state !== undefined && <span class="chip">{stateWord(one.type, one.state.holds)}</span>}
			{one.draft && <span class="chip warn">{t("ui.mark.draft")}</span>}
			{one.pending && <span class="chip">{t("ui.mark.pending")}</span>}
			{one.quarantined && <span class="chip warn">{t("ui.mark.quarantined")}</span>}
			{one.conflict && <span class="chip warn">{t("ui.mark.conflict")}</span>}
			{one.mark !== undefined && one.mark !== one.state?.holds && <span class="chip">{t(`ui.mark.${one.mark}`)}</span>}
			{one.after_closing === true && <span class="chip">{t("ui.mark.after_closing")}</span>}
		</span>
	);
}

const TEXTS = ["text", "summary", "reasons", "what", "next_step", "topic", "client_view", "reason"];

function snippet({ type, fields, names }: Summary): string {
	if (type === "case_assignment")
		return [names?.[fieldText(fields, "staff")] ?? "", valueWord("assignment_role", fieldText(fields, "role"))].filter(Boolean).join(", ");
	for (const name of TEXTS) {
		const text = fieldText(fields, name);
		if (text !== "")
			return text.length > 160 ? `${text.slice(0, 157)}…` : text;
	}
	return "";
}

export function Entry(props: { one: Summary }) {
	const { one } = props;
	const text = snippet(one), title = titleOf(one);
	const named = title !== "" && title !== typeWord(one.type) && !text.startsWith(title.replace(/…$/, "")); // what begins the text is said once
	return (
		<a class="item" href={recordHref(one)}>
			<span class="row apart"><span class="item-title">{capital(typeWord(one.type))}{named ? ` · ${title}` : ""}</span><Marks one={one} /></span>
			{text !== "" && <span>{text}</span>}
			<span class="quiet">{whenText(one.event_at_ms || one.created_ms)} · {whoText(one.by)}</span>
		</a>
	);
}

const DAY_MS = 86_400_000;
const PERIODS = [["week", 7], ["month", 31], ["half", 183], ["year", 366]] as const;

function Timeline(props: { records: Summary[]; drafts: DraftRow[] }) {
	const [type, setType] = useState("");
	const [words, setWords] = useState("");
	const [author, setAuthor] = useState("");
	const [period, setPeriod] = useState("");
	const types = useMemo(() => [...new Set(props.records.map((one) => one.type))].sort((a, b) => typeWord(a).localeCompare(typeWord(b))), [props.records]);
	const authors = useMemo(() => [...new Set(props.records.map((one) => one.by.name))].filter(Boolean).sort(), [props.records]);
	const all = useMemo(() => [...props.records].sort((a, b) => (b.event_at_ms || b.created_ms) - (a.event_at_ms || a.created_ms)), [props.records]);
	const shown = useMemo(() => {
		const sought = words.trim().toLocaleLowerCase();
		const days = PERIODS.find(([name]) => name === period)?.[1];
		const from = days === undefined ? 0 : Date.now() - days * DAY_MS;
		return type + author + period + sought === "" ? all : all.filter((one) => (type === "" || one.type === type) && (author === "" || one.by.name === author) &&
			(one.event_at_ms || one.created_ms) >= from &&
			(sought === "" || JSON.stringify([one.title, one.fields, typeWord(one.type)]).toLocaleLowerCase().includes(sought)));
	}, [all, type, words, author, period]);
	return (
		<section class="card stack" aria-labelledby="timeline">
			<h2 id="timeline">{T("ui.case.timeline")} <span class="quiet" role="status">{shown.length === props.records.length ? shown.length : t("ui.case.of", { shown: shown.length, all: props.records.length })}</span></h2>
			<details class="noprint" open={type + author + period + words !== "" || undefined}>
				<summary>{T("ui.case.filters")}</summary>
				<div class="filters">
					<Text label={T("ui.case.filter_words")} type="search" value={words} onValue={setWords} />
					<Choice label={T("ui.case.filter")} list optional value={type} onValue={setType} options={types.map((one) => ({ value: one, label: capital(typeWord(one)) }))} />
					<Choice label={T("ui.case.author")} list optional value={author} onValue={setAuthor} options={authors.map((one) => ({ value: one, label: one }))} />
					<Choice label={T("ui.case.period")} list optional value={period} onValue={setPeriod} options={PERIODS.map(([name]) => ({ value: name, label: T(`ui.case.period_${name}`) }))} />
				</div>
			</details>
			{props.drafts.length > 0 && <ul class="items" aria-label={T("ui.drafts.title")}>{props.drafts.map((one) => <li key={one.id}><DraftItem one={one} /></li>)}</ul>}
			{shown.length === 0 ? props.drafts.length === 0 && <Empty>{T(props.records.length === 0 ? "ui.case.empty" : "ui.case.nothing")}</Empty>
				: <Virtual items={shown} keyOf={(one) => one.id} label={T("ui.case.timeline")}>{(one) => <Entry one={one} />}</Virtual>}
		</section>
	);
}

// What was left out, in words, and what makes it possible to see it. What is protected is no such
// thing: its own record says so, and shows it for a reason.
export function HiddenNotice(props: { hidden: CaseAnswer["hidden"]; id: string }) {
	const hidden = (props.hidden ?? []).filter((one) => one.what !== "protected");
	return hidden.length === 0 ? null : (
		<Notice tone="calm">
			{hidden.map((one) => <p key={one.what}>{T("ui.hidden.what", { what: classWord(one.what), count: one.count })} {T("ui.hidden.role")}</p>)}
			<BreakGlass id={props.id} />
		</Notice>
	);
}

// What opens a case, and what is written there.
const HEADS: Record<string, readonly string[]> = {
	client: ["visit", ...OF_CLIENT.slice(0, 5), "case", ...OF_CLIENT.slice(5)], case: OF_MATTER.concat(OF_CLIENT.slice(0, 8)), sensitive_file: ["encounter_note"], protected_details: [], child_notice: [],
};

// Who answers for the matter today: assignments as own worker that have not ended.
function ownWorkers(answer: CaseAnswer): string[] {
	const now = new Date().toISOString();
	return answer.records.filter((one) => one.type === "case_assignment" && fieldText(one.fields, "role") === "OWN_WORKER" &&
		(fieldText(one.fields, "to") === "" || fieldText(one.fields, "to") > now)).map((one) => one.names?.[fieldText(one.fields, "staff")] ?? "").filter((name, i, all) => name !== "" && all.indexOf(name) === i);
}

export function Case(props: { id: string }) {
	const { data, refusal } = useAsk<CaseAnswer>("show", { id: props.id });
	const head = data?.records.find((one) => one.type in HEADS);
	const shape = useShape(head?.type ?? "");
	const drafts = useAsk<{ drafts: DraftRow[] }>("drafts", {});
	const isClient = data?.case_kind === "CLIENT";
	// Whose matter it is its own record says: the client's file is not opened for a name.
	const client = isClient ? head?.id ?? "" : fieldText(head?.fields, "client");
	const name = isClient ? clientName(head?.fields) || head?.title || "" : head?.names?.[client] ?? "";
	const clientCase = isClient ? data?.case_id ?? "" : data?.client_case ?? "";
	const others = useMemo(() => (data?.records ?? []).filter((one) => one.id !== head?.id), [data]);
	useEffect(() => {
		if (name !== "" && clientCase !== "")
			noteRecent({ case_id: clientCase, name });
	}, [name, clientCase]);
	if (refusal !== null)
		return <div class="stack"><Title>{T("ui.case.title")}</Title><Refused refusal={refusal} /></div>;
	if (data === null)
		return <div class="stack"><Title>{T("ui.case.title")}</Title><Busy /></div>;
	const birth = fieldText(head?.fields, "birth_date");
	const workers = ownWorkers(data);
	const types = HEADS[head?.type ?? ""] ?? [], matters = [...(data.matters ?? []), ...(data.files ?? [])];
	// What may be recorded is one button on a phone, so that the timeline is seen at once; on a laptop it stands beside.
	const wide = matchMedia("(min-width: 62rem)").matches || undefined;
	const starts = (some: readonly string[]) => (
		<ul class="plain starts">{some.map((type) => (
			<li key={type}><a class="button second" href={startHref(type, OF_CLIENT.includes(type) ? clientCase : data.case_id, client)}>{capital(typeWord(type))}</a></li>
		))}</ul>
	);
	return (
		<div class="stack">
			<div class="row apart">
				<div>
					<Title>{name !== "" ? name : T("ui.case.title")}</Title>
					<p class="quiet">{isClient ? [birth !== "" && dateText(birth), fieldText(head?.fields, "municipality")].filter(Boolean).join(" · ") : head?.title}</p>
					{workers.length > 0 && <p>{capital(valueWord("assignment_role", "OWN_WORKER"))}: {workers.join(", ")}</p>}
				</div>
				<div class="row">
					{!isClient && clientCase !== "" && <a class="button second small" href={href(["case", clientCase])}>{T("ui.case.client")}</a>}
					<a class="button second small" href={href(["consents", clientCase])}>{T("ui.consent.all")}</a>
					<a class="button second small" href={href(["actions", data.case_id])}>{T("ui.actions.title")}</a>
					<a class="button second small" href={href(["print", data.case_id])}>{T("ui.print.title")}</a>
					<a class="button second small" href={href(["turned", clientCase])}>{T("ui.turned.title")}</a>
				</div>
			</div>
			{head !== undefined && (head.conflict || head.pending || head.quarantined) && <Marks one={head} />}
			<HiddenNotice hidden={data.hidden} id={data.case_id} />
			<div class="two tools-first">
				<aside class="stack">
					{matters.length > 0 && (
						<section class="card stack tight" aria-labelledby="matters">
							<h2 id="matters">{T("ui.case.matters")}</h2>
							<ul class="items">{matters.map((one) => (
								<li key={one.id}><a class="item" href={recordHref(one)}><span class="row apart"><span class="item-title">{one.title || capital(typeWord(one.type))}</span><Marks one={one} /></span></a></li>
							))}</ul>
						</section>
					)}
					{types.length > 0 && <details class="card menu" open={wide}>
						<summary><h2>{T("ui.case.record")}</h2></summary>
						<div class="stack tight">{starts(types.slice(0, FIRST))}
							{types.length > FIRST && <details open={wide}><summary>{T("ui.case.record_more")}</summary>{starts(types.slice(FIRST))}</details>}</div>
					</details>}
					{head !== undefined && shape !== null && (
						<details class="card" open={wide}>
							<summary><h2>{isClient ? T("ui.case.person") : T("ui.case.matter")}</h2></summary>
							<div class="stack tight"><RecordView shape={shape} values={head.fields ?? {}} leaveOut={["client", "state"]} />
								<a class="button second" href={href(["record", head.id])}>{T("ui.change")}</a></div>
						</details>
					)}
				</aside>
				<Timeline records={others} drafts={(drafts.data?.drafts ?? []).filter((one) => one.case_id === data.case_id)} />
			</div>
		</div>
	);
}
