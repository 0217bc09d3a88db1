/* sheet - headings and cells become fields of a record, and back. */
#include "domain/sheet.h"

#include "base/civil.h"
#include "base/nearest.h"
#include "domain/fields.h"
#include "domain/labels.h"
#include "domain/letter.h"
#include "domain/value.h"
#include "records_table.h"

enum { CELL_BYTES = 256, NAME_BYTES = 200 };

static const struct sheet_type types[SHEET_TYPES] = {
	{ RECORDS_TYPE_MUNICIPALITY, 2, { RECORDS_MUNICIPALITY_NAME, RECORDS_MUNICIPALITY_VALID_FROM }, 0, 0 },
	{ RECORDS_TYPE_SERVICE_POINT, 2, { RECORDS_SERVICE_POINT_NAME, RECORDS_SERVICE_POINT_MUNICIPALITY }, 0, 0 },
	{ RECORDS_TYPE_PARTNER, 2, { RECORDS_PARTNER_NAME, RECORDS_PARTNER_MUNICIPALITY }, 0, 0 },
	{ RECORDS_TYPE_OUTREACH_POST, 3,
	  { RECORDS_OUTREACH_POST_NAME, RECORDS_OUTREACH_POST_MUNICIPALITY, RECORDS_OUTREACH_POST_WEEKDAY }, 0, 0 },
	{ RECORDS_TYPE_GUIDELINE, 3,
	  { RECORDS_GUIDELINE_AUTHORITY, RECORDS_GUIDELINE_EXPENSE_TYPE, RECORDS_GUIDELINE_VALID_FROM }, 0, 0 },
	{ RECORDS_TYPE_MODEL_VERSION, 2, { RECORDS_MODEL_VERSION_NAME, RECORDS_MODEL_VERSION_VERSION }, 0, 0 },
	{ RECORDS_TYPE_RESPONSIBILITY, 2, { RECORDS_RESPONSIBILITY_TASK, RECORDS_RESPONSIBILITY_VALID_FROM }, 0, 0 },
	{ RECORDS_TYPE_BULLETIN, 3,
	  { RECORDS_BULLETIN_TITLE, RECORDS_BULLETIN_LANGUAGE, RECORDS_BULLETIN_VALID_FROM }, 0, 0 },
	{ RECORDS_TYPE_LAW_REF, 2, { RECORDS_LAW_REF_NUMBER, RECORDS_LAW_REF_VALID_FROM },
	  RECORDS_LAW_REF_REPLACED_BY, RECORDS_LAW_REF_NUMBER },
};

const struct sheet_type *sheet_types(size_t *count)
{
	*count = SHEET_TYPES;
	return types;
}

const struct sheet_type *sheet_type_of(struct span name)
{
	const struct schema_record *record = schema_by_name(name);
	for (size_t i = 0; record != NULL && i < SHEET_TYPES; i++)
		if (types[i].type == record->type)
			return &types[i];
	return NULL;
}

/* ---- texts alike ---- */

