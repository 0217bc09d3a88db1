/* The personal identity code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/civil.h"
#include "domain/person_id.h"

static struct person_id read_good(const char *text)
{
	struct person_id id;
	struct fault fault = person_id_read(span_text(text), &id);
	if (fault_is(fault))
		fail_msg("%s: %s", text, fault.what);
	return id;
}

static void published_test_codes_are_read(void **state)
{
	(void)state;
	static const struct { const char *text; struct civil_date born; bool male; } known[] = {
		{ "010594Y9032", { 1994, 5, 1 }, true },
		{ "010594Y9021", { 1994, 5, 1 }, false },
		{ "020516C903K", { 2016, 5, 2 }, true },
	};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		struct person_id id = read_good(known[i].text);
		assert_string_equal(id.text, known[i].text);
		assert_int_equal(id.birth_days, civil_days(known[i].born));
		assert_int_equal(id.is_male, known[i].male);
		assert_true(id.is_temporary);
	}
	/* The example that the authorities print: 131052-308T. */
	struct person_id id = read_good("131052-308T");
	assert_int_equal(id.birth_days, civil_days((struct civil_date){ 1952, 10, 13 }));
	assert_false(id.is_male);
	assert_false(id.is_temporary);
}

static void what_is_typed_is_set_right(void **state)
{
	(void)state;
	static const char *const typed[] = { "010594y9032", " 010594Y9032 ", "010594 Y 9032", "01 05 94Y903 2", "010594\xc2\xa0Y9032" };
	for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++)
		assert_string_equal(read_good(typed[i]).text, "010594Y9032");
	assert_string_equal(read_good("131052\xe2\x80\x93" "308t").text, "131052-308T"); /* – */
	assert_string_equal(read_good("131052\xe2\x88\x92" "308T").text, "131052-308T"); /* − */
}

static const char *why_not(const char *text)
{
	struct person_id id = { .birth_days = 77 };
	struct fault fault = person_id_read(span_text(text), &id);
	assert_int_equal(fault.kind, FAULT_CALLER);
	assert_int_equal(id.birth_days, 77); /* nothing is written where nothing was read */
	return fault.what;
}

static void each_fault_is_named(void **state)
{
	(void)state;
	static const struct { const char *text, *word; } bad[] = {
		{ "", "11 characters" }, { "010594Y903", "11 characters" }, { "010594Y90322", "11 characters" },
		{ "0105949032", "11 characters" }, { "010594Ä9032", "11 characters" },
		{ "010594G9032", "separator" }, { "010594Z9032", "separator" }, { "010594/9032", "separator" },
		{ "O10594Y9032", "six digits" }, { "01O594Y9032", "six digits" }, { "0105X4Y9032", "six digits" },
		{ "290201-9030", "calendar" }, { "310494Y9032", "calendar" }, { "000594Y9032", "calendar" },
		{ "011394Y9032", "calendar" }, { "290200-9030", "calendar" }, /* 1900 was no leap year */
		{ "010594Y9O32", "three digits" },
		{ "010594Y0002", "002" }, { "010594Y0012", "002" },
		{ "010594Y9033", "check" }, { "010594Y903G", "check" }, { "100594Y9032", "check" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (strstr(why_not(bad[i].text), bad[i].word) == NULL)
			fail_msg("%s: %s", bad[i].text, why_not(bad[i].text));
}

static void the_day_that_leap_years_have_counts(void **state)
{
	(void)state;
	char text[PERSON_ID_BYTES];
	int32_t leap = civil_days((struct civil_date){ 2000, 2, 29 });
	assert_true(person_id_make(leap, 'A', 901, text));
	assert_int_equal(read_good(text).birth_days, leap);
}

static void the_separator_is_part_of_the_code(void **state)
{
	(void)state;
	/* One birthday, one number, one check character: two people. */
	assert_true(person_id_equal(span_text("010594Y9032"), span_text(" 010594y9032")));
	assert_false(person_id_equal(span_text("010594Y9032"), span_text("010594-9032")));
	assert_false(person_id_equal(span_text("010594Y9032"), span_text("010594X9032")));
	assert_false(person_id_equal(span_text("010594Y9033"), span_text("010594Y9033"))); /* no code at all */
	assert_false(person_id_equal(span_text(""), span_text("")));
}

static void codes_made_are_codes_read(void **state)
{
	(void)state;
	static const char separators[] = "+-YXWVUABCDEF";
	char text[PERSON_ID_BYTES];
	size_t made = 0;
	for (int year = 1800; year < 2100; year++)
		for (int32_t day = civil_days((struct civil_date){ year, 1, 1 }); civil_of_days(day).year == year; day += 13)
			for (const char *s = separators; *s != '\0'; s++) {
				unsigned number = 2 + (unsigned)(day + 100000) % 998;
				if (!person_id_make(day, *s, number, text))
					continue;
				struct person_id id = read_good(text);
				made++;
				assert_string_equal(id.text, text);
				assert_int_equal(id.birth_days, day);
				assert_int_equal(id.is_male, number % 2);
				assert_int_equal(id.is_temporary, number >= 900);
			}
	/* 28 or 29 days a year, one, six and six separators a century */
	assert_in_range(made, 280 * (100 + 600 + 600) / 10, 290 * (100 + 600 + 600) / 10);
}

static void no_single_mistake_goes_through(void **state)
{
	(void)state;
	/* 31 is prime and greater than ten: another digit, or two neighbours changed over, give another check character. */
	char text[PERSON_ID_BYTES];
	struct person_id id;
	for (unsigned number = 900; number < 1000; number += 7) {
		assert_true(person_id_make(civil_days((struct civil_date){ 1981, 11, 12 }), '-', number, text));
		for (size_t at = 0; at < 10; at++) {
			char was = text[at];
			for (char c = '0'; at != 6 && c <= '9'; c++) {
				text[at] = c;
				assert_int_equal(fault_is(person_id_read(span_text(text), &id)), c != was);
			}
			text[at] = was;
			if (at == 5 || at == 6 || at == 9 || text[at] == text[at + 1])
				continue;
			text[at] = text[at + 1];
			text[at + 1] = was;
			assert_true(fault_is(person_id_read(span_text(text), &id)));
			text[at + 1] = text[at];
			text[at] = was;
		}
	}
}

static void what_has_no_code_makes_none(void **state)
{
	(void)state;
	char text[PERSON_ID_BYTES] = "unchanged..";
	int32_t born = civil_days((struct civil_date){ 1994, 5, 1 });
	assert_false(person_id_make(born, 'A', 903, text));
	assert_false(person_id_make(born, '+', 903, text));
	assert_false(person_id_make(born, 'G', 903, text));
	assert_false(person_id_make(born, '\0', 903, text));
	assert_false(person_id_make(born, 'Y', 1, text));
	assert_false(person_id_make(born, 'Y', 1000, text));
	assert_false(person_id_make(civil_days((struct civil_date){ 2100, 1, 1 }), 'A', 903, text));
	assert_false(person_id_make(INT32_MAX, 'A', 903, text));
	assert_string_equal(text, "unchanged..");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_test_codes_are_read),
		cmocka_unit_test(what_is_typed_is_set_right),
		cmocka_unit_test(each_fault_is_named),
		cmocka_unit_test(the_day_that_leap_years_have_counts),
		cmocka_unit_test(the_separator_is_part_of_the_code),
		cmocka_unit_test(codes_made_are_codes_read),
		cmocka_unit_test(no_single_mistake_goes_through),
		cmocka_unit_test(what_has_no_code_makes_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
