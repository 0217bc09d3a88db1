/* enrol_code: a line that survives being read aloud, and is refused when mistyped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/enrol_code.h"

static struct enrol_code code;
static char text[ENROL_CODE_TEXT_MAX];

static int make(void **state)
{
	(void)state;
	assert_false(fault_is(address_read(span_text("192.0.2.17:7373"), &code.address)));
	for (size_t i = 0; i < sizeof code.identity.bytes; i++)
		code.identity.bytes[i] = (uint8_t)(i * 7 + 1);
	for (size_t i = 0; i < sizeof code.slot; i++)
		code.slot[i] = (uint8_t)(200 - i);
	for (size_t i = 0; i < sizeof code.secret; i++)
		code.secret[i] = (uint8_t)(i * 31 + 5);
	enrol_code_write(&code, text);
	return 0;
}

static void what_was_written_is_read(void **state)
{
	struct enrol_code back;
	char again[ENROL_CODE_TEXT_MAX];
	(void)state;
	assert_int_equal(strncmp(text, "JALKA:1:", 8), 0);
	assert_false(fault_is(enrol_code_read(span_text(text), &back)));
	assert_memory_equal(back.identity.bytes, code.identity.bytes, 32);
	assert_memory_equal(back.slot, code.slot, sizeof code.slot);
	assert_memory_equal(back.secret, code.secret, sizeof code.secret);
	assert_string_equal(back.address.host, "192.0.2.17");
	enrol_code_write(&back, again);
	assert_string_equal(again, text);
}

static void it_fits_a_qr_codes_alphanumeric_mode(void **state)
{
	(void)state;
	for (const char *c = text; *c != '\0'; c++)
		assert_true((*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == ':');
	assert_true(strlen(text) < 512); /* EnrolCall.code */
}

static void letter_case_and_spaces_do_not_matter(void **state)
{
	struct enrol_code back;
	char loose[2 * ENROL_CODE_TEXT_MAX];
	size_t n = 0;
	(void)state;
	for (size_t i = 0; text[i] != '\0'; i++) {
		loose[n++] = (char)(text[i] >= 'A' && text[i] <= 'Z' && i % 2 ? text[i] + 32 : text[i]);
		if (i > 8 && i % 5 == 0)
			loose[n++] = ' ';
	}
	loose[n++] = '\n';
	assert_false(fault_is(enrol_code_read(span_of(loose, n), &back)));
	assert_memory_equal(back.secret, code.secret, sizeof code.secret);
}

static void every_single_mistyping_is_refused(void **state)
{
	struct enrol_code back;
	char wrong[ENROL_CODE_TEXT_MAX];
	(void)state;
	for (size_t i = 0; text[i] != '\0'; i++) {
		strcpy(wrong, text);
		wrong[i] = wrong[i] == 'Q' ? 'R' : 'Q';
		assert_int_equal(enrol_code_read(span_text(wrong), &back).kind, FAULT_CALLER);
		assert_int_equal(enrol_code_read(span_of(text, i), &back).kind, FAULT_CALLER); /* cut here */
	}
	assert_true(fault_is(enrol_code_read(span_text(""), &back)));
	assert_true(fault_is(enrol_code_read(span_text("JALKA:1:"), &back)));
	assert_true(fault_is(enrol_code_read(span_text("JALKA:2:AAAA"), &back)));
	char longest[5000];
	memset(longest, 'A', sizeof longest);
	memcpy(longest, "JALKA:1:", 8);
	assert_true(fault_is(enrol_code_read(span_of(longest, sizeof longest), &back)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_was_written_is_read, make),
		cmocka_unit_test_setup(it_fits_a_qr_codes_alphanumeric_mode, make),
		cmocka_unit_test_setup(letter_case_and_spaces_do_not_matter, make),
		cmocka_unit_test_setup(every_single_mistyping_is_refused, make),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
