/* console_session - a small table. */
#include "api/console_session.h"

#include <sodium.h>

_Static_assert(CONSOLE_SESSION_DIGEST_BYTES == crypto_generichash_BYTES, "the digest is BLAKE2b-256");

static void digest_of(struct span token, uint8_t out[static CONSOLE_SESSION_DIGEST_BYTES])
{
	crypto_generichash(out, CONSOLE_SESSION_DIGEST_BYTES, token.data, token.len, NULL, 0);
}

uint64_t console_session_until(const struct console_session *session)
{
	uint64_t idle = session->last_mono_ms + CONSOLE_SESSION_IDLE_MS, whole = session->begun_mono_ms + CONSOLE_SESSION_MS;
	return idle < whole ? idle : whole;
}

uint64_t console_session_until_wall(const struct console_session *session, uint64_t wall_ms, uint64_t mono_ms)
{
	uint64_t until = console_session_until(session);
	return wall_ms + (until > mono_ms ? until - mono_ms : 0);
}

bool console_session_holds(const struct console_session *session, uint64_t mono_ms)
{
	return session->number != 0 && mono_ms < console_session_until(session);
}

void console_session_end(struct console_session *session)
{
	sodium_memzero(session, sizeof *session);
}

void console_session_touch(struct console_session *session, uint64_t wall_ms, uint64_t mono_ms)
{
	session->last_ms = wall_ms;
	session->last_mono_ms = mono_ms;
}

/* A free place; where there is none for this person or at all, that of the one that would end first. */
struct console_session *console_session_place(struct console_sessions *sessions, struct record_id staff, uint64_t mono_ms)
{
	struct console_session *free_one = NULL, *first = sessions->all, *own = NULL;
	size_t owns = 0;
	for (size_t i = 0; i < CONSOLE_SESSION_MAX; i++) {
		struct console_session *at = &sessions->all[i];
		if (!console_session_holds(at, mono_ms)) {
			free_one = at;
			continue;
		}
		if (console_session_until(at) < console_session_until(first))
			first = at;
		if (!ID_EQUAL(at->staff, staff))
			continue;
		owns++;
		if (own == NULL || console_session_until(at) < console_session_until(own))
			own = at;
	}
	return owns >= CONSOLE_SESSION_OF_ONE ? own : free_one != NULL ? free_one : first;
}

static void take_from(const char *from, char out[static CONSOLE_SESSION_FROM_BYTES])
{
	size_t used = 0;
	for (; *from != '\0' && used + 1 < CONSOLE_SESSION_FROM_BYTES; from++)
		if (*from >= ' ' && *from <= '~')
			out[used++] = *from;
	out[used] = '\0';
}

struct console_session *console_session_begin(struct console_sessions *sessions, struct record_id staff, const char *from,
					      const uint8_t random[static CONSOLE_SESSION_RANDOM_BYTES], uint64_t wall_ms,
					      uint64_t mono_ms, char out[static CONSOLE_SESSION_TEXT_BYTES])
{
	struct console_session *session = console_session_place(sessions, staff, mono_ms);
	console_session_end(session);
	sodium_bin2hex(out, CONSOLE_SESSION_TEXT_BYTES, random, 32);
	sodium_bin2hex(session->id, sizeof session->id, random + 32, 8);
	digest_of(span_of(out, CONSOLE_SESSION_TEXT_BYTES - 1), session->digest);
	take_from(from, session->from);
	session->number = ++sessions->last_number;
	session->staff = staff;
	session->begun_ms = wall_ms;
	session->begun_mono_ms = mono_ms;
	console_session_touch(session, wall_ms, mono_ms);
	return session;
}

struct console_session *console_session_find(struct console_sessions *sessions, struct span token, uint64_t mono_ms)
{
	uint8_t digest[CONSOLE_SESSION_DIGEST_BYTES];
	struct console_session *found = NULL;
	digest_of(token, digest);
	for (size_t i = 0; i < CONSOLE_SESSION_MAX; i++)
		if (console_session_holds(&sessions->all[i], mono_ms) && sodium_memcmp(sessions->all[i].digest, digest, sizeof digest) == 0)
			found = &sessions->all[i];
	return found;
}

struct console_session *console_session_named(struct console_sessions *sessions, const char *id, uint64_t mono_ms)
{
	for (size_t i = 0; i < CONSOLE_SESSION_MAX; i++)
		if (console_session_holds(&sessions->all[i], mono_ms) && strcmp(sessions->all[i].id, id) == 0)
			return &sessions->all[i];
	return NULL;
}
