/* All records of all cases counted at the central node, in parts. */
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/civil.h"
#include "central/survey.h"
#include "domain/record_json.h"
#include "domain/statistics_tables.h"
#include "lib/prng.h"
#include "records_table.h"

#define MUST(call) assert_string_equal(fault_text(call), "")

static const char *fault_text(struct fault fault)
{
	return fault_is(fault) ? fault.what : "";
}

struct world {
	struct sqlite3 *db;
	struct log *log;
	struct casebook *book;
	struct match *match;
	struct survey *survey;
	struct hub *hub;
	struct prng prng;
	struct book hooks;
	uint64_t now_ms;
	unsigned told;
	struct fault fault;
	struct statistics counts;
};

static void host_random(void *ctx, uint8_t *out, size_t len)
{
	struct world *world = ctx;
	prng_fill(&world->prng, out, len);
}

static void host_send(void *ctx, void *peer, struct span bytes)
{
	(void)ctx, (void)peer, (void)bytes;
}

static void host_hang_up(void *ctx, void *peer, const char *why)
{
	(void)ctx, (void)peer, (void)why;
}

/* The book of the reserved cases, and the matching. */
static struct fault touched(void *ctx, struct case_id case_id, struct record_id record_id, const struct log_entry *entry)
{
	struct world *world = ctx;
	const struct book *book = casebook_hooks(world->book);
	FAULT_TRY(match_touched(world->match, record_id, entry));
	return book->ops->touched(book->ctx, case_id, record_id, entry);
}

static struct fault forgot(void *ctx, struct case_id case_id)
{
	struct world *world = ctx;
	const struct book *book = casebook_hooks(world->book);
	FAULT_TRY(match_forgot(world->match, case_id));
	return book->ops->forgot(book->ctx, case_id);
}

static const struct book_ops ops = { .touched = touched, .forgot = forgot };

static struct hub_time now(struct world *world)
{
	return (struct hub_time){ .wall_ms = ++world->now_ms, .mono_ms = world->now_ms };
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof *world);
	struct hub_host host = { .ctx = world, .random = host_random, .send = host_send, .hang_up = host_hang_up };
	*state = world;
	prng_init(&world->prng, 7);
	assert_true(civil_read_time(span_text("2026-02-01T10:00"), &world->now_ms));
	assert_int_equal(sqlite3_open(":memory:", &world->db), SQLITE_OK);
	MUST(log_sqlite_open(world->db, &world->log));
	MUST(casebook_open(world->db, world->log, NULL, &world->book));
	casebook_set_central(world->book);
	MUST(match_open(world->db, world->log, world->book, &world->match));
	MUST(survey_open(world->log, world->book, world->match, &world->survey));
	world->hooks = (struct book){ &ops, world };
	MUST(hub_init(world->log, &world->hooks, &host, now(world)));
	MUST(hub_open(world->log, &world->hooks, &host, now(world), &world->hub));
	casebook_set_orders(world->book, hub_orders(world->hub));
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;
	survey_close(world->survey);
	hub_close(world->hub);
	match_close(world->match);
	casebook_close(world->book);
	log_close(world->log);
	sqlite3_close(world->db);
	free(world);
	return 0;
}

/* ---- records ---- */

static struct hub_written put(struct world *world, const char *type, struct case_id case_id, enum delta_case_kind opens,
			      struct case_id client_case, const char *json)
{
	const struct schema_record *schema = schema_by_name(span_text(type));
	uint8_t block[2000];
	uint32_t cleared[LIMIT_FIELDS];
	struct wire_out fields;
	struct hub_written written;
	struct hub_write write = { .case_id = case_id, .record_type = schema->type, .opens = opens != DELTA_CASE_NONE, .kind = opens,
				   .client_case = client_case };
	size_t count;
	wire_out_init(&fields, block, sizeof block);
	MUST(record_json_parse(schema, span_text(json), &fields, cleared, &count, NULL));
	write.fields = wire_out_span(&fields);
	MUST(hub_write(world->hub, &write, now(world), &written));
	return written;
}

static const struct case_id none = { { 0 } };

static struct case_id person(struct world *world, const char *hetu, const char *municipality)
{
	char json[300];
	snprintf(json, sizeof json, "{\"hetu\":\"%s\",\"family_name\":\"A\",\"given_names\":\"B\",\"municipality\":\"%s\"}", hetu, municipality);
	return put(world, "client", none, DELTA_CASE_CLIENT, none, json).case_id;
}

static struct case_id matter(struct world *world, struct case_id client)
{
	return put(world, "case", none, DELTA_CASE_MATTER, client,
		   "{\"title\":\"x\",\"opened_on\":\"2026-02-01\",\"opened_by_pathway\":\"SELF\",\"special_support\":false}").case_id;
}

static void visit(struct world *world, struct case_id case_id)
{
	put(world, "visit", case_id, DELTA_CASE_NONE, none,
	    "{\"place\":\"HOME\",\"purpose\":\"GUIDANCE\",\"phase\":\"APPLYING\",\"state\":\"DONE\",\"started_at\":\"2026-02-01T09:00\"}");
}

static void done(void *ctx, struct fault fault, const struct statistics *counts)
{
	struct world *world = ctx;
	world->told++;
	world->fault = fault;
	if (counts != NULL)
		world->counts = *counts;
}

