/* putback - a backup put back into a folder: the store as it stood at a moment.
 *
 * The newest generation that begins no later than the moment is copied, and what its log gained until
 * then is replayed over it by SQLite's own recovery. Every file's MAC, the two digests and at the end
 * every page are checked. The folder must hold no store yet; after a fault it holds what it held before.
 *
 * The central node is then started with --restored.
 */
#ifndef JALKA_CENTRAL_PUTBACK_H
#define JALKA_CENTRAL_PUTBACK_H

#include "io/folder.h"
#include "store/backup_file.h"

struct putback {
	const char *from;      /* the backup's folder */
	const char *key_file;  /* the store key file of the node that was backed up */
	uint64_t until_ms;     /* since 1970; 0: as far as it goes */
};

struct putback_report {
	char generation[BACKUP_NAME_BYTES]; /* "": none fits */
	uint64_t oldest_ms;                 /* the oldest moment there is; 0: there is no backup */
	uint64_t base_ms, at_ms, order;     /* of the base; of what was put back */
	uint64_t segments, bytes;           /* replayed; of the store now */
	uint32_t bad_segment;               /* with a fault: the one that is damaged; 0: none */
	uint64_t good_ms;                   /* with a fault: until then it can be put back; 0: not at all */
	uint64_t copy_ms, replay_ms, verify_ms; /* what it took */
};

/* FAULT_CALLER: nothing to put back, or something stands there. FAULT_STORE: damaged, or another key. */
struct fault putback_run(const struct putback *what, const struct folder *into, struct putback_report *out);

#endif
