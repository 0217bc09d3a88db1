/* lifecycle - the tables, and what follows from them. */
#include "domain/lifecycle.h"

#include "base/assert.h"
#include "base/limits.h"
#include "base/wire.h"
#include "domain/fields.h"
#include "records_table.h"

/* ---- the tables: from, to, need ------------------------------------------------------ */

static const struct lifecycle_step referral_steps[] = {
	{ RECORDS_REFERRAL_STATE_RECEIVED, RECORDS_REFERRAL_STATE_TRIAGED, LIFECYCLE_TRIAGE },
	{ RECORDS_REFERRAL_STATE_TRIAGED, RECORDS_REFERRAL_STATE_CASE_OPENED, LIFECYCLE_OUTCOME_CASE },
	{ RECORDS_REFERRAL_STATE_TRIAGED, RECORDS_REFERRAL_STATE_LINKED, LIFECYCLE_OUTCOME_CASE },
	{ RECORDS_REFERRAL_STATE_TRIAGED, RECORDS_REFERRAL_STATE_RETURNED_WRONG_RECIPIENT, LIFECYCLE_OUTCOME },
	{ RECORDS_REFERRAL_STATE_TRIAGED, RECORDS_REFERRAL_STATE_CLOSED_NO_ACTION, LIFECYCLE_OUTCOME },
};
static const uint8_t referral_winners[] = {
	RECORDS_REFERRAL_STATE_CASE_OPENED,
	RECORDS_REFERRAL_STATE_LINKED,
	RECORDS_REFERRAL_STATE_RETURNED_WRONG_RECIPIENT,
	RECORDS_REFERRAL_STATE_CLOSED_NO_ACTION,
};

static const struct lifecycle_step case_steps[] = {
	{ RECORDS_CASE_STATE_OPEN, RECORDS_CASE_STATE_ASSESSING, LIFECYCLE_NOTHING },
	{ RECORDS_CASE_STATE_OPEN, RECORDS_CASE_STATE_CLOSING, LIFECYCLE_NO_NEED },
	{ RECORDS_CASE_STATE_OPEN, RECORDS_CASE_STATE_TRANSFERRED, LIFECYCLE_NOTHING },
	{ RECORDS_CASE_STATE_ASSESSING, RECORDS_CASE_STATE_PLANNED, LIFECYCLE_NOTHING },
	{ RECORDS_CASE_STATE_ASSESSING, RECORDS_CASE_STATE_CLOSING, LIFECYCLE_NO_NEED },
	{ RECORDS_CASE_STATE_ASSESSING, RECORDS_CASE_STATE_TRANSFERRED, LIFECYCLE_NOTHING },
	{ RECORDS_CASE_STATE_PLANNED, RECORDS_CASE_STATE_IN_SERVICE, LIFECYCLE_NOTHING },
	{ RECORDS_CASE_STATE_PLANNED, RECORDS_CASE_STATE_TRANSFERRED, LIFECYCLE_NOTHING },
	{ RECORDS_CASE_STATE_IN_SERVICE, RECORDS_CASE_STATE_CLOSING, LIFECYCLE_NOTHING },
	{ RECORDS_CASE_STATE_IN_SERVICE, RECORDS_CASE_STATE_TRANSFERRED, LIFECYCLE_NOTHING },
	{ RECORDS_CASE_STATE_CLOSING, RECORDS_CASE_STATE_CLOSED, LIFECYCLE_CLOSE },
	{ RECORDS_CASE_STATE_CLOSING, RECORDS_CASE_STATE_TRANSFERRED, LIFECYCLE_NOTHING },
};
static const uint8_t case_winners[] = { RECORDS_CASE_STATE_CLOSED, RECORDS_CASE_STATE_TRANSFERRED };

static const struct lifecycle_step visit_steps[] = {
	{ RECORDS_VISIT_STATE_PLANNED, RECORDS_VISIT_STATE_STARTED, LIFECYCLE_STARTED },
	{ RECORDS_VISIT_STATE_PLANNED, RECORDS_VISIT_STATE_CANCELLED, LIFECYCLE_CANCEL_REASON },
	{ RECORDS_VISIT_STATE_PLANNED, RECORDS_VISIT_STATE_NO_SHOW, LIFECYCLE_CANCEL_REASON },
	{ RECORDS_VISIT_STATE_STARTED, RECORDS_VISIT_STATE_DONE, LIFECYCLE_RECORDED },
	{ RECORDS_VISIT_STATE_STARTED, RECORDS_VISIT_STATE_ABORTED_SAFETY, LIFECYCLE_CANCEL_REASON },
};
static const uint8_t visit_winners[] = {
	RECORDS_VISIT_STATE_DONE,
	RECORDS_VISIT_STATE_ABORTED_SAFETY,
	RECORDS_VISIT_STATE_NO_SHOW,
	RECORDS_VISIT_STATE_CANCELLED,
};

