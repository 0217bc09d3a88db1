/* handlers_health - how devices and the central node fare: figures and alerts, nothing of cases. */
#include "api/handlers.h"
#include "api/metrics.h"
#include "api/version.h"
#include "api/view.h"
#include "central/alarms.h"
#include "central/backup.h"
#include "central/hub_bundle.h"
#include "central/node.h"
#include "central/rate.h"
#include "io/disk.h"
#include "session.pb.h"

/* ---- devices ---- */

static const char *const causes[HUB_HEALTH_COUNTS] = {
	[jalka_HealthCount_HEALTH_CONNECT] = "CONNECT", [jalka_HealthCount_HEALTH_TIMEOUT] = "TIMEOUT",
	[jalka_HealthCount_HEALTH_REFUSED] = "REFUSED", [jalka_HealthCount_HEALTH_PROTOCOL] = "PROTOCOL",
	[jalka_HealthCount_HEALTH_STORE] = "STORE", [jalka_HealthCount_HEALTH_QUARANTINE] = "QUARANTINE",
	[jalka_HealthCount_HEALTH_OTHER] = "OTHER", [jalka_HealthCount_HEALTH_PASSPHRASE] = NULL, /* has a key of its own */
};

static void write_limits(struct writer *out, const struct alerts_limits *limits)
{
	writer_object(out, "limits");
	writer_number(out, "contact_days", limits->contact_days);
	writer_number(out, "unsent_hours", limits->unsent_hours);
	writer_number(out, "disk_percent", limits->disk_percent);
	writer_number(out, "clock_s", limits->clock_s);
	writer_number(out, "failures", limits->failures);
	writer_number(out, "quarantine_days", limits->quarantine_days);
	writer_object_end(out);
}

static void write_failures(struct writer *out, const struct hub_device *device)
{
	writer_list(out, "failures");
	for (size_t i = 0; i < HUB_HEALTH_COUNTS; i++) {
		if (causes[i] == NULL || device->recent[i] == 0)
			continue;
		writer_object(out, NULL);
		writer_string(out, "cause", causes[i]);
		writer_number(out, "count", device->recent[i]);
		writer_object_end(out);
	}
	writer_list_end(out);
}

static void write_told(struct writer *out, const struct alarms_row *row)
{
	const struct hub_device *device = &row->device;
	const struct hub_health *told = &device->health;
	writer_number(out, "told_ms", told->told_ms);
	writer_text(out, "version", span_text(told->version));
	writer_bool(out, "version_old", row->is_version_old);
	writer_number(out, "unsent", device->unsent);
	writer_number(out, "oldest_unsent_ms", device->oldest_unsent_ms);
	writer_signed(out, "clock_offset_ms", device->clock_offset_ms);
	writer_string(out, "disk", disk_name(device->disk));
	writer_number(out, "store_bytes", told->store_bytes);
	writer_number(out, "free_bytes", told->free_bytes);
	writer_number(out, "disk_bytes", told->disk_bytes);
	write_failures(out, device);
	writer_number(out, "last_lock_ms", told->locked_ms);
	writer_number(out, "wrong_passphrases", device->recent[jalka_HealthCount_HEALTH_PASSPHRASE]);
}

static void write_device(struct writer *out, struct casebook *book, const struct alarms_row *row)
{
	const struct hub_device *device = &row->device;
	char name[VIEW_NAME_BYTES];
	view_staff_name(book, &device->holder, name);
	writer_object(out, NULL);
	writer_id(out, "node", device->node.bytes);
	writer_id(out, "holder", device->holder.bytes);
	writer_string(out, "holder_name", name);
	writer_string(out, "serial", device->serial);
	writer_string(out, "state", handlers_device_state(device->state));
	writer_bool(out, "connected", device->connected);
	writer_number(out, "last_contact_ms", device->last_contact_ms);
	write_told(out, row);
	writer_number(out, "quarantined", device->quarantined);
	writer_number(out, "oldest_quarantined_ms", device->oldest_quarantined_ms);
	writer_bool(out, "twin_alarm", device->twin_alarm && !hub_device_is_gone(device));
	writer_bool(out, "erase_confirmed", device->erase_confirmed);
	writer_list(out, "alerts");
	for (unsigned i = 0; i < ALERTS_COUNT; i++)
		if (row->alerts >> i & 1)
			writer_string(out, NULL, alerts_word(i));
	writer_list_end(out);
	writer_object_end(out);
}

static void write_alerts(struct writer *out, const struct alarms *alarms)
{
	writer_list(out, "alerts");
	for (unsigned i = 0; i < ALERTS_COUNT; i++) {
		uint64_t devices = 0;
		for (size_t k = 0; k < alarms->count; k++)
			devices += alarms->rows[k].alerts >> i & 1;
		writer_object(out, NULL);
		writer_string(out, "name", alerts_word(i));
		writer_string(out, "level", alerts_level_word(alerts_level(i)));
		writer_number(out, "devices", devices);
		writer_string(out, "text", alerts_text(i));
		writer_object_end(out);
	}
	writer_list_end(out);
}

