/* The case book is what the log says, whatever way the log came about. */
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/book_node.h"
#include "lib/prng.h"
#include "lib/shape.h"
#include "records_table.h"
#include "store/casebook.h"

#define MUST(call) assert_int_equal((call).kind, FAULT_NONE)

/* ---- what was read ---- */

struct seen {
	size_t count;
	struct casebook_record last;
	char titles[1024]; /* joined by ", " */
	uint8_t shown[4096];
	uint32_t fields[8];
};

static bool see(void *ctx, const struct casebook_record *record)
{
	struct seen *seen = ctx;
	size_t at = strlen(seen->titles);
	if (at + record->title.len + 3 < sizeof seen->titles) {
		memcpy(seen->titles + at, record->title.data, record->title.len);
		memcpy(seen->titles + at + record->title.len, ", ", 3);
	}
	seen->last = *record;
	seen->last.shown.data = seen->shown;
	if (record->shown.len <= sizeof seen->shown)
		memcpy(seen->shown, record->shown.data, record->shown.len);
	seen->count++;
	return true;
}

static bool see_conflict(void *ctx, const struct casebook_record *record, uint32_t field)
{
	struct seen *seen = ctx;
	assert_true(seen->count < 8);
	seen->fields[seen->count] = field;
	return see(ctx, record);
}

static struct seen get(struct book_node *node, unsigned record)
{
	struct seen seen = { .count = 0 };
	MUST(casebook_get(node->book, book_node_record(record), see, &seen));
	return seen;
}

static size_t found(struct book_node *node, const char *text)
{
	struct seen seen = { .count = 0 };
	MUST(casebook_search(node->book, span_text(text), 0, see, &seen));
	return seen.count;
}

static uint64_t conflicts(struct book_node *node)
{
	uint64_t count, records;
	MUST(casebook_count(node->book, &count, &records));
	return count;
}

/* ---- the tests ---- */

static void a_written_record_is_shown_listed_and_found(void **state)
{
	struct book_node *node = *state;
	struct seen listed = { .count = 0 };
	book_node_write(node, (struct book_write){ .fields = book_node_client("Guhtur", "Áilu"), .is_local = true });
	struct seen seen = get(node, 0);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.titles, "Guhtur Áilu, ");
	assert_true(span_equal(span_of(seen.shown, seen.last.shown.len), book_node_client("Guhtur", "Áilu")));
	assert_true(seen.last.is_pending && !seen.last.is_quarantined && !seen.last.has_conflict);
	assert_int_equal(seen.last.created_ms, node->stamp_ms);
	assert_int_equal(seen.last.event_at_ms, node->stamp_ms);
	assert_true(ID_EQUAL(seen.last.case_id, book_node_case(0)));
	MUST(casebook_list(node->book, RECORDS_TYPE_CLIENT, NULL, 0, see, &listed));
	assert_int_equal(listed.count, 1);
	assert_int_equal(found(node, "guhtu"), 1);
	assert_int_equal(get(node, 1).count, 0);
}

static void concurrent_changes_conflict_until_somebody_saw_both(void **state)
{
	struct book_node *node = *state;
	struct seen seen = { .count = 0 };
	book_node_write(node, (struct book_write){ .fields = book_node_client("Guhtur", "Aslak") });                        /* order 1 */
	book_node_write(node, (struct book_write){ .author = 1, .base = 1, .fields = book_node_texts(RECORDS_CLIENT_MUNICIPALITY, "Inari", 0u) });
	assert_int_equal(conflicts(node), 0);
	book_node_write(node, (struct book_write){ .author = 2, .base = 1, .fields = book_node_texts(RECORDS_CLIENT_MUNICIPALITY, "Utsjoki", 0u) });
	assert_int_equal(conflicts(node), 1);
	assert_true(get(node, 0).last.has_conflict);
	MUST(casebook_conflicts(node->book, see_conflict, &seen));
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.fields[0], RECORDS_CLIENT_MUNICIPALITY);
	assert_int_equal(found(node, "utsjoki"), 1); /* the later stamp is shown */
	assert_int_equal(found(node, "inari"), 0);
	book_node_write(node, (struct book_write){ .base = 3, .fields = book_node_texts(RECORDS_CLIENT_MUNICIPALITY, "Inari", 0u) });
	assert_int_equal(conflicts(node), 0);
	assert_int_equal(found(node, "inari"), 1);
	assert_int_equal(found(node, "utsjoki"), 0);
}

