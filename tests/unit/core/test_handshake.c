/* handshake: clear header, MAC, prologue, words; golden bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>

#include "core/handshake.h"
#include "lib/vectors.h"

static const char path[] = "tests/vectors/derivations.txt";

struct fixture {
	struct delta_identity identity;
	uint8_t keys[80];
	struct handshake_header header;
	uint8_t clear[HANDSHAKE_HEADER_SLOT_BYTES], mac[HANDSHAKE_MAC_BYTES], prologue[HANDSHAKE_PROLOGUE_BYTES_MAX];
	size_t clear_len, prologue_len;
};

static void load(struct fixture *fixture, enum handshake_kind kind, uint16_t message_bytes, const char *name)
{
	char full[32] = "header_";
	vectors_get(path, "identity", fixture->identity.bytes, 32);
	vectors_get(path, "keys", fixture->keys, sizeof fixture->keys);
	fixture->header = (struct handshake_header){ .kind = kind, .message_bytes = message_bytes };
	vectors_get(path, "slot", fixture->header.slot, HANDSHAKE_SLOT_BYTES);
	strcat(full, name);
	fixture->clear_len = vectors_get(path, full, fixture->clear, sizeof fixture->clear);
	strcpy(full, "mac_");
	strcat(full, name);
	vectors_get(path, full, fixture->mac, sizeof fixture->mac);
	strcpy(full, "prologue_");
	strcat(full, name);
	fixture->prologue_len = vectors_get(path, full, fixture->prologue, sizeof fixture->prologue);
}

static void check(enum handshake_kind kind, uint16_t message_bytes, const char *name, size_t covers)
{
	struct fixture fixture;
	struct handshake_header back;
	uint8_t out[HANDSHAKE_PROLOGUE_BYTES_MAX], mac[HANDSHAKE_MAC_BYTES], whole[HANDSHAKE_HEADER_BYTES_MAX];
	load(&fixture, kind, message_bytes, name);
	size_t len = handshake_header_write(&fixture.header, out);
	assert_int_equal(len, fixture.clear_len);
	assert_memory_equal(out, fixture.clear, len);
	assert_int_equal(handshake_mac_covers(kind), covers);
	handshake_mac(&fixture.identity, &fixture.header, span_of(fixture.keys, covers), mac);
	assert_memory_equal(mac, fixture.mac, sizeof mac);
	assert_int_equal(handshake_prologue(&fixture.identity, &fixture.header, out), fixture.prologue_len);
	assert_memory_equal(out, fixture.prologue, fixture.prologue_len);
	memcpy(whole, fixture.clear, fixture.clear_len);
	memcpy(whole + fixture.clear_len, mac, sizeof mac);
	assert_int_equal(handshake_header_bytes(whole), fixture.clear_len + HANDSHAKE_MAC_BYTES);
	memset(mac, 0, sizeof mac);
	assert_int_equal(handshake_header_read(span_of(whole, fixture.clear_len + 16), &back, mac).kind, FAULT_NONE);
	assert_int_equal(back.kind, kind);
	assert_int_equal(back.message_bytes, message_bytes);
	assert_memory_equal(mac, fixture.mac, sizeof mac);
	static const uint8_t no_slot[HANDSHAKE_SLOT_BYTES];
	assert_memory_equal(back.slot, fixture.clear_len == 20 ? fixture.header.slot : no_slot, HANDSHAKE_SLOT_BYTES);
}

static void header_mac_and_prologue_are_those_of_the_vectors(void **state)
{
	(void)state;
	check(HANDSHAKE_IKPSK1, 0x0123, "ikpsk1", 80);
	check(HANDSHAKE_XKPSK0, 0x0060, "xkpsk0", 32);
	check(HANDSHAKE_CERT, 0, "cert", 0);
	assert_int_equal(handshake_mac_covers(HANDSHAKE_IK), 80);
}

static void the_mac_covers_every_byte_of_header_and_keys(void **state)
{
	(void)state;
	struct fixture fixture;
	uint8_t mac[HANDSHAKE_MAC_BYTES];
	load(&fixture, HANDSHAKE_IKPSK1, 0x0123, "ikpsk1");
	for (size_t i = 0; i < sizeof fixture.keys; i++) {
		fixture.keys[i] ^= 1;
		handshake_mac(&fixture.identity, &fixture.header, span_of(fixture.keys, 80), mac);
		assert_memory_not_equal(mac, fixture.mac, sizeof mac);
		fixture.keys[i] ^= 1;
	}
	fixture.header.message_bytes ^= 1;
	handshake_mac(&fixture.identity, &fixture.header, span_of(fixture.keys, 80), mac);
	assert_memory_not_equal(mac, fixture.mac, sizeof mac);
	fixture.header.message_bytes ^= 1;
	fixture.header.kind = HANDSHAKE_IK;
	handshake_mac(&fixture.identity, &fixture.header, span_of(fixture.keys, 80), mac);
	assert_memory_not_equal(mac, fixture.mac, sizeof mac);
	fixture.header.kind = HANDSHAKE_IKPSK1;
	fixture.identity.bytes[0] ^= 1;
	handshake_mac(&fixture.identity, &fixture.header, span_of(fixture.keys, 80), mac);
	assert_memory_not_equal(mac, fixture.mac, sizeof mac);
}

static size_t first_bytes(uint8_t version, uint8_t kind, uint16_t length)
{
	const uint8_t first[4] = { version, kind, (uint8_t)length, (uint8_t)(length >> 8) };
	return handshake_header_bytes(first);
}

static void unknown_versions_kinds_and_lengths_are_refused(void **state)
{
	(void)state;
	assert_int_equal(first_bytes(1, HANDSHAKE_IK, 200), 20);
	assert_int_equal(first_bytes(1, HANDSHAKE_XKPSK0, 200), 36);
	for (unsigned version = 0; version < 256; version++)
		if (version != 1)
			assert_int_equal(first_bytes((uint8_t)version, HANDSHAKE_IK, 200), 0);
	for (unsigned kind = 0; kind < 256; kind++)
		if (kind < HANDSHAKE_CERT || kind > HANDSHAKE_XKPSK0)
			assert_int_equal(first_bytes(1, (uint8_t)kind, 200), 0);
	for (unsigned length = 0; length <= 0xffff; length++) {
		assert_int_equal(first_bytes(1, HANDSHAKE_CERT, (uint16_t)length) != 0, length == 0);
		assert_int_equal(first_bytes(1, HANDSHAKE_IK, (uint16_t)length) != 0, length >= 96 && length <= HANDSHAKE_MESSAGE_BYTES_MAX);
		assert_int_equal(first_bytes(1, HANDSHAKE_IKPSK1, (uint16_t)length) != 0, length >= 96 && length <= HANDSHAKE_MESSAGE_BYTES_MAX);
		assert_int_equal(first_bytes(1, HANDSHAKE_XKPSK0, (uint16_t)length) != 0, length >= 48 && length <= HANDSHAKE_MESSAGE_BYTES_MAX);
	}
	assert_int_equal(HANDSHAKE_MESSAGE_BYTES_MAX + HANDSHAKE_HEADER_BYTES_MAX, 14 * 1024);
}

static void a_header_of_another_length_is_refused_and_nothing_written(void **state)
{
	(void)state;
	struct fixture fixture;
	struct handshake_header back = { .kind = HANDSHAKE_IK, .message_bytes = 7 };
	uint8_t whole[64] = { 0 }, mac[HANDSHAKE_MAC_BYTES] = { 9 };
	load(&fixture, HANDSHAKE_XKPSK0, 0x0060, "xkpsk0");
	memcpy(whole, fixture.clear, fixture.clear_len);
	for (size_t len = 0; len < sizeof whole; len++)
		if (len != 36)
			assert_int_equal(handshake_header_read(span_of(whole, len), &back, mac).kind, FAULT_PEER);
	whole[0] = 2;
	assert_int_equal(handshake_header_read(span_of(whole, 36), &back, mac).kind, FAULT_PEER);
	assert_int_equal(back.kind, HANDSHAKE_IK);
	assert_int_equal(back.message_bytes, 7);
	assert_int_equal(mac[0], 9);
}

static void both_screens_show_the_words_of_the_vector(void **state)
{
	(void)state;
	uint8_t hash[NOISE_HASH_BYTES], expected[HANDSHAKE_WORDS_BYTES] = { 0 };
	char words[HANDSHAKE_WORDS_BYTES];
	vectors_get(path, "handshake_hash", hash, sizeof hash);
	vectors_get(path, "words", expected, sizeof expected);
	handshake_words(hash, words);
	assert_string_equal(words, (const char *)expected);
	hash[63] ^= 1;
	handshake_words(hash, words);
	assert_string_not_equal(words, (const char *)expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_mac_and_prologue_are_those_of_the_vectors),
		cmocka_unit_test(the_mac_covers_every_byte_of_header_and_keys),
		cmocka_unit_test(unknown_versions_kinds_and_lengths_are_refused),
		cmocka_unit_test(a_header_of_another_length_is_refused_and_nothing_written),
		cmocka_unit_test(both_screens_show_the_words_of_the_vector),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
