// people - who is there and how each was identified, who else is in the room, the client's own
// consent to Kela; and the beginning of the session.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useAct } from "../../core/act";
import { useUnfinished } from "../../core/unfinished";
import { clockText, T, t } from "../../core/words";
import { Text } from "../../ui/field";
import { Kept } from "../../ui/kept";
import { Button, Notice, Refused } from "../../ui/parts";
import { hidden, useMask } from "./hide";
import { momentOf, roleWord, step, type Meeting, type Person } from "./meeting";

// What is typed here names people this session may not know yet: while names are hidden, all of it is.
function Private(props: { text: string; children: ComponentChildren }) {
	return <div class={hidden.value && props.text !== "" ? "veil" : ""}>{props.children}</div>;
}

const HOWS = ["ui.companion.how_known", "ui.companion.how_card", "ui.companion.how_badge", "ui.companion.how_call"] as const;
const plain = (text: string) => text.replace(/[/=]/g, " ").trim();

// Who is there and how that was checked; another person in the same role is checked as one who came.
function One(props: { meeting: Meeting; person: Person }) {
	const { meeting, person } = props;
	const mask = useMask();
	const checked = (person.identity_checked_how ?? "") !== "", running = meeting.holds === "RUNNING", own = person.role === "asiakas" || person.role === "työntekijä";
	const typed = useUnfinished(meeting.id, `who:${person.role}`.slice(0, 30), { how: "", name: "" });
	const { how, name } = typed.value;
	const [open, setOpen] = useState<"" | "check" | "other" | "way">(checked ? "" : "check");
	const { refusal, busy, act } = useAct();
	const who = [person.name, person.organisation].filter((one) => one !== undefined && one !== "" && one !== person.role).join(", ");
	const save = async (said: string) => {
		const named = plain(name) || plain(person.name ?? "");
		if (said.trim() !== "" && await act(() => step(meeting.id, "identify", { args: [`${plain(person.role)}/${named}=${said.trim()}`] })) !== undefined) {
			typed.done();
			setOpen("");
		}
	};
	const leave = () => act(() => step(meeting.id, "leave", { args: [`${plain(person.role)}/${plain(person.name ?? "")}`] }));
	return (
		<li><div class="stack tight pad" role="group" aria-label={roleWord(person.role)}>
			<div><strong>{roleWord(person.role)}</strong>{who !== "" && <span> · {mask(who)}</span>}<br />
				<span class="quiet">{checked ? `✓ ${mask(person.identity_checked_how ?? "")}` : T("ui.companion.not_checked")}</span></div>
			<div class="row">
				{open === "" && <Button kind="plain" small onClick={() => setOpen("check")}>{T("ui.companion.check_again")}</Button>}
				{running && !own && <Button kind="plain" small onClick={() => setOpen("other")}>{T("ui.companion.other_person")}</Button>}
				{(running || !own) && <Button kind="plain" small busy={busy} onClick={() => void leave()}>{running ? T("ui.companion.leaves") : T("ui.companion.absent")}</Button>}
			</div>
			{open !== "" && (
				<form class="stack tight" onSubmit={(event) => { event.preventDefault(); void save(how); }}>
					{(open === "other" || ((person.name ?? "") === "" && person.organisation !== undefined)) && <Private text={name}><Text label={T("ui.companion.name")} value={name} onValue={(next) => typed.patch({ name: next })} lettersMost={100} /></Private>}
					<div class="row" role="group" aria-label={T("ui.companion.how")}>
						{HOWS.map((one) => <Button key={one} kind="second" small busy={busy} onClick={() => void save(t(one))}>{T(one)}</Button>)}
						<Button kind="second" small aria-expanded={open === "way"} onClick={() => setOpen("way")}>{T("ui.companion.how_other")}…</Button>
					</div>
					{(open === "way" || how !== "") && <Private text={how}><Text label={T("ui.companion.how_other")} value={how} onValue={(next) => typed.patch({ how: next })} lettersMost={200} autofocus={open === "way"} /></Private>}
					<Kept of={typed} />
					{how.trim() !== "" && <div><Button type="submit" busy={busy}>{T("ui.companion.checked")}</Button></div>}
				</form>
			)}
			<Refused refusal={refusal} />
		</div></li>
	);
}

