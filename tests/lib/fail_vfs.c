#include "lib/fail_vfs.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <string.h>

/* Our file: the methods in front, then the real file's own structure. */
struct file {
	sqlite3_file base;
	sqlite3_file *real;
};

static sqlite3_vfs *real_vfs;
static sqlite3_vfs shim;
static uint64_t write_calls, sync_calls;
static bool is_failing;

static bool fails(uint64_t *calls)
{
	if (*calls > 0 && --*calls == 0)
		is_failing = true;
	return is_failing;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
	return ((struct file *)(void *)file)->real;
}

static int x_close(sqlite3_file *f) { return real_of(f)->pMethods->xClose(real_of(f)); }
static int x_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at) { return real_of(f)->pMethods->xRead(real_of(f), p, n, at); }
static int x_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	if (fails(&write_calls))
		return SQLITE_IOERR_WRITE;
	return real_of(f)->pMethods->xWrite(real_of(f), p, n, at);
}
static int x_truncate(sqlite3_file *f, sqlite3_int64 n) { return real_of(f)->pMethods->xTruncate(real_of(f), n); }
static int x_sync(sqlite3_file *f, int flags)
{
	if (fails(&write_calls) || fails(&sync_calls))
		return SQLITE_IOERR_FSYNC;
	return real_of(f)->pMethods->xSync(real_of(f), flags);
}
static int x_size(sqlite3_file *f, sqlite3_int64 *n) { return real_of(f)->pMethods->xFileSize(real_of(f), n); }
static int x_lock(sqlite3_file *f, int k) { return real_of(f)->pMethods->xLock(real_of(f), k); }
static int x_unlock(sqlite3_file *f, int k) { return real_of(f)->pMethods->xUnlock(real_of(f), k); }
static int x_reserved(sqlite3_file *f, int *r) { return real_of(f)->pMethods->xCheckReservedLock(real_of(f), r); }
static int x_control(sqlite3_file *f, int op, void *p) { return real_of(f)->pMethods->xFileControl(real_of(f), op, p); }
static int x_sector(sqlite3_file *f) { return real_of(f)->pMethods->xSectorSize(real_of(f)); }
static int x_device(sqlite3_file *f) { return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f)); }
static int x_map(sqlite3_file *f, int p, int n, int e, void volatile **pp) { return real_of(f)->pMethods->xShmMap(real_of(f), p, n, e, pp); }
static int x_shm_lock(sqlite3_file *f, int o, int n, int flags) { return real_of(f)->pMethods->xShmLock(real_of(f), o, n, flags); }
static void x_barrier(sqlite3_file *f) { real_of(f)->pMethods->xShmBarrier(real_of(f)); }
static int x_unmap(sqlite3_file *f, int d) { return real_of(f)->pMethods->xShmUnmap(real_of(f), d); }

static const sqlite3_io_methods methods = {
	2, x_close, x_read, x_write, x_truncate, x_sync, x_size, x_lock, x_unlock, x_reserved,
	x_control, x_sector, x_device, x_map, x_shm_lock, x_barrier, x_unmap, NULL, NULL,
};

static int x_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	struct file *ours = (struct file *)(void *)file;
	(void)vfs;
	ours->real = (sqlite3_file *)(void *)(ours + 1);
	memset(ours->real, 0, (size_t)real_vfs->szOsFile);
	int rc = real_vfs->xOpen(real_vfs, name, ours->real, flags, out);
	ours->base.pMethods = rc == SQLITE_OK ? &methods : NULL;
	return rc;
}

void fail_vfs_register(void)
{
	if (real_vfs != NULL)
		return;
	real_vfs = sqlite3_vfs_find(NULL);
	shim = *real_vfs;
	shim.zName = FAIL_VFS_NAME;
	shim.szOsFile = (int)sizeof(struct file) + real_vfs->szOsFile;
	shim.xOpen = x_open;
	shim.pNext = NULL;
	sqlite3_vfs_register(&shim, 0);
}

void fail_vfs_set(uint64_t calls)
{
	write_calls = calls;
	sync_calls = 0;
	is_failing = false;
}

void fail_vfs_set_sync(uint64_t calls)
{
	write_calls = 0;
	sync_calls = calls;
	is_failing = false;
}
