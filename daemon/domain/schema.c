/* schema - look-ups in the generated record table, and the check of shapes by it.
 *
 * Fields of a message and values of an enum are numbered 1..n without gaps
 * (scripts/gen-records refuses others), so a look-up by number is an index.
 */
#include "domain/schema.h"

#include "base/assert.h"
#include "base/civil.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/wire.h"
#include "records_table.h"

enum { FIELDS_MAX = 64 }; /* a message's fields fit one word: scripts/gen-records */
_Static_assert(SCHEMA_TEXT_BYTES_MAX >= 60000, "what a text too long is told");

const struct schema_record *schema_by_type(uint32_t type)
{
	return type >= 1 && type <= records_table_count ? &records_table[type - 1] : NULL;
}

const struct schema_record *schema_by_name(struct span name)
{
	for (size_t i = 0; i < records_table_count; i++)
		if (span_equal(name, span_text(records_table[i].name)))
			return &records_table[i];
	return NULL;
}

const struct schema_record *schema_all(size_t *count)
{
	*count = records_table_count;
	return records_table;
}

const struct schema_field *schema_field_by_number(const struct schema_message *message, uint32_t number)
{
	return number >= 1 && number <= message->count ? &message->fields[number - 1] : NULL;
}

const struct schema_field *schema_field_by_name(const struct schema_message *message, struct span name)
{
	for (size_t i = 0; i < message->count; i++)
		if (span_equal(name, span_text(message->fields[i].name)))
			return &message->fields[i];
	return NULL;
}

bool schema_may_stand_in(const struct schema_record *record, enum delta_case_kind kind)
{
	if (record->home == DELTA_CASE_NONE || record->home == kind)
		return true;
	bool of_person = record->home == DELTA_CASE_CLIENT || record->home == DELTA_CASE_MATTER;
	bool closed_circle = kind == DELTA_CASE_SENSITIVE || kind == DELTA_CASE_CHILD_NOTICE;
	return of_person && closed_circle && record->opens == DELTA_CASE_NONE;
}

/* One check under way: the path to the field being looked at, for the error. */
struct check {
	const struct schema_field *path[LIMIT_DEPTH];
	size_t depth;
	bool allow_unknown;
	bool is_draft;           /* nothing is required yet */
	struct schema_error *where;
};

static void name_append(struct schema_error *where, size_t *at, const char *text)
{
	size_t left = sizeof where->field - 1 - *at, n = strlen(text);
	n = n < left ? n : left;
	memcpy(where->field + *at, text, n);
	*at += n;
	where->field[*at] = 0;
}

/* The fault, with the place it happened at: path and, if given, a last field. */
static struct fault fail(const struct check *check, const struct schema_field *last, enum fault_kind kind,
			 const char *what)
{
	if (check->where == NULL)
		return fault_of(kind, what);
	size_t at = 0;
	check->where->field[0] = check->where->hint[0] = 0;
	for (size_t i = 0; i < check->depth; i++) {
		name_append(check->where, &at, check->path[i]->name);
		if (i + 1 < check->depth || last != NULL)
			name_append(check->where, &at, ".");
	}
	if (last != NULL)
		name_append(check->where, &at, last->name);
	return fault_of(kind, what);
}

static struct fault check_number(const struct check *check, const struct schema_field *field, uint64_t value)
{
	switch (field->kind) {
	case SCHEMA_BOOL:
		return value <= 1 ? fault_none() : fail(check, field, FAULT_CALLER, "is neither true nor false");
	case SCHEMA_UINT32:
		return value <= UINT32_MAX ? fault_none() : fail(check, field, FAULT_CALLER, "is too great");
	case SCHEMA_INT32:
		return (int64_t)value >= INT32_MIN && (int64_t)value <= INT32_MAX
			       ? fault_none() : fail(check, field, FAULT_CALLER, "is out of range");
	case SCHEMA_DATE: /* zigzag: 2n for n days after 1970, 2n - 1 for n before */
		return value <= ((value & 1) == 0 ? 2u * CIVIL_DAYS_MAX : 2u * (uint32_t)-CIVIL_DAYS_MIN - 1)
			       ? fault_none() : fail(check, field, FAULT_CALLER, "is no date");
	case SCHEMA_TIME:
		return value <= CIVIL_MS_MAX ? fault_none() : fail(check, field, FAULT_CALLER, "is no time");
	case SCHEMA_ENUM:
		/* A number the table does not know is a newer version's value. */
		return (value >= 1 && value <= field->enumeration->count) ||
				       (check->allow_unknown && value != 0 && value <= INT32_MAX)
			       ? fault_none() : fail(check, field, FAULT_CALLER, "is no value of its list");
	case SCHEMA_UINT64:
	case SCHEMA_INT64:
	case SCHEMA_CENTS:
		return fault_none();
	case SCHEMA_TEXT:
	case SCHEMA_BYTES:
	case SCHEMA_ID:
	case SCHEMA_MESSAGE:
		break;
	}
	return fail(check, field, FAULT_CALLER, "has the wrong wire type");
}

