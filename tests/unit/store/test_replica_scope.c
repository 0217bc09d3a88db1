/* replica: what comes in Pull and Backlog, grants begun and ended, and crashes at
 * every write; against a central node played by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>

#include "lib/center_case.h"

static struct center *c;

static int set_up(void **state)
{
	(void)state;
	c = center_new_enrolled(3);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	center_free(c);
	return 0;
}

/* ---- Pull and Backlog ---- */

static void a_pull_is_durable_before_heard_tells_it(void **state)
{
	(void)state;
	center_up(c);
	assert_true(center_take_hello(c));
	c->welcome.has_pull = true;
	center_case_begun(&c->welcome.pull, 5);
	c->welcome.pull.to = 7;
	center_welcome(c);
	assert_true(center_take(c));
	assert_int_equal(c->in.heard.cursor.order, 7);
	assert_int_equal(c->in.heard.cursor.backlog_now, 5);
	center_crash(c);
	assert_int_equal(center_case_status(c).order, 7);
	assert_int_equal(center_case_status(c).backlogs, 1);
}

static void a_backlog_cut_anywhere_goes_on_from_its_place(void **state)
{
	(void)state;
	center_session(c);
	center_case_begun(&c->out.pull, 5);
	center_case_pull(c, 5);
	center_case_backlog(c, 5, 1, 3, false);
	center_crash(c);
	center_up(c);
	assert_true(center_take_hello(c));
	assert_int_equal(c->hello.cursor.backlog_now, 5);
	assert_int_equal(c->hello.cursor.backlog_place, 3);
	center_welcome(c);
	assert_true(center_take(c));
	center_case_backlog(c, 5, 4, 5, true);
	assert_int_equal(center_case_status(c).backlogs, 0);
	center_down(c);
	center_up(c);
	assert_true(center_take_hello(c));
	assert_int_equal(c->hello.cursor.backlog_now, 0);
}

static void base_is_the_backlog_s_place_until_it_is_whole(void **state)
{
	(void)state;
	center_session(c);
	center_case_begun(&c->out.pull, 5);
	center_case_name_author(c->out.pull.authors, &c->out.pull.authors_count);
	center_case_row(c, 6, 9, "live, before the backlog", false);
	center_case_pull(c, 9);
	center_case_backlog(c, 5, 1, 3, false);
	assert_false(fault_is(center_phone(c, center_case_id, center_case_record, "1")));
	struct order_bases base = center_case_base(c);
	assert_int_equal(base.count, 1);
	assert_int_equal(base.pairs[0].n, 3);
	center_case_backlog(c, 5, 4, 5, true);
	assert_false(fault_is(center_phone(c, center_case_id, center_case_record, "2")));
	base = center_case_base(c);
	assert_int_equal(base.pairs[0].n, 9);
	assert_memory_equal(base.pairs[0].epoch.bytes, c->epoch.id.bytes, ID_BYTES);
}

static void malformed_pulls_change_nothing_and_end_the_session(void **state)
{
	(void)state;
	for (int which = 0; which < 4; which++) {
		c->hang_ups = 0;
		center_case_hold(c);
		center_case_name_author(c->out.pull.authors, &c->out.pull.authors_count);
		if (which == 0)
			center_case_row(c, 9, 5, "not above the cursor", false);
		else if (which == 1)
			center_case_row(c, 9, 90, "above `to`", false);
		else if (which == 2)
			center_row(c, span_of("\x0a\x01x", 3), 9, 10);
		center_case_pull(c, which == 3 ? 4 : 20);
		assert_int_equal(c->hang_ups, 1);
		assert_int_equal(center_case_status(c).order, 5);
		center_down(c);
		tear_down(NULL);
		set_up(NULL);
	}
}

