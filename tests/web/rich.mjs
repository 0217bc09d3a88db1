// rich - one worker's machine on which every screen has much to show: a client with records of
// each kind, a running visit, drafts, a conflict, a handover, a queue that waits. The people are
// made up, with long words and names.
import { day } from "./look.mjs";
import { until } from "./world.mjs";

const LONG = "Vuokranantajan maksusuunnitelmaehdotuksen läpikäynti ja etuuspäätösten tarkistaminen";

async function places(center) {
	await center.run("create", "municipality", "name=Takkuvaara", "env_type=VERY_NARROW", "valid_from=2024-01-01", "kela_distance_km=96", "emergency_phone=016 000 0112");
	await center.run("create", "service_point", "name=Ylikorven yhteispalvelupiste ja kirjasto", "municipality=Takkuvaara", "kind=KELA_POINT", "hours=ma-pe 9-15", "phone=016 000 0113");
	await center.run("create", "outreach_post", "name=Ylikorven S-marketin aula", "host=Osuuskauppa", "municipality=Takkuvaara", "weekday=TUE", "from_minute=600", "to_minute=720");
}

async function visits(aino, matter) {
	const planned = (await aino.run("visit", "plan", matter, `${day()}T23:30`, `topic=${LONG}`, "purpose=PLAN_REVIEW")).id;
	const running = (await aino.run("visit", "start", matter, "topic=Postin läpikäynti", "purpose=FOLLOW_UP")).id;
	const done = (await aino.run("visit", "start", matter, "topic=Asunnon etsiminen", "purpose=FOLLOW_UP")).id;
	await aino.run("create", "agreed_action", "--case", matter, `from=${running}`, `what=${LONG}`, "owner_kind=CLIENT", "owner=Tapio Ensio Kuusilehto-Väänänen", `due=${day(-1)}`);
	return { planned, running, done };
}

// What is agreed with Kela: a consent, a plan, its notice, a session that runs and one that is prepared.
async function withKela(aino, client, matter) {
	const consent = (await aino.run("consent", "give", client, "SESSION,QUADRANT_HOUSING,PLAN_SUMMARY,CONTACT_DETAILS", "toimeentulotukihakemuksen ja asumistuen käsittely", "understood_check=kertoi omin sanoin", "excluded=QUADRANT_HEALTH", "excluded_text=ei sisaruksista eikä terveydestä")).id;
	const plan = (await aino.run("create", "plan", "--case", matter, "--sign", "kind=INDEPENDENT_COPING",
		`goals=[{"text":"${LONG}.","category":"HOUSING","client_words":"omin sanoin"}]`, `actions=[{"what":"${LONG}","who":"Aino Laine","due":"2030-01-10","kind":"INDIVIDUAL"}]`,
		'parties=[{"role":"asiakas"}]', "client_agreement=AGREED", "review_on=2030-01-20", "kela_notice_wanted=true")).id;
	const notice = (await aino.run("notice", plan)).id;
	await aino.run("disclosure", "queue", notice);
	const prepared = (await aino.run("session", "prepare", client, LONG, "--channel", "PHONE", "--at", `${day(1)}T10:00`)).id;
	const session = (await aino.run("session", "prepare", client, "Vuokrarästi", LONG, "--channel", "SKYPE")).id;
	const over = (await aino.run("session", "prepare", client, "Asumistuki", "--channel", "SKYPE")).id;
	for (const one of [session, over]) {
		await aino.run("session", "identify", one, "asiakas=tuttu", "työntekijä=virkakortti", "Kela/Sari Salo-Hiltunen=virkakortti");
		await aino.run("session", "start", one, "--kela-consent", "kertoi Kelalle itse", "--room", "ei muita kummassakaan");
	}
	await aino.run("session", "note", session, "1", "Rästi on kahden kuukauden ajalta. Vuokranantaja odottaa, jos tuki ratkeaa.");
	await aino.run("session", "action", session, "KELA", "Sari Salo-Hiltunen", day(3), LONG);
	await aino.run("session", "action", over, "WORKER", "Aino Laine", day(4), LONG);
	await aino.run("session", "end", over);
	return { consent, plan, notice, prepared, session, over };
}

