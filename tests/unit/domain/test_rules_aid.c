/* The rules of applications for assistance, of consents, disclosures and sessions. */
#include "rules_world.h"

/* ---- Kela's application ---------------------------------------------------------------- */

#define APPLICATION "'client':'@1','channel':'PAPER','period':{'from':'2026-11-01','to':'2026-11-30'}"
#define URGENT "'urgency':'URGENT','urgency_grounds':['FOOD'],'urgency_reason':'Ruoka loppui'"
#define CALLED "'callback':{'at':'2026-11-03T10:00','summary':'x'}"
#define DECIDED "'decision':{'date':'2026-11-03','result':'Myönnetty'}"

static void urgency_has_its_grounds_and_reason(void **state)
{
	(void)state;
	allowed_at(0, CLIENT_CASE, "assistance_application", "{" APPLICATION "}");
	allowed_at(0, CLIENT_CASE, "assistance_application", "{" APPLICATION "," URGENT "}");
	assert_true(is_told("urgency", "next working day"));
	refused_at(0, CLIENT_CASE, "assistance_application", "{" APPLICATION ",'urgency':'URGENT','urgency_reason':'x'}", "urgency_grounds", "FOOD");
	refused_at(0, CLIENT_CASE, "assistance_application", "{" APPLICATION ",'urgency':'URGENT','urgency_grounds':['FOOD']}", "urgency_reason", "wait");
	refused_at(0, CLIENT_CASE, "assistance_application", "{" APPLICATION "," URGENT ",'urgent_outcome':'RESOLVED_URGENT'}", "callback", "calls");
	allowed_at(0, CLIENT_CASE, "assistance_application", "{" APPLICATION "," URGENT "," CALLED ",'urgent_outcome':'RESOLVED_URGENT'}");
	refused_at(0, CLIENT_CASE, "assistance_application", "{" APPLICATION ",'urgent_outcome':'RESOLVED_URGENT'," CALLED "}", "urgent_outcome", "urgent");
}

static void what_a_worker_carries_arrives_after_it_is_delivered(void **state)
{
	(void)state;
	refused_at(0, CLIENT_CASE, "assistance_application", "{" APPLICATION ",'delivered_at':'2026-11-02T10:00',"
		   "'arrived_at_kela':'2026-11-02T09:00'}", "arrived_at_kela", "delivered");
	allowed_at(0, CLIENT_CASE, "assistance_application", "{" APPLICATION ",'delivered_at':'2026-11-02T10:00',"
		   "'arrived_at_kela':'2026-11-02T10:00'}");
	refused_at(0, CLIENT_CASE, "assistance_application", "{" APPLICATION ",'delivered_at':'2026-11-04T10:00'}", "delivered_at", "future");
	refused_at(0, CLIENT_CASE, "assistance_application", "{'client':'@1','channel':'PAPER','period':{'from':'2026-11-30',"
		   "'to':'2026-11-01'}}", "period.to", "ends before");
	refused_at(0, CLIENT_CASE, "assistance_application", "{" APPLICATION ",'decision':{'date':'2026-11-04','result':'x'}}",
		   "decision.date", "future");
	refused_at(0, CLIENT_CASE, "assistance_application", "{" APPLICATION ",'info_requests':[{'asked_at':'2026-11-02T09:00','how':'PHONE',"
		   "'items':['x'],'due':'2026-11-01'}]}", "info_requests.due", "ends before");
	refused_at(0, CLIENT_CASE, "assistance_application", "{" APPLICATION ",'info_requests':[{'asked_at':'2026-11-02T09:00','how':'PHONE',"
		   "'items':['x'],'supplied_at':'2026-11-01T09:00'}]}", "info_requests.supplied_at", "before");
}

