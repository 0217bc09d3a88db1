#include "lib/log_contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lib/log_world.h"

#define MUST(call) assert_int_equal((call).kind, FAULT_NONE)

static const struct order no_order;

/* ---- the tests ---- */

struct world {
	const struct log_contract_driver *driver;
	struct log *log;
};

static const struct log_contract_driver *driver_under_test;

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof *world);
	world->driver = driver_under_test;
	world->log = world->driver->open();
	*state = world;
	return world->log == NULL;
}

static int teardown(void **state)
{
	struct world *world = *state;
	world->driver->close(world->log);
	free(world);
	return 0;
}

struct seen {
	size_t count;
	struct log_entry entries[64];
	uint8_t bytes[64][64];
	size_t stop_at; /* 0: never */
};

static bool see(void *ctx, const struct log_entry *entry)
{
	struct seen *seen = ctx;
	assert_true(seen->count < 64 && entry->bytes.len <= 64);
	seen->entries[seen->count] = *entry;
	if (entry->bytes.len > 0)
		memcpy(seen->bytes[seen->count], entry->bytes.data, entry->bytes.len);
	if (entry->bytes.data != NULL)
		seen->entries[seen->count].bytes.data = seen->bytes[seen->count];
	seen->count++;
	return seen->count != seen->stop_at;
}

static void append(struct log *log, struct log_entry entry)
{
	uint64_t local;
	MUST(log_append(log, &entry, 1, &local));
}

/* Six entries of two authors in two cases; orders 1, 2, 4, 5 given. */
static void fill(struct log *log)
{
	MUST(log_begin(log));
	append(log, log_world_ordered(log_world_entry(0, 1, 0, 0, "opens case 0"), 1, 1));
	append(log, log_world_ordered(log_world_entry(0, 2, 0, 4, "second"), 1, 2));
	append(log, log_world_entry(2, 1, 1, 1, "of another author"));
	append(log, log_world_ordered(log_world_entry(2, 2, 0, 0, "the same record"), 1, 4));
	append(log, log_world_ordered(log_world_entry(0, 3, 1, 1, "order 5"), 1, 5));
	append(log, log_world_entry(0, 4, 0, 0, "no order yet"));
	MUST(log_commit(log));
}

static void appended_entries_are_read_back_whole(void **state)
{
	struct log *log = ((struct world *)*state)->log;
	struct seen seen = { .count = 0 };
	struct log_entry entry = log_world_ordered(log_world_entry(0, 1, 0, 0, "whole"), 2, 17);
	uint64_t local = 0;
	entry.orders[1] = (struct order){ 1, 40 };
	entry.order_count = 2;
	entry.verdict = LOG_QUARANTINED;
	entry.reason = 3;
	MUST(log_begin(log));
	MUST(log_append(log, &entry, 1, &local));
	MUST(log_commit(log));
	assert_int_equal(local, 1);
	struct author author = log_world_author(0);
	MUST(log_find(log, &author, 1, see, &seen));
	assert_int_equal(seen.count, 1);
	const struct log_entry *got = &seen.entries[0];
	assert_int_equal(got->local, 1);
	assert_true(id_author_equal(&got->author, &author));
	assert_int_equal(got->order_count, 2);
	assert_int_equal(got->orders[0].generation, 2);
	assert_int_equal(got->orders[0].n, 17);
	assert_int_equal(got->orders[1].generation, 1);
	assert_int_equal(got->orders[1].n, 40);
	assert_int_equal(got->stamp_ms, 1001);
	assert_int_equal(got->verdict, LOG_QUARANTINED);
	assert_int_equal(got->reason, 3);
	assert_true(ID_EQUAL(got->case_id, log_world_case(0)) && ID_EQUAL(got->record_id, log_world_record(0)));
	assert_int_equal(got->record_type, 3);
	assert_memory_equal(&got->digest, &entry.digest, sizeof entry.digest);
	assert_true(span_equal(got->bytes, span_text("whole")));
}

