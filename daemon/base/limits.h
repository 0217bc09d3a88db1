/* limits - every bound of the system, each with a test that meets it.
 *
 * Sizes are bytes, times milliseconds. The figures are those of
 * docs/architecture.md, "Limits".
 */
#ifndef JALKA_BASE_LIMITS_H
#define JALKA_BASE_LIMITS_H

#include <stdint.h>

enum {
	/* one delta and its parts: a note of the longest letters but the rarest, what is said
	 * beside it, and a row and a frame around them */
	LIMIT_DELTA_BYTES = 61000,            /* one delta, encoded */
	LIMIT_FIELD_BYTES = 60040,            /* one top-level field, all occurrences, with tags */
	LIMIT_FIELDS = 128,                   /* distinct top-level fields one delta may touch */
	LIMIT_TEXT_CHARS = 20000,             /* characters of one note */
	LIMIT_BASES = 4,                      /* (epoch, order) pairs of one base */
	LIMIT_DEPTH = 8,                      /* nesting of sub-messages */
	LIMIT_SIBLINGS = 32,                  /* values of one field shown in a conflict */

	/* the wire */
	LIMIT_FRAME_BYTES = 65535,            /* one Noise message */
	LIMIT_FRAME_PLAIN_BYTES = 65535 - 16, /* what fits in it */
	LIMIT_PAD_STEP_BYTES = 64,
	LIMIT_MESSAGE1_BYTES = 14 * 1024,     /* one initial TCP window */
	LIMIT_CHUNK_DELTAS = 1000,            /* deltas under one signed head */
	LIMIT_CHUNK_BYTES = 61400,            /* raw rows of one chunk: fits a frame uncompressed (P4) */
	LIMIT_INFLATED_BYTES = 1024 * 1024,   /* rows of one message after decompression */
	LIMIT_INFLATED_RATIO = 50,
	LIMIT_SESSION_IDLE_BYTES = 64 * 1024, /* memory of one idle session */

	/* time */
	LIMIT_MAC_MS = 5000,                  /* from accept to the MAC of message 1 */
	LIMIT_PROGRESS_MS = 10000,            /* then at least LIMIT_PROGRESS_BYTES in each */
	LIMIT_PROGRESS_BYTES = 1024,
	LIMIT_PING_MS = 60000,                /* idle ping */
	LIMIT_FUTURE_MS = 5 * 60 * 1000,      /* a stamp further ahead of central is replaced */

	/* central */
	LIMIT_HALF_OPEN = 1024,
	LIMIT_HALF_OPEN_PER_PREFIX = 256,     /* of one network: 3 bytes of IPv4, 7 of IPv6 */
	LIMIT_QUARANTINE_PER_DEVICE = 10000,
	LIMIT_ENROL_MS = 15 * 60 * 1000,
	LIMIT_ENROL_TRIES = 5,
	LIMIT_GENERATIONS = 64,               /* central epochs known at once */
	LIMIT_ENTRY_ORDERS = 8,               /* orders one entry may have had */

	/* local API */
	LIMIT_REQUEST_BYTES = 256 * 1024,
	LIMIT_RESPONSE_BYTES = 256 * 1024,
};

_Static_assert(LIMIT_CHUNK_BYTES + 4096 < LIMIT_FRAME_PLAIN_BYTES,
	       "P4: a chunk with head, framing and padding fits one frame uncompressed");
_Static_assert(LIMIT_DELTA_BYTES < LIMIT_CHUNK_BYTES, "a chunk holds at least one delta");
_Static_assert(LIMIT_FIELD_BYTES < LIMIT_DELTA_BYTES, "a delta holds at least one field");
_Static_assert(3 * LIMIT_TEXT_CHARS + 16 < LIMIT_FIELD_BYTES, "a note may be in any script in use: three bytes a letter");

#endif
