/* seal_wal - the records of the write-ahead log.
 *
 * After SQLite's own 32-byte header (random salts, no content) frame i stands
 * at 32 + (i-1) * 4120. Its header and its page are one sealed record of the
 * same length: the plain header would carry a checksum of the plain page, from
 * which short secrets can be found (T2). Bound to file id, frame number and 'W'.
 *
 * SQLite writes a frame as header (24 bytes), then page. Besides, after its
 * cache spilled within a transaction, it (T3)
 *   - writes a page again in place, without its header;
 *   - reads a whole frame and then writes its header alone (new checksums);
 *   - reads the eight checksum bytes of a header.
 * A lone header is told from the first half of a frame by the call before it,
 * which read exactly that frame, and by the frame being one written here (T4):
 * recovery reads a torn frame whole, too, and its place is then written anew.
 *
 * Frames are collected and written out together: when 31 are there, at the
 * commit frame, before a sync and before anything reads them (V4, T4, T5).
 * What a write could not put out is kept and tried again by the next call, so
 * no error is lost and the commit frame reports it (T20).
 */
#include <sodium.h>

#include "store/seal_file.h"

int64_t seal_wal_offset(uint32_t frame)
{
	return SEAL_WAL_HEADER_BYTES + ((int64_t)frame - 1) * SEAL_WAL_RECORD_BYTES;
}

static uint32_t frame_at(int64_t offset)
{
	return (uint32_t)((offset - SEAL_WAL_HEADER_BYTES) / SEAL_WAL_RECORD_BYTES) + 1;
}

struct record_bound {
	uint8_t bytes[SEAL_FILE_ID_BYTES + 8 + 1];
};

static struct record_bound bind_record(const struct seal_file *file, uint32_t frame)
{
	struct record_bound bound = { { 0 } };
	memcpy(bound.bytes, file->node->file_id, SEAL_FILE_ID_BYTES);
	for (size_t i = 0; i < 4; i++)
		bound.bytes[SEAL_FILE_ID_BYTES + i] = (uint8_t)(frame >> (8 * i));
	bound.bytes[sizeof bound.bytes - 1] = 'W';
	return bound;
}

/* ---- records ---- */

static void seal_record(struct seal_file *file, uint32_t frame, const uint8_t *plain, uint8_t *sealed)
{
	struct record_bound bound = bind_record(file, frame);
	seal_cipher_seal(file->cipher, sealed, plain, SEAL_WAL_SEALED_BYTES, span_of(bound.bytes, sizeof bound.bytes),
			 sealed + SEAL_WAL_SEALED_BYTES);
}

bool seal_wal_open_bytes(struct seal_file *file, uint32_t frame, const uint8_t *sealed, uint8_t *plain)
{
	struct record_bound bound = bind_record(file, frame);
	bool authentic = seal_cipher_open(file->cipher, plain, sealed, SEAL_WAL_SEALED_BYTES,
					  span_of(bound.bytes, sizeof bound.bytes), sealed + SEAL_WAL_SEALED_BYTES);
	memset(plain + SEAL_WAL_SEALED_BYTES, 0, SEAL_RESERVE_BYTES);
	return authentic;
}

int seal_wal_open_record(struct seal_file *file, uint32_t frame)
{
	struct seal_wal *wal = &file->wal;
	int rc = file->lower->pMethods->xRead(file->lower, wal->sealed, SEAL_WAL_RECORD_BYTES, seal_wal_offset(frame));
	if (rc == SQLITE_OK && !seal_wal_open_bytes(file, frame, wal->sealed, wal->plain))
		rc = SQLITE_IOERR_DATA;
	return rc;
}

/* ---- writing out ---- */

static int flush(struct seal_file *file)
{
	struct seal_wal *wal = &file->wal;
	if (wal->count == 0)
		return SQLITE_OK;
	int rc = file->lower->pMethods->xWrite(file->lower, wal->buffer, (int)wal->count * SEAL_WAL_RECORD_BYTES,
					       seal_wal_offset(wal->first));
	if (rc == SQLITE_OK) {
		wal->count = 0;
		file->node->writer = NULL;
	}
	return rc;
}

static bool is_buffered(const struct seal_wal *wal, uint32_t first, uint32_t last)
{
	return wal->count > 0 && last >= wal->first && first < wal->first + wal->count;
}

void seal_wal_writer_left(struct seal_node *node)
{
	if (node->writer != NULL) {
		node->writer->wal.count = 0;
		node->writer = NULL;
	}
}

