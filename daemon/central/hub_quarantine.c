/* hub_quarantine - what was not accepted waits for a person, and the decision (P6, P7). */
#include <stdlib.h>

#include "base/assert.h"
#include "central/hub_state.h"
#include "records_table.h"

enum { KEY_BYTES = 2 * ID_BYTES + 8, VALUE_BYTES = 16 };

void hub_quarantine_key(const struct author *author, uint64_t seq, uint8_t out[static 2 * ID_BYTES + 8])
{
	memcpy(out, author->node.bytes, ID_BYTES);
	memcpy(out + ID_BYTES, author->epoch.bytes, ID_BYTES);
	hub_put_be64(out + 2 * ID_BYTES, seq);
}

static bool read_key(struct span key, struct author *author, uint64_t *seq)
{
	if (key.len != KEY_BYTES)
		return false;
	memcpy(author->node.bytes, key.data, ID_BYTES);
	memcpy(author->epoch.bytes, key.data + ID_BYTES, ID_BYTES);
	*seq = hub_get_be64(key.data + 2 * ID_BYTES);
	return true;
}

struct fault hub_quarantine_put(struct hub *hub, struct hub_node *device, const struct author *author, uint64_t seq,
			    uint32_t reason)
{
	uint8_t key[KEY_BYTES], value[VALUE_BYTES];
	hub_quarantine_key(author, seq, key);
	hub_put_be64(value, hub->now.wall_ms);
	hub_put_be64(value + 8, reason);
	FAULT_TRY(log_put(hub->log, HUB_TABLE_QUARANTINE, span_of(key, sizeof key), span_of(value, sizeof value)));
	if (device != NULL && device->quarantined++ == 0)
		device->quarantined_since_ms = hub->now.wall_ms;
	hub->counters.deltas_quarantined++;
	return fault_none();
}

static void note_oldest(struct hub_node *device, uint64_t received_ms)
{
	if (device->quarantined_since_ms == 0 || received_ms < device->quarantined_since_ms)
		device->quarantined_since_ms = received_ms;
}

struct loading {
	struct hub *hub;
	struct fault fault;
};

static bool count_one(void *ctx, struct span key, struct span value)
{
	struct loading *loading = ctx;
	struct author author;
	uint64_t seq;
	if (!read_key(key, &author, &seq) || value.len != VALUE_BYTES) {
		loading->fault = fault_of(FAULT_STORE, "the quarantine is damaged");
		return false;
	}
	struct hub_node *device = hub_devices_get(loading->hub, &author.node);
	if (device != NULL) {
		device->quarantined++;
		note_oldest(device, hub_get_be64(value.data));
	}
	return true;
}

struct fault hub_quarantine_load(struct hub *hub)
{
	struct loading loading = { hub, fault_none() };
	FAULT_TRY(log_scan(hub->log, HUB_TABLE_QUARANTINE, (struct span){ NULL, 0 }, count_one, &loading));
	return loading.fault;
}

static bool note_one(void *ctx, struct span key, struct span value)
{
	(void)key;
	if (value.len == VALUE_BYTES)
		note_oldest(ctx, hub_get_be64(value.data));
	return true;
}

struct fault hub_quarantine_oldest(struct hub *hub, struct hub_node *device)
{
	if (device->quarantined == 0)
		device->quarantined_since_ms = 0;
	if (device->quarantined == 0 || device->quarantined_since_ms != 0)
		return fault_none();
	return log_scan(hub->log, HUB_TABLE_QUARANTINE, ID_SPAN(device->node), note_one, device);
}

/* ---- what waits ---- */

/* A quarantined delta with a copy of its bytes. */
struct waiting {
	struct author author;
	uint64_t seq;
	enum log_verdict verdict;
	uint32_t reason;
	struct case_id case_id;
	struct record_id record_id;
	uint32_t record_type;
	uint64_t stamp_ms;
	struct delta_hash digest;
	bool found;
	size_t len;
	uint8_t bytes[LIMIT_DELTA_BYTES];
};

static bool take_waiting(void *ctx, const struct log_entry *entry)
{
	struct waiting *w = ctx;
	w->author = entry->author;
	w->seq = entry->seq;
	w->verdict = entry->verdict;
	w->reason = entry->reason;
	w->case_id = entry->case_id;
	w->record_id = entry->record_id;
	w->record_type = entry->record_type;
	w->stamp_ms = entry->stamp_ms;
	w->digest = entry->digest;
	w->found = true;
	w->len = entry->bytes.data == NULL || entry->bytes.len > sizeof w->bytes ? 0 : entry->bytes.len;
	if (w->len != 0)
		memcpy(w->bytes, entry->bytes.data, w->len);
	return false;
}

