#include "domain/session_people.h"

#include <string.h>

#include "base/assert.h"
#include "domain/consent.h"
#include "domain/fields.h"
#include "domain/session_course.h"
#include "records_table.h"

enum { ONE_BYTES = 4096, WHO_BYTES = 1700 };

/* Ends the text at the mark and gives what follows it; "" when there is none. */
static char *cut(char *text, char mark)
{
	size_t len = strlen(text);
	char *at = memchr(text, mark, len);
	if (at == NULL)
		return text + len;
	*at = '\0';
	return at + 1;
}

bool session_people_read(const char *given, struct session_person *out)
{
	size_t len = strlen(given);
	if (len >= sizeof out->text)
		return false;
	memcpy(out->text, given, len + 1);
	out->role = out->text;
	out->how = cut(out->text, '=');
	char *name = cut(out->text, '/');
	out->name = name;
	out->organisation = cut(name, '/');
	return *out->role != '\0';
}

static bool is_there(struct span participant)
{
	return !fields_has(participant, RECORDS_SESSION_PARTICIPANT_LEFT_AT);
}

bool session_people_waits(struct span participant)
{
	return is_there(participant) && !fields_says(participant, RECORDS_SESSION_PARTICIPANT_IDENTITY_CHECKED_HOW);
}

static struct span text_of(struct span participant, uint32_t field)
{
	struct span text = { NULL, 0 };
	(void)fields_bytes(participant, field, &text);
	return text;
}

static bool same_role(struct span participant, const struct session_person *person)
{
	return is_there(participant) && consent_same_text(text_of(participant, RECORDS_SESSION_PARTICIPANT_ROLE), span_text(person->role));
}

/* Both are named, and otherwise. */
static bool is_other(struct span participant, const struct session_person *person)
{
	struct span name = text_of(participant, RECORDS_SESSION_PARTICIPANT_NAME);
	return *person->name != '\0' && name.len > 0 && !consent_same_text(name, span_text(person->name));
}

static void put_text(struct wire_out *out, uint32_t number, const char *text)
{
	if (*text != '\0')
		wire_put_bytes(out, number, span_text(text));
}

/* The participant as it stood (or none), with what was said now. */
static void put_identified(struct wire_out *out, struct span before, const struct session_person *person)
{
	uint8_t block[ONE_BYTES];
	struct wire_out one;
	struct wire_field field;
	wire_out_init(&one, block, sizeof block);
	if (before.len == 0)
		put_text(&one, RECORDS_SESSION_PARTICIPANT_ROLE, person->role);
	while (wire_next(&before, &field) == WIRE_FIELD) {
		bool is_given = field.number == RECORDS_SESSION_PARTICIPANT_IDENTITY_CHECKED_HOW ||
				(field.number == RECORDS_SESSION_PARTICIPANT_NAME && *person->name != '\0') ||
				(field.number == RECORDS_SESSION_PARTICIPANT_ORGANISATION && *person->organisation != '\0');
		if (!is_given)
			wire_put_raw(&one, field.whole);
	}
	put_text(&one, RECORDS_SESSION_PARTICIPANT_NAME, person->name);
	put_text(&one, RECORDS_SESSION_PARTICIPANT_ORGANISATION, person->organisation);
	put_text(&one, RECORDS_SESSION_PARTICIPANT_IDENTITY_CHECKED_HOW, person->how);
	wire_put_bytes(out, RECORDS_JOINT_SESSION_PARTICIPANTS, wire_out_span(&one));
	out->full = out->full || one.full;
}

static void put_left(struct wire_out *out, struct span before, uint64_t at_ms)
{
	uint8_t block[ONE_BYTES];
	struct wire_out one;
	wire_out_init(&one, block, sizeof block);
	wire_put_raw(&one, before);
	wire_put_varint(&one, RECORDS_SESSION_PARTICIPANT_LEFT_AT, at_ms);
	wire_put_bytes(out, RECORDS_JOINT_SESSION_PARTICIPANTS, wire_out_span(&one));
	out->full = out->full || one.full;
}

