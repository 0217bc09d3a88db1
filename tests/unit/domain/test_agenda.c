/* What is due of one record. Records are told as "field=value"; a field told twice
 * is in conflict. 2.3.2026 is a Monday, 2.4.2026 the Thursday before Easter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/civil.h"
#include "base/limits.h"
#include "domain/agenda.h"
#include "domain/record_json.h"
#include "records_table.h"

enum { VALUES_MAX = 24, BLOCK = 8192 };

static uint64_t ms_of(const char *text)
{
	uint64_t ms = 0;
	if (!civil_read_time(span_text(text), &ms))
		fail_msg("no time: %s", text);
	return ms;
}

static int32_t day_of(const char *text)
{
	int32_t day = 0;
	if (!civil_read_date(span_text(text), &day))
		fail_msg("no date: %s", text);
	return day;
}

/* The items of the record told last. */
static struct agenda_item items[AGENDA_ITEMS_MAX];
static size_t item_count;

static struct fold_field *field_of(struct fold_field *fields, size_t *count, uint32_t number, struct fold_value *room)
{
	for (size_t i = 0; i < *count; i++)
		if (fields[i].number == number)
			return &fields[i];
	fields[*count] = (struct fold_field){ .number = number, .siblings = room };
	return &fields[(*count)++];
}

/* Tells a record of that type, happened on 2.3.2026 at 10; ended by NULL. */
static void tell(const char *type, ...)
{
	static uint8_t block[BLOCK];
	static struct fold_value siblings[VALUES_MAX][VALUES_MAX];
	static struct fold_field fields[VALUES_MAX];
	const struct schema_record *schema = schema_by_name(span_text(type));
	struct fold_record fold = { .fields = fields };
	struct wire_out out;
	va_list args;
	const char *text;
	assert_non_null(schema);
	wire_out_init(&out, block, sizeof block);
	va_start(args, type);
	while ((text = va_arg(args, const char *)) != NULL) {
		uint32_t cleared[LIMIT_FIELDS];
		size_t cleared_count = 0, begin = out.used;
		struct schema_error where;
		struct fault fault = record_json_assign(schema, span_of(NULL, 0), &text, 1, &out, cleared, &cleared_count, &where);
		if (fault_is(fault) || out.full)
			fail_msg("%s: %s %s", text, where.field, fault.what);
		const struct schema_field *known =
			schema_field_by_name(schema->message, span_of(text, (size_t)(strchr(text, '=') - text)));
		struct fold_field *field = field_of(fields, &fold.count, known->number, siblings[fold.count]);
		field->siblings[field->count++].whole = span_of(block + begin, out.used - begin);
	}
	va_end(args);
	struct agenda_record record = { schema->type, &fold, ms_of("2026-03-02T10:00"), ms_of("2026-03-04T12:00") };
	item_count = agenda_of(&record, items);
}

static const struct agenda_item *find(enum agenda_kind kind)
{
	const struct agenda_item *found = NULL;
	for (size_t i = 0; i < item_count; i++)
		if (items[i].kind == kind) {
			assert_null(found);
			found = &items[i];
		}
	if (found == NULL)
		fail_msg("no %s is due", agenda_kind_name(kind));
	return found;
}

/* Exactly one thing is due besides conflicts: this. */
static const struct agenda_item *only(enum agenda_kind kind, enum deadline_rule rule, const char *counted)
{
	size_t others = 0;
	for (size_t i = 0; i < item_count; i++)
		others += items[i].kind != AGENDA_CONFLICT;
	assert_int_equal(others, 1);
	const struct agenda_item *item = find(kind);
	assert_int_equal(item->rule, rule);
	if (item->counted != day_of(counted)) {
		char got[CIVIL_DATE_BYTES];
		civil_write_date(item->counted, got);
		fail_msg("%s is due on %s, not on %s", agenda_kind_name(kind), got, counted);
	}
	return item;
}

static void nothing(void)
{
	for (size_t i = 0; i < item_count; i++)
		if (items[i].kind != AGENDA_CONFLICT)
			fail_msg("%s is due", agenda_kind_name(items[i].kind));
}

/* ---- what is to be moved ---- */

static void an_address_that_is_protected_and_on_the_card_is_urgent(void **state)
{
	(void)state;
	tell("client", "family_name=Salmi", "address_protected=true", "address_protected=false", "address={\"street\":\"Katu 1\"}", NULL);
	assert_true(only(AGENDA_ADDRESS, DEADLINE_NONE, "2026-03-04")->urgent);
	tell("client", "family_name=Salmi", "address_protected=false", "address={\"street\":\"Katu 1\"}", NULL);
	nothing();
	tell("client", "family_name=Salmi", "address_protected=true", "phone=040 000 0001", NULL);
	nothing();
	/* two addresses written apart are nothing to choose from: both leave the card */
	tell("client", "address_protected=true", "address={\"street\":\"Katu 1\"}", "address={\"street\":\"Katu 2\"}", NULL);
	assert_int_equal(item_count, 1);
}

