/* replica: twins and restores as the feed shows them, what is kept sealed, other
 * central epochs; against a central node played by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>

#include "lib/center_case.h"
#include "store/author.h"

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
	center_case_hold(c);
	for (uint64_t i = 0; i < 2; i++) {
		center_case_name_author(c->out.pull.authors, &c->out.pull.authors_count);
		center_case_row(c, 6, 10 + 2 * i, i == 0 ? "a lost central's" : "central's word", false);
		center_case_row(c, 7 + i, 11 + 2 * i, "another", false);
		center_case_pull(c, 11 + 2 * i);
	}
	assert_int_equal(c->hang_ups, 0);
	assert_false(fault_is(log_read_author(c->log, &center_case_author, 6, count_text, &n)));
	assert_int_equal(n, 1);
	size_t above = 0;
	assert_false(fault_is(log_read_author(c->log, &center_case_author, 7, count_text, &above)));
	assert_int_equal(above, 0);
	uint64_t last;
	assert_false(fault_is(log_last_order(c->log, &last)));
	assert_int_equal(last, 13);
}

static void pull_own_name(struct epoch_id epoch, struct span bytes, uint64_t seq, uint64_t order)
{
	c->out.pull.authors_count = 1;
	SESSION_FRAME_SET(c->out.pull.authors[0].node, c->device.bytes);
	SESSION_FRAME_SET(c->out.pull.authors[0].epoch, epoch.bytes);
	center_row(c, bytes, seq, order);
	center_case_pull(c, order);
}

/* A row of a twin's in the device's first epoch, at this order of the feed. */
static void pull_twins_row(struct epoch_id epoch, uint64_t seq, uint64_t order)
{
	uint8_t block[1024];
	pull_own_name(epoch, center_delta(c, center_case_id, center_case_record, "central's word", DELTA_CASE_NONE,
					  block, sizeof block), seq, order);
}

struct own_bytes {
	uint8_t block[1024];
	size_t len;
};

static bool copy_bytes(void *ctx, const struct log_entry *entry)
{
	struct own_bytes *own = ctx;
	assert_true(entry->bytes.len <= sizeof own->block);
	memcpy(own->block, entry->bytes.data, own->len = entry->bytes.len);
	return false;
}

/* The device's own row as a twin has pushed it, which had it from the same disk. */
static void pull_own_row(struct epoch_id epoch, uint64_t seq, uint64_t order)
{
	struct own_bytes own = { .len = 0 };
	assert_false(fault_is(log_find(c->log, &(struct author){ c->device, epoch }, seq, copy_bytes, &own)));
	assert_true(own.len > 0);
	pull_own_name(epoch, span_of(own.block, own.len), seq, order);
}

static void other_bytes_under_an_own_name_make_a_new_epoch_of_what_stood_there(void **state)
{
	(void)state;
	center_case_hold(c);
	assert_false(fault_is(center_phone(c, center_case_id, center_case_record, "mine 1")));
	assert_false(fault_is(center_phone(c, center_case_id, center_case_record, "mine 2")));
	struct epoch_id first = center_case_status(c).epoch;
	pull_twins_row(first, 2, 9); /* it was first */
	assert_int_equal(c->hang_ups, 0);
	assert_memory_not_equal(center_case_status(c).epoch.bytes, first.bytes, ID_BYTES);
	assert_int_equal(center_case_status(c).written, 2);
	assert_int_equal(center_case_status(c).unreceipted, 2); /* the prefix, and what was issued again */
	size_t n = 0;
	struct author old = { c->device, first };
	assert_false(fault_is(log_read_author(c->log, &old, 2, count_text, &n)));
	assert_int_equal(n, 1);
	center_crash(c);
	assert_int_equal(center_case_status(c).unreceipted, 2);
}

static void an_open_epoch_that_went_on_elsewhere_is_left(void **state)
{
	(void)state;
	center_case_hold(c);
	struct epoch_id first = center_case_status(c).epoch;
	assert_false(fault_is(center_phone(c, center_case_id, center_case_record, "mine")));
	pull_twins_row(first, 7, 9);
	assert_int_equal(c->hang_ups, 0);
	assert_memory_not_equal(center_case_status(c).epoch.bytes, first.bytes, ID_BYTES);
	assert_int_equal(center_case_status(c).unreceipted, 1);
	for (int i = 0; i < 8; i++)
		assert_false(fault_is(center_phone(c, center_case_id, center_case_record, "more")));
}

static bool accepted_at(void *ctx, const struct log_entry *entry)
{
	*(uint64_t *)ctx = entry->verdict == LOG_ACCEPTED ? entry->orders[0].n : 0;
	return false;
}

