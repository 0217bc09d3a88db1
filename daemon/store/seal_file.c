/* seal_file - the pages of the database file.
 *
 * Page n stands at offset (n-1) * 4096, sealed: ciphertext (4056), nonce (24),
 * tag (16), bound to file id and page number. Page 1 begins with the file id in
 * the place of SQLite's magic; its bytes 16..23 stay plain and are bound too.
 *
 * SQLite writes whole pages and mostly reads whole pages; reads of any part are
 * answered by opening the pages they touch (T8). A page that is not authentic,
 * an all-zero one included (T14), is SQLITE_IOERR_DATA, never data (V1).
 */
#include "store/seal_file.h"

#include <sodium.h>

static const char magic[16] = "SQLite format 3";

/* What a page is bound to: file id, number, and of page 1 the plain bytes. */
struct page_bound {
	uint8_t bytes[SEAL_FILE_ID_BYTES + 8 + 8];
	size_t len;
};

static struct page_bound bind_page(const uint8_t *file_id, uint32_t number, const uint8_t *page)
{
	struct page_bound bound = { .len = SEAL_FILE_ID_BYTES + 8 };
	memcpy(bound.bytes, file_id, SEAL_FILE_ID_BYTES);
	for (size_t i = 0; i < 4; i++)
		bound.bytes[SEAL_FILE_ID_BYTES + i] = (uint8_t)(number >> (8 * i));
	memset(bound.bytes + SEAL_FILE_ID_BYTES + 4, 0, 4);
	if (number == 1) {
		memcpy(bound.bytes + bound.len, page + SEAL_FILE_ID_BYTES, 8);
		bound.len += 8;
	}
	return bound;
}

void seal_file_seal_page(struct seal_cipher *cipher, const uint8_t file_id[static SEAL_FILE_ID_BYTES], uint32_t number,
			 const uint8_t *page, uint8_t *sealed)
{
	size_t plain_bytes = number == 1 ? SEAL_FILE_PLAIN_BYTES : 0;
	struct page_bound bound = bind_page(file_id, number, page);
	if (number == 1) {
		memcpy(sealed, file_id, SEAL_FILE_ID_BYTES);
		memcpy(sealed + SEAL_FILE_ID_BYTES, page + SEAL_FILE_ID_BYTES, SEAL_FILE_PLAIN_BYTES - SEAL_FILE_ID_BYTES);
	}
	seal_cipher_seal(cipher, sealed + plain_bytes, page + plain_bytes, SEAL_FILE_SEALED_BYTES - plain_bytes,
			 span_of(bound.bytes, bound.len), sealed + SEAL_FILE_SEALED_BYTES);
}

/* The reserved bytes come back as the zeros they were when SQLite summed them (T1). */
static bool open_page(struct seal_file *file, uint32_t number, const uint8_t *sealed, uint8_t *page)
{
	size_t plain_bytes = number == 1 ? SEAL_FILE_PLAIN_BYTES : 0;
	struct page_bound bound = bind_page(file->node->file_id, number, sealed);
	if (number == 1 && memcmp(sealed, file->node->file_id, SEAL_FILE_ID_BYTES) != 0) {
		memset(page, 0, SEAL_PAGE_BYTES);
		return false;
	}
	bool authentic = seal_cipher_open(file->cipher, page + plain_bytes, sealed + plain_bytes,
					  SEAL_FILE_SEALED_BYTES - plain_bytes, span_of(bound.bytes, bound.len),
					  sealed + SEAL_FILE_SEALED_BYTES);
	memset(page + SEAL_FILE_SEALED_BYTES, 0, SEAL_RESERVE_BYTES);
	if (number == 1 && authentic) {
		memcpy(page, magic, sizeof magic);
		memcpy(page + SEAL_FILE_ID_BYTES, sealed + SEAL_FILE_ID_BYTES, SEAL_FILE_PLAIN_BYTES - SEAL_FILE_ID_BYTES);
	} else if (number == 1) {
		memset(page, 0, SEAL_FILE_PLAIN_BYTES);
	}
	return authentic;
}

