/* One person in two records, found at the central node. */
#include <setjmp.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <cmocka.h>

#include "base/civil.h"
#include "central/match.h"
#include "domain/person_id.h"
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
	struct hub *hub;
	struct prng prng;
	struct book hooks;
	uint64_t now_ms;
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

static struct fault touched(void *ctx, struct case_id case_id, struct record_id record_id, const struct log_entry *entry)
{
	(void)case_id;
	return match_touched(((struct world *)ctx)->match, record_id, entry);
}

static struct fault forgot(void *ctx, struct case_id case_id)
{
	return match_forgot(((struct world *)ctx)->match, case_id);
}

static const struct book_ops ops = { .touched = touched, .forgot = forgot };

static struct hub_time now(struct world *world)
{
	return (struct hub_time){ .wall_ms = ++world->now_ms, .mono_ms = world->now_ms };
}

static struct hub_host host_of(struct world *world)
{
	return (struct hub_host){ .ctx = world, .random = host_random, .send = host_send, .hang_up = host_hang_up };
}

static void open_all(struct world *world, bool init)
{
	struct hub_host host = host_of(world);
	MUST(log_sqlite_open(world->db, &world->log));
	MUST(casebook_open(world->db, world->log, NULL, &world->book));
	casebook_set_central(world->book);
	MUST(match_open(world->db, world->log, world->book, &world->match));
	world->hooks = (struct book){ &ops, world };
	if (init)
		MUST(hub_init(world->log, &world->hooks, &host, now(world)));
	MUST(hub_open(world->log, &world->hooks, &host, now(world), &world->hub));
	casebook_set_orders(world->book, hub_orders(world->hub));
}

static void close_all(struct world *world)
{
	hub_close(world->hub);
	match_close(world->match);
	casebook_close(world->book);
	log_close(world->log);
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof *world);
	*state = world;
	prng_init(&world->prng, 7);
	world->now_ms = 1700000000000;
	assert_int_equal(sqlite3_open(":memory:", &world->db), SQLITE_OK);
	open_all(world, true);
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;
	close_all(world);
	sqlite3_close(world->db);
	free(world);
	return 0;
}

/* ---- clients ---- */

struct client {
	struct case_id case_id;
	struct record_id id;
};

static void put_text(struct wire_out *out, uint32_t number, const char *text)
{
	if (text != NULL)
		wire_put_bytes(out, number, span_text(text));
}

static struct client add(struct world *world, const char *hetu, const char *family, const char *given, int born_year)
{
	uint8_t block[400];
	struct wire_out out;
	struct hub_written written;
	wire_out_init(&out, block, sizeof block);
	put_text(&out, RECORDS_CLIENT_HETU, hetu);
	put_text(&out, RECORDS_CLIENT_FAMILY_NAME, family);
	put_text(&out, RECORDS_CLIENT_GIVEN_NAMES, given);
	if (born_year != 0)
		wire_put_varint(&out, RECORDS_CLIENT_BIRTH_DATE, 2 * (uint64_t)civil_days((struct civil_date){ born_year, 5, 1 }));
	put_text(&out, RECORDS_CLIENT_MUNICIPALITY, "Takkuvaara");
	const struct hub_write write = { .record_type = RECORDS_TYPE_CLIENT, .fields = wire_out_span(&out), .opens = true,
					 .kind = DELTA_CASE_CLIENT };
	MUST(hub_write(world->hub, &write, now(world), &written));
	MUST(match_run(world->match, world->hub, now(world)));
	return (struct client){ written.case_id, written.record_id };
}

static void change_later(struct world *world, struct client client, uint32_t number, const char *text)
{
	uint8_t block[200];
	struct wire_out out;
	struct hub_written written;
	wire_out_init(&out, block, sizeof block);
	put_text(&out, number, text);
	const struct hub_write write = { .case_id = client.case_id, .record_id = client.id, .record_type = RECORDS_TYPE_CLIENT,
					 .fields = wire_out_span(&out) };
	MUST(hub_write(world->hub, &write, now(world), &written));
}

static void change(struct world *world, struct client client, uint32_t number, const char *text)
{
	change_later(world, client, number, text);
	MUST(match_run(world->match, world->hub, now(world)));
}

struct peeked {
	bool found, linked;
	struct record_id into;
	uint8_t shown[1000];
	size_t len;
};

