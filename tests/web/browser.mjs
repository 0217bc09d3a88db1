// browser - Debian's chromium by playwright-core, with the rules every page keeps: no error
// on the console, no request off the origin, nothing to scroll sideways, no finding of axe.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";

const require = createRequire(new URL("../../client/web/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export const VIEWS = {
	phone: { viewport: { width: 360, height: 740 }, hasTouch: true },
	companion: { viewport: { width: 400, height: 900 } },
	laptop: { viewport: { width: 1366, height: 768 } },
};

let browser, server;

export async function begin() {
	server = await chromium.launchServer({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
	browser = await chromium.connect(server.wsEndpoint());
}

export async function end() {
	await browser?.close();
	await server?.close();
	browser = server = undefined;
}

// As by kill -9: nothing of it is closed in order.
export async function kill() {
	await server.kill();
	browser = server = undefined;
}

// A window of its own profile. `bad` gathers what a page must not do. `session`: of the console, had already;
// `clock`: time may be made to pass (page.clock).
export async function open(url, { view = "laptop", dark = false, language = "fi", session = "", clock = false, ...more } = {}) {
	const context = await browser.newContext({ locale: { fi: "fi-FI", sv: "sv-FI", en: "en-GB" }[language], timezoneId: "Europe/Helsinki",
		colorScheme: dark ? "dark" : "light", reducedMotion: "reduce", ...VIEWS[view], ...more });
	if (session !== "")
		await context.addInitScript((value) => {
			if (sessionStorage.getItem("given") === null) {
				sessionStorage.setItem("given", "once");
				sessionStorage.setItem("jalka-session", value);
			}
		}, session);
	const page = await context.newPage();
	page.setDefaultTimeout(30_000);
	if (clock)
		await page.clock.install();
	watch(page, new URL(url).origin);
	await page.goto(url);
	return page;
}

export function watch(page, origin) {
	page.bad = [];
	page.expected = []; // patterns of console errors that a test causes on purpose
	page.on("console", (message) => {
		if (message.type() === "error" && !page.expected.some((pattern) => pattern.test(message.text())))
			page.bad.push(`console: ${message.text()}`);
	});
	page.on("pageerror", (error) => page.bad.push(`error: ${error.message}`));
	page.on("request", (request) => {
		if (!request.url().startsWith(origin) && !request.url().startsWith("blob:"))
			page.bad.push(`request off the origin: ${request.url()}`);
	});
}

// What holds of every page at every moment; gives the findings, none when all is well.
export async function findings(page, { axeToo = true } = {}) {
	const found = [...page.bad];
	const [wide, room, who] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth,
		[...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > innerWidth).map((one) => one.outerHTML.slice(0, 80)).slice(-3)]);
	if (wide > room)
		found.push(`scrolls sideways: ${wide} in ${room}, ${who.join(" ")}`);
	found.push(...await page.evaluate(() => [...document.querySelectorAll(".sr")].filter((one) => one.offsetWidth > 1).map((one) => `to be heard alone, and seen: ${one.textContent}`)));
	if (!axeToo)
		return found;
	// From the top, once it stays there (a long list that is measured anew may push it): what is half
	// under the head while one scrolls is no small target.
	await page.evaluate(async () => {
		for (let still = 0; still < 3; still = scrollY === 0 ? still + 1 : 0) {
			scrollTo(0, 0);
			await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
		}
	});
	// In a world of its own, which the page's policy does not reach.
	const client = await page.context().newCDPSession(page);
	const { frameTree } = await client.send("Page.getFrameTree");
	const { executionContextId } = await client.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id, worldName: "axe" });
	await client.send("Runtime.evaluate", { expression: axe, contextId: executionContextId });
	const { result, exceptionDetails } = await client.send("Runtime.evaluate", { contextId: executionContextId, awaitPromise: true, returnByValue: true,
		expression: `axe.run({ runOnly: { type: "tag", values: ${JSON.stringify(TAGS)} } }).then((r) => r.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.target.join(" ") + " " + n.failureSummary).slice(0, 3).join(" | ")))` });
	await client.detach();
	if (exceptionDetails !== undefined)
		throw new Error(`axe: ${exceptionDetails.text} ${exceptionDetails.exception?.description ?? ""}`);
	return found.concat(result.value);
}

// What the page shows, once nothing of it is on its way.
export async function shown(page) {
	await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
	await page.waitForFunction(() => document.querySelector("main") !== null && document.querySelector("[data-busy]") === null);
	return page.locator("main").innerText();
}

// One of a group of choices, by their words.
export function choose(page, group, value) {
	return page.getByRole("group", { name: group }).getByLabel(value, { exact: true }).check();
}

// From a client's page to what is to be recorded: on a phone it stands behind one button.
export async function record(page, name, press = (target) => target.click()) {
	const link = page.locator(".menu").getByRole("link", { name, exact: true });
	for (const closed of [".menu:not([open]) > summary", ".menu details:not([open]) > summary"]) {
		await page.locator(".menu").waitFor();
		if (!await link.isVisible() && await page.locator(closed).count() > 0)
			await press(page.locator(closed));
	}
	await press(link);
}

// Whether the machine has as much to do as it has processors: a time is then told, not judged.
export function busy() {
	return loadavg()[0] >= cpus().length;
}

// Counts facts, each named by what it shows.
export class Count {
	passed = 0;
	failed = 0;
	say = console.log;
	strict = false; // a fact that fails ends what it stands in

	async run(name, fact) {
		try {
			await fact();
			this.passed++;
			this.say(`ok   ${name}`);
		} catch (error) {
			this.failed++;
			this.say(`FAIL ${name}\n${error.stack}`);
			if (this.strict)
				throw Object.assign(error, { counted: true });
		}
	}

	expect(what, holds, detail = "") {
		if (holds)
			this.passed++;
		else
			this.failed++;
		this.say(`${holds ? "ok  " : "FAIL"} ${what}${holds ? "" : `: ${typeof detail === "string" ? detail : JSON.stringify(detail, null, 1)}`}`);
		return holds;
	}

	finish(name) {
		console.log(`${name}: ${this.passed} passed, ${this.failed} failed`);
		process.exitCode = this.failed > 0 ? 1 : 0;
	}
}
