/* casebook - opened, kept in step with the log, rebuilt, digested. */
#include "store/casebook_book.h"

#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "base/assert.h"
#include "store/casebook_text.h"
#include "domain/calendar.h"
#include "domain/schema.h"
#include "records_table.h"

/* Rises when the same log would give another book: it is then rebuilt. */
enum { BOOK_VERSION = 7 };

/* Touched records kept until the commit; more than these are folded at once. */
enum { TOUCHED_MAX = 4096, BLOCK_KEPT = 128 * 1024 };

/* The query of a client names the type by its number. */
#define CLIENT "1"
_Static_assert(RECORDS_TYPE_CLIENT == 1, "CLIENT is the number of that type");

static const char schema_text[] =
	"CREATE TABLE book_meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE book_record(key INTEGER PRIMARY KEY, record BLOB NOT NULL UNIQUE, case_id BLOB NOT NULL,"
	" type INTEGER NOT NULL, created INTEGER NOT NULL, changed INTEGER NOT NULL, event INTEGER NOT NULL,"
	" author BLOB NOT NULL, flags INTEGER NOT NULL, title TEXT NOT NULL, shown BLOB NOT NULL, fold BLOB NOT NULL);"
	"CREATE INDEX book_record_type ON book_record(type);"
	"CREATE TABLE book_conflict(key INTEGER NOT NULL, field INTEGER NOT NULL, PRIMARY KEY(key, field)) WITHOUT ROWID;"
	"CREATE VIRTUAL TABLE book_words USING fts5(words, content='', detail=none, columnsize=0, prefix='1 2 3',"
	" tokenize='jalka');";

/* Of the second version, where book_due stood. `n` counts the items of a record. */
static const char agenda_schema_text[] =
	"DROP TABLE IF EXISTS book_due;"
	"CREATE TABLE book_agenda(counted INTEGER NOT NULL, key INTEGER NOT NULL, n INTEGER NOT NULL,"
	" actable INTEGER NOT NULL, last INTEGER NOT NULL, start INTEGER NOT NULL, at INTEGER NOT NULL,"
	" kind INTEGER NOT NULL, rule INTEGER NOT NULL, condition INTEGER NOT NULL, urgent INTEGER NOT NULL,"
	" PRIMARY KEY(counted, key, n)) WITHOUT ROWID;"
	"CREATE INDEX book_agenda_key ON book_agenda(key);";

/* One index serves a whole case, its client, and the few records of one type among its
 * thousands that the rules ask for at every write. The others stood beside it once, and
 * each cost a page of every record put. */
static const char index_text[] =
	"DROP INDEX IF EXISTS book_record_case; DROP INDEX IF EXISTS book_client;"
	"CREATE INDEX IF NOT EXISTS book_record_case_type ON book_record(case_id, type);";

#define ROWS "SELECT " CASEBOOK_ROW " FROM book_record "
#define JOINED_ROW "r.key, r.record, r.case_id, r.type, r.created, r.changed, r.event, r.author, r.flags, r.title, r.shown"

/* None of the writing statements may need a statement journal (INSERT OR REPLACE
 * would): its savepoint makes FTS5 flush what it gathers in memory, once a record
 * instead of once a transaction. */
