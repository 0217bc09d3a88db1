/* protect - over all values that stand. */
#include "domain/protect.h"

#include "domain/fields.h"
#include "records_table.h"

static const struct fold_field *field_of(const struct fold_record *fold, uint32_t number)
{
	for (size_t i = 0; i < fold->count; i++)
		if (fold->fields[i].number == number)
			return &fold->fields[i];
	return NULL;
}

bool protect_is_on(uint32_t record_type, const struct fold_record *fold)
{
	const struct fold_field *said = record_type == RECORDS_TYPE_CLIENT
						? field_of(fold, RECORDS_CLIENT_ADDRESS_PROTECTED) : NULL;
	for (size_t i = 0; said != NULL && i < said->count; i++)
		if (fields_true(said->siblings[i].whole, RECORDS_CLIENT_ADDRESS_PROTECTED))
			return true;
	return false;
}

bool protect_hides(uint32_t record_type, uint32_t field)
{
	return record_type == RECORDS_TYPE_CLIENT && field == RECORDS_CLIENT_ADDRESS;
}

bool protect_has_address(const struct fold_record *fold)
{
	const struct fold_field *address = field_of(fold, RECORDS_CLIENT_ADDRESS);
	for (size_t i = 0; address != NULL && i < address->count; i++)
		if (address->siblings[i].whole.len > 0)
			return true;
	return false;
}

void protect_shown(struct span shown, struct wire_out *out)
{
	struct wire_field field;
	bool said = false;
	while (wire_next(&shown, &field) == WIRE_FIELD) {
		if (!said && field.number >= RECORDS_CLIENT_ADDRESS_PROTECTED) {
			wire_put_varint(out, RECORDS_CLIENT_ADDRESS_PROTECTED, true);
			said = true;
		}
		if (field.number != RECORDS_CLIENT_ADDRESS_PROTECTED && field.number != RECORDS_CLIENT_ADDRESS)
			wire_put_raw(out, field.whole);
	}
	if (!said)
		wire_put_varint(out, RECORDS_CLIENT_ADDRESS_PROTECTED, true);
}
