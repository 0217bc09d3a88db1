#!/usr/bin/env node
// Journey 5 in the browser: the joint session of client, worker and Kela in the companion,
// with a line that drops, a point outside the consent, two workers at once, and a daemon that
// is taken away in mid-typing.
import { busy } from "./browser.mjs";
import { address, until } from "./world.mjs";
import { day, journey, must } from "./look.mjs";

// A browser has one window that floats, and two looks are walked at a time: one of them after the other.
let floating = Promise.resolve();
function afloat(story) {
	const mine = floating.then(story);
	floating = mine.catch(() => undefined);
	return mine;
}

await journey("web_journey_05", { numbers: [3] }, async ({ look, world, count, open, well }) => {
	const { t, T, like, named, press, write, check, choose, select } = look;
	const noteTo = (page, number) => page.getByLabel(named("ui.companion.note_to", { number }));
	const person = (page, key) => page.getByRole("group", { name: named(key) });

	const center = await world.central();
	const aino = await world.worker("Aino Laine");
	const veera = await world.worker("Veera Mäki");
	const client = await aino.run("client", "add", "Korhonen", "Åsa-Märta", "birth_date=1980-05-05", "municipality=Takkuvaara", "contact_language=FI");
	await aino.run("consent", "give", client.id, "SESSION,QUADRANT_HOUSING,CONTACT_DETAILS", "yhteinen tapaaminen", "understood_check=kertoi omin sanoin", "excluded=QUADRANT_HEALTH", "excluded_text=ei sisaruksista");
	const field = await open(await address(aino));
	let session = "";

	// ---- prepared in the field client ----
	await count.run("a session is prepared: kind, channel, consent, points", async () => {
		await field.getByRole("heading", { name: T("ui.home.title") }).waitFor();
		await field.evaluate(([one, id]) => { location.hash = `#/session/new?case=${one}&client=${id}`; }, [client.case_id, client.id]);
		await field.getByRole("heading", { name: T("ui.new.one", { what: t("type.joint_session") }) }).waitFor();
		await check(field.getByLabel(named("value.session_channel.SKYPE")));
		await write(field.getByLabel(named("ui.session.point", { number: 1 })), "Vuokrarästi");
		await press(field.getByRole("button", { name: T("ui.session.more_points") }));
		await write(field.getByLabel(named("ui.session.point", { number: 2 })), "Asumistuen liitteet");
		await field.locator("[data-keeping=kept]").waitFor();
	});
	await well("preparing", field);
	await count.run("left, it goes on from the drafts", async () => {
		await field.evaluate(() => { location.hash = "#/drafts"; });
		await press(field.getByRole("link", { name: T("type.joint_session") }));
		await field.getByRole("heading", { name: T("ui.draft.go_on", { what: t("type.joint_session") }) }).waitFor();
		must(await field.getByLabel(named("ui.session.point", { number: 2 })).inputValue() === "Asumistuen liitteet", "the points are gone");
	});
	await count.run("and stands, with no draft left", async () => {
		await press(field.getByRole("button", { name: T("ui.session.prepare") }));
		await field.getByRole("button", { name: T("ui.session.companion") }).waitFor();
		session = (await aino.run("list", "joint_session")).records[0].id;
		must((await aino.run("drafts")).drafts.length === 0, "a draft is left");
	});
	await well("prepared", field);
	await count.run("the companion opens as a window of its own, 400 by 900, at that session", async () => {
		const [opened] = await Promise.all([field.context().waitForEvent("page"), press(field.getByRole("button", { name: T("ui.session.companion") }))]);
		await opened.getByRole("heading", { name: "Korhonen Åsa-Märta" }).waitFor();
		const size = await opened.evaluate(() => [innerWidth, new URL(location.href).pathname]);
		must(size[0] === 400 && size[1] === "/companion", size);
		await opened.close();
	});

	// ---- the companion: who is there ----
	const page = await open(await address(aino, true));
	await count.run("jalka open --companion leads to the sessions that are open", async () => {
		await page.getByRole("heading", { name: T("ui.companion.title") }).waitFor();
		await well("sessions", page);
		await press(page.getByRole("link", { name: /Korhonen/ }));
		await page.getByRole("heading", { name: "Korhonen Åsa-Märta" }).waitFor();
	});
	await count.run("what the consent allows and excludes is in sight", async () => {
		const told = await page.getByRole("region", { name: T("ui.companion.consent") }).innerText();
		must(["HOUSING", "HEALTH"].every((one) => told.toLowerCase().includes(t(`value.consent_scope.QUADRANT_${one}`).toLowerCase())) && /ei sisaruksista/.test(told), told);
	});
	await well("before", page);
	await count.run("it does not begin before all are identified, and says so", async () => {
		await press(page.getByRole("button", { name: T("ui.companion.room_none") }));
		await write(page.getByLabel(named("ui.companion.kela_consent")), "Kertoi, että Kela saa puhua vuokrasta ja tuesta.");
		await press(page.getByRole("button", { name: T("ui.companion.begin") }));
		await page.getByRole("alert").waitFor();
		must(await page.getByLabel(named("ui.companion.room")).inputValue() === t("ui.companion.room_none"), "the answer is gone");
	});
	await count.run("each is identified by one press; Kela's official by name", async () => {
		await press(person(page, "ui.need.client").getByRole("button", { name: T("ui.companion.how_known") }));
		await press(person(page, "ui.need.worker").getByRole("button", { name: T("ui.companion.how_badge") }));
		const kela = page.getByRole("group", { name: "Kela", exact: true });
		await write(kela.getByLabel(named("ui.companion.name")), "Sari Salo");
		await press(kela.getByRole("button", { name: T("ui.companion.how_badge") }));
		await page.getByText(T("value.session_state.IDENTITIES_CHECKED"), { exact: true }).waitFor();
		must((await aino.run("session", "show", session)).to_identify.length === 0, "somebody is not identified");
	});
	await count.run("it begins, with who else is in the room and the client's own consent to Kela", async () => {
		await press(page.getByRole("button", { name: T("ui.companion.begin") }));
		await page.getByRole("timer").waitFor();
		const shown = await aino.run("session", "show", session);
		must(shown.holds === "RUNNING" && shown.room === t("ui.companion.room_none") && shown.kela_consent_holds === "HOLDS", shown);
	});
	await count.run("the clock goes", async () => {
		const first = await page.getByRole("timer").innerText();
		await until("a second", async () => (await page.getByRole("timer").innerText()) !== first);
	});
	await well("running", page);
	await count.run("it floats above other windows, in its own style, and comes back", () => afloat(async () => {
		const float = page.getByRole("button", { name: T("ui.companion.float") });
		if (await float.count() === 0)
			return; // this browser has no such windows
		await press(float);
		const seen = () => page.evaluate(() => {
			const above = documentPictureInPicture.window;
			return above === null || above.document.styleSheets.length === 0 || above.document.querySelector("h1") === null ? null
				: [above.getComputedStyle(above.document.body).fontFamily, above.document.documentElement.scrollWidth <= above.innerWidth];
		});
		await until("the window above", async () => /Source Sans 3/.test((await seen())?.[0]) && (await seen())[1]);
		await page.evaluate(() => documentPictureInPicture.window.close());
		await page.getByRole("timer").waitFor();
	}));

	// ---- notes ----
	await count.run("a line is kept as it is typed, and recorded by Enter", async () => {
		const box = noteTo(page, 1);
		await box.pressSequentially("Rästi on kahden kuukauden ajalta.", { delay: 2 });
		await page.locator("[data-keeping=kept]").waitFor();
		must((await aino.run("session", "show", session)).typed.agenda[0].notes === "Rästi on kahden kuukauden ajalta.", "not kept");
		await box.press("Enter");
		await until("the line in the record", async () => {
			const shown = await aino.run("session", "show", session);
			return shown.fields.agenda[0].notes === "Rästi on kahden kuukauden ajalta." && shown.typed.agenda === undefined;
		});
		must(await box.inputValue() === "", "the line is still in the field");
	});
	await count.run("kill -9 of the daemon in mid-typing loses two seconds at most", async () => {
		page.expected.push(/Failed to load resource/, /ERR_/);
		field.expected.push(/Failed to load resource/, /ERR_/);
		const box = noteTo(page, 2), begun = Date.now(), keys = [];
		for (const letter of "Vuokrasopimus puuttuu ja tiliote on toimitettu jo viime viikolla kirjeen mukana.") {
			await box.press(letter === " " ? "Space" : letter);
			keys.push({ at: Date.now() - begun, text: (keys.at(-1)?.text ?? "") + letter });
		}
		await aino.kill();
		const killed = Date.now() - begun;
		await aino.start();
		const kept = (await aino.run("session", "show", session)).typed.agenda?.[0]?.notes ?? "";
		const at = keys.findIndex((key) => key.text === kept);
		const lost = killed - (keys[at + 1]?.at ?? killed);
		count.say(`text of the last ${lost} ms was lost`);
		must(kept !== "" && lost <= 2000, { kept, lost });
	});
	await page.context().close();
	await field.context().close();
	const two = await open(await address(aino, true));
	await count.run("and it is there again where it was left", async () => {
		await press(two.getByRole("link", { name: /Korhonen/ }));
		await noteTo(two, 2).waitFor();
		must((await noteTo(two, 2).inputValue()).startsWith("Vuokrasopimus puuttuu"), await noteTo(two, 2).inputValue());
		await noteTo(two, 2).press("Enter");
		await until("the line in the record", async () => await noteTo(two, 2).inputValue() === "");
	});
	await count.run("a point outside the consent is flagged and takes no note", async () => {
		await press(two.getByText(T("ui.companion.new_point")));
		await write(two.getByLabel(named("ui.companion.point")), "Lääkkeet");
		await two.getByLabel(named("ui.companion.about")).selectOption("QUADRANT_HEALTH");
		await press(two.getByRole("button", { name: T("ui.session.more_points") }));
		await two.getByRole("region", { name: "3. Lääkkeet" }).getByText(T("ui.companion.outside")).waitFor();
		must(await noteTo(two, 3).count() === 0, "it takes a note");
	});
	await well("outside dark", two);

	// ---- actions by keys alone ----
	await count.run("an action by keys alone: the text, Enter, a letter, Enter", async () => {
		await two.getByLabel(named("ui.companion.what")).focus();
		for (const [what, who] of [["Kela tarkistaa hakemuksen", "kela"], ["Toimittaa vuokrasopimuksen", "client"]]) {
			await two.keyboard.type(what);
			await two.keyboard.press("Enter");
			await two.getByRole("group", { name: named("ui.companion.who") }).waitFor();
			await two.keyboard.press(t(`ui.companion.key_${who}`));
			await two.getByLabel(T("ui.companion.due"), { exact: true }).and(two.getByRole("textbox")).waitFor();
			if (who === "client")
				await two.keyboard.press("Control+a"), await two.keyboard.type("+14");
			await two.keyboard.press("Enter");
			await two.getByRole("region", { name: like("ui.companion.agreed") }).getByText(what).waitFor();
			await until("the focus back in the field", async () => two.evaluate(() => document.activeElement?.tagName === "TEXTAREA"));
		}
		const { actions } = await aino.run("session", "show", session);
		const day = (n) => new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Helsinki" }).format(Date.now() + n * 86_400_000);
		must(actions.length === 2 && actions[0].fields.owner_kind === "KELA" && actions[0].fields.owner === "Sari Salo" && actions[0].fields.due === day(7) &&
			actions[1].fields.owner === "Korhonen Åsa-Märta" && actions[1].fields.due === day(14), actions);
	});
	await count.run("a date that is none is told, and nothing is lost", async () => {
		await two.keyboard.type("Soittaa päätöksestä");
		await two.keyboard.press("Enter");
		await two.keyboard.press(t("ui.companion.key_worker"));
		await write(two.getByRole("textbox", { name: T("ui.companion.due") }), "pian");
		await two.keyboard.press("Enter");
		await two.getByText(T("ui.companion.due_fault")).waitFor();
		await well("no date", two);
		await two.keyboard.press("Escape");
		await two.keyboard.press("Escape");
		await until("text", async () => await two.getByLabel(named("ui.companion.what")).inputValue() === "Soittaa päätöksestä");
		await write(two.getByLabel(named("ui.companion.what")), "");
	});

	// ---- names hidden ----
	await count.run("P hides every name and identifier, and brings them back", async () => {
		await write(noteTo(two, 1), "Korhosen numero on 040 123 4567 ja tunnus 050580-123K.");
		await noteTo(two, 1).press("Enter");
		await two.getByText("040 123 4567").waitFor();
		await two.evaluate(() => document.activeElement?.blur?.());
		await two.keyboard.press("p");
		await two.getByText(T("ui.companion.hidden_on").split(".")[0]).waitFor();
		const seen = await two.locator("body").innerText() + await two.title();
		must(!/Korho|Åsa|Märta|Salo|Laine|040 123|050580/.test(seen), seen);
		await well("hidden", two);
		await press(two.getByRole("button", { name: T("ui.companion.show_names") }));
		await two.getByRole("heading", { name: "Korhonen Åsa-Märta" }).waitFor();
	});

	// ---- two workers ----
	await center.run("admin", "assign", client.case_id, veera.staff, "CO_WORKER");
	await until("the case at the other worker", async () => (await veera.run("session", "show", session)).holds === "RUNNING");
	await until("the first worker on line", async () => (await aino.run("status")).sync === "idle");
	const other = await open(await address(veera, true));
	await press(other.getByRole("link", { name: /Korhonen/ }));
	await noteTo(other, 1).waitFor();
	const measured = [];
	for (const [from, to, text, number] of [[two, other, "Häätöuhkaa ei ole.", 1], [other, two, "Tiliote tuli eilen.", 2], [two, other, "Maksusuunnitelma tehdään.", 1], [other, two, "Lomake käytiin läpi.", 2]]) {
		await count.run(`the other worker sees: ${text}`, async () => {
			await write(noteTo(from, number), text);
			const begun = Date.now();
			await noteTo(from, number).press("Enter");
			await to.getByText(text).waitFor();
			measured.push(Date.now() - begun);
		});
	}
	count.say(`entries were at the other worker after ${measured.join(", ")} ms`);
	count.expect("each within a second", measured.length === 4 && (measured.every((ms) => ms < 1000) || busy()), measured);
	await count.run("what two wrote at once, apart, stands of both", async () => {
		await center.stop(); // the line to everybody
		await write(noteTo(two, 1), "Aino: laskut ovat tallessa.");
		await noteTo(two, 1).press("Enter");
		await write(noteTo(other, 1), "Veera: perintä on keskeytetty.");
		await noteTo(other, 1).press("Enter");
		await two.getByText("Aino: laskut").waitFor();
		await other.getByText("Veera: perintä").waitFor();
		await center.start();
		await Promise.all([aino.run("sync", "--wait"), veera.run("sync", "--wait")]);
		for (const one of [two, other]) {
			await one.getByText("Aino: laskut").waitFor();
			await one.getByText("Veera: perintä").waitFor();
		}
		await write(noteTo(two, 1), "Kolmas rivi.");
		await noteTo(two, 1).press("Enter");
		await other.getByText("Kolmas rivi.").waitFor();
		const { fields, apart } = await aino.run("session", "show", session);
		must(!apart && ["Aino: laskut", "Veera: perintä", "Kolmas rivi."].every((part) => fields.agenda[0].notes.includes(part)), fields.agenda);
	});
	await count.run("the same field written apart is told as a conflict of that field", async () => {
		await aino.run("sync", "--offline");
		await veera.run("sync", "--offline");
		await aino.run("change", session, "summary=Käytiin läpi vuokra.");
		await veera.run("change", session, "summary=Käytiin läpi tuki.");
		await aino.run("sync", "--online");
		await veera.run("sync", "--online");
		await two.getByRole("link", { name: T("ui.companion.conflict") }).waitFor();
		must((await aino.run("session", "show", session)).conflicts.join() === "summary", "another field");
		await well("conflict", two);
		await aino.run("change", session, "summary=Käytiin läpi vuokra ja tuki.");
		await two.getByRole("link", { name: T("ui.companion.conflict") }).waitFor({ state: "detached" });
	});
	await other.context().close();

	// ---- the line drops ----
	await count.run("line dropped, phone: one press, the same record", async () => {
		await press(two.getByRole("button", { name: T("ui.companion.to_phone") }));
		await two.getByText(T("ui.companion.on_phone")).waitFor();
		const shown = await aino.run("session", "show", session);
		must(shown.holds === "RUNNING" && shown.fields.channel === "PHONE" && shown.fields.connection_trouble !== "" && (await aino.run("list", "joint_session")).records.length === 1, shown);
	});
	await well("by phone", two);
	await two.context().close();

	// ---- to its end ----
	const last = await open(await address(aino, true));
	await press(last.getByRole("link", { name: /Korhonen/ }));
	await count.run("the end records what was still being typed, and reads back what was agreed", async () => {
		await write(noteTo(last, 2), "Kela lähettää ohjeen.");
		await press(last.getByRole("button", { name: T("ui.companion.end") }));
		await last.getByRole("heading", { name: T("ui.companion.read_aloud") }).waitFor();
		const aloud = await last.getByRole("region", { name: T("ui.companion.read_aloud") }).innerText();
		must(/Kela tarkistaa hakemuksen/.test(aloud) && /Sari Salo/.test(aloud) && /Korhonen Åsa-Märta/.test(aloud), aloud);
		must((await aino.run("session", "show", session)).fields.agenda[1].notes.includes("Kela lähettää ohjeen."), "not recorded");
	});
	await well("read aloud", last);
	await count.run("the client confirms, and it is signed", async () => {
		await press(last.getByRole("button", { name: T("ui.companion.confirm") }));
		await press(last.getByRole("button", { name: T("ui.sign") }));
		await last.getByText(T("ui.companion.signed")).first().waitFor();
		must((await aino.run("session", "show", session)).holds === "SIGNED", "not signed");
	});
	await well("signed", last);
	await count.run("Kela gets the list of what was agreed and nothing else, in the field client", async () => {
		const [notice] = await Promise.all([last.context().waitForEvent("page"), press(last.getByRole("link", { name: T("ui.companion.notice") }))]);
		await notice.getByRole("heading", { level: 1 }).waitFor();
		must(notice.url().includes(`#/notice/${session}`), notice.url());
		const { items } = await aino.run("notice", session, "--preview");
		must(items.length === 1 && items[0].text.split("\n").length === 2 && items[0].text.split("\n").every((line) => line.startsWith("Sovittu: ")) && !/rästi|Häätö/i.test(items[0].text), items);
		await notice.close();
	});
});