static void a_frame_told_twice_is_folded_once(void **state)
{
	(void)state;
	center_case_hold(c);
	uint64_t before, after;
	assert_false(fault_is(log_last_local(c->log, &before)));
	center_down(c);
	center_session(c);
	c->out.has_backlog = true;
	center_case_backlog(c, 5, 1, 5, true);
	center_case_name_author(c->out.pull.authors, &c->out.pull.authors_count);
	center_case_row(c, 6, 10, "live", false);
	center_case_pull(c, 10);
	assert_false(fault_is(log_last_local(c->log, &after)));
	assert_int_equal(after, before + 1);
}

/* ---- P2: Forget ---- */

static void a_case_ended_is_erased_when_own_work_is_receipted(void **state)
{
	(void)state;
	center_case_hold(c);
	assert_false(fault_is(center_phone(c, center_case_id, center_case_record, "040 1")));
	center_case_ended(&c->out.pull, 5, 12);
	center_case_pull(c, 12);
	assert_false(replica_holds(c->replica, center_case_id));
	assert_int_equal(center_phone(c, center_case_id, center_case_record, "040 2").kind, FAULT_CALLER);
	assert_true(center_take(c)); /* Heard and the push */
	assert_true(c->in.has_push);
	assert_int_equal(c->in.forgotten_count, 0);
	struct log_case info;
	bool found;
	assert_false(fault_is(log_case_get(c->log, center_case_id, &info, &found)));
	assert_true(found);
	struct epoch_id epoch = center_case_status(c).epoch;
	c->out.has_receipt = true;
	center_receipt(c, &epoch, 1, 1, 0, jalka_Reason_NOT_HELD, &c->out.receipt); /* P6: receipted */
	center_send(c);
	assert_false(fault_is(log_case_get(c->log, center_case_id, &info, &found)));
	assert_false(found);
	assert_true(center_take(c));
	assert_int_equal(c->in.forgotten_count, 1);
	assert_int_equal(c->in.forgotten[0].g, 5);
	assert_false(center_take(c));
}

static void forgotten_is_told_again_until_a_session_confirms_it(void **state)
{
	(void)state;
	center_case_hold(c);
	center_case_ended(&c->out.pull, 5, 12);
	center_case_pull(c, 12);
	assert_true(center_take(c));
	assert_int_equal(c->in.forgotten_count, 1);
	for (int i = 0; i < 2; i++) { /* the confirmation of the second one acknowledges */
		center_crash(c);
		center_greet(c);
		center_welcome(c);
		assert_true(center_take(c));
		assert_int_equal(c->in.forgotten_count, 1);
		if (i == 1)
			center_send(c);
		c->has_key = false;
	}
	center_crash(c);
	center_greet(c);
	center_welcome(c);
	assert_true(center_take(c));
	assert_int_equal(c->in.forgotten_count, 0);
}

static void a_forget_of_an_older_grant_is_acknowledged_and_void(void **state)
{
	(void)state;
	center_case_hold(c);
	center_case_begun(&c->out.pull, 20); /* assigned again before the end of g = 5 was told */
	center_case_ended(&c->out.pull, 5, 15);
	center_case_pull(c, 20);
	center_case_backlog(c, 20, 1, 5, false);
	assert_true(replica_holds(c->replica, center_case_id));
	bool told = false;
	while (center_take(c))
		told = told || (c->in.forgotten_count == 1 && c->in.forgotten[0].g == 5);
	assert_true(told);
	center_crash(c);
	assert_true(replica_holds(c->replica, center_case_id));
}

static void assigned_ended_assigned_cut_between_each_is_whole_in_the_end(void **state)
{
	(void)state;
	for (int cut = 0; cut < 4; cut++) {
		center_case_hold(c);
		center_case_ended(&c->out.pull, 5, 12);
		center_case_pull(c, 12);
		if (cut & 1) {
			center_crash(c);
			c->has_key = false;
			center_greet(c);
			center_welcome(c);
			assert_true(center_take(c));
			center_send(c);
		}
		assert_false(replica_holds(c->replica, center_case_id));
		center_case_begun(&c->out.pull, 20);
		center_case_pull(c, 20);
		if (cut & 2) {
			center_crash(c);
			c->has_key = false;
			center_greet(c);
			assert_int_equal(c->hello.cursor.backlog_now, 20);
			assert_int_equal(c->hello.cursor.backlog_place, 0);
			center_welcome(c);
			assert_true(center_take(c));
			center_send(c);
		}
		center_case_backlog(c, 20, 1, 14, true);
		assert_true(replica_holds(c->replica, center_case_id));
		assert_int_equal(center_case_status(c).backlogs, 0);
		tear_down(NULL);
		set_up(NULL);
	}
}

