/* log_sqlite_named - authors, heads, cases and named values of the SQLite driver. */
#include "store/log_sqlite.h"

#include <sqlite3.h>

#include "base/assert.h"

/* ---- ids and the integers that stand for them ---- */

static void bind_author(struct sqlite3_stmt *statement, const struct author *author)
{
	statements_bind_bytes(statement, 1, ID_SPAN(author->node));
	statements_bind_bytes(statement, 2, ID_SPAN(author->epoch));
}

static void bind_case(struct sqlite3_stmt *statement, const struct case_id *id)
{
	statements_bind_bytes(statement, 1, ID_SPAN(*id));
}

/* Looks a ref up by a bound statement; 0: there is none. */
static struct fault ref_find(struct log_sqlite *sqlite, unsigned query, struct sqlite3_stmt *statement, uint64_t *ref)
{
	bool row;
	struct fault fault = statements_step(&sqlite->statements, statement, &row);
	if (!fault_is(fault))
		*ref = row ? statements_number(statement, 0) : 0;
	statements_release(&sqlite->statements, query, statement);
	return fault;
}

static struct fault ref_made(struct log_sqlite *sqlite, unsigned query, struct sqlite3_stmt *statement, uint64_t *ref)
{
	FAULT_TRY(statements_run(&sqlite->statements, query, statement));
	*ref = (uint64_t)sqlite3_last_insert_rowid(sqlite->statements.db);
	sqlite->has_new_refs = true;
	return fault_none();
}

struct fault log_sqlite_author_ref(struct log_sqlite *sqlite, const struct author *author, bool make, uint64_t *ref)
{
	struct sqlite3_stmt *statement;

	*ref = log_refs_ref(&sqlite->authors, author);
	if (*ref != 0)
		return fault_none();
	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_AUTHOR_REF, &statement));
	bind_author(statement, author);
	FAULT_TRY(ref_find(sqlite, LOG_SQLITE_AUTHOR_REF, statement, ref));
	if (*ref == 0 && make) {
		FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_AUTHOR_NEW, &statement));
		bind_author(statement, author);
		FAULT_TRY(ref_made(sqlite, LOG_SQLITE_AUTHOR_NEW, statement, ref));
	}
	if (*ref != 0)
		log_refs_learn(&sqlite->authors, author, *ref);
	return fault_none();
}

struct fault log_sqlite_case_ref(struct log_sqlite *sqlite, struct case_id id, bool make, uint64_t *ref)
{
	struct sqlite3_stmt *statement;

	*ref = log_refs_ref(&sqlite->cases, &id);
	if (*ref != 0)
		return fault_none();
	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_CASE_REF, &statement));
	bind_case(statement, &id);
	FAULT_TRY(ref_find(sqlite, LOG_SQLITE_CASE_REF, statement, ref));
	if (*ref == 0 && make) {
		FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_CASE_NEW, &statement));
		bind_case(statement, &id);
		FAULT_TRY(ref_made(sqlite, LOG_SQLITE_CASE_NEW, statement, ref));
	}
	if (*ref != 0)
		log_refs_learn(&sqlite->cases, &id, *ref);
	return fault_none();
}

/* Reads the id behind an integer: `count` columns of 16 bytes. */
static struct fault id_find(struct log_sqlite *sqlite, unsigned query, uint64_t ref, int count, uint8_t *out)
{
	struct sqlite3_stmt *statement;
	bool row;

	FAULT_TRY(statements_take(&sqlite->statements, query, &statement));
	statements_bind_number(statement, 1, ref);
	struct fault fault = statements_step(&sqlite->statements, statement, &row);
	for (int i = 0; i < count && !fault_is(fault); i++)
		if (!row || !statements_copy(statement, i, out + i * ID_BYTES, ID_BYTES))
			fault = log_sqlite_damaged(sqlite);
	statements_release(&sqlite->statements, query, statement);
	return fault;
}

