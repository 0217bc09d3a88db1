/* rules_need - whether what a step needs (lifecycle.h) is there. */
#include "domain/correction.h"
#include "domain/disclosure.h"
#include "domain/rules_parts.h"

/* Refuses with the need's own words when it is not met. */
static struct fault met(bool is_met, enum lifecycle_need need, struct rules_told *told)
{
	if (is_met)
		return fault_none();
	struct fault f = rules_refuse(told, lifecycle_need_field(need), "is missing for this step", "it needs ");
	size_t used = strlen(told->advice), len = strlen(lifecycle_need_text(need));
	if (used + len < sizeof told->advice)
		memcpy(told->advice + used, lifecycle_need_text(need), len + 1);
	return f;
}

static bool says(const struct rules_write *write, uint32_t field)
{
	return fields_says(write->after, field);
}

static bool has(const struct rules_write *write, uint32_t field)
{
	return fields_has(write->after, field);
}

static uint64_t number(const struct rules_write *write, uint32_t field)
{
	return fields_number_or_none(write->after, field);
}

/* ---- case, visit --------------------------------------------------------------------------------- */

static bool assessed_without_need(const struct rules_world *world, const struct rules_write *write)
{
	const struct rules_record *all;
	size_t count = rules_list(world, RULES_IN_CASE, write->case_id, RECORDS_TYPE_SERVICE_NEED_ASSESSMENT, &all);
	for (size_t i = 0; i < count; i++) {
		uint64_t outcome = fields_number_or_none(all[i].fields, RECORDS_SERVICE_NEED_ASSESSMENT_OUTCOME);
		if (rules_is_void(world, &all[i]))
			continue;
		if (outcome == RECORDS_ASSESSMENT_OUTCOME_UNNECESSARY || outcome == RECORDS_ASSESSMENT_OUTCOME_NO_NEED ||
		    outcome == RECORDS_ASSESSMENT_OUTCOME_GUIDANCE_ONLY)
			return true;
	}
	return false;
}

static bool is_recorded(const struct rules_world *world, const struct rules_write *write)
{
	return says(write, RECORDS_VISIT_NOTHING_TO_RECORD_REASON) ||
	       (!write->is_new && rules_naming(world, RULES_OF_CLIENT, write->case_id, RECORDS_TYPE_ENCOUNTER_NOTE,
					       RECORDS_ENCOUNTER_NOTE_VISIT, write->record_id) != NULL);
}

static struct fault need_started(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	if (write->record->type == RECORDS_TYPE_VISIT)
		return met(has(write, RECORDS_VISIT_STARTED_AT), LIFECYCLE_STARTED, told);
	FAULT_TRY(rules_session_identities(write, told));
	FAULT_TRY(rules_consent_of_session(world, write, told));
	return met(has(write, RECORDS_JOINT_SESSION_STARTED_AT), LIFECYCLE_STARTED, told);
}

/* ---- content -------------------------------------------------------------------------------------- */

/* A newer record that replaces this one: it says so, or, where the type has no such
 * field, it is one of the same type that happened later. */
static bool has_successor(const struct rules_world *world, const struct rules_write *write)
{
	const struct schema_field *replaces = schema_field_by_name(write->record->message, span_text("replaces"));
	const struct rules_record *all, *self = rules_find(world, write->record_id);
	if (replaces != NULL)
		return rules_naming(world, RULES_IN_CASE, write->case_id, write->record->type, replaces->number,
				    write->record_id) != NULL;
	size_t count = rules_list(world, RULES_IN_CASE, write->case_id, write->record->type, &all);
	for (size_t i = 0; self != NULL && i < count; i++)
		if (!ID_EQUAL(all[i].id, self->id) && all[i].event_at_ms >= self->event_at_ms)
			return true;
	return false;
}

/* A correction of it that leads to this state; a refused one or a supplement does not. */
static bool is_corrected_so(const struct rules_world *world, const struct rules_write *write)
{
	const struct lifecycle_table *table = lifecycle_of(write->record->type);
	const struct rules_record *all;
	struct record_id target;
	uint32_t to = lifecycle_state(table, write->after);
	size_t count = rules_list(world, RULES_IN_CASE, write->case_id, RECORDS_TYPE_CORRECTION, &all);
	for (size_t i = 0; i < count; i++)
		if (fields_id(all[i].fields, RECORDS_CORRECTION_TARGET, &target) && ID_EQUAL(target, write->record_id) &&
		    correction_state(all[i].fields) == to)
			return true;
	return false;
}

