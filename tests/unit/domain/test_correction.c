/* What corrections make of a record, and how it reads. */
#include "rules_world.h"

#include "domain/correction.h"

static struct rules_record corrections[4];

static struct span correction(const char *json)
{
	uint32_t cleared[LIMIT_FIELDS];
	size_t count;
	return fields_of(type_of("correction"), json, cleared, &count);
}

static struct correction_view seen(const char *one, const char *two, const char *three)
{
	size_t count = 0;
	const char *all[] = { one, two, three };
	for (size_t i = 0; i < 3; i++)
		if (all[i] != NULL)
			corrections[count++] = (struct rules_record){ .type = RECORDS_TYPE_CORRECTION, .fields = correction(all[i]) };
	return correction_view(corrections, count);
}

#define RECTIFY(text) "{'target':'@9','kind':'RECTIFY','reason':'x','new_text':'" text "'}"
#define SUPPLEMENT "{'target':'@9','kind':'SUPPLEMENT','reason':'x','new_text':'lisäys'}"
#define REFUSED "{'target':'@9','kind':'RECTIFY','reason':'x','new_text':'y','refusal_reasons':'Ammatillinen arvio','decided_by':'A'}"
#define REMOVED "{'target':'@9','kind':'REMOVE_UNNECESSARY','reason':'x'}"
#define WRONG "{'target':'@9','kind':'WRONG_CLIENT','reason':'x'}"

static void the_last_correction_reads_and_what_voids_stays(void **state)
{
	(void)state;
	assert_int_equal(seen(NULL, NULL, NULL).mark, CORRECTION_NONE);
	assert_int_equal(seen(SUPPLEMENT, NULL, NULL).mark, CORRECTION_ADDED);
	struct correction_view view = seen(RECTIFY("yksi"), SUPPLEMENT, RECTIFY("kaksi"));
	assert_int_equal(view.mark, CORRECTION_CORRECTED);
	assert_true(span_equal(view.text, span_text("kaksi")) && view.shown_by == 2);
	assert_int_equal(seen(REMOVED, RECTIFY("yksi"), SUPPLEMENT).mark, CORRECTION_VOIDED);
	assert_int_equal(seen(REMOVED, WRONG, NULL).mark, CORRECTION_WRONG);
	assert_int_equal(seen(REFUSED, NULL, NULL).mark, CORRECTION_NONE);
	assert_int_equal(seen(RECTIFY("yksi"), REFUSED, NULL).shown_by, 0);
}

#define DECIDED(text, at) "{'target':'@9','kind':'RECTIFY','reason':'x','new_text':'" text "','decided_at':'2026-11-03T" at "'}"

/* Made apart, they come in any order. */
static void of_two_rectifications_the_one_decided_last_is_read(void **state)
{
	(void)state;
	struct correction_view view = seen(DECIDED("myöhempi", "10:01"), DECIDED("aiempi", "10:00"), NULL);
	assert_true(span_equal(view.text, span_text("myöhempi")) && view.shown_by == 0);
	view = seen(DECIDED("aiempi", "10:00"), DECIDED("myöhempi", "10:01"), SUPPLEMENT);
	assert_true(span_equal(view.text, span_text("myöhempi")) && view.shown_by == 1);
}

static void a_note_reads_as_corrected_and_a_voided_one_not_at_all(void **state)
{
	static uint8_t block[1024];
	uint32_t cleared[LIMIT_FIELDS];
	size_t count;
	struct wire_out out;
	struct span text;
	(void)state;
	struct span note = fields_of(type_of("encounter_note"), "{'text':'väärin','client_view':'näkemys','source':'CLIENT','state':'CORRECTED'}",
				     cleared, &count);
	struct correction_view view = seen(RECTIFY("oikein"), NULL, NULL);
	wire_out_init(&out, block, sizeof block);
	correction_read(type_of("encounter_note"), note, &view, &out);
	assert_true(fields_bytes(wire_out_span(&out), RECORDS_ENCOUNTER_NOTE_TEXT, &text) && span_equal(text, span_text("oikein")));
	assert_true(fields_has(wire_out_span(&out), RECORDS_ENCOUNTER_NOTE_CLIENT_VIEW));
	assert_int_equal(schema_check(type_of("encounter_note"), wire_out_span(&out), NULL, 0, false, false, NULL).kind, FAULT_NONE);
	assert_true(correction_hides(type_of("encounter_note"), note, RECORDS_ENCOUNTER_NOTE_TEXT));
	assert_false(correction_hides(type_of("encounter_note"), note, RECORDS_ENCOUNTER_NOTE_CLIENT_VIEW));
	assert_true(correction_hides(type_of("benefit_assessment"), fields_of(type_of("benefit_assessment"), "{'state':'VOIDED'}", cleared,
									     &count), RECORDS_BENEFIT_ASSESSMENT_REASONS));
	assert_false(correction_hides(type_of("consent"), fields_of(type_of("consent"), "{'state':'EXPIRED'}", cleared, &count),
				      RECORDS_CONSENT_PURPOSE));
	view = seen(REMOVED, NULL, NULL);
	wire_out_init(&out, block, sizeof block);
	correction_read(type_of("encounter_note"), note, &view, &out);
	assert_false(fields_has(wire_out_span(&out), RECORDS_ENCOUNTER_NOTE_TEXT));
	assert_false(fields_has(wire_out_span(&out), RECORDS_ENCOUNTER_NOTE_CLIENT_VIEW));
	assert_true(fields_has(wire_out_span(&out), RECORDS_ENCOUNTER_NOTE_STATE));
}