static void a_handover_waits_until_it_is_accepted_and_told(void **state)
{
	(void)state;
	tell("handover", "reason=x", NULL);
	only(AGENDA_HANDOVER, DEADLINE_NONE, "2026-03-02");
	tell("handover", "reason=x", "state=ACCEPTED", NULL);
	only(AGENDA_HANDOVER, DEADLINE_NONE, "2026-03-02");
	tell("handover", "reason=x", "state=ACCEPTED", "client_told_at=2026-03-02T10:00", NULL);
	nothing();
	tell("handover", "reason=x", "state=REJECTED", NULL);
	nothing();
	tell("handover", "reason=x", "state=EFFECTIVE", NULL);
	nothing();
}

/* ---- visits, actions ---- */

static void a_planned_visit_is_due_at_its_time_until_it_begins(void **state)
{
	(void)state;
	tell("visit", "planned_at=2026-03-05T13:00", NULL);
	const struct agenda_item *item = only(AGENDA_VISIT, DEADLINE_NONE, "2026-03-05");
	assert_int_equal(item->at_ms, ms_of("2026-03-05T13:00"));
	assert_int_equal(item->actable, item->counted);
	tell("visit", "planned_at=2026-03-07T13:00", NULL); /* a Saturday stays one */
	assert_int_equal(only(AGENDA_VISIT, DEADLINE_NONE, "2026-03-07")->actable, day_of("2026-03-07"));
	tell("visit", "planned_at=2026-03-05T13:00", "started_at=2026-03-05T13:10", NULL);
	nothing();
	tell("visit", "planned_at=2026-03-05T13:00", "state=CANCELLED", NULL);
	nothing();
	tell("visit", "planned_at=2026-03-05T13:00", "state=PLANNED", "state=NO_SHOW", NULL);
	nothing(); /* G3: one of two values says it is over */
	tell("visit", "topic=ei aikaa", NULL);
	nothing();
}

static void an_agreed_action_is_due_until_it_is_done(void **state)
{
	(void)state;
	tell("agreed_action", "due=2026-03-08", NULL); /* a Sunday */
	assert_int_equal(only(AGENDA_ACTION, DEADLINE_NONE, "2026-03-08")->actable, day_of("2026-03-09"));
	tell("agreed_action", "due=2026-03-08", "state=OVERDUE", NULL);
	only(AGENDA_ACTION, DEADLINE_NONE, "2026-03-08");
	tell("agreed_action", "due=2026-03-20", "due=2026-03-10", NULL); /* G1 */
	only(AGENDA_ACTION, DEADLINE_NONE, "2026-03-10");
	tell("agreed_action", "due=2026-03-08", "state=DONE", NULL);
	nothing();
	tell("agreed_action", "due=2026-03-08", "state=CARRIED_OVER", NULL);
	nothing();
}

static void a_joint_session_is_due_at_its_time(void **state)
{
	(void)state;
	tell("joint_session", "scheduled_at=2026-03-05T13:00", "state=IDENTITIES_CHECKED", NULL);
	only(AGENDA_SESSION, DEADLINE_NONE, "2026-03-05");
	tell("joint_session", "scheduled_at=2026-03-05T13:00", "state=FAILED", NULL);
	nothing();
}

/* ---- referral and case ---- */

static void a_referral_is_judged_at_once(void **state)
{
	(void)state;
	tell("referral", "pathway=NEED_REQUEST", "received_at=2026-03-03T22:30", NULL);
	const struct agenda_item *item = find(AGENDA_TRIAGE);
	assert_true(item->urgent && item->rule == DEADLINE_D1);
	assert_int_equal(item->counted, day_of("2026-03-03"));
	assert_int_equal(item->start_ms, ms_of("2026-03-03T22:30"));
	tell("referral", "pathway=NEED_REQUEST", "received_at=2026-03-03", "state=TRIAGED",
	     "urgent_triage={\"at\":\"2026-03-03\",\"by\":\"Aino\",\"result\":\"IMMEDIATE\"}", NULL);
	item = find(AGENDA_REFERRAL);
	assert_true(item->urgent && item->counted == day_of("2026-03-03"));
	tell("referral", "pathway=NEED_REQUEST", "received_at=2026-03-03", "state=CASE_OPENED",
	     "urgent_triage={\"at\":\"2026-03-03\",\"by\":\"Aino\",\"result\":\"IMMEDIATE\"}", NULL);
	nothing();
	tell("referral", "pathway=NEED_REQUEST", "received_at=2026-03-03", "state=CLOSED_NO_ACTION", NULL);
	nothing();
}

static size_t that_hold(enum agenda_kind kind, const struct agenda_about *about, enum deadline_rule *rule)
{
	size_t count = 0;
	for (size_t i = 0; i < item_count; i++)
		if (items[i].kind == kind && agenda_holds(&items[i], about)) {
			*rule = items[i].rule;
			count++;
		}
	return count;
}

