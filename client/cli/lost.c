/* lost - a device is out of hand: whose data may be on it, and how long there is to report it. */
#include <inttypes.h>

#include "say.h"
#include "verbs.h"

static void print_device(struct json lost)
{
	const char *known = say_time_ms(json_member(lost, "known_ms")), *contact = say_time_ms(json_member(lost, "last_contact_ms"));
	say_line("%s, %s", say_text(json_member(lost, "serial")), say_text(json_member(lost, "holder_name")));
	say_line("%-14s %s", "last contact", *contact != 0 ? contact : "never");
	say_line("%-14s what was written on it after that is lost with it: to be written again, event_at as it happened", "");
	say_line("%-14s %s", "erased", say_true(lost, "erase_confirmed") ? "yes, it has said so"
		 : say_true(lost, "revoked") ? "not yet: it erases itself when it next connects" : "no: jalka admin revoke DEVICE");
	if (*known == 0)
		return;
	say_line("%-14s %s", "known since", known);
	say_line("%-14s %s to the Data Protection Ombudsman (D14, 72 hours), if there is a risk to clients", "report by",
		 say_time_ms(json_member(lost, "report_by_ms")));
}

static void print_lost(void *ctx, struct json lost)
{
	static const struct say_column columns[] = {
		{ "family_name", "FAMILY NAME", SAY_TEXT }, { "given_names", "GIVEN NAMES", SAY_TEXT },
		{ "municipality", "MUNICIPALITY", SAY_TEXT }, { "case_id", "CASE", SAY_ID },
	};
	bool *begun = ctx;
	if (say_json(lost))
		return;
	if (!*begun && json_member(lost, "serial").type != JSON_ABSENT)
		print_device(lost);
	if (!*begun)
		say_table_begin(columns, sizeof columns / sizeof *columns);
	*begun = true;
	say_table_rows(json_member(lost, "clients"));
	if (json_member(lost, "client_count").type != JSON_ABSENT)
		say_line("%-14s %" PRId64 " in %" PRId64 " cases may be on it%s", "clients", say_integer(lost, "client_count"),
			 say_integer(lost, "cases"), say_true(lost, "names_shown") ? "" : "; your role sees no names");
	if (say_integer(lost, "nameless") != 0)
		say_line("%-14s %" PRId64 " of them without a record here any more", "", say_integer(lost, "nameless"));
}

int verbs_admin_lost(struct command_context *c, int argc, char **argv)
{
	bool begun = false;
	if (argc != 1)
		command_usage(c, "a device is expected");
	jalka_Request *request = link_request(jalka_Request_admin_tag);
	LINK_PUT(request->call.admin.verb, "lost", "the verb");
	LINK_PUT(request->call.admin.args[0], argv[0], "the device");
	request->call.admin.args_count = 1;
	link_call(command_link(c), request, print_lost, &begun);
	say_table_end("");
	return SAY_OK;
}
