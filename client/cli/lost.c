/* lost - a device is out of hand: whose data may be on it, and how long there is to report it. */
#include <inttypes.h>
#include <string.h>

#include "say.h"
#include "verbs.h"

static void print_row(const char *label, const char *text)
{
	say_line("%-14s %s", label, text);
}

static void print_clock(struct json lost)
{
	const char *known = say_time_ms(json_member(lost, "known_ms"));
	if (*known == 0)
		return;
	print_row("known since", known);
	say_line("%-14s %s to the Data Protection Ombudsman (D14, 72 hours), if there is a risk to clients", "report by",
		 say_time_ms(json_member(lost, "report_by_ms")));
}

/* GDPR 34: of a high risk each client is told without delay. */
static void print_risk(struct json lost)
{
	const char *risk = say_text(json_member(lost, "risk"));
	if (*risk == 0) {
		print_row("risk", "not judged yet: jalka admin lost DEVICE risk high|low REASONS");
		return;
	}
	say_line("%-14s %s: %s", "risk", strcmp(risk, "HIGH") == 0 ? "high" : "low", say_text(json_member(lost, "risk_reasons")));
	if (strcmp(risk, "HIGH") == 0)
		print_row("letters", "each client below is told: the worker prints jalka print loss CLIENT and, once it is posted, writes\n"
			  "               jalka create service_notice --case CASE --sign target=DEVICE method=LETTER actually_sent_on=DAY");
}

static void print_device(struct json lost)
{
	const char *contact = say_time_ms(json_member(lost, "last_contact_ms"));
	struct json disk = json_member(lost, "disk");
	say_line("%s, %s", say_text(json_member(lost, "serial")), say_text(json_member(lost, "holder_name")));
	print_row("last contact", *contact != 0 ? contact : "never");
	print_row("", "what was written on it after that is lost with it: to be written again, event_at as it happened");
	print_row("erased", say_true(lost, "erase_confirmed") ? "yes, it has said so"
		  : say_true(lost, "revoked") ? "not yet: it erases itself when it next connects" : "no: jalka admin revoke DEVICE");
	print_row("disk", json_text_is(disk, "ENCRYPTED")       ? "encrypted, as the device found when it was enrolled"
			  : json_text_is(disk, "NOT_ENCRYPTED") ? "not encrypted when it was enrolled; the store on it is sealed"
								: "the device could not tell whether it is encrypted; the store on it is sealed");
	print_clock(lost);
	if (*say_text(json_member(lost, "police_report_no")) != 0)
		print_row("police report", say_text(json_member(lost, "police_report_no")));
	print_risk(lost);
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
	if (argc < 1 || argc > 4 || argc == 2)
		command_usage(c, "a device is expected; with since TIME, risk high|low REASONS, or police NUMBER");
	jalka_Request *request = link_request(jalka_Request_admin_tag);
	LINK_PUT(request->call.admin.verb, "lost", "the verb");
	for (int i = 0; i < argc; i++)
		LINK_PUT(request->call.admin.args[i], argv[i], i == 0 ? "the device" : "what is said of it");
	request->call.admin.args_count = (pb_size_t)argc;
	link_call(command_link(c), request, print_lost, &begun);
	say_table_end("");
	return SAY_OK;
}
