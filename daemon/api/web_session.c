/* web_session - two small tables of digests. */
#include "api/web_session.h"

#include <sodium.h>

_Static_assert(WEB_SESSION_DIGEST_BYTES == crypto_generichash_BYTES, "the digest is BLAKE2b-256");

static void digest_of(struct span text, uint8_t out[static WEB_SESSION_DIGEST_BYTES])
{
	crypto_generichash(out, WEB_SESSION_DIGEST_BYTES, text.data, text.len, NULL, 0);
}

/* The place that ends first, so a free one when there is one. */
static struct web_session_slot *place_in(struct web_session_slot *slots, size_t count)
{
	struct web_session_slot *first = slots;
	for (size_t i = 1; i < count; i++)
		if (slots[i].until_ms < first->until_ms)
			first = &slots[i];
	return first;
}

static const struct web_session_slot *find(const struct web_session_slot *slots, size_t count, struct span text,
					   uint64_t mono_ms)
{
	uint8_t digest[WEB_SESSION_DIGEST_BYTES];
	const struct web_session_slot *found = NULL;
	digest_of(text, digest);
	for (size_t i = 0; i < count; i++)
		if (slots[i].until_ms > mono_ms && sodium_memcmp(slots[i].digest, digest, sizeof digest) == 0)
			found = &slots[i];
	return found;
}

static void fill(struct web_session_slot *slot, const uint8_t random[static 32], uint64_t until_ms,
		 char out[static WEB_SESSION_TEXT_BYTES])
{
	sodium_bin2hex(out, WEB_SESSION_TEXT_BYTES, random, 32);
	digest_of(span_of(out, WEB_SESSION_TEXT_BYTES - 1), slot->digest);
	slot->until_ms = until_ms;
}

void web_session_offer(struct web_sessions *sessions, const uint8_t random[static 32], uint64_t mono_ms,
		       char out[static WEB_SESSION_TEXT_BYTES])
{
	fill(place_in(sessions->tokens, WEB_SESSION_TOKENS), random, mono_ms + WEB_SESSION_TOKEN_MS, out);
}

bool web_session_begin(struct web_sessions *sessions, struct span token, const uint8_t random[static 32], uint64_t mono_ms,
		       char out[static WEB_SESSION_TEXT_BYTES])
{
	const struct web_session_slot *found = find(sessions->tokens, WEB_SESSION_TOKENS, token, mono_ms);
	if (found == NULL)
		return false;
	sodium_memzero(&sessions->tokens[found - sessions->tokens], sizeof *found);
	fill(place_in(sessions->sessions, WEB_SESSION_SESSIONS), random, mono_ms + WEB_SESSION_MS, out);
	return true;
}

bool web_session_holds(const struct web_sessions *sessions, struct span session, uint64_t mono_ms)
{
	return find(sessions->sessions, WEB_SESSION_SESSIONS, session, mono_ms) != NULL;
}
