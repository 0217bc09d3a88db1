/* rules_handover - the handing over of cases: who may say what of it, and when. */
#include "domain/handover.h"
#include "domain/rules_parts.h"

/* ---- the own worker -------------------------------------------------------------------- */

bool rules_own_worker(const struct rules_world *world, struct case_id case_id, struct record_id staff)
{
	const struct rules_record *all;
	size_t count = rules_list(world, RULES_IN_CASE, case_id, RECORDS_TYPE_CASE_ASSIGNMENT, &all);
	bool is_named = false;
	for (size_t i = 0; i < count; i++) {
		struct record_id one;
		uint64_t to = fields_number_or_none(all[i].fields, RECORDS_CASE_ASSIGNMENT_TO);
		if (fields_number_or_none(all[i].fields, RECORDS_CASE_ASSIGNMENT_ROLE) != RECORDS_ASSIGNMENT_ROLE_OWN_WORKER ||
		    !fields_id(all[i].fields, RECORDS_CASE_ASSIGNMENT_STAFF, &one) || (to != 0 && to <= world->now_ms))
			continue;
		if (ID_EQUAL(one, staff))
			return true;
		is_named = true;
	}
	return !is_named; /* opened here, and central has not named anybody yet */
}

/* ---- what stands in the way ---------------------------------------------------------------- */

/* Whether what was lent to somebody is theirs to look at still. */
static bool is_lent(const struct rules_world *world, struct case_id place, struct record_id staff)
{
	const struct rules_record *all;
	size_t count = rules_list(world, RULES_IN_CASE, place, RECORDS_TYPE_CASE_ASSIGNMENT, &all);
	bool was = false;
	for (size_t i = 0; i < count; i++) {
		struct record_id one;
		uint64_t to = fields_number_or_none(all[i].fields, RECORDS_CASE_ASSIGNMENT_TO);
		if (!fields_id(all[i].fields, RECORDS_CASE_ASSIGNMENT_STAFF, &one) || !ID_EQUAL(one, staff))
			continue;
		if (to == 0 || to > world->now_ms)
			return true;
		was = true;
	}
	return !was;
}

static enum handover_block case_blocked(const struct rules_world *world, struct span handover, bool is_accepted,
					struct case_id place)
{
	const struct rules_record *matters, *to = rules_at(world, handover, RECORDS_HANDOVER_TO);
	bool has_matter = rules_list(world, RULES_IN_CASE, place, RECORDS_TYPE_CASE, &matters) > 0;
	struct record_id from = { { 0 } };
	bool has_from = fields_id(handover, RECORDS_HANDOVER_FROM, &from);
	const struct handover_case one = {
		.is_there = true,
		.is_closed = has_matter && rules_state(world, &matters[0]) == RECORDS_CASE_STATE_CLOSED,
		.is_special = has_matter && fields_true(matters[0].fields, RECORDS_CASE_SPECIAL_SUPPORT),
		.is_own = !has_matter || !has_from || rules_own_worker(world, place, from),
		/* The receiver knows; the other end hears of it from central. */
		.is_seen = is_accepted || to == NULL || !ID_EQUAL(to->id, world->staff) || is_lent(world, place, to->id),
	};
	const struct handover_receiver receiver = {
		.is_staff = true, /* rules_names says it of the field */
		.is_licensed = to == NULL || fields_number_or_none(to->fields, RECORDS_STAFF_MEMBER_PROFESSION) ==
						     RECORDS_PROFESSION_LICENSED_SOCIAL_WORKER,
		.has_device = true, /* central knows */
	};
	return handover_blocked(&one, &receiver);
}

static bool is_accepted(struct span handover)
{
	return fields_number_or_none(handover, RECORDS_HANDOVER_STATE) == RECORDS_HANDOVER_STATE_ACCEPTED;
}

enum handover_block rules_handover_blocked(const struct rules_world *world, struct span handover)
{
	enum handover_block block = HANDOVER_FREE;
	struct span rest = handover;
	struct case_id place;
	while (block == HANDOVER_FREE && handover_is_live(handover) && handover_next_case(&rest, &place))
		block = case_blocked(world, handover, is_accepted(handover), place);
	return block;
}

