/* The rules of referrals, cases, visits, plans and actions, and what all
 * steps share. */
#include "rules_world.h"

#define REFERRAL "'pathway':'OUTREACH_FOUND','from_org':'OUTREACH','received_at':'2026-11-03T09:00','reasons':'x','owner':'@3'"
#define TRIAGE "'urgent_triage':{'at':'2026-11-03T09:30','by':'Aino','result':'NOT_IMMEDIATE'}"

static void no_referral_passes_triaged_without_its_urgency_judgement(void **state)
{
	(void)state;
	allowed_at(0, CLIENT_CASE, "referral", "{" REFERRAL ",'client_consent':'GIVEN'}");
	assert_true(is_told("urgent_triage", "D1"));
	refused_at(0, CLIENT_CASE, "referral", "{" REFERRAL ",'client_consent':'GIVEN','state':'TRIAGED'}", "urgent_triage", "judgement");
	allowed_at(0, CLIENT_CASE, "referral", "{" REFERRAL ",'client_consent':'GIVEN','state':'TRIAGED'," TRIAGE "}");
	refused_at(0, CLIENT_CASE, "referral", "{" REFERRAL ",'client_consent':'GIVEN','state':'CASE_OPENED'," TRIAGE "}", "state", "TRIAGED");
	there(20, CLIENT_CASE, "referral", "{" REFERRAL ",'client_consent':'GIVEN'}");
	refused_at(20, CLIENT_CASE, "referral", "{'state':'CASE_OPENED','outcome_case':'@5'," TRIAGE "}", "state", "it can step to TRIAGED");
	refused_at(20, CLIENT_CASE, "referral", "{'state':'TRIAGED'}", "urgent_triage", "judgement");
	allowed_at(20, CLIENT_CASE, "referral", "{'state':'TRIAGED'," TRIAGE "}");
	there(21, CLIENT_CASE, "referral", "{" REFERRAL ",'client_consent':'GIVEN','state':'TRIAGED'," TRIAGE "}");
	refused_at(21, CLIENT_CASE, "referral", "{'urgent_triage':null}", "urgent_triage", "stays");
	refused_at(21, CLIENT_CASE, "referral", "{'state':'CASE_OPENED'}", "outcome_case", "case");
	allowed_at(21, CLIENT_CASE, "referral", "{'state':'LINKED','outcome_case':'@5'}");
	allowed_at(21, CLIENT_CASE, "referral", "{'state':'CASE_OPENED','outcome_case':'@5'}"); /* opened in October */
	assert_false(is_told("outcome_case", "begins"));
	there_no_more(CASE);
	there(CASE, MATTER, "case", "{'client':'@1','title':'x','opened_on':'2026-11-04','opened_by_pathway':'SELF','special_support':false}");
	allowed_at(21, CLIENT_CASE, "referral", "{'state':'CASE_OPENED','outcome_case':'@5'}");
	assert_true(is_told("outcome_case", "the day the referral came"));
	refused_at(21, CLIENT_CASE, "referral", "{'state':'LINKED','outcome_case':'@1'}", "outcome_case", "no case");
	refused_at(21, CLIENT_CASE, "referral", "{'state':'CLOSED_NO_ACTION'}", "outcome", "reason");
	allowed_at(21, CLIENT_CASE, "referral", "{'state':'RETURNED_WRONG_RECIPIENT','outcome':'Kuuluu toiselle'}");
	refused_at(21, CLIENT_CASE, "referral", "{'state':null}", "state", "never cleared");
}

