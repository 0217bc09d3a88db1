/* handlers_read - show, list, search, conflicts, quarantine, rebuild: what reads the
 * casebook of an open profile; or, at the central node, the book of the reserved
 * cases, which is all that stands in it. */
#include <stdlib.h>

#include "api/gate.h"
#include "api/handlers.h"
#include "api/peek.h"
#include "api/profile.h"
#include "api/resolve.h"
#include "api/standing.h"
#include "api/view.h"
#include "base/limits.h"
#include "central/node.h"
#include "domain/fields.h"
#include "domain/nfc.h"
#include "domain/schema.h"
#include "records_table.h"
#include "store/drafts.h"

struct reading {
	struct profile *profile; /* NULL: at the central node */
	struct casebook *book;
	struct log *log;
	struct answer *answer;
	struct writer *out;
	struct view view;
	const char *list; /* the list being written */
	const struct record_id *named; /* whom what is listed names; NULL: whoever */
	size_t limit, told; /* of what is shown; 0: all */
	bool is_search;
	bool with_fields;
	struct gate *gate;
	struct world world;
	const struct casebook_record *logged;   /* whose log is told with what was written; NULL: without */
	const struct rules_record *corrections; /* of the case that is shown */
	size_t correction_count;
};

static void begin(struct reading *reading, struct request *request)
{
	struct profile *profile = request->target.profile;
	struct node *node = request->target.node;
	struct node_id self;
	*reading = (struct reading){ .profile = profile, .answer = request->answer, .gate = request->gate };
	if (profile != NULL) {
		reading->book = profile_book(profile);
		reading->log = profile_log(profile);
		self = profile_status(profile)->node;
	} else {
		reading->book = node_book(node);
		reading->log = node_log(node);
		self = hub_node(node_hub(node));
	}
	view_init(&reading->view, reading->book, &self);
	reading->view.gate = reading->gate;
	world_open(&reading->world, &request->target);
}

/* What is over, whatever came of it. */
static struct fault end(struct reading *reading, struct fault f)
{
	world_close(&reading->world);
	return f;
}

/* What a later write names as the read it was made from. */
static struct fault token_of(struct reading *reading, uint64_t *out)
{
	return reading->profile != NULL ? replica_token(profile_replica(reading->profile), out)
					: log_last_local(reading->log, out);
}

static struct fault finish(struct reading *reading, struct fault f)
{
	if (!fault_is(f))
		f = world_fault(&reading->world);
	if (!fault_is(f))
		f = world_fault(&reading->gate->world);
	gate_hidden(reading->gate, reading->out);
	return answer_end(reading->answer, f);
}

/* The record as it reads now, with what its corrections say. */
static void write_fields(struct reading *reading, const struct casebook_record *record)
{
	const struct rules_record *own;
	size_t count = standing_corrections(&reading->world, reading->corrections, reading->correction_count, record->record_id,
					    &own);
	struct span fields = gate_fields(reading->gate, record, standing_fields(&reading->world, record, own, count));
	view_fields(reading->out, record->record_type, fields);
	view_names(&reading->view, reading->out, record->record_type, fields);
	standing_marks(reading->out, own, count);
}

static bool is_rewritten(struct reading *reading, const struct casebook_record *record)
{
	const struct rules_record *own;
	size_t count = standing_corrections(&reading->world, reading->corrections, reading->correction_count, record->record_id,
					    &own);
	return standing_fields(&reading->world, record, own, count).data != record->shown.data;
}

static void know_corrections(struct reading *reading, struct case_id case_id)
{
	reading->correction_count = rules_list(&reading->world.rules, RULES_IN_CASE, case_id, RECORDS_TYPE_CORRECTION,
					       &reading->corrections);
}

