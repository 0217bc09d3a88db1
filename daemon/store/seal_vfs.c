/* seal_vfs - names, keys and opening; the pages and records themselves are in
 * seal_file.c and seal_wal.c.
 *
 * A database opens only under a path whose key was given; a log only beside an
 * open database. Everything else SQLite might want on disk (rollback journal,
 * temporary and statement files, super-journal, ATTACH and VACUUM INTO under
 * another name) is refused here, whatever the SQL says (T11, T13).
 */
#include "store/seal_vfs.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/assert.h"
#include "store/seal_file.h"

enum { PATH_BYTES_MAX = 4096 };
static const char log_suffix[] = "-wal";

static pthread_mutex_t nodes_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct seal_node *nodes;
static atomic_bool null_allowed;
static const char *lower_name = "unix-excl"; /* T12: wal-index in the heap, other processes locked out */
static sqlite3_vfs *lower_vfs;

/* ---- keys by path ---- */

static struct seal_node **find_node(const char *path, size_t len)
{
	struct seal_node **at = &nodes;
	while (*at != NULL && (strlen((*at)->path) != len || memcmp((*at)->path, path, len) != 0))
		at = &(*at)->next;
	return at;
}

static void drop_node(struct seal_node **at)
{
	struct seal_node *node = *at;
	*at = node->next;
	sodium_free(node->key);
	free(node->path);
	free(node);
}

static struct fault full_path(const char *path, char out[static PATH_BYTES_MAX])
{
	if (path == NULL || path[0] != '/')
		return fault_of(FAULT_CALLER, "store: the path must be absolute");
	int rc = lower_vfs->xFullPathname(lower_vfs, path, PATH_BYTES_MAX, out);
	if ((rc & 0xff) != SQLITE_OK && rc != SQLITE_OK_SYMLINK)
		return fault_of(FAULT_STORE, "store: the path cannot be resolved");
	return fault_none();
}

static struct fault new_node(const char *path, struct seal_node **out)
{
	struct seal_node *node = calloc(1, sizeof *node);
	char *copy = strdup(path);
	uint8_t *key = sodium_malloc(SEAL_KEY_BYTES);
	if (node == NULL || copy == NULL || key == NULL) {
		free(node);
		free(copy);
		sodium_free(key);
		return fault_of(FAULT_LIMIT, "store: no locked memory left for keys (RLIMIT_MEMLOCK)");
	}
	node->path = copy;
	node->key = key;
	*out = node;
	return fault_none();
}

struct fault seal_vfs_key(const char *path, const uint8_t key[static SEAL_KEY_BYTES])
{
	char full[PATH_BYTES_MAX];
	FAULT_TRY(seal_vfs_register());
	FAULT_TRY(full_path(path, full));
	struct fault fault = fault_none();
	pthread_mutex_lock(&nodes_mutex);
	struct seal_node **at = find_node(full, strlen(full));
	if (*at == NULL) {
		fault = new_node(full, at);
		if (!fault_is(fault))
			memcpy((*at)->key, key, SEAL_KEY_BYTES);
	} else if ((*at)->open_count > 0 && sodium_memcmp((*at)->key, key, SEAL_KEY_BYTES) != 0) {
		fault = fault_of(FAULT_CALLER, "store: the file is open under another key");
	} else {
		memcpy((*at)->key, key, SEAL_KEY_BYTES);
		(*at)->forgotten = false;
	}
	pthread_mutex_unlock(&nodes_mutex);
	return fault;
}

void seal_vfs_forget(const char *path)
{
	char full[PATH_BYTES_MAX];
	if (lower_vfs == NULL || fault_is(full_path(path, full)))
		return;
	pthread_mutex_lock(&nodes_mutex);
	struct seal_node **at = find_node(full, strlen(full));
	if (*at != NULL && (*at)->open_count == 0)
		drop_node(at);
	else if (*at != NULL)
		(*at)->forgotten = true;
	pthread_mutex_unlock(&nodes_mutex);
}

