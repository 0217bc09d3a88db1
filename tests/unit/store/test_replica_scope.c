/* replica: what comes in Pull and Backlog, grants begun and ended, other central
 * epochs, and crashes at every write; against a central node played by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>

#include "lib/center.h"

static struct center *c;
static const struct author other = { { { 0xa1 } }, { { 0xa2 } } };
static const struct case_id case_one = { { 0xc1 } };
static const struct record_id record_one = { { 0xd1 } };

static int set_up(void **state)
{
	(void)state;
	c = center_new(3);
	center_enrol(c);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	center_free(c);
	return 0;
}

static struct replica_status status(void)
{
	struct replica_status s;
	replica_status(c->replica, &s);
	return s;
}

static void name_author(jalka_Author *authors, pb_size_t *count)
{
	*count = 1;
	SESSION_FRAME_SET(authors[0].node, other.node.bytes);
	SESSION_FRAME_SET(authors[0].epoch, other.epoch.bytes);
}

static void add_row(uint64_t seq, uint64_t order, const char *text, bool opens)
{
	uint8_t block[1024];
	struct span delta = center_delta(c, case_one, record_one, text,
					 opens ? DELTA_CASE_CLIENT : DELTA_CASE_NONE, block, sizeof block);
	center_row(c, delta, seq, order);
}

static void begun(jalka_Pull *pull, uint64_t g)
{
	jalka_GrantNote *note = &pull->begun[pull->begun_count++];
	SESSION_FRAME_SET(note->case_id, case_one.bytes);
	note->g = g;
}

static void ended(jalka_Pull *pull, uint64_t g, uint64_t at)
{
	jalka_ForgetNote *note = &pull->forget[pull->forget_count++];
	SESSION_FRAME_SET(note->case_id, case_one.bytes);
	note->g = g;
	note->at = at;
}

static void send_pull(uint64_t to)
{
	c->out.has_pull = true;
	c->out.pull.to = to;
	center_send(c);
}

/* Deltas seq first..last at orders of the same number; `last` says it is the end. */
static void send_backlog(uint64_t g, uint64_t first, uint64_t to, bool last)
{
	c->out.has_backlog = true;
	SESSION_FRAME_SET(c->out.backlog.case_id, case_one.bytes);
	c->out.backlog.g = g;
	c->out.backlog.to = to;
	c->out.backlog.last = last;
	name_author(c->out.backlog.authors, &c->out.backlog.authors_count);
	for (uint64_t n = first; n <= to; n++)
		add_row(n, n, "backlog", n == 1);
	center_send(c);
}

/* A session in which case_one was granted at g = 5 and its backlog is whole. */
static void hold_case(void)
{
	center_session(c);
	begun(&c->out.pull, 5);
	send_pull(5);
	send_backlog(5, 1, 5, true);
	while (center_take(c))
		;
	assert_true(replica_holds(c->replica, case_one));
}

struct last { struct delta delta; bool found; };

static bool take_last(void *ctx, const struct log_entry *entry)
{
	struct last *last = ctx;
	last->found = !fault_is(delta_read(entry->bytes, &last->delta));
	return true;
}

/* The base of the device's newest delta. */
static struct order_bases base_of_last(void)
{
	struct last last = { .found = false };
	struct author me = { status().node, status().epoch };
	assert_false(fault_is(log_read_author(c->log, &me, 1, take_last, &last)));
	assert_true(last.found);
	return last.delta.base;
}

/* ---- Pull and Backlog ---- */

static void a_pull_is_durable_before_heard_tells_it(void **state)
{
	(void)state;
	center_up(c);
	assert_true(center_take_hello(c));
	c->welcome.has_pull = true;
	begun(&c->welcome.pull, 5);
	c->welcome.pull.to = 7;
	center_welcome(c);
	assert_true(center_take(c));
	assert_int_equal(c->in.heard.cursor.order, 7);
	assert_int_equal(c->in.heard.cursor.backlog_now, 5);
	center_crash(c);
	assert_int_equal(status().order, 7);
	assert_int_equal(status().backlogs, 1);
}

