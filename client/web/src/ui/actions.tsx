// actions - what was agreed, each in one line: what, who, by when. Kept while it is typed.
import { useState } from "preact/hooks";
import { useAct } from "../core/act";
import type { Json } from "../core/api";
import { useDraft } from "../core/draft";
import { status, useAsk } from "../core/live";
import { fieldText, useShape, write, type Summary } from "../core/records";
import { href } from "../core/route";
import { capital, fieldWord, stateWord, T, todayIso, typeWord, valueWord } from "../core/words";
import { errorsOf, useFinish } from "../screens/write";
import { Choice, Text } from "./field";
import { Button, Refused } from "./parts";
import { step } from "./step-form";

const WEEK_MS = 7 * 86_400_000;

export interface DraftRow {
	id: string;
	case_id: string;
	type: string;
	fields: Json;
}

export interface From {
	id: string;
	caseId: string;
	client: string; // the client's name
}

// Who answers when it is this kind's.
function ownerOf(kind: string, client: string): string {
	return kind === "CLIENT" ? client : kind === "WORKER" ? status.value?.holder_name ?? "" : kind === "KELA" ? "Kela" : "";
}

export function agree(from: From, what: string, kind: string, more: Json = {}): Promise<unknown> {
	return write({ type: "agreed_action", case_id: from.caseId, values: { from: from.id, what, owner_kind: kind, owner: ownerOf(kind, from.client), due: todayIso(), ...more } });
}

function Line(props: { from: From; draft: DraftRow | undefined; onDone: () => void }) {
	const { from } = props;
	const [values, setValues] = useState<Json>(props.draft?.fields ?? { from: from.id, owner_kind: "CLIENT", owner: ownerOf("CLIENT", from.client), due: todayIso(Date.now() + WEEK_MS) });
	const draft = useDraft({ type: "agreed_action", case_id: from.caseId, record_id: props.draft?.id ?? "" });
	const { refusal, busy, finish } = useFinish(draft, props.onDone);
	const shape = useShape("agreed_action");
	const errors = errorsOf(refusal);
	const kind = fieldText(values, "owner_kind");
	const change = (more: Json) => {
		const next = { ...values, ...more };
		setValues(next);
		if (fieldText(next, "what") !== "")
			draft.type(next);
	};
	const add = () => {
		draft.type(values);
		void finish();
	};
	return (
		<form class="stack tight" noValidate onSubmit={(event) => { event.preventDefault(); if (!busy) add(); }}>
			<Text label={capital(fieldWord("agreed_action", "what"))} value={fieldText(values, "what")} onValue={(what) => change({ what })} error={errors["what"]}
				lettersMost={shape?.fields.find((one) => one.name === "what")?.chars_max} />
			<Choice label={capital(fieldWord("agreed_action", "owner_kind"))} value={kind} onValue={(next) => change({ owner_kind: next, owner: ownerOf(next, from.client) })}
				options={["CLIENT", "WORKER", "KELA", "PARTNER"].map((value) => ({ value, label: capital(valueWord("owner_kind", value)) }))} error={errors["owner_kind"]} />
			<div class="row">
				{kind === "PARTNER" && <div class="grow"><Text label={capital(fieldWord("agreed_action", "owner"))} value={fieldText(values, "owner")} onValue={(owner) => change({ owner })} error={errors["owner"]} /></div>}
				<div class="grow"><Text label={capital(fieldWord("agreed_action", "due"))} type="date" value={fieldText(values, "due")} onValue={(due) => change({ due })} error={errors["due"]} /></div>
			</div>
			{refusal !== null && !["what", "owner_kind", "owner", "due"].includes(refusal.field) && <Refused refusal={refusal} />}
			<div><Button type="submit" kind="second" busy={busy}>{T("ui.agreed.add")}</Button></div>
		</form>
	);
}

function Agreed(props: { one: Summary }) {
	const { one } = props;
	const { refusal, busy, act } = useAct();
	const open = one.state?.holds === "OPEN" || one.state?.holds === "OVERDUE";
	return (
		<li><div class="row apart">
			<a class="item grow" href={href(["record", one.id])}><span class="item-title">{one.title}</span><span class="quiet">{stateWord(one.type, one.state?.holds ?? "OPEN")}</span></a>
			{open && <Button kind="second" small busy={busy} aria-label={`${T("ui.agreed.done")}: ${one.title}`} onClick={() => void act(() => step(one.id, "DONE", {}))}>{T("ui.agreed.done")}</Button>}
		</div><Refused refusal={refusal} /></li>
	);
}

// What was agreed here, and the next line.
export function Actions(props: { from: From; drafts: DraftRow[]; open: boolean }) {
	const { data } = useAsk<{ records: Summary[] }>("list", { type: "agreed_action", naming: props.from.id });
	const [count, setCount] = useState(0);
	const [first] = useState(props.drafts.find((one) => one.type === "agreed_action" && one.fields["from"] === props.from.id));
	return (
		<section class="card stack tight" aria-labelledby="actions">
			<h2 id="actions">{T("ui.agreed.title")}</h2>
			<ul class="items">{data?.records.map((one) => <Agreed key={one.id} one={one} />)}</ul>
			{props.open ? <Line key={count} from={props.from} draft={count === 0 ? first : undefined} onDone={() => setCount(count + 1)} />
				: data?.records.length === 0 && <p class="quiet">{T("ui.case.nothing")}: {typeWord("agreed_action")}</p>}
		</section>
	);
}