static void reads_give_their_entries_in_their_order(void **state)
{
	struct log *log = ((struct world *)*state)->log;
	struct seen seen = { .count = 0 };
	struct author author = log_world_author(0);
	fill(log);
	MUST(log_read_local(log, 2, see, &seen));
	assert_int_equal(seen.count, 4);
	assert_int_equal(seen.entries[0].local, 3);
	seen.count = 0;
	MUST(log_read_author(log, &author, 2, see, &seen));
	assert_int_equal(seen.count, 3);
	assert_int_equal(seen.entries[0].seq, 2);
	seen.count = 0;
	MUST(log_read_record(log, log_world_record(0), see, &seen));
	assert_int_equal(seen.count, 3);
	assert_int_equal(seen.entries[2].local, 6);
	seen.count = 0;
	MUST(log_read_order(log, 1, 4, see, &seen)); /* after is outside, upto inside */
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.entries[0].orders[0].n, 2);
	assert_int_equal(seen.entries[1].orders[0].n, 4);
	seen.count = 0;
	MUST(log_read_case(log, log_world_case(0), 0, UINT64_MAX, see, &seen));
	assert_int_equal(seen.count, 3); /* what has no order is not there */
	seen.count = 0;
	seen.stop_at = 1;
	MUST(log_read_case(log, log_world_case(0), 0, UINT64_MAX, see, &seen));
	assert_int_equal(seen.count, 1); /* false stops, and is no fault */
}

static void only_accepted_entries_are_read_by_order(void **state)
{
	struct log *log = ((struct world *)*state)->log;
	struct seen seen = { .count = 0 };
	struct author author = log_world_author(0);
	fill(log);
	MUST(log_begin(log));
	MUST(log_place(log, &author, 2, no_order, 0, LOG_REJECTED, 0));
	MUST(log_commit(log));
	MUST(log_read_order(log, 0, UINT64_MAX, see, &seen));
	assert_int_equal(seen.count, 3);
	for (size_t i = 0; i < seen.count; i++)
		assert_int_not_equal(seen.entries[i].orders[0].n, 2);
}

static void rollback_leaves_nothing(void **state)
{
	struct log *log = ((struct world *)*state)->log;
	struct delta_hash before, after;
	struct prng prng;
	fill(log);
	MUST(log_begin(log));
	prng_init(&prng, 11);
	for (int i = 0; i < 40; i++)
		MUST(log_world_name(log, &prng));
	MUST(log_commit(log));
	log_world_dump(log, &before);
	for (uint64_t seed = 1; seed <= 30; seed++) {
		prng_init(&prng, seed);
		MUST(log_begin(log));
		for (int i = 0; i < 30; i++)
			if (log_world_change(log, &prng).kind == FAULT_STORE)
				break;
		MUST(log_rollback(log));
		log_world_dump(log, &after);
		assert_memory_equal(&before, &after, sizeof before);
	}
}

static void what_is_committed_survives_and_the_rest_does_not(void **state)
{
	struct world *world = *state;
	struct delta_hash before, after;
	fill(world->log);
	log_world_dump(world->log, &before);
	MUST(log_begin(world->log));
	append(world->log, log_world_entry(1, 1, 0, 0, "lost in the crash"));
	world->log = world->driver->reopen(world->log);
	log_world_dump(world->log, &after);
	assert_memory_equal(&before, &after, sizeof before);
	MUST(log_begin(world->log));
	append(world->log, log_world_entry(1, 1, 0, 0, "and written again"));
	MUST(log_commit(world->log));
}

static void local_is_never_used_again(void **state) /* L3 */
{
	struct world *world = *state;
	struct log_entry entry = log_world_entry(1, 1, 2, 2, "after");
	struct author author = log_world_author(0);
	uint64_t local;
	fill(world->log);
	MUST(log_begin(world->log));
	MUST(log_remove_case(world->log, log_world_case(0), log_world_author(2).node));
	MUST(log_cut(world->log, &author, 0, UINT64_MAX));
	MUST(log_commit(world->log));
	MUST(log_last_local(world->log, &local));
	assert_int_equal(local, 6);
	world->log = world->driver->reopen(world->log);
	MUST(log_last_local(world->log, &local));
	assert_int_equal(local, 6);
	MUST(log_begin(world->log));
	MUST(log_append(world->log, &entry, 1, &local));
	MUST(log_commit(world->log));
	assert_int_equal(local, 7);
}

