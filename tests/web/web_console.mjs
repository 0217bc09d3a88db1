#!/usr/bin/env node
// The administrator's console: its door (sign-in, invitation, a session that ends), what each role
// has, and the pages of devices and of the service, with a real central node and real devices; every
// state in three languages, light and dark, at 320 pixels with text at 200 %, and by keyboard.
import { cpSync, writeFileSync } from "node:fs";
import { consoleSession, signAt, totp, until, World } from "./world.mjs";
import { Look } from "./look.mjs";
import * as browser from "./browser.mjs";

const count = new browser.Count();
const world = new World();
const PICTURES = process.env.JALKA_PICTURES;
const look = new Look("laptop", "light", "fi"), { T, t, named, like } = look;

function heading(page, name) {
	return page.getByRole("heading", { name, exact: typeof name === "string" }).first().waitFor();
}

function button(page, key) {
	return page.getByRole("button", { name: T(key), exact: true });
}

async function go(page, path) {
	await page.evaluate((hash) => { location.hash = hash; }, path);
}

// A picture by playwright itself would set the size of letters back.
async function picture(what, page) {
	const cdp = await page.context().newCDPSession(page);
	const { data } = await cdp.send("Page.captureScreenshot", { captureBeyondViewport: true });
	await cdp.detach();
	writeFileSync(`${PICTURES}/console-${what.replace(/[^\w]+/g, "-")}.png`, Buffer.from(data, "base64"));
}

async function well(what, page) {
	const found = await browser.findings(page);
	if (PICTURES !== undefined)
		await picture(what, page);
	count.expect(`${what}: axe, console, origin, width`, found.length === 0, found.join("\n"));
}

function must(holds, detail) {
	if (!holds)
		throw new Error(typeof detail === "string" ? detail : JSON.stringify(detail));
}

async function typeIn(page, name, password, code) {
	await page.getByLabel(named("ui.console_door.name")).fill(name);
	await page.getByLabel(named("ui.console_door.password")).fill(password);
	await page.getByLabel(named("ui.console_door.code")).fill(code);
	await button(page, "ui.console_door.sign_in").click();
}

// ---- the door ----
async function invitation(origin, url) {
	let secret;
	const page = await browser.open(url);
	await count.run("an invitation shows the second factor's picture and its text, and takes its token out of the address", async () => {
		await heading(page, T("ui.console_door.welcome", { name: "Ulla Uusi" }));
		secret = (await page.locator("[data-secret]").innerText()).replace(/\s/g, "");
		must(/^[A-Z2-7]{32,}$/.test(secret), secret);
		must(!page.url().includes("i="), page.url());
	});
	await well("an invitation", page);
	const fill = async (password, again, code) => {
		await page.getByLabel(named("ui.console_door.new")).fill(password);
		await page.getByLabel(named("ui.console_door.again")).fill(again);
		await page.getByLabel(named("ui.console_door.code")).fill(code);
		await button(page, "ui.console_door.take").click();
	};
	await count.run("a short password, two that differ and a wrong code are told at their fields", async () => {
		await fill("lyhyt", "pitempi kuitenkin", "000000");
		await page.getByText(T("ui.door.too_short", { least: 12 })).waitFor();
		await page.getByText(T("ui.console_door.differs")).waitFor();
		await fill("neljä sanaa aivan satunnaista", "neljä sanaa aivan satunnaista", "000000");
		await page.locator(".error").waitFor();
	});
	await well("an invitation with errors", page);
	await count.run("the right code takes the account into use and leads in", async () => {
		await fill("neljä sanaa aivan satunnaista", "neljä sanaa aivan satunnaista", totp(secret));
		await heading(page, T("ui.console_health.title"));
		await page.locator(".wide-only", { hasText: "Ulla Uusi" }).waitFor();
	});
	await count.run("the invitation serves once", async () => {
		const again = await browser.open(url);
		await again.getByRole("alert").waitFor();
		await again.getByText(T("ui.console_door.invitation_bad")).waitFor();
		await well("an invitation that was used", again);
		await button(again, "ui.console_door.to_sign_in").click();
		await heading(again, T("ui.console_door.title"));
		await again.context().close();
	});
	await count.run("loaded anew the window is still in; a second window of the same browser too; out of one is out of both", async () => {
		await page.reload();
		await heading(page, T("ui.console_health.title"));
		const second = await page.context().newPage();
		browser.watch(second, origin);
		await second.goto(`${origin}/#/sessions`);
		await heading(second, T("ui.console_sessions.title"));
		await button(page, "ui.menu").click();
		await button(page, "ui.console.out").click();
		await heading(page, T("ui.console_door.title"));
		await heading(second, T("ui.console_door.title"));
		must(await page.getByText(T("ui.console_door.ended")).count() === 0, "told as ended by itself");
		must([...page.bad, ...second.bad].every((one) => /401/.test(one)), [page.bad, second.bad]);
	});
	await page.context().close();
}

