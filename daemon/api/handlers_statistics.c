/* handlers_statistics - a quarter's report: counted, proposed, frozen.
 *
 *   statistics QUARTER show                what is frozen; else what is proposed; else counted now
 *   statistics QUARTER count               counted now, whatever is there
 *   statistics QUARTER propose STAFF       counted now, and kept as that person's proposal
 *   statistics QUARTER freeze STAFF LANG DIGEST    another person approves the proposal whose digest this
 *                                          is, and no later one: it becomes a record that nothing
 *                                          changes any more, and goes to all devices
 *   statistics list                        what is frozen, and what is proposed and waits for a second person
 *
 * Those are the administrator's. On a worker's device StatisticsCall tells what is frozen, or
 * lists it: the record has come there with the reference case.
 *
 * What is shown, kept and frozen is one and the same message (statistics_report), so a
 * frozen quarter reads as it read when it was approved.
 */
#include <sodium.h>
#include <stdlib.h>

#include "api/gate.h"
#include "api/handlers.h"
#include "api/profile.h"
#include "api/resolve.h"
#include "api/view.h"
#include "base/civil.h"
#include "central/node.h"
#include "central/survey.h"
#include "domain/fields.h"
#include "domain/statistics_tables.h"
#include "domain/value.h"
#include "records_table.h"

#define TABLE_PROPOSED "statistics"

enum { REPORT_BYTES = LIMIT_FIELD_BYTES, DIGEST_BYTES = 8, DIGEST_TEXT_BYTES = 2 * DIGEST_BYTES + 1 };

enum state { COUNTED, PROPOSED, FROZEN };

/* A report, whichever it is. */
struct report {
	enum state state;
	int32_t from, to;
	struct span fields;
	struct record_id proposer;                        /* PROPOSED */
	enum labels_language language;
};

/* Of a proposal, which names what was read: of who proposes and of every number. A second person's
 * own slip is held off with it, nobody's attack: 64 bits do. */
static void digest_of(const struct record_id *proposer, struct span fields, char out[static DIGEST_TEXT_BYTES])
{
	uint8_t hash[crypto_generichash_BYTES];
	crypto_generichash_state state;
	(void)crypto_generichash_init(&state, NULL, 0, sizeof hash);
	(void)crypto_generichash_update(&state, proposer->bytes, ID_BYTES);
	(void)crypto_generichash_update(&state, fields.data, fields.len);
	(void)crypto_generichash_final(&state, hash, sizeof hash);
	sodium_bin2hex(out, DIGEST_TEXT_BYTES, hash, DIGEST_BYTES);
}

/* ---- telling it ---- */

static void write_date(struct writer *out, const char *key, int32_t day)
{
	char text[CIVIL_DATE_BYTES];
	civil_write_date(day, text);
	writer_string(out, key, text);
}

static const char *class_word(enum labels_language language, enum statistics_table table, bool of_column, struct span class)
{
	char key[80] = "statistics_class.";
	const struct schema_enum *e = table == STATISTICS_TABLES ? NULL : statistics_tables_enum(table, of_column);
	size_t used = strlen(key);
	for (size_t i = 0; e != NULL && i < e->count; i++)
		if (span_equal(class, span_text(e->values[i].name)))
			return labels_value(language, e, e->values[i].number);
	if (class.len >= sizeof key - used)
		return NULL;
	memcpy(key + used, class.data, class.len);
	const struct labels_row *row = labels_row(key);
	return row == NULL ? NULL : row->text[language];
}

static void write_word(struct writer *out, const char *key, const char *word, struct span otherwise)
{
	if (word != NULL)
		writer_string(out, key, word);
	else
		writer_text(out, key, otherwise);
}

static const char *table_word(enum labels_language language, struct span name)
{
	char key[80] = "statistics.";
	size_t used = strlen(key);
	if (name.len >= sizeof key - used)
		return NULL;
	memcpy(key + used, name.data, name.len);
	const struct labels_row *row = labels_row(key);
	return row == NULL ? NULL : row->text[language];
}

