/* id: comparing, printing, reading. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/id.h"

static void zeros_are_none_and_one_bit_anywhere_is_not(void **state)
{
	(void)state;
	struct case_id id = { { 0 } };
	assert_true(ID_IS_NONE(id));
	for (size_t i = 0; i < ID_BYTES; i++) {
		id.bytes[i] = 1;
		assert_false(ID_IS_NONE(id));
		id.bytes[i] = 0;
	}
}

static void authors_are_equal_in_node_and_epoch(void **state)
{
	(void)state;
	struct author a = { .node = { { 1 } }, .epoch = { { 2 } } }, b = a;
	assert_true(id_author_equal(&a, &b));
	b.epoch.bytes[15] = 1;
	assert_false(id_author_equal(&a, &b));
	b = a;
	b.node.bytes[15] = 1;
	assert_false(id_author_equal(&a, &b));
}

static void hexadecimal_goes_there_and_back(void **state)
{
	(void)state;
	uint8_t bytes[ID_BYTES], back[ID_BYTES];
	char text[ID_HEX_BYTES];
	for (size_t i = 0; i < ID_BYTES; i++)
		bytes[i] = (uint8_t)(i * 17);
	id_to_hex(bytes, text);
	assert_string_equal(text, "00112233445566778899aabbccddeeff");
	assert_true(id_from_hex(span_text(text), back));
	assert_memory_equal(bytes, back, ID_BYTES);
	assert_true(id_from_hex(span_text("00112233445566778899AABBCCDDEEFF"), back));
	assert_memory_equal(bytes, back, ID_BYTES);
}

static void other_text_is_refused_and_nothing_written(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"", "00", "00112233445566778899aabbccddeef", "00112233445566778899aabbccddeefff",
		"00112233445566778899aabbccddeefg", "/0112233445566778899aabbccddeeff",
		":0112233445566778899aabbccddeeff", "@0112233445566778899aabbccddeeff",
		"`0112233445566778899aabbccddeeff", "0x112233445566778899aabbccddeeff",
		" 0112233445566778899aabbccddeeff",
	};
	uint8_t out[ID_BYTES];
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		memset(out, 0x5a, sizeof out);
		assert_false(id_from_hex(span_text(bad[i]), out));
		for (size_t k = 0; k < ID_BYTES; k++)
			assert_int_equal(out[k], 0x5a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zeros_are_none_and_one_bit_anywhere_is_not),
		cmocka_unit_test(authors_are_equal_in_node_and_epoch),
		cmocka_unit_test(hexadecimal_goes_there_and_back),
		cmocka_unit_test(other_text_is_refused_and_nothing_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
