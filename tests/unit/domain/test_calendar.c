/* Finnish working days, against a calendar made another way: days walked one by
 * one from Monday 1.1.1990, Easter by the table of golden numbers, feasts by
 * looking at dates and weekdays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/civil.h"
#include "domain/calendar.h"

/* ---- the other calendar ---- */

enum { DAYS = 40542 };

struct walked { int year, month, day, weekday; bool is_free, is_easter, is_eve; };
static struct walked walk[DAYS + 1];

static int32_t day_of(const char *text)
{
	int32_t day = 0;
	if (!civil_read_date(span_text(text), &day))
		fail_msg("no date: %s", text);
	return day;
}

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

/* The paschal full moon of 1900-2199 by golden number, as church calendars print it. */
static bool is_full_moon(const struct walked *at)
{
	static const int table[19][2] = {
		{ 4, 14 }, { 4, 3 }, { 3, 23 }, { 4, 11 }, { 3, 31 }, { 4, 18 }, { 4, 8 }, { 3, 28 }, { 4, 16 }, { 4, 5 },
		{ 3, 25 }, { 4, 13 }, { 4, 2 }, { 3, 22 }, { 4, 10 }, { 3, 30 }, { 4, 17 }, { 4, 7 }, { 3, 27 },
	};
	const int *moon = table[at->year % 19];
	return at->month == moon[0] && at->day == moon[1];
}

static bool is_fixed_feast(const struct walked *at)
{
	int date = at->month * 100 + at->day;
	return date == 101 || date == 106 || date == 501 || date == 1206 || date == 1225 || date == 1226 ||
	       (date == 1224 && !CALENDAR_CHRISTMAS_EVE_COUNTS) ||
	       (at->month == 6 && at->weekday == 5 && at->day >= 19 && at->day <= 25);
}

static int make_the_other_calendar(void **state)
{
	struct walked at = { 1990, 1, 1, 1, false, false, false };
	size_t moon = 0;
	(void)state;
	for (size_t i = 0; i < DAYS; i++) {
		at.is_free = at.weekday >= 6 || is_fixed_feast(&at);
		at.is_eve = at.month == 12 && at.day == 24;
		walk[i] = at;
		at.weekday = at.weekday % 7 + 1;
		if (++at.day > month_days(at.year, at.month)) {
			at.day = 1;
			at.year += at.month == 12;
			at.month = at.month % 12 + 1;
		}
	}
	for (size_t i = 0; i < DAYS; i++) {
		if (is_full_moon(&walk[i]))
			moon = i;
		if (moon == 0 || i == moon || walk[i].weekday != 7)
			continue;
		walk[i].is_easter = walk[i - 2].is_free = walk[i + 1].is_free = walk[i + 39].is_free = true;
		moon = 0;
	}
	return at.year == 2101 ? 0 : -1;
}

/* ---- the facts ---- */

static void easter_is_where_the_golden_numbers_put_it(void **state)
{
	static const char *const known[] = { "1990-04-15", "2000-04-23", "2008-03-23", "2011-04-24", "2026-04-05",
					     "2027-03-28", "2028-04-16", "2038-04-25", "2049-04-18", "2076-04-19", "2100-03-28" };
	int32_t first = day_of("1990-01-01"), easter = 0;
	size_t found = 0;
	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		assert_true(calendar_easter(civil_of_days(day_of(known[i])).year, &easter));
		assert_int_equal(easter, day_of(known[i]));
	}
	for (size_t i = 0; i < DAYS; i++) {
		if (!walk[i].is_easter)
			continue;
		assert_true(calendar_easter(walk[i].year, &easter));
		if (easter != first + (int32_t)i)
			fail_msg("Easter of %d", walk[i].year);
		found++;
	}
	assert_int_equal(found, 111);
}

static void every_day_of_111_years_is_working_or_free_as_the_other_calendar_says(void **state)
{
	int32_t first = day_of("1990-01-01");
	(void)state;
	assert_int_equal(first + DAYS - 1, day_of("2100-12-31"));
	for (int32_t i = 0; i < DAYS; i++) {
		struct civil_date date = civil_of_days(first + i);
		if (date.year != walk[i].year || date.month != walk[i].month || date.day != walk[i].day)
			fail_msg("the calendars part on day %d", i);
		if (calendar_is_working(first + i) == walk[i].is_free)
			fail_msg("%d-%02d-%02d", date.year, date.month, date.day);
		/* Every free weekday has a name, and Christmas Eve has where it is counted too. */
		if (walk[i].weekday < 6 && (walk[i].is_free || walk[i].is_eve) != (*calendar_holiday(first + i) != 0))
			fail_msg("the name of %d-%02d-%02d", date.year, date.month, date.day);
	}
}

static void feasts_fall_where_the_law_puts_them(void **state)
{
	static const char *const free_days[] = {
		"2026-04-03", "2026-04-06", "2026-05-14", "2026-06-19", "2027-05-06", "2027-06-25", "2028-05-25", "2028-06-23",
		"2026-12-25", "2025-12-26", "2027-01-01", "2027-01-06", "2026-05-01", "2027-12-06",
	};
	(void)state;
	for (size_t i = 0; i < sizeof free_days / sizeof *free_days; i++)
		if (calendar_is_working(day_of(free_days[i])))
			fail_msg("%s is no working day", free_days[i]);
	assert_int_equal(calendar_is_working(day_of("2026-12-24")), CALENDAR_CHRISTMAS_EVE_COUNTS);
	assert_string_equal(calendar_holiday(day_of("2026-05-14")), "helatorstai");
	assert_string_equal(calendar_holiday(day_of("2026-06-19")), "juhannusaatto");
	assert_string_equal(calendar_holiday(day_of("2026-06-18")), "");
	assert_true(calendar_is_working(day_of("2026-06-18")));
	assert_false(calendar_is_working(day_of("2026-06-20")));
	assert_true(calendar_is_working(day_of("2026-12-23")));
}

