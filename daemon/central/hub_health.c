/* hub_health - how devices fare, as they told it last.
 *
 *   health   node -> numbered fields (enum below)
 *
 * Kept beside the log, not in it: the next word of the device takes its place. Ages become
 * moments of this node's clock when they come. Counts only rise on a device, so a word that
 * was lost loses none; what is recent is the difference to those of a day or two before. A
 * device put back from an old copy counts on from less: all it counted is taken as recent.
 */
#include "central/hub_state.h"

enum {
	TOLD_AT = 1, TOLD_VERSION, TOLD_EPOCH, TOLD_SEQ, TOLD_UNSENT, TOLD_OLDEST, TOLD_STORE, TOLD_FREE, TOLD_DISK, TOLD_LOCKED,
	TOLD_COUNT, TOLD_DAY, TOLD_DAY_BEFORE, TOLD_DAY_AT,
	VALUE_BYTES = 1024, KIB = 1024, SECOND_MS = 1000, DAY_MS = 24 * 3600 * SECOND_MS,
};
_Static_assert((int)HUB_HEALTH_COUNTS == (int)_jalka_HealthCount_ARRAYSIZE, "every count has its place");

/* Each as (index, count), since most are zero. */
static void put_counts(struct wire_out *out, uint32_t number, const uint32_t counts[static HUB_HEALTH_COUNTS])
{
	for (uint64_t i = 0; i < HUB_HEALTH_COUNTS; i++)
		if (counts[i] != 0)
			wire_put_varint(out, number, i << 32 | counts[i]);
}

static struct fault put(struct hub *hub, const struct hub_node *device)
{
	const struct hub_health *h = &device->health;
	uint8_t block[VALUE_BYTES];
	struct wire_out out;
	wire_out_init(&out, block, sizeof block);
	wire_put_varint(&out, TOLD_AT, h->told_ms);
	wire_put_bytes(&out, TOLD_VERSION, span_text(h->version));
	wire_put_bytes(&out, TOLD_EPOCH, ID_SPAN(h->epoch));
	wire_put_varint(&out, TOLD_SEQ, h->seq);
	wire_put_varint(&out, TOLD_UNSENT, h->unsent);
	wire_put_varint(&out, TOLD_OLDEST, h->oldest_unsent_ms);
	wire_put_varint(&out, TOLD_STORE, h->store_bytes);
	wire_put_varint(&out, TOLD_FREE, h->free_bytes);
	wire_put_varint(&out, TOLD_DISK, h->disk_bytes);
	wire_put_varint(&out, TOLD_LOCKED, h->locked_ms);
	put_counts(&out, TOLD_COUNT, h->counts);
	put_counts(&out, TOLD_DAY, h->day);
	put_counts(&out, TOLD_DAY_BEFORE, h->day_before);
	wire_put_varint(&out, TOLD_DAY_AT, h->day_ms);
	return log_put(hub->log, HUB_TABLE_HEALTH, ID_SPAN(device->node), wire_out_span(&out));
}

static bool take_count(const struct wire_field *f, uint32_t counts[static HUB_HEALTH_COUNTS])
{
	if (f->value >> 32 >= HUB_HEALTH_COUNTS)
		return false;
	counts[f->value >> 32] = (uint32_t)f->value;
	return true;
}

static bool take_field(const struct wire_field *f, struct hub_health *h)
{
	switch (f->number) {
	case TOLD_AT: h->told_ms = f->value; return true;
	case TOLD_VERSION:
		if (f->type != WIRE_BYTES || f->data.len >= sizeof h->version)
			return false;
		if (f->data.len != 0)
			memcpy(h->version, f->data.data, f->data.len);
		return true;
	case TOLD_EPOCH:
		if (f->type != WIRE_BYTES || f->data.len != ID_BYTES)
			return false;
		memcpy(h->epoch.bytes, f->data.data, ID_BYTES);
		return true;
	case TOLD_SEQ: h->seq = f->value; return true;
	case TOLD_UNSENT: h->unsent = f->value; return true;
	case TOLD_OLDEST: h->oldest_unsent_ms = f->value; return true;
	case TOLD_STORE: h->store_bytes = f->value; return true;
	case TOLD_FREE: h->free_bytes = f->value; return true;
	case TOLD_DISK: h->disk_bytes = f->value; return true;
	case TOLD_LOCKED: h->locked_ms = f->value; return true;
	case TOLD_COUNT: return take_count(f, h->counts);
	case TOLD_DAY: return take_count(f, h->day);
	case TOLD_DAY_BEFORE: return take_count(f, h->day_before);
	case TOLD_DAY_AT: h->day_ms = f->value; return true;
	}
	return true;
}

