/* hub_forgotten - who has forgotten what: the devices' word that an erase is durable.
 *
 *   forgotten   node, case, epoch, g (8 B BE) -> when, 8 B BE
 *
 * Kept before it is acknowledged, and only the first time: a device repeats its word
 * until it is answered. */
#include "central/hub_state.h"

enum { KEY_BYTES = 3 * ID_BYTES + 8 };

struct fault hub_forgotten_take(struct hub *hub, const struct hub_node *device, const jalka_Forgotten *said)
{
	uint8_t key[KEY_BYTES], value[8];
	size_t len;
	bool found;
	memcpy(key, device->node.bytes, ID_BYTES);
	memcpy(key + ID_BYTES, said->case_id.bytes, ID_BYTES);
	memcpy(key + 2 * ID_BYTES, said->g_epoch.size == ID_BYTES ? said->g_epoch.bytes : hub_epoch(hub)->bytes, ID_BYTES);
	hub_put_be64(key + 3 * ID_BYTES, said->g);
	FAULT_TRY(log_get(hub->log, HUB_TABLE_FORGOTTEN, span_of(key, sizeof key), value, sizeof value, &len, &found));
	if (found)
		return fault_none();
	hub_put_be64(value, hub->now.wall_ms);
	FAULT_TRY(hub_turn(hub));
	hub_turn_took(hub, 1, 0);
	return log_put(hub->log, HUB_TABLE_FORGOTTEN, span_of(key, sizeof key), span_of(value, sizeof value));
}

struct listing {
	struct hub *hub;
	hub_forgotten_fn *fn;
	void *ctx;
};

static bool list_one(void *ctx, struct span key, struct span value)
{
	struct listing *listing = ctx;
	struct hub_forgotten item = { .g = 0 };
	if (key.len != KEY_BYTES || value.len != 8)
		return true;
	memcpy(item.node.bytes, key.data, ID_BYTES);
	memcpy(item.case_id.bytes, key.data + ID_BYTES, ID_BYTES);
	memcpy(item.epoch.bytes, key.data + 2 * ID_BYTES, ID_BYTES);
	item.g = hub_get_be64(key.data + 3 * ID_BYTES);
	item.at_ms = hub_get_be64(value.data);
	const struct hub_node *device = hub_devices_get(listing->hub, &item.node);
	if (device != NULL)
		item.holder = device->holder;
	return listing->fn(listing->ctx, &item);
}

struct fault hub_forgotten(struct hub *hub, hub_forgotten_fn *fn, void *ctx)
{
	struct listing listing = { hub, fn, ctx };
	if (fault_is(hub->dead))
		return hub->dead;
	return log_scan(hub->log, HUB_TABLE_FORGOTTEN, (struct span){ NULL, 0 }, list_one, &listing);
}