static bool names(const struct casebook_record *record, const struct record_id *id)
{
	const struct schema_record *type = schema_by_type(record->record_type);
	for (size_t i = 0; type != NULL && i < type->message->count; i++) {
		struct span one, rest = record->shown;
		if (type->message->fields[i].kind != SCHEMA_ID)
			continue;
		while (fields_next(&rest, type->message->fields[i].number, &one))
			if (one.len == ID_BYTES && memcmp(one.data, id->bytes, ID_BYTES) == 0)
				return true;
	}
	return false;
}

static bool item(void *ctx, const struct casebook_record *record)
{
	struct reading *reading = ctx;
	if (reading->named != NULL && !names(record, reading->named))
		return true;
	/* That something hidden holds the words asked for would tell what stands in it. */
	if (reading->is_search ? !gate_shows(reading->gate, record) : !gate_sees(reading->gate, record))
		return true;
	if (reading->limit != 0 && reading->told == reading->limit)
		return false;
	if (!answer_item(reading->answer, reading->list))
		return false;
	reading->told++;
	struct writer_mark mark = writer_mark(reading->out);
	writer_object(reading->out, NULL);
	view_summary(&reading->view, reading->out, record);
	standing_state(&reading->world, reading->out, record);
	standing_closing(&reading->world, reading->out, record);
	struct writer_mark whole = writer_mark(reading->out);
	if (reading->with_fields)
		write_fields(reading, record);
	writer_object_end(reading->out);
	if (reading->out->out->full) {
		/* One record longer than a page allows: its summary stands, `show` gives the rest. */
		writer_rewind(reading->out, &whole);
		writer_null(reading->out, "fields");
		writer_bool(reading->out, "too_long", true);
		writer_object_end(reading->out);
		if (reading->out->out->full)
			writer_rewind(reading->out, &mark);
	}
	return true;
}

/* ---- show ---- */

struct kept {
	struct arena *arena;
	struct casebook_record record;
	bool found, full;
};

static bool keep(void *ctx, const struct casebook_record *record)
{
	struct kept *kept = ctx;
	kept->found = true;
	kept->full = !view_copy(kept->arena, record, &kept->record);
	return false;
}

static const char *verdict_name(enum log_verdict verdict)
{
	switch (verdict) {
	case LOG_LOCAL:
		return "LOCAL";
	case LOG_ACCEPTED:
		return "ACCEPTED";
	case LOG_QUARANTINED:
		return "QUARANTINED";
	case LOG_REJECTED:
		return "REJECTED";
	}
	return "LOCAL";
}

static bool log_line(void *ctx, const struct log_entry *entry)
{
	struct reading *reading = ctx;
	struct writer *out = reading->out;
	struct delta delta;
	if (!answer_item(reading->answer, "log"))
		return false;
	writer_object(out, NULL);
	view_author(&reading->view, out, "by", &entry->author);
	writer_number(out, "seq", entry->seq);
	writer_number(out, "order", entry->order_count == 0 ? 0 : entry->orders[0].n);
	writer_number(out, "stamp_ms", entry->stamp_ms);
	writer_string(out, "verdict", verdict_name(entry->verdict));
	writer_number(out, "reason", entry->reason);
	writer_string(out, "why", entry->reason == 0 ? "" : view_reason(entry->reason));
	if (reading->logged != NULL && entry->bytes.data != NULL && !fault_is(delta_read(entry->bytes, &delta)))
		view_fields(out, entry->record_type, gate_fields(reading->gate, reading->logged, delta.fields));
	writer_object_end(out);
	return true;
}

static void write_info(struct reading *reading, const struct casebook_record *of, const struct casebook_field *fields,
		       size_t count)
{
	uint32_t record_type = of->record_type;
	const struct schema_record *record = schema_by_type(record_type);
	writer_list(reading->out, "info");
	for (size_t i = 0; i < count; i++) {
		const struct schema_field *field =
			record == NULL ? NULL : schema_field_by_number(record->message, fields[i].number);
		if (gate_hides_field(reading->gate, of, fields[i].number))
			continue;
		writer_object(reading->out, NULL);
		writer_string(reading->out, "field", field == NULL ? "" : field->name);
		writer_number(reading->out, "number", fields[i].number);
		writer_bool(reading->out, "conflict", fields[i].asks);
		view_siblings(&reading->view, reading->out, record_type, &fields[i]);
		writer_object_end(reading->out);
	}
	writer_list_end(reading->out);
}

