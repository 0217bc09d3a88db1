/* standing - states and corrections as a reader is told of them. */
#include "api/standing.h"

#include "api/view.h"
#include "domain/correction.h"
#include "domain/fields.h"
#include "records_table.h"

void standing_state(struct world *world, struct writer *out, const struct casebook_record *record)
{
	struct rules_record as_rules = { .id = record->record_id, .case_id = record->case_id, .type = record->record_type,
					 .fields = record->shown };
	const struct lifecycle_table *table = lifecycle_of(record->record_type);
	if (table == NULL)
		return;
	struct lifecycle_held held = rules_held(&world->rules, &as_rules);
	writer_object(out, "state");
	writer_string(out, "holds", lifecycle_name(table, held.state));
	writer_bool(out, "decided", held.decided);
	writer_string(out, "why", held.why);
	writer_object_end(out);
}

size_t standing_corrections(struct world *world, const struct rules_record *all, size_t in_case,
			    struct record_id record, const struct rules_record **out)
{
	struct record_id target;
	struct rules_record *own = NULL;
	size_t count = 0;
	*out = NULL;
	for (size_t i = in_case; i-- > 0;) {
		if (!fields_id(all[i].fields, RECORDS_CORRECTION_TARGET, &target) || !ID_EQUAL(target, record))
			continue;
		if (own == NULL)
			own = world_take(world, (i + 1) * sizeof *own);
		if (own == NULL)
			return 0;
		own[count++] = all[i];
	}
	*out = own;
	return count;
}

struct span standing_fields(struct world *world, const struct casebook_record *record,
			    const struct rules_record *corrections, size_t count)
{
	const struct schema_record *type = schema_by_type(record->record_type);
	struct correction_view view = correction_view(corrections, count);
	size_t size = record->shown.len + view.text.len + 64;
	struct wire_out out;
	if (type == NULL || view.mark == CORRECTION_NONE || view.mark == CORRECTION_ADDED)
		return record->shown;
	void *block = world_take(world, size);
	if (block == NULL)
		return (struct span){ NULL, 0 };
	wire_out_init(&out, block, size);
	correction_read(type, record->shown, &view, &out);
	return wire_out_span(&out);
}

static const char *mark_name(enum correction_mark mark)
{
	switch (mark) {
	case CORRECTION_NONE:
		return "";
	case CORRECTION_ADDED:
		return "SUPPLEMENTED";
	case CORRECTION_CORRECTED:
		return "CORRECTED";
	case CORRECTION_VOIDED:
		return "VOIDED";
	case CORRECTION_WRONG:
		return "WRONG_CLIENT";
	}
	return "";
}

void standing_marks(struct writer *out, const struct rules_record *corrections, size_t count)
{
	if (count == 0)
		return;
	writer_string(out, "mark", mark_name(correction_view(corrections, count).mark));
	writer_list(out, "corrections");
	for (size_t i = 0; i < count; i++) {
		writer_object(out, NULL);
		writer_id(out, "id", corrections[i].id.bytes);
		writer_bool(out, "refused", correction_is_refused(corrections[i].fields));
		view_fields(out, RECORDS_TYPE_CORRECTION, corrections[i].fields);
		writer_object_end(out);
	}
	writer_list_end(out);
}
