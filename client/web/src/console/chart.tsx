// chart - counts as bars, and the same as a table. What is withheld has no bar, for a length would tell
// what the words do not. A second series stands below the first, its bars dashed and empty: without colour too.
import type { ComponentChildren } from "preact";
import { T } from "../core/words";

export interface Bar {
	label: string;
	value: number | null; // null: withheld
	shown: string;        // as it is told: 12, <5, ..
	before?: { value: number | null; shown: string } | undefined;
}

const LONG = 1000; // units of the drawing, stretched to the room there is

function Stroke(props: { value: number | null; most: number; second?: boolean }) {
	const wide = props.value === null || props.most === 0 ? 0 : Math.max(props.value > 0 ? 4 : 0, LONG * props.value / props.most);
	return (
		<svg class={`bar ${props.second === true ? "bar-before" : ""}`} viewBox={`0 0 ${LONG} 10`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
			{wide > 0 && <rect x="0" y="0" width={wide} height="10" vector-effect="non-scaling-stroke" />}
		</svg>
	);
}

// `groups`: of the same counts divided in several ways.
export function Chart(props: { label: string; groups: readonly (readonly Bar[])[]; children: ComponentChildren }) {
	const all = props.groups.flat();
	const most = Math.max(1, ...all.flatMap((bar) => [bar.value ?? 0, bar.before?.value ?? 0]));
	const said = all.map((bar) => `${bar.label} ${bar.shown}${bar.before === undefined ? "" : ` (${bar.before.shown})`}`).join(", ");
	return (
		<div class="stack tight">
			<div class="chart" role="img" aria-label={`${props.label}: ${said}`}>
				{props.groups.map((bars, group) => bars.map((bar, at) => (
					<div class={`chart-row ${group > 0 && at === 0 ? "chart-next" : ""}`} key={`${group} ${bar.label}`}>
						<span class="chart-label">{bar.label}</span>
						<div class="chart-bars">
							<span class="chart-line"><Stroke value={bar.value} most={most} /><span class="chart-value">{bar.shown}</span></span>
							{bar.before !== undefined && <span class="chart-line"><Stroke value={bar.before.value} most={most} second /><span class="chart-value quiet">{bar.before.shown}</span></span>}
						</div>
					</div>
				)))}
			</div>
			<details class="chart-table"><summary>{T("ui.console_statistics.table")}</summary>{props.children}</details>
		</div>
	);
}
