/* fault_vfs - the wrapping VFS; see the header.
 *
 * The durable image of a file is a copy made at its last sync. Files in tests
 * are small, so an image is simply read back from the lower file.
 */
#include "lib/fault_vfs.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { IMAGES_MAX = 16, SECTOR_BYTES = 512, PATH_BYTES_MAX = 512 };

struct image {
	char path[PATH_BYTES_MAX];
	uint8_t *durable;
	size_t len;
};

struct fault_file {
	sqlite3_file base;
	sqlite3_file *lower;
	struct image *image;
};

static struct {
	sqlite3_vfs *lower;
	unsigned calls, nth, count;
	int code;
	bool for_good, failed, opened_other;
	size_t write_bytes_max;
	int claim;
	struct image images[IMAGES_MAX];
} faults;

static int count_call(enum fault_vfs_call call)
{
	if ((faults.calls & (unsigned)call) == 0)
		return SQLITE_OK;
	faults.count++;
	if (faults.nth == 0 || faults.count < faults.nth || (faults.count > faults.nth && !faults.for_good))
		return SQLITE_OK;
	faults.failed = true;
	return faults.code;
}

/* ---- images ---- */

static struct image *find_image(const char *path)
{
	for (size_t i = 0; i < IMAGES_MAX; i++) {
		if (strcmp(faults.images[i].path, path) == 0)
			return &faults.images[i];
	}
	return NULL;
}

static struct image *make_image(const char *path)
{
	struct image *image = find_image(path);
	if (image == NULL)
		image = find_image("");
	if (image != NULL)
		snprintf(image->path, sizeof image->path, "%s", path);
	return image;
}

static bool slurp(const char *path, uint8_t **out, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	off_t size = lseek(fd, 0, SEEK_END);
	uint8_t *bytes = malloc(size > 0 ? (size_t)size : 1);
	ssize_t n = bytes == NULL ? -1 : pread(fd, bytes, (size_t)size, 0);
	close(fd);
	if (n != size) {
		free(bytes);
		return false;
	}
	*out = bytes;
	*len = (size_t)size;
	return true;
}

static void read_back(struct fault_file *file)
{
	sqlite3_int64 size = 0;
	struct image *image = file->image;
	if (image == NULL || file->lower->pMethods->xFileSize(file->lower, &size) != SQLITE_OK)
		return;
	uint8_t *bytes = malloc(size > 0 ? (size_t)size : 1);
	if (bytes == NULL || (size > 0 && file->lower->pMethods->xRead(file->lower, bytes, (int)size, 0) != SQLITE_OK)) {
		free(bytes);
		return;
	}
	free(image->durable);
	image->durable = bytes;
	image->len = (size_t)size;
}

static uint64_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

bool fault_vfs_power_cut(const char *path, const char *to, uint64_t seed)
{
	struct image *image = find_image(path);
	uint8_t *now = NULL;
	size_t len = 0;
	if (image == NULL || !slurp(path, &now, &len))
		return false;
	uint64_t state = seed * 2654435761u + 1;
	for (size_t at = 0; at < len; at += SECTOR_BYTES) {
		size_t n = len - at < SECTOR_BYTES ? len - at : SECTOR_BYTES;
		if (next_random(&state) % 2 == 0)
			continue; /* the new sector arrived */
		for (size_t i = at; i < at + n; i++)
			now[i] = i < image->len ? image->durable[i] : 0;
	}
	/* A file that grew may have its old length or its new one. */
	if (len > image->len && next_random(&state) % 4 == 0)
		len = image->len;
	int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool written = fd >= 0 && write(fd, now, len) == (ssize_t)len;
	if (fd >= 0)
		close(fd);
	free(now);
	return written;
}

/* ---- file methods ---- */

static struct fault_file *as_file(sqlite3_file *base)
{
	return (struct fault_file *)base;
}

static int fault_close(sqlite3_file *base)
{
	return as_file(base)->lower->pMethods->xClose(as_file(base)->lower);
}

static int fault_read(sqlite3_file *base, void *out, int len, sqlite3_int64 offset)
{
	int rc = count_call(FAULT_VFS_READ);
	return rc != SQLITE_OK ? rc : as_file(base)->lower->pMethods->xRead(as_file(base)->lower, out, len, offset);
}

