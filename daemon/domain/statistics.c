/* statistics - from records to counts. The tables and their lines: statistics_report.c. */
#include "domain/statistics.h"

#include "base/civil.h"
#include "domain/calendar.h"
#include "domain/fields.h"
#include "domain/letter.h"
#include "domain/lifecycle.h"
#include "domain/statistics_tables.h"
#include "records_table.h"

enum { MS_PER_DAY = 24 * 3600 * 1000 };

/* ---- quarters ---- */

static bool read_digits(struct span *text, size_t count, int *out)
{
	*out = 0;
	if (text->len < count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (text->data[i] < '0' || text->data[i] > '9')
			return false;
		*out = *out * 10 + text->data[i] - '0';
	}
	*text = span_of(text->data + count, text->len - count);
	return true;
}

static bool skip(struct span *text, char c)
{
	if (text->len == 0 || text->data[0] != (uint8_t)c)
		return false;
	*text = span_of(text->data + 1, text->len - 1);
	return true;
}

bool statistics_quarter(struct span text, int32_t *from, int32_t *to)
{
	struct span rest = text;
	int year = 0, quarter = 0;
	bool is = read_digits(&rest, 4, &year);
	if (is) {
		(void)skip(&rest, '-');
		is = (skip(&rest, 'Q') || skip(&rest, 'q')) && read_digits(&rest, 1, &quarter);
	} else {
		rest = text;
		is = read_digits(&rest, 1, &quarter) && skip(&rest, '/') && read_digits(&rest, 4, &year);
	}
	if (!is || rest.len > 0 || quarter < 1 || quarter > 4 || year < CALENDAR_YEAR_MIN || year >= CALENDAR_YEAR_MAX)
		return false;
	*from = civil_days((struct civil_date){ year, 3 * quarter - 2, 1 });
	*to = civil_days(quarter == 4 ? (struct civil_date){ year + 1, 1, 1 } : (struct civil_date){ year, 3 * quarter + 1, 1 }) - 1;
	return true;
}

void statistics_quarter_name(int32_t from, char out[static STATISTICS_QUARTER_BYTES])
{
	struct civil_date date = civil_of_days(from);
	int year = date.year;
	for (int i = 3; i >= 0; i--, year /= 10)
		out[i] = (char)('0' + year % 10);
	out[4] = 'Q';
	out[5] = (char)('1' + (date.month - 1) / 3);
	out[6] = '\0';
}

/* ---- days and times ---- */

static bool midnight_ms(int32_t day, uint64_t *out)
{
	struct civil_time time = { .date = civil_of_days(day) };
	return civil_helsinki_ms(&time, out);
}

struct fault statistics_begin(struct statistics *s, int32_t from, int32_t to)
{
	memset(s, 0, sizeof *s);
	s->from = from;
	s->to = to;
	if (from > to || !calendar_covers(from) || !calendar_covers(to) || !midnight_ms(from, &s->from_ms) ||
	    !midnight_ms(to + 1, &s->to_ms))
		return fault_of(FAULT_CALLER, "there are no such days to count");
	return fault_none();
}

static int32_t day_of(uint64_t ms)
{
	return civil_days(civil_helsinki(ms > CIVIL_MS_MAX ? CIVIL_MS_MAX : ms).date);
}

static bool is_in_ms(const struct statistics *s, uint64_t ms)
{
	return ms >= s->from_ms && ms < s->to_ms;
}

static bool is_in(const struct statistics *s, int32_t day)
{
	return day >= s->from && day <= s->to;
}

static void add(struct statistics *s, enum statistics_table table, uint64_t class)
{
	if (class < STATISTICS_CELLS_MAX)
		s->cells[table][class]++;
}

/* An enum's number as a class: those of values in order, then "not known". */
static uint64_t class_of(enum statistics_table table, uint64_t number)
{
	size_t known = statistics_tables_classes(table) - statistics_tables_extra(table);
	return number >= 1 && number <= known ? number - 1 : known;
}

