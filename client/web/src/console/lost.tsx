// lost - a laptop is out of hand: since when that is known, how long there is to report it (72
// hours), the police report, the risk to the clients, and whose data may be on it. To whom names are shown, each look
// at the list is an entry of the access log: it is asked for by a press, never by itself.
import { useEffect, useState } from "preact/hooks";
import { useAct } from "../core/act";
import { spanText, useNow } from "../core/clock";
import { capital, fieldWord, momentIso, momentText, T } from "../core/words";
import { Choice, lengthFault, Text } from "../ui/field";
import { Button, Empty, Notice, Refused, refusalText, toast } from "../ui/parts";
import { admin } from "./ask";
import { Table } from "./table";
import { may } from "./who";

interface Report {
	known_ms: number;
	report_by_ms: number;
	risk: "" | "HIGH" | "LOW";
	risk_reasons: string;
	police_report_no: string;
	cases: number;
	client_count: number;
	names_shown: boolean;
	clients: { case_id: string; family_name: string; given_names: string; municipality: string }[];
	nameless: number;
}

const NUMBER_LETTERS = 64; // as in its record
const REASONS_LETTERS = 1000, REASONS_BYTES = 2000; // the call carries no more

function Clock(props: { report: Report }) {
	const now = useNow(15_000), { report } = props, left = report.report_by_ms - now;
	if (report.known_ms === 0)
		return <Notice tone="warn">{T("ui.console_lost.since_when")}</Notice>;
	return (
		<div class={`clock ${left < 0 ? "late" : ""}`}>
			<p>{T("ui.console_lost.known", { when: momentText(report.known_ms) })}</p>
			<p class="clock-left" role="timer" aria-live="off">{left < 0 ? T("ui.console_lost.late", { span: spanText(-left) }) : T("ui.console_lost.left", { span: spanText(left) })}</p>
			<p>{T("ui.console_lost.report_by", { when: momentText(report.report_by_ms) })}</p>
		</div>
	);
}

function Since(props: { node: string; report: Report; onReport: (report: Report) => void }) {
	const [at, setAt] = useState(momentIso(props.report.known_ms || Date.now()));
	const { refusal, busy, act } = useAct();
	const save = (event: Event) => {
		event.preventDefault();
		void act(async () => {
			props.onReport(await admin<Report>("lost", props.node, "since", at.slice(0, 16)));
			toast(T("ui.console_lost.since_saved"));
		});
	};
	return (
		<form class="stack tight" noValidate onSubmit={save}>
			<Text label={T("ui.console_lost.since")} hint={T("ui.console_lost.since_hint")} type="datetime-local" value={at} onValue={setAt} error={refusal === null ? undefined : refusalText(refusal)} />
			<div><Button type="submit" kind="second" busy={busy}>{T("ui.console_lost.since_save")}</Button></div>
		</form>
	);
}

function Police(props: { node: string; report: Report; onReport: (report: Report) => void }) {
	const [number, setNumber] = useState(props.report.police_report_no);
	const [tried, setTried] = useState(false);
	const { refusal, busy, act } = useAct();
	const save = (event: Event) => {
		event.preventDefault();
		setTried(true);
		if (busy || number.trim() === "" || lengthFault(number, NUMBER_LETTERS) !== "")
			return;
		void act(async () => {
			props.onReport(await admin<Report>("lost", props.node, "police", number.trim()));
			toast(T("ui.console_lost.police_saved"));
		});
	};
	return (
		<form class="stack tight" noValidate onSubmit={save}>
			<Text label={capital(fieldWord("device", "police_report_no"))} value={number} onValue={setNumber} lettersMost={NUMBER_LETTERS} error={refusal !== null ? refusalText(refusal) : tried && number.trim() === "" ? T("ui.console_door.missing") : undefined} />
			<div><Button type="submit" kind="second" busy={busy}>{T("ui.console_lost.police_save")}</Button></div>
		</form>
	);
}

