/* console_session - who is signed in at the console.
 *
 * A session is a token of 32 random bytes that the page sends as a header, and a row here;
 * it is a person's, and what it may is asked anew for each of its calls (api/gate.h).
 *
 * S1  A session ends CONSOLE_SESSION_IDLE_MS after the last request of a person,
 *     CONSOLE_SESSION_MS after it began, when it is ended, and with the daemon.
 * S2  Only a digest of the token is kept, and compared in constant time. The id that lists
 *     show opens nothing.
 * S3  One more than CONSOLE_SESSION_OF_ONE of a person, or CONSOLE_SESSION_MAX of all, ends
 *     the one that would end first.
 *
 * Times: `mono_ms` decides; `wall_ms` is for people.
 */
#ifndef JALKA_API_CONSOLE_SESSION_H
#define JALKA_API_CONSOLE_SESSION_H

#include "base/id.h"

enum {
	CONSOLE_SESSION_IDLE_MS = 30 * 60 * 1000,
	CONSOLE_SESSION_MS = 12 * 3600 * 1000,
	CONSOLE_SESSION_MAX = 64,
	CONSOLE_SESSION_OF_ONE = 8,
	CONSOLE_SESSION_TEXT_BYTES = 64 + 1,
	CONSOLE_SESSION_RANDOM_BYTES = 32 + 8,
	CONSOLE_SESSION_ID_BYTES = 16 + 1,   /* 8 random bytes, hexadecimal */
	CONSOLE_SESSION_FROM_BYTES = 128,
	CONSOLE_SESSION_DIGEST_BYTES = 32,
};

struct console_session {
	uint64_t number;                      /* 0: a free place; rises, never given twice */
	uint8_t digest[CONSOLE_SESSION_DIGEST_BYTES];
	char id[CONSOLE_SESSION_ID_BYTES];
	struct record_id staff;
	char from[CONSOLE_SESSION_FROM_BYTES]; /* what the browser says of itself */
	uint64_t begun_ms, last_ms;           /* wall */
	uint64_t begun_mono_ms, last_mono_ms;
};

struct console_sessions {
	struct console_session all[CONSOLE_SESSION_MAX];
	uint64_t last_number;
};

/* Where the next session of this person will begin: number != 0: in the place of one that this ends (S3), or that is over. */
struct console_session *console_session_place(struct console_sessions *sessions, struct record_id staff, uint64_t mono_ms);
/* A new one, there; `from` is cut to what fits, and holds printable ASCII alone. Random bytes are the caller's. */
struct console_session *console_session_begin(struct console_sessions *sessions, struct record_id staff, const char *from,
					      const uint8_t random[static CONSOLE_SESSION_RANDOM_BYTES], uint64_t wall_ms,
					      uint64_t mono_ms, char out[static CONSOLE_SESSION_TEXT_BYTES]);
/* NULL: there is none of this token, or it is over. Good until the next begin. */
struct console_session *console_session_find(struct console_sessions *sessions, struct span token, uint64_t mono_ms);
struct console_session *console_session_named(struct console_sessions *sessions, const char *id, uint64_t mono_ms);
void console_session_touch(struct console_session *session, uint64_t wall_ms, uint64_t mono_ms);
void console_session_end(struct console_session *session);
bool console_session_holds(const struct console_session *session, uint64_t mono_ms);
/* When it ends if nobody does anything: monotonic; and for people. */
uint64_t console_session_until(const struct console_session *session);
uint64_t console_session_until_wall(const struct console_session *session, uint64_t wall_ms, uint64_t mono_ms);

#endif