/* ---- the turns ---- */

struct turns {
	struct session_turn all[2 * SESSION_PEOPLE_MAX];
	char texts[2 * SESSION_PEOPLE_MAX][WHO_BYTES];
	size_t count;
};

static void add(struct turns *turns, uint64_t what, uint64_t at_ms, struct span role, struct span name)
{
	ASSERT(turns->count < sizeof turns->all / sizeof turns->all[0]);
	char *text = turns->texts[turns->count];
	struct wire_out out;
	wire_out_init(&out, text, WHO_BYTES);
	wire_put_raw(&out, role);
	if (name.len > 0) {
		wire_put_raw(&out, span_text(", "));
		wire_put_raw(&out, name);
	}
	turns->all[turns->count++] = (struct session_turn){ .at_ms = at_ms, .what = what, .text = out.full ? role : wire_out_span(&out) };
}

static void put_turns(struct wire_out *out, struct span session, const struct turns *turns)
{
	if (turns->count > 0)
		session_course_add(out, session, turns->all, turns->count);
}

/* ---- what may be done ---- */

static size_t find(struct span participant, const struct session_person *given, size_t count, const bool *used)
{
	size_t i = 0;
	while (i < count && (used[i] || !same_role(participant, &given[i])))
		i++;
	return i;
}

struct session_people_told session_people_identify(struct wire_out *out, struct span session, const struct session_person *given, size_t count,
						   bool is_running, uint64_t at_ms)
{
	struct session_people_told told = { .found = true, .all_checked = true };
	struct turns turns = { .count = 0 };
	bool used[SESSION_PEOPLE_MAX] = { false };
	struct span one, rest = session;
	ASSERT(count <= SESSION_PEOPLE_MAX);
	while (fields_next(&rest, RECORDS_JOINT_SESSION_PARTICIPANTS, &one)) {
		size_t i = find(one, given, count, used);
		if (i < count && is_running && is_other(one, &given[i])) {
			if (turns.count < SESSION_PEOPLE_MAX)
				add(&turns, RECORDS_SESSION_TURN_KIND_LEFT, at_ms, text_of(one, RECORDS_SESSION_PARTICIPANT_ROLE),
				    text_of(one, RECORDS_SESSION_PARTICIPANT_NAME));
			put_left(out, one, at_ms);
		} else if (i < count) {
			used[i] = true;
			put_identified(out, one, &given[i]);
		} else {
			told.all_checked = told.all_checked && !session_people_waits(one);
			wire_put_bytes(out, RECORDS_JOINT_SESSION_PARTICIPANTS, one);
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (used[i])
			continue;
		put_identified(out, (struct span){ NULL, 0 }, &given[i]);
		if (is_running)
			add(&turns, RECORDS_SESSION_TURN_KIND_JOINED, at_ms, span_text(given[i].role), span_text(given[i].name));
	}
	put_turns(out, session, &turns);
	return told;
}

struct session_people_told session_people_leave(struct wire_out *out, struct span session, const struct session_person *gone, uint64_t at_ms)
{
	struct session_people_told told = { .found = false, .all_checked = true };
	struct turns turns = { .count = 0 };
	struct span one, rest = session;
	while (fields_next(&rest, RECORDS_JOINT_SESSION_PARTICIPANTS, &one)) {
		if (!told.found && same_role(one, gone) && !is_other(one, gone)) {
			told.found = true;
			put_left(out, one, at_ms);
			add(&turns, RECORDS_SESSION_TURN_KIND_LEFT, at_ms, text_of(one, RECORDS_SESSION_PARTICIPANT_ROLE),
			    text_of(one, RECORDS_SESSION_PARTICIPANT_NAME));
			continue;
		}
		told.all_checked = told.all_checked && !session_people_waits(one);
		wire_put_bytes(out, RECORDS_JOINT_SESSION_PARTICIPANTS, one);
	}
	put_turns(out, session, &turns);
	return told;
}
