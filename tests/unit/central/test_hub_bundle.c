/* Carried by hand: what a session would say, in a file, whenever and however often it comes. */
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

static struct carried written(struct pair *pair, size_t device)
{
	struct carried file = { NULL, 0 };
	struct fault fault = carried_write(pair_replica(pair, device), pair_time(pair), &file, NULL);
	assert_string_equal(fault.what, "");
	return file;
}

static struct hub_bundle_report taken(struct pair *pair, const struct carried *file, struct carried *answer)
{
	struct hub_bundle_report told;
	struct fault fault = carried_take(pair_hub(pair), file, pair_hub_time(pair), answer, &told);
	assert_string_equal(fault.what, "");
	return told;
}

static struct replica_bundle_report read_back(struct pair *pair, size_t device, const struct carried *file)
{
	struct replica_bundle_report told;
	struct fault fault = carried_read(pair_replica(pair, device), file, pair_time(pair), &told);
	assert_string_equal(fault.what, "");
	assert_null(told.problem);
	return told;
}

static struct case_id new_matter(struct pair *pair)
{
	struct case_id none = { { 0 } };
	return pair_case(pair, DELTA_CASE_MATTER, pair_case(pair, DELTA_CASE_CLIENT, none));
}

/* To the centre and back. */
static struct replica_bundle_report round_trip(struct pair *pair, size_t device)
{
	struct carried answer = { NULL, 0 }, file = written(pair, device);
	struct hub_bundle_report there = taken(pair, &file, &answer);
	assert_null(there.problem);
	struct replica_bundle_report here = read_back(pair, device, &answer);
	carried_free(&file);
	carried_free(&answer);
	return here;
}

static void day_goes_both_ways_without_any_connection(void **state)
{
	(void)state;
	struct pair *pair = pair_new(1, 2);
	struct case_id id = rules_shared_case(pair, 2); /* by sessions: keys and the case are there */
	for (int i = 0; i < 30; i++)
		pair_note(pair, 0, id, "aamun kirjaus");
	struct carried answer = { NULL, 0 }, file = written(pair, 0);
	struct hub_bundle_report told = taken(pair, &file, &answer);
	assert_int_equal(told.deltas, 30);
	assert_int_equal(told.accepted, 30);
	assert_int_equal(told.known, 0);
	assert_true(pair_finds(pair_hub_log(pair), "aamun kirjaus"));
	struct replica_bundle_report here = read_back(pair, 0, &answer);
	assert_int_equal(here.receipts, 30);
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	struct replica_bundle_report other = round_trip(pair, 1);
	assert_true(other.fresh >= 30);
	assert_true(pair_finds(pair_device_log(pair, 1), "aamun kirjaus"));
	/* The central node learns of what was heard by the next bundle. */
	carried_free(&file);
	file = written(pair, 1);
	told = taken(pair, &file, NULL);
	assert_int_equal(told.deltas, 0);
	assert_false(told.is_old);
	carried_free(&file);
	carried_free(&answer);
	/* And a session goes on from there. */
	rules_sync(pair, 0);
	rules_sync(pair, 1);
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	assert_int_equal(rules_quarantine(pair).count, 0);
	pair_free(pair);
}

static void assignment_comes_and_a_case_goes_by_hand(void **state)
{
	(void)state;
	struct pair *pair = pair_new(2, 1);
	struct case_id id = new_matter(pair);
	rules_sync(pair, 0);
	pair_assign(pair, id, 0);
	struct replica_bundle_report here = round_trip(pair, 0);
	assert_true(here.fresh > 0);
	assert_true(replica_holds(pair_replica(pair, 0), id));
	assert_int_equal(rules_status(pair, 0).backlogs, 0);
	pair_note(pair, 0, id, "haettu kylältä");
	round_trip(pair, 0);
	pair_unassign(pair, id, 0);
	round_trip(pair, 0);
	assert_false(replica_holds(pair_replica(pair, 0), id));
	assert_false(pair_finds(pair_device_log(pair, 0), "haettu kylältä"));
	round_trip(pair, 0); /* tells that it is forgotten, and hears that this arrived */
	struct replica_bundle_written told;
	struct carried file = { NULL, 0 };
	assert_false(fault_is(carried_write(pair_replica(pair, 0), pair_time(pair), &file, &told)));
	assert_int_equal(rules_quarantine(pair).count, 0);
	carried_free(&file);
	pair_free(pair);
}

