/* What counts as JSON, what it says, and what is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/json.h"

static bool is_json(const char *text)
{
	struct json value;
	return json_read(span_text(text), &value, NULL);
}

static void grammar_is_that_of_the_standard(void **state)
{
	(void)state;
	static const char *good[] = { "0", "-1", "1.5e-3", "\"\"", "[]", " { } ", "[1,[2],{\"a\":null}]", "true",
				      "\"\\u00e5\\ud83d\\ude00\\n\"", "{\"a\":1,\"b\":[true,false]}", "\"åäö\"" };
	static const char *bad[] = { "", " ", "01", "-", "1.", ".5", "1e", "+1", "\"", "\"\n\"", "\"\\x\"", "\"\\u12\"",
				     "[1,]", "[,1]", "{\"a\"}", "{a:1}", "{\"a\":1,}", "tru", "nulll", "1 2", "[1}", "{]",
				     "\"\\ud83d\"", "\"\\ude00\"", "\"\\u0000\"", "\"\xff\"", "'a'", "NaN", "[", "{\"a\":" };
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		if (!is_json(good[i]))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (is_json(bad[i]))
			fail_msg("taken: %s", bad[i]);
}

static void nesting_is_bounded(void **state)
{
	(void)state;
	char text[2 * 40 + 1] = { 0 };
	memset(text, '[', JSON_DEPTH);
	memset(text + JSON_DEPTH, ']', JSON_DEPTH);
	assert_true(is_json(text));
	memset(text, '[', JSON_DEPTH + 2);
	memset(text + JSON_DEPTH + 2, ']', JSON_DEPTH + 2);
	assert_false(is_json(text));
}

static void the_place_of_an_error_is_told(void **state)
{
	(void)state;
	struct json value;
	size_t at = 0;
	assert_false(json_read(span_text("{\"a\": x}"), &value, &at));
	assert_int_equal(at, 6);
}

static void members_are_found_whatever_their_spelling(void **state)
{
	(void)state;
	struct json value;
	int64_t number;
	assert_true(json_read(span_text(" {\"n\\u0061me\" : \"A\\u00e4\\\"\", \"n\":-7, \"f\":1.5} "), &value, NULL));
	assert_true(json_text_is(json_member(value, "name"), "Aä\""));
	assert_false(json_text_is(json_member(value, "name"), "Aä\"x"));
	assert_false(json_text_is(json_member(value, "name"), "Aä"));
	assert_true(json_integer(json_member(value, "n"), &number));
	assert_int_equal(number, -7);
	assert_false(json_integer(json_member(value, "f"), &number));
	assert_int_equal(json_member(value, "none").type, JSON_ABSENT);
	assert_int_equal(json_member(json_member(value, "n"), "x").type, JSON_ABSENT);
}

static void integers_beyond_64_bits_are_refused(void **state)
{
	(void)state;
	struct json value;
	int64_t number;
	assert_true(json_read(span_text("[9223372036854775807,-9223372036854775808,9223372036854775808,"
					"-9223372036854775809,99999999999999999999]"), &value, NULL));
	static const bool fits[] = { true, true, false, false, false };
	struct json name, item;
	struct json_walk walk = json_walk(value);
	for (size_t i = 0; i < 5; i++) {
		assert_true(json_next(&walk, &name, &item));
		assert_int_equal(json_integer(item, &number), fits[i]);
		if (i == 1)
			assert_true(number == INT64_MIN);
	}
	assert_false(json_next(&walk, &name, &item));
}

static void a_text_too_long_for_its_block_is_refused(void **state)
{
	(void)state;
	struct json value;
	char block[4];
	size_t len;
	assert_true(json_read(span_text("\"12345\""), &value, NULL));
	assert_false(json_text(value, block, sizeof block, &len));
	assert_true(json_read(span_text("\"1234\""), &value, NULL));
	assert_true(json_text(value, block, sizeof block, &len));
	assert_int_equal(len, 4);
}

static void written_texts_read_back_as_they_were(void **state)
{
	(void)state;
	static const char *texts[] = { "", "a", "\"\\", "rivi\nrivi\ttab\r", "\x01\x1f\x7f", "åäöšž", "😀" };
	char block[200], back[200];
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct wire_out out;
		struct json value;
		size_t len;
		wire_out_init(&out, block, sizeof block);
		json_put_text(&out, span_text(texts[i]));
		assert_true(json_read(wire_out_span(&out), &value, NULL));
		assert_true(json_text(value, back, sizeof back, &len));
		assert_true(span_equal(span_of(back, len), span_text(texts[i])));
	}
}

static void bytes_that_are_no_utf8_are_replaced(void **state)
{
	(void)state;
	char block[32];
	struct wire_out out;
	wire_out_init(&out, block, sizeof block);
	json_put_text(&out, span_of("a\xff" "b", 3));
	assert_true(span_equal(wire_out_span(&out), span_text("\"a\xef\xbf\xbd" "b\"")));
}

static void numbers_are_written_to_the_last_digit(void **state)
{
	(void)state;
	char block[64];
	struct wire_out out;
	wire_out_init(&out, block, sizeof block);
	json_put_integer(&out, INT64_MIN);
	json_put(&out, " ");
	json_put_unsigned(&out, UINT64_MAX);
	json_put(&out, " ");
	json_put_hex(&out, span_of("\x0f\xa0", 2));
	assert_true(span_equal(wire_out_span(&out), span_text("-9223372036854775808 18446744073709551615 \"0fa0\"")));
}

/* Every beginning of a text, and every text with one byte changed, is read or refused, never worse. */
static void damaged_texts_never_harm(void **state)
{
	(void)state;
	static const char text[] = "{\"a\":[1,2.5e3,\"\\u00e5\\ud83d\\ude00\"],\"b\":{\"c\":null,\"d\":true}}";
	for (size_t cut = 0; cut < sizeof text - 1; cut++)
		assert_false(json_read(span_of(text, cut), &(struct json){ .type = JSON_ABSENT }, NULL));
	for (size_t i = 0; i < sizeof text - 1; i++)
		for (int byte = 0; byte < 256; byte++) {
			char *copy = malloc(sizeof text - 1); /* exact, so that reading beyond it is seen */
			struct json value, name, item;
			memcpy(copy, text, sizeof text - 1);
			copy[i] = (char)byte;
			if (json_read(span_of(copy, sizeof text - 1), &value, NULL))
				for (struct json_walk walk = json_walk(value); json_next(&walk, &name, &item);)
					assert_int_not_equal(item.type, JSON_ABSENT);
			free(copy);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grammar_is_that_of_the_standard),
		cmocka_unit_test(nesting_is_bounded),
		cmocka_unit_test(the_place_of_an_error_is_told),
		cmocka_unit_test(members_are_found_whatever_their_spelling),
		cmocka_unit_test(integers_beyond_64_bits_are_refused),
		cmocka_unit_test(a_text_too_long_for_its_block_is_refused),
		cmocka_unit_test(written_texts_read_back_as_they_were),
		cmocka_unit_test(bytes_that_are_no_utf8_are_replaced),
		cmocka_unit_test(numbers_are_written_to_the_last_digit),
		cmocka_unit_test(damaged_texts_never_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
