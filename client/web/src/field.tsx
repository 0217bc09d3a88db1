// field - the worker's client: what stands before the work, then the screen of the address.
import { route } from "./core/route";
import { Accessibility } from "./screens/accessibility";
import { Actions } from "./screens/actions";
import { Benefit } from "./screens/benefit";
import { Capability } from "./screens/capability";
import { Application } from "./screens/application";
import { Case } from "./screens/case";
import { Consent, Consents } from "./screens/consent";
import { Concern } from "./screens/concern";
import { start } from "./screens/door";
import { Emergency } from "./screens/emergency";
import { Feedback } from "./screens/feedback";
import { Frame } from "./screens/frame";
import { Handovers } from "./screens/handovers";
import { Help } from "./screens/help";
import { Home } from "./screens/home";
import { Conflicts, Drafts, NewOf } from "./screens/lists";
import { NoticeOf } from "./screens/notice";
import { Mapping } from "./screens/mapping";
import { Need } from "./screens/need";
import { Places } from "./screens/places";
import { Print } from "./screens/print";
import { Plan } from "./screens/plan";
import { Record } from "./screens/record";
import { Referral } from "./screens/referral";
import { JointSession } from "./screens/session";
import { Sync } from "./screens/sync";
import { handing, Turned } from "./screens/turned";
import { Visit } from "./screens/visit";
import { Write } from "./screens/write";

function Screen() {
	const { path, query } = route.value;
	const [first = "", second = ""] = path, key = JSON.stringify([second, query]);
	switch (first) {
	case "case":
		return <Case key={second} id={second} />;
	case "visit":
		return <Visit key={second} id={second} query={query} />;
	case "application":
		return <Application key={second} id={second} query={query} />;
	case "referral":
		return <Referral key={second} id={second} query={query} />;
	case "record":
		return <Record key={second} id={second} />;
	case "new":
		return second === "" ? <NewOf /> : <Write key={key} type={second} query={query} />;
	case "accessibility":
		return <Accessibility />;
	case "consent":
		return <Consent key={second} id={second} query={query} />;
	case "consents":
		return <Consents key={second} id={second} />;
	case "mapping":
		return <Mapping key={key} id={second} query={query} />;
	case "capability":
		return <Capability key={key} id={second} query={query} />;
	case "concern":
		return <Concern key={key} id={second} query={query} />;
	case "benefit":
		return <Benefit key={key} id={second} query={query} />;
	case "need":
		return <Need key={key} id={second} query={query} />;
	case "plan":
		return <Plan key={key} id={second} query={query} />;
	case "actions":
		return <Actions key={second} id={second === "new" ? query["case"] ?? "" : second} />;
	case "drafts":
		return <Drafts />;
	case "emergency":
		return <Emergency />;
	case "help":
		return <Help />;
	case "places":
		return <Places />;
	case "handovers":
		return <Handovers id={second} query={query} />;
	case "notice":
		return <NoticeOf key={second} id={second} />;
	case "print":
		return <Print key={second} id={second} query={query} />;
	case "conflicts":
		return <Conflicts />;
	case "session":
		return <JointSession key={second} id={second} query={query} />;
	case "sync":
		return <Sync />;
	default:
		return <Home />;
	}
}

function Field() {
	const held = handing(route.value);
	if (held !== null)
		return held.screen === "turned" ? <Turned held={held} /> : <Feedback held={held} />;
	return <Frame><Screen /></Frame>;
}

void start(() => <Field />);
