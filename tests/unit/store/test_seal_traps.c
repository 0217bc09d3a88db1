/* Traps T9 to T20 of an encrypting VFS on the unmodified SQLite
 * (docs/internals/seal_vfs.md). T1 to T8: test_seal_traps_wal.c. */
#include "seal_by_hand.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* ---- T9 to T13 ---- */

static void t09_a_new_file_is_sealed_from_its_first_byte_and_nothing_else_is_opened(void **state)
{
	const struct fixture *room = *state;
	use_fault_vfs();
	succeeds(seal_vfs_create(room->path, seal_vfs_best_suite(), fixture_key));
	assert_int_equal(size_of(room->path), SEAL_PAGE_BYTES);
	refuses(seal_vfs_create(room->path, seal_vfs_best_suite(), fixture_key), FAULT_CALLER, "exists");
	struct blob page = slurp(room->path);
	assert_memory_not_equal(page.data, "SQLite format 3", 15);
	assert_int_equal(page.data[18], 2);
	assert_int_equal(page.data[19], 2);
	assert_int_equal(page.data[20], SEAL_RESERVE_BYTES);
	free(page.data);
	sqlite3 *db = spilling(open_old(room->path));
	make_table(db);
	run(db, "CREATE INDEX person_name ON person(name); CREATE VIRTUAL TABLE words USING fts5(body)");
	add_rows(db, 2000);
	run(db, "INSERT INTO words SELECT name FROM person; UPDATE person SET code = zeroblob(9000) WHERE id < 20; VACUUM");
	is_sound(db);
	assert_false(fault_vfs_opened_anything_but_database_and_log());
	assert_int_not_equal(sqlite3_exec(db, "VACUUM INTO '/tmp/other.db'", NULL, NULL, NULL), SQLITE_OK);
	sealed_db_close(db, room->path);
	DIR *directory = opendir(room->directory);
	int files = 0;
	while (readdir(directory) != NULL)
		files++;
	closedir(directory);
	assert_int_equal(files, 3); /* ".", "..", the database */
}

static void t10_an_empty_file_is_no_store_and_all_connections_share_one_id(void **state)
{
	const struct fixture *room = *state;
	sqlite3 *first = NULL, *second = NULL;
	spill(room->path, (const uint8_t *)"", 0);
	refuses(open_with(room->path, fixture_key, 0, true, &first), FAULT_STORE, "damaged");
	unlink(room->path);
	first = spilling(open_new(room->path));
	assert_int_equal(sqlite3_open_v2(room->path, &second, SQLITE_OPEN_READWRITE, SEAL_VFS_NAME), SQLITE_OK);
	make_table(first);
	add_rows(second, 30);
	add_rows(first, 30);
	assert_int_equal(ask(second, "SELECT count(*) FROM person"), 60);
	/* Another store under the same name is not mixed with the open one. */
	succeeds(seal_vfs_create(room->copy, seal_vfs_best_suite(), fixture_key));
	assert_int_equal(rename(room->copy, room->path), 0);
	sqlite3 *third = NULL;
	assert_int_not_equal(sqlite3_open_v2(room->path, &third, SQLITE_OPEN_READWRITE, SEAL_VFS_NAME), SQLITE_OK);
	sqlite3_close(third);
	sqlite3_close(second);
	sealed_db_close(first, room->path);
}

static void t11_no_way_out_of_the_sealed_file(void **state)
{
	const struct fixture *room = *state;
	char sql[512];
	sqlite3 *db = open_new(room->path), *plain = NULL;
	make_table(db);
	add_rows(db, 100);
	static const char *const ways[] = {
		"ATTACH 'file:%s/out.db?vfs=unix' AS out", "ATTACH '%s/out.db' AS out", "VACUUM INTO 'file:%s/out.db?vfs=unix'",
		"VACUUM INTO '%s/out.db'", "SELECT load_extension('%s/out.so')", "PRAGMA temp_store_directory='%s'",
		"PRAGMA temp_store=FILE", "PRAGMA key='%s'",
	};
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(sql, sizeof sql, ways[i], room->directory);
#pragma GCC diagnostic pop
		if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
			fail_msg("allowed: %s", sql);
	}
	/* A plain database copied over it would drop the reserved bytes: refused, nothing lost. */
	assert_int_equal(sqlite3_open_v2(":memory:", &plain, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL), SQLITE_OK);
	run(plain, "CREATE TABLE alien(x); INSERT INTO alien VALUES(1)");
	sqlite3_backup *backup = sqlite3_backup_init(db, "main", plain, "main");
	if (backup != NULL)
		assert_int_not_equal(sqlite3_backup_step(backup, -1), SQLITE_DONE);
	assert_int_not_equal(sqlite3_backup_finish(backup), SQLITE_OK);
	sqlite3_close(plain);
	sealed_db_close(db, room->path);
	db = spilling(open_old(room->path));
	assert_int_equal(ask(db, "SELECT count(*) FROM person"), 100);
	is_sound(db);
	sealed_db_close(db, room->path);
}

