/* casebook_agenda - what is due: put down when a record is folded, read by the day.
 *
 * The rows are a function of the record alone (B1); what hangs on today or on other
 * records is decided when they are read.
 */
#include "store/casebook_book.h"

#include <sqlite3.h>

#include "base/civil.h"
#include "domain/fields.h"
#include "domain/person_id.h"
#include "domain/rules.h"
#include "records_table.h"

static struct fault put_item(struct casebook *book, uint64_t key, unsigned n, const struct agenda_item *item)
{
	struct sqlite3_stmt *statement;
	FAULT_TRY(statements_take(&book->statements, CASEBOOK_DUE_PUT, &statement));
	statements_bind_number(statement, 1, (uint64_t)item->counted);
	statements_bind_number(statement, 2, key);
	statements_bind_number(statement, 3, n);
	statements_bind_number(statement, 4, (uint64_t)item->actable);
	statements_bind_number(statement, 5, (uint64_t)item->last);
	statements_bind_number(statement, 6, item->start_ms);
	statements_bind_number(statement, 7, item->at_ms);
	statements_bind_number(statement, 8, item->kind);
	statements_bind_number(statement, 9, item->rule);
	statements_bind_number(statement, 10, item->condition);
	statements_bind_number(statement, 11, item->urgent);
	return statements_run(&book->statements, CASEBOOK_DUE_PUT, statement);
}

struct fault casebook_agenda_put(struct casebook *book, uint64_t key, const struct casebook_folded *folded)
{
	struct agenda_item items[AGENDA_ITEMS_MAX];
	struct agenda_record record = {
		.type = folded->record.record_type, .fold = &folded->fold,
		.event_at_ms = folded->record.event_at_ms, .changed_ms = folded->record.changed_ms,
	};
	size_t count = agenda_of(&record, items);
	for (unsigned n = 0; n < count; n++)
		FAULT_TRY(put_item(book, key, n, &items[n]));
	return fault_none();
}

/* ---- reading ---- */

struct reading {
	struct casebook *book;
	int32_t day;
	struct sqlite3_stmt *client; /* at the row of the item's client, or NULL */
	uint64_t key;                /* of the item's record */
};

static bool read_item(struct sqlite3_stmt *row, uint64_t *key, struct casebook_due *out)
{
	struct casebook_due due = {
		.item = {
			.counted = (int32_t)statements_number(row, 0), .actable = (int32_t)statements_number(row, 1),
			.last = (int32_t)statements_number(row, 2), .start_ms = statements_number(row, 3),
			.at_ms = statements_number(row, 4), .kind = (enum agenda_kind)statements_number(row, 5),
			.rule = (enum deadline_rule)statements_number(row, 6),
			.condition = (enum agenda_condition)statements_number(row, 7),
			.urgent = statements_number(row, 8) != 0,
		},
		.record_type = (uint32_t)statements_number(row, 10),
		.title = statements_bytes(row, 13),
	};
	*key = statements_number(row, 9);
	if (!statements_copy(row, 11, due.case_id.bytes, ID_BYTES) ||
	    !statements_copy(row, 12, due.record_id.bytes, ID_BYTES))
		return false;
	*out = due;
	return true;
}

/* The client of the case: the record stands in it, or in the client's own case. */
static struct fault find_client(struct reading *reading, struct casebook_due *due)
{
	struct casebook *book = reading->book;
	struct case_id home = due->case_id;
	struct log_case info;
	bool found, row;
	FAULT_TRY(log_case_get(book->log, due->case_id, &info, &found));
	if (found && info.kind != DELTA_CASE_CLIENT && !ID_IS_NONE(info.client_case))
		home = info.client_case;
	FAULT_TRY(statements_take(&book->statements, CASEBOOK_CLIENT, &reading->client));
	statements_bind_bytes(reading->client, 1, ID_SPAN(home));
	FAULT_TRY(statements_step(&book->statements, reading->client, &row));
	if (!row || !statements_copy(reading->client, 0, due->client.bytes, ID_BYTES))
		return fault_none();
	due->client_title = statements_bytes(reading->client, 1);
	return fault_none();
}

/* Of the client whose case it is: age, and the allowance that calls for haste. */
static void read_client(const struct casebook_due *due, struct span client, struct agenda_about *about)
{
	struct person_id id;
	struct span hetu;
	if (ID_IS_NONE(due->client))
		return;
	about->has_care_allowance = fields_true(client, RECORDS_CLIENT_HIGHEST_CARE_ALLOWANCE);
	about->has_birth_date = fields_date(client, RECORDS_CLIENT_BIRTH_DATE, &about->birth_date);
	if (about->has_birth_date || !fields_bytes(client, RECORDS_CLIENT_HETU, &hetu) || fault_is(person_id_read(hetu, &id)))
		return;
	about->has_birth_date = true;
	about->birth_date = id.birth_days;
}

