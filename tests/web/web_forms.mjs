#!/usr/bin/env node
// The form of every record type: each text in it knows its bound in letters and UTF-8 bytes and says
// so beside the field, what the daemon refuses stands at the field it names, and what was typed stays.
//
// The types and their bounds are what the daemon tells (`types`), so a new type or field is tried too.
import { address, until, World } from "./world.mjs";
import * as browser from "./browser.mjs";

const count = new browser.Count();
const world = new World();

// Where a type is begun, when it has a screen of its own.
const SCREENS = { life_situation_mapping: "mapping", digital_capability: "capability", concern_assessment: "concern", benefit_assessment: "benefit", service_need_assessment: "need",
	plan: "plan", agreed_action: "actions", assistance_application: "application", referral: "referral", consent: "consent", joint_session: "session", handover: "handovers" };
// What must be chosen before all that can be written is in sight.
const FIRST = {
	referral: (page) => page.getByLabel("Ohjautumisreitti").selectOption({ label: "Ilmeinen sosiaalihuollon tarve" }),
	assistance_application: (page) => browser.choose(page, "Kuinka kiire", "Kiireellinen hakemus"),
	service_need_assessment: async (page) => { await browser.choose(page, /^Lopputulos/, "Arviointi ilmeisen tarpeeton"); },
	concern_assessment: (page) => page.getByRole("group", { name: /^Ei selviä asioinnista/ }).getByRole("radio", { name: "Kyllä" }).check(),
};
// Nobody writes these: the daemon does, as it goes.
const BY_ITSELF = ["access_log"];
// A draft of these is no part of the form: the daemon is asked once, when all is said.
const SAVE = /^(Allekirjoita|Tallenna|Kirjaa kiireellinen hakemus|Ehdota siirtoa|Valmistele tapaaminen|Lue ääneen yhdessä)$/;

function must(holds, what) {
	if (!holds)
		throw new Error(typeof what === "string" ? what : JSON.stringify(what));
}

// "quadrants.text" in the fields of a type.
function fieldAt(fields, path) {
	let found;
	for (const name of path.split(".")) {
		found = fields.find((one) => one.name === name);
		fields = found?.fields ?? [];
	}
	return found;
}

// Everything that is folded is unfolded, and every list has a row.
async function unfold(page) {
	await page.evaluate(() => document.querySelectorAll("main details").forEach((one) => one.setAttribute("open", "")));
	for (let i = 0, adds = page.getByRole("main").getByRole("button", { name: /^Lisää: / }); i < await adds.count(); i++)
		await adds.nth(i).click();
}

// Types into a text box, when there is something to type, and reads what it says of itself.
function type(page, id, text = null) {
	return page.evaluate(async ([id, text]) => {
		const one = document.getElementById(id);
		if (text !== null) {
			Object.getOwnPropertyDescriptor(Object.getPrototypeOf(one), "value").set.call(one, text);
			one.dispatchEvent(new Event("input", { bubbles: true }));
			await new Promise((resolve) => setTimeout(resolve));
		}
		return { path: one.closest("[data-path]")?.getAttribute("data-path") ?? "", letters: [...one.value].length, invalid: one.getAttribute("aria-invalid") === "true", seen: one.checkVisibility(),
			error: (one.getAttribute("aria-describedby") ?? "").split(" ").map((each) => document.getElementById(each)).filter((part) => part?.className === "error").map((part) => part.textContent).join(" ") };
	}, [id, text]);
}

function spaced(number) {
	return new RegExp(String(number).replace(/\B(?=(\d{3})+$)/g, "\\s?"));
}

// Every text of the form over its bound, and at it.
async function bounds(page, shape) {
	const ids = await page.getByRole("main").getByRole("textbox").evaluateAll((all) => all.filter((one) => ["text", "tel", "email", "textarea"].includes(one.type)).map((one) => one.id));
	let tried = 0, last = null;
	for (const id of ids) {
		const { path } = await type(page, id);
		const field = fieldAt(shape.fields, path);
		must(field !== undefined, `a text of ${shape.name} belongs to no field of the record: "${path}"`);
		if (field.kind !== "TEXT")
			continue;
		const most = field.chars_max, wide = Math.floor(field.bytes_max / 4);
		let said = await type(page, id, "ä".repeat(most + 1));
		must(said.invalid && spaced(most).test(said.error) && said.letters === most + 1, { path, most, said });
		if (wide < most) {
			said = await type(page, id, "𐍅".repeat(wide + 1));
			must(said.invalid && spaced(field.bytes_max).test(said.error), { path, wide, said });
		}
		said = await type(page, id, "ä".repeat(most));
		must(!said.invalid && said.letters === most, { path, most, said });
		await type(page, id, "Sana");
		tried++;
		last = { id, path, most };
	}
	return { tried, last };
}

