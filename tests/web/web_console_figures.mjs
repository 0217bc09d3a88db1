#!/usr/bin/env node
// The console's pages of what is to be decided and of figures: quarantine, duplicates, conflicts, statistics,
// reference data, bulletins; as a person decides, by roles, with what is refused, by keys, on paper and in every look.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as browser from "./browser.mjs";
import * as desk from "./desk.mjs";
import { is, must, word, capital } from "./look.mjs";
import { consoleSession, until, World } from "./world.mjs";

const PICTURES = process.env.JALKA_PICTURES;
const T = (key, values) => capital(word("fi", key, values));
const world = new World(), count = new browser.Count();
const QUARTER = desk.quarterNow();
const PAGES = ["quarantine", "duplicates", "conflicts", `statistics/${QUARTER}`, "reference/service_point", "bulletins"];

async function well(what, page) {
	const found = await browser.findings(page);
	if (PICTURES !== undefined)
		await page.screenshot({ path: join(PICTURES, `web_console_figures ${what}.png`.replace(/[^\w.]+/g, "-")), fullPage: true });
	count.expect(`${what}: axe, console, origin, width`, found.length === 0, found.join("\n"));
}

async function refused(what, promise) {
	const error = await promise.then(() => null, (thrown) => thrown);
	must(error !== null, `${what} was not refused`);
}

// ---- who sees what ----
async function roles(technical) {
	const page = await desk.signedIn(browser.open, world, technical, "reference");
	await count.run("a technical administrator has no page of cases, and is refused by the node too", async () => {
		const links = await page.locator("nav.side a").allTextContents();
		must(links.includes(T("ui.console_reference.title")), links.join());
		for (const key of ["quarantine", "matches", "conflicts", "statistics"])
			must(!links.includes(T(`ui.console_${key}.title`)), `${key} is in the navigation`);
		const own = await consoleSession(world.center, technical);
		for (const args of [["quarantine"], ["quarantine", "decided"], ["accept", "00000000.00000000.1"], ["matches"], ["statistics", QUARTER, "show"]])
			await refused(args.join(" "), own.admin(...args));
	});
	await count.run("and reads reference data without a way to change them", async () => {
		await page.locator("[data-reference] table").waitFor();
		is("file fields", await page.locator("input[type=file]").count(), 0);
		is("add", await page.getByRole("button", { name: T("ui.console_reference.add"), exact: true }).count(), 0);
	});
	await well("reference data for a reader", page);
	await page.context().close();
}

// ---- quarantine ----
async function quarantine(page, late, aino, mikko) {
	await desk.go(page, "quarantine");
	const group = page.locator(`[data-group="${late.caseId}"]`);
	await group.waitFor();
	await count.run("what waits says whose, why, when and of which kind, and nothing that was written", async () => {
		const text = await browser.shown(page);
		for (const part of ["Mikko Saari", T("ui.console_quarantine.why_NOT_HELD"), T("type.encounter_note"), "Aino Laine"])
			must(text.includes(part), `${part} is not in: ${text}`);
		must(!text.includes("Salainen") && !text.includes("Korhonen"), "content is shown");
		is("rows", await group.locator("tbody tr").count(), 3);
	});
	await well("quarantine", page);
	await count.run("set aside needs a reason, said at its field; and tells what follows", async () => {
		await group.getByRole("checkbox").first().uncheck();
		await group.getByRole("button", { name: T("ui.console_quarantine.reject_chosen", { count: 2 }) }).click();
		const dialog = page.getByRole("dialog");
		must((await dialog.innerText()).includes(T("ui.console_quarantine.for_good")), "what follows is not told");
		await dialog.getByRole("button", { name: T("ui.console_quarantine.reject"), exact: true }).click();
		await dialog.getByText(T("ui.console_quarantine.words_missing")).waitFor();
		is("decided meanwhile", (await consoleList("decided")).length, 0);
	});
	await well("the dialog of a decision", page);
	await count.run("two are set aside together, and stay listed with who and why", async () => {
		const dialog = page.getByRole("dialog");
		await dialog.getByRole("textbox").fill("Kuuluu toiseen asiaan.");
		await dialog.getByRole("button", { name: T("ui.console_quarantine.reject"), exact: true }).click();
		await dialog.waitFor({ state: "detached" });
		const rows = page.locator("section[aria-labelledby=decided] tbody tr");
		await until("two in the list of what was decided", async () => await rows.count() === 2);
		const text = await rows.first().innerText();
		for (const part of ["Maija Virtanen", "Kuuluu toiseen asiaan.", T("ui.console_quarantine.decision_REJECT"), "Mikko Saari"])
			must(text.includes(part), `${part} is not in: ${text}`);
		await until("one left", async () => await group.locator("tbody tr").count() === 1);
	});
	await count.run("by keys: the last one is accepted, the focus goes back, and it is in the case", async () => {
		const button = group.getByRole("button", { name: T("ui.console_quarantine.accept_chosen", { count: 1 }) });
		await button.focus();
		await page.keyboard.press("Enter");
		await page.getByRole("dialog").waitFor();
		await page.keyboard.press("Escape");
		await until("the focus on what was pressed", () => button.evaluate((element) => element === document.activeElement));
		await page.keyboard.press("Enter");
		await page.getByRole("dialog").getByRole("button", { name: T("ui.console_quarantine.accept"), exact: true }).press("Enter");
		await page.getByText(T("ui.console_quarantine.none")).waitFor();
		await until("the outcome at its writer's", async () => {
			const { rejected, quarantined } = await mikko.run("status");
			return rejected === 2 && quarantined === 0;
		});
	});
	await count.run("the words are in the case, for those who work with it", async () => {
		const decisions = async () => (await aino.run("show", late.caseId)).records.filter((one) => one.type === "quarantine_decision");
		await until("the decisions at Aino's", async () => (await decisions()).length === 3);
		is("with the words", (await decisions()).filter((one) => one.fields.reason === "Kuuluu toiseen asiaan." && one.fields.accept === false).length, 2);
	});
	await well("what was decided", page);
}