static void a_referral_leads_to_an_open_case_of_its_client(void **state)
{
	(void)state;
	there(21, CLIENT_CASE, "referral", "{'client':'@1'," REFERRAL ",'client_consent':'GIVEN','state':'TRIAGED'," TRIAGE "}");
	there(22, OTHER_MATTER, "case", "{'client':'@2','title':'x','opened_on':'2026-01-01','opened_by_pathway':'SELF','special_support':false}");
	there(23, OLD_MATTER, "case", "{'client':'@1','title':'x','opened_on':'2026-01-01','opened_by_pathway':'SELF',"
	      "'special_support':false,'state':'CLOSED','closed_on':'2026-10-01','close_reason':'Valmis'}");
	refused_at(21, CLIENT_CASE, "referral", "{'state':'LINKED','outcome_case':'@22'}", "outcome_case", "another client");
	refused_at(21, CLIENT_CASE, "referral", "{'state':'LINKED','outcome_case':'@23'}", "outcome_case", "follows_case");
	allowed_at(21, CLIENT_CASE, "referral", "{'state':'LINKED','outcome_case':'@5'}");
}

static void a_triage_lies_between_the_referral_and_now(void **state)
{
	(void)state;
	refused_at(0, CLIENT_CASE, "referral", "{" REFERRAL ",'client_consent':'GIVEN','urgent_triage':{'at':'2026-11-03T08:00','by':'A',"
		   "'result':'IMMEDIATE'}}", "urgent_triage.at", "before");
	refused_at(0, CLIENT_CASE, "referral", "{" REFERRAL ",'client_consent':'GIVEN','urgent_triage':{'at':'2026-11-04T08:00','by':'A',"
		   "'result':'IMMEDIATE'}}", "urgent_triage.at", "future");
	allowed_at(0, CLIENT_CASE, "referral", "{" REFERRAL ",'client_consent':'GIVEN','urgent_triage':{'at':'2026-11-03T10:00','by':'A',"
		   "'result':'IMMEDIATE'}}");
	assert_true(is_told("urgent_triage", "today"));
}

static void without_consent_a_statute_is_named_and_a_request_needs_consent(void **state)
{
	(void)state;
	static const char *const consents[] = { "NOT_OBTAINABLE", "REFUSED", "NOT_REQUIRED" };
	char json[512];
	for (size_t i = 0; i < 3; i++) {
		snprintf(json, sizeof json, "{" REFERRAL ",'client_consent':'%s'}", consents[i]);
		refused_at(0, CLIENT_CASE, "referral", json, "statutory_ground", "statute");
		snprintf(json, sizeof json, "{" REFERRAL ",'client_consent':'%s','statutory_ground':'SHL 35 §'}", consents[i]);
		allowed_at(0, CLIENT_CASE, "referral", json);
		snprintf(json, sizeof json, "{'pathway':'NEED_REQUEST','from_org':'KELA','received_at':'2026-11-03T09:00','reasons':'x',"
			 "'owner':'@3','client_consent':'%s','statutory_ground':'SHL 35 §'}", consents[i]);
		refused_at(0, CLIENT_CASE, "referral", json, "client_consent", "consent");
	}
	refused_at(0, CLIENT_CASE, "referral", "{'pathway':'SELF','from_org':'SELF','received_at':'2026-11-03T09:00','reasons':'x',"
		   "'owner':'@1','client_consent':'GIVEN'}", "owner", "one worker");
}

static void a_closed_case_stays_closed_and_takes_nothing_new(void **state)
{
	(void)state;
	there(20, OLD_MATTER, "case", "{'client':'@1','title':'x','opened_on':'2026-01-01','opened_by_pathway':'SELF',"
	      "'special_support':false,'state':'CLOSED','closed_on':'2026-10-01','close_reason':'Valmis'}");
	refused_at(20, OLD_MATTER, "case", "{'state':'OPEN'}", "state", "follows_case");
	refused_at(20, OLD_MATTER, "case", "{'title':'y'}", "state", "closed");
	refused_at(0, OLD_MATTER, "encounter_note", "{'text':'x'}", "case_id", "takes nothing new");
	refused_at(0, OLD_MATTER, "visit", "{'place':'HOME','purpose':'OTHER','phase':'GUIDANCE'}", "case_id", "follows_case");
	there(21, OLD_MATTER, "encounter_note", "{'text':'x'}");
	allowed_at(0, OLD_MATTER, "correction", "{'target':'@21','kind':'SUPPLEMENT','reason':'x','new_text':'y'}");
	allowed_at(0, MATTER, "encounter_note", "{'text':'x'}");
	allowed_at(0, 0, "case", "{'client':'@1','title':'x','opened_on':'2026-11-01','opened_by_pathway':'SELF','special_support':false,"
		   "'follows_case':'@20'}");
	refused_at(0, 0, "case", "{'client':'@2','title':'x','opened_on':'2026-11-01','opened_by_pathway':'SELF','special_support':false,"
		   "'follows_case':'@20'}", "follows_case", "another client");
}