/* ---- the proposal ------------------------------------------------------------------------ */

/* Not one whose proposer is own worker no more: it is in nobody's way. */
static bool may_take_effect(const struct rules_world *world, struct span handover)
{
	struct span rest = handover;
	struct case_id place;
	while (handover_next_case(&rest, &place))
		if (case_blocked(world, handover, true, place) == HANDOVER_NOT_OWN)
			return false;
	return handover_is_live(handover);
}

static struct fault refuse_blocked(enum handover_block block, struct rules_told *told)
{
	bool is_receiver = block == HANDOVER_NOT_LICENSED || block == HANDOVER_NO_RECEIVER || block == HANDOVER_NO_DEVICE;
	const char *field = block == HANDOVER_NOT_OWN ? "from" : is_receiver ? "to" : "cases";
	return rules_refuse(told, field, handover_block_why(block), handover_block_advice(block));
}

/* One case of it: open, the proposer's to hand over, fit for the receiver, in no other
 * handover that may still take effect. */
static struct fault check_case(const struct rules_world *world, const struct rules_write *write, struct case_id place,
			       struct rules_told *told)
{
	const struct rules_record *others;
	enum handover_block block = case_blocked(world, write->after, is_accepted(write->before), place);
	if (block != HANDOVER_FREE)
		return refuse_blocked(block, told);
	if (!write->is_new)
		return fault_none();
	size_t count = rules_list(world, RULES_OF_CLIENT, place, RECORDS_TYPE_HANDOVER, &others);
	for (size_t i = 0; i < count; i++)
		if (handover_has_case(others[i].fields, place) && may_take_effect(world, others[i].fields))
			return rules_refuse(told, "cases", "the case is being handed over already", "see jalka handover list");
	return fault_none();
}

static struct fault check_cases(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	struct span rest = write->after;
	struct case_id place;
	size_t count = 0;
	while (handover_next_case(&rest, &place)) {
		if (++count > HANDOVER_CASES_MAX)
			return rules_refuse(told, "cases", "at most 32 cases are handed over at a time", "");
		FAULT_TRY(check_case(world, write, place, told));
	}
	if (write->is_new && !handover_has_case(write->after, write->case_id))
		return rules_refuse(told, "cases", "a handover stands in one of the cases it hands over", "");
	return fault_none();
}

struct fault rules_no_drafts(const struct rules_world *world, struct span handover, struct rules_told *told)
{
	const struct rules_record *drafts;
	struct case_id place;
	while (handover_next_case(&handover, &place))
		if (rules_list(world, RULES_DRAFTS_IN_CASE, place, 0, &drafts) != 0)
			return rules_refuse(told, "cases", "there are unsigned drafts in these cases",
					    "sign or discard them first: jalka drafts");
	return fault_none();
}

/* ---- who says it --------------------------------------------------------------------------- */

static bool is_writer(const struct rules_world *world, const struct rules_write *write, uint32_t field)
{
	struct record_id who;
	return ID_IS_NONE(world->staff) || !fields_id(write->after, field, &who) || ID_EQUAL(who, world->staff);
}

static bool is_rejection(const struct rules_write *write)
{
	return fields_number_or_none(write->given, RECORDS_HANDOVER_STATE) == RECORDS_HANDOVER_STATE_REJECTED;
}

static struct fault check_writer(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	bool is_from = is_writer(world, write, RECORDS_HANDOVER_FROM), is_to = is_writer(world, write, RECORDS_HANDOVER_TO);
	if (write->is_new && !is_from)
		return rules_refuse(told, "from", "who hands a case over proposes it", "");
	if (is_rejection(write) && !is_from && !is_to)
		return rules_refuse(told, "state", "who hands over or who receives rejects it", "");
	if (rules_touches(write, RECORDS_HANDOVER_CLIENT_TOLD_AT) && !is_from)
		return rules_refuse(told, "client_told_at", "who hands the case over tells the client who takes over", "");
	return fault_none();
}

