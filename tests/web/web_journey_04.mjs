#!/usr/bin/env node
// Journey 4 in the browser: a referral arriving from Kela, by its pathway, on two laptops and at the
// administrator's console. Entered where it came in; the pathway says on what it rests; nothing goes on
// before the urgency is judged; a case is opened, and Kela hears that it arrived and nothing else. At the
// console the case gets its own worker by the metadata alone; who assesses on the other laptop, where the
// pathway leads to its plan, or the assessment is found unnecessary, with ground and reasons.
import { address, until } from "./world.mjs";
import { shown } from "./browser.mjs";
import { enter, go } from "./console.mjs";
import { journey, must } from "./look.mjs";

const WHY = "Kelan virkailija huomasi kasautuneet laskut.", TITLE = "Laskut ja arki";
const REASONS = "Tarve oli tilapäinen ja se hoidettiin neuvonnalla samana päivänä.";

await journey("web_journey_04", { numbers: [0] }, async ({ look, world, count, open, well }) => {
	const { t, T, named, press, write, choose, select } = look;
	const center = await world.central();
	const aino = await world.worker("Aino Laine"), olli = await world.worker("Olli Niemi");
	const client = await aino.run("client", "add", "Korpela", "Kaisa", "municipality=Takkuvaara", "contact_language=FI");
	const second = await aino.run("client", "add", "Vaara", "Ilmari", "municipality=Hallasuo", "contact_language=FI");
	await aino.run("sync", "--wait");
	const maija = await world.operator("Maija Virta", ["MUNICIPAL_ADMIN"]);
	const hers = await open(await address(aino)), his = await open(await address(olli));
	const state = async (id, worker = aino) => (await worker.run("show", id)).record.state.holds;
	let referral = "", place = "", matter = "";

	const enterReferral = async (whose, pathway) => {
		await hers.evaluate((hash) => { location.hash = hash; }, `#/referral/new?case=${whose.case_id}&client=${whose.id}`);
		await hers.getByRole("heading", { level: 1, name: T("ui.referral.title") }).waitFor();
		await select(hers.getByLabel(named("field.referral.pathway")), T(`value.pathway.${pathway}`));
		await hers.getByText(T(`ui.referral.way_${pathway.toLowerCase()}`)).waitFor();
	};

	// ---- entered ----
	await count.run("the pathway says on what it rests: obvious need, without consent, asks for the law", async () => {
		await enterReferral(client, "OBVIOUS_NEED");
		await choose(hers, T("field.referral.client_consent"), T("value.referral_consent.NOT_OBTAINABLE"));
		must((await hers.getByLabel(named("field.referral.statutory_ground")).inputValue()).length > 3, "no law is named");
		await well("obvious need", hers);
	});
	await count.run("a request for an assessment: with the client's consent, from Kela, by eTotu", async () => {
		await select(hers.getByLabel(named("field.referral.pathway")), T("value.pathway.NEED_REQUEST"));
		await write(hers.getByLabel(named("field.referral.reasons")), WHY);
		await write(hers.getByLabel(named("field.referral.sender")), "Kela, eTotu");
		await press(hers.getByRole("button", { name: T("ui.save") }));
		await hers.getByRole("heading", { name: T("ui.referral.judge") }).waitFor();
		referral = (await aino.run("list", "referral")).records[0].id;
		const { fields } = (await aino.run("show", referral)).record;
		must(fields.pathway === "NEED_REQUEST" && fields.from_org === "KELA" && fields.client_consent === "GIVEN" && fields.owner === aino.staff && fields.statutory_ground === undefined && fields.new_client === true, fields);
	});
	await well("urgency first", hers);
	await count.run("nothing goes on before the urgency is judged", async () => {
		must(await hers.getByRole("heading", { name: T("ui.referral.outcome") }).count() === 0, "an outcome is offered");
		await press(hers.getByRole("button", { name: T("value.triage_result.NOT_IMMEDIATE"), exact: true }));
		await hers.getByRole("heading", { name: T("ui.referral.outcome") }).waitFor();
		must(await state(referral) === "TRIAGED", await state(referral));
	});
	await count.run("a case is opened for it, and Kela hears that it arrived: the time alone", async () => {
		await write(hers.getByLabel(named("field.case.title")), TITLE);
		await press(hers.getByRole("button", { name: T("ui.referral.open") }));
		await hers.getByRole("link", { name: TITLE }).waitFor();
		await press(hers.getByRole("button", { name: T("ui.referral.acknowledge_done") }));
		await until("acknowledged", async () => (await aino.run("show", referral)).record.fields.feedback_to_sender_at);
		must(await state(referral) === "CASE_OPENED", await state(referral));
		const made = (await aino.run("list", "case")).records[0];
		[place, matter] = [made.case_id, made.id];
	});
	await well("opened and acknowledged", hers);

	// ---- its own worker, at the centre ----
	const console_ = await enter(open, world, look, maija);
	await count.run("the console sees the new case by its metadata, and gives it its own worker", async () => {
		await until("the case at the centre", async () => (await center.run("--as", maija.staff, "admin", "caseload", "find", place)).cases[0]?.held.length > 0);
		await go(console_, look, "assignments", "ui.console_assignments.title");
		const row = console_.getByRole("row").filter({ hasText: "Korpela Kaisa" });
		await row.getByText(T("value.case_state.OPEN")).waitFor();
		must(!/Laskut|virkailija/.test(await shown(console_)), "what it is about");
		await press(row.getByRole("link", { name: "Korpela Kaisa" }));
		await console_.getByRole("heading", { level: 1, name: "Korpela Kaisa" }).waitFor();
		await select(console_.getByLabel(named("ui.console_assignments.to_whom")), "Olli Niemi, jalkautuva sosiaalityö");
		await look.check(console_.getByLabel(T("value.assignment_role.OWN_WORKER"), { exact: true }));
		await press(console_.getByRole("button", { name: T("ui.console_assignments.give"), exact: true }));
		await press(console_.getByRole("dialog").getByRole("button", { name: T("ui.console_assignments.change"), exact: true }));
		await console_.locator("[data-hold=OWN_WORKER]").getByText("Olli Niemi").waitFor();
	});
	await well("an own worker, at the console", console_);
	await count.run("the referral and the case come to the other laptop, and leave the first", async () => {
		await until("the case", async () => (await olli.run("list", "case")).records.some((one) => one.id === matter));
		await until("the referral", async () => await state(referral, olli) === "CASE_OPENED");
		await until("to leave", async () => (await aino.run("list", "case")).records.every((one) => one.id !== matter));
		await his.evaluate((hash) => { location.hash = hash; }, `#/case/${place}`);
		await his.getByRole("heading", { level: 1, name: /Korpela/ }).waitFor();
	});

	// ---- assessed, and the plan the pathway leads to ----
	await count.run("who assesses it: done, signed, with what is needed", async () => {
		await olli.run("step", matter, "ASSESSING");
		await his.evaluate((hash) => { location.hash = hash; }, `#/need/new?case=${place}`);
		await his.getByRole("heading", { level: 1, name: T("ui.need.title") }).waitFor();
		await choose(his, T("ui.need.outcome"), T("value.assessment_outcome.SERVICES"));
		await write(his.getByLabel(named("field.service_need_assessment.client_opinion")), "Hyvä että joku auttaa.");
		await write(his.getByLabel(named("field.service_need_assessment.needs")).first(), "Tuki laskujen järjestelyyn");
		await his.locator("[data-keeping=kept]").waitFor();
		await press(his.getByRole("button", { name: T("ui.sign") }));
		await his.getByText(T("ui.need.done")).first().waitFor();
	});
	await well("assessed", his);
	await count.run("the plan is the client plan the pathway leads to", async () => {
		await press(his.getByRole("link", { name: T("ui.need.next_plan") }));
		await his.getByText(T("ui.plan.by_pathway", { pathway: t("value.pathway.NEED_REQUEST") })).waitFor();
		must(await his.getByRole("group", { name: named("ui.plan.kind") }).getByLabel(T("value.plan_kind.CLIENT"), { exact: true }).isChecked(), "another kind");
	});
	await well("the plan by the pathway", his);
	await count.run("the console follows by the states alone", async () => {
		await go(console_, look, `assignments/${place}`, "Korpela Kaisa");
		await console_.getByText(t("value.case_state.ASSESSING"), { exact: false }).first().waitFor({ timeout: 30_000 });
	});

	// ---- found unnecessary ----
	await count.run("another: the assessment is found unnecessary, and never without its reasons", async () => {
		await enterReferral(second, "NEED_REQUEST");
		await write(hers.getByLabel(named("field.referral.reasons")), WHY);
		await press(hers.getByRole("button", { name: T("ui.save") }));
		await press(hers.getByRole("button", { name: T("value.triage_result.NOT_IMMEDIATE"), exact: true }));
		await write(hers.getByLabel(named("field.case.title")), "Yksi lasku");
		await press(hers.getByRole("button", { name: T("ui.referral.open") }));
		await hers.getByRole("link", { name: "Yksi lasku" }).waitFor();
		const other = (await aino.run("list", "case")).records.find((one) => one.title === "Yksi lasku");
		await hers.evaluate((hash) => { location.hash = hash; }, `#/need/new?case=${other.case_id}`);
		await hers.getByRole("heading", { level: 1, name: T("ui.need.title") }).waitFor();
		await choose(hers, T("ui.need.outcome"), T("value.assessment_outcome.UNNECESSARY"));
		await choose(hers, T("ui.need.ground"), T("value.unnecessary_ground.GUIDANCE_SUFFICED"));
		await write(hers.getByLabel(named("ui.need.why")), "ohi");
		await press(hers.getByRole("button", { name: T("ui.sign") }));
		await hers.getByRole("alert").first().waitFor();
		await well("unnecessary, three words", hers);
		await write(hers.getByLabel(named("ui.need.why")), REASONS);
		await write(hers.getByLabel(named("ui.need.decided_by")), "Aino Laine");
		await hers.locator("[data-keeping=kept]").waitFor();
		await press(hers.getByRole("button", { name: T("ui.sign") }));
		await hers.getByText(T("ui.need.done")).first().waitFor();
		await aino.run("case", "close", other.id, "Arviointi ilmeisen tarpeeton");
		await aino.run("sync", "--wait");
	});
	await count.run("and at the console it stands closed, and asks for nobody", async () => {
		await go(console_, look, "assignments", "ui.console_assignments.title");
		await console_.getByRole("row").filter({ hasText: "Vaara Ilmari" }).getByText(T("value.case_state.CLOSED")).waitFor({ timeout: 30_000 });
		must((await center.run("--as", maija.staff, "admin", "caseload", "attention")).cases.length === 0, "something asks for somebody");
	});
	await well("at the console, in the end", console_);
});
