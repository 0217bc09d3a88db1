#!/usr/bin/env node
// Journey 2 in the browser, without network: mapping the life situation with a client without devices or
// skills. Told first, capability, the earlier mapping looked at again, life events, four quadrants, arrears
// that ask for eviction, a child whose notice is made at once, read back, confirmed, signed, in large print;
// the question of benefit. Then a second client, whose quadrants are broken off and go on where they were.
import { address, until } from "./world.mjs";
import { record, shown } from "./browser.mjs";
import { day, journey, must } from "./look.mjs";

const ARREARS = "Vuokrarästi on kahden kuukauden ajalta.";
const WORDS = "En jaksa avata kirjeitä.";

async function kept(page) {
	await page.locator("[data-keeping=kept]").waitFor();
}

await journey("web_journey_02", { numbers: [1] }, async ({ look, world, count, open, well }) => {
	const { t, T, named, press, write, check, choose, select } = look;
	const quad = (page, name) => page.getByRole("region", { name: T(`value.quadrant.${name}`), exact: true });

	const center = await world.central();
	const aino = await world.worker("Aino Laine");
	const kaisa = (await aino.run("client", "add", "Korpela", "Kaisa", "municipality=Takkuvaara", "birth_date=1971-02-03")).id;
	const home = (await aino.run("show", kaisa)).record.case_id;
	await aino.run("case", "open", kaisa, "Talousasiat");
	const old = (await aino.run("mapping", kaisa, "income=WATCH:Tulot riittävät niukasti", "health=OK", "mode=PHONE", `valid_until=${day(3)}`)).id;
	await aino.run("sync", "--wait");
	await center.stop();
	const page = await open(await address(aino));

	// ---- capability ----
	await count.run("what the client has and can is asked from the client's page", async () => {
		await page.evaluate((hash) => { location.hash = hash; }, `#/case/${home}`);
		await record(page, T("type.digital_capability"), press);
		await page.getByRole("button", { name: T("ui.mapping.told_done") }).waitFor();
		for (const [what, answer] of [[T("field.digital_capability.has_computer"), T("value.answer.NO")], [T("field.digital_capability.has_smartphone"), T("value.answer.NO")], [T("field.digital_capability.has_connection"), T("value.answer.NO")]])
			await choose(page, what, answer);
		await write(page.getByLabel(named("field.digital_capability.functional_note")), "Puhelin on tavallinen näppäinpuhelin.");
		await kept(page);
	});
	await count.run("without the skill and the channel it is not signed, and what was typed stays", async () => {
		await press(page.getByRole("button", { name: T("ui.sign") }));
		await page.getByRole("alert").waitFor();
		must(await page.getByLabel(named("field.digital_capability.functional_note")).inputValue() === "Puhelin on tavallinen näppäinpuhelin.", "the text is gone");
	});
	await well("capability, refused", page);
	await count.run("signed, the customer type is told in words", async () => {
		await choose(page, T("field.digital_capability.skill"), T("value.skill.WEAK"));
		await select(page.getByLabel(named("field.digital_capability.agreed_channel")), T("value.application_channel.ORAL_PHONE"));
		await press(page.getByRole("button", { name: T("ui.sign") }));
		await page.getByText(T("value.customer_type.NOEQ_NOSK")).waitFor();
		await page.getByText(t("value.application_channel.ORAL_PHONE")).waitFor();
	});
	await well("capability, signed", page);

	// ---- mapping ----
	await count.run("the client is told what, why and who sees, and when is written down", async () => {
		await press(page.getByRole("link", { name: T("ui.mapping.title") }));
		await page.getByText(T("ui.mapping.told_who")).waitFor();
		await press(page.getByRole("button", { name: T("ui.mapping.told_done") }));
		await until("informed", async () => (await aino.run("show", kaisa)).record.fields.informed_at);
	});
	await count.run("the earlier mapping is looked at again and taken over where it holds", async () => {
		await page.getByText(T("ui.mapping.still")).waitFor();
		await page.getByText("Tulot riittävät niukasti").waitFor();
		await press(page.getByRole("button", { name: `${T("ui.mapping.holds")}: ${T("value.quadrant.INCOME")}` }));
		must(await quad(page, "INCOME").getByLabel(named("ui.mapping.text")).inputValue() === "Tulot riittävät niukasti", "not taken over");
	});
	await well("mapping, phone", page);
	await count.run("a life event by one touch, and its date", async () => {
		await check(page.getByRole("group", { name: named("ui.mapping.events") }).getByRole("checkbox", { name: T("value.life_event.DEATH") }));
		await write(page.getByLabel(named("ui.mapping.event_date", { what: t("value.life_event.DEATH") })), "2026-08-01");
		await write(page.getByLabel(named("ui.mapping.event_note", { what: t("value.life_event.DEATH") })), "Puoliso kuoli");
	});
	await count.run("arrears ask for eviction", async () => {
		const housing = quad(page, "HOUSING");
		await choose(housing, T("ui.mapping.state"), T("value.quadrant_state.SUPPORT"));
		await choose(housing, T("ui.mapping.ask_RENT_ARREARS"), T("value.answer.YES"));
		await housing.getByText(T("ui.mapping.ask_eviction")).waitFor();
		await write(housing.getByLabel(named("ui.mapping.detail", { what: t("value.prompt.RENT_ARREARS") })), "kaksi kuukautta");
		await write(housing.getByLabel(named("ui.mapping.text")), ARREARS);
		await write(page.getByLabel(named("ui.mapping.words")), WORDS);
		await kept(page);
	});
	await count.run("and are not signed without the answer; nothing is lost", async () => {
		await press(page.getByRole("button", { name: T("ui.mapping.read") }));
		await check(page.getByRole("radio", { name: named("ui.mapping.confirm_yes") }));
		await press(page.getByRole("button", { name: T("ui.sign") }));
		await quad(page, "HOUSING").getByText(T("ui.mapping.ask_eviction")).waitFor();
		must(await quad(page, "HOUSING").getByLabel(named("ui.mapping.text")).inputValue() === ARREARS, "the text is gone");
	});
	await well("mapping, refused", page);
	await count.run("a concern for a child: the notice is made at once, and the mapping goes on where it was", async () => {
		await choose(quad(page, "HOUSING"), T("ui.mapping.ask_EVICTION_THREAT"), T("value.answer.NO"));
		await choose(quad(page, "FAMILY"), T("ui.mapping.state"), T("value.quadrant_state.WATCH"));
		await choose(quad(page, "FAMILY"), T("ui.mapping.ask_CHILD_CONCERN"), T("value.answer.YES"));
		await write(page.getByLabel(named("ui.mapping.detail", { what: t("value.prompt.CHILD_CONCERN") })), "Poika jää iltaisin yksin");
		await kept(page);
		await press(page.getByRole("link", { name: T("ui.mapping.child_notice") }));
		await write(page.getByLabel(named("field.child_notice.grounds")), "9-vuotias on iltaisin yksin");
		await write(page.getByLabel(named("field.child_notice.about_person")), "Korpela Eetu");
		await write(page.getByLabel(named("field.child_notice.recipient")), "Lastensuojelu, Takkuvaara");
		await write(page.getByLabel(named("field.child_notice.made_at")), `${day(-1)}T09:15`);
		await press(page.getByRole("button", { name: T("ui.sign") }));
		await page.getByRole("heading", { name: T("ui.mapping.title") }).waitFor();
		must(await quad(page, "HOUSING").getByLabel(named("ui.mapping.text")).inputValue() === ARREARS, "the text is gone");
		const notices = (await aino.run("list", "child_notice")).records;
		must(notices.length === 1 && notices[0].case_id !== home, notices);
	});
	await count.run("read aloud together: all that was said stands there, what was skipped too", async () => {
		await press(page.getByRole("button", { name: T("ui.mapping.read") }));
		const text = await shown(page);
		for (const said of [ARREARS, "kaksi kuukautta", "Poika jää iltaisin yksin", WORDS, `${T("value.life_event.DEATH")}, ${look.date("2026-08-01")}, Puoliso kuoli`, "Tulot riittävät niukasti", T("value.quadrant_state.NOT_ASKED")])
			must(text.includes(said), `${said} is not in ${text}`);
		must(!text.includes("Eetu"), "the child's name");
	});
	await well("read aloud", page);
	await count.run("confirmed and signed; the earlier one is superseded", async () => {
		await check(page.getByRole("radio", { name: named("ui.mapping.confirm_yes") }));
		await press(page.getByRole("button", { name: T("ui.sign") }));
		await page.getByText(T("ui.mapping.done")).waitFor();
		const { records } = await aino.run("show", home);
		const mapping = records.find((one) => one.type === "life_situation_mapping" && one.id !== old);
		must(mapping.fields.client_confirmed === true && mapping.fields.replaces === old && mapping.fields.quadrants.length === 4, mapping.fields);
		must(mapping.fields.quadrants.find((one) => one.quadrant === "HEALTH").state === "NOT_ASKED", mapping.fields.quadrants);
		must(records.find((one) => one.id === old).state.holds === "SUPERSEDED", "the earlier one stands");
		must((await aino.run("drafts")).drafts.length === 0, "a draft is left");
	});
	await well("mapping, signed", page);
	await count.run("a copy in large letters", async () => {
		const way = page.getByRole("link", { name: T("ui.mapping.print") });
		await press(way);
		must(await page.getByRole("checkbox").first().isChecked(), "not in large letters");
		await page.goBack();
	});

	// ---- benefit ----
	await count.run("the question of benefit needs the client's own words", async () => {
		await page.evaluate((hash) => { location.hash = hash; }, `#/benefit/new?case=${home}&client=${kaisa}`);
		await choose(page, T("ui.benefit.question"), T("value.answer.YES"));
		await write(page.getByLabel(named("field.benefit_assessment.reasons")), "Arjen asiat ovat kasautuneet puolison kuoleman jälkeen.");
		await press(page.getByRole("button", { name: T("ui.sign") }));
		await page.getByRole("alert").waitFor();
	});
	await well("benefit, refused", page);
	await count.run("yes: an assessment and a referral are offered", async () => {
		await write(page.getByLabel(named("field.benefit_assessment.client_opinion")), "Tarvitsen jonkun rinnalle.");
		await choose(page, T("ui.benefit.agrees"), T("value.answer.YES"));
		await press(page.getByRole("button", { name: T("ui.sign") }));
		await page.getByRole("link", { name: T("ui.benefit.assess", { matter: "Talousasiat" }) }).waitFor();
		await page.getByRole("link", { name: T("ui.benefit.refer") }).waitFor();
	});
	await well("benefit, signed", page);
	await page.context().close();

	// ---- another client, and the window is closed in the middle ----
	const veikko = (await aino.run("client", "add", "Niemi", "Veikko", "municipality=Takkuvaara")).id;
	const den = (await aino.run("show", veikko)).record.case_id;
	let second = await open(await address(aino));
	await count.run("a mapping of somebody else: urgent stands out, and the text is kept", async () => {
		await second.evaluate((hash) => { location.hash = hash; }, `#/mapping/new?case=${den}&client=${veikko}`);
		await press(second.getByRole("button", { name: T("ui.mapping.told_done") }));
		await choose(quad(second, "INCOME"), T("ui.mapping.state"), T("value.quadrant_state.ACUTE"));
		await quad(second, "INCOME").getByText(T("ui.mapping.acute")).waitFor();
		await write(quad(second, "INCOME").getByLabel(named("ui.mapping.text")), "Lääkkeet loppuivat eilen.");
		await kept(second);
	});
	await count.run("the quadrants stand two beside two where there is room, one under another where not", async () => {
		const boxes = await Promise.all(["INCOME", "FAMILY", "HEALTH", "HOUSING"].map((name) => quad(second, name).boundingBox()));
		const [one, two, three, four] = boxes;
		must(look.view === "laptop" ? one.y === two.y && three.y === four.y && one.x < two.x && three.y > one.y
			: one.x === two.x && boxes.every((box, at) => at === 0 || box.y > boxes[at - 1].y), boxes);
	});
	await count.run("closed in the middle, it goes on where it was", async () => {
		await second.context().close();
		second = await open(await address(aino));
		await second.evaluate((hash) => { location.hash = hash; }, "#/drafts");
		await press(second.getByRole("link", { name: T("type.life_situation_mapping") }));
		await quad(second, "INCOME").waitFor();
		must(await quad(second, "INCOME").getAttribute("data-state") === "ACUTE", "the state is gone");
		must(await quad(second, "INCOME").getByLabel(named("ui.mapping.text")).inputValue() === "Lääkkeet loppuivat eilen.", "the text is gone");
	});
	await count.run("read, confirmed, signed", async () => {
		await press(second.getByRole("button", { name: T("ui.mapping.read") }));
		await second.getByText("Lääkkeet loppuivat eilen.").waitFor();
		await check(second.getByRole("radio", { name: named("ui.mapping.confirm_yes") }));
		await press(second.getByRole("button", { name: T("ui.sign") }));
		await second.getByText(T("ui.mapping.done")).waitFor();
	});
	await well("the second mapping, signed", second);
	await count.run("back on the network all of it is sent", async () => {
		must((await aino.run("status")).unreceipted > 0, "nothing waits");
		await center.start();
		await second.locator("[data-sync=all_sent]").first().waitFor({ timeout: 90_000 });
		must((await aino.run("status")).unreceipted === 0, "something waits");
	});
});
