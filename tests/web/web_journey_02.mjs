#!/usr/bin/env node
// Journey 2 in the browser, without network: mapping the life situation with a client without devices or
// skills. Told first, capability, the earlier mapping looked at again, life events, four quadrants, arrears
// that ask for eviction, a child whose notice is made at once, read back, confirmed, signed, in large print;
// the question of benefit. Then once by keyboard alone, once in Swedish, once with letters of 200 %.
import { address, until, World } from "./world.mjs";
import * as browser from "./browser.mjs";

const count = new browser.Count();
const world = new World();
const ARREARS = "Vuokrarästi on kahden kuukauden ajalta.";
const WORDS = "En jaksa avata kirjeitä.";

async function well(what, page) {
	const found = await browser.findings(page);
	count.expect(`${what}: axe, console, origin, width`, found.length === 0, found.join("\n"));
}

function must(holds, what) {
	if (!holds)
		throw new Error(typeof what === "string" ? what : JSON.stringify(what));
}

function quad(page, name) {
	return page.getByRole("region", { name, exact: true });
}

// One answer of a group by one touch.
async function tap(scope, group, value) {
	await scope.getByRole("group", { name: group, exact: true }).getByRole("radio", { name: value, exact: true }).check();
}

async function kept(page) {
	await page.locator("[data-keeping=kept]").waitFor();
}

// Tab by Tab to what is meant, as one without a mouse does.
async function tabTo(page, target, keys = 200) {
	for (let i = 0; i < keys; i++) {
		if (await target.evaluate((element) => element === document.activeElement))
			return;
		await page.keyboard.press("Tab");
	}
	throw new Error(`not reached by the keyboard: ${target}`);
}

function inDays(days) {
	return new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Helsinki" }).format(Date.now() + days * 86_400_000);
}