static void an_application_goes_through_kela_step_by_step(void **state)
{
	(void)state;
	there(20, CLIENT_CASE, "assistance_application", "{" APPLICATION "}");
	refused_at(20, CLIENT_CASE, "assistance_application", "{'state':'DELIVERED'}", "delivered_at", "given or told");
	allowed_at(20, CLIENT_CASE, "assistance_application", "{'state':'DELIVERED','delivered_at':'2026-11-02T10:00'}");
	there(21, CLIENT_CASE, "assistance_application", "{" APPLICATION ",'state':'DELIVERED','delivered_at':'2026-11-02T10:00'}");
	refused_at(21, CLIENT_CASE, "assistance_application", "{'state':'NORMAL_QUEUE'}", "arrived_at_kela", "arrived");
	allowed_at(21, CLIENT_CASE, "assistance_application", "{'state':'NORMAL_QUEUE','arrived_at_kela':'2026-11-02T10:00'}");
	refused_at(21, CLIENT_CASE, "assistance_application", "{'state':'URGENT_QUEUE','arrived_at_kela':'2026-11-02T10:00'}", "urgency_grounds", "URGENT");
	allowed_at(21, CLIENT_CASE, "assistance_application", "{'state':'URGENT_QUEUE','arrived_at_kela':'2026-11-02T10:00'," URGENT "}");
	there(22, CLIENT_CASE, "assistance_application", "{" APPLICATION "," URGENT ",'state':'URGENT_QUEUE'}");
	refused_at(22, CLIENT_CASE, "assistance_application", "{'state':'NORMAL_QUEUE'}", "urgent_outcome", "MOVED_TO_NORMAL");
	allowed_at(22, CLIENT_CASE, "assistance_application", "{'state':'NORMAL_QUEUE','urgent_outcome':'MOVED_TO_NORMAL'," CALLED "}");
	refused_at(22, CLIENT_CASE, "assistance_application", "{'state':'DECIDED'," DECIDED "}", "urgent_outcome", "RESOLVED_URGENT");
	allowed_at(22, CLIENT_CASE, "assistance_application", "{'state':'DECIDED','urgent_outcome':'RESOLVED_URGENT'," CALLED "," DECIDED "}");
	there(23, CLIENT_CASE, "assistance_application", "{" APPLICATION ",'state':'NORMAL_QUEUE'}");
	refused_at(23, CLIENT_CASE, "assistance_application", "{'state':'WAITING_INFO'}", "info_requests", "asked for");
	allowed_at(23, CLIENT_CASE, "assistance_application", "{'state':'WAITING_INFO','info_requests':[{'asked_at':'2026-11-02T09:00',"
		   "'how':'PHONE','items':['Tiliote']}]}");
	refused_at(23, CLIENT_CASE, "assistance_application", "{'state':'DECIDED'}", "decision", "result");
	there(24, CLIENT_CASE, "assistance_application", "{" APPLICATION ",'state':'WAITING_INFO','info_requests':[{"
	      "'asked_at':'2026-11-02T09:00','how':'PHONE','items':['Tiliote'],'due':'2026-11-03'}]}");
	refused_at(24, CLIENT_CASE, "assistance_application", "{'state':'NORMAL_QUEUE'}", "info_requests", "supplied");
	allowed_at(24, CLIENT_CASE, "assistance_application", "{'state':'NORMAL_QUEUE','info_requests':[{'asked_at':'2026-11-02T09:00',"
		   "'how':'PHONE','items':['Tiliote'],'supplied_at':'2026-11-03T09:00'}]}");
	world.rules.today++; /* the time given is over (D9) */
	allowed_at(24, CLIENT_CASE, "assistance_application", "{'state':'NORMAL_QUEUE'}");
	there(25, CLIENT_CASE, "assistance_application", "{" APPLICATION ",'state':'TOLD_TO_CLIENT'}");
	refused_at(25, CLIENT_CASE, "assistance_application", "{'state':'COLLECTED'}", "payment_commitment", "collected_at");
	allowed_at(25, CLIENT_CASE, "assistance_application", "{'state':'COLLECTED','payment_commitment':{'place':'x',"
		   "'collected_at':'2026-11-03T10:00'}}");
	refused_at(25, CLIENT_CASE, "assistance_application", "{'state':'WITHDRAWN'}", "state", "TOLD_TO_CLIENT");
}

