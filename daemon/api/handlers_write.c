/* handlers_write - write, sign, drafts: what a person records.
 *
 * A signed type (notes, assessments, consents) is kept as a draft until it is
 * signed; everything else is a delta at once. Shapes are checked here, by the
 * record table; whether the case may be written is the replica's to say.
 */
#include <sodium.h>
#include <stdlib.h>

#include "api/handlers.h"
#include "api/profile.h"
#include "api/resolve.h"
#include "api/view.h"
#include "base/limits.h"
#include "central/node.h"
#include "domain/record_json.h"
#include "domain/schema.h"
#include "store/drafts.h"
#include "io/random.h"

enum { ASSIGN_MAX = 64 };

/* One write on its way through the checks. */
struct writing {
	struct request *request;
	const struct schema_record *record;
	struct wire_out fields;
	uint32_t cleared[LIMIT_FIELDS];
	size_t cleared_count;
	struct case_id case_id;
	struct record_id record_id;
	struct case_id client_case;
	enum delta_case_kind kind; /* of the case it stands in, or opens */
	bool opens, is_new, from_draft, sign;
	uint64_t event_at_ms, token;
};

static uint8_t fields_block[LIMIT_DELTA_BYTES], merge_block[LIMIT_DELTA_BYTES];

static struct fault at_field(struct request *request, const char *field, const char *what)
{
	strcpy(request->field, field);
	return fault_of(FAULT_CALLER, what);
}

static struct fault at_error(struct request *request, struct fault f, const struct schema_error *where)
{
	memcpy(request->field, where->field, sizeof request->field);
	if (where->hint[0] != '\0')
		return request_fault(request, f, "did you mean %s?", where->hint);
	return f;
}
_Static_assert(sizeof(((struct schema_error *)0)->field) <= sizeof(((struct request *)0)->field), "a field's name fits");

void handlers_wipe(void)
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

