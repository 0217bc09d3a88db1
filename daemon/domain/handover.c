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

/* ---- what stands in the way ---- */

static const struct {
	const char *name, *why, *advice;
} blocks[] = {
	[HANDOVER_FREE] = { "", "", "" },
	[HANDOVER_NO_CASE] = { "NO_CASE", "the case is no longer there", "nothing is left to hand over" },
	[HANDOVER_CASE_CLOSED] = { "CASE_CLOSED", "a closed case is not handed over", "a new need is a new case" },
	[HANDOVER_NOT_OWN] = { "NOT_OWN", "the own worker hands a case over, and another is its own worker",
			       "the administrator changes assignments: jalka admin assign" },
	[HANDOVER_NO_RECEIVER] = { "NO_RECEIVER", "the receiver is not in the directory", "take it back and propose anew" },
	[HANDOVER_NOT_LICENSED] = { "NOT_LICENSED", "a client in need of special support has a licensed social worker as own worker",
				    "hand it to a licensed social worker; once it is accepted, the administrator assigns one: "
				    "jalka admin assign" },
	[HANDOVER_NO_DEVICE] = { "NO_DEVICE", "the receiver has no device in use", "enrol one: jalka admin enrol" },
	[HANDOVER_LENT_OVER] = { "LENT_OVER", "it was not accepted in time, and the receiver sees the case no more",
				 "who hands over rejects it and proposes anew" },
};

enum handover_block handover_blocked(const struct handover_case *one, const struct handover_receiver *to)
{
	if (!one->is_there)
		return HANDOVER_NO_CASE;
	if (one->is_closed)
		return HANDOVER_CASE_CLOSED;
	if (!one->is_own)
		return HANDOVER_NOT_OWN;
	if (!to->is_staff)
		return HANDOVER_NO_RECEIVER;
	if (one->is_special && !to->is_licensed)
		return HANDOVER_NOT_LICENSED;
	if (!to->has_device)
		return HANDOVER_NO_DEVICE;
	return one->is_seen ? HANDOVER_FREE : HANDOVER_LENT_OVER;
}

const char *handover_block_name(enum handover_block block)
{
	return blocks[block].name;
}

const char *handover_block_why(enum handover_block block)
{
	return blocks[block].why;
}

const char *handover_block_advice(enum handover_block block)
{
	return blocks[block].advice;
}

/* ---- of the record ---- */

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

static const char *waits(bool is_accepted, bool is_told)
{
	if (!is_accepted)
		return "RECEIVER";
	return is_told ? "CENTRAL" : "CLIENT_TOLD";
}

const char *handover_waits_for(struct span fields)
{
	return !handover_is_live(fields) ? "" : waits(state_of(fields) == RECORDS_HANDOVER_STATE_ACCEPTED,
						      fields_has(fields, RECORDS_HANDOVER_CLIENT_TOLD_AT));
}

const char *handover_waits(const struct handover *handover)
{
	enum handover_due due = handover_due(handover);
	return due == HANDOVER_NOTHING || due == HANDOVER_TAKE_BACK ? "" : waits(handover->is_accepted, handover->is_told);
}
