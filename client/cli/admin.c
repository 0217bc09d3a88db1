/* admin - the administrator's verbs, all one call of the central daemon. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "prompt.h"
#include "qr.h"
#include "say.h"
#include "verbs.h"

static jalka_Request *admin_request(const char *verb, int argc, char **argv)
{
	jalka_Request *request = link_request(jalka_Request_admin_tag);
	jalka_AdminCall *call = &request->call.admin;
	size_t room = sizeof call->args / sizeof *call->args;
	LINK_PUT(call->verb, verb, "the verb");
	for (int i = 0; i < argc; i++) {
		if (call->args_count == room)
			say_die(SAY_USAGE, "too many arguments");
		LINK_PUT(call->args[call->args_count], argv[i], "an argument");
		call->args_count++;
	}
	return request;
}

static void expect(struct command_context *c, int argc, int least, int most)
{
	if (argc < least)
		command_usage(c, "an argument is missing");
	if (argc > most)
		command_usage(c, "too many arguments");
}

static void print_object(void *ctx, struct json object)
{
	(void)ctx;
	if (!say_json(object))
		say_object(object, 0);
}

static int call_verb(struct command_context *c, const char *verb, int argc, char **argv)
{
	link_call(command_link(c), admin_request(verb, argc, argv), print_object, NULL);
	return SAY_OK;
}

/* ---- lists ------------------------------------------------------------------------------------- */
static void gather(void *ctx, struct json object)
{
	const char *const *key = ctx;
	if (!say_json(object))
		say_table_rows(json_member(object, *key));
}

static int call_table(struct command_context *c, const char *verb, const char *key, const struct say_column *columns,
		      size_t count, const char *when_empty)
{
	say_table_begin(columns, count);
	link_call(command_link(c), admin_request(verb, 0, NULL), gather, &key);
	say_table_end(when_empty);
	return SAY_OK;
}
#define TABLE(c, verb, key, columns, when_empty) \
	call_table((c), (verb), (key), (columns), sizeof(columns) / sizeof *(columns), (when_empty))

int verbs_admin_devices(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "node", "DEVICE", SAY_ID }, { "holder_name", "WORKER", SAY_TEXT }, { "serial", "SERIAL", SAY_TEXT },
		{ "state", "STATE", SAY_TEXT }, { "connected", "CONNECTED", SAY_YES }, { "last_contact_ms", "LAST CONTACT", SAY_TIME },
		{ "seq", "RECEIVED", SAY_NUMBER }, { "quarantined", "QUARANTINED", SAY_NUMBER }, { "twin_alarm", "TWIN", SAY_YES },
		{ "erase_confirmed", "ERASED", SAY_YES }, { "disk", "DISK", SAY_TEXT }, { "words", "WORDS", SAY_TEXT },
	};
	(void)argv;
	expect(c, argc, 0, 0);
	return TABLE(c, "devices", "devices", columns, "no devices; jalka admin enrol STAFF makes a code for one");
}

int verbs_admin_forgotten(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "at_ms", "WHEN", SAY_TIME }, { "node", "DEVICE", SAY_ID }, { "holder_name", "WORKER", SAY_TEXT },
		{ "case_id", "CASE", SAY_ID }, { "g", "GRANT", SAY_NUMBER },
	};
	(void)argv;
	expect(c, argc, 0, 0);
	return TABLE(c, "forgotten", "forgotten", columns, "no device has forgotten a case yet");
}

int verbs_admin_staff(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "id", "ID", SAY_ID }, { "name", "NAME", SAY_TEXT }, { "profession", "PROFESSION", SAY_TEXT },
	};
	(void)argv;
	expect(c, argc, 0, 0);
	return TABLE(c, "staff", "staff", columns, "no staff; jalka admin staff add NAME");
}

int verbs_admin_grants(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "staff", "ID", SAY_ID }, { "name", "NAME", SAY_TEXT }, { "profession", "PROFESSION", SAY_TEXT }, { "role", "ROLE", SAY_TEXT },
		{ "state", "STATE", SAY_TEXT }, { "valid_from", "FROM", SAY_TEXT }, { "valid_to", "UNTIL", SAY_TEXT },
		{ "granted_by", "GRANTED BY", SAY_TEXT }, { "devices", "DEVICES", SAY_NUMBER }, { "last_act_ms", "LAST ACT", SAY_TIME },
		{ "review", "LOOK AT", SAY_TEXT },
	};
	const char *key = "grants";
	expect(c, argc, 0, 1);
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(command_link(c), admin_request("grants", argc, argv), gather, &key);
	say_table_end("no staff; jalka admin staff add NAME");
	return SAY_OK;
}

int verbs_admin_grant(struct command_context *c, int argc, char **argv)
{
	expect(c, argc, 2, 3);
	return call_verb(c, "grant", argc, argv);
}

