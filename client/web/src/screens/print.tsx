// print - a page of the daemon for paper or PDF: which, in what language, with what letters.
//
// The page stands in a shadow tree with its own style, so neither its rules nor ours reach the
// other; its margins are the document's while the screen is there. A print is an entry of the
// access log, so it is made when asked for, and not again by itself.
import { useEffect, useRef, useState } from "preact/hooks";
import { useAct } from "../core/act";
import { call } from "../core/api";
import { useUnfinished } from "../core/unfinished";
import { capital, language, LANGUAGES, T } from "../core/words";
import { Check, Choice, Text } from "../ui/field";
import { Kept } from "../ui/kept";
import { Button, Refused } from "../ui/parts";
import { useErrors } from "./write";
import { Title } from "./frame";

const KINDS = ["plan", "notice", "quadrants", "consent", "actions", "report", "log", "card", "findings", "loss"] as const;
type Kind = typeof KINDS[number];
interface Page {
	kind: Kind;
	lang: string;
	parts: string[];
}

// What can be made of a record of this type; of a client or a case all that concerns a client.
const OF: Record<string, readonly Kind[]> = {
	plan: ["plan"], disclosure: ["notice"], life_situation_mapping: ["quadrants"], consent: ["consent"], joint_session: ["actions"], visit: ["actions"],
	agreed_action: ["actions"], decision_quality_item: ["findings"],
};
const OF_CLIENT = KINDS.filter((kind) => kind !== "findings");

interface Policies {
	trustedTypes?: { createPolicy: (name: string, rules: { createHTML: (text: string) => string }) => { createHTML: (text: string) => string } };
}
// The daemon's page is parsed and its body taken; a script in it would not run (the policy of the page forbids it).
const policy = (window as Policies).trustedTypes?.createPolicy("jalka-print", { createHTML: (text) => text });

function bodyOf(html: string): HTMLElement {
	const text = html.slice(html.indexOf("<body"));
	const parsed = new DOMParser().parseFromString(policy?.createHTML(text) ?? text, "text/html");
	for (const main of parsed.querySelectorAll("main")) { // the screen has one
		const box = parsed.createElement("div");
		box.append(...main.childNodes);
		main.replaceWith(box);
	}
	return document.importNode(parsed.body, true);
}

function Paper(props: { page: Page }) {
	const host = useRef<HTMLDivElement>(null);
	useEffect(() => {
		const html = props.page.parts.join("");
		const style = /<style>([^<]*)<\/style>/.exec(html)?.[1] ?? "";
		const root = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: "open" });
		const own = new CSSStyleSheet(), paper = new CSSStyleSheet();
		own.replaceSync(style);
		paper.replaceSync(/@page\s*\{(?:[^{}]|\{[^{}]*\})*\}/.exec(style)?.[0] ?? "");
		root.adoptedStyleSheets = [own];
		root.replaceChildren(bodyOf(html));
		document.adoptedStyleSheets = [...document.adoptedStyleSheets, paper];
		return () => {
			document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== paper);
		};
	}, [props.page]);
	return <div class="paper" ref={host} lang={props.page.lang} tabIndex={0} role="region" aria-label={T(`ui.print.kind_${props.page.kind}`)} data-printed={props.page.kind} />;
}

export function Print(props: { id: string; query: Record<string, string> }) {
	const kinds = OF[props.query["of"] ?? ""] ?? OF_CLIENT;
	const [kind, setKind] = useState<Kind>(kinds[0]!);
	const [lang, setLang] = useState("");
	const [large, setLarge] = useState(props.query["large"] === "1");
	const [blank, setBlank] = useState(false);
	const typed = useUnfinished(props.id, "print/reason", { guarded: false, reason: "" });
	const { guarded, reason } = typed.value;
	const [quarter, setQuarter] = useState("");
	const [page, setPage] = useState<Page | null>(null);
	const { refusal, busy, act } = useAct();
	const errors = useErrors(refusal);
	const make = async () => {
		const made = await act(() => call<Page & Record<string, unknown>>("print", { kind, id: kind === "findings" ? quarter : props.id, lang, large, blank: blank && kind === "quadrants",
			withProtected: guarded && kind === "report", reason: guarded ? reason : "" }));
		setPage(made ?? null);
	};
	const of = <V,>(set: (value: V) => void) => (value: V) => {
		setPage(null);
		set(value);
	};
	return (
		<div class="stack">
			<form class="card stack noprint" onSubmit={(event) => { event.preventDefault(); void make(); }}>
				<Title>{T("ui.print.title")}</Title>
				{kinds.length > 1 && <Choice label={T("ui.print.what")} value={kind} onValue={(next) => of(setKind)(next as Kind)} error={errors["kind"]} list={false}
					options={kinds.map((value) => ({ value, label: T(`ui.print.kind_${value}`) }))} />}
				<Choice label={T("ui.language")} value={lang} onValue={of(setLang)} options={[{ value: "", label: T("ui.print.client_language") },
					...LANGUAGES.map((value) => ({ value, label: capital(new Intl.DisplayNames([language.value], { type: "language" }).of(value) ?? value) }))]} />
				<Check label={T("ui.print.large")} value={large} onValue={of(setLarge)} />
				{kind === "quadrants" && <Check label={T("ui.print.blank")} value={blank} onValue={of(setBlank)} />}
				{kind === "findings" && <Text label={T("ui.print.quarter")} hint={T("ui.print.quarter_hint")} value={quarter} onValue={of(setQuarter)} error={errors["id"]} />}
				{kind === "report" && <Check label={T("ui.print.guarded")} value={guarded} onValue={of((next) => typed.patch({ guarded: next }))} />}
				{kind === "report" && guarded && <Text label={T("ui.print.reason")} required value={reason} onValue={of((next) => typed.patch({ reason: next }))} error={errors["with_protected"]} />}
				<Kept of={typed} />
				<Refused refusal={refusal} />
				<div class="row">
					{page === null ? <Button type="submit" busy={busy}>{T("ui.print.show")}</Button> : <Button onClick={() => print()}>{T("ui.print.print")}</Button>}
					<Button kind="second" onClick={() => history.back()}>{T("ui.back")}</Button>
				</div>
				<p class="hint">{T("ui.print.hint")}</p>
			</form>
			{page !== null && <Paper page={page} />}
		</div>
	);
}