static const struct lifecycle_step plan_steps[] = {
	{ RECORDS_PLAN_STATE_DRAFT, RECORDS_PLAN_STATE_AGREED, LIFECYCLE_SIGNING },
	{ RECORDS_PLAN_STATE_DRAFT, RECORDS_PLAN_STATE_DECLINED_BY_CLIENT, LIFECYCLE_SIGNING },
	{ RECORDS_PLAN_STATE_AGREED, RECORDS_PLAN_STATE_ACTIVE, LIFECYCLE_NOTHING },
	{ RECORDS_PLAN_STATE_AGREED, RECORDS_PLAN_STATE_ENDED, LIFECYCLE_NOTHING }, /* never begun, or not the one chosen */
	{ RECORDS_PLAN_STATE_ACTIVE, RECORDS_PLAN_STATE_REVISED, LIFECYCLE_SUCCESSOR },
	{ RECORDS_PLAN_STATE_ACTIVE, RECORDS_PLAN_STATE_ENDED, LIFECYCLE_NOTHING },
	{ RECORDS_PLAN_STATE_AGREED, RECORDS_PLAN_STATE_CONFLICT, LIFECYCLE_BY_RIVAL },
	{ RECORDS_PLAN_STATE_ACTIVE, RECORDS_PLAN_STATE_CONFLICT, LIFECYCLE_BY_RIVAL },
	{ RECORDS_PLAN_STATE_CONFLICT, RECORDS_PLAN_STATE_ENDED, LIFECYCLE_NOTHING }, /* the own worker chose the other */
};
static const uint8_t plan_winners[] = {
	RECORDS_PLAN_STATE_REVISED,
	RECORDS_PLAN_STATE_ENDED,
	RECORDS_PLAN_STATE_DECLINED_BY_CLIENT,
};

static const struct lifecycle_step application_steps[] = {
	{ RECORDS_APPLICATION_STATE_PREPARED, RECORDS_APPLICATION_STATE_DELIVERED, LIFECYCLE_DELIVERED },
	{ RECORDS_APPLICATION_STATE_PREPARED, RECORDS_APPLICATION_STATE_WITHDRAWN, LIFECYCLE_NOTHING },
	{ RECORDS_APPLICATION_STATE_DELIVERED, RECORDS_APPLICATION_STATE_NORMAL_QUEUE, LIFECYCLE_ARRIVED },
	{ RECORDS_APPLICATION_STATE_DELIVERED, RECORDS_APPLICATION_STATE_URGENT_QUEUE, LIFECYCLE_URGENT },
	{ RECORDS_APPLICATION_STATE_DELIVERED, RECORDS_APPLICATION_STATE_WITHDRAWN, LIFECYCLE_NOTHING },
	{ RECORDS_APPLICATION_STATE_NORMAL_QUEUE, RECORDS_APPLICATION_STATE_WAITING_INFO, LIFECYCLE_ASKED },
	{ RECORDS_APPLICATION_STATE_NORMAL_QUEUE, RECORDS_APPLICATION_STATE_DECIDED, LIFECYCLE_DECISION },
	{ RECORDS_APPLICATION_STATE_NORMAL_QUEUE, RECORDS_APPLICATION_STATE_WITHDRAWN, LIFECYCLE_NOTHING },
	{ RECORDS_APPLICATION_STATE_URGENT_QUEUE, RECORDS_APPLICATION_STATE_WAITING_INFO, LIFECYCLE_ASKED },
	{ RECORDS_APPLICATION_STATE_URGENT_QUEUE, RECORDS_APPLICATION_STATE_NORMAL_QUEUE, LIFECYCLE_MOVED },
	{ RECORDS_APPLICATION_STATE_URGENT_QUEUE, RECORDS_APPLICATION_STATE_DECIDED, LIFECYCLE_RESOLVED },
	{ RECORDS_APPLICATION_STATE_URGENT_QUEUE, RECORDS_APPLICATION_STATE_WITHDRAWN, LIFECYCLE_NOTHING },
	{ RECORDS_APPLICATION_STATE_WAITING_INFO, RECORDS_APPLICATION_STATE_NORMAL_QUEUE, LIFECYCLE_ANSWERED },
	{ RECORDS_APPLICATION_STATE_WAITING_INFO, RECORDS_APPLICATION_STATE_URGENT_QUEUE, LIFECYCLE_ANSWERED_URGENT },
	{ RECORDS_APPLICATION_STATE_WAITING_INFO, RECORDS_APPLICATION_STATE_WITHDRAWN, LIFECYCLE_NOTHING },
	{ RECORDS_APPLICATION_STATE_DECIDED, RECORDS_APPLICATION_STATE_TOLD_TO_CLIENT, LIFECYCLE_NOTHING },
	{ RECORDS_APPLICATION_STATE_TOLD_TO_CLIENT, RECORDS_APPLICATION_STATE_COLLECTED, LIFECYCLE_COLLECTED },
	{ RECORDS_APPLICATION_STATE_TOLD_TO_CLIENT, RECORDS_APPLICATION_STATE_CLOSED, LIFECYCLE_NOTHING },
	{ RECORDS_APPLICATION_STATE_COLLECTED, RECORDS_APPLICATION_STATE_CLOSED, LIFECYCLE_NOTHING },
};
static const uint8_t application_winners[] = {
	RECORDS_APPLICATION_STATE_CLOSED,
	RECORDS_APPLICATION_STATE_COLLECTED,
	RECORDS_APPLICATION_STATE_TOLD_TO_CLIENT,
	RECORDS_APPLICATION_STATE_DECIDED,
	RECORDS_APPLICATION_STATE_WITHDRAWN,
};

