/* rules_others - records with a rule or two each: without a person, about the rights
 * of one, and reference data. */
#include "domain/rules_parts.h"

enum { SCORE_MAX = 5, DAY_MINUTES = 24 * 60 };

struct fault rules_anonymous(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	(void)world;
	return rules_text_names_nobody(write, told);
}

struct fault rules_feedback(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	uint64_t score, anonymous = 1;
	(void)world;
	fields_number(write->after, RECORDS_FEEDBACK_ANONYMOUS, &anonymous);
	if (fields_number(write->after, RECORDS_FEEDBACK_SCORE, &score) && (score < 1 || score > SCORE_MAX))
		return rules_refuse(told, "score", "a score is 1 to 5", "");
	return anonymous != 0 ? rules_text_names_nobody(write, told) : fault_none();
}

struct fault rules_development(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	(void)world;
	if (fields_number_or_none(write->after, RECORDS_DEVELOPMENT_EVENT_KIND) == RECORDS_DEVELOPMENT_KIND_JOB_SHADOWING &&
	    !fields_says(write->after, RECORDS_DEVELOPMENT_EVENT_SECRECY_NOTE))
		return rules_refuse(told, "secrecy_note", "who follows another's work meets clients: say how secrecy was agreed", "");
	return fault_none();
}

/* ---- the rights of the person ------------------------------------------------------------------ */

/* A refusal is written with its reasons, who decided it and when. */
static struct fault check_refusal(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	if (!fields_says(write->after, RECORDS_CORRECTION_DECIDED_BY))
		return rules_refuse(told, "decided_by", "a refusal says who decided it", "");
	if (!fields_has(write->after, RECORDS_CORRECTION_DECIDED_AT))
		return rules_refuse(told, "decided_at", "a refusal says when it was decided", "");
	return rules_time_is_past(world, write, RECORDS_CORRECTION_DECIDED_AT, told);
}

struct fault rules_correction(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	uint64_t kind = fields_number_or_none(write->after, RECORDS_CORRECTION_KIND);
	bool takes_text = kind == RECORDS_CORRECTION_KIND_RECTIFY || kind == RECORDS_CORRECTION_KIND_SUPPLEMENT ||
			  kind == RECORDS_CORRECTION_KIND_CLIENT_STATEMENT;
	const struct rules_record *target = rules_at(world, write->after, RECORDS_CORRECTION_TARGET);
	const struct schema_record *type = target == NULL ? NULL : schema_by_type(target->type);
	if (target == NULL)
		return rules_refuse(told, "target", "the record to correct is not on this device", "");
	if (!ID_EQUAL(target->case_id, write->case_id))
		return rules_refuse(told, "case_id", "a correction stands in the case of what it corrects", "");
	if (type != NULL && !type->is_signed)
		return rules_refuse(told, "target", "this record is not signed: change it, its history stays", "");
	if (target->type == RECORDS_TYPE_CORRECTION || target->type == RECORDS_TYPE_ACCESS_LOG)
		return rules_refuse(told, "target", "records of this type are not corrected", "");
	if (fields_says(write->after, RECORDS_CORRECTION_REFUSAL_REASONS))
		return check_refusal(world, write, told);
	if (takes_text && !fields_says(write->after, RECORDS_CORRECTION_NEW_TEXT))
		return rules_refuse(told, "new_text", "say what it should read, or what is added", "");
	return fault_none();
}

struct fault rules_request(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	FAULT_TRY(rules_date_is_past(world, write, RECORDS_DATA_SUBJECT_REQUEST_RECEIVED_ON, told));
	FAULT_TRY(rules_date_is_past(world, write, RECORDS_DATA_SUBJECT_REQUEST_ANSWERED_ON, told));
	FAULT_TRY(rules_order_of_dates(write, RECORDS_DATA_SUBJECT_REQUEST_RECEIVED_ON, RECORDS_DATA_SUBJECT_REQUEST_ANSWERED_ON,
				       told, "it cannot be answered before it came"));
	if (fields_has(write->after, RECORDS_DATA_SUBJECT_REQUEST_ANSWERED_ON) &&
	    !fields_says(write->after, RECORDS_DATA_SUBJECT_REQUEST_ANSWER))
		return rules_refuse(told, "answer", "write what was answered; a refusal with its reasons", "");
	return fault_none();
}

struct fault rules_transfer(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	struct span items = span_of(NULL, 0), text;
	(void)world;
	if (fields_bytes(write->after, RECORDS_RECEPTION_TRANSFER_ITEMS, &items) &&
	    fields_bytes(items, RECORDS_TRANSFER_ITEMS_HETU, &text) && rules_text_has_code(text))
		return rules_refuse(told, "items.hetu", "say whether and when the code is given, never the code itself",
				    "the code stands on the client's card");
	if (!fields_says(items, RECORDS_TRANSFER_ITEMS_ASSISTANCE_AGREED_WITH))
		rules_hint(told, "items.assistance_agreed_with", "agree with whom the assistance during the transition is");
	if (!fields_has(write->after, RECORDS_RECEPTION_TRANSFER_NETWORK_MEETING))
		rules_hint(told, "network_meeting", "call a network meeting: the centre, the county and the client");
	if (write->is_new)
		rules_hint(told, "move_date", "book the first home visit within seven working days of the move");
	return fault_none();
}

struct fault rules_card(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	return rules_date_is_past(world, write, RECORDS_KAIKUKORTTI_GRANT_ISSUED, told);
}

/* ---- reference data ------------------------------------------------------------------------------- */

struct fault rules_valid_order(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	const struct schema_field *from = schema_field_by_name(write->record->message, span_text("valid_from"));
	const struct schema_field *to = schema_field_by_name(write->record->message, span_text("valid_to"));
	(void)world;
	return from == NULL || to == NULL ? fault_none()
					  : rules_order_of_dates(write, from->number, to->number, told,
								 "it ends before it begins");
}

struct fault rules_post(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	uint64_t from = 0, to = DAY_MINUTES;
	(void)world;
	bool has_from = fields_number(write->after, RECORDS_OUTREACH_POST_FROM_MINUTE, &from);
	bool has_to = fields_number(write->after, RECORDS_OUTREACH_POST_TO_MINUTE, &to);
	if (from >= DAY_MINUTES || to > DAY_MINUTES)
		return rules_refuse(told, from >= DAY_MINUTES ? "from_minute" : "to_minute", "a day has 1440 minutes", "");
	if (has_from && has_to && from >= to)
		return rules_refuse(told, "to_minute", "it ends before it begins", "");
	return fault_none();
}