static void an_author_and_seq_is_there_once(void **state) /* L2 */
{
	struct log *log = ((struct world *)*state)->log;
	struct log_entry entries[2] = { log_world_entry(1, 1, 0, 0, "new"), log_world_entry(0, 2, 0, 0, "there already") };
	struct delta_hash before, after;
	uint64_t local;
	fill(log);
	log_world_dump(log, &before);
	MUST(log_begin(log));
	assert_int_equal(log_append(log, entries, 2, &local).kind, FAULT_STORE);
	/* The transaction is doomed: it takes nothing more and keeps nothing. */
	assert_int_equal(log_put(log, "session", span_text("k"), span_text("v")).kind, FAULT_STORE);
	assert_int_equal(log_commit(log).kind, FAULT_STORE);
	assert_false(log_in_transaction(log));
	log_world_dump(log, &after);
	assert_memory_equal(&before, &after, sizeof before);
	MUST(log_begin(log)); /* and the log goes on */
	append(log, entries[0]);
	MUST(log_commit(log));
}

static void an_order_is_given_once(void **state) /* L4 */
{
	struct log *log = ((struct world *)*state)->log;
	struct log_entry entry = log_world_ordered(log_world_entry(1, 1, 0, 0, "order 2 again"), 1, 2);
	struct author author = log_world_author(0);
	uint64_t local;
	fill(log);
	MUST(log_begin(log));
	assert_int_equal(log_append(log, &entry, 1, &local).kind, FAULT_STORE);
	MUST(log_rollback(log));
	MUST(log_begin(log));
	assert_int_equal(log_place(log, &author, 4, (struct order){ 1, 5 }, 0, LOG_ACCEPTED, 0).kind, FAULT_STORE);
	MUST(log_rollback(log));
	MUST(log_begin(log)); /* of another generation it is another order */
	MUST(log_place(log, &author, 4, (struct order){ 2, 5 }, 0, LOG_ACCEPTED, 0));
	MUST(log_commit(log));
}

static void placing_changes_orders_stamp_and_verdict(void **state) /* L1 */
{
	struct log *log = ((struct world *)*state)->log;
	struct author author = log_world_author(0), other = log_world_author(3);
	struct seen seen = { .count = 0 };
	fill(log);
	MUST(log_begin(log));
	MUST(log_place(log, &author, 4, no_order, 0, LOG_QUARANTINED, 7));
	MUST(log_place(log, &author, 4, (struct order){ 1, 9 }, 77, LOG_ACCEPTED, 0));
	MUST(log_place(log, &author, 4, (struct order){ 3, 8 }, 0, LOG_ACCEPTED, 0));
	MUST(log_place(log, &author, 4, (struct order){ 2, 30 }, 0, LOG_ACCEPTED, 0));
	MUST(log_place(log, &author, 4, (struct order){ 1, 9 }, 0, LOG_ACCEPTED, 0)); /* once */
	assert_int_equal(log_place(log, &other, 4, no_order, 0, LOG_ACCEPTED, 0).kind, FAULT_CALLER);
	assert_int_equal(log_place(log, &author, 99, no_order, 0, LOG_ACCEPTED, 0).kind, FAULT_CALLER);
	MUST(log_commit(log));
	MUST(log_find(log, &author, 4, see, &seen));
	assert_int_equal(seen.entries[0].order_count, 3);
	assert_int_equal(seen.entries[0].orders[0].n, 8);
	assert_int_equal(seen.entries[0].orders[1].n, 30);
	assert_int_equal(seen.entries[0].orders[2].n, 9);
	assert_int_equal(seen.entries[0].stamp_ms, 77);
	assert_int_equal(seen.entries[0].verdict, LOG_ACCEPTED);
	seen.count = 0;
	MUST(log_read_order(log, 7, 8, see, &seen)); /* found by its newest order alone */
	assert_int_equal(seen.count, 1);
	seen.count = 0;
	MUST(log_read_order(log, 8, 60, see, &seen));
	assert_int_equal(seen.count, 0);
}

static bool take_entry(void *ctx, const struct log_entry *entry)
{
	*(struct log_entry *)ctx = *entry;
	return false;
}

