/* seal_vfs: what opens and what does not; damage is an error and never data;
 * nothing readable stands in the files. */
#include "sealed_fixture.h"

static void fill(const struct fixture *room)
{
	sqlite3 *db = open_new(room->path);
	make_table(db);
	run(db, "CREATE INDEX person_name ON person(name)");
	add_rows(db, 600);
	run(db, "CREATE VIRTUAL TABLE words USING fts5(body); INSERT INTO words SELECT name FROM person");
	sealed_db_close(db, room->path);
}

/* Reads everything; SQLITE_OK only when all of it was there and sound. */
static int read_all(const char *path, struct fault *fault)
{
	sqlite3 *db = NULL;
	*fault = open_with(path, fixture_key, 0, false, &db);
	if (fault_is(*fault))
		return SQLITE_ERROR;
	int rc = sqlite3_exec(db, "SELECT sum(length(code)), sum(length(name)) FROM person", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, "SELECT sum(length(block)) FROM words_data; SELECT count(*) FROM words WHERE words MATCH 'aino'",
				  NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, "SELECT count(*) FROM person INDEXED BY person_name WHERE name > 'A'; PRAGMA integrity_check",
				  NULL, NULL, NULL);
	*fault = rc != SQLITE_OK ? sealed_db_fault(db, rc) : sealed_db_verify(db); /* and pages no query reads */
	sealed_db_close(db, path);
	return fault_is(*fault) ? SQLITE_ERROR : SQLITE_OK;
}

static void without_its_key_nothing_opens(void **state)
{
	const struct fixture *room = *state;
	sqlite3 *db = NULL;
	uint8_t other[SEAL_KEY_BYTES];
	fill(room);
	assert_int_equal(sqlite3_open_v2(room->path, &db, SQLITE_OPEN_READWRITE, SEAL_VFS_NAME), SQLITE_CANTOPEN);
	sqlite3_close(db);
	memcpy(other, fixture_key, sizeof other);
	other[0] ^= 1;
	db = NULL;
	refuses(open_with(room->path, other, 0, false, &db), FAULT_STORE, "wrong key");
	assert_null(db);
	struct fault fault;
	assert_int_equal(read_all(room->path, &fault), SQLITE_OK);
	/* Forgotten by closing: */
	assert_int_equal(sqlite3_open_v2(room->path, &db, SQLITE_OPEN_READWRITE, SEAL_VFS_NAME), SQLITE_CANTOPEN);
	sqlite3_close(db);
}

static void another_key_for_an_open_file_is_refused(void **state)
{
	const struct fixture *room = *state;
	uint8_t other[SEAL_KEY_BYTES] = { 9 };
	sqlite3 *db = open_new(room->path);
	refuses(seal_vfs_key(room->path, other), FAULT_CALLER, "another key");
	refuses(seal_vfs_key("relative.db", other), FAULT_CALLER, "absolute");
	make_table(db);
	sealed_db_close(db, room->path);
}

static void the_null_cipher_must_be_asked_for(void **state)
{
	const struct fixture *room = *state;
	sqlite3 *db = NULL;
	refuses(seal_vfs_create(room->path, SEAL_NULL, fixture_key), FAULT_CALLER, "null cipher");
	seal_vfs_allow_null();
	struct sealed_db_options options = { .create = true, .suite = SEAL_NULL };
	succeeds(sealed_db_open(room->path, fixture_key, &options, &db));
	make_table(db);
	add_rows(db, 50);
	is_sound(db);
	sealed_db_close(db, room->path);
	assert_true(file_has(room->path, FIXTURE_MARKER, strlen(FIXTURE_MARKER)));
}

static void a_flipped_bit_anywhere_in_the_file_is_an_error_and_no_data(void **state)
{
	const struct fixture *room = *state;
	struct fault fault;
	fill(room);
	struct blob file = slurp(room->path);
	size_t pages = file.len / SEAL_PAGE_BYTES;
	assert_true(pages > 40);
	for (size_t page = 0; page < pages; page++) {
		/* File id, plain bytes and content of page 1; start, middle, nonce and tag of all. */
		const size_t places[] = { page % 24, 24 + page, 2000 + page, 4056 + page % 24, 4080 + page % 16 };
		size_t at = page * SEAL_PAGE_BYTES + places[page == 0 ? 0 : page % 5];
		uint8_t flipped = (uint8_t)(file.data[at] ^ 1 << page % 8);
		spill(room->copy, file.data, file.len);
		spill_part(room->copy, &flipped, 1, at);
		if (read_all(room->copy, &fault) == SQLITE_OK)
			fail_msg("a flipped bit at %zu went unseen", at);
		assert_int_equal(fault.kind, FAULT_STORE);
		assert_non_null(strstr(fault.what, "damaged"));
	}
	for (size_t at = 0; at < SEAL_PAGE_BYTES; at += at < 30 ? 1 : 211) {
		uint8_t flipped = (uint8_t)(file.data[at] ^ 4);
		spill(room->copy, file.data, file.len);
		spill_part(room->copy, &flipped, 1, at);
		assert_int_not_equal(read_all(room->copy, &fault), SQLITE_OK);
		assert_non_null(strstr(fault.what, "damaged"));
	}
	free(file.data);
}

