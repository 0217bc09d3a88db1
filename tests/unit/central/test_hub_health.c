/* What a device tells of how it fares: when, what central makes of it, and that it lasts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "lib/rules.h"
#include "session.pb.h"

enum { NOTES = 400, MINUTE = 60 * 1000, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

static bool take_device(void *ctx, const struct hub_device *device)
{
	struct hub_device *out = ctx;
	if (!ID_EQUAL(device->node, out->node))
		return true;
	*out = *device;
	return false;
}

static struct hub_device shown(struct pair *pair, size_t device)
{
	struct hub_device out = { .node = pair_node(pair, device) };
	assert_false(fault_is(hub_devices(pair_hub(pair), take_device, &out)));
	return out;
}

static uint64_t told_ms(struct pair *pair, size_t device)
{
	return shown(pair, device).health.told_ms;
}

/* A session of its own; when it told something in it, when. */
static uint64_t contact(struct pair *pair, size_t device)
{
	rules_sync(pair, device);
	return told_ms(pair, device);
}

static void first_session_tells_and_the_next_hour_is_silent(void **state)
{
	(void)state;
	struct pair *pair = pair_new(1, 1);
	uint64_t first = contact(pair, 0);
	struct hub_device device = shown(pair, 0);
	assert_int_not_equal(first, 0);
	assert_string_equal(device.health.version, "1.0");
	assert_int_equal(device.health.store_bytes, 1 << 20);
	assert_int_equal(device.health.free_bytes, 1ULL << 33);
	assert_int_equal(device.health.disk_bytes, 1ULL << 34);
	assert_int_equal(device.unsent, 0);
	for (int i = 0; i < 5; i++) {
		pair_pass(pair, 11 * MINUTE);
		assert_int_equal(contact(pair, 0), first);
	}
	pair_pass(pair, DAY);
	assert_true(contact(pair, 0) > first + 23 * HOUR); /* V1 */
	pair_free(pair);
}

static void changes_are_told_at_once_or_after_an_hour(void **state)
{
	(void)state;
	struct pair *pair = pair_new(2, 1);
	uint64_t last = contact(pair, 0), now;
	pair_pass(pair, MINUTE);
	replica_count(pair_replica(pair, 0), REPLICA_CONNECT, 3); /* the network's: not at once */
	assert_int_equal(contact(pair, 0), last);
	pair_pass(pair, HOUR);
	now = contact(pair, 0);
	assert_true(now > last); /* V3 */
	assert_int_equal(shown(pair, 0).recent[jalka_HealthCount_HEALTH_CONNECT], 3);
	last = now;
	pair_pass(pair, MINUTE);
	replica_count(pair_replica(pair, 0), REPLICA_STORE, 1); /* V2 */
	now = contact(pair, 0);
	assert_true(now > last);
	last = now;
	pair_health(pair, 0)->free_bytes = 1 << 20; /* nearly full, V2 */
	pair_pass(pair, MINUTE);
	now = contact(pair, 0);
	assert_true(now > last);
	assert_int_equal(shown(pair, 0).health.free_bytes, 1 << 20);
	last = now;
	pair_health(pair, 0)->version = "1.1";
	pair_pass(pair, MINUTE);
	assert_true(contact(pair, 0) > last);
	assert_string_equal(shown(pair, 0).health.version, "1.1");
	pair_free(pair);
}

static void wrong_clock_is_told_with_the_session_that_finds_it(void **state)
{
	(void)state;
	struct pair *pair = pair_new(3, 1);
	assert_int_equal(shown(pair, 0).clock_offset_ms, 0);
	contact(pair, 0);
	pair_skew(pair, 0, -10 * MINUTE); /* its clock is behind */
	contact(pair, 0);
	assert_int_equal(shown(pair, 0).clock_offset_ms, 10 * MINUTE);
	pair_skew(pair, 0, 0);
	contact(pair, 0);
	assert_int_equal(shown(pair, 0).clock_offset_ms, 0);
	pair_free(pair);
}

/* The connection breaks after so many bytes of the device. */
struct cutter {
	size_t left;
};

static bool cut(void *ctx, size_t device, bool to_hub, struct span bytes)
{
	struct cutter *cutter = ctx;
	(void)device;
	if (!to_hub)
		return true;
	if (bytes.len > cutter->left)
		return false;
	cutter->left -= bytes.len;
	return true;
}

static void what_was_lost_on_the_way_is_told_again(void **state)
{
	(void)state;
	struct pair *pair = pair_new(4, 1);
	uint64_t first = contact(pair, 0);
	pair_pass(pair, DAY + HOUR);
	for (size_t left = 0; told_ms(pair, 0) == first; left += 64) {
		struct cutter cutter = { left };
		assert_true(left < 4096);
		pair_tap(pair, cut, &cutter);
		pair_connect(pair, 0);
		(void)pair_carry(pair);
		pair_disconnect(pair, 0);
		(void)pair_carry(pair);
	}
	pair_tap(pair, NULL, NULL);
	pair_free(pair);
}

static void told_lasts_over_crashes_at_both_ends(void **state)
{
	(void)state;
	struct pair *pair = pair_new(5, 1);
	uint64_t first = contact(pair, 0);
	replica_count(pair_replica(pair, 0), REPLICA_PROTOCOL, 2);
	assert_false(fault_is(replica_locking(pair_replica(pair, 0), pair_time(pair))));
	pair_device_crash(pair, 0);
	pair_hub_crash(pair);
	assert_int_equal(told_ms(pair, 0), first);
	pair_pass(pair, MINUTE);
	assert_true(contact(pair, 0) > first); /* the counts were not lost */
	struct hub_device device = shown(pair, 0);
	assert_int_equal(device.recent[jalka_HealthCount_HEALTH_PROTOCOL], 2);
	assert_in_range(device.health.locked_ms, first - 1, first + MINUTE + 1000);
	pair_hub_crash(pair);
	struct hub_device again = shown(pair, 0);
	assert_memory_equal(&again.health, &device.health, sizeof device.health);
	pair_device_crash(pair, 0);
	pair_pass(pair, MINUTE);
	assert_int_equal(contact(pair, 0), device.health.told_ms); /* it knows what it told */
	pair_free(pair);
}

