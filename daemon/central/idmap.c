/* idmap - open addressing with linear probing; a removal moves back what
 * stands behind it, so there are no tombstones. */
#include "central/idmap.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/assert.h"

_Static_assert(IDMAP_KEY_BYTES == crypto_shorthash_KEYBYTES, "the key is SipHash's");

void idmap_init(struct idmap *map, const uint8_t key[static IDMAP_KEY_BYTES])
{
	*map = (struct idmap){ .slots = NULL };
	memcpy(map->key, key, IDMAP_KEY_BYTES);
}

void idmap_deinit(struct idmap *map)
{
	free(map->slots);
	map->slots = NULL;
	map->size = map->count = 0;
}

static size_t place(const struct idmap *map, const uint8_t *id)
{
	uint8_t hash[crypto_shorthash_BYTES];
	uint64_t value;
	crypto_shorthash(hash, id, ID_BYTES, map->key);
	memcpy(&value, hash, sizeof value);
	return (size_t)value & (map->size - 1);
}

static size_t probe(const struct idmap *map, const uint8_t *id)
{
	size_t i = place(map, id);
	while (map->slots[i] != NULL && memcmp(map->slots[i], id, ID_BYTES) != 0)
		i = (i + 1) & (map->size - 1);
	return i;
}

void *idmap_get(const struct idmap *map, const uint8_t id[static ID_BYTES])
{
	return map->size == 0 ? NULL : map->slots[probe(map, id)];
}

static bool grow(struct idmap *map)
{
	struct idmap bigger = *map;
	bigger.size = map->size == 0 ? 64 : map->size * 2;
	bigger.slots = calloc(bigger.size, sizeof *bigger.slots);
	if (bigger.slots == NULL)
		return false;
	for (size_t i = 0; i < map->size; i++)
		if (map->slots[i] != NULL)
			bigger.slots[probe(&bigger, map->slots[i])] = map->slots[i];
	free(map->slots);
	*map = bigger;
	return true;
}

bool idmap_put(struct idmap *map, void *item)
{
	if (map->count * 2 >= map->size && !grow(map))
		return false;
	size_t i = probe(map, item);
	ASSERT(map->slots[i] == NULL);
	map->slots[i] = item;
	map->count++;
	return true;
}

void idmap_remove(struct idmap *map, const uint8_t id[static ID_BYTES])
{
	if (map->size == 0)
		return;
	size_t mask = map->size - 1, hole = probe(map, id);
	if (map->slots[hole] == NULL)
		return;
	map->slots[hole] = NULL;
	map->count--;
	for (size_t i = (hole + 1) & mask; map->slots[i] != NULL; i = (i + 1) & mask) {
		size_t home = place(map, map->slots[i]);
		/* It may stay when its home lies behind the hole on the way to it. */
		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		map->slots[hole] = map->slots[i];
		map->slots[i] = NULL;
		hole = i;
	}
}

void *idmap_next(const struct idmap *map, size_t *at)
{
	while (*at < map->size) {
		void *item = map->slots[(*at)++];
		if (item != NULL)
			return item;
	}
	return NULL;
}
