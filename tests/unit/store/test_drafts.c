/* What is typed is there again, whatever happened in between. */
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/drafts.h"

#define MUST(call) assert_int_equal((call).kind, FAULT_NONE)

static struct drafts_draft draft_at(unsigned i, const char *text)
{
	struct drafts_draft draft;
	memset(&draft, 0, sizeof draft);
	memset(draft.record_id.bytes, (int)i, ID_BYTES);
	memset(draft.case_id.bytes, (int)(i % 2 + 100), ID_BYTES);
	draft.record_type = 7;
	draft.fields = span_text(text);
	draft.updated_ms = 1000 + i;
	return draft;
}

struct seen {
	size_t count;
	struct drafts_draft last;
	char text[256];
	char ids[16];
};

static bool see(void *ctx, const struct drafts_draft *draft)
{
	struct seen *seen = ctx;
	seen->last = *draft;
	assert_true(draft->fields.len < sizeof seen->text);
	memcpy(seen->text, draft->fields.data, draft->fields.len);
	seen->text[draft->fields.len] = '\0';
	seen->ids[seen->count++] = (char)('0' + draft->record_id.bytes[0]);
	return true;
}

static int setup(void **state)
{
	*state = log_memory_new();
	return 0;
}

static int teardown(void **state)
{
	log_close(*state);
	return 0;
}

static void a_draft_is_read_back_whole(void **state)
{
	struct log *log = *state;
	struct drafts_draft draft = draft_at(3, "kesken");
	struct seen seen = { .count = 0 };
	draft.cleared[0] = 4;
	draft.cleared[1] = 9;
	draft.cleared_count = 2;
	draft.event_at_ms = 77;
	memset(draft.client_case.bytes, 5, ID_BYTES);
	MUST(drafts_put(log, &draft));
	assert_false(log_in_transaction(log));
	MUST(drafts_get(log, draft.record_id, see, &seen));
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.text, "kesken");
	assert_true(ID_EQUAL(seen.last.record_id, draft.record_id) && ID_EQUAL(seen.last.case_id, draft.case_id));
	assert_true(ID_EQUAL(seen.last.client_case, draft.client_case));
	assert_int_equal(seen.last.record_type, 7);
	assert_int_equal(seen.last.updated_ms, 1003);
	assert_int_equal(seen.last.event_at_ms, 77);
	assert_int_equal(seen.last.cleared_count, 2);
	assert_int_equal(seen.last.cleared[1], 9);
}

static void a_put_replaces_all_of_it_but_its_beginning(void **state) /* D2 */
{
	struct log *log = *state;
	struct drafts_draft draft = draft_at(3, "first");
	struct seen seen = { .count = 0 };
	draft.event_at_ms = 5;
	MUST(drafts_put(log, &draft));
	draft = draft_at(3, "");
	memset(draft.case_id.bytes, 0, ID_BYTES);
	draft.updated_ms = 9999;
	draft.begun_ms = 1;
	MUST(drafts_put(log, &draft));
	MUST(drafts_get(log, draft.record_id, see, &seen));
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.last.begun_ms, 1003);
	assert_int_equal(seen.last.updated_ms, 9999);
	assert_int_equal(seen.last.event_at_ms, 0);
	assert_int_equal(seen.last.fields.len, 0);
	assert_true(ID_IS_NONE(seen.last.case_id));
}

static void drafts_are_listed_by_case_and_discarded(void **state)
{
	struct log *log = *state;
	struct seen all = { .count = 0 }, of_case = { .count = 0 }, left = { .count = 0 };
	struct drafts_draft draft;
	size_t count;
	for (unsigned i = 5; i > 0; i--) {
		draft = draft_at(i, "x");
		MUST(drafts_put(log, &draft));
	}
	MUST(drafts_list(log, NULL, see, &all));
	assert_string_equal(all.ids, "12345");
	MUST(drafts_list(log, &draft.case_id, see, &of_case)); /* that of 1 */
	assert_string_equal(of_case.ids, "135");
	MUST(drafts_discard(log, draft.record_id));
	MUST(drafts_discard(log, draft.record_id)); /* no fault when there is none */
	MUST(drafts_count(log, &count));
	assert_int_equal(count, 4);
	MUST(drafts_discard_case(log, draft.case_id));
	MUST(drafts_list(log, NULL, see, &left));
	assert_string_equal(left.ids, "24");
	assert_int_equal(drafts_discard_case(log, (struct case_id){ { 0 } }).kind, FAULT_CALLER);
}

static void a_draft_is_part_of_an_open_transaction(void **state) /* D1 */
{
	struct log *log = *state;
	struct drafts_draft draft = draft_at(1, "x");
	size_t count;
	MUST(log_begin(log));
	MUST(drafts_put(log, &draft));
	assert_true(log_in_transaction(log));
	MUST(log_rollback(log));
	MUST(drafts_count(log, &count));
	assert_int_equal(count, 0);
}