/* ---- application ------------------------------------------------------------------------------------ */

static bool has_urgency(const struct rules_write *write)
{
	return number(write, RECORDS_ASSISTANCE_APPLICATION_URGENCY) == RECORDS_URGENCY_URGENT &&
	       has(write, RECORDS_ASSISTANCE_APPLICATION_URGENCY_GROUNDS) &&
	       says(write, RECORDS_ASSISTANCE_APPLICATION_URGENCY_REASON) &&
	       has(write, RECORDS_ASSISTANCE_APPLICATION_ARRIVED_AT_KELA);
}

static bool has_outcome(const struct rules_write *write, uint64_t outcome)
{
	return has(write, RECORDS_ASSISTANCE_APPLICATION_CALLBACK) &&
	       number(write, RECORDS_ASSISTANCE_APPLICATION_URGENT_OUTCOME) == outcome;
}

/* An info_request still waiting; `in_time`: whose time has not run out either. */
static bool is_waiting(const struct rules_world *world, const struct rules_write *write, bool in_time)
{
	struct span request, rest = write->after;
	int32_t due;
	while (fields_next(&rest, RECORDS_ASSISTANCE_APPLICATION_INFO_REQUESTS, &request)) {
		bool is_over = fields_date(request, RECORDS_INFO_REQUEST_DUE, &due) && due < world->today;
		if (!fields_has(request, RECORDS_INFO_REQUEST_SUPPLIED_AT) && !(in_time && is_over))
			return true;
	}
	return false;
}

static bool is_collected(const struct rules_write *write)
{
	struct span commitment;
	return fields_bytes(write->after, RECORDS_ASSISTANCE_APPLICATION_PAYMENT_COMMITMENT, &commitment) &&
	       fields_has(commitment, RECORDS_PAYMENT_COMMITMENT_COLLECTED_AT);
}

/* The decision of the application, and the notice of either. */
static const struct rules_record *decision_of(const struct rules_world *world, const struct rules_write *write)
{
	return rules_naming(world, RULES_IN_CASE, write->case_id, RECORDS_TYPE_LOCAL_DECISION,
			    RECORDS_LOCAL_DECISION_APPLICATION, write->record_id);
}

static bool is_notified(const struct rules_world *world, const struct rules_write *write)
{
	const struct rules_record *decision = decision_of(world, write);
	return rules_naming(world, RULES_IN_CASE, write->case_id, RECORDS_TYPE_SERVICE_NOTICE, RECORDS_SERVICE_NOTICE_TARGET,
			    write->record_id) != NULL ||
	       (decision != NULL && rules_naming(world, RULES_IN_CASE, write->case_id, RECORDS_TYPE_SERVICE_NOTICE,
						 RECORDS_SERVICE_NOTICE_TARGET, decision->id) != NULL);
}

static struct fault need_decision(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	if (!says(write, RECORDS_LOCAL_APPLICATION_KELA_DECISION_REF) && !says(write, RECORDS_LOCAL_APPLICATION_REASONS))
		return rules_refuse(told, "kela_decision_ref", "Kela's decision for the period comes first, or the reason why there is none", "");
	return met(decision_of(world, write) != NULL, LIFECYCLE_LOCAL_DECISION, told);
}

/* ---- consent, disclosure, session ------------------------------------------------------------------- */

static bool has_run_out(const struct rules_world *world, const struct rules_write *write)
{
	int32_t until;
	return fields_date(write->after, RECORDS_CONSENT_VALID_UNTIL, &until) && until < world->today;
}

static bool basis_is_gone(const struct rules_world *world, const struct rules_write *write)
{
	const struct rules_record *consent = rules_at(world, write->after, RECORDS_DISCLOSURE_CONSENT);
	return consent != NULL && !rules_consent_holds(world, consent);
}

