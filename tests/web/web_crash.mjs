#!/usr/bin/env node
// What is typed outlives what ends in mid-typing: the browser, the daemon, both at once, all by
// kill -9. At most two seconds of text are lost; prints how much it was. A draft, a change of a
// record, the reason of a step, the edit of a conflict, the answers a session begins with. What
// is kept goes with its form, two windows do not take each other's, and no file says it in clear.
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { address, until, World } from "./world.mjs";
import * as browser from "./browser.mjs";

const LOST_MS = 2000;
const count = new browser.Count();
const world = new World();
const TEXT = "Asiakas kertoi, että vuokrarästiä on kahdelta kuukaudelta. Sovimme, että soitan vuokranantajalle huomenna ja tulen torstaina uudestaan. ";

function must(holds, detail) {
	if (!holds)
		throw new Error(typeof detail === "string" ? detail : JSON.stringify(detail));
}

// Types for some seconds, then has `end` done; gives what was typed and when.
async function typeUntil(box, end) {
	const begun = Date.now(), keys = [];
	await box.fill("");
	let typed = "";
	for (const letter of TEXT.repeat(3)) {
		typed += letter;
		await box.pressSequentially(letter);
		keys.push({ at: Date.now() - begun, text: typed });
		if (Date.now() - begun > 2500)
			break;
	}
	await end();
	return { keys, ended: Date.now() - begun };
}

// How old the oldest letter is that was typed and was not kept.
function lostOf({ keys, ended }, kept) {
	const last = keys.findIndex((key) => key.text.trim() === kept.trim());
	return last === keys.length - 1 ? 0 : last < 0 ? Infinity : ended - keys[last + 1].at;
}

async function enter(aino, companion = false) {
	const page = await browser.open(await address(aino, companion), { view: companion ? "companion" : "phone" });
	page.expected.push(/Failed to load resource/, /ERR_/);
	if (!companion)
		await page.getByLabel("Hae").waitFor();
	return page;
}

const at = (page, path) => page.evaluate((hash) => { location.hash = hash; }, path);

// `open` leads to the box one types in; `again` to where it goes on.
async function lose(aino, what, { open, again, companion }, name, end, after) {
	const page = await enter(aino, companion);
	const typed = await typeUntil(await open(page), end);
	await after();
	const next = await enter(aino, companion);
	await count.run(`${what}, ${name} in mid-typing: it goes on where it was, at most two seconds are lost`, async () => {
		const box = await again(next);
		const text = await until("what was kept", () => box.inputValue());
		const lost = lostOf(typed, text);
		console.log(`${what}, ${name}: the last ${lost} ms of text were lost of ${typed.keys.at(-1).text.length} letters`);
		must(lost <= LOST_MS, { text, typed: typed.keys.at(-1) });
	});
	return next;
}

async function loseAll(aino, what, form, tidy) {
	const ends = [
		["the browser killed", () => browser.kill(), () => browser.begin()],
		["the daemon killed", () => aino.kill(), () => aino.start()],
		["both killed", () => Promise.all([browser.kill(), aino.kill()]), () => Promise.all([browser.begin(), aino.start()])],
	];
	for (const [name, end, after] of ends) {
		const page = await lose(aino, what, form, name, end, after);
		await tidy(page, name);
		await page.context().close();
	}
}

const kept = async (aino) => (await aino.run("status")).unfinished;

