/* rules_also - what changes with a write: the state of the record that is corrected
 * or replaced by it. Only where that is a step of its table. */
#include "domain/correction.h"
#include "domain/rules_parts.h"

static size_t step_too(const struct rules_world *world, const struct rules_record *record, uint32_t to,
		       struct rules_also *out)
{
	const struct lifecycle_table *table = lifecycle_of(record->type);
	struct wire_out fields;
	if (table == NULL || to == 0 || lifecycle_find(table, rules_state(world, record), to) == NULL)
		return 0;
	*out = (struct rules_also){ .id = record->id, .case_id = record->case_id, .type = record->type };
	wire_out_init(&fields, out->fields, sizeof out->fields);
	wire_put_varint(&fields, table->field, to);
	out->len = fields.used;
	return 1;
}

size_t rules_also(const struct rules_world *world, const struct rules_write *write,
		  struct rules_also out[static RULES_ALSO_MAX])
{
	const struct schema_field *replaces = schema_field_by_name(write->record->message, span_text("replaces"));
	const struct rules_record *other;
	if (!write->is_new)
		return 0;
	if (write->record->type == RECORDS_TYPE_CORRECTION) {
		other = rules_at(world, write->after, RECORDS_CORRECTION_TARGET);
		return other == NULL || !rules_is_content(other) ? 0 : step_too(world, other, correction_state(write->after), out);
	}
	other = replaces == NULL ? NULL : rules_at(world, write->after, replaces->number);
	if (other == NULL || other->type != write->record->type)
		return 0;
	if (other->type != RECORDS_TYPE_PLAN)
		return step_too(world, other, RECORDS_CONTENT_STATE_SUPERSEDED, out);
	/* A plan in force is revised; one that was agreed and never begun ends. */
	if (step_too(world, other, RECORDS_PLAN_STATE_REVISED, out) != 0)
		return 1;
	return rules_state(world, other) == RECORDS_PLAN_STATE_AGREED ? step_too(world, other, RECORDS_PLAN_STATE_ENDED, out) : 0;
}