static void a_backlog_cut_anywhere_goes_on_from_its_place(void **state)
{
	(void)state;
	center_session(c);
	begun(&c->out.pull, 5);
	send_pull(5);
	send_backlog(5, 1, 3, false);
	center_crash(c);
	center_up(c);
	assert_true(center_take_hello(c));
	assert_int_equal(c->hello.cursor.backlog_now, 5);
	assert_int_equal(c->hello.cursor.backlog_place, 3);
	center_welcome(c);
	assert_true(center_take(c));
	send_backlog(5, 4, 5, true);
	assert_int_equal(status().backlogs, 0);
	center_down(c);
	center_up(c);
	assert_true(center_take_hello(c));
	assert_int_equal(c->hello.cursor.backlog_now, 0);
}

static void base_is_the_backlog_s_place_until_it_is_whole(void **state)
{
	(void)state;
	center_session(c);
	begun(&c->out.pull, 5);
	name_author(c->out.pull.authors, &c->out.pull.authors_count);
	add_row(6, 9, "live, before the backlog", false);
	send_pull(9);
	send_backlog(5, 1, 3, false);
	assert_false(fault_is(center_phone(c, case_one, record_one, "1")));
	struct order_bases base = base_of_last();
	assert_int_equal(base.count, 1);
	assert_int_equal(base.pairs[0].n, 3);
	send_backlog(5, 4, 5, true);
	assert_false(fault_is(center_phone(c, case_one, record_one, "2")));
	base = base_of_last();
	assert_int_equal(base.pairs[0].n, 9);
	assert_memory_equal(base.pairs[0].epoch.bytes, c->epoch.id.bytes, ID_BYTES);
}

static void malformed_pulls_change_nothing_and_end_the_session(void **state)
{
	(void)state;
	for (int which = 0; which < 4; which++) {
		c->hang_ups = 0;
		hold_case();
		name_author(c->out.pull.authors, &c->out.pull.authors_count);
		if (which == 0)
			add_row(9, 5, "not above the cursor", false);
		else if (which == 1)
			add_row(9, 90, "above `to`", false);
		else if (which == 2)
			center_row(c, span_of("\x0a\x01x", 3), 9, 10);
		send_pull(which == 3 ? 4 : 20);
		assert_int_equal(c->hang_ups, 1);
		assert_int_equal(status().order, 5);
		center_down(c);
		tear_down(NULL);
		set_up(NULL);
	}
}

static void a_frame_told_twice_is_folded_once(void **state)
{
	(void)state;
	hold_case();
	uint64_t before, after;
	assert_false(fault_is(log_last_local(c->log, &before)));
	center_down(c);
	center_session(c);
	c->out.has_backlog = true;
	send_backlog(5, 1, 5, true);
	name_author(c->out.pull.authors, &c->out.pull.authors_count);
	add_row(6, 10, "live", false);
	send_pull(10);
	assert_false(fault_is(log_last_local(c->log, &after)));
	assert_int_equal(after, before + 1);
}

static bool count_text(void *ctx, const struct log_entry *entry)
{
	const char *text = "central's word";
	if (entry->bytes.data != NULL && memmem(entry->bytes.data, entry->bytes.len, text, strlen(text)) != NULL)
		*(size_t *)ctx += 1;
	return true;
}

static void other_bytes_under_a_foreign_name_replace_what_is_here(void **state)
{
	(void)state;
	size_t n = 0;
	hold_case();
	for (uint64_t i = 0; i < 2; i++) {
		name_author(c->out.pull.authors, &c->out.pull.authors_count);
		add_row(6, 10 + 2 * i, i == 0 ? "a lost central's" : "central's word", false);
		add_row(7 + i, 11 + 2 * i, "another", false);
		send_pull(11 + 2 * i);
	}
	assert_int_equal(c->hang_ups, 0);
	assert_false(fault_is(log_read_author(c->log, &other, 6, count_text, &n)));
	assert_int_equal(n, 1);
	size_t above = 0;
	assert_false(fault_is(log_read_author(c->log, &other, 7, count_text, &above)));
	assert_int_equal(above, 0);
	uint64_t last;
	assert_false(fault_is(log_last_order(c->log, &last)));
	assert_int_equal(last, 13);
}

