// look - what a journey is driven in: a view, a theme, a language, and by which hands.
//
// A story is written once, by the keys of the words (proto/screens.tsv, proto/labels.tsv), and runs
// in every look. JALKA_LOOK names one, "phone,dark,sv", or one by the keyboard alone,
// "laptop,light,fi,keys"; without it a journey runs in a few of its own, chosen so that all journeys
// together meet all 18. JALKA_PICTURES names a folder for a picture of each state that is judged,
// and of what stood there when a fact failed.
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { World } from "./world.mjs";
import * as browser from "./browser.mjs";

const LANGUAGES = ["fi", "sv", "en"];
const LOCALES = { fi: "fi-FI", sv: "sv-FI", en: "en-FI" };
const THEMES = ["light", "dark"];
const PICTURES = process.env.JALKA_PICTURES;
const TABS_MOST = 300;

const words = new Map();
for (const file of ["labels", "screens"])
	for (const line of readFileSync(new URL(`../../proto/${file}.tsv`, import.meta.url), "utf8").split("\n"))
		if (!line.startsWith("#") && line !== "")
			words.set(line.split("\t")[0], line.split("\t").slice(1, 4));

// A word as it stands in the middle of a sentence; "field.visit.topic" falls back on "field.*.topic" as in the client.
export function word(language, key, values = {}) {
	const row = words.get(key) ?? words.get(key.replace(/^(\w+)\.\w+\./, "$1.*."));
	if (row === undefined)
		throw new Error(`no such word: ${key}`);
	return row[LANGUAGES.indexOf(language)].replace(/\{([a-z]+)\}/g, (whole, name) => name in values ? String(values[name]) : whole);
}

export function capital(text) {
	return text.charAt(0).toUpperCase() + text.slice(1);
}

function literal(text) {
	return text.replace(/[.*+?^$(){}|[\]\\]/g, "\\$&");
}

function only(text) {
	return new RegExp(`^(✓ *)?${literal(text)}( \\(.*\\))?$`);
}

export class Look {
	constructor(view, theme, language, hands = "pointer") {
		if (!(view in browser.VIEWS) || !THEMES.includes(theme) || !LANGUAGES.includes(language) || !["pointer", "keys"].includes(hands))
			throw new Error(`no such look: ${view},${theme},${language},${hands}`);
		Object.assign(this, { view, theme, language, keys: hands === "keys" });
		for (const name of ["t", "T", "like", "named", "press", "write", "check", "choose", "select"])
			this[name] = this[name].bind(this);
	}

	toString() {
		return [this.view, this.theme, this.language, ...(this.keys ? ["keys"] : [])].join(",");
	}

	// What browser.open takes for it. Without a pointer there is no finger either.
	get options() {
		return { view: this.view, dark: this.theme === "dark", language: this.language, ...(this.keys ? { hasTouch: false } : {}) };
	}

	t(key, values) {
		return word(this.language, key, values);
	}

	// The word as it begins a line.
	T(key, values) {
		return capital(this.t(key, values));
	}

	// A word with gaps, whatever stands in them.
	like(key) {
		return new RegExp(literal(this.T(key)).replace(/\\\{[a-z]+\\\}/g, ".*"), "i");
	}

	// What is called by this word and no more, but for "(required)" behind it or the tick of what is chosen.
	named(key, values) {
		return only(this.T(key, values));
	}

	// A day as the client writes it: 3.11.2026, ti 3.11.
	date(iso) {
		return this.#format({ day: "numeric", month: "numeric", year: "numeric" }, iso);
	}

	weekday(iso) {
		return this.#format({ weekday: "short", day: "numeric", month: "numeric" }, iso);
	}

	// What a language is called.
	tongue(language) {
		return capital(new Intl.DisplayNames([this.language], { type: "language" }).of(language));
	}

