/* record_json - JSON and assignments to the wire format and back, by the table. */
#include "domain/record_json.h"

#include "base/assert.h"
#include "base/json.h"
#include "base/limits.h"
#include "domain/value.h"

enum {
	FIELDS_MAX = 64,      /* of one message: scripts/gen-records */
	ASSIGN_MAX = 64,      /* assignments of one call: they are marked in one word */
	SHORT_TEXT = 128,     /* no value but a text is longer */
};

/* ---- JSON to wire ------------------------------------------------------------------ */
static struct fault put_object(struct value_path *path, const struct schema_message *message, struct json object,
			       struct wire_out *out, uint32_t *cleared, size_t *cleared_count);

static struct fault put_part(struct value_path *path, const struct schema_field *field, struct json value,
			     struct wire_out *out)
{
	if (value.type != JSON_OBJECT)
		return value_fail(path, field, FAULT_CALLER, "must be an object { ... }");
	if (path->depth == LIMIT_DEPTH)
		return value_fail(path, field, FAULT_LIMIT, "is nested too deep");
	path->fields[path->depth++] = field;
	size_t begin = value_open(out, field->number);
	FAULT_TRY(put_object(path, field->message, value, out, NULL, NULL));
	value_close(out, begin);
	path->depth--;
	return fault_none();
}

/* Whether a JSON value is of a type this kind is written with. */
static bool type_fits(enum schema_kind kind, enum json_type type)
{
	switch (kind) {
	case SCHEMA_BOOL: return type == JSON_TRUE || type == JSON_FALSE;
	case SCHEMA_UINT32:
	case SCHEMA_UINT64:
	case SCHEMA_INT32:
	case SCHEMA_INT64: return type == JSON_NUMBER;
	case SCHEMA_ENUM:
	case SCHEMA_CENTS: return type == JSON_NUMBER || type == JSON_TEXT;
	case SCHEMA_TEXT:
	case SCHEMA_BYTES:
	case SCHEMA_ID:
	case SCHEMA_DATE:
	case SCHEMA_TIME: return type == JSON_TEXT;
	case SCHEMA_MESSAGE: return type == JSON_OBJECT;
	}
	return false;
}

static const char *wanted_type(enum schema_kind kind)
{
	switch (kind) {
	case SCHEMA_BOOL: return "must be true or false";
	case SCHEMA_UINT32:
	case SCHEMA_UINT64:
	case SCHEMA_INT32:
	case SCHEMA_INT64: return "must be a number";
	case SCHEMA_CENTS: return "must be cents, or a text like \"12,50\"";
	case SCHEMA_ENUM: return "must be the name of a value";
	case SCHEMA_TEXT: return "must be a text";
	case SCHEMA_BYTES:
	case SCHEMA_ID: return "must be a text of hexadecimal digits";
	case SCHEMA_DATE: return "must be a text like \"2026-11-03\"";
	case SCHEMA_TIME: return "must be a text like \"2026-11-03T09:15\"";
	case SCHEMA_MESSAGE: return "must be an object { ... }";
	}
	return "";
}

/* A text and a byte string are read straight into their place; all else is short. */
static struct fault put_one(struct value_path *path, const struct schema_field *field, struct json value, bool bare,
			    struct wire_out *out)
{
	char text[SHORT_TEXT];
	size_t len;
	if (!type_fits(field->kind, value.type))
		return value_fail(path, field, FAULT_CALLER, wanted_type(field->kind));
	if (field->kind == SCHEMA_MESSAGE)
		return put_part(path, field, value, out);
	if (value.type != JSON_TEXT)
		return value_put(path, field, value.text, bare, out);
	if (field->kind == SCHEMA_BYTES)
		return value_put(path, field, span_of(value.text.data + 1, value.text.len - 2), bare, out);
	if (field->kind != SCHEMA_TEXT) {
		if (!json_text(value, text, sizeof text, &len))
			return value_fail(path, field, FAULT_CALLER, wanted_type(field->kind));
		return value_put(path, field, span_of(text, len), bare, out);
	}
	size_t begin = value_open(out, field->number);
	if (!out->full && json_text(value, out->block + out->used, out->size - out->used, &len))
		out->used += len;
	else
		out->full = true;
	return value_close_text(path, field, out, begin);
}

