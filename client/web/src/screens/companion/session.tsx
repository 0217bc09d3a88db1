// session - the companion of one joint session from its start to its signature, in one column.
// The clock and what the consent allows and excludes stay in sight.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useAct } from "../../core/act";
import { useNow } from "../../core/clock";
import { reachable, status } from "../../core/live";
import { capital, stateWord, T, t, valueWord } from "../../core/words";
import { Text } from "../../ui/field";
import { Busy, Button, Notice, Refused } from "../../ui/parts";
import { syncText } from "../../ui/sync-chip";
import { Agree } from "./agree";
import { Agreed } from "./agreed";
import { canFloat, float, floating } from "./float";
import { hidden, Masking, maskOf, useMask } from "./hide";
import { Happened } from "./course";
import { clientOf, momentOf, step, useMeeting, type Meeting } from "./meeting";
import { People, Start } from "./people";
import { Points, Veiled, type Recording } from "./points";

export function hideKey(event: KeyboardEvent): void {
	const typing = (event.target as Element | null)?.matches?.("input, textarea, select") === true;
	const alone = !event.ctrlKey && !event.metaKey && !event.altKey;
	const letter = event.key.toLowerCase() === "p";
	if (letter && ((event.ctrlKey && event.altKey) || (alone && !typing && localStorage.getItem("jalka-keys") !== "off"))) {
		event.preventDefault();
		hidden.value = !hidden.value;
	}
}

function span(ms: number): string {
	const s = Math.max(0, Math.floor(ms / 1000)), two = (n: number) => String(n).padStart(2, "0");
	return s >= 3600 ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
}

// Since the start, without the pauses; of a pause its own length.
function Clock(props: { meeting: Meeting }) {
	const now = useNow(1000);
	const { fields: { started_at, ended_at }, paused_ms, paused_since_ms } = props.meeting;
	const from = momentOf(started_at), to = momentOf(ended_at);
	if (from === 0)
		return <span class="timer">{capital(stateWord("joint_session", props.meeting.holds))}</span>;
	return (
		<span class="clocks">
			<span class="timer" role="timer" aria-label={T("ui.companion.clock")}>{span((to || paused_since_ms || now) - from - paused_ms)}</span>
			{paused_since_ms > 0 ? <span class="chip warn">{T("ui.companion.paused")} {span(now - paused_since_ms)}</span>
				: <span class="chip">{props.meeting.holds === "FAILED" ? T("ui.companion.line_down") : capital(stateWord("joint_session", props.meeting.holds))}</span>}
		</span>
	);
}

function scopeText(scopes: string[] | undefined): string {
	return (scopes ?? []).filter((one) => one !== "SESSION").map((one) => valueWord("consent_scope", one)).join(", ");
}

function Allowed(props: { meeting: Meeting }) {
	const { consent } = props.meeting;
	const mask = useMask();
	const may = scopeText(consent.scope), not = [scopeText(consent.excluded), mask(consent.excluded_text)].filter((one) => one !== "").join("; ");
	return (
		<section class="allowed" aria-label={T("ui.companion.consent")}>
			{consent.holds !== "HOLDS" && <p><strong>! {T("ui.companion.consent_gone")}</strong></p>}
			<p><strong>✓ {T("ui.companion.may")}</strong> {may === "" ? t("ui.companion.only_agreed") : may}</p>
			<p><strong>✕ {T("ui.companion.may_not")}</strong> {not === "" ? t("ui.companion.all_else") : `${not}; ${t("ui.companion.all_else")}`}</p>
		</section>
	);
}

// What is pressed in the middle of the call stays in sight, beside the clock.
function Now(props: { meeting: Meeting }) {
	const { id, fields, paused_since_ms } = props.meeting;
	const { refusal, busy, act } = useAct();
	const dropped = () => act(async () => {
		await step(id, "drop", { text: t("ui.companion.dropped") });
		await step(id, "resume");
	});
	return (
		<>
			<div class="row" role="group" aria-label={T("ui.companion.course")}>
				{fields.channel !== "PHONE" && <Button busy={busy} onClick={() => void dropped()}>{T("ui.companion.to_phone")}</Button>}
				<Button busy={busy} aria-pressed={paused_since_ms > 0} onClick={() => void act(() => step(id, paused_since_ms > 0 ? "continue" : "pause"))}>{paused_since_ms > 0 ? T("ui.companion.unpause") : T("ui.companion.pause")}</Button>
			</div>
			<Refused refusal={refusal} />
		</>
	);
}

