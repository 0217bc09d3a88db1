#include "store/statements.h"

#include <sqlite3.h>

#include "base/assert.h"
#include "store/sealed_db.h"

void statements_init(struct statements *statements, struct sqlite3 *db, const char *const *sql)
{
	*statements = (struct statements){ .db = db, .sql = sql };
}

void statements_deinit(struct statements *statements)
{
	for (size_t i = 0; i < STATEMENTS_MAX; i++)
		sqlite3_finalize(statements->kept[i]);
	statements_init(statements, statements->db, statements->sql);
}

static struct fault fault_from(struct statements *statements, int rc)
{
	int primary = rc & 0xff;
	if (primary == SQLITE_IOERR || primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB)
		statements->is_broken = true;
	return sealed_db_fault(statements->db, rc);
}

struct fault statements_take(struct statements *statements, unsigned number, struct sqlite3_stmt **out)
{
	ASSERT(number < STATEMENTS_MAX);
	struct sqlite3_stmt *kept = statements->kept[number];
	if (kept != NULL && !sqlite3_stmt_busy(kept)) {
		*out = kept;
		return fault_none();
	}
	struct sqlite3_stmt *made = NULL;
	unsigned flags = kept == NULL ? SQLITE_PREPARE_PERSISTENT : 0;
	int rc = sqlite3_prepare_v3(statements->db, statements->sql[number], -1, flags, &made, NULL);
	if (rc != SQLITE_OK)
		return fault_from(statements, rc);
	if (kept == NULL)
		statements->kept[number] = made;
	*out = made;
	return fault_none();
}

void statements_release(struct statements *statements, unsigned number, struct sqlite3_stmt *statement)
{
	if (statement == statements->kept[number])
		sqlite3_reset(statement);
	else
		sqlite3_finalize(statement);
}

struct fault statements_step(struct statements *statements, struct sqlite3_stmt *statement, bool *row)
{
	int rc = sqlite3_step(statement);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return fault_from(statements, rc);
	*row = rc == SQLITE_ROW;
	return fault_none();
}

struct fault statements_run(struct statements *statements, unsigned number, struct sqlite3_stmt *statement)
{
	bool row = false;
	struct fault fault = statements_step(statements, statement, &row);
	ASSERT(fault_is(fault) || !row);
	statements_release(statements, number, statement);
	return fault;
}

struct fault statements_exec(struct statements *statements, const char *sql)
{
	int rc = sqlite3_exec(statements->db, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK ? fault_none() : fault_from(statements, sqlite3_extended_errcode(statements->db));
}

void statements_bind_number(struct sqlite3_stmt *statement, int at, uint64_t number)
{
	int rc = sqlite3_bind_int64(statement, at, (sqlite3_int64)number);
	ASSERT(rc == SQLITE_OK);
}

void statements_bind_bytes(struct sqlite3_stmt *statement, int at, struct span bytes)
{
	int rc = bytes.data == NULL ? sqlite3_bind_null(statement, at)
				    : sqlite3_bind_blob64(statement, at, bytes.data, bytes.len, SQLITE_STATIC);
	ASSERT(rc == SQLITE_OK);
}

void statements_bind_text(struct sqlite3_stmt *statement, int at, struct span text)
{
	const char *data = text.data == NULL ? "" : (const char *)text.data;
	int rc = sqlite3_bind_text64(statement, at, data, text.len, SQLITE_STATIC, SQLITE_UTF8);
	ASSERT(rc == SQLITE_OK);
}

uint64_t statements_number(struct sqlite3_stmt *statement, int column)
{
	return (uint64_t)sqlite3_column_int64(statement, column);
}

struct span statements_bytes(struct sqlite3_stmt *statement, int column)
{
	const void *data = sqlite3_column_blob(statement, column);
	size_t len = (size_t)sqlite3_column_bytes(statement, column);
	if (data == NULL && sqlite3_column_type(statement, column) != SQLITE_NULL)
		return span_of("", 0); /* SQLite gives NULL for an empty blob */
	return span_of(data, data == NULL ? 0 : len);
}

bool statements_copy(struct sqlite3_stmt *statement, int column, uint8_t *out, size_t len)
{
	struct span bytes = statements_bytes(statement, column);
	if (bytes.data == NULL || bytes.len != len)
		return false;
	memcpy(out, bytes.data, len);
	return true;
}
