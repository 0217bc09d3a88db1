/* The calendar of an organisation that counts Christmas Eve: the module built the other
 * way, under other names. */
#define calendar_covers eve_covers
#define calendar_easter eve_easter
#define calendar_holiday eve_holiday
#define calendar_is_working eve_is_working
#define calendar_working_from eve_working_from
#define calendar_add_working eve_add_working
#define calendar_add_days eve_add_days
#define calendar_add_months eve_add_months
#define calendar_actable eve_actable
#undef CALENDAR_CHRISTMAS_EVE
#define CALENDAR_CHRISTMAS_EVE 1
#include "domain/calendar.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static int32_t day_of_text(const char *text)
{
	int32_t day = 0;
	if (!civil_read_date(span_text(text), &day))
		fail_msg("no date: %s", text);
	return day;
}

/* Of the weekdays that have a name the eve alone is a working day. */
static void christmas_eve_on_a_weekday_is_a_working_day_and_no_other_feast_is(void **state)
{
	size_t eves = 0;
	(void)state;
	for (int32_t day = day_of_text("1990-01-01"); day <= day_of_text("2100-12-31"); day++) {
		struct civil_date date = civil_of_days(day);
		bool is_eve = date.month == 12 && date.day == 24, is_weekday = civil_weekday(day) <= 5;
		if (eve_is_working(day) != (is_weekday && (is_eve || *eve_holiday(day) == '\0')))
			fail_msg("%d-%02d-%02d", date.year, date.month, date.day);
		eves += is_eve && is_weekday;
	}
	assert_int_equal(eves, 81);
}

static void the_eve_is_counted_and_an_act_moves_past_it_all_the_same(void **state)
{
	int32_t day;
	(void)state;
	assert_true(eve_add_working(day_of_text("2026-12-21"), 7, &day));
	assert_int_equal(day, day_of_text("2026-12-31"));
	assert_true(eve_actable(day_of_text("2026-12-24"), &day));
	assert_int_equal(day, day_of_text("2026-12-28"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(christmas_eve_on_a_weekday_is_a_working_day_and_no_other_feast_is),
		cmocka_unit_test(the_eve_is_counted_and_an_act_moves_past_it_all_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