/* A process that holds the store open until it is killed. */
static pid_t hold_in_child(const struct fixture *room)
{
	int ready[2];
	char byte = 0;
	assert_int_equal(pipe(ready), 0);
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		sqlite3 *db = NULL;
		struct fault fault = open_with(room->path, fixture_key, 0, false, &db);
		byte = fault_is(fault) ? 'n' : 'y';
		if (write(ready[1], &byte, 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	assert_int_equal(byte, 'y');
	return child;
}

static void end_child(pid_t child)
{
	int status = 0;
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
}

static void t12_no_shared_memory_file_and_a_second_process_is_locked_out(void **state)
{
	const struct fixture *room = *state;
	char shm[FIXTURE_PATH_BYTES + 8];
	sqlite3 *db = spilling(open_new(room->path));
	make_table(db);
	add_rows(db, 50);
	snprintf(shm, sizeof shm, "%s-shm", room->path);
	assert_int_equal(access(shm, F_OK), -1);
	sealed_db_close(db, room->path);
	pid_t child = hold_in_child(room);
	assert_int_equal(access(shm, F_OK), -1);
	refuses(open_with(room->path, fixture_key, 0, false, &db), FAULT_LATER, "in use by another process");
	end_child(child);
	db = spilling(open_old(room->path));
	assert_int_equal(ask(db, "SELECT count(*) FROM person"), 50);
	sealed_db_close(db, room->path);
}

static void t13_sorting_opens_no_temporary_file_and_none_could_be_opened(void **state)
{
	const struct fixture *room = *state;
	int rc = SQLITE_OK;
	use_fault_vfs();
	sqlite3 *db = NULL;
	succeeds(open_with(room->path, fixture_key, 40, true, &db));
	make_table(db);
	add_rows(db, 6000);
	assert_int_equal(ask(db, "SELECT count(*) FROM (SELECT DISTINCT name, code FROM person ORDER BY code DESC)"), 6000);
	run(db, "CREATE TEMP TABLE t AS SELECT * FROM person ORDER BY code; CREATE INDEX temp.ti ON t(name)");
	assert_false(fault_vfs_opened_anything_but_database_and_log());
	static const int kinds[] = { SQLITE_OPEN_MAIN_JOURNAL, SQLITE_OPEN_TEMP_DB, SQLITE_OPEN_TEMP_JOURNAL, SQLITE_OPEN_SUBJOURNAL,
				     SQLITE_OPEN_TRANSIENT_DB, SQLITE_OPEN_SUPER_JOURNAL };
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		assert_null(bare_open(i % 2 == 0 ? room->copy : NULL, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | kinds[i], &rc));
		assert_int_equal(rc, SQLITE_CANTOPEN);
	}
	assert_int_equal(access(room->copy, F_OK), -1);
	sealed_db_close(db, room->path);
}

/* ---- T14 to T16 ---- */

static void t14_a_page_of_zeros_is_never_accepted(void **state)
{
	const struct fixture *room = *state;
	uint8_t zeros[SEAL_PAGE_BYTES] = { 0 };
	sqlite3 *db = spilling(open_new(room->path));
	make_table(db);
	add_rows(db, 400);
	assert_int_equal(ask(db, "PRAGMA secure_delete"), 1);
	assert_int_not_equal(sqlite3_exec(db, "PRAGMA secure_delete=OFF", NULL, NULL, NULL), SQLITE_OK);
	/* Deleting and growing leave no page that was never written. */
	run(db, "DELETE FROM person WHERE id > 20");
	add_rows(db, 100);
	sealed_db_close(db, room->path);
	struct blob file = slurp(room->path);
	for (size_t at = 0; at < file.len; at += SEAL_PAGE_BYTES)
		assert_memory_not_equal(file.data + at, zeros, SEAL_PAGE_BYTES);
	free(file.data);
	spill_part(room->path, zeros, sizeof zeros, 2 * SEAL_PAGE_BYTES);
	db = spilling(open_old(room->path));
	assert_int_equal(sqlite3_exec(db, "PRAGMA integrity_check; SELECT sum(length(name)) FROM person", NULL, NULL, NULL),
			 SQLITE_IOERR_DATA);
	sealed_db_close(db, room->path);
}

static void t15_page_size_and_journal_mode_stay(void **state)
{
	const struct fixture *room = *state;
	sqlite3 *db = spilling(open_new(room->path));
	make_table(db);
	add_rows(db, 50);
	static const char *const changes[] = { "PRAGMA page_size=8192", "PRAGMA main.page_size=1024", "PRAGMA journal_mode=DELETE",
					       "PRAGMA journal_mode=MEMORY", "PRAGMA journal_mode=OFF", "PRAGMA main.journal_mode=TRUNCATE" };
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
		assert_int_not_equal(sqlite3_exec(db, changes[i], NULL, NULL, NULL), SQLITE_OK);
	run(db, "PRAGMA page_size; PRAGMA page_size=4096; PRAGMA journal_mode=WAL; VACUUM");
	assert_int_equal(ask(db, "PRAGMA page_size"), 4096);
	is_sound(db);
	sealed_db_close(db, room->path);
	/* And below SQL: a first page of another shape is not written. */
	succeeds(seal_vfs_key(room->path, fixture_key));
	sqlite3_file *file = bare_database(room->path);
	uint8_t page[SEAL_PAGE_BYTES];
	static const size_t places[] = { 0, 16, 18, 19, 20 };
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		assert_int_equal(bare_read(file, page, sizeof page, 0), SQLITE_OK);
		page[places[i]] = 1;
		assert_int_not_equal(bare_write(file, page, sizeof page, 0), SQLITE_OK);
	}
	assert_int_not_equal(bare_write(file, page, 1024, 0), SQLITE_OK);
	assert_int_not_equal(file->pMethods->xTruncate(file, 0), SQLITE_OK);
	bare_close(file);
	seal_vfs_forget(room->path);
}

