// statistics - a quarter of the work as counts: counted, proposed by one, approved by another, and then
// the same for good. Small counts are withheld by the node; nothing here computes what it did not tell.
import { useEffect, useState } from "preact/hooks";
import { useAct } from "../core/act";
import { go } from "../core/route";
import { capital, dateText, language, T, t, todayIso } from "../core/words";
import { Check, Choice } from "../ui/field";
import { Busy, Button, Empty, Notice, Refused, Title } from "../ui/parts";
import { admin, useAdmin } from "./ask";
import { Chart, type Bar } from "./chart";
import { Confirm } from "./confirm";
import { writeCsv } from "./csv";
import { Download } from "./download";
import { numberText } from "./figures";
import { useOnce } from "./once";
import { may, me } from "./who";

const QUARTERS = 12;

interface Line {
	table: string;
	table_label: string;
	class: string;
	class_label: string;
	column?: string;
	column_label?: string;
	count: number | null;
	shown: string;
}
interface Report {
	quarter: string;
	from: string;
	to: string;
	state: "COUNTED" | "PROPOSED" | "FROZEN";
	proposed_by?: string;
	proposer?: string;
	digest?: string;
	approved_by?: string;
	lines: Line[];
}
interface Known {
	reports: { quarter: string; proposed_by: string; approved_by: string }[];
	proposals: { quarter: string; proposer: string; proposed_by: string; digest: string }[];
}

function before(quarter: string): string {
	const year = Number(quarter.slice(0, 4)), part = Number(quarter.slice(5));
	return part === 1 ? `${year - 1}Q4` : `${year}Q${part - 1}`;
}

// The present one and those before it, the newest first.
function quarters(): string[] {
	const today = todayIso(), all = [`${today.slice(0, 4)}Q${Math.floor((Number(today.slice(5, 7)) + 2) / 3)}`];
	while (all.length < QUARTERS)
		all.push(before(all.at(-1)!));
	return all;
}

function quarterWord(quarter: string): string {
	return t("ui.console_statistics.quarter_name", { part: quarter.slice(5), year: quarter.slice(0, 4) });
}

export function told(line: Line | undefined): string {
	return line === undefined ? "–" : line.count === null ? line.shown : numberText(line.count);
}

function csvText(report: Report): string {
	return writeCsv([["table", "class", "column", "table_label", "class_label", "column_label", "count"],
		...report.lines.map((line) => [line.table, line.class, line.column ?? "", line.table_label, line.class_label, line.column_label ?? "", line.count === null ? line.shown : String(line.count)])]);
}

const keyOf = (line: Line) => `${line.class}/${line.column ?? ""}`;
const isTotal = (name: string | undefined) => name === "TOTAL";

function TableOf(props: { lines: Line[]; earlier: Map<string, Line> | null; label: string; quarters: [string, string] }) {
	const { lines, earlier } = props;
	const columns = [...new Map(lines.filter((line) => line.column !== undefined).map((line) => [line.column!, line.column_label ?? line.column!])).entries()];
	const classes = [...new Map(lines.map((line) => [line.class, line.class_label])).entries()];
	const find = (name: string, column: string) => lines.find((line) => line.class === name && (line.column ?? "") === column);
	const Before = (own: { line: Line | undefined }) => earlier === null || own.line === undefined ? null : <span class="quiet"> ({told(earlier.get(keyOf(own.line)))})</span>;
	if (columns.length > 0)
		return (
			<div class="sideways" tabIndex={0} role="region" aria-label={`${T("ui.console_statistics.table")}: ${props.label}`}>
				<table class="figures"><caption class="sr">{props.label}</caption>
					<thead><tr><td />{columns.map(([name, label]) => <th key={name} scope="col">{label}</th>)}</tr></thead>
					<tbody>{classes.map(([name, label]) => <tr key={name} class={isTotal(name) ? "sum" : ""}><th scope="row">{label}</th>
						{columns.map(([column]) => { const line = find(name, column); return <td key={column} data-cell={`${name}/${column}`} class={line?.count === null ? "withheld" : ""}>{told(line)}<Before line={line} /></td>; })}</tr>)}</tbody>
				</table>
			</div>
		);
	return (
		<table class="figures"><caption class="sr">{props.label}</caption>
			<thead><tr><td /><th scope="col">{props.quarters[0]}</th>{earlier !== null && <th scope="col">{props.quarters[1]}</th>}</tr></thead>
			<tbody>{lines.map((line) => <tr key={keyOf(line)} class={isTotal(line.class) ? "sum" : ""}><th scope="row">{line.class_label}</th>
				<td data-cell={keyOf(line)} class={line.count === null ? "withheld" : ""}>{told(line)}</td>
				{earlier !== null && <td class={earlier.get(keyOf(line))?.count === null ? "withheld" : ""}>{told(earlier.get(keyOf(line)))}</td>}</tr>)}</tbody>
		</table>
	);
}