static void other_bytes_under_an_own_name_make_a_new_epoch_of_what_stood_there(void **state)
{
	(void)state;
	uint8_t block[1024];
	hold_case();
	assert_false(fault_is(center_phone(c, case_one, record_one, "mine 1")));
	assert_false(fault_is(center_phone(c, case_one, record_one, "mine 2")));
	struct epoch_id first = status().epoch;
	c->out.pull.authors_count = 1; /* a twin's seq 2 of the same epoch was first */
	SESSION_FRAME_SET(c->out.pull.authors[0].node, c->device.bytes);
	SESSION_FRAME_SET(c->out.pull.authors[0].epoch, first.bytes);
	center_row(c, center_delta(c, case_one, record_one, "central's word", DELTA_CASE_NONE, block, sizeof block), 2, 9);
	send_pull(9);
	assert_int_equal(c->hang_ups, 0);
	assert_memory_not_equal(status().epoch.bytes, first.bytes, ID_BYTES);
	assert_int_equal(status().written, 2);
	assert_int_equal(status().unreceipted, 2); /* the prefix, and what was issued again */
	size_t n = 0;
	struct author old = { c->device, first };
	assert_false(fault_is(log_read_author(c->log, &old, 2, count_text, &n)));
	assert_int_equal(n, 1);
	center_crash(c);
	assert_int_equal(status().unreceipted, 2);
}

static void an_open_epoch_that_went_on_elsewhere_is_left(void **state)
{
	(void)state;
	uint8_t block[1024];
	hold_case();
	struct epoch_id first = status().epoch;
	assert_false(fault_is(center_phone(c, case_one, record_one, "mine")));
	c->out.pull.authors_count = 1;
	SESSION_FRAME_SET(c->out.pull.authors[0].node, c->device.bytes);
	SESSION_FRAME_SET(c->out.pull.authors[0].epoch, first.bytes);
	center_row(c, center_delta(c, case_one, record_one, "central's word", DELTA_CASE_NONE, block, sizeof block), 7, 9);
	send_pull(9);
	assert_int_equal(c->hang_ups, 0);
	assert_memory_not_equal(status().epoch.bytes, first.bytes, ID_BYTES);
	assert_int_equal(status().unreceipted, 1);
	for (int i = 0; i < 8; i++)
		assert_false(fault_is(center_phone(c, case_one, record_one, "more")));
}

/* ---- P2: Forget ---- */

static void a_case_ended_is_erased_when_own_work_is_receipted(void **state)
{
	(void)state;
	hold_case();
	assert_false(fault_is(center_phone(c, case_one, record_one, "040 1")));
	ended(&c->out.pull, 5, 12);
	send_pull(12);
	assert_false(replica_holds(c->replica, case_one));
	assert_int_equal(center_phone(c, case_one, record_one, "040 2").kind, FAULT_CALLER);
	assert_true(center_take(c)); /* Heard and the push */
	assert_true(c->in.has_push);
	assert_int_equal(c->in.forgotten_count, 0);
	struct log_case info;
	bool found;
	assert_false(fault_is(log_case_get(c->log, case_one, &info, &found)));
	assert_true(found);
	struct epoch_id epoch = status().epoch;
	c->out.has_receipt = true;
	center_receipt(c, &epoch, 1, 1, 0, jalka_Reason_NOT_HELD, &c->out.receipt); /* P6: receipted */
	center_send(c);
	assert_false(fault_is(log_case_get(c->log, case_one, &info, &found)));
	assert_false(found);
	assert_true(center_take(c));
	assert_int_equal(c->in.forgotten_count, 1);
	assert_int_equal(c->in.forgotten[0].g, 5);
	assert_false(center_take(c));
}

