/* log_sqlite_entry - the entries of the SQLite driver: append, place, read, erase.
 *
 * An append is one INSERT a row: the integers of author and case come from the
 * caches of log_refs, `local` from memory.
 */
#include "store/log_sqlite.h"

#include <sqlite3.h>

#include "base/assert.h"

enum { ORDER_BYTES = 12, OLDER_BYTES_MAX = (LIMIT_ENTRY_ORDERS - 1) * ORDER_BYTES };

/* The columns of ENTRY, in log_sqlite.c. */
enum entry_column {
	LOCAL, AUTHOR, SEQ, GENERATION, N, OLDER, STAMP, VERDICT, REASON, CASE_REF, RECORD, TYPE, DIGEST, BYTES,
};

/* ---- orders as columns ---- */

static void put_le(uint8_t *out, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		out[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get_le(const uint8_t *in, size_t bytes)
{
	uint64_t value = 0;
	for (size_t i = 0; i < bytes; i++)
		value |= (uint64_t)in[i] << (8 * i);
	return value;
}

/* All but the first; {NULL, 0} when there are none. */
static struct span orders_pack(const struct order *orders, size_t count, uint8_t out[static OLDER_BYTES_MAX])
{
	for (size_t i = 1; i < count; i++) {
		put_le(out + (i - 1) * ORDER_BYTES, orders[i].generation, 4);
		put_le(out + (i - 1) * ORDER_BYTES + 4, orders[i].n, 8);
	}
	return count > 1 ? span_of(out, (count - 1) * ORDER_BYTES) : span_of(NULL, 0);
}

/* Reads the three columns that hold orders, beginning at `generation`. */
static bool orders_unpack(struct sqlite3_stmt *row, int generation, struct order *orders, size_t *count)
{
	struct span older = statements_bytes(row, generation + 2);
	*count = 0;
	if (sqlite3_column_type(row, generation + 1) == SQLITE_NULL)
		return true;
	if (older.len % ORDER_BYTES != 0 || older.len > OLDER_BYTES_MAX)
		return false;
	orders[0].generation = (uint32_t)statements_number(row, generation);
	orders[0].n = statements_number(row, generation + 1);
	*count = 1 + older.len / ORDER_BYTES;
	for (size_t i = 1; i < *count; i++) {
		const uint8_t *at = older.data + (i - 1) * ORDER_BYTES;
		orders[i].generation = (uint32_t)get_le(at, 4);
		orders[i].n = get_le(at + 4, 8);
	}
	return true;
}

static void orders_bind(struct sqlite3_stmt *statement, int at, const struct order *orders, size_t count,
			uint8_t older[static OLDER_BYTES_MAX])
{
	if (count == 0) {
		sqlite3_bind_null(statement, at);
		sqlite3_bind_null(statement, at + 1);
	} else {
		statements_bind_number(statement, at, orders[0].generation);
		statements_bind_number(statement, at + 1, orders[0].n);
	}
	statements_bind_bytes(statement, at + 2, orders_pack(orders, count, older));
}

/* Remembers the newest generation, which tells where the newest orders are. */
static struct fault generation_seen(struct log_sqlite *sqlite, const struct order *orders, size_t count)
{
	if (count == 0 || orders[0].generation <= sqlite->generation)
		return fault_none();
	FAULT_TRY(log_sqlite_meta_put(sqlite, "generation", orders[0].generation));
	sqlite->generation = orders[0].generation;
	return fault_none();
}

/* ---- writing ---- */

static struct fault append_one(struct log_sqlite *sqlite, struct sqlite3_stmt *insert, const struct log_entry *entry)
{
	uint64_t author, owner;
	uint8_t older[OLDER_BYTES_MAX];
	bool row;

	FAULT_TRY(log_sqlite_author_ref(sqlite, &entry->author, true, &author));
	FAULT_TRY(log_sqlite_case_ref(sqlite, entry->case_id, true, &owner));
	FAULT_TRY(generation_seen(sqlite, entry->orders, entry->order_count));
	statements_bind_number(insert, LOCAL + 1, sqlite->last_local + 1);
	statements_bind_number(insert, AUTHOR + 1, author);
	statements_bind_number(insert, SEQ + 1, entry->seq);
	orders_bind(insert, GENERATION + 1, entry->orders, entry->order_count, older);
	statements_bind_number(insert, STAMP + 1, entry->stamp_ms);
	statements_bind_number(insert, VERDICT + 1, entry->verdict);
	statements_bind_number(insert, REASON + 1, entry->reason);
	statements_bind_number(insert, CASE_REF + 1, owner);
	statements_bind_bytes(insert, RECORD + 1, ID_SPAN(entry->record_id));
	statements_bind_number(insert, TYPE + 1, entry->record_type);
	statements_bind_bytes(insert, DIGEST + 1, span_of(entry->digest.bytes, DELTA_HASH_BYTES));
	statements_bind_bytes(insert, BYTES + 1, entry->bytes.len > 0 ? entry->bytes : span_of(NULL, 0));
	FAULT_TRY(statements_step(&sqlite->statements, insert, &row));
	sqlite3_reset(insert);
	sqlite->last_local++;
	return fault_none();
}

struct fault log_sqlite_append(struct log *log, const struct log_entry *entries, size_t count, uint64_t *first_local)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *insert;
	uint64_t first = sqlite->last_local + 1;
	struct fault fault = fault_none();

	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_APPEND, &insert));
	for (size_t i = 0; i < count && !fault_is(fault); i++)
		fault = append_one(sqlite, insert, &entries[i]);
	statements_release(&sqlite->statements, LOG_SQLITE_APPEND, insert);
	if (!fault_is(fault))
		*first_local = first;
	return fault;
}

