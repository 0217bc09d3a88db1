/* correction - from a record and its corrections to what is read. */
#include "domain/correction.h"

#include "domain/fields.h"
#include "records_table.h"

bool correction_is_refused(struct span correction)
{
	return fields_says(correction, RECORDS_CORRECTION_REFUSAL_REASONS);
}

uint32_t correction_state(struct span correction)
{
	if (correction_is_refused(correction))
		return 0;
	switch (fields_number_or_none(correction, RECORDS_CORRECTION_KIND)) {
	case RECORDS_CORRECTION_KIND_RECTIFY:
		return RECORDS_CONTENT_STATE_CORRECTED;
	case RECORDS_CORRECTION_KIND_REMOVE_UNNECESSARY:
	case RECORDS_CORRECTION_KIND_WRONG_CLIENT:
		return RECORDS_CONTENT_STATE_VOIDED;
	}
	return 0;
}

static enum correction_mark mark_of(struct span correction)
{
	switch (fields_number_or_none(correction, RECORDS_CORRECTION_KIND)) {
	case RECORDS_CORRECTION_KIND_RECTIFY:
		return CORRECTION_CORRECTED;
	case RECORDS_CORRECTION_KIND_SUPPLEMENT:
	case RECORDS_CORRECTION_KIND_CLIENT_STATEMENT:
		return CORRECTION_ADDED;
	case RECORDS_CORRECTION_KIND_REMOVE_UNNECESSARY:
		return CORRECTION_VOIDED;
	case RECORDS_CORRECTION_KIND_WRONG_CLIENT:
		return CORRECTION_WRONG;
	}
	return CORRECTION_NONE;
}

struct correction_view correction_view(const struct rules_record *corrections, size_t count)
{
	struct correction_view view = { .mark = CORRECTION_NONE };
	for (size_t i = 0; i < count; i++) {
		if (correction_is_refused(corrections[i].fields))
			continue;
		enum correction_mark mark = mark_of(corrections[i].fields);
		/* Marks are in rising order: what voids is not undone by what adds. */
		uint64_t decided_ms = fields_number_or_none(corrections[i].fields, RECORDS_CORRECTION_DECIDED_AT);
		if (mark < view.mark || (mark == view.mark && decided_ms < view.decided_ms))
			continue;
		view.mark = mark;
		view.decided_ms = decided_ms;
		view.shown_by = i;
		if (mark == CORRECTION_CORRECTED)
			fields_bytes(corrections[i].fields, RECORDS_CORRECTION_NEW_TEXT, &view.text);
	}
	return view;
}

uint32_t correction_main_field(uint32_t record_type)
{
	return record_type == RECORDS_TYPE_ENCOUNTER_NOTE ? RECORDS_ENCOUNTER_NOTE_TEXT : 0;
}

bool correction_hides(const struct schema_record *record, struct span fields, uint32_t number)
{
	const struct schema_field *state = schema_field_by_name(record->message, span_text("state"));
	if (state == NULL || state->enumeration == NULL || strcmp(state->enumeration->name, "content_state") != 0)
		return false;
	uint64_t now = fields_number_or_none(fields, state->number);
	return now == RECORDS_CONTENT_STATE_VOIDED ||
	       (now == RECORDS_CONTENT_STATE_CORRECTED && number == correction_main_field(record->type));
}

static bool is_kept_when_voided(const struct schema_record *record, uint32_t number)
{
	const struct schema_field *field = schema_field_by_number(record->message, number);
	return field != NULL && field->later && field->kind == SCHEMA_ENUM;
}

void correction_read(const struct schema_record *record, struct span fields, const struct correction_view *view,
		     struct wire_out *out)
{
	uint32_t main_field = view->mark == CORRECTION_CORRECTED ? correction_main_field(record->type) : 0;
	bool is_voided = view->mark == CORRECTION_VOIDED || view->mark == CORRECTION_WRONG;
	bool is_put = main_field == 0;
	struct wire_field field;
	while (wire_next(&fields, &field) == WIRE_FIELD) {
		if (!is_put && field.number >= main_field) {
			wire_put_bytes(out, main_field, view->text);
			is_put = true;
		}
		if (is_voided ? is_kept_when_voided(record, field.number) : field.number != main_field || main_field == 0)
			wire_put_raw(out, field.whole);
	}
	if (!is_put)
		wire_put_bytes(out, main_field, view->text);
}
