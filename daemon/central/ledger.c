/* ledger - rows of access-log entries, kept in step with the log. */
#include "central/ledger.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/assert.h"
#include "domain/fields.h"
#include "records_table.h"
#include "store/statements.h"

/* Rises when the same log would give other rows: they are then made anew. */
enum { VERSION = 2, SEEN_BYTES = 32 };

enum query { PUT, REMOVE, REMOVE_ALL_OF, OF_CLIENT, OF_ACT, OF_PERSON, UNSETTLED, VOLUME, PEOPLE, COUNT, META_GET, META_PUT, QUERIES };
_Static_assert((int)QUERIES <= (int)STATEMENTS_MAX, "every query has a place among the statements");

static const char schema_text[] =
	"CREATE TABLE ledger_meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE ledger(record BLOB PRIMARY KEY, log BLOB NOT NULL, node BLOB NOT NULL, at INTEGER NOT NULL,"
	" act INTEGER NOT NULL, role INTEGER NOT NULL, who BLOB, target BLOB, client BLOB, case_id BLOB, client_case BLOB,"
	" reason TEXT) WITHOUT ROWID;"
	"CREATE INDEX ledger_client ON ledger(client_case, at) WHERE client_case IS NOT NULL;"
	"CREATE INDEX ledger_act ON ledger(act, at);"
	"CREATE INDEX ledger_log ON ledger(log);";
/* Of version 2 on. */
static const char index_text[] = "CREATE INDEX IF NOT EXISTS ledger_who ON ledger(who, at) WHERE who IS NOT NULL";

#define COLUMNS "record, node, at, act, role, who, target, client, case_id, client_case, reason"
static const char *const queries[QUERIES] = {
	[PUT] = "INSERT OR REPLACE INTO ledger(" COLUMNS ", log) VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
	[REMOVE] = "DELETE FROM ledger WHERE record=?",
	[REMOVE_ALL_OF] = "DELETE FROM ledger WHERE log=?",
	[OF_CLIENT] = "SELECT " COLUMNS " FROM ledger WHERE at>=? AND at<?"
		      " AND client_case IN (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ORDER BY at DESC, record",
	[OF_ACT] = "SELECT " COLUMNS " FROM ledger WHERE act=? AND at>=? AND at<? ORDER BY at DESC, record",
	[OF_PERSON] = "SELECT " COLUMNS " FROM ledger WHERE who=? AND at>=? AND at<? ORDER BY at DESC, record",
	[UNSETTLED] = "SELECT " COLUMNS " FROM ledger a WHERE act=? AND NOT EXISTS"
		      " (SELECT 1 FROM ledger b WHERE b.act=? AND b.target = a.target) GROUP BY target ORDER BY at, record",
	[VOLUME] = "SELECT node, act, count(*), max(at) FROM ledger WHERE at>=? AND at<? GROUP BY node, act ORDER BY node, act",
	[PEOPLE] = "SELECT who, max(at) FROM ledger WHERE who IS NOT NULL GROUP BY who",
	[COUNT] = "SELECT count(*) FROM ledger WHERE act=?",
	[META_GET] = "SELECT value FROM ledger_meta WHERE name=?",
	[META_PUT] = "INSERT OR REPLACE INTO ledger_meta(name, value) VALUES(?,?)",
};

struct ledger {
	struct log *log;
	struct statements statements;
};

/* ---- keeping in step ---- */

static struct fault run_id(struct ledger *ledger, enum query query, const uint8_t id[static ID_BYTES])
{
	struct sqlite3_stmt *statement;
	FAULT_TRY(statements_take(&ledger->statements, query, &statement));
	statements_bind_bytes(statement, 1, span_of(id, ID_BYTES));
	return statements_run(&ledger->statements, query, statement);
}

/* An id that is not there is NULL. */
static void bind_id(struct sqlite3_stmt *statement, int at, const uint8_t id[static ID_BYTES])
{
	static const uint8_t none[ID_BYTES];
	statements_bind_bytes(statement, at, memcmp(id, none, ID_BYTES) == 0 ? span_of(NULL, 0) : span_of(id, ID_BYTES));
}

static void read_id(struct span fields, uint32_t number, uint8_t out[static ID_BYTES])
{
	struct record_id id;
	memset(out, 0, ID_BYTES);
	if (fields_id(fields, number, &id))
		memcpy(out, id.bytes, ID_BYTES);
}