static void forgotten_is_told_again_until_a_session_confirms_it(void **state)
{
	(void)state;
	hold_case();
	ended(&c->out.pull, 5, 12);
	send_pull(12);
	assert_true(center_take(c));
	assert_int_equal(c->in.forgotten_count, 1);
	for (int i = 0; i < 2; i++) { /* the confirmation of the second one acknowledges */
		center_crash(c);
		center_up(c);
		if (!center_take_hello(c)) {
			center_plain(c);
			assert_true(center_take_hello(c));
		}
		center_welcome(c);
		assert_true(center_take(c));
		assert_int_equal(c->in.forgotten_count, 1);
		if (i == 1)
			center_send(c);
		c->has_key = false;
	}
	center_crash(c);
	center_up(c);
	if (!center_take_hello(c)) {
		center_plain(c);
		assert_true(center_take_hello(c));
	}
	center_welcome(c);
	assert_true(center_take(c));
	assert_int_equal(c->in.forgotten_count, 0);
}

static void a_forget_of_an_older_grant_is_acknowledged_and_void(void **state)
{
	(void)state;
	hold_case();
	begun(&c->out.pull, 20); /* assigned again before the end of g = 5 was told */
	ended(&c->out.pull, 5, 15);
	send_pull(20);
	send_backlog(20, 1, 5, false);
	assert_true(replica_holds(c->replica, case_one));
	bool told = false;
	while (center_take(c))
		told = told || (c->in.forgotten_count == 1 && c->in.forgotten[0].g == 5);
	assert_true(told);
	center_crash(c);
	assert_true(replica_holds(c->replica, case_one));
}

static void assigned_ended_assigned_cut_between_each_is_whole_in_the_end(void **state)
{
	(void)state;
	for (int cut = 0; cut < 4; cut++) {
		hold_case();
		ended(&c->out.pull, 5, 12);
		send_pull(12);
		if (cut & 1) {
			center_crash(c);
			c->has_key = false;
			center_up(c);
			if (!center_take_hello(c)) {
				center_plain(c);
				assert_true(center_take_hello(c));
			}
			center_welcome(c);
			assert_true(center_take(c));
			center_send(c);
		}
		assert_false(replica_holds(c->replica, case_one));
		begun(&c->out.pull, 20);
		send_pull(20);
		if (cut & 2) {
			center_crash(c);
			c->has_key = false;
			center_up(c);
			if (!center_take_hello(c)) {
				center_plain(c);
				assert_true(center_take_hello(c));
			}
			assert_int_equal(c->hello.cursor.backlog_now, 20);
			assert_int_equal(c->hello.cursor.backlog_place, 0);
			center_welcome(c);
			assert_true(center_take(c));
			center_send(c);
		}
		send_backlog(20, 1, 14, true);
		assert_true(replica_holds(c->replica, case_one));
		assert_int_equal(status().backlogs, 0);
		tear_down(NULL);
		set_up(NULL);
	}
}

