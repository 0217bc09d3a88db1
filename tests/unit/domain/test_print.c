/* Prints: each in each language against a page somebody has read and found good
 * (tests/vectors/print), and the promises T1 to T4 on what stands on them.
 *
 * JALKA_GOLDEN=write makes the pages again: look at every difference before it is
 * committed (docs/internals/words.md). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/civil.h"
#include "domain/print.h"
#include "domain/record_json.h"
#include "records_table.h"

enum { BLOCK = 1024 * 1024, RECORDS_MAX = 48, NAMES_MAX = 4 };

static uint8_t out_block[BLOCK], golden_block[BLOCK], fields_block[BLOCK];
static size_t fields_used;
static struct print_record records[RECORDS_MAX];
static size_t record_count;

/* ---- the records ---- */

static uint64_t ms(const char *text)
{
	uint64_t out = 0;
	if (!civil_read_time(span_text(text), &out))
		fail_msg("no time: %s", text);
	return out;
}

static struct print_record *add(const char *type, uint8_t id, const char *at, const char *author, const char *json)
{
	uint32_t cleared[LIMIT_FIELDS];
	size_t cleared_count = 0;
	struct schema_error where = { .field = "" };
	struct wire_out out;
	struct print_record *record = &records[record_count++];
	assert_true(record_count <= RECORDS_MAX);
	wire_out_init(&out, fields_block + fields_used, sizeof fields_block - fields_used);
	*record = (struct print_record){ .record = schema_by_name(span_text(type)), .at_ms = ms(at), .author = span_text(author) };
	assert_non_null(record->record);
	struct fault f = record_json_parse(record->record, span_text(json), &out, cleared, &cleared_count, &where);
	if (fault_is(f) || out.full)
		fail_msg("%s: %s %s", type, f.what, where.field);
	memset(record->id.bytes, id, sizeof record->id.bytes);
	record->fields = wire_out_span(&out);
	fields_used += out.used;
	return record;
}

#define CLIENT_ID "\"01010101010101010101010101010101\""
#define STAFF_ID "\"a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1\""
#define LAW_ID "\"b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2\""
#define CONSENT_ID "\"07070707070707070707070707070707\""
#define NOTE_ID "\"11111111111111111111111111111111\""
#define PLAN_ID "\"05050505050505050505050505050505\""
#define POINT_ID "\"41414141414141414141414141414141\""
#define WORKER "Sanni Korvenoja"

static struct span name_of(void *ctx, const uint8_t id[static ID_BYTES])
{
	(void)ctx;
	return span_text(id[0] == 0xa1 ? WORKER
			 : id[0] == 0xb2 ? "1301/2014 Sosiaalihuoltolaki 35 §"
			 : id[0] == 0x02 ? "Vuokra-asiat kuntoon"
			 : id[0] == 0x41 ? "Takkuvaaran kirjasto" : "");
}

/* One fictional client's life in records. */
static struct { const struct print_record *client, *plan, *mapping, *consent, *oral, *disclosure, *statute, *device; } made;

static void make_person(void)
{
	made.client = add("client", 1, "2026-10-05T09:10", WORKER,
			  "{\"hetu\":\"010594Y9032\",\"family_name\":\"von Öhman\",\"given_names\":\"Åsa-Märta\","
			  "\"birth_date\":\"1994-05-01\",\"municipality\":\"Takkuvaara\",\"contact_language\":\"SV\","
			  "\"interpreter\":\"ei tarvita\",\"phone\":[\"040 000 0123\"],\"address_protected\":false,"
			  "\"address\":[{\"street\":\"Ylikorventie 14\",\"village\":\"Ylikorpi\",\"postal_code\":\"99999\","
			  "\"post_office\":\"Takkuvaara\"}],\"email\":[\"asa@esimerkki.invalid\"],"
			  "\"support_person\":[{\"name\":\"Maija Kuusi\",\"relation\":\"naapuri\",\"phone\":\"040 000 0456\"}],"
			  "\"informed_at\":\"2026-10-05T09:15\"}");
	add("case", 2, "2026-10-05T09:20", WORKER,
	    "{\"client\":" CLIENT_ID ",\"title\":\"Vuokra-asiat kuntoon\",\"opened_on\":\"2026-10-05\","
	    "\"opened_by_pathway\":\"OUTREACH_FOUND\",\"special_support\":false,\"work_types\":[\"SOCIAL_WORK\",\"OUTREACH\"],"
	    "\"state\":\"IN_SERVICE\"}");
	add("digital_capability", 3, "2026-10-05T09:40", WORKER,
	    "{\"client\":" CLIENT_ID ",\"assessed_on\":\"2026-10-05\",\"has_computer\":false,\"has_connection\":false,"
	    "\"has_smartphone\":false,\"has_eid\":false,\"skill\":\"WEAK\",\"customer_type\":\"NOEQ_NOSK\","
	    "\"agreed_channel\":\"ORAL_PHONE\"}");
	add("case_assignment", 0x0b, "2026-10-05T09:25", "",
	    "{\"staff\":" STAFF_ID ",\"role\":\"OWN_WORKER\",\"from\":\"2026-10-05T09:25\"}")->by_central = true;
}

/* Where the card sends for help: the library and Kela's point; the social office stays unnamed. */
static void make_places(void)
{
	add("municipality", 0x40, "2026-01-01T00:00", "",
	    "{\"name\":\"Takkuvaara\",\"env_type\":\"VERY_NARROW\",\"valid_from\":\"2015-01-01\",\"emergency_phone\":\"040 000 0905\"}");
	add("service_point", 0x41, "2026-01-01T00:00", "",
	    "{\"name\":\"Takkuvaaran kirjasto\",\"municipality\":\"Takkuvaara\",\"kind\":\"LIBRARY\",\"hours\":\"ma–to 10–18\","
	    "\"phone\":\"040 000 0177\",\"address\":{\"street\":\"Koulutie 2\"}}");
	add("service_point", 0x42, "2026-01-01T00:00", "",
	    "{\"name\":\"Takkuvaaran sosiaalitoimisto\",\"municipality\":\"Takkuvaara\",\"kind\":\"SOCIAL_OFFICE\",\"phone\":\"040 000 0178\"}");
	add("service_point", 0x43, "2026-01-01T00:00", "",
	    "{\"name\":\"Seurakunnan pöytä\",\"municipality\":\"Takkuvaara\",\"kind\":\"PARISH\"}");
}

