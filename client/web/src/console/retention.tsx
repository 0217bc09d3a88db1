// retention - what has been kept as long as its class is kept, and erasing it, which is two people's
// act: proposed by one, approved or dropped by another, told by a certificate.
import { useState } from "preact/hooks";
import { useAct } from "../core/act";
import { href, go } from "../core/route";
import { Told } from "../core/refusal-words";
import { capital, dateText, momentText, T, t } from "../core/words";
import { Check, Text } from "../ui/field";
import { Busy, Button, Dialog, Empty, Notice, Refused, refusalText, Title, toast } from "../ui/parts";
import { admin, useAdmin } from "./ask";
import { shortId, whoseText, type Whose } from "./staff";
import { Table } from "./table";
import { may } from "./who";

type Kind = "CLIENT" | "MATTER" | "PROTECTED" | "SENSITIVE" | "CHILD_NOTICE";
interface Due extends Whose {
	case_id: string;
	kind: Kind;
	client_case: string;
	class: string;
	years: number;
	starts: string;
	until: string;
	over: boolean;
	proposed: boolean;
}
interface Proposal extends Whose {
	case_id: string;
	record: string;
	kind?: Kind;
	proposed_by: string;
	mine: boolean;
	at_ms: number;
	ground: string;
}
interface Certificate {
	id: string;
	executed_ms: number;
	case_id: string;
	ground: string;
	proposed_by: string;
	approver: string;
	certificate: string;
}

const CLASSES = ["CLIENT_CARD", "WORKING_AGE", "CHILD_PROTECTION"] as const;

function classText(name: string): string {
	return CLASSES.some((one) => one === name) ? T(`ui.console_retention.class_${name as typeof CLASSES[number]}`) : name;
}

function yearsText(one: Due): string {
	return CLASSES.some((name) => name === one.class) ? T(`ui.console_retention.years_${one.class as typeof CLASSES[number]}`, { count: one.years }) : `${one.years} · ${one.starts}`;
}

function kindText(kind: Kind | undefined): string {
	return kind === undefined ? "" : t(`case_kind.${kind}`);
}

// ---- proposing ----
function Propose(props: { case_id: string; record?: string; label: string; over: boolean; onClose: () => void }) {
	const [ground, setGround] = useState("");
	const [tried, setTried] = useState(false);
	const { refusal, busy, act } = useAct();
	const send = (event: Event) => {
		event.preventDefault();
		setTried(true);
		if (busy || (!props.over && ground.trim() === ""))
			return;
		void act(async () => {
			await admin("erase", ...(props.record === undefined ? ["case", props.case_id] : ["record", props.case_id, props.record]), ...(ground.trim() === "" ? [] : [ground.trim()]));
			toast(T("ui.console_retention.proposed_done"));
			props.onClose();
		});
	};
	return (
		<Dialog title={T("ui.console_retention.propose_title")} onClose={props.onClose}>
			<p><strong>{props.label}</strong></p>
			<ul>{(["everywhere", "second", "certificate"] as const).map((one) => <li key={one}>{T(`ui.console_retention.what_${one}`)}</li>)}</ul>
			<form class="stack" noValidate onSubmit={send}>
				<Refused refusal={refusal?.field === "ground" ? null : refusal} />
				<Text label={T("ui.console_retention.ground")} hint={T(props.over ? "ui.console_retention.ground_over" : "ui.console_retention.ground_hint")} long required={!props.over} lettersMost={500} value={ground} onValue={setGround}
					error={refusal?.field === "ground" ? refusalText(refusal) : tried && !props.over && ground.trim() === "" ? T("ui.console_door.missing") : undefined} />
				<div class="row"><Button type="submit" kind="danger" busy={busy}>{T("ui.console_retention.propose")}</Button><Button kind="second" onClick={props.onClose}>{T("ui.cancel")}</Button></div>
			</form>
		</Dialog>
	);
}

// ---- what waits for the second person ----
function Approve(props: { one: Proposal; onClose: () => void }) {
	const { one } = props;
	const [sure, setSure] = useState(false);
	const { refusal, busy, act } = useAct();
	const [tried, setTried] = useState(false);
	const approve = () => sure ? void act(async () => {
		await admin("erase", "approve", one.case_id, ...(one.record === "" ? [] : [one.record]));
		toast(T("ui.console_retention.erased"));
		props.onClose();
	}) : setTried(true);
	return (
		<Dialog title={T("ui.console_retention.approve_title")} onClose={props.onClose}>
			<p><strong>{capital(whoseText(one))}</strong> · {[kindText(one.kind), one.record === "" ? "" : t("ui.console_retention.record", { id: shortId(one.record) })].filter(Boolean).join(" · ")}</p>
			<p>{T("ui.console_retention.by", { name: one.proposed_by, when: momentText(one.at_ms) })}</p>
			<p>{T("ui.console_retention.ground")}: {Told(one.ground)}</p>
			<Notice tone="warn">{T("ui.console_retention.no_way_back")}</Notice>
			<Check label={T("ui.console_retention.i_am_sure")} value={sure} onValue={setSure} error={tried && !sure ? T("ui.console_retention.check_first") : undefined} />
			<Refused refusal={refusal} />
			<div class="row"><Button kind="danger" busy={busy} onClick={approve}>{T("ui.console_retention.approve")}</Button><Button kind="second" onClick={props.onClose}>{T("ui.cancel")}</Button></div>
		</Dialog>
	);
}

