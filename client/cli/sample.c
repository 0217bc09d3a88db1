/* sample - draws the fictional caseload: the same lines for the same seed.
 *
 * Everything is invented: municipalities that do not exist, identity codes of
 * the individual numbers 900-999 kept for tests, telephone numbers 040 000 0nnn.
 * Shares (customer types, ages, languages, pathways) are exact: a deck with the
 * right number of each card is made and shuffled, so they hold at any size.
 */
#include "sample.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/civil.h"
#include "sample_words.h"
#include "say.h"

enum { DECK_MAX = 16, PEOPLE_MAX = 20000 };

/* ---- chance: splitmix64, so that a seed is the same everywhere ---- */

struct chance { uint64_t state; };

static uint64_t draw(struct chance *chance)
{
	uint64_t z = chance->state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static size_t below(struct chance *chance, size_t bound)
{
	return (size_t)(draw(chance) % bound);
}

static bool one_in(struct chance *chance, size_t n)
{
	return below(chance, n) == 0;
}

static void shuffle(struct chance *chance, uint8_t *cards, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = below(chance, i);
		uint8_t card = cards[i - 1];
		cards[i - 1] = cards[j];
		cards[j] = card;
	}
}

/* `count` cards in the shares given (percent, adding up to 100), shuffled. */
static uint8_t *deck(struct chance *chance, size_t count, const unsigned *percent, size_t kinds)
{
	uint8_t *cards = calloc(count + 1, 1);
	ASSERT(cards != NULL);
	size_t at = 0, sum = 0;
	for (size_t kind = 0; kind < kinds; kind++) {
		sum += percent[kind];
		size_t upto = (count * sum + 50) / 100;
		while (at < upto)
			cards[at++] = (uint8_t)kind;
	}
	shuffle(chance, cards, count);
	return cards;
}

/* ---- the state of one run ---- */

struct sample {
	struct chance chance;
	size_t clients, cases;
	size_t lines, over_75;
	int32_t today;             /* days: everything happened before */
	uint8_t *types, *ages, *languages, *places, *pathways;
};

static const unsigned type_percent[] = { 50, 10, 20, 20 };
static const unsigned age_percent[] = { 30, 35, 25, 10 };
static const unsigned language_percent[] = { 84, 9, 6, 1 };
static const unsigned pathway_percent[] = { 20, 10, 10, 25, 10, 5, 8, 8, 4 };

/* ---- writing lines ---- */

static void begin(struct sample *s, const char *ref, size_t number, const char *type)
{
	s->lines++;
	printf("{\"ref\":\"%s%zu\",\"type\":\"%s\"", ref, number, type);
}

/* When it happened: ten in the morning of that day. */
static void happened(int32_t days)
{
	char out[CIVIL_DATE_BYTES];
	civil_write_date(days, out);
	printf(",\"at\":\"%sT10:00\"", out);
}

/* A record's next state; more fields may follow, then "}}". */
static void step(struct sample *s, const char *ref, size_t number, const char *type, const char *state)
{
	begin(s, "s", s->lines, type);
	printf(",\"record\":\"ref:%s%zu\",\"fields\":{\"state\":\"%s\"", ref, number, state);
}

/* Names and texts of sample_words.c hold nothing that JSON must escape. */
static void text(const char *name, const char *value)
{
	printf(",\"%s\":\"%s\"", name, value);
}

static void date(const char *name, int32_t days)
{
	char out[CIVIL_DATE_BYTES];
	civil_write_date(days, out);
	text(name, out);
}

static void moment(const char *name, int32_t days, unsigned hour, unsigned minute)
{
	char out[CIVIL_DATE_BYTES];
	civil_write_date(days, out);
	printf(",\"%s\":\"%sT%02u:%02u\"", name, out, hour, minute);
}

static const char *pick(struct sample *s, const struct sample_list *list)
{
	return list->texts[below(&s->chance, list->count)];
}

/* ---- clients ---- */

