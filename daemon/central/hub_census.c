/* hub_census - the hub in numbers, in one walk over its devices. */
#include "central/hub_state.h"

static void count_device(struct hub_census *out, const struct hub_node *device, uint64_t now_ms)
{
	int64_t offset = device->clock_offset_ms;
	uint64_t since = device->last_contact_ms != 0 ? device->last_contact_ms : device->enrolled_ms;
	out->devices[device->state]++;
	out->connected += device->link != NULL;
	out->quarantine += device->quarantined;
	out->twin_alarms += device->twin_alarm && !hub_devices_is_gone(device->state, device->erase_confirmed);
	out->wipes_open += device->state == HUB_DEVICE_REVOKED && !device->erase_confirmed;
	if (device->state != HUB_DEVICE_ACTIVE)
		return;
	out->clocks_wrong += offset > LIMIT_FUTURE_MS || offset < -(int64_t)LIMIT_FUTURE_MS;
	for (size_t i = 0; i < HUB_CENSUS_SILENCES; i++)
		out->silent[i] += now_ms > since && now_ms - since > hub_census_silence_ms[i];
}

const uint64_t hub_census_silence_ms[HUB_CENSUS_SILENCES] = { 24ULL * 3600 * 1000, 7 * 24ULL * 3600 * 1000, 30 * 24ULL * 3600 * 1000 };

void hub_census(const struct hub *hub, struct hub_time now, struct hub_census *out)
{
	size_t at = 0;
	*out = (struct hub_census){
		.vouched = hub->vouched, .half_open = hub->door.count, .safe_order = hub->safe_order,
		.safe_at_ms = hub->safe_at_ms, .unconfirmed = hub->unconfirmed, .dead = fault_is(hub->dead),
	};
	for (const struct hub_node *device; (device = idmap_next(&hub->devices, &at)) != NULL;)
		count_device(out, device, now.wall_ms);
	out->quarantine += hub->vouched;
}
