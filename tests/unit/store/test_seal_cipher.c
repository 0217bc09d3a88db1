/* seal_cipher: standard constructions, nonces used once, nothing opens that was
 * not sealed so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/seal_cipher.h"

enum { LEN = 4056, TRAILER = SEAL_CIPHER_TRAILER_BYTES };
static const uint8_t key[SEAL_KEY_BYTES] = "a key of thirty-two bytes, tests";
static const uint8_t file_id[SEAL_FILE_ID_BYTES] = "file id 16 bytes";
static const uint8_t bound_bytes[24] = "file id 16 bytes, page 7";
static uint8_t plain[LEN], sealed[LEN], opened[LEN], trailer[TRAILER];

static int enter(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN; i++)
		plain[i] = (uint8_t)(i * 31 + 7);
	return sodium_init() < 0 ? -1 : 0;
}

static struct span bound(void)
{
	return span_of(bound_bytes, sizeof bound_bytes);
}

static struct seal_cipher *make(enum seal_suite suite, enum seal_purpose purpose)
{
	struct seal_cipher *cipher = NULL;
	struct fault fault = seal_cipher_new(suite, purpose, key, file_id, &cipher);
	if (fault_is(fault))
		fail_msg("%s", fault.what);
	return cipher;
}

/* The file key, derived once more as the document says. */
static void file_key(const char *tag, uint8_t out[static 32])
{
	uint8_t message[64];
	size_t len = strlen(tag);
	memcpy(message, tag, len);
	memcpy(message + len, file_id, sizeof file_id);
	crypto_generichash(out, 32, message, len + sizeof file_id, key, sizeof key);
}

static void suite_1_is_xchacha20_poly1305_to_the_letter(void **state)
{
	uint8_t wrapped[LEN + SEAL_CIPHER_TAG_BYTES], derived[32];
	unsigned long long len = 0;
	(void)state;
	struct seal_cipher *cipher = make(SEAL_XCHACHA20POLY1305, SEAL_PAGES);
	seal_cipher_seal(cipher, sealed, plain, LEN, bound(), trailer);
	memcpy(wrapped, sealed, LEN);
	memcpy(wrapped + LEN, trailer + SEAL_CIPHER_NONCE_BYTES, SEAL_CIPHER_TAG_BYTES);
	file_key("jalka-seal-pages-1", derived);
	assert_int_equal(crypto_aead_xchacha20poly1305_ietf_decrypt(opened, &len, NULL, wrapped, sizeof wrapped, bound_bytes,
								    sizeof bound_bytes, trailer, derived), 0);
	assert_memory_equal(opened, plain, LEN);
	seal_cipher_free(cipher);
}

static void suite_2_is_aes_256_gcm_under_a_subkey_of_the_prefix(void **state)
{
	uint8_t wrapped[LEN + SEAL_CIPHER_TAG_BYTES], derived[32], subkey[32], nonce[12] = { 0 };
	unsigned long long len = 0;
	(void)state;
	if (!seal_cipher_supports(SEAL_AES256GCM))
		skip();
	struct seal_cipher *cipher = make(SEAL_AES256GCM, SEAL_LOG);
	seal_cipher_seal(cipher, sealed, plain, LEN, bound(), trailer);
	memcpy(wrapped, sealed, LEN);
	memcpy(wrapped + LEN, trailer + SEAL_CIPHER_NONCE_BYTES, SEAL_CIPHER_TAG_BYTES);
	file_key("jalka-seal-log-1", derived);
	crypto_core_hchacha20(subkey, trailer, derived, NULL);
	memcpy(nonce + 4, trailer + SEAL_CIPHER_PREFIX_BYTES, 8);
	assert_int_equal(crypto_aead_aes256gcm_decrypt(opened, &len, NULL, wrapped, sizeof wrapped, bound_bytes,
						       sizeof bound_bytes, nonce, subkey), 0);
	assert_memory_equal(opened, plain, LEN);
	seal_cipher_free(cipher);
}

