/* handlers_session - a meeting of client, worker and Kela over video or phone: its
 * companion record, from the appointment to the signature.
 *
 *   prepare -> identify -> start -> point, note, action -> end -> confirm -> sign
 *                            \-> drop (FAILED) -> resume (by phone) -/
 *                            \-> pause -> continue, leave, consent -/
 *
 * What happens is a turn of its course (domain/session_course), with its moment.
 * At the start the scope of the consent is told, and what it excludes. A point
 * outside it is marked and gets no note: it is not discussed. What is agreed is an
 * agreed_action of one owner and a day. Nothing of picture, voice or chat is kept.
 *
 * Several may write in one session. Its lists are read as all of them wrote them
 * (domain/session_lists), and the next write of a list is of all of it.
 */
#include "api/handlers.h"

#include "api/gate.h"
#include "api/profile.h"
#include "api/resolve.h"
#include "api/scopes.h"
#include "api/session_typed.h"
#include "api/stale.h"
#include "api/view.h"
#include "api/writing.h"
#include "base/civil.h"
#include "domain/consent.h"
#include "domain/fields.h"
#include "domain/session_course.h"
#include "domain/session_lists.h"
#include "domain/session_people.h"
#include "io/random.h"
#include "records_table.h"

enum { PART_BYTES = 40 * 1024, VALUES_MAX = SESSION_LISTS_MAX };

struct meeting {
	struct writing w;
	const jalka_SessionCall *call;
	struct profile *profile;
	uint64_t at_ms;
	const struct rules_record *session; /* NULL: a new one */
	struct span lists;                  /* its agenda, participants, actions and course, of all who wrote them */
	bool apart;                         /* and they wrote them apart */
	struct consent consent;             /* its own; read when has_consent */
	bool has_consent;
	enum consent_hold hold;
	struct replica_write extra;         /* what is written with it: Kela's consent, an action */
};

static struct fault refuse(struct meeting *m, const char *field, const char *what, const char *advice)
{
	return request_fault(m->w.request, writing_at(m->w.request, field, what), "%s", advice);
}

static const struct rules_world *world_of(const struct meeting *m)
{
	return &m->w.world.rules;
}

static uint32_t state_of(const struct meeting *m)
{
	return rules_state(world_of(m), m->session);
}

static void put_state(struct meeting *m, uint64_t state)
{
	wire_put_varint(&m->w.fields, RECORDS_JOINT_SESSION_STATE, state);
}

static void put_text(struct wire_out *out, uint32_t number, const char *text)
{
	if (*text != '\0')
		wire_put_bytes(out, number, span_text(text));
}

static bool runs(const struct meeting *m)
{
	return state_of(m) == RECORDS_SESSION_STATE_RUNNING;
}

/* It happens now, or when it is said to have happened. */
static void put_turn(struct meeting *m, uint64_t what, struct span text, struct record_id record)
{
	const struct session_turn turn = { .at_ms = m->at_ms, .what = what, .text = text, .record = record };
	session_course_add(&m->w.fields, m->lists, &turn, 1);
}

static void put_event(struct meeting *m, uint64_t what, const char *text)
{
	put_turn(m, what, span_text(text), (struct record_id){ { 0 } });
}

/* ---- telling ---- */

static void tell_points(struct span fields, struct writer *out)
{
	struct span point, title;
	writer_list(out, "points");
	while (fields_next(&fields, RECORDS_JOINT_SESSION_AGENDA, &point)) {
		title = span_of(NULL, 0);
		(void)fields_bytes(point, RECORDS_AGENDA_POINT_TITLE, &title);
		writer_object(out, NULL);
		writer_text(out, "title", title);
		writer_bool(out, "out_of_scope", fields_true(point, RECORDS_AGENDA_POINT_OUT_OF_SCOPE));
		writer_bool(out, "noted", fields_says(point, RECORDS_AGENDA_POINT_NOTES));
		writer_object_end(out);
	}
	writer_list_end(out);
}

static void tell_unidentified(struct span fields, struct writer *out)
{
	struct span one, role;
	writer_list(out, "to_identify");
	while (fields_next(&fields, RECORDS_JOINT_SESSION_PARTICIPANTS, &one))
		if (session_people_waits(one) && fields_bytes(one, RECORDS_SESSION_PARTICIPANT_ROLE, &role))
			writer_text(out, NULL, role);
	writer_list_end(out);
}

/* The pause that lasts, and how long those that are over were. */
static void tell_pauses(struct span fields, struct writer *out)
{
	const struct session_paused paused = session_course_paused(fields);
	writer_number(out, "paused_since_ms", paused.since_ms);
	writer_number(out, "paused_ms", paused.total_ms);
}

/* What the client allowed for it, and whether that holds still. */
static void tell_scope(const struct meeting *m, struct writer *out)
{
	char until[CIVIL_DATE_BYTES] = "";
	struct span text = { NULL, 0 };
	writer_object(out, "consent");
	if (m->has_consent) {
		struct span fields = m->consent.record->fields;
		civil_write_date(m->consent.valid_until, until);
		writer_id(out, "id", m->consent.record->id.bytes);
		scopes_tell(out, "scope", fields, RECORDS_CONSENT_SCOPE);
		scopes_tell(out, "excluded", fields, RECORDS_CONSENT_EXCLUDED);
		(void)fields_bytes(fields, RECORDS_CONSENT_EXCLUDED_TEXT, &text);
	}
	writer_text(out, "excluded_text", text);
	writer_string(out, "valid_until", until);
	writer_string(out, "holds", consent_hold_name(m->hold));
	writer_string(out, "why", consent_hold_text(m->hold));
	writer_object_end(out);
}

