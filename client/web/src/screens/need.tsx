// need - the assessment of service needs: who took part, on what it rests, what was found in each
// quadrant, what is needed, what came of it. Its time limit stands on top; an assessment that is not
// needed is reasoned.
import { useState } from "preact/hooks";
import type { Json } from "../core/api";
import { status, useAsk } from "../core/live";
import { clientName, fieldText, type CaseAnswer, type RecordAnswer, type Summary } from "../core/records";
import { href } from "../core/route";
import { capital, dateText, language, T, t, todayIso, typeWord, valueWord, weekdayText } from "../core/words";
import { Check, Choice, Choices, Text } from "../ui/field";
import { Notice } from "../ui/parts";
import { Begin, Done, F, FormBox, Lines, useForm, written, type Begun, type Form } from "./begin";
import { startHref } from "./case";
import { Title } from "./frame";
import { options, QUADRANTS, word } from "./mapping";

const OUTCOMES = ["SERVICES", "GUIDANCE_ONLY", "NO_NEED", "UNNECESSARY"];
const GROUNDS = ["TEMPORARY", "VALID_EXISTS", "GUIDANCE_SUFFICED", "OTHER_AUTHORITY", "OTHER"];
const LEAST = 40;

// The matter's own record: what it is about, by which way it came, and whose it is. No file is opened for it.
export function useMatter(caseId: string): { head: RecordAnswer["record"] | undefined; client: string } {
	const id = useAsk<{ records: Summary[] }>("list", { type: "case", caseId, limit: 1 }).data?.records[0]?.id ?? "";
	const head = useAsk<RecordAnswer>(id === "" ? null : "show", { id }).data?.record;
	return { head, client: head?.names?.[fieldText(head.fields, "client")] ?? "" };
}

// The matter and its client's own case, both shown here.
function useCases(matterId: string) {
	const matter = useAsk<CaseAnswer>("show", { id: matterId }).data;
	const client = useAsk<CaseAnswer>(matter !== null && matter.client_case !== "" && matter.client_case !== matter.case_id ? "show" : null, { id: matter?.client_case ?? "" }).data;
	return { matter, head: matter?.records.find((one) => one.type === "case"), client, person: client?.records.find((one) => one.type === "client") };
}

export function columns(): { name: string; label: string; most: number }[] {
	return [{ name: "role", label: T("ui.need.role"), most: 200 }, { name: "name", label: T("ui.need.name"), most: 200 }, { name: "organisation", label: T("ui.need.organisation"), most: 200 }];
}

export function usual(client: string): Json[] {
	return [{ role: T("ui.need.client"), name: client || undefined }, { role: T("ui.need.worker"), name: status.value?.holder_name || undefined }];
}

// ---- the time limit ----
interface Due {
	what: string;
	label: string;
	rule: string;
	counted: string;
	actable: string;
	case_id: string;
}

function Limit(props: { form: Form; matter: string; opened: string }) {
	const { data } = useAsk<{ due: Due[] }>("agenda", { day: "", lang: language.value });
	const chosen = fieldText(props.form.values, "deadline_rule").slice(0, 2);
	const due = (data?.due ?? []).filter((one) => one.case_id === props.matter && ["assessment_start", "assessment"].includes(one.what));
	const rule = chosen || due[0]?.rule || "D4";
	const clock = useAsk<{ clocks: { what: string; counted: { date: string }; actable: { date: string } }[] }>(due.length === 0 && props.opened !== "" ? "deadline" : null, { rule, start: props.opened }).data;
	return (
		<Notice tone="calm">
			{due.map((one) => <p key={one.what}><strong>{capital(one.label)}: {weekdayText(one.counted)}</strong>{one.actable !== one.counted && ` (${t("ui.home.actable", { day: dateText(one.actable) })})`} · {one.rule}</p>)}
			{(clock?.clocks ?? []).map((one, i) => <p key={i}><strong>{T("ui.need.ready_by", { day: dateText(one.counted.date) })}</strong>{one.actable.date !== one.counted.date && ` (${t("ui.home.actable", { day: dateText(one.actable.date) })})`} · {rule}</p>)}
			<p>{T("ui.need.opened", { day: props.opened === "" ? "–" : dateText(props.opened) })}</p>
		</Notice>
	);
}