static void a_new_grant_resets_base_even_if_old_data_is_still_here(void **state)
{
	(void)state;
	center_case_hold(c);
	center_case_begun(&c->out.pull, 20);
	center_case_pull(c, 20);
	assert_false(fault_is(center_phone(c, center_case_id, center_case_record, "1")));
	assert_int_equal(center_case_base(c).count, 0);
}

static void own_work_comes_back_with_the_backlog_of_a_new_grant(void **state)
{
	(void)state;
	struct replica_written mine;
	static uint8_t pushed[LIMIT_CHUNK_BYTES];
	center_session(c);
	assert_false(fault_is(center_client(c, &mine)));
	replica_poke(c->replica, c->now);
	assert_true(center_take(c));
	struct rows_reader reader;
	struct rows_row row;
	bool end;
	rows_read_begin(&reader, c->in_rows, 1, 1, 1, false);
	assert_false(fault_is(rows_read(&reader, &row, &end)));
	size_t len = row.delta.len;
	memcpy(pushed, row.delta.data, len);
	struct epoch_id epoch = center_case_status(c).epoch;
	c->out.has_receipt = true;
	center_receipt(c, &epoch, 1, 1, 3, 0, &c->out.receipt);
	center_send(c);
	c->out.pull.forget_count = 1;
	SESSION_FRAME_SET(c->out.pull.forget[0].case_id, mine.case_id.bytes);
	c->out.pull.forget[0].g = 4;
	c->out.pull.forget[0].at = 6;
	center_case_pull(c, 6);
	assert_false(replica_holds(c->replica, mine.case_id));
	c->out.pull.begun_count = 1;
	SESSION_FRAME_SET(c->out.pull.begun[0].case_id, mine.case_id.bytes);
	c->out.pull.begun[0].g = 9;
	center_case_pull(c, 9);
	c->out.has_backlog = true;
	SESSION_FRAME_SET(c->out.backlog.case_id, mine.case_id.bytes);
	c->out.backlog.g = c->out.backlog.to = 9;
	c->out.backlog.last = true;
	c->out.backlog.authors_count = 1;
	SESSION_FRAME_SET(c->out.backlog.authors[0].node, c->device.bytes);
	SESSION_FRAME_SET(c->out.backlog.authors[0].epoch, epoch.bytes);
	center_row(c, span_of(pushed, len), 1, 3);
	center_send(c);
	assert_int_equal(c->hang_ups, 0);
	assert_true(replica_holds(c->replica, mine.case_id));
	assert_false(fault_is(center_phone(c, mine.case_id, mine.record_id, "2")));
}

static bool count_bytes(void *ctx, const struct log_entry *entry)
{
	*(size_t *)ctx += entry->bytes.len > 0;
	return true;
}

