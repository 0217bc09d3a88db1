/* shape - record messages for tests, made from the table of records.proto.
 *
 * shape_write makes the message of a record that passes schema_check: every
 * required field has a valid value, and the texts carry `mark`, so that a test
 * can find them again. shape_fields lists the plain top-level text fields, which
 * a test changes one by one.
 */
#ifndef JALKA_TESTS_SHAPE_H
#define JALKA_TESTS_SHAPE_H

#include "base/wire.h"
#include "domain/schema.h"
#include "lib/prng.h"

/* Required fields of the message (or all of a nested one's), texts = mark. */
void shape_write(const struct schema_message *message, const char *mark, struct wire_out *out);

/* One field. Repeated ones get one occurrence. */
void shape_field(const struct schema_field *field, const char *mark, struct wire_out *out);

/* Numbers of the plain text fields that are not required: these may also be
 * cleared. Returns how many (<= max). */
size_t shape_optional_texts(const struct schema_message *message, uint32_t *out, size_t max);
size_t shape_texts(const struct schema_message *message, uint32_t *out, size_t max);

#endif
