/* casebook_read - what the book answers: records, lists, search, conflicts. */
#include "store/casebook_book.h"

#include <sqlite3.h>
#include <stdlib.h>

#include "base/assert.h"
#include "store/casebook_words.h"
#include "domain/lifecycle.h"
#include "domain/schema.h"
#include "records_table.h"

static uint64_t limit_of(size_t limit)
{
	return limit == 0 || limit > INT64_MAX ? INT64_MAX : limit;
}

/* Hands every record of a bound statement to fn, and releases it. */
static struct fault read_records(struct casebook *book, unsigned query, struct sqlite3_stmt *statement,
				 casebook_record_fn *fn, void *ctx)
{
	struct casebook_record record;
	struct fault fault;
	bool row;
	for (;;) {
		fault = statements_step(&book->statements, statement, &row);
		if (fault_is(fault) || !row)
			break;
		fault = casebook_row_read(book, statement, &record);
		if (fault_is(fault) || !fn(ctx, &record))
			break;
	}
	statements_release(&book->statements, query, statement);
	return fault;
}

struct fault casebook_get(struct casebook *book, struct record_id id, casebook_record_fn *fn, void *ctx)
{
	struct sqlite3_stmt *statement;
	FAULT_TRY(casebook_ready(book));
	FAULT_TRY(statements_take(&book->statements, CASEBOOK_GET, &statement));
	statements_bind_bytes(statement, 1, ID_SPAN(id));
	return read_records(book, CASEBOOK_GET, statement, fn, ctx);
}

struct fault casebook_list(struct casebook *book, uint32_t record_type, const struct case_id *case_id, size_t limit,
			   casebook_record_fn *fn, void *ctx)
{
	bool by_case = case_id != NULL && !ID_IS_NONE(*case_id);
	bool by_type = record_type != 0;
	unsigned query = by_case && by_type ? CASEBOOK_LIST_CASE_TYPE :
			 by_case	    ? CASEBOOK_LIST_CASE :
			 by_type	    ? CASEBOOK_LIST_TYPE :
					      CASEBOOK_LIST;
	struct sqlite3_stmt *statement;
	FAULT_TRY(casebook_ready(book));
	FAULT_TRY(statements_take(&book->statements, query, &statement));
	statements_bind_number(statement, 1, limit_of(limit));
	if (by_type)
		statements_bind_number(statement, 2, record_type);
	if (by_case)
		statements_bind_bytes(statement, 3, ID_SPAN(*case_id));
	return read_records(book, query, statement, fn, ctx);
}

/* Of each tier the people are read first, then all: who is looked for by name stands above
 * what was written about them, however much that is. */
enum { PASSES_OF_TIER = 2, PASSES = PASSES_OF_TIER * CASEBOOK_WORDS_TIERS };

/* A search under way: what the passes before this one gave is not given again. */
struct searching {
	casebook_record_fn *fn;
	void *ctx;
	uint64_t *given;   /* keys, falling within each pass */
	size_t count, room;
	size_t ends[PASSES];
	uint64_t limit;
	bool stopped;
};

static bool was_given(const struct searching *searching, size_t pass, uint64_t key)
{
	for (size_t i = 0; i < pass; i++) {
		size_t low = i == 0 ? 0 : searching->ends[i - 1], high = searching->ends[i];
		while (low < high) {
			size_t middle = low + (high - low) / 2;
			if (searching->given[middle] == key)
				return true;
			if (searching->given[middle] > key)
				low = middle + 1;
			else
				high = middle;
		}
	}
	return false;
}

static bool note_given(struct searching *searching, uint64_t key)
{
	if (searching->count == searching->room) {
		size_t room = searching->room == 0 ? 64 : searching->room * 2;
		uint64_t *given = realloc(searching->given, room * sizeof *given);
		if (given == NULL)
			return false;
		searching->given = given;
		searching->room = room;
	}
	searching->given[searching->count++] = key;
	return true;
}

