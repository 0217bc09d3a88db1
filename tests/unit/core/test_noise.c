/* noise: public vectors in both roles, and what must be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <sodium.h>

#include "base/limits.h"
#include "core/noise.h"
#include "lib/prng.h"
#include "lib/vectors.h"

enum { MESSAGES_MAX = 10, BYTES_MAX = 512 };

struct bytes {
	uint8_t data[BYTES_MAX];
	size_t len;
};

struct vector {
	char name[64];
	enum noise_pattern pattern;
	struct bytes prologue, init_static, resp_static, init_ephemeral, resp_ephemeral, psk, hash;
	struct bytes payload[MESSAGES_MAX], ciphertext[MESSAGES_MAX];
	size_t messages;
};

static struct span span_of_bytes(const struct bytes *bytes)
{
	return span_of(bytes->data, bytes->len);
}

static enum noise_pattern pattern_named(const char *name)
{
	static const struct { const char *name; enum noise_pattern pattern; } names[] = {
		{ "IK", NOISE_IK }, { "IKpsk1", NOISE_IKPSK1 }, { "XKpsk0", NOISE_XKPSK0 }, { "X", NOISE_X },
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].pattern;
	fail_msg("pattern %s", name);
	return NOISE_IK;
}

static void read_line(struct vector *vector, const char *const words[], size_t count)
{
	struct { const char *name; struct bytes *bytes; } const places[] = {
		{ "prologue", &vector->prologue }, { "init_static", &vector->init_static },
		{ "resp_static", &vector->resp_static }, { "init_ephemeral", &vector->init_ephemeral },
		{ "resp_ephemeral", &vector->resp_ephemeral }, { "psk", &vector->psk }, { "hash", &vector->hash },
	};
	if (strcmp(words[0], "message") == 0 && count == 3) {
		assert_true(vector->messages < MESSAGES_MAX);
		struct bytes *payload = &vector->payload[vector->messages];
		struct bytes *ciphertext = &vector->ciphertext[vector->messages++];
		payload->len = vectors_bytes(words[1], payload->data, BYTES_MAX);
		ciphertext->len = vectors_bytes(words[2], ciphertext->data, BYTES_MAX);
		return;
	}
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		if (strcmp(places[i].name, words[0]) == 0 && count == 2) {
			places[i].bytes->len = vectors_bytes(words[1], places[i].bytes->data, BYTES_MAX);
			return;
		}
	}
	fail_msg("line %s", words[0]);
}

static struct noise_config config_of(const struct vector *vector, bool initiator, uint8_t resp_public[static 32])
{
	crypto_scalarmult_base(resp_public, vector->resp_static.data);
	return (struct noise_config){
		.pattern = vector->pattern,
		.initiator = initiator,
		.prologue = span_of_bytes(&vector->prologue),
		.static_secret = initiator ? vector->init_static.data : vector->resp_static.data,
		.remote_static = initiator ? resp_public : NULL,
		.psk = vector->psk.len != 0 ? vector->psk.data : NULL,
		.ephemeral_secret = initiator ? vector->init_ephemeral.data :
				    vector->resp_ephemeral.len != 0 ? vector->resp_ephemeral.data : NULL,
	};
}

/* One message from one side to the other, in either phase, against its vector. */
static void pass_message(const struct vector *vector, size_t i, struct noise *from, struct noise *to,
			 struct noise_transport *from_keys, struct noise_transport *to_keys)
{
	uint8_t sealed[BYTES_MAX], opened[BYTES_MAX];
	size_t sealed_len = 0, opened_len = 0;
	struct fault written, read;
	bool handshake = !noise_finished(from);
	if (handshake)
		written = noise_write(from, span_of_bytes(&vector->payload[i]), sealed, sizeof sealed, &sealed_len);
	else
		written = noise_seal(&from_keys->send, span_of_bytes(&vector->payload[i]), sealed, sizeof sealed, &sealed_len);
	assert_int_equal(written.kind, FAULT_NONE);
	if (sealed_len != vector->ciphertext[i].len || memcmp(sealed, vector->ciphertext[i].data, sealed_len) != 0)
		fail_msg("%s: message %zu differs", vector->name, i);
	if (handshake)
		read = noise_read(to, span_of(sealed, sealed_len), opened, sizeof opened, &opened_len);
	else
		read = noise_open(&to_keys->receive, span_of(sealed, sealed_len), opened, sizeof opened, &opened_len);
	assert_int_equal(read.kind, FAULT_NONE);
	assert_true(span_equal(span_of(opened, opened_len), span_of_bytes(&vector->payload[i])));
}

