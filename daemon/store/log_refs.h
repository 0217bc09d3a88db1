/* log_refs - ids of 16 or 32 bytes and the small integers that stand for them.
 *
 * A bounded cache before the tables log_author and log_case, both ways: rows of
 * the log hold the integer, callers the id. What it has forgotten is read again.
 *
 * Owns   its slots, inline.
 */
#ifndef JALKA_STORE_LOG_REFS_H
#define JALKA_STORE_LOG_REFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOG_REFS_SLOTS = 2048, LOG_REFS_ID_BYTES = 32 };

struct log_refs_slot {
	uint8_t id[LOG_REFS_ID_BYTES];
	uint64_t ref; /* 0: empty */
};

struct log_refs {
	size_t width; /* of the ids */
	struct log_refs_slot by_id[LOG_REFS_SLOTS];
	struct log_refs_slot by_ref[LOG_REFS_SLOTS];
};

void log_refs_init(struct log_refs *refs, size_t width);

/* 0: not known here. */
uint64_t log_refs_ref(const struct log_refs *refs, const void *id);
/* NULL: not known here. */
const void *log_refs_id(const struct log_refs *refs, uint64_t ref);
void log_refs_learn(struct log_refs *refs, const void *id, uint64_t ref);
void log_refs_forget(struct log_refs *refs);

#endif
