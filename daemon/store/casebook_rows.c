/* casebook_rows - a record's rows in the tables of the book: put, changed, taken out. */
#include "store/casebook_book.h"

#include <sqlite3.h>
#include <stdlib.h>

#include "base/assert.h"
#include "store/casebook_text.h"
#include "store/casebook_words.h"
#include "domain/schema.h"

/* ---- memory ---- */

uint8_t *casebook_block_take(struct casebook_block *block, size_t bytes)
{
	if (bytes > block->size) {
		size_t size = block->size == 0 ? 4096 : block->size;
		while (size < bytes)
			size *= 2;
		uint8_t *data = realloc(block->data, size);
		if (data == NULL)
			return NULL;
		block->data = data;
		block->size = size;
	}
	return block->data;
}

static size_t set_slot(const struct casebook_set *set, const struct record_id *id)
{
	uint64_t a, b;
	memcpy(&a, id->bytes, sizeof a);
	memcpy(&b, id->bytes + sizeof a, sizeof b);
	uint64_t hash = (a ^ b * 0x9e3779b97f4a7c15u) * 0xff51afd7ed558ccdu;
	size_t slot = (size_t)(hash >> 20) & (set->slot_count - 1);
	while (set->slots[slot] != 0 && !ID_EQUAL(set->ids[set->slots[slot] - 1], *id))
		slot = (slot + 1) & (set->slot_count - 1);
	return slot;
}

static bool set_widen(struct casebook_set *set)
{
	size_t size = set->size == 0 ? 64 : set->size * 2;
	struct record_id *ids = realloc(set->ids, size * sizeof *ids);
	if (ids == NULL)
		return false;
	set->ids = ids;
	uint32_t *slots = calloc(size * 2, sizeof *slots);
	if (slots == NULL)
		return false;
	free(set->slots);
	set->slots = slots;
	set->size = size;
	set->slot_count = size * 2;
	for (size_t i = 0; i < set->count; i++)
		set->slots[set_slot(set, &set->ids[i])] = (uint32_t)i + 1;
	return true;
}

bool casebook_set_add(struct casebook_set *set, struct record_id id)
{
	if (set->count == set->size && !set_widen(set))
		return false;
	size_t slot = set_slot(set, &id);
	if (set->slots[slot] == 0) {
		set->ids[set->count++] = id;
		set->slots[slot] = (uint32_t)set->count;
	}
	return true;
}

void casebook_set_clear(struct casebook_set *set)
{
	if (set->count > 0)
		memset(set->slots, 0, set->slot_count * sizeof *set->slots);
	set->count = 0;
}

void casebook_set_deinit(struct casebook_set *set)
{
	free(set->ids);
	free(set->slots);
	*set = (struct casebook_set){ .count = 0 };
}

/* ---- rows ---- */

enum { KEY_RECORD_BITS = 21 };

_Static_assert(sizeof(struct author) == 2 * ID_BYTES, "an author is two ids, side by side");

static uint64_t key_of(const struct casebook_record *record)
{
	const uint64_t event_max = ((uint64_t)1 << 42) - 1; /* the year 2109 */
	uint64_t event = record->event_at_ms < event_max ? record->event_at_ms : event_max;
	uint64_t bits;
	memcpy(&bits, record->record_id.bytes, sizeof bits);
	return event << KEY_RECORD_BITS | (bits & (((uint64_t)1 << KEY_RECORD_BITS) - 1));
}

/* What stands in the book of a record: its key, and the words to take out. */
struct standing {
	bool exists;
	uint64_t key;
	struct span words;
};

/* The search text of a message, in that block. */
static struct fault words_of(struct casebook_block *block, uint32_t type, struct span shown, struct span *out)
{
	const struct schema_record *schema = schema_by_type(type);
	struct wire_out words;
	size_t bytes = casebook_words_bytes(shown);
	*out = span_of("", 0);
	if (schema == NULL)
		return fault_none();
	if (casebook_block_take(block, bytes) == NULL)
		return fault_of(FAULT_LIMIT, "memory for the search index");
	wire_out_init(&words, block->data, block->size);
	casebook_words_index(schema, shown, &words);
	ASSERT(!words.full);
	*out = wire_out_span(&words);
	return fault_none();
}

static struct fault standing_find(struct casebook *book, struct record_id id, struct standing *out)
{
	struct sqlite3_stmt *statement;
	bool row;

