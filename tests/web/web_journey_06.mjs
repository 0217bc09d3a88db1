#!/usr/bin/env node
// Journey 6 of the domain in a browser: a plan, the notice to Kela with its exact text read first,
// sent and receipted; the client withdraws by phone while the worker is offline, what waits is
// blocked and Kela is to be told; prints, the screen turned to the client, feedback, a handover.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { address, until, World } from "./world.mjs";
import * as browser from "./browser.mjs";

const count = new browser.Count();
const world = new World();

async function well(what, page) {
	await page.evaluate(() => scrollTo(0, 0)); // what lies under the head is not in the way of anybody
	const found = await browser.findings(page);
	count.expect(`${what}: axe, console, origin, width`, found.length === 0, found.join("\n"));
}

function heading(page, name) {
	return page.getByRole("heading", { name, exact: typeof name === "string" }).first().waitFor();
}

async function go(page, path) {
	await page.evaluate((hash) => { location.hash = hash; }, path);
}

// The words of a PDF, as a person reads them.
async function words(page) {
	const folder = mkdtempSync(join(tmpdir(), "jalka-pdf-"));
	try {
		await page.emulateMedia({ media: "print" });
		writeFileSync(join(folder, "a.pdf"), await page.pdf({ preferCSSPageSize: true }));
		const size = execFileSync("pdfinfo", [join(folder, "a.pdf")]).toString();
		execFileSync("pdftotext", ["-layout", join(folder, "a.pdf"), join(folder, "a.txt")]);
		return { text: readFileSync(join(folder, "a.txt"), "utf8"), size };
	} finally {
		await page.emulateMedia({ media: null });
		rmSync(folder, { recursive: true, force: true });
	}
}

async function signedPlan(aino, matter) {
	return (await aino.run("create", "plan", "--case", matter, "--sign", "kind=INDEPENDENT_COPING",
		'goals=[{"text":"Vuokra maksetaan ajallaan.","category":"HOUSING","client_words":"omin sanoin"}]',
		'actions=[{"what":"Tehdään maksusuunnitelma","who":"Naapuri Niemi","due":"2030-01-10","kind":"INDIVIDUAL"}]',
		'parties=[{"role":"asiakas"}]', "client_agreement=AGREED", "review_on=2030-01-20", "kela_notice_wanted=true")).id;
}