static void the_assessment_goes_by_the_age_of_the_client(void **state)
{
	struct agenda_about old = { .has_birth_date = true, .birth_date = day_of("1951-03-02") },
			    nearly = { .has_birth_date = true, .birth_date = day_of("1951-03-03") },
			    child = { .has_birth_date = true, .birth_date = day_of("2008-03-03") },
			    grown = { .has_birth_date = true, .birth_date = day_of("2008-03-02") },
			    unknown = { .has_birth_date = false };
	enum deadline_rule rule;
	(void)state;
	tell("case", "opened_on=2026-03-02", "special_support=true", "opened_by_pathway=SELF", NULL);
	assert_int_equal(that_hold(AGENDA_ASSESSMENT_START, &old, &rule), 1);
	assert_int_equal(rule, DEADLINE_D2);
	assert_int_equal(that_hold(AGENDA_ASSESSMENT_START, &nearly, &rule), 0);
	assert_int_equal(that_hold(AGENDA_ASSESSMENT_START, &unknown, &rule), 0);
	assert_int_equal(that_hold(AGENDA_ASSESSMENT_START, &child, &rule), 1);
	assert_int_equal(rule, DEADLINE_D3_START);
	assert_int_equal(that_hold(AGENDA_ASSESSMENT, &child, &rule), 1);
	assert_int_equal(rule, DEADLINE_D3_FINISH);
	assert_int_equal(that_hold(AGENDA_ASSESSMENT, &grown, &rule), 1);
	assert_int_equal(rule, DEADLINE_D4);
	assert_int_equal(that_hold(AGENDA_ASSESSMENT, &unknown, &rule), 1);
	struct agenda_about cared_for = { .has_care_allowance = true };
	assert_int_equal(that_hold(AGENDA_ASSESSMENT_START, &cared_for, &rule), 1);
	assert_int_equal(rule, DEADLINE_D2); /* of whatever age */
	tell("case", "opened_on=2026-03-02", "special_support=false", NULL);
	assert_int_equal(that_hold(AGENDA_ASSESSMENT, &child, &rule), 1);
	assert_int_equal(rule, DEADLINE_D4); /* no child in need of special support */
	assert_int_equal(find(AGENDA_ASSESSMENT)->counted, day_of("2026-06-02"));
	assert_int_equal(find(AGENDA_ASSESSMENT_START)->counted, day_of("2026-03-11"));
}

static void the_state_of_the_case_moves_the_clock_on(void **state)
{
	(void)state;
	tell("case", "opened_on=2026-11-30", "state=ASSESSING", "special_support=false", NULL);
	const struct agenda_item *item = only(AGENDA_ASSESSMENT, DEADLINE_D4, "2027-02-28");
	assert_int_equal(item->actable, day_of("2027-03-01"));
	tell("case", "opened_on=2026-03-02", "state=PLANNED", "special_support=false", NULL);
	only(AGENDA_CARRY_OUT, DEADLINE_D16, "2026-06-02");
	tell("case", "opened_on=2026-03-02", "state=IN_SERVICE", "special_support=false", NULL);
	nothing();
	tell("case", "opened_on=2026-03-02", "state=CLOSED", NULL);
	nothing();
	tell("case", "opened_on=2026-03-02", "state=OPEN", "state=CLOSED", NULL);
	nothing(); /* closed stays closed */
	tell("case", "opened_on=2026-03-02", "opened_by_pathway=TALK_REQUEST", NULL);
	only(AGENDA_TALK, DEADLINE_D10, "2026-03-11");
}

static void a_talk_request_an_etotu_transfer_and_an_urging_have_their_own_clocks(void **state)
{
	const char *judged = "urgent_triage={\"at\":\"2026-03-02\",\"by\":\"Aino\",\"result\":\"NOT_IMMEDIATE\"}";
	(void)state;
	tell("referral", "pathway=TALK_REQUEST", "received_at=2026-03-02", "state=TRIAGED", judged, NULL);
	only(AGENDA_TALK, DEADLINE_D10, "2026-03-11");
	tell("referral", "pathway=ETOTU_TRANSFER", "received_at=2026-04-04", "state=TRIAGED", judged, NULL);
	only(AGENDA_DECISION, DEADLINE_D5, "2026-04-16"); /* Easter Saturday */
	tell("referral", "pathway=BASIC_PART_REDUCTION", "received_at=2026-01-31", "state=TRIAGED", judged, NULL);
	assert_int_equal(find(AGENDA_URGING)->counted, day_of("2026-02-28"));
	assert_int_equal(find(AGENDA_URGING)->last, day_of("2026-02-28")); /* no act: it comes about */
}

static void the_own_worker_is_named_after_the_assessment(void **state)
{
	(void)state;
	tell("service_need_assessment", "completed_on=2026-03-05", "own_worker_need=true", "outcome=SERVICES", NULL);
	const struct agenda_item *item = only(AGENDA_OWN_WORKER, DEADLINE_D11, "2026-03-05");
	assert_false(agenda_holds(item, &(struct agenda_about){ .has_own_worker = true }));
	assert_true(agenda_holds(item, &(struct agenda_about){ .has_own_worker = false }));
	/* That none is needed is said with its reason, at the central node. */
	tell("service_need_assessment", "completed_on=2026-03-05", "own_worker_need=false", NULL);
	only(AGENDA_OWN_WORKER, DEADLINE_D11, "2026-03-05");
	tell("service_need_assessment", "completed_on=2026-03-05", "outcome=UNNECESSARY", NULL);
	nothing();
	tell("service_need_assessment", "completed_on=2026-03-05", "state=VOIDED", NULL);
	nothing();
}

/* ---- applications ---- */

