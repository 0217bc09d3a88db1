/* statistics: what a quarter counts, from records written as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/civil.h"
#include "domain/fields.h"
#include "domain/labels.h"
#include "domain/record_json.h"
#include "domain/statistics.h"
#include "domain/statistics_tables.h"
#include "records_table.h"

static struct statistics s;
static uint8_t block[4096], report_block[64 * 1024];
static struct span report;

static uint64_t ms_of(const char *time)
{
	uint64_t ms;
	assert_true(civil_read_time(span_text(time), &ms));
	return ms;
}

static void give(const char *type, const char *event_at, const char *json)
{
	const struct schema_record *schema = schema_by_name(span_text(type));
	struct wire_out fields;
	uint32_t cleared[LIMIT_FIELDS];
	size_t count;
	assert_non_null(schema);
	wire_out_init(&fields, block, sizeof block);
	struct fault f = record_json_parse(schema, span_text(json), &fields, cleared, &count, NULL);
	assert_string_equal(f.what, "");
	statistics_record(&s, &(struct statistics_record){ schema->type, wire_out_span(&fields), ms_of(event_at) });
}

static void begin(void)
{
	int32_t from, to;
	assert_true(statistics_quarter(span_text("2026Q1"), &from, &to));
	assert_false(fault_is(statistics_begin(&s, from, to)));
	give("municipality", "2015-01-01", "{\"name\":\"Hallasuo\",\"env_type\":\"LIMITED\",\"valid_from\":\"2015-01-01\",\"kela_distance_km\":5}");
	give("municipality", "2015-01-01", "{\"name\":\"Hallasuo\",\"env_type\":\"NARROW\",\"valid_from\":\"2021-06-01\",\"kela_distance_km\":38}");
	give("municipality", "2015-01-01", "{\"name\":\"Hallasuo\",\"env_type\":\"BROAD\",\"valid_from\":\"2026-04-01\",\"kela_distance_km\":1}");
	give("municipality", "2015-01-01", "{\"name\":\"Kuusilahti\",\"name_sv\":\"Granvika\",\"env_type\":\"NARROW\","
					   "\"valid_from\":\"2015-01-01\",\"kela_distance_km\":45}");
}

static void person(const char *known_from, const char *municipality)
{
	char json[300];
	statistics_person(&s);
	snprintf(json, sizeof json, "{\"family_name\":\"A\",\"given_names\":\"B\",\"municipality\":\"%s\",\"contact_language\":\"FI\","
		 "\"address_protected\":false}", municipality);
	give("client", known_from, json);
}

static uint32_t cell(enum statistics_table table, const char *class)
{
	for (size_t i = 0; i < statistics_tables_classes(table); i++)
		if (strcmp(statistics_tables_class(table, i), class) == 0)
			return s.cells[table][i];
	fail_msg("no class %s", class);
	return 0;
}

/* What a line of the report reads: a number, "<5" or "..". */
static const char *line(const char *name, const char *class)
{
	static char text[24];
	struct span rest = report, part, value;
	while (fields_next(&rest, RECORDS_AGGREGATE_REPORT_LINES, &part)) {
		uint64_t count;
		if (!fields_bytes(part, RECORDS_REPORT_LINE_NAME, &value) || !span_equal(value, span_text(name)) ||
		    !fields_bytes(part, RECORDS_REPORT_LINE_CLASS, &value) || !span_equal(value, span_text(class)))
			continue;
		if (!fields_number(part, RECORDS_REPORT_LINE_COUNT, &count))
			return fields_true(part, RECORDS_REPORT_LINE_WITHHELD) ? ".." : "<5";
		snprintf(text, sizeof text, "%llu", (unsigned long long)count);
		return text;
	}
	return "no such line";
}

static void make_report(void)
{
	struct wire_out out;
	statistics_end(&s);
	wire_out_init(&out, report_block, sizeof report_block);
	statistics_report(&s, &out);
	assert_false(out.full);
	report = wire_out_span(&out);
}

