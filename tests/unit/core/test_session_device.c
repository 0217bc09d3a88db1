/* session_device: what the machine orders, in which order, and what it refuses.
 * The other end is Noise alone; the host's answers are made up by the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>

#include "core/rows.h"
#include "core/session_device.h"

static struct session_device_scratch scratch;
static struct session_device_config config;
static struct session_device session;
static uint8_t central_secret[32], key[32] = { 9 }, ephemeral[32] = { 3 }, raw_in[LIMIT_CHUNK_BYTES];
static struct noise noise;
static struct noise_transport transport;
static jalka_Hello hello;
static jalka_Frame frame;
static jalka_Welcome welcome;
static uint8_t plain[LIMIT_FRAME_BYTES], wire[SESSION_FRAME_WIRE_BYTES];

static int set_up(void **state)
{
	(void)state;
	memset(&config, 0, sizeof config);
	memset(&welcome, 0, sizeof welcome);
	memset(&frame, 0, sizeof frame);
	memset(central_secret, 5, sizeof central_secret);
	crypto_scalarmult_base(config.central_static, central_secret);
	memset(config.own_static, 6, sizeof config.own_static);
	memset(config.central.bytes, 7, sizeof config.central.bytes);
	config.scratch = &scratch;
	session_device_init(&session, &config);
	return 0;
}

static struct session_device_effect tell(struct session_device_event event)
{
	return session_device_step(&session, &event);
}

#define TELL(...) tell((struct session_device_event){ __VA_ARGS__ })

/* A push of `len` raw bytes (0: none) into Hello or the frame. */
static struct span put_push(jalka_Push *push, bool *has, size_t len)
{
	memset(push, 0, sizeof *push);
	*has = len > 0;
	push->first_seq = 1;
	push->signature.size = 64;
	push->has_rows = true;
	push->rows.count = 1;
	for (size_t i = 0; i < len; i++)
		scratch.raw_out[i] = (uint8_t)(i * 7 + i / 251);
	return span_of(scratch.raw_out, len);
}

static struct session_device_effect fill_hello(size_t push_bytes)
{
	scratch.hello.epoch.size = 16;
	struct span rows = put_push(&scratch.hello.push, &scratch.hello.has_push, push_bytes);
	return TELL(.kind = SESSION_DEVICE_FILLED, .rows = rows, .push_seq = 1);
}

/* Up to message 1, which central opens into `hello`. */
static void greet(const uint8_t *with_key, size_t push_bytes)
{
	struct session_device_effect e = TELL(.kind = SESSION_DEVICE_LINK_UP, .ephemeral = ephemeral, .now_ms = 1000);
	assert_int_equal(e.kind, SESSION_DEVICE_COUNT);
	e = TELL(.kind = SESSION_DEVICE_COUNTED, .counter = 4, .key = with_key);
	assert_int_equal(e.kind, SESSION_DEVICE_FILL_HELLO);
	e = fill_hello(push_bytes < e.push_bytes ? push_bytes : e.push_bytes);
	while (e.kind == SESSION_DEVICE_FILL_HELLO)
		e = fill_hello(push_bytes < e.push_bytes ? push_bytes : e.push_bytes);
	assert_int_equal(e.kind, SESSION_DEVICE_SEND);
	assert_int_equal(TELL(.kind = SESSION_DEVICE_SENT).kind, SESSION_DEVICE_WAIT);
	memcpy(wire, e.message.data, e.message.len);
	assert_true(e.message.len <= LIMIT_MESSAGE1_BYTES);
}

static void take_hello(const uint8_t *with_key)
{
	struct handshake_header header;
	uint8_t mac[HANDSHAKE_MAC_BYTES], prologue[HANDSHAKE_PROLOGUE_BYTES_MAX], e_secret[32] = { 8 };
	size_t before = handshake_header_bytes(wire), len;
	struct span rows;
	assert_false(fault_is(handshake_header_read(span_of(wire, before), &header, mac)));
	assert_int_equal(header.kind, with_key != NULL ? HANDSHAKE_IKPSK1 : HANDSHAKE_IK);
	struct noise_config c = {
		.pattern = with_key != NULL ? NOISE_IKPSK1 : NOISE_IK,
		.prologue = span_of(prologue, handshake_prologue(&config.central, &header, prologue)),
		.static_secret = central_secret, .psk = with_key, .ephemeral_secret = e_secret,
	};
	noise_init(&noise, &c);
	assert_false(fault_is(noise_read(&noise, span_of(wire + before, header.message_bytes), plain, sizeof plain, &len)));
	assert_false(fault_is(session_frame_decode(SESSION_FRAME_HELLO, span_of(plain, len), NULL, raw_in, &hello, &rows)));
}

