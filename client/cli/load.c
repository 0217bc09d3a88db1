/* load - sends the lines of sample.h to the daemon, many requests under way at once.
 *
 * A line names what earlier lines made by "ref:NAME". Those names are answered
 * by the daemon with ids, so a line that needs one waits until its answer is
 * there; all others go ahead. --names FILE adds what another load made, and keeps
 * for the next one what this one makes. The first line that is refused ends the
 * program with its number and how many lines before it were written: those stay.
 */
#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/civil.h"
#include "say.h"

enum { LOAD_UNDER_WAY = 64, LOAD_NAME_BYTES = 64, LOAD_ID_BYTES = 33, LOAD_LINE_BYTES = 64 * 1024, LOAD_TITLE_BYTES = 256 };

struct made {
	char name[LOAD_NAME_BYTES]; /* "" when the line has no ref */
	char record[LOAD_ID_BYTES], case_id[LOAD_ID_BYTES];
	size_t line;
	bool answered;
};

/* A record the daemon holds, for "find:TYPE:TITLE". */
struct held {
	char type[LOAD_NAME_BYTES], title[LOAD_TITLE_BYTES], id[LOAD_ID_BYTES];
};

struct load {
	struct link *link;
	struct held *held;
	size_t held_count, from_file;
	char holder[LOAD_ID_BYTES];  /* for "me:"; "": not asked yet */
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
			answer.field[0] != '\0' ? ": " : "", say_clean(answer.field), load->answered - load->from_file);
	member_id(answer.object, "id", made->record);
	member_id(answer.object, "case_id", made->case_id);
	made->answered = true;
	load->answered++;
	if (load->shows_progress && load->answered % 100 == 0)
		fprintf(stderr, "\r%zu written", load->answered - load->from_file);
}

/* ---- what texts stand for ---- */

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

struct listing {
	struct load *load;
	const char *type;
};

static void keep_held(void *ctx, struct json object)
{
	struct listing *listing = ctx;
	struct load *load = listing->load;
	struct json name, record;
	struct json_walk walk = json_walk(json_member(object, "records"));
	while (json_next(&walk, &name, &record)) {
		load->held = must(realloc(load->held, (load->held_count + 1) * sizeof *load->held));
		struct held *held = &load->held[load->held_count++];
		*held = (struct held){ .type = "" };
		link_put(held->type, sizeof held->type, listing->type, "type");
		member_id(record, "id", held->id);
		size_t len = 0;
		if (!json_text(json_member(record, "title"), held->title, sizeof held->title - 1, &len))
			len = 0;
		held->title[len] = '\0';
	}
}

static void take_all(struct load *load)
{
	while (load->answered < load->count)
		take_answer(load);
}

static const char *find_held(struct load *load, const char *type, const char *title)
{
	for (size_t i = 0; i < load->held_count; i++)
		if (strcmp(load->held[i].type, type) == 0 && strncmp(load->held[i].title, title, strlen(title)) == 0)
			return load->held[i].id;
	return NULL;
}

/* The record of that type whose title begins so. */
static const char *held(struct load *load, const char *text)
{
	char type[LOAD_NAME_BYTES];
	const char *title = strchr(text, ':');
	if (title == NULL || (size_t)(title - text) >= sizeof type)
		say_die(SAY_FAILED, "line %zu: \"find:\" is followed by a type, : and a title", load->line);
	memcpy(type, text, (size_t)(title - text));
	type[title++ - text] = '\0';
	const char *id = find_held(load, type, title);
	if (id != NULL)
		return id;
	take_all(load);
	jalka_Request *request = link_request(jalka_Request_list_tag);
	LINK_PUT(request->call.list.type, type, "type");
	struct listing listing = { load, type };
	link_call(load->link, request, keep_held, &listing);
	id = find_held(load, type, title);
	if (id == NULL)
		say_die(SAY_FAILED, "line %zu: no %s here is called \"%s\"; load central's lines there and synchronise first",
			load->line, say_clean(type), say_clean(title));
	return id;
}

static void keep_holder(void *ctx, struct json object)
{
	member_id(object, "holder", ctx);
}

static const char *holder(struct load *load)
{
	if (load->holder[0] == '\0') {
		take_all(load);
		link_call(load->link, link_request(jalka_Request_status_tag), keep_holder, load->holder);
	}
	return load->holder;
}

/* NULL: the text stands for itself. Good until the next answer is taken. */
static const char *stands_for(struct load *load, const char *text, bool wants_case)
{
	if (strncmp(text, "case:", 5) == 0)
		return named(load, text + 5)->case_id;
	if (strncmp(text, "ref:", 4) == 0)
		return wants_case ? named(load, text + 4)->case_id : named(load, text + 4)->record;
	if (strncmp(text, "find:", 5) == 0)
		return held(load, text + 5);
	return strcmp(text, "me:") == 0 ? holder(load) : NULL;
}

