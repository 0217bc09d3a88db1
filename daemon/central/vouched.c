/* vouched - deltas that a device offers after a restore.
 *
 * No device has the signatures of foreign chains, so nothing but the device's
 * word stands behind such a delta: it waits for a person beside the log, under
 * its author and seq; once decided, a mark stays, so that the next device that
 * offers it asks nobody again. When its author comes with it, signed, it is dropped.
 * Accepted, central issues the original bytes again, in an author epoch of its own.
 *
 * A restored central may have given that name to other bytes, or give it later: a
 * copy of the author's disk goes on under it. Then the delta waits aside: with a
 * keyed hash of its bytes in place of the author's epoch, which is the same
 * however often and by whomever it is offered, and is no chain's.
 *
 * A sealed row is the device's own: it had to forget it, and its name has gone to
 * a twin's bytes (P6). Opened, it is treated as any other. */
#include <sodium.h>
#include <stdlib.h>

#include "base/assert.h"
#include "central/hub_state.h"
#include "domain/schema.h"

/* table "vouched": node | author epoch, or what stands aside for it | seq 8 B BE
 * -> when 8 B | who vouches | what would stand aside | delta; once decided without it */
enum {
	KEY_BYTES = 2 * ID_BYTES + 8,
	ASIDE_AT = 8 + ID_BYTES,
	HEAD_BYTES = ASIDE_AT + ID_BYTES,
	VALUE_BYTES = HEAD_BYTES + (int)ROWS_SEALED_BYTES_MAX,
};
_Static_assert((int)HEAD_BYTES >= (int)DELTA_SALT_BYTES, "a salt fits before what it is opened with");

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

/* ---- names ---- */

static bool secret_of(const struct hub *hub, const struct delta *delta, struct delta_secret *out)
{
	const struct assignments_case *info = assignments_case_get(&hub->assignments, &delta->case_id);
	if (!delta->opens && (info == NULL || !info->has_secret))
		return false;
	*out = delta->opens ? delta->opening.secret : info->secret;
	return true;
}

/* Keyed by the case's secret, for a delta's bytes may be guessed and what stands aside
 * goes into the feed: whoever holds the case finds by it what is meant. A case nobody
 * holds here has no feed. */
static struct epoch_id aside_of(const struct hub *hub, struct span bytes)
{
	struct delta_secret secret;
	struct epoch_id aside;
	struct delta delta;
	if (fault_is(delta_read(bytes, &delta)) || !secret_of(hub, &delta, &secret))
		memcpy(secret.bytes, hub->static_secret, sizeof secret.bytes);
	delta_content(&secret, bytes, &aside);
	sodium_memzero(&secret, sizeof secret);
	return aside;
}

/* Whether the log's entry is these bytes. Where its own are erased its digest tells,
 * if the case's secret is known; else nobody can tell them apart. */
static bool is_same(const struct hub *hub, const struct log_entry *entry, struct span bytes)
{
	uint8_t salt[DELTA_SALT_BYTES];
	struct delta_secret secret;
	struct delta_hash digest;
	struct delta delta;
	if (entry->bytes.data != NULL)
		return span_equal(entry->bytes, bytes);
	if (fault_is(delta_read(bytes, &delta)) || !secret_of(hub, &delta, &secret))
		return true;
	delta_salt(&secret, &entry->author, entry->seq, salt);
	delta_digest(salt, bytes, &digest);
	return memcmp(digest.bytes, entry->digest.bytes, sizeof digest.bytes) == 0;
}

/* What stands under a name, in the log or here, beside what is offered. */
struct standing {
	const struct hub *hub;
	struct span bytes;
	const uint8_t *digest; /* known where it came sealed; else NULL */
	struct epoch_id aside;
	bool taken, same;
};

static bool look_at_entry(void *ctx, const struct log_entry *entry)
{
	struct standing *s = ctx;
	s->taken = true;
	s->same = s->digest == NULL ? is_same(s->hub, entry, s->bytes)
		: memcmp(entry->digest.bytes, s->digest, DELTA_HASH_BYTES) == 0;
	return false;
}

static bool look_at_vouched(void *ctx, struct span key, struct span value)
{
	struct standing *s = ctx;
	if (key.len != KEY_BYTES || value.len < HEAD_BYTES)
		return true;
	s->taken = true;
	s->same = s->same || memcmp(value.data + ASIDE_AT, s->aside.bytes, ID_BYTES) == 0;
	return false;
}

