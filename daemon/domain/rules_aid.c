/* rules_aid - applications for social assistance: Kela's, which are followed, and
 * the county's own, which are recorded, and their decisions. */
#include "domain/rules_parts.h"

/* ---- assistance_application ------------------------------------------------------------------ */

static bool is_urgent(const struct rules_write *write)
{
	return fields_number_or_none(write->after, RECORDS_ASSISTANCE_APPLICATION_URGENCY) == RECORDS_URGENCY_URGENT;
}

bool rules_is_urgent(struct span application)
{
	return fields_number_or_none(application, RECORDS_ASSISTANCE_APPLICATION_URGENCY) == RECORDS_URGENCY_URGENT &&
	       fields_number_or_none(application, RECORDS_ASSISTANCE_APPLICATION_URGENT_OUTCOME) !=
		       RECORDS_URGENT_OUTCOME_MOVED_TO_NORMAL;
}

/* Kela moved it to the normal queue: the state follows what is recorded. The day by
 * which a payment commitment is fetched goes on the agenda. */
void rules_fill_application(const struct rules_world *world, const struct rules_write *write, struct wire_out *out)
{
	struct span commitment;
	int32_t day;
	if (!rules_touches(write, RECORDS_ASSISTANCE_APPLICATION_STATE) && !write->is_new &&
	    rules_touches(write, RECORDS_ASSISTANCE_APPLICATION_URGENT_OUTCOME) &&
	    fields_number_or_none(write->after, RECORDS_ASSISTANCE_APPLICATION_URGENT_OUTCOME) ==
		    RECORDS_URGENT_OUTCOME_MOVED_TO_NORMAL &&
	    rules_state_before(world, write) == RECORDS_APPLICATION_STATE_URGENT_QUEUE)
		wire_put_varint(out, RECORDS_ASSISTANCE_APPLICATION_STATE, RECORDS_APPLICATION_STATE_NORMAL_QUEUE);
	if (rules_touches(write, RECORDS_ASSISTANCE_APPLICATION_PAYMENT_COMMITMENT) &&
	    !rules_touches(write, RECORDS_ASSISTANCE_APPLICATION_PICKUP_BY) &&
	    fields_bytes(write->after, RECORDS_ASSISTANCE_APPLICATION_PAYMENT_COMMITMENT, &commitment) &&
	    fields_date(commitment, RECORDS_PAYMENT_COMMITMENT_PICKUP_BY, &day))
		wire_put_varint(out, RECORDS_ASSISTANCE_APPLICATION_PICKUP_BY,
				((uint64_t)(int64_t)day << 1) ^ (day < 0 ? UINT64_MAX : 0));
}

static struct fault check_urgency(const struct rules_write *write, struct rules_told *told)
{
	bool has_outcome = fields_has(write->after, RECORDS_ASSISTANCE_APPLICATION_URGENT_OUTCOME);
	if (!is_urgent(write) && has_outcome)
		return rules_refuse(told, "urgent_outcome", "only an urgent application has this outcome", "");
	if (!is_urgent(write))
		return fault_none();
	if (!fields_has(write->after, RECORDS_ASSISTANCE_APPLICATION_URGENCY_GROUNDS))
		return rules_refuse(told, "urgency_grounds", "an urgent application needs its grounds",
				    "FOOD, MEDICINE, EVICTION, CRISIS or OTHER");
	if (!fields_says(write->after, RECORDS_ASSISTANCE_APPLICATION_URGENCY_REASON))
		return rules_refuse(told, "urgency_reason", "say why it cannot wait", "");
	if (has_outcome && !fields_has(write->after, RECORDS_ASSISTANCE_APPLICATION_CALLBACK))
		return rules_refuse(told, "callback", "Kela calls the client before it decides: record the call first", "");
	return fault_none();
}

/* What is urgent gets into the normal queue by Kela's call alone; of two queues written
 * apart a person chooses either. */
static struct fault check_queue(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	const struct rules_record *before = rules_find(world, write->record_id);
	if (!rules_touches(write, RECORDS_ASSISTANCE_APPLICATION_STATE) || !rules_is_urgent(write->after) ||
	    fields_number_or_none(write->after, RECORDS_ASSISTANCE_APPLICATION_STATE) != RECORDS_APPLICATION_STATE_NORMAL_QUEUE ||
	    (before != NULL && !rules_held(world, before).decided))
		return fault_none();
	return rules_refuse(told, "urgent_outcome", "an urgent application waits in the urgent queue until Kela has called",
			    "step it to URGENT_QUEUE, or record the callback and urgent_outcome MOVED_TO_NORMAL");
}

static struct fault check_requests(const struct rules_write *write, struct rules_told *told)
{
	struct span request, rest = write->after;
	int32_t due;
	while (fields_next(&rest, RECORDS_ASSISTANCE_APPLICATION_INFO_REQUESTS, &request)) {
		uint64_t asked = fields_number_or_none(request, RECORDS_INFO_REQUEST_ASKED_AT), supplied;
		if (fields_date(request, RECORDS_INFO_REQUEST_DUE, &due) && due < rules_day_of(asked))
			return rules_refuse(told, "info_requests.due", "the time given ends before it was asked", "");
		if (fields_number(request, RECORDS_INFO_REQUEST_SUPPLIED_AT, &supplied) && supplied < asked)
			return rules_refuse(told, "info_requests.supplied_at", "it was supplied before it was asked", "");
	}
	return fault_none();
}

