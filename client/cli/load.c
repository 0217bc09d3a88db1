/* load - writes JSON Lines through the daemon, many requests under way at once.
 *
 * A line names what earlier lines made by "ref:NAME". Those names are answered
 * by the daemon with ids, so a line that needs one waits until its answer is
 * there; all others go ahead. "at" says when it happened, else now. The first line that is refused ends the program
 * with its number and how many lines before it were written: those stay.
 */
#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/civil.h"
#include "say.h"

enum { LOAD_UNDER_WAY = 64, LOAD_NAME_BYTES = 64, LOAD_ID_BYTES = 33, LOAD_LINE_BYTES = 64 * 1024 };

struct made {
	char name[LOAD_NAME_BYTES]; /* "" when the line has no ref */
	char record[LOAD_ID_BYTES], case_id[LOAD_ID_BYTES];
	size_t line;
	bool answered;
};

struct load {
	struct link *link;
	struct made *made;
	size_t count, capacity, answered;
	size_t *index;               /* open addressing over names; 0: free, else place + 1 */
	size_t index_size;
	size_t line;
	char body[LOAD_LINE_BYTES];
	bool shows_progress;
};

static size_t hash_of(const char *name)
{
	uint64_t h = 1469598103934665603u;
	for (; *name != '\0'; name++)
		h = (h ^ (uint8_t)*name) * 1099511628211u;
	return (size_t)h;
}

static size_t *slot_of(struct load *load, const char *name)
{
	size_t at = hash_of(name) & (load->index_size - 1);
	while (load->index[at] != 0 && strcmp(load->made[load->index[at] - 1].name, name) != 0)
		at = (at + 1) & (load->index_size - 1);
	return &load->index[at];
}

static void *must(void *block)
{
	if (block == NULL)
		say_die(SAY_FAILED, "out of memory");
	return block;
}

static void index_again(struct load *load)
{
	load->index_size = load->index_size == 0 ? 1024 : load->index_size * 2;
	free(load->index);
	load->index = must(calloc(load->index_size, sizeof *load->index));
	for (size_t i = 0; i < load->count; i++)
		if (load->made[i].name[0] != '\0')
			*slot_of(load, load->made[i].name) = i + 1;
}

static struct made *remember(struct load *load)
{
	if (load->count == load->capacity) {
		load->capacity = load->capacity == 0 ? 256 : load->capacity * 2;
		load->made = must(realloc(load->made, load->capacity * sizeof *load->made));
	}
	struct made *made = &load->made[load->count++];
	*made = (struct made){ .line = load->line };
	return made;
}

static void member_id(struct json object, const char *name, char out[static LOAD_ID_BYTES])
{
	size_t len = 0;
	if (!json_text(json_member(object, name), out, LOAD_ID_BYTES - 1, &len))
		len = 0;
	out[len] = '\0';
}

static void take_answer(struct load *load)
{
	struct link_answer answer;
	struct made *made = &load->made[load->answered];
	link_receive(load->link, &answer);
	if (answer.kind != jalka_Kind_NONE)
		say_die(SAY_FAILED, "line %zu: %s%s%s; %zu lines before it were written", made->line, say_clean(answer.error),
			answer.field[0] != '\0' ? ": " : "", say_clean(answer.field), load->answered);
	member_id(answer.object, "id", made->record);
	member_id(answer.object, "case_id", made->case_id);
	made->answered = true;
	load->answered++;
	if (load->shows_progress && load->answered % 100 == 0)
		fprintf(stderr, "\r%zu written", load->answered);
}

/* What "ref:NAME" stands for, waiting for its answer when need be. */
static const struct made *named(struct load *load, const char *name)
{
	size_t place = *slot_of(load, name);
	if (place == 0)
		say_die(SAY_FAILED, "line %zu: no line before it has \"ref\":\"%s\"", load->line, say_clean(name));
	while (!load->made[place - 1].answered)
		take_answer(load);
	return &load->made[place - 1];
}

/* Copies a member's text; a "ref:NAME" becomes that line's case or record id. */
static void resolved(struct load *load, struct json value, bool wants_case, char *out, size_t size, const char *what)
{
	size_t len = 0;
	if (value.type == JSON_ABSENT || value.type == JSON_NULL)
		return;
	char text[LOAD_NAME_BYTES + 8];
	if (!json_text(value, text, sizeof text - 1, &len))
		say_die(SAY_FAILED, "line %zu: \"%s\" is no short text", load->line, what);
	text[len] = '\0';
	if (strncmp(text, "ref:", 4) == 0) {
		const struct made *made = named(load, text + 4);
		link_put(out, size, wants_case ? made->case_id : made->record, what);
	} else if (strcmp(text, "new") != 0) {
		link_put(out, size, text, what);
	}
}

