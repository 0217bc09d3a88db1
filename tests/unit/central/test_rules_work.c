/* The exact rules P6-P10 of docs/architecture.md, each kept by two nodes and a
 * wire: hub and replica over log_memory, bytes carried by lib/pair. (P1-P5: test_rules.c.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "lib/pair.h"
#include "lib/rules.h"
#include "records_table.h"
#include "session.pb.h"

/* ---- P6 Quarantined own work ---- */

/* Device 0 writes once after its assignment ended, and has not been told. */
static struct record_id late_note(struct pair *pair, struct case_id id, const char *text)
{
	pair_unassign(pair, id, 0);
	struct record_id record = pair_note(pair, 0, id, text);
	rules_sync(pair, 0);
	return record;
}

static void p6_work_after_the_end_waits_for_a_decision_and_the_case_is_forgotten(void **state)
{
	(void)state;
	struct pair *pair = pair_new(61, 2);
	struct case_id id = rules_shared_case(pair, 2);
	late_note(pair, id, "kotikaynti");
	struct rules_quarantine found = rules_quarantine(pair);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.item.reason, jalka_Reason_NOT_HELD);
	assert_int_equal(rules_verdict(pair, 0, found.item.seq), LOG_QUARANTINED);
	assert_int_equal(rules_status(pair, 0).quarantined, 1);
	rules_sync(pair, 0);
	assert_false(replica_holds(pair_replica(pair, 0), id));
	rules_sync(pair, 1);
	assert_false(pair_finds(pair_device_log(pair, 1), "kotikaynti"));
	pair_free(pair);
}

static void p6_accepted_work_enters_the_feed_and_its_author_is_told(void **state)
{
	(void)state;
	struct pair *pair = pair_new(62, 2);
	struct case_id id = rules_shared_case(pair, 2);
	struct record_id record = late_note(pair, id, "kotikaynti");
	uint64_t seq = rules_quarantine(pair).item.seq;
	rules_decide_first(pair, true);
	rules_sync(pair, 1);
	assert_true(rules_same_fold(pair, 1, record));
	rules_sync(pair, 0);
	assert_int_equal(rules_verdict(pair, 0, seq), LOG_ACCEPTED);
	assert_int_equal(rules_quarantine(pair).count, 0);
	pair_free(pair);
}

static void p6_rejected_work_leaves_every_fold_and_its_author_is_told(void **state)
{
	(void)state;
	struct pair *pair = pair_new(63, 1);
	struct case_id id = rules_shared_case(pair, 1);
	struct record_id record = rules_opening_record(pair_hub_log(pair), id);
	pair_unassign(pair, id, 0);
	assert_false(fault_is(rules_title(pair, 0, id, "Uusi")));
	rules_sync(pair, 0);
	uint64_t seq = rules_quarantine(pair).item.seq;
	rules_decide_first(pair, false);
	pair_assign(pair, id, 0);
	rules_sync(pair, 0);
	assert_int_equal(rules_verdict(pair, 0, seq), LOG_REJECTED);
	assert_int_equal(rules_status(pair, 0).rejected, 1);
	assert_true(rules_same_fold(pair, 0, record));
	char shown[64];
	pair_siblings(pair_device_log(pair, 0), replica_orders(pair_replica(pair, 0)), record, RECORDS_CASE_TITLE,
		      shown, sizeof shown);
	assert_string_not_equal(shown, "Uusi");
	pair_free(pair);
}

static void p6_work_accepted_after_its_case_came_back_is_whole_at_its_author_too(void **state)
{
	(void)state;
	struct pair *pair = pair_new(64, 2);
	struct case_id id = rules_shared_case(pair, 2);
	struct record_id record = late_note(pair, id, "kotikaynti");
	rules_sync(pair, 0); /* forgotten here, with the bytes of what waits */
	assert_false(pair_finds(pair_device_log(pair, 0), "kotikaynti"));
	pair_assign(pair, id, 0);
	rules_sync(pair, 0);
	rules_decide_first(pair, true);
	rules_sync(pair, 1);
	rules_sync(pair, 0);
	assert_true(rules_same_fold(pair, 1, record));
	assert_true(rules_same_fold(pair, 0, record));
	pair_free(pair);
}