/* What is asked at the start: the client's own consent to Kela, and who else is there. */
static void tell_start(const struct meeting *m, struct span fields, struct writer *out)
{
	struct record_id kela = { { 0 } };
	struct span room = { NULL, 0 };
	struct consent consent;
	enum consent_hold hold = CONSENT_NOT_HERE;
	(void)fields_bytes(fields, RECORDS_JOINT_SESSION_OTHERS_PRESENT, &room);
	if (fields_id(fields, RECORDS_JOINT_SESSION_KELA_CONSENT, &kela))
		hold = consent_by_id(world_of(m), kela, world_of(m)->now_ms, &consent);
	writer_text(out, "room", room);
	writer_id(out, "kela_consent", kela.bytes);
	writer_string(out, "kela_consent_holds", ID_IS_NONE(kela) ? "" : consent_hold_name(hold));
}

/* The session as it is now, what was given laid over what stood. */
static void tell(struct writing *w, struct writer *out)
{
	struct meeting *m = w->tell_ctx;
	struct rules_write write;
	if (fault_is(writing_rules(w, &write)))
		return;
	struct span before = m->session != NULL ? m->lists : write.after;
	struct span given = wire_out_span(&w->fields);
	const struct lifecycle_table *table = lifecycle_of(RECORDS_TYPE_JOINT_SESSION);
	bool is_stepped = fields_has(given, RECORDS_JOINT_SESSION_STATE);
	writer_string(out, "holds", lifecycle_name(table, is_stepped || m->session == NULL ? lifecycle_state(table, given) : state_of(m)));
	tell_points(fields_has(given, RECORDS_JOINT_SESSION_AGENDA) ? given : before, out);
	tell_unidentified(fields_has(given, RECORDS_JOINT_SESSION_PARTICIPANTS) ? given : before, out);
	tell_pauses(fields_has(given, RECORDS_JOINT_SESSION_COURSE) ? given : before, out);
	tell_scope(m, out);
	tell_start(m, write.after, out);
	writer_id(out, "also", m->extra.record_id.bytes);
}

static struct fault put(struct meeting *m)
{
	if (!ID_IS_NONE(m->extra.record_id)) {
		m->w.extra = &m->extra;
		m->w.extra_count = 1;
	}
	m->w.event_at_ms = m->at_ms;
	m->w.tell = tell;
	m->w.tell_ctx = m;
	return writing_put(&m->w, m->profile);
}

/* ---- prepare ---- */

static struct fault choose_consent(struct meeting *m, struct case_id place)
{
	struct record_id id;
	if (*m->call->consent != '\0') {
		FAULT_TRY(resolve_record(profile_book(m->profile), m->call->consent, &id));
		m->has_consent = consent_read(world_of(m), rules_find(world_of(m), id), &m->consent);
		m->hold = m->has_consent ? consent_at(&m->consent, world_of(m)->now_ms) : CONSENT_NOT_HERE;
		return m->has_consent ? fault_none() : refuse(m, "consent", "this is no consent", "jalka consent list CLIENT");
	}
	m->has_consent = consent_for_session(world_of(m), place, RECORDS_CONSENT_DIRECTION_TO_KELA, 0, world_of(m)->now_ms, &m->consent);
	m->hold = m->has_consent ? CONSENT_HOLDS : CONSENT_NOT_HERE;
	return m->has_consent ? fault_none()
			      : refuse(m, "consent", "there is no consent of the client for a joint session with Kela",
				       "jalka consent give CLIENT SESSION PURPOSE understood_check=...");
}

static void put_participant(struct wire_out *out, const char *role, const char *name, const char *organisation)
{
	uint8_t block[1024];
	struct wire_out one;
	wire_out_init(&one, block, sizeof block);
	put_text(&one, RECORDS_SESSION_PARTICIPANT_ROLE, role);
	put_text(&one, RECORDS_SESSION_PARTICIPANT_NAME, name);
	put_text(&one, RECORDS_SESSION_PARTICIPANT_ORGANISATION, organisation);
	wire_put_bytes(out, RECORDS_JOINT_SESSION_PARTICIPANTS, wire_out_span(&one));
}

static void put_point(struct meeting *m, struct span title, bool outside, struct span notes)
{
	struct wire_out one, *out = &m->w.fields;
	size_t size = title.len + notes.len + 32;
	void *block = world_take(&m->w.world, size);
	if (block == NULL)
		return; /* world_fault tells */
	wire_out_init(&one, block, size);
	wire_put_bytes(&one, RECORDS_AGENDA_POINT_TITLE, title);
	if (notes.len > 0)
		wire_put_bytes(&one, RECORDS_AGENDA_POINT_NOTES, notes);
	if (outside)
		wire_put_varint(&one, RECORDS_AGENDA_POINT_OUT_OF_SCOPE, 1);
	wire_put_bytes(out, RECORDS_JOINT_SESSION_AGENDA, wire_out_span(&one));
}

