/* rules - the order in which a write is judged, and what all rules share. */
#include "domain/rules.h"

#include "base/civil.h"
#include "base/limits.h"
#include "domain/rules_parts.h"

enum { VALUES_MAX = LIMIT_SIBLINGS };

struct row {
	uint32_t type;
	rules_fn *check;
	rules_fill_fn *fill;
};

static const struct row rows[] = {
	{ RECORDS_TYPE_CLIENT, rules_client_card, NULL },
	{ RECORDS_TYPE_PROTECTED_DETAILS, rules_protected, NULL },
	{ RECORDS_TYPE_RELATED_PERSON, rules_related, NULL },
	{ RECORDS_TYPE_DIGITAL_CAPABILITY, rules_capability, rules_fill_capability },
	{ RECORDS_TYPE_CASE, rules_case_record, NULL },
	{ RECORDS_TYPE_CASE_ASSIGNMENT, rules_assignment, NULL },
	{ RECORDS_TYPE_VISIT, rules_visit, NULL },
	{ RECORDS_TYPE_REFERRAL, rules_referral, NULL },
	{ RECORDS_TYPE_ENCOUNTER_NOTE, rules_note, NULL },
	{ RECORDS_TYPE_LIFE_SITUATION_MAPPING, rules_mapping, rules_fill_mapping },
	{ RECORDS_TYPE_CONCERN_ASSESSMENT, rules_concern, NULL },
	{ RECORDS_TYPE_BENEFIT_ASSESSMENT, rules_benefit, NULL },
	{ RECORDS_TYPE_CHILD_NOTICE, rules_child_notice, NULL },
	{ RECORDS_TYPE_SERVICE_NEED_ASSESSMENT, rules_assessment, NULL },
	{ RECORDS_TYPE_PLAN, rules_plan, NULL },
	{ RECORDS_TYPE_AGREED_ACTION, rules_action, NULL },
	{ RECORDS_TYPE_HANDOVER, rules_handover, NULL },
	{ RECORDS_TYPE_ASSISTANCE_APPLICATION, rules_application, rules_fill_application },
	{ RECORDS_TYPE_LOCAL_APPLICATION, rules_local_application, NULL },
	{ RECORDS_TYPE_LOCAL_DECISION, rules_local_decision, NULL },
	{ RECORDS_TYPE_SERVICE_NOTICE, rules_service_notice, rules_fill_service_notice },
	{ RECORDS_TYPE_CONSENT, rules_consent, rules_fill_consent },
	{ RECORDS_TYPE_DISCLOSURE, rules_disclosure, NULL },
	{ RECORDS_TYPE_JOINT_SESSION, rules_session, NULL },
	{ RECORDS_TYPE_ANONYMOUS_CONTACT, rules_anonymous, NULL },
	{ RECORDS_TYPE_SOCIAL_OBSERVATION, rules_anonymous, NULL },
	{ RECORDS_TYPE_DECISION_QUALITY_ITEM, rules_anonymous, NULL },
	{ RECORDS_TYPE_FEEDBACK, rules_feedback, NULL },
	{ RECORDS_TYPE_DEVELOPMENT_EVENT, rules_development, NULL },
	{ RECORDS_TYPE_CORRECTION, rules_correction, NULL },
	{ RECORDS_TYPE_DATA_SUBJECT_REQUEST, rules_request, NULL },
	{ RECORDS_TYPE_RECEPTION_TRANSFER, rules_transfer, NULL },
	{ RECORDS_TYPE_KAIKUKORTTI_GRANT, rules_card, NULL },
	{ RECORDS_TYPE_PARTNER, rules_valid_order, NULL },
	{ RECORDS_TYPE_GUIDELINE, rules_valid_order, NULL },
	{ RECORDS_TYPE_LAW_REF, rules_valid_order, NULL },
	{ RECORDS_TYPE_MODEL_VERSION, rules_valid_order, NULL },
	{ RECORDS_TYPE_RESPONSIBILITY, rules_valid_order, NULL },
	{ RECORDS_TYPE_BULLETIN, rules_valid_order, NULL },
	{ RECORDS_TYPE_CHECKLIST, rules_checklist, NULL },
	{ RECORDS_TYPE_ROLE_GRANT, rules_valid_order, NULL },
	{ RECORDS_TYPE_OUTREACH_POST, rules_post, NULL },
};