static int32_t birth_of(struct sample *s, size_t i)
{
	static const int least[] = { 18, 30, 50, 65 }, most[] = { 29, 49, 64, 74 };
	int age = least[s->ages[i]] + (int)below(&s->chance, (size_t)(most[s->ages[i]] - least[s->ages[i]] + 1));
	if (s->ages[i] == 3 && s->over_75 < (s->clients * 4 + 119) / 120) { /* four of 120 */
		s->over_75++;
		age = 76 + (int)below(&s->chance, 12);
	}
	struct civil_date now = civil_of_days(s->today);
	struct civil_date born = { now.year - age, 1 + (int)below(&s->chance, 12), 1 + (int)below(&s->chance, 28) };
	return civil_days(born);
}

/* Identity code (henkilötunnus): ddmmyy, separator of the century, individual
 * number 900-999, check character of the nine digits modulo 31. */
static void identity_code(struct sample *s, int32_t birth, size_t i, char out[static 12])
{
	struct civil_date d = civil_of_days(birth);
	unsigned day = (unsigned)d.day, month = (unsigned)d.month, year = (unsigned)d.year % 100;
	unsigned individual = 900 + (unsigned)((i * 37 + below(&s->chance, 37)) % 100);
	unsigned digits = ((day * 100 + month) * 100 + year) * 1000 + individual;
	char separator = d.year >= 2000 ? "ABCDEF"[i % 6] : "-YXWVU"[i % 6];
	snprintf(out, 12, "%02u%02u%02u%c%03u%c", day % 100, month % 100, year, separator, individual,
		 "0123456789ABCDEFHJKLMNPRSTUVWXY"[digits % 31]);
}

struct person {
	const char *family, *given;
	int32_t birth;
};

/* The set's deliberate cases: two pairs of one name, one pair of one name and
 * birth date, names with Swedish and Sámi letters. */
static struct person person_of(struct sample *s, size_t i, const struct person *others)
{
	struct person p = { pick(s, &sample_family), pick(s, &sample_given), birth_of(s, i) };
	if (s->languages[i] == 1) {
		p.family = pick(s, &sample_family_sv);
		p.given = pick(s, &sample_given_sv);
	}
	if (s->languages[i] == 3) {
		p.family = "Guhtur";
		p.given = "Niillas Ánte";
	}
	if (i == 7)
		p = (struct person){ "von Öhman", "Åsa-Märta", p.birth };
	if (i == 11 || i == 13) {
		p.family = others[i - 1].family;
		p.given = others[i - 1].given;
	}
	if (i == 15)
		p = others[14];
	return p;
}

static void one_client(struct sample *s, size_t i, const struct person *p)
{
	static const char *const languages[] = { "FI", "SV", "OTHER", "SE" };
	char code[12];
	bool is_protected = i % 40 == 5, no_code = i % 60 == 9;
	begin(s, "c", i, "client");
	printf(",\"case\":\"new\",\"fields\":{\"address_protected\":%s", is_protected ? "true" : "false");
	text("family_name", p->family);
	text("given_names", p->given);
	identity_code(s, p->birth, i, code);
	text(no_code ? "temp_id" : "hetu", no_code ? "TILAP-0001" : code);
	date("birth_date", p->birth);
	text("municipality", sample_municipality.texts[s->places[i]]);
	text("contact_language", languages[s->languages[i]]);
	if (s->languages[i] == 2)
		text("contact_language_other", pick(s, &sample_language));
	printf(",\"phone\":[\"040 000 0%03zu\"]", i % 1000);
	if (!is_protected)
		printf(",\"address\":[{\"street\":\"%s %zu\",\"post_office\":\"%s\"}]", pick(s, &sample_street),
		       1 + below(&s->chance, 40), sample_municipality.texts[s->places[i]]);
	if (i % 60 == 17)
		printf(",\"legal_representative\":[{\"name\":\"%s %s\",\"relation\":\"edunvalvoja\"}]",
		       pick(s, &sample_given), pick(s, &sample_family));
	if (i == 19)
		date("died_on", s->today - 12);
	printf("}}\n");
}