let hers; // a session of Maija's for what the page cannot tell
async function consoleList(what) {
	return (await hers.admin("quarantine", ...(what === "decided" ? ["decided"] : [])))[what === "decided" ? "decided" : "quarantine"];
}

// A case nobody works with any more: who accepts says who goes on with it.
async function orphaned(page, aino, mikko) {
	await count.run("of a case nobody holds, who accepts may say who gets it", async () => {
		const { caseId } = await desk.lateNotes(world, aino, mikko, 1, hers);
		await hers.admin("unassign", caseId, aino.staff);
		await desk.go(page, "conflicts");
		await desk.go(page, "quarantine");
		const group = page.locator(`[data-group="${caseId}"]`);
		await group.getByText(T("ui.console_quarantine.nobody")).first().waitFor();
		await group.getByRole("button", { name: T("ui.console_quarantine.accept_chosen", { count: 1 }) }).click();
		const dialog = page.getByRole("dialog");
		await dialog.getByLabel(T("ui.console_quarantine.who")).selectOption({ label: "Mikko Saari" });
		await dialog.getByRole("button", { name: T("ui.console_quarantine.accept"), exact: true }).click();
		await dialog.waitFor({ state: "detached" });
		await until("the case at Mikko's", async () => (await mikko.run("show", caseId)).records.length > 0);
	});
}

// ---- duplicates ----
async function duplicates(page) {
	await desk.go(page, "duplicates");
	const pair = page.locator("[data-pair]");
	await pair.waitFor();
	await count.run("a pair stands side by side with how likely and why, and no more than names", async () => {
		const text = await pair.innerText();
		for (const part of ["Lahtinen", "Hallasuo", "Takkuvaara", word("fi", "match_reason.NAME_SAME"), T("match_grade.PROBABLE")])
			must(text.includes(part), `${part} is not in: ${text}`);
		must(!/1971|040 000/.test(text), text);
	});
	await count.run("a name that says nothing is told as such, and makes no pair", async () => {
		await page.getByText(`${T("ui.console_matches.crowds")}: Tuntematon Mies (65)`).waitFor();
	});
	await well("duplicates", page);
	const states = async () => (await hers.admin("matches", "all")).matches.filter((one) => one.older.family_name === "Lahtinen").map((one) => one.state).join();
	const press = async (name, sure = name) => {
		await page.locator("[data-pair]").getByRole("button", { name, exact: true }).click();
		await page.getByRole("dialog").getByRole("button", { name: sure, exact: true }).click();
		await page.getByRole("dialog").waitFor({ state: "detached" });
	};
	await count.run("linked, undone, and said to be two: each is told and can be turned", async () => {
		await press(T("ui.console_matches.link"));
		await until("linked", async () => await states() === "LINKED");
		await page.getByText(T("ui.console_matches.none")).waitFor();
		await page.getByLabel(new RegExp(`^${T("ui.console_matches.state_LINKED")}`)).check();
		await press(T("ui.console_matches.undo"));
		await until("undone", async () => await states() === "TWO_PEOPLE");
		await page.getByLabel(new RegExp(`^${T("ui.console_matches.state_TWO_PEOPLE")}`)).check();
		await press(T("ui.console_matches.link"));
		await until("linked once more", async () => await states() === "LINKED");
	});
}

