/* agenda - one function a record type: from its values to what is due. */
#include "domain/agenda.h"

#include "base/assert.h"
#include "base/civil.h"
#include "domain/calendar.h"
#include "domain/fields.h"
#include "domain/lifecycle.h"
#include "domain/protect.h"
#include "records_table.h"

/* `is_act`: somebody owes it, so it stays until it is done; else it comes about. */
static const struct { const char *name; bool is_act; } kinds[AGENDA_KINDS] = {
	[AGENDA_NOTHING] = { "", false },
	[AGENDA_VISIT] = { "visit", true },
	[AGENDA_SESSION] = { "session", true },
	[AGENDA_TRIAGE] = { "triage", true },
	[AGENDA_REFERRAL] = { "referral", true },
	[AGENDA_ASSESSMENT_START] = { "assessment_start", true },
	[AGENDA_ASSESSMENT] = { "assessment", true },
	[AGENDA_DELIVER] = { "deliver", true },
	[AGENDA_DECISION] = { "decision", true },
	[AGENDA_SUPPLY] = { "supply", true },
	[AGENDA_TALK] = { "talk", true },
	[AGENDA_OWN_WORKER] = { "own_worker", true },
	[AGENDA_NOTICE] = { "notice", false },
	[AGENDA_OBJECTION] = { "objection", false },
	[AGENDA_REQUEST] = { "request", true },
	[AGENDA_CARRY_OUT] = { "carry_out", true },
	[AGENDA_URGING] = { "urging", false },
	[AGENDA_REVIEW] = { "review", true },
	[AGENDA_MAPPING] = { "mapping", true },
	[AGENDA_CONSENT] = { "consent", false },
	[AGENDA_CAPABILITY] = { "capability", true },
	[AGENDA_ACTION] = { "action", true },
	[AGENDA_PICKUP] = { "pickup", true },
	[AGENDA_MOVE] = { "move", false },
	[AGENDA_MEETING] = { "meeting", false },
	[AGENDA_CONCERN] = { "concern", false },
	[AGENDA_CHILD] = { "child", true },
	[AGENDA_HOME_VISIT] = { "home_visit", true },
	[AGENDA_HANDOVER] = { "handover", true },
	[AGENDA_ADDRESS] = { "address", true },
	[AGENDA_CONFLICT] = { "conflict", true },
	[AGENDA_RIVAL] = { "rival", true },
	[AGENDA_WITHDRAWAL] = { "withdrawal", true },
	[AGENDA_DRAFT] = { "draft", true },
	[AGENDA_UNSYNCED] = { "unsynced", true },
};

const char *agenda_kind_name(enum agenda_kind kind)
{
	return (int)kind >= 0 && kind < AGENDA_KINDS ? kinds[kind].name : "";
}

/* ---- the values of a record ---- */

/* A list under way: the record and what was found of it. */
struct making {
	const struct agenda_record *record;
	struct agenda_item *items;
	size_t count;
};

struct values { const struct fold_value *at; size_t count; };

static struct values values_of(const struct making *making, uint32_t field)
{
	const struct fold_record *fold = making->record->fold;
	for (size_t i = 0; i < fold->count; i++)
		if (fold->fields[i].number == field)
			return (struct values){ fold->fields[i].siblings, fold->fields[i].count };
	return (struct values){ NULL, 0 };
}

/* Some value of the field is there. */
static bool has(const struct making *making, uint32_t field)
{
	struct values values = values_of(making, field);
	for (size_t i = 0; i < values.count; i++)
		if (fields_has(values.at[i].whole, field))
			return true;
	return false;
}

/* Some value of the field is this number. */
static bool says(const struct making *making, uint32_t field, uint64_t number)
{
	struct values values = values_of(making, field);
	uint64_t value;
	for (size_t i = 0; i < values.count; i++)
		if (fields_number(values.at[i].whole, field, &value) && value == number)
			return true;
	return false;
}

/* A day of the calendar; others are no days on which anything is due. */
static bool date_of(struct span fields, uint32_t field, int32_t *out)
{
	return fields_date(fields, field, out) && calendar_covers(*out);
}

/* G1: the earliest of the values. */
static bool earliest_day(const struct making *making, uint32_t field, int32_t *out)
{
	struct values values = values_of(making, field);
	bool found = false;
	int32_t day;
	for (size_t i = 0; i < values.count; i++)
		if (date_of(values.at[i].whole, field, &day) && (!found || day < *out)) {
			*out = day;
			found = true;
		}
	return found;
}

