/* grant - who may hold a case, from the reasons to hold it (P5).
 *
 * A reason is an assignment (or a visit of the day, or a break-glass) with the
 * order at which it began and, once it has, at which it ended. A grant begins
 * when a case goes from no reason to one and ends when the last reason ends;
 * its name g is the order of the delta that began it. Further reasons neither
 * rename it nor begin a backlog.
 *
 * Pure: the caller keeps the reasons of one (case, holder), ascending `began`.
 */
#ifndef JALKA_CORE_GRANT_H
#define JALKA_CORE_GRANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/order.h"

struct grant_reason {
	uint64_t began; /* order */
	uint64_t ended; /* order; 0: lasts */
};

struct grant {
	uint64_t g;     /* order that began it */
	uint64_t ended; /* order that ended it; 0: lasts */
};

/* The grants that these reasons make, ascending; returns how many (<= count). */
size_t grant_of_reasons(const struct grant_reason *reasons, size_t count, struct grant *out);

/* The grant that lasts at `order` (began <= order, not ended by then), or NULL. */
const struct grant *grant_at(const struct grant *grants, size_t count, uint64_t order);

#endif