static void read_entry(const struct log_entry *entry, struct span fields, struct ledger_entry *out)
{
	*out = (struct ledger_entry){ .id = entry->record_id, .node = entry->author.node };
	out->when_ms = fields_number_or_none(fields, RECORDS_ACCESS_LOG_WHEN);
	out->act = fields_number_or_none(fields, RECORDS_ACCESS_LOG_ACT);
	out->role = fields_number_or_none(fields, RECORDS_ACCESS_LOG_ROLE);
	read_id(fields, RECORDS_ACCESS_LOG_WHO, out->who.bytes);
	read_id(fields, RECORDS_ACCESS_LOG_RECORD, out->record.bytes);
	read_id(fields, RECORDS_ACCESS_LOG_CLIENT, out->client.bytes);
	read_id(fields, RECORDS_ACCESS_LOG_CASE, out->case_id.bytes);
	fields_bytes(fields, RECORDS_ACCESS_LOG_REASON, &out->reason);
	/* Times beyond what SQL counts in come from no honest clock. */
	if (out->when_ms > INT64_MAX)
		out->when_ms = INT64_MAX;
}

/* Whose case it is: the entry names the one that was opened, which may be a matter. */
static struct fault find_client_case(struct ledger *ledger, struct ledger_entry *entry)
{
	struct log_case info;
	bool found = false;
	if (ID_IS_NONE(entry->case_id))
		return fault_none();
	FAULT_TRY(log_case_get(ledger->log, entry->case_id, &info, &found));
	entry->client_case = found && !ID_IS_NONE(info.client_case) ? info.client_case : entry->case_id;
	return fault_none();
}

static struct fault put(struct ledger *ledger, const struct log_entry *entry)
{
	struct delta delta;
	struct ledger_entry row;
	struct sqlite3_stmt *statement;
	if (fault_is(delta_read(entry->bytes, &delta)))
		return fault_none();
	read_entry(entry, delta.fields, &row);
	FAULT_TRY(find_client_case(ledger, &row));
	FAULT_TRY(statements_take(&ledger->statements, PUT, &statement));
	bind_id(statement, 1, row.id.bytes);
	bind_id(statement, 2, row.node.bytes);
	statements_bind_number(statement, 3, row.when_ms);
	statements_bind_number(statement, 4, row.act & INT32_MAX);
	statements_bind_number(statement, 5, row.role & INT32_MAX);
	bind_id(statement, 6, row.who.bytes);
	bind_id(statement, 7, row.record.bytes);
	bind_id(statement, 8, row.client.bytes);
	bind_id(statement, 9, row.case_id.bytes);
	bind_id(statement, 10, row.client_case.bytes);
	statements_bind_text(statement, 11, row.reason.len == 0 ? span_of(NULL, 0) : row.reason);
	bind_id(statement, 12, entry->case_id.bytes);
	return statements_run(&ledger->statements, PUT, statement);
}

static bool is_kept(const struct log_entry *entry)
{
	/* What a lost device saw counts, though its work waits for a decision. */
	return entry->record_type == RECORDS_TYPE_ACCESS_LOG && entry->bytes.data != NULL &&
	       (entry->verdict == LOG_ACCEPTED || entry->verdict == LOG_QUARANTINED);
}

struct reading {
	struct ledger *ledger;
	struct fault fault;
};

static bool put_kept(void *ctx, const struct log_entry *entry)
{
	struct reading *reading = ctx;
	if (is_kept(entry))
		reading->fault = put(reading->ledger, entry);
	return !fault_is(reading->fault);
}

struct fault ledger_touched(struct ledger *ledger, struct record_id record_id, const struct log_entry *entry)
{
	struct reading reading = { .ledger = ledger, .fault = fault_none() };
	if (entry != NULL && entry->record_type != RECORDS_TYPE_ACCESS_LOG)
		return fault_none();
	if (entry != NULL && is_kept(entry))
		return put(ledger, entry);
	FAULT_TRY(run_id(ledger, REMOVE, record_id.bytes));
	FAULT_TRY(log_read_record(ledger->log, record_id, put_kept, &reading));
	return reading.fault;
}

struct fault ledger_forgot(struct ledger *ledger, struct case_id access_case)
{
	return run_id(ledger, REMOVE_ALL_OF, access_case.bytes);
}

/* ---- asking ---- */

static void row_read(struct sqlite3_stmt *row, struct ledger_entry *out)
{
	*out = (struct ledger_entry){ .when_ms = statements_number(row, 2), .act = statements_number(row, 3),
				      .role = statements_number(row, 4) };
	/* A column that is NULL leaves its id none. */
	(void)statements_copy(row, 0, out->id.bytes, ID_BYTES);
	(void)statements_copy(row, 1, out->node.bytes, ID_BYTES);
	(void)statements_copy(row, 5, out->who.bytes, ID_BYTES);
	(void)statements_copy(row, 6, out->record.bytes, ID_BYTES);
	(void)statements_copy(row, 7, out->client.bytes, ID_BYTES);
	(void)statements_copy(row, 8, out->case_id.bytes, ID_BYTES);
	(void)statements_copy(row, 9, out->client_case.bytes, ID_BYTES);
	out->reason = statements_bytes(row, 10);
}

