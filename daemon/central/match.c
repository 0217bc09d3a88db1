/* match - the projection of client records, kept in step, and links by code. */
#include "central/match_state.h"

#include <sqlite3.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/civil.h"
#include "domain/name.h"
#include "domain/person_id.h"
#include "records_table.h"

/* Rises when the same log would give other tables: they are then made anew. */
enum { VERSION = 2, BATCH = 32, KEY_BYTES = 256 };

/* What is there is of another version. */
static const char schema_text[] =
	"DROP TABLE IF EXISTS match_meta; DROP TABLE IF EXISTS match_touched; DROP TABLE IF EXISTS match_client;"
	"DROP TABLE IF EXISTS match_pair;"
	"CREATE TABLE match_meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE match_touched(record BLOB PRIMARY KEY) WITHOUT ROWID;"
	"CREATE TABLE match_client(record BLOB PRIMARY KEY, case_id BLOB NOT NULL, created INTEGER NOT NULL, code TEXT,"
	" family TEXT NOT NULL, name TEXT NOT NULL, birth INTEGER, crowd INTEGER NOT NULL, linked BLOB, message BLOB NOT NULL)"
	" WITHOUT ROWID;"
	"CREATE INDEX match_client_case ON match_client(case_id);"
	"CREATE INDEX match_client_code ON match_client(code) WHERE code IS NOT NULL;"
	"CREATE INDEX match_client_family ON match_client(family, crowd);"
	"CREATE INDEX match_client_name ON match_client(name, birth);"
	"CREATE INDEX match_client_birth ON match_client(birth, crowd) WHERE birth IS NOT NULL;"
	"CREATE TABLE match_pair(a BLOB NOT NULL, b BLOB NOT NULL, grade INTEGER NOT NULL, reasons INTEGER NOT NULL,"
	" PRIMARY KEY(a, b)) WITHOUT ROWID;"
	"CREATE INDEX match_pair_b ON match_pair(b);";

static const char *const queries[MATCH_QUERIES] = {
	[MATCH_TOUCH] = "INSERT OR IGNORE INTO match_touched(record) VALUES(?)",
	[MATCH_TOUCH_CASE] = "INSERT OR IGNORE INTO match_touched(record)"
			     " SELECT record FROM match_client WHERE case_id=?",
	[MATCH_UNTOUCH] = "DELETE FROM match_touched WHERE record=?",
	[MATCH_TOUCHED] = "SELECT record FROM match_touched LIMIT ?",
	[MATCH_ROW_PUT] = "INSERT OR REPLACE INTO match_client"
			  "(record, case_id, created, code, family, name, birth, crowd, linked, message)"
			  " VALUES(?,?,?,?,?,?,?,0,?,?)",
	[MATCH_ROW_REMOVE] = "DELETE FROM match_client WHERE record=?",
	[MATCH_ROW_GET] = "SELECT record, case_id, created, linked, message, crowd FROM match_client WHERE record=?",
	[MATCH_ROW_LINK] = "SELECT linked FROM match_client WHERE record=?",
	/* Each term has its own index; what is NULL equals nothing. Of a crowd nobody is looked up by what it shares. */
	[MATCH_ROWS_LIKE] = "SELECT record FROM match_client WHERE code=?1"
			    " UNION SELECT record FROM match_client WHERE family=?2 AND crowd=0"
			    " UNION SELECT record FROM match_client WHERE birth=?3 AND crowd<2",
	[MATCH_ROWS_FIND] = "SELECT record FROM match_client WHERE record>=? AND record<=? ORDER BY record",
	[MATCH_ROWS_LINKED] = "SELECT record, case_id FROM match_client WHERE linked IS NOT NULL",
	[MATCH_ROWS_ALL] = "SELECT record, case_id, created, linked, message, crowd FROM match_client ORDER BY family, record",
	[MATCH_BEARS] = "SELECT name, birth FROM match_client WHERE record=?",
	[MATCH_BEARERS] = "SELECT (SELECT count(*) FROM (SELECT 1 FROM match_client WHERE name=?1 LIMIT ?3)),"
			  " (SELECT count(*) FROM (SELECT 1 FROM match_client WHERE name=?1 AND birth=?2 LIMIT ?3))",
	[MATCH_CROWD_PUT] = "UPDATE match_client SET crowd=?2 WHERE record=?1",
	[MATCH_CROWDS] = "SELECT min(record), case_id, created, linked, message, crowd, count(*) FROM match_client"
			 " WHERE crowd>0 GROUP BY name ORDER BY count(*) DESC, name",
	[MATCH_TOUCH_NAME] = "INSERT OR IGNORE INTO match_touched(record) SELECT record FROM match_client WHERE name=?1",
	[MATCH_TOUCH_BORN] = "INSERT OR IGNORE INTO match_touched(record)"
			     " SELECT record FROM match_client WHERE name=?1 AND birth=?2",
	[MATCH_PAIR_PUT] = "INSERT OR REPLACE INTO match_pair(a, b, grade, reasons) VALUES(?,?,?,?)",
	[MATCH_PAIRS_REMOVE] = "DELETE FROM match_pair WHERE a=?1 OR b=?1",
	[MATCH_PAIRS_OF] = "SELECT a, b, grade FROM match_pair WHERE (a=?1 OR b=?1) AND grade=?2",
	[MATCH_PAIRS] = "SELECT a, b, grade, reasons FROM match_pair ORDER BY grade DESC, a, b",
	[MATCH_META_GET] = "SELECT value FROM match_meta WHERE name=?",
	[MATCH_META_PUT] = "INSERT OR REPLACE INTO match_meta(name, value) VALUES(?,?)",
};