static struct session_device_effect give_welcome(void)
{
	size_t plain_len, len;
	assert_false(fault_is(session_frame_encode(SESSION_FRAME_WELCOME, &welcome, span_of(NULL, 0), NULL, NULL,
						   SESSION_FRAME_WELCOME_PLAIN_BYTES, plain, &plain_len)));
	assert_false(fault_is(noise_write(&noise, span_of(plain, plain_len), wire, sizeof wire, &len)));
	noise_split(&noise, &transport);
	return TELL(.kind = SESSION_DEVICE_FRAME_CAME, .frame = span_of(wire, len), .ephemeral = ephemeral, .now_ms = 2000);
}

static struct session_device_effect give_frame(void)
{
	size_t plain_len, len;
	assert_false(fault_is(session_frame_encode(SESSION_FRAME_FRAME, &frame, span_of(NULL, 0), NULL, NULL,
						   LIMIT_FRAME_PLAIN_BYTES, plain, &plain_len)));
	assert_false(fault_is(session_frame_seal(&transport.send, span_of(plain, plain_len), wire, &len)));
	memset(&frame, 0, sizeof frame);
	return TELL(.kind = SESSION_DEVICE_FRAME_CAME, .frame = span_of(wire + 2, len - 2), .ephemeral = ephemeral,
		    .now_ms = 3000);
}

/* A session up to its first frame, sent empty. */
static void open_session(const uint8_t *with_key)
{
	greet(with_key, 0);
	take_hello(with_key);
	assert_int_equal(give_welcome().kind, SESSION_DEVICE_APPLY_WELCOME);
	assert_int_equal(TELL(.kind = SESSION_DEVICE_APPLIED, .now_ms = 2000).kind, SESSION_DEVICE_FILL);
	assert_int_equal(TELL(.kind = SESSION_DEVICE_FILLED, .now_ms = 2000).kind, SESSION_DEVICE_SEND);
	assert_int_equal(TELL(.kind = SESSION_DEVICE_SENT).kind, SESSION_DEVICE_FILL);
	assert_int_equal(TELL(.kind = SESSION_DEVICE_FILLED, .now_ms = 2000).kind, SESSION_DEVICE_WAIT);
	assert_int_equal(session.state, SESSION_DEVICE_OPENED);
}

static void confirm_session(void)
{
	assert_int_equal(give_frame().kind, SESSION_DEVICE_APPLY_FRAME);
	assert_int_equal(TELL(.kind = SESSION_DEVICE_APPLIED, .now_ms = 3000).kind, SESSION_DEVICE_FILL);
	assert_int_equal(TELL(.kind = SESSION_DEVICE_FILLED, .now_ms = 3000).kind, SESSION_DEVICE_WAIT);
	assert_int_equal(session.state, SESSION_DEVICE_CONFIRMED);
}

/* ---- message 1 ---- */

static void the_counter_is_durable_before_message_1_and_in_it(void **state)
{
	(void)state;
	greet(key, 0);
	take_hello(key);
	assert_int_equal(hello.counter, 4);
}

static void a_push_that_does_not_fit_is_made_smaller_until_it_does(void **state)
{
	(void)state;
	greet(key, 60000); /* does not pack: no codec */
	take_hello(key);
	assert_true(hello.has_push);
	assert_true(hello.push.rows.raw_bytes >= 10000);
}

static void plain_ik_asks_for_no_push(void **state)
{
	(void)state;
	(void)TELL(.kind = SESSION_DEVICE_LINK_UP, .ephemeral = ephemeral);
	struct session_device_effect e = TELL(.kind = SESSION_DEVICE_COUNTED, .counter = 1);
	assert_int_equal(e.push_bytes, 0);
}

