/* csv: tables as offices save them, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "domain/csv.h"

static uint8_t block[4096];

struct reader {
	struct csv csv;
	struct wire_out out;
	struct csv_row row;
	struct fault fault;
	struct csv_place place;
};

static void open_text(struct reader *r, const char *text, size_t len)
{
	wire_out_init(&r->out, block, sizeof block);
	r->fault = csv_open(&r->csv, span_of(text, len), &r->place);
}

static void open_good(struct reader *r, const char *text)
{
	open_text(r, text, strlen(text));
	assert_string_equal(r->fault.what, "");
}

static enum csv_read next(struct reader *r)
{
	return csv_next(&r->csv, &r->out, &r->row, &r->fault, &r->place);
}

static void expect_row(struct reader *r, size_t line, const char *const *cells, size_t count)
{
	assert_int_equal(next(r), CSV_ROW);
	assert_int_equal(r->row.line, line);
	assert_int_equal(r->row.count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(r->row.cells[i].len, strlen(cells[i]));
		assert_memory_equal(r->row.cells[i].data, cells[i], strlen(cells[i]));
	}
}
#define ROW(r, line, ...)                                                                       \
	do {                                                                                    \
		const char *const cells_[] = { __VA_ARGS__ };                                   \
		expect_row((r), (line), cells_, sizeof cells_ / sizeof cells_[0]);              \
	} while (0)

static void cells_come_as_they_stand(void **state)
{
	struct reader r;
	(void)state;
	open_good(&r, "name;env_type\r\nHallasuo;NARROW\r\nTakkuvaara; VERY_NARROW");
	ROW(&r, 1, "name", "env_type");
	ROW(&r, 2, "Hallasuo", "NARROW");
	ROW(&r, 3, "Takkuvaara", " VERY_NARROW");
	assert_int_equal(next(&r), CSV_END);
	assert_int_equal(next(&r), CSV_END);
}

static void quotation_marks_hold_separators_marks_and_lines(void **state)
{
	struct reader r;
	(void)state;
	open_good(&r, "a,b\n\"x, y\",\"he said \"\"no\"\"\"\n\"two\r\nlines\",\"\"\nlast,1\n");
	ROW(&r, 1, "a", "b");
	ROW(&r, 2, "x, y", "he said \"no\"");
	ROW(&r, 3, "two\nlines", "");
	ROW(&r, 5, "last", "1");
	assert_int_equal(next(&r), CSV_END);
}

static void the_heading_decides_the_separator(void **state)
{
	struct reader r;
	(void)state;
	open_good(&r, "\xef\xbb\xbf" "a;b;\"c,d,e,f\"\n1,2;3;4\n");
	ROW(&r, 1, "a", "b", "c,d,e,f");
	ROW(&r, 2, "1,2", "3", "4");
	open_good(&r, "a\tb\n1;2\t3\n");
	ROW(&r, 1, "a", "b");
	ROW(&r, 2, "1;2", "3");
	open_good(&r, "alone\nx\n");
	ROW(&r, 1, "alone");
}

static void every_line_end_ends_a_line_and_blank_lines_are_passed_over(void **state)
{
	struct reader r;
	(void)state;
	open_good(&r, "a;b\r1;2\r\n\n;;\n  ;\n3;4");
	ROW(&r, 1, "a", "b");
	ROW(&r, 2, "1", "2");
	ROW(&r, 6, "3", "4");
	assert_int_equal(next(&r), CSV_END);
	open_good(&r, "");
	assert_int_equal(next(&r), CSV_END);
	open_good(&r, "\n\n");
	assert_int_equal(next(&r), CSV_END);
}

static void marks_are_composed_to_letters(void **state)
{
	struct reader r;
	(void)state;
	open_good(&r, "name\nJa\xcc\x88ntti\n\"A\xcc\x8a" "sa\"\n");
	ROW(&r, 1, "name");
	ROW(&r, 2, "J\xc3\xa4ntti");
	ROW(&r, 3, "\xc3\x85sa");
}

static void what_is_no_table_is_told_with_line_and_column(void **state)
{
	static const struct { const char *text; size_t line, column; const char *part; } bad[] = {
		{ "a;b\n1;\"2\n3;4\n", 2, 2, "never closed" },
		{ "a;b\n1;2\n\"x\"y;4\n", 3, 1, "behind a closed" },
		{ "a;b\n1;2 \"x\"\n", 2, 2, "within a cell" },
	};
	struct reader r;
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		enum csv_read got;
		open_good(&r, bad[i].text);
		while ((got = next(&r)) == CSV_ROW)
			;
		assert_int_equal(got, CSV_BAD);
		assert_int_equal(r.place.line, bad[i].line);
		assert_int_equal(r.place.column, bad[i].column);
		assert_non_null(strstr(r.fault.what, bad[i].part));
		assert_int_equal(next(&r), CSV_END);
	}
}

static void text_that_is_not_utf8_names_its_line(void **state)
{
	struct reader r;
	(void)state;
	open_text(&r, "a;b\n1;2\nJ\xe4ntti;3\n", 18);
	assert_int_equal(r.fault.kind, FAULT_CALLER);
	assert_int_equal(r.place.line, 3);
	open_text(&r, "a\r\nb\r\n\xff", 7);
	assert_int_equal(r.place.line, 3);
	open_text(&r, "\xff\xfe" "a\0", 4);
	assert_non_null(strstr(r.fault.what, "UTF-16"));
	open_text(&r, "a\nb\0c\n", 6);
	assert_int_equal(r.place.line, 2);
}

static void bounds_are_kept(void **state)
{
	static char many[2 * CSV_COLUMNS_MAX + 2];
	uint8_t small[8];
	struct reader r;
	(void)state;
	memset(many, ';', 2 * CSV_COLUMNS_MAX);
	many[0] = 'a';
	open_good(&r, many);
	assert_int_equal(next(&r), CSV_BAD);
	assert_int_equal(r.place.column, CSV_COLUMNS_MAX + 1);
	many[CSV_COLUMNS_MAX] = '\0'; /* 64 cells */
	open_good(&r, many);
	assert_int_equal(next(&r), CSV_ROW);
	assert_int_equal(r.row.count, CSV_COLUMNS_MAX);
	open_good(&r, "abcdefghijk");
	wire_out_init(&r.out, small, sizeof small);
	assert_int_equal(next(&r), CSV_BAD);
	assert_int_equal(r.fault.kind, FAULT_LIMIT);
}

