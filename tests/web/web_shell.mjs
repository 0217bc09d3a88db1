#!/usr/bin/env node
// What stands around the work: the vault made and the device enrolled in the browser, the lock, the
// menu, help, emergency numbers, search by keyboard, the chip over a cut network, the queue with sizes,
// and a conflict of two workers settled and settled again.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { address, until, World } from "./world.mjs";
import * as browser from "./browser.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const PASS = "kuusi sanaa tyynellä järvellä";
const NOTE = "Kynttilä ja taskulamppu viety; sähköt palaavat torstaina.";
const SLOW_MS = 40_000; // Argon2id on a loaded machine
const count = new browser.Count();
const world = new World();

async function well(what, page) {
	const found = await browser.findings(page);
	count.expect(`${what}: axe, console, origin, width`, found.length === 0, found.join("\n"));
}

function chip(page, word) {
	return page.locator(`[data-sync=${word}]`).waitFor();
}

async function to(page, path) {
	await page.evaluate((hash) => { location.hash = hash; }, path);
	await page.getByRole("heading", { level: 1 }).waitFor();
	await browser.shown(page);
}

async function theMenu(page) {
	await page.getByRole("button", { name: "Valikko" }).click();
	const links = await page.getByRole("dialog").getByRole("link").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
	await page.keyboard.press("Escape");
	return links;
}

