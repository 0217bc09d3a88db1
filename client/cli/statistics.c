/* statistics - a quarter's report, as text or CSV: on a device what is approved, at the central node
 * counted, proposed and frozen too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "verbs.h"

struct report {
	bool is_csv, has_head;
	char table[200]; /* whose lines are being printed */
};

static void put_cell(const char *text, bool is_first)
{
	bool quoted = strpbrk(text, "\";,\r\n") != NULL;
	if (!is_first)
		putchar(';');
	if (quoted)
		putchar('"');
	for (const char *c = text; *c != '\0'; c++) {
		if (*c == '"')
			putchar('"');
		putchar(*c);
	}
	if (quoted)
		putchar('"');
}

static void put_row(const char *const *cells, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put_cell(cells[i], i == 0);
	fputs("\r\n", stdout);
}

static const char *shown(struct json line)
{
	return json_member(line, "count").type == JSON_NUMBER ? say_value(json_member(line, "count")) : say_text(json_member(line, "shown"));
}

static void csv_line(struct json line)
{
	const char *cells[] = { say_text(json_member(line, "table")), say_text(json_member(line, "class")), say_text(json_member(line, "column")),
				say_text(json_member(line, "table_label")), say_text(json_member(line, "class_label")),
				say_text(json_member(line, "column_label")), shown(line) };
	put_row(cells, sizeof cells / sizeof *cells);
}

static void text_line(struct report *report, struct json line)
{
	const char *table = say_text(json_member(line, "table_label")), *column = say_text(json_member(line, "column_label"));
	char label[200];
	if (strcmp(report->table, table) != 0) {
		snprintf(report->table, sizeof report->table, "%s", table);
		say_line("\n%s", table);
	}
	snprintf(label, sizeof label, "%s%s%s", say_text(json_member(line, "class_label")), *column != 0 ? ", " : "", column);
	say_line("  %8s  %s", shown(line), label);
}

static void print_head(struct report *report, struct json object)
{
	static const char *const columns[] = { "table", "class", "column", "table_label", "class_label", "column_label", "count" };
	const char *state = say_text(json_member(object, "state"));
	report->has_head = true;
	if (report->is_csv) {
		fputs("\xef\xbb\xbf", stdout); /* spreadsheets misread ä without it */
		put_row(columns, sizeof columns / sizeof *columns);
		return;
	}
	say_line("%s  %s - %s", say_text(json_member(object, "quarter")), say_value(json_member(object, "from")),
		 say_value(json_member(object, "to")));
	if (strcmp(state, "FROZEN") == 0)
		say_line("frozen: proposed by %s, approved by %s", say_text(json_member(object, "proposed_by")),
			 say_text(json_member(object, "approved_by")));
	else if (strcmp(state, "PROPOSED") == 0)
		say_line("proposed by %s, not approved yet; digest %s", say_text(json_member(object, "proposed_by")),
			 say_text(json_member(object, "digest")));
	else
		say_line("counted now: nobody has proposed or approved it");
	say_line("<5: one to four; ..: withheld, so that no small count can be computed");
}

static void print_report(void *ctx, struct json object)
{
	struct report *report = ctx;
	struct json name, line;
	if (say_json(object))
		return;
	if (!report->has_head)
		print_head(report, object);
	for (struct json_walk walk = json_walk(json_member(object, "lines")); json_next(&walk, &name, &line);) {
		if (report->is_csv)
			csv_line(line);
		else
			text_line(report, line);
	}
}

static void list_rows(void *ctx, struct json object)
{
	struct json name, proposal;
	(void)ctx;
	if (say_json(object))
		return;
	say_table_rows(json_member(object, "reports"));
	for (struct json_walk walk = json_walk(json_member(object, "proposals")); json_next(&walk, &name, &proposal);)
		say_note("%s is proposed by %s and waits for a second person", say_text(json_member(proposal, "quarter")),
			 say_text(json_member(proposal, "proposed_by")));
}

static int list(struct command_context *c, jalka_Request *request)
{
	static const struct say_column columns[] = {
		{ "quarter", "QUARTER", SAY_TEXT }, { "id", "ID", SAY_ID }, { "proposed_by", "PROPOSED BY", SAY_TEXT },
		{ "approved_by", "APPROVED BY", SAY_TEXT },
	};
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(command_link(c), request, list_rows, NULL);
	say_table_end("no quarter is frozen");
	return SAY_OK;
}

int verbs_statistics(struct command_context *c, int argc, char **argv)
{
	struct report report = { .is_csv = c->options[COMMAND_CSV] != NULL };
	if (argc > 1)
		command_usage(c, "one quarter is expected, like 2026Q1");
	jalka_Request *request = link_request(jalka_Request_statistics_tag);
	LINK_PUT(request->call.statistics.quarter, argc == 0 ? "" : argv[0], "the quarter");
	LINK_PUT(request->call.statistics.lang, c->options[COMMAND_LANG] != NULL ? c->options[COMMAND_LANG] : "fi", "--lang");
	if (argc == 0)
		return list(c, request);
	link_call(command_link(c), request, print_report, &report);
	return SAY_OK;
}

int verbs_admin_statistics(struct command_context *c, int argc, char **argv)
{
	struct report report = { .is_csv = c->options[COMMAND_CSV] != NULL };
	const char *proposer = c->options[COMMAND_PROPOSED_BY], *approver = c->options[COMMAND_APPROVED_BY];
	const char *digest = c->options[COMMAND_FREEZE];
	bool freezes = digest != NULL;
	if (argc > 1)
		command_usage(c, "one quarter is expected, like 2026Q1");
	if (freezes != (approver != NULL) || (freezes && proposer != NULL))
		command_usage(c, "to freeze say --freeze DIGEST --approved-by STAFF; --proposed-by goes before, by another person");
	jalka_Request *request = link_request(jalka_Request_admin_tag);
	jalka_AdminCall *call = &request->call.admin;
	LINK_PUT(call->verb, "statistics", "the verb");
	LINK_PUT(call->args[0], argc == 0 ? "list" : argv[0], "the quarter");
	call->args_count = 1;
	if (argc == 0)
		return list(c, request);
	LINK_PUT(call->args[1], freezes ? "freeze" : proposer != NULL ? "propose" : c->options[COMMAND_ANEW] != NULL ? "count" : "show", "");
	LINK_PUT(call->args[2], freezes ? approver : proposer != NULL ? proposer : "", "who");
	LINK_PUT(call->args[3], c->options[COMMAND_LANG] != NULL ? c->options[COMMAND_LANG] : "fi", "--lang");
	LINK_PUT(call->args[4], freezes ? digest : "", "--freeze");
	call->args_count = freezes ? 5 : 4;
	link_call(command_link(c), request, print_report, &report);
	return SAY_OK;
}
