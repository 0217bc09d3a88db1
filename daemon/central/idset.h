/* idset - ids gathered one by one, with repeats, and read in their order, each once.
 *
 * Add all, settle, then read: adding unsettles. Memory follows the ids that differ,
 * not how often each was added.
 *
 * Owns  its list. A set of zeros is empty.
 */
#ifndef JALKA_CENTRAL_IDSET_H
#define JALKA_CENTRAL_IDSET_H

#include "base/id.h"

struct idset {
	uint8_t (*ids)[ID_BYTES];
	size_t count, room;
};

void idset_free(struct idset *set); /* and is empty again */

/* False: out of memory, nothing changed. */
bool idset_add(struct idset *set, const uint8_t id[static ID_BYTES]);
void idset_settle(struct idset *set);

/* Of a settled set. */
bool idset_has(const struct idset *set, const uint8_t id[static ID_BYTES]);
struct record_id idset_record(const struct idset *set, size_t at); /* a set of records' ids */

#endif
