/* span: equality and the order of bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/span.h"

static void equality_is_of_length_and_bytes(void **state)
{
	(void)state;
	assert_true(span_equal(span_text("asia"), span_of("asiakas", 4)));
	assert_false(span_equal(span_text("asia"), span_text("asiakas")));
	assert_false(span_equal(span_text("asia"), span_text("asib")));
	assert_true(span_equal(span_of(NULL, 0), span_text("")));
}

static void order_is_of_unsigned_bytes_and_a_beginning_comes_first(void **state)
{
	(void)state;
	assert_true(span_compare(span_text("a"), span_text("b")) < 0);
	assert_true(span_compare(span_text("b"), span_text("a")) > 0);
	assert_true(span_compare(span_text("ab"), span_text("abc")) < 0);
	assert_true(span_compare(span_text("abc"), span_text("ab")) > 0);
	assert_true(span_compare(span_text("\x7f"), span_text("\x80")) < 0);
	assert_int_equal(span_compare(span_text("abc"), span_text("abc")), 0);
	assert_int_equal(span_compare(span_of(NULL, 0), span_text("")), 0);
	assert_true(span_compare(span_of(NULL, 0), span_text("a")) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equality_is_of_length_and_bytes),
		cmocka_unit_test(order_is_of_unsigned_bytes_and_a_beginning_comes_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
