#!/usr/bin/env node
// The console's pages of people, assignments, handovers, the access log and retention, by the roles that
// have them: what each offers, its refusals beside the fields, and that nobody reads more than their role may.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { until, World } from "./world.mjs";
import { day, is, Look, must } from "./look.mjs";
import * as browser from "./browser.mjs";
import { enter as enterAs, go as goTo } from "./console.mjs";

const PICTURES = process.env.JALKA_PICTURES;
const count = new browser.Count();
const world = new World();
const fi = new Look("laptop", "light", "fi"), { t, T, named, like } = fi;
const role = (name) => fi.T(`value.role.${name}`);

async function well(what, page) {
	const found = await browser.findings(page);
	if (PICTURES !== undefined)
		await page.screenshot({ path: `${PICTURES}/people-${what.replace(/\W+/g, "-")}.png`, fullPage: true });
	count.expect(`${what}: axe, console, origin, width`, found.length === 0, found.join("\n"));
}

const enter = (operator, look = fi) => enterAs((url) => browser.open(url, look.options), world, look, operator);
const go = (page, path, key, look = fi) => goTo(page, look, path, key);

const row = (page, text) => page.getByRole("row").filter({ hasText: text });
const toast = (page, text) => page.locator(".toasts").getByText(text, { exact: false }).first().waitFor();
const button = (scope, key) => scope.getByRole("button", { name: T(key), exact: true });
const error = (scope, text) => scope.locator(".field .error", text === undefined ? {} : { hasText: text }).first().waitFor();

async function matter(worker, family, given, municipality) {
	const client = await worker.run("client", "add", family, given, `municipality=${municipality}`, "contact_language=FI");
	const one = await worker.run("case", "open", client.id, "Tuki arkeen", "opened_by_pathway=NEED_REQUEST");
	return { ...one, client };
}

