#!/usr/bin/env node
// Every print the client offers, to PDF: A4, each page with text inside its margins, every word of
// the page that was shown, black on white from a dark screen too, and nothing of ours on it.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { address, until, World } from "./world.mjs";
import { rich } from "./rich.mjs";
import { day, Look } from "./look.mjs";
import * as browser from "./browser.mjs";

const A4 = [595, 842], MARGIN = 20; // points
const PAGES_MOST = { report: 60, log: 30 }; // those grow with what there is; the others are a leaf or two
const KINDS = ["plan", "notice", "quadrants", "consent", "actions", "report", "log", "card", "loss"];
const count = new browser.Count();
const world = new World();
const folder = mkdtempSync(join(tmpdir(), "jalka-print-"));

// Pages with their sizes and words: { width, height, words: [{ text, left, right, top, bottom }] }.
function pagesOf(pdf) {
	const html = execFileSync("pdftotext", ["-bbox", pdf, "-"], { maxBuffer: 64 << 20 }).toString();
	return html.split("<page ").slice(1).map((page) => {
		const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(page).map(Number);
		const words = [...page.matchAll(/<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">([^<]*)</g)]
			.map(([, left, top, right, bottom, text]) => ({ text, left: Number(left), top: Number(top), right: Number(right), bottom: Number(bottom) }));
		return { width, height, words };
	});
}

// How light the pages are, 0 to 1.
function lightness(pdf) {
	const pgm = execFileSync("pdftoppm", ["-r", "18", "-gray", "-f", "1", "-l", "1", pdf], { maxBuffer: 64 << 20 });
	const head = /^P5\s+\d+\s+\d+\s+255\s/.exec(pgm.toString("latin1", 0, 40))[0].length, grey = pgm.subarray(head);
	return grey.reduce((sum, one) => sum + one, 0) / grey.length / 255;
}

const letters = (text) => text.replace(/&#?\w+;/g, "").replace(/[^\p{L}\p{N}]/gu, "").toLowerCase();

async function judge(page, name, kind) {
	const shown = await page.locator("[data-printed]").evaluate((host) => host.shadowRoot.querySelector("body, div, *").innerText ?? "");
	await page.emulateMedia({ media: "print" });
	const file = join(folder, "a.pdf");
	writeFileSync(file, await page.pdf({ preferCSSPageSize: true, printBackground: true }));
	await page.emulateMedia({ media: null });
	const pages = pagesOf(file), text = letters(pages.flatMap((one) => one.words.map((word) => word.text)).join(""));
	const missing = shown.split(/[\s-]+/).map(letters).filter((word) => word !== "" && !text.includes(word));
	const out = pages.flatMap(({ width, height, words }) => words.filter((word) => word.left < MARGIN || word.right > width - MARGIN || word.top < MARGIN / 2 || word.bottom > height - MARGIN / 2));
	const ours = ["ui.menu", "ui.print.hint", "ui.print.large"].filter((key) => text.includes(letters(new Look("phone", "dark", page.language).T(key))));
	const light = lightness(file), most = PAGES_MOST[kind] ?? 4;
	const faults = [
		...(pages.length >= 1 && pages.length <= most ? [] : [`${pages.length} pages`]),
		...pages.filter(({ width, height }) => Math.abs(width - A4[0]) > 2 || Math.abs(height - A4[1]) > 2).map(({ width, height }) => `a page of ${width} by ${height}`),
		...pages.flatMap(({ words }, at) => words.length > 0 ? [] : [`page ${at + 1} is empty`]),
		...(shown.trim().length > 40 ? [] : [`it shows no more than: ${shown}`]),
		...missing.slice(0, 5).map((word) => `not on paper: ${word}`), ...out.slice(0, 5).map((word) => `beyond the margin: ${word.text}`),
		...ours.map((key) => `ours: ${key}`), ...(light > 0.7 ? [] : [`dark: ${light.toFixed(2)}`]),
	];
	count.expect(`${name}: ${pages.length} pages`, faults.length === 0, faults.join("\n"));
}

// The colleague's laptop is lost: there is a letter to send.
async function lose({ aino, veera, client }) {
	const { center } = world;
	await center.start();
	await until("the colleague's device at the centre", async () => (await center.run("admin", "devices")).devices.some((one) => one.node === veera.node));
	await center.run("admin", "revoke", veera.node, "--yes");
	await center.run("admin", "lost", veera.node, "since", `${day(-1)}T20:15`);
	await aino.run("sync", "--wait");
	await until("the letter at the worker", () => aino.run("print", "loss", client.id, "--plain"));
}

try {
	const full = await rich(world);
	await lose(full);
	await browser.begin();
	const languages = ["fi", "sv", "en"];
	const look = new Look("phone", "dark", "en"), { T, named } = look;
	const page = await browser.open(await address(full.aino), look.options);
	page.language = "en";
	await page.getByRole("heading", { level: 1 }).waitFor();
	const printed = (kind) => page.waitForFunction((of) => document.querySelector(`[data-printed=${of}]`)?.shadowRoot?.querySelector("body, div, *"), kind);
	const set = async (kind, language, large, blank) => {
		await look.choose(page, T("ui.print.what"), T(`ui.print.kind_${kind}`));
		await look.choose(page, T("ui.language"), look.tongue(language));
		await page.getByLabel(named("ui.print.large")).setChecked(large);
		if (kind === "quadrants")
			await page.getByLabel(named("ui.print.blank")).setChecked(blank);
		await page.getByRole("button", { name: T("ui.print.show"), exact: true }).click();
		await printed(kind);
	};
	for (const [at, kind] of KINDS.entries())
		for (const [large, blank] of [[false, false], [true, false], ...(kind === "quadrants" ? [[false, true]] : [])])
			await count.run(`${kind}${large ? ", large" : ""}${blank ? ", empty" : ""} can be made`, async () => {
				const language = languages[(at + Number(large)) % 3];
				await page.evaluate((hash) => { location.hash = hash; }, `#/print/${kind === "plan" ? full.plan : full.client.case_id}`);
				await set(kind, language, large, blank);
				await judge(page, `${kind} in ${language}${large ? ", large" : ""}${blank ? ", empty" : ""}`, kind);
			});
	await count.run("findings can be made", async () => {
		const { id } = await full.aino.run("create", "decision_quality_item", "anonymised_text=Päätöksestä ei selviä, mihin laskelmaan se perustuu.", "proposal=Laskelma mukaan.",
			'findings=[{"finding":"REASONING","text":"perustelu puuttuu"}]', "--sign");
		await page.evaluate((hash) => { location.hash = hash; }, `#/print/${id}?of=decision_quality_item`);
		await page.getByRole("button", { name: T("ui.print.show"), exact: true }).click();
		await printed("findings");
		await judge(page, "findings", "findings");
	});
	const found = await browser.findings(page);
	count.expect("the last page: axe, console, origin, width", found.length === 0, found.join("\n"));
} catch (error) {
	count.expect("it comes to its end", false, error.stack);
} finally {
	await browser.end();
	rmSync(folder, { recursive: true, force: true });
	const codes = await world.stop();
	count.expect("the daemons end well", codes.every((code) => code === 0), codes.join());
	count.finish("web_prints");
}
