/* writing - one write on its way: read, placed, judged, logged. */
#include "api/writing.h"

#include <sodium.h>
#include <stdlib.h>

#include "api/handlers.h"
#include "api/gate.h"
#include "api/profile.h"
#include "api/stale.h"
#include "api/resolve.h"
#include "api/view.h"
#include "base/assert.h"
#include "central/node.h"
#include "domain/record_json.h"
#include "io/random.h"
#include "records_table.h"
#include "store/drafts.h"

enum { ASSIGN_MAX = 64 };

static uint8_t fields_block[LIMIT_DELTA_BYTES], merge_block[LIMIT_DELTA_BYTES];

void writing_begin(struct writing *w, struct request *request)
{
	memset(w, 0, sizeof *w);
	w->request = request;
	wire_out_init(&w->fields, fields_block, sizeof fields_block);
	world_open(&w->world, &request->target);
	world_know_writer(&w->world);
}

void writing_end(struct writing *w)
{
	world_close(&w->world);
}

struct fault writing_at(struct request *request, const char *field, const char *what)
{
	strcpy(request->field, field);
	return fault_of(FAULT_CALLER, what);
}

/* The field of a dotted name; numbers in it are places of lists. */
static const struct schema_field *field_of(const struct schema_message *message, const char *name)
{
	const struct schema_field *field = NULL;
	while (*name != '\0' && message != NULL) {
		size_t len = strcspn(name, ".");
		if (name[0] < '0' || name[0] > '9') {
			field = schema_field_by_name(message, span_of(name, len));
			message = field == NULL ? NULL : field->message;
		}
		name += len + (name[len] == '.');
	}
	return *name == '\0' ? field : NULL;
}

struct fault writing_takes(struct request *request, struct fault f, const struct schema_record *record, const char *name)
{
	char values[sizeof request->advice - 32] = "";
	const struct schema_field *field = field_of(record->message, name);
	if (field == NULL || field->kind != SCHEMA_ENUM)
		return f;
	for (size_t i = 0, used = 0; i < field->enumeration->count; i++) {
		int n = snprintf(values + used, sizeof values - used, "%s%s", i == 0 ? "" : ", ", field->enumeration->values[i].name);
		if (n < 0 || (size_t)n >= sizeof values - used)
			return request_fault(request, f, "jalka types %s lists them", record->name);
		used += (size_t)n;
	}
	return request_fault(request, f, "it takes %s", values);
}

static struct fault at_error(struct writing *w, struct fault f, const struct schema_error *where)
{
	memcpy(w->request->field, where->field, sizeof w->request->field);
	if (where->hint[0] != '\0')
		return request_fault(w->request, f, "did you mean %s?", where->hint);
	return writing_takes(w->request, f, w->record, where->field);
}
_Static_assert(sizeof(((struct schema_error *)0)->field) <= sizeof(((struct request *)0)->field), "a field's name fits");

void writing_wipe(void)
{
	sodium_memzero(fields_block, sizeof fields_block);
	sodium_memzero(merge_block, sizeof merge_block);
}

/* ---- reading what was given ---- */

/* The body as "name=value" texts, each ended by a zero byte; they stay in it. */
static struct fault split(const struct span body, const char *out[static ASSIGN_MAX], size_t *count)
{
	size_t from = 0;
	*count = 0;
	if (body.len > 0 && body.data[body.len - 1] != 0)
		return fault_of(FAULT_CALLER, "the last assignment is cut");
	while (from < body.len) {
		if (*count == ASSIGN_MAX)
			return fault_of(FAULT_LIMIT, "more than 64 assignments in one write");
		out[(*count)++] = (const char *)body.data + from;
		from += strlen((const char *)body.data + from) + 1;
	}
	return fault_none();
}

/* The record or draft the values are laid into, as it stands. */
struct standing_before { struct writing *w; struct span fields; };

static void keep_before(struct standing_before *before, struct span fields)
{
	void *block = world_take(&before->w->world, fields.len + 1);
	if (block == NULL)
		return;
	memcpy(block, fields.data, fields.len);
	before->fields = span_of(block, fields.len);
}

static bool keep_record(void *ctx, const struct casebook_record *record)
{
	keep_before(ctx, record->shown);
	return false;
}