static bool earliest_ms(const struct making *making, uint32_t field, uint64_t *out)
{
	struct values values = values_of(making, field);
	bool found = false;
	uint64_t ms;
	for (size_t i = 0; i < values.count; i++)
		if (fields_number(values.at[i].whole, field, &ms) && (!found || ms < *out)) {
			*out = ms;
			found = true;
		}
	return found;
}

enum { STATES_MAX = LIMIT_SIBLINGS };

/* The state that holds over all siblings (lifecycle C3). */
static uint32_t state_of(const struct making *making)
{
	const struct lifecycle_table *table = lifecycle_of(making->record->type);
	uint32_t states[STATES_MAX];
	ASSERT(table != NULL);
	struct values values = values_of(making, table->field);
	size_t count = values.count < STATES_MAX ? values.count : STATES_MAX;
	for (size_t i = 0; i < count; i++)
		states[i] = (uint32_t)fields_number_or_none(values.at[i].whole, table->field);
	return lifecycle_derive(table, states, count).state;
}

static bool is_in(const struct making *making, uint32_t state)
{
	return state_of(making) == state;
}

/* ---- putting ---- */

static int32_t day_of(uint64_t ms)
{
	return civil_days(civil_helsinki(ms < CIVIL_MS_MAX ? ms : CIVIL_MS_MAX).date);
}

static uint64_t begin_of(int32_t day)
{
	struct civil_time midnight = { .date = civil_of_days(day) };
	uint64_t ms;
	return civil_helsinki_ms(&midnight, &ms) ? ms : 0;
}

/* NULL: the list is full or the days are none of the calendar. */
static struct agenda_item *put(struct making *making, enum agenda_kind kind, int32_t counted, int32_t actable)
{
	if (making->count == AGENDA_ITEMS_MAX || !calendar_covers(counted))
		return NULL;
	struct agenda_item *item = &making->items[making->count++];
	*item = (struct agenda_item){
		.kind = kind, .counted = counted, .actable = actable,
		.last = kinds[kind].is_act ? AGENDA_FOR_EVER : actable, .start_ms = making->record->event_at_ms,
	};
	return item;
}

/* A day that stands in the record; an act due on a feast may be done after it. */
static struct agenda_item *put_day(struct making *making, enum agenda_kind kind, enum deadline_rule rule, int32_t day)
{
	int32_t actable;
	const struct deadline_row *row = deadline_row(rule);
	bool is_moved = row != NULL ? row->is_moved : kinds[kind].is_act;
	if (!is_moved || !calendar_actable(day, &actable))
		actable = day;
	struct agenda_item *item = put(making, kind, day, actable);
	if (item != NULL)
		item->rule = rule;
	return item;
}

/* A time of day: what is planned for a Sunday stays there. */
static void put_moment(struct making *making, enum agenda_kind kind, uint32_t field)
{
	uint64_t ms;
	if (!earliest_ms(making, field, &ms))
		return;
	struct agenda_item *item = put(making, kind, day_of(ms), day_of(ms));
	if (item != NULL)
		item->at_ms = item->start_ms = ms;
}

static struct agenda_item *put_deadline(struct making *making, enum agenda_kind kind, enum deadline_rule rule,
					const struct deadline *at, uint64_t start_ms)
{
	struct agenda_item *item = put(making, kind, at->counted, at->actable);
	if (item != NULL) {
		item->rule = rule;
		item->start_ms = start_ms;
	}
	return item;
}

static struct agenda_item *put_from_ms(struct making *making, enum agenda_kind kind, enum deadline_rule rule,
				       uint64_t start_ms)
{
	struct deadline at;
	if (fault_is(deadline_count_ms(rule, start_ms, NULL, &at)))
		return NULL;
	return put_deadline(making, kind, rule, &at, start_ms);
}

static struct agenda_item *put_from_day(struct making *making, enum agenda_kind kind, enum deadline_rule rule,
					int32_t start)
{
	struct deadline at;
	if (fault_is(deadline_count(rule, start, NULL, &at)))
		return NULL;
	return put_deadline(making, kind, rule, &at, begin_of(start));
}

static void only(struct agenda_item *item, enum agenda_condition condition)
{
	if (item != NULL)
		item->condition = condition;
}

static void urge(struct agenda_item *item)
{
	if (item != NULL)
		item->urgent = true;
}

/* ---- the matter: referral, case, assessment, plan ---- */