async function signingIn(origin, chief) {
	const page = await browser.open(`${origin}/#/sessions`);
	await heading(page, T("ui.console_door.title"));
	await well("the door", page);
	await count.run("nothing is sent while a field is empty", async () => {
		await button(page, "ui.console_door.sign_in").click();
		must(await page.getByText(T("ui.console_door.missing")).count() === 3, await page.locator("main").innerText());
	});
	await count.run("a wrong name, a wrong password and a wrong code are told by one text", async () => {
		const texts = [];
		for (const [name, password] of [["kuka.lienee", chief.password], [chief.signIn, "aivan väärä salasana"], [chief.signIn, chief.password]]) {
			await Promise.all([page.waitForResponse((answer) => answer.url().endsWith("/sign-in")), typeIn(page, name, password, "123456")]);
			await page.getByText(T("ui.console_door.signing")).waitFor({ state: "detached" });
			texts.push(await page.getByRole("alert").innerText());
		}
		must(texts[0] === texts[1] && texts[1] === texts[2] && texts[0].length > 10, texts);
		must(await page.getByLabel(named("ui.console_door.password")).inputValue() !== "", "what was typed is gone");
	});
	await well("a wrong password", page);
	await page.context().close();
}

async function endsSoon(origin, asks, { staff }) {
	const page = await browser.open(`${origin}/#/devices`, { session: asks.MUNICIPAL_ADMIN.session, clock: true });
	await heading(page, T("ui.console_devices.title"));
	// Asked by another's session, which makes this one no younger.
	const last = async () => Math.max(...(await asks.TECHNICAL_ADMIN.console("sessions")).sessions.filter((one) => one.staff === staff).map((one) => one.last_ms));
	await count.run("two minutes before the session ends it is told, and one press goes on", async () => {
		await page.clock.fastForward("28:30");
		await page.getByText(like("ui.console.ending")).waitFor();
		const before = Date.now();
		await button(page, "ui.console.go_on").click();
		await until("the press to count as one of a person", async () => await last() >= before);
	});
	await well("a session about to end", page);
	await page.context().close();
}

async function sessionEnds(origin, sessions, chief) {
	const page = await browser.open(`${origin}/#/devices`, { session: sessions.MUNICIPAL_ADMIN });
	page.expected.push(/401/);
	await heading(page, T("ui.console_devices.title"));
	await count.run("a session that the technical administrator ends leads to the door", async () => {
		const tech = await browser.open(`${origin}/#/sessions`, { session: sessions.TECHNICAL_ADMIN });
		const ends = tech.getByRole("button", { name: `${T("ui.console_sessions.end")}: ${chief.name}` });
		await ends.first().waitFor();
		for (let left = await ends.count(); left > 0; left--) {
			await ends.first().click();
			await tech.getByRole("dialog").getByRole("button", { name: T("ui.console_sessions.end"), exact: true }).click();
			await until("the session gone from the list", async () => await ends.count() === left - 1);
		}
		await heading(page, T("ui.console_door.title"));
		await page.getByText(T("ui.console_door.ended")).waitFor();
		must(await page.getByLabel(named("ui.console_door.name")).inputValue() === chief.signIn, "the name is asked again");
		await tech.context().close();
	});
	await well("a session that ended", page);
	await count.run("signing in comes back to the same page", async () => {
		await typeIn(page, chief.signIn, chief.password, await chief.code());
		await heading(page, T("ui.console_devices.title"));
	});
	await page.context().close();
}

