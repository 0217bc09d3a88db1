// session - the companion of one joint session from its start to its signature, in one column.
// The clock and what the consent allows and excludes stay in sight.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useAct } from "../../core/act";
import { useNow } from "../../core/clock";
import { reachable, status } from "../../core/live";
import { capital, momentMs, stateWord, T, t, valueWord } from "../../core/words";
import { Busy, Button, Notice, Refused } from "../../ui/parts";
import { syncText } from "../../ui/sync-chip";
import { Agreed } from "./agreed";
import { canFloat, float, floating } from "./float";
import { hidden, Masking, maskOf, useMask } from "./hide";
import { clientOf, step, useMeeting, type Meeting } from "./meeting";
import { People, Start } from "./people";
import { Points, type Recording } from "./points";

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

function momentOf(text: string | undefined): number {
	return text === undefined || text === "" ? 0 : /Z|[+-]\d\d:\d\d$/.test(text) ? Date.parse(text) : momentMs(text);
}

// Since the start; of a pause its own length.
function Clock(props: { meeting: Meeting; pausedMs: number }) {
	const now = useNow(1000);
	const { started_at, ended_at } = props.meeting.fields;
	const from = momentOf(started_at), to = momentOf(ended_at);
	if (from === 0)
		return <span class="timer">{capital(stateWord("joint_session", props.meeting.holds))}</span>;
	return (
		<span class="clocks">
			<span class="timer" role="timer" aria-label={T("ui.companion.clock")}>{span((to > 0 ? to : now) - from)}</span>
			{props.pausedMs > 0 ? <span class="chip warn">{T("ui.companion.paused")} {span(now - props.pausedMs)}</span>
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

function Running(props: { meeting: Meeting; pausedMs: number; onPause: () => void; onEnd: () => Promise<unknown> }) {
	const { meeting } = props;
	const { refusal, busy, act } = useAct();
	const dropped = () => act(async () => {
		await step(meeting.id, "drop", { text: t("ui.companion.dropped") });
		await step(meeting.id, "resume");
	});
	return (
		<section class="card stack tight" aria-label={T("ui.companion.course")}>
			{meeting.fields.channel !== "PHONE" && <Button busy={busy} onClick={() => void dropped()}>{T("ui.companion.to_phone")}</Button>}
			<div class="row">
				<Button kind="second" aria-pressed={props.pausedMs > 0} onClick={props.onPause}>{props.pausedMs > 0 ? T("ui.companion.unpause") : T("ui.companion.pause")}</Button>
				<Button kind="second" busy={busy} onClick={() => void act(props.onEnd)}>{T("ui.companion.end")}</Button>
			</div>
			<Refused refusal={refusal} />
		</section>
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
	const [pausedMs, setPausedMs] = useState(0);
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
				<div class="row apart"><Clock meeting={meeting} pausedMs={pausedMs} />
					<Button aria-pressed={hidden.value} aria-keyshortcuts="p" onClick={() => { hidden.value = !hidden.value; }}>{hidden.value ? T("ui.companion.show_names") : T("ui.companion.hide_names")}</Button></div>
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
				{holds === "ENDED" && <><Agreed meeting={meeting} add aloud /><OneStep id={id} verb="confirm" label={T("ui.companion.confirm")} hint={T("ui.companion.confirm_hint")} /></>}
				{holds === "CONFIRMED" && <><Agreed meeting={meeting} add={false} aloud={false} /><OneStep id={id} verb="sign" label={T("ui.sign")} hint={T("ui.companion.sign_hint")} /></>}
				{holds === "SIGNED" && (
					<div class="card stack tight"><Notice tone="good" live>{T("ui.companion.signed")}</Notice>
						<p>{T("ui.companion.notice_hint")}</p>
						<a class="button" href={`/#/notice/${id}`} target="jalka-field">{T("ui.companion.notice")}</a></div>
				)}
				{holds === "SIGNED" && <Agreed meeting={meeting} add={false} aloud={false} />}
				{holds === "CANCELLED" && <Notice tone="calm">{T("ui.companion.cancelled")}</Notice>}
				{holds !== "CANCELLED" && <Points meeting={meeting} notes={notes} recording={recording} />}
				{holds === "RUNNING" && <Agreed meeting={meeting} add aloud={false} />}
				{holds === "RUNNING" && <Running meeting={meeting} pausedMs={pausedMs} onPause={() => setPausedMs(pausedMs > 0 ? 0 : Date.now())} onEnd={end} />}
				{!before && holds !== "CANCELLED" && <details open={byPhone || undefined}><summary>{T("ui.companion.people")} <span class="quiet">{meeting.room !== "" ? mask(meeting.room) : T("ui.companion.room_unasked")}</span></summary>
					<People meeting={meeting} /></details>}
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
