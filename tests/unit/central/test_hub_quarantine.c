/* What is not accepted waits; decisions; one bad delta holds up nothing. */
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
#include "records_table.h"

static void one_bad_delta_holds_up_none_behind_it(void **state)
{
	(void)state;
	struct pair *pair = pair_new(1, 1);
	struct case_id kept = rules_shared_case(pair, 1), lost = rules_shared_case(pair, 1);
	pair_unassign(pair, lost, 0);
	pair_note(pair, 0, kept, "ensimmäinen");
	pair_note(pair, 0, lost, "toinen");
	pair_note(pair, 0, kept, "kolmas");
	rules_sync(pair, 0);
	struct rules_quarantine waiting = rules_quarantine(pair);
	assert_int_equal(waiting.count, 1);
	assert_int_equal(waiting.item.reason, jalka_Reason_NOT_HELD);
	assert_true(ID_EQUAL(waiting.item.case_id, lost));
	assert_int_equal(rules_verdict(pair, 0, waiting.item.seq - 1), LOG_ACCEPTED);
	assert_int_equal(rules_verdict(pair, 0, waiting.item.seq), LOG_QUARANTINED);
	assert_int_equal(rules_verdict(pair, 0, waiting.item.seq + 1), LOG_ACCEPTED);
	pair_free(pair);
}

static void decision_takes_one_out_of_the_list_and_cannot_be_taken_twice(void **state)
{
	(void)state;
	struct pair *pair = pair_new(2, 1);
	struct case_id id = rules_shared_case(pair, 1);
	pair_unassign(pair, id, 0);
	pair_note(pair, 0, id, "liian myöhään");
	rules_sync(pair, 0);
	struct rules_quarantine waiting = rules_quarantine(pair);
	uint64_t order = rules_last_order(pair);
	assert_false(fault_is(hub_decide(pair_hub(pair), &waiting.item.author, waiting.item.seq,
					  &(struct hub_ruling){ .accept = true }, pair_hub_time(pair))));
	assert_int_equal(rules_quarantine(pair).count, 0);
	assert_true(rules_last_order(pair) >= order + 2); /* the decision and the delta */
	assert_int_equal(hub_decide(pair_hub(pair), &waiting.item.author, waiting.item.seq,
				    &(struct hub_ruling){ .accept = false }, pair_hub_time(pair)).kind, FAULT_CALLER);
	rules_sync(pair, 0);
	assert_int_equal(rules_verdict(pair, 0, waiting.item.seq), LOG_ACCEPTED);
	pair_free(pair);
}

/* Work of device 1 in a case whose opening central has lost: device 0's, and not come again. */
static struct case_id work_in_a_case_nobody_knows(struct pair *pair)
{
	rules_shared_case(pair, 2);
	struct log *backup = pair_hub_backup(pair);
	struct replica_written opened = rules_open_matter(pair, 0);
	rules_sync(pair, 0);
	pair_assign(pair, opened.case_id, 1);
	rules_sync(pair, 1);
	pair_hub_restore(pair, backup, true);
	pair_note(pair, 1, opened.case_id, "tuntematon asia");
	rules_sync(pair, 1);
	return opened.case_id;
}

static bool take_secret_unknown(void *ctx, const struct hub_quarantined *item)
{
	struct rules_quarantine *found = ctx;
	if (item->reason == jalka_Reason_SECRET_UNKNOWN && found->count++ == 0)
		found->item = *item;
	return true;
}

static struct fault accept_secret_unknown(struct pair *pair)
{
	struct rules_quarantine found = { .count = 0 };
	assert_false(fault_is(hub_quarantine(pair_hub(pair), take_secret_unknown, &found)));
	assert_int_equal(found.count, 1);
	return hub_decide(pair_hub(pair), &found.item.author, found.item.seq,
			  &(struct hub_ruling){ .accept = true }, pair_hub_time(pair));
}

static uint64_t audited_bad(struct pair *pair)
{
	struct hub_audit audit;
	assert_false(fault_is(hub_audit(pair_hub(pair), &audit)));
	return audit.bad;
}

static void what_was_verified_by_a_given_salt_is_accepted_once_its_case_is_open(void **state)
{
	(void)state;
	struct pair *pair = pair_new(7, 2);
	work_in_a_case_nobody_knows(pair);
	assert_int_equal(accept_secret_unknown(pair).kind, FAULT_CALLER); /* not open yet */
	rules_sync(pair, 0);
	assert_false(fault_is(accept_secret_unknown(pair)));
	assert_int_equal(audited_bad(pair), 0);
	pair_free(pair);
}

static void what_was_signed_for_another_opening_of_its_case_is_not_accepted(void **state)
{
	(void)state;
	struct pair *pair = pair_new(8, 2);
	struct case_id id = work_in_a_case_nobody_knows(pair);
	uint8_t block[64];
	struct wire_out fields;
	struct hub_written written;
	wire_out_init(&fields, block, sizeof block);
	wire_put_bytes(&fields, RECORDS_CLIENT_FAMILY_NAME, span_text("Mäki"));
	const struct hub_write open = { .case_id = id, .record_type = RECORDS_TYPE_CLIENT, .opens = true,
					.kind = DELTA_CASE_CLIENT, .fields = wire_out_span(&fields) };
	assert_false(fault_is(hub_write(pair_hub(pair), &open, pair_hub_time(pair), &written)));
	assert_int_equal(accept_secret_unknown(pair).kind, FAULT_CALLER);
	assert_int_equal(audited_bad(pair), 0);
	pair_free(pair);
}

