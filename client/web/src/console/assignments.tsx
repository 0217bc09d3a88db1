// assignments - which case is whose: what asks for somebody first, found by name or by who holds
// it; one case given, ended, or told to need no own worker; and a whole absence, all of a worker's
// cases at once, told case by case.
import { useState } from "preact/hooks";
import { useAct } from "../core/act";
import { Refusal } from "../core/api";
import { touched } from "../core/live";
import { href, replace, route } from "../core/route";
import { capital, dateText, T, t, todayIso, valueWord } from "../core/words";
import { Check, Choice, Text } from "../ui/field";
import { Busy, Button, Empty, Notice, Refused, refusalText, Title, toast } from "../ui/parts";
import { admin, useAdmin } from "./ask";
import { Confirm } from "./confirm";
import { professionText, roleText, shortId, staffOptions, useStaff, whoseText, type Whose } from "./staff";
import { Table } from "./table";
import { may } from "./who";

type Role = "OWN_WORKER" | "CO_WORKER" | "SUBSTITUTE" | "VISIT";
interface Hold {
	staff: string;
	name: string;
	role: Role;
	until_ms: number;
}
interface Case extends Whose {
	case_id: string;
	kind: "CLIENT" | "MATTER" | "PROTECTED" | "SENSITIVE" | "CHILD_NOTICE";
	client_case: string;
	attention: "" | "NOBODY" | "NO_OWN_WORKER" | "OWN_WORKER_LEFT" | "OWN_WORKER_NO_DEVICE";
	state?: string;
	opened_on?: string;
	closed_on?: string;
	held: Hold[];
}
interface Load {
	names_shown: boolean;
	cases: Case[];
	more: number;
	asking: number;
}

const ROLES = ["OWN_WORKER", "CO_WORKER", "SUBSTITUTE", "VISIT"] as const;

function kindText(kind: Case["kind"]): string {
	return T(`case_kind.${kind}`);
}

// A day is held through it: the moment an assignment ends is the midnight after.
function untilText(ms: number): string {
	return t("ui.console_people.until", { day: dateText(todayIso(ms - 1)) });
}

function holdText(one: Hold): string {
	const role = roleText(one.role).toLocaleLowerCase();
	return [one.name || shortId(one.staff), one.until_ms === 0 ? role : `${role} ${untilText(one.until_ms)}`].join(", ");
}

function ownOf(one: Case): Hold | undefined {
	return one.held.find((hold) => hold.role === "OWN_WORKER");
}

// With the last of a client's cases that somebody holds goes the client's card.
async function endOf(one: Case, staff: string): Promise<void> {
	await admin("unassign", one.case_id, staff);
	const { cases } = await admin<Load>("caseload", "of", staff);
	const left = cases.filter((other) => other.client_case === one.client_case && one.client_case !== "");
	if (one.kind !== "CLIENT" && left.length === 1 && left[0]!.kind === "CLIENT")
		await admin("unassign", left[0]!.case_id, staff);
}

function Asks(props: { one: Case }) {
	const { attention } = props.one;
	return attention === "" ? null : <span class={`chip ${attention === "NO_OWN_WORKER" ? "warn" : "bad"}`}>{T(`ui.console_assignments.asks_${attention}`)}</span>;
}

