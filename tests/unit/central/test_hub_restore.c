/* A backup put back: a new epoch, the deny file first, nothing fed until confirmed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "lib/carried.h"
#include "lib/rules.h"
#include "records_table.h"

static bool look(void *ctx, const struct hub_device *device)
{
	*(enum hub_device_state *)ctx = device->state;
	return true;
}

static void nothing_is_fed_until_the_devices_are_confirmed(void **state)
{
	(void)state;
	struct pair *pair = pair_new(1, 2);
	struct case_id id = rules_shared_case(pair, 2);
	struct log *backup = pair_hub_backup(pair);
	pair_note(pair, 0, id, "uusi rivi");
	pair_hub_restore(pair, backup, false);
	rules_sync(pair, 0); /* its push is taken */
	assert_true(pair_finds(pair_hub_log(pair), "uusi rivi"));
	rules_sync(pair, 1);
	assert_false(pair_finds(pair_device_log(pair, 1), "uusi rivi"));
	assert_false(fault_is(hub_confirm_devices(pair_hub(pair))));
	rules_sync(pair, 1);
	rules_sync(pair, 1);
	assert_true(pair_finds(pair_device_log(pair, 1), "uusi rivi"));
	pair_free(pair);
}

static void revocation_after_the_backup_outlives_it(void **state)
{
	(void)state;
	enum hub_device_state device = HUB_DEVICE_ACTIVE;
	struct pair *pair = pair_new(2, 1);
	rules_shared_case(pair, 1);
	struct log *backup = pair_hub_backup(pair);
	assert_false(fault_is(hub_device_set_state(pair_hub(pair), pair_node(pair, 0), HUB_DEVICE_REVOKED,
						   pair_hub_time(pair))));
	pair_hub_restore(pair, backup, true);
	assert_false(fault_is(hub_devices(pair_hub(pair), look, &device)));
	assert_int_equal(device, HUB_DEVICE_REVOKED);
	pair_free(pair);
}

static void every_receipted_delta_comes_back_with_its_old_order(void **state)
{
	(void)state;
	struct pair *pair = pair_new(3, 1);
	struct case_id id = rules_shared_case(pair, 1);
	struct log *backup = pair_hub_backup(pair);
	for (int i = 0; i < 10; i++)
		pair_note(pair, 0, id, "kuitattu jo kerran");
	rules_sync(pair, 0);
	size_t before = pair_count(pair_hub_log(pair), LOG_ACCEPTED);
	pair_hub_restore(pair, backup, true);
	assert_true(pair_count(pair_hub_log(pair), LOG_ACCEPTED) < before);
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_true(pair_count(pair_hub_log(pair), LOG_ACCEPTED) >= before);
	assert_int_equal(rules_quarantine(pair).count, 0);
	pair_free(pair);
}

static void generations_rise_over_restores_of_the_same_backup(void **state)
{
	(void)state;
	struct pair *pair = pair_new(4, 1);
	rules_shared_case(pair, 1);
	struct log *backup = pair_hub_backup(pair), *same = pair_hub_backup(pair);
	pair_hub_restore(pair, backup, true);
	rules_sync(pair, 0);
	assert_int_equal(order_epoch_current(hub_orders(pair_hub(pair)))->generation, 2);
	pair_hub_restore(pair, same, true);
	assert_int_equal(order_epoch_current(hub_orders(pair_hub(pair)))->generation, 3);
	struct case_id id = rules_shared_case(pair, 1);
	pair_note(pair, 0, id, "sivuhaaran jälkeen");
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_true(pair_finds(pair_hub_log(pair), "sivuhaaran jälkeen"));
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	pair_free(pair);
}

/* Bases and older orders may name an epoch that hangs beside the way down. */
static void epochs_beside_the_way_down_are_told_too(void **state)
{
	(void)state;
	struct pair *pair = pair_new(5, 2);
	struct case_id id = rules_shared_case(pair, 2);
	struct log *backup = pair_hub_backup(pair), *same = pair_hub_backup(pair);
	pair_hub_restore(pair, backup, true);
	rules_sync(pair, 0); /* device 1 hears nothing of generation 2 */
	pair_note(pair, 0, id, "sivuhaarassa");
	rules_sync(pair, 0);
	pair_hub_restore(pair, same, true);
	rules_sync(pair, 0);
	rules_sync(pair, 1);
	assert_int_equal(order_epoch_current(hub_orders(pair_hub(pair)))->generation, 3);
	assert_non_null(order_epoch_by_generation(replica_orders(pair_replica(pair, 1)), 3));
	assert_non_null(order_epoch_by_generation(replica_orders(pair_replica(pair, 1)), 2));
	pair_free(pair);
}

