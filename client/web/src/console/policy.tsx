// policy - what every device goes by: how long it may be out of contact before it asks for it, and the
// organiser's recovery key. That one is made on the command line, where its file goes into a safe:
// no browser ever has its secret half.
import { useEffect, useState } from "preact/hooks";
import { useAct } from "../core/act";
import { momentText, T } from "../core/words";
import { Text } from "../ui/field";
import { Busy, Button, Notice, Refused, refusalText, toast } from "../ui/parts";
import { admin, useAdmin } from "./ask";

interface Rules {
	lease_days: number;
	recovery: string;
	recovery_at_ms: number;
}

function Lease(props: { days: number }) {
	const [typed, setTyped] = useState<string | null>(null);
	const { refusal, busy, act } = useAct();
	// What was saved stands in its field until the page has read the same.
	useEffect(() => {
		if (typed?.trim() === String(props.days))
			setTyped(null);
	}, [props.days]);
	const save = (event: Event) => {
		event.preventDefault();
		if (busy || typed === null)
			return;
		void act(async () => {
			await admin("policy", "lease", typed.trim());
			toast(T("ui.console_policy.lease_saved"));
		});
	};
	return (
		<form class="stack tight" noValidate onSubmit={save}>
			<Text label={T("ui.console_policy.lease")} hint={T("ui.console_policy.lease_hint")} value={typed ?? String(props.days)} onValue={setTyped} error={refusal === null ? undefined : refusalText(refusal)} />
			<div><Button type="submit" kind="second" busy={busy}>{T("ui.console_policy.lease_save")}</Button></div>
		</form>
	);
}

export function Policy() {
	const { data, refusal } = useAdmin<Rules>("policy");
	return (
		<section class="card stack tight" aria-labelledby="policy">
			<h2 id="policy">{T("ui.console_policy.title")}</h2>
			<Refused refusal={refusal} />
			{data === null && refusal === null && <Busy />}
			{data !== null && <Lease days={data.lease_days} />}
			{data !== null && <h3>{T("ui.console_policy.recovery")}</h3>}
			{data !== null && (data.recovery === "" ? <Notice tone="warn">{T("ui.console_policy.no_recovery")}</Notice>
				: <p>{T("ui.console_policy.recovery_since", { when: momentText(data.recovery_at_ms) })}</p>)}
		</section>
	);
}