// ---- all ----
export function Assignments(props: { of: string }) {
	const people = useStaff();
	const [text, setText] = useState("");
	const [asked, setAsked] = useState("");
	const [only, setOnly] = useState(false);
	const args = asked !== "" ? ["find", asked] : props.of !== "" ? ["of", props.of] : only ? ["attention"] : [];
	const { data, refusal } = useAdmin<Load>("caseload", ...args);
	const choose = (of: string) => {
		setText("");
		setAsked("");
		replace(["assignments"], of === "" ? {} : { of });
	};
	const rows = (data?.cases ?? []).filter((one) => one.kind !== "CLIENT" || one.attention !== "" || asked !== "");
	return (
		<div class="stack">
			<div class="row apart"><Title>{T("ui.console_assignments.title")}</Title>{may("MUNICIPAL_ADMIN") && <a class="button" href={href(["assignments", "absence"], props.of === "" ? {} : { of: props.of })}>{T("ui.console_assignments.absence")}</a>}</div>
			<Refused refusal={refusal ?? people.refusal} />
			{data !== null && data.asking > 0 && props.of === "" && <Notice tone="warn">{T("ui.console_assignments.asking", { count: data.asking })}</Notice>}
			{data?.names_shown === false && <Notice>{T("ui.console_assignments.no_names")}</Notice>}
			<section class="card stack" aria-label={T("ui.console_assignments.title")}>
				<form class="filters" onSubmit={(event) => { event.preventDefault(); setAsked(text.trim()); }}>
					<Text label={T(may("MUNICIPAL_ADMIN") ? "ui.console_assignments.search" : "ui.console_assignments.search_id")} type="search" value={text} onValue={(value) => { setText(value); if (value === "") setAsked(""); }} />
					<Choice list label={T("ui.console_assignments.held_by")} optional value={props.of} onValue={choose} options={staffOptions(people.staff)} />
					<div class="filter-do"><Button type="submit" kind="second">{T("ui.console_assignments.find")}</Button></div>
				</form>
				{props.of === "" && asked === "" && <Check label={T("ui.console_assignments.only_asking")} value={only} onValue={setOnly} />}
				{data === null && refusal === null && <Busy />}
				{data !== null && rows.length === 0 && <Empty>{T(only ? "ui.console_assignments.none_asking" : "ui.console_assignments.none")}</Empty>}
				{rows.length > 0 && <Table label={T("ui.console_assignments.title")} rows={rows} keyOf={(one) => one.case_id} columns={[
					{ head: T(data?.names_shown === true ? "ui.console_assignments.client" : "ui.console_assignments.case"), main: true, cell: (one) => <a href={href(["assignments", one.case_id])}>{whoseText(one)}</a> },
					data?.names_shown === true ? { head: T("ui.console_assignments.municipality"), cell: (one) => one.municipality ?? "–" } : null,
					{ head: T("ui.console_assignments.kind"), cell: (one) => kindText(one.kind) + (one.kind === "MATTER" && data?.names_shown === true ? ` ${shortId(one.case_id)}` : "") },
					{ head: T("ui.console.state"), cell: (one) => <span class="chips"><Asks one={one} />{one.state !== undefined && <span>{capital(valueWord("case_state", one.state))}</span>}</span> },
					{ head: T("ui.console_assignments.holders"), cell: (one) => one.held.length === 0 ? "–" : <ul class="plain">{one.held.map((hold) => <li key={hold.staff + hold.role}>{holdText(hold)}</li>)}</ul> },
				]} />}
				{data !== null && data.more > 0 && <p class="quiet">{T("ui.console_assignments.more", { count: data.more })}</p>}
			</section>
		</div>
	);
}

