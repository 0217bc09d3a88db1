#!/usr/bin/env node
// Journey 10 of the domain in a browser: the quarter's counts for structural social work. Two workers' laptops
// have done the work; one administrator chooses the quarter, looks and proposes, a second person approves; charts
// with their tables, small counts withheld, CSV; run again later, after more work, it says the same.
import { shown } from "./browser.mjs";
import * as desk from "./desk.mjs";
import { is, journey, must } from "./look.mjs";
import { until } from "./world.mjs";

await journey("web_journey_10", { numbers: [5], byKeys: true }, async ({ look, world, count, open, well }) => {
	const { t, T, named, press, write, check, select, language } = look;
	const quarter = desk.quarterNow(), [year, part] = [quarter.slice(0, 4), quarter.slice(5)];
	const name = t("ui.console_statistics.quarter_name", { part, year });
	const center = await world.central();
	const aino = await world.worker("Aino Laine"), mikko = await world.worker("Mikko Saari");
	await desk.imported(center, "municipality");
	await Promise.all([desk.visits(aino, "Takkuvaara", 7, (n) => n === 0 ? "DECISION" : "APPLYING"), desk.visits(mikko, "Koskelanmäki", 9, () => "APPLYING")]);
	const { maija, pekka } = await desk.operators(world, [["Maija Virtanen", "MUNICIPAL_ADMIN"], ["Pekka Niemi", "MUNICIPAL_ADMIN"]]);
	const origin = (await center.run("status")).console;
	const as = ["--as", maija.staff];

	// The way in is the door's: name, password and code.
	const signIn = async (operator) => {
		const page = await open(origin);
		await write(page.getByLabel(named("ui.console_door.name")), operator.signIn);
		await write(page.getByLabel(named("ui.console_door.password")), operator.password);
		await write(page.getByLabel(named("ui.console_door.code")), await operator.code());
		await press(page.getByRole("button", { name: T("ui.console_door.sign_in"), exact: true }));
		await page.locator("#main h1").waitFor({ timeout: 60_000 });
		return page;
	};
	// On a laptop the pages stand at the side, else in the menu.
	const toStatistics = async (page) => {
		if (look.view !== "laptop")
			await press(page.getByRole("button", { name: T("ui.menu"), exact: true }));
		await press(page.getByRole("link", { name: T("ui.console_statistics.title"), exact: true }).locator("visible=true").first());
		await page.getByRole("heading", { level: 1, name: new RegExp(`^${T("ui.console_statistics.title")}`) }).waitFor();
	};
	const choose = async (page, mark = "") => {
		await select(page.getByLabel(T("ui.console_statistics.quarter"), { exact: true }), `${name}${mark}`);
		await page.locator("[data-table=clients]").waitFor({ timeout: 30_000 });
	};
	const sure = async (page, key) => {
		await press(page.getByRole("button", { name: T(key), exact: true }));
		await press(page.getByRole("dialog").getByRole("button", { name: T(key === "ui.console_statistics.propose" ? key : "ui.console_statistics.freeze"), exact: true }));
		await page.getByRole("dialog").waitFor({ state: "detached" });
	};
	const figures = (page) => page.evaluate(() => [...document.querySelectorAll("[data-table]")].flatMap((table) => [...table.querySelectorAll("[data-cell]")].map((cell) => `${table.dataset.table} ${cell.dataset.cell} ${cell.textContent}`)));

	const page = await signIn(maija);
	await count.run("the quarter is chosen and counted, by municipality type, customer type, phase and pathway", async () => {
		await toStatistics(page);
		await choose(page);
		for (const table of ["clients", "visits_by_phase", "visits_by_municipality_type", "cases_opened", "kilometres"])
			await page.locator(`[data-table=${table}]`).waitFor();
		await page.getByText(T("ui.console_statistics.state_COUNTED"), { exact: true }).waitFor();
	});
	await well("counted", page);
	await count.run("one visit is told as <5, and another count withheld that would give it away; nobody's name", async () => {
		const cells = await figures(page), phases = cells.filter((cell) => cell.startsWith("visits_by_phase"));
		must(phases.includes("visits_by_phase DECISION/ <5") && phases.some((cell) => cell.endsWith(" ..")) && phases.includes("visits_by_phase TOTAL/ 16"), phases);
		must(!(await shown(page)).includes("Salainen"), "a name is shown");
	});
	await count.run("the charts' tables open by hand", async () => {
		await press(page.locator("[data-table=visits_by_phase] summary"));
		await page.locator("[data-table=visits_by_phase] td").first().waitFor();
	});
	await count.run("she proposes, and may not approve herself", async () => {
		await sure(page, "ui.console_statistics.propose");
		await page.getByText(T("ui.console_statistics.own")).waitFor();
		await page.getByText(T("ui.console_statistics.step_proposed", { name: "Maija Virtanen" })).waitFor();
		is("ways to approve", await page.getByRole("button", { name: T("ui.console_statistics.freeze"), exact: true }).count(), 0);
	});
	await well("proposed", page);

	const other = await signIn(pekka);
	await count.run("a second person is told that it waits, looks and approves", async () => {
		await toStatistics(other);
		await press(other.getByRole("link", { name: T("ui.console_statistics.waits", { quarter: name, name: "Maija Virtanen" }) }));
		await other.locator("[data-table=clients]").waitFor();
		await sure(other, "ui.console_statistics.freeze");
		await other.getByText(T("ui.console_statistics.step_frozen", { name: "Pekka Niemi" })).waitFor();
	});
	await well("approved", other);
	await count.run("as CSV in the reader's language, as the command line prints it", async () => {
		const { text } = await desk.downloaded(other, () => press(other.getByRole("button", { name: T("ui.console_statistics.download"), exact: true })));
		is("CSV", text, await desk.printed(center, ...as, "admin", "statistics", quarter, "--csv", "--lang", language));
		must(text.includes(t("statistics.visits_by_phase")), text.slice(0, 300));
	});
	await count.run("run again after more work it says the same; counted anew it would not", async () => {
		const before = await figures(other);
		await desk.visits(aino, "Takkuvaara", 6, () => "DECISION");
		await other.reload();
		await other.locator("[data-table=clients]").waitFor();
		is("figures", (await figures(other)).join("\n"), before.join("\n"));
		await press(other.getByRole("button", { name: T("ui.console_statistics.count"), exact: true }));
		await other.getByText(T("ui.console_statistics.fresh")).waitFor();
		must((await figures(other)).join() !== before.join(), "the new count is the old one");
		await press(other.getByRole("button", { name: T("ui.console_statistics.back"), exact: true }));
		await other.getByText(T("ui.console_statistics.step_frozen", { name: "Pekka Niemi" })).waitFor();
		is("figures once more", (await figures(other)).join("\n"), before.join("\n"));
	});
	await count.run("beside the quarter before, with dashed bars", async () => {
		await check(other.getByRole("checkbox"));
		await other.locator(".bar-before").first().waitFor({ state: "attached" });
	});
	await well("beside the quarter before", other);
	await count.run("and the worker has it on the laptop, offline too", async () => {
		await until("the report on the laptop", async () => (await mikko.run("statistics")).reports.some((one) => one.quarter === quarter));
		await mikko.run("sync", "--offline");
		const lines = (await mikko.run("statistics", quarter)).lines;
		is("visits", lines.find((line) => line.table === "visits_by_phase" && line.class === "TOTAL").count, 16);
	});
});
