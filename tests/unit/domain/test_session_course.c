/* session_course: what happened in a joint session, and how long it was paused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "domain/fields.h"
#include "domain/session_course.h"
#include "records_table.h"

static uint8_t blocks[2][64 * 1024];
static struct span course;

static int none_yet(void **state)
{
	(void)state;
	course = span_of(NULL, 0);
	return 0;
}

/* The course with one turn more is the course. */
static void happens(uint64_t at_ms, uint64_t what, const char *text)
{
	static size_t turn;
	struct wire_out out;
	const struct session_turn one = { .at_ms = at_ms, .what = what, .text = span_text(text) };
	turn = !turn;
	wire_out_init(&out, blocks[turn], sizeof blocks[turn]);
	session_course_add(&out, course, &one, 1);
	assert_false(out.full);
	course = wire_out_span(&out);
}

static void assert_paused(uint64_t since_ms, uint64_t total_ms)
{
	struct session_paused paused = session_course_paused(course);
	assert_int_equal(paused.since_ms, since_ms);
	assert_int_equal(paused.total_ms, total_ms);
}

static void a_pause_lasts_until_it_goes_on(void **state)
{
	(void)state;
	assert_paused(0, 0);
	happens(1000, RECORDS_SESSION_TURN_KIND_STARTED, "");
	assert_paused(0, 0);
	happens(2000, RECORDS_SESSION_TURN_KIND_PAUSED, "");
	assert_paused(2000, 0);
	happens(3000, RECORDS_SESSION_TURN_KIND_POINT, "Vuokra"); /* a note is no end of it */
	assert_paused(2000, 0);
	happens(5000, RECORDS_SESSION_TURN_KIND_CONTINUED, "");
	assert_paused(0, 3000);
	happens(6000, RECORDS_SESSION_TURN_KIND_PAUSED, "");
	happens(7500, RECORDS_SESSION_TURN_KIND_BY_PHONE, "");
	assert_paused(0, 4500);
}

static void a_pause_within_a_pause_is_that_pause(void **state)
{
	(void)state;
	happens(1000, RECORDS_SESSION_TURN_KIND_PAUSED, "");
	happens(2000, RECORDS_SESSION_TURN_KIND_PAUSED, "");
	happens(4000, RECORDS_SESSION_TURN_KIND_CONTINUED, "");
	happens(5000, RECORDS_SESSION_TURN_KIND_CONTINUED, "");
	assert_paused(0, 3000);
	happens(6000, RECORDS_SESSION_TURN_KIND_PAUSED, "");
	happens(8000, RECORDS_SESSION_TURN_KIND_ENDED, "");
	assert_paused(0, 5000);
}

static void a_turn_said_later_stands_where_it_happened(void **state)
{
	(void)state;
	happens(1000, RECORDS_SESSION_TURN_KIND_STARTED, "");
	happens(5000, RECORDS_SESSION_TURN_KIND_ENDED, "");
	happens(3000, RECORDS_SESSION_TURN_KIND_LEFT, "Kela");
	happens(5000, RECORDS_SESSION_TURN_KIND_CONFIRMED, "");
	static const uint64_t expected[] = { RECORDS_SESSION_TURN_KIND_STARTED, RECORDS_SESSION_TURN_KIND_LEFT, RECORDS_SESSION_TURN_KIND_ENDED,
					     RECORDS_SESSION_TURN_KIND_CONFIRMED };
	struct span one, rest = course;
	size_t count = 0;
	while (fields_next(&rest, RECORDS_JOINT_SESSION_COURSE, &one)) {
		assert_true(count < 4);
		assert_int_equal(fields_number_or_none(one, RECORDS_SESSION_TURN_WHAT), expected[count++]);
	}
	assert_int_equal(count, 4);
}

static void the_last_of_a_kind_is_told(void **state)
{
	(void)state;
	struct span text = span_text("as it was");
	assert_false(session_course_last(course, RECORDS_SESSION_TURN_KIND_POINT, &text));
	assert_true(span_equal(text, span_text("as it was")));
	happens(1, RECORDS_SESSION_TURN_KIND_POINT, "A");
	happens(2, RECORDS_SESSION_TURN_KIND_POINT, "B");
	happens(3, RECORDS_SESSION_TURN_KIND_LEFT, "C");
	assert_true(session_course_last(course, RECORDS_SESSION_TURN_KIND_POINT, &text));
	assert_true(span_equal(text, span_text("B")));
}

static void what_does_not_fit_is_told(void **state)
{
	(void)state;
	uint8_t little[8];
	struct wire_out out;
	const struct session_turn one = { .at_ms = 1, .what = RECORDS_SESSION_TURN_KIND_LEFT, .text = span_text("Kela, Sari Salo") };
	wire_out_init(&out, little, sizeof little);
	session_course_add(&out, course, &one, 1);
	assert_true(out.full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_pause_lasts_until_it_goes_on, none_yet),
		cmocka_unit_test_setup(a_pause_within_a_pause_is_that_pause, none_yet),
		cmocka_unit_test_setup(a_turn_said_later_stands_where_it_happened, none_yet),
		cmocka_unit_test_setup(the_last_of_a_kind_is_told, none_yet),
		cmocka_unit_test_setup(what_does_not_fit_is_told, none_yet),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
