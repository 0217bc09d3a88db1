#!/usr/bin/env node
// What guards a client's data, as a worker meets it: files of restricted access and the glass that
// opens them, protected addresses and originals shown for a reason with one entry of the log for each
// look, work that waits for a decision or is rejected, a suspended and a revoked laptop, a wrong clock.
import { address, until, World } from "./world.mjs";
import * as browser from "./browser.mjs";

const WHY = "Asiakas soitti hädissään, omatyöntekijä ei vastaa";
const SECRET = "Kertoi pelkäävänsä entistä puolisoaan.";
const STREET = "Salakuja 7";
const count = new browser.Count();
const world = new World();

async function well(what, page) {
	const found = await browser.findings(page);
	count.expect(`${what}: axe, console, origin, width`, found.length === 0, found.join("\n"));
}

async function go(page, path, heading) {
	await page.evaluate((hash) => { location.hash = hash; }, path);
	await page.getByRole("heading", { level: 1, name: heading }).waitFor();
}

const text = (page) => page.locator("body").innerText();

// The entries of the log that this daemon's worker left with a reason.
async function looks(daemon, client, reason) {
	return (await daemon.run("log", client)).entries.filter((one) => one.reason === reason);
}

// When the page says the same for as long as three answers of the daemon take, nothing more is asked.
async function settled(daemon) {
	let before = -1;
	for (let still = 0; still < 3;) {
		const { written } = await daemon.run("status");
		still = written === before ? still + 1 : 0;
		before = written;
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
}

try {
	const center = await world.central();
	const aino = await world.worker("Aino Laine");
	const mikko = await world.worker("Mikko Saari", "SOCIAL_INSTRUCTOR");
	const client = (await aino.run("client", "add", "Ojala", "Eino Matti", "municipality=Takkuvaara", "contact_language=FI", "phone=040 111 0000",
		`address.street=${STREET}`)).id;
	const home = (await aino.run("show", client)).record.case_id;
	const matter = (await aino.run("case", "open", client, "Sähkön katkaisu")).case_id;
	const file = (await aino.run("create", "sensitive_file", "--client", home, `client=${client}`, "title=Lähisuhdeväkivalta")).case_id;
	const secret = (await aino.run("create", "encounter_note", "--case", file, "--sign", `text=${SECRET}`, "sensitive=true")).id;
	const bill = (await aino.run("note", matter, "Puhuttu sähkölaskusta.")).id;
	await aino.run("correct", bill, "--kind", "RECTIFY", "--reason", "Väärä lasku", "--text", "Puhuttu vesilaskusta.");
	await aino.run("sync", "--wait");
	for (const one of [home, matter, file])
		await center.run("admin", "assign", one, mikko.staff, "VISIT");
	await until("the cases at Mikko's", async () => (await mikko.run("sync", "--wait"), (await mikko.run("show", bill)).record));
	await browser.begin();

	// ---- the address is protected by who learns of it ----
	const page = await browser.open(await address(aino));
	await count.run("an address is protected from the client's own page, and leaves the card", async () => {
		await go(page, `#/record/${client}`, "Asiakas");
		await page.getByText(STREET).waitFor();
		await page.getByRole("button", { name: "Suojaa osoite" }).click();
		await well("the question whether to protect", page);
		await page.getByRole("button", { name: "Suojaa osoite", exact: true }).click();
		await page.getByText(STREET).waitFor({ state: "detached" });
		await page.getByRole("button", { name: "Suojaa osoite" }).waitFor({ state: "detached" });
	});
	await count.run("it is found from the client, masked, and asked for with a reason", async () => {
		await go(page, `#/case/${home}`, "Eino Matti Ojala");
		await page.getByRole("link", { name: "Turvakiellon alaiset yhteystiedot" }).click();
		await page.getByText("Nämä näytetään vain syyllä", { exact: false }).waitFor();
		if ((await text(page)).includes(STREET))
			throw new Error("the protected address is in sight");
		await well("what is masked", page);
		await page.getByRole("button", { name: "Näytä tiedot" }).click();
		await page.getByRole("dialog").getByRole("button", { name: "Näytä" }).click();
		await page.getByRole("dialog").getByText("Kirjoita syy").waitFor();
		await page.getByLabel("Miksi tarvitset tietoa?").fill("Käynti huomenna, tarvitsen ajo-ohjeen");
		await well("the question why", page);
		await page.getByRole("dialog").getByRole("button", { name: "Näytä" }).click();
		await page.getByText(STREET).waitFor();
		await well("what is protected, shown", page);
	});
	await count.run("one look is one entry of the log, also when something changes meanwhile", async () => {
		await aino.run("note", matter, "Muutos muualla.");
		await settled(aino);
		await page.getByText(STREET).waitFor();
		const seen = await looks(aino, client, "Käynti huomenna, tarvitsen ajo-ohjeen");
		if (seen.length !== 1)
			throw new Error(`${seen.length} entries`);
	});
	await count.run("who leaves the page and comes back is asked again", async () => {
		const there = await page.evaluate(() => location.hash);
		await go(page, "#/", "Tänään");
		await page.evaluate((hash) => { location.hash = hash; }, there);
		await page.getByRole("button", { name: "Näytä tiedot" }).waitFor();
		if ((await text(page)).includes(STREET))
			throw new Error("it is still in sight");
	});
	await count.run("what was signed before its correction is shown for a reason, and logged once", async () => {
		await go(page, `#/record/${bill}`, "Asiakaskertomusmerkintä");
		await page.getByText("Kirjaus on korjattu", { exact: false }).waitFor();
		if ((await text(page)).includes("sähkölaskusta"))
			throw new Error("the original is in sight");
		await page.getByRole("button", { name: "Alkuperäinen" }).click();
		await page.getByLabel("Miksi tarvitset tietoa?").fill("Asiakas kysyi, mitä oli kirjattu");
		await page.getByRole("dialog").getByRole("button", { name: "Näytä" }).click();
		await page.getByText("Puhuttu sähkölaskusta.").waitFor();
		await settled(aino);
		const seen = await looks(aino, client, "Asiakas kysyi, mitä oli kirjattu");
		if (seen.length !== 1)
			throw new Error(`${seen.length} entries`);
		await well("the original", page);
	});
	await count.run("the own worker finds the restricted file from the client", async () => {
		await go(page, `#/case/${home}`, "Eino Matti Ojala");
		await page.getByRole("link", { name: "Rajatun pääsyn asiakirjat" }).first().click();
		await page.getByText("Lähisuhdeväkivalta").waitFor();
		await page.getByText(SECRET).waitFor();
		await well("the restricted file", page);
	});

	// ---- the glass ----
	const phone = await browser.open(await address(mikko), { view: "phone", dark: true });
	await count.run("what is not for the role is said to be left out, and nothing of it is told", async () => {
		await go(phone, `#/case/${home}`, "Eino Matti Ojala");
		await phone.getByText("Jätetty pois: arkaluonteiseksi merkitty", { exact: false }).waitFor();
		await go(phone, `#/record/${secret}`, "Kirjaus");
		await phone.getByRole("button", { name: "Avaa hätäsyyllä" }).waitFor();
		if (/pelkäävänsä|Lähisuhde/.test(await text(phone)))
			throw new Error(await text(phone));
		await well("what is not for the role", phone);
	});
	await count.run("a reason of one word is refused beside the field, in the worker's language", async () => {
		await phone.getByRole("button", { name: "Avaa hätäsyyllä" }).click();
		await phone.getByLabel("Miksi tarvitset tietoa?").fill("hätä");
		await phone.getByRole("button", { name: "Avaa ja kirjaa syy" }).click();
		await phone.locator(".field .error").getByText("Kerro muutamalla sanalla miksi", { exact: false }).waitFor();
		if (await phone.getByLabel("Miksi tarvitset tietoa?").inputValue() !== "hätä")
			throw new Error("what was typed is gone");
		await well("a reason that is too short", phone);
	});
	await count.run("with a reason it opens for today, and the log has it once", async () => {
		await phone.getByLabel("Miksi tarvitset tietoa?").fill(WHY);
		await phone.getByRole("button", { name: "Avaa ja kirjaa syy" }).click();
		await phone.getByText(SECRET, { exact: true }).waitFor();
		await phone.getByText("Avattu tämän päivän ajaksi").waitFor();
		await settled(mikko);
		const seen = await looks(mikko, client, WHY);
		if (seen.length !== 1 || seen[0].act !== "BREAK_GLASS")
			throw new Error(JSON.stringify(seen));
		await well("the glass is broken", phone);
	});
	await count.run("the administrator is shown it: who, whose, why", async () => {
		await mikko.run("sync", "--wait");
		await until("the count at the centre", async () => (await center.run("status")).glass_unseen === 1);
		const { entries } = await center.run("admin", "access", "--break-glass");
		if (entries.length !== 1 || entries[0].reason !== WHY || entries[0].name !== "Mikko Saari")
			throw new Error(JSON.stringify(entries));
	});

	// ---- suspended: its work waits, and the worker is told ----
	const rows = (it) => it.locator("[aria-labelledby=held] li");
	await count.run("a suspended laptop says so; the work goes on and waits", async () => {
		await center.run("admin", "suspend", mikko.node);
		await phone.locator("[data-sync=suspended]").waitFor({ timeout: 30_000 });
		await mikko.run("note", matter, "Kirjattu keskeytetyllä koneella.");
		await phone.getByRole("link", { name: /Lähetykset:/ }).click();
		await phone.getByText("Voit jatkaa kirjaamista", { exact: false }).waitFor();
		await rows(phone).filter({ hasText: "Asiakaskertomusmerkintä" }).getByText("Odottaa päätöstä: kone oli keskeytetty tai poistettu käytöstä").waitFor({ timeout: 30_000 });
		await well("the queue of a suspended laptop", phone);
	});
	await count.run("why it waits is said in three languages", async () => {
		for (const [name, words, said] of [["Svenska", "Meny", "Väntar på beslut: datorn var spärrad"], ["English", "Menu", "Waiting for a decision: the machine was suspended"], ["Suomi", "Valikko", "Odottaa päätöstä: kone oli"]]) {
			await phone.getByRole("banner").getByRole("button").click();
			await phone.getByRole("button", { name, exact: true }).click();
			await phone.keyboard.press("Escape");
			await phone.getByRole("button", { name: words, exact: true }).waitFor();
			await rows(phone).getByText(said, { exact: false }).first().waitFor();
			await well(`waiting for a decision, ${name}`, phone);
		}
	});
	await count.run("rejected, the row says so and its text can still be read", async () => {
		const { quarantine } = await center.run("admin", "quarantine");
		const note = quarantine.find((one) => one.type === "encounter_note");
		await center.run("admin", "reject", note.item);
		await center.run("admin", "resume", mikko.node);
		const row = rows(phone).filter({ hasText: "Hylätty" });
		await row.waitFor({ timeout: 30_000 });
		await phone.locator("[data-sync=suspended]").waitFor({ state: "detached" });
		await row.getByText("Kirjattu keskeytetyllä koneella.").waitFor();
		await well("a rejected entry", phone);
	});

	// ---- revoked while a form is open ----
	await count.run("revoked while she types: nothing of the client is left in sight, in any window", async () => {
		const other = await phone.context().newPage();
		browser.watch(other, new URL(phone.url()).origin);
		await other.goto(phone.url().replace(/#.*/, `#/case/${home}`));
		await other.getByRole("heading", { level: 1, name: "Eino Matti Ojala" }).waitFor();
		await phone.evaluate((hash) => { location.hash = hash; }, `#/new/encounter_note?case=${matter}&client=${client}`);
		await phone.getByLabel("Merkintä", { exact: false }).first().fill("Sovittiin, että soitan huomenna.");
		await phone.locator("[data-keeping=kept]").waitFor();
		await center.run("admin", "revoke", mikko.node, "--yes");
		for (const it of [phone, other]) {
			await it.getByRole("heading", { name: "Tämä kone on poistettu käytöstä" }).waitFor({ timeout: 30_000 });
			await it.getByText("Soita pääkäyttäjälle", { exact: false }).waitFor();
			await it.getByText("Asiakastiedot on hävitetty tältä koneelta", { exact: false }).waitFor({ timeout: 30_000 });
			await it.getByRole("link", { name: "112" }).waitFor();
			if (/Ojala|soitan huomenna|Sähkön/.test(await it.content()))
				throw new Error(await it.content());
			await well("a revoked laptop", it);
		}
		await phone.getByText("työ jatkuu", { exact: false }).waitFor();
	});

	// ---- the clock ----
	await count.run("a clock that is wrong is told calmly on the first screen, with the right time and what to do", async () => {
		await page.goto("about:blank");
		await aino.shift(47);
		await until("the clock compared", async () => (await aino.run("status")).clock === "DRIFTING");
		const late = await browser.open(await address(aino), { language: "sv", dark: true });
		await late.getByText("Datorns klocka går fel. Rätt tid är ", { exact: false }).waitFor();
		await late.locator("[data-sync=all_sent]").waitFor();
		await well("a clock that is ahead", late);
		await go(late, "#/sync", "Sändningar");
		await late.getByText("Ställ den i datorns inställningar", { exact: false }).waitFor();
		await well("a clock that is ahead, in the queue", late);
	});
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("every daemon ends well", codes.every((code) => code === 0), codes.join());
	count.finish("web_guards");
}
