/* Records as JSON and assignments, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/json.h"
#include "base/limits.h"
#include "domain/record_json.h"
#include "records_table.h"

enum { BLOCK = 200000 };

/* What a reading gave: bytes, what was cleared, what was wrong. */
struct reading {
	uint8_t bytes[BLOCK];
	struct wire_out out;
	struct span before; /* what assignments are laid into */
	uint32_t cleared[LIMIT_FIELDS];
	size_t cleared_count;
	struct schema_error where;
	struct fault fault;
};
static struct reading a, b;
static uint8_t text_block[BLOCK], other_block[BLOCK];

static const struct schema_record *type(const char *name)
{
	const struct schema_record *record = schema_by_name(span_text(name));
	assert_non_null(record);
	return record;
}

static void parse(struct reading *r, const char *record, struct span json)
{
	wire_out_init(&r->out, r->bytes, sizeof r->bytes);
	r->cleared_count = 0;
	r->fault = record_json_parse(type(record), json, &r->out, r->cleared, &r->cleared_count, &r->where);
}

static void assign(struct reading *r, const char *record, const char *const *texts, size_t count)
{
	wire_out_init(&r->out, r->bytes, sizeof r->bytes);
	r->cleared_count = 0;
	r->fault = record_json_assign(type(record), r->before, texts, count, &r->out, r->cleared, &r->cleared_count, &r->where);
}
#define ASSIGN(r, record, ...) \
	assign((r), (record), (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static struct span written(const char *record, struct span fields)
{
	struct wire_out out;
	wire_out_init(&out, text_block, sizeof text_block);
	record_json_write(type(record), fields, &out);
	assert_false(out.full);
	return wire_out_span(&out);
}

static void assert_text(struct span text, const char *expected)
{
	if (!span_equal(text, span_text(expected)))
		fail_msg("got %.*s\nwanted %s", (int)text.len, (const char *)text.data, expected);
}

/* JSON `in` becomes exactly `expected` when written again. */
static void assert_becomes(const char *record, const char *in, const char *expected)
{
	parse(&a, record, span_text(in));
	if (fault_is(a.fault))
		fail_msg("%s: %s %s", in, a.where.field, a.fault.what);
	assert_text(written(record, wire_out_span(&a.out)), expected);
}

static void assert_refused(const char *record, const char *json, const char *field, const char *what)
{
	parse(&a, record, span_text(json));
	if (a.fault.kind != FAULT_CALLER || strcmp(a.where.field, field) != 0 || strcmp(a.fault.what, what) != 0)
		fail_msg("%s: got kind %d, field '%s', '%s'", json, a.fault.kind, a.where.field, a.fault.what);
}

/* ---- an example of every type, out of the table -------------------------------------- */
static void put_example(const struct schema_message *message, size_t depth, unsigned turn, struct wire_out *json);

static void put_example_value(const struct schema_field *field, size_t depth, unsigned turn, struct wire_out *json)
{
	switch (field->kind) {
	case SCHEMA_BOOL: json_put(json, turn % 2 == 0 ? "true" : "false"); return;
	case SCHEMA_UINT32: json_put(json, turn % 2 == 0 ? "4294967295" : "0"); return;
	case SCHEMA_UINT64: json_put(json, turn % 2 == 0 ? "18446744073709551615" : "0"); return;
	case SCHEMA_INT32: json_put(json, "-2147483648"); return;
	case SCHEMA_INT64: json_put(json, "-9223372036854775808"); return;
	case SCHEMA_CENTS: json_put(json, turn % 2 == 0 ? "1250" : "-5"); return;
	case SCHEMA_ENUM:
		json_put_text(json, span_text(field->enumeration->values[turn % field->enumeration->count].name));
		return;
	case SCHEMA_TEXT: json_put_text(json, span_text(turn % 2 == 0 ? "Å \"von\" Ö" : "đ\nŋ\tž")); return;
	case SCHEMA_BYTES: json_put(json, "\"00ff10\""); return;
	case SCHEMA_ID: json_put(json, "\"0123456789abcdef0123456789abcdef\""); return;
	case SCHEMA_DATE: json_put(json, turn % 2 == 0 ? "\"2026-02-28\"" : "\"1931-12-31\""); return;
	case SCHEMA_TIME: json_put(json, turn % 2 == 0 ? "\"2026-07-01T09:15:00+03:00\"" : "\"2026-11-03T09:15:30.250+02:00\""); return;
	case SCHEMA_MESSAGE: put_example(field->message, depth + 1, turn, json); return;
	}
}

static void put_example(const struct schema_message *message, size_t depth, unsigned turn, struct wire_out *json)
{
	json_put(json, "{");
	for (size_t i = 0; i < message->count; i++) {
		const struct schema_field *field = &message->fields[i];
		json_put(json, i == 0 ? "\"" : ",\"");
		json_put(json, field->name);
		json_put(json, field->repeated ? "\":[" : "\":");
		put_example_value(field, depth, turn + (unsigned)i, json);
		if (field->repeated) {
			json_put(json, ",");
			put_example_value(field, depth, turn + (unsigned)i + 1, json);
			json_put(json, "]");
		}
	}
	json_put(json, "}");
}

static struct span example(const struct schema_record *record, unsigned turn)
{
	struct wire_out json;
	wire_out_init(&json, other_block, sizeof other_block);
	put_example(record->message, 0, turn, &json);
	return wire_out_span(&json);
}

static void every_type_goes_there_and_back(void **state)
{
	(void)state;
	size_t count;
	const struct schema_record *all = schema_all(&count);
	assert_int_equal(count, RECORDS_TYPES);
	for (size_t i = 0; i < count; i++)
		for (unsigned turn = 0; turn < 12; turn++) {
			struct span json = example(&all[i], turn);
			parse(&a, all[i].name, json);
			if (fault_is(a.fault))
				fail_msg("%s: %s %s", all[i].name, a.where.field, a.fault.what);
			if (!span_equal(written(all[i].name, wire_out_span(&a.out)), json))
				fail_msg("%s turn %u:\n%.*s\n%.*s", all[i].name, turn, (int)json.len, (const char *)json.data,
					 (int)strlen((char *)text_block), (const char *)text_block);
			struct schema_error where;
			struct fault f = schema_check(&all[i], wire_out_span(&a.out), NULL, 0, false, false, &where);
			if (fault_is(f))
				fail_msg("%s: %s %s", all[i].name, where.field, f.what);
		}
}

/* ---- what is taken ------------------------------------------------------------------- */
static void a_person_is_written_and_read(void **state)
{
	(void)state;
	assert_becomes("client",
		       "{\"phone\":[\"040 000 0123\"],\"family_name\":\"von Öhman\",\"given_names\":\"Åsa-M\\u00e4rta\","
		       "\"birth_date\":\"1954-07-01\",\"address_protected\":false,\"contact_language\":\"SV\","
		       "\"address\":[{\"village\":\"Ylikorpi\"}]}",
		       "{\"family_name\":\"von Öhman\",\"given_names\":\"Åsa-Märta\",\"birth_date\":\"1954-07-01\","
		       "\"contact_language\":\"SV\",\"phone\":[\"040 000 0123\"],\"address\":[{\"village\":\"Ylikorpi\"}],"
		       "\"address_protected\":false}");
}

static void cents_are_euros_or_cents(void **state)
{
	(void)state;
	assert_becomes("guideline", "{\"limit_cents\":\"12,50\"}", "{\"limit_cents\":1250}");
	assert_becomes("guideline", "{\"limit_cents\":\"12.05\"}", "{\"limit_cents\":1205}");
	assert_becomes("guideline", "{\"limit_cents\":\"-0,05\"}", "{\"limit_cents\":-5}");
	assert_becomes("guideline", "{\"limit_cents\":1250}", "{\"limit_cents\":1250}");
	assert_becomes("guideline", "{\"limit_cents\":\"1250\"}", "{\"limit_cents\":1250}");
	const char *bad = "must be cents, or euros like 12,50";
	assert_refused("guideline", "{\"limit_cents\":\"12,5\"}", "limit_cents", bad);
	assert_refused("guideline", "{\"limit_cents\":\"1,250\"}", "limit_cents", bad);
	assert_refused("guideline", "{\"limit_cents\":\",50\"}", "limit_cents", bad);
	assert_refused("guideline", "{\"limit_cents\":1.5}", "limit_cents", bad);
	assert_refused("guideline", "{\"limit_cents\":\"92233720368547758,08\"}", "limit_cents", bad);
}

static void times_are_helsinki_s(void **state)
{
	(void)state;
	assert_becomes("visit", "{\"planned_at\":\"2026-11-03T09:15\"}", "{\"planned_at\":\"2026-11-03T09:15:00+02:00\"}");
	assert_becomes("visit", "{\"planned_at\":\"2026-07-03T06:15Z\"}", "{\"planned_at\":\"2026-07-03T09:15:00+03:00\"}");
	assert_refused("visit", "{\"planned_at\":\"klo 9\"}", "planned_at", "must be a time that exists, like 2026-11-03T09:15");
	assert_refused("client", "{\"birth_date\":\"2026-02-30\"}", "birth_date", "must be a day that exists, like 2026-11-03");
}

static void null_clears_and_only_at_the_top(void **state)
{
	(void)state;
	parse(&a, "client", span_text("{\"phone\":null,\"hetu\":null,\"family_name\":\"X\"}"));
	assert_false(fault_is(a.fault));
	assert_int_equal(a.cleared_count, 2);
	assert_int_equal(a.cleared[0], RECORDS_CLIENT_HETU);
	assert_int_equal(a.cleared[1], RECORDS_CLIENT_PHONE);
	assert_becomes("client", "{\"address\":[{\"village\":\"Jokipää\",\"street\":null}]}", "{\"address\":[{\"village\":\"Jokipää\"}]}");
}

static void equal_records_are_equal_bytes(void **state)
{
	(void)state;
	parse(&a, "visit", span_text("{\"place\":\"HOME\",\"phase\":\"APPLYING\",\"present\":[\"a\",\"b\"]}"));
	parse(&b, "visit", span_text(" { \"present\" : [ \"\\u0061\" , \"b\" ] , \"phase\":\"APPLYING\",\"place\":\"HOME\"}"));
	assert_true(span_equal(wire_out_span(&a.out), wire_out_span(&b.out)));
	ASSIGN(&b, "visit", "present=a", "phase=APPLYING", "place=HOME", "present=b");
	assert_true(span_equal(wire_out_span(&a.out), wire_out_span(&b.out)));
}

static void fields_of_a_newer_version_are_kept(void **state)
{
	(void)state;
	struct wire_out out;
	wire_out_init(&out, other_block, sizeof other_block);
	wire_put_bytes(&out, 200, span_text("later"));
	wire_put_bytes(&out, RECORDS_CLIENT_FAMILY_NAME, span_text("Aho"));
	wire_put_varint(&out, 100, 7);
	wire_put_varint(&out, 100, 8);
	struct span json = written("client", wire_out_span(&out));
	assert_text(json, "{\"family_name\":\"Aho\",\"unknown:100\":\"a00607a00608\",\"unknown:200\":\"c20c056c61746572\"}");
	parse(&a, "client", json);
	assert_false(fault_is(a.fault));
	memcpy(other_block, text_block, json.len);
	assert_true(span_equal(written("client", wire_out_span(&a.out)), span_of(other_block, json.len)));
	assert_refused("client", "{\"unknown:3\":\"1a0141\"}", "unknown", "holds a field this version knows");
	assert_refused("client", "{\"unknown:100\":\"a0\"}", "unknown", "is malformed");
	assert_refused("client", "{\"unknown:100\":\"zz\"}", "unknown", "must be hexadecimal digits");
}

/* ---- what is refused ----------------------------------------------------------------- */
static void what_is_wrong_is_named(void **state)
{
	(void)state;
	assert_refused("client", "", "", "is not JSON in UTF-8");
	assert_refused("client", "{\"family_name\":\"\xc3\x28\"}", "", "is not JSON in UTF-8");
	assert_refused("client", "[]", "", "must be one JSON object");
	assert_refused("client", "{\"family_name\":1}", "family_name", "must be a text");
	assert_refused("client", "{\"phone\":\"040\"}", "phone", "must be a list [ ... ]");
	assert_refused("client", "{\"phone\":[]}", "phone", "is an empty list; null clears it");
	assert_refused("client", "{\"phone\":[null]}", "phone", "must be a text");
	assert_refused("client", "{\"address\":[\"x\"]}", "address", "must be an object { ... }");
	assert_refused("client", "{\"family_name\":\"a\",\"family_n\\u0061me\":\"b\"}", "family_name", "is given twice");
	assert_refused("client", "{\"address_protected\":\"true\"}", "address_protected", "must be true or false");
	assert_refused("client", "{\"merged_into\":\"0123\"}", "merged_into", "must be an id of 32 hexadecimal digits");
	assert_refused("case", "{\"work_types\":[\"OUTREACH\",\"x\"]}", "work_types", "is none of the values allowed");
	assert_refused("municipality", "{\"inhabitants\":4294967296}", "inhabitants", "must be a whole number");
	assert_refused("municipality", "{\"inhabitants\":-1}", "inhabitants", "must be a whole number");
	assert_refused("plan", "{\"goals\":[{\"text\":\"a\",\"categori\":\"WORK\"}]}", "goals.categori", "is no field of this record");
	assert_string_equal(a.where.hint, "category");
	assert_refused("visit", "{\"place\":\"HOEM\"}", "place", "is none of the values allowed");
	assert_string_equal(a.where.hint, "HOME");
	assert_refused("client", "{\"puhelinnumero\":1}", "puhelinnumero", "is no field of this record");
	assert_string_equal(a.where.hint, "");
}

static void a_long_foreign_name_is_cut_between_characters(void **state)
{
	(void)state;
	char json[600], name[400] = "";
	for (int i = 0; i < 150; i++)
		strcat(name, "ä");
	snprintf(json, sizeof json, "{\"a%s\":1}", name);
	parse(&a, "client", span_text(json));
	assert_int_equal(a.fault.kind, FAULT_CALLER);
	assert_true(wire_utf8(span_text(a.where.field)));
}

static void a_record_without_room_is_refused(void **state)
{
	(void)state;
	static const char json[] = "{\"family_name\":\"Virtanen\",\"phone\":[\"040 000 0001\"],\"birth_date\":\"2000-01-01\"}";
	parse(&a, "client", span_text(json));
	for (size_t size = 0; size < a.out.used; size++) {
		struct wire_out out;
		size_t count = 0;
		wire_out_init(&out, malloc(size + 1), size);
		struct fault f = record_json_parse(type("client"), span_text(json), &out, a.cleared, &count, NULL);
		free(out.block);
		assert_int_equal(f.kind, FAULT_LIMIT);
	}
}

/* ---- assignments --------------------------------------------------------------------- */
static void assignments_say_the_same_as_json(void **state)
{
	(void)state;
	ASSIGN(&a, "life_situation_mapping", "mode=FACE", "quadrants.0.quadrant=INCOME", "quadrants.0.state=OK",
	       "quadrants.1.quadrant=HOUSING", "quadrants.1.state=SUPPORT", "quadrants.1.text=Vuokrarästi = 2 kk",
	       "quadrants.1.prompts_answered.prompt=RENT_ARREARS", "quadrants.1.prompts_answered.answer=YES",
	       "events={\"life_event\":\"MOVE\"}", "events={\"life_event\":\"DEATH\",\"date\":\"2026-01-05\"}",
	       "client_confirmed=true", "valid_until=", "client=00112233445566778899aabbccddeeff");
	assert_string_equal(a.fault.what, "");
	assert_int_equal(a.cleared_count, 1);
	assert_int_equal(a.cleared[0], RECORDS_LIFE_SITUATION_MAPPING_VALID_UNTIL);
	assert_text(written("life_situation_mapping", wire_out_span(&a.out)),
		    "{\"client\":\"00112233445566778899aabbccddeeff\",\"mode\":\"FACE\",\"events\":[{\"life_event\":\"MOVE\"},"
		    "{\"life_event\":\"DEATH\",\"date\":\"2026-01-05\"}],\"quadrants\":[{\"quadrant\":\"INCOME\",\"state\":\"OK\"},"
		    "{\"quadrant\":\"HOUSING\",\"state\":\"SUPPORT\",\"prompts_answered\":[{\"prompt\":\"RENT_ARREARS\","
		    "\"answer\":\"YES\"}],\"text\":\"Vuokrarästi = 2 kk\"}],\"client_confirmed\":true}");
}

static void lists_of_values_may_be_given_with_commas(void **state)
{
	(void)state;
	ASSIGN(&a, "case", "work_types=OUTREACH,GUIDANCE", "work_types=SOCIAL_WORK");
	assert_text(written("case", wire_out_span(&a.out)), "{\"work_types\":[\"OUTREACH\",\"GUIDANCE\",\"SOCIAL_WORK\"]}");
	ASSIGN(&a, "case", "work_types=[\"OUTREACH\"]");
	assert_text(written("case", wire_out_span(&a.out)), "{\"work_types\":[\"OUTREACH\"]}");
	ASSIGN(&a, "client", "phone=a,b", "phone=[x]");
	assert_text(written("client", wire_out_span(&a.out)), "{\"phone\":[\"a,b\",\"[x]\"]}");
}

static void assert_not_assigned(const char *record, const char *first, const char *second, const char *field, const char *what)
{
	const char *texts[] = { first, second };
	assign(&a, record, texts, second == NULL ? 1 : 2);
	if (strcmp(a.fault.what, what) != 0 || (a.where.field[0] != 0 && strcmp(a.where.field, field) != 0))
		fail_msg("%s: got '%s' '%s'", first, a.where.field, a.fault.what);
}

static void wrong_assignments_are_named(void **state)
{
	(void)state;
	assert_not_assigned("client", "phone", NULL, "", "an assignment is not of the form name=value");
	assert_not_assigned("client", "=x", NULL, "", "an assignment is not of the form name=value");
	assert_not_assigned("client", "hetu=\xff", NULL, "", "an assignment is not UTF-8");
	assert_not_assigned("client", "fhone=1", NULL, "fhone", "is no field of this record");
	assert_string_equal(a.where.hint, "phone");
	assert_not_assigned("client", "hetu=a", "hetu=b", "hetu", "is given twice");
	assert_not_assigned("client", "phone=a", "phone=", "phone", "is both given and cleared");
	assert_not_assigned("client", "hetu.x=1", NULL, "hetu", "has no parts");
	assert_not_assigned("client", "address.1.street=x", NULL, "address", "must be numbered 0, 1, 2 without gaps");
	assert_not_assigned("client", "address={}", "address.street=x", "address", "is given whole and in parts");
	assert_not_assigned("client", "address.strret=x", NULL, "address.strret", "is no field of this record");
	assert_not_assigned("client", "address=Katu 1", NULL, "address", "is not JSON in UTF-8");
	assert_not_assigned("client", "birth_date=1.2.1990", NULL, "birth_date", "must be a day that exists, like 2026-11-03");
	assert_not_assigned("case", "work_types=[\"OUTREACH\"]", "work_types=GUIDANCE", "work_types", "is given as a list and again");
}

static void more_assignments_than_can_be_marked_are_refused(void **state)
{
	(void)state;
	const char *texts[65];
	for (size_t i = 0; i < 65; i++)
		texts[i] = "phone=1";
	assign(&a, "client", texts, 64);
	assert_string_equal(a.fault.what, "");
	assign(&a, "client", texts, 65);
	assert_int_equal(a.fault.kind, FAULT_LIMIT);
}

/* ---- one field, and stored bytes of any kind ------------------------------------------- */
static void one_field_is_written_alone(void **state)
{
	(void)state;
	struct wire_out out;
	parse(&a, "client", span_text("{\"phone\":[\"1\",\"2\"]}"));
	wire_out_init(&out, text_block, sizeof text_block);
	record_json_value(type("client"), RECORDS_CLIENT_PHONE, wire_out_span(&a.out), &out);
	json_put(&out, " ");
	record_json_value(type("client"), RECORDS_CLIENT_HETU, wire_out_span(&a.out), &out);
	json_put(&out, " ");
	record_json_value(type("client"), 99, span_of("\x98\x06\x01", 3), &out);
	assert_text(wire_out_span(&out), "[\"1\",\"2\"] null \"980601\"");
}

static uint32_t drawn = 12345;
static uint32_t draw(void)
{
	drawn = drawn * 1664525u + 1013904223u;
	return drawn >> 8;
}

/* Under valgrind a tenth of the inputs will do. */
static size_t inputs(void)
{
	return getenv("JALKA_TEST_LIGHT") != NULL ? 4000 : 40000;
}

/* Whatever bytes are stored, what is written is JSON. */
static void any_bytes_are_written_as_json(void **state)
{
	(void)state;
	size_t count;
	const struct schema_record *all = schema_all(&count);
	for (size_t i = 0; i < inputs(); i++) {
		const struct schema_record *record = &all[draw() % count];
		parse(&a, record->name, example(record, draw() % 12));
		size_t len = a.out.used;
		for (uint32_t n = draw() % 6; n != 0; n--)
			a.bytes[draw() % len] = (uint8_t)draw();
		uint8_t *copy = malloc(len); /* exact, so that reading beyond it is seen */
		memcpy(copy, a.bytes, len);
		struct json value;
		struct wire_out out;
		wire_out_init(&out, text_block, sizeof text_block);
		record_json_write(record, span_of(copy, len), &out);
		schema_check(record, span_of(copy, len), NULL, 0, false, draw() % 2 == 0, &a.where);
		free(copy);
		assert_false(out.full);
		if (!json_read(wire_out_span(&out), &value, NULL))
			fail_msg("%.*s", (int)out.used, (const char *)text_block);
	}
}

/* Whatever text comes, it is read to well-formed fields or refused with a reason. */
static void any_text_is_read_or_refused(void **state)
{
	(void)state;
	size_t count, taken = 0;
	const struct schema_record *all = schema_all(&count);
	for (size_t i = 0; i < inputs(); i++) {
		const struct schema_record *record = &all[draw() % count];
		struct span json = example(record, draw() % 12);
		static const char pieces[] = "\"{}[],:0123456789nulltruefalse\\.=-TZ";
		for (uint32_t n = draw() % 4; n != 0; n--)
			other_block[draw() % json.len] = (uint8_t)pieces[draw() % (sizeof pieces - 1)];
		char *copy = malloc(json.len);
		memcpy(copy, other_block, json.len);
		parse(&a, record->name, span_of(copy, json.len));
		free(copy);
		if (fault_is(a.fault)) {
			assert_true(wire_utf8(span_text(a.where.field)));
			continue;
		}
		taken++;
		struct wire_field f;
		struct span rest = wire_out_span(&a.out);
		enum wire_read read;
		while ((read = wire_next(&rest, &f)) == WIRE_FIELD)
			;
		assert_int_equal(read, WIRE_END);
	}
	assert_true(taken > inputs() / 40);
}

/* A worker marks one request as supplied: the others, and what else stands in it, stay. */
static void an_assignment_into_a_part_keeps_the_rest(void **state)
{
	(void)state;
	parse(&b, "assistance_application", span_text("{\"info_requests\":["
		"{\"asked_at\":\"2026-03-02T09:00:00+02:00\",\"how\":\"PHONE\",\"items\":[\"tiliote\",\"vuokrasopimus\"]},"
		"{\"asked_at\":\"2026-03-03T09:00:00+02:00\",\"how\":\"LETTER\",\"items\":[\"palkka\"],\"unknown:99\":\"9a060107\"}],"
		"\"payment_commitment\":{\"place\":\"Kirjasto\",\"pickup_by\":\"2026-03-09\"}}"));
	assert_false(fault_is(b.fault));
	a.before = wire_out_span(&b.out);
	ASSIGN(&a, "assistance_application", "info_requests.1.supplied_at=2026-03-04T10:00", "payment_commitment.pickup_by=",
	       "info_requests.2.how=MESSAGE", "channel=PAPER");
	assert_false(fault_is(a.fault));
	assert_text(written("assistance_application", wire_out_span(&a.out)),
		"{\"channel\":\"PAPER\",\"info_requests\":["
		"{\"asked_at\":\"2026-03-02T09:00:00+02:00\",\"how\":\"PHONE\",\"items\":[\"tiliote\",\"vuokrasopimus\"]},"
		"{\"asked_at\":\"2026-03-03T09:00:00+02:00\",\"how\":\"LETTER\",\"items\":[\"palkka\"],"
		"\"supplied_at\":\"2026-03-04T10:00:00+02:00\",\"unknown:99\":\"9a060107\"},"
		"{\"how\":\"MESSAGE\"}],\"payment_commitment\":{\"place\":\"Kirjasto\"}}");
	ASSIGN(&a, "assistance_application", "info_requests.3.how=MESSAGE");
	assert_int_equal(a.fault.kind, FAULT_CALLER);
	ASSIGN(&a, "assistance_application", "payment_commitment={\"place\":\"Apteekki\"}"); /* whole: nothing else stays */
	assert_text(written("assistance_application", wire_out_span(&a.out)), "{\"payment_commitment\":{\"place\":\"Apteekki\"}}");
	a.before = span_of(NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_goes_there_and_back),
		cmocka_unit_test(a_person_is_written_and_read),
		cmocka_unit_test(cents_are_euros_or_cents),
		cmocka_unit_test(times_are_helsinki_s),
		cmocka_unit_test(null_clears_and_only_at_the_top),
		cmocka_unit_test(equal_records_are_equal_bytes),
		cmocka_unit_test(fields_of_a_newer_version_are_kept),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(a_long_foreign_name_is_cut_between_characters),
		cmocka_unit_test(a_record_without_room_is_refused),
		cmocka_unit_test(assignments_say_the_same_as_json),
		cmocka_unit_test(an_assignment_into_a_part_keeps_the_rest),
		cmocka_unit_test(lists_of_values_may_be_given_with_commas),
		cmocka_unit_test(wrong_assignments_are_named),
		cmocka_unit_test(more_assignments_than_can_be_marked_are_refused),
		cmocka_unit_test(one_field_is_written_alone),
		cmocka_unit_test(any_bytes_are_written_as_json),
		cmocka_unit_test(any_text_is_read_or_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
