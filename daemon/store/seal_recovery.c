/* seal_recovery - a log that does not read to its end: torn, or damaged?
 *
 * A crash leaves a torn tail: frames of the last transaction, whose sync never
 * returned, may be missing while later ones of it arrived. SQLite stops there
 * and loses nothing that was acknowledged. Damage (a flipped bit, a cleared
 * block) looks alike at first, but what it takes away had been acknowledged;
 * going on would lose it in silence. So recovery is refused (V5) when
 *   - one flipped bit explains the bytes: tears do not look like that;
 *   - or behind the bad frame stand a commit frame and, continuing its
 *     checksum, a frame of the next transaction: with synchronous=FULL the
 *     first of the two was synced before the second was begun.
 * Several damaged bytes within the last two transactions cannot be told from a
 * tear; the count of seal_vfs_wal_gaps tells of them when frames of the same
 * salts follow.
 */
#include <sodium.h>
#include <stdatomic.h>

#include "store/seal_file.h"

static atomic_uint_fast64_t gaps;

uint64_t seal_vfs_wal_gaps(void)
{
	return atomic_load(&gaps);
}

enum {
	HEADER_SALTS_AT = 16,  /* in the log's header; 8 bytes */
	HEADER_SUM_AT = 24,    /* over the bytes before it */
	FRAME_COMMIT_AT = 4,   /* database pages after the commit; 0 inside a transaction */
	FRAME_SALTS_AT = 8,
	FRAME_SUM_AT = 16,
	SALTS_BYTES = 8,
};
static const uint8_t magic_begin[3] = { 0x37, 0x7f, 0x06 };

struct sum {
	uint32_t a, b;
};

static uint32_t word(const uint8_t *at, bool big_endian)
{
	return big_endian ? (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]
			  : (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

/* SQLite's WAL checksum (file format, section 4.2). */
static struct sum add_bytes(struct sum sum, const uint8_t *data, size_t len, bool big_endian)
{
	for (size_t i = 0; i < len; i += 8) {
		sum.a += word(data + i, big_endian) + sum.b;
		sum.b += word(data + i + 4, big_endian) + sum.a;
	}
	return sum;
}

static struct sum stored_sum(const uint8_t *at)
{
	return (struct sum){ word(at, true), word(at + 4, true) };
}

static bool sums_equal(struct sum x, struct sum y)
{
	return x.a == y.a && x.b == y.b;
}

static bool words_are_big_endian(const uint8_t *log_header)
{
	return (log_header[3] & 1) != 0;
}

static bool header_adds_up(const uint8_t header[static SEAL_WAL_HEADER_BYTES])
{
	struct sum none = { 0, 0 };
	return memcmp(header, magic_begin, sizeof magic_begin) == 0 && (header[3] & ~1) == 0x82 &&
	       sums_equal(add_bytes(none, header, HEADER_SUM_AT, words_are_big_endian(header)),
			  stored_sum(header + HEADER_SUM_AT));
}

static bool is_commit(const uint8_t *record)
{
	return !sodium_is_zero(record + FRAME_COMMIT_AT, 4);
}

static bool continues(const uint8_t *record, struct sum before, bool big_endian)
{
	struct sum sum = add_bytes(before, record, FRAME_SALTS_AT, big_endian);
	sum = add_bytes(sum, record + SEAL_WAL_FRAME_HEADER_BYTES, SEAL_PAGE_BYTES, big_endian);
	return sums_equal(sum, stored_sum(record + FRAME_SUM_AT));
}

/* A sector that never arrived; sealed bytes have no such run. */
static bool has_empty_stretch(const uint8_t *sealed)
{
	enum { STRETCH_BYTES = 256 };
	for (size_t at = 0; at + STRETCH_BYTES <= SEAL_WAL_RECORD_BYTES; at += STRETCH_BYTES) {
		if (sodium_is_zero(sealed + at, STRETCH_BYTES))
			return true;
	}
	return false;
}

/* Whether one flipped bit explains why the record is not authentic: 0.1 s, once. */
static bool one_bit_off(struct seal_file *file, uint32_t frame)
{
	struct seal_wal *wal = &file->wal;
	if (has_empty_stretch(wal->sealed))
		return false;
	for (size_t bit = 0; bit < (size_t)SEAL_WAL_RECORD_BYTES * 8; bit++) {
		wal->sealed[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		bool authentic = seal_wal_open_bytes(file, frame, wal->sealed, wal->plain);
		wal->sealed[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		if (authentic)
			return true;
	}
	return false;
}

struct findings {
	bool same_salts;       /* an authentic frame of this log stands behind the bad one */
	bool next_transaction; /* and one that was begun after a commit behind the bad one */
};

static int look_behind(struct seal_file *file, uint32_t frame, const uint8_t *log_header, struct findings *out)
{
	struct findings found = { false, false };
	struct sum commit_sum = { 0, 0 };
	bool after_commit = false;
	int rc = SQLITE_OK;
	for (uint32_t at = frame + 1; rc != SQLITE_IOERR_SHORT_READ; at++) {
		rc = seal_wal_open_record(file, at);
		if (rc != SQLITE_OK && rc != SQLITE_IOERR_DATA && rc != SQLITE_IOERR_SHORT_READ)
			return rc;
		const uint8_t *record = file->wal.plain;
		bool ours = rc == SQLITE_OK && memcmp(record + FRAME_SALTS_AT, log_header + HEADER_SALTS_AT, SALTS_BYTES) == 0;
		found.same_salts = found.same_salts || ours;
		if (ours && after_commit && continues(record, commit_sum, words_are_big_endian(log_header)))
			found.next_transaction = true;
		after_commit = ours && is_commit(record);
		if (after_commit)
			commit_sum = stored_sum(record + FRAME_SUM_AT);
	}
	*out = found;
	return SQLITE_OK;
}

int seal_recovery_judge(struct seal_file *file, uint32_t frame)
{
	uint8_t log_header[SEAL_WAL_HEADER_BYTES];
	struct findings found;
	if (one_bit_off(file, frame)) {
		atomic_fetch_add(&gaps, 1);
		return SQLITE_IOERR_DATA;
	}
	int rc = file->lower->pMethods->xRead(file->lower, log_header, sizeof log_header, 0);
	if (rc == SQLITE_OK)
		rc = look_behind(file, frame, log_header, &found);
	if (rc != SQLITE_OK)
		return rc;
	if (found.same_salts)
		atomic_fetch_add(&gaps, 1);
	return found.next_transaction ? SQLITE_IOERR_DATA : SQLITE_OK;
}

/* A new log's header is one sector and synced before any frame (the old header
 * or the new, never a mixture), so a bad header over authentic frames is damage. */
int seal_recovery_judge_header(struct seal_file *file, const uint8_t header[static SEAL_WAL_HEADER_BYTES])
{
	if (header_adds_up(header))
		return SQLITE_OK;
	int rc = SQLITE_OK;
	for (uint32_t at = 1; rc != SQLITE_IOERR_SHORT_READ; at++) {
		rc = seal_wal_open_record(file, at);
		if (rc == SQLITE_OK) {
			atomic_fetch_add(&gaps, 1);
			return SQLITE_IOERR_DATA;
		}
		if (rc != SQLITE_IOERR_DATA && rc != SQLITE_IOERR_SHORT_READ)
			return rc;
	}
	return SQLITE_OK;
}
