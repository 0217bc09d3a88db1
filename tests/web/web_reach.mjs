#!/usr/bin/env node
// For everybody's hands: the keyboard alone from the address to a signed note, focus that comes
// back, paper, and the daemon's refusals in three languages.
import { address, until, World } from "./world.mjs";
import * as browser from "./browser.mjs";

const count = new browser.Count();
const world = new World();
const NOTE = "Asiakas otti itse puhelimen ja varasi ajan torstaille.";

async function well(what, page) {
	const found = await browser.findings(page);
	count.expect(`${what}: axe, console, origin, width`, found.length === 0, found.join("\n"));
}

// Presses Tab until what has the focus is called so.
async function tabTo(page, name, { back = false, most = 120 } = {}) {
	for (let i = 0; i < most; i++) {
		await page.keyboard.press(back ? "Shift+Tab" : "Tab");
		const called = await page.evaluate(() => {
			const at = document.activeElement;
			return at.getAttribute("aria-label") ?? at.labels?.[0]?.innerText ?? at.innerText ?? "";
		});
		if (name.test(called))
			return;
	}
	throw new Error(`no ${name} by Tab`);
}

async function byKeys(aino) {
	const page = await browser.open(await address(aino));
	await page.getByLabel("Hae").waitFor();
	await count.run("by keyboard alone: search, client, matter", async () => {
		await page.keyboard.press("/");
		await page.waitForFunction(() => document.activeElement.type === "search");
		await page.keyboard.type("Kuusilehto");
		await page.getByRole("link", { name: /Kuusilehto/ }).first().waitFor();
		await tabTo(page, /Kuusilehto/);
		await page.keyboard.press("Enter");
		await page.getByRole("heading", { name: "Tapio Ensio Kuusilehto" }).waitFor();
		await tabTo(page, /Talousasiat/);
		await page.keyboard.press("Enter");
		await page.getByRole("link", { name: "Asiakaskertomusmerkintä", exact: true }).waitFor();
	});
	await count.run("a note is written and signed", async () => {
		await tabTo(page, /^Asiakaskertomusmerkintä$/);
		await page.keyboard.press("Enter");
		await page.getByLabel("Merkintä").waitFor();
		await tabTo(page, /^Merkintä/);
		await page.keyboard.type(NOTE);
		await page.locator("[data-keeping=kept]").waitFor();
		await tabTo(page, /^Allekirjoita/);
		await page.keyboard.press("Enter");
		await page.getByRole("definition").filter({ hasText: NOTE }).waitFor();
		await page.getByRole("button", { name: "Korjaa tai täydennä" }).waitFor();
	});
	await count.run("focus goes into a dialog and back to where it was", async () => {
		for (const name of [/^Korjaa tai täydennä/, /^Valikko/]) {
			await page.locator("main h1").focus();
			await tabTo(page, name);
			await page.keyboard.press("Enter");
			await page.getByRole("dialog").waitFor();
			await until("the focus in the dialog", () => page.evaluate(() => document.querySelector("dialog").contains(document.activeElement)));
			await page.keyboard.press("Escape");
			await page.getByRole("dialog").waitFor({ state: "detached" });
			await until("the focus on what was pressed", async () => name.test(await page.evaluate(() => document.activeElement.innerText)));
		}
	});
	await well("the signed note", page);
	await count.run("and printed", async () => {
		const pdf = await page.pdf({ format: "A4" });
		if (pdf.subarray(0, 5).toString() !== "%PDF-" || pdf.length < 3000)
			throw new Error(`${pdf.length} bytes`);
		await page.emulateMedia({ media: "print" });
		if (await page.getByRole("button", { name: "Valikko" }).isVisible() || !await page.getByRole("definition").filter({ hasText: NOTE }).isVisible())
			throw new Error("the menu on paper, or the note not");
		await page.emulateMedia({ media: null });
	});
	await page.context().close();
}

// What the daemon says in English is read in the language chosen, and changes with it.
async function refusals(aino) {
	const page = await browser.open(await address(aino), { language: "sv" });
	await page.locator("input[type=search]").waitFor();
	await page.goto(`${new URL(page.url()).origin}/#/case/${"ab".repeat(16)}`);
	await count.run("a refusal is told in Swedish, Finnish and English", async () => {
		await page.getByText("Ingenting här har en id som börjar så").waitFor();
		for (const [button, language, text] of [["Meny", "Suomi", "Tällä tunnuksella ei ole täällä mitään"], ["Valikko", "English", "Nothing here has an id that begins so"]]) {
			await page.getByRole("button", { name: button }).click();
			await page.getByRole("button", { name: language }).click();
			await page.keyboard.press("Escape");
			await page.getByText(text).waitFor();
		}
	});
	await page.context().close();
}

try {
	await world.central();
	const aino = await world.worker("Aino Laine");
	const client = await aino.run("client", "add", "Kuusilehto", "Tapio Ensio", "municipality=Takkuvaara", "contact_language=FI");
	await aino.run("case", "open", client.id, "Talousasiat");
	await browser.begin();
	await byKeys(aino);
	await refusals(aino);
} catch (error) {
	count.expect("it comes to its end", false, error.stack);
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("the daemons end well", codes.every((code) => code === 0), codes.join());
	count.finish("web_reach");
}
