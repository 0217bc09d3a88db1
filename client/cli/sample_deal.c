/* sample_deal - draws the set: shares from decks, so that each number is exact. */
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/civil.h"
#include "sample_set.h"
#include "sample_words.h"

static const unsigned types[] = { 60, 12, 24, 24 }, types_outreach[] = { 18, 12, 36, 54 };
static const unsigned ages[] = { 36, 42, 30, 12 };
static const unsigned languages[] = { 101, 11, 7, 1 };
static const unsigned places[] = { 40, 25, 20, 10, 15, 10 };
static const unsigned pathways[] = { 30, 15, 15, 38, 15, 7, 12, 12, 6 };

enum {
	TWICE = 30,          /* clients with two matters: the first is closed */
	CLOSED = 50,
	OVER_75 = 4,
	DEAD = TWICE + 3,    /* a client whose only matter is closed */
	COPING_PLANS = 10, CLIENT_PLANS = 41, /* cases: four more plans are revisions */
	KELA_NOTICES = 48, NEW_CLIENTS = 28,  /* and two notices that led to nothing: 28 of 50 */
};

/* ---- matters ---- */

/* What a matter is found to need, by its pathway and place in the row of those left. */
static void deal_assessed(struct sample *s)
{
	size_t coping = 0, client_plans = 0, unnecessary = 0, guidance = 0, no_need = 0, services = 0;
	for (size_t m = 0; m < SAMPLE_CASES; m++) {
		struct sample_case *c = &s->cases[m];
		bool concern = c->pathway == SAMPLE_NEED || c->pathway == SAMPLE_OBVIOUS;
		if (c->pathway == SAMPLE_REDUCTION && coping < COPING_PLANS) {
			c->plan = SAMPLE_COPING;
			coping++;
		} else if (c->pathway == SAMPLE_REHAB) {
			c->plan = SAMPLE_ACTIVATION;
		} else if (concern && client_plans < CLIENT_PLANS) {
			c->plan = SAMPLE_CLIENT_PLAN;
			client_plans++;
		}
		if (c->plan != SAMPLE_NO_PLAN)
			c->assessed = SAMPLE_SERVICES;
		else if (c->pathway == SAMPLE_OBVIOUS || c->pathway == SAMPLE_RECEPTION)
			c->assessed = SAMPLE_NOT_ASSESSED; /* may still become SERVICES below */
		else if (unnecessary < 12 && ++unnecessary != 0)
			c->assessed = SAMPLE_UNNECESSARY;
		else if (guidance < 10 && ++guidance != 0)
			c->assessed = SAMPLE_GUIDANCE;
		else if (no_need < 8 && ++no_need != 0)
			c->assessed = SAMPLE_NO_NEED;
	}
	for (size_t m = 0; m < SAMPLE_CASES && services < 14; m++)
		if (s->cases[m].assessed == SAMPLE_NOT_ASSESSED) {
			s->cases[m].assessed = SAMPLE_SERVICES;
			services++;
		}
}

static void deal_closed(struct sample *s)
{
	size_t closed = 0, with_plan = 0;
	for (size_t m = 0; m < SAMPLE_CASES; m++)
		if (s->cases[m].assessed > SAMPLE_SERVICES) {
			s->cases[m].is_closed = true;
			closed++;
		}
	for (size_t m = 0; m < SAMPLE_CASES && with_plan < 14; m++)
		if (s->cases[m].plan == SAMPLE_COPING || s->cases[m].plan == SAMPLE_ACTIVATION) {
			s->cases[m].is_closed = true;
			with_plan++;
		}
	closed += with_plan;
	for (size_t m = 0; m < SAMPLE_CASES && closed < CLOSED; m++)
		if (s->cases[m].assessed == SAMPLE_NOT_ASSESSED && s->cases[m].pathway != SAMPLE_RECEPTION) {
			s->cases[m].is_closed = true;
			closed++;
		}
	ASSERT(closed == CLOSED);
}

