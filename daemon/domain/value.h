/* value - one value of a record's field as a person writes it, and as it is stored.
 *
 * The text forms are those of record_json.h. A value is stored with its tag, or
 * bare inside a packed list of numbers. Names of fields on the way to a value
 * are kept for errors. Pure.
 */
#ifndef JALKA_DOMAIN_VALUE_H
#define JALKA_DOMAIN_VALUE_H

#include "base/limits.h"
#include "base/wire.h"
#include "domain/schema.h"

/* Where in a record a reader is: for errors only. */
struct value_path {
	const struct schema_field *fields[LIMIT_DEPTH];
	size_t depth;
	struct schema_error *where; /* may be NULL */
};

/* The fault, with path and `last` (may be NULL) named in where->field. */
struct fault value_fail(const struct value_path *path, const struct schema_field *last,
			enum fault_kind kind, const char *what);
/* The same for a name that is none of the message's fields, with the nearest one as hint. */
struct fault value_fail_unknown(const struct value_path *path, const struct schema_message *message, struct span name);

/* Is the kind stored as a number (varint), so that lists of it are packed? */
bool value_is_number(enum schema_kind kind);

/* Reads a value other than MESSAGE from its text and writes it, without its tag
 * when `bare`. The text is UTF-8. */
struct fault value_put(const struct value_path *path, const struct schema_field *field, struct span text, bool bare,
		       struct wire_out *out);

/* A byte string whose length is known only afterwards: open, write, close. */
size_t value_open(struct wire_out *out, uint32_t number);
void value_close(struct wire_out *out, size_t begin);

/* Closes a text: what was written since is normalised (domain/nfc.h). */
struct fault value_close_text(const struct value_path *path, const struct schema_field *field, struct wire_out *out,
			      size_t begin);

/* Writes a stored value as JSON; numbers come in `number`, the rest in `data`. */
void value_write(const struct schema_field *field, uint64_t number, struct span data, struct wire_out *json);

#endif