/* By way of a question to the client nothing changes its queue. */
static void an_answered_application_goes_back_to_the_queue_it_came_from(void **state)
{
	(void)state;
#define SUPPLIED "'info_requests':[{'asked_at':'2026-11-02T09:00','how':'PHONE','items':['x'],'supplied_at':'2026-11-03T09:00'}]"
	there(20, CLIENT_CASE, "assistance_application", "{" APPLICATION "," SUPPLIED ",'state':'WAITING_INFO'}");
	refused_at(20, CLIENT_CASE, "assistance_application", "{'state':'URGENT_QUEUE'}", "urgency", "URGENT");
	allowed_at(20, CLIENT_CASE, "assistance_application", "{'state':'NORMAL_QUEUE'}");
	there(21, CLIENT_CASE, "assistance_application", "{" APPLICATION "," URGENT "," SUPPLIED ",'state':'WAITING_INFO'}");
	refused_at(21, CLIENT_CASE, "assistance_application", "{'state':'NORMAL_QUEUE'}", "urgent_outcome", "until Kela has called");
	allowed_at(21, CLIENT_CASE, "assistance_application", "{'state':'URGENT_QUEUE'}");
	allowed_at(21, CLIENT_CASE, "assistance_application", "{'state':'NORMAL_QUEUE','urgent_outcome':'MOVED_TO_NORMAL'," CALLED "}");
	there(22, CLIENT_CASE, "assistance_application", "{" APPLICATION "," URGENT ",'state':'DELIVERED','delivered_at':'2026-11-02T10:00',"
	      "'arrived_at_kela':'2026-11-02T10:00'}");
	refused_at(22, CLIENT_CASE, "assistance_application", "{'state':'NORMAL_QUEUE'}", "urgent_outcome", "URGENT_QUEUE");
	allowed_at(22, CLIENT_CASE, "assistance_application", "{'state':'URGENT_QUEUE'}");
	/* In the urgent queue it stays urgent until Kela moves it. */
	there(23, CLIENT_CASE, "assistance_application", "{" APPLICATION "," URGENT ",'arrived_at_kela':'2026-11-02T10:00','state':'URGENT_QUEUE'}");
	refused_at(23, CLIENT_CASE, "assistance_application", "{'urgency':'NORMAL'}", "urgency_grounds", "rests on this");
	/* What waits for an answer is answered before it goes on. */
	there(24, CLIENT_CASE, "assistance_application", "{" APPLICATION ",'state':'WAITING_INFO','info_requests':[{"
	      "'asked_at':'2026-11-02T09:00','how':'PHONE','items':['x']}]}");
	allowed_at(24, CLIENT_CASE, "assistance_application", "{" SUPPLIED "}");
}

static struct span filled(unsigned id, const char *json, uint8_t block[64])
{
	static uint32_t cleared[LIMIT_FIELDS];
	struct wire_out out;
	size_t count;
	const struct rules_record *before = world_find(NULL, id_of(id));
	struct rules_write write = { .record = schema_by_type(before->type), .record_id = before->id, .before = before->fields };
	write.given = fields_of(write.record, json, cleared, &count);
	write.after = over(write.before, write.given, cleared, count);
	wire_out_init(&out, block, 64);
	rules_fill(&world.rules, &write, &out);
	return wire_out_span(&out);
}

static void moved_to_normal_switches_the_queue_and_a_pickup_goes_on_the_agenda(void **state)
{
	uint8_t block[64];
	int32_t day, expected;
	(void)state;
	there(22, CLIENT_CASE, "assistance_application", "{" APPLICATION "," URGENT ",'state':'URGENT_QUEUE'}");
	struct span out = filled(22, "{'urgent_outcome':'MOVED_TO_NORMAL'," CALLED "}", block);
	assert_int_equal(fields_number_or_none(out, RECORDS_ASSISTANCE_APPLICATION_STATE), RECORDS_APPLICATION_STATE_NORMAL_QUEUE);
	assert_int_equal(filled(22, "{'urgent_outcome':'RESOLVED_URGENT'," CALLED "}", block).len, 0);
	out = filled(22, "{'payment_commitment':{'place':'x','pickup_by':'2026-11-10'}}", block);
	assert_true(fields_date(out, RECORDS_ASSISTANCE_APPLICATION_PICKUP_BY, &day) && civil_read_date(span_text("2026-11-10"), &expected));
	assert_int_equal(day, expected);
	allowed_at(22, CLIENT_CASE, "assistance_application", "{'urgent_outcome':'MOVED_TO_NORMAL'," CALLED "}");
}

/* ---- the county's own -------------------------------------------------------------------- */

#define LOCAL "'kind':'SUPPLEMENTARY','received_at':'2026-11-02T09:00','expenses':[{'type':'vuokra','cents':40000}]"
#define DECISION "'application':'@20','kind':'SUPPLEMENTARY','date':'2026-11-03','granted_cents':40000,'reasons':'x'," \
		 "'decider':'johtava sosiaalityöntekijä Aino Laine','appeal_text_version':'2026-1'"

