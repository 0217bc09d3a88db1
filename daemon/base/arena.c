/* arena - a bump allocator over the caller's block. */
#include "base/arena.h"

#include <string.h>

#include "base/assert.h"

enum { ARENA_ALIGN = 16 };

void arena_init(struct arena *arena, void *block, size_t size)
{
	ASSERT(((uintptr_t)block & (ARENA_ALIGN - 1)) == 0);
	*arena = (struct arena){ .block = block, .size = size };
}

void arena_reset(struct arena *arena)
{
	arena->used = 0;
	arena->full = false;
}

size_t arena_mark(const struct arena *arena)
{
	return arena->used;
}

void arena_rewind(struct arena *arena, size_t mark)
{
	ASSERT(mark <= arena->used);
	arena->used = mark;
}

void *arena_take(struct arena *arena, size_t count, size_t size)
{
	size_t room = arena->size - arena->used;
	if (size != 0 && count > room / size) {
		arena->full = true;
		return NULL;
	}
	size_t want = count * size;
	size_t step = (want + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	if (step > room) {
		arena->full = true;
		return NULL;
	}
	uint8_t *piece = arena->block + arena->used;
	arena->used += step;
	memset(piece, 0, want);
	return piece;
}

struct span arena_copy(struct arena *arena, struct span bytes)
{
	uint8_t *copy = arena_take(arena, bytes.len + 1, 1);
	if (copy == NULL)
		return (struct span){ NULL, 0 };
	if (bytes.len != 0)
		memcpy(copy, bytes.data, bytes.len);
	return span_of(copy, bytes.len);
}