int verbs_admin_ungrant(struct command_context *c, int argc, char **argv)
{
	expect(c, argc, 2, 2);
	return call_verb(c, "ungrant", argc, argv);
}

int verbs_admin_quarantine(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "item", "ITEM", SAY_TEXT }, { "reason", "WHY", SAY_TEXT }, { "type", "TYPE", SAY_TEXT }, { "holder_name", "WRITTEN BY", SAY_TEXT },
		{ "case_id", "CASE", SAY_ID }, { "record_id", "RECORD", SAY_ID }, { "received_ms", "RECEIVED", SAY_TIME },
		{ "obstacle", "CANNOT BE ACCEPTED", SAY_TEXT },
	};
	(void)argv;
	expect(c, argc, 0, 0);
	return TABLE(c, "quarantine", "quarantine", columns, "nothing waits for a decision");
}

int verbs_admin_decided(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "item", "ITEM", SAY_TEXT }, { "decision", "DECISION", SAY_TEXT }, { "decided_ms", "WHEN", SAY_TIME },
		{ "decided_by_name", "DECIDED BY", SAY_TEXT }, { "words", "BECAUSE", SAY_TEXT }, { "reason", "HAD WAITED FOR", SAY_TEXT },
		{ "type", "TYPE", SAY_TEXT }, { "holder_name", "WRITTEN BY", SAY_TEXT }, { "case_id", "CASE", SAY_ID },
	};
	static char word[] = "decided";
	static char *args[] = { word };
	const char *key = "decided";
	(void)argv;
	expect(c, argc, 0, 0);
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(command_link(c), admin_request("quarantine", 1, args), gather, &key);
	say_table_end("nothing has been decided yet");
	return SAY_OK;
}

int verbs_admin_cases(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "case_id", "CASE", SAY_TEXT }, { "kind", "KIND", SAY_TEXT }, { "client_case", "CLIENT CASE", SAY_ID },
		{ "opened_by", "OPENED BY", SAY_ID }, { "last_order", "LAST ORDER", SAY_NUMBER }, { "erased", "ERASED", SAY_YES },
	};
	(void)argv;
	expect(c, argc, 0, 0);
	return TABLE(c, "cases", "cases", columns, "no cases");
}

/* Who holds it, and as what, as one cell. */
static void held_by(struct json one, char *out, size_t size)
{
	struct json name, hold;
	size_t used = 0;
	*out = '\0';
	for (struct json_walk walk = json_walk(json_member(one, "held")); json_next(&walk, &name, &hold) && used < size;)
		used += (size_t)snprintf(out + used, size - used, "%s%s (%s)", used == 0 ? "" : ", ", say_text(json_member(hold, "name")),
					 say_text(json_member(hold, "role")));
}

static void gather_caseload(void *ctx, struct json object)
{
	struct json name, one;
	char held[1000], client[600];
	int64_t *more = ctx;
	if (say_json(object))
		return;
	for (struct json_walk walk = json_walk(json_member(object, "cases")); json_next(&walk, &name, &one);) {
		held_by(one, held, sizeof held);
		snprintf(client, sizeof client, "%s %s", say_text(json_member(one, "family_name")), say_text(json_member(one, "given_names")));
		const char *cells[] = { say_short_id(json_member(one, "case_id")), say_text(json_member(one, "attention")),
					say_text(json_member(one, "kind")), say_text(json_member(one, "state")), client,
					say_text(json_member(one, "municipality")), held };
		say_table_row(cells);
	}
	*more += say_integer(object, "more");
}

static int call_people(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "staff", "ID", SAY_ID }, { "own", "OWN", SAY_NUMBER }, { "co", "CO-WORKER", SAY_NUMBER },
		{ "substitute", "SUBSTITUTE", SAY_NUMBER }, { "visit", "VISIT", SAY_NUMBER }, { "next_end_ms", "NEXT END", SAY_TIME },
		{ "has_device", "DEVICE", SAY_YES }, { "has_left", "LEFT", SAY_YES },
	};
	const char *key = "people";
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(command_link(c), admin_request("caseload", argc, argv), gather, &key);
	say_table_end("no staff; jalka admin staff add NAME");
	return SAY_OK;
}

int verbs_admin_caseload(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "", "CASE", SAY_ID }, { "", "ASKS FOR", SAY_TEXT }, { "", "KIND", SAY_TEXT }, { "", "STATE", SAY_TEXT },
		{ "", "CLIENT", SAY_TEXT }, { "", "MUNICIPALITY", SAY_TEXT }, { "", "HELD BY", SAY_TEXT },
	};
	int64_t more = 0;
	expect(c, argc, 0, 2);
	if (argc == 1 && strcmp(argv[0], "people") == 0)
		return call_people(c, argc, argv);
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(command_link(c), admin_request("caseload", argc, argv), gather_caseload, &more);
	say_table_end("no case");
	if (more > 0)
		say_note("%" PRId64 " more: jalka admin caseload find TEXT", more);
	return SAY_OK;
}

