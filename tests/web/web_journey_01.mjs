#!/usr/bin/env node
// Journey 1 in the browser: a day in the field without a network. Sync in the morning, the line
// cut, a planned review, an unknown man who becomes a client, medicine that has run out where
// no line carries, nobody at home; back in coverage everything goes home with receipts.
import { address, until, World } from "./world.mjs";
import * as browser from "./browser.mjs";

const count = new browser.Count();
const world = new World();
const today = () => new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Helsinki" }).format(Date.now());
const NOTE = "Laskut maksettu yhdessä kirjaston koneella.";

async function well(what, page) {
	const found = await browser.findings(page);
	count.expect(`${what}: axe, console, origin, width`, found.length === 0, found.join("\n"));
}

async function is(what, value, wanted) {
	if (value !== wanted)
		throw new Error(`${what}: ${value}, not ${wanted}`);
}

const home = (page) => page.getByRole("link", { name: "Jalka", exact: true }).click();
const chip = (page) => page.locator("[data-sync]").first().getAttribute("data-sync");

try {
	const center = await world.central();
	await center.run("create", "municipality", "name=Takkuvaara", "env_type=VERY_NARROW", "valid_from=2024-01-01", "kela_distance_km=96", "emergency_phone=016 000 0112");
	await center.run("create", "service_point", "name=Ylikorven kirjasto", "municipality=Takkuvaara", "kind=LIBRARY", "hours=ti 12-16", "phone=016 000 0113");
	const aino = await world.worker("Aino Laine");
	const aho = await aino.run("client", "add", "Aho", "Anna", "municipality=Takkuvaara", "address.0.village=Ylikorpi", "address.0.directions=Kenttää vasta Ylikorven kirjastolla, 6 km",
		`informed_at=${new Date(Date.now() - 60_000).toISOString()}`);
	const debt = await aino.run("case", "open", aho.id, "Vuokrarästi");
	const visits = [];
	for (const [hour, topic, purpose] of [["09:00", "Suunnitelman tarkistus", "PLAN_REVIEW"], ["13:00", "Lääkkeet ja ruoka", "URGENT"], ["14:30", "Postin läpikäynti", "FOLLOW_UP"]])
		visits.push((await aino.run("visit", "plan", debt.case_id, `${today()}T${hour}`, `topic=${topic}`, `purpose=${purpose}`)).id);
	await until("receipts", async () => (await aino.run("status")).unreceipted === 0);
	const state = async (id) => (await aino.run("show", id)).record.state.holds;
	await browser.begin();
	let page = await browser.open(await address(aino), { view: "phone" });

	await count.run("7.40 all is sent, and today's visits stand on the first screen", async () => {
		await page.getByRole("heading", { name: "Tänään", exact: true }).waitFor();
		await page.getByText("Lääkkeet ja ruoka").waitFor();
		await until("the chip", async () => await chip(page) === "all_sent");
	});
	await well("the morning", page);
	await center.stop();
	await count.run("the network is gone: the chip says so calmly, and nothing else changes", async () => {
		await until("the chip", async () => await chip(page) === "offline");
		await is("no alarm", await page.getByRole("alert").count(), 0);
	});

	await count.run("9.00 the planned visit is begun by two touches, with its clock", async () => {
		await page.getByRole("link", { name: /Suunnitelman tarkistus/ }).first().click();
		await page.getByText("Kenttää vasta Ylikorven kirjastolla").waitFor();
		await page.getByRole("button", { name: "Aloita käynti" }).click();
		await page.getByRole("timer").waitFor();
		await is("state", await state(visits[0]), "STARTED");
	});
	await count.run("the note is kept as it is typed, and the next step with it", async () => {
		await page.getByLabel("Merkintä", { exact: true }).fill(NOTE);
		await page.getByLabel("Asiakkaan näkemys").fill("Tämä sujuu jo melkein itse.");
		await page.getByLabel("Jatko").fill("Soitto torstaina");
		await until("the draft", async () => (await aino.run("drafts")).drafts.some((one) => one.fields.text === NOTE && one.fields.client_view === "Tämä sujuu jo melkein itse."));
		await until("the next step", async () => (await aino.run("show", visits[0])).record.fields.next_step === "Soitto torstaina");
	});
	await count.run("what is agreed goes in by one line", async () => {
		await page.getByRole("textbox", { name: /^Mitä (sovit|\(|$)/ }).fill("Maksaa laskut itse");
		await page.getByRole("region", { name: "Mitä sovittiin" }).getByRole("button", { name: "Tallenna" }).click();
		await page.getByRole("link", { name: /Maksaa laskut itse/ }).waitFor();
		const { record } = await aino.run("show", (await aino.run("list", "agreed_action")).records[0].id);
		await is("who", record.fields.owner, "Anna Aho");
	});
	await well("a running visit", page);
	await count.run("the battery dies: the visit goes on where it was", async () => {
		await page.context().close();
		await aino.kill();
		await aino.start();
		page = await browser.open(await address(aino), { view: "phone" });
		await page.getByRole("heading", { name: "Tänään", exact: true }).waitFor();
		await page.evaluate((id) => { location.hash = `#/visit/${id}`; }, visits[0]);
		await is("the note", await page.getByLabel("Merkintä", { exact: true }).inputValue(), NOTE);
		await is("the next step", await page.getByLabel("Jatko").inputValue(), "Soitto torstaina");
	});
	await count.run("it ends with the note read aloud and signed", async () => {
		await page.getByRole("button", { name: "Päätä käynti" }).click();
		await page.getByRole("dialog").getByText(NOTE).waitFor();
		await well("read aloud", page);
		await page.getByRole("button", { name: "Allekirjoita ja päätä käynti" }).click();
		await page.getByText("Toteutunut").waitFor();
		await is("state", await state(visits[0]), "DONE");
		await is("a signed note", (await aino.run("list", "encounter_note")).records.length, 1);
		await is("no draft left", (await aino.run("drafts")).drafts.length, 0);
	});
	await well("the visit that is done", page);

	await count.run("10.30 an unknown man: first a meeting without a name", async () => {
		await home(page);
		await page.getByRole("link", { name: "Aloita käynti" }).click();
		await page.getByRole("heading", { name: "Kenen luona" }).waitFor();
		await well("with whom", page);
		await page.getByRole("link", { name: "Nimetön kohtaaminen" }).click();
		await page.getByLabel("Kunta").fill("Takkuvaara");
		await browser.choose(page, "Ikäryhmä", "50–64");
		await well("a meeting without a name", page);
		await page.getByRole("button", { name: "Tallenna" }).click();
		await page.getByRole("button", { name: "Hän kertoo nimensä" }).waitFor();
		await is("anonymous", (await aino.run("list", "anonymous_contact")).records.length, 1);
	});
	await count.run("he gives his name: a client by a temporary id", async () => {
		await page.getByRole("button", { name: "Hän kertoo nimensä" }).click();
		await page.getByLabel("Sukunimi").fill("Guhtur");
		await page.getByLabel("Etunimet").fill("Niillas Ánte");
		await page.getByLabel("Kotikunta").fill("Takkuvaara");
		await page.getByRole("button", { name: "Tallenna" }).click();
		await page.getByText("hyötyykö hän", { exact: false }).or(page.getByText("Hyötyykö hän", { exact: false })).first().waitFor();
	});
	const man = (await aino.run("search", "guhtur")).records[0];
	await well("the benefit question", page);
	await count.run("he would benefit: a referral of outreach, with its pathway filled in", async () => {
		await browser.choose(page, "Hyötyykö asiakas", "Kyllä");
		await page.getByLabel("Perustelut").fill("Arjen asiat ovat kasautuneet");
		await page.getByLabel("Asiakkaan mielipide").fill("Saa auttaa");
		await page.getByRole("button", { name: "Allekirjoita" }).click();
		await page.getByRole("heading", { name: "Ohjautuminen" }).waitFor();
		await page.getByLabel("Perustelut").fill("Ei tuloja kuukauteen");
		await page.getByRole("button", { name: "Tallenna" }).click();
	});
	await count.run("urgency is judged before anything else", async () => {
		await page.getByRole("heading", { name: "Onko avun tarve välitön" }).waitFor();
		await is("nothing else to do", await page.getByRole("heading", { name: "Mitä ohjautumisesta seuraa" }).count(), 0);
		await well("the judgement of urgency", page);
		await page.getByRole("button", { name: "Ei välitöntä avun tarvetta" }).click();
		await page.getByRole("heading", { name: "Mitä ohjautumisesta seuraa" }).waitFor();
	});
	await well("what comes of it", page);
	await count.run("a matter opens, and its clock starts today", async () => {
		await page.getByLabel("Aihe").fill("Tulot ja etuudet");
		await page.getByRole("button", { name: "Avaa asia" }).click();
		await page.getByRole("link", { name: "Tulot ja etuudet" }).waitFor();
		const referral = (await aino.run("list", "referral")).records[0].id;
		await is("state", await state(referral), "CASE_OPENED");
		const { fields } = (await aino.run("show", referral)).record;
		await is("pathway", fields.pathway, "OUTREACH_FOUND");
		await is("owner", fields.owner, aino.staff);
		const matter = (await aino.run("show", fields.outcome_case)).record.fields;
		await is("opened", matter.opened_on, today());
		await is("whose", matter.client, man.id);
	});
	await well("the referral", page);

	await count.run("13.00 medicine has run out: 112 on top, grounds and time are recorded without a line", async () => {
		await home(page);
		await page.getByRole("link", { name: /Lääkkeet ja ruoka/ }).first().click();
		await page.getByRole("button", { name: "Aloita käynti" }).click();
		await page.getByRole("link", { name: "Kiireellinen hakemus" }).click();
		await page.getByText("soita ensin 112").waitFor();
		await page.getByRole("group", { name: "Kiireellisyyden perusteet" }).getByLabel("Lääkkeet").check();
		await page.getByLabel("Miksi kiireellinen").fill("Lääkkeet loppuivat eilen eikä rahaa uusiin ole.");
		await page.getByRole("button", { name: "Kirjaa kiireellinen hakemus" }).click();
		await page.getByText("Puhelin ei kuulu täällä").click();
		await page.getByText("Kenttää vasta Ylikorven kirjastolla").waitFor();
		await page.getByRole("button", { name: "Soita heti kun on kenttää" }).click();
		await page.getByRole("link", { name: /Soita heti kun on kenttää/ }).waitFor();
		await is("state", await state((await aino.run("list", "assistance_application")).records[0].id), "PREPARED");
	});
	await well("no line", page);
	await count.run("it is the first on today's list; the visit ends with a reason instead of a note", async () => {
		await home(page);
		await page.locator("[data-due]").first().getByText(/Lääkkeet loppuivat eilen/).waitFor();
		await page.evaluate((id) => { location.hash = `#/visit/${id}`; }, visits[1]);
		await page.getByRole("button", { name: "Päätä käynti" }).click();
		await page.getByRole("button", { name: "Päätä ilman merkintää" }).click();
		await page.getByRole("dialog").getByRole("alert").or(page.getByRole("dialog").locator(".error")).first().waitFor();
		await well("an end without a note, refused", page);
		await page.getByRole("dialog").getByRole("textbox").fill("Kirjattu kiireelliseen hakemukseen");
		await page.getByRole("button", { name: "Päätä ilman merkintää" }).click();
		await page.getByText("Toteutunut").waitFor();
	});

	await count.run("14.30 nobody home: no note is left that tells of social services", async () => {
		await home(page);
		await page.getByRole("link", { name: /Postin läpikäynti/ }).first().click();
		await page.getByRole("button", { name: "Ei tavattu" }).click();
		await page.getByText(/lä jätä lappua/).waitFor();
		await page.getByRole("button", { name: "Vahvista" }).click();
		await page.locator("[aria-invalid=true]").waitFor();
		await well("nobody home, without a reason", page);
		await page.getByLabel("Peruuntumisen syy").fill("Kukaan ei avannut ovea. En jättänyt viestiä.");
		await page.getByRole("button", { name: "Vahvista" }).click();
		await until("not met", async () => await state(visits[2]) === "NO_SHOW");
	});

	await count.run("16.20 back in coverage: what waits is counted, then all has its receipt", async () => {
		await until("waiting", async () => await chip(page) === "waiting");
		const { unreceipted } = await aino.run("status");
		if (unreceipted < 10)
			throw new Error(`only ${unreceipted} wait`);
		await page.locator("[data-sync]").first().click();
		await page.getByRole("heading", { name: "Lähetykset" }).waitFor();
		await well("the queue", page);
		await center.start();
		await page.getByRole("button", { name: /^Lähet/ }).click();
		await until("the chip", async () => await chip(page) === "all_sent");
		await is("receipts", (await aino.run("status")).unreceipted, 0);
		await is("the centre has taken all", (await center.run("admin", "quarantine")).quarantine.length, 0);
	});
	await well("the evening", page);

	const wide = await browser.open(await address(aino), { view: "laptop", dark: true, language: "en" });
	await count.run("on the laptop, in English: a visit is planned", async () => {
		await wide.getByRole("heading", { name: "Today", exact: true }).waitFor();
		await wide.evaluate(([c, k]) => { location.hash = `#/visit/new?client=${c}&case=${k}`; }, [aho.id, debt.case_id]);
		await browser.choose(wide, "When", "Later");
		await wide.getByLabel("Planned").fill(`${today()}T23:30`);
		await wide.getByRole("button", { name: "Plan the visit" }).click();
		await wide.getByRole("button", { name: "Start a visit" }).waitFor();
	});
	await well("a planned visit", wide);
	await count.run("and begun, and broken off where it is not safe: the numbers come first", async () => {
		await wide.getByRole("button", { name: "Start a visit" }).click();
		await wide.getByRole("timer").waitFor();
		await well("a running visit on the laptop", wide);
		await wide.getByRole("button", { name: "Break off: not safe" }).click();
		await wide.getByRole("dialog").getByRole("link", { name: /112/ }).first().waitFor();
		await well("not safe", wide);
		await wide.getByRole("dialog").getByRole("textbox").fill("A threat in the stairway");
		await wide.getByRole("button", { name: "Confirm" }).click();
		await wide.getByText("Ended for safety reasons").waitFor();
	});
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("the daemons end well", codes.every((code) => code === 0 || code === undefined || code === null), codes.join());
	count.finish("web_journey_01");
}