static void make_lost_device(void)
{
	made.device = add("device", 0x77, "2026-03-01T09:00", "",
			  "{\"serial\":\"kannettava 7\",\"holder\":" STAFF_ID ",\"lost_at\":\"2026-11-21T20:15\",\"loss_risk_high\":true,"
			  "\"loss_risk_reasons\":\"tunnuslause lapulla\"}");
}

static void make_mapping(void)
{
	made.mapping = add("life_situation_mapping", 4, "2026-10-12T10:30", WORKER,
		"{\"client\":" CLIENT_ID ",\"mode\":\"FACE\",\"events\":[{\"life_event\":\"DEATH\",\"date\":\"2026-06-02\",\"note\":\"puoliso\"},"
		"{\"life_event\":\"UNEMPLOYMENT\",\"date\":\"2026-03-31\"}],\"quadrants\":["
		"{\"quadrant\":\"INCOME\",\"state\":\"WATCH\",\"prompts_answered\":[{\"prompt\":\"INCOME_MANAGEMENT\",\"answer\":\"YES\","
		"\"text\":\"Laskut kasautuvat kuun lopussa.\"}],\"strengths\":\"Osaa suunnitella ruokaostokset.\"},"
		"{\"quadrant\":\"FAMILY\",\"state\":\"OK\",\"prompts_answered\":[{\"prompt\":\"CHILD_CONCERN\",\"answer\":\"NO\"}],"
		"\"text\":\"Sisar soittaa joka sunnuntai.\"},"
		"{\"quadrant\":\"HEALTH\",\"state\":\"NOT_ASKED\"},"
		"{\"quadrant\":\"HOUSING\",\"state\":\"SUPPORT\",\"prompts_answered\":[{\"prompt\":\"RENT_ARREARS\",\"answer\":\"YES\","
		"\"text\":\"Kaksi kuukautta.\"},{\"prompt\":\"EVICTION_THREAT\",\"answer\":\"NO\"}],"
		"\"text\":\"Keskustelimme talouden hoidosta. Häätöuhkaa ei vielä ole.\",\"strengths\":\"Vuokranantaja on luvannut maksuaikaa.\"}],"
		"\"client_confirmed\":true,\"valid_until\":\"2027-04-12\",\"client_words\":\"Haluan pitää kotini.\"}");
}

static void make_plan(void)
{
	made.plan = add("plan", 5, "2026-10-20T13:00", WORKER,
		"{\"kind\":\"CLIENT\",\"goals\":[{\"text\":\"Vuokrarästi on maksettu kesään mennessä.\",\"category\":\"HOUSING\","
		"\"client_words\":\"Saan nukkua rauhassa.\"},{\"text\":\"Opettelen maksamaan laskut verkkopankissa kirjaston koneella.\","
		"\"category\":\"DIGITAL_SKILLS\"}],\"actions\":[{\"what\":\"Soitetaan Kelaan yhdessä\",\"who\":\"Åsa-Märta ja Sanni\","
		"\"due\":\"2026-10-29\",\"state\":\"OPEN\"},{\"what\":\"Maksusuunnitelma vuokranantajan kanssa\",\"who\":\"Sanni Korvenoja\","
		"\"state\":\"DONE\"}],\"parties\":[{\"role\":\"asiakas\",\"name\":\"Åsa-Märta von Öhman\"},"
		"{\"role\":\"omatyöntekijä\",\"name\":\"Sanni Korvenoja\",\"organisation\":\"Takkuvaaran hyvinvointialue\"}],"
		"\"client_agreement\":\"AGREED\",\"client_agreement_note\":\"Tahti sopii minulle.\",\"valid_from\":\"2026-10-20\","
		"\"review_on\":\"2027-01-20\",\"kela_notice_wanted\":true}");
	add("correction", 0x16, "2026-11-03T08:00", WORKER,
	    "{\"target\":" PLAN_ID ",\"kind\":\"CLIENT_STATEMENT\",\"reason\":\"Asiakas pyysi.\",\"decided_by\":\"Sanni Korvenoja\","
	    "\"new_text\":\"Haluan soittaa itse, mutta joku vieressä.\"}");
	add("agreed_action", 6, "2026-10-20T13:10", WORKER,
	    "{\"what\":\"Soitetaan Kelaan yhdessä\",\"owner_kind\":\"WORKER\",\"owner\":\"Sanni Korvenoja\",\"due\":\"2026-11-26\","
	    "\"state\":\"OPEN\",\"place\":\"kirjasto\"}");
	add("agreed_action", 0x1b, "2026-10-20T13:12", WORKER,
	    "{\"what\":\"Tuo vuokrasopimus nähtäväksi\",\"owner_kind\":\"CLIENT\",\"owner\":\"Åsa-Märta\",\"due\":\"2026-11-05\","
	    "\"state\":\"DONE\",\"done_note\":\"Nähty käynnillä.\"}");
	add("visit", 0x1a, "2026-11-20T09:00", WORKER,
	    "{\"client\":" CLIENT_ID ",\"place\":\"SERVICE_POINT\",\"service_point\":" POINT_ID ",\"planned_at\":\"2026-11-25T10:00\",\"purpose\":\"PLAN_REVIEW\","
	    "\"phase\":\"SOCIAL_WELFARE\",\"state\":\"PLANNED\"}");
}