static void add_value(struct statistics *s, enum statistics_table table, uint64_t number)
{
	add(s, table, class_of(table, number));
}

/* Each value of a list that is there once. */
static void add_values(struct statistics *s, enum statistics_table table, struct span fields, uint32_t number)
{
	for (uint64_t value = 1; value <= statistics_tables_classes(table); value++)
		if (fields_holds(fields, number, value))
			add_value(s, table, value);
}

/* ---- municipalities ---- */

static uint64_t hash_name(struct span name)
{
	uint64_t hash = 0xcbf29ce484222325u;
	bool any = false;
	while (name.len > 0) {
		uint32_t c = letter_small(letter_next(&name));
		if (c <= ' ')
			continue;
		hash = (hash ^ c) * 0x100000001b3u;
		any = true;
	}
	return any ? hash : 0;
}

static uint64_t hash_of(struct span fields, uint32_t number)
{
	struct span name;
	return fields_bytes(fields, number, &name) ? hash_name(name) : 0;
}

static void take_municipality(struct statistics *s, struct span fields)
{
	struct statistics_municipality row = {
		.name = hash_of(fields, RECORDS_MUNICIPALITY_NAME), .name_sv = hash_of(fields, RECORDS_MUNICIPALITY_NAME_SV),
		.env_type = (uint32_t)fields_number_or_none(fields, RECORDS_MUNICIPALITY_ENV_TYPE),
		.kela_km = (uint32_t)fields_number_or_none(fields, RECORDS_MUNICIPALITY_KELA_DISTANCE_KM),
	};
	if (s->municipality_count < STATISTICS_MUNICIPALITIES_MAX &&
	    fields_date(fields, RECORDS_MUNICIPALITY_VALID_FROM, &row.valid_from))
		s->municipalities[s->municipality_count++] = row;
}

/* As it was at the end of the quarter; NULL: nobody knows. */
static const struct statistics_municipality *municipality_at(const struct statistics *s, uint64_t name)
{
	const struct statistics_municipality *found = NULL;
	for (size_t i = 0; i < s->municipality_count && name != 0; i++) {
		const struct statistics_municipality *row = &s->municipalities[i];
		if ((row->name == name || row->name_sv == name) && row->valid_from <= s->to &&
		    (found == NULL || row->valid_from > found->valid_from))
			found = row;
	}
	return found;
}

static uint64_t env_class(enum statistics_table table, const struct statistics_municipality *at)
{
	return class_of(table, at == NULL ? 0 : at->env_type);
}

/* ---- one person ---- */

void statistics_person(struct statistics *s)
{
	statistics_end(s);
	s->in_person = true;
	s->person.known_from = INT32_MAX;
	s->person.assessed_on = INT32_MIN;
	s->person.is_active = false;
	s->person.municipality = 0;
	s->person.customer_type = s->person.visits = s->person.travelled = s->person.concerns = 0;
	s->person.referral_count = s->person.contact_count = s->person.assessment_count = 0;
}

static void contact(struct statistics_person *person, uint64_t ms)
{
	if (person->contact_count < STATISTICS_CONTACTS_MAX)
		person->contacts[person->contact_count++] = ms;
}

static uint64_t wait_class(int64_t days, const int32_t *ends, size_t count)
{
	size_t class = 0;
	while (class < count && days > ends[class])
		class++;
	return class;
}

static void end_referral(struct statistics *s, const struct statistics_referral *referral)
{
	static const int32_t contact_ends[] = { 0, 3, 7, 14, 30 }, assessment_ends[] = { 7, 30, 92 };
	const struct statistics_person *person = &s->person;
	int32_t received = day_of(referral->received_ms), assessed = INT32_MAX;
	uint64_t first = UINT64_MAX;
	for (size_t i = 0; i < person->contact_count; i++)
		if (person->contacts[i] >= referral->received_ms && person->contacts[i] < first)
			first = person->contacts[i];
	for (size_t i = 0; i < person->assessment_count; i++)
		if (person->assessments[i] >= received && person->assessments[i] < assessed)
			assessed = person->assessments[i];
	add(s, STATISTICS_REFERRALS_CONTACT, first == UINT64_MAX ? STATISTICS_TABLES_NO_CONTACT
								 : wait_class(day_of(first) - received, contact_ends, 5));
	add(s, STATISTICS_REFERRALS_ASSESSMENT, assessed == INT32_MAX ? STATISTICS_TABLES_NO_ASSESSMENT
								      : wait_class(assessed - received, assessment_ends, 3));
}

