// reference - what every laptop looks up: municipalities, service points, partners, statutes and the rest, a
// table each; out as CSV, and in again: looked through first, then all of it or nothing.
import { useState } from "preact/hooks";
import { useAct } from "../core/act";
import { call, type Refusal } from "../core/api";
import { useAsk } from "../core/live";
import { useShape, write, type TypeShape } from "../core/records";
import { Told } from "../core/refusal-words";
import { go } from "../core/route";
import { bytesText, capital, fieldWord, T, typeWord } from "../core/words";
import { Choice, Text } from "../ui/field";
import { Busy, Button, Dialog, Empty, Notice, Refused, refusalText, Title, toast } from "../ui/parts";
import { ErrorSummary, RecordForm } from "../ui/record-form";
import { readCsv } from "./csv";
import { Download } from "./download";
import { numberText } from "./figures";
import { Table } from "./table";
import { may } from "./who";

export const TYPES = ["municipality", "service_point", "partner", "outreach_post", "guideline", "model_version", "responsibility", "bulletin", "law_ref"] as const;
const PIECE = 40_000, ERRORS_SHOWN = 50, ROWS_SHOWN = 100;

interface Found {
	line: number;
	column: number;
	field: string;
	text: string;
	hint: string;
	advice: string;
}
interface Imported {
	written: boolean;
	rows: number;
	new: number;
	changed: number;
	same: number;
	error_count: number;
	errors: Found[];
}

// "address.street" of a service point.
function columnWord(type: string, column: string): string {
	const parts = column.split(".");
	return capital(parts.map((part) => fieldWord(type, part)).join(", "));
}

// What was read stays in sight while it is asked for anew: what is typed, unfolded and looked at outlasts a colleague's write.
export function useTable(type: string): { data: string | null; refusal: Refusal | null } {
	const { data, refusal } = useAsk<{ parts: string[] }, "import">("import", { type, out: true });
	return { data: data === null ? null : data.parts.join(""), refusal };
}

// ---- the way in ----
async function send(type: string, bytes: Uint8Array, dryRun: boolean, tell: (sent: number) => void): Promise<Imported> {
	let token = 0;
	for (let at = 0; ; at += PIECE) {
		const more = at + PIECE < bytes.length;
		const answer = await call<Imported & { token: number }>("import", { type, piece: bytes.subarray(at, at + PIECE), more, token, dryRun });
		tell(Math.min(at + PIECE, bytes.length));
		if (!more)
			return answer;
		token = answer.token;
	}
}

function Errors(props: { type: string; result: Imported }) {
	const { result } = props;
	return (
		<div class="stack tight">
			<Notice tone="bad">{T("ui.console_reference.errors", { count: numberText(result.error_count) })}</Notice>
			<div class="sideways" tabIndex={0} role="region" aria-label={T("ui.console_reference.what_errors")}>
				<table class="figures left"><caption class="sr">{T("ui.console_reference.what_errors")}</caption>
					<thead><tr><th scope="col">{T("ui.console_reference.line")}</th><th scope="col">{T("ui.console_reference.column")}</th><th scope="col">{T("ui.console_reference.what")}</th><th scope="col">{T("ui.console_reference.advice")}</th></tr></thead>
					<tbody>{result.errors.slice(0, ERRORS_SHOWN).map((one, at) => (
						<tr key={at}><th scope="row">{one.line}</th>
							<td>{one.column === 0 ? T("ui.console_reference.whole_row") : <>{one.column}{one.field !== "" && <>, {columnWord(props.type, one.field)} <span class="quiet">({one.field})</span></>}</>}</td>
							<td>{Told(one.text)}</td>
							<td>{[one.hint === "" ? "" : T("ui.console_reference.meant", { what: one.hint }), one.advice === "" ? "" : Told(one.advice)].filter(Boolean).join(" ") || "–"}</td></tr>))}</tbody>
				</table>
			</div>
			{result.error_count > result.errors.length && <p class="quiet">{T("ui.console_reference.first", { count: result.errors.length })}</p>}
		</div>
	);
}