static void make_consents(void)
{
	made.consent = add("consent", 7, "2026-10-20T13:20", WORKER,
		"{\"client\":" CLIENT_ID ",\"direction\":\"TO_KELA\",\"recipient\":\"Kela\",\"purpose\":\"Toimeentulotuen hakemuksen käsittely\","
		"\"scope\":[\"PLAN_SUMMARY\",\"APPLICATION_SUPPORT\"],\"excluded\":[\"QUADRANT_HEALTH\"],\"excluded_text\":\"puolison kuolema\","
		"\"form\":\"WRITTEN\",\"given_at\":\"2026-10-20T13:20\",\"place\":\"koti\",\"witness_staff\":\"Sanni Korvenoja\","
		"\"valid_until\":\"2026-12-31\",\"understood_check\":\"Asiakas kertoi omin sanoin, mitä Kelalle lähetetään.\",\"state\":\"ACTIVE\"}");
	made.disclosure = add("disclosure", 8, "2026-10-20T14:00", WORKER,
		"{\"client\":" CLIENT_ID ",\"recipient\":\"Kela\",\"basis\":\"CONSENT\",\"consent\":" CONSENT_ID ",\"items\":["
		"{\"scope\":\"PLAN_SUMMARY\",\"text\":\"Asiakassuunnitelma on tehty 20.10.2026.\\nTavoite: vuokrarästi on maksettu kesään mennessä.\"}],"
		"\"prepared_at\":\"2026-10-20T14:00\",\"sent_at\":\"2026-10-20T15:30\",\"means\":\"SECURE_MAIL\",\"state\":\"SENT\"}");
	made.oral = add("consent", 9, "2026-10-28T10:05", WORKER,
		"{\"client\":" CLIENT_ID ",\"direction\":\"FROM_KELA\",\"recipient\":\"Sosiaalihuolto\",\"purpose\":\"Yhteinen puhelu\","
		"\"scope\":[\"SESSION\"],\"form\":\"ORAL\",\"given_at\":\"2026-10-28T10:05\",\"witness_staff\":\"Sanni Korvenoja\","
		"\"valid_until\":\"2026-10-28\",\"understood_check\":\"Kelan virkailija kysyi asiakkaalta.\",\"state\":\"WITHDRAWN\","
		"\"withdrawn_at\":\"2026-11-03T09:15\",\"withdrawn_via\":\"puhelin\"}");
	made.statute = add("disclosure", 10, "2026-11-02T08:00", WORKER,
		"{\"client\":" CLIENT_ID ",\"recipient\":\"Lapin sosiaalipäivystys\",\"basis\":\"STATUTE\",\"law_ref\":" LAW_ID ",\"items\":["
		"{\"scope\":\"CONTACT_DETAILS\",\"text\":\"Puhelin 040 000 0123\"}],\"prepared_at\":\"2026-11-02T08:00\","
		"\"state\":\"BLOCKED\",\"statute_reasons\":\"Sisäinen perustelu, ei vastaanottajalle.\"}");
}

static void make_notes(void)
{
	add("encounter_note", 0x11, "2026-10-12T11:40", WORKER,
	    "{\"text\":\"Asiakas kertoo, että lääkkeet loppuivat eilen eikä rahaa uusiin ole.\",\"client_view\":\"Toivon apua nopeasti.\","
	    "\"source\":\"CLIENT\",\"state\":\"CORRECTED\"}");
	add("correction", 0x12, "2026-10-14T08:00", WORKER,
	    "{\"target\":" NOTE_ID ",\"kind\":\"RECTIFY\",\"reason\":\"Päivä oli väärin.\",\"decided_by\":\"Sanni Korvenoja\","
	    "\"new_text\":\"Asiakas kertoo, että lääkkeet loppuivat toissapäivänä eikä rahaa uusiin ole.\"}");
	add("encounter_note", 0x13, "2026-10-13T09:00", WORKER,
	    "{\"text\":\"SALAISUUS: naapuri kertoi nimettömänä.\",\"source\":\"THIRD_PARTY\"}");
	add("encounter_note", 0x14, "2026-10-15T09:00", WORKER,
	    "{\"text\":\"SALAISUUS: toisen asiakkaan asia.\",\"source\":\"OBSERVED\",\"state\":\"VOIDED\"}");
	add("child_notice", 0x15, "2026-10-16T09:00", WORKER,
	    "{\"about_person\":\"SALAISUUS lapsi\",\"grounds\":\"SALAISUUS\",\"made_at\":\"2026-10-16T09:00\",\"recipient\":\"lastensuojelu\"}");
	add("protected_details", 0x18, "2026-10-17T09:00", WORKER,
	    "{\"client\":" CLIENT_ID ",\"address\":[{\"street\":\"Suojakuja 1\"}],\"phone\":[\"040 000 0999\"],"
	    "\"safety_note\":\"SALAISUUS: käykää pareittain.\"}");
	add("access_log", 0x20, "2026-10-12T10:00", WORKER,
	    "{\"who\":" STAFF_ID ",\"role\":\"OUTREACH_WORKER\",\"when\":\"2026-10-12T10:00\",\"client\":" CLIENT_ID ",\"record\":" NOTE_ID ",\"act\":\"VIEW\"}");
	add("access_log", 0x21, "2026-11-10T12:00", WORKER,
	    "{\"role\":\"SOCIAL_INSTRUCTOR\",\"when\":\"2026-11-10T12:00\",\"client\":" CLIENT_ID ",\"act\":\"BREAK_GLASS\","
	    "\"reason\":\"Sijainen, kiireellinen puhelu asiakkaalta.\"}");
	add("access_log", 0x22, "2023-01-10T12:00", "Entinen Työntekijä",
	    "{\"role\":\"OUTREACH_WORKER\",\"when\":\"2023-01-10T12:00\",\"client\":" CLIENT_ID ",\"act\":\"VIEW\"}");
}

