/* Which records wait for a choice, as central knows it without reading any in passing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>
#include <sqlite3.h>

#include "central/clashes.h"
#include "lib/rules.h"
#include "records_table.h"

#define MUST(call) assert_false(fault_is(call))

static const uint8_t key[16] = { 7 };

/* A pair whose hub's log has a casebook and the conflicts on it. */
struct world {
	struct pair *pair;
	struct sqlite3 *db;
	struct casebook *book;
	struct clashes *clashes;
	struct case_id id;
	struct record_id record; /* the matter's own: its title is edited */
	unsigned apart;
};

static struct fault heard_apart(void *ctx, struct record_id record_id)
{
	struct world *world = ctx;
	world->apart++;
	return clashes_suspect(world->clashes, record_id);
}

static void step_all(struct world *world)
{
	for (unsigned i = 0; clashes_waits(world->clashes); i++) {
		assert_true(i < 1000);
		MUST(clashes_step(world->clashes));
	}
}

static void open_clashes(struct world *world)
{
	MUST(clashes_open(pair_hub_log(world->pair), world->book, key, &world->clashes));
	step_all(world);
}

static struct world begin(uint64_t seed)
{
	struct world world = { .pair = pair_new(seed, 3) };
	world.id = rules_shared_case(world.pair, 3);
	world.record = rules_opening_record(pair_hub_log(world.pair), world.id);
	assert_int_equal(sqlite3_open(":memory:", &world.db), SQLITE_OK);
	MUST(casebook_open(world.db, pair_hub_log(world.pair), hub_orders(pair_hub(world.pair)), &world.book));
	casebook_set_central(world.book);
	open_clashes(&world);
	return world;
}

static void listen(struct world *world)
{
	pair_on_apart(world->pair, heard_apart, world);
}

static void end(struct world *world)
{
	clashes_close(world->clashes);
	casebook_close(world->book);
	sqlite3_close(world->db);
	pair_free(world->pair);
}

static void title(struct world *world, size_t device, const char *text)
{
	MUST(rules_title(world->pair, device, world->id, text));
	pair_pass(world->pair, 1000);
}

/* What the node tells of every entry besides. */
static void touch(struct world *world, const struct log_entry *entry)
{
	MUST(log_begin(pair_hub_log(world->pair)));
	MUST(clashes_touched(world->clashes, world->record, entry));
	MUST(log_commit(pair_hub_log(world->pair)));
	step_all(world);
}

static void values_written_apart_are_known_and_gone_after_the_choice(void **state)
{
	(void)state;
	struct world world = begin(1);
	struct clashes_row *rows;
	size_t count;
	listen(&world);
	title(&world, 0, "yksi");
	title(&world, 1, "kaksi");
	rules_sync(world.pair, 0);
	step_all(&world);
	assert_int_equal(clashes_count(world.clashes), 0);
	rules_sync(world.pair, 1);
	assert_int_equal(world.apart, 1);
	step_all(&world);
	MUST(clashes_list(world.clashes, &rows, &count));
	assert_int_equal(count, 1);
	assert_memory_equal(rows[0].record_id.bytes, world.record.bytes, ID_BYTES);
	assert_memory_equal(rows[0].case_id.bytes, world.id.bytes, ID_BYTES);
	assert_int_equal(rows[0].record_type, RECORDS_TYPE_CASE);
	assert_int_not_equal(rows[0].since_ms, 0);
	free(rows);
	/* Somebody who has seen both chooses. */
	rules_sync(world.pair, 2);
	title(&world, 2, "kaksi, yhdessä");
	rules_sync(world.pair, 2);
	assert_int_equal(world.apart, 1); /* nothing was late */
	struct log_entry entry = { .record_id = world.record };
	touch(&world, &entry);
	assert_int_equal(clashes_count(world.clashes), 0);
	end(&world);
}

static void who_has_seen_all_costs_nothing(void **state)
{
	(void)state;
	struct world world = begin(2);
	listen(&world);
	for (size_t i = 0; i < 6; i++) {
		rules_sync(world.pair, i % 3);
		title(&world, i % 3, "vuorollaan");
		pair_note(world.pair, i % 3, world.id, "muistiinpano");
		rules_sync(world.pair, i % 3);
	}
	assert_int_equal(world.apart, 0);
	end(&world);
}

