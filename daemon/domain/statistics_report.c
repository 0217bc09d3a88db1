/* statistics_report - the counts of a quarter as lines that may be published. */
#include "domain/statistics.h"
#include "domain/statistics_tables.h"
#include "domain/suppress.h"
#include "domain/value.h"
#include "records_table.h"

enum { CLASS_BYTES = 80, TEN = 10, HUNDRED = 100 };

struct line {
	const char *name, *row, *column; /* column NULL: a list */
	uint64_t count;
	enum suppress_mark mark;
};

static void put_text(struct wire_out *out, const char *text)
{
	wire_put_raw(out, span_text(text));
}

static void put_line(struct wire_out *out, const struct line *line)
{
	size_t begin = value_open(out, RECORDS_AGGREGATE_REPORT_LINES), class;
	wire_put_bytes(out, RECORDS_REPORT_LINE_NAME, span_text(line->name));
	class = value_open(out, RECORDS_REPORT_LINE_CLASS);
	put_text(out, line->row);
	if (line->column != NULL) {
		put_text(out, "/");
		put_text(out, line->column);
	}
	value_close(out, class);
	if (line->mark == SUPPRESS_SHOWN)
		wire_put_varint(out, RECORDS_REPORT_LINE_COUNT, line->count);
	if (line->mark == SUPPRESS_WITHHELD)
		wire_put_varint(out, RECORDS_REPORT_LINE_WITHHELD, 1);
	value_close(out, begin);
}

static uint64_t sum_of(const uint32_t *counts, size_t count, size_t step)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < count; i++)
		sum += counts[i * step];
	return sum;
}

static uint64_t rounded(uint64_t count, uint64_t to)
{
	return (count + to / 2) / to * to;
}

static void put_list(const struct statistics *s, enum statistics_table table, struct wire_out *out)
{
	const uint32_t *counts = s->cells[table];
	size_t count = statistics_tables_classes(table);
	enum suppress_mark marks[STATISTICS_LINE_MAX], total;
	bool is_stock = statistics_tables_form(table) == STATISTICS_TABLES_STOCK;
	bool is_loose = is_stock || statistics_tables_form(table) == STATISTICS_TABLES_LOOSE;
	struct line line = { .name = statistics_table_name(table) };
	if (is_loose)
		suppress_loose(counts, count, marks);
	else
		suppress_list(counts, count, marks, &total);
	for (size_t i = 0; i < count; i++) {
		line.row = statistics_tables_class(table, i);
		line.count = is_stock ? rounded(counts[i], TEN) : counts[i];
		line.mark = marks[i];
		put_line(out, &line);
	}
	if (is_loose)
		return;
	line = (struct line){ line.name, "TOTAL", NULL, sum_of(counts, count, 1), total };
	put_line(out, &line);
}

static void put_grid(const struct statistics *s, enum statistics_table table, struct wire_out *out)
{
	const uint32_t *counts = s->cells[table];
	size_t rows = statistics_tables_classes(table), columns = statistics_tables_columns(table);
	enum suppress_mark marks[STATISTICS_CELLS_MAX], of_rows[STATISTICS_LINE_MAX], of_columns[STATISTICS_LINE_MAX], total;
	const char *name = statistics_table_name(table);
	suppress_grid(counts, rows, columns, marks, of_rows, of_columns, &total);
	for (size_t r = 0; r < rows; r++) {
		const char *row = statistics_tables_class(table, r);
		for (size_t c = 0; c < columns; c++)
			put_line(out, &(struct line){ name, row, statistics_tables_column(table, c), counts[r * columns + c],
						      marks[r * columns + c] });
		put_line(out, &(struct line){ name, row, "TOTAL", sum_of(counts + r * columns, columns, 1), of_rows[r] });
	}
	for (size_t c = 0; c < columns; c++)
		put_line(out, &(struct line){ name, "TOTAL", statistics_tables_column(table, c), sum_of(counts + c, rows, columns),
					      of_columns[c] });
	put_line(out, &(struct line){ name, "TOTAL", "TOTAL", sum_of(counts, rows * columns, 1), total });
}

/* Of the visits that are told, in hundreds: the way each would have been to Kela. Exact
 * sums would tell from which municipality of its type somebody came. No total of them:
 * it would tell of those not shown. */
static void put_kilometres(const struct statistics *s, struct wire_out *out)
{
	enum statistics_table table = STATISTICS_VISITS_TYPE;
	enum suppress_mark marks[STATISTICS_LINE_MAX], total;
	size_t count = statistics_tables_classes(table);
	suppress_list(s->cells[table], count, marks, &total);
	for (size_t i = 0; i < count; i++)
		put_line(out, &(struct line){ "kilometres", statistics_tables_class(table, i), NULL,
					      rounded(s->kilometres[i], HUNDRED),
					      marks[i] == SUPPRESS_SHOWN ? SUPPRESS_SHOWN : SUPPRESS_WITHHELD });
}

static void put_date(struct wire_out *out, uint32_t number, int32_t day)
{
	wire_put_varint(out, number, ((uint64_t)(int64_t)day << 1) ^ (day < 0 ? UINT64_MAX : 0));
}

void statistics_report(const struct statistics *s, struct wire_out *fields)
{
	put_date(fields, RECORDS_AGGREGATE_REPORT_FROM, s->from);
	put_date(fields, RECORDS_AGGREGATE_REPORT_TO, s->to);
	for (int t = 0; t < STATISTICS_TABLES; t++) {
		enum statistics_table table = (enum statistics_table)t;
		switch (statistics_tables_form(table)) {
		case STATISTICS_TABLES_LIST:
		case STATISTICS_TABLES_LOOSE:
		case STATISTICS_TABLES_STOCK:
			put_list(s, table, fields);
			break;
		case STATISTICS_TABLES_GRID:
			put_grid(s, table, fields);
			break;
		}
		if (table == STATISTICS_VISITS_TYPE)
			put_kilometres(s, fields);
	}
}
