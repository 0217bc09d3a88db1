/* Fuzz target: what is due of any bytes a log may hold. The first byte chooses the
 * type, the second the day asked about; the rest is a message, each occurrence of a
 * field one of its values written apart. What comes out stands in the calendar and
 * can be classed on any day. */
#include "domain/agenda.h"
#include "domain/calendar.h"
#include "domain/schema.h"
#include "lib/mutate.h"
#include "records_table.h"

enum { FIELDS = 64, VALUES = 8 };

static struct fold_value values[FIELDS][VALUES];
static struct fold_field fields[FIELDS];

static void split(struct span message, struct fold_record *fold)
{
	struct wire_field f;
	while (wire_next(&message, &f) == WIRE_FIELD) {
		size_t at = 0;
		while (at < fold->count && fields[at].number != f.number)
			at++;
		if (at == FIELDS)
			continue;
		if (at == fold->count)
			fields[fold->count++] = (struct fold_field){ .number = f.number, .siblings = values[at] };
		if (fields[at].count < VALUES)
			values[at][fields[at].count++] = (struct fold_value){ .whole = f.whole };
	}
}

static void check(const struct agenda_item *item, int32_t day)
{
	struct agenda_about about = { .has_birth_date = (day & 1) != 0, .birth_date = day - 27000 };
	MUTATE_CHECK(*agenda_kind_name(item->kind) != 0);
	MUTATE_CHECK(item->rule == DEADLINE_NONE || deadline_row(item->rule) != NULL);
	MUTATE_CHECK(calendar_covers(item->counted) && item->actable >= item->counted);
	MUTATE_CHECK(item->last >= item->actable && item->start_ms <= INT64_MAX && item->at_ms <= INT64_MAX);
	MUTATE_CHECK(*agenda_class_name(agenda_class(item, day)) != 0);
	(void)agenda_holds(item, &about);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct agenda_item items[AGENDA_ITEMS_MAX];
	struct fold_record fold = { .fields = fields };
	if (size < 2 || size > MUTATE_BYTES_MAX)
		return 0;
	split(span_of(data + 2, size - 2), &fold);
	int32_t day = 20000 + data[1] * 8;
	struct agenda_record record = { 1 + data[0] % RECORDS_TYPES, &fold, (uint64_t)day * 86400000, (uint64_t)day * 86400000 };
	size_t count = agenda_of(&record, items);
	MUTATE_CHECK(count <= AGENDA_ITEMS_MAX);
	for (size_t i = 0; i < count; i++)
		check(&items[i], day);
	return 0;
}

#ifndef JALKA_LIBFUZZER
int main(int argc, char **argv)
{
	/* type numbers less one: visit, case, application with a request, referral */
	static const char visit[] = "\x0e\x10\x18\x80\xd0\x95\xff\xbc\x31\x50\x01\x50\x03";
	static const char matter[] = "\x0c\x11\x18\xc8\xbf\x02\x28\x01\x28\x00\x40\x01\x40\x02";
	static const char application[] = "\x18\x12\x30\x80\xd0\x95\xff\xbc\x31\x38\x02\x38\x01"
					  "\x62\x0a\x08\x80\xd0\x95\xff\xbc\x31\x20\xc8\xbf\x02\x88\x01\xc8\xbf\x02";
	static const char referral[] = "\x15\x13\x10\x02\x28\x80\xd0\x95\xff\xbc\x31\x52\x02\x18\x01\x60\x01\x60\x02";
	const struct span seeds[] = { span_of(visit, sizeof visit - 1), span_of(matter, sizeof matter - 1),
				      span_of(application, sizeof application - 1), span_of(referral, sizeof referral - 1) };
	return mutate_main(argc, argv, seeds, 4);
}
#endif
