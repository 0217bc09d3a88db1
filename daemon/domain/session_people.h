/* session_people - who takes part in a joint session: comes, is identified, leaves.
 *
 * P1  Nobody is taken out of the record: who left stays in it, with the moment.
 * P2  Once the session runs, another name in a role that is filled is another person: the one
 *     who was there has left, and who came is a line of their own.
 * P3  What changes while it runs, and every leaving, is a turn of the course.
 *
 * Pure. `session` is the message with its lists as joined (session_lists).
 */
#ifndef JALKA_DOMAIN_SESSION_PEOPLE_H
#define JALKA_DOMAIN_SESSION_PEOPLE_H

#include "base/span.h"
#include "base/wire.h"

enum { SESSION_PEOPLE_MAX = 16 };

struct session_person {
	char text[1024];
	const char *role, *name, *organisation, *how; /* in `text`; "" when not said */
};

/* "role[/name[/organisation]][=how]" cut apart. False: no role, or too long. */
bool session_people_read(const char *given, struct session_person *out);
/* Whether the identity of this participant is still to be checked. */
bool session_people_waits(struct span participant);

struct session_people_told {
	bool found;       /* leave: whom it names was there */
	bool all_checked; /* nobody's identity is still to be checked */
};
/* Both write the participants and, where it has turns more, the course, as fields of a session. */
struct session_people_told session_people_identify(struct wire_out *out, struct span session, const struct session_person *given, size_t count,
						   bool is_running, uint64_t at_ms);
struct session_people_told session_people_leave(struct wire_out *out, struct span session, const struct session_person *gone, uint64_t at_ms);

#endif
