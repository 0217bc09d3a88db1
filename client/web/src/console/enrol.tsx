// enrol - a new laptop: whose it is, a code for a camera or by hand, and, when it has been in touch,
// the words to compare. The code is shown in person and serves once, for fifteen minutes.
import { useState } from "preact/hooks";
import { useAct } from "../core/act";
import { useNow } from "../core/clock";
import { href } from "../core/route";
import { T } from "../core/words";
import { Choice } from "../ui/field";
import { Busy, Button, Notice, Refused, Title } from "../ui/parts";
import { admin, own, useAdmin } from "./ask";
import { Copy } from "./copy";
import { machineOf, nameOf, Waiting, type Device } from "./devices";
import { Qr, type Code } from "./qr";

interface Made {
	code: string;
	expires_ms: number;
	address: string;
	staff: string;
	name: string;
	qr: Code;
	before: string[]; // devices that were there already
}

function clockLeft(ms: number): string {
	const seconds = Math.max(0, Math.ceil(ms / 1000));
	return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function Shown(props: { made: Made; onAgain: () => void }) {
	const { made } = props;
	const now = useNow(1000), left = made.expires_ms - now;
	return (
		<section class="card stack" aria-labelledby="code">
			<h2 id="code">{T("ui.console_enrol.code_of", { name: made.name })}</h2>
			{left <= 0 ? <><Notice tone="warn" live>{T("ui.console_enrol.expired")}</Notice><div><Button onClick={props.onAgain}>{T("ui.console_enrol.again")}</Button></div></> : <>
				<p>{T("ui.console_enrol.show")}</p>
				<div class="code-and-text"><Qr code={made.qr} label={T("ui.console_enrol.qr")} />
					<div class="stack"><Copy text={made.code} label={T("ui.console_enrol.text")} />
						<p><span class="quiet">{T("ui.console_enrol.left")}</span> <span class="timer" role="timer" aria-live="off">{clockLeft(left)}</span></p>
						<p class="quiet">{T("ui.console_enrol.reaches", { address: made.address })}</p></div></div>
			</>}
		</section>
	);
}

export function Enrol() {
	const staff = useAdmin<{ staff: { id: string; name: string; profession: string }[] }>("staff", "list");
	const devices = useAdmin<{ devices: Device[] }>("devices");
	const [who, setWho] = useState("");
	const [tried, setTried] = useState(false);
	const [made, setMade] = useState<Made | null>(null);
	const { refusal, busy, act } = useAct();
	const make = (id: string) => void act(async () => {
		const code = await admin<{ code: string; expires_ms: number; address: string }>("enrol", id);
		setMade({ ...code, staff: id, name: staff.data?.staff.find((one) => one.id === id)?.name ?? "", qr: await own<Code>("qr", code.code), before: (devices.data?.devices ?? []).map((one) => one.node) });
	});
	const come = made === null ? [] : (devices.data?.devices ?? []).filter((one) => !made.before.includes(one.node));
	const holder = (devices.data?.devices ?? []).filter((one) => one.holder === who && (one.state === "ACTIVE" || one.state === "SUSPENDED") && !come.includes(one));
	return (
		<div class="stack">
			<div><a href={href(["devices"])}>← {T("ui.console_devices.title")}</a></div>
			<Title>{T("ui.console_enrol.title")}</Title>
			<form class="card stack" noValidate onSubmit={(event) => { event.preventDefault(); setTried(true); if (who !== "" && !busy) make(who); }}>
				<Refused refusal={refusal ?? staff.refusal} />
				{staff.data === null && staff.refusal === null && <Busy />}
				<Choice list label={T("ui.console_enrol.holder")} hint={T("ui.console_enrol.holder_hint")} required value={who} onValue={setWho} error={tried && who === "" ? T("ui.console_door.missing") : undefined}
					options={(staff.data?.staff ?? []).map((one) => ({ value: one.id, label: one.name }))} />
				{holder.length > 0 && <Notice>{T("ui.console_enrol.has", { device: holder.map(machineOf).join(", ") })}</Notice>}
				<div><Button type="submit" busy={busy}>{T("ui.console_enrol.make")}</Button></div>
			</form>
			{made !== null && come.length === 0 && <Shown made={made} onAgain={() => make(made.staff)} />}
			{come.length > 0 && <Notice tone="good" live>{T(come.some((one) => one.state === "WAITING") ? "ui.console_enrol.came" : "ui.console_enrol.in")}</Notice>}
			<Waiting devices={come} />
			{come.some((one) => one.state === "ACTIVE") && <section class="card stack tight" aria-labelledby="next"><h2 id="next">{T("ui.console_enrol.next")}</h2>
				<ol class="points"><li>{T("ui.console_enrol.next_disk")}</li><li>{T("ui.console_enrol.next_test")}</li><li>{T("ui.console_enrol.next_assign")}</li></ol>
				<ul class="plain">{come.map((one) => <li key={one.node}><a href={href(["devices", one.node])}>{nameOf(one)}</a></li>)}</ul></section>}
			<p class="quiet">{T("ui.console_enrol.why")}</p>
		</div>
	);
}
