/* wipe - malloc's own overwriting, and the pieces it keeps back. */
#include "api/wipe.h"

#include <malloc.h>
#include <sodium.h>
#include <stdlib.h>

enum { STACK_WIPED_BYTES = 256 * 1024, FREED_BYTE = 0x5a };

void wipe_begin(void)
{
	mallopt(M_PERTURB, FREED_BYTE);
}

/* malloc keeps a few freed pieces of each small size for the next call, and
 * those alone are not overwritten when they are freed: each is taken and wiped. */
static void wipe_small_pieces(void)
{
	enum { SMALL_BYTES = 1040, STEP_BYTES = 16, KEPT = 7 };
	for (size_t size = STEP_BYTES - sizeof(size_t); size <= SMALL_BYTES; size += STEP_BYTES) {
		void *pieces[KEPT];
		for (size_t i = 0; i < KEPT; i++) {
			pieces[i] = malloc(size);
			if (pieces[i] != NULL)
				sodium_memzero(pieces[i], size);
		}
		for (size_t i = 0; i < KEPT; i++)
			free(pieces[i]);
	}
}

void wipe_freed(void)
{
	wipe_small_pieces();
	malloc_trim(0);
	sodium_stackzero(STACK_WIPED_BYTES);
}