static int read_page(struct seal_file *file, uint32_t number, uint8_t *page)
{
	int rc = seal_map_read(file, file->page, SEAL_PAGE_BYTES, ((int64_t)number - 1) * SEAL_PAGE_BYTES);
	/* SQLite takes a short read for a page of zeros; no page of ours is unsealed (T14). */
	if (rc == SQLITE_IOERR_SHORT_READ)
		rc = SQLITE_IOERR_DATA;
	if (rc == SQLITE_OK && !open_page(file, number, file->page, page))
		rc = SQLITE_IOERR_DATA;
	return rc;
}

/* A power cut in a checkpoint may leave page 1 torn while the log holds it whole.
 * SQLite reads the header at opening, before it looks for the log: it gets the
 * constants of this format, and page 1 itself from the log, or else an error. */
static void fill_header(uint8_t *out)
{
	static const uint8_t constants[8] = { SEAL_PAGE_BYTES >> 8, 0, 2, 2, SEAL_RESERVE_BYTES, 64, 32, 32 };
	memset(out, 0, SEAL_FILE_HEADER_BYTES);
	memcpy(out, magic, sizeof magic);
	memcpy(out + SEAL_FILE_ID_BYTES, constants, sizeof constants);
}

static int read_header(struct seal_file *file, uint8_t *out)
{
	int rc = read_page(file, 1, file->part);
	if (rc == SQLITE_OK)
		memcpy(out, file->part, SEAL_FILE_HEADER_BYTES);
	else if (rc == SQLITE_IOERR_DATA)
		fill_header(out);
	return rc == SQLITE_IOERR_DATA ? SQLITE_OK : rc;
}

static int file_read(sqlite3_file *base, void *out, int len, sqlite3_int64 offset)
{
	struct seal_file *file = (struct seal_file *)base;
	uint8_t *to = out;
	if (len == SEAL_PAGE_BYTES && offset % SEAL_PAGE_BYTES == 0)
		return read_page(file, (uint32_t)(offset / SEAL_PAGE_BYTES) + 1, to);
	if (len == SEAL_FILE_HEADER_BYTES && offset == 0)
		return read_header(file, to);
	int rc = SQLITE_OK;
	while (len > 0 && rc == SQLITE_OK) {
		int skip = (int)(offset % SEAL_PAGE_BYTES);
		int take = SEAL_PAGE_BYTES - skip < len ? SEAL_PAGE_BYTES - skip : len;
		rc = read_page(file, (uint32_t)(offset / SEAL_PAGE_BYTES) + 1, file->part);
		memcpy(to, file->part + skip, (size_t)take);
		to += take;
		len -= take;
		offset += take;
	}
	if (rc != SQLITE_OK)
		memset(out, 0, (size_t)(to - (uint8_t *)out) + (size_t)len);
	return rc;
}

/* What SQLite writes must be a page this format can hold: reserve 40, WAL, our
 * page size, nothing in the reserved bytes (T9, T11, T15). */
static bool page_is_ours(uint32_t number, const uint8_t *page)
{
	if (!sodium_is_zero(page + SEAL_FILE_SEALED_BYTES, SEAL_RESERVE_BYTES))
		return false;
	return number != 1 ||
	       (memcmp(page, magic, sizeof magic) == 0 && page[16] == SEAL_PAGE_BYTES >> 8 && page[17] == 0 &&
		page[18] == 2 && page[19] == 2 && page[SEAL_FILE_RESERVE_AT] == SEAL_RESERVE_BYTES);
}

static int file_write(sqlite3_file *base, const void *data, int len, sqlite3_int64 offset)
{
	struct seal_file *file = (struct seal_file *)base;
	uint32_t number = (uint32_t)(offset / SEAL_PAGE_BYTES) + 1;
	if (file->node->sync_failed)
		return SQLITE_IOERR_FSYNC;
	if (len != SEAL_PAGE_BYTES || offset % SEAL_PAGE_BYTES != 0 || !page_is_ours(number, data))
		return SQLITE_IOERR_WRITE;
	seal_file_seal_page(file->cipher, file->node->file_id, number, data, file->page); /* V2: a copy */
	int rc = file->lower->pMethods->xWrite(file->lower, file->page, SEAL_PAGE_BYTES, offset);
	file->map.grown = true;
	return rc;
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size)
{
	struct seal_file *file = (struct seal_file *)base;
	return size < SEAL_PAGE_BYTES ? SQLITE_IOERR_TRUNCATE : file->lower->pMethods->xTruncate(file->lower, size);
}