static struct seal_node *take_node(const char *path, size_t len, bool is_log)
{
	pthread_mutex_lock(&nodes_mutex);
	struct seal_node *node = *find_node(path, len);
	if (node != NULL && node->forgotten)
		node = NULL;
	if (node != NULL) {
		node->open_count++;
		node->log_count += is_log;
		if (node->log_count > 1)
			atomic_store(&node->log_shared, true);
	}
	pthread_mutex_unlock(&nodes_mutex);
	return node;
}

void seal_vfs_release(struct seal_node *node, bool is_log)
{
	pthread_mutex_lock(&nodes_mutex);
	ASSERT(node->open_count > 0);
	node->log_count -= is_log;
	if (--node->open_count == 0) {
		node->sync_failed = false;
		atomic_store(&node->log_shared, false);
		seal_recent_deinit(&node->recent);
		if (node->forgotten)
			drop_node(find_node(node->path, strlen(node->path)));
	}
	pthread_mutex_unlock(&nodes_mutex);
}

/* ---- the file id: version, suite, random, and a check of the key ---- */

enum { ID_VERSION_AT = 0, ID_SUITE_AT = 1, ID_RANDOM_AT = 2, ID_CHECK_AT = 12 };
_Static_assert(ID_CHECK_AT + SEAL_CIPHER_CHECK_BYTES == SEAL_FILE_ID_BYTES, "file id");

static void make_file_id(enum seal_suite suite, const uint8_t key[static SEAL_KEY_BYTES], uint8_t id[static SEAL_FILE_ID_BYTES])
{
	id[ID_VERSION_AT] = SEAL_FILE_VERSION;
	id[ID_SUITE_AT] = (uint8_t)suite;
	randombytes_buf(id + ID_RANDOM_AT, ID_CHECK_AT - ID_RANDOM_AT);
	seal_cipher_check(key, span_of(id, ID_CHECK_AT), id + ID_CHECK_AT);
}

static int judge_file_id(const uint8_t key[static SEAL_KEY_BYTES], const uint8_t id[static SEAL_FILE_ID_BYTES])
{
	uint8_t check[SEAL_CIPHER_CHECK_BYTES];
	seal_cipher_check(key, span_of(id, ID_CHECK_AT), check);
	if (memcmp(check, id + ID_CHECK_AT, sizeof check) != 0)
		return SQLITE_NOTADB;
	enum seal_suite suite = (enum seal_suite)id[ID_SUITE_AT];
	if (id[ID_VERSION_AT] != SEAL_FILE_VERSION || !seal_cipher_supports(suite))
		return SQLITE_FORMAT;
	if (suite == SEAL_NULL && !atomic_load(&null_allowed))
		return SQLITE_FORMAT;
	return SQLITE_OK;
}

/* ---- opening ---- */

static int open_lower(struct seal_file *file, const char *name, int flags, int *out_flags)
{
	file->lower = (sqlite3_file *)((uint8_t *)file + ((sizeof *file + 15) & ~(size_t)15));
	memset(file->lower, 0, (size_t)lower_vfs->szOsFile);
	return lower_vfs->xOpen(lower_vfs, name, file->lower, flags, out_flags);
}

static void close_lower(struct seal_file *file)
{
	if (file->lower != NULL && file->lower->pMethods != NULL)
		file->lower->pMethods->xClose(file->lower);
	file->lower = NULL;
}

/* The lock comes first: unix-excl then keeps every other process out until the
 * file is closed, so that nothing is read while another changes it. */
static int lock_process(sqlite3_file *lower)
{
	int rc = lower->pMethods->xLock(lower, SQLITE_LOCK_SHARED);
	if (rc == SQLITE_OK)
		rc = lower->pMethods->xUnlock(lower, SQLITE_LOCK_NONE);
	return rc;
}

static int adopt_file_id(struct seal_node *node, const uint8_t id[static SEAL_FILE_ID_BYTES])
{
	int rc = SQLITE_OK;
	pthread_mutex_lock(&nodes_mutex);
	if (node->open_count == 1)
		memcpy(node->file_id, id, SEAL_FILE_ID_BYTES);
	else if (memcmp(node->file_id, id, SEAL_FILE_ID_BYTES) != 0)
		rc = SQLITE_BUSY; /* another file was put under the path of an open one */
	pthread_mutex_unlock(&nodes_mutex);
	return rc;
}