static bool peek(void *ctx, const struct casebook_record *record)
{
	struct peeked *peeked = ctx;
	struct span rest = record->shown;
	struct wire_field f;
	peeked->found = true;
	memcpy(peeked->shown, record->shown.data, record->shown.len);
	peeked->len = record->shown.len;
	while (wire_next(&rest, &f) == WIRE_FIELD)
		if (f.number == RECORDS_CLIENT_MERGED_INTO) {
			peeked->linked = true;
			memcpy(peeked->into.bytes, f.data.data, ID_BYTES);
		}
	return true;
}

static struct peeked peek_at(struct world *world, struct client client)
{
	struct peeked peeked = { .found = false };
	MUST(casebook_peek(world->book, client.id, peek, &peeked));
	return peeked;
}

static bool is_linked(struct world *world, struct client from, struct client into)
{
	struct peeked peeked = peek_at(world, from);
	return peeked.linked && ID_EQUAL(peeked.into, into.id);
}

/* ---- the list ---- */

struct listed {
	size_t count, proposed, linked, decided, looks;
	struct match_pair last;
	char text[2000];
};

static bool list_one(void *ctx, const struct match_pair *pair)
{
	struct listed *listed = ctx;
	char words[DUPLICATE_WORDS_BYTES];
	listed->count++;
	listed->proposed += pair->state == MATCH_PROPOSED;
	listed->linked += pair->state == MATCH_LINKED;
	listed->decided += pair->state == MATCH_DECIDED;
	listed->looks += pair->must_look;
	listed->last = *pair;
	duplicate_explain(LABELS_EN, pair->verdict.reasons, words);
	snprintf(listed->text + strlen(listed->text), sizeof listed->text - strlen(listed->text), "%s: %s; ",
		 duplicate_grade_name(pair->verdict.grade), words);
	return true;
}

static struct listed list(struct world *world, bool all)
{
	struct listed listed = { .count = 0 };
	MUST(match_list(world->match, all, list_one, &listed));
	return listed;
}

static uint64_t last_order(struct world *world)
{
	uint64_t order;
	MUST(log_last_order(world->log, &order));
	return order;
}

/* ---- the tests ---- */

static void equal_codes_link_the_newer_to_the_older(void **state) /* M1 */
{
	struct world *world = *state;
	struct client older = add(world, "010594Y9032", "Virtanen", "Matti", 0);
	struct peeked before = peek_at(world, older);
	struct client newer = add(world, "010594y9032", "Virtanen", "Matti Johannes", 0);
	assert_true(is_linked(world, newer, older));
	struct peeked after = peek_at(world, older);
	assert_false(after.linked);
	assert_memory_equal(before.shown, after.shown, before.len); /* nothing of it is overwritten */
	assert_int_equal(list(world, false).count, 0);
	struct listed listed = list(world, true);
	assert_int_equal(listed.linked, 1);
	assert_true(ID_EQUAL(listed.last.older.record_id, older.id));
	assert_true(ID_EQUAL(listed.last.newer.case_id, newer.case_id));
}

static void a_code_that_comes_later_links_then(void **state)
{
	struct world *world = *state;
	struct client older = add(world, "010594Y9032", "Virtanen", "Matti", 0);
	struct client stub = add(world, NULL, "Matti", "tuntematon", 0);
	assert_false(peek_at(world, stub).linked);
	change(world, stub, RECORDS_CLIENT_HETU, "010594Y9032");
	assert_true(is_linked(world, stub, older));
}

static void another_separator_is_another_person(void **state)
{
	struct world *world = *state;
	add(world, "010594Y9032", "Virtanen", "Matti", 0);
	struct client other = add(world, "010594-9032", "Virtanen", "Matti", 0);
	assert_false(peek_at(world, other).linked);
	/* Both are temporary codes, and all else is alike: somebody may look. */
	assert_string_equal(list(world, false).text, "POSSIBLE: different identity codes, of which one is temporary, the same name, "
						     "the same birth date, the same municipality; ");
}

static void a_link_between_other_names_asks_for_a_look(void **state)
{
	struct world *world = *state;
	struct client older = add(world, "010594Y9032", "Virtanen", "Matti", 0);
	struct client newer = add(world, "010594Y9032", "Korhonen", "Liisa", 0);
	struct match_linked linked;
	assert_true(is_linked(world, newer, older));
	assert_int_equal(list(world, false).looks, 1);
	MUST(match_merge(world->match, world->hub, older.id, newer.id, now(world), &linked));
	assert_true(ID_EQUAL(linked.from, newer.id) && ID_EQUAL(linked.into, older.id));
	assert_int_equal(list(world, false).count, 0);
}

