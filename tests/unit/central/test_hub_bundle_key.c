/* The keys bundles are sealed to, beside the wall clock of the node: it may be wrong for a while. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "central/hub_state.h"
#include "lib/carried.h"
#include "lib/rules.h"

static const uint64_t HOUR_MS = 3600 * 1000ull, DAY_MS = 24 * HOUR_MS;

static struct carried written(struct pair *pair)
{
	struct carried file = { NULL, 0 };
	assert_string_equal(carried_write(pair_replica(pair, 0), pair_time(pair), &file, NULL).what, "");
	return file;
}

/* A turn of the loop, the wall clock being so far ahead. */
static void turn(struct pair *pair, uint64_t ahead_ms)
{
	struct hub_time now = pair_hub_time(pair);
	now.wall_ms += ahead_ms;
	assert_false(fault_is(hub_commit(pair_hub(pair), now)));
}

static bool opens(struct pair *pair, const struct carried *file)
{
	struct hub_bundle *bundle;
	if (fault_is(hub_bundle_open(pair_hub(pair), span_of(file->bytes, file->len), pair_hub_time(pair), &bundle)))
		return false;
	hub_bundle_close(bundle);
	return true;
}

/* So many days, a turn each. */
static void live(struct pair *pair, size_t days)
{
	for (size_t i = 0; i < days; i++) {
		pair_pass(pair, DAY_MS);
		turn(pair, 0);
	}
}

static void a_clock_that_was_ahead_takes_no_key_away_and_the_next_comes_in_a_month(void **state)
{
	(void)state;
	struct pair *pair = pair_new(1, 1);
	struct hub *hub = pair_hub(pair);
	struct carried file = written(pair);
	live(pair, 5);
	for (int i = 0; i < 3; i++)
		turn(pair, 400 * DAY_MS);
	turn(pair, 0);
	assert_true(opens(pair, &file));
	assert_true(hub_bundle_key_since_ms(hub) <= pair_hub_time(pair).wall_ms);
	rules_sync(pair, 0);
	struct carried next = written(pair);
	assert_memory_not_equal(next.bytes + 16, file.bytes + 16, 16);
	pair_hub_crash(pair); /* what is known of it is durable */
	hub = pair_hub(pair);
	size_t count = hub->bundle_key_count;
	live(pair, 29);
	assert_int_equal(hub->bundle_key_count, count);
	live(pair, 2);
	assert_int_equal(hub->bundle_key_count, count + 1);
	live(pair, 300);
	assert_true(opens(pair, &file));
	live(pair, 40); /* a year after it went out of use */
	assert_false(opens(pair, &file));
	assert_true(opens(pair, &next));
	live(pair, 31); /* and so with what was made in the future */
	assert_false(opens(pair, &next));
	carried_free(&file);
	carried_free(&next);
	pair_free(pair);
}

static void a_year_of_keys_outlives_an_hour_of_a_wrong_clock(void **state)
{
	(void)state;
	struct pair *pair = pair_new(2, 1);
	live(pair, 330);
	rules_sync(pair, 0);
	struct carried file = written(pair);
	live(pair, 60);
	size_t count = pair_hub(pair)->bundle_key_count;
	for (uint64_t i = 0; i < 60; i++)
		turn(pair, 425 * DAY_MS + i * HOUR_MS / 60);
	turn(pair, 0);
	assert_true(pair_hub(pair)->bundle_key_count >= count);
	assert_true(opens(pair, &file));
	carried_free(&file);
	pair_free(pair);
}

static void a_secret_goes_when_its_year_is_over_though_no_key_is_made(void **state)
{
	(void)state;
	struct pair *pair = pair_new(3, 1);
	struct carried file = written(pair);
	live(pair, 394);
	assert_true(opens(pair, &file));
	size_t count = pair_hub(pair)->bundle_key_count;
	live(pair, 2);
	assert_false(opens(pair, &file));
	assert_int_equal(pair_hub(pair)->bundle_key_count, count - 1);
	carried_free(&file);
	pair_hub_crash(pair);
	assert_int_equal(pair_hub(pair)->bundle_key_count, count - 1);
	pair_free(pair);
}

static void when_there_is_no_room_the_oldest_goes(void **state)
{
	(void)state;
	struct pair *pair = pair_new(4, 1);
	struct hub *hub = pair_hub(pair);
	uint64_t made[2 * HUB_BUNDLE_KEYS_MAX];
	size_t count = sizeof made / sizeof made[0];
	for (size_t i = 0; i < count; i++) {
		pair_pass(pair, HOUR_MS);
		hub->now = pair_hub_time(pair);
		assert_false(fault_is(hub_turn(hub)));
		assert_false(fault_is(hub_bundle_key_make(hub)));
		turn(pair, 0);
		made[i] = hub->now.wall_ms;
	}
	assert_int_equal(hub->bundle_key_count, HUB_BUNDLE_KEYS_MAX);
	for (size_t i = 0; i < HUB_BUNDLE_KEYS_MAX; i++)
		assert_true(hub->bundle_keys[i].made_ms >= made[count - HUB_BUNDLE_KEYS_MAX]);
	pair_free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clock_that_was_ahead_takes_no_key_away_and_the_next_comes_in_a_month),
		cmocka_unit_test(a_year_of_keys_outlives_an_hour_of_a_wrong_clock),
		cmocka_unit_test(a_secret_goes_when_its_year_is_over_though_no_key_is_made),
		cmocka_unit_test(when_there_is_no_room_the_oldest_goes),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
