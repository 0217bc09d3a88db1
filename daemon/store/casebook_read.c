/* casebook_read - what the book answers: records, lists, search, conflicts, agenda. */
#include "store/casebook_book.h"

#include <sqlite3.h>

#include "base/assert.h"
#include "store/casebook_text.h"
#include "domain/schema.h"

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

struct fault casebook_search(struct casebook *book, struct span text, size_t limit, casebook_record_fn *fn, void *ctx)
{
	uint8_t block[CASEBOOK_TEXT_QUERY_BYTES];
	struct sqlite3_stmt *statement;
	struct span query = casebook_text_query(text, block);
	FAULT_TRY(casebook_ready(book));
	if (query.len == 0)
		return fault_none();
	FAULT_TRY(statements_take(&book->statements, CASEBOOK_SEARCH, &statement));
	statements_bind_text(statement, 1, query);
	statements_bind_number(statement, 2, limit_of(limit));
	return read_records(book, CASEBOOK_SEARCH, statement, fn, ctx);
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

/* ---- agenda ---- */

static bool due_read(struct sqlite3_stmt *row, struct casebook_due *out)
{
	const struct schema_record *schema = schema_by_type((uint32_t)statements_number(row, 3));
	const struct schema_field *field = NULL;
	if (schema != NULL)
		field = schema_field_by_number(schema->message, (uint32_t)statements_number(row, 1));
	struct casebook_due due = {
		.at_ms = statements_number(row, 0),
		.record_type = (uint32_t)statements_number(row, 3),
		.what = field != NULL ? span_text(field->name) : span_of("", 0),
		.title = statements_bytes(row, 6),
		.urgent = statements_number(row, 2) != 0,
	};
	if (!statements_copy(row, 4, due.case_id.bytes, ID_BYTES) ||
	    !statements_copy(row, 5, due.record_id.bytes, ID_BYTES))
		return false;
	*out = due;
	return true;
}

struct fault casebook_agenda(struct casebook *book, uint64_t from_ms, uint64_t to_ms, casebook_due_fn *fn, void *ctx)
{
	struct sqlite3_stmt *statement;
	struct casebook_due due;
	struct fault fault;
	bool row;
	FAULT_TRY(casebook_ready(book));
	FAULT_TRY(statements_take(&book->statements, CASEBOOK_AGENDA, &statement));
	statements_bind_number(statement, 1, from_ms < INT64_MAX ? from_ms : INT64_MAX);
	statements_bind_number(statement, 2, to_ms < INT64_MAX ? to_ms : INT64_MAX);
	for (;;) {
		fault = statements_step(&book->statements, statement, &row);
		if (fault_is(fault) || !row)
			break;
		if (!due_read(statement, &due)) {
			fault = fault_of(FAULT_STORE, "a row of the case book is damaged: rebuild");
			break;
		}
		if (!fn(ctx, &due))
			break;
	}
	statements_release(&book->statements, CASEBOOK_AGENDA, statement);
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
	*to = (struct casebook_field){ .number = from->number, .siblings = siblings, .count = from->count };
	return fault_none();
}

struct fault casebook_fields(struct casebook *book, struct record_id id, struct arena *arena,
			     const struct casebook_field **fields, size_t *count)
{
	struct casebook_folded folded;
	FAULT_TRY(casebook_fold(book, id, &folded));
	size_t held = folded.exists ? folded.fold.count : 0;
	struct casebook_field *all = ARENA_ARRAY(arena, held + 1, struct casebook_field);
	if (all == NULL)
		return fault_of(FAULT_LIMIT, "the record is larger than its place");
	for (size_t i = 0; i < held; i++)
		FAULT_TRY(copy_field(arena, &folded, &folded.fold.fields[i], &all[i]));
	*fields = all;
	*count = held;
	return fault_none();
}
