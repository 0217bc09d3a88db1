#!/usr/bin/env node
// The companion where a call does not go as planned: begun without a plan, paused for all windows
// and after a crash, a participant who leaves and another who comes, a consent withdrawn in the
// middle, a window loaded anew with answers half typed, cancelled, and a line that never comes back.
import { address, until, World } from "./world.mjs";
import * as browser from "./browser.mjs";

const count = new browser.Count();
const world = new World();

async function well(what, page) {
	const found = await browser.findings(page);
	count.expect(`${what}: axe, console, origin, width`, found.length === 0, found.join("\n"));
}

function must(holds, detail) {
	if (!holds)
		throw new Error(typeof detail === "string" ? detail : JSON.stringify(detail));
}

const button = (page, name) => page.getByRole("button", { name, exact: true });

try {
	await world.central();
	const aino = await world.worker("Aino Laine");
	const client = await aino.run("client", "add", "Korhonen", "Åsa-Märta", "birth_date=1980-05-05", "municipality=Takkuvaara", "contact_language=FI");
	await browser.begin();
	const page = await browser.open(await address(aino, true), { view: "companion" });
	const shown = (id) => aino.run("session", "show", id);
	let session = "";

	await count.run("without a plan: the client's name, and without a consent the way to one", async () => {
		await page.getByRole("heading", { name: "Tapaaminen ilman valmistelua" }).waitFor();
		await page.getByLabel("Asiakkaan nimi").fill("märta");
		await page.getByRole("button", { name: /Korhonen/ }).click();
		await page.getByRole("link", { name: "Pyydä suostumus" }).waitFor();
		await well("no consent", page);
		must((await aino.run("list", "joint_session")).records.length === 0, "a session stands without a consent");
	});
	const consent = await aino.run("consent", "give", client.id, "SESSION,QUADRANT_HOUSING", "yhteinen tapaaminen", "understood_check=kertoi omin sanoin");
	await count.run("with one it is there at once", async () => {
		await page.getByRole("button", { name: /Korhonen/ }).click();
		await page.getByRole("heading", { name: "Korhonen Åsa-Märta" }).waitFor();
		session = (await aino.run("list", "joint_session")).records[0].id;
		must(page.url().endsWith(session), page.url());
	});
	await count.run("answers half typed are there after the window is loaded anew", async () => {
		await page.getByLabel("Onko huoneessa muita?").fill("tytär viereisessä huo");
		await page.getByRole("group", { name: "Kela", exact: true }).getByLabel("Nimi").fill("Sari Sa");
		await until("kept", async () => await page.locator("[data-keeping=kept]").count() === 2);
		await page.reload();
		await until("the answer", async () => await page.getByLabel("Onko huoneessa muita?").inputValue() === "tytär viereisessä huo");
		await until("the name", async () => await page.getByRole("group", { name: "Kela", exact: true }).getByLabel("Nimi").inputValue() === "Sari Sa");
	});
	await count.run("it begins", async () => {
		await page.getByRole("group", { name: "Asiakas", exact: true }).getByRole("button", { name: "Tunnen hänet" }).click();
		await page.getByRole("group", { name: "Työntekijä", exact: true }).getByRole("button", { name: "Virkakortti" }).click();
		const kela = page.getByRole("group", { name: "Kela", exact: true });
		await kela.getByLabel("Nimi").fill("Sari Salo");
		await kela.getByRole("button", { name: "Virkakortti" }).click();
		await page.getByText("Osallistujat tunnistettu", { exact: true }).waitFor();
		await button(page, "Aloita tapaaminen").click();
		await page.getByRole("timer").waitFor();
	});

	// ---- pauses ----
	const second = await browser.open(await address(aino, true), { view: "companion", viewport: { width: 320, height: 640 }, dark: true });
	await second.getByRole("link", { name: /Korhonen/ }).click();
	await count.run("a pause is of the session: every window has it, and the clock stands", async () => {
		await button(page, "Tauko").click();
		await button(second, "Jatka tauon jälkeen").waitFor();
		must((await shown(session)).paused_since_ms > 0, "not recorded");
		const clock = await second.getByRole("timer").innerText(), chip = second.getByText(/^Tauko \d/);
		const first = await chip.innerText();
		await until("the pause's own clock", async () => (await chip.innerText()) !== first);
		must(await second.getByRole("timer").innerText() === clock, "the session's clock goes on");
		await well("paused 320 dark", second);
	});
	await count.run("and it is there after kill -9 of the daemon", async () => {
		for (const one of [page, second])
			one.expected.push(/Failed to load resource/, /ERR_/);
		await aino.kill();
		await aino.start();
		must((await shown(session)).paused_since_ms > 0, "lost");
	});
	await second.context().close();
	await page.context().close();
	const again = await browser.open(await address(aino, true), { view: "companion" });
	await count.run("it goes on, from a window opened anew", async () => {
		await again.getByRole("link", { name: /Korhonen/ }).click();
		await button(again, "Jatka tauon jälkeen").click();
		await button(again, "Tauko").waitFor();
		const { paused_ms, paused_since_ms } = await shown(session);
		must(paused_since_ms === 0 && paused_ms > 0, { paused_ms, paused_since_ms });
	});

	// ---- people ----
	await count.run("Kela's official changes: both stay in the record", async () => {
		await again.getByText("Osallistujat").first().click();
		const kela = again.getByRole("group", { name: "Kela", exact: true });
		await kela.getByRole("button", { name: "Vaihtui toiseen" }).click();
		await kela.getByLabel("Nimi").fill("Mika Oja");
		await kela.getByRole("button", { name: "Soitto tunnettuun numeroon" }).click();
		await again.getByText(/Kela · Sari Salo · Lähti klo/).waitFor();
		await kela.getByText("Mika Oja").waitFor();
		await well("people", again);
		await kela.getByRole("button", { name: "Lähti", exact: true }).click();
		await again.getByText(/Kela · Mika Oja · Lähti klo/).waitFor();
	});

	// ---- the consent ----
	await count.run("withdrawn in the middle: it says so, and goes on with another", async () => {
		await aino.run("consent", "withdraw", consent.id, "--via", "puhelin");
		await again.getByText(/Kelalle ei kerrota enää mitään/).first().waitFor();
		await well("withdrawn", again);
		await button(again, "Ota uusin suostumus käyttöön").click();
		await again.getByRole("alert").nth(1).waitFor(); // there is none
		await aino.run("consent", "give", client.id, "SESSION,CONTACT_DETAILS", "uusi tapaaminen", "understood_check=kertoi omin sanoin");
		await button(again, "Ota uusin suostumus käyttöön").click();
		await again.getByText(/Kelalle ei kerrota enää mitään/).waitFor({ state: "detached" });
		must((await shown(session)).consent.holds === "HOLDS", "it rests on the old one");
	});

	// ---- what came of it ----
	await count.run("cancelled with its reason, it shows what happened in its order", async () => {
		if (await again.getByLabel("Miksi tapaaminen perutaan").count() === 0 || !(await again.getByLabel("Miksi tapaaminen perutaan").isVisible()))
			await again.getByText("Suostumus muuttuu tai tapaaminen perutaan").click();
		await button(again, "Kela ei tullut").click();
		await button(again, "Peru tapaaminen").click();
		await again.getByText("Tapaaminen on peruttu").waitFor();
		const told = await again.getByRole("region", { name: "Tapaamisen kulku" }).innerText();
		const order = ["alkoi", "tauko", "jatkui tauon jälkeen", "lähti: Kela, Sari Salo", "tuli mukaan: Kela, Mika Oja", "lähti: Kela, Mika Oja", "suostumus vaihtui", "peruttiin: Kela ei tullut"];
		let at = -1;
		for (const one of order) {
			const next = told.indexOf(one, at + 1);
			must(next > at, `${one} is not after what came before: ${told}`);
			at = next;
		}
		await well("cancelled", again);
	});
	await count.run("a line that never comes back: it ends as it was left", async () => {
		const other = (await aino.run("session", "prepare", client.id, "Asia")).id;
		await aino.run("session", "identify", other, "asiakas=tuttu", "työntekijä=virkakortti", "Kela=virkakortti");
		await aino.run("session", "start", other);
		await aino.run("session", "drop", other, "kuva jäätyi");
		await again.evaluate((id) => { location.hash = `#/${id}`; }, other);
		await again.getByText("Linja poikki").waitFor();
		await well("line down", again);
		await button(again, "Yhteys ei palannut: lopeta").click();
		await again.getByRole("heading", { name: /Lue ääneen/ }).waitFor();
		must((await shown(other)).holds === "ENDED", "not ended");
	});
} finally {
	await browser.end();
	const codes = await world.stop();
	count.expect("the daemons end well", codes.every((code) => code === 0), codes.join());
	count.finish("web_companion");
}