static bool keep_draft(void *ctx, const struct drafts_draft *draft)
{
	keep_before(ctx, draft->fields);
	return false;
}

static struct fault find_before(struct writing *w, const char *id, struct span *out)
{
	struct standing_before before = { .w = w, .fields = span_of(NULL, 0) };
	struct profile *profile = w->request->target.profile;
	struct node *node = w->request->target.node;
	struct casebook *book = node != NULL ? node_book(node) : profile_book(profile);
	struct record_id record;
	*out = before.fields;
	if (*id == '\0')
		return fault_none();
	if (!fault_is(resolve_record(book, id, &record)))
		FAULT_TRY(casebook_get(book, record, keep_record, &before));
	else if (node == NULL && !fault_is(resolve_draft(profile_log(profile), id, &record)))
		FAULT_TRY(drafts_get(profile_log(profile), record, keep_draft, &before));
	*out = before.fields;
	return world_fault(&w->world);
}

/* Whether a name leads into a part or list, so that the rest of it must be known. */
static bool leads_on(const char *assignment)
{
	return memchr(assignment, '.', strcspn(assignment, "=")) != NULL;
}

struct fault writing_read(struct writing *w, const char *id, jalka_Form form, struct span body)
{
	struct span before = span_of(NULL, 0);
	const char *assign[ASSIGN_MAX];
	size_t count;
	struct schema_error where = { .field = "" };
	struct fault f;
	switch (form) {
	case jalka_Form_JSON:
		f = record_json_parse(w->record, body, &w->fields, w->cleared, &w->cleared_count, &where);
		return fault_is(f) ? at_error(w, f, &where) : fault_none();
	case jalka_Form_ASSIGNMENTS:
		FAULT_TRY(split(body, assign, &count));
		for (size_t i = 0; i < count && before.len == 0; i++)
			if (leads_on(assign[i]))
				FAULT_TRY(find_before(w, id, &before));
		f = record_json_assign(w->record, before, assign, count, &w->fields, w->cleared, &w->cleared_count, &where);
		return fault_is(f) ? at_error(w, f, &where) : fault_none();
	}
	return fault_of(FAULT_CALLER, "the values are in a form this daemon does not know");
}

static bool is_cleared(const struct writing *w, uint32_t number)
{
	for (size_t i = 0; i < w->cleared_count; i++)
		if (w->cleared[i] == number)
			return true;
	return false;
}

static bool is_set(struct span fields, uint32_t number)
{
	struct wire_field field;
	while (wire_next(&fields, &field) == WIRE_FIELD)
		if (field.number == number)
			return true;
	return false;
}

/* A draft's fields with what was given now laid over them. */
static struct fault merge_draft(struct writing *w, struct span draft)
{
	struct wire_out merged;
	struct wire_field field;
	struct span given = wire_out_span(&w->fields), rest = draft;
	wire_out_init(&merged, merge_block, sizeof merge_block);
	while (wire_next(&rest, &field) == WIRE_FIELD)
		if (!is_cleared(w, field.number) && !is_set(given, field.number))
			wire_put_raw(&merged, field.whole);
	wire_put_raw(&merged, given);
	if (merged.full)
		return fault_of(FAULT_LIMIT, "the record is too long");
	memcpy(fields_block, merge_block, merged.used);
	w->fields.used = merged.used;
	w->cleared_count = 0;
	return fault_none();
}

/* ---- which record, which case ---- */

struct found {
	struct writing *w;
	bool met;
	struct fault fault;
};

static bool take_record(void *ctx, const struct casebook_record *record)
{
	struct found *found = ctx;
	found->met = true;
	found->w->case_id = record->case_id;
	found->fault = gate_read(found->w->request->gate, record); /* who does not see it is told nothing of it */
	if (fault_is(found->fault))
		return false;
	if (found->w->record == NULL)
		found->w->record = schema_by_type(record->record_type);
	if (found->w->record == NULL || record->record_type != found->w->record->type)
		found->fault = writing_at(found->w->request, "type", "the record with this id is of another type");
	return false;
}