/* D2 to D4. `special`: special support is needed or not yet ruled out. */
static void assessment_starts(struct making *making, uint64_t start_ms, bool special)
{
	only(put_from_ms(making, AGENDA_ASSESSMENT_START, DEADLINE_D2, start_ms), AGENDA_IF_SEVEN_DAYS);
	if (special)
		only(put_from_ms(making, AGENDA_ASSESSMENT_START, DEADLINE_D3_START, start_ms), AGENDA_IF_CHILD);
}

static void assessment_ends(struct making *making, uint64_t start_ms, bool special)
{
	if (special)
		only(put_from_ms(making, AGENDA_ASSESSMENT, DEADLINE_D3_FINISH, start_ms), AGENDA_IF_CHILD);
	only(put_from_ms(making, AGENDA_ASSESSMENT, DEADLINE_D4, start_ms), special ? AGENDA_UNLESS_CHILD : AGENDA_ALWAYS);
}

static bool is_judged_immediate(const struct making *making)
{
	struct values values = values_of(making, RECORDS_REFERRAL_URGENT_TRIAGE);
	struct span triage;
	for (size_t i = 0; i < values.count; i++)
		if (fields_bytes(values.at[i].whole, RECORDS_REFERRAL_URGENT_TRIAGE, &triage) &&
		    fields_number_or_none(triage, RECORDS_URGENT_TRIAGE_RESULT) == RECORDS_TRIAGE_RESULT_IMMEDIATE)
			return true;
	return false;
}

static void of_referral(struct making *making)
{
	uint32_t state = state_of(making);
	uint64_t received_ms;
	if ((state != RECORDS_REFERRAL_STATE_RECEIVED && state != RECORDS_REFERRAL_STATE_TRIAGED) ||
	    !earliest_ms(making, RECORDS_REFERRAL_RECEIVED_AT, &received_ms))
		return;
	if (!has(making, RECORDS_REFERRAL_URGENT_TRIAGE))
		urge(put_from_ms(making, AGENDA_TRIAGE, DEADLINE_D1, received_ms));
	else if (is_judged_immediate(making))
		urge(put(making, AGENDA_REFERRAL, day_of(received_ms), day_of(received_ms)));
	if (says(making, RECORDS_REFERRAL_PATHWAY, RECORDS_PATHWAY_TALK_REQUEST)) {
		put_from_ms(making, AGENDA_TALK, DEADLINE_D10, received_ms);
		return;
	}
	if (says(making, RECORDS_REFERRAL_PATHWAY, RECORDS_PATHWAY_ETOTU_TRANSFER)) {
		put_from_ms(making, AGENDA_DECISION, DEADLINE_D5, received_ms);
		return;
	}
	if (says(making, RECORDS_REFERRAL_PATHWAY, RECORDS_PATHWAY_BASIC_PART_REDUCTION))
		put_from_ms(making, AGENDA_URGING, DEADLINE_D17, received_ms);
	assessment_starts(making, received_ms, true);
	assessment_ends(making, received_ms, true);
}

static void of_case(struct making *making)
{
	uint32_t state = state_of(making);
	bool special = says(making, RECORDS_CASE_SPECIAL_SUPPORT, true);
	int32_t opened_on;
	if (!earliest_day(making, RECORDS_CASE_OPENED_ON, &opened_on))
		return;
	uint64_t opened_ms = begin_of(opened_on);
	if (state == RECORDS_CASE_STATE_PLANNED)
		put_from_day(making, AGENDA_CARRY_OUT, DEADLINE_D16, opened_on);
	if (state == RECORDS_CASE_STATE_OPEN &&
	    says(making, RECORDS_CASE_OPENED_BY_PATHWAY, RECORDS_PATHWAY_TALK_REQUEST)) {
		put_from_day(making, AGENDA_TALK, DEADLINE_D10, opened_on);
		return;
	}
	if (state == RECORDS_CASE_STATE_OPEN)
		assessment_starts(making, opened_ms, special);
	if (state == RECORDS_CASE_STATE_OPEN || state == RECORDS_CASE_STATE_ASSESSING)
		assessment_ends(making, opened_ms, special);
}

static void of_assessment(struct making *making)
{
	int32_t completed_on;
	if (!is_in(making, RECORDS_CONTENT_STATE_SIGNED) ||
	    says(making, RECORDS_SERVICE_NEED_ASSESSMENT_OUTCOME, RECORDS_ASSESSMENT_OUTCOME_UNNECESSARY) ||
	    says(making, RECORDS_SERVICE_NEED_ASSESSMENT_OUTCOME, RECORDS_ASSESSMENT_OUTCOME_NO_NEED))
		return;
	if (earliest_day(making, RECORDS_SERVICE_NEED_ASSESSMENT_COMPLETED_ON, &completed_on))
		only(put_from_day(making, AGENDA_OWN_WORKER, DEADLINE_D11, completed_on), AGENDA_UNLESS_OWN_WORKER);
}