// ---- giving one ----
function Give(props: { one: Case }) {
	const { one } = props;
	const people = useStaff();
	const own = ownOf(one), mayOwn = one.kind === "MATTER";
	const [who, setWho] = useState("");
	const [role, setRole] = useState<string>(mayOwn && own === undefined ? "OWN_WORKER" : "SUBSTITUTE");
	const [until, setUntil] = useState("");
	const [tried, setTried] = useState(false);
	const [sure, setSure] = useState(false);
	const { refusal, busy, act } = useAct();
	const changes = role === "OWN_WORKER" && own !== undefined && mayOwn && own.staff !== who;
	const name = people.staff.find((member) => member.id === who)?.name ?? "";
	const give = async () => {
		if (changes) {
			await admin("assign", one.case_id, who, "OWN_WORKER", "instead", own.staff);
			return;
		}
		const end = role === "OWN_WORKER" ? "" : until !== "" ? until : role === "VISIT" ? todayIso() : "";
		await admin("assign", one.case_id, who, role, ...(end === "" ? [] : [end]));
	};
	const done = T("ui.console_assignments.given", { name, role: roleText(role).toLocaleLowerCase() });
	const send = (event: Event) => {
		event.preventDefault();
		setTried(true);
		if (busy || who === "" || (role === "SUBSTITUTE" && until === ""))
			return;
		if (changes) {
			setSure(true);
			return;
		}
		void act(async () => {
			await give();
			toast(done);
			setTried(false);
			setWho("");
		});
	};
	const at = (field: string) => refusal?.field === field ? refusalText(refusal) : undefined;
	const missing = (value: string) => tried && value === "" ? T("ui.console_door.missing") : undefined;
	return (
		<section class="card stack" aria-labelledby="give">
			<h2 id="give">{T("ui.console_assignments.give")}</h2>
			<form class="stack" noValidate onSubmit={send}>
				<Refused refusal={refusal !== null && ["staff", "role", "until"].includes(refusal.field) ? null : refusal ?? people.refusal} />
				<Choice list label={T("ui.console_assignments.to_whom")} required value={who} onValue={setWho} options={staffOptions(people.staff)} error={at("staff") ?? missing(who)} />
				{who !== "" && <p class="quiet">{professionText(people.staff.find((member) => member.id === who)?.profession ?? "")}</p>}
				<Choice label={T("ui.console_people.role")} required value={role} onValue={setRole} error={at("role")} options={ROLES.filter((value) => value !== "OWN_WORKER" || mayOwn).map((value) => ({ value, label: roleText(value) }))} />
				<p class="quiet">{T(`ui.console_assignments.what_${role as Role}`)}</p>
				{role !== "OWN_WORKER" && <Text label={T("ui.console_assignments.until")} hint={T("ui.console_assignments.until_hint")} type="date" required={role === "SUBSTITUTE"} value={until} onValue={setUntil} error={at("until") ?? (role === "SUBSTITUTE" ? missing(until) : undefined)} />}
				<div><Button type="submit" busy={busy}>{T("ui.console_assignments.give")}</Button></div>
			</form>
			{sure && <Confirm title={T("ui.console_assignments.change_title")} button={T("ui.console_assignments.change")} done={done} onDo={give} onClose={() => setSure(false)}>
				<p>{T("ui.console_assignments.change_hint", { from: own?.name ?? "", to: name })}</p></Confirm>}
		</section>
	);
}

function NoOwnWorker(props: { id: string }) {
	const [why, setWhy] = useState("");
	const [tried, setTried] = useState(false);
	const { refusal, busy, act } = useAct();
	const send = (event: Event) => {
		event.preventDefault();
		setTried(true);
		if (!busy && why.trim() !== "")
			void act(async () => {
				await admin("no-own-worker", props.id, why.trim());
				toast(T("ui.console_assignments.not_needed_done"));
			});
	};
	return (
		<details class="card"><summary><h2>{T("ui.console_assignments.not_needed")}</h2></summary>
			<form class="stack" noValidate onSubmit={send}>
				<p class="quiet">{T("ui.console_assignments.not_needed_hint")}</p>
				<Refused refusal={refusal} />
				<Text label={T("ui.console_assignments.why")} long required lettersMost={500} value={why} onValue={setWhy} error={tried && why.trim() === "" ? T("ui.console_door.missing") : undefined} />
				<div><Button type="submit" kind="second" busy={busy}>{T("ui.console_assignments.not_needed_save")}</Button></div>
			</form>
		</details>
	);
}