struct fault handlers_health(struct request *request)
{
	struct node *node = request->target.node;
	struct casebook *book = node_book(node);
	uint64_t now_ms = node_now().wall_ms;
	struct alarms alarms;
	FAULT_TRY(alarms_list(node_hub(node), node_alerts(node), VERSION_TEXT, now_ms, &alarms));
	struct writer *out = answer_begin(request->answer);
	writer_number(out, "now_ms", now_ms);
	writer_string(out, "version", VERSION_TEXT);
	write_limits(out, node_alerts(node));
	writer_list(out, "devices");
	for (size_t i = 0; i < alarms.count && answer_item(request->answer, "devices"); i++)
		write_device(out, book, &alarms.rows[i]);
	writer_list_end(out);
	write_alerts(out, &alarms);
	alarms_free(&alarms);
	return answer_end(request->answer, fault_none());
}

/* ---- the central node ---- */

static void write_rate(struct writer *out, const char *key, const struct rate *rate, uint64_t mono_ms)
{
	writer_object(out, key);
	writer_number(out, "total", rate->total);
	writer_number(out, "minute", rate_within(rate, RATE_MINUTE, mono_ms));
	writer_number(out, "hour", rate_within(rate, RATE_HOUR, mono_ms));
	writer_number(out, "day", rate_within(rate, RATE_DAY, mono_ms));
	writer_object_end(out);
}

static void write_self(struct writer *out, struct node *node, bool unconfirmed)
{
	const struct delta_identity *identity = hub_identity(node_hub(node));
	struct node_id id = hub_node(node_hub(node));
	writer_string(out, "version", VERSION_TEXT);
	writer_number(out, "started_ms", node_started_ms(node));
	writer_number(out, "memory_bytes", metrics_resident_bytes());
	writer_number(out, "open_files", metrics_open_files());
	writer_hex(out, "identity", span_of(identity->bytes, sizeof identity->bytes));
	writer_id(out, "node", id.bytes);
	writer_string(out, "address", node_address(node));
	writer_bool(out, "unconfirmed", unconfirmed);
}

static void write_log(struct writer *out, struct node *node, uint64_t last_order)
{
	struct node_room room;
	node_room(node, &room);
	writer_object(out, "log");
	writer_number(out, "last_order", last_order);
	writer_number(out, "store_bytes", room.store_bytes);
	writer_number(out, "wal_bytes", room.wal_bytes);
	writer_number(out, "free_bytes", room.free_bytes);
	writer_number(out, "disk_bytes", room.disk_bytes);
	writer_object_end(out);
}

static void write_epochs(struct writer *out, const struct order_tree *tree)
{
	writer_list(out, "epochs");
	for (size_t i = tree->count; i > 0; i--) {
		const struct order_epoch *epoch = &tree->epochs[i - 1];
		writer_object(out, NULL);
		writer_id(out, "epoch", epoch->id.bytes);
		writer_number(out, "generation", epoch->generation);
		writer_id(out, "parent", epoch->parent.bytes);
		writer_number(out, "inherited", epoch->inherited);
		writer_bool(out, "current", i == tree->count);
		writer_object_end(out);
	}
	writer_list_end(out);
}

static void write_own_alerts(struct writer *out, struct node *node, uint64_t now_ms)
{
	uint32_t alerts = alarms_of_node(node, node_alerts(node), now_ms);
	writer_list(out, "alerts");
	for (unsigned i = 0; i < ALERTS_NODE_COUNT; i++) {
		if ((alerts >> i & 1) == 0)
			continue;
		writer_object(out, NULL);
		writer_string(out, "name", alerts_node_word(i));
		writer_string(out, "level", alerts_level_word(alerts_node_level(i)));
		writer_string(out, "text", alerts_node_text(i));
		writer_object_end(out);
	}
	writer_list_end(out);
}

static void write_counts(struct writer *out, struct node *node, const struct hub_counters *counters,
			 const struct hub_census *census, uint64_t mono_ms)
{
	writer_object(out, "links");
	writer_number(out, "connections", counters->links);
	writer_number(out, "half_open", census->half_open);
	writer_number(out, "devices", census->connected);
	writer_object_end(out);
	write_log(out, node, counters->last_order);
	write_rate(out, "accepted", node_accepted(node), mono_ms);
	write_rate(out, "quarantined", node_quarantined(node), mono_ms);
	writer_number(out, "waiting", census->quarantine);
	writer_number(out, "vouched", census->vouched);
	writer_object(out, "safe");
	writer_number(out, "order", census->safe_order);
	writer_number(out, "at_ms", census->safe_at_ms);
	writer_object_end(out);
}

struct fault handlers_system(struct request *request)
{
	struct node *node = request->target.node;
	struct hub_time now = node_now();
	struct hub_counters counters;
	struct hub_census census;
	hub_counters(node_hub(node), &counters);
	hub_census(node_hub(node), now, &census);
	struct writer *out = answer_begin(request->answer);
	writer_number(out, "now_ms", now.wall_ms);
	write_self(out, node, census.unconfirmed);
	write_counts(out, node, &counters, &census, now.mono_ms);
	writer_object(out, "backup");
	handlers_backup_write(out, node);
	writer_object_end(out);
	writer_object(out, "keys");
	writer_number(out, "static_since_ms", node_keys_since_ms(node));
	writer_number(out, "bundle_since_ms", hub_bundle_key_since_ms(node_hub(node)));
	writer_object_end(out);
	write_epochs(out, hub_orders(node_hub(node)));
	write_own_alerts(out, node, now.wall_ms);
	return answer_end(request->answer, fault_none());
}
