/* session_course - what happened in a joint session, in its order: its turns, from the
 * start to the client's confirmation. A turn is one line of the record, with its moment:
 * what is noted under the points has none, so the turn POINT says when a point was taken up.
 *
 * K1  A turn is never written otherwise nor taken away: the list grows.
 * K2  A pause lasts from PAUSED to the first turn after it that ends one (CONTINUED,
 *     BY_PHONE, ENDED, CANCELLED), whoever wrote either; a pause within a pause is that pause.
 *
 * Pure. `session` is the message with its lists as joined (session_lists). Times are
 * milliseconds since 1970.
 */
#ifndef JALKA_DOMAIN_SESSION_COURSE_H
#define JALKA_DOMAIN_SESSION_COURSE_H

#include "base/id.h"
#include "base/span.h"
#include "base/wire.h"

struct session_turn {
	uint64_t at_ms;
	uint64_t what;           /* RECORDS_SESSION_TURN_KIND_* */
	struct span text;        /* may be empty */
	struct record_id record; /* none: absent */
};

/* Writes the course with these turns more, as fields of a session; they are in their order, and
 * stand before those that came later, if they are said with an earlier time. */
void session_course_add(struct wire_out *out, struct span session, const struct session_turn *turns, size_t count);
/* The text of the last turn of this kind; false, and nothing written: there is none. */
bool session_course_last(struct span session, uint64_t what, struct span *text);

struct session_paused {
	uint64_t since_ms; /* 0: it is not paused */
	uint64_t total_ms; /* of the pauses that are over */
};
struct session_paused session_course_paused(struct span session);

#endif