static int file_sync(sqlite3_file *base, int flags)
{
	struct seal_file *file = (struct seal_file *)base;
	if (file->node->sync_failed)
		return SQLITE_IOERR_FSYNC;
	int rc = file->lower->pMethods->xSync(file->lower, flags);
	file->node->sync_failed = rc != SQLITE_OK;
	return rc;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *out)
{
	struct seal_file *file = (struct seal_file *)base;
	return file->lower->pMethods->xFileSize(file->lower, out);
}

static int file_lock(sqlite3_file *base, int level)
{
	struct seal_file *file = (struct seal_file *)base;
	return file->lower->pMethods->xLock(file->lower, level);
}

static int file_unlock(sqlite3_file *base, int level)
{
	struct seal_file *file = (struct seal_file *)base;
	return file->lower->pMethods->xUnlock(file->lower, level);
}

static int file_check_reserved_lock(sqlite3_file *base, int *out)
{
	struct seal_file *file = (struct seal_file *)base;
	return file->lower->pMethods->xCheckReservedLock(file->lower, out);
}

static int file_sector_size(sqlite3_file *base)
{
	struct seal_file *file = (struct seal_file *)base;
	return file->lower->pMethods->xSectorSize(file->lower);
}

/* T6: without POWERSAFE_OVERWRITE SQLite splits WAL frames at sectors; batch
 * writes and reads of part of a page would pass the cipher by. */
