/* replica: enrolment, the change-over of keys, pushes and receipts, forks, the
 * rules of writing; against a central node played by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>

#include "lib/center.h"
#include "store/author.h"

static struct center *c;

static int set_up(void **state)
{
	(void)state;
	c = center_new_enrolled(1);
	return 0;
}

static int set_up_blank(void **state)
{
	(void)state;
	c = center_new(2);
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

static struct replica_written client(void)
{
	struct replica_written written;
	struct fault fault = center_client(c, &written);
	if (fault_is(fault))
		print_error("%s\n", fault.what);
	assert_false(fault_is(fault));
	return written;
}

static void accept_in_welcome(uint64_t first_seq, uint64_t seq, uint64_t first_order)
{
	struct epoch_id epoch = status().epoch;
	c->welcome.has_receipt = true;
	center_receipt(c, &epoch, first_seq, seq, first_order, 0, &c->welcome.receipt);
}

static enum log_verdict verdict_of(uint64_t seq)
{
	struct author author = { status().node, status().epoch };
	enum log_verdict verdict;
	uint32_t reason;
	assert_false(fault_is(replica_verdict(c->replica, &author, seq, &verdict, &reason)));
	return verdict;
}

static uint32_t rows_pushed(const jalka_Push *push)
{
	struct rows_reader reader;
	struct rows_row row;
	bool end = false;
	uint32_t n = 0;
	rows_read_begin(&reader, c->in_rows, push->rows.count, 1, push->first_seq, false);
	for (;;) {
		assert_false(fault_is(rows_read(&reader, &row, &end)));
		if (end)
			return n;
		n++;
	}
}

/* ---- enrolment ---- */

static void an_enrolled_device_knows_its_holder_and_is_offline(void **state)
{
	(void)state;
	assert_int_equal(status().state, REPLICA_OFFLINE);
	assert_memory_equal(status().holder.bytes, c->holder.bytes, ID_BYTES);
	assert_int_equal(strlen(status().words), HANDSHAKE_WORDS_BYTES - 1);
	center_crash(c);
	assert_int_equal(status().state, REPLICA_OFFLINE);
	assert_memory_equal(status().node.bytes, c->device.bytes, ID_BYTES);
}

static void a_certificate_of_another_identity_ends_the_enrolment(void **state)
{
	(void)state;
	c->refuses_enrolment_key = true;
	center_enrol(c);
	assert_int_equal(c->hang_ups, 1);
	assert_int_equal(c->sent_len, 0); /* EN1: nothing more was sent */
}

static void a_device_that_is_not_enrolled_writes_nothing(void **state)
{
	(void)state;
	struct replica_written written;
	assert_int_equal(status().state, REPLICA_BLANK);
	assert_int_equal(center_client(c, &written).kind, FAULT_LATER);
	center_up(c);
	assert_int_equal(c->hang_ups, 1);
}

/* ---- message 1, message 2, keys (P1) ---- */

static void the_first_session_is_plain_ik_and_carries_no_push(void **state)
{
	(void)state;
	(void)client();
	center_up(c);
	assert_true(center_take_hello(c));
	assert_int_equal(c->kind, HANDSHAKE_IK);
	assert_false(c->hello.has_push);
	assert_int_equal(c->hello.seq, 1);
	assert_int_equal(c->hello.h.size, 32);
	center_welcome(c);
	assert_true(center_take(c)); /* the first frame brings it */
	assert_true(c->in.has_push);
	assert_int_equal(rows_pushed(&c->in.push), 1);
}

static void the_next_session_is_resumed_and_pushes_in_message_1(void **state)
{
	(void)state;
	center_session(c);
	center_down(c);
	(void)client();
	center_up(c);
	assert_true(center_take_hello(c));
	assert_int_equal(c->kind, HANDSHAKE_IKPSK1);
	assert_true(c->hello.has_push);
	assert_int_equal(c->hello.h.size, 0);
	accept_in_welcome(1, 1, 5);
	center_welcome(c);
	assert_int_equal(verdict_of(1), LOG_ACCEPTED);
	assert_int_equal(status().round_trips, 1);
	assert_true(center_take(c));
	assert_false(c->in.has_push);
}

