#include "domain/session_course.h"

#include "domain/fields.h"
#include "records_table.h"

static void put(struct wire_out *out, const struct session_turn *turn)
{
	uint8_t block[10 * 1024]; /* a text of 2,000 letters */
	struct wire_out one;
	wire_out_init(&one, block, sizeof block);
	wire_put_varint(&one, RECORDS_SESSION_TURN_AT, turn->at_ms);
	wire_put_varint(&one, RECORDS_SESSION_TURN_WHAT, turn->what);
	if (turn->text.len > 0)
		wire_put_bytes(&one, RECORDS_SESSION_TURN_TEXT, turn->text);
	if (!ID_IS_NONE(turn->record))
		wire_put_bytes(&one, RECORDS_SESSION_TURN_RECORD, span_of(turn->record.bytes, ID_BYTES));
	wire_put_bytes(out, RECORDS_JOINT_SESSION_COURSE, wire_out_span(&one));
	out->full = out->full || one.full;
}

void session_course_add(struct wire_out *out, struct span session, const struct session_turn *turns, size_t count)
{
	struct span one;
	size_t at = 0;
	while (fields_next(&session, RECORDS_JOINT_SESSION_COURSE, &one)) {
		for (; at < count && turns[at].at_ms < fields_number_or_none(one, RECORDS_SESSION_TURN_AT); at++)
			put(out, &turns[at]);
		wire_put_bytes(out, RECORDS_JOINT_SESSION_COURSE, one);
	}
	for (; at < count; at++)
		put(out, &turns[at]);
}

bool session_course_last(struct span session, uint64_t what, struct span *text)
{
	struct span one;
	bool found = false;
	while (fields_next(&session, RECORDS_JOINT_SESSION_COURSE, &one)) {
		if (fields_number_or_none(one, RECORDS_SESSION_TURN_WHAT) != what)
			continue;
		*text = span_of(NULL, 0);
		(void)fields_bytes(one, RECORDS_SESSION_TURN_TEXT, text);
		found = true;
	}
	return found;
}

static bool ends_pause(uint64_t what)
{
	return what == RECORDS_SESSION_TURN_KIND_CONTINUED || what == RECORDS_SESSION_TURN_KIND_BY_PHONE ||
	       what == RECORDS_SESSION_TURN_KIND_ENDED || what == RECORDS_SESSION_TURN_KIND_CANCELLED;
}

struct session_paused session_course_paused(struct span session)
{
	struct session_paused paused = { 0, 0 };
	struct span one;
	while (fields_next(&session, RECORDS_JOINT_SESSION_COURSE, &one)) {
		uint64_t at_ms = fields_number_or_none(one, RECORDS_SESSION_TURN_AT), what = fields_number_or_none(one, RECORDS_SESSION_TURN_WHAT);
		if (what == RECORDS_SESSION_TURN_KIND_PAUSED && paused.since_ms == 0)
			paused.since_ms = at_ms;
		else if (ends_pause(what) && paused.since_ms != 0) {
			paused.total_ms += at_ms > paused.since_ms ? at_ms - paused.since_ms : 0;
			paused.since_ms = 0;
		}
	}
	return paused;
}