function Import(props: { type: string }) {
	const { type } = props;
	const [file, setFile] = useState<{ name: string; bytes: Uint8Array } | null>(null);
	const [looked, setLooked] = useState<Imported | null>(null);
	const [sent, setSent] = useState(-1);
	const { refusal, busy, act } = useAct();
	const [round, setRound] = useState(0); // a file field is emptied by making it anew
	const run = (bytes: Uint8Array, dryRun: boolean) => act(async () => {
		setSent(0);
		try {
			return await send(type, bytes, dryRun, setSent);
		} finally {
			setSent(-1);
		}
	});
	const choose = async (chosen: File | undefined) => {
		setLooked(null);
		setFile(null);
		if (chosen === undefined)
			return;
		const bytes = new Uint8Array(await chosen.arrayBuffer());
		setFile({ name: chosen.name, bytes });
		setLooked(await run(bytes, true) ?? null);
	};
	const take = async () => {
		const result = file === null ? undefined : await run(file.bytes, false);
		if (result === undefined)
			return;
		setLooked(result.written ? null : result);
		if (!result.written)
			return;
		toast(T("ui.console_reference.taken", { added: numberText(result.new), changed: numberText(result.changed) }));
		setFile(null);
		setRound(round + 1);
	};
	const id = `file-${type}`;
	return (
		<section class="card stack tight" aria-labelledby="import">
			<h2 id="import">{T("ui.console_reference.import")}</h2>
			<p class="quiet" id={`${id}-hint`}>{T("ui.console_reference.import_hint")}</p>
			<div class="field"><label for={id}>{T("ui.console_reference.file")}</label>
				<input key={round} id={id} class="input" type="file" accept=".csv,text/csv" aria-describedby={`${id}-hint`} onChange={(event) => void choose(event.currentTarget.files?.[0])} /></div>
			{sent >= 0 && file !== null && <p role="status">{T("ui.console_reference.sending", { size: bytesText(file.bytes.length) })}<br /><progress class="wide" max={Math.max(1, file.bytes.length)} value={sent} aria-label={T("ui.console_reference.import")} /></p>}
			<Refused refusal={refusal} />
			{looked !== null && file !== null && <div class="stack tight" role="status">
				<p><strong>{file.name}</strong>: {T("ui.console_reference.rows", { rows: numberText(looked.rows) })}</p>
				{looked.error_count > 0 ? <Errors type={type} result={looked} /> : <>
					<dl class="facts"><dt>{T("ui.console_reference.new")}</dt><dd>{numberText(looked.new)}</dd><dt>{T("ui.console_reference.changed")}</dt><dd>{numberText(looked.changed)}</dd><dt>{T("ui.console_reference.same")}</dt><dd>{numberText(looked.same)}</dd></dl>
					{looked.new + looked.changed === 0 ? <Notice>{T("ui.console_reference.nothing_new")}</Notice>
						: <div class="row"><Button busy={busy} onClick={() => void take()}>{T("ui.console_reference.take", { count: numberText(looked.new + looked.changed) })}</Button></div>}
				</>}
			</div>}
		</section>
	);
}

// ---- one of them by hand ----
function AddOne(props: { type: string; shape: TypeShape; onClose: () => void }) {
	const { type, shape } = props;
	const [values, setValues] = useState<Record<string, unknown>>({});
	const { refusal, busy, act } = useAct();
	const send = (event: Event) => {
		event.preventDefault();
		if (!busy)
			void act(async () => {
				await write({ type, values });
				toast(T("ui.saved", { what: typeWord(type) }));
				props.onClose();
			});
	};
	return (
		<Dialog title={T("ui.console_reference.add_title", { what: typeWord(type) })} onClose={props.onClose}>
			<form class="stack" noValidate onSubmit={send}>
				<ErrorSummary refusal={refusal} shape={shape} values={values} />
				<RecordForm shape={shape} values={values} onValues={setValues} errors={refusal === null || refusal.field === "" ? {} : { [refusal.field]: refusalText(refusal) }} fresh />
				<div class="row"><Button type="submit" busy={busy}>{T("ui.save")}</Button><Button kind="second" onClick={props.onClose}>{T("ui.cancel")}</Button></div>
			</form>
		</Dialog>
	);
}