struct placed {
	uint64_t local;
	uint64_t stamp_ms;
	struct order orders[LIMIT_ENTRY_ORDERS];
	size_t order_count;
};

static struct fault place_get(struct log_sqlite *sqlite, const struct author *author, uint64_t seq, struct placed *out)
{
	struct sqlite3_stmt *statement;
	uint64_t ref;
	bool row;

	FAULT_TRY(log_sqlite_author_ref(sqlite, author, false, &ref));
	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_PLACE_GET, &statement));
	statements_bind_number(statement, 1, ref);
	statements_bind_number(statement, 2, seq);
	struct fault fault = statements_step(&sqlite->statements, statement, &row);
	if (!fault_is(fault) && !row)
		fault = fault_of(FAULT_CALLER, "no such entry");
	if (!fault_is(fault)) {
		out->local = statements_number(statement, 0);
		out->stamp_ms = statements_number(statement, 4);
		if (!orders_unpack(statement, 1, out->orders, &out->order_count))
			fault = log_sqlite_damaged(sqlite);
	}
	statements_release(&sqlite->statements, LOG_SQLITE_PLACE_GET, statement);
	return fault;
}

static void orders_add(struct placed *placed, struct order order)
{
	size_t at = 0;
	while (at < placed->order_count && order_compare(placed->orders[at], order) > 0)
		at++;
	bool there = at < placed->order_count && order_compare(placed->orders[at], order) == 0;
	if (there || at == LIMIT_ENTRY_ORDERS)
		return;
	if (placed->order_count == LIMIT_ENTRY_ORDERS)
		placed->order_count--;
	memmove(placed->orders + at + 1, placed->orders + at, (placed->order_count - at) * sizeof order);
	placed->orders[at] = order;
	placed->order_count++;
}

struct fault log_sqlite_place(struct log *log, const struct author *author, uint64_t seq, struct order order,
			      uint64_t stamp_ms, enum log_verdict verdict, uint32_t reason)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;
	struct placed placed;
	uint8_t older[OLDER_BYTES_MAX];

	FAULT_TRY(place_get(sqlite, author, seq, &placed));
	if (order.n != 0)
		orders_add(&placed, order);
	FAULT_TRY(generation_seen(sqlite, placed.orders, placed.order_count));
	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_PLACE_SET, &statement));
	statements_bind_number(statement, 1, placed.local);
	orders_bind(statement, 2, placed.orders, placed.order_count, older);
	statements_bind_number(statement, 5, stamp_ms != 0 ? stamp_ms : placed.stamp_ms);
	statements_bind_number(statement, 6, verdict);
	statements_bind_number(statement, 7, reason);
	return statements_run(&sqlite->statements, LOG_SQLITE_PLACE_SET, statement);
}

struct fault log_sqlite_refill(struct log *log, const struct author *author, uint64_t seq, struct span bytes)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;
	uint64_t ref;

	FAULT_TRY(log_sqlite_author_ref(sqlite, author, false, &ref));
	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_REFILL, &statement));
	statements_bind_number(statement, 1, ref);
	statements_bind_number(statement, 2, seq);
	statements_bind_bytes(statement, 3, bytes);
	FAULT_TRY(statements_run(&sqlite->statements, LOG_SQLITE_REFILL, statement));
	return sqlite3_changes(sqlite->statements.db) == 1 ? fault_none() :
							     fault_of(FAULT_CALLER, "no such erased entry");
}

/* ---- reading ---- */

