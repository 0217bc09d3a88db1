/* vouched - deltas of others that a device offers after a restore.
 *
 * No device has the signatures of foreign chains, so nothing but the device's
 * word stands behind such a delta: it waits for a person beside the log, under
 * its author and seq; once decided, a mark stays, so that the next device that
 * offers it asks nobody again. When its author comes with it, signed, it is dropped.
 * Accepted, central issues the original bytes again in a chain of its own. */
#include <stdlib.h>

#include "base/assert.h"
#include "central/hub_state.h"
#include "domain/schema.h"

enum { KEY_BYTES = 2 * ID_BYTES + 8, HEAD_BYTES = 8 + ID_BYTES /* a decided one: these alone */ };

static bool read_key(struct span key, struct author *author, uint64_t *seq)
{
	if (key.len != KEY_BYTES)
		return false;
	memcpy(author->node.bytes, key.data, ID_BYTES);
	memcpy(author->epoch.bytes, key.data + ID_BYTES, ID_BYTES);
	*seq = hub_get_be64(key.data + 2 * ID_BYTES);
	return true;
}

static bool count_one(void *ctx, struct span key, struct span value)
{
	struct hub *hub = ctx;
	hub->vouched += key.len == KEY_BYTES && value.len > HEAD_BYTES;
	return true;
}

struct fault vouched_load(struct hub *hub)
{
	hub->vouched = 0;
	return log_scan(hub->log, HUB_TABLE_VOUCHED, (struct span){ NULL, 0 }, count_one, hub);
}

/* ---- offers ---- */

static bool is_there(void *ctx, const struct log_entry *entry)
{
	(void)entry;
	*(bool *)ctx = true;
	return false;
}

static struct fault keep(struct hub_link *link, const struct author *author, const struct rows_row *row, uint8_t *value)
{
	struct hub *hub = link->hub;
	uint8_t key[KEY_BYTES], first[1];
	size_t len;
	bool there = false, found;
	struct delta delta;
	if (row->delta.data == NULL || fault_is(delta_read(row->delta, &delta)))
		return fault_none(); /* nothing in it to keep */
	FAULT_TRY(log_find(hub->log, author, row->seq, is_there, &there));
	hub_quarantine_key(author, row->seq, key);
	struct fault fault = log_get(hub->log, HUB_TABLE_VOUCHED, span_of(key, sizeof key), first, sizeof first, &len, &found);
	if (there || fault.kind == FAULT_LIMIT || (!fault_is(fault) && found))
		return fault_none(); /* held already, or vouched for already */
	FAULT_TRY(fault);
	hub_put_be64(value, hub->now.wall_ms);
	memcpy(value + 8, link->device->node.bytes, ID_BYTES);
	memcpy(value + HEAD_BYTES, row->delta.data, row->delta.len);
	hub->vouched++;
	hub->counters.deltas_quarantined++;
	return log_put(hub->log, HUB_TABLE_VOUCHED, span_of(key, sizeof key), span_of(value, HEAD_BYTES + row->delta.len));
}

static struct fault keep_all(struct hub_link *link, const jalka_Offer *offer, struct span rows, uint8_t *value)
{
	struct rows_reader reader;
	struct rows_row row;
	struct author author;
	bool end = false;
	memcpy(author.node.bytes, offer->author.node.bytes, ID_BYTES);
	memcpy(author.epoch.bytes, offer->author.epoch.bytes, ID_BYTES);
	rows_read_begin(&reader, rows, offer->rows.count, 1, offer->first_seq, false);
	for (;;) {
		FAULT_TRY(rows_read(&reader, &row, &end));
		if (end)
			return fault_none();
		if (link->hub->vouched >= LIMIT_QUARANTINE_PER_DEVICE)
			return fault_of(FAULT_LIMIT, "too much waits for a decision");
		FAULT_TRY(keep(link, &author, &row, value));
	}
}