/* Two own deltas, the first of them told by the feed: it stays under its name and waits for
 * its receipt, and the second goes on from there in a new epoch. */
static void assert_told_prefix_stays(struct epoch_id first)
{
	struct author old = { c->device, first }, open = { c->device, center_case_status(c).epoch };
	struct log_author info;
	uint64_t order = 0;
	bool found;
	assert_int_equal(c->hang_ups, 0);
	assert_false(fault_is(log_find(c->log, &old, 1, accepted_at, &order)));
	assert_int_equal(order, 8);
	assert_false(fault_is(log_author_get(c->log, &open, &info, &found)));
	assert_true(found);
	assert_memory_equal(info.continues.bytes, first.bytes, ID_BYTES);
	assert_int_equal(info.continues_seq, 1);
	assert_int_equal(info.seq, 1);
	assert_int_equal(center_case_status(c).written, 2);
	assert_int_equal(center_case_status(c).unreceipted, 2);
}

static void what_the_feed_has_told_of_an_own_epoch_stays_when_a_name_after_it_is_yielded(void **state)
{
	(void)state;
	center_case_hold(c);
	struct epoch_id first = center_case_status(c).epoch;
	assert_false(fault_is(center_phone(c, center_case_id, center_case_record, "mine 1")));
	assert_false(fault_is(center_phone(c, center_case_id, center_case_record, "mine 2")));
	pull_own_row(first, 1, 8);
	pull_twins_row(first, 2, 9);
	assert_told_prefix_stays(first);
}

static void what_the_feed_has_told_of_the_open_epoch_stays_when_it_went_on_elsewhere(void **state)
{
	(void)state;
	center_case_hold(c);
	struct epoch_id first = center_case_status(c).epoch;
	assert_false(fault_is(center_phone(c, center_case_id, center_case_record, "mine 1")));
	assert_false(fault_is(center_phone(c, center_case_id, center_case_record, "mine 2")));
	pull_own_row(first, 1, 8);
	pull_twins_row(first, 7, 9);
	assert_told_prefix_stays(first);
}

/* Two own deltas, receipted; then a twin goes on in that epoch, and this copy leaves it. */
static struct epoch_id leave_first_epoch_to_a_twin(void)
{
	center_case_hold(c);
	struct epoch_id first = center_case_status(c).epoch;
	assert_false(fault_is(center_phone(c, center_case_id, center_case_record, "mine 1")));
	assert_false(fault_is(center_phone(c, center_case_id, center_case_record, "mine 2")));
	replica_poke(c->replica, c->now);
	assert_true(center_take(c));
	c->out.has_receipt = true;
	center_receipt(c, &first, 1, 2, 7, 0, &c->out.receipt);
	center_send(c);
	pull_twins_row(first, 7, 9);
	assert_memory_not_equal(center_case_status(c).epoch.bytes, first.bytes, ID_BYTES);
	return first;
}

static void what_a_twin_wrote_further_on_stays_when_a_name_before_it_is_yielded(void **state)
{
	(void)state;
	size_t n = 0;
	struct epoch_id first = leave_first_epoch_to_a_twin();
	pull_twins_row(first, 2, 10);
	struct author old = { c->device, first };
	assert_false(fault_is(log_read_author(c->log, &old, 1, count_text, &n)));
	assert_int_equal(n, 2);
	assert_int_equal(c->hang_ups, 0);
}

/* Central has lost the receipts of the first epoch and holds a twin's words in it. The
 * device has pushed from its seq 1. */
static struct epoch_id push_what_a_restored_center_has_from_a_twin(void)
{
	struct epoch_id first = leave_first_epoch_to_a_twin();
	assert_false(fault_is(center_phone(c, center_case_id, center_case_record, "mine 3")));
	center_down(c);
	center_put_back(c, 5);
	center_greet(c);
	c->welcome.held_h.size = 32; /* nothing of the open epoch */
	center_welcome(c);
	assert_true(center_take(c));
	assert_true(c->in.has_push);
	assert_memory_equal(c->in.push.epoch.bytes, first.bytes, ID_BYTES);
	assert_int_equal(c->in.push.first_seq, 1);
	assert_int_equal(c->in.push.rows.count, 2);
	return first;
}

