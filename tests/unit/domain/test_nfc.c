/* Texts that look alike are the same bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "domain/nfc.h"
#include "domain/record_json.h"
#include "records_table.h"

enum { ROOM = 4096 };

static uint8_t block[ROOM];

static struct span settled(const char *text, size_t size)
{
	struct wire_out out;
	wire_out_init(&out, block, size);
	wire_put_raw(&out, span_text("<"));
	wire_put_raw(&out, span_text(text));
	assert_false(fault_is(nfc_settle(&out, 1)));
	assert_false(out.full);
	assert_int_equal(block[0], '<');
	return span_of(block + 1, out.used - 1);
}

static void expect(const char *text, const char *wanted)
{
	struct span got = settled(text, ROOM);
	assert_int_equal(got.len, strlen(wanted));
	assert_memory_equal(got.data, wanted, got.len);
	got = settled(wanted, ROOM); /* and stays so */
	assert_int_equal(got.len, strlen(wanted));
	assert_memory_equal(got.data, wanted, got.len);
}

static void letters_and_their_marks_become_one(void **state)
{
	(void)state;
	expect("", "");
	expect("Virtanen, Aino", "Virtanen, Aino");
	expect("A\u030Ase-Ma\u0308rta O\u0308hman", "\u00C5se-M\u00E4rta \u00D6hman");
	expect("\u212B", "\u00C5"); /* the sign of the unit */
	expect("A\u0308 A\u0301ilu c\u030C", "\u00C4 \u00C1ilu \u010D");
	expect("q\u0307\u0323 q\u0323\u0307", "q\u0323\u0307 q\u0323\u0307"); /* one order of marks */
	expect("\u1112\u1161\u11AB", "\uD55C");
	expect("\u0627\u0653", "\u0622"); /* Arabic */
	expect("\u043A\u043E\u0438\u0306", "\u043A\u043E\u0439");
	expect("\U0001F469\u200D\U0001F467", "\U0001F469\u200D\U0001F467");
}

static void text_that_grows_is_written_while_there_is_room(void **state)
{
	(void)state;
	struct wire_out out;
	static const char text[] = "\u0958\u0958\u0958"; /* composition exclusions: three bytes become six */
	struct span got = settled(text, ROOM);
	assert_int_equal(got.len, 18);
	for (size_t size = 9; size <= 20; size++) {
		wire_out_init(&out, block, size);
		wire_put_raw(&out, span_text(text));
		assert_false(fault_is(nfc_settle(&out, 0)));
		assert_int_equal(out.full, size < 18);
	}
}

static void letter_with_more_marks_than_any_language_has_is_refused(void **state)
{
	(void)state;
	struct wire_out out;
	wire_out_init(&out, block, sizeof block);
	wire_put_raw(&out, span_text("a"));
	for (size_t i = 0; i < 2 * NFC_LETTER_MAX; i++)
		wire_put_raw(&out, span_text("\u0323"));
	assert_int_equal(nfc_settle(&out, 0).kind, FAULT_CALLER);
}

static void text_that_is_not_utf8_is_left_to_others(void **state)
{
	(void)state;
	expect("\xC3\x28 A\u030A", "\xC3\x28 A\u030A");
}

static void record_is_normalised_in_either_form(void **state)
{
	(void)state;
	const struct schema_record *record = schema_by_type(RECORDS_TYPE_CLIENT);
	static const char *const assign[] = { "family_name=O\u0308hman" };
	uint8_t one[256], two[256];
	uint32_t cleared[LIMIT_FIELDS];
	size_t count;
	struct wire_out a, b;
	wire_out_init(&a, one, sizeof one);
	wire_out_init(&b, two, sizeof two);
	assert_false(fault_is(record_json_assign(record, span_of(NULL, 0), (const char **)(uintptr_t)assign, 1, &a, cleared, &count, NULL)));
	assert_false(fault_is(record_json_parse(record, span_text("{\"family_name\":\"O\\u0308hman\"}"), &b, cleared, &count,
						NULL)));
	assert_true(span_equal(wire_out_span(&a), wire_out_span(&b)));
	assert_non_null(memmem(one, a.used, "\u00D6hman", 6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_and_their_marks_become_one),
		cmocka_unit_test(text_that_grows_is_written_while_there_is_room),
		cmocka_unit_test(letter_with_more_marks_than_any_language_has_is_refused),
		cmocka_unit_test(text_that_is_not_utf8_is_left_to_others),
		cmocka_unit_test(record_is_normalised_in_either_form),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
