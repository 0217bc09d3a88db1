/* sample_office - what is about no client: staff and their roles, which central writes
 * (reference data are tables of their own, scripts/reference), and what workers record
 * without a person. */
#include "base/civil.h"
#include "sample_set.h"
#include "sample_words.h"

static int32_t valid_from(void)
{
	return civil_days((struct civil_date){ 2024, 1, 1 });
}

/* ---- staff ---- */

enum { STAFF = 9, ADMINISTRATOR = 7 };

static void grant(struct sample *s, size_t i, const char *role, const size_t *areas, size_t area_count)
{
	sample_line(s, SAMPLE_CENTRAL, 1, NULL, 0, "role_grant");
	sample_fields(s);
	sample_ref(s, "staff", "staff", i);
	row_text(&s->row, "role", role);
	if (area_count > 0) {
		row_list(&s->row, "municipalities");
		for (size_t k = 0; k < area_count; k++)
			row_text(&s->row, NULL, sample_municipality.texts[areas[k]]);
		row_close(&s->row);
	}
	row_date(&s->row, "valid_from", valid_from());
	sample_done(s);
}

#define COUNTY "Koskelanmäen hyvinvointialue, "

static void staff(struct sample *s)
{
	static const struct { const char *name, *profession, *unit, *role; size_t areas[2], area_count; } all[STAFF] = {
		{ "Aino Laine", "LICENSED_SOCIAL_WORKER", COUNTY "jalkautuva sosiaalityö", "OUTREACH_WORKER", { 4, 5 }, 2 },
		{ "Henna Korvola", "LICENSED_SOCIAL_WORKER", COUNTY "jalkautuva sosiaalityö", "OUTREACH_WORKER", { 2, 3 }, 2 },
		{ "Mikko Saari", "SOCIAL_INSTRUCTOR", COUNTY "jalkautuva sosiaalityö", "SOCIAL_INSTRUCTOR", { 1 }, 1 },
		{ "Liisa Palo", "LICENSED_SOCIAL_WORKER", COUNTY "aikuissosiaalityö", "OUTREACH_WORKER", { 0 }, 1 },
		{ "Jussi Rautio", "LICENSED_SOCIAL_WORKER", COUNTY "aikuissosiaalityö", "OUTREACH_WORKER", { 0 }, 1 },
		{ "Kaisa Nevala", "OTHER", "Kela", "KELA_CONTACT", { 0 }, 0 },
		{ "Petri Salmela", "OTHER", "Kela", "KELA_CONTACT", { 0 }, 0 },
		{ "Riitta Kallio", "OTHER", COUNTY "hallinto", "MUNICIPAL_ADMIN", { 0 }, 0 },
		{ "Ossi Kettunen", "OTHER", COUNTY "tietohallinto", "TECHNICAL_ADMIN", { 0 }, 0 },
	};
	for (size_t i = 0; i < STAFF; i++) {
		sample_line(s, SAMPLE_CENTRAL, 1, "staff", i, "staff_member");
		sample_fields(s);
		row_text(&s->row, "name", all[i].name);
		row_text(&s->row, "profession", all[i].profession);
		row_text(&s->row, "unit", all[i].unit);
		row_text(&s->row, "authority_kind", "WELLBEING_COUNTY");
		row_format(&s->row, "phone", "040 000 07%02zu", i);
		sample_done(s);
	}
	/* The administrator's comes last: from then on what central writes is theirs. */
	for (size_t pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < STAFF; i++)
			if ((i == ADMINISTRATOR) == (pass == 1))
				grant(s, i, all[i].role, all[i].areas, all[i].area_count);
}

void sample_staff(struct sample *s)
{
	if (s->part == 0)
		staff(s);
}

/* ---- without a person ---- */

static const char *pick(struct sample *s, const struct sample_list *list)
{
	return list->texts[chance_below(&s->chance, list->count)];
}

static void anonymous_contact(struct sample *s, size_t i)
{
	static const char *const bands[] = { "FROM_18", "FROM_30", "FROM_50", "FROM_65", "FROM_75", "UNKNOWN" };
	static const char *const themes[] = { "INCOME", "BENEFITS", "DIGITAL_SKILLS", "HOUSING", "HEALTH", "WORK" };
	static const size_t of_worker[3][2] = { { 4, 5 }, { 2, 3 }, { 1, 1 } };
	unsigned worker = (unsigned)(i % 3) + 1;
	sample_line(s, worker, 1, NULL, 0, "anonymous_contact");
	sample_at(s, s->today - 1 - (int32_t)chance_below(&s->chance, 100), 600 + (unsigned)chance_below(&s->chance, 240));
	sample_fields(s);
	row_text(&s->row, "municipality", sample_municipality.texts[of_worker[worker - 1][chance_below(&s->chance, 2)]]);
	row_text(&s->row, "age_band", bands[chance_below(&s->chance, 6)]);
	row_list(&s->row, "themes");
	row_text(&s->row, NULL, themes[chance_below(&s->chance, 6)]);
	row_close(&s->row);
	row_list(&s->row, "guided_to");
	row_text(&s->row, NULL, pick(s, &sample_guided));
	row_close(&s->row);
	row_text(&s->row, "place", i % 4 == 0 ? "OUTDOORS" : "OUTREACH_POST");
	sample_done(s);
}