static void of_plan(struct making *making)
{
	int32_t day;
	if (says(making, RECORDS_PLAN_CLIENT_AGREEMENT, RECORDS_CLIENT_AGREEMENT_DECLINED))
		return;
	if (!is_in(making, RECORDS_PLAN_STATE_AGREED) && !is_in(making, RECORDS_PLAN_STATE_ACTIVE))
		return;
	if (earliest_day(making, RECORDS_PLAN_REVIEW_ON, &day))
		put_day(making, AGENDA_REVIEW, DEADLINE_D18_REVIEW, day);
	day = day_of(making->record->event_at_ms);
	if (has(making, RECORDS_PLAN_REPLACES))
		only(put(making, AGENDA_RIVAL, day, day), AGENDA_IF_RIVAL);
}

/* ---- applications ---- */

/* What one value of the list of Kela's requests makes of the clock. */
struct requests {
	bool waits;           /* something is asked for and not supplied */
	bool without_end;     /* and no time was given for it */
	int32_t first_due, last_due;
	uint64_t asked_ms;    /* the first that waits */
	uint64_t supplied_ms; /* the last; 0: none */
};

static struct requests read_requests(struct span list, uint32_t field)
{
	struct requests all = { .first_due = INT32_MAX, .last_due = INT32_MIN, .asked_ms = UINT64_MAX };
	struct span one;
	while (fields_next(&list, field, &one)) {
		uint64_t supplied = fields_number_or_none(one, RECORDS_INFO_REQUEST_SUPPLIED_AT);
		uint64_t asked = fields_number_or_none(one, RECORDS_INFO_REQUEST_ASKED_AT);
		int32_t due;
		if (supplied != 0) {
			all.supplied_ms = supplied > all.supplied_ms ? supplied : all.supplied_ms;
			continue;
		}
		all.waits = true;
		all.asked_ms = asked < all.asked_ms ? asked : all.asked_ms;
		if (date_of(one, RECORDS_INFO_REQUEST_DUE, &due)) {
			all.first_due = due < all.first_due ? due : all.first_due;
			all.last_due = due > all.last_due ? due : all.last_due;
		} else {
			all.without_end = true;
		}
	}
	return all;
}

struct clock { enum deadline_rule rule; struct deadline at; uint64_t start_ms; };

/* G1: the earlier of two clocks stays. */
static void keep_earlier(struct clock *clock, enum deadline_rule rule, uint64_t start_ms)
{
	struct deadline at;
	if (fault_is(deadline_count_ms(rule, start_ms, NULL, &at)))
		return;
	if (clock->rule == DEADLINE_NONE || at.counted < clock->at.counted)
		*clock = (struct clock){ rule, at, start_ms };
}

/* D5, or what Kela's requests make of it: D8 once all is supplied, D9 from the end of
 * the time given; while something is asked for without an end, no clock runs. */
static void decision_clock(struct clock *clock, const struct requests *requests, uint64_t arrived_ms)
{
	if (!requests->waits && requests->supplied_ms == 0)
		keep_earlier(clock, DEADLINE_D5, arrived_ms);
	else if (!requests->waits)
		keep_earlier(clock, DEADLINE_D8, requests->supplied_ms);
	else if (!requests->without_end)
		keep_earlier(clock, DEADLINE_D9, begin_of(requests->last_due));
}

static void of_normal_queue(struct making *making, uint64_t arrived_ms, uint32_t field)
{
	struct values lists = values_of(making, field);
	struct clock clock = { .rule = DEADLINE_NONE };
	for (size_t i = 0; i < (lists.count > 0 ? lists.count : 1); i++) {
		struct requests requests = read_requests(lists.count > 0 ? lists.at[i].whole : span_of("", 0), field);
		if (arrived_ms != 0)
			decision_clock(&clock, &requests, arrived_ms);
	}
	if (clock.rule != DEADLINE_NONE)
		put_deadline(making, AGENDA_DECISION, clock.rule, &clock.at, clock.start_ms);
}