static void t16_sqlite_maps_nothing_and_a_file_cut_short_under_our_map_is_an_error(void **state)
{
	const struct fixture *room = *state;
	sqlite3 *db = NULL;
	sqlite3_file *file = NULL;
	succeeds(open_with(room->path, fixture_key, 40, true, &db));
	make_table(db);
	add_rows(db, 2000);
	run(db, "PRAGMA wal_checkpoint(TRUNCATE)");
	assert_int_equal(ask(db, "PRAGMA mmap_size"), 0);
	assert_int_not_equal(sqlite3_exec(db, "PRAGMA mmap_size=1000000", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	assert_int_equal(file->pMethods->iVersion, 2);
	assert_int_equal(ask(db, "SELECT count(*) FROM person WHERE code IS NOT NULL"), 2000);
	assert_true(((struct seal_file *)file)->map.bytes > 100 * SEAL_PAGE_BYTES);
	assert_int_equal(truncate(room->path, 5 * SEAL_PAGE_BYTES), 0);
	int rc = sqlite3_exec(db, "SELECT sum(length(code)) FROM person", NULL, NULL, NULL);
	assert_int_equal(rc, SQLITE_IOERR_DATA);
	sealed_db_close(db, room->path);
}

/* A SIGBUS that is none of ours still ends the process. */
static void t16_another_sigbus_is_not_swallowed(void **state)
{
	(void)state;
	succeeds(seal_vfs_register());
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct rlimit none = { 0, 0 };
		setrlimit(RLIMIT_CORE, &none);
		signal(SIGBUS, SIG_DFL);
		if (fault_is(seal_vfs_register()))
			_exit(1);
		raise(SIGBUS); /* back to the default ... */
		raise(SIGBUS); /* ... which ends the process */
		_exit(0);
	}
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
}

/* ---- T17 to T20 ---- */

/* sqlite3_database_file_object() takes only names the pager made. The log finds
 * its database by path, so a name from anywhere else is safe. */
static void t17_a_log_opens_under_a_name_the_pager_did_not_make(void **state)
{
	const struct fixture *room = *state;
	int rc = SQLITE_OK;
	struct bare bare = bare_store(room);
	assert_int_equal(write_frame(bare.log, 1, 1, true), SQLITE_OK);
	assert_null(bare_open(room->copy_log, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_WAL, &rc));
	assert_int_equal(rc, SQLITE_CANTOPEN);
	bare_store_close(room, bare);
	/* Nor does a log open without its database, key or not. */
	succeeds(seal_vfs_key(room->path, fixture_key));
	assert_null(bare_open(room->log, SQLITE_OPEN_READWRITE | SQLITE_OPEN_WAL, &rc));
	assert_int_equal(rc, SQLITE_CANTOPEN);
	seal_vfs_forget(room->path);
}

static int descriptors_on(const char *path)
{
	char link[64], target[4096];
	int count = 0;
	for (int fd = 0; fd < 256; fd++) {
		snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
		ssize_t n = readlink(link, target, sizeof target - 1);
		if (n > 0) {
			target[n] = '\0';
			count += strcmp(target, path) == 0;
		}
	}
	return count;
}

/* Locks are per process: a child asks for SQLite's shared range. */
static bool is_locked_for_others(const char *path)
{
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0x40000002, .l_len = 510 };
		int fd = open(path, O_RDWR | O_CLOEXEC);
		_exit(fd >= 0 && fcntl(fd, F_SETLK, &lock) == 0 ? 0 : 42);
	}
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 42;
}