static void plain_is_believed_once_and_only_after_ikpsk1(void **state)
{
	(void)state;
	greet(key, 0);
	struct session_device_effect e = TELL(.kind = SESSION_DEVICE_FRAME_CAME, .frame = span_of(wire, 0), .ephemeral = ephemeral);
	assert_int_equal(e.kind, SESSION_DEVICE_COUNT);
	e = TELL(.kind = SESSION_DEVICE_COUNTED, .counter = 5, .key = key);
	assert_int_equal(e.push_bytes, 0); /* plain now, though there is a key */
	assert_int_equal(fill_hello(0).kind, SESSION_DEVICE_SEND);
	memcpy(wire, scratch.wire, sizeof wire);
	take_hello(NULL);
	e = TELL(.kind = SESSION_DEVICE_FRAME_CAME, .frame = span_of(wire, 0), .ephemeral = ephemeral);
	assert_int_equal(e.kind, SESSION_DEVICE_HANG_UP);
}

/* ---- keys ---- */

static void a_resumed_session_keeps_the_old_key_until_the_confirmation(void **state)
{
	(void)state;
	greet(key, 0);
	take_hello(key);
	assert_false(give_welcome().drop_key);
	(void)TELL(.kind = SESSION_DEVICE_APPLIED);
	(void)TELL(.kind = SESSION_DEVICE_FILLED);
	(void)TELL(.kind = SESSION_DEVICE_SENT);
	(void)TELL(.kind = SESSION_DEVICE_FILLED);
	struct session_device_effect e = give_frame();
	assert_non_null(e.new_key);
	assert_memory_equal(e.new_key, transport.resumption, NOISE_KEY_BYTES);
	(void)TELL(.kind = SESSION_DEVICE_APPLIED);
	(void)TELL(.kind = SESSION_DEVICE_FILLED);
	assert_null(give_frame().new_key);
}

static void a_plain_session_drops_the_old_key_with_message_2(void **state)
{
	(void)state;
	greet(NULL, 0);
	take_hello(NULL);
	assert_true(give_welcome().drop_key);
}

/* ---- order of things ---- */

static void the_first_frame_follows_the_application_of_message_2(void **state)
{
	(void)state;
	greet(key, 0);
	take_hello(key);
	struct session_device_effect e = give_welcome();
	assert_int_equal(e.kind, SESSION_DEVICE_APPLY_WELCOME); /* and nothing was sent */
	e = TELL(.kind = SESSION_DEVICE_APPLIED, .moved = true);
	assert_int_equal(e.kind, SESSION_DEVICE_FILL);
	assert_true(e.parts & SESSION_DEVICE_HEARD);
}

static void what_could_not_be_applied_ends_the_session_unheard(void **state)
{
	(void)state;
	greet(key, 0);
	take_hello(key);
	(void)give_welcome();
	assert_int_equal(TELL(.kind = SESSION_DEVICE_REFUSED).kind, SESSION_DEVICE_HANG_UP);
	assert_int_equal(TELL(.kind = SESSION_DEVICE_POKED).kind, SESSION_DEVICE_WAIT);
}

static void every_session_has_a_first_frame_even_an_empty_one(void **state)
{
	(void)state;
	open_session(key);
	confirm_session();
	assert_true(session_device_is_quiet(&session));
}

static void heard_waits_while_more_is_buffered(void **state)
{
	(void)state;
	open_session(key);
	confirm_session();
	(void)give_frame();
	assert_int_equal(TELL(.kind = SESSION_DEVICE_APPLIED, .moved = true, .has_more = true).kind, SESSION_DEVICE_WAIT);
	(void)give_frame();
	struct session_device_effect e = TELL(.kind = SESSION_DEVICE_APPLIED);
	assert_true(e.parts & SESSION_DEVICE_HEARD);
}

