/* handover - cases that change hands, and the client's address that becomes protected. */
#include <inttypes.h>
#include <stdio.h>

#include "fill.h"
#include "say.h"
#include "verbs.h"

static void print_advice(struct json object)
{
	struct json name, one;
	for (struct json_walk walk = json_walk(json_member(object, "advice")); json_next(&walk, &name, &one);)
		say_note("%s", say_text(json_member(one, "text")));
}

/* "Mikko Saari, 040 000 0123" */
static const char *who(struct json staff)
{
	static char text[400];
	const char *phone = say_text(json_member(staff, "phone"));
	snprintf(text, sizeof text, "%s%s%s", say_text(json_member(staff, "name")), *phone != '\0' ? ", " : "", phone);
	return text;
}

/* ---- propose ---- */

static void print_lines(const char *text)
{
	while (*text != '\0') {
		int len = (int)strcspn(text, "\n");
		say_line("  %.*s", len, text);
		text += len + (text[len] == '\n');
	}
}

static void print_proposed(void *ctx, struct json object)
{
	struct json to = json_member(object, "to");
	const char *due = say_text(json_member(object, "open_deadlines"));
	(void)ctx;
	if (say_json(object))
		return;
	say_line("%s", say_text(json_member(object, "id")));
	say_note("proposed to %s; you answer for the case until it is in effect", who(to));
	if (*say_text(json_member(to, "phone")) == '\0')
		say_note("the directory has no telephone number for the client to be told");
	if (*due != '\0') {
		say_note("what is due went into it:");
		if (!say_style()->quiet)
			print_lines(due);
	}
	print_advice(object);
}

static jalka_HandoverCall *handover_call(jalka_Request **request, const char *verb, const char *id)
{
	*request = link_request(jalka_Request_handover_tag);
	jalka_HandoverCall *call = &(*request)->call.handover;
	LINK_PUT(call->verb, verb, "the verb");
	LINK_PUT(call->id, id, "the id");
	return call;
}

int verbs_handover_propose(struct command_context *c, int argc, char **argv)
{
	jalka_Request *request;
	if (argc != 3)
		command_usage(c, "a case or client, a colleague's id and a reason are expected");
	jalka_HandoverCall *call = handover_call(&request, "propose", argv[0]);
	LINK_PUT(call->to, argv[1], "the colleague");
	LINK_PUT(call->reason, fill_text(argv[2]), "the reason");
	call->at_ms = fill_at_ms(c);
	link_call(command_link(c), request, print_proposed, NULL);
	return SAY_OK;
}

/* ---- one step of it ---- */

static void print_said(void *ctx, struct json object)
{
	const char *waits = say_text(json_member(object, "waits_for"));
	(void)ctx;
	if (say_json(object))
		return;
	say_line("%s", say_text(json_member(object, "id")));
	if (strcmp(waits, "RECEIVER") == 0)
		say_note("it waits for the receiver to accept it");
	else if (strcmp(waits, "CLIENT_TOLD") == 0)
		say_note("the client is to be told who takes over: %s", who(json_member(object, "to")));
	else if (strcmp(waits, "CENTRAL") == 0)
		say_note("at the next sync the central node puts it in effect");
	print_advice(object);
}

static int one_step(struct command_context *c, const char *verb, const char *id, const char *reason)
{
	jalka_Request *request;
	jalka_HandoverCall *call = handover_call(&request, verb, id);
	LINK_PUT(call->reason, reason, "the reason");
	call->at_ms = fill_at_ms(c);
	link_call(command_link(c), request, print_said, NULL);
	return SAY_OK;
}

int verbs_handover_told(struct command_context *c, int argc, char **argv)
{
	if (argc != 1)
		command_usage(c, "a handover is expected");
	return one_step(c, "told", argv[0], "");
}

int verbs_handover_accept(struct command_context *c, int argc, char **argv)
{
	if (argc != 1)
		command_usage(c, "a handover is expected");
	return one_step(c, "accept", argv[0], "");
}

int verbs_handover_reject(struct command_context *c, int argc, char **argv)
{
	if (argc != 2)
		command_usage(c, "a handover and the reason are expected");
	return one_step(c, "reject", argv[0], fill_text(argv[1]));
}