static void nobody_asked_and_the_feed_goes_on_from_what_was_heard(void **state)
{
	(void)state;
	struct pair *pair = pair_new(3, 1);
	struct case_id id = rules_shared_case(pair, 1);
	pair_note(pair, 0, id, "oma rivi");
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	struct case_id other = new_matter(pair);
	pair_assign(pair, other, 0);
	struct carried file = { NULL, 0 };
	assert_false(fault_is(carried_for(pair_hub(pair), pair_node(pair, 0), pair_hub_time(pair), &file)));
	struct replica_bundle_report here = read_back(pair, 0, &file);
	assert_false(here.asked);
	assert_true(replica_holds(pair_replica(pair, 0), other));
	/* The same once more changes nothing. */
	uint64_t order = rules_status(pair, 0).order;
	here = read_back(pair, 0, &file);
	assert_int_equal(here.fresh, 0);
	assert_int_equal(rules_status(pair, 0).order, order);
	rules_sync(pair, 0);
	carried_free(&file);
	pair_free(pair);
}

static void twice_late_and_out_of_order_changes_nothing_more(void **state)
{
	(void)state;
	struct pair *pair = pair_new(4, 2);
	struct case_id id = rules_shared_case(pair, 2);
	struct carried files[3], answers[3] = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	for (int i = 0; i < 3; i++) {
		pair_note(pair, 0, id, "kulkee kädestä käteen");
		pair_note(pair, 1, id, "toisen");
		rules_sync(pair, 1);
		files[i] = written(pair, 0);
	}
	struct hub_bundle_report told = taken(pair, &files[2], &answers[2]);
	assert_int_equal(told.accepted, 3);
	told = taken(pair, &files[0], &answers[0]);
	assert_int_equal(told.known, 1);
	assert_int_equal(told.accepted, 0);
	told = taken(pair, &files[1], &answers[1]);
	assert_int_equal(told.known, 2);
	struct replica_bundle_report here = read_back(pair, 0, &answers[1]);
	assert_int_equal(rules_status(pair, 0).unreceipted, 1); /* the third had not gone in the second */
	here = read_back(pair, 0, &answers[2]);
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	uint64_t order = rules_status(pair, 0).order;
	here = read_back(pair, 0, &answers[0]);
	here = read_back(pair, 0, &answers[0]);
	assert_int_equal(here.fresh, 0);
	assert_int_equal(rules_status(pair, 0).order, order);
	for (int i = 0; i < 3; i++) {
		carried_free(&files[i]);
		carried_free(&answers[i]);
	}
	rules_sync(pair, 0);
	assert_int_equal(rules_quarantine(pair).count, 0);
	pair_free(pair);
}

static void bundle_between_sessions_breaks_neither(void **state)
{
	(void)state;
	struct pair *pair = pair_new(5, 1);
	struct case_id id = rules_shared_case(pair, 1);
	pair_note(pair, 0, id, "ensin tikulle");
	struct carried answer = { NULL, 0 }, file = written(pair, 0);
	pair_note(pair, 0, id, "sitten yhteydellä");
	rules_sync(pair, 0);
	struct hub_bundle_report told = taken(pair, &file, &answer);
	assert_int_equal(told.known, 1);
	pair_connect(pair, 0);
	assert_true(pair_carry(pair));
	read_back(pair, 0, &answer); /* closes the link first */
	assert_true(pair_carry(pair));
	assert_false(pair_connected(pair, 0));
	pair_disconnect(pair, 0);
	pair_note(pair, 0, id, "ja taas");
	rules_sync(pair, 0);
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	assert_int_equal(rules_quarantine(pair).count, 0);
	carried_free(&file);
	carried_free(&answer);
	pair_free(pair);
}

