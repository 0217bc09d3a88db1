// help - how the work goes and what happens to what is written: drafts, signing, sending, conflicts, lock.
import { href } from "../core/route";
import type { WordKey } from "../../gen/words";
import { T } from "../core/words";
import { Title } from "./frame";

const TOPICS: [title: WordKey, text: WordKey, path: string][] = [
	["ui.help.begin", "ui.help.begin_text", ""], ["ui.help.drafts", "ui.help.drafts_text", "drafts"], ["ui.help.sync", "ui.help.sync_text", "sync"],
	["ui.help.conflicts", "ui.help.conflicts_text", "conflicts"], ["ui.help.lock", "ui.help.lock_text", ""], ["ui.help.hidden", "ui.help.hidden_text", ""],
	["ui.help.correct", "ui.help.correct_text", ""], ["ui.help.emergency", "ui.help.emergency_text", "emergency"], ["ui.help.keys", "ui.help.keys_text", ""],
];

export function Help() {
	return (
		<div class="stack">
			<Title>{T("ui.help.title")}</Title>
			<div class="card stack">{TOPICS.map(([title, text, path]) => (
				<section key={title}>
					<h2>{T(title)}</h2>
					<p>{T(text)}</p>
					{path !== "" && <p><a href={href([path])}>{T("ui.help.open")}: {T(`ui.${path}.title` as WordKey)}</a></p>}
				</section>
			))}</div>
			<p><a href={href(["accessibility"])}>{T("ui.accessibility.title")}</a></p>
		</div>
	);
}
