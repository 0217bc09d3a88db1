/* consent - a consent withdrawn, narrowed, listed; and what is disclosed on consents:
 * shown, prepared, queued, sent, told. */
#include <stdio.h>

#include "day.h"
#include "fill.h"
#include "say.h"
#include "verbs.h"

static void print_advice(struct json object)
{
	struct json name, one;
	for (struct json_walk walk = json_walk(json_member(object, "advice")); json_next(&walk, &name, &one);)
		say_note("%s", say_text(json_member(one, "text")));
}

/* An option's value into a field of the call. */
#define PUT_OPTION(c, field, option, what)                              \
	do {                                                            \
		if ((c)->options[option] != NULL)                       \
			LINK_PUT(field, (c)->options[option], what);    \
	} while (0)

/* ---- what follows from a withdrawal ------------------------------------------------------- */

/* "Kela 3.11.2026 klo 9.15: suunnitelman tiivistelmä  (1a2b3c4d)" */
static void print_gone(struct json list)
{
	struct json name, one;
	for (struct json_walk walk = json_walk(list); json_next(&walk, &name, &one);)
		say_line("  %s %s: %s  (%s)", say_text(json_member(one, "recipient")), say_time_ms(json_member(one, "sent_ms")),
			 say_value(json_member(one, "items")), say_short_id(json_member(one, "id")));
}

static bool is_empty(struct json list)
{
	struct json name, one;
	struct json_walk walk = json_walk(list);
	return !json_next(&walk, &name, &one);
}

static void print_follows(struct json object)
{
	struct json name, one, blocked = json_member(object, "blocked"), gone = json_member(object, "gone");
	char due[DAY_BYTES];
	for (struct json_walk walk = json_walk(blocked); json_next(&walk, &name, &one);)
		say_note("blocked, and not sent: %s to %s", say_short_id(json_member(one, "id")), say_text(json_member(one, "recipient")));
	for (struct json_walk walk = json_walk(json_member(object, "sessions")); json_next(&walk, &name, &one);)
		say_note("a joint session rests on it: %s", say_short_id(one));
	for (struct json_walk walk = json_walk(json_member(object, "tasks")); json_next(&walk, &name, &one);)
		say_note("to do by %s: %s  (%s)", day_text(json_member(one, "due"), due), say_text(json_member(one, "what")),
			 say_short_id(json_member(one, "id")));
	if (!is_empty(gone)) {
		say_note("it cannot be called back; what had gone already:");
		print_gone(gone);
	}
}

/* ---- consents ------------------------------------------------------------------------------ */

static void print_withdrawn(void *ctx, struct json object)
{
	struct json name, one;
	(void)ctx;
	if (say_json(object))
		return;
	say_line("%s", say_text(json_member(object, "id")));
	say_note("withdrawn %s", say_time_ms(json_member(object, "withdrawn_ms")));
	print_advice(object);
	for (struct json_walk walk = json_walk(json_member(object, "withdrawn_too")); json_next(&walk, &name, &one);)
		say_note("withdrawn with it, for it is to the same recipient for the same purpose: %s", say_short_id(one));
	print_follows(object);
	if (is_empty(json_member(object, "gone")))
		say_note("nothing had been sent on it");
	for (struct json_walk walk = json_walk(json_member(object, "standing")); json_next(&walk, &name, &one);)
		say_note("ask the client whether this one to the same recipient is to stand: %s", say_short_id(one));
}

int verbs_consent_withdraw(struct command_context *c, int argc, char **argv)
{
	if (argc < 1 || argc > 2)
		command_usage(c, "a consent is expected");
	jalka_Request *request = link_request(jalka_Request_consent_tag);
	jalka_ConsentCall *call = &request->call.consent;
	LINK_PUT(call->verb, "withdraw", "the verb");
	LINK_PUT(call->id, argv[0], "the id");
	PUT_OPTION(c, call->via, COMMAND_VIA, "--via");
	if (argc == 2)
		LINK_PUT(call->via, argv[1], "how");
	call->at_ms = fill_at_ms(c);
	link_call(command_link(c), request, print_withdrawn, NULL);
	return SAY_OK;
}

static void print_narrowed(void *ctx, struct json object)
{
	(void)ctx;
	if (say_json(object))
		return;
	say_line("%s", say_text(json_member(object, "id")));
	say_note("the newer consent stands; the older, %s, is narrowed", say_short_id(json_member(object, "narrows")));
	print_advice(object);
	print_follows(object);
}