static int new_cipher(struct seal_file *file, enum seal_purpose purpose)
{
	struct fault fault = seal_cipher_new((enum seal_suite)file->node->file_id[ID_SUITE_AT], purpose, file->node->key,
					     file->node->file_id, &file->cipher);
	return !fault_is(fault) ? SQLITE_OK : fault.kind == FAULT_LIMIT ? SQLITE_NOMEM : SQLITE_FORMAT;
}

static int open_database(struct seal_file *file)
{
	uint8_t id[SEAL_FILE_ID_BYTES];
	sqlite3_int64 size = 0;
	int rc = lock_process(file->lower);
	if (rc == SQLITE_OK)
		rc = file->lower->pMethods->xFileSize(file->lower, &size);
	/* Never empty, so never without an id (T9, T10). */
	if (rc == SQLITE_OK && size < SEAL_PAGE_BYTES)
		return SQLITE_CORRUPT;
	if (rc == SQLITE_OK)
		rc = file->lower->pMethods->xRead(file->lower, id, sizeof id, 0);
	if (rc == SQLITE_OK)
		rc = judge_file_id(file->node->key, id);
	if (rc == SQLITE_OK)
		rc = adopt_file_id(file->node, id);
	if (rc == SQLITE_OK)
		rc = new_cipher(file, SEAL_PAGES);
	if (rc == SQLITE_OK)
		rc = seal_file_init(file);
	if (rc == SQLITE_OK) {
		sqlite3_int64 map_bytes = SEAL_MAP_BYTES_MAX;
		file->lower->pMethods->xFileControl(file->lower, SQLITE_FCNTL_MMAP_SIZE, &map_bytes);
		file->base.pMethods = &seal_file_methods;
	}
	return rc;
}

static int open_log(struct seal_file *file)
{
	if (file->node->open_count == 1)
		return SQLITE_CANTOPEN; /* no database is open beside it */
	int rc = new_cipher(file, SEAL_LOG);
	if (rc == SQLITE_OK)
		rc = seal_wal_init(file);
	if (rc == SQLITE_OK)
		file->base.pMethods = &seal_wal_methods;
	return rc;
}

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *out_flags)
{
	struct seal_file *file = (struct seal_file *)base;
	bool is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
	bool is_log = (flags & SQLITE_OPEN_WAL) != 0;
	size_t len = name == NULL ? 0 : strlen(name), suffix = sizeof log_suffix - 1;
	(void)vfs;
	memset(file, 0, sizeof *file);
	if (name == NULL || (!is_database && !is_log))
		return SQLITE_CANTOPEN;
	if (is_log && (len <= suffix || memcmp(name + len - suffix, log_suffix, suffix) != 0))
		return SQLITE_CANTOPEN;
	file->node = take_node(name, is_log ? len - suffix : len, is_log);
	if (file->node == NULL)
		return SQLITE_CANTOPEN;
	/* A database is made by seal_vfs_create alone (T9). */
	int rc = open_lower(file, name, is_database ? flags & ~SQLITE_OPEN_CREATE : flags, out_flags);
	if (rc == SQLITE_OK)
		rc = is_database ? open_database(file) : open_log(file);
	if (rc != SQLITE_OK) {
		seal_file_deinit(file);
		seal_wal_deinit(file);
		seal_cipher_free(file->cipher);
		close_lower(file);
		seal_vfs_release(file->node, is_log);
		file->base.pMethods = NULL;
	}
	return rc;
}

/* ---- the rest of the VFS ---- */

static bool is_log_path(const char *path)
{
	size_t len = path == NULL ? 0 : strlen(path), suffix = sizeof log_suffix - 1;
	return len > suffix && memcmp(path + len - suffix, log_suffix, suffix) == 0;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync_directory)
{
	(void)vfs;
	return is_log_path(path) ? lower_vfs->xDelete(lower_vfs, path, sync_directory) : SQLITE_IOERR_DELETE;
}

