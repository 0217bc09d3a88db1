/* Names: their forms, and two that are alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "domain/name.h"

static struct name_word word_of(const char *text)
{
	struct name_word word;
	struct span rest = span_text(text);
	assert_true(name_next(&rest, &word));
	return word;
}

static bool is_among(const struct name_forms *forms, const char *text)
{
	struct name_word word = word_of(text);
	for (size_t i = 0; i < forms->count; i++)
		if (name_equal(&forms->all[i], &word))
			return true;
	return false;
}

static const char *all_of(const struct name_forms *forms)
{
	static char out[4000];
	size_t used = 0;
	for (size_t i = 0; i < forms->count && used + NAME_TEXT_BYTES + 2 < sizeof out; i++) {
		used += name_write(&forms->all[i], false, (uint8_t *)out + used);
		out[used++] = ' ';
	}
	out[used] = '\0';
	return out;
}

/* Names of Finland and of the fictional places, and what is said of them. */
static const struct { const char *name, *form; } known[] = {
	{ "Virtanen", "Virtasen" }, { "Virtanen", "Virtaselle" }, { "Virtanen", "Virtasta" }, { "Virtanen", "Virtaset" },
	{ "Virtanen", "Virtasten" }, { "Virtanen", "Virtaseen" }, { "Virtanen", "Virtasilla" }, { "Virtanen", "Virtasia" },
	{ "Mäkinen", "Mäkisen" }, { "Mäkinen", "Mäkisellä" }, { "Mäkinen", "Mäkistä" }, { "Korhonen", "Korhosen" },
	{ "Hämäläinen", "Hämäläisen" }, { "Nieminen", "Niemiselle" }, { "Mäkäräinen", "Mäkäräisestä" },
	{ "Mäki", "Mäen" }, { "Mäki", "Mäellä" }, { "Mäki", "Mäkeä" }, { "Mäki", "Mäkeen" }, { "Joki", "Joen" },
	{ "Niemi", "Niemen" }, { "Niemi", "Niemeltä" }, { "Lahti", "Lahden" }, { "Lahti", "Lahdessa" }, { "Lahti", "Lahtea" },
	{ "Järvi", "Järven" }, { "Koski", "Koskella" }, { "Salmi", "Salmen" }, { "Saari", "Saaren" }, { "Saari", "Saarta" },
	{ "Lampi", "Lammen" }, { "Lehti", "Lehdelle" }, { "Kurki", "Kurjen" }, { "Särki", "Särjen" }, { "Hirvi", "Hirven" },
	{ "Nurmi", "Nurmelta" }, { "Vesi", "Veden" }, { "Uusi", "Uuden" }, { "Korpi", "Korvessa" },
	{ "Ranta", "Rannan" }, { "Virta", "Virran" }, { "Aalto", "Aallon" }, { "Pelto", "Pellolle" }, { "Lehto", "Lehdon" },
	{ "Honka", "Hongan" }, { "Haapa", "Haavan" }, { "Leppä", "Lepän" }, { "Seppä", "Sepälle" }, { "Laakso", "Laaksosta" },
	{ "Pekka", "Pekan" }, { "Matti", "Matin" }, { "Matti", "Matille" }, { "Heikki", "Heikiltä" }, { "Pirkko", "Pirkon" },
	{ "Markku", "Markun" }, { "Martti", "Martin" }, { "Jalka", "Jalan" },
	{ "Laine", "Laineen" }, { "Laine", "Laineelle" }, { "Laine", "Lainetta" }, { "Sade", "Sateen" }, { "Sade", "Sateessa" },
	{ "Kangas", "Kankaan" }, { "Kangas", "Kankaalle" }, { "Kangas", "Kankaaseen" }, { "Oras", "Oraan" },
	{ "Rauhanen", "Rauhasen" }, { "Kaunis", "Kauniin" }, { "Markus", "Markuksen" }, { "Ilves", "Ilveksen" },
	{ "Aho", "Ahon" }, { "Niemelä", "Niemelältä" }, { "Öhman", "Öhmanin" }, { "Öhman", "Öhmanille" },
	{ "Lindström", "Lindströmin" }, { "Lindström", "Lindströms" }, { "Guhtur", "Guhturin" }, { "Saijets", "Saijetsille" },
	{ "Petäjä", "Petäjän" }, { "Petäjä", "Petäjää" },
	{ "Takkuvaara", "Takkuvaarassa" }, { "Takkuvaara", "Takkuvaarasta" }, { "Takkuvaara", "Takkuvaaraan" },
	{ "Lintuselkä", "Lintuselässä" }, { "Hallasuo", "Hallasuolla" }, { "Koskelanmäki", "Koskelanmäellä" },
	{ "Vuorenpohja", "Vuorenpohjasta" }, { "Kuusilahti", "Kuusilahdessa" }, { "Granvik", "Granvikissa" },
	{ "Ylikorpi", "Ylikorvessa" }, { "Jokipää", "Jokipäästä" }, { "Saarenranta", "Saarenrannalta" },
	{ "Peräkulma", "Peräkulmalla" },
};