static void one_push_is_in_flight_until_its_own_receipt(void **state)
{
	(void)state;
	struct epoch_id epoch = { { 1 } }, another = { { 2 } };
	open_session(key);
	confirm_session();
	struct session_device_effect e = TELL(.kind = SESSION_DEVICE_POKED, .now_ms = 3000);
	assert_true(e.parts & SESSION_DEVICE_PUSH);
	struct span rows = put_push(&scratch.out.push, &scratch.out.has_push, 100);
	e = TELL(.kind = SESSION_DEVICE_FILLED, .parts = SESSION_DEVICE_PUSH, .rows = rows, .push_epoch = epoch, .push_seq = 7);
	assert_int_equal(e.kind, SESSION_DEVICE_SEND);
	assert_false(TELL(.kind = SESSION_DEVICE_SENT).parts & SESSION_DEVICE_PUSH);
	(void)TELL(.kind = SESSION_DEVICE_FILLED);
	(void)give_frame();
	e = TELL(.kind = SESSION_DEVICE_APPLIED, .receipted = true, .receipted_epoch = another, .receipted_seq = 9);
	assert_false(e.parts & SESSION_DEVICE_PUSH);
	(void)TELL(.kind = SESSION_DEVICE_FILLED);
	(void)give_frame();
	e = TELL(.kind = SESSION_DEVICE_APPLIED, .receipted = true, .receipted_epoch = epoch, .receipted_seq = 6);
	assert_false(e.parts & SESSION_DEVICE_PUSH);
	(void)TELL(.kind = SESSION_DEVICE_FILLED);
	(void)give_frame();
	e = TELL(.kind = SESSION_DEVICE_APPLIED, .receipted = true, .receipted_epoch = epoch, .receipted_seq = 7);
	assert_true(e.parts & SESSION_DEVICE_PUSH);
}

static void a_chunk_held_for_salts_is_not_pushed_again(void **state)
{
	(void)state;
	greet(key, 100);
	take_hello(key);
	assert_int_equal(give_welcome().kind, SESSION_DEVICE_APPLY_WELCOME); /* neither receipt nor held_h */
	assert_false(TELL(.kind = SESSION_DEVICE_APPLIED).parts & SESSION_DEVICE_PUSH);
}

static void stale_counts_anew_then_resumes(void **state)
{
	(void)state;
	greet(key, 100);
	take_hello(key);
	welcome.status = jalka_Status_STALE;
	welcome.last_counter = 50;
	assert_int_equal(give_welcome().kind, SESSION_DEVICE_APPLY_WELCOME);
	assert_int_equal(TELL(.kind = SESSION_DEVICE_APPLIED).kind, SESSION_DEVICE_COUNT);
	struct session_device_effect e = TELL(.kind = SESSION_DEVICE_COUNTED, .counter = 51);
	assert_int_equal(e.kind, SESSION_DEVICE_FILL);
	assert_true(e.parts & SESSION_DEVICE_RESUME);
	assert_true(e.parts & SESSION_DEVICE_PUSH); /* message 1's payload was ignored */
	scratch.out.has_resume = true;
	e = TELL(.kind = SESSION_DEVICE_FILLED, .parts = SESSION_DEVICE_RESUME);
	assert_int_equal(e.kind, SESSION_DEVICE_SEND);
	assert_int_equal(scratch.out.resume.counter, 51);
}

/* ---- what must not be ---- */

static void a_frame_that_is_not_central_s_ends_the_session(void **state)
{
	(void)state;
	open_session(key);
	memset(wire, 1, 100);
	assert_int_equal(TELL(.kind = SESSION_DEVICE_FRAME_CAME, .frame = span_of(wire, 100)).kind, SESSION_DEVICE_HANG_UP);
	set_up(NULL);
	greet(key, 0);
	assert_int_equal(TELL(.kind = SESSION_DEVICE_FRAME_CAME, .frame = span_of(wire, 100), .ephemeral = ephemeral).kind,
			 SESSION_DEVICE_HANG_UP);
}

static void every_length_of_message_2_short_of_the_whole_is_refused(void **state)
{
	(void)state;
	for (size_t cut = 1; cut < 112; cut += 7) {
		size_t plain_len, len;
		set_up(NULL);
		greet(key, 0);
		take_hello(key);
		assert_false(fault_is(session_frame_encode(SESSION_FRAME_WELCOME, &welcome, span_of(NULL, 0), NULL, NULL,
							   SESSION_FRAME_WELCOME_PLAIN_BYTES, plain, &plain_len)));
		assert_false(fault_is(noise_write(&noise, span_of(plain, plain_len), wire, sizeof wire, &len)));
		assert_true(cut < len);
		assert_int_equal(TELL(.kind = SESSION_DEVICE_FRAME_CAME, .frame = span_of(wire, cut), .ephemeral = ephemeral).kind,
				 SESSION_DEVICE_HANG_UP);
	}
}