static void an_older_epoch_that_parted_is_left_where_it_did(void **state)
{
	(void)state;
	struct epoch_id first = push_what_a_restored_center_has_from_a_twin();
	struct author old = { c->device, first };
	struct delta_hash h;
	bool found;
	assert_false(fault_is(author_h_at(c->log, &c->identity, &old, 1, &h, &found)));
	c->out.has_chain = true;
	SESSION_FRAME_SET(c->out.chain.epoch, first.bytes);
	c->out.chain.held_seq = 5;
	c->out.chain.held_h.size = 32;
	c->out.chain.known_count = 2;
	c->out.chain.known[0].seq = 1;
	SESSION_FRAME_SET(c->out.chain.known[0].h, h.bytes);
	c->out.chain.known[1].seq = 5;
	c->out.chain.known[1].h.size = 32;
	center_send(c);
	assert_int_equal(c->hang_ups, 0);
	assert_int_equal(center_case_status(c).written, 3);
	assert_true(center_take(c));
	assert_true(c->in.has_push); /* the prefix, under its name, */
	assert_int_equal(c->in.push.rows.count, 1);
	c->out.has_receipt = true;
	center_receipt(c, &first, 1, 1, 8, 0, &c->out.receipt);
	center_send(c);
	assert_true(center_take(c));
	assert_true(c->in.has_push); /* and what follows it in a new epoch */
	assert_int_equal(c->in.push.rows.count, 2);
	assert_memory_equal(c->in.push.continues.epoch.bytes, first.bytes, ID_BYTES);
	assert_int_equal(c->in.push.continues.seq, 1);
}

static void a_push_refused_without_a_reason_ends_the_session(void **state)
{
	(void)state;
	struct epoch_id first = push_what_a_restored_center_has_from_a_twin();
	c->out.has_chain = true;
	SESSION_FRAME_SET(c->out.chain.epoch, first.bytes);
	c->out.chain.held_h.size = 32; /* nothing: then a push from seq 1 goes on */
	center_send(c);
	assert_int_equal(c->hang_ups, 1);
	assert_int_equal(center_case_status(c).written, 3);
}

