/* The central side of a connection, event by event, against a small initiator. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "core/session_central.h"

static const uint8_t NO_PSK_TRIED[NOISE_PSK_BYTES];

/* One central session and who talks to it. */
struct talk {
	struct session_central_scratch *scratch;
	struct session_central_config config;
	struct session_central session;
	struct session_central_effects effects;
	struct delta_identity identity;
	uint8_t central_secret[NOISE_DH_BYTES], central_public[NOISE_DH_BYTES];
	uint8_t device_secret[NOISE_DH_BYTES], device_public[NOISE_DH_BYTES], ephemeral[NOISE_DH_BYTES];
	struct session_central_device facts;
	struct noise noise;
	struct noise_transport transport;
	uint8_t sent[SESSION_FRAME_WIRE_BYTES];
	size_t sent_len;
	uint8_t plain[LIMIT_FRAME_BYTES];
	uint64_t now_ms;
	/* what central ordered since talk_clear */
	unsigned orders[SESSION_CENTRAL_ENROL + 1];
	bool device_known;
};

static jalka_Hello hello;
static jalka_Welcome welcome;
static jalka_Frame frame;

static void setup(struct talk *t)
{
	static const uint8_t cert[] = "certificate";
	memset(t, 0, sizeof *t);
	t->scratch = calloc(1, sizeof *t->scratch);
	memset(&t->identity, 1, sizeof t->identity);
	memset(t->central_secret, 2, sizeof t->central_secret);
	memset(t->device_secret, 3, sizeof t->device_secret);
	memset(t->ephemeral, 4, sizeof t->ephemeral);
	crypto_scalarmult_base(t->central_public, t->central_secret);
	crypto_scalarmult_base(t->device_public, t->device_secret);
	t->config = (struct session_central_config){
		.identity = &t->identity, .static_secret = t->central_secret, .static_public = t->central_public,
		.cert = span_of(cert, sizeof cert), .version_min = 1, .version_max = 2, .scratch = t->scratch,
	};
	memset(&t->facts.node, 5, sizeof t->facts.node);
	t->device_known = true;
	t->now_ms = 1000;
	session_central_init(&t->session, &t->config, t->now_ms);
	memset(&hello, 0, sizeof hello);
	memset(&frame, 0, sizeof frame);
	hello.counter = 1;
	hello.epoch.size = sizeof hello.epoch.bytes;
	memset(hello.epoch.bytes, 6, sizeof hello.epoch.bytes);
}

static void teardown(struct talk *t)
{
	session_central_wipe(&t->session);
	free(t->scratch);
}

static void step(struct talk *t, struct session_central_event event);

static void obey(struct talk *t, const struct session_central_effect *effect)
{
	t->orders[effect->kind]++;
	struct session_central_event event = { .kind = SESSION_CENTRAL_DEVICE_UNKNOWN };
	switch (effect->kind) {
	case SESSION_CENTRAL_SEND:
		memcpy(t->sent, effect->bytes.data, effect->bytes.len);
		t->sent_len = effect->bytes.len;
		break;
	case SESSION_CENTRAL_FIND_DEVICE:
		assert_memory_equal(effect->key, t->device_public, NOISE_DH_BYTES);
		if (t->device_known) {
			event.kind = SESSION_CENTRAL_DEVICE_FOUND;
			event.device = &t->facts;
		}
		step(t, event);
		break;
	case SESSION_CENTRAL_BEGIN:
		/* P1: the counter is checked again in the transaction. */
		event.kind = effect->counter > t->facts.counter ? SESSION_CENTRAL_BEGUN : SESSION_CENTRAL_NOT_BEGUN;
		if (event.kind == SESSION_CENTRAL_BEGUN) {
			t->facts.counter = effect->counter;
			t->facts.has_previous = effect->used_key != NULL;
			if (effect->used_key != NULL)
				memcpy(t->facts.previous, effect->used_key, NOISE_PSK_BYTES);
			memcpy(t->facts.current, effect->new_key, NOISE_PSK_BYTES);
			t->facts.has_current = true;
		}
		step(t, event);
		break;
	case SESSION_CENTRAL_CLOSE:
	case SESSION_CENTRAL_FIND_SLOT:
	case SESSION_CENTRAL_SLOT_FAILED:
	case SESSION_CENTRAL_HELLO:
	case SESSION_CENTRAL_FRAME:
	case SESSION_CENTRAL_ENROL:
		break;
	}
}