/* What was signed is shown to one who says why. */
static struct fault check_reason(const char *original)
{
	return *original == '\0' || original[strspn(original, " \t\n")] != '\0'
		       ? fault_none() : fault_of(FAULT_CALLER, "say why the original is needed");
}

static struct fault show_record(struct reading *reading, const struct casebook_record *record, struct arena *arena,
				const jalka_ShowCall *call)
{
	const struct casebook_field *fields;
	size_t count;
	uint64_t token;
	bool original = *call->original != '\0';
	FAULT_TRY(check_reason(call->original));
	FAULT_TRY(casebook_fields(reading->book, record->record_id, arena, &fields, &count));
	FAULT_TRY(token_of(reading, &token));
	if (!original)
		know_corrections(reading, record->case_id);
	struct writer *out = reading->out = answer_begin(reading->answer);
	writer_string(out, "kind", "record");
	writer_number(out, "token", token);
	writer_object(out, "record");
	view_summary(&reading->view, out, record);
	standing_state(&reading->world, out, record);
	standing_closing(&reading->world, out, record);
	write_fields(reading, record);
	writer_bool(out, "original", original);
	/* The values of the fields are the original again: not of what reads otherwise now. */
	bool rewritten = is_rewritten(reading, record);
	write_info(reading, record, fields, rewritten ? 0 : count);
	writer_object_end(out);
	struct fault f = fault_none();
	if (call->log) {
		reading->logged = rewritten ? NULL : record;
		writer_list(out, "log");
		f = log_read_record(reading->log, record->record_id, log_line, reading);
		writer_list_end(out);
	}
	return finish(reading, f);
}

static bool keep_draft(void *ctx, const struct drafts_draft *draft)
{
	struct reading *reading = ctx;
	struct writer *out = reading->out = answer_begin(reading->answer);
	writer_string(out, "kind", "record");
	writer_number(out, "token", 0);
	writer_object(out, "record");
	writer_id(out, "id", draft->record_id.bytes);
	writer_id(out, "case_id", draft->case_id.bytes);
	writer_string(out, "type", view_type_name(draft->record_type));
	writer_number(out, "changed_ms", draft->updated_ms);
	writer_bool(out, "draft", true);
	view_fields(out, draft->record_type, draft->fields);
	view_names(&reading->view, out, draft->record_type, draft->fields);
	writer_object_end(out);
	return false;
}

static struct fault show_draft(struct reading *reading, const char *id)
{
	struct record_id record;
	FAULT_TRY(resolve_draft(reading->log, id, &record));
	FAULT_TRY(drafts_get(reading->log, record, keep_draft, reading));
	return reading->out == NULL ? fault_of(FAULT_CALLER, "the draft is gone") : finish(reading, fault_none());
}

/* The matters of the client whose case is shown, and what is filed apart from them: each by
 * the record that opened it. */
struct matters {
	struct reading *reading;
	struct case_id client_case;
};

static const uint32_t files[] = { RECORDS_TYPE_PROTECTED_DETAILS, RECORDS_TYPE_SENSITIVE_FILE, RECORDS_TYPE_CHILD_NOTICE };

static bool item_of_client(void *ctx, const struct casebook_record *record)
{
	struct matters *matters = ctx;
	struct log_case info;
	bool found = false;
	if (fault_is(log_case_get(matters->reading->log, record->case_id, &info, &found)) || !found ||
	    !ID_EQUAL(info.client_case, matters->client_case))
		return true;
	return item(matters->reading, record);
}

