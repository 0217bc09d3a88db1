#!/usr/bin/env node
// The console's pages, all of them open at once and of several people: while nothing happens they ask
// for nothing, and what they read for themselves again leaves nothing more in the access log.
import { consoleSession, until, World } from "./world.mjs";
import * as browser from "./browser.mjs";

const QUIET_MS = 8000, WAIT_MS = 90_000;
const ME = Buffer.from("\n\x02me"); // asked all the time: whether the session holds

const count = new browser.Count();
const world = new World();
let asked = [];

// A page of a person in each tab of one browser; gives how many there are.
async function openAll(origin, session, paths) {
	const first = await browser.open(`${origin}/#/${paths[0] ?? ""}`, { session });
	await first.locator("nav.side a").first().waitFor();
	const all = paths.length > 0 ? paths : await first.locator("nav.side a").evaluateAll((links) => links.map((link) => link.hash.slice(2)));
	first.context().on("request", (request) => {
		const body = request.postDataBuffer() ?? Buffer.alloc(0);
		if (request.url().endsWith("/api") && !body.includes(ME))
			asked.push([request.frame().url().split("#")[1], Date.now()]);
	});
	for (const path of all) {
		const page = path === paths[0] ? first : await first.context().newPage();
		if (page !== first)
			await page.goto(`${origin}/#/${path}`);
		await page.locator("main h1").waitFor();
	}
	return all.length;
}

async function quiet() {
	const begun = Date.now();
	asked = [[undefined, begun]];
	await until("pages that ask for nothing", () => Date.now() - asked.at(-1)[1] >= QUIET_MS, WAIT_MS / 1000).catch(() => undefined);
	const late = asked.filter(([, at]) => at > Date.now() - QUIET_MS).map(([path]) => path);
	count.expect("pages that are open ask for nothing while nothing happens", late.length === 0, [...new Set(late)].map((path) => `${path}: ${late.filter((one) => one === path).length}`).join(", "));
}

try {
	await browser.begin();
	const center = await world.central();
	const aino = await world.worker("Aino Laine");
	await aino.run("client", "add", "Korpela", "Jarmo", "municipality=Takkuvaara");
	await aino.run("sync", "--wait");
	const technical = await world.operator("Teemu Tekninen", ["TECHNICAL_ADMIN"]);
	const officer = await world.operator("Tuija Tietosuoja", ["DATA_PROTECTION_OFFICER"]);
	const second = await world.operator("Matti Mattila", ["TECHNICAL_ADMIN"]);
	const first = await world.operator("Maija Virtanen", ["MUNICIPAL_ADMIN"]), as = ["--as", first.staff];
	await center.run(...as, "admin", "grant", second.staff, "MUNICIPAL_ADMIN");
	const asks = await Promise.all([first, second, technical, officer].map((one) => consoleSession(center, one)));
	const [{ origin }] = asks;
	await aino.stop();
	const lists = async () => (await asks[3].admin("access", "volume")).volume.filter((row) => row.act === "LIST").reduce((sum, row) => sum + row.count, 0);
	const before = await lists();
	const tabs = await openAll(origin, asks[0].session, []) + await openAll(origin, asks[1].session, ["retention", "assignments", "handovers", "conflicts"])
		+ await openAll(origin, asks[2].session, ["devices", `devices/${aino.node}`, "enrol", "system", "people", "health"]);
	count.expect("pages are open", tabs >= 20, tabs);
	await quiet();
	const after = await lists();
	count.expect("each person's lists are one entry of the access log", after - before >= 2 && after - before <= 3, after - before);
	await center.run(...as, "admin", "staff", "add", "Uusi Ihminen");
	await until("the pages, which were told", () => asked.some(([, at]) => at > Date.now() - 3000), 30);
	await quiet();
	count.expect("being told leaves no further entry", await lists() === after, [after, await lists()]);
} catch (error) {
	count.expect("it comes to its end", false, error.stack);
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("the daemons end well", codes.every((code) => code === 0), codes.join());
	count.finish("web_console_open");
}