static void fields_tell_every_sibling_and_who_wrote_it(void **state)
{
	static uint8_t block[65536];
	struct book_node *node = *state;
	struct arena arena;
	const struct casebook_field *fields;
	size_t count;
	book_node_write(node, (struct book_write){ .fields = book_node_client("Guhtur", "Aslak") });
	book_node_write(node, (struct book_write){ .author = 1, .base = 1, .fields = book_node_texts(RECORDS_CLIENT_GIVEN_NAMES, "Máhtte", 0u) });
	book_node_write(node, (struct book_write){ .author = 2, .base = 1, .cleared = RECORDS_CLIENT_GIVEN_NAMES, .is_local = true });
	arena_init(&arena, block, sizeof block);
	MUST(casebook_fields(node->book, book_node_record(0), &arena, &fields, &count));
	assert_int_equal(count, 2);
	assert_int_equal(fields[1].number, RECORDS_CLIENT_GIVEN_NAMES);
	assert_int_equal(fields[1].count, 2);
	struct author two = book_node_author(2), one = book_node_author(1);
	assert_true(id_author_equal(&fields[1].siblings[0].author, &two)); /* the later stamp */
	assert_int_equal(fields[1].siblings[0].whole.len, 0);
	assert_int_equal(fields[1].siblings[0].order.n, 0);
	assert_true(id_author_equal(&fields[1].siblings[1].author, &one));
	assert_int_equal(fields[1].siblings[1].order.n, 2);
	assert_true(span_equal(fields[1].siblings[1].whole, book_node_texts(RECORDS_CLIENT_GIVEN_NAMES, "Máhtte", 0u)));
	arena_init(&arena, block, 64);
	assert_int_equal(casebook_fields(node->book, book_node_record(0), &arena, &fields, &count).kind, FAULT_LIMIT);
}

static void place(struct book_node *node, unsigned author, uint64_t seq, unsigned owner, unsigned record, enum log_verdict verdict)
{
	struct author id = book_node_author(author);
	struct order order = { 1, verdict == LOG_ACCEPTED ? ++node->order : 0 };
	MUST(log_begin(node->log));
	MUST(log_place(node->log, &id, seq, order, 0, verdict, 1));
	MUST(node->hooks->ops->touched(node->hooks->ctx, book_node_case(owner), book_node_record(record), NULL));
	MUST(log_commit(node->log));
}

static void case_is(struct book_node *node, enum delta_case_kind kind)
{
	struct log_case info = { .kind = kind, .case_id = book_node_case(0) };
	MUST(log_begin(node->log));
	MUST(log_case_put(node->log, &info));
	MUST(log_commit(node->log));
}

static void verdicts_mark_and_take_out(void **state) /* B3 */
{
	struct book_node *node = *state;
	case_is(node, DELTA_CASE_REFERENCE); /* what central reads too */
	book_node_write(node, (struct book_write){ .fields = book_node_client("Guhtur", "Aslak") });
	uint64_t seq = book_node_write(node, (struct book_write){ .author = 1, .base = 1, .is_local = true,
							.fields = book_node_texts(RECORDS_CLIENT_MUNICIPALITY, "Inari", 0u) });
	assert_true(get(node, 0).last.is_pending);
	place(node, 1, seq, 0, 0, LOG_QUARANTINED);
	assert_false(get(node, 0).last.is_pending);
	assert_true(get(node, 0).last.is_quarantined);
	assert_int_equal(found(node, "inari"), 1); /* on its author's device */
	casebook_set_central(node->book);
	place(node, 1, seq, 0, 0, LOG_QUARANTINED);
	assert_false(get(node, 0).last.is_quarantined);
	assert_int_equal(found(node, "inari"), 0);
	place(node, 1, seq, 0, 0, LOG_ACCEPTED);
	assert_int_equal(found(node, "inari"), 1);
	place(node, 1, seq, 0, 0, LOG_REJECTED);
	assert_int_equal(found(node, "inari"), 0);
	assert_int_equal(found(node, "guhtur"), 1);
}

