/* idset - a list that is sorted and thinned when it is full, and grows when that was not enough. */
#include "central/idset.h"

#include <stdlib.h>

#include "base/assert.h"

enum { ROOM_FIRST = 256 };

void idset_free(struct idset *set)
{
	free(set->ids);
	*set = (struct idset){ .ids = NULL };
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, ID_BYTES);
}

void idset_settle(struct idset *set)
{
	size_t kept = 0;
	if (set->count > 0)
		qsort(set->ids, set->count, sizeof *set->ids, compare);
	for (size_t i = 0; i < set->count; i++)
		if (kept == 0 || compare(set->ids[kept - 1], set->ids[i]) != 0)
			memmove(set->ids[kept++], set->ids[i], ID_BYTES);
	set->count = kept;
}

bool idset_add(struct idset *set, const uint8_t id[static ID_BYTES])
{
	if (set->count == set->room) {
		idset_settle(set);
		/* A list that stays more than half full would be sorted too often. */
		if (set->count >= set->room / 2) {
			size_t room = set->room == 0 ? ROOM_FIRST : 2 * set->room;
			void *more = realloc(set->ids, room * sizeof *set->ids);
			if (more == NULL)
				return false;
			set->ids = more;
			set->room = room;
		}
	}
	memcpy(set->ids[set->count++], id, ID_BYTES);
	return true;
}

bool idset_has(const struct idset *set, const uint8_t id[static ID_BYTES])
{
	return set->count > 0 && bsearch(id, set->ids, set->count, sizeof *set->ids, compare) != NULL;
}

struct record_id idset_record(const struct idset *set, size_t at)
{
	struct record_id id;
	ASSERT(at < set->count);
	memcpy(id.bytes, set->ids[at], ID_BYTES);
	return id;
}
