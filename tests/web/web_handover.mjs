#!/usr/bin/env node
// A matter that changes hands, as both workers see it: proposed with what is due, rejected with a reason,
// proposed again, accepted, told to the client, in effect; what is due in the language of who reads it.
// And a notice by statute to another than Kela: the text that is read is the text that is sent.
import { address, until, World } from "./world.mjs";
import * as browser from "./browser.mjs";

const WHY = "Asiakas muuttaa Hallasuolle";
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

const card = (page, state) => page.locator(`[data-handover=${state}]`);

try {
	const center = await world.central();
	const aino = await world.worker("Aino Laine");
	const olli = await world.worker("Olli Niemi");
	await center.run("change", olli.staff, "phone=040 000 0456");
	const client = (await aino.run("client", "add", "Aho", "Anna", "municipality=Takkuvaara", "contact_language=FI")).id;
	const matter = (await aino.run("case", "open", client, "Tuki arkeen", "opened_by_pathway=NEED_REQUEST")).case_id;
	await aino.run("note", matter, "Sovitaan uudesta ajasta.");
	await aino.run("sync", "--wait");
	await until("Olli's number", async () => (await aino.run("show", olli.staff)).record.fields.phone !== undefined);
	await until("Aino as own worker", async () => (await aino.run("list", "case_assignment", "--case", matter)).records.length > 0);
	await browser.begin();
	const page = await browser.open(await address(aino));
	const phone = await browser.open(await address(olli), { view: "phone", dark: true, language: "sv" });

	const propose = async () => {
		await go(page, `#/case/${matter}`, /Aho/);
		await page.getByRole("link", { name: "Asiakkuuden siirto", exact: true }).click();
		await page.getByRole("heading", { level: 1, name: "Siirrä toiselle työntekijälle" }).waitFor();
		await page.getByLabel("Vastaanottava työntekijä", { exact: false }).selectOption({ label: "Olli Niemi" });
		await page.getByLabel("Syy", { exact: false }).fill(WHY);
		await well("the proposal", page);
		await page.getByRole("button", { name: "Ehdota siirtoa" }).click();
		await card(page, "PROPOSED").getByText("Odottaa vastaanottajan hyväksyntää").waitFor();
	};
	await count.run("proposed: the worker reads whom it waits for, and what to tell the client", async () => {
		await propose();
		await card(page, "PROPOSED").getByText("jatkossa asioitasi hoitaa Olli Niemi, puhelin 040 000 0456", { exact: false }).waitFor();
		await card(page, "PROPOSED").getByText("Avoimet määräajat", { exact: false }).click();
		await card(page, "PROPOSED").getByText("palvelutarpeen arviointi valmiiksi", { exact: false }).waitFor();
		await well("a proposal of one's own", page);
	});
	await count.run("the receiver sees it in Swedish, with what is due in Swedish, and the case to look at", async () => {
		await go(phone, "#/handovers", "Överföringar av klienter");
		await card(phone, "PROPOSED").getByText(WHY).waitFor({ timeout: 30_000 });
		await card(phone, "PROPOSED").getByText("Öppna tidsfrister", { exact: false }).click();
		await card(phone, "PROPOSED").getByText("bedömningen av servicebehovet ska bli klar", { exact: false }).waitFor();
		await well("a proposal to the receiver", phone);
	});
	await count.run("a rejection without its reason is refused beside the field; with it, who proposed reads why", async () => {
		await card(phone, "PROPOSED").getByRole("button", { name: "Jag tar inte emot" }).click();
		await card(phone, "PROPOSED").getByRole("button", { name: "Anteckna" }).click();
		await card(phone, "PROPOSED").locator(".field .error").waitFor();
		await well("a rejection without a reason", phone);
		await card(phone, "PROPOSED").getByRole("textbox").fill("Jag har semester.");
		await card(phone, "PROPOSED").getByRole("button", { name: "Anteckna" }).click();
		await card(phone, "PROPOSED").waitFor({ state: "detached", timeout: 30_000 }); // rejected, it leaves the receiver's laptop with the case
		await card(page, "REJECTED").getByText("Jag har semester.").waitFor({ timeout: 30_000 });
		await well("rejected", page);
	});
	await count.run("proposed again and accepted, it waits for the client to be told", async () => {
		await propose();
		await card(phone, "PROPOSED").getByRole("button", { name: "Jag tar emot", exact: true }).click({ timeout: 30_000 });
		await card(phone, "ACCEPTED").getByText("klienten ska ännu informeras", { exact: false }).waitFor();
		await card(page, "ACCEPTED").getByText("Odottaa: asiakkaalle kerrotaan vielä").waitFor({ timeout: 30_000 });
		await well("accepted, the client is not told yet", page);
	});
	await count.run("told, it takes effect: the receiver has it, the old laptop has it no more", async () => {
		await card(page, "ACCEPTED").getByRole("button", { name: "Asiakkaalle on kerrottu" }).click();
		await card(phone, "EFFECTIVE").waitFor({ timeout: 30_000 });
		await go(phone, `#/case/${matter}`, /Aho/);
		await phone.getByText("Sovitaan uudesta ajasta.").waitFor();
		await until("the case to leave", async () => {
			const { handovers } = await aino.run("handover", "list");
			return handovers.every((one) => one.state !== "PROPOSED" && one.state !== "ACCEPTED");
		});
		await well("the new own worker", phone);
	});

	// ---- by statute, to another ----
	const plan = (await olli.run("create", "plan", "--case", matter, "--sign", "kind=CLIENT",
		'goals=[{"text":"Vuokra maksetaan ajallaan.","category":"HOUSING","client_words":"omin sanoin"}]',
		'actions=[{"what":"Tehdään maksusuunnitelma","who":"Naapuri Niemi","due":"2030-01-10","kind":"INDIVIDUAL"}]',
		'parties=[{"role":"asiakas"}]', "client_agreement=AGREED", "review_on=2030-01-20", "kela_notice_wanted=true")).id;
	await count.run("by statute: who gets it, which law and why are asked; the text is read before it is prepared", async () => {
		await go(phone, `#/notice/${plan}`, "Skickas det till FPA?");
		await phone.getByLabel("Med stöd av lag utan samtycke").check();
		await phone.getByLabel("Till vem", { exact: false }).fill("Takkuvaaran terveysasema");
		await phone.getByRole("combobox").filter({ hasText: /1301\/2014|Socialvårdslag|Sosiaalihuoltolaki/ }).selectOption({ index: 1 });
		await phone.getByLabel("Motivering", { exact: false }).fill("35 §: viranomaisten yhteistyö, asiakkaan etu vaatii sen välttämättä.");
		await phone.getByRole("button", { name: "Visa vad som skulle skickas" }).click();
		await phone.getByRole("heading", { name: /mottagare Takkuvaaran terveysasema/ }).waitFor();
		await well("what would go by statute", phone);
	});
	await count.run("what was read is word for word what is kept and sent", async () => {
		const read = await phone.locator(".exact").innerText();
		await phone.getByLabel("Jag har läst texten").check();
		await phone.getByRole("button", { name: "Förbered anmälan" }).click();
		await phone.locator("[data-state=PREPARED]").waitFor();
		const id = /notice\/([0-9a-f]{32})/.exec(phone.url())[1];
		if (await phone.locator(".exact").innerText() !== read)
			throw new Error(`${read}\n----\n${await phone.locator(".exact").innerText()}`);
		const { disclosure } = await olli.run("disclosure", "show", id);
		if (disclosure.recipient !== "Takkuvaaran terveysasema" || disclosure.basis !== "STATUTE" || !disclosure.items.every((one) => read.includes(one.text.trim())))
			throw new Error(JSON.stringify(disclosure));
		await phone.getByRole("button", { name: "Läst: vänta på sändning" }).click();
		await phone.getByRole("radio").first().check();
		await phone.getByRole("button", { name: "Jag skickade den" }).click();
		await phone.locator("[data-state=SENT]").waitFor();
		if (await phone.locator(".exact").innerText() !== read)
			throw new Error("the text sent is another");
		await well("sent by statute", phone);
	});
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("every daemon ends well", codes.every((code) => code === 0), codes.join());
	count.finish("web_handover");
}