static void a_record_rejected_whole_is_gone(void **state)
{
	struct book_node *node = *state;
	uint64_t seq = book_node_write(node, (struct book_write){ .fields = book_node_client("Guhtur", "Aslak"), .is_local = true });
	place(node, 0, seq, 0, 0, LOG_REJECTED);
	assert_int_equal(get(node, 0).count, 0);
	assert_int_equal(found(node, "guhtur"), 0);
}

static void lists_are_newest_event_first(void **state)
{
	struct book_node *node = *state;
	struct seen all = { .count = 0 }, by_type = { .count = 0 }, by_case = { .count = 0 }, both = { .count = 0 };
	struct case_id one = book_node_case(1);
	book_node_write(node, (struct book_write){ .record = 1, .fields = book_node_client("B", "b"), .event_at_ms = 2000 });
	book_node_write(node, (struct book_write){ .record = 2, .owner = 1, .fields = book_node_client("C", "c"), .event_at_ms = 3000 });
	book_node_write(node, (struct book_write){ .record = 3, .owner = 1, .fields = book_node_client("A", "a"), .event_at_ms = 1000 });
	book_node_write(node, (struct book_write){ .record = 4, .owner = 1, .type = RECORDS_TYPE_VISIT, .event_at_ms = 2500,
					 .fields = book_node_texts(RECORDS_VISIT_TOPIC, "V", 0u) });
	book_node_write(node, (struct book_write){ .record = 5, .fields = book_node_client("D", "d"), .event_at_ms = 2000 }); /* the same moment */
	MUST(casebook_list(node->book, 0, NULL, 0, see, &all));
	assert_int_equal(all.count, 5);
	assert_memory_equal(all.titles, "C c, V, ", 8);
	MUST(casebook_list(node->book, RECORDS_TYPE_CLIENT, NULL, 1, see, &by_type));
	assert_string_equal(by_type.titles, "C c, ");
	MUST(casebook_list(node->book, 0, &one, 0, see, &by_case));
	assert_string_equal(by_case.titles, "C c, V, A a, ");
	MUST(casebook_list(node->book, RECORDS_TYPE_CLIENT, &one, 0, see, &both));
	assert_string_equal(both.titles, "C c, A a, ");
	/* A corrected time moves it. */
	book_node_write(node, (struct book_write){ .record = 3, .owner = 1, .base = 9, .fields = book_node_client("A", "a"), .event_at_ms = 9000 });
	memset(&by_case, 0, sizeof by_case);
	MUST(casebook_list(node->book, 0, &one, 0, see, &by_case));
	assert_string_equal(by_case.titles, "A a, C c, V, ");
	assert_int_equal(found(node, "a"), 1);
}

static struct span one_number(uint32_t number, uint64_t value)
{
	static uint8_t block[64];
	struct wire_out out;
	wire_out_init(&out, block, sizeof block);
	wire_put_varint(&out, number, value);
	return wire_out_span(&out);
}

static bool take_case(void *ctx, struct case_id id)
{
	struct case_id *out = ctx;
	*out = id;
	return true;
}

