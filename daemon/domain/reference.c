/* reference - names and days. */
#include "domain/reference.h"

#include "domain/fields.h"
#include "domain/letter.h"
#include "records_table.h"

/* The next letter as it is compared; 0: the end. */
static uint32_t next_plain(struct span *text)
{
	while (text->len > 0) {
		uint32_t c = letter_base(letter_small(letter_next(text)));
		if (c != 0)
			return c;
	}
	return 0;
}

/* How `text` stands at the beginning of `name`: 0 it does not, 1 it does, 2 it is all of it. */
static int begins(struct span name, struct span text)
{
	uint32_t want;
	while ((want = next_plain(&text)) != 0)
		if (next_plain(&name) != want)
			return 0;
	return next_plain(&name) == 0 ? 2 : 1;
}

bool reference_is_called(struct span name, struct span text)
{
	return text.len > 0 && begins(name, text) == 2;
}

bool reference_has(struct span name, struct span text)
{
	do
		if (begins(name, text) != 0)
			return true;
	while (next_plain(&name) != 0);
	return false;
}

bool reference_is_municipality(struct span fields, struct span text)
{
	struct span name;
	return (fields_bytes(fields, RECORDS_MUNICIPALITY_NAME, &name) && reference_is_called(name, text)) ||
	       (fields_bytes(fields, RECORDS_MUNICIPALITY_NAME_SV, &name) && reference_is_called(name, text));
}

bool reference_is_valid(struct span fields, uint32_t from_field, uint32_t to_field, int32_t day)
{
	int32_t from, to;
	return (!fields_date(fields, from_field, &from) || from <= day) &&
	       (to_field == 0 || !fields_date(fields, to_field, &to) || day <= to);
}

bool reference_holds(struct span fields, struct span other, int32_t day)
{
	int32_t from, other_from;
	if (!fields_date(fields, RECORDS_MUNICIPALITY_VALID_FROM, &from) || from > day)
		return false;
	return other.len == 0 || !fields_date(other, RECORDS_MUNICIPALITY_VALID_FROM, &other_from) || from > other_from;
}