// ---- conflicts ----
async function conflicts(page) {
	await desk.go(page, "conflicts");
	await count.run("a conflict tells field and writers, and neither value", async () => {
		const row = page.locator("main tbody tr");
		await row.first().waitFor({ timeout: 30_000 });
		const text = await row.first().innerText();
		for (const part of [T("field.client.phone"), "Aino Laine", "Mikko Saari"])
			must(text.includes(part), `${part} is not in: ${text}`);
		must(!text.includes("040"), "a value is shown");
	});
	await well("conflicts", page);
}

// ---- statistics ----
async function figures(page) {
	await desk.go(page, `statistics/${QUARTER}`);
	await page.locator(".figure").first().waitFor();
	const report = await hers.admin("statistics", QUARTER, "show", "", "fi");
	await count.run("every figure of every table is the node's, and what is withheld is shown as such", async () => {
		const shown = await page.evaluate(() => Object.fromEntries([...document.querySelectorAll(".figure")].map((one) => [one.dataset.table,
			Object.fromEntries([...one.querySelectorAll("[data-cell]")].map((cell) => [cell.dataset.cell, cell.textContent]))])));
		const noughts = new Set();
		for (const line of report.lines) {
			const cell = `${line.class}/${line.column ?? ""}`;
			if (shown[line.table] === undefined)
				noughts.add(line.table);
			else
				is(`${line.table} ${cell}`, shown[line.table][cell]?.replace(/\s/g, ""), line.count === null ? line.shown : String(line.count));
		}
		for (const table of noughts)
			must(report.lines.filter((line) => line.table === table).every((line) => line.count === 0), `${table} is not shown, and is not nought`);
		is("tables of noughts", await page.locator("[data-noughts] li").count(), noughts.size);
		must(report.lines.some((line) => line.shown === "<5"), "nothing is small: the test shows nothing");
	});
	await count.run("what is withheld has no bar, and a bar says its count and no more", async () => {
		const bars = await page.evaluate(() => [...document.querySelectorAll(".chart-line")].map((line) => [line.querySelector(".chart-value").textContent, line.querySelector("rect")?.getAttribute("width") ?? null]));
		for (const [value, width] of bars)
			must(/^[\d\s]+$/.test(value) ? value === "0" || width !== null : width === null, `${value} has ${width}`);
		must(bars.some(([value]) => value === "<5"), "no chart has a withheld count");
		const label = await page.locator(".chart").first().getAttribute("aria-label");
		must(/\d/.test(label ?? ""), label ?? "no label");
	});
	await well("statistics", page);
	await count.run("the CSV is what the command line prints, byte for byte", async () => {
		const { name, text } = await desk.downloaded(page, () => page.getByRole("button", { name: T("ui.console_statistics.download") }).click());
		is("name", name, `jalka-${QUARTER}.csv`);
		is("text", text, await desk.printed(world.center, "--as", hers.staff, "admin", "statistics", QUARTER, "--csv"));
	});
	await count.run("beside the quarter before: a second, dashed series and a column in the tables", async () => {
		await page.getByRole("checkbox").check();
		await page.locator(".bar-before").first().waitFor({ state: "attached" });
		await page.locator(".figure summary").first().click();
		must(await page.locator(".figure thead th").count() > 0, "no table");
	});
	await well("statistics beside the quarter before", page);
	await count.run("on paper: charts with their tables, no navigation, black on white", async () => {
		const text = await pdfText(page);
		must(text.includes(T("statistics.visits_by_phase")) && text.includes("<5"), text.slice(0, 600));
		must(!text.includes(T("ui.console.group_people")) && !text.includes(T("ui.console_statistics.download")), "buttons and navigation are on paper");
		must(text.includes(T("statistics.visits_by_phase")) && /yhteensä\s+16/i.test(text), "no table on paper");
	});
}

