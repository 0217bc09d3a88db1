/* records - create, change, sign, show, list and search records of any type. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "fill.h"
#include "say.h"
#include "verbs.h"

/* ---- writing ------------------------------------------------------------------------------ */
int verbs_create(struct command_context *c, int argc, char **argv)
{
	struct fill_found client, found;
	if (argc < 1)
		command_usage(c, "a type is expected; jalka types lists them");
	if (c->options[COMMAND_SIGN] != NULL && c->options[COMMAND_DRAFT] != NULL)
		command_usage(c, "either --sign or --draft");
	if (c->options[COMMAND_CLIENT] != NULL)
		fill_find_client(c, c->options[COMMAND_CLIENT], &client);
	if (c->options[COMMAND_CASE] != NULL)
		fill_find(c, c->options[COMMAND_CASE], &found);
	jalka_Request *request = fill_write(c, argv[0]);
	jalka_WriteCall *write = &request->call.write;
	if (c->options[COMMAND_CASE] != NULL)
		LINK_PUT(write->case_id, found.case_id, "--case");
	if (c->options[COMMAND_CLIENT] != NULL) {
		LINK_PUT(write->client_case, client.case_id, "--client");
		if (strcmp(argv[0], "child_notice") != 0) /* it names the child, and no client */
			fill_default(c, request, argc - 1, argv + 1, "client", client.id);
	}
	write->sign = c->options[COMMAND_SIGN] != NULL;
	fill_rest(c, request, argc - 1, argv + 1);
	return fill_send(c, request);
}

int verbs_change(struct command_context *c, int argc, char **argv)
{
	struct fill_found found;
	if (argc < 1)
		command_usage(c, "an id is expected");
	if (argc < 2 && c->options[COMMAND_FROM_JSON] == NULL && c->options[COMMAND_SIGN] == NULL)
		command_usage(c, "nothing to change");
	fill_find(c, argv[0], &found);
	if (found.is_case && found.id[0] == 0)
		say_die(SAY_FAILED, "%s is a case; name the record to change", say_clean(argv[0]));
	jalka_Request *request = fill_write(c, found.type);
	LINK_PUT(request->call.write.record_id, found.id, "the id");
	request->call.write.sign = c->options[COMMAND_SIGN] != NULL;
	fill_rest(c, request, argc - 1, argv + 1);
	return fill_send(c, request);
}

static void print_signed(void *ctx, struct json object)
{
	(void)ctx;
	if (say_json(object))
		return;
	say_line("%s %s signed", say_text(json_member(object, "id")), say_text(json_member(object, "type")));
	fill_advice(object);
}

int verbs_sign(struct command_context *c, int argc, char **argv)
{
	if (argc < 1)
		command_usage(c, "the id of a draft is expected");
	for (int i = 0; i < argc; i++) {
		jalka_Request *request = link_request(jalka_Request_sign_tag);
		LINK_PUT(request->call.sign.record_id, argv[i], "the id");
		link_call(command_link(c), request, print_signed, NULL);
	}
	return SAY_OK;
}

/* ---- lists -------------------------------------------------------------------------------- */
/* Several answers of one call: a table over all of them, or their JSON as it comes. */
struct gathering { const char *key; };

static void gather_rows(void *ctx, struct json object)
{
	const struct gathering *g = ctx;
	if (!say_json(object))
		say_table_rows(json_member(object, g->key));
}

static const char *marks(struct json record)
{
	static char text[96];
	snprintf(text, sizeof text, "%s%s%s%s%s%s", json_member(record, "merged").type == JSON_OBJECT ? "merged " : "",
		 say_true(record, "conflict") ? "conflict " : "", say_true(record, "after_closing") ? "written after closing " : "",
		 say_true(record, "quarantined") ? "waits for decision " : "", say_true(record, "draft") ? "draft " : "",
		 say_true(record, "pending") ? "not sent" : "");
	return text;
}

static void gather_records(void *ctx, struct json object)
{
	struct json name, record;
	(void)ctx;
	if (say_json(object))
		return;
	for (struct json_walk walk = json_walk(json_member(object, "records")); json_next(&walk, &name, &record);) {
		struct json when = json_member(record, say_integer(record, "event_at_ms") != 0 ? "event_at_ms" : "created_ms");
		const char *cells[] = { say_short_id(json_member(record, "id")), say_short_id(json_member(record, "case_id")),
					say_text(json_member(record, "type")), say_time_ms(when),
					say_text(json_member(record, "title")), marks(record) };
		say_table_row(cells);
	}
}

static const struct say_column record_columns[] = {
	{ "id", "ID", SAY_ID }, { "case_id", "CASE", SAY_ID }, { "type", "TYPE", SAY_TEXT }, { "event_at_ms", "WHEN", SAY_TIME },
	{ "title", "TITLE", SAY_TEXT }, { "", "", SAY_TEXT },
};

