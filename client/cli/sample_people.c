/* sample_people - clients and what is recorded of the person: card, capability,
 * mapping, the deliberate ones of people, Kaikukortti. */
#include "sample_set.h"
#include "sample_words.h"

static const char *pick(struct sample *s, const struct sample_list *list)
{
	return list->texts[chance_below(&s->chance, list->count)];
}

static unsigned worker(const struct sample *s, size_t i)
{
	return s->clients[i].worker;
}

/* ---- the card ---- */

static void identity(struct sample *s, const struct sample_client *c, size_t i)
{
	row_text(&s->row, "family_name", c->family);
	row_text(&s->row, "given_names", c->given);
	if (c->has_code)
		row_text(&s->row, "hetu", c->code);
	if (c->has_temporary)
		row_format(&s->row, "temp_id", "TILAP-%04zu", s->part * (size_t)SAMPLE_NUMBERS + i);
	row_date(&s->row, "birth_date", c->born);
	row_text(&s->row, "municipality", sample_municipality.texts[c->place]);
}

static void language(struct sample *s, const struct sample_client *c)
{
	static const char *const codes[] = { "FI", "SV", "OTHER", "SE" };
	row_text(&s->row, "contact_language", codes[c->language]);
	if (c->language != SAMPLE_OTHER)
		return;
	const char *spoken = pick(s, &sample_language);
	row_text(&s->row, "contact_language_other", spoken);
	row_format(&s->row, "interpreter", "puhelintulkkaus, %s", spoken);
}

static void contact(struct sample *s, const struct sample_client *c, size_t i)
{
	row_list(&s->row, "phone");
	row_format(&s->row, NULL, "040 000 0%03zu", (s->part * (size_t)SAMPLE_CLIENTS + i) % 1000);
	row_close(&s->row);
	if (i % 5 == 0) {
		row_list(&s->row, "email");
		row_format(&s->row, NULL, "asiakas%zu@esimerkki.invalid", s->part * (size_t)SAMPLE_CLIENTS + i);
		row_close(&s->row);
	}
	if (c->is_protected)
		return;
	row_list(&s->row, "address");
	row_object(&s->row, NULL);
	row_format(&s->row, "street", "%s %zu", pick(s, &sample_street), 1 + chance_below(&s->chance, 40));
	row_text(&s->row, "post_office", sample_municipality.texts[c->place]);
	row_close(&s->row);
	row_close(&s->row);
}

static void card(struct sample *s, size_t i)
{
	const struct sample_client *c = &s->clients[i];
	sample_line(s, c->worker, 1, "c", i, "client");
	sample_opens(s, NULL, 0);
	sample_at(s, s->cases[c->matter].is_second ? s->cases[s->cases[c->matter].follows].opened : s->cases[c->matter].opened, 560);
	sample_fields(s);
	row_bool(&s->row, "address_protected", c->is_protected);
	identity(s, c, i);
	language(s, c);
	contact(s, c, i);
	if (c->has_guardian) {
		row_list(&s->row, "legal_representative");
		row_object(&s->row, NULL);
		row_format(&s->row, "name", "%s %s", pick(s, &sample_women), pick(s, &sample_family));
		row_text(&s->row, "relation", "edunvalvoja");
		row_close(&s->row);
		row_close(&s->row);
	}
	row_time(&s->row, "informed_at", s->cases[c->matter].opened, 560);
	if (c->is_dead)
		row_date(&s->row, "died_on", s->cases[c->matter].closed - 8);
	sample_done(s);
}

static void protected_details(struct sample *s, size_t i)
{
	sample_line(s, worker(s, i), 1, "o", i, "protected_details");
	sample_opens(s, "c", i);
	sample_fields(s);
	sample_ref(s, "client", "c", i);
	row_list(&s->row, "address");
	row_object(&s->row, NULL);
	row_format(&s->row, "street", "Salainen polku %zu", i);
	row_text(&s->row, "post_office", sample_municipality.texts[s->clients[i].place]);
	row_close(&s->row);
	row_close(&s->row);
	row_text(&s->row, "safety_note", "Käynnille mennään aina kahdestaan.");
	sample_done(s);
}

/* ---- capability, mapping ---- */