function Gone(props: { person: Person }) {
	const mask = useMask();
	const { role, name = "", left_at } = props.person;
	return <li class="pad quiet">{roleWord(role)}{name !== "" && ` · ${mask(name)}`} · {T("ui.companion.left", { when: clockText(momentOf(left_at)) })}</li>;
}

function Joining(props: { id: string }) {
	const typed = useUnfinished(props.id, "joining", { role: "", name: "", how: "" });
	const { role, name, how } = typed.value;
	const { refusal, busy, act } = useAct();
	const add = async () => {
		if (await act(() => step(props.id, "identify", { args: [`${plain(role)}/${plain(name)}=${how.trim()}`] })) !== undefined)
			typed.done();
	};
	return (
		<details open={role + name + how !== "" || undefined}><summary>{T("ui.companion.joins")}</summary>
			<form class="stack tight" onSubmit={(event) => { event.preventDefault(); void add(); }}>
				<Text label={T("ui.companion.role")} value={role} onValue={(next) => typed.patch({ role: next })} lettersMost={50} />
				<Private text={name}><Text label={T("ui.companion.name")} value={name} onValue={(next) => typed.patch({ name: next })} lettersMost={100} /></Private>
				<Private text={how}><Text label={T("ui.companion.how")} value={how} onValue={(next) => typed.patch({ how: next })} lettersMost={200} /></Private>
				<Kept of={typed} />
				<Refused refusal={refusal} />
				<div><Button type="submit" kind="second" busy={busy}>{T("ui.companion.add_person")}</Button></div>
			</form>
		</details>
	);
}

export function People(props: { meeting: Meeting }) {
	const { meeting } = props;
	return (
		<section class="card stack tight" aria-labelledby="people">
			<h2 id="people">{T("ui.companion.people")}</h2>
			<ul class="items">{(meeting.fields.participants ?? []).map((one, i) => one.left_at === undefined ? <One key={`${one.role}${i}`} meeting={meeting} person={one} /> : <Gone key={i} person={one} />)}</ul>
			<Joining id={meeting.id} />
		</section>
	);
}

// What is asked before it begins.
export function Start(props: { meeting: Meeting }) {
	const { meeting } = props;
	const typed = useUnfinished(meeting.id, "start", { room: "", kela: "" });
	const { room, kela } = typed.value;
	const { refusal, busy, act } = useAct();
	const begin = async () => {
		if (await act(() => step(meeting.id, "start", { room, text: kela })) !== undefined)
			typed.done();
	};
	return (
		<form class="card stack" aria-label={T("ui.companion.begin")} onSubmit={(event) => { event.preventDefault(); void begin(); }}>
			<div class="stack tight">
				<Private text={room}><Text label={T("ui.companion.room")} hint={T("ui.companion.room_hint")} value={room} onValue={(next) => typed.patch({ room: next })} lettersMost={500} /></Private>
				<div><Button kind="second" onClick={() => typed.patch({ room: t("ui.companion.room_none") })}>{T("ui.companion.room_none")}</Button></div>
			</div>
			<Private text={kela}><Text label={T("ui.companion.kela_consent")} hint={T("ui.companion.kela_consent_hint")} value={kela} onValue={(next) => typed.patch({ kela: next })} long lettersMost={1000} /></Private>
			<Kept of={typed} />
			{meeting.to_identify.length > 0 && <Notice tone="calm">{T("ui.companion.identify_first", { who: meeting.to_identify.map(roleWord).join(", ") })}</Notice>}
			<Refused refusal={refusal} />
			<Button type="submit" busy={busy}>{T("ui.companion.begin")}</Button>
		</form>
	);
}