static void one_capability(struct sample *s, size_t i, size_t number, unsigned type, int32_t on)
{
	static const char *const types[] = { "EQ_SK", "NOEQ_SK", "EQ_NOSK", "NOEQ_NOSK" };
	static const char *const channels[] = { "OWN_DEVICE", "PUBLIC_SELF", "REMOTE_GUIDED", "ORAL_PHONE" };
	bool has = type == 0 || type == 2, can = type <= 1;
	begin(s, "d", number, "digital_capability");
	happened(on);
	printf(",\"case\":\"ref:c%zu\",\"sign\":true,\"fields\":{\"client\":\"ref:c%zu\"", i, i);
	date("assessed_on", on);
	printf(",\"has_computer\":%s,\"has_connection\":%s,\"has_smartphone\":%s,\"has_eid\":%s", has ? "true" : "false",
	       has ? "true" : "false", has ? "true" : "false", can ? "true" : "false");
	text("skill", can ? "GOOD" : one_in(&s->chance, 2) ? "PARTIAL" : "WEAK");
	text("customer_type", types[type]);
	text("agreed_channel", channels[type]);
	printf("}}\n");
}

static void one_mapping(struct sample *s, size_t i)
{
	static const char *const quadrants[] = { "INCOME", "FAMILY", "HEALTH", "HOUSING" };
	static const char *const states[] = { "OK", "WATCH", "SUPPORT", "ACUTE" };
	static const char *const modes[] = { "FACE", "FACE", "FACE", "PHONE", "REMOTE" };
	static const char *const events[] = { "MOVE", "DIVORCE", "ILLNESS", "UNEMPLOYMENT", "RETIREMENT", "EVICTION" };
	int32_t on = s->today - 20 - (int32_t)below(&s->chance, 150);
	begin(s, "q", i, "life_situation_mapping");
	happened(on);
	printf(",\"case\":\"ref:c%zu\",\"sign\":true,\"fields\":{\"client\":\"ref:c%zu\"", i, i);
	text("mode", modes[below(&s->chance, 5)]);
	printf(",\"events\":[{\"life_event\":\"%s\"", events[below(&s->chance, 6)]);
	date("date", on - 60);
	printf("}],\"quadrants\":[");
	for (size_t q = 0; q < 4; q++)
		printf("%s{\"quadrant\":\"%s\",\"state\":\"%s\",\"text\":\"%s\"}", q == 0 ? "" : ",", quadrants[q],
		       states[below(&s->chance, 8) % 4], pick(s, &sample_quadrant[q]));
	printf("],\"client_confirmed\":true");
	date("valid_until", on + 183);
	printf("}}\n");
}

/* ---- matters and what belongs to them ---- */

static void one_case(struct sample *s, size_t m, size_t client, int32_t on)
{
	static const char *const pathways[] = { "ETOTU_TRANSFER", "BASIC_PART_REDUCTION", "REHAB_WORK_ACT",
						"NEED_REQUEST", "OBVIOUS_NEED", "TALK_REQUEST", "SELF",
						"OUTREACH_FOUND", "RECEPTION_CENTRE" };
	begin(s, "m", m, "case");
	printf(",\"case\":\"new\",\"client_case\":\"ref:c%zu\",\"fields\":{\"client\":\"ref:c%zu\"", client, client);
	text("title", sample_title[s->pathways[m]]);
	date("opened_on", on);
	text("opened_by_pathway", pathways[s->pathways[m]]);
	printf(",\"special_support\":%s", m % 11 == 3 ? "true" : "false");
	if (m % 11 == 3)
		text("special_support_reason", "Toimintakyky on heikentynyt pitkän sairauden vuoksi.");
	printf(",\"work_types\":[\"OUTREACH\",\"%s\"]", one_in(&s->chance, 3) ? "ECONOMIC_SOCIAL_WORK" : "SOCIAL_WORK");
	text("state", "ASSESSING");
	printf("}}\n");
}

/* Once everything is in it: a third is closed (50 of 150), a third in service. */
static void one_course(struct sample *s, size_t m)
{
	if (m % 3 == 0)
		return;
	step(s, "m", m, "case", "PLANNED");
	printf("}}\n");
	step(s, "m", m, "case", "IN_SERVICE");
	printf("}}\n");
	if (m % 3 == 1)
		return;
	step(s, "m", m, "case", "CLOSING");
	printf("}}\n");
	step(s, "m", m, "case", "CLOSED");
	date("closed_on", s->today - 5);
	text("close_reason", "Tavoitteet saavutettiin yhdessä todeten.");
	printf("}}\n");
}