try {
	const center = await world.central();
	const aino = await world.worker("Aino Laine"), olli = await world.worker("Olli Niemi");
	const aho = await matter(aino, "Aho", "Anna", "Takkuvaara"), korpi = await matter(aino, "Korpi", "Urho", "Hallasuo"), salo = await matter(aino, "Salo", "Sanni", "Hallasuo");
	const old = await matter(aino, "Vanha", "Väinö", "Takkuvaara");
	await aino.run("change", old.id, "opened_on=2011-01-03");
	await aino.run("case", "close", old.id, "Asia hoidettu", "closed_on=2012-02-29");
	await aino.run("sync", "--wait");
	const tero = await world.operator("Tero Tekno", ["TECHNICAL_ADMIN"]), dora = await world.operator("Dora Suoja", ["DATA_PROTECTION_OFFICER"]);
	const maija = await world.operator("Maija Virta", ["MUNICIPAL_ADMIN"]), pekka = await world.operator("Pekka Salo", ["MUNICIPAL_ADMIN"], { as: ["--as", maija.staff] });
	const admin = (...words) => center.run("--as", maija.staff, "admin", ...words);
	const load = async (id) => (await admin("caseload", "find", id)).cases[0];
	await until("every case at the centre", async () => (await admin("caseload", "of", aino.staff)).cases.filter((one) => one.kind === "MATTER").length === 4);
	await browser.begin();
	const page = await enter(maija);

	// ---- people ----
	await count.run("people: everybody with roles, devices and how many matters", async () => {
		await go(page, "people", "ui.console_people.title");
		await row(page, "Aino Laine").getByText(t("ui.console_people.count_own", { count: 4 })).waitFor();
		await row(page, "Maija Virta").getByText(role("MUNICIPAL_ADMIN")).waitFor();
		await page.getByLabel(T("ui.console_people.search")).fill("oll");
		is("rows", await page.locator("tbody tr").count(), 1);
		await page.getByLabel(T("ui.console_people.search")).fill("");
		await page.getByLabel(T("ui.console_people.role"), { exact: true }).selectOption({ label: role("DATA_PROTECTION_OFFICER") });
		is("rows", await page.locator("tbody tr").count(), 1);
		await page.getByLabel(T("ui.console_people.role"), { exact: true }).selectOption("");
	});
	await well("people", page);
	await count.run("a person is added, with what is missing told beside it", async () => {
		await page.getByRole("link", { name: T("ui.console_people.add") }).click();
		await page.getByRole("heading", { level: 1, name: T("ui.console_people.add") }).waitFor();
		await button(page, "ui.console_people.add").click();
		is("errors", await page.locator(".field .error").count(), 3);
		await well("add, empty", page);
		await page.getByLabel(named("field.*.name")).fill("Ville Uusi");
		await page.getByLabel(T("value.profession.SOCIAL_INSTRUCTOR")).check();
		await page.getByLabel(named("field.*.unit")).fill("Jalkautuva työ");
		await page.getByLabel(T("field.*.phone"), { exact: false }).fill("040 000 0789");
		await button(page, "ui.console_people.add").click();
		await page.getByRole("heading", { level: 1, name: "Ville Uusi" }).waitFor();
		await page.getByText("040 000 0789").waitFor();
	});
	await count.run("details are changed, and a last working day", async () => {
		await button(page, "ui.console_people.change").click();
		await page.getByLabel(named("field.*.unit")).fill("Pohjoinen tiimi");
		await page.getByLabel(T("ui.console_people.last_day")).fill(day(-1));
		await button(page, "ui.console_people.save").click();
		await page.getByText("Pohjoinen tiimi").waitFor();
		await page.getByText(T("ui.console_people.has_left")).waitFor();
	});
	await count.run("what a colleague writes while the form is open stands, and a field both touched is told", async () => {
		const ville = (await admin("staff")).staff.find((one) => one.name === "Ville Uusi").id;
		const change = (...words) => center.run("--as", pekka.staff, "change", ville, ...words);
		const shown = async () => (await center.run("--as", maija.staff, "show", ville)).record.fields;
		const read = (part) => page.waitForResponse(async (response) => response.url().endsWith("/api") && (await response.body()).includes(part));
		await change("valid_to=");
		await page.getByText(T("ui.console_people.has_left")).waitFor({ state: "detached" });
		await button(page, "ui.console_people.change").click();
		const fresh = read(day(40));
		await change(`valid_to=${day(40)}`);
		await fresh;
		await page.getByLabel(T("field.*.phone"), { exact: false }).fill("040 000 0111");
		await button(page, "ui.console_people.save").click();
		await page.getByText("040 000 0111").waitFor();
		is("the last day", (await shown()).valid_to, day(40));
		await button(page, "ui.console_people.change").click();
		const again = read("Itäinen tiimi");
		await change("unit=Itäinen tiimi");
		await again;
		await page.getByLabel(named("field.*.unit")).fill("Läntinen tiimi");
		await button(page, "ui.console_people.save").click();
		await page.getByRole("alert").or(page.locator(".notice")).filter({ hasText: "Itäinen tiimi" }).first().waitFor();
		is("the unit", (await shown()).unit, "Itäinen tiimi");
		await well("a field both touched", page);
		await button(page, "ui.console_people.save").click();
		await page.getByText("Läntinen tiimi").waitFor();
		is("the unit", (await shown()).unit, "Läntinen tiimi");
		await change(`valid_to=${day(-1)}`);
		await page.getByText(T("ui.console_people.has_left")).waitFor();
	});
	await count.run("a role is given until a day, refused twice, and taken away", async () => {
		const roles = page.getByRole("region", { name: T("ui.console_people.roles") });
		await button(roles, "ui.console_people.give").click();
		await button(roles, "ui.console_people.give").click();
		await error(roles, T("ui.console_door.missing"));
		await roles.getByLabel(named("ui.console_people.role")).selectOption({ label: role("SOCIAL_INSTRUCTOR") });
		await roles.getByLabel(T("ui.console_people.good_until"), { exact: false }).fill(day(-3));
		await button(roles, "ui.console_people.give").click();
		await error(roles, "Päivä on mennyt");
		await well("role, a day that has passed", page);
		await roles.getByLabel(T("ui.console_people.good_until"), { exact: false }).fill(day(30));
		await button(roles, "ui.console_people.give").click();
		await roles.locator("[data-role=SOCIAL_INSTRUCTOR]").getByText(fi.date(day(30))).waitFor();
		await button(roles, "ui.console_people.give").click();
		await roles.getByLabel(named("ui.console_people.role")).selectOption({ label: role("SOCIAL_INSTRUCTOR") });
		await button(roles, "ui.console_people.give").click();
		await error(roles, "on jo");
		await button(roles, "ui.cancel").click();
		await well("one person", page);
		await roles.locator("[data-role=SOCIAL_INSTRUCTOR]").getByRole("button").click();
		await well("taking a role", page);
		await button(page.getByRole("dialog"), "ui.console_people.take").click();
		await roles.locator("[data-role=SOCIAL_INSTRUCTOR]").waitFor({ state: "detached" });
	});

	// ---- assignments ----
	await admin("unassign", korpi.case_id, aino.staff);
	await count.run("assignments: what nobody holds stands first", async () => {
		await go(page, "assignments", "ui.console_assignments.title");
		await page.locator("tbody tr").first().getByText(T("ui.console_assignments.asks_NOBODY")).waitFor();
		await page.locator("tbody tr").first().getByText("Korpi Urho").waitFor();
	});
	await well("assignments", page);
	await count.run("a case is found by a name without its marks, or by who holds it", async () => {
		await page.getByLabel(T("ui.console_assignments.search")).fill("vaino takku");
		await button(page, "ui.console_assignments.find").click();
		await row(page, "Vanha Väinö").first().waitFor();
		is("others", await row(page, "Salo").count(), 0);
		await page.getByLabel(T("ui.console_assignments.search")).fill("");
		await page.getByLabel(T("ui.console_assignments.held_by"), { exact: true }).selectOption(aino.staff);
		await row(page, "Salo Sanni").waitFor();
		is("Korpi", await row(page, "Korpi").count(), 0);
	});
	await count.run("it is given to an own worker", async () => {
		await go(page, `assignments/${korpi.case_id}`, "Korpi Urho");
		await page.getByText(T("ui.console_assignments.hint_NOBODY")).waitFor();
		await well("a case of nobody", page);
		await button(page, "ui.console_assignments.give").click();
		await error(page, T("ui.console_door.missing"));
		await page.getByLabel(named("ui.console_assignments.to_whom")).selectOption(olli.staff);
		await button(page, "ui.console_assignments.give").click();
		await page.locator("[data-hold=OWN_WORKER]").getByText("Olli Niemi").waitFor();
		is("at the centre", (await load(korpi.case_id)).held[0].name, "Olli Niemi");
	});
	await count.run("a substitute needs the last day; a visit is for today", async () => {
		await page.getByLabel(named("ui.console_assignments.to_whom")).selectOption(aino.staff);
		await page.getByLabel(T("value.assignment_role.SUBSTITUTE"), { exact: true }).check();
		await button(page, "ui.console_assignments.give").click();
		await error(page, T("ui.console_door.missing"));
		await page.getByLabel(named("ui.console_assignments.until")).fill(day(-2));
		await button(page, "ui.console_assignments.give").click();
		await page.getByRole("alert").getByText("ei voi päättyä ennen").or(page.getByRole("alert")).first().waitFor();
		await well("an end in the past", page);
		await page.getByLabel(named("ui.console_assignments.until")).fill(day(5));
		await button(page, "ui.console_assignments.give").click();
		await page.locator("[data-hold=SUBSTITUTE]").getByText(fi.date(day(5))).waitFor();
		await well("a case with a substitute", page);
	});
	await count.run("the own worker is changed after a question that says what follows; an assignment is ended", async () => {
		await page.getByLabel(named("ui.console_assignments.to_whom")).selectOption(aino.staff);
		await page.getByLabel(T("value.assignment_role.OWN_WORKER"), { exact: true }).check();
		await button(page, "ui.console_assignments.give").click();
		const dialog = page.getByRole("dialog");
		await dialog.getByText("Olli Niemi").waitFor();
		await well("changing the own worker", page);
		const asked = [];
		page.expected.push(/ERR_FAILED/);
		await page.route("**/api", (route) => {
			const body = route.request().postDataBuffer()?.toString("latin1") ?? "", verb = /unassign|assign/.exec(body)?.[0];
			return verb !== undefined && asked.push(verb) === 1 ? route.abort() : route.continue();
		});
		await button(dialog, "ui.console_assignments.change").click();
		await dialog.getByRole("alert").waitFor();
		is("at the centre, refused", (await load(korpi.case_id)).held.find((hold) => hold.role === "OWN_WORKER").name, "Olli Niemi");
		is("who was chosen", await page.getByLabel(named("ui.console_assignments.to_whom")).inputValue(), aino.staff);
		await button(dialog, "ui.console_assignments.change").click();
		await page.locator("[data-hold=OWN_WORKER]").getByText("Aino Laine").waitFor();
		is("calls that give or end", asked.join(), "assign,assign");
		await page.unroute("**/api");
		await page.locator("[data-hold=OWN_WORKER]").getByRole("button").click();
		await well("ending", page);
		await button(page.getByRole("dialog"), "ui.console_assignments.end").click();
		await page.getByText(T("ui.console_assignments.hint_NOBODY")).waitFor();
		must(!(await admin("caseload", "of", aino.staff)).cases.some((one) => one.client_case === korpi.client.case_id), "the client's card stays behind");
		await page.getByLabel(named("ui.console_assignments.to_whom")).selectOption(olli.staff);
		await page.getByLabel(T("value.assignment_role.CO_WORKER"), { exact: true }).check();
		await button(page, "ui.console_assignments.give").click();
		await page.getByText(T("ui.console_assignments.hint_NO_OWN_WORKER")).waitFor();
		await page.getByText(T("ui.console_assignments.not_needed"), { exact: true }).click();
		await button(page, "ui.console_assignments.not_needed_save").click();
		await error(page, T("ui.console_door.missing"));
		await page.getByLabel(named("ui.console_assignments.why")).fill("Neuvonta riitti.");
		await button(page, "ui.console_assignments.not_needed_save").click();
		await page.getByText(T("ui.console_assignments.hint_NO_OWN_WORKER")).waitFor({ state: "detached" });
	});
	await count.run("a whole absence: all open cases at once, what does not go well is told and tried again", async () => {
		await go(page, `assignments/absence?of=${aino.staff}`, "ui.console_assignments.absence");
		await row(page, "Aho Anna").waitFor();
		is("the closed one", await row(page, "Vanha").count(), 0);
		await page.locator("form button[type=submit]").click();
		is("errors", await page.locator(".field .error").count(), 2);
		await well("absence, empty", page);
		await page.getByLabel(named("ui.console_assignments.substitute")).selectOption(olli.staff);
		await page.getByLabel(named("ui.console_assignments.last_day")).fill(day(14));
		let calls = 0;
		page.expected.push(/ERR_FAILED/);
		await page.route("**/api", (route) => (route.request().postDataBuffer()?.includes("SUBSTITUTE") && ++calls === 1) ? route.abort() : route.continue());
		await page.locator("form button[type=submit]").click();
		await page.getByText(T("ui.console_assignments.result_failed")).waitFor();
		await well("absence, one failed", page);
		await page.unroute("**/api");
		await button(page, "ui.console_assignments.again").click();
		await page.getByText(T("ui.console_assignments.result", { went: 2, all: 2, name: "Olli Niemi" })).waitFor();
		for (const one of [aho, salo])
			must((await load(one.case_id)).held.some((hold) => hold.name === "Olli Niemi" && hold.role === "SUBSTITUTE" && hold.until_ms > Date.now()), "not with the substitute");
	});
	await well("absence, done", page);

	// ---- handovers ----
	const handover = (await aino.run("handover", "propose", salo.case_id, olli.staff, "Muutto")).id;
	await aino.run("sync", "--wait");
	const card = page.locator(`[data-id="${handover}"]`);
	await count.run("handovers: how far, what it waits for; without a device of the receiver, what to do", async () => {
		await go(page, "handovers", "ui.console_handovers.title");
		await card.getByText(T("ui.console_handovers.waits_RECEIVER", { to: "Olli Niemi" })).waitFor({ timeout: 30_000 });
		await well("a handover", page);
		await center.run("admin", "suspend", olli.node);
		await card.getByText(T("ui.console_handovers.blocked_NO_DEVICE")).waitFor({ timeout: 30_000 });
		await well("a handover held up", page);
		await center.run("admin", "resume", olli.node);
		await until("the case at the receiver", async () => (await olli.run("handover", "list")).handovers.length > 0);
		await olli.run("handover", "accept", handover);
		await olli.run("sync", "--wait");
		await card.getByText(T("ui.console_handovers.waits_CLIENT_TOLD", { from: "Aino Laine" })).waitFor({ timeout: 30_000 });
		await aino.run("handover", "told", handover);
		await aino.run("sync", "--wait");
		await card.waitFor({ state: "detached", timeout: 30_000 });
		await page.getByLabel(like("ui.console_handovers.over")).check();
		await card.getByText(T("value.handover_state.EFFECTIVE")).first().waitFor();
	});
	await well("handovers that are over", page);

	// ---- the access log ----
	await aino.run("case", "show", aho.case_id);
	await aino.run("sync", "--wait");
	await count.run("a client's log: the reason first, the client by name, the report on paper and as a table", async () => {
		await go(page, "access", "ui.console_access.title");
		await button(page, "ui.console_access.read").click();
		await error(page, T("ui.console_door.missing"));
		await page.getByText(T("ui.console_access.no_client")).waitFor();
		await well("log, nothing said", page);
		await page.getByLabel(named("ui.console_access.why")).fill("Asiakkaan pyyntö 12.11.");
		await page.getByLabel(T("ui.console_assignments.search")).fill("aho");
		await button(page, "ui.console_assignments.find").click();
		await page.getByRole("button", { name: `${T("ui.console_access.choose")}: Aho Anna` }).click();
		await page.getByLabel(T("ui.console_access.from")).fill("2020-01-01");
		await page.getByLabel(named("ui.console_access.special")).waitFor();
		await page.getByLabel(T("ui.console_access.from")).fill("");
		await button(page, "ui.console_access.read").click();
		await row(page, "Aino Laine").first().waitFor();
		await well("a client's log", page);
		const [file] = await Promise.all([page.waitForEvent("download"), button(page, "ui.console_access.csv").click()]);
		await file.saveAs(join(world.base, "report.csv"));
		const text = readFileSync(join(world.base, "report.csv"), "utf8");
		must(text.startsWith("\ufeff") && text.includes("Aino Laine;") && text.split("\r\n").length > 3, text.slice(0, 300));
		await page.emulateMedia({ media: "print" });
		must(!await page.getByRole("button", { name: T("ui.console_access.csv") }).isVisible() && !await page.locator(".side").isVisible() && await page.getByText("Aho Anna").isVisible(), "the paper");
		if (PICTURES !== undefined)
			await page.pdf({ path: `${PICTURES}/report.pdf`, format: "A4" });
		await page.emulateMedia({ media: null });
	});
	await count.run("each look is one entry of the log, with its reason, and no more while the page stands", async () => {
		const looks = async () => (await center.run("--as", pekka.staff, "admin", "access", "of", maija.staff, "--reason", "tarkastus")).entries.filter((one) => one.act === "READ_LOG").length;
		is("looks", await looks(), 1);
		// A second window hears what the first one hears. Each asks anew two seconds after a change at the latest:
		// when it shows the second change, the first window has had its time for the first one.
		const second = await page.context().newPage();
		browser.watch(second, new URL(page.url()).origin);
		await second.goto(`${new URL(page.url()).origin}/#/people/${olli.staff}`);
		await second.getByRole("heading", { level: 1, name: "Olli Niemi" }).waitFor();
		for (const phone of ["040 000 0111", "040 000 0222"]) {
			await center.run("--as", maija.staff, "change", olli.staff, `phone=${phone}`);
			await second.getByText(phone).waitFor();
		}
		await browser.shown(page);
		await row(page, "Aino Laine").first().waitFor();
		is("looks", await looks(), 1);
		await second.close();
	});
	await count.run("a worker's acts, for a reason", async () => {
		await page.getByLabel(T("ui.console_access.tab_person")).check();
		await button(page, "ui.console_access.read").click();
		await error(page, T("ui.console_door.missing"));
		await page.getByLabel(named("ui.console_access.why")).fill("Selvitys katselusta");
		await page.getByLabel(named("ui.console.person")).selectOption(aino.staff);
		await page.getByLabel(T("ui.console_access.to"), { exact: true }).fill("2021-01-01");
		await button(page, "ui.console_access.read").click();
		await error(page, "ennen ensimmäistä");
		await page.getByLabel(T("ui.console_access.to"), { exact: true }).fill(day());
		await button(page, "ui.console_access.read").click();
		await page.getByRole("heading", { name: T("ui.console_access.acts_of", { name: "Aino Laine" }) }).waitFor();
		await well("a worker's acts", page);
	});
	await count.run("broken glass, old drafts and volume", async () => {
		await page.getByLabel(T("ui.console_access.tab_glass")).check();
		await page.getByText(T("ui.console_access.no_glass")).waitFor();
		await center.run("--as", pekka.staff, "break-glass", aho.case_id, "--reason", "Omainen kysyi turvallisuudesta");
		await button(page, "ui.console_access.read").click();
		await row(page, "Omainen kysyi turvallisuudesta").getByText("Pekka Salo").waitFor();
		await well("broken glass", page);
		await page.getByLabel(T("ui.console_access.tab_drafts")).check();
		await page.getByText(T("ui.console_access.no_drafts")).waitFor();
		await page.getByLabel(T("ui.console_access.tab_volume")).check();
		await page.locator("tbody tr").first().waitFor();
		await well("volume", page);
	});

	// ---- retention ----
	await count.run("retention: what is over, by class and date; proposed by one", async () => {
		await go(page, "retention", "ui.console_retention.title");
		await row(page, "Vanha Väinö").getByText(fi.date("2022-02-28")).or(row(page, "Vanha Väinö").getByText(fi.date("2022-03-01"))).first().waitFor();
		await well("retention", page);
		await page.getByLabel(T("ui.console_retention.all")).check();
		await row(page, "Aho Anna").first().getByRole("button").click();
		const dialog = page.getByRole("dialog");
		await button(dialog, "ui.console_retention.propose").click();
		await error(dialog, T("ui.console_door.missing"));
		await well("proposing, no ground", page);
		await button(dialog, "ui.cancel").click();
		await page.getByLabel(T("ui.console_retention.all")).uncheck();
		await row(page, "Vanha Väinö").getByRole("button").click();
		await button(dialog, "ui.console_retention.propose").click();
		await page.locator(`[data-erasure="${old.case_id}"]`).getByText(t("ui.console_retention.mine")).waitFor();
		is("approving one's own", await page.getByRole("button", { name: like("ui.console_retention.approve") }).count(), 0);
	});
	const other = await enter(pekka, new Look("companion", "dark", "fi"));
	await count.run("another takes it back, or approves: it is erased, with a certificate that names no client", async () => {
		await go(other, "retention", "ui.console_retention.title");
		await well("retention, the second person, dark", other);
		await other.getByRole("button", { name: `${T("ui.console_retention.drop")}: Vanha Väinö` }).click();
		await page.getByText(T("ui.console_retention.none_waiting")).waitFor({ timeout: 30_000 });
		await row(page, "Vanha Väinö").getByRole("button").click();
		await button(page.getByRole("dialog"), "ui.console_retention.propose").click();
		await other.getByRole("button", { name: `${T("ui.console_retention.approve")}: Vanha Väinö` }).click({ timeout: 30_000 });
		const dialog = other.getByRole("dialog");
		await button(dialog, "ui.console_retention.approve").click();
		await error(dialog, T("ui.console_retention.check_first"));
		await dialog.getByLabel(T("ui.console_retention.i_am_sure")).check();
		await well("approving, dark", other);
		await button(dialog, "ui.console_retention.approve").click();
		await dialog.waitFor({ state: "detached" });
		await other.getByRole("region", { name: T("ui.console_retention.certificates") }).getByRole("link").click();
		await other.getByRole("heading", { level: 1, name: T("ui.console_retention.certificate") }).waitFor();
		const text = await browser.shown(other);
		must(text.includes("Maija Virta") && text.includes("Pekka Salo") && text.includes(old.case_id) && !text.includes("Vanha"), text);
		await well("the certificate, dark", other);
	});

	// ---- a phone, in the dark; each language at 320 pixels with text at 200 % ----
	const PAGES = [["people", "ui.console_people.title"], [`people/${aino.staff}`, "Aino Laine"], ["people/new", "ui.console_people.add"], ["assignments", "ui.console_assignments.title"], [`assignments/${korpi.case_id}`, "Korpi Urho"],
		[`assignments/absence?of=${olli.staff}`, "ui.console_assignments.absence"], ["handovers", "ui.console_handovers.title"], ["access/client", "ui.console_access.title"], ["access/person", "ui.console_access.title"], ["access/glass", "ui.console_access.title"], ["access/volume", "ui.console_access.title"], ["retention", "ui.console_retention.title"]];
	for (const [path, key] of PAGES) {
		await count.run(`400 px, dark: ${path.slice(0, 18)}`, async () => {
			await go(other, path, key);
			await browser.shown(other);
			await well(`phone dark ${path.slice(0, 14)}`, other);
		});
	}
	await other.setViewportSize({ width: 320, height: 640 });
	await other.evaluate(() => { document.documentElement.style.fontSize = "200%"; });
	for (const language of ["fi", "sv", "en"]) {
		const look = new Look("phone", "light", language);
		await other.getByRole("button", { name: /Valikko|Meny|Menu/ }).click();
		await other.getByRole("dialog").getByRole("button", { name: look.tongue(language) }).or(other.getByRole("dialog").getByText({ fi: "Suomi", sv: "Svenska", en: "English" }[language], { exact: true })).first().click();
		await other.keyboard.press("Escape");
		for (const [path, key] of PAGES)
			await count.run(`320 px and text at 200 %, ${language}: ${path.slice(0, 18)}`, async () => {
				await go(other, path, key, look);
				await browser.shown(other);
				const found = await browser.findings(other, { axeToo: path.length < 20 });
				must(found.length === 0, found.join("\n"));
			});
	}

	// ---- by the keyboard alone ----
	await count.run("by the keyboard: a role is reached, given and cancelled; the dialog gives the focus back", async () => {
		await go(page, `people/${aino.staff}`, "Aino Laine");
		const keys = new Look("laptop", "light", "fi", "keys"), roles = page.getByRole("region", { name: T("ui.console_people.roles") });
		await keys.press(button(roles, "ui.console_people.give"));
		await keys.select(roles.getByLabel(named("ui.console_people.role")), role("OUTREACH_WORKER"));
		await keys.press(button(roles, "ui.console_people.give").last());
		const given = roles.locator("[data-role=OUTREACH_WORKER]").getByRole("button");
		await keys.press(given);
		await page.getByRole("dialog").waitFor();
		await page.keyboard.press("Escape");
		await until("the focus on what was pressed", () => given.evaluate((element) => document.activeElement === element));
	});

	// ---- who sees less ----
	const tech = await enter(tero);
	await count.run("the technical administrator: cases by ids, no client's name anywhere, numbers of the log alone, no retention", async () => {
		await go(tech, "assignments", "ui.console_assignments.title");
		await tech.getByText(T("ui.console_assignments.no_names")).waitFor();
		await tech.locator("tbody tr").first().waitFor();
		await well("assignments, technical", tech);
		for (const path of ["assignments", `assignments/${aho.case_id}`, "handovers", "people", "access"]) {
			await tech.evaluate((hash) => { location.hash = hash; }, `#/${path}`);
			const text = await browser.shown(tech);
			must(!/Aho|Korpi|Sanni|Takkuvaara|Hallasuo/.test(text), `${path}: ${text}`);
		}
		is("retention", await tech.getByRole("navigation").getByText(T("ui.console_retention.title"), { exact: true }).count(), 0);
		await go(tech, "people", "ui.console_people.title");
		is("adding", await tech.getByRole("link", { name: T("ui.console_people.add") }).count(), 0);
		await go(tech, "access", "ui.console_access.title");
		await tech.getByText(T("ui.console_access.numbers_alone")).waitFor();
		await well("access, technical", tech);
	});
	const officer = await enter(dora, new Look("laptop", "dark", "sv"));
	const sv = new Look("laptop", "dark", "sv");
	await count.run("the data protection officer: the log by an id, retention to read; no assignments", async () => {
		is("assignments", await officer.getByRole("navigation").getByText(sv.T("ui.console_assignments.title"), { exact: true }).count(), 0);
		await go(officer, "retention", "ui.console_retention.title", sv);
		await officer.getByRole("region", { name: sv.T("ui.console_retention.certificates") }).getByRole("link").waitFor();
		await officer.getByLabel(sv.T("ui.console_retention.all")).check();
		await officer.getByRole("region", { name: sv.T("ui.console_retention.due") }).locator("tbody tr").first().waitFor();
		is("proposing", await officer.getByRole("button", { name: sv.like("ui.console_retention.propose") }).count(), 0);
		await well("retention, officer, dark, Swedish", officer);
		await go(officer, "access", "ui.console_access.title", sv);
		await officer.getByLabel(sv.named("ui.console_access.why")).fill("Klientens begäran");
		await officer.getByLabel(sv.named("ui.console_access.id")).fill("zz");
		await officer.getByRole("button", { name: sv.T("ui.console_access.read"), exact: true }).click();
		await officer.locator(".field .error").first().waitFor();
		await officer.getByLabel(sv.named("ui.console_access.id")).fill(aho.case_id);
		await officer.getByRole("button", { name: sv.T("ui.console_access.read"), exact: true }).click();
		await officer.getByRole("row").filter({ hasText: "Aino Laine" }).first().waitFor();
		must(!/Aho|Takkuvaara/.test(await browser.shown(officer)), "a name");
		await well("the log, officer, dark, Swedish", officer);
	});
} catch (fault) {
	count.expect("it comes to its end", false, fault.stack);
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("every daemon ends well", codes.every((code) => code === 0), codes.join());
	count.finish("web_console_people");
}
