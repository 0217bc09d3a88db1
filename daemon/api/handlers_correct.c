/* handlers_correct - correcting what is signed: a new record that names the old one.
 *
 * The original keeps its bytes; its state follows in the same transaction. What was
 * written under the wrong client is voided there and written again, by the one who
 * corrects it, in the case where it belongs; the new delta names the old record
 * (envelope: supersedes).
 */
#include "api/handlers.h"

#include "api/gate.h"
#include "api/profile.h"
#include "api/resolve.h"
#include "api/view.h"
#include "api/writing.h"
#include "domain/fields.h"
#include "io/random.h"
#include "records_table.h"

/* ---- the correction itself ---- */

static struct fault find_kind(struct writing *w, const char *name, uint64_t *out)
{
	const struct schema_enum *kinds = schema_field_by_number(w->record->message, RECORDS_CORRECTION_KIND)->enumeration;
	for (size_t i = 0; i < kinds->count; i++)
		if (strcmp(kinds->values[i].name, name) == 0) {
			*out = (uint64_t)kinds->values[i].number;
			return fault_none();
		}
	return request_fault(w->request, writing_at(w->request, "kind", "there is no such kind of correction"),
			     "RECTIFY, SUPPLEMENT, CLIENT_STATEMENT, REMOVE_UNNECESSARY or WRONG_CLIENT");
}

static void put_text(struct wire_out *out, uint32_t number, const char *text)
{
	if (*text != '\0')
		wire_put_bytes(out, number, span_text(text));
}

/* Who decides is who writes, unless another is named. */
static void put_fields(struct writing *w, const jalka_CorrectCall *call, struct record_id target, uint64_t kind)
{
	char name[VIEW_NAME_BYTES];
	view_staff_name(w->world.book, &w->world.rules.staff, name);
	wire_put_bytes(&w->fields, RECORDS_CORRECTION_TARGET, span_of(target.bytes, ID_BYTES));
	wire_put_varint(&w->fields, RECORDS_CORRECTION_KIND, kind);
	put_text(&w->fields, RECORDS_CORRECTION_REASON, call->reason);
	put_text(&w->fields, RECORDS_CORRECTION_REQUESTED_BY, call->requested_by);
	put_text(&w->fields, RECORDS_CORRECTION_DECIDED_BY, *call->decided_by != '\0' ? call->decided_by : name);
	wire_put_varint(&w->fields, RECORDS_CORRECTION_DECIDED_AT, w->world.rules.now_ms);
	put_text(&w->fields, RECORDS_CORRECTION_NEW_TEXT, call->text);
	put_text(&w->fields, RECORDS_CORRECTION_REFUSAL_REASONS, call->refusal);
}

/* ---- under the right client ---- */

struct again {
	const struct schema_record *record;
	struct rules_write rules;
	struct replica_write write;
};

static bool may_move(uint32_t type)
{
	return type == RECORDS_TYPE_ENCOUNTER_NOTE || type == RECORDS_TYPE_LIFE_SITUATION_MAPPING ||
	       type == RECORDS_TYPE_CONCERN_ASSESSMENT || type == RECORDS_TYPE_BENEFIT_ASSESSMENT ||
	       type == RECORDS_TYPE_DIGITAL_CAPABILITY;
}

/* What was signed, without what was written later and what names the wrong client's
 * records; the client is the one of the case it goes to. */
static struct span copy_content(struct writing *w, const struct schema_record *record, struct span from,
				const struct rules_record *client)
{
	struct wire_out out;
	struct wire_field field;
	void *block = world_take(&w->world, from.len + 64);
	if (block == NULL)
		return (struct span){ NULL, 0 };
	wire_out_init(&out, block, from.len + 64);
	while (wire_next(&from, &field) == WIRE_FIELD) {
		const struct schema_field *known = schema_field_by_number(record->message, field.number);
		if (known == NULL || known->later)
			continue;
		if (known->kind == SCHEMA_ID && strcmp(known->name, "client") == 0)
			wire_put_bytes(&out, field.number, span_of(client->id.bytes, ID_BYTES));
		else if (known->kind != SCHEMA_ID)
			wire_put_raw(&out, field.whole);
	}
	return wire_out_span(&out);
}