static void a_new_grant_resets_base_even_if_old_data_is_still_here(void **state)
{
	(void)state;
	hold_case();
	begun(&c->out.pull, 20);
	send_pull(20);
	assert_false(fault_is(center_phone(c, case_one, record_one, "1")));
	assert_int_equal(base_of_last().count, 0);
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
	struct epoch_id epoch = status().epoch;
	c->out.has_receipt = true;
	center_receipt(c, &epoch, 1, 1, 3, 0, &c->out.receipt);
	center_send(c);
	c->out.pull.forget_count = 1;
	SESSION_FRAME_SET(c->out.pull.forget[0].case_id, mine.case_id.bytes);
	c->out.pull.forget[0].g = 4;
	c->out.pull.forget[0].at = 6;
	send_pull(6);
	assert_false(replica_holds(c->replica, mine.case_id));
	c->out.pull.begun_count = 1;
	SESSION_FRAME_SET(c->out.pull.begun[0].case_id, mine.case_id.bytes);
	c->out.pull.begun[0].g = 9;
	send_pull(9);
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
	hold_case();
	assert_false(fault_is(center_phone(c, case_one, record_one, "040 1")));
	replica_poke(c->replica, c->now);
	assert_true(center_take(c));
	struct rows_reader reader;
	struct rows_row row;
	bool end;
	rows_read_begin(&reader, c->in_rows, 1, 1, 1, false);
	assert_false(fault_is(rows_read(&reader, &row, &end)));
	size_t len = row.delta.len;
	memcpy(pushed, row.delta.data, len);
	struct epoch_id epoch = status().epoch;
	c->out.has_receipt = true;
	center_receipt(c, &epoch, 1, 1, 0, jalka_Reason_NOT_HELD, &c->out.receipt);
	center_send(c);
	ended(&c->out.pull, 5, 12);
	send_pull(12);
	begun(&c->out.pull, 20);
	c->out.pull.authors_count = 1;
	SESSION_FRAME_SET(c->out.pull.authors[0].node, c->device.bytes);
	SESSION_FRAME_SET(c->out.pull.authors[0].epoch, epoch.bytes);
	center_row(c, span_of(pushed, len), 1, 22); /* accepted by decision */
	send_pull(22);
	size_t with_bytes = 0;
	struct author me = { c->device, epoch };
	assert_false(fault_is(log_read_author(c->log, &me, 1, count_bytes, &with_bytes)));
	assert_int_equal(with_bytes, 1);
	assert_int_equal(c->hang_ups, 0);
}

static bool count_row(void *ctx, struct span key, struct span value)
{
	(void)key;
	(void)value;
	*(size_t *)ctx += 1;
	return true;
}

static size_t kept_count(void)
{
	size_t n = 0;
	assert_false(fault_is(log_scan(c->log, "kept", span_of("", 0), count_row, &n)));
	return n;
}

/* Own work in case_one, receipted at order 9, the case ended at 12 and forgotten. */
static void forget_with_own_work(void)
{
	hold_case();
	assert_false(fault_is(center_phone(c, case_one, record_one, "sealed 040 777")));
	replica_poke(c->replica, c->now);
	assert_true(center_take(c));
	struct epoch_id epoch = status().epoch;
	c->out.has_receipt = true;
	center_receipt(c, &epoch, 1, 1, 9, 0, &c->out.receipt);
	center_send(c);
	ended(&c->out.pull, 5, 12);
	send_pull(12);
	assert_false(replica_holds(c->replica, case_one));
}

static void restore_center(uint64_t inherited);

static void own_work_of_a_forgotten_case_is_kept_sealed_for_central_alone(void **state)
{
	(void)state;
	static uint8_t opened[LIMIT_DELTA_BYTES], prologue[256];
	struct author me = { status().node, status().epoch };
	forget_with_own_work();
	assert_int_equal(kept_count(), 1);
	center_down(c);
	restore_center(5); /* central put back to before the receipt */
	center_up(c);
	assert_false(center_take_hello(c));
	center_plain(c);
	assert_true(center_take_hello(c));
	c->welcome.held_h.size = 32;
	center_welcome(c);
	assert_true(center_take(c));
	struct rows_reader reader;
	struct rows_row row;
	bool end;
	rows_read_begin(&reader, c->in_rows, 1, 1, 1, false);
	assert_false(fault_is(rows_read(&reader, &row, &end)));
	assert_int_equal(row.digest.len, 32);
	assert_non_null(row.sealed.data);

	struct wire_out out;
	uint8_t seq[8] = { 1 };
	wire_out_init(&out, prologue, sizeof prologue);
	wire_put_raw(&out, span_text("jalka-kept-1"));
	wire_put_raw(&out, span_of(c->identity.bytes, 32));
	wire_put_raw(&out, ID_SPAN(me.node));
	wire_put_raw(&out, ID_SPAN(me.epoch));
	wire_put_raw(&out, span_of(seq, 8));
	struct noise noise;
	struct noise_config config = { .pattern = NOISE_X, .prologue = wire_out_span(&out), .static_secret = c->static_secret };
	size_t len;
	noise_init(&noise, &config);
	assert_false(fault_is(noise_read(&noise, row.sealed, opened, sizeof opened, &len)));
	assert_memory_equal(noise.rs, c->device_static, NOISE_DH_BYTES);
	struct delta_hash digest;
	delta_digest(opened, span_of(opened + DELTA_SALT_BYTES, len - DELTA_SALT_BYTES), &digest);
	assert_memory_equal(digest.bytes, row.digest.data, 32);
	struct delta delta;
	assert_false(fault_is(delta_read(span_of(opened + DELTA_SALT_BYTES, len - DELTA_SALT_BYTES), &delta)));
}