/* One disk was forgotten by an order that is lost, its copy was not. */
static void copy_of_a_device_that_has_answered_is_asked_what_it_holds_too(void **state)
{
	(void)state;
	struct pair *pair = pair_new(6, 1);
	struct case_id id = rules_shared_case(pair, 1);
	struct log *backup = pair_hub_backup(pair);
	size_t twin = pair_clone(pair, 0);
	pair_unassign(pair, id, 0);
	rules_sync(pair, twin);
	assert_false(replica_holds(pair_replica(pair, twin), id));
	pair_hub_restore(pair, backup, true);
	rules_sync(pair, 0); /* names the case: nothing is begun anew */
	rules_sync(pair, twin);
	rules_sync(pair, twin);
	assert_true(replica_holds(pair_replica(pair, twin), id));
	assert_int_equal(rules_status(pair, twin).backlogs, 0);
	pair_free(pair);
}

/* The device has receipts for it and has forgotten the case since; what it kept
 * sealed comes back with its text. */
static void forgotten_work_comes_back_from_what_was_sealed(void **state)
{
	(void)state;
	struct pair *pair = pair_new(7, 2);
	struct case_id id = rules_shared_case(pair, 2);
	struct log *backup = pair_hub_backup(pair);
	pair_note(pair, 0, id, "sinetissä talletettu");
	rules_sync(pair, 0);
	pair_unassign(pair, id, 0);
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_false(replica_holds(pair_replica(pair, 0), id));
	assert_false(pair_finds(pair_device_log(pair, 0), "sinetissä talletettu"));
	pair_hub_restore(pair, backup, true);
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_true(pair_finds(pair_hub_log(pair), "sinetissä talletettu"));
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	rules_sync(pair, 1);
	assert_true(pair_finds(pair_device_log(pair, 1), "sinetissä talletettu"));
	pair_free(pair);
}

/* The new grant is told before what was sealed arrives: it lies above its backlog. */
static void what_came_sealed_is_fed_back_to_its_author(void **state)
{
	(void)state;
	struct pair *pair = pair_new(11, 1);
	struct case_id id = rules_shared_case(pair, 1);
	struct log *backup = pair_hub_backup(pair);
	pair_note(pair, 0, id, "sinetissä ja takaisin");
	rules_sync(pair, 0);
	pair_unassign(pair, id, 0);
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_false(pair_finds(pair_device_log(pair, 0), "sinetissä ja takaisin"));
	pair_hub_restore(pair, backup, true);
	pair_unassign(pair, id, 0);
	pair_assign(pair, id, 0);
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_true(pair_finds(pair_hub_log(pair), "sinetissä ja takaisin"));
	assert_true(pair_finds(pair_device_log(pair, 0), "sinetissä ja takaisin"));
	pair_free(pair);
}

/* What the device holds, Held, is answered while nothing may be fed to it: by a grant
 * that began above its cursor it would pass over what lies between. */
static void a_grant_begun_above_the_cursor_is_told_by_the_feed(void **state)
{
	(void)state;
	struct pair *pair = pair_new(12, 2);
	struct case_id id = rules_shared_case(pair, 2);
	pair_note(pair, 1, id, "poissa ollessa");
	rules_sync(pair, 1);
	pair_unassign(pair, id, 0);
	pair_hub_restore(pair, pair_hub_backup(pair), true);
	pair_assign(pair, id, 0);
	struct node_id node = pair_node(pair, 0);
	assert_false(fault_is(hub_device_set_state(pair_hub(pair), node, HUB_DEVICE_SUSPENDED, pair_hub_time(pair))));
	rules_sync(pair, 0);
	assert_false(fault_is(hub_device_set_state(pair_hub(pair), node, HUB_DEVICE_ACTIVE, pair_hub_time(pair))));
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_true(pair_finds(pair_device_log(pair, 0), "poissa ollessa"));
	pair_free(pair);
}