static void swapped_pages_are_an_error(void **state)
{
	const struct fixture *room = *state;
	struct fault fault;
	fill(room);
	struct blob file = slurp(room->path);
	for (size_t i = 1; i < 12; i++) {
		spill(room->copy, file.data, file.len);
		spill_part(room->copy, file.data + i * SEAL_PAGE_BYTES, SEAL_PAGE_BYTES, (i + 3) * SEAL_PAGE_BYTES);
		spill_part(room->copy, file.data + (i + 3) * SEAL_PAGE_BYTES, SEAL_PAGE_BYTES, i * SEAL_PAGE_BYTES);
		assert_int_not_equal(read_all(room->copy, &fault), SQLITE_OK);
		assert_non_null(strstr(fault.what, "damaged"));
	}
	/* The same page of another file, same key, same content. */
	struct fixture *twin = NULL;
	assert_int_equal(fixture_enter((void **)&twin), 0);
	fill(twin);
	struct blob other = slurp(twin->path);
	for (size_t i = 0; i < 8; i++) {
		spill(room->copy, file.data, file.len);
		spill_part(room->copy, other.data + i * SEAL_PAGE_BYTES, SEAL_PAGE_BYTES, i * SEAL_PAGE_BYTES);
		assert_int_not_equal(read_all(room->copy, &fault), SQLITE_OK);
		assert_non_null(strstr(fault.what, "damaged"));
	}
	free(other.data);
	free(file.data);
	fixture_leave((void **)&twin);
}

/* One record of the log in another's place, also in another file's log. */
static void swapped_records_of_the_log_are_an_error(void **state)
{
	const struct fixture *room = *state;
	struct fault fault;
	sqlite3 *db = open_new(room->path);
	make_table(db);
	for (int i = 0; i < 8; i++)
		add_rows(db, 5);
	take_copy(room);
	sealed_db_close(db, room->path);
	struct blob file = slurp(room->copy), log = slurp(room->copy_log);
	spill_part(room->copy_log, log.data + seal_wal_offset(5), SEAL_WAL_RECORD_BYTES, (size_t)seal_wal_offset(4));
	spill_part(room->copy_log, log.data + seal_wal_offset(4), SEAL_WAL_RECORD_BYTES, (size_t)seal_wal_offset(5));
	assert_int_not_equal(read_all(room->copy, &fault), SQLITE_OK);
	assert_non_null(strstr(fault.what, "damaged"));
	free(file.data);
	free(log.data);
}

static void a_truncated_file_is_an_error(void **state)
{
	const struct fixture *room = *state;
	struct fault fault;
	fill(room);
	struct blob file = slurp(room->path);
	const size_t lengths[] = { 0, 1, 15, 100, 4095, 4096, 4097, file.len / 2, file.len - 4096, file.len - 1 };
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		spill(room->copy, file.data, lengths[i]);
		assert_int_not_equal(read_all(room->copy, &fault), SQLITE_OK);
		assert_int_equal(fault.kind, FAULT_STORE);
		assert_non_null(strstr(fault.what, "damaged"));
	}
	free(file.data);
}