static int call_certificates(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "executed_ms", "WHEN", SAY_TIME }, { "case_id", "CASE", SAY_TEXT }, { "proposed_by", "PROPOSED BY", SAY_TEXT },
		{ "approver", "APPROVED BY", SAY_TEXT }, { "ground", "GROUND", SAY_TEXT },
	};
	const char *key = "certificates";
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(command_link(c), admin_request("erasures", argc, argv), gather, &key);
	say_table_end("nothing was erased");
	return SAY_OK;
}

/* ---- enrolment ----------------------------------------------------------------------------------- */
static void print_code(void *ctx, struct json object)
{
	const bool *qr = ctx;
	if (say_json(object))
		return;
	const char *code = say_text(json_member(object, "code"));
	if (*qr)
		qr_print(code, say_style()->colour);
	say_line("%s", code);
	say_note("Good once, until %s. On the device: jalka enrol CODE. Then compare the words of both screens\n"
		 "(jalka admin devices) and let it in: jalka admin confirm DEVICE.", say_time_ms(json_member(object, "expires_ms")));
}

int verbs_admin_enrol(struct command_context *c, int argc, char **argv)
{
	bool qr = c->options[COMMAND_NO_QR] == NULL && !say_style()->quiet;
	expect(c, argc, 1, 1);
	link_call(command_link(c), admin_request("enrol", argc, argv), print_code, &qr);
	return SAY_OK;
}

int verbs_admin_staff_add(struct command_context *c, int argc, char **argv)
{
	char *args[4] = { NULL, NULL, NULL, NULL };
	static char add[] = "add", profession[] = "OTHER";
	expect(c, argc, 1, 3);
	args[0] = add;
	args[1] = argv[0];
	args[2] = argc > 1 ? argv[1] : profession;
	args[3] = argc > 2 ? argv[2] : NULL;
	return call_verb(c, "staff", argc > 2 ? 4 : 3, args);
}

/* ---- what cannot be undone is asked about ---------------------------------------------------------- */
static void sure(struct command_context *c, const char *question)
{
	if (c->options[COMMAND_YES] == NULL && !prompt_yes(question))
		say_die(SAY_FAILED, "nothing was done (give --yes where nobody can be asked)");
}

int verbs_admin_no_own_worker(struct command_context *c, int argc, char **argv)
{
	expect(c, argc, 2, 2);
	return call_verb(c, "no-own-worker", argc, argv);
}

int verbs_admin_revoke(struct command_context *c, int argc, char **argv)
{
	expect(c, argc, 1, 1);
	sure(c, "The device is refused from now on and erases what it holds. Revoke it?");
	return call_verb(c, "revoke", argc, argv);
}

int verbs_admin_retire(struct command_context *c, int argc, char **argv)
{
	expect(c, argc, 1, 1);
	sure(c, "The device is taken out of use for good. Retire it?");
	return call_verb(c, "retire", argc, argv);
}

int verbs_admin_erase(struct command_context *c, int argc, char **argv)
{
	expect(c, argc, 2, 4);
	sure(c, "Once another person approves, this is erased here and on every device, and cannot be brought back. Propose it?");
	return call_verb(c, "erase", argc, argv);
}

static int decide_erasure(struct command_context *c, char *word, int argc, char **argv)
{
	char *args[3] = { word, NULL, NULL };
	expect(c, argc, 1, 2);
	for (int i = 0; i < argc; i++)
		args[1 + i] = argv[i];
	return call_verb(c, "erase", 1 + argc, args);
}

int verbs_admin_erase_approve(struct command_context *c, int argc, char **argv)
{
	static char word[] = "approve";
	sure(c, "This is erased here and on every device, and cannot be brought back. Erase it?");
	return decide_erasure(c, word, argc, argv);
}

int verbs_admin_erase_drop(struct command_context *c, int argc, char **argv)
{
	static char word[] = "drop";
	return decide_erasure(c, word, argc, argv);
}

int verbs_admin_erasures(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "case_id", "CASE", SAY_TEXT }, { "record", "RECORD", SAY_ID }, { "proposed_by", "PROPOSED BY", SAY_TEXT },
		{ "at_ms", "WHEN", SAY_TIME }, { "ground", "GROUND", SAY_TEXT },
	};
	expect(c, argc, 0, 1);
	if (argc == 1)
		return call_certificates(c, argc, argv);
	return TABLE(c, "erasures", "erasures", columns, "nothing is proposed to be erased");
}