#define REQUESTED "info_requests=[{\"asked_at\":\"2026-03-04\",\"how\":\"PHONE\",\"items\":[\"tiliote\"],\"due\":\"2026-03-18\"}]"
#define SUPPLIED \
	"info_requests=[{\"asked_at\":\"2026-03-04\",\"how\":\"PHONE\",\"items\":[\"tiliote\"],\"due\":\"2026-03-18\"," \
	"\"supplied_at\":\"2026-03-06T12:00\"}]"
#define OPEN_ENDED "info_requests=[{\"asked_at\":\"2026-03-04\",\"how\":\"PHONE\",\"items\":[\"tiliote\"]}]"

static void kelas_clock_runs_from_the_arrival_at_kela_and_never_from_the_delivery(void **state)
{
	(void)state;
	tell("assistance_application", "delivered_at=2026-03-02T10:00", "urgency=NORMAL", "state=DELIVERED", NULL);
	nothing();
	tell("assistance_application", "delivered_at=2026-03-02T10:00", "arrived_at_kela=2026-03-30T09:00",
	     "state=NORMAL_QUEUE", NULL);
	const struct agenda_item *item = only(AGENDA_DECISION, DEADLINE_D5, "2026-04-10");
	assert_int_equal(item->start_ms, ms_of("2026-03-30T09:00"));
	tell("assistance_application", "arrived_at_kela=2026-03-30", "arrived_at_kela=2026-03-02", NULL);
	only(AGENDA_DECISION, DEADLINE_D5, "2026-03-11"); /* G1 */
	tell("assistance_application", "arrived_at_kela=2026-03-30", "state=WITHDRAWN", NULL);
	nothing();
	tell("assistance_application", "arrived_at_kela=2026-03-30", "state=NORMAL_QUEUE", "state=WITHDRAWN", NULL);
	nothing();
	tell("assistance_application", "arrived_at_kela=2026-03-30",
	     "decision={\"date\":\"2026-04-01\",\"result\":\"myönnetty\"}", NULL);
	nothing();
}

static void an_urgent_application_stands_on_top_until_it_is_moved(void **state)
{
	(void)state;
	tell("assistance_application", "urgency=URGENT", "urgency_grounds=FOOD", "delivered_at=2026-03-02", NULL);
	const struct agenda_item *item = only(AGENDA_DELIVER, DEADLINE_NONE, "2026-03-02");
	assert_true(item->urgent);
	tell("assistance_application", "urgency=URGENT", "arrived_at_kela=2026-04-30T15:00", NULL);
	item = only(AGENDA_DECISION, DEADLINE_D6, "2026-05-04");
	assert_true(item->urgent);
	assert_int_equal(agenda_class(item, day_of("2026-04-30")), AGENDA_URGENT);
	assert_int_equal(agenda_class(item, day_of("2026-05-10")), AGENDA_URGENT);
	tell("assistance_application", "urgency=URGENT", "urgency=NORMAL", "arrived_at_kela=2026-04-30T15:00", NULL);
	only(AGENDA_DECISION, DEADLINE_D6, "2026-05-04"); /* G1 */
	tell("assistance_application", "urgency=URGENT", "urgent_outcome=MOVED_TO_NORMAL",
	     "arrived_at_kela=2026-04-30T15:00", "state=NORMAL_QUEUE", NULL);
	item = only(AGENDA_DECISION, DEADLINE_D5, "2026-05-12");
	assert_false(item->urgent);
}

static void a_request_for_information_moves_the_clock(void **state)
{
	(void)state;
	tell("assistance_application", "arrived_at_kela=2026-03-02", "state=WAITING_INFO", REQUESTED, NULL);
	assert_int_equal(find(AGENDA_SUPPLY)->counted, day_of("2026-03-18"));
	assert_int_equal(find(AGENDA_SUPPLY)->start_ms, ms_of("2026-03-04"));
	assert_int_equal(find(AGENDA_DECISION)->rule, DEADLINE_D9);
	assert_int_equal(find(AGENDA_DECISION)->counted, day_of("2026-03-27"));
	tell("assistance_application", "arrived_at_kela=2026-03-02", "state=NORMAL_QUEUE", SUPPLIED, NULL);
	only(AGENDA_DECISION, DEADLINE_D8, "2026-03-17");
	tell("assistance_application", "arrived_at_kela=2026-03-02", "state=WAITING_INFO", OPEN_ENDED, NULL);
	only(AGENDA_SUPPLY, DEADLINE_NONE, "2026-03-04");
	/* Urgent or not, what Kela asked for is to be supplied. */
	tell("assistance_application", "urgency=URGENT", "arrived_at_kela=2026-03-02", "state=WAITING_INFO", REQUESTED, NULL);
	assert_int_equal(find(AGENDA_SUPPLY)->counted, day_of("2026-03-18"));
	assert_int_equal(find(AGENDA_DECISION)->rule, DEADLINE_D6);
	/* G1: in conflict the earlier of the clocks, and what one value still asks for. */
	tell("assistance_application", "arrived_at_kela=2026-03-02", "state=WAITING_INFO", REQUESTED, SUPPLIED, NULL);
	assert_int_equal(find(AGENDA_DECISION)->counted, day_of("2026-03-17"));
	find(AGENDA_SUPPLY);
	find(AGENDA_CONFLICT);
}