/* What workshops found in decisions of nobody. */
static void make_findings(void)
{
	add("decision_quality_item", 0x31, "2026-10-06T13:00", WORKER,
	    "{\"anonymised_text\":\"Hakijalle myönnetään perustoimeentulotukea. Ylijäämä huomioidaan.\",\"findings\":["
	    "{\"finding\":\"TERM\",\"text\":\"Sana ylijäämä ei avaudu lukijalle.\"},"
	    "{\"finding\":\"REASONING\",\"text\":\"Ei käy ilmi, miksi vuokra hyväksyttiin vain osittain.\"},"
	    "{\"finding\":\"TERM\",\"text\":\"Sana huomioidaan ei kerro, lisätäänkö vai vähennetäänkö.\"}],"
	    "\"proposal\":\"Perustelu kirjoitetaan heti ratkaisun jälkeen tavallisin sanoin.\"}");
	add("decision_quality_item", 0x32, "2026-10-06T13:10", WORKER,
	    "{\"anonymised_text\":\"Hakemus hylätään.\\nLaskelma lokakuulta on liitteenä.\",\"findings\":["
	    "{\"finding\":\"STRUCTURE\",\"text\":\"Tärkein asia on vasta toisella sivulla.\"},"
	    "{\"finding\":\"ERROR\",\"text\":\"Laskelman kuukausi on <eri> kuin päätöksessä.\"}]}");
	add("decision_quality_item", 0x33, "2026-10-06T13:20", WORKER,
	    "{\"anonymised_text\":\"Päätös, josta kaikki pitivät.\",\"proposal\":\"Otetaan malliksi.\"}");
}

static int make_records(void **state)
{
	(void)state;
	record_count = fields_used = 0;
	make_person();
	make_lost_device();
	make_mapping();
	make_plan();
	make_consents();
	make_notes();
	make_places();
	return 0;
}

/* ---- printing ---- */

static struct print_work work_of(enum print_kind kind, const struct print_record *subject)
{
	return (struct print_work){
		.kind = kind, .form = PRINT_HTML, .language = LABELS_FI, .organiser = span_text("Takkuvaaran hyvinvointialue, etsivä työ"),
		.printed_by = span_text(WORKER), .phone = span_text("040 000 0777"), .now_ms = ms("2026-11-22T14:30"),
		.subject = subject, .client = made.client, .records = records, .count = record_count, .name = name_of,
	};
}

static struct print_work work_of_findings(void)
{
	struct print_work work = work_of(PRINT_FINDINGS, NULL);
	work.client = NULL;
	work.has_period = true;
	work.from = civil_days((struct civil_date){ 2026, 10, 1 });
	work.to = civil_days((struct civil_date){ 2026, 12, 31 });
	return work;
}

static const char *printed(const struct print_work *work)
{
	struct wire_out out;
	wire_out_init(&out, out_block, sizeof out_block - 1);
	struct fault f = print_write(work, &out);
	if (fault_is(f))
		fail_msg("%s", f.what);
	out_block[out.used] = '\0';
	assert_true(wire_utf8(wire_out_span(&out)));
	return (const char *)out_block;
}

/* The page as it was found good; JALKA_GOLDEN=write says this one is. */
static void compare(const char *name, const struct print_work *work)
{
	char path[200];
	const char *text = printed(work), *how = getenv("JALKA_GOLDEN");
	snprintf(path, sizeof path, "tests/vectors/print/%s.%s.%s", name, labels_code(work->language),
		 work->form == PRINT_HTML ? "html" : "txt");
	if (how != NULL && strcmp(how, "write") == 0) {
		FILE *file = fopen(path, "wb");
		assert_non_null(file);
		assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
		assert_int_equal(fclose(file), 0);
		return;
	}
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		fail_msg("no page %s", path);
	size_t len = fread(golden_block, 1, sizeof golden_block - 1, file);
	fclose(file);
	golden_block[len] = '\0';
	if (strcmp(text, (const char *)golden_block) != 0)
		fail_msg("%s is not as it was; JALKA_GOLDEN=write makes it anew", path);
}

static void compare_all(const char *name, struct print_work work)
{
	for (int language = 0; language < LABELS_LANGUAGES; language++) {
		work.language = (enum labels_language)language;
		work.form = PRINT_HTML;
		compare(name, &work);
		work.form = PRINT_TEXT;
		compare(name, &work);
	}
}

static void every_print_is_as_it_was_read_and_found_good(void **state)
{
	(void)state;
	compare_all("plan", work_of(PRINT_PLAN, made.plan));
	compare_all("notice", work_of(PRINT_NOTICE, made.disclosure));
	compare_all("notice-statute", work_of(PRINT_NOTICE, made.statute));
	compare_all("quadrants", work_of(PRINT_QUADRANTS, made.mapping));
	compare_all("quadrants-blank", work_of(PRINT_QUADRANTS, NULL));
	compare_all("consent", work_of(PRINT_CONSENT, made.consent));
	compare_all("consent-withdrawn", work_of(PRINT_CONSENT, made.oral));
	compare_all("actions", work_of(PRINT_ACTIONS, NULL));
	compare_all("report", work_of(PRINT_REPORT, NULL));
	compare_all("log", work_of(PRINT_LOG, NULL));
	compare_all("card", work_of(PRINT_CARD, NULL));
	struct print_work large = work_of(PRINT_QUADRANTS, made.mapping);
	large.large = true;
	compare("quadrants-large", &large);
	make_findings();
	compare_all("findings", work_of_findings());
}

static bool has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

/* Each print as HTML and text in Finnish; calls `check` with what it is and says. */
static void each_print(void (*check)(const struct print_work *work, const char *text))
{
	const struct print_record *subjects[PRINT_KINDS] = { [PRINT_PLAN] = made.plan, [PRINT_NOTICE] = made.disclosure, [PRINT_LOSS] = made.device,
							     [PRINT_QUADRANTS] = made.mapping, [PRINT_CONSENT] = made.consent };
	for (int kind = 0; kind < PRINT_KINDS; kind++) {
		struct print_work work = work_of((enum print_kind)kind, subjects[kind]);
		for (int form = PRINT_HTML; form <= PRINT_TEXT; form++) {
			work.form = (enum print_form)form;
			check(&work, printed(&work));
		}
	}
}