int verbs_admin_retention(struct command_context *c, int argc, char **argv)
{
	static const struct say_column columns[] = {
		{ "case_id", "CASE", SAY_TEXT }, { "kind", "KIND", SAY_TEXT }, { "client_case", "CLIENT CASE", SAY_ID },
		{ "class", "KEPT AS", SAY_TEXT }, { "years", "YEARS", SAY_NUMBER }, { "starts", "FROM", SAY_TEXT },
		{ "until", "UNTIL", SAY_TEXT }, { "over", "OVER", SAY_YES }, { "proposed", "PROPOSED", SAY_YES },
	};
	const char *key = "cases";
	expect(c, argc, 0, 1);
	say_table_begin(columns, sizeof columns / sizeof *columns);
	link_call(command_link(c), admin_request("retention", argc, argv), gather, &key);
	say_table_end("no case has been kept long enough");
	return SAY_OK;
}

/* What is left to see to before real data goes there. */
static void print_confirmed(void *ctx, struct json object)
{
	struct json disk = json_member(object, "disk");
	print_object(ctx, object);
	if (say_style()->json || disk.type == JSON_ABSENT)
		return;
	if (json_text_is(disk, "NOT_ENCRYPTED"))
		say_note("WARNING: its disk is not encrypted. The store is sealed all the same; swap and temporary files are not.\n"
			 "Encrypt the disk before cases are assigned.");
	else if (!json_text_is(disk, "ENCRYPTED"))
		say_note("The device could not tell whether its disk is encrypted: look for yourself before cases are assigned.");
	say_note("Before cases are assigned: a test with a fictional client. On the device jalka client add, note, sync --wait;\n"
		 "here jalka admin cases, then jalka admin erase case CASE GROUND, which a second person approves.");
}

int verbs_admin_confirm(struct command_context *c, int argc, char **argv)
{
	expect(c, argc, 1, 1);
	link_call(command_link(c), admin_request("confirm", argc, argv), print_confirmed, NULL);
	return SAY_OK;
}

int verbs_admin_suspend(struct command_context *c, int argc, char **argv)
{
	expect(c, argc, 1, 1);
	return call_verb(c, "suspend", argc, argv);
}

int verbs_admin_resume(struct command_context *c, int argc, char **argv)
{
	expect(c, argc, 1, 1);
	return call_verb(c, "resume", argc, argv);
}

int verbs_admin_no_twin(struct command_context *c, int argc, char **argv)
{
	expect(c, argc, 1, 1);
	return call_verb(c, "no-twin", argc, argv);
}

int verbs_admin_assign(struct command_context *c, int argc, char **argv)
{
	expect(c, argc, 2, 5);
	return call_verb(c, "assign", argc, argv);
}

int verbs_admin_unassign(struct command_context *c, int argc, char **argv)
{
	expect(c, argc, 2, 2);
	return call_verb(c, "unassign", argc, argv);
}

int verbs_admin_accept(struct command_context *c, int argc, char **argv)
{
	expect(c, argc, 1, 2);
	return call_verb(c, "accept", argc, argv);
}

int verbs_admin_reject(struct command_context *c, int argc, char **argv)
{
	expect(c, argc, 1, 2);
	return call_verb(c, "reject", argc, argv);
}

int verbs_admin_counters(struct command_context *c, int argc, char **argv)
{
	expect(c, argc, 0, 0);
	return call_verb(c, "counters", argc, argv);
}

int verbs_admin_backups(struct command_context *c, int argc, char **argv)
{
	expect(c, argc, 0, 0);
	return call_verb(c, "backups", argc, argv);
}

int verbs_admin_backup(struct command_context *c, int argc, char **argv)
{
	expect(c, argc, 0, 0);
	return call_verb(c, "backup", argc, argv);
}

static void print_audit(void *ctx, struct json object)
{
	bool *good = ctx;
	*good = say_true(object, "ok");
	if (say_json(object))
		return;
	say_line("%s: %" PRId64 " authors, %" PRId64 " deltas, %" PRId64 " signed heads, %" PRId64 " erased, %" PRId64 " bad",
		 *good ? "good" : "BAD", say_integer(object, "authors"), say_integer(object, "deltas"), say_integer(object, "heads"),
		 say_integer(object, "erased"), say_integer(object, "bad"));
	if (say_integer(object, "unchecked") != 0)
		say_note("%" PRId64 " changes say they saw what a lost central epoch gave out: that could not be checked",
			 say_integer(object, "unchecked"));
	if (!*good)
		say_object(json_member(object, "first_bad"), 2);
}

int verbs_admin_audit(struct command_context *c, int argc, char **argv)
{
	bool good = false;
	expect(c, argc, 0, 0);
	link_call(command_link(c), admin_request("audit", argc, argv), print_audit, &good);
	return good ? SAY_OK : SAY_FAILED;
}