static void a_payment_commitment_is_due_until_it_is_collected(void **state)
{
	(void)state;
	tell("assistance_application", "state=TOLD_TO_CLIENT",
	     "payment_commitment={\"place\":\"apteekki\",\"pickup_by\":\"2026-03-06\"}", "pickup_by=2026-03-09", NULL);
	only(AGENDA_PICKUP, DEADLINE_NONE, "2026-03-06");
	tell("assistance_application", "state=TOLD_TO_CLIENT", "pickup_by=2026-03-09",
	     "payment_commitment={\"place\":\"apteekki\",\"pickup_by\":\"2026-03-06\",\"collected_at\":\"2026-03-05\"}", NULL);
	nothing();
	tell("assistance_application", "state=COLLECTED", "pickup_by=2026-03-09", NULL);
	nothing();
}

static void the_countys_own_decision_has_the_same_clock(void **state)
{
	(void)state;
	tell("local_application", "received_at=2026-03-02", NULL);
	only(AGENDA_DECISION, DEADLINE_D5, "2026-03-11");
	tell("local_application", "received_at=2026-03-02", "state=DECIDED", NULL);
	nothing();
	/* What is missing is asked for: D8 from its coming, D9 from the end of the time given. */
	tell("local_application", "received_at=2026-03-02", "state=WAITING_INFO",
	     "info_requests=[{\"asked_at\":\"2026-03-03\",\"how\":\"PHONE\",\"items\":[\"tiliote\"],\"due\":\"2026-03-12\"}]", NULL);
	assert_int_equal(find(AGENDA_SUPPLY)->counted, day_of("2026-03-12"));
	assert_int_equal(find(AGENDA_DECISION)->rule, DEADLINE_D9);
	assert_int_equal(find(AGENDA_DECISION)->counted, day_of("2026-03-23"));
	tell("local_application", "received_at=2026-03-02", "state=HANDLING",
	     "info_requests=[{\"asked_at\":\"2026-03-03\",\"how\":\"PHONE\",\"items\":[\"tiliote\"],\"due\":\"2026-03-12\","
	     "\"supplied_at\":\"2026-03-10\"}]", NULL);
	only(AGENDA_DECISION, DEADLINE_D8, "2026-03-19");
}

static void a_notice_has_the_day_it_is_deemed_received_and_the_end_of_the_objection(void **state)
{
	(void)state;
	tell("service_notice", "method=LETTER", "actually_sent_on=2026-03-02", NULL);
	only(AGENDA_NOTICE, DEADLINE_D12_LETTER, "2026-03-09");
	tell("service_notice", "method=LETTER", "actually_sent_on=2026-03-02", "deemed_on=2026-03-09",
	     "appeal_until=2026-04-06", NULL);
	assert_int_equal(find(AGENDA_OBJECTION)->counted, day_of("2026-04-06")); /* Easter Monday */
	assert_int_equal(find(AGENDA_OBJECTION)->actable, day_of("2026-04-07"));
	assert_int_equal(find(AGENDA_OBJECTION)->start_ms, ms_of("2026-03-09"));
	tell("service_notice", "method=ELECTRONIC", "actually_sent_on=2026-03-02", "appeal_until=2026-03-19", NULL);
	assert_int_equal(find(AGENDA_NOTICE)->rule, DEADLINE_D12_ELECTRONIC);
	assert_int_equal(find(AGENDA_OBJECTION)->counted, day_of("2026-03-19"));
	tell("service_notice", "method=IN_PERSON", "actually_sent_on=2026-03-02", NULL);
	assert_int_equal(find(AGENDA_NOTICE)->counted, day_of("2026-03-02"));
}

/* ---- the person's own ---- */

static void a_data_subject_request_is_answered_within_a_month_or_three(void **state)
{
	(void)state;
	tell("data_subject_request", "kind=ACCESS", "received_on=2026-01-31", NULL);
	const struct agenda_item *item = only(AGENDA_REQUEST, DEADLINE_D15, "2026-02-28");
	assert_int_equal(item->actable, day_of("2026-03-02"));
	tell("data_subject_request", "received_on=2026-01-31", "due=2026-04-15", NULL);
	only(AGENDA_REQUEST, DEADLINE_D15_EXTENDED, "2026-04-15");
	tell("data_subject_request", "received_on=2026-01-31", "due=2027-04-15", NULL);
	only(AGENDA_REQUEST, DEADLINE_D15_EXTENDED, "2026-04-30");
	tell("data_subject_request", "received_on=2026-01-31", "answered_on=2026-02-10", NULL);
	nothing();
}