static struct fault list_matters(struct reading *reading, struct case_id client_case)
{
	struct matters matters = { .reading = reading, .client_case = client_case };
	reading->list = "matters";
	reading->with_fields = false;
	writer_list(reading->out, reading->list);
	struct fault f = casebook_list(reading->book, RECORDS_TYPE_CASE, NULL, 0, item_of_client, &matters);
	writer_list_end(reading->out);
	reading->list = "files";
	writer_list(reading->out, reading->list);
	for (size_t i = 0; !fault_is(f) && i < sizeof files / sizeof *files; i++)
		f = casebook_list(reading->book, files[i], NULL, 0, item_of_client, &matters);
	writer_list_end(reading->out);
	return f;
}

static struct fault show_case(struct reading *reading, const struct log_case *info)
{
	uint64_t token;
	FAULT_TRY(token_of(reading, &token));
	bool is_reserved = info->kind == DELTA_CASE_REFERENCE || info->kind == DELTA_CASE_DIRECTORY;
	if (reading->profile == NULL && !is_reserved && info->kind != DELTA_CASE_ACCESS)
		return peek_case(reading->gate->request, info);
	if (reading->profile == NULL && !is_reserved)
		return fault_of(FAULT_CALLER, "access logs are read by client: jalka log CLIENT --reason TEXT");
	struct writer *out = reading->out = answer_begin(reading->answer);
	writer_string(out, "kind", "case");
	writer_number(out, "token", token);
	writer_id(out, "case_id", info->case_id.bytes);
	writer_string(out, "case_kind", view_case_kind(info->kind));
	writer_id(out, "client_case", info->client_case.bytes);
	if (reading->profile != NULL)
		writer_bool(out, "held", replica_holds(profile_replica(reading->profile), info->case_id));
	reading->list = "records";
	reading->with_fields = true;
	know_corrections(reading, info->case_id);
	writer_list(out, reading->list);
	struct fault f = casebook_list(reading->book, 0, &info->case_id, 0, item, reading);
	writer_list_end(out);
	if (!fault_is(f) && info->kind == DELTA_CASE_CLIENT && reading->profile != NULL)
		f = list_matters(reading, info->case_id);
	return finish(reading, f);
}

/* The book there knows no client by their id. */
static struct fault show_client_at_central(struct reading *reading, const char *id, struct fault first)
{
	struct request *request = reading->gate->request;
	struct case_id client_case;
	struct log_case info;
	bool found = false;
	if (request->field[0] != '\0' || fault_is(handlers_find_client(request, id, &client_case)))
		return first;
	FAULT_TRY(log_case_get(reading->log, client_case, &info, &found));
	return found ? peek_case(request, &info) : first;
}

static struct fault show_with(struct reading *reading, const jalka_ShowCall *call, struct arena *arena)
{
	struct kept kept = { .arena = arena };
	struct record_id id;
	struct log_case info;
	struct fault f = resolve_record(reading->book, call->id, &id);
	if (!fault_is(f)) {
		FAULT_TRY(casebook_get(reading->book, id, keep, &kept));
		if (kept.full)
			return fault_of(FAULT_LIMIT, "the record is too long to show");
		if (kept.found)
			return show_record(reading, &kept.record, arena, call);
	}
	struct fault g = resolve_case(reading->log, call->id, &info);
	if (!fault_is(g))
		return show_case(reading, &info);
	if (reading->profile == NULL)
		return show_client_at_central(reading, call->id, g);
	/* No record, no case: a draft; the first refusal tells best what was wrong. */
	return fault_is(show_draft(reading, call->id)) ? f : fault_none();
}

struct fault handlers_show(struct request *request)
{
	struct reading reading;
	struct arena arena;
	void *block = malloc(HANDLERS_ARENA_BYTES);
	if (block == NULL)
		return fault_of(FAULT_LIMIT, "memory to show a record");
	begin(&reading, request);
	arena_init(&arena, block, HANDLERS_ARENA_BYTES);
	struct fault f = show_with(&reading, &request->call->call.show, &arena);
	free(block);
	return end(&reading, f);
}

