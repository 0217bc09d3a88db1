#include "store/drafts.h"

#include <stdlib.h>

#include "base/wire.h"

/* A draft's value is wire format; numbers are never given another meaning. */
enum draft_number {
	DRAFT_CASE = 1, DRAFT_TYPE = 2, DRAFT_FIELDS = 3, DRAFT_CLEARED = 4, DRAFT_CLIENT_CASE = 5,
	DRAFT_EVENT_AT = 6, DRAFT_UPDATED = 7, DRAFT_BEGUN = 8,
};

static const char table[] = "draft";

static void write_draft(const struct drafts_draft *draft, uint64_t begun_ms, struct wire_out *out)
{
	if (!ID_IS_NONE(draft->case_id))
		wire_put_bytes(out, DRAFT_CASE, ID_SPAN(draft->case_id));
	wire_put_varint(out, DRAFT_TYPE, draft->record_type);
	wire_put_bytes(out, DRAFT_FIELDS, draft->fields);
	for (size_t i = 0; i < draft->cleared_count; i++)
		wire_put_varint(out, DRAFT_CLEARED, draft->cleared[i]);
	if (!ID_IS_NONE(draft->client_case))
		wire_put_bytes(out, DRAFT_CLIENT_CASE, ID_SPAN(draft->client_case));
	if (draft->event_at_ms != 0)
		wire_put_varint(out, DRAFT_EVENT_AT, draft->event_at_ms);
	wire_put_varint(out, DRAFT_UPDATED, draft->updated_ms);
	wire_put_varint(out, DRAFT_BEGUN, begun_ms);
}

static bool read_id(struct span data, uint8_t out[static ID_BYTES])
{
	if (data.len != ID_BYTES)
		return false;
	memcpy(out, data.data, ID_BYTES);
	return true;
}

static bool read_field(const struct wire_field *field, struct drafts_draft *draft)
{
	switch (field->number) {
	case DRAFT_CASE:
		return read_id(field->data, draft->case_id.bytes);
	case DRAFT_TYPE:
		draft->record_type = (uint32_t)field->value;
		return true;
	case DRAFT_FIELDS:
		draft->fields = field->data;
		return true;
	case DRAFT_CLEARED:
		if (draft->cleared_count == LIMIT_FIELDS)
			return false;
		draft->cleared[draft->cleared_count++] = (uint32_t)field->value;
		return true;
	case DRAFT_CLIENT_CASE:
		return read_id(field->data, draft->client_case.bytes);
	case DRAFT_EVENT_AT:
		draft->event_at_ms = field->value;
		return true;
	case DRAFT_UPDATED:
		draft->updated_ms = field->value;
		return true;
	case DRAFT_BEGUN:
		draft->begun_ms = field->value;
		return true;
	}
	return true; /* a later version's */
}

static bool read_draft(struct span key, struct span value, struct drafts_draft *draft)
{
	struct wire_field field;
	enum wire_read read;

	memset(draft, 0, sizeof *draft);
	if (!read_id(key, draft->record_id.bytes))
		return false;
	while ((read = wire_next(&value, &field)) == WIRE_FIELD)
		if (!read_field(&field, draft))
			return false;
	if (draft->begun_ms == 0)
		draft->begun_ms = draft->updated_ms; /* of a version that did not write it */
	return read == WIRE_END && draft->record_type != 0;
}

static bool take_begun(void *ctx, const struct drafts_draft *draft)
{
	*(uint64_t *)ctx = draft->begun_ms;
	return false;
}

struct fault drafts_put(struct log *log, const struct drafts_draft *draft)
{
	uint64_t begun_ms = draft->updated_ms;
	struct wire_out out;
	bool own;

	if (ID_IS_NONE(draft->record_id) || draft->record_type == 0)
		return fault_of(FAULT_CALLER, "a draft needs a record id and a type");
	if (draft->fields.len > LIMIT_DELTA_BYTES || draft->cleared_count > LIMIT_FIELDS)
		return fault_of(FAULT_LIMIT, "the draft is too long");
	FAULT_TRY(drafts_get(log, draft->record_id, take_begun, &begun_ms)); /* D2 */
	uint8_t *block = malloc(LOG_VALUE_BYTES);
	if (block == NULL)
		return fault_of(FAULT_LIMIT, "memory for a draft");
	wire_out_init(&out, block, LOG_VALUE_BYTES);
	write_draft(draft, begun_ms, &out);
	struct fault fault = out.full ? fault_of(FAULT_LIMIT, "the draft is too long") : log_join(log, &own);
	if (!fault_is(fault))
		fault = log_leave(log, own, log_put(log, table, ID_SPAN(draft->record_id), wire_out_span(&out)));
	free(block);
	return fault;
}

struct reading {
	drafts_fn *fn;
	void *ctx;
	const struct case_id *case_id; /* NULL: all */
	bool is_damaged;
	size_t count;
};

static bool read_row(void *ctx, struct span key, struct span value)
{
	struct reading *reading = ctx;
	struct drafts_draft draft;

	if (!read_draft(key, value, &draft)) {
		reading->is_damaged = true;
		return false;
	}
	if (reading->case_id != NULL && !ID_EQUAL(draft.case_id, *reading->case_id))
		return true;
	reading->count++;
	return reading->fn == NULL || reading->fn(reading->ctx, &draft);
}

static struct fault scan(struct log *log, struct span prefix, struct reading *reading)
{
	FAULT_TRY(log_scan(log, table, prefix, read_row, reading));
	return reading->is_damaged ? fault_of(FAULT_STORE, "a draft is damaged") : fault_none();
}

struct fault drafts_get(struct log *log, struct record_id id, drafts_fn *fn, void *ctx)
{
	struct reading reading = { .fn = fn, .ctx = ctx };
	return scan(log, ID_SPAN(id), &reading);
}

struct fault drafts_list(struct log *log, const struct case_id *case_id, drafts_fn *fn, void *ctx)
{
	bool all = case_id == NULL || ID_IS_NONE(*case_id);
	struct reading reading = { .fn = fn, .ctx = ctx, .case_id = all ? NULL : case_id };
	return scan(log, span_of("", 0), &reading);
}

struct fault drafts_count(struct log *log, size_t *out)
{
	struct reading reading = { .fn = NULL };
	FAULT_TRY(scan(log, span_of("", 0), &reading));
	*out = reading.count;
	return fault_none();
}

struct fault drafts_discard(struct log *log, struct record_id id)
{
	bool own;
	FAULT_TRY(log_join(log, &own));
	return log_leave(log, own, log_remove(log, table, ID_SPAN(id)));
}

struct first {
	struct record_id id;
	bool found;
};

static bool take_first(void *ctx, const struct drafts_draft *draft)
{
	struct first *first = ctx;
	first->id = draft->record_id;
	first->found = true;
	return false;
}

/* One at a time: a callback may not write, and a case has few drafts. */
static struct fault discard_all(struct log *log, struct case_id case_id)
{
	for (;;) {
		struct first first = { .found = false };
		FAULT_TRY(drafts_list(log, &case_id, take_first, &first));
		if (!first.found)
			return fault_none();
		FAULT_TRY(log_remove(log, table, ID_SPAN(first.id)));
	}
}

struct fault drafts_discard_case(struct log *log, struct case_id case_id)
{
	bool own;
	if (ID_IS_NONE(case_id))
		return fault_of(FAULT_CALLER, "no case");
	FAULT_TRY(log_join(log, &own));
	return log_leave(log, own, discard_all(log, case_id));
}