static void plans_mappings_consents_and_capabilities_are_looked_at_again(void **state)
{
	struct agenda_about newer = { .has_newer = true };
	(void)state;
	tell("plan", "review_on=2026-03-08", NULL);
	assert_int_equal(only(AGENDA_REVIEW, DEADLINE_D18_REVIEW, "2026-03-08")->actable, day_of("2026-03-09"));
	tell("plan", "review_on=2026-03-08", "state=ENDED", NULL);
	nothing();
	tell("plan", "review_on=2026-03-08", "client_agreement=DECLINED", NULL);
	nothing();
	tell("life_situation_mapping", "valid_until=2026-04-01", NULL);
	assert_false(agenda_holds(only(AGENDA_MAPPING, DEADLINE_D18_MAPPING, "2026-04-01"), &newer));
	tell("life_situation_mapping", "mode=FACE", NULL); /* half a year from the mapping */
	only(AGENDA_MAPPING, DEADLINE_D18_MAPPING, "2026-09-02");
	tell("life_situation_mapping", "valid_until=2026-04-01", "state=SUPERSEDED", NULL);
	nothing();
	tell("digital_capability", "next_check=2026-04-01", NULL);
	assert_false(agenda_holds(only(AGENDA_CAPABILITY, DEADLINE_NONE, "2026-04-01"), &newer));
	tell("consent", "valid_until=2026-04-01", NULL);
	const struct agenda_item *item = only(AGENDA_CONSENT, DEADLINE_D18_CONSENT, "2026-04-01");
	assert_int_equal(agenda_class(item, day_of("2026-04-02")), AGENDA_PAST);
	tell("consent", "valid_until=2026-04-01", "withdrawn_at=2026-03-20", NULL);
	nothing();
	tell("consent", "valid_until=2026-04-01", "state=WITHDRAWN", "state=ACTIVE", NULL);
	nothing();
}

static void a_serious_concern_stands_on_top_of_its_day(void **state)
{
	(void)state;
	tell("concern_assessment", "level=SERIOUS", NULL);
	const struct agenda_item *item = only(AGENDA_CONCERN, DEADLINE_NONE, "2026-03-02");
	assert_int_equal(agenda_class(item, day_of("2026-03-02")), AGENDA_URGENT);
	assert_int_equal(agenda_class(item, day_of("2026-03-03")), AGENDA_PAST);
	tell("concern_assessment", "level=CLEAR", NULL);
	nothing();
}

static void concern_for_a_child_asks_for_its_notice(void **state)
{
	struct agenda_about made = { .has_notice = true }, none = { .has_notice = false };
	(void)state;
	tell("concern_assessment", "level=MILD", "items=[{\"code\":\"C04\",\"answer\":\"YES\"}]", NULL);
	const struct agenda_item *item = only(AGENDA_CHILD, DEADLINE_NONE, "2026-03-02");
	assert_true(item->urgent && agenda_holds(item, &none) && !agenda_holds(item, &made));
	tell("concern_assessment", "level=MILD", "items=[{\"code\":\"C04\",\"answer\":\"NO\"},{\"code\":\"C03\",\"answer\":\"YES\"}]", NULL);
	nothing();
	tell("concern_assessment", "level=MILD", "items=[{\"code\":\"C04\",\"answer\":\"YES\"}]", "state=VOIDED", NULL);
	nothing();
	tell("life_situation_mapping", "mode=FACE", "quadrants=[{\"quadrant\":\"FAMILY\",\"state\":\"WATCH\","
	     "\"prompts_answered\":[{\"prompt\":\"CHILD_CONCERN\",\"answer\":\"YES\"}]}]", NULL);
	assert_true(find(AGENDA_CHILD)->urgent);
}

static void the_first_home_visit_is_within_seven_working_days_of_the_move(void **state)
{
	struct agenda_about booked = { .has_visit = true }, none = { .has_visit = false };
	(void)state;
	tell("reception_transfer", "centre=Koskela", "move_date=2026-03-30", NULL);
	const struct agenda_item *item = find(AGENDA_HOME_VISIT);
	assert_int_equal(item->counted, day_of("2026-04-10")); /* over Easter */
	assert_true(agenda_holds(item, &none) && !agenda_holds(item, &booked));
	assert_int_equal(agenda_class(item, day_of("2026-04-13")), AGENDA_OVERDUE);
	assert_int_equal(agenda_class(item, day_of("2026-05-11")), AGENDA_PAST);
}

static void a_move_from_a_reception_centre_comes_about(void **state)
{
	(void)state;
	tell("reception_transfer", "move_date=2026-03-10", "network_meeting=2026-03-05T09:00", NULL);
	assert_int_equal(find(AGENDA_MOVE)->last, day_of("2026-03-10"));
	assert_int_equal(find(AGENDA_MEETING)->at_ms, ms_of("2026-03-05T09:00"));
}

/* ---- any record ---- */

static void a_conflict_is_due_since_the_record_changed(void **state)
{
	(void)state;
	tell("client", "family_name=Virtanen", "family_name=Virtala", "phone=040 1", "phone=040 2", NULL);
	assert_int_equal(item_count, 1);
	assert_int_equal(find(AGENDA_CONFLICT)->counted, day_of("2026-03-04"));
	tell("client", "family_name=Virtanen", NULL);
	assert_int_equal(item_count, 0);
}

static void what_the_life_cycle_decides_asks_nobody(void **state)
{
	(void)state;
	tell("visit", "planned_at=2026-03-05T13:00", "state=DONE", "state=CANCELLED", NULL);
	assert_int_equal(item_count, 0);
	tell("assistance_application", "state=NORMAL_QUEUE", "state=URGENT_QUEUE", NULL);
	assert_int_equal(find(AGENDA_CONFLICT)->counted, day_of("2026-03-04")); /* this a person decides */
	tell("visit", "state=DONE", "state=CANCELLED", "next_step=a", "next_step=b", NULL);
	find(AGENDA_CONFLICT);
}

