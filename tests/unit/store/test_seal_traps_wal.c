/* Traps T1 to T8 of an encrypting VFS on the unmodified SQLite: those of the
 * write-ahead log (docs/internals/seal_vfs.md). T9 to T20: test_seal_traps.c. */
#include "seal_by_hand.h"

/* ---- T1 ---- */

static void t01_what_sqlite_summed_comes_back_and_its_buffer_stays_as_it_was(void **state)
{
	const struct fixture *room = *state;
	struct bare bare = bare_store(room);
	uint8_t given[FRAME], before[FRAME], back[FRAME];
	fill_frame(given, 0x5a, true);
	memcpy(before, given, FRAME);
	assert_int_equal(bare_write(bare.log, given, HEADER, seal_wal_offset(1)), SQLITE_OK);
	assert_int_equal(bare_write(bare.log, given + HEADER, SEAL_PAGE_BYTES, seal_wal_offset(1) + HEADER), SQLITE_OK);
	assert_memory_equal(given, before, FRAME);
	assert_int_equal(bare_read(bare.log, back, FRAME, seal_wal_offset(1)), SQLITE_OK);
	assert_memory_equal(back, given, FRAME);
	/* Bytes in the reserved part could not come back: they are refused, not dropped. */
	given[FRAME - 1] = 1;
	assert_int_equal(bare_write(bare.log, given, HEADER, seal_wal_offset(2)), SQLITE_OK);
	assert_int_not_equal(bare_write(bare.log, given + HEADER, SEAL_PAGE_BYTES, seal_wal_offset(2) + HEADER), SQLITE_OK);
	assert_int_not_equal(bare_write(bare.database, given + HEADER, SEAL_PAGE_BYTES, SEAL_PAGE_BYTES), SQLITE_OK);
	bare_store_close(room, bare);
}

static void t01_committed_rows_in_the_log_outlive_a_crash(void **state)
{
	const struct fixture *room = *state;
	sqlite3 *db = spilling(open_new(room->path));
	make_table(db);
	for (int i = 0; i < 501; i++)
		run(db, "INSERT INTO person(name) VALUES('a')");
	assert_true(size_of(room->log) > 501 * FRAME);
	take_copy(room);
	sealed_db_close(db, room->path);
	db = spilling(open_old(room->copy));
	assert_int_equal(ask(db, "SELECT count(*) FROM person"), 501);
	is_sound(db);
	sealed_db_close(db, room->copy);
}

/* ---- T2: the attack on a door code through the plain frame header ---- */

enum { CODES = 1000000, CODE_DIGITS = 6 };

struct sum {
	uint32_t a, b;
};

