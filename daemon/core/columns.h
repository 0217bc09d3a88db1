/* columns - rows taken apart for a packer: the values of one field beside each other.
 *
 * A packer finds more in two hundred record ids followed by two hundred texts than
 * in rows of both, and does not pay for lengths that follow from what is inside.
 * Codec 2 of session.proto is this, then zstd (io/codec.h). The form:
 *
 *   49 varints   lengths of the parts
 *   part 0       structure: each row's tags as they stand, the delta's after its tag,
 *                those of the record's fields after theirs; 0 ends each of the three;
 *                a plain bytes field has its length after the tag
 *   parts 1..48  values: of the row's fields, the delta's, the record's, 16 parts
 *                each, by field number modulo 16; as they stand, but stamp_ms of a
 *                delta as the difference from that of the delta before (the first: from
 *                0), a varint with the sign in its lowest bit
 *
 * Joined, it is byte for byte what was split. Rows whose tags, lengths or stamps are
 * not in their shortest form are not split: they travel as they are. Pure; owns nothing.
 */
#ifndef JALKA_CORE_COLUMNS_H
#define JALKA_CORE_COLUMNS_H

#include "base/limits.h"
#include "base/span.h"

enum {
	COLUMNS_LEVELS = 3,
	COLUMNS_OF_LEVEL = 16,
	COLUMNS_PARTS = 1 + COLUMNS_LEVELS * COLUMNS_OF_LEVEL,
	/* An end takes no more than the length it stands for; beside that the parts' lengths.
	 * Stamps that leap may take more than this: such rows are not split. */
	COLUMNS_BYTES_MAX = LIMIT_CHUNK_BYTES + 3 * COLUMNS_PARTS,
};

/* Bytes written; 0 when the rows cannot be split or do not fit. */
size_t columns_split(struct span rows, uint8_t *out, size_t size);

/* Bytes written; 0 when `columns` is not what columns_split makes, or does not fit. */
size_t columns_join(struct span columns, uint8_t *out, size_t size);

#endif
