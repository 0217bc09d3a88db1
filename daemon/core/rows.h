/* rows - the deltas of a message, one after another: written, and read in place.
 *
 * Format: Row of proto/session.proto, each after its length as a varint. What
 * follows from the row before is left out: an author's next seq is one more,
 * the next order is one more.
 *
 * Purely functions on the caller's block. Spans of a row read borrow the bytes
 * read from.
 */
#ifndef JALKA_CORE_ROWS_H
#define JALKA_CORE_ROWS_H

#include "base/fault.h"
#include "base/limits.h"
#include "base/wire.h"
#include "core/order.h"

enum {
	ROWS_AUTHORS_MAX = 32,
	ROWS_DIGEST_BYTES = 32,
	ROWS_SEALED_BYTES_MAX = LIMIT_DELTA_BYTES + 256, /* a delta, its salt and Noise X around them */
};

struct rows_row {
	struct span delta;   /* the author's bytes, or {NULL, 0} and */
	struct span digest;  /* 32 bytes: erased */
	struct span sealed;  /* beside digest, may be absent: what was forgotten, for central alone */
	uint32_t author;     /* index into the message's authors */
	uint64_t seq;
	uint64_t order;      /* 0: has none (Push, Offer) */
	uint64_t stamp_ms;   /* effective, where central replaced the author's; else 0 */
	struct order_base earlier[LIMIT_ENTRY_ORDERS]; /* orders it had in older central epochs */
	size_t earlier_count;
};

/* Where writer and reader stand: both must count alike. */
struct rows_state {
	uint64_t next_seq[ROWS_AUTHORS_MAX]; /* 0: no row of this author yet */
	uint64_t next_order;                 /* 0: no row with an order yet */
};

struct rows_writer {
	struct wire_out out;
	struct rows_state state;
	uint32_t count;
};

struct rows_reader {
	struct span rest;
	struct rows_state state;
	uint32_t left;
	uint32_t author_count;
	bool ordered;
};

/* `first_seq` != 0: rows of author 0 begin there (Push, Offer). */
void rows_write_begin(struct rows_writer *writer, void *block, size_t size, uint64_t first_seq);

/* Adds a row. False: it does not fit in the block or LIMIT_CHUNK_DELTAS is
 * reached; what was written before stays whole. */
bool rows_write(struct rows_writer *writer, const struct rows_row *row);
struct span rows_written(const struct rows_writer *writer);

/* Bytes rows_write would take at most for a delta of this length without
 * earlier orders: to know beforehand whether it fits. */
size_t rows_bytes_max(size_t delta_bytes);

/* `author_count`: authors the message names (Push, Offer: 1). `ordered`: every
 * row must have an order, and orders rise (Pull, Backlog); else none may have one. */
void rows_read_begin(struct rows_reader *reader, struct span bytes, uint32_t count, uint32_t author_count,
		     uint64_t first_seq, bool ordered);

/* The next row. *end: there is no more, `out` is not written. FAULT_PEER: malformed. */
struct fault rows_read(struct rows_reader *reader, struct rows_row *out, bool *end);

#endif