static void play(const struct vector *vector)
{
	struct noise side[2]; /* the initiator, the responder */
	struct noise_transport keys[2] = { { .send.has_key = false }, { .send.has_key = false } };
	uint8_t resp_public[32];
	size_t phase = 0; /* the first message of the handshake, then of the transport */
	for (size_t i = 0; i < 2; i++) {
		struct noise_config config = config_of(vector, i == 0, resp_public);
		noise_init(&side[i], &config);
	}
	for (size_t i = 0; i < vector->messages; i++) {
		size_t from = vector->pattern == NOISE_X ? 0 : (i - phase) % 2;
		pass_message(vector, i, &side[from], &side[1 - from], &keys[from], &keys[1 - from]);
		if (!noise_finished(&side[0]) || keys[0].send.has_key)
			continue;
		assert_true(noise_finished(&side[1]));
		phase = i + 1;
		noise_split(&side[0], &keys[0]);
		noise_split(&side[1], &keys[1]);
		assert_memory_equal(keys[0].resumption, keys[1].resumption, NOISE_KEY_BYTES);
	}
	assert_true(keys[0].send.has_key);
	assert_memory_equal(keys[0].handshake_hash, keys[1].handshake_hash, NOISE_HASH_BYTES);
	if (vector->hash.len != 0)
		assert_memory_equal(keys[0].handshake_hash, vector->hash.data, NOISE_HASH_BYTES);
	assert_int_equal(keys[1].send.has_key, vector->pattern != NOISE_X);
}

static void public_vectors_are_met_in_both_roles(void **state)
{
	(void)state;
	static struct vector vector;
	struct vectors file;
	const char *words[4];
	size_t count, played = 0, of_pattern[4] = { 0, 0, 0, 0 };
	vectors_open(&file, "tests/vectors/noise.txt");
	while (vectors_line(&file, words, 4, &count)) {
		if (strcmp(words[0], "handshake") != 0) {
			read_line(&vector, words, count);
			continue;
		}
		if (vector.messages != 0)
			play(&vector);
		vector = (struct vector){ .pattern = pattern_named(words[1]) };
		snprintf(vector.name, sizeof vector.name, "%s (%s, number %zu)", words[1], words[2], ++played);
		of_pattern[vector.pattern]++;
	}
	play(&vector);
	vectors_close(&file);
	assert_int_equal(played, 19);
	assert_int_equal(of_pattern[NOISE_IK], 5);
	assert_int_equal(of_pattern[NOISE_IKPSK1], 5);
	assert_int_equal(of_pattern[NOISE_XKPSK0], 4);
	assert_int_equal(of_pattern[NOISE_X], 5);
}

static void split_gives_the_keys_and_the_resumption_key_of_the_vector(void **state)
{
	(void)state;
	static const char path[] = "tests/vectors/derivations.txt";
	uint8_t expected[NOISE_KEY_BYTES];
	struct noise_transport keys;
	for (size_t initiator = 0; initiator < 2; initiator++) {
		struct noise noise = { .pattern = NOISE_IKPSK1, .initiator = initiator == 1, .message = 2 };
		assert_int_equal(vectors_get(path, "ck", noise.ck, sizeof noise.ck), NOISE_HASH_BYTES);
		assert_int_equal(vectors_get(path, "handshake_hash", noise.h, sizeof noise.h), NOISE_HASH_BYTES);
		noise_split(&noise, &keys);
		vectors_get(path, "k1", expected, sizeof expected);
		assert_memory_equal(initiator ? keys.send.key : keys.receive.key, expected, sizeof expected);
		vectors_get(path, "k2", expected, sizeof expected);
		assert_memory_equal(initiator ? keys.receive.key : keys.send.key, expected, sizeof expected);
		vectors_get(path, "resumption", expected, sizeof expected);
		assert_memory_equal(keys.resumption, expected, sizeof expected);
		assert_true(sodium_is_zero(noise.ck, sizeof noise.ck));
	}
}

/* ---- a pair of our own ------------------------------------------------------ */

struct pair {
	struct noise device, central;
	uint8_t device_static[32], device_public[32], central_static[32], central_public[32];
	uint8_t psk[32], wrong_psk[32];
};