static void feedback(struct sample *s, size_t i)
{
	sample_line(s, (unsigned)(i % SAMPLE_WORKERS) + 1, 1, NULL, 0, "feedback");
	sample_at(s, s->today - 1 - (int32_t)chance_below(&s->chance, 100), 700);
	sample_fields(s);
	row_text(&s->row, "target", i % 8 == 5 ? "MODEL" : i % 8 == 7 ? "SYSTEM" : "SERVICE");
	row_number(&s->row, "score", 2 + (int64_t)chance_below(&s->chance, 4));
	if (i % 3 != 2)
		row_text(&s->row, "text", pick(s, &sample_feedback));
	row_bool(&s->row, "anonymous", true);
	sample_done(s);
}

/* Anonymised decisions read together in one workshop of the set. */
static void workshop(struct sample *s)
{
	static const char *const findings[] = { "TERM", "REASONING", "STRUCTURE", "ERROR" };
	static const char *const said[] = {
		"Sana ylijäämä ei avaudu lukijalle.", "Päätöksestä ei käy ilmi, miksi vuokra hyväksyttiin vain osittain.",
		"Tärkein asia on vasta toisella sivulla.", "Laskelman kuukausi on eri kuin päätöksessä.",
	};
	int32_t day = s->today - 40;
	sample_line(s, 4, 1, NULL, 0, "development_event");
	sample_at(s, day, 780);
	sample_fields(s);
	row_text(&s->row, "kind", "QUALITY_WORKSHOP");
	row_date(&s->row, "date", day);
	row_list(&s->row, "organisations");
	row_text(&s->row, NULL, "Kela");
	row_text(&s->row, NULL, "aikuissosiaalityö");
	row_text(&s->row, NULL, "kokemusasiantuntijat");
	row_close(&s->row);
	row_number(&s->row, "head_count", 14);
	row_text(&s->row, "topic", "Kahdeksan päätöksen luettavuus");
	sample_done(s);
	for (size_t i = 0; i < SAMPLE_ITEMS; i++) {
		sample_line(s, 4, 1, NULL, 0, "decision_quality_item");
		sample_at(s, day, 800 + (unsigned)i * 10);
		sample_fields(s);
		row_format(&s->row, "anonymised_text", "Päätös %zu: hakijalle myönnetään perustoimeentulotukea. "
			   "Menoina otetaan huomioon vuokra kohtuulliseen määrään.", i + 1);
		row_list(&s->row, "findings");
		row_object(&s->row, NULL);
		row_text(&s->row, "finding", findings[i % 4]);
		row_text(&s->row, "text", said[i % 4]);
		row_close(&s->row);
		row_close(&s->row);
		row_text(&s->row, "proposal", "Perustelu kirjoitetaan heti ratkaisun jälkeen tavallisin sanoin.");
		sample_done(s);
	}
}

static void observations(struct sample *s)
{
	static const struct { const char *phenomenon, *text, *remedy; size_t place; unsigned worker; } all[] = {
		{ "Joukkoliikenne Kelan palvelupisteeseen",
		  "Havainto: Takkuvaarasta ei pääse julkisella liikenteellä Kelan palvelupisteeseen saman päivän aikana.",
		  "Etäyhteys asiakaspäätteeltä kahtena päivänä viikossa.", 4, 1 },
		{ "Kirjaston aukioloajat", "Havainto: yhteiskäyttökoneelle pääsee Kuusilahdessa vain kahtena päivänä viikossa.",
		  "Omatoimikirjasto.", 3, 2 },
	};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		sample_line(s, all[i].worker, 1, NULL, 0, "social_observation");
		sample_at(s, s->today - 30, 900);
		sample_fields(s);
		row_text(&s->row, "phenomenon", all[i].phenomenon);
		row_text(&s->row, "municipality", sample_municipality.texts[all[i].place]);
		row_text(&s->row, "text", all[i].text);
		row_text(&s->row, "proposed_remedy", all[i].remedy);
		sample_done(s);
	}
}

void sample_encounters(struct sample *s)
{
	for (size_t i = 0; i < SAMPLE_ANONYMOUS; i++)
		anonymous_contact(s, i);
	for (size_t i = 0; i < SAMPLE_FEEDBACK; i++)
		feedback(s, i);
	workshop(s);
	observations(s);
}