static struct fault put_list(struct value_path *path, const struct schema_field *field, struct json list,
			     struct wire_out *out)
{
	struct json name, item;
	if (list.type != JSON_LIST)
		return value_fail(path, field, FAULT_CALLER, "must be a list [ ... ]");
	struct json_walk walk = json_walk(list);
	bool packed = value_is_number(field->kind);
	size_t begin = packed ? value_open(out, field->number) : 0;
	size_t items = 0;
	for (; json_next(&walk, &name, &item); items++)
		FAULT_TRY(put_one(path, field, item, packed, out));
	if (packed)
		value_close(out, begin);
	if (items == 0)
		return value_fail(path, field, FAULT_CALLER, "is an empty list; null clears it");
	return fault_none();
}

/* "unknown:17": a newer version's field, as it stood. */
static struct fault put_unknown(struct value_path *path, const struct schema_message *message, struct json name,
				struct json value, struct wire_out *out)
{
	static const char prefix[] = "unknown:";
	char text[SHORT_TEXT];
	size_t len, begin = out->used;
	if (!json_text(name, text, sizeof text, &len))
		return value_fail_unknown(path, message, span_text(""));
	if (len < sizeof prefix || memcmp(text, prefix, sizeof prefix - 1) != 0)
		return value_fail_unknown(path, message, span_of(text, len));
	struct schema_field field = { .name = "unknown", .kind = SCHEMA_BYTES };
	if (value.type != JSON_TEXT)
		return value_fail(path, &field, FAULT_CALLER, wanted_type(SCHEMA_BYTES));
	/* Read as a byte string, then the string around the bytes is taken off. */
	field.number = 1;
	FAULT_TRY(value_put(path, &field, span_of(value.text.data + 1, value.text.len - 2), false, out));
	if (out->full)
		return fault_none();
	struct span rest = span_of(out->block + begin, out->used - begin);
	struct wire_field whole, f;
	enum wire_read read = wire_next(&rest, &whole);
	ASSERT(read == WIRE_FIELD);
	memmove(out->block + begin, whole.data.data, whole.data.len);
	out->used = begin + whole.data.len;
	for (rest = span_of(out->block + begin, whole.data.len); (read = wire_next(&rest, &f)) == WIRE_FIELD;)
		if (f.number <= message->count)
			return value_fail(path, &field, FAULT_CALLER, "holds a field this version knows");
	return read == WIRE_END ? fault_none() : value_fail(path, &field, FAULT_CALLER, "is malformed");
}

static const struct schema_field *field_named(const struct schema_message *message, struct json name)
{
	for (size_t i = 0; i < message->count; i++)
		if (json_text_is(name, message->fields[i].name))
			return &message->fields[i];
	return NULL;
}

/* cleared NULL: a part, in which null is the same as leaving the field out. */
static struct fault put_object(struct value_path *path, const struct schema_message *message, struct json object,
			       struct wire_out *out, uint32_t *cleared, size_t *cleared_count)
{
	struct json values[FIELDS_MAX] = { { JSON_ABSENT, { NULL, 0 } } };
	struct json name, value;
	ASSERT(message->count <= FIELDS_MAX);
	struct json_walk walk = json_walk(object);
	while (json_next(&walk, &name, &value)) {
		const struct schema_field *field = field_named(message, name);
		if (field == NULL)
			continue;
		if (values[field->number - 1].type != JSON_ABSENT)
			return value_fail(path, field, FAULT_CALLER, "is given twice");
		values[field->number - 1] = value;
	}
	for (size_t i = 0; i < message->count; i++) {
		const struct schema_field *field = &message->fields[i];
		if (values[i].type == JSON_ABSENT)
			continue;
		if (values[i].type != JSON_NULL)
			FAULT_TRY(field->repeated ? put_list(path, field, values[i], out)
						  : put_one(path, field, values[i], false, out));
		else if (cleared != NULL)
			cleared[(*cleared_count)++] = field->number;
	}
	/* Unknown numbers are all above the known ones, so they come last. */
	for (walk = json_walk(object); json_next(&walk, &name, &value);)
		if (field_named(message, name) == NULL)
			FAULT_TRY(put_unknown(path, message, name, value, out));
	return fault_none();
}

