/* A store kept elsewhere while it is written to, and put back: as it stood at its end, at a moment
 * between, after damage, with a command that fails. Real files, a real loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "central/backup.h"
#include "central/putback.h"
#include "io/timer.h"
#include "store/sealed_db.h"
#include "store/vault.h"

enum { PATIENCE_MS = 20000, LOOK_MS = 2, SEGMENT_MS = 20 };

static struct {
	char base[64], store[96], vault[96], key[96], kept[96], deny[96];
	struct loop *loop;
	struct vault *lock;
	struct sqlite3 *db;
	struct backup *backup;
	struct timer *look;
	uint64_t rows, order_kept, deadline_ms;
	bool (*awaited)(void);
	bool in_vain;
	uint8_t store_key[VAULT_KEY_BYTES];
} all;

static void succeeds(struct fault fault)
{
	if (fault_is(fault))
		fail_msg("fault: %s", fault.what);
}

static void refuses(struct fault fault, enum fault_kind kind, const char *what)
{
	if (fault.kind != kind || strstr(fault.what, what) == NULL)
		fail_msg("expected %d \"%s\", got %d \"%s\"", (int)kind, what, (int)fault.kind, fault.what);
}

static void sql(struct sqlite3 *db, const char *text)
{
	char *why = NULL;
	if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", text, why);
}

static int64_t ask(struct sqlite3 *db, const char *text)
{
	sqlite3_stmt *stmt;
	assert_int_equal(sqlite3_prepare_v2(db, text, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	int64_t value = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return value;
}

/* ---- the node that is backed up ---- */

static uint64_t last_order(void *ctx)
{
	(void)ctx;
	return all.rows;
}

static void is_kept(void *ctx, uint64_t order)
{
	(void)ctx;
	assert_true(order >= all.order_kept);
	all.order_kept = order;
}

static void write_row(unsigned bytes)
{
	char text[160];
	snprintf(text, sizeof text, "INSERT INTO rows(n, body) VALUES(%llu, randomblob(%u))", (unsigned long long)++all.rows, bytes);
	sql(all.db, text);
}

/* A turn of the loop after each. */
static void write_rows(unsigned count, unsigned bytes)
{
	for (unsigned i = 0; i < count; i++) {
		write_row(bytes);
		backup_turn(all.backup);
	}
}

/* Within one turn. */
static void write_at_once(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		write_row(400);
}

static void turn(void *ctx)
{
	(void)ctx;
	backup_turn(all.backup);
}

static void look(void *ctx)
{
	(void)ctx;
	all.in_vain = loop_mono_ms() > all.deadline_ms;
	if (all.awaited() || all.in_vain)
		loop_stop(all.loop);
	else
		timer_at(all.look, loop_mono_ms() + LOOK_MS);
}

static void await(bool (*what)(void))
{
	all.awaited = what;
	all.deadline_ms = loop_mono_ms() + PATIENCE_MS;
	timer_at(all.look, 0);
	loop_run(all.loop);
	assert_false(all.in_vain);
}

static bool all_is_kept(void)
{
	return all.order_kept == all.rows;
}

static struct backup_status status(void)
{
	struct backup_status out;
	backup_status(all.backup, &out);
	return out;
}

static void open_store(bool create)
{
	struct sealed_db_options options = { .create = create, .suite = SEAL_XCHACHA20POLY1305, .cache_kib = 1024 };
	succeeds(sealed_db_open(all.store, all.store_key, &options, &all.db));
}

static void open_backup(const char *command)
{
	struct backup_config config = { .folder = all.kept, .command = command, .every_ms = SEGMENT_MS, .base_every_ms = 3600 * 1000 };
	struct backup_source source = { .db = all.db, .store_path = all.store, .vault_path = all.vault, .deny_path = all.deny,
					.order = last_order, .kept = is_kept };
	succeeds(vault_key(all.lock, "backup", source.key));
	succeeds(backup_open(all.loop, &config, &source, &all.backup));
}

