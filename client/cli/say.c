/* say - printing, and the one way out on errors. */
#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/civil.h"

enum { CELL_BYTES = 1024, CELLS = 64, COLUMNS_MAX = 12, ROW_INDENT = 4, VALUE_BYTES = 60000 };

static struct say_style style;

void say_begin(struct say_style wanted)
{
	style = wanted;
}

const struct say_style *say_style(void)
{
	return &style;
}

int say_end(int code)
{
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "jalka: cannot write the answer: %s\n", strerror(errno));
		return code == SAY_OK ? SAY_FAILED : code;
	}
	return code;
}

noreturn void say_die(enum say_exit code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fflush(stdout);
	fputs(style.colour ? "\x1b[31mjalka:\x1b[0m " : "jalka: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit((int)code);
}

void say_note(const char *format, ...)
{
	va_list args;
	if (style.quiet)
		return;
	va_start(args, format);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

void say_line(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vprintf(format, args);
	putchar('\n');
	va_end(args);
}

bool say_json(struct json object)
{
	if (style.json)
		say_line("%.*s", (int)object.text.len, (const char *)object.text.data);
	return style.json;
}

/* ---- values ------------------------------------------------------------------------ */
static size_t next_cell;

static char *cell(void)
{
	static char cells[CELLS][CELL_BYTES];
	char *taken = cells[next_cell++ % CELLS];
	taken[0] = 0;
	return taken;
}

/* Line breaks become spaces, other control characters '?', C1 ones (two bytes) too. */
static void clean(char *text)
{
	for (uint8_t *p = (uint8_t *)text; *p != 0; p++) {
		if (*p == '\n' || *p == '\t' || *p == '\r')
			*p = ' ';
		else if (*p < 0x20 || *p == 0x7f)
			*p = '?';
		else if (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
			p[0] = p[1] = '?';
	}
}

static void clip(char *text, size_t bytes)
{
	if (strlen(text) <= bytes)
		return;
	while (bytes > 0 && ((uint8_t)text[bytes] & 0xc0) == 0x80)
		bytes--;
	text[bytes] = 0;
}

const char *say_clean(const char *text)
{
	char *out = cell();
	snprintf(out, CELL_BYTES, "%s", text);
	clip(out, CELL_BYTES - 4);
	clean(out);
	return out;
}

static char long_text[VALUE_BYTES + 1];

/* The text of a value, whole; in one block that the next call overwrites. */
static char *whole_text(struct json value)
{
	size_t len = 0;
	if (!json_text(value, long_text, VALUE_BYTES, &len)) {
		len = value.type == JSON_ABSENT || value.type == JSON_NULL ? 0 : value.text.len;
		len = len < VALUE_BYTES ? len : VALUE_BYTES;
		if (len != 0)
			memcpy(long_text, value.text.data, len);
	}
	long_text[len] = 0;
	return long_text;
}

const char *say_text(struct json value)
{
	return say_clean(whole_text(value));
}

const char *say_short_id(struct json value)
{
	char *out = cell();
	snprintf(out, CELL_BYTES, "%.8s", say_text(value));
	return out;
}

static void put_time(char *out, uint64_t ms)
{
	struct civil_time t = civil_helsinki(ms);
	snprintf(out, CELL_BYTES, "%d.%d.%d klo %d.%02d", t.date.day, t.date.month, t.date.year, t.hour, t.minute);
}

const char *say_time_ms(struct json value)
{
	int64_t ms;
	char *out = cell();
	if (json_integer(value, &ms) && ms > 0 && ms <= (int64_t)CIVIL_MS_MAX)
		put_time(out, (uint64_t)ms);
	return out;
}

/* A text that is a date or time of record_json becomes what Finns write. */
static const char *localised(const char *text)
{
	int32_t days;
	uint64_t ms;
	struct span span = span_text(text);
	char *out = cell();
	if (civil_read_date(span, &days)) {
		struct civil_date d = civil_of_days(days);
		snprintf(out, CELL_BYTES, "%d.%d.%d", d.day, d.month, d.year);
		return out;
	}
	if (span.len >= 25 && span.data[10] == 'T' && civil_read_time(span, &ms)) {
		put_time(out, ms);
		return out;
	}
	return text;
}

/* What the ids in a record stand for, while its fields are printed. */
static struct json id_names;

static const char *with_name(const char *text)
{
	enum { HEX = 32 };
	struct json name = strlen(text) == HEX ? json_member(id_names, text) : (struct json){ .type = JSON_ABSENT };
	if (name.type != JSON_TEXT)
		return localised(text);
	char *out = cell();
	snprintf(out, CELL_BYTES, "%s (%.8s)", say_text(name), text);
	return out;
}

const char *say_value(struct json value)
{
	struct json name, item;
	if (value.type == JSON_TRUE || value.type == JSON_FALSE)
		return value.type == JSON_TRUE ? "yes" : "no";
	if (value.type == JSON_TEXT)
		return with_name(say_text(value));
	if (value.type != JSON_LIST)
		return say_text(value);
	char all[CELL_BYTES] = "";
	for (struct json_walk walk = json_walk(value); json_next(&walk, &name, &item);) {
		size_t used = strlen(all), mark = next_cell;
		snprintf(all + used, sizeof all - used, "%s%s", used == 0 ? "" : ", ", say_value(item));
		next_cell = mark;
	}
	clip(all, CELL_BYTES - 4);
	return strcpy(cell(), all);
}

int64_t say_integer(struct json object, const char *name)
{
	int64_t value;
	return json_integer(json_member(object, name), &value) ? value : 0;
}

bool say_true(struct json object, const char *name)
{
	return json_member(object, name).type == JSON_TRUE;
}

/* ---- tables -------------------------------------------------------------------------- */
static struct {
	const struct say_column *columns;
	size_t count, rows, room;
	char **cells; /* rows * count texts */
} table;

void say_table_begin(const struct say_column *columns, size_t count)
{
	table.columns = columns;
	table.count = count < COLUMNS_MAX ? count : COLUMNS_MAX;
	table.rows = 0;
}

void say_table_row(const char *const *cells)
{
	if (table.rows == table.room) {
		table.room = table.room == 0 ? 64 : table.room * 2;
		table.cells = realloc(table.cells, table.room * COLUMNS_MAX * sizeof *table.cells);
		if (table.cells == NULL)
			say_die(SAY_FAILED, "out of memory");
	}
	for (size_t i = 0; i < table.count; i++) {
		char *copy = strdup(cells[i]);
		if (copy == NULL)
			say_die(SAY_FAILED, "out of memory");
		table.cells[table.rows * table.count + i] = copy;
	}
	table.rows++;
}

static const char *cell_of(struct json object, const struct say_column *column)
{
	struct json value = json_member(object, column->key);
	switch (column->kind) {
	case SAY_TEXT: return say_value(value);
	case SAY_ID: return say_short_id(value);
	case SAY_TIME: return say_time_ms(value);
	case SAY_YES: return value.type == JSON_TRUE ? "yes" : "";
	case SAY_NUMBER: return say_text(value);
	}
	return "";
}

void say_table_rows(struct json list)
{
	struct json name, item;
	for (struct json_walk walk = json_walk(list); json_next(&walk, &name, &item);) {
		const char *cells[COLUMNS_MAX];
		char copies[COLUMNS_MAX][CELL_BYTES];
		for (size_t i = 0; i < table.count; i++) {
			snprintf(copies[i], CELL_BYTES, "%s", cell_of(item, &table.columns[i]));
			cells[i] = copies[i];
		}
		say_table_row(cells);
	}
}

static size_t chars(const char *text)
{
	return wire_utf8_chars(span_text(text));
}

/* Columns of the terminal; what is written to a file or a pipe has no end. */
static size_t line_columns(void)
{
	struct winsize size;
	bool is_terminal = isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
	return is_terminal ? size.ws_col : SIZE_MAX;
}

/* Where a row is wider than the terminal what has no room stands below, indented and
 * close together; nothing is cut. */
static void print_row(char *const *cells, const char *const *headings, const size_t *widths)
{
	size_t at = 0, owed = 0, columns = line_columns();
	bool is_below = false;
	for (size_t i = 0; i < table.count; i++) {
		const char *text = cells != NULL ? cells[i] : headings[i];
		size_t wide = is_below ? chars(text) : widths[i];
		if (is_below && wide == 0)
			continue;
		if (at > ROW_INDENT && at + wide > columns) {
			putchar('\n');
			is_below = true;
			wide = chars(text);
			at = owed = ROW_INDENT;
		}
		if (*text != 0) { /* blanks are owed until something follows them */
			printf("%*s%s", (int)owed, "", text);
			owed = 0;
		}
		owed += wide - chars(text) + (wide != 0 ? 2 : 0);
		at += wide + 2;
	}
	putchar('\n');
}

size_t say_table_end(const char *when_empty)
{
	size_t widths[COLUMNS_MAX];
	const char *headings[COLUMNS_MAX];
	for (size_t i = 0; i < table.count; i++) {
		headings[i] = table.columns[i].heading;
		widths[i] = chars(headings[i]);
		for (size_t row = 0; row < table.rows; row++) {
			size_t n = chars(table.cells[row * table.count + i]);
			widths[i] = n > widths[i] ? n : widths[i];
		}
	}
	if (table.rows == 0 && !style.json)
		say_note("%s", when_empty);
	if (table.rows != 0 && !style.quiet) {
		fputs(style.colour ? "\x1b[1m" : "", stdout);
		print_row(NULL, headings, widths);
		fputs(style.colour ? "\x1b[0m" : "", stdout);
	}
	for (size_t row = 0; row < table.rows; row++)
		print_row(table.cells + row * table.count, NULL, widths);
	for (size_t i = 0; i < table.rows * table.count; i++)
		free(table.cells[i]);
	size_t rows = table.rows;
	free(table.cells);
	memset(&table, 0, sizeof table);
	return rows;
}

/* ---- objects ------------------------------------------------------------------------- */
void say_lines(struct json value, int indent)
{
	char *text = whole_text(value), *line = text;
	while (line != NULL) {
		char *end = strchr(line, '\n');
		if (end != NULL)
			*end = 0;
		clean(line);
		printf("%*s%s\n", indent, "", line);
		line = end != NULL ? end + 1 : NULL;
	}
}

static void print_member(struct json name, struct json value, int indent)
{
	struct json none, item;
	if (value.type == JSON_NULL)
		return;
	printf("%*s%s:", indent, "", say_text(name));
	struct json_walk walk = json_walk(value);
	bool parts = value.type == JSON_LIST && json_next(&walk, &none, &item) && item.type == JSON_OBJECT;
	if (value.type == JSON_OBJECT || parts) {
		putchar('\n');
		for (walk = json_walk(value); parts && json_next(&walk, &none, &item);) {
			printf("%*s-\n", indent + 2, "");
			say_object(item, indent + 4);
		}
		if (!parts)
			say_object(value, indent + 2);
		return;
	}
	if (value.type == JSON_TEXT && (strchr(whole_text(value), '\n') != NULL || strlen(long_text) > 200)) {
		putchar('\n'); /* a text of several lines stands below its name */
		say_lines(value, indent + 2);
	} else {
		printf(" %s\n", say_value(value));
	}
}

void say_object(struct json object, int indent)
{
	struct json name, value;
	for (struct json_walk walk = json_walk(object); json_next(&walk, &name, &value);)
		if (!json_text_is(name, "v")) /* the version of the answer's form is for programs */
			print_member(name, value, indent);
}

void say_fields(struct json fields, struct json names, int indent)
{
	id_names = names;
	say_object(fields, indent);
	id_names = (struct json){ .type = JSON_ABSENT };
}
