/* rules_matter - referrals, cases, visits, and who answers for a case. */
#include "base/limits.h"
#include "domain/rules_parts.h"

/* ---- referral ------------------------------------------------------------------------------ */

static struct fault check_consent_of(const struct rules_write *write, struct rules_told *told)
{
	uint64_t consent = fields_number_or_none(write->after, RECORDS_REFERRAL_CLIENT_CONSENT);
	if (fields_number_or_none(write->after, RECORDS_REFERRAL_PATHWAY) == RECORDS_PATHWAY_NEED_REQUEST &&
	    consent != RECORDS_REFERRAL_CONSENT_GIVEN)
		return rules_refuse(told, "client_consent", "a request for an assessment is made with the client's consent",
				    "without it only OBVIOUS_NEED, on a statutory ground");
	if (consent != RECORDS_REFERRAL_CONSENT_GIVEN && !fields_says(write->after, RECORDS_REFERRAL_STATUTORY_GROUND))
		return rules_refuse(told, "statutory_ground", "without the client's consent the statute must be named", "");
	return fault_none();
}

/* D1: judged at once; a judgement made is not taken away. */
static struct fault check_triage(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	struct span triage;
	uint64_t at;
	if (!fields_bytes(write->after, RECORDS_REFERRAL_URGENT_TRIAGE, &triage)) {
		if (!write->is_new && rules_state_before(world, write) != RECORDS_REFERRAL_STATE_RECEIVED)
			return rules_refuse(told, "urgent_triage", "the judgement of urgency stays with the referral", "");
		rules_hint(told, "urgent_triage", "judge at once whether the need is urgent (D1): nothing goes on before");
		return fault_none();
	}
	if (fields_number(triage, RECORDS_URGENT_TRIAGE_AT, &at) && rules_touches(write, RECORDS_REFERRAL_URGENT_TRIAGE)) {
		if (at > world->now_ms + LIMIT_FUTURE_MS)
			return rules_refuse(told, "urgent_triage.at", "the time is in the future", "");
		if (at < fields_number_or_none(write->after, RECORDS_REFERRAL_RECEIVED_AT))
			return rules_refuse(told, "urgent_triage.at", "urgency cannot be judged before the referral came", "");
	}
	if (fields_number_or_none(triage, RECORDS_URGENT_TRIAGE_RESULT) == RECORDS_TRIAGE_RESULT_IMMEDIATE)
		rules_hint(told, "urgent_triage", "immediate need: it is met today; the emergency duty is on call");
	return fault_none();
}

/* The matter began the day the referral came: its clocks (D2-D4, D16) count from there. */
static void mind_beginning(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	const struct rules_record *matter = rules_at(world, write->after, RECORDS_REFERRAL_OUTCOME_CASE);
	uint64_t received;
	int32_t opened;
	if (matter != NULL && rules_touches(write, RECORDS_REFERRAL_OUTCOME_CASE) &&
	    fields_number_or_none(write->after, RECORDS_REFERRAL_STATE) == RECORDS_REFERRAL_STATE_CASE_OPENED &&
	    fields_number(write->after, RECORDS_REFERRAL_RECEIVED_AT, &received) &&
	    fields_date(matter->fields, RECORDS_CASE_OPENED_ON, &opened) && opened > rules_day_of(received))
		rules_hint(told, "outcome_case", "the case begins the day the referral came (opened_on): clocks count from there");
}

/* The case it led to is the same client's, and one that is open. */
static struct fault check_outcome(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	const struct rules_record *matter = rules_at(world, write->after, RECORDS_REFERRAL_OUTCOME_CASE);
	const struct rules_record *client = rules_client(world, write);
	struct record_id whose;
	FAULT_TRY(rules_names(world, write, RECORDS_REFERRAL_OUTCOME_CASE, RECORDS_TYPE_CASE, told, "this is no case"));
	if (matter == NULL || !rules_touches(write, RECORDS_REFERRAL_OUTCOME_CASE))
		return fault_none();
	if (client != NULL && fields_id(matter->fields, RECORDS_CASE_CLIENT, &whose) && !ID_EQUAL(whose, client->id))
		return rules_refuse(told, "outcome_case", "this case is another client's", "");
	if (rules_case_is_closed(world, matter->case_id))
		return rules_refuse(told, "outcome_case", "the case is closed and takes nothing new",
				    "a new need is a new case with follows_case");
	return fault_none();
}

struct fault rules_referral(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	FAULT_TRY(rules_time_is_past(world, write, RECORDS_REFERRAL_RECEIVED_AT, told));
	FAULT_TRY(check_consent_of(write, told));
	FAULT_TRY(check_triage(world, write, told));
	FAULT_TRY(rules_names(world, write, RECORDS_REFERRAL_OWNER, RECORDS_TYPE_STAFF_MEMBER, told,
			      "the owner is one worker: give the id of the staff record"));
	FAULT_TRY(check_outcome(world, write, told));
	if (write->is_new &&
	    fields_number_or_none(write->after, RECORDS_REFERRAL_PATHWAY) == RECORDS_PATHWAY_BASIC_PART_REDUCTION)
		rules_hint(told, "pathway", "attending or having booked the assessment affects the cut: plan the visit, record that it was kept");
	mind_beginning(world, write, told);
	return rules_order_of_times(write, RECORDS_REFERRAL_RECEIVED_AT, RECORDS_REFERRAL_FEEDBACK_TO_SENDER_AT, told,
				    "the sender cannot be told before the referral came");
}