static void one_note_takes_one_round_trip_and_less_than_1000_bytes(void **state)
{
	(void)state;
	center_session(c);
	struct replica_written written = client();
	center_down(c);
	accept_in_welcome(1, 1, 5);
	center_session(c);
	center_down(c);
	assert_false(fault_is(center_phone(c, written.case_id, written.record_id, "040 1234567")));
	uint64_t before = status().bytes_sent + status().bytes_received;
	accept_in_welcome(2, 2, 9);
	center_session(c);
	assert_int_equal(status().round_trips, 1);
	assert_true(status().bytes_sent + status().bytes_received - before <= 1000);
	center_down(c);
	before = status().bytes_sent + status().bytes_received;
	center_session(c);
	assert_true(status().bytes_sent + status().bytes_received - before <= 600);
	assert_int_equal(status().state, REPLICA_IDLE);
}

static void plain_brings_ik_on_the_same_connection_with_a_higher_counter(void **state)
{
	(void)state;
	center_session(c);
	center_down(c);
	(void)client();
	c->has_key = false;
	center_up(c);
	assert_false(center_take_hello(c));
	assert_int_equal(c->kind, HANDSHAKE_IKPSK1);
	uint64_t before = c->hello.counter;
	center_plain(c);
	assert_true(center_take_hello(c));
	assert_int_equal(c->kind, HANDSHAKE_IK);
	assert_true(c->hello.counter > before);
	assert_false(c->hello.has_push);
}

static void plain_keeps_the_key_for_the_next_attempt(void **state)
{
	(void)state;
	center_session(c);
	center_down(c);
	c->has_key = false;
	center_up(c);
	assert_false(center_take_hello(c));
	center_plain(c);
	center_down(c); /* the liar in between is gone */
	c->has_key = true;
	center_up(c);
	assert_true(center_take_hello(c));
	assert_int_equal(c->kind, HANDSHAKE_IKPSK1);
}

static void a_lost_confirmation_leaves_the_old_key_in_use(void **state)
{
	(void)state;
	uint8_t old[NOISE_KEY_BYTES];
	center_session(c);
	center_down(c);
	memcpy(old, c->key, sizeof old);
	center_up(c);
	assert_true(center_take_hello(c));
	center_welcome(c);
	assert_true(center_take(c)); /* central has changed over, its confirmation is lost */
	center_crash(c);
	memcpy(c->key, old, sizeof old); /* central tries current, then previous */
	center_up(c);
	assert_true(center_take_hello(c));
}

static void a_plain_session_s_device_starts_with_ik_until_the_confirmation(void **state)
{
	(void)state;
	center_session(c);
	center_down(c);
	c->has_key = false;
	center_up(c);
	assert_false(center_take_hello(c));
	center_plain(c);
	assert_true(center_take_hello(c));
	center_welcome(c);
	assert_true(center_take(c));
	center_crash(c); /* before the confirmation */
	center_up(c);
	assert_true(center_take_hello(c));
	assert_int_equal(c->kind, HANDSHAKE_IK);
}

static void each_message_1_has_a_counter_never_used_before(void **state)
{
	(void)state;
	uint64_t last = 0;
	for (int i = 0; i < 6; i++) {
		center_up(c);
		assert_true(center_take_hello(c));
		assert_true(c->hello.counter > last);
		last = c->hello.counter;
		if (i % 2)
			center_crash(c); /* the counter was durable before it was sent */
		else
			center_down(c);
	}
}

/* ---- STALE (P8) ---- */

