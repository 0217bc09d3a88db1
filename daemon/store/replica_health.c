/* replica_health - figures compared with those told last. */
#include "store/replica_health.h"

#include "base/limits.h"
#include "pb_decode.h"
#include "pb_encode.h"

enum {
	SECOND_MS = 1000,
	HOUR_S = 3600,
	DAY_S = 24 * HOUR_S,
	UNSENT_OLD_S = HOUR_S,
	LOOK_MS = 10 * 60 * 1000, /* on a long connection it is looked so often, with a ping */
	LOCK_SLACK_S = 60,
	FULL_SHARE = 16,          /* a disk is nearly full with less than such a part free */
	ROOM_SHARE = 8,           /* of the disk: a change so large is worth telling */
	KIB = 1024,
	CLOCK_SLACK_S = 60,
	MOMENT_BYTES = 8, COUNT_BYTES = 4,
	COUNTS_BYTES = MOMENT_BYTES + REPLICA_FAILURES * COUNT_BYTES,
	TOLD_BYTES = MOMENT_BYTES + jalka_Health_size,
};
_Static_assert(REPLICA_FAILURES == sizeof ((jalka_Health *)0)->counts / sizeof (uint32_t), "every count is told");
_Static_assert((int)REPLICA_FAILURES == (int)_jalka_HealthCount_ARRAYSIZE, "and has a word");
_Static_assert((int)REPLICA_PASSPHRASE == (int)jalka_HealthCount_HEALTH_PASSPHRASE &&
	       (int)REPLICA_QUARANTINE == (int)jalka_HealthCount_HEALTH_QUARANTINE, "in one order");

#define TABLE "health"
#define TOLD span_text("told")
#define COUNTS span_text("counts")

/* ---- how it is now ---- */

