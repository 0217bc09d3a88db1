// write - a new record of any type: kept as it is typed, signed or saved when it is whole.
import { effect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { call, jsonBody, Refusal, type Json } from "../core/api";
import { useDraft, type Draft } from "../core/draft";
import { touched, useAsk } from "../core/live";
import { fieldText, useShape, write, type RecordAnswer, type TypeShape, type Written } from "../core/records";
import { href, replace, settle } from "../core/route";
import { capital, clockText, language, T, typeWord } from "../core/words";
import { Kept } from "../ui/kept";
import { Button, Busy, Notice, Refused, refusalText, toast } from "../ui/parts";
import { ErrorSummary, focusField, RecordForm, type FieldErrors } from "../ui/record-form";
import { SCREENS } from "./case";
import { Title } from "./frame";

export function Keeping(props: { draft: Draft }) {
	const now = props.draft.keeping.value;
	return now.state === "none" ? <p class="quiet" role="status">{T("ui.draft.none")}</p>
		: now.state === "kept" ? <p class="quiet" role="status" data-keeping="kept">{T("ui.draft.kept", { when: clockText(now.at_ms) })}</p>
		: <Kept of={props.draft} />;
}

// The daemon's error beside the field it names; without one, on top.
export function errorsOf(refusal: Refusal | null): FieldErrors {
	return refusal === null || refusal.field === "" ? {} : { [refusal.field]: refusalText(refusal) };
}

// The same, and the field comes before the eyes.
export function useErrors(refusal: Refusal | null): FieldErrors {
	useEffect(() => focusField(refusal?.field ?? ""), [refusal]);
	return errorsOf(refusal);
}

// Signs or saves what a draft holds; what was typed stays when it is refused.
export function useFinish(draft: Draft, after: (written: Written) => void) {
	const [refusal, setRefusal] = useState<Refusal | null>(null);
	const [busy, setBusy] = useState(false);
	const finish = async () => {
		setBusy(true);
		try {
			await draft.keep();
			const { value } = draft.keeping;
			if (value.state === "failed")
				throw value.refusal; // what the daemon holds is not what is shown
			const written = await call<Written>("sign", { recordId: draft.id });
			await draft.end();
			touched();
			setRefusal(null);
			for (const one of written.advice)
				toast(one.text);
			after(written);
		} catch (error) {
			if (!(error instanceof Refusal))
				throw error;
			setRefusal(error);
			if (error.field === "")
				requestAnimationFrame(() => document.querySelector("[role=alert]")?.scrollIntoView({ block: "center" }));
		} finally {
			setBusy(false);
		}
	};
	return { refusal, busy, finish };
}

export function Form(props: { shape: TypeShape; first: Json; caseId: string; draftId: string; only?: readonly string[]; after?: (written: Written) => void }) {
	const { shape } = props;
	const [values, setValues] = useState<Json>(props.first);
	const draft = useDraft({ type: shape.name, record_id: props.draftId, ...(shape.opens !== "NONE" ? { client_case: props.caseId } : { case_id: props.caseId }) });
	const left = useRef(false);
	const { refusal, busy, finish } = useFinish(draft, (written) => {
		left.current = true;
		toast(T("ui.saved", { what: typeWord(shape.name) }));
		if (props.after !== undefined)
			props.after(written);
		else
			replace(written.opened || shape.name === "client" ? ["case", written.case_id] : ["record", written.id]);
		scrollTo(0, 0);
	});
	// Locked or loaded anew, the window comes back to this draft: its address is told as soon as it is kept.
	useEffect(() => effect(() => {
		if (draft.keeping.value.state === "kept" && props.draftId === "" && !left.current)
			settle(["record", draft.id]);
	}), []);
	const leaveOut = props.first["client"] !== undefined ? ["client"] : [];
	const change = (next: Json) => {
		setValues(next);
		draft.type(next);
	};
	const save = () => {
		if (draft.id === "")
			draft.type(values);
		void finish();
	};
	return (
		<form class="stack" noValidate onSubmit={(event) => { event.preventDefault(); save(); }}
			onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); save(); } }}>
			<ErrorSummary refusal={refusal} shape={shape} values={values} leaveOut={leaveOut} />
			<RecordForm shape={shape} values={values} onValues={change} errors={errorsOf(refusal)} caseId={props.caseId} leaveOut={leaveOut} fresh {...(props.only === undefined ? {} : { only: props.only })} />
			{shape.name === "client" && <Alike values={values} />}
			<Keeping draft={draft} />
			<div class="row">
				<Button type="submit" busy={busy}>{shape.signed ? T("ui.sign") : T("ui.save")}</Button>
				<Button kind="second" onClick={() => { void draft.keep(); history.back(); }}>{T("ui.later")}</Button>
			</div>
		</form>
	);
}