static void told_of_an_epoch_that_is_not_its_own_a_device_hangs_up(void **state)
{
	(void)state;
	push_what_a_restored_center_has_from_a_twin();
	c->out.has_chain = true;
	SESSION_FRAME_SET(c->out.chain.epoch, center_case_author.epoch.bytes);
	c->out.chain.held_h.size = 32;
	center_send(c);
	assert_int_equal(c->hang_ups, 1);
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

/* Own work in center_case_id, receipted at order 9, the case ended at 12 and forgotten. */
static void forget_with_own_work(void)
{
	center_case_hold(c);
	assert_false(fault_is(center_phone(c, center_case_id, center_case_record, "sealed 040 777")));
	replica_poke(c->replica, c->now);
	assert_true(center_take(c));
	struct epoch_id epoch = center_case_status(c).epoch;
	c->out.has_receipt = true;
	center_receipt(c, &epoch, 1, 1, 9, 0, &c->out.receipt);
	center_send(c);
	center_case_ended(&c->out.pull, 5, 12);
	center_case_pull(c, 12);
	assert_false(replica_holds(c->replica, center_case_id));
}

static void own_work_of_a_forgotten_case_is_kept_sealed_for_central_alone(void **state)
{
	(void)state;
	static uint8_t opened[LIMIT_DELTA_BYTES], prologue[256];
	struct author me = { center_case_status(c).node, center_case_status(c).epoch };
	forget_with_own_work();
	assert_int_equal(kept_count(), 1);
	center_down(c);
	center_put_back(c, 5); /* central put back to before the receipt */
	center_greet(c);
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
	struct noise_config config = {
		.pattern = NOISE_X, .prologue = wire_out_span(&out), .static_secret = c->static_secret,
	};
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

static void what_a_backup_has_already_is_not_kept(void **state)
{
	(void)state;
	center_session(c);
	c->out.safe_order = 100;
	center_send(c);
	center_down(c);
	forget_with_own_work();
	assert_int_equal(kept_count(), 0);
}

static void what_is_kept_goes_when_it_is_rejected_or_erased(void **state)
{
	(void)state;
	center_case_hold(c);
	assert_false(fault_is(center_phone(c, center_case_id, center_case_record, "1")));
	replica_poke(c->replica, c->now);
	assert_true(center_take(c));
	struct epoch_id epoch = center_case_status(c).epoch;
	c->out.has_receipt = true;
	center_receipt(c, &epoch, 1, 1, 0, jalka_Reason_NOT_HELD, &c->out.receipt);
	center_send(c);
	center_case_ended(&c->out.pull, 5, 12);
	center_case_pull(c, 12);
	assert_int_equal(kept_count(), 1); /* P6: until a person has decided */
	c->out.pull.decisions_count = 1;
	center_decision(c, &epoch, 1, 15, false, &c->out.pull.decisions[0]);
	center_case_pull(c, 15);
	assert_int_equal(kept_count(), 0);
	tear_down(NULL);
	set_up(NULL);
	forget_with_own_work();
	c->out.pull.erased_count = 1;
	SESSION_FRAME_SET(c->out.pull.erased[0].case_id, center_case_id.bytes);
	SESSION_FRAME_SET(c->out.pull.erased[0].record_id, center_case_record.bytes);
	center_case_pull(c, 15);
	assert_int_equal(kept_count(), 0); /* KE1 */
}

/* ---- another central epoch (P5, P9) ---- */

static void a_restored_center_maps_the_cursor_and_is_told_what_is_held(void **state)
{
	(void)state;
	center_case_hold(c);
	center_case_name_author(c->out.pull.authors, &c->out.pull.authors_count);
	center_case_row(c, 6, 30, "above what will be inherited", false);
	center_case_pull(c, 30);
	center_down(c);
	struct epoch_id old = c->epoch.id;
	center_put_back(c, 10);
	center_greet(c);
	c->welcome.held_wanted = true;
	center_welcome(c);
	assert_int_equal(center_case_status(c).order, 10);
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

	assert_false(fault_is(center_phone(c, center_case_id, center_case_record, "1"))); /* P9: both positions */
	struct order_bases base = center_case_base(c);
	assert_int_equal(base.count, 2);
	assert_int_equal(base.pairs[0].n, 10);
	assert_int_equal(base.pairs[1].n, 30);
	assert_memory_equal(base.pairs[1].epoch.bytes, old.bytes, ID_BYTES);

	c->out.has_held_answer = true;
	c->out.held_answer.granted_count = 1;
	SESSION_FRAME_SET(c->out.held_answer.granted[0].case_id, center_case_id.bytes);
	c->out.held_answer.granted[0].g = 5;
	center_send(c);
	center_case_name_author(c->out.pull.authors, &c->out.pull.authors_count);
	center_case_row(c, 6, 12, "above what will be inherited", false); /* its author pushed it again */
	center_case_pull(c, 12);
	assert_int_equal(c->hang_ups, 0);
	assert_false(fault_is(center_phone(c, center_case_id, center_case_record, "2")));
	assert_int_equal(center_case_base(c).count, 1); /* nothing lacks an order any more */
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
			center_case_pull(c, g);
	}
	center_down(c);
	center_put_back(c, 100);
	for (int session = 0; session < 3; session++) {
		center_greet(c);
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
	struct epoch_id epoch = center_case_status(c).epoch, old = c->epoch.id;
	c->out.has_receipt = true;
	center_receipt(c, &epoch, 1, 2, 30, 0, &c->out.receipt);
	center_send(c);
	center_down(c);
	assert_int_equal(center_case_status(c).unreceipted, 0);
	center_put_back(c, 10);
	center_greet(c);
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
	assert_int_equal(center_case_status(c).unreceipted, 0);
	assert_int_equal(c->hang_ups, 0);
}

static void center_that_goes_back_to_an_older_epoch_is_not_followed(void **state)
{
	(void)state;
	center_session(c);
	center_down(c);
	struct order_epoch first = c->epoch;
	center_put_back(c, 0);
	center_greet(c);
	center_welcome(c);
	assert_int_equal(c->hang_ups, 0);
	center_down(c);
	c->epoch = first;
	center_greet(c);
	center_welcome(c);
	assert_int_equal(c->hang_ups, 1);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(other_bytes_under_a_foreign_name_replace_what_is_here),
		WITH(other_bytes_under_an_own_name_make_a_new_epoch_of_what_stood_there),
		WITH(an_open_epoch_that_went_on_elsewhere_is_left),
		WITH(what_the_feed_has_told_of_an_own_epoch_stays_when_a_name_after_it_is_yielded),
		WITH(what_the_feed_has_told_of_the_open_epoch_stays_when_it_went_on_elsewhere),
		WITH(what_a_twin_wrote_further_on_stays_when_a_name_before_it_is_yielded),
		WITH(an_older_epoch_that_parted_is_left_where_it_did),
		WITH(a_push_refused_without_a_reason_ends_the_session),
		WITH(told_of_an_epoch_that_is_not_its_own_a_device_hangs_up),
		WITH(own_work_of_a_forgotten_case_is_kept_sealed_for_central_alone),
		WITH(what_is_kept_goes_when_a_backup_has_it),
		WITH(what_a_backup_has_already_is_not_kept),
		WITH(what_is_kept_goes_when_it_is_rejected_or_erased),
		WITH(a_restored_center_maps_the_cursor_and_is_told_what_is_held),
		WITH(held_of_many_grants_goes_frame_by_frame_and_again_until_it_is_answered_whole),
		WITH(own_work_above_what_was_inherited_is_pushed_again_with_its_receipt),
		WITH(center_that_goes_back_to_an_older_epoch_is_not_followed),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
