// companion - the narrow window beside a video call: one joint session, or which of them.
import { call } from "./core/api";
import { keepAll } from "./core/keeper";
import { useAsk } from "./core/live";
import type { Summary } from "./core/records";
import { href, route } from "./core/route";
import { stateWord, T, whenText } from "./core/words";
import { start } from "./screens/door";
import { Session } from "./screens/companion/session";
import { Busy, Empty, Refused, Toasts } from "./ui/parts";

const OVER = ["SIGNED", "CANCELLED"];

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
