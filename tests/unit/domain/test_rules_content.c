/* The rules of what is signed about a client: notes, mappings, concerns, assessments. */
#include "rules_world.h"

static void a_sensitive_note_stands_in_a_sensitive_case(void **state)
{
	(void)state;
	refused_at(0, MATTER, "encounter_note", "{'text':'x','sensitive':true}", "sensitive", "sensitive_file");
	allowed_at(0, SENSITIVE, "encounter_note", "{'text':'x','sensitive':true}");
	allowed_at(0, MATTER, "encounter_note", "{'text':'x','sensitive':false}");
	assert_true(is_told("client_view", "own view"));
	refused_at(0, MATTER, "encounter_note", "{'text':'x','visit':'@1'}", "visit", "no visit");
	there(20, MATTER, "encounter_note", "{'text':'x'}");
	refused_at(20, MATTER, "encounter_note", "{'state':'SIGNED'}", "state", "made by signing");
	refused_at(20, MATTER, "encounter_note", "{'state':'VOIDED'}", "state", "correction");
	refused_at(20, MATTER, "encounter_note", "{'state':'SUPERSEDED'}", "state", "newer");
	there(23, MATTER, "correction", "{'target':'@20','kind':'SUPPLEMENT','reason':'x','new_text':'y'}");
	there(24, MATTER, "correction", "{'target':'@20','kind':'REMOVE_UNNECESSARY','reason':'x','refusal_reasons':'Tarvitaan'}");
	refused_at(20, MATTER, "encounter_note", "{'state':'VOIDED'}", "state", "correction");
	there(21, MATTER, "correction", "{'target':'@20','kind':'REMOVE_UNNECESSARY','reason':'x'}");
	refused_at(20, MATTER, "encounter_note", "{'state':'CORRECTED'}", "state", "correction");
	allowed_at(20, MATTER, "encounter_note", "{'state':'VOIDED'}");
	there(22, MATTER, "encounter_note", "{'text':'y'}");
	allowed_at(20, MATTER, "encounter_note", "{'state':'SUPERSEDED'}");
}

#define FOUR(housing)                                                                                                   \
	"{'client':'@1','mode':'FACE','client_confirmed':true,'quadrants':[{'quadrant':'INCOME','state':'OK'},"             \
	"{'quadrant':'FAMILY','state':'OK'},{'quadrant':'HEALTH','state':'NOT_ASKED'},{'quadrant':'HOUSING','state':'SUPPORT'" \
	housing "}]}"

static void a_mapping_has_each_of_four_quadrants_once(void **state)
{
	(void)state;
	allowed_at(0, CLIENT_CASE, "life_situation_mapping", FOUR(""));
	refused_at(0, CLIENT_CASE, "life_situation_mapping", "{'client':'@1','mode':'FACE','client_confirmed':true,'quadrants':["
		   "{'quadrant':'INCOME','state':'OK'},{'quadrant':'FAMILY','state':'OK'},{'quadrant':'HEALTH','state':'OK'}]}",
		   "quadrants", "all four");
	refused_at(0, CLIENT_CASE, "life_situation_mapping", "{'client':'@1','mode':'FACE','client_confirmed':true,'quadrants':["
		   "{'quadrant':'INCOME','state':'OK'},{'quadrant':'INCOME','state':'OK'},{'quadrant':'HEALTH','state':'OK'},"
		   "{'quadrant':'HOUSING','state':'OK'}]}", "quadrants", "once");
	refused_at(0, CLIENT_CASE, "life_situation_mapping", "{'client':'@1','mode':'FACE','client_confirmed':true,"
		   "'valid_until':'2026-11-02','quadrants':[{'quadrant':'INCOME','state':'OK'},{'quadrant':'FAMILY','state':'OK'},"
		   "{'quadrant':'HEALTH','state':'OK'},{'quadrant':'HOUSING','state':'OK'}]}", "valid_until", "run out");
}

