#!/usr/bin/env node
// Journey 1 in the browser: a day in the field without a network. Sync in the morning, the line
// cut, a planned review, an unknown man who becomes a client, medicine that has run out where
// no line carries, nobody at home; back in coverage everything goes home with receipts.
import { address, until } from "./world.mjs";
import { day, is, journey } from "./look.mjs";

const NOTE = "Laskut maksettu yhdessä kirjaston koneella.";

const chip = (page) => page.locator("[data-sync]").first().getAttribute("data-sync");

await journey("web_journey_01", { numbers: [0], byKeys: true }, async ({ look, world, count, open, well }) => {
	const { T, like, named, press, write, check, choose } = look;
	const home = (page) => press(page.getByRole("link", { name: "Jalka", exact: true }));
	const center = await world.central();
	await center.run("create", "municipality", "name=Takkuvaara", "env_type=VERY_NARROW", "valid_from=2024-01-01", "kela_distance_km=96", "emergency_phone=016 000 0112");
	await center.run("create", "service_point", "name=Ylikorven kirjasto", "municipality=Takkuvaara", "kind=LIBRARY", "hours=ti 12-16", "phone=016 000 0113");
	const aino = await world.worker("Aino Laine");
	const aho = await aino.run("client", "add", "Aho", "Anna", "municipality=Takkuvaara", "address.0.village=Ylikorpi", "address.0.directions=Kenttää vasta Ylikorven kirjastolla, 6 km",
		`informed_at=${new Date(Date.now() - 60_000).toISOString()}`);
	const debt = await aino.run("case", "open", aho.id, "Vuokrarästi");
	const visits = [];
	for (const [hour, topic, purpose] of [["09:00", "Suunnitelman tarkistus", "PLAN_REVIEW"], ["13:00", "Lääkkeet ja ruoka", "URGENT"], ["14:30", "Postin läpikäynti", "FOLLOW_UP"]])
		visits.push((await aino.run("visit", "plan", debt.case_id, `${day()}T${hour}`, `topic=${topic}`, `purpose=${purpose}`)).id);
	await until("receipts", async () => (await aino.run("status")).unreceipted === 0);
	const state = async (id) => (await aino.run("show", id)).record.state.holds;
	let page = await open(await address(aino));

	await count.run("7.40 all is sent, and today's visits stand on the first screen", async () => {
		await page.getByRole("heading", { name: T("ui.home.title"), exact: true }).waitFor();
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
		await press(page.getByRole("link", { name: /Suunnitelman tarkistus/ }).first());
		await page.getByText("Kenttää vasta Ylikorven kirjastolla").waitFor();
		await press(page.getByRole("button", { name: T("ui.home.visit") }));
		await page.getByRole("timer").waitFor();
		await is("state", await state(visits[0]), "STARTED");
	});
	await count.run("the note is kept as it is typed, and the next step with it", async () => {
		await write(page.getByLabel(T("field.encounter_note.text"), { exact: true }), NOTE);
		await write(page.getByLabel(named("field.encounter_note.client_view")), "Tämä sujuu jo melkein itse.");
		await write(page.getByLabel(named("field.visit.next_step")), "Soitto torstaina");
		await until("the draft", async () => (await aino.run("drafts")).drafts.some((one) => one.fields.text === NOTE && one.fields.client_view === "Tämä sujuu jo melkein itse."));
		await until("the next step", async () => (await aino.run("show", visits[0])).record.fields.next_step === "Soitto torstaina");
	});
	await count.run("what is agreed goes in by one line", async () => {
		await write(page.getByRole("textbox", { name: named("field.agreed_action.what") }), "Maksaa laskut itse");
		await press(page.getByRole("region", { name: T("ui.agreed.title") }).getByRole("button", { name: T("ui.save") }));
		await page.getByRole("link", { name: /Maksaa laskut itse/ }).waitFor();
		const { record } = await aino.run("show", (await aino.run("list", "agreed_action")).records[0].id);
		await is("who", record.fields.owner, "Anna Aho");
	});
	await well("a running visit", page);
	await count.run("the battery dies: the visit goes on where it was", async () => {
		await page.context().close();
		await aino.kill();
		await aino.start();
		page = await open(await address(aino));
		await page.getByRole("heading", { name: T("ui.home.title"), exact: true }).waitFor();
		await page.evaluate((id) => { location.hash = `#/visit/${id}`; }, visits[0]);
		await is("the note", await page.getByLabel(T("field.encounter_note.text"), { exact: true }).inputValue(), NOTE);
		await is("the next step", await page.getByLabel(named("field.visit.next_step")).inputValue(), "Soitto torstaina");
	});
	await count.run("it ends with the note read aloud and signed", async () => {
		await press(page.getByRole("button", { name: T("ui.visit.end") }));
		await page.getByRole("dialog").getByText(NOTE).waitFor();
		await well("read aloud", page);
		await press(page.getByRole("button", { name: T("ui.visit.sign_end") }));
		await page.getByText(T("value.visit_state.DONE"), { exact: true }).first().waitFor();
		await is("state", await state(visits[0]), "DONE");
		await is("a signed note", (await aino.run("list", "encounter_note")).records.length, 1);
		await is("no draft left", (await aino.run("drafts")).drafts.length, 0);
	});
	await well("the visit that is done", page);

	await count.run("10.30 an unknown man: first a meeting without a name", async () => {
		await home(page);
		await press(page.getByRole("link", { name: T("ui.home.visit") }));
		await page.getByRole("heading", { name: T("ui.visit.whom") }).waitFor();
		await well("with whom", page);
		await press(page.getByRole("link", { name: T("ui.visit.unknown") }));
		await write(page.getByLabel(named("field.anonymous_contact.municipality")), "Takkuvaara");
		await choose(page, T("field.anonymous_contact.age_band"), "50–64");
		await well("a meeting without a name", page);
		await press(page.getByRole("button", { name: T("ui.save") }));
		await page.getByRole("button", { name: T("ui.visit.named") }).waitFor();
		await is("anonymous", (await aino.run("list", "anonymous_contact")).records.length, 1);
	});
	await count.run("he gives his name: a client by a temporary id", async () => {
		await press(page.getByRole("button", { name: T("ui.visit.named") }));
		await write(page.getByLabel(named("field.client.family_name")), "Guhtur");
		await write(page.getByLabel(named("field.client.given_names")), "Niillas Ánte");
		await write(page.getByLabel(named("field.client.municipality")), "Takkuvaara");
		await press(page.getByRole("button", { name: T("ui.save") }));
		await page.getByText(T("ui.visit.benefit_hint")).first().waitFor();
	});
	const man = (await aino.run("search", "guhtur")).records[0];
	await well("the benefit question", page);
	await count.run("he would benefit: a referral of outreach, with its pathway filled in", async () => {
		await choose(page, T("field.benefit_assessment.answer"), T("value.answer.YES"));
		await write(page.getByLabel(named("field.benefit_assessment.reasons")), "Arjen asiat ovat kasautuneet");
		await write(page.getByLabel(named("field.benefit_assessment.client_opinion")), "Saa auttaa");
		await press(page.getByRole("button", { name: T("ui.sign") }));
		await page.getByRole("heading", { name: T("ui.referral.title") }).waitFor();
		await write(page.getByLabel(named("field.benefit_assessment.reasons")), "Ei tuloja kuukauteen");
		await press(page.getByRole("button", { name: T("ui.save") }));
	});
	await count.run("urgency is judged before anything else", async () => {
		await page.getByRole("heading", { name: T("ui.referral.judge") }).waitFor();
		await is("nothing else to do", await page.getByRole("heading", { name: T("ui.referral.outcome") }).count(), 0);
		await well("the judgement of urgency", page);
		await press(page.getByRole("button", { name: T("value.triage_result.NOT_IMMEDIATE") }));
		await page.getByRole("heading", { name: T("ui.referral.outcome") }).waitFor();
	});
	await well("what comes of it", page);
	await count.run("a matter opens, and its clock starts today", async () => {
		await write(page.getByLabel(named("field.case.title")), "Tulot ja etuudet");
		await press(page.getByRole("button", { name: T("ui.referral.open") }));
		await page.getByRole("link", { name: "Tulot ja etuudet" }).waitFor();
		const referral = (await aino.run("list", "referral")).records[0].id;
		await is("state", await state(referral), "CASE_OPENED");
		const { fields } = (await aino.run("show", referral)).record;
		await is("pathway", fields.pathway, "OUTREACH_FOUND");
		await is("owner", fields.owner, aino.staff);
		const matter = (await aino.run("show", fields.outcome_case)).record.fields;
		await is("opened", matter.opened_on, day());
		await is("whose", matter.client, man.id);
	});
	await well("the referral", page);

	await count.run("13.00 medicine has run out: 112 on top, grounds and time are recorded without a line", async () => {
		await home(page);
		await press(page.getByRole("link", { name: /Lääkkeet ja ruoka/ }).first());
		await press(page.getByRole("button", { name: T("ui.home.visit") }));
		await press(page.getByRole("link", { name: T("ui.application.urgent") }));
		await page.getByText(T("ui.danger.first")).waitFor();
		await check(page.getByRole("group", { name: named("field.assistance_application.urgency_grounds") }).getByLabel(T("value.urgency_ground.MEDICINE")));
		await write(page.getByLabel(named("field.assistance_application.urgency_reason")), "Lääkkeet loppuivat eilen eikä rahaa uusiin ole.");
		await press(page.getByRole("button", { name: T("ui.application.record_grounds") }));
		await press(page.getByText(T("ui.application.no_line")));
		await page.getByText("Kenttää vasta Ylikorven kirjastolla").waitFor();
		await press(page.getByRole("button", { name: T("ui.application.call_later") }));
		await page.getByRole("link", { name: T("ui.application.call_later") }).waitFor();
		await is("state", await state((await aino.run("list", "assistance_application")).records[0].id), "PREPARED");
	});
	await well("no line", page);
	await count.run("it is the first on today's list; the visit ends with a reason instead of a note", async () => {
		await home(page);
		await page.locator("[data-due]").first().getByText(/Lääkkeet loppuivat eilen/).waitFor();
		await page.evaluate((id) => { location.hash = `#/visit/${id}`; }, visits[1]);
		await press(page.getByRole("button", { name: T("ui.visit.end") }));
		await press(page.getByRole("button", { name: T("ui.visit.end_without") }));
		await page.getByRole("dialog").getByRole("alert").or(page.getByRole("dialog").locator(".error")).first().waitFor();
		await well("an end without a note, refused", page);
		await write(page.getByRole("dialog").getByRole("textbox"), "Kirjattu kiireelliseen hakemukseen");
		await press(page.getByRole("button", { name: T("ui.visit.end_without") }));
		await page.getByText(T("value.visit_state.DONE"), { exact: true }).first().waitFor();
	});

	await count.run("14.30 nobody home: no note is left that tells of social services", async () => {
		await home(page);
		await press(page.getByRole("link", { name: /Postin läpikäynti/ }).first());
		await press(page.getByRole("button", { name: T("ui.visit.no_show") }));
		await page.getByText(T("ui.visit.no_note_left")).waitFor();
		await press(page.getByRole("button", { name: T("ui.step.take") }));
		await page.locator("[aria-invalid=true]").waitFor();
		await well("nobody home, without a reason", page);
		await write(page.getByLabel(named("field.visit.cancel_reason")), "Kukaan ei avannut ovea. En jättänyt viestiä.");
		await press(page.getByRole("button", { name: T("ui.step.take") }));
		await until("not met", async () => await state(visits[2]) === "NO_SHOW");
	});

	await count.run("16.20 back in coverage: what waits is counted, then all has its receipt", async () => {
		await until("waiting", async () => await chip(page) === "waiting");
		const { unreceipted } = await aino.run("status");
		if (unreceipted < 10)
			throw new Error(`only ${unreceipted} wait`);
		await press(page.locator("[data-sync]").first());
		await page.getByRole("heading", { name: T("ui.sync.title") }).waitFor();
		await well("the queue", page);
		await center.start();
		await press(page.getByRole("button", { name: like("ui.sync.send") }));
		await until("the chip", async () => await chip(page) === "all_sent");
		await is("receipts", (await aino.run("status")).unreceipted, 0);
		await is("the centre has taken all", (await center.run("admin", "quarantine")).quarantine.length, 0);
	});
	await well("the evening", page);

	const second = await open(await address(aino));
	await count.run("another window: a visit is planned", async () => {
		await second.getByRole("heading", { name: T("ui.home.title"), exact: true }).waitFor();
		await second.evaluate(([c, k]) => { location.hash = `#/visit/new?client=${c}&case=${k}`; }, [aho.id, debt.case_id]);
		await choose(second, T("ui.visit.when"), T("ui.visit.later"));
		await write(second.getByLabel(named("field.visit.planned_at")), `${day()}T23:30`);
		await press(second.getByRole("button", { name: T("ui.visit.plan") }));
		await second.getByRole("button", { name: T("ui.home.visit") }).waitFor();
	});
	await well("a planned visit", second);
	await count.run("and begun, and broken off where it is not safe: the numbers come first", async () => {
		await press(second.getByRole("button", { name: T("ui.home.visit") }));
		await second.getByRole("timer").waitFor();
		await well("the visit that was planned, running", second);
		await press(second.getByRole("button", { name: T("ui.visit.abort") }));
		await second.getByRole("dialog").getByRole("link", { name: /112/ }).first().waitFor();
		await well("not safe", second);
		await write(second.getByRole("dialog").getByRole("textbox"), "A threat in the stairway");
		await press(second.getByRole("button", { name: T("ui.step.take") }));
		await second.getByText(T("value.visit_state.ABORTED_SAFETY")).waitFor();
	});
});
