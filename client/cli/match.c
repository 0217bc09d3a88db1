/* match - is this person known? Before a client is written on a device, and what the
 * central node found. */
#include "match.h"

#include <stdio.h>
#include <stdlib.h>

#include "fill.h"
#include "say.h"
#include "verbs.h"

/* ---- on a device ---- */

struct warning {
	size_t probable, possible;
};

static void warn_one(struct json match, struct warning *warning)
{
	bool is_possible = json_text_is(json_member(match, "grade"), "POSSIBLE");
	warning->possible += is_possible;
	warning->probable += !is_possible;
	say_note("%s %s  %s: %s", say_short_id(json_member(match, "id")), say_text(json_member(match, "title")),
		 is_possible ? "may be the same person" : "is probably the same person",
		 say_text(json_member(match, "why")));
}

static void warn_all(void *ctx, struct json object)
{
	struct json name, match;
	for (struct json_walk walk = json_walk(json_member(object, "matches")); json_next(&walk, &name, &match);)
		warn_one(match, ctx);
}

void match_warn(struct command_context *c, jalka_Request *request)
{
	struct warning warning = { 0 };
	if (c->options[COMMAND_ANYWAY] != NULL)
		return;
	jalka_Request *kept = malloc(sizeof *kept); /* there is one block for all requests */
	if (kept == NULL)
		say_die(SAY_FAILED, "no memory");
	memcpy(kept, request, sizeof *kept);
	jalka_Request *asking = link_request(jalka_Request_match_tag);
	jalka_MatchCall *match = &asking->call.match;
	if (kept->call.write.body.size > sizeof match->body.bytes)
		say_die(SAY_USAGE, "the record is too long");
	match->form = kept->call.write.form;
	match->body.size = kept->call.write.body.size;
	memcpy(match->body.bytes, kept->call.write.body.bytes, kept->call.write.body.size);
	link_call(command_link(c), asking, warn_all, &warning);
	memcpy(request, kept, sizeof *request);
	free(kept);
	if (warning.probable > 0)
		say_die(SAY_FAILED, "nothing was written: this person is probably here already (jalka client show ID); "
				    "if it is somebody else, say --anyway");
}

static void find_rows(void *ctx, struct json object)
{
	struct json name, match;
	(void)ctx;
	if (say_json(object))
		return;
	for (struct json_walk walk = json_walk(json_member(object, "matches")); json_next(&walk, &name, &match);) {
		const char *cells[] = { say_short_id(json_member(match, "id")), say_text(json_member(match, "title")),
					say_text(json_member(match, "grade_label")), say_text(json_member(match, "why")) };
		say_table_row(cells);
	}
	for (struct json_walk walk = json_walk(json_member(object, "records")); json_next(&walk, &name, &match);) {
		struct json merged = json_member(match, "merged");
		const char *cells[] = { say_short_id(json_member(match, "id")), say_text(json_member(match, "title")),
					"", merged.type == JSON_OBJECT ? "merged" : "" };
		say_table_row(cells);
	}
}

/* Words as they are said, or what is known of the person as field=value. */
int verbs_client_find(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "id", "ID", SAY_ID }, { "title", "NAME", SAY_TEXT },
		{ "grade", "GRADE", SAY_TEXT }, { "why", "WHY", SAY_TEXT },
	};
	char text[512] = "";
	bool is_match = c->options[COMMAND_FROM_JSON] != NULL;
	for (int i = 0; i < argc; i++) {
		size_t used = strlen(text);
		is_match = is_match || strchr(argv[i], '=') != NULL;
		size_t room = sizeof text - used;
		if ((size_t)snprintf(text + used, room, "%s%s", i == 0 ? "" : " ", argv[i]) >= room)
			command_usage(c, "the text is too long");
	}
	if (argc < 1 && !is_match)
		command_usage(c, "who is to be found?");
	jalka_Request *request;
	if (is_match) {
		request = fill_write(c, "client");
		fill_rest(c, request, argc, argv);
		jalka_WriteCall *write = malloc(sizeof *write);
		if (write == NULL)
			say_die(SAY_FAILED, "no memory");
		memcpy(write, &request->call.write, sizeof *write);
		request = link_request(jalka_Request_match_tag);
		if (write->body.size > sizeof request->call.match.body.bytes)
			say_die(SAY_USAGE, "the values are too long");
		request->call.match.form = write->form;
		if (c->options[COMMAND_LANG] != NULL)
			LINK_PUT(request->call.match.lang, c->options[COMMAND_LANG], "--lang");
		request->call.match.body.size = write->body.size;
		memcpy(request->call.match.body.bytes, write->body.bytes, write->body.size);
		free(write);
	} else {
		request = link_request(jalka_Request_search_tag);
		LINK_PUT(request->call.search.text, text, "the text");
		LINK_PUT(request->call.search.type, "client", "the type");
		request->call.search.limit = 50;
	}
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(command_link(c), request, find_rows, NULL);
	say_table_end("nobody like that on this device");
	return SAY_OK;
}

