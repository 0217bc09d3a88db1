/* wire: varints, fields, UTF-8; every malformed form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/wire.h"

#define BYTES(...) span_of((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void varints_of_every_length_go_there_and_back(void **state)
{
	(void)state;
	for (unsigned bits = 0; bits <= 64; bits++) {
		uint64_t value = bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
		uint8_t block[16];
		struct wire_out out;
		wire_out_init(&out, block, sizeof block);
		wire_put_bare_varint(&out, value);
		struct span rest = wire_out_span(&out);
		uint64_t back = 1;
		assert_int_equal(rest.len, wire_varint_bytes(value));
		assert_int_equal(rest.len, bits == 0 ? 1 : (bits + 6) / 7);
		assert_true(wire_varint(&rest, &back));
		assert_true(back == value);
		assert_int_equal(rest.len, 0);
	}
}

static void malformed_varints_are_refused_and_nothing_moves(void **state)
{
	(void)state;
	const struct span bad[] = {
		span_of("", 0),
		BYTES(0x80),
		BYTES(0xff, 0xff, 0xff),
		/* ten bytes, the last with more than the 64th bit */
		BYTES(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02),
		BYTES(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f),
		/* eleven bytes */
		BYTES(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01),
		BYTES(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00),
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct span rest = bad[i];
		uint64_t value = 4711;
		assert_false(wire_varint(&rest, &value));
		assert_int_equal(value, 4711);
		assert_ptr_equal(rest.data, bad[i].data);
		assert_int_equal(rest.len, bad[i].len);
	}
}

static void a_varint_with_needless_bytes_is_read(void **state)
{
	(void)state;
	struct span rest = BYTES(0x81, 0x80, 0x00, 0x55);
	uint64_t value;
	assert_true(wire_varint(&rest, &value));
	assert_int_equal(value, 1);
	assert_int_equal(rest.len, 1);
}

static void every_type_of_field_goes_there_and_back(void **state)
{
	(void)state;
	uint8_t block[128];
	struct wire_out out;
	struct wire_field field;
	wire_out_init(&out, block, sizeof block);
	wire_put_varint(&out, 1, 300);
	wire_put_fixed64(&out, 16, 0x0123456789abcdef);
	wire_put_bytes(&out, 0x1fffffff, span_text("asia"));
	wire_put_raw(&out, BYTES(0x2d, 0x78, 0x56, 0x34, 0x12));
	struct span rest = wire_out_span(&out);
	assert_int_equal(wire_next(&rest, &field), WIRE_FIELD);
	assert_int_equal(field.number, 1);
	assert_int_equal(field.type, WIRE_VARINT);
	assert_int_equal(field.value, 300);
	assert_true(span_equal(field.whole, BYTES(0x08, 0xac, 0x02)));
	assert_int_equal(wire_next(&rest, &field), WIRE_FIELD);
	assert_int_equal(field.number, 16);
	assert_int_equal(field.type, WIRE_FIXED64);
	assert_true(field.value == 0x0123456789abcdef);
	assert_int_equal(field.whole.len, 10);
	assert_int_equal(wire_next(&rest, &field), WIRE_FIELD);
	assert_int_equal(field.number, 0x1fffffff);
	assert_int_equal(field.type, WIRE_BYTES);
	assert_true(span_equal(field.data, span_text("asia")));
	assert_int_equal(field.whole.len, 5 + 1 + 4);
	assert_int_equal(wire_next(&rest, &field), WIRE_FIELD);
	assert_int_equal(field.number, 5);
	assert_int_equal(field.type, WIRE_FIXED32);
	assert_int_equal(field.value, 0x12345678);
	assert_int_equal(wire_next(&rest, &field), WIRE_END);
}