static struct fault find_newer(struct reading *reading, const struct casebook_due *due, bool *out)
{
	struct statements *statements = &reading->book->statements;
	struct sqlite3_stmt *statement;
	FAULT_TRY(statements_take(statements, CASEBOOK_NEWER, &statement));
	statements_bind_bytes(statement, 1, ID_SPAN(due->case_id));
	statements_bind_number(statement, 2, due->record_type);
	statements_bind_number(statement, 3, reading->key);
	struct fault fault = statements_step(statements, statement, out);
	statements_release(statements, CASEBOOK_NEWER, statement);
	return fault;
}

struct worker { int32_t day; bool found; };

/* An own worker beyond that day, or the reason why none is needed. */
static bool is_own_worker(void *ctx, const struct casebook_record *record)
{
	struct worker *worker = ctx;
	uint64_t to;
	bool is_over = fields_number(record->shown, RECORDS_CASE_ASSIGNMENT_TO, &to) && to <= CIVIL_MS_MAX &&
		       civil_days(civil_helsinki(to).date) <= worker->day;
	bool is_own = fields_number_or_none(record->shown, RECORDS_CASE_ASSIGNMENT_ROLE) == RECORDS_ASSIGNMENT_ROLE_OWN_WORKER;
	worker->found = (is_own && !is_over) || fields_says(record->shown, RECORDS_CASE_ASSIGNMENT_NOT_NEEDED_REASON);
	return !worker->found;
}

/* Two plans made apart for the same old one. */
struct rival {
	struct casebook *book;
	struct casebook_record plan;
	struct fault fault;
	bool found;
};

static bool is_rival(void *ctx, const struct casebook_record *record)
{
	struct rival *rival = ctx;
	rival->found = !ID_EQUAL(record->record_id, rival->plan.record_id) &&
		       rules_plans_are_rivals(rival->plan.shown, record->shown);
	return !rival->found;
}

/* While the plan's row is read. */
static bool look_for_rival(void *ctx, const struct casebook_record *plan)
{
	struct rival *rival = ctx;
	rival->plan = *plan;
	rival->fault = casebook_list(rival->book, RECORDS_TYPE_PLAN, &plan->case_id, 0, is_rival, rival);
	return false;
}

static struct fault find_rival(struct reading *reading, const struct casebook_due *due, bool *out)
{
	struct rival rival = { .book = reading->book };
	FAULT_TRY(casebook_get(reading->book, due->record_id, look_for_rival, &rival));
	FAULT_TRY(rival.fault);
	*out = rival.found;
	return fault_none();
}

/* A record of this type since a day, of the client whose case it hangs on. */
struct since {
	struct casebook *book;
	const struct casebook_due *due;
	struct case_id home;
	int32_t day;
	bool found;
};

static int32_t day_of(uint64_t ms)
{
	return civil_days(civil_helsinki(ms < CIVIL_MS_MAX ? ms : CIVIL_MS_MAX).date);
}

static struct case_id home_of(struct casebook *book, struct case_id id)
{
	struct log_case info;
	bool found = false;
	(void)log_case_get(book->log, id, &info, &found);
	return found && info.kind != DELTA_CASE_CLIENT && !ID_IS_NONE(info.client_case) ? info.client_case : id;
}

static bool is_notice(void *ctx, const struct casebook_record *record)
{
	struct since *since = ctx;
	since->found = day_of(fields_number_or_none(record->shown, RECORDS_CHILD_NOTICE_MADE_AT)) >= since->day &&
		       ID_EQUAL(home_of(since->book, record->case_id), since->home);
	return !since->found;
}

/* Called off or in vain it is none. */
static bool is_visit(void *ctx, const struct casebook_record *record)
{
	struct since *since = ctx;
	struct record_id client;
	uint64_t ms, state = fields_number_or_none(record->shown, RECORDS_VISIT_STATE);
	bool is_theirs = ID_EQUAL(home_of(since->book, record->case_id), since->home) ||
			 (fields_id(record->shown, RECORDS_VISIT_CLIENT, &client) && ID_EQUAL(client, since->due->client));
	bool has_time = fields_number(record->shown, RECORDS_VISIT_STARTED_AT, &ms) ||
			fields_number(record->shown, RECORDS_VISIT_PLANNED_AT, &ms);
	since->found = is_theirs && has_time && day_of(ms) >= since->day && state != RECORDS_VISIT_STATE_CANCELLED &&
		       state != RECORDS_VISIT_STATE_NO_SHOW && state != RECORDS_VISIT_STATE_ABORTED_SAFETY;
	return !since->found;
}

