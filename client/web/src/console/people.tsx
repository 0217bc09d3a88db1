// people - the staff: who there is, in which roles and until when, with which devices and how many
// matters; and one of them: details, roles given and taken away, a way to their devices and cases.
import { useState } from "preact/hooks";
import { useAct } from "../core/act";
import { useAsk } from "../core/live";
import { fieldText, write, writeFrom, type RecordAnswer } from "../core/records";
import { Told } from "../core/refusal-words";
import { go, href } from "../core/route";
import { capital, dateText, fieldWord, T, t, todayIso, valueWord, whenText } from "../core/words";
import { Check, Choice, Text } from "../ui/field";
import { Busy, Button, Empty, Notice, Refused, refusalText, Title, toast } from "../ui/parts";
import { admin, useAdmin } from "./ask";
import { Confirm } from "./confirm";
import type { Device } from "./devices";
import { stateWord } from "./health";
import { professionText } from "./staff";
import { Table } from "./table";
import { may } from "./who";

interface Grant {
	staff: string;
	name: string;
	profession: string;
	devices: number;
	last_contact_ms: number;
	last_act_ms: number;
	role: string;
	state: "IN_FORCE" | "COMING" | "ENDED" | "BY_PROFESSION" | "NONE";
	review: string;
	grant?: string;
	valid_from?: string;
	valid_to?: string;
	granted_by?: string;
	municipalities?: string[];
}
interface Person {
	id: string;
	name: string;
	profession: string;
	devices: number;
	last_act_ms: number;
	grants: Grant[];
	review: string;
}
interface Load {
	staff: string;
	has_left: boolean;
	has_device: boolean;
	own: number;
	co: number;
	substitute: number;
	visit: number;
	next_end_ms: number;
}

const ROLES = ["OUTREACH_WORKER", "SOCIAL_INSTRUCTOR", "MUNICIPAL_ADMIN", "TECHNICAL_ADMIN", "DATA_PROTECTION_OFFICER"] as const;
const PROFESSIONS = ["LICENSED_SOCIAL_WORKER", "SOCIAL_INSTRUCTOR", "OTHER"] as const;

function peopleOf(grants: readonly Grant[]): Person[] {
	const all = new Map<string, Person>();
	for (const one of grants) {
		const person = all.get(one.staff) ?? { id: one.staff, name: one.name, profession: one.profession, devices: one.devices, last_act_ms: one.last_act_ms, grants: [], review: "" };
		if (one.role !== "")
			person.grants.push(one);
		person.review ||= one.review;
		all.set(one.staff, person);
	}
	return [...all.values()].sort((a, b) => a.name.localeCompare(b.name));
}

function termText(one: Grant): string {
	return [dateText(one.valid_from ?? ""), one.valid_to ? dateText(one.valid_to) : ""].join(" – ");
}

function RoleChips(props: { person: Person }) {
	const { grants, devices } = props.person;
	return (
		<span class="chips">
			{grants.map((one) => <span key={one.grant} class={`chip ${one.review !== "" ? "warn" : ""}`}>{capital(valueWord("role", one.role))}{one.valid_to ? ` · ${t("ui.console_people.until", { day: dateText(one.valid_to) })}` : ""}</span>)}
			{grants.length === 0 && devices > 0 && <span class="chip">{T("ui.console_people.by_profession")}</span>}
		</span>
	);
}

function useLoads(): Map<string, Load> {
	const { data } = useAdmin<{ people: Load[] }>(may("MUNICIPAL_ADMIN", "TECHNICAL_ADMIN") ? "caseload" : null, "people");
	return new Map(data?.people.map((one) => [one.staff, one]));
}

function loadText(load: Load | undefined): string {
	if (load === undefined)
		return "–";
	const parts = [["own", load.own], ["co", load.co], ["substitute", load.substitute], ["visit", load.visit]] as const;
	return parts.filter(([, count]) => count > 0).map(([name, count]) => t(`ui.console_people.count_${name}`, { count })).join(", ") || "0";
}