static void malformed_fields_are_refused_and_nothing_moves(void **state)
{
	(void)state;
	const struct span bad[] = {
		BYTES(0x00),                         /* number 0 */
		BYTES(0x00, 0x01),
		BYTES(0x02, 0x00),
		BYTES(0x0b), BYTES(0x0b, 0x0c),      /* groups */
		BYTES(0x0c),
		BYTES(0x0e, 0x00), BYTES(0x0f, 0x00), /* types 6 and 7 */
		BYTES(0x08),                         /* no value */
		BYTES(0x08, 0x80),
		BYTES(0x09, 1, 2, 3, 4, 5, 6, 7),    /* fixed64 cut */
		BYTES(0x0d, 1, 2, 3),                /* fixed32 cut */
		BYTES(0x0a),                         /* no length */
		BYTES(0x0a, 0x01),                   /* length beyond the end */
		BYTES(0x0a, 0x05, 1, 2, 3, 4),
		BYTES(0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
		BYTES(0x80),                         /* tag cut */
		BYTES(0x80, 0x80, 0x80, 0x80, 0x10, 0x00), /* tag of 33 bits */
		BYTES(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x00),
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct span rest = bad[i];
		struct wire_field field = { .number = 77 };
		assert_int_equal(wire_next(&rest, &field), WIRE_BAD);
		assert_int_equal(field.number, 77);
		assert_ptr_equal(rest.data, bad[i].data);
		assert_int_equal(rest.len, bad[i].len);
	}
}

static void an_empty_value_is_not_absent(void **state)
{
	(void)state;
	struct span rest = BYTES(0x0a, 0x00);
	struct wire_field field;
	assert_int_equal(wire_next(&rest, &field), WIRE_FIELD);
	assert_non_null(field.data.data);
	assert_int_equal(field.data.len, 0);
	assert_int_equal(wire_next(&rest, &field), WIRE_END);
}

static void what_does_not_fit_sets_full_and_writes_nothing_beyond(void **state)
{
	(void)state;
	uint8_t block[8];
	struct wire_out out;
	memset(block, 0xee, sizeof block);
	wire_out_init(&out, block, 6);
	wire_put_bytes(&out, 1, span_text("1234"));
	assert_false(out.full);
	assert_int_equal(out.used, 6);
	wire_put_varint(&out, 1, 0);
	assert_true(out.full);
	assert_int_equal(block[6], 0xee);
	/* Full stays full, even for what would fit. */
	wire_out_init(&out, block, 3);
	wire_put_raw(&out, span_text("1234"));
	assert_true(out.full);
	wire_put_raw(&out, span_text("1"));
	assert_int_equal(out.used, 0);
}

static void well_formed_utf8_is_accepted(void **state)
{
	(void)state;
	static const char *const good[] = {
		"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
		"\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "Hän söi äidin pöydässä ŋ\xe2\x82\xac",
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(wire_utf8(span_text(good[i])));
}

/* Eight bytes are looked at together: one bad among them is seen wherever it stands. */
static void one_bad_byte_in_a_long_text_is_seen(void **state)
{
	static const uint8_t bad[] = { 0x00, 0x80, 0xbf, 0xc3, 0xff };
	uint8_t text[27];
	(void)state;
	for (size_t at = 0; at < sizeof text; at++) {
		for (size_t i = 0; i < sizeof bad; i++) {
			memset(text, i % 2 == 0 ? 'a' : 1, sizeof text);
			assert_true(wire_utf8(span_of(text, sizeof text)));
			text[at] = bad[i];
			assert_false(wire_utf8(span_of(text, sizeof text)));
		}
		if (at + 2 <= sizeof text) {
			memcpy(text + at, "\xc3\xa4", 2);
			assert_true(wire_utf8(span_of(text, at + 2)));
		}
	}
}

static void malformed_utf8_is_refused(void **state)
{
	(void)state;
	const struct span bad[] = {
		BYTES(0x00), BYTES('a', 0x00, 'b'),
		BYTES(0x80), BYTES(0xbf), BYTES('a', 0x80),          /* a continuation alone */
		BYTES(0xc2), BYTES(0xe0, 0xa0), BYTES(0xf0, 0x90, 0x80), /* cut */
		BYTES(0xc2, 'a'), BYTES(0xe0, 0xa0, 'a'), BYTES(0xf0, 0x90, 0x80, 'a'),
		BYTES(0xc2, 0xc2), BYTES(0xe1, 0x7f, 0x80),
		BYTES(0xc0, 0x80), BYTES(0xc1, 0xbf),                /* overlong */
		BYTES(0xe0, 0x80, 0x80), BYTES(0xe0, 0x9f, 0xbf),
		BYTES(0xf0, 0x80, 0x80, 0x80), BYTES(0xf0, 0x8f, 0xbf, 0xbf),
		BYTES(0xed, 0xa0, 0x80), BYTES(0xed, 0xbf, 0xbf),    /* surrogates */
		BYTES(0xf4, 0x90, 0x80, 0x80), BYTES(0xf5, 0x80, 0x80, 0x80), BYTES(0xf7, 0xbf, 0xbf, 0xbf),
		BYTES(0xf8, 0x88, 0x80, 0x80, 0x80), BYTES(0xfc, 0x84, 0x80, 0x80, 0x80, 0x80),
		BYTES(0xfe), BYTES(0xff),
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(wire_utf8(bad[i]));
}

/* A code point in the form its size asks for, whether it may be one or not. */
static size_t encode(uint32_t point, uint8_t out[static 4])
{
	if (point < 0x80) {
		out[0] = (uint8_t)point;
		return 1;
	}
	size_t len = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	for (size_t i = len; i-- > 1; point >>= 6)
		out[i] = (uint8_t)(0x80 | (point & 0x3f));
	out[0] = (uint8_t)(lead[len] | point);
	return len;
}

static void exactly_the_scalar_values_but_zero_are_characters(void **state)
{
	(void)state;
	for (uint32_t point = 0; point < 0x110400; point++) {
		uint8_t bytes[4];
		struct span text = span_of(bytes, encode(point, bytes));
		bool scalar = point != 0 && point < 0x110000 && (point < 0xd800 || point > 0xdfff);
		if (wire_utf8(text) != scalar)
			fail_msg("U+%04X", (unsigned)point);
		if (scalar && wire_utf8_chars(text) != 1)
			fail_msg("U+%04X is not one character", (unsigned)point);
	}
}

static void characters_are_counted_not_bytes(void **state)
{
	(void)state;
	assert_int_equal(wire_utf8_chars(span_text("")), 0);
	assert_int_equal(wire_utf8_chars(span_text("äö€\xf0\x9f\x91\xa3" "a")), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(varints_of_every_length_go_there_and_back),
		cmocka_unit_test(malformed_varints_are_refused_and_nothing_moves),
		cmocka_unit_test(a_varint_with_needless_bytes_is_read),
		cmocka_unit_test(every_type_of_field_goes_there_and_back),
		cmocka_unit_test(malformed_fields_are_refused_and_nothing_moves),
		cmocka_unit_test(an_empty_value_is_not_absent),
		cmocka_unit_test(what_does_not_fit_sets_full_and_writes_nothing_beyond),
		cmocka_unit_test(well_formed_utf8_is_accepted),
		cmocka_unit_test(one_bad_byte_in_a_long_text_is_seen),
		cmocka_unit_test(malformed_utf8_is_refused),
		cmocka_unit_test(exactly_the_scalar_values_but_zero_are_characters),
		cmocka_unit_test(characters_are_counted_not_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
