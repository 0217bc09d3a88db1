/* Who is told what: fan-out to whoever is connected and holds the case, no one else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "lib/rules.h"
#include "records_table.h"

struct ear {
	size_t pieces[PAIR_DEVICES_MAX];
};

static bool hear(void *ctx, size_t device, bool to_hub, struct span bytes)
{
	struct ear *ear = ctx;
	(void)bytes;
	if (!to_hub)
		ear->pieces[device]++;
	return true;
}

static void delta_reaches_exactly_the_connected_devices_in_scope(void **state)
{
	(void)state;
	struct ear ear = { { 0 } };
	struct pair *pair = pair_new(1, 4);
	struct case_id id = rules_shared_case(pair, 3); /* 0, 1, 2 hold it; 3 does not */
	pair_connect(pair, 0);
	pair_connect(pair, 1);
	pair_connect(pair, 3);
	assert_true(pair_carry(pair));
	pair_tap(pair, hear, &ear);
	pair_note(pair, 0, id, "heti perille");
	replica_poke(pair_replica(pair, 0), pair_time(pair));
	assert_true(pair_carry(pair));
	assert_true(pair_finds(pair_device_log(pair, 1), "heti perille"));
	assert_false(pair_finds(pair_device_log(pair, 2), "heti perille"));
	assert_false(pair_finds(pair_device_log(pair, 3), "heti perille"));
	assert_true(ear.pieces[1] > 0);
	assert_int_equal(ear.pieces[3], 0);
	pair_free(pair);
}

static void all_that_waits_comes_in_one_frame(void **state)
{
	(void)state;
	struct rules_wire wire;
	struct pair *pair = pair_new(2, 2);
	struct case_id id = rules_shared_case(pair, 2);
	for (int i = 0; i < 30; i++)
		pair_note(pair, 0, id, "muistiinpano");
	rules_sync(pair, 0);
	rules_listen(pair, &wire, 0);
	rules_sync(pair, 1);
	/* message 1, message 2 with the pull, Heard, its answer, and no more */
	assert_true(wire.pieces <= 5);
	assert_int_equal(pair_count(pair_device_log(pair, 1), LOG_ACCEPTED), pair_count(pair_hub_log(pair), LOG_ACCEPTED));
	pair_free(pair);
}

static void large_backlog_comes_whole_and_live_feed_does_not_wait(void **state)
{
	(void)state;
	static char text[3000];
	memset(text, 'a', sizeof text - 1);
	struct pair *pair = pair_new(3, 2);
	struct case_id id = rules_shared_case(pair, 1);
	for (int i = 0; i < 120; i++)
		pair_note(pair, 0, id, text);
	rules_sync(pair, 0);
	pair_assign(pair, id, 1);
	pair_sync(pair, 1);
	assert_true(pair_carry(pair));
	assert_int_equal(rules_status(pair, 1).backlogs, 0);
	assert_int_equal(pair_count(pair_device_log(pair, 1), LOG_ACCEPTED), pair_count(pair_hub_log(pair), LOG_ACCEPTED));
	pair_free(pair);
}

static void long_away_with_many_cases_it_still_comes_whole(void **state)
{
	(void)state;
	enum { CASES = 20 };
	struct case_id ids[CASES];
	struct pair *pair = pair_new(4, 2);
	for (size_t i = 0; i < CASES; i++)
		ids[i] = rules_shared_case(pair, 2);
	struct case_id noise = rules_shared_case(pair, 1); /* device 1 does not hold it */
	for (size_t i = 0; i < 4300; i++)
		pair_note(pair, 0, i % 10 == 0 ? ids[i / 10 % CASES] : noise, "rivi");
	pair_sync(pair, 0);
	assert_true(pair_carry(pair));
	pair_sync(pair, 1);
	assert_true(pair_carry(pair));
	size_t rows = 0;
	for (size_t i = 0; i < CASES; i++) {
		struct log_case here, there;
		bool found;
		assert_false(fault_is(log_case_get(pair_hub_log(pair), ids[i], &there, &found)));
		assert_false(fault_is(log_case_get(pair_device_log(pair, 1), ids[i], &here, &found)));
		assert_true(found);
		assert_int_equal(here.last_order, there.last_order);
		rows++;
	}
	assert_int_equal(rows, CASES);
	struct log_case gone;
	bool found;
	assert_false(fault_is(log_case_get(pair_device_log(pair, 1), noise, &gone, &found)));
	assert_false(found);
	pair_free(pair);
}

static void cursor_moves_on_though_there_is_nothing_to_tell(void **state)
{
	(void)state;
	struct pair *pair = pair_new(5, 1);
	struct case_id id = rules_shared_case(pair, 1);
	uint64_t before = rules_status(pair, 0).order;
	for (int i = 0; i < 200; i++)
		pair_note(pair, 0, id, "oma");
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_true(rules_status(pair, 0).order >= before + 136);
	pair_free(pair);
}

