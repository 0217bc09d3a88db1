/* standing - states and corrections as a reader is told of them. */
#include "api/standing.h"

#include <stdlib.h>

#include "api/handlers.h"
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

/* When the first value CLOSED of the matter's state was written. */
static uint64_t closed_at(struct world *world, struct record_id matter)
{
	const struct lifecycle_table *table = lifecycle_of(RECORDS_TYPE_CASE);
	const struct casebook_field *fields;
	struct arena arena;
	size_t count = 0;
	uint64_t first_ms = UINT64_MAX;
	void *block = malloc(HANDLERS_ARENA_BYTES);
	if (block == NULL)
		return UINT64_MAX;
	arena_init(&arena, block, HANDLERS_ARENA_BYTES);
	if (fault_is(casebook_fields(world->book, matter, &arena, &fields, &count)))
		count = 0;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; fields[i].number == table->field && j < fields[i].count; j++)
			if (lifecycle_state(table, fields[i].siblings[j].whole) == RECORDS_CASE_STATE_CLOSED &&
			    fields[i].siblings[j].stamp_ms < first_ms)
				first_ms = fields[i].siblings[j].stamp_ms;
	free(block);
	return first_ms;
}

/* Records are told case by case: the last one asked about is remembered. */
static uint64_t closing_of(struct world *world, struct case_id case_id)
{
	const struct rules_record *matters;
	if (ID_IS_NONE(case_id))
		return UINT64_MAX;
	if (ID_EQUAL(world->closing_case, case_id))
		return world->closed_ms;
	world->closing_case = case_id;
	world->closed_ms = UINT64_MAX;
	if (rules_list(&world->rules, RULES_IN_CASE, case_id, RECORDS_TYPE_CASE, &matters) > 0 &&
	    rules_state(&world->rules, &matters[0]) == RECORDS_CASE_STATE_CLOSED)
		world->closed_ms = closed_at(world, matters[0].id);
	return world->closed_ms;
}

void standing_closing(struct world *world, struct writer *out, const struct casebook_record *record)
{
	if (record->record_type == RECORDS_TYPE_CASE || rules_outlives_closing(record->record_type) ||
	    record->created_ms <= closing_of(world, record->case_id))
		return;
	writer_bool(out, "after_closing", true);
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
