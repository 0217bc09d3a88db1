// desk - a service with something to decide, for the tests of the console: two workers with laptops, work that
// waits in quarantine, one person recorded twice, a field that two have written apart, a quarter's worth of visits.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { consoleSession, until } from "./world.mjs";

let late = 0; // so that no two are one person

export const REFERENCE = join(fileURLToPath(new URL("../..", import.meta.url)), "scripts/reference");

export async function imported(center, ...types) {
	for (const type of types)
		await center.run("admin", "import", type, join(REFERENCE, `${type}.csv`));
}

// Those who sign in, each with roles; the first is a municipal administrator, who adds the others.
export async function operators(world, people) {
	const all = {};
	let as = [];
	for (const [name, ...roles] of people) {
		const one = all[name.split(" ")[0].toLowerCase()] = await world.operator(name, roles, { as });
		as = as.length > 0 ? as : ["--as", one.staff];
	}
	return all;
}

// The console's page as somebody who has signed in sees it.
export async function signedIn(open, world, operator, path = "", more = {}) {
	const { origin, session } = await consoleSession(world.center, operator);
	const page = await open(origin, more);
	await page.evaluate((token) => sessionStorage.setItem("jalka-session", token), session);
	await page.goto(`${origin}/#/${path}`);
	await page.reload();
	await page.locator("#main h1").waitFor();
	return Object.assign(page, { session });
}

export async function go(page, path) {
	await page.evaluate((hash) => { location.hash = hash; }, `#/${path}`);
}

// Notes that Mikko wrote after his part in the case had ended, and before he heard of it. `session`: of who
// assigns (world.consoleSession), once somebody has that role.
export async function lateNotes(world, aino, mikko, many = 3, session = { admin: (...args) => world.center.run("admin", ...args) }) {
	const client = (await aino.run("client", "add", "Korhonen", `${["Eero", "Hilma", "Toivo", "Lyyli"][late++]}`, "municipality=Takkuvaara", "--anyway")).id;
	const matter = await aino.run("case", "open", client, "Vuokrarästi");
	const caseId = (await aino.run("show", matter.id)).record.case_id;
	await aino.run("sync", "--wait");
	await session.admin("assign", caseId, mikko.staff, "CO_WORKER");
	await until("the case at Mikko's", async () => (await mikko.run("show", caseId)).records.length > 0);
	await mikko.run("sync", "--offline");
	await session.admin("unassign", caseId, mikko.staff);
	for (let n = 1; n <= many; n++)
		await mikko.run("note", caseId, `Salainen muistiinpano ${n}.`);
	await mikko.run("sync", "--online", "--wait").catch(() => undefined);
	await until("the notes in quarantine", async () => (await session.admin("quarantine")).quarantine.filter((one) => one.case_id === caseId).length === many);
	return { client, caseId };
}

// The same person at two workers, who could not know.
export async function twice(world, aino, mikko) {
	const person = ["Lahtinen", "Anna-Maija", "birth_date=1971-05-06"];
	await aino.run("client", "add", ...person, "municipality=Hallasuo");
	await mikko.run("client", "add", ...person, "municipality=Takkuvaara");
	await Promise.all([aino, mikko].map((one) => one.run("sync", "--wait")));
	await until("a proposal", async () => (await world.center.run("admin", "matches")).matches.length > 0);
}

// So many clients of one municipality, each met once.
export async function visits(aino, municipality, count, phases) {
	for (let n = 0; n < count; n++) {
		const client = (await aino.run("client", "add", `Asiakas${municipality}${n}`, "Salainen", `municipality=${municipality}`, "--anyway")).id;
		const matter = await aino.run("case", "open", client, "Asia", n % 2 === 0 ? "opened_by_pathway=SELF" : "opened_by_pathway=NEED_REQUEST");
		const { id } = await aino.run("visit", "start", matter.id, "purpose=GUIDANCE", `phase=${phases(n)}`);
		await aino.run("visit", "end", id, "nothing_to_record_reason=ei kirjattavaa");
	}
	await aino.run("sync", "--wait");
}

// The quarter of today.
export function quarterNow(ms = Date.now()) {
	const [year, month] = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Helsinki" }).format(ms).split("-").map(Number);
	return `${year}Q${Math.floor((month + 2) / 3)}`;
}

// What the command line prints for people, byte for byte.
export function printed(daemon, ...args) {
	return new Promise((resolve, reject) => execFile(process.env.JALKA ?? "build/release/jalka", ["--dir", daemon.folder, ...args], { maxBuffer: 64 << 20 },
		(error, out, err) => error === null ? resolve(out) : reject(new Error(err))));
}

// The bytes of a file that a press gives.
export async function downloaded(page, press) {
	const [download] = await Promise.all([page.waitForEvent("download"), press()]);
	const parts = [];
	for await (const part of await download.createReadStream())
		parts.push(part);
	return { name: download.suggestedFilename(), text: Buffer.concat(parts).toString("utf8") };
}

// Two who have heard nothing of each other write the same field.
export async function apart(world, aino, mikko) {
	const client = (await aino.run("client", "add", "Rantanen", "Lempi", "municipality=Hallasuo", "phone=040 000 0001")).id;
	const matter = await aino.run("case", "open", client, "Häätöuhka");
	const caseId = (await aino.run("show", matter.id)).record.case_id;
	await aino.run("sync", "--wait");
	await world.center.run("admin", "assign", caseId, mikko.staff, "CO_WORKER");
	await until("the client at Mikko's", async () => (await mikko.run("show", client)).record);
	await Promise.all([aino, mikko].map((one) => one.run("sync", "--offline")));
	await aino.run("client", "change", client, "phone=040 000 0111");
	await mikko.run("client", "change", client, "phone=040 000 0222");
	await Promise.all([aino, mikko].map((one) => one.run("sync", "--online", "--wait")));
	return client;
}