static int fault_write(sqlite3_file *base, const void *data, int len, sqlite3_int64 offset)
{
	int rc = count_call(FAULT_VFS_WRITE);
	if ((size_t)len > faults.write_bytes_max)
		faults.write_bytes_max = (size_t)len;
	/* A failing write has put part of its bytes down. */
	if (rc != SQLITE_OK && len > SECTOR_BYTES)
		as_file(base)->lower->pMethods->xWrite(as_file(base)->lower, data, len / 2 / SECTOR_BYTES * SECTOR_BYTES, offset);
	return rc != SQLITE_OK ? rc : as_file(base)->lower->pMethods->xWrite(as_file(base)->lower, data, len, offset);
}

static int fault_truncate(sqlite3_file *base, sqlite3_int64 size)
{
	int rc = count_call(FAULT_VFS_TRUNCATE);
	if (rc == SQLITE_OK)
		rc = as_file(base)->lower->pMethods->xTruncate(as_file(base)->lower, size);
	struct image *image = as_file(base)->image;
	if (rc == SQLITE_OK && image != NULL && (size_t)size < image->len)
		image->len = (size_t)size;
	return rc;
}

static int fault_sync(sqlite3_file *base, int flags)
{
	int rc = count_call(FAULT_VFS_SYNC);
	(void)flags; /* nothing here is about the real disk */
	if (rc == SQLITE_OK)
		read_back(as_file(base));
	return rc;
}

static int fault_size(sqlite3_file *base, sqlite3_int64 *out)
{
	return as_file(base)->lower->pMethods->xFileSize(as_file(base)->lower, out);
}

static int fault_lock(sqlite3_file *base, int level)
{
	return as_file(base)->lower->pMethods->xLock(as_file(base)->lower, level);
}

static int fault_unlock(sqlite3_file *base, int level)
{
	return as_file(base)->lower->pMethods->xUnlock(as_file(base)->lower, level);
}

static int fault_reserved(sqlite3_file *base, int *out)
{
	return as_file(base)->lower->pMethods->xCheckReservedLock(as_file(base)->lower, out);
}

static int fault_control(sqlite3_file *base, int op, void *arg)
{
	return as_file(base)->lower->pMethods->xFileControl(as_file(base)->lower, op, arg);
}

static int fault_sector_size(sqlite3_file *base)
{
	return as_file(base)->lower->pMethods->xSectorSize(as_file(base)->lower);
}

static int fault_characteristics(sqlite3_file *base)
{
	return faults.claim >= 0 ? faults.claim : as_file(base)->lower->pMethods->xDeviceCharacteristics(as_file(base)->lower);
}

static int fault_shm_map(sqlite3_file *base, int region, int size, int extend, void volatile **out)
{
	return as_file(base)->lower->pMethods->xShmMap(as_file(base)->lower, region, size, extend, out);
}

static int fault_shm_lock(sqlite3_file *base, int first, int count, int flags)
{
	return as_file(base)->lower->pMethods->xShmLock(as_file(base)->lower, first, count, flags);
}

static void fault_shm_barrier(sqlite3_file *base)
{
	as_file(base)->lower->pMethods->xShmBarrier(as_file(base)->lower);
}

static int fault_shm_unmap(sqlite3_file *base, int delete_it)
{
	return as_file(base)->lower->pMethods->xShmUnmap(as_file(base)->lower, delete_it);
}

/* Version 2: no map, so that every read comes by here. */
static const sqlite3_io_methods fault_methods = {
	.iVersion = 2,
	.xClose = fault_close,
	.xRead = fault_read,
	.xWrite = fault_write,
	.xTruncate = fault_truncate,
	.xSync = fault_sync,
	.xFileSize = fault_size,
	.xLock = fault_lock,
	.xUnlock = fault_unlock,
	.xCheckReservedLock = fault_reserved,
	.xFileControl = fault_control,
	.xSectorSize = fault_sector_size,
	.xDeviceCharacteristics = fault_characteristics,
	.xShmMap = fault_shm_map,
	.xShmLock = fault_shm_lock,
	.xShmBarrier = fault_shm_barrier,
	.xShmUnmap = fault_shm_unmap,
};