static void one_visit(struct sample *s, size_t v, size_t m, size_t client, int32_t on)
{
	static const char *const purposes[] = { "MAPPING", "FOLLOW_UP", "APPLICATION_HELP", "PLAN_REVIEW", "GUIDANCE" };
	static const char *const phases[] = { "GUIDANCE", "APPLYING", "SOCIAL_WELFARE" };
	static const char *const places[] = { "HOME", "HOME", "HOME", "OUTREACH_POST", "PHONE" };
	bool no_show = v % 21 == 20;
	unsigned hour = 9 + (unsigned)below(&s->chance, 6);
	begin(s, "v", v, "visit");
	printf(",\"case\":\"ref:m%zu\",\"fields\":{\"client\":\"ref:c%zu\"", m, client);
	text("place", places[below(&s->chance, 5)]);
	moment("planned_at", on, hour, 0);
	if (no_show)
		text("cancel_reason", "Kukaan ei avannut ovea.");
	else
		moment("started_at", on, hour, 5);
	text("purpose", purposes[below(&s->chance, 5)]);
	text("phase", phases[below(&s->chance, 3)]);
	text("state", no_show ? "NO_SHOW" : "STARTED");
	text("next_step", pick(s, &sample_next));
	printf("}}\n");
	begin(s, "n", v, "encounter_note");
	happened(on);
	printf(",\"case\":\"ref:m%zu\",\"sign\":true,\"fields\":{\"visit\":\"ref:v%zu\"", m, v);
	if (no_show)
		text("text", "Kukaan ei avannut ovea. En jättänyt viestiä.");
	else
		printf(",\"text\":\"%s %s %s\"", pick(s, &sample_note), pick(s, &sample_note), pick(s, &sample_next));
	if (!no_show && one_in(&s->chance, 3))
		text("client_view", pick(s, &sample_view));
	text("source", one_in(&s->chance, 2) ? "CLIENT" : "OBSERVED");
	printf("}}\n");
	if (no_show)
		return;
	step(s, "v", v, "visit", "DONE");
	moment("ended_at", on, hour + 1, 10);
	printf("}}\n");
}

static void one_assessment(struct sample *s, size_t a, size_t m, int32_t on)
{
	bool unnecessary = a % 9 == 4;
	begin(s, "a", a, "service_need_assessment");
	happened(on + 3);
	printf(",\"case\":\"ref:m%zu\",\"sign\":true,\"fields\":{\"deadline_rule\":\"D4_OTHER\"", m);
	date("started_on", on + 3);
	printf(",\"participants\":[{\"role\":\"asiakas\"},{\"role\":\"sosiaalityöntekijä\"}]");
	if (unnecessary) {
		text("outcome", "UNNECESSARY");
		printf(",\"unnecessary\":{\"ground\":\"TEMPORARY\",\"text\":\"%s\",\"decided_by\":\"Aino Laine\"}",
		       "Arviointi katsottiin ilmeisen tarpeettomaksi, koska tarve oli tilapäinen ja se hoidettiin "
		       "neuvonnalla samana päivänä.");
	} else {
		text("outcome", "SERVICES");
		printf(",\"needs\":[\"%s\"],\"findings\":[{\"quadrant\":\"INCOME\",\"text\":\"%s\"}]", pick(s, &sample_need),
		       pick(s, &sample_quadrant[0]));
	}
	printf("}}\n");
}