_Static_assert(sizeof(struct author) == 2 * ID_BYTES, "an author is two ids, side by side");

struct fault log_sqlite_author_id(struct log_sqlite *sqlite, uint64_t ref, struct author *out)
{
	const struct author *known = log_refs_id(&sqlite->authors, ref);
	if (known == NULL) {
		struct author author;
		FAULT_TRY(id_find(sqlite, LOG_SQLITE_AUTHOR_ID, ref, 2, (uint8_t *)&author));
		log_refs_learn(&sqlite->authors, &author, ref);
		*out = author;
	} else {
		*out = *known;
	}
	return fault_none();
}

struct fault log_sqlite_case_id(struct log_sqlite *sqlite, uint64_t ref, struct case_id *out)
{
	const struct case_id *known = log_refs_id(&sqlite->cases, ref);
	if (known == NULL) {
		struct case_id id;
		FAULT_TRY(id_find(sqlite, LOG_SQLITE_CASE_ID, ref, 1, id.bytes));
		log_refs_learn(&sqlite->cases, &id, ref);
		*out = id;
	} else {
		*out = *known;
	}
	return fault_none();
}

/* ---- authors ---- */

struct fault log_sqlite_author_put(struct log *log, const struct log_author *author)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;

	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_AUTHOR_PUT, &statement));
	bind_author(statement, &author->author);
	statements_bind_bytes(statement, 3, ID_SPAN(author->continues));
	statements_bind_number(statement, 4, author->continues_seq);
	statements_bind_bytes(statement, 5, span_of(author->continues_h.bytes, DELTA_HASH_BYTES));
	statements_bind_bytes(statement, 6, span_of(author->sign_public, DELTA_SIGN_PUBLIC_BYTES));
	statements_bind_number(statement, 7, author->seq);
	statements_bind_bytes(statement, 8, span_of(author->h.bytes, DELTA_HASH_BYTES));
	statements_bind_number(statement, 9, author->receipted_seq);
	statements_bind_bytes(statement, 10, span_of(author->receipted_h.bytes, DELTA_HASH_BYTES));
	statements_bind_number(statement, 11, author->closed);
	return statements_run(&sqlite->statements, LOG_SQLITE_AUTHOR_PUT, statement);
}

static struct fault author_read(struct log_sqlite *sqlite, struct sqlite3_stmt *row, struct log_author *out)
{
	struct log_author author = {
		.continues_seq = statements_number(row, 3),
		.seq = statements_number(row, 6),
		.receipted_seq = statements_number(row, 8),
		.closed = statements_number(row, 10) != 0,
	};
	if (!statements_copy(row, 0, author.author.node.bytes, ID_BYTES) ||
	    !statements_copy(row, 1, author.author.epoch.bytes, ID_BYTES) ||
	    !statements_copy(row, 2, author.continues.bytes, ID_BYTES) ||
	    !statements_copy(row, 4, author.continues_h.bytes, DELTA_HASH_BYTES) ||
	    !statements_copy(row, 5, author.sign_public, DELTA_SIGN_PUBLIC_BYTES) ||
	    !statements_copy(row, 7, author.h.bytes, DELTA_HASH_BYTES) ||
	    !statements_copy(row, 9, author.receipted_h.bytes, DELTA_HASH_BYTES))
		return log_sqlite_damaged(sqlite);
	*out = author;
	return fault_none();
}

struct fault log_sqlite_author_get(struct log *log, const struct author *author, struct log_author *out, bool *found)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;
	bool row;

	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_AUTHOR_GET, &statement));
	bind_author(statement, author);
	struct fault fault = statements_step(&sqlite->statements, statement, &row);
	if (!fault_is(fault) && row)
		fault = author_read(sqlite, statement, out);
	if (!fault_is(fault))
		*found = row;
	statements_release(&sqlite->statements, LOG_SQLITE_AUTHOR_GET, statement);
	return fault;
}

