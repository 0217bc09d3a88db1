/* The exact rules P1-P5 of docs/architecture.md, each kept by two nodes and a
 * wire: hub and replica over log_memory, bytes carried by lib/pair. (P6-P10: test_rules_work.c.) */
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

static const struct case_id NO_CASE;

/* ---- P1 Resumption ---- */

static void p1_replayed_message_1_changes_nothing(void **state)
{
	(void)state;
	struct rules_wire wire;
	struct pair *pair = pair_new(11, 1);
	struct case_id id = rules_shared_case(pair, 1);
	pair_note(pair, 0, id, "kirje Kelasta");
	rules_listen(pair, &wire, 0);
	rules_sync(pair, 0);
	assert_int_equal(wire.message1[1], HANDSHAKE_IKPSK1);
	uint64_t order = rules_last_order(pair), local = rules_last_local(pair_hub_log(pair));
	for (int i = 0; i < 3; i++)
		(void)pair_stranger(pair, span_of(wire.message1, wire.message1_len));
	assert_int_equal(rules_last_order(pair), order);
	assert_int_equal(rules_last_local(pair_hub_log(pair)), local);
	/* and the device, whose key the replay might have spent, still resumes */
	pair_note(pair, 0, id, "soitto");
	rules_listen(pair, &wire, 0);
	rules_sync(pair, 0);
	assert_int_equal(wire.plains, 0);
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	pair_free(pair);
}

static void p1_whichever_piece_is_lost_they_still_share_a_key(void **state)
{
	(void)state;
	for (size_t lost = 1; lost < RULES_PIECES_MAX; lost++) {
		struct rules_wire wire;
		struct pair *pair = pair_new(100 + lost, 1);
		struct case_id id = rules_shared_case(pair, 1);
		pair_note(pair, 0, id, "muutto");
		rules_listen(pair, &wire, lost);
		rules_sync(pair, 0);
		bool was_cut = rules_was_cut(&wire);
		rules_listen(pair, &wire, 0);
		rules_sync(pair, 0);
		assert_int_equal(wire.message1[1], HANDSHAKE_IKPSK1);
		assert_int_equal(wire.plains, 0);
		assert_int_equal(rules_status(pair, 0).unreceipted, 0);
		pair_free(pair);
		if (!was_cut)
			return;
	}
	fail_msg("the exchange never came to its end");
}

static void p1_whichever_piece_is_lost_and_both_crash_they_still_share_a_key(void **state)
{
	(void)state;
	for (size_t lost = 1; lost < RULES_PIECES_MAX; lost++) {
		struct rules_wire wire;
		struct pair *pair = pair_new(200 + lost, 1);
		struct case_id id = rules_shared_case(pair, 1);
		pair_note(pair, 0, id, "muutto");
		rules_listen(pair, &wire, lost);
		rules_sync(pair, 0);
		bool was_cut = rules_was_cut(&wire);
		pair_device_crash(pair, 0);
		pair_hub_crash(pair);
		rules_listen(pair, &wire, 0);
		rules_sync(pair, 0);
		assert_int_equal(wire.plains, 0);
		assert_int_equal(rules_status(pair, 0).unreceipted, 0);
		assert_int_equal(pair_count(pair_device_log(pair, 0), LOG_LOCAL), 0);
		pair_free(pair);
		if (!was_cut)
			return;
	}
	fail_msg("the exchange never came to its end");
}

static void p1_plain_message_1_carries_no_case_data(void **state)
{
	(void)state;
	struct rules_wire wire;
	char text[4000];
	struct pair *pair = pair_new(12, 1);
	struct case_id id = rules_shared_case(pair, 1);
	struct log *old = pair_device_backup(pair, 0);
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	pair_device_restore(pair, 0, old); /* its key is two sessions old: central knows it no more */
	memset(text, 'a', sizeof text);
	text[sizeof text - 1] = '\0';
	pair_note(pair, 0, id, text);
	rules_listen(pair, &wire, 0);
	rules_sync(pair, 0);
	assert_int_equal(wire.plains, 1);
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	/* the same again, seen from the size of the IK message alone */
	pair_free(pair);
}

