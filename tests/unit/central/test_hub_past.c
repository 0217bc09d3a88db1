/* Bases in central epochs that a restore has lost (P3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>

#include "central/hub_state.h"
#include "lib/pair.h"
#include "lib/rules.h"

static const struct epoch_id lost = { { 7 } };

static void said(struct pair *pair, const struct hub_node *device, uint64_t order)
{
	jalka_Cursor cursor = { .order = order };
	SESSION_FRAME_SET(cursor.epoch, lost.bytes);
	assert_false(fault_is(hub_past_take(pair_hub(pair), device, &cursor)));
	assert_false(fault_is(hub_commit(pair_hub(pair), pair_hub_time(pair))));
}

/* A base (lost, n) in a session whose message 1 had a cursor in the lost epoch (0: in the one in use). */
static void check(struct pair *pair, uint64_t cursor, uint64_t n, bool too_high, bool unchecked)
{
	struct hub *hub = pair_hub(pair);
	struct node_id node = pair_node(pair, 0);
	const struct hub_link link = { .hub = hub, .device = hub_devices_get(hub, &node), .cursor_said = cursor,
				       .cursor_epoch = cursor != 0 ? lost : *hub_epoch(hub) };
	const struct delta delta = { .base = { .pairs = { { *hub_epoch(hub), hub->last_order }, { lost, n } }, .count = 2 } };
	bool high, un;
	assert_false(fault_is(hub_past_check(&link, &delta, &high, &un)));
	assert_int_equal(high, too_high);
	assert_int_equal(un, unchecked);
}

static void base_in_a_lost_epoch_is_bounded_by_the_cursor_its_device_came_back_with(void **state)
{
	(void)state;
	struct pair *pair = pair_new(1, 1);
	struct node_id node = pair_node(pair, 0);
	const struct hub_node *device = hub_devices_get(pair_hub(pair), &node);
	check(pair, 0, 5, false, true); /* nothing is known */
	said(pair, device, 40);
	check(pair, 40, 40, false, false);
	check(pair, 40, 41, true, false);
	check(pair, 0, 40, false, false); /* later, in the epoch in use */
	check(pair, 0, 41, false, true);  /* a copy of the disk may have come further */
	said(pair, device, 60);
	said(pair, device, 40);
	check(pair, 0, 60, false, false);
	pair_hub_crash(pair);
	check(pair, 0, 60, false, false);
	check(pair, 0, 61, false, true);
	pair_free(pair);
}

static uint64_t unchecked(struct pair *pair)
{
	struct hub_audit audit;
	assert_false(fault_is(hub_audit(pair_hub(pair), &audit)));
	assert_int_equal(audit.bad, 0);
	return audit.unchecked;
}

static void work_on_what_two_restores_lost_is_accepted_and_marked(void **state)
{
	(void)state;
	struct pair *pair = pair_new(2, 2);
	struct case_id id = rules_shared_case(pair, 2);
	struct log *backup = pair_hub_backup(pair), *again = pair_hub_backup(pair);
	pair_note(pair, 1, id, "kadonneen koneen");
	rules_sync(pair, 1);
	rules_sync(pair, 0);
	pair_note(pair, 0, id, "ilman verkkoa");
	pair_hub_restore(pair, backup, true);
	rules_sync(pair, 0);
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	assert_int_equal(unchecked(pair), 0); /* it came back with its cursor in that epoch */
	/* It holds what the other wrote, without an order here: its base says so of the lost epoch. */
	assert_int_equal(rules_quarantine(pair).item.reason, jalka_Reason_VOUCHED);
	pair_note(pair, 0, id, "sen jalkeen");
	pair_hub_restore(pair, again, true); /* which never met the device in the first epoch's end */
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	assert_true(pair_finds(pair_hub_log(pair), "sen jalkeen"));
	assert_int_equal(unchecked(pair), 1);
	pair_free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base_in_a_lost_epoch_is_bounded_by_the_cursor_its_device_came_back_with),
		cmocka_unit_test(work_on_what_two_restores_lost_is_accepted_and_marked),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
