/* print - prints for clients and partners, and the words they are made of. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"
#include "verbs.h"

/* ---- words ---------------------------------------------------------------------------------- */
static void gather_words(void *ctx, struct json object)
{
	struct json name, row;
	(void)ctx;
	if (say_json(object))
		return;
	for (struct json_walk walk = json_walk(json_member(object, "labels")); json_next(&walk, &name, &row);) {
		const char *cells[] = { say_text(json_member(row, "key")), say_text(json_member(row, "text")) };
		say_table_row(cells);
	}
}

int verbs_words(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = { { "key", "KEY", SAY_TEXT }, { "text", "WORD", SAY_TEXT } };
	if (argc > 1)
		command_usage(c, "one type is expected");
	jalka_Request *request = link_request(jalka_Request_labels_tag);
	if (argc == 1)
		LINK_PUT(request->call.labels.type, argv[0], "the type");
	if (c->options[COMMAND_LANG] != NULL)
		LINK_PUT(request->call.labels.lang, c->options[COMMAND_LANG], "--lang");
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(command_link(c), request, gather_words, NULL);
	say_table_end("no words");
	return SAY_OK;
}

/* ---- prints --------------------------------------------------------------------------------- */
struct page { FILE *to; const char *path; bool cut; };

/* A file of one's own, also where one stood that others may read: what is printed is secret. */
static FILE *open_out(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	FILE *file = fd < 0 || fchmod(fd, 0600) != 0 || ftruncate(fd, 0) != 0 ? NULL : fdopen(fd, "wb");
	if (file == NULL)
		say_die(SAY_FAILED, "%s cannot be written: %s", path, strerror(errno));
	return file;
}

static void write_part(struct page *page, struct json part)
{
	char *text = malloc(part.text.len + 1);
	size_t len;
	if (text == NULL)
		say_die(SAY_FAILED, "out of memory");
	if (!json_text(part, text, part.text.len, &len) || fwrite(text, 1, len, page->to) != len)
		say_die(SAY_FAILED, "the print cannot be written: %s", strerror(errno));
	free(text);
}

static void gather_parts(void *ctx, struct json object)
{
	struct page *page = ctx;
	struct json name, part;
	page->cut = page->cut || say_true(object, "truncated");
	if (page->path == NULL && say_json(object))
		return;
	if (page->to == NULL) /* only now: a refusal leaves what stands there */
		page->to = page->path == NULL ? stdout : open_out(page->path);
	for (struct json_walk walk = json_walk(json_member(object, "parts")); json_next(&walk, &name, &part);)
		write_part(page, part);
}

int verbs_print(struct command_context *c, int argc, char **argv)
{
	const char *out = c->options[COMMAND_OUT];
	struct page page = { .path = out };
	bool findings = argc > 0 && strcmp(argv[0], "findings") == 0;
	if (argc != 2 && !(argc == 1 && findings))
		command_usage(c, "the kind of print and an id are expected; of findings a quarter or nothing");
	if (c->options[COMMAND_PLAIN] != NULL && c->options[COMMAND_HTML] != NULL)
		command_usage(c, "either --plain or --html");
	jalka_Request *request = link_request(jalka_Request_print_tag);
	jalka_PrintCall *call = &request->call.print;
	LINK_PUT(call->kind, argv[0], "the kind");
	if (argc == 2)
		LINK_PUT(call->id, argv[1], findings ? "the quarter" : "the id");
	if (c->options[COMMAND_LANG] != NULL)
		LINK_PUT(call->lang, c->options[COMMAND_LANG], "--lang");
	if (c->options[COMMAND_REASON] != NULL)
		LINK_PUT(call->reason, c->options[COMMAND_REASON], "--reason");
	/* To a terminal text is read, to a file a page is printed. */
	call->text = c->options[COMMAND_PLAIN] != NULL || (c->options[COMMAND_HTML] == NULL && out == NULL && isatty(STDOUT_FILENO));
	call->large = c->options[COMMAND_LARGE] != NULL;
	call->blank = c->options[COMMAND_BLANK] != NULL;
	call->with_protected = c->options[COMMAND_WITH_PROTECTED] != NULL;
	struct link *link = command_link(c);
	link_call(link, request, gather_parts, &page);
	if (page.cut)
		say_die(SAY_FAILED, "the print is too long and was cut");
	if (out != NULL && page.to != NULL && fclose(page.to) != 0)
		say_die(SAY_FAILED, "%s cannot be written: %s", out, strerror(errno));
	if (out != NULL && page.to != NULL)
		say_note("written to %s; erase it when it has been printed", out);
	return SAY_OK;
}
