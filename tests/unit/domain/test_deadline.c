/* The clocks D1 to D18: the vectors of the specification, and each rule against a
 * count made by hand over the calendar's years. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/civil.h"
#include "domain/calendar.h"
#include "domain/deadline.h"

static int32_t day_of(const char *text)
{
	int32_t day = 0;
	if (!civil_read_date(span_text(text), &day))
		fail_msg("no date: %s", text);
	return day;
}

static struct deadline counted(enum deadline_rule rule, const char *start)
{
	struct deadline at;
	struct fault fault = deadline_count(rule, day_of(start), NULL, &at);
	if (fault_is(fault))
		fail_msg("%s: %s", start, fault.what);
	return at;
}

static void seven_working_days_and_the_next_one_are_those_of_the_specification(void **state)
{
	static const struct { const char *arrival, *seventh, *next; } vectors[] = {
		{ "2026-03-02", "2026-03-11", "2026-03-03" }, { "2026-03-30", "2026-04-10", "2026-03-31" },
		{ "2026-04-04", "2026-04-16", "2026-04-08" }, { "2026-04-30", "2026-05-12", "2026-05-04" },
		{ "2026-05-11", "2026-05-21", NULL }, { "2026-06-15", "2026-06-25", NULL },
		{ "2026-12-21", CALENDAR_CHRISTMAS_EVE_COUNTS ? "2026-12-31" : "2027-01-04", NULL }, { "2026-12-30", "2027-01-12", NULL },
		{ "2027-05-03", "2027-05-13", NULL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		if (counted(DEADLINE_D5, vectors[i].arrival).counted != day_of(vectors[i].seventh))
			fail_msg("the seventh day from %s", vectors[i].arrival);
		if (vectors[i].next != NULL && counted(DEADLINE_D6, vectors[i].arrival).counted != day_of(vectors[i].next))
			fail_msg("the next day from %s", vectors[i].arrival);
	}
	assert_int_equal(counted(DEADLINE_D5, "2026-04-04").start, day_of("2026-04-07")); /* Easter Saturday */
}

static void three_months_have_a_counted_and_an_actable_day(void **state)
{
	(void)state;
	struct deadline at = counted(DEADLINE_D4, "2026-11-30");
	assert_int_equal(at.counted, day_of("2027-02-28")); /* a Sunday */
	assert_int_equal(at.actable, day_of("2027-03-01"));
	at = counted(DEADLINE_D3_FINISH, "2026-09-24");
	assert_int_equal(at.counted, day_of("2026-12-24")); /* Christmas Eve, a Thursday */
	assert_int_equal(at.actable, day_of("2026-12-28"));
	at = counted(DEADLINE_D16, "2027-11-30");
	assert_int_equal(at.counted, day_of("2028-02-29")); /* a leap year's Tuesday */
	assert_int_equal(at.actable, day_of("2028-02-29"));
}

static void a_notice_is_deemed_received_whatever_the_day_and_an_objection_is_moved(void **state)
{
	struct deadline at;
	struct deadline_params old = { .appeal_days = 14 };
	(void)state;
	assert_int_equal(counted(DEADLINE_D12_LETTER, "2026-03-29").counted, day_of("2026-04-05")); /* Easter Sunday */
	assert_int_equal(counted(DEADLINE_D12_LETTER, "2026-03-29").actable, day_of("2026-04-05"));
	assert_int_equal(counted(DEADLINE_D12_ELECTRONIC, "2026-03-02").counted, day_of("2026-03-05"));
	assert_int_equal(counted(DEADLINE_D12_HANDED, "2026-03-07").counted, day_of("2026-03-07"));
	assert_int_equal(counted(DEADLINE_D13, "2026-03-05").counted, day_of("2026-04-04")); /* Easter Saturday */
	assert_int_equal(counted(DEADLINE_D13, "2026-03-05").actable, day_of("2026-04-07"));
	assert_false(fault_is(deadline_count(DEADLINE_D13, day_of("2026-03-05"), &old, &at)));
	assert_int_equal(at.counted, day_of("2026-03-19"));
	/* Only the objection goes by the appeal text. */
	assert_false(fault_is(deadline_count(DEADLINE_D12_LETTER, day_of("2026-03-05"), &old, &at)));
	assert_int_equal(at.counted, day_of("2026-03-12"));
}