static struct fault need_sent(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	uint64_t sent_ms = world->now_ms;
	(void)fields_number(write->after, RECORDS_DISCLOSURE_SENT_AT, &sent_ms);
	FAULT_TRY(disclosure_may(world, write->after, sent_ms, told));
	FAULT_TRY(rules_time_is_past(world, write, RECORDS_DISCLOSURE_SENT_AT, told));
	FAULT_TRY(met(has(write, RECORDS_DISCLOSURE_SENT_AT), LIFECYCLE_SENT, told));
	return has(write, RECORDS_DISCLOSURE_MEANS)
		       ? fault_none()
		       : rules_refuse(told, "means", "say by what means it was sent", "SECURE_MAIL, PRINT, PORTAL or ORAL");
}

static struct fault need_identities(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	FAULT_TRY(rules_session_identities(write, told));
	return rules_consent_of_session(world, write, told);
}

static struct fault need_phone(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	FAULT_TRY(need_identities(world, write, told));
	return met(number(write, RECORDS_JOINT_SESSION_CHANNEL) == RECORDS_SESSION_CHANNEL_PHONE, LIFECYCLE_BY_PHONE, told);
}

static struct fault need_confirmed(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	FAULT_TRY(rules_session_actions(world, write, told));
	return met(fields_true(write->after, RECORDS_JOINT_SESSION_CLIENT_CONFIRMED), LIFECYCLE_CONFIRMED, told);
}

/* ---- handover ----------------------------------------------------------------------------------------- */

static struct fault need_accepted(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	struct record_id to;
	if (!ID_IS_NONE(world->staff) && fields_id(write->after, RECORDS_HANDOVER_TO, &to) && !ID_EQUAL(to, world->staff))
		return rules_refuse(told, "accepted_at", "who receives the cases accepts them", "");
	FAULT_TRY(rules_time_is_past(world, write, RECORDS_HANDOVER_ACCEPTED_AT, told));
	return met(has(write, RECORDS_HANDOVER_ACCEPTED_AT), LIFECYCLE_ACCEPTED, told);
}

/* Told by the one who hands over, whose device was free of drafts then. */
static struct fault need_effective(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	if (!world->is_central)
		return rules_refuse(told, "state", "the central node puts a handover in effect, once it is accepted and the "
				    "client was told", "");
	return met(has(write, RECORDS_HANDOVER_EFFECTIVE_AT) && has(write, RECORDS_HANDOVER_CLIENT_TOLD_AT),
		   LIFECYCLE_EFFECTIVE, told);
}

/* ---- all ------------------------------------------------------------------------------------------------ */

static struct fault need_of_application(const struct rules_world *world, const struct rules_write *write,
					enum lifecycle_need need, struct rules_told *told)
{
	bool has_decision = has(write, RECORDS_ASSISTANCE_APPLICATION_DECISION);
	if (need == LIFECYCLE_DELIVERED)
		return met(has(write, RECORDS_ASSISTANCE_APPLICATION_DELIVERED_AT), need, told);
	if (need == LIFECYCLE_ARRIVED)
		return met(has(write, RECORDS_ASSISTANCE_APPLICATION_ARRIVED_AT_KELA), need, told);
	if (need == LIFECYCLE_URGENT)
		return met(has_urgency(write), need, told);
	if (need == LIFECYCLE_MOVED)
		return met(has_outcome(write, RECORDS_URGENT_OUTCOME_MOVED_TO_NORMAL), need, told);
	if (need == LIFECYCLE_RESOLVED)
		return met(has_outcome(write, RECORDS_URGENT_OUTCOME_RESOLVED_URGENT) && has_decision, need, told);
	if (need == LIFECYCLE_ASKED)
		return met(is_waiting(world, write, false), need, told);
	if (need == LIFECYCLE_ANSWERED || need == LIFECYCLE_ANSWERED_URGENT) {
		FAULT_TRY(met(!is_waiting(world, write, true), LIFECYCLE_ANSWERED, told));
		return met(need == LIFECYCLE_ANSWERED || rules_is_urgent(write->after), need, told);
	}
	if (need == LIFECYCLE_DECISION)
		return met(has_decision, need, told);
	return met(is_collected(write), need, told);
}

