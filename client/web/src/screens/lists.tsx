// lists - drafts, conflicts, and what one may begin: short lists with one thing to do each.
import { useState } from "preact/hooks";
import { call, type Json } from "../core/api";
import { touched, useAsk } from "../core/live";
import { decisions } from "../core/recent";
import { useShape, type FieldInfo, type RecordAnswer, type Summary } from "../core/records";
import { href } from "../core/route";
import { capital, T, t, typeWord, whenText } from "../core/words";
import { Busy, Button, Dialog, Empty, Refused, toast } from "../ui/parts";
import { startHref } from "./case";
import { Title } from "./frame";
import { Conflict } from "./record";

export interface DraftRow {
	id: string;
	case_id: string;
	type: string;
	changed_ms: number;
	fields: Json;
}

function draftText(fields: Json): string {
	const text = Object.values(fields).find((value) => typeof value === "string" && value.length > 3 && !/^[0-9a-f]{32}$|^[A-Z_]+$|^\d{4}-/.test(value));
	return typeof text === "string" ? (text.length > 120 ? `${text.slice(0, 117)}…` : text) : "";
}

export function DraftItem(props: { one: DraftRow }) {
	const { one } = props;
	return (
		<a class="item grow" href={href(["record", one.id])}><span class="row apart"><span class="item-title">{capital(typeWord(one.type))}</span><span class="chip warn">{t("ui.mark.draft")}</span></span>
			{draftText(one.fields) !== "" && <span>{draftText(one.fields)}</span>}<span class="quiet">{whenText(one.changed_ms)}</span></a>
	);
}

export function Drafts() {
	const { data, refusal } = useAsk<{ drafts: DraftRow[] }>("drafts", {});
	const [sure, setSure] = useState<DraftRow | null>(null);
	const discard = async (id: string) => {
		setSure(null);
		await call("drafts", { discard: id });
		touched();
		toast(T("ui.drafts.discarded"));
	};
	return (
		<div class="stack">
			<Title>{T("ui.drafts.title")}</Title>
			<p class="quiet">{T("ui.drafts.hint")}</p>
			<Refused refusal={refusal} />
			{data === null && refusal === null && <Busy />}
			{data?.drafts.length === 0 && <Empty>{T("ui.drafts.none")}</Empty>}
			<ul class="items card" hidden={(data?.drafts.length ?? 0) === 0}>
				{data?.drafts.map((one) => (
					<li key={one.id} class="row apart">
						<DraftItem one={one} />
						<Button kind="plain" onClick={() => setSure(one)} aria-label={`${T("ui.drafts.discard")}: ${typeWord(one.type)} ${whenText(one.changed_ms)}`}>{T("ui.drafts.discard")}</Button>
					</li>
				))}
			</ul>
			{sure !== null && (
				<Dialog title={T("ui.drafts.sure")} onClose={() => setSure(null)}>
					<p>{capital(typeWord(sure.type))} · {whenText(sure.changed_ms)}</p>
					<div class="row"><Button kind="danger" onClick={() => void discard(sure.id)}>{T("ui.drafts.discard")}</Button><Button kind="second" onClick={() => setSure(null)}>{T("ui.cancel")}</Button></div>
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