static void closing_needs_reason_and_date(void **state)
{
	(void)state;
	refused_at(CASE, MATTER, "case", "{'state':'CLOSED','close_reason':'x','closed_on':'2026-11-03'}", "state", "CLOSING");
	refused_at(CASE, MATTER, "case", "{'state':'CLOSING'}", "close_reason", "no need");
	allowed_at(CASE, MATTER, "case", "{'state':'CLOSING','close_reason':'Muutti pois'}");
	there(20, MATTER, "service_need_assessment", "{'outcome':'NO_NEED','participants':[{'role':'x'}]}");
	allowed_at(CASE, MATTER, "case", "{'state':'CLOSING'}");
	refused_at(CASE, MATTER, "case", "{'closed_on':'2026-11-03'}", "closed_on", "only a closed case");
	there(21, OLD_MATTER, "case", "{'client':'@1','title':'x','opened_on':'2026-01-01','opened_by_pathway':'SELF',"
	      "'special_support':false,'state':'CLOSING'}");
	refused_at(21, OLD_MATTER, "case", "{'state':'CLOSED','closed_on':'2026-11-03'}", "close_reason", "reason");
	refused_at(21, OLD_MATTER, "case", "{'state':'CLOSED','close_reason':'x'}", "close_reason", "closed_on");
	refused_at(21, OLD_MATTER, "case", "{'state':'CLOSED','close_reason':'x','closed_on':'2025-12-31'}", "closed_on", "before");
	refused_at(21, OLD_MATTER, "case", "{'state':'CLOSED','close_reason':'x','closed_on':'2026-11-04'}", "closed_on", "future");
	allowed_at(21, OLD_MATTER, "case", "{'state':'CLOSED','close_reason':'x','closed_on':'2026-11-03'}");
}

static void special_support_is_a_licensed_workers_to_say_and_has_its_reason(void **state)
{
	(void)state;
	refused_at(CASE, MATTER, "case", "{'special_support':true}", "special_support_reason", "why");
	allowed_at(CASE, MATTER, "case", "{'special_support':true,'special_support_reason':'x'}");
	world.rules.profession = RECORDS_PROFESSION_SOCIAL_INSTRUCTOR;
	refused_at(CASE, MATTER, "case", "{'special_support':true,'special_support_reason':'x'}", "special_support", "licensed");
	refused_at(0, MATTER, "service_need_assessment", "{'special_support':true,'participants':[{'role':'x'}]}", "special_support", "licensed");
	allowed_at(0, MATTER, "service_need_assessment", "{'special_support':false,'participants':[{'role':'x'}]}");
}

static void a_case_has_one_own_worker(void **state)
{
	(void)state;
	there(20, MATTER, "case_assignment", "{'staff':'@3','role':'OWN_WORKER','from':'2026-10-01T09:00'}");
	refused_at(0, MATTER, "case_assignment", "{'staff':'@4','role':'OWN_WORKER','from':'2026-11-01T09:00'}", "role", "one own worker");
	allowed_at(0, MATTER, "case_assignment", "{'staff':'@4','role':'CO_WORKER','from':'2026-11-01T09:00'}");
	allowed_at(0, MATTER, "case_assignment", "{'staff':'@4','role':'OWN_WORKER','from':'2026-11-01T09:00','not_needed_reason':'x'}");
	refused_at(20, MATTER, "case_assignment", "{'to':'2026-09-01T09:00'}", "to", "ends before");
	allowed_at(20, MATTER, "case_assignment", "{'to':'2026-11-01T09:00'}");
	there_no_more(20);
	allowed_at(0, MATTER, "case_assignment", "{'staff':'@4','role':'OWN_WORKER','from':'2026-11-01T09:00'}");
}