struct fault log_sqlite_author_scan(struct log *log, log_author_fn *fn, void *ctx)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;
	struct log_author author;
	struct fault fault;
	bool row;

	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_AUTHOR_SCAN, &statement));
	for (;;) {
		fault = statements_step(&sqlite->statements, statement, &row);
		if (fault_is(fault) || !row)
			break;
		fault = author_read(sqlite, statement, &author);
		if (fault_is(fault) || !fn(ctx, &author))
			break;
	}
	statements_release(&sqlite->statements, LOG_SQLITE_AUTHOR_SCAN, statement);
	return fault;
}

/* ---- heads ---- */

struct fault log_sqlite_head_put(struct log *log, const struct log_head *head)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;
	uint64_t ref;

	FAULT_TRY(log_sqlite_author_ref(sqlite, &head->author, true, &ref));
	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_HEAD_PUT, &statement));
	statements_bind_number(statement, 1, ref);
	statements_bind_number(statement, 2, head->seq);
	statements_bind_bytes(statement, 3, span_of(head->signature.bytes, DELTA_SIGNATURE_BYTES));
	return statements_run(&sqlite->statements, LOG_SQLITE_HEAD_PUT, statement);
}

struct fault log_sqlite_head_scan(struct log *log, const struct author *author, log_head_fn *fn, void *ctx)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;
	struct log_head head = { .author = *author };
	struct fault fault;
	uint64_t ref;
	bool row;

	FAULT_TRY(log_sqlite_author_ref(sqlite, author, false, &ref));
	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_HEAD_SCAN, &statement));
	statements_bind_number(statement, 1, ref);
	for (;;) {
		fault = statements_step(&sqlite->statements, statement, &row);
		if (fault_is(fault) || !row)
			break;
		head.seq = statements_number(statement, 0);
		if (!statements_copy(statement, 1, head.signature.bytes, DELTA_SIGNATURE_BYTES)) {
			fault = log_sqlite_damaged(sqlite);
			break;
		}
		if (!fn(ctx, &head))
			break;
	}
	statements_release(&sqlite->statements, LOG_SQLITE_HEAD_SCAN, statement);
	return fault;
}

/* ---- cases ---- */

struct fault log_sqlite_case_put(struct log *log, const struct log_case *info)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;

	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_CASE_PUT, &statement));
	bind_case(statement, &info->case_id);
	statements_bind_number(statement, 2, info->kind);
	statements_bind_bytes(statement, 3, info->has_secret ? span_of(info->secret.bytes, DELTA_SECRET_BYTES) :
							       span_of(NULL, 0));
	statements_bind_bytes(statement, 4, ID_SPAN(info->client_case));
	statements_bind_bytes(statement, 5, ID_SPAN(info->opened_by.node));
	statements_bind_bytes(statement, 6, ID_SPAN(info->opened_by.epoch));
	statements_bind_number(statement, 7, info->opened_seq);
	statements_bind_number(statement, 8, info->erased);
	return statements_run(&sqlite->statements, LOG_SQLITE_CASE_PUT, statement);
}

static struct fault case_read(struct log_sqlite *sqlite, struct sqlite3_stmt *row, struct log_case *out)
{
	struct log_case info = {
		.kind = (enum delta_case_kind)statements_number(row, 2),
		.has_secret = statements_bytes(row, 3).data != NULL,
		.opened_seq = statements_number(row, 7),
		.erased = statements_number(row, 8) != 0,
	};
	if (!statements_copy(row, 1, info.case_id.bytes, ID_BYTES) ||
	    (info.has_secret && !statements_copy(row, 3, info.secret.bytes, DELTA_SECRET_BYTES)) ||
	    !statements_copy(row, 4, info.client_case.bytes, ID_BYTES) ||
	    !statements_copy(row, 5, info.opened_by.node.bytes, ID_BYTES) ||
	    !statements_copy(row, 6, info.opened_by.epoch.bytes, ID_BYTES))
		return log_sqlite_damaged(sqlite);
	FAULT_TRY(log_sqlite_case_order(sqlite, statements_number(row, 0), &info.last_order));
	*out = info;
	return fault_none();
}

