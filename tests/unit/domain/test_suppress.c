/* suppress: nobody can be known by what is published. The reader of these tests knows
 * all that is shown and how it is made: he tries every table that would be shown alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "domain/suppress.h"
#include "lib/prng.h"

enum { CELLS_MAX = 9 };

/* A published table: what is not shown reads UINT32_MAX or UINT32_MAX - 1, totals behind. */
struct shown { uint32_t cells[CELLS_MAX + 7]; size_t count; };

static uint32_t told(uint32_t count, enum suppress_mark mark)
{
	return mark == SUPPRESS_SHOWN ? count : UINT32_MAX - (uint32_t)mark;
}

static void publish_list(const uint32_t *counts, size_t count, struct shown *out)
{
	enum suppress_mark marks[CELLS_MAX], total;
	uint32_t sum = 0;
	suppress_list(counts, count, marks, &total);
	for (size_t i = 0; i < count; i++) {
		out->cells[i] = told(counts[i], marks[i]);
		sum += counts[i];
	}
	out->cells[count] = told(sum, total);
	out->count = count + 1;
}

static void publish_grid(const uint32_t *counts, size_t rows, size_t columns, struct shown *out)
{
	enum suppress_mark marks[CELLS_MAX], of_rows[3], of_columns[3], total;
	uint32_t sum = 0;
	suppress_grid(counts, rows, columns, marks, of_rows, of_columns, &total);
	out->count = 0;
	for (size_t i = 0; i < rows * columns; i++) {
		out->cells[out->count++] = told(counts[i], marks[i]);
		sum += counts[i];
	}
	for (size_t r = 0; r < rows; r++) {
		uint32_t line = 0;
		for (size_t c = 0; c < columns; c++)
			line += counts[r * columns + c];
		out->cells[out->count++] = told(line, of_rows[r]);
	}
	for (size_t c = 0; c < columns; c++) {
		uint32_t line = 0;
		for (size_t r = 0; r < rows; r++)
			line += counts[r * columns + c];
		out->cells[out->count++] = told(line, of_columns[c]);
	}
	out->cells[out->count++] = told(sum, total);
}

/* ---- all tables that are shown alike ---- */

struct class { struct shown shown; uint32_t least[CELLS_MAX], most[CELLS_MAX]; bool used; };
enum { CLASSES = 1 << 19 };
static struct class *classes;

static struct class *class_of(const struct shown *shown)
{
	uint64_t hash = 0xcbf29ce484222325u;
	for (size_t i = 0; i < shown->count; i++)
		hash = (hash ^ shown->cells[i]) * 0x100000001b3u;
	for (size_t at = (hash >> 13) % CLASSES;; at = (at + 1) % CLASSES)
		if (!classes[at].used || memcmp(classes[at].shown.cells, shown->cells, shown->count * sizeof *shown->cells) == 0)
			return &classes[at];
}

static void learn(const struct shown *shown, const uint32_t *counts, size_t count)
{
	struct class *class = class_of(shown);
	for (size_t i = 0; i < count; i++) {
		if (!class->used || counts[i] < class->least[i])
			class->least[i] = counts[i];
		if (!class->used || counts[i] > class->most[i])
			class->most[i] = counts[i];
	}
	class->shown = *shown;
	class->used = true;
}

/* Of every published table: each hidden count may be more than one; a SMALL one any of one to four. */
static void nobody_is_known(size_t count)
{
	size_t hidden = 0;
	for (size_t at = 0; at < CLASSES; at++) {
		const struct class *class = &classes[at];
		for (size_t i = 0; class->used && i < count; i++) {
			if (class->shown.cells[i] == UINT32_MAX - SUPPRESS_SMALL) {
				assert_int_equal(class->least[i], 1);
				assert_int_equal(class->most[i], SUPPRESS_SMALL_MAX);
				hidden++;
			} else if (class->shown.cells[i] == UINT32_MAX - SUPPRESS_WITHHELD) {
				assert_true(class->least[i] < class->most[i]);
				hidden++;
			} else {
				assert_false(class->shown.cells[i] >= 1 && class->shown.cells[i] <= SUPPRESS_SMALL_MAX);
			}
		}
	}
	assert_true(hidden > 100);
	print_message("%zu hidden counts\n", hidden);
}

static bool next_table(uint32_t *counts, size_t count, uint32_t most)
{
	for (size_t i = 0; i < count; i++) {
		if (++counts[i] <= most)
			return true;
		counts[i] = 0;
	}
	return false;
}

