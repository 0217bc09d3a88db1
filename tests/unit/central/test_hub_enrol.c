/* Slots, words, confirmation; what a device gets before it. */
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

static bool look(void *ctx, const struct hub_device *device)
{
	*(struct hub_device *)ctx = *device;
	return true;
}

static struct hub_device the_device(struct pair *pair)
{
	struct hub_device device = { .enrolled_ms = 0 };
	assert_false(fault_is(hub_devices(pair_hub(pair), look, &device)));
	return device;
}

static void device_waits_until_the_administrator_confirms_and_gets_nothing(void **state)
{
	(void)state;
	struct pair *pair = pair_new_blank(1, 1);
	pair_enrol_begin(pair, 0);
	struct hub_device device = the_device(pair);
	assert_int_equal(device.state, HUB_DEVICE_WAITING);
	assert_string_equal(device.words, rules_status(pair, 0).words);
	assert_int_equal(rules_status(pair, 0).order, 0);
	assert_false(pair_finds(pair_device_log(pair, 0), "Sosiaalihuoltolaki"));
	/* nor does it by coming again with IK */
	pair_disconnect(pair, 0);
	pair_connect(pair, 0);
	pair_carry(pair);
	assert_false(pair_finds(pair_device_log(pair, 0), "Sosiaalihuoltolaki"));
	pair_free(pair);
}

static void confirmed_device_stands_in_the_directory_and_syncs(void **state)
{
	(void)state;
	struct pair *pair = pair_new(2, 1);
	rules_sync(pair, 0);
	struct hub_device device = the_device(pair);
	assert_int_equal(device.state, HUB_DEVICE_ACTIVE);
	assert_true(pair_finds(pair_device_log(pair, 0), "Sosiaalihuoltolaki"));
	assert_true(pair_finds(pair_device_log(pair, 0), device.serial));
	pair_free(pair);
}

static void slot_is_single_use_short_lived_and_durable(void **state)
{
	(void)state;
	struct pair *pair = pair_new(3, 1);
	struct hub_slot slot;
	struct record_id nobody = { { 0 } };
	assert_int_equal(hub_slot_new(pair_hub(pair), nobody, pair_hub_time(pair), &slot).kind, FAULT_CALLER);
	assert_false(fault_is(hub_slot_new(pair_hub(pair), pair_holder(pair, 0), pair_hub_time(pair), &slot)));
	assert_int_equal(slot.expires_ms, pair_hub_time(pair).wall_ms + LIMIT_ENROL_MS);
	uint8_t value[256];
	size_t len;
	bool found;
	assert_false(fault_is(log_get(pair_hub_log(pair), "slot", span_of(slot.slot, sizeof slot.slot), value, sizeof value,
				      &len, &found)));
	assert_true(found);
	pair_free(pair);
}

static bool count_slot(void *ctx, struct span key, struct span value)
{
	(void)key;
	(void)value;
	++*(size_t *)ctx;
	return true;
}

static void used_slot_is_gone(void **state)
{
	(void)state;
	size_t slots = 0;
	struct pair *pair = pair_new_blank(4, 1);
	pair_enrol_begin(pair, 0);
	assert_false(fault_is(log_scan(pair_hub_log(pair), "slot", (struct span){ NULL, 0 }, count_slot, &slots)));
	assert_int_equal(slots, 0);
	pair_free(pair);
}

static void revoked_device_is_closed_at_once_and_ordered_to_erase(void **state)
{
	(void)state;
	struct pair *pair = pair_new(5, 1);
	struct case_id id = rules_shared_case(pair, 1);
	pair_note(pair, 0, id, "vielä lähettämättä");
	pair_connect(pair, 0);
	assert_false(fault_is(hub_device_set_state(pair_hub(pair), pair_node(pair, 0), HUB_DEVICE_REVOKED,
						   pair_hub_time(pair))));
	pair_carry(pair);
	assert_false(pair_connected(pair, 0));
	pair_sync(pair, 0);
	assert_int_equal(rules_status(pair, 0).state, REPLICA_REVOKED);
	assert_true(the_device(pair).erase_confirmed);
	/* what it had not sent waits for a person */
	assert_true(pair_finds(pair_hub_log(pair), "vielä lähettämättä"));
	assert_int_equal(rules_quarantine(pair).item.reason, jalka_Reason_DEVICE_REVOKED);
	assert_false(pair_finds(pair_device_log(pair, 0), "vielä lähettämättä"));
	pair_free(pair);
}