/* ---- what was just written, still open (seal_recent.h) ---- */

static void keep(struct seal_node *node, uint32_t frame, const uint8_t *record)
{
	if (!atomic_load(&node->log_shared))
		seal_recent_put(&node->recent, frame, record + SEAL_WAL_FRAME_HEADER_BYTES);
}

static const uint8_t *kept(const struct seal_node *node, uint32_t frame)
{
	return atomic_load(&node->log_shared) ? NULL : seal_recent_get(&node->recent, frame);
}

void seal_wal_checkpointed(struct seal_node *node)
{
	if (!atomic_load(&node->log_shared))
		seal_recent_clear(&node->recent);
}

void seal_wal_trim(struct seal_node *node)
{
	if (!atomic_load(&node->log_shared))
		seal_recent_deinit(&node->recent);
}

static void mark_written(struct seal_wal *wal, uint32_t frame)
{
	if (frame > wal->written)
		wal->written = frame;
}

/* Header and page are both here: `wal->plain` is sealed into the buffer. */
static int append_record(struct seal_file *file, uint32_t frame)
{
	static const uint8_t no_commit[4];
	struct seal_wal *wal = &file->wal;
	int rc = SQLITE_OK;
	if (wal->buffer == NULL)
		wal->buffer = sqlite3_malloc(SEAL_WAL_FRAMES_MAX * SEAL_WAL_RECORD_BYTES);
	if (wal->buffer == NULL)
		return SQLITE_IOERR_NOMEM;
	if (wal->count == SEAL_WAL_FRAMES_MAX || (wal->count > 0 && frame != wal->first + wal->count))
		rc = flush(file);
	if (rc != SQLITE_OK)
		return rc;
	if (wal->count == 0)
		wal->first = frame;
	seal_record(file, frame, wal->plain, wal->buffer + (size_t)wal->count * SEAL_WAL_RECORD_BYTES);
	wal->count++;
	file->node->writer = file;
	mark_written(wal, frame);
	keep(file->node, frame, wal->plain);
	bool is_commit = memcmp(wal->plain + 4, no_commit, sizeof no_commit) != 0;
	return is_commit ? flush(file) : SQLITE_OK;
}

/* Header or page of a frame that stands in the file is written again. */
static int rewrite_record(struct seal_file *file, uint32_t frame, size_t at, const uint8_t *data, size_t len)
{
	struct seal_wal *wal = &file->wal;
	int rc = flush(file);
	if (rc == SQLITE_OK)
		rc = seal_wal_open_record(file, frame);
	if (rc == SQLITE_IOERR_SHORT_READ)
		rc = SQLITE_IOERR_DATA;
	if (rc != SQLITE_OK)
		return rc;
	memcpy(wal->plain + at, data, len);
	keep(file->node, frame, wal->plain);
	seal_record(file, frame, wal->plain, wal->sealed);
	return file->lower->pMethods->xWrite(file->lower, wal->sealed, SEAL_WAL_RECORD_BYTES, seal_wal_offset(frame));
}

/* The log begins anew: fresh salts, fresh nonces. */
static int write_log_header(struct seal_file *file, const uint8_t *header)
{
	static const uint8_t page_bytes[4] = { 0, 0, SEAL_PAGE_BYTES >> 8, 0 };
	if (memcmp(header + 8, page_bytes, sizeof page_bytes) != 0)
		return SQLITE_IOERR_WRITE; /* T15 */
	file->wal.count = 0; /* of a transaction that was rolled back */
	file->node->writer = NULL;
	file->wal.written = 0;
	seal_wal_checkpointed(file->node);
	seal_cipher_renew();
	return file->lower->pMethods->xWrite(file->lower, header, SEAL_WAL_HEADER_BYTES, 0);
}

static int write_header(struct seal_file *file, uint32_t frame, const uint8_t *header, uint32_t read_frame)
{
	struct seal_wal *wal = &file->wal;
	if (read_frame == frame && frame <= wal->written)
		return rewrite_record(file, frame, 0, header, SEAL_WAL_FRAME_HEADER_BYTES);
	memcpy(wal->header, header, SEAL_WAL_FRAME_HEADER_BYTES);
	wal->header_frame = frame;
	return SQLITE_OK;
}

