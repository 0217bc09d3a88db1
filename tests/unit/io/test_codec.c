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
#include "base/wire.h"
#include "core/columns.h"
#include "core/session_frame.h"
#include "io/codec.h"

static uint32_t codec;
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
	size_t n = codec_compress(NULL, span_of(rows, sizeof rows), packed, sizeof packed, &codec);
	assert_true(n > 0 && n < sizeof rows / 2);
	assert_int_equal(codec_decompress(NULL, SESSION_FRAME_CODEC_ZSTD, span_of(packed, n), back, sizeof back), sizeof rows);
	assert_memory_equal(back, rows, sizeof rows);
	/* What is not rows has no columns. */
	assert_int_equal(codec, SESSION_FRAME_CODEC_ZSTD);
}

/* Two hundred rows of a delta each, with ids that do not pack. */
static struct span fill_rows(void)
{
	static const char text[] = "Käynti kotona, asiakas kertoi vuokrarästistä.";
	struct wire_out out;
	uint32_t chance = 7;
	wire_out_init(&out, rows, sizeof rows);
	for (unsigned i = 0; i < 200; i++) {
		uint8_t id[16], block[128], row[160];
		struct wire_out delta, whole;
		for (size_t k = 0; k < sizeof id; k++)
			id[k] = (uint8_t)((chance = chance * 1103515245u + 12345u) >> 16);
		wire_out_init(&delta, block, sizeof block);
		wire_put_bytes(&delta, 2, span_of(id, sizeof id));
		wire_put_bytes(&delta, 4, span_text("\x08\x05"));
		wire_put_bytes(&delta, 5, span_of(text, 20 + i % 20));
		wire_out_init(&whole, row, sizeof row);
		wire_put_bytes(&whole, 1, wire_out_span(&delta));
		wire_put_bare_varint(&out, whole.used);
		wire_put_raw(&out, wire_out_span(&whole));
	}
	return wire_out_span(&out);
}

static void many_rows_travel_as_columns(void **state)
{
	(void)state;
	struct span in = fill_rows();
	size_t n = codec_compress(NULL, in, packed, sizeof packed, &codec);
	assert_int_equal(codec, SESSION_FRAME_CODEC_COLUMNS);
	assert_true(n < ZSTD_compress(back, sizeof back, in.data, in.len, 9));
	assert_int_equal(codec_decompress(NULL, codec, span_of(packed, n), back, sizeof back), in.len);
	assert_memory_equal(back, in.data, in.len);
	/* Under another number it is nothing, or columns where rows should be. */
	assert_int_equal(codec_decompress(NULL, SESSION_FRAME_CODEC_MAX + 1, span_of(packed, n), back, sizeof back), 0);
	assert_int_equal(codec_decompress(NULL, codec, span_of(packed, n), back, in.len - 1), 0);
	assert_int_equal(codec_decompress(NULL, codec, span_of(packed, n - 1), back, sizeof back), 0);
}

/* A note of one letter packs better than the ratio allows: then it is not packed. */
static void what_is_packed_can_be_unpacked(void **state)
{
	uint8_t fields[6000], delta[6100];
	size_t packed_some = 0;
	(void)state;
	for (size_t noise = 0; noise < 400; noise++) {
		struct wire_out f, d, out;
		uint32_t chance = 7;
		for (size_t i = 0; i < 5500; i++)
			fields[i] = i < noise ? (uint8_t)((chance = chance * 1103515245u + 12345u) >> 16) : 'a';
		wire_out_init(&f, back, sizeof back);
		wire_put_bytes(&f, 2, span_of(fields, 5500));
		wire_out_init(&d, delta, sizeof delta);
		wire_put_bytes(&d, 4, wire_out_span(&f));
		wire_out_init(&out, rows, sizeof rows);
		wire_put_bare_varint(&out, d.used + 3);
		wire_put_bytes(&out, 1, wire_out_span(&d));
		size_t n = codec_compress(NULL, wire_out_span(&out), packed, sizeof packed, &codec);
		if (n == 0)
			continue;
		packed_some++;
		assert_int_equal(codec_decompress(NULL, codec, span_of(packed, n), back, sizeof back), out.used);
	}
	assert_in_range(packed_some, 1, 399);
}