static void of_more_orders_than_the_limit_the_oldest_goes(void **state)
{
	struct log *log = ((struct world *)*state)->log;
	struct author author = log_world_author(0);
	struct log_entry entry = { .order_count = 0 };
	fill(log);
	MUST(log_begin(log));
	for (uint32_t i = 1; i <= LIMIT_ENTRY_ORDERS; i++)
		MUST(log_place(log, &author, 1, (struct order){ 10 + i, 100 }, 0, LOG_ACCEPTED, 0));
	MUST(log_place(log, &author, 1, (struct order){ 9, 100 }, 0, LOG_ACCEPTED, 0)); /* older than all */
	MUST(log_commit(log));
	MUST(log_find(log, &author, 1, take_entry, &entry));
	assert_int_equal(entry.order_count, LIMIT_ENTRY_ORDERS);
	for (uint32_t i = 0; i < LIMIT_ENTRY_ORDERS; i++)
		assert_int_equal(entry.orders[i].generation, 10 + LIMIT_ENTRY_ORDERS - i);
}

static void the_last_order_is_of_the_newest_generation(void **state)
{
	struct log *log = ((struct world *)*state)->log;
	struct author author = log_world_author(0);
	struct log_case info = { .case_id = log_world_case(0), .kind = DELTA_CASE_MATTER, .last_order = 12345 };
	uint64_t last;
	bool found;
	MUST(log_last_order(log, &last));
	assert_int_equal(last, 0);
	fill(log);
	MUST(log_last_order(log, &last));
	assert_int_equal(last, 5);
	MUST(log_begin(log));
	MUST(log_case_put(log, &info));
	MUST(log_commit(log));
	MUST(log_case_get(log, log_world_case(0), &info, &found));
	assert_true(found);
	assert_int_equal(info.last_order, 4);
	MUST(log_begin(log));
	MUST(log_place(log, &author, 1, (struct order){ 2, 3 }, 0, LOG_ACCEPTED, 0));
	MUST(log_commit(log));
	MUST(log_last_order(log, &last));
	assert_int_equal(last, 3);
	MUST(log_case_get(log, log_world_case(0), &info, &found));
	assert_int_equal(info.last_order, 3);
	MUST(log_begin(log)); /* the only one of generation 2 goes */
	MUST(log_cut(log, &author, 0, UINT64_MAX));
	MUST(log_commit(log));
	MUST(log_last_order(log, &last));
	assert_int_equal(last, 4);
}

static void erasing_keeps_digests(void **state) /* L5 */
{
	struct log *log = ((struct world *)*state)->log;
	struct log_case info = { .case_id = log_world_case(0), .kind = DELTA_CASE_CLIENT, .has_secret = true };
	struct seen seen = { .count = 0 };
	bool found;
	fill(log);
	memset(info.secret.bytes, 9, DELTA_SECRET_BYTES);
	MUST(log_begin(log));
	MUST(log_case_put(log, &info));
	MUST(log_erase_record(log, log_world_record(1)));
	MUST(log_commit(log));
	MUST(log_read_local(log, 0, see, &seen));
	assert_int_equal(seen.count, 6);
	for (size_t i = 0; i < seen.count; i++) {
		assert_int_equal(seen.entries[i].digest.bytes[0], seen.entries[i].seq);
		assert_true((seen.entries[i].bytes.data == NULL) == ID_EQUAL(seen.entries[i].record_id, log_world_record(1)));
	}
	MUST(log_begin(log));
	MUST(log_erase_case(log, log_world_case(0)));
	MUST(log_erase_case(log, log_world_case(3))); /* nothing there: no fault */
	MUST(log_commit(log));
	seen.count = 0;
	MUST(log_read_local(log, 0, see, &seen));
	assert_int_equal(seen.count, 6);
	for (size_t i = 0; i < seen.count; i++)
		assert_true(seen.entries[i].bytes.data == NULL && seen.entries[i].bytes.len == 0);
	MUST(log_case_get(log, log_world_case(0), &info, &found));
	assert_true(found && info.erased && !info.has_secret);
	assert_true(info.secret.bytes[0] == 0 && info.kind == DELTA_CASE_CLIENT);
}