/* What came before its case was open here was verified with a salt of the device's, or
 * with the secret of an opening that was not the one accepted (P7). */
static bool is_of_secret(const struct waiting *w, const struct delta_secret *secret)
{
	uint8_t salt[DELTA_SALT_BYTES];
	struct delta_hash digest;
	delta_salt(secret, &w->author, w->seq, salt);
	delta_digest(salt, span_of(w->bytes, w->len), &digest);
	return memcmp(digest.bytes, w->digest.bytes, sizeof digest.bytes) == 0;
}

/* Whether it can be accepted at all. */
static struct fault acceptable(struct hub *hub, const struct waiting *w, struct delta *delta)
{
	const struct assignments_case *info = assignments_case_get(&hub->assignments, &w->case_id);
	if (w->len == 0 || fault_is(delta_read(span_of(w->bytes, w->len), delta)))
		return fault_of(FAULT_CALLER, "there is nothing readable to accept");
	if (w->reason == jalka_Reason_CENTRAL_ONLY)
		return fault_of(FAULT_CALLER, "only the central node writes records of this type");
	if ((info != NULL && info->erased) || hub_erase_is_record(hub, &w->record_id))
		return fault_of(FAULT_CALLER, "its case or record has been erased");
	if (!delta->opens && (info == NULL || !info->open))
		return fault_of(FAULT_CALLER, "its case is not open: decide the opening");
	if (!is_of_secret(w, delta->opens ? &delta->opening.secret : &info->secret))
		return fault_of(FAULT_CALLER, "it was not signed for the case as it is open here: nobody could verify it");
	return fault_none();
}

/* ---- the list ---- */

struct listing {
	struct hub *hub;
	hub_quarantine_fn *fn;
	void *ctx;
	struct waiting *waiting;
	struct fault fault;
};

static void describe(const struct waiting *w, const struct delta *delta, struct hub_quarantined *item)
{
	item->author = w->author;
	item->seq = w->seq;
	item->case_id = w->case_id;
	item->record_id = w->record_id;
	item->record_type = w->record_type;
	item->opens = delta->opens;
	item->written_ms = delta->stamp_ms;
}

static bool list_one(void *ctx, struct span key, struct span value)
{
	struct listing *listing = ctx;
	struct waiting *w = listing->waiting;
	struct delta delta = { .opens = false };
	struct author author;
	uint64_t seq;
	if (!read_key(key, &author, &seq) || value.len != VALUE_BYTES)
		return true;
	struct hub_quarantined item = { .received_ms = hub_get_be64(value.data), .reason = (uint32_t)hub_get_be64(value.data + 8) };
	w->found = false;
	listing->fault = log_find(listing->hub->log, &author, seq, take_waiting, w);
	if (fault_is(listing->fault) || !w->found)
		return !fault_is(listing->fault);
	struct fault obstacle = acceptable(listing->hub, w, &delta);
	describe(w, &delta, &item);
	item.obstacle = fault_is(obstacle) ? obstacle.what : NULL;
	return listing->fn(listing->ctx, &item);
}

