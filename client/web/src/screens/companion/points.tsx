// points - the agenda: under each point what was noted and the line being typed. Enter records
// the line, and the other worker has it; a point outside the consent takes none.
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useAct } from "../../core/act";
import { useUnfinished } from "../../core/unfinished";
import { Button, Notice, Refused, refusalText } from "../../ui/parts";
import { capital, T, t, valueWord } from "../../core/words";
import { Choice, Text } from "../../ui/field";
import { Kept } from "../../ui/kept";
import { useMask } from "./hide";
import { step, type Meeting } from "./meeting";
import { useTyped } from "./typed";

export const SCOPES = ["QUADRANT_INCOME", "QUADRANT_HOUSING", "QUADRANT_FAMILY", "QUADRANT_HEALTH", "PLAN_SUMMARY", "PLAN_FULL", "ASSESSMENT_RESULT", "APPLICATION_SUPPORT", "CONTACT_DETAILS"];

// What of a field's text may not be seen on a shared screen is veiled as long as names are hidden.
export function Veiled(props: { text: string; children: ComponentChildren }) {
	const mask = useMask();
	return <div class={mask(props.text) === props.text ? "" : "veil"}>{props.children}</div>;
}

export type Recording = Map<string, () => Promise<boolean>>;

function NoteLine(props: { meeting: Meeting; title: string; number: number; recording: RefObject<Recording> }) {
	const { meeting, title } = props;
	const first = meeting.typed.agenda?.find((one) => one.title === title)?.notes ?? "";
	const typed = useTyped(meeting.id, title, first, (line) => step(meeting.id, "note", { args: [title], text: line }));
	const { text, change, record, refusal } = typed;
	useEffect(() => {
		props.recording.current?.set(title, record);
	});
	useEffect(() => () => void props.recording.current?.delete(title), []);
	return (
		<div class="stack tight">
			<Veiled text={text}>
				<Text label={T("ui.companion.note_to", { number: props.number })} long value={text} onValue={change} lettersMost={8000} error={refusal === null ? undefined : refusalText(refusal)}
					onKeyDown={(event) => {
						if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
							event.preventDefault();
							void record();
						}
					}} />
			</Veiled>
			<div class="row apart"><Kept of={typed} />{text.trim() !== "" && <Button kind="second" onClick={() => void record()}>{T("ui.companion.record")}</Button>}</div>
		</div>
	);
}

function NewPoint(props: { meeting: Meeting }) {
	const { meeting } = props;
	const typed = useUnfinished(meeting.id, "point", { title: "", scope: "" });
	const { title, scope } = typed.value;
	const { refusal, busy, act } = useAct();
	const box = useRef<HTMLDetailsElement>(null);
	const allowed = meeting.consent.scope ?? [];
	const add = async () => {
		const outside = scope === "OUTSIDE";
		if (await act(() => step(meeting.id, "point", { text: title.trim(), scope: outside ? "" : scope, outside })) !== undefined) {
			typed.done();
			box.current?.removeAttribute("open");
		}
	};
	return (
		<details ref={box} open={title !== "" || undefined}><summary>{T("ui.companion.new_point")}</summary>
			<form class="stack tight" onSubmit={(event) => { event.preventDefault(); void add(); }}>
				<Text label={T("ui.companion.point")} value={title} onValue={(next) => typed.patch({ title: next })} lettersMost={200} required />
				<Choice label={T("ui.companion.about")} list optional value={scope} onValue={(next) => typed.patch({ scope: next })} hint={T("ui.companion.about_hint")} options={[
					...SCOPES.map((one) => ({ value: one, label: `${capital(valueWord("consent_scope", one))}${allowed.includes(one) ? "" : ` – ${t("ui.companion.no_consent")}`}` })),
					{ value: "OUTSIDE", label: T("ui.companion.something_else") }]} />
				<Kept of={typed} />
				<Refused refusal={refusal} />
				<div><Button type="submit" kind="second" busy={busy}>{T("ui.companion.add_point")}</Button></div>
			</form>
		</details>
	);
}

export function Points(props: { meeting: Meeting; notes: boolean; recording: RefObject<Recording> }) {
	const { meeting } = props;
	const mask = useMask();
	const open = meeting.holds !== "CONFIRMED" && meeting.holds !== "SIGNED" && meeting.holds !== "CANCELLED";
	return (
		<section class="stack tight" aria-labelledby="points">
			<h2 id="points">{T("ui.companion.points")}</h2>
			{(meeting.fields.agenda ?? []).map((point, i) => (
				<section class="card stack tight" key={`${point.title}${i}`} aria-labelledby={`point-${i}`}>
					<h3 id={`point-${i}`}>{i + 1}. {mask(point.title)}</h3>
					{point.out_of_scope === true && <Notice tone="warn"><strong>{T("ui.companion.outside")}</strong> {T("ui.companion.outside_hint")}</Notice>}
					{(point.notes ?? "") !== "" && <p class="pre">{mask(point.notes ?? "")}</p>}
					{props.notes && point.out_of_scope !== true && <NoteLine meeting={meeting} title={point.title} number={i + 1} recording={props.recording} />}
				</section>
			))}
			{open && <NewPoint meeting={meeting} />}
		</section>
	);
}