static void a_local_application_is_decided_by_a_decision_and_notified_by_a_notice(void **state)
{
	(void)state;
	there(20, MATTER, "local_application", "{" LOCAL ",'state':'HANDLING'}");
	refused_at(20, MATTER, "local_application", "{'state':'DECIDED'}", "kela_decision_ref", "Kela's decision");
	refused_at(20, MATTER, "local_application", "{'state':'DECIDED','kela_decision_ref':'1/2026'}", "state", "local_decision");
	there(21, MATTER, "local_decision", "{" DECISION "}");
	allowed_at(20, MATTER, "local_application", "{'state':'DECIDED','reasons':'Kiire'}");
	there(22, MATTER, "local_application", "{" LOCAL ",'state':'DECIDED'}");
	refused_at(22, MATTER, "local_application", "{'state':'NOTIFIED'}", "state", "service_notice");
	there_no_more(20);
	there(20, MATTER, "local_application", "{" LOCAL ",'state':'DECIDED'}");
	there(23, MATTER, "service_notice", "{'target':'@21','method':'LETTER','actually_sent_on':'2026-11-03'}");
	allowed_at(20, MATTER, "local_application", "{'state':'NOTIFIED'}");
	refused_at(0, MATTER, "local_application", "{'kind':'SUPPLEMENTARY','received_at':'2026-11-02T09:00','expenses':[{'type':'x','cents':-1}]}",
		   "expenses.cents", "nothing");
}

static void a_decision_fits_its_application_and_guidelines_warn(void **state)
{
	(void)state;
	there(20, MATTER, "local_application", "{" LOCAL "}");
	allowed_at(0, MATTER, "local_decision", "{" DECISION "}");
	refused_at(0, MATTER, "local_decision", "{'application':'@20','kind':'PREVENTIVE','date':'2026-11-03','granted_cents':1,'reasons':'x',"
		   "'decider':'x','appeal_text_version':'1'}", "kind", "other kind");
	refused_at(0, OLD_MATTER, "local_decision", "{" DECISION "}", "application", "another case");
	refused_at(0, MATTER, "local_decision", "{'application':'@1','kind':'PREVENTIVE','date':'2026-11-03','granted_cents':1,'reasons':'x',"
		   "'decider':'x','appeal_text_version':'1'}", "application", "no application");
	there(30, REFERENCE, "guideline", "{'authority':'x','expense_type':'vuokra','limit_cents':30000,'decider_role':'Johtava Sosiaali"
	      "työntekijä','valid_from':'2026-01-01'}");
	allowed_at(0, MATTER, "local_decision", "{" DECISION ",'guideline_ref':['@30']}");
	assert_true(is_told("granted_cents", "limit"));
	assert_false(is_told("decider", "role"));
	there(31, REFERENCE, "guideline", "{'authority':'x','expense_type':'vuokra','decider_role':'päällikkö','valid_from':'2026-01-01'}");
	allowed_at(0, MATTER, "local_decision", "{" DECISION ",'guideline_ref':['@31']}");
	assert_true(is_told("decider", "role"));
	refused_at(0, MATTER, "service_notice", "{'target':'@20','method':'LETTER','actually_sent_on':'2026-11-04'}", "actually_sent_on", "future");
}

/* ---- consents, disclosures -------------------------------------------------------------------- */

#define CONSENT(direction, form, given)                                                                              \
	"'client':'@1','direction':'" direction "','recipient':'Kela','purpose':'x','scope':['PLAN_SUMMARY','SESSION']," \
	"'form':'" form "','given_at':'" given "','witness_staff':'Aino','understood_check':'x'"

