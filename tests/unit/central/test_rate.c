/* rate: what was counted within a span leaves it again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "central/rate.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

static void assert_within(const struct rate *rate, uint64_t now, uint64_t minute, uint64_t hour, uint64_t day)
{
	assert_int_equal(rate_within(rate, RATE_MINUTE, now), minute);
	assert_int_equal(rate_within(rate, RATE_HOUR, now), hour);
	assert_int_equal(rate_within(rate, RATE_DAY, now), day);
}

static void what_happened_leaves_each_span_in_its_time(void **state)
{
	struct rate rate = { .total = 0 };
	uint64_t at = 7 * 24 * (uint64_t)HOUR;
	(void)state;
	rate_add(&rate, 5, at);
	assert_within(&rate, at, 5, 5, 5);
	assert_within(&rate, at + 59 * SECOND, 5, 5, 5);
	assert_within(&rate, at + 61 * SECOND, 0, 5, 5);
	assert_within(&rate, at + 59 * (uint64_t)MINUTE, 0, 5, 5);
	assert_within(&rate, at + 61 * (uint64_t)MINUTE, 0, 0, 5);
	assert_within(&rate, at + 25 * (uint64_t)HOUR, 0, 0, 0);
	assert_int_equal(rate.total, 5);
}

static void old_buckets_are_emptied_when_their_place_is_used_again(void **state)
{
	struct rate rate = { .total = 0 };
	(void)state;
	for (uint64_t s = 0; s < 3 * 24 * 3600; s += 30) /* two in each minute, for three days */
		rate_add(&rate, 1, s * SECOND);
	uint64_t now = (3 * 24 * 3600 - 30) * (uint64_t)SECOND;
	assert_int_equal(rate_within(&rate, RATE_MINUTE, now), 2);
	assert_int_equal(rate_within(&rate, RATE_HOUR, now), 120);
	assert_int_equal(rate_within(&rate, RATE_DAY, now), 2880);
	rate_add(&rate, 7, now + 300 * (uint64_t)HOUR); /* after a long rest */
	assert_within(&rate, now + 300 * (uint64_t)HOUR, 7, 7, 7);
}

static void nothing_is_counted_before_anything_was_added(void **state)
{
	static const struct rate rate;
	(void)state;
	assert_within(&rate, 0, 0, 0, 0);
	assert_within(&rate, 1000 * (uint64_t)HOUR, 0, 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_happened_leaves_each_span_in_its_time),
		cmocka_unit_test(old_buckets_are_emptied_when_their_place_is_used_again),
		cmocka_unit_test(nothing_is_counted_before_anything_was_added),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
