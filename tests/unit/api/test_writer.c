/* writer: JSON as RFC 8259 has it, whatever the text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/writer.h"
#include "base/json.h"

static uint8_t block[4096];
static struct wire_out out;
static struct writer writer;

static int begin(void **state)
{
	(void)state;
	wire_out_init(&out, block, sizeof block);
	writer_init(&writer, &out);
	return 0;
}

static void assert_text(const char *expected)
{
	struct span text = wire_out_span(&out);
	assert_int_equal(text.len, strlen(expected));
	assert_memory_equal(text.data, expected, text.len);
}

static void commas_stand_between_and_nowhere_else(void **state)
{
	(void)state;
	writer_object(&writer, NULL);
	writer_number(&writer, "v", 1);
	writer_list(&writer, "a");
	writer_list_end(&writer);
	writer_list(&writer, "b");
	writer_signed(&writer, NULL, -5);
	writer_object(&writer, NULL);
	writer_null(&writer, "n");
	writer_bool(&writer, "t", true);
	writer_object_end(&writer);
	writer_object(&writer, NULL);
	writer_object_end(&writer);
	writer_list_end(&writer);
	writer_object_end(&writer);
	assert_text("{\"v\":1,\"a\":[],\"b\":[-5,{\"n\":null,\"t\":true},{}]}");
}

static void every_character_is_escaped_as_it_must_be(void **state)
{
	char all[0x80 + 8];
	size_t n = 0, bad;
	struct json json;
	(void)state;
	for (char c = 1; c < 0x7f; c++)
		all[n++] = c;
	memcpy(all + n, "äš\x7f", 6);
	writer_string(&writer, NULL, all);
	assert_true(json_read(wire_out_span(&out), &json, &bad));
	assert_int_equal(json.type, JSON_TEXT);
	assert_null(memchr(block, '\n', out.used));
	wire_out_init(&out, block, sizeof block);
	writer_init(&writer, &out);
	writer_text(&writer, NULL, span_of("a\"\\\n\t\x01z", 7));
	assert_text("\"a\\\"\\\\\\n\\u0009\\u0001z\"");
}

static void ids_are_hexadecimal_and_none_is_empty(void **state)
{
	uint8_t id[16] = { 0 };
	(void)state;
	writer_list(&writer, NULL);
	writer_id(&writer, NULL, id);
	id[0] = 0xab;
	id[15] = 1;
	writer_id(&writer, NULL, id);
	writer_list_end(&writer);
	assert_text("[\"\",\"ab000000000000000000000000000001\"]");
}

static void what_does_not_fit_can_be_taken_back(void **state)
{
	(void)state;
	wire_out_init(&out, block, 20);
	writer_init(&writer, &out);
	writer_list(&writer, NULL);
	writer_number(&writer, NULL, 12);
	struct writer_mark mark = writer_mark(&writer);
	writer_string(&writer, NULL, "far too long for this block");
	assert_true(out.full);
	writer_rewind(&writer, &mark);
	writer_number(&writer, NULL, UINT64_MAX / 1000);
	assert_true(out.full);
	writer_rewind(&writer, &mark);
	writer_number(&writer, NULL, 3);
	writer_list_end(&writer);
	assert_text("[12,3]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(commas_stand_between_and_nowhere_else, begin),
		cmocka_unit_test_setup(every_character_is_escaped_as_it_must_be, begin),
		cmocka_unit_test_setup(ids_are_hexadecimal_and_none_is_empty, begin),
		cmocka_unit_test_setup(what_does_not_fit_can_be_taken_back, begin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
