/* view_merged - where a client record that was linked to another leads, as seen from here.
 *
 * Links are followed as far as this book holds them: the last record may be one
 * that stands on no device of this worker, or is not for them to see, and then its
 * id alone is told.
 */
#include "api/view.h"

#include "api/gate.h"
#include "domain/duplicate.h"
#include "records_table.h"

struct link {
	struct gate *gate;
	struct record_id into;
	bool is_held, is_linked;
	char title[VIEW_NAME_BYTES];
};

static bool read_link(void *ctx, const struct casebook_record *record)
{
	struct link *link = ctx;
	struct span rest = record->shown;
	struct wire_field f;
	size_t len = record->title.len < sizeof link->title ? record->title.len : 0;
	link->is_held = record->record_type == RECORDS_TYPE_CLIENT && (link->gate == NULL || gate_shows(link->gate, record));
	memcpy(link->title, record->title.data, len);
	link->title[len] = '\0';
	while (record->record_type == RECORDS_TYPE_CLIENT && wire_next(&rest, &f) == WIRE_FIELD)
		if (f.number == RECORDS_CLIENT_MERGED_INTO && f.type == WIRE_BYTES && f.data.len == ID_BYTES) {
			memcpy(link->into.bytes, f.data.data, ID_BYTES);
			link->is_linked = true;
		}
	return false;
}

static bool next_link(void *ctx, struct record_id id, struct record_id *into)
{
	struct link link = { .is_held = false };
	if (fault_is(casebook_get(ctx, id, read_link, &link)) || !link.is_linked)
		return false;
	*into = link.into;
	return true;
}

void view_merged(struct view *view, struct writer *writer, const struct casebook_record *record)
{
	struct link link = { .is_held = false }, last = { .gate = view->gate };
	if (record->record_type != RECORDS_TYPE_CLIENT)
		return;
	(void)read_link(&link, record);
	if (!link.is_linked)
		return;
	struct record_id root = duplicate_root(link.into, next_link, view->book);
	(void)casebook_get(view->book, root, read_link, &last);
	writer_object(writer, "merged");
	writer_id(writer, "into", root.bytes);
	writer_bool(writer, "held", last.is_held);
	writer_string(writer, "title", last.is_held ? last.title : "");
	writer_object_end(writer);
}
