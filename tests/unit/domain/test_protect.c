/* A protected address over values written apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "domain/fields.h"
#include "domain/protect.h"
#include "records_table.h"

static uint8_t block[4096];
static struct wire_out texts;

static struct span text(uint32_t number, const char *value)
{
	size_t from = texts.used;
	wire_put_bytes(&texts, number, span_text(value));
	return span_of(block + from, texts.used - from);
}

static struct span truth(bool value)
{
	size_t from = texts.used;
	wire_put_varint(&texts, RECORDS_CLIENT_ADDRESS_PROTECTED, value);
	return span_of(block + from, texts.used - from);
}

static int begin(void **state)
{
	(void)state;
	wire_out_init(&texts, block, sizeof block);
	return 0;
}

static void one_true_among_the_values_is_enough(void **state)
{
	(void)state;
	const struct span cases[][2] = { { truth(true), truth(false) }, { truth(false), truth(true) }, { truth(false), truth(false) },
					 { truth(false), span_of("", 0) }, { span_of("", 0), truth(true) } };
	static const bool on[] = { true, true, false, false, true };
	for (size_t i = 0; i < 5; i++) {
		struct fold_value values[2] = { { .whole = cases[i][0] }, { .whole = cases[i][1] } };
		struct fold_field field = { RECORDS_CLIENT_ADDRESS_PROTECTED, values, 2 };
		struct fold_record fold = { &field, 1 };
		assert_int_equal(protect_is_on(RECORDS_TYPE_CLIENT, &fold), on[i]);
		assert_false(protect_is_on(RECORDS_TYPE_CASE, &fold));
	}
	assert_false(protect_is_on(RECORDS_TYPE_CLIENT, &(struct fold_record){ NULL, 0 }));
}

static void the_card_reads_protected_and_without_an_address(void **state)
{
	(void)state;
	uint8_t more[512];
	struct wire_out out, shown;
	uint8_t message[512];
	for (int says = 0; says < 3; says++) {
		wire_out_init(&shown, message, sizeof message);
		wire_put_raw(&shown, text(RECORDS_CLIENT_FAMILY_NAME, "Salmi"));
		wire_put_raw(&shown, text(RECORDS_CLIENT_ADDRESS, "yksi"));
		wire_put_raw(&shown, text(RECORDS_CLIENT_ADDRESS, "kaksi"));
		if (says < 2)
			wire_put_raw(&shown, truth(says));
		wire_put_raw(&shown, text(RECORDS_CLIENT_EMAIL, "a@b"));
		wire_out_init(&out, more, shown.used + PROTECT_MORE_BYTES);
		protect_shown(wire_out_span(&shown), &out);
		struct span read = wire_out_span(&out);
		assert_false(out.full);
		assert_true(fields_true(read, RECORDS_CLIENT_ADDRESS_PROTECTED));
		assert_false(fields_has(read, RECORDS_CLIENT_ADDRESS));
		assert_true(fields_has(read, RECORDS_CLIENT_FAMILY_NAME) && fields_has(read, RECORDS_CLIENT_EMAIL));
		struct wire_field field;
		size_t said = 0;
		while (wire_next(&read, &field) == WIRE_FIELD)
			said += field.number == RECORDS_CLIENT_ADDRESS_PROTECTED;
		assert_int_equal(said, 1);
	}
}

static void a_cleared_address_is_none_to_move(void **state)
{
	(void)state;
	struct fold_value values[2] = { { .whole = span_of("", 0) }, { .whole = span_of("", 0) } };
	struct fold_field field = { RECORDS_CLIENT_ADDRESS, values, 2 };
	struct fold_record fold = { &field, 1 };
	assert_false(protect_has_address(&fold));
	values[1].whole = text(RECORDS_CLIENT_ADDRESS, "x");
	assert_true(protect_has_address(&fold));
	assert_true(protect_hides(RECORDS_TYPE_CLIENT, RECORDS_CLIENT_ADDRESS));
	assert_false(protect_hides(RECORDS_TYPE_CLIENT, RECORDS_CLIENT_PHONE));
	assert_false(protect_hides(RECORDS_TYPE_PROTECTED_DETAILS, RECORDS_CLIENT_ADDRESS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(one_true_among_the_values_is_enough, begin),
		cmocka_unit_test_setup(the_card_reads_protected_and_without_an_address, begin),
		cmocka_unit_test_setup(a_cleared_address_is_none_to_move, begin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