export function CasePage(props: { id: string }) {
	const { data, refusal } = useAdmin<Load>("caseload", "find", props.id);
	const [ending, setEnding] = useState<Hold | null>(null);
	const one = data?.cases.find((row) => row.case_id === props.id);
	return (
		<div class="stack">
			<p><a href={href(["assignments"])}>{T("ui.console_assignments.title")}</a></p>
			<Title>{one === undefined ? T("ui.console_assignments.case") : capital(whoseText(one))}</Title>
			<Refused refusal={refusal} />
			{data === null && refusal === null && <Busy />}
			{data !== null && one === undefined && <Notice tone="warn">{T("ui.console_assignments.gone")}</Notice>}
			{one !== undefined && <>
				<section class="card stack" aria-labelledby="holders">
					<p>{[kindText(one.kind), shortId(one.case_id), one.municipality, one.state === undefined ? "" : valueWord("case_state", one.state), one.opened_on ? t("ui.console_assignments.opened", { day: dateText(one.opened_on) }) : "",
						one.closed_on ? t("ui.console_assignments.closed", { day: dateText(one.closed_on) }) : ""].filter(Boolean).join(" · ")}</p>
					{one.attention !== "" && <Notice tone="warn"><strong>{T(`ui.console_assignments.asks_${one.attention}`)}</strong><p>{T(`ui.console_assignments.hint_${one.attention}`)}</p></Notice>}
					<h2 id="holders">{T("ui.console_assignments.holders")}</h2>
					{one.held.length === 0 && <Empty>{T("ui.console_assignments.nobody")}</Empty>}
					<ul class="items">{one.held.map((hold) => <li key={hold.staff + hold.role} class="row apart" data-hold={hold.role}>
						<span><a href={href(["people", hold.staff])}>{hold.name || shortId(hold.staff)}</a> <span class="quiet">{[roleText(hold.role), hold.until_ms === 0 ? "" : untilText(hold.until_ms)].filter(Boolean).join(", ")}</span></span>
						{may("MUNICIPAL_ADMIN") && <Button kind="second" small aria-label={`${T("ui.console_assignments.end")}: ${hold.name}, ${roleText(hold.role)}`} onClick={() => setEnding(hold)}>{T("ui.console_assignments.end")}</Button>}</li>)}</ul>
				</section>
				{may("MUNICIPAL_ADMIN") && <Give key={ownOf(one)?.staff ?? ""} one={one} />}
				{may("MUNICIPAL_ADMIN") && one.kind === "MATTER" && one.attention === "NO_OWN_WORKER" && <NoOwnWorker id={one.case_id} />}
				{ending !== null && <Confirm title={T("ui.console_assignments.end_title", { name: ending.name })} danger button={T("ui.console_assignments.end")} done={T("ui.console_assignments.ended", { name: ending.name })} onDo={() => endOf(one, ending.staff)} onClose={() => setEnding(null)}>
					<p>{T("ui.console_assignments.end_hint")}</p>
					{one.held.filter((hold) => hold.staff === ending.staff).length > 1 && <p>{T("ui.console_assignments.end_all")}</p>}</Confirm>}
			</>}
		</div>
	);
}

// ---- a whole absence ----
type Outcome = { done: true } | { done: false; why: string } | "running";