static bool next_whole(struct span *rest, uint32_t number, struct span *out)
{
	struct wire_field field;
	while (wire_next(rest, &field) == WIRE_FIELD)
		if (field.number == number) {
			*out = field.whole;
			return true;
		}
	return false;
}

static bool is_same(struct span before, struct span after, uint32_t number)
{
	struct span a, b;
	for (;;) {
		bool has_a = next_whole(&before, number, &a), has_b = next_whole(&after, number, &b);
		if (!has_a || !has_b)
			return has_a == has_b;
		if (!span_equal(a, b))
			return false;
	}
}

/* Somebody may have said yes to it meanwhile. */
static struct fault check_unchanged(const struct rules_write *write, struct rules_told *told)
{
	static const uint32_t proposed[] = { RECORDS_HANDOVER_CASES, RECORDS_HANDOVER_FROM, RECORDS_HANDOVER_TO,
					     RECORDS_HANDOVER_REASON, RECORDS_HANDOVER_OPEN_DEADLINES };
	for (size_t i = 0; i < sizeof proposed / sizeof proposed[0] && !write->is_new; i++)
		if (!is_same(write->before, write->after, proposed[i]))
			return rules_refuse(told, rules_field_name(write, proposed[i]), "a proposal stands as it was made",
					    "reject it and propose anew");
	return fault_none();
}

struct fault rules_handover(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	struct record_id from, to;
	FAULT_TRY(rules_names(world, write, RECORDS_HANDOVER_FROM, RECORDS_TYPE_STAFF_MEMBER, told, "this is no worker"));
	FAULT_TRY(rules_names(world, write, RECORDS_HANDOVER_TO, RECORDS_TYPE_STAFF_MEMBER, told, "this is no worker"));
	if (fields_id(write->after, RECORDS_HANDOVER_FROM, &from) && fields_id(write->after, RECORDS_HANDOVER_TO, &to) &&
	    ID_EQUAL(from, to))
		return rules_refuse(told, "to", "the receiver is the one who hands over", "");
	FAULT_TRY(check_unchanged(write, told));
	FAULT_TRY(check_writer(world, write, told));
	if (!is_rejection(write)) /* a no is said whatever became of the case */
		FAULT_TRY(check_cases(world, write, told));
	FAULT_TRY(rules_time_is_past(world, write, RECORDS_HANDOVER_CLIENT_TOLD_AT, told));
	FAULT_TRY(rules_order_of_times(write, RECORDS_HANDOVER_ACCEPTED_AT, RECORDS_HANDOVER_EFFECTIVE_AT, told,
				       "it cannot be in effect before it is accepted"));
	if (write->is_new || rules_touches(write, RECORDS_HANDOVER_CLIENT_TOLD_AT))
		FAULT_TRY(rules_no_drafts(world, write->after, told));
	if (write->is_new && !fields_has(write->after, RECORDS_HANDOVER_CLIENT_TOLD_AT))
		rules_hint(told, "client_told_at", "once it is accepted, tell the client who takes over and the telephone number");
	return fault_none();
}

/* ---- drafts while it is under way -------------------------------------------------------------- */

struct fault rules_draft(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	const struct rules_record *all;
	if (write->opens || ID_IS_NONE(write->case_id))
		return fault_none();
	size_t count = rules_list(world, RULES_OF_CLIENT, write->case_id, RECORDS_TYPE_HANDOVER, &all);
	for (size_t i = 0; i < count; i++) {
		struct record_id from;
		bool is_own = fields_id(all[i].fields, RECORDS_HANDOVER_FROM, &from) && ID_EQUAL(from, world->staff);
		if (is_own && handover_is_live(all[i].fields) && handover_has_case(all[i].fields, write->case_id) &&
		    fields_has(all[i].fields, RECORDS_HANDOVER_CLIENT_TOLD_AT))
			return rules_refuse(told, "case_id", "the case is about to leave this device, and a draft would be lost with it",
					    "sign it at once, or take the handover back while it is not accepted");
	}
	return fault_none();
}