static void what_is_alike_waits_for_a_person(void **state)
{
	struct world *world = *state;
	struct match_linked linked;
	struct client older = add(world, NULL, "Mäkinen", "Sirkka", 1970);
	struct client newer = add(world, NULL, "Makinen", "Sirkka", 1970);
	add(world, NULL, "Mäkinen", "Sirkka", 1971 + 20);
	assert_false(peek_at(world, newer).linked);
	struct listed listed = list(world, false);
	assert_string_equal(listed.text, "PROBABLE: a name like it, the same birth date, the same municipality; "
					 "POSSIBLE: the same name, a birth date nearly the same, the same municipality; ");
	uint64_t before = last_order(world);
	MUST(match_merge(world->match, world->hub, newer.id, older.id, now(world), &linked));
	assert_true(is_linked(world, newer, older));
	assert_int_equal(last_order(world), before + 1); /* one delta */
	assert_int_equal(list(world, false).count, 1);
}

static void what_was_rejected_is_not_proposed_again(void **state) /* M2 */
{
	struct world *world = *state;
	struct client a = add(world, NULL, "Laine", "Eero", 1970), b = add(world, NULL, "Laine", "Eero", 1970);
	assert_int_equal(list(world, false).proposed, 1);
	MUST(match_reject(world->match, b.id, a.id, now(world)));
	assert_int_equal(list(world, false).count, 0);
	assert_int_equal(list(world, true).decided, 1);
	change(world, b, RECORDS_CLIENT_PHONE, "0400000001");
	MUST(match_rebuild(world->match));
	MUST(match_run(world->match, world->hub, now(world)));
	assert_int_equal(list(world, false).count, 0);
}

/* One of the two codes is wrong, and somebody has to find out which. */
static void two_people_who_come_to_have_one_code_are_looked_at(void **state) /* M2 */
{
	struct world *world = *state;
	struct client a = add(world, NULL, "Laine", "Eero", 1970), b = add(world, NULL, "Laine", "Eero", 1970);
	MUST(match_reject(world->match, b.id, a.id, now(world)));
	change(world, a, RECORDS_CLIENT_HETU, "010594Y9032");
	assert_int_equal(list(world, false).count, 0);
	change(world, b, RECORDS_CLIENT_HETU, "010594Y9032");
	assert_false(is_linked(world, b, a));
	assert_int_equal(list(world, false).looks, 1);
	MUST(match_reject(world->match, b.id, a.id, now(world))); /* seen, and said again */
	assert_int_equal(list(world, false).count, 0);
}

static void a_link_taken_away_stays_away(void **state) /* M2 */
{
	struct world *world = *state;
	struct match_linked linked;
	struct client a = add(world, "010594Y9032", "Virtanen", "Matti", 0), b = add(world, "010594Y9032", "Virtanen", "Matti", 0);
	assert_true(is_linked(world, b, a));
	MUST(match_unmerge(world->match, world->hub, b.id, now(world), &linked));
	assert_false(peek_at(world, b).linked);
	change(world, b, RECORDS_CLIENT_GIVEN_NAMES, "Matias");
	change(world, a, RECORDS_CLIENT_GIVEN_NAMES, "Mathias");
	assert_false(peek_at(world, b).linked);
	assert_false(peek_at(world, a).linked);
	assert_int_equal(match_unmerge(world->match, world->hub, b.id, now(world), &linked).kind, FAULT_CALLER);
	/* A person may say otherwise again. */
	MUST(match_merge(world->match, world->hub, a.id, b.id, now(world), &linked));
	assert_true(is_linked(world, b, a));
}