static struct fault room(const struct wire_out *out)
{
	return out->full ? fault_of(FAULT_LIMIT, "the record is too large") : fault_none();
}

struct fault record_json_parse(const struct schema_record *record, struct span json, struct wire_out *fields,
			       uint32_t cleared[static LIMIT_FIELDS], size_t *cleared_count,
			       struct schema_error *where)
{
	_Static_assert((int)FIELDS_MAX <= (int)LIMIT_FIELDS, "every field of a message may be cleared");
	struct value_path path = { .where = where };
	struct json object;
	size_t count = 0;
	if (!json_read(json, &object, NULL))
		return value_fail(&path, NULL, FAULT_CALLER, "is not JSON in UTF-8");
	if (object.type != JSON_OBJECT)
		return value_fail(&path, NULL, FAULT_CALLER, "must be one JSON object");
	FAULT_TRY(put_object(&path, record->message, object, fields, cleared, &count));
	FAULT_TRY(room(fields));
	*cleared_count = count;
	return fault_none();
}

/* ---- assignments to wire ------------------------------------------------------------- */
struct assignment {
	struct span path;                 /* what of the name is still to be followed */
	struct span value;
	const struct schema_field *field; /* where the step being taken leads */
	size_t index;                     /* in a list of parts */
};
struct assigner {
	struct value_path path;
	struct assignment items[ASSIGN_MAX];
	struct wire_out *out;
};

/* What stands already: the fields of the message assigned to; empty: nothing. */
static struct fault assign_message(struct assigner *a, const struct schema_message *message, uint64_t mask,
				   struct span before, uint32_t *cleared, size_t *cleared_count);

/* The contents of the field's occurrence at that place (of a part: 0); empty where
 * there is none. `whole` with its tag. */
static bool part_before(struct span before, const struct schema_field *field, size_t place, struct wire_field *out)
{
	while (wire_next(&before, out) == WIRE_FIELD)
		if (out->number == field->number && out->type == WIRE_BYTES && place-- == 0)
			return true;
	*out = (struct wire_field){ .number = 0 };
	return false;
}

/* Takes the name's next step, up to the next dot. */
static struct span take_step(struct span *path)
{
	const uint8_t *dot = path->len != 0 ? memchr(path->data, '.', path->len) : NULL;
	size_t len = dot != NULL ? (size_t)(dot - path->data) : path->len;
	struct span step = span_of(path->data, len);
	*path = dot != NULL ? span_of(dot + 1, path->len - len - 1) : span_of(path->data + len, 0);
	return step;
}

static bool is_index(struct span step)
{
	return step.len != 0 && step.len <= 2 && step.data[0] >= '0' && step.data[0] <= '9' &&
	       (step.len == 1 || (step.data[1] >= '0' && step.data[1] <= '9'));
}

/* The whole value as JSON: { ... } for a part, [ ... ] for a list. */
static struct fault assign_json(struct assigner *a, const struct schema_field *field, struct span text)
{
	struct json value;
	if (!json_read(text, &value, NULL))
		return value_fail(&a->path, field, FAULT_CALLER, "is not JSON in UTF-8");
	return field->repeated && value.type == JSON_LIST ? put_list(&a->path, field, value, a->out)
							  : put_one(&a->path, field, value, false, a->out);
}

/* Steps below a part: some fields of one part, the others as they stand. */
static struct fault assign_part(struct assigner *a, const struct schema_field *field, uint64_t mask, struct span before)
{
	if (a->path.depth == LIMIT_DEPTH)
		return value_fail(&a->path, field, FAULT_LIMIT, "is nested too deep");
	a->path.fields[a->path.depth++] = field;
	size_t begin = value_open(a->out, field->number);
	FAULT_TRY(assign_message(a, field->message, mask, before, NULL, NULL));
	value_close(a->out, begin);
	a->path.depth--;
	return fault_none();
}

