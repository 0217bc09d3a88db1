/* fault_vfs - a VFS for tests that stands below another one: it counts calls,
 * fails the n-th, and knows what a power cut would leave of a file.
 *
 * Named "fault", over SQLite's "unix-excl". Global state, one test at a time.
 * A power cut: every 512-byte sector that changed since the file's last sync is
 * old or new as the seed decides; opening, deleting and truncating are taken to
 * be durable at once.
 */
#ifndef JALKA_TESTS_FAULT_VFS_H
#define JALKA_TESTS_FAULT_VFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAULT_VFS_NAME "fault"

enum fault_vfs_call {
	FAULT_VFS_OPEN = 1,
	FAULT_VFS_READ = 2,
	FAULT_VFS_WRITE = 4,
	FAULT_VFS_SYNC = 8,
	FAULT_VFS_TRUNCATE = 16,
	FAULT_VFS_DELETE = 32,
	FAULT_VFS_ALL = 63,
};

/* Registers (again) and forgets every count, fault and image. */
void fault_vfs_begin(void);
void fault_vfs_end(void);

/* From now on the `nth` call (1-based) among those in the mask gives `code`;
 * `for_good`: and all after it. nth 0: none fails. */
void fault_vfs_fail(unsigned calls, unsigned nth, int code, bool for_good);
/* Calls among those in the mask since fault_vfs_fail. */
unsigned fault_vfs_count(void);
/* Whether the fault has come. */
bool fault_vfs_has_failed(void);

/* What the layer above asked for. */
size_t fault_vfs_write_bytes_max(void);
bool fault_vfs_opened_anything_but_database_and_log(void);
/* Device characteristics the file will claim to have; -1: those of unix-excl. */
void fault_vfs_claim(int characteristics);

/* Writes to `to` what a power cut would leave of `path` now. False: no such file. */
bool fault_vfs_power_cut(const char *path, const char *to, uint64_t seed);

#endif
