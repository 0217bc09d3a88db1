/* view - JSON by the record table. */
#include "api/view.h"

#include "base/civil.h"
#include "domain/fields.h"
#include "domain/phase.h"
#include "domain/record_json.h"
#include "domain/schema.h"
#include "records_table.h"
#include "session.pb.h"

void view_init(struct view *view, struct casebook *book, const struct node_id *self)
{
	*view = (struct view){ .book = book, .self = *self };
}

/* ---- names ---- */

static bool take_title(void *ctx, const struct casebook_record *record)
{
	char *out = ctx;
	size_t len = record->title.len < VIEW_NAME_BYTES ? record->title.len : VIEW_NAME_BYTES - 1;
	/* A name that is cut is cut between characters. */
	while (len < record->title.len && len > 0 && (record->title.data[len] & 0xc0) == 0x80)
		len--;
	memcpy(out, record->title.data, len);
	out[len] = '\0';
	return false;
}

void view_staff_name(struct casebook *book, const struct record_id *staff, char out[static VIEW_NAME_BYTES])
{
	out[0] = '\0';
	if (ID_IS_NONE(*staff) || fault_is(casebook_get(book, *staff, take_title, out)))
		out[0] = '\0';
}

struct holder {
	struct record_id staff;
	bool found;
};

static bool take_holder(void *ctx, const struct casebook_record *record)
{
	struct holder *holder = ctx;
	struct span rest = record->shown;
	struct wire_field field;
	holder->found = true;
	while (wire_next(&rest, &field) == WIRE_FIELD)
		if (field.number == RECORDS_DEVICE_HOLDER && field.type == WIRE_BYTES && field.data.len == ID_BYTES)
			memcpy(holder->staff.bytes, field.data.data, ID_BYTES);
	return false;
}

/* A device's directory record has the node's id; what has none is the centre. */
const char *view_name(struct view *view, const struct node_id *node)
{
	struct holder holder = { .found = false };
	struct record_id device;
	if (ID_EQUAL(view->named, *node))
		return view->name;
	view->named = *node;
	view->name[0] = '\0';
	memcpy(device.bytes, node->bytes, ID_BYTES);
	if (fault_is(casebook_get(view->book, device, take_holder, &holder)))
		return view->name;
	if (holder.found)
		view_staff_name(view->book, &holder.staff, view->name);
	else if (!ID_EQUAL(view->self, *node))
		strcpy(view->name, "central");
	return view->name;
}

void view_author(struct view *view, struct writer *writer, const char *key, const struct author *author)
{
	writer_object(writer, key);
	writer_id(writer, "node", author->node.bytes);
	writer_id(writer, "epoch", author->epoch.bytes);
	writer_bool(writer, "mine", ID_EQUAL(view->self, author->node));
	writer_string(writer, "name", view_name(view, &author->node));
	writer_object_end(writer);
}

/* ---- records ---- */

const char *view_type_name(uint32_t record_type)
{
	const struct schema_record *record = schema_by_type(record_type);
	return record == NULL ? "unknown" : record->name;
}

const char *view_case_kind(enum delta_case_kind kind)
{
	switch (kind) {
	case DELTA_CASE_NONE:
		return "NONE";
	case DELTA_CASE_CLIENT:
		return "CLIENT";
	case DELTA_CASE_MATTER:
		return "MATTER";
	case DELTA_CASE_PROTECTED:
		return "PROTECTED";
	case DELTA_CASE_SENSITIVE:
		return "SENSITIVE";
	case DELTA_CASE_CHILD_NOTICE:
		return "CHILD_NOTICE";
	case DELTA_CASE_REFERENCE:
		return "REFERENCE";
	case DELTA_CASE_DIRECTORY:
		return "DIRECTORY";
	case DELTA_CASE_ACCESS:
		return "ACCESS";
	}
	return "NONE";
}

const uint8_t *view_whose(const struct log_case *info)
{
	static const uint8_t nobody[ID_BYTES];
	return info->kind == DELTA_CASE_CHILD_NOTICE ? nobody : info->client_case.bytes;
}

