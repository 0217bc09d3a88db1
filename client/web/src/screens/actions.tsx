// actions - what was agreed with a client, over all their matters: what is late, what is open, what is
// done. One press marks an action done, and it may be undone; a new one is one line.
import { useEffect, useState } from "preact/hooks";
import { call } from "../core/api";
import { useAct } from "../core/act";
import { status, useAsk } from "../core/live";
import { clientName, fieldText, type CaseAnswer, type Summary } from "../core/records";
import { href } from "../core/route";
import { capital, dateText, T, valueWord } from "../core/words";
import { Choice } from "../ui/field";
import { Busy, Button, Empty, Refused, toast } from "../ui/parts";
import { Begin, F, FormBox, useForm, type Begun } from "./begin";
import { Title } from "./frame";
import type { DraftRow } from "./lists";
import { options } from "./mapping";

const OWNERS = ["CLIENT", "WORKER", "KELA", "PARTNER"];
type Held = CaseAnswer["records"][number];

interface Agreed {
	one: Held;
	matter: string;
}

function agreedOf(data: CaseAnswer | null, matter: string): Agreed[] {
	return (data?.records ?? []).filter((one) => one.type === "agreed_action" && one.draft !== true).map((one) => ({ one, matter }));
}

function Action(props: Agreed) {
	const { one } = props;
	const { act, refusal, busy } = useAct();
	const holds = one.state?.holds ?? "OPEN";
	const what = fieldText(one.fields, "what");
	const step = (state: string) => act(() => call("step", { recordId: one.id, state }));
	const done = async () => {
		if (await step("DONE") !== undefined)
			toast(T("ui.actions.is_done", { what }), () => void step("OPEN"));
	};
	return (
		<li class="row apart" data-action={holds}>
			<a class="item grow" href={href(["record", one.id])}>
				<span class="item-title">{what}</span>
				<span>{capital(fieldText(one.fields, "owner"))} · {T("ui.actions.by", { day: dateText(fieldText(one.fields, "due")) })}</span>
				<span class="quiet">{[props.matter, holds === "OPEN" ? "" : valueWord("action_state", holds), fieldText(one.fields, "place"), fieldText(one.fields, "done_note")].filter(Boolean).join(" · ")}</span>
				<Refused refusal={refusal} />
			</a>
			{["OPEN", "OVERDUE"].includes(holds) && <Button busy={busy} aria-label={`${T("ui.actions.done")}: ${what}`} onClick={() => void done()}>✓ {T("ui.actions.done")}</Button>}
			{holds === "DONE" && <Button kind="plain" busy={busy} aria-label={`${T("ui.undo")}: ${what}`} onClick={() => void step("OPEN")}>{T("ui.undo")}</Button>}
		</li>
	);
}

function Group(props: { name: string; states: string[]; all: Agreed[]; none?: string }) {
	const shown = props.all.filter(({ one }) => props.states.includes(one.state?.holds ?? "OPEN")).sort((a, b) => fieldText(a.one.fields, "due").localeCompare(fieldText(b.one.fields, "due")));
	if (shown.length === 0 && props.none === undefined)
		return null;
	return (
		<section class="card stack tight" aria-label={props.name}>
			<h2>{props.name} <span class="quiet">{shown.length}</span></h2>
			{shown.length === 0 ? <Empty>{props.none}</Empty> : <ul class="items">{shown.map(({ one, matter }) => <Action key={one.id} one={one} matter={matter} />)}</ul>}
		</section>
	);
}

export function Quick(props: { begun: Begun; client: string; onWritten: () => void }) {
	const form = useForm(props.begun, "", () => { toast(T("ui.actions.written")); props.onWritten(); });
	const kind = fieldText(form.values, "owner_kind");
	const names: Record<string, string> = { CLIENT: props.client, WORKER: status.value?.holder_name ?? "", KELA: "Kela" };
	return (
		<FormBox form={form} ending={<div><Button type="submit" busy={form.busy}>{T("ui.save")}</Button></div>}>
			<F form={form} name="what" />
			<Choice path="owner_kind" label={T("ui.actions.owner")} required options={options("owner_kind", OWNERS)} value={kind} error={form.errors["owner_kind"]}
				onValue={(owner_kind) => form.set({ owner_kind, owner: names[owner_kind] || null })} />
			<div class="pairs"><F form={form} name="owner" /><F form={form} name="due" /></div>
		</FormBox>
	);
}

// The matters one after another, each its own question: hooks stand in one order so.
function Matters(props: { matters: Summary[]; found: Agreed[]; at: number }) {
	const matter = props.matters[props.at];
	const { data } = useAsk<CaseAnswer>(matter === undefined ? null : "show", { id: matter?.case_id ?? "" });
	const found = props.found.concat(agreedOf(data, matter?.title ?? ""));
	if (props.at + 1 < props.matters.length)
		return <Matters matters={props.matters} found={found} at={props.at + 1} />;
	return (
		<>
			<Group name={T("ui.actions.late")} states={["OVERDUE"]} all={found} />
			<Group name={T("ui.actions.open")} states={["OPEN"]} all={found} none={T("ui.actions.none")} />
			<Group name={T("ui.actions.over")} states={["DONE", "CARRIED_OVER", "CANCELLED"]} all={found} />
		</>
	);
}

export function Actions(props: { id: string }) {
	const [round, setRound] = useState(0);
	const here = useAsk<CaseAnswer>("show", { id: props.id });
	const above = useAsk<CaseAnswer>(here.data !== null && here.data.case_kind !== "CLIENT" ? "show" : null, { id: here.data?.client_case ?? "" });
	const client = here.data?.case_kind === "CLIENT" ? here.data : above.data;
	const person = clientName(client?.records.find((one) => one.type === "client")?.fields);
	const drafts = useAsk<{ drafts: DraftRow[] }>("drafts", {});
	const [left, setLeft] = useState<string | null>(null); // a draft that goes on; "": none
	useEffect(() => {
		if (left === null && drafts.data !== null)
			setLeft(drafts.data.drafts.find((one) => one.type === "agreed_action" && one.case_id === props.id && !one.fields["from"])?.id ?? "");
	}, [drafts.data]);
	return (
		<div class="stack">
			<div class="row apart"><Title>{T("ui.actions.title")}</Title>{client !== null && <a class="button second small" href={href(["case", client.case_id])}>{person}</a>}</div>
			<Refused refusal={here.refusal} />
			{client === null ? here.refusal === null && <Busy /> : <Matters matters={client.matters ?? []} found={agreedOf(client, "")} at={0} />}
			<section class="card stack" aria-labelledby="new">
				<h2 id="new">{T("ui.actions.new")}</h2>
				{left === null ? <Busy /> : <Begin key={round} type="agreed_action" id={round > 0 || left === "" ? "new" : left} query={{ case: props.id }}>{(begun) => <Quick begun={begun} client={person} onWritten={() => setRound(round + 1)} />}</Begin>}
			</section>
		</div>
	);
}
