/* handlers_clashes - conflicts awaiting a choice, for who looks after the whole: which record and
 * fields, who wrote and when; what was written only its own worker sees. */
#include <stdlib.h>

#include "api/handlers.h"
#include "api/view.h"
#include "central/clashes.h"
#include "central/node.h"
#include "domain/schema.h"

struct telling {
	struct request *request;
	struct node *node;
	struct view view;
	struct writer *out;
	struct arena arena;
};

static void write_siblings(struct telling *t, const struct casebook_field *field)
{
	writer_list(t->out, "siblings");
	for (size_t i = 0; i < field->count; i++) {
		const struct casebook_sibling *sibling = &field->siblings[i];
		writer_object(t->out, NULL);
		view_author(&t->view, t->out, "by", &sibling->author);
		writer_number(t->out, "at_ms", sibling->stamp_ms);
		writer_bool(t->out, "cleared", sibling->whole.len == 0);
		writer_object_end(t->out);
	}
	writer_list_end(t->out);
}

static void write_fields(struct telling *t, uint32_t type, const struct casebook_field *fields, size_t count)
{
	const struct schema_record *schema = schema_by_type(type);
	writer_list(t->out, "fields");
	for (size_t i = 0; i < count; i++) {
		const struct schema_field *named = schema == NULL ? NULL : schema_field_by_number(schema->message, fields[i].number);
		if (!fields[i].asks)
			continue;
		writer_object(t->out, NULL);
		writer_string(t->out, "field", named == NULL ? "" : named->name);
		writer_number(t->out, "number", fields[i].number);
		write_siblings(t, &fields[i]);
		writer_object_end(t->out);
	}
	writer_list_end(t->out);
}

static struct fault write_row(struct telling *t, const struct clashes_row *row)
{
	const struct casebook_field *fields;
	size_t count;
	struct log_case info;
	bool found;
	FAULT_TRY(log_case_get(node_log(t->node), row->case_id, &info, &found));
	FAULT_TRY(casebook_peek_fields(node_book(t->node), row->record_id, &t->arena, &fields, &count));
	writer_object(t->out, NULL);
	writer_id(t->out, "case_id", row->case_id.bytes);
	writer_string(t->out, "case_kind", found ? view_case_kind(info.kind) : "");
	writer_id(t->out, "client_case", found ? view_whose(&info) : row->case_id.bytes);
	writer_id(t->out, "record_id", row->record_id.bytes);
	writer_string(t->out, "type", view_type_name(row->record_type));
	writer_number(t->out, "since_ms", row->since_ms);
	write_fields(t, row->record_type, fields, count);
	writer_object_end(t->out);
	return fault_none();
}

static struct fault write_rows(struct telling *t, const struct clashes_row *rows, size_t count)
{
	struct fault fault = fault_none();
	size_t mark = arena_mark(&t->arena);
	t->out = answer_begin(t->request->answer);
	writer_bool(t->out, "complete", !clashes_waits(node_clashes(t->node)));
	writer_list(t->out, "conflicts");
	for (size_t i = 0; i < count && !fault_is(fault) && answer_item(t->request->answer, "conflicts"); i++) {
		fault = write_row(t, &rows[i]);
		arena_rewind(&t->arena, mark);
	}
	writer_list_end(t->out);
	return answer_end(t->request->answer, fault);
}

struct fault handlers_clashes(struct request *request)
{
	struct telling t = { .request = request, .node = request->target.node };
	struct node_id self = hub_node(node_hub(t.node));
	struct clashes_row *rows;
	size_t count;
	void *block = malloc(HANDLERS_ARENA_BYTES);
	if (block == NULL)
		return fault_of(FAULT_LIMIT, "memory to show the conflicts");
	arena_init(&t.arena, block, HANDLERS_ARENA_BYTES);
	view_init(&t.view, node_book(t.node), &self);
	struct fault fault = clashes_list(node_clashes(t.node), &rows, &count);
	if (!fault_is(fault)) {
		fault = write_rows(&t, rows, count);
		free(rows);
	}
	free(block);
	return fault;
}