/* The record's values with every "ref:NAME" text replaced by a record id. */
static struct span fields_of(struct load *load, struct json fields)
{
	struct span rest = fields.text;
	struct wire_out out;
	wire_out_init(&out, load->body, sizeof load->body);
	static const char mark[] = "\"ref:";
	for (;;) {
		const uint8_t *at = rest.len == 0 ? NULL : memmem(rest.data, rest.len, mark, sizeof mark - 1);
		size_t before = at == NULL ? rest.len : (size_t)(at - rest.data);
		wire_put_raw(&out, span_of(rest.data, before));
		if (at == NULL)
			break;
		const uint8_t *name = at + sizeof mark - 1;
		size_t left = rest.len - before - (sizeof mark - 1);
		const uint8_t *end = memchr(name, '"', left);
		char key[LOAD_NAME_BYTES];
		if (end == NULL || (size_t)(end - name) >= sizeof key)
			say_die(SAY_FAILED, "line %zu: a reference is longer than %d bytes", load->line, LOAD_NAME_BYTES - 1);
		memcpy(key, name, (size_t)(end - name));
		key[end - name] = '\0';
		json_put_text(&out, span_text(named(load, key)->record));
		rest = span_of(end + 1, (size_t)(rest.data + rest.len - (end + 1)));
	}
	if (out.full)
		say_die(SAY_FAILED, "line %zu: longer than %d bytes", load->line, LOAD_LINE_BYTES);
	return wire_out_span(&out);
}

static void one_line(struct load *load, struct span text)
{
	struct json line;
	size_t len = 0;
	if (!json_read(text, &line, NULL) || line.type != JSON_OBJECT)
		say_die(SAY_FAILED, "line %zu: no JSON object; %zu lines before it were sent", load->line, load->count);
	struct span body = fields_of(load, json_member(line, "fields"));
	jalka_Request *request = link_request(jalka_Request_write_tag);
	jalka_WriteCall *write = &request->call.write;
	char type[sizeof write->type], at[64];
	if (!json_text(json_member(line, "type"), type, sizeof type - 1, &len))
		say_die(SAY_FAILED, "line %zu: no \"type\"", load->line);
	type[len] = '\0';
	char case_id[sizeof write->case_id] = "", client_case[sizeof write->client_case] = "", record[sizeof write->record_id] = "";
	resolved(load, json_member(line, "case"), true, case_id, sizeof case_id, "case");
	resolved(load, json_member(line, "client_case"), true, client_case, sizeof client_case, "client_case");
	resolved(load, json_member(line, "record"), false, record, sizeof record, "record");
	/* resolving may have read answers, which shares nothing with the request */
	LINK_PUT(write->type, type, "type");
	LINK_PUT(write->case_id, case_id, "case");
	LINK_PUT(write->client_case, client_case, "client_case");
	LINK_PUT(write->record_id, record, "record");
	if (json_text(json_member(line, "at"), at, sizeof at - 1, &len) &&
	    !civil_read_time(span_of(at, len), &write->event_at_ms))
		say_die(SAY_FAILED, "line %zu: \"at\" must be a time like 2026-11-03T09:15", load->line);
	write->sign = json_member(line, "sign").type == JSON_TRUE;
	link_body(write, body);
	link_send(load->link, request);
	struct made *made = remember(load);
	if (json_text(json_member(line, "ref"), made->name, sizeof made->name - 1, &len)) {
		made->name[len] = '\0';
		if (load->count * 2 > load->index_size)
			index_again(load);
		*slot_of(load, made->name) = load->count;
	}
}

static FILE *input_of(const char *name)
{
	if (strcmp(name, "-") == 0)
		return stdin;
	FILE *file = fopen(name, "r");
	if (file == NULL)
		say_die(SAY_FAILED, "%s: %s", say_clean(name), strerror(errno));
	return file;
}

static void all_lines(struct load *load, FILE *in)
{
	char *text = NULL;
	size_t size = 0;
	ssize_t len;
	while ((len = getline(&text, &size, in)) > 0) {
		load->line++;
		if (text[len - 1] == '\n')
			len--;
		if (len == 0)
			continue;
		one_line(load, span_of(text, (size_t)len));
		while (load->count - load->answered >= LOAD_UNDER_WAY)
			take_answer(load);
	}
	if (ferror(in))
		say_die(SAY_FAILED, "reading failed after line %zu", load->line);
	free(text);
	while (load->answered < load->count)
		take_answer(load);
}

int load_command(struct command_context *c, int argc, char **argv)
{
	if (argc != 1)
		command_usage(c, "name one file, or - for standard input");
	struct load *load = must(calloc(1, sizeof *load));
	FILE *in = input_of(argv[0]);
	load->link = command_link(c);
	load->shows_progress = isatty(STDERR_FILENO) && !say_style()->quiet;
	index_again(load);
	all_lines(load, in);
	if (load->shows_progress)
		fputc('\n', stderr);
	if (say_style()->json)
		say_line("{\"v\":1,\"written\":%zu}", load->answered);
	else
		say_note("%zu records written", load->answered);
	if (in != stdin)
		fclose(in);
	free(load->made);
	free(load->index);
	free(load);
	return SAY_OK;
}