static void stale_goes_on_in_the_same_session_with_a_higher_counter(void **state)
{
	(void)state;
	center_session(c);
	center_down(c);
	(void)client();
	center_up(c);
	assert_true(center_take_hello(c));
	c->welcome.status = jalka_Status_STALE;
	c->welcome.last_counter = 500;
	c->welcome.held_h.size = 32; /* nothing */
	center_welcome(c);
	assert_true(center_take(c));
	assert_true(c->in.has_resume);
	assert_int_equal(c->in.resume.counter, 501);
	assert_true(c->in.has_push);
	assert_int_equal(c->in.push.epoch.size, 16);
	center_send(c); /* the confirmation */
	center_down(c);
	center_up(c);
	assert_true(center_take_hello(c));
	assert_int_equal(c->hello.counter, 502);
}

static void a_stale_session_with_a_pull_is_no_session(void **state)
{
	(void)state;
	center_up(c);
	assert_true(center_take_hello(c));
	c->welcome.status = jalka_Status_STALE;
	c->welcome.last_counter = 500;
	c->welcome.has_pull = true;
	center_welcome(c);
	assert_int_equal(c->hang_ups, 1);
}

/* ---- receipts ---- */

static void a_receipt_that_central_did_not_sign_changes_nothing(void **state)
{
	(void)state;
	center_session(c);
	(void)client();
	replica_poke(c->replica, c->now);
	assert_true(center_take(c));
	struct epoch_id epoch = status().epoch;
	c->out.has_receipt = true;
	center_receipt(c, &epoch, 1, 1, 5, 0, &c->out.receipt);
	c->out.receipt.signature.bytes[10] ^= 1;
	center_send(c);
	assert_int_equal(c->hang_ups, 1);
	assert_int_equal(verdict_of(1), LOG_LOCAL);
	assert_int_equal(status().unreceipted, 1);
}

static void one_push_is_in_flight_and_the_next_follows_its_receipt(void **state)
{
	(void)state;
	center_session(c);
	(void)client();
	replica_poke(c->replica, c->now);
	(void)client();
	replica_poke(c->replica, c->now);
	assert_true(center_take(c));
	assert_int_equal(rows_pushed(&c->in.push), 1);
	assert_false(center_take(c)); /* SD5 */
	struct epoch_id epoch = status().epoch;
	c->out.has_receipt = true;
	center_receipt(c, &epoch, 1, 1, 5, 0, &c->out.receipt);
	center_send(c);
	assert_true(center_take(c));
	assert_int_equal(c->in.push.first_seq, 2);
}

static void a_decision_takes_what_waited_out_or_lets_it_in(void **state)
{
	(void)state;
	center_session(c);
	(void)client();
	(void)client();
	replica_poke(c->replica, c->now);
	assert_true(center_take(c));
	struct epoch_id epoch = status().epoch;
	c->out.has_receipt = true;
	center_receipt(c, &epoch, 1, 2, 0, jalka_Reason_NOT_HELD, &c->out.receipt);
	center_send(c);
	assert_int_equal(verdict_of(1), LOG_QUARANTINED);
	assert_int_equal(status().quarantined, 2);
	assert_int_equal(status().unreceipted, 0); /* P6: it is receipted */
	c->out.has_pull = true;
	c->out.pull.to = 9;
	c->out.pull.decisions_count = 2;
	center_decision(c, &epoch, 1, 8, true, &c->out.pull.decisions[0]);
	center_decision(c, &epoch, 2, 9, false, &c->out.pull.decisions[1]);
	center_send(c);
	assert_int_equal(verdict_of(1), LOG_ACCEPTED);
	assert_int_equal(verdict_of(2), LOG_REJECTED);
	/* The old receipt told again does not undo the decision. */
	c->out.has_receipt = true;
	center_receipt(c, &epoch, 1, 2, 0, jalka_Reason_NOT_HELD, &c->out.receipt);
	center_send(c);
	assert_int_equal(verdict_of(2), LOG_REJECTED);
}

