/* seal_file - an open file of the sealing VFS: what its parts share.
 *
 * Internal to seal_vfs.c (names, keys, opening), seal_file.c (pages of the
 * database), seal_wal.c (records of its log), seal_recovery.c (torn or
 * damaged) and seal_map.c (reading through a map).
 *
 * A seal_node is one path whose key was given. All connections of the process
 * to that file share it; it outlives them until seal_vfs_forget.
 */
#ifndef JALKA_STORE_SEAL_FILE_H
#define JALKA_STORE_SEAL_FILE_H

#include <sqlite3.h>
#include <stdatomic.h>

#include "store/seal_cipher.h"
#include "store/seal_recent.h"

enum {
	SEAL_FILE_SEALED_BYTES = SEAL_PAGE_BYTES - SEAL_RESERVE_BYTES, /* of a page */
	SEAL_FILE_VERSION = 1,
	SEAL_FILE_HEADER_BYTES = 100,                /* SQLite's, read at opening */
	SEAL_FILE_PLAIN_BYTES = 24,                  /* page 1: file id, then bytes SQLite must find plain */
	SEAL_FILE_RESERVE_AT = 20,                   /* page 1: where SQLite notes the reserved bytes */

	SEAL_WAL_HEADER_BYTES = 32,
	SEAL_WAL_FRAME_HEADER_BYTES = 24,
	SEAL_WAL_RECORD_BYTES = SEAL_WAL_FRAME_HEADER_BYTES + SEAL_PAGE_BYTES,
	SEAL_WAL_SEALED_BYTES = SEAL_WAL_RECORD_BYTES - SEAL_RESERVE_BYTES,
	SEAL_WAL_FRAMES_MAX = 31,                    /* coalesced in one write (T5) */
};
/* T5: SQLite's unix VFS cannot write 128 KiB and more in one call. */
_Static_assert(SEAL_WAL_FRAMES_MAX * SEAL_WAL_RECORD_BYTES < 128 * 1024, "one write");

struct seal_node {
	struct seal_node *next;
	char *path;                      /* as SQLite's full path name */
	uint8_t *key;                    /* sodium_malloc */
	uint8_t file_id[SEAL_FILE_ID_BYTES]; /* of the open file; meaningless while open_count is 0 */
	unsigned open_count;             /* files, database and log alike */
	bool forgotten;
	bool sync_failed;                /* nothing is written any more: close, reopen, verify */
	struct seal_file *writer;        /* the log with frames not yet written out */
	unsigned log_count;              /* logs among the open files */
	atomic_bool log_shared;          /* there were two at once: `recent` is not used until all are closed */
	struct seal_recent recent;
};

struct seal_wal {
	uint8_t *buffer;                 /* sealed records not yet written out */
	uint32_t first, count;           /* they are the frames first .. first + count - 1 */
	uint8_t header[SEAL_WAL_FRAME_HEADER_BYTES];
	uint32_t header_frame;           /* whose header has come and whose page is due; 0: none */
	uint32_t read_frame;             /* the call before this one read all of this frame; 0: it did not */
	uint32_t written;                /* highest frame written here since the log began anew */
	uint8_t *sealed, *plain;         /* one record each */
};

enum { SEAL_MAP_BYTES_MAX = 1 << 30, SEAL_MAP_CHUNK_BYTES = 1 << 20 };

struct seal_map {
	int64_t bytes;                   /* of the file when it was mapped; 0: not yet */
	bool grown;                      /* since then */
	uint64_t asked[SEAL_MAP_BYTES_MAX / SEAL_MAP_CHUNK_BYTES / 64]; /* chunks the system was told to fetch */
};

/* A file control of our own: gives back the memory that only serves speed. */
enum { SEAL_FILE_CONTROL_TRIM = 0x4a4b5301 };

struct seal_file {
	sqlite3_file base;               /* what SQLite sees; stays first */
	struct seal_node *node;
	struct seal_cipher *cipher;
	sqlite3_file *lower;
	uint8_t *page;                   /* of a database: one sealed page */
	uint8_t *part;                   /* of a database: one opened page, for reads of a part */
	struct seal_map map;             /* of a database */
	struct seal_wal wal;             /* of a log */
};

extern const sqlite3_io_methods seal_file_methods; /* the database */
extern const sqlite3_io_methods seal_wal_methods;  /* its log */

/* Brings a file from nothing to usable buffers, and back; `lower` is the caller's. */
int seal_file_init(struct seal_file *file);
void seal_file_deinit(struct seal_file *file);
int seal_wal_init(struct seal_file *file);
void seal_wal_deinit(struct seal_file *file);

/* A file of the node is closed: the last one lets a forgotten key go. */
void seal_vfs_release(struct seal_node *node, bool is_log);

/* ---- seal_file: pages ---- */

/* Seals page `number` (1-based) of SQLite's bytes; the two buffers do not overlap. */
void seal_file_seal_page(struct seal_cipher *cipher, const uint8_t file_id[static SEAL_FILE_ID_BYTES], uint32_t number,
			 const uint8_t *page, uint8_t *sealed);
/* Shared by database and log. */
int seal_file_control_common(struct seal_file *file, int op, void *arg);

/* ---- seal_wal: records ---- */

/* The lock that serialises writers is being given back: frames not written out
 * were rolled back and must never overwrite what the next writer commits. */
void seal_wal_writer_left(struct seal_node *node);
/* A checkpoint has taken what it could. */
void seal_wal_checkpointed(struct seal_node *node);
void seal_wal_trim(struct seal_node *node);
int64_t seal_wal_offset(uint32_t frame);
/* Reads one record from the lower file and opens it to wal.plain. SQLITE_OK,
 * SQLITE_IOERR_SHORT_READ, SQLITE_IOERR_DATA (not authentic) or the lower error. */
int seal_wal_open_record(struct seal_file *file, uint32_t frame);
/* The same for bytes in memory; the reserved bytes come back as zeros (T1). */
bool seal_wal_open_bytes(struct seal_file *file, uint32_t frame, const uint8_t *sealed, uint8_t *plain);

/* ---- seal_recovery ---- */

/* Recovery met a frame that is not authentic: SQLITE_OK when that may be a torn
 * tail, SQLITE_IOERR_DATA when it must be damage. */
int seal_recovery_judge(struct seal_file *file, uint32_t frame);
/* The log's own header does not add up: damage when any record is authentic. */
int seal_recovery_judge_header(struct seal_file *file, const uint8_t header[static SEAL_WAL_HEADER_BYTES]);

/* ---- seal_map ---- */

/* Reads sealed bytes of a database through a map where there is one, else by
 * the lower VFS. A file cut short under the map is an error, never a signal. */
int seal_map_read(struct seal_file *file, void *out, int len, int64_t offset);
struct fault seal_map_guard(void);
void seal_map_drop(struct seal_file *file);

#endif