static void records_and_cases_are_found_by_the_beginning_of_their_id(void **state)
{
	struct book_node *node = *state;
	struct seen seen = { .count = 0 };
	struct case_id owner;
	uint64_t count, records;
	book_node_write(node, (struct book_write){ .record = 0x21, .owner = 3, .fields = book_node_client("A", "a") });
	book_node_write(node, (struct book_write){ .record = 0x22, .owner = 4, .fields = book_node_client("B", "b") });
	MUST(casebook_find(node->book, span_text("A022"), see, &seen));
	assert_string_equal(seen.titles, "B b, ");
	MUST(casebook_find(node->book, span_text("a0220"), see, &seen));
	assert_int_equal(seen.count, 2);
	assert_int_equal(casebook_find(node->book, span_text("a02"), see, &seen).kind, FAULT_CALLER);
	assert_int_equal(casebook_find(node->book, span_text("a0zz"), see, &seen).kind, FAULT_CALLER);
	MUST(casebook_find_case(node->book, span_text("c003"), take_case, &owner));
	assert_true(ID_EQUAL(owner, book_node_case(3)));
	MUST(casebook_count(node->book, &count, &records));
	assert_int_equal(records, 2);
}

static void a_rolled_back_write_never_was(void **state)
{
	struct book_node *node = *state;
	struct delta_hash before, after;
	book_node_write(node, (struct book_write){ .fields = book_node_client("Guhtur", "Aslak") });
	MUST(casebook_digest(node->book, &before));
	MUST(log_begin(node->log));
	book_node_write(node, (struct book_write){ .author = 1, .base = 1, .fields = book_node_client("Toinen", "Nimi") });
	MUST(log_rollback(node->log));
	MUST(log_begin(node->log));
	MUST(log_commit(node->log));
	MUST(casebook_digest(node->book, &after));
	assert_memory_equal(&before, &after, sizeof before);
	assert_int_equal(found(node, "toinen"), 0);
}

static void a_record_stays_in_its_case(void **state)
{
	struct book_node *node = *state;
	book_node_write(node, (struct book_write){ .fields = book_node_client("Guhtur", "Aslak") });
	book_node_write(node, (struct book_write){ .author = 1, .owner = 7, .base = 1, .fields = book_node_client("Vieras", "Tapaus") });
	struct seen seen = get(node, 0);
	assert_int_equal(seen.count, 1);
	assert_true(ID_EQUAL(seen.last.case_id, book_node_case(0)));
	assert_string_equal(seen.titles, "Guhtur Aslak, ");
}

static void a_record_of_many_and_long_changes_folds(void **state)
{
	static char text[20001];
	struct book_node *node = *state;
	char name[16];
	memset(text, 'x', sizeof text - 1);
	for (unsigned i = 0; i < 300; i++) {
		snprintf(name, sizeof name, "Nimi%u", i);
		book_node_write(node, (struct book_write){ .author = i % 4, .base = node->order,
							   .fields = book_node_client("Guhtur", name) });
	}
	assert_string_equal(get(node, 0).titles, "Guhtur Nimi299, ");
	assert_int_equal(conflicts(node), 0);
	for (unsigned i = 0; i < 20; i++) {
		uint8_t *block = malloc(21000);
		struct wire_out out;
		text[0] = (char)('a' + i);
		wire_out_init(&out, block, 21000);
		wire_put_bytes(&out, RECORDS_VISIT_TOPIC, span_text(text));
		book_node_write(node, (struct book_write){ .record = 1, .author = i % 4, .type = RECORDS_TYPE_VISIT,
							   .fields = wire_out_span(&out) });
		free(block);
	}
	text[0] = 'a' + 19;
	assert_int_equal(found(node, text), 1);
	assert_int_equal(found(node, "txxx"), 1);
	assert_int_equal(conflicts(node), 1);
}

static int count_steps(void *ctx)
{
	++*(unsigned *)ctx;
	return 0;
}

/* The rules ask so at every write: it must not take longer in a case of thousands. */
static void the_few_of_one_type_are_found_without_reading_their_case(void **state)
{
	struct book_node *node = *state;
	struct case_id id = book_node_case(0);
	struct seen seen = { 0 };
	unsigned steps = 0;
	book_node_write(node, (struct book_write){ .fields = book_node_client("Guhtur", "Aslak") });
	for (unsigned i = 1; i < 500; i++)
		book_node_write(node, (struct book_write){ .record = i, .type = RECORDS_TYPE_VISIT,
							   .fields = book_node_texts(RECORDS_VISIT_TOPIC, "Käynti", 0u) });
	sqlite3_progress_handler(node->db, 1, count_steps, &steps);
	MUST(casebook_list(node->book, RECORDS_TYPE_CLIENT, &id, 0, see, &seen));
	sqlite3_progress_handler(node->db, 0, NULL, NULL);
	assert_int_equal(seen.count, 1);
	assert_in_range(steps, 1, 200);
}

