/* crash_store - the sealed store killed at any moment.
 *
 * A child opens the store, writes transactions and tells each commit over a
 * pipe; the parent kills it with SIGKILL after a random while, opens the store
 * itself, and asks for every commit that was told, for an integrity check, and
 * that what each transaction wrote is there whole. Then the next child goes on
 * with the same file: spills, savepoints, checkpoints, rollbacks, another cache
 * size each time.
 *
 *   crash_store [--rounds N] [--seed S]     default 250 rounds
 *
 * Ends with "N passed, N failed": a round passes when no acknowledged commit
 * was lost and the store is whole. The first that does not ends the run.
 */
#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/sealed_db.h"

enum { ROUNDS_DEFAULT = 250, ROWS_MAX = 24, KILL_US_MAX = 80000, PATH_BYTES = 128 };

static const uint8_t key[SEAL_KEY_BYTES] = "crash_store's key, 32 bytes long";
static char directory[64], path[PATH_BYTES];
static uint64_t random_state;

static uint32_t next_random(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33);
}

/* ---- the child ---- */

static void child_needs(bool holds)
{
	if (!holds)
		_exit(3);
}

static void run(sqlite3 *db, const char *sql)
{
	child_needs(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

static void write_batch(sqlite3 *db, uint64_t number, uint32_t rows)
{
	char sql[512];
	snprintf(sql, sizeof sql,
		 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %u) "
		 "INSERT INTO entry(batch, body, tag) SELECT %llu, 'note ' || i || hex(randomblob(%u)), randomblob(16) FROM n",
		 rows, (unsigned long long)number, 20 + next_random() % 500);
	run(db, sql);
}

/* One transaction: batch `number` with `rows` rows, and what was rolled back is gone. */
static void write_transaction(sqlite3 *db, uint64_t number)
{
	char sql[256];
	uint32_t rows = 1 + next_random() % ROWS_MAX, kind = next_random() % 4;
	run(db, "BEGIN IMMEDIATE");
	write_batch(db, number, rows);
	if (kind == 1) {
		run(db, "SAVEPOINT s");
		write_batch(db, number, 200);
		run(db, "UPDATE entry SET tag = randomblob(16) WHERE id % 5 = 0");
		run(db, "ROLLBACK TO s; RELEASE s");
	} else if (kind == 2) {
		run(db, "UPDATE entry SET tag = randomblob(16) WHERE id % 7 = 0");
	} else if (kind == 3) {
		run(db, "DELETE FROM entry WHERE batch < (SELECT max(batch) FROM entry) - 60");
	}
	snprintf(sql, sizeof sql, "INSERT INTO done(batch, rows) VALUES(%llu, %u); COMMIT", (unsigned long long)number, rows);
	run(db, sql);
}

static void child_main(int told, uint64_t number, uint64_t seed)
{
	struct sealed_db_options options = { .cache_kib = seed % 3 == 0 ? 60 : seed % 3 == 1 ? 400 : 4096 };
	sqlite3 *db = NULL;
	random_state = seed;
	child_needs(!fault_is(sealed_db_open(path, key, &options, &db)));
	if (seed % 2 == 0)
		run(db, "PRAGMA wal_autocheckpoint=100");
	child_needs(write(told, &number, sizeof number) == (ssize_t)sizeof number); /* open */
	for (;;) {
		number++;
		if (next_random() % 8 == 0) {
			run(db, "BEGIN");
			write_batch(db, number, 100);
			run(db, "ROLLBACK");
		}
		write_transaction(db, number);
		child_needs(write(told, &number, sizeof number) == (ssize_t)sizeof number);
	}
}

/* ---- the parent ---- */

static int64_t ask(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	int64_t value = -1;
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
		value = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return value;
}

static bool is_sound(sqlite3 *db)
{
	sqlite3_stmt *stmt = NULL;
	bool sound = sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL) == SQLITE_OK &&
		     sqlite3_step(stmt) == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") == 0;
	sqlite3_finalize(stmt);
	return sound;
}