// Of a list its classes; of a grid the totals of its rows, then of its columns. The total itself stands above
// the bars, and where there is nothing the table says so.
function barsOf(lines: Line[], earlier: Map<string, Line> | null): Bar[][] {
	const bar = (line: Line, label: string): Bar => {
		const past = earlier?.get(keyOf(line));
		return { label: capital(label), value: line.count, shown: told(line), before: earlier === null ? undefined : { value: past?.count ?? null, shown: told(past) } };
	};
	const some = (line: Line) => line.count !== 0 || (earlier?.get(keyOf(line)) ?? line).count !== 0;
	return [lines.filter((line) => !isTotal(line.class) && (line.column === undefined || isTotal(line.column)) && some(line)).map((line) => bar(line, line.class_label)),
		lines.filter((line) => isTotal(line.class) && line.column !== undefined && !isTotal(line.column) && some(line)).map((line) => bar(line, line.column_label ?? ""))];
}

function Figure(props: { lines: Line[]; past: Report | null; quarter: string }) {
	const { lines, past } = props, first = lines[0]!;
	const earlier = past === null ? null : new Map(past.lines.filter((line) => line.table === first.table).map((line) => [keyOf(line), line]));
	const total = lines.find((line) => isTotal(line.class) && (line.column === undefined || isTotal(line.column)));
	const label = capital(first.table_label);
	const names: [string, string] = [quarterWord(props.quarter), quarterWord(before(props.quarter))];
	return (
		<section class="card stack tight figure" aria-labelledby={`figure-${first.table}`} data-table={first.table}>
			<h2 id={`figure-${first.table}`}>{label}</h2>
			{total !== undefined && <p>{T("ui.console_statistics.total")} <strong>{told(total)}</strong>{earlier !== null && <span class="quiet"> ({told(earlier.get(keyOf(total)))})</span>}</p>}
			<Chart label={label} groups={barsOf(lines, earlier)}><TableOf lines={lines} earlier={earlier} label={label} quarters={names} /></Chart>
		</section>
	);
}

const CHIPS = { COUNTED: "", PROPOSED: "warn", FROZEN: "good" };