function End(props: { onEnd: () => Promise<unknown> }) {
	const { refusal, busy, act } = useAct();
	return <div class="stack tight"><Refused refusal={refusal} /><Button busy={busy} onClick={() => void act(props.onEnd)}>{T("ui.companion.end")}</Button></div>;
}

// Another consent in the middle, and a session that does not take place.
function Otherwise(props: { meeting: Meeting }) {
	const { id, holds, case_id, fields, consent } = props.meeting;
	const [why, setWhy] = useState("");
	const { refusal, busy, act } = useAct();
	const lost = consent.holds !== "HOLDS";
	return (
		<details open={lost || undefined}><summary>{T("ui.companion.otherwise")}</summary>
			<div class="card stack">
				<div class="stack tight"><p>{T("ui.companion.consent_changes")}</p>
					<a class="button second" href={`/#/consent/new?case=${case_id}&client=${fields.client ?? ""}`} target="jalka-field">{T("ui.session.take_consent")}</a>
					<Button kind="second" busy={busy} onClick={() => void act(() => step(id, "consent"))}>{T("ui.companion.consent_newest")}</Button></div>
				{holds !== "ENDED" && <form class="stack tight" onSubmit={(event) => { event.preventDefault(); void act(() => step(id, "cancel", { text: why })); }}>
					<Veiled text={why}><Text label={T("ui.companion.why_cancelled")} value={why} onValue={setWhy} lettersMost={500} required /></Veiled>
					<div class="row">{(["ui.companion.why_client", "ui.companion.why_kela"] as const).map((one) => <Button key={one} kind="second" onClick={() => setWhy(T(one))}>{T(one)}</Button>)}</div>
					<Button type="submit" kind="danger" busy={busy}>{T("ui.session.cancel")}</Button></form>}
				<Refused refusal={refusal} />
			</div>
		</details>
	);
}

function OneStep(props: { id: string; verb: string; label: string; hint?: string }) {
	const { refusal, busy, act } = useAct();
	return (
		<div class="card stack tight">
			{props.hint !== undefined && <p>{props.hint}</p>}
			<Refused refusal={refusal} />
			<Button busy={busy} onClick={() => void act(() => step(props.id, props.verb))}>{props.label}</Button>
		</div>
	);
}

