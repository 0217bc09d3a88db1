/* handlers_grants - the administrator's verbs grants, grant and ungrant: who may act in
 * which role, listed for the periodic review of access rights, granted and taken away
 * at once.
 *
 * A grant is a record of the directory; it counts at the central node from the next call
 * on, on a device from its next sync. What is taken away ends yesterday: a day's grant is
 * good through the day.
 */
#include <stdio.h>
#include <stdlib.h>

#include "api/gate.h"
#include "api/handlers.h"
#include "api/resolve.h"
#include "api/view.h"
#include "base/civil.h"
#include "central/ledger.h"
#include "central/node.h"
#include "domain/fields.h"
#include "domain/schema.h"
#include "records_table.h"

enum { REVIEW_DAYS = 365, UNUSED_DAYS = 180, PEOPLE_MAX = 4096, FIELDS_BYTES = 1024, DAY_MS = 24 * 60 * 60 * 1000 };

struct granting {
	struct request *request;
	struct gate *gate;
	struct writer *out;
	const struct rules_record *grants;
	size_t grant_count;
	bool all;                                    /* those that have ended too */
	struct { struct record_id who; uint64_t last_ms; } people[PEOPLE_MAX];
	size_t people_count;
	/* of the member of the staff being told */
	struct record_id staff;
	size_t devices;
	uint64_t contact_ms;
};

/* ---- the list ---- */

static bool take_person(void *ctx, struct record_id who, uint64_t last_ms)
{
	struct granting *g = ctx;
	if (g->people_count == PEOPLE_MAX)
		return false;
	g->people[g->people_count].who = who;
	g->people[g->people_count++].last_ms = last_ms;
	return true;
}

static uint64_t last_act(const struct granting *g)
{
	for (size_t i = 0; i < g->people_count; i++)
		if (ID_EQUAL(g->people[i].who, g->staff))
			return g->people[i].last_ms;
	return 0;
}

static bool count_device(void *ctx, const struct hub_device *device)
{
	struct granting *g = ctx;
	if (!ID_EQUAL(device->holder, g->staff))
		return true;
	g->devices += device->state == HUB_DEVICE_ACTIVE || device->state == HUB_DEVICE_SUSPENDED;
	if (device->last_contact_ms > g->contact_ms)
		g->contact_ms = device->last_contact_ms;
	return true;
}

struct term {
	int32_t from, to; /* to: INT32_MAX without an end */
	const char *state;
};

static struct term term_of(const struct granting *g, struct span fields)
{
	struct term term = { INT32_MIN, INT32_MAX, "IN_FORCE" };
	int32_t today = g->gate->world.rules.today;
	(void)fields_date(fields, RECORDS_ROLE_GRANT_VALID_FROM, &term.from);
	(void)fields_date(fields, RECORDS_ROLE_GRANT_VALID_TO, &term.to);
	if (term.to < today)
		term.state = "ENDED";
	else if (term.from > today)
		term.state = "COMING";
	return term;
}

/* What somebody ought to look at; "": nothing. */
static const char *review_of(const struct granting *g, const struct term *term)
{
	int32_t today = g->gate->world.rules.today;
	uint64_t act = last_act(g), newest = act > g->contact_ms ? act : g->contact_ms;
	if (*term->state != 'I')
		return "";
	if (term->from < today - UNUSED_DAYS && newest + (uint64_t)UNUSED_DAYS * DAY_MS < g->gate->world.rules.now_ms)
		return "not used for half a year";
	return term->to == INT32_MAX && term->from < today - REVIEW_DAYS ? "in force for over a year, without an end" : "";
}

static void write_day(struct writer *out, const char *key, int32_t day)
{
	char text[CIVIL_DATE_BYTES] = "";
	if (day != INT32_MIN && day != INT32_MAX)
		civil_write_date(day, text);
	writer_string(out, key, text);
}

static void write_texts(struct writer *out, const char *key, struct span fields, uint32_t number)
{
	struct span text;
	writer_list(out, key);
	while (fields_next(&fields, number, &text))
		writer_text(out, NULL, text);
	writer_list_end(out);
}

static const char *enum_name(uint32_t type, uint32_t field, struct span fields)
{
	const struct schema_enum *values = schema_field_by_number(schema_by_type(type)->message, field)->enumeration;
	uint64_t number = fields_number_or_none(fields, field);
	for (size_t i = 0; i < values->count; i++)
		if (number != 0 && (uint64_t)values->values[i].number == number)
			return values->values[i].name;
	return "";
}