/* ---- list, search ---- */

static struct fault type_of(struct request *request, const char *name, uint32_t *out)
{
	const struct schema_record *record = schema_by_name(span_text(name));
	*out = 0;
	if (*name == '\0')
		return fault_none();
	if (record == NULL) {
		strcpy(request->field, "type");
		return request_fault(request, fault_of(FAULT_CALLER, "no record type has this name"),
				     "see jalka types");
	}
	*out = record->type;
	return fault_none();
}

struct fault handlers_search(struct request *request)
{
	const jalka_SearchCall *call = &request->call->call.search;
	uint8_t block[3 * sizeof call->text]; /* as far as text can grow */
	struct wire_out text;
	struct reading reading;
	uint32_t type;
	begin(&reading, request);
	if (*call->text == '\0')
		return fault_of(FAULT_CALLER, "give a word to search for");
	FAULT_TRY(type_of(request, call->type, &type));
	wire_out_init(&text, block, sizeof block);
	wire_put_raw(&text, span_text(call->text));
	FAULT_TRY(nfc_settle(&text, 0)); /* as what is searched was when it was written */
	reading.out = answer_begin(reading.answer);
	reading.list = "records";
	reading.limit = call->limit;
	reading.is_search = true;
	writer_list(reading.out, reading.list);
	struct fault f = casebook_search_type(reading.book, type, wire_out_span(&text), 0, item, &reading);
	writer_list_end(reading.out);
	return end(&reading, finish(&reading, f));
}

/* ---- conflicts ---- */

struct clash {
	struct casebook_record record;
	uint32_t field;
};

enum { CLASHES_MAX = 1000 };

struct clashes {
	struct gate *gate;
	struct arena *arena;
	struct clash *items;
	size_t count;
};

static bool keep_clash(void *ctx, const struct casebook_record *record, uint32_t field_number)
{
	struct clashes *clashes = ctx;
	if (!gate_sees(clashes->gate, record) || gate_hides_field(clashes->gate, record, field_number))
		return true;
	struct clash *clash = &clashes->items[clashes->count];
	if (clashes->count == CLASHES_MAX || !view_copy(clashes->arena, record, &clash->record))
		return false;
	clash->field = field_number;
	clashes->count++;
	return true;
}

static struct fault write_clash(struct reading *reading, const struct clash *clash, struct arena *arena)
{
	const struct casebook_field *fields;
	size_t count;
	const struct schema_record *record = schema_by_type(clash->record.record_type);
	const struct schema_field *field = record == NULL ? NULL : schema_field_by_number(record->message, clash->field);
	FAULT_TRY(casebook_fields(reading->book, clash->record.record_id, arena, &fields, &count));
	if (!answer_item(reading->answer, "conflicts"))
		return fault_none();
	writer_object(reading->out, NULL);
	view_summary(&reading->view, reading->out, &clash->record);
	writer_string(reading->out, "field", field == NULL ? "" : field->name);
	for (size_t i = 0; i < count; i++)
		if (fields[i].number == clash->field)
			view_siblings(&reading->view, reading->out, clash->record.record_type, &fields[i]);
	writer_object_end(reading->out);
	return fault_none();
}

static struct fault conflicts_with(struct reading *reading, struct arena *arena)
{
	struct clashes clashes = { .gate = reading->gate, .arena = arena, .items = ARENA_ARRAY(arena, CLASHES_MAX, struct clash) };
	FAULT_TRY(casebook_conflicts(reading->book, keep_clash, &clashes));
	reading->out = answer_begin(reading->answer);
	writer_list(reading->out, "conflicts");
	size_t mark = arena_mark(arena);
	struct fault f = fault_none();
	for (size_t i = 0; i < clashes.count && !fault_is(f); i++) {
		f = write_clash(reading, &clashes.items[i], arena);
		arena_rewind(arena, mark);
	}
	writer_list_end(reading->out);
	return finish(reading, f);
}