static void a_consent_lasts_twelve_months_at_most(void **state)
{
	(void)state;
	allowed_at(0, CLIENT_CASE, "consent", "{" CONSENT("TO_KELA", "WRITTEN", "2026-11-03T09:00") "}");
	allowed_at(0, CLIENT_CASE, "consent", "{" CONSENT("TO_KELA", "WRITTEN", "2026-11-03T09:00") ",'valid_until':'2027-11-03'}");
	refused_at(0, CLIENT_CASE, "consent", "{" CONSENT("TO_KELA", "WRITTEN", "2026-11-03T09:00") ",'valid_until':'2027-11-04'}", "valid_until", "twelve");
	refused_at(0, CLIENT_CASE, "consent", "{" CONSENT("TO_KELA", "WRITTEN", "2026-11-03T09:00") ",'valid_until':'2026-11-02'}", "valid_until", "before");
	refused_at(0, CLIENT_CASE, "consent", "{" CONSENT("TO_KELA", "WRITTEN", "2026-11-04T09:00") "}", "given_at", "future");
	refused_at(0, CLIENT_CASE, "consent", "{" CONSENT("FROM_KELA", "ORAL", "2026-11-03T09:00") ",'valid_until':'2026-11-04'}", "valid_until", "one dealing");
	allowed_at(0, CLIENT_CASE, "consent", "{" CONSENT("FROM_KELA", "ORAL", "2026-11-03T09:00") "}");
	allowed_at(0, CLIENT_CASE, "consent", "{" CONSENT("FROM_KELA", "WRITTEN", "2026-11-03T09:00") ",'valid_until':'2027-11-03'}");
	refused_at(0, CLIENT_CASE, "consent", "{" CONSENT("TO_KELA", "WRITTEN", "2026-11-03T09:00") ",'excluded':['SESSION']}", "excluded", "both");
}

static void a_consent_is_withdrawn_once_given_and_runs_out(void **state)
{
	(void)state;
	there(20, CLIENT_CASE, "consent", "{" CONSENT("TO_KELA", "WRITTEN", "2026-10-03T09:00") ",'valid_until':'2026-11-02'}");
	refused_at(20, CLIENT_CASE, "consent", "{'state':'WITHDRAWN'}", "withdrawn_at", "withdrew");
	refused_at(20, CLIENT_CASE, "consent", "{'withdrawn_at':'2026-11-03T09:00'}", "state", "WITHDRAWN");
	refused_at(20, CLIENT_CASE, "consent", "{'state':'WITHDRAWN','withdrawn_at':'2026-09-03T09:00'}", "withdrawn_at", "before it was given");
	allowed_at(20, CLIENT_CASE, "consent", "{'state':'WITHDRAWN','withdrawn_at':'2026-11-03T09:00'}");
	allowed_at(20, CLIENT_CASE, "consent", "{'state':'EXPIRED'}");
	refused_at(20, CLIENT_CASE, "consent", "{'state':'NARROWED'}", "narrowed_by", "newer consent");
	refused_at(20, CLIENT_CASE, "consent", "{'state':'NARROWED','narrowed_by':'@1'}", "narrowed_by", "no consent");
	assert_int_equal(rules_state(&world.rules, world_find(NULL, id_of(20))), RECORDS_CONSENT_STATE_EXPIRED);
	there(21, CLIENT_CASE, "consent", "{" CONSENT("TO_KELA", "WRITTEN", "2026-10-03T09:00") ",'valid_until':'2026-11-03'}");
	refused_at(21, CLIENT_CASE, "consent", "{'state':'EXPIRED'}", "valid_until", "past");
	refused_at(21, CLIENT_CASE, "consent", "{'state':'ACTIVE'}", "state", "made by signing");
}

#define ITEM "'items':[{'scope':'PLAN_SUMMARY','text':'x'}]"

static void a_disclosure_stands_on_a_consent_that_holds_or_a_statute(void **state)
{
	(void)state;
	there(20, CLIENT_CASE, "consent", "{" CONSENT("TO_KELA", "WRITTEN", "2026-10-03T09:00") ",'valid_until':'2026-12-02'}");
	allowed_at(0, CLIENT_CASE, "disclosure", "{'client':'@1','recipient':'Kela','basis':'CONSENT','consent':'@20'," ITEM "}");
	refused_at(0, CLIENT_CASE, "disclosure", "{'client':'@1','recipient':'Kela','basis':'CONSENT'," ITEM "}", "consent", "name");
	refused_at(0, CLIENT_CASE, "disclosure", "{'client':'@1','recipient':'Kela','basis':'CONSENT','consent':'@99'," ITEM "}", "consent", "not on this device");
	refused_at(0, CLIENT_CASE, "disclosure", "{'client':'@1','recipient':'Poliisi','basis':'CONSENT','consent':'@20'," ITEM "}", "recipient", "another");
	refused_at(0, CLIENT_CASE, "disclosure", "{'client':'@1','recipient':'Kela','basis':'CONSENT','consent':'@20',"
		   "'items':[{'scope':'PLAN_FULL','text':'x'}]}", "items.scope", "not consented");
	refused_at(0, CLIENT_CASE, "disclosure", "{'client':'@1','recipient':'Kela','basis':'STATUTE'," ITEM "}", "law_ref", "statute");
	refused_at(0, CLIENT_CASE, "disclosure", "{'client':'@1','recipient':'Kela','basis':'STATUTE','law_ref':'@99'," ITEM "}", "statute_reasons", "why");
	there(41, REFERENCE, "law_ref", "{'number':'1301/2014 35 §','name_fi':'SHL','valid_from':'2015-01-01'}");
	allowed_at(0, CLIENT_CASE, "disclosure", "{'client':'@1','recipient':'Kela','basis':'STATUTE','law_ref':'@41','statute_reasons':'x'," ITEM "}");
}

