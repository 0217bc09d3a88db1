/* operator - who may sign in at the console, by its administrator at the socket. */
#include <stdio.h>

#include "qr.h"
#include "say.h"
#include "verbs.h"

/* The verb of the daemon is one word; the second here is its first argument. */
static jalka_Request *operator_request(const char *word, int argc, char **argv)
{
	jalka_Request *request = link_request(jalka_Request_admin_tag);
	jalka_AdminCall *call = &request->call.admin;
	LINK_PUT(call->verb, "operator", "the verb");
	LINK_PUT(call->args[call->args_count], word, "the verb");
	call->args_count++;
	for (int i = 0; i < argc; i++) {
		LINK_PUT(call->args[call->args_count], argv[i], "an argument");
		call->args_count++;
	}
	return request;
}

static void expect(struct command_context *c, int argc, int count)
{
	if (argc != count)
		command_usage(c, argc < count ? "an argument is missing" : "too many arguments");
}

static void gather(void *ctx, struct json object)
{
	(void)ctx;
	if (!say_json(object))
		say_table_rows(json_member(object, "operators"));
}

int verbs_admin_operator_list(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "staff", "ID", SAY_ID }, { "name", "NAME", SAY_TEXT }, { "sign_in", "SIGNS IN AS", SAY_TEXT }, { "state", "STATE", SAY_TEXT },
		{ "has_role", "HAS A ROLE", SAY_YES }, { "last_ms", "SIGNED IN", SAY_TIME }, { "wrong", "WRONG SINCE", SAY_NUMBER },
		{ "invited_until_ms", "INVITED UNTIL", SAY_TIME },
	};
	expect(c, argc, 0);
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(command_link(c), operator_request("list", argc, argv), gather, NULL);
	say_table_end("nobody may sign in yet; jalka admin operator invite STAFF NAME");
	return SAY_OK;
}

static void print_invitation(void *ctx, struct json object)
{
	const bool *qr = ctx;
	if (say_json(object))
		return;
	const char *address = say_text(json_member(object, "address"));
	if (*qr)
		qr_print(address, say_style()->colour);
	say_line("%s", address);
	say_note("Good once, until %s. Give it to this person alone, and not by the same way as their name to sign in with:\n"
		 "who opens it chooses the password and gets the secret of the codes.", say_time_ms(json_member(object, "expires_ms")));
}

int verbs_admin_operator_invite(struct command_context *c, int argc, char **argv)
{
	bool qr = c->options[COMMAND_NO_QR] == NULL && !say_style()->quiet;
	expect(c, argc, 2);
	link_call(command_link(c), operator_request("invite", argc, argv), print_invitation, &qr);
	return SAY_OK;
}

static void print_object(void *ctx, struct json object)
{
	(void)ctx;
	if (!say_json(object))
		say_object(object, 0);
}

int verbs_admin_operator_block(struct command_context *c, int argc, char **argv)
{
	expect(c, argc, 1);
	link_call(command_link(c), operator_request("block", argc, argv), print_object, NULL);
	return SAY_OK;
}

int verbs_admin_operator_unblock(struct command_context *c, int argc, char **argv)
{
	expect(c, argc, 1);
	link_call(command_link(c), operator_request("unblock", argc, argv), print_object, NULL);
	return SAY_OK;
}
