/* json - writes JSON text (RFC 8259) into the caller's block.
 *
 * Commas and quotes are its work, structure the caller's: what is opened must
 * be closed. Inside a list `key` is NULL. Overflow is kept in out->full, to be
 * asked once at the end. Text given must be UTF-8; control characters are escaped.
 */
#ifndef JALKA_API_JSON_H
#define JALKA_API_JSON_H

#include "base/wire.h"

enum { JSON_DEPTH = 24 };

struct json {
	struct wire_out *out; /* borrowed */
	unsigned depth;
	bool begun[JSON_DEPTH]; /* a value stands at this depth: the next needs a comma */
};

void json_init(struct json *json, struct wire_out *out);

void json_object(struct json *json, const char *key);
void json_object_end(struct json *json);
void json_list(struct json *json, const char *key);
void json_list_end(struct json *json);

void json_text(struct json *json, const char *key, struct span text);
void json_string(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, uint64_t value);
void json_signed(struct json *json, const char *key, int64_t value);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);
void json_hex(struct json *json, const char *key, struct span bytes);
/* 32 digits, or "" when the id is none. */
void json_id(struct json *json, const char *key, const uint8_t id[static 16]);
/* The key alone: the caller writes one value into json->out itself. */
void json_key(struct json *json, const char *key);

/* Where the text stands, to take back what did not fit. */
struct json_mark {
	struct json json;
	size_t used;
};
struct json_mark json_mark(const struct json *json);
void json_rewind(struct json *json, const struct json_mark *mark);

#endif
