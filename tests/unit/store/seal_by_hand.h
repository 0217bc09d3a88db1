/* seal_by_hand - a sealed store and its log written call by call, as SQLite would. */
#ifndef JALKA_TESTS_SEAL_BY_HAND_H
#define JALKA_TESTS_SEAL_BY_HAND_H

#include "sealed_fixture.h"

#include "lib/fault_vfs.h"

enum { FRAME = SEAL_WAL_RECORD_BYTES, HEADER = SEAL_WAL_FRAME_HEADER_BYTES };

static inline void fill_log_header(uint8_t out[static SEAL_WAL_HEADER_BYTES])
{
	memset(out, 0, SEAL_WAL_HEADER_BYTES);
	memcpy(out, "\x37\x7f\x06\x82", 4);
	out[10] = SEAL_PAGE_BYTES >> 8;
	memcpy(out + 16, "saltsalt", 8);
}

static inline void fill_frame(uint8_t out[static FRAME], uint8_t tone, bool commit)
{
	memset(out, tone, FRAME);
	memset(out + 4, 0, 4);
	out[7] = commit ? 9 : 0;
	memcpy(out + 8, "saltsalt", 8);
	memset(out + FRAME - SEAL_RESERVE_BYTES, 0, SEAL_RESERVE_BYTES);
}

static inline int write_frame(sqlite3_file *log, uint32_t frame, uint8_t tone, bool commit)
{
	uint8_t bytes[FRAME];
	fill_frame(bytes, tone, commit);
	int rc = bare_write(log, bytes, HEADER, seal_wal_offset(frame));
	return rc != SQLITE_OK ? rc : bare_write(log, bytes + HEADER, SEAL_PAGE_BYTES, seal_wal_offset(frame) + HEADER);
}

struct bare {
	sqlite3_file *database, *log;
};

static inline struct bare bare_store(const struct fixture *room)
{
	uint8_t header[SEAL_WAL_HEADER_BYTES];
	struct bare bare;
	succeeds(seal_vfs_create(room->path, seal_vfs_best_suite(), fixture_key));
	succeeds(seal_vfs_key(room->path, fixture_key));
	bare.database = bare_database(room->path);
	bare.log = bare_log(room->log);
	fill_log_header(header);
	assert_int_equal(bare_write(bare.log, header, sizeof header, 0), SQLITE_OK);
	return bare;
}

static inline void bare_store_close(const struct fixture *room, struct bare bare)
{
	bare_close(bare.log);
	bare_close(bare.database);
	seal_vfs_forget(room->path);
}

static inline off_t size_of(const char *path)
{
	struct stat info;
	return stat(path, &info) == 0 ? info.st_size : -1;
}

/* ---- SQLite's own file system below ours, with faults ---- */

static inline void use_fault_vfs(void)
{
	fault_vfs_begin();
	seal_vfs_lower_for_tests(FAULT_VFS_NAME);
}

/* For tests that use it or not. */
static inline int leave_fault_vfs(void **state)
{
	seal_vfs_lower_for_tests(NULL);
	fault_vfs_end();
	return fixture_leave(state);
}

#endif