/* Also in UTF-16, and the words of the search index by themselves. */
static void nothing_readable_stands_in_any_file(void **state)
{
	const struct fixture *room = *state;
	static const char *const words[] = { FIXTURE_MARKER, "Salainen", "salainen", "virtanen", "Virtanen", "040-555", "person",
					     "CREATE TABLE", "SQLite format" };
	uint8_t wide[64];
	sqlite3 *db = open_new(room->path);
	make_table(db);
	run(db, "CREATE INDEX person_name ON person(name); CREATE VIRTUAL TABLE words USING fts5(body, prefix='2 3')");
	add_rows(db, 300);
	run(db, "INSERT INTO words SELECT name FROM person");
	take_copy(room); /* the log with everything in it */
	run(db, "PRAGMA wal_checkpoint(TRUNCATE)");
	add_rows(db, 10);
	const char *const files[] = { room->path, room->log, room->copy, room->copy_log };
	for (size_t f = 0; f < sizeof files / sizeof files[0]; f++) {
		for (size_t w = 0; w < sizeof words / sizeof words[0]; w++) {
			size_t len = strlen(words[w]);
			assert_false(file_has(files[f], words[w], len));
			for (size_t i = 0; i < len; i++) {
				wide[2 * i] = (uint8_t)words[w][i];
				wide[2 * i + 1] = 0;
			}
			assert_false(file_has(files[f], wide, 2 * len));
		}
	}
	sealed_db_close(db, room->path);
}

/* Two stores with the same content under the same key have no page in common,
 * nor has a page written twice. */
static void equal_content_never_looks_equal(void **state)
{
	const struct fixture *room = *state;
	succeeds(seal_vfs_create(room->path, seal_vfs_best_suite(), fixture_key));
	succeeds(seal_vfs_create(room->copy, seal_vfs_best_suite(), fixture_key));
	struct blob first = slurp(room->path), second = slurp(room->copy);
	assert_memory_not_equal(first.data, second.data, SEAL_FILE_ID_BYTES);
	for (size_t at = SEAL_FILE_PLAIN_BYTES; at + 16 <= SEAL_FILE_SEALED_BYTES; at += 16)
		assert_memory_not_equal(first.data + at, second.data + at, 16);
	free(first.data);
	free(second.data);
}

static void both_suites_hold_a_store(void **state)
{
	const struct fixture *room = *state;
	for (int suite = SEAL_XCHACHA20POLY1305; suite <= SEAL_AES256GCM; suite++) {
		if (!seal_cipher_supports((enum seal_suite)suite))
			continue;
		sqlite3 *db = NULL;
		struct sealed_db_options options = { .create = true, .suite = (enum seal_suite)suite, .cache_kib = 100 };
		succeeds(sealed_db_open(room->path, fixture_key, &options, &db));
		make_table(db);
		add_rows(db, 1000);
		run(db, "UPDATE person SET code = randomblob(900) WHERE id % 4 = 0; DELETE FROM person WHERE id % 5 = 0; VACUUM");
		take_copy(room);
		sealed_db_close(db, room->path);
		db = open_old(room->copy);
		assert_int_equal(ask(db, "SELECT count(*) FROM person"), 800);
		is_sound(db);
		sealed_db_close(db, room->copy);
		struct blob file = slurp(room->path);
		assert_int_equal(file.data[0], SEAL_FILE_VERSION);
		assert_int_equal(file.data[1], suite);
		free(file.data);
		unlink(room->path);
		unlink(room->copy);
		unlink(room->copy_log);
	}
}

/* The key fits, but the file says a version or suite from the future. */
static void a_file_of_a_later_version_is_told_from_damage(void **state)
{
	const struct fixture *room = *state;
	uint8_t page[SEAL_PAGE_BYTES] = { 0 };
	sqlite3 *db = NULL;
	for (uint8_t i = 0; i < 2; i++) {
		page[0] = i == 0 ? SEAL_FILE_VERSION + 1 : SEAL_FILE_VERSION;
		page[1] = i == 0 ? SEAL_XCHACHA20POLY1305 : 77;
		seal_cipher_check(fixture_key, span_of(page, 12), page + 12);
		spill(room->path, page, sizeof page);
		refuses(open_with(room->path, fixture_key, 0, false, &db), FAULT_STORE, "not known here");
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_enter, fixture_leave)
	const struct CMUnitTest tests[] = {
		TEST(without_its_key_nothing_opens),
		TEST(another_key_for_an_open_file_is_refused),
		TEST(the_null_cipher_must_be_asked_for),
		TEST(a_flipped_bit_anywhere_in_the_file_is_an_error_and_no_data),
		TEST(swapped_pages_are_an_error),
		TEST(swapped_records_of_the_log_are_an_error),
		TEST(a_truncated_file_is_an_error),
		TEST(nothing_readable_stands_in_any_file),
		TEST(equal_content_never_looks_equal),
		TEST(both_suites_hold_a_store),
		TEST(a_file_of_a_later_version_is_told_from_damage),
	};
	return cmocka_run_group_tests_name("seal_vfs", tests, NULL, NULL);
}