/* ---- rows ---- */

static struct fault damaged(void)
{
	return fault_of(FAULT_STORE, "a row of the matching is damaged: rebuild");
}

bool match_row_read(struct sqlite3_stmt *row, struct match_row *out)
{
	struct span message = statements_bytes(row, 4);
	out->is_linked = statements_bytes(row, 3).data != NULL;
	if (!statements_copy(row, 0, out->record_id.bytes, ID_BYTES) ||
	    !statements_copy(row, 1, out->case_id.bytes, ID_BYTES) ||
	    (out->is_linked && !statements_copy(row, 3, out->into.bytes, ID_BYTES)) ||
	    message.len > sizeof out->message)
		return false;
	out->created_ms = statements_number(row, 2);
	out->crowd = (enum match_crowd)statements_number(row, 5);
	memcpy(out->message, message.data, message.len);
	out->message_bytes = message.len;
	duplicate_read(span_of(out->message, out->message_bytes), &out->client);
	return true;
}

struct fault match_row_get(struct match *match, struct record_id id, struct match_row *out, bool *found)
{
	struct sqlite3_stmt *statement;
	FAULT_TRY(statements_take(&match->statements, MATCH_ROW_GET, &statement));
	statements_bind_bytes(statement, 1, ID_SPAN(id));
	struct fault fault = statements_step(&match->statements, statement, found);
	if (!fault_is(fault) && *found && !match_row_read(statement, out))
		fault = damaged();
	statements_release(&match->statements, MATCH_ROW_GET, statement);
	return fault;
}

bool match_is_newer(const struct match_row *a, const struct match_row *b)
{
	return a->created_ms != b->created_ms ? a->created_ms > b->created_ms
					      : memcmp(a->record_id.bytes, b->record_id.bytes, ID_BYTES) > 0;
}

struct following {
	struct match *match;
	struct fault fault;
};

static bool follow(void *ctx, struct record_id id, struct record_id *into)
{
	struct following *following = ctx;
	struct statements *statements = &following->match->statements;
	struct sqlite3_stmt *statement;
	bool row, linked = false;
	if (fault_is(following->fault))
		return false;
	following->fault = statements_take(statements, MATCH_ROW_LINK, &statement);
	if (fault_is(following->fault))
		return false;
	statements_bind_bytes(statement, 1, ID_SPAN(id));
	following->fault = statements_step(statements, statement, &row);
	if (!fault_is(following->fault) && row)
		linked = statements_copy(statement, 0, into->bytes, ID_BYTES);
	statements_release(statements, MATCH_ROW_LINK, statement);
	return linked;
}

struct fault match_root(struct match *match, struct record_id id, struct record_id *out)
{
	struct following following = { .match = match, .fault = fault_none() };
	struct record_id root = duplicate_root(id, follow, &following);
	if (!fault_is(following.fault))
		*out = root;
	return following.fault;
}

/* ---- what was touched ---- */