/* Lets device 0, and device 1 after it, write as soon as the copy of 0 has been
 * told where the chain stands. */
struct overtaking {
	struct pair *pair;
	struct case_id id;
	size_t twin;
	bool done;
};

static bool overtake(void *ctx, size_t device, bool to_hub, struct span bytes)
{
	struct overtaking *o = ctx;
	(void)bytes;
	if (device == o->twin && !to_hub && !o->done) {
		o->done = true;
		pair_note(o->pair, 0, o->id, "toisen levyn rivi");
		replica_poke(pair_replica(o->pair, 0), pair_time(o->pair));
		pair_note(o->pair, 1, o->id, "kursori liikkuu");
		replica_poke(pair_replica(o->pair, 1), pair_time(o->pair));
	}
	return true;
}

static void what_a_copy_of_the_disk_wrote_in_the_same_epoch_is_fed(void **state)
{
	(void)state;
	struct overtaking o = { .pair = pair_new(8, 2) };
	o.id = rules_shared_case(o.pair, 2);
	o.twin = pair_clone(o.pair, 0);
	pair_connect(o.pair, 0);
	pair_connect(o.pair, 1);
	assert_true(pair_carry(o.pair));
	pair_tap(o.pair, overtake, &o);
	pair_connect(o.pair, o.twin);
	assert_true(pair_carry(o.pair));
	assert_true(o.done);
	assert_false(pair_connected(o.pair, 0));
	assert_true(pair_finds(pair_hub_log(o.pair), "toisen levyn rivi"));
	pair_tap(o.pair, NULL, NULL);
	assert_true(pair_finds(pair_device_log(o.pair, o.twin), "kursori liikkuu"));
	pair_disconnect(o.pair, o.twin);
	rules_sync(o.pair, o.twin);
	assert_true(pair_finds(pair_device_log(o.pair, o.twin), "toisen levyn rivi"));
	pair_free(o.pair);
}

/* Both copies wrote, first of all in a case whose secret is erased. */
static void copy_whose_chunk_needs_salts_is_told_where_the_chains_part(void **state)
{
	(void)state;
	struct pair *pair = pair_new(9, 1);
	struct case_id gone = rules_shared_case(pair, 1), id = rules_shared_case(pair, 1);
	size_t twin = pair_clone(pair, 0);
	pair_note(pair, 0, gone, "tyhjiin");
	pair_note(pair, 0, id, "ensimmäinen levy");
	pair_note(pair, twin, gone, "tyhjiin sekin");
	pair_note(pair, twin, id, "toinen levy");
	assert_false(fault_is(hub_erase_case(pair_hub(pair), gone, pair_hub_time(pair))));
	rules_sync(pair, 0);
	assert_true(pair_finds(pair_hub_log(pair), "ensimmäinen levy"));
	for (int i = 0; i < 5; i++) { /* its counter passes that of the other: not stale */
		pair_connect(pair, twin);
		pair_disconnect(pair, twin);
	}
	rules_sync(pair, twin);
	assert_true(pair_finds(pair_hub_log(pair), "toinen levy"));
	assert_int_equal(rules_status(pair, twin).unreceipted, 0);
	pair_free(pair);
}

static void new_session_of_a_device_ends_the_old_one(void **state)
{
	(void)state;
	struct hub_counters counters;
	struct pair *pair = pair_new(6, 1);
	rules_sync(pair, 0);
	pair_connect(pair, 0);
	pair_carry(pair);
	hub_counters(pair_hub(pair), &counters);
	assert_int_equal(counters.links, 1);
	pair_disconnect(pair, 0);
	pair_free(pair);
}

static uint64_t half_open(struct pair *pair, uint64_t *refused)
{
	struct hub_census census;
	struct hub_counters counters;
	hub_census(pair_hub(pair), pair_hub_time(pair), &census);
	hub_counters(pair_hub(pair), &counters);
	*refused = counters.refused;
	return census.half_open;
}

static void half_open_connections_are_bounded_in_all_and_per_prefix(void **state)
{
	(void)state;
	enum { MORE = 3, COUNT = LIMIT_HALF_OPEN + LIMIT_HALF_OPEN / LIMIT_HALF_OPEN_PER_PREFIX * MORE };
	static struct hub_link *links[COUNT];
	struct pair *pair = pair_new(7, 1);
	struct hub *hub = pair_hub(pair);
	size_t count = 0;
	uint64_t refused, before;
	assert_int_equal(half_open(pair, &before), 0);
	for (uint8_t prefix = 0; prefix < LIMIT_HALF_OPEN / LIMIT_HALF_OPEN_PER_PREFIX; prefix++) {
		for (size_t i = 0; i < LIMIT_HALF_OPEN_PER_PREFIX + MORE; i++)
			assert_false(fault_is(hub_link_up(hub, NULL, span_of(&prefix, 1), pair_hub_time(pair), &links[count++])));
		/* Each one more has pushed out one of its own network, and none of another. */
		assert_int_equal(half_open(pair, &refused), (prefix + 1) * (uint64_t)LIMIT_HALF_OPEN_PER_PREFIX);
		assert_int_equal(refused - before, (prefix + 1) * (uint64_t)MORE);
	}
	while (count > 0)
		hub_link_down(hub, links[--count]);
	assert_int_equal(half_open(pair, &refused), 0);
	pair_free(pair);
}

