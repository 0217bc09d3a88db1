/* life - the steps of a record, and corrections of what is signed. */
#include <stdio.h>

#include "fill.h"
#include "say.h"
#include "verbs.h"

/* ---- step ------------------------------------------------------------------------------------ */

static void print_steps(void *ctx, struct json object)
{
	struct json name, step, steps = json_member(object, "steps");
	bool any = false;
	(void)ctx;
	if (say_json(object))
		return;
	say_line("%s %s  %s", say_text(json_member(object, "type")), say_short_id(json_member(object, "id")),
		 say_text(json_member(object, "holds")));
	for (struct json_walk walk = json_walk(steps); json_next(&walk, &name, &step); any = true) {
		const char *needs = say_text(json_member(step, "needs"));
		say_line("  -> %s%s%s%s", say_text(json_member(step, "state")), *needs != 0 ? "  needs " : "", needs,
			 say_true(step, "ready") || *needs == 0 ? "" : " (missing)");
	}
	if (!any)
		say_note("final: nothing leads on from here");
}

static void print_stepped(void *ctx, struct json object)
{
	if (say_json(object))
		return;
	say_line("%s", say_text(json_member(object, "id")));
	say_note("%s is %s", say_text(json_member(object, "type")), (const char *)ctx);
	fill_advice(object);
}

static void assign(jalka_StepCall *call, struct command_context *c, const char *text)
{
	size_t len = strlen(text) + 1;
	if (strchr(text, '=') == NULL)
		command_usage(c, "what goes with a step is field=value");
	if (len > sizeof call->body.bytes - call->body.size)
		say_die(SAY_USAGE, "the record is too long");
	memcpy(call->body.bytes + call->body.size, text, len);
	call->body.size = (pb_size_t)(call->body.size + len);
}

int verbs_step(struct command_context *c, int argc, char **argv)
{
	struct fill_found found;
	if (argc < 1)
		command_usage(c, "an id is expected");
	fill_find(c, argv[0], &found);
	if (found.id[0] == 0)
		say_die(SAY_FAILED, "%s is a case without a record that steps", say_clean(argv[0]));
	jalka_Request *request = link_request(jalka_Request_step_tag);
	jalka_StepCall *call = &request->call.step;
	LINK_PUT(call->record_id, found.id, "the id");
	if (argc > 1)
		LINK_PUT(call->state, argv[1], "the state");
	for (int i = 2; i < argc; i++)
		assign(call, c, argv[i]);
	call->event_at_ms = fill_at_ms(c);
	link_call(command_link(c), request, argc > 1 ? print_stepped : print_steps, argc > 1 ? argv[1] : NULL);
	return SAY_OK;
}

/* ---- correct ----------------------------------------------------------------------------------- */

static void print_corrected(void *ctx, struct json object)
{
	const char *also = say_text(json_member(object, "also"));
	(void)ctx;
	if (say_json(object))
		return;
	say_line("%s", say_text(json_member(object, "id")));
	if (*also != 0)
		say_note("written again as %s", also);
}

/* "name=value" into the field of that name; false: another name. */
static bool take(const char *argument, const char *name, char *field, size_t size)
{
	size_t len = strlen(name);
	if (strncmp(argument, name, len) != 0 || argument[len] != '=')
		return false;
	link_put(field, size, argument + len + 1, name);
	return true;
}

int verbs_correct(struct command_context *c, int argc, char **argv)
{
	struct fill_found to;
	if (argc < 1)
		command_usage(c, "the id of a signed record is expected");
	if (c->options[COMMAND_KIND] == NULL || c->options[COMMAND_REASON] == NULL)
		command_usage(c, "--kind and --reason are expected");
	if (c->options[COMMAND_TO] != NULL)
		fill_find(c, c->options[COMMAND_TO], &to);
	jalka_Request *request = link_request(jalka_Request_correct_tag);
	jalka_CorrectCall *call = &request->call.correct;
	LINK_PUT(call->record_id, argv[0], "the id");
	LINK_PUT(call->kind, c->options[COMMAND_KIND], "--kind");
	LINK_PUT(call->reason, c->options[COMMAND_REASON], "--reason");
	if (c->options[COMMAND_TEXT] != NULL)
		LINK_PUT(call->text, fill_text(c->options[COMMAND_TEXT]), "--text");
	if (c->options[COMMAND_TO] != NULL)
		LINK_PUT(call->to_case, to.case_id, "--to");
	for (int i = 1; i < argc; i++)
		if (!take(argv[i], "requested_by", call->requested_by, sizeof call->requested_by) &&
		    !take(argv[i], "decided_by", call->decided_by, sizeof call->decided_by) &&
		    !take(argv[i], "refusal_reasons", call->refusal, sizeof call->refusal))
			command_usage(c, "only requested_by=, decided_by= and refusal_reasons= are expected");
	link_call(command_link(c), request, print_corrected, NULL);
	return SAY_OK;
}