static void one_plan(struct sample *s, size_t p, size_t m, int32_t on)
{
	/* The pathway says which kind; else 10, 15 and 45 of 70. */
	static const char *const kinds[] = { NULL, "INDEPENDENT_COPING", "ACTIVATION", "CLIENT", "CLIENT", NULL, NULL, NULL, NULL };
	const char *kind = kinds[s->pathways[m]] != NULL ? kinds[s->pathways[m]]
			   : p % 14 < 2 ? "INDEPENDENT_COPING" : p % 14 < 5 ? "ACTIVATION" : "CLIENT";
	begin(s, "p", p, "plan");
	happened(on);
	printf(",\"case\":\"ref:m%zu\",\"sign\":true,\"fields\":{\"kind\":\"%s\"", m, kind);
	printf(",\"goals\":[{\"text\":\"%s\",\"category\":\"%s\"}]", pick(s, &sample_goal), "DIGITAL_SKILLS");
	printf(",\"actions\":[{\"what\":\"%s\",\"who\":\"asiakas ja työntekijä\"", pick(s, &sample_next));
	date("due", s->today + 14 + (int32_t)below(&s->chance, 60));
	printf("}],\"parties\":[{\"role\":\"asiakas\"},{\"role\":\"omatyöntekijä\"},{\"role\":\"TE-palvelut\"}],"
	       "\"client_agreement\":\"AGREED\"");
	date("valid_from", on);
	date("review_on", s->today + 30 + (int32_t)below(&s->chance, 90));
	printf(",\"kela_notice_wanted\":%s}}\n", p % 2 == 0 ? "true" : "false");
}

static void one_consent(struct sample *s, size_t k, size_t client)
{
	int32_t on = s->today - 30 - (int32_t)below(&s->chance, 90);
	bool expired = k % 11 == 7, withdrawn = k % 15 == 4 || k % 15 == 12;
	begin(s, "k", k, "consent");
	happened(on);
	printf(",\"case\":\"ref:c%zu\",\"sign\":true,\"fields\":{\"client\":\"ref:c%zu\"", client, client);
	text("direction", "TO_KELA");
	text("recipient", "Kansaneläkelaitos");
	text("purpose", "Suunnitelman tiivistelmän toimittaminen tiedoksi");
	printf(",\"scope\":[\"PLAN_SUMMARY\"],\"excluded\":[\"QUADRANT_HEALTH\"],\"form\":\"WRITTEN\"");
	moment("given_at", on, 10, 30);
	text("place", "asiakkaan koti");
	text("witness_staff", "Aino Laine");
	date("valid_until", expired ? s->today - 3 : on + 300);
	text("understood_check", "Asiakas kertoi omin sanoin, mitä luovutetaan ja kenelle.");
	printf("}}\n");
	if (!withdrawn)
		return;
	begin(s, "w", k, "consent");
	printf(",\"record\":\"ref:k%zu\",\"fields\":{\"state\":\"WITHDRAWN\"", k);
	moment("withdrawn_at", on + 20, 9, 15);
	text("withdrawn_via", "puhelimitse");
	printf("}}\n");
}

static void decided(struct sample *s, size_t a, int32_t on)
{
	char day[CIVIL_DATE_BYTES];
	civil_write_date(on, day);
	step(s, "h", a, "assistance_application", "DECIDED");
	printf(",\"decision\":{\"date\":\"%s\",\"result\":\"Myönnetty\",\"copy_seen\":true}", day);
}

/* Queued; an urgent one is called back and resolved, or moved to the normal queue. */
static void application_course(struct sample *s, size_t a, int32_t on, bool urgent, bool moved)
{
	step(s, "h", a, "assistance_application", urgent ? "URGENT_QUEUE" : "NORMAL_QUEUE");
	printf("}}\n");
	if (moved)
		step(s, "h", a, "assistance_application", "NORMAL_QUEUE");
	else if (urgent || a % 3 != 0)
		decided(s, a, on + 1);
	if (urgent) {
		printf(",\"callback\":{\"summary\":\"Kelan käsittelijä soitti\"");
		moment("at", on, 14, 0);
		printf("}");
		text("urgent_outcome", moved ? "MOVED_TO_NORMAL" : "RESOLVED_URGENT");
	}
	if (urgent || a % 3 != 0)
		printf("}}\n");
	if (!moved)
		return;
	decided(s, a, on + 6);
	printf("}}\n");
}