static void revoked_device_is_quarantined_and_told_to_erase(void **state)
{
	(void)state;
	struct pair *pair = pair_new(6, 1);
	struct case_id id = rules_shared_case(pair, 1);
	pair_note(pair, 0, id, "ennen katoamista");
	struct carried answer = { NULL, 0 }, file = written(pair, 0);
	assert_false(fault_is(hub_device_set_state(pair_hub(pair), pair_node(pair, 0), HUB_DEVICE_REVOKED,
						   pair_hub_time(pair))));
	struct hub_bundle_report told = taken(pair, &file, &answer);
	assert_int_equal(told.quarantined, 1);
	assert_int_equal(told.answer_deltas, 0);
	read_back(pair, 0, &answer);
	assert_int_equal(rules_status(pair, 0).state, REPLICA_REVOKED);
	assert_true(rules_status(pair, 0).is_erased);
	assert_false(pair_finds(pair_device_log(pair, 0), "ennen katoamista"));
	/* That it is erased is told by the next bundle. */
	carried_free(&file);
	file = written(pair, 0);
	taken(pair, &file, NULL);
	struct hub_census census;
	hub_census(pair_hub(pair), pair_hub_time(pair), &census);
	assert_int_equal(census.wipes_open, 0);
	carried_free(&file);
	carried_free(&answer);
	pair_free(pair);
}

/* What was told while it was trusted says nothing any more. */
static void answer_of_before_the_revocation_brings_nothing_back(void **state)
{
	(void)state;
	struct pair *pair = pair_new(7, 1);
	struct case_id id = rules_shared_case(pair, 1);
	(void)id;
	struct carried early = { NULL, 0 }, file = written(pair, 0);
	struct case_id other = new_matter(pair);
	pair_assign(pair, other, 0);
	taken(pair, &file, &early);
	pair_pass(pair, 60000);
	assert_false(fault_is(hub_device_set_state(pair_hub(pair), pair_node(pair, 0), HUB_DEVICE_REVOKED,
						   pair_hub_time(pair))));
	rules_sync(pair, 0);
	assert_true(rules_status(pair, 0).is_erased);
	struct replica_bundle_report here = read_back(pair, 0, &early);
	assert_true(here.is_old);
	assert_int_equal(rules_status(pair, 0).state, REPLICA_REVOKED);
	assert_false(replica_holds(pair_replica(pair, 0), other));
	carried_free(&file);
	carried_free(&early);
	pair_free(pair);
}

static void restored_central_is_met_by_bundles_alone(void **state)
{
	(void)state;
	struct pair *pair = pair_new(8, 2);
	struct case_id id = rules_shared_case(pair, 2);
	struct log *backup = pair_hub_backup(pair);
	struct case_id late = new_matter(pair);
	pair_assign(pair, late, 0);
	pair_note(pair, 0, id, "varmuuskopion jälkeen");
	pair_note(pair, 1, id, "toisenkin");
	rules_sync(pair, 0);
	rules_sync(pair, 1);
	rules_sync(pair, 0);
	struct carried stale = written(pair, 0), old_answer = { NULL, 0 };
	taken(pair, &stale, &old_answer);
	pair_hub_restore(pair, backup, true);
	assert_false(pair_finds(pair_hub_log(pair), "varmuuskopion jälkeen"));
	for (int i = 0; i < 3; i++) {
		round_trip(pair, 0);
		round_trip(pair, 1);
	}
	assert_true(pair_finds(pair_hub_log(pair), "varmuuskopion jälkeen"));
	assert_true(pair_finds(pair_hub_log(pair), "toisenkin"));
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	assert_int_equal(rules_status(pair, 1).unreceipted, 0);
	assert_false(replica_holds(pair_replica(pair, 0), late)); /* its opening is lost with the epoch */
	struct replica_bundle_report here = read_back(pair, 0, &old_answer);
	assert_true(here.is_lost);
	taken(pair, &stale, NULL);
	rules_sync(pair, 0);
	rules_sync(pair, 1);
	carried_free(&stale);
	carried_free(&old_answer);
	pair_free(pair);
}

/* One bundle holds the last work in a case that was to be forgotten, and Held, which names it:
 * its receipt does not make the device forget what the answer to Held gives back. */