static int write_page(struct seal_file *file, uint32_t frame, const uint8_t *page, uint32_t header_frame)
{
	struct seal_wal *wal = &file->wal;
	if (!sodium_is_zero(page + SEAL_FILE_SEALED_BYTES, SEAL_RESERVE_BYTES))
		return SQLITE_IOERR_WRITE; /* T1: they could not come back as they were */
	if (header_frame != frame)
		return frame <= wal->written ? rewrite_record(file, frame, SEAL_WAL_FRAME_HEADER_BYTES, page, SEAL_PAGE_BYTES)
					     : SQLITE_IOERR_WRITE;
	memcpy(wal->plain, wal->header, SEAL_WAL_FRAME_HEADER_BYTES);
	memcpy(wal->plain + SEAL_WAL_FRAME_HEADER_BYTES, page, SEAL_PAGE_BYTES); /* V2: a copy */
	return append_record(file, frame);
}

static int wal_write(sqlite3_file *base, const void *data, int len, sqlite3_int64 offset)
{
	struct seal_file *file = (struct seal_file *)base;
	struct seal_wal *wal = &file->wal;
	uint32_t read_frame = wal->read_frame, header_frame = wal->header_frame;
	wal->read_frame = wal->header_frame = 0;
	if (file->node->sync_failed)
		return SQLITE_IOERR_FSYNC;
	if (offset == 0 && len == SEAL_WAL_HEADER_BYTES)
		return write_log_header(file, data);
	if (offset < SEAL_WAL_HEADER_BYTES)
		return SQLITE_IOERR_WRITE;
	uint32_t frame = frame_at(offset);
	int64_t at = offset - seal_wal_offset(frame);
	if (at == 0 && len == SEAL_WAL_FRAME_HEADER_BYTES)
		return write_header(file, frame, data, read_frame);
	if (at == SEAL_WAL_FRAME_HEADER_BYTES && len == SEAL_PAGE_BYTES)
		return write_page(file, frame, data, header_frame);
	return SQLITE_IOERR_WRITE; /* a frame in pieces: T6 keeps SQLite from it */
}

/* ---- reading ---- */

static int read_log_header(struct seal_file *file, void *out, int len, int64_t offset)
{
	int rc = file->lower->pMethods->xRead(file->lower, out, len, offset);
	if (rc == SQLITE_OK && offset == 0 && len == SEAL_WAL_HEADER_BYTES)
		rc = seal_recovery_judge_header(file, out);
	return rc;
}

/* A whole frame, header and page: recovery reads so, and the rewriting of
 * checksums. In recovery, of what was not written here, a frame that is not
 * authentic reads as zeros, at which SQLite stops (T7). */
static int read_frame(struct seal_file *file, uint32_t frame, uint8_t *out)
{
	int rc = seal_wal_open_record(file, frame);
	if (rc == SQLITE_IOERR_DATA && frame > file->wal.written) {
		rc = seal_recovery_judge(file, frame);
		memset(out, 0, SEAL_WAL_RECORD_BYTES);
		return rc;
	}
	if (rc == SQLITE_OK) {
		memcpy(out, file->wal.plain, SEAL_WAL_RECORD_BYTES);
		file->wal.read_frame = frame;
	}
	return rc;
}

static int read_part(struct seal_file *file, uint8_t *to, int len, int64_t offset)
{
	int rc = SQLITE_OK;
	while (len > 0 && rc == SQLITE_OK) {
		uint32_t frame = frame_at(offset);
		int skip = (int)(offset - seal_wal_offset(frame));
		int take = SEAL_WAL_RECORD_BYTES - skip < len ? SEAL_WAL_RECORD_BYTES - skip : len;
		rc = seal_wal_open_record(file, frame);
		if (rc == SQLITE_OK)
			memcpy(to, file->wal.plain + skip, (size_t)take);
		to += take;
		len -= take;
		offset += take;
	}
	return rc;
}

static int wal_read(sqlite3_file *base, void *out, int len, sqlite3_int64 offset)
{
	struct seal_file *file = (struct seal_file *)base;
	struct seal_wal *wal = &file->wal;
	wal->read_frame = wal->header_frame = 0;
	if (offset + len <= SEAL_WAL_HEADER_BYTES)
		return read_log_header(file, out, len, offset);
	if (offset < SEAL_WAL_HEADER_BYTES)
		return SQLITE_IOERR_READ;
	uint32_t frame = frame_at(offset);
	bool is_page = len == SEAL_PAGE_BYTES && offset == seal_wal_offset(frame) + SEAL_WAL_FRAME_HEADER_BYTES;
	const uint8_t *page = is_page ? kept(file->node, frame) : NULL;
	if (page != NULL) {
		memcpy(out, page, SEAL_PAGE_BYTES);
		return SQLITE_OK;
	}
	int rc = SQLITE_OK;
	if (is_buffered(wal, frame, frame_at(offset + len - 1)))
		rc = flush(file);
	if (rc == SQLITE_OK && len == SEAL_WAL_RECORD_BYTES && offset == seal_wal_offset(frame))
		rc = read_frame(file, frame, out);
	else if (rc == SQLITE_OK)
		rc = read_part(file, out, len, offset);
	if (rc != SQLITE_OK)
		memset(out, 0, (size_t)len);
	return rc;
}