/* Client, worker and Kela are there; who else joins is named when identified. */
static struct fault prepare(struct meeting *m)
{
	const jalka_SessionCall *call = m->call;
	const struct rules_record *clients;
	char worker[VIEW_NAME_BYTES];
	uint64_t kind = RECORDS_SESSION_KIND_NEGOTIATION, channel = RECORDS_SESSION_CHANNEL_OTHER_VIDEO;
	struct log_case info;
	bool found;
	struct case_id place;
	FAULT_TRY(resolve_place(profile_book(m->profile), profile_log(m->profile), call->id, &place));
	if (rules_list(world_of(m), RULES_OF_CLIENT, place, RECORDS_TYPE_CLIENT, &clients) == 0)
		return refuse(m, "id", "the client's own record is not on this device", "synchronise first: jalka sync");
	if (*call->kind != '\0')
		FAULT_TRY(scopes_read_value(m->w.request, "kind", scopes_enum(RECORDS_TYPE_JOINT_SESSION, RECORDS_JOINT_SESSION_KIND),
					    span_text(call->kind), &kind));
	if (*call->channel != '\0')
		FAULT_TRY(scopes_read_value(m->w.request, "channel", scopes_enum(RECORDS_TYPE_JOINT_SESSION, RECORDS_JOINT_SESSION_CHANNEL),
					    span_text(call->channel), &channel));
	FAULT_TRY(choose_consent(m, place));
	view_staff_name(m->w.world.book, &m->w.world.rules.staff, worker);
	wire_put_bytes(&m->w.fields, RECORDS_JOINT_SESSION_CLIENT, span_of(clients[0].id.bytes, ID_BYTES));
	wire_put_varint(&m->w.fields, RECORDS_JOINT_SESSION_KIND, kind);
	wire_put_varint(&m->w.fields, RECORDS_JOINT_SESSION_CHANNEL, channel);
	if (call->at_ms != 0)
		wire_put_varint(&m->w.fields, RECORDS_JOINT_SESSION_SCHEDULED_AT, call->at_ms);
	put_participant(&m->w.fields, "asiakas", "", "");
	put_participant(&m->w.fields, "työntekijä", worker, "");
	put_participant(&m->w.fields, "Kela", "", "Kela");
	wire_put_bytes(&m->w.fields, RECORDS_JOINT_SESSION_CONSENT, span_of(m->consent.record->id.bytes, ID_BYTES));
	for (size_t i = 0; i < call->args_count; i++)
		put_point(m, span_text(call->args[i]), false, span_of(NULL, 0));
	wire_put_varint(&m->w.fields, RECORDS_JOINT_SESSION_CLIENT_CONFIRMED, 0);
	put_state(m, RECORDS_SESSION_STATE_SCHEDULED);
	m->w.is_new = true;
	m->w.case_id = clients[0].case_id;
	FAULT_TRY(log_case_get(profile_log(m->profile), m->w.case_id, &info, &found));
	m->w.kind = found ? info.kind : DELTA_CASE_NONE;
	m->at_ms = world_of(m)->now_ms; /* written now, whenever it is to be */
	return put(m);
}

/* ---- who is there ---- */

static struct fault put_people(struct meeting *m, struct session_people_told told)
{
	if (told.all_checked && state_of(m) == RECORDS_SESSION_STATE_SCHEDULED)
		put_state(m, RECORDS_SESSION_STATE_IDENTITIES_CHECKED);
	return put(m);
}

static struct fault identify(struct meeting *m)
{
	static struct session_person given[SESSION_PEOPLE_MAX];
	for (size_t i = 0; i < m->call->args_count; i++)
		if (!session_people_read(m->call->args[i], &given[i]) || *given[i].how == '\0')
			return refuse(m, "participants", "who and how is written role[/name[/organisation]]=how", "like Kela/Sari Laine=virkakortti");
	return put_people(m, session_people_identify(&m->w.fields, m->lists, given, m->call->args_count, runs(m), m->at_ms));
}
_Static_assert(sizeof(((jalka_SessionCall *)0)->args) / sizeof(((jalka_SessionCall *)0)->args[0]) == SESSION_PEOPLE_MAX, "as many as are read");

/* Is there no more; before the start: does not come. */
static struct fault leave(struct meeting *m)
{
	struct session_person gone;
	if (m->call->args_count != 1 || !session_people_read(m->call->args[0], &gone))
		return refuse(m, "participants", "say who left: role[/name]", "like Kela/Sari Laine");
	struct session_people_told told = session_people_leave(&m->w.fields, m->lists, &gone, m->at_ms);
	return told.found ? put_people(m, told) : refuse(m, "participants", "nobody of that role is there", "jalka session show SESSION");
}

/* ---- start ---- */

