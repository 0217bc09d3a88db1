/* casebook_text - from a record's message to what a person reads in lists.
 *
 * Titles, and the days a record puts on the agenda, by the table of
 * domain/schema.h. What it is searched by is made in casebook_words.
 *
 * Pure functions on the caller's blocks.
 */
#ifndef JALKA_STORE_CASEBOOK_TEXT_H
#define JALKA_STORE_CASEBOOK_TEXT_H

#include "base/span.h"
#include "base/wire.h"
#include "domain/schema.h"

enum {
	CASEBOOK_TEXT_TITLE_BYTES = 240,
};

/* One line; cut at a character, never inside one. "" when the type has no title. */
struct span casebook_text_title(const struct schema_record *schema, struct span shown,
				uint8_t out[static CASEBOOK_TEXT_TITLE_BYTES]);

/* Each moment that a due field of the message names. */
typedef void casebook_text_due_fn(void *ctx, const struct schema_field *field, uint64_t at_ms);
void casebook_text_due(const struct schema_record *schema, struct span message, casebook_text_due_fn *fn, void *ctx);

bool casebook_text_urgent(const struct schema_record *schema, struct span shown);

#endif