static void begin(void)
{
	classes = calloc(CLASSES, sizeof *classes);
	assert_non_null(classes);
}

static void end(void)
{
	free(classes);
	classes = NULL;
}

/* A table at the rim of what was tried may have likes beyond it: only totals that are
 * whole are looked at. */
static void try_lists(size_t count, uint32_t sum_max)
{
	uint32_t counts[CELLS_MAX] = { 0 };
	struct shown shown;
	begin();
	do {
		uint32_t sum = 0;
		for (size_t i = 0; i < count; i++)
			sum += counts[i];
		if (sum > sum_max)
			continue;
		publish_list(counts, count, &shown);
		learn(&shown, counts, count);
	} while (next_table(counts, count, sum_max));
	nobody_is_known(count);
	end();
}

static void no_count_of_a_list_can_be_computed(void **state)
{
	(void)state;
	try_lists(2, 40);
	try_lists(3, 30);
	try_lists(4, 22);
}

static void two_lists_of_one_total_tell_no_more_than_each(void **state)
{
	uint32_t a[2] = { 0 }, b[3];
	struct shown one, other, both;
	(void)state;
	begin();
	for (uint32_t sum = 0; sum <= 16; sum++)
		for (a[0] = 0; a[0] <= sum; a[0]++)
			for (b[0] = 0; b[0] <= sum; b[0]++)
				for (b[1] = 0; b[0] + b[1] <= sum; b[1]++) {
					const uint32_t counts[5] = { a[0], sum - a[0], b[0], b[1], sum - b[0] - b[1] };
					publish_list(counts, 2, &one);
					publish_list(counts + 2, 3, &other);
					memcpy(both.cells, one.cells, 2 * sizeof *one.cells);
					memcpy(both.cells + 2, other.cells, 4 * sizeof *other.cells);
					both.count = 6;
					learn(&both, counts, 5);
				}
	nobody_is_known(5);
	end();
}

/* Grids cannot all be tried: for each the reader tries what has the same totals. */
struct reader {
	const struct shown *shown;
	bool knows_how;  /* it is made; else what the marks mean */
	uint32_t counts[CELLS_MAX], least[CELLS_MAX], most[CELLS_MAX];
	size_t found;
};

static bool may_be(const struct reader *reader, size_t rows, size_t columns)
{
	struct shown shown;
	bool any_small = false; /* else the inner counts are withheld all: they may be anything */
	if (reader->knows_how) {
		publish_grid(reader->counts, rows, columns, &shown);
		return memcmp(shown.cells, reader->shown->cells, shown.count * sizeof *shown.cells) == 0;
	}
	for (size_t i = 0; i < rows * columns; i++)
		any_small = any_small || reader->shown->cells[i] == UINT32_MAX - SUPPRESS_SMALL;
	for (size_t i = 0; i < rows * columns && any_small; i++) {
		uint32_t cell = reader->shown->cells[i], count = reader->counts[i];
		if (cell == UINT32_MAX - SUPPRESS_SMALL ? count < 1 || count > SUPPRESS_SMALL_MAX
		    : cell == UINT32_MAX - SUPPRESS_WITHHELD ? count <= SUPPRESS_SMALL_MAX : count != cell)
			return false;
	}
	return true;
}

static void try_grid(struct reader *reader, size_t rows, size_t columns, size_t at, const uint32_t *row_left, uint32_t *column_left,
		     uint32_t left)
{
	size_t row = at / columns, column = at % columns;
	if (at == rows * columns) {
		if (!may_be(reader, rows, columns))
			return;
		for (size_t i = 0; i < rows * columns; i++) {
			uint32_t count = reader->counts[i];
			reader->least[i] = reader->found == 0 || count < reader->least[i] ? count : reader->least[i];
			reader->most[i] = reader->found == 0 || count > reader->most[i] ? count : reader->most[i];
		}
		reader->found++;
		return;
	}
	bool last_row = row == rows - 1, last_column = column == columns - 1;
	uint32_t low = last_column ? left : 0, high = left < column_left[column] ? left : column_left[column];
	if (last_row) {
		if (column_left[column] > left || (last_column && column_left[column] != left))
			return;
		low = high = column_left[column];
	}
	for (uint32_t count = low; count <= high; count++) {
		reader->counts[at] = count;
		column_left[column] -= count;
		try_grid(reader, rows, columns, at + 1, row_left, column_left,
			 last_column ? (last_row ? 0 : row_left[row + 1]) : left - count);
		column_left[column] += count;
	}
}