try {
	await world.central();
	const aino = await world.worker("Aino Laine");
	const client = (await aino.run("client", "add", "Öhman", "Åsa", "municipality=Takkuvaara", "contact_language=SV", "phone=040 000 0777")).id;
	const matter = (await aino.run("case", "open", client, "Vuokrarästi")).id;
	const plan = await signedPlan(aino, matter);
	const clientCase = (await aino.run("show", client)).record.case_id;
	await aino.run("create", "agreed_action", "--case", clientCase, "what=Soitetaan vuokranantajalle", "owner_kind=WORKER", "owner=Aino Laine", "due=2030-01-05");
	await browser.begin();
	const page = await browser.open(await address(aino), { view: "phone" });
	await heading(page, "Tänään");

	// ---- the notice, and the consent it needs ----
	await count.run("from the plan one asks whether Kela is told, and without a consent nothing goes", async () => {
		await go(page, `#/record/${plan}`);
		await page.getByRole("link", { name: "Tiedoksi Kelalle" }).click();
		await heading(page, "Lähetetäänkö Kelalle?");
		await page.getByText("Asiakas ei ole antanut suostumusta Kelalle").waitFor();
	});
	await well("no consent", page);
	await count.run("the consent is kept as a draft while it is typed", async () => {
		await page.getByRole("link", { name: "Ota suostumus asiakkaalta" }).click();
		await heading(page, "Uusi suostumus");
		await page.getByLabel("Tarkoitus").fill("Toimeentulotukihakemuksen käsittely");
		await page.locator("[data-keeping=kept]").waitFor();
		const { drafts } = await aino.run("drafts");
		if (drafts.length !== 1 || drafts[0].fields.recipient !== "Kela" || drafts[0].fields.scope.join() !== "PLAN_SUMMARY")
			throw new Error(JSON.stringify(drafts));
	});
	await count.run("loaded anew the window goes on with it where it was left", async () => {
		await page.reload();
		await heading(page, "Uusi suostumus");
		if (await page.getByLabel("Tarkoitus").inputValue() !== "Toimeentulotukihakemuksen käsittely" || (await aino.run("drafts")).drafts.length !== 1)
			throw new Error(await page.locator("main").innerText());
	});
	await count.run("it says in plain words what the client signs", async () => {
		await page.getByText("Mitä ei saa kertoa", { exact: true }).first().click();
		await page.getByRole("group", { name: "Mitä ei saa kertoa" }).getByLabel("Terveyttä ja toimintakykyä koskevat tiedot").check();
		const plain = page.getByRole("region", { name: "Tämän asiakas sallii" });
		for (const part of ["sosiaalihuolto saa kertoa Kelalle", "Suunnitelman tiivistelmä", "Terveyttä", "Toimeentulotukihakemuksen käsittely", "vapaaehtoista"])
			await plain.getByText(part).first().waitFor();
	});
	await well("the form of a consent", page);
	await count.run("what is missing is said at its field, and what was typed stays", async () => {
		await page.getByRole("button", { name: "Allekirjoita" }).click();
		await page.locator(".error").first().waitFor();
		if (await page.getByLabel("Tarkoitus").inputValue() !== "Toimeentulotukihakemuksen käsittely")
			throw new Error("the purpose has gone");
	});
	await count.run("signed, one is back at the notice, which it covers", async () => {
		await page.getByLabel(/Miten ymmärtäminen varmistettiin/).fill("Asiakas kertoi omin sanoin, mitä Kelalle kerrotaan");
		await page.getByRole("button", { name: "Allekirjoita" }).click();
		await heading(page, "Lähetetäänkö Kelalle?");
		await page.getByText("Voimassa oleva suostumus kattaa tämän.").waitFor();
	});
	const consent = (await aino.run("consent", "list", client)).consents[0];
	count.expect("the last day was filled in", /^\d{4}-\d\d-\d\d$/.test(consent.valid_until) && consent.excluded.join() === "QUADRANT_HEALTH", consent);
	let shown = "";
	await count.run("the exact text is shown in the client's language before anything is written", async () => {
		await page.getByRole("button", { name: "Näytä, mitä lähtisi" }).click();
		shown = await page.locator(".exact").innerText();
		if (!/plan/i.test(shown) || /Niemi|omin sanoin|Vuokra maksetaan/.test(shown) || await page.locator(".exact").getAttribute("lang") !== "sv")
			throw new Error(shown);
		if ((await aino.run("disclosure", "list")).disclosures.length !== 0)
			throw new Error("written");
	});
	await well("the preview", page);
	await count.run("read with the client it is prepared, and holds what was shown", async () => {
		const prepare = page.getByRole("button", { name: "Valmistele ilmoitus" });
		if (await prepare.getAttribute("aria-disabled") !== "true")
			throw new Error("prepared unread");
		await page.getByLabel("Luettu asiakkaan kanssa").check();
		await prepare.click();
		await page.locator("[data-state=PREPARED]").waitFor();
		const text = await page.locator(".exact").innerText();
		if (text !== shown)
			throw new Error(`${text}\n--\n${shown}`);
	});
	await well("prepared", page);
	await count.run("queued, sent with its means, receipted, the client told", async () => {
		await page.getByRole("button", { name: "Luettu: odottamaan lähetystä" }).click();
		await page.locator("[data-state=QUEUED]").waitFor();
		await browser.choose(page, "Millä tavalla lähetetään", "Suojattu sähköposti");
		await page.getByRole("button", { name: "Lähetin sen" }).click();
		await page.locator("[data-state=SENT]").waitFor();
		await page.getByRole("button", { name: "Asiakkaalle on kerrottu" }).click();
		await page.getByRole("button", { name: "Asiakkaalle on kerrottu" }).waitFor({ state: "detached" });
		await page.getByRole("button", { name: "Vastaanotto vahvistettu" }).click();
		await page.locator("[data-state=RECEIPTED]").waitFor();
		await page.getByText("Kaikki tehty").waitFor();
	});
	await well("receipted", page);

	// ---- the withdrawal, offline ----
	const waiting = (await aino.run("notice", plan)).id;
	await aino.run("disclosure", "queue", waiting);
	await aino.run("sync", "--offline");
	await count.run("the client withdraws by phone, and the worker writes it down offline with its time", async () => {
		await go(page, `#/consent/${consent.id}`);
		await page.getByRole("button", { name: "Peru suostumus" }).click();
		await browser.choose(page, "Miten asiakas kertoi", "Puhelimessa");
	});
	await well("the form of a withdrawal", page);
	await count.run("what was blocked, what had gone and what is to be done are told", async () => {
		await page.getByRole("button", { name: "Kirjaa peruutus" }).click();
		const done = page.locator("[data-done]");
		await done.getByText("Estetty, näitä ei lähetetä").waitFor();
		await done.getByText("Ehti jo mennä").waitFor();
		await done.getByText(/Ilmoita peruutuksesta/).waitFor();
		await page.locator("[data-holds=WITHDRAWN]").waitFor();
		const fields = (await aino.run("show", consent.id)).record.fields;
		if (fields.state !== "WITHDRAWN" || fields.withdrawn_via !== "Puhelimessa" || (await aino.run("status")).online)
			throw new Error(JSON.stringify(fields));
	});
	await well("the withdrawal", page);
	await count.run("what waited is blocked and says why", async () => {
		await page.locator("[data-done]").getByRole("link", { name: /^Kela/ }).first().click();
		await page.locator("[data-state=BLOCKED]").waitFor();
		await page.getByText("Lähetys on estetty").waitFor();
	});
	await well("blocked", page);
	await count.run("of what had gone Kela is told, and the task is done", async () => {
		await page.getByRole("link", { name: "Suostumukset ja luovutukset" }).click();
		await page.getByText("Kerro peruutuksesta vastaanottajalle").waitFor();
		await well("consents and disclosures", page);
		await page.getByRole("link", { name: /Kerro peruutuksesta vastaanottajalle/ }).click();
		await page.getByRole("button", { name: "Vastaanottajalle on kerrottu peruutuksesta" }).click();
		await page.locator("[data-state=RECIPIENT_INFORMED_OF_WITHDRAWAL]").waitFor();
	});
	await count.run("the check at sending is the daemon's: what was lost meanwhile is refused there and blocked", async () => {
		const given = (await aino.run("consent", "give", client, "PLAN_SUMMARY", "asumistuki", "understood_check=kertoi")).id;
		const late = (await aino.run("notice", plan, "--consent", given)).id;
		await aino.run("disclosure", "queue", late);
		await go(page, `#/notice/${late}`);
		await page.locator("[data-state=QUEUED]").waitFor();
		await browser.choose(page, "Millä tavalla lähetetään", "Paperituloste");
		await aino.run("consent", "withdraw", given);
		await page.locator("[data-state=BLOCKED]").waitFor();
		if ((await aino.run("disclosure", "show", late)).disclosure.sent_ms !== 0)
			throw new Error("sent");
	});
	await count.run("back online everything reaches the centre", async () => {
		await aino.run("sync", "--online");
		await until("receipts", async () => (await aino.run("status")).unreceipted === 0);
	});
	await page.context().close();

	// ---- prints, on a laptop, dark ----
	const laptop = await browser.open(await address(aino), { view: "laptop", dark: true });
	await heading(laptop, "Tänään");
	await count.run("a plan is shown as its page and printed with nothing of ours on it", async () => {
		await go(laptop, `#/print/${plan}?of=plan`);
		await laptop.getByRole("button", { name: "Näytä" }).click();
		const paper = laptop.locator("[data-printed=plan]");
		await paper.getByRole("heading").first().waitFor();
		const { text, size } = await words(laptop);
		if (!/Vuokra maksetaan ajallaan/.test(text) || /Tulosta|Jalka\s|Valikko|Suuret/.test(text) || !/59[45]\S* x 84[12]/.test(size))
			throw new Error(`${size}\n${text}`);
		await laptop.evaluate(() => { window.print = () => { window.printed = true; }; });
		await laptop.getByRole("button", { name: "Tulosta" }).click();
		if (!await laptop.evaluate(() => window.printed))
			throw new Error("not printed");
	});
	await well("a print", laptop);
	await count.run("in Finnish, with large letters, of the client: what was agreed", async () => {
		await go(laptop, `#/print/${clientCase}`);
		await browser.choose(laptop, "Mikä tulostetaan", "Mitä sovittiin");
		await browser.choose(laptop, "Kieli", "Suomi");
		await laptop.getByLabel("Suuret kirjaimet").check();
		await laptop.getByRole("button", { name: "Näytä" }).click();
		await laptop.locator("[data-printed=actions]").getByText("Soitetaan vuokranantajalle").waitFor();
		const { text } = await words(laptop);
		if (!/Mitä sovimme/.test(text))
			throw new Error(text);
	});
	await count.run("what cannot be printed is said, and an empty sheet can", async () => {
		await browser.choose(laptop, "Mikä tulostetaan", "Elämäntilanteen nelikenttä");
		await laptop.getByRole("button", { name: "Näytä" }).click();
		await laptop.getByRole("alert").waitFor();
		await laptop.getByLabel("Tyhjä lomake").check();
		await laptop.getByRole("button", { name: "Näytä" }).click();
		await laptop.locator("[data-printed=quadrants]").getByRole("heading").first().waitFor();
	});
	await well("an empty sheet", laptop);
	await count.run("each print left its entry, and none was made by itself", async () => {
		const rows = (await aino.run("log", client)).entries.filter((one) => one.act === "PRINT");
		if (rows.length !== 3)
			throw new Error(JSON.stringify(rows.map((one) => one.when_ms)));
		await go(laptop, "#/");
		await heading(laptop, "Tänään");
		if (await laptop.evaluate(() => document.adoptedStyleSheets.length) !== 0)
			throw new Error("the paper's margins stay");
	});

	// ---- the screen turned to the client ----
	const wide = (await aino.run("consent", "give", client, "PLAN_SUMMARY,CONTACT_DETAILS", "asumistuki", "understood_check=kertoi")).id;
	await count.run("a consent is narrowed: the newer one stands", async () => {
		await go(laptop, `#/consent/${wide}`);
		await laptop.getByRole("button", { name: "Rajaa", exact: true }).click();
		await laptop.getByLabel("Yhteystiedot", { exact: true }).uncheck();
		await laptop.getByLabel(/Miten ymmärtäminen varmistettiin/).fill("Asiakas kertoi, mitä jäi");
		await well("narrowing", laptop);
		await laptop.getByRole("button", { name: "Allekirjoita" }).click();
		await laptop.locator("[data-holds=NARROWED]").waitFor();
		await laptop.getByRole("link", { name: "Uudempi, rajattu suostumus" }).click();
		await laptop.locator("[data-holds=HOLDS]").waitFor();
		const rows = (await aino.run("consent", "list", client)).consents.filter((one) => one.holds === "HOLDS");
		if (rows.length !== 1 || rows[0].scope.join() !== "PLAN_SUMMARY" || rows[0].excluded.join() !== "CONTACT_DETAILS")
			throw new Error(JSON.stringify(rows));
	});
	await count.run("turned around it speaks the client's language and shows what concerns the client alone", async () => {
		await go(laptop, `#/case/${clientCase}`);
		await laptop.getByRole("link", { name: "Asiakkaan näkymä" }).click();
		await heading(laptop, "Hej Åsa");
		for (const part of ["Soitetaan vuokranantajalle", "Tehdään maksusuunnitelma", "Aino Laine", "Vuokra maksetaan ajallaan."])
			await laptop.getByText(part).first().waitFor();
		const text = await laptop.locator("body").innerText();
		if (/Niemi|omin sanoin|Meny|Valikko|Jalka/.test(text) || await laptop.getByRole("banner").count() !== 0)
			throw new Error(text);
	});
	await well("the client's own view", laptop);
	await count.run("no address, reload or key leads out of it", async () => {
		await go(laptop, "#/");
		await laptop.keyboard.press("h");
		await heading(laptop, "Hej Åsa");
		await laptop.reload();
		await heading(laptop, "Hej Åsa");
	});
	await count.run("the worker comes back by two presses, in the worker's language", async () => {
		if (await laptop.getByRole("button", { name: "Tillbaka till arbetet" }).isVisible())
			throw new Error("one press");
		await laptop.getByText("För den anställda").click();
		await laptop.getByRole("button", { name: "Tillbaka till arbetet" }).click();
		await heading(laptop, "Åsa Öhman");
	});

	// ---- feedback ----
	await count.run("feedback is given on the machine handed over, and thanks stay in sight", async () => {
		await go(laptop, "#/new");
		await laptop.getByRole("link", { name: "Asiakaspalaute" }).click();
		await heading(laptop, "Anna palautetta");
		await well("feedback", laptop);
		await laptop.getByLabel("Hyvin", { exact: true }).check();
		await laptop.getByLabel("Kerro omin sanoin").fill("Apua oli.");
		await laptop.getByRole("button", { name: "Lähetä palaute" }).click();
		await heading(laptop, "Kiitos palautteesta");
		await well("thanks", laptop);
		const { records } = await aino.run("list", "feedback");
		const fields = (await aino.run("show", records[0].id)).record.fields;
		if (fields.score !== 4 || fields.anonymous !== true || fields.text !== "Apua oli.")
			throw new Error(JSON.stringify(fields));
		await laptop.getByText("Työntekijälle", { exact: true }).click();
		await laptop.getByRole("button", { name: "Takaisin työhön" }).click();
		await heading(laptop, "Tänään");
	});

	await count.run("in Swedish, at 320 px with letters twice as large, nothing goes sideways", async () => {
		const narrow = await browser.open(await address(aino), { view: "phone", language: "sv", viewport: { width: 320, height: 700 } });
		await heading(narrow, "I dag");
		await narrow.evaluate(() => { document.documentElement.style.fontSize = "200%"; });
		for (const [path, title] of [[`consents/${clientCase}`, "Samtycken och utlämnanden"], [`consent/new?case=${clientCase}`, "Nytt samtycke"], [`notice/${plan}`, "Skickas det till FPA?"],
			[`notice/${waiting}`, "Anmälan"], [`print/${clientCase}`, "Skriv ut"], [`turned/${clientCase}`, "Hej Åsa"]]) {
			await go(narrow, `#/${path}`);
			await heading(narrow, title);
			const found = await browser.findings(narrow, { axeToo: false });
			count.expect(`${path.split("/")[0]} at 320 px`, found.length === 0, found.join("\n"));
		}
		await narrow.context().close();
	});

	// ---- a handover ----
	const eeva = await world.worker("Eeva Niva");
	await count.run("a case is proposed to a colleague, and what it waits for is said", async () => {
		await until("the colleague in the directory", async () => (await aino.run("list", "staff_member")).records.some((one) => one.id === eeva.staff));
		await go(laptop, `#/handovers/new?case=${(await aino.run("show", matter)).record.case_id}`);
		await heading(laptop, "Siirrä toiselle työntekijälle");
		await laptop.getByLabel("Vastaanottava työntekijä").selectOption({ label: "Eeva Niva" });
		await laptop.getByLabel("Syy").fill("Asiakas muuttaa Eevan alueelle");
		await well("the form of a handover", laptop);
		await laptop.getByRole("button", { name: "Ehdota siirtoa" }).click();
		await laptop.locator("[data-handover=PROPOSED]").getByText("Odottaa vastaanottajan hyväksyntää").waitFor();
		await laptop.getByText("Avoimet määräajat siirtohetkellä").click();
		await laptop.locator("[data-handover=PROPOSED] details .pre").waitFor();
	});
	await well("handovers", laptop);
	await count.run("the colleague accepts it on the phone, in Swedish", async () => {
		const phone = await browser.open(await address(eeva), { view: "phone", language: "sv", dark: true });
		await heading(phone, "I dag");
		await go(phone, "#/handovers");
		await phone.getByRole("button", { name: "Jag tar emot", exact: true }).click({ timeout: 30_000 });
		await phone.locator("[data-handover=ACCEPTED]").waitFor();
		await well("accepted, in Swedish", phone);
		await phone.context().close();
	});
	await count.run("and once the client is told it takes effect: the case is the colleague's", async () => {
		await laptop.getByRole("button", { name: "Asiakkaalle on kerrottu" }).click({ timeout: 30_000 });
		await until("the handover in effect", async () => (await eeva.run("handover", "list")).handovers[0]?.state === "EFFECTIVE");
		await laptop.locator("[data-handover=EFFECTIVE]").or(laptop.getByText("Ei siirtoja")).waitFor({ timeout: 30_000 });
	});
	await well("handed over", laptop);
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("the daemons end well", codes.every((code) => code === 0), codes.join());
	count.finish("web_journey_06");
}
