/* The rules of a client's card, of e-services, and of what names nobody. */
#include "rules_world.h"

#define CARD "'family_name':'Kettunen','given_names':'Aino','municipality':'Hallasuo','contact_language':'FI',"

static void dates_of_a_life_are_in_order(void **state)
{
	(void)state;
	allowed_at(0, 0, "client", "{" CARD "'address_protected':false,'birth_date':'1990-02-28'}");
	refused_at(0, 0, "client", "{" CARD "'address_protected':false,'birth_date':'2026-11-04'}", "birth_date", "future");
	refused_at(0, 0, "client", "{" CARD "'address_protected':false,'birth_date':'1789-01-01'}", "birth_date", "year");
	refused_at(0, 0, "client", "{" CARD "'address_protected':false,'birth_date':'1990-02-28','died_on':'1990-02-27'}",
		   "died_on", "before");
	refused_at(0, 0, "client", "{" CARD "'address_protected':false,'died_on':'2026-11-04'}", "died_on", "future");
	allowed_at(0, 0, "client", "{" CARD "'address_protected':false,'birth_date':'1990-02-28','died_on':'2026-11-03'}");
	refused_at(0, 0, "client", "{" CARD "'address_protected':false,'informed_at':'2026-11-04T09:00'}", "informed_at", "future");
}

static void code_and_birth_date_agree(void **state)
{
	(void)state;
	allowed_at(0, 0, "client", "{" CARD "'address_protected':false,'hetu':'010594Y9032','birth_date':'1994-05-01'}");
	allowed_at(0, 0, "client", "{" CARD "'address_protected':false,'hetu':'010594Y9032'}");
	refused_at(0, 0, "client", "{" CARD "'address_protected':false,'hetu':'010594Y9032','birth_date':'1994-05-02'}",
		   "birth_date", "identity code");
	refused_at(0, 0, "client", "{" CARD "'address_protected':false,'hetu':'010594Y9033'}", "hetu", "");
	refused_at(CLIENT, CLIENT_CASE, "client", "{'hetu':'010594Y9033'}", "hetu", "");
	allowed_at(CLIENT, CLIENT_CASE, "client", "{'hetu':'020516C903K'}");
}

static void a_protected_address_is_not_on_the_card(void **state)
{
	(void)state;
	allowed_at(0, 0, "client", "{" CARD "'address_protected':true}");
	allowed_at(0, 0, "client", "{" CARD "'address_protected':false,'address':[{'street':'Tie 1'}]}");
	refused_at(0, 0, "client", "{" CARD "'address_protected':true,'address':[{'street':'Tie 1'}]}", "address", "protected_details");
	there(20, CLIENT_CASE, "client", "{" CARD "'address_protected':false,'address':[{'street':'Tie 1'}]}");
	refused_at(20, CLIENT_CASE, "client", "{'address_protected':true}", "address", "clear it");
	allowed_at(20, CLIENT_CASE, "client", "{'address_protected':true,'address':null}");
}

static void another_language_is_named_and_nobody_merges_into_himself(void **state)
{
	(void)state;
	refused_at(CLIENT, CLIENT_CASE, "client", "{'contact_language':'OTHER'}", "contact_language_other", "which");
	allowed_at(CLIENT, CLIENT_CASE, "client", "{'contact_language':'OTHER','contact_language_other':'somali'}");
	refused_at(CLIENT, CLIENT_CASE, "client", "{'merged_into':'@2'}", "merged_into", "central node");
	world.rules.is_central = true;
	refused_at(CLIENT, CLIENT_CASE, "client", "{'merged_into':'@1'}", "merged_into", "itself");
	refused_at(CLIENT, CLIENT_CASE, "client", "{'merged_into':'@3'}", "merged_into", "no client");
	allowed_at(CLIENT, CLIENT_CASE, "client", "{'merged_into':'@2'}");
}

