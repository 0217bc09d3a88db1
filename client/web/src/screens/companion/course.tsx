// course - what happened in the session, in its order: start, pauses, the line, who came and left,
// the points as they were taken up, what was agreed, the end and the client's confirmation.
import { capital, clockText, fieldWord, valueWord } from "../../core/words";
import { useMask } from "./hide";
import { momentOf, roleWord, type Meeting, type Turn } from "./meeting";

function textOf(meeting: Meeting, turn: Turn): string {
	if (turn.what === "AGREED")
		return meeting.actions.find((one) => one.id === turn.record)?.fields?.what ?? "";
	const [role = "", ...name] = (turn.text ?? "").split(", ");
	return turn.what === "JOINED" || turn.what === "LEFT" ? [roleWord(role), ...name].join(", ") : turn.text ?? "";
}

export function Happened(props: { meeting: Meeting }) {
	const mask = useMask();
	const turns = props.meeting.fields.course ?? [];
	return turns.length === 0 ? null : (
		<section class="card stack tight" aria-labelledby="course">
			<h2 id="course">{capital(fieldWord("joint_session", "course"))}</h2>
			<ol class="items" role="list">{turns.map((one, i) => {
				const text = textOf(props.meeting, one);
				return <li key={i}>{clockText(momentOf(one.at))} <strong>{valueWord("session_turn_kind", one.what)}</strong>{text !== "" && `: ${mask(text)}`}</li>;
			})}</ol>
		</section>
	);
}