#define VISIT "'place':'HOME','purpose':'FOLLOW_UP','phase':'SOCIAL_WELFARE'"

static void a_visit_is_done_once_it_is_recorded(void **state)
{
	(void)state;
	there(20, MATTER, "visit", "{" VISIT ",'state':'STARTED','started_at':'2026-11-03T09:00'}");
	refused_at(20, MATTER, "visit", "{'state':'DONE','ended_at':'2026-11-03T10:00'}", "nothing_to_record_reason", "signed note");
	allowed_at(20, MATTER, "visit", "{'state':'DONE','ended_at':'2026-11-03T10:00','nothing_to_record_reason':'Ei tavattu'}");
	there(21, MATTER, "encounter_note", "{'text':'x'}");
	refused_at(20, MATTER, "visit", "{'state':'DONE','ended_at':'2026-11-03T10:00'}", "nothing_to_record_reason", "signed note");
	there_as_draft(22, MATTER, "encounter_note");
	refused_at(20, MATTER, "visit", "{'state':'DONE','ended_at':'2026-11-03T10:00'}", "nothing_to_record_reason", "signed note");
	there(23, SENSITIVE, "encounter_note", "{'text':'x','visit':'@20'}");
	allowed_at(20, MATTER, "visit", "{'state':'DONE','ended_at':'2026-11-03T10:00'}");
	refused_at(20, MATTER, "visit", "{'state':'DONE'}", "nothing_to_record_reason", "ended_at");
	refused_at(20, MATTER, "visit", "{'state':'DONE','ended_at':'2026-11-03T08:00'}", "ended_at", "before it begins");
	refused_at(20, MATTER, "visit", "{'state':'ABORTED_SAFETY'}", "cancel_reason", "reason");
}

static void what_a_state_rests_on_stays(void **state)
{
	(void)state;
	there(20, MATTER, "visit", "{" VISIT ",'state':'DONE','started_at':'2026-11-03T09:00','ended_at':'2026-11-03T10:00',"
	      "'nothing_to_record_reason':'Ei tavattu'}");
	refused_at(20, MATTER, "visit", "{'nothing_to_record_reason':null}", "nothing_to_record_reason", "rests on this");
	refused_at(20, MATTER, "visit", "{'ended_at':null}", "nothing_to_record_reason", "ended_at");
	allowed_at(20, MATTER, "visit", "{'nothing_to_record_reason':'Ovi ei auennut'}");
	allowed_at(20, MATTER, "visit", "{'next_step':'Soitan huomenna'}");
	there(21, MATTER, "encounter_note", "{'text':'x','visit':'@20'}");
	allowed_at(20, MATTER, "visit", "{'nothing_to_record_reason':null}"); /* the note carries it */
	there(22, MATTER, "visit", "{" VISIT ",'state':'STARTED'}"); /* another device's, without: not held against it */
	allowed_at(22, MATTER, "visit", "{'next_step':'x'}");
}

static void a_voided_note_records_no_visit(void **state)
{
	(void)state;
	there(20, MATTER, "visit", "{" VISIT ",'state':'STARTED','started_at':'2026-11-03T09:00'}");
	there(21, MATTER, "encounter_note", "{'text':'x','visit':'@20','state':'VOIDED'}");
	refused_at(20, MATTER, "visit", "{'state':'DONE','ended_at':'2026-11-03T10:00'}", "nothing_to_record_reason", "signed note");
	there(22, MATTER, "encounter_note", "{'text':'x','visit':'@20','state':'CORRECTED'}");
	allowed_at(20, MATTER, "visit", "{'state':'DONE','ended_at':'2026-11-03T10:00'}");
}

