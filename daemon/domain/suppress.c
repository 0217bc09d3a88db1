/* suppress - small counts, and what must be withheld with them. */
#include "domain/suppress.h"

#include "base/assert.h"

enum {
	/* What is withheld for a SMALL count stays at five or more when that goes from one to four. */
	COVER_MIN = SUPPRESS_SMALL_MAX + 1 + SUPPRESS_SMALL_MAX - 1,
};

static bool is_small(uint32_t count)
{
	return count >= 1 && count <= SUPPRESS_SMALL_MAX;
}

static void mark_all(enum suppress_mark *marks, size_t count, enum suppress_mark mark)
{
	for (size_t i = 0; i < count; i++)
		marks[i] = mark;
}

void suppress_loose(const uint32_t *counts, size_t count, enum suppress_mark *marks)
{
	for (size_t i = 0; i < count; i++)
		marks[i] = is_small(counts[i]) ? SUPPRESS_SMALL : SUPPRESS_SHOWN;
}

/* ---- lists ---- */

/* The class that covers the small ones; SIZE_MAX: none can. The reader knows the sum of
 * what is hidden and how many are small, and that the cover is at least COVER_MIN: each
 * small one may be anything when the others at one and itself at four leave that much. */
static size_t cover_of(const uint32_t *counts, size_t count, uint64_t small_sum, size_t small)
{
	for (size_t i = count; i-- > 0;)
		if (counts[i] >= COVER_MIN)
			return small_sum + counts[i] >= COVER_MIN + SUPPRESS_SMALL_MAX + (uint64_t)small - 1 ? i : SIZE_MAX;
	return SIZE_MAX;
}

void suppress_list(const uint32_t *counts, size_t count, enum suppress_mark *marks, enum suppress_mark *total)
{
	uint64_t sum = 0, small_sum = 0;
	size_t small = 0, cover;
	ASSERT(count <= SUPPRESS_LINE_MAX);
	suppress_loose(counts, count, marks);
	for (size_t i = 0; i < count; i++) {
		sum += counts[i];
		small += is_small(counts[i]);
		small_sum += is_small(counts[i]) ? counts[i] : 0;
	}
	*total = sum >= 1 && sum <= SUPPRESS_SMALL_MAX ? SUPPRESS_SMALL : SUPPRESS_SHOWN;
	if (small == 0)
		return;
	cover = *total == SUPPRESS_SMALL ? SIZE_MAX : cover_of(counts, count, small_sum, small);
	if (cover == SIZE_MAX)
		mark_all(marks, count, SUPPRESS_WITHHELD);
	else
		marks[cover] = SUPPRESS_WITHHELD;
}

/* ---- grids ---- */

struct grid {
	const uint32_t *counts;
	size_t rows, columns;
	enum suppress_mark *marks;
};

/* The last place of a row or column, not `at`, whose count can stand for a small one. */
static size_t last_cover(const uint32_t *counts, size_t step, size_t count, size_t at)
{
	for (size_t i = count; i-- > 0;)
		if (i != at && counts[i * step] >= COVER_MIN)
			return i;
	return SIZE_MAX;
}

/* Withholds the rectangle that covers a small count; false: it does not. The corners of
 * its row and column make room for four, the one across for one. Moving the small count
 * moves them with it, and the same rectangle is chosen: the choice tells nothing. */
static bool withhold_rectangle(const struct grid *grid, size_t row, size_t column)
{
	const uint32_t *counts = grid->counts;
	size_t at = row * grid->columns + column;
	size_t c = last_cover(counts + row * grid->columns, 1, grid->columns, column);
	size_t r = last_cover(counts + column, grid->columns, grid->rows, row);
	if (r == SIZE_MAX || c == SIZE_MAX)
		return false;
	size_t in_row = row * grid->columns + c, in_column = r * grid->columns + column, across = r * grid->columns + c;
	if (counts[in_row] + counts[at] < COVER_MIN + SUPPRESS_SMALL_MAX ||
	    counts[in_column] + counts[at] < COVER_MIN + SUPPRESS_SMALL_MAX || counts[across] + 1 < COVER_MIN + counts[at])
		return false;
	grid->marks[in_row] = grid->marks[in_column] = grid->marks[across] = SUPPRESS_WITHHELD;
	return true;
}

static bool all_shown(const enum suppress_mark *marks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (marks[i] != SUPPRESS_SHOWN)
			return false;
	return true;
}

static bool protect_inner(const struct grid *grid)
{
	for (size_t r = 0; r < grid->rows; r++)
		for (size_t c = 0; c < grid->columns; c++)
			if (is_small(grid->counts[r * grid->columns + c]) && !withhold_rectangle(grid, r, c))
				return false;
	return true;
}

void suppress_grid(const uint32_t *counts, size_t rows, size_t columns, enum suppress_mark *marks,
		   enum suppress_mark *row_totals, enum suppress_mark *column_totals, enum suppress_mark *total)
{
	const struct grid grid = { counts, rows, columns, marks };
	uint32_t of_rows[SUPPRESS_LINE_MAX] = { 0 }, of_columns[SUPPRESS_LINE_MAX] = { 0 };
	ASSERT(rows <= SUPPRESS_LINE_MAX && columns <= SUPPRESS_LINE_MAX);
	for (size_t r = 0; r < rows; r++)
		for (size_t c = 0; c < columns; c++) {
			of_rows[r] += counts[r * columns + c];
			of_columns[c] += counts[r * columns + c];
		}
	suppress_list(of_rows, rows, row_totals, total);
	suppress_list(of_columns, columns, column_totals, total);
	suppress_loose(counts, rows * columns, marks);
	if (all_shown(row_totals, rows) && all_shown(column_totals, columns) && protect_inner(&grid))
		return;
	/* S4; what stands under a total of 0 is 0, as everybody sees. */
	for (size_t r = 0; r < rows; r++)
		for (size_t c = 0; c < columns; c++)
			marks[r * columns + c] = (row_totals[r] == SUPPRESS_SHOWN && of_rows[r] == 0) ||
						 (column_totals[c] == SUPPRESS_SHOWN && of_columns[c] == 0)
							 ? SUPPRESS_SHOWN : SUPPRESS_WITHHELD;
}