static const struct row *row_of(uint32_t type)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].type == type)
			return &rows[i];
	return NULL;
}

/* ---- answering ---------------------------------------------------------------------- */

static void copy_text(char *to, size_t size, const char *text)
{
	size_t len = strlen(text);
	len = len < size ? len : size - 1;
	memcpy(to, text, len);
	to[len] = '\0';
}

struct fault rules_refuse(struct rules_told *told, const char *field, const char *what, const char *advice)
{
	copy_text(told->field, sizeof told->field, field);
	copy_text(told->advice, sizeof told->advice, advice);
	return fault_of(FAULT_CALLER, what);
}

void rules_hint(struct rules_told *told, const char *field, const char *text)
{
	if (told->hint_count < RULES_HINTS_MAX)
		told->hints[told->hint_count++] = (struct rules_hint){ field, text };
}

/* ---- looking ------------------------------------------------------------------------- */

bool rules_touches(const struct rules_write *write, uint32_t field)
{
	for (size_t i = 0; i < write->cleared_count; i++)
		if (write->cleared[i] == field)
			return true;
	return fields_has(write->given, field);
}

const char *rules_field_name(const struct rules_write *write, uint32_t field)
{
	const struct schema_field *known = schema_field_by_number(write->record->message, field);
	return known == NULL ? "" : known->name;
}

int32_t rules_day_of(uint64_t ms)
{
	return civil_days(civil_helsinki(ms).date);
}

const struct rules_record *rules_at(const struct rules_world *world, struct span fields, uint32_t field)
{
	struct record_id id;
	return fields_id(fields, field, &id) ? rules_find(world, id) : NULL;
}

const struct rules_record *rules_client(const struct rules_world *world, const struct rules_write *write)
{
	const struct schema_field *field = schema_field_by_name(write->record->message, span_text("client"));
	const struct rules_record *client = field == NULL ? NULL : rules_at(world, write->after, field->number);
	const struct rules_record *all;
	struct case_id place = ID_IS_NONE(write->case_id) ? write->client_case : write->case_id;
	if (client != NULL)
		return client;
	return rules_list(world, RULES_OF_CLIENT, place, RECORDS_TYPE_CLIENT, &all) == 0 ? NULL : &all[0];
}

const struct rules_record *rules_matter(const struct rules_world *world, const struct rules_write *write)
{
	const struct rules_record *all;
	if (ID_IS_NONE(write->case_id) || rules_list(world, RULES_IN_CASE, write->case_id, RECORDS_TYPE_CASE, &all) == 0)
		return NULL;
	return &all[0];
}

const struct rules_record *rules_naming(const struct rules_world *world, enum rules_scope scope,
					struct case_id case_id, uint32_t type, uint32_t field, struct record_id id)
{
	const struct rules_record *all;
	struct record_id named;
	size_t count = rules_list(world, scope, case_id, type, &all);
	for (size_t i = 0; i < count; i++)
		if (fields_id(all[i].fields, field, &named) && ID_EQUAL(named, id) && !rules_is_void(world, &all[i]))
			return &all[i];
	return NULL;
}

bool rules_is_content(const struct rules_record *record)
{
	const struct lifecycle_table *table = lifecycle_of(record->type);
	const struct schema_record *type = schema_by_type(record->type);
	return table != NULL && strcmp(schema_field_by_number(type->message, table->field)->enumeration->name,
				       "content_state") == 0;
}

bool rules_is_void(const struct rules_world *world, const struct rules_record *record)
{
	return rules_is_content(record) && rules_state(world, record) == RECORDS_CONTENT_STATE_VOIDED;
}

/* ---- states ------------------------------------------------------------------------------ */

/* All states written apart, the shown one first; how many. */
static size_t states_of(const struct rules_world *world, const struct lifecycle_table *table, struct record_id id,
			struct span shown, uint32_t states[static VALUES_MAX])
{
	struct span values[VALUES_MAX];
	size_t count = world->values(world->ctx, id, table->field, values, VALUES_MAX);
	for (size_t i = 0; i < count; i++)
		states[i] = values[i].len == 0 ? 0 : lifecycle_state(table, values[i]);
	if (count == 0)
		states[count++] = lifecycle_state(table, shown);
	return count;
}