	FAULT_TRY(statements_take(&book->statements, CASEBOOK_ROW_FIND, &statement));
	statements_bind_bytes(statement, 1, ID_SPAN(id));
	struct fault fault = statements_step(&book->statements, statement, &row);
	if (!fault_is(fault) && row) {
		out->key = statements_number(statement, 0);
		fault = words_of(&book->old_words, (uint32_t)statements_number(statement, 1),
				 statements_bytes(statement, 2), &out->words);
	}
	out->exists = !fault_is(fault) && row;
	statements_release(&book->statements, CASEBOOK_ROW_FIND, statement);
	return fault;
}

static struct fault run_key(struct casebook *book, unsigned query, uint64_t key)
{
	struct sqlite3_stmt *statement;
	FAULT_TRY(statements_take(&book->statements, query, &statement));
	statements_bind_number(statement, 1, key);
	return statements_run(&book->statements, query, statement);
}

static struct fault run_words(struct casebook *book, unsigned query, uint64_t key, struct span words)
{
	struct sqlite3_stmt *statement;
	if (words.len == 0)
		return fault_none();
	FAULT_TRY(statements_take(&book->statements, query, &statement));
	statements_bind_number(statement, 1, key);
	statements_bind_text(statement, 2, words);
	return statements_run(&book->statements, query, statement);
}

static struct fault row_take_out(struct casebook *book, const struct standing *standing)
{
	FAULT_TRY(run_words(book, CASEBOOK_WORDS_REMOVE, standing->key, standing->words));
	FAULT_TRY(run_key(book, CASEBOOK_CONFLICT_REMOVE, standing->key));
	FAULT_TRY(run_key(book, CASEBOOK_DUE_REMOVE, standing->key));
	return run_key(book, CASEBOOK_ROW_REMOVE, standing->key);
}

/* The first free key from `*key` on: records of one moment may share their bits. */
static struct fault key_free(struct casebook *book, uint64_t *key)
{
	for (;; ++*key) {
		struct sqlite3_stmt *statement;
		bool taken;
		FAULT_TRY(statements_take(&book->statements, CASEBOOK_ROW_TAKEN, &statement));
		statements_bind_number(statement, 1, *key);
		struct fault fault = statements_step(&book->statements, statement, &taken);
		statements_release(&book->statements, CASEBOOK_ROW_TAKEN, statement);
		FAULT_TRY(fault);
		if (!taken)
			return fault_none();
	}
}

static uint64_t flags_of(const struct casebook_record *record)
{
	return (record->has_conflict ? CASEBOOK_IS_CONFLICT : 0u) | (record->is_pending ? CASEBOOK_IS_PENDING : 0u) |
	       (record->is_quarantined ? CASEBOOK_IS_QUARANTINED : 0u) | (record->is_apart ? CASEBOOK_IS_APART : 0u);
}

/* `query`: CASEBOOK_ROW_PUT or CASEBOOK_ROW_CHANGE. */
static struct fault row_write(struct casebook *book, unsigned query, uint64_t key, const struct casebook_folded *folded)
{
	const struct casebook_record *record = &folded->record;
	struct sqlite3_stmt *statement;

	FAULT_TRY(statements_take(&book->statements, query, &statement));
	statements_bind_number(statement, 1, key);
	statements_bind_bytes(statement, 2, ID_SPAN(record->record_id));
	statements_bind_bytes(statement, 3, ID_SPAN(record->case_id));
	statements_bind_number(statement, 4, record->record_type);
	statements_bind_number(statement, 5, record->created_ms);
	statements_bind_number(statement, 6, record->changed_ms);
	statements_bind_number(statement, 7, record->event_at_ms);
	statements_bind_bytes(statement, 8, span_of(&record->last_author, sizeof record->last_author));
	statements_bind_number(statement, 9, flags_of(record));
	statements_bind_text(statement, 10, record->title);
	statements_bind_bytes(statement, 11, record->shown);
	statements_bind_bytes(statement, 12, span_of(folded->hash.bytes, DELTA_HASH_BYTES));
	return statements_run(&book->statements, query, statement);
}

