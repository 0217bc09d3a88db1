/* print_value - what a record says, in words: one field, or all that mean something
 * to a person. Ids are shown by the names they stand for, or not at all; keys and
 * other bytes never. */
#include "domain/print_parts.h"
#include "domain/value.h"

/* A text longer than this is read in lines as wide as the page. */
enum { LONG_BYTES = 300 };

static int64_t unzigzag(uint64_t n)
{
	return (int64_t)(n >> 1) ^ -(int64_t)(n & 1);
}

const char *print_field_label(const struct print_page *page, const struct schema_message *message, uint32_t number)
{
	const struct schema_field *field = schema_field_by_number(message, number);
	return field == NULL ? "" : labels_field(page->language, message, field);
}

struct span print_label(const struct print_page *page, const struct schema_message *message, struct span fields,
			uint32_t number)
{
	const struct schema_field *field = schema_field_by_number(message, number);
	uint64_t value;
	if (field == NULL || field->kind != SCHEMA_ENUM || !fields_number(fields, number, &value) || value > INT32_MAX)
		return span_text("");
	return span_text(labels_value(page->language, field->enumeration, (int32_t)value));
}

static void put_name(struct print_page *page, struct span id)
{
	const struct print_work *work = page->work;
	if (work->name != NULL && id.len == ID_BYTES)
		print_put(page, work->name(work->name_ctx, id.data));
}

/* A concern's code means what the checklist says. */
static bool put_code(struct print_page *page, const struct schema_field *field, struct span text)
{
	char key[24] = "concern.";
	if (strcmp(field->name, "code") != 0 || text.len == 0 || text.len > 8)
		return false;
	memcpy(key + 8, text.data, text.len);
	const struct labels_row *row = labels_row(key);
	if (row == NULL)
		return false;
	print_put(page, span_text(row->text[page->language]));
	return true;
}

static void put_one(struct print_page *page, const struct schema_field *field, uint64_t number, struct span data,
		    unsigned depth);

/* A part within a part: its values alone, with commas between. */
static void put_inline(struct print_page *page, const struct schema_message *message, struct span fields, unsigned depth)
{
	bool begun = false;
	struct wire_field got;
	while (depth < LIMIT_DEPTH && wire_next(&fields, &got) == WIRE_FIELD) {
		const struct schema_field *field = schema_field_by_number(message, got.number);
		if (field == NULL || field->kind == SCHEMA_ID || field->kind == SCHEMA_BYTES)
			continue;
		if (begun)
			print_glue(page, ",");
		begun = true;
		put_one(page, field, got.value, got.type == WIRE_BYTES ? got.data : (struct span){ NULL, 0 }, depth);
	}
}

static void put_number(struct print_page *page, const struct schema_field *field, uint64_t number)
{
	switch (field->kind) {
	case SCHEMA_BOOL:
		print_put_word(page, number != 0 ? LABELS_TEXT_YES : LABELS_TEXT_NO);
		return;
	case SCHEMA_ENUM:
		print_put(page, span_text(labels_value(page->language, field->enumeration,
						       number > INT32_MAX ? -1 : (int32_t)number)));
		return;
	case SCHEMA_TIME:
		print_put_time(page, number);
		return;
	case SCHEMA_DATE:
		print_put_date(page, (int32_t)unzigzag(number));
		return;
	case SCHEMA_CENTS:
		print_put_cents(page, (int64_t)number);
		return;
	case SCHEMA_UINT32:
	case SCHEMA_UINT64:
	case SCHEMA_INT32:
	case SCHEMA_INT64:
		print_put_number(page, number);
		return;
	case SCHEMA_TEXT:
	case SCHEMA_BYTES:
	case SCHEMA_ID:
	case SCHEMA_MESSAGE:
		return;
	}
}

