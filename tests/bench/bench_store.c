/* bench_store - the sealed store against plain system SQLite.
 *
 * Every figure is a ratio of two times taken in the same round, and the median
 * of the rounds; within a round the stores take turns slice by slice, so that
 * other work of the machine falls on all alike. Same settings on all: WAL,
 * synchronous=FULL, 2 MiB page cache, secure_delete, temp_store=MEMORY; plain
 * SQLite on its "unix" VFS, without a memory map, as it is by default.
 *
 *   insert     100,000 rows of ~300 B with a random unique 16-byte key, 200 a transaction
 *   update     2,000 commits of one row each
 *   read_miss  20,000 point reads by row number on a new connection, in one transaction
 *   read_cold  the same after the system's cache was emptied of the file
 *   fts        an FTS5 index over 20,000 notes, 200 a transaction
 *   open       open, one query, close, in milliseconds
 */
#include <fcntl.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "store/sealed_db.h"

enum { ROWS = 100000, PER_COMMIT = 200, UPDATES = 2000, READS = 20000, NOTES = 20000, OPENS = 50 };
enum { ROUNDS = 5, SLICES = 100, CACHE_KIB = 2048 };
enum { KEY_BYTES = 16, ROW_BYTES = 284 };

enum store { PLAIN, BEST, XCHACHA, NULL_CIPHER, STORES };
enum work { INSERT, UPDATE, READ_MISS, READ_COLD, FTS, OPEN, WORKS };
static const char *const work_names[WORKS] = { "insert", "update", "read_miss", "read_cold", "fts", "open" };
static const char *const store_names[STORES] = { "plain", "store", "store_xchacha", "store_null" };

static char directory[64];
static uint8_t (*keys)[KEY_BYTES];
static double seconds[ROUNDS][STORES][WORKS];