/* Kilometres are classed as the visits they are of. */
static enum statistics_table table_of(struct span name)
{
	return span_equal(name, span_text("kilometres")) ? STATISTICS_VISITS_TYPE : statistics_tables_find(name);
}

static void write_line(struct writer *out, enum labels_language language, struct span part)
{
	struct span name = { 0 }, class = { 0 }, column = { 0 };
	uint64_t count = 0;
	(void)fields_bytes(part, RECORDS_REPORT_LINE_NAME, &name);
	(void)fields_bytes(part, RECORDS_REPORT_LINE_CLASS, &class);
	bool is_told = fields_number(part, RECORDS_REPORT_LINE_COUNT, &count);
	const uint8_t *slash = class.len == 0 ? NULL : memchr(class.data, '/', class.len);
	if (slash != NULL) {
		column = span_of(slash + 1, class.len - (size_t)(slash + 1 - class.data));
		class.len = (size_t)(slash - class.data);
	}
	writer_object(out, NULL);
	writer_text(out, "table", name);
	write_word(out, "table_label", table_word(language, name), name);
	writer_text(out, "class", class);
	write_word(out, "class_label", class_word(language, table_of(name), false, class), class);
	if (slash != NULL) {
		writer_text(out, "column", column);
		write_word(out, "column_label", class_word(language, table_of(name), true, column), column);
	}
	if (is_told)
		writer_number(out, "count", count);
	else
		writer_null(out, "count");
	writer_string(out, "shown", is_told ? "" : fields_true(part, RECORDS_REPORT_LINE_WITHHELD) ? ".." : "<5");
	writer_object_end(out);
}

static void write_name(struct writer *out, const char *key, struct span fields, uint32_t number)
{
	struct span name = { 0 };
	(void)fields_bytes(fields, number, &name);
	writer_text(out, key, name);
}

static void tell(struct answer *answer, struct casebook *book, const struct report *report)
{
	static const char *const states[] = { [COUNTED] = "COUNTED", [PROPOSED] = "PROPOSED", [FROZEN] = "FROZEN" };
	char quarter[STATISTICS_QUARTER_BYTES], proposer[VIEW_NAME_BYTES], digest[DIGEST_TEXT_BYTES];
	struct span rest = report->fields, part;
	struct writer *out = answer_begin(answer);
	statistics_quarter_name(report->from, quarter);
	writer_string(out, "quarter", quarter);
	write_date(out, "from", report->from);
	write_date(out, "to", report->to);
	writer_string(out, "state", states[report->state]);
	if (report->state == PROPOSED) {
		view_staff_name(book, &report->proposer, proposer);
		writer_string(out, "proposed_by", proposer);
		writer_id(out, "proposer", report->proposer.bytes);
		digest_of(&report->proposer, report->fields, digest);
		writer_string(out, "digest", digest);
	}
	if (report->state == FROZEN) {
		write_name(out, "proposed_by", report->fields, RECORDS_AGGREGATE_REPORT_PROPOSED_BY);
		write_name(out, "approved_by", report->fields, RECORDS_AGGREGATE_REPORT_APPROVED_BY);
	}
	writer_list(out, "lines");
	while (fields_next(&rest, RECORDS_AGGREGATE_REPORT_LINES, &part)) {
		if (!answer_item(answer, "lines"))
			break;
		write_line(out, report->language, part);
	}
	writer_list_end(out);
	answer_finish(answer);
}

/* ---- what is there ---- */

struct looking {
	struct report *report;
	uint8_t *block;
	size_t size;
	bool found;
};

static bool take_frozen(void *ctx, const struct casebook_record *record)
{
	struct looking *looking = ctx;
	int32_t from, to;
	if (!fields_date(record->shown, RECORDS_AGGREGATE_REPORT_FROM, &from) ||
	    !fields_date(record->shown, RECORDS_AGGREGATE_REPORT_TO, &to) || from != looking->report->from ||
	    to != looking->report->to || !fields_has(record->shown, RECORDS_AGGREGATE_REPORT_APPROVED_BY) ||
	    record->shown.len > looking->size)
		return true;
	memcpy(looking->block, record->shown.data, record->shown.len);
	looking->report->fields = span_of(looking->block, record->shown.len);
	looking->report->state = FROZEN;
	looking->found = true;
	return false;
}