void statistics_end(struct statistics *s)
{
	const struct statistics_person *person = &s->person;
	if (!s->in_person)
		return;
	s->in_person = false;
	const struct statistics_municipality *at = municipality_at(s, person->municipality);
	uint64_t is_known = person->known_from < s->from; /* NEW, KNOWN */
	uint64_t type = env_class(STATISTICS_VISITS_TYPE, at);
	if (person->is_active) {
		uint64_t columns = statistics_tables_columns(STATISTICS_CLIENTS);
		uint64_t customer = person->customer_type >= 1 && person->customer_type < columns ? person->customer_type - 1 : columns - 1;
		add(s, STATISTICS_CLIENTS, env_class(STATISTICS_CLIENTS, at) * columns + customer);
		add(s, STATISTICS_CLIENTS_NEW, is_known);
	}
	s->cells[STATISTICS_VISITS_TYPE][type] += person->visits;
	s->kilometres[type] += (uint64_t)person->travelled * (at == NULL ? 0 : at->kela_km);
	s->cells[STATISTICS_CONCERNS_NEW][is_known] += person->concerns;
	for (size_t i = 0; i < person->referral_count; i++)
		end_referral(s, &person->referrals[i]);
}

/* ---- records ---- */

static void take_client(struct statistics *s, const struct statistics_record *record)
{
	struct statistics_person *person = &s->person;
	int32_t day = day_of(record->event_at_ms);
	struct record_id into;
	/* Of several records that are one person the one they lead to says where. */
	if (person->municipality == 0 || !fields_id(record->fields, RECORDS_CLIENT_MERGED_INTO, &into))
		person->municipality = hash_of(record->fields, RECORDS_CLIENT_MUNICIPALITY);
	person->known_from = day < person->known_from ? day : person->known_from;
}

static void take_capability(struct statistics *s, struct span fields)
{
	struct statistics_person *person = &s->person;
	int32_t day;
	if (!fields_date(fields, RECORDS_DIGITAL_CAPABILITY_ASSESSED_ON, &day) || day > s->to || day < person->assessed_on)
		return;
	person->assessed_on = day;
	person->customer_type = (uint32_t)fields_number_or_none(fields, RECORDS_DIGITAL_CAPABILITY_CUSTOMER_TYPE);
}

static uint64_t visit_ms(const struct statistics_record *record)
{
	uint64_t ms = fields_number_or_none(record->fields, RECORDS_VISIT_STARTED_AT);
	return ms != 0 ? ms : record->event_at_ms;
}

static void take_visit(struct statistics *s, const struct statistics_record *record)
{
	uint64_t place = fields_number_or_none(record->fields, RECORDS_VISIT_PLACE), ms = visit_ms(record);
	if (lifecycle_state(lifecycle_of(RECORDS_TYPE_VISIT), record->fields) != RECORDS_VISIT_STATE_DONE)
		return;
	if (ms >= s->from_ms)
		contact(&s->person, ms);
	if (!is_in_ms(s, ms))
		return;
	s->person.is_active = true;
	s->person.visits++;
	s->person.travelled += place != RECORDS_VISIT_PLACE_PHONE && place != RECORDS_VISIT_PLACE_VIDEO;
	add_value(s, STATISTICS_VISITS_PHASE, fields_number_or_none(record->fields, RECORDS_VISIT_PHASE));
}

static uint64_t duration_class(int32_t days)
{
	static const int32_t ends[] = { 91, 182, 365, 730 };
	return wait_class(days, ends, 4);
}