static double now_s(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static void must(sqlite3 *db, int rc)
{
	if (rc != SQLITE_OK && rc != SQLITE_DONE && rc != SQLITE_ROW) {
		fprintf(stderr, "bench_store: %s\n", db != NULL ? sqlite3_errmsg(db) : "no database");
		exit(1);
	}
}

static void run(sqlite3 *db, const char *sql)
{
	must(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

static const char *path_of(enum store store)
{
	static char path[128];
	snprintf(path, sizeof path, "%s/%s.db", directory, store_names[store]);
	return path;
}

static enum seal_suite suite_of(enum store store)
{
	return store == BEST ? seal_vfs_best_suite() : store == NULL_CIPHER ? SEAL_NULL : SEAL_XCHACHA20POLY1305;
}

static sqlite3 *open_store(enum store store)
{
	static const uint8_t key[SEAL_KEY_BYTES] = { 7 };
	struct sealed_db_options options = { .cache_kib = CACHE_KIB, .create = true, .suite = suite_of(store) };
	sqlite3 *db = NULL;
	if (store != PLAIN) {
		struct fault fault = sealed_db_open(path_of(store), key, &options, &db);
		if (fault_is(fault)) {
			fprintf(stderr, "bench_store: %s\n", fault.what);
			exit(1);
		}
		return db;
	}
	must(db, sqlite3_open_v2(path_of(store), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "unix"));
	run(db, "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0; PRAGMA cell_size_check=ON; PRAGMA secure_delete=ON;"
		"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=16777216;"
		"PRAGMA cache_size=-2048; SELECT count(*) FROM sqlite_schema");
	return db;
}

static void close_store(enum store store, sqlite3 *db)
{
	if (store != PLAIN)
		sealed_db_close(db, path_of(store));
	else
		must(db, sqlite3_close(db));
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	must(db, sqlite3_prepare_v2(db, sql, -1, &stmt, NULL));
	return stmt;
}

static void step(sqlite3 *db, sqlite3_stmt *stmt)
{
	int rc;
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
		;
	must(db, rc);
	sqlite3_reset(stmt);
}

/* One store at one workload: done in slices, the stores taking turns, so that
 * what else the machine does falls on all of them alike. */
struct job {
	sqlite3 *db;
	sqlite3_stmt *stmt;
	uint64_t random; /* every store gets the same data in the same order */
	int done;
};

static uint32_t next_random(struct job *job)
{
	job->random = job->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(job->random >> 33);
}

static void insert_slice(struct job *job)
{
	uint8_t body[ROW_BYTES];
	run(job->db, "BEGIN IMMEDIATE");
	for (int row = 0; row < PER_COMMIT; row++) {
		for (size_t i = 0; i < sizeof body; i++)
			body[i] = (uint8_t)next_random(job);
		sqlite3_bind_blob(job->stmt, 1, keys[job->done++], KEY_BYTES, SQLITE_STATIC);
		sqlite3_bind_blob(job->stmt, 2, body, sizeof body, SQLITE_STATIC);
		step(job->db, job->stmt);
	}
	run(job->db, "COMMIT");
}

static void update_slice(struct job *job)
{
	static const uint8_t body[ROW_BYTES];
	for (int i = 0; i < UPDATES / SLICES; i++) {
		sqlite3_bind_blob(job->stmt, 1, keys[next_random(job) % ROWS], KEY_BYTES, SQLITE_STATIC);
		sqlite3_bind_blob(job->stmt, 2, body, sizeof body, SQLITE_STATIC);
		step(job->db, job->stmt);
	}
}

static void read_slice(struct job *job)
{
	for (int i = 0; i < READS / SLICES; i++) {
		sqlite3_bind_int64(job->stmt, 1, next_random(job) % ROWS + 1);
		int rc = sqlite3_step(job->stmt);
		ASSERT(rc == SQLITE_ROW && sqlite3_column_bytes(job->stmt, 0) == ROW_BYTES);
		sqlite3_reset(job->stmt);
	}
}

static void note_slice(struct job *job)
{
	static const char *const words[] = { "asiakas", "tapaaminen", "asunto", "hakemus", "puhelin", "kotikäynti", "lääkäri",
					     "möte", "bostad", "ansökan", "talous", "velka", "toimeentulo", "perhe", "lapset",
					     "sovittu", "seuraava", "viikko", "päihde", "hoito", "tukea", "palvelu" };
	char text[512];
	run(job->db, "BEGIN IMMEDIATE");
	for (int i = 0; i < PER_COMMIT; i++) {
		size_t used = 0;
		for (int word = 0; word < 24; word++)
			used += (size_t)snprintf(text + used, sizeof text - used, "%s%u ",
						 words[next_random(job) % (sizeof words / sizeof words[0])],
						 next_random(job) % 40);
		sqlite3_bind_text(job->stmt, 1, text, (int)used, SQLITE_STATIC);
		step(job->db, job->stmt);
	}
	run(job->db, "COMMIT");
}

static const struct {
	const char *before, *stmt, *after;
	void (*slice)(struct job *job);
	int slices;
} works[OPEN] = {
	[INSERT] = { "CREATE TABLE entry(local INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, body BLOB NOT NULL)",
		     "INSERT INTO entry(id, body) VALUES(?1, ?2)", "", insert_slice, ROWS / PER_COMMIT },
	[UPDATE] = { "", "UPDATE entry SET body = ?2 WHERE id = ?1", "", update_slice, SLICES },
	[READ_MISS] = { "BEGIN", "SELECT body FROM entry WHERE local = ?1", "COMMIT", read_slice, SLICES },
	[READ_COLD] = { "BEGIN", "SELECT body FROM entry WHERE local = ?1", "COMMIT", read_slice, SLICES },
	[FTS] = { "CREATE VIRTUAL TABLE note USING fts5(body)", "INSERT INTO note(body) VALUES(?1)", "", note_slice,
		  NOTES / PER_COMMIT },
};

static void measure(enum work work, sqlite3 *const dbs[static STORES], double out[static STORES][WORKS])
{
	struct job jobs[STORES];
	for (int store = 0; store < STORES; store++) {
		jobs[store] = (struct job){ .db = dbs[store], .random = (uint64_t)work + 1 };
		run(dbs[store], works[work].before);
		jobs[store].stmt = prepare(dbs[store], works[work].stmt);
		out[store][work] = 0;
	}
	for (int slice = 0; slice < works[work].slices; slice++) {
		for (int turn = 0; turn < STORES; turn++) {
			int store = (slice + turn) % STORES;
			double from = now_s();
			works[work].slice(&jobs[store]);
			out[store][work] += now_s() - from;
		}
	}
	for (int store = 0; store < STORES; store++) {
		sqlite3_finalize(jobs[store].stmt);
		run(dbs[store], works[work].after);
	}
}

static void forget_cached(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ASSERT(fd >= 0);
	int rc = fsync(fd);
	rc |= posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	ASSERT(rc == 0);
	close(fd);
}

static void open_stores(sqlite3 *dbs[static STORES])
{
	for (int store = 0; store < STORES; store++)
		dbs[store] = open_store((enum store)store);
}

static void close_stores(sqlite3 *const dbs[static STORES])
{
	for (int store = 0; store < STORES; store++)
		close_store((enum store)store, dbs[store]);
}

static double time_opens(enum store store)
{
	double from = now_s();
	for (int i = 0; i < OPENS; i++)
		close_store(store, open_store(store));
	return (now_s() - from) / OPENS;
}

static void one_round(double out[static STORES][WORKS])
{
	sqlite3 *dbs[STORES];
	open_stores(dbs);
	measure(INSERT, dbs, out);
	measure(UPDATE, dbs, out);
	measure(FTS, dbs, out);
	close_stores(dbs);
	open_stores(dbs);
	measure(READ_MISS, dbs, out);
	close_stores(dbs);
	for (int store = 0; store < STORES; store++)
		forget_cached(path_of((enum store)store));
	open_stores(dbs);
	measure(READ_COLD, dbs, out);
	close_stores(dbs);
	for (int store = 0; store < STORES; store++) {
		out[store][OPEN] = time_opens((enum store)store);
		unlink(path_of((enum store)store));
	}
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof *values, by_value);
	return values[ROUNDS / 2];
}

static void print_goals(void)
{
	printf("# goals: store.insert <= 1.25, store.read_miss <= 2.1, store.read_cold <= 0.5, store.fts <= 1.12,"
	       " store_null.* <= 1.0, store.open <= 0.5 ms\n");
	printf("# store = the best suite of this processor (%s)\n",
	       seal_vfs_best_suite() == SEAL_AES256GCM ? "AES-256-GCM" : "XChaCha20-Poly1305");
}

static void print_figures(void)
{
	double values[ROUNDS];
	for (int work = 0; work < OPEN; work++) {
		for (int round = 0; round < ROUNDS; round++)
			values[round] = seconds[round][PLAIN][work];
		printf("# plain.%s %.1f ms\n", work_names[work], median(values) * 1e3);
	}
	for (int store = BEST; store < STORES; store++) {
		for (int work = 0; work < OPEN; work++) {
			for (int round = 0; round < ROUNDS; round++)
				values[round] = seconds[round][store][work] / seconds[round][PLAIN][work];
			printf("%s.%s.ratio %.2f ratio\n", store_names[store], work_names[work], median(values));
		}
	}
	for (int round = 0; round < ROUNDS; round++)
		values[round] = seconds[round][BEST][OPEN];
	printf("store.open.ms %.3f ms\n", median(values) * 1e3);
}

int main(void)
{
	const char *base = getenv("TMPDIR");
	snprintf(directory, sizeof directory, "%s/benchXXXXXX", base != NULL && strlen(base) < 40 ? base : "/tmp");
	if (mkdtemp(directory) == NULL || sodium_init() < 0)
		return 1;
	keys = malloc(sizeof *keys * ROWS);
	ASSERT(keys != NULL);
	randombytes_buf(keys, sizeof *keys * ROWS);
	seal_vfs_allow_null();
	print_goals();
	for (int round = 0; round < ROUNDS; round++)
		one_round(seconds[round]);
	print_figures();
	free(keys);
	return rmdir(directory);
}