static void a_question_belongs_to_its_quadrant_and_arrears_ask_for_eviction(void **state)
{
	(void)state;
	static const struct { const char *prompt; bool housing; } rows[] = {
		{ "INCOME_MANAGEMENT", false }, { "FAMILY_SUPPORT", false }, { "CHILD_CONCERN", false }, { "DAILY_COPING", false },
		{ "HELP_NEED", false }, { "HOUSING_SUPPORT", true }, { "RENT_ARREARS", true }, { "EVICTION_THREAT", true },
	};
	char json[1024];
	for (size_t i = 0; i < 8; i++) {
		snprintf(json, sizeof json, FOUR(",'prompts_answered':[{'prompt':'%s','answer':'NO'}]"), rows[i].prompt);
		if (rows[i].housing)
			allowed_at(0, CLIENT_CASE, "life_situation_mapping", json);
		else
			refused_at(0, CLIENT_CASE, "life_situation_mapping", json, "quadrants.prompts_answered", "another quadrant");
	}
	refused_at(0, CLIENT_CASE, "life_situation_mapping", FOUR(",'prompts_answered':[{'prompt':'RENT_ARREARS','answer':'YES'}]"),
		   "quadrants.prompts_answered", "eviction");
	allowed_at(0, CLIENT_CASE, "life_situation_mapping", FOUR(",'prompts_answered':[{'prompt':'RENT_ARREARS','answer':'YES'},"
		   "{'prompt':'EVICTION_THREAT','answer':'NO'}]"));
	refused_at(0, CLIENT_CASE, "life_situation_mapping", FOUR(",'prompts_answered':[{'prompt':'RENT_ARREARS','answer':'NO'},"
		   "{'prompt':'RENT_ARREARS','answer':'NO'}]"), "quadrants.prompts_answered", "twice");
}

static void a_mapping_is_asked_again_after_half_a_year(void **state)
{
	uint8_t block[32];
	uint32_t cleared[LIMIT_FIELDS];
	size_t count;
	struct wire_out out;
	int32_t until, expected;
	(void)state;
	struct rules_write write = { .record = type_of("life_situation_mapping"), .is_new = true, .event_at_ms = world.rules.now_ms };
	write.after = fields_of(write.record, "{'mode':'FACE'}", cleared, &count);
	wire_out_init(&out, block, sizeof block);
	rules_fill(&world.rules, &write, &out);
	assert_true(fields_date(wire_out_span(&out), RECORDS_LIFE_SITUATION_MAPPING_VALID_UNTIL, &until));
	assert_true(civil_read_date(span_text("2027-05-03"), &expected));
	assert_int_equal(until, expected);
}

#define CONCERN(items, level) "{'client':'@1','done_with_client':true,'level':'" level "','items':[" items "]}"

static void violence_and_danger_to_life_are_serious_and_a_child_is_noticed(void **state)
{
	(void)state;
	static const char *const levels[] = { "NONE", "MILD", "CLEAR" };
	char json[512];
	for (int code = 1; code <= 12; code++) {
		for (size_t i = 0; i < 3; i++) {
			snprintf(json, sizeof json, "{'client':'@1','done_with_client':true,'level':'%s','items':[{'code':'C%02d','answer':'YES'}]}",
				 levels[i], code);
			if (code == 5 || code == 8)
				refused_at(0, CLIENT_CASE, "concern_assessment", json, "level", "SERIOUS");
			else
				allowed_at(0, CLIENT_CASE, "concern_assessment", json);
			assert_true(is_told("items", "child_notice") == (code == 4));
		}
		snprintf(json, sizeof json, "{'client':'@1','done_with_client':true,'level':'SERIOUS','items':[{'code':'C%02d','answer':'YES'}]}",
			 code);
		allowed_at(0, CLIENT_CASE, "concern_assessment", json);
		assert_true(is_told("level", "112"));
	}
	allowed_at(0, CLIENT_CASE, "concern_assessment", CONCERN("{'code':'C05','answer':'NO'}", "NONE"));
	/* Written otherwise it would force nothing. */
	refused_at(0, CLIENT_CASE, "concern_assessment", CONCERN("{'code':'c05','answer':'YES'}", "NONE"), "items.code", "no such item");
	refused_at(0, CLIENT_CASE, "concern_assessment", CONCERN("{'code':'C13','answer':'YES'}", "NONE"), "items.code", "no such item");
	refused_at(0, CLIENT_CASE, "concern_assessment", CONCERN("{'code':'','answer':'YES'}", "NONE"), "items.code", "no such item");
	refused_at(0, CLIENT_CASE, "concern_assessment", CONCERN("{'code':'C01','answer':'NO'},{'code':'C01','answer':'YES'}", "NONE"),
		   "items.code", "twice");
	refused_at(0, CLIENT_CASE, "concern_assessment", "{'client':'@1','done_with_client':false,'level':'NONE'}", "reason_if_not", "why");
	allowed_at(0, CLIENT_CASE, "concern_assessment", "{'client':'@1','done_with_client':false,'level':'NONE','reason_if_not':'x'}");
}

