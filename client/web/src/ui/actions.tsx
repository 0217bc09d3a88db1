// actions - what was agreed, each in one line: what, who, by when. Kept while it is typed.
import { useState } from "preact/hooks";
import { useAct } from "../core/act";
import type { Json } from "../core/api";
import { status, useAsk } from "../core/live";
import { write, type Summary } from "../core/records";
import { href } from "../core/route";
import { stateWord, T, todayIso, typeWord } from "../core/words";
import { Quick } from "../screens/actions";
import { Begin } from "../screens/begin";
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

function Agreed(props: { one: Summary }) {
	const { one } = props;
	const { refusal, busy, act } = useAct();
	const open = one.state?.holds === "OPEN" || one.state?.holds === "OVERDUE";
	return (
		<li><div class="row apart">
			<a class="item grow" href={href(["record", one.id])}><span class="item-title">{one.title}</span><span class="quiet">{stateWord(one.type, one.state?.holds ?? "OPEN")}</span></a>
			{open && <Button kind="second" small busy={busy} aria-label={`${T("ui.actions.done")}: ${one.title}`} onClick={() => void act(() => step(one.id, "DONE", {}))}>{T("ui.actions.done")}</Button>}
		</div><Refused refusal={refusal} /></li>
	);
}

// What was agreed here, and the next line.
export function Actions(props: { from: From; drafts: DraftRow[]; open: boolean }) {
	const { from } = props;
	const { data } = useAsk<{ records: Summary[] }>("list", { type: "agreed_action", naming: from.id });
	const [count, setCount] = useState(0);
	const [first] = useState(props.drafts.find((one) => one.type === "agreed_action" && one.fields["from"] === from.id));
	return (
		<section class="card stack tight brief" aria-labelledby="actions">
			<h2 id="actions">{T("ui.agreed.title")}</h2>
			<ul class="items">{data?.records.map((one) => <Agreed key={one.id} one={one} />)}</ul>
			{props.open ? <Begin key={count} type="agreed_action" id={count === 0 && first !== undefined ? first.id : "new"} query={{ case: from.caseId }}
				first={{ from: from.id, owner_kind: "CLIENT", owner: from.client, due: todayIso(Date.now() + WEEK_MS) }}>{(begun) => <Quick begun={begun} client={from.client} onWritten={() => setCount(count + 1)} />}</Begin>
				: data?.records.length === 0 && <p class="quiet">{T("ui.case.nothing")}: {typeWord("agreed_action")}</p>}
		</section>
	);
}