// ---- a new one, and the details of one that is there ----
interface Details {
	name: string;
	profession: string;
	unit: string;
	phone: string;
	valid_to: string;
}

function storedText(field: string, stored: unknown): string {
	const text = typeof stored === "string" ? stored : "";
	return text === "" ? "–" : field === "profession" ? professionText(text) : field === "valid_to" ? dateText(text) : text;
}

function DetailsForm(props: { first: Details; leaving: boolean; button: string; onSave: (details: Details) => Promise<unknown>; onClose: () => void }) {
	const [typed, setTyped] = useState(props.first);
	const [tried, setTried] = useState(false);
	const { refusal, busy, act } = useAct();
	const set = (name: keyof Details) => (value: string) => setTyped({ ...typed, [name]: value });
	const error = (name: keyof Details) => refusal?.field === name ? refusalText(refusal) : tried && ["name", "profession", "unit"].includes(name) && typed[name].trim() === "" ? T("ui.console_door.missing") : undefined;
	const send = (event: Event) => {
		event.preventDefault();
		setTried(true);
		if (!busy && typed.name.trim() !== "" && typed.profession !== "" && typed.unit.trim() !== "")
			void act(() => props.onSave(typed));
	};
	return (
		<form class="stack" noValidate onSubmit={send}>
			<Refused refusal={refusal !== null && refusal.field in typed ? null : refusal} />
			{refusal?.kind === "STALE_READ" && <Notice tone="warn" live>{T("ui.stale", { field: refusal.field === "valid_to" ? T("ui.console_people.last_day") : fieldWord("staff_member", refusal.field), stored: storedText(refusal.field, refusal.detail["stored"]) })}</Notice>}
			<Text label={capital(fieldWord("staff_member", "name"))} required lettersMost={200} value={typed.name} onValue={set("name")} error={error("name")} autofocus />
			<Choice label={capital(fieldWord("staff_member", "profession"))} required value={typed.profession} onValue={set("profession")} error={error("profession")}
				options={PROFESSIONS.map((one) => ({ value: one, label: professionText(one) }))} />
			<Text label={capital(fieldWord("staff_member", "unit"))} required lettersMost={200} value={typed.unit} onValue={set("unit")} error={error("unit")} />
			<Text label={capital(fieldWord("staff_member", "phone"))} hint={T("ui.console_people.phone_hint")} type="tel" lettersMost={40} value={typed.phone} onValue={set("phone")} error={error("phone")} />
			{props.leaving && <Text label={T("ui.console_people.last_day")} hint={T("ui.console_people.last_day_hint")} type="date" value={typed.valid_to} onValue={set("valid_to")} error={error("valid_to")} />}
			<div class="row"><Button type="submit" busy={busy}>{props.button}</Button><Button kind="second" onClick={props.onClose}>{T("ui.cancel")}</Button></div>
		</form>
	);
}

export function NewPerson() {
	const save = async (details: Details) => {
		const { name, profession, unit, phone } = details;
		const written = await write({ type: "staff_member", values: { name, profession, unit, ...(phone === "" ? {} : { phone }) } });
		toast(T("ui.console_people.added", { name }));
		go(["people", written.id]);
	};
	return (
		<div class="stack">
			<Title>{T("ui.console_people.add")}</Title>
			<p class="quiet">{T("ui.console_people.add_hint")}</p>
			<div class="card"><DetailsForm first={{ name: "", profession: "", unit: "", phone: "", valid_to: "" }} leaving={false} button={T("ui.console_people.add")} onSave={save} onClose={() => go(["people"])} /></div>
		</div>
	);
}

