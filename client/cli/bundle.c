/* bundle - what is carried by hand: from and to either daemon, as files. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "say.h"
#include "verbs.h"

/* What is known of the bundle under way. */
struct carrying {
	uint32_t token;
	uint64_t next, size;
	int64_t shown; /* percent */
	bool done, has_problem;
	FILE *to;
};

static jalka_Request *bundle_request(const struct carrying *carrying, const char *verb)
{
	jalka_Request *request = link_request(jalka_Request_bundle_tag);
	LINK_PUT(request->call.bundle.verb, verb, "the verb");
	request->call.bundle.token = carrying->token;
	return request;
}

/* ---- progress ---------------------------------------------------------------------------- */

/* A line on the terminal that is written over; nothing where nobody sees it. */
static void progress(struct carrying *carrying, const char *what, uint64_t at, uint64_t of)
{
	int64_t percent = of == 0 ? 100 : (int64_t)(100 * at / of);
	if (say_style()->quiet || say_style()->json || !isatty(STDERR_FILENO) || percent == carrying->shown)
		return;
	carrying->shown = percent;
	fprintf(stderr, "\r%s %" PRId64 " %% ", what, percent);
	if (percent == 100)
		fputs("\r\033[K", stderr);
	fflush(stderr);
}

/* ---- files ------------------------------------------------------------------------------- */

/* Letters of base64 as bytes; false: it is none. */
static bool write_base64(FILE *to, const char *text)
{
	uint32_t bits = 0;
	unsigned have = 0;
	for (; *text != '\0' && *text != '='; text++) {
		char c = *text;
		int value = c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26
			: c >= '0' && c <= '9' ? c - '0' + 52 : c == '+' ? 62 : c == '/' ? 63 : -1;
		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		if (putc((int)(bits >> have & 0xff), to) == EOF)
			return false;
	}
	return true;
}

static void took_piece(void *ctx, struct json object)
{
	struct carrying *carrying = ctx;
	struct json data = json_member(object, "data");
	char *text = malloc(data.text.len + 1);
	size_t len;
	if (text == NULL || !json_text(data, text, data.text.len, &len))
		say_die(SAY_FAILED, "the daemon's answer cannot be read");
	text[len] = '\0';
	if (!write_base64(carrying->to, text))
		say_die(SAY_FAILED, "the bundle cannot be written: %s", strerror(errno));
	free(text);
	carrying->next = (uint64_t)say_integer(object, "next");
	progress(carrying, "writing", carrying->next, carrying->size);
}

/* A name beside it first, so that a file of that name is a whole bundle. */
static char part[4096];

static void remove_part(void)
{
	if (part[0] != '\0')
		(void)unlink(part);
}

/* Before anything is asked: who cannot write there learns it at once. */
static void open_to(struct carrying *carrying, const char *path)
{
	if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part)
		say_die(SAY_USAGE, "the name of the file is too long");
	int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
	carrying->to = fd < 0 ? NULL : fdopen(fd, "wb");
	if (carrying->to == NULL) {
		part[0] = '\0';
		say_die(SAY_FAILED, "%s cannot be written: %s", say_clean(path), strerror(errno));
	}
	(void)atexit(remove_part);
}

static void fetch_to(struct command_context *c, struct carrying *carrying, const char *path)
{
	carrying->next = 0;
	carrying->shown = -1;
	while (carrying->next < carrying->size) {
		jalka_Request *request = bundle_request(carrying, "fetch");
		request->call.bundle.offset = carrying->next;
		link_call(command_link(c), request, took_piece, carrying);
	}
	bool good = fflush(carrying->to) == 0 && fsync(fileno(carrying->to)) == 0;
	if (fclose(carrying->to) != 0 || !good || rename(part, path) != 0)
		say_die(SAY_FAILED, "%s cannot be written: %s", say_clean(path), strerror(errno));
	part[0] = '\0';
}

static void ended(void *ctx, struct json object)
{
	(void)ctx;
	(void)object;
}

static void end(struct command_context *c, const struct carrying *carrying)
{
	link_call(command_link(c), bundle_request(carrying, "end"), ended, NULL);
}

/* ---- what is told ------------------------------------------------------------------------ */

static void say_count(struct json object, const char *key, const char *words)
{
	if (say_integer(object, key) > 0)
		say_line("%8" PRId64 "  %s", say_integer(object, key), words);
}

static void say_problem(struct json object)
{
	const char *problem = say_text(json_member(object, "problem"));
	if (*problem != '\0')
		fprintf(stderr, "jalka: the rest of the bundle was left: %s\n", say_clean(problem));
}

static void say_device_bundle(struct json object)
{
	say_line("from     %s, %s, device %s, written %s", say_text(json_member(object, "holder_name")),
		 say_text(json_member(object, "state")), say_short_id(json_member(object, "device")),
		 say_time_ms(json_member(object, "written_ms")));
	if (say_integer(object, "deltas") == 0)
		say_line("%8d  changes in it: it tells what the device has heard", 0);
	say_count(object, "accepted", "new changes");
	say_count(object, "quarantined", "new changes that wait for a decision (jalka admin quarantine)");
	say_count(object, "known", "here before");
	say_count(object, "waiting", "not taken: read the answer on the device, then have it write another");
	if (say_true(object, "old"))
		say_note("The device has been heard of since: what it had heard by then is passed over.");
	if (say_true(object, "parted"))
		say_note("The device was put back or copied: its changes do not go on from what is here. The answer tells it.");
	if (say_true(object, "left_out"))
		say_note("The device had more than the bundle holds: have it write another once it has read the answer.");
	say_problem(object);
}