static void bears_the_mark(const struct print_work *work, const char *text)
{
	bool is_of_a_client = work->kind != PRINT_FINDINGS;
	assert_int_equal(has(text, "SALASSA PIDETTÄVÄ"), is_of_a_client);
	assert_int_equal(has(text, "621/1999"), is_of_a_client && work->kind != PRINT_CARD);
	if (work->kind != PRINT_CARD)
		assert_true(has(text, "Takkuvaaran hyvinvointialue, etsivä työ") && has(text, "22.11.2026 klo 14.30"));
}

static void every_print_of_a_client_bears_the_mark_of_secrecy(void **state)
{
	(void)state;
	each_print(bears_the_mark);
}

static void has_nothing_from_outside(const struct print_work *work, const char *text)
{
	if (work->form != PRINT_HTML)
		return;
	assert_false(has(text, "<script") || has(text, "http:") || has(text, "https:") || has(text, "url(") ||
		     has(text, "<img") || has(text, "<link") || has(text, " src=") || has(text, "@import"));
	assert_true(has(text, "default-src 'none'"));
}

static void a_page_holds_nothing_from_outside(void **state)
{
	(void)state;
	each_print(has_nothing_from_outside);
}

static void hides_the_address(const struct print_work *work, const char *text)
{
	(void)work;
	assert_false(has(text, "Ylikorventie") || has(text, "Suojakuja") || has(text, "040 000 0999") || has(text, "99999"));
}

static void a_protected_address_stands_on_no_print(void **state)
{
	(void)state;
	/* The address stands in the open record all the same: it was written before the order. */
	made.client = add("client", 1, "2026-10-05T09:10", WORKER,
			  "{\"family_name\":\"Salo\",\"given_names\":\"Oili\",\"municipality\":\"Takkuvaara\",\"contact_language\":\"FI\","
			  "\"address_protected\":true,\"address\":[{\"street\":\"Ylikorventie 14\",\"postal_code\":\"99999\"}]}");
	records[0] = *made.client;
	record_count--;
	each_print(hides_the_address);
	struct print_work work = work_of(PRINT_REPORT, NULL);
	const char *text = printed(&work);
	assert_true(has(text, "joita ei ole pyydetty tulostettaviksi: 2"));
	assert_false(has(text, "Takkuvaara<"));
	work.with_protected = true;
	text = printed(&work);
	assert_true(has(text, "Ylikorventie") && has(text, "Suojakuja") && has(text, "Säilytä se huolellisesti"));
	assert_false(has(text, "pareittain"));
	assert_true(has(text, "turvallisuutta koskevia merkintöjä: 1"));
	for (int kind = 0; kind < PRINT_KINDS; kind++) {
		const struct print_record *subjects[PRINT_KINDS] = { [PRINT_PLAN] = made.plan, [PRINT_NOTICE] = made.disclosure, [PRINT_LOSS] = made.device,
								     [PRINT_QUADRANTS] = made.mapping, [PRINT_CONSENT] = made.consent };
		work = work_of((enum print_kind)kind, subjects[kind]);
		work.with_protected = kind != PRINT_REPORT;
		hides_the_address(&work, printed(&work));
	}
}

static void a_notice_shows_its_items_and_nothing_else_of_the_client(void **state)
{
	(void)state;
	struct print_work work = work_of(PRINT_NOTICE, made.statute);
	const char *text = printed(&work);
	assert_true(has(text, "Puhelin 040 000 0123") && has(text, "010594Y9032") && has(text, "1301/2014"));
	assert_true(has(text, "Lähettäminen on estetty"));
	assert_false(has(text, "Sisäinen perustelu") || has(text, "Ylikorven") || has(text, "Maija Kuusi") || has(text, "lääkkeet") ||
		     has(text, "esimerkki.invalid"));
	work.subject = made.disclosure;
	text = printed(&work);
	assert_false(has(text, "040 000 0123") || has(text, "estetty") || has(text, "puolison kuolema"));
}

static void a_notice_on_a_withdrawn_consent_says_so(void **state)
{
	(void)state;
	struct print_work work = work_of(PRINT_NOTICE, made.disclosure);
	for (size_t i = 0; i < record_count; i++)
		if (&records[i] == made.consent)
			records[i].fields = made.oral->fields;
	assert_true(has(printed(&work), "Asiakas on perunut suostumuksensa"));
}

static void what_the_report_leaves_out_is_counted(void **state)
{
	(void)state;
	struct print_work work = work_of(PRINT_REPORT, NULL);
	work.drafts = 3;
	const char *text = printed(&work);
	assert_false(has(text, "SALAISUUS"));
	assert_true(has(text, "tällä tulosteella: 2") && has(text, "mitätöityjä kirjauksia: 1") && has(text, "tulostettaviksi: 1") &&
		    has(text, "ei ole allekirjoitettu: 3"));
	assert_true(has(text, "Tätä kirjausta on korjattu") && has(text, "toissapäivänä"));
	assert_true(has(text, "Ylikorventie 14") && has(text, "Maija Kuusi") && has(text, "vuokrarästit"));
	assert_false(has(text, "01010101"));
}

static void the_card_names_neither_client_nor_organiser(void **state)
{
	(void)state;
	struct print_work work = work_of(PRINT_CARD, NULL);
	for (int form = PRINT_HTML; form <= PRINT_TEXT; form++) {
		work.form = (enum print_form)form;
		const char *text = printed(&work);
		assert_false(has(text, "Öhman") || has(text, "010594") || has(text, "hyvinvointialue") || has(text, "Sosiaali"));
		assert_true(has(text, "Keskiviikko 25.11.2026 klo 10.00") && has(text, "040 000 0777"));
		assert_false(has(text, "vuokrasopimus")); /* done */
		assert_true(has(text, "Takkuvaaran kirjasto, ma–to 10–18, 040 000 0177, Koulutie 2") && has(text, "Seurakunnan pöytä"));
		assert_true(has(text, "virka-aikana: 040 000 0905") && has(text, "112"));
		assert_false(has(text, "sosiaalitoimisto") || has(text, "040 000 0178"));
	}
}

