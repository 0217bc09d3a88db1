/* Calendar days and Helsinki's clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/civil.h"

static void every_day_of_ten_thousand_years_goes_there_and_back(void **state)
{
	(void)state;
	struct civil_date expected = { 0, 1, 1 };
	for (int32_t day = CIVIL_DAYS_MIN; day <= CIVIL_DAYS_MAX; day++) {
		struct civil_date date = civil_of_days(day);
		if (date.year != expected.year || date.month != expected.month || date.day != expected.day ||
		    civil_days(date) != day)
			fail_msg("day %d", day);
		expected.day++;
		if (!civil_date_valid(expected))
			expected = expected.month == 12 ? (struct civil_date){ expected.year + 1, 1, 1 }
							: (struct civil_date){ expected.year, expected.month + 1, 1 };
	}
	assert_int_equal(expected.year, 10000);
}

static void weekdays_are_right(void **state)
{
	(void)state;
	assert_int_equal(civil_weekday(0), 4); /* Thursday 1.1.1970 */
	assert_int_equal(civil_weekday(civil_days((struct civil_date){ 2026, 3, 2 })), 1);
	assert_int_equal(civil_weekday(civil_days((struct civil_date){ 2026, 4, 5 })), 7); /* Easter Sunday */
	assert_int_equal(civil_weekday(-1), 3);
	assert_int_equal(civil_weekday(CIVIL_DAYS_MIN), 6); /* 1.1.0000 was a Saturday */
}

static void dates_that_are_not_in_the_calendar_are_refused(void **state)
{
	(void)state;
	int32_t days = 7;
	static const char *bad[] = { "2026-02-29", "2026-13-01", "2026-00-10", "2026-1-01", "2026-01-01 ", "", "2026-01",
				     "20260101", "2100-02-29", "-001-01-01", "2026-04-31" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(civil_read_date(span_text(bad[i]), &days));
	assert_int_equal(days, 7);
	assert_true(civil_read_date(span_text("2028-02-29"), &days));
	assert_true(civil_read_date(span_text("1970-01-01"), &days));
	assert_int_equal(days, 0);
}

static uint64_t read_time(const char *text)
{
	uint64_t ms = 0;
	if (!civil_read_time(span_text(text), &ms))
		fail_msg("refused: %s", text);
	return ms;
}

static void winter_is_two_hours_and_summer_three(void **state)
{
	(void)state;
	assert_true(read_time("2026-11-03T09:15") == read_time("2026-11-03T07:15Z"));
	assert_true(read_time("2026-07-03T09:15") == read_time("2026-07-03T06:15Z"));
	assert_true(read_time("2026-07-03 09:15:30.250") == read_time("2026-07-03T06:15:30.250Z"));
	assert_true(read_time("2026-07-03T09:15+05:30") == read_time("2026-07-03T03:45Z"));
	assert_true(read_time("2026-07-03") == read_time("2026-07-02T21:00Z"));
	assert_true(read_time("2026-11-03T09:15:00Z") == 1793697300000u);
}

/* 29.3.2026 and 25.10.2026 are the last Sundays. */
static void the_clock_turns_at_one_utc_on_the_last_sundays(void **state)
{
	(void)state;
	char text[CIVIL_TIME_BYTES];
	civil_write_time(read_time("2026-03-29T00:59:59Z"), text);
	assert_string_equal(text, "2026-03-29T02:59:59+02:00");
	civil_write_time(read_time("2026-03-29T01:00:00Z"), text);
	assert_string_equal(text, "2026-03-29T04:00:00+03:00");
	civil_write_time(read_time("2026-10-25T00:59:59Z"), text);
	assert_string_equal(text, "2026-10-25T03:59:59+03:00");
	civil_write_time(read_time("2026-10-25T01:00:00Z"), text);
	assert_string_equal(text, "2026-10-25T03:00:00+02:00");
}

static void an_hour_shown_twice_means_its_first(void **state)
{
	(void)state;
	assert_true(read_time("2026-10-25T03:30") == read_time("2026-10-25T00:30Z"));
	assert_true(read_time("2026-10-25T03:30+02:00") == read_time("2026-10-25T01:30Z"));
	assert_true(read_time("2026-03-29T03:30") == read_time("2026-03-29T01:30Z")); /* left out: 04:30 summer time */
}

static void every_quarter_of_some_years_goes_there_and_back(void **state)
{
	(void)state;
	char text[CIVIL_TIME_BYTES];
	uint64_t back;
	for (uint64_t ms = read_time("2025-01-01T00:00Z"); ms < read_time("2029-01-01T00:00Z"); ms += 900001) {
		civil_write_time(ms, text);
		assert_true(civil_read_time(span_text(text), &back));
		assert_true(back == ms);
	}
}

static void the_ends_of_time_hold(void **state)
{
	(void)state;
	char text[CIVIL_TIME_BYTES], date[CIVIL_DATE_BYTES];
	uint64_t ms = 5;
	civil_write_time(0, text);
	assert_string_equal(text, "1970-01-01T02:00:00+02:00");
	civil_write_time(CIVIL_MS_MAX, text);
	civil_write_date(CIVIL_DAYS_MIN, date);
	assert_string_equal(date, "0000-01-01");
	civil_write_date(CIVIL_DAYS_MAX, date);
	assert_string_equal(date, "9999-12-31");
	static const char *bad[] = { "1970-01-01T01:59:59", "9999-12-31T23:59:59.999-01:00", "2026-11-03T24:00", "2026-11-03T09",
				     "2026-11-03T09:60", "2026-11-03T09:15+2:00", "2026-11-03T09:15 ", "2026-11-03T09:15:00.5" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (civil_read_time(span_text(bad[i]), &ms))
			fail_msg("taken: %s", bad[i]);
	assert_int_equal(ms, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day_of_ten_thousand_years_goes_there_and_back),
		cmocka_unit_test(weekdays_are_right),
		cmocka_unit_test(dates_that_are_not_in_the_calendar_are_refused),
		cmocka_unit_test(winter_is_two_hours_and_summer_three),
		cmocka_unit_test(the_clock_turns_at_one_utc_on_the_last_sundays),
		cmocka_unit_test(an_hour_shown_twice_means_its_first),
		cmocka_unit_test(every_quarter_of_some_years_goes_there_and_back),
		cmocka_unit_test(the_ends_of_time_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
