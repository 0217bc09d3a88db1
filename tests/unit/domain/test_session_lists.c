/* session_lists: what several wrote in one joint session, as one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "domain/record_json.h"
#include "domain/session_lists.h"
#include "records_table.h"

static uint8_t blocks[4][4096], scratch_block[8192], out_block[8192], json_block[8192];

/* The values of one field as deltas have them, joined, as JSON. */
static const char *joined(uint32_t field, const char *const *texts, size_t count)
{
	const struct schema_record *session = schema_by_type(RECORDS_TYPE_JOINT_SESSION);
	struct span values[4];
	struct wire_out out, scratch, json;
	uint32_t cleared[LIMIT_FIELDS];
	for (size_t i = 0; i < count; i++) {
		size_t cleared_count = 0;
		wire_out_init(&out, blocks[i], sizeof blocks[i]);
		assert_false(fault_is(record_json_parse(session, span_text(texts[i]), &out, cleared, &cleared_count, NULL)));
		values[i] = wire_out_span(&out);
	}
	wire_out_init(&out, out_block, sizeof out_block);
	wire_out_init(&scratch, scratch_block, sizeof scratch_block);
	session_lists_join(field, values, count, &scratch, &out);
	assert_false(out.full);
	wire_out_init(&json, json_block, sizeof json_block - 1);
	record_json_write(session, wire_out_span(&out), &json);
	assert_false(json.full);
	json_block[json.used] = '\0';
	return (const char *)json_block;
}

#define AGENDA(...) joined(RECORDS_JOINT_SESSION_AGENDA, (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static void notes_of_two_have_the_lines_of_both_once(void **state)
{
	(void)state;
	assert_string_equal(AGENDA("{\"agenda\":[{\"title\":\"Vuokra\",\"notes\":\"a\\nb\"},{\"title\":\"Muu\"}]}",
				   "{\"agenda\":[{\"title\":\"Vuokra\",\"notes\":\"a\\nc\"},{\"title\":\"Muu\",\"notes\":\"d\"}]}"),
			    "{\"agenda\":[{\"title\":\"Vuokra\",\"notes\":\"a\\nb\\nc\"},{\"title\":\"Muu\",\"notes\":\"d\"}]}");
}

static void a_point_of_either_is_there(void **state)
{
	(void)state;
	assert_string_equal(AGENDA("{\"agenda\":[{\"title\":\"A\"},{\"title\":\"B\"}]}", "{\"agenda\":[{\"title\":\"A\"},{\"title\":\"C\"}]}", "{\"agenda\":[{\"title\":\"C\"}]}"),
			    "{\"agenda\":[{\"title\":\"A\"},{\"title\":\"B\"},{\"title\":\"C\"}]}");
}

static void points_of_one_title_go_in_their_order(void **state)
{
	(void)state;
	assert_string_equal(AGENDA("{\"agenda\":[{\"title\":\"A\",\"notes\":\"1\"},{\"title\":\"A\",\"notes\":\"2\"}]}",
				   "{\"agenda\":[{\"title\":\"A\",\"notes\":\"1\"},{\"title\":\"A\",\"notes\":\"2\\n3\"}]}"),
			    "{\"agenda\":[{\"title\":\"A\",\"notes\":\"1\"},{\"title\":\"A\",\"notes\":\"2\\n3\"}]}");
}

static void outside_stays_outside_unless_something_is_noted(void **state)
{
	(void)state;
	assert_string_equal(AGENDA("{\"agenda\":[{\"title\":\"A\"},{\"title\":\"B\",\"notes\":\"x\"}]}",
				   "{\"agenda\":[{\"title\":\"A\",\"out_of_scope\":true},{\"title\":\"B\",\"out_of_scope\":true}]}"),
			    "{\"agenda\":[{\"title\":\"A\",\"out_of_scope\":true},{\"title\":\"B\",\"notes\":\"x\"}]}");
}

static void one_value_is_that_value(void **state)
{
	(void)state;
	assert_string_equal(AGENDA("{\"agenda\":[{\"title\":\"A\",\"notes\":\"b\\n\\nb\"}]}"), "{\"agenda\":[{\"title\":\"A\",\"notes\":\"b\\n\\nb\"}]}");
}