static void write_grant(struct granting *g, const struct rules_record *grant, const struct term *term)
{
	struct span by = { NULL, 0 };
	(void)fields_bytes(grant->fields, RECORDS_ROLE_GRANT_GRANTED_BY, &by);
	writer_id(g->out, "grant", grant->id.bytes);
	writer_string(g->out, "role", enum_name(RECORDS_TYPE_ROLE_GRANT, RECORDS_ROLE_GRANT_ROLE, grant->fields));
	writer_string(g->out, "state", term->state);
	write_day(g->out, "valid_from", term->from);
	write_day(g->out, "valid_to", term->to);
	writer_text(g->out, "granted_by", by);
	write_texts(g->out, "municipalities", grant->fields, RECORDS_ROLE_GRANT_MUNICIPALITIES);
	write_texts(g->out, "service_tasks", grant->fields, RECORDS_ROLE_GRANT_SERVICE_TASKS);
	writer_string(g->out, "review", review_of(g, term));
}

/* `grant` NULL: nothing is granted, and the profession alone says what they are on a device. */
static bool write_row(struct granting *g, const struct casebook_record *member, const struct rules_record *grant,
		      const struct term *term)
{
	if (!answer_item(g->request->answer, "grants"))
		return false;
	writer_object(g->out, NULL);
	writer_id(g->out, "staff", member->record_id.bytes);
	writer_text(g->out, "name", member->title);
	writer_string(g->out, "profession", enum_name(RECORDS_TYPE_STAFF_MEMBER, RECORDS_STAFF_MEMBER_PROFESSION, member->shown));
	writer_number(g->out, "devices", g->devices);
	writer_number(g->out, "last_contact_ms", g->contact_ms);
	writer_number(g->out, "last_act_ms", last_act(g));
	if (grant != NULL) {
		write_grant(g, grant, term);
	} else {
		writer_string(g->out, "role", "");
		writer_string(g->out, "state", g->devices > 0 ? "BY_PROFESSION" : "NONE");
		writer_string(g->out, "review", "");
	}
	writer_object_end(g->out);
	return true;
}

static bool take_member(void *ctx, const struct casebook_record *member)
{
	struct granting *g = ctx;
	bool any = false;
	g->staff = member->record_id;
	g->devices = 0;
	g->contact_ms = 0;
	if (fault_is(hub_devices(node_hub(g->request->target.node), count_device, g)))
		return false;
	for (size_t i = 0; i < g->grant_count; i++) {
		struct record_id whose;
		struct term term = term_of(g, g->grants[i].fields);
		if (!fields_id(g->grants[i].fields, RECORDS_ROLE_GRANT_STAFF, &whose) || !ID_EQUAL(whose, g->staff) ||
		    (!g->all && *term.state == 'E'))
			continue;
		any = true;
		if (!write_row(g, member, &g->grants[i], &term))
			return false;
	}
	return any || write_row(g, member, NULL, NULL);
}

static struct fault list_grants(struct granting *g)
{
	FAULT_TRY(ledger_people(node_ledger(g->request->target.node), take_person, g));
	g->out = answer_begin(g->request->answer);
	writer_list(g->out, "grants");
	struct fault f = casebook_list(g->gate->world.book, RECORDS_TYPE_STAFF_MEMBER, NULL, 0, take_member, g);
	writer_list_end(g->out);
	return answer_end(g->request->answer, f);
}

/* ---- granting, and taking away ---- */

static struct fault read_who(struct granting *g, const char *staff, const char *role, uint32_t *out)
{
	const struct schema_message *message = schema_by_type(RECORDS_TYPE_ROLE_GRANT)->message;
	const struct schema_enum *roles = schema_field_by_number(message, RECORDS_ROLE_GRANT_ROLE)->enumeration;
	size_t used = 0;
	strcpy(g->request->field, "staff");
	FAULT_TRY(resolve_record(g->gate->world.book, staff, &g->staff));
	const struct rules_record *member = rules_find(&g->gate->world.rules, g->staff);
	if (member == NULL || member->type != RECORDS_TYPE_STAFF_MEMBER)
		return fault_of(FAULT_CALLER, "this is no member of the staff: see jalka admin staff");
	strcpy(g->request->field, "role");
	for (size_t i = 0; i < roles->count; i++)
		if (roles->values[i].number != 0 && strcmp(roles->values[i].name, role) == 0) {
			*out = (uint32_t)roles->values[i].number;
			g->request->field[0] = '\0';
			return fault_none();
		}
	for (size_t i = 0; i < roles->count && used < sizeof g->request->advice; i++)
		if (roles->values[i].number != 0)
			used += (size_t)snprintf(g->request->advice + used, sizeof g->request->advice - used, "%s%s",
						 used == 0 ? "one of " : ", ", roles->values[i].name);
	return fault_of(FAULT_CALLER, "there is no such role");
}

static struct fault put(struct granting *g, struct record_id grant, struct span fields)
{
	struct hub *hub = node_hub(g->request->target.node);
	struct hub_written written;
	struct hub_write write = { .case_id = hub_directory_case(hub), .record_id = grant,
				   .record_type = RECORDS_TYPE_ROLE_GRANT, .fields = fields };
	FAULT_TRY(hub_write(hub, &write, node_now(), &written));
	node_poke(g->request->target.node);
	return fault_none();
}