/* There is no journal here; what is left of this trap is the second descriptor,
 * whose closing would drop the POSIX locks of the first. */
static void t18_there_is_one_descriptor_and_the_lock_stays(void **state)
{
	const struct fixture *room = *state;
	sqlite3 *db = spilling(open_new(room->path));
	make_table(db);
	add_rows(db, 1000);
	run(db, "PRAGMA wal_checkpoint(TRUNCATE)");
	sqlite3_db_release_memory(db);
	assert_int_equal(ask(db, "SELECT count(code) FROM person"), 1000);
	assert_int_equal(descriptors_on(room->path), 1);
	sealed_db_trim(db);
	assert_int_equal(ask(db, "SELECT count(code) FROM person"), 1000);
	assert_true(is_locked_for_others(room->path));
	sealed_db_close(db, room->path);
}

/* Copying ciphertext from log to database would need equal records and forbid
 * the sealed frame header: every page is sealed anew. */
static void t19_a_checkpoint_seals_anew(void **state)
{
	const struct fixture *room = *state;
	sqlite3 *db = spilling(open_new(room->path));
	make_table(db);
	add_rows(db, 300);
	struct blob log = slurp(room->log);
	run(db, "PRAGMA wal_checkpoint(TRUNCATE)");
	struct blob file = slurp(room->path);
	for (size_t at = SEAL_WAL_HEADER_BYTES; at + 64 < log.len; at += 512)
		assert_null(memmem(file.data, file.len, log.data + at, 32));
	free(log.data);
	free(file.data);
	sealed_db_close(db, room->path);
}

/* Fails the nth call in turn until a whole run passes; an error must be told,
 * and what was told as committed must be there. */
static void fail_every(const struct fixture *room, unsigned calls, int code, bool for_good)
{
	bool failed = true;
	sqlite3 *db = spilling(open_new(room->path));
	make_table(db);
	sealed_db_close(db, room->path);
	struct blob empty = slurp(room->path);
	for (unsigned nth = 1; failed; nth++) {
		spill(room->path, empty.data, empty.len);
		unlink(room->log);
		use_fault_vfs();
		succeeds(open_with(room->path, fixture_key, 40, false, &db));
		int acknowledged = 0;
		fault_vfs_fail(calls, nth, code, for_good);
		for (int i = 0; i < 3; i++) {
			char sql[300];
			snprintf(sql, sizeof sql,
				 "BEGIN; INSERT INTO person(name, code) VALUES('%d', zeroblob(%d)); "
				 "UPDATE person SET code = randomblob(length(code) / 2) WHERE id = %d; COMMIT",
				 i, i == 0 ? 140000 : 20000, i + 1);
			if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
				acknowledged++;
			else if (sqlite3_get_autocommit(db) == 0)
				sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
			if (i == 1)
				sqlite3_exec(db, "PRAGMA wal_checkpoint", NULL, NULL, NULL);
		}
		failed = fault_vfs_has_failed();
		fault_vfs_fail(calls, 0, SQLITE_OK, false);
		take_copy(room);
		sealed_db_close(db, room->path);
		db = spilling(open_old(room->copy));
		assert_true(ask(db, "SELECT count(*) FROM person") >= acknowledged);
		assert_true(failed || acknowledged == 3);
		is_sound(db);
		sealed_db_close(db, room->copy);
		assert_true(nth < 2000);
	}
	free(empty.data);
	unlink(room->path);
}

static void t20_no_failing_write_loses_a_commit_in_silence(void **state)
{
	fail_every(*state, FAULT_VFS_WRITE, SQLITE_FULL, false);
	fail_every(*state, FAULT_VFS_WRITE, SQLITE_IOERR_WRITE, true);
}