static void step(struct talk *t, struct session_central_event event)
{
	struct session_central_effects effects;
	event.now_ms = t->now_ms;
	session_central_step(&t->session, &event, &effects);
	for (size_t i = 0; i < effects.count; i++)
		obey(t, &effects.list[i]);
}

/* Hands over bytes as central wants them. */
static void feed(struct talk *t, const uint8_t *bytes, size_t len)
{
	static const uint8_t random[NOISE_DH_BYTES] = { 9, 9 };
	size_t begin = 0;
	memset(t->orders, 0, sizeof t->orders);
	while (t->session.want != 0 && t->session.want <= len - begin) {
		size_t want = t->session.want;
		step(t, (struct session_central_event){ .kind = SESSION_CENTRAL_BYTES, .random = random,
							.bytes = span_of(bytes + begin, want) });
		if (t->session.want <= want)
			begin += want;
		if (begin == len)
			break;
	}
}

/* ---- the initiator ---- */

static size_t message1(struct talk *t, enum handshake_kind kind, const uint8_t *psk, uint8_t *out)
{
	struct handshake_header header = { .kind = kind };
	uint8_t prologue[HANDSHAKE_PROLOGUE_BYTES_MAX];
	size_t plain_len, len;
	static uint8_t packed[LIMIT_CHUNK_BYTES];
	static const uint8_t row[] = { 3, 0x0a, 1, 'd' };
	struct span rows = hello.has_push ? span_of(row, sizeof row) : (struct span){ NULL, 0 };
	assert_false(fault_is(session_frame_encode(SESSION_FRAME_HELLO, &hello, rows, NULL, packed,
						   SESSION_FRAME_HELLO_PLAIN_BYTES, t->plain, &plain_len)));
	header.message_bytes = (uint16_t)(plain_len + SESSION_FRAME_HELLO_NOISE_BYTES);
	size_t before = handshake_header_write(&header, out);
	size_t prologue_len = handshake_prologue(&t->identity, &header, prologue);
	t->ephemeral[0]++;
	const struct noise_config config = {
		.pattern = kind == HANDSHAKE_IK ? NOISE_IK : NOISE_IKPSK1, .initiator = true,
		.prologue = span_of(prologue, prologue_len), .static_secret = t->device_secret,
		.remote_static = t->central_public, .psk = psk, .ephemeral_secret = t->ephemeral,
	};
	noise_init(&t->noise, &config);
	uint8_t *message = out + before + HANDSHAKE_MAC_BYTES;
	assert_false(fault_is(noise_write(&t->noise, span_of(t->plain, plain_len), message, LIMIT_MESSAGE1_BYTES, &len)));
	handshake_mac(&t->identity, &header, span_of(message, handshake_mac_covers(kind)), out + before);
	return before + HANDSHAKE_MAC_BYTES + len;
}

static uint8_t wire[LIMIT_MESSAGE1_BYTES + 64];

static void greet(struct talk *t, enum handshake_kind kind, const uint8_t *psk)
{
	feed(t, wire, message1(t, kind, psk, wire));
}