static const struct lifecycle_step local_steps[] = {
	{ RECORDS_LOCAL_APPLICATION_STATE_RECEIVED, RECORDS_LOCAL_APPLICATION_STATE_HANDLING, LIFECYCLE_NOTHING },
	{ RECORDS_LOCAL_APPLICATION_STATE_RECEIVED, RECORDS_LOCAL_APPLICATION_STATE_TRANSFERRED_OUT, LIFECYCLE_NOTHING },
	{ RECORDS_LOCAL_APPLICATION_STATE_HANDLING, RECORDS_LOCAL_APPLICATION_STATE_WAITING_INFO, LIFECYCLE_NOTHING },
	{ RECORDS_LOCAL_APPLICATION_STATE_HANDLING, RECORDS_LOCAL_APPLICATION_STATE_DECIDED, LIFECYCLE_LOCAL_DECISION },
	{ RECORDS_LOCAL_APPLICATION_STATE_WAITING_INFO, RECORDS_LOCAL_APPLICATION_STATE_HANDLING, LIFECYCLE_NOTHING },
	{ RECORDS_LOCAL_APPLICATION_STATE_DECIDED, RECORDS_LOCAL_APPLICATION_STATE_NOTIFIED, LIFECYCLE_NOTICE },
	{ RECORDS_LOCAL_APPLICATION_STATE_NOTIFIED, RECORDS_LOCAL_APPLICATION_STATE_FINAL, LIFECYCLE_NOTHING },
	{ RECORDS_LOCAL_APPLICATION_STATE_NOTIFIED, RECORDS_LOCAL_APPLICATION_STATE_OBJECTION, LIFECYCLE_NOTHING },
	{ RECORDS_LOCAL_APPLICATION_STATE_OBJECTION, RECORDS_LOCAL_APPLICATION_STATE_FINAL, LIFECYCLE_NOTHING },
};
static const uint8_t local_winners[] = {
	RECORDS_LOCAL_APPLICATION_STATE_FINAL,
	RECORDS_LOCAL_APPLICATION_STATE_OBJECTION,
	RECORDS_LOCAL_APPLICATION_STATE_NOTIFIED,
	RECORDS_LOCAL_APPLICATION_STATE_DECIDED,
	RECORDS_LOCAL_APPLICATION_STATE_TRANSFERRED_OUT,
};

static const struct lifecycle_step consent_steps[] = {
	{ RECORDS_CONSENT_STATE_DRAFT, RECORDS_CONSENT_STATE_ACTIVE, LIFECYCLE_SIGNING },
	{ RECORDS_CONSENT_STATE_ACTIVE, RECORDS_CONSENT_STATE_NARROWED, LIFECYCLE_NARROWED },
	{ RECORDS_CONSENT_STATE_ACTIVE, RECORDS_CONSENT_STATE_WITHDRAWN, LIFECYCLE_WITHDRAWN },
	{ RECORDS_CONSENT_STATE_ACTIVE, RECORDS_CONSENT_STATE_EXPIRED, LIFECYCLE_RUN_OUT },
};
static const uint8_t consent_winners[] = {
	RECORDS_CONSENT_STATE_WITHDRAWN,
	RECORDS_CONSENT_STATE_NARROWED,
	RECORDS_CONSENT_STATE_EXPIRED,
};

static const struct lifecycle_step disclosure_steps[] = {
	{ RECORDS_DISCLOSURE_STATE_PREPARED, RECORDS_DISCLOSURE_STATE_CHECKED, LIFECYCLE_BASIS },
	{ RECORDS_DISCLOSURE_STATE_CHECKED, RECORDS_DISCLOSURE_STATE_QUEUED, LIFECYCLE_BASIS },
	{ RECORDS_DISCLOSURE_STATE_CHECKED, RECORDS_DISCLOSURE_STATE_BLOCKED, LIFECYCLE_BASIS_GONE },
	{ RECORDS_DISCLOSURE_STATE_QUEUED, RECORDS_DISCLOSURE_STATE_SENT, LIFECYCLE_SENT },
	{ RECORDS_DISCLOSURE_STATE_QUEUED, RECORDS_DISCLOSURE_STATE_BLOCKED, LIFECYCLE_BASIS_GONE },
	{ RECORDS_DISCLOSURE_STATE_SENT, RECORDS_DISCLOSURE_STATE_RECEIPTED, LIFECYCLE_RECEIPT },
	{ RECORDS_DISCLOSURE_STATE_SENT, RECORDS_DISCLOSURE_STATE_RECIPIENT_INFORMED_OF_WITHDRAWAL, LIFECYCLE_BASIS_GONE },
	{ RECORDS_DISCLOSURE_STATE_RECEIPTED, RECORDS_DISCLOSURE_STATE_RECIPIENT_INFORMED_OF_WITHDRAWAL, LIFECYCLE_BASIS_GONE },
};
static const uint8_t disclosure_winners[] = {
	RECORDS_DISCLOSURE_STATE_RECIPIENT_INFORMED_OF_WITHDRAWAL,
	RECORDS_DISCLOSURE_STATE_RECEIPTED,
	RECORDS_DISCLOSURE_STATE_SENT,
	RECORDS_DISCLOSURE_STATE_BLOCKED,
};

