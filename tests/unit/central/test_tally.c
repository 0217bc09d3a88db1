/* tally: counts by cause, in bounded room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "central/tally.h"

static void each_cause_is_counted_once_for_each_time(void **state)
{
	struct tally tally = { .count = 0 };
	char same[] = "too slow";
	(void)state;
	tally_add(&tally, "too slow");
	tally_add(&tally, "wrong MAC");
	tally_add(&tally, same);
	assert_int_equal(tally.count, 2);
	assert_int_equal(tally.rows[0].times, 2);
	assert_int_equal(tally.rows[1].times, 1);
}

static void what_finds_no_row_is_counted_as_other(void **state)
{
	static char causes[TALLY_ROWS + 40][8];
	struct tally tally = { .count = 0 };
	uint64_t sum = 0;
	(void)state;
	for (size_t i = 0; i < TALLY_ROWS + 40; i++) {
		snprintf(causes[i], sizeof causes[i], "c%zu", i);
		tally_add(&tally, causes[i]);
		tally_add(&tally, causes[i]);
	}
	assert_int_equal(tally.count, TALLY_ROWS);
	assert_string_equal(tally.rows[TALLY_ROWS - 1].cause, TALLY_OTHER);
	for (size_t i = 0; i < TALLY_ROWS; i++)
		sum += tally.rows[i].times;
	assert_int_equal(sum, 2 * (TALLY_ROWS + 40));
	assert_int_equal(tally.rows[0].times, 2);
}

static void a_cause_becomes_a_word(void **state)
{
	char word[12];
	(void)state;
	tally_word("MAC of 1 is ", word, sizeof word);
	assert_string_equal(word, "mac_of_1_is");
	tally_word("too slow, or silent", word, sizeof word);
	assert_string_equal(word, "too_slow_or");
	tally_word("", word, sizeof word);
	assert_string_equal(word, "");
	tally_word("\"\n{", word, sizeof word);
	assert_string_equal(word, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cause_is_counted_once_for_each_time),
		cmocka_unit_test(what_finds_no_row_is_counted_as_other),
		cmocka_unit_test(a_cause_becomes_a_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