/* Copies a member's text, or what it stands for. Absent: leaves `out` alone. */
static void resolved(struct load *load, struct json value, bool wants_case, char *out, size_t size, const char *what)
{
	size_t len = 0;
	if (value.type == JSON_ABSENT || value.type == JSON_NULL)
		return;
	char text[LOAD_TITLE_BYTES];
	if (!json_text(value, text, sizeof text - 1, &len))
		say_die(SAY_FAILED, "line %zu: \"%s\" is no short text", load->line, what);
	text[len] = '\0';
	const char *id = stands_for(load, text, wants_case);
	if (id != NULL || strcmp(text, "new") != 0)
		link_put(out, size, id != NULL ? id : text, what);
}

static bool is_name(struct span text)
{
	static const char *const marks[] = { "ref:", "case:", "find:", "me:" };
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (text.len >= strlen(marks[i]) && memcmp(text.data, marks[i], strlen(marks[i])) == 0)
			return true;
	return false;
}

/* The record's values with every text that stands for an id replaced by it. */
static struct span fields_of(struct load *load, struct json fields)
{
	struct span rest = fields.text;
	struct wire_out out;
	wire_out_init(&out, load->body, sizeof load->body);
	while (rest.len > 0) {
		const uint8_t *at = memchr(rest.data, '"', rest.len);
		size_t before = at == NULL ? rest.len : (size_t)(at - rest.data);
		wire_put_raw(&out, span_of(rest.data, before));
		rest = span_of(rest.data + before, rest.len - before);
		if (at == NULL)
			break;
		const uint8_t *end = memchr(at + 1, '"', rest.len - 1);
		char text[LOAD_TITLE_BYTES];
		if (!is_name(span_of(at + 1, rest.len - 1)) || end == NULL || (size_t)(end - at) > sizeof text) {
			wire_put_raw(&out, span_of(at, 1));
			rest = span_of(at + 1, rest.len - 1);
			continue;
		}
		memcpy(text, at + 1, (size_t)(end - at) - 1);
		text[end - at - 1] = '\0';
		json_put_text(&out, span_text(stands_for(load, text, false)));
		rest = span_of(end + 1, rest.len - (size_t)(end + 1 - at));
	}
	if (out.full)
		say_die(SAY_FAILED, "line %zu: longer than %d bytes", load->line, LOAD_LINE_BYTES);
	return wire_out_span(&out);
}

/* ---- lines ---- */

static jalka_Request *write_of(struct load *load, struct json line)
{
	char type[sizeof(((jalka_WriteCall *)0)->type)], at[64];
	char case_id[LOAD_ID_BYTES] = "", client_case[LOAD_ID_BYTES] = "", record[LOAD_ID_BYTES] = "";
	size_t len = 0;
	if (!json_text(json_member(line, "type"), type, sizeof type - 1, &len))
		say_die(SAY_FAILED, "line %zu: no \"type\"", load->line);
	type[len] = '\0';
	struct span body = fields_of(load, json_member(line, "fields"));
	resolved(load, json_member(line, "case"), true, case_id, sizeof case_id, "case");
	resolved(load, json_member(line, "client_case"), true, client_case, sizeof client_case, "client_case");
	resolved(load, json_member(line, "record"), false, record, sizeof record, "record");
	jalka_Request *request = link_request(jalka_Request_write_tag);
	jalka_WriteCall *write = &request->call.write;
	LINK_PUT(write->type, type, "type");
	LINK_PUT(write->case_id, case_id, "case");
	LINK_PUT(write->client_case, client_case, "client_case");
	LINK_PUT(write->record_id, record, "record");
	if (json_text(json_member(line, "at"), at, sizeof at - 1, &len) &&
	    !civil_read_time(span_of(at, len), &write->event_at_ms))
		say_die(SAY_FAILED, "line %zu: \"at\" must be a time like 2026-11-03T09:15", load->line);
	write->sign = json_member(line, "sign").type == JSON_TRUE;
	link_body(write, body);
	return request;
}

static void member_text(struct load *load, struct json line, const char *name, char *out, size_t size)
{
	size_t len = 0;
	struct json value = json_member(line, name);
	if (value.type != JSON_ABSENT && !json_text(value, out, size - 1, &len))
		say_die(SAY_FAILED, "line %zu: \"%s\" is no text that fits", load->line, name);
	out[len] = '\0';
}

