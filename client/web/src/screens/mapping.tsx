// mapping - the life situation mapped together: told what it is, the earlier mapping looked at again,
// life events, the four quadrants on one screen, read back aloud, confirmed by the client, signed.
// The screen is turned to the client: nothing stands here that the client must not see.
import { useEffect, useState } from "preact/hooks";
import type { Json } from "../core/api";
import { useAsk } from "../core/live";
import { clientName, fieldText, type CaseAnswer, type Summary } from "../core/records";
import { href } from "../core/route";
import type { WordKey } from "../../gen/words";
import { capital, dateText, T, todayIso, valueWord } from "../core/words";
import { Choice, Choices, Text } from "../ui/field";
import { Button, Notice } from "../ui/parts";
import { Told } from "../ui/told";
import { Begin, Done, F, FormBox, Taps, useForm, useTop, type Begun, type Form } from "./begin";
import { startHref } from "./case";
import { Title } from "./frame";

const PROMPTS: Record<string, string[]> = {
	INCOME: ["INCOME_MANAGEMENT"], FAMILY: ["FAMILY_SUPPORT", "CHILD_CONCERN"], HEALTH: ["DAILY_COPING", "HELP_NEED"],
	HOUSING: ["HOUSING_SUPPORT", "RENT_ARREARS", "EVICTION_THREAT"],
};
export const QUADRANTS = Object.keys(PROMPTS);
const STATES = ["OK", "WATCH", "SUPPORT", "ACUTE", "NOT_ASKED"];
const EVENTS = ["MOVE", "DIVORCE", "ILLNESS", "UNEMPLOYMENT", "INDEPENDENCE", "RETIREMENT", "BIRTH", "DEATH", "EVICTION", "OTHER"];
export const ANSWERS = ["YES", "NO", "NOT_ASKED"];

// What is asked, as one says it to a client.
function question(prompt: string): string {
	return T(`ui.mapping.ask_${prompt}` as WordKey);
}

interface Answered {
	prompt: string;
	answer: string;
	text?: string | undefined;
}
interface Quad {
	quadrant: string;
	state: string;
	prompts_answered?: Answered[];
	text?: string | undefined;
	strengths?: string | undefined;
}
interface Event {
	life_event: string;
	date?: string | undefined;
	note?: string | undefined;
}

export function word(list: string, value: string): string {
	return capital(valueWord(list, value));
}

export function options(list: string, values: readonly string[]) {
	return values.map((value) => ({ value, label: word(list, value) }));
}

function quadsOf(values: Json): Quad[] {
	const given = Array.isArray(values["quadrants"]) ? values["quadrants"] as Quad[] : [];
	return QUADRANTS.map((quadrant) => given.find((one) => one.quadrant === quadrant) ?? { quadrant, state: "NOT_ASKED" });
}

function eventsOf(values: Json): Event[] {
	return Array.isArray(values["events"]) ? values["events"] as Event[] : [];
}

function answerOf(quad: Quad, prompt: string): Answered | undefined {
	return quad.prompts_answered?.find((one) => one.prompt === prompt);
}

// ---- the earlier mapping ----
function QuadText(props: { quad: Quad }) {
	const { quad } = props;
	return (
		<>
			<p><strong>{word("quadrant_state", quad.state)}</strong>{quad.text !== undefined && `. ${quad.text}`}</p>
			{(quad.prompts_answered ?? []).filter((one) => one.answer !== "NOT_ASKED").map((one) => (
				<p key={one.prompt}>{question(one.prompt)} {word("answer", one.answer)}{one.text !== undefined && one.text !== "" && `, ${one.text}`}</p>
			))}
			{quad.strengths !== undefined && quad.strengths !== "" && <p>{T("ui.mapping.strengths")}: {quad.strengths}</p>}
		</>
	);
}

function Earlier(props: { form: Form; old: Summary; take: (quads: Quad[]) => void }) {
	const old = quadsOf(props.old.fields ?? {}).filter((one) => one.state !== "NOT_ASKED");
	const now = quadsOf(props.form.values);
	const holds = (quad: Quad) => now.some((one) => one.quadrant === quad.quadrant && JSON.stringify(one) === JSON.stringify(quad));
	return (
		<section class="card stack tight" aria-labelledby="earlier">
			<h2 id="earlier">{T("ui.mapping.earlier", { when: dateText(todayIso(props.old.event_at_ms || props.old.created_ms)) })}</h2>
			<p>{T("ui.mapping.still")}</p>
			<ul class="items">
				{old.map((quad) => (
					<li key={quad.quadrant} class="row apart">
						<div class="grow item"><h3>{word("quadrant", quad.quadrant)}</h3><QuadText quad={quad} /></div>
						{holds(quad) ? <span class="chip good">✓ {T("ui.mapping.taken")}</span>
							: <Button kind="second" aria-label={`${T("ui.mapping.holds")}: ${word("quadrant", quad.quadrant)}`} onClick={() => props.take([quad])}>{T("ui.mapping.holds")}</Button>}
					</li>
				))}
			</ul>
			{old.length > 1 && <div><Button kind="second" onClick={() => props.take(old)}>{T("ui.mapping.all_hold")}</Button></div>}
		</section>
	);
}

