// record-pick - a field that names another record: searched by words, shown by title.
import { useState } from "preact/hooks";
import { useAsk } from "../core/live";
import type { CaseAnswer, RecordAnswer, Summary } from "../core/records";
import { capital, T, typeWord } from "../core/words";
import { Text } from "./field";
import { Button } from "./parts";

// Which types a field of this name can mean; others may be any record of the case.
const TYPES: Record<string, string[]> = {
	client: ["client"], plan: ["plan"], consent: ["consent"], law_ref: ["law_ref"], outreach_post: ["outreach_post"], service_point: ["service_point"],
	partner: ["partner"], staff: ["staff_member"], guideline_ref: ["guideline"], visit: ["visit"], session: ["joint_session"],
	follows_case: ["case"], replaces: ["life_situation_mapping"], witness_staff: ["staff_member"], to: ["staff_member"], from: ["staff_member"],
};

function Chosen(props: { label: string; id: string; onClear: () => void }) {
	const { data } = useAsk<RecordAnswer>("show", { id: props.id });
	return (
		<div class="field">
			<span class="label">{props.label}</span>
			<div class="row"><span>{data === null ? "…" : data.record.title || typeWord(data.record.type)}</span>
				<Button kind="plain" small onClick={props.onClear}>{T("ui.pick.other")}</Button></div>
		</div>
	);
}

export function RecordPick(props: { label: string; field: string; value: string; onValue: (id: string) => void; caseId?: string | undefined;
				    required?: boolean | undefined; error?: string | undefined; hint?: string | undefined }) {
	const [words, setWords] = useState("");
	const types = TYPES[props.field] ?? [];
	const search = words.trim().length >= 2;
	const found = useAsk<{ records: Summary[] }>(search ? "search" : null, { text: words, limit: 8, type: types[0] ?? "" });
	const ofCase = useAsk<CaseAnswer>(!search && props.caseId !== undefined && props.caseId !== "" ? "show" : null, { id: props.caseId ?? "" });
	if (props.value !== "")
		return <Chosen label={props.label} id={props.value} onClear={() => props.onValue("")} />;
	const offered: Summary[] = search ? found.data?.records ?? []
		: (ofCase.data?.records ?? []).filter((one) => types.length === 0 || types.includes(one.type)).slice(0, 8);
	return (
		<div class="stack tight">
			<Text label={props.label} type="search" value={words} onValue={setWords} required={props.required} error={props.error} hint={props.hint ?? T("ui.pick.hint")} />
			<ul class="items">
				{offered.map((one) => (
					<li key={one.id}><Button kind="plain" onClick={() => props.onValue(one.id)}>{one.title || capital(typeWord(one.type))}</Button>
						<span class="quiet">{typeWord(one.type)}</span></li>
				))}
			</ul>
		</div>
	);
}