static void welcome_it(struct talk *t)
{
	memset(&t->scratch->welcome, 0, sizeof t->scratch->welcome);
	t->sent_len = 0;
	step(t, (struct session_central_event){ .kind = SESSION_CENTRAL_WELCOME_READY, .status = jalka_Status_OK });
	size_t len;
	struct span rows;
	static uint8_t raw[LIMIT_CHUNK_BYTES];
	assert_true(t->sent_len > 2);
	assert_false(fault_is(noise_read(&t->noise, span_of(t->sent + 2, t->sent_len - 2), t->plain, sizeof t->plain, &len)));
	assert_false(fault_is(session_frame_decode(SESSION_FRAME_WELCOME, span_of(t->plain, len), NULL, raw, &welcome, &rows)));
	noise_split(&t->noise, &t->transport);
}

static void send_frame(struct talk *t)
{
	static uint8_t packed[LIMIT_CHUNK_BYTES];
	size_t len, sealed;
	assert_false(fault_is(session_frame_encode(SESSION_FRAME_FRAME, &frame, (struct span){ NULL, 0 }, NULL, packed,
						   LIMIT_FRAME_PLAIN_BYTES, t->plain, &len)));
	assert_false(fault_is(session_frame_seal(&t->transport.send, span_of(t->plain, len), wire, &sealed)));
	feed(t, wire, sealed);
}

static void open_session(struct talk *t)
{
	greet(t, HANDSHAKE_IK, NULL);
	welcome_it(t);
	send_frame(t);
	assert_int_equal(t->session.state, SESSION_CENTRAL_OPEN);
}

/* The next connection of the same device. */
static void again(struct talk *t)
{
	session_central_init(&t->session, &t->config, t->now_ms);
	hello.counter++;
}

/* ---- the ladder ---- */

static void unknown_version_or_kind_is_closed_after_four_bytes(void **state)
{
	(void)state;
	struct talk t;
	static const uint8_t bad[][4] = { { 2, 2, 200, 0 }, { 1, 9, 200, 0 }, { 1, 2, 0, 0 }, { 1, 2, 255, 255 } };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		setup(&t);
		feed(&t, bad[i], 4);
		assert_int_equal(t.session.state, SESSION_CENTRAL_CLOSED);
		assert_int_equal(t.orders[SESSION_CENTRAL_SEND], 0);
		teardown(&t);
	}
}

static void wrong_mac_and_unknown_key_get_the_same_silent_close(void **state)
{
	(void)state;
	struct talk t;
	setup(&t);
	size_t len = message1(&t, HANDSHAKE_IK, NULL, wire);
	wire[HANDSHAKE_HEADER_BYTES] ^= 1;
	feed(&t, wire, len);
	assert_int_equal(t.session.state, SESSION_CENTRAL_CLOSED);
	assert_int_equal(t.orders[SESSION_CENTRAL_SEND], 0);
	assert_int_equal(t.orders[SESSION_CENTRAL_FIND_DEVICE], 0);
	teardown(&t);
	setup(&t);
	t.device_known = false;
	greet(&t, HANDSHAKE_IK, NULL);
	assert_int_equal(t.session.state, SESSION_CENTRAL_CLOSED);
	assert_int_equal(t.orders[SESSION_CENTRAL_SEND], 0);
	assert_int_equal(t.orders[SESSION_CENTRAL_FIND_DEVICE], 1);
	teardown(&t);
}

static void flipped_bit_of_message_1_never_says_hello(void **state)
{
	(void)state;
	struct talk t;
	setup(&t);
	size_t len = message1(&t, HANDSHAKE_IK, NULL, wire);
	for (size_t at = 4; at < len; at += 7) {
		session_central_init(&t.session, &t.config, t.now_ms);
		wire[at] ^= 0x10;
		feed(&t, wire, len);
		wire[at] ^= 0x10;
		assert_int_equal(t.orders[SESSION_CENTRAL_HELLO], 0);
		assert_int_equal(t.orders[SESSION_CENTRAL_SEND], 0);
	}
	teardown(&t);
}