static void a_disclosure_is_checked_again_at_each_step(void **state)
{
	(void)state;
	there(20, CLIENT_CASE, "consent", "{" CONSENT("TO_KELA", "WRITTEN", "2026-10-03T09:00") ",'valid_until':'2026-12-02'}");
	there(21, CLIENT_CASE, "disclosure", "{'client':'@1','recipient':'Kela','basis':'CONSENT','consent':'@20','state':'QUEUED'," ITEM "}");
	refused_at(21, CLIENT_CASE, "disclosure", "{'state':'SENT'}", "sent_at", "when it was sent");
	allowed_at(21, CLIENT_CASE, "disclosure", "{'state':'SENT','sent_at':'2026-11-03T10:00','means':'PRINT'}");
	refused_at(21, CLIENT_CASE, "disclosure", "{'state':'BLOCKED'}", "consent", "withdrawn");
	/* Withdrawn on one device while another narrowed it: it does not hold. */
	world.apart = id_of(20);
	world.apart_states[0] = RECORDS_CONSENT_STATE_NARROWED;
	world.apart_states[1] = RECORDS_CONSENT_STATE_WITHDRAWN;
	refused_at(21, CLIENT_CASE, "disclosure", "{'state':'SENT','sent_at':'2026-11-03T10:00','means':'PRINT'}", "consent", "does not hold");
	allowed_at(21, CLIENT_CASE, "disclosure", "{'state':'BLOCKED'}");
}

/* ---- session ------------------------------------------------------------------------------------- */

#define SESSION(checked)                                                                          \
	"'client':'@1','kind':'NEGOTIATION','channel':'SKYPE','client_confirmed':false,'consent':'@20'," \
	"'participants':[{'role':'asiakas'" checked "},{'role':'Kela','identity_checked_how':'virkakortti'}]"
#define CHECKED ",'identity_checked_how':'tuttu'"

static void a_session_runs_once_all_are_identified_under_a_consent(void **state)
{
	(void)state;
	there(20, CLIENT_CASE, "consent", "{" CONSENT("TO_KELA", "WRITTEN", "2026-10-03T09:00") ",'valid_until':'2026-12-02'}");
	there(30, CLIENT_CASE, "consent", "{'client':'@1','direction':'TO_KELA','recipient':'Kela','purpose':'x','scope':['PLAN_SUMMARY'],"
	      "'form':'ORAL','given_at':'2026-11-03T09:00','witness_staff':'A','understood_check':'x','valid_until':'2026-12-01'}");
	allowed_at(0, CLIENT_CASE, "joint_session", "{" SESSION("") "}");
	there(21, CLIENT_CASE, "joint_session", "{" SESSION("") "}");
	refused_at(21, CLIENT_CASE, "joint_session", "{'state':'IDENTITIES_CHECKED'}", "participants.identity_checked_how", "each participant");
	refused_at(21, CLIENT_CASE, "joint_session", "{'consent':'@30'}", "consent", "SESSION");
	refused_at(21, CLIENT_CASE, "joint_session", "{'state':'RUNNING','started_at':'2026-11-03T10:00'}", "state", "IDENTITIES_CHECKED");
	there(22, CLIENT_CASE, "joint_session", "{" SESSION(CHECKED) "}");
	allowed_at(22, CLIENT_CASE, "joint_session", "{'state':'IDENTITIES_CHECKED'}");
	there(23, CLIENT_CASE, "joint_session", "{" SESSION(CHECKED) ",'state':'IDENTITIES_CHECKED'}");
	refused_at(23, CLIENT_CASE, "joint_session", "{'state':'RUNNING'}", "started_at", "began");
	allowed_at(23, CLIENT_CASE, "joint_session", "{'state':'RUNNING','started_at':'2026-11-03T10:00'}");
	there(24, CLIENT_CASE, "joint_session", "{" SESSION(CHECKED) ",'state':'RUNNING'}");
	refused_at(24, CLIENT_CASE, "joint_session", "{'participants':[{'role':'tulkki'}]}", "participants.identity_checked_how", "each");
	world.rules.today += 40; /* the consent ran out meanwhile */
	world.rules.now_ms += 40ull * 24 * 3600 * 1000;
	refused_at(23, CLIENT_CASE, "joint_session", "{'state':'RUNNING','started_at':'2026-11-03T10:00'}", "consent", "does not hold");
}

