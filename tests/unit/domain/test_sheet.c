/* sheet: reference data as tables that people keep. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "domain/record_json.h"
#include "domain/sheet.h"
#include "records_table.h"

static uint8_t cells_block[4096], fields_block[4096], json_block[4096];

struct table {
	struct csv csv;
	struct wire_out cells;
	struct csv_row row;
	struct sheet sheet;
	struct sheet_error error;
	struct wire_out fields;
	char json[sizeof json_block];
	size_t told;
};

static bool next(struct table *t)
{
	struct fault fault;
	struct csv_place place;
	return csv_next(&t->csv, &t->cells, &t->row, &fault, &place) == CSV_ROW;
}

static bool open_table(struct table *t, const char *type, const char *text)
{
	struct csv_place place;
	wire_out_init(&t->cells, cells_block, sizeof cells_block);
	assert_false(fault_is(csv_open(&t->csv, span_text(text), &place)));
	assert_true(next(t));
	return sheet_head(&t->sheet, sheet_type_of(span_text(type)), &t->row, &t->error);
}

static bool find(void *ctx, struct span text, struct record_id *out)
{
	(void)ctx;
	memset(out->bytes, 7, ID_BYTES);
	return span_equal(text, span_text("703/2023"));
}

static void tell(void *ctx, const struct sheet_error *error)
{
	struct table *t = ctx;
	if (t->told++ == 0)
		t->error = *error;
}

static bool read_row(struct table *t)
{
	const struct sheet_reader reader = { t, find, tell };
	struct wire_out json;
	t->told = 0;
	assert_true(next(t));
	wire_out_init(&t->fields, fields_block, sizeof fields_block);
	if (!sheet_read(&t->sheet, &t->row, &reader, &t->fields))
		return false;
	wire_out_init(&json, t->json, sizeof t->json);
	record_json_write(t->sheet.record, wire_out_span(&t->fields), &json);
	t->json[json.used] = '\0';
	return true;
}

/* The same as JSON would be: canonical. */
static void expect_canonical(struct table *t)
{
	struct wire_out other;
	uint32_t cleared[LIMIT_FIELDS];
	size_t count;
	wire_out_init(&other, json_block, sizeof json_block);
	assert_false(fault_is(record_json_parse(t->sheet.record, span_text(t->json), &other, cleared, &count, NULL)));
	assert_int_equal(other.used, t->fields.used);
	assert_memory_equal(other.block, t->fields.block, other.used);
}

static void a_row_becomes_a_record(void **state)
{
	static struct table t;
	(void)state;
	assert_true(open_table(&t, "municipality", "name;env_type;valid_from;villages;inhabitants\n"
						   "Takkuvaara;VERY_NARROW;1.1.2020;Ylikorpi|Jokip\xc3\xa4\xc3\xa4;1150\n"
						   "Hallasuo;niukka;2020-01-01;;3900\n"));
	assert_true(read_row(&t));
	assert_string_equal(t.json, "{\"name\":\"Takkuvaara\",\"env_type\":\"VERY_NARROW\",\"valid_from\":\"2020-01-01\","
				    "\"inhabitants\":1150,\"villages\":[\"Ylikorpi\",\"Jokip\xc3\xa4\xc3\xa4\"]}");
	expect_canonical(&t);
	assert_false(read_row(&t));
	assert_int_equal(t.error.column, 2);
	assert_string_equal(t.error.field, "env_type");
}

static void headings_and_values_may_be_the_words_of_people(void **state)
{
	static struct table t;
	(void)state;
	assert_true(open_table(&t, "service_point", "Nimi;kunta;Laji;Etäyhteys;osoite.katuosoite\n"
						    "Kirjasto;Hallasuo;kirjasto;kyllä;Kirkkotie 1\n"));
	assert_true(read_row(&t));
	assert_string_equal(t.json, "{\"name\":\"Kirjasto\",\"municipality\":\"Hallasuo\",\"kind\":\"LIBRARY\",\"remote_link\":true,"
				    "\"address\":{\"street\":\"Kirkkotie 1\"}}");
	expect_canonical(&t);
}