static void opens_only_what_was_sealed(enum seal_suite suite)
{
	static const uint8_t zeros[LEN];
	uint8_t other_bound[sizeof bound_bytes];
	if (!seal_cipher_supports(suite))
		return;
	struct seal_cipher *cipher = make(suite, SEAL_PAGES), *log = make(suite, SEAL_LOG);
	seal_cipher_seal(cipher, sealed, plain, LEN, bound(), trailer);
	assert_true(seal_cipher_open(cipher, opened, sealed, LEN, bound(), trailer));
	assert_memory_equal(opened, plain, LEN);
	assert_false(seal_cipher_open(log, opened, sealed, LEN, bound(), trailer));
	assert_memory_equal(opened, zeros, LEN);
	for (size_t bit = 0; bit < LEN * 8; bit += 97) {
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(seal_cipher_open(cipher, opened, sealed, LEN, bound(), trailer));
		assert_memory_equal(opened, zeros, LEN);
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t bit = 0; bit < TRAILER * 8; bit++) {
		trailer[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(seal_cipher_open(cipher, opened, sealed, LEN, bound(), trailer));
		trailer[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	memcpy(other_bound, bound_bytes, sizeof other_bound);
	other_bound[23] ^= 1;
	assert_false(seal_cipher_open(cipher, opened, sealed, LEN, span_of(other_bound, sizeof other_bound), trailer));
	assert_true(seal_cipher_open(cipher, opened, sealed, LEN, bound(), trailer));
	seal_cipher_free(cipher);
	seal_cipher_free(log);
}

static void nothing_opens_but_what_was_sealed(void **state)
{
	(void)state;
	opens_only_what_was_sealed(SEAL_XCHACHA20POLY1305);
	opens_only_what_was_sealed(SEAL_AES256GCM);
}

/* What an earlier process sealed, under a hundred prefixes, is opened by a new cipher. */
static void prefixes_of_earlier_processes_open(void **state)
{
	enum { PREFIXES = 100, SHORT = 64 };
	static uint8_t pages[PREFIXES][SHORT], trailers[PREFIXES][TRAILER];
	(void)state;
	for (int suite = SEAL_XCHACHA20POLY1305; suite <= SEAL_AES256GCM; suite++) {
		if (!seal_cipher_supports((enum seal_suite)suite))
			continue;
		struct seal_cipher *cipher = make((enum seal_suite)suite, SEAL_PAGES);
		for (size_t i = 0; i < PREFIXES; i++) {
			seal_cipher_renew();
			seal_cipher_seal(cipher, pages[i], plain + i, SHORT, bound(), trailers[i]);
		}
		seal_cipher_free(cipher);
		cipher = make((enum seal_suite)suite, SEAL_PAGES);
		for (size_t round = 0; round < 2 * PREFIXES; round++) {
			size_t i = round * 37 % PREFIXES;
			assert_true(seal_cipher_open(cipher, opened, pages[i], SHORT, bound(), trailers[i]));
			assert_memory_equal(opened, plain + i, SHORT);
		}
		seal_cipher_free(cipher);
	}
}

/* ---- C1 ---- */

enum { THREADS = 4, PER_THREAD = 5000 };
static uint8_t nonces[THREADS * PER_THREAD][SEAL_CIPHER_NONCE_BYTES];

static void *draw_nonces(void *first)
{
	struct seal_cipher *cipher = make(SEAL_XCHACHA20POLY1305, SEAL_PAGES);
	uint8_t (*out)[SEAL_CIPHER_NONCE_BYTES] = first, mark[TRAILER], byte[1];
	for (size_t i = 0; i < PER_THREAD; i++) {
		if (i % 1000 == 0)
			seal_cipher_renew();
		seal_cipher_seal(cipher, byte, plain, 1, bound(), mark);
		memcpy(out[i], mark, SEAL_CIPHER_NONCE_BYTES);
	}
	seal_cipher_free(cipher);
	return NULL;
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, SEAL_CIPHER_NONCE_BYTES);
}

static void no_nonce_comes_twice_from_any_thread(void **state)
{
	pthread_t threads[THREADS];
	(void)state;
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, draw_nonces, nonces[i * PER_THREAD]), 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	qsort(nonces, THREADS * PER_THREAD, sizeof nonces[0], by_bytes);
	for (size_t i = 1; i < THREADS * PER_THREAD; i++)
		assert_memory_not_equal(nonces[i - 1], nonces[i], SEAL_CIPHER_NONCE_BYTES);
}

static void a_fork_draws_a_prefix_of_its_own(void **state)
{
	uint8_t parents[TRAILER], childs[TRAILER], byte[1];
	int tell[2], status = 0;
	(void)state;
	struct seal_cipher *cipher = make(SEAL_XCHACHA20POLY1305, SEAL_PAGES);
	seal_cipher_seal(cipher, byte, plain, 1, bound(), parents);
	assert_int_equal(pipe(tell), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		seal_cipher_seal(cipher, byte, plain, 1, bound(), childs);
		_exit(write(tell[1], childs, sizeof childs) == (ssize_t)sizeof childs ? 0 : 1);
	}
	seal_cipher_seal(cipher, byte, plain, 1, bound(), trailer);
	assert_int_equal(read(tell[0], childs, sizeof childs), sizeof childs);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_memory_not_equal(childs, parents, SEAL_CIPHER_PREFIX_BYTES);
	assert_memory_equal(trailer, parents, SEAL_CIPHER_PREFIX_BYTES);
	assert_memory_not_equal(trailer, parents, SEAL_CIPHER_NONCE_BYTES);
	close(tell[0]);
	close(tell[1]);
	seal_cipher_free(cipher);
}

static void the_check_tells_keys_apart(void **state)
{
	uint8_t other[SEAL_KEY_BYTES], mine[SEAL_CIPHER_CHECK_BYTES], theirs[SEAL_CIPHER_CHECK_BYTES];
	(void)state;
	memcpy(other, key, sizeof other);
	other[31] ^= 1;
	seal_cipher_check(key, bound(), mine);
	seal_cipher_check(other, bound(), theirs);
	assert_memory_not_equal(mine, theirs, sizeof mine);
	seal_cipher_check(key, bound(), theirs);
	assert_memory_equal(mine, theirs, sizeof mine);
}

static void an_unknown_suite_is_refused(void **state)
{
	struct seal_cipher *cipher = NULL;
	(void)state;
	assert_int_equal(seal_cipher_new((enum seal_suite)9, SEAL_PAGES, key, file_id, &cipher).kind, FAULT_CALLER);
	assert_null(cipher);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(suite_1_is_xchacha20_poly1305_to_the_letter),
		cmocka_unit_test(suite_2_is_aes_256_gcm_under_a_subkey_of_the_prefix),
		cmocka_unit_test(nothing_opens_but_what_was_sealed),
		cmocka_unit_test(prefixes_of_earlier_processes_open),
		cmocka_unit_test(no_nonce_comes_twice_from_any_thread),
		cmocka_unit_test(a_fork_draws_a_prefix_of_its_own),
		cmocka_unit_test(the_check_tells_keys_apart),
		cmocka_unit_test(an_unknown_suite_is_refused),
	};
	return cmocka_run_group_tests_name("seal_cipher", tests, enter, NULL);
}
