// agree - what is being agreed, whose it is and by when, without leaving the keys: the text,
// Enter, one letter for the owner, Enter for a week ("+14" or "1.12." for another day).
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { status } from "../../core/live";
import { useUnfinished } from "../../core/unfinished";
import { capital, T, t, todayIso, valueWord, weekdayText } from "../../core/words";
import { Text } from "../../ui/field";
import { Kept } from "../../ui/kept";
import { Button, refusalText } from "../../ui/parts";
import { clientOf, step, type Meeting } from "./meeting";
import { Veiled } from "./points";
import { useTyped } from "./typed";

const DAY_MS = 86_400_000, WEEK = "+7";
const OWNERS = ["CLIENT", "WORKER", "KELA", "PARTNER"] as const;
const KEYS = { CLIENT: "ui.companion.key_client", WORKER: "ui.companion.key_worker", KELA: "ui.companion.key_kela", PARTNER: "ui.companion.key_partner" } as const;
type Owner = (typeof OWNERS)[number];

// "+7", "7", "1.12.", "1.12.2026" as a day; "" when it is none.
function dayOf(text: string): string {
	const days = /^\s*\+?\s*(\d{1,3})\s*$/.exec(text)?.[1];
	if (days !== undefined)
		return todayIso(Date.now() + Number(days) * DAY_MS);
	const date = /^\s*(\d{1,2})\.(\d{1,2})\.(\d{4})?\s*$/.exec(text);
	if (date === null)
		return "";
	const iso = (year: string) => `${year}-${date[2]!.padStart(2, "0")}-${date[1]!.padStart(2, "0")}`;
	const year = todayIso().slice(0, 4);
	const day = iso(date[3] ?? (iso(year) < todayIso() ? String(Number(year) + 1) : year));
	return Number.isNaN(Date.parse(day)) ? "" : day;
}

function nameOf(meeting: Meeting, owner: Owner): string {
	const kela = meeting.fields.participants?.find((one) => one.role === "Kela" || one.organisation === "Kela");
	return owner === "CLIENT" ? clientOf(meeting) || valueWord("owner_kind", owner) : owner === "WORKER" ? status.value?.holder_name ?? "" : owner === "KELA" ? kela?.name || "Kela" : "";
}

export function Agree(props: { meeting: Meeting }) {
	const { meeting } = props;
	const [phase, setPhase] = useState<"what" | "who" | "when">("what");
	// Whose it is and by when, kept like the text: the form opened again goes on from there.
	const whose = useUnfinished(meeting.id, "action", { owner: "CLIENT" as Owner, name: "", day: WEEK });
	const { owner, name, day } = whose.value;
	const box = useRef<HTMLDivElement>(null);
	const due = useRef("");
	const typed = useTyped(meeting.id, "", meeting.typed.summary ?? "",
		(what) => step(meeting.id, "action", { text: what, ownerKind: owner, owner: name, due: due.current }));
	const { text, change, record, refusal } = typed;
	useLayoutEffect(() => { // with the change itself: the next key may be there already
		if (phase !== "what")
			(box.current?.querySelector<HTMLElement>(phase === "who" ? "button" : name === "" ? "input" : "[data-day] input"))?.focus();
	}, [phase]);
	const back = () => {
		setPhase(phase === "when" ? "who" : "what");
		if (phase === "who")
			requestAnimationFrame(() => box.current?.querySelector<HTMLElement>("textarea")?.focus());
	};
	const choose = (next: Owner) => {
		whose.set({ owner: next, name: nameOf(meeting, next), day: WEEK });
		setPhase("when");
	};
	const save = async (given: string) => {
		due.current = dayOf(given);
		if (due.current === "" || name.trim() === "")
			return;
		setPhase("what");
		if (await record())
			whose.done();
		requestAnimationFrame(() => box.current?.querySelector<HTMLElement>("textarea")?.focus());
	};
	const onKey = (event: KeyboardEvent) => {
		if (event.key === "Escape" && phase !== "what") {
			event.preventDefault();
			back();
		}
		const letter = event.key.toLocaleLowerCase();
		const by = phase === "who" && !event.ctrlKey && !event.altKey && !event.metaKey ? OWNERS.find((one) => t(KEYS[one]).toLocaleLowerCase() === letter) : undefined;
		if (by !== undefined) {
			event.preventDefault();
			choose(by);
		}
	};
	const found = whose.keeping.value.state === "found";
	useLayoutEffect(() => {
		if (found && phase === "what" && text !== "")
			setPhase("when");
	}, [found]);
	const seen = dayOf(day);
	return (
		<div class="stack tight" ref={box} onKeyDown={onKey}>
			<Veiled text={text}>
				<Text label={T("ui.companion.what")} hint={T("ui.companion.what_hint")} long value={text} onValue={(next) => { change(next); if (phase !== "what") setPhase("what"); }} lettersMost={2000}
					error={refusal === null ? undefined : refusalText(refusal)}
					onKeyDown={(event) => {
						if (event.key === "Enter" && !event.shiftKey && !event.isComposing && text.trim() !== "") {
							event.preventDefault();
							setPhase("who");
						}
					}} />
			</Veiled>
			{phase === "what" && <div class="row apart"><Kept of={typed} />{text.trim() !== "" && <Button kind="second" onClick={() => setPhase("who")}>{T("ui.companion.go_on")}</Button>}</div>}
			{phase !== "what" && (
				<div class="row" role="group" aria-label={T("ui.companion.who")}>
					{OWNERS.map((one) => (
						<Button key={one} kind="second" aria-pressed={phase === "when" && owner === one} onClick={() => choose(one)}><kbd aria-hidden="true">{t(KEYS[one])}</kbd> {capital(valueWord("owner_kind", one))}</Button>
					))}
				</div>
			)}
			{phase === "when" && (
				<form class="stack tight" onSubmit={(event) => { event.preventDefault(); void save(day); }}>
					<Veiled text={name}><Text label={T("ui.companion.owner")} value={name} onValue={(next) => whose.patch({ name: next })} lettersMost={200} error={name.trim() === "" ? T("ui.companion.owner_needed") : undefined} /></Veiled>
					<div data-day><Text label={T("ui.companion.due")} value={day} onValue={(next) => whose.patch({ day: next })} hint={seen === "" ? T("ui.companion.due_hint") : capital(weekdayText(seen))} error={seen === "" ? T("ui.companion.due_fault") : undefined} /></div>
					<div class="row" role="group" aria-label={T("ui.companion.due")}>
						{["+1", "+7", "+14", "+30"].map((one) => <Button key={one} kind="second" onClick={() => void save(one)}>{one} <span class="quiet">{weekdayText(dayOf(one))}</span></Button>)}
					</div>
					<Button type="submit">{T("ui.companion.agree")}</Button>
				</form>
			)}
		</div>
	);
}