static struct fault run_id(struct match *match, unsigned query, const uint8_t id[static ID_BYTES])
{
	struct sqlite3_stmt *statement;
	FAULT_TRY(statements_take(&match->statements, query, &statement));
	statements_bind_bytes(statement, 1, span_of(id, ID_BYTES));
	return statements_run(&match->statements, query, statement);
}

struct fault match_touched(struct match *match, struct record_id record_id, const struct log_entry *entry)
{
	if (entry != NULL && entry->record_type != RECORDS_TYPE_CLIENT)
		return fault_none();
	match->may_wait = true;
	return run_id(match, MATCH_TOUCH, record_id.bytes);
}

struct fault match_forgot(struct match *match, struct case_id case_id)
{
	match->may_wait = true;
	return run_id(match, MATCH_TOUCH_CASE, case_id.bytes);
}

/* ---- a record as it is now ---- */

/* What is kept of a message. */
static bool is_kept(uint32_t number)
{
	return number == RECORDS_CLIENT_HETU || number == RECORDS_CLIENT_FAMILY_NAME ||
	       number == RECORDS_CLIENT_GIVEN_NAMES || number == RECORDS_CLIENT_BIRTH_DATE || number == RECORDS_CLIENT_MUNICIPALITY;
}

/* The family name as its keys, parts joined: what alike names share. */
static struct span family_key(struct span name, uint8_t out[static KEY_BYTES])
{
	struct name_word word;
	size_t used = 0;
	while (used + NAME_TEXT_BYTES <= KEY_BYTES && name_next(&name, &word))
		used += name_write(&word, true, out + used);
	return span_of(out, used);
}

struct taking {
	struct match *match;
	bool is_client;
	struct fault fault;
};

/* A kept statement keeps what was bound: what is missing is bound as NULL. */
static void bind_text_or_null(struct sqlite3_stmt *statement, int at, const char *text)
{
	if (text != NULL)
		statements_bind_text(statement, at, span_text(text));
	else
		statements_bind_bytes(statement, at, span_of(NULL, 0));
}

/* NULL: none is known. */
static void bind_birth(struct sqlite3_stmt *statement, int at, const struct duplicate_client *client)
{
	if (client != NULL)
		statements_bind_number(statement, at, (uint64_t)((int64_t)client->birth_days - CIVIL_DAYS_MIN));
	else
		statements_bind_bytes(statement, at, span_of(NULL, 0));
}

static struct fault row_put(struct match *match, const struct casebook_record *record, struct span message,
			    struct span linked)
{
	struct duplicate_client client;
	struct person_id id;
	uint8_t key[KEY_BYTES], name[MATCH_NAME_BYTES];
	struct sqlite3_stmt *statement;
	duplicate_read(message, &client);
	bool has_code = !fault_is(person_id_read(client.hetu, &id));
	FAULT_TRY(statements_take(&match->statements, MATCH_ROW_PUT, &statement));
	statements_bind_bytes(statement, 1, ID_SPAN(record->record_id));
	statements_bind_bytes(statement, 2, ID_SPAN(record->case_id));
	statements_bind_number(statement, 3, record->created_ms);
	bind_text_or_null(statement, 4, has_code ? id.text : NULL);
	statements_bind_text(statement, 5, family_key(client.family_name, key));
	statements_bind_text(statement, 6, match_crowd_name(&client, name));
	bind_birth(statement, 7, client.has_birth ? &client : NULL);
	statements_bind_bytes(statement, 8, linked);
	statements_bind_bytes(statement, 9, message);
	return statements_run(&match->statements, MATCH_ROW_PUT, statement);
}

static bool take(void *ctx, const struct casebook_record *record)
{
	struct taking *taking = ctx;
	uint8_t block[MATCH_MESSAGE_BYTES];
	struct span rest = record->shown, linked = { NULL, 0 };
	struct wire_out message;
	struct wire_field f;
	if (record->record_type != RECORDS_TYPE_CLIENT)
		return false;
	wire_out_init(&message, block, sizeof block);
	while (wire_next(&rest, &f) == WIRE_FIELD) {
		if (is_kept(f.number))
			wire_put_raw(&message, f.whole);
		if (f.number == RECORDS_CLIENT_MERGED_INTO && f.type == WIRE_BYTES && f.data.len == ID_BYTES)
			linked = f.data;
	}
	taking->is_client = !message.full; /* longer than its texts may be: nothing to compare */
	if (taking->is_client)
		taking->fault = row_put(taking->match, record, wire_out_span(&message), linked);
	return false;
}