static void the_card_of_a_protected_client_tells_no_place(void **state)
{
	(void)state;
	const struct print_record *hidden =
		add("client", 30, "2026-10-05T09:10", "",
		    "{\"family_name\":\"Suojattu\",\"given_names\":\"Siiri\",\"municipality\":\"Takkuvaara\",\"address_protected\":true}");
	struct print_work work = work_of(PRINT_CARD, NULL);
	work.client = hidden;
	const char *text = printed(&work);
	assert_false(has(text, "Seurakunnan") || has(text, "0905") || has(text, "0177") || has(text, "Takkuvaara"));
	assert_true(has(text, "palvelupiste")); /* where we meet, not which one */
	assert_true(has(text, "112"));
}

static void what_was_added_to_a_plan_later_stands_on_it(void **state)
{
	(void)state;
	struct print_work work = work_of(PRINT_PLAN, made.plan);
	const char *text = printed(&work);
	assert_true(has(text, "Korjattu tai täydennetty") &&
		    has(text, "3.11.2026 asiakkaan lausuma: Haluan soittaa itse, mutta joku vieressä."));
	work.count = 0;
	assert_false(has(printed(&work), "Korjattu tai täydennetty"));
}

static void what_two_workers_wrote_apart_is_told_above_all(void **state)
{
	(void)state;
	struct print_record contested = *made.plan;
	struct print_work work = work_of(PRINT_PLAN, &contested);
	contested.is_contested = true;
	assert_true(has(printed(&work), "<p class=\"warning\">Kaksi työntekijää on kirjannut tähän eri tiedot."));
	contested = *made.plan;
	contested.state = RECORDS_PLAN_STATE_REVISED; /* another plan says so, the fields do not */
	assert_true(has(printed(&work), "Ei voimassa: korvattu uudella"));
	contested = *made.mapping;
	contested.is_contested = true;
	work = work_of(PRINT_QUADRANTS, &contested);
	assert_true(has(printed(&work), "Kaksi työntekijää"));
	contested = *made.consent;
	contested.state = RECORDS_CONSENT_STATE_NARROWED;
	work = work_of(PRINT_CONSENT, &contested);
	assert_true(has(printed(&work), "Suostumus on rajattu uudella suostumuksella"));
}

static void clients_papers_tell_of_the_right_to_complain(void **state)
{
	static const char *const words[LABELS_LANGUAGES] = { "muistutuksen (812/2000, 23 §)", "anmärkning (812/2000, 23 §)",
							     "complaint (812/2000, section 23)" };
	struct print_work works[] = { work_of(PRINT_PLAN, made.plan), work_of(PRINT_CONSENT, made.consent),
				      work_of(PRINT_REPORT, NULL), work_of(PRINT_LOG, NULL) };
	(void)state;
	for (size_t i = 0; i < sizeof works / sizeof works[0]; i++) {
		for (int language = 0; language < LABELS_LANGUAGES; language++) {
			works[i].language = (enum labels_language)language;
			assert_true(has(printed(&works[i]), words[language]));
		}
	}
}

static void the_report_tells_why_the_data_are_kept_and_how_long(void **state)
{
	(void)state;
	struct print_work work = work_of(PRINT_REPORT, NULL);
	const char *text = printed(&work);
	assert_true(has(text, "Käsittely ei perustu suostumukseesi.") && has(text, "10 vuotta"));
	assert_true(has(text, "5.10.2026 klo 9.25, keskusjärjestelmä"));
}

static void the_log_says_what_kind_of_record_was_handled(void **state)
{
	(void)state;
	struct print_work work = work_of(PRINT_LOG, NULL);
	assert_true(has(printed(&work), "<td>katselu</td><td>asiakaskertomusmerkintä</td>"));
	work.language = LABELS_SV;
	const char *text = printed(&work);
	assert_true(has(text, "<td>visning</td><td>anteckning i klientrapport</td>") && has(text, "<td>FPA</td>"));
}

static void the_log_leaves_out_what_is_older_than_two_years_and_says_so(void **state)
{
	(void)state;
	struct print_work work = work_of(PRINT_LOG, NULL);
	const char *text = printed(&work);
	assert_true(has(text, WORKER) && has(text, "poikkeuksellinen pääsy") && has(text, "kiireellinen puhelu") && has(text, "Niitä on: 1"));
	assert_false(has(text, "Entinen"));
}

static size_t times(const char *text, const char *part)
{
	size_t count = 0;
	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		count++;
	return count;
}

/* Among the records are all of a client's, who is given too: nothing of them is taken. */
static void the_findings_show_decisions_and_nobody(void **state)
{
	(void)state;
	struct print_work work = work_of_findings();
	assert_true(has(printed(&work), "Havaintoja ei ole.") && !has(printed(&work), "Päätös 1"));
	make_findings();
	work.client = made.client;
	work.records = records;
	work.count = record_count;
	for (int form = PRINT_HTML; form <= PRINT_TEXT; form++) {
		work.form = (enum print_form)form;
		const char *text = printed(&work);
		assert_false(has(text, "Öhman") || has(text, "010594") || has(text, "Ylikor") || has(text, "lääkkeet") || has(text, "SALAISUUS"));
		assert_true(has(text, "1.10.2026–31.12.2026") && has(text, "Otetaan malliksi."));
	}
	const char *text = printed(&work);
	assert_true(has(text, "Päätöksiä: 3") && has(text, "Vaikea sana: 2") && has(text, "Virhe: 1") && has(text, "Ilman luokkaa: 1"));
	/* The first decision stands under both of its classes, each time with its own findings alone. */
	assert_int_equal(times(text, "Päätös 1"), 2);
	assert_int_equal(times(text, "Ei käy ilmi"), 1);
	assert_int_equal(times(text, "Päätös 3"), 1);
	work.has_period = false;
	assert_true(has(printed(&work), "Ajalta: kaikki tähän asti kirjatut"));
}

