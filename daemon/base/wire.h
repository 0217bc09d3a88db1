/* wire - the protobuf wire format, read in place and written to a block.
 *
 * Reading borrows: spans point into the caller's bytes. Nothing is allocated.
 * The format: protobuf.dev/programming-guides/encoding. Groups (wire types 3
 * and 4), field number 0 and varints longer than 10 bytes are malformed.
 */
#ifndef JALKA_BASE_WIRE_H
#define JALKA_BASE_WIRE_H

#include "base/span.h"

enum wire_type { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

enum wire_read { WIRE_END, WIRE_FIELD, WIRE_BAD };

struct wire_field {
	uint32_t number;
	enum wire_type type;
	uint64_t value;   /* of WIRE_VARINT, WIRE_FIXED64, WIRE_FIXED32 */
	struct span data; /* of WIRE_BYTES */
	struct span whole; /* tag and value as they stand */
};

/* Reads the next field and moves `rest` past it. */
enum wire_read wire_next(struct span *rest, struct wire_field *out);

/* Reads one bare varint and moves `rest` past it; false when malformed. */
bool wire_varint(struct span *rest, uint64_t *out);

/* True when the bytes are well-formed UTF-8 (RFC 3629: no surrogates, no
 * overlong forms, nothing above U+10FFFF) and hold no U+0000. */
bool wire_utf8(struct span text);

/* The number of code points of well-formed UTF-8. */
size_t wire_utf8_chars(struct span text);

struct wire_out {
	uint8_t *block;
	size_t size;
	size_t used;
	bool full; /* something did not fit; what is written is of no use */
};

void wire_out_init(struct wire_out *out, void *block, size_t size);
struct span wire_out_span(const struct wire_out *out);
void wire_put_raw(struct wire_out *out, struct span bytes);
void wire_put_bare_varint(struct wire_out *out, uint64_t value);
void wire_put_varint(struct wire_out *out, uint32_t number, uint64_t value);
void wire_put_fixed64(struct wire_out *out, uint32_t number, uint64_t value);
void wire_put_bytes(struct wire_out *out, uint32_t number, struct span bytes);

/* Bytes a varint takes. */
size_t wire_varint_bytes(uint64_t value);

#endif