static void removing_a_case_keeps_own_digests_alone(void **state)
{
	struct log *log = ((struct world *)*state)->log;
	struct log_case info = { .case_id = log_world_case(0), .kind = DELTA_CASE_MATTER, .has_secret = true };
	struct seen seen = { .count = 0 };
	struct author foreign = log_world_author(2);
	bool found;
	fill(log);
	MUST(log_begin(log));
	MUST(log_case_put(log, &info));
	MUST(log_remove_case(log, log_world_case(0), log_world_author(0).node));
	MUST(log_commit(log));
	MUST(log_case_get(log, log_world_case(0), &info, &found));
	assert_false(found);
	MUST(log_read_local(log, 0, see, &seen));
	assert_int_equal(seen.count, 5); /* the foreign one of this case went */
	for (size_t i = 0; i < seen.count; i++)
		assert_true((seen.entries[i].bytes.data == NULL) == ID_EQUAL(seen.entries[i].case_id, log_world_case(0)));
	seen.count = 0;
	MUST(log_find(log, &foreign, 2, see, &seen));
	assert_int_equal(seen.count, 0);
	MUST(log_begin(log)); /* and comes back with a new grant */
	append(log, log_world_ordered(log_world_entry(2, 2, 0, 0, "the same record"), 1, 4));
	MUST(log_commit(log));
}

static void erased_bytes_come_back_once(void **state)
{
	struct log *log = ((struct world *)*state)->log;
	struct author author = log_world_author(0);
	struct seen seen = { .count = 0 };
	fill(log);
	MUST(log_begin(log));
	assert_int_equal(log_refill(log, &author, 1, span_text("not erased")).kind, FAULT_CALLER);
	MUST(log_erase_record(log, log_world_record(0)));
	MUST(log_refill(log, &author, 1, span_text("back")));
	assert_int_equal(log_refill(log, &author, 1, span_text("twice")).kind, FAULT_CALLER);
	assert_int_equal(log_refill(log, &author, 50, span_text("unknown")).kind, FAULT_CALLER);
	assert_int_equal(log_refill(log, &author, 4, span_of(NULL, 0)).kind, FAULT_LIMIT);
	MUST(log_commit(log));
	MUST(log_find(log, &author, 1, see, &seen));
	assert_true(span_equal(seen.entries[0].bytes, span_text("back")));
}

static bool count_head(void *ctx, const struct log_head *head)
{
	(void)head;
	++*(size_t *)ctx;
	return true;
}

static void cutting_a_range_leaves_what_stands_above_it(void **state)
{
	struct log *log = ((struct world *)*state)->log;
	struct author author = log_world_author(0);
	struct log_head head = { .author = author, .seq = 2 };
	struct seen seen = { .count = 0 };
	uint64_t local, after;
	fill(log);
	MUST(log_read_author(log, &author, 0, see, &seen));
	size_t all = seen.count;
	assert_true(all > 2);
	MUST(log_last_local(log, &local));
	MUST(log_begin(log));
	MUST(log_head_put(log, &head));
	head.seq = 3;
	MUST(log_head_put(log, &head));
	MUST(log_cut(log, &author, 1, 2));
	MUST(log_commit(log));
	seen.count = 0;
	MUST(log_read_author(log, &author, 0, see, &seen));
	assert_int_equal(seen.count, all - 1);
	seen.count = 0;
	MUST(log_find(log, &author, 2, see, &seen));
	assert_int_equal(seen.count, 0);
	size_t heads = 0;
	MUST(log_head_scan(log, &author, count_head, &heads));
	assert_int_equal(heads, 1);
	MUST(log_last_local(log, &after));
	assert_int_equal(after, local); /* nobody else was written anew */
}

static void cutting_takes_what_follows_and_its_heads(void **state)
{
	struct log *log = ((struct world *)*state)->log;
	struct author author = log_world_author(0);
	struct log_head head = { .author = author, .seq = 2 };
	struct seen seen = { .count = 0 };
	struct delta_hash once, twice;
	fill(log);
	MUST(log_begin(log));
	MUST(log_head_put(log, &head));
	head.seq = 4;
	MUST(log_head_put(log, &head));
	MUST(log_cut(log, &author, 2, UINT64_MAX));
	MUST(log_commit(log));
	MUST(log_read_author(log, &author, 0, see, &seen));
	assert_int_equal(seen.count, 2);
	log_world_dump(log, &once);
	MUST(log_begin(log));
	MUST(log_cut(log, &author, 2, UINT64_MAX));
	MUST(log_commit(log));
	log_world_dump(log, &twice);
	assert_memory_equal(&once, &twice, sizeof once);
	MUST(log_begin(log));
	append(log, log_world_ordered(log_world_entry(1, 1, 1, 1, "order 5"), 1, 5)); /* issued again by a new epoch */
	MUST(log_commit(log));
}

