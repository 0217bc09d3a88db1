#!/usr/bin/env node
// The ways through the field client, without network: search as one types and Enter, an anonymous contact in one
// touch, why a thing is on the day's list, the timeline before the menu of what one may record, whose matter it is
// without opening the client's file, every draft in the screen of its type, told before asked, a plan's actions as
// agreed actions, a change that met another, advice that covers no button.
import { address, until, World } from "./world.mjs";
import * as browser from "./browser.mjs";

const count = new browser.Count();
const world = new World();

async function well(what, page) {
	const found = await browser.findings(page);
	count.expect(`${what}: axe, console, origin, width`, found.length === 0, found.join("\n"));
}

function must(holds, what) {
	if (!holds)
		throw new Error(typeof what === "string" ? what : JSON.stringify(what));
}

async function to(page, hash) {
	await page.evaluate((where) => { location.hash = where; }, hash);
}

function inDays(days) {
	return new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Helsinki" }).format(Date.now() + days * 86_400_000);
}

function heading(page, name) {
	return page.getByRole("heading", { level: 1, name }).waitFor();
}

function stands(box, text) {
	return until(text, async () => await box.inputValue() === text);
}

// Left for later by its own button, then opened from the list of drafts.
async function fromDrafts(page, name) {
	await to(page, "#/drafts");
	await heading(page, "Luonnokset");
	await page.getByRole("main").getByRole("link", { name }).first().click();
}