static void suspended_device_is_fed_nothing_and_its_work_waits(void **state)
{
	(void)state;
	struct pair *pair = pair_new(6, 2);
	struct case_id id = rules_shared_case(pair, 2);
	assert_false(fault_is(hub_device_set_state(pair_hub(pair), pair_node(pair, 0), HUB_DEVICE_SUSPENDED,
						   pair_hub_time(pair))));
	pair_note(pair, 1, id, "toisen muistiinpano");
	rules_sync(pair, 1);
	pair_note(pair, 0, id, "keskeytetyn muistiinpano");
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_false(pair_finds(pair_device_log(pair, 0), "toisen muistiinpano"));
	assert_int_equal(rules_quarantine(pair).count, 1);
	assert_false(fault_is(hub_device_set_state(pair_hub(pair), pair_node(pair, 0), HUB_DEVICE_ACTIVE,
						   pair_hub_time(pair))));
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_true(pair_finds(pair_device_log(pair, 0), "toisen muistiinpano"));
	pair_free(pair);
}

static void device_resumed_while_connected_is_fed_again(void **state)
{
	(void)state;
	struct pair *pair = pair_new(10, 2);
	struct case_id id = rules_shared_case(pair, 2);
	assert_false(fault_is(hub_device_set_state(pair_hub(pair), pair_node(pair, 0), HUB_DEVICE_SUSPENDED, pair_hub_time(pair))));
	pair_sync(pair, 0);
	assert_true(pair_connected(pair, 0)); /* its work is taken, and waits */
	pair_note(pair, 1, id, "sillä välin");
	rules_sync(pair, 1);
	assert_false(fault_is(hub_device_set_state(pair_hub(pair), pair_node(pair, 0), HUB_DEVICE_ACTIVE, pair_hub_time(pair))));
	pair_carry(pair);
	pair_sync(pair, 0);
	assert_true(pair_finds(pair_device_log(pair, 0), "sillä välin"));
	pair_free(pair);
}

static void state_changes_that_cannot_be_are_refused(void **state)
{
	(void)state;
	struct pair *pair = pair_new(7, 1);
	struct node_id node = pair_node(pair, 0), nobody = { { 1 } };
	struct hub_time now = pair_hub_time(pair);
	assert_int_equal(hub_device_confirm(pair_hub(pair), node, now).kind, FAULT_CALLER);
	assert_int_equal(hub_device_set_state(pair_hub(pair), nobody, HUB_DEVICE_REVOKED, now).kind, FAULT_CALLER);
	assert_false(fault_is(hub_device_set_state(pair_hub(pair), node, HUB_DEVICE_REVOKED, now)));
	assert_int_equal(hub_device_set_state(pair_hub(pair), node, HUB_DEVICE_ACTIVE, now).kind, FAULT_CALLER);
	pair_free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(device_waits_until_the_administrator_confirms_and_gets_nothing),
		cmocka_unit_test(confirmed_device_stands_in_the_directory_and_syncs),
		cmocka_unit_test(slot_is_single_use_short_lived_and_durable),
		cmocka_unit_test(used_slot_is_gone),
		cmocka_unit_test(revoked_device_is_closed_at_once_and_ordered_to_erase),
		cmocka_unit_test(suspended_device_is_fed_nothing_and_its_work_waits),
		cmocka_unit_test(device_resumed_while_connected_is_fed_again),
		cmocka_unit_test(state_changes_that_cannot_be_are_refused),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