static void what_is_kept_goes_when_a_backup_has_it(void **state)
{
	(void)state;
	forget_with_own_work();
	c->out.safe_order = 8;
	center_send(c);
	assert_int_equal(kept_count(), 1);
	c->out.safe_order = 9;
	center_send(c);
	assert_int_equal(kept_count(), 0);
}

static void what_is_kept_goes_when_it_is_rejected_or_erased(void **state)
{
	(void)state;
	hold_case();
	assert_false(fault_is(center_phone(c, case_one, record_one, "1")));
	replica_poke(c->replica, c->now);
	assert_true(center_take(c));
	struct epoch_id epoch = status().epoch;
	c->out.has_receipt = true;
	center_receipt(c, &epoch, 1, 1, 0, jalka_Reason_NOT_HELD, &c->out.receipt);
	center_send(c);
	ended(&c->out.pull, 5, 12);
	send_pull(12);
	assert_int_equal(kept_count(), 1); /* P6: until a person has decided */
	c->out.pull.decisions_count = 1;
	center_decision(c, &epoch, 1, 15, false, &c->out.pull.decisions[0]);
	send_pull(15);
	assert_int_equal(kept_count(), 0);
	tear_down(NULL);
	set_up(NULL);
	forget_with_own_work();
	c->out.pull.erased_count = 1;
	SESSION_FRAME_SET(c->out.pull.erased[0].case_id, case_one.bytes);
	SESSION_FRAME_SET(c->out.pull.erased[0].record_id, record_one.bytes);
	send_pull(15);
	assert_int_equal(kept_count(), 0); /* KE1 */
}

/* ---- another central epoch (P5, P9) ---- */

static void restore_center(uint64_t inherited)
{
	struct epoch_id parent = c->epoch.id;
	prng_fill(&c->prng, c->epoch.id.bytes, ID_BYTES);
	c->epoch.parent = parent;
	c->epoch.generation++;
	c->epoch.inherited = inherited;
	c->has_key = false; /* resumption keys are never backed up */
}