static struct fault walk(struct ledger *ledger, enum query query, struct sqlite3_stmt *statement, ledger_fn *fn, void *ctx)
{
	struct ledger_entry entry;
	struct fault fault;
	bool row;
	for (;;) {
		fault = statements_step(&ledger->statements, statement, &row);
		if (fault_is(fault) || !row)
			break;
		row_read(statement, &entry);
		if (!fn(ctx, &entry))
			break;
	}
	statements_release(&ledger->statements, query, statement);
	return fault;
}

static void bind_range(struct sqlite3_stmt *statement, int at, uint64_t from_ms, uint64_t to_ms)
{
	statements_bind_number(statement, at, from_ms < INT64_MAX ? from_ms : INT64_MAX);
	statements_bind_number(statement, at + 1, to_ms < INT64_MAX ? to_ms : INT64_MAX);
}

struct fault ledger_of_client(struct ledger *ledger, const struct case_id *client_cases, size_t count, uint64_t from_ms,
			      uint64_t to_ms, ledger_fn *fn, void *ctx)
{
	struct sqlite3_stmt *statement;
	ASSERT(count > 0 && count <= LEDGER_LINKED_MAX);
	FAULT_TRY(statements_take(&ledger->statements, OF_CLIENT, &statement));
	bind_range(statement, 1, from_ms, to_ms);
	for (size_t i = 0; i < LEDGER_LINKED_MAX; i++) /* places that are left name the first again */
		statements_bind_bytes(statement, (int)(3 + i), ID_SPAN(client_cases[i < count ? i : 0]));
	return walk(ledger, OF_CLIENT, statement, fn, ctx);
}

struct fault ledger_unsettled(struct ledger *ledger, uint64_t act, uint64_t settled, ledger_fn *fn, void *ctx)
{
	struct sqlite3_stmt *statement;
	FAULT_TRY(statements_take(&ledger->statements, UNSETTLED, &statement));
	statements_bind_number(statement, 1, act);
	statements_bind_number(statement, 2, settled);
	return walk(ledger, UNSETTLED, statement, fn, ctx);
}

struct fault ledger_of_act(struct ledger *ledger, uint64_t act, uint64_t from_ms, uint64_t to_ms, ledger_fn *fn, void *ctx)
{
	struct sqlite3_stmt *statement;
	FAULT_TRY(statements_take(&ledger->statements, OF_ACT, &statement));
	statements_bind_number(statement, 1, act);
	bind_range(statement, 2, from_ms, to_ms);
	return walk(ledger, OF_ACT, statement, fn, ctx);
}

struct fault ledger_of_person(struct ledger *ledger, struct record_id who, uint64_t from_ms, uint64_t to_ms, ledger_fn *fn,
			      void *ctx)
{
	struct sqlite3_stmt *statement;
	FAULT_TRY(statements_take(&ledger->statements, OF_PERSON, &statement));
	statements_bind_bytes(statement, 1, ID_SPAN(who));
	bind_range(statement, 2, from_ms, to_ms);
	return walk(ledger, OF_PERSON, statement, fn, ctx);
}

struct fault ledger_volume(struct ledger *ledger, uint64_t from_ms, uint64_t to_ms, ledger_volume_fn *fn, void *ctx)
{
	struct sqlite3_stmt *statement;
	struct ledger_volume volume;
	struct fault fault;
	bool row;
	FAULT_TRY(statements_take(&ledger->statements, VOLUME, &statement));
	bind_range(statement, 1, from_ms, to_ms);
	for (;;) {
		fault = statements_step(&ledger->statements, statement, &row);
		if (fault_is(fault) || !row)
			break;
		(void)statements_copy(statement, 0, volume.node.bytes, ID_BYTES);
		volume.act = statements_number(statement, 1);
		volume.count = statements_number(statement, 2);
		volume.last_ms = statements_number(statement, 3);
		if (!fn(ctx, &volume))
			break;
	}
	statements_release(&ledger->statements, VOLUME, statement);
	return fault;
}

/* ---- what was looked at ---- */

static struct fault meta_get(struct ledger *ledger, const char *name, uint64_t *out)
{
	struct sqlite3_stmt *statement;
	bool row;
	FAULT_TRY(statements_take(&ledger->statements, META_GET, &statement));
	statements_bind_text(statement, 1, span_text(name));
	struct fault fault = statements_step(&ledger->statements, statement, &row);
	*out = !fault_is(fault) && row ? statements_number(statement, 0) : 0;
	statements_release(&ledger->statements, META_GET, statement);
	return fault;
}

