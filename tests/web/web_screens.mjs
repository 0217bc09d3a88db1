#!/usr/bin/env node
// Every screen and dialog of both clients, full, where it is hardest: 320 pixels with text at 200 %
// in three languages, forced colours, and with no motion. Nothing is cut, nothing goes sideways.
import { address, World } from "./world.mjs";
import { rich } from "./rich.mjs";
import { capital, Look, word } from "./look.mjs";
import * as browser from "./browser.mjs";

const count = new browser.Count();
const world = new World();

// ---- what is judged ----
// What stands beyond the edge, or is hidden by a box that is too small for it.
function cut(page) {
	return page.evaluate(() => [...document.querySelectorAll("body *")].filter((one) => {
		const box = one.getBoundingClientRect(), style = getComputedStyle(one);
		if (box.width <= 2 || box.height <= 2 || (one.innerText ?? "").trim() === "" || style.clipPath !== "none" || style.position === "absolute")
			return false;
		return box.right > innerWidth + 1 || box.left < -1 || (style.overflowX !== "visible" && style.overflowX !== "auto" && one.scrollWidth > one.clientWidth + 1);
	}).map((one) => `cut: ${one.outerHTML.slice(0, 160)}`).slice(0, 3));
}

// What is for the ear alone is not seen.
function heard(page) {
	return page.evaluate(() => [...document.querySelectorAll(".sr")].filter((one) => one.getBoundingClientRect().width > 2).map((one) => `seen, not only heard: ${one.innerText}`).slice(0, 3));
}

// Marks of a list stand outside what they mark, so the list must leave them room.
function hanging(page) {
	return page.evaluate(() => [...document.querySelectorAll("li")].filter((one) => {
		const style = getComputedStyle(one), inside = one.getBoundingClientRect().left + parseFloat(style.paddingLeft);
		return style.display === "list-item" && style.listStyleType !== "none" && style.listStylePosition === "outside"
			&& inside - one.parentElement.getBoundingClientRect().left < 0.9 * parseFloat(style.fontSize);
	}).map((one) => `its mark hangs out: ${one.parentElement.outerHTML.slice(0, 120)}`).slice(0, 3));
}

function bare(page) {
	return page.evaluate(() => [...document.querySelectorAll("button, input, select, textarea")].filter((one) => {
		const style = getComputedStyle(one), shown = one.getBoundingClientRect();
		return shown.width > 2 && style.opacity !== "0" && !["radio", "checkbox"].includes(one.type) && style.borderStyle === "none" && style.outlineStyle === "none" && style.textDecorationLine === "none";
	}).map((one) => `has no edge: ${one.outerHTML.slice(0, 120)}`).slice(0, 3));
}

function moving(page) {
	return page.evaluate(() => [...document.querySelectorAll("*")].filter((one) => {
		const style = getComputedStyle(one);
		return [style.transitionDuration, style.animationDuration].some((text) => text.split(",").some((part) => parseFloat(part) > 0.01));
	}).map((one) => `moves: ${one.outerHTML.slice(0, 120)}`).slice(0, 3));
}

async function large(page) {
	const cdp = await page.context().newCDPSession(page);
	await cdp.send("Page.setFontSizes", { fontSizes: { standard: 32, fixed: 26 } });
}

// ---- where ----
async function ready(page) {
	await page.locator("h1").first().waitFor();
	await browser.shown(page);
	await page.evaluate(() => document.fonts.ready);
}

// Every screen, then what opens over or within one.
async function screens(page, look, full, visit) {
	const { T, named } = look;
	const to = async (hash) => {
		await page.evaluate((next) => { location.hash = next; }, hash);
		await ready(page);
	};
	for (const [name, hash] of full.screens) {
		await to(hash);
		await visit(name);
	}
	const button = (key) => page.getByRole("button", { name: T(key), exact: true });
	const over = async (name, hash, press) => {
		if (hash !== undefined)
			await to(hash);
		await press();
		await page.getByRole("dialog").waitFor();
		await visit(name);
		await page.keyboard.press("Escape");
	};
	await over("the menu", "#/", () => button("ui.menu").click());
	await over("the keys", "#/help", () => page.keyboard.press("?"));
	await over("the end of a visit", `#/visit/${full.running}`, () => button("ui.visit.end").click());
	await over("a visit broken off", undefined, () => button("ui.visit.abort").click());
	await over("a correction", `#/record/${full.plan}`, () => button("ui.correct.title").click());
	await to("#/");
	await page.getByLabel(named("ui.search.label")).fill("kuusilehto");
	await page.getByRole("link", { name: /Kuusilehto/ }).first().waitFor();
	await visit("what was found");
	await to(`#/consent/${full.consent}`);
	await button("ui.consent.withdraw").click();
	await visit("a withdrawal");
	await to(`#/mapping/new?case=${full.client.case_id}&client=${full.client.id}&again=1`);
	await button("ui.mapping.read").click();
	await visit("a mapping read aloud");
	await to(`#/new/encounter_note?case=${full.matter.case_id}&again=1`);
	await button("ui.sign").click();
	await page.getByRole("alert").waitFor();
	await visit("a note refused");
	await to(`#/print/${full.plan}?of=plan`);
	await button("ui.print.show").click();
	await page.locator("[data-printed]").getByRole("heading").first().waitFor();
	await visit("a print");
	await to(`#/turned/${full.client.case_id}`);
	await visit("the screen turned to the client");
	await page.getByText(capital(word("fi", "ui.turned.worker")), { exact: true }).click(); // the client's language
	await page.getByRole("button", { name: capital(word("fi", "ui.turned.back")) }).click();
	await to("#/feedback");
	await visit("feedback");
}

async function companion(page, look, full, visit) {
	for (const [name, hash] of full.companion) {
		await page.evaluate((next) => { location.hash = next; }, hash);
		await ready(page);
		await visit(`the companion: ${name}`);
	}
}

async function everywhere(full, look, options, judge) {
	const judged = (page) => async (name) => {
		const found = await judge(page);
		if (process.env.JALKA_PICTURES !== undefined)
			await page.screenshot({ path: `${process.env.JALKA_PICTURES}/screens-${look.language}-${name.replace(/\W+/g, "-")}.png`, fullPage: true });
		count.expect(`${name}, ${options.what}, ${look.language}`, found.length === 0, found.join("\n"));
	};
	for (const [narrow, walk] of [[false, screens], [true, companion]]) {
		const page = await browser.open(await address(full.aino, narrow), { ...look.options, ...options });
		if (options.large)
			await large(page);
		await page.locator("h1").first().waitFor();
		await walk(page, look, full, judged(page));
		await page.context().close();
	}
}

try {
	const full = await rich(world);
	await browser.begin();
	for (const language of ["sv", "fi", "en"])
		await everywhere(full, new Look("phone", "light", language), { what: "320 px and text at 200 %", large: true, viewport: { width: 320, height: 640 } },
			async (page) => [...await browser.findings(page, { axeToo: language === "sv" }), ...await cut(page), ...await hanging(page), ...await heard(page)]);
	await everywhere(full, new Look("phone", "dark", "fi"), { what: "forced colours, no motion", forcedColors: "active", reducedMotion: "reduce" },
		async (page) => [...await bare(page), ...await moving(page), ...await browser.findings(page, { axeToo: false })]);
} catch (error) {
	count.expect("it comes to its end", false, error.stack);
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("the daemons end well", codes.every((code) => code === 0), codes.join());
	count.finish("web_screens");
}