static void of_two_revisions_of_a_plan_one_is_to_be_chosen(void **state)
{
	struct agenda_about alone = { .has_rival = false }, rivals = { .has_rival = true };
	(void)state;
	tell("plan", "kind=CLIENT", "replaces=00000000000000000000000000000001", NULL);
	const struct agenda_item *item = find(AGENDA_RIVAL);
	assert_true(agenda_holds(item, &rivals) && !agenda_holds(item, &alone));
	tell("plan", "kind=CLIENT", "replaces=00000000000000000000000000000001", "state=ENDED", NULL);
	assert_int_equal(item_count, 0);
	tell("plan", "kind=CLIENT", NULL);
	assert_int_equal(item_count, 0);
}

static void impossible_times_are_not_due(void **state)
{
	(void)state;
	tell("agreed_action", "due=9999-12-31", NULL);
	nothing();
	tell("visit", "planned_at=1970-01-02", NULL);
	nothing();
	tell("case", "opened_on=0000-01-01", NULL);
	nothing();
	tell("assistance_application", "arrived_at_kela=9999-12-31T23:00", NULL);
	nothing();
	tell("service_notice", "method=LETTER", "actually_sent_on=2100-12-30", NULL);
	nothing();
}

/* Found by fuzz_agenda: a stored date that no ingress of ours would let in. */
static void a_date_beyond_every_calendar_is_not_due(void **state)
{
	uint8_t block[16];
	struct wire_out out;
	struct agenda_item item = { .condition = AGENDA_IF_SEVEN_DAYS, .start_ms = ms_of("2026-03-02") };
	(void)state;
	wire_out_init(&out, block, sizeof block);
	wire_put_varint(&out, RECORDS_CASE_OPENED_ON, UINT32_MAX);
	struct fold_value value = { .whole = wire_out_span(&out) };
	struct fold_field field = { RECORDS_CASE_OPENED_ON, &value, 1 };
	struct fold_record fold = { &field, 1 };
	struct agenda_record record = { RECORDS_TYPE_CASE, &fold, UINT64_MAX, UINT64_MAX };
	assert_int_equal(agenda_of(&record, items), 0);
	assert_false(agenda_holds(&item, &(struct agenda_about){ .has_birth_date = true, .birth_date = INT32_MIN }));
}

static void the_most_a_record_can_ask_for_fits(void **state)
{
	(void)state;
	tell("referral", "pathway=BASIC_PART_REDUCTION", "pathway=SELF", "received_at=2026-03-02", NULL);
	assert_in_range(item_count, 6, AGENDA_ITEMS_MAX - 1);
}

/* ---- what is no record ---- */

static void a_draft_warns_after_a_day_and_alerts_after_three_working_days(void **state)
{
	struct agenda_item item;
	uint64_t begun = ms_of("2026-03-05T15:00"); /* Thursday */
	(void)state;
	assert_true(agenda_of_draft(begun, day_of("2026-03-05"), &item));
	assert_int_equal(item.rule, DEADLINE_D18_DRAFT);
	assert_int_equal(agenda_class(&item, day_of("2026-03-05")), AGENDA_COMING);
	assert_int_equal(agenda_class(&item, day_of("2026-03-06")), AGENDA_TODAY);
	assert_int_equal(agenda_class(&item, day_of("2026-03-07")), AGENDA_OVERDUE);
	assert_true(agenda_of_draft(begun, day_of("2026-03-10"), &item));
	assert_int_equal(item.rule, DEADLINE_D18_DRAFT);
	assert_true(agenda_of_draft(begun, day_of("2026-03-11"), &item));
	assert_int_equal(item.rule, DEADLINE_D18_DRAFT_OLD);
	assert_false(agenda_of_draft(0, day_of("2026-03-05"), &item));
}

static void what_is_unsynced_is_told_after_three_days(void **state)
{
	struct agenda_item item;
	(void)state;
	assert_false(agenda_of_unsynced(ms_of("2026-03-05T15:00"), day_of("2026-03-07"), &item));
	assert_true(agenda_of_unsynced(ms_of("2026-03-05T15:00"), day_of("2026-03-08"), &item));
	assert_int_equal(item.rule, DEADLINE_D18_UNSYNCED);
}

static void a_lost_consent_is_seen_to_by_the_next_working_day(void **state)
{
	struct agenda_item item;
	(void)state;
	assert_true(agenda_of_withdrawal(ms_of("2026-11-03T09:15"), &item));
	assert_int_equal(item.kind, AGENDA_WITHDRAWAL);
	assert_int_equal(item.counted, day_of("2026-11-03"));
	assert_int_equal(item.actable, day_of("2026-11-04"));
	assert_true(agenda_of_withdrawal(ms_of("2026-11-20T17:00"), &item)); /* a Friday */
	assert_int_equal(item.actable, day_of("2026-11-23"));
	assert_int_equal(agenda_class(&item, day_of("2026-11-24")), AGENDA_OVERDUE);
}