int verbs_consent_narrow(struct command_context *c, int argc, char **argv)
{
	if (argc != 1)
		command_usage(c, "a consent is expected");
	if (c->options[COMMAND_UNDERSTOOD] == NULL)
		command_usage(c, "--understood is expected: how it was checked that the client understood");
	jalka_Request *request = link_request(jalka_Request_consent_tag);
	jalka_ConsentCall *call = &request->call.consent;
	LINK_PUT(call->verb, "narrow", "the verb");
	LINK_PUT(call->id, argv[0], "the id");
	PUT_OPTION(c, call->scope, COMMAND_SCOPE, "--scope");
	PUT_OPTION(c, call->excluded, COMMAND_EXCLUDED, "--excluded");
	PUT_OPTION(c, call->understood, COMMAND_UNDERSTOOD, "--understood");
	call->at_ms = fill_at_ms(c);
	link_call(command_link(c), request, print_narrowed, NULL);
	return SAY_OK;
}

static void gather_consents(void *ctx, struct json object)
{
	struct json name, one;
	char until[DAY_BYTES];
	(void)ctx;
	if (say_json(object))
		return;
	for (struct json_walk walk = json_walk(json_member(object, "consents")); json_next(&walk, &name, &one);) {
		const char *cells[] = { say_short_id(json_member(one, "id")), say_text(json_member(one, "holds")),
					say_text(json_member(one, "recipient")), say_text(json_member(one, "direction")),
					say_text(json_member(one, "purpose")), say_value(json_member(one, "scope")),
					say_value(json_member(one, "excluded")), day_text(json_member(one, "valid_until"), until) };
		say_table_row(cells);
	}
}

int verbs_consent_list(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "", "ID", SAY_ID }, { "", "HOLDS", SAY_TEXT }, { "", "RECIPIENT", SAY_TEXT }, { "", "DIRECTION", SAY_TEXT },
		{ "", "PURPOSE", SAY_TEXT }, { "", "ALLOWED", SAY_TEXT }, { "", "EXCLUDED", SAY_TEXT }, { "", "UNTIL", SAY_TEXT },
	};
	if (argc != 1)
		command_usage(c, "a client is expected");
	jalka_Request *request = link_request(jalka_Request_consent_tag);
	LINK_PUT(request->call.consent.verb, "list", "the verb");
	LINK_PUT(request->call.consent.id, argv[0], "the client");
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(command_link(c), request, gather_consents, NULL);
	say_table_end("no consents");
	return SAY_OK;
}

/* ---- the notice ------------------------------------------------------------------------------ */

static void print_items(struct json object)
{
	struct json name, one;
	for (struct json_walk walk = json_walk(json_member(object, "items")); json_next(&walk, &name, &one);) {
		say_line("%s", say_text(json_member(one, "label")));
		say_lines(json_member(one, "text"), 2); /* read before it is sent: exact and whole */
	}
}

static void print_notice(void *ctx, struct json object)
{
	char until[DAY_BYTES];
	bool is_preview = say_true(object, "preview");
	(void)ctx;
	if (say_json(object))
		return;
	if (!is_preview)
		say_line("%s", say_text(json_member(object, "id")));
	say_note("%s: %s, %s%s%s", is_preview ? "not prepared yet" : "prepared", say_text(json_member(object, "recipient")),
		 say_text(json_member(object, "basis")), *day_text(json_member(object, "valid_until"), until) != 0 ? " until " : "", until);
	print_advice(object);
	if (is_preview || !say_style()->quiet)
		print_items(object);
}

int verbs_notice(struct command_context *c, int argc, char **argv)
{
	if (argc != 1)
		command_usage(c, "a plan or a joint session is expected");
	jalka_Request *request = link_request(jalka_Request_disclosure_tag);
	jalka_DisclosureCall *call = &request->call.disclosure;
	LINK_PUT(call->verb, c->options[COMMAND_PREVIEW] != NULL ? "preview" : "prepare", "the verb");
	LINK_PUT(call->id, argv[0], "the id");
	PUT_OPTION(c, call->consent, COMMAND_CONSENT, "--consent");
	PUT_OPTION(c, call->scope, COMMAND_SCOPE, "--scope");
	PUT_OPTION(c, call->law_ref, COMMAND_LAW, "--law");
	PUT_OPTION(c, call->reason, COMMAND_REASON, "--reason");
	PUT_OPTION(c, call->recipient, COMMAND_RECIPIENT, "--recipient");
	call->at_ms = fill_at_ms(c);
	link_call(command_link(c), request, print_notice, NULL);
	return SAY_OK;
}

/* ---- disclosures ------------------------------------------------------------------------------ */

/* "BLOCKED (not written yet)", "SENT, tell the recipient" */
static const char *state_cell(struct json one)
{
	static char text[80];
	snprintf(text, sizeof text, "%s%s%s", say_text(json_member(one, "state")),
		 say_true(one, "written") ? "" : ", consent gone", say_true(one, "tell_recipient") ? ", tell the recipient" : "");
	return text;
}

