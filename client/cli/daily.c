/* daily - the verbs of a worker's day: clients, matters, visits, notes, mappings,
 * applications, consents. Each is one write with the defaults one would expect;
 * any field may be given besides. */
#include <stdio.h>
#include <strings.h>

#include "fill.h"
#include "match.h"
#include "say.h"
#include "verbs.h"

/* ---- clients ------------------------------------------------------------------------------- */
int verbs_client_add(struct command_context *c, int argc, char **argv)
{
	int named = 0; /* family and given names stand first, unless given as fields */
	while (named < argc && named < 2 && strchr(argv[named], '=') == NULL)
		named++;
	if (named == 1)
		command_usage(c, "the family name and the given names are expected");
	jalka_Request *request = fill_write(c, "client");
	if (named == 2) {
		fill_default(c, request, 0, NULL, "family_name", argv[0]);
		fill_default(c, request, 0, NULL, "given_names", argv[1]);
	}
	argc -= named;
	argv += named;
	fill_default(c, request, argc, argv, "contact_language", "FI");
	fill_default(c, request, argc, argv, "address_protected", "false");
	fill_rest(c, request, argc, argv);
	match_warn(c, request);
	return fill_send(c, request);
}

int verbs_client_change(struct command_context *c, int argc, char **argv)
{
	struct fill_found client;
	if (argc < 2 && (argc < 1 || c->options[COMMAND_FROM_JSON] == NULL))
		command_usage(c, "an id and field=value are expected");
	fill_find_client(c, argv[0], &client);
	jalka_Request *request = fill_write(c, "client");
	LINK_PUT(request->call.write.record_id, client.id, "the id");
	fill_rest(c, request, argc - 1, argv + 1);
	return fill_send(c, request);
}

/* ---- matters -------------------------------------------------------------------------------- */
int verbs_case_open(struct command_context *c, int argc, char **argv)
{
	struct fill_found client;
	if (argc < 2)
		command_usage(c, "a client and a title are expected");
	fill_find_client(c, argv[0], &client);
	jalka_Request *request = fill_write(c, "case");
	LINK_PUT(request->call.write.client_case, client.case_id, "the client");
	fill_default(c, request, argc, argv, "client", client.id);
	fill_default(c, request, 0, NULL, "title", argv[1]);
	fill_default(c, request, argc, argv, "opened_on", fill_today(c));
	fill_default(c, request, argc, argv, "opened_by_pathway", "OUTREACH_FOUND");
	fill_default(c, request, argc, argv, "special_support", "false");
	fill_default(c, request, argc, argv, "state", "OPEN");
	fill_rest(c, request, argc - 2, argv + 2);
	return fill_send(c, request);
}

/* The record of that type an id means, itself or the one its case was opened with. */
static void find_type(struct command_context *c, const char *id, const char *type, struct fill_found *out)
{
	fill_find(c, id, out);
	if (strcmp(out->type, type) != 0)
		say_die(SAY_FAILED, "%s is no %s", say_clean(id), type);
}

static void no_answer(void *ctx, struct json object)
{
	(void)ctx;
	(void)object;
}

/* Two steps: CLOSING with the reason, then CLOSED with the day. Taken up again where
 * an earlier attempt stopped, for staying in CLOSING is no step. */
int verbs_case_close(struct command_context *c, int argc, char **argv)
{
	struct fill_found found;
	if (argc < 2)
		command_usage(c, "a case and a reason are expected");
	find_type(c, argv[0], "case", &found);
	jalka_Request *request;
	if (c->options[COMMAND_FROM_JSON] == NULL) { /* JSON says itself which step it is */
		request = fill_write(c, "case");
		LINK_PUT(request->call.write.record_id, found.id, "the id");
		fill_default(c, request, 0, NULL, "state", "CLOSING");
		fill_default(c, request, 0, NULL, "close_reason", argv[1]);
		link_call(command_link(c), request, no_answer, NULL);
	}
	request = fill_write(c, "case");
	LINK_PUT(request->call.write.record_id, found.id, "the id");
	fill_default(c, request, argc, argv, "state", "CLOSED");
	fill_default(c, request, argc, argv, "closed_on", fill_today(c));
	fill_default(c, request, 0, NULL, "close_reason", argv[1]);
	fill_rest(c, request, argc - 2, argv + 2);
	return fill_send(c, request);
}

