#!/usr/bin/env node
// Out of contact too long: the page says what to do and shows nothing of anybody, in three languages;
// with the first contact it goes on by itself. With few days left the first page says so.
import { address, until, World } from "./world.mjs";
import * as browser from "./browser.mjs";

const DAY_MIN = 24 * 60;
const count = new browser.Count();
const world = new World();

async function well(what, page) {
	const found = await browser.findings(page);
	count.expect(`${what}: axe, console, origin, width`, found.length === 0, found.join("\n"));
}

try {
	const center = await world.central();
	const aino = await world.worker("Aino Laine");
	const client = (await aino.run("client", "add", "Ojala", "Eino Matti", "municipality=Takkuvaara", "contact_language=FI")).id;
	await aino.run("case", "open", client, "Sähkön katkaisu");
	await aino.run("sync", "--wait");
	await center.stop();
	await browser.begin();

	await count.run("with 5 days left the first page says how many", async () => {
		await aino.shift(25.5 * DAY_MIN);
		await aino.run("note", (await aino.run("list", "case")).records[0].case_id, "Ilman verkkoa.");
		const page = await browser.open(await address(aino), { view: "phone" });
		await page.getByText("Ota yhteys verkkoon 5 päivän sisällä", { exact: false }).first().waitFor();
		await well("few days left", page);
		await page.close();
	});
	await count.run("after 31 days it asks for contact, and nothing of the client is in the page", async () => {
		await aino.shift(31 * DAY_MIN);
		for (const [language, words] of [["fi", "Ota yhteys verkkoon"], ["sv", "Anslut till nätet"], ["en", "Connect to the network"]]) {
			const page = await browser.open(await address(aino), { view: language === "fi" ? "phone" : "laptop", dark: language === "sv", language });
			await page.getByRole("heading", { level: 1, name: words }).waitFor();
			const text = await page.locator("body").innerText();
			if (/Ojala|Sähkö|Aino/.test(await page.content()) || !/30/.test(text))
				throw new Error(text);
			await page.getByRole("link", { name: "112" }).waitFor();
			await well(`waiting, ${language}`, page);
			await page.close();
		}
	});
	await count.run("with the first contact the page goes on by itself", async () => {
		const page = await browser.open(await address(aino));
		await page.getByRole("heading", { level: 1, name: "Ota yhteys verkkoon" }).waitFor();
		await page.getByText("lähettämätöntä kirjausta on tallessa", { exact: false }).waitFor();
		await center.start();
		await page.getByRole("heading", { name: "Tänään" }).waitFor({ timeout: 60_000 });
		await until("what was unsent to go", async () => (await aino.run("status")).unreceipted === 0);
	});
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("every daemon ends well", codes.every((code) => code === 0), codes.join());
	count.finish("web_lease");
}