function Course(props: { meeting: Meeting }) {
	const { meeting } = props;
	const { id, holds } = meeting;
	const recording = useRef<Recording>(new Map());
	const mask = useMask();
	// What is typed and not recorded goes into the record first; it ends when all of it is there.
	const end = async () => {
		const kept = await Promise.all([...recording.current.values()].map((record) => record()));
		if (kept.every((one) => one))
			await step(id, "end");
	};
	const notes = holds === "RUNNING" || holds === "ENDED", before = holds === "SCHEDULED" || holds === "IDENTITIES_CHECKED";
	const byPhone = holds === "RUNNING" && meeting.fields.channel === "PHONE" && (meeting.fields.connection_trouble ?? "") !== "";
	return (
		<>
			<header class="head comp">
				<div class="row apart"><Clock meeting={meeting} />
					<Button aria-pressed={hidden.value} aria-keyshortcuts="p" onClick={() => { hidden.value = !hidden.value; }}>{hidden.value ? T("ui.companion.show_names") : T("ui.companion.hide_names")}</Button></div>
				{holds === "RUNNING" && <Now meeting={meeting} />}
				<Allowed meeting={meeting} />
			</header>
			<main class="main comp stack" id="main" tabIndex={-1}>
				<div>
					<h1 tabIndex={-1}>{mask(clientOf(meeting)) || capital(valueWord("session_kind", meeting.fields.kind ?? ""))}</h1>
					<p class="quiet">{capital(valueWord("session_kind", meeting.fields.kind ?? ""))} · {valueWord("session_channel", meeting.fields.channel ?? "")} · <span role="status">{syncText(status.value, reachable.value)}</span></p>
				</div>
				{hidden.value && <Notice tone="calm" live>{T("ui.companion.hidden_on")}</Notice>}
				{meeting.consent.holds !== "HOLDS" && holds !== "SIGNED" && <Notice tone="bad">{T("ui.companion.consent_gone")} {T("ui.companion.consent_gone_hint")}</Notice>}
				{meeting.conflicts.length > 0 && <Notice tone="warn"><a href={`/#/record/${id}`} target="jalka-field">{T("ui.companion.conflict")}</a></Notice>}
				{byPhone && <Notice tone="warn" live>{T("ui.companion.on_phone")}</Notice>}
				{before && <People meeting={meeting} />}
				{before && <Start meeting={meeting} />}
				{holds === "FAILED" && <OneStep id={id} verb="resume" label={T("ui.companion.resume")} hint={T("ui.companion.failed_hint")} />}
				{holds === "FAILED" && <OneStep id={id} verb="end" label={T("ui.companion.end_failed")} />}
				{holds === "ENDED" && <><Agreed meeting={meeting} aloud><Agree meeting={meeting} /></Agreed><OneStep id={id} verb="confirm" label={T("ui.companion.confirm")} hint={T("ui.companion.confirm_hint")} /></>}
				{holds === "CONFIRMED" && <><Agreed meeting={meeting} /><OneStep id={id} verb="sign" label={T("ui.sign")} hint={T("ui.companion.sign_hint")} /></>}
				{holds === "SIGNED" && (
					<div class="card stack tight"><Notice tone="good" live>{T("ui.companion.signed")}</Notice>
						<p>{T("ui.companion.notice_hint")}</p>
						<a class="button" href={`/#/notice/${id}`} target="jalka-field">{T("ui.companion.notice")}</a></div>
				)}
				{holds === "SIGNED" && <Agreed meeting={meeting} />}
				{(holds === "CONFIRMED" || holds === "SIGNED" || holds === "CANCELLED") && <Happened meeting={meeting} />}
				{holds === "CANCELLED" && <Notice tone="calm">{T("ui.companion.cancelled")}</Notice>}
				{holds !== "CANCELLED" && <Points meeting={meeting} notes={notes} recording={recording} />}
				{holds === "RUNNING" && <Agreed meeting={meeting}><Agree meeting={meeting} /></Agreed>}
				{holds === "RUNNING" && <End onEnd={end} />}
				{!before && holds !== "CANCELLED" && <details open={byPhone || undefined}><summary>{T("ui.companion.people")} <span class="quiet">{meeting.room !== "" ? mask(meeting.room) : T("ui.companion.room_unasked")}</span></summary>
					<People meeting={meeting} /></details>}
				{(before || holds === "RUNNING" || holds === "FAILED" || holds === "ENDED") && <Otherwise meeting={meeting} />}
				{canFloat && <div><Button kind="plain" onClick={() => void float(hideKey)}>{floating.value ? T("ui.companion.unfloat") : T("ui.companion.float")}</Button></div>}
			</main>
		</>
	);
}

export function Session(props: { id: string }) {
	const { data, refusal } = useMeeting(props.id);
	useEffect(() => {
		addEventListener("keydown", hideKey);
		return () => removeEventListener("keydown", hideKey);
	}, []);
	const on = hidden.value;
	const names = data === null ? [] : [clientOf(data), status.value?.holder_name ?? "", ...(data.fields.participants ?? []).map((one) => one.name ?? ""), ...data.actions.map((one) => one.fields?.owner_kind === "KELA" && one.fields.owner === "Kela" ? "" : one.fields?.owner ?? "")];
	const mask = useMemo(() => maskOf(names), [on, names.join("\n")]);
	if (data === null)
		return <main class="main stack"><h1>{T("ui.companion.title")}</h1>{refusal === null ? <Busy /> : <Refused refusal={refusal} />}</main>;
	return <Masking.Provider value={mask}><Course meeting={data} /></Masking.Provider>;
}
