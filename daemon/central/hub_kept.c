/* hub_kept - own work a device had to forget, as it was sealed for this node (P6).
 *
 * Beside the digest of such a delta, pushed or offered, comes a one-way Noise message (pattern X):
 * 16 bytes of salt | delta, the prologue naming the identity, the author and the
 * seq. It counts as the delta itself only when the device's own static key sealed
 * it and salt and delta give that digest. */
#include <sodium.h>

#include "base/assert.h"
#include "central/hub_state.h"

enum { PROLOGUE_BYTES = 12 + DELTA_IDENTITY_BYTES + 2 * ID_BYTES + 8 };

static struct span prologue(const struct hub *hub, const struct author *author, uint64_t seq,
			    uint8_t block[static PROLOGUE_BYTES])
{
	uint8_t little[8];
	struct wire_out out;
	for (size_t i = 0; i < 8; i++)
		little[i] = (uint8_t)(seq >> (8 * i));
	wire_out_init(&out, block, PROLOGUE_BYTES);
	wire_put_raw(&out, span_text("jalka-kept-1"));
	wire_put_raw(&out, span_of(hub->identity.bytes, DELTA_IDENTITY_BYTES));
	wire_put_raw(&out, ID_SPAN(author->node));
	wire_put_raw(&out, ID_SPAN(author->epoch));
	wire_put_raw(&out, span_of(little, sizeof little));
	ASSERT(!out.full && out.used == PROLOGUE_BYTES);
	return wire_out_span(&out);
}

static bool is_of_device(const struct hub_node *device, const struct noise *noise)
{
	return sodium_memcmp(noise->rs, device->static_public, NOISE_DH_BYTES) == 0;
}

bool hub_kept_open(const struct hub *hub, const struct hub_node *device, const struct author *author,
		   const struct rows_row *row, uint8_t *plain, size_t plain_size, struct span *delta)
{
	uint8_t block[PROLOGUE_BYTES];
	struct noise noise;
	struct delta_hash digest;
	size_t len = 0;
	const struct noise_config config = {
		.pattern = NOISE_X, .prologue = prologue(hub, author, row->seq, block),
		.static_secret = hub->static_secret, .static_public = hub->static_public,
	};
	noise_init(&noise, &config);
	bool opened = !fault_is(noise_read(&noise, row->sealed, plain, plain_size, &len))
		&& is_of_device(device, &noise);
	noise_wipe(&noise);
	if (!opened || len <= DELTA_SALT_BYTES)
		return false;
	*delta = span_of(plain + DELTA_SALT_BYTES, len - DELTA_SALT_BYTES);
	delta_digest(plain, *delta, &digest);
	return memcmp(digest.bytes, row->digest.data, DELTA_HASH_BYTES) == 0;
}