static void quarters_are_read(void **state)
{
	static const char *const good[] = { "2026Q2", "2026-q2", "2/2026" }, *const bad[] = { "", "2026", "2026Q5", "2026Q0", "26Q1", "2026Q1x", "1989Q1" };
	int32_t from, to;
	char name[STATISTICS_QUARTER_BYTES];
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_true(statistics_quarter(span_text(good[i]), &from, &to));
		assert_int_equal(from, civil_days((struct civil_date){ 2026, 4, 1 }));
		assert_int_equal(to, civil_days((struct civil_date){ 2026, 6, 30 }));
		statistics_quarter_name(from, name);
		assert_string_equal(name, "2026Q2");
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(statistics_quarter(span_text(bad[i]), &from, &to));
	assert_true(statistics_quarter(span_text("2027Q4"), &from, &to));
	assert_int_equal(to, civil_days((struct civil_date){ 2027, 12, 31 }));
}

static const char done[] = "{\"place\":\"HOME\",\"purpose\":\"GUIDANCE\",\"phase\":\"APPLYING\",\"state\":\"DONE\",\"started_at\":\"%s\"}";

static void visit(const char *at)
{
	char json[300];
	snprintf(json, sizeof json, done, at);
	give("visit", at, json);
}

static void a_visit_counts_where_the_client_lives_as_it_was_then(void **state)
{
	(void)state;
	begin();
	person("2020-01-01", "hallasuo");
	visit("2026-01-01T00:00");
	visit("2026-03-31T23:59");
	visit("2025-12-31T23:59");
	visit("2026-04-01T00:00");
	give("visit", "2026-02-01", "{\"place\":\"HOME\",\"purpose\":\"GUIDANCE\",\"phase\":\"GUIDANCE\",\"state\":\"PLANNED\"}");
	give("visit", "2026-02-01", "{\"place\":\"PHONE\",\"purpose\":\"GUIDANCE\",\"phase\":\"GUIDANCE\",\"state\":\"DONE\"}");
	person("2020-01-01", "Granvika");
	visit("2026-02-01T10:00");
	person("2020-01-01", "Muualla");
	visit("2026-02-01T10:00");
	person("2020-01-01", "Hallasuo"); /* nothing was done for this one */
	statistics_end(&s);
	assert_int_equal(cell(STATISTICS_VISITS_TYPE, "NARROW"), 4);
	assert_int_equal(cell(STATISTICS_VISITS_TYPE, "LIMITED") + cell(STATISTICS_VISITS_TYPE, "BROAD"), 0);
	assert_int_equal(cell(STATISTICS_VISITS_TYPE, "UNKNOWN"), 1);
	assert_int_equal(s.kilometres[RECORDS_ENV_TYPE_NARROW - 1], 2 * 38 + 45);
	assert_int_equal(cell(STATISTICS_VISITS_PHASE, "APPLYING"), 4);
	assert_int_equal(cell(STATISTICS_VISITS_PHASE, "GUIDANCE"), 1);
	assert_int_equal(cell(STATISTICS_CLIENTS_NEW, "KNOWN"), 3);
}

static void clients_count_by_the_last_type_known_then(void **state)
{
	static const char capability[] = "{\"client\":\"00000000000000000000000000000001\",\"assessed_on\":\"%s\",\"customer_type\":\"%s\","
					 "\"agreed_channel\":\"PAPER\"}";
	char json[300];
	(void)state;
	begin();
	person("2026-02-01", "Hallasuo");
	snprintf(json, sizeof json, capability, "2026-05-01", "EQ_SK");
	give("digital_capability", "2026-05-01", json);
	snprintf(json, sizeof json, capability, "2026-02-02", "NOEQ_NOSK");
	give("digital_capability", "2026-02-02", json);
	snprintf(json, sizeof json, capability, "2025-02-02", "EQ_NOSK");
	give("digital_capability", "2025-02-02", json);
	statistics_end(&s);
	size_t columns = statistics_tables_columns(STATISTICS_CLIENTS);
	assert_int_equal(s.cells[STATISTICS_CLIENTS][(RECORDS_ENV_TYPE_NARROW - 1) * columns + RECORDS_CUSTOMER_TYPE_NOEQ_NOSK - 1], 1);
	assert_int_equal(cell(STATISTICS_CLIENTS_NEW, "NEW"), 1);
}

