/* rules_session - the companion record of a meeting over video or phone. Nothing of
 * picture, voice or chat is in it. */
#include "domain/consent.h"
#include "domain/rules_parts.h"

struct fault rules_session_identities(const struct rules_write *write, struct rules_told *told)
{
	struct span one, rest = write->after;
	while (fields_next(&rest, RECORDS_JOINT_SESSION_PARTICIPANTS, &one))
		if (!fields_says(one, RECORDS_PARTICIPANT_IDENTITY_CHECKED_HOW))
			return rules_refuse(told, "participants.identity_checked_how",
					    "before it begins, say of each participant how the identity was checked", "");
	return fault_none();
}

struct fault rules_consent_of_session(const struct rules_world *world, const struct rules_write *write,
				      struct rules_told *told)
{
	const struct rules_record *consent = rules_at(world, write->after, RECORDS_JOINT_SESSION_CONSENT);
	struct record_id whose, client;
	if (consent == NULL)
		return rules_refuse(told, "consent", "the consent is not on this device, so nobody can see that it holds", "");
	if (consent->type != RECORDS_TYPE_CONSENT)
		return rules_refuse(told, "consent", "this is no consent", "");
	if (fields_number_or_none(consent->fields, RECORDS_CONSENT_DIRECTION) == RECORDS_CONSENT_DIRECTION_FROM_KELA)
		return rules_refuse(told, "consent", "this consent lets Kela tell us; the session rests on one that lets us tell Kela",
				    "jalka consent list CLIENT");
	if (!consent_allows(consent->fields, RECORDS_CONSENT_SCOPE_SESSION))
		return rules_refuse(told, "consent", "this consent does not allow a session", "it needs the scope SESSION");
	if (fields_id(consent->fields, RECORDS_CONSENT_CLIENT, &whose) &&
	    fields_id(write->after, RECORDS_JOINT_SESSION_CLIENT, &client) && !ID_EQUAL(whose, client))
		return rules_refuse(told, "consent", "this consent is another client's", "");
	enum consent_hold hold = consent_by_id(world, consent->id, world->now_ms, NULL);
	return hold == CONSENT_HOLDS ? fault_none()
				     : rules_refuse(told, "consent", consent_hold_text(hold), consent_hold_advice(hold));
}

/* What was agreed, one owner and a date each: an action has both by its shape, so
 * here that each is there. */
struct fault rules_session_actions(const struct rules_world *world, const struct rules_write *write,
				   struct rules_told *told)
{
	struct span one, rest = write->after;
	while (fields_next(&rest, RECORDS_JOINT_SESSION_AGREED_ACTIONS, &one)) {
		struct record_id id;
		if (one.len != ID_BYTES)
			continue;
		memcpy(id.bytes, one.data, ID_BYTES);
		const struct rules_record *action = rules_find(world, id);
		if (action == NULL || action->type != RECORDS_TYPE_AGREED_ACTION)
			return rules_refuse(told, "agreed_actions", "what was agreed must stand as agreed_action, with owner and date", "");
		if (!fields_says(action->fields, RECORDS_AGREED_ACTION_OWNER) ||
		    !fields_has(action->fields, RECORDS_AGREED_ACTION_DUE))
			return rules_refuse(told, "agreed_actions", "each agreed action has one owner and a date", "");
	}
	return fault_none();
}

static bool was_running(const struct rules_world *world, const struct rules_write *write)
{
	uint32_t state = rules_state_before(world, write);
	return state == RECORDS_SESSION_STATE_RUNNING || state == RECORDS_SESSION_STATE_ENDED ||
	       state == RECORDS_SESSION_STATE_CONFIRMED;
}

struct fault rules_session(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	if (!write->is_new && rules_state_before(world, write) == RECORDS_SESSION_STATE_SIGNED)
		return rules_refuse(told, "state", "the session is signed and is not changed any more", "write a correction");
	FAULT_TRY(rules_time_is_past(world, write, RECORDS_JOINT_SESSION_STARTED_AT, told));
	FAULT_TRY(rules_time_is_past(world, write, RECORDS_JOINT_SESSION_ENDED_AT, told));
	FAULT_TRY(rules_order_of_times(write, RECORDS_JOINT_SESSION_STARTED_AT, RECORDS_JOINT_SESSION_ENDED_AT, told,
				       "the session ends before it begins"));
	if (rules_touches(write, RECORDS_JOINT_SESSION_CONSENT) || write->is_new)
		FAULT_TRY(rules_consent_of_session(world, write, told));
	/* Who joins a running session is identified like the others. */
	if (!write->is_new && was_running(world, write) && rules_touches(write, RECORDS_JOINT_SESSION_PARTICIPANTS))
		FAULT_TRY(rules_session_identities(write, told));
	return fault_none();
}