static void a_restored_center_maps_the_cursor_and_is_told_what_is_held(void **state)
{
	(void)state;
	hold_case();
	name_author(c->out.pull.authors, &c->out.pull.authors_count);
	add_row(6, 30, "above what will be inherited", false);
	send_pull(30);
	center_down(c);
	struct epoch_id old = c->epoch.id;
	restore_center(10);
	center_up(c);
	assert_false(center_take_hello(c));
	center_plain(c);
	assert_true(center_take_hello(c));
	c->welcome.held_wanted = true;
	center_welcome(c);
	assert_int_equal(status().order, 10);
	assert_true(center_take(c));
	center_send(c); /* the confirmation */
	assert_true(center_take(c));
	assert_true(c->in.has_offer); /* what central lost is offered first, */
	assert_int_equal(c->in.offer.first_seq, 6);
	assert_true(center_take(c));
	assert_true(c->in.has_held); /* then what is held is told */
	assert_true(c->in.held.last);
	assert_int_equal(c->in.held.grants_count, 1);
	assert_int_equal(c->in.held.grants[0].g, 5);
	assert_memory_equal(c->in.held.grants[0].g_epoch.bytes, old.bytes, ID_BYTES);

	assert_false(fault_is(center_phone(c, case_one, record_one, "1"))); /* P9: both positions */
	struct order_bases base = base_of_last();
	assert_int_equal(base.count, 2);
	assert_int_equal(base.pairs[0].n, 10);
	assert_int_equal(base.pairs[1].n, 30);
	assert_memory_equal(base.pairs[1].epoch.bytes, old.bytes, ID_BYTES);

	c->out.has_held_answer = true;
	c->out.held_answer.granted_count = 1;
	SESSION_FRAME_SET(c->out.held_answer.granted[0].case_id, case_one.bytes);
	c->out.held_answer.granted[0].g = 5;
	center_send(c);
	name_author(c->out.pull.authors, &c->out.pull.authors_count);
	add_row(6, 12, "above what will be inherited", false); /* its author pushed it again */
	send_pull(12);
	assert_int_equal(c->hang_ups, 0);
	assert_false(fault_is(center_phone(c, case_one, record_one, "2")));
	assert_int_equal(base_of_last().count, 1); /* nothing lacks an order any more */
}

static void answer_held(void)
{
	c->out.has_held_answer = true;
	for (pb_size_t i = 0; i < c->in.held.grants_count; i++) {
		jalka_GrantNote *note = &c->out.held_answer.granted[c->out.held_answer.granted_count++];
		SESSION_FRAME_SET(note->case_id, c->in.held.grants[i].case_id.bytes);
		note->g = c->in.held.grants[i].g;
	}
	center_send(c);
}

static void held_of_many_grants_goes_frame_by_frame_and_again_until_it_is_answered_whole(void **state)
{
	(void)state;
	center_session(c);
	for (uint64_t g = 1; g <= 100; g++) {
		jalka_GrantNote *note = &c->out.pull.begun[c->out.pull.begun_count++];
		struct case_id id = { { (uint8_t)g, 1 } };
		SESSION_FRAME_SET(note->case_id, id.bytes);
		note->g = g;
		if (g % 50 == 0)
			send_pull(g);
	}
	center_down(c);
	restore_center(100);
	for (int session = 0; session < 3; session++) {
		center_up(c);
		if (!center_take_hello(c)) {
			center_plain(c);
			assert_true(center_take_hello(c));
		}
		center_welcome(c);
		assert_true(center_take(c));
		bool has_first = c->in.has_held; /* nothing is to be offered */
		center_send(c);
		if (session == 2) { /* answered whole in the session before */
			assert_false(has_first);
			assert_false(center_take(c));
			break;
		}
		assert_true(has_first || (center_take(c) && c->in.has_held));
		assert_int_equal(c->in.held.grants_count, 64);
		assert_false(c->in.held.last);
		assert_false(center_take(c)); /* one at a time */
		if (session == 0) {
			center_down(c);
			c->has_key = false;
			continue;
		}
		answer_held();
		while (center_take(c) && !c->in.has_held)
			;
		assert_true(c->in.held.last);
		assert_int_equal(c->in.held.grants_count, 36);
		answer_held();
		center_down(c);
	}
	assert_int_equal(c->hang_ups, 0);
}

