/* The days that follow from a service notice. It is 3.11.2026. */
#include "rules_world.h"

enum { DECISION = 21, OLD_DECISION, PLAN };

#define DECIDED(version)                                                                                           \
	"{'application':'@20','kind':'PREVENTIVE','date':'2026-10-20','granted_cents':1000,'reasons':'Vuokrarästi'," \
	"'decider':'Aino Laine','appeal_text_version':'" version "'}"

static int begin(void **state)
{
	world_begin(state);
	there(DECISION, MATTER, "local_decision", DECIDED("2026-1/30"));
	there(OLD_DECISION, MATTER, "local_decision", DECIDED("2010/14"));
	there(PLAN, MATTER, "plan", "{'kind':'CLIENT'}");
	return 0;
}

/* What is filled in; INT32_MIN: nothing. */
struct filled { int32_t deemed_on, until; };

static struct filled filled(const char *json)
{
	uint8_t block[64];
	uint32_t cleared[LIMIT_FIELDS];
	size_t count;
	struct wire_out out;
	struct filled days = { INT32_MIN, INT32_MIN };
	struct rules_write write = { .record = type_of("service_notice"), .is_new = true, .case_id = case_of(MATTER) };
	write.after = fields_of(write.record, json, cleared, &count);
	wire_out_init(&out, block, sizeof block);
	rules_fill(&world.rules, &write, &out);
	(void)fields_date(wire_out_span(&out), RECORDS_SERVICE_NOTICE_DEEMED_ON, &days.deemed_on);
	(void)fields_date(wire_out_span(&out), RECORDS_SERVICE_NOTICE_APPEAL_UNTIL, &days.until);
	return days;
}

static void is_on(int32_t day, const char *text)
{
	char got[CIVIL_DATE_BYTES];
	civil_write_date(day, got);
	assert_string_equal(got, text);
}

static void a_letter_is_deemed_received_on_the_seventh_day_and_the_objection_counts_from_it(void **state)
{
	(void)state;
	struct filled days = filled("{'target':'@21','method':'LETTER','actually_sent_on':'2026-10-22'}");
	is_on(days.deemed_on, "2026-10-29");
	is_on(days.until, "2026-11-28");
	days = filled("{'target':'@21','method':'ELECTRONIC','actually_sent_on':'2026-10-22'}");
	is_on(days.deemed_on, "2026-10-25");
	is_on(days.until, "2026-11-24");
	days = filled("{'target':'@21','method':'IN_PERSON','actually_sent_on':'2026-10-22'}");
	is_on(days.deemed_on, "2026-10-22");
}

static void the_days_to_object_are_those_of_the_appeal_text(void **state)
{
	(void)state;
	is_on(filled("{'target':'@22','method':'LETTER','actually_sent_on':'2026-10-22'}").until, "2026-11-12");
}

static void only_a_decision_is_objected_to(void **state)
{
	(void)state;
	struct filled days = filled("{'target':'@23','method':'LETTER','actually_sent_on':'2026-10-22'}");
	is_on(days.deemed_on, "2026-10-29");
	assert_int_equal(days.until, INT32_MIN);
	assert_int_equal(filled("{'target':'@99','method':'LETTER','actually_sent_on':'2026-10-22'}").until, INT32_MIN);
}

#define LETTER "'method':'LETTER','actually_sent_on':'2026-10-22'"

static void no_other_day_than_the_one_that_follows_is_written(void **state)
{
	(void)state;
	allowed_at(0, MATTER, "service_notice", "{'target':'@21'," LETTER "}");
	allowed_at(0, MATTER, "service_notice", "{'target':'@21'," LETTER ",'deemed_on':'2026-10-29','appeal_until':'2026-11-28'}");
	refused_at(0, MATTER, "service_notice", "{'target':'@21'," LETTER ",'deemed_on':'2026-10-28'}", "deemed_on", "follows");
	refused_at(0, MATTER, "service_notice", "{'target':'@21'," LETTER ",'deemed_on':'2026-10-30'}", "deemed_on", "follows");
	refused_at(0, MATTER, "service_notice", "{'target':'@21'," LETTER ",'appeal_until':'2026-11-30'}", "appeal_until", "follows");
	/* A plan is not objected to, and of a decision that is not here nothing follows. */
	refused_at(0, MATTER, "service_notice", "{'target':'@23'," LETTER ",'appeal_until':'2026-11-28'}", "appeal_until", "follows");
	refused_at(0, MATTER, "service_notice", "{'target':'@99'," LETTER ",'appeal_until':'2026-11-28'}", "appeal_until", "follows");
}

#define TEST(test) cmocka_unit_test_setup(test, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_letter_is_deemed_received_on_the_seventh_day_and_the_objection_counts_from_it),
		TEST(the_days_to_object_are_those_of_the_appeal_text),
		TEST(only_a_decision_is_objected_to),
		TEST(no_other_day_than_the_one_that_follows_is_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
