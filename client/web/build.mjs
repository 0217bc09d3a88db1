// Builds the web client: node build.mjs OUT
//
// Type check, one script a client (field, companion, console), one stylesheet, the fonts and
// the words of each language, all named by their digests, and a page for each client.
// The same sources give the same bytes. Any error ends the build and leaves no OUT.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { minify } from "terser";
import tokens from "suomifi-design-tokens";

const here = dirname(fileURLToPath(import.meta.url));
const top = join(here, "../..");
const out = process.argv[2];
if (out === undefined) {
	console.error("usage: node build.mjs OUT");
	process.exit(2);
}
const fresh = `${out}.new`;
const bin = (name) => join(here, "node_modules/.bin", name);
const LANGUAGES = ["fi", "sv", "en"];
const CLIENTS = { field: { title: "Jalka", look: "" }, companion: { title: "Jalka – companion", look: ` class="beside"` }, console: { title: "Jalka – console", look: "" } };

rmSync(fresh, { recursive: true, force: true });
mkdirSync(join(fresh, "assets"), { recursive: true });
mkdirSync(join(here, "gen"), { recursive: true });

function digestOf(bytes) {
	return createHash("sha256").update(bytes).digest("hex").slice(0, 12);
}

function put(name, extension, bytes) {
	const path = `/assets/${name}-${digestOf(bytes)}.${extension}`;
	writeFileSync(join(fresh, path), bytes);
	return path;
}

// The messages of the local API.
execFileSync(join(top, "scripts/gen-labels"), [join(top, "proto/screens.tsv")], { stdio: "inherit" });
mkdirSync(join(fresh, "gen"));
writeFileSync(join(fresh, "gen/local.ts"), localModule(readdirSync(join(here, "src"), { recursive: true }).filter((name) => /\.tsx?$/.test(name)).map((name) => join("src", name))));
writeFileSync(join(fresh, "gen/words.ts"), wordsModule());
for (const file of ["local.ts", "words.ts"])
	renameSync(join(fresh, "gen", file), join(here, "gen", file));
rmSync(join(fresh, "gen"), { recursive: true });
execFileSync(bin("tsc"), ["-p", here], { stdio: "inherit" });

// ---- words: the catalogue of the daemon, a file for each language ----
function catalogue() {
	return ["labels.tsv", "screens.tsv"].flatMap((file) => readFileSync(join(top, "proto", file), "utf8").split("\n"))
		.filter((line) => line !== "" && !line.startsWith("#")).map((line) => line.split("\t"));
}

function snake(name) {
	return name.replace(/(?!^)([A-Z])/g, "_$1").toLowerCase();
}

// The messages of local.proto, as core/wire.ts wants them: numbers, and types for the compiler; of
// the calls that one of the sources asks.
function localModule(files) {
	const text = readFileSync(join(top, "proto/local.proto"), "utf8").replace(/\/\/.*$/gm, "");
	const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
	const kinds = { string: "string", bytes: "Uint8Array", bool: "boolean", uint32: "number", uint64: "bigint", Form: "number" };
	const fieldsOf = (body) => [...body.matchAll(/(repeated )?(\w+) (\w+) = (\d+);/g)].map(([, many, type, name, number]) => ({ many, type, name: camel(name), number }));
	const messages = Object.fromEntries([...text.matchAll(/^message (\w+) \{(?:([^\n]*)\}[ \t]*$|\n([^]*?)^\})/gm)].map(([, name, line, body]) => [name, fieldsOf((line ?? body).replace(/oneof \w+ \{|\}/g, ""))]));
	const numbers = (fields) => `{ ${fields.map((field) => `${field.name}: ${field.number}`).join(", ")} }`;
	const typeOf = (field) => {
		if (kinds[field.type] === undefined)
			throw new Error(`local.proto: ${field.name} is of ${field.type}, which core/wire.ts does not know`);
		return `${field.name}?: ${kinds[field.type]}${field.many === undefined ? "" : "[]"}`;
	};
	const sources = files.map((name) => readFileSync(join(here, name), "utf8")).join("");
	const calls = messages.Request.filter((field) => messages[field.type] !== undefined && sources.includes(`"${field.name}"`));
	const values = [.../^enum Kind \{([^]*?)\}/m.exec(text)[1].matchAll(/(\w+) = (\d+);/g)].sort((a, b) => a[2] - b[2]).map((one) => one[1]);
	return `// Generated from proto/local.proto.\nexport interface Calls {\n${calls.map((call) => `\t${call.name}: { ${messages[call.type].map(typeOf).join("; ")} };`).join("\n")}\n}\n`
		+ "export type CallName = keyof Calls;\n"
		+ `export const CALLS: Record<CallName, [number, Record<string, number>]> = {\n${calls.map((call) => `\t${call.name}: [${call.number}, ${numbers(messages[call.type])}],`).join("\n")}\n};\n`
		+ `export const REQUEST: Record<string, number> = ${numbers(messages.Request.filter((field) => ["id", "quiet"].includes(field.name)))};\n`
		+ `export const RESPONSE: Record<string, number> = ${numbers(messages.Response.filter((field) => !["id", "more"].includes(field.name)))};\n`
		+ `export const KINDS = ${JSON.stringify(values)} as const;\nexport type Kind = typeof KINDS[number];\n`;
}