static struct fault look(struct standing *s, const struct author *name, uint64_t seq)
{
	uint8_t key[KEY_BYTES];
	s->taken = s->same = false;
	FAULT_TRY(log_find(s->hub->log, name, seq, look_at_entry, s));
	hub_quarantine_key(name, seq, key);
	return log_scan(s->hub->log, HUB_TABLE_VOUCHED, span_of(key, sizeof key), look_at_vouched, s);
}

/* Under its name, or aside of what has that; *out false: it is there already. */
static struct fault choose(struct standing *s, struct author *name, uint64_t seq, bool *out)
{
	FAULT_TRY(look(s, name, seq));
	if (s->taken && !s->same) {
		name->epoch = s->aside;
		FAULT_TRY(look(s, name, seq));
	}
	*out = !s->taken;
	return fault_none();
}

/* ---- the same bytes, under whatever name ---- */

struct looking {
	struct span bytes;
	bool found;
};

static bool is_accepted_so(void *ctx, const struct log_entry *entry)
{
	struct looking *looking = ctx;
	looking->found = entry->verdict == LOG_ACCEPTED && entry->bytes.data != NULL
		&& span_equal(entry->bytes, looking->bytes);
	return !looking->found;
}

/* Its author has issued it again under another name, or it was vouched for under two. */
static struct fault is_accepted(const struct hub *hub, const struct delta *delta, struct span bytes, bool *out)
{
	struct looking looking = { .bytes = bytes };
	FAULT_TRY(log_read_record(hub->log, delta->record_id, is_accepted_so, &looking));
	*out = looking.found;
	return fault_none();
}

/* ---- offers ---- */

static bool is_erased(const struct hub *hub, const struct delta *delta)
{
	const struct assignments_case *info = assignments_case_get(&hub->assignments, &delta->case_id);
	return (info != NULL && info->erased) || hub_erase_is_record(hub, &delta->record_id);
}

/* Accepted here already, under another name: nobody is asked. Who holds it under this
 * one hears that it is decided, and lets the name go. `head`: when, who, what aside. */
static struct fault say_there(struct hub *hub, const struct author *name, uint64_t seq, const struct delta *delta,
			      const uint8_t *head)
{
	uint8_t key[KEY_BYTES];
	const struct hub_ruling there = { .accept = true };
	uint64_t order;
	hub_quarantine_key(name, seq, key);
	FAULT_TRY(log_put(hub->log, HUB_TABLE_VOUCHED, span_of(key, sizeof key), span_of(head, HEAD_BYTES)));
	return hub_quarantine_say(hub, name, seq, &delta->case_id, &there, &order);
}

/* `value` holds the delta behind its head; *waits: it is new, and a person is asked. */
static struct fault keep(struct hub *hub, const struct hub_node *device, const struct author *author, uint64_t seq,
			 const uint8_t *digest, uint8_t *value, size_t delta_len, const struct delta *delta, bool *waits)
{
	struct span bytes = span_of(value + HEAD_BYTES, delta_len);
	struct standing standing = { .hub = hub, .bytes = bytes, .digest = digest, .aside = aside_of(hub, bytes) };
	struct author name = *author;
	uint8_t key[KEY_BYTES];
	bool is_new, there;
	*waits = false;
	FAULT_TRY(choose(&standing, &name, seq, &is_new));
	if (!is_new)
		return fault_none();
	hub_quarantine_key(&name, seq, key);
	hub_put_be64(value, hub->now.wall_ms);
	memcpy(value + 8, device->node.bytes, ID_BYTES);
	memcpy(value + ASIDE_AT, standing.aside.bytes, ID_BYTES);
	FAULT_TRY(is_accepted(hub, delta, bytes, &there));
	if (there)
		return say_there(hub, &name, seq, delta, value);
	*waits = true;
	hub->vouched++;
	hub->counters.deltas_quarantined++;
	return log_put(hub->log, HUB_TABLE_VOUCHED, span_of(key, sizeof key), span_of(value, HEAD_BYTES + delta_len));
}

