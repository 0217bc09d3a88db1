#!/usr/bin/env node
// Journey 3 in the browser: help with an urgent application, from the grounds to the payment
// commitment that is fetched; another one is moved to the normal queue and its clock changes.
import { address, until, World } from "./world.mjs";
import * as browser from "./browser.mjs";

const count = new browser.Count();
const world = new World();
const REASON = "Lääkkeet loppuivat eilen eikä rahaa uusiin ole.";
const today = (days = 0) => new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Helsinki" }).format(Date.now() + days * 86_400_000);

async function well(what, page) {
	const found = await browser.findings(page);
	count.expect(`${what}: axe, console, origin, width`, found.length === 0, found.join("\n"));
}

async function is(what, value, wanted) {
	if (value !== wanted)
		throw new Error(`${what}: ${value}, not ${wanted}`);
}

try {
	const center = await world.central();
	await center.run("create", "municipality", "name=Takkuvaara", "env_type=VERY_NARROW", "valid_from=2024-01-01", "kela_distance_km=96", "emergency_phone=016 000 0112");
	await center.run("create", "service_point", "name=Kelan palvelupiste", "municipality=Takkuvaara", "kind=KELA_POINT", "hours=ma-pe 9-15", "phone=016 000 0114");
	const aino = await world.worker("Aino Laine");
	const client = await aino.run("client", "add", "Aho", "Anna", "municipality=Takkuvaara", `informed_at=${new Date(Date.now() - 60_000).toISOString()}`);
	await aino.run("case", "open", client.id, "Vuokrarästi");
	const state = async (id) => (await aino.run("show", id)).record.state.holds;
	const counted = async (rule) => (await aino.run("deadline", rule, today())).clocks[0].counted.date;
	const dayOf = (iso) => `${Number(iso.slice(8))}.${Number(iso.slice(5, 7))}`;
	await browser.begin();

	const page = await browser.open(await address(aino), { view: "phone" });
	await page.getByLabel("Hae").fill("Aho");
	await page.getByRole("link", { name: /Aho Anna/ }).click();
	await page.getByRole("link", { name: "Perustoimeentulotukihakemuksen seuranta" }).click();
	await count.run("urgent: life first, 112 and the emergency duty of the place", async () => {
		await browser.choose(page, "Kuinka kiire", "Kiireellinen hakemus");
		await page.getByText("soita ensin 112").waitFor();
		await is("112", await page.getByRole("main").getByRole("link", { name: /112/ }).first().getAttribute("href"), "tel:112");
		await page.getByRole("link", { name: /016 000 0112/ }).waitFor();
	});
	await count.run("grounds and why now are asked for beside their fields, and what was chosen stays", async () => {
		await page.getByRole("button", { name: "Kirjaa kiireellinen hakemus" }).click();
		await page.getByRole("group", { name: "Kiireellisyyden perusteet" }).locator(".error").waitFor();
		await page.getByRole("group", { name: "Kiireellisyyden perusteet" }).getByLabel("Ruoka").check();
		await page.getByRole("group", { name: "Kiireellisyyden perusteet" }).getByLabel("Lääkkeet").check();
		await page.getByRole("button", { name: "Kirjaa kiireellinen hakemus" }).click();
		await page.locator("textarea[aria-invalid=true]").waitFor();
	});
	await well("the grounds of an urgent application, refused", page);
	await count.run("grounds recorded: the call to Kela comes next, with its number", async () => {
		await page.getByLabel("Miksi kiireellinen").fill(REASON);
		await page.getByRole("button", { name: "Kirjaa kiireellinen hakemus" }).click();
		await page.getByRole("heading", { name: "Soittakaa Kelaan yhdessä" }).waitFor();
		await is("Kela's number", await page.getByRole("link", { name: /016 000 0114/ }).getAttribute("href"), "tel:0160000114");
		await page.getByText("Kela on kiinni", { exact: true }).waitFor();
	});
	const first = (await aino.run("list", "assistance_application")).records[0].id;
	await well("the call to Kela", page);
	await count.run("called: queue and questions are recorded, and the clock of one working day runs", async () => {
		await page.getByLabel("Jonotus, minuuttia").fill("25");
		await page.getByLabel("Mitä kysyttiin").fill("Tiliote ja lääkemääräys");
		await page.getByRole("button", { name: "Soitettu, hakemus on Kelassa" }).click();
		await page.locator("[data-rule=D6]").waitFor();
		await page.locator("[data-rule=D6]").getByText(dayOf(await counted("D6"))).waitFor();
		await page.getByText(/Aikaa jäljellä/).waitFor();
		const { record } = await aino.run("show", first);
		await is("state", record.state.holds, "URGENT_QUEUE");
		await is("queue", record.fields.kela_call.queue_minutes, 25);
		await is("arrived with the call", record.fields.arrived_at_kela, record.fields.kela_call.at);
	});
	await well("the clock", page);
	await count.run("Kela asks for more with a day; supplied, the application is back in the urgent queue", async () => {
		await page.getByText("Kela pyytää lisätietoja").click();
		await page.getByLabel("Mitä pyydettiin").fill("tiliote");
		await page.getByLabel("Määräaika", { exact: true }).fill(today(1));
		await page.getByRole("button", { name: "Kirjaa pyyntö" }).click();
		await page.getByRole("heading", { name: "Kela odottaa näitä" }).waitFor();
		await is("waits", await state(first), "WAITING_INFO");
	});
	await well("what Kela waits for", page);
	await count.run("supplied", async () => {
		await page.getByRole("button", { name: "Toimitettu" }).click();
		await page.getByRole("heading", { name: "Kela soittaa takaisin" }).waitFor();
		await is("back", await state(first), "URGENT_QUEUE");
	});
	await count.run("an outcome needs Kela's call; what was typed stays", async () => {
		await browser.choose(page, "Miten Kela käsittelee hakemuksen", "Ratkaistu kiireellisenä");
		await page.getByLabel("Tulos").fill("Myönnetty ruokaan ja lääkkeisiin");
		await page.getByRole("button", { name: "Kirjaa päätös" }).click();
		await page.locator("[aria-invalid=true]").first().waitFor();
		await is("the result stays", await page.getByLabel("Tulos").inputValue(), "Myönnetty ruokaan ja lääkkeisiin");
	});
	await well("Kela's call back, refused", page);
	await count.run("decided, with the place and last day of the payment commitment", async () => {
		await page.getByLabel("Yhteenveto").fill("Maksusitoumus apteekkiin ja kauppaan");
		await page.getByRole("group", { name: "Maksusitoumus" }).getByLabel("Paikka").fill("Ylikorven kirjasto");
		await page.getByRole("group", { name: "Maksusitoumus" }).getByLabel("Noudettava viimeistään").fill(today(2));
		await page.getByRole("button", { name: "Kirjaa päätös" }).click();
		await page.getByRole("heading", { name: "Kerro päätös asiakkaalle" }).waitFor();
		await page.getByText("Maksusitoumus: Ylikorven kirjasto").waitFor();
	});
	await count.run("the ride is agreed in one line: what, who, when", async () => {
		await page.getByRole("textbox", { name: /^Mitä (sovit|\(|$)/ }).fill("Kyyti apteekkiin");
		await browser.choose(page, "Kenen vastuulla", "Kumppani");
		await page.getByLabel("Vastuuhenkilö").fill("Seurakunnan kuljetuspalvelu");
		await page.getByRole("region", { name: "Mitä sovittiin" }).getByRole("button", { name: "Tallenna" }).click();
		await page.getByRole("link", { name: /Kyyti apteekkiin/ }).waitFor();
		const { records } = await aino.run("list", "agreed_action");
		await is("the actions", records.length, 1);
	});
	await well("decided", page);
	await count.run("told, fetched, closed", async () => {
		await page.getByRole("button", { name: "Päätös kerrottu" }).click();
		await page.getByRole("heading", { name: "Maksusitoumuksen nouto" }).waitFor();
		await page.getByRole("button", { name: "Noudettu" }).click();
		await page.getByRole("heading", { name: "Sulje seuranta" }).waitFor();
		await is("collected", await state(first), "COLLECTED");
		await page.getByRole("button", { name: "Sulje seuranta" }).click();
		await page.getByText("Suljettu").waitFor();
		await is("closed", await state(first), "CLOSED");
	});
	await well("closed", page);
	await page.context().close();

	const wide = await browser.open(await address(aino), { view: "laptop", dark: true, language: "sv" });
	await count.run("another, in Swedish, without a line: grounds and time stand, the call is on today's list", async () => {
		await wide.getByRole("heading", { name: "I dag" }).waitFor();
		await wide.evaluate(([c, k]) => { location.hash = `#/application/new?client=${c}&case=${k}&urgent=1`; }, [client.id, client.case_id]);
		await wide.getByRole("group", { name: "Grunder för brådska" }).getByLabel("Vräkning").check();
		await wide.getByLabel("Varför brådskande").fill("Vräkningshot, hyran är obetald");
		await wide.getByRole("button", { name: "Anteckna den brådskande ansökan" }).click();
		await wide.getByText("Telefonen fungerar inte här").click();
		await wide.getByRole("button", { name: "Ring genast när det finns täckning" }).click();
		await wide.getByRole("link", { name: /Ring genast när det finns täckning/ }).waitFor();
	});
	const second = (await aino.run("list", "assistance_application")).records.find((one) => one.id !== first).id;
	await well("no line", wide);
	await count.run("Kela moves it to the normal queue: the clock is another, and the client hears so", async () => {
		await wide.getByRole("button", { name: "Samtalet är ringt, ansökan är hos FPA" }).click();
		await wide.locator("[data-rule=D6]").waitFor();
		await browser.choose(wide, "Hur FPA behandlar ansökan", "Överförd till vanlig behandling");
		await wide.getByLabel("Sammanfattning").fill("Behandlas i vanlig ordning");
		await wide.getByLabel("Jag har berättat detta för klienten").check();
		await well("moved, before it is recorded", wide);
		await wide.getByRole("button", { name: "Anteckna överföringen till vanliga kön" }).click();
		await wide.locator("[data-rule=D5]").getByText(dayOf(await counted("D5"))).waitFor();
		await is("state", await state(second), "NORMAL_QUEUE");
		const { records } = await aino.run("list", "agreed_action");
		await is("told", (await aino.run("show", records.find((one) => one.title.startsWith("berätta")
			|| one.title.startsWith("Berätta")).id)).record.state.holds, "DONE");
	});
	await well("the normal queue", wide);
	await count.run("all of it is sent", () => until("receipts", async () => (await aino.run("status")).unreceipted === 0));
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("the daemons end well", codes.every((code) => code === 0), codes.join());
	count.finish("web_journey_03");
}