/* What was asked for, urgent or not; without a time given, the sooner the better. */
static void of_supply(struct making *making, uint32_t field)
{
	struct values lists = values_of(making, field);
	int32_t supply = INT32_MAX;
	uint64_t asked_ms = 0;
	for (size_t i = 0; i < lists.count; i++) {
		struct requests requests = read_requests(lists.at[i].whole, field);
		int32_t day = requests.without_end ? day_of(requests.asked_ms) : requests.first_due;
		if (requests.waits && day < supply) {
			supply = day;
			asked_ms = requests.asked_ms;
		}
	}
	struct agenda_item *item = supply == INT32_MAX ? NULL : put_day(making, AGENDA_SUPPLY, DEADLINE_NONE, supply);
	if (item != NULL)
		item->start_ms = asked_ms;
}

static void of_pickup(struct making *making)
{
	struct values values = values_of(making, RECORDS_ASSISTANCE_APPLICATION_PAYMENT_COMMITMENT);
	struct span part;
	int32_t first = INT32_MAX, day;
	if (earliest_day(making, RECORDS_ASSISTANCE_APPLICATION_PICKUP_BY, &day))
		first = day;
	for (size_t i = 0; i < values.count; i++) {
		if (!fields_bytes(values.at[i].whole, RECORDS_ASSISTANCE_APPLICATION_PAYMENT_COMMITMENT, &part))
			continue;
		if (fields_has(part, RECORDS_PAYMENT_COMMITMENT_COLLECTED_AT))
			return;
		if (date_of(part, RECORDS_PAYMENT_COMMITMENT_PICKUP_BY, &day) && day < first)
			first = day;
	}
	if (first != INT32_MAX)
		put_day(making, AGENDA_PICKUP, DEADLINE_NONE, first);
}

/* Whether Kela still has to decide; an application is followed until it does. */
static bool awaits_decision(const struct making *making, uint32_t state)
{
	bool before = state == RECORDS_APPLICATION_STATE_PREPARED || state == RECORDS_APPLICATION_STATE_DELIVERED ||
		      state == RECORDS_APPLICATION_STATE_NORMAL_QUEUE || state == RECORDS_APPLICATION_STATE_URGENT_QUEUE ||
		      state == RECORDS_APPLICATION_STATE_WAITING_INFO;
	return before && !has(making, RECORDS_ASSISTANCE_APPLICATION_DECISION);
}

static void of_application(struct making *making)
{
	uint32_t state = state_of(making);
	uint64_t arrived_ms = 0;
	bool has_arrived = earliest_ms(making, RECORDS_ASSISTANCE_APPLICATION_ARRIVED_AT_KELA, &arrived_ms);
	bool is_urgent = says(making, RECORDS_ASSISTANCE_APPLICATION_URGENCY, RECORDS_URGENCY_URGENT) &&
			 !has(making, RECORDS_ASSISTANCE_APPLICATION_URGENT_OUTCOME);
	if (state == RECORDS_APPLICATION_STATE_WITHDRAWN || state == RECORDS_APPLICATION_STATE_CLOSED)
		return;
	if (state != RECORDS_APPLICATION_STATE_COLLECTED)
		of_pickup(making);
	if (!awaits_decision(making, state))
		return;
	of_supply(making, RECORDS_ASSISTANCE_APPLICATION_INFO_REQUESTS);
	if (is_urgent && has_arrived)
		urge(put_from_ms(making, AGENDA_DECISION, DEADLINE_D6, arrived_ms));
	else if (is_urgent) /* no clock runs yet (L1), and nothing is more pressing */
		urge(put(making, AGENDA_DELIVER, day_of(making->record->event_at_ms), day_of(making->record->event_at_ms)));
	else
		of_normal_queue(making, has_arrived ? arrived_ms : 0, RECORDS_ASSISTANCE_APPLICATION_INFO_REQUESTS);
}

/* The county's own: the same clocks, from its arrival here. */
static void of_local_application(struct making *making)
{
	uint32_t state = state_of(making);
	uint64_t received_ms;
	if ((state != RECORDS_LOCAL_APPLICATION_STATE_RECEIVED && state != RECORDS_LOCAL_APPLICATION_STATE_HANDLING &&
	     state != RECORDS_LOCAL_APPLICATION_STATE_WAITING_INFO) ||
	    !earliest_ms(making, RECORDS_LOCAL_APPLICATION_RECEIVED_AT, &received_ms))
		return;
	of_supply(making, RECORDS_LOCAL_APPLICATION_INFO_REQUESTS);
	of_normal_queue(making, received_ms, RECORDS_LOCAL_APPLICATION_INFO_REQUESTS);
}

/* Notices are signed: one value a field. The end of the objection stands in the record
 * where there is one (rules_notice); the rest follows from the sending. */
