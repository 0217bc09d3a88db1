/* sample_tally - one table of what is wanted, and the counting. */
#include "sample_tally.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/civil.h"
#include "sample_set.h"
#include "say.h"

/* ---- what is wanted ---- */

/* Records of a type, of one value of a field where one is named: "+" any value,
 * "" the field is absent. */
struct line {
	const char *what;
	unsigned wanted;
	bool is_fixed;
	const char *type, *field, *value;
};
#define PATHWAY(name, wanted) { "cases by pathway: " name, wanted, false, "case", "opened_by_pathway", name }
static const struct line lines[] = {
	{ "staff", 9, true, "staff_member", NULL, NULL },
	{ "staff: Kela contacts", 2, true, "role_grant", "role", "KELA_CONTACT" },
	{ "staff: municipal administrator", 1, true, "role_grant", "role", "MUNICIPAL_ADMIN" },
	{ "staff: technical administrator", 1, true, "role_grant", "role", "TECHNICAL_ADMIN" },
	{ "cases", 150, false, "case", NULL, NULL },
	{ "cases: closed", 50, false, "case", "state", "CLOSED" },
	PATHWAY("ETOTU_TRANSFER", 30), PATHWAY("BASIC_PART_REDUCTION", 15), PATHWAY("REHAB_WORK_ACT", 15),
	PATHWAY("NEED_REQUEST", 38), PATHWAY("OBVIOUS_NEED", 15), PATHWAY("TALK_REQUEST", 7), PATHWAY("SELF", 12),
	PATHWAY("OUTREACH_FOUND", 12), PATHWAY("RECEPTION_CENTRE", 6),
	{ "referrals: without action", 2, false, "referral", "state", "CLOSED_NO_ACTION" },
	{ "assessments", 110, false, "service_need_assessment", NULL, NULL },
	{ "assessments: UNNECESSARY", 12, false, "service_need_assessment", "outcome", "UNNECESSARY" },
	{ "assessments: UNNECESSARY with reasons", 12, false, "service_need_assessment", "unnecessary", "+" },
	{ "plans", 70, false, "plan", NULL, NULL },
	{ "plans: INDEPENDENT_COPING", 10, false, "plan", "kind", "INDEPENDENT_COPING" },
	{ "plans: ACTIVATION", 15, false, "plan", "kind", "ACTIVATION" },
	{ "plans: CLIENT", 45, false, "plan", "kind", "CLIENT" },
	{ "consents", 45, false, "consent", NULL, NULL },
	{ "consents: withdrawn", 6, false, "consent", "state", "WITHDRAWN" },
	{ "consents: narrowed", 3, false, "consent", "state", "NARROWED" },
	{ "consents: expired", 4, false, "consent", "state", "EXPIRED" },
	{ "disclosures", 38, false, "disclosure", NULL, NULL },
	{ "disclosures: BLOCKED", 2, false, "disclosure", "state", "BLOCKED" },
	{ "visits", 420, false, "visit", NULL, NULL },
	{ "applications", 160, false, "assistance_application", NULL, NULL },
	{ "applications: urgent", 14, false, "assistance_application", "urgency", "URGENT" },
	{ "applications: RESOLVED_URGENT", 9, false, "assistance_application", "urgent_outcome", "RESOLVED_URGENT" },
	{ "applications: MOVED_TO_NORMAL", 5, false, "assistance_application", "urgent_outcome", "MOVED_TO_NORMAL" },
	{ "applications: with info request", 35, false, "assistance_application", "info_requests", "+" },
	{ "joint sessions", 18, false, "joint_session", NULL, NULL },
	{ "corrections", 7, false, "correction", NULL, NULL },
	{ "handovers", 5, false, "handover", NULL, NULL },
	{ "handovers: in effect", 3, false, "handover", "state", "EFFECTIVE" },
	{ "transfers from a reception centre", 6, false, "reception_transfer", NULL, NULL },
	{ "anonymous contacts", 90, false, "anonymous_contact", NULL, NULL },
	{ "feedback", 40, false, "feedback", NULL, NULL },
	{ "Kaikukortti", 12, false, "kaikukortti_grant", NULL, NULL },
	{ "workshop items", 8, false, "decision_quality_item", NULL, NULL },
	{ "note under the wrong client, corrected", 1, false, "correction", "kind", "WRONG_CLIENT" },
	{ "child concern: notice made", 1, false, "child_notice", NULL, NULL },
	{ "session with interpreter, ended", 1, false, "joint_session", "state", "ENDED" },
};
enum { LINES = sizeof lines / sizeof lines[0] };