struct fault hub_quarantine(struct hub *hub, hub_quarantine_fn *fn, void *ctx)
{
	struct listing listing = { .hub = hub, .fn = fn, .ctx = ctx };
	if (fault_is(hub->dead))
		return hub->dead;
	bool goes_on = true;
	FAULT_TRY(vouched_list(hub, fn, ctx, &goes_on));
	if (!goes_on)
		return fault_none();
	listing.waiting = calloc(1, sizeof *listing.waiting);
	if (listing.waiting == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	struct fault fault = log_scan(hub->log, HUB_TABLE_QUARANTINE, (struct span){ NULL, 0 }, list_one, &listing);
	free(listing.waiting);
	return fault_is(fault) ? fault : listing.fault;
}

/* ---- decisions ---- */

bool hub_quarantine_in_case(const struct hub *hub, const struct case_id *id)
{
	const struct assignments_case *info = assignments_case_get(&hub->assignments, id);
	return info != NULL && info->open && !info->erased && info->has_secret;
}

/* The central delta that says so; in the case itself where that is open. Else it stands in the
 * directory, which every device holds and nothing erases: without the words. */
struct fault hub_quarantine_say(struct hub *hub, const struct author *author, uint64_t seq, const struct case_id *id,
				const struct hub_ruling *ruling, uint64_t *order)
{
	uint8_t block[128 + HUB_RULING_REASON_BYTES];
	struct wire_out fields;
	bool in_case = hub_quarantine_in_case(hub, id);
	wire_out_init(&fields, block, sizeof block);
	wire_put_bytes(&fields, RECORDS_QUARANTINE_DECISION_NODE, ID_SPAN(author->node));
	wire_put_bytes(&fields, RECORDS_QUARANTINE_DECISION_EPOCH, ID_SPAN(author->epoch));
	wire_put_varint(&fields, RECORDS_QUARANTINE_DECISION_SEQ, seq);
	wire_put_varint(&fields, RECORDS_QUARANTINE_DECISION_ACCEPT, ruling->accept);
	if (ruling->reason.len > 0 && in_case)
		wire_put_bytes(&fields, RECORDS_QUARANTINE_DECISION_REASON, ruling->reason);
	if (!ID_IS_NONE(ruling->by))
		wire_put_bytes(&fields, RECORDS_QUARANTINE_DECISION_DECIDED_BY, ID_SPAN(ruling->by));
	const struct hub_own own = { .case_id = in_case ? *id : hub->directory_case,
				     .record_id = hub_new_record(hub), .record_type = RECORDS_TYPE_QUARANTINE_DECISION,
				     .fields = wire_out_span(&fields) };
	return hub_append_own(hub, &own, order);
}

static struct fault append_decision(struct hub *hub, const struct waiting *w, const struct delta *delta,
				    const struct hub_ruling *ruling, uint64_t *order)
{
	uint8_t key[KEY_BYTES], value[VALUE_BYTES] = { 0 };
	struct hub_quarantined item = { .reason = w->reason };
	size_t len;
	bool found;
	hub_quarantine_key(&w->author, w->seq, key);
	FAULT_TRY(log_get(hub->log, HUB_TABLE_QUARANTINE, span_of(key, sizeof key), value, sizeof value, &len, &found));
	item.received_ms = hub_get_be64(value);
	describe(w, delta, &item);
	FAULT_TRY(hub_quarantine_say(hub, &w->author, w->seq, &w->case_id, ruling, order));
	return hub_decided_put(hub, *order, &item, ruling);
}

/* Told to the author until Heard (P6). */
static struct fault tell_author(struct hub *hub, const struct waiting *w, uint64_t order)
{
	uint8_t key[ID_BYTES + 8], value[ID_BYTES + 8 + DELTA_HASH_BYTES];
	struct hub_decision decision = { .order = order, .author = w->author, .seq = w->seq };
	struct hub_node *device = hub_devices_get(hub, &w->author.node);
	bool found;
	if (device == NULL)
		return fault_none();
	FAULT_TRY(author_h_at(hub->log, &hub->identity, &w->author, w->seq, &decision.h, &found));
	if (!found)
		return fault_of(FAULT_STORE, "a quarantined delta stands on no chain");
	memcpy(key, w->author.node.bytes, ID_BYTES);
	hub_put_be64(key + ID_BYTES, order);
	memcpy(value, w->author.epoch.bytes, ID_BYTES);
	hub_put_be64(value + ID_BYTES, w->seq);
	memcpy(value + ID_BYTES + 8, decision.h.bytes, DELTA_HASH_BYTES);
	FAULT_TRY(log_put(hub->log, HUB_TABLE_DECISION, span_of(key, sizeof key), span_of(value, sizeof value)));
	if (device->link != NULL)
		hub_wake(device->link);
	return hub_devices_decided(device, &decision);
}

static struct fault settle(struct hub *hub, const struct waiting *w, bool accept)
{
	uint8_t key[KEY_BYTES];
	struct order order = { 0, 0 };
	struct assignments_case *info = assignments_case_get(&hub->assignments, &w->case_id);
	if (accept)
		order = (struct order){ hub_generation(hub), ++hub->last_order };
	/* With a rejected one stays why it waited, for its author; an accepted one is marked: its author
	 * may have erased it, and is fed it. */
	FAULT_TRY(log_place(hub->log, &w->author, w->seq, order, 0, accept ? LOG_ACCEPTED : LOG_REJECTED,
			    accept ? (uint32_t)jalka_Reason_BY_DECISION : w->reason));
	hub_quarantine_key(&w->author, w->seq, key);
	FAULT_TRY(log_remove(hub->log, HUB_TABLE_QUARANTINE, span_of(key, sizeof key)));
	struct hub_node *device = hub_devices_get(hub, &w->author.node);
	if (device != NULL && device->quarantined > 0) {
		device->quarantined--;
		device->quarantined_since_ms = 0; /* to be looked for when somebody asks */
	}
	if (accept) {
		hub->counters.deltas_accepted++;
		FAULT_TRY(hub_touched(hub, info, order.n, NULL));
	}
	if (hub->has_book && !ID_IS_NONE(w->case_id))
		FAULT_TRY(hub->book.ops->touched(hub->book.ctx, w->case_id, w->record_id, NULL));
	return fault_none();
}

/* One delta; `w` is found and waits. *opened: it opened its case. */
static struct fault decide_one(struct hub *hub, const struct waiting *w, const struct hub_ruling *ruling, bool *opened)
{
	struct delta delta = { .opens = false };
	uint64_t order;
	struct assignments_case *info = assignments_case_get(&hub->assignments, &w->case_id);
	bool opens_now = false;
	if (w->len != 0 && !fault_is(delta_read(span_of(w->bytes, w->len), &delta)))
		opens_now = delta.opens && (info == NULL || !info->open);
	*opened = opens_now;
	FAULT_TRY(append_decision(hub, w, &delta, ruling, &order));
	if (ruling->accept && opens_now)
		FAULT_TRY(hub_case_open(hub, &delta, &w->author, w->seq, &info));
	FAULT_TRY(settle(hub, w, ruling->accept));
	FAULT_TRY(tell_author(hub, w, order));
	const struct hub_node *device = hub_devices_get(hub, &w->author.node);
	info = assignments_case_get(&hub->assignments, &w->case_id);
	if (!ruling->accept || !opens_now || device == NULL || info->kind == DELTA_CASE_ACCESS)
		return fault_none();
	/* As with any opening a device makes: its holder holds the case. */
	struct record_id assignment;
	const struct assignments_holder *holder = assignments_holder_get(&hub->assignments, &device->holder);
	if (holder != NULL && assignments_holds(info, holder))
		return fault_none();
	return hub_append_assignment(hub, info, device->holder, RECORDS_ASSIGNMENT_ROLE_OWN_WORKER, &assignment);
}

struct dependants {
	struct hub *hub;
	struct case_id case_id;
	struct { struct author author; uint64_t seq; } *items;
	size_t count, room;
	struct author author; /* of the row being looked at */
	uint64_t seq;
	bool take;
	struct fault fault;
};

static bool is_dependant(void *ctx, const struct log_entry *entry)
{
	struct dependants *d = ctx;
	d->take = ID_EQUAL(entry->case_id, d->case_id);
	return false;
}

static bool collect(void *ctx, struct span key, struct span value)
{
	struct dependants *d = ctx;
	if (!read_key(key, &d->author, &d->seq) || value.len != VALUE_BYTES)
		return true;
	if (hub_get_be64(value.data + 8) != (uint64_t)jalka_Reason_OPENING_QUARANTINED)
		return true;
	d->take = false;
	d->fault = log_find(d->hub->log, &d->author, d->seq, is_dependant, d);
	if (fault_is(d->fault) || !d->take)
		return !fault_is(d->fault);
	if (d->count == d->room) {
		size_t room = d->room == 0 ? 16 : d->room * 2;
		void *items = realloc(d->items, room * sizeof *d->items);
		if (items == NULL) {
			d->fault = fault_of(FAULT_LIMIT, "out of memory");
			return false;
		}
		d->items = items;
		d->room = room;
	}
	d->items[d->count].author = d->author;
	d->items[d->count++].seq = d->seq;
	return true;
}

/* What was quarantined because of this opening is decided with it (P7). */
static struct fault decide_dependants(struct hub *hub, struct case_id case_id, const struct hub_ruling *ruling, struct waiting *w)
{
	struct dependants d = { .hub = hub, .case_id = case_id };
	struct fault fault = log_scan(hub->log, HUB_TABLE_QUARANTINE, (struct span){ NULL, 0 }, collect, &d);
	fault = fault_is(fault) ? fault : d.fault;
	for (size_t i = 0; i < d.count && !fault_is(fault); i++) {
		struct delta delta;
		bool opened;
		w->found = false;
		fault = log_find(hub->log, &d.items[i].author, d.items[i].seq, take_waiting, w);
		if (fault_is(fault) || !w->found || (ruling->accept && fault_is(acceptable(hub, w, &delta))))
			continue;
		fault = decide_one(hub, w, ruling, &opened);
	}
	free(d.items);
	return fault;
}

/* They would outlive their case. */
struct fault hub_quarantine_words(const struct hub *hub, const struct case_id *id, const struct hub_ruling *ruling)
{
	const struct assignments_case *info = assignments_case_get(&hub->assignments, id);
	return ruling->reason.len > 0 && info != NULL && info->erased
		? fault_of(FAULT_CALLER, "its case is erased, and words would outlive it: decide without any") : fault_none();
}

static struct fault decide(struct hub *hub, struct waiting *w, const struct hub_ruling *ruling)
{
	struct case_id case_id = w->case_id;
	bool opened;
	struct fault fault = decide_one(hub, w, ruling, &opened);
	if (!fault_is(fault) && opened)
		fault = decide_dependants(hub, case_id, ruling, w);
	return hub_verb_end(hub, fault);
}

struct fault hub_decide(struct hub *hub, const struct author *author, uint64_t seq, const struct hub_ruling *ruling,
			struct hub_time now)
{
	if (ruling->reason.len > HUB_RULING_REASON_BYTES)
		return fault_of(FAULT_CALLER, "the reason is too long: 1,000 letters at most");
	FAULT_TRY(hub_verb_begin(hub, now));
	bool vouched;
	FAULT_TRY(vouched_decide(hub, author, seq, ruling, &vouched));
	if (vouched)
		return fault_none();
	struct waiting *w = calloc(1, sizeof *w);
	if (w == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	struct delta delta;
	struct fault fault = log_find(hub->log, author, seq, take_waiting, w);
	if (!fault_is(fault) && (!w->found || w->verdict != LOG_QUARANTINED))
		fault = fault_of(FAULT_CALLER, "nothing waits for a decision under this name");
	if (!fault_is(fault) && ruling->accept)
		fault = acceptable(hub, w, &delta);
	if (!fault_is(fault))
		fault = hub_quarantine_words(hub, &w->case_id, ruling);
	if (!fault_is(fault))
		fault = decide(hub, w, ruling);
	free(w);
	return fault;
}

/* ---- in the feed ---- */

struct decided {
	bool found;
	uint64_t order;
	uint32_t reason;
	bool rejected;
	uint64_t replaced_ms;
};

static bool take_decided(void *ctx, const struct log_entry *entry)
{
	struct decided *d = ctx;
	d->found = entry->verdict == LOG_ACCEPTED || entry->verdict == LOG_REJECTED;
	d->order = entry->verdict == LOG_ACCEPTED && entry->order_count > 0 ? entry->orders[0].n : 0;
	d->rejected = entry->verdict == LOG_REJECTED;
	d->reason = entry->reason;
	d->replaced_ms = hub_receipt_replaced_ms(entry);
	return false;
}

struct fault hub_quarantine_decision(struct hub *hub, const struct hub_decision *decision, jalka_Decision *out, bool *there)
{
	struct decided d = { .found = false };
	struct delta_signature signature;
	struct wire_out body;
	FAULT_TRY(log_find(hub->log, &decision->author, decision->seq, take_decided, &d));
	*there = d.found;
	if (!d.found)
		return fault_none();
	receipt_begin(&hub->receipt, decision->seq, 0);
	hub->receipt.epoch = decision->author.epoch;
	receipt_add(&hub->receipt, decision->seq, d.order, d.reason, d.rejected, d.replaced_ms);
	wire_out_init(&body, out->body.bytes, sizeof out->body.bytes);
	FAULT_TRY(receipt_write(&hub->receipt, &body));
	out->body.size = (pb_size_t)body.used;
	FAULT_TRY(receipt_sign(&hub->identity, hub_epoch(hub), &decision->author, &decision->h, wire_out_span(&body),
			       hub->identity_secret, &signature));
	SESSION_FRAME_SET(out->signature, signature.bytes);
	out->at = decision->order;
	return fault_none();
}
