#!/usr/bin/env node
// What is typed outlives what ends in mid-typing: the browser, the daemon, both at once, all by
// kill -9. At most two seconds of text are lost; prints how much it was.
import { address, World } from "./world.mjs";
import * as browser from "./browser.mjs";

const LOST_MS = 2000;
const count = new browser.Count();
const world = new World();
const TEXT = "Asiakas kertoi, että vuokrarästiä on kahdelta kuukaudelta. Sovimme, että soitan vuokranantajalle huomenna ja tulen torstaina uudestaan. ";

// Types for some seconds, then has `end` done; gives what was typed and when.
async function typeUntil(page, end) {
	const box = page.getByLabel("Merkintä");
	await box.waitFor();
	const begun = Date.now(), keys = [];
	let typed = "";
	for (const letter of TEXT.repeat(3)) {
		typed += letter;
		await box.pressSequentially(letter);
		keys.push({ at: Date.now() - begun, text: typed });
		if (Date.now() - begun > 3000)
			break;
	}
	await end();
	return { keys, ended: Date.now() - begun };
}

// How old the oldest letter is that was typed and is not in the draft.
function lostOf({ keys, ended }, kept) {
	const last = keys.findIndex((key) => key.text.trim() === kept.trim());
	return last === keys.length - 1 ? 0 : ended - keys[last + 1].at;
}

async function lose(aino, matter, name, end, after) {
	const page = await browser.open(await address(aino), { view: "phone" });
	page.expected.push(/Failed to load resource/, /ERR_/);
	await page.getByLabel("Hae").waitFor();
	await page.goto(`${new URL(page.url()).origin}/#/new/encounter_note?case=${matter.case_id}`);
	const typed = await typeUntil(page, end);
	await after();
	const { drafts } = await aino.run("drafts");
	const lost = drafts.length === 1 ? lostOf(typed, drafts[0].fields.text) : Infinity;
	console.log(`${name}: the last ${lost} ms of text were lost of ${typed.keys.at(-1).text.length} letters`);
	count.expect(`${name} in mid-typing loses two seconds at most`, lost <= LOST_MS, { drafts, typed: typed.keys.at(-1) });
	const again = await browser.open(await address(aino), { view: "phone" });
	await count.run("and the draft goes on where it was", async () => {
		await again.getByRole("link", { name: /Luonnoksia allekirjoittamatta/ }).click();
		await again.getByRole("link", { name: /Asiakaskertomusmerkintä/ }).click();
		const text = await again.getByLabel("Merkintä").inputValue();
		if (text.trim() !== drafts[0].fields.text.trim())
			throw new Error(text);
	});
	await again.context().close();
	for (const draft of drafts)
		await aino.run("drafts", "discard", draft.id);
}

try {
	await world.central();
	const aino = await world.worker("Aino Laine");
	const client = await aino.run("client", "add", "Kuusilehto", "Tapio Ensio", "municipality=Takkuvaara", "contact_language=FI");
	const matter = await aino.run("case", "open", client.id, "Talousasiat");
	await browser.begin();
	await lose(aino, matter, "the browser killed", () => browser.kill(), () => browser.begin());
	await lose(aino, matter, "the daemon killed", () => aino.kill(), () => aino.start());
	await lose(aino, matter, "both killed", () => Promise.all([browser.kill(), aino.kill()]), () => Promise.all([browser.begin(), aino.start()]));
	count.expect("nothing else was lost", (await aino.run("case", "show", matter.case_id)).records.length >= 1);
} catch (error) {
	count.expect("it comes to its end", false, error.stack);
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("the daemons end well", codes.every((code) => code === 0), codes.join());
	count.finish("web_crash");
}