static bool begins(const struct name_word *word, const struct name_word *with)
{
	return word->count >= with->count && memcmp(word->letters, with->letters, with->count * sizeof *word->letters) == 0;
}

static void an_inflected_name_leads_to_the_name(void **state)
{
	(void)state;
	struct name_forms bases;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		struct name_word form = word_of(known[i].form);
		name_bases(&form, &bases);
		if (!is_among(&bases, known[i].name))
			fail_msg("%s: %s", known[i].form, all_of(&bases));
		assert_false(is_among(&bases, known[i].form));
	}
}

static void a_name_leads_to_its_forms(void **state)
{
	(void)state;
	struct name_forms forms;
	size_t made = 0;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		struct name_word name = word_of(known[i].name), form = word_of(known[i].form);
		name_inflected(&name, &forms);
		if (begins(&form, &name))
			continue; /* found by its beginning */
		made++;
		if (!is_among(&forms, known[i].form))
			fail_msg("%s, %s: %s", known[i].name, known[i].form, all_of(&forms));
	}
	assert_true(made > 50);
}

static void one_form_of_a_name_leads_to_the_others(void **state)
{
	(void)state;
	static const char *const forms[][2] = {
		{ "Takkuvaarassa", "Takkuvaarasta" }, { "Takkuvaarasta", "Takkuvaaraan" }, { "Virtaselta", "Virtasen" },
		{ "Mäkisen", "Mäkisellä" }, { "vuokran", "vuokralla" }, { "Mäen", "Mäellä" }, { "Lahteen", "Lahtea" },
	};
	struct name_forms found;
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		struct name_word form = word_of(forms[i][0]);
		name_siblings(&form, &found);
		if (!is_among(&found, forms[i][1]))
			fail_msg("%s: %s", forms[i][0], all_of(&found));
	}
	struct name_word nominative = word_of("Virtanen");
	name_siblings(&nominative, &found);
	assert_int_equal(found.count, 0);
}

static void a_letter_without_its_mark_changes_nothing(void **state)
{
	(void)state;
	struct name_forms bases;
	struct name_word form = word_of("makisen");
	name_bases(&form, &bases);
	assert_true(is_among(&bases, "makinen"));
	form = word_of("maella");
	name_bases(&form, &bases);
	assert_true(is_among(&bases, "maki"));
}

static void names_as_they_are_lead_to_few_others(void **state)
{
	(void)state;
	/* What the rules make of basic forms is searched last, as whole words. */
	static const struct { const char *name, *not; } other[] = {
		{ "Maria", "Mari" }, { "Virtanen", "Virta" }, { "Mäkelä", "Mäki" }, { "Niemelä", "Niemi" }, { "Aino", "Aine" },
		{ "Niina", "Nina" }, { "Korhonen", "Korho" }, { "Saarela", "Saari" },
	};
	struct name_forms bases, forms;
	for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
		struct name_word name = word_of(other[i].name);
		name_bases(&name, &bases);
		name_inflected(&name, &forms);
		if (is_among(&bases, other[i].not) || is_among(&forms, other[i].not))
			fail_msg("%s: %s", other[i].name, all_of(&bases));
	}
	struct name_word mari = word_of("Mari");
	name_inflected(&mari, &forms);
	assert_false(is_among(&forms, "Maria"));
}

