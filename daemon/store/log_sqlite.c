/* log_sqlite - the log in a sealed SQLite file: schema, transactions, the table of verbs. */
#include "store/log_sqlite.h"

#include <sqlite3.h>
#include <stdlib.h>

#include "base/assert.h"

enum { SCHEMA_VERSION = 1 };

/* An order that is none is NULL, so that the unique index on orders (L4) leaves
 * unordered entries out. `older`: earlier orders, packed; NULL for nearly all. */
static const char schema[] =
	"CREATE TABLE log_meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE log_author(ref INTEGER PRIMARY KEY, node BLOB NOT NULL, epoch BLOB NOT NULL,"
	" known INTEGER NOT NULL, continues BLOB, continues_seq INTEGER, continues_h BLOB, sign_public BLOB,"
	" seq INTEGER, h BLOB, receipted_seq INTEGER, receipted_h BLOB, closed INTEGER, UNIQUE(node, epoch));"
	"CREATE TABLE log_case(ref INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, known INTEGER NOT NULL,"
	" kind INTEGER, secret BLOB, client_case BLOB, opened_node BLOB, opened_epoch BLOB, opened_seq INTEGER,"
	" erased INTEGER);"
	"CREATE TABLE log_entry(local INTEGER PRIMARY KEY, author INTEGER NOT NULL, seq INTEGER NOT NULL,"
	" generation INTEGER, n INTEGER, older BLOB, stamp INTEGER NOT NULL, verdict INTEGER NOT NULL,"
	" reason INTEGER NOT NULL, case_ref INTEGER NOT NULL, record BLOB NOT NULL, type INTEGER NOT NULL,"
	" digest BLOB NOT NULL, bytes BLOB);"
	"CREATE UNIQUE INDEX log_entry_author ON log_entry(author, seq);"
	"CREATE UNIQUE INDEX log_entry_order ON log_entry(n, generation) WHERE n IS NOT NULL;"
	"CREATE INDEX log_entry_case ON log_entry(case_ref, n, generation);"
	"CREATE INDEX log_entry_record ON log_entry(record);"
	"CREATE TABLE log_head(author INTEGER NOT NULL, seq INTEGER NOT NULL, signature BLOB NOT NULL,"
	" PRIMARY KEY(author, seq)) WITHOUT ROWID;"
	"CREATE TABLE log_named(name TEXT NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,"
	" PRIMARY KEY(name, key)) WITHOUT ROWID;";

#define ENTRY "local, author, seq, generation, n, older, stamp, verdict, reason, case_ref, record, type, digest, bytes"
#define AUTHOR "node, epoch, continues, continues_seq, continues_h, sign_public, seq, h, receipted_seq, receipted_h, closed"
#define CASE "ref, id, kind, secret, client_case, opened_node, opened_epoch, opened_seq, erased"