/* ---- visits ---------------------------------------------------------------------------------- */
static void visit_defaults(struct command_context *c, jalka_Request *request, int argc, char **argv)
{
	fill_default(c, request, argc, argv, "place", "HOME");
	fill_default(c, request, argc, argv, "purpose", "FOLLOW_UP");
	fill_default(c, request, argc, argv, "phase", "SOCIAL_WELFARE");
}

int verbs_visit_plan(struct command_context *c, int argc, char **argv)
{
	struct fill_found found;
	if (argc < 2)
		command_usage(c, "a case and a time are expected");
	fill_find(c, argv[0], &found);
	jalka_Request *request = fill_write(c, "visit");
	LINK_PUT(request->call.write.case_id, found.case_id, "the case");
	fill_default(c, request, 0, NULL, "planned_at", argv[1]);
	fill_default(c, request, argc, argv, "state", "PLANNED");
	visit_defaults(c, request, argc, argv);
	fill_rest(c, request, argc - 2, argv + 2);
	return fill_send(c, request);
}

int verbs_visit_start(struct command_context *c, int argc, char **argv)
{
	struct fill_found found;
	if (argc < 1)
		command_usage(c, "a case or a planned visit is expected");
	fill_find(c, argv[0], &found);
	bool planned = strcmp(found.type, "visit") == 0;
	jalka_Request *request = fill_write(c, "visit");
	if (planned)
		LINK_PUT(request->call.write.record_id, found.id, "the visit");
	else
		LINK_PUT(request->call.write.case_id, found.case_id, "the case");
	fill_default(c, request, argc, argv, "state", "STARTED");
	fill_default(c, request, argc, argv, "started_at", fill_now(c));
	if (!planned)
		visit_defaults(c, request, argc, argv);
	fill_rest(c, request, argc - 1, argv + 1);
	return fill_send(c, request);
}

int verbs_visit_end(struct command_context *c, int argc, char **argv)
{
	struct fill_found found;
	if (argc < 1)
		command_usage(c, "a visit is expected");
	find_type(c, argv[0], "visit", &found);
	jalka_Request *request = fill_write(c, "visit");
	LINK_PUT(request->call.write.record_id, found.id, "the visit");
	fill_default(c, request, argc, argv, "state", "DONE");
	fill_default(c, request, argc, argv, "ended_at", fill_now(c));
	fill_rest(c, request, argc - 1, argv + 1);
	return fill_send(c, request);
}

/* ---- notes ------------------------------------------------------------------------------------ */
int verbs_note(struct command_context *c, int argc, char **argv)
{
	struct fill_found found, visit;
	bool json = c->options[COMMAND_FROM_JSON] != NULL;
	if (argc < (json ? 1 : 2))
		command_usage(c, "a case and a text are expected");
	fill_find(c, argv[0], &found);
	if (c->options[COMMAND_VISIT] != NULL)
		find_type(c, c->options[COMMAND_VISIT], "visit", &visit);
	jalka_Request *request = fill_write(c, "encounter_note");
	LINK_PUT(request->call.write.case_id, found.case_id, "the case");
	request->call.write.sign = c->options[COMMAND_DRAFT] == NULL;
	if (!json)
		fill_default(c, request, 0, NULL, "text", fill_text(argv[1]));
	if (c->options[COMMAND_VISIT] != NULL)
		fill_default(c, request, argc, argv, "visit", visit.id);
	fill_rest(c, request, argc - (json ? 1 : 2), argv + (json ? 1 : 2));
	return fill_send(c, request);
}

/* ---- mapping ---------------------------------------------------------------------------------- */
static const struct { const char *name, *value; } quadrants[] = {
	{ "income", "INCOME" }, { "family", "FAMILY" }, { "health", "HEALTH" }, { "housing", "HOUSING" },
};
enum { QUADRANTS = sizeof quadrants / sizeof *quadrants };