// ---- roles ----
const OWN = { TECHNICAL_ADMIN: ["health", "devices", "enrol", "system", "sessions"], MUNICIPAL_ADMIN: ["health", "devices", "sessions"], DATA_PROTECTION_OFFICER: ["sessions"] };

async function roles(origin, sessions) {
	for (const [role, paths] of Object.entries(OWN)) {
		const page = await browser.open(`${origin}/`, { session: sessions[role] });
		await page.locator("nav.side a").first().waitFor();
		const shown = await page.locator("nav.side a").evaluateAll((links) => links.map((link) => link.hash.slice(2)));
		const mine = shown.filter((path) => OWN.TECHNICAL_ADMIN.includes(path));
		count.expect(`the pages of ${role}`, mine.join() === paths.join(), shown);
		const foreign = OWN.TECHNICAL_ADMIN.find((path) => !paths.includes(path));
		if (foreign !== undefined) {
			await go(page, `#/${foreign}`);
			await browser.shown(page);
			const heads = await page.locator("main h1").allTextContents(), own = await page.locator("nav.side a[aria-current=page]").allTextContents();
			count.expect(`${role} is led to a page of its own by the address of ${foreign}`,
				heads.length === 1 && heads.join() === own.join() && heads[0] !== T(`ui.console_${foreign}.title`), [heads, own]);
		}
		await page.context().close();
	}
}

// ---- devices ----
async function enrolment(origin, sessions, aino) {
	const page = await browser.open(`${origin}/#/enrol`, { session: sessions.TECHNICAL_ADMIN });
	await heading(page, T("ui.console_enrol.title"));
	await count.run("without a holder no code is made", async () => {
		await button(page, "ui.console_enrol.make").click();
		await page.getByText(T("ui.console_door.missing")).waitFor();
	});
	await count.run("a code with its picture, its text and its clock", async () => {
		await page.getByLabel(named("ui.console_enrol.holder")).selectOption({ label: "Aino Laine" });
		await page.getByText(like("ui.console_enrol.has")).waitFor();
		await button(page, "ui.console_enrol.make").click();
		must((await page.locator("[data-copy]").innerText()).startsWith("JALKA:1:"), "no code");
		await page.getByRole("img", { name: T("ui.console_enrol.qr") }).waitFor();
		must(/^1[45]:\d\d$/.test(await page.getByRole("timer").innerText()), await page.getByRole("timer").innerText());
	});
	await well("an enrolment code", page);
	const second = await world.field("toinen");
	await count.run("the device that comes is shown with its words; turned away it gets nothing", async () => {
		const code = await page.locator("[data-copy]").innerText();
		const { words, node } = await second.run("enrol", code, "--serial", "kannettava 9");
		const row = page.locator(`[data-waiting="${node}"]`);
		await row.getByText(words, { exact: true }).waitFor();
		await row.getByText("kannettava 9").waitFor();
		await well("a device that waits", page);
		await row.getByRole("button", { name: like("ui.console_devices.confirm") }).click();
		await page.getByRole("dialog").getByText(words, { exact: true }).waitFor();
		await well("its words to be compared", page);
		await page.keyboard.press("Escape");
		await row.getByRole("button", { name: like("ui.console_devices.turn_away") }).click();
		await page.getByRole("dialog").getByRole("button", { name: T("ui.console_devices.turn_away"), exact: true }).click();
		await row.waitFor({ state: "detached" });
		must((await world.center.run("admin", "devices")).devices.find((one) => one.node === node).state === "REVOKED", "not turned away");
	});
	await count.run("a device is suspended, and resumed, each after a question that says what follows", async () => {
		await go(page, `#/devices/${aino.node}`);
		await heading(page, /Aino Laine/);
		for (const [act, state] of [["suspend", "SUSPENDED"], ["resume", "ACTIVE"]]) {
			await page.locator("main").getByRole("button", { name: T(`ui.console_devices.${act}`), exact: true }).click();
			await page.getByRole("dialog").getByText(T(`ui.console_devices.${act}_sure`)).waitFor();
			if (act === "suspend")
				await well("before a suspension", page);
			await page.getByRole("dialog").getByRole("button", { name: T(`ui.console_devices.${act}`), exact: true }).click();
			await page.locator(".chip", { hasText: T(`ui.console_devices.state_${state}`) }).first().waitFor();
		}
		await until("the device in touch again", async () => (await aino.run("status")).sync === "idle");
	});
	await well("a device", page);
	await page.context().close();
}