// ---- what it rests on ----
function Basis(props: { form: Form; client: CaseAnswer | null }) {
	const found = (props.client?.records ?? []).filter((one) => ["life_situation_mapping", "concern_assessment", "benefit_assessment"].includes(one.type) && one.draft !== true && one.state?.holds !== "VOIDED")
		.sort((a, b) => (b.event_at_ms || b.created_ms) - (a.event_at_ms || a.created_ms)).slice(0, 8);
	if (found.length === 0)
		return <p class="quiet">{T("ui.need.no_basis")}</p>;
	return <Choices label={T("ui.need.basis")} hint={T("ui.need.basis_hint")} error={props.form.errors["basis"]} values={(props.form.values["basis"] ?? []) as string[]}
		options={found.map((one) => ({ value: one.id, label: `${capital(typeWord(one.type))} ${dateText(todayIso(one.event_at_ms || one.created_ms))}` }))} onValues={(basis) => props.form.set({ basis: basis.length === 0 ? null : basis })} />;
}

// ---- the findings, one a quadrant ----
interface Finding {
	quadrant: string;
	text: string;
}

function Findings(props: { form: Form; mapping: Summary | undefined }) {
	const findings = (props.form.values["findings"] ?? []) as Finding[];
	const mapped = (props.mapping?.fields?.["quadrants"] ?? []) as { quadrant: string; state: string; text?: string }[];
	const put = (quadrant: string, text: string) => {
		const next = QUADRANTS.map((one) => one === quadrant ? { quadrant, text } : findings.find((old) => old.quadrant === one)).filter((one): one is Finding => one !== undefined && one.text !== "");
		props.form.set({ findings: next.length === 0 ? null : next });
	};
	return (
		<section class="stack tight" aria-labelledby="findings">
			<h2 id="findings">{T("ui.need.findings")}</h2>
			{props.form.errors["findings"] !== undefined && <span class="error">{props.form.errors["findings"]}</span>}
			<div class="quads" data-path="findings">{QUADRANTS.map((quadrant) => {
				const seen = mapped.find((one) => one.quadrant === quadrant && one.state !== "NOT_ASKED");
				return (
					<div class="card" key={quadrant}>
						<Text path="findings.text" label={word("quadrant", quadrant)} long lettersMost={4000} value={findings.find((one) => one.quadrant === quadrant)?.text ?? ""} onValue={(text) => put(quadrant, text)}
							hint={seen === undefined ? undefined : T("ui.need.mapped", { state: `${valueWord("quadrant_state", seen.state)}${seen.text ? `. ${seen.text}` : ""}` })} />
					</div>
				);
			})}</div>
		</section>
	);
}

// ---- what came of it ----
function Outcome(props: { form: Form }) {
	const { form } = props;
	const outcome = fieldText(form.values, "outcome");
	const part = (form.values["unnecessary"] ?? {}) as Json;
	const text = fieldText(part, "text"), letters = [...text.trim()].length;
	const put = (patch: Json) => form.set({ unnecessary: { ...part, ...patch } });
	return (
		<section class="card stack" data-path="outcome">
			<Choice label={T("ui.need.outcome")} hint={T("ui.need.outcome_hint")} options={options("assessment_outcome", OUTCOMES)} value={outcome} optional error={form.errors["outcome"]}
				onValue={(next) => form.set({ outcome: next || null, completed_on: next === "" ? null : form.values["completed_on"] ?? todayIso(),
					unnecessary: next === "UNNECESSARY" ? { decided_by: status.value?.holder_name ?? "", ...part } : null })} />
			{outcome === "UNNECESSARY" && (
				<div class="stack" data-path="unnecessary">
					<Choice label={T("ui.need.ground")} required options={options("unnecessary_ground", GROUNDS)} value={fieldText(part, "ground")} error={form.errors["unnecessary.ground"] ?? form.errors["unnecessary"]} onValue={(ground) => put({ ground })} />
					<div class="stack tight">
						<Text path="unnecessary.text" label={T("ui.need.why")} required long lettersMost={4000} value={text} error={form.errors["unnecessary.text"]} hint={T("ui.need.why_hint")} onValue={(next) => put({ text: next })} />
						<p class={letters < LEAST ? "quiet" : "quiet good"} role="status">{letters < LEAST ? T("ui.need.still", { count: LEAST - letters }) : T("ui.need.enough")}</p>
					</div>
					<Text path="unnecessary.decided_by" label={T("ui.need.decided_by")} required lettersMost={200} value={fieldText(part, "decided_by")} error={form.errors["unnecessary.decided_by"]} onValue={(decided_by) => put({ decided_by })} />
				</div>
			)}
			<div class="pairs"><F form={form} name="started_on" /><F form={form} name="completed_on" /></div>
			{outcome !== "UNNECESSARY" && <F form={form} name="own_worker_need" />}
			<F form={form} name="client_opinion" />
			<F form={form} name="law_refs" />
		</section>
	);
}

