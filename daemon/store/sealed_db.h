/* sealed_db - one read-write connection to a sealed database, set up as the
 * project's SQLite rules demand (docs/architecture.md "SQLite rules").
 *
 * WAL, synchronous=FULL, temp_store=MEMORY, 64 MiB page cache, mmap_size=0,
 * DEFENSIVE, trusted_schema=OFF, cell_size_check=ON, ATTACH and URI names denied,
 * load_extension off. One connection per file; it also checkpoints.
 */
#ifndef JALKA_STORE_SEALED_DB_H
#define JALKA_STORE_SEALED_DB_H

#include "base/fault.h"
#include "store/seal_vfs.h"

struct sqlite3;

struct sealed_db_options {
	int cache_kib;   /* 0: 65536 */
	bool create;     /* create when missing, with `suite` */
	enum seal_suite suite;
};

/* FAULT_STORE with a text that tells a wrong key or a damaged file from a
 * missing one; nothing is changed then. */
struct fault sealed_db_open(const char *path, const uint8_t key[static SEAL_KEY_BYTES],
			    const struct sealed_db_options *options, struct sqlite3 **out);
void sealed_db_close(struct sqlite3 *db, const char *path);

/* Authenticates every page of the file, those no query would read included,
 * after a checkpoint: about 3 us a page. FAULT_STORE: damaged. */
struct fault sealed_db_verify(struct sqlite3 *db);

/* Whoever keeps a copy of the log (central/backup) makes the checkpoints: SQLite makes none
 * by itself any more, and `committed` hears, inside each commit, how long the log is. */
struct sealed_db_watch {
	void (*committed)(void *ctx, uint64_t log_bytes);
	void *ctx;
};
/* Borrows `watch` until it is told NULL; then SQLite makes its own checkpoints again. */
void sealed_db_watch(struct sqlite3 *db, struct sealed_db_watch *watch);
/* `whole`: everything, and the log is empty after it; otherwise as far as it goes. */
struct fault sealed_db_checkpoint(struct sqlite3 *db, bool whole);

/* Gives back the memory that only serves speed: for a daemon that goes idle. */
void sealed_db_trim(struct sqlite3 *db);

/* The fault a SQLite result code stands for. */
struct fault sealed_db_fault(struct sqlite3 *db, int rc);

#endif