async function exposed(origin, sessions, aino) {
	for (const [role, sees] of [["MUNICIPAL_ADMIN", true], ["TECHNICAL_ADMIN", false]]) {
		const page = await browser.open(`${origin}/#/devices/${aino.node}`, { session: sessions[role] });
		await count.run(`whose data may be on a device: ${role} ${sees ? "sees names" : "sees how many"}`, async () => {
			await button(page, "ui.console_lost.open").click();
			await page.getByRole("heading", { name: T("ui.console_lost.clients", { clients: 1, cases: 1 }) }).waitFor();
			must(await page.getByText("Korpela Jarmo").count() === (sees ? 1 : 0), await page.locator("main").innerText());
		});
		await well(`a lost report, ${role}`, page);
		await page.context().close();
	}
}

async function service(origin, sessions, aino, kalle) {
	const page = await browser.open(`${origin}/#/health`, { session: sessions.TECHNICAL_ADMIN });
	await count.run("the row of a device is fresh by itself: what it sent, that it is gone", async () => {
		const row = page.locator(`tr[data-key="${aino.node}"]`);
		await row.getByText(T("ui.console_health.connected")).waitFor();
		await aino.run("sync", "--offline");
		await row.getByText(T("ui.console_health.connected")).waitFor({ state: "detached" });
		await aino.run("sync", "--online");
		await row.getByText(T("ui.console_health.connected")).waitFor();
	});
	await count.run("a device is found by its holder", async () => {
		await page.getByLabel(named("ui.console_health.search")).fill("ei ketään");
		await page.getByText(T("ui.console_health.no_match")).waitFor();
		await page.getByLabel(named("ui.console_health.search")).fill("aino");
		await page.locator(`tr[data-key="${aino.node}"]`).waitFor();
	});
	await count.run("the system tells how far copies reach, and that none are kept", async () => {
		await go(page, "#/system");
		await heading(page, T("ui.console_system.title"));
		await page.getByText(T("ui.console_system.no_backups")).waitFor();
		await heading(page, T("ui.console_system.node"));
	});
	await well("the system", page);
	await count.run("the rules for the devices: a lease is set, one that cannot be is refused beside its field, no recovery key is told", async () => {
		await page.getByText(T("ui.console_policy.no_recovery")).waitFor();
		const field = page.getByLabel(named("ui.console_policy.lease"));
		must(await field.inputValue() === "30", "not what is usual");
		await field.fill("9999");
		await button(page, "ui.console_policy.lease_save").click();
		await page.locator(".field .error").waitFor();
		await field.fill("14");
		await field.press("Enter");
		await until("the lease at the device", async () => (await aino.run("status")).lease_days === 14);
		must(await field.inputValue() === "14", "not what was saved");
	});
	await well("a lease set", page);
	await count.run("an administrator is invited here, and blocked, and unblocked", async () => {
		await go(page, "#/sessions");
		await page.getByLabel(named("ui.console.person")).selectOption({ label: `Kalle Kutsuttu (${t("value.role.TECHNICAL_ADMIN")})` });
		await page.getByLabel(named("ui.console_door.name")).fill("kalle.kutsuttu");
		await button(page, "ui.console_sessions.make").click();
		must(/#i=/.test(await page.locator("[data-copy]").innerText()), "no address");
		await well("an administrator invited", page);
		const row = page.locator(`tr[data-key="${kalle}"]`);
		await row.getByRole("button").click();
		await page.getByRole("dialog").getByRole("button", { name: T("ui.console_sessions.block"), exact: true }).click();
		await row.getByText(T("ui.console_sessions.state_BLOCKED")).waitFor();
		await row.getByRole("button").click();
		await row.getByText(T("ui.console_sessions.state_BLOCKED")).waitFor({ state: "detached" });
	});
	await count.run("who has to wait after wrong attempts is let try at once", async () => {
		for (let i = 0; i < 3; i++)
			await signAt(origin, { name: "kalle.kutsuttu", password: "väärä", code: "000000" }).then(() => must(false, "was let in"), () => undefined);
		const forget = page.locator(`tr[data-key="${kalle}"]`).getByRole("button", { name: `${T("ui.console_sessions.forget")}: Kalle Kutsuttu` });
		await forget.waitFor(); // the page was told
		await well("wrong attempts", page);
		await forget.click();
		await forget.waitFor({ state: "detached" });
	});
	await page.context().close();
}

// ---- every page in every look ----
async function large(page) {
	const cdp = await page.context().newCDPSession(page);
	await cdp.send("Page.setFontSizes", { fontSizes: { standard: 32, fixed: 26 } });
}

async function looks(origin, session, aino) {
	for (const [what, options] of [["laptop, dark", { view: "laptop", dark: true }], ["phone", { view: "phone" }], ["companion's width", { view: "companion", dark: true }],
		["320 px and text at 200 %", { view: "phone", viewport: { width: 320, height: 640 }, large: true }]]) {
		for (const language of options.large === true ? ["fi", "sv", "en"] : ["sv"]) {
			const page = await browser.open(`${origin}/`, { ...options, language, session });
			if (options.large === true)
				await large(page);
			const words = new Look("laptop", "light", language);
			for (const hash of ["#/health", "#/devices", `#/devices/${aino.node}`, "#/enrol", "#/system", "#/sessions"]) {
				await go(page, hash);
				await page.locator("#main h1").waitFor();
				await browser.shown(page);
				const label = `${hash.replace(aino.node, "one")} ${what} ${language}`;
				await well(label, page);
			}
			await page.getByRole("button", { name: words.T("ui.menu"), exact: true }).click();
			await well(`the menu ${what} ${language}`, page);
			await page.context().close();
		}
	}
}

// Tab by Tab: everything is reached, and what is reached is seen.
async function byKeys(origin, session, aino) {
	const page = await browser.open(`${origin}/#/health`, { session });
	await page.locator(`tr[data-key="${aino.node}"]`).waitFor();
	await count.run("by the keyboard alone from the head to a device, its suspension asked about and left", async () => {
		const keys = new Look("laptop", "light", "fi", "keys");
		await keys.press(page.locator(`tr[data-key="${aino.node}"]`).getByRole("link"));
		await heading(page, /Aino Laine/);
		await keys.press(button(page, "ui.console_devices.suspend"));
		await page.getByRole("dialog").waitFor();
		await page.keyboard.press("Escape");
		await page.waitForFunction((text) => document.activeElement.textContent === text, T("ui.console_devices.suspend")); // it has come back
		await keys.press(button(page, "ui.menu"));
		await keys.press(page.getByRole("dialog").getByRole("button", { name: T("ui.theme.dark") }));
	});
	await page.context().close();
}

async function ownPassword(origin, session, chief) {
	const page = await browser.open(`${origin}/#/sessions`, { session });
	const field = (key) => page.getByLabel(named(key)).last();
	const change = button(page, "ui.console_sessions.change");
	await count.run("one's own password is changed: what cannot be is told beside its field, and what was typed stays", async () => {
		await page.getByRole("heading", { name: T("ui.console_sessions.password") }).click();
		await field("ui.console_sessions.old").fill(chief.password);
		await field("ui.console_door.new").fill("lyhyt");
		await field("ui.console_door.again").fill("muu");
		await change.click();
		await page.getByText(t("ui.door.too_short", { least: 12 })).waitFor();
		await page.getByText(T("ui.console_door.differs")).waitFor();
		await field("ui.console_door.new").fill("neljä uutta sanaa muistiin");
		await field("ui.console_door.again").fill("neljä uutta sanaa muistiin");
		await field("ui.console_door.code").fill(await chief.code());
		await change.click();
		await page.getByText(T("ui.console_sessions.changed")).waitFor();
		must(await field("ui.console_sessions.old").inputValue() === "", "the old password is still there");
	});
	await well("a password changed", page);
	await page.context().close();
}

// Last with this device: both copies of its disk go on, the one after the other.
async function twoOfOne(origin, session, aino) {
	const twin = await world.field("aino-kopio");
	await Promise.all([twin.stop(), aino.stop()]);
	cpSync(aino.folder, twin.folder, { recursive: true, force: true, filter: (path) => !path.endsWith("socket") });
	cpSync(`${aino.folder}.key`, `${twin.folder}.key`);
	for (const copy of [aino, twin]) {
		await copy.start();
		await copy.run("sync", "--offline");
		await copy.run("client", "add", "Korpela", "Kaino", "municipality=Takkuvaara");
	}
	for (const copy of [aino, twin, aino]) {
		await copy.run("client", "add", "Korpela", "Raino", "municipality=Takkuvaara");
		await copy.run("sync", "--online", "--wait");
		await copy.run("sync", "--offline");
	}
	const page = await browser.open(`${origin}/#/devices/${aino.node}`, { session });
	await count.run("two of one device are an alarm, which is ended when its holder was asked", async () => {
		const alarm = page.getByText(T("ui.console_devices.twin"));
		await alarm.waitFor();
		await well("two of one device", page);
		await button(page, "ui.console_devices.no_twin").click();
		await page.getByRole("dialog").getByText(T("ui.console_devices.no_twin_sure")).waitFor();
		await well("before an alarm is ended", page);
		await page.getByRole("dialog").getByRole("button", { name: T("ui.console_devices.no_twin"), exact: true }).click();
		await page.getByRole("dialog").waitFor({ state: "detached" });
		await alarm.waitFor({ state: "detached" });
		must(await button(page, "ui.console_devices.no_twin").count() === 0, "the button stands without an alarm");
		const row = (await world.center.run("admin", "devices")).devices.find((one) => one.node === aino.node);
		must(!row.twin_alarm && row.state === "ACTIVE", row);
	});
	await page.context().close();
}

try {
	await browser.begin();
	const center = await world.central();
	const origin = (await center.run("status")).console;
	const aino = await world.worker("Aino Laine");
	await aino.run("client", "add", "Korpela", "Jarmo", "municipality=Takkuvaara");
	await aino.run("sync", "--wait");
	const kalle = (await center.run("admin", "staff", "add", "Kalle Kutsuttu")).id;
	await center.run("admin", "grant", kalle, "TECHNICAL_ADMIN");
	const { url } = await world.operator("Ulla Uusi", ["TECHNICAL_ADMIN"], { join: false });
	// The municipal one last: from then on it is she who grants.
	const names = { TECHNICAL_ADMIN: "Teemu Tekninen", DATA_PROTECTION_OFFICER: "Tuija Tietosuoja", MUNICIPAL_ADMIN: "Maija Virtanen" };
	const sessions = {}, asks = {}, accounts = {};
	for (const [role, name] of Object.entries(names)) {
		accounts[role] = await world.operator(name, [role]);
		asks[role] = await consoleSession(center, accounts[role]);
		sessions[role] = asks[role].session;
	}
	await invitation(origin, url);
	await roles(origin, sessions);
	await enrolment(origin, sessions, aino);
	await exposed(origin, sessions, aino);
	await service(origin, sessions, aino, kalle);
	await looks(origin, sessions.TECHNICAL_ADMIN, aino);
	await byKeys(origin, sessions.TECHNICAL_ADMIN, aino);
	await twoOfOne(origin, sessions.TECHNICAL_ADMIN, aino);
	await ownPassword(origin, sessions.TECHNICAL_ADMIN, accounts.TECHNICAL_ADMIN);
	await endsSoon(origin, asks, accounts.MUNICIPAL_ADMIN);
	await sessionEnds(origin, sessions, accounts.MUNICIPAL_ADMIN);
	await signingIn(origin, accounts.DATA_PROTECTION_OFFICER);
} catch (error) {
	count.expect("it comes to its end", false, error.stack);
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("the daemons end well", codes.every((code) => code === 0), codes.join());
	count.finish("web_console");
}
