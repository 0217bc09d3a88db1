#!/usr/bin/env node
// Journey 6 of the domain in a browser: a plan, the notice to Kela with its exact text read first,
// sent and receipted; the client withdraws by phone while the worker is offline, what waits is
// blocked and Kela is to be told; prints, the screen turned to the client, feedback, a handover.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { address, until } from "./world.mjs";
import { capital, journey, word } from "./look.mjs";

function heading(page, name) {
	return page.getByRole("heading", { name, exact: typeof name === "string" }).first().waitFor();
}

async function go(page, path) {
	await page.evaluate((hash) => { location.hash = hash; }, path);
}

// The words of a PDF, as a person reads them.
async function words(page) {
	const folder = mkdtempSync(join(tmpdir(), "jalka-pdf-"));
	try {
		await page.emulateMedia({ media: "print" });
		writeFileSync(join(folder, "a.pdf"), await page.pdf({ preferCSSPageSize: true }));
		const size = execFileSync("pdfinfo", [join(folder, "a.pdf")]).toString();
		execFileSync("pdftotext", ["-layout", join(folder, "a.pdf"), join(folder, "a.txt")]);
		return { text: readFileSync(join(folder, "a.txt"), "utf8"), size };
	} finally {
		await page.emulateMedia({ media: null });
		rmSync(folder, { recursive: true, force: true });
	}
}

async function signedPlan(aino, matter) {
	return (await aino.run("create", "plan", "--case", matter, "--sign", "kind=INDEPENDENT_COPING",
		'goals=[{"text":"Vuokra maksetaan ajallaan.","category":"HOUSING","client_words":"omin sanoin"}]',
		'actions=[{"what":"Tehdään maksusuunnitelma","who":"Naapuri Niemi","due":"2030-01-10","kind":"INDIVIDUAL"}]',
		'parties=[{"role":"asiakas"}]', "client_agreement=AGREED", "review_on=2030-01-20", "kela_notice_wanted=true")).id;
}