static void deal_days(struct sample *s)
{
	for (size_t m = 0; m < SAMPLE_CASES; m++) {
		struct sample_case *c = &s->cases[m];
		c->opened = s->today - (c->is_closed ? 150 + (int32_t)chance_below(&s->chance, 150)
						     : 46 + (int32_t)chance_below(&s->chance, 60));
		c->closed = c->opened + 75 + (int32_t)chance_below(&s->chance, 20);
	}
}

static void give(struct sample *s, size_t m, size_t client)
{
	s->cases[m].client = client;
	s->clients[client].matter = m;
}

static bool is_concern(const struct sample_case *c)
{
	return c->pathway == SAMPLE_NEED || c->pathway == SAMPLE_OBVIOUS;
}

/* Open matters that follow a closed one; notices of concern are about others, so that
 * more than half of them can be about new clients. */
static void deal_seconds(struct sample *s, const size_t first_of[static TWICE])
{
	size_t client = 0;
	for (size_t m = 0; m < SAMPLE_CASES && client < TWICE; m++) {
		struct sample_case *c = &s->cases[m];
		if (c->is_closed || c->pathway == SAMPLE_RECEPTION || is_concern(c))
			continue;
		struct sample_case *before = &s->cases[first_of[client]];
		c->is_second = true;
		c->follows = first_of[client];
		if (c->opened <= before->closed)
			before->closed = c->opened - 5;
		give(s, m, client++);
	}
	ASSERT(client == TWICE);
}

/* Clients 0-29 have a closed matter and then an open one. Who comes from a reception
 * centre speaks another language. */
static void deal_owners(struct sample *s)
{
	size_t first = TWICE, used[SAMPLE_CASES], count = 0;
	bool has_matter[SAMPLE_CLIENTS] = { false };
	for (size_t m = 0; m < SAMPLE_CASES && count < TWICE; m++)
		if (s->cases[m].is_closed) {
			give(s, m, count);
			used[count++] = m;
		}
	size_t others = 0;
	for (size_t m = 0; m < SAMPLE_CASES; m++) {
		struct sample_case *c = &s->cases[m];
		if (c->pathway != SAMPLE_RECEPTION)
			continue;
		size_t client = TWICE + 20 + others++;
		give(s, m, client);
		has_matter[client] = true;
		s->clients[client].language = SAMPLE_OTHER;
	}
	size_t closed_left = used[TWICE - 1] + 1;
	for (size_t m = closed_left; m < SAMPLE_CASES; m++)
		if (s->cases[m].is_closed) {
			give(s, m, first);
			has_matter[first++] = true;
		}
	ASSERT(first == TWICE + 20);
	deal_seconds(s, used);
	for (size_t m = 0; m < SAMPLE_CASES; m++) {
		struct sample_case *c = &s->cases[m];
		if (c->is_closed || c->is_second || c->pathway == SAMPLE_RECEPTION)
			continue;
		while (has_matter[first])
			first++;
		give(s, m, first);
		has_matter[first] = true;
	}
}

static void deal_notices(struct sample *s)
{
	size_t notices = 0, news = 0;
	for (size_t m = 0; m < SAMPLE_CASES; m++) {
		struct sample_case *c = &s->cases[m];
		bool concern = is_concern(c);
		c->is_from_kela = c->pathway <= SAMPLE_REHAB || c->pathway == SAMPLE_TALK ||
				  (concern && notices < KELA_NOTICES);
		if (!concern)
			c->is_new_client = !c->is_second && c->pathway >= SAMPLE_SELF;
		else if (c->is_from_kela)
			c->is_new_client = !c->is_second && news < NEW_CLIENTS;
		notices += concern && c->is_from_kela;
		news += concern && c->is_new_client;
	}
	ASSERT(notices == KELA_NOTICES && news == NEW_CLIENTS);
}

static void deal_visits(struct sample *s)
{
	size_t visit = 0, short_ones = 0;
	for (size_t m = 0; m < SAMPLE_CASES; m++) {
		struct sample_case *c = &s->cases[m];
		c->visits = c->plan == SAMPLE_NO_PLAN && short_ones < 30 ? 2 : 3;
		short_ones += c->visits == 2;
		c->first_visit = visit;
		visit += c->visits;
	}
	ASSERT(visit == 420);
}