static const struct lifecycle_step session_steps[] = {
	{ RECORDS_SESSION_STATE_SCHEDULED, RECORDS_SESSION_STATE_IDENTITIES_CHECKED, LIFECYCLE_IDENTITIES },
	{ RECORDS_SESSION_STATE_SCHEDULED, RECORDS_SESSION_STATE_FAILED, LIFECYCLE_TROUBLE },
	{ RECORDS_SESSION_STATE_SCHEDULED, RECORDS_SESSION_STATE_CANCELLED, LIFECYCLE_NOTHING },
	{ RECORDS_SESSION_STATE_IDENTITIES_CHECKED, RECORDS_SESSION_STATE_RUNNING, LIFECYCLE_STARTED },
	{ RECORDS_SESSION_STATE_IDENTITIES_CHECKED, RECORDS_SESSION_STATE_FAILED, LIFECYCLE_TROUBLE },
	{ RECORDS_SESSION_STATE_IDENTITIES_CHECKED, RECORDS_SESSION_STATE_CANCELLED, LIFECYCLE_NOTHING },
	{ RECORDS_SESSION_STATE_RUNNING, RECORDS_SESSION_STATE_ENDED, LIFECYCLE_ENDED },
	{ RECORDS_SESSION_STATE_RUNNING, RECORDS_SESSION_STATE_FAILED, LIFECYCLE_TROUBLE },
	{ RECORDS_SESSION_STATE_RUNNING, RECORDS_SESSION_STATE_CANCELLED, LIFECYCLE_NOTHING },
	{ RECORDS_SESSION_STATE_FAILED, RECORDS_SESSION_STATE_RUNNING, LIFECYCLE_BY_PHONE },
	{ RECORDS_SESSION_STATE_FAILED, RECORDS_SESSION_STATE_ENDED, LIFECYCLE_ENDED },
	{ RECORDS_SESSION_STATE_FAILED, RECORDS_SESSION_STATE_CANCELLED, LIFECYCLE_NOTHING },
	{ RECORDS_SESSION_STATE_ENDED, RECORDS_SESSION_STATE_CONFIRMED, LIFECYCLE_CONFIRMED },
	{ RECORDS_SESSION_STATE_CONFIRMED, RECORDS_SESSION_STATE_SIGNED, LIFECYCLE_CONFIRMED },
};
static const uint8_t session_winners[] = {
	RECORDS_SESSION_STATE_SIGNED,
	RECORDS_SESSION_STATE_CONFIRMED,
	RECORDS_SESSION_STATE_ENDED,
	RECORDS_SESSION_STATE_CANCELLED,
};

static const struct lifecycle_step action_steps[] = {
	{ RECORDS_ACTION_STATE_OPEN, RECORDS_ACTION_STATE_DONE, LIFECYCLE_NOTHING },
	{ RECORDS_ACTION_STATE_OPEN, RECORDS_ACTION_STATE_OVERDUE, LIFECYCLE_BY_TIME },
	{ RECORDS_ACTION_STATE_OPEN, RECORDS_ACTION_STATE_CARRIED_OVER, LIFECYCLE_ACTION_NOTE },
	{ RECORDS_ACTION_STATE_OPEN, RECORDS_ACTION_STATE_CANCELLED, LIFECYCLE_ACTION_NOTE },
	{ RECORDS_ACTION_STATE_OVERDUE, RECORDS_ACTION_STATE_DONE, LIFECYCLE_NOTHING },
	{ RECORDS_ACTION_STATE_OVERDUE, RECORDS_ACTION_STATE_CARRIED_OVER, LIFECYCLE_ACTION_NOTE },
	{ RECORDS_ACTION_STATE_OVERDUE, RECORDS_ACTION_STATE_CANCELLED, LIFECYCLE_ACTION_NOTE },
	{ RECORDS_ACTION_STATE_DONE, RECORDS_ACTION_STATE_OPEN, LIFECYCLE_NOTHING }, /* a press that was wrong is undone */
};
static const uint8_t action_winners[] = {
	RECORDS_ACTION_STATE_DONE,
	RECORDS_ACTION_STATE_CARRIED_OVER,
	RECORDS_ACTION_STATE_CANCELLED,
};

static const struct lifecycle_step handover_steps[] = {
	{ RECORDS_HANDOVER_STATE_PROPOSED, RECORDS_HANDOVER_STATE_ACCEPTED, LIFECYCLE_ACCEPTED },
	{ RECORDS_HANDOVER_STATE_PROPOSED, RECORDS_HANDOVER_STATE_REJECTED, LIFECYCLE_NOTHING },
	{ RECORDS_HANDOVER_STATE_ACCEPTED, RECORDS_HANDOVER_STATE_EFFECTIVE, LIFECYCLE_EFFECTIVE },
};
static const uint8_t handover_winners[] = {
	RECORDS_HANDOVER_STATE_EFFECTIVE,
	RECORDS_HANDOVER_STATE_REJECTED,
};