// ---- all ----
export function People() {
	const { data, refusal } = useAdmin<{ grants: Grant[] }>("grants");
	const loads = useLoads();
	const [text, setText] = useState("");
	const [role, setRole] = useState("");
	const [review, setReview] = useState(false);
	const people = peopleOf(data?.grants ?? []), asked = text.trim().toLocaleLowerCase(), due = people.filter((one) => one.review !== "").length;
	const rows = people.filter((one) => (asked === "" || `${one.name} ${professionText(one.profession)}`.toLocaleLowerCase().includes(asked)) && (role === "" || one.grants.some((grant) => grant.role === role)) && (!review || one.review !== ""));
	return (
		<div class="stack">
			<div class="row apart"><Title>{T("ui.console_people.title")}</Title>{may("MUNICIPAL_ADMIN") && <a class="button" href={href(["people", "new"])}>{T("ui.console_people.add")}</a>}</div>
			<Refused refusal={refusal} />
			{data === null && refusal === null && <Busy />}
			{data !== null && <section class="card stack" aria-label={T("ui.console_people.title")}>
				{due > 0 && <Notice tone="warn">{T("ui.console_people.review_due", { count: due })}</Notice>}
				<div class="filters">
					<Text label={T("ui.console_people.search")} type="search" value={text} onValue={setText} />
					<Choice list label={T("ui.console_people.role")} value={role} optional onValue={setRole} options={ROLES.map((one) => ({ value: one, label: capital(valueWord("role", one)) }))} />
				</div>
				{due > 0 && <Check label={T("ui.console_people.only_review")} value={review} onValue={setReview} />}
				{rows.length === 0 ? <Empty>{T("ui.console_people.no_match")}</Empty> : <Table label={T("ui.console_people.title")} rows={rows} keyOf={(one) => one.id} columns={[
					{ head: T("ui.console.person"), main: true, cell: (one) => <a href={href(["people", one.id])}>{one.name}</a> },
					{ head: capital(fieldWord("staff_member", "profession")), cell: (one) => professionText(one.profession) },
					{ head: T("ui.console_people.roles"), cell: (one) => <><RoleChips person={one} />{one.review !== "" && <span class="quiet"> {Told(one.review)}</span>}</> },
					{ head: T("ui.console_people.devices"), number: true, cell: (one) => one.devices },
					may("MUNICIPAL_ADMIN", "TECHNICAL_ADMIN") ? { head: T("ui.console_people.matters"), cell: (one) => <>{loadText(loads.get(one.id))}{loads.get(one.id)?.has_left === true && <> <span class="chip warn">{t("ui.console_people.left")}</span></>}</> } : null,
					{ head: T("ui.console_people.last_act"), cell: (one) => one.last_act_ms === 0 ? "–" : whenText(one.last_act_ms) },
				]} />}
			</section>}
		</div>
	);
}

// ---- roles of one ----
function Give(props: { person: Person; onClose: () => void }) {
	const [role, setRole] = useState("");
	const [until, setUntil] = useState("");
	const [tried, setTried] = useState(false);
	const { refusal, busy, act } = useAct();
	const send = (event: Event) => {
		event.preventDefault();
		setTried(true);
		if (busy || role === "")
			return;
		void act(async () => {
			await admin("grant", props.person.id, role, ...(until === "" ? [] : [until]));
			toast(T("ui.console_people.given", { role: valueWord("role", role) }));
			props.onClose();
		});
	};
	const at = (field: string) => refusal?.field === field ? refusalText(refusal) : undefined;
	return (
		<form class="stack" noValidate onSubmit={send}>
			<h3>{T("ui.console_people.give")}</h3>
			<Refused refusal={refusal !== null && ["role", "until"].includes(refusal.field) ? null : refusal} />
			<Choice list label={T("ui.console_people.role")} required value={role} onValue={setRole} options={ROLES.map((one) => ({ value: one, label: capital(valueWord("role", one)) }))} error={at("role") ?? (tried && role === "" ? T("ui.console_door.missing") : undefined)} />
			{role !== "" && <p class="quiet">{T(`ui.console_people.what_${role as typeof ROLES[number]}`)}</p>}
			<Text label={T("ui.console_people.good_until")} hint={T("ui.console_people.good_until_hint")} type="date" value={until} onValue={setUntil} error={at("until")} />
			<div class="row"><Button type="submit" busy={busy}>{T("ui.console_people.give")}</Button><Button kind="second" onClick={props.onClose}>{T("ui.cancel")}</Button></div>
		</form>
	);
}