static const char *const queries[CASEBOOK_QUERIES] = {
	[CASEBOOK_ROW_FIND] = "SELECT key, type, shown FROM book_record WHERE record=?",
	[CASEBOOK_ROW_PUT] = "INSERT INTO book_record(" CASEBOOK_ROW ", fold) VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
	[CASEBOOK_ROW_CHANGE] = "UPDATE book_record SET case_id=?3, type=?4, created=?5, changed=?6, event=?7, author=?8,"
				" flags=?9, title=?10, shown=?11, fold=?12 WHERE key=?1 AND record=?2",
	[CASEBOOK_ROW_REMOVE] = "DELETE FROM book_record WHERE key=?",
	[CASEBOOK_ROW_TAKEN] = "SELECT 1 FROM book_record WHERE key=?",
	[CASEBOOK_WORDS_PUT] = "INSERT INTO book_words(rowid, words) VALUES(?,?)",
	[CASEBOOK_WORDS_REMOVE] = "INSERT INTO book_words(book_words, rowid, words) VALUES('delete',?,?)",
	[CASEBOOK_WORDS_SETTLE] = "INSERT INTO book_words(book_words) VALUES('optimize')",
	[CASEBOOK_CONFLICT_PUT] = "INSERT INTO book_conflict(key, field) VALUES(?,?)",
	[CASEBOOK_CONFLICT_REMOVE] = "DELETE FROM book_conflict WHERE key=?",
	[CASEBOOK_DUE_PUT] = "INSERT INTO book_agenda(counted, key, n, actable, last, start, at, kind, rule, condition, urgent)"
			     " VALUES(?,?,?,?,?,?,?,?,?,?,?)",
	[CASEBOOK_DUE_REMOVE] = "DELETE FROM book_agenda WHERE key=?",
	[CASEBOOK_CASE_RECORDS] = "SELECT record FROM book_record WHERE case_id=?",
	[CASEBOOK_GET] = ROWS "WHERE record=?",
	[CASEBOOK_LIST] = ROWS "ORDER BY key DESC LIMIT ?",
	[CASEBOOK_LIST_TYPE] = ROWS "WHERE type=?2 ORDER BY key DESC LIMIT ?1",
	/* The keys first: sorting them is less than sorting the rows. */
	[CASEBOOK_LIST_CASE] = ROWS "WHERE key IN (SELECT key FROM book_record WHERE case_id=?3) ORDER BY key DESC LIMIT ?1",
	[CASEBOOK_LIST_CASE_TYPE] = ROWS "WHERE case_id=?3 AND type=?2 ORDER BY key DESC LIMIT ?1",
	[CASEBOOK_SEARCH] = "SELECT " JOINED_ROW " FROM book_words w JOIN book_record r ON r.key = w.rowid"
			    " WHERE book_words MATCH ? ORDER BY w.rowid DESC",
	[CASEBOOK_CONFLICTS] = "SELECT " JOINED_ROW ", c.field FROM book_conflict c JOIN book_record r ON r.key = c.key"
			       " ORDER BY c.key DESC, c.field",
	/* By sections, whose first kinds are bound (agenda.h), and in each by agenda_class: overdue, the day's, coming. */
	[CASEBOOK_AGENDA] = "SELECT a.counted, a.actable, a.last, a.start, a.at, a.kind, a.rule, a.condition, a.urgent,"
			    " r.key, r.type, r.case_id, r.record, r.title FROM book_agenda a JOIN book_record r ON r.key = a.key"
			    " WHERE a.counted<=?2 AND a.last>=?1 ORDER BY a.urgent DESC, (a.kind>=?3)+(a.kind>=?4)+(a.kind>=?5)+(a.kind>=?6)"
			    "+(a.kind>=?7)+(a.kind>=?8), a.actable>=?1, a.counted>?1, a.counted,"
			    " a.at, a.key, a.n",
	[CASEBOOK_CLIENT] = "SELECT record, title, shown FROM book_record WHERE case_id=? AND type=" CLIENT
			    " ORDER BY key LIMIT 1",
	[CASEBOOK_NEWER] = "SELECT 1 FROM book_record WHERE case_id=? AND type=? AND key>? LIMIT 1",
	[CASEBOOK_COUNT] = "SELECT (SELECT count(*) FROM book_conflict), (SELECT count(*) FROM book_record)",
	[CASEBOOK_FIND] = ROWS "WHERE record>=? AND record<=? ORDER BY record",
	[CASEBOOK_FIND_CASE] = "SELECT DISTINCT case_id FROM book_record WHERE case_id>=? AND case_id<=? ORDER BY case_id",
	[CASEBOOK_META_GET] = "SELECT value FROM book_meta WHERE name=?",
	[CASEBOOK_META_PUT] = "INSERT OR REPLACE INTO book_meta(name, value) VALUES(?,?)",
	[CASEBOOK_DIGEST_ROWS] = "SELECT record, case_id, type, created, changed, event, author, flags, title, shown, fold"
				 " FROM book_record ORDER BY record",
	[CASEBOOK_DIGEST_CONFLICTS] = "SELECT r.record, c.field FROM book_conflict c JOIN book_record r ON r.key = c.key"
				      " ORDER BY r.record, c.field",
	[CASEBOOK_DIGEST_DUE] = "SELECT r.record, a.n, a.counted, a.actable, a.last, a.start, a.at, a.kind, a.rule, a.condition,"
				" a.urgent FROM book_agenda a JOIN book_record r ON r.key = a.key ORDER BY r.record, a.n",
	[CASEBOOK_DIGEST_WORDS] = "SELECT term, doc FROM temp.book_vocabulary",
};