/* Parts of a list by their places, 0, 1, 2 ... without gaps: others stay, and the
 * place after the last adds one. */
static struct fault assign_parts(struct assigner *a, const struct schema_field *field, uint64_t mask, struct span before)
{
	struct wire_field part;
	bool stands = true;
	for (size_t i = 0; i < ASSIGN_MAX; i++) {
		if ((mask & 1ull << i) == 0)
			continue;
		struct span rest = a->items[i].path, step = take_step(&rest);
		a->items[i].index = 0;
		if (!is_index(step))
			continue;
		a->items[i].index = (size_t)(step.len == 1 ? step.data[0] - '0' : (step.data[0] - '0') * 10 + (step.data[1] - '0'));
		a->items[i].path = rest;
	}
	for (size_t place = 0; mask != 0 || stands; place++) {
		uint64_t here = 0;
		stands = part_before(before, field, place, &part);
		for (size_t i = 0; i < ASSIGN_MAX; i++)
			if ((mask & 1ull << i) != 0 && a->items[i].index == place)
				here |= 1ull << i;
		if (here == 0 && !stands && mask != 0)
			return value_fail(&a->path, field, FAULT_CALLER, "must be numbered 0, 1, 2 without gaps");
		if (here != 0)
			FAULT_TRY(assign_part(a, field, here, part.data));
		else
			wire_put_raw(a->out, part.whole);
		mask &= ~here;
	}
	return fault_none();
}

/* Values "a" or "a,b,c" of a list of numbers, packed. */
static struct fault assign_numbers(struct assigner *a, const struct schema_field *field, uint64_t mask)
{
	size_t begin = value_open(a->out, field->number);
	for (size_t i = 0; i < ASSIGN_MAX; i++) {
		if ((mask & 1ull << i) == 0)
			continue;
		for (struct span rest = a->items[i].value;;) {
			const uint8_t *comma = memchr(rest.data, ',', rest.len);
			size_t len = comma != NULL ? (size_t)(comma - rest.data) : rest.len;
			FAULT_TRY(value_put(&a->path, field, span_of(rest.data, len), true, a->out));
			if (comma == NULL)
				break;
			rest = span_of(comma + 1, rest.len - len - 1);
		}
	}
	value_close(a->out, begin);
	return fault_none();
}

static bool begins_json(const struct schema_field *field, struct span value)
{
	if (field->kind == SCHEMA_MESSAGE)
		return true;
	return field->repeated && field->kind != SCHEMA_TEXT && value.len != 0 && value.data[0] == '[';
}

/* All assignments to one field, none of them with steps left, none empty. */
static struct fault assign_values(struct assigner *a, const struct schema_field *field, uint64_t mask)
{
	bool one = (mask & (mask - 1)) == 0;
	if (!one && !field->repeated)
		return value_fail(&a->path, field, FAULT_CALLER, "is given twice");
	for (size_t i = 0; i < ASSIGN_MAX; i++) {
		if ((mask & 1ull << i) == 0)
			continue;
		struct span value = a->items[i].value;
		if (begins_json(field, value)) {
			if (!one && value.data[0] == '[')
				return value_fail(&a->path, field, FAULT_CALLER, "is given as a list and again");
			FAULT_TRY(assign_json(a, field, value));
		} else if (field->repeated && value_is_number(field->kind)) {
			return assign_numbers(a, field, mask);
		} else {
			FAULT_TRY(value_put(&a->path, field, value, false, a->out));
		}
	}
	return fault_none();
}

