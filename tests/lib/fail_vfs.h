/* fail_vfs - SQLite's own file system, whose writes and syncs fail on demand.
 *
 * fail_vfs_register once; then open with that name. One countdown for all files:
 * every write and sync counts, the one that reaches zero fails, and so does every
 * one after it until fail_vfs_set(0).
 */
#ifndef JALKA_TESTS_FAIL_VFS_H
#define JALKA_TESTS_FAIL_VFS_H

#include <stdint.h>

#define FAIL_VFS_NAME "jalka-fail"

void fail_vfs_register(void);
/* The `calls`-th write or sync from now fails, and all after it; 0: none. */
void fail_vfs_set(uint64_t calls);
/* Syncs alone: the `calls`-th from now, and all after it. */
void fail_vfs_set_sync(uint64_t calls);

#endif
