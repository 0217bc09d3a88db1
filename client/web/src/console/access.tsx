// access - who has seen whose data: of a client, with the report the client is given; of a member of
// the staff; the glass broken of late; how much the logs hold, for who sees no names. Each look is
// itself an entry of the log with its reason, so it is made by a press and never again by itself.
import { useEffect, useState } from "preact/hooks";
import { useAct } from "../core/act";
import { call } from "../core/api";
import { go, href, replace } from "../core/route";
import { anyValueWord, capital, dateText, momentText, T, t, todayIso, valueWord } from "../core/words";
import { Choice, Text } from "../ui/field";
import { Busy, Button, Empty, Notice, Refused, refusalText, Title } from "../ui/parts";
import { admin, useAdmin } from "./ask";
import { writeCsv } from "./csv";
import { Download } from "./download";
import { shortId, staffOptions, useStaff, whoseText, type Whose } from "./staff";
import { Table } from "./table";
import { may, me } from "./who";

interface Entry {
	id: string;
	when_ms: number;
	who: string;
	name: string;
	role: string;
	device: string;
	serial: string;
	act: string;
	reason: string;
	client: string;
	case_id: string;
	record: string;
}
interface ClientLog {
	client_case: string;
	linked: string[];
	from_ms: number;
	to_ms: number;
	entries: Entry[];
}
interface Client extends Whose {
	client_case: string;
	case_id: string;
	kind: string;
}

const TABS = ["client", "person", "glass", "volume", "drafts"] as const;
type Tab = typeof TABS[number];
const SHOWN_MOST = 500, YEAR_DAYS = 365, DAY_MS = 86_400_000;

function tabs(): Tab[] {
	const reads = may("MUNICIPAL_ADMIN", "DATA_PROTECTION_OFFICER");
	return TABS.filter((tab) => tab === "volume" || reads);
}

function actText(act: string): string {
	return capital(valueWord("access_act", act));
}

function roleText(role: string): string {
	return role === "" ? "–" : capital(valueWord("role", role));
}

// What stands in a reason: a person's own words, or the name of a type.
function reasonText(reason: string): string {
	return /^[A-Z_]+$/.test(reason) ? anyValueWord(reason) : reason;
}

function deviceText(one: { serial: string; device: string }): string {
	return one.serial === "central" ? t("ui.who.central") : one.serial || shortId(one.device) || "–";
}

function dayBefore(days: number): string {
	return todayIso(Date.now() - days * DAY_MS);
}

function Entries(props: { label: string; entries: Entry[]; whose: boolean }) {
	const [all, setAll] = useState(false);
	const rows = all ? props.entries : props.entries.slice(0, SHOWN_MOST);
	return (
		<>
			<Table label={props.label} rows={rows} keyOf={(one) => one.id} columns={[
				{ head: T("ui.console_access.when"), main: true, cell: (one) => momentText(one.when_ms) },
				{ head: T("ui.console_access.who"), cell: (one) => <>{one.name || shortId(one.who)}<span class="quiet"> {roleText(one.role).toLocaleLowerCase()}</span></> },
				{ head: T("ui.console_access.act"), cell: (one) => one.act === "BREAK_GLASS" ? <span class="chip warn">{actText(one.act)}</span> : actText(one.act) },
				{ head: T("ui.console_access.reason"), cell: (one) => reasonText(one.reason) },
				props.whose ? { head: T("ui.console_access.case"), cell: (one) => one.case_id === "" ? "–" : <a href={href(["access", "client"], { id: one.case_id })}>{shortId(one.case_id)}</a> } : null,
				{ head: T("ui.console_access.device"), cell: (one) => deviceText(one) },
			]} />
			{rows.length < props.entries.length && <div class="noprint"><Button kind="second" onClick={() => setAll(true)}>{T("ui.console_access.show_all", { count: props.entries.length })}</Button></div>}
		</>
	);
}