function Waiting() {
	const { data, refusal } = useAdmin<{ erasures: Proposal[] }>("erasures");
	const [approving, setApproving] = useState<Proposal | null>(null);
	const { refusal: failed, busy, act } = useAct();
	const drop = (one: Proposal) => void act(async () => {
		await admin("erase", "drop", one.case_id, ...(one.record === "" ? [] : [one.record]));
		toast(T("ui.console_retention.dropped"));
	});
	return (
		<section class="card stack" aria-labelledby="waiting">
			<h2 id="waiting">{T("ui.console_retention.waiting")}</h2>
			<Refused refusal={refusal ?? failed} />
			{data === null && refusal === null && <Busy />}
			{data?.erasures.length === 0 && <Empty>{T("ui.console_retention.none_waiting")}</Empty>}
			<ul class="items">{data?.erasures.map((one) => (
				<li key={one.case_id + one.record} class="row apart" data-erasure={one.case_id}>
					<div class="grow"><strong>{capital(whoseText(one))}</strong> <span class="quiet">{[kindText(one.kind), shortId(one.case_id), one.record === "" ? "" : t("ui.console_retention.record", { id: shortId(one.record) })].filter(Boolean).join(" · ")}</span>
						<p>{Told(one.ground)}</p><p class="quiet">{T("ui.console_retention.by", { name: one.proposed_by, when: momentText(one.at_ms) })}{one.mine && <> · {t("ui.console_retention.mine")}</>}</p></div>
					{may("MUNICIPAL_ADMIN") && <div class="row">{!one.mine && <Button aria-label={`${T("ui.console_retention.approve")}: ${whoseText(one)}`} onClick={() => setApproving(one)}>{T("ui.console_retention.approve")}</Button>}
						<Button kind="second" busy={busy} aria-label={`${T("ui.console_retention.drop")}: ${whoseText(one)}`} onClick={() => drop(one)}>{T("ui.console_retention.drop")}</Button></div>}
				</li>))}</ul>
			{approving !== null && <Approve one={approving} onClose={() => setApproving(null)} />}
		</section>
	);
}

// ---- what is due ----
function DueList() {
	const [all, setAll] = useState(false);
	const [of, setOf] = useState<Due | null>(null);
	const { data, refusal } = useAdmin<{ cases: Due[] }>("retention", ...(all ? ["all"] : []));
	return (
		<section class="card stack" aria-labelledby="due">
			<h2 id="due">{T("ui.console_retention.due")}</h2>
			<Refused refusal={refusal} />
			<Check label={T("ui.console_retention.all")} value={all} onValue={setAll} />
			{data === null && refusal === null && <Busy />}
			{data?.cases.length === 0 && <Empty>{T(all ? "ui.console_retention.no_cases" : "ui.console_retention.none_due")}</Empty>}
			{data !== null && data.cases.length > 0 && <Table label={T("ui.console_retention.due")} rows={data.cases} keyOf={(one) => one.case_id} columns={[
				{ head: T("ui.console_assignments.case"), main: true, cell: (one) => <>{capital(whoseText(one))} <span class="quiet">{kindText(one.kind)} {shortId(one.case_id)}</span></> },
				{ head: T("ui.console_retention.class"), cell: (one) => classText(one.class) },
				{ head: T("ui.console_retention.how_long"), cell: (one) => <>{yearsText(one)} <span class="quiet">{T("ui.console_retention.law")}</span></> },
				{ head: T("ui.console_retention.until"), cell: (one) => one.until === "" ? T("ui.console_retention.not_begun") : <>{dateText(one.until)}{one.over && <> <span class="chip warn">{t("ui.console_retention.over")}</span></>}</> },
				{ head: T("ui.console.do"), plain: true, cell: (one) => one.proposed ? <span class="chip">{t("ui.console_retention.is_proposed")}</span>
					: may("MUNICIPAL_ADMIN") && <Button kind="second" small aria-label={`${T("ui.console_retention.propose")}: ${whoseText(one)}`} onClick={() => setOf(one)}>{T("ui.console_retention.propose")}</Button> },
			]} />}
			{of !== null && <Propose case_id={of.case_id} over={of.over} label={`${capital(whoseText(of))} · ${kindText(of.kind)} ${shortId(of.case_id)}`} onClose={() => setOf(null)} />}
		</section>
	);
}

