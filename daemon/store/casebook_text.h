/* casebook_text - from a record's message to what a person reads in lists.
 *
 * Titles, by the table of domain/schema.h. What a record is searched by is made in
 * casebook_words, what is due of it in domain/agenda.
 *
 * Pure functions on the caller's blocks.
 */
#ifndef JALKA_STORE_CASEBOOK_TEXT_H
#define JALKA_STORE_CASEBOOK_TEXT_H

#include "base/span.h"
#include "base/wire.h"
#include "domain/schema.h"

enum {
	CASEBOOK_TEXT_TITLE_BYTES = 512,
};

/* One line: of each title field the first line, at most 80 characters, and "…" where it
 * is cut, never inside a character. "" when the type has no title. */
struct span casebook_text_title(const struct schema_record *schema, struct span shown,
				uint8_t out[static CASEBOOK_TEXT_TITLE_BYTES]);

#endif