function Body(props: { begun: Begun }) {
	const [signed, setSigned] = useState(false);
	const [child, setChild] = useState(false);
	const { head, client, person } = useCases(props.begun.caseId);
	const form = useForm(props.begun, "need", () => setSigned(true), (values) => ({ ...values, participants: written(values["participants"] ?? usual(clientName(person?.fields))), needs: (values["needs"] as string[] | null ?? []).filter((one) => one.trim() !== "").length === 0 ? null : values["needs"] }));
	const outcome = fieldText(form.values, "outcome");
	if (signed) {
		return (
			<Done text={T("ui.need.done")}>
				{outcome === "SERVICES" && <a class="button" href={startHref("plan", form.caseId, "")}>{T("ui.need.next_plan")}</a>}
				<a class="button second" href={href(["case", form.caseId])}>{T("ui.case.matter")}</a>
			</Done>
		);
	}
	const cares = (client?.records ?? []).some((one) => one.type === "related_person" && one.fields["minor"] === true && one.fields["lives_with"] === true);
	const asksChild = cares || child || fieldText(form.values, "child_situation") !== "" || form.errors["child_situation"] !== undefined;
	const mapping = (client?.records ?? []).filter((one) => one.type === "life_situation_mapping" && ["SIGNED", "CORRECTED"].includes(one.state?.holds ?? "")).sort((a, b) => (b.event_at_ms || b.created_ms) - (a.event_at_ms || a.created_ms))[0];
	return (
		<FormBox form={form}>
			<p class="quiet">{[clientName(person?.fields), head?.title].filter(Boolean).join(" · ")}</p>
			<Limit form={form} matter={form.caseId} opened={fieldText(head?.fields, "opened_on")} />
			<section class="card stack">
				<Lines form={form} name="participants" label={T("ui.need.participants")} add={T("ui.need.more_people")} columns={columns()} rows={usual(clientName(person?.fields))} />
				<Basis form={form} client={client} />
				<F form={form} name="deadline_rule" />
			</section>
			{outcome !== "UNNECESSARY" && <Findings form={form} mapping={mapping} />}
			{outcome !== "UNNECESSARY" && (
				<section class="card stack">
					<F form={form} name="needs" hint={T("ui.need.needs_hint")} />
					<F form={form} name="special_support" hint={head?.fields["special_support"] === true ? T("ui.need.special_case") : T("ui.need.special_hint")} />
					{asksChild ? <F form={form} name="child_situation" hint={cares ? T("ui.need.cares") : ""} /> : <Check label={T("ui.need.child")} value={false} onValue={() => setChild(true)} />}
				</section>
			)}
			<Outcome form={form} />
		</FormBox>
	);
}

export function Need(props: { id: string; query: Record<string, string> }) {
	return (
		<div class="stack">
			<Title>{T("ui.need.title")}</Title>
			<Begin type="service_need_assessment" id={props.id} query={props.query} first={{ started_on: todayIso(), needs: [""] }}>{(begun) => <Body begun={begun} />}</Begin>
		</div>
	);
}
