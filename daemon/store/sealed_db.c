/* sealed_db - opening a sealed database so that the SQLite rules hold, and
 * saying in words why it cannot be opened.
 */
#include "store/sealed_db.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "base/assert.h"
#include "store/seal_file.h"

enum { CACHE_KIB_DEFAULT = 65536, LOG_BYTES_KEPT = 16 * 1024 * 1024, CHECKPOINT_FRAMES = 1000 };

struct fault sealed_db_fault(struct sqlite3 *db, int rc)
{
	int extended = db != NULL && (sqlite3_errcode(db) & 0xff) == (rc & 0xff) ? sqlite3_extended_errcode(db) : rc;
	if (extended == SQLITE_IOERR_DATA)
		return fault_of(FAULT_STORE, "store: damaged, a page or log record is not authentic");
	if (extended == SQLITE_IOERR_FSYNC || extended == SQLITE_IOERR_DIR_FSYNC)
		return fault_of(FAULT_STORE, "store: the disk did not confirm a write");
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return fault_none();
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return fault_of(FAULT_LATER, "store: in use by another process");
	case SQLITE_NOTADB:
		return fault_of(FAULT_STORE, "store: wrong key, or the first bytes of the file are damaged");
	case SQLITE_CORRUPT:
		return fault_of(FAULT_STORE, "store: damaged, the database does not hang together");
	case SQLITE_FORMAT:
		return fault_of(FAULT_STORE, "store: the file's format or cipher suite is not known here");
	case SQLITE_CANTOPEN:
		return fault_of(FAULT_STORE, "store: the file cannot be opened");
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return fault_of(FAULT_STORE, "store: the file may not be written");
	case SQLITE_FULL:
		return fault_of(FAULT_STORE, "store: the disk is full");
	case SQLITE_NOMEM:
		return fault_of(FAULT_LIMIT, "store: out of memory");
	case SQLITE_TOOBIG:
		return fault_of(FAULT_LIMIT, "store: a value is too big");
	case SQLITE_IOERR:
		return fault_of(FAULT_STORE, "store: the disk failed to read or write");
	case SQLITE_CONSTRAINT:
		return fault_of(FAULT_STORE, "store: a constraint of the schema was violated");
	case SQLITE_AUTH:
		return fault_of(FAULT_CALLER, "store: that statement is not allowed here");
	}
	return fault_of(FAULT_STORE, "store: a statement failed");
}

/* ATTACH would open other files, in plain if a URI said so (T11). VACUUM attaches
 * a database without a name, which temp_store=MEMORY keeps in memory. */
static int authorize(void *ctx, int action, const char *first, const char *second, const char *schema, const char *trigger)
{
	(void)ctx;
	(void)schema;
	(void)trigger;
	if (action == SQLITE_ATTACH && (first == NULL || first[0] != '\0'))
		return SQLITE_DENY;
	if (action == SQLITE_FUNCTION && second != NULL && sqlite3_stricmp(second, "load_extension") == 0)
		return SQLITE_DENY;
	return SQLITE_OK;
}

static int configure(sqlite3 *db)
{
	static const struct {
		int option, value;
	} settings[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0 },
	};
	int rc = SQLITE_OK;
	for (size_t i = 0; rc == SQLITE_OK && i < sizeof settings / sizeof settings[0]; i++)
		rc = sqlite3_db_config(db, settings[i].option, settings[i].value, NULL);
	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 1); /* for VACUUM */
	sqlite3_extended_result_codes(db, 1);
	if (rc == SQLITE_OK)
		rc = sqlite3_set_authorizer(db, authorize, NULL);
	return rc;
}

/* Nothing is written before its commit: SQLite 3.40.1, after a savepoint that had spilled into the log was
 * rolled back, goes on from another frame's checksum, and a crash then takes every commit that follows. */
static int set_pragmas(sqlite3 *db, int cache_kib)
{
	char sql[512];
	snprintf(sql, sizeof sql,
		 "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0; PRAGMA cell_size_check=ON; PRAGMA secure_delete=ON;"
		 "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=%d; PRAGMA cache_size=-%d;"
		 "PRAGMA cache_spill=OFF;",
		 LOG_BYTES_KEPT, cache_kib > 0 ? cache_kib : CACHE_KIB_DEFAULT);
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static int pragma_is(sqlite3 *db, const char *sql, const char *expected, bool *out)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
	if (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(stmt, 0);
		*out = text != NULL && sqlite3_stricmp(text, expected) == 0;
		rc = SQLITE_OK;
	}
	int finalized = sqlite3_finalize(stmt);
	return rc == SQLITE_OK ? finalized : rc;
}