/* There is no rollback journal: one laid beside the file is not looked at. */
static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
	static const char journal[] = "-journal";
	size_t len = strlen(path), suffix = sizeof journal - 1;
	(void)vfs;
	if (len > suffix && memcmp(path + len - suffix, journal, suffix) == 0) {
		*out = 0;
		return SQLITE_OK;
	}
	return lower_vfs->xAccess(lower_vfs, path, flags, out);
}

static int vfs_full_pathname(sqlite3_vfs *vfs, const char *path, int size, char *out)
{
	(void)vfs;
	return lower_vfs->xFullPathname(lower_vfs, path, size, out);
}

static void *vfs_dl_open(sqlite3_vfs *vfs, const char *path)
{
	(void)vfs;
	(void)path;
	return NULL;
}

static void vfs_dl_error(sqlite3_vfs *vfs, int size, char *out)
{
	(void)vfs;
	sqlite3_snprintf(size, out, "extensions are not loaded here");
}

static int vfs_randomness(sqlite3_vfs *vfs, int size, char *out)
{
	(void)vfs;
	randombytes_buf(out, (size_t)size);
	return size;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
	(void)vfs;
	return lower_vfs->xSleep(lower_vfs, microseconds);
}

static int vfs_current_time(sqlite3_vfs *vfs, double *out)
{
	(void)vfs;
	return lower_vfs->xCurrentTime(lower_vfs, out);
}

static int vfs_last_error(sqlite3_vfs *vfs, int size, char *out)
{
	(void)vfs;
	return lower_vfs->xGetLastError(lower_vfs, size, out);
}

static int vfs_current_time_int64(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
	(void)vfs;
	return lower_vfs->xCurrentTimeInt64(lower_vfs, out);
}

static sqlite3_vfs seal_vfs = {
	.iVersion = 2,
	.zName = SEAL_VFS_NAME,
	.xOpen = vfs_open,
	.xDelete = vfs_delete,
	.xAccess = vfs_access,
	.xFullPathname = vfs_full_pathname,
	.xDlOpen = vfs_dl_open,
	.xDlError = vfs_dl_error,
	.xRandomness = vfs_randomness,
	.xSleep = vfs_sleep,
	.xCurrentTime = vfs_current_time,
	.xGetLastError = vfs_last_error,
	.xCurrentTimeInt64 = vfs_current_time_int64,
};

struct fault seal_vfs_register(void)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	struct fault fault = fault_none();
	pthread_mutex_lock(&mutex);
	if (sodium_init() < 0)
		fault = fault_of(FAULT_STORE, "store: libsodium does not start");
	else
		fault = seal_map_guard();
	if (!fault_is(fault) && sqlite3_vfs_find(SEAL_VFS_NAME) != &seal_vfs) {
		lower_vfs = sqlite3_vfs_find(lower_name);
		if (lower_vfs == NULL) {
			fault = fault_of(FAULT_STORE, "store: SQLite has no unix-excl VFS");
		} else {
			seal_vfs.szOsFile = (int)(((sizeof(struct seal_file) + 15) & ~(size_t)15)) + lower_vfs->szOsFile;
			seal_vfs.mxPathname = lower_vfs->mxPathname;
			if (sqlite3_vfs_register(&seal_vfs, 0) != SQLITE_OK)
				fault = fault_of(FAULT_STORE, "store: the VFS cannot be registered");
		}
	}
	pthread_mutex_unlock(&mutex);
	return fault;
}

void seal_vfs_lower_for_tests(const char *name)
{
	sqlite3_vfs_unregister(&seal_vfs);
	lower_name = name != NULL ? name : "unix-excl";
}

enum seal_suite seal_vfs_best_suite(void)
{
	return sodium_init() >= 0 && seal_cipher_supports(SEAL_AES256GCM) ? SEAL_AES256GCM : SEAL_XCHACHA20POLY1305;
}