static bool take_draft(void *ctx, const struct drafts_draft *draft)
{
	struct found *found = ctx;
	struct writing *w = found->w;
	found->met = true;
	if (w->record == NULL)
		w->record = schema_by_type(draft->record_type);
	if (w->record == NULL || draft->record_type != w->record->type) {
		found->fault = writing_at(w->request, "type", "the draft with this id is of another type");
		return false;
	}
	w->case_id = draft->case_id;
	w->client_case = draft->client_case;
	w->from_draft = true;
	if (w->event_at_ms == 0)
		w->event_at_ms = draft->event_at_ms;
	found->fault = merge_draft(w, draft->fields);
	return false;
}

struct fault writing_find_record(struct writing *w, struct profile *profile, const char *id)
{
	struct found found = { .w = w, .fault = fault_none() };
	w->is_new = *id == '\0';
	if (w->is_new)
		return fault_none();
	struct fault f = resolve_record(profile_book(profile), id, &w->record_id);
	if (!fault_is(f)) {
		FAULT_TRY(casebook_get(profile_book(profile), w->record_id, take_record, &found));
		return found.fault;
	}
	if (fault_is(resolve_draft(profile_log(profile), id, &w->record_id)))
		return f;
	FAULT_TRY(drafts_get(profile_log(profile), w->record_id, take_draft, &found));
	w->is_new = true;
	return found.fault;
}

struct fault writing_find_draft(struct writing *w, struct profile *profile, const char *id)
{
	struct found found = { .w = w, .fault = fault_none() };
	FAULT_TRY(resolve_draft(profile_log(profile), id, &w->record_id));
	FAULT_TRY(drafts_get(profile_log(profile), w->record_id, take_draft, &found));
	w->is_new = true;
	return found.met ? found.fault : fault_of(FAULT_CALLER, "the draft is gone");
}

struct fault writing_find_central(struct writing *w, struct node *node, const char *id)
{
	struct found found = { .w = w, .fault = fault_none() };
	w->is_new = *id == '\0';
	if (w->is_new)
		return fault_none();
	FAULT_TRY(resolve_record(node_book(node), id, &w->record_id));
	FAULT_TRY(casebook_get(node_book(node), w->record_id, take_record, &found));
	return found.fault;
}

static bool take_reference(void *ctx, const struct log_case *info)
{
	struct writing *w = ctx;
	if (info->kind == DELTA_CASE_REFERENCE && !info->erased)
		w->case_id = info->case_id;
	return ID_IS_NONE(w->case_id);
}

/* What belongs to nobody's case stands in the one all share. */
static struct fault find_reference(struct writing *w, struct profile *profile)
{
	FAULT_TRY(log_case_scan(profile_log(profile), take_reference, w));
	w->kind = DELTA_CASE_REFERENCE;
	return ID_IS_NONE(w->case_id) ? fault_of(FAULT_LATER, "the reference case has not come from the central node yet")
				      : fault_none();
}

/* The node's own, opened by the first that is written there. */
static struct fault find_access(struct writing *w, struct profile *profile)
{
	struct log_case info;
	bool found;
	FAULT_TRY(profile_access_case(profile, &w->case_id));
	FAULT_TRY(log_case_get(profile_log(profile), w->case_id, &info, &found));
	w->opens = !found;
	w->kind = DELTA_CASE_ACCESS;
	return fault_none();
}

struct fault writing_find_case(struct writing *w, struct profile *profile, const char *case_id, const char *client_case)
{
	struct log_case info;
	bool known;
	if (*case_id != '\0') {
		if (!w->is_new || w->from_draft)
			return writing_at(w->request, "case_id", "a record that is there stays in its case: leave the case out");
		FAULT_TRY(resolve_case(profile_log(profile), case_id, &info));
		w->case_id = info.case_id;
		w->kind = info.kind;
	} else if (!ID_IS_NONE(w->case_id)) {
		FAULT_TRY(log_case_get(profile_log(profile), w->case_id, &info, &known));
		w->kind = known ? info.kind : DELTA_CASE_NONE;
	} else if (w->record->opens != DELTA_CASE_NONE) {
		w->opens = true;
		w->kind = w->record->opens;
	} else if (w->record->home == DELTA_CASE_REFERENCE) {
		FAULT_TRY(find_reference(w, profile));
	} else if (w->record->home == DELTA_CASE_ACCESS) {
		FAULT_TRY(find_access(w, profile));
	} else {
		return writing_at(w->request, "case_id", "say which case it belongs to");
	}
	if (*client_case != '\0') {
		FAULT_TRY(resolve_case(profile_log(profile), client_case, &info));
		w->client_case = info.case_id;
	}
	bool needs_client = w->opens && w->kind != DELTA_CASE_CLIENT && w->kind != DELTA_CASE_ACCESS;
	if (needs_client && ID_IS_NONE(w->client_case))
		return writing_at(w->request, "client_case", "say whose case it is");
	if (!schema_may_stand_in(w->record, w->kind))
		return writing_at(w->request, "type", "records of this type do not belong in a case of this kind");
	return fault_none();
}

