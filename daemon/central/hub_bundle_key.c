/* hub_bundle_key - the keys that devices seal bundles to.
 *
 * One is in use for a month; a device is told it in message 2 when it names another.
 * The secret half of one that is no longer in use is kept for a year more, for what
 * is still being carried; then it is gone, and with it every bundle sealed to it.
 *
 * The wall clock may be wrong for a while, and what is gone does not come back. So a key
 * that was made by a clock that was ahead counts as made when that shows, the year begins
 * when the next one is made, and not more than one is let go a day.
 *
 *   bundle      public key -> made, 8 B BE | secret key
 */
#include <pb_encode.h>
#include <sodium.h>

#include "central/hub_bundle.h"
#include "central/hub_state.h"

enum { MADE_BYTES = 8 };

static const uint64_t DAY_MS = 24 * 3600 * 1000ull;
static const uint64_t IN_USE_MS = 30 * DAY_MS;
static const uint64_t KEPT_MS = 365 * DAY_MS; /* from when the next was made */

static const struct hub_bundle_key *newest(const struct hub *hub)
{
	const struct hub_bundle_key *found = NULL;
	for (size_t i = 0; i < hub->bundle_key_count; i++)
		if (found == NULL || hub->bundle_keys[i].made_ms >= found->made_ms)
			found = &hub->bundle_keys[i];
	return found;
}

uint64_t hub_bundle_key_since_ms(const struct hub *hub)
{
	const struct hub_bundle_key *key = newest(hub);
	return key == NULL ? 0 : key->made_ms;
}

static bool load_key(void *ctx, struct span key, struct span value)
{
	struct hub *hub = ctx;
	if (key.len != NOISE_DH_BYTES || value.len != MADE_BYTES + NOISE_DH_BYTES
	    || hub->bundle_key_count == HUB_BUNDLE_KEYS_MAX)
		return true;
	struct hub_bundle_key *added = &hub->bundle_keys[hub->bundle_key_count++];
	memcpy(added->public, key.data, NOISE_DH_BYTES);
	added->made_ms = hub_get_be64(value.data);
	memcpy(added->secret, value.data + MADE_BYTES, NOISE_DH_BYTES);
	return true;
}

struct fault hub_bundle_key_load(struct hub *hub)
{
	hub->bundle_key_count = 0;
	return log_scan(hub->log, HUB_TABLE_BUNDLE, (struct span){ NULL, 0 }, load_key, hub);
}

static struct fault put(struct hub *hub, const struct hub_bundle_key *key)
{
	uint8_t value[MADE_BYTES + NOISE_DH_BYTES];
	hub_put_be64(value, key->made_ms);
	memcpy(value + MADE_BYTES, key->secret, NOISE_DH_BYTES);
	struct fault fault = log_put(hub->log, HUB_TABLE_BUNDLE, span_of(key->public, NOISE_DH_BYTES),
				     span_of(value, sizeof value));
	sodium_memzero(value, sizeof value);
	return fault;
}

static struct fault drop(struct hub *hub, struct hub_bundle_key *key)
{
	FAULT_TRY(log_remove(hub->log, HUB_TABLE_BUNDLE, span_of(key->public, NOISE_DH_BYTES)));
	*key = hub->bundle_keys[--hub->bundle_key_count];
	sodium_memzero(&hub->bundle_keys[hub->bundle_key_count], sizeof *key);
	return fault_none();
}

static struct hub_bundle_key *oldest(struct hub *hub)
{
	struct hub_bundle_key *found = NULL;
	for (size_t i = 0; i < hub->bundle_key_count; i++)
		if (found == NULL || hub->bundle_keys[i].made_ms < found->made_ms)
			found = &hub->bundle_keys[i];
	return found;
}

/* When the next one was made; UINT64_MAX: it is in use. */
static uint64_t used_until(const struct hub *hub, const struct hub_bundle_key *key)
{
	uint64_t until = UINT64_MAX;
	for (size_t i = 0; i < hub->bundle_key_count; i++)
		if (hub->bundle_keys[i].made_ms > key->made_ms && hub->bundle_keys[i].made_ms < until)
			until = hub->bundle_keys[i].made_ms;
	return until;
}