/* ---- the tokenizer: words are made in casebook_text, here they are split ---- */

static int tokenizer_create(void *ctx, const char **args, int count, Fts5Tokenizer **out)
{
	static int tokenizer; /* it has no state; FTS5 wants a pointer */
	(void)ctx, (void)args, (void)count;
	*out = (Fts5Tokenizer *)&tokenizer;
	return SQLITE_OK;
}

static void tokenizer_delete(Fts5Tokenizer *tokenizer)
{
	(void)tokenizer;
}

static int tokenizer_split(Fts5Tokenizer *tokenizer, void *ctx, int flags, const char *text, int len,
			   int (*token)(void *, int, const char *, int, int, int))
{
	int begin = 0, rc = SQLITE_OK;
	(void)tokenizer, (void)flags;
	for (int at = 0; at <= len && rc == SQLITE_OK; at++) {
		if (at < len && text[at] != ' ')
			continue;
		if (at > begin)
			rc = token(ctx, 0, text + begin, at - begin, begin, at);
		begin = at + 1;
	}
	return rc;
}

static struct fault tokenizer_register(struct sqlite3 *db)
{
	static fts5_tokenizer tokenizer = { tokenizer_create, tokenizer_delete, tokenizer_split };
	struct sqlite3_stmt *statement = NULL;
	char name[] = "jalka";
	fts5_api *api = NULL;

	int rc = sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &statement, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_pointer(statement, 1, (void *)&api, "fts5_api_ptr", NULL);
	if (rc == SQLITE_OK)
		(void)sqlite3_step(statement);
	sqlite3_finalize(statement);
	if (api == NULL || api->xCreateTokenizer(api, name, NULL, &tokenizer, NULL) != SQLITE_OK)
		return fault_of(FAULT_STORE, "this SQLite has no FTS5");
	return fault_none();
}

/* ---- in step with the log ---- */

/* One large record or a rebuild does not keep its memory for good. */
static void trim(struct casebook *book)
{
	struct casebook_block *blocks[] = { &book->entries, &book->bytes, &book->inputs,
					    &book->work, &book->words, &book->old_words };
	for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
		if (blocks[i]->size > BLOCK_KEPT) {
			free(blocks[i]->data);
			*blocks[i] = (struct casebook_block){ .data = NULL };
		}
	}
	if (book->touched.size > TOUCHED_MAX)
		casebook_set_deinit(&book->touched);
}

static struct fault fold_touched(struct casebook *book)
{
	struct casebook_folded folded;
	for (size_t i = 0; i < book->touched.count; i++) {
		FAULT_TRY(casebook_fold(book, book->touched.ids[i], &folded));
		FAULT_TRY(casebook_row_store(book, book->touched.ids[i], &folded));
	}
	casebook_set_clear(&book->touched);
	trim(book);
	return fault_none();
}

static struct fault touch(struct casebook *book, struct record_id id)
{
	ASSERT(log_in_transaction(book->log));
	if (book->touched.count >= TOUCHED_MAX)
		FAULT_TRY(fold_touched(book));
	return casebook_set_add(&book->touched, id) ? fault_none() : fault_of(FAULT_LIMIT, "memory for the case book");
}

/* ---- B4 ---- */

/* A node that is not central's reads every case it holds; central the two reserved ones. */
static bool is_known_reserved(const struct casebook *book, struct case_id id)
{
	for (size_t i = 0; i < book->reserved_count; i++)
		if (ID_EQUAL(book->reserved[i], id))
			return true;
	return false;
}