function Risk(props: { node: string; report: Report; onReport: (report: Report) => void }) {
	const [risk, setRisk] = useState<string>(props.report.risk);
	const [reasons, setReasons] = useState(props.report.risk_reasons);
	const [tried, setTried] = useState(false);
	const { refusal, busy, act } = useAct();
	const save = (event: Event) => {
		event.preventDefault();
		setTried(true);
		if (busy || risk === "" || reasons.trim() === "" || lengthFault(reasons, REASONS_LETTERS, REASONS_BYTES) !== "")
			return;
		void act(async () => {
			props.onReport(await admin<Report>("lost", props.node, "risk", risk.toLowerCase(), reasons));
			toast(T("ui.console_lost.risk_saved"));
		});
	};
	return (
		<form class="stack tight" noValidate onSubmit={save}>
			<Refused refusal={refusal} />
			<Choice label={T("ui.console_lost.risk")} required value={risk} onValue={setRisk} error={tried && risk === "" ? T("ui.console_door.missing") : undefined}
				options={[{ value: "HIGH", label: T("ui.console_lost.risk_HIGH") }, { value: "LOW", label: T("ui.console_lost.risk_LOW") }]} />
			<Text label={T("ui.console_lost.reasons")} hint={T("ui.console_lost.reasons_hint")} long required value={reasons} onValue={setReasons} lettersMost={REASONS_LETTERS} bytesMost={REASONS_BYTES} error={tried && reasons.trim() === "" ? T("ui.console_door.missing") : undefined} />
			{risk === "HIGH" && <Notice>{T("ui.console_lost.high_hint")}</Notice>}
			<div><Button type="submit" busy={busy}>{T("ui.console_lost.risk_save")}</Button></div>
		</form>
	);
}

function Clients(props: { report: Report }) {
	const { report } = props;
	return (
		<div class="stack tight">
			<h3>{T("ui.console_lost.clients", { clients: report.client_count, cases: report.cases })}</h3>
			{!report.names_shown && <p class="quiet">{T("ui.console_lost.no_names")}</p>}
			{report.names_shown && report.clients.length > 0 && <Table label={T("ui.console_lost.clients_label")} rows={report.clients} keyOf={(one) => one.case_id} columns={[
				{ head: T("ui.console_lost.client"), main: true, cell: (one) => `${one.family_name} ${one.given_names}` },
				{ head: T("ui.console_lost.municipality"), cell: (one) => one.municipality || "–" },
			]} />}
			{report.names_shown && report.client_count === 0 && <Empty>{T("ui.console_lost.nobody")}</Empty>}
			{report.nameless > 0 && <p class="quiet">{T("ui.console_lost.nameless", { count: report.nameless })}</p>}
		</div>
	);
}

export function Lost(props: { node: string; revoked: boolean }) {
	const [report, setReport] = useState<Report | null>(null);
	const { refusal, busy, act } = useAct();
	useEffect(() => setReport(null), [props.node]);
	const look = () => void act(async () => setReport(await admin<Report>("lost", props.node)));
	return (
		<section class="card stack" aria-labelledby="lost">
			<h2 id="lost">{T("ui.console_lost.title")}</h2>
			<p>{T(props.revoked ? "ui.console_lost.hint_revoked" : "ui.console_lost.hint")}</p>
			<Refused refusal={refusal} />
			{report !== null && <>
				<Clock report={report} />
				<Since key={report.known_ms} node={props.node} report={report} onReport={setReport} />
				<Police node={props.node} report={report} onReport={setReport} />
				<Risk node={props.node} report={report} onReport={setReport} />
				<Clients report={report} />
			</>}
			<div class="row"><Button kind={report === null ? undefined : "second"} busy={busy} onClick={look}>{T(report === null ? "ui.console_lost.open" : "ui.console_lost.again")}</Button>
				{may("MUNICIPAL_ADMIN") && <span class="quiet">{T("ui.console_lost.logged")}</span>}</div>
		</section>
	);
}
