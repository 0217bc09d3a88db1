// concern - the worker's concern looked at item by item, with the client where that can be. The worker
// chooses the level; violence and danger to life make it serious, and the numbers to call stand there at once.
import { useState } from "preact/hooks";
import type { WordKey } from "../../gen/words";
import { fieldText } from "../core/records";
import { href } from "../core/route";
import { T } from "../core/words";
import { Danger } from "../ui/danger";
import { Choice, Text } from "../ui/field";
import { Notice } from "../ui/parts";
import { Begin, Done, F, FormBox, Taps, useForm, type Begun } from "./begin";
import { startHref } from "./case";
import { Title } from "./frame";
import { ANSWERS, options, word } from "./mapping";

const LIST: [string, string[]][] = [["INCOME", ["C01", "C02", "C03"]], ["FAMILY", ["C04", "C05"]], ["HEALTH", ["C06", "C07", "C08"]], ["HOUSING", ["C09", "C10"]], ["", ["C11", "C12"]]];
const LEVELS = ["NONE", "MILD", "CLEAR", "SERIOUS"];
const NOW = ["C05", "C08"];

interface Item {
	code: string;
	answer: string;
	text?: string | undefined;
}

function Body(props: { begun: Begun }) {
	const [signed, setSigned] = useState(false);
	const form = useForm(props.begun, "concern", () => setSigned(true));
	const client = fieldText(form.values, "client");
	const items = Array.isArray(form.values["items"]) ? form.values["items"] as Item[] : [];
	const given = (code: string) => items.find((one) => one.code === code);
	const isYes = (code: string) => given(code)?.answer === "YES";
	const put = (code: string, patch: Partial<Item> | null) => {
		const others = items.filter((one) => one.code !== code);
		const next = patch === null ? others : [...others, { code, answer: "YES", ...given(code), ...patch }].sort((a, b) => a.code.localeCompare(b.code));
		const serious = next.some((one) => one.answer === "YES" && NOW.includes(one.code));
		form.set({ items: next.length === 0 ? null : next, ...(serious && { level: "SERIOUS" }) });
	};
	const serious = NOW.some(isYes);
	const childHref = href(["new", "child_notice"], { case: form.caseId, client, back: "1" });
	const withClient = form.values["done_with_client"];
	if (signed) {
		const result = fieldText(form.values, "result");
		return (
			<Done text={T("ui.concern.done")}>
				{(result === "CHILD_NOTICE" || isYes("C04")) && <a class="button" href={href(["new", "child_notice"], { case: form.caseId, client })}>{T("ui.mapping.child_notice")}</a>}
				{(result === "REFER_WITH_CONSENT" || result === "NOTIFY_WITHOUT_CONSENT") && <a class="button" href={startHref("referral", form.caseId, client)}>{T("ui.concern.refer")}</a>}
				<a class="button second" href={startHref("benefit_assessment", form.caseId, client)}>{T("ui.mapping.next_benefit")}</a>
				<a class="button second" href={href(["case", form.caseId])}>{T("ui.case.client")}</a>
			</Done>
		);
	}
	return (
		<FormBox form={form}>
			{form.errors["items.code"] !== undefined && <span class="error">{form.errors["items.code"]}</span>}
			{LIST.map(([area, codes]) => (
				<section class="card stack tight" key={area} aria-label={area === "" ? T("ui.concern.all") : word("quadrant", area)}>
					<h2>{area === "" ? T("ui.concern.all") : word("quadrant", area)}</h2>
					{codes.map((code) => (
						<div class="stack tight" key={code}>
							<Taps label={T(`concern.${code}` as WordKey)} name={code} options={options("answer", ANSWERS)} value={given(code)?.answer ?? ""} onValue={(answer) => put(code, answer === "" ? null : { answer })} />
							{isYes(code) && <Text path="items.text" label={T("ui.concern.detail")} value={given(code)?.text ?? ""} lettersMost={2000} onValue={(text) => put(code, { text: text || undefined })} />}
							{code === "C04" && isYes(code) && <Notice tone="warn" live><p>{T("ui.mapping.child")}</p><p><a class="button" href={childHref}>{T("ui.mapping.child_notice")}</a></p></Notice>}
							{NOW.includes(code) && isYes(code) && <div role="alert"><Danger text={T("ui.concern.now")} /></div>}
						</div>
					))}
				</section>
			))}
			<section class="card stack">
				<Choice path="level" label={T("ui.concern.level")} required hint={serious ? T("ui.concern.level_forced") : T("ui.concern.level_hint")} error={form.errors["level"]}
					options={options("concern_level", serious ? ["SERIOUS"] : LEVELS)} value={serious ? "SERIOUS" : fieldText(form.values, "level")} onValue={(level) => form.set({ level })} />
				<F form={form} name="done_with_client" />
				{withClient === false && <F form={form} name="reason_if_not" />}
				<F form={form} name="result" label={T("ui.concern.result")} />
			</section>
		</FormBox>
	);
}

export function Concern(props: { id: string; query: Record<string, string> }) {
	return (
		<div class="stack">
			<Title>{T("ui.concern.title")}</Title>
			<p class="quiet">{T("ui.concern.hint")}</p>
			<Begin type="concern_assessment" id={props.id} query={props.query}>{(begun) => <Body begun={begun} />}</Begin>
		</div>
	);
}