/* What the date alone makes of a state. */
static struct lifecycle_held by_time(struct lifecycle_held held, const struct rules_record *record, int32_t today)
{
	int32_t day;
	if (record->type == RECORDS_TYPE_AGREED_ACTION && held.state == RECORDS_ACTION_STATE_OPEN &&
	    fields_date(record->fields, RECORDS_AGREED_ACTION_DUE, &day) && day < today)
		return (struct lifecycle_held){ RECORDS_ACTION_STATE_OVERDUE, held.decided, "its day is past" };
	if (record->type == RECORDS_TYPE_CONSENT && held.state == RECORDS_CONSENT_STATE_ACTIVE &&
	    fields_date(record->fields, RECORDS_CONSENT_VALID_UNTIL, &day) && day < today)
		return (struct lifecycle_held){ RECORDS_CONSENT_STATE_EXPIRED, held.decided, "its last day is past" };
	return held;
}

struct lifecycle_held rules_held(const struct rules_world *world, const struct rules_record *record)
{
	const struct lifecycle_table *table = lifecycle_of(record->type);
	uint32_t states[VALUES_MAX];
	if (table == NULL)
		return (struct lifecycle_held){ 0, true, "" };
	size_t count = states_of(world, table, record->id, record->fields, states);
	struct lifecycle_held held = by_time(lifecycle_derive(table, states, count), record, world->today);
	if (record->type != RECORDS_TYPE_PLAN || !rules_plan_has_rival(world, record))
		return held;
	return (struct lifecycle_held){ RECORDS_PLAN_STATE_CONFLICT, false, "another plan replaces the same one: the own worker chooses" };
}

uint32_t rules_state(const struct rules_world *world, const struct rules_record *record)
{
	return rules_held(world, record).state;
}

uint32_t rules_state_before(const struct rules_world *world, const struct rules_write *write)
{
	struct rules_record before = { .id = write->record_id, .case_id = write->case_id, .type = write->record->type,
				       .fields = write->before };
	const struct lifecycle_table *table = lifecycle_of(write->record->type);
	if (table == NULL)
		return 0;
	return write->is_new ? lifecycle_state(table, (struct span){ NULL, 0 }) : rules_state(world, &before);
}

bool rules_case_is_closed(const struct rules_world *world, struct case_id case_id)
{
	const struct rules_record *all;
	return !ID_IS_NONE(case_id) && rules_list(world, RULES_IN_CASE, case_id, RECORDS_TYPE_CASE, &all) != 0 &&
	       rules_state(world, &all[0]) == RECORDS_CASE_STATE_CLOSED;
}

/* What comes by itself: time made it OVERDUE, a rival made it CONFLICT. A consent past its
 * last day may still be withdrawn, as of the day it was. */
static uint32_t by_itself(const struct rules_world *world, const struct rules_write *write,
			  const struct lifecycle_table *table, struct lifecycle_held held)
{
	const struct rules_record before = { .id = write->record_id, .case_id = write->case_id, .type = write->record->type,
					     .fields = write->before };
	if (before.type == RECORDS_TYPE_PLAN && rules_plan_has_rival(world, &before))
		return RECORDS_PLAN_STATE_CONFLICT;
	uint32_t timed = by_time(held, &before, world->today).state;
	const struct lifecycle_step *step = lifecycle_find(table, held.state, timed);
	return step != NULL && step->need == LIFECYCLE_BY_TIME ? timed : held.state;
}

/* The state a step to `to` goes out from: what holds, or, while a person has yet to
 * choose between values, the one of them that leads there. */
static uint32_t origin(const struct rules_world *world, const struct rules_write *write,
		       const struct lifecycle_table *table, uint32_t to)
{
	uint32_t states[VALUES_MAX];
	if (write->is_new)
		return table->first;
	size_t count = states_of(world, table, write->record_id, write->before, states);
	struct lifecycle_held held = lifecycle_derive(table, states, count);
	for (size_t i = 0; i < count && !held.decided; i++)
		if (states[i] == to || lifecycle_find(table, states[i], to) != NULL)
			return states[i];
	return by_itself(world, write, table, held);
}