static void referral(const char *received, const char *more)
{
	char json[500];
	snprintf(json, sizeof json, "{\"pathway\":\"NEED_REQUEST\",\"from_org\":\"KELA\",\"received_at\":\"%s\",\"client_consent\":\"GIVEN\","
		 "\"reasons\":\"x\",\"owner\":\"00000000000000000000000000000001\"%s}", received, more);
	give("referral", received, json);
}

static void a_referral_waits_until_the_first_contact_and_the_assessment(void **state)
{
	(void)state;
	begin();
	person("2026-01-02", "Hallasuo");
	/* The contact comes before its referral in whatever order the log has them. */
	visit("2026-01-12T10:00");
	visit("2026-01-20T10:00");
	referral("2026-01-05T12:00", ",\"new_client\":true,\"state\":\"CASE_OPENED\"");
	give("service_need_assessment", "2026-04-10", "{\"completed_on\":\"2026-04-10\",\"participants\":[{\"role\":\"x\"}],\"outcome\":\"SERVICES\"}");
	person("2026-01-02", "Hallasuo");
	visit("2026-01-05T11:00"); /* before it came */
	referral("2026-01-05T12:00", ",\"new_client\":false");
	person("2026-01-02", "Hallasuo");
	referral("2026-03-31T08:00", "");
	give("encounter_note", "2026-03-31T15:00", "{\"text\":\"x\"}");
	person("2026-01-02", "Hallasuo");
	referral("2025-12-31T08:00", "");
	statistics_end(&s);
	assert_int_equal(cell(STATISTICS_REFERRALS_CONTACT, "DAYS_4_7"), 1);
	assert_int_equal(cell(STATISTICS_REFERRALS_CONTACT, "NO_CONTACT"), 1);
	assert_int_equal(cell(STATISTICS_REFERRALS_CONTACT, "SAME_DAY"), 1);
	assert_int_equal(cell(STATISTICS_REFERRALS_ASSESSMENT, "OVER_92_DAYS"), 1);
	assert_int_equal(cell(STATISTICS_REFERRALS_ASSESSMENT, "NO_ASSESSMENT"), 2);
	assert_int_equal(cell(STATISTICS_REFERRALS_NEW, "NEW") * 100 + cell(STATISTICS_REFERRALS_NEW, "KNOWN") * 10 +
			 cell(STATISTICS_REFERRALS_NEW, "UNKNOWN"), 111);
	assert_int_equal(cell(STATISTICS_REFERRALS_OUTCOME, "CASE_OPENED"), 1);
	assert_int_equal(cell(STATISTICS_REFERRALS_OUTCOME, "RECEIVED"), 2);
	assert_int_equal(cell(STATISTICS_REFERRALS_PATHWAY, "NEED_REQUEST"), 3);
}

static void cases_are_classed_by_how_long_they_lasted(void **state)
{
	static const char open[] = "{\"client\":\"00000000000000000000000000000001\",\"title\":\"x\",\"opened_on\":\"%s\","
				   "\"opened_by_pathway\":\"SELF\",\"special_support\":false%s}";
	static const struct { const char *opened, *more; } cases[] = {
		{ "2026-03-01", "" }, { "2025-06-01", "" }, { "2020-01-01", ",\"state\":\"CLOSED\",\"closed_on\":\"2026-02-01\"" },
		{ "2026-01-01", ",\"state\":\"CLOSED\",\"closed_on\":\"2026-05-01\"" }, { "2026-05-01", "" },
		{ "2026-01-01", ",\"state\":\"TRANSFERRED\"" },
	};
	char json[400];
	(void)state;
	begin();
	person("2019-01-01", "Hallasuo");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		snprintf(json, sizeof json, open, cases[i].opened, cases[i].more);
		give("case", "2026-03-01", json);
	}
	statistics_end(&s);
	assert_int_equal(cell(STATISTICS_CASES_OPENED, "SELF"), 3);
	assert_int_equal(cell(STATISTICS_CASES_CLOSED, "LONGER"), 1);
	assert_int_equal(cell(STATISTICS_CASES_OPEN, "UNDER_3_MONTHS"), 2);
	assert_int_equal(cell(STATISTICS_CASES_OPEN, "UNDER_1_YEAR"), 1);
}

