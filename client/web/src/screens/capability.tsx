// capability - told first what is recorded; then what the client has and can for doing things online, and
// the channel agreed on. The customer type follows from it; the daemon derives it, it is shown in words and
// never chosen.
import { useState } from "preact/hooks";
import { useAsk } from "../core/live";
import { fieldText, type RecordAnswer } from "../core/records";
import { href } from "../core/route";
import { T, todayIso, valueWord } from "../core/words";
import { Notice } from "../ui/parts";
import { Told } from "../ui/told";
import { Begin, Done, F, FormBox, useForm, type Begun } from "./begin";
import { startHref } from "./case";
import { Title } from "./frame";

function Signed(props: { id: string; caseId: string }) {
	const { data } = useAsk<RecordAnswer>("show", { id: props.id });
	const fields = data?.record.fields;
	const type = fieldText(fields, "customer_type");
	return (
		<>
			{type !== "" && (
				<Notice><p><strong>{T("ui.capability.type", { type: valueWord("customer_type", type) })}</strong></p>
					<p>{T("ui.capability.channel", { channel: valueWord("application_channel", fieldText(fields, "agreed_channel")) })}</p></Notice>
			)}
			<Done text={T("ui.capability.done")}>
				<a class="button" href={startHref("life_situation_mapping", props.caseId, fieldText(fields, "client"))}>{T("ui.mapping.title")}</a>
				<a class="button second" href={href(["case", props.caseId])}>{T("ui.case.client")}</a>
			</Done>
		</>
	);
}

function Body(props: { begun: Begun }) {
	const [signed, setSigned] = useState("");
	const form = useForm(props.begun, "capability", (written) => setSigned(written.id));
	const id = fieldText(form.values, "client");
	const client = useAsk<RecordAnswer>(id === "" ? null : "show", { id });
	if (signed !== "")
		return <Signed id={signed} caseId={form.caseId} />;
	return (
		<FormBox form={form}>
			{client.data !== null && <Told client={client.data.record} />}
			<section class="card stack" aria-labelledby="has" data-path="customer_type">
				<h2 id="has">{T("ui.capability.has")}</h2>
				{form.errors["customer_type"] && <span class="error">{form.errors["customer_type"]}</span>}
				<div class="pairs">{["has_computer", "has_smartphone", "has_connection", "has_eid"].map((name) => <F key={name} form={form} name={name} />)}</div>
				<F form={form} name="skill" hint={T("ui.capability.skill_hint")} />
				<F form={form} name="functional_note" />
				<p class="quiet">{T("ui.capability.type_hint")}</p>
			</section>
			<section class="card stack" aria-labelledby="agreed">
				<h2 id="agreed">{T("ui.capability.agreed")}</h2>
				<F form={form} name="agreed_channel" />
				<F form={form} name="assessed_on" />
				<F form={form} name="next_check" />
			</section>
		</FormBox>
	);
}

export function Capability(props: { id: string; query: Record<string, string> }) {
	return (
		<div class="stack">
			<Title>{T("ui.capability.title")}</Title>
			<Begin type="digital_capability" id={props.id} query={props.query} first={{ assessed_on: todayIso() }}>{(begun) => <Body begun={begun} />}</Begin>
		</div>
	);
}
