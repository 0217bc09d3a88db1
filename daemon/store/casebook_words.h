/* casebook_words - the words a record is found by, and the queries a search text means.
 *
 * Words are made whole here, on both sides alike; FTS5 then splits at spaces alone.
 *   "Meri-Tuuli"      meri tuuli merituuli
 *   "Mäkinen"         mäkinen ~makinen           ~ : by its nearest keys (letter_base)
 *   "+358 40 123 45"  358 40 123 45 04012345 4012345
 *   "131052-308T"     131052 308t 131052308t #131052-308t @19521013
 *   "1.5.1994"        1 5 1994 151994 @19940501
 * and =2 for the type. What no keyboard writes into a word (~ # @ =) begins terms
 * that only a query made here can name.
 *
 * A text is asked for in tiers, each finding all that the one before does and
 * more; who reads them one after the other has the best matches first:
 *   WHOLE   every word as it is, or the whole identity code
 *   PREFIX  every word begins a word of the record
 *   LIKE    and by the nearest keys (makinen finds Mäkinen), and by the forms of
 *           names (domain/name.h): Mäkisen finds Mäkinen
 *
 * Pure functions on the caller's blocks.
 */
#ifndef JALKA_STORE_CASEBOOK_WORDS_H
#define JALKA_STORE_CASEBOOK_WORDS_H

#include "base/span.h"
#include "base/wire.h"
#include "domain/schema.h"

enum casebook_words_tier {
	CASEBOOK_WORDS_WHOLE, CASEBOOK_WORDS_PREFIX, CASEBOOK_WORDS_LIKE, CASEBOOK_WORDS_TIERS,
};
enum {
	CASEBOOK_WORDS_QUERY_BYTES = 384 * 1024, /* sixteen long words in all their forms */
	CASEBOOK_WORDS_QUERY_MAX = 16, /* words of a query; those beyond are left out */
};

/* The terms of a record, appended to `out`. */
void casebook_words_index(const struct schema_record *schema, struct span shown, struct wire_out *out);
/* Bytes that are always enough for it. */
size_t casebook_words_bytes(struct span shown);

/* The next word of a text, or the numbers that follow one another: one of what a query
 * asks for. `text` moves past it. False: none is left. */
bool casebook_words_next(struct span *text, struct span *word);

/* The FTS5 query of a text in a tier; "" when it has no letter or digit. `type`:
 * records of this type alone; 0: of any. */
struct span casebook_words_query(struct span text, enum casebook_words_tier tier, uint32_t type,
				 uint8_t out[static CASEBOOK_WORDS_QUERY_BYTES]);

#endif
