#!/usr/bin/env node
// How the everyday screens look, where a look can be measured: the order of the day, what is reached without
// scrolling, what stands beside what, targets for a thumb, colours on paper.
import { address, until, World } from "./world.mjs";
import * as browser from "./browser.mjs";

const TAP_PX = 44;
const count = new browser.Count();
const world = new World();
const day = (ahead = 0) => new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Helsinki" }).format(Date.now() + ahead * 86_400_000);

function must(holds, what) {
	if (!holds)
		throw new Error(typeof what === "string" ? what : JSON.stringify(what));
}

async function well(what, page) {
	const found = await browser.findings(page);
	count.expect(`${what}: axe, console, origin, width`, found.length === 0, found.join("\n"));
}

// Buttons, links that look like one, choices and folds that are smaller than a thumb needs.
function small(page) {
	return page.evaluate((least) => [...document.querySelectorAll("button, a.button, a.item, a.chip, summary, .choice, select, input:not([type=radio], [type=checkbox]), textarea")]
		.map((one) => [one.getBoundingClientRect(), one]).filter(([box]) => box.width > 0 && (box.width < least || box.height < least))
		.map(([box, one]) => `${one.tagName} "${one.textContent.slice(0, 30)}" ${Math.round(box.width)}x${Math.round(box.height)}`), TAP_PX);
}

async function to(page, hash) {
	await page.evaluate((next) => { location.hash = next; }, hash);
	await page.getByRole("heading", { level: 1 }).waitFor();
	await browser.shown(page);
}

try {
	await world.central();
	const aino = await world.worker("Aino Laine");
	const maija = await aino.run("client", "add", "Ahonen-Kallioniemi", "Maija", "municipality=Takkuvaara", "address.0.street=Kelotie 4");
	const matter = await aino.run("case", "open", maija.id, "Toimeentulotuen ja asumisen kokonaisuuden selvittäminen");
	for (const [ahead, what] of [[2, "myöhempi"], [-9, "vanha"], [0, "tänään"], [1, "huominen"]])
		await aino.run("create", "agreed_action", "--case", matter.case_id, `what=${what}`, "owner_kind=WORKER", "owner=Aino Laine", `due=${day(ahead)}`);
	await until("receipts", async () => (await aino.run("status")).unreceipted === 0);
	const home = (await aino.run("show", maija.id)).record.case_id;
	await browser.begin();
	const phone = await browser.open(await address(aino), { view: "phone" });
	await phone.locator("[data-due]").first().waitFor();
	await count.run("what is of the day stands before what has been late for long, each by its day", async () => {
		const classes = await phone.locator("[data-due]").evaluateAll((all) => all.map((one) => one.dataset.due));
		must(classes.join() === "TODAY,OVERDUE,COMING", classes);
		const coming = await phone.locator("[data-due=COMING]").innerText();
		must(coming.indexOf("huominen") < coming.indexOf("myöhempi"), coming);
	});
	await count.run("a visit is begun from the first sight of a phone", async () => {
		const box = await phone.getByRole("link", { name: "Aloita käynti" }).boundingBox();
		must(box.y + box.height < 740 / 2, box);
	});
	for (const [name, hash] of [["home", "#/"], ["client", `#/case/${home}`], ["mapping", `#/mapping/new?case=${home}&client=${maija.id}`], ["concern", `#/concern/new?case=${home}&client=${maija.id}`],
		["benefit", `#/benefit/new?case=${home}&client=${maija.id}`], ["capability", `#/capability/new?case=${home}&client=${maija.id}`], ["actions", `#/actions/${home}`], ["sync", "#/sync"],
		["emergency", "#/emergency"], ["places", "#/places"], ["new", "#/new"]]) {
		await to(phone, hash);
		const found = await small(phone);
		count.expect(`${name}: every target has ${TAP_PX} px`, found.length === 0, found.join("\n"));
	}
	await to(phone, `#/case/${home}`);
	await count.run("a folded heading stands on one line with its sign", async () => {
		const box = await phone.locator("summary", { hasText: "Perustiedot" }).boundingBox();
		must(box.height < 60, box);
	});
	await well("client, phone", phone);
	await phone.context().close();

	// ---- letters of 200 % ----
	const large = await browser.open(await address(aino), { view: "phone", viewport: { width: 320, height: 740 } });
	const cdp = await large.context().newCDPSession(large);
	await cdp.send("Page.setFontSizes", { fontSizes: { standard: 32, fixed: 26 } });
	await count.run("with letters of 200 % the head leaves the screen to the work, and the chip is read whole", async () => {
		await large.locator("[data-due]").first().waitFor();
		const head = await large.getByRole("banner").boundingBox(), chip = await large.locator("[data-sync]").boundingBox();
		must(head.height < 740 / 3, head);
		must(chip.width > 200, chip);
	});
	await well("home, 320 px with letters of 200 %", large);
	await large.context().close();

	// ---- paper ----
	for (const dark of [false, true]) {
		const page = await browser.open(await address(aino), { dark });
		await page.locator("[data-due]").first().waitFor();
		const ink = () => page.locator("main .quiet").first().evaluate((one) => getComputedStyle(one).color);
		const onScreen = await ink();
		await page.emulateMedia({ media: "print" });
		count.expect(`on paper grey text is dark${dark ? ", in a dark window too" : ""}`, Number(/\d+/.exec(await ink())[0]) < 110, `${onScreen} then ${await ink()}`);
		if (dark) {
			count.expect("a dark window is dark", Number(/\d+/.exec(onScreen)[0]) > 150, onScreen);
			await page.emulateMedia({ media: "screen" });
			await page.getByRole("button", { name: "Valikko" }).click();
			const line = (name) => page.getByRole("button", { name }).evaluate((one) => getComputedStyle(one).textDecorationLine);
			count.expect("the language chosen is seen among the others", await line("Suomi") === "underline" && await line("Svenska") === "none");
			await page.getByRole("button", { name: "Vaalea" }).click();
			count.expect("light is chosen against the system", Number(/\d+/.exec(await ink())[0]) < 110, await ink());
			await page.getByRole("button", { name: "Valikko" }).click();
			await page.getByRole("button", { name: "Tumma" }).click();
			count.expect("and dark again", await ink() === onScreen, await ink());
		}
		await page.context().close();
	}
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("the daemons end well", codes.every((code) => code === 0), codes.join());
	count.finish("web_eyes");
}