static void own_work_above_what_was_inherited_is_pushed_again_with_its_receipt(void **state)
{
	(void)state;
	struct replica_written mine;
	center_session(c);
	assert_false(fault_is(center_client(c, &mine)));
	assert_false(fault_is(center_phone(c, mine.case_id, mine.record_id, "1")));
	replica_poke(c->replica, c->now);
	assert_true(center_take(c));
	struct epoch_id epoch = status().epoch, old = c->epoch.id;
	c->out.has_receipt = true;
	center_receipt(c, &epoch, 1, 2, 30, 0, &c->out.receipt);
	center_send(c);
	center_down(c);
	assert_int_equal(status().unreceipted, 0);
	restore_center(10);
	center_up(c);
	assert_false(center_take_hello(c));
	center_plain(c);
	assert_true(center_take_hello(c));
	c->welcome.held_h.size = 32; /* nothing of it */
	center_welcome(c);
	assert_true(center_take(c));
	assert_true(c->in.has_push);
	assert_int_equal(c->in.push.first_seq, 1);
	assert_int_equal(c->in.push.rows.count, 2);
	assert_int_equal(c->in.push.proofs_count, 1);
	assert_memory_equal(c->in.push.proofs[0].central_epoch.bytes, old.bytes, ID_BYTES);
	c->out.has_receipt = true;
	center_receipt(c, &epoch, 1, 2, 11, 0, &c->out.receipt);
	center_send(c);
	assert_int_equal(status().unreceipted, 0);
	assert_int_equal(c->hang_ups, 0);
}

static void center_that_goes_back_to_an_older_epoch_is_not_followed(void **state)
{
	(void)state;
	center_session(c);
	center_down(c);
	struct order_epoch first = c->epoch;
	restore_center(0);
	center_up(c);
	assert_false(center_take_hello(c));
	center_plain(c);
	assert_true(center_take_hello(c));
	center_welcome(c);
	assert_int_equal(c->hang_ups, 0);
	center_down(c);
	c->epoch = first;
	center_up(c);
	if (!center_take_hello(c)) {
		center_plain(c);
		assert_true(center_take_hello(c));
	}
	center_welcome(c);
	assert_int_equal(c->hang_ups, 1);
}

static void what_central_erased_is_erased_here(void **state)
{
	(void)state;
	hold_case();
	c->out.pull.erased_count = 1;
	SESSION_FRAME_SET(c->out.pull.erased[0].case_id, case_one.bytes);
	SESSION_FRAME_SET(c->out.pull.erased[0].record_id, record_one.bytes);
	send_pull(12);
	struct last last = { .found = false };
	assert_false(fault_is(log_read_record(c->log, record_one, take_last, &last)));
	assert_false(last.found);
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
	begun(&c->welcome.pull, 5);
	c->welcome.pull.to = 7;
	center_welcome(c);
	if (c->hang_ups > 0 || !center_take(c))
		return;
	send_backlog(5, 1, 5, true);
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
			assert_true(replica_holds(c->replica, case_one));
			assert_int_equal(status().order, 7);
			assert_int_equal(status().backlogs, 0);
			assert_true(status().written >= 1);
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
		WITH(other_bytes_under_a_foreign_name_replace_what_is_here),
		WITH(other_bytes_under_an_own_name_make_a_new_epoch_of_what_stood_there),
		WITH(an_open_epoch_that_went_on_elsewhere_is_left),
		WITH(a_case_ended_is_erased_when_own_work_is_receipted),
		WITH(forgotten_is_told_again_until_a_session_confirms_it),
		WITH(a_forget_of_an_older_grant_is_acknowledged_and_void),
		WITH(assigned_ended_assigned_cut_between_each_is_whole_in_the_end),
		WITH(a_new_grant_resets_base_even_if_old_data_is_still_here),
		WITH(own_work_comes_back_with_the_backlog_of_a_new_grant),
		WITH(own_decided_work_comes_back_live_before_its_case_s_opening),
		WITH(own_work_of_a_forgotten_case_is_kept_sealed_for_central_alone),
		WITH(what_is_kept_goes_when_a_backup_has_it),
		WITH(what_is_kept_goes_when_it_is_rejected_or_erased),
		WITH(a_restored_center_maps_the_cursor_and_is_told_what_is_held),
		WITH(held_of_many_grants_goes_frame_by_frame_and_again_until_it_is_answered_whole),
		WITH(own_work_above_what_was_inherited_is_pushed_again_with_its_receipt),
		WITH(center_that_goes_back_to_an_older_epoch_is_not_followed),
		WITH(what_central_erased_is_erased_here),
		WITH(a_log_that_fails_at_any_write_keeps_what_was_durable),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