/* A grant that the backup holds keeps its name: its backlog goes on, before Held is
 * answered or after, and what is written then is accepted. */
static bool cut_and_restored(size_t at)
{
	struct rules_wire wire;
	struct pair *pair = pair_new(13, 2);
	struct case_id id = rules_shared_case(pair, 1), later;
	rules_sync(pair, 1);
	pair_note(pair, 0, id, "tausta");
	rules_sync(pair, 0);
	pair_assign(pair, id, 1);
	later = pair_case(pair, DELTA_CASE_MATTER, pair_case(pair, DELTA_CASE_CLIENT, (struct case_id){ { 0 } }));
	pair_assign(pair, later, 1);
	struct log *backup = pair_hub_backup(pair);
	rules_listen(pair, &wire, at);
	pair_sync(pair, 1);
	bool was_cut = rules_was_cut(&wire);
	pair_tap(pair, NULL, NULL);
	pair_disconnect(pair, 1);
	pair_hub_restore(pair, backup, true);
	rules_sync(pair, 1);
	rules_sync(pair, 1);
	assert_true(pair_finds(pair_device_log(pair, 1), "tausta"));
	pair_note(pair, 1, id, "jatko");
	pair_note(pair, 1, later, "toinen jatko");
	rules_sync(pair, 1);
	assert_int_equal(rules_quarantine(pair).count, 0);
	pair_free(pair);
	return was_cut;
}

static void a_backlog_cut_anywhere_goes_on_after_a_restore(void **state)
{
	(void)state;
	size_t at = 1;
	while (cut_and_restored(at))
		at++;
	assert_true(at > 4);
}

/* Told to forget by an epoch that is lost before the device has done so (it offers what
 * others wrote first): the case is held on. */
static bool ended_cut_and_restored(size_t at)
{
	struct rules_wire wire;
	struct pair *pair = pair_new(14, 2);
	struct case_id id = rules_shared_case(pair, 2);
	struct log *backup = pair_hub_backup(pair), *again = pair_hub_backup(pair);
	pair_note(pair, 1, id, "kadonnut");
	rules_sync(pair, 1);
	rules_sync(pair, 0);
	pair_hub_restore(pair, backup, true);
	pair_unassign(pair, id, 0);
	rules_listen(pair, &wire, at);
	pair_sync(pair, 0);
	bool was_cut = rules_was_cut(&wire);
	pair_tap(pair, NULL, NULL);
	pair_disconnect(pair, 0);
	pair_hub_restore(pair, again, true);
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_true(replica_holds(pair_replica(pair, 0), id));
	pair_note(pair, 1, id, "uusi rivi");
	rules_sync(pair, 1);
	rules_sync(pair, 0);
	assert_true(pair_finds(pair_device_log(pair, 0), "uusi rivi"));
	pair_free(pair);
	return was_cut;
}

static void an_end_told_by_a_lost_epoch_is_lost_with_it(void **state)
{
	(void)state;
	size_t at = 1;
	while (ended_cut_and_restored(at))
		at++;
	assert_true(at > 4);
}

/* Ended and begun again by orders that are lost before the new grant's backlog came: what
 * stood before it, and in the backup, comes after the restore. */
static bool regrant_cut_and_restored(size_t at)
{
	struct rules_wire wire;
	struct pair *pair = pair_new(15, 2);
	struct case_id id = rules_shared_case(pair, 2);
	pair_note(pair, 1, id, "poissa ollessa");
	rules_sync(pair, 1);
	struct log *backup = pair_hub_backup(pair);
	pair_unassign(pair, id, 0);
	pair_assign(pair, id, 0);
	rules_listen(pair, &wire, at);
	pair_sync(pair, 0);
	bool was_cut = rules_was_cut(&wire);
	pair_tap(pair, NULL, NULL);
	pair_disconnect(pair, 0);
	pair_hub_restore(pair, backup, true);
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_true(pair_finds(pair_device_log(pair, 0), "poissa ollessa"));
	assert_true(replica_holds(pair_replica(pair, 0), id));
	assert_int_equal(rules_status(pair, 0).backlogs, 0);
	pair_free(pair);
	return was_cut;
}

