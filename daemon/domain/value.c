/* value - the kinds of schema.h, each from its text and to JSON. */
#include "domain/value.h"

#include "base/assert.h"
#include "base/civil.h"
#include "base/id.h"
#include "base/json.h"
#include "base/nearest.h"
#include "domain/nfc.h"

/* ---- errors ---------------------------------------------------------------------- */
/* Appends as much as fits, whole characters, without control characters. */
static void append(char *to, size_t size, struct span text)
{
	size_t used = strlen(to), n = text.len;
	if (n > size - 1 - used) {
		n = size - 1 - used;
		while (n > 0 && (text.data[n] & 0xc0) == 0x80)
			n--;
	}
	for (size_t i = 0; i < n; i++)
		to[used + i] = text.data[i] < 0x20 || text.data[i] == 0x7f ? '?' : (char)text.data[i];
	to[used + n] = 0;
}

static void name_place(const struct value_path *path, struct span last)
{
	struct schema_error *where = path->where;
	where->field[0] = where->hint[0] = 0;
	for (size_t i = 0; i < path->depth; i++) {
		append(where->field, sizeof where->field, span_text(path->fields[i]->name));
		if (i + 1 < path->depth || last.len != 0)
			append(where->field, sizeof where->field, span_text("."));
	}
	append(where->field, sizeof where->field, last);
}

struct fault value_fail(const struct value_path *path, const struct schema_field *last, enum fault_kind kind,
			const char *what)
{
	if (path->where != NULL)
		name_place(path, span_text(last != NULL ? last->name : ""));
	return fault_of(kind, what);
}

struct fault value_fail_unknown(const struct value_path *path, const struct schema_message *message, struct span name)
{
	size_t best = SIZE_MAX;
	if (path->where == NULL)
		return fault_of(FAULT_CALLER, "is no field of this record");
	name_place(path, name);
	for (size_t i = 0; i < message->count; i++) {
		struct span known = span_text(message->fields[i].name);
		if (nearest_better(name, known, &best)) {
			path->where->hint[0] = 0;
			append(path->where->hint, sizeof path->where->hint, known);
		}
	}
	return fault_of(FAULT_CALLER, "is no field of this record");
}

static struct fault fail_enum(const struct value_path *path, const struct schema_field *field, struct span text)
{
	size_t best = SIZE_MAX;
	struct fault f = value_fail(path, field, FAULT_CALLER, "is none of the values allowed");
	for (size_t i = 0; path->where != NULL && i < field->enumeration->count; i++) {
		struct span known = span_text(field->enumeration->values[i].name);
		if (nearest_better(text, known, &best)) {
			path->where->hint[0] = 0;
			append(path->where->hint, sizeof path->where->hint, known);
		}
	}
	return f;
}

/* ---- reading --------------------------------------------------------------------- */
bool value_is_number(enum schema_kind kind)
{
	return kind != SCHEMA_TEXT && kind != SCHEMA_BYTES && kind != SCHEMA_ID && kind != SCHEMA_MESSAGE;
}

