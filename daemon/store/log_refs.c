#include "store/log_refs.h"

#include <string.h>

#include "base/assert.h"

_Static_assert((LOG_REFS_SLOTS & (LOG_REFS_SLOTS - 1)) == 0, "slots are chosen by a mask");

void log_refs_init(struct log_refs *refs, size_t width)
{
	ASSERT(width <= LOG_REFS_ID_BYTES && width % sizeof(uint64_t) == 0);
	memset(refs, 0, sizeof *refs);
	refs->width = width;
}

static size_t slot_of_id(const struct log_refs *refs, const void *id)
{
	uint64_t hash = 0, part;
	for (size_t i = 0; i < refs->width; i += sizeof part) {
		memcpy(&part, (const uint8_t *)id + i, sizeof part);
		hash = (hash ^ part) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 32;
	}
	return (size_t)hash & (LOG_REFS_SLOTS - 1);
}

static size_t slot_of_ref(uint64_t ref)
{
	return (size_t)ref & (LOG_REFS_SLOTS - 1);
}

uint64_t log_refs_ref(const struct log_refs *refs, const void *id)
{
	const struct log_refs_slot *slot = &refs->by_id[slot_of_id(refs, id)];
	return slot->ref != 0 && memcmp(slot->id, id, refs->width) == 0 ? slot->ref : 0;
}

const void *log_refs_id(const struct log_refs *refs, uint64_t ref)
{
	const struct log_refs_slot *slot = &refs->by_ref[slot_of_ref(ref)];
	return slot->ref == ref && ref != 0 ? slot->id : NULL;
}

void log_refs_learn(struct log_refs *refs, const void *id, uint64_t ref)
{
	struct log_refs_slot *slots[2] = { &refs->by_id[slot_of_id(refs, id)], &refs->by_ref[slot_of_ref(ref)] };
	for (size_t i = 0; i < 2; i++) {
		memcpy(slots[i]->id, id, refs->width);
		slots[i]->ref = ref;
	}
}

void log_refs_forget(struct log_refs *refs)
{
	log_refs_init(refs, refs->width);
}
