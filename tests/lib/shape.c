/* shape - see shape.h. */
#include "lib/shape.h"

#include <string.h>

static int32_t first_enum(const struct schema_enum *enumeration)
{
	for (size_t i = 0; i < enumeration->count; i++)
		if (enumeration->values[i].number != 0)
			return enumeration->values[i].number;
	return 0;
}

static void put_text(const struct schema_field *field, const char *mark, struct wire_out *out)
{
	struct span text = span_text(mark);
	if (field->chars_max != 0 && text.len > field->chars_max)
		text.len = field->chars_max;
	wire_put_bytes(out, field->number, text);
}

static void put_message(const struct schema_field *field, const char *mark, struct wire_out *out)
{
	uint8_t block[1024];
	struct wire_out inner;
	wire_out_init(&inner, block, sizeof block);
	shape_write(field->message, mark, &inner);
	wire_put_bytes(out, field->number, wire_out_span(&inner));
}

void shape_field(const struct schema_field *field, const char *mark, struct wire_out *out)
{
	static const uint8_t some_id[ID_BYTES] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };

	switch (field->kind) {
	case SCHEMA_BOOL:
	case SCHEMA_UINT32:
	case SCHEMA_UINT64:
	case SCHEMA_INT32:
	case SCHEMA_INT64:
	case SCHEMA_CENTS:
		wire_put_varint(out, field->number, 1);
		break;
	case SCHEMA_DATE: /* sint32: zigzag of 20,000 days */
		wire_put_varint(out, field->number, 40000);
		break;
	case SCHEMA_TIME:
		wire_put_varint(out, field->number, 1767225600000u);
		break;
	case SCHEMA_ENUM:
		wire_put_varint(out, field->number, (uint64_t)first_enum(field->enumeration));
		break;
	case SCHEMA_TEXT:
		put_text(field, mark, out);
		break;
	case SCHEMA_BYTES:
	case SCHEMA_ID:
		wire_put_bytes(out, field->number, span_of(some_id, sizeof some_id));
		break;
	case SCHEMA_MESSAGE:
		put_message(field, mark, out);
		break;
	}
}

void shape_write(const struct schema_message *message, const char *mark, struct wire_out *out)
{
	for (size_t i = 0; i < message->count; i++)
		if (message->fields[i].required)
			shape_field(&message->fields[i], mark, out);
}

static size_t texts(const struct schema_message *message, bool optional_only, uint32_t *out, size_t max)
{
	size_t n = 0;
	for (size_t i = 0; i < message->count && n < max; i++) {
		const struct schema_field *field = &message->fields[i];
		bool plain = field->kind == SCHEMA_TEXT && !field->repeated;
		bool roomy = field->chars_max == 0 || field->chars_max >= 40;
		if (plain && roomy && !(optional_only && field->required))
			out[n++] = field->number;
	}
	return n;
}

size_t shape_optional_texts(const struct schema_message *message, uint32_t *out, size_t max)
{
	return texts(message, true, out, max);
}

size_t shape_texts(const struct schema_message *message, uint32_t *out, size_t max)
{
	return texts(message, false, out, max);
}
