/* reference: names as people type them, and days. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/civil.h"
#include "base/wire.h"
#include "domain/reference.h"
#include "records_table.h"

static struct span municipality(uint8_t *block, const char *name, const char *name_sv, int32_t from)
{
	struct wire_out out;
	wire_out_init(&out, block, 200);
	wire_put_bytes(&out, RECORDS_MUNICIPALITY_NAME, span_text(name));
	if (name_sv != NULL)
		wire_put_bytes(&out, RECORDS_MUNICIPALITY_NAME_SV, span_text(name_sv));
	wire_put_varint(&out, RECORDS_MUNICIPALITY_VALID_FROM, 2 * (uint64_t)from);
	return wire_out_span(&out);
}

static void names_are_known_without_marks_and_capitals(void **state)
{
	uint8_t block[200];
	(void)state;
	assert_true(reference_is_called(span_text("Lintuselk\xc3\xa4"), span_text("LINTUSELKA")));
	assert_true(reference_is_called(span_text("Lintuselka"), span_text("Lintuselk\xc3\xa4")));
	assert_false(reference_is_called(span_text("Lintuselk\xc3\xa4"), span_text("Lintu")));
	assert_false(reference_is_called(span_text("Lintu"), span_text("Lintuselk\xc3\xa4")));
	assert_false(reference_is_called(span_text("x"), span_text("")));
	assert_true(reference_has(span_text("kodin perustaminen"), span_text("Perus")));
	assert_true(reference_has(span_text("kodin perustaminen"), span_text("")));
	assert_true(reference_has(span_text(""), span_text("")));
	assert_false(reference_has(span_text("kodin perustaminen"), span_text("vuokra")));
	assert_false(reference_has(span_text("ab"), span_text("abc")));
	struct span fields = municipality(block, "Kuusilahti", "Granvika", 100);
	assert_true(reference_is_municipality(fields, span_text("granvika")));
	assert_true(reference_is_municipality(fields, span_text("Kuusilahti")));
	assert_false(reference_is_municipality(fields, span_text("Hallasuo")));
}

static void of_a_municipality_the_last_that_began_holds(void **state)
{
	uint8_t a[200], b[200];
	struct span none = { 0 }, old = municipality(a, "Hallasuo", NULL, 100), new = municipality(b, "Hallasuo", NULL, 200);
	(void)state;
	assert_true(reference_holds(old, none, 100));
	assert_false(reference_holds(old, none, 99));
	assert_false(reference_holds(new, old, 199));
	assert_true(reference_holds(new, old, 200));
	assert_false(reference_holds(old, new, 200));
}

static void both_ends_of_a_time_are_in_it(void **state)
{
	uint8_t block[100];
	struct wire_out out;
	(void)state;
	wire_out_init(&out, block, sizeof block);
	wire_put_varint(&out, RECORDS_GUIDELINE_VALID_FROM, 2 * 100);
	struct span open = wire_out_span(&out);
	assert_false(reference_is_valid(open, RECORDS_GUIDELINE_VALID_FROM, RECORDS_GUIDELINE_VALID_TO, 99));
	assert_true(reference_is_valid(open, RECORDS_GUIDELINE_VALID_FROM, RECORDS_GUIDELINE_VALID_TO, 100));
	wire_put_varint(&out, RECORDS_GUIDELINE_VALID_TO, 2 * 110);
	struct span closed = wire_out_span(&out);
	assert_true(reference_is_valid(closed, RECORDS_GUIDELINE_VALID_FROM, RECORDS_GUIDELINE_VALID_TO, 110));
	assert_false(reference_is_valid(closed, RECORDS_GUIDELINE_VALID_FROM, RECORDS_GUIDELINE_VALID_TO, 111));
	assert_true(reference_is_valid((struct span){ 0 }, RECORDS_PARTNER_VALID_FROM, RECORDS_PARTNER_VALID_TO, 5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_known_without_marks_and_capitals),
		cmocka_unit_test(of_a_municipality_the_last_that_began_holds),
		cmocka_unit_test(both_ends_of_a_time_are_in_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