async function pdfText(page) {
	const folder = mkdtempSync(join(tmpdir(), "jalka-pdf-"));
	try {
		writeFileSync(join(folder, "a.pdf"), await page.pdf());
		if (PICTURES !== undefined)
			writeFileSync(join(PICTURES, "web_console_figures.pdf"), readFileSync(join(folder, "a.pdf")));
		return execFileSync("pdftotext", ["-layout", join(folder, "a.pdf"), "-"]).toString();
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

// ---- reference data ----
async function put(page, name, text) {
	await page.locator("input[type=file]").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
}

async function reference(page) {
	await desk.go(page, "reference/service_point");
	await page.locator("[data-reference=service_point] tbody tr").first().waitFor();
	const exported = () => desk.printed(world.center, "--as", hers.staff, "admin", "export", "service_point");
	await count.run("what a colleague writes is read, and what is typed here and where one is stands", async () => {
		const search = page.getByLabel(T("ui.console_reference.search"));
		await search.fill("kirjasto");
		const rows = page.locator("[data-reference] tbody tr"), found = await rows.count();
		await page.evaluate(() => { document.querySelector("[data-reference]").marked = true; });
		await world.center.run("--as", hers.staff, "create", "service_point", "name=Kirjasto laiturilla", "municipality=Hallasuo", "kind=LIBRARY");
		await page.locator("[data-reference]").getByText("Kirjasto laiturilla").waitFor();
		is("rows", await rows.count(), found + 1);
		is("the search", await search.inputValue(), "kirjasto");
		must(await search.evaluate((element) => document.activeElement === element), "the focus has left the search");
		must(await page.evaluate(() => document.querySelector("[data-reference]").marked === true), "the table was made anew");
		await search.fill("");
	});
	const before = await exported();
	await count.run("the table has every row, and leaves as the command line writes it", async () => {
		is("rows", await page.locator("[data-reference] tbody tr").count(), before.trim().split("\r\n").length - 1);
		const { name, text } = await desk.downloaded(page, () => page.getByRole("button", { name: T("ui.console_reference.export") }).click());
		is("name", name, "jalka-service_point.csv");
		is("text", text, before);
	});
	await count.run("a table with errors: each with line, column, field and advice, and nothing is taken", async () => {
		await put(page, "huono.csv", "name;municipality;kind;valid_from\nHyvä piste;Hallasuo;LIBRARY;1.1.2020\nHuono piste;Hallasuo;LIBARY;31.2.2020\n;Hallasuo;NGO;\n");
		const errors = page.getByRole("region", { name: T("ui.console_reference.what_errors") });
		await errors.waitFor();
		const text = await errors.innerText();
		for (const part of ["LIBRARY", T("field.service_point.kind"), "(kind)", "(valid_from)"])
			must(text.includes(part), `${part} is not in: ${text}`);
		must(/^3\s+3/m.test(text), `line 3, column 3 is not in: ${text}`);
		must(!/[a-z] (is|of|the|allowed|missing) [a-z]/.test(text), `English: ${text}`);
		is("take", await page.getByRole("button", { name: /Ota käyttöön/ }).count(), 0);
		is("the table", await exported(), before);
	});
	await well("errors of an import", page);
	await count.run("a good table: what it would change, first; then all of it", async () => {
		await put(page, "hyva.csv", "name;municipality;kind;hours\nUusi tupa;Hallasuo;NGO;la 10-12\nHallasuon kirjasto;Hallasuo;LIBRARY;ma-pe 12-18\n");
		const take = page.getByRole("button", { name: T("ui.console_reference.take", { count: 2 }) });
		await take.waitFor();
		is("the table meanwhile", await exported(), before);
		const said = await page.locator("section[aria-labelledby=import] dl").innerText();
		must(/Uusia\s+1/.test(said) && /Muuttuneita\s+1/.test(said), said);
		await take.click();
		await page.getByText(T("ui.console_reference.taken", { added: 1, changed: 1 })).waitFor();
		await page.locator("[data-reference]").getByText("Uusi tupa").waitFor();
	});
	await count.run("the same again: there is nothing to take; and a file of several pieces arrives whole", async () => {
		await put(page, "hyva.csv", "name;municipality;kind;hours\nUusi tupa;Hallasuo;NGO;la 10-12\n");
		await page.getByText(T("ui.console_reference.nothing_new")).waitFor();
		const many = Array.from({ length: 900 }, (_, n) => `Kohde ${n};Koskelanmäki;NGO;${"x".repeat(100)}`);
		await put(page, "suuri.csv", `name;municipality;kind;hours\n${many.join("\n")}\n`);
		await page.getByRole("button", { name: /Ota käyttöön 900/ }).waitFor({ timeout: 30_000 });
	});
	await count.run("one by hand: refused at its field, then there", async () => {
		await desk.go(page, "reference/bulletin");
		await page.locator("[data-reference=bulletin] tbody tr").first().waitFor();
		await page.getByRole("button", { name: T("ui.console_reference.add"), exact: true }).click();
		const dialog = page.getByRole("dialog");
		await dialog.getByRole("button", { name: T("ui.save"), exact: true }).click();
		await dialog.getByRole("alert").waitFor();
		await well("a bulletin that misses something", page);
		await dialog.getByLabel(new RegExp(`^${T("field.bulletin.title")}`)).fill("Toimisto on kiinni perjantaina");
		await browser.choose(dialog, new RegExp(`^${T("field.bulletin.kind")}`), T("value.bulletin_kind.BULLETIN"));
		await browser.choose(dialog, new RegExp(`^${T("field.bulletin.language")}`), T("value.language.FI"));
		await dialog.getByLabel(new RegExp(`^${T("field.bulletin.issuer")}`)).fill("Koskelanmäki");
		await dialog.getByLabel(new RegExp(`^${T("field.bulletin.text")}`)).fill("Soita numeroon 040 000 0101.");
		await dialog.getByLabel(new RegExp(`^${T("field.bulletin.valid_from")}`)).fill("2026-01-01");
		await dialog.getByRole("button", { name: T("ui.save"), exact: true }).click();
		await dialog.waitFor({ state: "detached" });
		await desk.go(page, "bulletins");
		await page.getByRole("heading", { name: "Toimisto on kiinni perjantaina" }).waitFor();
	});
	await well("bulletins", page);
}

// ---- every look ----
// The page is there, and nothing of it is still asked for.
async function come(page) {
	await page.locator("#main h1").waitFor();
	await browser.shown(page);
}

async function looks(operator) {
	for (const [language, view, dark] of [["fi", "companion", true], ["sv", "laptop", true], ["en", "phone", false]]) {
		const page = await desk.signedIn(browser.open, world, operator, "quarantine", { language, view, dark });
		for (const path of PAGES) {
			await desk.go(page, path);
			await come(page);
			await well(`${path.split("/")[0]} ${language} ${view}${dark ? " dark" : ""}`, page);
		}
		await page.setViewportSize({ width: 320, height: 800 });
		await page.evaluate(() => { document.documentElement.style.fontSize = "212.5%"; });
		for (const path of PAGES) {
			await desk.go(page, path);
			await come(page);
			const found = await browser.findings(page, { axeToo: false });
			count.expect(`${path.split("/")[0]} at 320 pixels with twice the text, ${language}`, found.length === 0, found.join("\n"));
		}
		await page.context().close();
	}
}

await browser.begin();
try {
	await world.central();
	const aino = await world.worker("Aino Laine"), mikko = await world.worker("Mikko Saari");
	await desk.imported(world.center, "municipality", "service_point", "bulletin");
	const late = await desk.lateNotes(world, aino, mikko);
	await desk.twice(world, aino, mikko);
	await desk.apart(world, aino, mikko);
	for (let i = 0; i < 65; i++)
		await aino.run("client", "add", "Tuntematon", "Mies", "municipality=Takkuvaara", "--anyway");
	await desk.visits(aino, "Takkuvaara", 7, (n) => n === 0 ? "DECISION" : "APPLYING");
	await desk.visits(aino, "Koskelanmäki", 9, () => "APPLYING");
	const { maija, pekka, tero } = await desk.operators(world, [["Maija Virtanen", "MUNICIPAL_ADMIN"], ["Pekka Niemi", "MUNICIPAL_ADMIN"], ["Tero Salo", "TECHNICAL_ADMIN"]]);
	hers = { ...await consoleSession(world.center, maija), staff: maija.staff };
	await roles(tero);
	const page = await desk.signedIn(browser.open, world, maija, "quarantine");
	await quarantine(page, late, aino, mikko);
	await orphaned(page, aino, mikko);
	await duplicates(page);
	await conflicts(page);
	await figures(page);
	await reference(page);
	await page.context().close();
	await looks(pekka);
} catch (error) {
	count.expect("it comes to its end", false, error.stack);
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("the daemons end well", codes.every((code) => code === 0), codes.join());
}
count.finish("web_console_figures");
