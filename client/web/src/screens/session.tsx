// session - a joint session of client, worker and Kela in the field client: prepared here, held in
// the companion beside the call, and what came of it.
import { useEffect, useState } from "preact/hooks";
import { useAct } from "../core/act";
import { call, type Json } from "../core/api";
import { useDraft } from "../core/draft";
import { useAsk } from "../core/live";
import { fieldText, type RecordAnswer } from "../core/records";
import { href, replace } from "../core/route";
import { capital, dateText, fieldWord, momentMs, stateWord, T, t, typeWord, valueWord, whenText } from "../core/words";
import { Choice, Text } from "../ui/field";
import { Busy, Button, Empty, Notice, Refused } from "../ui/parts";
import { Masking } from "./companion/hide";
import { Agreed } from "./companion/agreed";
import { Happened } from "./companion/course";
import { clientOf, step, useMeeting, type Meeting } from "./companion/meeting";
import { Title } from "./frame";
import { Keeping, useErrors } from "./write";

interface ConsentRow {
	id: string;
	holds: string;
	direction: string;
	scope: string[];
	excluded: string[];
	valid_until: string;
}

const KINDS = ["NEGOTIATION", "JOINT_ASSESSMENT", "ADVICE"], CHANNELS = ["SKYPE", "OTHER_VIDEO", "PHONE"];
const label = (name: string) => capital(fieldWord("joint_session", name));
const words = (list: string, values: string[]) => values.map((value) => ({ value, label: capital(valueWord(list, value)) }));

// The companion stands beside the call; this window keeps its name, so that the companion's links come here.
function openCompanion(id: string): void {
	window.name = "jalka-field";
	window.open(`/companion#/${id}`, "jalka-companion", "popup,width=400,height=900");
}

function Consents(props: { caseId: string; client: string; value: string; onValue: (id: string) => void; error: string | undefined }) {
	const { data, refusal } = useAsk<{ consents: ConsentRow[] }, "consent">("consent", { verb: "list", id: props.caseId });
	const fit = (data?.consents ?? []).filter((one) => one.holds === "HOLDS" && one.direction === "TO_KELA" && one.scope.includes("SESSION"));
	if (data === null)
		return refusal === null ? <Busy /> : <Refused refusal={refusal} />;
	if (fit.length === 0) {
		return (
			<Notice tone="warn">{T("ui.session.no_consent")}
				<p><a class="button second" href={href(["consent", "new"], { case: props.caseId, client: props.client })}>{T("ui.session.take_consent")}</a></p></Notice>
		);
	}
	return (
		<Choice path="consent" label={label("consent")} value={props.value || fit[0]!.id} onValue={props.onValue} error={props.error} list={fit.length > 2}
			options={fit.map((one) => ({ value: one.id, label: `${one.scope.filter((scope) => scope !== "SESSION").map((scope) => valueWord("consent_scope", scope)).join(", ") || t("ui.companion.only_agreed")} · ${t("ui.session.until", { day: dateText(one.valid_until) })}` }))} />
	);
}

function Form(props: { first: Json; caseId: string; draftId: string }) {
	const [values, setValues] = useState<Json>(props.first);
	const draft = useDraft({ type: "joint_session", record_id: props.draftId, case_id: props.caseId });
	const { refusal, busy, act } = useAct();
	const errors = useErrors(refusal);
	const points = (values["agenda"] as { title: string }[] | undefined ?? [{ title: "" }]).map((one) => one.title);
	const change = (more: Json) => {
		const next = { ...values, ...more };
		setValues(next);
		draft.type({ ...next, agenda: ((next["agenda"] as { title: string }[] | undefined) ?? []).filter((one) => one.title !== "") });
	};
	const setPoints = (next: string[]) => change({ agenda: next.map((title) => ({ title })) });
	const prepare = async () => {
		const at = fieldText(values, "scheduled_at");
		const made = await act(async () => {
			await draft.keep();
			const meeting = await step(props.caseId, "prepare", { kind: fieldText(values, "kind"), channel: fieldText(values, "channel"), consent: fieldText(values, "consent"),
				args: points.map((one) => one.trim()).filter((one) => one !== ""), atMs: BigInt(at === "" ? 0 : momentMs(at)) });
			await draft.end();
			if (draft.id !== "")
				await call("drafts", { discard: draft.id });
			return meeting;
		});
		if (made !== undefined)
			replace(["session", made.id]);
	};
	return (
		<form class="card stack" onSubmit={(event) => { event.preventDefault(); if (!busy) void prepare(); }}>
			<Consents caseId={props.caseId} client={fieldText(values, "client")} value={fieldText(values, "consent")} onValue={(consent) => change({ consent })} error={errors["consent"]} />
			<Choice path="kind" label={label("kind")} value={fieldText(values, "kind")} onValue={(kind) => change({ kind })} options={words("session_kind", KINDS)} error={errors["kind"]} />
			<Choice path="channel" label={label("channel")} value={fieldText(values, "channel")} onValue={(channel) => change({ channel })} options={words("session_channel", CHANNELS)} hint={T("ui.session.link_outside")} error={errors["channel"]} />
			<Text path="scheduled_at" label={label("scheduled_at")} type="datetime-local" value={fieldText(values, "scheduled_at").slice(0, 16)} onValue={(scheduled_at) => change({ scheduled_at })} error={errors["scheduled_at"]} />
			<fieldset class="stack tight"><legend>{label("agenda")}</legend>
				{points.map((one, i) => <Text key={i} path="agenda.title" label={T("ui.session.point", { number: i + 1 })} value={one} lettersMost={500} onValue={(title) => setPoints(points.map((old, j) => j === i ? title : old))} />)}
				{points.length < 16 && <div><Button kind="second" onClick={() => setPoints([...points, ""])}>{T("ui.session.more_points")}</Button></div>}
			</fieldset>
			<Keeping draft={draft} />
			<Refused refusal={refusal} />
			<div class="row"><Button type="submit" busy={busy}>{T("ui.session.prepare")}</Button>
				<Button kind="second" onClick={() => { void draft.keep(); history.back(); }}>{T("ui.later")}</Button></div>
		</form>
	);
}