static const char *const queries[LOG_SQLITE_QUERIES] = {
	[LOG_SQLITE_APPEND] = "INSERT INTO log_entry(" ENTRY ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	[LOG_SQLITE_PLACE_GET] = "SELECT local, generation, n, older, stamp FROM log_entry WHERE author=? AND seq=?",
	[LOG_SQLITE_PLACE_SET] = "UPDATE log_entry SET generation=?2, n=?3, older=?4, stamp=?5, verdict=?6, reason=?7"
				 " WHERE local=?1",
	[LOG_SQLITE_REFILL] = "UPDATE log_entry SET bytes=?3 WHERE author=?1 AND seq=?2 AND bytes IS NULL",
	[LOG_SQLITE_FIND] = "SELECT " ENTRY " FROM log_entry WHERE author=? AND seq=?",
	[LOG_SQLITE_READ_ORDER] = "SELECT " ENTRY " FROM log_entry INDEXED BY log_entry_order"
				  " WHERE n>? AND n<=? ORDER BY n, generation",
	[LOG_SQLITE_READ_CASE] = "SELECT " ENTRY " FROM log_entry INDEXED BY log_entry_case"
				 " WHERE case_ref=? AND n>? AND n<=? ORDER BY n, generation",
	[LOG_SQLITE_READ_RECORD] = "SELECT " ENTRY " FROM log_entry WHERE record=? ORDER BY local",
	[LOG_SQLITE_READ_AUTHOR] = "SELECT " ENTRY " FROM log_entry WHERE author=? AND seq>=? ORDER BY seq",
	[LOG_SQLITE_READ_LOCAL] = "SELECT " ENTRY " FROM log_entry WHERE local>? ORDER BY local",
	[LOG_SQLITE_LAST_ORDER] = "SELECT n FROM log_entry INDEXED BY log_entry_order WHERE n IS NOT NULL"
				  " AND generation=? ORDER BY n DESC LIMIT 1",
	[LOG_SQLITE_SCAN_ORDER] = "SELECT n FROM log_entry INDEXED BY log_entry_order WHERE n IS NOT NULL"
				  " ORDER BY generation DESC, n DESC LIMIT 1",
	[LOG_SQLITE_LAST_CASE_ORDER] = "SELECT n, generation FROM log_entry INDEXED BY log_entry_case"
				       " WHERE case_ref=? AND n IS NOT NULL ORDER BY n DESC, generation DESC LIMIT 1",
	[LOG_SQLITE_SCAN_CASE_ORDER] = "SELECT n FROM log_entry INDEXED BY log_entry_case"
				       " WHERE case_ref=? AND n IS NOT NULL ORDER BY generation DESC, n DESC LIMIT 1",
	[LOG_SQLITE_ERASE_RECORD] = "UPDATE log_entry SET bytes=NULL WHERE record=? AND bytes IS NOT NULL",
	[LOG_SQLITE_ERASE_CASE] = "UPDATE log_entry SET bytes=NULL WHERE case_ref=? AND bytes IS NOT NULL",
	[LOG_SQLITE_REMOVE_OWN] = "UPDATE log_entry SET bytes=NULL WHERE case_ref=? AND bytes IS NOT NULL"
				  " AND author IN (SELECT ref FROM log_author WHERE node=?)",
	[LOG_SQLITE_REMOVE_OTHERS] = "DELETE FROM log_entry WHERE case_ref=?"
				     " AND author NOT IN (SELECT ref FROM log_author WHERE node=?)",
	[LOG_SQLITE_CUT] = "DELETE FROM log_entry WHERE author=? AND seq>? AND seq<=?",
	[LOG_SQLITE_CUT_HEADS] = "DELETE FROM log_head WHERE author=? AND seq>? AND seq<=?",
	[LOG_SQLITE_META_GET] = "SELECT value FROM log_meta WHERE name=?",
	[LOG_SQLITE_META_PUT] = "INSERT OR REPLACE INTO log_meta(name, value) VALUES(?,?)",
	[LOG_SQLITE_AUTHOR_REF] = "SELECT ref FROM log_author WHERE node=? AND epoch=?",
	[LOG_SQLITE_AUTHOR_ID] = "SELECT node, epoch FROM log_author WHERE ref=?",
	[LOG_SQLITE_AUTHOR_NEW] = "INSERT INTO log_author(node, epoch, known) VALUES(?,?,0)",
	[LOG_SQLITE_AUTHOR_PUT] = "INSERT INTO log_author(" AUTHOR ", known) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,1)"
				  " ON CONFLICT(node, epoch) DO UPDATE SET continues=?3, continues_seq=?4, continues_h=?5,"
				  " sign_public=?6, seq=?7, h=?8, receipted_seq=?9, receipted_h=?10, closed=?11, known=1",
	[LOG_SQLITE_AUTHOR_GET] = "SELECT " AUTHOR " FROM log_author WHERE node=? AND epoch=? AND known=1",
	[LOG_SQLITE_AUTHOR_SCAN] = "SELECT " AUTHOR " FROM log_author WHERE known=1 ORDER BY node, epoch",
	[LOG_SQLITE_HEAD_PUT] = "INSERT OR REPLACE INTO log_head(author, seq, signature) VALUES(?,?,?)",
	[LOG_SQLITE_HEAD_SCAN] = "SELECT seq, signature FROM log_head WHERE author=? ORDER BY seq",
	[LOG_SQLITE_CASE_REF] = "SELECT ref FROM log_case WHERE id=?",
	[LOG_SQLITE_CASE_ID] = "SELECT id FROM log_case WHERE ref=?",
	[LOG_SQLITE_CASE_NEW] = "INSERT INTO log_case(id, known) VALUES(?,0)",
	[LOG_SQLITE_CASE_PUT] = "INSERT INTO log_case(id, kind, secret, client_case, opened_node, opened_epoch, opened_seq,"
				" erased, known) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,1) ON CONFLICT(id) DO UPDATE SET kind=?2,"
				" secret=?3, client_case=?4, opened_node=?5, opened_epoch=?6, opened_seq=?7, erased=?8, known=1",
	[LOG_SQLITE_CASE_GET] = "SELECT " CASE " FROM log_case WHERE id=? AND known=1",
	[LOG_SQLITE_CASE_SCAN] = "SELECT " CASE " FROM log_case WHERE known=1 ORDER BY id",
	[LOG_SQLITE_CASE_ERASE] = "UPDATE log_case SET secret=NULL, erased=1 WHERE ref=? AND known=1",
	[LOG_SQLITE_CASE_REMOVE] = "UPDATE log_case SET known=0, kind=NULL, secret=NULL, client_case=NULL, opened_node=NULL,"
				   " opened_epoch=NULL, opened_seq=NULL, erased=NULL WHERE ref=?",
	[LOG_SQLITE_NAMED_PUT] = "INSERT OR REPLACE INTO log_named(name, key, value) VALUES(?,?,?)",
	[LOG_SQLITE_NAMED_GET] = "SELECT value FROM log_named WHERE name=? AND key=?",
	[LOG_SQLITE_NAMED_REMOVE] = "DELETE FROM log_named WHERE name=? AND key=?",
	[LOG_SQLITE_NAMED_SCAN] = "SELECT key, value FROM log_named WHERE name=? AND key>=? ORDER BY key",
};