export function Absence(props: { of: string }) {
	const people = useStaff();
	const { data, refusal } = useAdmin<Load>(props.of === "" ? null : "caseload", "of", props.of);
	const [to, setTo] = useState("");
	const [until, setUntil] = useState("");
	const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
	const [tried, setTried] = useState(false);
	const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());
	const [busy, setBusy] = useState(false);
	const own = (data?.cases ?? []).filter((one) => one.state !== "CLOSED" && one.held.some((hold) => hold.staff === props.of && hold.role !== "VISIT" && (hold.role === "OWN_WORKER" || hold.role === "CO_WORKER")));
	// A client's card comes along with each of their matters.
	const rows = own.filter((one) => one.kind !== "CLIENT" || !(data?.cases ?? []).some((other) => other.kind === "MATTER" && other.client_case === one.case_id));
	const chosen = rows.filter((one) => !left.has(one.case_id));
	const pick = (id: string, on: boolean) => setLeft(new Set([...left].filter((one) => one !== id).concat(on ? [] : [id])));
	const has = (one: Case) => one.held.some((hold) => hold.staff === to && hold.role === "SUBSTITUTE");
	const run = async (which: readonly Case[]) => {
		const results = new Map(outcomes);
		setBusy(true);
		for (const one of which) {
			results.set(one.case_id, "running");
			setOutcomes(new Map(results));
			try {
				await admin("assign", one.case_id, to, "SUBSTITUTE", until);
				results.set(one.case_id, { done: true });
			} catch (error) {
				results.set(one.case_id, { done: false, why: error instanceof Refusal ? refusalText(error) : String(error) });
			}
			setOutcomes(new Map(results));
		}
		setBusy(false);
		touched();
	};
	const send = (event: Event) => {
		event.preventDefault();
		setTried(true);
		if (!busy && to !== "" && to !== props.of && until !== "" && until >= todayIso() && chosen.length > 0)
			void run(chosen.filter((one) => (outcomes.get(one.case_id) as { done?: boolean } | undefined)?.done !== true));
	};
	const went = [...outcomes.values()].filter((one) => one !== "running" && one.done).length, failed = [...outcomes.values()].filter((one) => one !== "running" && !one.done).length;
	const name = people.staff.find((one) => one.id === to)?.name ?? "";
	const outcome = (one: Case) => {
		const was = outcomes.get(one.case_id);
		return was === undefined ? has(one) && to !== "" ? <span class="quiet">{T("ui.console_assignments.has_already")}</span> : ""
			: was === "running" ? <span class="quiet">{T("ui.console_assignments.running")}</span>
			: was.done ? <span class="chip good">✓ {t("ui.console_assignments.went")}</span> : <span class="error">{was.why}</span>;
	};
	return (
		<div class="stack">
			<p><a href={href(["assignments"])}>{T("ui.console_assignments.title")}</a></p>
			<Title>{T("ui.console_assignments.absence")}</Title>
			<p class="quiet">{T("ui.console_assignments.absence_hint")}</p>
			<Refused refusal={refusal ?? people.refusal} />
			<form class="card stack" noValidate onSubmit={send}>
				<Choice list label={T("ui.console_assignments.who_is_away")} required value={props.of} onValue={(of) => { setOutcomes(new Map()); setLeft(new Set()); replace(["assignments", "absence"], of === "" ? {} : { of }); }} options={staffOptions(people.staff)} error={tried && props.of === "" ? T("ui.console_door.missing") : undefined} />
				{props.of !== "" && <>
					<Choice list label={T("ui.console_assignments.substitute")} required value={to} onValue={(next) => { setTo(next); setOutcomes(new Map()); }} options={staffOptions(people.staff.filter((one) => one.id !== props.of))} error={tried && to === "" ? T("ui.console_door.missing") : undefined} />
					<Text label={T("ui.console_assignments.last_day")} hint={T("ui.console_assignments.last_day_hint")} type="date" required value={until} onValue={setUntil}
						error={tried && until === "" ? T("ui.console_door.missing") : tried && until < todayIso() ? T("ui.console_assignments.day_past") : undefined} />
					{data === null && refusal === null && <Busy />}
					{data !== null && rows.length === 0 && <Empty>{T("ui.console_assignments.nothing_held")}</Empty>}
					{rows.length > 0 && <Table label={T("ui.console_assignments.cases_of")} rows={rows} keyOf={(one) => one.case_id} columns={[
						{ head: T("ui.console_assignments.case"), main: true, cell: (one) => <Check label={[whoseText(one), kindText(one.kind).toLocaleLowerCase(), one.municipality].filter(Boolean).join(", ")} value={!left.has(one.case_id)} onValue={(on) => pick(one.case_id, on)} /> },
						{ head: T("ui.console_assignments.holders"), cell: (one) => one.held.filter((hold) => hold.staff !== props.of).map(holdText).join("; ") || "–" },
						{ head: T("ui.console_assignments.outcome"), cell: outcome },
					]} />}
					{outcomes.size > 0 && !busy && <Notice tone={failed > 0 ? "warn" : "good"} live>{T("ui.console_assignments.result", { went, all: went + failed, name })}{failed > 0 && <p>{T("ui.console_assignments.result_failed")}</p>}</Notice>}
					{busy && <p role="status" class="quiet">{T("ui.console_assignments.progress", { done: went + failed, all: chosen.length })}</p>}
					{rows.length > 0 && <div><Button type="submit" busy={busy}>{T(failed > 0 ? "ui.console_assignments.again" : "ui.console_assignments.give_all", { count: chosen.length })}</Button></div>}
				</>}
			</form>
		</div>
	);
}

export function AssignmentsPage(props: { rest: string[] }) {
	const of = route.value.query["of"] ?? "", [first] = props.rest;
	return first === undefined ? <Assignments of={of} /> : first === "absence" ? <Absence of={of} /> : <CasePage key={first} id={first} />;
}