static int call_for_records(struct command_context *c, jalka_Request *request, const char *when_empty)
{
	say_table_begin(record_columns, sizeof record_columns / sizeof *record_columns);
	link_call(command_link(c), request, gather_records, NULL);
	say_table_end(when_empty);
	return SAY_OK;
}

static uint32_t limit(const struct command_context *c, uint32_t otherwise)
{
	char *end;
	if (c->options[COMMAND_LIMIT] == NULL)
		return otherwise;
	unsigned long n = strtoul(c->options[COMMAND_LIMIT], &end, 10);
	if (*end != 0 || end == c->options[COMMAND_LIMIT] || n > UINT32_MAX || c->options[COMMAND_LIMIT][0] == '-')
		command_usage(c, "--limit must be a number");
	return (uint32_t)n;
}

static int list_type(struct command_context *c, const char *type)
{
	struct fill_found found;
	if (c->options[COMMAND_CASE] != NULL)
		fill_find(c, c->options[COMMAND_CASE], &found);
	jalka_Request *request = link_request(jalka_Request_list_tag);
	LINK_PUT(request->call.list.type, type, "the type");
	if (c->options[COMMAND_CASE] != NULL)
		LINK_PUT(request->call.list.case_id, found.case_id, "--case");
	if (c->options[COMMAND_NAMING] != NULL)
		LINK_PUT(request->call.list.naming, c->options[COMMAND_NAMING], "--naming");
	request->call.list.limit = limit(c, 0);
	return call_for_records(c, request, "nothing recorded yet");
}

/* ---- what waits to be sent ---- */

static void gather_changes(void *ctx, struct json object)
{
	struct json name, change;
	(void)ctx;
	if (say_json(object))
		return;
	for (struct json_walk walk = json_walk(json_member(object, "waiting")); json_next(&walk, &name, &change);) {
		char bytes[24];
		snprintf(bytes, sizeof bytes, "%lld B", (long long)say_integer(change, "bytes"));
		const char *cells[] = { say_short_id(json_member(change, "id")), say_short_id(json_member(change, "case_id")),
					say_text(json_member(change, "type")), say_time_ms(json_member(change, "stamp_ms")),
					say_text(json_member(change, "title")), bytes };
		say_table_row(cells);
	}
}

static int list_waiting(struct command_context *c)
{
	jalka_Request *request = link_request(jalka_Request_list_tag);
	request->call.list.waiting = true;
	say_table_begin(record_columns, sizeof record_columns / sizeof *record_columns);
	link_call(command_link(c), request, gather_changes, NULL);
	say_table_end("nothing waits to be sent");
	return SAY_OK;
}

int verbs_list(struct command_context *c, int argc, char **argv)
{
	if (argc > 1)
		command_usage(c, "one type is expected");
	if (c->options[COMMAND_WAITING] != NULL)
		return list_waiting(c);
	return list_type(c, argc == 1 ? argv[0] : "");
}

int verbs_client_list(struct command_context *c, int argc, char **argv)
{
	(void)argv;
	if (argc > 0)
		command_usage(c, "no arguments are expected");
	return list_type(c, "client");
}

int verbs_case_list(struct command_context *c, int argc, char **argv)
{
	(void)argv;
	if (argc > 0)
		command_usage(c, "no arguments are expected");
	return list_type(c, "case");
}

int verbs_search(struct command_context *c, int argc, char **argv)
{
	char text[512] = "";
	if (argc < 1)
		command_usage(c, "what is to be found?");
	for (int i = 0; i < argc; i++) {
		size_t used = strlen(text);
		if ((size_t)snprintf(text + used, sizeof text - used, "%s%s", i == 0 ? "" : " ", argv[i]) >= sizeof text - used)
			command_usage(c, "the text is too long");
	}
	jalka_Request *request = link_request(jalka_Request_search_tag);
	LINK_PUT(request->call.search.text, text, "the text");
	request->call.search.limit = limit(c, 50);
	return call_for_records(c, request, "nothing found on this device");
}

/* ---- show ----------------------------------------------------------------------------------- */
static void print_log(struct json log)
{
	struct json name, entry;
	for (struct json_walk walk = json_walk(log); json_next(&walk, &name, &entry);) {
		struct json by = json_member(entry, "by");
		say_line("  %s  %s  seq %" PRId64 "  order %" PRId64 "  %s", say_time_ms(json_member(entry, "stamp_ms")),
			 say_true(by, "mine") ? "this device" : say_text(json_member(by, "name")), say_integer(entry, "seq"),
			 say_integer(entry, "order"), say_text(json_member(entry, "verdict")));
	}
}