static void p6_decision_is_repeated_until_heard(void **state)
{
	(void)state;
	for (size_t lost = 1; lost < RULES_PIECES_MAX; lost++) {
		struct rules_wire wire;
		struct pair *pair = pair_new(600 + lost, 1);
		struct case_id id = rules_shared_case(pair, 1);
		late_note(pair, id, "kotikaynti");
		uint64_t seq = rules_quarantine(pair).item.seq;
		rules_decide_first(pair, lost % 2 == 0);
		rules_listen(pair, &wire, lost);
		rules_sync(pair, 0);
		bool was_cut = rules_was_cut(&wire);
		pair_device_crash(pair, 0);
		pair_tap(pair, NULL, NULL);
		rules_sync(pair, 0);
		assert_int_equal(rules_verdict(pair, 0, seq), lost % 2 == 0 ? LOG_ACCEPTED : LOG_REJECTED);
		pair_free(pair);
		if (!was_cut)
			return;
	}
	fail_msg("the exchange never came to its end");
}

/* ---- P7 Salts ---- */

static void p7_opening_and_what_follows_verify_in_one_chunk(void **state)
{
	(void)state;
	struct pair *pair = pair_new(71, 1);
	rules_sync(pair, 0);
	struct replica_written written = rules_open_matter(pair, 0);
	for (int i = 0; i < 5; i++)
		pair_note(pair, 0, written.case_id, "heti perään");
	rules_sync(pair, 0);
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	assert_int_equal(rules_quarantine(pair).count, 0);
	pair_free(pair);
}

static void p7_central_without_the_secret_asks_for_salts_and_loses_nothing(void **state)
{
	(void)state;
	struct pair *pair = pair_new(72, 2);
	struct case_id known = rules_shared_case(pair, 2);
	struct log *backup = pair_hub_backup(pair);
	struct replica_written written = rules_open_matter(pair, 0);
	rules_sync(pair, 0);
	pair_assign(pair, written.case_id, 1);
	rules_sync(pair, 1);
	pair_note(pair, 1, written.case_id, "tuntematon asia");
	pair_note(pair, 1, known, "tuttu asia");
	pair_hub_restore(pair, backup, true);
	rules_sync(pair, 1);
	rules_sync(pair, 1);
	assert_true(pair_finds(pair_hub_log(pair), "tuntematon asia"));
	assert_true(pair_finds(pair_hub_log(pair), "tuttu asia"));
	assert_int_equal(rules_status(pair, 1).unreceipted, 0);
	struct hub_audit audit;
	assert_false(fault_is(hub_audit(pair_hub(pair), &audit)));
	assert_int_equal(audit.bad, 0);
	pair_free(pair);
}

static void set_state(struct pair *pair, enum hub_device_state state)
{
	assert_false(fault_is(hub_device_set_state(pair_hub(pair), pair_node(pair, 0), state, pair_hub_time(pair))));
}

static void p7_one_decision_covers_an_opening_and_its_case(void **state)
{
	(void)state;
	struct pair *pair = pair_new(73, 1);
	rules_sync(pair, 0);
	set_state(pair, HUB_DEVICE_SUSPENDED);
	struct replica_written written = rules_open_matter(pair, 0);
	rules_sync(pair, 0);
	assert_int_equal(rules_quarantine(pair).count, 2); /* a client's opening, a matter's */
	set_state(pair, HUB_DEVICE_ACTIVE);
	for (int i = 0; i < 3; i++)
		pair_note(pair, 0, written.case_id, "avauksen varassa");
	rules_sync(pair, 0);
	assert_int_equal(rules_quarantine(pair).count, 5);
	rules_decide_first(pair, true);
	assert_int_equal(rules_quarantine(pair).count, 4);
	rules_decide_first(pair, true);
	assert_int_equal(rules_quarantine(pair).count, 0);
	rules_sync(pair, 0);
	assert_int_equal(rules_status(pair, 0).quarantined, 0);
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	pair_free(pair);
}

/* ---- P8 STALE ---- */

