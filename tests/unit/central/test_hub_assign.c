/* Assignments that end when it was planned, by central's clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>

#include "lib/pair.h"
#include "lib/rules.h"
#include "records_table.h"

enum { HOUR_MS = 3600 * 1000, DAY_MS = 24 * HOUR_MS };

static const struct case_id NO_CASE;

static uint64_t in(const struct pair *pair, uint64_t ms)
{
	return pair_hub_time(pair).wall_ms + ms;
}

static struct record_id assign_until(struct pair *pair, struct case_id id, size_t device, uint64_t to_ms)
{
	struct record_id assignment;
	assert_false(fault_is(hub_assign_until(pair_hub(pair), id, pair_holder(pair, device),
					       RECORDS_ASSIGNMENT_ROLE_SUBSTITUTE, to_ms, pair_hub_time(pair), &assignment)));
	return assignment;
}

/* Another end for an assignment; 0: none any more. */
static void change_end(struct pair *pair, struct case_id id, struct record_id assignment, uint64_t to_ms)
{
	static const uint32_t to = RECORDS_CASE_ASSIGNMENT_TO;
	uint8_t block[16];
	struct wire_out fields;
	struct hub_written written;
	wire_out_init(&fields, block, sizeof block);
	if (to_ms != 0)
		wire_put_varint(&fields, to, to_ms);
	const struct hub_write write = { .case_id = id, .record_id = assignment, .record_type = RECORDS_TYPE_CASE_ASSIGNMENT,
					 .fields = wire_out_span(&fields), .cleared = &to, .cleared_count = to_ms == 0 };
	assert_false(fault_is(hub_write(pair_hub(pair), &write, pair_hub_time(pair), &written)));
}

/* A CLIENT case that device 0 is to hold for so long. */
static struct case_id client_for(struct pair *pair, uint64_t ms)
{
	struct case_id id = pair_case(pair, DELTA_CASE_CLIENT, NO_CASE);
	assign_until(pair, id, 0, in(pair, ms));
	return id;
}

static bool holds(struct pair *pair, struct case_id id)
{
	return replica_holds(pair_replica(pair, 0), id);
}

static bool holds_after(struct pair *pair, uint64_t ms, struct case_id id)
{
	pair_pass(pair, ms);
	rules_sync(pair, 0);
	return holds(pair, id);
}

static void planned_end_ends_the_grant_while_the_device_is_connected(void **state)
{
	(void)state;
	struct pair *pair = pair_new(1, 1);
	struct case_id client = pair_case(pair, DELTA_CASE_CLIENT, NO_CASE), id = pair_case(pair, DELTA_CASE_MATTER, client);
	uint64_t orders = rules_last_order(pair);
	assign_until(pair, id, 0, in(pair, HOUR_MS));
	pair_sync(pair, 0);
	pair_note(pair, 0, id, "sijaisen muistiinpano");
	pair_sync(pair, 0);
	assert_true(holds(pair, id));
	pair_pass(pair, HOUR_MS - 1000);
	assert_true(pair_connected(pair, 0) && holds(pair, id));
	pair_pass(pair, 2000);
	assert_false(holds(pair, id));
	assert_false(pair_finds(pair_device_log(pair, 0), "sijaisen"));
	assert_true(pair_finds(pair_hub_log(pair), "sijaisen"));
	assert_int_equal(rules_last_order(pair), orders + 5); /* both cases assigned, the note, both ended */
	pair_pass(pair, 2 * (uint64_t)DAY_MS);
	assert_int_equal(rules_last_order(pair), orders + 5);
	pair_free(pair);
}

static void planned_end_that_came_while_away_is_met_at_the_next_sync(void **state)
{
	(void)state;
	struct pair *pair = pair_new(2, 1);
	struct case_id client = pair_case(pair, DELTA_CASE_CLIENT, NO_CASE), id = pair_case(pair, DELTA_CASE_MATTER, client);
	assign_until(pair, id, 0, in(pair, 3 * (uint64_t)DAY_MS));
	rules_sync(pair, 0);
	assert_true(holds(pair, id));
	pair_pass(pair, 4 * (uint64_t)DAY_MS);
	assert_true(holds(pair, id));
	pair_note(pair, 0, id, "liian myöhään");
	rules_sync(pair, 0);
	assert_false(holds(pair, id));
	assert_int_equal(rules_quarantine(pair).count, 1);
	pair_free(pair);
}

static void planned_end_that_came_while_central_was_down_is_made_up_for(void **state)
{
	(void)state;
	struct pair *pair = pair_new(3, 1);
	struct case_id id = client_for(pair, HOUR_MS);
	rules_sync(pair, 0);
	struct log *stopped = pair_hub_backup(pair); /* as it lay on its disk meanwhile */
	pair_pass(pair, 2 * HOUR_MS);
	pair_hub_rollback(pair, stopped);
	rules_sync(pair, 0);
	assert_false(holds(pair, id));
	pair_free(pair);
}