static void a_visit_not_made_says_why(void **state)
{
	(void)state;
	there(20, MATTER, "visit", "{" VISIT "}");
	refused_at(20, MATTER, "visit", "{'state':'NO_SHOW'}", "cancel_reason", "reason");
	refused_at(20, MATTER, "visit", "{'state':'NO_SHOW','cancel_reason':'  '}", "cancel_reason", "reason");
	allowed_at(20, MATTER, "visit", "{'state':'NO_SHOW','cancel_reason':'Kukaan ei avannut'}");
	assert_true(is_told("state", "leave no note"));
	refused_at(20, MATTER, "visit", "{'state':'CANCELLED'}", "cancel_reason", "reason");
	refused_at(20, MATTER, "visit", "{'state':'STARTED'}", "started_at", "when it began");
	refused_at(20, MATTER, "visit", "{'state':'STARTED','started_at':'2026-11-03T13:00'}", "started_at", "future");
	allowed_at(0, MATTER, "visit", "{" VISIT ",'state':'STARTED','started_at':'2026-11-03T11:00'}");
	refused_at(0, MATTER, "visit", "{" VISIT ",'state':'DONE','ended_at':'2026-11-03T11:00'}", "state", "cannot step");
	refused_at(0, MATTER, "visit", "{" VISIT ",'outreach_post':'@1'}", "outreach_post", "no outreach post");
}

/* ---- plans, actions -------------------------------------------------------------- */

#define PLAN "'goals':[{'text':'x','category':'WORK'}],'review_on':'2027-01-01','client_agreement':'AGREED'"

static void the_pathway_leads_to_its_kind_of_plan(void **state)
{
	(void)state;
	static const struct { const char *pathway, *kind; } rows[] = {
		{ "BASIC_PART_REDUCTION", "INDEPENDENT_COPING" }, { "REHAB_WORK_ACT", "ACTIVATION" },
		{ "NEED_REQUEST", "CLIENT" }, { "OBVIOUS_NEED", "CLIENT" },
	};
	static const char *const kinds[] = { "INDEPENDENT_COPING", "ACTIVATION", "CLIENT" };
	char json[512];
	for (size_t i = 0; i < 4; i++) {
		snprintf(json, sizeof json, "{'client':'@1','title':'x','opened_on':'2026-01-01','opened_by_pathway':'%s',"
			 "'special_support':false}", rows[i].pathway);
		there(20, OLD_MATTER, "case", json);
		for (size_t j = 0; j < 3; j++) {
			snprintf(json, sizeof json, "{" PLAN ",'kind':'%s','parties':[{'role':'a'},{'role':'b'},{'role':'c'}]}", kinds[j]);
			if (strcmp(kinds[j], rows[i].kind) == 0)
				allowed_at(0, OLD_MATTER, "plan", json);
			else
				refused_at(0, OLD_MATTER, "plan", json, "kind", "another kind of plan");
		}
		there_no_more(20);
	}
	allowed_at(0, MATTER, "plan", "{" PLAN ",'kind':'INDEPENDENT_COPING','parties':[{'role':'a'}]}");
	refused_at(0, MATTER, "plan", "{" PLAN ",'kind':'ACTIVATION','parties':[{'role':'a'},{'role':'b'}]}", "parties", "three");
}