/* Every batch 1..told is recorded once, none is torn; gives the last one there. */
static bool check_store(uint64_t told, uint64_t *last)
{
	struct sealed_db_options options = { .cache_kib = 8192 };
	sqlite3 *db = NULL;
	struct fault fault = sealed_db_open(path, key, &options, &db);
	if (fault_is(fault)) {
		fprintf(stderr, "crash_store: %s\n", fault.what);
		return false;
	}
	int64_t count = ask(db, "SELECT count(*) FROM done"), greatest = ask(db, "SELECT coalesce(max(batch), 0) FROM done");
	int64_t torn = ask(db, "SELECT count(*) FROM done d WHERE batch >= coalesce((SELECT min(batch) FROM entry), 0) "
			       "AND rows != (SELECT count(*) FROM entry e WHERE e.batch = d.batch)");
	int64_t stray = ask(db, "SELECT count(*) FROM entry WHERE batch NOT IN (SELECT batch FROM done)");
	bool good = count == greatest && greatest >= (int64_t)told && greatest <= (int64_t)told + 1 && torn == 0 && stray == 0;
	if (!good)
		fprintf(stderr, "crash_store: told %llu, last %lld, count %lld, torn %lld, stray %lld\n", (unsigned long long)told,
			(long long)greatest, (long long)count, (long long)torn, (long long)stray);
	if (!is_sound(db)) {
		fprintf(stderr, "crash_store: integrity check failed\n");
		good = false;
	}
	sealed_db_close(db, path);
	*last = (uint64_t)greatest;
	return good;
}

static bool one_round(uint64_t *number, uint64_t seed)
{
	int told[2];
	struct timespec pause = { 0, (long)(next_random() % KILL_US_MAX) * 1000 };
	uint64_t acknowledged = *number;
	if (pipe(told) != 0)
		return false;
	pid_t child = fork();
	if (child < 0)
		return false;
	if (child == 0) {
		close(told[0]);
		child_main(told[1], *number, seed);
	}
	close(told[1]);
	/* Three times of four it is let come as far as writing. */
	if (next_random() % 4 != 0 && read(told[0], &acknowledged, sizeof acknowledged) != (ssize_t)sizeof acknowledged)
		acknowledged = *number;
	nanosleep(&pause, NULL);
	kill(child, SIGKILL);
	for (;;) { /* what was written to the pipe before the kill counts as told */
		uint64_t batch = 0;
		ssize_t n = read(told[0], &batch, sizeof batch);
		if (n < 0 && errno == EINTR)
			continue;
		if (n != (ssize_t)sizeof batch)
			break;
		acknowledged = batch;
	}
	close(told[0]);
	int status = 0;
	waitpid(child, &status, 0);
	if (WIFEXITED(status)) {
		fprintf(stderr, "crash_store: the writer ended by itself (%d)\n", WEXITSTATUS(status));
		return false;
	}
	return check_store(acknowledged, number);
}

static bool make_store(void)
{
	struct sealed_db_options options = { .create = true, .suite = seal_vfs_best_suite() };
	sqlite3 *db = NULL;
	if (fault_is(sealed_db_open(path, key, &options, &db)))
		return false;
	bool made = sqlite3_exec(db,
				 "CREATE TABLE entry(id INTEGER PRIMARY KEY, batch INTEGER NOT NULL, body TEXT, tag BLOB UNIQUE);"
				 "CREATE INDEX entry_batch ON entry(batch);"
				 "CREATE TABLE done(batch INTEGER PRIMARY KEY, rows INTEGER NOT NULL)", NULL, NULL, NULL) == SQLITE_OK;
	sealed_db_close(db, path);
	return made;
}

static void remove_store(void)
{
	char log[PATH_BYTES + 8];
	snprintf(log, sizeof log, "%s-wal", path);
	unlink(log);
	unlink(path);
	rmdir(directory);
}

int main(int argc, char **argv)
{
	int rounds = ROUNDS_DEFAULT, passed = 0;
	uint64_t seed = (uint64_t)time(NULL);
	for (int i = 1; i < argc; i += 2) {
		if (i + 1 < argc && strcmp(argv[i], "--rounds") == 0 && atoi(argv[i + 1]) > 0)
			rounds = atoi(argv[i + 1]);
		else if (i + 1 < argc && strcmp(argv[i], "--seed") == 0)
			seed = strtoull(argv[i + 1], NULL, 10);
		else
			return fprintf(stderr, "usage: crash_store [--rounds N] [--seed S]\n"), 2;
	}
	const char *base = getenv("TMPDIR");
	uint64_t number = 0;
	int lost = 0;
	snprintf(directory, sizeof directory, "%s/crashXXXXXX", base != NULL && strlen(base) < 40 ? base : "/tmp");
	if (mkdtemp(directory) == NULL)
		return 1;
	snprintf(path, sizeof path, "%s/store.db", directory);
	if (!make_store()) {
		remove_store();
		return 1;
	}
	for (int round = 0; round < rounds && lost == 0; round++) {
		random_state = seed * 1000003 + (uint64_t)round;
		next_random();
		if (one_round(&number, seed + (uint64_t)round))
			passed++;
		else
			lost++;
	}
	remove_store();
	printf("crash_store: %d kills, %llu commits acknowledged, seed %llu\n", passed + lost, (unsigned long long)number,
	       (unsigned long long)seed);
	printf("%d passed, %d failed\n", passed, lost);
	return lost == 0 ? 0 : 1;
}