/* ---- judging it ---- */

static struct fault check_shape(struct writing *w)
{
	struct schema_error where = { .field = "" };
	struct span fields = wire_out_span(&w->fields);
	struct fault f = writing_is_draft(w)
				 ? schema_check_draft(w->record, fields, w->cleared, w->cleared_count, &where)
				 : schema_check(w->record, fields, w->cleared, w->cleared_count, w->is_new, false, &where);
	if (!fault_is(f) && !w->is_new && w->record->is_signed)
		f = schema_check_signed_change(w->record, fields, w->cleared, w->cleared_count, &where);
	return fault_is(f) ? at_error(w, f, &where) : fault_none();
}

/* The record as it would read: what stands, with what is given laid over it. */
static struct fault lay_over(struct writing *w, struct span before, struct span *after)
{
	struct span given = wire_out_span(&w->fields), rest = before;
	struct wire_field field;
	struct wire_out out;
	size_t size = before.len + given.len + 1;
	void *block = world_take(&w->world, size);
	if (block == NULL)
		return world_fault(&w->world);
	wire_out_init(&out, block, size);
	while (wire_next(&rest, &field) == WIRE_FIELD)
		if (!is_cleared(w, field.number) && !is_set(given, field.number))
			wire_put_raw(&out, field.whole);
	wire_put_raw(&out, given);
	*after = wire_out_span(&out);
	return fault_none();
}

struct fault writing_rules(struct writing *w, struct rules_write *out)
{
	const struct rules_record *before = w->is_new ? NULL : rules_find(&w->world.rules, w->record_id);
	*out = (struct rules_write){
		.record = w->record, .record_id = w->record_id, .kind = w->kind, .client_case = w->client_case,
		.is_new = w->is_new, .opens = w->opens, .given = wire_out_span(&w->fields), .cleared = w->cleared,
		.cleared_count = w->cleared_count, .before = before == NULL ? (struct span){ NULL, 0 } : before->fields,
		.event_at_ms = w->event_at_ms != 0 ? w->event_at_ms : w->world.rules.now_ms,
	};
	if (!w->opens)
		out->case_id = w->case_id;
	return lay_over(w, out->before, &out->after);
}

struct fault writing_refused(struct writing *w, struct fault f)
{
	memcpy(w->request->field, w->told.field, sizeof w->request->field);
	memcpy(w->request->advice, w->told.advice, sizeof w->request->advice);
	return f;
}
_Static_assert(sizeof(((struct rules_told *)0)->field) == sizeof(((struct request *)0)->field), "a field's name fits");
_Static_assert(RULES_ADVICE_BYTES == sizeof(((struct request *)0)->advice), "an advice fits");

/* Whether this person may write it at all, now that its values are known. */
static struct fault ask_gate(struct writing *w, const struct rules_write *write)
{
	const struct gate_write what = { .record_type = w->record->type, .fields = write->after, .case_id = w->case_id,
					 .kind = w->kind, .opens = w->opens, .is_draft = writing_is_draft(w) };
	return gate_write(w->request->gate, &what);
}

static void settle(struct writing *w)
{
	struct wire_out settled;
	wire_out_init(&settled, merge_block, sizeof merge_block);
	if (!rules_settle(w->record->type, wire_out_span(&w->fields), &settled) || settled.full)
		return;
	memcpy(fields_block, merge_block, settled.used);
	w->fields.used = settled.used;
}