static bool learn_reserved(void *ctx, const struct log_case *info)
{
	struct casebook *book = ctx;
	bool reserved = info->kind == DELTA_CASE_REFERENCE || info->kind == DELTA_CASE_DIRECTORY;
	if (reserved && !is_known_reserved(book, info->case_id))
		book->reserved[book->reserved_count++] = info->case_id;
	return book->reserved_count < CASEBOOK_RESERVED_CASES;
}

/* Both are known but in the first transaction of a new node, where an opening may
 * be told before its case is there: until then the fold decides. */
static bool is_left_out(const struct casebook *book, struct case_id id)
{
	return book->is_central && book->reserved_count == CASEBOOK_RESERVED_CASES && !is_known_reserved(book, id);
}

struct fault casebook_may_hold(struct casebook *book, struct case_id id, bool *out)
{
	struct log_case info;
	bool found;
	if (book->is_central && book->reserved_count < CASEBOOK_RESERVED_CASES) {
		FAULT_TRY(log_case_get(book->log, id, &info, &found));
		if (found)
			(void)learn_reserved(book, &info);
	}
	*out = !book->is_central || is_known_reserved(book, id);
	return fault_none();
}

void casebook_set_central(struct casebook *book)
{
	book->is_central = true;
	(void)log_case_scan(book->log, learn_reserved, book); /* what it misses is learned when it is met */
}

/* ---- the hooks ---- */

static struct fault touched(void *ctx, struct case_id case_id, struct record_id record_id, const struct log_entry *entry)
{
	(void)entry;
	return is_left_out(ctx, case_id) ? fault_none() : touch(ctx, record_id);
}

/* What the log no longer holds of the case drops out when its records are folded again. */
static struct fault forgot(void *ctx, struct case_id case_id)
{
	struct casebook *book = ctx;
	struct sqlite3_stmt *statement;
	struct fault fault;
	struct record_id id;
	bool row;

	FAULT_TRY(fold_touched(book));
	FAULT_TRY(statements_take(&book->statements, CASEBOOK_CASE_RECORDS, &statement));
	statements_bind_bytes(statement, 1, ID_SPAN(case_id));
	for (;;) {
		fault = statements_step(&book->statements, statement, &row);
		if (fault_is(fault) || !row)
			break;
		if (!statements_copy(statement, 0, id.bytes, ID_BYTES) || !casebook_set_add(&book->touched, id)) {
			fault = fault_of(FAULT_LIMIT, "memory for the case book");
			break;
		}
	}
	statements_release(&book->statements, CASEBOOK_CASE_RECORDS, statement);
	return fault;
}

static const struct book_ops ops = { .touched = touched, .forgot = forgot };

struct noting {
	struct casebook *book;
	bool failed;
};

static bool note_record(void *ctx, const struct log_entry *entry)
{
	struct noting *noting = ctx;
	noting->failed = !is_left_out(noting->book, entry->case_id)
		&& !casebook_set_add(&noting->book->touched, entry->record_id);
	return !noting->failed;
}

static struct fault fold_all(struct casebook *book)
{
	struct noting noting = { .book = book };
	casebook_set_clear(&book->touched);
	FAULT_TRY(casebook_rows_clear(book));
	FAULT_TRY(log_read_local(book->log, 0, note_record, &noting));
	if (noting.failed)
		return fault_of(FAULT_LIMIT, "memory for the case book");
	return fold_touched(book);
}

/* The version this build writes: its own and a hash of the record table. */
static uint64_t version_now(void)
{
	crypto_generichash_state state;
	uint64_t version;
	size_t count;
	const struct schema_record *records = schema_all(&count);
	crypto_generichash_init(&state, NULL, 0, 16);
	const uint8_t eve = CALENDAR_CHRISTMAS_EVE_COUNTS; /* the agenda's days are counted with it */
	crypto_generichash_update(&state, &eve, sizeof eve);
	for (size_t i = 0; i < count; i++) {
		const struct schema_record *record = &records[i];
		crypto_generichash_update(&state, (const uint8_t *)&record->type, sizeof record->type);
		crypto_generichash_update(&state, (const uint8_t *)record->title_fields,
					  record->title_count * sizeof *record->title_fields);
		crypto_generichash_update(&state, (const uint8_t *)record->search_fields,
					  record->search_count * sizeof *record->search_fields);
	}
	uint8_t hash[16];
	crypto_generichash_final(&state, hash, sizeof hash);
	memcpy(&version, hash, sizeof version);
	return (version << 8 | BOOK_VERSION) & INT64_MAX;
}