/* ---- people ---- */

static unsigned worker_at(size_t place, size_t i)
{
	static const unsigned workers[SAMPLE_PLACES] = { 4, 3, 2, 2, 1, 1 };
	return place == 0 && i % 2 == 0 ? 5 : workers[place];
}

/* Ages lie a year inside their band, so that they hold for as long. */
static void deal_birth(struct sample *s, struct sample_client *c, size_t *over_75)
{
	static const int least[] = { 18, 30, 50, 65 }, most[] = { 28, 48, 63, 73 };
	int age = least[c->age_band] + (int)chance_below(&s->chance, (size_t)(most[c->age_band] - least[c->age_band] + 1));
	if (c->age_band == 3 && *over_75 < OVER_75) {
		age = 77 + (int)chance_below(&s->chance, 12);
		++*over_75;
	}
	struct civil_date now = civil_of_days(s->today);
	struct civil_date born = { now.year - age, 1 + (int)chance_below(&s->chance, 12), 1 + (int)chance_below(&s->chance, 28) };
	if (born.month > now.month || (born.month == now.month && born.day > now.day))
		born.year--;
	c->born = civil_days(born);
}

/* Nobody else in the whole set has this number on this day. */
static bool is_free(struct sample *s, int32_t born, unsigned individual)
{
	int64_t key = (int64_t)born * 1000 + individual;
	for (size_t i = 0; i < s->code_count; i++)
		if (s->codes[i] == key)
			return false;
	s->codes[s->code_count++] = key;
	return true;
}

/* Identity code (henkilötunnus): ddmmyy, separator of the century, individual number
 * 900-999 of the test range (odd: men), check character of the nine digits modulo 31. */
static void deal_code(struct sample *s, struct sample_client *c, size_t i)
{
	struct civil_date d = civil_of_days(c->born);
	unsigned day = (unsigned)d.day, month = (unsigned)d.month, year = (unsigned)d.year % 100, individual;
	size_t which = (i + s->part) % 6, draw = chance_below(&s->chance, 50);
	do
		individual = 900 + (unsigned)(draw++ % 50) * 2 + !c->is_woman;
	while (!is_free(s, c->born, individual));
	unsigned digits = ((day * 100 + month) * 100 + year) * 1000 + individual;
	snprintf(c->code, sizeof c->code, "%02u%02u%02u%c%03u%c", day % 100, month % 100, year,
		 d.year >= 2000 ? "ABCDEF"[which] : "-YXWVU"[which], individual % 1000,
		 "0123456789ABCDEFHJKLMNPRSTUVWXY"[digits % 31]);
}

static const char *pick(struct sample *s, const struct sample_list *list)
{
	return list->texts[chance_below(&s->chance, list->count)];
}

static void deal_name(struct sample *s, struct sample_client *c)
{
	const struct sample_list *given = c->is_woman ? &sample_women : &sample_men;
	c->family = pick(s, c->language == SAMPLE_SV ? &sample_family_sv
			 : c->language == SAMPLE_OTHER ? &sample_family_other : &sample_family);
	if (c->language == SAMPLE_SV)
		given = c->is_woman ? &sample_women_sv : &sample_men_sv;
	else if (c->language == SAMPLE_OTHER)
		given = c->is_woman ? &sample_women_other : &sample_men_other;
	c->given = pick(s, given);
}

/* No two have the same name by chance. */
static bool is_named(const struct sample *s, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (s->clients[j].family == s->clients[i].family && s->clients[j].given == s->clients[i].given)
			return true;
	return false;
}

static struct sample_client *find(struct sample *s, enum sample_language language)
{
	for (size_t i = 0; i < SAMPLE_CLIENTS; i++)
		if (s->clients[i].language == language)
			return &s->clients[i];
	ASSERT(false);
	return NULL;
}

