/* columns: what is joined is what was split, byte for byte, or it is not split. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/wire.h"
#include "core/columns.h"
#include "core/delta.h"
#include "core/rows.h"

static uint8_t rows[LIMIT_CHUNK_BYTES], columns[COLUMNS_BYTES_MAX], back[LIMIT_CHUNK_BYTES];

static size_t write_delta(uint8_t *out, size_t size, unsigned i)
{
	static struct delta delta;
	uint8_t text[200], fields[300];
	struct wire_out f, bytes;
	memset(text, 'a' + (int)(i % 26), sizeof text);
	wire_out_init(&f, fields, sizeof fields);
	wire_put_bytes(&f, 2, span_of(text, i % sizeof text));
	wire_put_varint(&f, 4, i * 1000u);
	wire_put_fixed64(&f, 700, i);
	memset(&delta, 0, sizeof delta);
	memset(delta.case_id.bytes, 7, ID_BYTES);
	memset(delta.record_id.bytes, 1 + (int)(i % 200), ID_BYTES);
	delta.record_type = 17;
	delta.stamp_ms = 1767225600000u + i;
	delta.fields = wire_out_span(&f);
	delta.cleared[0] = 9;
	delta.cleared_count = i % 2;
	delta.envelope.is_signed = i % 3 == 0;
	wire_out_init(&bytes, out, size);
	assert_false(fault_is(delta_write(&delta, &bytes)));
	return bytes.used;
}

static struct span fill(unsigned count)
{
	static const uint8_t digest[ROWS_DIGEST_BYTES] = { 3 };
	uint8_t bytes[600];
	struct rows_writer writer;
	rows_write_begin(&writer, rows, sizeof rows, 10);
	for (unsigned i = 0; i < count; i++) {
		struct rows_row row = { .seq = 10 + 2 * i, .order = i % 4 == 0 ? i + 5 : 0, .stamp_ms = i % 7 };
		if (i % 10 == 9)
			row.digest = span_of(digest, sizeof digest);
		else
			row.delta = span_of(bytes, write_delta(bytes, sizeof bytes, i));
		assert_true(rows_write(&writer, &row));
	}
	return rows_written(&writer);
}

static void what_is_joined_is_what_was_split(void **state)
{
	(void)state;
	for (unsigned count = 1; count <= 150; count += 7) {
		struct span in = fill(count);
		size_t n = columns_split(in, columns, sizeof columns);
		assert_in_range(n, 1, in.len + 3 * COLUMNS_PARTS);
		assert_int_equal(columns_join(span_of(columns, n), back, sizeof back), in.len);
		assert_memory_equal(back, in.data, in.len);
	}
}

static void values_of_one_field_stand_beside_each_other(void **state)
{
	/* Two rows of delta{1: "ab", 4: {1: 5}} and delta{1: "cd", 4: {1: 6}}. */
	static const uint8_t two[] = "\x0a\x0a\x08\x0a\x02" "ab" "\x22\x02\x08\x05"
				     "\x0a\x0a\x08\x0a\x02" "cd" "\x22\x02\x08\x06";
	static const uint8_t structure[] = "\x0a\x0a\x02\x22\x08\0\0\0\x0a\x0a\x02\x22\x08\0\0\0";
	(void)state;
	size_t n = columns_split(span_of(two, sizeof two - 1), columns, sizeof columns);
	assert_int_equal(n, COLUMNS_PARTS + 16 + 4 + 2);
	assert_int_equal(columns[0], 16);
	assert_int_equal(columns[1 + COLUMNS_OF_LEVEL + 1], 4);
	assert_int_equal(columns[1 + 2 * COLUMNS_OF_LEVEL + 1], 2);
	assert_memory_equal(columns + COLUMNS_PARTS, structure, 16);
	assert_memory_equal(columns + COLUMNS_PARTS + 16, "abcd\x05\x06", 6);
}

