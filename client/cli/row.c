/* row - brackets, commas and values. */
#include "row.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/assert.h"
#include "base/civil.h"

static void name_of(struct row *row, const char *name)
{
	ASSERT(row->depth > 0);
	if (!row->is_wanted)
		return;
	if (row->has_value[row->depth - 1])
		putchar(',');
	if (name != NULL)
		printf("\"%s\":", name);
	row->has_value[row->depth - 1] = true;
}

static void open_bracket(struct row *row, char opens, char closes)
{
	ASSERT(row->depth < ROW_DEPTH);
	row->closes[row->depth] = closes;
	row->has_value[row->depth++] = false;
	if (row->is_wanted)
		putchar(opens);
}

void row_begin(struct row *row, bool is_wanted)
{
	*row = (struct row){ .is_wanted = is_wanted };
	open_bracket(row, '{', '}');
}

void row_close(struct row *row)
{
	ASSERT(row->depth > 0);
	row->depth--;
	if (row->is_wanted)
		putchar(row->closes[row->depth]);
}

void row_end(struct row *row)
{
	while (row->depth > 0)
		row_close(row);
	if (row->is_wanted)
		putchar('\n');
}

void row_object(struct row *row, const char *name)
{
	name_of(row, name);
	open_bracket(row, '{', '}');
}

void row_list(struct row *row, const char *name)
{
	name_of(row, name);
	open_bracket(row, '[', ']');
}

void row_text(struct row *row, const char *name, const char *text)
{
	name_of(row, name);
	if (row->is_wanted)
		printf("\"%s\"", text);
}

void row_bool(struct row *row, const char *name, bool value)
{
	name_of(row, name);
	if (row->is_wanted)
		fputs(value ? "true" : "false", stdout);
}

void row_number(struct row *row, const char *name, int64_t value)
{
	name_of(row, name);
	if (row->is_wanted)
		printf("%lld", (long long)value);
}

void row_date(struct row *row, const char *name, int32_t day)
{
	char text[CIVIL_DATE_BYTES];
	civil_write_date(day, text);
	row_text(row, name, text);
}

void row_time(struct row *row, const char *name, int32_t day, unsigned minute)
{
	char text[CIVIL_DATE_BYTES];
	civil_write_date(day, text);
	row_format(row, name, "%sT%02u:%02u", text, minute / 60 % 24, minute % 60);
}

void row_format(struct row *row, const char *name, const char *format, ...)
{
	va_list args;
	name_of(row, name);
	if (!row->is_wanted)
		return;
	putchar('"');
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('"');
}