/* `block` has room for REPORT_BYTES. */
static struct fault find_frozen(struct casebook *book, struct report *report, uint8_t *block, bool *found)
{
	struct looking looking = { .report = report, .block = block, .size = REPORT_BYTES };
	FAULT_TRY(casebook_list(book, RECORDS_TYPE_AGGREGATE_REPORT, NULL, 0, take_frozen, &looking));
	*found = looking.found;
	return fault_none();
}

static struct fault find_proposed(struct node *node, struct report *report, uint8_t *block, bool *found)
{
	char quarter[STATISTICS_QUARTER_BYTES];
	size_t len = 0;
	statistics_quarter_name(report->from, quarter);
	FAULT_TRY(log_get(node_log(node), TABLE_PROPOSED, span_text(quarter), block, REPORT_BYTES, &len, found));
	*found = *found && len > ID_BYTES;
	if (!*found)
		return fault_none();
	memcpy(report->proposer.bytes, block, ID_BYTES);
	report->fields = span_of(block + ID_BYTES, len - ID_BYTES);
	report->state = PROPOSED;
	return fault_none();
}

static struct fault keep_proposed(struct node *node, const struct report *report)
{
	char quarter[STATISTICS_QUARTER_BYTES];
	uint8_t *value = malloc(ID_BYTES + report->fields.len);
	if (value == NULL)
		return fault_of(FAULT_LIMIT, "memory for the report");
	memcpy(value, report->proposer.bytes, ID_BYTES);
	memcpy(value + ID_BYTES, report->fields.data, report->fields.len);
	statistics_quarter_name(report->from, quarter);
	struct fault f = hub_commit(node_hub(node), node_now()); /* no transaction of its own is open then */
	if (!fault_is(f))
		f = log_begin(node_log(node));
	if (!fault_is(f)) {
		(void)log_put(node_log(node), TABLE_PROPOSED, span_text(quarter), span_of(value, ID_BYTES + report->fields.len));
		f = log_commit(node_log(node)); /* tells what the write met */
	}
	free(value);
	return f;
}

/* ---- counting ---- */

struct counting {
	struct answer *answer;
	struct node *node;
	struct report report; /* its language and, when it is to be kept, its proposer */
	bool is_kept;
};

static void counted(void *ctx, struct fault f, const struct statistics *counts)
{
	struct counting *counting = ctx;
	uint8_t *block = malloc(REPORT_BYTES);
	struct wire_out fields;
	if (!fault_is(f) && block == NULL)
		f = fault_of(FAULT_LIMIT, "memory for the report");
	if (!fault_is(f)) {
		wire_out_init(&fields, block, REPORT_BYTES);
		statistics_report(counts, &fields);
		counting->report.fields = wire_out_span(&fields);
		f = fields.full ? fault_of(FAULT_LIMIT, "the report is too long") : fault_none();
	}
	if (!fault_is(f) && counting->is_kept)
		f = keep_proposed(counting->node, &counting->report);
	if (!fault_is(f) && counting->is_kept)
		node_poke(counting->node);
	if (fault_is(f))
		answer_refuse(counting->answer, f, "", "");
	else
		tell(counting->answer, node_book(counting->node), &counting->report);
	free(block);
	free(counting);
}

static struct fault count(struct request *request, const struct report *report, bool is_kept)
{
	struct node *node = request->target.node;
	struct counting *counting = malloc(sizeof *counting);
	if (counting == NULL)
		return fault_of(FAULT_LIMIT, "memory for the statistics");
	*counting = (struct counting){ request->answer, node, *report, is_kept };
	counting->report.state = is_kept ? PROPOSED : COUNTED;
	if (match_waits(node_match(node)))
		node_poke(node);
	struct fault f = match_run(node_match(node), node_hub(node), node_now()); /* who is one person */
	if (!fault_is(f))
		f = survey_begin(node_survey(node), report->from, report->to, counted, counting);
	if (fault_is(f))
		free(counting);
	node_wake(node);
	return f;
}