/* The questions of the quadrants, answered like rent_arrears=YES:kaksi kuukautta. */
static const struct { const char *name, *value; int quadrant; } prompts[] = {
	{ "income_management", "INCOME_MANAGEMENT", 0 }, { "family_support", "FAMILY_SUPPORT", 1 },
	{ "child_concern", "CHILD_CONCERN", 1 }, { "daily_coping", "DAILY_COPING", 2 }, { "help_need", "HELP_NEED", 2 },
	{ "housing_support", "HOUSING_SUPPORT", 3 }, { "rent_arrears", "RENT_ARREARS", 3 },
	{ "eviction_threat", "EVICTION_THREAT", 3 },
};
enum { PROMPTS = sizeof prompts / sizeof *prompts };

/* "quadrants.PLACE.PART=" with the part before the colon of what was given, and what
 * stands after it as `text`. */
static void assign_part(jalka_Request *request, const char *at, const char *part, const char *given)
{
	static char text[4096];
	const char *colon = strchr(given, ':');
	int len = colon != NULL ? (int)(colon - given) : (int)strlen(given);
	if ((size_t)snprintf(text, sizeof text, "%s.%s=%.*s", at, part, len, given) >= sizeof text)
		say_die(SAY_USAGE, "%s is too long", part);
	link_assign(&request->call.write, text);
	if (colon == NULL)
		return;
	if ((size_t)snprintf(text, sizeof text, "%s.text=%s", at, colon + 1) >= sizeof text)
		say_die(SAY_USAGE, "the text on %s is too long", at);
	link_assign(&request->call.write, text);
}

/* "housing=SUPPORT:Vuokrarästi" as the part of that quadrant. */
static void assign_quadrant(jalka_Request *request, int place, const char *given)
{
	char at[32], text[64];
	snprintf(at, sizeof at, "quadrants.%d", place);
	snprintf(text, sizeof text, "%s.quadrant=%s", at, quadrants[place].value);
	link_assign(&request->call.write, text);
	assign_part(request, at, "state", given);
}

/* An answer to a question of the quadrants; false: the argument is something else. */
static bool assign_prompt(jalka_Request *request, const char *argument, unsigned counts[static QUADRANTS])
{
	char at[64], text[128];
	for (int i = 0; i < PROMPTS; i++) {
		size_t len = strlen(prompts[i].name);
		if (strncmp(argument, prompts[i].name, len) != 0 || argument[len] != '=')
			continue;
		int place = prompts[i].quadrant;
		snprintf(at, sizeof at, "quadrants.%d.prompts_answered.%u", place, counts[place]++);
		snprintf(text, sizeof text, "%s.prompt=%s", at, prompts[i].value);
		link_assign(&request->call.write, text);
		assign_part(request, at, "answer", argument + len + 1);
		return true;
	}
	return false;
}

/* The quadrant an argument speaks of, or -1; `value` is what follows its '='. */
static int quadrant_of(const char *argument, const char **value)
{
	for (int i = 0; i < QUADRANTS; i++) {
		size_t len = strlen(quadrants[i].name);
		if (strncmp(argument, quadrants[i].name, len) == 0 && argument[len] == '=') {
			*value = argument + len + 1;
			return i;
		}
	}
	return -1;
}

int verbs_mapping(struct command_context *c, int argc, char **argv)
{
	struct fill_found client;
	const char *given[QUADRANTS] = { NULL }, *value;
	unsigned answered[QUADRANTS] = { 0 };
	if (argc < 1)
		command_usage(c, "a client is expected");
	fill_find_client(c, argv[0], &client);
	jalka_Request *request = fill_write(c, "life_situation_mapping");
	LINK_PUT(request->call.write.case_id, client.case_id, "the case");
	request->call.write.sign = c->options[COMMAND_DRAFT] == NULL;
	for (int i = 1; i < argc; i++) {
		int place = quadrant_of(argv[i], &value);
		if (place >= 0)
			given[place] = value;
		else if (!assign_prompt(request, argv[i], answered))
			link_assign(&request->call.write, argv[i]);
	}
	fill_default(c, request, argc, argv, "client", client.id);
	fill_default(c, request, argc, argv, "mode", "FACE");
	fill_default(c, request, argc, argv, "client_confirmed", "true");
	fill_default(c, request, argc, argv, "valid_until", fill_day_after(c, 182));
	/* What was not spoken of is recorded as not asked: a mapping has all four. */
	for (int i = 0; i < QUADRANTS && c->options[COMMAND_FROM_JSON] == NULL; i++)
		assign_quadrant(request, i, given[i] != NULL ? given[i] : "NOT_ASKED");
	return fill_send(c, request);
}