static void an_identity_code_is_kept_in_its_settled_form(void **state)
{
	static const struct { const char *typed, *kept; } codes[] = {
		{ "010594y9032", "010594Y9032" }, { " 010594 Y9032 ", "010594Y9032" }, { "131052\xe2\x80\x93" "308t", "131052-308T" },
		{ "010594Y9032", NULL }, { "010594Y9033", NULL }, { "", NULL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		uint8_t given_block[128], block[128];
		struct wire_out given, out;
		struct span kept;
		wire_out_init(&given, given_block, sizeof given_block);
		wire_out_init(&out, block, sizeof block);
		wire_put_bytes(&given, RECORDS_CLIENT_HETU, span_text(codes[i].typed));
		wire_put_bytes(&given, RECORDS_CLIENT_FAMILY_NAME, span_text("Salmi"));
		assert_int_equal(rules_settle(RECORDS_TYPE_CLIENT, wire_out_span(&given), &out), codes[i].kept != NULL);
		assert_false(rules_settle(RECORDS_TYPE_VISIT, wire_out_span(&given), &out));
		if (codes[i].kept == NULL)
			continue;
		assert_true(fields_bytes(wire_out_span(&out), RECORDS_CLIENT_HETU, &kept) && span_equal(kept, span_text(codes[i].kept)));
		assert_true(fields_says(wire_out_span(&out), RECORDS_CLIENT_FAMILY_NAME));
	}
}

static void a_record_names_the_client_of_its_case(void **state)
{
	(void)state;
	allowed_at(0, CLIENT_CASE, "related_person", "{'client':'@1','name':'Veli','relation':'OTHER'}");
	refused_at(0, CLIENT_CASE, "related_person", "{'client':'@2','name':'Veli','relation':'OTHER'}", "client", "another client");
	refused_at(0, CLIENT_CASE, "related_person", "{'client':'@3','name':'Veli','relation':'OTHER'}", "client", "something else");
	allowed_at(0, CLIENT_CASE, "related_person", "{'client':'@99','name':'Veli','relation':'OTHER'}"); /* U3 */
	allowed_at(0, CLIENT_CASE, "related_person", "{'client':'@1','name':'Tytär','relation':'CHILD'}");
	assert_true(is_told("minor", "assessment"));
}

#define ABLE "'client':'@1','assessed_on':'2026-11-03','agreed_channel':'PAPER',"

static void the_customer_type_follows_from_equipment_and_skill(void **state)
{
	(void)state;
	static const struct { const char *fields, *type; } rows[] = {
		{ "'has_computer':true,'has_connection':true,'skill':'GOOD'", "EQ_SK" },
		{ "'has_smartphone':true,'has_connection':true,'skill':'PARTIAL'", "EQ_NOSK" },
		{ "'has_smartphone':true,'has_connection':false,'skill':'GOOD'", "NOEQ_SK" },
		{ "'has_connection':false,'skill':'WEAK'", "NOEQ_NOSK" },
		{ "'has_computer':false,'has_smartphone':false,'skill':'GOOD'", "NOEQ_SK" },
	};
	static const char *const types[] = { "EQ_SK", "NOEQ_SK", "EQ_NOSK", "NOEQ_NOSK" };
	char json[512];
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (size_t j = 0; j < 4; j++) {
			snprintf(json, sizeof json, "{" ABLE "%s,'customer_type':'%s'}", rows[i].fields, types[j]);
			if (strcmp(types[j], rows[i].type) == 0)
				allowed_at(0, CLIENT_CASE, "digital_capability", json);
			else
				refused_at(0, CLIENT_CASE, "digital_capability", json, "customer_type", "equipment");
		}
		snprintf(json, sizeof json, "{" ABLE "%s}", rows[i].fields);
		allowed_at(0, CLIENT_CASE, "digital_capability", json); /* filled in */
	}
	/* Where too little is known to say, what the worker says stands. */
	/* Where it does not follow it is not written either. */
	refused_at(0, CLIENT_CASE, "digital_capability", "{" ABLE "'skill':'GOOD','customer_type':'EQ_SK'}", "has_connection", "follows");
	refused_at(0, CLIENT_CASE, "digital_capability", "{" ABLE "'has_computer':true,'has_connection':true,'customer_type':'NOEQ_SK'}",
		   "skill", "follows");
	refused_at(0, CLIENT_CASE, "digital_capability", "{" ABLE "'customer_type':'EQ_SK','next_check':'2026-11-02'}", "next_check", "before");
}

static void the_customer_type_is_filled_in(void **state)
{
	uint8_t block[64];
	uint32_t cleared[LIMIT_FIELDS];
	size_t count;
	struct wire_out out;
	(void)state;
	struct rules_write write = { .record = type_of("digital_capability"), .is_new = true };
	write.after = fields_of(write.record, "{" ABLE "'has_computer':true,'has_connection':true,'skill':'WEAK'}", cleared, &count);
	wire_out_init(&out, block, sizeof block);
	rules_fill(&world.rules, &write, &out);
	assert_int_equal(fields_number_or_none(wire_out_span(&out), RECORDS_DIGITAL_CAPABILITY_CUSTOMER_TYPE),
			 RECORDS_CUSTOMER_TYPE_EQ_NOSK);
}

