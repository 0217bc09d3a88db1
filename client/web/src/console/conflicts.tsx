// conflicts - fields that two have written apart and nobody has chosen between: of which case and kind
// of record, and who wrote when. What they wrote is for those who work with the case, and they choose.
import { useState } from "preact/hooks";
import { whoText, type Who } from "../core/records";
import { capital, fieldWord, momentText, T, t, typeWord } from "../core/words";
import { Text } from "../ui/field";
import { Busy, Button, Empty, Notice, Refused, Title } from "../ui/parts";
import { useAdmin } from "./ask";
import { CaseName, short } from "./quarantine";
import { Table } from "./table";

const PAGE = 100;

interface Conflict {
	case_id: string;
	case_kind: string;
	record_id: string;
	type: string;
	since_ms: number;
	fields: { field: string; number: number; siblings: { by: Who; at_ms: number; cleared: boolean }[] }[];
}

function people(one: Conflict): string[] {
	return [...new Set(one.fields.flatMap((field) => field.siblings.map(({ by }) => whoText(by))))];
}

export function Conflicts() {
	const { data, refusal } = useAdmin<{ complete: boolean; conflicts: Conflict[] }>("conflicts");
	const [asked, setAsked] = useState("");
	const [shown, setShown] = useState(PAGE);
	const all = data?.conflicts ?? [], text = asked.trim().toLocaleLowerCase();
	const rows = all.filter((one) => text === "" || one.case_id.startsWith(text) || people(one).some((name) => name.toLocaleLowerCase().includes(text)) || typeWord(one.type).toLocaleLowerCase().includes(text));
	return (
		<div class="stack">
			<Title>{T("ui.console_conflicts.title")}</Title>
			<p>{T("ui.console_conflicts.hint")}</p>
			<Refused refusal={refusal} />
			{data === null && refusal === null && <Busy />}
			{data?.complete === false && <Notice live>{T("ui.console_conflicts.looking")}</Notice>}
			{data !== null && data.complete && all.length === 0 && <Notice tone="good">{T("ui.console_conflicts.none")}</Notice>}
			{all.length > 5 && <Text type="search" label={T("ui.console_conflicts.search")} value={asked} onValue={setAsked} />}
			{all.length > 0 && rows.length === 0 && <Empty>{T("ui.console_conflicts.none_such")}</Empty>}
			{rows.length > 0 && <section class="card"><Table label={T("ui.console_conflicts.title")} rows={rows.slice(0, shown)} keyOf={(one) => one.record_id} columns={[
				{ head: T("ui.console_quarantine.kind"), main: true, cell: (one) => <>{capital(typeWord(one.type))}<br /><span class="quiet">{t("ui.console_quarantine.record", { id: short(one.record_id) })}</span></> },
				{ head: T("ui.console_quarantine.case"), cell: (one) => <CaseName of={one} /> },
				{ head: T("ui.console_conflicts.fields"), cell: (one) => <ul class="plain">{one.fields.map((field) => <li key={field.number}>{capital(fieldWord(one.type, field.field))}: {field.siblings.map(({ by, at_ms, cleared }) =>
					`${whoText(by)} ${momentText(at_ms)}${cleared ? ` (${t("ui.console_conflicts.cleared")})` : ""}`).join("; ")}</li>)}</ul> },
				{ head: T("ui.console_conflicts.since"), cell: (one) => momentText(one.since_ms) },
			]} /></section>}
			{rows.length > shown && <div><Button kind="second" onClick={() => setShown(shown + PAGE)}>{T("ui.console_quarantine.more", { count: rows.length - shown })}</Button></div>}
		</div>
	);
}