struct keys {
	char text[256];
};

static bool note_key(void *ctx, struct span key, struct span value)
{
	struct keys *keys = ctx;
	size_t at = strlen(keys->text);
	(void)value;
	memcpy(keys->text + at, key.data, key.len);
	keys->text[at + key.len] = ' ';
	return true;
}

static void named_values_keep_tables_and_keys_apart(void **state)
{
	struct log *log = ((struct world *)*state)->log;
	struct keys keys = { "" };
	uint8_t value[8];
	size_t len = 0;
	bool found;
	MUST(log_begin(log));
	MUST(log_put(log, "session", span_text("b"), span_text("1")));
	MUST(log_put(log, "session", span_text("ab"), span_text("2")));
	MUST(log_put(log, "session", span_text("a"), span_text("3")));
	MUST(log_put(log, "draft", span_text("a"), span_text("other")));
	MUST(log_put(log, "session", span_text("a"), span_text("four")));
	MUST(log_put(log, "session", span_of(NULL, 0), span_of(NULL, 0)));
	MUST(log_remove(log, "session", span_text("none")));
	MUST(log_commit(log));
	MUST(log_get(log, "session", span_text("a"), value, sizeof value, &len, &found));
	assert_true(found && len == 4 && memcmp(value, "four", 4) == 0);
	MUST(log_get(log, "session", span_text("a"), value, 4, &len, &found)); /* just fits */
	assert_int_equal(log_get(log, "session", span_text("a"), value, 3, &len, &found).kind, FAULT_LIMIT);
	MUST(log_get(log, "session", span_text("c"), value, sizeof value, &len, &found));
	assert_false(found);
	MUST(log_get(log, "session", span_of(NULL, 0), value, sizeof value, &len, &found));
	assert_true(found && len == 0);
	MUST(log_scan(log, "session", span_text("a"), note_key, &keys));
	assert_string_equal(keys.text, "a ab ");
	keys.text[0] = '\0';
	memset(&keys, 0, sizeof keys);
	MUST(log_scan(log, "session", span_of(NULL, 0), note_key, &keys));
	assert_string_equal(keys.text, " a ab b ");
	MUST(log_begin(log));
	MUST(log_remove(log, "session", span_text("a")));
	MUST(log_commit(log));
	MUST(log_get(log, "session", span_text("a"), value, sizeof value, &len, &found));
	assert_false(found);
	MUST(log_get(log, "draft", span_text("a"), value, sizeof value, &len, &found));
	assert_true(found);
}

static void bounds_are_refused_and_doom_nothing(void **state)
{
	static uint8_t big[LOG_VALUE_BYTES + 1], back[LOG_VALUE_BYTES];
	struct log *log = ((struct world *)*state)->log;
	struct log_entry entry = log_world_entry(0, (uint64_t)INT64_MAX + 1, 0, 0, "x");
	struct log_entry order = log_world_ordered(log_world_entry(0, 1, 0, 0, "x"), 1, (uint64_t)INT64_MAX + 1);
	struct log_entry bytes = log_world_entry(0, 1, 0, 0, "x");
	uint64_t local;
	size_t len;
	bool found;
	memset(big, 'v', sizeof big);
	bytes.bytes = span_of(big, LIMIT_DELTA_BYTES + 1);
	MUST(log_begin(log));
	assert_int_equal(log_append(log, &entry, 1, &local).kind, FAULT_LIMIT);
	assert_int_equal(log_append(log, &order, 1, &local).kind, FAULT_LIMIT);
	assert_int_equal(log_append(log, &bytes, 1, &local).kind, FAULT_LIMIT);
	assert_int_equal(log_put(log, "session", span_of(big, LOG_KEY_BYTES + 1), span_text("")).kind, FAULT_LIMIT);
	assert_int_equal(log_put(log, "session", span_text("k"), span_of(big, LOG_VALUE_BYTES + 1)).kind, FAULT_LIMIT);
	MUST(log_put(log, "session", span_of(big, LOG_KEY_BYTES), span_of(big, LOG_VALUE_BYTES)));
	bytes.bytes.len = LIMIT_DELTA_BYTES;
	MUST(log_append(log, &bytes, 1, &local));
	MUST(log_commit(log));
	MUST(log_get(log, "session", span_of(big, LOG_KEY_BYTES), back, sizeof back, &len, &found));
	assert_true(found && len == LOG_VALUE_BYTES && memcmp(back, big, len) == 0);
}

