/* ledger: entries of all access logs by client, kept in step with the log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/wire.h"
#include "central/ledger.h"
#include "records_table.h"

static sqlite3 *db;
static struct log *book; /* the log of the node */
static struct ledger *ledger;
static const struct case_id client_case = { { 1 } }, matter = { { 2 } }, own_log = { { 9 } };
static uint64_t next_seq, next_order;

static int set_up(void **state)
{
	struct log_case client = { .case_id = client_case, .kind = DELTA_CASE_CLIENT };
	struct log_case of_matter = { .case_id = matter, .kind = DELTA_CASE_MATTER, .client_case = client_case };
	(void)state;
	next_seq = next_order = 1;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_false(fault_is(log_sqlite_open(db, &book)));
	assert_false(fault_is(log_begin(book)));
	assert_false(fault_is(log_case_put(book, &client)));
	assert_false(fault_is(log_case_put(book, &of_matter)));
	assert_false(fault_is(log_commit(book)));
	assert_false(fault_is(ledger_open(db, book, &ledger)));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ledger_close(ledger);
	log_close(book);
	sqlite3_close(db);
	return 0;
}

/* An entry as a device sends it, told to the ledger inside the transaction. */
static void add(uint8_t id, struct case_id seen, uint64_t when_ms, uint64_t act, enum log_verdict verdict)
{
	uint8_t block[256], bytes[1024];
	struct wire_out fields, out;
	struct record_id who = { { 7 } }, seen_as_record;
	uint64_t local;
	memcpy(seen_as_record.bytes, seen.bytes, ID_BYTES);
	wire_out_init(&fields, block, sizeof block);
	wire_put_bytes(&fields, RECORDS_ACCESS_LOG_WHO, ID_SPAN(who));
	wire_put_varint(&fields, RECORDS_ACCESS_LOG_WHEN, when_ms);
	wire_put_varint(&fields, RECORDS_ACCESS_LOG_ACT, act);
	wire_put_bytes(&fields, RECORDS_ACCESS_LOG_REASON, span_text("syy"));
	wire_put_bytes(&fields, RECORDS_ACCESS_LOG_CASE, ID_SPAN(seen_as_record));
	struct delta delta = { .case_id = own_log, .record_id = { { id } }, .record_type = RECORDS_TYPE_ACCESS_LOG, .stamp_ms = 1,
			       .fields = wire_out_span(&fields) };
	wire_out_init(&out, bytes, sizeof bytes);
	assert_false(fault_is(delta_write(&delta, &out)));
	struct log_entry entry = { .author = { { { 5 } }, { { 6 } } }, .seq = next_seq++, .stamp_ms = 1, .verdict = verdict,
				   .case_id = own_log, .record_id = { { id } }, .record_type = RECORDS_TYPE_ACCESS_LOG,
				   .bytes = wire_out_span(&out) };
	if (verdict == LOG_ACCEPTED) {
		entry.orders[0] = (struct order){ 1, next_order++ };
		entry.order_count = 1;
	}
	assert_false(fault_is(log_begin(book)));
	assert_false(fault_is(log_append(book, &entry, 1, &local)));
	assert_false(fault_is(ledger_touched(ledger, entry.record_id, &entry)));
	assert_false(fault_is(log_commit(book)));
}

static struct {
	size_t count;
	uint8_t ids[16];
	uint64_t volume;
} got;

static bool take(void *ctx, const struct ledger_entry *entry)
{
	(void)ctx;
	assert_int_equal(entry->who.bytes[0], 7);
	assert_int_equal(entry->node.bytes[0], 5);
	assert_memory_equal(entry->reason.data, "syy", 3);
	got.ids[got.count++] = entry->id.bytes[0];
	return true;
}

static bool take_volume(void *ctx, const struct ledger_volume *volume)
{
	(void)ctx;
	got.count++;
	got.volume += volume->count;
	return true;
}

static size_t of_client(uint64_t from, uint64_t to)
{
	memset(&got, 0, sizeof got);
	assert_false(fault_is(ledger_of_client(ledger, &client_case, 1, from, to, take, NULL)));
	return got.count;
}

static void a_client_is_found_by_all_their_cases_newest_first(void **state)
{
	const struct case_id other = { { 3 } };
	(void)state;
	add(10, client_case, 100, RECORDS_ACCESS_ACT_VIEW, LOG_ACCEPTED);
	add(11, matter, 200, RECORDS_ACCESS_ACT_PRINT, LOG_ACCEPTED);
	add(12, other, 300, RECORDS_ACCESS_ACT_VIEW, LOG_ACCEPTED);
	assert_int_equal(of_client(0, UINT64_MAX), 2);
	assert_int_equal(got.ids[0], 11);
	assert_int_equal(of_client(0, 200), 1);
	assert_int_equal(of_client(200, 201), 1);
	assert_int_equal(of_client(201, 300), 0);
}

static void what_waits_counts_and_what_was_rejected_does_not(void **state)
{
	(void)state;
	add(10, client_case, 100, RECORDS_ACCESS_ACT_VIEW, LOG_QUARANTINED);
	add(11, client_case, 100, RECORDS_ACCESS_ACT_VIEW, LOG_REJECTED);
	assert_int_equal(of_client(0, UINT64_MAX), 1);
	assert_int_equal(got.ids[0], 10);
}