try {
	const center = await world.central();
	const aino = await world.worker("Aino Laine");
	const mikko = await world.worker("Mikko Saari");
	const client = await aino.run("client", "add", "Kuusilehto", "Tapio Ensio", "birth_date=1980-05-05", "municipality=Takkuvaara", "contact_language=FI");
	const matter = await aino.run("case", "open", client.id, "Talousasiat");
	const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
	const visit = await aino.run("visit", "plan", matter.case_id, `${day}T14:30`, "topic=Postin läpikäynti");
	await aino.run("consent", "give", client.id, "SESSION,QUADRANT_HOUSING", "yhteinen tapaaminen", "understood_check=kertoi omin sanoin");
	const session = (await aino.run("session", "prepare", client.id, "Vuokrarästi", "--channel", "SKYPE")).id;
	await browser.begin();

	// ---- a draft ----
	await loseAll(aino, "a draft", {
		open: async (page) => { await at(page, `#/new/encounter_note?case=${matter.case_id}`); return page.getByLabel("Merkintä"); },
		again: async (page) => {
			await page.getByRole("link", { name: /Luonnoksia allekirjoittamatta/ }).click();
			await page.getByRole("link", { name: /Asiakaskertomusmerkintä/ }).click();
			return page.getByLabel("Merkintä");
		},
	}, async () => {
		for (const draft of (await aino.run("drafts")).drafts)
			await aino.run("drafts", "discard", draft.id);
	});

	// ---- a change of what is recorded ----
	const next = (page) => page.getByRole("textbox", { name: "Jatko" });
	await loseAll(aino, "a change", {
		open: async (page) => {
			await at(page, `#/record/${visit.id}`);
			await page.getByRole("button", { name: "Muuta", exact: true }).click();
			return next(page);
		},
		again: async (page) => { // told on the first screen, with a way to its place
			await page.getByRole("link", { name: "Kesken jääneitä tekstejä: 1" }).click();
			await page.getByRole("link", { name: /Käynti.*kesken/s }).click();
			await page.getByText(/Jatka tästä/).waitFor();
			return next(page);
		},
	}, async (page, name) => {
		const found = await browser.findings(page);
		count.expect(`${name}: a change that goes on is well`, found.length === 0, found.join("\n"));
		if (name !== "both killed") {
			await page.getByRole("button", { name: "Heitä pois" }).click();
			await until("it is thrown away", async () => await kept(aino) === 0);
			return;
		}
		await count.run("saved, the change is recorded and nothing of it is kept", async () => {
			const text = await next(page).inputValue();
			await page.getByRole("button", { name: "Tallenna" }).click();
			await until("nothing is kept", async () => await kept(aino) === 0);
			must((await aino.run("show", visit.id)).record.fields.next_step === text.trim() || (await aino.run("show", visit.id)).record.fields.next_step === text, "another text");
		});
	});

	// ---- the reason a step needs ----
	const reason = (page) => page.getByRole("dialog").getByLabel("Peruuntumisen syy");
	const ask = async (page) => {
		await at(page, `#/record/${visit.id}`);
		await page.getByRole("button", { name: /^Peruutettu/ }).click();
		return reason(page);
	};
	await loseAll(aino, "a step's reason", { open: ask, again: ask }, async (page, name) => {
		if (name !== "both killed") {
			await page.getByRole("button", { name: "Heitä pois" }).click();
			await until("it is thrown away", async () => await kept(aino) === 0);
			return;
		}
		await count.run("closed, the dialog has it again, and its button says so", async () => {
			const text = await reason(page).inputValue();
			await page.getByRole("button", { name: "Sulje" }).click();
			await page.reload();
			await page.getByRole("button", { name: /· kesken/ }).click();
			await until("the text", async () => await reason(page).inputValue() === text);
			const found = await browser.findings(page);
			must(found.length === 0, found.join("\n"));
		});
	});

	// ---- the same in two windows ----
	await count.run("two windows: neither takes the other's text away unasked", async () => {
		const one = await enter(aino), two = await enter(aino);
		await (await ask(one)).waitFor();
		await (await ask(two)).waitFor();
		await one.getByText(/Jatka tästä/).waitFor();
		await two.getByText(/Jatka tästä/).waitFor();
		await reason(one).fill("Ensimmäinen ikkuna");
		await one.locator("[data-keeping=kept]").waitFor();
		await reason(two).fill("Toinen ikkuna");
		await two.getByText(/toisessa ikkunassa/).waitFor();
		must(await reason(two).inputValue() === "Toinen ikkuna", "what was typed is gone");
		const found = await browser.findings(two);
		must(found.length === 0, found.join("\n"));
		await two.getByRole("button", { name: "Ota toisen ikkunan teksti" }).click();
		await until("the other's text", async () => await reason(two).inputValue() === "Ensimmäinen ikkuna");
		await reason(two).fill("Toinen jatkaa");
		await two.locator("[data-keeping=kept]").waitFor();
		await reason(one).fill("Ensimmäinen jatkaa");
		await one.getByRole("button", { name: "Pidä tämä" }).click();
		await one.locator("[data-keeping=kept]").waitFor();
		await one.getByRole("button", { name: "Vahvista" }).click();
		await until("nothing is kept", async () => await kept(aino) === 0);
		must((await aino.run("show", visit.id)).record.fields.cancel_reason === "Ensimmäinen jatkaa", "another reason");
		await one.context().close();
		await two.context().close();
	});

	// ---- the edit of a conflict ----
	const other = await aino.run("visit", "plan", matter.case_id, `${day}T16:30`, "topic=Hakemus");
	for (const each of [client.case_id, matter.case_id])
		await center.run("admin", "assign", each, mikko.staff, "CO_WORKER");
	await until("the visit at Mikko's", async () => (await mikko.run("list", "visit")).records.length === 2);
	await aino.run("sync", "--offline");
	await mikko.run("sync", "--offline");
	await aino.run("change", other.id, "next_step=Ainon askel");
	await mikko.run("change", other.id, "next_step=Mikon askel");
	await aino.run("sync", "--online");
	await mikko.run("sync", "--online");
	await until("the conflict", async () => (await aino.run("status")).conflicts === 1);
	const clash = (page) => page.locator("[data-conflict=next_step]");
	await loseAll(aino, "a conflict's edit", {
		open: async (page) => {
			await at(page, "#/conflicts");
			await clash(page).getByRole("button", { name: "Kirjoita uudestaan" }).click();
			return next(page);
		},
		again: async (page) => { await at(page, "#/conflicts"); return next(page); },
	}, async (page, name) => {
		if (name === "both killed") {
			await clash(page).getByRole("button", { name: "Kirjaa tämä" }).click();
			await until("it is decided", async () => (await aino.run("status")).conflicts === 0);
		} else {
			await page.getByRole("button", { name: "Heitä pois" }).click();
		}
		await until("nothing is kept", async () => await kept(aino) === 0);
	});

	// ---- a session's new point ----
	const title = (page) => page.getByLabel("Mistä puhutaan");
	await loseAll(aino, "a new point of a session", {
		companion: true,
		open: async (page) => {
			await at(page, `#/${session}`);
			await page.getByText("Uusi kohta", { exact: true }).click();
			return title(page);
		},
		again: async (page) => { // open by itself, for something is in it
			await at(page, `#/${session}`);
			await title(page).waitFor();
			return title(page);
		},
	}, async (page) => {
		await page.getByRole("button", { name: "Heitä pois" }).click();
		await until("nothing is kept", async () => await kept(aino) === 0);
	});

	// ---- on the disk ----
	const last = await enter(aino);
	const secret = "Kettusalonpään salaisuus";
	await at(last, `#/record/${other.id}`);
	await last.getByRole("button", { name: "Muuta", exact: true }).click();
	await next(last).fill(secret);
	await last.locator("[data-keeping=kept]").waitFor();
	await count.run("no file of the store says in clear what is kept", async () => {
		const needles = join(world.base, "needles.txt");
		writeFileSync(needles, `${secret}\n`);
		const scan = (folder) => new Promise((resolve) => execFile("python3", [new URL("../e2e/bytescan.py", import.meta.url).pathname, needles, folder], (error, out) => resolve([error?.code ?? 0, out])));
		const [code, out] = await scan(aino.folder);
		must(code === 0 && /[1-9]\d* files/.test(out), out);
		writeFileSync(join(mikko.folder, "clear"), readFileSync(needles)); // the scan can fail
		must((await scan(mikko.folder))[0] === 1, "the scan finds nothing anywhere");
	});
	count.expect("it is on no other machine", (await center.run("admin", "audit")).ok && await kept(mikko) === 0);
	await count.run("gone with its case: handed over, what was kept about it is kept no more", async () => {
		await center.run("admin", "unassign", matter.case_id, aino.staff);
		await until("the case has gone", async () => (await aino.run("list", "visit")).records.length === 0);
		await until("and the text with it", async () => await kept(aino) === 0);
	});
} catch (error) {
	count.expect("it comes to its end", false, error.stack);
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("the daemons end well", codes.every((code) => code === 0), codes.join());
	count.finish("web_crash");
}
