/* rules_consent - consents, and disclosures that stand on one or on a statute.
 *
 * A consent lifts secrecy towards one recipient for one purpose and listed items,
 * for twelve months at most. What one consent may carry, and for how long, is asked
 * again at each step of a disclosure: a withdrawal counts whatever came first
 * (domain/consent.h, domain/disclosure.h).
 */
#include "domain/calendar.h"
#include "domain/disclosure.h"
#include "domain/rules_parts.h"

enum { CONSENT_MONTHS_MAX = 12, SCOPES_MAX = 32 };

/* An oral consent to Kela covers the one dealing it was given for. */
static bool is_for_one_dealing(struct span fields)
{
	return fields_number_or_none(fields, RECORDS_CONSENT_DIRECTION) == RECORDS_CONSENT_DIRECTION_FROM_KELA &&
	       fields_number_or_none(fields, RECORDS_CONSENT_FORM) == RECORDS_CONSENT_FORM_ORAL;
}

/* The last day a consent given then may have. False: outside the calendar. */
static bool last_day(struct span fields, int32_t given, int32_t *out)
{
	*out = given;
	return is_for_one_dealing(fields) || calendar_add_months(given, CONSENT_MONTHS_MAX, out);
}

void rules_fill_consent(const struct rules_world *world, const struct rules_write *write, struct wire_out *out)
{
	uint64_t given;
	int32_t until;
	(void)world;
	if (write->is_new && !fields_has(write->after, RECORDS_CONSENT_VALID_UNTIL) &&
	    fields_number(write->after, RECORDS_CONSENT_GIVEN_AT, &given) &&
	    last_day(write->after, rules_day_of(given), &until))
		wire_put_varint(out, RECORDS_CONSENT_VALID_UNTIL, ((uint64_t)(int64_t)until << 1) ^ (until < 0 ? UINT64_MAX : 0));
}

static struct fault check_length(const struct rules_write *write, struct rules_told *told)
{
	uint64_t given_ms = fields_number_or_none(write->after, RECORDS_CONSENT_GIVEN_AT);
	int32_t given = rules_day_of(given_ms), until, last;
	if (!fields_date(write->after, RECORDS_CONSENT_VALID_UNTIL, &until))
		return fault_none();
	if (until < given)
		return rules_refuse(told, "valid_until", "the consent would end before it was given", "");
	if (!last_day(write->after, given, &last))
		return rules_refuse(told, "given_at", "the year cannot be right", "");
	if (until > last && is_for_one_dealing(write->after))
		return rules_refuse(told, "valid_until", "an oral consent to Kela covers one dealing, on the day it is given",
				    "for a longer time it is given in writing (form Y100)");
	if (until > last)
		return rules_refuse(told, "valid_until", "a consent lasts twelve months at most", "leave it out and it is filled in");
	return fault_none();
}

/* What the client has said stands: a withdrawal that was written down wrong may be found
 * to have come earlier, never later, or what went meanwhile would have gone lawfully. */
static struct fault check_stands(const struct rules_write *write, struct rules_told *told)
{
	uint64_t before, after;
	if (rules_touches(write, RECORDS_CONSENT_WITHDRAWN_AT) &&
	    fields_number(write->before, RECORDS_CONSENT_WITHDRAWN_AT, &before) &&
	    fields_number(write->after, RECORDS_CONSENT_WITHDRAWN_AT, &after) && after > before)
		return rules_refuse(told, "withdrawn_at", "the consent was withdrawn before that: a withdrawal is not moved to later",
				    "what the client consents to again is a new consent: jalka consent give");
	if (rules_touches(write, RECORDS_CONSENT_NARROWED_BY) && fields_has(write->before, RECORDS_CONSENT_NARROWED_BY))
		return rules_refuse(told, "narrowed_by", "the consent was narrowed already: the newer one stands", "");
	return fault_none();
}

/* The newer consent takes away from the older: same client, recipient and purpose, given
 * no earlier, and nothing in it that was not allowed before. */
static struct fault check_narrowing(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	const struct rules_record *newer = rules_at(world, write->after, RECORDS_CONSENT_NARROWED_BY);
	if (!rules_touches(write, RECORDS_CONSENT_NARROWED_BY) || newer == NULL)
		return fault_none();
	FAULT_TRY(rules_names(world, write, RECORDS_CONSENT_NARROWED_BY, RECORDS_TYPE_CONSENT, told, "this is no consent"));
	bool narrows = !newer->is_draft && !ID_EQUAL(newer->id, write->record_id) &&
		       consent_is_alike(newer->fields, write->after) &&
		       fields_number_or_none(newer->fields, RECORDS_CONSENT_GIVEN_AT) >=
			       fields_number_or_none(write->after, RECORDS_CONSENT_GIVEN_AT);
	for (uint64_t scope = 1; scope < SCOPES_MAX; scope++)
		narrows = narrows && (!consent_allows(newer->fields, scope) || consent_allows(write->after, scope));
	return narrows ? fault_none()
		       : rules_refuse(told, "narrowed_by", "what narrows a consent is a newer one of the same client, recipient and "
				      "purpose that allows less", "jalka consent narrow");
}

