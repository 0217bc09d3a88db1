/* labels - the words people read: every record type, field, value and state, and
 * the program's own words, in Finnish, Swedish and English.
 *
 * One catalogue, proto/labels.tsv, made into a table by scripts/gen-labels; the
 * daemon's prints, the command line and the web clients say the same words. They
 * stand as in the middle of a sentence; a line that begins with one makes its
 * first letter large (print_page.h, or CSS).
 *
 * Pure. What is asked of a record type, field or value is never NULL: what the
 * catalogue lacks is a newer version's, and its technical name is the word.
 */
#ifndef JALKA_DOMAIN_LABELS_H
#define JALKA_DOMAIN_LABELS_H

#include "base/span.h"
#include "domain/schema.h"
#include "labels_table.h"

enum labels_language { LABELS_FI, LABELS_SV, LABELS_EN, LABELS_LANGUAGES };

struct labels_row {
	const char *key;
	const char *text[LABELS_LANGUAGES];
};
extern const struct labels_row labels_table[]; /* LABELS_COUNT rows by rising key */

const char *labels_code(enum labels_language language); /* "fi", "sv", "en" */
/* Reads such a code, in small or large letters; false when it is none. */
bool labels_read_code(struct span code, enum labels_language *out);

const char *labels_word(enum labels_language language, enum labels_word word);
/* The row of a key; NULL: no such key. */
const struct labels_row *labels_row(const char *key);

const char *labels_type(enum labels_language language, const struct schema_record *record);
/* The message's own word for the field, else the one all messages share. */
const char *labels_field(enum labels_language language, const struct schema_message *message,
			 const struct schema_field *field);
const char *labels_value(enum labels_language language, const struct schema_enum *enumeration, int32_t number);

#endif