static void an_end_told_by_a_lost_epoch_is_not_acted_upon_before_held_is_answered(void **state)
{
	(void)state;
	struct pair *pair = pair_new(18, 2);
	struct case_id id = rules_shared_case(pair, 2);
	pair_note(pair, 1, id, "ennen varmuuskopiota");
	rules_sync(pair, 1);
	rules_sync(pair, 0);
	struct log *backup = pair_hub_backup(pair);
	pair_unassign(pair, id, 0);
	pair_note(pair, 0, id, "viimeinen rivi");
	for (int i = 0; i < 2; i++) { /* the end, and then the epoch in which it was never told */
		struct carried unasked = { NULL, 0 };
		assert_false(fault_is(carried_for(pair_hub(pair), pair_node(pair, 0), pair_hub_time(pair), &unasked)));
		read_back(pair, 0, &unasked);
		carried_free(&unasked);
		assert_false(i == 0 && replica_holds(pair_replica(pair, 0), id));
		if (i == 0)
			pair_hub_restore(pair, backup, true);
	}
	round_trip(pair, 0);
	round_trip(pair, 0);
	assert_true(replica_holds(pair_replica(pair, 0), id));
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	assert_true(pair_finds(pair_device_log(pair, 0), "ennen varmuuskopiota"));
	assert_true(pair_finds(pair_device_log(pair, 0), "viimeinen rivi"));
	pair_free(pair);
}

static bool count_orders(void *ctx, const struct log_entry *entry)
{
	*(size_t *)ctx += entry->order_count;
	return true;
}

static size_t orders_of(struct log *log, struct record_id record)
{
	size_t count = 0;
	assert_false(fault_is(log_read_record(log, record, count_orders, &count)));
	return count;
}

static void orders_that_a_bundle_does_not_know_of_are_lost_at_its_device_too(void **state)
{
	(void)state;
	struct pair *pair = pair_new(19, 2);
	struct case_id id = rules_shared_case(pair, 2);
	rules_sync(pair, 0);
	struct log *backup = pair_hub_backup(pair);
	struct record_id note = pair_note(pair, 0, id, "kahta tietä");
	struct carried early = written(pair, 0);
	rules_sync(pair, 0);
	assert_int_equal(orders_of(pair_device_log(pair, 0), note), 1); /* which is lost now: */
	pair_hub_restore(pair, backup, true);
	assert_int_equal(taken(pair, &early, NULL).accepted, 1);
	round_trip(pair, 0);
	round_trip(pair, 0);
	assert_int_equal(orders_of(pair_hub_log(pair), note), 1);
	assert_int_equal(orders_of(pair_device_log(pair, 0), note), 1);
	carried_free(&early);
	pair_free(pair);
}

/* Brought by a bundle that knew no receipt, a row loses the order that its device has a receipt of; the
 * next node put back takes that order from the receipt, and has to tell its author of it. */
static void an_order_lost_and_proven_again_comes_back_to_its_author(void **state)
{
	(void)state;
	struct pair *pair = pair_new(19, 1);
	struct case_id id = rules_shared_case(pair, 1);
	rules_sync(pair, 0);
	struct log *backup = pair_hub_backup(pair), *again = pair_hub_backup(pair);
	struct record_id note = pair_note(pair, 0, id, "kuitti on, sija ei");
	struct carried early = written(pair, 0);
	rules_sync(pair, 0);
	pair_hub_restore(pair, backup, true);
	taken(pair, &early, NULL);
	rules_sync(pair, 0);
	assert_int_equal(orders_of(pair_hub_log(pair), note), 1);
	assert_int_equal(orders_of(pair_device_log(pair, 0), note), 1);
	pair_hub_restore(pair, again, true);
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_true(orders_of(pair_hub_log(pair), note) > 1);
	assert_int_equal(orders_of(pair_device_log(pair, 0), note), orders_of(pair_hub_log(pair), note));
	carried_free(&early);
	pair_free(pair);
}

static struct hub_time later(struct pair *pair, uint64_t days)
{
	struct hub_time at = pair_hub_time(pair);
	at.wall_ms += days * 86400000;
	at.mono_ms += days * 86400000;
	return at;
}

