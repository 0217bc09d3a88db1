/* deadline - what a statutory clock makes of a day: jalka deadline RULE DATE. */
#include <inttypes.h>
#include <stdio.h>

#include "day.h"
#include "say.h"
#include "verbs.h"

enum { PERIOD_BYTES = 48 };

static const char *period(struct json clock, char out[static PERIOD_BYTES])
{
	static const struct { const char *unit, *one, *many; } units[] = {
		{ "HOURS", "hour", "hours" }, { "DAYS", "day", "days" }, { "WORKING_DAYS", "working day", "working days" },
		{ "MONTHS", "month", "months" },
	};
	int64_t amount = say_integer(clock, "amount");
	snprintf(out, PERIOD_BYTES, "at once");
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (!json_text_is(json_member(clock, "unit"), units[i].unit))
			continue;
		if (amount == 0)
			snprintf(out, PERIOD_BYTES, "the same day");
		else
			snprintf(out, PERIOD_BYTES, "%" PRId64 " %s", amount, amount == 1 ? units[i].one : units[i].many);
	}
	return out;
}

static void list_rules(struct json rules)
{
	static const struct say_column columns[] = {
		{ "", "RULE", SAY_TEXT }, { "", "BY THEN", SAY_TEXT }, { "", "PERIOD", SAY_TEXT }, { "", "FROM", SAY_TEXT },
		{ "", "BASIS", SAY_TEXT },
	};
	char text[PERIOD_BYTES];
	struct json name, rule;
	say_table_begin(columns, sizeof columns / sizeof *columns);
	for (struct json_walk walk = json_walk(rules); json_next(&walk, &name, &rule);) {
		const char *cells[] = { say_text(json_member(rule, "rule")), say_text(json_member(rule, "what")),
					period(rule, text), say_text(json_member(rule, "starts")),
					say_text(json_member(rule, "basis")) };
		say_table_row(cells);
	}
	say_table_end("no rules");
}

/* "la 4.4.2026", and the feast it is in brackets. */
static const char *named_day(struct json day, char out[static DAY_BYTES * 4])
{
	char text[DAY_BYTES];
	const char *holiday = say_text(json_member(day, "holiday"));
	snprintf(out, DAY_BYTES * 4, "%s%s%s%s", day_text(json_member(day, "date"), text), *holiday != 0 ? " (" : "", holiday,
		 *holiday != 0 ? ")" : "");
	return out;
}

static void print_clock(struct json given, struct json clock)
{
	char day[DAY_BYTES * 4], text[PERIOD_BYTES];
	struct json start = json_member(clock, "start");
	say_line("%s  %s", say_text(json_member(clock, "rule")), say_text(json_member(clock, "what")));
	say_line("  basis    %s", say_text(json_member(clock, "basis")));
	say_line("  from     %s", say_text(json_member(clock, "starts")));
	say_line("  given    %s", named_day(given, day));
	if (!span_equal(json_member(given, "date").text, json_member(start, "date").text))
		say_line("  counts as %s, the next working day", named_day(start, day));
	say_line("  period   %s", period(clock, text));
	if (say_integer(clock, "at_ms") != 0)
		say_line("  ends     %s", say_time_ms(json_member(clock, "at_ms")));
	say_line("  counted  %s", named_day(json_member(clock, "counted"), day));
	say_line("  actable  %s", named_day(json_member(clock, "actable"), day));
}

static void print_answer(void *ctx, struct json object)
{
	struct json name, clock, rules = json_member(object, "rules"), given = json_member(object, "given");
	(void)ctx;
	if (say_json(object))
		return;
	if (rules.type == JSON_LIST)
		list_rules(rules);
	for (struct json_walk walk = json_walk(json_member(object, "clocks")); json_next(&walk, &name, &clock);)
		print_clock(given, clock);
}

int verbs_deadline(struct command_context *c, int argc, char **argv)
{
	if (argc != 0 && argc != 2)
		command_usage(c, "a rule and a day are expected, or nothing");
	jalka_Request *request = link_request(jalka_Request_deadline_tag);
	if (argc == 2) {
		if (*argv[0] == 0 || *argv[1] == 0)
			command_usage(c, "a rule and a day are expected");
		LINK_PUT(request->call.deadline.rule, argv[0], "the rule");
		LINK_PUT(request->call.deadline.start, argv[1], "the day");
	}
	link_call(command_link(c), request, print_answer, NULL);
	return SAY_OK;
}