static const struct lifecycle_step device_steps[] = {
	{ RECORDS_DEVICE_STATE_REQUESTED, RECORDS_DEVICE_STATE_ENROLLED, LIFECYCLE_NOTHING },
	{ RECORDS_DEVICE_STATE_ENROLLED, RECORDS_DEVICE_STATE_ACTIVE, LIFECYCLE_NOTHING },
	{ RECORDS_DEVICE_STATE_ACTIVE, RECORDS_DEVICE_STATE_SUSPENDED, LIFECYCLE_NOTHING },
	{ RECORDS_DEVICE_STATE_ACTIVE, RECORDS_DEVICE_STATE_REVOKED_LOST, LIFECYCLE_LOST },
	{ RECORDS_DEVICE_STATE_ACTIVE, RECORDS_DEVICE_STATE_RETIRED, LIFECYCLE_NOTHING },
	{ RECORDS_DEVICE_STATE_SUSPENDED, RECORDS_DEVICE_STATE_ACTIVE, LIFECYCLE_NOTHING },
	{ RECORDS_DEVICE_STATE_SUSPENDED, RECORDS_DEVICE_STATE_REVOKED_LOST, LIFECYCLE_LOST },
	{ RECORDS_DEVICE_STATE_SUSPENDED, RECORDS_DEVICE_STATE_RETIRED, LIFECYCLE_NOTHING },
};
static const uint8_t device_winners[] = { RECORDS_DEVICE_STATE_REVOKED_LOST, RECORDS_DEVICE_STATE_RETIRED };

static const struct lifecycle_step wipe_steps[] = {
	{ RECORDS_WIPE_STATE_NONE, RECORDS_WIPE_STATE_PENDING, LIFECYCLE_NOTHING },
	{ RECORDS_WIPE_STATE_PENDING, RECORDS_WIPE_STATE_CONFIRMED, LIFECYCLE_NOTHING },
	{ RECORDS_WIPE_STATE_PENDING, RECORDS_WIPE_STATE_UNCONFIRMED, LIFECYCLE_NOTHING },
};
static const uint8_t wipe_winners[] = { RECORDS_WIPE_STATE_CONFIRMED, RECORDS_WIPE_STATE_UNCONFIRMED };

/* Of note, mapping, concern, benefit, assessment: what is signed may be found wrong
 * later, also after it was superseded or corrected once. */
static const struct lifecycle_step content_steps[] = {
	{ RECORDS_CONTENT_STATE_DRAFT, RECORDS_CONTENT_STATE_SIGNED, LIFECYCLE_SIGNING },
	{ RECORDS_CONTENT_STATE_SIGNED, RECORDS_CONTENT_STATE_SUPERSEDED, LIFECYCLE_SUCCESSOR },
	{ RECORDS_CONTENT_STATE_SIGNED, RECORDS_CONTENT_STATE_CORRECTED, LIFECYCLE_CORRECTION },
	{ RECORDS_CONTENT_STATE_SIGNED, RECORDS_CONTENT_STATE_VOIDED, LIFECYCLE_CORRECTION },
	{ RECORDS_CONTENT_STATE_SUPERSEDED, RECORDS_CONTENT_STATE_CORRECTED, LIFECYCLE_CORRECTION },
	{ RECORDS_CONTENT_STATE_SUPERSEDED, RECORDS_CONTENT_STATE_VOIDED, LIFECYCLE_CORRECTION },
	{ RECORDS_CONTENT_STATE_CORRECTED, RECORDS_CONTENT_STATE_SUPERSEDED, LIFECYCLE_SUCCESSOR },
	{ RECORDS_CONTENT_STATE_CORRECTED, RECORDS_CONTENT_STATE_VOIDED, LIFECYCLE_CORRECTION },
};
static const uint8_t content_winners[] = {
	RECORDS_CONTENT_STATE_VOIDED,
	RECORDS_CONTENT_STATE_CORRECTED,
	RECORDS_CONTENT_STATE_SUPERSEDED,
};