/* OVERDUE, CONFLICT: made by the day or by another record. */
static bool is_made_by_itself(const struct lifecycle_table *table, uint32_t state)
{
	for (size_t i = 0; i < table->step_count; i++)
		if (table->steps[i].to == state &&
		    (table->steps[i].need == LIFECYCLE_BY_TIME || table->steps[i].need == LIFECYCLE_BY_RIVAL))
			return true;
	return false;
}

/* DRAFT, and what signing makes of a record. */
static bool is_made_by_signing(const struct lifecycle_table *table, uint32_t state)
{
	for (size_t i = 0; i < table->step_count; i++)
		if (table->steps[i].need == LIFECYCLE_SIGNING &&
		    (table->steps[i].from == state || table->steps[i].to == state))
			return true;
	return false;
}

/* What a state rests on may be said better, not taken away: one of the steps that lead
 * there was met and still is. A question to the client (ASKED) is answered in time. */
static struct fault check_rest(const struct rules_world *world, const struct rules_write *write,
			       const struct lifecycle_table *table, struct rules_told *told)
{
	struct rules_write was = *write;
	uint32_t states[VALUES_MAX];
	bool was_met = false;
	was.after = write->before;
	was.given = span_of(NULL, 0);
	was.cleared_count = 0;
	uint32_t state = lifecycle_derive(table, states, states_of(world, table, write->record_id, write->before, states)).state;
	for (size_t i = 0; i < table->step_count; i++) {
		struct rules_told before = { .hint_count = 0 }, after = { .hint_count = 0 };
		const struct lifecycle_step *step = &table->steps[i];
		if (step->to != state || step->need == LIFECYCLE_ASKED)
			continue;
		if (!fault_is(rules_need(world, write, step->need, &after)))
			return fault_none();
		if (was_met || fault_is(rules_need(world, &was, step->need, &before)))
			continue;
		was_met = true;
		copy_text(told->field, sizeof told->field, after.field);
		copy_text(told->advice, sizeof told->advice, after.advice);
	}
	return was_met ? fault_of(FAULT_CALLER, "the state it is in rests on this, and it stays: it may be said better, not taken away")
		       : fault_none();
}

static struct fault check_step(const struct rules_world *world, const struct rules_write *write,
			       const struct lifecycle_table *table, struct rules_told *told)
{
	const char *name = rules_field_name(write, table->field);
	char steps[LIFECYCLE_STEPS_BYTES];
	if (!rules_touches(write, table->field))
		return write->is_new ? fault_none() : check_rest(world, write, table, told);
	if (!fields_has(write->given, table->field))
		return rules_refuse(told, name, "a state is never cleared: write the one it steps to", "");
	uint32_t to = lifecycle_state(table, write->given), from = origin(world, write, table, to);
	if (is_made_by_signing(table, to))
		return rules_refuse(told, name, "this state is made by signing and is never written", "");
	struct fault f = lifecycle_check_in(table, from, to, steps);
	if (fault_is(f))
		return rules_refuse(told, name, f.what, steps);
	if (is_made_by_itself(table, to))
		return rules_refuse(told, name, "this state comes by itself, and is never written", "");
	const struct lifecycle_step *step = lifecycle_find(table, from, to);
	return step == NULL ? fault_none() : rules_need(world, write, step->need, told);
}

static struct fault check_steps(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	size_t count;
	const struct lifecycle_table *all = lifecycle_all(&count);
	for (size_t i = 0; i < count; i++)
		if (all[i].record_type == write->record->type)
			FAULT_TRY(check_step(world, write, &all[i], told));
	return fault_none();
}

/* ---- what holds for all types ---------------------------------------------------------------- */

bool rules_outlives_closing(uint32_t type)
{
	return type == RECORDS_TYPE_CORRECTION || type == RECORDS_TYPE_DATA_SUBJECT_REQUEST ||
	       type == RECORDS_TYPE_SERVICE_NOTICE || type == RECORDS_TYPE_CASE_ASSIGNMENT ||
	       type == RECORDS_TYPE_RETENTION_ACTION || type == RECORDS_TYPE_QUARANTINE_DECISION;
}