static void application(const char *arrived, const char *decided, const char *more)
{
	char json[500];
	snprintf(json, sizeof json, "{\"client\":\"00000000000000000000000000000001\",\"period\":{\"from\":\"2026-01-01\",\"to\":\"2026-01-31\"},"
		 "\"channel\":\"PAPER\"%s%s%s,\"decision\":{\"date\":\"%s\",\"result\":\"x\"}%s}", *arrived != 0 ? ",\"arrived_at_kela\":\"" : "",
		 arrived, *arrived != 0 ? "\"" : "", decided, more);
	give("assistance_application", "2026-02-15", json);
}

static void decisions_are_classed_by_working_days_as_the_law_counts(void **state)
{
	(void)state;
	begin();
	person("2019-01-01", "Hallasuo");
	application("2026-03-02T10:00", "2026-03-03", "");   /* the next working day */
	application("2026-03-02T10:00", "2026-03-11", "");   /* the seventh */
	application("2026-03-02T10:00", "2026-03-12", ",\"urgency\":\"URGENT\",\"urgent_outcome\":\"MOVED_TO_NORMAL\"");
	application("", "2026-03-12", ",\"urgency\":\"URGENT\"");
	application("2026-03-30T10:00", "2026-04-10", "");   /* of the next quarter */
	statistics_end(&s);
	assert_int_equal(cell(STATISTICS_APPLICATIONS, "WORKING_DAYS_0_1"), 1);
	assert_int_equal(cell(STATISTICS_APPLICATIONS, "WORKING_DAYS_2_7"), 1);
	assert_int_equal(cell(STATISTICS_APPLICATIONS, "WORKING_DAYS_8_14"), 1);
	assert_int_equal(cell(STATISTICS_APPLICATIONS, "UNKNOWN"), 1);
	assert_int_equal(cell(STATISTICS_URGENT, "MOVED_TO_NORMAL"), 1);
	assert_int_equal(cell(STATISTICS_URGENT, "NOT_YET"), 1);
}

static void assessments_concerns_plans_feedback_and_anonymous_contacts(void **state)
{
	(void)state;
	begin();
	give("anonymous_contact", "2026-01-05", "{\"municipality\":\"Granvika\",\"themes\":[\"INCOME\",\"HOUSING\"]}");
	give("anonymous_contact", "2025-01-05", "{\"municipality\":\"Granvika\"}");
	give("feedback", "2026-01-05", "{\"target\":\"MODEL\",\"score\":5}");
	give("feedback", "2026-01-05", "{\"target\":\"SERVICE\"}");
	give("feedback", "2026-01-06", "{\"target\":\"CONCERN_TOOL\",\"score\":4}");
	give("feedback", "2026-01-06", "{\"target\":\"CONCERN_TOOL\",\"score\":2}");
	give("feedback", "2026-01-06", "{\"target\":\"CONCERN_TOOL\"}");
	give("feedback", "2025-01-06", "{\"target\":\"CONCERN_TOOL\",\"score\":5}");
	person("2026-01-02", "Hallasuo");
	give("service_need_assessment", "2026-01-20", "{\"participants\":[{\"role\":\"x\"}],\"outcome\":\"UNNECESSARY\",\"unnecessary\":"
	     "{\"ground\":\"GUIDANCE_SUFFICED\",\"text\":\"x\",\"decided_by\":\"y\"}}");
	give("service_need_assessment", "2026-01-20", "{\"participants\":[{\"role\":\"x\"}],\"outcome\":\"NO_NEED\"}");
	give("service_need_assessment", "2026-01-20", "{\"participants\":[{\"role\":\"x\"}],\"outcome\":\"NO_NEED\",\"state\":\"VOIDED\"}");
	give("concern_assessment", "2026-01-21", "{\"client\":\"00000000000000000000000000000001\",\"level\":\"CLEAR\",\"done_with_client\":true,"
	     "\"result\":\"REFER_WITH_CONSENT\"}");
	give("plan", "2026-02-21", "{\"kind\":\"CLIENT\",\"goals\":[{\"text\":\"x\",\"category\":\"WORK\"},{\"text\":\"y\",\"category\":\"WORK\"},"
	     "{\"text\":\"z\",\"category\":\"INCOME\"}],\"parties\":[{\"role\":\"x\"}],\"client_agreement\":\"AGREED\",\"review_on\":\"2026-08-01\"}");
	statistics_end(&s);
	assert_int_equal(cell(STATISTICS_CONTACTS_TYPE, "NARROW"), 1);
	assert_int_equal(cell(STATISTICS_CONTACTS_THEME, "INCOME") + cell(STATISTICS_CONTACTS_THEME, "HOUSING"), 2);
	assert_int_equal(cell(STATISTICS_FEEDBACK, "SCORE_5"), 1);
	assert_int_equal(cell(STATISTICS_FEEDBACK, "UNKNOWN"), 1);
	assert_int_equal(cell(STATISTICS_FEEDBACK_TARGET, "MODEL"), 1);
	assert_int_equal(cell(STATISTICS_FEEDBACK_TARGET, "SERVICE"), 1);
	assert_int_equal(cell(STATISTICS_FEEDBACK_TARGET, "UNKNOWN"), 0); /* the tool's stands in its own table */
	assert_int_equal(cell(STATISTICS_CONCERN_TOOL, "HELPFUL"), 1);
	assert_int_equal(cell(STATISTICS_CONCERN_TOOL, "NOT_HELPFUL"), 1);
	assert_int_equal(cell(STATISTICS_CONCERN_TOOL, "UNKNOWN"), 1);
	assert_int_equal(cell(STATISTICS_ASSESSMENTS, "UNNECESSARY_GUIDANCE_SUFFICED"), 1);
	assert_int_equal(cell(STATISTICS_ASSESSMENTS, "NO_NEED"), 1);
	assert_int_equal(cell(STATISTICS_CONCERNS_RESULT, "REFER_WITH_CONSENT"), 1);
	assert_int_equal(cell(STATISTICS_CONCERNS_NEW, "NEW"), 1);
	assert_int_equal(cell(STATISTICS_PLAN_THEMES, "WORK"), 1);
	assert_int_equal(cell(STATISTICS_PLAN_THEMES, "INCOME"), 1);
}