/* Before, the grant was named in Held and went on: what the feed had left out since its end never came. */
static void a_case_ended_by_a_lost_order_comes_whole(void **state)
{
	(void)state;
	struct pair *pair = pair_new(50, 2);
	struct case_id id = rules_shared_case(pair, 2);
	struct carried fed = { NULL, 0 };
	struct replica_bundle_report told;
	rules_sync(pair, 0);
	rules_sync(pair, 1);
	pair_note(pair, 1, id, "toisen rivi");
	rules_sync(pair, 1);
	struct log *backup = pair_hub_backup(pair);
	pair_note(pair, 0, id, "oma rivi"); /* unsent: the case stays until it has its receipt */
	pair_unassign(pair, id, 0);
	assert_false(fault_is(carried_for(pair_hub(pair), pair_node(pair, 0), pair_hub_time(pair), &fed)));
	assert_false(fault_is(carried_read(pair_replica(pair, 0), &fed, pair_time(pair), &told)));
	assert_false(pair_finds(pair_device_log(pair, 0), "toisen rivi"));
	assert_true(pair_finds(pair_device_log(pair, 0), "oma rivi"));
	pair_hub_restore(pair, backup, true);
	rules_sync(pair, 0);
	assert_true(pair_finds(pair_device_log(pair, 0), "toisen rivi"));
	assert_true(pair_finds(pair_device_log(pair, 0), "oma rivi") && pair_finds(pair_hub_log(pair), "oma rivi"));
	carried_free(&fed);
	pair_free(pair);
}

static void a_backlog_owed_by_a_lost_grant_is_owed_still(void **state)
{
	(void)state;
	size_t at = 1;
	while (regrant_cut_and_restored(at))
		at++;
	assert_true(at > 4);
}

/* Receipts of a lost epoch do not say that what is held here now is the same. */
static void receipts_of_a_lost_epoch_do_not_keep_a_copys_work_from_the_feed(void **state)
{
	(void)state;
	struct pair *pair = pair_new(9, 1);
	struct case_id id = rules_shared_case(pair, 1);
	struct log *backup = pair_hub_backup(pair);
	size_t twin = pair_clone(pair, 0);
	pair_note(pair, 0, id, "kuitattu kadonneessa");
	pair_note(pair, 0, id, "sekin kuitattu");
	rules_sync(pair, 0);
	pair_note(pair, 0, id, "ilman kuittia");
	pair_hub_restore(pair, backup, true);
	pair_note(pair, twin, id, "kaksosen rivi");
	rules_sync(pair, twin);
	assert_true(pair_finds(pair_hub_log(pair), "kaksosen rivi"));
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_true(pair_finds(pair_device_log(pair, 0), "kaksosen rivi"));
	assert_true(pair_finds(pair_hub_log(pair), "sekin kuitattu"));
	pair_free(pair);
}

static bool take_stamp(void *ctx, const struct log_entry *entry)
{
	*(uint64_t *)ctx = entry->stamp_ms;
	return true;
}

/* The stamp of the last delta of a record, where central and this device have the same; else 0. */
static uint64_t common_stamp(struct pair *pair, size_t device, struct record_id record)
{
	uint64_t central = 0, here = 0;
	assert_false(fault_is(log_read_record(pair_hub_log(pair), record, take_stamp, &central)));
	assert_false(fault_is(log_read_record(pair_device_log(pair, device), record, take_stamp, &here)));
	return central == here ? here : 0;
}

enum { HOUR_MS = 3600 * 1000 };

/* A stamp of the future is replaced; when the same comes again to a restored node, its
 * time has come and it stands: at its author too. */