static bool is_number(enum schema_kind kind)
{
	return kind != SCHEMA_TEXT && kind != SCHEMA_BYTES && kind != SCHEMA_ID && kind != SCHEMA_MESSAGE;
}

/* Repeated numbers come packed: one byte string of bare varints. */
static struct fault check_packed(const struct check *check, const struct schema_field *field, struct span data)
{
	uint64_t value;
	if (data.len == 0)
		return fail(check, field, FAULT_CALLER, "is an empty list");
	while (data.len != 0) {
		if (!wire_varint(&data, &value))
			return fail(check, field, FAULT_CALLER, "is malformed");
		FAULT_TRY(check_number(check, field, value));
	}
	return fault_none();
}

static struct fault check_text(const struct check *check, const struct schema_field *field, struct span text)
{
	if (!wire_utf8(text))
		return fail(check, field, FAULT_CALLER, "is not UTF-8 text");
	size_t chars_max = field->chars_max != 0 ? field->chars_max : LIMIT_TEXT_CHARS;
	_Static_assert(LIMIT_TEXT_CHARS == 20000, "what a text too long is told");
	if (text.len > chars_max && wire_utf8_chars(text) > chars_max)
		return fail(check, field, FAULT_LIMIT, field->chars_max != 0 ? "is too long"
			    : "is longer than 20,000 characters: write it in two records");
	if (text.len > SCHEMA_TEXT_BYTES_MAX) /* letters of four bytes: emoji, ancient scripts */
		return fail(check, field, FAULT_LIMIT, "takes more than 60,000 bytes: write it in two records");
	/* Control characters but tab and line feed have no place in a person's record. */
	for (size_t i = 0; i < text.len; i++)
		if ((text.data[i] < 0x20 && text.data[i] != '\n' && text.data[i] != '\t') || text.data[i] == 0x7f)
			return fail(check, field, FAULT_CALLER, "holds a control character");
	return fault_none();
}

static struct fault check_message(struct check *check, const struct schema_message *message, struct span fields,
				  bool whole, bool first_delta);

static struct fault check_value(struct check *check, const struct schema_field *field, const struct wire_field *f)
{
	if (is_number(field->kind)) {
		if (f->type == WIRE_VARINT)
			return check_number(check, field, f->value);
		if (f->type == WIRE_BYTES && field->repeated)
			return check_packed(check, field, f->data);
		return fail(check, field, FAULT_CALLER, "has the wrong wire type");
	}
	if (f->type != WIRE_BYTES)
		return fail(check, field, FAULT_CALLER, "has the wrong wire type");
	if (field->kind == SCHEMA_TEXT)
		return check_text(check, field, f->data);
	if (field->kind == SCHEMA_ID && f->data.len != ID_BYTES)
		return fail(check, field, FAULT_CALLER, "is no id of 16 bytes");
	if (field->kind == SCHEMA_MESSAGE) {
		if (check->depth == LIMIT_DEPTH)
			return fail(check, field, FAULT_LIMIT, "is nested too deep");
		check->path[check->depth++] = field;
		/* A part is written whole, so its required fields must be there. */
		FAULT_TRY(check_message(check, field->message, f->data, !check->is_draft, false));
		check->depth--;
	}
	return fault_none();
}

/* A required text must say something: blanks do not. */
static bool says_something(const struct schema_field *field, const struct wire_field *f)
{
	size_t blanks = 0;
	if (f->type != WIRE_BYTES || field->kind == SCHEMA_MESSAGE)
		return true;
	while (field->kind == SCHEMA_TEXT && blanks < f->data.len &&
	       (f->data.data[blanks] == ' ' || f->data.data[blanks] == '\n' || f->data.data[blanks] == '\t'))
		blanks++;
	return blanks < f->data.len;
}