static void benefit_and_child_notice_lead_on(void **state)
{
	(void)state;
	allowed_at(0, CLIENT_CASE, "benefit_assessment", "{'client':'@1','answer':'YES','reasons':['x'],'client_opinion':'y'}");
	assert_true(is_told("answer", "referral"));
	allowed_at(0, CLIENT_CASE, "benefit_assessment", "{'client':'@1','answer':'NO','reasons':['x'],'client_opinion':'y'}");
	assert_false(is_told("answer", "referral"));
	refused_at(0, 0, "child_notice", "{'about_person':'x','grounds':'y','made_at':'2026-11-04T09:00','recipient':'z'}", "made_at", "future");
}

#define BECAUSE "Tarve oli tilapäinen ja se hoidettiin neuvonnalla samana päivänä."
#define UNNECESSARY(ground, text)                                                                               \
	"{'participants':[{'role':'x'}],'outcome':'UNNECESSARY','unnecessary':{'ground':'" ground "','text':'" text \
	"','decided_by':'Aino'}}"

static void an_assessment_found_unnecessary_has_ground_reasons_and_decider(void **state)
{
	(void)state;
	static const char *const phrases[] = { "Asiakas ei vastannut puheluihin eikä kirjeeseen tänä syksynä.",
					       "Klienten svarade inte på brev eller samtal under hösten.",
					       "The client DID NOT ANSWER calls or letters this autumn." };
	char json[512];
	allowed_at(0, MATTER, "service_need_assessment", UNNECESSARY("TEMPORARY", BECAUSE));
	refused_at(0, MATTER, "service_need_assessment", "{'participants':[{'role':'x'}],'outcome':'UNNECESSARY'}", "unnecessary", "ground");
	refused_at(0, MATTER, "service_need_assessment", UNNECESSARY("TEMPORARY", "Ei tarvetta."), "unnecessary.text", "40");
	refused_at(0, MATTER, "service_need_assessment", "{'participants':[{'role':'x'}],'outcome':'SERVICES','unnecessary':"
		   "{'ground':'OTHER','text':'" BECAUSE "','decided_by':'A'}}", "outcome", "UNNECESSARY");
	for (size_t i = 0; i < 3; i++) {
		snprintf(json, sizeof json, UNNECESSARY("OTHER", "%s"), phrases[i]);
		refused_at(0, MATTER, "service_need_assessment", json, "unnecessary.text", "no ground");
		snprintf(json, sizeof json, UNNECESSARY("TEMPORARY", "%s"), phrases[i]);
		allowed_at(0, MATTER, "service_need_assessment", json);
		assert_true(is_told("unnecessary.text", "no ground"));
	}
	/* Exactly 40 characters, not bytes. */
	allowed_at(0, MATTER, "service_need_assessment", UNNECESSARY("TEMPORARY", "ääääääääääääääääääääääääääääääääääääääää"));
	refused_at(0, MATTER, "service_need_assessment", UNNECESSARY("TEMPORARY", "äääääääääääääääääääääääääääääääääääääää"),
		   "unnecessary.text", "40");
	refused_at(0, MATTER, "service_need_assessment", UNNECESSARY("TEMPORARY", "                                        ei tarvetta."),
		   "unnecessary.text", "40");
}

static void in_a_case_of_special_support_the_assessment_is_a_licensed_workers(void **state)
{
	(void)state;
	static const char assessment[] = "{'participants':[{'role':'x'}],'outcome':'SERVICES'}";
	world.rules.profession = RECORDS_PROFESSION_SOCIAL_INSTRUCTOR;
	allowed_at(0, MATTER, "service_need_assessment", assessment);
	there_no_more(CASE);
	there(CASE, MATTER, "case", "{'client':'@1','special_support':true,'special_support_reason':'x'}");
	refused_at(0, MATTER, "service_need_assessment", assessment, "special_support", "licensed");
	world.rules.profession = RECORDS_PROFESSION_LICENSED_SOCIAL_WORKER;
	allowed_at(0, MATTER, "service_need_assessment", assessment);
}