static void a_stamp_replaced_by_a_lost_epoch_is_the_authors_again(void **state)
{
	(void)state;
	struct pair *pair = pair_new(12, 1);
	struct case_id id = rules_shared_case(pair, 1);
	struct log *backup = pair_hub_backup(pair);
	pair_unassign(pair, id, 0);
	pair_skew(pair, 0, HOUR_MS);
	struct record_id note = pair_note(pair, 0, id, "tunnin edellä");
	uint64_t now_ms = pair_time(pair).wall_ms;
	rules_sync(pair, 0);
	assert_int_equal(rules_quarantine(pair).count, 1);
	assert_in_range(common_stamp(pair, 0, note), now_ms, now_ms + HOUR_MS / 2);
	pair_pass(pair, 2 * HOUR_MS);
	pair_hub_restore(pair, backup, true);
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_int_equal(rules_quarantine(pair).count, 0);
	assert_in_range(common_stamp(pair, 0, note), now_ms + HOUR_MS, now_ms + 2 * HOUR_MS);
	pair_free(pair);
}

/* The author's disk has lost the receipt as well: so it is at who had read it. */
static void a_stamp_replaced_by_a_lost_epoch_is_the_authors_again_for_its_readers(void **state)
{
	(void)state;
	struct pair *pair = pair_new(13, 2);
	struct case_id id = rules_shared_case(pair, 2);
	struct log *backup = pair_hub_backup(pair);
	pair_skew(pair, 0, HOUR_MS);
	struct record_id note = pair_note(pair, 0, id, "tunnin edellä");
	struct log *unsent = pair_device_backup(pair, 0);
	uint64_t now_ms = pair_time(pair).wall_ms;
	rules_sync(pair, 0);
	rules_sync(pair, 1);
	assert_in_range(common_stamp(pair, 1, note), now_ms, now_ms + HOUR_MS / 2);
	pair_pass(pair, 2 * HOUR_MS);
	pair_hub_restore(pair, backup, true);
	pair_device_restore(pair, 0, unsent);
	rules_sync(pair, 0);
	rules_sync(pair, 1);
	rules_sync(pair, 1);
	assert_in_range(common_stamp(pair, 1, note), now_ms + HOUR_MS, now_ms + 2 * HOUR_MS);
	pair_free(pair);
}

static void a_stamp_replaced_stays_so_when_the_delta_is_accepted_by_decision(void **state)
{
	(void)state;
	struct pair *pair = pair_new(14, 1);
	struct case_id id = rules_shared_case(pair, 1);
	pair_unassign(pair, id, 0);
	pair_skew(pair, 0, HOUR_MS);
	struct record_id note = pair_note(pair, 0, id, "tunnin edellä");
	uint64_t now_ms = pair_time(pair).wall_ms;
	rules_sync(pair, 0);
	pair_assign(pair, id, 0);
	pair_pass(pair, 2 * HOUR_MS);
	rules_decide_first(pair, true);
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_in_range(common_stamp(pair, 0, note), now_ms, now_ms + HOUR_MS / 2);
	pair_free(pair);
}

static bool take_orders(void *ctx, const struct log_entry *entry)
{
	*(struct log_entry *)ctx = *entry;
	return true;
}

/* A push has room for few old receipts, and an entry for few orders: put back time and
 * again, central and author keep the same ones. */
static void orders_that_central_is_told_no_more_are_lost_at_the_author_too(void **state)
{
	(void)state;
	enum { RESTORES = 12 };
	struct pair *pair = pair_new(15, 1);
	struct case_id id = rules_shared_case(pair, 1);
	struct log *backups[RESTORES];
	struct log_entry there = { .seq = 0 }, here = { .seq = 0 };
	for (size_t i = 0; i < RESTORES; i++)
		backups[i] = pair_hub_backup(pair);
	struct record_id note = pair_note(pair, 0, id, "monta kertaa");
	rules_sync(pair, 0);
	for (size_t i = 0; i < RESTORES; i++) {
		pair_hub_restore(pair, backups[i], true);
		rules_sync(pair, 0);
		rules_sync(pair, 0);
		assert_int_equal(rules_status(pair, 0).unreceipted, 0);
		assert_false(fault_is(log_read_record(pair_hub_log(pair), note, take_orders, &there)));
		assert_false(fault_is(log_read_record(pair_device_log(pair, 0), note, take_orders, &here)));
		assert_int_equal(here.order_count, there.order_count);
		for (size_t k = 0; k < here.order_count; k++)
			assert_int_equal(order_compare(here.orders[k], there.orders[k]), 0);
	}
	assert_true(here.order_count > 3);
	pair_free(pair);
}