// ---- life events ----
function Events(props: { form: Form }) {
	const events = eventsOf(props.form.values);
	const put = (next: Event[]) => props.form.set({ events: next.length === 0 ? null : next });
	return (
		<section class="card stack tight">
			<Choices label={T("ui.mapping.events")} options={options("life_event", EVENTS)} values={events.map((one) => one.life_event)}
				onValues={(next) => put(next.map((life_event) => events.find((one) => one.life_event === life_event) ?? { life_event }))} />
			{events.map((event, i) => (
				<div class="row" key={event.life_event}>
					<Text label={T("ui.mapping.event_date", { what: valueWord("life_event", event.life_event) })} type="date" value={event.date ?? ""}
						onValue={(date) => put(events.map((one, j) => j === i ? { ...one, date: date || undefined } : one))} />
					<div class="grow"><Text path="events.note" label={T("ui.mapping.event_note", { what: valueWord("life_event", event.life_event) })} value={event.note ?? ""} lettersMost={1000}
						onValue={(note) => put(events.map((one, j) => j === i ? { ...one, note: note || undefined } : one))} /></div>
				</div>
			))}
		</section>
	);
}

// ---- one quadrant ----
function Quadrant(props: { quad: Quad; onQuad: (quad: Quad) => void; childHref: string }) {
	const { quad, onQuad } = props;
	const name = word("quadrant", quad.quadrant);
	const answer = (prompt: string, patch: Partial<Answered> | null) => {
		const before = answerOf(quad, prompt) ?? { prompt, answer: "YES" };
		const others = (quad.prompts_answered ?? []).filter((one) => one.prompt !== prompt);
		onQuad({ ...quad, prompts_answered: patch === null ? others : [...others, { ...before, ...patch }].sort((a, b) => PROMPTS[quad.quadrant]!.indexOf(a.prompt) - PROMPTS[quad.quadrant]!.indexOf(b.prompt)) });
	};
	const asks = answerOf(quad, "RENT_ARREARS")?.answer === "YES" && answerOf(quad, "EVICTION_THREAT") === undefined;
	return (
		<section class="card quad" aria-label={name} data-state={quad.state}>
			<h3>{name}</h3>
			<Taps label={T("ui.mapping.state")} name={`state-${quad.quadrant}`} options={options("quadrant_state", STATES)} value={quad.state} onValue={(state) => onQuad({ ...quad, state: state || "NOT_ASKED" })} />
			{PROMPTS[quad.quadrant]!.map((prompt) => {
				const given = answerOf(quad, prompt);
				return (
					<div key={prompt}>
						{prompt === "EVICTION_THREAT" && asks && <Notice tone="warn" live>{T("ui.mapping.ask_eviction")}</Notice>}
						<Taps label={question(prompt)} name={`prompt-${prompt}`} options={options("answer", ["YES", "NO"])} value={given?.answer ?? ""} onValue={(next) => answer(prompt, next === "" ? null : { answer: next })} />
						{given?.answer === "YES" && <Text path="quadrants.prompts_answered.text" label={T("ui.mapping.detail", { what: valueWord("prompt", prompt) })} value={given.text ?? ""} lettersMost={1000} onValue={(text) => answer(prompt, { text: text || undefined })} />}
						{prompt === "CHILD_CONCERN" && given?.answer === "YES" && (
							<Notice tone="warn" live><p>{T("ui.mapping.child")}</p><p><a class="button" href={props.childHref}>{T("ui.mapping.child_notice")}</a></p></Notice>
						)}
					</div>
				);
			})}
			{quad.state === "NOT_ASKED" && ((quad.prompts_answered ?? []).some((one) => one.answer !== "NOT_ASKED") || quad.text !== undefined) && <p class="quiet" role="status">{T("ui.mapping.choose")}</p>}
			<div class="pairs">
				<Text path="quadrants.text" label={T("ui.mapping.text")} value={quad.text ?? ""} lettersMost={4000} long onValue={(text) => onQuad({ ...quad, text: text || undefined })} />
				<Text path="quadrants.strengths" label={T("ui.mapping.strengths")} value={quad.strengths ?? ""} lettersMost={2000} long onValue={(strengths) => onQuad({ ...quad, strengths: strengths || undefined })} />
			</div>
			{quad.state === "ACUTE" && <Notice tone="warn" live><p>{T("ui.mapping.acute")}</p><p><a href={href(["emergency"])}>{T("ui.emergency.title")}</a></p></Notice>}
		</section>
	);
}

