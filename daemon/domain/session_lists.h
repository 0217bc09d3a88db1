/* session_lists - the lists of a joint session as all who wrote them have it.
 *
 * Two workers note in the same meeting and have not always seen each other's last
 * line. Each wrote the whole list, so one of the two would stand alone; joined, nothing
 * of either is lost:
 *
 * J1  Points are the same when they have the same title, participants when they have
 *     the same role; of several alike in one list the first goes with the first.
 * J2  A note has the lines of all, each once; a point outside the consent is outside
 *     as long as nothing is noted under it.
 * J3  A participant whose identity was checked by either is checked; who left by either has left.
 * J4  Of one value it is that value, byte for byte.
 * J5  The course has the turns of all by their times, each once.
 *
 * Pure.
 */
#ifndef JALKA_DOMAIN_SESSION_LISTS_H
#define JALKA_DOMAIN_SESSION_LISTS_H

#include "base/span.h"
#include "base/wire.h"

/* Whether a field of a session is one of these lists. */
bool session_lists_is(uint32_t field);
/* The session with its lists as joined. */
void session_lists_lay(struct span session, struct span lists, struct wire_out *out);

enum { SESSION_LISTS_MAX = 16 };
/* `values`: of the field (agenda, participants, agreed_actions or course), each with its tags,
 * the shown one first; SESSION_LISTS_MAX at most. `scratch` has room for the longest note. */
void session_lists_join(uint32_t field, const struct span *values, size_t count, struct wire_out *scratch, struct wire_out *out);

#endif
