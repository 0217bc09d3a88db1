/* The table of record types, and the check of shapes by it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/limits.h"
#include "domain/record_json.h"
#include "records_table.h"

static uint8_t bytes[100000];
static uint32_t cleared[LIMIT_FIELDS];
static size_t cleared_count;
static struct schema_error where;

static const struct schema_record *type(const char *name)
{
	const struct schema_record *record = schema_by_name(span_text(name));
	assert_non_null(record);
	return record;
}

static struct span fields(const char *name, const char *json)
{
	struct wire_out out;
	wire_out_init(&out, bytes, sizeof bytes);
	struct fault f = record_json_parse(type(name), span_text(json), &out, cleared, &cleared_count, &where);
	if (fault_is(f))
		fail_msg("%s %s", where.field, f.what);
	return wire_out_span(&out);
}

static void assert_check(const char *name, const char *json, bool whole, const char *field, const char *what)
{
	struct span given = fields(name, json);
	struct fault f = schema_check(type(name), given, cleared, cleared_count, whole, false, &where);
	if (strcmp(f.what, what) != 0 || (*what != 0 && strcmp(where.field, field) != 0))
		fail_msg("%s: got '%s' '%s'", json, where.field, f.what);
}

static void the_table_keeps_its_promises(void **state)
{
	(void)state;
	size_t count;
	const struct schema_record *all = schema_all(&count);
	assert_int_equal(count, 52);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(all[i].type, i + 1);
		assert_ptr_equal(schema_by_type((uint32_t)i + 1), &all[i]);
		assert_ptr_equal(schema_by_name(span_text(all[i].name)), &all[i]);
		assert_true(all[i].opens == DELTA_CASE_NONE || all[i].opens == all[i].home);
		for (size_t j = 0; j < all[i].message->count; j++) {
			const struct schema_field *field = &all[i].message->fields[j];
			assert_ptr_equal(schema_field_by_number(all[i].message, field->number), field);
			assert_ptr_equal(schema_field_by_name(all[i].message, span_text(field->name)), field);
			assert_false(field->later && (field->required || !all[i].is_signed));
			assert_true((field->kind == SCHEMA_ENUM) == (field->enumeration != NULL));
			assert_true((field->kind == SCHEMA_MESSAGE) == (field->message != NULL));
		}
		for (size_t j = 0; j < all[i].title_count; j++) /* what is secret stands in no title */
			assert_false(schema_field_by_number(all[i].message, all[i].title_fields[j])->sensitive);
	}
	assert_null(schema_by_type(0));
	assert_null(schema_by_type((uint32_t)count + 1));
	assert_null(schema_by_name(span_text("clien")));
	assert_null(schema_field_by_number(all[0].message, 0));
}

/* Numbers that are on disks and in signatures: they may never change. */
static void frozen_numbers_are_where_they_were(void **state)
{
	(void)state;
	assert_int_equal(RECORDS_TYPE_CLIENT, 1);
	assert_int_equal(RECORDS_TYPE_CASE, 13);
	assert_int_equal(RECORDS_TYPE_CASE_ASSIGNMENT, 14);
	assert_int_equal(RECORDS_TYPE_ENCOUNTER_NOTE, 17);
	assert_int_equal(RECORDS_TYPE_CONSENT, 28);
	assert_int_equal(RECORDS_TYPE_QUARANTINE_DECISION, 45);
	assert_int_equal(RECORDS_CLIENT_PHONE, 10);
	assert_int_equal(RECORDS_CONSENT_WITHDRAWN_AT, 14);
	assert_int_equal(RECORDS_CASE_ASSIGNMENT_STAFF, 1);
	assert_int_equal(RECORDS_PATHWAY_RECEPTION_CENTRE, 10);
}

static void required_fields_must_say_something(void **state)
{
	(void)state;
	const char *whole = "{\"family_name\":\"Aho\",\"given_names\":\"Aino\",\"municipality\":\"Takkuvaara\","
			    "\"contact_language\":\"FI\",\"address_protected\":false}";
	assert_check("client", whole, true, "", "");
	assert_check("client", "{\"family_name\":\"Aho\"}", true, "given_names", "is required");
	assert_check("client", "{\"family_name\":\"Aho\"}", false, "", "");
	assert_check("client", "{\"family_name\":\"\"}", false, "family_name", "is required");
	assert_check("client", "{\"family_name\":\" \\n\\t \"}", false, "family_name", "is required");
	assert_check("client", "{\"family_name\":null}", false, "family_name", "is required and cannot be cleared");
	assert_check("client", "{\"hetu\":null}", false, "", "");
	assert_check("plan", "{\"goals\":[{\"text\":\"a\"}]}", false, "goals.category", "is required");
	assert_check("assistance_application", "{\"period\":{\"from\":\"2026-01-01\"}}", false, "period.to", "is required");
}