/* Drafts need shape alone: they are judged when they are signed. */
static struct fault judge(struct writing *w)
{
	struct rules_write write;
	settle(w);
	FAULT_TRY(writing_rules(w, &write));
	if (!writing_is_draft(w)) {
		rules_fill(&w->world.rules, &write, &w->fields);
		if (w->fields.full)
			return fault_of(FAULT_LIMIT, "the record is too long");
		FAULT_TRY(writing_rules(w, &write));
	}
	FAULT_TRY(check_shape(w));
	FAULT_TRY(ask_gate(w, &write)); /* before the rules, whose refusals tell what stands in the case */
	if (writing_is_draft(w)) {
		struct fault lost = rules_draft(&w->world.rules, &write, &w->told);
		return fault_is(lost) ? writing_refused(w, lost) : fault_none();
	}
	struct fault f = rules_check(&w->world.rules, &write, &w->told);
	FAULT_TRY(world_fault(&w->world));
	if (fault_is(f))
		return writing_refused(w, f);
	w->also_count = rules_also(&w->world.rules, &write, w->also);
	return world_fault(&w->world);
}

/* ---- answering ---- */

void writing_hints(const struct rules_told *told, struct writer *out)
{
	writer_list(out, "advice");
	for (size_t i = 0; i < told->hint_count; i++) {
		writer_object(out, NULL);
		writer_string(out, "field", told->hints[i].field);
		writer_string(out, "text", told->hints[i].text);
		writer_object_end(out);
	}
	writer_list_end(out);
}

static void answer_written(struct writing *w, const char *state, uint64_t seq, uint64_t stamp_ms)
{
	struct writer *out = answer_begin(w->request->answer);
	writer_id(out, "id", w->record_id.bytes);
	writer_id(out, "case_id", w->case_id.bytes);
	writer_string(out, "type", w->record->name);
	writer_string(out, "state", state);
	writer_number(out, "seq", seq);
	writer_number(out, "stamp_ms", stamp_ms);
	writer_bool(out, "opened", w->opens);
	writing_hints(&w->told, out);
	if (w->tell != NULL)
		w->tell(w, out);
	if (fault_is(w->refuse))
		answer_refuse_with(w->request->answer, w->refuse, w->request->advice, w->request->field);
	else
		answer_finish(w->request->answer);
}

static struct fault put_draft(struct writing *w, struct profile *profile)
{
	struct drafts_draft draft = { .client_case = w->client_case,
				      .record_type = w->record->type, .event_at_ms = w->event_at_ms,
				      .updated_ms = loop_wall_ms(), .fields = wire_out_span(&w->fields) };
	if (!w->opens) /* else the case is found, or opened, when it is signed */
		draft.case_id = w->case_id;
	if (!w->opens)
		FAULT_TRY(gate_trace(w->request->gate, RECORDS_ACCESS_ACT_CREATE, w->case_id, (struct record_id){ { 0 } }, NULL));
	if (ID_IS_NONE(w->record_id))
		random_fill(NULL, w->record_id.bytes, ID_BYTES);
	draft.record_id = w->record_id;
	FAULT_TRY(drafts_put(profile_log(profile), &draft));
	answer_written(w, "draft", 0, 0);
	return fault_none();
}

/* ---- STALE: both values are told ---- */

struct change {
	struct writing *w;
	uint32_t number; /* the first touched field that changed since the read; 0: none found */
};

/* At the central node a token is the log's last number (handlers_read): a decision there is a delta of its own. */
static bool is_newer(const struct writing *w, const struct log_entry *entry)
{
	struct profile *profile = w->request->target.profile;
	return profile != NULL ? replica_is_newer(profile_replica(profile), entry, w->token)
			       : entry->local > w->token && entry->verdict == LOG_ACCEPTED;
}

static bool touches(struct writing *w, uint32_t number)
{
	return is_cleared(w, number) || is_set(wire_out_span(&w->fields), number);
}

static bool find_change(void *ctx, const struct log_entry *entry)
{
	struct change *change = ctx;
	struct delta delta;
	struct wire_field field;
	if (entry->bytes.data == NULL || !is_newer(change->w, entry) ||
	    fault_is(delta_read(entry->bytes, &delta)))
		return true;
	for (size_t i = 0; i < delta.cleared_count && change->number == 0; i++)
		if (touches(change->w, delta.cleared[i]))
			change->number = delta.cleared[i];
	while (change->number == 0 && wire_next(&delta.fields, &field) == WIRE_FIELD)
		if (touches(change->w, field.number))
			change->number = field.number;
	return change->number == 0;
}

