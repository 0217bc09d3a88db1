/* backup - the central node's store, kept elsewhere while it runs.
 *
 * Every start and every `base_every_ms` begins a generation (store/backup_file): the store as it
 * stands, copied beside the loop while no checkpoint changes it; then, at most `every_ms` after a
 * commit, what the write-ahead log has gained. Nothing is read through SQLite and nothing is opened:
 * what is sealed goes as it is.
 *
 * A file counts as kept when it was read back and, with a command, when the command ended well.
 * Then everything up to its order is safe, and devices may let their sealed copies of it go.
 *
 * BK1  SQLite begins its log anew only after every byte of it was taken: this module alone makes
 *      checkpoints, and what it took waits in memory (at most PENDING_BYTES_MAX) to be written.
 * BK2  After a gap or a failure a generation goes no further: the next one begins, within minutes. Of
 *      those that could not be kept whole the newest alone stays.
 * BK3  The deny file goes along when it grew and once after each start, its whole lines. One that does
 *      not begin with what its copy has replaces nothing: that is a failure, and a person decides.
 * BK4  A backup that fails stops nothing: the node works on, `backup_status` and the log tell.
 */
#ifndef JALKA_CENTRAL_BACKUP_H
#define JALKA_CENTRAL_BACKUP_H

#include "io/loop.h"
#include "store/backup_file.h"

struct backup;
struct sqlite3;

struct backup_config {
	const char *folder;      /* absolute; made when it is missing. On another machine's disk, or see `command` */
	const char *command;     /* run by sh with a file's path as $1, for each file; NULL: the folder is elsewhere by itself */
	uint64_t every_ms;       /* 60,000 */
	uint64_t base_every_ms;  /* a day */
	uint64_t keep_ms;        /* generations whose successor is older are removed; 0: none */
};

struct backup_source {
	struct sqlite3 *db;      /* the only connection to the store */
	const char *store_path, *vault_path, *deny_path;
	uint8_t key[BACKUP_KEY_BYTES];
	void *ctx;
	uint64_t (*order)(void *ctx);             /* the last order committed */
	void (*kept)(void *ctx, uint64_t order);  /* a copy elsewhere holds everything up to it; on the loop */
};

enum backup_phase { BACKUP_WAITS = 1, BACKUP_COPIES, BACKUP_WRITES, BACKUP_FAILED };

struct backup_status {
	enum backup_phase phase;
	char generation[BACKUP_NAME_BYTES];       /* "": none yet */
	uint64_t base_ms, last_ms;                /* when the base and the newest kept file were taken; 0: none */
	uint64_t behind_ms;                       /* when the first change was made that is in no kept file, at the
						   * earliest the start; 0: all are kept */
	uint64_t order;                           /* kept elsewhere up to here */
	uint64_t segments, bytes;                 /* of this generation */
	uint64_t base_took_ms;
	uint64_t failures;                        /* since the start */
	const char *last_failure;                 /* "": none since the last file that was kept */
	uint64_t pending_bytes;                   /* taken, not yet written */
};

/* Borrows what config and source point to, longer than it lasts. */
struct fault backup_open(struct loop *loop, const struct backup_config *config, const struct backup_source *source, struct backup **out);
/* Ends the command, waits for what is being written and writes the rest, without the command: before
 * the store is closed. NULL is allowed. */
void backup_stop(struct backup *backup);
/* After the store was closed: closing one of its files earlier would drop SQLite's locks. NULL is allowed. */
void backup_close(struct backup *backup);
/* After each turn's commits. NULL is allowed. */
void backup_turn(struct backup *backup);
/* Before somebody else's checkpoint. FAULT_LATER: not now, the store is being copied. NULL is allowed. */
struct fault backup_take(struct backup *backup);
/* A new generation now. FAULT_LATER: one is being made. */
struct fault backup_begin(struct backup *backup);
void backup_status(const struct backup *backup, struct backup_status *out);

#endif