// Which list the states of a record type are of: { visit: "visit_state", ... }
function stateLists() {
	const lists = {};
	let type = "";
	for (const line of readFileSync(join(top, "proto/records.proto"), "utf8").split("\n")) {
		const message = /^message (\w+) \{/.exec(line)?.[1];
		type = message === undefined ? type : snake(message.replace(/Record$/, "")); // CaseRecord is "case"
		const list = /^  optional (\w+) state = \d+/.exec(line)?.[1];
		if (list !== undefined)
			lists[type] = snake(list);
	}
	return lists;
}

function programKeys() {
	return catalogue().map((row) => row[0]).filter((key) => /^(ui|rule|text|unit|month|agenda|agenda_class|concern|case_kind)\./.test(key));
}

// The keys of the program's own words as a type, so that a wrong one does not build.
function wordsModule() {
	const keys = programKeys();
	return `// Generated from proto/labels.tsv and proto/screens.tsv.\nexport type WordKey =\n${keys.map((key) => `\t| ${JSON.stringify(key)}`).join("\n")};\n`
		+ `export const stateLists: Record<string, string> = ${JSON.stringify(stateLists())};\n`;
}

// In the scripts a key of the program's own words that stands there whole is its number: 2 kB less by
// gzip. The words stand under both, for keys are put together too.
const numbers = new Map(programKeys().map((key, i) => [key, `~${i.toString(36)}`]));

function numbered(script) {
	return script.replace(/"([a-z_]+\.[\w.]+)"/g, (whole, key) => numbers.has(key) ? `"${numbers.get(key)}"` : whole);
}

// The words of the console are the console's alone.
function wordFiles(name, isWanted) {
	return Object.fromEntries(LANGUAGES.map((language, i) => [language, put(`${name}-${language}`, "json",
		JSON.stringify(Object.fromEntries(catalogue().filter((row) => isWanted(row[0])).flatMap((row) => [row[0], numbers.get(row[0])].filter(Boolean).map((key) => [key, row[i + 1]])))))]));
}
const CONSOLE_WORDS = /^ui\.console/;
const workerWords = wordFiles("words", (key) => !CONSOLE_WORDS.test(key));
const words = { field: workerWords, companion: workerWords, console: wordFiles("console-words", () => true) };

// What the daemon says in English, in the others.
execFileSync(join(top, "scripts/gen-refusals"), [fresh], { stdio: "inherit" });
const refusals = Object.fromEntries(["fi", "sv"].map((language) => {
	const file = join(fresh, `refusals-${language}.json`), bytes = readFileSync(file);
	rmSync(file);
	return [language, put(`refusals-${language}`, "json", bytes)];
}));

// ---- style: the colours of the Suomi.fi design tokens, our own rules, the fonts ----
function tokenRules() {
	const colors = (tokens.suomifiDesignTokens ?? tokens).colors;
	return `:root{${Object.entries(colors).map(([name, value]) => `--sf-${name}:${value}`).join(";")}}\n`;
}

function fontRules() {
	const ranges = { latin: "U+0000-00FF,U+2013-2014,U+2018-201E,U+2022,U+2026,U+20AC,U+2192,U+2212",
			 "latin-ext": "U+0100-02BA,U+1E00-1EFF,U+A720-A7FF" };
	return Object.keys(ranges).flatMap((range) => [400, 600].map((weight) => {
		const file = join(here, `node_modules/@fontsource/source-sans-3/files/source-sans-3-${range}-${weight}-normal.woff2`);
		const path = put(`source-sans-3-${range}-${weight}`, "woff2", readFileSync(file));
		return `@font-face{font-family:"Source Sans 3";font-weight:${weight};font-display:swap;src:url("${path}") format("woff2");unicode-range:${ranges[range]}}\n`;
	})).join("");
}

const rules = await esbuild.build({ entryPoints: [join(here, "src/style/jalka.css")], bundle: true, minify: true, write: false,
	external: ["/assets/*"], logLevel: "error" });
const style = put("jalka", "css", fontRules() + tokenRules() + rules.outputFiles[0].text);

// ---- scripts and pages ----
const icon = put("icon", "svg", readFileSync(join(here, "src/style/icon.svg")));

function bundle(client, more) {
	return esbuild.build({
		entryPoints: [join(here, `src/${client}.tsx`)], bundle: true, minify: true, write: false, format: "esm",
		target: ["es2022", "chrome109", "firefox115", "safari16"], jsx: "transform", jsxFactory: "jsxH", jsxFragment: "jsxFragment",
		inject: [join(here, "src/core/jsx.ts")], tsconfigRaw: "{}", legalComments: "none", absWorkingDir: here,
		define: { WORDS: JSON.stringify(words[client]), REFUSALS: JSON.stringify(refusals) }, logLevel: "error", ...more,
	});
}

// Bundled twice: the first time tells which sources the client is of, and so which calls it knows.
for (const [client, { title, look }] of Object.entries(CLIENTS)) {
	const sources = Object.keys((await bundle(client, { metafile: true })).metafile.inputs).filter((name) => name.startsWith("src/"));
	const calls = { name: "calls", setup: (build) => build.onLoad({ filter: /gen.local\.ts$/ }, () => ({ contents: localModule(sources), loader: "ts" })) };
	const built = await bundle(client, { plugins: [calls] });
	const small = await minify(numbered(built.outputFiles[0].text), { module: true, ecma: 2020, compress: { passes: 4 } }); // two kilobytes less by gzip
	const script = put(client, "js", small.code);
	const gaps = { title, look, style, icon, script };
	writeFileSync(join(fresh, `${client}.html`), readFileSync(join(here, "src/page.html"), "utf8").replace(/\{\{(\w+)\}\}/g, (_, gap) => gaps[gap]));
}

rmSync(out, { recursive: true, force: true });
renameSync(fresh, out);
