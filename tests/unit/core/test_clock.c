/* clock: corrected, strictly rising stamps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/limits.h"
#include "core/clock.h"

enum { MINUTE_MS = 60 * 1000 };
#define NOON_MS UINT64_C(1780000000000)

static void a_stamp_is_the_corrected_wall_clock(void **state)
{
	(void)state;
	struct clock clock;
	clock_init(&clock, 0, -1500, CLOCK_SYNCED);
	assert_int_equal(clock_stamp(&clock, NOON_MS), NOON_MS - 1500);
	clock_init(&clock, 0, 1500, CLOCK_SYNCED);
	assert_int_equal(clock_stamp(&clock, NOON_MS), NOON_MS + 1500);
}

static void stamps_rise_whatever_the_wall_clock_does(void **state)
{
	(void)state;
	struct clock clock;
	clock_init(&clock, 0, 0, CLOCK_UNKNOWN);
	const uint64_t walls[] = { NOON_MS, NOON_MS, NOON_MS - 86400000, 0, 1, NOON_MS + 5, NOON_MS + 5, UINT64_MAX, NOON_MS, UINT64_MAX };
	uint64_t last = 0;
	for (size_t i = 0; i < sizeof walls / sizeof *walls; i++) {
		uint64_t stamp = clock_stamp(&clock, walls[i]);
		assert_true(stamp > last);
		last = stamp;
	}
	assert_true(last < INT64_MAX);
}

static void stamps_go_on_above_the_last_in_the_log(void **state)
{
	(void)state;
	struct clock clock;
	clock_init(&clock, NOON_MS, 0, CLOCK_SYNCED);
	assert_int_equal(clock_stamp(&clock, NOON_MS - 1000), NOON_MS + 1);
	assert_int_equal(clock_stamp(&clock, NOON_MS + 1), NOON_MS + 2);
	assert_int_equal(clock_stamp(&clock, NOON_MS + 1000), NOON_MS + 1000);
}

static void a_clock_before_1970_gives_stamps_above_zero(void **state)
{
	(void)state;
	struct clock clock;
	clock_init(&clock, 0, -5000, CLOCK_SYNCED);
	assert_int_equal(clock_stamp(&clock, 1000), 1);
	assert_int_equal(clock_stamp(&clock, 1000), 2);
	clock_init(&clock, 0, INT64_MIN, CLOCK_SYNCED);
	assert_int_equal(clock_stamp(&clock, NOON_MS), 1);
	clock_init(&clock, 0, INT64_MAX, CLOCK_SYNCED);
	assert_true(clock_stamp(&clock, UINT64_MAX) < INT64_MAX);
}

static void the_offset_is_learnt_from_central(void **state)
{
	(void)state;
	struct clock clock;
	clock_init(&clock, 0, 0, CLOCK_UNKNOWN);
	clock_learn(&clock, NOON_MS + 2000, NOON_MS, 300);
	assert_int_equal(clock.offset_ms, 2000);
	assert_int_equal(clock.state, CLOCK_SYNCED);
	assert_int_equal(clock_stamp(&clock, NOON_MS + 10), NOON_MS + 2010);
	clock_learn(&clock, NOON_MS - 90000, NOON_MS, 300);
	assert_int_equal(clock.offset_ms, -90000);
	/* A stamp given before holds the clock up (K1). */
	assert_int_equal(clock_stamp(&clock, NOON_MS), NOON_MS + 2011);
}

static void a_measurement_within_its_uncertainty_moves_nothing(void **state)
{
	(void)state;
	struct clock clock;
	clock_init(&clock, 0, 0, CLOCK_UNKNOWN);
	clock_learn(&clock, NOON_MS + 200, NOON_MS, 300);
	assert_int_equal(clock.offset_ms, 200);
	clock_learn(&clock, NOON_MS + 500, NOON_MS, 300);
	assert_int_equal(clock.offset_ms, 200);
	clock_learn(&clock, NOON_MS - 101, NOON_MS, 300);
	assert_int_equal(clock.offset_ms, -101);
}

static void more_than_five_minutes_off_is_drifting(void **state)
{
	(void)state;
	struct clock clock;
	clock_init(&clock, 0, 0, CLOCK_UNKNOWN);
	clock_learn(&clock, NOON_MS, NOON_MS + 5 * MINUTE_MS, 0);
	assert_int_equal(clock.state, CLOCK_SYNCED);
	clock_learn(&clock, NOON_MS, NOON_MS + 5 * MINUTE_MS + 1, 0);
	assert_int_equal(clock.state, CLOCK_DRIFTING);
	clock_learn(&clock, NOON_MS + 5 * MINUTE_MS + 1, NOON_MS, 0);
	assert_int_equal(clock.state, CLOCK_DRIFTING);
	clock_learn(&clock, NOON_MS, NOON_MS, 0);
	assert_int_equal(clock.state, CLOCK_SYNCED);
	assert_int_equal(LIMIT_FUTURE_MS, 5 * MINUTE_MS);
}

static void no_time_a_peer_says_breaks_the_clock(void **state)
{
	(void)state;
	const uint64_t times[] = { 0, 1, NOON_MS, INT64_MAX, UINT64_C(1) << 63, UINT64_MAX };
	for (size_t i = 0; i < 6; i++) {
		for (size_t k = 0; k < 6; k++) {
			struct clock clock;
			clock_init(&clock, 0, 0, CLOCK_UNKNOWN);
			clock_learn(&clock, times[i], times[k], 0);
			clock_learn(&clock, times[k], times[i], UINT64_MAX);
			clock_learn(&clock, times[k], times[i], 0);
			uint64_t first = clock_stamp(&clock, times[i]);
			assert_true(first < INT64_MAX);
			assert_true(clock_stamp(&clock, times[k]) > first);
		}
	}
}

static void a_stamp_far_ahead_of_central_is_replaced(void **state)
{
	(void)state;
	bool replaced = true;
	assert_int_equal(clock_effective(NOON_MS, NOON_MS, &replaced), NOON_MS);
	assert_false(replaced);
	assert_int_equal(clock_effective(1, NOON_MS, &replaced), 1);
	assert_false(replaced);
	assert_int_equal(clock_effective(NOON_MS + LIMIT_FUTURE_MS, NOON_MS, &replaced), NOON_MS + LIMIT_FUTURE_MS);
	assert_false(replaced);
	assert_int_equal(clock_effective(NOON_MS + LIMIT_FUTURE_MS + 1, NOON_MS, &replaced), NOON_MS);
	assert_true(replaced);
	assert_int_equal(clock_effective(UINT64_MAX, NOON_MS, &replaced), NOON_MS);
	assert_true(replaced);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stamp_is_the_corrected_wall_clock),
		cmocka_unit_test(stamps_rise_whatever_the_wall_clock_does),
		cmocka_unit_test(stamps_go_on_above_the_last_in_the_log),
		cmocka_unit_test(a_clock_before_1970_gives_stamps_above_zero),
		cmocka_unit_test(the_offset_is_learnt_from_central),
		cmocka_unit_test(a_measurement_within_its_uncertainty_moves_nothing),
		cmocka_unit_test(more_than_five_minutes_off_is_drifting),
		cmocka_unit_test(no_time_a_peer_says_breaks_the_clock),
		cmocka_unit_test(a_stamp_far_ahead_of_central_is_replaced),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