static void take_case(struct statistics *s, struct span fields)
{
	int32_t opened, closed = INT32_MAX;
	uint32_t state = lifecycle_state(lifecycle_of(RECORDS_TYPE_CASE), fields);
	if (!fields_date(fields, RECORDS_CASE_OPENED_ON, &opened))
		return;
	if (state == RECORDS_CASE_STATE_CLOSED)
		(void)fields_date(fields, RECORDS_CASE_CLOSED_ON, &closed);
	if (is_in(s, opened))
		add_value(s, STATISTICS_CASES_OPENED, fields_number_or_none(fields, RECORDS_CASE_OPENED_BY_PATHWAY));
	if (is_in(s, closed))
		add(s, STATISTICS_CASES_CLOSED, duration_class(closed - opened));
	if (opened <= s->to && closed > s->to && state != RECORDS_CASE_STATE_TRANSFERRED)
		add(s, STATISTICS_CASES_OPEN, duration_class(s->to - opened));
}

static void take_referral(struct statistics *s, struct span fields)
{
	struct statistics_person *person = &s->person;
	uint64_t received = fields_number_or_none(fields, RECORDS_REFERRAL_RECEIVED_AT), is_new;
	if (!is_in_ms(s, received) || person->referral_count == STATISTICS_REFERRALS_MAX)
		return;
	person->referrals[person->referral_count++].received_ms = received;
	person->is_active = true;
	add_value(s, STATISTICS_REFERRALS_PATHWAY, fields_number_or_none(fields, RECORDS_REFERRAL_PATHWAY));
	bool says = fields_number(fields, RECORDS_REFERRAL_NEW_CLIENT, &is_new);
	add(s, STATISTICS_REFERRALS_NEW, !says ? 2 : is_new != 0 ? 0 : 1);
	add_value(s, STATISTICS_REFERRALS_OUTCOME, lifecycle_state(lifecycle_of(RECORDS_TYPE_REFERRAL), fields));
}

static void take_concern(struct statistics *s, const struct statistics_record *record)
{
	if (!is_in_ms(s, record->event_at_ms))
		return;
	s->person.concerns++;
	add_value(s, STATISTICS_CONCERNS_RESULT, fields_number_or_none(record->fields, RECORDS_CONCERN_ASSESSMENT_RESULT));
}

/* Outcomes in order; an unnecessary one by its ground behind them. */
static void take_assessment(struct statistics *s, const struct statistics_record *record)
{
	struct statistics_person *person = &s->person;
	struct span unnecessary;
	int32_t day = day_of(record->event_at_ms);
	uint64_t outcome = fields_number_or_none(record->fields, RECORDS_SERVICE_NEED_ASSESSMENT_OUTCOME);
	(void)fields_date(record->fields, RECORDS_SERVICE_NEED_ASSESSMENT_COMPLETED_ON, &day);
	if (day >= s->from && person->assessment_count < STATISTICS_REFERRALS_MAX)
		person->assessments[person->assessment_count++] = day;
	if (!is_in(s, day))
		return;
	uint64_t class = outcome >= 1 && outcome < RECORDS_ASSESSMENT_OUTCOME_UNNECESSARY ? outcome - 1 : STATISTICS_TABLES_NO_OUTCOME;
	if (outcome == RECORDS_ASSESSMENT_OUTCOME_UNNECESSARY) {
		uint64_t ground = RECORDS_UNNECESSARY_GROUND_OTHER;
		if (fields_bytes(record->fields, RECORDS_SERVICE_NEED_ASSESSMENT_UNNECESSARY, &unnecessary))
			ground = fields_number_or_none(unnecessary, RECORDS_UNNECESSARY_GROUND);
		bool is_known = ground >= 1 && ground <= RECORDS_UNNECESSARY_GROUND_OTHER;
		class = STATISTICS_TABLES_UNNECESSARY + (is_known ? ground : RECORDS_UNNECESSARY_GROUND_OTHER) - 1;
	}
	add(s, STATISTICS_ASSESSMENTS, class);
}