	#format(form, iso) {
		return new Intl.DateTimeFormat(LOCALES[this.language], { timeZone: "UTC", ...form }).format(Date.parse(iso));
	}

	// ---- hands: a finger, a mouse, or the keyboard alone ----
	async press(target) {
		if (!this.keys)
			return this.view === "phone" ? target.tap() : target.click();
		await reach(target);
		return target.page().keyboard.press("Enter");
	}

	async write(target, text) {
		if (!this.keys)
			return target.fill(text);
		const kind = await reach(target), { keyboard } = target.page();
		if (/^date/.test(kind))
			return this.#writeDate(target, text);
		await keyboard.press("Control+a");
		return text === "" ? keyboard.press("Delete") : keyboard.type(text);
	}

	// Part by part, in the order of the browser's own language, which is American here: 11/22/2026, 11:30 PM.
	async #writeDate(target, text) {
		const { keyboard } = target.page(), [date, time] = text.split("T"), [year, month, day] = date.split("-");
		for (let part = 0; part < 6; part++)
			await keyboard.press("ArrowLeft");
		await keyboard.type(month + day + year);
		if (time !== undefined) {
			const [hour, minute] = time.split(":");
			await keyboard.press("ArrowRight");
			await keyboard.type(String((Number(hour) + 11) % 12 + 1).padStart(2, "0") + minute + (Number(hour) < 12 ? "a" : "p"));
		}
		if (await target.inputValue() !== text)
			throw new Error(`typed ${text}, and there stands ${await target.inputValue()}`);
	}

	async check(target, on = true) {
		if (!this.keys)
			return target.setChecked(on);
		const kind = await reach(target), { keyboard } = target.page();
		if (kind === "radio")
			await arrowsTo(target, keyboard);
		if (await target.isChecked() !== on)
			await keyboard.press("Space");
		if (await target.isChecked() !== on)
			throw new Error(`not ${on ? "chosen" : "taken away"} by the keyboard: ${target}`);
	}

	// One of a group of choices, by their words.
	choose(scope, group, value) {
		return this.check(scope.getByRole("group", { name: only(group) }).getByLabel(value, { exact: true }));
	}

	async select(target, label) {
		if (!this.keys)
			return target.selectOption({ label });
		await reach(target);
		const { keyboard } = target.page(), chosen = () => target.evaluate((list) => list.selectedOptions[0]?.label);
		await keyboard.press("Home");
		for (let last; await chosen() !== label;) {
			if (last === await chosen())
				throw new Error(`no ${label} in the list`);
			last = await chosen();
			await keyboard.press("ArrowDown");
		}
	}
}

// Tab by Tab, or back, to what is meant, as one without a mouse does; the focus must be seen there. Gives its kind.
async function reach(target) {
	await target.waitFor({ state: "attached" });
	const { keyboard } = target.page();
	const meant = await target.evaluateHandle((element) => {
		const at = element.closest("a[href], button, input, select, textarea, summary, label, [tabindex]") ?? element;
		return at.tagName === "LABEL" && at.control !== null ? at.control : at;
	});
	for (let tabs = 0, back = false; tabs < TABS_MOST; tabs++) {
		const way = await meant.evaluate((element) => {
			const at = document.activeElement, group = element.type === "radio" && at.type === "radio" && at.name === element.name;
			return at === element || group ? "here" : at.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING ? "back" : "on";
		});
		if (way === "here") {
			const kind = await meant.evaluate((element) => element.type ?? "");
			if (/^date/.test(kind) && back) { // from behind one comes to the button of its calendar: over it, and in by its first part
				while (await meant.evaluate((element) => document.activeElement === element))
					await keyboard.press("Shift+Tab");
				await keyboard.press("Tab");
			}
			await seen(meant, target);
			return kind;
		}
		back = way === "back";
		await keyboard.press(back ? "Shift+Tab" : "Tab");
	}
	throw new Error(`not reached by the keyboard: ${target}`);
}

// What has the focus has an edge that tells so, and is not wholly under something else.
async function seen(meant, target) {
	const fault = await meant.evaluate(async () => {
		await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
		const at = document.activeElement, whole = at.labels?.[0] ?? at;
		const edged = [at, at.nextElementSibling].some((one) => one !== null && getComputedStyle(one).outlineStyle !== "none");
		const { left, top, width, height } = whole.getBoundingClientRect();
		const shown = [.1, .5, .9].some((x) => [.1, .5, .9].some((y) => {
			const on = document.elementFromPoint(left + width * x, top + height * y);
			return on !== null && (whole.contains(on) || at.contains(on) || on.contains(whole));
		}));
		return edged ? shown ? "" : "is under something else" : "has no edge";
	});
	if (fault !== "")
		throw new Error(`what has the focus ${fault}: ${target}`);
}