/* The value of one field of a message, all its occurrences. */
static void write_value(struct writing *w, struct writer *out, const char *key, struct span fields, uint32_t number)
{
	struct wire_out whole;
	struct wire_field field;
	wire_out_init(&whole, merge_block, sizeof merge_block);
	while (wire_next(&fields, &field) == WIRE_FIELD)
		if (field.number == number)
			wire_put_raw(&whole, field.whole);
	writer_key(out, key);
	record_json_value(w->record, number, wire_out_span(&whole), out->out);
}

struct stale {
	struct change *change;
	struct writer *out;
};

static bool write_stored(void *ctx, const struct casebook_record *record)
{
	struct stale *stale = ctx;
	write_value(stale->change->w, stale->out, "stored", record->shown, stale->change->number);
	return false;
}

/* Who wrote the value that is shown now; nothing when there is none. */
static struct fault write_shown_by(struct stale *stale)
{
	const struct writing *w = stale->change->w;
	const struct casebook_field *fields;
	size_t count = 0;
	struct arena arena;
	struct view view;
	struct fault f = fault_of(FAULT_LIMIT, "memory for reading a record");
	void *block = malloc(HANDLERS_ARENA_BYTES);
	if (block == NULL)
		return f;
	arena_init(&arena, block, HANDLERS_ARENA_BYTES);
	view_init(&view, w->world.book, &w->request->gate->self);
	f = casebook_fields(w->world.book, w->record_id, &arena, &fields, &count);
	for (size_t i = 0; !fault_is(f) && i < count; i++) {
		if (fields[i].number != stale->change->number)
			continue;
		view_author(&view, stale->out, "by", &fields[i].siblings[0].author);
		writer_number(stale->out, "at_ms", fields[i].siblings[0].stamp_ms);
	}
	free(block);
	return f;
}

/* *refused: a field that is touched has changed since the read; both its values are told. */
static struct fault look_for_change(struct writing *w, struct fault f, bool *refused)
{
	struct change change = { .w = w };
	FAULT_TRY(log_read_record(w->world.log, w->record_id, find_change, &change));
	const struct schema_field *field = schema_field_by_number(w->record->message, change.number);
	*refused = field != NULL;
	if (field == NULL)
		return fault_none();
	struct stale stale = { .change = &change, .out = answer_begin(w->request->answer) };
	writer_id(stale.out, "id", w->record_id.bytes);
	writer_string(stale.out, "field", field->name);
	(void)casebook_get(w->world.book, w->record_id, write_stored, &stale);
	write_value(w, stale.out, "given", wire_out_span(&w->fields), change.number);
	(void)write_shown_by(&stale); /* the refusal stands without */
	answer_refuse_with(w->request->answer, f, "", field->name);
	return fault_none();
}

/* ---- into the log ---- */

/* What changes with it is written together with it: all or nothing. */
static size_t together(struct writing *w, struct replica_write writes[static WRITING_MAX])
{
	size_t count = 1;
	for (size_t i = 0; i < w->also_count; i++) {
		writes[count] = (struct replica_write){ .case_id = w->also[i].case_id, .record_id = w->also[i].id,
							.record_type = w->also[i].type,
							.fields = span_of(w->also[i].fields, w->also[i].len) };
		writes[count++].envelope = writes[0].envelope;
		writes[count - 1].envelope.is_signed = false;
	}
	ASSERT(w->extra_count <= WRITING_EXTRA_MAX);
	for (size_t i = 0; i < w->extra_count; i++)
		writes[count++] = w->extra[i];
	return count;
}

static uint64_t act_of(const struct replica_write *write)
{
	return write->envelope.is_signed ? RECORDS_ACCESS_ACT_SIGN : RECORDS_ACCESS_ACT_CREATE;
}

/* Ids are drawn before, so that the access log can name them. */
static void draw_ids(struct writing *w)
{
	if (ID_IS_NONE(w->record_id))
		random_fill(NULL, w->record_id.bytes, ID_BYTES);
	if (w->opens && ID_IS_NONE(w->case_id))
		random_fill(NULL, w->case_id.bytes, ID_BYTES);
}