static void a_line_that_drops_goes_on_by_phone_in_the_same_record(void **state)
{
	(void)state;
	there(20, CLIENT_CASE, "consent", "{" CONSENT("TO_KELA", "WRITTEN", "2026-10-03T09:00") ",'valid_until':'2026-12-02'}");
	there(24, CLIENT_CASE, "joint_session", "{" SESSION(CHECKED) ",'state':'RUNNING'}");
	refused_at(24, CLIENT_CASE, "joint_session", "{'state':'FAILED'}", "connection_trouble", "wrong");
	allowed_at(24, CLIENT_CASE, "joint_session", "{'state':'FAILED','connection_trouble':'Yhteys katkesi'}");
	there(25, CLIENT_CASE, "joint_session", "{" SESSION(CHECKED) ",'state':'FAILED','connection_trouble':'x'}");
	refused_at(25, CLIENT_CASE, "joint_session", "{'state':'RUNNING'}", "channel", "PHONE");
	allowed_at(25, CLIENT_CASE, "joint_session", "{'state':'RUNNING','channel':'PHONE'}");
}

static void a_session_is_signed_once_confirmed_and_then_takes_nothing(void **state)
{
	(void)state;
	there(20, CLIENT_CASE, "consent", "{" CONSENT("TO_KELA", "WRITTEN", "2026-10-03T09:00") ",'valid_until':'2026-12-02'}");
	there(24, CLIENT_CASE, "joint_session", "{" SESSION(CHECKED) ",'state':'ENDED'}");
	refused_at(24, CLIENT_CASE, "joint_session", "{'state':'CONFIRMED'}", "client_confirmed", "confirmation");
	refused_at(24, CLIENT_CASE, "joint_session", "{'state':'CONFIRMED','client_confirmed':true,'agreed_actions':['@40']}", "agreed_actions", "owner");
	there(40, CLIENT_CASE, "agreed_action", "{'what':'x','owner_kind':'KELA','owner':'Kela','due':'2026-11-10','from':'@24'}");
	allowed_at(24, CLIENT_CASE, "joint_session", "{'state':'CONFIRMED','client_confirmed':true,'agreed_actions':['@40']}");
	refused_at(24, CLIENT_CASE, "joint_session", "{'state':'SIGNED','client_confirmed':true}", "state", "CONFIRMED");
	there(25, CLIENT_CASE, "joint_session", "{" SESSION(CHECKED) ",'state':'SIGNED'}");
	refused_at(25, CLIENT_CASE, "joint_session", "{'summary':'Lisäys'}", "state", "signed");
	refused_at(0, CLIENT_CASE, "agreed_action", "{'what':'x','owner_kind':'KELA','owner':'Kela','due':'2026-11-10','from':'@25'}", "from", "signed");
}

static void what_the_client_confirmed_stays_as_it_was(void **state)
{
	(void)state;
	there(20, CLIENT_CASE, "consent", "{" CONSENT("TO_KELA", "WRITTEN", "2026-10-03T09:00") ",'valid_until':'2026-12-02'}");
	there(40, CLIENT_CASE, "agreed_action", "{'what':'x','owner_kind':'KELA','owner':'Kela','due':'2026-11-10','from':'@24'}");
	there(24, CLIENT_CASE, "joint_session", "{" SESSION(CHECKED) ",'state':'CONFIRMED','agreed_actions':['@40']}");
	refused_at(24, CLIENT_CASE, "joint_session", "{'summary':'Lisäys'}", "summary", "confirmed");
	refused_at(24, CLIENT_CASE, "joint_session", "{'agreed_actions':null}", "agreed_actions", "confirmed");
	refused_at(40, CLIENT_CASE, "agreed_action", "{'what':'muuta'}", "what", "confirmed");
	refused_at(40, CLIENT_CASE, "agreed_action", "{'owner':'Joku muu'}", "owner", "confirmed");
	refused_at(40, CLIENT_CASE, "agreed_action", "{'due':'2027-01-10'}", "due", "confirmed");
	refused_at(0, CLIENT_CASE, "agreed_action", "{'what':'x','owner_kind':'KELA','owner':'Kela','due':'2026-11-10','from':'@24'}", "from", "confirmed");
	allowed_at(40, CLIENT_CASE, "agreed_action", "{'state':'DONE'}");
}