/* The client's own consent to Kela: given there and then, for this dealing (2.8). */
static struct fault make_kela_consent(struct meeting *m)
{
	void *block = world_take(&m->w.world, PART_BYTES);
	char witness[VIEW_NAME_BYTES];
	struct wire_out out;
	struct span client, rest = m->consent.record->fields;
	struct wire_field field;
	struct rules_told told = { .hint_count = 0 };
	if (block == NULL)
		return world_fault(&m->w.world);
	if (!fields_bytes(m->session->fields, RECORDS_JOINT_SESSION_CLIENT, &client))
		return fault_none();
	view_staff_name(m->w.world.book, &m->w.world.rules.staff, witness);
	wire_out_init(&out, block, PART_BYTES);
	wire_put_bytes(&out, RECORDS_CONSENT_CLIENT, client);
	wire_put_varint(&out, RECORDS_CONSENT_DIRECTION, RECORDS_CONSENT_DIRECTION_FROM_KELA);
	wire_put_bytes(&out, RECORDS_CONSENT_RECIPIENT, span_text("Kela"));
	while (wire_next(&rest, &field) == WIRE_FIELD)
		if (field.number == RECORDS_CONSENT_PURPOSE)
			wire_put_raw(&out, field.whole);
	wire_put_varint(&out, RECORDS_CONSENT_SCOPE, RECORDS_CONSENT_SCOPE_SESSION);
	wire_put_varint(&out, RECORDS_CONSENT_FORM, RECORDS_CONSENT_FORM_ORAL);
	wire_put_varint(&out, RECORDS_CONSENT_GIVEN_AT, m->at_ms);
	wire_put_bytes(&out, RECORDS_CONSENT_WITNESS_STAFF, span_text(witness));
	wire_put_bytes(&out, RECORDS_CONSENT_UNDERSTOOD_CHECK, span_text(m->call->text));
	struct rules_write write = { .record = schema_by_type(RECORDS_TYPE_CONSENT), .case_id = m->session->case_id, .kind = m->w.kind,
				     .is_new = true, .given = wire_out_span(&out), .after = wire_out_span(&out), .event_at_ms = m->at_ms };
	rules_fill(world_of(m), &write, &out);
	write.given = write.after = wire_out_span(&out);
	struct fault f = rules_check(world_of(m), &write, &told);
	if (fault_is(f)) {
		m->w.told = told;
		return writing_refused(&m->w, f);
	}
	m->extra = (struct replica_write){ .case_id = m->session->case_id, .record_type = RECORDS_TYPE_CONSENT, .fields = write.after };
	random_fill(NULL, m->extra.record_id.bytes, ID_BYTES);
	m->extra.envelope.event_at_ms = m->at_ms;
	m->extra.envelope.is_signed = true;
	m->extra.envelope.clock_state = (uint32_t)profile_status(m->profile)->clock_state;
	return fault_none();
}

/* Before Kela tells anything: the consent the client gave to Kela for this session, which
 * is recorded with it; on another day it is another dealing. */
static struct fault put_kela_consent(struct meeting *m)
{
	struct record_id id = { { 0 } };
	struct consent written;
	bool has = fields_id(m->session->fields, RECORDS_JOINT_SESSION_KELA_CONSENT, &id) &&
		   consent_by_id(world_of(m), id, m->at_ms, NULL) == CONSENT_HOLDS;
	if (*m->call->text != '\0' && m->has_consent) {
		FAULT_TRY(make_kela_consent(m));
		id = m->extra.record_id;
	} else if (!has && consent_for_session(world_of(m), m->session->case_id, RECORDS_CONSENT_DIRECTION_FROM_KELA, RECORDS_CONSENT_FORM_WRITTEN,
					       m->at_ms, &written)) {
		id = written.record->id; /* in writing it serves every dealing until its last day (form Y100) */
	} else if (!has) {
		rules_hint(&m->w.told, "kela_consent", "before Kela tells anything the client consents to it herself, for this dealing: "
			   "--kela-consent HOW");
		return fault_none();
	}
	wire_put_bytes(&m->w.fields, RECORDS_JOINT_SESSION_KELA_CONSENT, span_of(id.bytes, ID_BYTES));
	return fault_none();
}

static void put_room(struct meeting *m)
{
	put_text(&m->w.fields, RECORDS_JOINT_SESSION_OTHERS_PRESENT, m->call->room);
	if (*m->call->room == '\0')
		rules_hint(&m->w.told, "others_present", "ask each: is anybody else in the room? --room ANSWER keeps what they said");
}

static struct fault start(struct meeting *m)
{
	put_state(m, RECORDS_SESSION_STATE_RUNNING);
	wire_put_varint(&m->w.fields, RECORDS_JOINT_SESSION_STARTED_AT, m->at_ms);
	put_event(m, RECORDS_SESSION_TURN_KIND_STARTED, "");
	FAULT_TRY(put_kela_consent(m));
	put_room(m);
	rules_hint(&m->w.told, "participants", "the client chooses the language, and may pause or end it at any time");
	return put(m);
}

/* ---- points and notes ---- */

/* By number from 1, or by its title, which stays when others add points; 0: there is none. */
static uint32_t find_point(struct meeting *m, struct span *that)
{
	struct span one, title, rest = m->lists;
	for (uint32_t n = 1; fields_next(&rest, RECORDS_JOINT_SESSION_AGENDA, &one); n++) {
		bool is_named = m->call->args_count > 0 && fields_bytes(one, RECORDS_AGENDA_POINT_TITLE, &title) &&
				span_equal(title, span_text(m->call->args[0]));
		if (m->call->args_count > 0 ? is_named : n == m->call->point) {
			*that = one;
			return n;
		}
	}
	return 0;
}

