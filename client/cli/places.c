/* places - what a worker looks up on the road: places and hours, guidelines. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "say.h"
#include "verbs.h"

enum { LINE_BYTES = 400 };

static jalka_Request *ask(struct command_context *c, const char *what, int argc, char **argv)
{
	jalka_Request *request = link_request(jalka_Request_reference_tag);
	jalka_ReferenceCall *call = &request->call.reference;
	char text[LINE_BYTES] = "";
	for (int i = 0; i < argc; i++) {
		size_t used = strlen(text);
		if ((size_t)snprintf(text + used, sizeof text - used, "%s%s", i == 0 ? "" : " ", argv[i]) >= sizeof text - used)
			command_usage(c, "the name is too long");
	}
	LINK_PUT(call->what, what, "");
	LINK_PUT(call->name, text, "the name");
	if (c->options[COMMAND_KIND] != NULL)
		LINK_PUT(call->kind, c->options[COMMAND_KIND], "--kind");
	if (c->options[COMMAND_AT] != NULL)
		LINK_PUT(call->day, c->options[COMMAND_AT], "--at");
	if (c->options[COMMAND_LANG] != NULL)
		LINK_PUT(call->lang, c->options[COMMAND_LANG], "--lang");
	return request;
}

/* ---- places ---------------------------------------------------------------------------------- */
/* "9.30" of 570 */
static void put_minute(char *out, size_t size, struct json fields, const char *name)
{
	size_t used = strlen(out);
	if (json_member(fields, name).type == JSON_NUMBER)
		snprintf(out + used, size - used, "%" PRId64 ".%02" PRId64, say_integer(fields, name) / 60, say_integer(fields, name) % 60);
}

static const char *hours_of(struct json place, struct json fields, char out[static LINE_BYTES])
{
	const char *hours = say_text(json_member(fields, "hours")), *weekday = say_text(json_member(place, "weekday_label"));
	snprintf(out, LINE_BYTES, "%s%s", hours, weekday);
	if (*weekday == 0)
		return out;
	strcat(out, " ");
	put_minute(out, LINE_BYTES, fields, "from_minute");
	strcat(out, "-");
	put_minute(out, LINE_BYTES, fields, "to_minute");
	return out;
}

static void say_emergency(struct json item)
{
	struct json fields = json_member(item, "fields");
	const char *place = say_text(json_member(fields.type == JSON_OBJECT ? fields : item, "municipality"));
	if (fields.type == JSON_OBJECT)
		say_line("%-14s %s, %s", say_text(json_member(fields, "phone")), say_text(json_member(fields, "name")),
			 say_text(json_member(fields, "hours")));
	else
		say_line("%-14s %s", say_text(json_member(item, "phone")), *place != 0 ? place : "112");
}

static void say_municipality(struct json item)
{
	struct json fields = json_member(item, "fields");
	const char *swedish = say_text(json_member(fields, "name_sv"));
	say_line("%s%s%s: %s, Kela %" PRId64 " km", say_text(json_member(fields, "name")), *swedish != 0 ? " / " : "", swedish,
		 say_text(json_member(item, "env_type_label")), say_integer(fields, "kela_distance_km"));
}

static void place_row(struct json place)
{
	char hours[LINE_BYTES];
	struct json fields = json_member(place, "fields");
	const char *cells[] = { say_text(json_member(place, "kind_label")), say_text(json_member(fields, "name")),
				say_text(json_member(fields, "municipality")), hours_of(place, fields, hours),
				say_text(json_member(fields, "phone")) };
	say_table_row(cells);
}

static void print_places(void *ctx, struct json object)
{
	struct json name, item;
	(void)ctx;
	if (say_json(object))
		return;
	for (struct json_walk walk = json_walk(json_member(object, "emergency")); json_next(&walk, &name, &item);)
		say_emergency(item);
	for (struct json_walk walk = json_walk(json_member(object, "municipalities")); json_next(&walk, &name, &item);)
		say_municipality(item);
	for (struct json_walk walk = json_walk(json_member(object, "places")); json_next(&walk, &name, &item);)
		place_row(item);
}

int verbs_places(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "", "KIND", SAY_TEXT }, { "", "NAME", SAY_TEXT }, { "", "MUNICIPALITY", SAY_TEXT }, { "", "HOURS", SAY_TEXT },
		{ "", "PHONE", SAY_TEXT },
	};
	jalka_Request *request = ask(c, "places", argc, argv);
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(command_link(c), request, print_places, NULL);
	say_table_end("no places of that kind");
	return SAY_OK;
}

/* ---- guidelines ------------------------------------------------------------------------------- */
struct comparison {
	int64_t least, most;
	size_t count, limited;
	char decider[200];
	bool differs;
};

static void money(char *out, size_t size, int64_t cents)
{
	snprintf(out, size, "%" PRId64 ",%02" PRId64, cents / 100, cents % 100);
}

static void guideline_row(struct comparison *comparison, struct json fields)
{
	char limit[32] = "";
	const char *decider = say_text(json_member(fields, "decider_role"));
	if (json_member(fields, "limit_cents").type == JSON_NUMBER) {
		int64_t cents = say_integer(fields, "limit_cents");
		comparison->least = comparison->limited == 0 || cents < comparison->least ? cents : comparison->least;
		comparison->most = comparison->limited == 0 || cents > comparison->most ? cents : comparison->most;
		comparison->limited++;
		money(limit, sizeof limit, cents);
	}
	comparison->differs = comparison->differs || (comparison->count > 0 && strcmp(comparison->decider, decider) != 0);
	snprintf(comparison->decider, sizeof comparison->decider, "%s", decider);
	comparison->count++;
	const char *cells[] = { say_text(json_member(fields, "authority")), say_text(json_member(fields, "expense_type")), limit, decider,
				say_value(json_member(fields, "valid_from")), say_text(json_member(fields, "text")) };
	say_table_row(cells);
}

static void print_guidelines(void *ctx, struct json object)
{
	struct json name, item;
	if (say_json(object))
		return;
	for (struct json_walk walk = json_walk(json_member(object, "guidelines")); json_next(&walk, &name, &item);)
		guideline_row(ctx, json_member(item, "fields"));
}

int verbs_guidelines(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "", "AUTHORITY", SAY_TEXT }, { "", "EXPENSE", SAY_TEXT }, { "", "LIMIT", SAY_TEXT }, { "", "WHO DECIDES", SAY_TEXT },
		{ "", "FROM", SAY_TEXT }, { "", "TEXT", SAY_TEXT },
	};
	struct comparison comparison = { .count = 0 };
	jalka_Request *request = ask(c, "guidelines", argc, argv);
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(command_link(c), request, print_guidelines, &comparison);
	if (say_style()->json)
		return SAY_OK;
	say_table_end("no guideline about that is valid on that day");
	if (comparison.limited > 1 && comparison.least != comparison.most) {
		char least[32], most[32];
		money(least, sizeof least, comparison.least);
		money(most, sizeof most, comparison.most);
		say_note("limits differ: %s to %s", least, most);
	}
	if (comparison.differs)
		say_note("who decides differs: look at the guideline of the client's authority");
	return SAY_OK;
}