static struct fault keep_readable(struct hub_link *link, const struct author *author, const struct rows_row *row,
				  uint8_t *value)
{
	struct delta delta;
	bool waits;
	if (row->delta.data == NULL || fault_is(delta_read(row->delta, &delta)) || is_erased(link->hub, &delta))
		return fault_none(); /* nothing in it to keep */
	memcpy(value + HEAD_BYTES, row->delta.data, row->delta.len);
	return keep(link->hub, link->device, author, row->seq, NULL, value, row->delta.len, &delta, &waits);
}

static struct fault keep_sealed(struct hub_link *link, const struct author *author, const struct rows_row *row,
				uint8_t *value)
{
	uint8_t *plain = value + HEAD_BYTES - DELTA_SALT_BYTES; /* so that the delta lies behind the head */
	struct span bytes;
	struct delta delta;
	bool waits;
	if (!ID_EQUAL(author->node, link->device->node)
	    || !hub_kept_open(link->hub, link->device, author, row, plain, VALUE_BYTES - HEAD_BYTES, &bytes))
		return fault_none(); /* not sealed by this device, or not for this name */
	if (bytes.len > LIMIT_DELTA_BYTES || fault_is(delta_read(bytes, &delta)) || is_erased(link->hub, &delta))
		return fault_none();
	return keep(link->hub, link->device, author, row->seq, row->digest.data, value, bytes.len, &delta, &waits);
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
		FAULT_TRY(row.sealed.data != NULL ? keep_sealed(link, &author, &row, value)
						  : keep_readable(link, &author, &row, value));
	}
}

