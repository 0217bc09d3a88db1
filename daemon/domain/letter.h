/* letter - characters of names and texts: read from UTF-8, set alike, written back.
 *
 * Knows the alphabets of Europe: Finnish, Swedish and Sami above all. å ä ö and
 * the Sami letters are letters of their own; letter_base says which key stands
 * nearest on a keyboard that lacks them, for a searcher who has no other. Pure.
 */
#ifndef JALKA_DOMAIN_LETTER_H
#define JALKA_DOMAIN_LETTER_H

#include "base/span.h"

enum { LETTER_BYTES_MAX = 4, LETTER_MALFORMED = 0xfffd };

/* The next character, a letter and its combining mark composed (a + U+0308 is ä).
 * `rest` is not empty; what is malformed is read as U+FFFD, a byte at a time. */
uint32_t letter_next(struct span *rest);

/* Writes one; returns its bytes. */
size_t letter_write(uint32_t c, uint8_t out[static LETTER_BYTES_MAX]);

/* Capital to small; others stay as they are. */
uint32_t letter_small(uint32_t c);

/* Of a small letter: å ä á to a, ö ø to o, š to s, đ to d, ŋ to n, ŧ to t, é to e,
 * ü to u. 0: a mark that no key makes, to be left out. Others stay. */
uint32_t letter_base(uint32_t c);

/* Part of a word: letters and digits of any script; no punctuation, no space. */
bool letter_in_word(uint32_t c);
bool letter_is_digit(uint32_t c);

#endif