static void p1_first_session_is_plain_ik_and_the_next_resumes(void **state)
{
	(void)state;
	struct rules_wire wire;
	struct pair *pair = pair_new(13, 1);
	rules_sync(pair, 0);
	rules_listen(pair, &wire, 0);
	rules_sync(pair, 0);
	assert_int_equal(wire.message1[1], HANDSHAKE_IKPSK1);
	assert_int_equal(wire.plains, 0);
	pair_free(pair);
}

static void p1_a_central_that_lost_the_key_answers_plain_and_nothing_is_lost(void **state)
{
	(void)state;
	struct rules_wire wire;
	struct pair *pair = pair_new(14, 1);
	struct case_id id = rules_shared_case(pair, 1);
	struct log *backup = pair_hub_backup(pair);
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	pair_hub_restore(pair, backup, true);
	pair_note(pair, 0, id, "tallessa");
	rules_listen(pair, &wire, 0);
	rules_sync(pair, 0);
	assert_int_equal(wire.plains, 1);
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	assert_true(pair_finds(pair_hub_log(pair), "tallessa"));
	pair_free(pair);
}

/* ---- P2 Feed and Forget ---- */

static void p2_feed_position_never_passes_an_unrecorded_forget(void **state)
{
	(void)state;
	for (size_t lost = 1; lost < RULES_PIECES_MAX; lost++) {
		struct rules_wire wire;
		struct pair *pair = pair_new(300 + lost, 2);
		struct case_id id = rules_shared_case(pair, 2);
		pair_unassign(pair, id, 0);
		uint64_t ended = rules_last_order(pair);
		pair_note(pair, 1, id, "jatkuu toisella");
		rules_sync(pair, 1);
		rules_listen(pair, &wire, lost);
		rules_sync(pair, 0);
		bool was_cut = rules_was_cut(&wire);
		pair_device_crash(pair, 0);
		if (rules_status(pair, 0).order >= ended)
			assert_false(replica_holds(pair_replica(pair, 0), id));
		pair_tap(pair, NULL, NULL);
		rules_sync(pair, 0);
		assert_false(replica_holds(pair_replica(pair, 0), id));
		assert_false(pair_finds(pair_device_log(pair, 0), "jatkuu toisella"));
		pair_free(pair);
		if (!was_cut)
			return;
	}
	fail_msg("the exchange never came to its end");
}

static void p2_forgotten_case_takes_no_write(void **state)
{
	(void)state;
	struct pair *pair = pair_new(21, 1);
	struct case_id id = rules_shared_case(pair, 1);
	pair_unassign(pair, id, 0);
	rules_sync(pair, 0);
	assert_int_equal(rules_try_note(pair, 0, id, "liian myohaan").kind, FAULT_CALLER);
	assert_false(pair_finds(pair_device_log(pair, 0), "liian myohaan"));
	pair_free(pair);
}

static void p2_case_granted_again_is_whole_again(void **state)
{
	(void)state;
	struct pair *pair = pair_new(22, 2);
	struct case_id id = rules_shared_case(pair, 2);
	struct record_id before = pair_note(pair, 1, id, "ennen");
	rules_sync(pair, 1);
	rules_sync(pair, 0);
	pair_unassign(pair, id, 0);
	rules_sync(pair, 0);
	struct record_id between = pair_note(pair, 1, id, "valissa");
	rules_sync(pair, 1);
	pair_assign(pair, id, 0);
	struct record_id after = pair_note(pair, 1, id, "jalkeen");
	rules_sync(pair, 1);
	rules_sync(pair, 0);
	assert_true(rules_same_fold(pair, 0, before));
	assert_true(rules_same_fold(pair, 0, between));
	assert_true(rules_same_fold(pair, 0, after));
	pair_free(pair);
}

struct forgotten {
	struct hub_forgotten last;
	struct case_id id;
	size_t count;
};

static bool take_forgotten(void *ctx, const struct hub_forgotten *item)
{
	struct forgotten *forgotten = ctx;
	if (!ID_EQUAL(item->case_id, forgotten->id))
		return true;
	forgotten->last = *item;
	forgotten->count++;
	return true;
}

static struct forgotten forgotten_of(struct pair *pair, struct case_id id)
{
	struct forgotten forgotten = { .id = id };
	assert_false(fault_is(hub_forgotten(pair_hub(pair), take_forgotten, &forgotten)));
	return forgotten;
}