/* ---- list ---- */

static bool is_blocked(struct json handover)
{
	return *say_text(json_member(json_member(handover, "blocked"), "why")) != '\0';
}

static const char *waits_for(struct json handover)
{
	return is_blocked(handover) ? "BLOCKED" : say_text(json_member(handover, "waits_for"));
}

static void note_block(struct json handover)
{
	struct json block = json_member(handover, "blocked");
	if (is_blocked(handover))
		say_note("%s: %s; %s", say_short_id(json_member(handover, "id")), say_text(json_member(block, "why")),
			 say_text(json_member(block, "advice")));
}

static void gather_handovers(void *ctx, struct json object)
{
	struct json name, one;
	(void)ctx;
	if (say_json(object))
		return;
	for (struct json_walk walk = json_walk(json_member(object, "handovers")); json_next(&walk, &name, &one);) {
		const char *cells[] = { say_short_id(json_member(one, "id")), say_text(json_member(one, "state")),
					waits_for(one),
					say_text(json_member(json_member(one, "from"), "name")),
					say_text(json_member(json_member(one, "to"), "name")),
					say_short_id(json_member(one, "case_id")), say_text(json_member(one, "reason")) };
		say_table_row(cells);
		note_block(one);
	}
}

int verbs_handover_list(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "", "ID", SAY_ID }, { "", "STATE", SAY_TEXT }, { "", "WAITS FOR", SAY_TEXT }, { "", "FROM", SAY_TEXT },
		{ "", "TO", SAY_TEXT }, { "", "CASE", SAY_ID }, { "", "REASON", SAY_TEXT },
	};
	jalka_Request *request;
	(void)argv;
	if (argc != 0)
		command_usage(c, "no argument is expected");
	(void)handover_call(&request, "list", "");
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(command_link(c), request, gather_handovers, NULL);
	say_table_end("nothing changes hands");
	return SAY_OK;
}

/* ---- at the central node ---- */

/* What each waits for as a table; below it what stands in the way, with what to do. */
static void gather_waiting(void *ctx, struct json object)
{
	struct json name, one;
	(void)ctx;
	if (say_json(object))
		return;
	for (struct json_walk walk = json_walk(json_member(object, "handovers")); json_next(&walk, &name, &one);) {
		const char *cells[] = { say_short_id(json_member(one, "id")), waits_for(one),
					say_text(json_member(json_member(one, "from"), "name")),
					say_text(json_member(json_member(one, "to"), "name")),
					say_short_id(json_member(one, "case_id")) };
		say_table_row(cells);
		note_block(one);
	}
}

int verbs_admin_handovers(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "", "ID", SAY_ID }, { "", "WAITS FOR", SAY_TEXT }, { "", "FROM", SAY_TEXT }, { "", "TO", SAY_TEXT },
		{ "", "CASE", SAY_ID },
	};
	if (argc > 1)
		command_usage(c, "too many arguments");
	jalka_Request *request = link_request(jalka_Request_admin_tag);
	LINK_PUT(request->call.admin.verb, "handovers", "the verb");
	if (argc == 1)
		LINK_PUT(request->call.admin.args[0], argv[0], "an argument");
	request->call.admin.args_count = (pb_size_t)argc;
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(command_link(c), request, gather_waiting, NULL);
	say_table_end("nothing changes hands");
	return SAY_OK;
}

/* ---- a protected address ---- */

static void print_protected(void *ctx, struct json object)
{
	(void)ctx;
	if (say_json(object))
		return;
	say_line("%s", say_text(json_member(object, "id")));
	say_note("protected; %" PRId64 " addresses were moved from the card", say_integer(object, "moved"));
}

int verbs_client_protect(struct command_context *c, int argc, char **argv)
{
	if (argc != 1)
		command_usage(c, "a client is expected");
	jalka_Request *request = link_request(jalka_Request_protect_tag);
	LINK_PUT(request->call.protect.id, argv[0], "the id");
	link_call(command_link(c), request, print_protected, NULL);
	return SAY_OK;
}
