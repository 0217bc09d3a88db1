/* access - roles, break-glass, and the access logs. */
#include <stdio.h>
#include <string.h>

#include "say.h"
#include "verbs.h"

/* ---- roles: the table as it is drawn ----------------------------------------------------------- */
enum { CELL_BYTES = 96, ROLES_MAX = 8 };

static void add(char *out, size_t *used, const char *text)
{
	int n = snprintf(out + *used, CELL_BYTES - *used, "%s", text);
	*used = n < 0 || (size_t)n >= CELL_BYTES - *used ? CELL_BYTES - 1 : *used + (size_t)n;
}

static void add_conditions(char *out, size_t *used, struct json list)
{
	struct json name, condition;
	const char *before = " (";
	bool any = false;
	for (struct json_walk walk = json_walk(list); json_next(&walk, &name, &condition); any = true) {
		add(out, used, before);
		add(out, used, say_text(condition));
		before = ", ";
	}
	if (any)
		add(out, used, ")");
}

/* R C D M A as the specification has them, G where the glass may be broken. */
static void cell_text(struct json cell, char out[static CELL_BYTES])
{
	size_t used = 0;
	const char *read = say_text(json_member(cell, "read"));
	out[0] = 0;
	if (strcmp(read, "NOTHING") != 0) {
		add(out, &used, (char[]){ *read, 0 });
		add_conditions(out, &used, json_member(cell, "read_if"));
	}
	if (say_true(cell, "create")) {
		add(out, &used, used > 0 ? " C" : "C");
		add_conditions(out, &used, json_member(cell, "create_if"));
	}
	if (say_true(cell, "glass"))
		add(out, &used, used > 0 ? " G" : "G");
	if (used == 0)
		add(out, &used, "-");
}

static void gather_classes(void *ctx, struct json object)
{
	struct json name, row, cell;
	(void)ctx;
	if (say_json(object))
		return;
	for (struct json_walk walk = json_walk(json_member(object, "classes")); json_next(&walk, &name, &row);) {
		static char cells[ROLES_MAX][CELL_BYTES];
		const char *texts[1 + ROLES_MAX] = { say_text(json_member(row, "words")) };
		size_t count = 0;
		for (struct json_walk in = json_walk(json_member(row, "cells")); json_next(&in, &name, &cell) && count < ROLES_MAX;
		     count++) {
			cell_text(cell, cells[count]);
			texts[1 + count] = cells[count];
		}
		say_table_row(texts);
	}
}

static void print_me(void *ctx, struct json object)
{
	(void)ctx;
	if (!say_json(object))
		say_object(json_member(object, "me"), 0);
}

int verbs_roles(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "class", "DATA", SAY_TEXT }, { "a", "OUTREACH WORKER", SAY_TEXT }, { "b", "OWN WORKER", SAY_TEXT },
		{ "c", "SOCIAL INSTRUCTOR", SAY_TEXT }, { "d", "KELA", SAY_TEXT }, { "e", "MUNICIPAL ADMIN", SAY_TEXT },
		{ "f", "TECHNICAL ADMIN", SAY_TEXT }, { "g", "DATA PROTECTION", SAY_TEXT },
	};
	(void)argv;
	if (argc > 0)
		command_usage(c, "no arguments are expected");
	struct link *link = command_link(c);
	jalka_Request *request = link_request(jalka_Request_roles_tag);
	request->call.roles.mine = c->options[COMMAND_MINE] != NULL;
	if (request->call.roles.mine) {
		link_call(link, request, print_me, NULL);
		return SAY_OK;
	}
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(link, request, gather_classes, NULL);
	say_table_end("no roles");
	if (!say_style()->json)
		say_note("R read, C write, D what was disclosed, M metadata, A aggregates, G the glass may be broken");
	return SAY_OK;
}

/* ---- break-glass --------------------------------------------------------------------------------- */
static void print_broken(void *ctx, struct json object)
{
	(void)ctx;
	if (!say_json(object))
		say_note("open until %s; the administrator is shown who opened it and why",
			 say_time_ms(json_member(object, "until_ms")));
}

int verbs_break_glass(struct command_context *c, int argc, char **argv)
{
	if (argc != 1)
		command_usage(c, "a client or a case is expected");
	if (c->options[COMMAND_REASON] == NULL)
		command_usage(c, "--reason is expected");
	struct link *link = command_link(c);
	jalka_Request *request = link_request(jalka_Request_break_glass_tag);
	LINK_PUT(request->call.break_glass.id, argv[0], "the id");
	LINK_PUT(request->call.break_glass.reason, c->options[COMMAND_REASON], "--reason");
	link_call(link, request, print_broken, NULL);
	return SAY_OK;
}

/* ---- logs ------------------------------------------------------------------------------------------ */
static const struct say_column entry_columns[] = {
	{ "when_ms", "WHEN", SAY_TIME }, { "name", "WHO", SAY_TEXT }, { "role", "ROLE", SAY_TEXT }, { "serial", "DEVICE", SAY_TEXT },
	{ "act", "ACT", SAY_TEXT }, { "reason", "WHY", SAY_TEXT }, { "case_id", "CASE", SAY_ID }, { "record", "RECORD", SAY_ID },
};