static bool take_device(void *ctx, const struct hub_device *device)
{
	*(struct hub_device *)ctx = *device;
	return true;
}

static struct hub_device device_of(struct pair *pair)
{
	struct hub_device device = { .serial = "" };
	assert_false(fault_is(hub_devices(pair_hub(pair), take_device, &device)));
	return device;
}

/* A revoked device's copy comes when the first has said goodbye: what it wrote is taken,
 * all of it at once, and that the device is erased is not said before it is. */
static void p6_copy_of_a_device_that_is_erased_brings_all_its_work_and_is_noticed(void **state)
{
	(void)state;
	struct pair *pair = pair_new(12, 1);
	struct case_id id = rules_shared_case(pair, 1);
	size_t twin = pair_clone(pair, 0);
	set_state(pair, HUB_DEVICE_REVOKED);
	rules_sync(pair, 0);
	assert_true(device_of(pair).erase_confirmed);
	char text[1800];
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	for (int i = 0; i < 80; i++) /* more than two frames */
		pair_note(pair, twin, id, text);
	pair_connect(pair, twin);
	assert_true(pair_carry(pair));
	assert_int_equal(rules_status(pair, twin).unreceipted, 0);
	assert_int_equal(rules_quarantine(pair).count, 80);
	assert_true(device_of(pair).twin_alarm);
	assert_true(device_of(pair).erase_confirmed);
	assert_false(pair_connected(pair, twin));
	pair_free(pair);
}

static void p8_stale_session_goes_on(void **state)
{
	(void)state;
	struct rules_wire wire;
	struct pair *pair = pair_new(81, 1);
	struct case_id id = rules_shared_case(pair, 1);
	struct log *old = pair_device_backup(pair, 0);
	for (int i = 0; i < 5; i++)
		rules_sync(pair, 0);
	pair_device_restore(pair, 0, old);
	pair_note(pair, 0, id, "vanhalta levylta");
	pair_sync(pair, 0); /* one connection */
	assert_true(pair_connected(pair, 0));
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	assert_true(pair_finds(pair_hub_log(pair), "vanhalta levylta"));
	pair_disconnect(pair, 0);
	rules_listen(pair, &wire, 0);
	rules_sync(pair, 0);
	assert_int_equal(wire.plains, 0);
	pair_free(pair);
}

static void p8_stale_session_cut_anywhere_does_no_harm(void **state)
{
	(void)state;
	for (size_t lost = 1; lost < RULES_PIECES_MAX; lost++) {
		struct rules_wire wire;
		struct pair *pair = pair_new(800 + lost, 1);
		struct case_id id = rules_shared_case(pair, 1);
		struct log *old = pair_device_backup(pair, 0);
		pair_note(pair, 0, id, "ennen kopiota palautettu");
		rules_sync(pair, 0);
		rules_sync(pair, 0);
		pair_device_restore(pair, 0, old);
		pair_note(pair, 0, id, "kopion jalkeen");
		rules_listen(pair, &wire, lost);
		rules_sync(pair, 0);
		bool was_cut = rules_was_cut(&wire);
		pair_device_crash(pair, 0);
		pair_tap(pair, NULL, NULL);
		rules_sync(pair, 0);
		rules_sync(pair, 0);
		assert_int_equal(rules_status(pair, 0).unreceipted, 0);
		assert_true(pair_finds(pair_hub_log(pair), "kopion jalkeen"));
		assert_true(pair_finds(pair_device_log(pair, 0), "ennen kopiota palautettu"));
		pair_free(pair);
		if (!was_cut)
			return;
	}
	fail_msg("the exchange never came to its end");
}

/* ---- P9 Order across central epochs ---- */

static bool take_order(void *ctx, const struct log_entry *entry)
{
	*(struct order *)ctx = entry->orders[0];
	return false;
}

