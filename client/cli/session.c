/* session - the joint session of client, worker and Kela, step by step as it goes. */
#include <stdio.h>
#include <stdlib.h>

#include "fill.h"
#include "say.h"
#include "verbs.h"

/* ---- telling ------------------------------------------------------------------------------- */

static void print_scope(struct json consent)
{
	const char *excluded = say_value(json_member(consent, "excluded")), *text = say_text(json_member(consent, "excluded_text"));
	say_line("allowed: %s", say_value(json_member(consent, "scope")));
	if (*excluded != 0 || *text != 0)
		say_line("excluded: %s%s%s", excluded, *excluded != 0 && *text != 0 ? "; " : "", text);
	if (*say_text(json_member(consent, "why")) != 0)
		say_note("%s", say_text(json_member(consent, "why")));
}

/* What was asked at the start, and what is still to be. */
static void print_start(struct json object)
{
	const char *room = say_text(json_member(object, "room")), *kela = say_text(json_member(object, "kela_consent_holds"));
	say_line("client's own consent to Kela: %s", strcmp(kela, "HOLDS") == 0 ? say_short_id(json_member(object, "kela_consent"))
		 : *kela != 0 ? kela : "none");
	say_line("anybody else in the room: %s", *room != 0 ? room : "not recorded");
}

static void print_points(struct json points)
{
	struct json name, one;
	int n = 0;
	for (struct json_walk walk = json_walk(points); json_next(&walk, &name, &one);)
		say_line("%2d. %s%s%s", ++n, say_text(json_member(one, "title")),
			 say_true(one, "out_of_scope") ? "  [outside the consent: not discussed]" : "", say_true(one, "noted") ? "  [noted]" : "");
}

static void print_course(struct json course)
{
	struct json name, one;
	for (struct json_walk walk = json_walk(course); json_next(&walk, &name, &one);)
		say_line("%s  %s  %s", say_value(json_member(one, "at")), say_text(json_member(one, "what")), say_text(json_member(one, "text")));
}

static void print_session(void *ctx, struct json object)
{
	struct json name, one;
	const char *step = ctx;
	if (say_json(object))
		return;
	say_line("%s", say_text(json_member(object, "id")));
	if (*say_text(json_member(object, "holds")) != 0)
		say_note("%s", say_text(json_member(object, "holds")));
	if (say_style()->quiet)
		return;
	if (say_integer(object, "paused_since_ms") != 0)
		say_note("a pause");
	for (struct json_walk walk = json_walk(json_member(object, "to_identify")); json_next(&walk, &name, &one);)
		say_note("to be identified: %s", say_text(one));
	if (strcmp(step, "start") == 0 || strcmp(step, "show") == 0 || strcmp(step, "resume") == 0) {
		print_scope(json_member(object, "consent"));
		print_start(object);
	}
	if (strcmp(step, "start") == 0 || strcmp(step, "show") == 0 || strcmp(step, "point") == 0 || strcmp(step, "prepare") == 0)
		print_points(json_member(object, "points"));
	print_course(json_member(json_member(object, "fields"), "course"));
	for (struct json_walk walk = json_walk(json_member(object, "advice")); json_next(&walk, &name, &one);)
		say_note("%s", say_text(json_member(one, "text")));
}

/* ---- the verbs ------------------------------------------------------------------------------- */

static const char *step_of(const struct command_context *c)
{
	return strchr(c->verb, ' ') + 1;
}

static jalka_Request *begin(struct command_context *c, const char *id)
{
	jalka_Request *request = link_request(jalka_Request_session_tag);
	jalka_SessionCall *call = &request->call.session;
	LINK_PUT(call->verb, step_of(c), "the verb");
	LINK_PUT(call->id, id, "the id");
	call->at_ms = fill_at_ms(c);
	return request;
}

static int end(struct command_context *c, jalka_Request *request)
{
	link_call(command_link(c), request, print_session, (void *)(uintptr_t)step_of(c));
	return SAY_OK;
}

static void put_args(struct command_context *c, jalka_SessionCall *call, int argc, char **argv)
{
	if ((size_t)argc > sizeof call->args / sizeof call->args[0])
		command_usage(c, "sixteen at most");
	for (int i = 0; i < argc; i++)
		LINK_PUT(call->args[i], argv[i], "what is given");
	call->args_count = (pb_size_t)argc;
}