struct fault rules_need(const struct rules_world *world, const struct rules_write *write, enum lifecycle_need need,
			struct rules_told *told)
{
	switch (need) {
	case LIFECYCLE_NOTHING:
	case LIFECYCLE_NEEDS:
		return fault_none();
	case LIFECYCLE_SIGNING:
	case LIFECYCLE_BY_TIME:
	case LIFECYCLE_BY_RIVAL:
		return met(false, need, told);
	case LIFECYCLE_TRIAGE:
		return met(has(write, RECORDS_REFERRAL_URGENT_TRIAGE), need, told);
	case LIFECYCLE_OUTCOME_CASE:
		return met(has(write, RECORDS_REFERRAL_OUTCOME_CASE), need, told);
	case LIFECYCLE_OUTCOME:
		return met(says(write, RECORDS_REFERRAL_OUTCOME), need, told);
	case LIFECYCLE_NO_NEED:
		return met(says(write, RECORDS_CASE_CLOSE_REASON) || assessed_without_need(world, write), need, told);
	case LIFECYCLE_CLOSE:
		return met(says(write, RECORDS_CASE_CLOSE_REASON) && has(write, RECORDS_CASE_CLOSED_ON), need, told);
	case LIFECYCLE_STARTED:
		return need_started(world, write, told);
	case LIFECYCLE_RECORDED:
		return met(has(write, RECORDS_VISIT_ENDED_AT) && is_recorded(world, write), need, told);
	case LIFECYCLE_CANCEL_REASON:
		return met(says(write, RECORDS_VISIT_CANCEL_REASON), need, told);
	case LIFECYCLE_SUCCESSOR:
		return met(has_successor(world, write), need, told);
	case LIFECYCLE_CORRECTION:
		return met(is_corrected_so(world, write), need, told);
	case LIFECYCLE_DELIVERED:
	case LIFECYCLE_ARRIVED:
	case LIFECYCLE_URGENT:
	case LIFECYCLE_MOVED:
	case LIFECYCLE_RESOLVED:
	case LIFECYCLE_ASKED:
	case LIFECYCLE_ANSWERED:
	case LIFECYCLE_ANSWERED_URGENT:
	case LIFECYCLE_DECISION:
	case LIFECYCLE_COLLECTED:
		return need_of_application(world, write, need, told);
	case LIFECYCLE_LOCAL_DECISION:
		return need_decision(world, write, told);
	case LIFECYCLE_NOTICE:
		return met(is_notified(world, write), need, told);
	case LIFECYCLE_NARROWED:
		return met(has(write, RECORDS_CONSENT_NARROWED_BY), need, told);
	case LIFECYCLE_WITHDRAWN:
		return met(has(write, RECORDS_CONSENT_WITHDRAWN_AT), need, told);
	case LIFECYCLE_RUN_OUT:
		return met(has_run_out(world, write), need, told);
	case LIFECYCLE_BASIS:
		return rules_consent_basis(world, write, told);
	case LIFECYCLE_SENT:
		return need_sent(world, write, told);
	case LIFECYCLE_RECEIPT:
		return met(has(write, RECORDS_DISCLOSURE_RECEIPT_AT), need, told);
	case LIFECYCLE_BASIS_GONE:
		return met(basis_is_gone(world, write), need, told);
	case LIFECYCLE_IDENTITIES:
		return need_identities(world, write, told);
	case LIFECYCLE_BY_PHONE:
		return need_phone(world, write, told);
	case LIFECYCLE_ENDED:
		return met(has(write, RECORDS_JOINT_SESSION_ENDED_AT), need, told);
	case LIFECYCLE_CONFIRMED:
		return need_confirmed(world, write, told);
	case LIFECYCLE_TROUBLE:
		return met(says(write, RECORDS_JOINT_SESSION_CONNECTION_TROUBLE), need, told);
	case LIFECYCLE_ACTION_NOTE:
		return met(says(write, RECORDS_AGREED_ACTION_DONE_NOTE), need, told);
	case LIFECYCLE_ACCEPTED:
		return need_accepted(world, write, told);
	case LIFECYCLE_EFFECTIVE:
		return need_effective(world, write, told);
	case LIFECYCLE_LOST:
		return met(has(write, RECORDS_DEVICE_LOST_AT), need, told);
	}
	return fault_none();
}