/* ---- the verbs ---- */

static struct fault show(struct request *request, struct report *report)
{
	struct node *node = request->target.node;
	uint8_t *block = malloc(REPORT_BYTES);
	bool found = false;
	struct fault f = block == NULL ? fault_of(FAULT_LIMIT, "memory for the report")
				       : find_frozen(node_book(node), report, block, &found);
	if (!fault_is(f) && !found)
		f = find_proposed(node, report, block, &found);
	if (!fault_is(f) && found)
		tell(request->answer, node_book(node), report);
	free(block);
	return fault_is(f) || found ? f : count(request, report, false);
}

static bool is_staff(void *ctx, const struct casebook_record *record)
{
	*(bool *)ctx = record->record_type == RECORDS_TYPE_STAFF_MEMBER;
	return false;
}

static struct fault staff_of(struct request *request, const char *text, struct record_id *out)
{
	bool is = false;
	strcpy(request->field, "staff");
	if (*text == '\0')
		return fault_of(FAULT_CALLER, "say who: a member of the staff (jalka admin staff)");
	FAULT_TRY(resolve_record(node_book(request->target.node), text, out));
	FAULT_TRY(casebook_get(node_book(request->target.node), *out, is_staff, &is));
	if (!is)
		return fault_of(FAULT_CALLER, "this is no member of the staff");
	if (!ID_IS_NONE(request->gate->staff) && !ID_EQUAL(request->gate->staff, *out))
		return fault_of(FAULT_CALLER, "whoever proposes or freezes does it as themself: --as and this name are two people");
	request->field[0] = '\0';
	return fault_none();
}

static struct fault propose(struct request *request, struct report *report, const char *staff)
{
	uint8_t *block = malloc(REPORT_BYTES);
	bool found = false;
	struct fault f = block == NULL ? fault_of(FAULT_LIMIT, "memory for the report")
				       : find_frozen(node_book(request->target.node), report, block, &found);
	free(block);
	FAULT_TRY(f);
	if (found)
		return fault_of(FAULT_CALLER, "the quarter is frozen already");
	FAULT_TRY(staff_of(request, staff, &report->proposer));
	return count(request, report, true);
}

static struct fault write_frozen(struct node *node, struct report *report, struct record_id approver, uint8_t *block)
{
	char proposed_by[VIEW_NAME_BYTES], approved_by[VIEW_NAME_BYTES];
	struct wire_out fields;
	struct hub_written written;
	view_staff_name(node_book(node), &report->proposer, proposed_by);
	view_staff_name(node_book(node), &approver, approved_by);
	wire_out_init(&fields, block, REPORT_BYTES);
	wire_put_raw(&fields, report->fields);
	wire_put_bytes(&fields, RECORDS_AGGREGATE_REPORT_APPROVED_BY, span_text(approved_by));
	wire_put_bytes(&fields, RECORDS_AGGREGATE_REPORT_PROPOSED_BY, span_text(proposed_by));
	struct hub_write write = { .case_id = hub_reference_case(node_hub(node)), .record_type = RECORDS_TYPE_AGGREGATE_REPORT,
				   .fields = wire_out_span(&fields), .envelope = { .is_signed = true } };
	if (fields.full)
		return fault_of(FAULT_LIMIT, "the report is too long");
	FAULT_TRY(hub_write(node_hub(node), &write, node_now(), &written));
	report->fields = wire_out_span(&fields);
	report->state = FROZEN;
	node_poke(node);
	return fault_none();
}

