/* id - the names of things, as types that cannot be mixed up.
 *
 * Every id is 16 random bytes; all zeros means "none". Widths are those of
 * rule P10 of docs/architecture.md and never change.
 */
#ifndef JALKA_BASE_ID_H
#define JALKA_BASE_ID_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/span.h"

enum {
	ID_BYTES = 16,
	ID_HEX_BYTES = 2 * ID_BYTES + 1, /* with the final zero */
};

struct node_id { uint8_t bytes[ID_BYTES]; };   /* a device or the central node */
struct epoch_id { uint8_t bytes[ID_BYTES]; };  /* an author's or the centre's incarnation */
struct case_id { uint8_t bytes[ID_BYTES]; };   /* a case (asia): the unit of replication */
struct record_id { uint8_t bytes[ID_BYTES]; }; /* a record of one case */

/* An author is a node in one incarnation (design: "Author and chain"). */
struct author {
	struct node_id node;
	struct epoch_id epoch;
};

#define ID_EQUAL(a, b) (memcmp((a).bytes, (b).bytes, ID_BYTES) == 0)
#define ID_IS_NONE(a) id_bytes_none((a).bytes)
#define ID_SPAN(a) span_of((a).bytes, ID_BYTES)

bool id_bytes_none(const uint8_t bytes[static ID_BYTES]);
bool id_author_equal(const struct author *a, const struct author *b);

/* Lower-case hexadecimal with a final zero. */
void id_to_hex(const uint8_t bytes[static ID_BYTES], char out[static ID_HEX_BYTES]);

/* Reads exactly 32 hexadecimal digits; false, and nothing written, otherwise. */
bool id_from_hex(struct span text, uint8_t out[static ID_BYTES]);

#endif
