// handovers - a case that changes hands: proposed with its reason, told to the client, accepted or
// not by the receiver; what it waits for is the daemon's to say.
import { useState } from "preact/hooks";
import { useAct } from "../core/act";
import { call } from "../core/api";
import { status, useAsk } from "../core/live";
import type { Summary, Written } from "../core/records";
import { go, href } from "../core/route";
import { useUnfinished } from "../core/unfinished";
import { capital, dateText, fieldWord, language, momentIso, momentMs, T, valueWord } from "../core/words";
import { Check, Choice, Text } from "../ui/field";
import { Kept } from "../ui/kept";
import { Busy, Button, Empty, Notice, Refused, toast } from "../ui/parts";
import { useClient } from "./consent";
import { Title } from "./frame";
import { useErrors } from "./write";

interface Staff {
	id: string;
	name: string;
	phone: string;
}
type Block = "NO_CASE" | "CASE_CLOSED" | "NOT_OWN" | "NO_RECEIVER" | "NOT_LICENSED" | "NO_DEVICE" | "LENT_OVER";
interface Row {
	id: string;
	case_id: string;
	from?: Staff;
	to?: Staff;
	state: string;
	waits_for: "" | "RECEIVER" | "CLIENT_TOLD" | "CENTRAL";
	blocked?: { name: Block };
	reason: string;
	rejected_reason?: string;
	due?: { day: string; label: string; title: string }[];
}

function Told(props: { at: string; onAt: (at: string) => void; error?: string | undefined }) {
	return <Text label={T("ui.handovers.told_at")} type="datetime-local" value={props.at} onValue={props.onAt} error={props.error} />;
}

function Propose(props: { caseId: string }) {
	const staff = useAsk<{ records: Summary[] }>("list", { type: "staff_member" });
	const client = useClient(props.caseId);
	const [now] = useState(momentIso(Date.now()));
	const typed = useUnfinished(props.caseId, "handovers/new", { to: "", reason: "", told: false, at: now });
	const { to, reason, told, at } = typed.value;
	const { refusal, busy, act } = useAct();
	const errors = useErrors(refusal);
	const send = async () => {
		const written = await act(() => call<Written>("handover", { verb: "propose", id: props.caseId, to, reason, lang: language.value, atMs: told ? BigInt(momentMs(at)) : 0n }));
		if (written === undefined)
			return;
		typed.done();
		toast(T("ui.handovers.proposed"));
		go(["handovers"]);
	};
	return (
		<div class="stack">
			<Title>{T("ui.handovers.new")}</Title>
			<p class="quiet">{client.name}</p>
			<form class="card stack" noValidate onSubmit={(event) => { event.preventDefault(); void send(); }}>
				<Notice>{T("ui.handovers.hint")}</Notice>
				<Refused refusal={refusal ?? client.refusal ?? staff.refusal} />
				<Choice path="to" label={capital(fieldWord("handover", "to"))} required list value={to} onValue={(next) => typed.patch({ to: next })} error={errors["to"]}
					options={(staff.data?.records ?? []).filter((one) => one.id !== status.value?.holder).map((one) => ({ value: one.id, label: one.title }))} />
				<Text path="reason" label={capital(fieldWord("handover", "reason"))} hint={T("ui.handovers.reason_hint")} long required value={reason} onValue={(next) => typed.patch({ reason: next })} lettersMost={2000} error={errors["reason"]} />
				<Check label={T("ui.handovers.client_told")} value={told} onValue={(next) => typed.patch({ told: next })} />
				{told && <Told at={at} onAt={(next) => typed.patch({ at: next })} error={errors["client_told_at"]} />}
				<Kept of={typed} />
				<div class="row"><Button type="submit" busy={busy}>{T("ui.handovers.propose")}</Button><Button kind="second" onClick={() => history.back()}>{T("ui.cancel")}</Button></div>
			</form>
		</div>
	);
}