static void put_date(struct wire_out *out, uint32_t number, int32_t day)
{
	wire_put_varint(out, number, ((uint64_t)(int64_t)day << 1) ^ (day < 0 ? UINT64_MAX : 0));
}

/* The grants of this person in this role that count today, or will. */
static bool is_of(struct granting *g, const struct rules_record *grant, uint32_t role)
{
	struct record_id whose;
	struct term term = term_of(g, grant->fields);
	return *term.state != 'E' && fields_number_or_none(grant->fields, RECORDS_ROLE_GRANT_ROLE) == role &&
	       fields_id(grant->fields, RECORDS_ROLE_GRANT_STAFF, &whose) && ID_EQUAL(whose, g->staff);
}

static void answer_count(struct granting *g, const char *key, size_t count)
{
	struct writer *out = answer_begin(g->request->answer);
	writer_id(out, "staff", g->staff.bytes);
	writer_number(out, key, count);
	answer_finish(g->request->answer);
}

static struct fault grant(struct granting *g, uint32_t role, const char *until)
{
	uint8_t block[FIELDS_BYTES];
	char by[VIEW_NAME_BYTES];
	struct wire_out fields;
	int32_t today = g->gate->world.rules.today, to = 0;
	strcpy(g->request->field, "until");
	if (*until != '\0' && !civil_read_date(span_text(until), &to))
		return fault_of(FAULT_CALLER, "a day is written YYYY-MM-DD");
	if (*until != '\0' && to < today)
		return fault_of(FAULT_CALLER, "the day has passed");
	strcpy(g->request->field, "role");
	for (size_t i = 0; i < g->grant_count; i++)
		if (is_of(g, &g->grants[i], role))
			return request_fault(g->request, fault_of(FAULT_CALLER, "this person has the role already"),
					     "another term: jalka admin ungrant STAFF ROLE first");
	g->request->field[0] = '\0';
	view_staff_name(g->gate->world.book, &g->gate->staff, by);
	wire_out_init(&fields, block, sizeof block);
	wire_put_bytes(&fields, RECORDS_ROLE_GRANT_STAFF, ID_SPAN(g->staff));
	wire_put_varint(&fields, RECORDS_ROLE_GRANT_ROLE, role);
	put_date(&fields, RECORDS_ROLE_GRANT_VALID_FROM, today);
	if (*until != '\0')
		put_date(&fields, RECORDS_ROLE_GRANT_VALID_TO, to);
	if (*by != '\0')
		wire_put_bytes(&fields, RECORDS_ROLE_GRANT_GRANTED_BY, span_text(by));
	FAULT_TRY(put(g, (struct record_id){ { 0 } }, wire_out_span(&fields)));
	answer_count(g, "granted", 1);
	return fault_none();
}

static struct fault ungrant(struct granting *g, uint32_t role)
{
	uint8_t block[32];
	struct wire_out fields;
	size_t ended = 0;
	for (size_t i = 0; i < g->grant_count; i++) {
		if (!is_of(g, &g->grants[i], role))
			continue;
		wire_out_init(&fields, block, sizeof block);
		put_date(&fields, RECORDS_ROLE_GRANT_VALID_TO, g->gate->world.rules.today - 1);
		FAULT_TRY(put(g, g->grants[i].id, wire_out_span(&fields)));
		ended++;
	}
	if (ended == 0)
		return request_fault(g->request, fault_of(FAULT_CALLER, "this person does not have the role"),
				     "jalka admin grants lists who has which");
	answer_count(g, "ended", ended);
	return fault_none();
}

struct fault handlers_admin_grants(struct request *request)
{
	const jalka_AdminCall *call = &request->call->call.admin;
	struct gate *gate = request->gate;
	uint32_t role;
	struct granting *g = calloc(1, sizeof *g);
	if (g == NULL)
		return fault_of(FAULT_LIMIT, "memory for the list of roles");
	*g = (struct granting){ .request = request, .gate = gate };
	g->grant_count = rules_list(&gate->world.rules, RULES_EVERYWHERE, (struct case_id){ { 0 } }, RECORDS_TYPE_ROLE_GRANT,
				    &g->grants);
	g->all = call->args_count == 1 && strcmp(call->args[0], "all") == 0;
	struct fault f = world_fault(&gate->world);
	if (!fault_is(f) && strcmp(call->verb, "grants") == 0) {
		f = call->args_count == 0 || g->all ? list_grants(g) : fault_of(FAULT_CALLER, "grants, or grants all");
	} else if (!fault_is(f)) {
		f = read_who(g, call->args[0], call->args[1], &role);
		if (!fault_is(f))
			f = strcmp(call->verb, "grant") == 0 ? grant(g, role, call->args_count > 2 ? call->args[2] : "")
							     : ungrant(g, role);
	}
	free(g);
	return f;
}