static void device_gets_in_while_every_place_before_the_mac_is_held(void **state)
{
	(void)state;
	static struct hub_link *links[LIMIT_HALF_OPEN];
	struct pair *pair = pair_new(8, 1);
	struct hub *hub = pair_hub(pair);
	uint64_t refused;
	for (size_t i = 0; i < LIMIT_HALF_OPEN; i++) {
		uint8_t prefix = (uint8_t)(1 + i / LIMIT_HALF_OPEN_PER_PREFIX);
		assert_false(fault_is(hub_link_up(hub, NULL, span_of(&prefix, 1), pair_hub_time(pair), &links[i])));
		hub_link_bytes(hub, links[i], span_of("\1", 1), pair_hub_time(pair)); /* a byte of message 1, as the slow send it */
	}
	assert_int_equal(half_open(pair, &refused), LIMIT_HALF_OPEN);
	rules_sync(pair, 0);
	pair_connect(pair, 0);
	pair_carry(pair);
	assert_true(pair_connected(pair, 0));
	assert_int_equal(half_open(pair, &refused), LIMIT_HALF_OPEN - 1); /* one made room */
	pair_disconnect(pair, 0);
	for (size_t i = 0; i < LIMIT_HALF_OPEN; i++)
		hub_link_down(hub, links[i]);
	pair_free(pair);
}

struct taped {
	uint8_t first[LIMIT_MESSAGE1_BYTES];
	size_t len;
};

/* Keeps the first bytes a device sends: its message 1. */
static bool tape(void *ctx, size_t device, bool to_hub, struct span bytes)
{
	struct taped *taped = ctx;
	(void)device;
	if (to_hub && taped->len == 0) {
		assert_true(bytes.len <= sizeof taped->first);
		memcpy(taped->first, bytes.data, bytes.len);
		taped->len = bytes.len;
	}
	return true;
}

static void message_1_played_again_holds_one_connection_and_keeps_nobody_out(void **state)
{
	(void)state;
	enum { TIMES = 20 };
	static struct taped taped;
	struct hub_link *links[TIMES];
	struct pair *pair = pair_new(9, 1);
	struct hub *hub = pair_hub(pair);
	rules_sync(pair, 0);
	pair_disconnect(pair, 0);
	pair_carry(pair);
	pair_tap(pair, tape, &taped);
	pair_connect(pair, 0);
	pair_carry(pair);
	pair_tap(pair, NULL, NULL);
	pair_disconnect(pair, 0);
	pair_carry(pair);
	assert_true(taped.len > 0);
	for (uint8_t i = 0; i < TIMES; i++) {
		assert_false(fault_is(hub_link_up(hub, NULL, span_of(&i, 1), pair_hub_time(pair), &links[i])));
		hub_link_bytes(hub, links[i], span_of(taped.first, taped.len), pair_hub_time(pair));
		assert_false(fault_is(hub_commit(hub, pair_hub_time(pair))));
	}
	assert_int_equal(pair_own_hung_up(pair), TIMES - 1);
	pair_connect(pair, 0);
	pair_carry(pair);
	assert_true(pair_connected(pair, 0));
	assert_int_equal(pair_own_hung_up(pair), TIMES);
	for (size_t i = 0; i < TIMES; i++)
		hub_link_down(hub, links[i]);
	pair_free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(delta_reaches_exactly_the_connected_devices_in_scope),
		cmocka_unit_test(all_that_waits_comes_in_one_frame),
		cmocka_unit_test(large_backlog_comes_whole_and_live_feed_does_not_wait),
		cmocka_unit_test(long_away_with_many_cases_it_still_comes_whole),
		cmocka_unit_test(cursor_moves_on_though_there_is_nothing_to_tell),
		cmocka_unit_test(what_a_copy_of_the_disk_wrote_in_the_same_epoch_is_fed),
		cmocka_unit_test(copy_whose_chunk_needs_salts_is_told_where_the_chains_part),
		cmocka_unit_test(new_session_of_a_device_ends_the_old_one),
		cmocka_unit_test(half_open_connections_are_bounded_in_all_and_per_prefix),
		cmocka_unit_test(message_1_played_again_holds_one_connection_and_keeps_nobody_out),
		cmocka_unit_test(device_gets_in_while_every_place_before_the_mac_is_held),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