function Roles(props: { person: Person }) {
	const { person } = props;
	const [giving, setGiving] = useState(false);
	const [taking, setTaking] = useState<Grant | null>(null);
	const now = person.grants.filter((one) => one.state !== "ENDED"), past = person.grants.filter((one) => one.state === "ENDED");
	return (
		<section class="card stack" aria-labelledby="roles">
			<h2 id="roles">{T("ui.console_people.roles")}</h2>
			{now.length === 0 && <Empty>{T(person.devices > 0 ? "ui.console_people.by_profession_hint" : "ui.console_people.no_roles")}</Empty>}
			{now.length > 0 && <ul class="items">{now.map((one) => (
				<li key={one.grant} class="row apart" data-role={one.role}>
					<div class="grow"><strong>{capital(valueWord("role", one.role))}</strong>{one.state === "COMING" && <> <span class="chip">{t("ui.console_people.coming")}</span></>}
						<p class="quiet">{[termText(one), one.granted_by ? t("ui.console_people.given_by", { name: one.granted_by }) : "", (one.municipalities ?? []).join(", ")].filter(Boolean).join(" · ")}</p>
						{one.review !== "" && <p class="chips"><span class="chip warn">{Told(one.review)}</span></p>}</div>
					{may("MUNICIPAL_ADMIN") && <Button kind="second" aria-label={`${T("ui.console_people.take")}: ${valueWord("role", one.role)}`} onClick={() => setTaking(one)}>{T("ui.console_people.take")}</Button>}
				</li>))}</ul>}
			{may("MUNICIPAL_ADMIN") && (giving ? <Give person={person} onClose={() => setGiving(false)} /> : <div><Button onClick={() => setGiving(true)}>{T("ui.console_people.give")}</Button></div>)}
			{past.length > 0 && <details><summary>{T("ui.console_people.past")} ({past.length})</summary><ul>{past.map((one) => <li key={one.grant}>{capital(valueWord("role", one.role))}: {termText(one)}</li>)}</ul></details>}
			{taking !== null && <Confirm title={T("ui.console_people.take_title", { role: valueWord("role", taking.role), name: person.name })} danger button={T("ui.console_people.take")} done={T("ui.console_people.taken", { role: valueWord("role", taking.role) })}
				onDo={() => admin("ungrant", person.id, taking.role)} onClose={() => setTaking(null)}><p>{T("ui.console_people.take_hint")}</p></Confirm>}
		</section>
	);
}

// ---- one ----
function About(props: { id: string; person: Person }) {
	const { data, refusal } = useAsk<RecordAnswer, "show">("show", { id: props.id });
	const [began, setBegan] = useState<{ details: Details; token: number } | null>(null);
	const fields = data?.record.fields;
	const text = (name: string) => fieldText(fields, name);
	const begin = () => setBegan({ details: { name: text("name"), profession: text("profession"), unit: text("unit"), phone: text("phone"), valid_to: text("valid_to") }, token: data?.token ?? 0 });
	// Only what was touched here, with the read it was made from; what a colleague changed meanwhile is told once, and then the newest read counts.
	const save = async (details: Details) => {
		const differs = Object.entries(details).filter(([name, value]) => value !== began?.details[name as keyof Details]).map(([name, value]) => [name, value === "" ? null : value]);
		if (began !== null && differs.length > 0)
			await writeFrom({ type: "staff_member", record_id: props.id, values: Object.fromEntries(differs), token: began.token }, (token) => setBegan({ ...began, token }));
		toast(T("ui.console_people.saved"));
		setBegan(null);
	};
	return (
		<section class="card stack" aria-labelledby="about">
			<h2 id="about">{T("ui.console_people.about")}</h2>
			<Refused refusal={refusal} />
			{fields !== undefined && (began !== null
				? <DetailsForm leaving first={began.details} button={T("ui.console_people.save")} onSave={save} onClose={() => setBegan(null)} />
				: <>
					<dl class="facts">
						<dt>{capital(fieldWord("staff_member", "profession"))}</dt><dd>{professionText(text("profession"))}</dd>
						<dt>{capital(fieldWord("staff_member", "unit"))}</dt><dd>{text("unit") || "–"}</dd>
						<dt>{capital(fieldWord("staff_member", "phone"))}</dt><dd>{text("phone") || "–"}</dd>
						{text("valid_to") !== "" && <><dt>{T("ui.console_people.last_day")}</dt><dd>{dateText(text("valid_to"))}</dd></>}
						<dt>{T("ui.console_people.last_act")}</dt><dd>{props.person.last_act_ms === 0 ? "–" : whenText(props.person.last_act_ms)}</dd>
					</dl>
					{text("valid_to") !== "" && text("valid_to") < todayIso() && <Notice tone="warn">{T("ui.console_people.has_left")}</Notice>}
					{may("MUNICIPAL_ADMIN") && <div><Button kind="second" onClick={begin}>{T("ui.console_people.change")}</Button></div>}
				</>)}
		</section>
	);
}