struct fault handlers_conflicts(struct request *request)
{
	struct reading reading;
	struct arena arena;
	void *block = malloc(HANDLERS_ARENA_BYTES);
	if (block == NULL)
		return fault_of(FAULT_LIMIT, "memory to show the conflicts");
	begin(&reading, request);
	arena_init(&arena, block, HANDLERS_ARENA_BYTES);
	struct fault f = conflicts_with(&reading, &arena);
	free(block);
	return f;
}

/* ---- own work that central did not take ---- */

/* What was tried, as far as the record it was meant for may be seen. */
struct tried {
	struct reading *reading;
	struct span fields;
	bool met;
};

static bool write_tried(void *ctx, const struct casebook_record *record)
{
	struct tried *tried = ctx;
	struct reading *reading = tried->reading;
	tried->met = true;
	if (gate_sees(reading->gate, record))
		view_fields(reading->out, record->record_type, gate_fields(reading->gate, record, tried->fields));
	else
		writer_null(reading->out, "fields");
	return false;
}

static bool quarantine_item(void *ctx, const struct log_entry *entry)
{
	struct reading *reading = ctx;
	struct writer *out = reading->out;
	struct delta delta;
	if (entry->verdict != LOG_QUARANTINED && entry->verdict != LOG_REJECTED)
		return true;
	if (!answer_item(reading->answer, "quarantine"))
		return false;
	/* Forgotten with its case: its author may not read it any more. */
	bool is_here = entry->bytes.data != NULL && !fault_is(delta_read(entry->bytes, &delta));
	writer_object(out, NULL);
	writer_id(out, "id", entry->record_id.bytes);
	writer_id(out, "case_id", entry->case_id.bytes);
	writer_string(out, "type", view_type_name(entry->record_type));
	writer_number(out, "seq", entry->seq);
	writer_number(out, "stamp_ms", entry->stamp_ms);
	writer_string(out, "verdict", verdict_name(entry->verdict));
	writer_number(out, "reason", entry->reason);
	writer_string(out, "why", view_reason(entry->reason));
	writer_bool(out, "here", is_here);
	struct casebook_record record = { .case_id = entry->case_id, .record_id = entry->record_id, .last_author = entry->author,
					  .record_type = entry->record_type };
	struct tried tried = { .reading = reading };
	if (is_here) {
		record.shown = tried.fields = delta.fields;
		struct fault f = casebook_get(reading->book, entry->record_id, write_tried, &tried);
		if (!fault_is(f) && !tried.met) /* nothing of it stands */
			(void)write_tried(&tried, &record);
		tried.met = !fault_is(f);
	}
	if (!tried.met)
		writer_null(out, "fields");
	writer_object_end(out);
	return true;
}

struct own_epochs {
	struct reading *reading;
	struct node_id node;
	struct fault fault;
};

static bool read_own(void *ctx, const struct log_author *info)
{
	struct own_epochs *own = ctx;
	if (ID_EQUAL(info->author.node, own->node))
		own->fault = log_read_author(own->reading->log, &info->author, 1, quarantine_item, own->reading);
	return !fault_is(own->fault);
}

struct fault handlers_quarantine(struct request *request)
{
	struct reading reading;
	begin(&reading, request);
	struct own_epochs own = { .reading = &reading, .node = profile_status(reading.profile)->node };
	reading.out = answer_begin(request->answer);
	writer_list(reading.out, "quarantine");
	struct fault f = log_author_scan(reading.log, read_own, &own);
	writer_list_end(reading.out);
	return finish(&reading, fault_is(f) ? f : own.fault);
}

/* ---- own work that central has not got ---- */