/* The next behind `*at` who speaks Finnish and is of that age. */
static struct sample_client *find_aged(struct sample *s, size_t *at, unsigned band)
{
	while (++*at < SAMPLE_CLIENTS)
		if (s->clients[*at].language == SAMPLE_FI && s->clients[*at].age_band == band)
			return &s->clients[*at];
	ASSERT(false);
	return NULL;
}

static struct sample_client *namesake(struct sample *s, size_t *at, unsigned band)
{
	const struct sample_client *one = find_aged(s, at, band);
	struct sample_client *other = find_aged(s, at, band);
	other->is_woman = one->is_woman;
	other->family = one->family;
	other->given = one->given;
	return other;
}

static void deal_deliberate(struct sample *s)
{
	struct sample_client *swede = find(s, SAMPLE_SV), *sami = find(s, SAMPLE_SE);
	*swede = (struct sample_client){ .worker = swede->worker, .place = swede->place, .type = swede->type,
		.type_before = swede->type_before, .age_band = swede->age_band, .language = SAMPLE_SV, .is_woman = true,
		.has_code = true, .born = swede->born, .family = "von Öhman", .given = "Åsa-Märta", .matter = swede->matter };
	sami->is_woman = false;
	sami->family = "Guhtur";
	sami->given = "Niillas Ánte";
	size_t younger = TWICE + 26, older = younger;
	namesake(s, &younger, 1);
	namesake(s, &younger, 1);
	struct sample_client *twin = namesake(s, &older, 2);
	for (const struct sample_client *one = twin; one-- > s->clients;)
		if (one->family == twin->family && one->given == twin->given)
			twin->born = one->born;
	s->clients[DEAD].is_dead = true;
	s->clients[TWICE + 21].has_code = s->clients[TWICE + 22].has_code = false;
	s->clients[TWICE + 21].has_temporary = true;
	for (size_t i = 0; i < 3; i++)
		s->clients[5 + 40 * i].is_protected = true;
	s->clients[40].has_guardian = s->clients[110].has_guardian = true;
}

static void deal_people(struct sample *s)
{
	uint8_t type[SAMPLE_CLIENTS], age[SAMPLE_CLIENTS], place[SAMPLE_CLIENTS];
	size_t over_75 = 0;
	chance_deal(&s->chance, type, SAMPLE_CLIENTS, s->is_outreach ? types_outreach : types);
	chance_deal(&s->chance, age, SAMPLE_CLIENTS, ages);
	chance_deal(&s->chance, place, SAMPLE_CLIENTS, places);
	for (size_t i = 0; i < SAMPLE_CLIENTS; i++) {
		struct sample_client *c = &s->clients[i];
		c->place = place[i];
		c->worker = worker_at(c->place, i);
		c->type = c->type_before = type[i];
		if (i % 24 == 1)
			c->type_before = (c->type + 1 + (unsigned)chance_below(&s->chance, 3)) % 4;
		c->age_band = age[i];
		c->is_woman = chance_below(&s->chance, 2) == 0;
		c->has_code = true;
		deal_birth(s, c, &over_75);
		do
			deal_name(s, c);
		while (is_named(s, i));
	}
	deal_deliberate(s);
	for (size_t i = 0; i < SAMPLE_CLIENTS; i++)
		deal_code(s, &s->clients[i], i);
}

/* Seven speak another language; deal_owners made six of them come from a reception centre. */
static void deal_languages(struct sample *s)
{
	uint8_t deck[SAMPLE_CLIENTS];
	unsigned left[4];
	size_t at = 0, count = SAMPLE_CLIENTS;
	memcpy(left, languages, sizeof left);
	for (size_t i = 0; i < SAMPLE_CLIENTS; i++)
		if (s->clients[i].language == SAMPLE_OTHER) {
			left[SAMPLE_OTHER]--;
			count--;
		}
	chance_deal(&s->chance, deck, count, left);
	for (size_t i = 0; i < SAMPLE_CLIENTS; i++)
		if (s->clients[i].language != SAMPLE_OTHER)
			s->clients[i].language = (enum sample_language)deck[at++];
}