static bool collect_node(void *ctx, const struct log_author *author)
{
	uint8_t **at = ctx;
	*(*at)++ = author->author.epoch.bytes[3];
	return true;
}

static bool collect_case(void *ctx, const struct log_case *info)
{
	uint8_t **at = ctx;
	*(*at)++ = info->case_id.bytes[9];
	return true;
}

static bool collect_head(void *ctx, const struct log_head *head)
{
	uint8_t **at = ctx;
	*(*at)++ = (uint8_t)head->seq;
	return true;
}

static void scans_rise(void **state)
{
	struct log *log = ((struct world *)*state)->log;
	static const unsigned shuffled[] = { 2, 0, 3, 1 };
	struct author author = log_world_author(1);
	uint8_t got[8] = { 0 }, *at = got;
	fill(log); /* its authors and cases are not known until put */
	MUST(log_author_scan(log, collect_node, &at));
	MUST(log_case_scan(log, collect_case, &at));
	assert_ptr_equal(at, got);
	MUST(log_begin(log));
	for (size_t i = 0; i < 4; i++) {
		struct log_author info = { .author = log_world_author(shuffled[i]) };
		struct log_case owner = { .case_id = log_world_case(shuffled[i]) };
		struct log_head head = { .author = author, .seq = 1 + shuffled[i] };
		MUST(log_author_put(log, &info));
		MUST(log_case_put(log, &owner));
		MUST(log_head_put(log, &head));
		MUST(log_head_put(log, &head)); /* the same again is one */
	}
	MUST(log_commit(log));
	MUST(log_author_scan(log, collect_node, &at));
	assert_memory_equal(got, "\1\2\3\4", 4);
	at = got;
	MUST(log_case_scan(log, collect_case, &at));
	assert_memory_equal(got, "\1\2\3\4", 4);
	at = got;
	MUST(log_head_scan(log, &author, collect_head, &at));
	assert_memory_equal(got, "\1\2\3\4", 4);
	assert_ptr_equal(at, got + 4);
}

static bool read_inside(void *ctx, const struct log_entry *entry)
{
	struct log *log = ctx;
	struct delta_hash hash;
	if (entry->local == 2)
		log_world_dump(log, &hash);
	return true;
}

static void a_callback_may_read_everything(void **state)
{
	struct log *log = ((struct world *)*state)->log;
	fill(log);
	MUST(log_read_local(log, 0, read_inside, log));
	MUST(log_read_order(log, 0, 99, read_inside, log));
	MUST(log_read_record(log, log_world_record(4), read_inside, log));
}

static void a_failed_commit_closes_the_log_to_writes(void **state)
{
	struct world *world = *state;
	struct delta_hash before, after;
	fill(world->log);
	log_world_dump(world->log, &before);
	MUST(log_begin(world->log));
	append(world->log, log_world_entry(1, 1, 0, 0, "on its way"));
	world->driver->fail_commit(world->log);
	assert_int_equal(log_commit(world->log).kind, FAULT_STORE);
	assert_false(log_in_transaction(world->log));
	world->driver->fail_write(world->log, 0); /* the disk seems well again */
	assert_int_equal(log_begin(world->log).kind, FAULT_STORE);
	assert_int_equal(log_begin(world->log).kind, FAULT_STORE);
	world->log = world->driver->reopen(world->log); /* reopened it takes writes */
	log_world_dump(world->log, &after);
	MUST(log_begin(world->log));
	append(world->log, log_world_entry(3, 1, 0, 0, "after reopening"));
	MUST(log_commit(world->log));
}

/* A seed whose changes break no invariant of their own on this log; `whole`: the log with them. */
static uint64_t harmless_seed(struct log *log, struct delta_hash *whole)
{
	for (uint64_t seed = 1;; seed++) {
		struct prng prng;
		bool is_harmless = true;
		prng_init(&prng, seed);
		MUST(log_begin(log));
		for (int i = 0; i < 25 && is_harmless; i++)
			is_harmless = log_world_change(log, &prng).kind != FAULT_STORE;
		if (is_harmless)
			log_world_dump(log, whole);
		MUST(log_rollback(log));
		if (is_harmless)
			return seed;
	}
}