static void a_plan_is_reviewed_later_and_says_what_was_not_agreed(void **state)
{
	(void)state;
	refused_at(0, MATTER, "plan", "{'goals':[{'text':'x','category':'WORK'}],'kind':'CLIENT','parties':[{'role':'a'}],"
		   "'review_on':'2026-11-02','client_agreement':'AGREED'}", "review_on", "past");
	refused_at(0, MATTER, "plan", "{'goals':[{'text':'x','category':'WORK'}],'kind':'CLIENT','parties':[{'role':'a'}],"
		   "'review_on':'2027-01-01','valid_from':'2027-01-02','client_agreement':'AGREED'}", "review_on", "before");
	refused_at(0, MATTER, "plan", "{'goals':[{'text':'x','category':'WORK'}],'kind':'CLIENT','parties':[{'role':'a'}],"
		   "'review_on':'2027-01-01','client_agreement':'DECLINED'}", "client_agreement_note", "did not agree");
	there(20, MATTER, "plan", "{" PLAN ",'kind':'CLIENT','parties':[{'role':'a'}],'state':'ACTIVE'}");
	allowed_at(0, MATTER, "plan", "{" PLAN ",'kind':'CLIENT','parties':[{'role':'a'}],'replaces':'@20'}");
	assert_false(is_told("replaces", "chooses"));
	refused_at(20, MATTER, "plan", "{'state':'REVISED'}", "state", "newer signed record");
	there(21, MATTER, "plan", "{" PLAN ",'kind':'CLIENT','parties':[{'role':'a'}],'replaces':'@20'}");
	allowed_at(20, MATTER, "plan", "{'state':'REVISED'}");
	allowed_at(0, MATTER, "plan", "{" PLAN ",'kind':'CLIENT','parties':[{'role':'a'}],'replaces':'@20'}");
	assert_true(is_told("replaces", "own worker chooses")); /* two revisions: both stand */
	refused_at(21, MATTER, "plan", "{'state':'DRAFT'}", "state", "made by signing");
	refused_at(21, MATTER, "plan", "{'state':'REVISED'}", "state", "it can step to ACTIVE");
	refused_at(21, MATTER, "plan", "{'state':'CONFLICT'}", "state", "comes by itself");
}

static void of_two_revisions_a_person_chooses(void **state)
{
	(void)state;
	there(20, MATTER, "plan", "{" PLAN ",'kind':'CLIENT','parties':[{'role':'a'}],'state':'REVISED'}");
	there(21, MATTER, "plan", "{" PLAN ",'kind':'CLIENT','parties':[{'role':'a'}],'replaces':'@20'}");
	assert_true(rules_held(&world.rules, world_find(NULL, id_of(21))).decided);
	there(22, MATTER, "plan", "{" PLAN ",'kind':'CLIENT','parties':[{'role':'a'}],'replaces':'@20','state':'ACTIVE'}");
	for (unsigned id = 21; id <= 22; id++) {
		struct lifecycle_held held = rules_held(&world.rules, world_find(NULL, id_of(id)));
		assert_false(held.decided);
		assert_int_equal(held.state, RECORDS_PLAN_STATE_CONFLICT);
		assert_non_null(strstr(held.why, "own worker"));
	}
	allowed_at(21, MATTER, "plan", "{'state':'ENDED'}");
	there_no_more(21);
	there(21, MATTER, "plan", "{" PLAN ",'kind':'CLIENT','parties':[{'role':'a'}],'replaces':'@20','state':'ENDED'}");
	assert_true(rules_held(&world.rules, world_find(NULL, id_of(22))).decided);
}

static void what_replaces_a_record_steps_it_too(void **state)
{
	uint32_t cleared[LIMIT_FIELDS];
	size_t count;
	struct rules_also also[RULES_ALSO_MAX];
	(void)state;
	there(20, MATTER, "plan", "{" PLAN ",'kind':'CLIENT','parties':[{'role':'a'}],'state':'ACTIVE'}");
	there(21, MATTER, "plan", "{" PLAN ",'kind':'CLIENT','parties':[{'role':'a'}]}"); /* AGREED: not in force yet */
	struct rules_write write = { .record = type_of("plan"), .is_new = true, .case_id = case_of(MATTER) };
	write.after = fields_of(write.record, "{'replaces':'@20'}", cleared, &count);
	assert_int_equal(rules_also(&world.rules, &write, also), 1);
	assert_true(ID_EQUAL(also[0].id, id_of(20)));
	assert_int_equal(fields_number_or_none(span_of(also[0].fields, also[0].len), RECORDS_PLAN_STATE), RECORDS_PLAN_STATE_REVISED);
	write.after = fields_of(write.record, "{'replaces':'@21'}", cleared, &count);
	assert_int_equal(rules_also(&world.rules, &write, also), 1); /* never begun, so it ends */
	assert_int_equal(fields_number_or_none(span_of(also[0].fields, also[0].len), RECORDS_PLAN_STATE), RECORDS_PLAN_STATE_ENDED);
}