static bool summarize(void *ctx, const struct casebook_record *record)
{
	struct tried *tried = ctx;
	tried->met = gate_sees(tried->reading->gate, record);
	if (tried->met)
		view_summary(&tried->reading->view, tried->reading->out, record);
	return false;
}

static bool waiting_item(void *ctx, const struct log_entry *entry)
{
	struct reading *reading = ctx;
	struct writer *out = reading->out;
	struct tried tried = { .reading = reading };
	if (!answer_item(reading->answer, "waiting"))
		return false;
	writer_object(out, NULL);
	(void)casebook_get(reading->book, entry->record_id, summarize, &tried);
	if (!tried.met) { /* only that it waits */
		writer_id(out, "id", entry->record_id.bytes);
		writer_id(out, "case_id", entry->case_id.bytes);
		writer_string(out, "type", view_type_name(entry->record_type));
	}
	writer_number(out, "seq", entry->seq);
	writer_number(out, "stamp_ms", entry->stamp_ms);
	writer_number(out, "bytes", entry->bytes.len);
	writer_object_end(out);
	return true;
}

static bool read_waiting(void *ctx, const struct log_author *info)
{
	struct own_epochs *own = ctx;
	if (ID_EQUAL(info->author.node, own->node) && info->receipted_seq < info->seq)
		own->fault = log_read_author(own->reading->log, &info->author, info->receipted_seq + 1, waiting_item, own->reading);
	return !fault_is(own->fault);
}

/* Each delta of this device that has no receipt, in the order they are sent. */
static struct fault list_waiting(struct request *request)
{
	struct reading reading;
	begin(&reading, request);
	if (reading.profile == NULL)
		return end(&reading, fault_of(FAULT_CALLER, "nothing of the central node waits to be sent"));
	struct own_epochs own = { .reading = &reading, .node = profile_status(reading.profile)->node };
	reading.out = answer_begin(request->answer);
	writer_list(reading.out, "waiting");
	struct fault f = log_author_scan(reading.log, read_waiting, &own);
	writer_list_end(reading.out);
	return end(&reading, finish(&reading, fault_is(f) ? f : own.fault));
}

/* ---- list ---- */

struct fault handlers_list(struct request *request)
{
	const jalka_ListCall *call = &request->call->call.list;
	struct reading reading;
	struct log_case info;
	struct record_id named;
	uint32_t type;
	if (call->waiting)
		return list_waiting(request);
	begin(&reading, request);
	FAULT_TRY(type_of(request, call->type, &type));
	if (*call->case_id != '\0')
		FAULT_TRY(resolve_case(reading.log, call->case_id, &info));
	if (*call->naming != '\0') {
		FAULT_TRY(resolve_record(reading.book, call->naming, &named));
		reading.named = &named;
	}
	reading.out = answer_begin(reading.answer);
	reading.list = "records";
	reading.limit = call->limit; /* of what is seen: what is hidden takes nobody's place */
	writer_list(reading.out, reading.list);
	struct fault f = casebook_list(reading.book, type, *call->case_id != '\0' ? &info.case_id : NULL, 0, item, &reading);
	writer_list_end(reading.out);
	return end(&reading, finish(&reading, f));
}

/* ---- rebuild ---- */

struct fault handlers_rebuild(struct request *request)
{
	struct reading reading;
	struct delta_hash before, after;
	begin(&reading, request);
	FAULT_TRY(reading.profile != NULL ? profile_verify(reading.profile) : node_verify(request->target.node));
	FAULT_TRY(casebook_digest(reading.book, &before));
	FAULT_TRY(casebook_rebuild(reading.book));
	FAULT_TRY(casebook_digest(reading.book, &after));
	struct writer *out = answer_begin(request->answer);
	writer_hex(out, "digest", span_of(after.bytes, sizeof after.bytes));
	writer_bool(out, "same", memcmp(before.bytes, after.bytes, sizeof before.bytes) == 0);
	answer_finish(request->answer);
	return fault_none();
}