static void what_is_small_is_not_told(void **state)
{
	(void)state;
	begin();
	for (int i = 0; i < 43; i++) {
		person(i < 3 ? "2026-02-01" : "2020-01-01", i < 40 ? "Hallasuo" : "Muualla");
		visit("2026-02-01T10:00");
	}
	for (int i = 0; i < 3; i++)
		give("feedback", "2026-01-05", "{\"target\":\"MODEL\",\"score\":5}");
	make_report();
	assert_string_equal(line("clients_new", "NEW"), "<5");
	assert_string_equal(line("clients_new", "KNOWN"), "..");
	assert_string_equal(line("clients_new", "TOTAL"), "43");
	assert_string_equal(line("visits_by_municipality_type", "UNKNOWN"), "<5");
	assert_string_equal(line("visits_by_municipality_type", "NARROW"), "..");
	assert_string_equal(line("kilometres", "NARROW"), "..");
	assert_string_equal(line("visits_by_phase", "APPLYING"), "43");
	assert_string_equal(line("clients", "TOTAL/TOTAL"), "43");
	assert_string_equal(line("clients", "NARROW/UNKNOWN"), "..");
	assert_string_equal(line("feedback", "TOTAL"), "<5");
	assert_string_equal(line("feedback", "SCORE_5"), "..");
	assert_string_equal(line("urgent", "TOTAL"), "0");
	/* It is a record as the table wants it. */
	const struct schema_record *schema = schema_by_type(RECORDS_TYPE_AGGREGATE_REPORT);
	assert_false(fault_is(schema_check(schema, report, NULL, 0, true, false, NULL)));
}

static void kilometres_are_told_in_hundreds(void **state)
{
	(void)state;
	begin();
	person("2020-01-01", "Hallasuo");
	for (int i = 0; i < 10; i++)
		visit("2026-02-01T10:00");
	make_report();
	assert_string_equal(line("kilometres", "NARROW"), "400"); /* 380 */
	assert_string_equal(line("kilometres", "BROAD"), "0");
}