static void salts_asked_for_are_those_of_the_case(void **state)
{
	(void)state;
	center_session(c);
	struct replica_written written = client();
	replica_poke(c->replica, c->now);
	assert_true(center_take(c));
	c->out.has_need_salt = true;
	SESSION_FRAME_SET(c->out.need_salt.epoch, status().epoch.bytes);
	c->out.need_salt.seq_count = 1;
	c->out.need_salt.seq[0] = 1;
	center_send(c);
	assert_true(center_take(c));
	assert_true(c->in.has_salt);
	struct log_case info;
	bool found;
	uint8_t salt[DELTA_SALT_BYTES];
	struct author author = { status().node, status().epoch };
	assert_false(fault_is(log_case_get(c->log, written.case_id, &info, &found)));
	delta_salt(&info.secret, &author, 1, salt);
	assert_memory_equal(c->in.salt.salts[0].salt.bytes, salt, sizeof salt);
	assert_false(center_take(c)); /* no push while salts are asked for */
}

/* ---- a long day ---- */

static void a_day_that_does_not_fit_message_1_goes_on_in_frames(void **state)
{
	(void)state;
	center_session(c);
	center_down(c);
	for (int i = 0; i < 400; i++)
		(void)client();
	center_up(c);
	assert_true(center_take_hello(c));
	assert_true(c->hello.has_push); /* P4: as far as they fit */
	uint64_t seq = rows_pushed(&c->hello.push), order = 10;
	assert_true(seq > 20 && seq < 400);
	accept_in_welcome(1, seq, order);
	center_welcome(c);
	while (seq < 400) {
		assert_true(center_take(c));
		assert_int_equal(c->in.push.first_seq, seq + 1);
		uint64_t next = seq + rows_pushed(&c->in.push);
		struct epoch_id epoch = status().epoch;
		c->out.has_receipt = true;
		center_receipt(c, &epoch, seq + 1, next, order + seq, 0, &c->out.receipt);
		seq = next;
		center_send(c);
	}
	assert_int_equal(status().unreceipted, 0);
}

/* ---- forks ---- */

static void a_device_put_back_opens_an_epoch_that_names_the_common_prefix(void **state)
{
	(void)state;
	struct epoch_id first = status().epoch;
	center_session(c);
	struct replica_written a = client();
	replica_poke(c->replica, c->now);
	struct epoch_id epoch = status().epoch;
	assert_true(center_take(c));
	c->out.has_receipt = true;
	center_receipt(c, &epoch, 1, 1, 5, 0, &c->out.receipt);
	center_send(c);
	struct log *old = log_memory_copy(c->log);

	(void)client(); /* seq 2, which central gets and the copy does not know */
	struct author author = { c->device, first };
	struct delta_hash h1, h2;
	bool found;
	assert_false(fault_is(author_h_at(c->log, &c->identity, &author, 1, &h1, &found)));
	assert_false(fault_is(author_h_at(c->log, &c->identity, &author, 2, &h2, &found)));
	center_restore(c, old);
	assert_false(fault_is(center_phone(c, a.case_id, a.record_id, "050 7654321"))); /* another seq 2 */

	center_up(c);
	assert_true(center_take_hello(c));
	c->welcome.held_seq = 2;
	SESSION_FRAME_SET(c->welcome.held_h, h2.bytes);
	c->welcome.known_count = 2;
	c->welcome.known[0].seq = 1;
	SESSION_FRAME_SET(c->welcome.known[0].h, h1.bytes);
	c->welcome.known[1].seq = 2;
	SESSION_FRAME_SET(c->welcome.known[1].h, h2.bytes);
	center_welcome(c);
	assert_memory_not_equal(status().epoch.bytes, first.bytes, ID_BYTES);
	assert_true(center_take(c));
	assert_true(c->in.has_push);
	assert_memory_equal(c->in.push.epoch.bytes, status().epoch.bytes, ID_BYTES);
	assert_true(c->in.push.has_continues);
	assert_int_equal(c->in.push.continues.seq, 1);
	assert_memory_equal(c->in.push.continues.epoch.bytes, first.bytes, ID_BYTES);
	assert_memory_equal(c->in.push.continues.h.bytes, h1.bytes, 32);
	assert_int_equal(c->in.push.first_seq, 1);
	assert_int_equal(rows_pushed(&c->in.push), 1);
	assert_int_equal(status().written, 2);
	center_crash(c);
	assert_int_equal(status().written, 2);
	assert_int_equal(status().unreceipted, 1);
}