/* ---- pairs ---- */

static struct fault pair_put(struct match *match, const struct match_row *a, const struct match_row *b)
{
	struct sqlite3_stmt *statement;
	struct duplicate_verdict verdict = duplicate_compare(&a->client, &b->client);
	bool in_order = memcmp(a->record_id.bytes, b->record_id.bytes, ID_BYTES) < 0;
	if (verdict.grade == DUPLICATE_DIFFERENT)
		return fault_none();
	FAULT_TRY(statements_take(&match->statements, MATCH_PAIR_PUT, &statement));
	statements_bind_bytes(statement, 1, in_order ? ID_SPAN(a->record_id) : ID_SPAN(b->record_id));
	statements_bind_bytes(statement, 2, in_order ? ID_SPAN(b->record_id) : ID_SPAN(a->record_id));
	statements_bind_number(statement, 3, verdict.grade);
	statements_bind_number(statement, 4, verdict.reasons);
	return statements_run(&match->statements, MATCH_PAIR_PUT, statement);
}

/* Everybody with the code, the family name or the birth date, as far as these say something (M5). */
static struct fault pairs_put(struct match *match, const struct match_row *row)
{
	struct person_id id;
	struct match_row other;
	struct record_id other_id;
	uint8_t key[KEY_BYTES];
	struct sqlite3_stmt *statement;
	struct fault fault;
	bool more, found;
	bool has_code = !fault_is(person_id_read(row->client.hetu, &id));
	bool by_birth = row->client.has_birth && row->crowd != MATCH_CROWD_NAME_AND_BIRTH;
	FAULT_TRY(statements_take(&match->statements, MATCH_ROWS_LIKE, &statement));
	bind_text_or_null(statement, 1, has_code ? id.text : NULL);
	if (row->crowd == MATCH_CROWD_NONE)
		statements_bind_text(statement, 2, family_key(row->client.family_name, key));
	else
		statements_bind_bytes(statement, 2, span_of(NULL, 0));
	bind_birth(statement, 3, by_birth ? &row->client : NULL);
	for (;;) {
		fault = statements_step(&match->statements, statement, &more);
		if (fault_is(fault) || !more)
			break;
		if (!statements_copy(statement, 0, other_id.bytes, ID_BYTES)) {
			fault = damaged();
			break;
		}
		if (ID_EQUAL(other_id, row->record_id))
			continue;
		fault = match_row_get(match, other_id, &other, &found);
		if (!fault_is(fault) && found)
			fault = pair_put(match, row, &other);
		if (fault_is(fault))
			break;
	}
	statements_release(&match->statements, MATCH_ROWS_LIKE, statement);
	return fault;
}

/* The row and the pairs of a touched record as the log has it now. */
static struct fault refresh(struct match *match, struct record_id id)
{
	struct taking taking = { .match = match, .fault = fault_none() };
	struct match_bears before;
	struct match_row row;
	bool found;
	FAULT_TRY(match_crowd_get(match, id, &before));
	FAULT_TRY(run_id(match, MATCH_PAIRS_REMOVE, id.bytes));
	FAULT_TRY(casebook_peek(match->book, id, take, &taking));
	FAULT_TRY(taking.fault);
	if (!taking.is_client)
		FAULT_TRY(run_id(match, MATCH_ROW_REMOVE, id.bytes));
	FAULT_TRY(match_crowd_settle(match, id, &before));
	if (!taking.is_client)
		return fault_none();
	FAULT_TRY(match_row_get(match, id, &row, &found));
	return found ? pairs_put(match, &row) : damaged();
}

/* ---- links by code (M1) ---- */

static struct fault refresh_all(struct match *match, const struct record_id *ids, size_t count)
{
	FAULT_TRY(log_begin(match->log));
	for (size_t i = 0; i < count; i++) {
		struct fault fault = refresh(match, ids[i]);
		if (fault_is(fault)) {
			(void)log_rollback(match->log);
			return fault;
		}
	}
	return log_commit(match->log);
}

