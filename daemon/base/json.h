/* json - JSON text (RFC 8259), read in place and written to a block.
 *
 * json_read checks a whole text once: grammar, UTF-8, nesting, escapes without
 * U+0000 and lone surrogates. After it, walking and looking up cannot fail, and
 * values borrow the text. Names given twice are the reader's business. Nothing
 * is allocated.
 */
#ifndef JALKA_BASE_JSON_H
#define JALKA_BASE_JSON_H

#include "base/wire.h"

enum { JSON_DEPTH = 32 }; /* lists and objects within each other */

enum json_type {
	JSON_ABSENT = 0, /* no such member */
	JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_OBJECT,
};

struct json {
	enum json_type type;
	struct span text; /* as it stands, quotes and brackets included */
};

/* Reads a text that is exactly one value. False: `bad_at` (may be NULL) is the
 * byte at which it stopped being JSON. */
bool json_read(struct span text, struct json *out, size_t *bad_at);

/* Members of an object or items of a list, one after another. `name` is
 * JSON_ABSENT for items. Walking anything else gives nothing. */
struct json_walk { struct span rest; bool in_object; };
struct json_walk json_walk(struct json value);
bool json_next(struct json_walk *walk, struct json *name, struct json *value);

/* The first member of that name; JSON_ABSENT when there is none or it is no object. */
struct json json_member(struct json object, const char *name);

/* The text without quotes and escapes. False: it is no text or does not fit;
 * `size` of value.text.len always fits. No final zero is written. */
bool json_text(struct json value, void *out, size_t size, size_t *len);
bool json_text_is(struct json value, const char *text);

/* A number without fraction and exponent that fits; false otherwise. */
bool json_integer(struct json value, int64_t *out);

/* Writing: what does not fit sets out->full. Bytes that are not UTF-8, and zeros,
 * become U+FFFD. */
void json_put(struct wire_out *out, const char *literal);
void json_put_text(struct wire_out *out, struct span text);
void json_put_integer(struct wire_out *out, int64_t value);
void json_put_unsigned(struct wire_out *out, uint64_t value);
void json_put_hex(struct wire_out *out, struct span bytes); /* quoted, lower case */

#endif