static struct fault meta_put(struct ledger *ledger, const char *name, uint64_t value)
{
	struct sqlite3_stmt *statement;
	FAULT_TRY(statements_take(&ledger->statements, META_PUT, &statement));
	statements_bind_text(statement, 1, span_text(name));
	statements_bind_number(statement, 2, value);
	return statements_run(&ledger->statements, META_PUT, statement);
}

static struct fault count_of(struct ledger *ledger, uint64_t act, uint64_t *out)
{
	struct sqlite3_stmt *statement;
	bool row;
	FAULT_TRY(statements_take(&ledger->statements, COUNT, &statement));
	statements_bind_number(statement, 1, act);
	struct fault fault = statements_step(&ledger->statements, statement, &row);
	*out = !fault_is(fault) && row ? statements_number(statement, 0) : 0;
	statements_release(&ledger->statements, COUNT, statement);
	return fault;
}

static void seen_name(uint64_t act, char out[static SEEN_BYTES])
{
	snprintf(out, SEEN_BYTES, "seen %llu", (unsigned long long)act);
}

struct fault ledger_unseen(struct ledger *ledger, uint64_t act, uint64_t *count)
{
	char name[SEEN_BYTES];
	uint64_t all, seen;
	seen_name(act, name);
	FAULT_TRY(count_of(ledger, act, &all));
	FAULT_TRY(meta_get(ledger, name, &seen));
	*count = all > seen ? all - seen : 0;
	return fault_none();
}

struct fault ledger_saw(struct ledger *ledger, uint64_t act)
{
	char name[SEEN_BYTES];
	uint64_t all;
	seen_name(act, name);
	FAULT_TRY(count_of(ledger, act, &all));
	return meta_put(ledger, name, all);
}

/* ---- who, when last ---- */

struct fault ledger_people(struct ledger *ledger, ledger_person_fn *fn, void *ctx)
{
	struct sqlite3_stmt *statement;
	struct record_id who;
	struct fault fault;
	bool row;
	FAULT_TRY(statements_take(&ledger->statements, PEOPLE, &statement));
	for (;;) {
		fault = statements_step(&ledger->statements, statement, &row);
		if (fault_is(fault) || !row)
			break;
		if (statements_copy(statement, 0, who.bytes, ID_BYTES) && !fn(ctx, who, statements_number(statement, 1)))
			break;
	}
	statements_release(&ledger->statements, PEOPLE, statement);
	return fault;
}

/* ---- opening ---- */

/* Inside the transaction. */
static struct fault fill(struct ledger *ledger)
{
	struct reading reading = { .ledger = ledger, .fault = fault_none() };
	FAULT_TRY(statements_exec(&ledger->statements, "DELETE FROM ledger"));
	FAULT_TRY(log_read_local(ledger->log, 0, put_kept, &reading));
	FAULT_TRY(reading.fault);
	return meta_put(ledger, "version", VERSION);
}

static struct fault prepare(struct ledger *ledger, struct sqlite3 *db)
{
	uint64_t version = 0;
	bool is_new = sqlite3_table_column_metadata(db, "main", "ledger_meta", NULL, NULL, NULL, NULL, NULL, NULL) != SQLITE_OK;
	if (!is_new)
		FAULT_TRY(meta_get(ledger, "version", &version));
	if (version == VERSION)
		return fault_none();
	FAULT_TRY(log_begin(ledger->log));
	struct fault fault = is_new ? statements_exec(&ledger->statements, schema_text) : fault_none();
	if (!fault_is(fault))
		fault = statements_exec(&ledger->statements, index_text);
	if (!fault_is(fault))
		fault = fill(ledger);
	if (!fault_is(fault))
		return log_commit(ledger->log);
	(void)log_rollback(ledger->log);
	return fault;
}

struct fault ledger_open(struct sqlite3 *db, struct log *log, struct ledger **out)
{
	ASSERT(!log_in_transaction(log));
	struct ledger *ledger = calloc(1, sizeof *ledger);
	if (ledger == NULL)
		return fault_of(FAULT_LIMIT, "memory for the access logs");
	ledger->log = log;
	statements_init(&ledger->statements, db, queries);
	struct fault fault = prepare(ledger, db);
	if (fault_is(fault)) {
		ledger_close(ledger);
		return fault;
	}
	*out = ledger;
	return fault_none();
}

void ledger_close(struct ledger *ledger)
{
	if (ledger == NULL)
		return;
	statements_deinit(&ledger->statements);
	free(ledger);
}