enum derived {
	BROAD, LIMITED, NARROW, VERY_NARROW, CLIENTS, IN_1, IN_2, IN_3, IN_4, IN_5, IN_6, EQ_SK, NOEQ_SK, EQ_NOSK, NOEQ_NOSK, AGE_18, AGE_30, AGE_50, AGE_65,
	OVER_75, FINNISH, SWEDISH, OTHER, SAMI, CHANGED, PROTECTED, NO_CODE, GUARDIAN, DEAD, SAME_NAME, SAME_BIRTH, OPEN,
	NOTICES, NEW_NOTICES, REVISED_APART, LONG_NOTE, EASTER, MIDSUMMER, SWEDISH_NAME, SAMI_NAME, MERGED, OLD_DRAFT,
	WRONG_CLOCK, REAL_CODES, DEVICES, ACTIVE, LOST, RETIRED, DERIVED,
};
static const struct { const char *what; unsigned wanted; bool is_fixed; } derived[DERIVED] = {
	[BROAD] = { "municipalities: BROAD", 1, true }, [LIMITED] = { "municipalities: LIMITED", 1, true },
	[NARROW] = { "municipalities: NARROW", 2, true }, [VERY_NARROW] = { "municipalities: VERY_NARROW", 2, true },
	[CLIENTS] = { "clients", 120, false },
	[IN_1] = { "clients in Koskelanmäki", 40, false }, [IN_2] = { "clients in Vuorenpohja", 25, false },
	[IN_3] = { "clients in Hallasuo", 20, false }, [IN_4] = { "clients in Kuusilahti", 10, false },
	[IN_5] = { "clients in Takkuvaara", 15, false }, [IN_6] = { "clients in Lintuselkä", 10, false },
	[EQ_SK] = { "clients: EQ_SK", 60, false }, [NOEQ_SK] = { "clients: NOEQ_SK", 12, false },
	[EQ_NOSK] = { "clients: EQ_NOSK", 24, false }, [NOEQ_NOSK] = { "clients: NOEQ_NOSK", 24, false },
	[AGE_18] = { "clients: 18-29", 36, false }, [AGE_30] = { "clients: 30-49", 42, false },
	[AGE_50] = { "clients: 50-64", 30, false }, [AGE_65] = { "clients: 65 and over", 12, false },
	[OVER_75] = { "clients: over 75", 4, false },
	[FINNISH] = { "clients: Finnish", 101, false }, [SWEDISH] = { "clients: Swedish", 11, false },
	[OTHER] = { "clients: another language", 7, false }, [SAMI] = { "clients: Northern Sámi", 1, false },
	[CHANGED] = { "clients: type changed over time", 5, false },
	[PROTECTED] = { "clients: address protected", 3, false }, [NO_CODE] = { "clients: no identity code", 2, false },
	[GUARDIAN] = { "clients: with guardian", 2, false }, [DEAD] = { "clients: died", 1, false },
	[SAME_NAME] = { "pairs of one name", 2, false }, [SAME_BIRTH] = { "pairs of one name and birth date", 1, false },
	[OPEN] = { "cases: open", 100, false },
	[NOTICES] = { "Kela's notices of concern", 50, false }, [NEW_NOTICES] = { "Kela's notices: new clients (56 %)", 28, false },
	[REVISED_APART] = { "plan revised by two workers offline", 1, false }, [LONG_NOTE] = { "note of 20,000 characters", 1, false },
	[EASTER] = { "application arrived on Easter Saturday", 1, false },
	[MIDSUMMER] = { "application whose deadline lies over Midsummer Eve", 1, false },
	[SWEDISH_NAME] = { "Åsa-Märta von Öhman", 1, false }, [SAMI_NAME] = { "Niillas Ánte Guhtur", 1, false },
	[MERGED] = { "client records linked to another", 2, false }, [OLD_DRAFT] = { "drafts unsigned for five days", 1, false },
	[WRONG_CLOCK] = { "devices whose clock is three hours wrong", 1, true },
	[REAL_CODES] = { "identity codes outside 900-999", 0, true },
	[DEVICES] = { "devices (at the central node)", 7, true }, [ACTIVE] = { "devices: active", 5, true },
	[LOST] = { "devices: lost and refused", 1, true }, [RETIRED] = { "devices: retired", 1, true },
};