static void no_count_of_a_grid_can_be_computed(void **state)
{
	struct prng prng;
	size_t inner_shown = 0, small = 0;
	(void)state;
	prng_init(&prng, 11);
	for (int round = 0; round < 400; round++) {
		size_t rows = 2 + (size_t)prng_below(&prng, 2), columns = rows == 3 ? 2 : 2 + (size_t)prng_below(&prng, 2);
		uint32_t counts[CELLS_MAX], row_left[3] = { 0 }, column_left[3] = { 0 };
		struct shown shown;
		for (size_t i = 0; i < rows * columns; i++) {
			counts[i] = prng_below(&prng, 3) == 0 ? (uint32_t)prng_below(&prng, 5) : 5 + (uint32_t)prng_below(&prng, 9);
			row_left[i / columns] += counts[i];
			column_left[i % columns] += counts[i];
		}
		publish_grid(counts, rows, columns, &shown);
		bool margins_shown = true;
		for (size_t i = rows * columns; i < shown.count; i++)
			margins_shown = margins_shown && shown.cells[i] < UINT32_MAX - 2;
		if (!margins_shown)
			continue; /* the inner counts are withheld all; the totals are lists, tried above */
		for (int knows_how = 0; knows_how < 2; knows_how++) {
			struct reader reader = { .shown = &shown, .knows_how = knows_how != 0 };
			try_grid(&reader, rows, columns, 0, row_left, column_left, row_left[0]);
			assert_true(reader.found > 0);
			for (size_t i = 0; i < rows * columns; i++) {
				bool is_small = shown.cells[i] == UINT32_MAX - SUPPRESS_SMALL;
				bool is_withheld = shown.cells[i] == UINT32_MAX - SUPPRESS_WITHHELD;
				small += is_small;
				inner_shown += !is_small && !is_withheld;
				if (is_small || is_withheld)
					assert_true(reader.least[i] < reader.most[i]);
				if (is_small && !knows_how)
					assert_true(reader.least[i] == 1 && reader.most[i] == SUPPRESS_SMALL_MAX);
			}
		}
	}
	assert_true(inner_shown > 50 && small > 10);
	print_message("%zu small counts hidden, %zu counts shown beside them\n", small, inner_shown);
}

/* ---- by name ---- */

static void expect_list(const uint32_t *counts, size_t count, const char *marks)
{
	enum suppress_mark got[CELLS_MAX], total;
	static const char names[] = "=<.";
	suppress_list(counts, count, got, &total);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(names[got[i]], marks[i]);
	assert_int_equal(names[total], marks[count]);
}
#define LIST(marks, ...)                                                         \
	do {                                                                     \
		const uint32_t counts_[] = { __VA_ARGS__ };                      \
		expect_list(counts_, sizeof counts_ / sizeof counts_[0], marks); \
	} while (0)

static void what_is_withheld_with_a_small_count(void **state)
{
	(void)state;
	LIST("====", 5, 0, 100);
	LIST("<=.=", 3, 9, 50);      /* the last that can */
	LIST("<.==", 3, 50, 7);      /* seven cannot cover */
	LIST("<<.=", 1, 1, 50);
	LIST("...=", 1, 4, 5);       /* nothing covers them: all */
	LIST("...=", 3, 40, 8);      /* eight and three: four would leave seven */
	LIST("...=", 1, 5, 0);
	LIST("...<", 1, 0, 2);       /* S2 */
	LIST("====", 0, 0, 0);
}

static void classes_without_a_total_hide_themselves_alone(void **state)
{
	const uint32_t counts[] = { 0, 1, 4, 5 };
	enum suppress_mark marks[4];
	(void)state;
	suppress_loose(counts, 4, marks);
	assert_int_equal(marks[0], SUPPRESS_SHOWN);
	assert_int_equal(marks[1], SUPPRESS_SMALL);
	assert_int_equal(marks[2], SUPPRESS_SMALL);
	assert_int_equal(marks[3], SUPPRESS_SHOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_withheld_with_a_small_count),
		cmocka_unit_test(classes_without_a_total_hide_themselves_alone),
		cmocka_unit_test(no_count_of_a_list_can_be_computed),
		cmocka_unit_test(two_lists_of_one_total_tell_no_more_than_each),
		cmocka_unit_test(no_count_of_a_grid_can_be_computed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