static void the_appeal_text_says_the_days_itself(void **state)
{
	static const char *const bad[] = { "", "30", "2026", "2026-1/", "2026/0", "2026/366", "2026/1000", "2026/3x",
					   "2026/30 " };
	uint16_t days = 7;
	(void)state;
	assert_true(deadline_appeal_days(span_text("2026-1/30"), &days));
	assert_int_equal(days, 30);
	assert_true(deadline_appeal_days(span_text("HL 2010/14"), &days));
	assert_int_equal(days, 14);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (deadline_appeal_days(span_text(bad[i]), &days))
			fail_msg("\"%s\" names no days", bad[i]);
	assert_int_equal(days, 14);
}

static void hours_run_through_nights_and_feasts(void **state)
{
	struct deadline at;
	uint64_t start;
	(void)state;
	assert_true(civil_read_time(span_text("2026-04-02T15:30"), &start)); /* Thursday before Easter */
	assert_false(fault_is(deadline_count_ms(DEADLINE_D14, start, NULL, &at)));
	assert_int_equal(at.at_ms, start + 72 * 3600000ull);
	assert_int_equal(at.counted, day_of("2026-04-05"));
	assert_int_equal(at.actable, at.counted);
	/* Over the change of clocks 72 hours are 72 hours. */
	assert_true(civil_read_time(span_text("2026-03-27T23:30"), &start));
	assert_false(fault_is(deadline_count_ms(DEADLINE_D14, start, NULL, &at)));
	assert_int_equal(at.counted, day_of("2026-03-31"));
	/* From a day alone: from its midnight. */
	assert_int_equal(counted(DEADLINE_D14, "2026-03-02").counted, day_of("2026-03-05"));
	assert_true(counted(DEADLINE_D14, "2026-03-02").at_ms != 0);
}

static void a_moment_counts_from_its_day_in_helsinki(void **state)
{
	struct deadline at;
	uint64_t start;
	(void)state;
	assert_true(civil_read_time(span_text("2026-03-01T22:30:00Z"), &start)); /* Monday 2.3. in Helsinki */
	assert_false(fault_is(deadline_count_ms(DEADLINE_D6, start, NULL, &at)));
	assert_int_equal(at.start, day_of("2026-03-02"));
	assert_int_equal(at.counted, day_of("2026-03-03"));
}

/* Each rule's count, made day by day. */
static void every_rule_counts_as_a_day_walk_does(void **state)
{
	struct deadline at;
	int32_t last = day_of("2100-06-01");
	(void)state;
	for (int rule = DEADLINE_D1; rule < DEADLINE_RULES; rule++) {
		const struct deadline_row *row = deadline_row((enum deadline_rule)rule);
		for (int32_t day = day_of("1990-01-01"); day < last; day++) {
			int32_t from = day, end = day;
			if (fault_is(deadline_count((enum deadline_rule)rule, day, NULL, &at)))
				fail_msg("%s from day %d", row->code, day);
			if (row->unit == DEADLINE_WORKING_DAYS) {
				while (!calendar_is_working(from))
					from++;
				end = from;
				for (unsigned n = 0; n < row->amount; n += calendar_is_working(end))
					end++;
			} else if (row->unit == DEADLINE_DAYS) {
				end = day + row->amount;
			} else if (row->unit == DEADLINE_HOURS) {
				end = day + row->amount / 24;
			} else if (row->unit == DEADLINE_MONTHS) {
				struct civil_date a = civil_of_days(day), b = civil_of_days(at.counted);
				int months = (b.year - a.year) * 12 + b.month - a.month;
				/* Of the same number, or the month's last day. */
				if (months != row->amount || b.day > a.day ||
				    (b.day < a.day && civil_of_days(at.counted + 1).day != 1))
					fail_msg("%s from day %d", row->code, day);
				end = at.counted;
			}
			/* Midnight and some days are not 24 hours on over a change of clocks. */
			bool ends_well = at.counted == end || (row->unit == DEADLINE_HOURS && at.counted == end - 1);
			if (at.start != from || !ends_well || at.actable < at.counted)
				fail_msg("%s from day %d", row->code, day);
			if (row->is_moved ? !calendar_is_working(at.actable) : at.actable != at.counted)
				fail_msg("%s from day %d: the actable day", row->code, day);
		}
	}
}