static void take_plan(struct statistics *s, const struct statistics_record *record)
{
	bool themes[STATISTICS_LINE_MAX] = { false };
	struct span rest = record->fields, goal;
	if (!is_in_ms(s, record->event_at_ms))
		return;
	while (fields_next(&rest, RECORDS_PLAN_GOALS, &goal))
		themes[class_of(STATISTICS_PLAN_THEMES, fields_number_or_none(goal, RECORDS_PLAN_GOAL_CATEGORY))] = true;
	for (size_t i = 0; i < STATISTICS_LINE_MAX; i++)
		if (themes[i])
			add(s, STATISTICS_PLAN_THEMES, i);
}

/* Working days from arrival to the decision, as D5 counts them. */
static uint64_t decision_class(int32_t arrived, int32_t decided)
{
	static const uint32_t ends[] = { 1, 7, 14, 30 };
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		int32_t end;
		if (calendar_add_working(arrived, ends[i], &end) && decided <= end)
			return i;
	}
	return sizeof ends / sizeof ends[0];
}

static void take_application(struct statistics *s, const struct statistics_record *record)
{
	struct span fields = record->fields, decision;
	int32_t decided;
	uint64_t arrived = fields_number_or_none(fields, RECORDS_ASSISTANCE_APPLICATION_ARRIVED_AT_KELA);
	if (fields_bytes(fields, RECORDS_ASSISTANCE_APPLICATION_DECISION, &decision) &&
	    fields_date(decision, RECORDS_KELA_DECISION_DATE, &decided) && is_in(s, decided))
		add(s, STATISTICS_APPLICATIONS, arrived == 0 ? STATISTICS_TABLES_NO_ARRIVAL : decision_class(day_of(arrived), decided));
	if (fields_number_or_none(fields, RECORDS_ASSISTANCE_APPLICATION_URGENCY) == RECORDS_URGENCY_URGENT &&
	    is_in_ms(s, arrived != 0 ? arrived : record->event_at_ms))
		add_value(s, STATISTICS_URGENT, fields_number_or_none(fields, RECORDS_ASSISTANCE_APPLICATION_URGENT_OUTCOME));
}

/* A tool is of help from four of five on. What is said of it stands in its own table alone:
 * were it in the others too, their totals would give away what is withheld there. */
static void take_feedback(struct statistics *s, struct span fields)
{
	enum { HELPFUL, NOT_HELPFUL, NO_SCORE };
	uint64_t score = fields_number_or_none(fields, RECORDS_FEEDBACK_SCORE);
	uint64_t target = fields_number_or_none(fields, RECORDS_FEEDBACK_TARGET);
	if (target == RECORDS_FEEDBACK_TARGET_CONCERN_TOOL) {
		add(s, STATISTICS_CONCERN_TOOL, score >= 4 ? HELPFUL : score > 0 ? NOT_HELPFUL : NO_SCORE);
		return;
	}
	add_value(s, STATISTICS_FEEDBACK, score);
	add_value(s, STATISTICS_FEEDBACK_TARGET, target);
}

static void take_session(struct statistics *s, const struct statistics_record *record)
{
	uint64_t ms = fields_number_or_none(record->fields, RECORDS_JOINT_SESSION_STARTED_AT);
	if (ms >= s->from_ms)
		contact(&s->person, ms);
	s->person.is_active = s->person.is_active || is_in_ms(s, ms);
}

static void take_contact(struct statistics *s, const struct statistics_record *record)
{
	if (!is_in_ms(s, record->event_at_ms))
		return;
	uint64_t name = hash_of(record->fields, RECORDS_ANONYMOUS_CONTACT_MUNICIPALITY);
	add(s, STATISTICS_CONTACTS_TYPE, env_class(STATISTICS_CONTACTS_TYPE, municipality_at(s, name)));
	add_values(s, STATISTICS_CONTACTS_THEME, record->fields, RECORDS_ANONYMOUS_CONTACT_THEMES);
}

