/* Telephone numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "domain/phone.h"

static bool equal(const char *a, const char *b)
{
	struct phone x, y;
	assert_true(phone_read(span_text(a), &x) && phone_read(span_text(b), &y));
	assert_int_equal(phone_equal(&x, &y), phone_equal(&y, &x));
	return phone_equal(&x, &y);
}

static void one_number_is_one_however_it_is_written(void **state)
{
	(void)state;
	static const char *const written[] = { "0401234567", "040 123 4567", "040-1234567", "+358 40 1234567", "+358 (0)40 1234567",
					       "00358401234567", "358401234567", "401234567", "(040) 123 4567" };
	for (size_t i = 0; i < sizeof written / sizeof written[0]; i++)
		assert_true(equal(written[0], written[i]));
	assert_false(equal("0401234567", "0401234568"));
	assert_false(equal("+46 40 1234567", "+358 40 1234567"));
	assert_true(equal("+46 70 123 45 67", "+46701234567"));
	assert_false(equal("112", "112")); /* everybody's */
}

static void what_is_no_number_is_not_read(void **state)
{
	(void)state;
	struct phone phone;
	assert_false(phone_read(span_text(""), &phone));
	assert_false(phone_read(span_text("ei ole"), &phone));
	assert_false(phone_read(span_text("1234567890123456789012345"), &phone));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_number_is_one_however_it_is_written),
		cmocka_unit_test(what_is_no_number_is_not_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