static void the_target_steps_where_the_correction_leads(void **state)
{
	uint32_t cleared[LIMIT_FIELDS];
	size_t count;
	struct rules_also also[RULES_ALSO_MAX];
	(void)state;
	static const struct { const char *json; uint32_t to; } rows[] = {
		{ RECTIFY("x"), RECORDS_CONTENT_STATE_CORRECTED }, { SUPPLEMENT, 0 }, { REFUSED, 0 },
		{ REMOVED, RECORDS_CONTENT_STATE_VOIDED }, { WRONG, RECORDS_CONTENT_STATE_VOIDED },
	};
	there(9, MATTER, "encounter_note", "{'text':'x'}");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct rules_write write = { .record = type_of("correction"), .is_new = true, .case_id = case_of(MATTER) };
		write.after = fields_of(write.record, rows[i].json, cleared, &count);
		assert_int_equal(correction_state(write.after), rows[i].to);
		size_t steps = rules_also(&world.rules, &write, also);
		assert_int_equal(steps, rows[i].to != 0);
		if (steps == 1)
			assert_int_equal(fields_number_or_none(span_of(also[0].fields, also[0].len), RECORDS_ENCOUNTER_NOTE_STATE), rows[i].to);
	}
	/* A consent has states too, and none of a correction's. */
	there_no_more(9);
	there(9, CLIENT_CASE, "consent", "{'direction':'TO_KELA'}");
	struct rules_write write = { .record = type_of("correction"), .is_new = true, .case_id = case_of(CLIENT_CASE) };
	write.after = fields_of(write.record, REMOVED, cleared, &count);
	assert_int_equal(rules_also(&world.rules, &write, also), 0);
}

static void a_correction_says_what_and_a_refusal_why_and_who(void **state)
{
	(void)state;
	there(9, MATTER, "encounter_note", "{'text':'x'}");
	allowed_at(0, MATTER, "correction", RECTIFY("y"));
	refused_at(0, MATTER, "correction", "{'target':'@9','kind':'RECTIFY','reason':'x'}", "new_text", "what it should read");
	refused_at(0, MATTER, "correction", "{'target':'@9','kind':'CLIENT_STATEMENT','reason':'x'}", "new_text", "added");
	allowed_at(0, MATTER, "correction", REMOVED);
	refused_at(0, MATTER, "correction", REFUSED, "decided_at", "when");
	refused_at(0, MATTER, "correction", "{'target':'@9','kind':'RECTIFY','reason':'x','refusal_reasons':'y'}", "decided_by", "who");
	allowed_at(0, MATTER, "correction", "{'target':'@9','kind':'RECTIFY','reason':'x','refusal_reasons':'y','decided_by':'A',"
		   "'decided_at':'2026-11-03T09:00'}");
	refused_at(0, OLD_MATTER, "correction", RECTIFY("y"), "case_id", "in the case of what it corrects");
	refused_at(0, MATTER, "correction", "{'target':'@99','kind':'RECTIFY','reason':'x','new_text':'y'}", "target", "not on this device");
	refused_at(0, CLIENT_CASE, "correction", "{'target':'@1','kind':'RECTIFY','reason':'x','new_text':'y'}", "target", "change it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(the_last_correction_reads_and_what_voids_stays),
		WORLD_TEST(of_two_rectifications_the_one_decided_last_is_read),
		WORLD_TEST(a_note_reads_as_corrected_and_a_voided_one_not_at_all),
		WORLD_TEST(the_target_steps_where_the_correction_leads),
		WORLD_TEST(a_correction_says_what_and_a_refusal_why_and_who),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