static int enter(void **state)
{
	uint8_t key[32] = "the key file of a node in tests";
	const char *top = getenv("TMPDIR");
	(void)state;
	memset(&all, 0, sizeof all);
	snprintf(all.base, sizeof all.base, "%s/backupXXXXXX", top != NULL && strlen(top) < 40 ? top : "/tmp");
	assert_non_null(mkdtemp(all.base));
	snprintf(all.store, sizeof all.store, "%s/store.db", all.base);
	snprintf(all.vault, sizeof all.vault, "%s/vault", all.base);
	snprintf(all.key, sizeof all.key, "%s/key", all.base);
	snprintf(all.kept, sizeof all.kept, "%s/kept", all.base);
	snprintf(all.deny, sizeof all.deny, "%s/deny", all.base);
	int fd = open(all.key, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, key, sizeof key), sizeof key);
	close(fd);
	succeeds(vault_create_keyfile(all.vault, span_of(key, sizeof key), &all.lock));
	succeeds(vault_key(all.lock, "store", all.store_key));
	open_store(true);
	sql(all.db, "CREATE TABLE rows(n INTEGER PRIMARY KEY, body BLOB)");
	succeeds(loop_open(&all.loop));
	succeeds(timer_open(all.loop, look, NULL, &all.look));
	loop_on_turn(all.loop, turn, NULL);
	return 0;
}

static void stop(void)
{
	backup_stop(all.backup);
	sealed_db_close(all.db, all.store);
	backup_close(all.backup);
	all.backup = NULL;
	all.db = NULL;
}

static int leave(void **state)
{
	char command[96];
	(void)state;
	if (all.db != NULL)
		stop();
	loop_on_turn(all.loop, NULL, NULL);
	timer_close(all.look);
	loop_close(all.loop);
	vault_lock(all.lock);
	snprintf(command, sizeof command, "rm -rf '%s'", all.base);
	return system(command);
}

/* ---- putting back ---- */

static struct putback_report report;

static struct fault put_back(const char *into, uint64_t until_ms)
{
	char path[160];
	struct folder folder;
	struct putback what = { .from = all.kept, .key_file = all.key, .until_ms = until_ms };
	snprintf(path, sizeof path, "%s/%s", all.base, into);
	succeeds(folder_open(path, &folder));
	struct fault fault = putback_run(&what, &folder, &report);
	folder_close(&folder);
	return fault;
}