enum { TEXT_BYTES = 256, HOUR_MS = 3600 * 1000 };

struct person {
	char name[2 * TEXT_BYTES];
	int32_t born, typed_on;
	int type;                      /* of the newest capability; -1: none */
	bool is_there, has_changed;
	unsigned place, language;
	bool is_protected, has_code, has_guardian, is_dead, is_merged;
};

/* By id: what was seen already; a client has a place among the people. */
struct seen { char id[33]; size_t person; };

/* A municipality has a record for each type it has been of. */
struct town {
	char name[TEXT_BYTES];
	int32_t from;
	unsigned env;
};
enum { TOWNS_MAX = 64 };

struct sample_tally {
	struct town towns[TOWNS_MAX];
	size_t town_count;
	struct sample_fact facts[LINES + DERIVED];
	struct seen *seen;
	size_t seen_count, seen_size;
	struct person *people;
	size_t people_count;
	int32_t today, easter_saturday, before_midsummer;
};

/* ---- what was seen ---- */

static void *must(void *block)
{
	if (block == NULL)
		say_die(SAY_FAILED, "out of memory");
	return block;
}

static struct seen *slot(struct sample_tally *t, const char *id)
{
	uint64_t h = 1469598103934665603u;
	for (const char *c = id; *c != '\0'; c++)
		h = (h ^ (uint8_t)*c) * 1099511628211u;
	size_t at = (size_t)h & (t->seen_size - 1);
	while (t->seen[at].id[0] != '\0' && strcmp(t->seen[at].id, id) != 0)
		at = (at + 1) & (t->seen_size - 1);
	return &t->seen[at];
}

static void grow(struct sample_tally *t)
{
	struct seen *old = t->seen;
	size_t size = t->seen_size;
	t->seen_size = size == 0 ? 4096 : size * 2;
	t->seen = must(calloc(t->seen_size, sizeof *t->seen));
	for (size_t i = 0; i < size; i++)
		if (old[i].id[0] != '\0')
			*slot(t, old[i].id) = old[i];
	free(old);
}

static struct seen *see(struct sample_tally *t, const char *id, bool *is_new)
{
	if (t->seen_count * 2 >= t->seen_size)
		grow(t);
	struct seen *seen = slot(t, id);
	*is_new = seen->id[0] == '\0';
	if (!*is_new)
		return seen;
	strcpy(seen->id, id);
	seen->person = SIZE_MAX;
	t->seen_count++;
	return seen;
}

static bool read_text(struct json object, const char *name, char *out, size_t size)
{
	size_t len = 0;
	if (!json_text(json_member(object, name), out, size - 1, &len))
		len = 0;
	out[len] = '\0';
	return len > 0;
}

bool sample_tally_sees(struct sample_tally *t, struct json id)
{
	char text[33];
	size_t len = 0;
	bool is_new = false;
	if (!json_text(id, text, sizeof text - 1, &len))
		return false;
	text[len] = '\0';
	(void)see(t, text, &is_new);
	return is_new;
}

/* The person of a client's id, seen or only named so far: ids of people stand apart
 * from those of records by a mark in front. */
static struct person *person(struct sample_tally *t, const char *id)
{
	char key[33];
	bool is_new;
	memcpy(key, id, sizeof key);
	key[0] = '#';
	struct seen *seen = see(t, key, &is_new);
	if (is_new) {
		t->people = must(realloc(t->people, (t->people_count + 1) * sizeof *t->people));
		t->people[t->people_count] = (struct person){ .type = -1, .place = SAMPLE_PLACES };
		seen->person = t->people_count++;
	}
	return &t->people[seen->person];
}

