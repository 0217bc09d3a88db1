/* hub_decided - what a person decided of the quarantine, listed for good.
 *
 * The decision itself is a delta of central's (quarantine_decision), in the case it is
 * about where that is open; its reason in words stands there alone, and goes when that
 * case is erased. Beside the log stands what is listed of it, without any content.
 *
 * Where the case is not open (an opening that waits, work of a case that was never here)
 * the delta stands in the directory, which every device holds and nothing erases: the
 * words stand beside the log then, at central alone, and go when that case is erased. */
#include "base/assert.h"
#include "central/hub_state.h"
#include "records_table.h"

/* table "decided": what is left of 2^64 above the order 8 B BE, so that the newest comes first
 * -> decided 8 B | received 8 | reason 8 | accepted 8 | record type 8 | seq 8 | opens 8
 *    | node | epoch | case | record | who decided | who vouched | the words, where they stand in no case */
enum { KEY_BYTES = 8, NUMBERS = 7, IDS = 6, CASE_AT = NUMBERS * 8 + 2 * ID_BYTES, VALUE_BYTES = NUMBERS * 8 + IDS * ID_BYTES };

struct fault hub_decided_put(struct hub *hub, uint64_t order, const struct hub_quarantined *item, const struct hub_ruling *ruling)
{
	const uint64_t numbers[NUMBERS] = { hub->now.wall_ms, item->received_ms, item->reason, ruling->accept, item->record_type,
					    item->seq, item->opens };
	const uint8_t *ids[IDS] = { item->author.node.bytes, item->author.epoch.bytes, item->case_id.bytes, item->record_id.bytes,
				    ruling->by.bytes, item->vouched_by.bytes };
	uint8_t key[KEY_BYTES], value[VALUE_BYTES + HUB_RULING_REASON_BYTES];
	size_t words = hub_quarantine_in_case(hub, &item->case_id) ? 0 : ruling->reason.len;
	ASSERT(words <= HUB_RULING_REASON_BYTES);
	hub_put_be64(key, UINT64_MAX - order);
	for (size_t i = 0; i < NUMBERS; i++)
		hub_put_be64(value + 8 * i, numbers[i]);
	for (size_t i = 0; i < IDS; i++)
		memcpy(value + 8 * NUMBERS + i * ID_BYTES, ids[i], ID_BYTES);
	if (words > 0)
		memcpy(value + VALUE_BYTES, ruling->reason.data, words);
	return log_put(hub->log, HUB_TABLE_DECIDED, span_of(key, sizeof key), span_of(value, VALUE_BYTES + words));
}

/* ---- erasing ---- */

enum { AT_ONCE = 64 };

struct erasing {
	const struct case_id *id;
	size_t count;
	uint8_t keys[AT_ONCE][KEY_BYTES], values[AT_ONCE][VALUE_BYTES];
};

static bool find_words(void *ctx, struct span key, struct span value)
{
	struct erasing *e = ctx;
	if (key.len != KEY_BYTES || value.len <= VALUE_BYTES || memcmp(value.data + CASE_AT, e->id->bytes, ID_BYTES) != 0)
		return true;
	memcpy(e->keys[e->count], key.data, KEY_BYTES);
	memcpy(e->values[e->count++], value.data, VALUE_BYTES);
	return e->count < AT_ONCE;
}

struct fault hub_decided_erase(struct hub *hub, const struct case_id *id)
{
	struct erasing e = { .id = id };
	do {
		e.count = 0;
		FAULT_TRY(log_scan(hub->log, HUB_TABLE_DECIDED, (struct span){ NULL, 0 }, find_words, &e));
		for (size_t i = 0; i < e.count; i++)
			FAULT_TRY(log_put(hub->log, HUB_TABLE_DECIDED, span_of(e.keys[i], KEY_BYTES), span_of(e.values[i], VALUE_BYTES)));
	} while (e.count == AT_ONCE);
	return fault_none();
}

/* ---- listing ---- */

struct listing {
	struct hub *hub;
	hub_decided_fn *fn;
	void *ctx;
	struct hub_decided decided;
	uint8_t reason[HUB_RULING_REASON_BYTES];
	struct fault fault;
};

/* The delta that said so. */
static bool take_reason(void *ctx, const struct log_entry *entry)
{
	struct listing *listing = ctx;
	struct span fields = delta_fields_in(entry->bytes);
	struct wire_field f;
	if (entry->record_type != RECORDS_TYPE_QUARANTINE_DECISION)
		return false;
	while (wire_next(&fields, &f) == WIRE_FIELD)
		if (f.number == RECORDS_QUARANTINE_DECISION_REASON && f.data.len <= sizeof listing->reason) {
			memcpy(listing->reason, f.data.data, f.data.len);
			listing->decided.ruling.reason = span_of(listing->reason, f.data.len);
		}
	return false;
}

static void take_value(struct hub_decided *decided, const uint8_t *value)
{
	struct hub_quarantined *item = &decided->item;
	uint8_t *ids[IDS] = { item->author.node.bytes, item->author.epoch.bytes, item->case_id.bytes, item->record_id.bytes,
			      decided->ruling.by.bytes, item->vouched_by.bytes };
	decided->decided_ms = hub_get_be64(value);
	item->received_ms = hub_get_be64(value + 8);
	item->reason = (uint32_t)hub_get_be64(value + 16);
	decided->ruling.accept = hub_get_be64(value + 24) != 0;
	item->record_type = (uint32_t)hub_get_be64(value + 32);
	item->seq = hub_get_be64(value + 40);
	item->opens = hub_get_be64(value + 48) != 0;
	for (size_t i = 0; i < IDS; i++)
		memcpy(ids[i], value + 8 * NUMBERS + i * ID_BYTES, ID_BYTES);
}

static bool list_one(void *ctx, struct span key, struct span value)
{
	struct listing *listing = ctx;
	if (key.len != KEY_BYTES || value.len < VALUE_BYTES || value.len > VALUE_BYTES + sizeof listing->reason)
		return true;
	uint64_t order = UINT64_MAX - hub_get_be64(key.data);
	memset(&listing->decided, 0, sizeof listing->decided);
	take_value(&listing->decided, value.data);
	if (value.len > VALUE_BYTES) {
		listing->decided.ruling.reason = span_of(listing->reason, value.len - VALUE_BYTES);
		memcpy(listing->reason, value.data + VALUE_BYTES, value.len - VALUE_BYTES);
	}
	listing->fault = log_read_order(listing->hub->log, order - 1, order, take_reason, listing);
	return !fault_is(listing->fault) && listing->fn(listing->ctx, &listing->decided);
}

struct fault hub_decisions(struct hub *hub, hub_decided_fn *fn, void *ctx)
{
	struct listing listing = { .hub = hub, .fn = fn, .ctx = ctx };
	if (fault_is(hub->dead))
		return hub->dead;
	FAULT_TRY(log_scan(hub->log, HUB_TABLE_DECIDED, (struct span){ NULL, 0 }, list_one, &listing));
	return listing.fault;
}