static void capability(struct sample *s, size_t i, size_t number, unsigned type, int32_t on)
{
	static const char *const channels[] = { "OWN_DEVICE", "PUBLIC_SELF", "REMOTE_GUIDED", "ORAL_PHONE" };
	bool has = type == 0 || type == 2, can = type <= 1;
	sample_line(s, worker(s, i), 1, "d", number, "digital_capability");
	sample_in(s, "c", i);
	sample_at(s, on, 600);
	sample_signed(s);
	sample_fields(s);
	sample_ref(s, "client", "c", i);
	row_date(&s->row, "assessed_on", on);
	row_bool(&s->row, "has_computer", has && i % 2 == 0);
	row_bool(&s->row, "has_connection", has);
	row_bool(&s->row, "has_smartphone", has);
	row_bool(&s->row, "has_eid", can);
	row_text(&s->row, "skill", can ? "GOOD" : chance_below(&s->chance, 2) == 0 ? "PARTIAL" : "WEAK");
	if (!has)
		row_text(&s->row, "functional_note", "Puhelin on tavallinen näppäinpuhelin, nettiyhteyttä ei ole.");
	row_text(&s->row, "agreed_channel", channels[type]);
	row_date(&s->row, "next_check", on + 365);
	sample_done(s);
}

static void prompts(struct sample *s, size_t quadrant, bool arrears, bool child)
{
	static const char *const asked[] = { "INCOME_MANAGEMENT", "CHILD_CONCERN", "DAILY_COPING", "RENT_ARREARS" };
	row_list(&s->row, "prompts_answered");
	row_object(&s->row, NULL);
	row_text(&s->row, "prompt", asked[quadrant]);
	row_text(&s->row, "answer", (quadrant == 3 && arrears) || (quadrant == 1 && child) ? "YES" : "NO");
	row_close(&s->row);
	if (quadrant == 3 && arrears) {
		row_object(&s->row, NULL);
		row_text(&s->row, "prompt", "EVICTION_THREAT");
		row_text(&s->row, "answer", "NO");
		row_text(&s->row, "text", "Vuokrarästi on kahden kuukauden ajalta, häätöuhkaa ei vielä ole.");
		row_close(&s->row);
	}
	row_close(&s->row);
}

static void mapping(struct sample *s, size_t i)
{
	static const char *const quadrants[] = { "INCOME", "FAMILY", "HEALTH", "HOUSING" };
	static const char *const states[] = { "OK", "WATCH", "SUPPORT", "ACUTE" };
	static const char *const modes[] = { "FACE", "FACE", "FACE", "PHONE", "REMOTE", "SELF_PAPER" };
	static const char *const events[] = { "MOVE", "DIVORCE", "ILLNESS", "UNEMPLOYMENT", "RETIREMENT", "DEATH" };
	int32_t on = s->cases[s->clients[i].matter].opened + 3;
	sample_line(s, worker(s, i), 1, "q", i, "life_situation_mapping");
	sample_in(s, "c", i);
	sample_at(s, on, 630);
	sample_signed(s);
	sample_fields(s);
	sample_ref(s, "client", "c", i);
	row_text(&s->row, "mode", modes[chance_below(&s->chance, 6)]);
	row_list(&s->row, "events");
	row_object(&s->row, NULL);
	row_text(&s->row, "life_event", events[chance_below(&s->chance, 6)]);
	row_date(&s->row, "date", on - 60);
	row_close(&s->row);
	row_close(&s->row);
	row_list(&s->row, "quadrants");
	for (size_t q = 0; q < 4; q++) {
		row_object(&s->row, NULL);
		row_text(&s->row, "quadrant", quadrants[q]);
		row_text(&s->row, "state", states[chance_below(&s->chance, 7) % 4]);
		prompts(s, q, i % 3 == 0, s->clients[i].has_child);
		row_text(&s->row, "text", pick(s, &sample_quadrant[q]));
		row_close(&s->row);
	}
	row_close(&s->row);
	row_bool(&s->row, "client_confirmed", true);
	row_text(&s->row, "client_words", pick(s, &sample_view));
	sample_done(s);
}

/* ---- concern, benefit ---- */

