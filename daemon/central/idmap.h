/* idmap - things found by their 16-byte id, in memory.
 *
 * Open addressing. The key is the first 16 bytes of each item, so an item is
 * any struct that begins with its id. The hash is keyed with random bytes:
 * a peer that chooses ids cannot make them collide.
 *
 * Owns  its table, not the items.
 */
#ifndef JALKA_CENTRAL_IDMAP_H
#define JALKA_CENTRAL_IDMAP_H

#include "base/id.h"

enum { IDMAP_KEY_BYTES = 16 };

struct idmap {
	void **slots;
	size_t size; /* a power of two, or 0 */
	size_t count;
	uint8_t key[IDMAP_KEY_BYTES];
};

void idmap_init(struct idmap *map, const uint8_t key[static IDMAP_KEY_BYTES]);
void idmap_deinit(struct idmap *map);

void *idmap_get(const struct idmap *map, const uint8_t id[static ID_BYTES]); /* NULL: not there */
/* The id must not be there yet. False: out of memory, nothing changed. */
bool idmap_put(struct idmap *map, void *item);
void idmap_remove(struct idmap *map, const uint8_t id[static ID_BYTES]);

/* Walks all items in no order: start with *at == 0; NULL at the end. The map
 * must not change on the way. */
void *idmap_next(const struct idmap *map, size_t *at);

#endif