static int file_device_characteristics(sqlite3_file *base)
{
	struct seal_file *file = (struct seal_file *)base;
	int kept = SQLITE_IOCAP_SAFE_APPEND | SQLITE_IOCAP_SEQUENTIAL | SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN;
	return (file->lower->pMethods->xDeviceCharacteristics(file->lower) & kept) | SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* ---- file control ---- */

struct pragma_rule {
	const char *name;
	const char *allowed[4]; /* values; reading the setting is always allowed */
};

/* What would put bytes elsewhere on the disk, or change the file's shape. */
static const struct pragma_rule pragma_rules[] = {
	{ "journal_mode", { "wal", NULL } },
	{ "page_size", { "4096", NULL } },
	{ "temp_store", { "2", "memory", NULL } },
	{ "secure_delete", { "1", "on", "true", NULL } },
	{ "mmap_size", { "0", NULL } },
	{ "temp_store_directory", { NULL } },
	{ "data_store_directory", { NULL } },
	{ "key", { NULL } },
	{ "rekey", { NULL } },
};

static int control_pragma(char **argument)
{
	for (size_t i = 0; i < sizeof pragma_rules / sizeof pragma_rules[0]; i++) {
		const struct pragma_rule *rule = &pragma_rules[i];
		if (sqlite3_stricmp(argument[1], rule->name) != 0 || argument[2] == NULL)
			continue;
		for (size_t k = 0; rule->allowed[k] != NULL; k++) {
			if (sqlite3_stricmp(argument[2], rule->allowed[k]) == 0)
				return SQLITE_NOTFOUND;
		}
		argument[0] = sqlite3_mprintf("a sealed store does not change %s", rule->name);
		return SQLITE_ERROR;
	}
	return SQLITE_NOTFOUND;
}

int seal_file_control_common(struct seal_file *file, int op, void *arg)
{
	switch (op) {
	case SQLITE_FCNTL_MMAP_SIZE: /* T16: SQLite itself maps nothing */
		*(sqlite3_int64 *)arg = 0;
		return SQLITE_OK;
	case SQLITE_FCNTL_POWERSAFE_OVERWRITE:
		*(int *)arg = 1;
		return SQLITE_OK;
	case SQLITE_FCNTL_SIZE_HINT:  /* would leave pages nobody sealed (T14) */
	case SQLITE_FCNTL_CHUNK_SIZE:
		return SQLITE_OK;
	case SQLITE_FCNTL_BEGIN_ATOMIC_WRITE:
	case SQLITE_FCNTL_COMMIT_ATOMIC_WRITE:
	case SQLITE_FCNTL_ROLLBACK_ATOMIC_WRITE:
		return SQLITE_NOTFOUND;
	case SQLITE_FCNTL_VFSNAME: {
		int rc = file->lower->pMethods->xFileControl(file->lower, op, arg);
		if (rc == SQLITE_OK)
			*(char **)arg = sqlite3_mprintf(SEAL_VFS_NAME "/%z", *(char **)arg);
		return rc;
	}
	}
	return file->lower->pMethods->xFileControl(file->lower, op, arg);
}

static int file_control(sqlite3_file *base, int op, void *arg)
{
	if (op == SQLITE_FCNTL_PRAGMA)
		return control_pragma(arg);
	if (op == SQLITE_FCNTL_CKPT_DONE)
		seal_wal_checkpointed(((struct seal_file *)base)->node);
	if (op == SEAL_FILE_CONTROL_TRIM) {
		seal_map_drop((struct seal_file *)base);
		seal_wal_trim(((struct seal_file *)base)->node);
		return SQLITE_OK;
	}
	return seal_file_control_common((struct seal_file *)base, op, arg);
}

/* ---- the wal-index: heap memory of the lower VFS (T12) ---- */

static int file_shm_map(sqlite3_file *base, int region, int size, int extend, void volatile **out)
{
	struct seal_file *file = (struct seal_file *)base;
	return file->lower->pMethods->xShmMap(file->lower, region, size, extend, out);
}

static int file_shm_lock(sqlite3_file *base, int first, int count, int flags)
{
	struct seal_file *file = (struct seal_file *)base;
	/* Lock 0 is the writer's (wal.c: WAL_WRITE_LOCK). */
	if (first == 0 && flags == (SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE))
		seal_wal_writer_left(file->node);
	return file->lower->pMethods->xShmLock(file->lower, first, count, flags);
}

static void file_shm_barrier(sqlite3_file *base)
{
	struct seal_file *file = (struct seal_file *)base;
	file->lower->pMethods->xShmBarrier(file->lower);
}

static int file_shm_unmap(sqlite3_file *base, int delete_it)
{
	struct seal_file *file = (struct seal_file *)base;
	return file->lower->pMethods->xShmUnmap(file->lower, delete_it);
}

/* ---- life ---- */

int seal_file_init(struct seal_file *file)
{
	file->page = sqlite3_malloc(SEAL_PAGE_BYTES);
	file->part = sqlite3_malloc(SEAL_PAGE_BYTES);
	return file->page != NULL && file->part != NULL ? SQLITE_OK : SQLITE_NOMEM;
}

void seal_file_deinit(struct seal_file *file)
{
	if (file->part != NULL)
		sodium_memzero(file->part, SEAL_PAGE_BYTES);
	sqlite3_free(file->page);
	sqlite3_free(file->part);
	file->page = file->part = NULL;
}

static int file_close(sqlite3_file *base)
{
	struct seal_file *file = (struct seal_file *)base;
	int rc = file->lower->pMethods->xClose(file->lower);
	seal_file_deinit(file);
	seal_cipher_free(file->cipher);
	seal_vfs_release(file->node, false);
	file->base.pMethods = NULL;
	return rc;
}

/* Version 2: without xFetch SQLite reads every page through xRead (T16). */
const sqlite3_io_methods seal_file_methods = {
	.iVersion = 2,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_check_reserved_lock,
	.xFileControl = file_control,
	.xSectorSize = file_sector_size,
	.xDeviceCharacteristics = file_device_characteristics,
	.xShmMap = file_shm_map,
	.xShmLock = file_shm_lock,
	.xShmBarrier = file_shm_barrier,
	.xShmUnmap = file_shm_unmap,
};