struct fault vouched_offer(struct hub_link *link, const jalka_Offer *offer, struct span rows)
{
	struct hub *hub = link->hub;
	FAULT_TRY(hub_turn(hub));
	uint8_t *value = malloc(HEAD_BYTES + LIMIT_DELTA_BYTES);
	if (value == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	struct fault fault = keep_all(link, offer, rows, value);
	free(value);
	return fault.kind == FAULT_STORE ? hub_die(hub, fault) : fault;
}

struct arriving {
	uint64_t first_seq;
	size_t count, waiting;
};

static bool is_arriving(void *ctx, struct span key, struct span value)
{
	struct arriving *arriving = ctx;
	struct author author;
	uint64_t seq;
	if (read_key(key, &author, &seq) && seq - arriving->first_seq < arriving->count)
		arriving->waiting += value.len > HEAD_BYTES;
	return true;
}

struct fault vouched_arrived(struct hub *hub, const struct author *author, uint64_t first_seq, size_t count)
{
	uint8_t key[KEY_BYTES];
	struct arriving arriving = { first_seq, count, 0 };
	hub_quarantine_key(author, first_seq, key);
	FAULT_TRY(log_scan(hub->log, HUB_TABLE_VOUCHED, span_of(key, 2 * ID_BYTES), is_arriving, &arriving));
	if (arriving.waiting == 0)
		return fault_none();
	for (uint64_t seq = first_seq; seq < first_seq + count; seq++) {
		hub_quarantine_key(author, seq, key);
		FAULT_TRY(log_remove(hub->log, HUB_TABLE_VOUCHED, span_of(key, sizeof key)));
	}
	hub->vouched -= arriving.waiting;
	return fault_none();
}

/* ---- the administrator's list and decision ---- */

struct listing {
	hub_quarantine_fn *fn;
	void *ctx;
	bool goes_on;
};

static bool list_one(void *ctx, struct span key, struct span value)
{
	struct listing *listing = ctx;
	struct hub_quarantined item = { .reason = jalka_Reason_VOUCHED };
	struct delta delta;
	if (!read_key(key, &item.author, &item.seq) || value.len <= HEAD_BYTES)
		return true;
	if (fault_is(delta_read(span_of(value.data + HEAD_BYTES, value.len - HEAD_BYTES), &delta)))
		return true;
	item.received_ms = hub_get_be64(value.data);
	item.case_id = delta.case_id;
	item.record_id = delta.record_id;
	item.record_type = delta.record_type;
	listing->goes_on = listing->fn(listing->ctx, &item);
	return listing->goes_on;
}

struct fault vouched_list(struct hub *hub, hub_quarantine_fn *fn, void *ctx, bool *goes_on)
{
	struct listing listing = { fn, ctx, true };
	if (hub->vouched != 0)
		FAULT_TRY(log_scan(hub->log, HUB_TABLE_VOUCHED, (struct span){ NULL, 0 }, list_one, &listing));
	*goes_on = listing.goes_on;
	return fault_none();
}

static struct fault acceptable(struct hub *hub, struct span bytes, struct delta *delta)
{
	FAULT_TRY(delta_read(bytes, delta));
	const struct schema_record *type = schema_by_type(delta->record_type);
	const struct assignments_case *info = assignments_case_get(&hub->assignments, &delta->case_id);
	if (type == NULL || type->central_only)
		return fault_of(FAULT_CALLER, "central's own records are written anew, not accepted on a device's word");
	if (delta->opens || info == NULL || !info->open || info->erased || hub_erase_is_record(hub, &delta->record_id))
		return fault_of(FAULT_CALLER, "its case is not open here");
	return fault_none();
}

static struct fault reissue(struct hub *hub, struct span bytes, const struct delta *delta)
{
	const struct author_place place = { .verdict = LOG_ACCEPTED,
					    .order = { hub_generation(hub), hub->last_order + 1 } };
	struct log_entry entry;
	bool replaced;
	FAULT_TRY(author_reissue(&hub->self, bytes, clock_effective(delta->stamp_ms, hub->now.wall_ms, &replaced), &place,
				 &entry));
	hub->last_order++;
	hub->head_due = true;
	return hub_touched(hub, assignments_case_get(&hub->assignments, &delta->case_id), hub->last_order,
			   NULL);
}

static struct fault decide(struct hub *hub, const struct author *author, uint64_t seq, struct span bytes, bool accept)
{
	uint8_t key[KEY_BYTES], mark[HEAD_BYTES] = { 0 };
	struct delta delta;
	if (fault_is(delta_read(bytes, &delta)))
		return fault_of(FAULT_STORE, "what was vouched for is damaged");
	hub_quarantine_key(author, seq, key);
	hub_put_be64(mark, hub->now.wall_ms);
	FAULT_TRY(log_put(hub->log, HUB_TABLE_VOUCHED, span_of(key, sizeof key), span_of(mark, sizeof mark)));
	hub->vouched--;
	/* In the feed of the case: who has folded it as accepted learns what became of it. */
	FAULT_TRY(hub_quarantine_say(hub, author, seq, &delta.case_id, accept));
	return accept ? reissue(hub, bytes, &delta) : fault_none();
}

struct fault vouched_decide(struct hub *hub, const struct author *author, uint64_t seq, bool accept, bool *found)
{
	uint8_t key[KEY_BYTES];
	struct delta delta;
	size_t len;
	*found = false;
	if (hub->vouched == 0)
		return fault_none();
	uint8_t *value = malloc(HEAD_BYTES + LIMIT_DELTA_BYTES);
	if (value == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	hub_quarantine_key(author, seq, key);
	struct fault fault = log_get(hub->log, HUB_TABLE_VOUCHED, span_of(key, sizeof key), value,
				     HEAD_BYTES + LIMIT_DELTA_BYTES, &len, found);
	*found = *found && len > HEAD_BYTES;
	if (!fault_is(fault) && *found) {
		struct span bytes = span_of(value + HEAD_BYTES, len - HEAD_BYTES);
		if (accept)
			fault = acceptable(hub, bytes, &delta);
		if (!fault_is(fault))
			fault = hub_verb_end(hub, decide(hub, author, seq, bytes, accept));
	}
	free(value);
	return fault;
}