// What a spreadsheet would take for a formula is text.
function plain(text: string): string {
	return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function csvRows(entries: readonly Entry[]): string[][] {
	return [
		["when", "who", "role", "act", "reason", "case", "device"].map((name) => T(`ui.console_access.${name as "when"}`)),
		...entries.map((one) => [momentText(one.when_ms), plain(one.name) || one.who, roleText(one.role), actText(one.act), plain(reasonText(one.reason)), one.case_id, plain(deviceText(one))]),
	];
}

// ---- of a client ----
function FindClient(props: { onClient: (one: { id: string; label: string }) => void }) {
	const [text, setText] = useState("");
	const [found, setFound] = useState<Client[] | null>(null);
	const { refusal, busy, act } = useAct();
	const search = (event: Event) => {
		event.preventDefault();
		if (!busy && text.trim() !== "")
			void act(async () => {
				const { cases } = await admin<{ cases: Client[] }>("caseload", "find", text.trim());
				setFound(cases.filter((one, at) => one.client_case !== "" && cases.findIndex((other) => other.client_case === one.client_case) === at));
			});
	};
	return (
		<div class="stack tight">
			<form class="filters" onSubmit={search}>
				<Text label={T("ui.console_assignments.search")} type="search" value={text} onValue={setText} />
				<div class="filter-do"><Button type="submit" kind="second" busy={busy}>{T("ui.console_assignments.find")}</Button></div>
			</form>
			<Refused refusal={refusal} />
			{found?.length === 0 && <Empty>{T("ui.console_access.not_found")}</Empty>}
			{found !== null && found.length > 0 && <ul class="items">{found.slice(0, 30).map((one) => <li key={one.client_case} class="row apart"><span>{whoseText({ ...one, case_id: one.client_case })}<span class="quiet"> {[one.municipality, shortId(one.client_case)].filter(Boolean).join(" · ")}</span></span>
				<Button kind="second" small aria-label={`${T("ui.console_access.choose")}: ${whoseText({ ...one, case_id: one.client_case })}`} onClick={() => { props.onClient({ id: one.client_case, label: whoseText({ ...one, case_id: one.client_case }) }); setFound(null); }}>{T("ui.console_access.choose")}</Button></li>)}</ul>}
		</div>
	);
}

// What the client is given: who, when, on what ground; on paper it stands alone.
function Report(props: { log: ClientLog; label: string; onClose: () => void }) {
	const { log, label } = props;
	const name = `${T("ui.console_access.file")}-${todayIso()}.csv`;
	return (
		<section class="card stack report" aria-labelledby="report">
			<h2 id="report">{T("ui.console_access.report")}</h2>
			<dl class="facts">
				<dt>{T("ui.console_assignments.client")}</dt><dd>{label}</dd>
				<dt>{T("ui.console_access.span")}</dt><dd>{dateText(todayIso(log.from_ms))} – {dateText(todayIso(log.to_ms - 1))}</dd>
				<dt>{T("ui.console_access.made")}</dt><dd>{momentText(Date.now())}, {me.value?.name}</dd>
				<dt>{T("ui.console_access.count")}</dt><dd>{log.entries.length}</dd>
				{log.linked.length > 0 && <><dt>{T("ui.console_access.linked")}</dt><dd>{log.linked.length + 1}</dd></>}
			</dl>
			<div class="row noprint">
				{log.entries.length > 0 && <><Button onClick={() => print()}>{T("ui.console_access.print")}</Button>
					<Download name={name} text={() => writeCsv(csvRows(log.entries))}>{T("ui.console_access.csv")}</Download></>}
				<Button kind="second" onClick={props.onClose}>{T("ui.console_access.anew")}</Button>
			</div>
			{log.entries.length === 0 ? <Empty>{T("ui.console_access.nobody")}</Empty> : <Entries label={T("ui.console_access.report")} entries={log.entries} whose={false} />}
			<p class="quiet">{T("ui.console_access.law")}</p>
		</section>
	);
}

function OfClient(props: { id: string }) {
	const [client, setClient] = useState(props.id === "" ? null : { id: props.id, label: t("ui.console_assignments.case_id", { id: shortId(props.id) }) });
	const [id, setId] = useState(props.id);
	const [reason, setReason] = useState("");
	const [from, setFrom] = useState("");
	const [to, setTo] = useState("");
	const [special, setSpecial] = useState("");
	const [tried, setTried] = useState(false);
	const [log, setLog] = useState<ClientLog | null>(null);
	const { refusal, busy, act } = useAct();
	const sees = may("MUNICIPAL_ADMIN"), old = from !== "" && from < dayBefore(2 * YEAR_DAYS);
	const whose = client?.id ?? id.trim();
	const send = (event: Event) => {
		event.preventDefault();
		setTried(true);
		if (busy || whose === "" || reason.trim() === "" || (old && special.trim() === ""))
			return;
		void act(async () => setLog(await call<ClientLog>("accessLog", { id: whose, from, to, reason: reason.trim(), special: old ? special.trim() : "" })));
	};
	const at = (field: string) => refusal?.field === field ? refusalText(refusal) : undefined;
	const missing = (value: string) => tried && value.trim() === "" ? T("ui.console_door.missing") : undefined;
	if (log !== null)
		return <Report log={log} label={client?.label ?? shortId(whose)} onClose={() => { setLog(null); setTried(false); }} />;
	return (
		<section class="card stack" aria-labelledby="of-client">
			<h2 id="of-client">{T("ui.console_access.tab_client")}</h2>
			<p class="quiet">{T("ui.console_access.client_hint")}</p>
			<Text label={T("ui.console_access.why")} hint={T("ui.console_access.why_hint")} required lettersMost={500} value={reason} onValue={setReason} error={at("reason") ?? missing(reason)} />
			{client === null && sees && <><FindClient onClient={setClient} />{tried && <span class="error" role="alert">{T("ui.console_access.no_client")}</span>}</>}
			{client !== null && <div class="row apart"><span><strong>{capital(client.label)}</strong> <span class="quiet">{shortId(client.id)}</span></span><Button kind="second" small onClick={() => { setClient(null); replace(["access", "client"]); }}>{T("ui.console_access.another")}</Button></div>}
			<form class="stack" noValidate onSubmit={send}>
				<Refused refusal={refusal !== null && ["reason", "id", "from", "to"].includes(refusal.field) ? null : refusal} />
				{client === null && !sees && <Text label={T("ui.console_access.id")} hint={T("ui.console_access.id_hint")} required value={id} onValue={setId} error={at("id") ?? missing(id)} />}
				{client !== null && at("id") !== undefined && <span class="error">{at("id")}</span>}
				<div class="filters">
					<Text label={T("ui.console_access.from")} type="date" value={from} onValue={setFrom} error={at("from")} />
					<Text label={T("ui.console_access.to")} type="date" value={to} onValue={setTo} error={at("to")} />
				</div>
				<p class="quiet">{T("ui.console_access.years")}</p>
				{old && <Text label={T("ui.console_access.special")} required lettersMost={500} value={special} onValue={setSpecial} error={missing(special)} />}
				<div><Button type="submit" busy={busy}>{T("ui.console_access.read")}</Button></div>
			</form>
		</section>
	);
}

// ---- of a member of the staff ----
function OfPerson(props: { id: string }) {
	const people = useStaff();
	const [who, setWho] = useState(props.id);
	const [reason, setReason] = useState("");
	const [from, setFrom] = useState(dayBefore(30));
	const [to, setTo] = useState(todayIso());
	const [tried, setTried] = useState(false);
	const [log, setLog] = useState<{ entries: Entry[]; more: number; name: string } | null>(null);
	const { refusal, busy, act } = useAct();
	const send = (event: Event) => {
		event.preventDefault();
		setTried(true);
		if (busy || who === "" || reason.trim() === "")
			return;
		const name = people.staff.find((one) => one.id === who)?.name ?? "";
		void act(async () => setLog({ ...await admin<{ entries: Entry[]; more: number }>("access", "of", who, reason.trim(), from, to), name }));
	};
	const at = (field: string) => refusal?.field === field ? refusalText(refusal) : undefined;
	const missing = (value: string) => tried && value.trim() === "" ? T("ui.console_door.missing") : undefined;
	return (
		<>
			<section class="card stack" aria-labelledby="of-person">
				<h2 id="of-person">{T("ui.console_access.tab_person")}</h2>
				<p class="quiet">{T("ui.console_access.person_hint")}</p>
				<form class="stack" noValidate onSubmit={send}>
					<Refused refusal={refusal !== null && ["reason", "staff", "from", "to"].includes(refusal.field) ? null : refusal ?? people.refusal} />
					<Text label={T("ui.console_access.why")} hint={T("ui.console_access.why_hint")} required lettersMost={500} value={reason} onValue={setReason} error={at("reason") ?? missing(reason)} />
					<Choice list label={T("ui.console.person")} required value={who} onValue={setWho} options={staffOptions(people.staff)} error={at("staff") ?? missing(who)} />
					<div class="filters">
						<Text label={T("ui.console_access.from")} type="date" value={from} onValue={setFrom} error={at("from")} />
						<Text label={T("ui.console_access.to")} type="date" value={to} onValue={setTo} error={at("to")} />
					</div>
					<div><Button type="submit" busy={busy}>{T("ui.console_access.read")}</Button></div>
				</form>
			</section>
			{log !== null && <section class="card stack" aria-labelledby="acts-of">
				<div class="row apart"><h2 id="acts-of">{T("ui.console_access.acts_of", { name: log.name })}</h2>
					{log.entries.length > 0 && <Download name={`${T("ui.console_access.file")}-${todayIso()}.csv`} text={() => writeCsv(csvRows(log.entries))}>{T("ui.console_access.csv")}</Download>}</div>
				<p role="status">{T("ui.console_access.count")}: {log.entries.length}{log.more > 0 && <> · {t("ui.console_access.more", { count: log.more })}</>}</p>
				{log.entries.length > 0 && <Entries label={T("ui.console_access.acts_of", { name: log.name })} entries={log.entries} whose />}
			</section>}
		</>
	);
}

// ---- the glass, of late ----
function Glass() {
	const [since, setSince] = useState(dayBefore(30));
	const [entries, setEntries] = useState<Entry[] | null>(null);
	const { refusal, busy, act } = useAct();
	const look = () => act(async () => setEntries((await admin<{ entries: Entry[] }>("access", "break-glass", since)).entries));
	useEffect(() => void look(), []);
	return (
		<section class="card stack" aria-labelledby="glass">
			<h2 id="glass">{T("ui.console_access.tab_glass")}</h2>
			<p class="quiet">{T("ui.console_access.glass_hint")}</p>
			<form class="filters" noValidate onSubmit={(event) => { event.preventDefault(); if (!busy && since !== "") void look(); }}>
				<Text label={T("ui.console_access.from")} type="date" value={since} onValue={setSince} error={refusal?.field === "since" ? refusalText(refusal) : undefined} />
				<div class="filter-do"><Button type="submit" kind="second" busy={busy}>{T("ui.console_access.read")}</Button></div>
			</form>
			<Refused refusal={refusal?.field === "since" ? null : refusal} />
			{entries === null && refusal === null && <Busy />}
			{entries?.length === 0 && <Empty>{T("ui.console_access.no_glass")}</Empty>}
			{entries !== null && entries.length > 0 && <Entries label={T("ui.console_access.tab_glass")} entries={entries} whose />}
		</section>
	);
}

// ---- how much, of nobody ----
interface Volume {
	device: string;
	serial: string;
	act: string;
	count: number;
	last_ms: number;
}

function VolumeOf() {
	const [since, setSince] = useState(dayBefore(30));
	const { data, refusal } = useAdmin<{ volume: Volume[] }>(since === "" ? null : "access", "volume", since);
	return (
		<section class="card stack" aria-labelledby="volume">
			<h2 id="volume">{T("ui.console_access.tab_volume")}</h2>
			<p class="quiet">{T("ui.console_access.volume_hint")}</p>
			<Refused refusal={refusal} />
			<div class="filters"><Text label={T("ui.console_access.from")} type="date" value={since} onValue={setSince} /></div>
			{data === null && refusal === null && <Busy />}
			{data?.volume.length === 0 && <Empty>{T("ui.console_access.no_volume")}</Empty>}
			{data !== null && data.volume.length > 0 && <Table label={T("ui.console_access.tab_volume")} rows={data.volume} keyOf={(one) => one.device + one.act} columns={[
				{ head: T("ui.console_access.device"), main: true, cell: (one) => deviceText(one) },
				{ head: T("ui.console_access.act"), cell: (one) => actText(one.act) },
				{ head: T("ui.console_access.entries"), number: true, cell: (one) => one.count },
				{ head: T("ui.console_access.last"), cell: (one) => momentText(one.last_ms) },
			]} />}
		</section>
	);
}

// ---- drafts that stay unsigned ----
function Drafts() {
	const { data, refusal } = useAdmin<{ drafts: Entry[] }>("drafts");
	return (
		<section class="card stack" aria-labelledby="drafts">
			<h2 id="drafts">{T("ui.console_access.tab_drafts")}</h2>
			<p class="quiet">{T("ui.console_access.drafts_hint")}</p>
			<Refused refusal={refusal} />
			{data === null && refusal === null && <Busy />}
			{data?.drafts.length === 0 && <Empty>{T("ui.console_access.no_drafts")}</Empty>}
			{data !== null && data.drafts.length > 0 && <Table label={T("ui.console_access.tab_drafts")} rows={data.drafts} keyOf={(one) => one.id} columns={[
				{ head: T("ui.console_access.who"), main: true, cell: (one) => <a href={href(["people", one.who])}>{one.name || shortId(one.who)}</a> },
				{ head: T("ui.console_access.begun"), cell: (one) => momentText(one.when_ms) },
				{ head: T("ui.console_access.case"), cell: (one) => shortId(one.case_id) || "–" },
				{ head: T("ui.console_access.device"), cell: (one) => deviceText(one) },
			]} />}
		</section>
	);
}

export function Access(props: { rest: string[]; query: Record<string, string> }) {
	const all = tabs(), tab = all.find((one) => one === props.rest[0]) ?? all[0]!;
	return (
		<div class="stack">
			<Title>{T("ui.console_access.title")}</Title>
			{all.length > 1 && <div class="noprint"><Choice label={T("ui.console_access.which")} value={tab} onValue={(next) => go(["access", next])} options={all.map((one) => ({ value: one, label: T(`ui.console_access.tab_${one}`) }))} /></div>}
			{tab === "client" && <OfClient key={props.query["id"] ?? ""} id={props.query["id"] ?? ""} />}
			{tab === "person" && <OfPerson id={props.query["id"] ?? ""} />}
			{tab === "glass" && <Glass />}
			{tab === "volume" && <VolumeOf />}
			{tab === "drafts" && <Drafts />}
			{!may("MUNICIPAL_ADMIN", "DATA_PROTECTION_OFFICER") && <Notice>{T("ui.console_access.numbers_alone")}</Notice>}
		</div>
	);
}