static void mac_must_come_in_five_seconds_and_then_a_kilobyte_in_ten(void **state)
{
	(void)state;
	struct talk t;
	const struct session_central_event tick = { .kind = SESSION_CENTRAL_TICKED };
	setup(&t);
	assert_int_equal(session_central_deadline(&t.session), t.now_ms + LIMIT_MAC_MS);
	t.now_ms += LIMIT_MAC_MS - 1;
	step(&t, tick);
	assert_int_equal(t.session.state, SESSION_CENTRAL_HEADER);
	t.now_ms += 1;
	step(&t, tick);
	assert_int_equal(t.session.state, SESSION_CENTRAL_CLOSED);
	teardown(&t);

	setup(&t);
	size_t len = message1(&t, HANDSHAKE_IK, NULL, wire);
	feed(&t, wire, len - 1);
	assert_int_equal(t.session.state, SESSION_CENTRAL_MESSAGE);
	t.now_ms += LIMIT_PROGRESS_MS;
	struct session_central_event slow = tick;
	slow.buffered = t.session.progress_bytes + LIMIT_PROGRESS_BYTES;
	step(&t, slow); /* fast enough */
	assert_int_equal(t.session.state, SESSION_CENTRAL_MESSAGE);
	t.now_ms += LIMIT_PROGRESS_MS;
	slow.buffered += LIMIT_PROGRESS_BYTES - 1;
	step(&t, slow);
	assert_int_equal(t.session.state, SESSION_CENTRAL_CLOSED);
	teardown(&t);
}

static void silent_session_is_closed(void **state)
{
	(void)state;
	struct talk t;
	setup(&t);
	open_session(&t);
	t.now_ms += SESSION_CENTRAL_SILENCE_MS;
	step(&t, (struct session_central_event){ .kind = SESSION_CENTRAL_TICKED });
	assert_int_equal(t.session.state, SESSION_CENTRAL_CLOSED);
	teardown(&t);
}

static void certificate_is_told_once(void **state)
{
	(void)state;
	struct talk t;
	setup(&t);
	struct handshake_header header = { .kind = HANDSHAKE_CERT };
	size_t len = handshake_header_write(&header, wire);
	handshake_mac(&t.identity, &header, (struct span){ NULL, 0 }, wire + len);
	feed(&t, wire, len + HANDSHAKE_MAC_BYTES);
	assert_int_equal(t.orders[SESSION_CENTRAL_SEND], 1);
	assert_int_equal(t.session.state, SESSION_CENTRAL_HEADER);
	feed(&t, wire, len + HANDSHAKE_MAC_BYTES);
	assert_int_equal(t.session.state, SESSION_CENTRAL_CLOSED);
	teardown(&t);
}

/* ---- versions, P1 ---- */

static void versions_that_do_not_meet_change_nothing(void **state)
{
	(void)state;
	struct talk t;
	setup(&t);
	hello.version_min = hello.version_max = 3;
	greet(&t, HANDSHAKE_IK, NULL);
	assert_int_equal(t.session.state, SESSION_CENTRAL_CLOSED);
	assert_int_equal(t.orders[SESSION_CENTRAL_HELLO], 0);
	teardown(&t);
	setup(&t);
	hello.version_max = 5;
	greet(&t, HANDSHAKE_IK, NULL);
	welcome_it(&t);
	assert_int_equal(welcome.version, 2);
	teardown(&t);
}

static void nothing_takes_effect_before_the_first_transport_frame(void **state)
{
	(void)state;
	struct talk t;
	setup(&t);
	greet(&t, HANDSHAKE_IK, NULL);
	assert_int_equal(t.orders[SESSION_CENTRAL_HELLO], 1);
	welcome_it(&t);
	assert_int_equal(t.facts.counter, 0);
	assert_false(t.facts.has_current);
	send_frame(&t);
	assert_int_equal(t.orders[SESSION_CENTRAL_BEGIN], 1);
	assert_int_equal(t.orders[SESSION_CENTRAL_FRAME], 1);
	assert_int_equal(t.facts.counter, 1);
	assert_true(t.facts.has_current);
	assert_false(t.facts.has_previous); /* plain IK used none */
	assert_memory_equal(t.facts.current, t.transport.resumption, NOISE_PSK_BYTES);
	assert_true(t.session.owes);
	teardown(&t);
}

