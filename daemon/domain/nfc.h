/* nfc - one way to write each text: Unicode's normalization form C.
 *
 * Å may be one character or an A and a ring; both look alike, so both must be
 * equal when names are compared, searched and found to be in conflict. Texts are
 * normalised where a person's words come in, before they are signed; what is
 * signed is never rewritten.
 *
 * Works letter by letter on the caller's block: what stands before the next
 * character that joins with nothing is done at once. Pure: of libutf8proc, only
 * what takes the caller's buffers.
 */
#ifndef JALKA_DOMAIN_NFC_H
#define JALKA_DOMAIN_NFC_H

#include "base/fault.h"
#include "base/wire.h"

enum { NFC_LETTER_MAX = 96 }; /* characters of one letter with its marks, decomposed */

/* What was written to `out` since `begin` is normalised in its place; out->full when
 * it grows too long. Text that is not UTF-8 stays as it is: others refuse it.
 * FAULT_CALLER: a letter with more marks than any language has. */
struct fault nfc_settle(struct wire_out *out, size_t begin);

#endif
