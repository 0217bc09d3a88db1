// lists - drafts, conflicts, and what one may begin: short lists with one thing to do each.
import { call } from "../core/api";
import { touched, useAsk } from "../core/live";
import { useShape, type FieldInfo, type Summary } from "../core/records";
import { href } from "../core/route";
import { capital, T, typeWord, whenText } from "../core/words";
import { Busy, Button, Empty, Refused, toast } from "../ui/parts";
import { startHref } from "./case";
import { Title } from "./frame";
import { Conflict } from "./record";

interface DraftRow {
	id: string;
	case_id: string;
	type: string;
	changed_ms: number;
	fields: Record<string, unknown>;
}

export function Drafts() {
	const { data, refusal } = useAsk<{ drafts: DraftRow[] }>("drafts", {});
	const discard = async (id: string) => {
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
						<a class="item grow" href={href(["record", one.id])}><span class="item-title">{capital(typeWord(one.type))}</span><span class="quiet">{whenText(one.changed_ms)}</span></a>
						<Button kind="plain" small onClick={() => confirm(T("ui.drafts.sure")) && void discard(one.id)}>{T("ui.drafts.discard")}</Button>
					</li>
				))}
			</ul>
		</div>
	);
}

function OneConflict(props: { one: Summary & FieldInfo }) {
	const shape = useShape(props.one.type);
	const record = useAsk<{ token: number }>("show", { id: props.one.id });
	return (
		<li class="stack tight card">
			<a href={href(["record", props.one.id])}><strong>{capital(typeWord(props.one.type))}</strong> {props.one.title}</a>
			{shape !== null && record.data !== null && <Conflict id={props.one.id} info={{ ...props.one, number: 0, conflict: true }} shape={shape} token={record.data.token} />}
		</li>
	);
}

export function Conflicts() {
	const { data, refusal } = useAsk<{ conflicts: (Summary & FieldInfo)[] }>("conflicts", {});
	return (
		<div class="stack">
			<Title>{T("ui.conflicts.title")}</Title>
			<p class="quiet">{T("ui.conflicts.hint")}</p>
			<Refused refusal={refusal} />
			{data === null && refusal === null && <Busy />}
			{data?.conflicts.length === 0 && <Empty>{T("ui.conflicts.none")}</Empty>}
			<ul class="plain stack">{data?.conflicts.map((one) => <OneConflict key={`${one.id}${one.field}`} one={one} />)}</ul>
		</div>
	);
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