struct fault match_link(struct match *match, struct hub *hub, const struct match_row *from, struct record_id into,
			struct hub_time now)
{
	static const uint32_t cleared[] = { RECORDS_CLIENT_MERGED_INTO };
	uint8_t block[2 + 2 + ID_BYTES];
	struct wire_out fields;
	struct hub_written written;
	struct hub_write write = { .case_id = from->case_id, .record_id = from->record_id,
				   .record_type = RECORDS_TYPE_CLIENT };
	wire_out_init(&fields, block, sizeof block);
	if (ID_IS_NONE(into)) {
		write.cleared = cleared;
		write.cleared_count = 1;
	} else {
		wire_put_bytes(&fields, RECORDS_CLIENT_MERGED_INTO, ID_SPAN(into));
	}
	write.fields = wire_out_span(&fields);
	FAULT_TRY(hub_write(hub, &write, now, &written));
	return refresh_all(match, &from->record_id, 1);
}

/* The newer of the two last records to the older (M3), unless somebody said that
 * they are two people (M2). */
static struct fault link_pair(struct match *match, struct hub *hub, struct record_id a, struct record_id b,
			      struct hub_time now)
{
	struct match_row x, y;
	enum match_decision decision;
	bool found_x, found_y;
	FAULT_TRY(match_decision_get(match, a, b, &decision));
	if (match_is_two(decision))
		return fault_none();
	FAULT_TRY(match_root(match, a, &a));
	FAULT_TRY(match_root(match, b, &b));
	if (ID_EQUAL(a, b))
		return fault_none();
	FAULT_TRY(match_decision_get(match, a, b, &decision));
	FAULT_TRY(match_row_get(match, a, &x, &found_x));
	FAULT_TRY(match_row_get(match, b, &y, &found_y));
	if (match_is_two(decision) || !found_x || !found_y)
		return fault_none();
	bool newer = match_is_newer(&x, &y);
	struct fault fault = match_link(match, hub, newer ? &x : &y, newer ? b : a, now);
	/* The case was erased meanwhile: there is nothing to link. */
	return fault.kind == FAULT_CALLER ? fault_none() : fault;
}

/* The pair of one code with this number, read and let go: no statement stays open
 * over a write of the hub's. */
static struct fault pair_at(struct match *match, struct record_id id, size_t at, struct record_id *a,
			    struct record_id *b, bool *found)
{
	struct sqlite3_stmt *statement;
	struct fault fault = fault_none();
	*found = true;
	FAULT_TRY(statements_take(&match->statements, MATCH_PAIRS_OF, &statement));
	statements_bind_bytes(statement, 1, ID_SPAN(id));
	statements_bind_number(statement, 2, DUPLICATE_SAME);
	for (size_t i = 0; i <= at && *found && !fault_is(fault); i++)
		fault = statements_step(&match->statements, statement, found);
	if (!fault_is(fault) && *found && (!statements_copy(statement, 0, a->bytes, ID_BYTES) ||
					   !statements_copy(statement, 1, b->bytes, ID_BYTES)))
		fault = damaged();
	statements_release(&match->statements, MATCH_PAIRS_OF, statement);
	return fault;
}

static struct fault link_by_code(struct match *match, struct hub *hub, struct record_id id, struct hub_time now)
{
	struct record_id a, b;
	bool found = true;
	for (size_t at = 0; found; at++) {
		FAULT_TRY(pair_at(match, id, at, &a, &b, &found));
		if (found)
			FAULT_TRY(link_pair(match, hub, a, b, now));
	}
	return fault_none();
}

/* ---- the work ---- */

static struct fault read_touched(struct match *match, struct record_id ids[static BATCH], size_t *count)
{
	struct sqlite3_stmt *statement;
	struct fault fault;
	bool row;
	*count = 0;
	FAULT_TRY(statements_take(&match->statements, MATCH_TOUCHED, &statement));
	statements_bind_number(statement, 1, BATCH);
	for (;;) {
		fault = statements_step(&match->statements, statement, &row);
		if (fault_is(fault) || !row)
			break;
		if (*count < BATCH && statements_copy(statement, 0, ids[*count].bytes, ID_BYTES))
			++*count;
	}
	statements_release(&match->statements, MATCH_TOUCHED, statement);
	return fault;
}