static void matters(int count, const char *opened, const char *more)
{
	char json[300];
	snprintf(json, sizeof json, "{\"client\":\"00000000000000000000000000000001\",\"title\":\"x\",\"opened_on\":\"%s\","
		 "\"opened_by_pathway\":\"SELF\",\"special_support\":false%s}", opened, more);
	for (int i = 0; i < count; i++)
		give("case", "2026-03-01", json);
}

/* Before, 33 + 6 opened - 37 open told that two were closed. */
static void two_quarters_do_not_tell_what_was_closed_between_them(void **state)
{
	(void)state;
	begin();
	person("2020-01-01", "Hallasuo");
	matters(33, "2026-03-01", "");
	make_report();
	assert_string_equal(line("cases_open", "UNDER_3_MONTHS"), "30");
	assert_string_equal(line("cases_open", "TOTAL"), "no such line");
	begin();
	person("2020-01-01", "Hallasuo");
	matters(31, "2026-03-01", "");
	matters(6, "2026-03-20", "");
	matters(2, "2026-01-10", ",\"state\":\"CLOSED\",\"closed_on\":\"2026-02-01\"");
	matters(3, "2025-12-01", "");
	make_report();
	assert_string_equal(line("cases_open", "UNDER_3_MONTHS"), "40");
	assert_string_equal(line("cases_open", "UNDER_6_MONTHS"), "<5");
	assert_string_equal(line("cases_closed", "UNDER_3_MONTHS"), "..");
	assert_string_equal(line("cases_closed", "TOTAL"), "<5");
}

static void every_table_and_class_has_its_words_and_its_place(void **state)
{
	char key[100];
	(void)state;
	for (int t = 0; t < STATISTICS_TABLES; t++) {
		enum statistics_table table = (enum statistics_table)t;
		size_t classes = statistics_tables_classes(table), extra = statistics_tables_extra(table);
		assert_true(classes <= STATISTICS_LINE_MAX && classes * statistics_tables_columns(table) <= STATISTICS_CELLS_MAX);
		assert_int_equal(statistics_tables_find(span_text(statistics_table_name(table))), table);
		snprintf(key, sizeof key, "statistics.%s", statistics_table_name(table));
		assert_non_null(labels_row(key));
		for (size_t i = classes - (table == STATISTICS_FEEDBACK ? classes : extra); i < classes; i++) {
			snprintf(key, sizeof key, "statistics_class.%s", statistics_tables_class(table, i));
			assert_non_null(labels_row(key));
		}
	}
	assert_int_equal(statistics_tables_find(span_text("x")), STATISTICS_TABLES);
	assert_string_equal(statistics_tables_class(STATISTICS_REFERRALS_CONTACT, STATISTICS_TABLES_NO_CONTACT), "NO_CONTACT");
	assert_string_equal(statistics_tables_class(STATISTICS_REFERRALS_ASSESSMENT, STATISTICS_TABLES_NO_ASSESSMENT), "NO_ASSESSMENT");
	assert_string_equal(statistics_tables_class(STATISTICS_APPLICATIONS, STATISTICS_TABLES_NO_ARRIVAL), "UNKNOWN");
	assert_string_equal(statistics_tables_class(STATISTICS_ASSESSMENTS, STATISTICS_TABLES_NO_OUTCOME), "UNKNOWN");
	assert_string_equal(statistics_tables_class(STATISTICS_ASSESSMENTS, STATISTICS_TABLES_UNNECESSARY), "UNNECESSARY_TEMPORARY");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quarters_are_read),
		cmocka_unit_test(a_visit_counts_where_the_client_lives_as_it_was_then),
		cmocka_unit_test(clients_count_by_the_last_type_known_then),
		cmocka_unit_test(a_referral_waits_until_the_first_contact_and_the_assessment),
		cmocka_unit_test(cases_are_classed_by_how_long_they_lasted),
		cmocka_unit_test(decisions_are_classed_by_working_days_as_the_law_counts),
		cmocka_unit_test(assessments_concerns_plans_feedback_and_anonymous_contacts),
		cmocka_unit_test(what_is_small_is_not_told),
		cmocka_unit_test(kilometres_are_told_in_hundreds),
		cmocka_unit_test(two_quarters_do_not_tell_what_was_closed_between_them),
		cmocka_unit_test(every_table_and_class_has_its_words_and_its_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