/* To a person in their language: the loss and the rights, and nothing of what is recorded. */
static void the_letter_on_a_loss_says_when_and_what_to_do_and_nothing_recorded(void **state)
{
	static const char *const words[LABELS_LANGUAGES][3] = {
		[LABELS_FI] = { "tietojasi sisältänyt laite", "21.11.2026 klo 20.15", "Mitä voit tehdä" },
		[LABELS_SV] = { "en enhet med dina uppgifter", "21.11.2026 kl. 20.15", "Vad du kan göra" },
		[LABELS_EN] = { "a device with your data", "21.11.2026", "What you can do" },
	};
	(void)state;
	struct print_work work = work_of(PRINT_LOSS, made.device);
	for (int form = PRINT_HTML; form <= PRINT_TEXT; form++) {
		work.form = (enum print_form)form;
		for (int lang = 0; lang < LABELS_LANGUAGES; lang++) {
			work.language = (enum labels_language)lang;
			const char *text = printed(&work);
			for (size_t i = 0; i < 3; i++)
				if (!has(text, words[lang][i]))
					fail_msg("%s is missing: %s", words[lang][i], text);
			assert_true(has(text, "Öhman") && has(text, "040 000 0777"));
			assert_false(has(text, "kannettava 7") || has(text, "lapulla") || has(text, "010594") || has(text, "Vuokrarästi") ||
				     has(text, "Ylikorventie"));
		}
	}
	work.client = NULL;
	struct wire_out out;
	wire_out_init(&out, out_block, sizeof out_block);
	assert_int_equal(print_write(&work, &out).kind, FAULT_CALLER);
}

/* ---- hostile and odd texts ---- */

static void what_records_say_is_escaped(void **state)
{
	(void)state;
	made.client = add("client", 1, "2026-10-05T09:10", "<b>\"&'",
			  "{\"family_name\":\"<script>alert('x')</script>\",\"given_names\":\"Tom & \\\"Jerry\\\"\",\"municipality\":\"</td></style>\","
			  "\"contact_language\":\"FI\",\"address_protected\":false}");
	made.plan = add("plan", 5, "2026-10-20T13:00", "",
			"{\"kind\":\"CLIENT\",\"goals\":[{\"text\":\"a<b>c</b>\\nrivi \\u202Eoikealta\\u0007\",\"category\":\"OTHER\"}],"
			"\"parties\":[{\"role\":\"<i>\"}],\"client_agreement\":\"AGREED\",\"review_on\":\"2027-01-20\"}");
	struct print_work work = work_of(PRINT_PLAN, made.plan);
	work.organiser = span_text("</header><script>");
	work.printed_by = span_text("\"><img>");
	const char *text = printed(&work);
	assert_true(has(text, "Tom &amp; &quot;Jerry&quot; &lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"));
	assert_true(has(text, "a&lt;b&gt;c&lt;/b&gt;<br>rivi oikealta"));
	assert_true(has(text, "&quot;&gt;&lt;img&gt;") && has(text, "&lt;/header&gt;"));
	assert_false(has(text, "<script") || has(text, "<img") || has(text, "\xe2\x80\xae") || has(text, "\a"));
	records[0] = *made.client;
	work = work_of(PRINT_REPORT, NULL);
	text = printed(&work);
	assert_true(has(text, "&lt;/td&gt;&lt;/style&gt;"));
	assert_false(has(text, "<script"));
	work.form = PRINT_TEXT;
	assert_true(has(printed(&work), "<script>alert('x')</script>"));
}

static void text_is_broken_between_words_within_80_columns(void **state)
{
	(void)state;
	struct print_work work = work_of(PRINT_REPORT, NULL);
	for (int language = 0; language < LABELS_LANGUAGES; language++) {
		work.language = (enum labels_language)language;
		work.form = PRINT_TEXT;
		const char *text = printed(&work);
		while (*text != '\0') {
			size_t len = strcspn(text, "\n");
			if (wire_utf8_chars(span_of(text, len)) > 80)
				fail_msg("longer than 80 columns: %.*s", (int)len, text);
			text += len + (text[len] == '\n');
		}
	}
}

/* The columns of a line: a wide letter two, a mark on another none. */
static unsigned columns_of(const char *line, size_t len)
{
	unsigned columns = 0;
	for (size_t i = 0; i < len; i++) {
		uint8_t byte = (uint8_t)line[i];
		bool is_mark = byte == 0xcc || (byte == 0xcd && (uint8_t)line[i + 1] < 0xb0); /* U+0300 to U+036F */
		columns += is_mark || (byte & 0xc0) == 0x80 ? 0 : byte == 0xe6 ? 2 : 1;
	}
	return columns;
}

static void letters_are_counted_by_their_columns(void **state)
{
	static char note[21000], json[22000];
	size_t n = 0;
	(void)state;
	for (int i = 0; i < 300; i++) /* 日 is two columns wide, g̣ one of three bytes */
		n += (size_t)snprintf(note + n, sizeof note - n, "%s", i % 2 == 0 ? "日日日日日日日 " : "g\xcc\xa3g\xcc\xa3g\xcc\xa3g\xcc\xa3 ");
	for (int i = 0; i < 2000; i++) /* a word of 2,000 letters */
		n += (size_t)snprintf(note + n, sizeof note - n, "č");
	snprintf(json, sizeof json, "{\"text\":\"%s LOPPU\",\"source\":\"CLIENT\"}", note);
	add("encounter_note", 0x50, "2026-11-15T09:00", WORKER, json);
	struct print_work work = work_of(PRINT_REPORT, NULL);
	work.form = PRINT_TEXT;
	unsigned widest = 0, letters = 0;
	for (const char *text = printed(&work); *text != '\0';) {
		size_t len = strcspn(text, "\n");
		unsigned columns = columns_of(text, len);
		if (columns > 80)
			fail_msg("%u columns: %.*s", columns, (int)len, text);
		widest = len > 2 && memcmp(text, "  ", 2) == 0 && columns > widest ? columns : widest;
		for (size_t i = 0; i + 1 < len; i++)
			letters += memcmp(text + i, "č", 2) == 0;
		text += len + (text[len] == '\n');
	}
	assert_true(widest >= 76);
	assert_int_equal(letters, 2000);
}