const char *view_reason(uint32_t reason)
{
	switch ((jalka_Reason)reason) {
	case jalka_Reason_REASON_NONE:
		return "NONE";
	case jalka_Reason_NOT_HELD:
		return "NOT_HELD";
	case jalka_Reason_DEVICE_REVOKED:
		return "DEVICE_REVOKED";
	case jalka_Reason_FROZEN_FIELD:
		return "FROZEN_FIELD";
	case jalka_Reason_BASE_TOO_HIGH:
		return "BASE_TOO_HIGH";
	case jalka_Reason_CENTRAL_ONLY:
		return "CENTRAL_ONLY";
	case jalka_Reason_MALFORMED:
		return "MALFORMED";
	case jalka_Reason_OPENING_QUARANTINED:
		return "OPENING_QUARANTINED";
	case jalka_Reason_SECRET_UNKNOWN:
		return "SECRET_UNKNOWN";
	case jalka_Reason_ERASED:
		return "ERASED";
	case jalka_Reason_EPOCH_CLOSED:
		return "EPOCH_CLOSED";
	case jalka_Reason_VOUCHED:
		return "VOUCHED";
	case jalka_Reason_DUPLICATE_OPENING:
		return "DUPLICATE_OPENING";
	case jalka_Reason_BY_DECISION:
		return "BY_DECISION";
	case jalka_Reason_BEHIND_BAD:
		return "BEHIND_BAD";
	case jalka_Reason_TOLD_BACK:
		return "TOLD_BACK";
	}
	return "UNKNOWN";
}

/* What tells one from others of its type in a list: the kind (of a plan, of local
 * assistance), of clients the day of birth. */
static void tell_apart(struct writer *writer, const struct casebook_record *record)
{
	const struct schema_record *schema = schema_by_type(record->record_type);
	const struct schema_field *kind = schema == NULL ? NULL : schema_field_by_name(schema->message, span_text("kind"));
	char born[CIVIL_DATE_BYTES];
	uint64_t value;
	int32_t day;
	if (kind != NULL && kind->kind == SCHEMA_ENUM && fields_number(record->shown, kind->number, &value))
		for (size_t i = 0; i < kind->enumeration->count; i++)
			if ((uint64_t)kind->enumeration->values[i].number == value)
				writer_string(writer, "kind", kind->enumeration->values[i].name);
	if (record->record_type == RECORDS_TYPE_CLIENT && fields_date(record->shown, RECORDS_CLIENT_BIRTH_DATE, &day)) {
		civil_write_date(day, born);
		writer_string(writer, "birth_date", born);
	}
}

void view_summary(struct view *view, struct writer *writer, const struct casebook_record *record)
{
	uint32_t phase = phase_of(record->record_type, record->shown);
	writer_id(writer, "id", record->record_id.bytes);
	writer_id(writer, "case_id", record->case_id.bytes);
	writer_string(writer, "type", view_type_name(record->record_type));
	writer_text(writer, "title", record->title);
	writer_number(writer, "created_ms", record->created_ms);
	writer_number(writer, "changed_ms", record->changed_ms);
	writer_number(writer, "event_at_ms", record->event_at_ms);
	view_author(view, writer, "by", &record->last_author);
	writer_bool(writer, "pending", record->is_pending);
	writer_bool(writer, "quarantined", record->is_quarantined);
	writer_bool(writer, "conflict", record->has_conflict);
	writer_bool(writer, "draft", false);
	if (phase != 0)
		writer_string(writer, "phase", phase_name(phase));
	tell_apart(writer, record);
	view_merged(view, writer, record);
}

void view_fields(struct writer *writer, uint32_t record_type, struct span fields)
{
	const struct schema_record *record = schema_by_type(record_type);
	/* A type of a newer version: kept and passed on, but not shown. */
	if (record == NULL) {
		writer_null(writer, "fields");
		return;
	}
	writer_key(writer, "fields");
	record_json_write(record, fields, writer->out);
}

void view_siblings(struct view *view, struct writer *writer, uint32_t record_type, const struct casebook_field *field)
{
	const struct schema_record *record = schema_by_type(record_type);
	writer_list(writer, "siblings");
	for (size_t i = 0; i < field->count; i++) {
		const struct casebook_sibling *sibling = &field->siblings[i];
		writer_object(writer, NULL);
		if (record == NULL || sibling->whole.len == 0) {
			writer_null(writer, "value");
		} else {
			writer_key(writer, "value");
			record_json_value(record, field->number, sibling->whole, writer->out);
		}
		writer_bool(writer, "cleared", sibling->whole.len == 0);
		view_author(view, writer, "by", &sibling->author);
		writer_number(writer, "at_ms", sibling->stamp_ms);
		writer_number(writer, "order", sibling->order.n);
		writer_bool(writer, "pending", sibling->order.n == 0);
		writer_object_end(writer);
	}
	writer_list_end(writer);
}

bool view_copy(struct arena *arena, const struct casebook_record *from, struct casebook_record *to)
{
	struct casebook_record copy = *from;
	copy.shown = arena_copy(arena, from->shown);
	copy.title = arena_copy(arena, from->title);
	if (arena->full)
		return false;
	*to = copy;
	return true;
}