/* ---- which record is what ---- */

static const uint32_t counted[] = {
	RECORDS_TYPE_MUNICIPALITY, RECORDS_TYPE_CLIENT, RECORDS_TYPE_DIGITAL_CAPABILITY, RECORDS_TYPE_VISIT, RECORDS_TYPE_CASE,
	RECORDS_TYPE_ENCOUNTER_NOTE, RECORDS_TYPE_REFERRAL, RECORDS_TYPE_CONCERN_ASSESSMENT, RECORDS_TYPE_SERVICE_NEED_ASSESSMENT,
	RECORDS_TYPE_PLAN, RECORDS_TYPE_ASSISTANCE_APPLICATION, RECORDS_TYPE_JOINT_SESSION, RECORDS_TYPE_ANONYMOUS_CONTACT,
	RECORDS_TYPE_FEEDBACK, RECORDS_TYPE_LIFE_SITUATION_MAPPING, RECORDS_TYPE_BENEFIT_ASSESSMENT,
};

bool statistics_counts(uint32_t record_type)
{
	for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++)
		if (counted[i] == record_type)
			return true;
	return false;
}

/* T3 */
static bool is_voided(const struct statistics_record *record)
{
	const struct lifecycle_table *table = lifecycle_of(record->type);
	const struct schema_record *schema = schema_by_type(record->type);
	if (table == NULL || schema == NULL || !schema->is_signed)
		return false;
	return strcmp(lifecycle_name(table, lifecycle_state(table, record->fields)), "VOIDED") == 0;
}

/* Something was done for the person: written for them in the quarter. */
static void take_work(struct statistics *s, const struct statistics_record *record)
{
	if (record->type == RECORDS_TYPE_ENCOUNTER_NOTE && record->event_at_ms >= s->from_ms)
		contact(&s->person, record->event_at_ms);
	if (record->type != RECORDS_TYPE_CLIENT && record->type != RECORDS_TYPE_VISIT && record->type != RECORDS_TYPE_CASE &&
	    record->type != RECORDS_TYPE_REFERRAL && record->type != RECORDS_TYPE_JOINT_SESSION)
		s->person.is_active = s->person.is_active || is_in_ms(s, record->event_at_ms);
}

static void take_of_person(struct statistics *s, const struct statistics_record *record)
{
	take_work(s, record);
	switch (record->type) {
	case RECORDS_TYPE_CLIENT: take_client(s, record); return;
	case RECORDS_TYPE_DIGITAL_CAPABILITY: take_capability(s, record->fields); return;
	case RECORDS_TYPE_VISIT: take_visit(s, record); return;
	case RECORDS_TYPE_CASE: take_case(s, record->fields); return;
	case RECORDS_TYPE_REFERRAL: take_referral(s, record->fields); return;
	case RECORDS_TYPE_CONCERN_ASSESSMENT: take_concern(s, record); return;
	case RECORDS_TYPE_SERVICE_NEED_ASSESSMENT: take_assessment(s, record); return;
	case RECORDS_TYPE_PLAN: take_plan(s, record); return;
	case RECORDS_TYPE_ASSISTANCE_APPLICATION: take_application(s, record); return;
	case RECORDS_TYPE_JOINT_SESSION: take_session(s, record); return;
	default: return;
	}
}

void statistics_record(struct statistics *s, const struct statistics_record *record)
{
	if (!statistics_counts(record->type) || is_voided(record))
		return;
	if (record->type == RECORDS_TYPE_MUNICIPALITY)
		take_municipality(s, record->fields);
	else if (record->type == RECORDS_TYPE_ANONYMOUS_CONTACT)
		take_contact(s, record);
	else if (record->type == RECORDS_TYPE_FEEDBACK && is_in_ms(s, record->event_at_ms))
		take_feedback(s, record->fields);
	else if (s->in_person)
		take_of_person(s, record);
}
