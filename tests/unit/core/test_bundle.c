/* bundle: golden bytes made by other code, and all that is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sodium.h>

#include "core/bundle.h"
#include "lib/vectors.h"

static const char path[] = "tests/vectors/bundle.txt";

enum { FILE_BYTES = 1 << 16 };

static struct {
	uint8_t sign_secret[DELTA_SIGN_SECRET_BYTES];
	struct delta_identity identity;
	uint8_t device[32], central[32], key[32], ephemeral[32], device_public[32], central_public[32], key_public[32];
	uint8_t epoch[16], central_epoch[16];
} keys;

static struct bundle_scratch scratch;

static void get(const char *name, uint8_t *out, size_t size)
{
	assert_int_equal(vectors_get(path, name, out, size), size);
}

static int load(void **state)
{
	uint8_t seed[32];
	(void)state;
	get("sign_seed", seed, sizeof seed);
	get("device_secret", keys.device, sizeof keys.device);
	get("central_secret", keys.central, sizeof keys.central);
	get("bundle_secret", keys.key, sizeof keys.key);
	get("ephemeral", keys.ephemeral, sizeof keys.ephemeral);
	get("epoch", keys.epoch, sizeof keys.epoch);
	get("central_epoch", keys.central_epoch, sizeof keys.central_epoch);
	crypto_sign_seed_keypair(keys.identity.bytes, keys.sign_secret, seed);
	crypto_scalarmult_base(keys.device_public, keys.device);
	crypto_scalarmult_base(keys.central_public, keys.central);
	crypto_scalarmult_base(keys.key_public, keys.key);
	return 0;
}

struct file {
	uint8_t bytes[FILE_BYTES];
	size_t len;
};

static void add(struct file *file, struct span piece)
{
	assert_true(piece.len <= FILE_BYTES - file->len);
	memcpy(file->bytes + file->len, piece.data, piece.len);
	file->len += piece.len;
}

static void good(struct fault fault)
{
	assert_string_equal(fault.what, "");
}

/* Each as the vectors have it. */
static void write_to_central(struct file *file)
{
	const struct bundle_parties parties = { BUNDLE_TO_CENTRAL, &keys.identity, keys.device, keys.key_public, keys.ephemeral };
	struct bundle_writer writer;
	struct span piece, none = { NULL, 0 };
	file->len = 0;
	memset(&scratch, 0, sizeof scratch);
	scratch.head.time_ms = 1795352900000;
	good(bundle_begin(&writer, &scratch, NULL, &parties, &piece));
	add(file, piece);
	SESSION_FRAME_SET(scratch.hello.epoch, keys.epoch);
	scratch.hello.has_cursor = true;
	SESSION_FRAME_SET(scratch.hello.cursor.epoch, keys.central_epoch);
	scratch.hello.cursor.order = 41;
	scratch.hello.bundle_key = 7;
	good(bundle_put(&writer, BUNDLE_HELLO, &scratch.hello, none, &piece));
	add(file, piece);
	scratch.frame.bye = true;
	good(bundle_put(&writer, BUNDLE_FRAME, &scratch.frame, none, &piece));
	add(file, piece);
	good(bundle_end(&writer, false, NULL, &piece));
	add(file, piece);
}

static void write_to_device(struct file *file, const uint8_t *central_secret, const uint8_t *sign_secret)
{
	const struct bundle_parties parties = { BUNDLE_TO_DEVICE, &keys.identity, central_secret, keys.device_public, keys.ephemeral };
	struct bundle_writer writer;
	struct span piece, none = { NULL, 0 };
	file->len = 0;
	memset(&scratch, 0, sizeof scratch);
	scratch.head.time_ms = 1795352900001;
	scratch.head.answers.size = 16;
	for (uint8_t i = 0; i < 16; i++)
		scratch.head.answers.bytes[i] = (uint8_t)(1 + i);
	SESSION_FRAME_SET(scratch.head.epoch, keys.epoch);
	scratch.head.has_from = true;
	scratch.head.from.order = 41;
	scratch.head.at_order = 43;
	good(bundle_begin(&writer, &scratch, NULL, &parties, &piece));
	add(file, piece);
	scratch.welcome.time_ms = 1795352900001;
	SESSION_FRAME_SET(scratch.welcome.central_epoch, keys.central_epoch);
	scratch.welcome.safe_order = 12;
	good(bundle_put(&writer, BUNDLE_WELCOME, &scratch.welcome, none, &piece));
	add(file, piece);
	scratch.frame.has_pull = true;
	scratch.frame.pull.to = 43;
	good(bundle_put(&writer, BUNDLE_FRAME, &scratch.frame, none, &piece));
	add(file, piece);
	good(bundle_end(&writer, false, sign_secret, &piece));
	add(file, piece);
}

static void expect_golden(const char *name, const struct file *file)
{
	static uint8_t golden[FILE_BYTES];
	size_t len = vectors_get(path, name, golden, sizeof golden);
	assert_int_equal(file->len, len);
	assert_memory_equal(file->bytes, golden, len);
}

static const struct bundle_parties central_reads = { BUNDLE_TO_CENTRAL, &keys.identity, keys.key, NULL, NULL };
static const struct bundle_parties device_reads = { BUNDLE_TO_DEVICE, &keys.identity, keys.device, NULL, NULL };

static struct fault whole(const struct bundle_parties *parties, const struct file *file, struct bundle_reader *reader)
{
	FAULT_TRY(bundle_open(reader, &scratch, NULL, parties, span_of(file->bytes, file->len)));
	return bundle_check(reader);
}