/* Walks the other calendar: the nth working day after the day of arrival. */
static int32_t walked_to(int32_t from, unsigned count)
{
	while (from < DAYS && walk[from].is_free)
		from++;
	while (from < DAYS && count > 0) {
		from++;
		count -= from < DAYS && !walk[from].is_free;
	}
	return from;
}

static void working_days_are_counted_as_a_walk_counts_them(void **state)
{
	static const unsigned counts[] = { 0, 1, 2, 3, 7, 30 };
	int32_t first = day_of("1990-01-01"), got;
	(void)state;
	for (int32_t i = 0; i < DAYS; i++) {
		for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
			int32_t expected = walked_to(i, counts[c]);
			bool fits = calendar_add_working(first + i, counts[c], &got);
			if (fits != (expected < DAYS) || (fits && got != first + expected))
				fail_msg("%u working days from day %d", counts[c], i);
		}
	}
}

static void the_actable_day_is_the_next_working_day(void **state)
{
	int32_t first = day_of("1990-01-01"), got;
	(void)state;
	for (int32_t i = 0; i < DAYS; i++) {
		int32_t expected = i;
		while (expected < DAYS && (walk[expected].is_free || walk[expected].is_eve))
			expected++;
		bool fits = calendar_actable(first + i, &got);
		if (fits != (expected < DAYS) || (fits && got != first + expected))
			fail_msg("day %d", i);
	}
}

static void a_month_ends_on_the_same_number_or_on_its_last_day(void **state)
{
	static const struct { const char *from; uint32_t months; const char *to; } vectors[] = {
		{ "2026-11-30", 3, "2027-02-28" }, { "2026-09-24", 3, "2026-12-24" }, { "2027-11-30", 3, "2028-02-29" },
		{ "2028-01-31", 1, "2028-02-29" }, { "2027-01-31", 1, "2027-02-28" }, { "2028-02-29", 12, "2029-02-28" },
		{ "2028-02-29", 48, "2032-02-29" }, { "2026-03-31", 1, "2026-04-30" }, { "2026-12-31", 2, "2027-02-28" },
		{ "2026-01-15", 0, "2026-01-15" }, { "2026-08-31", 6, "2027-02-28" }, { "2100-01-31", 1, "2100-02-28" },
	};
	int32_t got;
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		assert_true(calendar_add_months(day_of(vectors[i].from), vectors[i].months, &got));
		if (got != day_of(vectors[i].to))
			fail_msg("%s and %u months", vectors[i].from, vectors[i].months);
	}
}

static void months_of_every_day_are_those_of_the_other_calendar(void **state)
{
	int32_t first = day_of("1990-01-01"), got;
	(void)state;
	for (int32_t i = 0; i + 400 < DAYS; i++) {
		for (uint32_t months = 1; months <= 13; months += 2) {
			int year = walk[i].year + (walk[i].month - 1 + (int)months) / 12;
			int month = (walk[i].month - 1 + (int)months) % 12 + 1;
			int last = month_days(year, month), day = walk[i].day < last ? walk[i].day : last;
			int32_t at = i + (int32_t)months * 28; /* the walk is ahead of this */
			while (walk[at].year != year || walk[at].month != month || walk[at].day != day)
				at++;
			if (!calendar_add_months(first + i, months, &got) || got != first + at)
				fail_msg("%u months from day %d", months, i);
		}
	}
}

static void years_before_1990_and_after_2100_are_refused(void **state)
{
	int32_t out = 7;
	(void)state;
	assert_false(calendar_easter(1989, &out));
	assert_false(calendar_easter(2101, &out));
	assert_false(calendar_covers(day_of("1989-12-31")));
	assert_false(calendar_is_working(day_of("2101-01-03")));
	assert_false(calendar_working_from(day_of("1989-12-29"), &out));
	assert_false(calendar_add_working(day_of("2100-12-30"), 2, &out));
	assert_false(calendar_add_working(CIVIL_DAYS_MIN, 1, &out));
	assert_false(calendar_add_working(day_of("2026-01-01"), UINT32_MAX, &out));
	assert_false(calendar_add_months(day_of("2100-11-30"), 2, &out));
	assert_false(calendar_add_months(day_of("2026-01-01"), UINT32_MAX, &out));
	assert_false(calendar_add_days(day_of("2100-12-31"), 1, &out));
	assert_false(calendar_add_days(day_of("2026-01-01"), UINT32_MAX, &out));
	assert_false(calendar_add_days(CIVIL_DAYS_MAX, 0, &out));
	assert_false(calendar_actable(CIVIL_DAYS_MAX, &out));
	assert_string_equal(calendar_holiday(day_of("1989-12-25")), "");
	assert_int_equal(out, 7);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(easter_is_where_the_golden_numbers_put_it),
		TEST(every_day_of_111_years_is_working_or_free_as_the_other_calendar_says),
		TEST(feasts_fall_where_the_law_puts_them),
		TEST(working_days_are_counted_as_a_walk_counts_them),
		TEST(the_actable_day_is_the_next_working_day),
		TEST(a_month_ends_on_the_same_number_or_on_its_last_day),
		TEST(months_of_every_day_are_those_of_the_other_calendar),
		TEST(years_before_1990_and_after_2100_are_refused),
	};
	return cmocka_run_group_tests(tests, make_the_other_calendar, NULL);
}
