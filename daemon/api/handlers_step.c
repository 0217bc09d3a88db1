/* handlers_step - the life of a record: which steps are possible from where it is,
 * what each needs, and taking one. A step is a write like any other (api/writing). */
#include "api/handlers.h"

#include "api/follow.h"
#include "api/profile.h"
#include "api/view.h"
#include "api/writing.h"
#include "base/nearest.h"

enum { STEPS_MAX = 16 };

/* ---- what is possible ---- */

/* Whether the step may be taken as the record stands, by all rules. */
static bool is_ready(struct writing *w, const struct lifecycle_table *table, uint32_t to, const struct rules_write *now)
{
	uint8_t state[16];
	struct rules_told told = { .hint_count = 0 };
	struct rules_write write = *now;
	struct wire_out given, after;
	void *block = world_take(&w->world, now->before.len + sizeof state);
	if (block == NULL)
		return false;
	wire_out_init(&given, state, sizeof state);
	wire_put_varint(&given, table->field, to);
	write.given = wire_out_span(&given);
	wire_out_init(&after, block, now->before.len + sizeof state);
	wire_put_raw(&after, now->before);
	wire_put_raw(&after, write.given); /* of a field given twice the last counts */
	write.after = wire_out_span(&after);
	return !fault_is(rules_check(&w->world.rules, &write, &told));
}

static void write_step(struct writing *w, const struct lifecycle_table *table, const struct lifecycle_step *step,
		       const struct rules_write *write, struct writer *out)
{
	writer_object(out, NULL);
	writer_string(out, "state", lifecycle_name(table, step->to));
	writer_string(out, "needs", lifecycle_need_text(step->need));
	writer_string(out, "field", step->need == LIFECYCLE_NOTHING ? "" : lifecycle_need_field(step->need));
	writer_bool(out, "ready", is_ready(w, table, step->to, write));
	writer_object_end(out);
}

static struct fault list_steps(struct writing *w, const struct lifecycle_table *table)
{
	const struct lifecycle_step *steps[STEPS_MAX];
	struct rules_write write;
	FAULT_TRY(writing_rules(w, &write));
	uint32_t from = rules_state_before(&w->world.rules, &write);
	size_t count = lifecycle_next(table, from, steps, STEPS_MAX);
	struct writer *out = answer_begin(w->request->answer);
	writer_id(out, "id", w->record_id.bytes);
	writer_string(out, "type", w->record->name);
	writer_string(out, "holds", lifecycle_name(table, from));
	writer_list(out, "steps");
	for (size_t i = 0; i < count; i++)
		if (steps[i]->need != LIFECYCLE_BY_TIME && steps[i]->need != LIFECYCLE_BY_RIVAL && steps[i]->need != LIFECYCLE_SIGNING)
			write_step(w, table, steps[i], &write, out);
	writer_list_end(out);
	answer_finish(w->request->answer);
	return fault_none();
}

/* ---- taking one ---- */

static struct fault name_state(struct writing *w, const struct lifecycle_table *table, const char *name)
{
	const struct schema_enum *states = schema_field_by_number(w->record->message, table->field)->enumeration;
	size_t best = SIZE_MAX, near = states->count;
	for (size_t i = 0; i < states->count; i++) {
		if (strcmp(states->values[i].name, name) == 0) {
			wire_put_varint(&w->fields, table->field, (uint64_t)states->values[i].number);
			return fault_none();
		}
		if (nearest_better(span_text(name), span_text(states->values[i].name), &best))
			near = i;
	}
	struct fault f = writing_at(w->request, "state", "records of this type have no such state");
	return near == states->count ? writing_takes(w->request, f, w->record, "state")
				     : request_fault(w->request, f, "did you mean %s?", states->values[near].name);
}

static struct fault step_with(struct writing *w, struct profile *profile, const jalka_StepCall *call)
{
	struct fault f = writing_find_record(w, profile, call->record_id);
	FAULT_TRY(f);
	const struct lifecycle_table *table = lifecycle_of(w->record->type);
	if (table == NULL)
		return writing_at(w->request, "record_id", "records of this type have no states to step through");
	if (w->from_draft || w->is_new)
		return writing_at(w->request, "record_id", "a draft has no steps: sign it first");
	FAULT_TRY(writing_find_case(w, profile, "", ""));
	if (*call->state == '\0' && call->body.size == 0)
		return list_steps(w, table);
	FAULT_TRY(writing_read(w, call->record_id, jalka_Form_ASSIGNMENTS, span_of(call->body.bytes, call->body.size)));
	FAULT_TRY(name_state(w, table, call->state));
	w->token = call->token;
	w->event_at_ms = call->event_at_ms;
	FAULT_TRY(follow_step(w, profile));
	return writing_put(w, profile);
}

struct fault handlers_step(struct request *request)
{
	static struct writing w;
	if (*request->call->call.step.record_id == '\0')
		return writing_at(request, "record_id", "say which record steps");
	writing_begin(&w, request);
	struct fault f = step_with(&w, request->target.profile, &request->call->call.step);
	writing_end(&w);
	return f;
}