/* ---- which of them the deliberate cases are about ---- */

static void deal_planned(struct sample *s)
{
	bool taken[SAMPLE_CLIENTS] = { false };
	for (size_t m = 0; m < SAMPLE_CASES; m++) {
		struct sample_case *c = &s->cases[m];
		if (c->plan == SAMPLE_NO_PLAN || c->is_closed || taken[c->client])
			continue;
		taken[c->client] = true;
		s->planned[s->planned_count++] = m;
	}
	ASSERT(s->planned_count >= SAMPLE_CONSENTS - 3);
}

enum { FREE, HAS_CONSENT, IS_DELIBERATE }; /* what a matter is used for already */

/* An open matter of this worker that no other deliberate case is about. */
static size_t take(struct sample *s, unsigned worker, uint8_t *used)
{
	for (uint8_t least = FREE; least < IS_DELIBERATE; least++)
		for (size_t m = SAMPLE_CASES; m-- > 0;) {
			const struct sample_case *c = &s->cases[m];
			const struct sample_client *client = &s->clients[c->client];
			if (c->is_closed || used[m] > least || client->worker != worker || c->is_special ||
			    client->is_protected || !client->has_code)
				continue;
			used[m] = IS_DELIBERATE;
			return m;
		}
	ASSERT(false);
	return 0;
}

/* Somebody between thirty and fifty, so that a child at school is likely. */
static size_t take_parent(struct sample *s, uint8_t *used)
{
	for (size_t m = 0; m < SAMPLE_CASES; m++) {
		const struct sample_case *c = &s->cases[m];
		if (c->is_closed || used[m] != FREE || c->assessed == SAMPLE_NOT_ASSESSED || s->clients[c->client].age_band != 1)
			continue;
		used[m] = IS_DELIBERATE;
		return m;
	}
	return s->planned[0];
}

/* Three client plans are revised: the first by two workers apart. */
static void deal_revised(struct sample *s)
{
	size_t count = 0;
	for (size_t i = 0; i < s->planned_count && count < SAMPLE_REVISED; i++)
		if (s->cases[s->planned[i]].plan == SAMPLE_CLIENT_PLAN)
			s->revised[count++] = s->planned[i];
	ASSERT(count == SAMPLE_REVISED);
}

static void deal_edges(struct sample *s)
{
	uint8_t used[SAMPLE_CASES] = { FREE };
	static const unsigned hands_over[SAMPLE_HANDOVERS] = { 1, 3, 4, 5, 2 };
	for (size_t i = 0; i < SAMPLE_CONSENTS - 3; i++)
		used[s->planned[i]] = HAS_CONSENT;
	for (size_t i = 0; i < SAMPLE_HANDOVERS; i++)
		s->handed[i] = take(s, hands_over[i], used);
	s->wrong = take(s, 2, used);
	s->right = take(s, 2, used);
	s->long_note = take(s, 3, used);
	s->twin_code = s->cases[take(s, 1, used)].client;
	s->twin_name = s->cases[take(s, 4, used)].client;
	deal_revised(s);
	s->child = s->cases[take_parent(s, used)].client;
	s->clients[s->child].has_child = true;
}

void sample_deal(struct sample *s)
{
	uint8_t deck[SAMPLE_CASES];
	chance_deal(&s->chance, deck, SAMPLE_CASES, pathways);
	for (size_t m = 0; m < SAMPLE_CASES; m++)
		s->cases[m] = (struct sample_case){ .pathway = (enum sample_pathway)deck[m] };
	memset(s->clients, 0, sizeof s->clients);
	s->planned_count = 0;
	deal_assessed(s);
	deal_closed(s);
	deal_days(s);
	deal_owners(s);
	deal_notices(s);
	deal_visits(s);
	deal_languages(s);
	deal_people(s);
	for (size_t m = 0; m < SAMPLE_CASES; m++)
		s->cases[m].is_special = m % 11 == 3 && s->clients[s->cases[m].client].worker != 3;
	deal_planned(s);
	deal_edges(s);
}
