#include "api/session_typed.h"

#include <stdlib.h>

#include "domain/fields.h"
#include "records_table.h"
#include "store/drafts.h"

struct typed {
	struct span title, text;
	struct wire_out out;
	struct writer *writer;
};

static bool is_under(struct span point, struct span title)
{
	struct span its = { NULL, 0 };
	(void)fields_bytes(point, RECORDS_AGENDA_POINT_TITLE, &its);
	return its.len == title.len && memcmp(its.data, title.data, title.len) == 0;
}

/* What stands, without what is typed anew. */
static bool take_others(void *ctx, const struct drafts_draft *draft)
{
	struct typed *typed = ctx;
	struct span rest = draft->fields, summary, point;
	while (fields_next(&rest, RECORDS_JOINT_SESSION_AGENDA, &point))
		if (typed->title.len == 0 || !is_under(point, typed->title))
			wire_put_bytes(&typed->out, RECORDS_JOINT_SESSION_AGENDA, point);
	if (typed->title.len > 0 && fields_bytes(draft->fields, RECORDS_JOINT_SESSION_SUMMARY, &summary))
		wire_put_bytes(&typed->out, RECORDS_JOINT_SESSION_SUMMARY, summary);
	return false;
}

static void put_point(struct typed *typed, uint8_t *block, size_t size)
{
	struct wire_out point;
	wire_out_init(&point, block, size);
	wire_put_bytes(&point, RECORDS_AGENDA_POINT_TITLE, typed->title);
	wire_put_bytes(&point, RECORDS_AGENDA_POINT_NOTES, typed->text);
	wire_put_bytes(&typed->out, RECORDS_JOINT_SESSION_AGENDA, wire_out_span(&point));
}

static struct fault put(struct log *log, const struct rules_record *session, struct typed *typed, uint64_t now_ms)
{
	if (typed->out.full)
		return fault_of(FAULT_LIMIT, "what is typed is too long");
	if (typed->out.used == 0)
		return drafts_discard(log, session->id);
	const struct drafts_draft draft = { .record_id = session->id, .case_id = session->case_id, .record_type = session->type,
					    .fields = wire_out_span(&typed->out), .updated_ms = now_ms };
	return drafts_put(log, &draft);
}

struct fault session_typed_put(struct log *log, const struct rules_record *session, struct span title, struct span text, uint64_t now_ms)
{
	struct typed typed = { .title = title, .text = text };
	uint8_t *block = malloc(2 * LIMIT_DELTA_BYTES);
	if (block == NULL)
		return fault_of(FAULT_LIMIT, "memory for what is typed");
	wire_out_init(&typed.out, block, LIMIT_DELTA_BYTES);
	struct fault f = drafts_get(log, session->id, take_others, &typed);
	if (!fault_is(f)) {
		if (text.len > 0 && title.len > 0)
			put_point(&typed, block + LIMIT_DELTA_BYTES, LIMIT_DELTA_BYTES);
		else if (text.len > 0)
			wire_put_bytes(&typed.out, RECORDS_JOINT_SESSION_SUMMARY, text);
		f = put(log, session, &typed, now_ms);
	}
	free(block);
	return f;
}

static bool tell(void *ctx, const struct drafts_draft *draft)
{
	struct typed *typed = ctx;
	struct span rest = draft->fields, point, text;
	if (fields_bytes(draft->fields, RECORDS_JOINT_SESSION_SUMMARY, &text))
		writer_text(typed->writer, "summary", text);
	writer_list(typed->writer, "agenda");
	while (fields_next(&rest, RECORDS_JOINT_SESSION_AGENDA, &point)) {
		writer_object(typed->writer, NULL);
		if (fields_bytes(point, RECORDS_AGENDA_POINT_TITLE, &text))
			writer_text(typed->writer, "title", text);
		if (fields_bytes(point, RECORDS_AGENDA_POINT_NOTES, &text))
			writer_text(typed->writer, "notes", text);
		writer_object_end(typed->writer);
	}
	writer_list_end(typed->writer);
	return false;
}

struct fault session_typed_tell(struct log *log, struct record_id session, struct writer *out)
{
	struct typed typed = { .writer = out };
	writer_object(out, "typed");
	struct fault f = drafts_get(log, session, tell, &typed);
	writer_object_end(out);
	return f;
}