static struct fault search_row(struct casebook *book, struct searching *searching, size_t pass, struct sqlite3_stmt *row)
{
	struct casebook_record record;
	uint64_t key = statements_number(row, 0);
	if (was_given(searching, pass, key))
		return fault_none();
	FAULT_TRY(casebook_row_read(book, row, &record));
	if (!note_given(searching, key))
		return fault_of(FAULT_LIMIT, "memory for a search");
	searching->stopped = !searching->fn(searching->ctx, &record) || searching->count >= searching->limit;
	return fault_none();
}

static struct fault search_pass(struct casebook *book, struct searching *searching, size_t pass, struct span query)
{
	struct sqlite3_stmt *statement;
	struct fault fault;
	bool row;
	FAULT_TRY(statements_take(&book->statements, CASEBOOK_SEARCH, &statement));
	statements_bind_text(statement, 1, query);
	do {
		fault = statements_step(&book->statements, statement, &row);
		if (!fault_is(fault) && row)
			fault = search_row(book, searching, pass, statement);
	} while (!fault_is(fault) && row && !searching->stopped);
	statements_release(&book->statements, CASEBOOK_SEARCH, statement);
	searching->ends[pass] = searching->count;
	return fault;
}

struct seeking {
	bool found;
};

static bool stop_at_first(void *ctx, const struct casebook_record *record)
{
	(void)record;
	((struct seeking *)ctx)->found = true;
	return false;
}

/* Whether each word of a text is found anywhere by itself. A query of which one word
 * is nowhere finds nothing, and long words that are everywhere need not be gathered. */
static struct fault all_known(struct casebook *book, uint32_t type, struct span text,
			      uint8_t block[static CASEBOOK_WORDS_QUERY_BYTES], bool *known)
{
	struct span word;
	*known = true;
	for (size_t i = 0; *known && i < CASEBOOK_WORDS_QUERY_MAX && casebook_words_next(&text, &word); i++) {
		struct seeking seeking = { .found = false };
		static const enum casebook_words_tier tiers[] = { CASEBOOK_WORDS_WHOLE, CASEBOOK_WORDS_LIKE };
		for (size_t t = 0; t < 2 && !seeking.found; t++) {
			struct searching searching = { .fn = stop_at_first, .ctx = &seeking, .limit = 1 };
			struct fault fault = search_pass(book, &searching, 0, casebook_words_query(word, tiers[t], type, block));
			free(searching.given);
			FAULT_TRY(fault);
		}
		*known = seeking.found;
	}
	return fault_none();
}

static struct fault search(struct casebook *book, struct searching *searching, uint32_t type, struct span text,
			   uint8_t block[static CASEBOOK_WORDS_QUERY_BYTES])
{
	struct span rest = text, word;
	bool has_more = casebook_words_next(&rest, &word) && casebook_words_next(&rest, &word), known = true;
	for (size_t pass = 0; pass < PASSES && !searching->stopped; pass++) {
		enum casebook_words_tier tier = (enum casebook_words_tier)(pass / PASSES_OF_TIER);
		bool is_first = pass % PASSES_OF_TIER == 0;
		if (is_first && tier == CASEBOOK_WORDS_PREFIX && has_more)
			FAULT_TRY(all_known(book, type, text, block, &known));
		if (!known)
			break;
		searching->ends[pass] = searching->count;
		if (is_first && type != 0)
			continue;
		struct span query = casebook_words_query(text, tier, is_first ? RECORDS_TYPE_CLIENT : type, block);
		if (query.len == 0)
			break;
		FAULT_TRY(search_pass(book, searching, pass, query));
	}
	return fault_none();
}