static void a_session_keeps_no_link_and_no_media(void **state)
{
	(void)state;
	there(20, CLIENT_CASE, "consent", "{" CONSENT("TO_KELA", "WRITTEN", "2026-10-03T09:00") ",'valid_until':'2026-12-02'}");
	there(24, CLIENT_CASE, "joint_session", "{" SESSION(CHECKED) ",'state':'RUNNING'}");
	refused_at(24, CLIENT_CASE, "joint_session", "{'summary':'https://video.example/1'}", "summary", "nothing of picture");
	refused_at(24, CLIENT_CASE, "joint_session", "{'agenda':[{'title':'a','notes':'data:image/png;base64,AAAA'}]}", "agenda", "nothing of picture");
	refused_at(24, CLIENT_CASE, "joint_session", "{'agenda':[{'title':'Lääkkeet','notes':'x','out_of_scope':true}]}", "agenda.notes", "not discussed");
	allowed_at(24, CLIENT_CASE, "joint_session", "{'agenda':[{'title':'a','notes':'Rästi 2:3 kk'}],'others_present':'ei muita'}");
}

static void a_session_with_kela_stands_on_a_consent_for_kela(void **state)
{
	(void)state;
	there(20, CLIENT_CASE, "consent", "{'client':'@1','direction':'TO_OTHER','recipient':'Vuokranantaja','purpose':'x','scope':['SESSION'],"
	      "'form':'ORAL','given_at':'2026-11-03T09:00','witness_staff':'A','understood_check':'x','valid_until':'2026-12-01'}");
	refused_at(0, CLIENT_CASE, "joint_session", "{" SESSION("") "}", "consent", "another recipient");
	assert_int_equal(world_begin(NULL), 0);
	there(20, CLIENT_CASE, "consent", "{" CONSENT("TO_KELA", "WRITTEN", "2026-10-03T09:00") ",'valid_until':'2026-12-02'}");
	there(22, CLIENT_CASE, "consent", "{" CONSENT("FROM_KELA", "WRITTEN", "2026-10-03T09:00") ",'valid_until':'2026-12-02'}");
	there(24, CLIENT_CASE, "joint_session", "{" SESSION(CHECKED) ",'state':'RUNNING'}");
	refused_at(24, CLIENT_CASE, "joint_session", "{'kela_consent':'@20'}", "kela_consent", "gave to Kela");
	allowed_at(24, CLIENT_CASE, "joint_session", "{'kela_consent':'@22'}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(urgency_has_its_grounds_and_reason),
		WORLD_TEST(what_a_worker_carries_arrives_after_it_is_delivered),
		WORLD_TEST(an_application_goes_through_kela_step_by_step),
		WORLD_TEST(an_answered_application_goes_back_to_the_queue_it_came_from),
		WORLD_TEST(moved_to_normal_switches_the_queue_and_a_pickup_goes_on_the_agenda),
		WORLD_TEST(a_local_application_is_decided_by_a_decision_and_notified_by_a_notice),
		WORLD_TEST(a_decision_fits_its_application_and_guidelines_warn),
		WORLD_TEST(a_consent_lasts_twelve_months_at_most),
		WORLD_TEST(a_consent_is_withdrawn_once_given_and_runs_out),
		WORLD_TEST(a_disclosure_stands_on_a_consent_that_holds_or_a_statute),
		WORLD_TEST(a_disclosure_is_checked_again_at_each_step),
		WORLD_TEST(a_session_runs_once_all_are_identified_under_a_consent),
		WORLD_TEST(a_line_that_drops_goes_on_by_phone_in_the_same_record),
		WORLD_TEST(a_session_is_signed_once_confirmed_and_then_takes_nothing),
		WORLD_TEST(what_the_client_confirmed_stays_as_it_was),
		WORLD_TEST(a_session_keeps_no_link_and_no_media),
		WORLD_TEST(a_session_with_kela_stands_on_a_consent_for_kela),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