struct fault vouched_offer(struct hub_link *link, const jalka_Offer *offer, struct span rows)
{
	struct hub *hub = link->hub;
	FAULT_TRY(hub_turn(hub));
	hub_turn_took(hub, offer->rows.count, rows.len);
	uint8_t *value = malloc(VALUE_BYTES);
	if (value == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	struct fault fault = keep_all(link, offer, rows, value);
	free(value);
	return fault.kind == FAULT_STORE ? hub_die(hub, fault) : fault;
}

/* ---- rescued ---- */

struct fault vouched_rescued(struct hub *hub, const struct hub_node *device, const struct author *author, uint64_t seq,
			     const struct delta_hash *digest, struct span bytes, enum vouched_as *out)
{
	struct delta delta;
	bool waits = false;
	if (fault_is(delta_read(bytes, &delta))) {
		*out = VOUCHED_MALFORMED;
		return fault_none();
	}
	if (is_erased(hub, &delta)) {
		*out = VOUCHED_ERASED;
		return fault_none();
	}
	if (hub->vouched >= LIMIT_QUARANTINE_PER_DEVICE)
		return fault_of(FAULT_LIMIT, "too much waits for a decision");
	uint8_t *value = malloc(VALUE_BYTES);
	if (value == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	memcpy(value + HEAD_BYTES, bytes.data, bytes.len);
	struct fault fault = keep(hub, device, author, seq, digest->bytes, value, bytes.len, &delta, &waits);
	free(value);
	FAULT_TRY(fault);
	*out = waits ? VOUCHED_WAITS : VOUCHED_HERE;
	return fault_none();
}

/* ---- the author itself comes ---- */

struct arriving {
	uint64_t first_seq;
	size_t count;
	bool any;
};

static bool is_arriving(void *ctx, struct span key, struct span value)
{
	struct arriving *arriving = ctx;
	struct author author;
	uint64_t seq;
	arriving->any = read_key(key, &author, &seq) && seq - arriving->first_seq < arriving->count
		&& value.len > HEAD_BYTES;
	return !arriving->any;
}

/* What waits under the name that has come: the same is dropped, other bytes step aside. */
static struct fault make_room(struct hub *hub, const struct log_entry *entry, uint8_t *value)
{
	struct author name = { .node = entry->author.node };
	uint8_t key[KEY_BYTES];
	size_t len;
	bool found;
	hub_quarantine_key(&entry->author, entry->seq, key);
	FAULT_TRY(log_get(hub->log, HUB_TABLE_VOUCHED, span_of(key, sizeof key), value, VALUE_BYTES, &len, &found));
	if (!found || len <= HEAD_BYTES)
		return fault_none();
	FAULT_TRY(log_remove(hub->log, HUB_TABLE_VOUCHED, span_of(key, sizeof key)));
	hub->vouched--;
	struct standing standing = { .hub = hub, .bytes = span_of(value + HEAD_BYTES, len - HEAD_BYTES) };
	if (is_same(hub, entry, standing.bytes))
		return fault_none();
	memcpy(name.epoch.bytes, value + ASIDE_AT, ID_BYTES);
	standing.aside = name.epoch;
	FAULT_TRY(look(&standing, &name, entry->seq));
	if (standing.taken)
		return fault_none();
	hub->vouched++;
	hub_quarantine_key(&name, entry->seq, key);
	return log_put(hub->log, HUB_TABLE_VOUCHED, span_of(key, sizeof key), span_of(value, len));
}

struct fault vouched_arrived(struct hub *hub, const struct log_entry *entries, size_t count)
{
	uint8_t key[KEY_BYTES];
	struct arriving arriving = { entries[0].seq, count, false };
	struct fault fault = fault_none();
	hub_quarantine_key(&entries[0].author, entries[0].seq, key);
	FAULT_TRY(log_scan(hub->log, HUB_TABLE_VOUCHED, span_of(key, 2 * ID_BYTES), is_arriving, &arriving));
	if (!arriving.any)
		return fault_none();
	uint8_t *value = malloc(VALUE_BYTES);
	if (value == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	for (size_t i = 0; i < count && !fault_is(fault); i++)
		fault = make_room(hub, &entries[i], value);
	free(value);
	return fault;
}

/* ---- erasing ---- */

enum { AT_ONCE = 64 };

struct erasing {
	struct case_id id;
	struct record_id record; /* none: the whole case */
	size_t count;
	uint8_t keys[AT_ONCE][KEY_BYTES];
};

static bool find_erased(void *ctx, struct span key, struct span value)
{
	struct erasing *e = ctx;
	struct delta delta;
	if (key.len != KEY_BYTES || value.len <= HEAD_BYTES
	    || fault_is(delta_read(span_of(value.data + HEAD_BYTES, value.len - HEAD_BYTES), &delta)))
		return true;
	if (ID_IS_NONE(e->record) ? ID_EQUAL(delta.case_id, e->id) : ID_EQUAL(delta.record_id, e->record))
		memcpy(e->keys[e->count++], key.data, KEY_BYTES);
	return e->count < AT_ONCE;
}

struct fault vouched_erase(struct hub *hub, struct case_id id, struct record_id record)
{
	struct erasing erasing = { .id = id, .record = record };
	do {
		erasing.count = 0;
		FAULT_TRY(log_scan(hub->log, HUB_TABLE_VOUCHED, (struct span){ NULL, 0 }, find_erased, &erasing));
		for (size_t i = 0; i < erasing.count; i++)
			FAULT_TRY(log_remove(hub->log, HUB_TABLE_VOUCHED, span_of(erasing.keys[i], KEY_BYTES)));
		hub->vouched -= erasing.count;
	} while (erasing.count == AT_ONCE);
	return fault_none();
}

/* ---- the administrator's list and decision ---- */

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

/* What waits, as a person sees it: `value` has its head first. */
static struct hub_quarantined item_of(const struct author *author, uint64_t seq, struct span value, const struct delta *delta)
{
	struct hub_quarantined item = {
		.author = *author, .seq = seq, .reason = jalka_Reason_VOUCHED, .received_ms = hub_get_be64(value.data),
		.case_id = delta->case_id, .record_id = delta->record_id, .record_type = delta->record_type,
		.written_ms = delta->stamp_ms, .opens = delta->opens,
	};
	memcpy(item.vouched_by.bytes, value.data + 8, ID_BYTES);
	return item;
}

struct listing {
	struct hub *hub;
	hub_quarantine_fn *fn;
	void *ctx;
	bool goes_on;
};

static bool list_one(void *ctx, struct span key, struct span value)
{
	struct listing *listing = ctx;
	struct author author;
	struct delta delta;
	uint64_t seq;
	if (!read_key(key, &author, &seq) || value.len <= HEAD_BYTES)
		return true;
	struct span bytes = span_of(value.data + HEAD_BYTES, value.len - HEAD_BYTES);
	if (fault_is(delta_read(bytes, &delta)))
		return true;
	struct hub_quarantined item = item_of(&author, seq, value, &delta);
	struct fault fault = acceptable(listing->hub, bytes, &delta);
	item.obstacle = fault_is(fault) ? fault.what : NULL;
	listing->goes_on = listing->fn(listing->ctx, &item);
	return listing->goes_on;
}

struct fault vouched_list(struct hub *hub, hub_quarantine_fn *fn, void *ctx, bool *goes_on)
{
	struct listing listing = { hub, fn, ctx, true };
	if (hub->vouched != 0)
		FAULT_TRY(log_scan(hub->log, HUB_TABLE_VOUCHED, (struct span){ NULL, 0 }, list_one, &listing));
	*goes_on = listing.goes_on;
	return fault_none();
}

/* Each in an epoch of its own, named by its content: one chain of several authors'
 * deltas would say that the later saw the earlier, and what is accepted once more after
 * the next restore comes under the same name. */
static struct fault append(struct hub *hub, const struct author *author, struct span bytes, uint64_t stamp_ms)
{
	const struct author_place place = { .verdict = LOG_ACCEPTED,
					    .order = { hub_generation(hub), hub->last_order + 1 } };
	struct hub_author *added;
	struct log_entry entry;
	struct log_head head;
	FAULT_TRY(author_begin(&hub->self, author, hub->identity.bytes, NULL));
	FAULT_TRY(author_reissue(&hub->self, bytes, stamp_ms, &place, &entry));
	author_head(&hub->self, &head);
	FAULT_TRY(log_head_put(hub->log, &head));
	hub->self.chain.info.closed = true;
	FAULT_TRY(log_author_put(hub->log, &hub->self.chain.info));
	return hub_author_add(hub, &hub->self.chain.info, &added);
}

static struct fault reissue(struct hub *hub, struct span bytes, const struct delta *delta)
{
	const struct author author = { hub->node, aside_of(hub, bytes) };
	const struct log_author own = hub->self.chain.info;
	bool replaced;
	if (hub_author_get(hub, &author.epoch) != NULL)
		return fault_none(); /* it is there */
	struct fault fault = append(hub, &author, bytes, clock_effective(delta->stamp_ms, hub->now.wall_ms, &replaced));
	hub->self.chain.info = own;
	FAULT_TRY(fault);
	hub->last_order++;
	if (hub->host.apart != NULL)
		FAULT_TRY(hub->host.apart(hub->host.ctx, delta->record_id));
	return hub_touched(hub, assignments_case_get(&hub->assignments, &delta->case_id), hub->last_order,
			   NULL);
}

/* `value`: what waits, its head first. */
static struct fault decide(struct hub *hub, const struct author *author, uint64_t seq, struct span value,
			   const struct hub_ruling *ruling)
{
	struct span bytes = span_of(value.data + HEAD_BYTES, value.len - HEAD_BYTES);
	uint8_t key[KEY_BYTES], mark[HEAD_BYTES] = { 0 };
	struct delta delta;
	uint64_t order;
	bool there;
	if (fault_is(delta_read(bytes, &delta)))
		return fault_of(FAULT_STORE, "what was vouched for is damaged");
	hub_quarantine_key(author, seq, key);
	hub_put_be64(mark, hub->now.wall_ms);
	memcpy(mark + ASIDE_AT, value.data + ASIDE_AT, ID_BYTES);
	hub->vouched--;
	/* Accepted meanwhile, its author's or vouched for under two names: there is
	 * nothing left to decide but that this name goes. */
	FAULT_TRY(is_accepted(hub, &delta, bytes, &there));
	if (there)
		return say_there(hub, author, seq, &delta, mark);
	FAULT_TRY(log_put(hub->log, HUB_TABLE_VOUCHED, span_of(key, sizeof key), span_of(mark, sizeof mark)));
	/* In the feed of the case: who has folded it as accepted learns what became of it. */
	FAULT_TRY(hub_quarantine_say(hub, author, seq, &delta.case_id, ruling, &order));
	const struct hub_quarantined item = item_of(author, seq, value, &delta);
	FAULT_TRY(hub_decided_put(hub, order, &item, ruling));
	return ruling->accept ? reissue(hub, bytes, &delta) : fault_none();
}

struct fault vouched_decide(struct hub *hub, const struct author *author, uint64_t seq, const struct hub_ruling *ruling,
			    bool *found)
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
		if (ruling->accept)
			fault = acceptable(hub, bytes, &delta);
		if (!fault_is(fault) && !fault_is(delta_read(bytes, &delta)))
			fault = hub_quarantine_words(hub, &delta.case_id, ruling);
		if (!fault_is(fault))
			fault = hub_verb_end(hub, decide(hub, author, seq, span_of(value, len), ruling));
	}
	free(value);
	return fault;
}