static struct span trimmed(struct span text)
{
	while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\n'))
		text = span_of(text.data + 1, text.len - 1);
	while (text.len > 0 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\n'))
		text.len--;
	return text;
}

/* Capitals do not count. */
static bool is_alike(struct span a, struct span b)
{
	while (a.len > 0 && b.len > 0)
		if (letter_small(letter_next(&a)) != letter_small(letter_next(&b)))
			return false;
	return a.len == b.len;
}

static void copy_text(char *to, size_t size, struct span text)
{
	size_t len = text.len < size ? text.len : size - 1;
	while (len < text.len && len > 0 && (text.data[len] & 0xc0) == 0x80)
		len--;
	for (size_t i = 0; i < len; i++)
		to[i] = text.data[i] < 0x20 || text.data[i] == 0x7f ? '?' : (char)text.data[i];
	to[len] = '\0';
}

static bool refuse(struct sheet_error *error, size_t column, struct span field, const char *what)
{
	error->column = column;
	error->hint[0] = '\0';
	copy_text(error->field, sizeof error->field, field);
	error->fault = fault_of(FAULT_CALLER, what);
	return false;
}

static bool refuse_field(struct sheet_error *error, size_t column, const struct schema_field *field, const char *what)
{
	return refuse(error, column, span_text(field->name), what);
}

/* ---- the heading ---- */

static const struct schema_field *field_called(const struct schema_message *message, struct span text)
{
	for (size_t i = 0; i < message->count; i++) {
		const struct schema_field *field = &message->fields[i];
		bool is = is_alike(text, span_text(field->name));
		for (int l = 0; l < LABELS_LANGUAGES && !is; l++)
			is = is_alike(text, span_text(labels_field((enum labels_language)l, message, field)));
		if (is)
			return field;
	}
	return NULL;
}

static bool read_column(struct sheet *sheet, struct span text, struct sheet_column *out)
{
	const uint8_t *dot = text.len == 0 ? NULL : memchr(text.data, '.', text.len);
	size_t len = dot == NULL ? text.len : (size_t)(dot - text.data);
	out->field = field_called(sheet->record->message, span_of(text.data, len));
	out->part = NULL;
	if (out->field == NULL || (out->field->message == NULL) != (dot == NULL))
		return false;
	if (dot == NULL)
		return true;
	out->part = field_called(out->field->message, span_of(dot + 1, text.len - len - 1));
	return out->part != NULL;
}

static void hint_column(const struct sheet *sheet, struct span text, struct sheet_error *error)
{
	size_t best = SIZE_MAX;
	for (size_t i = 0; i < sheet->record->message->count; i++) {
		struct span known = span_text(sheet->record->message->fields[i].name);
		if (nearest_better(text, known, &best))
			copy_text(error->hint, sizeof error->hint, known);
	}
}

static bool has_column(const struct sheet *sheet, const struct schema_field *field, const struct schema_field *part)
{
	for (size_t i = 0; i < sheet->count; i++)
		if (sheet->columns[i].field == field && sheet->columns[i].part == part)
			return true;
	return false;
}

static void begin(struct sheet *sheet, const struct sheet_type *type)
{
	*sheet = (struct sheet){ .type = type, .record = schema_by_type(type->type) };
}

bool sheet_head(struct sheet *sheet, const struct sheet_type *type, const struct csv_row *row, struct sheet_error *error)
{
	begin(sheet, type);
	for (size_t i = 0; i < row->count; i++) {
		struct span text = trimmed(row->cells[i]);
		struct sheet_column column;
		if (!read_column(sheet, text, &column)) {
			refuse(error, i + 1, text, "no such field: a column is headed by a field's name or its word");
			hint_column(sheet, text, error);
			return false;
		}
		if (has_column(sheet, column.field, column.part))
			return refuse(error, i + 1, text, "the field has a column already");
		sheet->columns[sheet->count++] = column;
	}
	for (size_t i = 0; i < type->key_count; i++) {
		const struct schema_field *key = schema_field_by_number(sheet->record->message, type->key[i]);
		if (!has_column(sheet, key, NULL))
			return refuse_field(error, 0, key, "the column is missing: rows are known by it");
	}
	return true;
}

void sheet_whole(struct sheet *sheet, const struct sheet_type *type)
{
	begin(sheet, type);
	for (size_t i = 0; i < sheet->record->message->count; i++) {
		const struct schema_field *field = &sheet->record->message->fields[i];
		if (field->message == NULL)
			sheet->columns[sheet->count++] = (struct sheet_column){ field, NULL };
		for (size_t k = 0; field->message != NULL && k < field->message->count; k++)
			sheet->columns[sheet->count++] = (struct sheet_column){ field, &field->message->fields[k] };
	}
}

/* ---- cells to values ---- */

/* A number of the day's minutes, by its name. */
static bool is_minute(const struct schema_field *field)
{
	static const char end[] = "_minute";
	size_t len = strlen(field->name);
	return field->kind == SCHEMA_UINT32 && len >= sizeof end && strcmp(field->name + len - (sizeof end - 1), end) == 0;
}

static bool digits(struct span *text, size_t max, unsigned *out)
{
	size_t len = 0;
	*out = 0;
	while (len < text->len && len < max && text->data[len] >= '0' && text->data[len] <= '9')
		*out = *out * 10 + text->data[len++] - '0';
	*text = span_of(text->data + len, text->len - len);
	return len > 0;
}

static bool skip(struct span *text, const char *any)
{
	if (text->len == 0 || memchr(any, text->data[0], strlen(any)) == NULL)
		return false;
	*text = span_of(text->data + 1, text->len - 1);
	return true;
}

static char *put_digits(char *to, unsigned value, unsigned count)
{
	for (unsigned i = count; i-- > 0; value /= 10)
		to[i] = (char)('0' + value % 10);
	return to + count;
}

/* 3.11.2026 as 2026-11-03; others stay. */
static struct span date_text(struct span text, char out[static CIVIL_DATE_BYTES])
{
	unsigned day, month, year;
	struct span rest = text;
	if (!digits(&rest, 2, &day) || !skip(&rest, ".") || !digits(&rest, 2, &month) || !skip(&rest, ".") ||
	    !digits(&rest, 4, &year) || rest.len > 0 || year < 1000)
		return text;
	char *at = put_digits(out, year, 4);
	*at++ = '-';
	at = put_digits(at, month, 2);
	*at++ = '-';
	at = put_digits(at, day, 2);
	return span_of(out, (size_t)(at - out));
}

/* 9.30 or 09:30 as minutes. */
static bool minute_text(struct span text, char out[static CELL_BYTES], struct span *minutes)
{
	unsigned hour, minute;
	if (!digits(&text, 2, &hour) || !skip(&text, ".:") || !digits(&text, 2, &minute) || text.len > 0 || hour > 24 ||
	    minute > 59)
		return false;
	*minutes = span_of(out, (size_t)(put_digits(out, hour * 60 + minute, 4) - out));
	return true;
}

static struct span bool_text(struct span text)
{
	static const char *const yes[] = { "true", "kyllä", "ja", "yes", "x", "1" };
	static const char *const no[] = { "false", "ei", "nej", "no", "0" };
	for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
		if (is_alike(text, span_text(yes[i])))
			return span_text("true");
	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
		if (is_alike(text, span_text(no[i])))
			return span_text("false");
	return text;
}

static struct span enum_text(const struct schema_enum *e, struct span text)
{
	for (size_t i = 0; i < e->count; i++) {
		bool is = is_alike(text, span_text(e->values[i].name));
		for (int l = 0; l < LABELS_LANGUAGES && !is; l++)
			is = is_alike(text, span_text(labels_value((enum labels_language)l, e, e->values[i].number)));
		if (is)
			return span_text(e->values[i].name);
	}
	return text;
}

/* An amount is written with its cents: 500 alone may be meant either way. */
static bool is_amount(struct span text)
{
	return text.len >= 4 && (text.data[text.len - 3] == ',' || text.data[text.len - 3] == '.');
}

struct cell {
	const struct sheet *sheet;
	size_t column; /* from 1 */
	const struct schema_field *field;
	const struct sheet_reader *reader;
	struct sheet_error *error;
};

static bool put_reference(const struct cell *cell, struct span text, struct wire_out *out)
{
	struct record_id id;
	if (!cell->reader->find(cell->reader->ctx, text, &id))
		return refuse_field(cell->error, cell->column, cell->field, "no record is called so, here or in this file");
	wire_put_bytes(out, cell->field->number, ID_SPAN(id));
	return true;
}

static bool put_value(const struct cell *cell, struct span text, bool bare, struct wire_out *out)
{
	char block[CELL_BYTES];
	struct schema_error where = { .field = "" };
	struct value_path path = { .where = &where };
	const struct schema_field *field = cell->field;
	text = trimmed(text);
	if (text.len == 0)
		return refuse_field(cell->error, cell->column, field, "something is missing between two bars");
	if (field->kind == SCHEMA_ID)
		return put_reference(cell, text, out);
	if (field->kind == SCHEMA_DATE)
		text = date_text(text, block);
	else if (field->kind == SCHEMA_BOOL)
		text = bool_text(text);
	else if (field->kind == SCHEMA_ENUM)
		text = enum_text(field->enumeration, text);
	else if (field->kind == SCHEMA_CENTS && !is_amount(text))
		return refuse_field(cell->error, cell->column, field, "must be euros and cents like 12,50");
	else if (is_minute(field) && !minute_text(text, block, &text))
		return refuse_field(cell->error, cell->column, field, "must be a time of day like 9.30");
	struct fault f = value_put(&path, field, text, bare, out);
	if (!fault_is(f))
		return true;
	refuse_field(cell->error, cell->column, field, field->kind == SCHEMA_DATE ? "must be a day that exists, like 3.11.2026" : f.what);
	memcpy(cell->error->hint, where.hint, sizeof cell->error->hint);
	_Static_assert(sizeof where.hint == sizeof cell->error->hint, "a hint fits");
	return false;
}

/* The next item of a list into `item` (two bars are one of it). */
static struct span next_item(struct span *rest, uint8_t *item, size_t size, bool *more)
{
	size_t at = 0, used = 0;
	*more = false;
	while (at < rest->len) {
		bool is_bar = rest->data[at] == '|';
		bool is_double = is_bar && at + 1 < rest->len && rest->data[at + 1] == '|';
		if (is_bar && !is_double) {
			*more = true;
			at++;
			break;
		}
		if (used < size)
			item[used++] = rest->data[at];
		at += is_double ? 2 : 1;
	}
	*rest = span_of(rest->data + at, rest->len - at);
	return span_of(item, used);
}

static bool put_list(const struct cell *cell, struct span text, struct wire_out *out)
{
	uint8_t item[LIMIT_FIELDS * 32];
	bool more = true, packed = value_is_number(cell->field->kind);
	if (text.len > sizeof item)
		return refuse_field(cell->error, cell->column, cell->field, "the list is too long");
	size_t begun = packed ? value_open(out, cell->field->number) : 0;
	while (more)
		if (!put_value(cell, next_item(&text, item, sizeof item, &more), packed, out))
			return false;
	if (packed)
		value_close(out, begun);
	return true;
}

static bool put_cell(const struct cell *cell, struct span text, struct wire_out *out)
{
	return cell->field->repeated ? put_list(cell, text, out) : put_value(cell, text, false, out);
}

/* The column of a field or part; 0: none. */
static size_t column_of(const struct sheet *sheet, const struct schema_field *field, const struct schema_field *part)
{
	for (size_t i = 0; i < sheet->count; i++)
		if (sheet->columns[i].field == field && sheet->columns[i].part == part)
			return i + 1;
	return 0;
}

static bool put_part(struct cell cell, const struct csv_row *row, const struct schema_field *field, struct wire_out *out)
{
	bool any = false;
	size_t at = 0;
	struct wire_out before = *out;
	for (size_t i = 0; i < field->message->count; i++) {
		cell.field = &field->message->fields[i];
		cell.column = column_of(cell.sheet, field, cell.field);
		struct span text = cell.column == 0 ? span_of("", 0) : trimmed(row->cells[cell.column - 1]);
		if (text.len == 0)
			continue;
		if (!any)
			at = value_open(out, field->number);
		any = true;
		if (!put_cell(&cell, text, out))
			return false;
	}
	if (any)
		value_close(out, at);
	else
		*out = before;
	return true;
}

static bool put_field(struct cell cell, const struct csv_row *row, struct wire_out *fields)
{
	if (cell.field->message != NULL)
		return put_part(cell, row, cell.field, fields);
	cell.column = column_of(cell.sheet, cell.field, NULL);
	struct span text = cell.column == 0 ? span_of("", 0) : trimmed(row->cells[cell.column - 1]);
	return text.len == 0 || put_cell(&cell, text, fields);
}

bool sheet_read(const struct sheet *sheet, const struct csv_row *row, const struct sheet_reader *reader,
		struct wire_out *fields)
{
	struct sheet_error error;
	struct cell cell = { .sheet = sheet, .reader = reader, .error = &error };
	bool is_good = row->count == sheet->count;
	if (!is_good) {
		refuse(&error, 0, span_of("", 0), row->count < sheet->count ? "the row has fewer cells than the heading"
									   : "the row has more cells than the heading");
		reader->tell(reader->ctx, &error);
		return false;
	}
	for (size_t i = 0; i < sheet->record->message->count; i++) {
		cell.field = &sheet->record->message->fields[i];
		if (put_field(cell, row, fields))
			continue;
		reader->tell(reader->ctx, &error);
		is_good = false;
	}
	if (is_good && fields->full) {
		refuse(&error, 0, span_of("", 0), "the row is too long");
		reader->tell(reader->ctx, &error);
	}
	return is_good && !fields->full;
}

size_t sheet_column(const struct sheet *sheet, struct span name)
{
	for (size_t i = 0; i < sheet->count; i++) {
		const struct sheet_column *column = &sheet->columns[i];
		struct span field = span_text(column->field->name), rest;
		if (name.len < field.len || memcmp(name.data, field.data, field.len) != 0)
			continue;
		rest = span_of(name.data + field.len, name.len - field.len);
		/* What was said of a whole part, or of an item of a list, stands at its first column. */
		if (column->part == NULL || rest.len == 0 || rest.data[0] != '.' ||
		    span_equal(span_of(rest.data + 1, rest.len - 1), span_text(column->part->name)))
			if (rest.len == 0 || rest.data[0] == '.')
				return i + 1;
	}
	return 0;
}

/* ---- keys and changes ---- */

static void put_all_of(struct span fields, uint32_t number, struct wire_out *out)
{
	struct wire_field f;
	while (wire_next(&fields, &f) == WIRE_FIELD)
		if (f.number == number)
			wire_put_raw(out, f.whole);
}

bool sheet_key(const struct sheet_type *type, struct span fields, struct wire_out *out)
{
	for (size_t i = 0; i < type->key_count; i++)
		put_all_of(fields, type->key[i], out);
	return !out->full;
}

static bool is_same(struct span a, struct span b, uint32_t number)
{
	struct wire_field x, y;
	enum wire_read got_x, got_y;
	do {
		do
			got_x = wire_next(&a, &x);
		while (got_x == WIRE_FIELD && x.number != number);
		do
			got_y = wire_next(&b, &y);
		while (got_y == WIRE_FIELD && y.number != number);
		if (got_x != got_y || (got_x == WIRE_FIELD && !span_equal(x.whole, y.whole)))
			return false;
	} while (got_x == WIRE_FIELD);
	return true;
}

static bool is_given(const struct sheet *sheet, const struct schema_field *field)
{
	for (size_t i = 0; i < sheet->count; i++)
		if (sheet->columns[i].field == field)
			return true;
	return false;
}

bool sheet_change(const struct sheet *sheet, struct span before, struct span row, struct wire_out *delta,
		  uint32_t cleared[static LIMIT_FIELDS], size_t *cleared_count)
{
	bool any = false;
	*cleared_count = 0;
	for (size_t i = 0; i < sheet->record->message->count; i++) {
		const struct schema_field *field = &sheet->record->message->fields[i];
		if (!is_given(sheet, field) || is_same(before, row, field->number))
			continue;
		any = true;
		if (fields_has(row, field->number))
			put_all_of(row, field->number, delta);
		else if (*cleared_count < LIMIT_FIELDS)
			cleared[(*cleared_count)++] = field->number;
	}
	return any;
}

/* ---- values to cells ---- */

static void write_number(uint64_t value, unsigned least, struct wire_out *out)
{
	char text[24];
	unsigned count = 1;
	for (uint64_t rest = value; rest >= 10; rest /= 10)
		count++;
	count = count < least ? least : count;
	for (unsigned i = count; i-- > 0; value /= 10)
		text[i] = (char)('0' + value % 10);
	wire_put_raw(out, span_of(text, count));
}

static void write_signed(int64_t value, struct wire_out *out)
{
	if (value < 0)
		wire_put_raw(out, span_text("-"));
	write_number(value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 1, out);
}

static void write_cents(int64_t cents, struct wire_out *out)
{
	uint64_t magnitude = cents < 0 ? 0 - (uint64_t)cents : (uint64_t)cents;
	if (cents < 0)
		wire_put_raw(out, span_text("-"));
	write_number(magnitude / 100, 1, out);
	wire_put_raw(out, span_text(","));
	write_number(magnitude % 100, 2, out);
}

static void write_date(uint64_t zigzag, struct wire_out *out)
{
	char text[CIVIL_DATE_BYTES];
	int64_t days = (int64_t)(zigzag >> 1) ^ -(int64_t)(zigzag & 1);
	if (days < CIVIL_DAYS_MIN || days > CIVIL_DAYS_MAX)
		return;
	civil_write_date((int32_t)days, text);
	wire_put_raw(out, span_text(text));
}

static void write_enum(const struct schema_enum *e, uint64_t number, struct wire_out *out)
{
	for (size_t i = 0; i < e->count; i++)
		if ((uint64_t)e->values[i].number == number) {
			wire_put_raw(out, span_text(e->values[i].name));
			return;
		}
	write_number(number, 1, out);
}

static void write_text(struct span text, bool in_list, struct wire_out *out)
{
	for (size_t i = 0; i < text.len; i++) {
		if (in_list && text.data[i] == '|')
			wire_put_raw(out, span_text("|"));
		wire_put_raw(out, span_of(text.data + i, 1));
	}
}

static void write_value(const struct schema_field *field, uint64_t number, struct span data, struct wire_out *out)
{
	switch (field->kind) {
	case SCHEMA_BOOL: wire_put_raw(out, span_text(number != 0 ? "true" : "false")); return;
	case SCHEMA_UINT32:
	case SCHEMA_UINT64:
	case SCHEMA_TIME:
		write_number(is_minute(field) ? number / 60 : number, 1, out);
		if (is_minute(field)) {
			wire_put_raw(out, span_text("."));
			write_number(number % 60, 2, out);
		}
		return;
	case SCHEMA_INT32:
	case SCHEMA_INT64: write_signed((int64_t)number, out); return;
	case SCHEMA_CENTS: write_cents((int64_t)number, out); return;
	case SCHEMA_ENUM: write_enum(field->enumeration, number, out); return;
	case SCHEMA_DATE: write_date(number, out); return;
	case SCHEMA_TEXT: write_text(data, field->repeated, out); return;
	case SCHEMA_BYTES:
	case SCHEMA_ID:
	case SCHEMA_MESSAGE: return;
	}
}

struct row_writing {
	const struct sheet *sheet;
	sheet_name_fn *name_of;
	void *ctx;
};

static void write_one(const struct row_writing *w, const struct schema_field *field, uint64_t number, struct span data,
		      bool *any, struct wire_out *out)
{
	struct record_id id;
	if (*any)
		wire_put_raw(out, span_text("|"));
	*any = true;
	if (field->kind == SCHEMA_ID && w->name_of != NULL && data.len == ID_BYTES) {
		memcpy(id.bytes, data.data, ID_BYTES);
		wire_put_raw(out, w->name_of(w->ctx, id));
		return;
	}
	write_value(field, number, data, out);
}

/* All values of a field, with bars between. */
static void write_values(const struct row_writing *w, const struct schema_field *field, struct span fields,
			 struct wire_out *out)
{
	struct wire_field f;
	bool any = false;
	while (wire_next(&fields, &f) == WIRE_FIELD) {
		struct span packed = f.data;
		uint64_t number;
		if (f.number != field->number)
			continue;
		if (f.type != WIRE_BYTES || !value_is_number(field->kind)) {
			write_one(w, field, f.value, f.data, &any, out);
			continue;
		}
		while (packed.len > 0 && wire_varint(&packed, &number))
			write_one(w, field, number, f.data, &any, out);
	}
}

void sheet_write_head(const struct sheet *sheet, struct wire_out *out)
{
	char name[NAME_BYTES];
	struct wire_out text;
	for (size_t i = 0; i < sheet->count; i++) {
		const struct sheet_column *column = &sheet->columns[i];
		wire_out_init(&text, name, sizeof name);
		wire_put_raw(&text, span_text(column->field->name));
		if (column->part != NULL) {
			wire_put_raw(&text, span_text("."));
			wire_put_raw(&text, span_text(column->part->name));
		}
		csv_put_cell(out, i == 0, wire_out_span(&text));
	}
	csv_put_end(out);
}

void sheet_write_row(const struct sheet *sheet, struct span fields, sheet_name_fn *name_of, void *ctx, struct wire_out *out)
{
	const struct row_writing w = { sheet, name_of, ctx };
	struct span part;
	for (size_t i = 0; i < sheet->count; i++) {
		const struct sheet_column *column = &sheet->columns[i];
		/* Written behind what is there, then quoted in its place. */
		uint8_t *room = out->block + out->used;
		size_t size = out->size - out->used;
		struct wire_out text;
		wire_out_init(&text, room + size / 2, size - size / 2);
		if (column->part == NULL)
			write_values(&w, column->field, fields, &text);
		else if (fields_bytes(fields, column->field->number, &part))
			write_values(&w, column->part, part, &text);
		out->full = out->full || text.full || 2 * text.used + 4 > size / 2;
		if (out->full)
			return;
		csv_put_cell(out, i == 0, wire_out_span(&text));
	}
	csv_put_end(out);
}
