/* What comes in one turn of the loop is one transaction, as long as that is not large. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "lib/pair.h"
#include "lib/rules.h"
#include "records_table.h"
#include "store/replica_state.h"

enum { NOTES = 1800, TEXT_BYTES = 6000 };

/* A program of somebody's own that waits for no receipt: chunk after chunk, before anybody answers. */
static size_t push_all(struct pair *pair, size_t device)
{
	struct replica *replica = pair_replica(pair, device);
	struct log_author *own = &replica->author.chain.info;
	size_t pushes = 0;
	bool found;
	while (own->receipted_seq < own->seq) {
		replica->session.in_flight = false;
		replica_poke(replica, pair_time(pair));
		assert_true(replica->session.in_flight);
		own->receipted_seq = replica->session.in_flight_seq;
		assert_false(fault_is(author_h_at(replica->log, &replica->self.central, &own->author, own->receipted_seq,
						  &own->receipted_h, &found)));
		pushes++;
	}
	return pushes;
}

/* How often the centre has committed when the last of so many pieces is about to be handed over. */
struct count {
	struct pair *pair;
	size_t pieces;
	uint64_t commits;
};

static bool count_pieces(void *ctx, size_t device, bool to_hub, struct span bytes)
{
	struct count *count = ctx;
	struct hub_counters now;
	(void)device;
	(void)bytes;
	if (to_hub && count->pieces > 0 && --count->pieces == 0) {
		hub_counters(pair_hub(count->pair), &now);
		count->commits = now.commits;
	}
	return true;
}

static void many_large_pushes_in_one_turn_make_more_than_one_commit(void **state)
{
	(void)state;
	static char text[TEXT_BYTES];
	struct pair *pair = pair_new(1, 2);
	struct case_id id = rules_shared_case(pair, 2);
	struct hub_counters before, after;
	memset(text, 'm', sizeof text - 1);
	pair_sync(pair, 0); /* an open session */
	for (int i = 0; i < NOTES; i++)
		pair_note(pair, 0, id, text);
	hub_counters(pair_hub(pair), &before);
	size_t pushes = push_all(pair, 0);
	struct count count = { .pair = pair, .pieces = pushes };
	pair_tap(pair, count_pieces, &count);
	assert_true(pair_carry(pair));
	pair_tap(pair, NULL, NULL);
	hub_counters(pair_hub(pair), &after);
	assert_true(pair_connected(pair, 0));
	assert_int_equal(after.pushes - before.pushes, pushes);
	assert_int_equal(after.deltas_accepted - before.deltas_accepted, NOTES);
	assert_in_range(count.commits - before.commits, 1, pushes / 10); /* and not one for each */
	/* What was told stands, and what was not is told when it is asked for. */
	pair_device_crash(pair, 0);
	pair_hub_crash(pair);
	rules_sync(pair, 0);
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	assert_int_equal(rules_quarantine(pair).count, 0);
	rules_sync(pair, 1);
	assert_int_equal(pair_count(pair_device_log(pair, 1), LOG_ACCEPTED), pair_count(pair_device_log(pair, 0), LOG_ACCEPTED));
	pair_free(pair);
}

/* At the end of a year: all planned ends come in one moment. */
static void planned_ends_that_come_together_are_met_turn_by_turn(void **state)
{
	(void)state;
	enum { ENDS = 600, A_TURN = 256, HOUR_MS = 3600 * 1000 };
	static struct case_id ids[ENDS];
	struct pair *pair = pair_new(2, 1);
	struct hub *hub = pair_hub(pair);
	struct record_id assignment;
	uint64_t end_ms = pair_hub_time(pair).wall_ms + HOUR_MS;
	for (size_t i = 0; i < ENDS; i++) {
		ids[i] = pair_case(pair, DELTA_CASE_CLIENT, (struct case_id){ { 0 } });
		assert_false(fault_is(hub_assign_until(hub, ids[i], pair_holder(pair, 0), RECORDS_ASSIGNMENT_ROLE_SUBSTITUTE, end_ms,
						       pair_hub_time(pair), &assignment)));
	}
	rules_sync(pair, 0);
	uint64_t orders = rules_last_order(pair), ended = 0;
	struct hub_time then = pair_hub_time(pair);
	then.wall_ms = end_ms;
	for (int turn = 0; turn < 5; turn++) {
		assert_false(fault_is(hub_commit(hub, then)));
		ended += ended + A_TURN > ENDS ? ENDS - ended : A_TURN;
		assert_int_equal(rules_last_order(pair), orders + ended);
		assert_true(ended == ENDS || hub_deadline(hub) <= then.mono_ms); /* it wakes for the rest */
	}
	pair_pass(pair, HOUR_MS);
	rules_sync(pair, 0);
	for (size_t i = 0; i < ENDS; i++)
		assert_false(replica_holds(pair_replica(pair, 0), ids[i]));
	assert_int_equal(rules_last_order(pair), orders + ENDS);
	pair_free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_large_pushes_in_one_turn_make_more_than_one_commit),
		cmocka_unit_test(planned_ends_that_come_together_are_met_turn_by_turn),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