static void acts_are_found_and_counted(void **state)
{
	(void)state;
	add(10, client_case, 100, RECORDS_ACCESS_ACT_BREAK_GLASS, LOG_ACCEPTED);
	add(11, client_case, 101, RECORDS_ACCESS_ACT_VIEW, LOG_ACCEPTED);
	add(12, client_case, 102, RECORDS_ACCESS_ACT_VIEW, LOG_ACCEPTED);
	memset(&got, 0, sizeof got);
	assert_false(fault_is(ledger_of_act(ledger, RECORDS_ACCESS_ACT_BREAK_GLASS, 0, UINT64_MAX, take, NULL)));
	assert_int_equal(got.count, 1);
	memset(&got, 0, sizeof got);
	assert_false(fault_is(ledger_volume(ledger, 0, UINT64_MAX, take_volume, NULL)));
	assert_int_equal(got.count, 2);
	assert_int_equal(got.volume, 3);
}

static void one_person_in_two_records_is_told_in_one_order(void **state)
{
	const struct case_id both[] = { client_case, { { 3 } } };
	(void)state;
	add(10, client_case, 100, RECORDS_ACCESS_ACT_VIEW, LOG_ACCEPTED);
	add(11, both[1], 200, RECORDS_ACCESS_ACT_VIEW, LOG_ACCEPTED);
	add(12, (struct case_id){ { 4 } }, 300, RECORDS_ACCESS_ACT_VIEW, LOG_ACCEPTED);
	memset(&got, 0, sizeof got);
	assert_false(fault_is(ledger_of_client(ledger, both, 2, 0, UINT64_MAX, take, NULL)));
	assert_int_equal(got.count, 2);
	assert_int_equal(got.ids[0], 11);
	assert_int_equal(got.ids[1], 10);
}

static void what_comes_after_a_look_is_unseen_however_old_it_is(void **state)
{
	uint64_t unseen;
	(void)state;
	add(10, client_case, 500, RECORDS_ACCESS_ACT_BREAK_GLASS, LOG_ACCEPTED);
	add(11, client_case, 501, RECORDS_ACCESS_ACT_VIEW, LOG_ACCEPTED);
	assert_false(fault_is(ledger_unseen(ledger, RECORDS_ACCESS_ACT_BREAK_GLASS, &unseen)));
	assert_int_equal(unseen, 1);
	assert_false(fault_is(ledger_saw(ledger, RECORDS_ACCESS_ACT_BREAK_GLASS)));
	assert_false(fault_is(ledger_unseen(ledger, RECORDS_ACCESS_ACT_BREAK_GLASS, &unseen)));
	assert_int_equal(unseen, 0);
	add(12, client_case, 100, RECORDS_ACCESS_ACT_BREAK_GLASS, LOG_ACCEPTED); /* told late by a device */
	assert_false(fault_is(ledger_unseen(ledger, RECORDS_ACCESS_ACT_BREAK_GLASS, &unseen)));
	assert_int_equal(unseen, 1);
	assert_int_equal(sqlite3_exec(db, "UPDATE ledger_meta SET value=0 WHERE name='version'", NULL, NULL, NULL), SQLITE_OK);
	ledger_close(ledger);
	assert_false(fault_is(ledger_open(db, book, &ledger)));
	assert_false(fault_is(ledger_unseen(ledger, RECORDS_ACCESS_ACT_BREAK_GLASS, &unseen)));
	assert_int_equal(unseen, 1); /* rows made anew forget no look */
}

static struct { size_t count; uint64_t last_ms; } people;

static bool take_person(void *ctx, struct record_id who, uint64_t last_ms)
{
	(void)ctx;
	(void)who;
	people.count++;
	people.last_ms = last_ms;
	return true;
}

static void of_each_person_the_newest_moment_is_known(void **state)
{
	(void)state;
	add(10, client_case, 100, RECORDS_ACCESS_ACT_VIEW, LOG_ACCEPTED);
	add(11, client_case, 300, RECORDS_ACCESS_ACT_VIEW, LOG_ACCEPTED);
	people.count = 0;
	assert_false(fault_is(ledger_people(ledger, take_person, NULL)));
	assert_int_equal(people.count, 1);
	assert_int_equal(people.last_ms, 300);
}

static void rows_follow_the_log(void **state)
{
	(void)state;
	add(10, client_case, 100, RECORDS_ACCESS_ACT_VIEW, LOG_ACCEPTED);
	add(11, client_case, 101, RECORDS_ACCESS_ACT_VIEW, LOG_ACCEPTED);
	/* Erased: told with no entry, and read again from the log. */
	assert_false(fault_is(log_begin(book)));
	assert_false(fault_is(log_erase_record(book, (struct record_id){ { 10 } })));
	assert_false(fault_is(ledger_touched(ledger, (struct record_id){ { 10 } }, NULL)));
	assert_false(fault_is(ledger_touched(ledger, (struct record_id){ { 11 } }, NULL)));
	assert_false(fault_is(log_commit(book)));
	assert_int_equal(of_client(0, UINT64_MAX), 1);
	assert_int_equal(got.ids[0], 11);
	/* What another version wrote is made anew at the next opening. */
	assert_int_equal(sqlite3_exec(db, "DELETE FROM ledger; UPDATE ledger_meta SET value=0", NULL, NULL, NULL), SQLITE_OK);
	ledger_close(ledger);
	assert_false(fault_is(ledger_open(db, book, &ledger)));
	assert_int_equal(of_client(0, UINT64_MAX), 1);
	assert_false(fault_is(log_begin(book)));
	assert_false(fault_is(ledger_forgot(ledger, own_log)));
	assert_false(fault_is(log_commit(book)));
	assert_int_equal(of_client(0, UINT64_MAX), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_client_is_found_by_all_their_cases_newest_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_waits_counts_and_what_was_rejected_does_not, set_up, tear_down),
		cmocka_unit_test_setup_teardown(acts_are_found_and_counted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_person_in_two_records_is_told_in_one_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_comes_after_a_look_is_unseen_however_old_it_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(of_each_person_the_newest_moment_is_known, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rows_follow_the_log, set_up, tear_down),
	};
	return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