static void planned_end_outlasts_a_crash(void **state)
{
	(void)state;
	struct pair *pair = pair_new(4, 1);
	struct case_id id = client_for(pair, HOUR_MS);
	rules_sync(pair, 0);
	pair_hub_crash(pair);
	rules_sync(pair, 0);
	assert_true(holds(pair, id));
	assert_false(holds_after(pair, HOUR_MS, id));
	pair_free(pair);
}

static void planned_end_may_be_moved_and_taken_back(void **state)
{
	(void)state;
	struct pair *pair = pair_new(5, 1);
	struct case_id id = pair_case(pair, DELTA_CASE_CLIENT, NO_CASE), other = pair_case(pair, DELTA_CASE_CLIENT, NO_CASE);
	struct record_id moved = assign_until(pair, id, 0, in(pair, HOUR_MS));
	struct record_id taken_back = assign_until(pair, other, 0, in(pair, HOUR_MS));
	change_end(pair, id, moved, in(pair, 3 * HOUR_MS));
	change_end(pair, other, taken_back, 0);
	pair_hub_crash(pair);
	pair_pass(pair, 2 * HOUR_MS);
	rules_sync(pair, 0);
	assert_true(holds(pair, id) && holds(pair, other));
	assert_false(holds_after(pair, 2 * HOUR_MS, id));
	assert_true(holds(pair, other));
	pair_free(pair);
}

static void grant_lasts_while_another_reason_does(void **state)
{
	(void)state;
	struct pair *pair = pair_new(6, 1);
	struct case_id id = client_for(pair, HOUR_MS);
	assign_until(pair, id, 0, in(pair, 2 * HOUR_MS));
	assert_true(holds_after(pair, HOUR_MS + 1000, id));
	assert_false(holds_after(pair, HOUR_MS, id));
	pair_free(pair);
}

static void client_case_is_held_as_long_as_the_longest_matter(void **state)
{
	(void)state;
	struct pair *pair = pair_new(7, 1);
	struct case_id client = pair_case(pair, DELTA_CASE_CLIENT, NO_CASE);
	struct case_id brief = pair_case(pair, DELTA_CASE_MATTER, client), lasting = pair_case(pair, DELTA_CASE_MATTER, client);
	assign_until(pair, brief, 0, in(pair, HOUR_MS));
	pair_assign(pair, lasting, 0);
	assert_false(holds_after(pair, 2 * HOUR_MS, brief));
	assert_true(holds(pair, lasting) && holds(pair, client));
	pair_free(pair);
}

static void end_in_the_past_is_refused(void **state)
{
	(void)state;
	struct pair *pair = pair_new(8, 1);
	struct case_id id = pair_case(pair, DELTA_CASE_CLIENT, NO_CASE);
	struct record_id assignment;
	uint64_t order = rules_last_order(pair);
	assert_int_equal(hub_assign_until(pair_hub(pair), id, pair_holder(pair, 0), RECORDS_ASSIGNMENT_ROLE_SUBSTITUTE,
					  in(pair, 0), pair_hub_time(pair), &assignment).kind, FAULT_CALLER);
	assert_int_equal(rules_last_order(pair), order);
	pair_free(pair);
}

static void grant_begun_anew_after_a_restore_ends_when_it_was_planned(void **state)
{
	(void)state;
	struct pair *pair = pair_new(9, 1);
	struct case_id id = client_for(pair, DAY_MS);
	rules_sync(pair, 0);
	struct log *backup = pair_hub_backup(pair);
	pair_unassign(pair, id, 0);
	rules_sync(pair, 0);
	assert_false(holds(pair, id));
	pair_hub_restore(pair, backup, true); /* the end of the assignment is lost */
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_true(holds(pair, id));
	assert_false(holds_after(pair, DAY_MS, id));
	pair_free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(planned_end_ends_the_grant_while_the_device_is_connected),
		cmocka_unit_test(planned_end_that_came_while_away_is_met_at_the_next_sync),
		cmocka_unit_test(planned_end_that_came_while_central_was_down_is_made_up_for),
		cmocka_unit_test(planned_end_outlasts_a_crash),
		cmocka_unit_test(planned_end_may_be_moved_and_taken_back),
		cmocka_unit_test(grant_lasts_while_another_reason_does),
		cmocka_unit_test(client_case_is_held_as_long_as_the_longest_matter),
		cmocka_unit_test(end_in_the_past_is_refused),
		cmocka_unit_test(grant_begun_anew_after_a_restore_ends_when_it_was_planned),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