static void p2_central_keeps_who_has_forgotten_what_before_it_says_so(void **state)
{
	(void)state;
	for (size_t lost = 1; lost < RULES_PIECES_MAX; lost++) {
		struct rules_wire wire;
		struct pair *pair = pair_new(280 + lost, 1);
		struct node_id node = pair_node(pair, 0);
		struct case_id id = rules_shared_case(pair, 1);
		assert_int_equal(forgotten_of(pair, id).count, 0);
		pair_unassign(pair, id, 0);
		rules_listen(pair, &wire, lost);
		rules_sync(pair, 0);
		bool was_cut = rules_was_cut(&wire);
		pair_tap(pair, NULL, NULL);
		pair_hub_crash(pair);
		rules_sync(pair, 0);
		struct forgotten first = forgotten_of(pair, id);
		assert_int_equal(first.count, 1);
		assert_memory_equal(first.last.node.bytes, node.bytes, ID_BYTES);
		assert_int_equal(first.last.at_ms, pair_hub_time(pair).wall_ms);
		pair_assign(pair, id, 0);
		rules_sync(pair, 0);
		pair_unassign(pair, id, 0);
		rules_sync(pair, 0);
		struct forgotten second = forgotten_of(pair, id);
		assert_int_equal(second.count, 2);
		assert_true(second.last.g > first.last.g);
		pair_free(pair);
		if (!was_cut)
			return;
	}
	fail_msg("the exchange never came to its end");
}

static void p2_assign_end_assign_unseen_leaves_the_case_whole(void **state)
{
	(void)state;
	for (size_t lost = 1; lost < RULES_PIECES_MAX; lost++) {
		struct rules_wire wire;
		struct record_id notes[12];
		struct pair *pair = pair_new(400 + lost, 2);
		struct case_id id = rules_shared_case(pair, 2);
		for (size_t i = 0; i < 12; i++) {
			notes[i] = pair_note(pair, 1, id, "merkinta");
			if (i == 4)
				pair_unassign(pair, id, 0);
			if (i == 7)
				pair_assign(pair, id, 0);
			rules_sync(pair, 1);
		}
		rules_listen(pair, &wire, lost);
		rules_sync(pair, 0);
		bool was_cut = rules_was_cut(&wire);
		pair_device_crash(pair, 0);
		/* ended and begun once more while its backlog is incomplete */
		pair_unassign(pair, id, 0);
		pair_assign(pair, id, 0);
		pair_tap(pair, NULL, NULL);
		rules_sync(pair, 0);
		for (size_t i = 0; i < 12; i++)
			assert_true(rules_same_fold(pair, 0, notes[i]));
		pair_free(pair);
		if (!was_cut)
			return;
	}
	fail_msg("the exchange never came to its end");
}

struct regranting {
	struct pair *pair;
	struct case_id id;
	size_t pieces;
};

/* While message 1 travels the device writes once more; while its first frame does,
 * with that in it, the case is assigned again. */
static bool assign_in_between(void *ctx, size_t device, bool to_hub, struct span bytes)
{
	struct regranting *r = ctx;
	(void)bytes;
	r->pieces += to_hub;
	if (to_hub && r->pieces == 1)
		pair_note(r->pair, device, r->id, "valissa kirjattu");
	if (to_hub && r->pieces == 2)
		pair_assign(r->pair, r->id, device);
	return true;
}

static void p2_own_work_accepted_under_a_grant_not_heard_of_stays_with_its_author(void **state)
{
	(void)state;
	struct pair *pair = pair_new(26, 1);
	struct case_id id = rules_shared_case(pair, 1);
	struct regranting regranting = { pair, id, 0 };
	rules_sync(pair, 0);
	pair_unassign(pair, id, 0);
	pair_tap(pair, assign_in_between, &regranting);
	pair_sync(pair, 0);
	pair_tap(pair, NULL, NULL);
	pair_disconnect(pair, 0);
	rules_sync(pair, 0);
	assert_int_equal(rules_quarantine(pair).count, 0);
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	assert_true(replica_holds(pair_replica(pair, 0), id));
	assert_true(pair_finds(pair_device_log(pair, 0), "valissa kirjattu"));
	/* Taken away again it goes all the same. */
	pair_unassign(pair, id, 0);
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_false(pair_finds(pair_device_log(pair, 0), "valissa kirjattu"));
	pair_free(pair);
}