static void many_records_of_one_person_lead_to_the_oldest(void **state) /* M3 */
{
	struct world *world = *state;
	struct client clients[6];
	struct match_linked linked;
	clients[0] = add(world, NULL, "Aikio", "Áile", 1970);
	clients[1] = add(world, "010594Y9032", "Virtanen", "Matti", 0);
	for (size_t i = 2; i < 5; i++)
		clients[i] = add(world, "010594Y9032", "Virtanen", "Matti", 0);
	for (size_t i = 2; i < 5; i++)
		assert_true(is_linked(world, clients[i], clients[1]));
	/* Whichever two are named, the last records of both chains are joined. */
	MUST(match_merge(world->match, world->hub, clients[0].id, clients[4].id, now(world), &linked));
	assert_true(is_linked(world, clients[1], clients[0]));
	assert_true(is_linked(world, clients[4], clients[1]));
	assert_false(peek_at(world, clients[0]).linked);
	assert_int_equal(list(world, false).count, 0);
}

static void what_cannot_be_merged_is_refused(void **state)
{
	struct world *world = *state;
	struct match_linked linked;
	char code[PERSON_ID_BYTES];
	assert_true(person_id_make(civil_days((struct civil_date){ 1994, 5, 1 }), '-', 123, code));
	struct client a = add(world, "131052-308T", "Virtanen", "Matti", 0), b = add(world, code, "Laine", "Eero", 0);
	struct record_id nobody = { { 1, 2, 3 } };
	uint64_t before = last_order(world);
	assert_int_equal(match_merge(world->match, world->hub, a.id, a.id, now(world), &linked).kind, FAULT_CALLER);
	assert_int_equal(match_merge(world->match, world->hub, a.id, nobody, now(world), &linked).kind, FAULT_CALLER);
	assert_int_equal(match_reject(world->match, nobody, a.id, now(world)).kind, FAULT_CALLER);
	assert_int_equal(match_unmerge(world->match, world->hub, nobody, now(world), &linked).kind, FAULT_CALLER);
	/* Both codes are given for life. */
	assert_int_equal(match_merge(world->match, world->hub, a.id, b.id, now(world), &linked).kind, FAULT_CALLER);
	change(world, b, RECORDS_CLIENT_HETU, "131052-3093"); /* malformed: no code at all */
	MUST(match_merge(world->match, world->hub, a.id, b.id, now(world), &linked));
	assert_int_equal(match_reject(world->match, a.id, b.id, now(world)).kind, FAULT_CALLER);
	assert_int_equal(last_order(world), before + 2);
}

static void erased_clients_are_matched_no_more(void **state)
{
	struct world *world = *state;
	add(world, NULL, "Laine", "Eero", 1970);
	struct client b = add(world, NULL, "Laine", "Eero", 1970), c = add(world, NULL, "Laine", "Eero", 1970);
	assert_int_equal(list(world, true).count, 3);
	MUST(hub_erase_record(world->hub, b.case_id, b.id, now(world)));
	MUST(match_run(world->match, world->hub, now(world)));
	assert_int_equal(list(world, true).count, 1);
	MUST(hub_erase_case(world->hub, c.case_id, now(world)));
	MUST(match_run(world->match, world->hub, now(world)));
	assert_int_equal(list(world, true).count, 0);
}

static char *digest(struct world *world)
{
	struct sqlite3_stmt *statement;
	char *out = calloc(1, 4000000), *end = out;
	static const char *const texts[] = {
		"SELECT hex(record) || hex(case_id) || created || ifnull(code, '-') || family || ifnull(birth, '-')"
		" || name || crowd || ifnull(hex(linked), '-') || hex(message) FROM match_client ORDER BY record",
		"SELECT hex(a) || hex(b) || grade || ' ' || reasons FROM match_pair ORDER BY a, b",
	};
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(sqlite3_prepare_v2(world->db, texts[i], -1, &statement, NULL), SQLITE_OK);
		while (sqlite3_step(statement) == SQLITE_ROW)
			end += sprintf(end, "%s\n", (const char *)sqlite3_column_text(statement, 0));
		sqlite3_finalize(statement);
	}
	return out;
}