/* Fails write 1, 2, 3 ... until a transaction comes through: whatever failed,
 * what was committed before is there, whole. */
static void each_failing_write_leaves_what_was(void **state)
{
	struct world *world = *state;
	struct delta_hash before, after, whole;
	struct prng prng;
	bool is_done = false;
	fill(world->log);
	log_world_dump(world->log, &before);
	uint64_t seed = harmless_seed(world->log, &whole);
	for (uint64_t calls = 1; !is_done; calls++) {
		assert_true(calls < 500);
		struct fault fault = log_begin(world->log);
		world->driver->fail_write(world->log, calls);
		prng_init(&prng, seed);
		for (int i = 0; i < 25 && !fault_is(fault); i++) {
			struct fault change = log_world_change(world->log, &prng);
			fault = change.kind == FAULT_STORE ? change : fault_none();
		}
		if (fault_is(fault) && log_in_transaction(world->log))
			(void)log_rollback(world->log);
		else if (!fault_is(fault))
			is_done = !fault_is(log_commit(world->log));
		world->driver->fail_write(world->log, 0);
		world->log = world->driver->reopen(world->log);
		log_world_dump(world->log, &after);
		if (is_done || memcmp(&before, &after, sizeof before) != 0) {
			/* Committed; or the commit failed when all had reached the disk. */
			assert_memory_equal(&whole, &after, sizeof whole);
			is_done = true;
		}
	}
}

static struct fault before_commit(void *ctx)
{
	struct log *log = ctx;
	return log_put(log, "session", span_text("listener"), span_text("was here"));
}

static struct fault refuse_commit(void *ctx)
{
	(void)ctx;
	return fault_of(FAULT_LIMIT, "the listener refuses");
}

static void the_listener_is_part_of_the_transaction(void **state)
{
	struct log *log = ((struct world *)*state)->log;
	struct delta_hash before, after;
	uint8_t value[16];
	size_t len;
	bool found;
	log_listen(log, before_commit, NULL, log);
	fill(log);
	MUST(log_get(log, "session", span_text("listener"), value, sizeof value, &len, &found));
	assert_true(found);
	log_world_dump(log, &before);
	log_listen(log, refuse_commit, NULL, log);
	MUST(log_begin(log));
	append(log, log_world_entry(1, 1, 0, 0, "refused"));
	assert_int_equal(log_commit(log).kind, FAULT_LIMIT);
	log_world_dump(log, &after);
	assert_memory_equal(&before, &after, sizeof before);
	log_listen(log, NULL, NULL, NULL);
}

int log_contract_run(const struct log_contract_driver *driver)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(appended_entries_are_read_back_whole),
		TEST(reads_give_their_entries_in_their_order),
		TEST(only_accepted_entries_are_read_by_order),
		TEST(rollback_leaves_nothing),
		TEST(what_is_committed_survives_and_the_rest_does_not),
		TEST(local_is_never_used_again),
		TEST(an_author_and_seq_is_there_once),
		TEST(an_order_is_given_once),
		TEST(placing_changes_orders_stamp_and_verdict),
		TEST(of_more_orders_than_the_limit_the_oldest_goes),
		TEST(the_last_order_is_of_the_newest_generation),
		TEST(erasing_keeps_digests),
		TEST(removing_a_case_keeps_own_digests_alone),
		TEST(erased_bytes_come_back_once),
		TEST(cutting_a_range_leaves_what_stands_above_it),
		TEST(cutting_takes_what_follows_and_its_heads),
		TEST(named_values_keep_tables_and_keys_apart),
		TEST(bounds_are_refused_and_doom_nothing),
		TEST(scans_rise),
		TEST(a_callback_may_read_everything),
		TEST(a_failed_commit_closes_the_log_to_writes),
		TEST(each_failing_write_leaves_what_was),
		TEST(the_listener_is_part_of_the_transaction),
	};
	driver_under_test = driver;
	return cmocka_run_group_tests_name(driver->name, tests, NULL, NULL);
}