/* How many parts it took. */
static size_t count(struct world *world)
{
	int32_t from, to;
	size_t parts = 0;
	unsigned before = world->told;
	assert_true(statistics_quarter(span_text("2026Q1"), &from, &to));
	MUST(match_run(world->match, world->hub, now(world)));
	MUST(survey_begin(world->survey, from, to, done, world));
	assert_int_equal(survey_begin(world->survey, from, to, done, world).kind, FAULT_LATER);
	for (; survey_waits(world->survey); parts++)
		survey_step(world->survey);
	assert_int_equal(world->told, before + 1);
	MUST(world->fault);
	return parts;
}

static uint32_t total(struct world *world, enum statistics_table table)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < STATISTICS_CELLS_MAX; i++)
		sum += world->counts.cells[table][i];
	return sum;
}

static void every_record_counts_once_however_many_parts_it_takes(void **state)
{
	struct world *world = *state;
	put(world, "municipality", hub_reference_case(world->hub), DELTA_CASE_NONE, none,
	    "{\"name\":\"Hallasuo\",\"env_type\":\"NARROW\",\"valid_from\":\"2015-01-01\",\"kela_distance_km\":38}");
	for (int i = 0; i < 7; i++)
		put(world, "anonymous_contact", hub_reference_case(world->hub), DELTA_CASE_NONE, none, "{\"municipality\":\"Hallasuo\"}");
	for (int i = 0; i < 3; i++) {
		struct case_id client = person(world, "", "Hallasuo");
		for (int k = 0; k < 2; k++) {
			struct case_id of = matter(world, client);
			for (int v = 0; v < 100; v++)
				visit(world, of);
		}
	}
	assert_true(count(world) >= 600 / 64);
	assert_int_equal(total(world, STATISTICS_VISITS_PHASE), 600);
	assert_int_equal(total(world, STATISTICS_CASES_OPENED), 6);
	assert_int_equal(total(world, STATISTICS_CLIENTS), 3);
	assert_int_equal(world->counts.cells[STATISTICS_VISITS_TYPE][RECORDS_ENV_TYPE_NARROW - 1], 600);
	assert_int_equal(world->counts.cells[STATISTICS_CONTACTS_TYPE][RECORDS_ENV_TYPE_NARROW - 1], 7);
	assert_int_equal(world->counts.kilometres[RECORDS_ENV_TYPE_NARROW - 1], 600 * 38);
}

static void linked_records_are_one_person_and_what_is_erased_is_none(void **state)
{
	struct world *world = *state;
	struct case_id first = person(world, "010594Y9032", "Hallasuo"), second = person(world, "010594Y9032", "Hallasuo");
	struct case_id third = person(world, "020516C903K", "Hallasuo");
	visit(world, matter(world, first));
	visit(world, matter(world, second));
	visit(world, matter(world, third));
	count(world);
	assert_int_equal(total(world, STATISTICS_CLIENTS), 2);
	assert_int_equal(total(world, STATISTICS_VISITS_PHASE), 3);
	MUST(hub_erase_case(world->hub, third, now(world)));
	count(world);
	assert_int_equal(total(world, STATISTICS_CLIENTS_NEW), 2); /* the matter is still there */
	struct case_id gone = matter(world, first);
	visit(world, gone);
	count(world);
	assert_int_equal(total(world, STATISTICS_VISITS_PHASE), 4);
	MUST(hub_erase_case(world->hub, gone, now(world)));
	count(world);
	assert_int_equal(total(world, STATISTICS_VISITS_PHASE), 3);
}

static void an_empty_node_counts_nothing_and_one_under_way_is_told_when_it_closes(void **state)
{
	struct world *world = *state;
	int32_t from, to;
	count(world);
	for (int t = 0; t < STATISTICS_TABLES; t++)
		assert_int_equal(total(world, (enum statistics_table)t), 0);
	assert_true(statistics_quarter(span_text("2026Q1"), &from, &to));
	MUST(survey_begin(world->survey, from, to, done, world));
	survey_close(world->survey);
	world->survey = NULL;
	assert_int_equal(world->told, 2);
	assert_int_equal(world->fault.kind, FAULT_LATER);
}

static void all_of_centrals_writes_are_kept_or_none(void **state)
{
	struct world *world = *state;
	uint8_t block[200];
	struct wire_out fields;
	struct hub_written written[3];
	struct hub_counters counters;
	uint64_t before;
	wire_out_init(&fields, block, sizeof block);
	wire_put_bytes(&fields, RECORDS_LAW_REF_NUMBER, span_text("1/2000"));
	struct hub_write writes[3] = { { .case_id = hub_reference_case(world->hub), .record_type = RECORDS_TYPE_LAW_REF,
					 .fields = wire_out_span(&fields) } };
	writes[1] = writes[2] = writes[0];
	hub_counters(world->hub, &counters);
	before = counters.last_order;
	writes[2].case_id = none;
	assert_int_equal(hub_write_all(world->hub, writes, 3, now(world), written).kind, FAULT_CALLER);
	hub_counters(world->hub, &counters);
	assert_int_equal(counters.last_order, before);
	writes[2] = writes[0];
	MUST(hub_write_all(world->hub, writes, 3, now(world), written));
	assert_int_equal(written[2].order, before + 3);
	assert_false(ID_EQUAL(written[0].record_id, written[1].record_id));
	MUST(hub_write_all(world->hub, writes, 0, now(world), written));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_record_counts_once_however_many_parts_it_takes, setup, teardown),
		cmocka_unit_test_setup_teardown(linked_records_are_one_person_and_what_is_erased_is_none, setup, teardown),
		cmocka_unit_test_setup_teardown(an_empty_node_counts_nothing_and_one_under_way_is_told_when_it_closes, setup, teardown),
		cmocka_unit_test_setup_teardown(all_of_centrals_writes_are_kept_or_none, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