static void a_record_of_an_unknown_type_is_kept_and_shown(void **state)
{
	struct book_node *node = *state;
	book_node_write(node, (struct book_write){ .type = 60000, .fields = book_node_texts(3, "later version", 0u) });
	struct seen seen = get(node, 0);
	assert_int_equal(seen.count, 1);
	assert_true(span_equal(span_of(seen.shown, seen.last.shown.len), book_node_texts(3, "later version", 0u)));
	assert_int_equal(found(node, "later"), 0);
}

static void erase_record(struct book_node *node, unsigned owner, unsigned record)
{
	MUST(log_begin(node->log));
	MUST(log_erase_record(node->log, book_node_record(record)));
	MUST(node->hooks->ops->touched(node->hooks->ctx, book_node_case(owner), book_node_record(record), NULL));
	MUST(log_commit(node->log));
}

static void forget_case(struct book_node *node, unsigned owner, unsigned own)
{
	MUST(log_begin(node->log));
	MUST(log_remove_case(node->log, book_node_case(owner), book_node_author(own).node));
	MUST(node->hooks->ops->forgot(node->hooks->ctx, book_node_case(owner)));
	MUST(log_commit(node->log));
}

/* Reads the whole file after a checkpoint; the caller frees. */
static uint8_t *file_bytes(struct book_node *node, const char *path, size_t *len)
{
	assert_int_equal(sqlite3_wal_checkpoint_v2(node->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL), SQLITE_OK);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	*len = (size_t)ftell(file);
	rewind(file);
	uint8_t *bytes = malloc(*len);
	assert_int_equal(fread(bytes, 1, *len, file), *len);
	fclose(file);
	return bytes;
}

static bool holds(const uint8_t *bytes, size_t len, const char *text)
{
	return memmem(bytes, len, text, strlen(text)) != NULL;
}