static struct fault check_message(struct check *check, const struct schema_message *message, struct span fields,
				  bool whole, bool first_delta)
{
	ASSERT(message->count <= FIELDS_MAX);
	uint64_t seen = 0, said = 0;
	struct span rest = fields;
	struct wire_field f;
	enum wire_read read;
	while ((read = wire_next(&rest, &f)) == WIRE_FIELD) {
		const struct schema_field *field = schema_field_by_number(message, f.number);
		if (field == NULL) {
			if (!check->allow_unknown)
				return fail(check, NULL, FAULT_CALLER, "holds a field this version does not know");
			continue;
		}
		uint64_t bit = 1ull << (f.number - 1);
		if ((seen & bit) != 0 && !field->repeated)
			return fail(check, field, FAULT_CALLER, "is given twice");
		if (first_delta && field->later)
			return fail(check, field, FAULT_CALLER, "is written only after signing");
		FAULT_TRY(check_value(check, field, &f));
		seen |= bit;
		said |= says_something(field, &f) ? bit : 0;
	}
	if (read == WIRE_BAD)
		return fail(check, NULL, FAULT_CALLER, "is malformed");
	/* A required field must be there in a whole one, and say something wherever it is given. */
	for (size_t i = 0; i < message->count && !check->is_draft; i++)
		if (message->fields[i].required && (said & 1ull << i) == 0 && (whole || (seen & 1ull << i) != 0))
			return fail(check, &message->fields[i], FAULT_CALLER, "is required");
	return fault_none();
}

static bool given(struct span fields, uint32_t number)
{
	struct wire_field f;
	while (wire_next(&fields, &f) == WIRE_FIELD)
		if (f.number == number)
			return true;
	return false;
}

static struct fault check_cleared(struct check *check, const struct schema_record *record, struct span fields,
				  const uint32_t *cleared, size_t cleared_count)
{
	for (size_t i = 0; i < cleared_count; i++) {
		const struct schema_field *field = schema_field_by_number(record->message, cleared[i]);
		if (field == NULL && !check->allow_unknown)
			return fail(check, NULL, FAULT_CALLER, "clears a field this version does not know");
		if (field != NULL && field->required && !check->is_draft)
			return fail(check, field, FAULT_CALLER, "is required and cannot be cleared");
		if (given(fields, cleared[i]))
			return fail(check, field, FAULT_CALLER, "is both given and cleared");
	}
	return fault_none();
}

struct fault schema_check(const struct schema_record *record, struct span fields,
			  const uint32_t *cleared, size_t cleared_count,
			  bool whole, bool allow_unknown, struct schema_error *where)
{
	struct check check = { .allow_unknown = allow_unknown, .where = where };
	FAULT_TRY(check_message(&check, record->message, fields, whole, whole && record->is_signed));
	return check_cleared(&check, record, fields, cleared, cleared_count);
}

struct fault schema_check_draft(const struct schema_record *record, struct span fields,
				const uint32_t *cleared, size_t cleared_count, struct schema_error *where)
{
	struct check check = { .is_draft = true, .where = where };
	FAULT_TRY(check_message(&check, record->message, fields, false, false));
	return check_cleared(&check, record, fields, cleared, cleared_count);
}

struct fault schema_check_signed_change(const struct schema_record *record, struct span fields,
					const uint32_t *cleared, size_t cleared_count,
					struct schema_error *where)
{
	const char *frozen = "is frozen by the signature; write a correction";
	struct check check = { .where = where };
	struct wire_field f;
	if (!record->is_signed)
		return fault_none();
	while (wire_next(&fields, &f) == WIRE_FIELD) {
		const struct schema_field *field = schema_field_by_number(record->message, f.number);
		if (field != NULL && !field->later)
			return fail(&check, field, FAULT_CALLER, frozen);
	}
	for (size_t i = 0; i < cleared_count; i++) {
		const struct schema_field *field = schema_field_by_number(record->message, cleared[i]);
		if (field != NULL && !field->later)
			return fail(&check, field, FAULT_CALLER, frozen);
	}
	return fault_none();
}

const struct schema_field *schema_central_field(const struct schema_record *record, struct span fields,
						const uint32_t *cleared, size_t cleared_count)
{
	for (size_t i = 0; i < record->message->count; i++) {
		const struct schema_field *field = &record->message->fields[i];
		bool touched = field->central_only && given(fields, field->number);
		for (size_t j = 0; field->central_only && j < cleared_count; j++)
			touched = touched || cleared[j] == field->number;
		if (touched)
			return field;
	}
	return NULL;
}

static void message_texts(const struct schema_message *message, struct span fields, size_t depth,
			  schema_text_fn *fn, void *ctx)
{
	struct wire_field f;
	while (wire_next(&fields, &f) == WIRE_FIELD) {
		const struct schema_field *field = schema_field_by_number(message, f.number);
		if (field == NULL || f.type != WIRE_BYTES)
			continue;
		if (field->kind == SCHEMA_TEXT)
			fn(ctx, field, f.data);
		else if (field->kind == SCHEMA_MESSAGE && depth < LIMIT_DEPTH)
			message_texts(field->message, f.data, depth + 1, fn, ctx);
	}
}

void schema_texts(const struct schema_record *record, struct span fields, schema_text_fn *fn, void *ctx)
{
	message_texts(record->message, fields, 0, fn, ctx);
}
