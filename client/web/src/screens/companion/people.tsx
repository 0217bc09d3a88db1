// people - who is there and how each was identified, who else is in the room, the client's own
// consent to Kela; and the beginning of the session.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useAct } from "../../core/act";
import { T, t, capital, type WordKey } from "../../core/words";
import { Text } from "../../ui/field";
import { Button, Notice, Refused } from "../../ui/parts";
import { hidden, useMask } from "./hide";
import { step, type Meeting, type Person } from "./meeting";

// What is typed here names people this session may not know yet: while names are hidden, all of it is.
function Private(props: { text: string; children: ComponentChildren }) {
	return <div class={hidden.value && props.text !== "" ? "veil" : ""}>{props.children}</div>;
}

const HOWS = ["ui.companion.how_known", "ui.companion.how_card", "ui.companion.how_badge", "ui.companion.how_call"] as const;
// The daemon begins with these two, in Finnish; whoever is added is called as it was typed.
const ROLES: Record<string, WordKey> = { asiakas: "ui.need.client", "työntekijä": "ui.need.worker" };
const plain = (text: string) => text.replace(/[/=]/g, " ").trim();

function One(props: { meeting: Meeting; person: Person }) {
	const { meeting, person } = props;
	const mask = useMask(), known = ROLES[person.role], role = known === undefined ? capital(person.role) : T(known);
	const [how, setHow] = useState("");
	const [name, setName] = useState(person.name ?? "");
	const [open, setOpen] = useState((person.identity_checked_how ?? "") === "");
	const { refusal, busy, act } = useAct();
	const who = [person.name, person.organisation].filter((one) => one !== undefined && one !== "" && one !== person.role).join(", ");
	const save = async (said: string) => {
		if (said.trim() !== "" && await act(() => step(meeting.id, "identify", { args: [`${plain(person.role)}/${plain(name)}=${said.trim()}`] })) !== undefined)
			setOpen(false);
	};
	return (
		<li><div class="stack tight pad" role="group" aria-label={role}>
			<div class="row apart">
				<span><strong>{role}</strong>{who !== "" && <span> · {mask(who)}</span>}<br />
					<span class="quiet">{(person.identity_checked_how ?? "") === "" ? T("ui.companion.not_checked") : `✓ ${mask(person.identity_checked_how ?? "")}`}</span></span>
				{!open && <Button kind="plain" onClick={() => setOpen(true)}>{T("ui.companion.check_again")}</Button>}
			</div>
			{open && (
				<form class="stack tight" onSubmit={(event) => { event.preventDefault(); void save(how); }}>
					{(person.name ?? "") === "" && person.organisation !== undefined && <Private text={name}><Text label={T("ui.companion.name")} value={name} onValue={setName} lettersMost={100} /></Private>}
					<div class="row" role="group" aria-label={T("ui.companion.how")}>
						{HOWS.map((one) => <Button key={one} kind="second" busy={busy} onClick={() => void save(t(one))}>{T(one)}</Button>)}
					</div>
					<Private text={how}><Text label={T("ui.companion.how_other")} value={how} onValue={setHow} lettersMost={200} /></Private>
					{how.trim() !== "" && <div><Button type="submit" busy={busy}>{T("ui.companion.checked")}</Button></div>}
				</form>
			)}
			<Refused refusal={refusal} />
		</div></li>
	);
}

function Joining(props: { id: string }) {
	const [role, setRole] = useState("");
	const [name, setName] = useState("");
	const [how, setHow] = useState("");
	const { refusal, busy, act } = useAct();
	const add = async () => {
		if (await act(() => step(props.id, "identify", { args: [`${plain(role)}/${plain(name)}=${how.trim()}`] })) !== undefined) {
			setRole("");
			setName("");
			setHow("");
		}
	};
	return (
		<details><summary>{T("ui.companion.joins")}</summary>
			<form class="stack tight" onSubmit={(event) => { event.preventDefault(); void add(); }}>
				<Text label={T("ui.companion.role")} value={role} onValue={setRole} lettersMost={50} />
				<Private text={name}><Text label={T("ui.companion.name")} value={name} onValue={setName} lettersMost={100} /></Private>
				<Private text={how}><Text label={T("ui.companion.how")} value={how} onValue={setHow} lettersMost={200} /></Private>
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
			<ul class="items">{(meeting.fields.participants ?? []).map((one, i) => <One key={`${one.role}${i}`} meeting={meeting} person={one} />)}</ul>
			<Joining id={meeting.id} />
		</section>
	);
}

// What is asked before it begins.
export function Start(props: { meeting: Meeting }) {
	const { meeting } = props;
	const [room, setRoom] = useState("");
	const [kela, setKela] = useState("");
	const { refusal, busy, act } = useAct();
	return (
		<form class="card stack" aria-label={T("ui.companion.begin")} onSubmit={(event) => { event.preventDefault(); void act(() => step(meeting.id, "start", { room, text: kela })); }}>
			<div class="stack tight">
				<Private text={room}><Text label={T("ui.companion.room")} hint={T("ui.companion.room_hint")} value={room} onValue={setRoom} lettersMost={500} /></Private>
				<div><Button kind="second" onClick={() => setRoom(t("ui.companion.room_none"))}>{T("ui.companion.room_none")}</Button></div>
			</div>
			<Private text={kela}><Text label={T("ui.companion.kela_consent")} hint={T("ui.companion.kela_consent_hint")} value={kela} onValue={setKela} long lettersMost={1000} /></Private>
			{meeting.to_identify.length > 0 && <Notice tone="calm">{T("ui.companion.identify_first", { who: meeting.to_identify.join(", ") })}</Notice>}
			<Refused refusal={refusal} />
			<Button type="submit" busy={busy}>{T("ui.companion.begin")}</Button>
		</form>
	);
}