static void print_conflicts_of(struct json info)
{
	struct json name, field, sibling;
	for (struct json_walk walk = json_walk(info); json_next(&walk, &name, &field);) {
		if (!say_true(field, "conflict"))
			continue;
		say_line("  conflict in %s:", say_text(json_member(field, "field")));
		for (struct json_walk s = json_walk(json_member(field, "siblings")); json_next(&s, &name, &sibling);) {
			struct json by = json_member(sibling, "by");
			say_line("    %s  (%s, %s)", say_true(sibling, "cleared") ? "[cleared]" : say_value(json_member(sibling, "value")),
				 say_true(by, "mine") ? "this device" : say_text(json_member(by, "name")),
				 say_time_ms(json_member(sibling, "at_ms")));
		}
	}
}

/* What stands about it besides its fields: where it is in its life, what corrects it. */
static void print_standing(struct json record)
{
	struct json state = json_member(record, "state"), name, correction;
	const char *why = say_text(json_member(state, "why"));
	if (state.type == JSON_OBJECT)
		say_line("  %s%s%s%s%s", say_text(json_member(state, "holds")), *why != 0 ? " (" : "", why, *why != 0 ? ")" : "",
			 say_true(state, "decided") ? "" : ", to be decided");
	for (struct json_walk walk = json_walk(json_member(record, "corrections")); json_next(&walk, &name, &correction);) {
		struct json fields = json_member(correction, "fields");
		say_line("  %s%s: %s", say_true(correction, "refused") ? "refused: " : "", say_text(json_member(fields, "kind")),
			 say_text(json_member(fields, "reason")));
		if (json_member(fields, "new_text").type == JSON_TEXT)
			say_line("    %s", say_text(json_member(fields, "new_text")));
		if (json_member(fields, "refusal_reasons").type == JSON_TEXT)
			say_line("    %s", say_text(json_member(fields, "refusal_reasons")));
	}
}

static void print_merged(struct json merged)
{
	const char *title = say_text(json_member(merged, "title"));
	if (merged.type == JSON_OBJECT)
		say_line("  merged into %s %s", say_text(json_member(merged, "into")), say_true(merged, "held") ? title : "(not on this device)");
}

static void print_record(struct json record)
{
	struct json when = json_member(record, say_integer(record, "event_at_ms") != 0 ? "event_at_ms" : "created_ms");
	struct json by = json_member(record, "by");
	const char *who = say_true(by, "mine") && json_member(by, "name").text.len <= 2 ? "this device" : say_text(json_member(by, "name"));
	say_line("%s %s  %s%s%s  %s", say_text(json_member(record, "type")), say_text(json_member(record, "id")), say_time_ms(when),
		 *who != 0 ? "  " : "", who, marks(record));
	print_standing(record);
	print_merged(json_member(record, "merged"));
	say_fields(json_member(record, "fields"), json_member(record, "names"), 2);
}

static void print_shown(void *ctx, struct json object)
{
	struct json name, record;
	(void)ctx;
	if (say_json(object))
		return;
	if (json_text_is(json_member(object, "kind"), "record")) {
		print_record(json_member(object, "record"));
		say_line("  case: %s", say_text(json_member(json_member(object, "record"), "case_id")));
		print_conflicts_of(json_member(json_member(object, "record"), "info"));
		print_log(json_member(object, "log"));
		return;
	}
	if (json_member(object, "case_id").type == JSON_TEXT)
		say_line("%s case %s", say_text(json_member(object, "case_kind")), say_text(json_member(object, "case_id")));
	for (struct json_walk walk = json_walk(json_member(object, "records")); json_next(&walk, &name, &record);) {
		say_line("%s", "");
		print_record(record);
	}
}

static int show_id(struct command_context *c, const char *id)
{
	jalka_Request *request = link_request(jalka_Request_show_tag);
	LINK_PUT(request->call.show.id, id, "the id");
	request->call.show.log = c->options[COMMAND_LOG] != NULL;
	if (c->options[COMMAND_ORIGINAL] != NULL && *c->options[COMMAND_ORIGINAL] == 0)
		command_usage(c, "say why the original is needed");
	if (c->options[COMMAND_ORIGINAL] != NULL)
		LINK_PUT(request->call.show.original, c->options[COMMAND_ORIGINAL], "the reason");
	if (c->options[COMMAND_PROTECTED] != NULL && *c->options[COMMAND_PROTECTED] == 0)
		command_usage(c, "say why the protected details are needed");
	if (c->options[COMMAND_PROTECTED] != NULL)
		LINK_PUT(request->call.show.guarded, c->options[COMMAND_PROTECTED], "the reason");
	link_call(command_link(c), request, print_shown, NULL);
	return SAY_OK;
}

int verbs_show(struct command_context *c, int argc, char **argv)
{
	if (argc != 1)
		command_usage(c, "one id is expected");
	return show_id(c, argv[0]);
}

