/* table - reference data as CSV files: into the central node, and out of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "verbs.h"

/* ---- in ---------------------------------------------------------------------------------------- */
struct import { uint32_t token; bool is_done, is_good, is_dry; };

/* "line 7, column 3, env_type: is none of the values allowed (did you mean NARROW?)" */
static void say_error(struct json error)
{
	const char *field = say_text(json_member(error, "field")), *hint = say_text(json_member(error, "hint")),
		   *advice = say_text(json_member(error, "advice"));
	int64_t column = say_integer(error, "column");
	char at[32] = "";
	if (column != 0)
		snprintf(at, sizeof at, ", column %lld", (long long)column);
	fprintf(stderr, "line %lld%s%s%s: %s%s%s%s%s%s\n", (long long)say_integer(error, "line"), at, *field != 0 ? ", " : "",
		say_clean(field), say_clean(say_text(json_member(error, "text"))), *hint != 0 ? " (did you mean " : "",
		say_clean(hint), *hint != 0 ? "?)" : "", *advice != 0 ? ": " : "", say_clean(advice));
}

static void answered(void *ctx, struct json object)
{
	struct import *import = ctx;
	struct json name, error;
	import->token = (uint32_t)say_integer(object, "token");
	import->is_done = import->token == 0;
	if (!import->is_done)
		return;
	int64_t errors = say_integer(object, "error_count"), told = 0;
	import->is_good = errors == 0;
	if (say_json(object))
		return;
	for (struct json_walk walk = json_walk(json_member(object, "errors")); json_next(&walk, &name, &error); told++)
		say_error(error);
	if (errors > told)
		fprintf(stderr, "and %lld more\n", (long long)(errors - told));
	if (errors > 0)
		fprintf(stderr, "jalka: nothing was imported\n");
	else
		say_line("%s%lld new, %lld changed, %lld as before", import->is_dry ? "would be: " : "",
			 (long long)say_integer(object, "new"), (long long)say_integer(object, "changed"),
			 (long long)say_integer(object, "same"));
}

static FILE *open_in(const char *path)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	if (file == NULL)
		say_die(SAY_FAILED, "%s cannot be read: %s", say_clean(path), strerror(errno));
	return file;
}

int verbs_admin_import(struct command_context *c, int argc, char **argv)
{
	struct import import = { .is_dry = c->options[COMMAND_DRY_RUN] != NULL };
	if (argc != 2)
		command_usage(c, "a type and a file are expected");
	FILE *file = open_in(argv[1]);
	while (!import.is_done) {
		jalka_Request *request = link_request(jalka_Request_import_tag);
		jalka_ImportCall *call = &request->call.import;
		LINK_PUT(call->type, argv[0], "the type");
		call->dry_run = import.is_dry;
		call->token = import.token;
		call->piece.size = (pb_size_t)fread(call->piece.bytes, 1, sizeof call->piece.bytes, file);
		if (ferror(file))
			say_die(SAY_FAILED, "%s cannot be read: %s", say_clean(argv[1]), strerror(errno));
		call->more = call->piece.size == sizeof call->piece.bytes;
		link_call(command_link(c), request, answered, &import);
	}
	if (file != stdin)
		fclose(file);
	return import.is_good ? SAY_OK : SAY_FAILED;
}

/* ---- out --------------------------------------------------------------------------------------- */
static void write_part(FILE *to, struct json part)
{
	char *text = malloc(part.text.len + 1);
	size_t len;
	if (text == NULL)
		say_die(SAY_FAILED, "out of memory");
	if (!json_text(part, text, part.text.len, &len) || fwrite(text, 1, len, to) != len)
		say_die(SAY_FAILED, "the table cannot be written: %s", strerror(errno));
	free(text);
}

static void write_parts(void *ctx, struct json object)
{
	struct json name, part;
	if (ctx == stdout && say_json(object))
		return;
	for (struct json_walk walk = json_walk(json_member(object, "parts")); json_next(&walk, &name, &part);)
		write_part(ctx, part);
}

int verbs_admin_export(struct command_context *c, int argc, char **argv)
{
	const char *out = c->options[COMMAND_OUT];
	if (argc != 1)
		command_usage(c, "a type is expected");
	FILE *to = out == NULL ? stdout : fopen(out, "wb");
	if (to == NULL)
		say_die(SAY_FAILED, "%s cannot be written: %s", say_clean(out), strerror(errno));
	jalka_Request *request = link_request(jalka_Request_import_tag);
	LINK_PUT(request->call.import.type, argv[0], "the type");
	request->call.import.out = true;
	link_call(command_link(c), request, write_parts, to);
	if (to != stdout && fclose(to) != 0)
		say_die(SAY_FAILED, "%s cannot be written: %s", say_clean(out), strerror(errno));
	return SAY_OK;
}