/* B2, on the bytes themselves: a plain database, so that they can be read. */
static void a_forgotten_case_leaves_no_row_and_no_word_in_the_file(void **state)
{
	struct book_node *node = *state;
	char directory[64], path[96], name[128];
	const char *base = getenv("TMPDIR");
	size_t len;
	snprintf(directory, sizeof directory, "%s/jalka-book-XXXXXX", base != NULL && strlen(base) < 40 ? base : "/tmp");
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/book.db", directory);
	book_node_close_book(node);
	assert_int_equal(sqlite3_close(node->db), SQLITE_OK);
	assert_int_equal(sqlite3_open(path, &node->db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(node->db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL), SQLITE_OK);
	book_node_open_book(node);

	for (unsigned i = 0; i < 60; i++) {
		char family[32];
		snprintf(family, sizeof family, "%s%c%cx", i % 2 ? "Unohtuva" : "Pysyva", 'a' + (int)i % 26, 'a' + (int)i / 26);
		book_node_write(node, (struct book_write){ .record = i, .owner = i % 2, .author = i % 3, .fields = book_node_client(family, "Nimi") });
	}
	book_node_write(node, (struct book_write){ .record = 1, .owner = 1, .base = 99, .fields = book_node_client("Unohtuvauusi", "Nimi") });
	uint8_t *bytes = file_bytes(node, path, &len);
	assert_true(holds(bytes, len, "unohtuva") && holds(bytes, len, "Unohtuvaba") && holds(bytes, len, "pysyva"));
	free(bytes);

	forget_case(node, 1, 0);
	assert_int_equal(found(node, "unohtuva"), 0);
	assert_int_equal(found(node, "pysyva"), 30);
	bytes = file_bytes(node, path, &len);
	assert_false(holds(bytes, len, "nohtuv"));
	assert_true(holds(bytes, len, "pysyva") && holds(bytes, len, "Pysyvaaa"));
	free(bytes);

	erase_record(node, 0, 0);
	assert_int_equal(found(node, "pysyvaaax"), 0);
	bytes = file_bytes(node, path, &len);
	assert_false(holds(bytes, len, "ysyvaaa"));
	free(bytes);
	book_node_close_book(node);
	sqlite3_close(node->db);
	unlink(path);
	snprintf(name, sizeof name, "%s-wal", path);
	unlink(name);
	snprintf(name, sizeof name, "%s-shm", path);
	unlink(name);
	rmdir(directory);
	assert_int_equal(sqlite3_open(":memory:", &node->db), SQLITE_OK);
	book_node_open_book(node);
}

static void a_book_of_another_version_is_rebuilt(void **state)
{
	struct book_node *node = *state;
	struct delta_hash before, after;
	book_node_write(node, (struct book_write){ .fields = book_node_client("Guhtur", "Aslak") });
	MUST(casebook_digest(node->book, &before));
	book_node_close_book(node);
	assert_int_equal(sqlite3_exec(node->db, "UPDATE book_meta SET value=1 WHERE name='version'; DELETE FROM book_record;", NULL, NULL, NULL), SQLITE_OK);
	book_node_open_book(node);
	assert_int_equal(found(node, "guhtur"), 1); /* the first read rebuilds */
	MUST(casebook_digest(node->book, &after));
	assert_memory_equal(&before, &after, sizeof before);
	book_node_close_book(node);
	assert_int_equal(sqlite3_exec(node->db, "UPDATE book_meta SET value=1 WHERE name='version'; DELETE FROM book_record;", NULL, NULL, NULL), SQLITE_OK);
	book_node_open_book(node);
	book_node_write(node, (struct book_write){ .record = 1, .fields = book_node_client("Toinen", "Nimi") }); /* and so does the first commit */
	assert_int_equal(found(node, "guhtur"), 1);
	assert_int_equal(found(node, "toinen"), 1);
}

static void a_newly_known_central_epoch_folds_again(void **state) /* P9 */
{
	struct book_node *node = *state;
	struct order_epoch second = { .generation = 2, .inherited = 5, .parent = node->orders.epochs[0].id };
	book_node_write(node, (struct book_write){ .fields = book_node_client("Guhtur", "Aslak") }); /* order 1 */
	book_node_write(node, (struct book_write){ .author = 1, .base_epoch = 0xdd, .base = 6,
						   .fields = book_node_client("Guhtur", "Máhtte") });
	assert_int_equal(conflicts(node), 1); /* nobody here knows what that base covers */
	memset(second.id.bytes, 0xdd, ID_BYTES);
	MUST(order_learn(&node->orders, &second));
	assert_int_equal(conflicts(node), 0);
}

static void the_central_book_holds_nobodys_life(void **state) /* B4 */
{
	struct book_node *node = *state;
	casebook_set_central(node->book);
	case_is(node, DELTA_CASE_CLIENT);
	book_node_write(node, (struct book_write){ .fields = book_node_client("Guhtur", "Aslak") });
	assert_int_equal(found(node, "guhtur"), 0);
	MUST(casebook_rebuild(node->book));
	assert_int_equal(found(node, "guhtur"), 0);
	case_is(node, DELTA_CASE_DIRECTORY); /* the same words where central may read them */
	MUST(casebook_rebuild(node->book));
	assert_int_equal(found(node, "guhtur"), 1);
}

static void the_central_book_finds_its_two_cases_when_it_is_opened(void **state) /* B4 */
{
	struct book_node *node = *state;
	const enum delta_case_kind kinds[] = { DELTA_CASE_CLIENT, DELTA_CASE_REFERENCE, DELTA_CASE_DIRECTORY };
	MUST(log_begin(node->log));
	for (unsigned i = 0; i < 3; i++) {
		struct log_case info = { .case_id = book_node_case(i), .kind = kinds[i], .has_secret = true };
		MUST(log_case_put(node->log, &info));
	}
	MUST(log_commit(node->log));
	casebook_set_central(node->book);
	for (unsigned i = 0; i < 3; i++)
		book_node_write(node, (struct book_write){ .record = i, .owner = i, .fields = book_node_client("Guhtur", "Aslak") });
	assert_int_equal(found(node, "guhtur"), 2);
	MUST(casebook_rebuild(node->book));
	assert_int_equal(found(node, "guhtur"), 2);
	assert_int_equal(get(node, 0).count, 0);
}

/* ---- random histories ---- */

enum { HISTORY_RECORDS = 20, HISTORY_CASES = 4 };

struct history {
	struct prng prng;
	bool is_gone[HISTORY_CASES];
};

static void history_write(struct book_node *node, struct history *history, uint32_t const *types)
{
	static uint8_t block[8192];
	struct wire_out out;
	char mark[24];
	struct prng *prng = &history->prng;
	unsigned record = (unsigned)prng_below(prng, HISTORY_RECORDS);
	const struct schema_record *schema = schema_by_type(types[record % 4]);
	snprintf(mark, sizeof mark, "sana%u-%u", (unsigned)prng_below(prng, 30), record);
	wire_out_init(&out, block, sizeof block);
	if (prng_chance(prng, 400)) {
		shape_write(schema->message, mark, &out);
	} else {
		const struct schema_field *field = &schema->message->fields[prng_below(prng, schema->message->count)];
		shape_field(field, mark, &out);
	}
	assert_false(out.full);
	uint64_t back = prng_below(prng, 8);
	book_node_write(node, (struct book_write){
		.author = (unsigned)prng_below(prng, 4), .owner = record % HISTORY_CASES, .record = record,
		.type = schema->type, .fields = wire_out_span(&out), .base = node->order > back ? node->order - back : 0,
		.stamp_ms = prng_chance(prng, 100) ? node->stamp_ms - 3 : 0,
		.event_at_ms = prng_chance(prng, 300) ? 1600000000000 + prng_below(prng, 3) : 0,
		.is_local = prng_chance(prng, 400),
	});
}

struct any_entry {
	uint64_t local;
	struct log_entry entry;
	bool found;
};

static bool take_entry(void *ctx, const struct log_entry *entry)
{
	struct any_entry *any = ctx;
	any->entry = *entry;
	any->found = true;
	return false;
}

/* A receipt, a decision or a replaced stamp for some entry, out of turn. */
static void history_place(struct book_node *node, struct history *history)
{
	struct prng *prng = &history->prng;
	struct any_entry any = { .found = false };
	uint64_t last;
	MUST(log_last_local(node->log, &last));
	MUST(log_read_local(node->log, last > 0 ? prng_below(prng, last) : 0, take_entry, &any));
	if (!any.found)
		return;
	struct order order = { 1, any.entry.order_count == 0 && prng_chance(prng, 700) ? ++node->order : 0 };
	enum log_verdict verdict = order.n != 0 || any.entry.order_count > 0 ? LOG_ACCEPTED : LOG_QUARANTINED;
	if (prng_chance(prng, 150))
		verdict = LOG_REJECTED;
	MUST(log_begin(node->log));
	MUST(log_place(node->log, &any.entry.author, any.entry.seq, order, prng_chance(prng, 200) ? node->stamp_ms - 5 : 0,
		       verdict, 2));
	MUST(node->hooks->ops->touched(node->hooks->ctx, any.entry.case_id, any.entry.record_id, NULL));
	if (prng_chance(prng, 100))
		MUST(log_rollback(node->log));
	else
		MUST(log_commit(node->log));
}

static void history_step(struct book_node *node, struct history *history)
{
	static const uint32_t types[] = { RECORDS_TYPE_CLIENT, RECORDS_TYPE_VISIT, RECORDS_TYPE_ENCOUNTER_NOTE,
					  RECORDS_TYPE_ASSISTANCE_APPLICATION };
	uint64_t choice = prng_below(&history->prng, 1000);
	if (choice < 700)
		history_write(node, history, types);
	else if (choice < 950)
		history_place(node, history);
	else if (choice < 980)
		erase_record(node, 0, (unsigned)prng_below(&history->prng, HISTORY_RECORDS) & ~3u);
	else
		forget_case(node, (unsigned)prng_below(&history->prng, HISTORY_CASES), 1);
}

static void a_rebuilt_book_is_the_same_book(void **state) /* B1 */
{
	(void)state;
	for (uint64_t seed = 1; seed <= 25; seed++) {
		struct history history = { .is_gone = { false } };
		struct book_node *node;
		struct delta_hash kept, rebuilt;
		void *fresh;
		prng_init(&history.prng, seed);
		book_node_setup(&fresh);
		node = fresh;
		for (int round = 0; round < 6; round++) {
			for (int i = 0; i < 25; i++)
				history_step(node, &history);
			MUST(casebook_digest(node->book, &kept));
			MUST(casebook_rebuild(node->book));
			MUST(casebook_digest(node->book, &rebuilt));
			if (memcmp(&kept, &rebuilt, sizeof kept) != 0)
				print_error("seed %u round %d\n", (unsigned)seed, round);
			assert_memory_equal(&kept, &rebuilt, sizeof kept);
		}
		book_node_teardown(&fresh);
	}
}

static void the_digest_sees_every_table(void **state)
{
	static const char *const changes[] = {
		"UPDATE book_record SET title='x'", "UPDATE book_record SET fold=zeroblob(32)", "DELETE FROM book_conflict",
		"UPDATE book_agenda SET counted=counted+1", "INSERT INTO book_words(rowid, words) VALUES(1, 'sana')",
	};
	struct book_node *node = *state;
	struct delta_hash before, after;
	book_node_write(node, (struct book_write){ .type = RECORDS_TYPE_VISIT, .fields = one_number(RECORDS_VISIT_PLANNED_AT, 1800000000100) });
	book_node_write(node, (struct book_write){ .type = RECORDS_TYPE_VISIT, .author = 1, .fields = one_number(RECORDS_VISIT_PLANNED_AT, 1800000000200) });
	MUST(casebook_digest(node->book, &before));
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		assert_int_equal(sqlite3_exec(node->db, changes[i], NULL, NULL, NULL), SQLITE_OK);
		MUST(casebook_digest(node->book, &after));
		assert_memory_not_equal(&before, &after, sizeof before);
		MUST(casebook_rebuild(node->book));
		MUST(casebook_digest(node->book, &after));
		assert_memory_equal(&before, &after, sizeof before);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, book_node_setup, book_node_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_written_record_is_shown_listed_and_found),
		TEST(concurrent_changes_conflict_until_somebody_saw_both),
		TEST(fields_tell_every_sibling_and_who_wrote_it),
		TEST(verdicts_mark_and_take_out),
		TEST(a_record_rejected_whole_is_gone),
		TEST(lists_are_newest_event_first),
		TEST(records_and_cases_are_found_by_the_beginning_of_their_id),
		TEST(a_rolled_back_write_never_was),
		TEST(a_record_stays_in_its_case),
		TEST(a_record_of_many_and_long_changes_folds),
		TEST(the_few_of_one_type_are_found_without_reading_their_case),
		TEST(a_record_of_an_unknown_type_is_kept_and_shown),
		TEST(a_forgotten_case_leaves_no_row_and_no_word_in_the_file),
		TEST(a_book_of_another_version_is_rebuilt),
		TEST(a_newly_known_central_epoch_folds_again),
		TEST(the_central_book_holds_nobodys_life),
		TEST(the_central_book_finds_its_two_cases_when_it_is_opened),
		TEST(the_digest_sees_every_table),
		cmocka_unit_test(a_rebuilt_book_is_the_same_book),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
