#!/usr/bin/env node
// Journey 8 in the browser: a case changes hands, on two laptops and at the administrator's console.
// A draft stands in the way; special support asks for a licensed receiver; rejected with a reason and
// proposed anew; the receiver's laptop is out of use and the console says so; accepted, the client told
// with name and number, in effect: the old laptop drops the case, the history is whole at the new one.
import { address, until } from "./world.mjs";
import { shown } from "./browser.mjs";
import { enter, go } from "./console.mjs";
import { journey, must } from "./look.mjs";

const WHY = "Asiakas muuttaa Hallasuolle.", NOTE = "Sovitaan uudesta ajasta.", DRAFT = "Kesken jäi.", NOT_NOW = "Olen lomalla.";

await journey("web_journey_08", { numbers: [4], byKeys: true }, async ({ look, world, count, open, well }) => {
	const { t, T, named, press, write, select } = look;
	const center = await world.central();
	const aino = await world.worker("Aino Laine"), olli = await world.worker("Olli Niemi"), mikko = await world.worker("Mikko Saari", "SOCIAL_INSTRUCTOR");
	await center.run("change", olli.staff, "phone=040 000 0456");
	const client = (await aino.run("client", "add", "Aho", "Anna", "municipality=Takkuvaara", "contact_language=FI")).id;
	const matter = await aino.run("case", "open", client, "Tuki arkeen", "opened_by_pathway=NEED_REQUEST", "special_support=true", "special_support_reason=Ei selviä yksin");
	const place = matter.case_id;
	await aino.run("note", place, NOTE);
	await aino.run("note", place, DRAFT, "--draft");
	await aino.run("sync", "--wait");
	await until("Olli's number", async () => (await aino.run("show", olli.staff)).record.fields.phone !== undefined);
	await until("Aino as own worker", async () => (await aino.run("list", "case_assignment", "--case", place)).records.length > 0);
	const maija = await world.operator("Maija Virta", ["MUNICIPAL_ADMIN"]);
	const console_ = await enter(open, world, look, maija);
	const hers = await open(await address(aino)), his = await open(await address(olli));
	const card = (page, state) => page.locator(`[data-handover=${state}]`);
	const at = async (page, path, heading) => {
		await page.evaluate((hash) => { location.hash = hash; }, path);
		await page.getByRole("heading", { level: 1, name: heading }).waitFor();
	};
	const propose = async (to) => {
		await at(hers, `#/handovers/new?case=${place}`, T("ui.handovers.new"));
		await select(hers.getByLabel(named("field.handover.to")), to);
		await write(hers.getByLabel(named("field.handover.reason")), WHY);
		await press(hers.getByRole("button", { name: T("ui.handovers.propose") }));
	};
	const held = async () => (await center.run("--as", maija.staff, "admin", "caseload", "find", place)).cases[0].held;

	await count.run("before: the console tells whose the case is, by the client's name and municipality", async () => {
		await go(console_, look, "assignments", "ui.console_assignments.title");
		const row = console_.getByRole("row").filter({ hasText: "Aho Anna" });
		await row.getByText("Takkuvaara").waitFor();
		await row.getByText("Aino Laine").waitFor();
		must(!/Tuki arkeen|Sovitaan/.test(await shown(console_)), "what the case is about");
	});
	await count.run("an unsigned draft stands in the way, and says so", async () => {
		await propose("Olli Niemi");
		await hers.getByRole("alert").first().waitFor();
		await well("a draft in the way", hers);
		must((await aino.run("handover", "list")).handovers.length === 0, "proposed over a draft");
	});
	await count.run("it is signed from the drafts", async () => {
		await at(hers, "#/drafts", T("ui.drafts.title"));
		await press(hers.getByRole("link", { name: T("type.encounter_note") }).first());
		await press(hers.getByRole("button", { name: T("ui.sign") }));
		await hers.getByRole("button", { name: T("ui.sign") }).waitFor({ state: "detached" }); // the page goes on by itself
		await until("no draft", async () => (await aino.run("drafts")).drafts.length === 0);
	});
	await count.run("special support is not handed to an instructor", async () => {
		await propose("Mikko Saari");
		await hers.getByRole("alert").or(hers.locator(".field .error")).first().waitFor();
		must((await aino.run("handover", "list")).handovers.length === 0, "proposed to one who is not licensed");
	});
	await count.run("proposed to Olli; the console shows how far it is and whom it waits for", async () => {
		await propose("Olli Niemi");
		await card(hers, "PROPOSED").getByText(T("ui.handovers.waits_RECEIVER")).waitFor();
		await go(console_, look, "handovers", "ui.console_handovers.title");
		await card(console_, "PROPOSED").getByText(T("ui.console_handovers.waits_RECEIVER", { to: "Olli Niemi" })).waitFor({ timeout: 30_000 });
		await card(console_, "PROPOSED").getByText("Aho Anna").waitFor();
	});
	await well("proposed, at the console", console_);
	await count.run("the receiver reads the case before an answer, and rejects it with a reason", async () => {
		await at(his, "#/handovers", T("ui.handovers.title"));
		await card(his, "PROPOSED").getByText(WHY).waitFor({ timeout: 30_000 });
		await at(his, `#/case/${place}`, /Aho/);
		await his.getByText(NOTE).waitFor();
		await at(his, "#/handovers", T("ui.handovers.title"));
		await press(card(his, "PROPOSED").getByRole("button", { name: T("ui.handovers.reject") }));
		await write(card(his, "PROPOSED").getByRole("textbox"), NOT_NOW);
		await press(card(his, "PROPOSED").getByRole("button", { name: T("ui.handovers.send") }));
		await card(his, "PROPOSED").waitFor({ state: "detached", timeout: 30_000 });
	});
	await count.run("the own worker reads why, the console that it is over; the responsibility stayed where it was", async () => {
		await at(hers, "#/handovers", T("ui.handovers.title"));
		await card(hers, "REJECTED").getByText(NOT_NOW).waitFor({ timeout: 30_000 });
		await card(console_, "PROPOSED").waitFor({ state: "detached", timeout: 30_000 });
		await look.check(console_.getByLabel(look.like("ui.console_handovers.over")));
		await card(console_, "REJECTED").waitFor();
		must(!(await shown(console_)).includes(NOT_NOW), "the workers' own reason at the console");
		must((await held()).some((one) => one.name === "Aino Laine" && one.role === "OWN_WORKER"), await held());
		await look.check(console_.getByLabel(look.like("ui.console_handovers.live")));
	});
	await count.run("proposed anew, while the receiver's laptop is out of use: the console says what is to be done", async () => {
		await center.run("admin", "suspend", olli.node);
		await propose("Olli Niemi");
		await card(console_, "PROPOSED").getByText(T("ui.console_handovers.blocked_NO_DEVICE")).waitFor({ timeout: 30_000 });
		await well("held up, at the console", console_);
		await center.run("admin", "resume", olli.node);
		await card(console_, "PROPOSED").getByText(T("ui.console_handovers.blocked_NO_DEVICE")).waitFor({ state: "detached", timeout: 30_000 });
	});
	await count.run("accepted; until the client is told the old worker answers", async () => {
		await olli.run("sync", "--online");
		await press(card(his, "PROPOSED").getByRole("button", { name: T("ui.handovers.accept"), exact: true }).first());
		await card(console_, "ACCEPTED").getByText(T("ui.console_handovers.waits_CLIENT_TOLD", { from: "Aino Laine" })).waitFor({ timeout: 30_000 });
		must((await held()).some((one) => one.name === "Aino Laine" && one.role === "OWN_WORKER"), await held());
	});
	await well("accepted, at the console", console_);
	await count.run("the client is told name and number; it takes effect at the sync", async () => {
		const accepted = card(hers, "ACCEPTED");
		await accepted.getByText(T("ui.handovers.tell", { name: "Olli Niemi", phone: "040 000 0456" })).waitFor({ timeout: 30_000 });
		await press(accepted.getByRole("button", { name: T("ui.handovers.told") }));
		await card(console_, "ACCEPTED").waitFor({ state: "detached", timeout: 30_000 });
		await look.check(console_.getByLabel(look.like("ui.console_handovers.over")));
		await card(console_, "EFFECTIVE").first().waitFor();
	});
	await well("in effect, at the console", console_);
	await count.run("the console names the new own worker, alone", async () => {
		await go(console_, look, `assignments/${place}`, "Aho Anna");
		await console_.locator("[data-hold=OWN_WORKER]").getByText("Olli Niemi").waitFor();
		must((await held()).every((one) => one.name === "Olli Niemi"), await held());
	});
	await count.run("the history is whole at the new laptop, and gone from the old", async () => {
		await at(his, `#/case/${place}`, /Aho/);
		await his.getByText(NOTE).waitFor();
		await his.getByText(DRAFT).waitFor();
		await until("the case to leave", async () => (await aino.run("list", "case")).records.every((one) => one.id !== matter.id));
		must((await mikko.run("list", "case")).records.length === 0, "the case came to a third");
	});
	await well("the new own worker", his);
});