function Stage(props: { report: Report; onDone: () => void }) {
	const { report } = props;
	const [sure, setSure] = useState<"propose" | "freeze" | null>(null);
	const own = report.proposer === me.value?.staff, name = quarterWord(report.quarter);
	const over = report.to < todayIso();
	const act = async (verb: "propose" | "freeze") => {
		await admin("statistics", report.quarter, verb, me.value?.staff ?? "", language.value, ...(verb === "freeze" ? [report.digest ?? ""] : []));
		props.onDone();
	};
	return (
		<section class="card stack tight" aria-label={T("ui.console_statistics.stage")}>
			<p><span class={`chip ${CHIPS[report.state]}`}>{T(`ui.console_statistics.state_${report.state}`)}</span> <span class="quiet">{dateText(report.from)} – {dateText(report.to)}</span></p>
			<ol class="stages" aria-label={T("ui.console_statistics.stage")}>
				<li class="done">{T("ui.console_statistics.step_counted")}</li>
				<li class={report.state === "COUNTED" ? "" : "done"}>{report.state === "COUNTED" ? T("ui.console_statistics.step_propose") : T("ui.console_statistics.step_proposed", { name: report.proposed_by ?? "" })}</li>
				<li class={report.state === "FROZEN" ? "done" : ""}>{report.state === "FROZEN" ? T("ui.console_statistics.step_frozen", { name: report.approved_by ?? "" }) : T("ui.console_statistics.step_freeze")}</li>
			</ol>
			{report.state === "FROZEN" && <p class="quiet">{T("ui.console_statistics.frozen_hint")}</p>}
			{report.state !== "FROZEN" && !over && <Notice tone="warn">{T("ui.console_statistics.unfinished", { day: dateText(report.to) })}</Notice>}
			{may("MUNICIPAL_ADMIN") && report.state === "PROPOSED" && own && <Notice>{T("ui.console_statistics.own")}</Notice>}
			{may("MUNICIPAL_ADMIN") && report.state !== "FROZEN" && <div class="row noprint">
				{report.state === "PROPOSED" && !own && <Button onClick={() => setSure("freeze")}>{T("ui.console_statistics.freeze")}</Button>}
				<Button kind={report.state === "PROPOSED" ? "second" : undefined} onClick={() => setSure("propose")}>{T(report.state === "PROPOSED" ? "ui.console_statistics.propose_anew" : "ui.console_statistics.propose")}</Button>
			</div>}
			{sure !== null && <Confirm title={T(`ui.console_statistics.${sure}_title`, { quarter: name })} button={T(`ui.console_statistics.${sure}`)} done={T(`ui.console_statistics.${sure}_done`, { quarter: name })}
				onDo={() => act(sure)} onClose={() => setSure(null)}><p>{T(`ui.console_statistics.${sure}_hint`)}</p></Confirm>}
		</section>
	);
}

// On paper the tables are open.
function useOpenOnPaper(): void {
	useEffect(() => {
		let opened: HTMLDetailsElement[] = [];
		const open = () => {
			opened = [...document.querySelectorAll<HTMLDetailsElement>("details.chart-table:not([open])")];
			for (const one of opened)
				one.open = true;
		};
		const close = () => {
			for (const one of opened)
				one.open = false;
		};
		addEventListener("beforeprint", open);
		addEventListener("afterprint", close);
		return () => {
			removeEventListener("beforeprint", open);
			removeEventListener("afterprint", close);
		};
	}, []);
}