static void counter_is_checked_again_at_the_first_frame(void **state)
{
	(void)state;
	struct talk t;
	setup(&t);
	greet(&t, HANDSHAKE_IK, NULL);
	welcome_it(&t);
	t.facts.counter = 1; /* another session of the device was quicker */
	send_frame(&t);
	assert_int_equal(t.session.state, SESSION_CENTRAL_CLOSED);
	assert_int_equal(t.orders[SESSION_CENTRAL_FRAME], 0);
	teardown(&t);
}

static void current_then_previous_key_opens_message_1(void **state)
{
	(void)state;
	struct talk t;
	uint8_t first[NOISE_PSK_BYTES];
	setup(&t);
	open_session(&t);
	memcpy(first, t.facts.current, sizeof first);
	again(&t);
	greet(&t, HANDSHAKE_IKPSK1, first);
	assert_int_equal(t.orders[SESSION_CENTRAL_HELLO], 1);
	welcome_it(&t);
	send_frame(&t);
	assert_memory_not_equal(t.facts.current, first, sizeof first);
	assert_memory_equal(t.facts.previous, first, sizeof first);
	/* the confirmation is lost: the device comes with the key it still has */
	again(&t);
	greet(&t, HANDSHAKE_IKPSK1, first);
	assert_int_equal(t.orders[SESSION_CENTRAL_HELLO], 1);
	assert_memory_equal(t.session.used_key, first, sizeof first);
	teardown(&t);
}

static void neither_key_gives_plain_and_ik_on_the_same_connection(void **state)
{
	(void)state;
	struct talk t;
	setup(&t);
	greet(&t, HANDSHAKE_IKPSK1, NO_PSK_TRIED);
	assert_int_equal(t.sent_len, 2);
	assert_int_equal(t.sent[0] | t.sent[1], 0);
	assert_int_equal(t.session.state, SESSION_CENTRAL_HEADER);
	greet(&t, HANDSHAKE_IK, NULL);
	assert_int_equal(t.orders[SESSION_CENTRAL_HELLO], 1);
	teardown(&t);
	setup(&t); /* and plain once only */
	greet(&t, HANDSHAKE_IKPSK1, NO_PSK_TRIED);
	greet(&t, HANDSHAKE_IKPSK1, NO_PSK_TRIED);
	assert_int_equal(t.session.state, SESSION_CENTRAL_CLOSED);
	teardown(&t);
}

static void add_push(void)
{
	hello.has_push = true;
	hello.push.first_seq = 1;
	hello.push.has_rows = true;
	hello.push.rows.count = 1;
	hello.push.signature.size = sizeof hello.push.signature.bytes;
}

static void case_data_under_plain_ik_is_refused(void **state)
{
	(void)state;
	struct talk t;
	setup(&t);
	add_push();
	greet(&t, HANDSHAKE_IK, NULL);
	assert_int_equal(t.session.state, SESSION_CENTRAL_CLOSED);
	assert_int_equal(t.orders[SESSION_CENTRAL_HELLO], 0);
	teardown(&t);
}

/* ---- P8 ---- */