static void what_is_issued_again_keeps_its_bytes(void **state)
{
	(void)state;
	center_session(c);
	center_down(c);
	struct replica_written a = client();
	assert_false(fault_is(center_phone(c, a.case_id, a.record_id, "050 7654321")));
	center_up(c);
	assert_true(center_take_hello(c));
	assert_int_equal(rows_pushed(&c->hello.push), 2);
	uint8_t first[4096];
	size_t len = c->in_rows.len;
	assert_true(len <= sizeof first);
	memcpy(first, c->in_rows.data, len);
	c->welcome.epoch_closed = true; /* a twin has gone on from nothing */
	c->welcome.held_h.size = 32;
	center_welcome(c);
	assert_true(center_take(c));
	assert_true(c->in.has_push);
	assert_int_equal(c->in_rows.len, len);
	assert_memory_equal(c->in_rows.data, first, len);
}

/* ---- local writes ---- */

static void a_write_from_a_read_that_is_old_is_stale(void **state)
{
	(void)state;
	struct replica_written a = client(), written;
	uint64_t token;
	assert_false(fault_is(replica_token(c->replica, &token)));
	static const uint8_t phone[] = { 0x52, 1, '1' }, municipality[] = { 0x32, 3, '0', '9', '1' };
	struct replica_write write = {
		.case_id = a.case_id, .record_id = a.record_id, .record_type = 1,
		.fields = span_of(phone, sizeof phone), .has_token = true, .token = token,
	};
	assert_false(fault_is(replica_write(c->replica, &write, c->now, &written)));
	assert_int_equal(replica_write(c->replica, &write, c->now, &written).kind, FAULT_STALE);
	write.fields = span_of(municipality, sizeof municipality); /* another field: not touched since */
	struct fault fault = replica_write(c->replica, &write, c->now, &written);
	assert_int_not_equal(fault.kind, FAULT_STALE);
	assert_false(fault_is(replica_token(c->replica, &write.token)));
	write.fields = span_of(phone, sizeof phone);
	assert_false(fault_is(replica_write(c->replica, &write, c->now, &written)));
}

static void a_write_from_a_read_before_a_rejection_is_stale(void **state)
{
	(void)state;
	center_session(c);
	struct replica_written a = client(), written;
	assert_false(fault_is(center_phone(c, a.case_id, a.record_id, "2")));
	replica_poke(c->replica, c->now);
	assert_true(center_take(c));
	struct epoch_id epoch = status().epoch;
	c->out.has_receipt = true;
	center_receipt(c, &epoch, 1, 2, 0, jalka_Reason_NOT_HELD, &c->out.receipt);
	center_send(c);
	static const uint8_t phone[] = { 0x52, 1, '3' }, name[] = { 0x0a, 1, 'A' };
	struct replica_write write = { .case_id = a.case_id, .record_id = a.record_id, .record_type = 1,
				       .fields = span_of(phone, sizeof phone), .has_token = true };
	assert_false(fault_is(replica_token(c->replica, &write.token)));
	c->out.has_pull = true;
	c->out.pull.to = 9;
	c->out.pull.decisions_count = 1;
	center_decision(c, &epoch, 2, 9, false, &c->out.pull.decisions[0]);
	center_send(c); /* no entry came with it */
	assert_int_equal(replica_write(c->replica, &write, c->now, &written).kind, FAULT_STALE);
	center_crash(c);
	assert_int_equal(replica_write(c->replica, &write, c->now, &written).kind, FAULT_STALE);
	write.fields = span_of(name, sizeof name); /* that field reads as it did */
	assert_false(fault_is(replica_write(c->replica, &write, c->now, &written)));
	write.fields = span_of(phone, sizeof phone);
	assert_false(fault_is(replica_token(c->replica, &write.token)));
	assert_false(fault_is(replica_write(c->replica, &write, c->now, &written)));
}

