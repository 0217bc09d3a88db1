/* Where in the customer process a record stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "domain/phase.h"
#include "domain/record_json.h"
#include "records_table.h"

static const char *phase(const char *type, const char *json)
{
	static uint8_t block[2048];
	uint32_t cleared[LIMIT_FIELDS];
	size_t cleared_count = 0;
	struct schema_error where = { .field = "" };
	struct wire_out out;
	const struct schema_record *record = schema_by_name(span_text(type));
	assert_non_null(record);
	wire_out_init(&out, block, sizeof block);
	struct fault f = record_json_parse(record, span_text(json), &out, cleared, &cleared_count, &where);
	if (fault_is(f))
		fail_msg("%s: %s", where.field, f.what);
	return phase_name(phase_of(record->type, wire_out_span(&out)));
}

static void an_application_moves_through_the_phases_with_its_state(void **state)
{
	static const struct { const char *json, *phase; } cases[] = {
		{ "{}", "APPLYING" }, /* absent: prepared */
		{ "{\"state\":\"PREPARED\"}", "APPLYING" },
		{ "{\"state\":\"DELIVERED\"}", "APPLYING" },
		{ "{\"state\":\"NORMAL_QUEUE\"}", "KELA_HANDLING" },
		{ "{\"state\":\"URGENT_QUEUE\"}", "KELA_HANDLING" },
		{ "{\"state\":\"WAITING_INFO\"}", "KELA_HANDLING" },
		{ "{\"state\":\"DECIDED\"}", "DECISION" },
		{ "{\"state\":\"TOLD_TO_CLIENT\"}", "DECISION" },
		{ "{\"state\":\"COLLECTED\"}", "DECISION" },
		{ "{\"state\":\"CLOSED\"}", "DECISION" },
		{ "{\"state\":\"WITHDRAWN\"}", "APPLYING" },
		{ "{\"state\":\"WITHDRAWN\",\"arrived_at_kela\":\"2026-01-05T10:00\"}", "KELA_HANDLING" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(phase("assistance_application", cases[i].json), cases[i].phase);
}

static void each_of_the_six_phases_has_records(void **state)
{
	(void)state;
	assert_string_equal(phase("anonymous_contact", "{}"), "GUIDANCE");
	assert_string_equal(phase("visit", "{\"phase\":\"APPLYING\"}"), "APPLYING");
	assert_string_equal(phase("responsibility", "{\"phase\":\"KELA_HANDLING\"}"), "KELA_HANDLING");
	assert_string_equal(phase("local_decision", "{}"), "DECISION");
	assert_string_equal(phase("referral", "{}"), "SOCIAL_WELFARE");
	assert_string_equal(phase("plan", "{}"), "SOCIAL_WELFARE");
	assert_string_equal(phase("development_event", "{}"), "DEVELOPMENT");
}

static void what_is_no_step_of_the_process_has_no_phase(void **state)
{
	(void)state;
	assert_string_equal(phase("client", "{}"), "");
	assert_string_equal(phase("consent", "{}"), "");
	assert_string_equal(phase("visit", "{}"), "");
	assert_int_equal(phase_of(9999, span_text("")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_application_moves_through_the_phases_with_its_state),
		cmocka_unit_test(each_of_the_six_phases_has_records),
		cmocka_unit_test(what_is_no_step_of_the_process_has_no_phase),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