await journey("web_journey_06", { numbers: [4] }, async ({ look, world, count, open, well }) => {
	const { t, T, like, named, press, write, check, choose, select } = look;
	// The client's own language, which the screen turned around and the notice speak.
	const hers = (key, values) => capital(word("sv", key, values));
	const hello = hers("ui.turned.hello", { name: "Åsa" });

	const center = await world.central();
	const aino = await world.worker("Aino Laine");
	const client = (await aino.run("client", "add", "Öhman", "Åsa", "municipality=Takkuvaara", "contact_language=SV", "phone=040 000 0777")).id;
	const matter = (await aino.run("case", "open", client, "Vuokrarästi")).id;
	const plan = await signedPlan(aino, matter);
	const clientCase = (await aino.run("show", client)).record.case_id;
	await aino.run("create", "agreed_action", "--case", clientCase, "what=Soitetaan vuokranantajalle", "owner_kind=WORKER", "owner=Aino Laine", "due=2030-01-05");
	const page = await open(await address(aino));
	await heading(page, T("ui.home.title"));

	// ---- the notice, and the consent it needs ----
	await count.run("from the plan one asks whether Kela is told, and without a consent nothing goes", async () => {
		await go(page, `#/record/${plan}`);
		await press(page.getByRole("link", { name: T("ui.notice.to_kela") }));
		await heading(page, T("ui.notice.ask"));
		await page.getByText(T("ui.notice.no_consent")).waitFor();
	});
	await well("no consent", page);
	await count.run("the consent is kept as a draft while it is typed", async () => {
		await press(page.getByRole("link", { name: T("ui.notice.take_consent") }));
		await heading(page, T("ui.consent.new"));
		await write(page.getByLabel(named("field.consent.purpose")), "Toimeentulotukihakemuksen käsittely");
		await page.locator("[data-keeping=kept]").waitFor();
		const { drafts } = await aino.run("drafts");
		if (drafts.length !== 1 || drafts[0].fields.recipient !== "Kela" || drafts[0].fields.scope.join() !== "PLAN_SUMMARY")
			throw new Error(JSON.stringify(drafts));
	});
	await count.run("loaded anew the window goes on with it where it was left", async () => {
		await page.reload();
		await heading(page, T("ui.consent.new"));
		if (await page.getByLabel(named("field.consent.purpose")).inputValue() !== "Toimeentulotukihakemuksen käsittely" || (await aino.run("drafts")).drafts.length !== 1)
			throw new Error(await page.locator("main").innerText());
	});
	await count.run("it says in plain words what the client signs", async () => {
		await press(page.getByText(T("text.consent_excluded"), { exact: true }).first());
		await check(page.getByRole("group", { name: named("text.consent_excluded") }).getByLabel(T("value.consent_scope.QUADRANT_HEALTH")));
		const plain = page.getByRole("region", { name: T("ui.consent.plain") });
		for (const part of [T("text.consent_to_kela"), T("value.consent_scope.PLAN_SUMMARY"), T("value.consent_scope.QUADRANT_HEALTH"), "Toimeentulotukihakemuksen käsittely", T("text.consent_voluntary")])
			await plain.getByText(part).first().waitFor();
	});
	await well("the form of a consent", page);
	await count.run("what is missing is said at its field, and what was typed stays", async () => {
		await press(page.getByRole("button", { name: T("ui.sign") }));
		await page.locator(".error").first().waitFor();
		if (await page.getByLabel(named("field.consent.purpose")).inputValue() !== "Toimeentulotukihakemuksen käsittely")
			throw new Error("the purpose has gone");
	});
	await count.run("signed, one is back at the notice, which it covers", async () => {
		await write(page.getByLabel(named("field.consent.understood_check")), "Asiakas kertoi omin sanoin, mitä Kelalle kerrotaan");
		await press(page.getByRole("button", { name: T("ui.sign") }));
		await heading(page, T("ui.notice.ask"));
		await page.getByText(T("ui.notice.covered")).waitFor();
	});
	const consent = (await aino.run("consent", "list", client)).consents[0];
	count.expect("the last day was filled in", /^\d{4}-\d\d-\d\d$/.test(consent.valid_until) && consent.excluded.join() === "QUADRANT_HEALTH", consent);
	let shown = "";
	await count.run("the exact text is shown in the client's language before anything is written", async () => {
		await press(page.getByRole("button", { name: T("ui.notice.preview") }));
		shown = await page.locator(".exact").innerText();
		if (!/plan/i.test(shown) || /Niemi|omin sanoin|Vuokra maksetaan/.test(shown) || await page.locator(".exact").getAttribute("lang") !== "sv")
			throw new Error(shown);
		if ((await aino.run("disclosure", "list")).disclosures.length !== 0)
			throw new Error("written");
	});
	await well("the preview", page);
	await count.run("read with the client it is prepared, and holds what was shown", async () => {
		const prepare = page.getByRole("button", { name: T("ui.notice.prepare") });
		if (await prepare.getAttribute("aria-disabled") !== "true")
			throw new Error("prepared unread");
		await check(page.getByLabel(named("ui.notice.read")));
		await press(prepare);
		await page.locator("[data-state=PREPARED]").waitFor();
		const text = await page.locator(".exact").innerText();
		if (text !== shown)
			throw new Error(`${text}\n--\n${shown}`);
	});
	await well("prepared", page);
	await count.run("queued, sent with its means, receipted, the client told", async () => {
		await press(page.getByRole("button", { name: T("ui.notice.queue") }));
		await page.locator("[data-state=QUEUED]").waitFor();
		await choose(page, T("ui.notice.means"), T("value.disclosure_means.SECURE_MAIL"));
		await press(page.getByRole("button", { name: T("ui.notice.send") }));
		await page.locator("[data-state=SENT]").waitFor();
		await press(page.getByRole("button", { name: T("ui.notice.told") }));
		await page.getByRole("button", { name: T("ui.notice.told") }).waitFor({ state: "detached" });
		await press(page.getByRole("button", { name: T("ui.notice.receipt") }));
		await page.locator("[data-state=RECEIPTED]").waitFor();
		await page.getByText(T("ui.notice.all_done")).waitFor();
	});
	await well("receipted", page);

	// ---- the withdrawal, offline ----
	const waiting = (await aino.run("notice", plan)).id;
	await aino.run("disclosure", "queue", waiting);
	await center.stop();
	await count.run("the client withdraws by phone, and the worker writes it down offline with its time", async () => {
		await go(page, `#/consent/${consent.id}`);
		await press(page.getByRole("button", { name: T("ui.consent.withdraw") }));
		await choose(page, T("ui.consent.via"), T("ui.consent.via_phone"));
	});
	await well("the form of a withdrawal", page);
	await count.run("what was blocked, what had gone and what is to be done are told", async () => {
		await press(page.getByRole("button", { name: T("ui.consent.withdraw_now") }));
		const done = page.locator("[data-done]");
		await done.getByText(T("ui.consent.blocked")).waitFor();
		await done.getByText(T("ui.consent.gone")).waitFor();
		await done.getByText(word("fi", "text.task_tell")).waitFor();
		await page.locator("[data-holds=WITHDRAWN]").waitFor();
		const fields = (await aino.run("show", consent.id)).record.fields;
		if (fields.state !== "WITHDRAWN" || fields.withdrawn_via !== T("ui.consent.via_phone") || (await aino.run("status")).unreceipted === 0)
			throw new Error(JSON.stringify(fields));
	});
	await well("the withdrawal", page);
	await count.run("what waited is blocked and says why", async () => {
		await press(page.locator("[data-done]").getByRole("link", { name: /^Kela/ }).first());
		await page.locator("[data-state=BLOCKED]").waitFor();
		await page.getByText(T("ui.notice.blocked")).waitFor();
	});
	await well("blocked", page);
	await count.run("of what had gone Kela is told, and the task is done", async () => {
		await press(page.getByRole("link", { name: T("ui.consent.all") }));
		await page.getByText(T("ui.notice.tell_recipient")).waitFor();
		await well("consents and disclosures", page);
		await press(page.getByRole("link", { name: T("ui.notice.tell_recipient") }));
		await press(page.getByRole("button", { name: T("ui.notice.informed") }));
		await page.locator("[data-state=RECIPIENT_INFORMED_OF_WITHDRAWAL]").waitFor();
	});
	await count.run("the check at sending is the daemon's: what was lost meanwhile is refused there and blocked", async () => {
		const given = (await aino.run("consent", "give", client, "PLAN_SUMMARY", "asumistuki", "understood_check=kertoi")).id;
		const late = (await aino.run("notice", plan, "--consent", given)).id;
		await aino.run("disclosure", "queue", late);
		await go(page, `#/notice/${late}`);
		await page.locator("[data-state=QUEUED]").waitFor();
		await choose(page, T("ui.notice.means"), T("value.disclosure_means.PRINT"));
		await aino.run("consent", "withdraw", given);
		await page.locator("[data-state=BLOCKED]").waitFor();
		if ((await aino.run("disclosure", "show", late)).disclosure.sent_ms !== 0)
			throw new Error("sent");
	});
	await count.run("back online everything reaches the centre", async () => {
		await center.start();
		await until("receipts", async () => (await aino.run("status")).unreceipted === 0);
	});
	await page.context().close();

	// ---- prints ----
	const second = await open(await address(aino));
	await heading(second, T("ui.home.title"));
	await count.run("a plan is shown as its page and printed with nothing of ours on it", async () => {
		await go(second, `#/print/${plan}?of=plan`);
		await press(second.getByRole("button", { name: T("ui.print.show") }));
		const paper = second.locator("[data-printed=plan]");
		await paper.getByRole("heading").first().waitFor();
		const { text, size } = await words(second);
		if (!/Vuokra maksetaan ajallaan/.test(text) || /Jalka\s/.test(text) || ["ui.print.print", "ui.menu", "ui.print.large"].some((key) => text.includes(T(key))) || !/59[45]\S* x 84[12]/.test(size))
			throw new Error(`${size}\n${text}`);
		await second.evaluate(() => { window.print = () => { window.printed = true; }; });
		await press(second.getByRole("button", { name: T("ui.print.print") }));
		if (!await second.evaluate(() => window.printed))
			throw new Error("not printed");
	});
	await well("a print", second);
	await count.run("in Finnish, with large letters, of the client: what was agreed", async () => {
		await go(second, `#/print/${clientCase}`);
		await choose(second, T("ui.print.what"), T("ui.print.kind_actions"));
		await choose(second, T("ui.language"), look.tongue("fi"));
		await check(second.getByLabel(named("ui.print.large")));
		await press(second.getByRole("button", { name: T("ui.print.show") }));
		await second.locator("[data-printed=actions]").getByText("Soitetaan vuokranantajalle").waitFor();
		const { text } = await words(second);
		if (!text.includes(word("fi", "text.actions_title")))
			throw new Error(text);
	});
	await count.run("what cannot be printed is said, and an empty sheet can", async () => {
		await choose(second, T("ui.print.what"), T("ui.print.kind_quadrants"));
		await press(second.getByRole("button", { name: T("ui.print.show") }));
		await second.getByRole("alert").waitFor();
		await check(second.getByLabel(named("ui.print.blank")));
		await press(second.getByRole("button", { name: T("ui.print.show") }));
		await second.locator("[data-printed=quadrants]").getByRole("heading").first().waitFor();
	});
	await well("an empty sheet", second);
	await count.run("each print left its entry, and none was made by itself", async () => {
		const rows = (await aino.run("log", client)).entries.filter((one) => one.act === "PRINT");
		if (rows.length !== 3)
			throw new Error(JSON.stringify(rows.map((one) => one.when_ms)));
		await go(second, "#/");
		await heading(second, T("ui.home.title"));
		if (await second.evaluate(() => document.adoptedStyleSheets.length) !== 0)
			throw new Error("the paper's margins stay");
	});

	// ---- the screen turned to the client ----
	const wide = (await aino.run("consent", "give", client, "PLAN_SUMMARY,CONTACT_DETAILS", "asumistuki", "understood_check=kertoi")).id;
	await count.run("a consent is narrowed: the newer one stands", async () => {
		await go(second, `#/consent/${wide}`);
		await press(second.getByRole("button", { name: T("ui.consent.narrow"), exact: true }));
		await check(second.getByLabel(T("value.consent_scope.CONTACT_DETAILS"), { exact: true }), false);
		await write(second.getByLabel(named("field.consent.understood_check")), "Asiakas kertoi, mitä jäi");
		await well("narrowing", second);
		await press(second.getByRole("button", { name: T("ui.sign") }));
		await second.locator("[data-holds=NARROWED]").waitFor();
		await press(second.getByRole("link", { name: T("ui.consent.newer") }));
		await second.locator("[data-holds=HOLDS]").waitFor();
		const rows = (await aino.run("consent", "list", client)).consents.filter((one) => one.holds === "HOLDS");
		if (rows.length !== 1 || rows[0].scope.join() !== "PLAN_SUMMARY" || rows[0].excluded.join() !== "CONTACT_DETAILS")
			throw new Error(JSON.stringify(rows));
	});
	await count.run("turned around it speaks the client's language and shows what concerns the client alone", async () => {
		await go(second, `#/case/${clientCase}`);
		await press(second.getByRole("link", { name: T("ui.turned.title") }));
		await heading(second, hello);
		for (const part of ["Soitetaan vuokranantajalle", "Tehdään maksusuunnitelma", "Aino Laine", "Vuokra maksetaan ajallaan."])
			await second.getByText(part).first().waitFor();
		const text = await second.locator("body").innerText();
		if (/Niemi|omin sanoin|Jalka/.test(text) || text.includes(T("ui.menu")) || await second.getByRole("banner").count() !== 0)
			throw new Error(text);
	});
	await well("the client's own view", second);
	await count.run("no address, reload or key leads out of it", async () => {
		await go(second, "#/");
		await second.keyboard.press("h");
		await heading(second, hello);
		await second.reload();
		await heading(second, hello);
	});
	await count.run("the worker comes back by two presses, in the worker's language", async () => {
		if (await second.getByRole("button", { name: hers("ui.turned.back") }).isVisible())
			throw new Error("one press");
		await press(second.getByText(hers("ui.turned.worker")));
		await press(second.getByRole("button", { name: hers("ui.turned.back") }));
		await heading(second, "Åsa Öhman");
	});

	// ---- feedback ----
	await count.run("feedback is given on the machine handed over, and thanks stay in sight", async () => {
		await go(second, "#/new");
		await press(second.getByRole("link", { name: T("type.feedback") }));
		await heading(second, T("ui.feedback.title"));
		await well("feedback", second);
		await check(second.getByLabel(T("ui.feedback.score_4"), { exact: true }));
		await write(second.getByLabel(named("ui.feedback.text")), "Apua oli.");
		await press(second.getByRole("button", { name: T("ui.feedback.send") }));
		await heading(second, T("ui.feedback.thanks"));
		await well("thanks", second);
		const { records } = await aino.run("list", "feedback");
		const fields = (await aino.run("show", records[0].id)).record.fields;
		if (fields.score !== 4 || fields.anonymous !== true || fields.text !== "Apua oli.")
			throw new Error(JSON.stringify(fields));
		await press(second.getByText(T("ui.turned.worker"), { exact: true }));
		await press(second.getByRole("button", { name: T("ui.turned.back") }));
		await heading(second, T("ui.home.title"));
	});

	// ---- a handover ----
	const eeva = await world.worker("Eeva Niva");
	await count.run("a case is proposed to a colleague, and what it waits for is said", async () => {
		await until("the colleague in the directory", async () => (await aino.run("list", "staff_member")).records.some((one) => one.id === eeva.staff));
		await go(second, `#/handovers/new?case=${(await aino.run("show", matter)).record.case_id}`);
		await heading(second, T("ui.handovers.new"));
		await select(second.getByLabel(named("field.handover.to")), "Eeva Niva");
		await write(second.getByLabel(named("field.handover.reason")), "Asiakas muuttaa Eevan alueelle");
		await well("the form of a handover", second);
		await press(second.getByRole("button", { name: T("ui.handovers.propose") }));
		await second.locator("[data-handover=PROPOSED]").getByText(T("ui.handovers.waits_RECEIVER")).waitFor();
		await press(second.getByText(T("ui.handovers.deadlines")));
		await second.locator("[data-handover=PROPOSED] details li").first().waitFor();
	});
	await well("handovers", second);
	await count.run("the colleague accepts it", async () => {
		const phone = await open(await address(eeva));
		await heading(phone, T("ui.home.title"));
		await go(phone, "#/handovers");
		const accept = phone.getByRole("button", { name: T("ui.handovers.accept"), exact: true });
		await accept.waitFor({ timeout: 30_000 });
		await press(accept);
		await phone.locator("[data-handover=ACCEPTED]").waitFor();
		await well("accepted", phone);
		await phone.context().close();
	});
	await count.run("and once the client is told it takes effect: the case is the colleague's", async () => {
		const told = second.getByRole("button", { name: T("ui.handovers.told") });
		await told.waitFor({ timeout: 30_000 });
		await press(told);
		await until("the handover in effect", async () => (await eeva.run("handover", "list")).handovers[0]?.state === "EFFECTIVE");
		await second.locator("[data-handover=EFFECTIVE]").or(second.getByText(T("ui.handovers.none"))).waitFor({ timeout: 30_000 });
	});
	await well("handed over", second);
});
