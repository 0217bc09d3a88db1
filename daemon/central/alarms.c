/* alarms - figures of the hub handed to the rules. */
#include "central/alarms.h"

#include <stdlib.h>

#include "central/backup.h"
#include "session.pb.h"

uint64_t alarms_failures(const struct hub_device *device)
{
	static const int causes[] = { jalka_HealthCount_HEALTH_REFUSED, jalka_HealthCount_HEALTH_PROTOCOL,
				      jalka_HealthCount_HEALTH_STORE, jalka_HealthCount_HEALTH_OTHER };
	uint64_t sum = 0;
	for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++)
		sum += device->recent[causes[i]];
	return sum;
}

static bool is_version_old(const struct hub_device *device, const char *version)
{
	return device->health.version[0] != '\0' && alerts_is_older(device->health.version, version);
}

uint32_t alarms_of_device(const struct hub_device *device, const struct alerts_limits *limits, const char *version,
			  uint64_t now_ms)
{
	bool is_retired = device->state == HUB_DEVICE_RETIRED;
	const struct alerts_device facts = {
		.is_active = device->state == HUB_DEVICE_ACTIVE, .is_waiting = device->state == HUB_DEVICE_WAITING,
		.is_out = is_retired || device->state == HUB_DEVICE_REVOKED,
		.is_erased = is_retired || device->erase_confirmed, .is_twin = device->twin_alarm,
		.is_version_old = is_version_old(device, version), .is_disk_open = device->disk == 2,
		.since_ms = device->last_contact_ms != 0 ? device->last_contact_ms : device->enrolled_ms,
		.told_ms = device->health.told_ms, .oldest_unsent_ms = device->oldest_unsent_ms,
		.free_bytes = device->health.free_bytes, .disk_bytes = device->health.disk_bytes,
		.clock_offset_ms = device->clock_offset_ms, .failures = alarms_failures(device),
		.wrong_passphrases = device->recent[jalka_HealthCount_HEALTH_PASSPHRASE],
		.oldest_quarantined_ms = device->oldest_quarantined_ms,
	};
	return alerts_of_device(&facts, limits, now_ms);
}

struct counting {
	const struct alerts_limits *limits;
	const char *version;
	uint64_t now_ms;
	uint64_t *out;
};

static bool count_one(void *ctx, const struct hub_device *device)
{
	const struct counting *c = ctx;
	uint32_t alerts = alarms_of_device(device, c->limits, c->version, c->now_ms);
	for (unsigned i = 0; i < ALERTS_COUNT; i++)
		c->out[i] += alerts >> i & 1;
	return true;
}

struct fault alarms_count(struct hub *hub, const struct alerts_limits *limits, const char *version, uint64_t now_ms,
			  uint64_t out[static ALERTS_COUNT])
{
	struct counting counting = { limits, version, now_ms, out };
	memset(out, 0, ALERTS_COUNT * sizeof *out);
	return hub_devices(hub, count_one, &counting);
}

/* ---- the list ---- */

struct listing {
	const struct alerts_limits *limits;
	const char *version;
	uint64_t now_ms;
	struct alarms *out;
	size_t room;
	bool is_full;
};

static bool list_one(void *ctx, const struct hub_device *device)
{
	struct listing *listing = ctx;
	struct alarms *out = listing->out;
	uint32_t alerts = alarms_of_device(device, listing->limits, listing->version, listing->now_ms);
	if (hub_device_is_gone(device) && alerts == 0)
		return true;
	if (out->count == listing->room) {
		size_t room = listing->room == 0 ? 64 : listing->room * 2;
		struct alarms_row *rows = realloc(out->rows, room * sizeof *rows);
		listing->is_full = rows == NULL;
		if (rows == NULL)
			return false;
		out->rows = rows;
		listing->room = room;
	}
	out->rows[out->count++] = (struct alarms_row){ *device, alerts, is_version_old(device, listing->version) };
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct alarms_row *x = a, *y = b;
	int order = alerts_compare(x->alerts, y->alerts);
	if (order == 0 && x->device.last_contact_ms != y->device.last_contact_ms)
		order = x->device.last_contact_ms < y->device.last_contact_ms ? -1 : 1;
	return order != 0 ? order : memcmp(x->device.node.bytes, y->device.node.bytes, ID_BYTES);
}

struct fault alarms_list(struct hub *hub, const struct alerts_limits *limits, const char *version, uint64_t now_ms,
			 struct alarms *out)
{
	struct listing listing = { .limits = limits, .version = version, .now_ms = now_ms, .out = out };
	*out = (struct alarms){ .rows = NULL };
	struct fault fault = hub_devices(hub, list_one, &listing);
	if (!fault_is(fault) && listing.is_full)
		fault = fault_of(FAULT_LIMIT, "memory for the list of devices");
	if (fault_is(fault)) {
		alarms_free(out);
		return fault;
	}
	if (out->count > 0)
		qsort(out->rows, out->count, sizeof *out->rows, compare);
	return fault_none();
}

void alarms_free(struct alarms *alarms)
{
	free(alarms->rows);
	*alarms = (struct alarms){ .rows = NULL };
}

/* ---- the node itself ---- */

static void take_older(uint64_t *ms, uint64_t than_ms)
{
	if (than_ms != 0 && (*ms == 0 || than_ms < *ms))
		*ms = than_ms;
}

static bool older_of_device(void *ctx, const struct hub_device *device)
{
	take_older(ctx, device->oldest_quarantined_ms);
	return true;
}

static bool older_item(void *ctx, const struct hub_quarantined *item)
{
	take_older(ctx, item->received_ms);
	return true;
}

/* What was vouched for after a restore is no device's, and is read item by item. A store
 * that fails here ends the node elsewhere. */
static uint64_t oldest_quarantined(struct hub *hub, bool vouched_too)
{
	uint64_t ms = 0;
	(void)hub_devices(hub, older_of_device, &ms);
	if (vouched_too)
		(void)hub_quarantine(hub, older_item, &ms);
	return ms;
}

uint32_t alarms_of_node(struct node *node, const struct alerts_limits *limits, uint64_t now_ms)
{
	struct backup *backup = node_backup(node);
	struct backup_status kept;
	struct hub_census census;
	struct node_room room;
	struct alerts_node facts = { .keeps_backup = backup != NULL };
	hub_census(node_hub(node), node_now(), &census);
	node_room(node, &room);
	facts.is_unconfirmed = census.unconfirmed;
	facts.free_bytes = room.free_bytes;
	facts.disk_bytes = room.disk_bytes;
	if (backup != NULL) {
		backup_status(backup, &kept);
		facts.backup_failed = kept.phase == BACKUP_FAILED || kept.last_failure[0] != '\0';
		facts.behind_since_ms = kept.behind_ms;
	}
	facts.oldest_quarantined_ms = oldest_quarantined(node_hub(node), census.vouched > 0);
	return alerts_of_node(&facts, limits, now_ms);
}