try {
	await world.central();
	const aino = await world.worker("Aino Laine");
	const kaisa = (await aino.run("client", "add", "Korpela", "Kaisa", "municipality=Takkuvaara", "birth_date=1971-02-03")).id;
	const home = (await aino.run("show", kaisa)).record.case_id;
	await aino.run("client", "add", "Korpela", "Kaisa", "municipality=Takkuvaara", "birth_date=1990-11-30", "--anyway");
	const debt = (await aino.run("case", "open", kaisa, "Talousasiat")).case_id;
	await aino.run("note", debt, "Vuokrarästi on kahden kuukauden ajalta.");
	const olli = await aino.run("client", "add", "Mäki", "Olli", "municipality=Takkuvaara", "birth_date=1980-05-04");
	const rent = (await aino.run("case", "open", olli.id, "Asuminen")).case_id;
	const anna = await aino.run("client", "add", "Niemi", "Anna", "municipality=Takkuvaara");
	const heat = (await aino.run("case", "open", anna.id, "Sähkölasku")).case_id;
	await aino.run("create", "agreed_action", "--case", debt, "what=Maksaa laskut itse", "owner_kind=CLIENT", "owner=Kaisa", `due=${inDays(-14)}`); // late on any weekday: Saturday's is done on Monday
	await aino.run("create", "agreed_action", "--case", debt, "what=Soittaa Kelaan", "owner_kind=CLIENT", "owner=Kaisa", `due=${inDays(0)}`);
	const visit = (await aino.run("visit", "start", debt)).id;
	await aino.run("sync", "--wait");
	await aino.run("sync", "--offline");
	await aino.stop(); // a working session of its own, in which nothing was looked at yet
	await aino.start();
	const begun = Date.now();
	await browser.begin();
	const page = await browser.open(await address(aino), { view: "phone" });

	// ---- home ----
	await count.run("a name in another form finds the client, and two of one name are told apart", async () => {
		await heading(page, "Tänään");
		await page.getByLabel("Hae").fill("Korpelan");
		await page.getByText("3.2.1971").waitFor();
		await page.getByText("30.11.1990").waitFor();
	});
	await count.run("typed and entered faster than it is found, it opens who was meant, and nobody else", async () => {
		const box = page.getByLabel("Hae");
		await box.fill("ko");
		await page.getByText("3.2.1971").waitFor();
		await box.fill("mäellä"); // what was found before still stands there
		await box.press("Enter");
		await heading(page, "Olli Mäki");
	});
	await count.run("an anonymous contact is one touch away", async () => {
		await to(page, "#/");
		const link = page.getByRole("link", { name: "Nimetön kohtaaminen" });
		await link.waitFor();
		must((await link.boundingBox()).y < 740, "it is below the screen");
		await link.click();
		await page.getByLabel("Kunta").waitFor();
	});
	await count.run("the day: what is urgent stands on top, and why a thing is there is told", async () => {
		await aino.run("create", "referral", "--case", olli.case_id, `client=${olli.id}`, "pathway=OUTREACH_FOUND", "from_org=OUTREACH", `received_at=${new Date(Date.now() - 60_000).toISOString()}`,
			"client_consent=GIVEN", "reasons=Ruoka loppui", `owner=${aino.staff}`);
		await to(page, "#/");
		await page.getByText("SHL 1301/2014 36 § (D1)").waitFor();
		const classes = await page.locator("[data-due]").evaluateAll((all) => all.map((one) => one.dataset.due));
		must(classes.slice(0, 3).join() === "URGENT,TODAY,OVERDUE", classes);
	});
	await well("home, phone", page);

	// ---- a client's page ----
	await count.run("on a phone the timeline is seen at once; one button opens what may be recorded", async () => {
		await to(page, `#/case/${debt}`);
		const title = page.getByRole("heading", { name: /^Tapahtumat/ });
		await title.waitFor();
		must((await title.boundingBox()).y < 740, "the timeline is below the screen");
		must(!await page.getByRole("link", { name: "Suunnitelma", exact: true }).isVisible(), "the menu is open");
		const [ink, ground] = await page.locator(".menu > summary").evaluate((one) => [getComputedStyle(one.querySelector("h2")).color, getComputedStyle(one).backgroundColor]);
		must(ink !== ground, `the button says nothing: ${ink} on ${ground}`);
		await page.locator(".menu > summary").click();
		await page.getByRole("link", { name: "Suunnitelma", exact: true }).waitFor();
		must(!await page.getByRole("link", { name: "Tiedoksianto", exact: true }).isVisible(), "the rare ones stand among the usual");
		await page.getByText("Kirjaa muuta").click();
		await page.getByRole("link", { name: "Tiedoksianto", exact: true }).waitFor();
	});
	await well("what may be recorded, phone", page);
	await count.run("whose matter it is, is told without opening the client's own file", async () => {
		await to(page, `#/case/${heat}`);
		await heading(page, "Niemi Anna");
		await to(page, `#/plan/new?case=${heat}`);
		await page.getByText("Niemi Anna · Sähkölasku").waitFor();
		const views = (await aino.run("log", anna.id)).entries.filter((one) => one.act === "VIEW" && one.when_ms > begun);
		must(views.some((one) => one.case_id === heat), "the matter was not looked at");
		must(!views.some((one) => one.case_id === anna.case_id), views);
	});

	// ---- drafts ----
	await count.run("a visit's note goes on at the visit", async () => {
		await to(page, `#/visit/${visit}`);
		await page.getByLabel("Merkintä", { exact: true }).fill("Kirjeitä avattiin yhdessä.");
		await page.locator("[data-keeping=kept]").waitFor();
		await fromDrafts(page, /Asiakaskertomusmerkintä/);
		await page.getByRole("timer").waitFor();
		await stands(page.getByLabel("Merkintä", { exact: true }), "Kirjeitä avattiin yhdessä.");
	});
	await count.run("what is being agreed at it, too", async () => {
		await page.getByRole("textbox", { name: /^Mitä (sovit|\(|$)/ }).fill("Kelan kirjeeseen vastataan");
		await until("the draft", async () => (await aino.run("drafts")).drafts.some((one) => one.type === "agreed_action"));
		await fromDrafts(page, /Sovittu toimenpide/);
		await page.getByRole("timer").waitFor();
		await stands(page.getByRole("textbox", { name: /^Mitä (sovit|\(|$)/ }), "Kelan kirjeeseen vastataan");
	});
	await count.run("of a visit that was broken off the note is found there, and signed by itself", async () => {
		await aino.run("step", visit, "ABORTED_SAFETY", "cancel_reason=Koira irti", `ended_at=${new Date().toISOString()}`);
		await fromDrafts(page, /Asiakaskertomusmerkintä/);
		await page.getByRole("button", { name: "Allekirjoita" }).waitFor();
		await to(page, `#/visit/${visit}`);
		await page.getByRole("link", { name: /Kirjeitä avattiin yhdessä/ }).click();
		await page.getByRole("button", { name: "Allekirjoita" }).click();
		await page.getByRole("button", { name: "Korjaa tai täydennä" }).waitFor();
	});
	await count.run("an application goes on in its own screen, and is found there when it is loaded anew", async () => {
		await to(page, `#/application/new?case=${home}&client=${kaisa}&urgent=1`);
		await page.getByLabel(/Miksi kiireellinen/).fill("Lääkkeet loppuivat eilen");
		await page.locator("[data-keeping=kept]").waitFor();
		await page.reload();
		await page.getByLabel(/Miksi kiireellinen/).waitFor();
		await stands(page.getByLabel(/Miksi kiireellinen/), "Lääkkeet loppuivat eilen");
		await fromDrafts(page, /Perustoimeentulotukihakemuksen/);
		await stands(page.getByLabel(/Miksi kiireellinen/), "Lääkkeet loppuivat eilen");
		await page.getByRole("link", { name: /112/ }).last().waitFor();
	});
	await well("the draft of an application", page);
	await count.run("recorded, its advice covers no button", async () => {
		await browser.choose(page, /Kiireellisyyden perusteet/, "Lääkkeet");
		await page.getByRole("button", { name: "Kirjaa kiireellinen hakemus" }).click();
		await page.locator(".toast").waitFor();
		const covered = await page.evaluate(() => [...document.querySelectorAll("main button, main a.button")].filter((one) => {
			const at = one.getBoundingClientRect();
			const top = document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2);
			return at.y > innerHeight / 2 && at.bottom < innerHeight && top?.closest(".toast") !== null && top !== null;
		}).length);
		must(covered === 0, `${covered} buttons are covered`);
	});
	await count.run("a referral goes on in its own screen", async () => {
		await to(page, `#/referral/new?case=${home}&client=${kaisa}&pathway=OUTREACH_FOUND`);
		await page.getByLabel(/Perustelut/).fill("Ei tuloja kuukauteen");
		await page.locator("[data-keeping=kept]").waitFor();
		await fromDrafts(page, /Ohjautuminen/);
		await page.getByRole("group", { name: /Ohjautumisreitti/ }).or(page.getByLabel(/Ohjautumisreitti/)).first().waitFor();
		await stands(page.getByLabel(/Perustelut/), "Ei tuloja kuukauteen");
	});
	await count.run("what is being agreed with a client goes on among what was agreed", async () => {
		await to(page, `#/actions/${rent}`);
		await page.getByRole("textbox", { name: /^Mitä/ }).fill("Isännöitsijälle soitetaan");
		await page.locator("[data-keeping=kept]").waitFor();
		await to(page, "#/");
		await heading(page, "Tänään");
		await to(page, `#/actions/${rent}`);
		await heading(page, "Sovitut toimenpiteet");
		await page.getByRole("textbox", { name: /^Mitä/ }).waitFor();
		await stands(page.getByRole("textbox", { name: /^Mitä/ }), "Isännöitsijälle soitetaan");
	});

	// ---- told first ----
	await count.run("told before asked: what is recorded, who sees it, her rights; once", async () => {
		await to(page, `#/capability/new?case=${home}&client=${kaisa}`);
		await page.getByText("pyytää nähdä, mitä sinusta on kirjattu", { exact: false }).waitFor();
		await page.getByRole("button", { name: "Kerrottu asiakkaalle" }).click();
		await until("informed", async () => (await aino.run("show", kaisa)).record.fields.informed_at);
		await page.getByRole("button", { name: "Kerrottu asiakkaalle" }).waitFor({ state: "detached" });
	});
	await page.context().close();

	// ---- a plan's actions ----
	const wide = await browser.open(await address(aino), { view: "laptop" });
	await count.run("on a laptop all that may be recorded stands beside the timeline", async () => {
		await to(wide, `#/case/${debt}`);
		await wide.getByRole("link", { name: "Tiedoksianto", exact: true }).waitFor();
		await wide.getByRole("heading", { name: /^Tapahtumat/ }).waitFor();
	});
	await count.run("what a plan agrees on is an agreed action with an owner and a day; a new version opens none twice", async () => {
		const plan = (...more) => aino.run("create", "plan", "--case", debt, "--sign", "kind=CLIENT", 'goals={"text":"Laskut maksetaan","category":"INCOME"}',
			"parties.role=asiakas", "client_agreement=AGREED", `review_on=${inDays(60)}`, ...more);
		const first = await plan(`actions={"what":"Käynti kirjastossa","who":"Aino Laine","due":"${inDays(5)}"}`);
		await to(wide, `#/actions/${debt}`);
		await wide.locator("[data-action=OPEN]").filter({ hasText: "Käynti kirjastossa" }).filter({ hasText: "Aino Laine" }).waitFor();
		await plan(`actions={"what":"Käynti kirjastossa","who":"Aino Laine","due":"${inDays(9)}"}`, `replaces=${first.id}`);
		await wide.locator("[data-action=CARRIED_OVER]").filter({ hasText: "Käynti kirjastossa" }).waitFor();
		must(await wide.locator("[data-action=OPEN]").filter({ hasText: "Käynti kirjastossa" }).count() === 1, "twice");
	});
	await well("agreed actions of a plan", wide);
	await count.run("what was changed meanwhile is told beside what is typed; saved again, what is typed counts", async () => {
		await to(wide, `#/record/${anna.id}`);
		await wide.getByRole("button", { name: "Muuta", exact: true }).click();
		await wide.getByLabel(/^Puhelin/).fill("040 000 0111");
		await aino.run("change", anna.id, "phone=040 000 0222");
		await wide.getByRole("button", { name: "Tallenna", exact: true }).click();
		await wide.getByText("Nyt siinä lukee: 040 000 0222").waitFor();
		await stands(wide.getByLabel(/^Puhelin/), "040 000 0111");
		await well("changed meanwhile", wide);
		await wide.getByRole("button", { name: "Tallenna", exact: true }).click();
		await until("the number", async () => (await aino.run("show", anna.id)).record.fields.phone.join() === "040 000 0111");
	});
	await wide.context().close();
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("the daemons end well", codes.every((code) => code === 0), codes.join());
	count.finish("web_ways");
}