void seal_vfs_allow_null(void)
{
	atomic_store(&null_allowed, true);
}

/* ---- creating ---- */

/* An empty database as SQLite 3.40 would leave it, but with 40 reserved bytes
 * and WAL from the start (file format, section 1.3). */
static void first_page(uint8_t page[static SEAL_PAGE_BYTES])
{
	static const char magic[16] = "SQLite format 3";
	memset(page, 0, SEAL_PAGE_BYTES);
	memcpy(page, magic, sizeof magic);
	page[16] = SEAL_PAGE_BYTES >> 8;
	page[18] = page[19] = 2;                /* WAL for writing and reading */
	page[SEAL_FILE_RESERVE_AT] = SEAL_RESERVE_BYTES;
	page[21] = 64;
	page[22] = page[23] = 32;
	page[27] = 1;                           /* file change counter */
	page[31] = 1;                           /* pages */
	page[47] = 4;                           /* schema format */
	page[59] = 1;                           /* UTF-8 */
	page[95] = 1;                           /* the change counter these fields are valid for */
	page[98] = (3040001 >> 8) & 0xff;       /* written by SQLite 3.40.1 */
	page[97] = (3040001 >> 16) & 0xff;
	page[99] = 3040001 & 0xff;
	page[100] = 13;                         /* a table leaf without cells */
	page[105] = SEAL_FILE_SEALED_BYTES >> 8; /* cell content starts at the usable end */
	page[106] = SEAL_FILE_SEALED_BYTES & 0xff;
}

static bool write_all(int fd, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

static bool sync_directory_of(const char *path)
{
	char directory[PATH_BYTES_MAX];
	snprintf(directory, sizeof directory, "%s", path);
	char *slash = strrchr(directory, '/');
	slash[slash == directory ? 1 : 0] = '\0';
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool synced = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return synced;
}

/* link() and not rename(): it never takes the place of a file that is there. */
static struct fault put_file(const char *path, const uint8_t page[static SEAL_PAGE_BYTES])
{
	char temporary[PATH_BYTES_MAX + 16];
	snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return fault_of(FAULT_STORE, "store: a file cannot be created in that folder");
	bool written = write_all(fd, page, SEAL_PAGE_BYTES) && fsync(fd) == 0;
	written = close(fd) == 0 && written;
	int linked = written ? link(temporary, path) : -1;
	int cause = errno;
	unlink(temporary);
	if (linked != 0 && written && cause == EEXIST)
		return fault_of(FAULT_CALLER, "store: the file exists already");
	if (linked != 0 || !sync_directory_of(path))
		return fault_of(FAULT_STORE, "store: the new file cannot be written");
	return fault_none();
}

struct fault seal_vfs_create(const char *path, enum seal_suite suite, const uint8_t key[static SEAL_KEY_BYTES])
{
	char full[PATH_BYTES_MAX];
	char log_path[PATH_BYTES_MAX + sizeof log_suffix];
	uint8_t id[SEAL_FILE_ID_BYTES], page[SEAL_PAGE_BYTES], sealed[SEAL_PAGE_BYTES];
	struct seal_cipher *cipher = NULL;
	FAULT_TRY(seal_vfs_register());
	FAULT_TRY(full_path(path, full));
	if (suite == SEAL_NULL && !atomic_load(&null_allowed))
		return fault_of(FAULT_CALLER, "store: the null cipher is for measuring only");
	if (access(full, F_OK) == 0)
		return fault_of(FAULT_CALLER, "store: the file exists already");
	snprintf(log_path, sizeof log_path, "%s%s", full, log_suffix);
	if (access(log_path, F_OK) == 0)
		return fault_of(FAULT_CALLER, "store: a log of another file is in the way");
	make_file_id(suite, key, id);
	FAULT_TRY(seal_cipher_new(suite, SEAL_PAGES, key, id, &cipher));
	first_page(page);
	seal_file_seal_page(cipher, id, 1, page, sealed);
	seal_cipher_free(cipher);
	return put_file(full, sealed);
}
