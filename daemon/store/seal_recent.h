/* seal_recent - pages of the log as they were written, kept open in memory.
 *
 * A checkpoint reads back what this process has just sealed. The plain pages of
 * the first frames are therefore kept until the checkpoint has taken them, which
 * saves opening each once more. They are worth no more to a thief than the page
 * cache they came from.
 *
 * Only while one connection of the process has the log open: what another one
 * writes does not come by here.
 */
#ifndef JALKA_STORE_SEAL_RECENT_H
#define JALKA_STORE_SEAL_RECENT_H

#include <stdbool.h>
#include <stdint.h>

/* A checkpoint is due at 1000 frames; a transaction may run past that. */
enum { SEAL_RECENT_FRAMES = 1280 };

struct seal_recent {
	uint8_t *pages;  /* SEAL_RECENT_FRAMES pages, or NULL */
	bool known[SEAL_RECENT_FRAMES];
};

void seal_recent_put(struct seal_recent *recent, uint32_t frame, const uint8_t *page);
/* NULL: not kept. Lent until the next call. */
const uint8_t *seal_recent_get(const struct seal_recent *recent, uint32_t frame);
/* Forgets the pages; the system may take the memory when it needs it. */
void seal_recent_clear(struct seal_recent *recent);
/* Gives the memory back at once. */
void seal_recent_deinit(struct seal_recent *recent);

#endif
