// world - a central node and workers' daemons for the browser tests: real processes on
// loopback, in a temporary folder that goes with them.
import { execFile, spawn } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const JALKAD = process.env.JALKAD ?? join(ROOT, "build/release/jalkad");
const JALKA = process.env.JALKA ?? join(ROOT, "build/release/jalka");
const STOP_MS = 60_000; // who has not ended by then never will

// Asks again and again, for what no event tells; a fault while asking is "not yet".
export async function until(what, condition, seconds = 30) {
	const end = Date.now() + seconds * 1000;
	for (let last; ;) {
		try {
			const value = await condition();
			if (value)
				return value;
		} catch (error) {
			last = error;
		}
		if (Date.now() > end)
			throw new Error(`waited in vain: ${what}${last ? ` (${last.message})` : ""}`);
		await new Promise((resolve) => setTimeout(resolve, 25));
	}
}

class Daemon {
	constructor(folder, args) {
		this.folder = folder;
		this.args = args;
		this.lines = [];
	}

	async start(env = {}) {
		this.process = spawn(JALKAD, this.args, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...env } });
		this.killed = false;
		this.ended = new Promise((resolve) => this.process.once("exit", (code) => resolve(code)));
		let text = "";
		await new Promise((resolve, reject) => {
			this.process.stderr.on("data", (data) => {
				text += data;
				this.lines.push(...String(data).split("\n"));
				if (/ready\n/.test(text))
					resolve();
			});
			void this.ended.then(() => reject(new Error(`jalkad did not start: ${text.slice(-400)}`)));
		});
		return this;
	}

	// The command line as a person has it; JSON unless asked otherwise. Gives what came.
	run(...args) {
		return new Promise((resolve, reject) => execFile(JALKA, ["--dir", this.folder, "--json", ...args], { maxBuffer: 64 << 20 }, (error, out, err) => {
			if (error !== null && error.code !== 5)
				reject(new Error(`jalka ${args.join(" ")}: ${err || error.message}`));
			else
				resolve(out.trim() === "" ? {} : JSON.parse(out.trim().split("\n")[0]));
		}));
	}

	async kill() {
		this.killed = true;
		this.process.kill("SIGKILL");
		await this.ended;
	}

	// Starts anew with a clock so many minutes wrong; 0: right.
	async shift(minutes) {
		const shim = join(dirname(this.folder), "shifted_clock.so");
		await new Promise((resolve, reject) => execFile(process.env.CC ?? "cc", ["-shared", "-fPIC", "-O1", "-o", shim, join(ROOT, "tests/e2e/shifted_clock.c"), "-ldl"],
			(error) => error === null ? resolve() : reject(error)));
		await this.stop();
		await this.start(minutes === 0 ? {} : { LD_PRELOAD: shim, SHIFTED_CLOCK_MIN: String(minutes) });
	}

	// Gives the exit code; -1: a signal ended it, or it had to be ended; null: the test itself killed it, or never began it.
	async stop() {
		if (this.process === undefined || this.killed)
			return null;
		if (this.process.exitCode === null)
			this.process.kill("SIGTERM");
		const late = setTimeout(() => this.process.kill("SIGKILL"), STOP_MS);
		const code = await this.ended;
		clearTimeout(late);
		return code ?? -1;
	}
}

export class World {
	constructor() {
		this.base = mkdtempSync(join(tmpdir(), "jalka-web-"));
		this.daemons = [];
		// Interrupted (Ctrl+C, a time that is over) it leaves nothing behind either.
		process.once("SIGINT", () => process.exit(130));
		process.once("exit", () => this.leave());
	}

	async central() {
		const folder = join(this.base, "central");
		this.center = new Daemon(folder, ["central", "--dir", folder, "--listen", "127.0.0.1:0", "--init"]);
		this.daemons.push(this.center);
		await this.center.start();
		const address = readFileSync(join(folder, "address"), "utf8").trim();
		this.center.args = ["central", "--dir", folder, "--listen", address];
		return this.center;
	}

	// Opens with a key file, so that tests need no Argon2id; `passphrase`: with none.
	async field(name, { passphrase = false, more = [] } = {}) {
		const folder = join(this.base, name);
		mkdirSync(folder, { mode: 0o700 });
		const key = `${folder}.key`;
		writeFileSync(key, randomBytes(32), { mode: 0o600 });
		const daemon = new Daemon(folder, ["field", "--dir", folder, "--web", "0", ...(passphrase ? [] : ["--store-key-file", key]), ...more]);
		this.daemons.push(daemon);
		return daemon.start();
	}

	// A worker with a device that is enrolled and has synced.
	async worker(name, profession = "LICENSED_SOCIAL_WORKER", folder = name.split(" ")[0].toLowerCase()) {
		const daemon = await this.field(folder);
		daemon.staff = (await this.center.run("admin", "staff", "add", name, profession)).id;
		const { code } = await this.center.run("admin", "enrol", daemon.staff);
		daemon.node = (await daemon.run("enrol", code)).node;
		await until("the device at the administrator's", async () => (await this.center.run("admin", "devices")).devices.some((one) => one.node === daemon.node));
		await this.center.run("admin", "confirm", daemon.node);
		await until("the first sync", async () => (await daemon.run("status")).sync === "idle");
		return daemon;
	}