#define TABLE(type, state_field, first_state, how, name, reason)                                                \
	{ RECORDS_TYPE_##type, RECORDS_##type##_##state_field, RECORDS_##first_state, how, name##_steps,      \
	  sizeof name##_steps / sizeof name##_steps[0], name##_winners, sizeof name##_winners, reason }

#define content_why "what was found wrong stays marked so"
static const struct lifecycle_table tables[] = {
	TABLE(REFERRAL, STATE, REFERRAL_STATE_RECEIVED, LIFECYCLE_OF_TABLE, referral,
	      "a referral that one worker opened a case for is not closed by another"),
	TABLE(CASE, STATE, CASE_STATE_OPEN, LIFECYCLE_OF_TABLE, case,
	      "a closed case stays closed: a new need is a new case with follows_case"),
	TABLE(VISIT, STATE, VISIT_STATE_PLANNED, LIFECYCLE_OF_TABLE, visit,
	      "what took place is not undone by calling it off"),
	TABLE(PLAN, STATE, PLAN_STATE_AGREED, LIFECYCLE_OF_PLAN, plan,
	      "a plan that is revised or ended is not in force again"),
	TABLE(ASSISTANCE_APPLICATION, STATE, APPLICATION_STATE_PREPARED, LIFECYCLE_OF_TABLE, application,
	      "what Kela has decided is decided; an application withdrawn waits for nothing more"),
	TABLE(LOCAL_APPLICATION, STATE, LOCAL_APPLICATION_STATE_RECEIVED, LIFECYCLE_OF_TABLE, local,
	      "what is decided was not sent elsewhere, and an objection made stands until it is final"),
	TABLE(CONSENT, STATE, CONSENT_STATE_ACTIVE, LIFECYCLE_OF_TABLE, consent,
	      "a withdrawal wins whatever came first, and a consent narrowed or expired is not in force again"),
	TABLE(DISCLOSURE, STATE, DISCLOSURE_STATE_PREPARED, LIFECYCLE_OF_TABLE, disclosure,
	      "what has been sent cannot be called back; what is blocked is not sent"),
	TABLE(JOINT_SESSION, STATE, SESSION_STATE_SCHEDULED, LIFECYCLE_OF_TABLE, session,
	      "what was said and confirmed together is not undone by calling it off"),
	TABLE(AGREED_ACTION, STATE, ACTION_STATE_OPEN, LIFECYCLE_OF_TABLE, action,
	      "what is done is done"),
	TABLE(HANDOVER, STATE, HANDOVER_STATE_PROPOSED, LIFECYCLE_OF_TABLE, handover,
	      "a handover in effect has changed who answers for the case; one rejected is made anew"),
	TABLE(DEVICE, STATE, DEVICE_STATE_REQUESTED, LIFECYCLE_OF_TABLE, device,
	      "a device refused stays refused"),
	TABLE(DEVICE, WIPE_STATE, WIPE_STATE_NONE, LIFECYCLE_OF_TABLE, wipe,
	      "what is wiped is wiped"),
	TABLE(ENCOUNTER_NOTE, STATE, CONTENT_STATE_SIGNED, LIFECYCLE_OF_TABLE, content, content_why),
	TABLE(LIFE_SITUATION_MAPPING, STATE, CONTENT_STATE_SIGNED, LIFECYCLE_OF_TABLE, content, content_why),
	TABLE(CONCERN_ASSESSMENT, STATE, CONTENT_STATE_SIGNED, LIFECYCLE_OF_TABLE, content, content_why),
	TABLE(BENEFIT_ASSESSMENT, STATE, CONTENT_STATE_SIGNED, LIFECYCLE_OF_TABLE, content, content_why),
	TABLE(SERVICE_NEED_ASSESSMENT, STATE, CONTENT_STATE_SIGNED, LIFECYCLE_OF_TABLE, content, content_why),
};

const struct lifecycle_table *lifecycle_all(size_t *count)
{
	*count = sizeof tables / sizeof tables[0];
	return tables;
}

const struct lifecycle_table *lifecycle_of(uint32_t record_type)
{
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		if (tables[i].record_type == record_type)
			return &tables[i];
	return NULL;
}

const struct lifecycle_table *lifecycle_of_field(uint32_t record_type, uint32_t field)
{
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		if (tables[i].record_type == record_type && tables[i].field == field)
			return &tables[i];
	return NULL;
}

/* ---- what each step needs ---------------------------------------------------------------- */

struct need {
	const char *field, *text;
};
static const struct need needs[LIFECYCLE_NEEDS] = {
	[LIFECYCLE_NOTHING] = { "", "" },
	[LIFECYCLE_SIGNING] = { "state", "signing it; the state is not written" },
	[LIFECYCLE_BY_TIME] = { "state", "the date to be past; the state is not written" },
	[LIFECYCLE_BY_RIVAL] = { "state", "another record against it; the state is not written" },
	[LIFECYCLE_TRIAGE] = { "urgent_triage", "the judgement of urgency: when, by whom, IMMEDIATE or NOT_IMMEDIATE" },
	[LIFECYCLE_OUTCOME_CASE] = { "outcome_case", "the case that was opened for it or that it belongs to" },
	[LIFECYCLE_OUTCOME] = { "outcome", "the reason in words" },
	[LIFECYCLE_NO_NEED] = { "close_reason", "why there is no need: the reason, or a signed assessment that says so" },
	[LIFECYCLE_CLOSE] = { "close_reason", "the reason, and closed_on" },
	[LIFECYCLE_STARTED] = { "started_at", "when it began" },
	[LIFECYCLE_RECORDED] = { "nothing_to_record_reason", "ended_at, and a signed note of this visit or the reason why there is nothing to record" },
	[LIFECYCLE_CANCEL_REASON] = { "cancel_reason", "the reason" },
	[LIFECYCLE_SUCCESSOR] = { "state", "a newer signed record that replaces this one" },
	[LIFECYCLE_CORRECTION] = { "state", "a correction of this record; see jalka correct" },
	[LIFECYCLE_DELIVERED] = { "delivered_at", "when it was given or told to Kela" },
	[LIFECYCLE_ARRIVED] = { "arrived_at_kela", "when it arrived at Kela" },
	[LIFECYCLE_URGENT] = { "urgency_grounds", "urgency URGENT, its grounds, urgency_reason and arrived_at_kela" },
	[LIFECYCLE_MOVED] = { "urgent_outcome", "Kela's callback, and urgent_outcome MOVED_TO_NORMAL" },
	[LIFECYCLE_RESOLVED] = { "urgent_outcome", "Kela's callback, urgent_outcome RESOLVED_URGENT and the decision" },
	[LIFECYCLE_ASKED] = { "info_requests", "what Kela asked for, not supplied yet" },
	[LIFECYCLE_ANSWERED] = { "info_requests", "everything asked for supplied, or the time given past" },
	[LIFECYCLE_ANSWERED_URGENT] = { "urgency", "the same, urgency URGENT, and Kela has not moved it to the normal queue" },
	[LIFECYCLE_DECISION] = { "decision", "Kela's decision: date and result" },
	[LIFECYCLE_COLLECTED] = { "payment_commitment", "payment_commitment with collected_at" },
	[LIFECYCLE_LOCAL_DECISION] = { "state", "a signed local_decision of this application" },
	[LIFECYCLE_NOTICE] = { "state", "a signed service_notice of the decision" },
	[LIFECYCLE_NARROWED] = { "narrowed_by", "the newer consent that narrows it" },
	[LIFECYCLE_WITHDRAWN] = { "withdrawn_at", "when the client withdrew it" },
	[LIFECYCLE_RUN_OUT] = { "valid_until", "its last day to be past" },
	[LIFECYCLE_BASIS] = { "consent", "its consent or statute to hold now" },
	[LIFECYCLE_SENT] = { "sent_at", "its consent or statute to hold now, and when it was sent" },
	[LIFECYCLE_RECEIPT] = { "receipt_at", "when the recipient confirmed it" },
	[LIFECYCLE_BASIS_GONE] = { "consent", "its consent to be withdrawn, narrowed or expired" },
	[LIFECYCLE_IDENTITIES] = { "participants", "how each participant's identity was checked, and a consent of scope SESSION in force" },
	[LIFECYCLE_BY_PHONE] = { "channel", "channel PHONE, identities checked, the consent in force" },
	[LIFECYCLE_ENDED] = { "ended_at", "when it ended" },
	[LIFECYCLE_CONFIRMED] = { "client_confirmed", "the client's confirmation, and for each agreed action one owner and a date" },
	[LIFECYCLE_TROUBLE] = { "connection_trouble", "what went wrong" },
	[LIFECYCLE_ACTION_NOTE] = { "done_note", "the reason" },
	[LIFECYCLE_ACCEPTED] = { "accepted_at", "when the receiver accepted it" },
	[LIFECYCLE_EFFECTIVE] = { "client_told_at", "the client told who takes over; then the central node does it" },
	[LIFECYCLE_LOST] = { "lost_at", "when it was lost" },
};

const char *lifecycle_need_text(enum lifecycle_need need)
{
	ASSERT(need < LIFECYCLE_NEEDS);
	return needs[need].text;
}

const char *lifecycle_need_field(enum lifecycle_need need)
{
	ASSERT(need < LIFECYCLE_NEEDS);
	return needs[need].field;
}

/* ---- states and steps ------------------------------------------------------------------------- */

static uint32_t first_state(const struct lifecycle_table *table, struct span fields)
{
	switch (table->how_first) {
	case LIFECYCLE_OF_TABLE:
		return table->first;
	case LIFECYCLE_OF_PLAN:
		return fields_number_or_none(fields, RECORDS_PLAN_CLIENT_AGREEMENT) == RECORDS_CLIENT_AGREEMENT_DECLINED
			       ? RECORDS_PLAN_STATE_DECLINED_BY_CLIENT : table->first;
	}
	return table->first;
}

uint32_t lifecycle_state(const struct lifecycle_table *table, struct span fields)
{
	uint64_t state = fields_number_or_none(fields, table->field);
	return state == 0 || state > UINT32_MAX ? first_state(table, fields) : (uint32_t)state;
}

const struct lifecycle_step *lifecycle_find(const struct lifecycle_table *table, uint32_t from, uint32_t to)
{
	for (size_t i = 0; i < table->step_count; i++)
		if (table->steps[i].from == from && table->steps[i].to == to)
			return &table->steps[i];
	return NULL;
}

size_t lifecycle_next(const struct lifecycle_table *table, uint32_t from, const struct lifecycle_step **out, size_t max)
{
	size_t count = 0;
	for (size_t i = 0; i < table->step_count && count < max; i++)
		if (table->steps[i].from == from)
			out[count++] = &table->steps[i];
	return count;
}

bool lifecycle_is_final(const struct lifecycle_table *table, uint32_t state)
{
	const struct lifecycle_step *any;
	return lifecycle_next(table, state, &any, 1) == 0;
}

const char *lifecycle_name(const struct lifecycle_table *table, uint32_t state)
{
	const struct schema_record *record = schema_by_type(table->record_type);
	const struct schema_enum *states = schema_field_by_number(record->message, table->field)->enumeration;
	return state >= 1 && state <= states->count ? states->values[state - 1].name : "";
}

static bool comes_by_itself(enum lifecycle_need need)
{
	return need == LIFECYCLE_BY_TIME || need == LIFECYCLE_BY_RIVAL;
}

/* Appends what fits whole. */
static void say(struct wire_out *out, const char *text)
{
	if (strlen(text) < out->size - out->used)
		wire_put_raw(out, span_text(text));
}

static void name_steps(const struct lifecycle_table *table, uint32_t from, char steps[static LIFECYCLE_STEPS_BYTES])
{
	struct wire_out out;
	bool any = false;
	wire_out_init(&out, steps, LIFECYCLE_STEPS_BYTES);
	say(&out, "it is ");
	say(&out, lifecycle_name(table, from));
	for (size_t i = 0; i < table->step_count; i++) {
		if (table->steps[i].from != from || comes_by_itself(table->steps[i].need))
			continue;
		say(&out, any ? ", " : "; from there it can step to ");
		say(&out, lifecycle_name(table, table->steps[i].to));
		any = true;
	}
	if (!any)
		say(&out, ", which is final");
	steps[out.used] = '\0';
}

struct fault lifecycle_check_in(const struct lifecycle_table *table, uint32_t from, uint32_t to,
				char steps[static LIFECYCLE_STEPS_BYTES])
{
	steps[0] = '\0';
	if (from == to)
		return fault_none();
	const struct lifecycle_step *step = lifecycle_find(table, from, to);
	if (step != NULL && !comes_by_itself(step->need))
		return fault_none();
	name_steps(table, from, steps);
	if (step != NULL)
		return fault_of(FAULT_CALLER, "this state comes by itself, and is never written");
	if (table->record_type == RECORDS_TYPE_CASE && from == RECORDS_CASE_STATE_CLOSED)
		return fault_of(FAULT_CALLER, "a closed case stays closed: a new need is a new case with follows_case");
	if (lifecycle_is_final(table, from))
		return fault_of(FAULT_CALLER, "the record is in its final state");
	return fault_of(FAULT_CALLER, "the record cannot step to this state from where it is");
}

struct fault lifecycle_check(uint32_t record_type, uint32_t from, uint32_t to, char steps[static LIFECYCLE_STEPS_BYTES])
{
	const struct lifecycle_table *table = lifecycle_of(record_type);
	steps[0] = '\0';
	return table == NULL ? fault_none() : lifecycle_check_in(table, from, to, steps);
}

/* ---- what holds of several ------------------------------------------------------------------- */

enum { STATES_MAX = 32 };

/* Bit n of the result: state n can be reached from `from`. */
static uint32_t reach(const struct lifecycle_table *table, uint32_t from)
{
	uint32_t reached = 1u << from, before;
	do {
		before = reached;
		for (size_t i = 0; i < table->step_count; i++)
			if ((reached & 1u << table->steps[i].from) != 0)
				reached |= 1u << table->steps[i].to;
	} while (reached != before);
	return reached;
}

static uint32_t state_or_first(const struct lifecycle_table *table, uint32_t state)
{
	return state == 0 ? table->first : state;
}

/* The state all others lead to, and that leads to none of them; 0: there is none. */
static uint32_t furthest(const struct lifecycle_table *table, uint32_t there)
{
	for (uint32_t state = 1; state < STATES_MAX; state++) {
		if ((there & 1u << state) == 0 || (reach(table, state) & there & ~(1u << state)) != 0)
			continue;
		bool is_last = true;
		for (uint32_t other = 1; other < STATES_MAX; other++)
			if ((there & 1u << other) != 0 && (reach(table, other) & 1u << state) == 0)
				is_last = false;
		if (is_last)
			return state;
	}
	return 0;
}

struct lifecycle_held lifecycle_derive(const struct lifecycle_table *table, const uint32_t *states, size_t count)
{
	uint32_t there = 0;
	uint32_t shown = count == 0 ? table->first : state_or_first(table, states[0]);
	for (size_t i = 0; i < count; i++) {
		uint32_t state = state_or_first(table, states[i]);
		/* A newer version's state: this one cannot weigh it, so the fold's choice stands. */
		if (state >= STATES_MAX || *lifecycle_name(table, state) == '\0')
			return (struct lifecycle_held){ shown, false, "one of the states is of a newer version of the program" };
		there |= 1u << state;
	}
	if ((there & (there - 1)) == 0)
		return (struct lifecycle_held){ shown, true, "" };
	for (size_t i = 0; i < table->winner_count; i++)
		if ((there & 1u << table->winners[i]) != 0)
			return (struct lifecycle_held){ table->winners[i], true, table->why };
	uint32_t last = furthest(table, there);
	if (last != 0)
		return (struct lifecycle_held){ last, true, "two stepped apart; the one further along holds" };
	return (struct lifecycle_held){ shown, false, "two stepped apart and neither leads to the other: one must be chosen" };
}

bool lifecycle_asks(uint32_t record_type, const struct fold_field *field)
{
	const struct lifecycle_table *table = lifecycle_of_field(record_type, field->number);
	uint32_t states[LIMIT_SIBLINGS];
	if (field->count < 2 || table == NULL)
		return field->count > 1;
	size_t count = field->count < LIMIT_SIBLINGS ? field->count : LIMIT_SIBLINGS;
	for (size_t i = 0; i < count; i++)
		states[i] = (uint32_t)fields_number_or_none(field->siblings[i].whole, field->number);
	return !lifecycle_derive(table, states, count).decided;
}
