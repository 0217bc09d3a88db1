/* sample_check - asks daemons for all they hold, and sets what is found beside what
 * is wanted. Opening cases leaves its trace in the access log like any reading. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sample.h"
#include "sample_tally.h"
#include "say.h"

enum { PATH_BYTES = 4096, ID_BYTES = 33 };

struct reading {
	struct link *link;
	struct sample_tally *tally;
	char (*cases)[ID_BYTES];  /* to open */
	size_t case_count;
	bool is_field;
};

static void read_status(void *ctx, struct json object)
{
	struct reading *r = ctx;
	r->is_field = json_text_is(json_member(object, "role"), "field");
	if (r->is_field)
		sample_tally_clock(r->tally, say_integer(object, "clock_offset_ms"));
}

static void read_list(void *ctx, struct json object)
{
	struct reading *r = ctx;
	struct json name, record;
	struct json_walk walk = json_walk(json_member(object, "records"));
	while (json_next(&walk, &name, &record)) {
		struct json id = json_member(record, "case_id");
		size_t len = 0;
		if (json_text_is(json_member(record, "type"), "access_log") || !sample_tally_sees(r->tally, id))
			continue;
		r->cases = realloc(r->cases, (r->case_count + 1) * sizeof *r->cases);
		if (r->cases == NULL || !json_text(id, r->cases[r->case_count], ID_BYTES - 1, &len))
			say_die(SAY_FAILED, "out of memory");
		r->cases[r->case_count++][len] = '\0';
	}
}

static void read_drafts(void *ctx, struct json object)
{
	struct reading *r = ctx;
	struct json name, draft;
	struct json_walk walk = json_walk(json_member(object, "drafts"));
	while (json_next(&walk, &name, &draft))
		sample_tally_draft(r->tally, draft, (uint64_t)time(NULL) * 1000);
}

/* One case; what this person may not see is not counted. */
static void open_case(struct reading *r, const char *id)
{
	struct link_answer answer;
	jalka_Request *request = link_request(jalka_Request_show_tag);
	LINK_PUT(request->call.show.id, id, "case");
	link_send(r->link, request);
	do {
		link_receive(r->link, &answer);
		struct json name, record;
		struct json_walk walk = json_walk(json_member(answer.object, "records"));
		while (answer.kind == jalka_Kind_NONE && json_next(&walk, &name, &record))
			sample_tally_record(r->tally, record);
	} while (answer.more);
}

static void keep_devices(void *ctx, struct json object)
{
	struct reading *r = ctx;
	struct json name, device;
	struct json_walk walk = json_walk(json_member(object, "devices"));
	while (json_next(&walk, &name, &device))
		sample_tally_device(r->tally, device);
}

static void read_devices(struct reading *r)
{
	jalka_Request *request = link_request(jalka_Request_admin_tag);
	LINK_PUT(request->call.admin.verb, "devices", "the verb");
	link_call(r->link, request, keep_devices, r);
}

static void read_daemon(struct reading *r)
{
	link_call(r->link, link_request(jalka_Request_status_tag), read_status, r);
	if (!r->is_field) {
		read_devices(r); /* the central node opens no case, and reference data is on every device */
		return;
	}
	link_call(r->link, link_request(jalka_Request_list_tag), read_list, r);
	for (size_t i = 0; i < r->case_count; i++)
		open_case(r, r->cases[i]);
	link_call(r->link, link_request(jalka_Request_drafts_tag), read_drafts, r);
	free(r->cases);
}

static void read_folder(struct sample_tally *tally, const char *folder)
{
	char path[PATH_BYTES];
	int len = snprintf(path, sizeof path, "%s/socket", folder);
	if (len < 0 || (size_t)len >= sizeof path)
		say_die(SAY_USAGE, "the folder's name is too long");
	struct reading r = { .link = link_open(path), .tally = tally };
	read_daemon(&r);
	link_close(r.link);
}

static size_t wanted_of(const struct sample_fact *fact, unsigned parts)
{
	return fact->is_fixed ? fact->wanted : (size_t)fact->wanted * parts;
}

static bool is_so(const struct sample_fact *fact, unsigned parts)
{
	size_t wanted = wanted_of(fact, parts);
	return fact->found == wanted || (fact->is_least && parts > 1 && fact->found > wanted);
}

static void tell_json(const struct sample_fact *facts, size_t count, unsigned parts, size_t wrong)
{
	printf("{\"v\":1,\"ok\":%s,\"facts\":[", wrong == 0 ? "true" : "false");
	for (size_t i = 0; i < count; i++)
		printf("%s{\"what\":\"%s\",\"wanted\":%zu,\"found\":%zu,\"ok\":%s}", i == 0 ? "" : ",", facts[i].what,
		       wanted_of(&facts[i], parts), facts[i].found, is_so(&facts[i], parts) ? "true" : "false");
	puts("]}");
}

static void tell_table(const struct sample_fact *facts, size_t count, unsigned parts)
{
	static const struct say_column columns[] = {
		{ "what", "WHAT", SAY_TEXT }, { "wanted", "WANTED", SAY_NUMBER }, { "found", "FOUND", SAY_NUMBER }, { "not", "", SAY_TEXT },
	};
	say_table_begin(columns, sizeof columns / sizeof columns[0]);
	for (size_t i = 0; i < count; i++) {
		char wanted[24], found[24];
		snprintf(wanted, sizeof wanted, "%zu", wanted_of(&facts[i], parts));
		snprintf(found, sizeof found, "%zu", facts[i].found);
		const char *cells[] = { facts[i].what, wanted, found, is_so(&facts[i], parts) ? "" : "NOT SO" };
		say_table_row(cells);
	}
	say_table_end("");
}

int sample_check(struct command_context *c, int argc, char **argv, unsigned parts, bool is_outreach, int32_t today)
{
	struct sample_tally *tally = sample_tally_new(today, is_outreach);
	size_t count, wrong = 0;
	if (argc == 0) {
		struct reading r = { .link = command_link(c), .tally = tally };
		read_daemon(&r);
	}
	for (int i = 0; i < argc; i++)
		read_folder(tally, argv[i]);
	sample_tally_end(tally);
	const struct sample_fact *facts = sample_tally_facts(tally, &count);
	for (size_t i = 0; i < count; i++)
		wrong += !is_so(&facts[i], parts);
	if (say_style()->json)
		tell_json(facts, count, parts, wrong);
	else
		tell_table(facts, count, parts);
	sample_tally_free(tally);
	if (wrong != 0)
		say_note("%zu of %zu numbers are not as wanted", wrong, count);
	return wrong == 0 ? SAY_OK : SAY_FAILED;
}