static void texts_are_bounded_by_characters_not_bytes(void **state)
{
	(void)state;
	char json[4 * 20100] = "{\"text\":\"", *end = json + strlen(json);
	for (int i = 0; i < 20000; i++)
		end = stpcpy(end, "ä");
	strcpy(end, "\"}");
	assert_check("encounter_note", json, true, "", "");
	strcpy(end, "a\"}");
	assert_check("encounter_note", json, true, "text", "is longer than 20,000 characters: write it in two records");
	end = json + strlen("{\"text\":\"");
	for (int i = 0; i < 20000; i++)
		end = stpcpy(end, "語");
	strcpy(end, "\"}");
	assert_check("encounter_note", json, true, "", "");
	strcpy(end, "a\"}");
	assert_check("encounter_note", json, true, "text", "is longer than 20,000 characters: write it in two records");
	end = json + strlen("{\"text\":\"");
	for (int i = 0; i < 15100; i++)
		end = stpcpy(end, "😀"); /* what no delta holds is told here, not when it is written */
	strcpy(end, "\"}");
	assert_check("encounter_note", json, true, "text", "takes more than 60,000 bytes: write it in two records");
	assert_check("client", "{\"hetu\":\"010594Y9032\"}", false, "", "");
	assert_check("client", "{\"hetu\":\"010594Y90321\"}", false, "hetu", "is too long");
}

static void assert_bytes(const char *name, struct span raw, bool allow_unknown, const char *field, const char *what)
{
	struct fault f = schema_check(type(name), raw, NULL, 0, false, allow_unknown, &where);
	if (strcmp(f.what, what) != 0 || (*what != 0 && strcmp(where.field, field) != 0))
		fail_msg("got '%s' '%s', wanted '%s' '%s'", where.field, f.what, field, what);
}
#define RAW(text) span_of(text, sizeof(text) - 1)

