// table - rows of a page: a table where there is room, and each row a card of its own where there is
// not. The roles are said, for a table that is laid out otherwise is none to those who hear it.
import type { ComponentChildren } from "preact";

export interface Column<T> {
	head: string;
	cell: (row: T) => ComponentChildren;
	number?: boolean;
	main?: boolean;   // what the row is called: its heading
	plain?: boolean;  // buttons: needs no label on a card
}

export function Table<T>(props: { label: string; columns: readonly (Column<T> | null)[]; rows: readonly T[]; keyOf: (row: T) => string; toneOf?: (row: T) => string }) {
	const columns = props.columns.filter((column) => column !== null);
	return (
		<table class="table" role="table" aria-label={props.label}>
			<thead role="rowgroup"><tr role="row">{columns.map((column) => <th key={column.head} role="columnheader" scope="col" class={column.number === true ? "number" : ""}>{column.head}</th>)}</tr></thead>
			<tbody role="rowgroup">
				{props.rows.map((row) => (
					<tr key={props.keyOf(row)} role="row" data-key={props.keyOf(row)} class={props.toneOf?.(row) ?? ""}>
						{columns.map((column) => {
							const inside = column.main === true || column.plain === true ? column.cell(row) : <><span class="cell-label" aria-hidden="true">{column.head}</span><span class="cell-value">{column.cell(row)}</span></>;
							return column.main === true ? <th key={column.head} role="rowheader" scope="row">{inside}</th>
								: <td key={column.head} role="cell" class={column.number === true ? "number" : ""}>{inside}</td>;
						})}
					</tr>
				))}
			</tbody>
		</table>
	);
}