struct fault log_sqlite_case_get(struct log *log, struct case_id id, struct log_case *out, bool *found)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;
	bool row;

	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_CASE_GET, &statement));
	bind_case(statement, &id);
	struct fault fault = statements_step(&sqlite->statements, statement, &row);
	if (!fault_is(fault) && row)
		fault = case_read(sqlite, statement, out);
	if (!fault_is(fault))
		*found = row;
	statements_release(&sqlite->statements, LOG_SQLITE_CASE_GET, statement);
	return fault;
}

struct fault log_sqlite_case_scan(struct log *log, log_case_fn *fn, void *ctx)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;
	struct log_case info;
	struct fault fault;
	bool row;

	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_CASE_SCAN, &statement));
	for (;;) {
		fault = statements_step(&sqlite->statements, statement, &row);
		if (fault_is(fault) || !row)
			break;
		fault = case_read(sqlite, statement, &info);
		if (fault_is(fault) || !fn(ctx, &info))
			break;
	}
	statements_release(&sqlite->statements, LOG_SQLITE_CASE_SCAN, statement);
	return fault;
}

/* ---- named values ---- */

/* An empty key or value is an empty blob, not NULL. */
static struct span present(struct span bytes)
{
	return bytes.data == NULL ? span_of("", 0) : bytes;
}

struct fault log_sqlite_put(struct log *log, const char *table, struct span key, struct span value)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;

	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_NAMED_PUT, &statement));
	statements_bind_text(statement, 1, span_text(table));
	statements_bind_bytes(statement, 2, present(key));
	statements_bind_bytes(statement, 3, present(value));
	return statements_run(&sqlite->statements, LOG_SQLITE_NAMED_PUT, statement);
}

struct fault log_sqlite_get(struct log *log, const char *table, struct span key, uint8_t *value, size_t size,
			    size_t *len, bool *found)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;
	bool row;

	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_NAMED_GET, &statement));
	statements_bind_text(statement, 1, span_text(table));
	statements_bind_bytes(statement, 2, present(key));
	struct fault fault = statements_step(&sqlite->statements, statement, &row);
	struct span bytes = !fault_is(fault) && row ? statements_bytes(statement, 0) : span_of(NULL, 0);
	if (bytes.len > size)
		fault = fault_of(FAULT_LIMIT, "named value is longer than its place");
	if (!fault_is(fault)) {
		*found = row;
		if (row)
			*len = bytes.len;
		if (bytes.len > 0)
			memcpy(value, bytes.data, bytes.len);
	}
	statements_release(&sqlite->statements, LOG_SQLITE_NAMED_GET, statement);
	return fault;
}

struct fault log_sqlite_remove(struct log *log, const char *table, struct span key)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;

	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_NAMED_REMOVE, &statement));
	statements_bind_text(statement, 1, span_text(table));
	statements_bind_bytes(statement, 2, present(key));
	return statements_run(&sqlite->statements, LOG_SQLITE_NAMED_REMOVE, statement);
}

struct fault log_sqlite_scan(struct log *log, const char *table, struct span prefix, log_kv_fn *fn, void *ctx)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct sqlite3_stmt *statement;
	struct fault fault;
	bool row;

	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_NAMED_SCAN, &statement));
	statements_bind_text(statement, 1, span_text(table));
	statements_bind_bytes(statement, 2, present(prefix));
	for (;;) {
		fault = statements_step(&sqlite->statements, statement, &row);
		if (fault_is(fault) || !row)
			break;
		struct span key = statements_bytes(statement, 0);
		if (key.len < prefix.len || !span_equal(span_of(key.data, prefix.len), prefix))
			break;
		if (!fn(ctx, key, statements_bytes(statement, 1)))
			break;
	}
	statements_release(&sqlite->statements, LOG_SQLITE_NAMED_SCAN, statement);
	return fault;
}
