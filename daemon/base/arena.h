/* arena - memory for one request or one step, released whole.
 *
 * The caller lends a block; arena_take hands out pieces of it, 16-byte
 * aligned and zeroed. There is no free of a piece: arena_reset releases all,
 * arena_rewind all since a mark. When the block is used up arena_take gives
 * NULL and `full` stays set, so a caller may check once at the end.
 */
#ifndef JALKA_BASE_ARENA_H
#define JALKA_BASE_ARENA_H

#include "base/span.h"

struct arena {
	uint8_t *block;
	size_t size;
	size_t used;
	bool full;
};

void arena_init(struct arena *arena, void *block, size_t size);
void arena_reset(struct arena *arena);
size_t arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, size_t mark);

/* `count` zeroed pieces of `size` bytes, or NULL when they do not fit. */
void *arena_take(struct arena *arena, size_t count, size_t size);

/* A copy of the bytes in the arena; {NULL, 0} when it does not fit. */
struct span arena_copy(struct arena *arena, struct span bytes);

#define ARENA_NEW(arena, type) ((type *)arena_take((arena), 1, sizeof(type)))
#define ARENA_ARRAY(arena, count, type) ((type *)arena_take((arena), (count), sizeof(type)))

#endif