static void stale_counter_ignores_the_push_and_waits_for_resume(void **state)
{
	(void)state;
	struct talk t;
	setup(&t);
	open_session(&t);
	uint8_t key[NOISE_PSK_BYTES];
	memcpy(key, t.facts.current, sizeof key);
	t.facts.counter = 40;
	again(&t);
	add_push();
	greet(&t, HANDSHAKE_IKPSK1, key);
	assert_true(t.session.stale);
	assert_false(t.scratch->hello.has_push);
	welcome_it(&t);
	assert_int_equal(welcome.status, jalka_Status_STALE);
	assert_int_equal(welcome.last_counter, 40);
	frame.has_resume = true;
	frame.resume.counter = 41;
	send_frame(&t);
	assert_int_equal(t.facts.counter, 41);
	assert_int_equal(t.session.state, SESSION_CENTRAL_OPEN);
	send_frame(&t); /* Resume is a first frame only */
	assert_int_equal(t.session.state, SESSION_CENTRAL_CLOSED);
	teardown(&t);
}

static void stale_session_without_resume_is_closed(void **state)
{
	(void)state;
	struct talk t;
	setup(&t);
	t.facts.counter = 5;
	greet(&t, HANDSHAKE_IK, NULL);
	welcome_it(&t);
	send_frame(&t);
	assert_int_equal(t.session.state, SESSION_CENTRAL_CLOSED);
	assert_int_equal(t.orders[SESSION_CENTRAL_BEGIN], 0);
	teardown(&t);
}

/* ---- frames ---- */

static void device_may_not_send_what_is_centrals(void **state)
{
	(void)state;
	struct talk t;
	setup(&t);
	open_session(&t);
	frame.has_pull = true;
	frame.pull.to = 7;
	send_frame(&t);
	assert_int_equal(t.session.state, SESSION_CENTRAL_CLOSED);
	assert_int_equal(t.orders[SESSION_CENTRAL_FRAME], 0);
	teardown(&t);
}

static void replayed_or_flipped_frame_is_closed(void **state)
{
	(void)state;
	struct talk t;
	static uint8_t copy[256];
	setup(&t);
	open_session(&t);
	size_t len = 2 + ((size_t)wire[0] | (size_t)wire[1] << 8);
	memcpy(copy, wire, len);
	feed(&t, copy, len);
	assert_int_equal(t.session.state, SESSION_CENTRAL_CLOSED);
	teardown(&t);
}

static void answer_is_owed_until_a_frame_is_sent(void **state)
{
	(void)state;
	struct talk t;
	setup(&t);
	open_session(&t);
	assert_true(t.session.owes);
	memset(&t.scratch->frame, 0, sizeof t.scratch->frame);
	t.sent_len = 0;
	step(&t, (struct session_central_event){ .kind = SESSION_CENTRAL_FRAME_READY });
	assert_false(t.session.owes);
	size_t len;
	assert_false(fault_is(noise_open(&t.transport.receive, span_of(t.sent + 2, t.sent_len - 2), t.plain,
					 sizeof t.plain, &len)));
	teardown(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_version_or_kind_is_closed_after_four_bytes),
		cmocka_unit_test(wrong_mac_and_unknown_key_get_the_same_silent_close),
		cmocka_unit_test(flipped_bit_of_message_1_never_says_hello),
		cmocka_unit_test(mac_must_come_in_five_seconds_and_then_a_kilobyte_in_ten),
		cmocka_unit_test(silent_session_is_closed),
		cmocka_unit_test(certificate_is_told_once),
		cmocka_unit_test(versions_that_do_not_meet_change_nothing),
		cmocka_unit_test(nothing_takes_effect_before_the_first_transport_frame),
		cmocka_unit_test(counter_is_checked_again_at_the_first_frame),
		cmocka_unit_test(current_then_previous_key_opens_message_1),
		cmocka_unit_test(neither_key_gives_plain_and_ik_on_the_same_connection),
		cmocka_unit_test(case_data_under_plain_ik_is_refused),
		cmocka_unit_test(stale_counter_ignores_the_push_and_waits_for_resume),
		cmocka_unit_test(stale_session_without_resume_is_closed),
		cmocka_unit_test(device_may_not_send_what_is_centrals),
		cmocka_unit_test(replayed_or_flipped_frame_is_closed),
		cmocka_unit_test(answer_is_owed_until_a_frame_is_sent),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