/* The entry of the access log goes with what it tells of, in one transaction: the first
 * of a working session, unless the caller brings its own. */
static struct fault add_trace(struct writing *w, struct replica_write writes[static WRITING_MAX], size_t *count,
			      uint8_t block[static TRACE_BYTES])
{
	struct gate_whose whose = { .case_id = w->case_id, .client_case = w->client_case };
	bool due;
	if (w->kind == DELTA_CASE_REFERENCE || w->kind == DELTA_CASE_DIRECTORY || w->kind == DELTA_CASE_ACCESS)
		return fault_none();
	for (size_t i = 0; i < w->extra_count; i++)
		if (w->extra[i].record_type == RECORDS_TYPE_ACCESS_LOG)
			return fault_none();
	if (w->opens && w->kind == DELTA_CASE_CLIENT)
		whose.client = w->record_id;
	FAULT_TRY(gate_trace_with(w->request->gate, act_of(writes), &whose, block, &writes[*count], &due));
	*count += due;
	return fault_none();
}

static struct fault put_delta(struct writing *w, struct profile *profile)
{
	uint8_t trace_block[TRACE_BYTES];
	draw_ids(w);
	static struct replica_write writes[WRITING_MAX]; /* one write at a time, as all of this file */
	static struct replica_written written[WRITING_MAX];
	writes[0] = (struct replica_write){
		.case_id = w->case_id, .record_id = w->record_id, .record_type = w->record->type,
		.fields = wire_out_span(&w->fields), .cleared = w->cleared, .cleared_count = w->cleared_count,
		.opens = w->opens, .kind = w->kind, .client_case = w->client_case,
		.has_token = w->token != 0, .token = w->token,
	};
	writes[0].envelope.event_at_ms = w->event_at_ms;
	writes[0].envelope.is_signed = w->is_new && w->record->is_signed;
	writes[0].envelope.clock_state = (uint32_t)profile_status(profile)->clock_state;
	size_t count = together(w, writes);
	FAULT_TRY(add_trace(w, writes, &count, trace_block));
	struct fault f = replica_write_all(profile_replica(profile), writes, count, profile_now(), written);
	if (f.kind == FAULT_STALE) {
		bool told;
		FAULT_TRY(look_for_change(w, f, &told));
		return told ? fault_none() : f;
	}
	if (f.kind == FAULT_STORE)
		return request_fault(w->request, f, "lock and unlock the profile, which opens the store anew and checks it");
	FAULT_TRY(f);
	gate_traced(act_of(writes), w->case_id);
	if (w->from_draft) {
		FAULT_TRY(drafts_discard(profile_log(profile), w->record_id));
		(void)stale_look(profile); /* it is signed, whatever the log of it: the next look makes up for it */
	}
	w->record_id = written[0].record_id;
	w->case_id = written[0].case_id;
	answer_written(w, writes[0].envelope.is_signed ? "signed" : "written", written[0].seq, written[0].stamp_ms);
	profile_poke(profile);
	return fault_none();
}

struct fault writing_put(struct writing *w, struct profile *profile)
{
	FAULT_TRY(judge(w));
	return writing_is_draft(w) ? put_draft(w, profile) : put_delta(w, profile);
}

struct fault writing_put_central(struct writing *w, struct node *node)
{
	struct hub_written written;
	bool stale = false;
	FAULT_TRY(judge(w));
	if (w->token != 0 && !w->is_new)
		FAULT_TRY(look_for_change(w, fault_of(FAULT_STALE, "the record has changed since it was read"), &stale));
	if (stale)
		return fault_none(); /* it is answered */
	struct hub_write write = { .case_id = w->case_id, .record_id = w->record_id, .record_type = w->record->type,
				   .fields = wire_out_span(&w->fields), .cleared = w->cleared,
				   .cleared_count = w->cleared_count };
	write.envelope.event_at_ms = w->event_at_ms;
	write.envelope.is_signed = w->is_new && w->record->is_signed;
	FAULT_TRY(hub_write(node_hub(node), &write, node_now(), &written));
	node_poke(node);
	w->record_id = written.record_id;
	answer_written(w, write.envelope.is_signed ? "signed" : "written", written.order, 0);
	return fault_none();
}