static void pair_begin(struct pair *pair, enum noise_pattern pattern, uint64_t seed)
{
	uint8_t device_e[32], central_e[32];
	bool psk = pattern == NOISE_IKPSK1 || pattern == NOISE_XKPSK0;
	struct prng prng;
	prng_init(&prng, seed);
	prng_fill(&prng, pair->device_static, 32);
	prng_fill(&prng, pair->central_static, 32);
	prng_fill(&prng, pair->psk, 32);
	prng_fill(&prng, pair->wrong_psk, 32);
	prng_fill(&prng, device_e, 32);
	prng_fill(&prng, central_e, 32);
	crypto_scalarmult_base(pair->device_public, pair->device_static);
	crypto_scalarmult_base(pair->central_public, pair->central_static);
	noise_init(&pair->device, &(struct noise_config){
		.pattern = pattern, .initiator = true, .prologue = span_text("jalka"),
		.static_secret = pair->device_static, .static_public = pair->device_public,
		.remote_static = pair->central_public, .psk = psk ? pair->psk : NULL, .ephemeral_secret = device_e });
	noise_init(&pair->central, &(struct noise_config){
		.pattern = pattern, .prologue = span_text("jalka"), .static_secret = pair->central_static,
		.psk = pattern == NOISE_XKPSK0 ? pair->psk : NULL, .ephemeral_secret = central_e });
}

static size_t write_first(struct pair *pair, uint8_t *out, size_t size)
{
	size_t len;
	assert_int_equal(noise_write(&pair->device, span_text("hyvää päivää"), out, size, &len).kind, FAULT_NONE);
	return len;
}

static void a_responder_may_try_another_psk_after_the_wrong_one(void **state)
{
	(void)state;
	struct pair pair;
	struct span rest;
	uint8_t message[256], payload[256];
	size_t len, payload_len = 99;
	pair_begin(&pair, NOISE_IKPSK1, 1);
	len = write_first(&pair, message, sizeof message);
	assert_int_equal(noise_read_keys(&pair.central, span_of(message, len), &rest).kind, FAULT_NONE);
	assert_true(pair.central.has_rs);
	assert_memory_equal(pair.central.rs, pair.device_public, 32);
	assert_int_equal(rest.len, len - 80);
	noise_set_psk(&pair.central, pair.wrong_psk);
	assert_int_equal(noise_read_payload(&pair.central, rest, payload, sizeof payload, &payload_len).kind, FAULT_PEER);
	assert_int_equal(payload_len, 99);
	noise_set_psk(&pair.central, pair.psk);
	assert_int_equal(noise_read_payload(&pair.central, rest, payload, sizeof payload, &payload_len).kind, FAULT_NONE);
	assert_true(span_equal(span_of(payload, payload_len), span_text("hyvää päivää")));
	assert_false(noise_finished(&pair.central));
}

static void a_remembered_ss_stands_for_the_one_computed(void **state)
{
	(void)state;
	static const enum noise_pattern both[] = { NOISE_IK, NOISE_IKPSK1 };
	for (size_t i = 0; i < 2; i++) {
		struct pair pair;
		struct span rest;
		uint8_t message[256], payload[256], ss[32];
		size_t len, payload_len;
		pair_begin(&pair, both[i], 1);
		len = write_first(&pair, message, sizeof message);
		assert_int_equal(noise_read_keys(&pair.central, span_of(message, len), &rest).kind, FAULT_NONE);
		assert_false(pair.central.has_ss);
		if (both[i] == NOISE_IKPSK1)
			noise_set_psk(&pair.central, pair.psk);
		assert_true(noise_dh_static(pair.central.s_secret, pair.device_public, ss));
		ss[5] ^= 1;
		noise_set_ss(&pair.central, ss);
		assert_int_equal(noise_read_payload(&pair.central, rest, payload, sizeof payload, &payload_len).kind, FAULT_PEER);
		ss[5] ^= 1;
		noise_set_ss(&pair.central, ss);
		assert_int_equal(noise_read_payload(&pair.central, rest, payload, sizeof payload, &payload_len).kind, FAULT_NONE);
		assert_true(span_equal(span_of(payload, payload_len), span_text("hyvää päivää")));
	}
}