static struct fault assign_field(struct assigner *a, const struct schema_field *field, uint64_t mask,
				 struct span before, uint32_t *cleared, size_t *cleared_count)
{
	struct wire_field part;
	uint64_t deeper = 0, empty = 0;
	for (size_t i = 0; i < ASSIGN_MAX; i++) {
		if ((mask & 1ull << i) == 0)
			continue;
		deeper |= a->items[i].path.len != 0 ? 1ull << i : 0;
		empty |= a->items[i].path.len == 0 && a->items[i].value.len == 0 ? 1ull << i : 0;
	}
	if (deeper != 0 && field->kind != SCHEMA_MESSAGE)
		return value_fail(&a->path, field, FAULT_CALLER, "has no parts");
	if (deeper != 0 && deeper != mask)
		return value_fail(&a->path, field, FAULT_CALLER, "is given whole and in parts");
	if (deeper != 0 && field->repeated)
		return assign_parts(a, field, mask, before);
	if (deeper != 0) {
		(void)part_before(before, field, 0, &part);
		return assign_part(a, field, mask, part.data);
	}
	if (empty == 0)
		return assign_values(a, field, mask);
	if (empty != mask || (mask & (mask - 1)) != 0)
		return value_fail(&a->path, field, FAULT_CALLER, "is both given and cleared");
	if (cleared != NULL)
		cleared[(*cleared_count)++] = field->number;
	return fault_none();
}

/* The fields of a part that stand and are not assigned: those numbered `number`, or of
 * 0 those this version does not know. */
static void keep_before(struct assigner *a, const struct schema_message *message, struct span before, uint32_t number)
{
	struct wire_field field;
	while (wire_next(&before, &field) == WIRE_FIELD)
		if (field.number == number || (number == 0 && schema_field_by_number(message, field.number) == NULL))
			wire_put_raw(a->out, field.whole);
}

/* The assignments in `mask` to fields of one message, in rising number; below the
 * record itself (cleared NULL) with what else stands in it. */
static struct fault assign_message(struct assigner *a, const struct schema_message *message, uint64_t mask,
				   struct span before, uint32_t *cleared, size_t *cleared_count)
{
	uint64_t of_field[FIELDS_MAX] = { 0 };
	for (size_t i = 0; i < ASSIGN_MAX; i++) {
		if ((mask & 1ull << i) == 0)
			continue;
		struct span step = take_step(&a->items[i].path);
		const struct schema_field *field = schema_field_by_name(message, step);
		if (field == NULL)
			return value_fail_unknown(&a->path, message, step);
		of_field[field->number - 1] |= 1ull << i;
	}
	for (size_t i = 0; i < message->count; i++)
		if (of_field[i] != 0)
			FAULT_TRY(assign_field(a, &message->fields[i], of_field[i], before, cleared, cleared_count));
		else if (cleared == NULL)
			keep_before(a, message, before, message->fields[i].number);
	if (cleared == NULL)
		keep_before(a, message, before, 0);
	return fault_none();
}

struct fault record_json_assign(const struct schema_record *record, struct span before, const char *const *assign,
				size_t count, struct wire_out *fields, uint32_t cleared[static LIMIT_FIELDS],
				size_t *cleared_count, struct schema_error *where)
{
	struct assigner a = { .path = { .where = where }, .out = fields };
	size_t cleared_here = 0;
	if (count > ASSIGN_MAX)
		return value_fail(&a.path, NULL, FAULT_LIMIT, "too many assignments at once");
	for (size_t i = 0; i < count; i++) {
		struct span text = span_text(assign[i]);
		const uint8_t *equals = memchr(text.data, '=', text.len);
		if (!wire_utf8(text))
			return value_fail(&a.path, NULL, FAULT_CALLER, "an assignment is not UTF-8");
		if (equals == NULL || equals == text.data)
			return value_fail(&a.path, NULL, FAULT_CALLER, "an assignment is not of the form name=value");
		size_t name_len = (size_t)(equals - text.data);
		a.items[i].path = span_of(text.data, name_len);
		a.items[i].value = span_of(equals + 1, text.len - name_len - 1);
	}
	uint64_t all = count == ASSIGN_MAX ? UINT64_MAX : (1ull << count) - 1;
	FAULT_TRY(assign_message(&a, record->message, all, before, cleared, &cleared_here));
	FAULT_TRY(room(fields));
	*cleared_count = cleared_here;
	return fault_none();
}