static struct fault point(struct meeting *m)
{
	struct span one, rest = m->lists;
	uint64_t scopes[SCOPES_MAX];
	size_t count;
	bool outside = m->call->outside;
	if (*m->call->text == '\0')
		return refuse(m, "agenda", "say what the point is about", "");
	FAULT_TRY(scopes_read(m->w.request, "scope", m->call->scope, scopes, &count));
	for (size_t i = 0; i < count; i++)
		outside = outside || !m->has_consent || !consent_lets(&m->consent, scopes[i]);
	while (fields_next(&rest, RECORDS_JOINT_SESSION_AGENDA, &one))
		wire_put_bytes(&m->w.fields, RECORDS_JOINT_SESSION_AGENDA, one);
	put_point(m, span_text(m->call->text), outside, span_of(NULL, 0));
	if (outside)
		rules_hint(&m->w.told, "agenda", "this is outside what the client consented to: it is marked and not discussed");
	return put(m);
}

/* A note follows what stands under the point already. */
static struct fault note(struct meeting *m)
{
	char *text = world_take(&m->w.world, PART_BYTES);
	struct span one, that = { NULL, 0 }, title = { NULL, 0 }, notes = { NULL, 0 }, rest = m->lists;
	if (text == NULL)
		return world_fault(&m->w.world);
	uint32_t number = find_point(m, &that);
	if (number == 0)
		return refuse(m, "agenda", "there is no such point", "jalka session show SESSION; a new one: jalka session point SESSION TITLE");
	if (fields_true(that, RECORDS_AGENDA_POINT_OUT_OF_SCOPE))
		return refuse(m, "agenda", "this point is outside what the client consented to: it is not discussed and takes no note",
			      "a wider consent is the client's to give: jalka consent give");
	uint32_t state = state_of(m);
	if (state != RECORDS_SESSION_STATE_RUNNING && state != RECORDS_SESSION_STATE_ENDED)
		return refuse(m, "agenda", "notes are taken while the session runs, and until the client has confirmed", "jalka session start SESSION");
	(void)fields_bytes(that, RECORDS_AGENDA_POINT_TITLE, &title);
	(void)fields_bytes(that, RECORDS_AGENDA_POINT_NOTES, &notes);
	size_t len = strlen(m->call->text);
	if (len == 0 || notes.len + 1 + len > PART_BYTES)
		return refuse(m, "agenda", len == 0 ? "say what was said" : "the note is too long", "");
	memcpy(text, notes.data == NULL ? (const uint8_t *)"" : notes.data, notes.len);
	text[notes.len] = '\n';
	size_t from = notes.len == 0 ? 0 : notes.len + 1;
	memcpy(text + from, m->call->text, len);
	for (uint32_t n = 1; fields_next(&rest, RECORDS_JOINT_SESSION_AGENDA, &one); n++) {
		if (n == number)
			put_point(m, title, false, span_of(text, from + len));
		else
			wire_put_bytes(&m->w.fields, RECORDS_JOINT_SESSION_AGENDA, one);
	}
	struct span last;
	if (!session_course_last(m->lists, RECORDS_SESSION_TURN_KIND_POINT, &last) || !span_equal(last, title))
		put_turn(m, RECORDS_SESSION_TURN_KIND_POINT, title, (struct record_id){ { 0 } });
	else if (m->apart)
		session_course_add(&m->w.fields, m->lists, NULL, 0); /* as one, like the agenda */
	return put(m);
}

/* ---- actions ---- */

