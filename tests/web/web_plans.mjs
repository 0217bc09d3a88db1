#!/usr/bin/env node
// From concern to plan in the browser: the checklist of concern and what stands there at once, the
// assessment of service needs and the one that is not needed, the three plans, a new version, what was
// agreed, done in one press and undone.
import { address, until, World } from "./world.mjs";
import * as browser from "./browser.mjs";

const count = new browser.Count();
const world = new World();
const WHY = "Tarve oli tilapäinen ja hoidettiin neuvonnalla samana päivänä.";

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

async function sign(page) {
	await page.getByRole("button", { name: "Allekirjoita" }).click();
}

async function refused(page, words) {
	await page.getByRole("alert").filter({ hasText: "Tarkista" }).filter({ hasText: words }).waitFor();
}

function tap(page, group, value) {
	return page.getByRole("group", { name: group }).getByRole("radio", { name: value, exact: true }).check();
}

function inDays(days) {
	return new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Helsinki" }).format(Date.now() + days * 86_400_000);
}

async function all(daemon, type) {
	const { records } = await daemon.run("list", type);
	return Promise.all(records.map(async (one) => (await daemon.run("show", one.id)).record));
}

try {
	await world.central();
	const aino = await world.worker("Aino Laine");
	const kaisa = (await aino.run("client", "add", "Korpela", "Kaisa", "municipality=Takkuvaara")).id;
	const home = (await aino.run("show", kaisa)).record.case_id;
	const matter = (await aino.run("case", "open", kaisa, "Talousasiat", "opened_by_pathway=NEED_REQUEST")).case_id;
	await aino.run("create", "related_person", "--case", home, `client=${kaisa}`, "name=Eetu", "relation=CHILD", "minor=true", "lives_with=true");
	const mapping = (await aino.run("mapping", kaisa, "housing=SUPPORT:Vuokrarästi on kahden kuukauden ajalta.")).id;
	await aino.run("sync", "--offline");
	await browser.begin();
	const page = await browser.open(await address(aino), { view: "phone" });

	// ---- concern ----
	await count.run("violence makes the concern serious, and 112 stands there at once", async () => {
		await to(page, `#/concern/new?case=${home}&client=${kaisa}`);
		await tap(page, /Laskuja tai velkoja/, "Ei");
		await tap(page, /Väkivaltaa, uhkaa/, "Kyllä");
		await page.getByRole("alert").getByRole("link", { name: /112/ }).waitFor();
		const levels = page.getByRole("group", { name: /Huolen taso/ }).getByRole("radio");
		must(await levels.count() === 1 && await levels.isChecked(), "another level may be chosen");
		await page.locator("[data-keeping=kept]").waitFor();
	});
	await well("concern, violence", page);
	await count.run("not done with the client: it asks why, and what was typed stays", async () => {
		await tap(page, /Tehty yhdessä asiakkaan kanssa/, "Ei");
		await sign(page);
		await refused(page, /./);
		await page.getByLabel(/Miksi ei yhdessä/).fill("Puoliso oli paikalla koko ajan.");
		await tap(page, /Mitä huolesta seuraa/, "Yhteydenotto asiakkaan suostumuksella");
		await sign(page);
		await page.getByText("Huolen arvio on allekirjoitettu").waitFor();
		const [concern] = await all(aino, "concern_assessment");
		must(concern.fields.level === "SERIOUS" && concern.fields.items.length === 2, concern.fields);
	});
	await well("concern, signed", page);
	await count.run("a concern for a child opens the notice; without danger the worker chooses the level", async () => {
		await to(page, `#/concern/new?case=${home}&client=${kaisa}&again=1`);
		await tap(page, /Huoli lapsesta tai vanhemman/, "Kyllä");
		await page.getByRole("link", { name: "Tee lastensuojeluilmoitus tai yhteydenotto" }).waitFor();
		must(await page.getByRole("group", { name: /Huolen taso/ }).getByRole("radio").count() === 4, "levels");
	});

	// ---- the assessment ----
	await count.run("the assessment shows its time limit, and rests on what is picked", async () => {
		await to(page, `#/need/new?case=${matter}`);
		await page.getByText(/Valmis viimeistään|valmiiksi/).first().waitFor();
		await page.getByRole("checkbox", { name: /Elämäntilanteen kartoitus/ }).check();
		await page.getByLabel("Asuminen", { exact: true }).fill("Vuokrarästit hoidetaan maksusuunnitelmalla.");
		await page.getByText("Kartoituksessa: tuen tarve. Vuokrarästi", { exact: false }).waitFor();
		await page.getByLabel(/^Tuen tarpeet/).fill("Apua talouden hoitoon");
		await tap(page, "Lopputulos", "Palveluja tarvitaan");
	});
	await well("assessment, phone", page);
	await count.run("a child lives there: without the child's situation it is not signed", async () => {
		await sign(page);
		await refused(page, /laps/i);
		await page.getByLabel(/Hoidossa olevan lapsen tilanne/).fill("Poika käy koulua, ystäviä on.");
		await sign(page);
		await page.getByText("Palvelutarpeen arviointi on allekirjoitettu").waitFor();
		const [made] = await all(aino, "service_need_assessment");
		must(made.fields.basis[0] === mapping && made.fields.participants.length === 2 && made.fields.outcome === "SERVICES", made.fields);
	});
	await count.run("one that is not needed is reasoned, in forty letters at least", async () => {
		await to(page, `#/need/new?case=${matter}&again=1`);
		await tap(page, "Lopputulos", "Arviointi ilmeisen tarpeeton");
		await tap(page, /^Peruste/, "Tarve on tilapäinen");
		await page.getByLabel(/Miksi arviointi on tarpeeton/).fill("Lyhyt perustelu.");
		await page.getByText("Vielä vähintään 24 merkkiä").waitFor();
		await sign(page);
		await refused(page, /40/);
		await page.getByLabel(/Miksi arviointi on tarpeeton/).fill(WHY);
		await page.getByText("Perustelu on riittävän pitkä").waitFor();
	});
	await well("assessment not needed, refused", page);
	await count.run("and signed", async () => {
		await sign(page);
		await page.getByText("Palvelutarpeen arviointi on allekirjoitettu").waitFor();
	});
	await page.context().close();

	// ---- the plan ----
	const wide = await browser.open(await address(aino), { view: "laptop", dark: true });
	await count.run("the way in says which plan; goals and actions are written line by line", async () => {
		await to(wide, `#/plan/new?case=${matter}`);
		await wide.getByText("Asia tuli reittiä", { exact: false }).waitFor();
		must(await wide.getByRole("radio", { name: "Asiakassuunnitelma" }).isChecked(), "no kind");
		await wide.getByLabel("Tavoite", { exact: false }).getByRole("textbox").first().or(wide.getByRole("textbox", { name: /^Tavoite/ }).first()).first().fill("Opettelen maksamaan laskut verkkopankissa.");
		await tap(wide, /Aihealue/, "Sähköinen asiointi");
		await wide.getByRole("textbox", { name: "Mitä" }).fill("Käynti kirjastossa");
		await wide.getByRole("combobox", { name: "Kuka" }).fill("Aino Laine");
		await wide.getByRole("combobox", { name: "Kuka" }).press("Enter");
		await wide.keyboard.type("Maksusuunnitelma vuokranantajan kanssa");
		await wide.keyboard.press("Tab");
		await wide.keyboard.type("Kaisa");
		await wide.getByLabel(/Tarkistuspäivä/).fill(inDays(60));
		await tap(wide, "Lähetetäänkö Kelalle?", "Kyllä");
	});
	await well("plan, laptop, dark", wide);
	await count.run("what the client does not agree to is said, else it is not signed", async () => {
		await tap(wide, /Asiakkaan kanta/, "Osittain samaa mieltä");
		await sign(wide);
		await refused(wide, /./);
		await wide.getByLabel(/perustelut kannalleen/).fill("Maksusuunnitelma pelottaa.");
		await sign(wide);
		await wide.getByText("Suunnitelma on allekirjoitettu").waitFor();
		const [plan] = await all(aino, "plan");
		must(plan.fields.kind === "CLIENT" && plan.fields.actions.length === 2 && plan.fields.parties.length === 2 && plan.fields.actions[1].who === "Kaisa", plan.fields);
		await wide.getByRole("link", { name: "Tiedoksi Kelalle" }).waitFor();
	});
	await well("plan, signed", wide);
	await count.run("a new version takes over the goals, and the old one is replaced", async () => {
		await wide.getByRole("link", { name: "Avaa suunnitelma" }).click();
		await wide.getByRole("link", { name: "Tee uusi versio" }).click();
		await wide.getByRole("heading", { name: "Suunnitelman uusi versio" }).waitFor();
		await until("the actions taken over", async () => await wide.getByRole("combobox", { name: "Kuka" }).nth(1).inputValue() === "Kaisa");
		await tap(wide, /Asiakkaan kanta/, "Samaa mieltä");
		await wide.getByLabel(/Tarkistuspäivä/).fill(inDays(90));
		await sign(wide);
		await wide.getByText("Suunnitelma on allekirjoitettu").waitFor();
		const plans = await all(aino, "plan");
		must(plans.length === 2 && plans.some((one) => ["REVISED", "ENDED"].includes(one.state.holds)), plans.map((one) => one.state));
	});
	await count.run("a plan that the client declines is kept", async () => {
		await to(wide, `#/plan/new?case=${matter}&again=1`);
		await wide.getByRole("textbox", { name: /^Tavoite/ }).first().fill("Muutan pienempään.");
		await tap(wide, /Aihealue/, "Asuminen");
		await tap(wide, /Asiakkaan kanta/, "Ei hyväksy suunnitelmaa");
		await wide.getByLabel(/perustelut kannalleen/).fill("En halua muuttaa.");
		await wide.getByLabel(/Tarkistuspäivä/).fill(inDays(30));
		await sign(wide);
		await wide.getByText("asiakas ei hyväksynyt suunnitelmaa", { exact: false }).waitFor();
		must((await all(aino, "plan")).some((one) => one.state.holds === "DECLINED_BY_CLIENT"), "not declined");
	});

	// ---- what was agreed ----
	await count.run("what was agreed: a line, done in one press, undone in one", async () => {
		await to(wide, `#/actions/${matter}`);
		await wide.getByRole("textbox", { name: /^Mitä/ }).fill("Soitetaan Kelaan");
		await tap(wide, /Kenen vastuulla/, "Työntekijä");
		await until("the owner", async () => await wide.getByRole("textbox", { name: /^Vastuuhenkilö/ }).inputValue() === "Aino Laine");
		await wide.getByLabel(/^Viimeistään/).fill(inDays(3));
		await wide.getByRole("button", { name: "Tallenna" }).click();
		await wide.getByRole("button", { name: "Tehty: Soitetaan Kelaan" }).click();
		await until("done", async () => (await all(aino, "agreed_action")).some((one) => one.fields.what === "Soitetaan Kelaan" && one.state.holds === "DONE"));
		await wide.locator("[data-action=DONE]").filter({ hasText: "Soitetaan Kelaan" }).waitFor();
		await wide.getByRole("button", { name: "Kumoa: Soitetaan Kelaan" }).first().click();
		await until("undone", async () => (await all(aino, "agreed_action")).some((one) => one.fields.what === "Soitetaan Kelaan" && one.state.holds === "OPEN"));
		await wide.locator("[data-action=OPEN]").filter({ hasText: "Soitetaan Kelaan" }).waitFor();
	});
	await well("agreed actions", wide);
	await wide.context().close();

	// ---- in Swedish, narrow, with large letters ----
	const narrow = await browser.open(await address(aino), { view: "phone", language: "sv", viewport: { width: 320, height: 740 } });
	const cdp = await narrow.context().newCDPSession(narrow);
	await cdp.send("Page.setFontSizes", { fontSizes: { standard: 32, fixed: 26 } });
	for (const [screen, title] of [["capability", "Förutsättningar för e-tjänster"], ["concern", "Bedömning av oro"], ["benefit", "Nyttobedömning"], ["need", "Bedömning av servicebehovet"], ["plan", "Plan"]]) {
		await to(narrow, `#/${screen}/new?case=${["need", "plan"].includes(screen) ? matter : home}&client=${kaisa}`);
		await narrow.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
		await narrow.getByRole("button", { name: "Underteckna" }).waitFor();
		await well(`${screen} in Swedish, 320 px with letters of 200 %`, narrow);
	}
	await narrow.context().close();
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("the daemons end well", codes.every((code) => code === 0), codes.join());
	count.finish("web_plans");
}