// The worker, and each screen by what a person would call it: [name, address].
export async function rich(world) {
	const center = await world.central();
	await places(center);
	const aino = await world.worker("Aino Laine");
	const veera = await world.worker("Veera Mäki-Hakola");
	const client = await aino.run("client", "add", "Kuusilehto-Väänänen", "Tapio Ensio", "municipality=Takkuvaara", "birth_date=1966-04-12", "phone=040 000 0777", "contact_language=FI",
		"address.0.village=Ylikorpi", "address.0.directions=Kenttää vasta kirjastolla, 6 km", `informed_at=${new Date(Date.now() - 60_000).toISOString()}`);
	const matter = await aino.run("case", "open", client.id, "Talousasiat, velat ja asumisen turvaaminen", `opened_on=${day(-9)}`);
	const note = (await aino.run("note", matter.case_id, "Käytiin kotona kirjeet läpi. Vuokraa on rästissä kahdelta kuukaudelta, häätöä ei ole vielä haettu.")).id;
	const { planned, running, done } = await visits(aino, matter.case_id);
	const mapping = (await aino.run("mapping", client.id, `income=ACUTE:${LONG}`, "housing=SUPPORT:Vuokrarästi", "health=WATCH:Uni on huonoa", "mode=FACE", `valid_until=${day(3)}`)).id;
	const urgent = (await aino.run("application", client.id, "--urgent", "MEDICINE", "--reason", "Lääkkeet loppuivat eilen", "channel=ORAL_PHONE", `period.from=${day(-20)}`, `period.to=${day(10)}`)).id;
	const referral = (await aino.run("create", "referral", "--case", client.case_id, "pathway=OUTREACH_FOUND", "from_org=RELATIVE", "client_consent=GIVEN", `owner=${aino.staff}`, `received_at=${day(-1)}T10:00:00+02:00`, `reasons=${LONG}`)).id;
	const kela = await withKela(aino, client.id, matter.case_id);
	await until("the colleague in the directory", async () => (await aino.run("list", "staff_member")).records.some((one) => one.id === veera.staff));
	await center.run("admin", "assign", matter.case_id, veera.staff, "CO_WORKER");
	await until("the case at the colleague", async () => (await veera.run("show", planned)).record.id === planned);
	await center.stop();
	await aino.run("change", planned, "topic=Ainon aihe: vuokranantajan maksusuunnitelma");
	await veera.run("change", planned, "topic=Veeran aihe: etuuspäätösten tarkistaminen");
	await center.start();
	await Promise.all([aino, veera].map((one) => one.run("sync", "--wait")));
	await until("the conflict", async () => (await aino.run("status")).conflicts > 0);
	await aino.run("handover", "propose", matter.case_id, veera.staff, LONG);
	const draft = (await aino.run("create", "encounter_note", "--case", matter.case_id, "--draft", `text=${LONG}`)).id;
	await center.stop();
	await aino.run("note", matter.case_id, "Soitto vuokranantajalle yhdessä: maksusuunnitelma kuudelle kuukaudelle sopii.");
	const own = `case=${client.case_id}&client=${client.id}`, its = `case=${matter.case_id}&client=${client.id}`;
	return { aino, veera, client, matter, planned, running, ...kela, screens: [
		["home", "#/"], ["the client", `#/case/${client.case_id}`], ["the matter", `#/case/${matter.case_id}`],
		["a new visit", `#/visit/new?${its}`], ["with whom", "#/visit/new"], ["a planned visit", `#/visit/${planned}`], ["a running visit", `#/visit/${running}`], ["another visit", `#/visit/${done}`],
		["a new application", `#/application/new?${own}&urgent=1`], ["an urgent application", `#/application/${urgent}`],
		["a new referral", `#/referral/new?${own}`], ["a referral", `#/referral/${referral}`],
		["a note", `#/record/${note}`], ["a draft's record", `#/record/${draft}`], ["a record of many parts", `#/record/${mapping}`], ["a record in conflict", `#/record/${planned}`],
		["what can be begun", "#/new"], ["a new note", `#/new/encounter_note?${its}`], ["a new client", "#/new/client"], ["a meeting without a name", "#/new/anonymous_contact"],
		["a county's application", `#/new/local_application?${its}`], ["a notice of a child", `#/new/child_notice?${its}`],
		["accessibility", "#/accessibility"], ["a new consent", `#/consent/new?${own}`], ["a consent", `#/consent/${kela.consent}`], ["consents", `#/consents/${client.case_id}`],
		["a mapping", `#/mapping/new?${own}`], ["capability", `#/capability/new?${own}`], ["concern", `#/concern/new?${own}`], ["benefit", `#/benefit/new?${own}`],
		["an assessment", `#/need/new?${its}`], ["a new plan", `#/plan/new?${its}`], ["a signed plan", `#/record/${kela.plan}`], ["what was agreed", `#/actions/${matter.case_id}`],
		["drafts", "#/drafts"], ["emergency numbers", "#/emergency"], ["help", "#/help"], ["places", "#/places"],
		["handovers", "#/handovers"], ["a new handover", `#/handovers/new?case=${client.case_id}`], ["a notice to be", `#/notice/${kela.plan}`], ["a notice that waits", `#/notice/${kela.notice}`],
		["what to print", `#/print/${client.case_id}`], ["conflicts", "#/conflicts"], ["a new session", `#/session/new?${own}`], ["a prepared session", `#/session/${kela.prepared}`], ["a running session", `#/session/${kela.session}`],
		["the queue", "#/sync"], ["an address that is none", `#/case/${"ab".repeat(16)}`],
	], companion: [["open sessions", ""], ["before it begins", `#/${kela.prepared}`], ["while it runs", `#/${kela.session}`], ["read aloud", `#/${kela.over}`]] };
}