static struct fault prepare_again(struct writing *w, struct profile *profile, const struct rules_record *target,
				  const char *to_case, struct again *again)
{
	const struct rules_record *clients, *owners;
	struct log_case info;
	again->record = schema_by_type(target->type);
	if (again->record == NULL || !may_move(target->type))
		return writing_at(w->request, "to_case", "records of this type are written anew for the right client, not moved");
	if (*to_case == '\0')
		return writing_at(w->request, "to_case", "say in which case it belongs");
	FAULT_TRY(resolve_case(profile_log(profile), to_case, &info));
	if (!schema_may_stand_in(again->record, info.kind))
		return writing_at(w->request, "to_case", "records of this type do not belong in a case of this kind");
	if (rules_list(&w->world.rules, RULES_OF_CLIENT, info.case_id, RECORDS_TYPE_CLIENT, &clients) == 0)
		return writing_at(w->request, "to_case", "the client of that case is not on this device");
	if (rules_list(&w->world.rules, RULES_OF_CLIENT, target->case_id, RECORDS_TYPE_CLIENT, &owners) != 0 &&
	    ID_EQUAL(owners[0].id, clients[0].id))
		return writing_at(w->request, "to_case", "that case is the same client's");
	struct span fields = copy_content(w, again->record, target->fields, &clients[0]);
	again->rules = (struct rules_write){ .record = again->record, .case_id = info.case_id, .kind = info.kind, .is_new = true,
					     .given = fields, .after = fields, .event_at_ms = target->event_at_ms };
	again->write = (struct replica_write){ .case_id = info.case_id, .record_type = target->type, .fields = fields };
	random_fill(NULL, again->write.record_id.bytes, ID_BYTES);
	again->write.envelope.event_at_ms = target->event_at_ms;
	again->write.envelope.is_signed = true;
	again->write.envelope.supersedes = target->id;
	again->write.envelope.clock_state = (uint32_t)profile_status(profile)->clock_state;
	const struct gate_write what = { .record_type = target->type, .fields = fields, .case_id = info.case_id, .kind = info.kind };
	struct rules_told told = { .hint_count = 0 };
	FAULT_TRY(world_fault(&w->world));
	FAULT_TRY(gate_write(w->request->gate, &what));
	struct fault f = rules_check(&w->world.rules, &again->rules, &told);
	if (!fault_is(f))
		return world_fault(&w->world);
	w->told = told;
	return writing_refused(w, f);
}

static void tell_again(struct writing *w, struct writer *out)
{
	writer_id(out, "also", w->extra->record_id.bytes);
}

/* ---- the call ---- */

static struct fault correct_with(struct writing *w, struct profile *profile, const jalka_CorrectCall *call)
{
	static struct again again;
	struct record_id id;
	uint64_t kind = 0;
	if (profile_status(profile)->state == REPLICA_BLANK)
		return fault_of(FAULT_LATER, "this machine is not enrolled yet: enrol it with the code of the administrator");
	w->record = schema_by_type(RECORDS_TYPE_CORRECTION);
	FAULT_TRY(resolve_record(profile_book(profile), call->record_id, &id));
	FAULT_TRY(find_kind(w, call->kind, &kind));
	const struct rules_record *target = rules_find(&w->world.rules, id);
	if (target == NULL)
		return writing_at(w->request, "record_id", "the record is gone");
	bool moves = kind == RECORDS_CORRECTION_KIND_WRONG_CLIENT && *call->refusal == '\0';
	if (!moves && *call->to_case != '\0')
		return writing_at(w->request, "to_case", "only what stands under the wrong client is moved");
	put_fields(w, call, id, kind);
	w->is_new = w->sign = true;
	w->case_id = target->case_id;
	FAULT_TRY(writing_find_case(w, profile, "", ""));
	if (moves) {
		FAULT_TRY(prepare_again(w, profile, target, call->to_case, &again));
		w->extra = &again.write;
		w->extra_count = 1;
		w->tell = tell_again;
	}
	return writing_put(w, profile);
}

struct fault handlers_correct(struct request *request)
{
	static struct writing w;
	writing_begin(&w, request);
	struct fault f = correct_with(&w, request->target.profile, &request->call->call.correct);
	writing_end(&w);
	return f;
}
