// told - before anything is asked of a client: what is recorded, why, and who sees it. When it was
// told is written down, once.
import { useAct } from "../core/act";
import { fieldText, write, type Summary } from "../core/records";
import { momentIso, momentText, T } from "../core/words";
import { Button, Refused } from "./parts";

export function Told(props: { client: Summary }) {
	const { act, refusal, busy } = useAct();
	const at = fieldText(props.client.fields, "informed_at");
	return (
		<details class="card" open={at === ""}>
			<summary>{T("ui.mapping.told")}{at !== "" && <span class="quiet"> · {momentText(Date.parse(at))}</span>}</summary>
			<ul class="readout">
				<li>{T("ui.mapping.told_what")}</li><li>{T("ui.mapping.told_why")}</li><li>{T("ui.mapping.told_who")}</li><li>{T("ui.mapping.told_free")}</li><li>{T("ui.mapping.told_rights")}</li>
			</ul>
			<Refused refusal={refusal} />
			{at === "" && <Button busy={busy} onClick={() => void act(() => write({ type: "client", record_id: props.client.id, values: { informed_at: momentIso(Date.now()) } }))}>{T("ui.mapping.told_done")}</Button>}
		</details>
	);
}
