/* Assignments of cases that change hands: what is lent, taken back, put in effect; each
 * whole or not at all, once, and the same after a crash and a restore. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/pair.h"
#include "lib/rules.h"
#include "records_table.h"
#include "session.pb.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

static const struct case_id NO_CASE;

/* Device 0 hands its matter over to device 1. */
struct world {
	struct pair *pair;
	struct case_id client, matter, other;
	struct case_id cases[2];
	struct hub_handover handover;
};

static void own(struct world *world, struct case_id id, size_t device)
{
	assert_false(fault_is(hub_assign(pair_hub(world->pair), id, pair_holder(world->pair, device),
					 RECORDS_ASSIGNMENT_ROLE_OWN_WORKER, pair_hub_time(world->pair), NULL)));
}

static void begin(struct world *world, uint64_t seed)
{
	struct pair *pair = pair_new(seed, 2);
	*world = (struct world){ .pair = pair };
	world->client = pair_case(pair, DELTA_CASE_CLIENT, NO_CASE);
	world->matter = pair_case(pair, DELTA_CASE_MATTER, world->client);
	world->other = pair_case(pair, DELTA_CASE_MATTER, world->client);
	own(world, world->matter, 0);
	world->cases[0] = world->matter;
	rules_sync(pair, 0);
	world->handover = (struct hub_handover){
		.record = pair_note(pair, 0, world->matter, "stands for the handover"), .case_id = world->matter,
		.from = pair_holder(pair, 0), .to = pair_holder(pair, 1), .cases = world->cases, .case_count = 1,
	};
	rules_sync(pair, 0);
	rules_sync(pair, 1);
}

static void lend(struct world *world)
{
	uint64_t until = pair_hub_time(world->pair).wall_ms + 14 * (uint64_t)DAY_MS;
	assert_false(fault_is(hub_handover_lend(pair_hub(world->pair), &world->handover, until, pair_hub_time(world->pair))));
}

static void take_back(struct world *world)
{
	assert_false(fault_is(hub_handover_take_back(pair_hub(world->pair), &world->handover, pair_hub_time(world->pair))));
}

static void take_effect(struct world *world)
{
	assert_false(fault_is(hub_handover_take_effect(pair_hub(world->pair), &world->handover, pair_hub_time(world->pair))));
}

static struct handover_case look(struct world *world)
{
	struct handover_case one = { .is_there = false };
	hub_handover_case(pair_hub(world->pair), &world->handover, world->matter, &one);
	return one;
}

static bool holds(struct world *world, size_t device, struct case_id id)
{
	rules_sync(world->pair, device);
	return replica_holds(pair_replica(world->pair, device), id);
}

static bool is_owned_by(struct world *world, size_t device)
{
	struct record_id staff;
	return hub_own_worker(pair_hub(world->pair), world->matter, &staff) && ID_EQUAL(staff, pair_holder(world->pair, device));
}

static void it_is_lent_once_with_the_clients_case_and_for_some_days(void **state)
{
	struct world world;
	(void)state;
	begin(&world, 1);
	lend(&world);
	assert_true(holds(&world, 1, world.matter) && holds(&world, 1, world.client));
	assert_false(holds(&world, 1, world.other));
	assert_true(is_owned_by(&world, 0));
	uint64_t order = rules_last_order(world.pair);
	pair_hub_crash(world.pair);
	lend(&world);
	assert_int_equal(rules_last_order(world.pair), order);
	assert_true(look(&world).is_seen);
	pair_pass(world.pair, 15 * (uint64_t)DAY_MS);
	assert_false(holds(&world, 1, world.matter));
	assert_false(look(&world).is_seen);
	order = rules_last_order(world.pair);
	lend(&world); /* once for each handover */
	assert_int_equal(rules_last_order(world.pair), order);
	pair_free(world.pair);
}

static void what_is_taken_back_leaves_and_changes_nothing_else(void **state)
{
	struct world world;
	(void)state;
	begin(&world, 2);
	assert_true(look(&world).is_seen); /* not lent yet */
	take_back(&world);
	lend(&world);
	assert_true(holds(&world, 1, world.matter));
	take_back(&world);
	uint64_t order = rules_last_order(world.pair);
	take_back(&world);
	assert_int_equal(rules_last_order(world.pair), order);
	assert_false(holds(&world, 1, world.matter) || holds(&world, 1, world.client));
	assert_true(holds(&world, 0, world.matter) && is_owned_by(&world, 0));
	pair_free(world.pair);
}

static void in_effect_the_receiver_is_own_worker_and_nothing_is_sent_twice(void **state)
{
	struct world world;
	(void)state;
	begin(&world, 3);
	lend(&world);
	assert_true(holds(&world, 1, world.matter));
	uint64_t order = rules_last_order(world.pair);
	take_effect(&world);
	assert_true(is_owned_by(&world, 1));
	assert_true(holds(&world, 1, world.matter));
	assert_false(holds(&world, 0, world.matter) || holds(&world, 0, world.client));
	assert_false(look(&world).is_own); /* and would not be put in effect again */
	/* The word itself, two new assignments, two lent ones ended, two of the old worker's. */
	assert_int_equal(rules_last_order(world.pair), order + 7);
	assert_true(pair_finds(pair_device_log(world.pair, 1), "stands for the handover"));
	pair_free(world.pair);
}

static void who_keeps_a_matter_keeps_the_clients_case(void **state)
{
	struct world world;
	(void)state;
	begin(&world, 4);
	own(&world, world.other, 0);
	take_effect(&world); /* never lent: accepted and told came together */
	assert_true(holds(&world, 0, world.client) && holds(&world, 0, world.other));
	assert_false(holds(&world, 0, world.matter));
	assert_true(holds(&world, 1, world.client) && holds(&world, 1, world.matter));
	assert_false(holds(&world, 1, world.other));
	pair_free(world.pair);
}