static struct fault entry_read(struct log_sqlite *sqlite, struct sqlite3_stmt *row, struct log_entry *out)
{
	out->local = statements_number(row, LOCAL);
	out->seq = statements_number(row, SEQ);
	out->stamp_ms = statements_number(row, STAMP);
	out->verdict = (enum log_verdict)statements_number(row, VERDICT);
	out->reason = (uint32_t)statements_number(row, REASON);
	out->record_type = (uint32_t)statements_number(row, TYPE);
	FAULT_TRY(log_sqlite_author_id(sqlite, statements_number(row, AUTHOR), &out->author));
	FAULT_TRY(log_sqlite_case_id(sqlite, statements_number(row, CASE_REF), &out->case_id));
	if (!orders_unpack(row, GENERATION, out->orders, &out->order_count) ||
	    !statements_copy(row, RECORD, out->record_id.bytes, ID_BYTES) ||
	    !statements_copy(row, DIGEST, out->digest.bytes, DELTA_HASH_BYTES))
		return log_sqlite_damaged(sqlite);
	out->bytes = statements_bytes(row, BYTES);
	return fault_none();
}

/* Hands every row of a bound statement to fn, and releases it. */
static struct fault entries_read(struct log_sqlite *sqlite, unsigned query, struct sqlite3_stmt *statement,
				 bool only_accepted, log_entry_fn *fn, void *ctx)
{
	struct log_entry entry;
	struct fault fault;
	bool row, more = true;

	while (more) {
		fault = statements_step(&sqlite->statements, statement, &row);
		if (fault_is(fault) || !row)
			break;
		if (only_accepted && statements_number(statement, VERDICT) != LOG_ACCEPTED)
			continue;
		fault = entry_read(sqlite, statement, &entry);
		if (fault_is(fault))
			break;
		more = fn(ctx, &entry);
	}
	statements_release(&sqlite->statements, query, statement);
	return fault;
}

struct fault log_sqlite_find(struct log *log, const struct author *author, uint64_t seq, log_entry_fn *fn, void *ctx)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;
	uint64_t ref;

	FAULT_TRY(log_sqlite_author_ref(sqlite, author, false, &ref));
	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_FIND, &statement));
	statements_bind_number(statement, 1, ref);
	statements_bind_number(statement, 2, seq);
	return entries_read(sqlite, LOG_SQLITE_FIND, statement, false, fn, ctx);
}

struct fault log_sqlite_read_order(struct log *log, uint64_t after, uint64_t upto, log_entry_fn *fn, void *ctx)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;

	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_READ_ORDER, &statement));
	statements_bind_number(statement, 1, after);
	statements_bind_number(statement, 2, upto);
	return entries_read(sqlite, LOG_SQLITE_READ_ORDER, statement, true, fn, ctx);
}

struct fault log_sqlite_read_case(struct log *log, struct case_id id, uint64_t after, uint64_t upto,
				  log_entry_fn *fn, void *ctx)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;
	uint64_t ref;

	FAULT_TRY(log_sqlite_case_ref(sqlite, id, false, &ref));
	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_READ_CASE, &statement));
	statements_bind_number(statement, 1, ref);
	statements_bind_number(statement, 2, after);
	statements_bind_number(statement, 3, upto);
	return entries_read(sqlite, LOG_SQLITE_READ_CASE, statement, true, fn, ctx);
}

struct fault log_sqlite_read_record(struct log *log, struct record_id id, log_entry_fn *fn, void *ctx)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;

	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_READ_RECORD, &statement));
	statements_bind_bytes(statement, 1, ID_SPAN(id));
	return entries_read(sqlite, LOG_SQLITE_READ_RECORD, statement, false, fn, ctx);
}

struct fault log_sqlite_read_author(struct log *log, const struct author *author, uint64_t from_seq,
				    log_entry_fn *fn, void *ctx)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;
	uint64_t ref;

	FAULT_TRY(log_sqlite_author_ref(sqlite, author, false, &ref));
	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_READ_AUTHOR, &statement));
	statements_bind_number(statement, 1, ref);
	statements_bind_number(statement, 2, from_seq);
	return entries_read(sqlite, LOG_SQLITE_READ_AUTHOR, statement, false, fn, ctx);
}

struct fault log_sqlite_read_local(struct log *log, uint64_t after, log_entry_fn *fn, void *ctx)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;

	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_READ_LOCAL, &statement));
	statements_bind_number(statement, 1, after);
	return entries_read(sqlite, LOG_SQLITE_READ_LOCAL, statement, false, fn, ctx);
}

/* First column of the first row, 0 when there is none; releases. */
static struct fault one_number(struct log_sqlite *sqlite, unsigned query, struct sqlite3_stmt *statement, uint64_t *out)
{
	bool row;
	struct fault fault = statements_step(&sqlite->statements, statement, &row);
	if (!fault_is(fault))
		*out = row ? statements_number(statement, 0) : 0;
	statements_release(&sqlite->statements, query, statement);
	return fault;
}