static void own_decided_work_comes_back_live_before_its_case_s_opening(void **state)
{
	(void)state;
	static uint8_t pushed[LIMIT_CHUNK_BYTES];
	center_case_hold(c);
	assert_false(fault_is(center_phone(c, center_case_id, center_case_record, "040 1")));
	replica_poke(c->replica, c->now);
	assert_true(center_take(c));
	struct rows_reader reader;
	struct rows_row row;
	bool end;
	rows_read_begin(&reader, c->in_rows, 1, 1, 1, false);
	assert_false(fault_is(rows_read(&reader, &row, &end)));
	size_t len = row.delta.len;
	memcpy(pushed, row.delta.data, len);
	struct epoch_id epoch = center_case_status(c).epoch;
	c->out.has_receipt = true;
	center_receipt(c, &epoch, 1, 1, 0, jalka_Reason_NOT_HELD, &c->out.receipt);
	center_send(c);
	center_case_ended(&c->out.pull, 5, 12);
	center_case_pull(c, 12);
	center_case_begun(&c->out.pull, 20);
	c->out.pull.authors_count = 1;
	SESSION_FRAME_SET(c->out.pull.authors[0].node, c->device.bytes);
	SESSION_FRAME_SET(c->out.pull.authors[0].epoch, epoch.bytes);
	center_row(c, span_of(pushed, len), 1, 22); /* accepted by decision */
	center_case_pull(c, 22);
	size_t with_bytes = 0;
	struct author me = { c->device, epoch };
	assert_false(fault_is(log_read_author(c->log, &me, 1, count_bytes, &with_bytes)));
	assert_int_equal(with_bytes, 1);
	assert_int_equal(c->hang_ups, 0);
}

static void what_central_erased_is_erased_here(void **state)
{
	(void)state;
	center_case_hold(c);
	c->out.pull.erased_count = 1;
	SESSION_FRAME_SET(c->out.pull.erased[0].case_id, center_case_id.bytes);
	SESSION_FRAME_SET(c->out.pull.erased[0].record_id, center_case_record.bytes);
	center_case_pull(c, 12);
	size_t with_bytes = 0;
	assert_false(fault_is(log_read_record(c->log, center_case_record, count_bytes, &with_bytes)));
	assert_int_equal(with_bytes, 0);
}

/* ---- crash and failure at every write ---- */

static void a_day(void)
{
	struct replica_written mine;
	(void)center_client(c, &mine);
	center_up(c);
	if (!center_take_hello(c)) {
		if (c->sent_len == 0 && c->hang_ups > 0)
			return;
		center_plain(c);
		if (!center_take_hello(c))
			return;
	}
	c->welcome.has_pull = true;
	center_case_begun(&c->welcome.pull, 5);
	c->welcome.pull.to = 7;
	center_welcome(c);
	if (c->hang_ups > 0 || !center_take(c))
		return;
	center_case_backlog(c, 5, 1, 5, true);
}

static void a_log_that_fails_at_any_write_keeps_what_was_durable(void **state)
{
	(void)state;
	for (uint64_t calls = 1; calls < 60; calls++) {
		tear_down(NULL);
		set_up(NULL);
		log_memory_fail(c->log, calls, calls % 2);
		a_day();
		center_crash(c); /* from what was durable */
		c->hang_ups = 0;
		a_day();
		if (c->hang_ups == 0) {
			assert_true(replica_holds(c->replica, center_case_id));
			assert_int_equal(center_case_status(c).order, 7);
			assert_int_equal(center_case_status(c).backlogs, 0);
			assert_true(center_case_status(c).written >= 1);
		} else {
			fail_msg("the day after a failure at call %u did not go well: %s", (unsigned)calls, c->why);
		}
	}
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(a_pull_is_durable_before_heard_tells_it),
		WITH(a_backlog_cut_anywhere_goes_on_from_its_place),
		WITH(base_is_the_backlog_s_place_until_it_is_whole),
		WITH(malformed_pulls_change_nothing_and_end_the_session),
		WITH(a_frame_told_twice_is_folded_once),
		WITH(a_case_ended_is_erased_when_own_work_is_receipted),
		WITH(forgotten_is_told_again_until_a_session_confirms_it),
		WITH(a_forget_of_an_older_grant_is_acknowledged_and_void),
		WITH(assigned_ended_assigned_cut_between_each_is_whole_in_the_end),
		WITH(a_new_grant_resets_base_even_if_old_data_is_still_here),
		WITH(own_work_comes_back_with_the_backlog_of_a_new_grant),
		WITH(own_decided_work_comes_back_live_before_its_case_s_opening),
		WITH(what_central_erased_is_erased_here),
		WITH(a_log_that_fails_at_any_write_keeps_what_was_durable),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