static void what_is_no_draft_is_refused(void **state)
{
	static uint8_t big[LIMIT_DELTA_BYTES + 1];
	struct log *log = *state;
	struct drafts_draft draft = draft_at(1, "x");
	size_t count;
	draft.record_type = 0;
	assert_int_equal(drafts_put(log, &draft).kind, FAULT_CALLER);
	draft = draft_at(0, "x");
	assert_int_equal(drafts_put(log, &draft).kind, FAULT_CALLER);
	draft = draft_at(1, "x");
	draft.fields = span_of(big, sizeof big);
	assert_int_equal(drafts_put(log, &draft).kind, FAULT_LIMIT);
	draft.fields.len--; /* the longest there is */
	MUST(drafts_put(log, &draft));
	MUST(drafts_count(log, &count));
	assert_int_equal(count, 1);
}

static void a_damaged_draft_is_a_fault(void **state)
{
	struct log *log = *state;
	struct drafts_draft draft = draft_at(1, "x");
	struct seen seen = { .count = 0 };
	MUST(log_begin(log));
	MUST(log_put(log, "draft", ID_SPAN(draft.record_id), span_text("\xff\xff")));
	MUST(log_commit(log));
	assert_int_equal(drafts_get(log, draft.record_id, see, &seen).kind, FAULT_STORE);
	assert_int_equal(seen.count, 0);
}

static void a_failed_put_leaves_the_draft_as_it_was(void **state)
{
	struct log *log = *state;
	struct drafts_draft draft = draft_at(1, "kept");
	struct seen seen = { .count = 0 };
	MUST(drafts_put(log, &draft));
	draft = draft_at(1, "never");
	log_memory_fail(log, 1, false);
	assert_int_equal(drafts_put(log, &draft).kind, FAULT_STORE);
	assert_false(log_in_transaction(log));
	MUST(drafts_get(log, draft.record_id, see, &seen));
	assert_string_equal(seen.text, "kept");
}

/* ---- kill -9 ---- */

static struct log *open_at(const char *path, struct sqlite3 **db)
{
	struct log *log = NULL;
	if (sqlite3_open(path, db) != SQLITE_OK ||
	    sqlite3_exec(*db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", NULL, NULL, NULL) != SQLITE_OK ||
	    fault_is(log_sqlite_open(*db, &log)))
		return NULL;
	return log;
}

/* Types without end, and says each draft that is durable. */
static void type_until_killed(const char *path, int confirm)
{
	struct sqlite3 *db;
	struct log *log = open_at(path, &db);
	for (unsigned n = 1; log != NULL; n++) {
		char text[32];
		snprintf(text, sizeof text, "%u", n);
		struct drafts_draft draft = draft_at(1 + n % 9, text);
		if (fault_is(drafts_put(log, &draft)) || write(confirm, &n, sizeof n) != sizeof n)
			break;
	}
	_exit(1);
}

static void confirmed_drafts_survive_kill_9(void **state)
{
	char directory[64], path[96];
	const char *base = getenv("TMPDIR");
	(void)state;
	snprintf(directory, sizeof directory, "%s/jalka-draft-XXXXXX", base != NULL && strlen(base) < 40 ? base : "/tmp");
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/log.db", directory);
	for (unsigned round = 0; round < 5; round++) {
		int confirm[2];
		unsigned n = 0, last = 0;
		assert_int_equal(pipe(confirm), 0);
		pid_t child = fork();
		if (child == 0) {
			close(confirm[0]);
			type_until_killed(path, confirm[1]);
		}
		close(confirm[1]);
		while (last < 20 + 7 * round && read(confirm[0], &n, sizeof n) == sizeof n)
			last = n;
		kill(child, SIGKILL);
		while (read(confirm[0], &n, sizeof n) == sizeof n)
			last = n;
		close(confirm[0]);
		waitpid(child, NULL, 0);
		assert_true(last >= 20 + 7 * round);

		struct sqlite3 *db;
		struct log *log = open_at(path, &db);
		struct seen seen = { .count = 0 };
		struct drafts_draft draft = draft_at(1 + last % 9, "");
		assert_non_null(log);
		MUST(drafts_get(log, draft.record_id, see, &seen));
		assert_int_equal(seen.count, 1);
		/* At most one more was on its way, in another draft. */
		assert_int_equal(strtoul(seen.text, NULL, 10), last);
		log_close(log);
		sqlite3_close(db);
	}
	unlink(path);
	rmdir(directory);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_draft_is_read_back_whole),
		TEST(a_put_replaces_all_of_it_but_its_beginning),
		TEST(drafts_are_listed_by_case_and_discarded),
		TEST(a_draft_is_part_of_an_open_transaction),
		TEST(what_is_no_draft_is_refused),
		TEST(a_damaged_draft_is_a_fault),
		TEST(a_failed_put_leaves_the_draft_as_it_was),
		cmocka_unit_test(confirmed_drafts_survive_kill_9),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
