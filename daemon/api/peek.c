/* peek - folds a case's records for one who may see that they are there. */
#include "api/peek.h"

#include "api/view.h"
#include "central/idset.h"
#include "central/node.h"
#include "records_table.h"

struct peeking {
	struct request *request;
	struct gate *gate;
	struct writer *out;
	struct view view;
	struct idset ids;
	bool full;
};

/* ---- which records ---- */

static bool take_id(void *ctx, const struct log_entry *entry)
{
	struct peeking *p = ctx;
	p->full = !idset_add(&p->ids, entry->record_id.bytes);
	return !p->full;
}

static struct fault gather(struct peeking *p, struct case_id id)
{
	FAULT_TRY(log_read_case(p->gate->world.log, id, 0, UINT64_MAX, take_id, p));
	if (p->full)
		return fault_of(FAULT_LIMIT, "memory to look at the case");
	idset_settle(&p->ids);
	return fault_none();
}

/* ---- how much of one ---- */

static struct span metadata(struct peeking *p, const struct casebook_record *record)
{
	struct span rest = record->shown;
	struct wire_field field;
	struct wire_out out;
	void *block = record->shown.len == 0 ? NULL : world_take(&p->gate->world, record->shown.len);
	if (block == NULL)
		return (struct span){ NULL, 0 };
	wire_out_init(&out, block, record->shown.len);
	while (wire_next(&rest, &field) == WIRE_FIELD)
		if (access_is_metadata(record->record_type, field.number))
			wire_put_raw(&out, field.whole);
	return wire_out_span(&out);
}

static bool write_record(void *ctx, const struct casebook_record *record)
{
	struct peeking *p = ctx;
	struct access_answer answer;
	(void)gate_may(p->gate, ACCESS_READ, record, &answer);
	if (answer.right < ACCESS_METADATA) {
		(void)gate_sees(p->gate, record); /* counts it as hidden */
		return false;
	}
	if (!answer_item(p->request->answer, "records"))
		return false;
	bool is_whole = answer.right == ACCESS_WHOLE;
	writer_object(p->out, NULL);
	writer_id(p->out, "id", record->record_id.bytes);
	writer_id(p->out, "case_id", record->case_id.bytes);
	writer_string(p->out, "type", view_type_name(record->record_type));
	writer_number(p->out, "created_ms", record->created_ms);
	writer_number(p->out, "changed_ms", record->changed_ms);
	writer_number(p->out, "event_at_ms", record->event_at_ms);
	view_author(&p->view, p->out, "by", &record->last_author);
	writer_string(p->out, "right", access_right_name(answer.right));
	struct span fields = is_whole ? gate_fields(p->gate, record, record->shown) : metadata(p, record);
	view_fields(p->out, record->record_type, fields);
	view_names(&p->view, p->out, record->record_type, fields);
	writer_object_end(p->out);
	return false;
}

static void write_own_worker(struct peeking *p, struct case_id id)
{
	struct record_id staff = { { 0 } };
	char name[VIEW_NAME_BYTES] = "";
	if (hub_own_worker(node_hub(p->request->target.node), id, &staff))
		view_staff_name(p->gate->world.book, &staff, name);
	writer_object(p->out, "own_worker");
	writer_id(p->out, "staff", staff.bytes);
	writer_string(p->out, "name", name);
	writer_object_end(p->out);
}

static struct fault write_case(struct peeking *p, const struct log_case *info)
{
	struct fault f = fault_none();
	struct writer *out = p->out = answer_begin(p->request->answer);
	writer_string(out, "kind", "case");
	writer_number(out, "token", 0);
	writer_id(out, "case_id", info->case_id.bytes);
	writer_string(out, "case_kind", view_case_kind(info->kind));
	writer_id(out, "client_case", info->client_case.bytes);
	write_own_worker(p, info->case_id);
	writer_list(out, "records");
	for (size_t i = 0; i < p->ids.count && !fault_is(f); i++)
		f = casebook_peek(p->gate->world.book, idset_record(&p->ids, i), write_record, p);
	writer_list_end(out);
	if (!fault_is(f))
		f = world_fault(&p->gate->world);
	gate_hidden(p->gate, out);
	return answer_end(p->request->answer, f);
}

struct fault peek_case(struct request *request, const struct log_case *info)
{
	struct peeking p = { .request = request, .gate = request->gate };
	struct record_id none = { { 0 } };
	FAULT_TRY(gate_class(p.gate, ACCESS_READ, ACCESS_BASIC, 0, ACCESS_METADATA));
	FAULT_TRY(gate_trace(p.gate, RECORDS_ACCESS_ACT_VIEW, info->case_id, none, NULL));
	view_init(&p.view, p.gate->world.book, &p.gate->self);
	struct fault f = gather(&p, info->case_id);
	if (!fault_is(f))
		f = write_case(&p, info);
	idset_free(&p.ids);
	return f;
}