function Held(props: { meeting: Meeting }) {
	const { meeting } = props;
	const { id, holds, fields } = meeting;
	const over = holds === "SIGNED" || holds === "CANCELLED";
	const { refusal, busy, act } = useAct();
	return (
		<div class="stack">
			<div class="row apart">
				<div><Title>{capital(typeWord("joint_session"))}</Title>
					<p class="quiet">{clientOf(meeting)} · {valueWord("session_kind", fields.kind ?? "")}{fields.scheduled_at !== undefined && ` · ${whenText(Date.parse(fields.scheduled_at))}`}</p></div>
				<div class="row noprint"><a class="button second small" href={href(["case", meeting.case_id])}>{T("ui.record.case")}</a>{meeting.actions.length > 0 && <a class="button second small" href={href(["print", id], { of: "joint_session" })}>{T("ui.print.title")}</a>}<a class="button second small" href={href(["record", id])}>{T("ui.session.record")}</a></div>
			</div>
			<p><span class="chip">{capital(stateWord("joint_session", holds))}</span></p>
			{meeting.consent.holds !== "HOLDS" && !over && <Notice tone="bad">{T("ui.companion.consent_gone")} <a href={href(["consent", "new"], { case: meeting.case_id, client: fields.client ?? "" })}>{T("ui.session.take_consent")}</a></Notice>}
			{!over && (
				<div class="card stack tight noprint"><p>{T("ui.session.companion_hint")}</p>
					<div class="row"><Button onClick={() => openCompanion(id)}>{T("ui.session.companion")}</Button>
						{(holds === "SCHEDULED" || holds === "RUNNING") && <Button kind="second" busy={busy} onClick={() => confirm(T("ui.session.cancel_sure")) && void act(() => step(id, "cancel"))}>{T("ui.session.cancel")}</Button>}</div>
					<Refused refusal={refusal} /></div>
			)}
			<section class="card stack tight" aria-labelledby="agenda"><h2 id="agenda">{label("agenda")}</h2>
				{(fields.agenda ?? []).length === 0 ? <Empty>{T("ui.session.no_points")}</Empty> : (
					<ol class="points">{(fields.agenda ?? []).map((one, i) => <li key={i}><strong>{one.title}</strong>{one.out_of_scope === true && <> <span class="chip warn">{t("ui.companion.outside")}</span></>}
						{one.notes !== undefined && <p class="pre">{one.notes}</p>}</li>)}</ol>
				)}
			</section>
			<Masking.Provider value={(text) => text}><Agreed meeting={meeting} /><Happened meeting={meeting} /></Masking.Provider>
			{(holds === "CONFIRMED" || holds === "SIGNED") && <p class="noprint"><a class="button" href={href(["notice", id])}>{T("ui.companion.notice")}</a></p>}
		</div>
	);
}

// A session, or what is prepared of one and goes on where it was left.
function Existing(props: { id: string }) {
	const { data, refusal } = useMeeting(props.id);
	const draft = useAsk<RecordAnswer>(data === null && refusal?.kind === "CALLER" ? "show" : null, { id: props.id });
	const [first, setFirst] = useState<RecordAnswer["record"] | null>(null);
	useEffect(() => {
		if (first === null && draft.data?.record.draft === true)
			setFirst(draft.data.record);
	}, [draft.data]);
	if (first !== null)
		return <div class="stack"><Title>{T("ui.draft.go_on", { what: typeWord("joint_session") })}</Title><Form first={first.fields} caseId={first.case_id} draftId={first.id} /></div>;
	if (data === null)
		return <div class="stack"><Title>{capital(typeWord("joint_session"))}</Title>{refusal === null ? <Busy /> : <Refused refusal={refusal} />}</div>;
	return <Held meeting={data} />;
}

export function JointSession(props: { id: string; query: Record<string, string> }) {
	if (props.id !== "new")
		return <Existing id={props.id} />;
	const { case: caseId = "", client = "" } = props.query;
	return <div class="stack"><Title>{T("ui.new.one", { what: typeWord("joint_session") })}</Title><Form first={{ kind: "NEGOTIATION", channel: "OTHER_VIDEO", client }} caseId={caseId} draftId="" /></div>;
}