/* ---- case ------------------------------------------------------------------------------------ */

/* Special support is assessed by a licensed social worker (SHL 42 §). */
static struct fault check_special(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	if (!fields_true(write->after, RECORDS_CASE_SPECIAL_SUPPORT))
		return fault_none();
	if (!fields_says(write->after, RECORDS_CASE_SPECIAL_SUPPORT_REASON))
		return rules_refuse(told, "special_support_reason", "say why special support is needed", "");
	if (rules_touches(write, RECORDS_CASE_SPECIAL_SUPPORT) && world->profession != 0 &&
	    world->profession != RECORDS_PROFESSION_LICENSED_SOCIAL_WORKER)
		return rules_refuse(told, "special_support", "the need of special support is decided by a licensed social worker",
				    "leave it false and bring it to one");
	return fault_none();
}

static struct fault check_follows(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	FAULT_TRY(rules_names(world, write, RECORDS_CASE_FOLLOWS_CASE, RECORDS_TYPE_CASE, told, "this is no case"));
	const struct rules_record *old = rules_at(world, write->after, RECORDS_CASE_FOLLOWS_CASE);
	struct record_id client, before;
	if (old != NULL && fields_id(old->fields, RECORDS_CASE_CLIENT, &before) &&
	    fields_id(write->after, RECORDS_CASE_CLIENT, &client) && !ID_EQUAL(client, before))
		return rules_refuse(told, "follows_case", "this case is another client's", "");
	return fault_none();
}

struct fault rules_case_record(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	FAULT_TRY(rules_date_is_past(world, write, RECORDS_CASE_OPENED_ON, told));
	FAULT_TRY(check_special(world, write, told));
	FAULT_TRY(rules_date_is_past(world, write, RECORDS_CASE_CLOSED_ON, told));
	FAULT_TRY(rules_order_of_dates(write, RECORDS_CASE_OPENED_ON, RECORDS_CASE_CLOSED_ON, told,
				       "the case cannot be closed before it was opened"));
	if (rules_touches(write, RECORDS_CASE_CLOSED_ON) && fields_has(write->after, RECORDS_CASE_CLOSED_ON) &&
	    fields_number_or_none(write->after, RECORDS_CASE_STATE) != RECORDS_CASE_STATE_CLOSED)
		return rules_refuse(told, "closed_on", "only a closed case has a day of closing", "write state CLOSED with it");
	return check_follows(world, write, told);
}

/* Central decides who holds a case (central/assignments); here: that a record of it
 * makes sense by itself. An own worker is left out only with a reason. */
struct fault rules_assignment(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	const struct rules_record *all;
	FAULT_TRY(rules_order_of_times(write, RECORDS_CASE_ASSIGNMENT_FROM, RECORDS_CASE_ASSIGNMENT_TO, told,
				       "the assignment ends before it begins"));
	if (fields_number_or_none(write->after, RECORDS_CASE_ASSIGNMENT_ROLE) != RECORDS_ASSIGNMENT_ROLE_OWN_WORKER ||
	    fields_says(write->after, RECORDS_CASE_ASSIGNMENT_NOT_NEEDED_REASON) ||
	    fields_has(write->after, RECORDS_CASE_ASSIGNMENT_TO))
		return fault_none();
	size_t count = rules_list(world, RULES_IN_CASE, write->case_id, RECORDS_TYPE_CASE_ASSIGNMENT, &all);
	for (size_t i = 0; i < count; i++)
		if (!ID_EQUAL(all[i].id, write->record_id) && !fields_has(all[i].fields, RECORDS_CASE_ASSIGNMENT_TO) &&
		    !fields_says(all[i].fields, RECORDS_CASE_ASSIGNMENT_NOT_NEEDED_REASON) &&
		    fields_number_or_none(all[i].fields, RECORDS_CASE_ASSIGNMENT_ROLE) == RECORDS_ASSIGNMENT_ROLE_OWN_WORKER)
			return rules_refuse(told, "role", "a case has one own worker, and this one has another",
					    "end the other assignment first");
	return fault_none();
}

/* ---- visit ------------------------------------------------------------------------------------- */

struct fault rules_visit(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	FAULT_TRY(rules_time_is_past(world, write, RECORDS_VISIT_STARTED_AT, told));
	FAULT_TRY(rules_time_is_past(world, write, RECORDS_VISIT_ENDED_AT, told));
	FAULT_TRY(rules_order_of_times(write, RECORDS_VISIT_STARTED_AT, RECORDS_VISIT_ENDED_AT, told,
				       "the visit ends before it begins"));
	FAULT_TRY(rules_names(world, write, RECORDS_VISIT_CLIENT, RECORDS_TYPE_CLIENT, told, "this is no client"));
	FAULT_TRY(rules_names(world, write, RECORDS_VISIT_OUTREACH_POST, RECORDS_TYPE_OUTREACH_POST, told,
			      "this is no outreach post"));
	FAULT_TRY(rules_names(world, write, RECORDS_VISIT_SERVICE_POINT, RECORDS_TYPE_SERVICE_POINT, told,
			      "this is no service point"));
	if (rules_touches(write, RECORDS_VISIT_STATE) &&
	    fields_number_or_none(write->after, RECORDS_VISIT_STATE) == RECORDS_VISIT_STATE_NO_SHOW)
		rules_hint(told, "state", "leave no note that tells of social welfare");
	return fault_none();
}