/* What was read is what is approved: it may have been proposed anew meanwhile. */
static struct fault check_digest(struct request *request, const struct report *report, const char *read)
{
	char digest[DIGEST_TEXT_BYTES];
	digest_of(&report->proposer, report->fields, digest);
	if (strcmp(read, digest) == 0)
		return fault_none();
	strcpy(request->field, "digest");
	return *read == '\0' ? fault_of(FAULT_CALLER, "say which proposal was read: by the digest that is shown with it")
			     : fault_of(FAULT_CALLER, "another proposal stands there now than the one that was read: look at its numbers first");
}

static struct fault freeze_into(struct request *request, struct report *report, uint8_t *proposed, uint8_t *frozen)
{
	struct node *node = request->target.node;
	const jalka_AdminCall *call = &request->call->call.admin;
	struct record_id approver;
	bool found;
	FAULT_TRY(find_frozen(node_book(node), report, frozen, &found));
	if (found)
		return fault_of(FAULT_CALLER, "the quarter is frozen already");
	FAULT_TRY(find_proposed(node, report, proposed, &found));
	if (!found)
		return request_fault(request, fault_of(FAULT_CALLER, "nothing is proposed for this quarter"),
				     "one person proposes, another approves: --proposed-by STAFF first");
	FAULT_TRY(staff_of(request, call->args_count > 2 ? call->args[2] : "", &approver));
	if (ID_EQUAL(approver, report->proposer)) {
		strcpy(request->field, "staff");
		return fault_of(FAULT_CALLER, "who has proposed the report does not approve it: it takes a second person");
	}
	FAULT_TRY(check_digest(request, report, call->args_count > 4 ? call->args[4] : ""));
	FAULT_TRY(write_frozen(node, report, approver, frozen));
	tell(request->answer, node_book(node), report);
	return fault_none();
}

static struct fault freeze(struct request *request, struct report *report)
{
	uint8_t *proposed = malloc(REPORT_BYTES), *frozen = malloc(REPORT_BYTES);
	struct fault f = proposed == NULL || frozen == NULL ? fault_of(FAULT_LIMIT, "memory for the report")
							     : freeze_into(request, report, proposed, frozen);
	free(proposed);
	free(frozen);
	return f;
}

struct listing {
	struct request *request;
	struct writer *out;
};

static bool list_one(void *ctx, const struct casebook_record *record)
{
	struct listing *listing = ctx;
	char quarter[STATISTICS_QUARTER_BYTES];
	int32_t from;
	if (!fields_date(record->shown, RECORDS_AGGREGATE_REPORT_FROM, &from))
		return true;
	if (!answer_item(listing->request->answer, "reports"))
		return false;
	statistics_quarter_name(from, quarter);
	writer_object(listing->out, NULL);
	writer_string(listing->out, "quarter", quarter);
	writer_id(listing->out, "id", record->record_id.bytes);
	write_name(listing->out, "proposed_by", record->shown, RECORDS_AGGREGATE_REPORT_PROPOSED_BY);
	write_name(listing->out, "approved_by", record->shown, RECORDS_AGGREGATE_REPORT_APPROVED_BY);
	writer_object_end(listing->out);
	return true;
}

static struct fault write_frozen_list(struct listing *listing, struct casebook *book)
{
	writer_list(listing->out, "reports");
	struct fault f = casebook_list(book, RECORDS_TYPE_AGGREGATE_REPORT, NULL, 0, list_one, listing);
	writer_list_end(listing->out);
	return f;
}

static struct fault list_frozen(struct request *request, struct casebook *book)
{
	struct listing listing = { .request = request, .out = answer_begin(request->answer) };
	return answer_end(request->answer, write_frozen_list(&listing, book));
}

struct frozen_search {
	struct span quarter;
	bool found;
};

static bool is_frozen(void *ctx, const struct casebook_record *record)
{
	struct frozen_search *search = ctx;
	char quarter[STATISTICS_QUARTER_BYTES];
	int32_t from;
	if (!fields_date(record->shown, RECORDS_AGGREGATE_REPORT_FROM, &from))
		return true;
	statistics_quarter_name(from, quarter);
	search->found = span_equal(search->quarter, span_text(quarter));
	return !search->found;
}

