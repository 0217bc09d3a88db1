// plan - the three plans: goals in the client's words, one line an action with who and when, the parties,
// what the client thinks of it. A plan that is signed is revised by a new version, ended, or told to Kela.
import { useState } from "preact/hooks";
import type { Json } from "../core/api";
import { status } from "../core/live";
import { fieldText } from "../core/records";
import { href } from "../core/route";
import { T, todayIso, valueWord } from "../core/words";
import { Choice } from "../ui/field";
import { Begin, Done, F, FormBox, Lines, useForm, written, type Begun } from "./begin";
import { Title } from "./frame";
import { options } from "./mapping";
import { columns, useMatter, usual } from "./need";

const KINDS = ["INDEPENDENT_COPING", "ACTIVATION", "CLIENT"];
// Which plan a way in leads to; the daemon decides, this only goes before.
const BY_PATHWAY: Record<string, string> = { BASIC_PART_REDUCTION: "INDEPENDENT_COPING", REHAB_WORK_ACT: "ACTIVATION", NEED_REQUEST: "CLIENT", OBVIOUS_NEED: "CLIENT" };
const RENEW = ["kind", "goals", "actions", "parties", "kela_notice_wanted", "law_refs"];

// The way to a new version of a plan that stands, or that the client declined.
export function PlanAgain(props: { id: string; caseId: string; state: string }) {
	return !["AGREED", "ACTIVE", "DECLINED_BY_CLIENT"].includes(props.state) ? null
		: <a class="button second small" href={href(["plan", "new"], { case: props.caseId, replaces: props.id })}>{T("ui.plan.revise")}</a>;
}

function Body(props: { begun: Begun }) {
	const [signed, setSigned] = useState("");
	const { head, client } = useMatter(props.begun.caseId);
	const pathway = fieldText(head?.fields, "opened_by_pathway");
	const kindOf = (values: Json) => fieldText(values, "kind") || (BY_PATHWAY[pathway] ?? "");
	const partiesOf = (kind: string) => kind === "ACTIVATION" ? [...usual(client), { role: T("ui.plan.employment") }] : usual(client);
	const form = useForm(props.begun, "plan", (done) => setSigned(done.id), (values) => ({ ...values, kind: kindOf(values) || null, actions: written(values["actions"]), goals: written(values["goals"]),
		parties: written(values["parties"] ?? partiesOf(kindOf(values))) }));
	const kind = kindOf(form.values), agreement = fieldText(form.values, "client_agreement");
	if (signed !== "") {
		return (
			<Done text={T(agreement === "DECLINED" ? "ui.plan.declined" : "ui.plan.done")}>
				{agreement !== "DECLINED" && <a class={`button ${form.values["kela_notice_wanted"] === true ? "" : "second"}`} href={href(["notice", signed])}>{T("ui.plan.to_kela")}</a>}
				<a class="button second" href={href(["print", signed], { of: "plan" })}>{T("ui.print.title")}</a>
				<a class="button second" href={href(["actions", form.caseId])}>{T("ui.actions.title")}</a>
				<a class="button second" href={href(["record", signed])}>{T("ui.plan.open")}</a>
			</Done>
		);
	}
	return (
		<FormBox form={form}>
			<p class="quiet">{[client, head?.title].filter(Boolean).join(" · ")}</p>
			<section class="card stack">
				<Choice path="kind" label={T("ui.plan.kind")} required options={options("plan_kind", KINDS)} value={kind} error={form.errors["kind"]} onValue={(next) => form.set({ kind: next })}
					hint={BY_PATHWAY[pathway] === undefined ? "" : T("ui.plan.by_pathway", { pathway: valueWord("pathway", pathway) })} />
				<Lines form={form} name="parties" label={T("ui.plan.parties")} add={T("ui.need.more_people")} columns={columns()} rows={partiesOf(kind)} hint={kind === "ACTIVATION" ? T("ui.plan.three") : undefined} />
			</section>
			<section class="card stack">
				<F form={form} name="goals" label={T("ui.plan.goal")} hint={T("ui.plan.goals_hint")} />
			</section>
			<section class="card stack">
				<Lines form={form} name="actions" label={T("ui.plan.actions")} add={T("ui.plan.more_actions")} hint={T("ui.plan.actions_hint")}
					columns={[{ name: "what", label: T("ui.plan.what"), most: 2000 }, { name: "who", label: T("ui.plan.who"), most: 200, offer: [client, status.value?.holder_name ?? "", "Kela"].filter(Boolean) }, { name: "due", label: T("ui.plan.due"), date: true }]} />
			</section>
			<section class="card stack">
				<F form={form} name="client_agreement" />
				<F form={form} name="client_agreement_note" hint={agreement === "PARTLY" || agreement === "DECLINED" ? T("ui.plan.note_hint") : ""} />
				<div class="pairs"><F form={form} name="valid_from" /><F form={form} name="review_on" /></div>
				<F form={form} name="kela_notice_wanted" label={T("ui.plan.kela")} hint={T("ui.plan.kela_hint")} />
				<F form={form} name="law_refs" />
			</section>
		</FormBox>
	);
}

export function Plan(props: { id: string; query: Record<string, string> }) {
	return (
		<div class="stack">
			<Title>{T(props.query["replaces"] ? "ui.plan.renewed" : "ui.plan.title")}</Title>
			<Begin type="plan" id={props.id} query={props.query} first={{ valid_from: todayIso(), goals: [{}] }} renew={RENEW}>{(begun) => <Body begun={begun} />}</Begin>
		</div>
	);
}