struct loading {
	struct hub *hub;
	struct fault fault;
};

static bool load_one(void *ctx, struct span key, struct span value)
{
	struct loading *loading = ctx;
	struct node_id node;
	struct hub_node *device = NULL;
	struct wire_field f;
	enum wire_read r;
	if (key.len == ID_BYTES) {
		memcpy(node.bytes, key.data, ID_BYTES);
		device = hub_devices_get(loading->hub, &node);
	}
	if (device == NULL)
		return true;
	while ((r = wire_next(&value, &f)) == WIRE_FIELD)
		if (!take_field(&f, &device->health))
			break;
	if (r != WIRE_END)
		loading->fault = fault_of(FAULT_STORE, "what the log keeps of a device's health is damaged");
	return !fault_is(loading->fault);
}

struct fault hub_health_load(struct hub *hub)
{
	struct loading loading = { hub, fault_none() };
	FAULT_TRY(log_scan(hub->log, HUB_TABLE_HEALTH, (struct span){ NULL, 0 }, load_one, &loading));
	return loading.fault;
}

/* ---- what comes ---- */

static uint64_t moment(uint64_t now_ms, uint32_t age_s)
{
	uint64_t age_ms = (uint64_t)age_s * SECOND_MS;
	return age_s == 0 ? 0 : age_ms < now_ms ? now_ms - age_ms : 1;
}

/* A day after the counts were set aside the next ones are. */
static void take_counts(struct hub_health *h, const jalka_Health *told, uint64_t now_ms)
{
	memset(h->counts, 0, sizeof h->counts);
	memcpy(h->counts, told->counts, told->counts_count * sizeof *h->counts);
	if (now_ms >= h->day_ms && now_ms - h->day_ms < DAY_MS)
		return;
	memcpy(h->day_before, h->day, sizeof h->day_before);
	memcpy(h->day, h->counts, sizeof h->day);
	h->day_ms = now_ms;
}

struct fault hub_health_take(struct hub_link *link, const jalka_Health *told)
{
	struct hub *hub = link->hub;
	struct hub_node *device = link->device;
	struct hub_health *h = &device->health;
	uint64_t now_ms = hub->now.wall_ms;
	h->told_ms = now_ms;
	memcpy(h->version, told->version, sizeof h->version);
	h->epoch = link->epoch;
	h->seq = told->seq;
	h->unsent = told->unsent;
	h->oldest_unsent_ms = told->unsent == 0 ? 0 : moment(now_ms, told->unsent_age_s);
	h->store_bytes = (uint64_t)told->store_kib * KIB;
	h->free_bytes = (uint64_t)told->free_kib16 * 16 * KIB;
	h->disk_bytes = (uint64_t)told->disk_kib16 * 16 * KIB;
	h->locked_ms = moment(now_ms, told->locked_age_s);
	take_counts(h, told, now_ms);
	device->clock_offset_ms = (int64_t)told->clock_offset_s * SECOND_MS;
	hub_devices_dirty(hub, device);
	FAULT_TRY(hub_turn(hub));
	return put(hub, device);
}

/* ---- what is shown ---- */

/* Of the epoch it told of what was unsent then and is here now; in another one all is new. */
static uint64_t still_unsent(const struct hub_node *device)
{
	const struct hub_health *h = &device->health;
	if (!ID_EQUAL(h->epoch, device->open_epoch) || device->open_seq >= h->seq)
		return 0;
	uint64_t missing = h->seq - device->open_seq;
	return missing < h->unsent ? missing : h->unsent;
}

void hub_health_show(const struct hub_node *device, struct hub_device *out)
{
	const struct hub_health *h = &device->health;
	out->health = *h;
	out->unsent = still_unsent(device);
	out->oldest_unsent_ms = out->unsent == 0 ? 0 : h->oldest_unsent_ms;
	for (size_t i = 0; i < HUB_HEALTH_COUNTS; i++)
		out->recent[i] = h->counts[i] >= h->day_before[i] ? h->counts[i] - h->day_before[i] : h->counts[i];
}