static void an_action_is_agreed_somewhere_and_dropped_with_a_reason(void **state)
{
	(void)state;
	there(20, MATTER, "agreed_action", "{'what':'x','owner_kind':'WORKER','owner':'Aino','due':'2026-11-02'}");
	allowed_at(20, MATTER, "agreed_action", "{'state':'DONE'}");
	refused_at(20, MATTER, "agreed_action", "{'state':'CANCELLED'}", "done_note", "reason");
	refused_at(20, MATTER, "agreed_action", "{'state':'OVERDUE'}", "state", "comes by itself");
	allowed_at(20, MATTER, "agreed_action", "{'state':'CARRIED_OVER','done_note':'Sairastui'}");
	assert_int_equal(rules_state(&world.rules, world_find(NULL, id_of(20))), RECORDS_ACTION_STATE_OVERDUE);
	refused_at(0, MATTER, "agreed_action", "{'what':'x','owner_kind':'WORKER','owner':'A','due':'2026-12-01','from':'@1'}", "from", "session");
	allowed_at(0, MATTER, "agreed_action", "{'what':'x','owner_kind':'WORKER','owner':'A','due':'2026-11-01'}");
	assert_true(is_told("due", "past"));
}

/* ---- steps of what was written apart ---------------------------------------------------------- */

static void a_step_goes_out_from_what_holds(void **state)
{
	(void)state;
	world.apart = id_of(CASE);
	world.apart_states[0] = RECORDS_CASE_STATE_ASSESSING; /* shown */
	world.apart_states[1] = RECORDS_CASE_STATE_CLOSED;
	refused_at(CASE, MATTER, "case", "{'state':'PLANNED'}", "state", "closed");
	there(20, CLIENT_CASE, "assistance_application", "{'client':'@1','channel':'PAPER','period':{'from':'2026-11-01','to':'2026-11-30'},"
	      "'arrived_at_kela':'2026-11-02T09:00','urgency':'URGENT','urgency_grounds':['FOOD'],'urgency_reason':'x'}");
	world.apart = id_of(20);
	world.apart_states[0] = RECORDS_APPLICATION_STATE_NORMAL_QUEUE;
	world.apart_states[1] = RECORDS_APPLICATION_STATE_URGENT_QUEUE;
	allowed_at(20, CLIENT_CASE, "assistance_application", "{'state':'URGENT_QUEUE'}"); /* a person chooses */
	allowed_at(20, CLIENT_CASE, "assistance_application", "{'state':'NORMAL_QUEUE'}");
	refused_at(20, CLIENT_CASE, "assistance_application", "{'state':'CLOSED'}", "state", "cannot step");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(no_referral_passes_triaged_without_its_urgency_judgement),
		WORLD_TEST(a_triage_lies_between_the_referral_and_now),
		WORLD_TEST(without_consent_a_statute_is_named_and_a_request_needs_consent),
		WORLD_TEST(a_closed_case_stays_closed_and_takes_nothing_new),
		WORLD_TEST(closing_needs_reason_and_date),
		WORLD_TEST(special_support_is_a_licensed_workers_to_say_and_has_its_reason),
		WORLD_TEST(a_case_has_one_own_worker),
		WORLD_TEST(a_visit_is_done_once_it_is_recorded),
		WORLD_TEST(a_visit_not_made_says_why),
		WORLD_TEST(what_a_state_rests_on_stays),
		WORLD_TEST(a_voided_note_records_no_visit),
		WORLD_TEST(a_referral_leads_to_an_open_case_of_its_client),
		WORLD_TEST(the_pathway_leads_to_its_kind_of_plan),
		WORLD_TEST(a_plan_is_reviewed_later_and_says_what_was_not_agreed),
		WORLD_TEST(of_two_revisions_a_person_chooses),
		WORLD_TEST(what_replaces_a_record_steps_it_too),
		WORLD_TEST(an_action_is_agreed_somewhere_and_dropped_with_a_reason),
		WORLD_TEST(a_step_goes_out_from_what_holds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
