/* hub_past - bases in central epochs that are not in use (P3).
 *
 * What an epoch gave out after the backup that was put back is lost, and with it
 * what each device was fed there. Central knows one thing of it: how far a device
 * said it had come, when it was back with its cursor still in that epoch. In that
 * session this bounds its bases there. Afterwards the greatest such word is
 * remembered; a base within it is good, but one beyond it may be another copy's of
 * the disk that had come further: it is not checked then, as where nothing is
 * known, and the delta is accepted and marked.
 *
 *   past        node, epoch -> order, 8 B BE
 *   unchecked   node, author epoch, seq -> when, 8 B BE
 */
#include "central/hub_state.h"

static struct fault known_of(struct hub *hub, const struct node_id *node, const struct epoch_id *epoch, uint64_t *out,
			     bool *found)
{
	uint8_t key[2 * ID_BYTES], value[8];
	size_t len;
	memcpy(key, node->bytes, ID_BYTES);
	memcpy(key + ID_BYTES, epoch->bytes, ID_BYTES);
	FAULT_TRY(log_get(hub->log, HUB_TABLE_PAST, span_of(key, sizeof key), value, sizeof value, &len, found));
	*out = *found && len == sizeof value ? hub_get_be64(value) : 0;
	return fault_none();
}

struct fault hub_past_take(struct hub *hub, const struct hub_node *device, const jalka_Cursor *cursor)
{
	uint8_t key[2 * ID_BYTES], value[8];
	struct epoch_id epoch;
	uint64_t known;
	bool found;
	if (cursor->epoch.size != ID_BYTES || memcmp(cursor->epoch.bytes, hub_epoch(hub)->bytes, ID_BYTES) == 0)
		return fault_none();
	memcpy(epoch.bytes, cursor->epoch.bytes, ID_BYTES);
	FAULT_TRY(known_of(hub, &device->node, &epoch, &known, &found));
	if (found && known >= cursor->order)
		return fault_none();
	memcpy(key, device->node.bytes, ID_BYTES);
	memcpy(key + ID_BYTES, epoch.bytes, ID_BYTES);
	hub_put_be64(value, cursor->order);
	FAULT_TRY(hub_turn(hub));
	return log_put(hub->log, HUB_TABLE_PAST, span_of(key, sizeof key), span_of(value, sizeof value));
}

struct fault hub_past_check(const struct hub_link *link, const struct delta *delta, bool *too_high, bool *unchecked)
{
	struct hub *hub = link->hub;
	*too_high = *unchecked = false;
	for (size_t i = 0; i < delta->base.count; i++) {
		const struct order_base *pair = &delta->base.pairs[i];
		uint64_t known;
		bool found;
		if (ID_EQUAL(pair->epoch, *hub_epoch(hub)))
			continue;
		if (ID_EQUAL(pair->epoch, link->cursor_epoch)) {
			*too_high = *too_high || pair->n > link->cursor_said;
			continue;
		}
		FAULT_TRY(known_of(hub, &link->device->node, &pair->epoch, &known, &found));
		*unchecked = *unchecked || !found || pair->n > known;
	}
	return fault_none();
}

struct fault hub_past_mark(struct hub *hub, const struct author *author, uint64_t seq)
{
	uint8_t key[2 * ID_BYTES + 8], value[8];
	hub_quarantine_key(author, seq, key);
	hub_put_be64(value, hub->now.wall_ms);
	return log_put(hub->log, HUB_TABLE_UNCHECKED, span_of(key, sizeof key), span_of(value, sizeof value));
}

static bool count_one(void *ctx, struct span key, struct span value)
{
	(void)key;
	(void)value;
	++*(uint64_t *)ctx;
	return true;
}

struct fault hub_past_count(struct hub *hub, uint64_t *out)
{
	*out = 0;
	return log_scan(hub->log, HUB_TABLE_UNCHECKED, (struct span){ NULL, 0 }, count_one, out);
}