static void what_is_written_is_read_back(void **state)
{
	static const char *const cells[] = { "plain", "with; and, and \"marks\"", "two\nlines", "", "\xc3\x84iti" };
	uint8_t text[512];
	struct wire_out out;
	struct reader r;
	(void)state;
	wire_out_init(&out, text, sizeof text);
	csv_put_mark(&out);
	for (int row = 0; row < 2; row++) {
		for (size_t i = 0; i < 5; i++)
			csv_put_cell(&out, i == 0, span_text(cells[i]));
		csv_put_end(&out);
	}
	assert_false(out.full);
	open_text(&r, (const char *)text, out.used);
	expect_row(&r, 1, cells, 5);
	expect_row(&r, 3, cells, 5);
	assert_int_equal(next(&r), CSV_END);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_come_as_they_stand),
		cmocka_unit_test(quotation_marks_hold_separators_marks_and_lines),
		cmocka_unit_test(the_heading_decides_the_separator),
		cmocka_unit_test(every_line_end_ends_a_line_and_blank_lines_are_passed_over),
		cmocka_unit_test(marks_are_composed_to_letters),
		cmocka_unit_test(what_is_no_table_is_told_with_line_and_column),
		cmocka_unit_test(text_that_is_not_utf8_names_its_line),
		cmocka_unit_test(bounds_are_kept),
		cmocka_unit_test(what_is_written_is_read_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
