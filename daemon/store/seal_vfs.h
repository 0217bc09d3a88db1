/* seal_vfs - every byte SQLite keeps on disk, sealed: a VFS over the unmodified
 * system SQLite and its "unix-excl" VFS.
 *
 * docs/internals/seal_vfs.md has the format and the twenty traps; the tests
 * carry their numbers. Main file and WAL only: every other open is refused, so
 * by construction there is no rollback journal, -shm or temporary file.
 *
 * V1  A page or WAL record that fails authentication is an error, never data;
 *     in WAL recovery alone it reads as zeros (torn tail).
 * V2  SQLite's buffers are never changed in xWrite.
 * V3  No (key, nonce) pair is used twice: 16 random bytes per process start and
 *     fork, then a 64-bit counter.
 * V4  A flush at the commit frame: an acknowledged commit is on disk.
 * V5  A log that was damaged, not torn, is not recovered from: opening fails.
 * V6  After a sync failed nothing more is written through this open file.
 */
#ifndef JALKA_STORE_SEAL_VFS_H
#define JALKA_STORE_SEAL_VFS_H

#include "base/fault.h"
#include "base/span.h"

enum seal_suite {
	SEAL_NULL = 0,             /* no secrecy: measuring only; refused unless asked for by seal_vfs_allow_null */
	SEAL_XCHACHA20POLY1305 = 1,
	SEAL_AES256GCM = 2,
};

enum { SEAL_PAGE_BYTES = 4096, SEAL_RESERVE_BYTES = 40, SEAL_KEY_BYTES = 32, SEAL_FILE_ID_BYTES = 16 };

#define SEAL_VFS_NAME "jalka-seal"

/* Registers the VFS; safe to call again. */
struct fault seal_vfs_register(void);

/* The suite this processor is best at: 2 where AES-GCM is in hardware, else 1. */
enum seal_suite seal_vfs_best_suite(void);
void seal_vfs_allow_null(void);

/* Gives the key for a path that is about to be opened; the key is copied to
 * sodium_malloc memory and wiped by seal_vfs_forget. `path` must be absolute. */
struct fault seal_vfs_key(const char *path, const uint8_t key[static SEAL_KEY_BYTES]);
void seal_vfs_forget(const char *path);

/* Creates a sealed database: a finished first page under a temporary name,
 * fsync, rename, fsync of the directory. FAULT_CALLER: the file exists. */
struct fault seal_vfs_create(const char *path, enum seal_suite suite, const uint8_t key[static SEAL_KEY_BYTES]);

/* Events a test or a log may want: later WAL records of the same salt still
 * authenticate after one that does not (a flipped bit, not a torn tail). */
uint64_t seal_vfs_wal_gaps(void);

/* Tests put a VFS of their own below (it must be registered and live on); the
 * next seal_vfs_register takes it. NULL: "unix-excl" again. No file may be open. */
void seal_vfs_lower_for_tests(const char *name);

#endif