function OneQuarter(props: { quarter: string; known: Known }) {
	const { quarter } = props, now = language.value;
	const [compare, setCompare] = useState(false);
	const { refusal: failed, busy: counting, act } = useAct();
	const stands = [...props.known.reports, ...props.known.proposals].filter((one) => one.quarter === quarter).map((one) => "approved_by" in one ? "FROZEN" : one.digest).join();
	const shown = useOnce<Report>(`${quarter} ${now} ${stands}`, () => admin<Report>("statistics", quarter, "show", "", now));
	const past = useOnce<Report>(compare ? `${before(quarter)} ${now}` : "", () => admin<Report>("statistics", before(quarter), "show", "", now));
	const [fresh, setFresh] = useState<{ of: string; report: Report } | null>(null);
	useOpenOnPaper();
	const of = `${quarter} ${now} ${stands}`, report = fresh?.of === of ? fresh.report : shown.data;
	const recount = () => void act(async () => setFresh({ of, report: await admin<Report>("statistics", quarter, "count", "", now) }));
	const tables = [...new Set((report?.lines ?? []).map((line) => line.table))];
	const linesOf = (one: Report | null, table: string) => (one?.lines ?? []).filter((line) => line.table === table);
	const isNought = (table: string) => [...linesOf(report, table), ...(compare ? linesOf(past.data, table) : [])].every((line) => line.count === 0);
	const noughts = tables.filter(isNought);
	const kept = fresh?.of === of && shown.data !== null && shown.data.state !== "COUNTED";
	return (
		<>
			<Refused refusal={shown.refusal ?? failed} />
			{report === null && shown.refusal === null && <><Busy /><p class="quiet">{T("ui.console_statistics.counting")}</p></>}
			{report !== null && <>
				{kept ? <Notice tone="warn"><div class="row apart"><span class="grow">{T("ui.console_statistics.fresh")}</span><Button kind="second" small onClick={() => setFresh(null)}>{T("ui.console_statistics.back")}</Button></div></Notice>
					: <Stage key={quarter} report={report} onDone={() => { setFresh(null); shown.again(); }} />}
				<div class="row noprint">
					<Download name={`jalka-${report.quarter}${kept ? "-uusi" : ""}.csv`} text={() => csvText(report)}>{T("ui.console_statistics.download")}</Download>
					<Button kind="second" onClick={() => print()}>{T("ui.console_statistics.print")}</Button>
					<Button kind="second" busy={counting} onClick={recount}>{T("ui.console_statistics.count")}</Button>
					<Check label={T("ui.console_statistics.compare", { quarter: quarterWord(before(quarter)) })} value={compare} onValue={setCompare} />
				</div>
				{compare && <Refused refusal={past.refusal} />}
				{compare && past.data === null && past.refusal === null && <Busy />}
				<p class="quiet">{T("ui.console_statistics.withheld")}{compare && past.data !== null && ` ${T("ui.console_statistics.legend", { quarter: quarterWord(before(quarter)), state: t(`ui.console_statistics.state_${past.data.state}`) })}`}</p>
				{tables.length === 0 && <Empty>{T("ui.console_statistics.nothing")}</Empty>}
				<div class="figure-grid">{tables.filter((table) => !noughts.includes(table)).map((table) => <Figure key={table} quarter={quarter} lines={linesOf(report, table)} past={compare ? past.data : null} />)}</div>
				{noughts.length > 0 && <section class="card stack tight" aria-labelledby="noughts"><h2 id="noughts">{T("ui.console_statistics.noughts")}</h2>
					<p class="quiet">{T("ui.console_statistics.noughts_hint")}</p><ul data-noughts>{noughts.map((table) => <li key={table}>{capital(linesOf(report, table)[0]!.table_label)}</li>)}</ul></section>}
			</>}
		</>
	);
}

export function Statistics(props: { quarter: string | undefined }) {
	const known = useAdmin<Known>("statistics", "list");
	const all = quarters(), quarter = props.quarter ?? all[1]!;
	const mark = (one: string) => known.data?.reports.some((report) => report.quarter === one) === true ? ` – ${t("ui.console_statistics.state_FROZEN")}`
		: known.data?.proposals.some((proposal) => proposal.quarter === one) === true ? ` – ${t("ui.console_statistics.state_PROPOSED")}` : "";
	const older = (known.data?.reports ?? []).map((report) => report.quarter).filter((one) => !all.includes(one)).sort().reverse();
	const waits = (known.data?.proposals ?? []).filter((one) => one.proposer !== me.value?.staff && one.quarter !== quarter);
	return (
		<div class="stack">
			<Title>{T("ui.console_statistics.title")} <span class="onpaper">{quarterWord(quarter)}</span></Title>
			<p class="noprint">{T("ui.console_statistics.hint")}</p>
			<Refused refusal={known.refusal} />
			{waits.length > 0 && may("MUNICIPAL_ADMIN") && <Notice tone="warn"><ul class="plain">{waits.map((one) => <li key={one.quarter}><a href={`#/statistics/${one.quarter}`}>{T("ui.console_statistics.waits", { quarter: quarterWord(one.quarter), name: one.proposed_by })}</a></li>)}</ul></Notice>}
			<div class="noprint"><Choice list label={T("ui.console_statistics.quarter")} value={quarter} onValue={(next) => go(["statistics", next])} options={[...all, ...older, ...(all.includes(quarter) || older.includes(quarter) ? [] : [quarter])].map((one) => ({ value: one, label: `${quarterWord(one)}${mark(one)}` }))} /></div>
			{known.data !== null && <OneQuarter key={quarter} quarter={quarter} known={known.data} />}
		</div>
	);
}