/* Before, what a central node wrote by a clock that was right counted as old until it had passed the wrong one: the
 * key in use did not come, and no bundle of the device was opened any more. */
static void a_clock_that_was_ahead_before_central_was_put_back_keeps_no_key_away(void **state)
{
	(void)state;
	struct pair *pair = pair_new(41, 1);
	struct case_id id = rules_shared_case(pair, 1);
	struct carried ahead = { NULL, 0 }, key = { NULL, 0 };
	(void)round_trip(pair, 0);
	struct log *backup = pair_hub_backup(pair);
	assert_false(fault_is(carried_for(pair_hub(pair), pair_node(pair, 0), later(pair, 40), &ahead)));
	assert_false(read_back(pair, 0, &ahead).is_old);
	pair_hub_restore(pair, backup, true);
	pair_note(pair, 0, id, "viety käsin");
	assert_false(fault_is(carried_for(pair_hub(pair), pair_node(pair, 0), pair_hub_time(pair), &key)));
	assert_false(read_back(pair, 0, &key).is_old);
	(void)round_trip(pair, 0);
	assert_true(pair_finds(pair_hub_log(pair), "viety käsin"));
	carried_free(&ahead);
	carried_free(&key);
	pair_free(pair);
}

/* Before, it was old until the clock had passed what it had once shown: where there is never a session, for as long. */
static void an_answer_to_the_newest_question_is_not_old(void **state)
{
	(void)state;
	struct pair *pair = pair_new(43, 1);
	struct carried ahead = { NULL, 0 }, question = { NULL, 0 }, answer = { NULL, 0 };
	rules_sync(pair, 0);
	assert_false(fault_is(carried_for(pair_hub(pair), pair_node(pair, 0), later(pair, 3), &ahead)));
	assert_false(read_back(pair, 0, &ahead).is_old);
	question = written(pair, 0);
	pair_device_crash(pair, 0); /* it is remembered */
	(void)taken(pair, &question, &answer);
	assert_false(read_back(pair, 0, &answer).is_old);
	assert_false(read_back(pair, 0, &answer).is_old); /* nothing newer has been said */
	carried_free(&question);
	question = written(pair, 0);
	assert_false(read_back(pair, 0, &ahead).is_old);
	assert_true(read_back(pair, 0, &answer).is_old);
	carried_free(&ahead);
	carried_free(&question);
	carried_free(&answer);
	pair_free(pair);
}

/* Before, it learnt the newest epoch without the one that it goes on from, and never heard of that again. */
static void a_disk_put_back_since_the_question_takes_no_epoch_without_its_parent(void **state)
{
	(void)state;
	struct pair *pair = pair_new(44, 1);
	struct carried question, answer = { NULL, 0 };
	struct replica_bundle_report told = { .problem = NULL };
	struct case_id id = rules_shared_case(pair, 1);
	rules_sync(pair, 0);
	struct log *first = pair_device_backup(pair, 0);
	pair_hub_restore(pair, pair_hub_backup(pair), true);
	rules_sync(pair, 0);
	question = written(pair, 0);
	pair_hub_restore(pair, pair_hub_backup(pair), true);
	(void)taken(pair, &question, &answer);
	pair_device_restore(pair, 0, first);
	struct fault fault = carried_read(pair_replica(pair, 0), &answer, pair_time(pair), &told);
	assert_true(fault_is(fault) || told.problem != NULL);
	assert_int_equal(replica_orders(pair_replica(pair, 0))->count, 1);
	rules_sync(pair, 0);
	assert_int_equal(replica_orders(pair_replica(pair, 0))->count, 3);
	assert_true(replica_holds(pair_replica(pair, 0), id));
	carried_free(&question);
	carried_free(&answer);
	pair_free(pair);
}

/* Before, it was old until the clock had passed what it had once shown. */
static void a_session_sets_the_time_that_older_bundles_are_told_by(void **state)
{
	(void)state;
	struct pair *pair = pair_new(42, 1);
	struct carried ahead = { NULL, 0 }, file = { NULL, 0 };
	rules_sync(pair, 0);
	assert_false(fault_is(carried_for(pair_hub(pair), pair_node(pair, 0), later(pair, 3), &ahead)));
	assert_false(read_back(pair, 0, &ahead).is_old);
	rules_sync(pair, 0);
	assert_false(fault_is(carried_for(pair_hub(pair), pair_node(pair, 0), later(pair, 1), &file)));
	assert_false(read_back(pair, 0, &file).is_old);
	carried_free(&ahead);
	carried_free(&file);
	pair_free(pair);
}