static struct fault action(struct meeting *m)
{
	void *block = world_take(&m->w.world, PART_BYTES);
	struct wire_out out;
	struct schema_error where = { .field = "" };
	struct rules_told told = { .hint_count = 0 };
	uint64_t kind;
	int32_t due;
	struct span one, rest = m->lists;
	uint32_t state = state_of(m);
	if (state != RECORDS_SESSION_STATE_RUNNING && state != RECORDS_SESSION_STATE_ENDED)
		return refuse(m, "agreed_actions", "actions are agreed while the session runs, and until the client has confirmed", "jalka session start SESSION");
	FAULT_TRY(scopes_read_value(m->w.request, "owner_kind", scopes_enum(RECORDS_TYPE_AGREED_ACTION, RECORDS_AGREED_ACTION_OWNER_KIND),
				    span_text(m->call->owner_kind), &kind));
	if (!civil_read_date(span_text(m->call->due), &due))
		return refuse(m, "due", "an agreed action has a day", "written like 2026-11-20");
	if (*m->call->owner == '\0')
		return refuse(m, "owner", "an agreed action has exactly one owner", "");
	if (block == NULL)
		return world_fault(&m->w.world);
	wire_out_init(&out, block, PART_BYTES);
	wire_put_bytes(&out, RECORDS_AGREED_ACTION_FROM, span_of(m->session->id.bytes, ID_BYTES));
	put_text(&out, RECORDS_AGREED_ACTION_WHAT, m->call->text);
	wire_put_varint(&out, RECORDS_AGREED_ACTION_OWNER_KIND, kind);
	put_text(&out, RECORDS_AGREED_ACTION_OWNER, m->call->owner);
	wire_put_varint(&out, RECORDS_AGREED_ACTION_DUE, ((uint64_t)(int64_t)due << 1) ^ (due < 0 ? UINT64_MAX : 0));
	wire_put_varint(&out, RECORDS_AGREED_ACTION_STATE, RECORDS_ACTION_STATE_OPEN);
	struct rules_write write = { .record = schema_by_type(RECORDS_TYPE_AGREED_ACTION), .case_id = m->session->case_id, .kind = m->w.kind,
				     .is_new = true, .given = wire_out_span(&out), .after = wire_out_span(&out), .event_at_ms = m->at_ms };
	struct fault f = schema_check(write.record, write.given, NULL, 0, true, false, &where);
	if (fault_is(f))
		return writing_at(m->w.request, where.field, f.what);
	f = rules_check(world_of(m), &write, &told);
	if (fault_is(f)) {
		m->w.told = told;
		return writing_refused(&m->w, f);
	}
	m->extra = (struct replica_write){ .case_id = m->session->case_id, .record_type = RECORDS_TYPE_AGREED_ACTION, .fields = write.given };
	random_fill(NULL, m->extra.record_id.bytes, ID_BYTES);
	m->extra.envelope.event_at_ms = m->at_ms;
	m->extra.envelope.clock_state = (uint32_t)profile_status(m->profile)->clock_state;
	while (fields_next(&rest, RECORDS_JOINT_SESSION_AGREED_ACTIONS, &one))
		wire_put_bytes(&m->w.fields, RECORDS_JOINT_SESSION_AGREED_ACTIONS, one);
	wire_put_bytes(&m->w.fields, RECORDS_JOINT_SESSION_AGREED_ACTIONS, span_of(m->extra.record_id.bytes, ID_BYTES));
	put_turn(m, RECORDS_SESSION_TURN_KIND_AGREED, span_of(NULL, 0), m->extra.record_id);
	return put(m);
}

/* ---- to its end ---- */

static struct fault drop(struct meeting *m)
{
	put_state(m, RECORDS_SESSION_STATE_FAILED);
	put_text(&m->w.fields, RECORDS_JOINT_SESSION_CONNECTION_TROUBLE, *m->call->text != '\0' ? m->call->text : "yhteys katkesi");
	put_event(m, RECORDS_SESSION_TURN_KIND_LINE_DROPPED, m->call->text);
	rules_hint(&m->w.told, "channel", "call the client and Kela, and go on in the same record: jalka session resume");
	return put(m);
}

static struct fault resume(struct meeting *m)
{
	put_state(m, RECORDS_SESSION_STATE_RUNNING);
	wire_put_varint(&m->w.fields, RECORDS_JOINT_SESSION_CHANNEL, RECORDS_SESSION_CHANNEL_PHONE);
	if (!fields_has(m->session->fields, RECORDS_JOINT_SESSION_STARTED_AT))
		wire_put_varint(&m->w.fields, RECORDS_JOINT_SESSION_STARTED_AT, m->at_ms);
	put_event(m, RECORDS_SESSION_TURN_KIND_BY_PHONE, "");
	FAULT_TRY(put_kela_consent(m));
	put_room(m);
	rules_hint(&m->w.told, "participants", "a voice on the phone is a new one: check identities again");
	return put(m);
}

/* The client gave a wider consent, or one that allows less: the session rests on it from now on. */
static struct fault rest_on(struct meeting *m)
{
	m->has_consent = false;
	FAULT_TRY(choose_consent(m, m->session->case_id));
	wire_put_bytes(&m->w.fields, RECORDS_JOINT_SESSION_CONSENT, span_of(m->consent.record->id.bytes, ID_BYTES));
	put_turn(m, RECORDS_SESSION_TURN_KIND_CONSENT_CHANGED, span_of(NULL, 0), m->consent.record->id);
	return put(m);
}

static struct fault finish(struct meeting *m, uint64_t state)
{
	put_state(m, state);
	if (state != RECORDS_SESSION_STATE_SIGNED)
		put_event(m, state == RECORDS_SESSION_STATE_ENDED ? RECORDS_SESSION_TURN_KIND_ENDED
			     : state == RECORDS_SESSION_STATE_CONFIRMED ? RECORDS_SESSION_TURN_KIND_CONFIRMED
									: RECORDS_SESSION_TURN_KIND_CANCELLED, m->call->text);
	if (state == RECORDS_SESSION_STATE_ENDED)
		wire_put_varint(&m->w.fields, RECORDS_JOINT_SESSION_ENDED_AT, m->at_ms);
	if (state == RECORDS_SESSION_STATE_CONFIRMED)
		wire_put_varint(&m->w.fields, RECORDS_JOINT_SESSION_CLIENT_CONFIRMED, 1);
	if (state == RECORDS_SESSION_STATE_ENDED)
		rules_hint(&m->w.told, "agreed_actions", "read what was agreed aloud, with its owners and days: jalka print actions SESSION");
	return put(m);
}