struct fault casebook_search_type(struct casebook *book, uint32_t type, struct span text, size_t limit,
				  casebook_record_fn *fn, void *ctx)
{
	struct searching searching = { .fn = fn, .ctx = ctx, .limit = limit_of(limit) };
	FAULT_TRY(casebook_ready(book));
	uint8_t *block = malloc(CASEBOOK_WORDS_QUERY_BYTES);
	if (block == NULL)
		return fault_of(FAULT_LIMIT, "memory for a search");
	struct fault fault = search(book, &searching, type, text, block);
	free(searching.given);
	free(block);
	return fault;
}

struct fault casebook_search(struct casebook *book, struct span text, size_t limit, casebook_record_fn *fn, void *ctx)
{
	return casebook_search_type(book, 0, text, limit, fn, ctx);
}

struct fault casebook_conflicts(struct casebook *book, casebook_conflict_fn *fn, void *ctx)
{
	struct sqlite3_stmt *statement;
	struct casebook_record record;
	struct fault fault;
	bool row;
	FAULT_TRY(casebook_ready(book));
	FAULT_TRY(statements_take(&book->statements, CASEBOOK_CONFLICTS, &statement));
	for (;;) {
		fault = statements_step(&book->statements, statement, &row);
		if (fault_is(fault) || !row)
			break;
		fault = casebook_row_read(book, statement, &record);
		if (fault_is(fault) || !fn(ctx, &record, (uint32_t)statements_number(statement, 11)))
			break;
	}
	statements_release(&book->statements, CASEBOOK_CONFLICTS, statement);
	return fault;
}

struct fault casebook_count(struct casebook *book, uint64_t *conflicts, uint64_t *records)
{
	struct sqlite3_stmt *statement;
	bool row;
	FAULT_TRY(casebook_ready(book));
	FAULT_TRY(statements_take(&book->statements, CASEBOOK_COUNT, &statement));
	struct fault fault = statements_step(&book->statements, statement, &row);
	if (!fault_is(fault) && row) {
		*conflicts = statements_number(statement, 0);
		*records = statements_number(statement, 1);
	}
	statements_release(&book->statements, CASEBOOK_COUNT, statement);
	return fault;
}

/* ---- by the beginning of an id ---- */

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	uint8_t small = c | 0x20;
	return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/* The least and the greatest id that begin so. */
static bool hex_range(struct span hex, uint8_t low[static ID_BYTES], uint8_t high[static ID_BYTES])
{
	if (hex.len < 4 || hex.len > 2 * ID_BYTES)
		return false;
	memset(low, 0, ID_BYTES);
	memset(high, 0xff, ID_BYTES);
	for (size_t i = 0; i < hex.len; i++) {
		int value = hex_value(hex.data[i]);
		unsigned shift = i % 2 == 0 ? 4 : 0;
		if (value < 0)
			return false;
		low[i / 2] = (uint8_t)(low[i / 2] | (unsigned)value << shift);
		high[i / 2] = (uint8_t)((high[i / 2] & ~(0xfu << shift)) | (unsigned)value << shift);
	}
	return true;
}

struct fault casebook_find(struct casebook *book, struct span hex, casebook_record_fn *fn, void *ctx)
{
	uint8_t low[ID_BYTES], high[ID_BYTES];
	struct sqlite3_stmt *statement;
	if (!hex_range(hex, low, high))
		return fault_of(FAULT_CALLER, "an id is found by 4 to 32 hexadecimal digits");
	FAULT_TRY(casebook_ready(book));
	FAULT_TRY(statements_take(&book->statements, CASEBOOK_FIND, &statement));
	statements_bind_bytes(statement, 1, span_of(low, ID_BYTES));
	statements_bind_bytes(statement, 2, span_of(high, ID_BYTES));
	return read_records(book, CASEBOOK_FIND, statement, fn, ctx);
}