static struct fault check_withdrawal(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	FAULT_TRY(rules_time_is_past(world, write, RECORDS_CONSENT_WITHDRAWN_AT, told));
	FAULT_TRY(check_stands(write, told));
	FAULT_TRY(rules_order_of_times(write, RECORDS_CONSENT_GIVEN_AT, RECORDS_CONSENT_WITHDRAWN_AT, told,
				       "it cannot be withdrawn before it was given"));
	if (rules_touches(write, RECORDS_CONSENT_WITHDRAWN_AT) &&
	    fields_number_or_none(write->after, RECORDS_CONSENT_STATE) != RECORDS_CONSENT_STATE_WITHDRAWN)
		return rules_refuse(told, "state", "a withdrawn consent is WITHDRAWN", "write state WITHDRAWN with it");
	return check_narrowing(world, write, told);
}

/* The direction and the recipient say the same: what is allowed towards Kela is not
 * allowed towards a landlord, nor the other way about. */
static struct fault check_recipient(const struct rules_write *write, struct rules_told *told)
{
	struct span recipient = { NULL, 0 };
	bool is_other = fields_number_or_none(write->after, RECORDS_CONSENT_DIRECTION) == RECORDS_CONSENT_DIRECTION_TO_OTHER;
	(void)fields_bytes(write->after, RECORDS_CONSENT_RECIPIENT, &recipient);
	if (consent_same_text(recipient, span_text("Kela")) != is_other)
		return fault_none();
	return is_other ? rules_refuse(told, "direction", "a consent for Kela is TO_KELA, or FROM_KELA when Kela may tell us", "")
			: rules_refuse(told, "recipient", "a consent of this direction is for Kela", "for others the direction is TO_OTHER");
}

struct fault rules_consent(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	if (!write->is_new)
		return check_withdrawal(world, write, told);
	FAULT_TRY(rules_time_is_past(world, write, RECORDS_CONSENT_GIVEN_AT, told));
	FAULT_TRY(check_length(write, told));
	FAULT_TRY(check_recipient(write, told));
	for (uint64_t scope = 1; scope < SCOPES_MAX; scope++)
		if (fields_holds(write->after, RECORDS_CONSENT_SCOPE, scope) &&
		    fields_holds(write->after, RECORDS_CONSENT_EXCLUDED, scope))
			return rules_refuse(told, "excluded", "the same thing is both allowed and excluded", "");
	return fault_none();
}

bool rules_consent_holds(const struct rules_world *world, const struct rules_record *consent)
{
	struct consent read;
	return consent_read(world, consent, &read) && consent_at(&read, world->now_ms) == CONSENT_HOLDS;
}

/* ---- disclosure ---------------------------------------------------------------------------------- */

/* At the moment the step was taken, which may be written down later. */
struct fault rules_consent_basis(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	return disclosure_may(world, write->after, write->event_at_ms, told);
}

/* When it went and how are said with the step that says it went, and stay so: the rules
 * of that step are asked at that moment. */
static struct fault check_said_with_step(const struct rules_write *write, struct rules_told *told)
{
	static const struct { uint32_t field; uint64_t state; const char *what; } said[] = {
		{ RECORDS_DISCLOSURE_SENT_AT, RECORDS_DISCLOSURE_STATE_SENT, "when it was sent is written with the step to SENT" },
		{ RECORDS_DISCLOSURE_MEANS, RECORDS_DISCLOSURE_STATE_SENT, "by what means it was sent is written with the step to SENT" },
		{ RECORDS_DISCLOSURE_RECEIPT_AT, RECORDS_DISCLOSURE_STATE_RECEIPTED,
		  "when it was received is written with the step to RECEIPTED" },
	};
	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
		if (rules_touches(write, said[i].field) &&
		    fields_number_or_none(write->given, RECORDS_DISCLOSURE_STATE) != said[i].state)
			return rules_refuse(told, rules_field_name(write, said[i].field), said[i].what, "jalka disclosure send, or receipt");
	return fault_none();
}

/* What is written down as done while the basis held, though it holds no more. */
static void hint_late(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	struct rules_told now = { .hint_count = 0 };
	if (rules_touches(write, RECORDS_DISCLOSURE_STATE) || write->is_new)
		if (fault_is(disclosure_may(world, write->after, world->now_ms, &now)))
			rules_hint(told, "consent", "the basis does not hold any more: this is written down as done while it did");
}

/* What `jalka notice` composes is minimised by a table; what somebody typed is not. */
static void hint_typed(const struct rules_write *write, struct rules_told *told)
{
	if (disclosure_is_typed(write->after))
		rules_hint(told, "items", "this text was typed: only what is composed of a plan or session (jalka notice) holds no more "
			   "than may go");
}

struct fault rules_disclosure(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	FAULT_TRY(rules_order_of_times(write, RECORDS_DISCLOSURE_PREPARED_AT, RECORDS_DISCLOSURE_SENT_AT, told,
				       "it cannot be sent before it was prepared"));
	if (write->is_new) {
		FAULT_TRY(rules_consent_basis(world, write, told));
		hint_late(world, write, told);
		hint_typed(write, told);
		return fault_none();
	}
	FAULT_TRY(check_said_with_step(write, told));
	FAULT_TRY(rules_time_is_past(world, write, RECORDS_DISCLOSURE_RECEIPT_AT, told));
	FAULT_TRY(rules_time_is_past(world, write, RECORDS_DISCLOSURE_CLIENT_TOLD_AT, told));
	return rules_order_of_times(write, RECORDS_DISCLOSURE_SENT_AT, RECORDS_DISCLOSURE_RECEIPT_AT, told,
				    "it cannot be received before it was sent");
}