static struct fault conflicts_put(struct casebook *book, uint64_t key, const struct casebook_folded *folded)
{
	const struct fold_record *fold = &folded->fold;
	for (size_t i = 0; i < fold->count; i++) {
		struct sqlite3_stmt *statement;
		if (!casebook_asks(folded, &fold->fields[i]))
			continue;
		FAULT_TRY(statements_take(&book->statements, CASEBOOK_CONFLICT_PUT, &statement));
		statements_bind_number(statement, 1, key);
		statements_bind_number(statement, 2, fold->fields[i].number);
		FAULT_TRY(statements_run(&book->statements, CASEBOOK_CONFLICT_PUT, statement));
	}
	return fault_none();
}

struct fault casebook_row_store(struct casebook *book, struct record_id id, const struct casebook_folded *folded)
{
	struct standing standing = { .exists = false };
	struct span words = { NULL, 0 };

	FAULT_TRY(standing_find(book, id, &standing));
	if (!folded->exists) {
		if (!standing.exists)
			return fault_none();
		book->must_settle = true; /* B2 */
		return row_take_out(book, &standing);
	}
	FAULT_TRY(words_of(&book->words, folded->record.record_type, folded->record.shown, &words));
	uint64_t key = key_of(&folded->record);
	bool stays = standing.exists && standing.key >> KEY_RECORD_BITS == key >> KEY_RECORD_BITS;
	if (stays) {
		/* The same moment: only what differs is written. */
		key = standing.key;
		if (!span_equal(words, standing.words)) {
			FAULT_TRY(run_words(book, CASEBOOK_WORDS_REMOVE, key, standing.words));
			FAULT_TRY(run_words(book, CASEBOOK_WORDS_PUT, key, words));
		}
		FAULT_TRY(run_key(book, CASEBOOK_CONFLICT_REMOVE, key));
		FAULT_TRY(run_key(book, CASEBOOK_DUE_REMOVE, key));
	} else {
		if (standing.exists)
			FAULT_TRY(row_take_out(book, &standing));
		FAULT_TRY(key_free(book, &key));
		FAULT_TRY(run_words(book, CASEBOOK_WORDS_PUT, key, words));
	}
	FAULT_TRY(row_write(book, stays ? CASEBOOK_ROW_CHANGE : CASEBOOK_ROW_PUT, key, folded));
	FAULT_TRY(conflicts_put(book, key, folded));
	return casebook_agenda_put(book, key, folded);
}

/* FTS5 only marks words as removed; one merge of the whole index drops them, and
 * secure_delete overwrites what they stood on. */
struct fault casebook_row_settle(struct casebook *book)
{
	struct sqlite3_stmt *statement;
	book->must_settle = false;
	FAULT_TRY(statements_take(&book->statements, CASEBOOK_WORDS_SETTLE, &statement));
	return statements_run(&book->statements, CASEBOOK_WORDS_SETTLE, statement);
}

struct fault casebook_rows_clear(struct casebook *book)
{
	book->must_settle = false;
	return statements_exec(&book->statements,
			       "DELETE FROM book_record; DELETE FROM book_conflict; DELETE FROM book_agenda;"
			       "INSERT INTO book_words(book_words) VALUES('delete-all');");
}

struct fault casebook_row_read(struct casebook *book, struct sqlite3_stmt *row, struct casebook_record *out)
{
	uint64_t flags = statements_number(row, 8);
	struct casebook_record record = {
		.record_type = (uint32_t)statements_number(row, 3),
		.created_ms = statements_number(row, 4),
		.changed_ms = statements_number(row, 5),
		.event_at_ms = statements_number(row, 6),
		.has_conflict = (flags & CASEBOOK_IS_CONFLICT) != 0,
		.is_pending = (flags & CASEBOOK_IS_PENDING) != 0,
		.is_quarantined = (flags & CASEBOOK_IS_QUARANTINED) != 0,
		.is_apart = (flags & CASEBOOK_IS_APART) != 0,
		.title = statements_bytes(row, 9),
		.shown = statements_bytes(row, 10),
	};
	(void)book;
	if (!statements_copy(row, 1, record.record_id.bytes, ID_BYTES) ||
	    !statements_copy(row, 2, record.case_id.bytes, ID_BYTES) ||
	    !statements_copy(row, 7, (uint8_t *)&record.last_author, sizeof record.last_author))
		return fault_of(FAULT_STORE, "a row of the case book is damaged: rebuild");
	*out = record;
	return fault_none();
}
