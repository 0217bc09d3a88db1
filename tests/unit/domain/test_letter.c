/* Characters of names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "domain/letter.h"

static const char *set_alike(const char *text, bool base)
{
	static char out[400];
	struct span rest = span_text(text);
	size_t used = 0;
	while (rest.len > 0) {
		uint32_t c = letter_small(letter_next(&rest));
		c = base ? letter_base(c) : c;
		if (c != 0)
			used += letter_write(c, (uint8_t *)out + used);
	}
	out[used] = '\0';
	return out;
}

static void capitals_become_small(void **state)
{
	(void)state;
	assert_string_equal(set_alike("ÅÄÖŠŽČĐŊŦÁÂÕǤǦǨǮÉÜØÆ", false), "åäöšžčđŋŧáâõǥǧǩǯéüøæ");
	assert_string_equal(set_alike("ЁЖ ΑΩ", false), "ёж αω");
}

static void combined_letters_are_one(void **state)
{
	(void)state;
	assert_string_equal(set_alike("A\xcc\x8a" "sa-Ma\xcc\x88rta", false), "åsa-märta");
	assert_string_equal(set_alike("C\xcc\x8c" "uopmu", false), "čuopmu");
}

static void each_letter_has_its_key(void **state)
{
	(void)state;
	assert_string_equal(set_alike("Åsa-Märta von Öhman", true), "asa-marta von ohman");
	assert_string_equal(set_alike("Niillas Ánte Guhtur", true), "niillas ante guhtur");
	assert_string_equal(set_alike("šžčđŋŧáâõǥǧǩǯʒ", true), "szcdntaaoggkzz");
	assert_string_equal(set_alike("Müller André Łódź Þór ß œ", true), "muller andre lodz tor s o");
	assert_string_equal(set_alike("Sve\xcc\xb0n", true), "sven"); /* a mark that makes no letter */
	assert_string_equal(set_alike("Жуков 3 × 4 ÷ 2", true), "жуков 3 × 4 ÷ 2");
}

static void what_is_malformed_is_read_byte_by_byte(void **state)
{
	(void)state;
	struct span rest = span_of("\xff\xc3", 2);
	assert_int_equal(letter_next(&rest), LETTER_MALFORMED);
	assert_int_equal(letter_next(&rest), LETTER_MALFORMED);
	assert_int_equal(rest.len, 0);
}

static void every_character_goes_there_and_back(void **state)
{
	(void)state;
	uint8_t bytes[LETTER_BYTES_MAX];
	for (uint32_t c = 1; c < 0x110000; c++) {
		struct span rest = span_of(bytes, letter_write(c, bytes));
		if ((c < 0xd800 || c > 0xdfff) && letter_next(&rest) != c)
			fail_msg("U+%04X", c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(capitals_become_small),
		cmocka_unit_test(combined_letters_are_one),
		cmocka_unit_test(each_letter_has_its_key),
		cmocka_unit_test(what_is_malformed_is_read_byte_by_byte),
		cmocka_unit_test(every_character_goes_there_and_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