static void gather_disclosures(void *ctx, struct json object)
{
	struct json name, one;
	(void)ctx;
	if (say_json(object))
		return;
	for (struct json_walk walk = json_walk(json_member(object, "disclosures")); json_next(&walk, &name, &one);) {
		const char *cells[] = { say_short_id(json_member(one, "id")), state_cell(one), say_text(json_member(one, "recipient")),
					say_text(json_member(one, "basis")), say_text(json_member(one, "consent_holds")),
					say_time_ms(json_member(one, "sent_ms")), say_time_ms(json_member(one, "receipt_ms")) };
		say_table_row(cells);
	}
}

int verbs_disclosure_list(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "", "ID", SAY_ID }, { "", "STATE", SAY_TEXT }, { "", "RECIPIENT", SAY_TEXT }, { "", "BASIS", SAY_TEXT },
		{ "", "CONSENT", SAY_TEXT }, { "", "SENT", SAY_TEXT }, { "", "RECEIPT", SAY_TEXT },
	};
	if (argc > 1)
		command_usage(c, "one client is expected");
	jalka_Request *request = link_request(jalka_Request_disclosure_tag);
	LINK_PUT(request->call.disclosure.verb, "list", "the verb");
	if (argc == 1)
		LINK_PUT(request->call.disclosure.id, argv[0], "the client");
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(command_link(c), request, gather_disclosures, NULL);
	say_table_end("no disclosures");
	return SAY_OK;
}

static void print_time(struct json one, const char *key, const char *label)
{
	const char *at = say_time_ms(json_member(one, key));
	if (*at != 0)
		say_line("%-10s %s", label, at);
}

/* On what it rests and how far it has come. */
static void print_course(struct json one)
{
	const char *means = say_text(json_member(one, "means"));
	if (json_text_is(json_member(one, "basis"), "STATUTE"))
		say_line("%-10s %s: %s", "statute", say_text(json_member(one, "statute")), say_text(json_member(one, "statute_reasons")));
	else
		say_line("%-10s %s, %s", "consent", say_short_id(json_member(one, "consent")), say_text(json_member(one, "consent_holds")));
	print_time(one, "prepared_ms", "prepared");
	print_time(one, "sent_ms", "sent");
	if (*means != 0)
		say_line("%-10s %s", "by", means);
	print_time(one, "receipt_ms", "received");
	if (say_integer(one, "client_told_ms") == 0)
		say_line("%-10s %s", "told", "the client has not been told yet: jalka disclosure told");
	print_time(one, "client_told_ms", "told");
}

static void print_disclosure(void *ctx, struct json object)
{
	struct json one = json_member(object, "disclosure");
	(void)ctx;
	if (say_json(object))
		return;
	say_line("%s %s %s", say_short_id(json_member(one, "id")), state_cell(one), say_text(json_member(one, "recipient")));
	if (*say_text(json_member(one, "why")) != 0)
		say_note("%s", say_text(json_member(one, "why")));
	if (say_true(one, "typed"))
		say_note("typed, not composed of a record: read it all before it is sent");
	print_course(one);
	print_items(one);
}

int verbs_disclosure_show(struct command_context *c, int argc, char **argv)
{
	if (argc != 1)
		command_usage(c, "a disclosure is expected");
	jalka_Request *request = link_request(jalka_Request_disclosure_tag);
	LINK_PUT(request->call.disclosure.verb, "show", "the verb");
	LINK_PUT(request->call.disclosure.id, argv[0], "the id");
	link_call(command_link(c), request, print_disclosure, NULL);
	return SAY_OK;
}

static void print_stepped(void *ctx, struct json object)
{
	const char *holds = say_text(json_member(object, "holds"));
	if (say_json(object))
		return;
	say_line("%s", say_text(json_member(object, "id")));
	say_note("%s", *holds != 0 ? holds : (const char *)ctx);
	print_advice(object);
	print_follows(object);
}

/* The verb's second word is the step: "disclosure queue". */
int verbs_disclosure_step(struct command_context *c, int argc, char **argv)
{
	const char *step = strchr(c->verb, ' ') + 1;
	if (argc != 1)
		command_usage(c, "a disclosure is expected");
	jalka_Request *request = link_request(jalka_Request_disclosure_tag);
	jalka_DisclosureCall *call = &request->call.disclosure;
	LINK_PUT(call->verb, step, "the verb");
	LINK_PUT(call->id, argv[0], "the id");
	PUT_OPTION(c, call->means, COMMAND_MEANS, "--means");
	call->at_ms = fill_at_ms(c);
	link_call(command_link(c), request, print_stepped, (void *)(uintptr_t)step);
	return SAY_OK;
}
