#!/usr/bin/env node
// Journey 3 in the browser: help with an urgent application, from the grounds to the payment
// commitment that is fetched; another one is moved to the normal queue and its clock changes.
import { address, until } from "./world.mjs";
import { record } from "./browser.mjs";
import { day, is, journey } from "./look.mjs";

const REASON = "Lääkkeet loppuivat eilen eikä rahaa uusiin ole.";

await journey("web_journey_03", { numbers: [2, 5] }, async ({ look, world, count, open, well }) => {
	const { T, like, named, press, write, check, choose } = look;
	const center = await world.central();
	await center.run("create", "municipality", "name=Takkuvaara", "env_type=VERY_NARROW", "valid_from=2024-01-01", "kela_distance_km=96", "emergency_phone=016 000 0112");
	await center.run("create", "service_point", "name=Kelan palvelupiste", "municipality=Takkuvaara", "kind=KELA_POINT", "hours=ma-pe 9-15", "phone=016 000 0114");
	const aino = await world.worker("Aino Laine");
	const client = await aino.run("client", "add", "Aho", "Anna", "municipality=Takkuvaara", `informed_at=${new Date(Date.now() - 60_000).toISOString()}`);
	await aino.run("case", "open", client.id, "Vuokrarästi");
	const state = async (id) => (await aino.run("show", id)).record.state.holds;
	const counted = async (rule) => (await aino.run("deadline", rule, day())).clocks[0].counted.date;
	const clock = (page, rule, iso) => page.locator(`[data-rule=${rule}]`).getByText(look.weekday(iso)).waitFor();

	const page = await open(await address(aino));
	await write(page.getByLabel(named("ui.search.label")), "Aho");
	await press(page.getByRole("link", { name: /Aho Anna/ }));
	await record(page, T("type.assistance_application"), press);
	await count.run("urgent: life first, 112 and the emergency duty of the place", async () => {
		await choose(page, T("ui.application.how_urgent"), T("ui.application.urgent"));
		await page.getByText(T("ui.danger.first")).waitFor();
		await is("112", await page.getByRole("main").getByRole("link", { name: /112/ }).first().getAttribute("href"), "tel:112");
		await page.getByRole("link", { name: /016 000 0112/ }).waitFor();
	});
	await count.run("grounds and why now are asked for beside their fields, and what was chosen stays", async () => {
		await press(page.getByRole("button", { name: T("ui.application.record_grounds") }));
		await page.getByRole("group", { name: named("field.assistance_application.urgency_grounds") }).locator(".error").waitFor();
		await check(page.getByRole("group", { name: named("field.assistance_application.urgency_grounds") }).getByLabel(T("value.urgency_ground.FOOD")));
		await check(page.getByRole("group", { name: named("field.assistance_application.urgency_grounds") }).getByLabel(T("value.urgency_ground.MEDICINE")));
		await press(page.getByRole("button", { name: T("ui.application.record_grounds") }));
		await page.locator("textarea[aria-invalid=true]").waitFor();
	});
	await well("the grounds of an urgent application, refused", page);
	await count.run("grounds recorded: the call to Kela comes next, with its number", async () => {
		await write(page.getByLabel(named("field.assistance_application.urgency_reason")), REASON);
		await press(page.getByRole("button", { name: T("ui.application.record_grounds") }));
		await page.getByRole("heading", { name: T("ui.application.call") }).waitFor();
		await is("Kela's number", await page.getByRole("link", { name: /016 000 0114/ }).getAttribute("href"), "tel:0160000114");
		await page.getByText(T("ui.application.closed"), { exact: true }).waitFor();
	});
	const first = (await aino.run("list", "assistance_application")).records[0].id;
	await well("the call to Kela", page);
	await count.run("called: queue and questions are recorded, and the clock of one working day runs", async () => {
		await write(page.getByLabel(named("field.kela_call.queue_minutes")), "25");
		await write(page.getByLabel(named("field.kela_call.asked")), "Tiliote ja lääkemääräys");
		await press(page.getByRole("button", { name: T("ui.application.called") }));
		await clock(page, "D6", await counted("D6"));
		await page.getByText(like("ui.application.left")).waitFor();
		const { record } = await aino.run("show", first);
		await is("state", record.state.holds, "URGENT_QUEUE");
		await is("queue", record.fields.kela_call.queue_minutes, 25);
		await is("arrived with the call", record.fields.arrived_at_kela, record.fields.kela_call.at);
	});
	await well("the clock", page);
	await count.run("Kela asks for more with a day; supplied, the application is back in the urgent queue", async () => {
		await press(page.getByText(T("ui.application.asks")));
		await write(page.getByLabel(named("field.info_request.items")), "tiliote");
		await write(page.getByLabel(T("field.info_request.due"), { exact: true }), day(1));
		await press(page.getByRole("button", { name: T("ui.application.asks_save") }));
		await page.getByRole("heading", { name: T("ui.application.waits") }).waitFor();
		await is("waits", await state(first), "WAITING_INFO");
	});
	await well("what Kela waits for", page);
	await count.run("supplied", async () => {
		await press(page.getByRole("button", { name: T("ui.application.supplied") }));
		await page.getByRole("heading", { name: T("ui.application.callback") }).waitFor();
		await is("back", await state(first), "URGENT_QUEUE");
	});
	await count.run("an outcome needs Kela's call; what was typed stays", async () => {
		await choose(page, T("ui.application.outcome"), T("value.urgent_outcome.RESOLVED_URGENT"));
		await write(page.getByLabel(named("field.kela_callback.result")), "Myönnetty ruokaan ja lääkkeisiin");
		await press(page.getByRole("button", { name: T("ui.application.decided") }));
		await page.locator("[aria-invalid=true]").first().waitFor();
		await is("the result stays", await page.getByLabel(named("field.kela_callback.result")).inputValue(), "Myönnetty ruokaan ja lääkkeisiin");
	});
	await well("Kela's call back, refused", page);
	await count.run("decided, with the place and last day of the payment commitment", async () => {
		await write(page.getByLabel(named("field.kela_callback.summary")), "Maksusitoumus apteekkiin ja kauppaan");
		await write(page.getByRole("group", { name: named("field.assistance_application.payment_commitment") }).getByLabel(named("field.payment_commitment.place")), "Ylikorven kirjasto");
		await write(page.getByRole("group", { name: named("field.assistance_application.payment_commitment") }).getByLabel(named("field.payment_commitment.pickup_by")), day(2));
		await press(page.getByRole("button", { name: T("ui.application.decided") }));
		await page.getByRole("heading", { name: T("ui.application.tell") }).waitFor();
		await page.getByText(T("ui.application.pickup", { place: "Ylikorven kirjasto" })).waitFor();
	});
	await count.run("the ride is agreed in one line: what, who, when", async () => {
		await write(page.getByRole("textbox", { name: named("field.agreed_action.what") }), "Kyyti apteekkiin");
		await choose(page, T("ui.actions.owner"), T("value.owner_kind.PARTNER"));
		await write(page.getByLabel(named("field.agreed_action.owner")), "Seurakunnan kuljetuspalvelu");
		await press(page.getByRole("region", { name: T("ui.agreed.title") }).getByRole("button", { name: T("ui.save") }));
		await page.getByRole("link", { name: /Kyyti apteekkiin/ }).waitFor();
		const { records } = await aino.run("list", "agreed_action");
		await is("the actions", records.length, 1);
	});
	await well("decided", page);
	await count.run("told, fetched, closed", async () => {
		await press(page.getByRole("button", { name: T("ui.application.told") }));
		await page.getByRole("heading", { name: T("ui.application.collect") }).waitFor();
		await press(page.getByRole("button", { name: T("ui.application.collected") }));
		await page.getByRole("heading", { name: T("ui.application.close") }).waitFor();
		await is("collected", await state(first), "COLLECTED");
		await press(page.getByRole("button", { name: T("ui.application.close") }));
		await page.getByText(T("value.application_state.CLOSED")).waitFor();
		await is("closed", await state(first), "CLOSED");
	});
	await well("closed", page);
	await page.context().close();

	const second = await open(await address(aino));
	await center.stop();
	await count.run("the line is cut: the chip says so calmly", async () => {
		await second.locator("[data-sync=offline]").first().waitFor({ timeout: 30_000 });
		is("no alarm", await second.getByRole("alert").count(), 0);
	});
	await count.run("another, in another window, without a line: grounds and time stand, the call is on today's list", async () => {
		await second.getByRole("heading", { name: T("ui.home.title") }).waitFor();
		await second.evaluate(([c, k]) => { location.hash = `#/application/new?client=${c}&case=${k}&urgent=1`; }, [client.id, client.case_id]);
		await check(second.getByRole("group", { name: named("field.assistance_application.urgency_grounds") }).getByLabel(T("value.urgency_ground.EVICTION")));
		await write(second.getByLabel(named("field.assistance_application.urgency_reason")), "Häätö uhkaa, vuokra on maksamatta");
		await press(second.getByRole("button", { name: T("ui.application.record_grounds") }));
		await press(second.getByText(T("ui.application.no_line")));
		await press(second.getByRole("button", { name: T("ui.application.call_later") }));
		await second.getByRole("link", { name: T("ui.application.call_later") }).waitFor();
	});
	const moved = (await aino.run("list", "assistance_application")).records.find((one) => one.id !== first).id;
	await well("no line", second);
	await count.run("Kela moves it to the normal queue: the clock is another, and the client hears so", async () => {
		await press(second.getByRole("button", { name: T("ui.application.called") }));
		await second.locator("[data-rule=D6]").waitFor();
		await choose(second, T("ui.application.outcome"), T("value.urgent_outcome.MOVED_TO_NORMAL"));
		await write(second.getByLabel(named("field.kela_callback.summary")), "Käsitellään tavallisessa jonossa");
		await check(second.getByLabel(T("ui.application.told_moved")));
		await well("moved, before it is recorded", second);
		await press(second.getByRole("button", { name: T("ui.application.moved") }));
		await clock(second, "D5", await counted("D5"));
		await is("state", await state(moved), "NORMAL_QUEUE");
		const { records } = await aino.run("list", "agreed_action");
		await is("told", (await aino.run("show", records.find((one) => one.title === T("ui.application.tell_moved")).id)).record.state.holds, "DONE");
	});
	await well("the normal queue", second);
	await count.run("papers are asked for with weeks to bring them: the clock begins at that day's end, and anew when they are brought", async () => {
		await aino.run("change", moved, `info_requests=${JSON.stringify({ asked_at: new Date(Date.now() - 60_000).toISOString(), how: "LETTER", items: ["vuokrasopimus"], due: day(20) })}`);
		await aino.run("step", moved, "WAITING_INFO");
		await clock(second, "D9", (await aino.run("deadline", "D9", day(20))).clocks[0].counted.date);
		await press(second.getByRole("button", { name: T("ui.application.supplied") }));
		await clock(second, "D8", await counted("D8"));
	});
	await count.run("the line is back: all of it is sent by itself", async () => {
		is("waits", (await aino.run("status")).unreceipted > 0, true);
		await center.start();
		await second.locator("[data-sync=all_sent]").first().waitFor({ timeout: 90_000 });
		is("receipts", (await aino.run("status")).unreceipted, 0);
	});
});