static void of_notice(struct making *making)
{
	struct values methods = values_of(making, RECORDS_SERVICE_NOTICE_METHOD);
	uint64_t method = methods.count > 0 ? fields_number_or_none(methods.at[0].whole, RECORDS_SERVICE_NOTICE_METHOD) : 0;
	enum deadline_rule rule = deadline_of_notice(method);
	int32_t sent_on, deemed_on, until;
	struct deadline at;
	if (!earliest_day(making, RECORDS_SERVICE_NOTICE_ACTUALLY_SENT_ON, &sent_on) ||
	    fault_is(deadline_count(rule, sent_on, NULL, &at)))
		return;
	if (earliest_day(making, RECORDS_SERVICE_NOTICE_DEEMED_ON, &deemed_on))
		at.counted = at.actable = deemed_on;
	put_deadline(making, AGENDA_NOTICE, rule, &at, begin_of(sent_on));
	if (!earliest_day(making, RECORDS_SERVICE_NOTICE_APPEAL_UNTIL, &until))
		return;
	struct agenda_item *item = put_day(making, AGENDA_OBJECTION, DEADLINE_D13, until);
	if (item != NULL)
		item->start_ms = begin_of(at.counted);
}

/* ---- the person ---- */

/* No two values to choose from: it leaves the card. */
static void of_client(struct making *making)
{
	int32_t day = day_of(making->record->changed_ms);
	if (protect_is_on(making->record->type, making->record->fold) && protect_has_address(making->record->fold))
		urge(put(making, AGENDA_ADDRESS, day, day));
}

static void of_visit(struct making *making)
{
	if (is_in(making, RECORDS_VISIT_STATE_PLANNED) && !has(making, RECORDS_VISIT_STARTED_AT))
		put_moment(making, AGENDA_VISIT, RECORDS_VISIT_PLANNED_AT);
}

static void of_session(struct making *making)
{
	if ((is_in(making, RECORDS_SESSION_STATE_SCHEDULED) || is_in(making, RECORDS_SESSION_STATE_IDENTITIES_CHECKED)) &&
	    !has(making, RECORDS_JOINT_SESSION_STARTED_AT))
		put_moment(making, AGENDA_SESSION, RECORDS_JOINT_SESSION_SCHEDULED_AT);
}

/* It is made at once (LSL 25 §), whatever the consent. */
static void put_child(struct making *making)
{
	int32_t day = day_of(making->record->event_at_ms);
	struct agenda_item *item = put(making, AGENDA_CHILD, day, day);
	urge(item);
	only(item, AGENDA_UNLESS_NOTICE);
}

/* Whether concern for a child was answered YES in a quadrant. */
static bool asks_child(struct span quadrant)
{
	struct span answer;
	while (fields_next(&quadrant, RECORDS_MAPPING_QUADRANT_PROMPTS_ANSWERED, &answer))
		if (fields_number_or_none(answer, RECORDS_PROMPT_ANSWER_PROMPT) == RECORDS_PROMPT_CHILD_CONCERN &&
		    fields_number_or_none(answer, RECORDS_PROMPT_ANSWER_ANSWER) == RECORDS_ANSWER_YES)
			return true;
	return false;
}

static void of_mapped_child(struct making *making)
{
	struct values lists = values_of(making, RECORDS_LIFE_SITUATION_MAPPING_QUADRANTS);
	for (size_t i = 0; i < lists.count; i++) {
		struct span quadrant, rest = lists.at[i].whole;
		while (fields_next(&rest, RECORDS_LIFE_SITUATION_MAPPING_QUADRANTS, &quadrant))
			if (asks_child(quadrant)) {
				put_child(making);
				return;
			}
	}
}

static void of_concern_child(struct making *making)
{
	struct values lists = values_of(making, RECORDS_CONCERN_ASSESSMENT_ITEMS);
	for (size_t i = 0; i < lists.count; i++) {
		struct span item, code, rest = lists.at[i].whole;
		while (fields_next(&rest, RECORDS_CONCERN_ASSESSMENT_ITEMS, &item))
			if (fields_number_or_none(item, RECORDS_CONCERN_ITEM_ANSWER) == RECORDS_ANSWER_YES &&
			    fields_bytes(item, RECORDS_CONCERN_ITEM_CODE, &code) && span_equal(code, span_text("C04"))) {
				put_child(making);
				return;
			}
	}
}