static void any_word_has_bounded_forms(void **state)
{
	(void)state;
	char text[200];
	struct name_forms forms;
	static const char *const tails[] = { "n", "ssa", "nen", "as", "i", "ttaan", "seen", "ä", "kse", "kan", "us", "", "e" };
	for (size_t len = 0; len < 60; len++)
		for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
			memset(text, "akt"[len % 3], len);
			strcpy(text + len, tails[i]);
			struct span rest = span_text(text);
			struct name_word word;
			if (!name_next(&rest, &word))
				continue;
			name_bases(&word, &forms);
			assert_in_range(forms.count, 0, NAME_FORMS_MAX);
			name_inflected(&word, &forms);
			assert_in_range(forms.count, 0, NAME_FORMS_MAX);
			name_siblings(&word, &forms);
			assert_in_range(forms.count, 0, NAME_FORMS_MAX);
		}
}

static enum name_match compare(const char *family_a, const char *given_a, const char *family_b, const char *given_b)
{
	const struct name_person a = { span_text(family_a), span_text(given_a) };
	const struct name_person b = { span_text(family_b), span_text(given_b) };
	enum name_match match = name_compare(&a, &b);
	assert_int_equal(match, name_compare(&b, &a)); /* whichever comes first */
	return match;
}

static void the_same_name_is_the_same(void **state)
{
	(void)state;
	assert_int_equal(compare("Virtanen", "Matti", "VIRTANEN", "matti"), NAME_SAME);
	assert_int_equal(compare("Virtanen", "Matti", "Virtanen", "Matti Johannes"), NAME_SAME);
	assert_int_equal(compare("von Öhman", "Åsa-Märta", "von Öhman", "Åsa Märta"), NAME_SAME);
	assert_int_equal(compare("Guhtur", "Niillas Ánte", "Guhtur", "Ánte Niillas"), NAME_SAME);
}

static void names_that_may_be_one_are_alike(void **state)
{
	(void)state;
	assert_int_equal(compare("Virtanen", "Matti", "Virtnaen", "Matti"), NAME_ALIKE);   /* changed over */
	assert_int_equal(compare("Virtanen", "Matti", "Virtane", "Matti"), NAME_ALIKE);    /* left out */
	assert_int_equal(compare("Mäkinen", "Sirkka", "Makinen", "Sirkka"), NAME_ALIKE);   /* another keyboard */
	assert_int_equal(compare("Guhtur", "Niillas Ánte", "Guhtur", "Niillas Ante"), NAME_ALIKE);
	assert_int_equal(compare("Matti", "Virtanen", "Virtanen", "Matti"), NAME_ALIKE);   /* in the wrong places */
	assert_int_equal(compare("Mäki-Petäjä", "Liisa", "Petäjä", "Liisa"), NAME_ALIKE);  /* half of it */
	assert_int_equal(compare("von Öhman", "Åsa-Märta", "Öhman", "Åsa"), NAME_ALIKE);
	assert_int_equal(compare("Virtanen", "Matti Johannes", "Virtanen", "Matti Juhani"), NAME_ALIKE);
}

static void other_names_are_others(void **state)
{
	(void)state;
	assert_int_equal(compare("Virtanen", "Matti", "Virtanen", "Liisa"), NAME_OTHER);
	assert_int_equal(compare("Virtanen", "Matti", "Korhonen", "Matti"), NAME_OTHER);
	assert_int_equal(compare("Mäki", "Aino", "Mäkinen", "Aino"), NAME_OTHER);
	assert_int_equal(compare("Aho", "Eero", "Oho", "Eero"), NAME_OTHER); /* too short for a slip */
	assert_int_equal(compare("", "", "", ""), NAME_OTHER);
	assert_int_equal(compare("Virtanen", "", "Virtanen", ""), NAME_OTHER);
	assert_int_equal(compare("Virtanen", "Matti", "", ""), NAME_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_inflected_name_leads_to_the_name),
		cmocka_unit_test(a_name_leads_to_its_forms),
		cmocka_unit_test(one_form_of_a_name_leads_to_the_others),
		cmocka_unit_test(a_letter_without_its_mark_changes_nothing),
		cmocka_unit_test(names_as_they_are_lead_to_few_others),
		cmocka_unit_test(any_word_has_bounded_forms),
		cmocka_unit_test(the_same_name_is_the_same),
		cmocka_unit_test(names_that_may_be_one_are_alike),
		cmocka_unit_test(other_names_are_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