/* ---- P3 Bound of base ---- */

static void p3_base_above_the_highest_order_issued_is_quarantined(void **state)
{
	(void)state;
	struct pair *pair = pair_new(31, 1);
	struct case_id id = rules_shared_case(pair, 1);
	struct log *old = pair_hub_backup(pair);
	for (int i = 0; i < 5; i++)
		pair_assign(pair, id, 0);
	struct hub_written written;
	struct hub_write write = { .case_id = id, .record_type = RECORDS_TYPE_ENCOUNTER_NOTE };
	uint8_t block[64];
	struct wire_out out;
	wire_out_init(&out, block, sizeof block);
	wire_put_bytes(&out, RECORDS_ENCOUNTER_NOTE_TEXT, span_text("keskukselta"));
	write.fields = wire_out_span(&out);
	(void)hub_write(pair_hub(pair), &write, pair_hub_time(pair), &written);
	rules_sync(pair, 0);
	pair_hub_rollback(pair, old);
	pair_note(pair, 0, id, "nahnyt mita ei ole");
	rules_sync(pair, 0);
	struct rules_quarantine found = rules_quarantine(pair);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.item.reason, jalka_Reason_BASE_TOO_HIGH);
	pair_free(pair);
}

static void p3_cursor_of_message_1_bounds_the_base_before_it_was_heard(void **state)
{
	(void)state;
	for (size_t lost = 1; lost < RULES_PIECES_MAX; lost++) {
		struct rules_wire wire;
		struct pair *pair = pair_new(500 + lost, 2);
		struct case_id id = rules_shared_case(pair, 2);
		pair_note(pair, 1, id, "uusi tieto");
		rules_sync(pair, 1);
		rules_listen(pair, &wire, lost);
		rules_sync(pair, 0); /* fed perhaps, Heard perhaps not */
		bool was_cut = rules_was_cut(&wire);
		pair_tap(pair, NULL, NULL);
		pair_note(pair, 0, id, "vastaus siihen");
		rules_sync(pair, 0);
		assert_int_equal(rules_quarantine(pair).count, 0);
		assert_int_equal(rules_status(pair, 0).unreceipted, 0);
		pair_free(pair);
		if (!was_cut)
			return;
	}
	fail_msg("the exchange never came to its end");
}

/* ---- P4 Fit ---- */

static void p4_delta_that_does_not_fit_message_1_follows_in_the_first_frame(void **state)
{
	(void)state;
	struct rules_wire wire;
	static char text[LIMIT_TEXT_CHARS];
	struct pair *pair = pair_new(41, 1);
	struct case_id id = rules_shared_case(pair, 1);
	struct record_id record;
	for (size_t i = 0; i + 1 < sizeof text; i++)
		text[i] = (char)('a' + prng_below(pair_prng(pair), 26));
	prng_fill(pair_prng(pair), record.bytes, sizeof record.bytes);
	uint8_t *block = malloc(LIMIT_FIELD_BYTES);
	struct wire_out out;
	struct replica_written written;
	assert_non_null(block);
	wire_out_init(&out, block, LIMIT_FIELD_BYTES);
	wire_put_bytes(&out, RECORDS_ENCOUNTER_NOTE_TEXT, span_of(text, sizeof text - 1));
	struct replica_write write = {
		.case_id = id, .record_type = RECORDS_TYPE_ENCOUNTER_NOTE, .fields = wire_out_span(&out),
	};
	assert_false(fault_is(replica_write(pair_replica(pair, 0), &write, pair_time(pair), &written)));
	rules_listen(pair, &wire, 0);
	rules_sync(pair, 0);
	assert_true(wire.message1_len <= LIMIT_MESSAGE1_BYTES);
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	assert_true(rules_same_fold(pair, 0, written.record_id));
	free(block);
	pair_free(pair);
}

