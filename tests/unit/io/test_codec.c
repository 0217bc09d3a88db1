/* codec: what goes in comes out, and a peer cannot make it unpack more than the limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zstd.h>

#include "base/limits.h"
#include "io/codec.h"

static uint8_t rows[40000], packed[80000], back[LIMIT_INFLATED_BYTES + 100];

static void fill(void)
{
	static const char *words[] = { "käynti ", "asiakas ", "toimeentulo ", "vuokra ", "Kela ", "puhelin " };
	size_t at = 0;
	for (unsigned i = 7; at + 20 < sizeof rows; i = i * 1103515245u + 12345u) {
		const char *word = words[(i >> 16) % 6];
		memcpy(rows + at, word, strlen(word));
		at += strlen(word);
	}
}

static void rows_come_back_as_they_were(void **state)
{
	(void)state;
	fill();
	size_t n = codec_compress(NULL, span_of(rows, sizeof rows), packed, sizeof packed);
	assert_true(n > 0 && n < sizeof rows / 2);
	assert_int_equal(codec_decompress(NULL, span_of(packed, n), back, sizeof back), sizeof rows);
	assert_memory_equal(back, rows, sizeof rows);
}

static void what_does_not_pay_or_fit_is_left_as_it_is(void **state)
{
	uint8_t noise[64];
	(void)state;
	for (size_t i = 0; i < sizeof noise; i++)
		noise[i] = (uint8_t)(i * 197 + 13);
	assert_int_equal(codec_compress(NULL, span_of(noise, sizeof noise), packed, sizeof packed), 0);
	fill();
	assert_int_equal(codec_compress(NULL, span_of(rows, sizeof rows), packed, 100), 0);
	assert_int_equal(codec_compress(NULL, span_of(rows, 0), packed, sizeof packed), 0);
}

static void a_bomb_is_refused_before_it_is_unpacked(void **state)
{
	(void)state;
	uint8_t *zeros = calloc(1, 2 * LIMIT_INFLATED_BYTES);
	assert_non_null(zeros);
	/* Above the absolute limit, and above the ratio. */
	size_t n = ZSTD_compress(packed, sizeof packed, zeros, LIMIT_INFLATED_BYTES + 1, 3);
	assert_false(ZSTD_isError(n));
	assert_int_equal(codec_decompress(NULL, span_of(packed, n), back, sizeof back), 0);
	n = ZSTD_compress(packed, sizeof packed, zeros, 100000, 3);
	assert_true(n * LIMIT_INFLATED_RATIO < 100000);
	assert_int_equal(codec_decompress(NULL, span_of(packed, n), back, sizeof back), 0);
	free(zeros);
}

static void what_is_not_one_whole_frame_is_refused(void **state)
{
	(void)state;
	fill();
	size_t n = codec_compress(NULL, span_of(rows, sizeof rows), packed, sizeof packed);
	for (size_t cut = 0; cut < n; cut += 37)
		assert_int_equal(codec_decompress(NULL, span_of(packed, cut), back, sizeof back), 0);
	packed[n] = 0;
	assert_int_equal(codec_decompress(NULL, span_of(packed, n + 1), back, sizeof back), 0);
	assert_int_equal(codec_decompress(NULL, span_of(packed, n), back, sizeof rows - 1), 0);
	memset(back, 0x5a, 100);
	assert_int_equal(codec_decompress(NULL, span_of(back, 100), back + 1000, 1000), 0);
	codec_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_back_as_they_were),
		cmocka_unit_test(what_does_not_pay_or_fit_is_left_as_it_is),
		cmocka_unit_test(a_bomb_is_refused_before_it_is_unpacked),
		cmocka_unit_test(what_is_not_one_whole_frame_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