static uint64_t epochs_now(const struct casebook *book)
{
	return book->orders != NULL ? book->orders->count : 0;
}

static struct fault meta_put_one(struct casebook *book, const char *name, uint64_t value)
{
	struct sqlite3_stmt *statement;
	FAULT_TRY(statements_take(&book->statements, CASEBOOK_META_PUT, &statement));
	statements_bind_text(statement, 1, span_text(name));
	statements_bind_number(statement, 2, value);
	return statements_run(&book->statements, CASEBOOK_META_PUT, statement);
}

static struct fault meta_get_one(struct casebook *book, const char *name, uint64_t *value)
{
	struct sqlite3_stmt *statement;
	bool row;
	FAULT_TRY(statements_take(&book->statements, CASEBOOK_META_GET, &statement));
	statements_bind_text(statement, 1, span_text(name));
	struct fault fault = statements_step(&book->statements, statement, &row);
	if (!fault_is(fault))
		*value = row ? statements_number(statement, 0) : 0;
	statements_release(&book->statements, CASEBOOK_META_GET, statement);
	return fault;
}

static struct fault meta_put(struct casebook *book)
{
	FAULT_TRY(meta_put_one(book, "version", book->version_now));
	FAULT_TRY(meta_put_one(book, "epochs", epochs_now(book)));
	book->version = book->version_now;
	book->epochs = epochs_now(book);
	return fault_none();
}

/* Of what the tables are: 0 when they are new. */
static struct fault meta_get(struct casebook *book)
{
	FAULT_TRY(meta_get_one(book, "version", &book->version));
	return meta_get_one(book, "epochs", &book->epochs);
}

/* Made by another version; or a central epoch became known since, and what a base
 * that names it covers may be another thing now (P9). */
static bool is_outdated(const struct casebook *book)
{
	return book->version != book->version_now || epochs_now(book) > book->epochs;
}

/* What a commit brings into the book. */
static struct fault settle(struct casebook *book)
{
	if (is_outdated(book)) {
		FAULT_TRY(fold_all(book));
		FAULT_TRY(meta_put(book));
	} else {
		FAULT_TRY(fold_touched(book));
	}
	return book->must_settle ? casebook_row_settle(book) : fault_none();
}

/* With a log of another kind (tests) the book's tables have a transaction of their own. */
static struct fault before_commit(void *ctx)
{
	struct casebook *book = ctx;
	if (!sqlite3_get_autocommit(book->statements.db))
		return settle(book);
	FAULT_TRY(statements_exec(&book->statements, "BEGIN IMMEDIATE"));
	struct fault fault = settle(book);
	if (!fault_is(fault))
		return statements_exec(&book->statements, "COMMIT");
	(void)statements_exec(&book->statements, "ROLLBACK");
	return fault;
}

static void undone(void *ctx)
{
	struct casebook *book = ctx;
	casebook_set_clear(&book->touched);
	book->must_settle = false;
	/* A rebuild may have been undone too. */
	if (fault_is(meta_get(book)))
		book->version = 0;
}

/* ---- rebuilding ---- */

struct fault casebook_rebuild(struct casebook *book)
{
	FAULT_TRY(log_begin(book->log));
	book->version = 0; /* before_commit does it */
	return log_commit(book->log);
}

struct fault casebook_ready(struct casebook *book)
{
	if (!is_outdated(book) || log_in_transaction(book->log))
		return fault_none();
	return casebook_rebuild(book);
}

/* ---- opening ---- */

static struct fault make_tables(struct casebook *book, const char *having, const char *schema)
{
	struct sqlite3 *db = book->statements.db;
	if (sqlite3_table_column_metadata(db, "main", having, NULL, NULL, NULL, NULL, NULL, NULL) == SQLITE_OK)
		return fault_none();
	FAULT_TRY(statements_exec(&book->statements, "BEGIN IMMEDIATE"));
	struct fault fault = statements_exec(&book->statements, schema);
	if (!fault_is(fault))
		fault = statements_exec(&book->statements, "COMMIT");
	if (fault_is(fault) && !sqlite3_get_autocommit(db))
		(void)statements_exec(&book->statements, "ROLLBACK");
	return fault;
}