static void new_records_written_late_are_nobodys_trouble(void **state)
{
	(void)state;
	struct world world = begin(3);
	listen(&world);
	for (size_t device = 0; device < 3; device++)
		for (int i = 0; i < 4; i++)
			pair_note(world.pair, device, world.id, "omia");
	for (size_t device = 0; device < 3; device++)
		rules_sync(world.pair, device);
	assert_int_equal(world.apart, 0);
	end(&world);
}

static void log_that_is_older_is_walked_through_once(void **state)
{
	(void)state;
	struct world world = begin(4);
	clashes_close(world.clashes); /* as it was before there were any: nobody hears */
	struct log *log = pair_hub_log(world.pair);
	MUST(log_begin(log));
	MUST(log_remove(log, "clashes", span_text("walked")));
	MUST(log_commit(log));
	title(&world, 0, "yksi");
	title(&world, 1, "kaksi");
	for (int i = 0; i < 300; i++) /* more than a step's entries */
		pair_note(world.pair, 2, world.id, "välissä");
	for (size_t device = 0; device < 3; device++)
		rules_sync(world.pair, device);
	MUST(clashes_open(log, world.book, key, &world.clashes));
	MUST(clashes_step(world.clashes));
	assert_true(clashes_waits(world.clashes)); /* a part at a time */
	step_all(&world);
	assert_int_equal(clashes_count(world.clashes), 1);
	clashes_close(world.clashes);
	open_clashes(&world); /* kept, and not walked again */
	assert_int_equal(clashes_count(world.clashes), 1);
	end(&world);
}

static void suspects_outlast_the_process(void **state)
{
	(void)state;
	struct world world = begin(5);
	listen(&world);
	title(&world, 0, "yksi");
	title(&world, 1, "kaksi");
	rules_sync(world.pair, 0);
	rules_sync(world.pair, 1);
	assert_int_equal(clashes_count(world.clashes), 0);
	clashes_close(world.clashes); /* before it was looked at */
	open_clashes(&world);
	assert_int_equal(clashes_count(world.clashes), 1);
	end(&world);
}

static void erased_case_has_none(void **state)
{
	(void)state;
	struct world world = begin(6);
	listen(&world);
	title(&world, 0, "yksi");
	title(&world, 1, "kaksi");
	rules_sync(world.pair, 0);
	rules_sync(world.pair, 1);
	step_all(&world);
	assert_int_equal(clashes_count(world.clashes), 1);
	MUST(hub_erase_case(pair_hub(world.pair), world.id, pair_hub_time(world.pair)));
	MUST(log_begin(pair_hub_log(world.pair)));
	MUST(clashes_forgot(world.clashes, world.id));
	MUST(log_commit(pair_hub_log(world.pair)));
	step_all(&world);
	assert_int_equal(clashes_count(world.clashes), 0);
	end(&world);
}

static void decision_may_make_one(void **state)
{
	(void)state;
	struct world world = begin(7);
	listen(&world);
	title(&world, 0, "yksi");
	title(&world, 1, "kaksi");
	rules_sync(world.pair, 0);
	pair_unassign(world.pair, world.id, 1);
	rules_sync(world.pair, 1); /* into quarantine */
	step_all(&world);
	assert_int_equal(clashes_count(world.clashes), 0);
	rules_decide_first(world.pair, true);
	touch(&world, NULL); /* the hub's book is told so */
	assert_int_equal(clashes_count(world.clashes), 1);
	end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_written_apart_are_known_and_gone_after_the_choice),
		cmocka_unit_test(who_has_seen_all_costs_nothing),
		cmocka_unit_test(new_records_written_late_are_nobodys_trouble),
		cmocka_unit_test(log_that_is_older_is_walked_through_once),
		cmocka_unit_test(suspects_outlast_the_process),
		cmocka_unit_test(erased_case_has_none),
		cmocka_unit_test(decision_may_make_one),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