/* What was put back has exactly the rows 1..count. */
static void has_rows(const char *into, uint64_t count)
{
	char path[160];
	struct sealed_db_options options = { .create = false };
	struct sqlite3 *db;
	snprintf(path, sizeof path, "%s/%s/store.db", all.base, into);
	succeeds(sealed_db_open(path, all.store_key, &options, &db));
	assert_int_equal(ask(db, "SELECT count(*) FROM rows"), count);
	assert_int_equal(ask(db, "SELECT coalesce(max(n), 0) FROM rows"), count);
	assert_int_equal(ask(db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
	sealed_db_close(db, path);
}

static void is_empty(const char *into)
{
	char command[200];
	snprintf(command, sizeof command, "test -z \"$(ls -A '%s/%s')\"", all.base, into);
	assert_int_equal(system(command), 0);
}

static void change_byte(const char *name, long at)
{
	char path[192];
	uint8_t byte;
	snprintf(path, sizeof path, "%s/%s/%s", all.kept, status().generation, name);
	int fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	off_t end = lseek(fd, 0, SEEK_END);
	off_t where = at >= 0 ? at : end + at;
	assert_int_equal(pread(fd, &byte, 1, where), 1);
	byte ^= 0x10;
	assert_int_equal(pwrite(fd, &byte, 1, where), 1);
	close(fd);
}

/* ---- tests ---- */

static void what_is_written_is_kept_and_comes_back(void **state)
{
	(void)state;
	write_rows(20, 300);
	open_backup(NULL);
	await(all_is_kept);
	assert_int_equal(status().segments, 0);
	for (int round = 0; round < 3; round++) {
		write_rows(10, 300);
		await(all_is_kept);
	}
	assert_true(status().segments >= 3);
	write_rows(5, 300); /* not yet kept: the end takes it */
	stop();
	succeeds(put_back("whole", 0));
	assert_int_equal(report.order, all.rows);
	has_rows("whole", all.rows);
	refuses(put_back("whole", 0), FAULT_CALLER, "a store in this folder");
}

/* Over many checkpoints: the log begins anew again and again. */
static void a_log_that_begins_anew_leaves_no_gap(void **state)
{
	(void)state;
	open_backup(NULL);
	await(all_is_kept);
	for (int round = 0; round < 6; round++) {
		write_rows(500, 6000);
		await(all_is_kept);
	}
	struct stat info;
	char log[128];
	snprintf(log, sizeof log, "%s-wal", all.store);
	assert_int_equal(stat(log, &info), 0);
	assert_true(info.st_size < 16 * 1024 * 1024); /* it was checkpointed */
	assert_int_equal(status().failures, 0);
	assert_int_equal(strcmp(status().last_failure, ""), 0);
	stop();
	succeeds(put_back("whole", 0));
	has_rows("whole", all.rows);
	assert_true(report.segments > 6);
}

static void a_moment_between_comes_back(void **state)
{
	(void)state;
	uint64_t rows[4], at_ms[4];
	open_backup(NULL);
	await(all_is_kept);
	for (int i = 0; i < 4; i++) {
		write_rows(7, 500);
		await(all_is_kept);
		rows[i] = all.rows;
		at_ms[i] = status().last_ms;
	}
	stop();
	for (int i = 0; i < 4; i++) {
		char into[16];
		snprintf(into, sizeof into, "at%d", i);
		succeeds(put_back(into, at_ms[i]));
		has_rows(into, rows[i]);
		assert_int_equal(report.order, rows[i]);
	}
	refuses(put_back("early", 1000), FAULT_CALLER, "no backup is as old");
	assert_true(report.oldest_ms > 1000);
	is_empty("early");
}

static void without_a_last_word_the_last_minute_is_missing_and_no_more(void **state)
{
	(void)state;
	open_backup(NULL);
	write_rows(30, 300);
	await(all_is_kept);
	uint64_t kept = all.rows;
	write_at_once(30); /* and the power goes */
	succeeds(put_back("cut", 0));
	has_rows("cut", kept);
}

static void damage_is_named_and_changes_nothing(void **state)
{
	(void)state;
	open_backup(NULL);
	await(all_is_kept);
	uint64_t rows[4];
	for (int i = 0; i < 4; i++) {
		write_at_once(7);
		await(all_is_kept);
		rows[i] = all.rows;
	}
	assert_int_equal(status().segments, 4);
	change_byte("00000003.log", 5000);
	refuses(put_back("bad", 0), FAULT_STORE, "damaged");
	assert_int_equal(report.bad_segment, 3);
	is_empty("bad");
	succeeds(put_back("good", report.good_ms));
	has_rows("good", rows[1]);
	change_byte("00000003.log", 5000);

	char from[192], to[192];
	snprintf(from, sizeof from, "%s/%s/00000002.log", all.kept, status().generation);
	snprintf(to, sizeof to, "%s/aside", all.base);
	assert_int_equal(rename(from, to), 0);
	refuses(put_back("bad", 0), FAULT_STORE, "missing");
	assert_int_equal(report.bad_segment, 2);
	assert_int_equal(rename(to, from), 0);

	change_byte("store", 5000);
	refuses(put_back("bad", 0), FAULT_STORE, "damaged");
	change_byte("store", 5000);
	change_byte("base", 20);
	refuses(put_back("bad", 0), FAULT_STORE, "damaged");
	change_byte("base", 20);
	change_byte("00000004.log", -1); /* the MAC itself */
	refuses(put_back("bad", 0), FAULT_STORE, "damaged");
	change_byte("00000004.log", -1);
	is_empty("bad");

	uint8_t other[32] = "the key file of some other node";
	int fd = open(all.key, O_WRONLY);
	assert_int_equal(write(fd, other, sizeof other), sizeof other);
	close(fd);
	refuses(put_back("bad", 0), FAULT_CALLER, "key file");
	is_empty("bad");
}

static bool has_failed(void)
{
	return status().failures > 0;
}

static void what_the_command_does_not_keep_is_not_safe(void **state)
{
	(void)state;
	char command[200];
	write_rows(3, 300);
	/* Keeps everything but segments. */
	snprintf(command, sizeof command, "case $1 in *.log) exit 3;; esac; cp \"$1\" '%s/'", all.base);
	open_backup(command);
	await(all_is_kept);
	uint64_t safe = all.order_kept;
	write_rows(3, 300);
	await(has_failed);
	assert_int_equal(all.order_kept, safe);
	assert_non_null(strstr(status().last_failure, "not kept elsewhere"));
	snprintf(command, sizeof command, "%s/base", all.base);
	assert_int_equal(access(command, F_OK), 0);
}

static bool has_second_generation(void)
{
	char (*names)[BACKUP_NAME_BYTES];
	size_t count;
	succeeds(backup_generations(all.kept, &names, &count));
	free(names);
	return count == 2;
}

/* Somebody else's checkpoint, and the log begun anew: there is a gap, and it is seen. */
static void a_gap_ends_a_generation(void **state)
{
	(void)state;
	open_backup(NULL);
	write_rows(10, 300);
	await(all_is_kept);
	sql(all.db, "INSERT INTO rows(n, body) VALUES(1000000, randomblob(10))");
	succeeds(sealed_db_checkpoint(all.db, true));
	sql(all.db, "DELETE FROM rows WHERE n = 1000000");
	backup_turn(all.backup);
	assert_int_equal(status().failures, 1);
	succeeds(backup_begin(all.backup));
	await(has_second_generation);
	write_rows(10, 300);
	await(all_is_kept);
	stop();
	succeeds(put_back("whole", 0));
	has_rows("whole", all.rows);
}

static bool is_behind_no_more(void)
{
	return status().behind_ms == 0;
}

/* Since the change, however long nothing was to be kept before it; and a failure settles nothing. */
static void behind_is_told_since_the_first_change_that_is_not_kept(void **state)
{
	(void)state;
	char command[200];
	uint64_t began = loop_wall_ms();
	snprintf(command, sizeof command, "[ ! -e '%s/full' ]", all.base);
	open_backup(command);
	assert_true(status().behind_ms >= began); /* nobody knows what was kept before the start */
	write_rows(3, 300);
	await(all_is_kept);
	await(is_behind_no_more);
	uint64_t quiet_since = status().last_ms;
	while (loop_wall_ms() == quiet_since)
		;
	char full[96];
	snprintf(full, sizeof full, "%s/full", all.base);
	close(open(full, O_WRONLY | O_CREAT, 0600));
	write_row(300);
	uint64_t behind = status().behind_ms;
	assert_true(behind > quiet_since);
	write_rows(3, 300);
	await(has_failed);
	write_rows(3, 300);
	assert_int_equal(status().behind_ms, behind);
	assert_int_equal(unlink(full), 0);
	succeeds(backup_begin(all.backup));
	write_row(300); /* while the base is copied: it comes with the next segment */
	assert_int_equal(status().behind_ms, behind);
	await(all_is_kept);
	await(is_behind_no_more);
}

static unsigned copies_of_the_store(void)
{
	char command[200], line[16] = "";
	snprintf(command, sizeof command, "find '%s' -name store | wc -l", all.kept);
	FILE *out = popen(command, "r");
	assert_non_null(out);
	assert_non_null(fgets(line, sizeof line, out));
	pclose(out);
	return (unsigned)strtoul(line, NULL, 10);
}

static bool is_over(void)
{
	return status().phase != BACKUP_COPIES && status().phase != BACKUP_WRITES;
}

/* A checkpoint changes the store under the copy: it is refused, and one that was made all the same
 * leaves no backup that could be put back. */
static void nobody_empties_the_log_while_the_store_is_copied(void **state)
{
	(void)state;
	open_backup(NULL);
	write_rows(10, 300);
	await(all_is_kept);
	succeeds(backup_take(all.backup));
	succeeds(backup_begin(all.backup));
	refuses(backup_take(all.backup), FAULT_LATER, "being copied");
	write_at_once(3);
	succeeds(sealed_db_checkpoint(all.db, true));
	write_at_once(3);
	await(is_over);
	assert_int_equal(status().failures, 1); /* the copy was of two moments, or what follows it is lost */
	succeeds(put_back("before", 0)); /* whichever way it went, the last one is whole */
	assert_true(report.order >= 10);
	has_rows("before", report.order);
}

static void what_the_log_gained_goes_to_the_old_generation_before_the_next(void **state)
{
	(void)state;
	char first[BACKUP_NAME_BYTES], command[200];
	open_backup(NULL);
	write_rows(10, 300);
	await(all_is_kept);
	memcpy(first, status().generation, sizeof first);
	write_at_once(7);
	succeeds(backup_begin(all.backup));
	await(has_second_generation);
	await(is_over);
	snprintf(command, sizeof command, "rm -r '%s/%s'", all.kept, status().generation);
	assert_int_equal(system(command), 0);
	succeeds(put_back("old", 0));
	assert_string_equal(report.generation, first);
	has_rows("old", all.rows);
}

static void copies_that_are_not_kept_do_not_pile_up(void **state)
{
	(void)state;
	write_rows(3, 300);
	open_backup("exit 3");
	for (uint64_t round = 1; round <= 4; round++) {
		await(has_failed);
		await(is_over);
		assert_int_equal(status().failures, round);
		assert_int_equal(copies_of_the_store(), 1);
		succeeds(backup_begin(all.backup));
	}
	await(is_over);
	assert_int_equal(all.order_kept, 0);
}

static bool is_copying(void)
{
	return status().phase == BACKUP_COPIES;
}

static void a_command_that_hangs_does_not_hold_the_end(void **state)
{
	(void)state;
	write_rows(3, 300);
	open_backup("exec sleep 1000");
	await(is_copying);
	uint64_t began = loop_mono_ms();
	stop();
	assert_true(loop_mono_ms() - began < PATIENCE_MS);
}

static void the_deny_file_goes_along(void **state)
{
	(void)state;
	char path[160], text[8] = "";
	int fd = open(all.deny, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "00aa\n", 5), 5);
	close(fd);
	write_rows(1, 100);
	open_backup(NULL);
	await(all_is_kept);
	stop();
	succeeds(put_back("whole", 0));
	snprintf(path, sizeof path, "%s/whole/deny", all.base);
	fd = open(path, O_RDONLY);
	assert_int_equal(read(fd, text, sizeof text), 5);
	close(fd);
	assert_string_equal(text, "00aa\n");
}

/* ---- the deny file's way elsewhere ---- */

static void add_deny_line(const char *line)
{
	assert_true(folder_append_line(all.deny, span_text(line)));
}

static bool holds_text(const char *path, const char *text)
{
	uint8_t bytes[256];
	size_t len = 0;
	return !fault_is(folder_read(path, bytes, sizeof bytes, &len)) && len == strlen(text) && memcmp(bytes, text, len) == 0;
}

static const char *far(void)
{
	static char path[160];
	snprintf(path, sizeof path, "%s/far", all.base);
	return path;
}

static const char *copy_of_deny(void)
{
	static char path[160];
	snprintf(path, sizeof path, "%s/deny", all.kept);
	return path;
}

/* A command that keeps the deny file alone; `first` stands before it. */
static void open_keeping_deny(const char *first)
{
	static char command[400]; /* borrowed until the end */
	snprintf(command, sizeof command, "%s case $1 in */deny) cp \"$1\" '%s';; esac", first, far());
	open_backup(command);
}

static void a_deny_line_that_was_refused_elsewhere_goes_with_the_next_try(void **state)
{
	(void)state;
	char first[200];
	snprintf(first, sizeof first, "case $1 in */deny) [ -e '%s/tried' ] || { : >'%s/tried'; exit 3; };; esac;", all.base, all.base);
	add_deny_line("00aa");
	write_rows(1, 100);
	open_keeping_deny(first);
	await(has_failed);
	assert_false(holds_text(far(), "00aa\n"));
	succeeds(backup_begin(all.backup));
	await(all_is_kept);
	assert_true(holds_text(far(), "00aa\n"));
}

static void a_deny_line_of_before_the_end_goes_elsewhere_after_the_start(void **state)
{
	(void)state;
	add_deny_line("00aa");
	write_rows(1, 100);
	open_keeping_deny("");
	await(all_is_kept);
	assert_true(holds_text(far(), "00aa\n"));
	add_deny_line("00bb");
	write_rows(1, 100);
	stop();
	assert_true(holds_text(copy_of_deny(), "00aa\n00bb\n"));
	open_store(false);
	open_keeping_deny("");
	all.order_kept = 0;
	await(all_is_kept);
	assert_true(holds_text(far(), "00aa\n00bb\n"));
}

static void a_deny_file_that_lacks_lines_does_not_replace_its_copy(void **state)
{
	(void)state;
	add_deny_line("00aa");
	add_deny_line("00bb");
	write_rows(1, 100);
	open_keeping_deny("");
	await(all_is_kept);
	stop();
	static const char *const others[] = { NULL, "", "00aa\n", "00aa\n00cc\n", "00aa\n00cc\n00dd\n" };
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		(void)unlink(all.deny);
		if (others[i] != NULL) {
			FILE *out = fopen(all.deny, "w");
			assert_non_null(out);
			fputs(others[i], out);
			assert_int_equal(fclose(out), 0);
		}
		open_store(false);
		open_keeping_deny("");
		await(has_failed);
		assert_non_null(strstr(status().last_failure, "lacks lines"));
		stop();
		assert_true(holds_text(copy_of_deny(), "00aa\n00bb\n"));
		assert_true(holds_text(far(), "00aa\n00bb\n"));
	}
	char aside[160];
	snprintf(aside, sizeof aside, "%s/aside", all.base);
	assert_int_equal(rename(copy_of_deny(), aside), 0); /* as the text says */
	open_store(false);
	all.order_kept = 0;
	open_keeping_deny("");
	await(all_is_kept);
	assert_true(holds_text(far(), "00aa\n00cc\n00dd\n"));
}