static void stamps_are_told_as_differences(void **state)
{
	/* Rows of delta{7: stamp} alone: 300, 299, 2^64 - 1, 0. */
	static const uint8_t four[] = "\x05\x0a\x03\x38\xac\x02" "\x05\x0a\x03\x38\xab\x02"
				      "\x0d\x0a\x0b\x38\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
				      "\x04\x0a\x02\x38\x00";
	static const uint8_t differences[] = "\xd8\x04\x01\xd7\x04\x02";
	(void)state;
	size_t n = columns_split(span_of(four, sizeof four - 1), columns, sizeof columns);
	assert_int_equal(columns[1 + COLUMNS_OF_LEVEL + 7], 6);
	assert_memory_equal(columns + n - 6, differences, 6);
	assert_int_equal(columns_join(span_of(columns, n), back, sizeof back), sizeof four - 1);
	assert_memory_equal(back, four, sizeof four - 1);
}

static void what_is_not_in_its_shortest_form_is_not_split(void **state)
{
	static const struct { const char *bytes; size_t len; } odd[] = {
		{ "\x82\x00\x18\x05", 4 },             /* the row's length */
		{ "\x03\x98\x00\x05", 4 },             /* a tag */
		{ "\x06\x0a\x04\x8a\x00\x01" "a", 7 }, /* a tag in the delta */
		{ "\x04\x12\x81\x00" "a", 5 },         /* a length */
		{ "\x05\x0a\x83\x00\x18\x05", 6 },     /* the delta's length */
		{ "\x05\x0a\x03\x38\x85\x00", 6 },     /* a stamp */
		{ "\x03\x18\x05", 3 },                 /* more than there is */
		{ "\x02\x0a\x01", 3 },
		{ "\x02\x1b\x05", 3 },                 /* no such wire type */
		{ "\x03\x0a\x01\x07", 4 },             /* a delta that is not wire format */
	};
	(void)state;
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
		assert_int_equal(columns_split(span_of(odd[i].bytes, odd[i].len), columns, sizeof columns), 0);
	/* A value that is not is a value like any other. */
	static const char value[] = "\x03\x18\x85\x00";
	size_t n = columns_split(span_of(value, 4), columns, sizeof columns);
	assert_int_equal(columns_join(span_of(columns, n), back, sizeof back), 4);
	assert_memory_equal(back, value, 4);
}

static void what_does_not_fit_is_refused(void **state)
{
	(void)state;
	struct span in = fill(40);
	size_t n = columns_split(in, columns, sizeof columns);
	for (size_t size = 0; size < n; size += 13)
		assert_int_equal(columns_split(in, columns, size), 0);
	n = columns_split(in, columns, n);
	assert_true(n != 0);
	for (size_t size = 0; size < in.len; size += 11)
		assert_int_equal(columns_join(span_of(columns, n), back, size), 0);
	assert_int_equal(columns_join(span_of(columns, n), back, in.len), in.len);
}

static void a_part_too_short_or_too_long_is_refused(void **state)
{
	(void)state;
	struct span in = fill(3);
	size_t n = columns_split(in, columns, sizeof columns);
	for (size_t cut = 0; cut < n; cut++)
		assert_int_equal(columns_join(span_of(columns, cut), back, sizeof back), 0);
	columns[n] = 0;
	assert_int_equal(columns_join(span_of(columns, n + 1), back, sizeof back), 0);
	/* One value more than the structure takes, and one fewer. */
	static uint8_t one[COLUMNS_PARTS + 4];
	memset(one, 0, sizeof one);
	one[0] = 2;
	one[1 + 3] = 2;
	memcpy(one + COLUMNS_PARTS, "\x18\0\x05\x05", 4);
	assert_int_equal(columns_join(span_of(one, sizeof one), back, sizeof back), 0);
	one[1 + 3] = 1;
	assert_int_equal(columns_join(span_of(one, sizeof one - 1), back, sizeof back), 3);
	one[1 + 3] = 0;
	assert_int_equal(columns_join(span_of(one, sizeof one - 2), back, sizeof back), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_joined_is_what_was_split),
		cmocka_unit_test(values_of_one_field_stand_beside_each_other),
		cmocka_unit_test(stamps_are_told_as_differences),
		cmocka_unit_test(what_is_not_in_its_shortest_form_is_not_split),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(a_part_too_short_or_too_long_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