/* ---- at the central node ---- */

static jalka_Request *admin_request(const char *verb)
{
	jalka_Request *request = link_request(jalka_Request_admin_tag);
	LINK_PUT(request->call.admin.verb, verb, "the verb");
	return request;
}

static void admin_arg(jalka_Request *request, const char *text)
{
	jalka_AdminCall *call = &request->call.admin;
	LINK_PUT(call->args[call->args_count], text, "an argument");
	call->args_count++;
}

static const char *name_of(struct json client)
{
	static char text[2][400];
	static unsigned which;
	char *out = text[which++ % 2];
	snprintf(out, sizeof text[0], "%s %s, %s", say_text(json_member(client, "family_name")),
		 say_text(json_member(client, "given_names")), say_text(json_member(client, "municipality")));
	return out;
}

static void match_rows(void *ctx, struct json object)
{
	struct json name, match;
	(void)ctx;
	if (say_json(object))
		return;
	for (struct json_walk walk = json_walk(json_member(object, "matches")); json_next(&walk, &name, &match);) {
		struct json older = json_member(match, "older"), newer = json_member(match, "newer");
		const char *state = say_true(match, "must_look") ? "LOOK" : say_text(json_member(match, "state"));
		const char *cells[] = { state, say_text(json_member(match, "grade")),
					say_short_id(json_member(older, "id")), name_of(older),
					say_short_id(json_member(newer, "id")), name_of(newer),
					say_text(json_member(match, "why")) };
		say_table_row(cells);
	}
	for (struct json_walk walk = json_walk(json_member(object, "crowds")); json_next(&walk, &name, &match);)
		say_note("%s %s: %s records bear this name; they are compared by birth date and identity code alone",
			 say_text(json_member(match, "family_name")), say_text(json_member(match, "given_names")),
			 say_text(json_member(match, "records")));
}

int verbs_admin_matches(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "state", "STATE", SAY_TEXT }, { "grade", "GRADE", SAY_TEXT }, { "older", "OLDER", SAY_ID },
		{ "", "", SAY_TEXT }, { "newer", "NEWER", SAY_ID }, { "", "", SAY_TEXT }, { "why", "WHY", SAY_TEXT },
	};
	if (argc > 1 || (argc == 1 && strcmp(argv[0], "all") != 0))
		command_usage(c, "nothing, or all");
	jalka_Request *request = admin_request("matches");
	if (argc == 1)
		admin_arg(request, argv[0]);
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(command_link(c), request, match_rows, NULL);
	say_table_end("nobody seems to be in two client records");
	return SAY_OK;
}

static void print_linked(void *ctx, struct json object)
{
	(void)ctx;
	if (!say_json(object))
		say_object(object, 0);
}

static int decide(struct command_context *c, const char *verb, int expected, int argc, char **argv)
{
	if (argc != expected)
		command_usage(c, expected == 1 ? "a client is expected" : "two clients are expected");
	jalka_Request *request = admin_request(verb);
	if (strcmp(verb, "match") == 0)
		admin_arg(request, "reject");
	for (int i = 0; i < argc; i++)
		admin_arg(request, argv[i]);
	link_call(command_link(c), request, print_linked, NULL);
	return SAY_OK;
}

int verbs_admin_merge(struct command_context *c, int argc, char **argv)
{
	return decide(c, "merge", 2, argc, argv);
}

int verbs_admin_unmerge(struct command_context *c, int argc, char **argv)
{
	return decide(c, "unmerge", 1, argc, argv);
}

int verbs_admin_match_reject(struct command_context *c, int argc, char **argv)
{
	return decide(c, "match", 2, argc, argv);
}