struct log_sqlite *log_sqlite_of(struct log *log)
{
	return (struct log_sqlite *)log;
}

struct fault log_sqlite_damaged(struct log_sqlite *sqlite)
{
	sqlite->log.is_closed = true;
	return fault_of(FAULT_STORE, "a row of the log is damaged");
}

struct fault log_sqlite_meta_get(struct log_sqlite *sqlite, const char *name, uint64_t *value)
{
	struct sqlite3_stmt *statement;
	bool row;
	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_META_GET, &statement));
	statements_bind_text(statement, 1, span_text(name));
	struct fault fault = statements_step(&sqlite->statements, statement, &row);
	if (!fault_is(fault))
		*value = row ? statements_number(statement, 0) : 0;
	statements_release(&sqlite->statements, LOG_SQLITE_META_GET, statement);
	return fault;
}

struct fault log_sqlite_meta_put(struct log_sqlite *sqlite, const char *name, uint64_t value)
{
	struct sqlite3_stmt *statement;
	FAULT_TRY(statements_take(&sqlite->statements, LOG_SQLITE_META_PUT, &statement));
	statements_bind_text(statement, 1, span_text(name));
	statements_bind_number(statement, 2, value);
	return statements_run(&sqlite->statements, LOG_SQLITE_META_PUT, statement);
}

static struct fault begin(struct log *log)
{
	return statements_exec(&log_sqlite_of(log)->statements, "BEGIN IMMEDIATE");
}

static struct fault commit(struct log *log)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	FAULT_TRY(statements_exec(&sqlite->statements, "COMMIT"));
	sqlite->committed_local = sqlite->last_local;
	sqlite->committed_generation = sqlite->generation;
	sqlite->has_new_refs = false;
	return fault_none();
}

static struct fault rollback(struct log *log)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	struct fault fault = fault_none();
	/* After some errors SQLite has rolled back by itself. */
	if (!sqlite3_get_autocommit(sqlite->statements.db))
		fault = statements_exec(&sqlite->statements, "ROLLBACK");
	sqlite->last_local = sqlite->committed_local;
	sqlite->generation = sqlite->committed_generation;
	if (sqlite->has_new_refs) {
		log_refs_forget(&sqlite->authors);
		log_refs_forget(&sqlite->cases);
		sqlite->has_new_refs = false;
	}
	/* What the disk failed once is not written to again. */
	log->is_closed = log->is_closed || sqlite->statements.is_broken;
	return fault;
}