/* A setting that did not take is no error of SQLite's: ask (SQLite rules). */
static struct fault verify(sqlite3 *db)
{
	static const struct {
		const char *sql, *expected;
	} rules[] = {
		{ "PRAGMA journal_mode", "wal" },
		{ "PRAGMA synchronous", "2" },
		{ "PRAGMA temp_store", "2" },
		{ "PRAGMA mmap_size", "0" },
		{ "PRAGMA cell_size_check", "1" },
		{ "PRAGMA trusted_schema", "0" },
		{ "PRAGMA secure_delete", "1" },
		{ "PRAGMA cache_spill", "0" },
	};
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		bool holds = false;
		int rc = pragma_is(db, rules[i].sql, rules[i].expected, &holds);
		if (rc != SQLITE_OK)
			return sealed_db_fault(db, rc);
		if (!holds)
			return fault_of(FAULT_STORE, "store: SQLite did not take a setting that durability or secrecy needs");
	}
	char *vfs = NULL;
	int rc = sqlite3_file_control(db, "main", SQLITE_FCNTL_VFSNAME, &vfs);
	bool sealed = rc == SQLITE_OK && vfs != NULL && strncmp(vfs, SEAL_VFS_NAME "/", sizeof SEAL_VFS_NAME) == 0;
	sqlite3_free(vfs);
	return sealed ? fault_none() : fault_of(FAULT_STORE, "store: the connection is not sealed");
}

static struct fault set_up(sqlite3 *db, int cache_kib)
{
	int rc = configure(db);
	if (rc == SQLITE_OK)
		rc = set_pragmas(db, cache_kib);
	/* Reads page 1 and recovers what a crash left in the log. */
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
	return rc == SQLITE_OK ? verify(db) : sealed_db_fault(db, rc);
}

static struct fault find_file(const char *path, const uint8_t *key, const struct sealed_db_options *options)
{
	if (path == NULL || path[0] != '/')
		return fault_of(FAULT_CALLER, "store: the path must be absolute");
	if (access(path, F_OK) == 0)
		return access(path, R_OK | W_OK) == 0 ? fault_none()
						      : fault_of(FAULT_STORE, "store: the file may not be read and written");
	if (errno != ENOENT)
		return fault_of(FAULT_STORE, "store: the file cannot be reached");
	if (!options->create)
		return fault_of(FAULT_STORE, "store: the file is missing");
	return seal_vfs_create(path, options->suite, key);
}

struct fault sealed_db_open(const char *path, const uint8_t key[static SEAL_KEY_BYTES],
			    const struct sealed_db_options *options, struct sqlite3 **out)
{
	static const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
	sqlite3 *db = NULL;
	FAULT_TRY(seal_vfs_register());
	FAULT_TRY(find_file(path, key, options));
	FAULT_TRY(seal_vfs_key(path, key));
	int rc = sqlite3_open_v2(path, &db, flags, SEAL_VFS_NAME);
	struct fault fault = rc == SQLITE_OK ? set_up(db, options->cache_kib) : sealed_db_fault(NULL, rc);
	if (fault_is(fault)) {
		/* Closing must not checkpoint what recovery refused to read. */
		if (db != NULL)
			sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		sqlite3_close(db);
		seal_vfs_forget(path);
		return fault;
	}
	*out = db;
	return fault_none();
}

static int count_pages(sqlite3 *db, int64_t *out)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(db, "PRAGMA page_count", -1, &stmt, NULL);
	if (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		*out = sqlite3_column_int64(stmt, 0);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(stmt);
	return rc;
}

struct fault sealed_db_verify(struct sqlite3 *db)
{
	static const int64_t lock_byte = 0x40000000; /* SQLite never writes the page it stands in */
	uint8_t page[SEAL_PAGE_BYTES];
	sqlite3_file *file = NULL;
	int64_t pages = 0;
	int rc = sqlite3_wal_checkpoint_v2(db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	if (rc == SQLITE_OK)
		rc = count_pages(db, &pages);
	for (int64_t at = 0; rc == SQLITE_OK && at < pages * SEAL_PAGE_BYTES; at += SEAL_PAGE_BYTES) {
		if (at != lock_byte)
			rc = file->pMethods->xRead(file, page, sizeof page, at);
	}
	return rc == SQLITE_OK ? fault_none() : sealed_db_fault(NULL, rc);
}

static int committed(void *ctx, sqlite3 *db, const char *name, int frames)
{
	const struct sealed_db_watch *watch = ctx;
	(void)db;
	(void)name;
	watch->committed(watch->ctx, frames <= 0 ? 0 : (uint64_t)seal_wal_offset((uint32_t)frames + 1));
	return SQLITE_OK;
}

void sealed_db_watch(struct sqlite3 *db, struct sealed_db_watch *watch)
{
	if (watch != NULL)
		sqlite3_wal_hook(db, committed, watch); /* takes the place of SQLite's own, which checkpoints */
	else
		sqlite3_wal_autocheckpoint(db, CHECKPOINT_FRAMES);
}

struct fault sealed_db_checkpoint(struct sqlite3 *db, bool whole)
{
	int mode = whole ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
	int rc = sqlite3_wal_checkpoint_v2(db, "main", mode, NULL, NULL);
	return rc == SQLITE_OK ? fault_none() : sealed_db_fault(db, rc);
}

void sealed_db_close(struct sqlite3 *db, const char *path)
{
	int rc = sqlite3_close(db);
	ASSERT(rc == SQLITE_OK); /* every statement was finalized */
	seal_vfs_forget(path);
}

void sealed_db_trim(struct sqlite3 *db)
{
	sqlite3_db_release_memory(db);
	sqlite3_file_control(db, "main", SEAL_FILE_CONTROL_TRIM, NULL);
}