static void one_application(struct sample *s, size_t a, size_t client)
{
	static const char *const channels[] = { "OWN_DEVICE", "PUBLIC_GUIDED", "ORAL_PHONE", "PAPER", "WITH_WORKER_DEVICE" };
	int32_t on = s->today - 10 - (int32_t)below(&s->chance, 200);
	bool urgent = a % 11 == 6;
	begin(s, "h", a, "assistance_application");
	printf(",\"case\":\"ref:c%zu\",\"fields\":{\"client\":\"ref:c%zu\",\"period\":{\"from\":", client, client);
	char from[CIVIL_DATE_BYTES], to[CIVIL_DATE_BYTES];
	civil_write_date(on, from);
	civil_write_date(on + 30, to);
	printf("\"%s\",\"to\":\"%s\"}", from, to);
	text("channel", channels[below(&s->chance, 5)]);
	text("helped_by", "Aino Laine");
	moment("delivered_at", on, 11, 30);
	moment("arrived_at_kela", on, 12, 0);
	text("urgency", urgent ? "URGENT" : "NORMAL");
	if (urgent) {
		printf(",\"urgency_grounds\":[\"MEDICINE\"]");
		text("urgency_reason", "Lääkkeet loppuivat eilen eikä rahaa uusiin ole.");
	}
	text("state", "DELIVERED");
	printf("}}\n");
	application_course(s, a, on, urgent, a % 33 == 6);
}

/* ---- the whole ---- */

static void all_clients(struct sample *s)
{
	struct person *people = calloc(s->clients + 1, sizeof *people);
	ASSERT(people != NULL);
	for (size_t i = 0; i < s->clients; i++) {
		people[i] = person_of(s, i, people);
		one_client(s, i, &people[i]);
	}
	free(people);
	size_t number = 0;
	for (size_t i = 0; i < s->clients; i++) {
		one_capability(s, i, number++, s->types[i], s->today - 200);
		if (i % 24 == 1) /* five of 120 change type over time */
			one_capability(s, i, number++, (s->types[i] + 1u) % 4, s->today - 20);
		if (i % 4 != 3)
			one_mapping(s, i);
	}
}

static void all_matters(struct sample *s)
{
	size_t visits = 0, assessments = 0, plans = 0, applications = 0, consents = 0;
	for (size_t m = 0; m < s->cases; m++) {
		size_t client = m % s->clients;
		int32_t on = s->today - 60 - (int32_t)below(&s->chance, 240);
		one_case(s, m, client, on);
		if (m % 15 < 11)
			one_assessment(s, assessments++, m, on);
		if (m % 15 < 7)
			one_plan(s, plans++, m, on + 20);
		for (size_t k = 0; k < (m % 5 == 4 ? 2u : 3u); k++)
			one_visit(s, visits++, m, client, on + 5 + (int32_t)(k * 14 + below(&s->chance, 9)));
		for (size_t k = 0; k < (m % 15 == 0 ? 2u : 1u); k++)
			one_application(s, applications++, client);
		if (m % 10 < 3)
			one_consent(s, consents++, client);
		one_course(s, m);
	}
}

static size_t number_of(struct command_context *c, enum command_option option, size_t standard, size_t most)
{
	const char *given = c->options[option];
	if (given == NULL)
		return standard;
	char *end;
	unsigned long long value = strtoull(given, &end, 10);
	if (*given == '\0' || *given == '-' || *end != '\0' || value == 0 || value > most)
		say_die(SAY_USAGE, "\"%s\" is no number between 1 and %zu", say_clean(given), most);
	return (size_t)value;
}

int sample_command(struct command_context *c, int argc, char **argv)
{
	if (argc > 0)
		command_usage(c, argv[0]);
	struct sample s = {
		.chance = { number_of(c, COMMAND_SEED, 1, SIZE_MAX) },
		.clients = number_of(c, COMMAND_CLIENTS, 120, PEOPLE_MAX),
		.cases = number_of(c, COMMAND_CASES, 150, PEOPLE_MAX),
		.today = civil_days((struct civil_date){ 2026, 11, 2 }),
	};
	s.types = deck(&s.chance, s.clients, type_percent, 4);
	s.ages = deck(&s.chance, s.clients, age_percent, 4);
	s.languages = deck(&s.chance, s.clients, language_percent, 4);
	s.places = deck(&s.chance, s.clients, sample_municipality_percent, sample_municipality.count);
	s.pathways = deck(&s.chance, s.cases, pathway_percent, 9);
	all_clients(&s);
	all_matters(&s);
	free(s.types);
	free(s.ages);
	free(s.languages);
	free(s.places);
	free(s.pathways);
	return SAY_OK;
}