	// Somebody who may sign in at the console, with these roles (TECHNICAL_ADMIN …): invited over the
	// socket and signed up. Gives { staff, name, signIn, password, secret, code() }; with `join` false the
	// invitation's address instead of password and secret. `as`: ["--as", STAFF], once there is a municipal administrator.
	async operator(name, roles, { join = true, password = "neljä sanaa riittää hyvin", as = [] } = {}) {
		const staff = (await this.center.run(...as, "admin", "staff", "add", name)).id, signIn = name.split(" ")[0].toLowerCase();
		for (const role of roles)
			await this.center.run(...as, "admin", "grant", staff, role);
		const { invitation, address: url } = await this.center.run("admin", "operator", "invite", staff, signIn);
		if (!join)
			return { staff, name, signIn, url, invitation };
		const origin = (await this.center.run("status")).console;
		const { secret } = (await signAt(origin, { invitation })).totp;
		// A code serves once: each takes the next step, which the daemon takes up to 30 s early.
		let last = 0;
		const code = async () => {
			const step = () => Math.floor(Date.now() / 30000);
			while (last > step())
				await new Promise((resolve) => setTimeout(resolve, 30000 * last - Date.now() + 50));
			// In a step's first half the one before it is good for 15 s more at least, time to judge it.
			last = Math.max(last + 1, Math.floor((Date.now() + 15_000) / 30_000) - 1);
			return totp(secret, last * 30000);
		};
		await signAt(origin, { invitation, password, code: await code() });
		return { staff, name, signIn, password, secret, code };
	}

	async stop() {
		const codes = await Promise.all(this.daemons.map((daemon) => daemon.stop()));
		this.leave();
		return codes;
	}

	leave() {
		for (const daemon of this.daemons)
			daemon.process?.kill("SIGKILL");
		rmSync(this.base, { recursive: true, force: true });
	}
}

// The address that signs a browser in once.
export async function address(daemon, companion = false) {
	return (await daemon.run("open", ...(companion ? ["--companion"] : []))).url;
}

// The code of a secret in base32 (RFC 6238 with SHA-256, six digits).
export function totp(secret, ms = Date.now()) {
	const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
	const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
	const step = Buffer.alloc(8);
	step.writeBigUInt64BE(BigInt(Math.floor(ms / 30000)));
	const mac = createHmac("sha256", key).update(step).digest();
	return String((mac.readUInt32BE(mac[31] & 15) & 0x7fffffff) % 1000000).padStart(6, "0");
}

function varint(value) {
	const out = [];
	for (; value > 127; value >>>= 7)
		out.push(value & 127 | 128);
	return Buffer.from([...out, value]);
}

function field(number, bytes) {
	return Buffer.concat([varint(number << 3 | 2), varint(bytes.length), bytes]);
}

// A request to the console as its page sends it; the answer's JSON, or an error with what was refused.
async function post(origin, path, call, headers = {}) {
	const answer = await fetch(origin + path, { method: "POST", body: Buffer.concat([Buffer.from([8, 1]), call]),
		headers: { "content-type": "application/x-protobuf", origin, "sec-fetch-site": "same-origin", ...headers } });
	const body = Buffer.from(await answer.arrayBuffer());
	if (answer.status !== 200)
		throw new Error(`${answer.status}: ${body}`);
	let text = "", refused = "";
	for (let at = 4, end = 4 + body.readUInt32LE(0); at < end;) {
		const tag = body[at++];
		let value = 0;
		for (let shift = 0, byte = 128; byte & 128; shift += 7)
			value |= ((byte = body[at++]) & 127) << shift;
		if ((tag & 7) === 2) {
			const part = body.toString("utf8", at, at += value);
			text = tag >> 3 === 6 ? part : text;
			refused = tag >> 3 === 4 ? part : refused;
		}
	}
	if (refused !== "")
		throw new Error(refused);
	return JSON.parse(text);
}

// POST /sign-in: { name, password, code }, { invitation } or { invitation, password, code }.
export function signAt(origin, values) {
	const numbers = { name: 1, password: 2, code: 3, invitation: 4 };
	return post(origin, "/sign-in", field(40, Buffer.concat(Object.entries(values).map(([key, value]) => field(numbers[key], Buffer.from(value))))));
}

// A session of an operator (World.operator): its token, and what it may ask: `console` and `admin` verbs.
export async function consoleSession(center, operator) {
	const origin = (await center.run("status")).console;
	const { session } = await signAt(origin, { name: operator.signIn, password: operator.password, code: await operator.code() });
	const ask = (number) => (verb, ...args) => post(origin, "/api", field(number, Buffer.concat([field(1, Buffer.from(verb)), ...args.map((arg) => field(2, Buffer.from(arg)))])),
		{ "x-jalka-session": session });
	return { origin, session, console: ask(41), admin: ask(17) };
}
