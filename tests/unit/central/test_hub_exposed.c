/* Which cases may lie on the disk of a device that is out of hand: rather too many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>

#include "central/hub_state.h"
#include "lib/rules.h"

static const struct case_id NO_CASE;

struct found {
	struct hub_exposed items[8];
	size_t count, at_most;
};

static bool take(void *ctx, const struct hub_exposed *item)
{
	struct found *found = ctx;
	assert_true(found->count < sizeof found->items / sizeof found->items[0]);
	found->items[found->count++] = *item;
	return found->count != found->at_most;
}

static struct found exposed(struct pair *pair, size_t device)
{
	struct found found = { .count = 0 };
	assert_false(fault_is(hub_exposed(pair_hub(pair), pair_node(pair, device), take, &found)));
	return found;
}

static bool is_exposed(struct pair *pair, size_t device, struct case_id id)
{
	struct found found = exposed(pair, device);
	for (size_t i = 0; i < found.count; i++)
		if (ID_EQUAL(found.items[i].case_id, id))
			return true;
	return false;
}

static struct case_id client_of(struct pair *pair, size_t device)
{
	struct case_id id = pair_case(pair, DELTA_CASE_CLIENT, NO_CASE);
	pair_assign(pair, id, device);
	return id;
}

/* Ended, and the device has told that it has erased it. */
static void take_away(struct pair *pair, struct case_id id, size_t device)
{
	pair_unassign(pair, id, device);
	rules_sync(pair, device);
	rules_sync(pair, device);
	assert_false(replica_holds(pair_replica(pair, device), id));
}

static void cases_of_clients_granted_to_the_holder_count_with_their_client(void **state)
{
	(void)state;
	struct pair *pair = pair_new(1, 2);
	struct case_id client = pair_case(pair, DELTA_CASE_CLIENT, NO_CASE), id = pair_case(pair, DELTA_CASE_MATTER, client);
	pair_assign(pair, id, 0);
	struct found found = exposed(pair, 0); /* it has not even synced */
	assert_int_equal(found.count, 2);
	for (size_t i = 0; i < found.count; i++) {
		assert_int_equal(found.items[i].kind, ID_EQUAL(found.items[i].case_id, id) ? DELTA_CASE_MATTER : DELTA_CASE_CLIENT);
		assert_memory_equal(found.items[i].client_case.bytes, client.bytes, ID_BYTES);
	}
	assert_int_equal(exposed(pair, 1).count, 0); /* directory, reference and access log are about no client */
	pair_free(pair);
}

static void a_case_that_was_ended_counts_until_the_device_has_told_that_it_erased_it(void **state)
{
	(void)state;
	struct pair *pair = pair_new(2, 1);
	struct case_id id = client_of(pair, 0);
	rules_sync(pair, 0);
	pair_unassign(pair, id, 0);
	assert_true(is_exposed(pair, 0, id));
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_false(is_exposed(pair, 0, id));
	pair_hub_crash(pair);
	assert_false(is_exposed(pair, 0, id));
	pair_free(pair);
}

static void a_case_granted_again_counts_again(void **state)
{
	(void)state;
	struct pair *pair = pair_new(3, 1);
	struct case_id id = client_of(pair, 0);
	rules_sync(pair, 0);
	take_away(pair, id, 0);
	pair_assign(pair, id, 0);
	assert_true(is_exposed(pair, 0, id));
	pair_unassign(pair, id, 0); /* what it told was about the grant before */
	assert_true(is_exposed(pair, 0, id));
	pair_free(pair);
}

