// companion - the narrow window beside a video call: one joint session, or which of them.
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { call } from "./core/api";
import { reachable, status, useAsk } from "./core/live";
import * as live from "./core/live";
import type { Summary } from "./core/records";
import { href, reread, route } from "./core/route";
import * as session from "./core/session";
import * as words from "./core/words";
import { stateWord, T, whenText } from "./core/words";
import { Enrol, Gone, Init, SignedOut, Unlock } from "./screens/door";
import { Session } from "./screens/companion/session";
import { keepTyped } from "./screens/companion/typed";
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

function Companion() {
	const now = status.value;
	useEffect(() => {
		const onKey = (event: KeyboardEvent) => {
			if (event.ctrlKey && event.altKey && event.key.toLowerCase() === "l") {
				event.preventDefault();
				void keepTyped().then(() => call("lock", {}));
			}
		};
		addEventListener("keydown", onKey);
		return () => removeEventListener("keydown", onKey);
	}, []);
	if (session.signedOut.value)
		return <SignedOut />;
	if (now === null)
		return reachable.value ? null : <Gone />;
	if (now.vault === "none")
		return <Init />;
	if (now.vault === "locked")
		return <Unlock />;
	if (now.sync === "blank" || now.sync === "enrolling")
		return <Enrol />;
	const [id = ""] = route.value.path;
	return <>{id === "" ? <Open /> : <Session key={id} id={id} />}<Toasts /></>;
}

async function main(): Promise<void> {
	document.documentElement.dataset["theme"] = localStorage.getItem("jalka-theme") ?? "";
	await Promise.all([words.begin(), session.begin().then((has) => has ? live.begin() : undefined)]);
	reread(); // without the token
	render(<Companion />, document.getElementById("app")!);
}

void main();