static void rules_are_found_by_their_code(void **state)
{
	unsigned clocks = 0, codes = 0;
	char code[16];
	(void)state;
	assert_int_equal(deadline_find(span_text("D5"), DEADLINE_NONE), DEADLINE_D5);
	assert_int_equal(deadline_find(span_text("d14"), DEADLINE_NONE), DEADLINE_D14);
	assert_int_equal(deadline_find(span_text("D3"), DEADLINE_NONE), DEADLINE_D3_START);
	assert_int_equal(deadline_find(span_text("D3"), DEADLINE_D3_FINISH), DEADLINE_D3_FINISH);
	assert_int_equal(deadline_find(span_text("D3"), DEADLINE_D4), DEADLINE_NONE);
	assert_int_equal(deadline_find(span_text("D0"), DEADLINE_NONE), DEADLINE_NONE);
	assert_int_equal(deadline_find(span_text("D19"), DEADLINE_NONE), DEADLINE_NONE);
	assert_int_equal(deadline_find(span_text("D"), DEADLINE_NONE), DEADLINE_NONE);
	assert_int_equal(deadline_find(span_text(""), DEADLINE_NONE), DEADLINE_NONE);
	for (int n = 1; n <= 18; n++) {
		snprintf(code, sizeof code, "D%d", n);
		enum deadline_rule rule = deadline_find(span_text(code), DEADLINE_NONE);
		codes += rule != DEADLINE_NONE;
		for (; rule != DEADLINE_NONE; rule = deadline_find(span_text(code), rule + 1))
			clocks++;
	}
	assert_int_equal(codes, 18);
	assert_int_equal(clocks, DEADLINE_RULES - 1);
	assert_null(deadline_row(DEADLINE_NONE));
	assert_null(deadline_row(DEADLINE_RULES));
	for (int rule = DEADLINE_D1; rule < DEADLINE_RULES; rule++) {
		const struct deadline_row *row = deadline_row((enum deadline_rule)rule);
		assert_true(*row->code != 0 && *row->what != 0 && *row->starts != 0 && *row->basis != 0);
	}
}

static void days_outside_the_calendar_are_refused(void **state)
{
	struct deadline at = { .start = 7 };
	(void)state;
	assert_int_equal(deadline_count(DEADLINE_D5, day_of("1989-12-31"), NULL, &at).kind, FAULT_CALLER);
	assert_int_equal(deadline_count(DEADLINE_D5, day_of("2100-12-30"), NULL, &at).kind, FAULT_CALLER);
	assert_int_equal(deadline_count(DEADLINE_D14, day_of("2100-12-30"), NULL, &at).kind, FAULT_CALLER);
	assert_int_equal(deadline_count(DEADLINE_D4, day_of("2100-10-31"), NULL, &at).kind, FAULT_CALLER);
	assert_int_equal(deadline_count(DEADLINE_D1, day_of("2101-01-01"), NULL, &at).kind, FAULT_CALLER);
	assert_int_equal(deadline_count_ms(DEADLINE_D14, 0, NULL, &at).kind, FAULT_CALLER);
	assert_int_equal(deadline_count_ms(DEADLINE_D14, CIVIL_MS_MAX, NULL, &at).kind, FAULT_CALLER);
	assert_int_equal(deadline_count_ms(DEADLINE_D5, UINT64_MAX, NULL, &at).kind, FAULT_CALLER);
	assert_int_equal(deadline_count(DEADLINE_NONE, day_of("2026-01-01"), NULL, &at).kind, FAULT_CALLER);
	assert_int_equal(deadline_count(DEADLINE_RULES, day_of("2026-01-01"), NULL, &at).kind, FAULT_CALLER);
	assert_int_equal(at.start, 7);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(seven_working_days_and_the_next_one_are_those_of_the_specification),
		TEST(three_months_have_a_counted_and_an_actable_day),
		TEST(a_notice_is_deemed_received_whatever_the_day_and_an_objection_is_moved),
		TEST(the_appeal_text_says_the_days_itself),
		TEST(hours_run_through_nights_and_feasts),
		TEST(a_moment_counts_from_its_day_in_helsinki),
		TEST(every_rule_counts_as_a_day_walk_does),
		TEST(rules_are_found_by_their_code),
		TEST(days_outside_the_calendar_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
