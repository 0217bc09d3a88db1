/* handover - who said what, in the order it was said. */
#include "domain/handover.h"

#include <string.h>

#include "domain/fields.h"
#include "records_table.h"

bool handover_next_case(struct span *rest, struct case_id *out)
{
	struct span one;
	while (fields_next(rest, RECORDS_HANDOVER_CASES, &one)) {
		if (one.len != ID_BYTES)
			continue;
		memcpy(out->bytes, one.data, ID_BYTES);
		return true;
	}
	return false;
}

bool handover_has_case(struct span fields, struct case_id case_id)
{
	struct case_id one;
	while (handover_next_case(&fields, &one))
		if (ID_EQUAL(one, case_id))
			return true;
	return false;
}

/* More cases than a handover takes: none of them changes hands. */
static void begin(struct handover *handover, struct record_id who, struct span fields)
{
	struct case_id one;
	handover->is_begun = true;
	bool is_whole = fields_id(fields, RECORDS_HANDOVER_FROM, &handover->from) &&
			fields_id(fields, RECORDS_HANDOVER_TO, &handover->to) && !ID_EQUAL(handover->from, handover->to);
	while (handover_next_case(&fields, &one)) {
		if (handover->case_count == HANDOVER_CASES_MAX)
			return;
		handover->cases[handover->case_count++] = one;
	}
	handover->is_proposed = is_whole && handover->case_count > 0 && ID_EQUAL(who, handover->from);
}

void handover_take(struct handover *handover, struct record_id who, struct span fields)
{
	uint64_t state = fields_number_or_none(fields, RECORDS_HANDOVER_STATE);
	if (!handover->is_begun)
		begin(handover, who, fields);
	if (!handover->is_proposed)
		return;
	bool is_from = ID_EQUAL(who, handover->from), is_to = ID_EQUAL(who, handover->to);
	if (is_from && fields_has(fields, RECORDS_HANDOVER_CLIENT_TOLD_AT))
		handover->is_told = true;
	if (state == RECORDS_HANDOVER_STATE_ACCEPTED && is_to)
		handover->is_accepted = true;
	if (state == RECORDS_HANDOVER_STATE_REJECTED && (is_to || is_from))
		handover->is_rejected = true;
	if (state == RECORDS_HANDOVER_STATE_EFFECTIVE && ID_IS_NONE(who))
		handover->is_in_effect = true;
}

enum handover_due handover_due(const struct handover *handover)
{
	if (!handover->is_proposed || handover->is_in_effect)
		return HANDOVER_NOTHING;
	if (handover->is_rejected)
		return HANDOVER_TAKE_BACK;
	return handover->is_accepted && handover->is_told ? HANDOVER_TAKE_EFFECT : HANDOVER_LEND;
}

static uint64_t state_of(struct span fields)
{
	uint64_t state = fields_number_or_none(fields, RECORDS_HANDOVER_STATE);
	return state == 0 ? RECORDS_HANDOVER_STATE_PROPOSED : state;
}

bool handover_is_live(struct span fields)
{
	uint64_t state = state_of(fields);
	return state == RECORDS_HANDOVER_STATE_PROPOSED || state == RECORDS_HANDOVER_STATE_ACCEPTED;
}

const char *handover_waits_for(struct span fields)
{
	if (!handover_is_live(fields))
		return "";
	if (state_of(fields) == RECORDS_HANDOVER_STATE_PROPOSED)
		return "RECEIVER";
	return fields_has(fields, RECORDS_HANDOVER_CLIENT_TOLD_AT) ? "CENTRAL" : "CLIENT_TOLD";
}
