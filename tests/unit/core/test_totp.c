/* totp: the vectors of RFC 6238, its window, and what an authenticator is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/totp.h"
#include "lib/vectors.h"

static const char path[] = "tests/vectors/totp.txt";
static uint8_t secret[TOTP_SECRET_BYTES];

static int fresh(void **state)
{
	(void)state;
	return vectors_get(path, "secret", secret, sizeof secret) != sizeof secret;
}

static void the_vectors_of_the_rfc_hold(void **state)
{
	struct vectors vectors;
	const char *words[4];
	size_t count, rows = 0;
	(void)state;
	vectors_open(&vectors, path);
	while (vectors_line(&vectors, words, 4, &count)) {
		char code[TOTP_DIGITS_MAX + 1];
		if (strcmp(words[0], "time") != 0)
			continue;
		uint64_t step = strtoull(words[1], NULL, 10) * 1000 / TOTP_STEP_MS;
		assert_int_equal(step, strtoull(words[2], NULL, 16));
		totp_code(span_of(secret, sizeof secret), step, 8, code);
		assert_string_equal(code, words[3]);
		totp_code(span_of(secret, sizeof secret), step, TOTP_DIGITS, code);
		assert_string_equal(code, words[3] + 2);
		rows++;
	}
	vectors_close(&vectors);
	assert_int_equal(rows, 6);
}

static bool accepts(const char *code, uint64_t wall_ms, uint64_t last_step, uint64_t *step)
{
	return totp_accepts(secret, span_text(code), wall_ms, last_step, step);
}

static void a_code_counts_one_step_before_and_after(void **state)
{
	const uint64_t at = 0x23523ec;
	uint64_t step = 0;
	(void)state;
	assert_true(accepts("084774", at * TOTP_STEP_MS, 0, &step));
	assert_int_equal(step, at);
	assert_true(accepts("084774", (at + 1) * TOTP_STEP_MS + TOTP_STEP_MS - 1, 0, &step));
	assert_int_equal(step, at);
	assert_true(accepts("084774", (at - 1) * TOTP_STEP_MS, 0, &step));
	assert_int_equal(step, at);
	assert_false(accepts("084774", (at + 2) * TOTP_STEP_MS, 0, &step));
	assert_false(accepts("084774", (at - 1) * TOTP_STEP_MS - 1, 0, &step));
}

static void a_code_of_a_step_that_is_past_counts_no_more(void **state)
{
	const uint64_t at = 0x23523ec, now_ms = at * TOTP_STEP_MS;
	uint64_t step = 7;
	(void)state;
	assert_true(accepts("084774", now_ms, at - 1, &step));
	step = 7;
	assert_false(accepts("084774", now_ms, at, &step));
	assert_false(accepts("084774", now_ms, at + 1, &step));
	assert_int_equal(step, 7);
	assert_true(accepts("062674", now_ms, at, &step)); /* the next one, early */
	assert_int_equal(step, at + 1);
}

static void what_is_no_code_is_refused(void **state)
{
	static const char *const codes[] = { "", "08477", "0847744", "08477a", "-84774", "084774\n", "68084774", "      " };
	const uint64_t now_ms = (uint64_t)0x23523ec * TOTP_STEP_MS;
	uint64_t step;
	(void)state;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		assert_false(accepts(codes[i], now_ms, 0, &step));
	assert_true(accepts("084 774", now_ms, 0, &step));
	assert_true(accepts(" 084774 ", now_ms, 0, &step));
	assert_false(totp_accepts(secret, span_of("084774\0", 7), now_ms, 0, &step));
}

static void the_beginning_of_time_is_no_harm(void **state)
{
	uint64_t step;
	char code[TOTP_DIGITS_MAX + 1];
	(void)state;
	totp_code(span_of(secret, sizeof secret), 1, TOTP_DIGITS, code);
	assert_true(accepts(code, 0, 0, &step));
	assert_int_equal(step, 1);
}

static void the_secret_is_told_as_base32(void **state)
{
	char text[TOTP_SECRET_TEXT_BYTES];
	(void)state;
	totp_secret_text(secret, text);
	/* base32 of "12345678901234567890123456789012" (RFC 4648), without its padding */
	assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA");
}

static void an_authenticator_is_told_all(void **state)
{
	char uri[TOTP_URI_BYTES];
	(void)state;
	assert_true(totp_uri(secret, span_text("Jalka jalka.example.fi"), span_text("maija@ä"), uri));
	assert_string_equal(uri, "otpauth://totp/Jalka%20jalka.example.fi:maija%40%C3%A4"
		"?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA"
		"&issuer=Jalka%20jalka.example.fi&algorithm=SHA256&digits=6&period=30");
}

static void names_too_long_for_an_address_are_told(void **state)
{
	static uint8_t name[400];
	char uri[TOTP_URI_BYTES];
	(void)state;
	memset(name, ' ', sizeof name);
	assert_false(totp_uri(secret, span_of(name, sizeof name), span_text("maija"), uri));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_the_rfc_hold),
		cmocka_unit_test(a_code_counts_one_step_before_and_after),
		cmocka_unit_test(a_code_of_a_step_that_is_past_counts_no_more),
		cmocka_unit_test(what_is_no_code_is_refused),
		cmocka_unit_test(the_beginning_of_time_is_no_harm),
		cmocka_unit_test(the_secret_is_told_as_base32),
		cmocka_unit_test(an_authenticator_is_told_all),
		cmocka_unit_test(names_too_long_for_an_address_are_told),
	};
	return cmocka_run_group_tests(tests, fresh, NULL);
}
