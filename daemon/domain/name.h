/* name - names of people and places: their Finnish forms, and whether two are alike.
 *
 * A name in a sentence is inflected: Virtanen's is Virtasen, at Mäki is Mäellä, in
 * Takkuvaara is Takkuvaarassa. Who searches may type either and mean both. A small
 * set of rules (docs/internals/search.md lists them) makes from an inflected word
 * what it may be a form of, and from a basic form those of its forms that do not
 * begin with it. Rules over-produce: most of what they make is no name at all and
 * is found nowhere; none is left out that the rules know. Pure.
 */
#ifndef JALKA_DOMAIN_NAME_H
#define JALKA_DOMAIN_NAME_H

#include "base/span.h"

enum {
	NAME_LETTERS_MAX = 40,
	NAME_FORMS_MAX = 40,
	NAME_TEXT_BYTES = 4 * NAME_LETTERS_MAX,
};

/* One word, in small letters. */
struct name_word {
	uint32_t letters[NAME_LETTERS_MAX];
	size_t count;
};
struct name_forms {
	struct name_word all[NAME_FORMS_MAX];
	size_t count;
};

/* The next word of a text; `text` moves past it. False: none is left. Longer words
 * are cut: they are none that the rules know. */
bool name_next(struct span *text, struct name_word *out);
/* The word as UTF-8; `base`: its nearest keys (letter_base). Returns the bytes. */
size_t name_write(const struct name_word *word, bool base, uint8_t out[static NAME_TEXT_BYTES]);
bool name_equal(const struct name_word *a, const struct name_word *b);

/* What the word may be a form of: "virtasen" gives "virtanen"; the word itself is not among it. */
void name_bases(const struct name_word *word, struct name_forms *out);
/* The other forms of what it may be a form of: "takkuvaarassa" gives "takkuvaarasta". */
void name_siblings(const struct name_word *word, struct name_forms *out);
/* Its forms that do not begin with it: "mäki" gives "mäen", "mäellä" ... */
void name_inflected(const struct name_word *word, struct name_forms *out);

/* How two people's names compare. Hyphens, capitals and further given names do not
 * count. ALIKE: letters without their marks, one slip of the pen, family and given
 * name changed over, or one half of a double family name. */
enum name_match { NAME_OTHER, NAME_ALIKE, NAME_SAME };
struct name_person { struct span family, given; };
enum name_match name_compare(const struct name_person *a, const struct name_person *b);

#endif
