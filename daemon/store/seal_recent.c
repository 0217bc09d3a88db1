/* seal_recent - one mapping, filled frame by frame, forgotten whole.
 *
 * Forgetting leaves the mapping in place, since fresh pages from the system cost
 * as much as opening sealed ones, but tells the system that it may take them.
 */
#include "store/seal_recent.h"

#include <string.h>
#include <sys/mman.h>

#include "store/seal_vfs.h"

enum { MAP_BYTES = SEAL_RECENT_FRAMES * SEAL_PAGE_BYTES };

void seal_recent_put(struct seal_recent *recent, uint32_t frame, const uint8_t *page)
{
	if (frame > SEAL_RECENT_FRAMES)
		return;
	if (recent->pages == NULL) {
		void *map = mmap(NULL, MAP_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (map == MAP_FAILED)
			return; /* kept or not: only speed */
		madvise(map, MAP_BYTES, MADV_DONTDUMP);
		recent->pages = map;
	}
	memcpy(recent->pages + (size_t)(frame - 1) * SEAL_PAGE_BYTES, page, SEAL_PAGE_BYTES);
	recent->known[frame - 1] = true;
}

const uint8_t *seal_recent_get(const struct seal_recent *recent, uint32_t frame)
{
	if (frame > SEAL_RECENT_FRAMES || !recent->known[frame - 1])
		return NULL;
	return recent->pages + (size_t)(frame - 1) * SEAL_PAGE_BYTES;
}

void seal_recent_clear(struct seal_recent *recent)
{
	memset(recent->known, 0, sizeof recent->known);
	if (recent->pages != NULL)
		madvise(recent->pages, MAP_BYTES, MADV_FREE);
}

void seal_recent_deinit(struct seal_recent *recent)
{
	if (recent->pages != NULL)
		munmap(recent->pages, MAP_BYTES);
	*recent = (struct seal_recent){ 0 };
}
