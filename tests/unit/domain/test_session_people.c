/* session_people: who comes to a joint session, is identified and leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "domain/record_json.h"
#include "domain/session_people.h"
#include "records_table.h"

static uint8_t before_block[4096], out_block[8192], json_block[8192];
static struct session_people_told told;

static struct span session_of(const char *participants)
{
	uint32_t cleared[LIMIT_FIELDS];
	size_t count = 0;
	struct wire_out out;
	wire_out_init(&out, before_block, sizeof before_block);
	assert_false(fault_is(record_json_parse(schema_by_type(RECORDS_TYPE_JOINT_SESSION), span_text(participants), &out, cleared, &count, NULL)));
	return wire_out_span(&out);
}

static const char *json_of(struct wire_out *out)
{
	struct wire_out json;
	assert_false(out->full);
	wire_out_init(&json, json_block, sizeof json_block - 1);
	record_json_write(schema_by_type(RECORDS_TYPE_JOINT_SESSION), wire_out_span(out), &json);
	assert_false(json.full);
	json_block[json.used] = '\0';
	return (const char *)json_block;
}

static const char *identified(const char *participants, bool is_running, const char *who)
{
	struct session_person person;
	struct wire_out out;
	assert_true(session_people_read(who, &person));
	wire_out_init(&out, out_block, sizeof out_block);
	told = session_people_identify(&out, session_of(participants), &person, 1, is_running, 1793700000000);
	return json_of(&out);
}

static const char *left(const char *participants, const char *who)
{
	struct session_person person;
	struct wire_out out;
	assert_true(session_people_read(who, &person));
	wire_out_init(&out, out_block, sizeof out_block);
	told = session_people_leave(&out, session_of(participants), &person, 1793700000000);
	return json_of(&out);
}

static void a_person_is_read_in_parts(void **state)
{
	(void)state;
	struct session_person person;
	assert_true(session_people_read("tulkki/Ali/Tulkkikeskus=kortti = näytetty", &person));
	assert_string_equal(person.role, "tulkki");
	assert_string_equal(person.name, "Ali");
	assert_string_equal(person.organisation, "Tulkkikeskus");
	assert_string_equal(person.how, "kortti = näytetty");
	assert_true(session_people_read("Kela", &person));
	assert_string_equal(person.name, "");
	assert_string_equal(person.how, "");
	assert_false(session_people_read("", &person));
	assert_false(session_people_read("=kortti", &person));
	char much[sizeof person.text + 1];
	memset(much, 'a', sizeof much - 1);
	much[sizeof much - 1] = '\0';
	assert_false(session_people_read(much, &person));
}

#define KELA "{\"participants\":[{\"role\":\"Kela\",\"name\":\"Sari\",\"identity_checked_how\":\"kortti\"}]}"

static void before_it_runs_a_name_is_corrected(void **state)
{
	(void)state;
	const char *out = identified(KELA, false, "kela/Saara=kortti");
	assert_null(strstr(out, "Sari"));
	assert_non_null(strstr(out, "Saara"));
	assert_null(strstr(out, "course"));
	assert_true(told.all_checked);
}

static void while_it_runs_another_name_is_another_person(void **state)
{
	(void)state;
	const char *out = identified(KELA, true, "Kela/Mika=virkakortti");
	assert_non_null(strstr(out, "\"name\":\"Sari\",\"identity_checked_how\":\"kortti\",\"left_at\""));
	assert_non_null(strstr(out, "Mika"));
	assert_non_null(strstr(strstr(out, "\"what\":\"LEFT\",\"text\":\"Kela, Sari\""), "\"what\":\"JOINED\",\"text\":\"Kela, Mika\""));
}

static void the_same_name_is_the_same_person(void **state)
{
	(void)state;
	const char *out = identified(KELA, true, "Kela/ SARI=soitto");
	assert_null(strstr(out, "left_at"));
	assert_null(strstr(out, "course"));
	assert_non_null(strstr(out, "soitto"));
}

static void who_left_is_found_no_more_and_asked_of_no_more(void **state)
{
	(void)state;
	const char *out = left("{\"participants\":[{\"role\":\"asiakas\",\"identity_checked_how\":\"tuttu\"},{\"role\":\"tulkki\"}]}", "tulkki");
	assert_true(told.found && told.all_checked);
	assert_non_null(strstr(out, "\"what\":\"LEFT\",\"text\":\"tulkki\""));
	(void)left("{\"participants\":[{\"role\":\"tulkki\",\"left_at\":\"2026-11-03T10:00\"}]}", "tulkki");
	assert_false(told.found);
	(void)left(KELA, "Kela/Mika");
	assert_false(told.found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_person_is_read_in_parts),
		cmocka_unit_test(before_it_runs_a_name_is_corrected),
		cmocka_unit_test(while_it_runs_another_name_is_another_person),
		cmocka_unit_test(the_same_name_is_the_same_person),
		cmocka_unit_test(who_left_is_found_no_more_and_asked_of_no_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