/* Fields of several values that somebody has to choose from; the lists are joined. */
static void tell_conflicts(const struct meeting *m, struct writer *out)
{
	const struct schema_record *record = m->w.record;
	struct span values[VALUES_MAX];
	writer_list(out, "conflicts");
	for (size_t i = 0; i < record->message->count; i++) {
		uint32_t field = record->message->fields[i].number;
		if (field != RECORDS_JOINT_SESSION_STATE && !session_lists_is(field) &&
		    world_of(m)->values(world_of(m)->ctx, m->session->id, field, values, VALUES_MAX) > 1)
			writer_string(out, NULL, record->message->fields[i].name);
	}
	writer_list_end(out);
	writer_bool(out, "apart", m->apart);
}

/* The session as it reads, and what was agreed in it. */
static void tell_record(struct meeting *m, struct writer *out)
{
	struct span one, rest;
	struct wire_out whole;
	struct view view;
	void *block = world_take(&m->w.world, m->session->fields.len + m->lists.len + 1);
	if (block == NULL)
		return; /* world_fault tells */
	wire_out_init(&whole, block, m->session->fields.len + m->lists.len + 1);
	session_lists_lay(m->session->fields, m->lists, &whole);
	view_init(&view, m->w.world.book, &profile_status(m->profile)->node);
	view.gate = m->w.request->gate;
	writer_id(out, "case_id", m->session->case_id.bytes);
	view_fields(out, RECORDS_TYPE_JOINT_SESSION, wire_out_span(&whole));
	view_names(&view, out, RECORDS_TYPE_JOINT_SESSION, wire_out_span(&whole));
	tell_conflicts(m, out);
	writer_list(out, "actions");
	for (rest = m->lists; fields_next(&rest, RECORDS_JOINT_SESSION_AGREED_ACTIONS, &one);) {
		struct record_id id;
		if (one.len != ID_BYTES)
			continue;
		memcpy(id.bytes, one.data, ID_BYTES);
		const struct rules_record *action = rules_find(world_of(m), id);
		writer_object(out, NULL);
		writer_id(out, "id", id.bytes);
		if (action != NULL && action->type == RECORDS_TYPE_AGREED_ACTION && ID_EQUAL(action->case_id, m->session->case_id))
			view_fields(out, RECORDS_TYPE_AGREED_ACTION, action->fields);
		writer_object_end(out);
	}
	writer_list_end(out);
}

static struct fault show(struct meeting *m)
{
	struct writer *out = answer_begin(m->w.request->answer);
	writer_id(out, "id", m->session->id.bytes);
	writer_string(out, "holds", lifecycle_name(lifecycle_of(RECORDS_TYPE_JOINT_SESSION), state_of(m)));
	tell_points(m->lists, out);
	tell_unidentified(m->lists, out);
	tell_pauses(m->lists, out);
	tell_scope(m, out);
	tell_start(m, m->session->fields, out);
	tell_record(m, out);
	return answer_end(m->w.request->answer, session_typed_tell(profile_log(m->profile), m->session->id, out));
}

/* A pause of the client's or of the call: it is no part of the session's length. Two may say
 * it at once: what is so already is told as it is. */
static struct fault halt(struct meeting *m, bool wanted)
{
	if (!runs(m))
		return refuse(m, "state", "the session is not running", "jalka session show SESSION");
	if ((session_course_paused(m->lists).since_ms != 0) == wanted)
		return show(m);
	put_event(m, wanted ? RECORDS_SESSION_TURN_KIND_PAUSED : RECORDS_SESSION_TURN_KIND_CONTINUED, m->call->text);
	return put(m);
}

/* ---- what is being typed ---- */

static bool takes_notes(const struct meeting *m)
{
	uint32_t state = state_of(m);
	return state == RECORDS_SESSION_STATE_RUNNING || state == RECORDS_SESSION_STATE_ENDED || state == RECORDS_SESSION_STATE_FAILED;
}

/* Kept on this device alone, as it is typed; `note` and `action` take it into the record. */
static struct fault type(struct meeting *m)
{
	struct span title = m->call->args_count > 0 ? span_text(m->call->args[0]) : span_of(NULL, 0), text = span_text(m->call->text);
	struct rules_write write;
	if (!takes_notes(m) && text.len > 0)
		return refuse(m, "agenda", "notes are taken while the session runs, and until the client has confirmed", "jalka session start SESSION");
	FAULT_TRY(writing_rules(&m->w, &write));
	const struct gate_write what = { .record_type = m->w.record->type, .fields = write.after, .case_id = m->w.case_id,
					 .kind = m->w.kind, .is_draft = true };
	FAULT_TRY(gate_write(m->w.request->gate, &what));
	FAULT_TRY(session_typed_put(profile_log(m->profile), m->session, title, text, world_of(m)->now_ms));
	FAULT_TRY(stale_look(m->profile));
	writer_id(answer_begin(m->w.request->answer), "id", m->session->id.bytes);
	answer_finish(m->w.request->answer);
	return fault_none();
}

/* What was written apart as one list each, and nothing else. */
static struct fault join(struct meeting *m)
{
	struct wire_field field;
	for (struct span rest = m->lists; wire_next(&rest, &field) == WIRE_FIELD;)
		if (session_lists_is(field.number))
			wire_put_raw(&m->w.fields, field.whole);
	return put(m);
}