static void device_put_back_takes_nothing_that_leaves_out_what_it_lacks(void **state)
{
	(void)state;
	struct pair *pair = pair_new(9, 2);
	struct case_id id = rules_shared_case(pair, 2);
	struct log *backup = pair_device_backup(pair, 0);
	pair_note(pair, 0, id, "kadonnut levyltä");
	struct carried answer = { NULL, 0 }, file = written(pair, 0);
	pair_note(pair, 1, id, "muilta");
	rules_sync(pair, 1);
	taken(pair, &file, &answer);
	pair_device_restore(pair, 0, backup);
	struct replica_bundle_report here = read_back(pair, 0, &answer);
	assert_true(here.lacks_own);
	assert_false(pair_finds(pair_device_log(pair, 0), "muilta"));
	round_trip(pair, 0);
	round_trip(pair, 0);
	assert_true(pair_finds(pair_device_log(pair, 0), "muilta"));
	assert_true(pair_finds(pair_device_log(pair, 0), "kadonnut levyltä"));
	carried_free(&file);
	carried_free(&answer);
	pair_free(pair);
}

static void key_turns_over_and_an_old_bundle_still_opens_for_a_year(void **state)
{
	(void)state;
	static const uint64_t DAY_MS = 24 * 3600 * 1000ull;
	struct pair *pair = pair_new(10, 1);
	struct case_id id = rules_shared_case(pair, 1);
	pair_note(pair, 0, id, "kauan matkalla");
	struct carried answer = { NULL, 0 }, file = written(pair, 0);
	pair_pass(pair, 200 * DAY_MS);
	assert_false(fault_is(hub_commit(pair_hub(pair), pair_hub_time(pair))));
	struct hub_bundle_report told = taken(pair, &file, &answer);
	assert_int_equal(told.accepted, 1);
	read_back(pair, 0, &answer); /* brings the key in use now */
	struct carried next = written(pair, 0);
	assert_memory_not_equal(next.bytes + 16, file.bytes + 16, 16);
	pair_pass(pair, 366 * DAY_MS);
	assert_false(fault_is(hub_commit(pair_hub(pair), pair_hub_time(pair))));
	struct fault fault = carried_take(pair_hub(pair), &file, pair_hub_time(pair), NULL, NULL);
	assert_int_equal(fault.kind, FAULT_CALLER);
	taken(pair, &next, NULL);
	carried_free(&file);
	carried_free(&next);
	carried_free(&answer);
	pair_free(pair);
}