static void what_central_would_refuse_is_refused_here_and_leaves_nothing(void **state)
{
	(void)state;
	struct replica_written a = client(), written;
	uint64_t before;
	static const uint8_t bad_text[] = { 0x52, 1, 0xff };
	struct replica_write write = {
		.case_id = a.case_id, .record_id = a.record_id, .record_type = 1, .fields = span_of(bad_text, 3),
	};
	assert_false(fault_is(replica_token(c->replica, &before)));
	assert_int_equal(replica_write(c->replica, &write, c->now, &written).kind, FAULT_CALLER);
	write.record_type = 60000;
	assert_int_equal(replica_write(c->replica, &write, c->now, &written).kind, FAULT_CALLER);
	write.record_type = 1;
	write.case_id.bytes[0] ^= 1; /* not held */
	static const uint8_t good[] = { 0x52, 1, '1' };
	write.fields = span_of(good, 3);
	assert_int_equal(replica_write(c->replica, &write, c->now, &written).kind, FAULT_CALLER);
	uint64_t after;
	assert_false(fault_is(replica_token(c->replica, &after)));
	assert_int_equal(after, before);
	assert_int_equal(status().written, 1);
}

static void several_writes_are_all_or_none(void **state)
{
	(void)state;
	struct replica_written a = client(), written[2];
	static const uint8_t good[] = { 0x52, 1, '1' }, bad[] = { 0x52, 1, 0xff };
	struct replica_write writes[2] = {
		{ .case_id = a.case_id, .record_id = a.record_id, .record_type = 1, .fields = span_of(good, 3) },
		{ .case_id = a.case_id, .record_id = a.record_id, .record_type = 1, .fields = span_of(bad, 3) },
	};
	assert_int_equal(replica_write_all(c->replica, writes, 2, c->now, written).kind, FAULT_CALLER);
	assert_int_equal(status().written, 1);
	writes[1].fields = span_of(good, 3);
	assert_false(fault_is(replica_write_all(c->replica, writes, 2, c->now, written)));
	assert_int_equal(written[1].seq, written[0].seq + 1);
	assert_true(written[1].stamp_ms > written[0].stamp_ms);
	center_crash(c);
	assert_int_equal(status().written, 3);
}

/* ---- revoked ---- */

static void fill_erase(bool is_ours)
{
	struct delta_signature signature;
	uint8_t order[ID_BYTES + 8] = { 0 };
	memcpy(order, c->device.bytes, ID_BYTES);
	order[0] ^= !is_ours;
	c->welcome.status = jalka_Status_REVOKED;
	c->welcome.erase_order.size = sizeof order;
	memcpy(c->welcome.erase_order.bytes, order, sizeof order);
	assert_false(fault_is(delta_sign(DELTA_TAG_ERASE, span_of(c->identity.bytes, DELTA_IDENTITY_BYTES),
					 span_of(order, sizeof order), c->identity_secret, &signature)));
	SESSION_FRAME_SET(c->welcome.erase_signature, signature.bytes);
}