static void bytes_are_those_of_other_code(void **state)
{
	static struct file file;
	(void)state;
	write_to_central(&file);
	expect_golden("to_central", &file);
	write_to_device(&file, keys.central, keys.sign_secret);
	expect_golden("to_device", &file);
}

static void what_was_written_is_read_and_who_wrote_it(void **state)
{
	static struct file file;
	struct bundle_reader reader;
	struct bundle_header header;
	enum bundle_message message;
	struct span rows;
	(void)state;
	write_to_central(&file);
	good(bundle_look(span_of(file.bytes, file.len), &header));
	assert_int_equal(header.kind, BUNDLE_TO_CENTRAL);
	assert_memory_equal(header.key, keys.key_public, BUNDLE_FOR_BYTES);
	good(whole(&central_reads, &file, &reader));
	assert_memory_equal(reader.sender, keys.device_public, sizeof reader.sender);
	assert_int_equal(reader.head.time_ms, 1795352900000);
	assert_int_equal(reader.messages, 2);
	good(bundle_next(&reader, &message, &rows));
	assert_int_equal(message, BUNDLE_HELLO);
	assert_int_equal(scratch.hello.cursor.order, 41);
	good(bundle_next(&reader, &message, &rows));
	assert_true(scratch.frame.bye);
	good(bundle_next(&reader, &message, &rows));
	assert_int_equal(message, BUNDLE_END);
	bundle_close(&reader);
	write_to_device(&file, keys.central, keys.sign_secret);
	good(whole(&device_reads, &file, &reader));
	assert_memory_equal(reader.sender, keys.central_public, sizeof reader.sender);
	assert_int_equal(reader.head.at_order, 43);
	bundle_close(&reader);
}

static void any_other_byte_is_refused(void **state)
{
	static struct file file, bad;
	struct bundle_reader reader;
	struct bundle_header header;
	(void)state;
	write_to_device(&file, keys.central, keys.sign_secret);
	for (size_t at = 0; at < file.len; at++) {
		bad = file;
		bad.bytes[at] ^= 0x20;
		if (!fault_is(bundle_look(span_of(bad.bytes, bad.len), &header)))
			assert_true(header.kind != BUNDLE_TO_DEVICE || fault_is(whole(&device_reads, &bad, &reader)));
		bad.len = at;
		if (!fault_is(bundle_look(span_of(bad.bytes, bad.len), &header)))
			assert_true(fault_is(whole(&device_reads, &bad, &reader)));
	}
	bad = file;
	bad.bytes[bad.len++] = 0;
	assert_true(fault_is(whole(&device_reads, &bad, &reader)));
}

/* X alone says little of who wrote: who has the device's key could. */
static void answer_without_the_identitys_signature_is_refused(void **state)
{
	static struct file file;
	struct bundle_reader reader;
	uint8_t other[DELTA_SIGN_SECRET_BYTES], public_key[32];
	(void)state;
	crypto_sign_keypair(public_key, other);
	write_to_device(&file, keys.central, other);
	struct fault fault = whole(&device_reads, &file, &reader);
	assert_int_equal(fault.kind, FAULT_PEER);
	assert_string_equal(fault.what, "the bundle is not signed by the central node");
}

static void other_files_and_other_versions_are_told_apart(void **state)
{
	static struct file file;
	struct bundle_header header;
	(void)state;
	write_to_central(&file);
	struct fault fault = bundle_look(span_of("PK\3\4", 4), &header);
	assert_string_equal(fault.what, "the file is no bundle of Jalka");
	assert_int_equal(bundle_look(span_of("", 0), &header).kind, FAULT_CALLER);
	file.bytes[13] = '2';
	fault = bundle_look(span_of(file.bytes, file.len), &header);
	assert_non_null(strstr(fault.what, "newer version"));
}

/* A writer that puts its messages anywhere else. */
static void messages_have_their_places(void **state)
{
	static struct file file;
	const struct bundle_parties parties = { BUNDLE_TO_CENTRAL, &keys.identity, keys.device, keys.key_public, keys.ephemeral };
	static const enum bundle_message first[] = { BUNDLE_FRAME, BUNDLE_WELCOME };
	struct bundle_writer writer;
	struct bundle_reader reader;
	struct span piece, none = { NULL, 0 };
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		file.len = 0;
		memset(&scratch, 0, sizeof scratch);
		good(bundle_begin(&writer, &scratch, NULL, &parties, &piece));
		add(&file, piece);
		good(bundle_put(&writer, first[i], first[i] == BUNDLE_FRAME ? (void *)&scratch.frame : (void *)&scratch.welcome, none,
				&piece));
		add(&file, piece);
		good(bundle_end(&writer, false, NULL, &piece));
		add(&file, piece);
		assert_int_equal(whole(&central_reads, &file, &reader).kind, FAULT_PEER);
	}
}

static void key_is_certified_as_other_code_does(void **state)
{
	uint8_t body[96], golden[64];
	struct delta_signature signature;
	(void)state;
	size_t len = vectors_get(path, "key_body", body, sizeof body);
	get("key_signature", golden, sizeof golden);
	good(delta_sign(DELTA_TAG_BUNDLE, (struct span){ NULL, 0 }, span_of(body, len), keys.sign_secret, &signature));
	assert_memory_equal(signature.bytes, golden, sizeof golden);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_those_of_other_code),
		cmocka_unit_test(what_was_written_is_read_and_who_wrote_it),
		cmocka_unit_test(any_other_byte_is_refused),
		cmocka_unit_test(answer_without_the_identitys_signature_is_refused),
		cmocka_unit_test(other_files_and_other_versions_are_told_apart),
		cmocka_unit_test(messages_have_their_places),
		cmocka_unit_test(key_is_certified_as_other_code_does),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, load, NULL);
}