static void what_names_nobody_holds_no_code_and_no_number(void **state)
{
	(void)state;
	static const char *const bad[] = { "soitti 040 000 0123", "+358400000123", "numero on 040-0000123.", "hetu 010594Y9032 oli",
					   "010190-123A", "010190-123a kertoi" };
	static const char *const good[] = { "Kelan numero 020 692 207", "päivänä 03-11-2026", "2026-11-03", "0800 98811 on maksuton",
					    "asuu 96 km päässä", "summa 1250,00 euroa", "klo 09.30-16.00", "X010190-123Ab" };
	char json[512];
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(json, sizeof json, "{'phenomenon':'Matkat','municipality':'Hallasuo','text':'%s'}", bad[i]);
		refused_at(0, REFERENCE, "social_observation", json, "text", "nobody");
		snprintf(json, sizeof json, "{'anonymised_text':'%s'}", bad[i]);
		refused_at(0, REFERENCE, "decision_quality_item", json, "anonymised_text", "nobody");
		snprintf(json, sizeof json, "{'municipality':'Hallasuo','guided_to':['Kela','%s']}", bad[i]);
		refused_at(0, REFERENCE, "anonymous_contact", json, "guided_to", "nobody");
		snprintf(json, sizeof json, "{'target':'SERVICE','text':'%s'}", bad[i]);
		refused_at(0, REFERENCE, "feedback", json, "text", "nobody");
		snprintf(json, sizeof json, "{'target':'SERVICE','anonymous':false,'text':'%s'}", bad[i]);
		allowed_at(0, REFERENCE, "feedback", json);
	}
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		snprintf(json, sizeof json, "{'phenomenon':'Matkat','municipality':'Hallasuo','text':'%s'}", good[i]);
		allowed_at(0, REFERENCE, "social_observation", json);
	}
	refused_at(0, CLIENT_CASE, "reception_transfer", "{'client':'@1','centre':'X','move_date':'2026-12-01',"
		   "'understanding_confirmed':{'how':'x','by':'x','language':'x'},'items':{'hetu':'010594Y9032'}}", "items.hetu", "code");
	allowed_at(0, CLIENT_CASE, "reception_transfer", "{'client':'@1','centre':'X','move_date':'2026-12-01',"
		   "'understanding_confirmed':{'how':'x','by':'x','language':'x'},'items':{'hetu':'annettu 3.11.'}}");
}

static void small_records_keep_their_small_rules(void **state)
{
	(void)state;
	refused_at(0, REFERENCE, "feedback", "{'target':'SERVICE','score':6}", "score", "1 to 5");
	refused_at(0, REFERENCE, "feedback", "{'target':'SERVICE','score':0}", "score", "1 to 5");
	allowed_at(0, REFERENCE, "feedback", "{'target':'SERVICE','score':5}");
	refused_at(0, REFERENCE, "development_event", "{'kind':'JOB_SHADOWING','date':'2026-11-03'}", "secrecy_note", "secrecy");
	allowed_at(0, REFERENCE, "development_event", "{'kind':'JOB_SHADOWING','date':'2026-11-03','secrecy_note':'Allekirjoitettu'}");
	allowed_at(0, REFERENCE, "development_event", "{'kind':'TRAINING','date':'2026-11-03'}");
	refused_at(0, CLIENT_CASE, "kaikukortti_grant", "{'client':'@1','card_no':'1','issued':'2026-11-04','area':'x'}", "issued", "future");
	allowed_at(0, CLIENT_CASE, "kaikukortti_grant", "{'client':'@1','card_no':'1','issued':'2026-11-03','area':'x'}");
	refused_at(0, CLIENT_CASE, "data_subject_request", "{'kind':'LOG','received_on':'2026-11-02','answered_on':'2026-11-01'}",
		   "answered_on", "before");
	refused_at(0, CLIENT_CASE, "data_subject_request", "{'kind':'LOG','received_on':'2026-11-01','answered_on':'2026-11-02'}",
		   "answer", "what was answered");
	allowed_at(0, CLIENT_CASE, "data_subject_request",
		   "{'kind':'LOG','received_on':'2026-11-01','answered_on':'2026-11-02','answer':'Annettu'}");
	refused_at(0, REFERENCE, "guideline", "{'authority':'x','expense_type':'x','decider_role':'x','valid_from':'2026-01-02',"
		   "'valid_to':'2026-01-01'}", "valid_to", "before it begins");
	refused_at(0, REFERENCE, "outreach_post", "{'name':'x','host':'x','municipality':'x','weekday':'MON','from_minute':600,"
		   "'to_minute':540}", "to_minute", "before it begins");
	refused_at(0, REFERENCE, "outreach_post", "{'name':'x','host':'x','municipality':'x','weekday':'MON','from_minute':1440}",
		   "from_minute", "1440");
	allowed_at(0, REFERENCE, "outreach_post", "{'name':'x','host':'x','municipality':'x','weekday':'MON','from_minute':540,"
		   "'to_minute':600}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(dates_of_a_life_are_in_order),
		WORLD_TEST(code_and_birth_date_agree),
		WORLD_TEST(a_protected_address_is_not_on_the_card),
		WORLD_TEST(another_language_is_named_and_nobody_merges_into_himself),
		WORLD_TEST(an_identity_code_is_kept_in_its_settled_form),
		WORLD_TEST(a_record_names_the_client_of_its_case),
		WORLD_TEST(the_customer_type_follows_from_equipment_and_skill),
		WORLD_TEST(the_customer_type_is_filled_in),
		WORLD_TEST(what_names_nobody_holds_no_code_and_no_number),
		WORLD_TEST(small_records_keep_their_small_rules),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