/* ---- application -------------------------------------------------------------------------------- */
int verbs_application(struct command_context *c, int argc, char **argv)
{
	struct fill_found client;
	bool urgent = c->options[COMMAND_URGENT] != NULL;
	if (argc < 1)
		command_usage(c, "a client is expected");
	if (urgent && c->options[COMMAND_REASON] == NULL)
		command_usage(c, "--urgent needs --reason: why it cannot wait");
	fill_find_client(c, argv[0], &client);
	jalka_Request *request = fill_write(c, "assistance_application");
	LINK_PUT(request->call.write.case_id, client.case_id, "the case");
	fill_default(c, request, argc, argv, "client", client.id);
	if (c->options[COMMAND_FROM_JSON] == NULL) {
		bool given = false;
		for (int i = 1; i < argc; i++)
			given = given || strncmp(argv[i], "period", 6) == 0;
		if (!given) {
			fill_default(c, request, 0, NULL, "period.from", fill_today(c));
			fill_default(c, request, 0, NULL, "period.to", fill_day_after(c, 30));
		}
	}
	fill_default(c, request, argc, argv, "channel", urgent ? "ORAL_PHONE" : "PAPER");
	fill_default(c, request, argc, argv, "urgency", urgent ? "URGENT" : "NORMAL");
	fill_default(c, request, argc, argv, "state", "PREPARED");
	if (urgent) {
		fill_default(c, request, argc, argv, "urgency_grounds", c->options[COMMAND_URGENT]);
		fill_default(c, request, argc, argv, "urgency_reason", c->options[COMMAND_REASON]);
	}
	fill_rest(c, request, argc - 1, argv + 1);
	return fill_send(c, request);
}

/* ---- consent ----------------------------------------------------------------------------------- */
static void take_holder(void *ctx, struct json object)
{
	char *name = ctx;
	snprintf(name, FILL_TITLE_BYTES, "%s", say_text(json_member(object, "holder_name")));
}

/* For Kela unless another recipient is named. */
static const char *direction_of(int argc, char **argv)
{
	static const char recipient[] = "recipient=";
	for (int i = 0; i < argc; i++)
		if (strncmp(argv[i], recipient, sizeof recipient - 1) == 0 && strcasecmp(argv[i] + sizeof recipient - 1, "Kela") != 0)
			return "TO_OTHER";
	return "TO_KELA";
}

int verbs_consent_give(struct command_context *c, int argc, char **argv)
{
	struct fill_found client;
	char holder[FILL_TITLE_BYTES] = "";
	bool json = c->options[COMMAND_FROM_JSON] != NULL;
	if (argc < (json ? 1 : 3))
		command_usage(c, "a client, a scope and a purpose are expected");
	fill_find_client(c, argv[0], &client);
	link_call(command_link(c), link_request(jalka_Request_status_tag), take_holder, holder);
	jalka_Request *request = fill_write(c, "consent");
	LINK_PUT(request->call.write.case_id, client.case_id, "the case");
	request->call.write.sign = c->options[COMMAND_DRAFT] == NULL;
	if (!json) {
		fill_default(c, request, 0, NULL, "scope", argv[1]);
		fill_default(c, request, 0, NULL, "purpose", argv[2]);
	}
	fill_default(c, request, argc, argv, "client", client.id);
	fill_default(c, request, argc, argv, "direction", direction_of(argc, argv));
	fill_default(c, request, argc, argv, "recipient", "Kela");
	fill_default(c, request, argc, argv, "form", "ORAL");
	fill_default(c, request, argc, argv, "given_at", fill_now(c));
	if (holder[0] != 0)
		fill_default(c, request, argc, argv, "witness_staff", holder);
	fill_rest(c, request, argc - (json ? 1 : 3), argv + (json ? 1 : 3));
	return fill_send(c, request);
}
