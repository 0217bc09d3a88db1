/* casebook_text - from a record's message to what a person reads and searches.
 *
 * Titles, the words of the search index, the query a search text means, and the
 * days a record puts on the agenda. All by the table of domain/schema.h.
 *
 * Search words are made whole here: case is folded, letters written with a
 * combining mark are composed (a + U+0308 is ä), å ä ö and the Sami letters stay
 * themselves, and joined forms are added; FTS5 then splits at spaces alone:
 *   "Meri-Tuuli"      meri tuuli merituuli
 *   "010190-123A"     010190 123a 010190123a
 *   "+358 40 123 45"  358 40 123 45 04012345
 * The query does the same to each of its words and asks for all, as prefixes.
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
	CASEBOOK_TEXT_QUERY_BYTES = 8192,
	CASEBOOK_TEXT_QUERY_WORDS = 16,
};

/* One line: of each title field the first line, at most 80 characters, and "…" where it
 * is cut, never inside a character. "" when the type has no title. */
struct span casebook_text_title(const struct schema_record *schema, struct span shown,
				uint8_t out[static CASEBOOK_TEXT_TITLE_BYTES]);

/* The search text of a record, appended to `out`. */
void casebook_text_words(const struct schema_record *schema, struct span shown, struct wire_out *out);
/* Bytes that are always enough for casebook_text_words. */
size_t casebook_text_words_bytes(struct span shown);

/* The FTS5 query that a search text means; "" when it has no letter or digit.
 * Words beyond CASEBOOK_TEXT_QUERY_WORDS are left out. */
struct span casebook_text_query(struct span text, uint8_t out[static CASEBOOK_TEXT_QUERY_BYTES]);

/* Each moment that a due field of the message names. */
typedef void casebook_text_due_fn(void *ctx, const struct schema_field *field, uint64_t at_ms);
void casebook_text_due(const struct schema_record *schema, struct span message, casebook_text_due_fn *fn, void *ctx);

bool casebook_text_urgent(const struct schema_record *schema, struct span shown);

#endif