/* Numbers of a list may stand packed in `data`. */
static void put_one(struct print_page *page, const struct schema_field *field, uint64_t number, struct span data,
		    unsigned depth)
{
	if (field->kind == SCHEMA_MESSAGE) {
		put_inline(page, field->message, data, depth + 1);
	} else if (field->kind == SCHEMA_TEXT) {
		if (!put_code(page, field, data))
			print_put(page, data);
	} else if (field->kind == SCHEMA_ID) {
		put_name(page, data);
	} else if (!value_is_number(field->kind)) {
		return;
	} else if (field->repeated && data.data != NULL) {
		for (bool begun = false; data.len > 0 && wire_varint(&data, &number); begun = true) {
			if (begun)
				print_glue(page, ",");
			put_number(page, field, number);
		}
	} else {
		put_number(page, field, number);
	}
}

static bool is_shown(const struct schema_field *field)
{
	return field->kind != SCHEMA_BYTES;
}

/* All values of one field, with commas between, parts with semicolons. */
static void put_values(struct print_page *page, const struct schema_field *field, struct span fields)
{
	struct wire_field got;
	bool begun = false;
	while (wire_next(&fields, &got) == WIRE_FIELD) {
		if (got.number != field->number)
			continue;
		/* Of an id whose name is not known no word is put, so no comma either. */
		if (begun && field->kind != SCHEMA_ID)
			print_glue(page, field->kind == SCHEMA_MESSAGE ? ";" : ",");
		begun = true;
		put_one(page, field, got.value, got.type == WIRE_BYTES ? got.data : (struct span){ NULL, 0 }, 1);
	}
}

void print_pair_of(struct print_page *page, const struct schema_message *message, struct span fields, uint32_t number)
{
	const struct schema_field *field = schema_field_by_number(message, number);
	if (field == NULL || !is_shown(field) || !fields_has(fields, number))
		return;
	if (print_text(fields, field->kind == SCHEMA_TEXT ? number : 0).len > LONG_BYTES)
		print_pair_begin_long(page, labels_field(page->language, message, field));
	else
		print_pair_begin(page, labels_field(page->language, message, field));
	put_values(page, field, fields);
	print_pair_end(page);
}

/* A part as an item of a list, a line for each of its fields. */
static void put_part(struct print_page *page, const struct schema_message *message, struct span part)
{
	bool begun = false;
	print_item_begin(page, "");
	for (size_t i = 0; i < message->count; i++) {
		const struct schema_field *field = &message->fields[i];
		if (field->kind == SCHEMA_ID || !is_shown(field) || !fields_has(part, field->number))
			continue;
		if (begun)
			print_put(page, span_text("\n"));
		begun = true;
		print_capital(page);
		print_put(page, span_text(labels_field(page->language, message, field)));
		print_glue(page, ":");
		put_values(page, field, part);
	}
	print_item_end(page);
}

static void put_parts(struct print_page *page, const struct schema_message *message, struct span fields,
		      const struct schema_field *field)
{
	struct span part;
	if (!fields_has(fields, field->number))
		return;
	print_subheading(page, span_text(labels_field(page->language, message, field)));
	print_list_begin(page, false);
	while (fields_next(&fields, field->number, &part))
		put_part(page, field->message, part);
	print_list_end(page);
}

static bool is_in(uint32_t number, const uint32_t *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (numbers[i] == number)
			return true;
	return false;
}

void print_fields(struct print_page *page, const struct schema_message *message, struct span fields,
		  const uint32_t *hidden, size_t hidden_count)
{
	print_pairs_begin(page);
	for (size_t i = 0; i < message->count; i++)
		if (message->fields[i].kind != SCHEMA_MESSAGE && !is_in(message->fields[i].number, hidden, hidden_count))
			print_pair_of(page, message, fields, message->fields[i].number);
	print_pairs_end(page);
	for (size_t i = 0; i < message->count; i++)
		if (message->fields[i].kind == SCHEMA_MESSAGE && !is_in(message->fields[i].number, hidden, hidden_count))
			put_parts(page, message, fields, &message->fields[i]);
}