/* The process ends before anything was said, and after it. */
static void a_crash_leaves_all_of_it_or_nothing(void **state)
{
	struct world world;
	(void)state;
	begin(&world, 5);
	lend(&world);
	struct log *before = pair_hub_backup(world.pair);
	take_effect(&world);
	pair_hub_crash(world.pair);
	assert_true(is_owned_by(&world, 1));
	pair_hub_rollback(world.pair, before); /* as if the commit had not been */
	assert_true(is_owned_by(&world, 0) && look(&world).is_own && look(&world).is_seen);
	take_effect(&world);
	assert_true(is_owned_by(&world, 1));
	assert_true(holds(&world, 1, world.matter));
	assert_false(holds(&world, 0, world.matter));
	pair_free(world.pair);
}

struct records {
	struct record_id ids[8];
	size_t count;
};

static bool take_assignment(void *ctx, const struct log_entry *entry)
{
	struct records *records = ctx;
	if (entry->record_type != RECORDS_TYPE_CASE_ASSIGNMENT)
		return true;
	for (size_t i = 0; i < records->count; i++)
		if (ID_EQUAL(records->ids[i], entry->record_id))
			return true;
	if (records->count < sizeof records->ids / sizeof records->ids[0])
		records->ids[records->count++] = entry->record_id;
	return true;
}

/* How many assignments of the matter a laptop knows of. */
static size_t assignments_at(struct world *world, size_t device)
{
	struct records records = { .count = 0 };
	assert_false(fault_is(log_read_case(pair_device_log(world->pair, device), world->matter, 0, INT64_MAX, take_assignment,
					    &records)));
	return records.count;
}

/* What was written meanwhile by the new own worker is not lost with the node's newest days. */
static void after_a_restore_it_takes_effect_again_and_no_work_is_lost(void **state)
{
	struct world world;
	(void)state;
	begin(&world, 6);
	lend(&world);
	assert_true(holds(&world, 1, world.matter));
	struct log *before = pair_hub_backup(world.pair);
	take_effect(&world);
	assert_true(holds(&world, 1, world.matter) && !holds(&world, 0, world.matter));
	pair_note(world.pair, 1, world.matter, "uuden kirjaus");
	rules_sync(world.pair, 1);
	pair_hub_restore(world.pair, before, true);
	assert_true(is_owned_by(&world, 0)); /* until it is looked at again */
	take_effect(&world);
	assert_true(is_owned_by(&world, 1));
	rules_sync(world.pair, 1);
	rules_sync(world.pair, 0);
	assert_int_equal(assignments_at(&world, 1), 3); /* the old worker's, lent, taken over: said again */
	assert_true(holds(&world, 1, world.matter));
	assert_false(holds(&world, 0, world.matter));
	assert_true(pair_finds(pair_hub_log(world.pair), "uuden kirjaus"));
	/* Its own words from the days that were lost came back by a device: a person looks at those. */
	assert_int_equal(rules_quarantine(world.pair).item.reason, jalka_Reason_VOUCHED);
	assert_true(ID_EQUAL(rules_quarantine(world.pair).item.author.node, hub_node(pair_hub(world.pair))));
	pair_free(world.pair);
}

static void cases_assigned_otherwise_or_erased_do_not_change_hands(void **state)
{
	struct world world;
	(void)state;
	begin(&world, 7);
	assert_true(look(&world).is_there && look(&world).is_own);
	pair_unassign(world.pair, world.matter, 0);
	assert_true(look(&world).is_there && !look(&world).is_own);
	own(&world, world.matter, 0);
	assert_true(look(&world).is_own);
	assert_false(fault_is(hub_erase_case(pair_hub(world.pair), world.matter, pair_hub_time(world.pair))));
	assert_false(look(&world).is_there);
	lend(&world); /* nothing of it */
	assert_false(holds(&world, 1, world.matter));
	pair_free(world.pair);
}

static void a_device_is_in_use_while_it_is_active(void **state)
{
	struct world world;
	(void)state;
	begin(&world, 8);
	struct hub *hub = pair_hub(world.pair);
	struct node_id node = pair_node(world.pair, 1);
	assert_true(hub_has_device(hub, world.handover.to));
	assert_false(fault_is(hub_device_set_state(hub, node, HUB_DEVICE_SUSPENDED, pair_hub_time(world.pair))));
	assert_false(hub_has_device(hub, world.handover.to));
	assert_false(fault_is(hub_device_set_state(hub, node, HUB_DEVICE_ACTIVE, pair_hub_time(world.pair))));
	assert_true(hub_has_device(hub, world.handover.to));
	assert_false(fault_is(hub_device_set_state(hub, node, HUB_DEVICE_REVOKED, pair_hub_time(world.pair))));
	assert_false(hub_has_device(hub, world.handover.to));
	pair_free(world.pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_lent_once_with_the_clients_case_and_for_some_days),
		cmocka_unit_test(what_is_taken_back_leaves_and_changes_nothing_else),
		cmocka_unit_test(in_effect_the_receiver_is_own_worker_and_nothing_is_sent_twice),
		cmocka_unit_test(who_keeps_a_matter_keeps_the_clients_case),
		cmocka_unit_test(a_crash_leaves_all_of_it_or_nothing),
		cmocka_unit_test(after_a_restore_it_takes_effect_again_and_no_work_is_lost),
		cmocka_unit_test(cases_assigned_otherwise_or_erased_do_not_change_hands),
		cmocka_unit_test(a_device_is_in_use_while_it_is_active),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