struct fault log_sqlite_last_order(struct log *log, uint64_t *out)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;

	uint64_t n;

	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_LAST_ORDER, &statement));
	statements_bind_number(statement, 1, sqlite->generation);
	FAULT_TRY(one_number(sqlite, LOG_SQLITE_LAST_ORDER, statement, &n));
	if (n != 0) {
		*out = n;
		return fault_none();
	}
	/* All entries of the newest generation have been removed, or there are none. */
	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_SCAN_ORDER, &statement));
	return one_number(sqlite, LOG_SQLITE_SCAN_ORDER, statement, out);
}

struct fault log_sqlite_last_local(struct log *log, uint64_t *out)
{
	*out = log_sqlite_of(log)->last_local;
	return fault_none();
}

/* The greatest n is the newest order too when it is of the newest generation;
 * only after a restore of central a case may have to be looked through. */
struct fault log_sqlite_case_order(struct log_sqlite *sqlite, uint64_t case_ref, uint64_t *out)
{
	struct sqlite3_stmt *statement;
	uint64_t n = 0;
	bool row, is_newest = true;

	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_LAST_CASE_ORDER, &statement));
	statements_bind_number(statement, 1, case_ref);
	struct fault fault = statements_step(&sqlite->statements, statement, &row);
	if (!fault_is(fault) && row) {
		n = statements_number(statement, 0);
		is_newest = statements_number(statement, 1) == sqlite->generation;
	}
	statements_release(&sqlite->statements, LOG_SQLITE_LAST_CASE_ORDER, statement);
	FAULT_TRY(fault);
	if (is_newest) {
		*out = n;
		return fault_none();
	}
	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_SCAN_CASE_ORDER, &statement));
	statements_bind_number(statement, 1, case_ref);
	return one_number(sqlite, LOG_SQLITE_SCAN_CASE_ORDER, statement, out);
}

/* ---- erasing ---- */

struct fault log_sqlite_erase_record(struct log *log, struct record_id id)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;

	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_ERASE_RECORD, &statement));
	statements_bind_bytes(statement, 1, ID_SPAN(id));
	return statements_run(&sqlite->statements, LOG_SQLITE_ERASE_RECORD, statement);
}

/* Runs a query of the case's integer and, when asked, of the own node. */
static struct fault case_run(struct log_sqlite *sqlite, unsigned query, uint64_t ref, const struct node_id *own)
{
	struct sqlite3_stmt *statement;

	FAULT_TRY(statements_take(&sqlite->statements, query, &statement));
	statements_bind_number(statement, 1, ref);
	if (own != NULL)
		statements_bind_bytes(statement, 2, ID_SPAN(*own));
	return statements_run(&sqlite->statements, query, statement);
}

struct fault log_sqlite_erase_case(struct log *log, struct case_id id)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	uint64_t ref;

	FAULT_TRY(log_sqlite_case_ref(sqlite, id, false, &ref));
	FAULT_TRY(case_run(sqlite, LOG_SQLITE_ERASE_CASE, ref, NULL));
	return case_run(sqlite, LOG_SQLITE_CASE_ERASE, ref, NULL);
}

struct fault log_sqlite_remove_case(struct log *log, struct case_id id, struct node_id own)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	uint64_t ref;

	FAULT_TRY(log_sqlite_case_ref(sqlite, id, false, &ref));
	FAULT_TRY(log_sqlite_meta_put(sqlite, "last_local", sqlite->last_local)); /* L3 */
	FAULT_TRY(case_run(sqlite, LOG_SQLITE_REMOVE_OWN, ref, &own));
	FAULT_TRY(case_run(sqlite, LOG_SQLITE_REMOVE_OTHERS, ref, &own));
	return case_run(sqlite, LOG_SQLITE_CASE_REMOVE, ref, NULL);
}

struct fault log_sqlite_cut(struct log *log, const struct author *author, uint64_t after_seq, uint64_t upto_seq)
{
	static const unsigned cuts[] = { LOG_SQLITE_CUT, LOG_SQLITE_CUT_HEADS };
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;
	uint64_t ref;

	FAULT_TRY(log_sqlite_author_ref(sqlite, author, false, &ref));
	FAULT_TRY(log_sqlite_meta_put(sqlite, "last_local", sqlite->last_local)); /* L3 */
	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		FAULT_TRY(statements_take(&sqlite->statements, cuts[i], &statement));
		statements_bind_number(statement, 1, ref);
		statements_bind_number(statement, 2, after_seq);
		statements_bind_number(statement, 3, upto_seq);
		FAULT_TRY(statements_run(&sqlite->statements, cuts[i], statement));
	}
	return fault_none();
}