static void bytes_of_the_wrong_shape_are_named(void **state)
{
	(void)state;
	assert_bytes("client", RAW("\x18\x01"), false, "family_name", "has the wrong wire type");
	assert_bytes("client", RAW("\x1a\x01\xff"), false, "family_name", "is not UTF-8 text");
	assert_bytes("client", RAW("\x1a\x01\x07"), false, "family_name", "holds a control character");
	assert_bytes("client", RAW("\x1a\x01" "A\x1a\x01" "B"), false, "family_name", "is given twice");
	assert_bytes("client", RAW("\x1a\x05" "A"), false, "", "is malformed");
	assert_bytes("client", RAW("\x38\x00"), false, "contact_language", "is no value of its list");
	assert_bytes("client", RAW("\x38\x63"), false, "contact_language", "is no value of its list");
	assert_bytes("client", RAW("\x38\x63"), true, "", "");
	assert_bytes("client", RAW("\x60\x02"), false, "address_protected", "is neither true nor false");
	assert_bytes("client", RAW("\x8a\x01\x02" "ab"), false, "merged_into", "is no id of 16 bytes");
	assert_bytes("client", RAW("\x28\xff\xff\xff\xff\x0f"), false, "birth_date", "is no date");
	assert_bytes("client", RAW("\x78\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), false, "informed_at", "is no time");
	assert_bytes("client", RAW("\xa0\x06\x01"), false, "", "holds a field this version does not know");
	assert_bytes("client", RAW("\xa0\x06\x01"), true, "", "");
	assert_bytes("client", RAW("\x5a\x02\x0a\x09"), false, "address", "is malformed");
	assert_bytes("case", RAW("\x3a\x02\x04\x01"), false, "", "");
	assert_bytes("case", RAW("\x38\x04\x38\x01"), false, "", "");
	assert_bytes("case", RAW("\x3a\x02\x04\x09"), false, "work_types", "is no value of its list");
	assert_bytes("case", RAW("\x3a\x00"), false, "work_types", "is an empty list");
	assert_bytes("case", RAW("\x3a\x01\x84"), false, "work_types", "is malformed");
	assert_bytes("municipality", RAW("\x28\x80\x80\x80\x80\x10"), false, "inhabitants", "is too great");
}

static void assert_change(const char *name, const char *json, const char *field, const char *what)
{
	struct span given = fields(name, json);
	struct fault f = schema_check_signed_change(type(name), given, cleared, cleared_count, &where);
	assert_string_equal(f.what, what);
	if (*what != 0)
		assert_string_equal(where.field, field);
}

static void what_a_signature_covers_is_frozen(void **state)
{
	(void)state;
	const char *frozen = "is frozen by the signature; write a correction";
	assert_check("encounter_note", "{\"text\":\"a\",\"state\":\"CORRECTED\"}", true, "state", "is written only after signing");
	assert_check("encounter_note", "{\"state\":\"CORRECTED\"}", false, "", "");
	assert_change("consent", "{\"withdrawn_at\":\"2026-11-03T09:15\",\"state\":\"WITHDRAWN\"}", "", "");
	assert_change("consent", "{\"state\":\"WITHDRAWN\",\"purpose\":\"x\"}", "purpose", frozen);
	assert_change("consent", "{\"place\":null}", "place", frozen);
	assert_change("client", "{\"phone\":[\"1\"]}", "", "");
}

static void records_stand_in_cases_of_their_kind(void **state)
{
	(void)state;
	assert_true(schema_may_stand_in(type("client"), DELTA_CASE_CLIENT));
	assert_false(schema_may_stand_in(type("client"), DELTA_CASE_MATTER));
	assert_false(schema_may_stand_in(type("client"), DELTA_CASE_SENSITIVE));
	assert_true(schema_may_stand_in(type("encounter_note"), DELTA_CASE_MATTER));
	assert_true(schema_may_stand_in(type("encounter_note"), DELTA_CASE_SENSITIVE));
	assert_false(schema_may_stand_in(type("encounter_note"), DELTA_CASE_CLIENT));
	assert_true(schema_may_stand_in(type("visit"), DELTA_CASE_CLIENT));
	assert_true(schema_may_stand_in(type("case_assignment"), DELTA_CASE_PROTECTED));
	assert_false(schema_may_stand_in(type("municipality"), DELTA_CASE_SENSITIVE));
	assert_true(schema_may_stand_in(type("access_log"), DELTA_CASE_ACCESS));
}

static void count_text(void *ctx, const struct schema_field *field, struct span text)
{
	size_t *lengths = ctx;
	(void)field;
	*lengths += text.len;
}

static void every_text_is_shown(void **state)
{
	(void)state;
	size_t lengths = 0;
	schema_texts(type("client"), fields("client", "{\"hetu\":\"12345678901\",\"phone\":[\"12\",\"3\"],\"birth_date\":\"2000-01-01\","
		     "\"address\":[{\"street\":\"1234\",\"village\":\"5\"}]}"), count_text, &lengths);
	assert_int_equal(lengths, 11 + 3 + 5);
}

static void assert_draft(const char *name, const char *json, const char *field, const char *what)
{
	struct span given = fields(name, json);
	struct fault f = schema_check_draft(type(name), given, cleared, cleared_count, &where);
	if (strcmp(f.what, what) != 0 || (*what != 0 && strcmp(where.field, field) != 0))
		fail_msg("%s: got '%s' '%s'", json, where.field, f.what);
}

static void a_draft_is_kept_as_far_as_it_is_typed(void **state)
{
	(void)state;
	assert_draft("plan", "{\"goals\":[{\"text\":\"Opin\"},{}]}", "", "");
	assert_draft("plan", "{\"goals\":[{\"text\":\" \"}],\"kind\":null}", "", "");
	assert_check("plan", "{\"goals\":[{\"text\":\"Opin\"}]}", false, "goals.category", "is required");
	assert_check("plan", "{\"kind\":null}", false, "kind", "is required and cannot be cleared");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_keeps_its_promises),
		cmocka_unit_test(frozen_numbers_are_where_they_were),
		cmocka_unit_test(required_fields_must_say_something),
		cmocka_unit_test(texts_are_bounded_by_characters_not_bytes),
		cmocka_unit_test(bytes_of_the_wrong_shape_are_named),
		cmocka_unit_test(what_a_signature_covers_is_frozen),
		cmocka_unit_test(records_stand_in_cases_of_their_kind),
		cmocka_unit_test(every_text_is_shown),
		cmocka_unit_test(a_draft_is_kept_as_far_as_it_is_typed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