static jalka_Request *correct_of(struct load *load, struct json line)
{
	char target[LOAD_ID_BYTES] = "", to_case[LOAD_ID_BYTES] = "";
	resolved(load, json_member(line, "correct"), false, target, sizeof target, "correct");
	resolved(load, json_member(line, "to_case"), true, to_case, sizeof to_case, "to_case");
	jalka_Request *request = link_request(jalka_Request_correct_tag);
	jalka_CorrectCall *correct = &request->call.correct;
	LINK_PUT(correct->record_id, target, "correct");
	LINK_PUT(correct->to_case, to_case, "to_case");
	member_text(load, line, "kind", correct->kind, sizeof correct->kind);
	member_text(load, line, "reason", correct->reason, sizeof correct->reason);
	member_text(load, line, "text", correct->text, sizeof correct->text);
	member_text(load, line, "requested_by", correct->requested_by, sizeof correct->requested_by);
	member_text(load, line, "refusal", correct->refusal, sizeof correct->refusal);
	return request;
}

static jalka_Request *order_of(struct load *load, struct json line)
{
	enum { ARGS = sizeof(((jalka_AdminCall *)0)->args) / sizeof(((jalka_AdminCall *)0)->args[0]) };
	static char args[ARGS][LOAD_TITLE_BYTES];
	size_t count = 0;
	struct json name, arg;
	struct json_walk walk = json_walk(json_member(line, "args"));
	while (json_next(&walk, &name, &arg) && count < ARGS) {
		args[count][0] = '\0';
		resolved(load, arg, false, args[count++], sizeof args[0], "args");
	}
	jalka_Request *request = link_request(jalka_Request_admin_tag);
	jalka_AdminCall *admin = &request->call.admin;
	member_text(load, line, "admin", admin->verb, sizeof admin->verb);
	for (size_t i = 0; i < count; i++)
		LINK_PUT(admin->args[i], args[i], "args");
	admin->args_count = (pb_size_t)count;
	return request;
}

static void keep_name(struct load *load, struct made *made)
{
	if (made->name[0] == '\0')
		return;
	if (load->count * 2 > load->index_size)
		index_again(load);
	*slot_of(load, made->name) = (size_t)(made - load->made) + 1;
}

static void one_line(struct load *load, struct span text)
{
	struct json line;
	size_t len = 0;
	if (!json_read(text, &line, NULL) || line.type != JSON_OBJECT)
		say_die(SAY_FAILED, "line %zu: no JSON object; %zu lines before it were sent", load->line,
			load->count - load->from_file);
	jalka_Request *request = json_member(line, "admin").type != JSON_ABSENT     ? order_of(load, line)
				 : json_member(line, "correct").type != JSON_ABSENT ? correct_of(load, line)
										    : write_of(load, line);
	link_send(load->link, request);
	struct made *made = remember(load);
	if (!json_text(json_member(line, "ref"), made->name, sizeof made->name - 1, &len))
		len = 0;
	made->name[len] = '\0';
	keep_name(load, made);
}

/* ---- names of other loads ---- */

static void read_names(struct load *load, const char *path)
{
	char name[LOAD_NAME_BYTES], record[LOAD_ID_BYTES], case_id[LOAD_ID_BYTES];
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return; /* the first load makes it */
	while (fscanf(file, "%63s %32s %32s", name, record, case_id) == 3) {
		struct made *made = remember(load);
		made->answered = true;
		strcpy(made->name, name);
		strcpy(made->record, strcmp(record, "-") == 0 ? "" : record);
		strcpy(made->case_id, strcmp(case_id, "-") == 0 ? "" : case_id);
		load->answered++;
		keep_name(load, made);
	}
	load->from_file = load->count;
	fclose(file);
}

static void write_names(const struct load *load, const char *path)
{
	FILE *file = fopen(path, "a");
	bool good = file != NULL;
	for (size_t i = load->from_file; good && i < load->count; i++)
		if (load->made[i].name[0] != '\0')
			good = fprintf(file, "%s %s %s\n", load->made[i].name, load->made[i].record[0] ? load->made[i].record : "-",
				       load->made[i].case_id[0] ? load->made[i].case_id : "-") > 0;
	if (file == NULL || fclose(file) != 0 || !good)
		say_die(SAY_FAILED, "%s: %s; everything was written", say_clean(path), strerror(errno));
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
	take_all(load);
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
	if (c->options[COMMAND_NAMES] != NULL)
		read_names(load, c->options[COMMAND_NAMES]);
	all_lines(load, in);
	if (c->options[COMMAND_NAMES] != NULL)
		write_names(load, c->options[COMMAND_NAMES]);
	size_t written = load->count - load->from_file;
	if (load->shows_progress)
		fputc('\n', stderr);
	if (say_style()->json)
		say_line("{\"v\":1,\"written\":%zu}", written);
	else
		say_note("%zu records written", written);
	if (in != stdin)
		fclose(in);
	free(load->held);
	free(load->made);
	free(load->index);
	free(load);
	return SAY_OK;
}