/* One that does not fit message 1, so that Hello says where the chain stands. */
static struct record_id long_note(struct pair *pair, struct case_id id)
{
	static char text[LIMIT_TEXT_CHARS];
	static uint8_t block[LIMIT_FIELD_BYTES];
	struct wire_out out;
	struct replica_written written;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)('a' + prng_below(pair_prng(pair), 26));
	wire_out_init(&out, block, sizeof block);
	wire_put_bytes(&out, RECORDS_ENCOUNTER_NOTE_TEXT, span_of(text, sizeof text));
	const struct replica_write write = {
		.case_id = id, .record_type = RECORDS_TYPE_ENCOUNTER_NOTE, .fields = wire_out_span(&out),
	};
	assert_false(fault_is(replica_write(pair_replica(pair, 0), &write, pair_time(pair), &written)));
	return written.record_id;
}

/* A receipt is lost with its link, and the next session is cut once the feed has told the
 * order. False: nothing is left to cut. *tested: so it was. */
static bool order_without_receipt(size_t first_cut, size_t second_cut, bool *tested)
{
	struct pair *pair = pair_new(16, 1);
	struct case_id id = rules_shared_case(pair, 1);
	struct log *backup = pair_hub_backup(pair);
	struct log_entry there = { .seq = 0 }, here = { .seq = 0 };
	struct rules_wire wire;
	struct record_id note = long_note(pair, id);
	rules_listen(pair, &wire, first_cut);
	rules_sync(pair, 0);
	bool was_cut = rules_was_cut(&wire);
	pair_note(pair, 0, id, "lisää");
	rules_listen(pair, &wire, second_cut);
	rules_sync(pair, 0);
	assert_false(fault_is(log_read_record(pair_device_log(pair, 0), note, take_orders, &here)));
	*tested = *tested || (here.order_count > 0 && rules_status(pair, 0).unreceipted > 1);
	pair_hub_restore(pair, backup, true);
	rules_listen(pair, &wire, 0);
	for (int i = 0; i < 3; i++)
		rules_sync(pair, 0);
	assert_false(fault_is(log_read_record(pair_hub_log(pair), note, take_orders, &there)));
	assert_false(fault_is(log_read_record(pair_device_log(pair, 0), note, take_orders, &here)));
	assert_int_equal(here.order_count, there.order_count);
	pair_free(pair);
	return was_cut;
}

static void an_order_without_a_receipt_is_lost_at_its_author_too(void **state)
{
	(void)state;
	bool tested = false;
	for (size_t cut = 1; order_without_receipt(cut, 3, &tested); cut++)
		for (size_t second = 1; second < 6; second++)
			order_without_receipt(cut, second, &tested);
	assert_true(tested);
}

static bool find_alarm(void *ctx, const struct hub_device *device)
{
	*(bool *)ctx = *(bool *)ctx || device->twin_alarm;
	return true;
}

/* What an epoch goes on from may have parted too: a copy of the disk from before used its
 * names anew at the restored node, for work that waits for a decision and is not fed. */
static void an_epoch_that_another_goes_on_from_is_left_where_a_copy_took_its_names(void **state)
{
	(void)state;
	bool alarm = false;
	struct pair *pair = pair_new(11, 1);
	struct case_id id = rules_shared_case(pair, 1), ended = rules_shared_case(pair, 1);
	struct log *backup = pair_hub_backup(pair);
	size_t old = pair_clone(pair, 0);
	pair_note(pair, 0, id, "kuitattu kadonneessa");
	rules_sync(pair, 0);
	size_t twin = pair_clone(pair, 0);
	pair_note(pair, 0, id, "ensin");
	rules_sync(pair, 0);
	pair_note(pair, twin, id, "uudessa haarassa");
	rules_sync(pair, twin); /* a new epoch after the receipted one */
	pair_hub_restore(pair, backup, true);
	pair_unassign(pair, ended, 0);
	pair_note(pair, old, ended, "vanhan kopion");
	rules_sync(pair, old);
	pair_note(pair, twin, id, "ja sen jatko");
	rules_sync(pair, twin);
	rules_sync(pair, old);
	rules_sync(pair, twin);
	assert_int_equal(rules_status(pair, twin).unreceipted, 0);
	assert_true(pair_finds(pair_hub_log(pair), "kuitattu kadonneessa"));
	assert_true(pair_finds(pair_hub_log(pair), "uudessa haarassa"));
	assert_true(pair_finds(pair_hub_log(pair), "ja sen jatko"));
	assert_true(pair_finds(pair_hub_log(pair), "vanhan kopion"));
	assert_false(fault_is(hub_devices(pair_hub(pair), find_alarm, &alarm)));
	assert_true(alarm);
	pair_free(pair);
}