static void close_sqlite(struct log *log)
{
	struct log_sqlite *sqlite = log_sqlite_of(log);
	statements_deinit(&sqlite->statements);
	free(sqlite);
}

static const struct log_driver driver = {
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.append = log_sqlite_append,
	.place = log_sqlite_place,
	.refill = log_sqlite_refill,
	.find = log_sqlite_find,
	.read_order = log_sqlite_read_order,
	.read_case = log_sqlite_read_case,
	.read_record = log_sqlite_read_record,
	.read_author = log_sqlite_read_author,
	.read_local = log_sqlite_read_local,
	.last_order = log_sqlite_last_order,
	.last_local = log_sqlite_last_local,
	.author_put = log_sqlite_author_put,
	.author_get = log_sqlite_author_get,
	.author_scan = log_sqlite_author_scan,
	.head_put = log_sqlite_head_put,
	.head_scan = log_sqlite_head_scan,
	.case_put = log_sqlite_case_put,
	.case_get = log_sqlite_case_get,
	.case_scan = log_sqlite_case_scan,
	.erase_record = log_sqlite_erase_record,
	.erase_case = log_sqlite_erase_case,
	.remove_case = log_sqlite_remove_case,
	.cut = log_sqlite_cut,
	.put = log_sqlite_put,
	.get = log_sqlite_get,
	.remove = log_sqlite_remove,
	.scan = log_sqlite_scan,
	.close = close_sqlite,
};

static struct fault create(struct log_sqlite *sqlite)
{
	FAULT_TRY(statements_exec(&sqlite->statements, "BEGIN IMMEDIATE"));
	struct fault fault = statements_exec(&sqlite->statements, schema);
	if (!fault_is(fault))
		fault = log_sqlite_meta_put(sqlite, "version", SCHEMA_VERSION);
	if (!fault_is(fault))
		fault = statements_exec(&sqlite->statements, "COMMIT");
	if (fault_is(fault) && !sqlite3_get_autocommit(sqlite->statements.db))
		(void)statements_exec(&sqlite->statements, "ROLLBACK");
	return fault;
}

static struct fault last_of_table(struct log_sqlite *sqlite, uint64_t *out)
{
	struct sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(sqlite->statements.db, "SELECT max(local) FROM log_entry", -1, &statement, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		*out = statements_number(statement, 0);
	sqlite3_finalize(statement);
	return rc == SQLITE_ROW ? fault_none() : fault_of(FAULT_STORE, "the log cannot be read");
}

static struct fault prepare(struct log_sqlite *sqlite)
{
	struct sqlite3 *db = sqlite->statements.db;
	uint64_t version, kept, last;

	FAULT_TRY(statements_exec(&sqlite->statements, "PRAGMA secure_delete=ON"));
	if (sqlite3_table_column_metadata(db, "main", "log_meta", NULL, NULL, NULL, NULL, NULL, NULL) != SQLITE_OK)
		FAULT_TRY(create(sqlite));
	FAULT_TRY(log_sqlite_meta_get(sqlite, "version", &version));
	if (version != SCHEMA_VERSION)
		return fault_of(FAULT_STORE, "the log was written by another version");
	FAULT_TRY(log_sqlite_meta_get(sqlite, "last_local", &kept));
	FAULT_TRY(log_sqlite_meta_get(sqlite, "generation", &sqlite->generation));
	FAULT_TRY(last_of_table(sqlite, &last));
	sqlite->last_local = last > kept ? last : kept;
	sqlite->committed_local = sqlite->last_local;
	sqlite->committed_generation = sqlite->generation;
	return fault_none();
}

struct fault log_sqlite_open(struct sqlite3 *db, struct log **out)
{
	struct log_sqlite *sqlite = calloc(1, sizeof *sqlite);
	if (sqlite == NULL)
		return fault_of(FAULT_LIMIT, "memory for the log");
	sqlite->log.driver = &driver;
	statements_init(&sqlite->statements, db, queries);
	log_refs_init(&sqlite->authors, sizeof(struct author));
	log_refs_init(&sqlite->cases, sizeof(struct case_id));
	struct fault fault = prepare(sqlite);
	if (fault_is(fault)) {
		close_sqlite(&sqlite->log);
		return fault;
	}
	*out = &sqlite->log;
	return fault_none();
}