static void a_flipped_bit_anywhere_is_refused_and_changes_nothing(void **state)
{
	(void)state;
	static const enum noise_pattern all[] = { NOISE_IK, NOISE_IKPSK1, NOISE_XKPSK0, NOISE_X };
	for (size_t p = 0; p < 4; p++) {
		struct pair pair;
		uint8_t message[256], payload[256];
		size_t payload_len;
		pair_begin(&pair, all[p], 2);
		size_t len = write_first(&pair, message, sizeof message);
		if (all[p] == NOISE_IKPSK1)
			noise_set_psk(&pair.central, pair.psk);
		struct noise before = pair.central;
		for (size_t bit = 0; bit < 8 * len; bit += bit < 8 * 96 ? 7 : 1) {
			/* The top bit of a public key is not part of it (RFC 7748), but
			 * it is hashed: this too must be refused. */
			message[bit / 8] ^= (uint8_t)(1 << bit % 8);
			struct fault fault = noise_read(&pair.central, span_of(message, len), payload, sizeof payload, &payload_len);
			assert_int_equal(fault.kind, FAULT_PEER);
			assert_memory_equal(&before, &pair.central, sizeof before);
			message[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		for (size_t cut = 0; cut < len; cut++)
			assert_int_equal(noise_read(&pair.central, span_of(message, cut), payload, sizeof payload,
						    &payload_len).kind, FAULT_PEER);
		assert_int_equal(noise_read(&pair.central, span_of(message, len), payload, sizeof payload,
					    &payload_len).kind, FAULT_NONE);
	}
}

static void another_prologue_or_another_responder_is_refused(void **state)
{
	(void)state;
	struct pair pair, other;
	uint8_t message[256], payload[256];
	size_t payload_len;
	pair_begin(&pair, NOISE_IK, 3);
	pair_begin(&other, NOISE_IK, 4);
	size_t len = write_first(&pair, message, sizeof message);
	assert_int_equal(noise_read(&other.central, span_of(message, len), payload, sizeof payload, &payload_len).kind,
			 FAULT_PEER);
	noise_init(&pair.central, &(struct noise_config){
		.pattern = NOISE_IK, .prologue = span_text("jalkA"), .static_secret = pair.central_static,
		.ephemeral_secret = pair.psk });
	assert_int_equal(noise_read(&pair.central, span_of(message, len), payload, sizeof payload, &payload_len).kind,
			 FAULT_PEER);
}

/* The points whose order divides 8, of curve and twist, in canonical form. */
static const uint8_t low_order[][32] = {
	{ 0 },
	{ 1 },
	{ 0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
	  0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00 },
	{ 0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b,
	  0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57 },
	{ 0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
	{ 0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
	{ 0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
};

static void a_public_key_of_low_order_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof low_order / sizeof *low_order; i++) {
		struct pair pair;
		struct span rest;
		uint8_t message[256];
		size_t len;
		/* As the ephemeral key of message 1 ... */
		pair_begin(&pair, NOISE_IK, 5);
		len = write_first(&pair, message, sizeof message);
		memcpy(message, low_order[i], 32);
		assert_int_equal(noise_read_keys(&pair.central, span_of(message, len), &rest).kind, FAULT_PEER);
		uint8_t ss[32];
		assert_false(noise_dh_static(pair.central.s_secret, low_order[i], ss));
		/* ... and as the static key a device was told to trust. */
		memcpy(pair.device.rs, low_order[i], 32);
		pair.device.message = 0;
		assert_int_equal(noise_write(&pair.device, span_of("", 0), message, sizeof message, &len).kind, FAULT_PEER);
	}
}

static void transport_goes_both_ways_and_refuses_replay_and_reorder(void **state)
{
	(void)state;
	struct pair pair;
	struct noise_transport device, central;
	uint8_t message[256], second[256], payload[256];
	size_t len, second_len, payload_len;
	pair_begin(&pair, NOISE_IK, 6);
	len = write_first(&pair, message, sizeof message);
	assert_int_equal(noise_read(&pair.central, span_of(message, len), payload, sizeof payload, &payload_len).kind, FAULT_NONE);
	assert_int_equal(noise_write(&pair.central, span_of("", 0), message, sizeof message, &len).kind, FAULT_NONE);
	assert_int_equal(len, 48);
	assert_int_equal(noise_read(&pair.device, span_of(message, len), payload, sizeof payload, &payload_len).kind, FAULT_NONE);
	noise_split(&pair.device, &device);
	noise_split(&pair.central, &central);
	assert_memory_equal(device.resumption, central.resumption, NOISE_KEY_BYTES);
	assert_int_equal(noise_seal(&device.send, span_text("yksi"), message, sizeof message, &len).kind, FAULT_NONE);
	assert_int_equal(noise_seal(&device.send, span_text("kaksi"), second, sizeof second, &second_len).kind, FAULT_NONE);
	struct noise_transport early = central;
	assert_int_equal(noise_open(&early.receive, span_of(second, second_len), payload, sizeof payload, &payload_len).kind, FAULT_PEER);
	assert_int_equal(noise_open(&central.receive, span_of(message, len), payload, sizeof payload, &payload_len).kind, FAULT_NONE);
	assert_true(span_equal(span_of(payload, payload_len), span_text("yksi")));
	early = central;
	assert_int_equal(noise_open(&early.receive, span_of(message, len), payload, sizeof payload, &payload_len).kind, FAULT_PEER);
	assert_int_equal(noise_open(&central.receive, span_of(second, second_len), payload, sizeof payload, &payload_len).kind, FAULT_NONE);
	/* Not reflected: what a side sealed it cannot open. */
	assert_int_equal(noise_seal(&device.send, span_text("x"), message, sizeof message, &len).kind, FAULT_NONE);
	assert_int_equal(noise_open(&device.receive, span_of(message, len), payload, sizeof payload, &payload_len).kind, FAULT_PEER);
	noise_transport_wipe(&device);
	assert_true(sodium_is_zero((const uint8_t *)&device, sizeof device));
	noise_wipe(&pair.device);
	assert_true(sodium_is_zero((const uint8_t *)&pair.device, sizeof pair.device));
}

static void what_does_not_fit_is_refused_before_anything_changes(void **state)
{
	(void)state;
	static uint8_t large[LIMIT_FRAME_BYTES + 1], out[LIMIT_FRAME_BYTES + 1];
	struct pair pair;
	size_t len = 7;
	pair_begin(&pair, NOISE_IK, 7);
	struct noise before = pair.device;
	/* e 32, s 48, tag 16. */
	assert_int_equal(noise_write(&pair.device, span_of(large, LIMIT_FRAME_BYTES - 95), out, sizeof out, &len).kind, FAULT_LIMIT);
	assert_int_equal(noise_write(&pair.device, span_of(large, 10), out, 105, &len).kind, FAULT_LIMIT);
	assert_int_equal(len, 7);
	assert_memory_equal(&before, &pair.device, sizeof before);
	assert_int_equal(noise_write(&pair.device, span_of(large, LIMIT_FRAME_BYTES - 96), out, sizeof out, &len).kind, FAULT_NONE);
	assert_int_equal(len, LIMIT_FRAME_BYTES);
	assert_int_equal(noise_read(&pair.central, span_of(large, sizeof large), out, sizeof out, &len).kind, FAULT_PEER);
	struct noise_cipher cipher = { .has_key = true };
	assert_int_equal(noise_seal(&cipher, span_of(large, LIMIT_FRAME_PLAIN_BYTES + 1), out, sizeof out, &len).kind, FAULT_LIMIT);
	assert_int_equal(noise_seal(&cipher, span_of(large, 4), out, 19, &len).kind, FAULT_LIMIT);
	assert_int_equal(noise_open(&cipher, span_of(large, 15), out, sizeof out, &len).kind, FAULT_PEER);
	assert_int_equal(noise_open(&cipher, span_of(large, sizeof large), out, sizeof out, &len).kind, FAULT_PEER);
	assert_int_equal(noise_open(&cipher, span_of(large, 20), out, 3, &len).kind, FAULT_LIMIT);
	assert_int_equal(cipher.nonce, 0);
	assert_int_equal(noise_seal(&cipher, span_of(large, LIMIT_FRAME_PLAIN_BYTES), out, sizeof out, &len).kind, FAULT_NONE);
	assert_int_equal(len, LIMIT_FRAME_BYTES);
}

static void the_last_nonce_is_never_used(void **state)
{
	(void)state;
	struct noise_cipher cipher = { .nonce = UINT64_MAX - 1, .has_key = true };
	uint8_t out[32], back[32];
	size_t len, back_len;
	assert_int_equal(noise_seal(&cipher, span_text("x"), out, sizeof out, &len).kind, FAULT_NONE);
	assert_int_equal(noise_seal(&cipher, span_text("x"), out, sizeof out, &len).kind, FAULT_LIMIT);
	assert_int_equal(noise_open(&cipher, span_of(out, len), back, sizeof back, &back_len).kind, FAULT_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(public_vectors_are_met_in_both_roles),
		cmocka_unit_test(split_gives_the_keys_and_the_resumption_key_of_the_vector),
		cmocka_unit_test(a_responder_may_try_another_psk_after_the_wrong_one),
		cmocka_unit_test(a_remembered_ss_stands_for_the_one_computed),
		cmocka_unit_test(a_flipped_bit_anywhere_is_refused_and_changes_nothing),
		cmocka_unit_test(another_prologue_or_another_responder_is_refused),
		cmocka_unit_test(a_public_key_of_low_order_is_refused),
		cmocka_unit_test(transport_goes_both_ways_and_refuses_replay_and_reorder),
		cmocka_unit_test(what_does_not_fit_is_refused_before_anything_changes),
		cmocka_unit_test(the_last_nonce_is_never_used),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