/* A grant that the new epoch inherited is named by its own epoch and by the new one:
 * its backlog comes before Held's answer says so. */
static void backlog_of_an_inherited_grant_is_taken_before_held_is_answered(void **state)
{
	(void)state;
	for (size_t lost = 1; lost < RULES_PIECES_MAX; lost++) {
		struct rules_wire wire;
		struct pair *pair = pair_new(1000 + lost, 1);
		struct case_id whole = rules_shared_case(pair, 1);
		struct case_id client = pair_case(pair, DELTA_CASE_CLIENT, (struct case_id){ { 0 } });
		struct case_id id = pair_case(pair, DELTA_CASE_MATTER, client);
		struct case_id later = pair_case(pair, DELTA_CASE_MATTER, client);
		pair_assign(pair, id, 0);
		rules_listen(pair, &wire, lost); /* cut somewhere before, in or after its backlog */
		rules_sync(pair, 0);
		bool was_cut = rules_was_cut(&wire);
		pair_tap(pair, NULL, NULL);
		pair_hub_restore(pair, pair_hub_backup(pair), true);
		pair_note(pair, 0, whole, "työnnetään ennen kuin kysytään");
		pair_sync(pair, 0);
		assert_int_equal(rules_status(pair, 0).backlogs, 0);
		pair_assign(pair, later, 0);
		assert_true(pair_carry(pair));
		assert_false(fault_is(rules_try_note(pair, 0, later, "heti perään")));
		pair_sync(pair, 0);
		assert_int_equal(rules_status(pair, 0).unreceipted, 0);
		assert_int_equal(rules_status(pair, 0).quarantined, 0);
		pair_free(pair);
		if (!was_cut)
			return;
	}
	fail_msg("the exchange never came to its end");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_fed_until_the_devices_are_confirmed),
		cmocka_unit_test(an_end_told_by_a_lost_epoch_is_lost_with_it),
		cmocka_unit_test(a_case_ended_by_a_lost_order_comes_whole),
		cmocka_unit_test(a_backlog_owed_by_a_lost_grant_is_owed_still),
		cmocka_unit_test(what_came_sealed_is_fed_back_to_its_author),
		cmocka_unit_test(a_grant_begun_above_the_cursor_is_told_by_the_feed),
		cmocka_unit_test(a_backlog_cut_anywhere_goes_on_after_a_restore),
		cmocka_unit_test(revocation_after_the_backup_outlives_it),
		cmocka_unit_test(every_receipted_delta_comes_back_with_its_old_order),
		cmocka_unit_test(generations_rise_over_restores_of_the_same_backup),
		cmocka_unit_test(epochs_beside_the_way_down_are_told_too),
		cmocka_unit_test(copy_of_a_device_that_has_answered_is_asked_what_it_holds_too),
		cmocka_unit_test(forgotten_work_comes_back_from_what_was_sealed),
		cmocka_unit_test(backlog_of_an_inherited_grant_is_taken_before_held_is_answered),
		cmocka_unit_test(an_epoch_that_another_goes_on_from_is_left_where_a_copy_took_its_names),
		cmocka_unit_test(a_stamp_replaced_by_a_lost_epoch_is_the_authors_again),
		cmocka_unit_test(a_stamp_replaced_by_a_lost_epoch_is_the_authors_again_for_its_readers),
		cmocka_unit_test(a_stamp_replaced_stays_so_when_the_delta_is_accepted_by_decision),
		cmocka_unit_test(orders_that_central_is_told_no_more_are_lost_at_the_author_too),
		cmocka_unit_test(an_order_without_a_receipt_is_lost_at_its_author_too),
		cmocka_unit_test(receipts_of_a_lost_epoch_do_not_keep_a_copys_work_from_the_feed),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
