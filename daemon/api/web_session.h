/* web_session - who may use the web client: one-time tokens and the sessions made of them.
 *
 * `jalka open` asks for a token over the Unix socket, where the kernel says who asks,
 * and hands it to the browser in the fragment of the address, which is never sent. The
 * page gives it back once and gets a session, which it sends as a header: a cookie would
 * go to every port of this machine.
 *
 * S1  A token serves once, within WEB_SESSION_TOKEN_MS.
 * S2  A session ends WEB_SESSION_MS after it began, when it is ended, and with the
 *     daemon. Whether the store is open has nothing to do with it: that takes the passphrase.
 * S3  Only digests are kept, and compared in constant time.
 */
#ifndef JALKA_API_WEB_SESSION_H
#define JALKA_API_WEB_SESSION_H

#include "base/span.h"

enum {
	WEB_SESSION_TOKEN_MS = 60 * 1000,
	WEB_SESSION_MS = 12 * 3600 * 1000,
	WEB_SESSION_TEXT_BYTES = 64 + 1, /* 32 random bytes, hexadecimal */
	WEB_SESSION_TOKENS = 8,
	WEB_SESSION_SESSIONS = 16,
	WEB_SESSION_DIGEST_BYTES = 32,
};

struct web_session_slot {
	uint8_t digest[WEB_SESSION_DIGEST_BYTES];
	uint64_t until_ms; /* monotonic; 0: free */
};

struct web_sessions {
	struct web_session_slot tokens[WEB_SESSION_TOKENS], sessions[WEB_SESSION_SESSIONS];
};

/* A new token; when all places are taken the oldest is given up. Random bytes are the caller's. */
void web_session_offer(struct web_sessions *sessions, const uint8_t random[static 32], uint64_t mono_ms,
		       char out[static WEB_SESSION_TEXT_BYTES]);
/* A session for a token. False: the token is unknown, used or too old. */
bool web_session_begin(struct web_sessions *sessions, struct span token, const uint8_t random[static 32], uint64_t mono_ms,
		       char out[static WEB_SESSION_TEXT_BYTES]);
bool web_session_holds(const struct web_sessions *sessions, struct span session, uint64_t mono_ms);

#endif