static void who_was_identified_by_either_is(void **state)
{
	(void)state;
	const char *const texts[] = { "{\"participants\":[{\"role\":\"asiakas\"},{\"role\":\"Kela\",\"identity_checked_how\":\"kortti\"}]}",
				      "{\"participants\":[{\"role\":\"asiakas\",\"identity_checked_how\":\"tuttu\"},{\"role\":\"Kela\"},{\"role\":\"tulkki\"}]}" };
	assert_string_equal(joined(RECORDS_JOINT_SESSION_PARTICIPANTS, texts, 2),
			    "{\"participants\":[{\"role\":\"asiakas\",\"identity_checked_how\":\"tuttu\"},{\"role\":\"Kela\",\"identity_checked_how\":\"kortti\"},"
			    "{\"role\":\"tulkki\"}]}");
}

static void what_both_agreed_is_agreed_once(void **state)
{
	(void)state;
	const char *const texts[] = { "{\"agreed_actions\":[\"000102030405060708090a0b0c0d0e0f\",\"aa0102030405060708090a0b0c0d0e0f\"]}",
				      "{\"agreed_actions\":[\"000102030405060708090a0b0c0d0e0f\",\"bb0102030405060708090a0b0c0d0e0f\"]}" };
	assert_string_equal(joined(RECORDS_JOINT_SESSION_AGREED_ACTIONS, texts, 2),
			    "{\"agreed_actions\":[\"000102030405060708090a0b0c0d0e0f\",\"aa0102030405060708090a0b0c0d0e0f\",\"bb0102030405060708090a0b0c0d0e0f\"]}");
}

static void who_left_by_either_has_left(void **state)
{
	(void)state;
	const char *const texts[] = { "{\"participants\":[{\"role\":\"Kela\",\"name\":\"Sari\",\"identity_checked_how\":\"kortti\"}]}",
				      "{\"participants\":[{\"role\":\"Kela\",\"name\":\"Sari\",\"left_at\":\"2026-11-03T10:00\"},{\"role\":\"Kela\",\"name\":\"Mika\"}]}" };
	const char *out = joined(RECORDS_JOINT_SESSION_PARTICIPANTS, texts, 2);
	assert_non_null(strstr(out, "left_at"));
	assert_non_null(strstr(out, "Mika"));
	assert_string_equal(strstr(strstr(out, "Sari") + 1, "Sari") == NULL ? "once" : "twice", "once");
}

#define TURN(at, what) "{\"at\":\"2026-11-03T" at "\",\"what\":\"" what "\"}"
static void the_turns_of_two_go_by_their_times_each_once(void **state)
{
	(void)state;
	const char *const texts[] = { "{\"course\":[" TURN("10:00", "STARTED") "," TURN("10:05", "PAUSED") "," TURN("10:20", "ENDED") "]}",
				      "{\"course\":[" TURN("10:00", "STARTED") "," TURN("10:10", "CONTINUED") "]}",
				      "{\"course\":[" TURN("09:59", "LEFT") "]}" };
	const char *out = joined(RECORDS_JOINT_SESSION_COURSE, texts, 3);
	static const char *const order[] = { "LEFT", "STARTED", "PAUSED", "CONTINUED", "ENDED" };
	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
		const char *found = strstr(out, order[i]);
		assert_non_null(found);
		assert_true(found >= out);
		assert_null(strstr(found + 1, order[i]));
		out = found;
	}
	assert_true(session_lists_is(RECORDS_JOINT_SESSION_COURSE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notes_of_two_have_the_lines_of_both_once),
		cmocka_unit_test(a_point_of_either_is_there),
		cmocka_unit_test(points_of_one_title_go_in_their_order),
		cmocka_unit_test(outside_stays_outside_unless_something_is_noted),
		cmocka_unit_test(one_value_is_that_value),
		cmocka_unit_test(who_was_identified_by_either_is),
		cmocka_unit_test(what_both_agreed_is_agreed_once),
		cmocka_unit_test(who_left_by_either_has_left),
		cmocka_unit_test(the_turns_of_two_go_by_their_times_each_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
