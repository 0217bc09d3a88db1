/* statements - the prepared statements of one connection, kept by number.
 *
 * A statement is prepared at its first use and kept. One that is taken while it
 * is on its way (a callback that reads what its reader reads) is prepared once
 * more, so that every verb may be called from every callback.
 *
 * Owns   the statements; the connection stays the caller's.
 * Obey   statements_release whatever statements_take gave, on every way out.
 */
#ifndef JALKA_STORE_STATEMENTS_H
#define JALKA_STORE_STATEMENTS_H

#include "base/fault.h"
#include "base/span.h"

struct sqlite3;
struct sqlite3_stmt;

enum { STATEMENTS_MAX = 48 };

struct statements {
	struct sqlite3 *db;
	const char *const *sql;   /* by number */
	struct sqlite3_stmt *kept[STATEMENTS_MAX];
	bool is_broken;           /* the disk or the file failed under a statement */
};

void statements_init(struct statements *statements, struct sqlite3 *db, const char *const *sql);
void statements_deinit(struct statements *statements);

struct fault statements_take(struct statements *statements, unsigned number, struct sqlite3_stmt **out);
void statements_release(struct statements *statements, unsigned number, struct sqlite3_stmt *statement);

/* One step: *row says whether there is one. */
struct fault statements_step(struct statements *statements, struct sqlite3_stmt *statement, bool *row);
/* Runs a statement that gives no row, and releases it. */
struct fault statements_run(struct statements *statements, unsigned number, struct sqlite3_stmt *statement);
/* Runs text that has no parameters: schema, BEGIN. */
struct fault statements_exec(struct statements *statements, const char *sql);

/* Binding. A span must live until the release. {NULL, 0} is NULL. */
void statements_bind_number(struct sqlite3_stmt *statement, int at, uint64_t number);
void statements_bind_bytes(struct sqlite3_stmt *statement, int at, struct span bytes);
void statements_bind_text(struct sqlite3_stmt *statement, int at, struct span text);

uint64_t statements_number(struct sqlite3_stmt *statement, int column);
/* Borrowed until the next step or release; {NULL, 0} for NULL. */
struct span statements_bytes(struct sqlite3_stmt *statement, int column);
/* Copies a column of exactly `len` bytes; false, and nothing written, otherwise. */
bool statements_copy(struct sqlite3_stmt *statement, int column, uint8_t *out, size_t len);

#endif