// Saved with one text too long, then without: refused beside a field, and the text is still there.
async function refused(page, { id, path, most }) {
	const save = page.getByRole("main").getByRole("button", { name: SAVE }).last();
	await type(page, id, "ö".repeat(most + 1));
	await save.click();
	await page.getByRole("alert").first().waitFor();
	let said = await type(page, id);
	must(said.invalid && said.seen && said.error !== "" && said.letters === most + 1, { path, said });
	await type(page, id, "Sana");
	await page.evaluate(() => document.querySelectorAll(".toast, .notice.good").forEach((one) => one.setAttribute("data-before", "")));
	await save.click();
	// Whatever is still missing, the daemon names it; or nothing is, and it is written.
	const went = await page.waitForFunction((id) => {
		if (document.getElementById(id) === null || document.querySelector(":is(.toast, .notice.good):not([data-before])") !== null)
			return "written";
		for (let at = document.activeElement; at !== null; at = at.parentElement)
			if (at.hasAttribute("data-path") && at.querySelector(".error") !== null)
				return at.querySelector(".error").textContent;
		return false;
	}, id);
	const how = await went.jsonValue();
	if (how === "written")
		return how;
	said = await type(page, id);
	must(said.letters === 4 && said.seen, { path, said });
	return how;
}

try {
	const central = await world.central();
	const aino = await world.worker("Aino Laine");
	await central.run("admin", "staff", "add", "Jussi Rautio", "LICENSED_SOCIAL_WORKER");
	const kaisa = (await aino.run("client", "add", "Korpela", "Kaisa", "municipality=Takkuvaara")).id;
	const home = (await aino.run("show", kaisa)).record.case_id;
	const matter = (await aino.run("case", "open", kaisa, "Talousasiat", "opened_by_pathway=NEED_REQUEST")).case_id;
	await aino.run("consent", "give", kaisa, "SESSION", "yhteinen tapaaminen", "recipient=Kela", "understood_check=kertoi omin sanoin");
	await until("the staff list", async () => (await aino.run("list", "staff_member")).records.length > 1);
	await browser.begin();
	const page = await browser.open(await address(aino));
	await page.getByRole("heading", { level: 1 }).waitFor();
	const { types } = await aino.run("types");
	const only = process.argv.slice(2); // these types alone
	for (const { name, central_only, home: where } of types.filter((one) => only.length === 0 || only.includes(one.name))) {
		const caseId = ["CLIENT", "PROTECTED", "SENSITIVE", "CHILD_NOTICE"].includes(where) || name === "case" ? home : matter;
		const query = where === "REFERENCE" ? "" : `?case=${caseId}&client=${kaisa}`;
		await page.evaluate((hash) => { location.hash = hash; }, SCREENS[name] !== undefined ? `#/${SCREENS[name]}/new${query}` : `#/new/${name}${query}`);
		await page.getByRole("heading", { level: 1 }).waitFor();
		if (central_only || BY_ITSELF.includes(name)) {
			await count.run(`${name}: not written here, and the page says so`, async () => {
				await page.getByText("Tätä ei kirjata tällä koneella").waitFor();
				must(await page.getByRole("main").getByRole("textbox").count() === 0, "a form");
			});
			continue;
		}
		await count.run(`${name}: bounds told, refusals beside the field, text kept`, async () => {
			const shape = await aino.run("types", name);
			await page.getByRole("main").getByRole("button", { name: SAVE }).or(page.getByRole("main").getByRole("combobox")).first().waitFor();
			await FIRST[name]?.(page);
			await unfold(page);
			const { tried, last } = await bounds(page, shape);
			const found = await browser.findings(page, { axeToo: false });
			must(found.length === 0, found);
			const how = last === null ? "no text" : name === "life_situation_mapping" ? "read aloud first" : await refused(page, last);
			console.log(`     ${tried} texts; ${how}`);
		});
	}
	const found = await browser.findings(page);
	count.expect("axe, console, origin, width", found.length === 0, found.join("\n"));
	await browser.end();
} finally {
	await browser.end();
	await world.stop();
}
count.finish("web_forms");