static void of_capability(struct making *making)
{
	int32_t day;
	if (earliest_day(making, RECORDS_DIGITAL_CAPABILITY_NEXT_CHECK, &day))
		only(put_day(making, AGENDA_CAPABILITY, DEADLINE_NONE, day), AGENDA_UNLESS_NEWER);
}

static void of_mapping(struct making *making)
{
	int32_t day;
	if (!is_in(making, RECORDS_CONTENT_STATE_SIGNED) && !is_in(making, RECORDS_CONTENT_STATE_CORRECTED))
		return;
	only(earliest_day(making, RECORDS_LIFE_SITUATION_MAPPING_VALID_UNTIL, &day)
		     ? put_day(making, AGENDA_MAPPING, DEADLINE_D18_MAPPING, day)
		     : put_from_ms(making, AGENDA_MAPPING, DEADLINE_D18_MAPPING, making->record->event_at_ms),
	     AGENDA_UNLESS_NEWER);
	of_mapped_child(making);
}

static void of_concern(struct making *making)
{
	int32_t day = day_of(making->record->event_at_ms);
	if (!is_in(making, RECORDS_CONTENT_STATE_SIGNED))
		return;
	of_concern_child(making);
	if (says(making, RECORDS_CONCERN_ASSESSMENT_LEVEL, RECORDS_CONCERN_LEVEL_SERIOUS))
		urge(put(making, AGENDA_CONCERN, day, day));
}

static void of_consent(struct making *making)
{
	int32_t day;
	if (is_in(making, RECORDS_CONSENT_STATE_ACTIVE) && !has(making, RECORDS_CONSENT_WITHDRAWN_AT) &&
	    earliest_day(making, RECORDS_CONSENT_VALID_UNTIL, &day))
		put_day(making, AGENDA_CONSENT, DEADLINE_D18_CONSENT, day);
}

static void of_action(struct making *making)
{
	int32_t day;
	if ((is_in(making, RECORDS_ACTION_STATE_OPEN) || is_in(making, RECORDS_ACTION_STATE_OVERDUE)) &&
	    earliest_day(making, RECORDS_AGREED_ACTION_DUE, &day))
		put_day(making, AGENDA_ACTION, DEADLINE_NONE, day);
}

enum { HOME_VISIT_DAYS = 7, HOME_VISIT_SHOWN_DAYS = 30 };

/* Within seven working days of the move (d); a month later nobody is helped by the row. */
static void put_home_visit(struct making *making, int32_t moved)
{
	int32_t last;
	struct agenda_item *item;
	if (!calendar_add_working(moved, HOME_VISIT_DAYS, &last))
		return;
	item = put(making, AGENDA_HOME_VISIT, last, last);
	only(item, AGENDA_UNLESS_VISIT);
	if (item != NULL) {
		item->start_ms = begin_of(moved);
		item->last = last + HOME_VISIT_SHOWN_DAYS;
	}
}

static void of_transfer(struct making *making)
{
	int32_t day;
	if (earliest_day(making, RECORDS_RECEPTION_TRANSFER_MOVE_DATE, &day)) {
		put_day(making, AGENDA_MOVE, DEADLINE_NONE, day);
		put_home_visit(making, day);
	}
	put_moment(making, AGENDA_MEETING, RECORDS_RECEPTION_TRANSFER_NETWORK_MEETING);
}

/* A month, or the longer time that was told to the person: at the most three months. */
static void of_request(struct making *making)
{
	int32_t received_on, due;
	struct deadline longest;
	if (has(making, RECORDS_DATA_SUBJECT_REQUEST_ANSWERED_ON) ||
	    !earliest_day(making, RECORDS_DATA_SUBJECT_REQUEST_RECEIVED_ON, &received_on))
		return;
	if (!earliest_day(making, RECORDS_DATA_SUBJECT_REQUEST_DUE, &due)) {
		put_from_day(making, AGENDA_REQUEST, DEADLINE_D15, received_on);
		return;
	}
	if (fault_is(deadline_count(DEADLINE_D15_EXTENDED, received_on, NULL, &longest)))
		return;
	struct agenda_item *item = put_day(making, AGENDA_REQUEST, DEADLINE_D15_EXTENDED,
					   due < longest.counted ? due : longest.counted);
	if (item != NULL)
		item->start_ms = begin_of(received_on);
}

/* Somebody has yet to accept it, or to tell the client; central needs no reminder. */
static void of_handover(struct making *making)
{
	uint32_t state = state_of(making);
	int32_t day = day_of(making->record->event_at_ms);
	if (state == RECORDS_HANDOVER_STATE_PROPOSED ||
	    (state == RECORDS_HANDOVER_STATE_ACCEPTED && !has(making, RECORDS_HANDOVER_CLIENT_TOLD_AT)))
		put(making, AGENDA_HANDOVER, day, day);
}

