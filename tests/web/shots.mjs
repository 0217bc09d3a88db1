#!/usr/bin/env node
// The pictures of the README, of a day of fictional people: node tests/web/shots.mjs [FOLDER].
// Real daemons and the real clients; each picture must keep the rules of every page, and stay small.
import { mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { address, consoleSession, until, World } from "./world.mjs";
import * as browser from "./browser.mjs";

const folder = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), "../../docs/screenshots");
const BYTES_MOST = 200_000;
const count = new browser.Count();
const world = new World();
const day = (ahead = 0) => new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Helsinki" }).format(Date.now() + ahead * 86_400_000);
const ago = (minutes) => `${new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Helsinki", dateStyle: "short", timeStyle: "short" }).format(Date.now() - minutes * 60_000).replace(" ", "T")}`;

async function picture(page, name) {
	await page.waitForFunction(() => !document.body.innerText.includes("Hetki…"));
	await page.evaluate(() => document.fonts.ready);
	const found = await browser.findings(page);
	count.expect(`${name}: axe, console, origin, width`, found.length === 0, found.join("\n"));
	const path = join(folder, `${name}.png`);
	await page.screenshot({ path });
	const { size } = statSync(path);
	console.log(`${path}: ${size} bytes`);
	count.expect(`${name} is small`, size < BYTES_MOST, size);
}

async function people(center, aino) {
	await center.run("create", "municipality", "name=Takkuvaara", "env_type=VERY_NARROW", "valid_from=2024-01-01", "kela_distance_km=96", "emergency_phone=016 000 0112");
	const kuusi = await aino.run("client", "add", "Kuusilehto", "Tapio Ensio", "birth_date=1966-04-12", "municipality=Takkuvaara", "contact_language=FI");
	const korpi = await aino.run("client", "add", "Korpela", "Åsa-Märta", "birth_date=1980-05-05", "municipality=Takkuvaara", "contact_language=SV");
	const aho = await aino.run("client", "add", "Aho", "Anna", "birth_date=1991-01-30", "municipality=Takkuvaara", "contact_language=FI");
	const debt = await aino.run("case", "open", kuusi.id, "Vuokrarästi", `opened_on=${day(-9)}`);
	await aino.run("visit", "plan", debt.case_id, `${day()}T14:30`, "topic=Postin läpikäynti", "purpose=FOLLOW_UP");
	const help = await aino.run("case", "open", aho.id, "Asumisen tuki", `opened_on=${day(-3)}`);
	await aino.run("visit", "plan", help.case_id, `${day()}T18:00`, "topic=Suunnitelman tarkistus", "purpose=PLAN_REVIEW");
	await aino.run("note", debt.case_id, "Käytiin kotona kirjeet läpi. Vuokraa on rästissä kahdelta kuukaudelta, häätöä ei ole vielä haettu.", "--at", ago(3 * 1440));
	await aino.run("note", debt.case_id, "Soitto vuokranantajalle yhdessä: maksusuunnitelma kuudelle kuukaudelle sopii.", "--at", ago(1500));
	await aino.run("note", debt.case_id, "Tapio otti itse puhelimen ja varasi ajan torstaille.", "--at", ago(200));
	await aino.run("application", aho.id, "--urgent", "MEDICINE", "--reason", "Lääkkeet loppuivat eilen", "channel=ORAL_PHONE", `period.from=${day(-20)}`, `period.to=${day(10)}`, "--at", ago(30));
	await aino.run("consent", "give", korpi.id, "SESSION,QUADRANT_HOUSING", "yhteinen tapaaminen", "recipient=Kela", "understood_check=kertoi omin sanoin", "excluded=QUADRANT_HEALTH");
	const { id } = await aino.run("session", "prepare", korpi.id, "Vuokrarästi", "Asumistuen liitteet", "--channel", "SKYPE", "--at", ago(40));
	await aino.run("session", "identify", id, "asiakas=tuttu", "työntekijä=virkakortti", "Kela/Sari Salo=virkakortti");
	await aino.run("session", "start", id, "--kela-consent", "kertoi Kelalle itse", "--room", "ei muita kummassakaan");
	await aino.run("session", "note", id, "1", "Rästi on kahden kuukauden ajalta. Vuokranantaja odottaa, jos tuki ratkeaa.");
	await aino.run("session", "action", id, "KELA", "Sari Salo", day(3), "Tarkistaa hakemuksen");
	await until("receipts", async () => (await aino.run("status")).unreceipted === 0);
	return debt;
}

try {
	mkdirSync(folder, { recursive: true });
	const center = await world.central();
	const aino = await world.worker("Aino Laine");
	const debt = await people(center, aino);
	await browser.begin();
	const phone = await browser.open(await address(aino), { view: "phone" });
	await phone.getByRole("heading", { level: 1 }).waitFor();
	await phone.getByText("Postin läpikäynti").first().waitFor();
	await picture(phone, "phone-today");
	await phone.goto(`${new URL(phone.url()).origin}/#/new/encounter_note?case=${debt.case_id}`);
	await phone.getByLabel("Merkintä").fill("Sovittiin, että soitan torstaina. Avain löytyi naapurista.");
	await phone.locator("[data-keeping=kept]").waitFor();
	await picture(phone, "phone-note");
	const laptop = await browser.open(await address(aino), { view: "laptop" });
	await laptop.getByLabel("Hae").waitFor();
	await laptop.goto(`${new URL(laptop.url()).origin}/#/case/${debt.case_id}`);
	await laptop.getByText("Tapio otti itse").first().waitFor();
	await picture(laptop, "laptop-case");
	const companion = await browser.open(await address(aino, true), { view: "companion" });
	await companion.getByRole("link", { name: /Korpela/ }).click();
	await companion.getByText("Vuokrarästi").first().waitFor();
	await companion.getByText("Tarkistaa hakemuksen").waitFor();
	await picture(companion, "companion-session");
	const olli = await world.worker("Olli Saari"), mikko = await world.worker("Mikko Mäki", "SOCIAL_INSTRUCTOR");
	await olli.run("sync", "--offline");
	await center.run("admin", "suspend", mikko.node);
	const late = await world.field("liisa");
	await late.run("enrol", (await center.run("admin", "enrol", (await center.run("admin", "staff", "add", "Liisa Koski", "SOCIAL_INSTRUCTOR")).id)).code);
	const operator = await world.operator("Maija Virtanen", ["TECHNICAL_ADMIN", "MUNICIPAL_ADMIN"]);
	const { origin, session } = await consoleSession(center, operator);
	const board = await browser.open(`${origin}/#/health`, { view: "laptop", session });
	await board.getByText("Olli Saari").first().waitFor();
	await picture(board, "console-health");
} catch (error) {
	count.expect("it comes to its end", false, error.stack);
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("the daemons end well", codes.every((code) => code === 0), codes.join());
	count.finish("shots");
}