static void p4_no_frame_is_larger_than_a_noise_message(void **state)
{
	(void)state;
	struct rules_wire wire;
	char text[1800];
	struct pair *pair = pair_new(42, 2);
	struct case_id id = rules_shared_case(pair, 2);
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	for (int i = 0; i < 120; i++)
		pair_note(pair, 0, id, text);
	rules_listen(pair, &wire, 0);
	rules_sync(pair, 0);
	rules_sync(pair, 1);
	assert_true(wire.largest <= 2 + LIMIT_FRAME_BYTES);
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	assert_int_equal(rules_last_order(pair), rules_status(pair, 1).order);
	pair_free(pair);
}

/* ---- P5 Grants ---- */

static struct log_entry found_assignment;

static bool take_assignment(void *ctx, const struct log_entry *entry)
{
	if (entry->record_type == RECORDS_TYPE_CASE_ASSIGNMENT) {
		found_assignment = *entry;
		++*(size_t *)ctx;
	}
	return true;
}

static void p5_assignment_delta_belongs_to_the_case_it_grants(void **state)
{
	(void)state;
	size_t count = 0;
	struct pair *pair = pair_new(51, 1);
	struct case_id id = rules_shared_case(pair, 1);
	assert_false(fault_is(log_read_case(pair_device_log(pair, 0), id, 0, INT64_MAX, take_assignment, &count)));
	assert_int_equal(count, 1);
	assert_memory_equal(found_assignment.case_id.bytes, id.bytes, ID_BYTES);
	pair_free(pair);
}

static void p5_further_reason_starts_no_backlog(void **state)
{
	(void)state;
	struct rules_wire wire;
	struct pair *pair = pair_new(52, 1);
	struct case_id id = rules_shared_case(pair, 1);
	char text[1500];
	memset(text, 'y', sizeof text);
	text[sizeof text - 1] = '\0';
	for (int i = 0; i < 10; i++)
		pair_note(pair, 0, id, text);
	rules_sync(pair, 0);
	pair_assign(pair, id, 0);
	rules_listen(pair, &wire, 0);
	rules_sync(pair, 0);
	assert_true(wire.bytes < 3000);
	assert_true(replica_holds(pair_replica(pair, 0), id));
	pair_free(pair);
}

static void p5_grant_ends_with_its_last_reason_only(void **state)
{
	(void)state;
	struct record_id first, second;
	struct pair *pair = pair_new(53, 1);
	struct case_id id = pair_case(pair, DELTA_CASE_CLIENT, NO_CASE);
	assert_false(fault_is(hub_assign(pair_hub(pair), id, pair_holder(pair, 0), RECORDS_ASSIGNMENT_ROLE_OWN_WORKER,
					 pair_hub_time(pair), &first)));
	assert_false(fault_is(hub_assign(pair_hub(pair), id, pair_holder(pair, 0), RECORDS_ASSIGNMENT_ROLE_SUBSTITUTE,
					 pair_hub_time(pair), &second)));
	rules_sync(pair, 0);
	struct record_id ends[2] = { first, second };
	for (size_t i = 0; i < 2; i++) {
		uint8_t block[32];
		struct wire_out out;
		struct hub_written written;
		wire_out_init(&out, block, sizeof block);
		wire_put_varint(&out, RECORDS_CASE_ASSIGNMENT_TO, pair_hub_time(pair).wall_ms);
		struct hub_write write = {
			.case_id = id, .record_id = ends[i], .record_type = RECORDS_TYPE_CASE_ASSIGNMENT,
			.fields = wire_out_span(&out),
		};
		assert_false(fault_is(hub_write(pair_hub(pair), &write, pair_hub_time(pair), &written)));
		rules_sync(pair, 0);
		assert_int_equal(replica_holds(pair_replica(pair, 0), id), i == 0);
	}
	pair_free(pair);
}

static void p5_held_grants_are_answered_after_a_restore(void **state)
{
	(void)state;
	struct pair *pair = pair_new(54, 1);
	struct case_id kept = rules_shared_case(pair, 1);
	struct log *backup = pair_hub_backup(pair);
	struct case_id lost = rules_shared_case(pair, 1);
	pair_note(pair, 0, kept, "ennen palautusta");
	rules_sync(pair, 0);
	assert_true(replica_holds(pair_replica(pair, 0), lost));
	pair_hub_restore(pair, backup, true);
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_true(replica_holds(pair_replica(pair, 0), kept));
	assert_false(replica_holds(pair_replica(pair, 0), lost));
	assert_true(pair_finds(pair_hub_log(pair), "ennen palautusta"));
	pair_free(pair);
}