/* ---- counting ---- */

static void count(struct sample_tally *t, enum derived what, bool holds)
{
	t->facts[LINES + what].found += holds;
}

static unsigned place_among(const char *text, const char *const *names, unsigned count_of)
{
	unsigned i = 0;
	while (i < count_of && strcmp(names[i], text) != 0)
		i++;
	return i;
}

static bool is_there(struct json value)
{
	struct json name, item;
	struct json_walk walk = json_walk(value);
	if (value.type == JSON_LIST)
		return json_next(&walk, &name, &item);
	return value.type != JSON_ABSENT && value.type != JSON_NULL;
}

static void read_client(struct sample_tally *t, const char *id, struct json fields)
{
	static const char *const towns[] = { "Koskelanmäki", "Vuorenpohja", "Hallasuo", "Kuusilahti", "Takkuvaara", "Lintuselkä" };
	static const char *const languages[] = { "FI", "SV", "OTHER", "SE" };
	char family[TEXT_BYTES], given[TEXT_BYTES], text[TEXT_BYTES];
	struct person *p = person(t, id);
	p->is_there = true;
	read_text(fields, "family_name", family, sizeof family);
	read_text(fields, "given_names", given, sizeof given);
	snprintf(p->name, sizeof p->name, "%s %s", given, family);
	if (read_text(fields, "birth_date", text, sizeof text))
		(void)civil_read_date(span_text(text), &p->born);
	read_text(fields, "municipality", text, sizeof text);
	p->place = place_among(text, towns, SAMPLE_PLACES);
	read_text(fields, "contact_language", text, sizeof text);
	p->language = place_among(text, languages, 4);
	p->is_protected = json_member(fields, "address_protected").type == JSON_TRUE;
	p->has_code = read_text(fields, "hetu", text, sizeof text);
	count(t, REAL_CODES, p->has_code && text[7] != '9');
	p->has_guardian = is_there(json_member(fields, "legal_representative"));
	p->is_dead = is_there(json_member(fields, "died_on"));
	p->is_merged = is_there(json_member(fields, "merged_into"));
}

static void read_capability(struct sample_tally *t, struct json fields)
{
	static const char *const types[] = { "EQ_SK", "NOEQ_SK", "EQ_NOSK", "NOEQ_NOSK" };
	char id[33], text[TEXT_BYTES];
	int32_t day = 0;
	if (!read_text(fields, "client", id, sizeof id))
		return;
	struct person *p = person(t, id);
	read_text(fields, "customer_type", text, sizeof text);
	int type = (int)place_among(text, types, 4);
	if (read_text(fields, "assessed_on", text, sizeof text))
		(void)civil_read_date(span_text(text), &day);
	p->has_changed = p->has_changed || (p->type >= 0 && p->type != type);
	if (p->type >= 0 && day < p->typed_on)
		return;
	p->type = type;
	p->typed_on = day;
}

static void read_referral(struct sample_tally *t, struct json fields)
{
	bool concern = json_text_is(json_member(fields, "pathway"), "NEED_REQUEST") ||
		       json_text_is(json_member(fields, "pathway"), "OBVIOUS_NEED");
	bool kelas = concern && json_text_is(json_member(fields, "from_org"), "KELA");
	count(t, NOTICES, kelas);
	count(t, NEW_NOTICES, kelas && json_member(fields, "new_client").type == JSON_TRUE);
}

static void read_application(struct sample_tally *t, struct json fields)
{
	char text[64];
	uint64_t ms;
	if (!read_text(fields, "arrived_at_kela", text, sizeof text) || !civil_read_time(span_text(text), &ms))
		return;
	int32_t day = civil_days(civil_helsinki(ms).date);
	count(t, EASTER, day == t->easter_saturday);
	count(t, MIDSUMMER, day == t->before_midsummer && json_text_is(json_member(fields, "urgency"), "NORMAL"));
}