static void who_cares_for_a_child_has_its_situation_assessed(void **state)
{
	(void)state;
	static const char *const others[] = { "'relation':'CHILD','minor':false,'lives_with':true", "'relation':'CHILD','minor':true,'lives_with':false",
					      "'relation':'OTHER','minor':true", "'relation':'CHILD'" };
	char json[256];
	for (unsigned i = 0; i < 4; i++) {
		snprintf(json, sizeof json, "{'client':'@1','name':'x',%s}", others[i]);
		there(20, CLIENT_CASE, "related_person", json);
		allowed_at(0, MATTER, "service_need_assessment", "{'participants':[{'role':'x'}],'outcome':'SERVICES'}");
		there_no_more(20);
	}
	there(20, OTHER_CASE, "related_person", "{'client':'@2','name':'x','relation':'CHILD','minor':true,'lives_with':true}");
	allowed_at(0, MATTER, "service_need_assessment", "{'participants':[{'role':'x'}],'outcome':'SERVICES'}");
	there(21, CLIENT_CASE, "related_person", "{'client':'@1','name':'x','relation':'CHILD','minor':true,'lives_with':true}");
	refused_at(0, MATTER, "service_need_assessment", "{'participants':[{'role':'x'}],'outcome':'SERVICES'}", "child_situation", "child");
	allowed_at(0, MATTER, "service_need_assessment", "{'participants':[{'role':'x'}],'outcome':'SERVICES','child_situation':'Hyvin'}");
}

static void an_assessment_runs_forward_in_time(void **state)
{
	(void)state;
	refused_at(0, MATTER, "service_need_assessment", "{'participants':[{'role':'x'}],'started_on':'2026-11-02','completed_on':'2026-11-01'}",
		   "completed_on", "before");
	refused_at(0, MATTER, "service_need_assessment", "{'participants':[{'role':'x'}],'completed_on':'2026-11-04'}", "completed_on", "future");
	refused_at(0, MATTER, "service_need_assessment", "{'participants':[{'role':'x'}],'findings':[{'quadrant':'INCOME','text':'x'},"
		   "{'quadrant':'INCOME','text':'y'}]}", "findings", "one finding");
	allowed_at(0, MATTER, "service_need_assessment", "{'participants':[{'role':'x'}],'outcome':'SERVICES','own_worker_need':true}");
	assert_true(is_told("own_worker_need", "D11"));
}

static void a_checklist_has_its_own_points_once(void **state)
{
	(void)state;
	allowed_at(0, CLIENT_CASE, "checklist", "{'client':'@1','kind':'DIGITAL','done_with_client':true,'items':["
		   "{'point':'CALL','answer':'YES'},{'point':'ONLINE_BANK','answer':'NO'}]}");
	assert_true(is_told("items", "DIGITAL_SKILLS"));
	allowed_at(0, CLIENT_CASE, "checklist", "{'client':'@1','kind':'ECONOMIC','done_with_client':true,'items':["
		   "{'point':'INCOME','answer':'YES'},{'point':'DEBT_COUNSELLING','answer':'NOT_ASKED'}]}");
	refused_at(0, CLIENT_CASE, "checklist", "{'client':'@1','kind':'DIGITAL','done_with_client':true,'items':["
		   "{'point':'DEBTS','answer':'YES'}]}", "items.point", "other checklist");
	refused_at(0, CLIENT_CASE, "checklist", "{'client':'@1','kind':'ECONOMIC','done_with_client':true,'items':["
		   "{'point':'ONLINE_BANK','answer':'YES'}]}", "items.point", "other checklist");
	refused_at(0, CLIENT_CASE, "checklist", "{'client':'@1','kind':'DIGITAL','done_with_client':true,'items':["
		   "{'point':'CALL','answer':'YES'},{'point':'CALL','answer':'NO'}]}", "items.point", "twice");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(a_sensitive_note_stands_in_a_sensitive_case),
		WORLD_TEST(a_mapping_has_each_of_four_quadrants_once),
		WORLD_TEST(a_question_belongs_to_its_quadrant_and_arrears_ask_for_eviction),
		WORLD_TEST(a_mapping_is_asked_again_after_half_a_year),
		WORLD_TEST(violence_and_danger_to_life_are_serious_and_a_child_is_noticed),
		WORLD_TEST(benefit_and_child_notice_lead_on),
		WORLD_TEST(an_assessment_found_unnecessary_has_ground_reasons_and_decider),
		WORLD_TEST(in_a_case_of_special_support_the_assessment_is_a_licensed_workers),
		WORLD_TEST(who_cares_for_a_child_has_its_situation_assessed),
		WORLD_TEST(an_assessment_runs_forward_in_time),
		WORLD_TEST(a_checklist_has_its_own_points_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
