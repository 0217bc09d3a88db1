/* fill - the common part of the verbs that write. */
#include "fill.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/civil.h"
#include "base/limits.h"
#include "say.h"

/* ---- times ---------------------------------------------------------------------------- */
static uint64_t moment(struct command_context *c)
{
	uint64_t ms;
	if (c->options[COMMAND_AT] == NULL)
		return (uint64_t)time(NULL) * 1000;
	if (!civil_read_time(span_text(c->options[COMMAND_AT]), &ms))
		say_die(SAY_USAGE, "--at must be a time like 2026-11-03T09:15");
	return ms;
}

const char *fill_day_after(struct command_context *c, int days)
{
	static char text[CIVIL_DATE_BYTES];
	civil_write_date(civil_days(civil_helsinki(moment(c)).date) + days, text);
	return text;
}

const char *fill_today(struct command_context *c)
{
	static char text[CIVIL_DATE_BYTES];
	return strcpy(text, fill_day_after(c, 0));
}

const char *fill_now(struct command_context *c)
{
	static char text[CIVIL_TIME_BYTES];
	civil_write_time(moment(c), text);
	return text;
}

/* ---- finding ---------------------------------------------------------------------------- */
static void keep(char *to, size_t size, struct json value)
{
	snprintf(to, size, "%s", say_text(value));
}

static void take_record(struct fill_found *out, struct json record)
{
	keep(out->id, sizeof out->id, json_member(record, "id"));
	keep(out->case_id, sizeof out->case_id, json_member(record, "case_id"));
	keep(out->type, sizeof out->type, json_member(record, "type"));
	keep(out->title, sizeof out->title, json_member(record, "title"));
}

static void take_found(void *ctx, struct json object)
{
	struct fill_found *out = ctx;
	struct json name, record;
	if (json_text_is(json_member(object, "kind"), "record")) {
		take_record(out, json_member(object, "record"));
		return;
	}
	if (json_member(object, "case_id").type == JSON_TEXT) { /* a case's first part */
		out->is_case = true;
		keep(out->case_id, sizeof out->case_id, json_member(object, "case_id"));
		keep(out->case_kind, sizeof out->case_kind, json_member(object, "case_kind"));
		keep(out->client_case, sizeof out->client_case, json_member(object, "client_case"));
	}
	for (struct json_walk walk = json_walk(json_member(object, "records")); json_next(&walk, &name, &record);)
		if (json_text_is(json_member(record, "type"), "client") || json_text_is(json_member(record, "type"), "case"))
			take_record(out, record);
}

void fill_find(struct command_context *c, const char *id, struct fill_found *out)
{
	jalka_Request *request = link_request(jalka_Request_show_tag);
	memset(out, 0, sizeof *out);
	LINK_PUT(request->call.show.id, id, "the id");
	link_look(command_link(c), request, take_found, out);
}

void fill_find_client(struct command_context *c, const char *id, struct fill_found *out)
{
	char next[FILL_ID_BYTES];
	fill_find(c, id, out);
	if (strcmp(out->type, "client") == 0)
		return;
	if (!out->is_case) { /* some record: look at its case */
		strcpy(next, out->case_id);
		fill_find(c, next, out);
	}
	if (strcmp(out->type, "client") != 0 && out->client_case[0] != 0) {
		strcpy(next, out->client_case);
		fill_find(c, next, out);
	}
	if (strcmp(out->type, "client") != 0)
		say_die(SAY_FAILED, "no client is known for %s on this device", say_clean(id));
}

/* ---- writing ------------------------------------------------------------------------------ */
struct span fill_read_file(const char *path)
{
	static char text[LIMIT_REQUEST_BYTES];
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	if (file == NULL)
		say_die(SAY_FAILED, "cannot read %s: %s", say_clean(path), strerror(errno));
	size_t len = fread(text, 1, sizeof text, file);
	if (ferror(file))
		say_die(SAY_FAILED, "cannot read %s", say_clean(path));
	if (len == sizeof text)
		say_die(SAY_FAILED, "%s is too long", say_clean(path));
	if (file != stdin)
		fclose(file);
	if (!wire_utf8(span_of(text, len)))
		say_die(SAY_FAILED, "%s is not UTF-8 text", say_clean(path));
	return span_of(text, len);
}

jalka_Request *fill_write(struct command_context *c, const char *type)
{
	jalka_Request *request = link_request(jalka_Request_write_tag);
	jalka_WriteCall *write = &request->call.write;
	LINK_PUT(write->type, type, "the type");
	if (c->options[COMMAND_AT] != NULL)
		write->event_at_ms = moment(c);
	if (c->options[COMMAND_FROM_JSON] != NULL)
		link_body(write, fill_read_file(c->options[COMMAND_FROM_JSON]));
	return request;
}

/* Whether an argument writes the field: "name=", "name.part=". */
static bool gives(int argc, char **argv, const char *name)
{
	size_t len = strlen(name);
	for (int i = 0; i < argc; i++)
		if (strncmp(argv[i], name, len) == 0 && (argv[i][len] == '=' || argv[i][len] == '.'))
			return true;
	return false;
}

void fill_default(struct command_context *c, jalka_Request *request, int argc, char **argv, const char *name,
		  const char *value)
{
	static char text[sizeof request->call.write.body.bytes];
	if (c->options[COMMAND_FROM_JSON] != NULL || gives(argc, argv, name))
		return;
	int n = snprintf(text, sizeof text, "%s=%s", name, value);
	if (n < 0 || (size_t)n >= sizeof text)
		say_die(SAY_USAGE, "%s is too long", name);
	link_assign(&request->call.write, text);
}

void fill_rest(struct command_context *c, jalka_Request *request, int argc, char **argv)
{
	if (c->options[COMMAND_FROM_JSON] != NULL && argc > 0)
		command_usage(c, "either field=value or --from-json, not both");
	for (int i = 0; i < argc; i++)
		link_assign(&request->call.write, argv[i]);
}

uint64_t fill_at_ms(struct command_context *c)
{
	return c->options[COMMAND_AT] != NULL ? moment(c) : 0;
}

const char *fill_text(const char *argument)
{
	static char text[sizeof(((jalka_WriteCall *)0)->body.bytes)];
	if (strcmp(argument, "-") != 0)
		return argument;
	struct span given = fill_read_file("-");
	while (given.len > 0 && given.data[given.len - 1] == '\n')
		given.len--;
	if (given.len >= sizeof text)
		say_die(SAY_USAGE, "the text is too long");
	memcpy(text, given.data, given.len);
	text[given.len] = 0;
	return text;
}

void fill_advice(struct json answer)
{
	struct json name, one;
	for (struct json_walk walk = json_walk(json_member(answer, "advice")); json_next(&walk, &name, &one);)
		say_note("%s", say_text(json_member(one, "text")));
}

static void print_written(void *ctx, struct json object)
{
	(void)ctx;
	if (say_json(object))
		return;
	say_line("%s", say_text(json_member(object, "id")));
	if (say_true(object, "opened"))
		say_note("%s %s, in a new case %s", say_text(json_member(object, "type")),
			 say_text(json_member(object, "state")), say_text(json_member(object, "case_id")));
	else
		say_note("%s %s", say_text(json_member(object, "type")), say_text(json_member(object, "state")));
	fill_advice(object);
}

int fill_send(struct command_context *c, jalka_Request *request)
{
	link_call(command_link(c), request, print_written, NULL);
	return SAY_OK;
}