static void read_note(struct sample_tally *t, struct json fields)
{
	static char text[4 * 20000 + 1];
	size_t len = 0;
	if (json_text(json_member(fields, "text"), text, sizeof text - 1, &len))
		count(t, LONG_NOTE, wire_utf8_chars(span_of(text, len)) == 20000);
}

/* Two plans that replace the same one. */
static void read_plan(struct sample_tally *t, struct json fields)
{
	char id[33];
	if (!read_text(fields, "replaces", id, sizeof id))
		return;
	bool is_new;
	id[0] = '%'; /* apart from the ids of records */
	(void)see(t, id, &is_new);
	count(t, REVISED_APART, !is_new);
}

static void read_town(struct sample_tally *t, struct json fields)
{
	static const char *const types[] = { "BROAD", "LIMITED", "NARROW", "VERY_NARROW" };
	struct town town = { .env = 4 };
	char text[TEXT_BYTES];
	size_t i = 0;
	if (!read_text(fields, "name", town.name, sizeof town.name) || !read_text(fields, "valid_from", text, sizeof text) ||
	    !civil_read_date(span_text(text), &town.from) || town.from > t->today)
		return;
	read_text(fields, "env_type", text, sizeof text);
	town.env = place_among(text, types, 4);
	while (i < t->town_count && strcmp(t->towns[i].name, town.name) != 0)
		i++;
	if (i == TOWNS_MAX || (i < t->town_count && t->towns[i].from > town.from))
		return;
	t->town_count += i == t->town_count;
	t->towns[i] = town;
}

static void read_lines(struct sample_tally *t, struct json type, struct json fields)
{
	for (size_t i = 0; i < LINES; i++) {
		const struct line *line = &lines[i];
		if (!json_text_is(type, line->type))
			continue;
		struct json value = line->field == NULL ? fields : json_member(fields, line->field);
		t->facts[i].found += line->field == NULL || (strcmp(line->value, "+") == 0 ? is_there(value)
										           : json_text_is(value, line->value));
	}
}

void sample_tally_record(struct sample_tally *t, struct json record)
{
	char id[33];
	struct json type = json_member(record, "type"), fields = json_member(record, "fields");
	if (!read_text(record, "id", id, sizeof id) || !sample_tally_sees(t, json_member(record, "id")))
		return;
	read_lines(t, type, fields);
	if (json_text_is(type, "client"))
		read_client(t, id, fields);
	else if (json_text_is(type, "digital_capability"))
		read_capability(t, fields);
	else if (json_text_is(type, "referral"))
		read_referral(t, fields);
	else if (json_text_is(type, "assistance_application"))
		read_application(t, fields);
	else if (json_text_is(type, "encounter_note"))
		read_note(t, fields);
	else if (json_text_is(type, "plan"))
		read_plan(t, fields);
	else if (json_text_is(type, "municipality"))
		read_town(t, fields);
}

void sample_tally_draft(struct sample_tally *t, struct json draft, uint64_t now_ms)
{
	uint64_t changed = (uint64_t)say_integer(draft, "changed_ms");
	count(t, OLD_DRAFT, changed + 5ull * 24 * HOUR_MS <= now_ms + HOUR_MS);
}

void sample_tally_clock(struct sample_tally *t, int64_t offset_ms)
{
	int64_t off = offset_ms < 0 ? -offset_ms : offset_ms;
	count(t, WRONG_CLOCK, off > 175 * 60000ll && off < 185 * 60000ll);
}

void sample_tally_device(struct sample_tally *t, struct json device)
{
	struct json state = json_member(device, "state");
	count(t, DEVICES, true);
	count(t, ACTIVE, json_text_is(state, "ACTIVE"));
	count(t, LOST, json_text_is(state, "REVOKED"));
	count(t, RETIRED, json_text_is(state, "RETIRED"));
}

/* ---- what all of them tell ---- */

static int age_of(const struct person *p, int32_t today)
{
	struct civil_date now = civil_of_days(today), born = civil_of_days(p->born);
	return now.year - born.year - (now.month < born.month || (now.month == born.month && now.day < born.day));
}