static void a_version_out_of_range_ends_the_session_unapplied(void **state)
{
	(void)state;
	greet(key, 0);
	take_hello(key);
	welcome.version = SESSION_DEVICE_VERSION + 1;
	assert_int_equal(give_welcome().kind, SESSION_DEVICE_HANG_UP);
}

static void goodbye_ends_the_session(void **state)
{
	(void)state;
	open_session(key);
	confirm_session();
	frame.bye = true;
	assert_int_equal(give_frame().kind, SESSION_DEVICE_HANG_UP);
}

/* ---- time ---- */

static void silence_brings_a_ping_and_no_answer_an_end(void **state)
{
	(void)state;
	open_session(key);
	confirm_session();
	assert_int_equal(session_device_deadline(&session), 3000 + LIMIT_PING_MS);
	assert_int_equal(TELL(.kind = SESSION_DEVICE_POKED, .now_ms = 3000 + LIMIT_PING_MS - 1).kind, SESSION_DEVICE_FILL);
	assert_int_equal(TELL(.kind = SESSION_DEVICE_FILLED, .now_ms = 3000 + LIMIT_PING_MS - 1).kind, SESSION_DEVICE_WAIT);
	(void)TELL(.kind = SESSION_DEVICE_POKED, .now_ms = 3000 + LIMIT_PING_MS);
	assert_int_equal(TELL(.kind = SESSION_DEVICE_FILLED, .now_ms = 3000 + LIMIT_PING_MS).kind, SESSION_DEVICE_SEND);
	(void)TELL(.kind = SESSION_DEVICE_SENT);
	(void)TELL(.kind = SESSION_DEVICE_FILLED, .now_ms = 3000 + LIMIT_PING_MS);
	assert_int_equal(TELL(.kind = SESSION_DEVICE_POKED, .now_ms = 3000 + 2 * LIMIT_PING_MS).kind, SESSION_DEVICE_HANG_UP);
}

static void a_central_that_does_not_answer_message_1_is_left(void **state)
{
	(void)state;
	greet(key, 0);
	uint64_t deadline = session_device_deadline(&session);
	assert_int_not_equal(deadline, UINT64_MAX);
	assert_int_equal(TELL(.kind = SESSION_DEVICE_POKED, .now_ms = deadline - 1).kind, SESSION_DEVICE_WAIT);
	assert_int_equal(TELL(.kind = SESSION_DEVICE_POKED, .now_ms = deadline).kind, SESSION_DEVICE_HANG_UP);
}

static void after_the_link_is_lost_no_key_is_left(void **state)
{
	(void)state;
	static const struct noise_transport none;
	open_session(key);
	(void)TELL(.kind = SESSION_DEVICE_LINK_LOST);
	assert_int_equal(session.state, SESSION_DEVICE_DOWN);
	assert_memory_equal(&session.transport, &none, sizeof none);
	open_session(key); /* and a new link begins anew */
}

#define WITH(test) cmocka_unit_test_setup(test, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(the_counter_is_durable_before_message_1_and_in_it),
		WITH(a_push_that_does_not_fit_is_made_smaller_until_it_does),
		WITH(plain_ik_asks_for_no_push),
		WITH(plain_is_believed_once_and_only_after_ikpsk1),
		WITH(a_resumed_session_keeps_the_old_key_until_the_confirmation),
		WITH(a_plain_session_drops_the_old_key_with_message_2),
		WITH(the_first_frame_follows_the_application_of_message_2),
		WITH(what_could_not_be_applied_ends_the_session_unheard),
		WITH(every_session_has_a_first_frame_even_an_empty_one),
		WITH(heard_waits_while_more_is_buffered),
		WITH(one_push_is_in_flight_until_its_own_receipt),
		WITH(a_chunk_held_for_salts_is_not_pushed_again),
		WITH(stale_counts_anew_then_resumes),
		WITH(a_frame_that_is_not_central_s_ends_the_session),
		WITH(every_length_of_message_2_short_of_the_whole_is_refused),
		WITH(a_version_out_of_range_ends_the_session_unapplied),
		WITH(goodbye_ends_the_session),
		WITH(silence_brings_a_ping_and_no_answer_an_end),
		WITH(a_central_that_does_not_answer_message_1_is_left),
		WITH(after_the_link_is_lost_no_key_is_left),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