static struct fault check_parts(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	struct span period, decision;
	int32_t from, to, day;
	if (fields_bytes(write->after, RECORDS_ASSISTANCE_APPLICATION_PERIOD, &period) &&
	    fields_date(period, RECORDS_PERIOD_FROM, &from) && fields_date(period, RECORDS_PERIOD_TO, &to) && from > to)
		return rules_refuse(told, "period.to", "the period ends before it begins", "");
	if (rules_touches(write, RECORDS_ASSISTANCE_APPLICATION_DECISION) &&
	    fields_bytes(write->after, RECORDS_ASSISTANCE_APPLICATION_DECISION, &decision) &&
	    fields_date(decision, RECORDS_KELA_DECISION_DATE, &day) && day > world->today)
		return rules_refuse(told, "decision.date", "the date is in the future", "");
	return check_requests(write, told);
}

struct fault rules_application(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	FAULT_TRY(check_parts(world, write, told));
	FAULT_TRY(rules_time_is_past(world, write, RECORDS_ASSISTANCE_APPLICATION_DELIVERED_AT, told));
	FAULT_TRY(rules_time_is_past(world, write, RECORDS_ASSISTANCE_APPLICATION_ARRIVED_AT_KELA, told));
	FAULT_TRY(rules_order_of_times(write, RECORDS_ASSISTANCE_APPLICATION_DELIVERED_AT,
				       RECORDS_ASSISTANCE_APPLICATION_ARRIVED_AT_KELA, told,
				       "what a worker carries has not arrived at Kela before it is delivered there"));
	FAULT_TRY(check_urgency(write, told));
	FAULT_TRY(check_queue(world, write, told));
	if (write->is_new && is_urgent(write)) {
		rules_hint(told, "urgency", "where life is in danger: 112 first");
		rules_hint(told, "urgency", "call Kela together with the client: the decision is due the next working day");
	}
	if (fields_number_or_none(write->after, RECORDS_ASSISTANCE_APPLICATION_CHANNEL) ==
		    RECORDS_APPLICATION_CHANNEL_WITH_WORKER_DEVICE && write->is_new)
		rules_hint(told, "channel", "the client identifies alone: never use or keep the client's credentials");
	return fault_none();
}

/* ---- the county's own -------------------------------------------------------------------------- */

struct fault rules_local_application(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	struct span expense, rest = write->after;
	uint64_t cents;
	FAULT_TRY(rules_time_is_past(world, write, RECORDS_LOCAL_APPLICATION_RECEIVED_AT, told));
	while (fields_next(&rest, RECORDS_LOCAL_APPLICATION_EXPENSES, &expense))
		if (fields_number(expense, RECORDS_EXPENSE_CENTS, &cents) && (int64_t)cents < 0)
			return rules_refuse(told, "expenses.cents", "an expense is not less than nothing", "");
	if (write->is_new && !fields_says(write->after, RECORDS_LOCAL_APPLICATION_KELA_DECISION_REF) &&
	    !fields_says(write->after, RECORDS_LOCAL_APPLICATION_REASONS))
		rules_hint(told, "kela_decision_ref", "before it is decided: Kela's decision for the period, or why there is none");
	return fault_none();
}

/* A guideline warns and never decides. */
static void mind_guidelines(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	struct span one, decider, role, rest = write->after;
	uint64_t limit, granted = fields_number_or_none(write->after, RECORDS_LOCAL_DECISION_GRANTED_CENTS);
	fields_bytes(write->after, RECORDS_LOCAL_DECISION_DECIDER, &decider);
	while (fields_next(&rest, RECORDS_LOCAL_DECISION_GUIDELINE_REF, &one)) {
		struct record_id id;
		char text[201];
		if (one.len != ID_BYTES)
			continue;
		memcpy(id.bytes, one.data, ID_BYTES);
		const struct rules_record *guideline = rules_find(world, id);
		if (guideline == NULL || guideline->type != RECORDS_TYPE_GUIDELINE)
			continue;
		if (fields_number(guideline->fields, RECORDS_GUIDELINE_LIMIT_CENTS, &limit) && (int64_t)granted > (int64_t)limit)
			rules_hint(told, "granted_cents", "more than the guideline's limit: give the reason for it");
		if (!fields_bytes(guideline->fields, RECORDS_GUIDELINE_DECIDER_ROLE, &role) || role.len >= sizeof text)
			continue;
		memcpy(text, role.data, role.len);
		text[role.len] = '\0';
		if (!rules_text_holds(decider, text))
			rules_hint(told, "decider", "the guideline names another role as decider: see decider_role");
	}
}

struct fault rules_local_decision(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	const struct rules_record *application = rules_at(world, write->after, RECORDS_LOCAL_DECISION_APPLICATION);
	FAULT_TRY(rules_names(world, write, RECORDS_LOCAL_DECISION_APPLICATION, RECORDS_TYPE_LOCAL_APPLICATION, told,
			      "this is no application to the county"));
	if (application != NULL && fields_number_or_none(application->fields, RECORDS_LOCAL_APPLICATION_KIND) !=
					   fields_number_or_none(write->after, RECORDS_LOCAL_DECISION_KIND))
		return rules_refuse(told, "kind", "the application is for the other kind of assistance", "");
	if (application != NULL && !ID_EQUAL(application->case_id, write->case_id))
		return rules_refuse(told, "application", "the application stands in another case", "");
	FAULT_TRY(rules_date_is_past(world, write, RECORDS_LOCAL_DECISION_DATE, told));
	if ((int64_t)fields_number_or_none(write->after, RECORDS_LOCAL_DECISION_GRANTED_CENTS) < 0)
		return rules_refuse(told, "granted_cents", "less than nothing cannot be granted", "");
	if (write->is_new)
		mind_guidelines(world, write, told);
	return fault_none();
}