// One record of a case: what is there without a ground, or by a client's request.
function OneRecord() {
	const [place, setPlace] = useState("");
	const [record, setRecord] = useState("");
	const [tried, setTried] = useState(false);
	const [asked, setAsked] = useState(false);
	const whole = (text: string) => /^[0-9a-f]{32}$/.test(text.trim());
	const error = (text: string) => tried && !whole(text) ? T("ui.console_retention.whole_id") : undefined;
	return (
		<details class="card"><summary><h2>{T("ui.console_retention.one_record")}</h2></summary>
			<form class="stack" noValidate onSubmit={(event) => { event.preventDefault(); setTried(true); setAsked(whole(place) && whole(record)); }}>
				<p class="quiet">{T("ui.console_retention.one_record_hint")}</p>
				<Text label={T("ui.console_retention.case_of")} required value={place} onValue={setPlace} error={error(place)} />
				<Text label={T("ui.console_retention.record_id")} required value={record} onValue={setRecord} error={error(record)} />
				<div><Button type="submit" kind="second">{T("ui.console_retention.propose")}</Button></div>
			</form>
			{asked && <Propose case_id={place.trim()} record={record.trim()} over={false} label={t("ui.console_retention.record", { id: shortId(record) })} onClose={() => setAsked(false)} />}
		</details>
	);
}

// ---- certificates ----
function Certificates() {
	const { data, refusal } = useAdmin<{ certificates: Certificate[] }>("erasures", "done");
	return (
		<section class="card stack" aria-labelledby="certificates">
			<h2 id="certificates">{T("ui.console_retention.certificates")}</h2>
			<Refused refusal={refusal} />
			{data === null && refusal === null && <Busy />}
			{data?.certificates.length === 0 && <Empty>{T("ui.console_retention.no_certificates")}</Empty>}
			{data !== null && data.certificates.length > 0 && <Table label={T("ui.console_retention.certificates")} rows={data.certificates} keyOf={(one) => one.id} columns={[
				{ head: T("ui.console_retention.when"), main: true, cell: (one) => <a href={href(["retention", one.id])}>{momentText(one.executed_ms)}</a> },
				{ head: T("ui.console_assignments.case"), cell: (one) => shortId(one.case_id) },
				{ head: T("ui.console_retention.ground"), cell: (one) => Told(one.ground) },
				{ head: T("ui.console_retention.two"), cell: (one) => [one.proposed_by, one.approver].filter(Boolean).join(", ") || "–" },
			]} />}
		</section>
	);
}

function CertificatePage(props: { id: string }) {
	const { data, refusal } = useAdmin<{ certificates: Certificate[] }>("erasures", "done");
	const one = data?.certificates.find((row) => row.id === props.id);
	return (
		<div class="stack">
			<p class="noprint"><a href={href(["retention"])}>{T("ui.console_retention.title")}</a></p>
			<Title>{T("ui.console_retention.certificate")}</Title>
			<Refused refusal={refusal} />
			{data === null && refusal === null && <Busy />}
			{data !== null && one === undefined && <Notice tone="warn">{T("ui.console_retention.no_certificate")}</Notice>}
			{one !== undefined && <section class="card stack report">
				<p>{T("ui.console_retention.says")}</p>
				<dl class="facts">
					<dt>{T("ui.console_retention.when")}</dt><dd>{momentText(one.executed_ms)}</dd>
					<dt>{T("ui.console_retention.case_of")}</dt><dd><code>{one.case_id}</code></dd>
					<dt>{T("ui.console_retention.ground")}</dt><dd>{Told(one.ground)}</dd>
					<dt>{T("ui.console_retention.proposer")}</dt><dd>{one.proposed_by || "–"}</dd>
					<dt>{T("ui.console_retention.approver")}</dt><dd>{one.approver || "–"}</dd>
					<dt>{T("ui.console_retention.as_kept")}</dt><dd lang="en">{one.certificate}</dd>
				</dl>
				<div class="noprint row"><Button onClick={() => print()}>{T("ui.console_access.print")}</Button><Button kind="second" onClick={() => go(["retention"])}>{T("ui.close")}</Button></div>
			</section>}
		</div>
	);
}

export function Retention(props: { rest: string[] }) {
	const [id] = props.rest;
	if (id !== undefined)
		return <CertificatePage id={id} />;
	return (
		<div class="stack">
			<Title>{T("ui.console_retention.title")}</Title>
			<p class="quiet">{T("ui.console_retention.hint")}</p>
			<Waiting />
			<DueList />
			{may("MUNICIPAL_ADMIN") && <OneRecord />}
			<Certificates />
		</div>
	);
}