struct gathering {
	const char *key;
	bool own_only;
};

static void gather_entries(void *ctx, struct json object)
{
	struct gathering *gathering = ctx;
	gathering->own_only = gathering->own_only || say_true(object, "own_acts_only");
	if (!say_json(object))
		say_table_rows(json_member(object, gathering->key));
}

int verbs_log(struct command_context *c, int argc, char **argv)
{
	struct gathering gathering = { "entries", false };
	if (argc != 1)
		command_usage(c, "a client, a case or a record is expected");
	struct link *link = command_link(c);
	jalka_Request *request = link_request(jalka_Request_access_log_tag);
	jalka_AccessLogCall *call = &request->call.access_log;
	LINK_PUT(call->id, argv[0], "the id");
	if (c->options[COMMAND_FROM] != NULL)
		LINK_PUT(call->from, c->options[COMMAND_FROM], "--from");
	if (c->options[COMMAND_TO] != NULL)
		LINK_PUT(call->to, c->options[COMMAND_TO], "--to");
	if (c->options[COMMAND_REASON] != NULL)
		LINK_PUT(call->reason, c->options[COMMAND_REASON], "--reason");
	if (c->options[COMMAND_SPECIAL] != NULL)
		LINK_PUT(call->special, c->options[COMMAND_SPECIAL], "--special");
	say_table_begin(entry_columns, sizeof entry_columns / sizeof *entry_columns);
	link_call(link, request, gather_entries, &gathering);
	say_table_end("nobody, in this time");
	if (gathering.own_only)
		say_note("these are your own acts on this device; the central node knows everybody's");
	return SAY_OK;
}

int verbs_admin_drafts(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "when_ms", "BEGUN", SAY_TIME }, { "name", "WHO", SAY_TEXT }, { "serial", "DEVICE", SAY_TEXT },
		{ "reason", "TYPE", SAY_TEXT }, { "case_id", "CASE", SAY_ID }, { "record", "DRAFT", SAY_ID },
	};
	struct gathering gathering = { "drafts", false };
	(void)argv;
	if (argc != 0)
		command_usage(c, "no argument is expected");
	struct link *link = command_link(c);
	jalka_Request *request = link_request(jalka_Request_admin_tag);
	LINK_PUT(request->call.admin.verb, "drafts", "the verb");
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(link, request, gather_entries, &gathering);
	say_table_end("no draft is known to be older than three working days");
	return SAY_OK;
}

/* admin access of STAFF --reason TEXT [FROM [TO]]: what one person saw and did. */
int verbs_admin_access_of(struct command_context *c, int argc, char **argv)
{
	struct gathering gathering = { "entries", false };
	if (argc < 1 || argc > 3)
		command_usage(c, "one member of the staff and at most two days are expected");
	struct link *link = command_link(c);
	jalka_Request *request = link_request(jalka_Request_admin_tag);
	jalka_AdminCall *call = &request->call.admin;
	LINK_PUT(call->verb, "access", "the verb");
	LINK_PUT(call->args[0], "of", "an argument");
	LINK_PUT(call->args[1], argv[0], "the person");
	LINK_PUT(call->args[2], c->options[COMMAND_REASON] == NULL ? "" : c->options[COMMAND_REASON], "--reason");
	for (int i = 1; i < argc; i++)
		LINK_PUT(call->args[2 + i], argv[i], "a day");
	call->args_count = (pb_size_t)(2 + argc);
	say_table_begin(entry_columns, sizeof entry_columns / sizeof *entry_columns);
	link_call(link, request, gather_entries, &gathering);
	say_table_end("nothing, in this time");
	return SAY_OK;
}

int verbs_admin_access(struct command_context *c, int argc, char **argv)
{
	static const struct say_column volume_columns[] = {
		{ "device", "DEVICE", SAY_ID }, { "serial", "SERIAL", SAY_TEXT }, { "act", "ACT", SAY_TEXT },
		{ "count", "ENTRIES", SAY_NUMBER }, { "last_ms", "LAST", SAY_TIME },
	};
	bool glass = c->options[COMMAND_BREAK_GLASS] != NULL;
	struct gathering gathering = { glass ? "entries" : "volume", false };
	if (argc > 1)
		command_usage(c, "one day is expected");
	struct link *link = command_link(c);
	jalka_Request *request = link_request(jalka_Request_admin_tag);
	jalka_AdminCall *call = &request->call.admin;
	LINK_PUT(call->verb, "access", "the verb");
	LINK_PUT(call->args[0], glass ? "break-glass" : "volume", "an argument");
	if (argc == 1)
		LINK_PUT(call->args[1], argv[0], "the day");
	call->args_count = (pb_size_t)(1 + argc);
	if (glass)
		say_table_begin(entry_columns, sizeof entry_columns / sizeof *entry_columns);
	else
		say_table_begin(volume_columns, sizeof volume_columns / sizeof *volume_columns);
	link_call(link, request, gather_entries, &gathering);
	say_table_end(glass ? "nobody broke the glass" : "no entries");
	return SAY_OK;
}