static void concern(struct sample *s, size_t i, bool child)
{
	static const char *const codes[] = { "C01", "C02", "C03", "C06", "C09", "C11", "C12" };
	sample_line(s, worker(s, i), 1, NULL, 0, "concern_assessment");
	sample_in(s, "c", i);
	sample_at(s, s->cases[s->clients[i].matter].opened + 3, 660);
	sample_signed(s);
	sample_fields(s);
	sample_ref(s, "client", "c", i);
	row_list(&s->row, "items");
	for (size_t k = 0; k < 2; k++) {
		row_object(&s->row, NULL);
		row_text(&s->row, "code", k == 0 && child ? "C04" : codes[(i + k) % 7]);
		row_text(&s->row, "answer", k == 0 ? "YES" : "NO");
		row_close(&s->row);
	}
	row_close(&s->row);
	row_text(&s->row, "level", child ? "CLEAR" : "MILD");
	row_bool(&s->row, "done_with_client", true);
	row_text(&s->row, "result", child ? "CHILD_NOTICE" : "GUIDE");
	sample_done(s);
}

static void benefit(struct sample *s, size_t i)
{
	bool yes = i % 4 != 2;
	sample_line(s, worker(s, i), 1, NULL, 0, "benefit_assessment");
	sample_in(s, "c", i);
	sample_at(s, s->cases[s->clients[i].matter].opened + 3, 680);
	sample_signed(s);
	sample_fields(s);
	sample_ref(s, "client", "c", i);
	row_text(&s->row, "answer", yes ? "YES" : "UNSURE");
	row_list(&s->row, "reasons");
	row_text(&s->row, NULL, "Asiakas hyötyisi palvelutarpeen arvioinnista: arjen asiat ovat kasautuneet puolison kuoleman jälkeen.");
	row_close(&s->row);
	row_text(&s->row, "client_opinion", pick(s, &sample_view));
	row_bool(&s->row, "client_agrees", yes);
	sample_done(s);
}

/* Concern for a child: told without delay, whatever the consent. */
static void child_concern(struct sample *s, size_t i)
{
	int32_t day = s->cases[s->clients[i].matter].opened + 3;
	sample_line(s, worker(s, i), 1, "b", i, "related_person");
	sample_in(s, "c", i);
	sample_fields(s);
	sample_ref(s, "client", "c", i);
	row_text(&s->row, "name", "Lumi");
	row_text(&s->row, "relation", "CHILD");
	row_bool(&s->row, "minor", true);
	row_bool(&s->row, "lives_with", true);
	sample_done(s);
	concern(s, i, true);
	sample_line(s, worker(s, i), 1, "child", i, "child_notice");
	sample_opens(s, "c", i);
	sample_at(s, day, 720);
	sample_signed(s);
	sample_fields(s);
	row_text(&s->row, "about_person", "Lumi");
	row_text(&s->row, "grounds", "Lapsi on ollut viikon poissa koulusta. Vanhempi kertoo, ettei jaksa saattaa häntä aamuisin.");
	row_time(&s->row, "made_at", day, 715);
	row_text(&s->row, "recipient", "Lastensuojelun vastaanotto");
	row_bool(&s->row, "family_informed", true);
	sample_done(s);
}

static void culture_card(struct sample *s, size_t i, size_t number)
{
	sample_line(s, worker(s, i), 1, NULL, 0, "kaikukortti_grant");
	sample_in(s, "c", i);
	sample_fields(s);
	sample_ref(s, "client", "c", i);
	row_format(&s->row, "card_no", "KK-%05zu", s->part * (size_t)SAMPLE_NUMBERS + number);
	row_date(&s->row, "issued", s->today - 20);
	row_text(&s->row, "area", sample_municipality.texts[s->clients[i].place]);
	sample_done(s);
}

void sample_people(struct sample *s)
{
	size_t capabilities = 0, cards = 0;
	for (size_t i = 0; i < SAMPLE_CLIENTS; i++) {
		const struct sample_client *c = &s->clients[i];
		int32_t opened = s->cases[c->matter].opened;
		card(s, i);
		if (c->is_protected)
			protected_details(s, i);
		if (c->type_before != c->type)
			capability(s, i, capabilities++, c->type_before, opened - 30);
		capability(s, i, capabilities++, c->type, opened + 3);
		if (i % 4 != 3)
			mapping(s, i);
		if (i == s->child)
			child_concern(s, i);
		else if (i % 6 == 2)
			concern(s, i, false);
		if (i % 4 == 0)
			benefit(s, i);
		if (i % 10 == 4 && cards < SAMPLE_CARDS && !c->is_dead)
			culture_card(s, i, cards++);
	}
}
