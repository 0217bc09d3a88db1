// lists - drafts, conflicts, and what one may begin: short lists with one thing to do each.
import { useState } from "preact/hooks";
import { call, type Json } from "../core/api";
import { touched, useAsk } from "../core/live";
import { decisions } from "../core/recent";
import { useShape, type FieldInfo, type RecordAnswer, type Summary } from "../core/records";
import { href } from "../core/route";
import type { KeptText } from "../core/unfinished";
import { capital, T, t, typeWord, whenText } from "../core/words";
import { Busy, Button, Dialog, Empty, Refused, toast } from "../ui/parts";
import { startHref } from "./case";
import { recordHref } from "./home";
import { Title } from "./frame";
import { Conflict } from "./record";

export interface DraftRow {
	id: string;
	case_id: string;
	type: string;
	changed_ms: number;
	fields: Json;
}

// The first text in it that a person wrote.
function draftText(value: unknown): string {
	if (typeof value === "string")
		return value.length < 4 || /^[0-9a-f]{32}$|^[A-Z_]+$|^\d{4}-/.test(value) ? "" : value.length > 120 ? `${value.slice(0, 117)}…` : value;
	return typeof value === "object" && value !== null ? Object.values(value).map(draftText).find(Boolean) ?? "" : "";
}

export function DraftItem(props: { one: DraftRow; at?: string | undefined }) {
	const { one, at } = props;
	const text = draftText(one.fields);
	return (
		<a class="item grow" href={at ?? href(["record", one.id])}><span class="row apart"><span class="item-title">{capital(typeWord(one.type))}</span><span class="chip warn">{t(at === undefined ? "ui.mark.draft" : "ui.mark.unfinished")}</span></span>
			{text !== "" && <span>{text}</span>}<span class="quiet">{whenText(one.changed_ms)}</span></a>
	);
}

// Where what is unfinished goes on: its name begins with the screen, else the record's own has it.
function placeOf(one: KeptText): string {
	const [screen, more] = one.name.split("/");
	return more === undefined ? recordHref(one) : href([screen!, one.id]);
}

interface Row extends DraftRow {
	at?: string | undefined;
	discard: () => Promise<unknown>;
}

export function Drafts() {
	const { data, refusal } = useAsk<{ drafts: DraftRow[] }>("drafts", {});
	const begun = useAsk<{ kept: KeptText[] }>("kept", {});
	const rows = data === null ? [] : data.drafts.map((one): Row => ({ ...one, discard: () => call("drafts", { discard: one.id }) }))
		.concat((begun.data?.kept ?? []).map((one) => ({ ...one, fields: JSON.parse(one.text) as Json, at: placeOf(one), discard: () => call("keep", { id: one.id, name: one.name, seenMs: BigInt(one.changed_ms) }) })));
	const [sure, setSure] = useState<Row | null>(null);
	const discard = async (one: Row) => {
		setSure(null);
		await one.discard();
		touched();
		toast(T("ui.drafts.discarded"));
	};
	return (
		<div class="stack">
			<Title>{T("ui.drafts.title")}</Title>
			<p class="quiet">{T("ui.drafts.hint")}</p>
			<Refused refusal={refusal} />
			{data === null && refusal === null && <Busy />}
			{data !== null && rows.length === 0 && <Empty>{T("ui.drafts.none")}</Empty>}
			<ul class="items card" hidden={rows.length === 0}>
				{rows.map((one) => (
					<li key={one.id + one.at} class="row apart">
						<DraftItem one={one} at={one.at} />
						<Button kind="plain" onClick={() => setSure(one)} aria-label={`${T("ui.drafts.discard")}: ${typeWord(one.type)} ${whenText(one.changed_ms)}`}>{T("ui.drafts.discard")}</Button>
					</li>
				))}
			</ul>
			{sure !== null && (
				<Dialog title={T("ui.drafts.sure")} onClose={() => setSure(null)}>
					<p>{capital(typeWord(sure.type))} · {whenText(sure.changed_ms)}</p>
					<div class="row"><Button kind="danger" onClick={() => void discard(sure)}>{T("ui.drafts.discard")}</Button><Button kind="second" onClick={() => setSure(null)}>{T("ui.cancel")}</Button></div>
				</Dialog>
			)}
		</div>
	);
}

interface Clash {
	id: string;
	case_id: string;
	type: string;
	title: string;
}

function OneRecord(props: { one: Clash; infos: FieldInfo[] }) {
	const { one } = props;
	const shape = useShape(one.type);
	const record = useAsk<RecordAnswer>("show", { id: one.id });
	return (
		<li class="stack tight card">
			<a class="item" href={href(["record", one.id])}><span class="item-title">{capital(typeWord(one.type))} {one.title}</span></a>
			{shape !== null && record.data !== null && props.infos.map((info) => <Conflict key={info.field} id={one.id} info={info} shape={shape} token={record.data!.token} />)}
		</li>
	);
}

// What is to be decided, and below what was decided since the store was opened, to choose again.
export function Conflicts() {
	const { data, refusal } = useAsk<{ conflicts: (Summary & FieldInfo)[] }>("conflicts", {});
	const open = new Map<string, { one: Clash; infos: FieldInfo[] }>();
	for (const one of data?.conflicts ?? [])
		open.set(one.id, { one, infos: [...(open.get(one.id)?.infos ?? []), { field: one.field, siblings: one.siblings, number: 0, conflict: true }] });
	const past = decisions.value.filter((one) => !(open.get(one.id)?.infos ?? []).some((info) => info.field === one.info.field));
	return (
		<div class="stack">
			<Title>{T("ui.conflicts.title")}</Title>
			<p class="quiet">{T("ui.conflicts.hint")}</p>
			<Refused refusal={refusal} />
			{data === null && refusal === null && <Busy />}
			{data?.conflicts.length === 0 && <Empty>{T("ui.conflicts.none")}</Empty>}
			<ul class="plain stack">{[...open.values()].map((each) => <OneRecord key={each.one.id} {...each} />)}</ul>
			{past.length > 0 && <section class="stack" aria-labelledby="past"><h2 id="past">{T("ui.conflicts.past")}</h2>
				<ul class="plain stack">{past.map((one) => <Past key={`${one.id}${one.info.field}`} id={one.id} info={one.info} />)}</ul></section>}
		</div>
	);
}

function Past(props: { id: string; info: FieldInfo }) {
	const { data } = useAsk<RecordAnswer>("show", { id: props.id });
	return data === null ? null : <OneRecord one={data.record} infos={[props.info]} />;
}

const FREE = ["client", "visit", "anonymous_contact", "feedback", "social_observation", "decision_quality_item", "development_event"];

export function NewOf() {
	return (
		<div class="stack">
			<Title>{T("ui.new.title")}</Title>
			<p class="quiet">{T("ui.new.hint")}</p>
			<ul class="items card">{FREE.map((type) => <li key={type}><a class="item" href={startHref(type, "", "")}>{capital(typeWord(type))}</a></li>)}</ul>
		</div>
	);
}