static struct fault read_fields(struct writing *w, const jalka_WriteCall *call)
{
	const char *assign[ASSIGN_MAX];
	size_t count;
	struct schema_error where = { .field = "" };
	struct span body = span_of(call->body.bytes, call->body.size);
	struct fault f;
	switch (call->form) {
	case jalka_Form_JSON:
		f = record_json_parse(w->record, body, &w->fields, w->cleared, &w->cleared_count, &where);
		return fault_is(f) ? at_error(w->request, f, &where) : fault_none();
	case jalka_Form_ASSIGNMENTS:
		FAULT_TRY(split(body, assign, &count));
		f = record_json_assign(w->record, assign, count, &w->fields, w->cleared, &w->cleared_count, &where);
		return fault_is(f) ? at_error(w->request, f, &where) : fault_none();
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
	if (record->record_type != found->w->record->type)
		found->fault = at_field(found->w->request, "type", "the record with this id is of another type");
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
		found->fault = at_field(w->request, "type", "the draft with this id is of another type");
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

static struct fault find_record(struct writing *w, struct profile *profile, const char *id)
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

static struct fault find_case(struct writing *w, struct profile *profile, const jalka_WriteCall *call)
{
	struct log_case info;
	bool known;
	if (*call->case_id != '\0') {
		if (!w->is_new || w->from_draft)
			return at_field(w->request, "case_id", "a record that is there stays in its case: leave the case out");
		FAULT_TRY(resolve_case(profile_log(profile), call->case_id, &info));
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
		return at_field(w->request, "case_id", "say which case it belongs to");
	}
	if (*call->client_case != '\0') {
		FAULT_TRY(resolve_case(profile_log(profile), call->client_case, &info));
		w->client_case = info.case_id;
	}
	bool needs_client = w->opens && w->kind != DELTA_CASE_CLIENT && w->kind != DELTA_CASE_ACCESS;
	if (needs_client && ID_IS_NONE(w->client_case))
		return at_field(w->request, "client_case", "say whose case it is");
	if (!schema_may_stand_in(w->record, w->kind))
		return at_field(w->request, "type", "records of this type do not belong in a case of this kind");
	return fault_none();
}

/* ---- the checks and the write ---- */

static struct fault check_shape(struct writing *w)
{
	struct schema_error where = { .field = "" };
	struct span fields = wire_out_span(&w->fields);
	bool is_draft = w->is_new && w->record->is_signed && !w->sign;
	struct fault f = schema_check(w->record, fields, w->cleared, w->cleared_count, w->is_new && !is_draft, false, &where);
	if (!fault_is(f) && !w->is_new && w->record->is_signed)
		f = schema_check_signed_change(w->record, fields, w->cleared, w->cleared_count, &where);
	return fault_is(f) ? at_error(w->request, f, &where) : fault_none();
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
	answer_finish(w->request->answer);
}

static struct fault put_draft(struct writing *w, struct profile *profile)
{
	struct drafts_draft draft = { .client_case = w->client_case,
				      .record_type = w->record->type, .event_at_ms = w->event_at_ms,
				      .updated_ms = loop_wall_ms(), .fields = wire_out_span(&w->fields) };
	if (!w->opens) /* else the case is found, or opened, when it is signed */
		draft.case_id = w->case_id;
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
	struct replica *replica;
	uint32_t number; /* the first touched field that changed since the read; 0: none found */
};

static bool touches(struct writing *w, uint32_t number)
{
	return is_cleared(w, number) || is_set(wire_out_span(&w->fields), number);
}

static bool find_change(void *ctx, const struct log_entry *entry)
{
	struct change *change = ctx;
	struct delta delta;
	struct wire_field field;
	if (entry->bytes.data == NULL || !replica_is_newer(change->replica, entry, change->w->token) ||
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
static struct fault write_shown_by(struct stale *stale, struct profile *profile)
{
	const struct casebook_field *fields;
	size_t count = 0;
	struct arena arena;
	struct view view;
	struct fault f = fault_of(FAULT_LIMIT, "memory for reading a record");
	void *block = malloc(HANDLERS_ARENA_BYTES);
	if (block == NULL)
		return f;
	arena_init(&arena, block, HANDLERS_ARENA_BYTES);
	view_init(&view, profile_book(profile), &profile_status(profile)->node);
	f = casebook_fields(profile_book(profile), stale->change->w->record_id, &arena, &fields, &count);
	for (size_t i = 0; !fault_is(f) && i < count; i++) {
		if (fields[i].number != stale->change->number)
			continue;
		view_author(&view, stale->out, "by", &fields[i].siblings[0].author);
		writer_number(stale->out, "at_ms", fields[i].siblings[0].stamp_ms);
	}
	free(block);
	return f;
}

static struct fault refuse_stale(struct writing *w, struct profile *profile, struct fault f)
{
	struct change change = { .w = w, .replica = profile_replica(profile) };
	FAULT_TRY(log_read_record(profile_log(profile), w->record_id, find_change, &change));
	const struct schema_field *field = schema_field_by_number(w->record->message, change.number);
	if (field == NULL)
		return f;
	struct stale stale = { .change = &change, .out = answer_begin(w->request->answer) };
	writer_id(stale.out, "id", w->record_id.bytes);
	writer_string(stale.out, "field", field->name);
	(void)casebook_get(profile_book(profile), w->record_id, write_stored, &stale);
	write_value(w, stale.out, "given", wire_out_span(&w->fields), change.number);
	(void)write_shown_by(&stale, profile); /* the refusal stands without */
	answer_refuse_with(w->request->answer, f, "", field->name);
	return fault_none();
}

static struct fault put_delta(struct writing *w, struct profile *profile)
{
	struct replica_write write = {
		.case_id = w->case_id, .record_id = w->record_id, .record_type = w->record->type,
		.fields = wire_out_span(&w->fields), .cleared = w->cleared, .cleared_count = w->cleared_count,
		.opens = w->opens, .kind = w->kind, .client_case = w->client_case,
		.has_token = w->token != 0, .token = w->token,
	};
	struct replica_written written;
	write.envelope.event_at_ms = w->event_at_ms;
	write.envelope.is_signed = w->is_new && w->record->is_signed;
	write.envelope.clock_state = (uint32_t)profile_status(profile)->clock_state;
	struct fault f = replica_write(profile_replica(profile), &write, profile_now(), &written);
	if (f.kind == FAULT_STALE)
		return refuse_stale(w, profile, f);
	if (f.kind == FAULT_STORE)
		return request_fault(w->request, f, "lock and unlock the profile, which opens the store anew and checks it");
	FAULT_TRY(f);
	if (w->from_draft)
		FAULT_TRY(drafts_discard(profile_log(profile), w->record_id));
	w->record_id = written.record_id;
	w->case_id = written.case_id;
	answer_written(w, write.envelope.is_signed ? "signed" : "written", written.seq, written.stamp_ms);
	profile_poke(profile);
	return fault_none();
}

static struct fault put(struct writing *w, struct profile *profile)
{
	FAULT_TRY(check_shape(w));
	return w->is_new && w->record->is_signed && !w->sign ? put_draft(w, profile) : put_delta(w, profile);
}

static struct fault write_field(struct writing *w, struct profile *profile, const jalka_WriteCall *call)
{
	profile_touch(profile);
	if (w->record->central_only)
		return at_field(w->request, "type", "records of this type are written at the central node only");
	if (profile_status(profile)->state == REPLICA_BLANK)
		return fault_of(FAULT_LATER, "this machine is not enrolled yet: enrol it with the code of the administrator");
	FAULT_TRY(find_record(w, profile, call->record_id));
	FAULT_TRY(find_case(w, profile, call));
	return put(w, profile);
}

/* ---- at the central node: reference data and the directory ---- */

static struct fault write_central(struct writing *w, struct node *node, const jalka_WriteCall *call)
{
	struct found found = { .w = w, .fault = fault_none() };
	struct hub *hub = node_hub(node);
	struct hub_written written;
	w->kind = w->record->home;
	if (w->kind != DELTA_CASE_REFERENCE && w->kind != DELTA_CASE_DIRECTORY)
		return at_field(w->request, "type", "the central node writes reference data and the directory only");
	w->case_id = w->kind == DELTA_CASE_REFERENCE ? hub_reference_case(hub) : hub_directory_case(hub);
	w->is_new = *call->record_id == '\0';
	w->sign = true; /* there are no drafts here */
	if (!w->is_new) {
		FAULT_TRY(resolve_record(node_book(node), call->record_id, &w->record_id));
		FAULT_TRY(casebook_get(node_book(node), w->record_id, take_record, &found));
		FAULT_TRY(found.fault);
	}
	FAULT_TRY(check_shape(w));
	struct hub_write write = { .case_id = w->case_id, .record_id = w->record_id, .record_type = w->record->type,
				   .fields = wire_out_span(&w->fields), .cleared = w->cleared,
				   .cleared_count = w->cleared_count };
	write.envelope.event_at_ms = w->event_at_ms;
	write.envelope.is_signed = w->is_new && w->record->is_signed;
	FAULT_TRY(hub_write(hub, &write, node_now(), &written));
	node_poke(node);
	w->record_id = written.record_id;
	answer_written(w, write.envelope.is_signed ? "signed" : "written", written.order, 0);
	return fault_none();
}

/* ---- the calls ---- */

static void begin(struct writing *w, struct request *request)
{
	memset(w, 0, sizeof *w);
	w->request = request;
	wire_out_init(&w->fields, fields_block, sizeof fields_block);
}

struct fault handlers_write(struct request *request)
{
	static struct writing w;
	const jalka_WriteCall *call = &request->call->call.write;
	begin(&w, request);
	w.record = schema_by_name(span_text(call->type));
	w.sign = call->sign;
	w.token = call->token;
	w.event_at_ms = call->event_at_ms;
	if (w.record == NULL)
		return at_field(request, "type", "no record type has this name: `jalka types` lists them");
	FAULT_TRY(read_fields(&w, call));
	return request->target.node != NULL ? write_central(&w, request->target.node, call)
					    : write_field(&w, request->target.profile, call);
}

struct fault handlers_sign(struct request *request)
{
	static struct writing w;
	struct profile *profile = request->target.profile;
	struct found found = { .w = &w, .fault = fault_none() };
	static const jalka_WriteCall nothing_more;
	begin(&w, request);
	profile_touch(profile);
	w.sign = true;
	w.is_new = true;
	FAULT_TRY(resolve_draft(profile_log(profile), request->call->call.sign.record_id, &w.record_id));
	FAULT_TRY(drafts_get(profile_log(profile), w.record_id, take_draft, &found));
	FAULT_TRY(found.fault);
	FAULT_TRY(find_case(&w, profile, &nothing_more));
	return put(&w, profile);
}

/* ---- drafts ---- */

struct listing {
	struct answer *answer;
	struct writer *out;
};

static bool list_draft(void *ctx, const struct drafts_draft *draft)
{
	struct listing *listing = ctx;
	if (!answer_item(listing->answer, "drafts"))
		return false;
	writer_object(listing->out, NULL);
	writer_id(listing->out, "id", draft->record_id.bytes);
	writer_id(listing->out, "case_id", draft->case_id.bytes);
	writer_string(listing->out, "type", view_type_name(draft->record_type));
	writer_number(listing->out, "changed_ms", draft->updated_ms);
	view_fields(listing->out, draft->record_type, draft->fields);
	writer_object_end(listing->out);
	return true;
}

struct fault handlers_drafts(struct request *request)
{
	struct log *drafts = profile_log(request->target.profile);
	const char *discard = request->call->call.drafts.discard;
	struct record_id id;
	profile_touch(request->target.profile);
	if (*discard != '\0') {
		FAULT_TRY(resolve_draft(drafts, discard, &id));
		FAULT_TRY(drafts_discard(drafts, id));
		writer_id(answer_begin(request->answer), "discarded", id.bytes);
		answer_finish(request->answer);
		return fault_none();
	}
	struct listing listing = { .answer = request->answer, .out = answer_begin(request->answer) };
	writer_list(listing.out, "drafts");
	struct fault f = drafts_list(drafts, NULL, list_draft, &listing);
	writer_list_end(listing.out);
	if (fault_is(f))
		answer_refuse(request->answer, f, "", "");
	else
		answer_finish(request->answer);
	return fault_none();
}