static void a_rebuilt_projection_is_the_same(void **state) /* M4 */
{
	struct world *world = *state;
	static const char *const families[] = { "Virtanen", "Mäkinen", "Laine" };
	for (unsigned i = 0; i < 30; i++)
		add(world, i % 5 == 0 ? "010594Y9032" : NULL, families[i % 3], i % 2 ? "Matti" : "Liisa", i % 4 ? 1970 + (int)i % 4 : 0);
	char *before = digest(world);
	uint64_t order = last_order(world);
	MUST(match_rebuild(world->match));
	MUST(match_run(world->match, world->hub, now(world)));
	char *after = digest(world);
	assert_string_equal(before, after);
	assert_int_equal(last_order(world), order); /* nothing is written twice */
	close_all(world);
	open_all(world, false);
	MUST(match_run(world->match, world->hub, now(world)));
	free(after);
	after = digest(world);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void what_was_touched_is_known_after_a_crash(void **state) /* M4 */
{
	struct world *world = *state;
	uint8_t block[200];
	struct wire_out out;
	struct hub_written written;
	struct client older = add(world, "010594Y9032", "Virtanen", "Matti", 0);
	wire_out_init(&out, block, sizeof block);
	put_text(&out, RECORDS_CLIENT_HETU, "010594Y9032");
	put_text(&out, RECORDS_CLIENT_FAMILY_NAME, "Virtanen");
	const struct hub_write write = { .record_type = RECORDS_TYPE_CLIENT, .fields = wire_out_span(&out), .opens = true,
					 .kind = DELTA_CASE_CLIENT };
	MUST(hub_write(world->hub, &write, now(world), &written));
	close_all(world); /* before match_run */
	open_all(world, false);
	MUST(match_run(world->match, world->hub, now(world)));
	assert_true(is_linked(world, (struct client){ written.case_id, written.record_id }, older));
}

/* ---- names that many bear (M5) ---- */

static void a_name_that_many_bear_says_nothing_by_itself(void **state) /* M5 */
{
	struct world *world = *state;
	struct client last = { 0 };
	for (unsigned i = 0; i < MATCH_CROWD; i++)
		last = add(world, NULL, "Tuntematon", i % 2 ? "Mies" : "Mies, iäkäs", 0);
	assert_int_equal(list(world, false).count, MATCH_CROWD * (MATCH_CROWD - 1) / 2);
	struct client dated = add(world, NULL, "Tuntematon", "Mies", 1970);
	assert_int_equal(list(world, false).count, 0);
	add(world, NULL, "Tuntematon", "Mies", 1970); /* the birth date says something */
	struct listed listed = list(world, false);
	assert_string_equal(listed.text, "PROBABLE: the same name, the same birth date, the same municipality; ");
	struct client rare = add(world, NULL, "Tuntematon", "Vanha Mies", 0); /* the same name for whoever compares */
	assert_int_equal(list(world, false).count, 1);
	MUST(hub_erase_case(world->hub, rare.case_id, now(world)));
	add(world, NULL, "Tuntematon", "Nainen", 0); /* another name of the same family is no crowd */
	add(world, NULL, "Tuntematon", "Nainen", 0);
	assert_int_equal(list(world, false).count, 2);
	change(world, last, RECORDS_CLIENT_HETU, "010594Y9032"); /* so does the code */
	change(world, dated, RECORDS_CLIENT_HETU, "010594Y9032");
	assert_true(is_linked(world, dated, last));
	/* And it says something again when few are left. */
	MUST(hub_erase_case(world->hub, dated.case_id, now(world)));
	MUST(hub_erase_case(world->hub, last.case_id, now(world)));
	MUST(match_run(world->match, world->hub, now(world)));
	assert_int_equal(list(world, false).count, MATCH_CROWD * (MATCH_CROWD - 1) / 2 + 1);
}

static void a_birth_date_that_a_crowd_shares_says_nothing_either(void **state) /* M5 */
{
	struct world *world = *state;
	struct client last = { 0 };
	for (unsigned i = 0; i <= MATCH_CROWD; i++)
		add(world, NULL, "Tuntematon", "Mies", 0); /* the name is a crowd's before */
	for (unsigned i = 0; i < MATCH_CROWD; i++)
		last = add(world, NULL, "Tuntematon", "Mies", 1980);
	assert_int_equal(list(world, false).count, MATCH_CROWD * (MATCH_CROWD - 1) / 2);
	add(world, NULL, "Tuntematon", "Mies", 1980);
	assert_int_equal(list(world, false).count, 0);
	add(world, NULL, "Tuntemation", "Mies", 1980); /* nor to who is called nearly so */
	assert_int_equal(list(world, false).count, 0);
	add(world, NULL, "Virtanen", "Matti", 1980);
	add(world, NULL, "Virtanen", "Matti", 1980);
	assert_int_equal(list(world, false).count, 1);
	change(world, last, RECORDS_CLIENT_FAMILY_NAME, "Tunnettu");
	assert_int_equal(list(world, false).count, MATCH_CROWD * (MATCH_CROWD - 1) / 2 + MATCH_CROWD + 1);
}

struct crowds {
	size_t count;
	uint64_t records;
	char family[40];
};

static bool crowds_one(void *ctx, const struct match_client *one, uint64_t records)
{
	struct crowds *crowds = ctx;
	crowds->count++;
	crowds->records = records;
	snprintf(crowds->family, sizeof crowds->family, "%.*s", (int)one->family_name.len, (const char *)one->family_name.data);
	return true;
}

static void a_crowd_is_told(void **state) /* M5 */
{
	struct world *world = *state;
	struct crowds crowds = { 0 };
	for (unsigned i = 0; i < MATCH_CROWD + 3; i++)
		add(world, NULL, i % 3 ? "Tuntematon" : "tuntematon", NULL, 0);
	add(world, NULL, "Virtanen", "Matti", 0);
	MUST(match_crowds(world->match, crowds_one, &crowds));
	assert_int_equal(crowds.count, 1);
	assert_int_equal(crowds.records, MATCH_CROWD + 3);
	assert_true(strcasecmp(crowds.family, "tuntematon") == 0);
}

/* Whatever came, went and was renamed around the edge, and however much of it at once: what stands
 * is what a rebuilt projection makes of it. */
static void crowds_that_come_and_go_leave_what_a_rebuild_makes(void **state) /* M4, M5 */
{
	struct world *world = *state;
	struct client clients[3 * MATCH_CROWD];
	static const char *const families[] = { "Tuntematon", "Nimetön", "Virtanen" };
	for (unsigned i = 0; i < 3 * MATCH_CROWD; i++)
		clients[i] = add(world, NULL, families[i % 2], "Mies", i % 3 ? 0 : 1980);
	for (unsigned i = 0; i < 60; i++) {
		for (uint64_t n = prng_below(&world->prng, 5); n > 0; n--) {
			struct client *one = &clients[prng_below(&world->prng, 3 * MATCH_CROWD)];
			change_later(world, *one, RECORDS_CLIENT_FAMILY_NAME, families[prng_below(&world->prng, i < 30 ? 2 : 3)]);
		}
		MUST(match_run(world->match, world->hub, now(world)));
		if (i % 6 != 0)
			continue;
		char *before = digest(world);
		MUST(match_rebuild(world->match));
		MUST(match_run(world->match, world->hub, now(world)));
		char *after = digest(world);
		assert_string_equal(before, after);
		free(before);
		free(after);
	}
}

/* A store of the version before: its tables have fewer columns. */
static void tables_of_another_version_are_made_anew(void **state) /* M4 */
{
	struct world *world = *state;
	add(world, NULL, "Laine", "Eero", 1970);
	add(world, NULL, "Laine", "Eero", 1970);
	close_all(world);
	assert_int_equal(sqlite3_exec(world->db, "ALTER TABLE match_client RENAME COLUMN crowd TO other;"
				      "UPDATE match_meta SET value=1", NULL, NULL, NULL), SQLITE_OK);
	open_all(world, false);
	MUST(match_run(world->match, world->hub, now(world)));
	assert_int_equal(list(world, false).count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(equal_codes_link_the_newer_to_the_older),
		TEST(a_code_that_comes_later_links_then),
		TEST(another_separator_is_another_person),
		TEST(a_link_between_other_names_asks_for_a_look),
		TEST(what_is_alike_waits_for_a_person),
		TEST(what_was_rejected_is_not_proposed_again),
		TEST(two_people_who_come_to_have_one_code_are_looked_at),
		TEST(a_link_taken_away_stays_away),
		TEST(many_records_of_one_person_lead_to_the_oldest),
		TEST(what_cannot_be_merged_is_refused),
		TEST(erased_clients_are_matched_no_more),
		TEST(a_rebuilt_projection_is_the_same),
		TEST(what_was_touched_is_known_after_a_crash),
		TEST(a_name_that_many_bear_says_nothing_by_itself),
		TEST(a_birth_date_that_a_crowd_shares_says_nothing_either),
		TEST(a_crowd_is_told),
		TEST(crowds_that_come_and_go_leave_what_a_rebuild_makes),
		TEST(tables_of_another_version_are_made_anew),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
