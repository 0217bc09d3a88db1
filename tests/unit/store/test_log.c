/* Both drivers of the log, under one contract and against each other. */
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/fail_vfs.h"
#include "lib/log_contract.h"
#include "lib/log_world.h"
#include "store/log.h"

/* ---- the driver in memory ---- */

static struct log *memory_reopen(struct log *log)
{
	struct log *copy = log_memory_copy(log);
	log_close(log);
	return copy;
}

static void memory_fail(struct log *log, uint64_t calls)
{
	log_memory_fail(log, calls, false);
}

static void memory_fail_commit(struct log *log)
{
	log_memory_fail(log, 1, false);
}

static const struct log_contract_driver memory = {
	"log_memory", log_memory_new, memory_reopen, log_close, memory_fail, memory_fail_commit,
};

/* ---- the driver in SQLite ---- */

static char directory[64], path[96];
static struct sqlite3 *db;

static struct log *sqlite_open_again(void)
{
	struct log *log = NULL;
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, FAIL_VFS_NAME), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;", NULL, NULL, NULL), SQLITE_OK);
	struct fault fault = log_sqlite_open(db, &log);
	if (fault_is(fault))
		print_error("open: %s\n", fault.what);
	return log;
}

static void remove_files(void)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	char name[128];
	for (size_t i = 0; i < 3; i++) {
		snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
		unlink(name);
	}
	rmdir(directory);
}

static struct log *sqlite_open(void)
{
	const char *base = getenv("TMPDIR");
	snprintf(directory, sizeof directory, "%s/jalka-log-XXXXXX", base != NULL && strlen(base) < 40 ? base : "/tmp");
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/log.db", directory);
	fail_vfs_register();
	fail_vfs_set(0);
	return sqlite_open_again();
}

static void sqlite_shut(struct log *log)
{
	log_close(log);
	assert_int_equal(sqlite3_close(db), SQLITE_OK); /* every statement was released */
}

static struct log *sqlite_reopen(struct log *log)
{
	sqlite_shut(log);
	return sqlite_open_again();
}

static void sqlite_close_all(struct log *log)
{
	fail_vfs_set(0);
	sqlite_shut(log);
	remove_files();
}

static void sqlite_fail(struct log *log, uint64_t calls)
{
	(void)log;
	fail_vfs_set(calls);
}

static void sqlite_fail_commit(struct log *log)
{
	(void)log;
	fail_vfs_set_sync(1);
}

static const struct log_contract_driver sqlite = {
	"log_sqlite", sqlite_open, sqlite_reopen, sqlite_close_all, sqlite_fail, sqlite_fail_commit,
};

/* ---- against each other ---- */

static void both_drivers_give_equal_answers(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 60; seed++) {
		struct log *a = memory.open(), *b = sqlite.open();
		struct prng prng_a, prng_b;
		prng_init(&prng_a, seed);
		prng_init(&prng_b, seed);
		for (int round = 0; round < 12; round++) {
			struct delta_hash hash_a, hash_b;
			bool is_doomed = false;
			assert_false(fault_is(log_begin(a)) || fault_is(log_begin(b)));
			for (int i = 0; i < 20 && !is_doomed; i++) {
				struct fault fault_a = log_world_change(a, &prng_a);
				struct fault fault_b = log_world_change(b, &prng_b);
				assert_int_equal(fault_a.kind, fault_b.kind);
				is_doomed = fault_a.kind == FAULT_STORE;
			}
			if (is_doomed || prng_chance(&prng_a, 150)) {
				assert_false(fault_is(log_rollback(a)) || fault_is(log_rollback(b)));
			} else {
				assert_false(fault_is(log_commit(a)) || fault_is(log_commit(b)));
			}
			prng_b = prng_a;
			if (prng_chance(&prng_a, 200)) {
				a = memory.reopen(a);
				b = sqlite.reopen(b);
			}
			prng_b = prng_a;
			log_world_dump(a, &hash_a);
			log_world_dump(b, &hash_b);
			assert_memory_equal(&hash_a, &hash_b, sizeof hash_a);
		}
		memory.close(a);
		sqlite.close(b);
	}
}

/* ---- of one driver ---- */

static bool count_one(void *ctx, const struct log_entry *entry)
{
	(void)entry;
	++*(size_t *)ctx;
	return true;
}

static void a_copy_in_mid_transaction_holds_what_is_committed(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct log *log = log_memory_new();
		struct delta_hash before, after, undone;
		struct prng prng;
		prng_init(&prng, seed);
		assert_false(fault_is(log_begin(log)));
		for (int i = 0; i < 20; i++)
			if (log_world_change(log, &prng).kind == FAULT_STORE)
				break;
		(void)log_commit(log);
		log_world_dump(log, &before);
		assert_false(fault_is(log_begin(log)));
		for (int i = 0; i < 20; i++)
			if (log_world_change(log, &prng).kind == FAULT_STORE)
				break;
		struct log *copy = log_memory_copy(log);
		log_world_dump(copy, &after);
		assert_memory_equal(&before, &after, sizeof before);
		assert_false(fault_is(log_rollback(log)));
		log_world_dump(log, &undone);
		assert_memory_equal(&before, &undone, sizeof before);
		log_close(copy);
		log_close(log);
	}
}

