#include "store/casebook_text.h"

#include "base/assert.h"

/* ---- title ---- */

struct title {
	uint8_t *out;
	size_t used;
};

static void title_one(void *ctx, const struct schema_field *field, struct span text)
{
	struct title *title = ctx;
	if (field->sensitive || text.len == 0)
		return;
	if (title->used > 0 && title->used < CASEBOOK_TEXT_TITLE_BYTES)
		title->out[title->used++] = ' ';
	for (size_t i = 0; i < text.len; i++) {
		size_t len = 1;
		while (i + len < text.len && (text.data[i + len] & 0xc0) == 0x80)
			len++;
		if (title->used + len > CASEBOOK_TEXT_TITLE_BYTES)
			return;
		memcpy(title->out + title->used, text.data + i, len);
		if (text.data[i] < 0x20)
			title->out[title->used] = ' '; /* one line */
		title->used += len;
		i += len - 1;
	}
}

struct span casebook_text_title(const struct schema_record *schema, struct span shown,
				uint8_t out[static CASEBOOK_TEXT_TITLE_BYTES])
{
	struct title title = { .out = out };
	for (size_t i = 0; i < schema->title_count; i++) {
		struct span rest = shown;
		struct wire_field field;
		while (wire_next(&rest, &field) == WIRE_FIELD)
			if (field.number == schema->title_fields[i])
				schema_texts(schema, field.whole, title_one, &title);
	}
	return span_of(out, title.used);
}

/* ---- what is due, what is urgent ---- */

static bool is_among(uint32_t number, const uint32_t *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (numbers[i] == number)
			return true;
	return false;
}

static const uint64_t day_ms = 86400000;

static void due_value(const struct schema_field *field, uint64_t value, casebook_text_due_fn *fn, void *ctx)
{
	if (field->kind == SCHEMA_TIME) {
		fn(ctx, field, value);
		return;
	}
	int64_t days = (int64_t)(value >> 1) ^ -(int64_t)(value & 1); /* sint32 */
	if (days >= 0 && days <= INT32_MAX)
		fn(ctx, field, (uint64_t)days * day_ms);
}

void casebook_text_due(const struct schema_record *schema, struct span message, casebook_text_due_fn *fn, void *ctx)
{
	struct wire_field f;
	uint64_t value;
	while (wire_next(&message, &f) == WIRE_FIELD) {
		const struct schema_field *field = schema_field_by_number(schema->message, f.number);
		if (field == NULL || !is_among(f.number, schema->due_fields, schema->due_count) ||
		    (field->kind != SCHEMA_TIME && field->kind != SCHEMA_DATE))
			continue;
		if (f.type == WIRE_VARINT)
			due_value(field, f.value, fn, ctx);
		while (f.type == WIRE_BYTES && wire_varint(&f.data, &value))
			due_value(field, value, fn, ctx);
	}
}

static bool names_urgency(const struct schema_enum *enumeration, uint64_t value)
{
	for (size_t i = 0; i < enumeration->count; i++)
		if ((uint64_t)enumeration->values[i].number == value)
			return strcmp(enumeration->values[i].name, "URGENT") == 0 ||
			       strcmp(enumeration->values[i].name, "ACUTE") == 0;
	return false;
}

bool casebook_text_urgent(const struct schema_record *schema, struct span shown)
{
	struct wire_field f;
	while (wire_next(&shown, &f) == WIRE_FIELD) {
		const struct schema_field *field = schema_field_by_number(schema->message, f.number);
		if (field != NULL && field->kind == SCHEMA_ENUM && f.type == WIRE_VARINT &&
		    names_urgency(field->enumeration, f.value))
			return true;
	}
	return false;
}