static struct fault check_open(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	bool content = write->is_new ? !rules_outlives_closing(write->record->type)
				     : write->record->type == RECORDS_TYPE_CASE;
	if (write->opens || !content || !rules_case_is_closed(world, write->case_id))
		return fault_none();
	return rules_refuse(told, write->is_new ? "case_id" : "state", "the case is closed and takes nothing new",
			    "a new need is a new case with follows_case");
}

/* The client a record of a CLIENT case names is the client of that case. */
static struct fault check_client(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	const struct schema_field *field = schema_field_by_name(write->record->message, span_text("client"));
	if (field == NULL || field->kind != SCHEMA_ID || !rules_touches(write, field->number))
		return fault_none();
	const struct rules_record *client = rules_at(world, write->after, field->number);
	if (client == NULL)
		return fault_none();
	if (client->type != RECORDS_TYPE_CLIENT)
		return rules_refuse(told, "client", "this is the record of something else than a client", "");
	struct case_id place = write->opens ? write->client_case : write->case_id;
	if ((write->opens || write->kind == DELTA_CASE_CLIENT) && !ID_IS_NONE(place) && !ID_EQUAL(client->case_id, place))
		return rules_refuse(told, "client", "this is another client than the one whose case it is", "");
	return fault_none();
}

/* Assignments, links between clients, when a handover takes effect: decided by the
 * central node alone, which all hear. */
static struct fault check_author(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	const struct schema_field *field = world->is_central ? NULL
		: schema_central_field(write->record, write->given, write->cleared, write->cleared_count);
	return field == NULL ? fault_none()
			     : rules_refuse(told, field->name, "is written at the central node only", "");
}

struct fault rules_check(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	const struct row *row = row_of(write->record->type);
	FAULT_TRY(check_author(world, write, told));
	FAULT_TRY(check_open(world, write, told));
	FAULT_TRY(check_client(world, write, told));
	FAULT_TRY(check_steps(world, write, told));
	return row == NULL ? fault_none() : row->check(world, write, told);
}

void rules_fill(const struct rules_world *world, const struct rules_write *write, struct wire_out *out)
{
	const struct row *row = row_of(write->record->type);
	if (row != NULL && row->fill != NULL)
		row->fill(world, write, out);
}

/* ---- refusals many share --------------------------------------------------------------------- */

struct fault rules_order_of_dates(const struct rules_write *write, uint32_t first, uint32_t second,
				  struct rules_told *told, const char *what)
{
	int32_t a, b;
	if (!fields_date(write->after, first, &a) || !fields_date(write->after, second, &b) || a <= b)
		return fault_none();
	return rules_refuse(told, rules_field_name(write, second), what, "");
}

struct fault rules_order_of_times(const struct rules_write *write, uint32_t first, uint32_t second,
				  struct rules_told *told, const char *what)
{
	uint64_t a, b;
	if (!fields_number(write->after, first, &a) || !fields_number(write->after, second, &b) || a <= b)
		return fault_none();
	return rules_refuse(told, rules_field_name(write, second), what, "");
}

struct fault rules_date_is_past(const struct rules_world *world, const struct rules_write *write, uint32_t field,
				struct rules_told *told)
{
	int32_t day;
	if (!rules_touches(write, field) || !fields_date(write->after, field, &day) || day <= world->today)
		return fault_none();
	return rules_refuse(told, rules_field_name(write, field), "the date is in the future", "");
}

struct fault rules_time_is_past(const struct rules_world *world, const struct rules_write *write, uint32_t field,
				struct rules_told *told)
{
	uint64_t ms;
	if (!rules_touches(write, field) || !fields_number(write->after, field, &ms) || ms <= world->now_ms + LIMIT_FUTURE_MS)
		return fault_none();
	return rules_refuse(told, rules_field_name(write, field), "the time is in the future", "");
}

struct fault rules_names(const struct rules_world *world, const struct rules_write *write, uint32_t field, uint32_t type,
			 struct rules_told *told, const char *what)
{
	if (!rules_touches(write, field))
		return fault_none();
	const struct rules_record *named = rules_at(world, write->after, field);
	return named == NULL || named->type == type ? fault_none()
						    : rules_refuse(told, rules_field_name(write, field), what, "");
}