static void count_person(struct sample_tally *t, const struct person *p)
{
	int age = age_of(p, t->today);
	count(t, CLIENTS, true);
	if (p->place < SAMPLE_PLACES)
		count(t, (enum derived)(IN_1 + p->place), true);
	if (p->type >= 0 && p->type < 4)
		count(t, (enum derived)((int)EQ_SK + p->type), true);
	count(t, AGE_18, age >= 18 && age < 30);
	count(t, AGE_30, age >= 30 && age < 50);
	count(t, AGE_50, age >= 50 && age < 65);
	count(t, AGE_65, age >= 65);
	count(t, OVER_75, age > 75);
	if (p->language < 4)
		count(t, (enum derived)(FINNISH + p->language), true);
	count(t, CHANGED, p->has_changed);
	count(t, PROTECTED, p->is_protected);
	count(t, NO_CODE, !p->has_code);
	count(t, GUARDIAN, p->has_guardian);
	count(t, DEAD, p->is_dead);
	count(t, SWEDISH_NAME, strcmp(p->name, "Åsa-Märta von Öhman") == 0);
	count(t, SAMI_NAME, strcmp(p->name, "Niillas Ánte Guhtur") == 0);
}

static int by_name(const void *a, const void *b)
{
	const struct person *one = a, *two = b;
	int order = strcmp(one->name, two->name);
	return order != 0 ? order : one->born < two->born ? -1 : one->born > two->born;
}

void sample_tally_end(struct sample_tally *t)
{
	size_t here = 0;
	for (size_t i = 0; i < t->people_count; i++) {
		struct person *p = &t->people[i];
		count(t, MERGED, p->is_there && p->is_merged);
		if (p->is_there && !p->is_merged)
			t->people[here++] = *p;
	}
	t->people_count = here;
	if (here > 0)
		qsort(t->people, here, sizeof *t->people, by_name);
	for (size_t i = 0; i < here; i++) {
		count_person(t, &t->people[i]);
		if (i == 0 || strcmp(t->people[i].name, t->people[i - 1].name) != 0)
			continue;
		count(t, SAME_NAME, t->people[i].born != t->people[i - 1].born);
		count(t, SAME_BIRTH, t->people[i].born == t->people[i - 1].born);
	}
	for (size_t i = 0; i < t->town_count; i++)
		if (t->towns[i].env < 4)
			count(t, (enum derived)(BROAD + t->towns[i].env), true);
	for (size_t i = 0; i < LINES; i++) {
		if (strcmp(lines[i].what, "cases") == 0)
			t->facts[LINES + OPEN].found += t->facts[i].found;
		if (strcmp(lines[i].what, "cases: closed") == 0)
			t->facts[LINES + OPEN].found -= t->facts[i].found;
	}
}

struct sample_tally *sample_tally_new(int32_t today, bool is_outreach)
{
	static const unsigned outreach[] = { 18, 12, 36, 54 };
	struct sample_tally *t = must(calloc(1, sizeof *t));
	t->today = today;
	t->easter_saturday = sample_easter_saturday(today);
	t->before_midsummer = sample_before_midsummer(today);
	for (size_t i = 0; i < LINES; i++)
		t->facts[i] = (struct sample_fact){ .what = lines[i].what, .wanted = lines[i].wanted, .is_fixed = lines[i].is_fixed };
	for (size_t i = 0; i < DERIVED; i++)
		t->facts[LINES + i] = (struct sample_fact){ .what = derived[i].what, .wanted = derived[i].wanted,
							    .is_fixed = derived[i].is_fixed };
	t->facts[LINES + SAME_NAME].is_least = true;
	for (size_t i = 0; i < 4 && is_outreach; i++)
		t->facts[LINES + EQ_SK + i].wanted = outreach[i];
	return t;
}

void sample_tally_free(struct sample_tally *t)
{
	free(t->seen);
	free(t->people);
	free(t);
}

struct sample_fact *sample_tally_facts(struct sample_tally *t, size_t *count_of)
{
	*count_of = LINES + DERIVED;
	return t->facts;
}
