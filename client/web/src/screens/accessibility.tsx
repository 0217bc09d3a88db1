// accessibility - the accessibility statement (act 306/2019): what the client keeps to, what it does
// not yet, who supervises; and feedback, kept as a record and sent with the rest.
import { useState } from "preact/hooks";
import { useDraft } from "../core/draft";
import { T } from "../core/words";
import { Text } from "../ui/field";
import { Button, Refused, toast } from "../ui/parts";
import { Title } from "./frame";
import { Keeping, useFinish } from "./write";

function Feedback(props: { onSent: () => void }) {
	const [text, setText] = useState("");
	const draft = useDraft({ type: "feedback" });
	const { refusal, busy, finish } = useFinish(draft, () => {
		toast(T("ui.accessibility.thanks"));
		props.onSent();
	});
	const change = (next: string) => {
		setText(next);
		draft.type({ target: "SYSTEM", text: next, anonymous: false });
	};
	return (
		<form class="card stack tight noprint" onSubmit={(event) => { event.preventDefault(); if (text.trim() !== "") void finish(); }}>
			<h2>{T("ui.accessibility.feedback")}</h2>
			<Refused refusal={refusal} />
			<Text label={T("ui.accessibility.what")} hint={T("ui.accessibility.what_hint")} value={text} onValue={change} long lettersMost={4000} />
			{text !== "" && <Keeping draft={draft} />}
			<div><Button type="submit" busy={busy || text.trim() === ""}>{T("ui.accessibility.send")}</Button></div>
		</form>
	);
}

export function Accessibility() {
	const [sent, setSent] = useState(0);
	return (
		<div class="stack">
			<Title>{T("ui.accessibility.title")}</Title>
			<div class="card stack">
				<section><h2>{T("ui.accessibility.state")}</h2><p>{T("ui.accessibility.state_text")}</p></section>
				<section><h2>{T("ui.accessibility.gaps")}</h2><p>{T("ui.accessibility.gaps_text")}</p></section>
				<section><h2>{T("ui.accessibility.supervisor")}</h2><p>{T("ui.accessibility.supervisor_text")}</p>
					<address class="pre">{T("ui.accessibility.supervisor_address")}</address></section>
			</div>
			<Feedback key={sent} onSent={() => setSent(sent + 1)} />
		</div>
	);
}
