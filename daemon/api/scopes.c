/* scopes - names of a consent's items, read and told. */
#include "api/scopes.h"

#include <stdio.h>
#include <string.h>

#include "domain/fields.h"
#include "records_table.h"

const struct schema_enum *scopes_enum(uint32_t record_type, uint32_t field)
{
	return schema_field_by_number(schema_by_type(record_type)->message, field)->enumeration;
}

struct fault scopes_read_value(struct request *request, const char *field, const struct schema_enum *values,
			       struct span name, uint64_t *out)
{
	size_t used = 0;
	for (size_t i = 0; i < values->count; i++)
		if (span_equal(name, span_text(values->values[i].name))) {
			*out = (uint64_t)values->values[i].number;
			return fault_none();
		}
	for (size_t i = 0; i < values->count && used < sizeof request->advice; i++)
		used += (size_t)snprintf(request->advice + used, sizeof request->advice - used, "%s%s",
					 i == 0 ? "one of " : ", ", values->values[i].name);
	strcpy(request->field, field);
	return fault_of(FAULT_CALLER, "there is no such value");
}

struct fault scopes_read(struct request *request, const char *field, const char *text, uint64_t out[static SCOPES_MAX],
			 size_t *count)
{
	const struct schema_enum *scopes = scopes_enum(RECORDS_TYPE_CONSENT, RECORDS_CONSENT_SCOPE);
	*count = 0;
	while (*text != '\0') {
		size_t len = strcspn(text, ",");
		uint64_t scope;
		FAULT_TRY(scopes_read_value(request, field, scopes, span_of(text, len), &scope));
		for (size_t i = 0; i < *count; i++)
			if (out[i] == scope) {
				strcpy(request->field, field);
				return fault_of(FAULT_CALLER, "the same item is named twice");
			}
		if (*count == SCOPES_MAX)
			return fault_of(FAULT_LIMIT, "too many items");
		out[(*count)++] = scope;
		text += len + (text[len] == ',');
	}
	return fault_none();
}

void scopes_tell(struct writer *out, const char *key, struct span fields, uint32_t number)
{
	const struct schema_enum *scopes = scopes_enum(RECORDS_TYPE_CONSENT, RECORDS_CONSENT_SCOPE);
	writer_list(out, key);
	for (size_t i = 0; i < scopes->count; i++)
		if (fields_holds(fields, number, (uint64_t)scopes->values[i].number))
			writer_string(out, NULL, scopes->values[i].name);
	writer_list_end(out);
}
