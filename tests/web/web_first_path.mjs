#!/usr/bin/env node
// The first path through the field client: from the address to a signed note, with
// the browser and the daemon taken away in mid-typing.
import { address, until, World } from "./world.mjs";
import * as browser from "./browser.mjs";

const count = new browser.Count();
const world = new World();
const NOTE = "Vuokrarästi on kahden kuukauden ajalta, häätöuhkaa ei vielä ole.";

async function well(what, page) {
	const found = await browser.findings(page);
	count.expect(`${what}: axe, console, origin, width`, found.length === 0, found.join("\n"));
}

try {
	await world.central();
	const aino = await world.worker("Aino Laine");
	await browser.begin();
	const page = await browser.open(await address(aino), { view: "phone" });
	await count.run("home comes with the search first", async () => {
		await page.getByRole("heading", { name: "Tänään" }).waitFor();
		await page.getByLabel("Hae").waitFor();
	});
	await count.run("the token has gone from the address", async () => {
		if (page.url().includes("t="))
			throw new Error(page.url());
	});
	await well("home", page);
	await count.run("a client is written", async () => {
		await page.getByRole("link", { name: "Uusi asiakas" }).click();
		await page.getByLabel("Sukunimi").fill("von Öhman");
		await page.getByLabel("Etunimet").fill("Åsa-Märta");
		await page.getByLabel("Kotikunta").fill("Takkuvaara");
		await browser.choose(page, "Asiointikieli", "Suomi");
		await browser.choose(page, "Turvakielto", "Ei");
	});
	await well("the form of a client", page);
	await count.run("and saved, and stands in the book", async () => {
		await page.getByRole("button", { name: "Tallenna" }).click();
		await page.getByRole("heading", { name: "Åsa-Märta von Öhman" }).waitFor();
		const { records } = await aino.run("client", "list");
		if (records.length !== 1)
			throw new Error(JSON.stringify(records));
	});
	await well("the client's case", page);
	const client = (await aino.run("client", "list")).records[0];
	const matter = await aino.run("case", "open", client.id, "Talousasiat"), begun = Date.now();
	await count.run("what the command line writes is in the browser within a second", async () => {
		await page.getByRole("link", { name: /Talousasiat/ }).waitFor();
		const ms = Date.now() - begun;
		console.log(`it was in the browser after ${ms} ms`);
		if (ms > 1000 && !browser.busy())
			throw new Error(`${ms} ms`);
		await page.getByRole("link", { name: /Talousasiat/ }).click();
		await page.getByText("Kirjaa").first().waitFor();
	});
	await count.run("a note is kept as it is typed", async () => {
		await browser.record(page, "Asiakaskertomusmerkintä");
		await page.getByLabel("Merkintä").pressSequentially(NOTE, { delay: 5 });
		await page.locator("[data-keeping=kept]").waitFor().catch(async (error) => { throw new Error(`${error.message}\n${await page.locator("form").innerText()}`); });
		const { drafts } = await aino.run("drafts");
		if (drafts.length !== 1 || drafts[0].fields.text !== NOTE)
			throw new Error(JSON.stringify(drafts));
	});
	await count.run("kill -9 of the daemon in mid-typing loses two seconds of text at most", async () => {
		page.expected.push(/Failed to load resource/, /ERR_/);
		const box = page.getByLabel("Merkintä");
		const begun = Date.now(), keys = [];
		for (const letter of " Sovimme uuden ajan torstaille kello kymmenen ja kirjoitin sen lapulle.") {
			await box.press(letter === " " ? "Space" : letter);
			keys.push({ at: Date.now() - begun, text: keys.length === 0 ? NOTE + letter : keys.at(-1).text + letter });
		}
		await aino.kill();
		const killed = Date.now() - begun;
		await aino.start();
		const { drafts } = await aino.run("drafts");
		const kept = keys.findIndex((key) => key.text.trim() === drafts[0].fields.text.trim());
		const lost = killed - (keys[kept + 1]?.at ?? killed);
		console.log(`text of the last ${lost} ms was lost`);
		if (lost > 2000)
			throw new Error(`${lost} ms: ${JSON.stringify(drafts)}`);
	});
	await page.context().close();
	const again = await browser.open(await address(aino), { view: "phone" });
	await count.run("the draft goes on where it was left, and is signed", async () => {
		await again.getByRole("link", { name: /Luonnoksia allekirjoittamatta/ }).click();
		await again.getByRole("link", { name: /Asiakaskertomusmerkintä/ }).click();
		const text = await again.getByLabel("Merkintä").inputValue();
		if (!text.startsWith(NOTE))
			throw new Error(text);
		await again.getByRole("button", { name: "Allekirjoita" }).click();
		await again.getByRole("button", { name: "Korjaa tai täydennä" }).waitFor();
	});
	await well("the signed note", again);
	await count.run("the chip says that all is sent", async () => {
		await until("receipt", async () => (await again.locator("[data-sync]").getAttribute("data-sync")) === "all_sent");
	});
	await count.run("the keyboard locks it and nothing is left on the screen", async () => {
		await again.keyboard.press("Control+Alt+l");
		await again.getByText("Lukittu").waitFor();
		if ((await again.content()).includes("Öhman") || (await again.content()).includes("Vuokrarästi"))
			throw new Error("text on a locked screen");
	});
	await well("the lock", again);
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("the daemons end well", codes.every((code) => code === 0), codes.join());
	count.finish("web_first_path");
}