static void counts_of_days_ago_are_recent_no_more(void **state)
{
	(void)state;
	struct pair *pair = pair_new(6, 1);
	contact(pair, 0);
	replica_count(pair_replica(pair, 0), REPLICA_OTHER, 9);
	contact(pair, 0);
	assert_int_equal(shown(pair, 0).recent[jalka_HealthCount_HEALTH_OTHER], 9);
	for (int day = 1; day <= 3; day++) {
		pair_pass(pair, DAY + MINUTE);
		contact(pair, 0);
		assert_int_equal(shown(pair, 0).health.counts[jalka_HealthCount_HEALTH_OTHER], 9);
	}
	assert_int_equal(shown(pair, 0).recent[jalka_HealthCount_HEALTH_OTHER], 0);
	pair_free(pair);
}

static void restored_central_is_told_again(void **state)
{
	(void)state;
	struct pair *pair = pair_new(10, 1);
	uint64_t first = contact(pair, 0);
	struct log *backup = pair_hub_backup(pair);
	pair_pass(pair, 2 * (uint64_t)DAY);
	uint64_t second = contact(pair, 0);
	assert_true(second > first);
	pair_hub_restore(pair, backup, true);
	assert_int_equal(told_ms(pair, 0), first); /* and the device believes it told */
	pair_pass(pair, MINUTE);
	assert_true(contact(pair, 0) > second);
	pair_free(pair);
}

/* Lets message 1 and the first frame through and nothing after them. */
struct first_frames {
	int left;
};

static bool only_first(void *ctx, size_t device, bool to_hub, struct span bytes)
{
	struct first_frames *first = ctx;
	(void)device;
	(void)bytes;
	return !to_hub || first->left-- > 0;
}

static void unsent_work_is_shown_until_it_came(void **state)
{
	(void)state;
	char text[400];
	struct pair *pair = pair_new(7, 1);
	struct case_id id = rules_shared_case(pair, 1);
	contact(pair, 0);
	/* More than one frame holds, and as old as a week. */
	uint64_t written_ms = pair_hub_time(pair).wall_ms;
	for (int i = 0; i < NOTES; i++) {
		memset(text, 'a' + i % 26, sizeof text - 1);
		text[sizeof text - 1] = '\0';
		pair_note(pair, 0, id, text);
	}
	pair_pass(pair, 7 * (uint64_t)DAY);
	struct first_frames first = { 2 };
	pair_tap(pair, only_first, &first);
	pair_connect(pair, 0);
	(void)pair_carry(pair);
	struct hub_device device = shown(pair, 0);
	assert_true(device.unsent > 0 && device.unsent < NOTES);
	assert_in_range(device.oldest_unsent_ms, written_ms - 1000, written_ms + HOUR);
	pair_tap(pair, NULL, NULL);
	pair_disconnect(pair, 0);
	(void)pair_carry(pair);
	rules_sync(pair, 0);
	device = shown(pair, 0);
	assert_int_equal(device.unsent, 0); /* what it told is older, and all of it came */
	assert_int_equal(device.oldest_unsent_ms, 0);
	pair_free(pair);
}

static void long_session_tells_with_its_pings(void **state)
{
	(void)state;
	struct pair *pair = pair_new(8, 1);
	pair_sync(pair, 0);
	uint64_t first = told_ms(pair, 0);
	replica_count(pair_replica(pair, 0), REPLICA_STORE, 1);
	for (int minute = 0; minute < 15; minute++) {
		pair_pass(pair, MINUTE);
		assert_true(pair_carry(pair));
	}
	assert_true(pair_connected(pair, 0));
	assert_true(told_ms(pair, 0) > first);
	pair_free(pair);
}

static void oldest_quarantined_is_known_after_decisions(void **state)
{
	(void)state;
	struct pair *pair = pair_new(9, 1);
	struct case_id id = rules_shared_case(pair, 1);
	contact(pair, 0);
	pair_unassign(pair, id, 0);
	pair_note(pair, 0, id, "ensimmäinen");
	contact(pair, 0);
	uint64_t oldest = shown(pair, 0).oldest_quarantined_ms;
	assert_int_equal(shown(pair, 0).quarantined, 1);
	assert_in_range(oldest, pair_hub_time(pair).wall_ms - MINUTE, pair_hub_time(pair).wall_ms);
	rules_decide_first(pair, false);
	assert_int_equal(shown(pair, 0).oldest_quarantined_ms, 0);
	pair_free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_session_tells_and_the_next_hour_is_silent),
		cmocka_unit_test(changes_are_told_at_once_or_after_an_hour),
		cmocka_unit_test(wrong_clock_is_told_with_the_session_that_finds_it),
		cmocka_unit_test(what_was_lost_on_the_way_is_told_again),
		cmocka_unit_test(told_lasts_over_crashes_at_both_ends),
		cmocka_unit_test(counts_of_days_ago_are_recent_no_more),
		cmocka_unit_test(restored_central_is_told_again),
		cmocka_unit_test(unsent_work_is_shown_until_it_came),
		cmocka_unit_test(long_session_tells_with_its_pings),
		cmocka_unit_test(oldest_quarantined_is_known_after_decisions),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