static struct fault drop_old(struct hub *hub)
{
	struct hub_bundle_key *key = oldest(hub);
	uint64_t until = key == NULL ? UINT64_MAX : used_until(hub, key);
	bool lately = hub->bundle_key_gone_ms != 0 && hub->now.mono_ms < hub->bundle_key_gone_ms + DAY_MS;
	if (lately || until == UINT64_MAX || hub->now.wall_ms < until + KEPT_MS)
		return fault_none();
	FAULT_TRY(hub_turn(hub));
	hub->bundle_key_gone_ms = hub->now.mono_ms;
	return drop(hub, key);
}

/* The clock was ahead when they were made: they count from now. */
static struct fault date_anew(struct hub *hub)
{
	for (size_t i = 0; i < hub->bundle_key_count; i++) {
		struct hub_bundle_key *key = &hub->bundle_keys[i];
		if (key->made_ms <= hub->now.wall_ms + DAY_MS)
			continue;
		FAULT_TRY(hub_turn(hub));
		key->made_ms = hub->now.wall_ms;
		FAULT_TRY(put(hub, key));
	}
	return fault_none();
}

struct fault hub_bundle_key_make(struct hub *hub)
{
	struct hub_bundle_key made = { .made_ms = hub->now.wall_ms };
	if (hub->bundle_key_count == HUB_BUNDLE_KEYS_MAX)
		FAULT_TRY(drop(hub, oldest(hub)));
	hub->host.random(hub->host.ctx, made.secret, sizeof made.secret);
	if (crypto_scalarmult_base(made.public, made.secret) != 0)
		return fault_of(FAULT_STORE, "a bundle key cannot be made");
	struct fault fault = put(hub, &made);
	hub->bundle_keys[hub->bundle_key_count++] = made;
	sodium_memzero(&made, sizeof made);
	return fault;
}

struct fault hub_bundle_key_due(struct hub *hub)
{
	FAULT_TRY(date_anew(hub));
	FAULT_TRY(drop_old(hub));
	const struct hub_bundle_key *key = newest(hub);
	if (key != NULL && hub->now.wall_ms < key->made_ms + IN_USE_MS)
		return fault_none();
	FAULT_TRY(hub_turn(hub));
	return hub_bundle_key_make(hub);
}

uint32_t hub_bundle_key_number(const uint8_t public[static NOISE_DH_BYTES])
{
	return (uint32_t)public[0] | (uint32_t)public[1] << 8 | (uint32_t)public[2] << 16 | (uint32_t)public[3] << 24;
}

const struct hub_bundle_key *hub_bundle_key_find(const struct hub *hub, const uint8_t *begins, size_t len)
{
	for (size_t i = 0; i < hub->bundle_key_count; i++)
		if (memcmp(hub->bundle_keys[i].public, begins, len) == 0)
			return &hub->bundle_keys[i];
	return NULL;
}

struct fault hub_bundle_key_tell(struct hub *hub, uint32_t known, jalka_Welcome *welcome)
{
	const struct hub_bundle_key *key = newest(hub);
	jalka_BundleKeyBody body = jalka_BundleKeyBody_init_zero;
	jalka_BundleKey *out = &welcome->bundle_key;
	struct delta_signature signature;
	if (key == NULL || known == hub_bundle_key_number(key->public))
		return fault_none();
	SESSION_FRAME_SET(body.key, key->public);
	body.made_ms = key->made_ms;
	pb_ostream_t stream = pb_ostream_from_buffer(out->body.bytes, sizeof out->body.bytes);
	if (!pb_encode(&stream, jalka_BundleKeyBody_fields, &body))
		return fault_of(FAULT_LIMIT, "bundle key too long");
	out->body.size = (pb_size_t)stream.bytes_written;
	FAULT_TRY(delta_sign(DELTA_TAG_BUNDLE, (struct span){ NULL, 0 }, SESSION_FRAME_SPAN(out->body),
			     hub->identity_secret, &signature));
	SESSION_FRAME_SET(out->signature, signature.bytes);
	welcome->has_bundle_key = true;
	return fault_none();
}