// ---- read back ----
function Aloud(props: { form: Form; onBack: () => void }) {
	const { form } = props;
	useTop();
	const confirmed = form.values["client_confirmed"];
	return (
		<>
			<div class="card stack readout">
				<h2>{T("ui.mapping.read_title")}</h2>
				{eventsOf(form.values).length > 0 && (
					<section><h3>{T("ui.mapping.events")}</h3>
						<ul>{eventsOf(form.values).map((one) => <li key={one.life_event}>{[word("life_event", one.life_event), one.date === undefined ? "" : dateText(one.date), one.note ?? ""].filter(Boolean).join(", ")}</li>)}</ul>
					</section>
				)}
				{quadsOf(form.values).map((quad) => <section key={quad.quadrant}><h3>{word("quadrant", quad.quadrant)}</h3><QuadText quad={quad} /></section>)}
				{fieldText(form.values, "client_words") !== "" && <section><h3>{T("ui.mapping.words")}</h3><p class="pre">”{fieldText(form.values, "client_words")}”</p></section>}
			</div>
			<div class="card stack">
				<Choice path="client_confirmed" label={T("ui.mapping.confirm")} required error={form.errors["client_confirmed"]} value={confirmed === true ? "yes" : confirmed === false ? "no" : ""}
					options={[{ value: "yes", label: T("ui.mapping.confirm_yes") }, { value: "no", label: T("ui.mapping.confirm_no") }]} onValue={(next) => form.set({ client_confirmed: next === "yes" })} />
				<div class="row">
					<Button type="submit" busy={form.busy}>{T("ui.sign")}</Button>
					<Button kind="second" onClick={props.onBack}>{T("ui.mapping.back")}</Button>
				</div>
			</div>
		</>
	);
}

function Body(props: { begun: Begun }) {
	const [signed, setSigned] = useState("");
	const [aloud, setAloud] = useState(false);
	const form = useForm(props.begun, "mapping", (written) => setSigned(written.id), (values) => ({ ...values, quadrants: quadsOf(values), replaces: values["replaces"] ?? old?.id ?? null }));
	const { data } = useAsk<CaseAnswer>("show", { id: form.caseId });
	const client = data?.records.find((one) => one.type === "client");
	const old = (data?.records ?? []).filter((one) => one.type === "life_situation_mapping" && one.draft !== true && ["SIGNED", "CORRECTED"].includes(one.state?.holds ?? ""))
		.sort((a, b) => (b.event_at_ms || b.created_ms) - (a.event_at_ms || a.created_ms))[0];
	const quads = quadsOf(form.values);
	const put = (changed: Quad[]) => form.set({ quadrants: quads.map((quad) => changed.find((one) => one.quadrant === quad.quadrant) ?? quad) });
	const id = fieldText(form.values, "client");
	useEffect(() => {
		if (form.refused?.field.startsWith("quadrants") === true || form.refused?.field.startsWith("events") === true)
			setAloud(false); // where it is mended
	}, [form.refused]);
	if (signed !== "") {
		return (
			<Done text={T("ui.mapping.done")}>
				<a class="button" href={href(["print", signed], { of: "life_situation_mapping", large: "1" })}>{T("ui.mapping.print")}</a>
				<a class="button second" href={startHref("benefit_assessment", form.caseId, id)}>{T("ui.mapping.next_benefit")}</a>
				<a class="button second" href={href(["case", form.caseId])}>{client === undefined ? T("ui.case.client") : clientName(client.fields)}</a>
			</Done>
		);
	}
	const fault = form.errors["quadrants.prompts_answered"] ?? form.errors["quadrants"];
	if (aloud)
		return <FormBox form={form} ending={<></>}><Aloud form={form} onBack={() => setAloud(false)} /></FormBox>;
	return (
		<FormBox form={form} ending={
			<div class="row">
				<Button onClick={() => setAloud(true)}>{T("ui.mapping.read")}</Button>
				<Button kind="second" onClick={() => { void form.draft.keep(); history.back(); }}>{T("ui.later")}</Button>
			</div>
		}>
			{client !== undefined && <Told client={client} />}
			{old !== undefined && <Earlier form={form} old={old} take={put} />}
			<Events form={form} />
			<section class="stack tight" aria-labelledby="quads" data-path="quadrants">
				<h2 id="quads">{T("ui.mapping.quads")}</h2>
				<p class="quiet">{T("ui.mapping.quads_hint")}</p>
				{fault !== undefined && <span class="error">{fault}</span>}
				<div class="quads">{quads.map((quad) => (
					<Quadrant key={quad.quadrant} quad={quad} onQuad={(next) => put([next])} childHref={href(["new", "child_notice"], { case: form.caseId, client: id, back: "1" })} />
				))}</div>
			</section>
			<section class="card stack">
				<F form={form} name="client_words" label={T("ui.mapping.words")} />
				<F form={form} name="mode" />
				<F form={form} name="valid_until" label={T("ui.mapping.until")} hint={T("ui.mapping.until_hint")} />
			</section>
		</FormBox>
	);
}

export function Mapping(props: { id: string; query: Record<string, string> }) {
	return (
		<div class="stack">
			<Title>{T("ui.mapping.title")}</Title>
			<Begin type="life_situation_mapping" id={props.id} query={props.query} first={{ mode: "FACE" }}>{(begun) => <Body begun={begun} />}</Begin>
		</div>
	);
}