/* Any change anywhere is refused, and nothing has changed. */
static void damaged_cut_or_lengthened_is_refused_whole(void **state)
{
	(void)state;
	struct pair *pair = pair_new(11, 2);
	struct case_id id = rules_shared_case(pair, 2);
	pair_note(pair, 0, id, "ehjänä perille");
	pair_note(pair, 1, id, "toiselta");
	rules_sync(pair, 1);
	struct carried answer = { NULL, 0 }, file = written(pair, 0);
	struct hub_counters before, after;
	hub_counters(pair_hub(pair), &before);
	for (size_t at = 0; at < file.len; at += 7) {
		struct carried bad = carried_copy(&file);
		bad.bytes[at] ^= 0x10;
		assert_true(fault_is(carried_take(pair_hub(pair), &bad, pair_hub_time(pair), NULL, NULL)));
		carried_free(&bad);
		bad = (struct carried){ file.bytes, at };
		assert_true(fault_is(carried_take(pair_hub(pair), &bad, pair_hub_time(pair), NULL, NULL)));
	}
	struct carried longer = { calloc(1, file.len + 1), file.len + 1 };
	memcpy(longer.bytes, file.bytes, file.len);
	assert_true(fault_is(carried_take(pair_hub(pair), &longer, pair_hub_time(pair), NULL, NULL)));
	carried_free(&longer);
	hub_counters(pair_hub(pair), &after);
	assert_int_equal(before.last_order, after.last_order);
	taken(pair, &file, &answer);
	uint64_t order = rules_status(pair, 0).order;
	for (size_t at = 0; at < answer.len; at += 7) {
		struct carried bad = carried_copy(&answer);
		bad.bytes[at] ^= 0x10;
		assert_true(fault_is(carried_read(pair_replica(pair, 0), &bad, pair_time(pair), NULL)));
		carried_free(&bad);
		bad = (struct carried){ answer.bytes, at };
		assert_true(fault_is(carried_read(pair_replica(pair, 0), &bad, pair_time(pair), NULL)));
	}
	assert_int_equal(rules_status(pair, 0).order, order);
	assert_int_equal(rules_status(pair, 0).unreceipted, 1);
	/* For each its own: neither the other device nor the wrong end reads it. */
	assert_int_equal(carried_read(pair_replica(pair, 1), &answer, pair_time(pair), NULL).kind, FAULT_CALLER);
	assert_int_equal(carried_read(pair_replica(pair, 0), &file, pair_time(pair), NULL).kind, FAULT_CALLER);
	assert_int_equal(carried_take(pair_hub(pair), &answer, pair_hub_time(pair), NULL, NULL).kind, FAULT_CALLER);
	read_back(pair, 0, &answer);
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	carried_free(&file);
	carried_free(&answer);
	pair_free(pair);
}

static void nothing_can_be_read_in_the_file(void **state)
{
	(void)state;
	struct pair *pair = pair_new(12, 1);
	struct case_id id = rules_shared_case(pair, 1);
	pair_note(pair, 0, id, "tunnistettava merkki");
	struct carried answer = { NULL, 0 }, file = written(pair, 0);
	taken(pair, &file, &answer);
	assert_null(memmem(file.bytes, file.len, "tunnistettava", 13));
	assert_null(memmem(answer.bytes, answer.len, "tunnistettava", 13));
	assert_null(memmem(file.bytes, file.len, pair_node(pair, 0).bytes, ID_BYTES));
	assert_null(memmem(file.bytes, file.len, id.bytes, ID_BYTES));
	assert_null(memmem(answer.bytes, answer.len, id.bytes, ID_BYTES));
	carried_free(&file);
	carried_free(&answer);
	pair_free(pair);
}

/* Asked, answered, erased at the centre meanwhile, heard of, and then the old answer comes. */
static void backlog_of_before_an_erasure_brings_nothing_back(void **state)
{
	(void)state;
	struct pair *pair = pair_new(13, 2);
	struct case_id id = new_matter(pair);
	pair_assign(pair, id, 1);
	rules_sync(pair, 1);
	struct record_id note = pair_note(pair, 1, id, "poistettava");
	rules_sync(pair, 1);
	rules_sync(pair, 0);
	pair_assign(pair, id, 0);
	struct carried answer = { NULL, 0 }, file = written(pair, 0);
	taken(pair, &file, &answer);
	assert_false(fault_is(hub_erase_record(pair_hub(pair), id, note, pair_hub_time(pair))));
	pair_pass(pair, 1000);
	rules_sync(pair, 0);
	assert_false(pair_finds(pair_device_log(pair, 0), "poistettava"));
	read_back(pair, 0, &answer);
	assert_false(pair_finds(pair_device_log(pair, 0), "poistettava"));
	carried_free(&file);
	carried_free(&answer);
	pair_free(pair);
}