/* ---- the rest ---- */

static int wal_truncate(sqlite3_file *base, sqlite3_int64 size)
{
	struct seal_file *file = (struct seal_file *)base;
	file->wal.read_frame = file->wal.header_frame = 0;
	int rc = flush(file);
	return rc == SQLITE_OK ? file->lower->pMethods->xTruncate(file->lower, size) : rc;
}

static int wal_sync(sqlite3_file *base, int flags)
{
	struct seal_file *file = (struct seal_file *)base;
	file->wal.read_frame = file->wal.header_frame = 0;
	if (file->node->sync_failed)
		return SQLITE_IOERR_FSYNC;
	int rc = flush(file);
	if (rc == SQLITE_OK) {
		rc = file->lower->pMethods->xSync(file->lower, flags);
		file->node->sync_failed = rc != SQLITE_OK;
	}
	return rc;
}

static int wal_size(sqlite3_file *base, sqlite3_int64 *out)
{
	struct seal_file *file = (struct seal_file *)base;
	int rc = flush(file);
	return rc == SQLITE_OK ? file->lower->pMethods->xFileSize(file->lower, out) : rc;
}

static int wal_lock(sqlite3_file *base, int level)
{
	(void)base;
	(void)level;
	return SQLITE_OK; /* a log is locked through its database */
}

static int wal_check_reserved_lock(sqlite3_file *base, int *out)
{
	(void)base;
	*out = 0;
	return SQLITE_OK;
}

static int wal_control(sqlite3_file *base, int op, void *arg)
{
	return seal_file_control_common((struct seal_file *)base, op, arg);
}

static int wal_sector_size(sqlite3_file *base)
{
	struct seal_file *file = (struct seal_file *)base;
	return file->lower->pMethods->xSectorSize(file->lower);
}

static int wal_device_characteristics(sqlite3_file *base)
{
	struct seal_file *file = (struct seal_file *)base;
	int kept = SQLITE_IOCAP_SAFE_APPEND | SQLITE_IOCAP_SEQUENTIAL;
	return (file->lower->pMethods->xDeviceCharacteristics(file->lower) & kept) | SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

int seal_wal_init(struct seal_file *file)
{
	file->wal.sealed = sqlite3_malloc(SEAL_WAL_RECORD_BYTES);
	file->wal.plain = sqlite3_malloc(SEAL_WAL_RECORD_BYTES);
	return file->wal.sealed != NULL && file->wal.plain != NULL ? SQLITE_OK : SQLITE_NOMEM;
}

void seal_wal_deinit(struct seal_file *file)
{
	if (file->wal.plain != NULL)
		sodium_memzero(file->wal.plain, SEAL_WAL_RECORD_BYTES);
	sqlite3_free(file->wal.sealed);
	sqlite3_free(file->wal.plain);
	sqlite3_free(file->wal.buffer);
	file->wal = (struct seal_wal){ 0 };
}

/* Frames still here were never committed. */
static int wal_close(sqlite3_file *base)
{
	struct seal_file *file = (struct seal_file *)base;
	if (file->node->writer == file)
		file->node->writer = NULL;
	int rc = file->lower->pMethods->xClose(file->lower);
	seal_wal_deinit(file);
	seal_cipher_free(file->cipher);
	seal_vfs_release(file->node, true);
	file->base.pMethods = NULL;
	return rc;
}

const sqlite3_io_methods seal_wal_methods = {
	.iVersion = 1,
	.xClose = wal_close,
	.xRead = wal_read,
	.xWrite = wal_write,
	.xTruncate = wal_truncate,
	.xSync = wal_sync,
	.xFileSize = wal_size,
	.xLock = wal_lock,
	.xUnlock = wal_lock,
	.xCheckReservedLock = wal_check_reserved_lock,
	.xFileControl = wal_control,
	.xSectorSize = wal_sector_size,
	.xDeviceCharacteristics = wal_device_characteristics,
};