static void a_commit_that_reached_the_disk_is_kept_in_the_copy(void **state)
{
	(void)state;
	struct log *log = log_memory_new();
	struct prng prng;
	uint64_t local;
	prng_init(&prng, 5);
	assert_false(fault_is(log_begin(log)));
	for (int i = 0; i < 10; i++)
		assert_false(log_world_change(log, &prng).kind == FAULT_STORE);
	log_memory_fail(log, 1, true);
	assert_int_equal(log_commit(log).kind, FAULT_STORE);
	struct log *copy = log_memory_copy(log);
	assert_false(fault_is(log_last_local(copy, &local)));
	assert_true(local > 0);
	assert_false(fault_is(log_begin(copy)));
	assert_false(fault_is(log_commit(copy)));
	log_close(copy);
	log_close(log);
}

static void erased_bytes_are_not_in_the_file(void **state)
{
	(void)state;
	static const char secret[] = "Guhturomarga asuu Utsjoella";
	struct log *log = sqlite.open();
	struct log_entry entry = { .seq = 1, .bytes = span_text(secret), .record_type = 1 };
	uint64_t local;
	memset(&entry.case_id, 5, sizeof entry.case_id);
	memset(&entry.record_id, 6, sizeof entry.record_id);
	memset(&entry.author, 7, sizeof entry.author);
	assert_false(fault_is(log_begin(log)));
	assert_false(fault_is(log_append(log, &entry, 1, &local)));
	assert_false(fault_is(log_commit(log)));
	assert_false(fault_is(log_begin(log)));
	assert_false(fault_is(log_erase_case(log, entry.case_id)));
	assert_false(fault_is(log_commit(log)));
	assert_int_equal(sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL), SQLITE_OK);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	static char bytes[1 << 20];
	size_t len = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	assert_true(len > 4096 && memmem(bytes, len, "CREATE TABLE log_entry", 22) != NULL);
	assert_null(memmem(bytes, len, secret, sizeof secret - 1));
	size_t count = 0;
	assert_false(fault_is(log_read_local(log, 0, count_one, &count)));
	assert_int_equal(count, 1);
	sqlite.close(log);
}

struct many {
	uint64_t count;
	bool differs;
};

static void many_ids(uint64_t i, struct log_entry *entry)
{
	memset(entry, 0, sizeof *entry);
	entry->seq = 1;
	entry->record_type = 1;
	memcpy(entry->author.node.bytes, &i, sizeof i);
	memcpy(entry->case_id.bytes + 8, &i, sizeof i);
	memcpy(entry->record_id.bytes, &i, sizeof i);
}

static bool compare_one(void *ctx, const struct log_entry *entry)
{
	struct many *many = ctx;
	struct log_entry expected;
	many_ids(++many->count, &expected);
	many->differs = many->differs || !id_author_equal(&entry->author, &expected.author) ||
			!ID_EQUAL(entry->case_id, expected.case_id);
	return true;
}

/* More authors and cases than log_refs remembers, read twice: those it has
 * forgotten are read again. */
static void ids_the_cache_forgot_are_read_again(void **state)
{
	(void)state;
	struct log *log = sqlite.open();
	const uint64_t total = 3 * 2048;
	uint64_t local;
	assert_false(fault_is(log_begin(log)));
	for (uint64_t i = 1; i <= total; i++) {
		struct log_entry entry;
		many_ids(i, &entry);
		assert_false(fault_is(log_append(log, &entry, 1, &local)));
	}
	assert_false(fault_is(log_commit(log)));
	for (int round = 0; round < 2; round++) {
		struct many many = { .count = 0 };
		assert_false(fault_is(log_read_local(log, 0, compare_one, &many)));
		assert_int_equal(many.count, total);
		assert_false(many.differs);
		log = sqlite.reopen(log);
	}
	sqlite.close(log);
}

static void another_version_of_the_log_is_refused(void **state)
{
	(void)state;
	struct log *log = sqlite.open(), *again = NULL;
	log_close(log);
	assert_int_equal(sqlite3_exec(db, "UPDATE log_meta SET value=99 WHERE name='version'", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(log_sqlite_open(db, &again).kind, FAULT_STORE);
	assert_null(again);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	remove_files();
}

static void a_damaged_row_is_a_fault(void **state)
{
	(void)state;
	struct log *log = sqlite.open();
	struct prng prng;
	size_t count = 0;
	prng_init(&prng, 5);
	assert_false(fault_is(log_begin(log)));
	for (int i = 0; i < 10; i++)
		assert_false(log_world_change(log, &prng).kind == FAULT_STORE);
	assert_false(fault_is(log_commit(log)));
	assert_int_equal(sqlite3_exec(db, "UPDATE log_entry SET digest=x'00'", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(log_read_local(log, 0, count_one, &count).kind, FAULT_STORE);
	assert_int_equal(count, 0);
	sqlite.close(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_drivers_give_equal_answers),
		cmocka_unit_test(a_copy_in_mid_transaction_holds_what_is_committed),
		cmocka_unit_test(a_commit_that_reached_the_disk_is_kept_in_the_copy),
		cmocka_unit_test(erased_bytes_are_not_in_the_file),
		cmocka_unit_test(ids_the_cache_forgot_are_read_again),
		cmocka_unit_test(another_version_of_the_log_is_refused),
		cmocka_unit_test(a_damaged_row_is_a_fault),
	};
	int failed = log_contract_run(&memory);
	failed += log_contract_run(&sqlite);
	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