static void p9_orders_of_a_new_epoch_begin_above_what_was_inherited(void **state)
{
	(void)state;
	struct pair *pair = pair_new(91, 1);
	rules_shared_case(pair, 1);
	uint64_t inherited = rules_last_order(pair);
	struct log *backup = pair_hub_backup(pair);
	pair_hub_restore(pair, backup, true);
	const struct order_epoch *epoch = order_epoch_current(hub_orders(pair_hub(pair)));
	assert_int_equal(epoch->generation, 2);
	assert_int_equal(epoch->inherited, inherited);
	(void)pair_case(pair, DELTA_CASE_CLIENT, (struct case_id){ { 0 } });
	struct order first = { 0, 0 };
	assert_false(fault_is(log_read_order(pair_hub_log(pair), inherited, INT64_MAX, take_order, &first)));
	assert_int_equal(first.n, inherited + 1);
	assert_int_equal(first.generation, 2);
	pair_free(pair);
}

static void p9_work_above_what_was_inherited_gets_a_new_order_and_keeps_what_it_saw(void **state)
{
	(void)state;
	struct pair *pair = pair_new(92, 2);
	struct case_id id = rules_shared_case(pair, 2);
	struct record_id record = rules_opening_record(pair_hub_log(pair), id);
	struct log *backup = pair_hub_backup(pair);
	uint32_t name = RECORDS_CASE_TITLE;
	assert_false(fault_is(rules_title(pair, 0, id, "Ensin")));
	rules_sync(pair, 0);
	rules_sync(pair, 1);
	assert_false(fault_is(rules_title(pair, 1, id, "Sitten")));
	rules_sync(pair, 1);
	rules_sync(pair, 0);
	pair_hub_restore(pair, backup, true);
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < 2; i++)
			rules_sync(pair, i);
	char shown[64];
	/* "Sitten" saw "Ensin": no conflict, before or after */
	assert_int_equal(pair_siblings(pair_hub_log(pair), hub_orders(pair_hub(pair)), record, name, shown, sizeof shown), 1);
	assert_string_equal(shown, "Sitten");
	assert_true(rules_same_fold(pair, 0, record));
	assert_true(rules_same_fold(pair, 1, record));
	pair_free(pair);
}

static void p9_base_in_an_ancestor_epoch_still_covers(void **state)
{
	(void)state;
	struct pair *pair = pair_new(93, 2);
	struct case_id id = rules_shared_case(pair, 2);
	struct record_id record = rules_opening_record(pair_hub_log(pair), id);
	uint32_t name = RECORDS_CASE_TITLE;
	assert_false(fault_is(rules_title(pair, 0, id, "Ensin")));
	rules_sync(pair, 0);
	rules_sync(pair, 1);
	struct log *backup = pair_hub_backup(pair);
	assert_false(fault_is(rules_title(pair, 1, id, "Sitten")));
	pair_hub_restore(pair, backup, true);
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < 2; i++)
			rules_sync(pair, i);
	assert_int_equal(rules_quarantine(pair).count, 0);
	assert_int_equal(pair_siblings(pair_hub_log(pair), hub_orders(pair_hub(pair)), record, name, NULL, 0), 1);
	assert_true(rules_same_fold(pair, 0, record));
	pair_free(pair);
}

static void p9_concurrent_edits_stay_a_conflict_across_a_restore(void **state)
{
	(void)state;
	struct pair *pair = pair_new(94, 2);
	struct case_id id = rules_shared_case(pair, 2);
	struct record_id record = rules_opening_record(pair_hub_log(pair), id);
	uint32_t name = RECORDS_CASE_TITLE;
	struct log *backup = pair_hub_backup(pair);
	assert_false(fault_is(rules_title(pair, 0, id, "Toinen")));
	assert_false(fault_is(rules_title(pair, 1, id, "Toisin")));
	rules_sync(pair, 0);
	pair_hub_restore(pair, backup, true);
	rules_sync(pair, 1);
	rules_sync(pair, 0);
	rules_sync(pair, 1);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(pair_siblings(pair_device_log(pair, i), replica_orders(pair_replica(pair, i)), record, name,
					       NULL, 0), 2);
		assert_true(rules_same_fold(pair, i, record));
	}
	pair_free(pair);
}

/* ---- P10 Widths and tags ---- */

