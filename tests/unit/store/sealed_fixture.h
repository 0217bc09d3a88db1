/* sealed_fixture - what the tests of the sealed store share: a temporary folder,
 * sealed connections, file bytes, and the VFS called without SQLite above it. */
#ifndef JALKA_TESTS_SEALED_FIXTURE_H
#define JALKA_TESTS_SEALED_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/seal_file.h"
#include "store/sealed_db.h"

enum { FIXTURE_PATH_BYTES = 160 };

struct fixture {
	char directory[64];
	char path[FIXTURE_PATH_BYTES], log[FIXTURE_PATH_BYTES];
	char copy[FIXTURE_PATH_BYTES], copy_log[FIXTURE_PATH_BYTES];
};

static const uint8_t fixture_key[SEAL_KEY_BYTES] = "a key of thirty-two bytes, tests";

/* Spelled so that the marker stands in no other place of the tests' files. */
#define FIXTURE_MARKER "Salainen Aino Virtanen 040-555"

static inline int fixture_enter(void **state)
{
	struct fixture *room = calloc(1, sizeof *room);
	const char *base = getenv("TMPDIR");
	char name[64], real[4096];
	snprintf(name, sizeof name, "%s/sealXXXXXX", base != NULL && strlen(base) < 40 ? base : "/tmp");
	assert_non_null(mkdtemp(name));
	assert_non_null(realpath(name, real));
	snprintf(room->directory, sizeof room->directory, "%.60s", real);
	snprintf(room->path, sizeof room->path, "%s/store.db", room->directory);
	snprintf(room->log, sizeof room->log, "%s/store.db-wal", room->directory);
	snprintf(room->copy, sizeof room->copy, "%s/copy.db", room->directory);
	snprintf(room->copy_log, sizeof room->copy_log, "%s/copy.db-wal", room->directory);
	*state = room;
	return 0;
}

static inline int fixture_leave(void **state)
{
	struct fixture *room = *state;
	DIR *directory = opendir(room->directory);
	struct dirent *entry;
	while (directory != NULL && (entry = readdir(directory)) != NULL)
		unlinkat(dirfd(directory), entry->d_name, 0);
	if (directory != NULL)
		closedir(directory);
	rmdir(room->directory);
	free(room);
	return 0;
}

static inline void succeeds(struct fault fault)
{
	if (fault_is(fault))
		fail_msg("fault: %s", fault.what);
}

static inline void refuses(struct fault fault, enum fault_kind kind, const char *what)
{
	if (fault.kind != kind || strstr(fault.what, what) == NULL)
		fail_msg("expected %d \"%s\", got %d \"%s\"", (int)kind, what, (int)fault.kind, fault.what);
}

/* ---- connections ---- */

static inline struct fault open_with(const char *path, const uint8_t *key, int cache_kib, bool create, sqlite3 **out)
{
	struct sealed_db_options options = { .cache_kib = cache_kib, .create = create, .suite = seal_vfs_best_suite() };
	return sealed_db_open(path, key, &options, out);
}

static inline sqlite3 *open_new(const char *path)
{
	sqlite3 *db = NULL;
	succeeds(open_with(path, fixture_key, 2048, true, &db));
	return db;
}

static inline sqlite3 *open_old(const char *path)
{
	sqlite3 *db = NULL;
	succeeds(open_with(path, fixture_key, 2048, false, &db));
	return db;
}

static inline void run(sqlite3 *db, const char *sql)
{
	char *message = NULL;
	int rc = sqlite3_exec(db, sql, NULL, NULL, &message);
	if (rc != SQLITE_OK)
		fail_msg("%s: %d %s", sql, rc, message);
}

/* As no connection of ours is (sealed_db.c), for what the VFS must hold all the same. */
static inline sqlite3 *spilling(sqlite3 *db)
{
	run(db, "PRAGMA cache_spill=ON");
	return db;
}

static inline int64_t ask(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	int64_t value = -1;
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
		value = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return value;
}

static inline void is_sound(sqlite3 *db)
{
	sqlite3_stmt *stmt = NULL;
	assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(stmt, 0), "ok");
	sqlite3_finalize(stmt);
}

static inline void make_table(sqlite3 *db)
{
	run(db, "CREATE TABLE person(id INTEGER PRIMARY KEY, name TEXT NOT NULL, code BLOB)");
}

/* `count` rows in one transaction, each with the marker. */
static inline void add_rows(sqlite3 *db, int count)
{
	char sql[256];
	snprintf(sql, sizeof sql,
		 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
		 "INSERT INTO person(name, code) SELECT '" FIXTURE_MARKER " ' || i, randomblob(200) FROM n", count);
	run(db, sql);
}

/* ---- bytes ---- */

struct blob {
	uint8_t *data;
	size_t len;
};

static inline struct blob slurp(const char *path)
{
	struct stat info;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &info), 0);
	struct blob blob = { malloc((size_t)info.st_size + 1), (size_t)info.st_size };
	assert_int_equal(read(fd, blob.data, blob.len), blob.len);
	close(fd);
	return blob;
}

static inline void spill(const char *path, const uint8_t *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	close(fd);
}

static inline void spill_part(const char *path, const uint8_t *data, size_t len, size_t at)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, data, len, (off_t)at), len);
	close(fd);
}

static inline void copy_file(const char *from, const char *to)
{
	struct blob blob = slurp(from);
	spill(to, blob.data, blob.len);
	free(blob.data);
}

/* What a kill -9 at this moment would leave. */
static inline void take_copy(const struct fixture *room)
{
	copy_file(room->path, room->copy);
	unlink(room->copy_log);
	if (access(room->log, F_OK) == 0)
		copy_file(room->log, room->copy_log);
}

static inline bool file_has(const char *path, const void *bytes, size_t len)
{
	struct blob blob = slurp(path);
	bool found = memmem(blob.data, blob.len, bytes, len) != NULL;
	free(blob.data);
	return found;
}

/* ---- the VFS without SQLite above it ---- */

/* `path` is one of the fixture's: it outlives the file and is followed by zeros. */
static inline sqlite3_file *bare_open(const char *path, int flags, int *rc)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(SEAL_VFS_NAME);
	sqlite3_file *file = calloc(1, (size_t)vfs->szOsFile);
	int out_flags = 0;
	assert_non_null(file);
	*rc = vfs->xOpen(vfs, path, file, flags, &out_flags);
	if (*rc != SQLITE_OK) {
		free(file);
		return NULL;
	}
	return file;
}

static inline sqlite3_file *bare_database(const char *path)
{
	int rc = SQLITE_OK;
	sqlite3_file *file = bare_open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MAIN_DB, &rc);
	assert_int_equal(rc, SQLITE_OK);
	return file;
}

static inline sqlite3_file *bare_log(const char *path)
{
	int rc = SQLITE_OK;
	sqlite3_file *file = bare_open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_WAL, &rc);
	assert_int_equal(rc, SQLITE_OK);
	return file;
}

static inline void bare_close(sqlite3_file *file)
{
	file->pMethods->xClose(file);
	free(file);
}

static inline int bare_read(sqlite3_file *file, void *out, int len, int64_t offset)
{
	return file->pMethods->xRead(file, out, len, offset);
}

static inline int bare_write(sqlite3_file *file, const void *data, int len, int64_t offset)
{
	return file->pMethods->xWrite(file, data, len, offset);
}

#endif
