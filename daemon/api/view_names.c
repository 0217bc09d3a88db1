/* view_names - what the ids in a record's fields stand for, in words: a person by
 * their name, a matter by its title, beside the ids themselves.
 *
 * Told of what stands in this book and is for the reader to see; the last few are
 * remembered, since the records of a case lead to the same people.
 */
#include "api/view.h"

#include "api/gate.h"
#include "domain/schema.h"

struct naming {
	struct view *view;
	struct writer *writer;
	bool begun;
};

static bool take_title(void *ctx, const struct casebook_record *record)
{
	struct naming *naming = ctx;
	struct view_named *at = &naming->view->leads[naming->view->lead_next];
	size_t len = record->title.len < sizeof at->title ? record->title.len : 0;
	if (naming->view->gate != NULL && !gate_shows(naming->view->gate, record))
		return false;
	memcpy(at->title, record->title.data, len);
	at->title[len] = '\0';
	return false;
}

static const char *title_of(struct naming *naming, struct record_id id)
{
	struct view *view = naming->view;
	for (size_t i = 0; i < VIEW_LEADS; i++)
		if (ID_EQUAL(view->leads[i].id, id))
			return view->leads[i].title;
	struct view_named *at = &view->leads[view->lead_next];
	*at = (struct view_named){ .id = id };
	(void)casebook_get(view->book, id, take_title, naming);
	view->lead_next = (view->lead_next + 1) % VIEW_LEADS;
	return at->title;
}

static void name_id(struct naming *naming, struct span bytes)
{
	struct record_id id;
	char hex[ID_HEX_BYTES];
	if (bytes.len != ID_BYTES || id_bytes_none(bytes.data))
		return;
	memcpy(id.bytes, bytes.data, ID_BYTES);
	const char *title = title_of(naming, id);
	if (*title == '\0')
		return;
	if (!naming->begun)
		writer_object(naming->writer, "names");
	naming->begun = true;
	id_to_hex(id.bytes, hex);
	writer_string(naming->writer, hex, title);
}

/* As deep as parts nest (LIMIT_DEPTH). */
static void name_all(struct naming *naming, const struct schema_message *message, struct span fields)
{
	struct wire_field at;
	while (wire_next(&fields, &at) == WIRE_FIELD) {
		const struct schema_field *field = schema_field_by_number(message, at.number);
		if (field == NULL || at.type != WIRE_BYTES)
			continue;
		if (field->kind == SCHEMA_ID)
			name_id(naming, at.data);
		else if (field->kind == SCHEMA_MESSAGE)
			name_all(naming, field->message, at.data);
	}
}

void view_names(struct view *view, struct writer *writer, uint32_t record_type, struct span fields)
{
	const struct schema_record *record = schema_by_type(record_type);
	struct naming naming = { .view = view, .writer = writer };
	if (record != NULL)
		name_all(&naming, record->message, fields);
	if (naming.begun)
		writer_object_end(writer);
}
