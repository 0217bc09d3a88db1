// feedback - how the service was, from the client's own hand: anonymous unless the client wants
// otherwise, on the machine handed over.
//
// No draft is kept of it: half a feedback would lie among the worker's drafts to be read.
import { useState } from "preact/hooks";
import { useAct } from "../core/act";
import { useShape, write } from "../core/records";
import { capital, T, valueWord } from "../core/words";
import { Check, Choice, Text } from "../ui/field";
import { Button, Refused } from "../ui/parts";
import { HandedOver, type Handed } from "./turned";
import { useErrors } from "./write";

const MOUTHS = ["M9 23q7-9 14 0", "M9 22q7-5 14 0", "M9 21h14", "M9 19q7 5 14 0", "M9 18q7 9 14 0"];
const SCORES = [1, 2, 3, 4, 5] as const;

function Faces(props: { value: number; onValue: (value: number) => void; error?: string | undefined }) {
	return (
		<fieldset class="field">
			<legend>{T("ui.feedback.score")}</legend>
			<div class="choices faces">
				{SCORES.map((score) => (
					<label class="choice" key={score}>
						<input type="radio" name="score" value={score} checked={props.value === score} onChange={() => props.onValue(score)} />
						<span><svg viewBox="0 0 32 32" aria-hidden="true"><circle cx="16" cy="16" r="14.5" /><path d={MOUTHS[score - 1]} /><path d="M11 11v2M21 11v2" /></svg>{T(`ui.feedback.score_${score}`)}</span>
					</label>
				))}
			</div>
			{props.error && <span class="error">{props.error}</span>}
		</fieldset>
	);
}

export function Feedback(props: { held: Handed }) {
	const shape = useShape("feedback");
	const targets = shape?.fields.find((one) => one.name === "target")?.values?.filter((one) => one !== "UNSPECIFIED") ?? [];
	const [score, setScore] = useState(0);
	const [target, setTarget] = useState("SERVICE");
	const [text, setText] = useState("");
	const [named, setNamed] = useState(false);
	const [sent, setSent] = useState(false);
	const { refusal, busy, act } = useAct();
	const errors = useErrors(refusal);
	const send = async () => {
		const written = await act(() => write({ type: "feedback", values: { target, anonymous: !named, ...(score > 0 ? { score } : {}), ...(text.trim() !== "" ? { text } : {}) } }));
		setSent(written !== undefined);
	};
	return (
		<HandedOver held={props.held}>
			{sent ? <div class="card stack" role="status"><h1>{T("ui.feedback.thanks")}</h1><p>{T("ui.feedback.thanks_hint")}</p></div> : (
				<form class="card stack" onSubmit={(event) => { event.preventDefault(); void send(); }}>
					<h1 tabIndex={-1}>{T("ui.feedback.title")}</h1>
					<p>{T("ui.feedback.anonymous")}</p>
					<Faces value={score} onValue={setScore} error={errors["score"]} />
					<Choice label={T("ui.feedback.target")} value={target} onValue={setTarget} options={targets.map((value) => ({ value, label: capital(valueWord("feedback_target", value)) }))} error={errors["target"]} />
					<Text label={T("ui.feedback.text")} hint={T("ui.feedback.text_hint")} long value={text} onValue={setText} lettersMost={4000} error={errors["text"]} />
					<Check label={T("ui.feedback.named")} value={named} onValue={setNamed} />
					<Refused refusal={refusal} />
					<Button type="submit" busy={busy || (score === 0 && text.trim() === "")}>{T("ui.feedback.send")}</Button>
				</form>
			)}
		</HandedOver>
	);
}