/* ---- any record ---- */

static void of_conflict(struct making *making)
{
	const struct fold_record *fold = making->record->fold;
	bool is_protected = protect_is_on(making->record->type, fold);
	for (size_t i = 0; i < fold->count; i++) {
		if (!lifecycle_asks(making->record->type, &fold->fields[i]) ||
		    (is_protected && protect_hides(making->record->type, fold->fields[i].number)))
			continue;
		int32_t day = day_of(making->record->changed_ms);
		struct agenda_item *item = put(making, AGENDA_CONFLICT, day, day);
		if (item != NULL)
			item->start_ms = making->record->changed_ms;
		return;
	}
}

typedef void agenda_maker(struct making *making);
static agenda_maker *const makers[RECORDS_TYPES + 1] = {
	[RECORDS_TYPE_CLIENT] = of_client,
	[RECORDS_TYPE_REFERRAL] = of_referral,
	[RECORDS_TYPE_CASE] = of_case,
	[RECORDS_TYPE_SERVICE_NEED_ASSESSMENT] = of_assessment,
	[RECORDS_TYPE_PLAN] = of_plan,
	[RECORDS_TYPE_ASSISTANCE_APPLICATION] = of_application,
	[RECORDS_TYPE_LOCAL_APPLICATION] = of_local_application,
	[RECORDS_TYPE_SERVICE_NOTICE] = of_notice,
	[RECORDS_TYPE_VISIT] = of_visit,
	[RECORDS_TYPE_JOINT_SESSION] = of_session,
	[RECORDS_TYPE_DIGITAL_CAPABILITY] = of_capability,
	[RECORDS_TYPE_LIFE_SITUATION_MAPPING] = of_mapping,
	[RECORDS_TYPE_CONCERN_ASSESSMENT] = of_concern,
	[RECORDS_TYPE_CONSENT] = of_consent,
	[RECORDS_TYPE_AGREED_ACTION] = of_action,
	[RECORDS_TYPE_HANDOVER] = of_handover,
	[RECORDS_TYPE_RECEPTION_TRANSFER] = of_transfer,
	[RECORDS_TYPE_DATA_SUBJECT_REQUEST] = of_request,
};

size_t agenda_of(const struct agenda_record *record, struct agenda_item out[static AGENDA_ITEMS_MAX])
{
	struct making making = { .record = record, .items = out };
	of_conflict(&making);
	if (record->type <= RECORDS_TYPES && makers[record->type] != NULL)
		makers[record->type](&making);
	return making.count;
}

/* ---- what is no record ---- */

static bool item_of(enum agenda_kind kind, enum deadline_rule rule, uint64_t start_ms, struct agenda_item *out)
{
	struct deadline at;
	if (fault_is(deadline_count_ms(rule, start_ms, NULL, &at)))
		return false;
	*out = (struct agenda_item){
		.kind = kind, .rule = rule, .counted = at.counted, .actable = at.actable, .last = AGENDA_FOR_EVER,
		.start_ms = start_ms,
	};
	return true;
}

bool agenda_of_draft(uint64_t begun_ms, int32_t today, struct agenda_item *out)
{
	struct agenda_item old;
	if (!item_of(AGENDA_DRAFT, DEADLINE_D18_DRAFT, begun_ms, out))
		return false;
	if (item_of(AGENDA_DRAFT, DEADLINE_D18_DRAFT_OLD, begun_ms, &old) && today > old.counted)
		*out = old;
	return true;
}

bool agenda_of_unsynced(uint64_t oldest_ms, int32_t today, struct agenda_item *out)
{
	struct agenda_item item;
	if (!item_of(AGENDA_UNSYNCED, DEADLINE_D18_UNSYNCED, oldest_ms, &item) || today < item.counted)
		return false;
	*out = item;
	return true;
}

bool agenda_of_withdrawal(uint64_t lost_ms, struct agenda_item *out)
{
	struct agenda_item item;
	int32_t last;
	if (!calendar_working_from(day_of(lost_ms) + 1, &last))
		return false;
	item = (struct agenda_item){ .kind = AGENDA_WITHDRAWAL, .counted = day_of(lost_ms), .actable = last,
				     .last = AGENDA_FOR_EVER, .start_ms = lost_ms };
	*out = item;
	return true;
}