try {
	const center = await world.central();
	for (const table of ["municipality", "service_point", "outreach_post", "partner"])
		await center.run("admin", "import", table, join(ROOT, `scripts/reference/${table}.csv`));
	const mikko = await world.worker("Mikko Saari", "SOCIAL_INSTRUCTOR");
	const aino = await world.field("aino", { passphrase: true });
	aino.staff = (await center.run("admin", "staff", "add", "Aino Laine", "LICENSED_SOCIAL_WORKER")).id;
	await browser.begin();
	const page = await browser.open(await address(aino), { view: "phone" });

	// ---- the door ----
	await count.run("a vault is made in the browser; a short passphrase is said to be short", async () => {
		await page.getByLabel("Uusi tunnuslause").fill("lyhyt");
		await page.getByRole("button", { name: "Tee holvi" }).click();
		await page.getByText("vähintään 8 merkkiä", { exact: false }).last().waitFor();
		await well("the making of the vault", page);
		await page.getByLabel("Uusi tunnuslause").fill(PASS);
		await page.getByRole("button", { name: "Tee holvi" }).click();
		await page.getByLabel("Liittymiskoodi").waitFor({ timeout: SLOW_MS });
	});
	await count.run("a bad code is refused in words; the right one shows the words to compare", async () => {
		await page.getByLabel("Liittymiskoodi").fill("JALKA:1:EI");
		await page.getByRole("button", { name: "Liity" }).click();
		await page.getByText("Koodi ei kelpaa", { exact: false }).waitFor();
		const { code } = await center.run("admin", "enrol", aino.staff);
		await page.getByLabel("Liittymiskoodi").fill(code);
		await page.getByRole("button", { name: "Liity" }).click();
		await page.getByRole("heading", { name: "Vertaa näitä sanoja" }).waitFor();
		const waiting = (await center.run("admin", "devices")).devices.find((one) => one.holder === aino.staff);
		await page.getByText(waiting.words, { exact: true }).waitFor();
		await well("the words to compare", page);
		await center.run("admin", "confirm", waiting.node);
		await page.getByRole("heading", { name: "Tänään" }).waitFor();
	});
	await count.run("the chip says that all is sent", () => chip(page, "all_sent"));
	await well("home", page);

	// ---- menu, emergency, help ----
	await count.run("every link of the menu leads to a screen of its own", async () => {
		const links = await theMenu(page);
		const seen = new Set();
		for (const link of links) {
			await to(page, link);
			await until(link, async () => !seen.has(await page.getByRole("heading", { level: 1 }).innerText()));
			seen.add(await page.getByRole("heading", { level: 1 }).innerText());
			const found = await browser.findings(page);
			if (found.length > 0)
				throw new Error(`${link}: ${found.join("\n")}`);
		}
		if (links.length < 9 || seen.has("Tänään"))
			throw new Error([...links, ...seen].join());
	});
	await count.run("emergency numbers are one touch away, 112 first, then the duties of this machine's book", async () => {
		await to(page, "#/help");
		await page.getByRole("banner").getByRole("link", { name: /112/ }).click();
		await page.getByRole("heading", { name: "Hätänumerot" }).waitFor();
		await page.getByRole("link", { name: /sosiaalipäivystys/i }).first().waitFor();
		const numbers = await page.locator("main a[href^='tel:']").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
		if (numbers[0] !== "tel:112" || numbers.length < 2)
			throw new Error(numbers.join());
	});
	await count.run("places of one municipality are found without a network", async () => {
		await to(page, "#/places");
		await page.getByLabel("Kunta", { exact: true }).selectOption("Takkuvaara");
		await page.getByText("Kelaan 96 km", { exact: false }).waitFor();
	});
	await count.run("feedback on accessibility becomes a record", async () => {
		await to(page, "#/accessibility");
		await page.getByText("Traficom", { exact: false }).first().waitFor();
		await page.getByLabel("Mikä oli vaikeaa?").fill("Painike oli liian lähellä reunaa.");
		await page.getByRole("button", { name: "Lähetä palaute" }).click();
		await until("the feedback", async () => (await aino.run("list", "feedback")).records.length === 1);
	});

	// ---- a client, and what the form does ----
	await count.run("a form that is not whole says what is missing, and goes to it; optional fields are folded", async () => {
		await to(page, "#/new/client");
		await page.getByLabel("Sukunimi").fill("Ojala");
		await page.getByRole("button", { name: "Tallenna" }).click();
		const stopped = page.getByRole("alert");
		await stopped.getByText("Tarkista nämä kohdat").waitFor();
		await stopped.getByRole("button", { name: "Kotikunta" }).click();
		if (!await page.getByLabel("Kotikunta").evaluate((box) => box === document.activeElement))
			throw new Error("the link does not lead to the field");
		if (await page.getByLabel("Tulkki").isVisible() || await page.getByLabel(/Kuolinpäivä/).count() > 0)
			throw new Error("what is seldom needed stands in the way");
		await well("a form that was refused", page);
		await page.getByLabel("Etunimet").fill("Eino Matti");
		await page.getByLabel("Kotikunta").fill("Takkuvaara");
		await page.getByLabel("Puhelin").fill("040 111 0000");
		await browser.choose(page, "Asiointikieli", "Suomi");
		await browser.choose(page, "Turvakielto", "Ei");
		await page.getByRole("button", { name: "Tallenna" }).click();
		await page.getByRole("heading", { name: "Eino Matti Ojala" }).waitFor();
	});
	const client = (await aino.run("client", "list")).records[0];
	const matter = await aino.run("case", "open", client.id, "Sähkön katkaisu");

	// ---- search by keyboard ----
	await count.run("search and open by the keyboard alone", async () => {
		await page.keyboard.press("h");
		await page.getByRole("heading", { name: "Tänään" }).waitFor();
		await page.keyboard.press("/");
		await until("the focus in the search", () => page.getByLabel("Hae").evaluate((box) => box === document.activeElement));
		await page.keyboard.type("ojala");
		const first = page.locator("[data-found] a").first();
		await first.waitFor();
		await page.keyboard.press("ArrowDown");
		if (!await first.evaluate((link) => link === document.activeElement))
			throw new Error("the arrow does not lead to the first result");
		await well("what was found", page);
		await page.keyboard.press("Enter");
		await page.getByRole("heading", { name: "Eino Matti Ojala" }).waitFor().catch(async (error) => {
			throw new Error(`${error.message}\n${page.url()} ${await page.evaluate(() => document.activeElement.outerHTML.slice(0, 300))}`);
		});
	});

	// ---- the lock ----
	await count.run("a lock in mid-typing keeps the text first and leaves nothing on the screen", async () => {
		await to(page, `#/new/encounter_note?case=${matter.case_id}&client=${client.id}`);
		await page.getByLabel("Merkintä").pressSequentially(NOTE);
		await page.keyboard.press("Control+Alt+l");
		await page.getByRole("heading", { name: "Lukittu" }).waitFor();
		const left = await page.content();
		if (left.includes("Kynttilä") || left.includes("Ojala"))
			throw new Error("text on a locked screen");
		await well("the lock", page);
	});
	await count.run("a wrong passphrase is said to be wrong, and counted", async () => {
		for (const tries of [1, 2]) {
			await page.getByLabel("Tunnuslause", { exact: true }).fill(`väärä ${tries}`);
			await page.getByRole("button", { name: "Avaa" }).click();
			await page.getByText(tries === 1 ? "Tunnuslause on väärä" : "(2 yritystä)", { exact: false }).waitFor({ timeout: SLOW_MS });
		}
	});
	await count.run("the passphrase, pasted, opens the same place with the draft taken up", async () => {
		await page.getByLabel("Tunnuslause", { exact: true }).focus();
		await page.keyboard.insertText(PASS);
		await page.keyboard.press("Enter");
		await page.getByLabel("Merkintä").waitFor({ timeout: SLOW_MS });
		await until("the text", async () => await page.getByLabel("Merkintä").inputValue() === NOTE);
	});
	await count.run("a lock by the daemon blanks the screen, and the draft stands in its case", async () => {
		await aino.run("lock");
		await page.getByRole("heading", { name: "Lukittu" }).waitFor();
		await page.getByLabel("Tunnuslause", { exact: true }).fill(PASS);
		await page.getByRole("button", { name: "Avaa" }).click();
		await page.getByLabel("Merkintä").waitFor({ timeout: SLOW_MS });
		await to(page, `#/case/${matter.case_id}`);
		await page.getByRole("list", { name: "Luonnokset" }).getByText(/Kynttilä/).waitFor();
		await well("a matter with a draft", page);
	});

	// ---- no network ----
	await count.run("without a network the work goes on: the chip counts, the queue tells sizes", async () => {
		await chip(page, "all_sent");
		await to(page, "#/sync");
		await page.getByRole("button", { name: "Työskentele ilman verkkoa" }).click();
		await page.locator("[data-sync=offline], [data-sync=waiting]").waitFor();
		await aino.run("change", client.id, "phone=040 222 0000");
		await chip(page, "waiting");
		await page.getByRole("button", { name: /Lähetä \d+ muutosta, [\d,.]+ k?B/ }).waitFor();
		await page.getByRole("link", { name: /Ojala.* k?B.*odottaa lähetystä/s }).waitFor();
		await well("the queue", page);
	});
	for (const one of [client.case_id, matter.case_id])
		await center.run("admin", "assign", one, mikko.staff, "CO_WORKER");
	await until("the client at Mikko's", async () => (await mikko.run("client", "list")).records.length === 1);
	await mikko.run("sync", "--offline");
	await mikko.run("change", client.id, "phone=050 333 0000");
	await count.run("back in the network all is sent, and the chip says when", async () => {
		await page.getByRole("button", { name: "Palaa verkkoon" }).click();
		await chip(page, "all_sent");
		await page.locator("[data-sync]").getByText(/Kaikki lähetetty klo \d+\.\d\d/).waitFor();
		await page.getByText("Mikään ei odota lähetystä").waitFor();
	});

	// ---- a conflict ----
	await mikko.run("sync", "--online");
	await count.run("a conflict shows both values with who, when and where; one is chosen", async () => {
		await to(page, "#/");
		await page.getByRole("link", { name: "Ristiriitoja ratkaistavana: 1" }).click();
		const clash = page.locator("[data-conflict=phone]");
		await clash.getByText("040 222 0000").waitFor();
		await clash.getByText("050 333 0000").waitFor();
		await clash.getByText(/Oma kirjaukseni.*tämä kone|oma kirjaukseni.*tämä kone/).waitFor();
		await clash.getByText(/Mikko Saari.*kone [0-9a-f]{4}/).waitFor();
		await well("a conflict", page);
		await clash.getByRole("listitem").filter({ hasText: "050 333 0000" }).getByRole("button", { name: "Valitse tämä" }).click();
		await page.getByRole("heading", { name: "Juuri ratkaistut" }).waitFor();
		await until("the choice", async () => (await mikko.run("status")).conflicts === 0 && (await aino.run("status")).conflicts === 0);
	});
	await count.run("and may be chosen again; the history tells who wrote what", async () => {
		await page.getByRole("button", { name: "Valitse sittenkin tämä" }).click();
		await until("the other value", async () => JSON.stringify((await mikko.run("show", client.id)).record.fields.phone) === '["040 222 0000"]');
		await well("a conflict that was decided", page);
		await to(page, `#/record/${client.id}`);
		await page.locator(".toasts").getByRole("button", { name: "Sulje" }).click();
		await page.getByRole("button", { name: "Historia" }).click();
		await page.getByRole("region", { name: "Historia" }).getByText("050 333 0000").first().waitFor();
		await well("a record with its history", page);
	});

	// ---- other views and languages ----
	const wide = await browser.open(await address(aino), { view: "laptop", dark: true, language: "sv" });
	await wide.getByRole("heading", { name: "I dag" }).waitFor();
	for (const path of ["#/", `#/case/${client.case_id}`, "#/sync", "#/emergency", "#/help", "#/accessibility", "#/places", "#/new/client", "#/new", "#/drafts"]) {
		await to(wide, path);
		await well(`Swedish, dark, laptop: ${path}`, wide);
	}
	await count.run("the language changes without a reload", async () => {
		await wide.getByRole("button", { name: "Meny" }).click();
		await wide.getByRole("dialog").getByRole("button", { name: "English" }).click();
		await wide.getByRole("dialog", { name: "Menu" }).waitFor();
		await wide.keyboard.press("Escape");
		await wide.keyboard.press("?");
		await wide.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
		await well("English: the shortcuts", wide);
	});
	await count.run("the daemon is gone: the page says so and goes on by itself", async () => {
		page.expected.push(/Failed to load resource/, /ERR_/);
		await chip(page, "all_sent");
		await aino.stop();
		await page.locator("[data-sync=gone]").waitFor();
	});
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("the daemons end well", codes.every((code) => code === 0), codes.join());
	count.finish("web_shell");
}