function Held(props: { id: string; load: Load | undefined }) {
	const { load } = props;
	return (
		<section class="card stack tight" aria-labelledby="held">
			<h2 id="held">{T("ui.console_people.matters")}</h2>
			<p>{loadText(load)}{load !== undefined && load.next_end_ms !== 0 && <span class="quiet"> · {t("ui.console_people.next_end", { when: whenText(load.next_end_ms) })}</span>}</p>
			<div class="row"><a class="button second" href={href(["assignments"], { of: props.id })}>{T("ui.console_people.see_cases")}</a>
				{may("MUNICIPAL_ADMIN") && load !== undefined && load.own > 0 && <a class="button second" href={href(["assignments", "absence"], { of: props.id })}>{T("ui.console_assignments.absence")}</a>}</div>
		</section>
	);
}

function Machines(props: { id: string }) {
	const { data, refusal } = useAdmin<{ devices: Device[] }>("devices");
	const mine = data?.devices.filter((one) => one.holder === props.id) ?? [];
	return (
		<section class="card stack tight" aria-labelledby="machines">
			<h2 id="machines">{T("ui.console_people.devices")}</h2>
			<Refused refusal={refusal} />
			{data !== null && mine.length === 0 && <Empty>{T("ui.console_people.no_devices")}</Empty>}
			<ul class="items">{mine.map((one) => <li key={one.node} class="row apart"><a href={href(["devices", one.node])}>{one.serial || one.node.slice(0, 8)}</a><span>{stateWord(one.state)}{one.last_contact_ms !== 0 && <span class="quiet"> · {whenText(one.last_contact_ms)}</span>}</span></li>)}</ul>
			{may("TECHNICAL_ADMIN") && <div><a class="button second" href={href(["enrol"])}>{T("ui.console_enrol.title")}</a></div>}
		</section>
	);
}

export function PersonPage(props: { id: string }) {
	const { data, refusal } = useAdmin<{ grants: Grant[] }>("grants", "all");
	const loads = useLoads();
	const person = peopleOf(data?.grants ?? []).find((one) => one.id === props.id);
	return (
		<div class="stack">
			<p><a href={href(["people"])}>{T("ui.console_people.title")}</a></p>
			<Title>{person?.name ?? T("ui.console.person")}</Title>
			<Refused refusal={refusal} />
			{data === null && refusal === null && <Busy />}
			{data !== null && person === undefined && <Notice tone="warn">{T("ui.console_people.nobody")}</Notice>}
			{person !== undefined && <>
				<About id={props.id} person={person} />
				<Roles person={person} />
				{may("MUNICIPAL_ADMIN", "TECHNICAL_ADMIN") && <><Held id={props.id} load={loads.get(props.id)} /><Machines id={props.id} /></>}
			</>}
		</div>
	);
}