static void p10_reserved_cases_follow_from_the_identity(void **state)
{
	(void)state;
	struct case_id expected;
	struct pair *pair = pair_new(101, 0);
	delta_reserved_case(hub_identity(pair_hub(pair)), span_text("reference"), &expected);
	struct case_id reference = hub_reference_case(pair_hub(pair));
	assert_memory_equal(reference.bytes, expected.bytes, ID_BYTES);
	delta_reserved_case(hub_identity(pair_hub(pair)), span_text("directory"), &expected);
	struct case_id directory = hub_directory_case(pair_hub(pair));
	assert_memory_equal(directory.bytes, expected.bytes, ID_BYTES);
	pair_free(pair);
}

static void p10_every_device_holds_the_directory(void **state)
{
	(void)state;
	struct pair *pair = pair_new(102, 2);
	rules_sync(pair, 0);
	assert_true(replica_holds(pair_replica(pair, 0), hub_directory_case(pair_hub(pair))));
	assert_true(replica_holds(pair_replica(pair, 0), hub_reference_case(pair_hub(pair))));
	pair_free(pair);
}

static bool take_head(void *ctx, const struct log_head *head)
{
	*(struct log_head *)ctx = *head;
	return true;
}

static void p10_audit_verifies_every_chain_and_notices_a_forged_head(void **state)
{
	(void)state;
	struct hub_audit audit;
	struct log_head head = { .seq = 0 };
	struct pair *pair = pair_new(103, 2);
	struct case_id id = rules_shared_case(pair, 2);
	for (int i = 0; i < 4; i++) {
		pair_note(pair, (size_t)i % 2, id, "ketju");
		rules_sync(pair, (size_t)i % 2);
	}
	assert_false(fault_is(hub_audit(pair_hub(pair), &audit)));
	assert_int_equal(audit.bad, 0);
	assert_true(audit.deltas >= 4 && audit.heads >= 2);
	struct author author = { rules_status(pair, 0).node, rules_status(pair, 0).epoch };
	assert_false(fault_is(log_head_scan(pair_hub_log(pair), &author, take_head, &head)));
	assert_int_equal(head.seq, 2);
	head.signature.bytes[0] ^= 1;
	assert_false(fault_is(log_begin(pair_hub_log(pair))));
	assert_false(fault_is(log_head_put(pair_hub_log(pair), &head)));
	assert_false(fault_is(log_commit(pair_hub_log(pair))));
	assert_false(fault_is(hub_audit(pair_hub(pair), &audit)));
	assert_true(audit.bad > 0);
	pair_free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(p6_work_after_the_end_waits_for_a_decision_and_the_case_is_forgotten),
		cmocka_unit_test(p6_accepted_work_enters_the_feed_and_its_author_is_told),
		cmocka_unit_test(p6_rejected_work_leaves_every_fold_and_its_author_is_told),
		cmocka_unit_test(p6_work_accepted_after_its_case_came_back_is_whole_at_its_author_too),
		cmocka_unit_test(p6_decision_is_repeated_until_heard),
		cmocka_unit_test(p7_opening_and_what_follows_verify_in_one_chunk),
		cmocka_unit_test(p7_central_without_the_secret_asks_for_salts_and_loses_nothing),
		cmocka_unit_test(p7_one_decision_covers_an_opening_and_its_case),
		cmocka_unit_test(p6_copy_of_a_device_that_is_erased_brings_all_its_work_and_is_noticed),
		cmocka_unit_test(p8_stale_session_goes_on),
		cmocka_unit_test(p8_stale_session_cut_anywhere_does_no_harm),
		cmocka_unit_test(p9_orders_of_a_new_epoch_begin_above_what_was_inherited),
		cmocka_unit_test(p9_work_above_what_was_inherited_gets_a_new_order_and_keeps_what_it_saw),
		cmocka_unit_test(p9_base_in_an_ancestor_epoch_still_covers),
		cmocka_unit_test(p9_concurrent_edits_stay_a_conflict_across_a_restore),
		cmocka_unit_test(p10_reserved_cases_follow_from_the_identity),
		cmocka_unit_test(p10_every_device_holds_the_directory),
		cmocka_unit_test(p10_audit_verifies_every_chain_and_notices_a_forged_head),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("rules P6-P10", tests, NULL, NULL);
}