/* The record, then all the rest of its case. */
static int show_with_case(struct command_context *c, int argc, char **argv, const char *type)
{
	struct fill_found found;
	if (argc != 1)
		command_usage(c, "one id is expected");
	fill_find(c, argv[0], &found);
	if (!found.is_case && strcmp(found.type, type) != 0)
		say_die(SAY_FAILED, "%s is a %s, not a %s", say_clean(argv[0]), found.type, type);
	return show_id(c, c->options[COMMAND_LOG] != NULL ? found.id : found.case_id);
}

int verbs_client_show(struct command_context *c, int argc, char **argv)
{
	return show_with_case(c, argc, argv, "client");
}

int verbs_case_show(struct command_context *c, int argc, char **argv)
{
	return show_with_case(c, argc, argv, "case");
}

/* ---- drafts, types ----------------------------------------------------------------------------- */
int verbs_drafts(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "id", "ID", SAY_ID }, { "case_id", "CASE", SAY_ID }, { "type", "TYPE", SAY_TEXT }, { "changed_ms", "CHANGED", SAY_TIME },
	};
	struct gathering g = { "drafts" };
	(void)argv;
	if (argc > 0)
		command_usage(c, "no arguments are expected");
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(command_link(c), link_request(jalka_Request_drafts_tag), gather_rows, &g);
	say_table_end("no drafts: everything written is signed");
	return SAY_OK;
}

static void print_discarded(void *ctx, struct json object)
{
	(void)ctx;
	if (!say_json(object))
		say_note("draft %s is discarded", say_text(json_member(object, "discarded")));
}

int verbs_drafts_discard(struct command_context *c, int argc, char **argv)
{
	if (argc != 1)
		command_usage(c, "the id of a draft is expected");
	jalka_Request *request = link_request(jalka_Request_drafts_tag);
	LINK_PUT(request->call.drafts.discard, argv[0], "the id");
	link_call(command_link(c), request, print_discarded, NULL);
	return SAY_OK;
}

/* "OK (kunnossa), WATCH (seurattava)"; without words the names alone. */
static void print_values(struct json field, int indent)
{
	struct json name, value, label;
	struct json_walk labels = json_walk(json_member(field, "value_labels"));
	for (struct json_walk walk = json_walk(json_member(field, "values")); json_next(&walk, &name, &value);)
		if (json_next(&labels, &name, &label))
			say_line("%*s%s  %s", indent, "", say_text(value), say_text(label));
}

static void print_fields(struct json fields, int indent)
{
	struct json name, field;
	for (struct json_walk walk = json_walk(fields); json_next(&walk, &name, &field);) {
		struct json values = json_member(field, "values");
		bool worded = json_member(field, "label").type == JSON_TEXT, listed = values.type == JSON_LIST && !worded;
		say_line("%*s%s  %s%s%s%s%s%s%s", indent, "", say_text(json_member(field, "name")), worded ? say_text(json_member(field, "label")) : "",
			 worded ? "  " : "", say_text(json_member(field, "kind")), say_true(field, "repeated") ? ", list" : "",
			 say_true(field, "required") ? ", required" : "", listed ? ": " : "", listed ? say_value(values) : "");
		if (worded)
			print_values(field, indent + 4);
		print_fields(json_member(field, "fields"), indent + 4);
	}
}

static void print_type(void *ctx, struct json object)
{
	(void)ctx;
	if (say_json(object))
		return;
	say_line("%s (%s)%s%s, in a %s case%s", say_text(json_member(object, "name")), say_text(json_member(object, "number")),
		 say_true(object, "signed") ? ", signed" : "", say_true(object, "central_only") ? ", written by central" : "",
		 json_text_is(json_member(object, "home"), "NONE") ? "any" : say_text(json_member(object, "home")),
		 json_text_is(json_member(object, "opens"), "NONE") ? "" : " that it opens");
	print_fields(json_member(object, "fields"), 2);
}

int verbs_types(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "name", "TYPE", SAY_TEXT }, { "signed", "SIGNED", SAY_YES }, { "central_only", "CENTRAL", SAY_YES },
		{ "opens", "OPENS", SAY_TEXT }, { "home", "IN CASE", SAY_TEXT },
	};
	struct gathering g = { "types" };
	if (argc > 1)
		command_usage(c, "one type is expected");
	jalka_Request *request = link_request(jalka_Request_types_tag);
	if (c->options[COMMAND_LANG] != NULL)
		LINK_PUT(request->call.types.lang, c->options[COMMAND_LANG], "--lang");
	if (argc == 1) {
		LINK_PUT(request->call.types.type, argv[0], "the type");
		link_call(command_link(c), request, print_type, NULL);
		return SAY_OK;
	}
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(command_link(c), request, gather_rows, &g);
	say_table_end("no types");
	return SAY_OK;
}