try {
	await world.central();
	const aino = await world.worker("Aino Laine");
	const kaisa = (await aino.run("client", "add", "Korpela", "Kaisa", "municipality=Takkuvaara", "birth_date=1971-02-03")).id;
	const home = (await aino.run("show", kaisa)).record.case_id;
	await aino.run("case", "open", kaisa, "Talousasiat");
	const old = (await aino.run("mapping", kaisa, "income=WATCH:Tulot riittävät niukasti", "health=OK", "mode=PHONE", `valid_until=${inDays(3)}`)).id;
	await aino.run("sync", "--wait");
	await aino.run("sync", "--offline");
	await browser.begin();
	const page = await browser.open(await address(aino), { view: "phone" });

	// ---- capability ----
	await count.run("what the client has and can is asked from the client's page", async () => {
		await page.evaluate((hash) => { location.hash = hash; }, `#/case/${home}`);
		await page.getByRole("link", { name: "Asiointivalmius", exact: true }).click();
		for (const [what, answer] of [["Tietokone", "Ei"], ["Älypuhelin", "Ei"], ["Nettiyhteys", "Ei"]])
			await browser.choose(page, what, answer);
		await page.getByLabel("Toimintakyky asioinnissa").fill("Puhelin on tavallinen näppäinpuhelin.");
		await kept(page);
	});
	await count.run("without the skill and the channel it is not signed, and what was typed stays", async () => {
		await page.getByRole("button", { name: "Allekirjoita" }).click();
		await page.getByRole("alert").waitFor();
		must(await page.getByLabel("Toimintakyky asioinnissa").inputValue() === "Puhelin on tavallinen näppäinpuhelin.", "the text is gone");
	});
	await well("capability, refused", page);
	await count.run("signed, the customer type is told in words", async () => {
		await browser.choose(page, "Osaaminen", "Vähäinen");
		await page.getByLabel("Sovittu asiointikanava").selectOption({ label: "Suullisesti puhelimitse" });
		await page.getByRole("button", { name: "Allekirjoita" }).click();
		await page.getByText("välineet − / osaaminen −").waitFor();
		await page.getByText("suullisesti puhelimitse").waitFor();
	});
	await well("capability, signed", page);

	// ---- mapping ----
	await count.run("the client is told what, why and who sees, and when is written down", async () => {
		await page.getByRole("link", { name: "Elämäntilanteen kartoitus" }).click();
		await page.getByText("Tiedot näkevät vain", { exact: false }).waitFor();
		await page.getByRole("button", { name: "Kerrottu asiakkaalle" }).click();
		await until("informed", async () => (await aino.run("show", kaisa)).record.fields.informed_at);
	});
	await count.run("the earlier mapping is looked at again and taken over where it holds", async () => {
		await page.getByText("Pitääkö tämä vielä paikkansa?").waitFor();
		await page.getByText("Tulot riittävät niukasti").waitFor();
		await page.getByRole("button", { name: "Pitää paikkansa: Toimeentulo" }).click();
		must(await quad(page, "Toimeentulo").getByLabel("Mitä kerrottiin").inputValue() === "Tulot riittävät niukasti", "not taken over");
	});
	await well("mapping, phone", page);
	await count.run("a life event by one touch, and its date", async () => {
		await page.getByRole("group", { name: "Mitä on tapahtunut" }).getByRole("checkbox", { name: "Kuolema" }).check();
		await page.getByLabel("Milloin: kuolema").fill("2026-08-01");
		await page.getByLabel("Tarkennus: kuolema").fill("Puoliso kuoli");
	});
	await count.run("arrears ask for eviction", async () => {
		const housing = quad(page, "Asuminen");
		await tap(housing, "Tilanne", "Tuen tarve");
		await tap(housing, "Vuokrarästit", "Kyllä");
		await housing.getByText("kysy, uhkaako häätö", { exact: false }).waitFor();
		await housing.getByLabel("Tarkennus: vuokrarästit").fill("kaksi kuukautta");
		await housing.getByLabel("Mitä kerrottiin").fill(ARREARS);
		await page.getByLabel("Asiakkaan omat sanat").fill(WORDS);
		await kept(page);
	});
	await count.run("and are not signed without the answer; nothing is lost", async () => {
		await page.getByRole("button", { name: "Lue ääneen yhdessä" }).click();
		await page.getByRole("radio", { name: "Asiakas vahvistaa" }).check();
		await page.getByRole("button", { name: "Allekirjoita" }).click();
		await quad(page, "Asuminen").getByText("kysy, uhkaako häätö", { exact: false }).waitFor();
		must(await quad(page, "Asuminen").getByLabel("Mitä kerrottiin").inputValue() === ARREARS, "the text is gone");
	});
	await well("mapping, refused", page);
	await count.run("a concern for a child: the notice is made at once, and the mapping goes on where it was", async () => {
		await tap(quad(page, "Asuminen"), "Häätöuhka", "Ei");
		await tap(quad(page, "Perhe"), "Tilanne", "Seurattava");
		await tap(quad(page, "Perhe"), "Huoli lapsesta", "Kyllä");
		await page.getByLabel("Tarkennus: huoli lapsesta").fill("Poika jää iltaisin yksin");
		await kept(page);
		await page.getByRole("link", { name: "Tee lastensuojeluilmoitus tai yhteydenotto" }).click();
		await page.getByLabel(/^Perusteet/).fill("9-vuotias on iltaisin yksin");
		await page.getByLabel(/^Ketä ilmoitus koskee/).fill("Korpela Eetu");
		await page.getByLabel(/^Vastaanottaja/).fill("Lastensuojelu, Takkuvaara");
		await page.getByLabel(/^Tehty/).fill(`${inDays(-1)}T09:15`);
		await page.getByRole("button", { name: "Allekirjoita" }).click();
		await page.getByRole("heading", { name: "Elämäntilanteen kartoitus" }).waitFor();
		must(await quad(page, "Asuminen").getByLabel("Mitä kerrottiin").inputValue() === ARREARS, "the text is gone");
		const notices = (await aino.run("list", "child_notice")).records;
		must(notices.length === 1 && notices[0].case_id !== home, notices);
	});
	await count.run("read aloud together: all that was said stands there, what was skipped too", async () => {
		await page.getByRole("button", { name: "Lue ääneen yhdessä" }).click();
		const text = await page.getByRole("main").innerText();
		for (const said of [ARREARS, "kaksi kuukautta", "Poika jää iltaisin yksin", WORDS, "Kuolema, 1.8.2026, Puoliso kuoli", "Tulot riittävät niukasti", "Ei kysytty"])
			must(text.includes(said), `${said} is not in ${text}`);
		must(!text.includes("Eetu"), "the child's name");
	});
	await well("read aloud", page);
	await count.run("confirmed and signed; the earlier one is superseded", async () => {
		await page.getByRole("radio", { name: "Asiakas vahvistaa" }).check();
		await page.getByRole("button", { name: "Allekirjoita" }).click();
		await page.getByText("Kartoitus on allekirjoitettu ja tallessa").waitFor();
		const { records } = await aino.run("show", home);
		const mapping = records.find((one) => one.type === "life_situation_mapping" && one.id !== old);
		must(mapping.fields.client_confirmed === true && mapping.fields.replaces === old && mapping.fields.quadrants.length === 4, mapping.fields);
		must(mapping.fields.quadrants.find((one) => one.quadrant === "HEALTH").state === "NOT_ASKED", mapping.fields.quadrants);
		must(records.find((one) => one.id === old).state.holds === "SUPERSEDED", "the earlier one stands");
		must((await aino.run("drafts")).drafts.length === 0, "a draft is left");
	});
	await well("mapping, signed", page);
	await count.run("a copy in large letters", async () => {
		const way = page.getByRole("link", { name: "Tulosta isolla tekstillä" });
		await way.click();
		must(await page.getByRole("checkbox").first().isChecked(), "not in large letters");
		await page.goBack();
	});

	// ---- benefit ----
	await count.run("the question of benefit needs the client's own words", async () => {
		await page.evaluate((hash) => { location.hash = hash; }, `#/benefit/new?case=${home}&client=${kaisa}`);
		await browser.choose(page, "Hyötyykö asiakas palvelutarpeen arvioinnista ja palveluista", "Kyllä");
		await page.getByLabel(/^Perustelut/).fill("Arjen asiat ovat kasautuneet puolison kuoleman jälkeen.");
		await page.getByRole("button", { name: "Allekirjoita" }).click();
		await page.getByRole("alert").waitFor();
	});
	await well("benefit, refused", page);
	await count.run("yes: an assessment and a referral are offered", async () => {
		await page.getByLabel(/^Asiakkaan mielipide/).fill("Tarvitsen jonkun rinnalle.");
		await browser.choose(page, /samaa mieltä/, "Kyllä");
		await page.getByRole("button", { name: "Allekirjoita" }).click();
		await page.getByRole("link", { name: "Palvelutarpeen arviointi: Talousasiat" }).waitFor();
		await page.getByRole("link", { name: "Yhteydenotto sosiaalihuoltoon" }).waitFor();
	});
	await well("benefit, signed", page);
	await page.context().close();

	// ---- by keyboard alone, on a laptop, dark ----
	const veikko = (await aino.run("client", "add", "Niemi", "Veikko", "municipality=Takkuvaara")).id;
	const den = (await aino.run("show", veikko)).record.case_id;
	const wide = await browser.open(await address(aino), { view: "laptop", dark: true });
	await count.run("by the keyboard alone: from the quadrants to the signature", async () => {
		await wide.evaluate((hash) => { location.hash = hash; }, `#/mapping/new?case=${den}&client=${veikko}`);
		const told = wide.getByRole("button", { name: "Kerrottu asiakkaalle" });
		await told.waitFor();
		await tabTo(wide, told);
		await wide.keyboard.press("Enter");
		const income = quad(wide, "Toimeentulo");
		await tabTo(wide, income.getByRole("group", { name: "Tilanne" }).getByRole("radio", { name: "Ei kysytty" }));
		await wide.keyboard.press("ArrowLeft"); // to urgent
		await income.getByText("Kiireellinen tilanne hoidetaan tänään").waitFor();
		await wide.keyboard.press("ArrowLeft"); // to support
		await tabTo(wide, income.getByLabel("Mitä kerrottiin"));
		await wide.keyboard.type("Lääkkeet loppuivat eilen.");
		await kept(wide);
	});
	await well("mapping, laptop, dark", wide);
	await count.run("the four quadrants stand two beside two", async () => {
		const boxes = await Promise.all(["Toimeentulo", "Perhe", "Terveys ja toimintakyky", "Asuminen"].map((name) => quad(wide, name).boundingBox()));
		must(boxes[0].y === boxes[1].y && boxes[2].y === boxes[3].y && boxes[0].x < boxes[1].x && boxes[2].y > boxes[0].y, boxes);
	});
	await count.run("read, confirmed, signed", async () => {
		await tabTo(wide, wide.getByRole("button", { name: "Lue ääneen yhdessä" }));
		await wide.keyboard.press("Enter");
		await wide.getByText("Lääkkeet loppuivat eilen.").waitFor();
		await tabTo(wide, wide.getByRole("radio", { name: "Asiakas vahvistaa" }));
		await wide.keyboard.press("Space");
		await tabTo(wide, wide.getByRole("button", { name: "Allekirjoita" }));
		await wide.keyboard.press("Enter");
		await wide.getByText("Kartoitus on allekirjoitettu ja tallessa").waitFor();
		await wide.getByRole("heading", { name: "Elämäntilanteen kartoitus" }).waitFor();
	});
	await well("signed, laptop, dark", wide);
	await wide.context().close();

	// ---- Swedish, and large letters on a narrow screen ----
	const svensk = await browser.open(await address(aino), { view: "phone", language: "sv" });
	await count.run("in Swedish", async () => {
		await svensk.evaluate((hash) => { location.hash = hash; }, `#/mapping/new?case=${den}&client=${veikko}`);
		await svensk.getByRole("heading", { name: "Kartläggning av livssituationen" }).waitFor();
		await quad(svensk, "Boende").getByText("Hot om vräkning").waitFor();
		await svensk.getByText("Stämmer det här ännu?").waitFor();
	});
	await well("mapping, phone, Swedish", svensk);
	await count.run("a draft is kept from the first touch, and goes on after the window was closed", async () => {
		await tap(quad(svensk, "Boende"), "Situation", "Brådskande");
		await kept(svensk);
		await svensk.reload();
		await quad(svensk, "Boende").waitFor();
		must(await quad(svensk, "Boende").getAttribute("data-state") === "ACUTE", "the draft does not go on");
	});
	await svensk.setViewportSize({ width: 320, height: 740 });
	const cdp = await svensk.context().newCDPSession(svensk);
	await cdp.send("Page.setFontSizes", { fontSizes: { standard: 32, fixed: 26 } });
	await well("mapping, 320 px with letters of 200 %", svensk);
	await svensk.context().close();
	await count.run("back on the network all of it is sent", async () => {
		await aino.run("sync", "--online", "--wait");
		await until("receipts", async () => (await aino.run("status")).unreceipted === 0);
	});
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("the daemons end well", codes.every((code) => code === 0), codes.join());
	count.finish("web_journey_02");
}
