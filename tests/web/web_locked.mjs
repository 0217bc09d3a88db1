#!/usr/bin/env node
// The lock: by the clock, by the keys, for two windows at once; what was being typed is kept first and
// stands where it stood; a wrong passphrase again and again; emergency numbers while it is locked.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { address, until, World } from "./world.mjs";
import * as browser from "./browser.mjs";

const PASS = "kuusi sanaa tyynellä järvellä";
const IDLE_S = 15;
const SLOW_MS = 40_000; // Argon2id on a loaded machine
const count = new browser.Count();
const world = new World();

async function well(what, page) {
	const found = await browser.findings(page);
	count.expect(`${what}: axe, console, origin, width`, found.length === 0, found.join("\n"));
}

async function unlock(page, words = { label: "Tunnuslause", button: "Avaa" }) {
	await page.getByLabel(words.label, { exact: true }).fill(PASS);
	await page.getByRole("button", { name: words.button, exact: true }).click();
	await page.getByRole("banner").waitFor({ timeout: SLOW_MS });
}

const typed = (page) => page.getByLabel("Merkintä", { exact: false }).first();

try {
	const center = await world.central();
	const aino = await world.field("aino", { passphrase: true });
	const staff = (await center.run("admin", "staff", "add", "Aino Laine", "LICENSED_SOCIAL_WORKER")).id;
	await browser.begin();
	const page = await browser.open(await address(aino), { view: "phone", dark: true });
	await page.getByLabel("Uusi tunnuslause").fill(PASS);
	await page.getByRole("button", { name: "Tee holvi" }).click();
	await page.getByLabel("Liittymiskoodi").waitFor({ timeout: SLOW_MS });
	const { node } = await aino.run("enrol", (await center.run("admin", "enrol", staff)).code);
	await until("the device", async () => (await center.run("admin", "devices")).devices.some((one) => one.node === node));
	await center.run("admin", "confirm", node);
	await page.getByRole("heading", { name: "Tänään" }).waitFor();
	const client = (await aino.run("client", "add", "Ojala", "Eino Matti", "municipality=Takkuvaara", "contact_language=FI")).id;
	const matter = (await aino.run("case", "open", client, "Sähkön katkaisu")).case_id;
	const form = `#/new/encounter_note?case=${matter}&client=${client}`;

	// ---- by the keys, in mid-typing ----
	await count.run("Ctrl+Alt+L in mid-typing: kept, locked, nothing of the client in sight, in no window", async () => {
		const other = await page.context().newPage();
		browser.watch(other, new URL(page.url()).origin);
		await other.goto(page.url().replace(/#.*/, `#/case/${matter}`));
		await other.getByRole("heading", { level: 1, name: /Ojala/ }).waitFor();
		await page.bringToFront();
		await page.evaluate((hash) => { location.hash = hash; }, form);
		await typed(page).fill("Sähköyhtiö lupasi");
		await typed(page).press("End");
		await page.keyboard.type(" odottaa viikon");
		await page.keyboard.press("Control+Alt+l");
		for (const it of [page, other]) {
			await it.getByRole("heading", { name: "Lukittu" }).waitFor();
			if (/Ojala|Sähkö/.test(await it.locator("body").innerText()))
				throw new Error(await it.locator("body").innerText());
			await well("locked", it);
		}
		await other.close();
	});
	await count.run("locked, 112 and the emergency social service can still be called", async () => {
		await page.getByRole("link", { name: "112" }).waitFor();
		const numbers = await page.locator("a[href^='tel:']").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
		if (!numbers.includes("tel:112"))
			throw new Error(numbers.join());
	});
	await count.run("a wrong passphrase is told in words, how many times, and what was typed does not stay", async () => {
		for (let n = 1; n <= 3; n++) {
			await page.getByLabel("Tunnuslause", { exact: true }).fill(`väärä ${n}`);
			await page.getByRole("button", { name: "Avaa", exact: true }).click();
			await page.getByText(n === 1 ? "Tunnuslause on väärä. Mitään ei ole kadonnut." : `(${n} yritystä)`, { exact: false }).waitFor({ timeout: SLOW_MS });
			await until("a box to type in", async () => await page.getByLabel("Tunnuslause", { exact: true }).evaluate((box) => box === document.activeElement));
		}
		await well("a wrong passphrase, three times", page);
	});
	await count.run("unlocked, the window is where it was, with what was typed", async () => {
		await unlock(page);
		await until("the text", async () => await typed(page).inputValue() === "Sähköyhtiö lupasi odottaa viikon");
		if (!/#\/(record|new)\//.test(page.url()))
			throw new Error(page.url());
	});
	await count.run("wrong attempts of somebody else are told to the worker at the next unlock, once", async () => {
		await page.keyboard.press("Control+Alt+l");
		await page.getByRole("heading", { name: "Lukittu" }).waitFor();
		const guess = join(world.base, "guess");
		writeFileSync(guess, "arvaus tämäkin\n");
		for (let n = 0; n < 2; n++)
			await aino.run("unlock", "--passphrase-file", guess).catch(() => undefined);
		await unlock(page);
		await page.getByText("Väärää tunnuslausetta yritettiin 2 kertaa", { exact: false }).waitFor();
		await well("told of wrong attempts", page);
		await page.getByRole("button", { name: "Sulje" }).click();
		await page.keyboard.press("Control+Alt+l");
		await unlock(page);
		await until("the text", async () => await typed(page).inputValue() === "Sähköyhtiö lupasi odottaa viikon");
		if (await page.getByText("Väärää tunnuslausetta yritettiin", { exact: false }).count() > 0)
			throw new Error("told again");
	});

	// ---- by the clock ----
	await count.run("by the clock: text is kept, both windows are blank, and it goes on where it was", async () => {
		await aino.stop();
		aino.args.push("--lock-after", String(IDLE_S));
		await aino.start();
		const late = await browser.open(await address(aino), { language: "sv" });
		const words = { label: "Lösenfras", button: "Öppna" };
		await unlock(late, words);
		await late.evaluate((hash) => { location.hash = hash; }, form);
		await late.getByLabel("Anteckning", { exact: false }).first().fill("Elbolaget väntar.");
		await late.locator("[data-keeping=kept]").waitFor();
		await late.getByRole("heading", { name: "Låst" }).waitFor({ timeout: 60_000 });
		if (/Ojala|Elbolaget/.test(await late.content()))
			throw new Error("text of the client is in the page");
		await well("locked by the clock", late);
		await unlock(late, words);
		await until("the text", async () => await late.getByLabel("Anteckning", { exact: false }).first().inputValue() === "Elbolaget väntar.");
		await well("unlocked where it was", late);
	});
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("every daemon ends well", codes.every((code) => code === 0), codes.join());
	count.finish("web_locked");
}