static void t20_after_a_failed_sync_nothing_more_is_acknowledged(void **state)
{
	const struct fixture *room = *state;
	fail_every(room, FAULT_VFS_SYNC, SQLITE_IOERR_FSYNC, false);
	unlink(room->path);
	use_fault_vfs();
	sqlite3 *db = spilling(open_new(room->path));
	make_table(db);
	fault_vfs_fail(FAULT_VFS_SYNC, 1, SQLITE_IOERR_FSYNC, false);
	assert_int_not_equal(sqlite3_exec(db, "INSERT INTO person(name) VALUES('a')", NULL, NULL, NULL), SQLITE_OK);
	assert_int_not_equal(sqlite3_exec(db, "INSERT INTO person(name) VALUES('b')", NULL, NULL, NULL), SQLITE_OK);
	refuses(sealed_db_fault(db, SQLITE_IOERR), FAULT_STORE, "did not confirm");
	sealed_db_close(db, room->path);
	db = spilling(open_old(room->path));
	run(db, "INSERT INTO person(name) VALUES('c')");
	is_sound(db);
	sealed_db_close(db, room->path);
}

static void t20_failing_reads_and_opens_are_errors_and_no_data(void **state)
{
	const struct fixture *room = *state;
	use_fault_vfs();
	sqlite3 *db = spilling(open_new(room->path));
	make_table(db);
	add_rows(db, 300);
	sealed_db_close(db, room->path);
	bool failed = true;
	for (unsigned nth = 1; failed; nth++) {
		fault_vfs_fail(FAULT_VFS_READ | FAULT_VFS_OPEN, nth, SQLITE_IOERR_READ, false);
		struct fault fault = open_with(room->path, fixture_key, 100, false, &db);
		if (!fault_is(fault)) {
			int64_t sum = ask(db, "SELECT count(*) + 0 * sum(length(code)) FROM person");
			failed = fault_vfs_has_failed();
			assert_true(sum == 300 || (sum == -1 && failed));
			sealed_db_close(db, room->path);
		}
		assert_true(nth < 500);
	}
}

static void t20_a_power_cut_loses_nothing_acknowledged(void **state)
{
	const struct fixture *room = *state;
	for (uint64_t seed = 1; seed <= 15; seed++) {
		unlink(room->path);
		unlink(room->log);
		use_fault_vfs();
		sqlite3 *db = NULL;
		succeeds(open_with(room->path, fixture_key, 60, true, &db));
		make_table(db);
		run(db, "PRAGMA wal_autocheckpoint=40");
		for (int i = 0; i < 5 + (int)seed; i++)
			add_rows(db, 20);
		int64_t acknowledged = ask(db, "SELECT count(*) FROM person");
		run(db, "BEGIN");
		add_rows(db, 1500); /* spills: unsynced frames behind the last commit */
		for (uint64_t cut = 0; cut < 4; cut++) {
			assert_true(fault_vfs_power_cut(room->path, room->copy, seed * 16 + cut));
			assert_true(fault_vfs_power_cut(room->log, room->copy_log, seed * 16 + cut + 8));
			sqlite3 *copy = spilling(open_old(room->copy));
			assert_int_equal(ask(copy, "SELECT count(*) FROM person"), acknowledged);
			is_sound(copy);
			sealed_db_close(copy, room->copy);
			unlink(room->copy_log);
		}
		run(db, "ROLLBACK");
		sealed_db_close(db, room->path);
	}
}

int main(void)
{
#define TRAP(name) cmocka_unit_test_setup_teardown(name, fixture_enter, leave_fault_vfs)
	const struct CMUnitTest tests[] = {
		TRAP(t09_a_new_file_is_sealed_from_its_first_byte_and_nothing_else_is_opened),
		TRAP(t10_an_empty_file_is_no_store_and_all_connections_share_one_id),
		TRAP(t11_no_way_out_of_the_sealed_file),
		TRAP(t12_no_shared_memory_file_and_a_second_process_is_locked_out),
		TRAP(t13_sorting_opens_no_temporary_file_and_none_could_be_opened),
		TRAP(t14_a_page_of_zeros_is_never_accepted),
		TRAP(t15_page_size_and_journal_mode_stay),
		TRAP(t16_sqlite_maps_nothing_and_a_file_cut_short_under_our_map_is_an_error),
		TRAP(t16_another_sigbus_is_not_swallowed),
		TRAP(t17_a_log_opens_under_a_name_the_pager_did_not_make),
		TRAP(t18_there_is_one_descriptor_and_the_lock_stays),
		TRAP(t19_a_checkpoint_seals_anew),
		TRAP(t20_no_failing_write_loses_a_commit_in_silence),
		TRAP(t20_after_a_failed_sync_nothing_more_is_acknowledged),
		TRAP(t20_failing_reads_and_opens_are_errors_and_no_data),
		TRAP(t20_a_power_cut_loses_nothing_acknowledged),
	};
	return cmocka_run_group_tests_name("seal_traps", tests, NULL, NULL);
}