static bool read_unsigned(struct span text, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;
	if (text.len == 0)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		uint64_t digit = (uint64_t)text.data[i] - '0';
		if (text.data[i] < '0' || text.data[i] > '9' || value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}

static bool read_signed(struct span text, int64_t least, int64_t max, uint64_t *out)
{
	bool negative = text.len != 0 && text.data[0] == '-';
	uint64_t magnitude;
	struct span digits = negative ? span_of(text.data + 1, text.len - 1) : text;
	if (!read_unsigned(digits, negative ? (uint64_t)max + 1 : (uint64_t)max, &magnitude))
		return false;
	*out = negative ? 0 - magnitude : magnitude;
	return (int64_t)*out >= least;
}

/* "1250" is cents; "12,50" and "12.50" are euros with two decimals. */
static bool read_cents(struct span text, uint64_t *out)
{
	uint64_t euros, cents;
	if (text.len < 4 || (text.data[text.len - 3] != ',' && text.data[text.len - 3] != '.'))
		return read_signed(text, INT64_MIN, INT64_MAX, out);
	bool negative = text.data[0] == '-';
	struct span whole = span_of(text.data + (negative ? 1 : 0), text.len - 3 - (negative ? 1 : 0));
	if (!read_unsigned(whole, INT64_MAX / 100 - 1, &euros) ||
	    !read_unsigned(span_of(text.data + text.len - 2, 2), 99, &cents))
		return false;
	*out = euros * 100 + cents;
	if (negative)
		*out = 0 - *out;
	return true;
}

static bool read_enum(const struct schema_enum *e, struct span text, uint64_t *out)
{
	for (size_t i = 0; i < e->count; i++)
		if (span_equal(text, span_text(e->values[i].name))) {
			*out = (uint64_t)e->values[i].number;
			return true;
		}
	/* A newer version's value has only its number here. */
	return read_unsigned(text, INT32_MAX, out) && *out > e->count;
}

static struct fault read_number(const struct value_path *path, const struct schema_field *field, struct span text,
				uint64_t *out)
{
	int32_t days;
	switch (field->kind) {
	case SCHEMA_BOOL:
		*out = span_equal(text, span_text("true"));
		return *out == 1 || span_equal(text, span_text("false"))
			       ? fault_none() : value_fail(path, field, FAULT_CALLER, "must be true or false");
	case SCHEMA_UINT32:
		return read_unsigned(text, UINT32_MAX, out)
			       ? fault_none() : value_fail(path, field, FAULT_CALLER, "must be a whole number");
	case SCHEMA_UINT64:
		return read_unsigned(text, UINT64_MAX, out)
			       ? fault_none() : value_fail(path, field, FAULT_CALLER, "must be a whole number");
	case SCHEMA_INT32:
		return read_signed(text, INT32_MIN, INT32_MAX, out)
			       ? fault_none() : value_fail(path, field, FAULT_CALLER, "must be a whole number");
	case SCHEMA_INT64:
		return read_signed(text, INT64_MIN, INT64_MAX, out)
			       ? fault_none() : value_fail(path, field, FAULT_CALLER, "must be a whole number");
	case SCHEMA_CENTS:
		return read_cents(text, out)
			       ? fault_none() : value_fail(path, field, FAULT_CALLER, "must be cents, or euros like 12,50");
	case SCHEMA_ENUM:
		return read_enum(field->enumeration, text, out) ? fault_none() : fail_enum(path, field, text);
	case SCHEMA_DATE:
		if (!civil_read_date(text, &days))
			return value_fail(path, field, FAULT_CALLER, "must be a day that exists, like 2026-11-03");
		*out = ((uint64_t)(int64_t)days << 1) ^ (days < 0 ? UINT64_MAX : 0); /* zigzag */
		return fault_none();
	case SCHEMA_TIME:
		return civil_read_time(text, out)
			       ? fault_none() : value_fail(path, field, FAULT_CALLER, "must be a time that exists, like 2026-11-03T09:15");
	case SCHEMA_TEXT:
	case SCHEMA_BYTES:
	case SCHEMA_ID:
	case SCHEMA_MESSAGE:
		break;
	}
	ASSERT(false);
	return fault_none();
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	uint8_t small = c | 0x20;
	return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

static struct fault put_hex(const struct value_path *path, const struct schema_field *field, struct span text,
			    struct wire_out *out)
{
	if (field->kind == SCHEMA_ID && text.len != 2 * ID_BYTES)
		return value_fail(path, field, FAULT_CALLER, "must be an id of 32 hexadecimal digits");
	size_t begin = value_open(out, field->number);
	for (size_t i = 0; i < text.len; i += 2) {
		int high = hex_digit(text.data[i]), low = i + 1 < text.len ? hex_digit(text.data[i + 1]) : -1;
		if (high < 0 || low < 0)
			return value_fail(path, field, FAULT_CALLER, "must be hexadecimal digits");
		uint8_t byte = (uint8_t)(high << 4 | low);
		wire_put_raw(out, span_of(&byte, 1));
	}
	value_close(out, begin);
	return fault_none();
}

struct fault value_put(const struct value_path *path, const struct schema_field *field, struct span text, bool bare,
		       struct wire_out *out)
{
	ASSERT(field->kind != SCHEMA_MESSAGE);
	if (field->kind == SCHEMA_TEXT) {
		size_t begin = value_open(out, field->number);
		wire_put_raw(out, text);
		return value_close_text(path, field, out, begin);
	}
	if (!value_is_number(field->kind))
		return put_hex(path, field, text, out);
	uint64_t number;
	FAULT_TRY(read_number(path, field, text, &number));
	if (bare)
		wire_put_bare_varint(out, number);
	else
		wire_put_varint(out, field->number, number);
	return fault_none();
}

size_t value_open(struct wire_out *out, uint32_t number)
{
	wire_put_bare_varint(out, (uint64_t)number << 3 | WIRE_BYTES);
	return out->used;
}

void value_close(struct wire_out *out, size_t begin)
{
	if (out->full)
		return;
	size_t len = out->used - begin, n = wire_varint_bytes(len);
	if (n > out->size - out->used) {
		out->full = true;
		return;
	}
	memmove(out->block + begin + n, out->block + begin, len);
	struct wire_out gap;
	wire_out_init(&gap, out->block + begin, n);
	wire_put_bare_varint(&gap, len);
	out->used += n;
}

struct fault value_close_text(const struct value_path *path, const struct schema_field *field, struct wire_out *out,
			      size_t begin)
{
	struct fault f = nfc_settle(out, begin);
	if (fault_is(f))
		return value_fail(path, field, f.kind, f.what);
	value_close(out, begin);
	return fault_none();
}

/* ---- writing --------------------------------------------------------------------- */
static void write_enum(const struct schema_enum *e, uint64_t number, struct wire_out *json)
{
	if (number >= 1 && number <= e->count)
		json_put_text(json, span_text(e->values[number - 1].name));
	else
		json_put_unsigned(json, number);
}

static void write_date(uint64_t zigzag, struct wire_out *json)
{
	char text[CIVIL_DATE_BYTES];
	int64_t days = (int64_t)(zigzag >> 1) ^ -(int64_t)(zigzag & 1);
	if (days < CIVIL_DAYS_MIN || days > CIVIL_DAYS_MAX) {
		json_put(json, "null");
		return;
	}
	civil_write_date((int32_t)days, text);
	json_put_text(json, span_text(text));
}

static void write_time(uint64_t ms, struct wire_out *json)
{
	char text[CIVIL_TIME_BYTES];
	if (ms > CIVIL_MS_MAX) {
		json_put(json, "null");
		return;
	}
	civil_write_time(ms, text);
	json_put_text(json, span_text(text));
}

void value_write(const struct schema_field *field, uint64_t number, struct span data, struct wire_out *json)
{
	switch (field->kind) {
	case SCHEMA_BOOL: json_put(json, number != 0 ? "true" : "false"); return;
	case SCHEMA_UINT32:
	case SCHEMA_UINT64: json_put_unsigned(json, number); return;
	case SCHEMA_INT32:
	case SCHEMA_INT64:
	case SCHEMA_CENTS: json_put_integer(json, (int64_t)number); return;
	case SCHEMA_ENUM: write_enum(field->enumeration, number, json); return;
	case SCHEMA_DATE: write_date(number, json); return;
	case SCHEMA_TIME: write_time(number, json); return;
	case SCHEMA_TEXT: json_put_text(json, data); return;
	case SCHEMA_BYTES:
	case SCHEMA_ID: json_put_hex(json, data); return;
	case SCHEMA_MESSAGE: break;
	}
	ASSERT(false);
}