static struct fault untouch_all(struct match *match, const struct record_id *ids, size_t count)
{
	FAULT_TRY(log_begin(match->log));
	for (size_t i = 0; i < count; i++) {
		struct fault fault = run_id(match, MATCH_UNTOUCH, ids[i].bytes);
		if (fault_is(fault)) {
			(void)log_rollback(match->log);
			return fault;
		}
	}
	return log_commit(match->log);
}

/* What was touched stays so until its links are written: a crash loses none. What
 * the links touch comes next. */
struct fault match_step(struct match *match, struct hub *hub, struct hub_time now)
{
	struct record_id ids[BATCH];
	size_t count;
	if (!match->may_wait)
		return fault_none();
	FAULT_TRY(read_touched(match, ids, &count));
	match->may_wait = count > 0;
	if (count == 0)
		return fault_none();
	FAULT_TRY(refresh_all(match, ids, count));
	for (size_t i = 0; i < count; i++)
		FAULT_TRY(link_by_code(match, hub, ids[i], now));
	if (!match->regrouped)
		return untouch_all(match, ids, count);
	match->regrouped = false; /* some of these were touched meanwhile: all of them once more */
	return fault_none();
}

bool match_waits(const struct match *match)
{
	return match->may_wait;
}

struct fault match_run(struct match *match, struct hub *hub, struct hub_time now)
{
	while (match->may_wait)
		FAULT_TRY(match_step(match, hub, now));
	return fault_none();
}

/* ---- opening ---- */

static struct fault meta_get(struct match *match, uint64_t *version)
{
	struct sqlite3_stmt *statement;
	bool row;
	FAULT_TRY(statements_take(&match->statements, MATCH_META_GET, &statement));
	statements_bind_text(statement, 1, span_text("version"));
	struct fault fault = statements_step(&match->statements, statement, &row);
	*version = !fault_is(fault) && row ? statements_number(statement, 0) : 0;
	statements_release(&match->statements, MATCH_META_GET, statement);
	return fault;
}

struct touching {
	struct match *match;
	struct fault fault;
};

static bool touch_client(void *ctx, const struct log_entry *entry)
{
	struct touching *touching = ctx;
	touching->fault = match_touched(touching->match, entry->record_id, entry);
	return !fault_is(touching->fault);
}

/* Inside the transaction: no row, and every client record touched. */
static struct fault make_anew(struct match *match)
{
	struct touching touching = { .match = match, .fault = fault_none() };
	struct sqlite3_stmt *statement;
	FAULT_TRY(statements_exec(&match->statements, schema_text));
	FAULT_TRY(log_read_local(match->log, 0, touch_client, &touching));
	FAULT_TRY(touching.fault);
	FAULT_TRY(statements_take(&match->statements, MATCH_META_PUT, &statement));
	statements_bind_text(statement, 1, span_text("version"));
	statements_bind_number(statement, 2, VERSION);
	return statements_run(&match->statements, MATCH_META_PUT, statement);
}

struct fault match_rebuild(struct match *match)
{
	FAULT_TRY(log_begin(match->log));
	struct fault fault = make_anew(match);
	if (!fault_is(fault))
		return log_commit(match->log);
	(void)log_rollback(match->log);
	return fault;
}

static struct fault prepare(struct match *match, struct sqlite3 *db)
{
	uint64_t version = 0;
	if (sqlite3_table_column_metadata(db, "main", "match_meta", NULL, NULL, NULL, NULL, NULL, NULL) == SQLITE_OK)
		FAULT_TRY(meta_get(match, &version));
	return version == VERSION ? fault_none() : match_rebuild(match);
}

struct fault match_open(struct sqlite3 *db, struct log *log, struct casebook *book, struct match **out)
{
	ASSERT(!log_in_transaction(log));
	struct match *match = calloc(1, sizeof *match);
	if (match == NULL)
		return fault_of(FAULT_LIMIT, "memory for the matching");
	match->log = log;
	match->book = book;
	match->may_wait = true; /* what a crash left */
	statements_init(&match->statements, db, queries);
	struct fault fault = prepare(match, db);
	if (fault_is(fault)) {
		match_close(match);
		return fault;
	}
	*out = match;
	return fault_none();
}

void match_close(struct match *match)
{
	if (match == NULL)
		return;
	statements_deinit(&match->statements);
	free(match);
}
