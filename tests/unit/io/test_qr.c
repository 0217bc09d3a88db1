/* qr: the path is boxes within the picture, whatever the text; what zbar reads of it is
 * seen in tests/e2e/e2e_console.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "io/qr.h"
#include "lib/prng.h"

static struct qr qr;

/* Every box lies within the quiet zone, in rising rows; gives how many. */
static size_t boxes(void)
{
	unsigned x, y, width, back, last = 0;
	int len;
	size_t count = 0;
	for (const char *at = qr.path; *at != '\0'; at += len, count++) {
		assert_int_equal(sscanf(at, "M%u %uh%uv1h-%uz%n", &x, &y, &width, &back, &len), 4);
		assert_true(width == back && width > 0);
		assert_true(x >= QR_QUIET && x + width <= qr.size - QR_QUIET && y >= last && y >= QR_QUIET && y < qr.size - QR_QUIET);
		last = y;
	}
	return count;
}

static void a_short_text_is_the_smallest_picture(void **state)
{
	(void)state;
	assert_false(fault_is(qr_draw("a", &qr)));
	assert_int_equal(qr.size, 21 + 2 * QR_QUIET);
	assert_memory_equal(qr.path, "M4 4h7v1h-7z", 12); /* the finder's upper edge */
	assert_true(boxes() > 100);
}

static void the_longest_texts_fit(void **state)
{
	char text[QR_TEXT_MAX + 1];
	struct prng prng;
	(void)state;
	prng_init(&prng, 7);
	for (unsigned n = 0; n < 60; n++) {
		for (size_t i = 0; i < QR_TEXT_MAX; i++)
			text[i] = (char)(1 + prng_below(&prng, 255));
		text[QR_TEXT_MAX] = '\0';
		assert_false(fault_is(qr_draw(text, &qr)));
		assert_int_equal(qr.size, 85 + 2 * QR_QUIET);
		assert_true(boxes() > 1000);
	}
}

static void what_does_not_fit_is_said(void **state)
{
	static char text[QR_TEXT_MAX + 2];
	(void)state;
	memset(text, 'a', QR_TEXT_MAX + 1);
	assert_int_equal(qr_draw(text, &qr).kind, FAULT_CALLER);
	assert_int_equal(qr_draw("", &qr).kind, FAULT_CALLER);
	text[QR_TEXT_MAX] = '\0';
	assert_false(fault_is(qr_draw(text, &qr)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_text_is_the_smallest_picture),
		cmocka_unit_test(the_longest_texts_fit),
		cmocka_unit_test(what_does_not_fit_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