function One(props: { row: Row }) {
	const { row } = props;
	const mine = row.to?.id === status.value?.holder, own = row.from?.id === status.value?.holder;
	const [rejecting, setRejecting] = useState(false);
	const typed = useUnfinished(row.id, "reject", "");
	const [at, setAt] = useState(momentIso(Date.now()));
	const { refusal, busy, act } = useAct();
	const errors = useErrors(refusal);
	const say = (verb: string, more: { reason?: string; atMs?: bigint } = {}) => act(() => call("handover", { verb, id: row.id, ...more })).then((done) => done !== undefined && (typed.done(), setRejecting(false)));
	const live = row.state === "PROPOSED" || row.state === "ACCEPTED";
	return (
		<li class="card stack tight" data-handover={row.state}>
			<div class="row apart"><h2><a href={href(["case", row.case_id])}>{row.from?.name || "–"} → {row.to?.name || "–"}</a></h2><span class={`chip ${row.state === "EFFECTIVE" ? "good" : row.state === "REJECTED" ? "" : "warn"}`}>{capital(valueWord("handover_state", row.state))}</span></div>
			<p class="pre">{row.reason}</p>
			{row.waits_for !== "" && <p><strong>{T(`ui.handovers.waits_${row.waits_for}`)}</strong></p>}
			{live && row.blocked !== undefined && <Notice tone="warn">{T(`ui.handovers.blocked_${row.blocked.name}`)}</Notice>}
			{row.rejected_reason !== undefined && <p>{capital(fieldWord("handover", "rejected_reason"))}: {row.rejected_reason}</p>}
			{live && own && row.to !== undefined && <p>{T("ui.handovers.tell", { name: row.to.name, phone: row.to.phone || "–" })}</p>}
			{row.due !== undefined && <details><summary>{T("ui.handovers.deadlines")} ({row.due.length})</summary>
				<ul>{row.due.map((one) => <li>{[one.day === "" ? "" : dateText(one.day), one.label, one.title].filter(Boolean).join(" · ")}</li>)}</ul></details>}
			<Refused refusal={refusal} />
			{live && !rejecting && <div class="row">
				{mine && row.state === "PROPOSED" && <Button busy={busy} onClick={() => void say("accept")}>{T("ui.handovers.accept")}</Button>}
				{(mine || own) && row.state === "PROPOSED" && <Button kind="second" onClick={() => setRejecting(true)}>{T(mine ? "ui.handovers.reject" : "ui.handovers.take_back")}</Button>}
			</div>}
			{(rejecting || typed.value !== "") && <form class="stack tight" noValidate onSubmit={(event) => { event.preventDefault(); void say("reject", { reason: typed.value }); }}>
				<Text label={capital(fieldWord("handover", "rejected_reason"))} long required value={typed.value} onValue={typed.set} lettersMost={2000} error={errors["rejected_reason"] ?? errors["reason"]} />
				<Kept of={typed} />
				<div class="row"><Button type="submit" busy={busy}>{T("ui.handovers.send")}</Button><Button kind="second" onClick={() => { typed.done(); setRejecting(false); }}>{T("ui.cancel")}</Button></div></form>}
			{live && row.waits_for === "CLIENT_TOLD" && <div class="stack tight"><Told at={at} onAt={setAt} error={errors["client_told_at"]} />
				<div><Button busy={busy} onClick={() => void say("told", { atMs: BigInt(momentMs(at)) })}>{T("ui.handovers.told")}</Button></div></div>}
		</li>
	);
}

export function Handovers(props: { id: string; query: Record<string, string> }) {
	const { data, refusal } = useAsk<{ handovers: Row[] }, "handover">("handover", { verb: "list", lang: language.value });
	if (props.id)
		return <Propose caseId={props.query["case"] ?? props.id} />;
	return (
		<div class="stack">
			<Title>{T("ui.handovers.title")}</Title>
			<p class="quiet">{T("ui.handovers.list_hint")}</p>
			<Refused refusal={refusal} />
			{data === null && refusal === null && <Busy />}
			{data?.handovers.length === 0 && <Empty>{T("ui.handovers.none")}</Empty>}
			<ul class="plain stack">{data?.handovers.map((one) => <One key={one.id} row={one} />)}</ul>
		</div>
	);
}