// From the one of a group that has the focus to the one meant.
async function arrowsTo(target, keyboard) {
	for (let last; ;) {
		const ahead = await target.evaluate((element) => {
			const group = [...document.querySelectorAll(`input[type=radio][name="${CSS.escape(element.name)}"]`)];
			return group.indexOf(element) - group.indexOf(document.activeElement);
		});
		if (ahead === 0 || ahead === last)
			return;
		last = ahead;
		await keyboard.press(ahead > 0 ? "ArrowRight" : "ArrowLeft");
	}
}

// Every view, theme and language.
export const ALL = Object.keys(browser.VIEWS).flatMap((view) => THEMES.flatMap((theme) => LANGUAGES.map((language) => new Look(view, theme, language))));

// The looks of one journey: each view, each language, both themes. Journeys 0 to 4 have 15 different
// ones; the three that are left are those of number 5.
function few(number) {
	const views = Object.keys(browser.VIEWS), turned = number >= 3 ? 1 : 0;
	return views.map((view, at) => new Look(view, THEMES[(at + turned) % 2], LANGUAGES[(at + number) % 3]));
}

if (new Set([0, 1, 2, 3, 4, 5].flatMap(few).map(String)).size !== ALL.length)
	throw new Error("the journeys do not meet every look");

// `numbers` say which looks the journey has when none is asked for, `byKeys` whether it is then driven by the keyboard too.
function looks(numbers, byKeys) {
	const asked = process.env.JALKA_LOOK ?? "";
	const keys = (number) => { const { theme, language } = few(number)[2]; return new Look("laptop", theme, language, "keys"); };
	if (asked === "")
		return [...numbers.flatMap(few), ...(byKeys ? [keys(numbers[0])] : [])];
	return [new Look(...asked.split(","))];
}

// Drives the story in each look, two at a time, each with daemons and windows of its own. The story is
// given what it needs: the look, the world, what counts, and `open` and `well` for its windows.
export async function journey(name, { numbers, byKeys = false }, story) {
	const left = looks(numbers, byKeys), counts = [];
	const walk = async () => {
		for (let look = left.shift(); look !== undefined; look = left.shift())
			counts.push(await once(name, look, story));
	};
	await browser.begin();
	try {
		await Promise.all([walk(), ...(cpus().length > 1 ? [walk()] : [])]);
	} finally {
		await browser.end();
	}
	const whole = new browser.Count();
	for (const one of counts) {
		whole.passed += one.passed;
		whole.failed += one.failed;
	}
	whole.finish(name);
}

async function once(name, look, story) {
	const world = new World(), begun = Date.now(), pages = [], lines = [];
	const count = Object.assign(new browser.Count(), {
		strict: true, // one step of a story that fails leaves nothing to tell of the next
		say: (line) => lines.push(line),
	});
	const open = async (url, more) => {
		const page = await browser.open(url, { ...look.options, ...more });
		pages.push(page);
		if (look.keys)
			await page.evaluate(() => addEventListener("pointerdown", () => console.error("a pointer was used"), true));
		return page;
	};
	const picture = async (what, page) => PICTURES === undefined || page.isClosed()
		|| page.screenshot({ path: join(PICTURES, `${name} ${look} ${what}.png`.replace(/[^\w.]+/g, "-")), fullPage: true });
	const well = async (what, page) => {
		const found = await browser.findings(page);
		await picture(what, page);
		count.expect(`${what}: axe, console, origin, width`, found.length === 0, found.join("\n"));
	};
	try {
		await story({ look, world, count, open, well });
	} catch (error) {
		if (error.counted !== true)
			count.expect("it comes to its end", false, error.stack);
		await Promise.all(pages.map((page, at) => picture(`failed ${at}`, page)));
	} finally {
		await Promise.all(pages.map((page) => page.context().close().catch(() => undefined)));
		const codes = await world.stop();
		count.expect("the daemons end well", codes.every((code) => code === 0 || code === null), codes.join());
	}
	console.log(`-- ${name} in ${look}, ${Math.round((Date.now() - begun) / 1000)} s\n${lines.join("\n")}`);
	return count;
}

export function is(what, value, wanted) {
	if (value !== wanted)
		throw new Error(`${what}: ${value}, not ${wanted}`);
}

export function must(holds, detail) {
	if (!holds)
		throw new Error(typeof detail === "string" ? detail : JSON.stringify(detail));
}

// A day in Helsinki, so many days from now: 2026-11-03.
export function day(ahead = 0) {
	return new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Helsinki" }).format(Date.now() + ahead * 86_400_000);
}