static void p5_case_forgotten_above_a_restored_order_comes_back_whole(void **state)
{
	(void)state;
	struct pair *pair = pair_new(57, 2);
	struct case_id id = rules_shared_case(pair, 2);
	struct record_id note = pair_note(pair, 1, id, "ennen");
	rules_sync(pair, 1);
	rules_sync(pair, 0);
	struct log *backup = pair_hub_backup(pair);
	pair_unassign(pair, id, 0);
	rules_sync(pair, 0);
	assert_false(replica_holds(pair_replica(pair, 0), id));
	pair_hub_restore(pair, backup, true); /* the end of the assignment is lost */
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_true(replica_holds(pair_replica(pair, 0), id));
	assert_true(rules_same_fold(pair, 0, note));
	pair_free(pair);
}

static void p5_matter_brings_its_client_case(void **state)
{
	(void)state;
	struct pair *pair = pair_new(55, 1);
	struct case_id client = pair_case(pair, DELTA_CASE_CLIENT, NO_CASE);
	struct case_id matter = pair_case(pair, DELTA_CASE_MATTER, client);
	pair_assign(pair, matter, 0);
	rules_sync(pair, 0);
	assert_true(replica_holds(pair_replica(pair, 0), matter));
	assert_true(replica_holds(pair_replica(pair, 0), client));
	pair_free(pair);
}

static void p5_case_opened_offline_is_assigned_to_who_opened_it(void **state)
{
	(void)state;
	struct pair *pair = pair_new(56, 1);
	rules_sync(pair, 0);
	struct replica_written written = rules_open_matter(pair, 0);
	rules_sync(pair, 0);
	assert_true(replica_holds(pair_replica(pair, 0), written.case_id));
	pair_note(pair, 0, written.case_id, "jatkoa");
	rules_sync(pair, 0);
	assert_int_equal(rules_quarantine(pair).count, 0);
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	pair_free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(p1_replayed_message_1_changes_nothing),
		cmocka_unit_test(p1_whichever_piece_is_lost_they_still_share_a_key),
		cmocka_unit_test(p1_whichever_piece_is_lost_and_both_crash_they_still_share_a_key),
		cmocka_unit_test(p1_plain_message_1_carries_no_case_data),
		cmocka_unit_test(p1_first_session_is_plain_ik_and_the_next_resumes),
		cmocka_unit_test(p1_a_central_that_lost_the_key_answers_plain_and_nothing_is_lost),
		cmocka_unit_test(p2_feed_position_never_passes_an_unrecorded_forget),
		cmocka_unit_test(p2_forgotten_case_takes_no_write),
		cmocka_unit_test(p2_case_granted_again_is_whole_again),
		cmocka_unit_test(p2_central_keeps_who_has_forgotten_what_before_it_says_so),
		cmocka_unit_test(p2_assign_end_assign_unseen_leaves_the_case_whole),
		cmocka_unit_test(p2_own_work_accepted_under_a_grant_not_heard_of_stays_with_its_author),
		cmocka_unit_test(p3_base_above_the_highest_order_issued_is_quarantined),
		cmocka_unit_test(p3_cursor_of_message_1_bounds_the_base_before_it_was_heard),
		cmocka_unit_test(p4_delta_that_does_not_fit_message_1_follows_in_the_first_frame),
		cmocka_unit_test(p4_no_frame_is_larger_than_a_noise_message),
		cmocka_unit_test(p5_assignment_delta_belongs_to_the_case_it_grants),
		cmocka_unit_test(p5_further_reason_starts_no_backlog),
		cmocka_unit_test(p5_grant_ends_with_its_last_reason_only),
		cmocka_unit_test(p5_held_grants_are_answered_after_a_restore),
		cmocka_unit_test(p5_case_forgotten_above_a_restored_order_comes_back_whole),
		cmocka_unit_test(p5_matter_brings_its_client_case),
		cmocka_unit_test(p5_case_opened_offline_is_assigned_to_who_opened_it),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("rules P1-P5", tests, NULL, NULL);
}
