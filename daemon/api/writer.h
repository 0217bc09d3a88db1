/* writer - writes JSON text (RFC 8259) into the caller's block.
 *
 * Commas and quotes are its work, structure the caller's: what is opened must
 * be closed. Inside a list `key` is NULL. Overflow is kept in out->full, to be
 * asked once at the end. Text given must be UTF-8; control characters are escaped.
 */
#ifndef JALKA_API_WRITER_H
#define JALKA_API_WRITER_H

#include "base/wire.h"

enum { WRITER_DEPTH = 24 };

struct writer {
	struct wire_out *out; /* borrowed */
	unsigned depth;
	bool begun[WRITER_DEPTH]; /* a value stands at this depth: the next needs a comma */
};

void writer_init(struct writer *writer, struct wire_out *out);

void writer_object(struct writer *writer, const char *key);
void writer_object_end(struct writer *writer);
void writer_list(struct writer *writer, const char *key);
void writer_list_end(struct writer *writer);

void writer_text(struct writer *writer, const char *key, struct span text);
void writer_string(struct writer *writer, const char *key, const char *text);
void writer_number(struct writer *writer, const char *key, uint64_t value);
void writer_signed(struct writer *writer, const char *key, int64_t value);
void writer_bool(struct writer *writer, const char *key, bool value);
void writer_null(struct writer *writer, const char *key);
void writer_hex(struct writer *writer, const char *key, struct span bytes);
/* 32 digits, or "" when the id is none. */
void writer_id(struct writer *writer, const char *key, const uint8_t id[static 16]);
/* The key alone: the caller writes one value into writer->out itself. */
void writer_key(struct writer *writer, const char *key);

/* Where the text stands, to take back what did not fit. */
struct writer_mark {
	struct writer json;
	size_t used;
};
struct writer_mark writer_mark(const struct writer *writer);
void writer_rewind(struct writer *writer, const struct writer_mark *mark);

#endif