interface Alike {
	matches: { id: string; case_id: string; title: string; grade_label: string; why: string }[];
}

// Who is held here already and may be the same person.
function Alike(props: { values: Json }) {
	const known = Object.fromEntries(["family_name", "given_names", "hetu", "birth_date"].map((name) => [name, props.values[name]]).filter(([, value]) => typeof value === "string" && value !== ""));
	const { data } = useAsk<Alike>(Object.keys(known).length > 1 ? "match" : null, { body: jsonBody(known), form: 1, lang: language.value });
	return data === null || data.matches.length === 0 ? null : (
		<Notice tone="warn" live>
			<p>{T("ui.write.alike")}</p>
			<ul class="items">{data.matches.map((one) => <li key={one.id}><a class="item" href={href(["case", one.case_id])}><span class="item-title">{one.title}</span><span>{capital(one.grade_label)}: {one.why}</span></a></li>)}</ul>
		</Notice>
	);
}

export function Write(props: { type: string; query: Record<string, string> }) {
	const shape = useShape(props.type);
	const first: Json = {};
	if (props.query["client"] && shape?.fields.some((field) => field.name === "client"))
		first["client"] = props.query["client"];
	if (props.type === "client" && props.query["name"]) {
		const parts = props.query["name"].split(" ");
		first["family_name"] = parts.at(-1);
		first["given_names"] = parts.slice(0, -1).join(" ") || null;
	}
	return (
		<div class="stack">
			<Title>{T("ui.new.one", { what: typeWord(props.type) })}</Title>
			{shape === null ? <Busy /> : shape.central_only || shape.home === "ACCESS" ? <Notice>{T("ui.write.elsewhere")}</Notice> : <div class="card"><Form key={shape.name} shape={shape} first={first} caseId={props.query["case"] ?? ""} draftId=""
				after={props.query["back"] === "1" ? () => history.back() : undefined} /></div>}
		</div>
	);
}

// Types whose drafts go on in a screen of their own.
const GOES_ON = ["consent", "life_situation_mapping", "digital_capability", "concern_assessment", "benefit_assessment", "service_need_assessment", "plan", "joint_session",
	"assistance_application", "referral"];

// The screen of a draft, "" when it is this one. What belongs to a visit that goes on, or to an application, is written there.
function screenOf({ record }: RecordAnswer, about: RecordAnswer | null): string[] {
	if (GOES_ON.includes(record.type))
		return [SCREENS[record.type]!, record.id];
	if (record.type === "agreed_action" && about === null)
		return ["actions", record.case_id];
	const there = about?.record;
	return there?.state?.holds === "STARTED" || (record.type === "agreed_action" && there?.type === "assistance_application") ? [SCREENS[there.type]!, there.id] : [];
}

// A draft goes on where it was left.
export function GoOn(props: { id: string }) {
	const { data, refusal } = useAsk<RecordAnswer>("show", { id: props.id });
	const [first, setFirst] = useState<RecordAnswer | null>(null);
	const shape = useShape(first?.record.type ?? "");
	const fields = first?.record.fields;
	const aboutId = ["encounter_note", "agreed_action"].includes(first?.record.type ?? "") ? fieldText(fields, "visit") || fieldText(fields, "from") : "";
	const about = useAsk<RecordAnswer>(aboutId === "" ? null : "show", { id: aboutId });
	const known = first !== null && (aboutId === "" || !about.busy);
	useEffect(() => {
		if (first === null && data !== null)
			setFirst(data); // later answers are our own keeping
	}, [data]);
	const to = !known ? [] : first.record.draft ? screenOf(first, about.data) : ["record", props.id];
	useEffect(() => {
		if (to.length > 0)
			replace(to);
	}, [known]);
	if (refusal !== null && first === null)
		return <div class="stack"><Title>{T("ui.drafts.title")}</Title><Refused refusal={refusal} /></div>;
	return (
		<div class="stack">
			<Title>{first === null ? T("ui.drafts.title") : T("ui.draft.go_on", { what: typeWord(first.record.type) })}</Title>
			{!known || to.length > 0 || shape === null ? <Busy />
				: <div class="card"><Form shape={shape} first={first.record.fields} caseId={first.record.case_id} draftId={first.record.id} /></div>}
		</div>
	);
}

export function capitalType(type: string): string {
	return capital(typeWord(type));
}

export async function change(record: { id: string; type: string }, values: Json, token: number): Promise<Written> {
	return write({ type: record.type, record_id: record.id, values, token });
}