static uint32_t big_word(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t little_word(const uint8_t *at)
{
	return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static struct sum add_sum(struct sum sum, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i += 8) {
		sum.a += little_word(data + i) + sum.b;
		sum.b += little_word(data + i + 4) + sum.a;
	}
	return sum;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

/* Every checksum the frame could carry, by code; the attacker knows all else of
 * the frame and the checksum before it. */
static uint64_t *candidate_sums(const uint8_t *frame, struct sum before, size_t code_at)
{
	uint8_t page[SEAL_PAGE_BYTES];
	uint64_t *sums = malloc(sizeof *sums * CODES);
	size_t known = code_at / 8 * 8;
	memcpy(page, frame + HEADER, sizeof page);
	struct sum start = add_sum(add_sum(before, frame, 8), page, known);
	for (uint32_t code = 0; code < CODES; code++) {
		uint32_t rest = code;
		for (int digit = CODE_DIGITS - 1; digit >= 0; digit--, rest /= 10)
			page[code_at + (size_t)digit] = (uint8_t)('0' + rest % 10);
		struct sum sum = add_sum(start, page + known, sizeof page - known);
		sums[code] = (uint64_t)sum.a << 32 | sum.b;
	}
	qsort(sums, CODES, sizeof *sums, by_number);
	return sums;
}

static int count_hits(const struct blob *log, const uint64_t *sums)
{
	int hits = 0;
	for (size_t at = 0; at + 8 <= log->len; at++) {
		uint64_t found = (uint64_t)big_word(log->data + at) << 32 | big_word(log->data + at + 4);
		hits += bsearch(&found, sums, CODES, sizeof *sums, by_number) != NULL;
	}
	return hits;
}

static void write_code(sqlite3 *db)
{
	run(db, "CREATE TABLE door(code TEXT)");
	run(db, "INSERT INTO door VALUES('door code 739164')");
}

/* Finds the frame with the code in a log read as plain frames. */
static size_t find_code(const uint8_t *frames, size_t count, size_t *code_at)
{
	for (size_t i = 0; i < count; i++) {
		const uint8_t *page = frames + i * FRAME + HEADER;
		const uint8_t *found = memmem(page, SEAL_PAGE_BYTES, "door code 739164", 16);
		if (found != NULL) {
			*code_at = (size_t)(found - page) + 10;
			return i;
		}
	}
	fail_msg("the code is in no frame");
	return 0;
}

static int attack(const uint8_t *frames, size_t count, const uint8_t *log_header, const struct blob *log)
{
	size_t code_at = 0, at = find_code(frames, count, &code_at);
	const uint8_t *before = at == 0 ? log_header + 24 : frames + (at - 1) * FRAME + 16;
	uint64_t *sums = candidate_sums(frames + at * FRAME, (struct sum){ big_word(before), big_word(before + 4) }, code_at);
	int hits = count_hits(log, sums);
	free(sums);
	return hits;
}

static void t02_no_checksum_of_the_plain_page_stands_in_the_log(void **state)
{
	const struct fixture *room = *state;
	sqlite3 *db = NULL;
	/* Control: on plain SQLite the attack finds the code. */
	assert_int_equal(sqlite3_open_v2(room->copy, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "unix-excl"), SQLITE_OK);
	run(db, "PRAGMA journal_mode=WAL");
	write_code(db);
	struct blob log = slurp(room->copy_log);
	assert_int_equal(attack(log.data + SEAL_WAL_HEADER_BYTES, log.len / FRAME, log.data, &log), 1);
	free(log.data);
	sqlite3_close(db);

	db = spilling(open_new(room->path));
	write_code(db);
	log = slurp(room->log);
	/* The attacker is told all frames but the code: opened here with the key. */
	sqlite3_file *bare = bare_log(room->log);
	size_t count = log.len / FRAME;
	uint8_t *frames = malloc(count * FRAME);
	for (uint32_t i = 0; i < count; i++)
		assert_int_equal(bare_read(bare, frames + i * FRAME, FRAME, seal_wal_offset(i + 1)), SQLITE_OK);
	assert_int_equal(attack(frames, count, log.data, &log), 0);
	bare_close(bare);
	free(frames);
	free(log.data);
	sealed_db_close(db, room->path);
}

/* ---- T3, T4 ---- */

static void t03_pages_written_again_without_header_and_headers_without_page(void **state)
{
	const struct fixture *room = *state;
	struct bare bare = bare_store(room);
	uint8_t frame[FRAME], changed[FRAME], back[FRAME];
	for (uint32_t i = 1; i <= 3; i++)
		assert_int_equal(write_frame(bare.log, i, (uint8_t)i, i == 3), SQLITE_OK);
	/* (a) a page in place, its header stays */
	fill_frame(frame, 2, false);
	fill_frame(changed, 0x77, false);
	assert_int_equal(bare_write(bare.log, changed + HEADER, SEAL_PAGE_BYTES, seal_wal_offset(2) + HEADER), SQLITE_OK);
	assert_int_equal(bare_read(bare.log, back, FRAME, seal_wal_offset(2)), SQLITE_OK);
	assert_memory_equal(back, frame, HEADER);
	assert_memory_equal(back + HEADER, changed + HEADER, SEAL_PAGE_BYTES);
	/* (b) a header alone, right after its whole frame was read */
	changed[16] = 0x99;
	assert_int_equal(bare_write(bare.log, changed, HEADER, seal_wal_offset(2)), SQLITE_OK);
	/* (c) eight bytes of a header */
	assert_int_equal(bare_read(bare.log, back, 8, seal_wal_offset(2) + 16), SQLITE_OK);
	assert_memory_equal(back, changed + 16, 8);
	assert_int_equal(bare_read(bare.log, back, FRAME, seal_wal_offset(2)), SQLITE_OK);
	assert_memory_equal(back, changed, FRAME);
	/* A page without header where no frame stands is nothing SQLite writes. */
	assert_int_not_equal(bare_write(bare.log, frame + HEADER, SEAL_PAGE_BYTES, seal_wal_offset(9) + HEADER), SQLITE_OK);
	bare_store_close(room, bare);
}

static void t03_big_transactions_on_a_small_cache_are_whole_after_a_crash(void **state)
{
	const struct fixture *room = *state;
	sqlite3 *db = NULL;
	succeeds(open_with(room->path, fixture_key, 40, true, &db));
	make_table(db);
	run(db, "CREATE INDEX person_code ON person(code)");
	for (int round = 0; round < 4; round++) {
		run(db, "BEGIN");
		add_rows(db, 800);
		run(db, "SAVEPOINT s");
		add_rows(db, 600);
		run(db, "UPDATE person SET code = randomblob(300) WHERE id % 3 = 0");
		run(db, "ROLLBACK TO s");
		run(db, "UPDATE person SET code = randomblob(180) WHERE id % 2 = 0");
		run(db, "COMMIT");
	}
	take_copy(room);
	sealed_db_close(db, room->path);
	db = spilling(open_old(room->copy));
	assert_int_equal(ask(db, "SELECT count(*) FROM person"), 3200);
	is_sound(db);
	sealed_db_close(db, room->copy);
}

static void t04_the_commit_frame_and_a_lone_header_are_written_out_at_once(void **state)
{
	const struct fixture *room = *state;
	struct bare bare = bare_store(room);
	uint8_t frame[FRAME], back[FRAME];
	assert_int_equal(write_frame(bare.log, 1, 1, false), SQLITE_OK);
	assert_int_equal(size_of(room->log), SEAL_WAL_HEADER_BYTES);
	assert_int_equal(write_frame(bare.log, 2, 2, true), SQLITE_OK);
	assert_int_equal(size_of(room->log), seal_wal_offset(3));
	assert_int_equal(bare_read(bare.log, frame, FRAME, seal_wal_offset(1)), SQLITE_OK);
	struct blob before = slurp(room->log);
	frame[16] ^= 0xff;
	assert_int_equal(bare_write(bare.log, frame, HEADER, seal_wal_offset(1)), SQLITE_OK);
	struct blob after = slurp(room->log);
	assert_memory_not_equal(before.data + seal_wal_offset(1), after.data + seal_wal_offset(1), FRAME);
	free(before.data);
	free(after.data);
	assert_int_equal(bare_read(bare.log, back, FRAME, seal_wal_offset(1)), SQLITE_OK);
	assert_memory_equal(back, frame, FRAME);
	bare_store_close(room, bare);
}

static void t04_a_frame_below_the_highest_is_new_after_a_savepoint_was_rolled_back(void **state)
{
	const struct fixture *room = *state;
	struct bare bare = bare_store(room);
	uint8_t expected[FRAME], back[FRAME];
	for (uint32_t i = 1; i <= 5; i++)
		assert_int_equal(write_frame(bare.log, i, (uint8_t)i, false), SQLITE_OK);
	assert_int_equal(bare_read(bare.log, back, SEAL_PAGE_BYTES, seal_wal_offset(3) + HEADER), SQLITE_OK);
	assert_int_equal(write_frame(bare.log, 3, 0x33, false), SQLITE_OK);
	assert_int_equal(write_frame(bare.log, 4, 0x44, true), SQLITE_OK);
	fill_frame(expected, 0x33, false);
	assert_int_equal(bare_read(bare.log, back, FRAME, seal_wal_offset(3)), SQLITE_OK);
	assert_memory_equal(back, expected, FRAME);
	bare_store_close(room, bare);
}

/* Recovery reads a torn frame whole; the next transaction begins in its place. */
static void t04_a_frame_written_where_recovery_stopped_is_new(void **state)
{
	const struct fixture *room = *state;
	struct bare bare = bare_store(room);
	uint8_t expected[FRAME], back[FRAME], torn[600];
	assert_int_equal(write_frame(bare.log, 1, 1, true), SQLITE_OK);
	assert_int_equal(write_frame(bare.log, 2, 2, true), SQLITE_OK);
	bare_store_close(room, bare);
	memset(torn, 0, sizeof torn);
	spill_part(room->log, torn, sizeof torn, (size_t)seal_wal_offset(2) + 1000);
	succeeds(seal_vfs_key(room->path, fixture_key));
	bare.database = bare_database(room->path);
	bare.log = bare_log(room->log);
	assert_int_equal(bare_read(bare.log, back, FRAME, seal_wal_offset(1)), SQLITE_OK);
	assert_int_equal(bare_read(bare.log, back, FRAME, seal_wal_offset(2)), SQLITE_OK);
	assert_int_equal(write_frame(bare.log, 2, 0x22, true), SQLITE_OK);
	fill_frame(expected, 0x22, true);
	assert_int_equal(bare_read(bare.log, back, FRAME, seal_wal_offset(2)), SQLITE_OK);
	assert_memory_equal(back, expected, FRAME);
	bare_store_close(room, bare);
}

/* What one connection rolled back must not overwrite what another committed. */
static void t04_frames_rolled_back_are_never_written_over_another_connection_s(void **state)
{
	const struct fixture *room = *state;
	sqlite3 *first = NULL, *second = NULL;
	succeeds(open_with(room->path, fixture_key, 40, true, &first));
	make_table(first);
	add_rows(first, 10);
	assert_int_equal(sqlite3_open_v2(room->path, &second, SQLITE_OPEN_READWRITE, SEAL_VFS_NAME), SQLITE_OK);
	run(second, "PRAGMA synchronous=FULL");
	run(first, "BEGIN");
	add_rows(first, 400); /* spills: frames wait in the first one's buffer */
	run(first, "ROLLBACK");
	run(second, "UPDATE person SET name = 'second'");
	run(first, "UPDATE person SET code = x'00' WHERE id = 1");
	take_copy(room);
	assert_int_equal(ask(first, "SELECT count(*) FROM person WHERE name = 'second'"), 10);
	sqlite3_close(second);
	sealed_db_close(first, room->path);
	second = spilling(open_old(room->copy));
	assert_int_equal(ask(second, "SELECT count(*) FROM person WHERE name = 'second'"), 10);
	is_sound(second);
	sealed_db_close(second, room->copy);
}

/* ---- T5, T6 ---- */

static void t05_no_write_reaches_128_kib_and_many_frames_share_one(void **state)
{
	const struct fixture *room = *state;
	use_fault_vfs();
	sqlite3 *db = spilling(open_new(room->path));
	make_table(db);
	fault_vfs_fail(FAULT_VFS_WRITE, 0, SQLITE_OK, false);
	add_rows(db, 3000);
	assert_true(fault_vfs_write_bytes_max() < 128 * 1024);
	assert_int_equal(fault_vfs_write_bytes_max(), SEAL_WAL_FRAMES_MAX * FRAME);
	assert_true(fault_vfs_count() < (unsigned)(size_of(room->log) / FRAME) / 20);
	sealed_db_close(db, room->path);
}

static void t06_frames_are_never_split_at_sectors(void **state)
{
	const struct fixture *room = *state;
	use_fault_vfs();
	fault_vfs_claim(SQLITE_IOCAP_BATCH_ATOMIC | SQLITE_IOCAP_ATOMIC4K | 0x8000); /* and not POWERSAFE_OVERWRITE */
	sqlite3 *db = spilling(open_new(room->path));
	sqlite3_file *file = NULL;
	sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	int claims = file->pMethods->xDeviceCharacteristics(file);
	assert_int_equal(claims & SQLITE_IOCAP_POWERSAFE_OVERWRITE, SQLITE_IOCAP_POWERSAFE_OVERWRITE);
	assert_int_equal(claims & (SQLITE_IOCAP_BATCH_ATOMIC | SQLITE_IOCAP_ATOMIC4K | 0x8000), 0);
	sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
	assert_int_equal(file->pMethods->xDeviceCharacteristics(file), SQLITE_IOCAP_POWERSAFE_OVERWRITE);
	int powersafe = 0;
	sqlite3_file_control(db, "main", SQLITE_FCNTL_POWERSAFE_OVERWRITE, &powersafe);
	assert_int_equal(powersafe, 1);
	make_table(db);
	add_rows(db, 500);
	is_sound(db);
	sealed_db_close(db, room->path);
}

/* ---- T7 ---- */

/* A log of ten commits, one frame each or a little more; gives its size after each. */
static void ten_commits(const struct fixture *room, off_t sizes[static 11])
{
	sqlite3 *db = spilling(open_new(room->path));
	make_table(db);
	sizes[0] = size_of(room->log);
	for (int i = 1; i <= 10; i++) {
		run(db, "INSERT INTO person(name) VALUES('" FIXTURE_MARKER "')");
		sizes[i] = size_of(room->log);
	}
	take_copy(room);
	sealed_db_close(db, room->path);
}

static void t07_a_torn_tail_opens_with_what_was_committed_before_it(void **state)
{
	const struct fixture *room = *state;
	off_t sizes[11];
	ten_commits(room, sizes);
	struct blob database = slurp(room->copy), log = slurp(room->copy_log);
	for (off_t len = sizes[7] - 1200; len <= sizes[9]; len += 488) {
		int commits = 6;
		while (sizes[commits + 1] <= len)
			commits++;
		spill(room->copy, database.data, database.len);
		spill(room->copy_log, log.data, (size_t)len);
		sqlite3 *db = spilling(open_old(room->copy));
		assert_int_equal(ask(db, "SELECT count(*) FROM person"), commits);
		is_sound(db);
		sealed_db_close(db, room->copy);
	}
	free(database.data);
	free(log.data);
}

static void t07_a_flipped_bit_anywhere_in_the_log_is_an_error_and_no_data(void **state)
{
	const struct fixture *room = *state;
	off_t sizes[11];
	ten_commits(room, sizes);
	struct blob database = slurp(room->copy), log = slurp(room->copy_log);
	uint64_t gaps = seal_vfs_wal_gaps();
	/* Header; first, middle and last frame; their header, content, nonce and tag. */
	const size_t places[] = { 0, 3, 9, 13, 17, 21, 25, 31, 32, 36, 40, 50, 60, 3000, 4111, 4125, 4140, 4151,
				  (size_t)sizes[4] + 7, (size_t)sizes[4] + 2222, (size_t)sizes[4] + 4085, (size_t)sizes[9] + 2,
				  (size_t)sizes[9] + 1234, (size_t)sizes[10] - 40, (size_t)sizes[10] - 1 };
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		sqlite3 *db = NULL;
		log.data[places[i]] ^= (uint8_t)(1 << (i % 8));
		spill(room->copy, database.data, database.len);
		spill(room->copy_log, log.data, log.len);
		refuses(open_with(room->copy, fixture_key, 0, false, &db), FAULT_STORE, "damaged");
		assert_null(db);
		assert_int_equal(size_of(room->copy_log), log.len); /* the evidence stays */
		log.data[places[i]] ^= (uint8_t)(1 << (i % 8));
	}
	assert_int_equal(seal_vfs_wal_gaps() - gaps, sizeof places / sizeof places[0]);
	free(database.data);
	free(log.data);
}

static void t07_a_cleared_block_before_later_transactions_is_damage_and_not_a_tear(void **state)
{
	const struct fixture *room = *state;
	off_t sizes[11];
	uint8_t cleared[512] = { 0 };
	sqlite3 *db = NULL;
	ten_commits(room, sizes);
	spill_part(room->copy_log, cleared, sizeof cleared, (size_t)sizes[5] + 512);
	refuses(open_with(room->copy, fixture_key, 0, false, &db), FAULT_STORE, "damaged");
}

/* In the last transaction damage and tear look alike: opened, without it. */
static void t07_a_cleared_block_in_the_last_transaction_reads_as_a_torn_tail(void **state)
{
	const struct fixture *room = *state;
	off_t sizes[11];
	uint8_t cleared[512] = { 0 };
	ten_commits(room, sizes);
	spill_part(room->copy_log, cleared, sizeof cleared, (size_t)sizes[9] + 1024);
	sqlite3 *db = spilling(open_old(room->copy));
	assert_int_equal(ask(db, "SELECT count(*) FROM person"), 9);
	is_sound(db);
	sealed_db_close(db, room->copy);
}

static void t07_a_bad_record_in_an_ordinary_read_is_an_error(void **state)
{
	const struct fixture *room = *state;
	struct bare bare = bare_store(room);
	uint8_t page[SEAL_PAGE_BYTES], none[SEAL_PAGE_BYTES] = { 0 };
	for (uint32_t i = 1; i <= 3; i++)
		assert_int_equal(write_frame(bare.log, i, (uint8_t)i, true), SQLITE_OK);
	bare_store_close(room, bare);
	spill_part(room->log, none, 100, (size_t)seal_wal_offset(2) + 300);
	succeeds(seal_vfs_key(room->path, fixture_key));
	bare.database = bare_database(room->path);
	bare.log = bare_log(room->log);
	assert_int_equal(bare_read(bare.log, page, SEAL_PAGE_BYTES, seal_wal_offset(3) + HEADER), SQLITE_OK);
	assert_int_equal(page[10], 3);
	assert_int_equal(bare_read(bare.log, page, SEAL_PAGE_BYTES, seal_wal_offset(2) + HEADER), SQLITE_IOERR_DATA);
	assert_memory_equal(page, none, SEAL_PAGE_BYTES);
	assert_int_equal(bare_read(bare.log, page, 8, seal_wal_offset(2) + 16), SQLITE_IOERR_DATA);
	bare_store_close(room, bare);
}

/* ---- T8 ---- */

static void t08_any_part_of_database_and_log_reads_as_the_same_bytes(void **state)
{
	const struct fixture *room = *state;
	enum { FRAMES = 5 };
	sqlite3 *db = spilling(open_new(room->path));
	make_table(db);
	add_rows(db, 40);
	run(db, "PRAGMA wal_checkpoint(TRUNCATE)");
	sealed_db_close(db, room->path);
	succeeds(seal_vfs_key(room->path, fixture_key));
	struct bare bare = { bare_database(room->path), bare_log(room->log) };
	uint8_t header[SEAL_WAL_HEADER_BYTES];
	fill_log_header(header);
	assert_int_equal(bare_write(bare.log, header, sizeof header, 0), SQLITE_OK);
	struct blob sealed = slurp(room->path);
	size_t len = sealed.len, log_len = FRAMES * FRAME;
	free(sealed.data);
	uint8_t *whole = malloc(len), *log = malloc(log_len), *part = malloc(len + log_len);
	for (size_t at = 0; at < len; at += SEAL_PAGE_BYTES)
		assert_int_equal(bare_read(bare.database, whole + at, SEAL_PAGE_BYTES, (int64_t)at), SQLITE_OK);
	assert_string_equal((const char *)whole, "SQLite format 3");
	for (uint32_t i = 0; i < FRAMES; i++) {
		assert_int_equal(write_frame(bare.log, i + 1, (uint8_t)(7 * i + 3), i + 1 == FRAMES), SQLITE_OK);
		assert_int_equal(bare_read(bare.log, log + i * FRAME, FRAME, seal_wal_offset(i + 1)), SQLITE_OK);
	}
	assert_int_equal(bare_read(bare.database, part, 100, 0), SQLITE_OK);
	assert_memory_equal(part, whole, 100);
	assert_int_equal(bare_read(bare.database, part, 16, 24), SQLITE_OK);
	assert_memory_equal(part, whole + 24, 16);
	for (size_t i = 0; i < 400; i++) {
		size_t from = (i * 7919 + 13) % (len - 1), n = 1 + (i * 104729) % (len - from);
		assert_int_equal(bare_read(bare.database, part, (int)n, (int64_t)from), SQLITE_OK);
		assert_memory_equal(part, whole + from, n);
		from = (i * 7919 + 13) % (log_len - 1);
		n = 1 + (i * 104729) % (log_len - from);
		assert_int_equal(bare_read(bare.log, part, (int)n, SEAL_WAL_HEADER_BYTES + (int64_t)from), SQLITE_OK);
		assert_memory_equal(part, log + from, n);
	}
	/* Nothing stands behind the end, zeros neither. */
	assert_int_equal(bare_read(bare.database, part, SEAL_PAGE_BYTES, (int64_t)len), SQLITE_IOERR_DATA);
	assert_int_equal(bare_read(bare.database, part, 200, (int64_t)len - 100), SQLITE_IOERR_DATA);
	free(whole);
	free(log);
	free(part);
	bare_store_close(room, bare);
}

int main(void)
{
#define TRAP(name) cmocka_unit_test_setup_teardown(name, fixture_enter, leave_fault_vfs)
	const struct CMUnitTest tests[] = {
		TRAP(t01_what_sqlite_summed_comes_back_and_its_buffer_stays_as_it_was),
		TRAP(t01_committed_rows_in_the_log_outlive_a_crash),
		TRAP(t02_no_checksum_of_the_plain_page_stands_in_the_log),
		TRAP(t03_pages_written_again_without_header_and_headers_without_page),
		TRAP(t03_big_transactions_on_a_small_cache_are_whole_after_a_crash),
		TRAP(t04_the_commit_frame_and_a_lone_header_are_written_out_at_once),
		TRAP(t04_a_frame_below_the_highest_is_new_after_a_savepoint_was_rolled_back),
		TRAP(t04_a_frame_written_where_recovery_stopped_is_new),
		TRAP(t04_frames_rolled_back_are_never_written_over_another_connection_s),
		TRAP(t05_no_write_reaches_128_kib_and_many_frames_share_one),
		TRAP(t06_frames_are_never_split_at_sectors),
		TRAP(t07_a_torn_tail_opens_with_what_was_committed_before_it),
		TRAP(t07_a_flipped_bit_anywhere_in_the_log_is_an_error_and_no_data),
		TRAP(t07_a_cleared_block_before_later_transactions_is_damage_and_not_a_tear),
		TRAP(t07_a_cleared_block_in_the_last_transaction_reads_as_a_torn_tail),
		TRAP(t07_a_bad_record_in_an_ordinary_read_is_an_error),
		TRAP(t08_any_part_of_database_and_log_reads_as_the_same_bytes),
	};
	return cmocka_run_group_tests_name("seal_traps_wal", tests, NULL, NULL);
}