struct fault casebook_find_case(struct casebook *book, struct span hex, casebook_case_fn *fn, void *ctx)
{
	uint8_t low[ID_BYTES], high[ID_BYTES];
	struct sqlite3_stmt *statement;
	struct case_id id;
	struct fault fault;
	bool row;
	if (!hex_range(hex, low, high))
		return fault_of(FAULT_CALLER, "an id is found by 4 to 32 hexadecimal digits");
	FAULT_TRY(casebook_ready(book));
	FAULT_TRY(statements_take(&book->statements, CASEBOOK_FIND_CASE, &statement));
	statements_bind_bytes(statement, 1, span_of(low, ID_BYTES));
	statements_bind_bytes(statement, 2, span_of(high, ID_BYTES));
	for (;;) {
		fault = statements_step(&book->statements, statement, &row);
		if (fault_is(fault) || !row)
			break;
		if (!statements_copy(statement, 0, id.bytes, ID_BYTES)) {
			fault = fault_of(FAULT_STORE, "a row of the case book is damaged: rebuild");
			break;
		}
		if (!fn(ctx, id))
			break;
	}
	statements_release(&book->statements, CASEBOOK_FIND_CASE, statement);
	return fault;
}

/* ---- fields with their siblings ---- */

static struct fault copy_field(struct arena *arena, const struct casebook_folded *folded, const struct fold_field *from,
			       struct casebook_field *to)
{
	struct casebook_sibling *siblings = ARENA_ARRAY(arena, from->count, struct casebook_sibling);
	if (siblings == NULL)
		return fault_of(FAULT_LIMIT, "the record is larger than its place");
	for (size_t i = 0; i < from->count; i++) {
		const struct fold_value *value = &from->siblings[i];
		const struct fold_input *input = &folded->inputs[value->input];
		siblings[i].whole = arena_copy(arena, value->whole);
		if (siblings[i].whole.data == NULL)
			return fault_of(FAULT_LIMIT, "the record is larger than its place");
		siblings[i].author = input->author;
		siblings[i].seq = input->seq;
		siblings[i].stamp_ms = input->stamp_ms;
		if (input->order_count > 0)
			siblings[i].order = input->orders[0];
	}
	*to = (struct casebook_field){ .number = from->number, .siblings = siblings, .count = from->count,
				       .asks = lifecycle_asks(folded->record.record_type, from) };
	return fault_none();
}

static struct fault copy_fields(const struct casebook_folded *folded, bool hidden, struct arena *arena,
				const struct casebook_field **fields, size_t *count)
{
	size_t held = folded->exists ? folded->fold.count : 0, told = 0;
	struct casebook_field *all = ARENA_ARRAY(arena, held + 1, struct casebook_field);
	if (all == NULL)
		return fault_of(FAULT_LIMIT, "the record is larger than its place");
	for (size_t i = 0; i < held; i++)
		if (casebook_hides(folded, folded->fold.fields[i].number) == hidden)
			FAULT_TRY(copy_field(arena, folded, &folded->fold.fields[i], &all[told++]));
	*fields = all;
	*count = told;
	return fault_none();
}

static struct fault read_fields(struct casebook *book, struct record_id id, bool hidden, struct arena *arena,
				const struct casebook_field **fields, size_t *count)
{
	struct casebook_folded folded;
	FAULT_TRY(casebook_fold(book, id, &folded));
	return copy_fields(&folded, hidden, arena, fields, count);
}

struct fault casebook_peek_fields(struct casebook *book, struct record_id id, struct arena *arena,
				  const struct casebook_field **fields, size_t *count)
{
	struct casebook_folded folded;
	FAULT_TRY(casebook_fold_anywhere(book, id, &folded));
	return copy_fields(&folded, false, arena, fields, count);
}

struct fault casebook_fields(struct casebook *book, struct record_id id, struct arena *arena,
			     const struct casebook_field **fields, size_t *count)
{
	return read_fields(book, id, false, arena, fields, count);
}

struct fault casebook_hidden_fields(struct casebook *book, struct record_id id, struct arena *arena,
				    const struct casebook_field **fields, size_t *count)
{
	return read_fields(book, id, true, arena, fields, count);
}