static void cells_are_read_by_their_kinds(void **state)
{
	static struct table t;
	(void)state;
	assert_true(open_table(&t, "guideline", "authority,expense_type,limit_cents,decider_role,valid_from\n"
						"Hyvinvointialue,Kodin irtaimisto,\"300,50\",sosiaality\xc3\xb6ntekij\xc3\xa4,1.3.2024\n"
						"Hyvinvointialue,Silm\xc3\xa4lasit,300,sosiaaliohjaaja,1.3.2024\n"
						"Hyvinvointialue,Hammashoito,\"30,00\",sosiaaliohjaaja,31.2.2024\n"));
	assert_true(read_row(&t));
	assert_non_null(strstr(t.json, "\"limit_cents\":30050"));
	assert_false(read_row(&t));
	assert_string_equal(t.error.field, "limit_cents");
	assert_int_equal(t.error.column, 3);
	assert_false(read_row(&t));
	assert_string_equal(t.error.field, "valid_from");
	assert_int_equal(t.told, 1);
	assert_true(open_table(&t, "guideline", "authority;expense_type;limit_cents;decider_role;valid_from\nA;B;x;C;y\n"));
	assert_false(read_row(&t));
	assert_int_equal(t.told, 2);
	assert_int_equal(sheet_column(&t.sheet, span_text("decider_role")), 4);
	assert_int_equal(sheet_column(&t.sheet, span_text("decider")), 0);
	assert_int_equal(sheet_column(&t.sheet, span_text("text")), 0);
	assert_true(open_table(&t, "outreach_post", "name;host;municipality;weekday;from_minute;to_minute\n"
						    "Tupa;Seurakunta;Takkuvaara;tiistai;9.30;12:00\n"
						    "Tupa;Seurakunta;Takkuvaara;WED;9;12:00\n"));
	assert_true(read_row(&t));
	assert_non_null(strstr(t.json, "\"weekday\":\"TUE\",\"from_minute\":570,\"to_minute\":720"));
	assert_false(read_row(&t));
	assert_string_equal(t.error.fault.what, "must be a time of day like 9.30");
}

static void a_law_is_named_by_its_number(void **state)
{
	static struct table t;
	(void)state;
	assert_true(open_table(&t, "law_ref", "number;name_fi;valid_from;replaced_by\n254/2015;Asiakasasiakirjalaki;1.4.2015;703/2023\n"
					      "1/2000;Laki;1.1.2000;9/9999\n"));
	assert_true(read_row(&t));
	assert_non_null(strstr(t.json, "\"replaced_by\":\"07070707"));
	assert_false(read_row(&t));
	assert_string_equal(t.error.field, "replaced_by");
}

static void a_bad_heading_says_which_column(void **state)
{
	static struct table t;
	(void)state;
	assert_false(open_table(&t, "municipality", "name;enw_type;valid_from\n"));
	assert_int_equal(t.error.column, 2);
	assert_string_equal(t.error.field, "enw_type");
	assert_string_equal(t.error.hint, "env_type");
	assert_false(open_table(&t, "municipality", "name;nimi;valid_from\n"));
	assert_int_equal(t.error.column, 2);
	assert_false(open_table(&t, "municipality", "name;env_type\n"));
	assert_string_equal(t.error.field, "valid_from");
	assert_null(sheet_type_of(span_text("client")));
	assert_null(sheet_type_of(span_text("")));
	assert_true(open_table(&t, "partner", "name;municipality;themes\nMarttakerho;Hallasuo;INCOME||FAMILY\nX;Y\nX;Y;\xc3\xa4|\n"));
	assert_false(read_row(&t)); /* no such value: INCOME|FAMILY is one item */
	assert_false(read_row(&t));
	assert_string_equal(t.error.fault.what, "the row has fewer cells than the heading");
}

static void only_what_changed_is_written(void **state)
{
	static struct table t;
	static uint8_t before[1024], delta_block[1024];
	struct wire_out delta;
	uint32_t cleared[LIMIT_FIELDS];
	size_t count, before_len;
	(void)state;
	assert_true(open_table(&t, "service_point", "name;municipality;kind;hours;phone\nA;B;LIBRARY;9-15;1\n"
						    "A;B;LIBRARY;9-15;1\nA;B;LIBRARY;;2\n"));
	assert_true(read_row(&t));
	before_len = t.fields.used;
	memcpy(before, t.fields.block, before_len);
	wire_out_init(&delta, delta_block, sizeof delta_block);
	assert_true(read_row(&t));
	assert_false(sheet_change(&t.sheet, span_of(before, before_len), wire_out_span(&t.fields), &delta, cleared, &count));
	assert_int_equal(delta.used, 0);
	assert_true(read_row(&t));
	assert_true(sheet_change(&t.sheet, span_of(before, before_len), wire_out_span(&t.fields), &delta, cleared, &count));
	assert_int_equal(count, 1);
	assert_int_equal(cleared[0], RECORDS_SERVICE_POINT_HOURS);
	assert_int_equal(delta.used, 3); /* phone */
	/* A column that is not there leaves its field alone. */
	assert_true(open_table(&t, "service_point", "name;municipality;kind\nA;B;LIBRARY\n"));
	assert_true(read_row(&t));
	assert_false(sheet_change(&t.sheet, span_of(before, before_len), wire_out_span(&t.fields), &delta, cleared, &count));
}