int verbs_session_prepare(struct command_context *c, int argc, char **argv)
{
	if (argc < 1)
		command_usage(c, "a client is expected");
	jalka_Request *request = begin(c, argv[0]);
	jalka_SessionCall *call = &request->call.session;
	if (c->options[COMMAND_KIND] != NULL)
		LINK_PUT(call->kind, c->options[COMMAND_KIND], "--kind");
	if (c->options[COMMAND_CHANNEL] != NULL)
		LINK_PUT(call->channel, c->options[COMMAND_CHANNEL], "--channel");
	if (c->options[COMMAND_CONSENT] != NULL)
		LINK_PUT(call->consent, c->options[COMMAND_CONSENT], "--consent");
	put_args(c, call, argc - 1, argv + 1);
	return end(c, request);
}

int verbs_session_identify(struct command_context *c, int argc, char **argv)
{
	if (argc < 2)
		command_usage(c, "a session and ROLE=HOW are expected");
	jalka_Request *request = begin(c, argv[0]);
	put_args(c, &request->call.session, argc - 1, argv + 1);
	return end(c, request);
}

int verbs_session_step(struct command_context *c, int argc, char **argv)
{
	if (argc != 1)
		command_usage(c, "a session is expected");
	jalka_Request *request = begin(c, argv[0]);
	if (c->options[COMMAND_KELA_CONSENT] != NULL)
		LINK_PUT(request->call.session.text, c->options[COMMAND_KELA_CONSENT], "--kela-consent");
	if (c->options[COMMAND_ROOM] != NULL)
		LINK_PUT(request->call.session.room, c->options[COMMAND_ROOM], "--room");
	return end(c, request);
}

/* point TITLE, drop [WHAT], pause [WHY], cancel [WHY] */
int verbs_session_text(struct command_context *c, int argc, char **argv)
{
	if (argc < 1 || argc > 2)
		command_usage(c, "a session and a text are expected");
	jalka_Request *request = begin(c, argv[0]);
	jalka_SessionCall *call = &request->call.session;
	if (argc == 2)
		LINK_PUT(call->text, argv[1], "the text");
	if (c->options[COMMAND_SCOPE] != NULL)
		LINK_PUT(call->scope, c->options[COMMAND_SCOPE], "--scope");
	call->outside = c->options[COMMAND_OUTSIDE] != NULL;
	return end(c, request);
}

int verbs_session_note(struct command_context *c, int argc, char **argv)
{
	char *rest;
	if (argc != 3)
		command_usage(c, "a session, the number of a point and a text are expected");
	unsigned long point = strtoul(argv[1], &rest, 10);
	if (*rest != 0 || point < 1 || point > 1000)
		command_usage(c, "a point is named by its number, as session show has it");
	jalka_Request *request = begin(c, argv[0]);
	request->call.session.point = (uint32_t)point;
	LINK_PUT(request->call.session.text, fill_text(argv[2]), "the note");
	return end(c, request);
}

int verbs_session_consent(struct command_context *c, int argc, char **argv)
{
	if (argc < 1 || argc > 2)
		command_usage(c, "a session is expected, and which consent it rests on");
	jalka_Request *request = begin(c, argv[0]);
	if (argc == 2)
		LINK_PUT(request->call.session.consent, argv[1], "the consent");
	return end(c, request);
}

int verbs_session_type(struct command_context *c, int argc, char **argv)
{
	if (argc != 3)
		command_usage(c, "a session, the title of a point or \"\", and a text are expected");
	jalka_Request *request = begin(c, argv[0]);
	if (*argv[1] != 0)
		put_args(c, &request->call.session, 1, argv + 1);
	LINK_PUT(request->call.session.text, fill_text(argv[2]), "the text");
	return end(c, request);
}

int verbs_session_action(struct command_context *c, int argc, char **argv)
{
	if (argc != 5)
		command_usage(c, "a session, whose it is, the owner, the day and what are expected");
	jalka_Request *request = begin(c, argv[0]);
	jalka_SessionCall *call = &request->call.session;
	LINK_PUT(call->owner_kind, argv[1], "whose it is");
	LINK_PUT(call->owner, argv[2], "the owner");
	LINK_PUT(call->due, argv[3], "the day");
	LINK_PUT(call->text, argv[4], "what was agreed");
	return end(c, request);
}
