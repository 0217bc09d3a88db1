#!/usr/bin/env node
// Journey 9 of the domain in a browser: a laptop is enrolled from the picture of its code, works,
// and is lost with work on it that was never sent. It is refused at once; it is told
// whose data may be on it, the 72 hours run from the call, the risk is judged. It turns up: its work
// comes into quarantine, it wipes itself and says so. A replacement gets everything that was sent.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { address, until } from "./world.mjs";
import { shown } from "./browser.mjs";
import { day, journey, must } from "./look.mjs";

// What a camera reads in the picture of a page.
async function readPicture(page) {
	const folder = mkdtempSync(join(tmpdir(), "jalka-qr-"));
	try {
		await page.locator("svg.qr").scrollIntoViewIfNeeded();
		writeFileSync(join(folder, "seen.png"), await page.screenshot());
		return execFileSync("zbarimg", ["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", join(folder, "seen.png")], { stdio: ["ignore", "pipe", "ignore"] }).toString().trim();
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

await journey("web_journey_09", { numbers: [3], byKeys: true }, async ({ look, world, count, open, well }) => {
	const { T, like, named, press, write, choose, select } = look;
	const heading = (page, name) => page.getByRole("heading", { name, exact: typeof name === "string" }).first().waitFor();
	const go = (page, path) => page.evaluate((hash) => { location.hash = hash; }, path);
	const button = (place, key) => place.getByRole("button", { name: T(key), exact: true });
	const chip = (page, key) => page.locator(".chip", { hasText: T(key) }).first().waitFor();

	const center = await world.central();
	const origin = (await center.run("status")).console;
	await center.run("admin", "staff", "add", "Onni Niemi", "LICENSED_SOCIAL_WORKER");
	const engineer = await world.operator("Teemu Tekninen", ["TECHNICAL_ADMIN"]), chief = await world.operator("Maija Hallinto", ["MUNICIPAL_ADMIN"]);
	const signIn = async (account, path) => {
		const page = await open(`${origin}/${path}`);
		await write(page.getByLabel(named("ui.console_door.name")), account.signIn);
		await write(page.getByLabel(named("ui.console_door.password")), account.password);
		await write(page.getByLabel(named("ui.console_door.code")), await account.code());
		await press(button(page, "ui.console_door.sign_in"));
		await page.locator("#main h1").waitFor({ timeout: 60_000 });
		return page;
	};

	// ---- enrolled from the picture ----
	const tech = await signIn(engineer, "#/enrol");
	const onni = await world.field("onni");
	const laptop = await open(await address(onni));
	let code;
	await count.run("the technical administrator makes a code; a camera reads from the screen what stands beside it", async () => {
		await heading(tech, T("ui.console_enrol.title"));
		await select(tech.getByLabel(named("ui.console_enrol.holder")), "Onni Niemi");
		await press(button(tech, "ui.console_enrol.make"));
		await tech.locator("svg.qr").waitFor();
		code = await readPicture(tech);
		must(code === (await tech.locator("[data-copy]").innerText()).trim() && code.startsWith("JALKA:1:"), code);
	});
	await well("the code", tech);
	await count.run("the laptop joins by it, and both screens show the same words", async () => {
		await heading(laptop, T("ui.door.enrol"));
		await write(laptop.getByLabel(named("ui.door.code")), code);
		await press(button(laptop, "ui.door.join"));
		await heading(laptop, T("ui.door.compare"));
		const words = (await laptop.locator(".words").innerText()).trim();
		await tech.locator("[data-waiting]").getByText(words, { exact: true }).waitFor();
		await press(tech.locator("[data-waiting]").getByRole("button", { name: like("ui.console_devices.confirm") }));
		await tech.getByRole("dialog").getByText(words, { exact: true }).waitFor();
	});
	await well("the words", tech);
	await count.run("confirmed, it syncs: the worker's day is open", async () => {
		await press(tech.getByRole("dialog").getByRole("button", { name: T("ui.console_devices.same") }));
		await heading(laptop, T("ui.home.title"));
		await tech.getByRole("heading", { name: T("ui.console_enrol.next") }).waitFor();
		onni.node = (await onni.run("status")).node;
		await until("the first sync", async () => (await onni.run("status")).sync === "idle");
	});
	await well("what comes next", tech);

	// ---- it works, and is lost ----
	const clients = {};
	for (const [family, given] of [["Aho", "Anna"], ["Korpi", "Urho"]]) {
		const client = await onni.run("client", "add", family, given, "municipality=Takkuvaara");
		const matter = await onni.run("case", "open", client.id, `${family}: asiat`);
		await onni.run("note", matter.case_id, `Sovittu yhdessä: ${family}.`);
		clients[family] = { client, matter };
	}
	await onni.run("sync", "--wait");
	await onni.run("sync", "--offline");
	const unsent = "Vuokranantaja lupasi kaksi viikkoa lisää.";
	await onni.run("note", clients.Aho.matter.case_id, unsent);
	const page = await signIn(chief, "#/health");
	await count.run("the municipal administrator finds the laptop among the devices", async () => {
		await heading(page, T("ui.console_health.title"));
		await press(page.locator(`tr[data-key="${onni.node}"]`).getByRole("link", { name: "Onni Niemi" }));
		await heading(page, /Onni Niemi/);
	});
	await count.run("revoking asks first, in words that say what follows", async () => {
		await press(button(page, "ui.console_devices.revoke"));
		await page.getByRole("dialog").getByText(T("ui.console_devices.revoke_sure")).waitFor();
		await page.getByRole("dialog").getByText(T("ui.console_devices.for_good")).waitFor();
	});
	await well("before it is refused", page);
	await count.run("refused at once; its wiping waits", async () => {
		await press(page.getByRole("dialog").getByRole("button", { name: T("ui.console_devices.revoke"), exact: true }));
		await chip(page, "ui.console_devices.state_REVOKED");
		await page.getByText(T("ui.console_devices.wipe_waits")).waitFor();
		must((await center.run("admin", "devices")).devices.find((one) => one.node === onni.node).state === "REVOKED", "not revoked");
	});
	await count.run("whose data may be on it: names and municipalities, which leaves its entry of the access log", async () => {
		await press(button(page, "ui.console_lost.open"));
		await page.getByRole("heading", { name: T("ui.console_lost.clients", { clients: 2, cases: 4 }) }).waitFor();
		for (const name of ["Aho Anna", "Korpi Urho"])
			await page.getByText(name, { exact: true }).waitFor();
	});
	await count.run("the 72 hours run from the holder's call of yesterday", async () => {
		await write(page.getByLabel(named("ui.console_lost.since")), `${day(-1)}T20:15`);
		await press(button(page, "ui.console_lost.since_save"));
		await page.getByText(like("ui.console_lost.report_by")).filter({ hasText: look.date(day(2)) }).waitFor();
	});
	await count.run("a time to come is refused beside its field", async () => {
		await write(page.getByLabel(named("ui.console_lost.since")), `${day(2)}T20:15`);
		await press(button(page, "ui.console_lost.since_save"));
		await page.locator("main .error").waitFor();
	});
	await count.run("the number of the police report is kept", async () => {
		await press(button(page, "ui.console_lost.police_save"));
		await page.getByText(T("ui.console_door.missing")).waitFor();
		await write(page.getByLabel(named("field.device.police_report_no")), "5680/R/1234/26");
		await press(button(page, "ui.console_lost.police_save"));
		await until("the number", async () => (await center.run("admin", "lost", onni.node)).police_report_no === "5680/R/1234/26");
	});
	await count.run("the risk is judged, with its reasons, or not at all", async () => {
		await choose(page, T("ui.console_lost.risk"), T("ui.console_lost.risk_HIGH"));
		await press(button(page, "ui.console_lost.risk_save"));
		await page.getByText(T("ui.console_door.missing")).waitFor();
		await write(page.getByLabel(named("ui.console_lost.reasons")), "Tunnuslause oli lapulla kannessa.");
		await press(button(page, "ui.console_lost.risk_save"));
		await until("the judgement", async () => (await center.run("admin", "lost", onni.node)).risk === "HIGH");
	});
	await well("the report", page);
	await count.run("the technical administrator sees how many, and no names", async () => {
		await go(tech, `#/devices/${onni.node}`);
		await heading(tech, /Onni Niemi/);
		await press(button(tech, "ui.console_lost.open"));
		await tech.getByText(T("ui.console_lost.no_names")).waitFor();
		must(await tech.getByText("Aho Anna").count() === 0, "names are shown");
	});
	await well("the report without names", tech);

	// ---- it turns up ----
	await count.run("it turns up: the window tells what to do, its unsent note waits in quarantine, and the wiping is confirmed", async () => {
		await onni.run("sync", "--online");
		await heading(laptop, T("ui.sync.revoked"));
		await page.getByText(T("ui.console_devices.wipe_done")).waitFor();
		await until("the note in quarantine", async () => (await center.run("--as", chief.staff, "admin", "quarantine")).quarantine.some((one) => one.node === onni.node && one.type === "encounter_note"));
	});
	await well("wiped", page);
	await well("the laptop that was revoked", laptop);

	// ---- a replacement ----
	await count.run("a replacement is enrolled by the text of its code and has everything that was sent", async () => {
		const fresh = await world.field("onni-uusi");
		await go(tech, "#/enrol");
		await select(tech.getByLabel(named("ui.console_enrol.holder")), "Onni Niemi");
		await press(button(tech, "ui.console_enrol.make"));
		const { node } = await fresh.run("enrol", (await tech.locator("[data-copy]").innerText()).trim());
		const row = tech.locator(`[data-waiting="${node}"]`);
		await press(row.getByRole("button", { name: like("ui.console_devices.confirm") }));
		await press(tech.getByRole("dialog").getByRole("button", { name: T("ui.console_devices.same") }));
		await until("the cases", async () => JSON.stringify(await fresh.run("show", clients.Aho.matter.case_id)).includes("Sovittu yhdessä: Aho."));
		must(!JSON.stringify(await fresh.run("show", clients.Aho.matter.case_id)).includes(unsent), "what was never sent is there");
	});
	await count.run("in the field's health the new one is in contact, and the erased one is off the list", async () => {
		await go(page, "#/health");
		await page.locator("tr", { hasText: "Onni Niemi" }).getByText(T("ui.console_health.connected")).waitFor();
		await shown(page);
		must(await page.locator(`tr[data-key="${onni.node}"]`).count() === 0, "the erased one is listed");
	});
	await well("health after it all", page);
});