static struct fault find_since(struct reading *reading, const struct casebook_due *due, uint32_t type, casebook_record_fn *fn,
			       bool *out)
{
	struct since since = { .book = reading->book, .due = due, .home = home_of(reading->book, due->case_id),
			       .day = day_of(due->item.start_ms) };
	FAULT_TRY(casebook_list(reading->book, type, NULL, 0, fn, &since));
	*out = since.found;
	return fault_none();
}

static struct fault read_about(struct reading *reading, const struct casebook_due *due, struct agenda_about *about)
{
	struct worker worker = { .day = reading->day };
	*about = (struct agenda_about){ .has_birth_date = false };
	switch (due->item.condition) {
	case AGENDA_ALWAYS:
		return fault_none();
	case AGENDA_IF_SEVEN_DAYS:
	case AGENDA_IF_CHILD:
	case AGENDA_UNLESS_CHILD:
		read_client(due, statements_bytes(reading->client, 2), about);
		return fault_none();
	case AGENDA_UNLESS_NEWER:
		return find_newer(reading, due, &about->has_newer);
	case AGENDA_UNLESS_OWN_WORKER:
		FAULT_TRY(casebook_list(reading->book, RECORDS_TYPE_CASE_ASSIGNMENT, &due->case_id, 0, is_own_worker, &worker));
		about->has_own_worker = worker.found;
		return fault_none();
	case AGENDA_IF_RIVAL:
		return find_rival(reading, due, &about->has_rival);
	case AGENDA_UNLESS_NOTICE:
		return find_since(reading, due, RECORDS_TYPE_CHILD_NOTICE, is_notice, &about->has_notice);
	case AGENDA_UNLESS_VISIT:
		return find_since(reading, due, RECORDS_TYPE_VISIT, is_visit, &about->has_visit);
	}
	return fault_none();
}

/* One item with its client, if its condition holds. `more`: go on. */
static struct fault tell_item(struct reading *reading, struct casebook_due *due, casebook_due_fn *fn, void *ctx, bool *more)
{
	struct agenda_about about;
	reading->client = NULL;
	struct fault fault = find_client(reading, due);
	if (!fault_is(fault))
		fault = read_about(reading, due, &about);
	if (!fault_is(fault) && agenda_holds(&due->item, &about))
		*more = fn(ctx, due);
	if (reading->client != NULL)
		statements_release(&reading->book->statements, CASEBOOK_CLIENT, reading->client);
	return fault;
}

struct fault casebook_agenda(struct casebook *book, int32_t day, casebook_due_fn *fn, void *ctx)
{
	return casebook_agenda_ahead(book, day, AGENDA_COMING_DAYS, fn, ctx);
}

struct fault casebook_agenda_ahead(struct casebook *book, int32_t day, uint32_t days, casebook_due_fn *fn, void *ctx)
{
	struct reading reading = { .book = book, .day = day };
	struct sqlite3_stmt *statement;
	struct casebook_due due;
	bool row, more = true;
	if (day < 0)
		return fault_none(); /* nothing was due before 1970 */
	FAULT_TRY(casebook_ready(book));
	FAULT_TRY(statements_take(&book->statements, CASEBOOK_AGENDA, &statement));
	statements_bind_number(statement, 1, (uint64_t)day);
	statements_bind_number(statement, 2, (uint64_t)day + days);
	for (int section = AGENDA_CLOCKS; section < AGENDA_SECTIONS; section++)
		statements_bind_number(statement, 3 + section - AGENDA_CLOCKS,
				       (uint64_t)agenda_section_first((enum agenda_section)section));
	struct fault fault = fault_none();
	while (more) {
		fault = statements_step(&book->statements, statement, &row);
		if (fault_is(fault) || !row)
			break;
		fault = read_item(statement, &reading.key, &due)
			? tell_item(&reading, &due, fn, ctx, &more)
			: fault_of(FAULT_STORE, "a row of the case book is damaged: rebuild");
		if (fault_is(fault))
			break;
	}
	statements_release(&book->statements, CASEBOOK_AGENDA, statement);
	return fault;
}