static struct fault prepare(struct casebook *book, struct sqlite3 *db)
{
	uint64_t last;

	FAULT_TRY(tokenizer_register(db));
	FAULT_TRY(statements_exec(&book->statements, "PRAGMA secure_delete=ON"));
	FAULT_TRY(make_tables(book, "book_meta", schema_text));
	FAULT_TRY(make_tables(book, "book_agenda", agenda_schema_text));
	FAULT_TRY(statements_exec(&book->statements, index_text));
	FAULT_TRY(meta_get(book));
	FAULT_TRY(log_last_local(book->log, &last));
	/* Otherwise an outdated book is rebuilt at the first read or commit: the order
	 * tree may not be known yet. */
	return book->version == 0 && last == 0 ? meta_put(book) : fault_none();
}

struct fault casebook_open(struct sqlite3 *db, struct log *log, const struct order_tree *orders, struct casebook **out)
{
	ASSERT(!log_in_transaction(log));
	struct casebook *book = calloc(1, sizeof *book);
	if (book == NULL)
		return fault_of(FAULT_LIMIT, "memory for the case book");
	book->hooks = (struct book){ &ops, book };
	book->log = log;
	book->orders = orders;
	book->version_now = version_now();
	statements_init(&book->statements, db, queries);
	struct fault fault = prepare(book, db);
	if (fault_is(fault)) {
		casebook_close(book);
		return fault;
	}
	log_listen(log, before_commit, undone, book);
	*out = book;
	return fault_none();
}

void casebook_close(struct casebook *book)
{
	struct casebook_block *blocks[] = { &book->entries, &book->bytes, &book->inputs,
					    &book->work, &book->words, &book->old_words };
	if (book->log->before_commit_ctx == book)
		log_listen(book->log, NULL, NULL, NULL);
	statements_deinit(&book->statements);
	casebook_set_deinit(&book->touched);
	for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
		free(blocks[i]->data);
	free(book);
}

const struct book *casebook_hooks(struct casebook *book)
{
	return &book->hooks;
}

void casebook_set_orders(struct casebook *book, const struct order_tree *orders)
{
	book->orders = orders;
}

/* ---- digest ---- */

static void digest_column(crypto_generichash_state *state, struct sqlite3_stmt *row, int column)
{
	struct span bytes = sqlite3_column_type(row, column) == SQLITE_INTEGER ? span_of(NULL, 0) :
									       statements_bytes(row, column);
	uint64_t number = bytes.data == NULL ? statements_number(row, column) : bytes.len;
	crypto_generichash_update(state, (const uint8_t *)&number, sizeof number);
	if (bytes.len > 0)
		crypto_generichash_update(state, bytes.data, bytes.len);
}

static struct fault digest_query(struct casebook *book, unsigned query, crypto_generichash_state *state)
{
	struct sqlite3_stmt *statement;
	struct fault fault;
	bool row;

	FAULT_TRY(statements_take(&book->statements, query, &statement));
	for (;;) {
		fault = statements_step(&book->statements, statement, &row);
		if (fault_is(fault) || !row)
			break;
		for (int i = 0; i < sqlite3_column_count(statement); i++)
			digest_column(state, statement, i);
	}
	statements_release(&book->statements, query, statement);
	return fault;
}

struct fault casebook_digest(struct casebook *book, struct delta_hash *out)
{
	crypto_generichash_state state;

	FAULT_TRY(casebook_ready(book));
	FAULT_TRY(statements_exec(&book->statements, "CREATE VIRTUAL TABLE IF NOT EXISTS temp.book_vocabulary"
						     " USING fts5vocab('main', 'book_words', 'row')"));
	crypto_generichash_init(&state, NULL, 0, DELTA_HASH_BYTES);
	for (unsigned query = CASEBOOK_DIGEST_ROWS; query <= CASEBOOK_DIGEST_WORDS; query++)
		FAULT_TRY(digest_query(book, query, &state));
	crypto_generichash_final(&state, out->bytes, DELTA_HASH_BYTES);
	return fault_none();
}
