/* rules_session - the companion record of a meeting over video or phone. Nothing of
 * picture, voice or chat is in it. */
#include "domain/consent.h"
#include "domain/rules_parts.h"
#include "domain/session_people.h"

struct fault rules_session_identities(const struct rules_write *write, struct rules_told *told)
{
	struct span one, rest = write->after;
	while (fields_next(&rest, RECORDS_JOINT_SESSION_PARTICIPANTS, &one))
		if (session_people_waits(one))
			return rules_refuse(told, "participants.identity_checked_how",
					    "before it begins, say of each participant how the identity was checked", "");
	return fault_none();
}

static bool kela_takes_part(struct span session)
{
	static const uint32_t named[] = { RECORDS_SESSION_PARTICIPANT_ROLE, RECORDS_SESSION_PARTICIPANT_ORGANISATION };
	struct span one, text;
	while (fields_next(&session, RECORDS_JOINT_SESSION_PARTICIPANTS, &one))
		for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
			if (fields_bytes(one, named[i], &text) && consent_same_text(text, span_text("Kela")))
				return true;
	return false;
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
	if (kela_takes_part(write->after) &&
	    fields_number_or_none(consent->fields, RECORDS_CONSENT_DIRECTION) != RECORDS_CONSENT_DIRECTION_TO_KELA)
		return rules_refuse(told, "consent", "Kela takes part, and this consent is for another recipient", "jalka consent list CLIENT");
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

/* ---- what no session holds ---- */

static bool is_media(struct span fields, uint32_t field)
{
	struct span text;
	return fields_bytes(fields, field, &text) && (rules_text_holds(text, "://") || rules_text_holds(text, ";base64,"));
}

/* The link to the meeting is kept outside the system, and no picture, voice or chat
 * comes in as text either. */
static struct fault check_no_media(const struct rules_write *write, struct rules_told *told)
{
	static const uint32_t texts[] = { RECORDS_JOINT_SESSION_SUMMARY, RECORDS_JOINT_SESSION_CONNECTION_TROUBLE,
					  RECORDS_JOINT_SESSION_OTHERS_PRESENT };
	const char *what = "nothing of picture, voice or chat is kept, and the link to the meeting is kept outside";
	struct span point, rest = write->given;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (is_media(write->given, texts[i]))
			return rules_refuse(told, rules_field_name(write, texts[i]), what, "write down what was said");
	while (fields_next(&rest, RECORDS_JOINT_SESSION_AGENDA, &point))
		if (is_media(point, RECORDS_AGENDA_POINT_TITLE) || is_media(point, RECORDS_AGENDA_POINT_NOTES))
			return rules_refuse(told, "agenda", what, "write down what was said");
	for (rest = write->given; fields_next(&rest, RECORDS_JOINT_SESSION_COURSE, &point);)
		if (is_media(point, RECORDS_SESSION_TURN_TEXT))
			return rules_refuse(told, "course", what, "write down what was said");
	return fault_none();
}

/* What is outside the consent is not discussed, whoever writes the point. */
static struct fault check_points(const struct rules_write *write, struct rules_told *told)
{
	struct span point, rest = write->given;
	while (fields_next(&rest, RECORDS_JOINT_SESSION_AGENDA, &point))
		if (fields_true(point, RECORDS_AGENDA_POINT_OUT_OF_SCOPE) && fields_says(point, RECORDS_AGENDA_POINT_NOTES))
			return rules_refuse(told, "agenda.notes", "a point outside what the client consented to is not discussed and takes no note", "");
	return fault_none();
}

/* Of Kela's side: the client's own consent to Kela, which lets Kela tell us. */
static struct fault check_kela_consent(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	const struct rules_record *consent = rules_at(world, write->after, RECORDS_JOINT_SESSION_KELA_CONSENT);
	if (!rules_touches(write, RECORDS_JOINT_SESSION_KELA_CONSENT) || consent == NULL)
		return fault_none();
	return consent->type == RECORDS_TYPE_CONSENT &&
	       fields_number_or_none(consent->fields, RECORDS_CONSENT_DIRECTION) == RECORDS_CONSENT_DIRECTION_FROM_KELA
		       ? fault_none()
		       : rules_refuse(told, "kela_consent", "this is no consent that the client gave to Kela", "");
}

/* Signed: nothing. Confirmed by the client: that it is signed. */
static struct fault check_done(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	uint32_t before = write->is_new ? 0 : rules_state_before(world, write);
	if (before == RECORDS_SESSION_STATE_SIGNED)
		return rules_refuse(told, "state", "the session is signed and is not changed any more", "write a correction");
	if (before != RECORDS_SESSION_STATE_CONFIRMED)
		return fault_none();
	for (size_t i = 0; i < write->record->message->count; i++) {
		uint32_t field = write->record->message->fields[i].number;
		if (field != RECORDS_JOINT_SESSION_STATE && field != RECORDS_JOINT_SESSION_CLIENT_CONFIRMED && rules_touches(write, field))
			return rules_refuse(told, rules_field_name(write, field), "the client has confirmed it as it stands",
					    "sign it: jalka session sign; what was left out is written as a note or a new action");
	}
	return fault_none();
}

struct fault rules_session(const struct rules_world *world, const struct rules_write *write, struct rules_told *told)
{
	FAULT_TRY(check_done(world, write, told));
	FAULT_TRY(check_no_media(write, told));
	FAULT_TRY(check_points(write, told));
	FAULT_TRY(check_kela_consent(world, write, told));
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