static void say_for_device(struct json object)
{
	say_line("for      %s, device %s: %" PRId64 " changes of the feed", say_text(json_member(object, "holder_name")),
		 say_short_id(json_member(object, "device")), say_integer(object, "answer_deltas"));
	if (say_true(object, "answer_left_out"))
		say_note("There is more than it holds: it follows when the device has said what it heard.");
}

static void say_answer(struct json object)
{
	say_line("written  %s at the central node%s", say_time_ms(json_member(object, "written_ms")),
		 say_true(object, "asked") ? ", in answer" : "");
	say_count(object, "receipts", "own changes receipted");
	say_count(object, "fresh", "new changes");
	say_count(object, "waiting", "waiting for another answer: what comes before them has not come");
	if (say_integer(object, "receipts") + say_integer(object, "fresh") == 0 && !say_true(object, "lost"))
		say_line("nothing new");
	if (say_true(object, "lost"))
		say_note("The bundle is of before the central node was put back: nothing of it counts. Write one, and have it answered.");
	else if (say_true(object, "lacks_own"))
		say_note("This device was put back since it wrote what this answers. Write a bundle, and have that answered.");
	else if (say_true(object, "old"))
		say_note("The central node has been heard of since: only what was still missing is taken.");
	if (say_true(object, "left_out"))
		say_note("The central node has more than it holds: write a bundle, and have it answered.");
	say_problem(object);
}

/* ---- write ------------------------------------------------------------------------------- */

static void written(void *ctx, struct json object)
{
	struct carrying *carrying = ctx;
	carrying->token = (uint32_t)say_integer(object, "token");
	carrying->size = (uint64_t)say_integer(object, "size");
	if (say_json(object))
		return;
	if (json_member(object, "device").type != JSON_ABSENT) {
		say_for_device(object);
		return;
	}
	say_line("%8" PRId64 "  changes without a receipt are in it", say_integer(object, "deltas"));
	if (say_integer(object, "left") > 0)
		say_note("%" PRId64 " more do not fit: write another once its answer is read.", say_integer(object, "left"));
}

int verbs_bundle_write(struct command_context *c, int argc, char **argv)
{
	struct carrying carrying = { .shown = -1 };
	if (argc != 1)
		command_usage(c, "a file is expected");
	open_to(&carrying, argv[0]);
	jalka_Request *request = bundle_request(&carrying, "write");
	if (c->options[COMMAND_FOR] != NULL)
		LINK_PUT(request->call.bundle.device, c->options[COMMAND_FOR], "the device");
	link_call(command_link(c), request, written, &carrying);
	fetch_to(c, &carrying, argv[0]);
	end(c, &carrying);
	say_note("%s: nobody but the one it is for can read it.", say_clean(argv[0]));
	return SAY_OK;
}

/* ---- read -------------------------------------------------------------------------------- */

static void took(void *ctx, struct json object)
{
	struct carrying *carrying = ctx;
	carrying->token = (uint32_t)say_integer(object, "token");
}

static void stepped(void *ctx, struct json object)
{
	struct carrying *carrying = ctx;
	carrying->done = say_true(object, "done");
	carrying->size = (uint64_t)say_integer(object, "size");
	progress(carrying, "reading", (uint64_t)say_integer(object, "at"), (uint64_t)say_integer(object, "of"));
	if (!carrying->done)
		return;
	carrying->has_problem = *say_text(json_member(object, "problem")) != '\0';
	if (say_json(object))
		return;
	if (json_member(object, "device").type != JSON_ABSENT)
		say_device_bundle(object);
	else
		say_answer(object);
}

static void send_file(struct command_context *c, struct carrying *carrying, const char *path)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	bool more = true;
	if (file == NULL)
		say_die(SAY_FAILED, "%s cannot be read: %s", say_clean(path), strerror(errno));
	while (more) {
		jalka_Request *request = bundle_request(carrying, "read");
		jalka_BundleCall *call = &request->call.bundle;
		call->piece.size = (pb_size_t)fread(call->piece.bytes, 1, sizeof call->piece.bytes, file);
		if (ferror(file))
			say_die(SAY_FAILED, "%s cannot be read: %s", say_clean(path), strerror(errno));
		more = call->more = call->piece.size == sizeof call->piece.bytes;
		link_call(command_link(c), request, took, carrying);
	}
	if (file != stdin)
		fclose(file);
}

int verbs_bundle_read(struct command_context *c, int argc, char **argv)
{
	struct carrying carrying = { .shown = -1 };
	const char *answer = c->options[COMMAND_ANSWER];
	if (argc != 1)
		command_usage(c, "a file is expected");
	if (answer != NULL)
		open_to(&carrying, answer);
	send_file(c, &carrying, argv[0]);
	while (!carrying.done)
		link_call(command_link(c), bundle_request(&carrying, "step"), stepped, &carrying);
	if (answer != NULL && carrying.size > 0) {
		fetch_to(c, &carrying, answer);
		say_note("%s: take it back to the device; nobody else can read it.", say_clean(answer));
	} else if (answer != NULL) {
		fprintf(stderr, "jalka: there is no answer to write\n");
		carrying.has_problem = true;
	}
	end(c, &carrying);
	return carrying.has_problem ? SAY_FAILED : SAY_OK;
}
