/* fields - look-ups in one message's bytes. */
#include "domain/fields.h"

static bool find(struct span fields, uint32_t number, struct wire_field *out)
{
	struct wire_field field;
	bool found = false;
	while (wire_next(&fields, &field) == WIRE_FIELD)
		if (field.number == number) {
			*out = field;
			found = true;
		}
	return found;
}

bool fields_has(struct span fields, uint32_t number)
{
	struct wire_field field;
	return find(fields, number, &field);
}

bool fields_number(struct span fields, uint32_t number, uint64_t *out)
{
	struct wire_field field;
	if (!find(fields, number, &field) || field.type == WIRE_BYTES)
		return false;
	*out = field.value;
	return true;
}

uint64_t fields_number_or_none(struct span fields, uint32_t number)
{
	uint64_t value;
	return fields_number(fields, number, &value) ? value : 0;
}

bool fields_true(struct span fields, uint32_t number)
{
	return fields_number_or_none(fields, number) != 0;
}

bool fields_date(struct span fields, uint32_t number, int32_t *days)
{
	uint64_t zigzag;
	if (!fields_number(fields, number, &zigzag) || zigzag > UINT32_MAX)
		return false;
	*days = (int32_t)((int64_t)(zigzag >> 1) ^ -(int64_t)(zigzag & 1));
	return true;
}

bool fields_bytes(struct span fields, uint32_t number, struct span *out)
{
	struct wire_field field;
	*out = (struct span){ NULL, 0 };
	if (!find(fields, number, &field) || field.type != WIRE_BYTES)
		return false;
	*out = field.data;
	return true;
}

bool fields_says(struct span fields, uint32_t number)
{
	struct span text;
	if (!fields_bytes(fields, number, &text))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] != ' ' && text.data[i] != '\t' && text.data[i] != '\n')
			return true;
	return false;
}

bool fields_id(struct span fields, uint32_t number, struct record_id *out)
{
	struct span bytes;
	if (!fields_bytes(fields, number, &bytes) || bytes.len != ID_BYTES)
		return false;
	memcpy(out->bytes, bytes.data, ID_BYTES);
	return true;
}

bool fields_next(struct span *rest, uint32_t number, struct span *out)
{
	struct wire_field field;
	while (wire_next(rest, &field) == WIRE_FIELD)
		if (field.number == number && field.type == WIRE_BYTES) {
			*out = field.data;
			return true;
		}
	return false;
}

size_t fields_count(struct span fields, uint32_t number)
{
	struct span element;
	size_t count = 0;
	while (fields_next(&fields, number, &element))
		count++;
	return count;
}

bool fields_holds(struct span fields, uint32_t number, uint64_t value)
{
	struct wire_field field;
	uint64_t one;
	while (wire_next(&fields, &field) == WIRE_FIELD) {
		if (field.number != number)
			continue;
		if (field.type != WIRE_BYTES && field.value == value)
			return true;
		while (field.type == WIRE_BYTES && field.data.len != 0 && wire_varint(&field.data, &one))
			if (one == value)
				return true;
	}
	return false;
}