/* ---- wire to JSON ------------------------------------------------------------------- */
static void write_message(const struct schema_message *message, struct span fields, size_t depth,
			  struct wire_out *json);

static void write_one(const struct schema_field *field, const struct wire_field *f, size_t depth,
		      struct wire_out *json)
{
	bool fits = value_is_number(field->kind) ? f->type == WIRE_VARINT : f->type == WIRE_BYTES;
	if (!fits || (field->kind == SCHEMA_MESSAGE && depth == LIMIT_DEPTH))
		json_put(json, "null");
	else if (field->kind == SCHEMA_MESSAGE)
		write_message(field->message, f->data, depth + 1, json);
	else
		value_write(field, f->value, f->data, json);
}

static void write_packed(const struct schema_field *field, struct span data, size_t *items, struct wire_out *json)
{
	uint64_t number;
	while (data.len != 0 && wire_varint(&data, &number)) {
		json_put(json, (*items)++ == 0 ? "" : ",");
		value_write(field, number, data, json);
	}
}

/* The value of a field out of all its occurrences in `fields`; null without any. */
static void write_field(const struct schema_field *field, struct span fields, size_t depth, struct wire_out *json)
{
	struct wire_field f, last;
	size_t found = 0, items = 0;
	for (struct span rest = fields; wire_next(&rest, &f) == WIRE_FIELD;) {
		if (f.number != field->number)
			continue;
		if (field->repeated) {
			json_put(json, found == 0 ? "[" : "");
			if (f.type == WIRE_BYTES && value_is_number(field->kind)) {
				write_packed(field, f.data, &items, json);
			} else {
				json_put(json, items++ == 0 ? "" : ",");
				write_one(field, &f, depth, json);
			}
		}
		last = f;
		found++;
	}
	if (found == 0)
		json_put(json, "null");
	else if (field->repeated)
		json_put(json, "]");
	else
		write_one(field, &last, depth, json);
}

static void write_unknown(uint32_t number, struct span fields, struct wire_out *json)
{
	struct wire_field f;
	static const char digits[] = "0123456789abcdef";
	json_put(json, "\"");
	while (wire_next(&fields, &f) == WIRE_FIELD)
		for (size_t i = 0; f.number == number && i < f.whole.len; i++) {
			char pair[2] = { digits[f.whole.data[i] >> 4], digits[f.whole.data[i] & 15] };
			wire_put_raw(json, span_of(pair, 2));
		}
	json_put(json, "\"");
}

/* The least field number above `after`; 0 when there is none. */
static uint32_t next_number(struct span fields, uint32_t after)
{
	struct wire_field f;
	uint32_t least = 0;
	while (wire_next(&fields, &f) == WIRE_FIELD)
		if (f.number > after && (least == 0 || f.number < least))
			least = f.number;
	return least;
}

static void write_message(const struct schema_message *message, struct span fields, size_t depth,
			  struct wire_out *json)
{
	uint32_t number = 0;
	json_put(json, "{");
	for (bool first = true; (number = next_number(fields, number)) != 0 && !json->full; first = false) {
		const struct schema_field *field = schema_field_by_number(message, number);
		json_put(json, first ? "\"" : ",\"");
		json_put(json, field != NULL ? field->name : "unknown:");
		if (field == NULL)
			json_put_unsigned(json, number);
		json_put(json, "\":");
		if (field != NULL)
			write_field(field, fields, depth, json);
		else
			write_unknown(number, fields, json);
	}
	json_put(json, "}");
}

void record_json_write(const struct schema_record *record, struct span fields, struct wire_out *json)
{
	write_message(record->message, fields, 0, json);
}

void record_json_value(const struct schema_record *record, uint32_t field_number, struct span whole,
		       struct wire_out *json)
{
	const struct schema_field *field = schema_field_by_number(record->message, field_number);
	if (field != NULL)
		write_field(field, whole, 0, json);
	else if (whole.len == 0)
		json_put(json, "null");
	else
		write_unknown(field_number, whole, json);
}