// ---- the table ----
function cellText(shape: TypeShape | null, column: string, text: string): string {
	const field = shape?.fields.find((one) => one.name === column);
	if (field?.kind === "BOOL")
		return text === "" ? "" : T(text === "true" ? "ui.yes" : "ui.no");
	return field?.kind !== "ENUM" ? text.replaceAll("|", ", ")
		: text.split("|").map((one) => { const at = field.values?.indexOf(one) ?? -1; return field.value_labels?.[at] ?? one; }).join(", ");
}

function Rows(props: { type: string; text: string; onAdd: () => void }) {
	const { type, text } = props;
	const [asked, setAsked] = useState("");
	const [shown, setShown] = useState(ROWS_SHOWN);
	const shape = useShape(type);
	const [head = [], ...unsorted] = readCsv(text);
	const rows = unsorted.sort((a, b) => (a[0] ?? "").localeCompare(b[0] ?? "", "fi", { numeric: true }));
	const filled = head.map((_, at) => at).filter((at) => at === 0 || rows.some((row) => row[at] !== ""));
	const words = asked.trim().toLocaleLowerCase();
	const found = words === "" ? rows : rows.filter((row) => row.some((cell, at) => cellText(shape, head[at] ?? "", cell).toLocaleLowerCase().includes(words)));
	const label = capital(typeWord(type));
	return (
		<section class="card stack tight" aria-labelledby="table">
			<div class="row apart"><h2 id="table" class="grow">{label} <span class="quiet">{T("ui.console_reference.count", { count: numberText(rows.length) })}</span></h2>
				<div class="row"><Download name={`jalka-${type}.csv`} text={() => text}>{T("ui.console_reference.export")}</Download>
					{may("MUNICIPAL_ADMIN") && <Button kind="second" onClick={props.onAdd}>{T("ui.console_reference.add")}</Button>}</div></div>
			{rows.length === 0 && <Empty>{T("ui.console_reference.empty")}</Empty>}
			{rows.length > 5 && <Text type="search" label={T("ui.console_reference.search")} value={asked} onValue={(next) => { setAsked(next); setShown(ROWS_SHOWN); }} />}
			{rows.length > 0 && found.length === 0 && <Empty>{T("ui.console_reference.no_such")}</Empty>}
			{found.length > 0 && <div class="sideways" tabIndex={0} role="region" aria-label={T("ui.console_reference.rows_of", { what: typeWord(type) })} data-reference={type}>
				<Table label={label} rows={found.slice(0, shown)} keyOf={(row) => row.join(";")} columns={filled.map((at) => ({ head: columnWord(type, head[at]!), main: at === 0, cell: (row: string[]) => cellText(shape, head[at]!, row[at] ?? "") }))} /></div>}
			{found.length > shown && <div><Button kind="second" onClick={() => setShown(shown + ROWS_SHOWN)}>{T("ui.console_quarantine.more", { count: numberText(found.length - shown) })}</Button></div>}
		</section>
	);
}

export function Reference(props: { type: string | undefined }) {
	const type = TYPES.find((one) => one === props.type) ?? TYPES[0];
	return (
		<div class="stack">
			<Title>{T("ui.console_reference.title")}</Title>
			<p>{T("ui.console_reference.hint")}</p>
			<Choice list label={T("ui.console_reference.which")} value={type} onValue={(next) => go(["reference", next])} options={TYPES.map((one) => ({ value: one, label: capital(typeWord(one)) }))} />
			<OneType key={type} type={type} />
		</div>
	);
}

function OneType(props: { type: string }) {
	const { type } = props;
	const table = useTable(type), shape = useShape(type);
	const [adds, setAdds] = useState(false);
	return (
		<>
			<Refused refusal={table.refusal} />
			{table.data === null && table.refusal === null && <Busy />}
			{table.data !== null && <Rows type={type} text={table.data} onAdd={() => setAdds(true)} />}
			{may("MUNICIPAL_ADMIN") && <Import type={type} />}
			{adds && shape !== null && <AddOne type={type} shape={shape} onClose={() => setAdds(false)} />}
		</>
	);
}