/* Nobody can ask on the way: the answer does, and the next bundle has them all (P7). */
static void work_in_a_case_erased_meanwhile_brings_its_salts(void **state)
{
	(void)state;
	struct pair *pair = pair_new(15, 1);
	struct case_id id = new_matter(pair);
	pair_assign(pair, id, 0);
	rules_sync(pair, 0);
	pair_note(pair, 0, id, "ei tiedä vielä");
	assert_false(fault_is(hub_erase_case(pair_hub(pair), id, pair_hub_time(pair))));
	assert_false(fault_is(hub_device_set_state(pair_hub(pair), pair_node(pair, 0), HUB_DEVICE_REVOKED,
						   pair_hub_time(pair))));
	struct carried answer = { NULL, 0 }, file = written(pair, 0);
	struct hub_bundle_report told = taken(pair, &file, &answer);
	assert_int_equal(told.waiting, 1);
	read_back(pair, 0, &answer);
	assert_int_equal(rules_status(pair, 0).unreceipted, 1);
	carried_free(&file);
	carried_free(&answer);
	file = written(pair, 0);
	told = taken(pair, &file, &answer);
	assert_int_equal(told.waiting, 0);
	assert_int_equal(told.quarantined, 1);
	read_back(pair, 0, &answer);
	assert_true(rules_status(pair, 0).is_erased);
	carried_free(&file);
	carried_free(&answer);
	pair_free(pair);
}

static void more_than_a_bundle_holds_goes_in_several(void **state)
{
	(void)state;
	static char text[1300];
	struct pair *pair = pair_new(14, 2);
	struct case_id id = rules_shared_case(pair, 2);
	memset(text, 'a', sizeof text - 1);
	for (int i = 0; i < 7000; i++) /* over 8 MiB: the pair has no codec */
		pair_note(pair, 0, id, text);
	struct replica_bundle_written told;
	struct carried answer = { NULL, 0 }, file = { NULL, 0 };
	assert_false(fault_is(carried_write(pair_replica(pair, 0), pair_time(pair), &file, &told)));
	assert_true(told.left > 0);
	assert_true(file.len <= BUNDLE_BYTES_MAX);
	struct hub_bundle_report there = taken(pair, &file, &answer);
	assert_true(there.more);
	assert_int_equal(there.accepted, told.deltas);
	read_back(pair, 0, &answer);
	assert_int_equal(rules_status(pair, 0).unreceipted, told.left);
	round_trip(pair, 0);
	assert_int_equal(rules_status(pair, 0).unreceipted, 0);
	struct replica_bundle_report here = round_trip(pair, 1);
	assert_true(here.more);
	here = round_trip(pair, 1);
	assert_false(here.more);
	assert_int_equal(rules_status(pair, 1).unreceipted, 0);
	carried_free(&file);
	carried_free(&answer);
	pair_free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(day_goes_both_ways_without_any_connection),
		cmocka_unit_test(assignment_comes_and_a_case_goes_by_hand),
		cmocka_unit_test(nobody_asked_and_the_feed_goes_on_from_what_was_heard),
		cmocka_unit_test(twice_late_and_out_of_order_changes_nothing_more),
		cmocka_unit_test(bundle_between_sessions_breaks_neither),
		cmocka_unit_test(revoked_device_is_quarantined_and_told_to_erase),
		cmocka_unit_test(answer_of_before_the_revocation_brings_nothing_back),
		cmocka_unit_test(restored_central_is_met_by_bundles_alone),
		cmocka_unit_test(an_end_told_by_a_lost_epoch_is_not_acted_upon_before_held_is_answered),
		cmocka_unit_test(orders_that_a_bundle_does_not_know_of_are_lost_at_its_device_too),
		cmocka_unit_test(an_order_lost_and_proven_again_comes_back_to_its_author),
		cmocka_unit_test(a_clock_that_was_ahead_before_central_was_put_back_keeps_no_key_away),
		cmocka_unit_test(an_answer_to_the_newest_question_is_not_old),
		cmocka_unit_test(a_disk_put_back_since_the_question_takes_no_epoch_without_its_parent),
		cmocka_unit_test(a_session_sets_the_time_that_older_bundles_are_told_by),
		cmocka_unit_test(device_put_back_takes_nothing_that_leaves_out_what_it_lacks),
		cmocka_unit_test(key_turns_over_and_an_old_bundle_still_opens_for_a_year),
		cmocka_unit_test(damaged_cut_or_lengthened_is_refused_whole),
		cmocka_unit_test(nothing_can_be_read_in_the_file),
		cmocka_unit_test(backlog_of_before_an_erasure_brings_nothing_back),
		cmocka_unit_test(work_in_a_case_erased_meanwhile_brings_its_salts),
		cmocka_unit_test(more_than_a_bundle_holds_goes_in_several),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