static void a_torn_deny_line_is_not_copied(void **state)
{
	(void)state;
	add_deny_line("00aa");
	int fd = open(all.deny, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "00b", 3), 3);
	close(fd);
	write_rows(1, 100);
	open_keeping_deny("");
	await(all_is_kept);
	assert_true(holds_text(copy_of_deny(), "00aa\n"));
	add_deny_line("00cc");
	write_rows(1, 100);
	await(all_is_kept);
	assert_true(holds_text(far(), "00aa\n00cc\n"));
}

static void a_backup_holds_nothing_in_the_clear(void **state)
{
	(void)state;
	char command[200];
	open_backup(NULL);
	sql(all.db, "INSERT INTO rows(n, body) VALUES(0, 'Salainen Aino Virtanen 040-555')");
	write_rows(3, 300);
	await(all_is_kept);
	stop();
	snprintf(command, sizeof command, "! grep -rqa 'Salainen Aino' '%s'", all.base);
	assert_int_equal(system(command), 0);
}

static void a_folder_that_cannot_be_written_is_refused(void **state)
{
	(void)state;
	struct backup_config config = { .folder = "relative", .every_ms = SEGMENT_MS, .base_every_ms = 1000 };
	struct backup_source source = { .db = all.db, .store_path = all.store, .vault_path = all.vault, .deny_path = all.deny,
					.order = last_order, .kept = is_kept };
	refuses(backup_open(all.loop, &config, &source, &all.backup), FAULT_CALLER, "absolute");
	config.folder = "/proc/no/such";
	refuses(backup_open(all.loop, &config, &source, &all.backup), FAULT_CALLER, "cannot be made");
	config.folder = all.key;
	refuses(backup_open(all.loop, &config, &source, &all.backup), FAULT_CALLER, "cannot be written");
	all.backup = NULL;
	refuses(put_back("none", 0), FAULT_CALLER, "cannot be read");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_written_is_kept_and_comes_back, enter, leave),
		cmocka_unit_test_setup_teardown(a_log_that_begins_anew_leaves_no_gap, enter, leave),
		cmocka_unit_test_setup_teardown(a_moment_between_comes_back, enter, leave),
		cmocka_unit_test_setup_teardown(without_a_last_word_the_last_minute_is_missing_and_no_more, enter, leave),
		cmocka_unit_test_setup_teardown(damage_is_named_and_changes_nothing, enter, leave),
		cmocka_unit_test_setup_teardown(what_the_command_does_not_keep_is_not_safe, enter, leave),
		cmocka_unit_test_setup_teardown(behind_is_told_since_the_first_change_that_is_not_kept, enter, leave),
		cmocka_unit_test_setup_teardown(a_gap_ends_a_generation, enter, leave),
		cmocka_unit_test_setup_teardown(nobody_empties_the_log_while_the_store_is_copied, enter, leave),
		cmocka_unit_test_setup_teardown(what_the_log_gained_goes_to_the_old_generation_before_the_next, enter, leave),
		cmocka_unit_test_setup_teardown(copies_that_are_not_kept_do_not_pile_up, enter, leave),
		cmocka_unit_test_setup_teardown(a_command_that_hangs_does_not_hold_the_end, enter, leave),
		cmocka_unit_test_setup_teardown(the_deny_file_goes_along, enter, leave),
		cmocka_unit_test_setup_teardown(a_deny_line_that_was_refused_elsewhere_goes_with_the_next_try, enter, leave),
		cmocka_unit_test_setup_teardown(a_deny_line_of_before_the_end_goes_elsewhere_after_the_start, enter, leave),
		cmocka_unit_test_setup_teardown(a_deny_file_that_lacks_lines_does_not_replace_its_copy, enter, leave),
		cmocka_unit_test_setup_teardown(a_torn_deny_line_is_not_copied, enter, leave),
		cmocka_unit_test_setup_teardown(a_backup_holds_nothing_in_the_clear, enter, leave),
		cmocka_unit_test_setup_teardown(a_folder_that_cannot_be_written_is_refused, enter, leave),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