static void things_stand_by_both_days(void **state)
{
	struct agenda_item item = { .kind = AGENDA_ACTION, .counted = day_of("2026-04-04"), .actable = day_of("2026-04-07"),
				    .last = AGENDA_FOR_EVER };
	(void)state;
	assert_int_equal(agenda_class(&item, day_of("2026-03-27")), AGENDA_LATER);
	assert_int_equal(agenda_class(&item, day_of("2026-03-28")), AGENDA_COMING);
	assert_int_equal(agenda_class(&item, day_of("2026-04-03")), AGENDA_COMING);
	assert_int_equal(agenda_class(&item, day_of("2026-04-04")), AGENDA_TODAY); /* alert on the earlier */
	assert_int_equal(agenda_class(&item, day_of("2026-04-07")), AGENDA_TODAY);
	assert_int_equal(agenda_class(&item, day_of("2026-04-08")), AGENDA_OVERDUE);
}

static void things_stand_in_the_section_of_their_kind(void **state)
{
	static const struct { enum agenda_kind kind; enum agenda_section section; } rows[] = {
		{ AGENDA_VISIT, AGENDA_VISITS }, { AGENDA_SESSION, AGENDA_VISITS }, { AGENDA_TRIAGE, AGENDA_CLOCKS },
		{ AGENDA_DECISION, AGENDA_CLOCKS }, { AGENDA_URGING, AGENDA_CLOCKS }, { AGENDA_ACTION, AGENDA_ACTIONS },
		{ AGENDA_PICKUP, AGENDA_ACTIONS }, { AGENDA_DRAFT, AGENDA_DRAFTS }, { AGENDA_UNSYNCED, AGENDA_DRAFTS },
		{ AGENDA_CONSENT, AGENDA_CONSENTS }, { AGENDA_MAPPING, AGENDA_CHECKS }, { AGENDA_REVIEW, AGENDA_CHECKS },
		{ AGENDA_CONFLICT, AGENDA_CONFLICTS }, { AGENDA_RIVAL, AGENDA_CONFLICTS },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct agenda_item item = { .kind = rows[i].kind };
		assert_int_equal(agenda_section(&item), rows[i].section);
		item.urgent = true;
		assert_int_equal(agenda_section(&item), AGENDA_URGENTLY);
	}
	for (int section = AGENDA_CLOCKS; section < AGENDA_SECTIONS; section++) {
		struct agenda_item item = { .kind = agenda_section_first((enum agenda_section)section) };
		assert_int_equal(agenda_section(&item), section);
	}
}

static void every_kind_and_class_has_a_name(void **state)
{
	(void)state;
	for (int kind = AGENDA_NOTHING + 1; kind < AGENDA_KINDS; kind++)
		assert_true(*agenda_kind_name((enum agenda_kind)kind) != 0);
	for (int class = AGENDA_URGENT; class <= AGENDA_PAST; class++)
		assert_true(*agenda_class_name((enum agenda_class)class) != 0);
	for (int section = AGENDA_URGENTLY; section < AGENDA_SECTIONS; section++)
		assert_true(*agenda_section_name((enum agenda_section)section) != 0);
	assert_string_equal(agenda_section_name(AGENDA_SECTIONS), "");
	assert_string_equal(agenda_kind_name(AGENDA_KINDS), "");
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_address_that_is_protected_and_on_the_card_is_urgent),
		TEST(a_handover_waits_until_it_is_accepted_and_told),
		TEST(a_planned_visit_is_due_at_its_time_until_it_begins),
		TEST(an_agreed_action_is_due_until_it_is_done),
		TEST(a_joint_session_is_due_at_its_time),
		TEST(a_referral_is_judged_at_once),
		TEST(the_assessment_goes_by_the_age_of_the_client),
		TEST(the_state_of_the_case_moves_the_clock_on),
		TEST(a_talk_request_an_etotu_transfer_and_an_urging_have_their_own_clocks),
		TEST(the_own_worker_is_named_after_the_assessment),
		TEST(kelas_clock_runs_from_the_arrival_at_kela_and_never_from_the_delivery),
		TEST(an_urgent_application_stands_on_top_until_it_is_moved),
		TEST(a_request_for_information_moves_the_clock),
		TEST(a_payment_commitment_is_due_until_it_is_collected),
		TEST(the_countys_own_decision_has_the_same_clock),
		TEST(a_notice_has_the_day_it_is_deemed_received_and_the_end_of_the_objection),
		TEST(a_data_subject_request_is_answered_within_a_month_or_three),
		TEST(plans_mappings_consents_and_capabilities_are_looked_at_again),
		TEST(a_serious_concern_stands_on_top_of_its_day),
		TEST(concern_for_a_child_asks_for_its_notice),
		TEST(the_first_home_visit_is_within_seven_working_days_of_the_move),
		TEST(a_move_from_a_reception_centre_comes_about),
		TEST(a_conflict_is_due_since_the_record_changed),
		TEST(what_the_life_cycle_decides_asks_nobody),
		TEST(of_two_revisions_of_a_plan_one_is_to_be_chosen),
		TEST(impossible_times_are_not_due),
		TEST(a_date_beyond_every_calendar_is_not_due),
		TEST(the_most_a_record_can_ask_for_fits),
		TEST(a_draft_warns_after_a_day_and_alerts_after_three_working_days),
		TEST(what_is_unsynced_is_told_after_three_days),
		TEST(a_lost_consent_is_seen_to_by_the_next_working_day),
		TEST(things_stand_by_both_days),
		TEST(things_stand_in_the_section_of_their_kind),
		TEST(every_kind_and_class_has_a_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
