/* handlers_labels - the catalogue of words as a client fetches it: whole, or what
 * one record type needs with shared words put in their places. */
#include <stdio.h>

#include "api/handlers.h"
#include "domain/labels.h"
#include "domain/schema.h"

struct telling {
	struct answer *answer;
	struct writer *out;
	enum labels_language language;
};

struct fault handlers_read_language(struct request *request, const char *code, enum labels_language *out)
{
	if (labels_read_code(span_text(code), out))
		return fault_none();
	strcpy(request->field, "lang");
	return fault_of(FAULT_CALLER, "a language is fi, sv or en");
}

static bool tell(struct telling *t, const char *key, const char *text)
{
	if (!answer_item(t->answer, "labels"))
		return false;
	writer_object(t->out, NULL);
	writer_string(t->out, "key", key);
	writer_string(t->out, "text", text);
	writer_object_end(t->out);
	return true;
}

static void tell_values(struct telling *t, const struct schema_enum *enumeration)
{
	char key[160];
	for (size_t i = 0; i < enumeration->count; i++) {
		const struct schema_enum_value *value = &enumeration->values[i];
		snprintf(key, sizeof key, "value.%s.%s", enumeration->name, value->name);
		tell(t, key, labels_value(t->language, enumeration, value->number));
	}
}

/* The fields of a message, of its parts, and their values; the table has no cycles. */
static void tell_message(struct telling *t, const struct schema_message *message)
{
	char key[160];
	for (size_t i = 0; i < message->count; i++) {
		const struct schema_field *field = &message->fields[i];
		snprintf(key, sizeof key, "field.%s.%s", message->name, field->name);
		tell(t, key, labels_field(t->language, message, field));
		if (field->enumeration != NULL)
			tell_values(t, field->enumeration);
		if (field->message != NULL)
			tell_message(t, field->message);
	}
}

static void tell_type(struct telling *t, const struct schema_record *record)
{
	char key[160];
	snprintf(key, sizeof key, "type.%s", record->name);
	tell(t, key, labels_type(t->language, record));
	tell_message(t, record->message);
}

struct fault handlers_labels(struct request *request)
{
	const jalka_LabelsCall *call = &request->call->call.labels;
	const struct schema_record *record = schema_by_name(span_text(call->type));
	struct telling t = { .answer = request->answer, .language = LABELS_FI };
	if (*call->lang != '\0')
		FAULT_TRY(handlers_read_language(request, call->lang, &t.language));
	if (*call->type != '\0' && record == NULL) {
		strcpy(request->field, "type");
		return fault_of(FAULT_CALLER, "no record type has this name: `jalka types` lists them");
	}
	t.out = answer_begin(request->answer);
	writer_string(t.out, "lang", labels_code(t.language));
	writer_list(t.out, "labels");
	if (record != NULL)
		tell_type(&t, record);
	else
		for (size_t i = 0; i < LABELS_COUNT && tell(&t, labels_table[i].key, labels_table[i].text[t.language]); i++)
			continue;
	writer_list_end(t.out);
	answer_finish(request->answer);
	return fault_none();
}