static uint32_t bounded(uint64_t value)
{
	return value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

/* 0: never; what is, is at least a second ago, whatever the clocks say. */
static uint32_t seconds_since(uint64_t then_ms, uint64_t now_ms)
{
	if (then_ms == 0)
		return 0;
	return now_ms < then_ms + SECOND_MS ? 1 : bounded((now_ms - then_ms) / SECOND_MS);
}

static int32_t clock_offset_s(int64_t offset_ms)
{
	int64_t s = offset_ms / SECOND_MS;
	return s > INT32_MAX ? INT32_MAX : s < -INT32_MAX ? -INT32_MAX : (int32_t)s;
}

static void put_counts(const struct replica_told *health, const struct replica_status *own, jalka_Health *out)
{
	memcpy(out->counts, health->counts, sizeof out->counts);
	out->counts[REPLICA_QUARANTINE] = bounded(own->quarantined + own->rejected);
	out->counts_count = REPLICA_FAILURES;
	while (out->counts_count > 0 && out->counts[out->counts_count - 1] == 0)
		out->counts_count--;
}

static void take_stock(struct replica *r, jalka_Health *out)
{
	struct replica_health host = { .version = "" };
	struct replica_status own;
	uint64_t wall_ms = r->now.wall_ms, corrected_ms;
	r->host.health(r->host.ctx, &host);
	replica_status(r, &own);
	corrected_ms = wall_ms + (uint64_t)own.clock_offset_ms;
	*out = (jalka_Health){
		.seq = r->author.chain.info.seq,
		.unsent = bounded(own.unreceipted),
		.unsent_age_s = own.unreceipted == 0 ? 0 : seconds_since(own.oldest_unreceipted_ms, corrected_ms),
		.store_kib = bounded(host.store_bytes / KIB),
		.free_kib16 = bounded(host.free_bytes / (16 * KIB)),
		.disk_kib16 = bounded(host.disk_bytes / (16 * KIB)),
		.locked_age_s = seconds_since(r->health.locked_ms, wall_ms),
		.clock_offset_s = clock_offset_s(own.clock_offset_ms),
	};
	size_t len = strlen(host.version);
	if (len < sizeof out->version)
		memcpy(out->version, host.version, len + 1);
	put_counts(&r->health, &own, out);
}

/* ---- whether that is worth telling ---- */

static uint32_t count_of(const jalka_Health *h, size_t i)
{
	return i < h->counts_count ? h->counts[i] : 0;
}

static bool is_nearly_full(const jalka_Health *h)
{
	return h->free_kib16 < h->disk_kib16 / FULL_SHARE;
}

static bool is_of_the_network(size_t count)
{
	return count == REPLICA_CONNECT || count == REPLICA_TIMEOUT;
}

static bool counts_differ(const jalka_Health *told, const jalka_Health *now, bool network_too)
{
	for (size_t i = 0; i < REPLICA_FAILURES; i++)
		if ((network_too || !is_of_the_network(i)) && count_of(told, i) != count_of(now, i))
			return true;
	return false;
}

/* V2 */
static bool is_urgent(const jalka_Health *told, const jalka_Health *now)
{
	int64_t drift_s = (int64_t)now->clock_offset_s - told->clock_offset_s;
	return is_nearly_full(told) != is_nearly_full(now) || drift_s > CLOCK_SLACK_S || drift_s < -CLOCK_SLACK_S
		|| (now->unsent_age_s >= UNSENT_OLD_S && told->unsent_age_s < UNSENT_OLD_S)
		|| counts_differ(told, now, false);
}

static bool was_locked(const jalka_Health *told, const jalka_Health *now, uint32_t since_s)
{
	return now->locked_age_s != 0
		&& (told->locked_age_s == 0 || (uint64_t)now->locked_age_s + LOCK_SLACK_S < (uint64_t)told->locked_age_s + since_s);
}

/* V3 */
static bool is_news(const jalka_Health *told, const jalka_Health *now, uint32_t since_s)
{
	uint32_t more = now->free_kib16 > told->free_kib16 ? now->free_kib16 - told->free_kib16 : told->free_kib16 - now->free_kib16;
	return counts_differ(told, now, true) || was_locked(told, now, since_s) || more > now->disk_kib16 / ROOM_SHARE
		|| (now->unsent_age_s >= UNSENT_OLD_S && now->unsent != told->unsent);
}

static bool is_due(const struct replica *r, const jalka_Health *now)
{
	const jalka_Health *told = &r->health.told;
	uint64_t since_ms = r->now.wall_ms - r->health.told_ms;
	if (r->health.told_ms == 0 || strcmp(told->version, now->version) != 0)
		return true; /* V1 */
	if (r->now.wall_ms < r->health.told_ms || since_ms >= (uint64_t)DAY_S * SECOND_MS)
		return true; /* a clock that was set back tells nothing of how long ago */
	uint32_t since_s = (uint32_t)(since_ms / SECOND_MS);
	return is_urgent(told, now) || (since_s >= HOUR_S && is_news(told, now, since_s));
}

bool replica_health_fill(struct replica *r, jalka_Frame *out)
{
	struct replica_told *health = &r->health;
	if (r->host.health == NULL || health->is_sent)
		return false;
	if (!r->first_frame && r->now.mono_ms - health->looked_mono_ms < LOOK_MS)
		return false;
	health->looked_mono_ms = r->now.mono_ms;
	take_stock(r, &health->sent);
	if (!is_due(r, &health->sent))
		return false;
	out->has_health = true;
	out->health = health->sent;
	health->sent_ms = r->now.wall_ms;
	health->is_sent = true;
	return true;
}

/* ---- what was told, and counted ---- */

static void put_le(uint8_t *out, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		out[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t get_le(const uint8_t *in, size_t bytes)
{
	uint64_t value = 0;
	for (size_t i = 0; i < bytes; i++)
		value |= (uint64_t)in[i] << 8 * i;
	return value;
}

static struct fault put_told(struct replica *r)
{
	struct replica_told *health = &r->health;
	uint8_t block[TOLD_BYTES];
	pb_ostream_t stream = pb_ostream_from_buffer(block + MOMENT_BYTES, sizeof block - MOMENT_BYTES);
	put_le(block, health->sent_ms, MOMENT_BYTES);
	if (!pb_encode(&stream, jalka_Health_fields, &health->sent))
		return fault_of(FAULT_STORE, "what is told of this device cannot be written");
	FAULT_TRY(log_put(r->log, TABLE, TOLD, span_of(block, MOMENT_BYTES + stream.bytes_written)));
	health->is_sent = false;
	health->told_ms = health->sent_ms;
	health->told = health->sent;
	return fault_none();
}

static struct fault put_counted(struct replica *r)
{
	struct replica_told *health = &r->health;
	uint8_t block[COUNTS_BYTES];
	put_le(block, health->locked_ms, MOMENT_BYTES);
	for (size_t i = 0; i < REPLICA_FAILURES; i++)
		put_le(block + MOMENT_BYTES + i * COUNT_BYTES, health->counts[i], COUNT_BYTES);
	FAULT_TRY(log_put(r->log, TABLE, COUNTS, span_of(block, sizeof block)));
	health->is_dirty = false;
	return fault_none();
}

struct fault replica_health_confirm(struct replica *r)
{
	if (r->health.is_sent)
		FAULT_TRY(put_told(r));
	return r->health.is_dirty ? put_counted(r) : fault_none();
}

struct fault replica_health_forget(struct replica *r)
{
	r->health.told_ms = 0;
	r->health.is_sent = false;
	return log_remove(r->log, TABLE, TOLD);
}

static struct fault load_told(struct replica *r)
{
	uint8_t block[TOLD_BYTES];
	size_t len = 0;
	bool found = false;
	FAULT_TRY(log_get(r->log, TABLE, TOLD, block, sizeof block, &len, &found));
	r->health.told_ms = 0;
	if (!found || len < MOMENT_BYTES)
		return fault_none();
	pb_istream_t stream = pb_istream_from_buffer(block + MOMENT_BYTES, len - MOMENT_BYTES);
	if (pb_decode(&stream, jalka_Health_fields, &r->health.told)) /* else it is told anew */
		r->health.told_ms = get_le(block, MOMENT_BYTES);
	return fault_none();
}

/* What was counted since the last time it was made durable stays counted. */
struct fault replica_health_load(struct replica *r)
{
	uint8_t block[COUNTS_BYTES];
	size_t len = 0;
	bool found = false;
	FAULT_TRY(load_told(r));
	if (r->health.is_dirty)
		return fault_none();
	FAULT_TRY(log_get(r->log, TABLE, COUNTS, block, sizeof block, &len, &found));
	if (!found || len != sizeof block)
		return fault_none();
	r->health.locked_ms = get_le(block, MOMENT_BYTES);
	for (size_t i = 0; i < REPLICA_FAILURES; i++)
		r->health.counts[i] = (uint32_t)get_le(block + MOMENT_BYTES + i * COUNT_BYTES, COUNT_BYTES);
	return fault_none();
}

/* ---- counting ---- */

void replica_count(struct replica *replica, enum replica_failure failure, uint32_t times)
{
	uint32_t *count = &replica->health.counts[failure];
	if (times == 0)
		return;
	*count = bounded((uint64_t)*count + times);
	replica->health.is_dirty = true;
}

struct fault replica_locking(struct replica *replica, struct replica_time now)
{
	replica->health.locked_ms = now.wall_ms;
	FAULT_TRY(replica_state_begin(replica));
	struct fault fault = put_counted(replica);
	if (!fault_is(fault))
		return replica_state_commit(replica);
	replica_state_rollback(replica);
	return fault;
}
