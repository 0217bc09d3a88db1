// world - a central node and workers' daemons for the browser tests: real processes on
// loopback, in a temporary folder that goes with them.
import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const JALKAD = process.env.JALKAD ?? join(ROOT, "build/release/jalkad");
const JALKA = process.env.JALKA ?? join(ROOT, "build/release/jalka");

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

	async stop() {
		if (this.process === undefined || this.process.exitCode !== null)
			return this.process?.exitCode;
		this.process.kill("SIGTERM");
		return this.ended;
	}
}

export class World {
	constructor() {
		this.base = mkdtempSync(join(tmpdir(), "jalka-web-"));
		this.daemons = [];
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

	async stop() {
		const codes = await Promise.all(this.daemons.map((daemon) => daemon.stop()));
		rmSync(this.base, { recursive: true, force: true });
		return codes;
	}
}

// The address that signs a browser in once.
export async function address(daemon, companion = false) {
	return (await daemon.run("open", ...(companion ? ["--companion"] : []))).url;
}
