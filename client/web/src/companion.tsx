// companion - the narrow window beside a video call: one joint session, or which of them.
import { useState } from "preact/hooks";
import { call } from "./core/api";
import { keepAll } from "./core/keeper";
import { useAct } from "./core/act";
import { useAsk } from "./core/live";
import type { Summary } from "./core/records";
import { go, href, route } from "./core/route";
import { stateWord, T, whenText } from "./core/words";
import { start } from "./screens/door";
import { step } from "./screens/companion/meeting";
import { Session } from "./screens/companion/session";
import { Text } from "./ui/field";
import { Busy, Button, Empty, Refused, Toasts } from "./ui/parts";

const OVER = ["SIGNED", "CANCELLED"];

const SHOWN = 6;

// A call that comes without a plan: whose it is, and the session is there.
function Unplanned(props: { clients: Summary[] }) {
	const [name, setName] = useState("");
	const [chosen, setChosen] = useState<Summary | null>(null);
	const { refusal, busy, act } = useAct();
	const asked = name.trim().toLocaleLowerCase();
	const fit = asked === "" ? [] : props.clients.filter((one) => one.title.toLocaleLowerCase().includes(asked)).slice(0, SHOWN);
	const begin = async (client: Summary) => {
		setChosen(client);
		const made = await act(() => step(client.case_id, "prepare"));
		if (made !== undefined)
			go([made.id]);
	};
	return (
		<section class="card stack tight" aria-labelledby="unplanned">
			<h2 id="unplanned">{T("ui.companion.unplanned")}</h2>
			<Text label={T("ui.companion.whose")} type="search" value={name} onValue={setName} />
			<ul class="items" hidden={fit.length === 0}>{fit.map((one) => <li key={one.id}><Button kind="plain" busy={busy} onClick={() => void begin(one)}>{one.title}</Button></li>)}</ul>
			<Refused refusal={refusal} />
			{refusal?.field === "consent" && chosen !== null && <a class="button second" href={`/#/consent/new?case=${chosen.case_id}&client=${chosen.id}`} target="jalka-field">{T("ui.session.take_consent")}</a>}
		</section>
	);
}

// Those that are not over, the next first.
function Open() {
	const { data, refusal } = useAsk<{ records: Summary[] }>("list", { type: "joint_session", limit: 0 });
	const clients = useAsk<{ records: Summary[] }>("list", { type: "client", limit: 0 });
	const nameIn = (caseId: string) => clients.data?.records.find((one) => one.case_id === caseId)?.title ?? "…";
	const open = (data?.records ?? []).filter((one) => !OVER.includes(one.state?.holds ?? ""));
	return (
		<main class="main stack" id="main">
			<h1 tabIndex={-1}>{T("ui.companion.title")}</h1>
			<Refused refusal={refusal} />
			{data === null && refusal === null && <Busy />}
			{data !== null && open.length === 0 && <Empty>{T("ui.companion.none")}</Empty>}
			<ul class="items card" hidden={open.length === 0}>{open.map((one) => (
				<li key={one.id}><a class="item" href={href([one.id])}><span class="item-title">{nameIn(one.case_id)}</span>
					<span class="quiet">{stateWord("joint_session", one.state?.holds ?? "")} · {whenText(one.event_at_ms || one.created_ms)}</span></a></li>
			))}</ul>
			{clients.data !== null && <Unplanned clients={clients.data.records} />}
		</main>
	);
}

function Meeting() {
	const [id = ""] = route.value.path;
	return <>{id === "" ? <Open /> : <Session key={id} id={id} />}<Toasts /></>;
}

addEventListener("keydown", (event) => {
	if (event.ctrlKey && event.altKey && event.key.toLowerCase() === "l") {
		event.preventDefault();
		void keepAll().then(() => call("lock", {}));
	}
});

void start(() => <Meeting />);
