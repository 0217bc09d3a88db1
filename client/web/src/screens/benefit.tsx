// benefit - would an assessment of service needs help this client? The worker's answer with reasons, and
// what the client thinks of it. Where it would help, the next step is offered.
import { useState } from "preact/hooks";
import { useAsk } from "../core/live";
import { fieldText, type CaseAnswer } from "../core/records";
import { href } from "../core/route";
import { T } from "../core/words";
import { Begin, Done, F, FormBox, useForm, type Begun } from "./begin";
import { startHref } from "./case";
import { Title } from "./frame";

// The client's open matters: the assessment is made in one of them.
function Next(props: { caseId: string; client: string; yes: boolean }) {
	const { data } = useAsk<CaseAnswer>(props.yes ? "show" : null, { id: props.caseId });
	return (
		<Done text={T(props.yes ? "ui.benefit.done_yes" : "ui.benefit.done")}>
			{props.yes && (data?.matters ?? []).filter((one) => !["CLOSED", "TRANSFERRED"].includes(one.state?.holds ?? "")).map((one) => (
				<a class="button" key={one.id} href={startHref("service_need_assessment", one.case_id, "")}>{T("ui.benefit.assess", { matter: one.title })}</a>
			))}
			{props.yes && <a class="button second" href={startHref("referral", props.caseId, props.client)}>{T("ui.benefit.refer")}</a>}
			{props.yes && <a class="button second" href={startHref("case", props.caseId, props.client)}>{T("ui.benefit.open")}</a>}
			<a class="button second" href={startHref("digital_capability", props.caseId, props.client)}>{T("ui.capability.title")}</a>
			<a class="button second" href={href(["case", props.caseId])}>{T("ui.case.client")}</a>
		</Done>
	);
}

function Body(props: { begun: Begun }) {
	const [signed, setSigned] = useState(false);
	const form = useForm(props.begun, "benefit", () => setSigned(true));
	if (signed)
		return <Next caseId={form.caseId} client={fieldText(form.values, "client")} yes={fieldText(form.values, "answer") === "YES"} />;
	return (
		<FormBox form={form}>
			<section class="card stack">
				<F form={form} name="answer" label={T("ui.benefit.question")} />
				<F form={form} name="reasons" hint={T("ui.benefit.reasons_hint")} />
			</section>
			<section class="card stack">
				<F form={form} name="client_opinion" hint={T("ui.benefit.opinion_hint")} />
				<F form={form} name="client_agrees" label={T("ui.benefit.agrees")} />
			</section>
		</FormBox>
	);
}

export function Benefit(props: { id: string; query: Record<string, string> }) {
	return (
		<div class="stack">
			<Title>{T("ui.benefit.title")}</Title>
			<Begin type="benefit_assessment" id={props.id} query={props.query} first={{ reasons: [""] }}>{(begun) => <Body begun={begun} />}</Begin>
		</div>
	);
}