static void the_clients_language_is_the_prints(void **state)
{
	(void)state;
	assert_int_equal(print_language(made.client->fields), LABELS_SV);
	assert_int_equal(print_language(span_text("")), LABELS_FI);
	const struct print_record *sami = add("client", 30, "2026-10-05T09:10", "", "{\"contact_language\":\"SE\"}");
	const struct print_record *english = add("client", 31, "2026-10-05T09:10", "", "{\"contact_language\":\"EN\"}");
	const struct print_record *other = add("client", 32, "2026-10-05T09:10", "", "{\"contact_language\":\"OTHER\"}");
	assert_int_equal(print_language(sami->fields), LABELS_FI);
	assert_int_equal(print_language(english->fields), LABELS_EN);
	assert_int_equal(print_language(other->fields), LABELS_FI);
}

static void sums_and_days_are_written_as_finns_write_them(void **state)
{
	(void)state;
	add("local_decision", 40, "2026-11-01T09:00", WORKER,
	    "{\"application\":" NOTE_ID ",\"kind\":\"PREVENTIVE\",\"date\":\"2026-11-03\",\"granted_cents\":123450,\"reasons\":\"Häätö estettiin.\","
	    "\"decider\":\"Sanni Korvenoja\",\"appeal_text_version\":\"2026-1\"}");
	add("local_application", 41, "2026-11-01T09:00", WORKER,
	    "{\"kind\":\"PREVENTIVE\",\"received_at\":\"2026-11-01T09:05\",\"expenses\":[{\"type\":\"vuokra\",\"cents\":1250}]}");
	struct print_work work = work_of(PRINT_REPORT, NULL);
	work.form = PRINT_TEXT;
	const char *text = printed(&work);
	assert_true(has(text, "1\u00a0234,50\u00a0€") && has(text, "12,50\u00a0€") && has(text, "Päivä: 3.11.2026") && has(text, "1.11.2026 klo 9.05"));
}

static void a_print_of_the_wrong_record_is_refused(void **state)
{
	struct wire_out out;
	(void)state;
	struct print_work work = work_of(PRINT_PLAN, made.consent);
	wire_out_init(&out, out_block, sizeof out_block);
	assert_int_equal(print_write(&work, &out).kind, FAULT_CALLER);
	work.subject = NULL;
	assert_int_equal(print_write(&work, &out).kind, FAULT_CALLER);
	work = work_of(PRINT_REPORT, NULL);
	work.client = NULL;
	assert_int_equal(print_write(&work, &out).kind, FAULT_CALLER);
}

static void a_block_too_small_is_told(void **state)
{
	struct wire_out out;
	(void)state;
	struct print_work work = work_of(PRINT_REPORT, NULL);
	for (size_t size = 0; size < 9000; size += 371) {
		wire_out_init(&out, out_block, size);
		assert_int_equal(print_write(&work, &out).kind, FAULT_LIMIT);
	}
}

static void kinds_are_read_by_name(void **state)
{
	enum print_kind kind = PRINT_CARD;
	(void)state;
	for (int i = 0; i < PRINT_KINDS; i++) {
		assert_true(print_read_kind(span_text(print_kind_name((enum print_kind)i)), &kind));
		assert_int_equal(kind, i);
	}
	assert_false(print_read_kind(span_text("plans"), &kind));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_print_is_as_it_was_read_and_found_good, make_records),
		cmocka_unit_test_setup(every_print_of_a_client_bears_the_mark_of_secrecy, make_records),
		cmocka_unit_test_setup(a_page_holds_nothing_from_outside, make_records),
		cmocka_unit_test_setup(a_protected_address_stands_on_no_print, make_records),
		cmocka_unit_test_setup(a_notice_shows_its_items_and_nothing_else_of_the_client, make_records),
		cmocka_unit_test_setup(a_notice_on_a_withdrawn_consent_says_so, make_records),
		cmocka_unit_test_setup(what_the_report_leaves_out_is_counted, make_records),
		cmocka_unit_test_setup(the_card_names_neither_client_nor_organiser, make_records),
		cmocka_unit_test_setup(the_card_of_a_protected_client_tells_no_place, make_records),
		cmocka_unit_test_setup(what_was_added_to_a_plan_later_stands_on_it, make_records),
		cmocka_unit_test_setup(what_two_workers_wrote_apart_is_told_above_all, make_records),
		cmocka_unit_test_setup(clients_papers_tell_of_the_right_to_complain, make_records),
		cmocka_unit_test_setup(the_report_tells_why_the_data_are_kept_and_how_long, make_records),
		cmocka_unit_test_setup(the_log_says_what_kind_of_record_was_handled, make_records),
		cmocka_unit_test_setup(letters_are_counted_by_their_columns, make_records),
		cmocka_unit_test_setup(the_log_leaves_out_what_is_older_than_two_years_and_says_so, make_records),
		cmocka_unit_test_setup(the_findings_show_decisions_and_nobody, make_records),
		cmocka_unit_test_setup(the_letter_on_a_loss_says_when_and_what_to_do_and_nothing_recorded, make_records),
		cmocka_unit_test_setup(what_records_say_is_escaped, make_records),
		cmocka_unit_test_setup(text_is_broken_between_words_within_80_columns, make_records),
		cmocka_unit_test_setup(the_clients_language_is_the_prints, make_records),
		cmocka_unit_test_setup(sums_and_days_are_written_as_finns_write_them, make_records),
		cmocka_unit_test_setup(a_print_of_the_wrong_record_is_refused, make_records),
		cmocka_unit_test_setup(a_block_too_small_is_told, make_records),
		cmocka_unit_test_setup(kinds_are_read_by_name, make_records),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