/* Pushed when it was known to be lost: it waits, and whatever is decided lies on that disk. */
static void a_case_that_the_device_opened_counts_before_anybody_accepts_it_and_when_it_is_rejected(void **state)
{
	(void)state;
	for (int accept = 0; accept < 2; accept++) {
		struct pair *pair = pair_new(4, 2);
		struct replica_written opened;
		struct node_id node = pair_node(pair, 0);
		assert_false(fault_is(hub_device_set_state(pair_hub(pair), node, HUB_DEVICE_SUSPENDED, pair_hub_time(pair))));
		assert_false(fault_is(pair_open(pair, 0, DELTA_CASE_CLIENT, NO_CASE, &opened)));
		rules_sync(pair, 0);
		assert_true(is_exposed(pair, 0, opened.case_id));
		assert_false(is_exposed(pair, 1, opened.case_id));
		rules_decide_first(pair, accept);
		struct found found = exposed(pair, 0);
		assert_int_equal(found.count, 1);
		assert_int_equal(found.items[0].kind, DELTA_CASE_CLIENT);
		assert_memory_equal(found.items[0].client_case.bytes, opened.case_id.bytes, ID_BYTES);
		pair_free(pair);
	}
}

static void what_was_told_counts_on_in_the_epoch_that_inherited_the_grant(void **state)
{
	(void)state;
	struct pair *pair = pair_new(5, 1);
	struct case_id id = client_of(pair, 0), held = client_of(pair, 0);
	rules_sync(pair, 0);
	take_away(pair, id, 0);
	pair_hub_restore(pair, pair_hub_backup(pair), true);
	assert_false(is_exposed(pair, 0, id));
	assert_true(is_exposed(pair, 0, held));
	pair_free(pair);
}

/* What a device erased on the word of a lost epoch may have the number of a grant of this one. */
static void what_is_told_of_a_lost_grant_says_nothing_of_another(void **state)
{
	(void)state;
	struct pair *pair = pair_new(6, 1);
	struct hub_node device = { .node = pair_node(pair, 0) };
	struct log *backup = pair_hub_backup(pair);
	struct epoch_id lost = order_epoch_current(hub_orders(pair_hub(pair)))->id;
	pair_hub_restore(pair, backup, true);
	struct case_id id = client_of(pair, 0);
	struct hub *hub = pair_hub(pair);
	struct record_id holder = pair_holder(pair, 0);
	const struct assignments_tie *tie = assignments_tie_get(assignments_case_get(&hub->assignments, &id),
								assignments_holder_get(&hub->assignments, &holder));
	jalka_Forgotten said = { .g = tie->grants[0].g };
	SESSION_FRAME_SET(said.case_id, id.bytes);
	SESSION_FRAME_SET(said.g_epoch, lost.bytes);
	pair_unassign(pair, id, 0);
	assert_false(fault_is(hub_verb_end(hub, hub_forgotten_take(hub, &device, &said))));
	assert_true(is_exposed(pair, 0, id));
	said.g_epoch.size = 0; /* of the epoch in use */
	assert_false(fault_is(hub_verb_end(hub, hub_forgotten_take(hub, &device, &said))));
	assert_false(is_exposed(pair, 0, id));
	pair_free(pair);
}

static void who_asks_may_stop_and_must_name_a_device(void **state)
{
	(void)state;
	struct pair *pair = pair_new(7, 1);
	struct found found = { .at_most = 1 };
	client_of(pair, 0);
	client_of(pair, 0);
	assert_int_equal(exposed(pair, 0).count, 2);
	assert_false(fault_is(hub_exposed(pair_hub(pair), pair_node(pair, 0), take, &found)));
	assert_int_equal(found.count, 1);
	assert_int_equal(hub_exposed(pair_hub(pair), (struct node_id){ { 1 } }, take, &found).kind, FAULT_CALLER);
	pair_free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases_of_clients_granted_to_the_holder_count_with_their_client),
		cmocka_unit_test(a_case_that_was_ended_counts_until_the_device_has_told_that_it_erased_it),
		cmocka_unit_test(a_case_granted_again_counts_again),
		cmocka_unit_test(a_case_that_the_device_opened_counts_before_anybody_accepts_it_and_when_it_is_rejected),
		cmocka_unit_test(what_was_told_counts_on_in_the_epoch_that_inherited_the_grant),
		cmocka_unit_test(what_is_told_of_a_lost_grant_says_nothing_of_another),
		cmocka_unit_test(who_asks_may_stop_and_must_name_a_device),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
