/* Which mistyped words find the word that was meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/nearest.h"

static size_t distance(const char *a, const char *b)
{
	return nearest_distance(span_text(a), span_text(b));
}

static void distance_counts_slips_of_the_hand(void **state)
{
	(void)state;
	assert_int_equal(distance("phone", "phone"), 0);
	assert_int_equal(distance("phnoe", "phone"), 1);
	assert_int_equal(distance("phon", "phone"), 1);
	assert_int_equal(distance("fhone", "phone"), 1);
	assert_int_equal(distance("pphone", "phone"), 1);
	assert_int_equal(distance("PHONE", "phone"), 0);
	assert_int_equal(distance("", "phone"), 5);
	assert_int_equal(distance("kitten", "sitting"), 3);
	char longer[NEAREST_BYTES_MAX + 2];
	memset(longer, 'a', sizeof longer);
	longer[sizeof longer - 1] = 0;
	assert_true(distance(longer, "a") == SIZE_MAX);
}

static void only_near_words_are_worth_saying(void **state)
{
	(void)state;
	size_t best = SIZE_MAX;
	assert_true(nearest_better(span_text("telephon"), span_text("telephone"), &best));
	assert_false(nearest_better(span_text("telephon"), span_text("telegraph"), &best));
	best = SIZE_MAX;
	assert_false(nearest_better(span_text("xy"), span_text("to"), &best));
	assert_false(nearest_better(span_text("banana"), span_text("consent"), &best));
	assert_true(nearest_better(span_text("syn"), span_text("sync"), &best));
	assert_false(nearest_better(span_text("syn"), span_text("sync"), &best)); /* not better than the last */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distance_counts_slips_of_the_hand),
		cmocka_unit_test(only_near_words_are_worth_saying),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