/* A proposal stays where it was once its quarter is frozen. */
static bool list_proposal(void *ctx, struct span key, struct span value)
{
	struct listing *listing = ctx;
	struct casebook *book = node_book(listing->request->target.node);
	struct frozen_search search = { .quarter = key };
	struct record_id proposer;
	if (value.len <= ID_BYTES || fault_is(casebook_list(book, RECORDS_TYPE_AGGREGATE_REPORT, NULL, 0, is_frozen, &search)) || search.found)
		return true;
	if (!answer_item(listing->request->answer, "proposals"))
		return false;
	memcpy(proposer.bytes, value.data, ID_BYTES);
	char name[VIEW_NAME_BYTES], digest[DIGEST_TEXT_BYTES];
	view_staff_name(book, &proposer, name);
	digest_of(&proposer, span_of(value.data + ID_BYTES, value.len - ID_BYTES), digest);
	writer_object(listing->out, NULL);
	writer_text(listing->out, "quarter", key);
	writer_id(listing->out, "proposer", proposer.bytes);
	writer_string(listing->out, "proposed_by", name);
	writer_string(listing->out, "digest", digest);
	writer_object_end(listing->out);
	return true;
}

static struct fault list_all(struct request *request)
{
	struct node *node = request->target.node;
	struct listing listing = { .request = request, .out = answer_begin(request->answer) };
	struct fault f = write_frozen_list(&listing, node_book(node));
	writer_list(listing.out, "proposals");
	if (!fault_is(f))
		f = log_scan(node_log(node), TABLE_PROPOSED, (struct span){ NULL, 0 }, list_proposal, &listing);
	writer_list_end(listing.out);
	return answer_end(request->answer, f);
}

static struct fault quarter_of(struct request *request, const char *text, struct report *report)
{
	if (statistics_quarter(span_text(text), &report->from, &report->to))
		return fault_none();
	strcpy(request->field, "quarter");
	return fault_of(FAULT_CALLER, "a quarter is written like 2026Q1");
}

struct fault handlers_published(struct request *request)
{
	const jalka_StatisticsCall *call = &request->call->call.statistics;
	struct casebook *book = profile_book(request->target.profile);
	struct report report = { .language = LABELS_FI };
	bool found = false;
	if (*call->quarter == '\0')
		return list_frozen(request, book);
	FAULT_TRY(quarter_of(request, call->quarter, &report));
	if (*call->lang != '\0')
		FAULT_TRY(handlers_read_language(request, call->lang, &report.language));
	uint8_t *block = malloc(REPORT_BYTES);
	struct fault f = block == NULL ? fault_of(FAULT_LIMIT, "memory for the report") : find_frozen(book, &report, block, &found);
	if (!fault_is(f) && found)
		tell(request->answer, book, &report);
	free(block);
	return fault_is(f) || found ? f : request_fault(request, fault_of(FAULT_CALLER, "nothing is published of this quarter"),
							"it is when a second person has approved it; jalka statistics lists what is");
}

struct fault handlers_statistics(struct request *request)
{
	const jalka_AdminCall *call = &request->call->call.admin;
	struct report report = { .language = LABELS_FI };
	const char *verb = call->args_count > 1 ? call->args[1] : "show";
	const char *staff = call->args_count > 2 ? call->args[2] : "";
	if (strcmp(call->args[0], "list") == 0)
		return list_all(request);
	FAULT_TRY(quarter_of(request, call->args[0], &report));
	if (call->args_count > 3)
		FAULT_TRY(handlers_read_language(request, call->args[3], &report.language));
	if (strcmp(verb, "show") == 0)
		return show(request, &report);
	if (strcmp(verb, "count") == 0)
		return count(request, &report, false);
	if (strcmp(verb, "propose") == 0)
		return propose(request, &report, staff);
	if (strcmp(verb, "freeze") == 0)
		return freeze(request, &report);
	return fault_of(FAULT_CALLER, "statistics QUARTER show, count, propose STAFF or freeze STAFF LANG DIGEST");
}