/* ---- the VFS ---- */

static int fault_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *out_flags)
{
	struct fault_file *file = as_file(base);
	int rc = count_call(FAULT_VFS_OPEN);
	(void)vfs;
	base->pMethods = NULL;
	if ((flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) == 0)
		faults.opened_other = true;
	if (rc != SQLITE_OK)
		return rc;
	file->lower = (sqlite3_file *)((uint8_t *)file + ((sizeof *file + 15) & ~(size_t)15));
	rc = faults.lower->xOpen(faults.lower, name, file->lower, flags, out_flags);
	if (rc != SQLITE_OK)
		return rc;
	file->image = name == NULL ? NULL : make_image(name);
	base->pMethods = &fault_methods;
	read_back(file);
	return SQLITE_OK;
}

static int fault_delete(sqlite3_vfs *vfs, const char *path, int sync_directory)
{
	int rc = count_call(FAULT_VFS_DELETE);
	struct image *image = find_image(path);
	(void)vfs;
	if (rc != SQLITE_OK)
		return rc;
	if (image != NULL)
		image->len = 0;
	return faults.lower->xDelete(faults.lower, path, sync_directory);
}

static int fault_access(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
	(void)vfs;
	return faults.lower->xAccess(faults.lower, path, flags, out);
}

static int fault_full_pathname(sqlite3_vfs *vfs, const char *path, int size, char *out)
{
	(void)vfs;
	return faults.lower->xFullPathname(faults.lower, path, size, out);
}

static int fault_randomness(sqlite3_vfs *vfs, int size, char *out)
{
	(void)vfs;
	return faults.lower->xRandomness(faults.lower, size, out);
}

static int fault_sleep(sqlite3_vfs *vfs, int microseconds)
{
	(void)vfs;
	return faults.lower->xSleep(faults.lower, microseconds);
}

static int fault_time(sqlite3_vfs *vfs, double *out)
{
	(void)vfs;
	return faults.lower->xCurrentTime(faults.lower, out);
}

static int fault_last_error(sqlite3_vfs *vfs, int size, char *out)
{
	(void)vfs;
	return faults.lower->xGetLastError(faults.lower, size, out);
}

static int fault_time_int64(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
	(void)vfs;
	return faults.lower->xCurrentTimeInt64(faults.lower, out);
}

static sqlite3_vfs fault_vfs = {
	.iVersion = 2,
	.zName = FAULT_VFS_NAME,
	.xOpen = fault_open,
	.xDelete = fault_delete,
	.xAccess = fault_access,
	.xFullPathname = fault_full_pathname,
	.xRandomness = fault_randomness,
	.xSleep = fault_sleep,
	.xCurrentTime = fault_time,
	.xGetLastError = fault_last_error,
	.xCurrentTimeInt64 = fault_time_int64,
};

void fault_vfs_begin(void)
{
	fault_vfs_end();
	faults.lower = sqlite3_vfs_find("unix-excl");
	faults.claim = -1;
	fault_vfs.szOsFile = (int)((sizeof(struct fault_file) + 15) & ~(size_t)15) + faults.lower->szOsFile;
	fault_vfs.mxPathname = PATH_BYTES_MAX - 1;
	sqlite3_vfs_register(&fault_vfs, 0);
}

void fault_vfs_end(void)
{
	for (size_t i = 0; i < IMAGES_MAX; i++)
		free(faults.images[i].durable);
	memset(&faults, 0, sizeof faults);
	sqlite3_vfs_unregister(&fault_vfs);
}

void fault_vfs_fail(unsigned calls, unsigned nth, int code, bool for_good)
{
	faults.calls = calls;
	faults.nth = nth;
	faults.code = code;
	faults.for_good = for_good;
	faults.count = 0;
	faults.failed = false;
}

unsigned fault_vfs_count(void)
{
	return faults.count;
}

bool fault_vfs_has_failed(void)
{
	return faults.failed;
}

size_t fault_vfs_write_bytes_max(void)
{
	return faults.write_bytes_max;
}

bool fault_vfs_opened_anything_but_database_and_log(void)
{
	return faults.opened_other;
}

void fault_vfs_claim(int characteristics)
{
	faults.claim = characteristics;
}
