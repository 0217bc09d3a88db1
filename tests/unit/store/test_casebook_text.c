/* Titles as lists show them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "records_table.h"
#include "store/casebook_text.h"

#define EXPECT_TITLE(text, expected)                                                    \
	do {                                                                            \
		uint8_t title_[CASEBOOK_TEXT_TITLE_BYTES];                              \
		struct span got_ = title_of_note(span_text(text), title_);              \
		assert_int_equal(got_.len, strlen(expected));                           \
		assert_memory_equal(got_.data, expected, got_.len);                     \
	} while (0)

static struct span title_of_note(struct span text, uint8_t out[static CASEBOOK_TEXT_TITLE_BYTES])
{
	static uint8_t block[8192];
	struct wire_out note;
	wire_out_init(&note, block, sizeof block);
	wire_put_bytes(&note, RECORDS_ENCOUNTER_NOTE_TEXT, text);
	return casebook_text_title(schema_by_type(RECORDS_TYPE_ENCOUNTER_NOTE), wire_out_span(&note), out);
}

#define TEN "kymmenen, "
#define TEN_WIDE "åäöšžđčŋŧáé"

static void title_of_a_note_is_its_first_line(void **state)
{
	(void)state;
	EXPECT_TITLE("Keittiön lattia homeessa.", "Keittiön lattia homeessa.");
	EXPECT_TITLE("Soitto Kelaan\r\nPäätös tulee perjantaina.\n", "Soitto Kelaan");
	EXPECT_TITLE("\n\n  Otsikko\ttässä\nja muuta", "Otsikko tässä");
	EXPECT_TITLE("", "");
	EXPECT_TITLE(" \n\n", "");
}

static void long_title_is_cut_after_eighty_characters_never_inside_one(void **state)
{
	(void)state;
	EXPECT_TITLE(TEN TEN TEN TEN TEN TEN TEN TEN, TEN TEN TEN TEN TEN TEN TEN TEN);
	EXPECT_TITLE(TEN TEN TEN TEN TEN TEN TEN TEN "x", TEN TEN TEN TEN TEN TEN TEN TEN "…");
	EXPECT_TITLE(TEN_WIDE TEN_WIDE TEN_WIDE TEN_WIDE TEN_WIDE TEN_WIDE TEN_WIDE TEN_WIDE,
		     TEN_WIDE TEN_WIDE TEN_WIDE TEN_WIDE TEN_WIDE TEN_WIDE TEN_WIDE "åä" "ö…");
}

static void title_of_many_texts_stays_within_its_bytes(void **state)
{
	(void)state;
	uint8_t block[4096], title[CASEBOOK_TEXT_TITLE_BYTES];
	char text[4 * 200 + 1];
	struct wire_out client;
	for (size_t i = 0; i < 200; i++)
		memcpy(text + 4 * i, "😀", 4);
	text[sizeof text - 1] = '\0';
	wire_out_init(&client, block, sizeof block);
	wire_put_bytes(&client, RECORDS_CLIENT_FAMILY_NAME, span_text(text));
	wire_put_bytes(&client, RECORDS_CLIENT_GIVEN_NAMES, span_text(text));
	struct span got = casebook_text_title(schema_by_type(RECORDS_TYPE_CLIENT), wire_out_span(&client), title);
	assert_true(got.len <= sizeof title && got.len > sizeof title - 8);
	assert_true(wire_utf8(got));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(title_of_a_note_is_its_first_line),
		cmocka_unit_test(long_title_is_cut_after_eighty_characters_never_inside_one),
		cmocka_unit_test(title_of_many_texts_stays_within_its_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