static void columns_above_their_bound_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COLUMNS_BYTES_MAX + 1; i++)
		back[i] = (uint8_t)(i / 40 * 7);
	size_t n = ZSTD_compress(packed, sizeof packed, back, COLUMNS_BYTES_MAX + 1, 3);
	assert_true(n * LIMIT_INFLATED_RATIO > COLUMNS_BYTES_MAX + 1);
	assert_int_equal(codec_decompress(NULL, SESSION_FRAME_CODEC_COLUMNS, span_of(packed, n), back, sizeof back), 0);
}

static void what_does_not_pay_or_fit_is_left_as_it_is(void **state)
{
	uint8_t noise[64];
	(void)state;
	for (size_t i = 0; i < sizeof noise; i++)
		noise[i] = (uint8_t)(i * 197 + 13);
	assert_int_equal(codec_compress(NULL, span_of(noise, sizeof noise), packed, sizeof packed, &codec), 0);
	fill();
	assert_int_equal(codec_compress(NULL, span_of(rows, sizeof rows), packed, 100, &codec), 0);
	assert_int_equal(codec_compress(NULL, span_of(rows, 0), packed, sizeof packed, &codec), 0);
}

static void a_bomb_is_refused_before_it_is_unpacked(void **state)
{
	(void)state;
	uint8_t *zeros = calloc(1, 2 * LIMIT_INFLATED_BYTES);
	assert_non_null(zeros);
	/* Above the absolute limit, and above the ratio. */
	size_t n = ZSTD_compress(packed, sizeof packed, zeros, LIMIT_INFLATED_BYTES + 1, 3);
	assert_false(ZSTD_isError(n));
	assert_int_equal(codec_decompress(NULL, SESSION_FRAME_CODEC_ZSTD, span_of(packed, n), back, sizeof back), 0);
	n = ZSTD_compress(packed, sizeof packed, zeros, 100000, 3);
	assert_true(n * LIMIT_INFLATED_RATIO < 100000);
	assert_int_equal(codec_decompress(NULL, SESSION_FRAME_CODEC_ZSTD, span_of(packed, n), back, sizeof back), 0);
	free(zeros);
}

static void what_is_not_one_whole_frame_is_refused(void **state)
{
	(void)state;
	fill();
	size_t n = codec_compress(NULL, span_of(rows, sizeof rows), packed, sizeof packed, &codec);
	for (size_t cut = 0; cut < n; cut += 37)
		assert_int_equal(codec_decompress(NULL, SESSION_FRAME_CODEC_ZSTD, span_of(packed, cut), back, sizeof back), 0);
	packed[n] = 0;
	assert_int_equal(codec_decompress(NULL, SESSION_FRAME_CODEC_ZSTD, span_of(packed, n + 1), back, sizeof back), 0);
	assert_int_equal(codec_decompress(NULL, SESSION_FRAME_CODEC_ZSTD, span_of(packed, n), back, sizeof rows - 1), 0);
	memset(back, 0x5a, 100);
	assert_int_equal(codec_decompress(NULL, SESSION_FRAME_CODEC_ZSTD, span_of(back, 100), back + 1000, 1000), 0);
	codec_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_back_as_they_were),
		cmocka_unit_test(many_rows_travel_as_columns),
		cmocka_unit_test(what_is_packed_can_be_unpacked),
		cmocka_unit_test(columns_above_their_bound_are_refused),
		cmocka_unit_test(what_does_not_pay_or_fit_is_left_as_it_is),
		cmocka_unit_test(a_bomb_is_refused_before_it_is_unpacked),
		cmocka_unit_test(what_is_not_one_whole_frame_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
