/* wire - the protobuf wire format: a reader that borrows, a writer that fills
 * the caller's block. */
#include "base/wire.h"

#include "base/assert.h"

bool wire_varint(struct span *rest, uint64_t *out)
{
	uint64_t value = 0;
	/* Nearly all are of one byte. */
	if (rest->len != 0 && rest->data[0] < 0x80) {
		*out = rest->data[0];
		*rest = span_of(rest->data + 1, rest->len - 1);
		return true;
	}
	for (size_t i = 0; i < 10 && i < rest->len; i++) {
		uint8_t byte = rest->data[i];
		if (i == 9 && byte > 1)
			return false;
		value |= (uint64_t)(byte & 0x7f) << (7 * i);
		if ((byte & 0x80) == 0) {
			*rest = span_of(rest->data + i + 1, rest->len - i - 1);
			*out = value;
			return true;
		}
	}
	return false;
}

static bool fixed(struct span *rest, size_t bytes, uint64_t *out)
{
	uint64_t value = 0;
	if (rest->len < bytes)
		return false;
	for (size_t i = 0; i < bytes; i++)
		value |= (uint64_t)rest->data[i] << (8 * i);
	*rest = span_of(rest->data + bytes, rest->len - bytes);
	*out = value;
	return true;
}

static bool value_of(struct span *at, struct wire_field *f)
{
	switch (f->type) {
	case WIRE_VARINT:
		return wire_varint(at, &f->value);
	case WIRE_FIXED64:
		return fixed(at, 8, &f->value);
	case WIRE_FIXED32:
		return fixed(at, 4, &f->value);
	case WIRE_BYTES: {
		uint64_t len;
		if (!wire_varint(at, &len) || len > at->len)
			return false;
		f->data = span_of(at->data, (size_t)len);
		*at = span_of(at->data + len, at->len - (size_t)len);
		return true;
	}
	}
	return false;
}

enum wire_read wire_next(struct span *rest, struct wire_field *out)
{
	struct span at = *rest;
	uint64_t tag;
	if (at.len == 0)
		return WIRE_END;
	if (!wire_varint(&at, &tag) || tag > UINT32_MAX || tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
		return WIRE_BAD;
	unsigned type = (unsigned)(tag & 7);
	if (type != WIRE_VARINT && type != WIRE_FIXED64 && type != WIRE_BYTES && type != WIRE_FIXED32)
		return WIRE_BAD;
	struct wire_field field = { .number = (uint32_t)(tag >> 3), .type = (enum wire_type)type };
	if (!value_of(&at, &field))
		return WIRE_BAD;
	field.whole = span_of(rest->data, (size_t)(at.data - rest->data));
	*rest = at;
	*out = field;
	return WIRE_FIELD;
}

/* Length of the UTF-8 sequence at the start, or 0 when it is malformed. */
static size_t utf8_sequence(const uint8_t *p, size_t left)
{
	uint8_t c = p[0];
	size_t len = c < 0x80 ? 1 : (c & 0xe0) == 0xc0 ? 2 : (c & 0xf0) == 0xe0 ? 3 : (c & 0xf8) == 0xf0 ? 4 : 0;
	if (len == 0 || len > left || c == 0)
		return 0;
	uint32_t point = len == 1 ? c : len == 2 ? c & 0x1fu : len == 3 ? c & 0x0fu : c & 0x07u;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (p[i] & 0x3fu);
	}
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	if (point < least[len] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return 0;
	return len;
}

/* True when the next eight bytes are of ASCII and none is 0: a byte of 0 borrows
 * from its own highest bit. (False also for a 1 above a 0; those go one by one.) */
static bool eight_plain(const uint8_t *p, size_t left)
{
	uint64_t eight;
	if (left < sizeof eight)
		return false;
	memcpy(&eight, p, sizeof eight);
	return (((eight - UINT64_C(0x0101010101010101)) | eight) & UINT64_C(0x8080808080808080)) == 0;
}

bool wire_utf8(struct span text)
{
	for (size_t at = 0; at < text.len;) {
		if (eight_plain(text.data + at, text.len - at)) {
			at += 8;
			continue;
		}
		size_t step = utf8_sequence(text.data + at, text.len - at);
		if (step == 0)
			return false;
		at += step;
	}
	return true;
}

size_t wire_utf8_chars(struct span text)
{
	size_t chars = 0;
	for (size_t i = 0; i < text.len; i++)
		chars += (text.data[i] & 0xc0) != 0x80;
	return chars;
}

void wire_out_init(struct wire_out *out, void *block, size_t size)
{
	*out = (struct wire_out){ .block = block, .size = size };
}

struct span wire_out_span(const struct wire_out *out)
{
	ASSERT(!out->full);
	return span_of(out->block, out->used);
}

void wire_put_raw(struct wire_out *out, struct span bytes)
{
	if (out->full || bytes.len > out->size - out->used) {
		out->full = true;
		return;
	}
	if (bytes.len != 0)
		memcpy(out->block + out->used, bytes.data, bytes.len);
	out->used += bytes.len;
}

size_t wire_varint_bytes(uint64_t value)
{
	size_t bytes = 1;
	while (value >= 0x80) {
		value >>= 7;
		bytes++;
	}
	return bytes;
}

void wire_put_bare_varint(struct wire_out *out, uint64_t value)
{
	uint8_t bytes[10];
	size_t n = 0;
	if (value < 0x80 && !out->full && out->used < out->size) {
		out->block[out->used++] = (uint8_t)value;
		return;
	}
	while (value >= 0x80) {
		bytes[n++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	bytes[n++] = (uint8_t)value;
	wire_put_raw(out, span_of(bytes, n));
}

void wire_put_varint(struct wire_out *out, uint32_t number, uint64_t value)
{
	wire_put_bare_varint(out, (uint64_t)number << 3 | WIRE_VARINT);
	wire_put_bare_varint(out, value);
}

void wire_put_fixed64(struct wire_out *out, uint32_t number, uint64_t value)
{
	uint8_t bytes[8];
	for (size_t i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
	wire_put_bare_varint(out, (uint64_t)number << 3 | WIRE_FIXED64);
	wire_put_raw(out, span_of(bytes, 8));
}

void wire_put_bytes(struct wire_out *out, uint32_t number, struct span bytes)
{
	wire_put_bare_varint(out, (uint64_t)number << 3 | WIRE_BYTES);
	wire_put_bare_varint(out, bytes.len);
	wire_put_raw(out, bytes);
}