static void a_revoked_device_hands_over_its_work_then_erases_and_says_goodbye(void **state)
{
	(void)state;
	struct replica_written a = client(), written;
	center_up(c);
	assert_true(center_take_hello(c));
	fill_erase(true);
	center_welcome(c);
	assert_int_equal(status().state, REPLICA_REVOKED);
	assert_int_equal(center_client(c, &written).kind, FAULT_CALLER);
	assert_true(center_take(c));
	assert_true(c->in.has_push);
	assert_false(c->in.bye);
	assert_true(replica_holds(c->replica, a.case_id));
	struct epoch_id epoch = status().epoch;
	c->out.has_receipt = true;
	center_receipt(c, &epoch, 1, 1, 0, jalka_Reason_DEVICE_REVOKED, &c->out.receipt);
	center_send(c);
	assert_false(replica_holds(c->replica, a.case_id));
	assert_true(center_take(c));
	assert_true(c->in.bye);
	assert_int_equal(c->hang_ups, 1);
}

static void a_revoked_device_takes_no_code_before_it_has_erased(void **state)
{
	(void)state;
	client();
	center_up(c);
	assert_true(center_take_hello(c));
	fill_erase(true);
	center_welcome(c);
	center_down(c);
	assert_int_equal(status().state, REPLICA_REVOKED);
	struct fault fault = replica_enrol(c->replica, &c->code);
	assert_int_equal(fault.kind, FAULT_CALLER);
	assert_non_null(strstr(fault.what, "revoked"));
	center_crash(c);
	assert_int_equal(status().state, REPLICA_REVOKED);
}

static void an_order_to_erase_for_another_device_is_refused(void **state)
{
	(void)state;
	center_up(c);
	assert_true(center_take_hello(c));
	fill_erase(false);
	center_welcome(c);
	assert_int_equal(c->hang_ups, 1);
	assert_int_not_equal(status().state, REPLICA_REVOKED);
}

static void versions_that_do_not_meet_end_the_session(void **state)
{
	(void)state;
	center_up(c);
	assert_true(center_take_hello(c));
	c->welcome.version = 9;
	center_welcome(c);
	assert_int_equal(c->hang_ups, 1);
	assert_int_equal(status().order, 0);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define BLANK(test) cmocka_unit_test_setup_teardown(test, set_up_blank, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(an_enrolled_device_knows_its_holder_and_is_offline),
		BLANK(a_certificate_of_another_identity_ends_the_enrolment),
		BLANK(a_device_that_is_not_enrolled_writes_nothing),
		WITH(the_first_session_is_plain_ik_and_carries_no_push),
		WITH(the_next_session_is_resumed_and_pushes_in_message_1),
		WITH(one_note_takes_one_round_trip_and_less_than_1000_bytes),
		WITH(plain_brings_ik_on_the_same_connection_with_a_higher_counter),
		WITH(plain_keeps_the_key_for_the_next_attempt),
		WITH(a_lost_confirmation_leaves_the_old_key_in_use),
		WITH(a_plain_session_s_device_starts_with_ik_until_the_confirmation),
		WITH(each_message_1_has_a_counter_never_used_before),
		WITH(stale_goes_on_in_the_same_session_with_a_higher_counter),
		WITH(a_stale_session_with_a_pull_is_no_session),
		WITH(a_receipt_that_central_did_not_sign_changes_nothing),
		WITH(one_push_is_in_flight_and_the_next_follows_its_receipt),
		WITH(a_decision_takes_what_waited_out_or_lets_it_in),
		WITH(salts_asked_for_are_those_of_the_case),
		WITH(a_day_that_does_not_fit_message_1_goes_on_in_frames),
		WITH(a_device_put_back_opens_an_epoch_that_names_the_common_prefix),
		WITH(what_is_issued_again_keeps_its_bytes),
		WITH(a_write_from_a_read_that_is_old_is_stale),
		WITH(a_write_from_a_read_before_a_rejection_is_stale),
		WITH(what_central_would_refuse_is_refused_here_and_leaves_nothing),
		WITH(several_writes_are_all_or_none),
		WITH(a_revoked_device_hands_over_its_work_then_erases_and_says_goodbye),
		WITH(a_revoked_device_takes_no_code_before_it_has_erased),
		WITH(an_order_to_erase_for_another_device_is_refused),
		WITH(versions_that_do_not_meet_end_the_session),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
