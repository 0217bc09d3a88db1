// csv - tables as spreadsheets take them: semicolons between the cells, a mark before them, as
// `jalka statistics --csv` and `jalka admin export` write them.
const MARK = "\ufeff";

function cell(text: string): string {
	return /[";,\r\n]/.test(text) ? `"${text.replaceAll("\"", "\"\"")}"` : text;
}

export function writeCsv(rows: readonly (readonly string[])[]): string {
	return MARK + rows.map((row) => `${row.map(cell).join(";")}\r\n`).join("");
}

// Of a table that the node has written.
export function readCsv(text: string): string[][] {
	const rows: string[][] = [];
	let row: string[] = [];
	const form = /(?:"((?:[^"]|"")*)"|([^;\r\n]*))(;|\r\n|$)/gy;
	for (let at = text.startsWith(MARK) ? MARK.length : 0; at < text.length;) {
		form.lastIndex = at;
		const found = form.exec(text);
		if (found === null)
			break;
		row.push(found[1]?.replaceAll("\"\"", "\"") ?? found[2] ?? "");
		if (found[3] !== ";") {
			rows.push(row);
			row = [];
		}
		at = form.lastIndex;
	}
	return rows;
}