static void quarantine_is_there_after_a_restart(void **state)
{
	(void)state;
	struct pair *pair = pair_new(3, 1);
	struct case_id id = rules_shared_case(pair, 1);
	pair_unassign(pair, id, 0);
	pair_note(pair, 0, id, "odottaa");
	rules_sync(pair, 0);
	pair_hub_crash(pair);
	struct rules_quarantine waiting = rules_quarantine(pair);
	assert_int_equal(waiting.count, 1);
	assert_int_equal(waiting.item.record_type, RECORDS_TYPE_ENCOUNTER_NOTE);
	rules_decide_first(pair, false);
	pair_hub_crash(pair);
	assert_int_equal(rules_quarantine(pair).count, 0);
	rules_sync(pair, 0);
	assert_int_equal(rules_verdict(pair, 0, waiting.item.seq), LOG_REJECTED);
	pair_free(pair);
}

static void change_of_a_signed_record_waits_as_frozen(void **state)
{
	(void)state;
	struct pair *pair = pair_new(4, 2);
	struct case_id id = rules_shared_case(pair, 2);
	struct record_id note = pair_note(pair, 0, id, "allekirjoitettu");
	rules_sync(pair, 0);
	rules_sync(pair, 1);
	/* the device's own check may refuse it already; central's does in any case */
	struct fault fault = pair_edit(pair, 1, id, note, RECORDS_TYPE_ENCOUNTER_NOTE, RECORDS_ENCOUNTER_NOTE_TEXT, "muutettu");
	rules_sync(pair, 1);
	if (!fault_is(fault))
		assert_int_equal(rules_quarantine(pair).item.reason, jalka_Reason_FROZEN_FIELD);
	assert_int_equal(rules_quarantine(pair).count, fault_is(fault) ? 0 : 1);
	pair_free(pair);
}

static void write_state(struct pair *pair, struct case_id id, struct record_id note, uint64_t state)
{
	uint8_t block[16];
	struct wire_out out;
	struct replica_written written;
	wire_out_init(&out, block, sizeof block);
	wire_put_varint(&out, RECORDS_ENCOUNTER_NOTE_STATE, state);
	struct replica_write write = { .case_id = id, .record_id = note, .record_type = RECORDS_TYPE_ENCOUNTER_NOTE,
				       .fields = wire_out_span(&out) };
	assert_false(fault_is(replica_write(pair_replica(pair, 0), &write, pair_time(pair), &written)));
}

/* What was written after signing is not frozen by being the first of its chunk. */
static void two_later_steps_of_a_signed_record_are_accepted_in_one_chunk(void **state)
{
	(void)state;
	struct pair *pair = pair_new(5, 1);
	struct case_id id = rules_shared_case(pair, 1);
	struct record_id note = pair_note(pair, 0, id, "allekirjoitettu");
	rules_sync(pair, 0);
	write_state(pair, id, note, RECORDS_CONTENT_STATE_CORRECTED);
	write_state(pair, id, note, RECORDS_CONTENT_STATE_VOIDED);
	rules_sync(pair, 0);
	assert_int_equal(rules_quarantine(pair).count, 0);
	pair_free(pair);
}

/* A device that skips its own rules: the link between two clients is central's to write. */
static void a_field_that_is_centrals_alone_waits(void **state)
{
	(void)state;
	static const uint32_t merged_into = RECORDS_CLIENT_MERGED_INTO;
	struct pair *pair = pair_new(6, 1);
	struct replica_written client, written;
	const struct case_id none = { { 0 } };
	uint8_t block[32];
	struct wire_out out;
	assert_false(fault_is(pair_open(pair, 0, DELTA_CASE_CLIENT, none, &client)));
	rules_sync(pair, 0);
	wire_out_init(&out, block, sizeof block);
	wire_put_bytes(&out, merged_into, ID_SPAN(client.record_id));
	struct replica_write write = { .case_id = client.case_id, .record_id = client.record_id, .record_type = RECORDS_TYPE_CLIENT,
				       .fields = wire_out_span(&out) };
	assert_false(fault_is(replica_write(pair_replica(pair, 0), &write, pair_time(pair), &written)));
	write.fields = span_of("", 0);
	write.cleared = &merged_into;
	write.cleared_count = 1;
	assert_false(fault_is(replica_write(pair_replica(pair, 0), &write, pair_time(pair), &written)));
	rules_sync(pair, 0);
	assert_int_equal(rules_quarantine(pair).count, 2);
	assert_int_equal(rules_quarantine(pair).item.reason, jalka_Reason_CENTRAL_ONLY);
	pair_free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_bad_delta_holds_up_none_behind_it),
		cmocka_unit_test(decision_takes_one_out_of_the_list_and_cannot_be_taken_twice),
		cmocka_unit_test(what_was_verified_by_a_given_salt_is_accepted_once_its_case_is_open),
		cmocka_unit_test(what_was_signed_for_another_opening_of_its_case_is_not_accepted),
		cmocka_unit_test(quarantine_is_there_after_a_restart),
		cmocka_unit_test(change_of_a_signed_record_waits_as_frozen),
		cmocka_unit_test(a_field_that_is_centrals_alone_waits),
		cmocka_unit_test(two_later_steps_of_a_signed_record_are_accepted_in_one_chunk),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