/* ---- the call ---- */

static struct fault join_lists(struct meeting *m)
{
	static const uint32_t fields[] = { RECORDS_JOINT_SESSION_PARTICIPANTS, RECORDS_JOINT_SESSION_AGENDA, RECORDS_JOINT_SESSION_AGREED_ACTIONS,
						   RECORDS_JOINT_SESSION_COURSE };
	enum { COUNT = sizeof fields / sizeof fields[0] };
	struct span values[COUNT][VALUES_MAX];
	size_t counts[COUNT], size = m->session->fields.len + 1;
	struct wire_out scratch, out;
	m->lists = m->session->fields;
	m->apart = false;
	for (size_t i = 0; i < COUNT; i++) {
		counts[i] = world_of(m)->values(world_of(m)->ctx, m->session->id, fields[i], values[i], VALUES_MAX);
		m->apart = m->apart || counts[i] > 1;
		for (size_t j = 0; j < counts[i]; j++)
			size += values[i][j].len;
	}
	if (!m->apart)
		return fault_none();
	void *block = world_take(&m->w.world, size), *room = world_take(&m->w.world, 2 * size + 64);
	if (block == NULL || room == NULL)
		return world_fault(&m->w.world);
	wire_out_init(&out, block, size);
	wire_out_init(&scratch, room, 2 * size + 64);
	for (size_t i = 0; i < COUNT; i++) {
		struct wire_field field;
		if (counts[i] > 1)
			session_lists_join(fields[i], values[i], counts[i], &scratch, &out);
		for (struct span rest = m->session->fields; counts[i] <= 1 && wire_next(&rest, &field) == WIRE_FIELD;)
			if (field.number == fields[i])
				wire_put_raw(&out, field.whole);
	}
	m->lists = wire_out_span(&out);
	return out.full ? fault_of(FAULT_LIMIT, "the lists of this session are too long") : fault_none();
}

static struct fault find_session(struct meeting *m)
{
	struct record_id consent;
	FAULT_TRY(writing_find_record(&m->w, m->profile, m->call->id));
	m->session = rules_find(world_of(m), m->w.record_id);
	if (m->session == NULL)
		return refuse(m, "id", "this is no joint session", "jalka list joint_session");
	FAULT_TRY(writing_find_case(&m->w, m->profile, "", ""));
	FAULT_TRY(join_lists(m));
	m->hold = CONSENT_NOT_HERE;
	if (fields_id(m->session->fields, RECORDS_JOINT_SESSION_CONSENT, &consent))
		m->hold = consent_by_id(world_of(m), consent, world_of(m)->now_ms, &m->consent);
	m->has_consent = m->hold != CONSENT_NOT_HERE;
	if (m->hold != CONSENT_HOLDS)
		rules_hint(&m->w.told, "consent", "the consent this session rests on does not hold: nothing more is said to Kela");
	return fault_none();
}

static struct fault meet(struct meeting *m)
{
	static const struct { const char *name; struct fault (*fn)(struct meeting *); } verbs[] = {
		{ "identify", identify }, { "start", start }, { "point", point }, { "note", note }, { "action", action },
		{ "drop", drop }, { "resume", resume }, { "leave", leave }, { "consent", rest_on }, { "show", show }, { "type", type }, { "join", join },
	};
	static const struct { const char *name; uint64_t state; } ends[] = {
		{ "end", RECORDS_SESSION_STATE_ENDED }, { "confirm", RECORDS_SESSION_STATE_CONFIRMED },
		{ "sign", RECORDS_SESSION_STATE_SIGNED }, { "cancel", RECORDS_SESSION_STATE_CANCELLED },
	};
	if (profile_status(m->profile)->state == REPLICA_BLANK)
		return fault_of(FAULT_LATER, "this machine is not enrolled yet: enrol it with the code of the administrator");
	if (*m->call->id == '\0')
		return refuse(m, "id", "say which session, or to prepare one whose", "jalka list joint_session");
	m->w.record = schema_by_type(RECORDS_TYPE_JOINT_SESSION);
	m->at_ms = m->call->at_ms != 0 ? m->call->at_ms : world_of(m)->now_ms;
	m->at_ms -= m->at_ms % 1000;
	if (strcmp(m->call->verb, "prepare") == 0)
		return prepare(m);
	FAULT_TRY(find_session(m));
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(m->call->verb, verbs[i].name) == 0)
			return verbs[i].fn(m);
	if (strcmp(m->call->verb, "pause") == 0 || strcmp(m->call->verb, "continue") == 0)
		return halt(m, *m->call->verb == 'p');
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (strcmp(m->call->verb, ends[i].name) == 0)
			return finish(m, ends[i].state);
	return refuse(m, "verb", "there is no such step of a session",
		      "prepare, identify, start, point, note, action, pause, continue, drop, resume, leave, consent, end, confirm, sign, cancel, type, join or show");
}

struct fault handlers_session(struct request *request)
{
	static struct meeting m;
	memset(&m, 0, sizeof m);
	m.call = &request->call->call.session;
	m.profile = request->target.profile;
	writing_begin(&m.w, request);
	struct fault f = meet(&m);
	writing_end(&m.w);
	return f;
}