static struct span law_name(void *ctx, struct record_id id)
{
	(void)ctx, (void)id;
	return span_text("703/2023");
}

static void what_is_exported_reads_as_the_same(void **state)
{
	static const struct { const char *type, *json; } records[] = {
		{ "service_point", "{\"name\":\"A; \\\"B\\\"\",\"municipality\":\"C\",\"kind\":\"KELA_POINT\",\"features\":[\"DROP_IN\",\"COMPUTER\"],"
				   "\"hours\":\"ma-pe\\n9-15\",\"devices\":[\"a|b\",\"c\"],\"remote_link\":false,"
				   "\"address\":{\"street\":\"Tie 1\",\"postal_code\":\"00100\"},\"valid_from\":\"2020-02-29\"}" },
		{ "guideline", "{\"authority\":\"A\",\"expense_type\":\"B\",\"limit_cents\":5,\"decider_role\":\"C\",\"valid_from\":\"2020-01-01\"}" },
		{ "outreach_post", "{\"name\":\"A\",\"host\":\"B\",\"municipality\":\"C\",\"weekday\":\"SUN\",\"from_minute\":5,\"to_minute\":1440}" },
		{ "law_ref", "{\"number\":\"254/2015\",\"name_fi\":\"X\",\"valid_from\":\"2015-04-01\","
			     "\"replaced_by\":\"07070707070707070707070707070707\"}" },
	};
	static struct table t;
	static uint8_t text[8192];
	(void)state;
	for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
		struct wire_out out, fields;
		struct sheet whole;
		struct csv_place place;
		uint8_t block[1024];
		uint32_t cleared[LIMIT_FIELDS];
		size_t count;
		sheet_whole(&whole, sheet_type_of(span_text(records[i].type)));
		wire_out_init(&fields, block, sizeof block);
		assert_false(fault_is(record_json_parse(whole.record, span_text(records[i].json), &fields, cleared, &count, NULL)));
		wire_out_init(&out, text, sizeof text);
		csv_put_mark(&out);
		sheet_write_head(&whole, &out);
		sheet_write_row(&whole, wire_out_span(&fields), law_name, NULL, &out);
		assert_false(out.full);
		wire_out_init(&t.cells, cells_block, sizeof cells_block);
		assert_false(fault_is(csv_open(&t.csv, wire_out_span(&out), &place)));
		assert_true(next(&t));
		assert_true(sheet_head(&t.sheet, whole.type, &t.row, &t.error));
		assert_true(read_row(&t));
		assert_string_equal(t.json, records[i].json);
		assert_int_equal(t.fields.used, fields.used);
		assert_memory_equal(t.fields.block, fields.block, fields.used);
	}
}

static void equal_keys_are_one_record(void **state)
{
	static struct table t;
	uint8_t a[200], b[200];
	struct wire_out x, y;
	(void)state;
	assert_true(open_table(&t, "municipality", "valid_from;name;env_type\n1.1.2020;A;BROAD\n2020-01-01;A;NARROW\n1.1.2021;A;BROAD\n"));
	assert_true(read_row(&t));
	wire_out_init(&x, a, sizeof a);
	assert_true(sheet_key(t.sheet.type, wire_out_span(&t.fields), &x));
	assert_true(read_row(&t));
	wire_out_init(&y, b, sizeof b);
	assert_true(sheet_key(t.sheet.type, wire_out_span(&t.fields), &y));
	assert_true(span_equal(wire_out_span(&x), wire_out_span(&y)));
	assert_true(read_row(&t));
	wire_out_init(&y, b, sizeof b);
	assert_true(sheet_key(t.sheet.type, wire_out_span(&t.fields), &y));
	assert_false(span_equal(wire_out_span(&x), wire_out_span(&y)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_becomes_a_record),
		cmocka_unit_test(headings_and_values_may_be_the_words_of_people),
		cmocka_unit_test(cells_are_read_by_their_kinds),
		cmocka_unit_test(a_law_is_named_by_its_number),
		cmocka_unit_test(a_bad_heading_says_which_column),
		cmocka_unit_test(only_what_changed_is_written),
		cmocka_unit_test(what_is_exported_reads_as_the_same),
		cmocka_unit_test(equal_keys_are_one_record),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
