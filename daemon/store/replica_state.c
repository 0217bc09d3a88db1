/* replica_state - durable records of a replica and their mirror in memory. */
#include "store/replica_state.h"

#include <stdlib.h>

#include "base/assert.h"
#include "store/replica_health.h"

/* ---- records as bytes: numbered fields, so that a later version can add ---- */

enum {
	SELF_FLAGS = 1, SELF_NODE, SELF_EPOCH, SELF_CENTRAL, SELF_CENTRAL_STATIC, SELF_CENTRAL_NODE,
	SELF_OWN_STATIC, SELF_SIGN_SECRET, SELF_HOLDER, SELF_WORDS,
	SESSION_COUNTER = 1, SESSION_KEY,
	FEED_EPOCH = 1, FEED_ORDER, FEED_SAFE, FEED_CONTACT, FEED_STAMP, FEED_OFFSET, FEED_CLOCK, FEED_OFFERS, FEED_HELD,
	FEED_TOLD, FEED_BUNDLE_KEY, FEED_BUNDLE_MADE, FEED_SALTS, FEED_ASKED,
	EPOCH_ID = 1, EPOCH_PARENT, EPOCH_GENERATION, EPOCH_INHERITED,
	GRANT_GENERATION = 1, GRANT_N, GRANT_COMPLETE, GRANT_PLACE, GRANT_FORGETTING, GRANT_FORGET_AT,
	GRANT_PAST_EPOCH, GRANT_PAST_N,
	FLAG_ENROLLED = 1, FLAG_CONFIRMED = 2, FLAG_REVOKED = 4, FLAG_ERASED = 8,
	RECORD_BYTES_MAX = 512,
};

static const char damaged[] = "a record of the replica is damaged";

/* Copies a bytes field of exactly `size`; false: another length. */
static bool take(const struct wire_field *f, void *out, size_t size)
{
	if (f->type != WIRE_BYTES || f->data.len != size)
		return false;
	memcpy(out, f->data.data, size);
	return true;
}

#define TAKE(member) take(f, (member), sizeof (member))

static struct fault put(struct replica *r, const char *table, struct span key, const struct wire_out *out)
{
	ASSERT(!out->full);
	return log_put(r->log, table, key, wire_out_span(out));
}

struct fault replica_state_put_self(struct replica *r)
{
	const struct replica_self *s = &r->self;
	uint8_t block[RECORD_BYTES_MAX];
	struct wire_out out;
	wire_out_init(&out, block, sizeof block);
	wire_put_varint(&out, SELF_FLAGS, (s->is_enrolled ? FLAG_ENROLLED : 0u) | (s->is_confirmed ? FLAG_CONFIRMED : 0u)
			| (s->is_revoked ? FLAG_REVOKED : 0u) | (s->is_erased ? FLAG_ERASED : 0u));
	wire_put_bytes(&out, SELF_NODE, ID_SPAN(s->node));
	wire_put_bytes(&out, SELF_EPOCH, ID_SPAN(s->epoch));
	wire_put_bytes(&out, SELF_CENTRAL, span_of(s->central.bytes, sizeof s->central.bytes));
	wire_put_bytes(&out, SELF_CENTRAL_STATIC, span_of(s->central_static, sizeof s->central_static));
	wire_put_bytes(&out, SELF_CENTRAL_NODE, ID_SPAN(s->central_node));
	wire_put_bytes(&out, SELF_OWN_STATIC, span_of(s->own_static, sizeof s->own_static));
	wire_put_bytes(&out, SELF_SIGN_SECRET, span_of(s->sign_secret, sizeof s->sign_secret));
	wire_put_bytes(&out, SELF_HOLDER, ID_SPAN(s->holder));
	wire_put_bytes(&out, SELF_WORDS, span_of(s->words, sizeof s->words));
	return put(r, "self", span_text("self"), &out);
}

static bool read_self(struct replica_self *s, const struct wire_field *f)
{
	switch (f->number) {
	case SELF_FLAGS:
		s->is_enrolled = (f->value & FLAG_ENROLLED) != 0;
		s->is_confirmed = (f->value & FLAG_CONFIRMED) != 0;
		s->is_revoked = (f->value & FLAG_REVOKED) != 0;
		s->is_erased = (f->value & FLAG_ERASED) != 0;
		return true;
	case SELF_NODE:
		return TAKE(s->node.bytes);
	case SELF_EPOCH:
		return TAKE(s->epoch.bytes);
	case SELF_CENTRAL:
		return TAKE(s->central.bytes);
	case SELF_CENTRAL_STATIC:
		return TAKE(s->central_static);
	case SELF_CENTRAL_NODE:
		return TAKE(s->central_node.bytes);
	case SELF_OWN_STATIC:
		return TAKE(s->own_static);
	case SELF_SIGN_SECRET:
		return TAKE(s->sign_secret);
	case SELF_HOLDER:
		return TAKE(s->holder.bytes);
	case SELF_WORDS:
		return TAKE(s->words);
	}
	return true;
}

struct fault replica_state_put_session(struct replica *r)
{
	uint8_t block[RECORD_BYTES_MAX];
	struct wire_out out;
	wire_out_init(&out, block, sizeof block);
	wire_put_varint(&out, SESSION_COUNTER, r->session_record.counter);
	if (r->session_record.has_key)
		wire_put_bytes(&out, SESSION_KEY, span_of(r->session_record.key, sizeof r->session_record.key));
	return put(r, "session", span_text("session"), &out);
}

static bool read_session(struct replica_session *s, const struct wire_field *f)
{
	if (f->number == SESSION_COUNTER)
		s->counter = f->value;
	if (f->number != SESSION_KEY)
		return true;
	s->has_key = true;
	return TAKE(s->key);
}

void replica_state_told(struct replica *r, uint64_t time_ms)
{
	r->feed.told_ms = time_ms;
	memset(r->feed.asked, 0, sizeof r->feed.asked);
}

struct fault replica_state_put_feed(struct replica *r)
{
	const struct replica_feed *feed = &r->feed;
	uint8_t block[RECORD_BYTES_MAX];
	struct wire_out out;
	wire_out_init(&out, block, sizeof block);
	wire_put_bytes(&out, FEED_EPOCH, ID_SPAN(feed->epoch));
	wire_put_varint(&out, FEED_ORDER, feed->order);
	wire_put_varint(&out, FEED_SAFE, feed->safe_order);
	wire_put_varint(&out, FEED_CONTACT, feed->last_contact_ms);
	wire_put_varint(&out, FEED_STAMP, feed->last_stamp_ms);
	wire_put_fixed64(&out, FEED_OFFSET, (uint64_t)feed->clock_offset_ms);
	wire_put_varint(&out, FEED_CLOCK, feed->clock_state);
	wire_put_varint(&out, FEED_OFFERS, feed->is_offer_owed);
	wire_put_varint(&out, FEED_HELD, feed->is_held_owed);
	wire_put_varint(&out, FEED_TOLD, feed->told_ms);
	wire_put_varint(&out, FEED_SALTS, feed->are_salts_owed);
	wire_put_bytes(&out, FEED_ASKED, span_of(feed->asked, sizeof feed->asked));
	if (feed->has_bundle_key) {
		wire_put_bytes(&out, FEED_BUNDLE_KEY, span_of(feed->bundle_key, sizeof feed->bundle_key));
		wire_put_varint(&out, FEED_BUNDLE_MADE, feed->bundle_key_made_ms);
	}
	return put(r, "feed", span_text("feed"), &out);
}

static bool read_feed(struct replica_feed *feed, const struct wire_field *f)
{
	switch (f->number) {
	case FEED_EPOCH:
		return TAKE(feed->epoch.bytes);
	case FEED_ORDER:
		feed->order = f->value;
		return true;
	case FEED_SAFE:
		feed->safe_order = f->value;
		return true;
	case FEED_CONTACT:
		feed->last_contact_ms = f->value;
		return true;
	case FEED_STAMP:
		feed->last_stamp_ms = f->value;
		return true;
	case FEED_OFFSET:
		feed->clock_offset_ms = (int64_t)f->value;
		return true;
	case FEED_CLOCK:
		feed->clock_state = (uint32_t)f->value;
		return f->value <= CLOCK_UNKNOWN;
	case FEED_OFFERS:
		feed->is_offer_owed = f->value != 0;
		return true;
	case FEED_HELD:
		feed->is_held_owed = f->value != 0;
		return true;
	case FEED_TOLD:
		feed->told_ms = f->value;
		return true;
	case FEED_SALTS:
		feed->are_salts_owed = f->value != 0;
		return true;
	case FEED_ASKED:
		return TAKE(feed->asked);
	case FEED_BUNDLE_KEY:
		feed->has_bundle_key = true;
		return TAKE(feed->bundle_key);
	case FEED_BUNDLE_MADE:
		feed->bundle_key_made_ms = f->value;
		return true;
	}
	return true;
}

/* ---- central epochs ---- */

static void key_generation(uint32_t generation, uint8_t out[static 4])
{
	for (size_t i = 0; i < 4; i++)
		out[i] = (uint8_t)(generation >> (24 - 8 * i));
}

static void key_u64(uint64_t value, uint8_t out[static 8])
{
	for (size_t i = 0; i < 8; i++)
		out[i] = (uint8_t)(value >> (56 - 8 * i));
}

struct fault replica_state_learn_epoch(struct replica *r, const struct order_epoch *epoch)
{
	uint8_t block[RECORD_BYTES_MAX], key[4];
	struct wire_out out;
	if (order_epoch_by_id(&r->orders, &epoch->id) != NULL)
		return order_learn(&r->orders, epoch);
	FAULT_TRY(order_learn(&r->orders, epoch));
	wire_out_init(&out, block, sizeof block);
	wire_put_bytes(&out, EPOCH_ID, ID_SPAN(epoch->id));
	wire_put_bytes(&out, EPOCH_PARENT, ID_SPAN(epoch->parent));
	wire_put_varint(&out, EPOCH_GENERATION, epoch->generation);
	wire_put_varint(&out, EPOCH_INHERITED, epoch->inherited);
	key_generation(epoch->generation, key);
	return put(r, "epoch", span_of(key, sizeof key), &out);
}

static bool read_epoch(struct order_epoch *epoch, const struct wire_field *f)
{
	switch (f->number) {
	case EPOCH_ID:
		return TAKE(epoch->id.bytes);
	case EPOCH_PARENT:
		return TAKE(epoch->parent.bytes);
	case EPOCH_GENERATION:
		epoch->generation = (uint32_t)f->value;
		return true;
	case EPOCH_INHERITED:
		epoch->inherited = f->value;
		return true;
	}
	return true;
}

uint32_t replica_state_generation(const struct replica *r)
{
	const struct order_epoch *epoch = order_epoch_by_id(&r->orders, &r->feed.epoch);
	return epoch == NULL ? 0 : epoch->generation;
}

struct order replica_state_order(const struct replica *r, uint64_t n)
{
	return order_given(&r->orders, (struct order){ replica_state_generation(r), n });
}

bool replica_state_is_inherited(const struct replica *r, struct order order)
{
	return order_is_of(&r->orders, &r->feed.epoch, order);
}

/* ---- grants ---- */

static size_t grant_place(const struct replica *r, struct case_id id)
{
	size_t low = 0, high = r->grant_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (memcmp(r->grants[middle].case_id.bytes, id.bytes, ID_BYTES) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct replica_grant *replica_state_grant(struct replica *r, struct case_id id)
{
	size_t at = grant_place(r, id);
	return at < r->grant_count && ID_EQUAL(r->grants[at].case_id, id) ? &r->grants[at] : NULL;
}

/* Into the mirror; `grant` may point into it. */
static void mirror_grant(struct replica *r, const struct replica_grant *grant)
{
	struct replica_grant copy = *grant;
	size_t at = grant_place(r, copy.case_id);
	if (at == r->grant_count || !ID_EQUAL(r->grants[at].case_id, copy.case_id)) {
		if (r->grant_count == r->grant_size) {
			r->grant_size = r->grant_size == 0 ? 64 : 2 * r->grant_size;
			r->grants = realloc(r->grants, r->grant_size * sizeof *r->grants);
			ASSERT(r->grants != NULL);
		}
		memmove(r->grants + at + 1, r->grants + at, (r->grant_count - at) * sizeof *r->grants);
		r->grant_count++;
	}
	r->grants[at] = copy;
}

struct fault replica_state_put_grant(struct replica *r, const struct replica_grant *grant)
{
	uint8_t block[RECORD_BYTES_MAX];
	struct wire_out out;
	wire_out_init(&out, block, sizeof block);
	wire_put_varint(&out, GRANT_GENERATION, grant->g.generation);
	wire_put_varint(&out, GRANT_N, grant->g.n);
	wire_put_varint(&out, GRANT_COMPLETE, grant->is_complete);
	wire_put_varint(&out, GRANT_PLACE, grant->place);
	wire_put_varint(&out, GRANT_FORGETTING, grant->is_forgetting);
	wire_put_varint(&out, GRANT_FORGET_AT, grant->forget_at);
	for (size_t i = 0; i < grant->past_count; i++) {
		wire_put_bytes(&out, GRANT_PAST_EPOCH, ID_SPAN(grant->past[i].epoch));
		wire_put_varint(&out, GRANT_PAST_N, grant->past[i].n);
	}
	struct case_id id = grant->case_id;
	mirror_grant(r, grant);
	return put(r, "grant", ID_SPAN(id), &out);
}

struct fault replica_state_remove_grant(struct replica *r, struct case_id id)
{
	size_t at = grant_place(r, id);
	ASSERT(at < r->grant_count && ID_EQUAL(r->grants[at].case_id, id));
	r->grant_count--;
	memmove(r->grants + at, r->grants + at + 1, (r->grant_count - at) * sizeof *r->grants);
	return log_remove(r->log, "grant", ID_SPAN(id));
}

static bool read_grant(struct replica_grant *grant, const struct wire_field *f)
{
	switch (f->number) {
	case GRANT_GENERATION:
		grant->g.generation = (uint32_t)f->value;
		return true;
	case GRANT_N:
		grant->g.n = f->value;
		return true;
	case GRANT_COMPLETE:
		grant->is_complete = f->value != 0;
		return true;
	case GRANT_PLACE:
		grant->place = f->value;
		return true;
	case GRANT_FORGETTING:
		grant->is_forgetting = f->value != 0;
		return true;
	case GRANT_FORGET_AT:
		grant->forget_at = f->value;
		return true;
	case GRANT_PAST_EPOCH:
		return grant->past_count < REPLICA_PAST_MAX && TAKE(grant->past[grant->past_count].epoch.bytes);
	case GRANT_PAST_N:
		if (grant->past_count == REPLICA_PAST_MAX)
			return false;
		grant->past[grant->past_count++].n = f->value;
		return true;
	}
	return true;
}

const struct replica_grant *replica_state_backlog(const struct replica *r)
{
	const struct replica_grant *lowest = NULL;
	uint32_t generation = replica_state_generation(r);
	for (size_t i = 0; i < r->grant_count; i++) {
		const struct replica_grant *grant = &r->grants[i];
		if (grant->is_complete || grant->is_forgetting)
			continue;
		if (grant->g.generation != generation && !replica_state_is_inherited(r, grant->g))
			continue;
		if (lowest == NULL || grant->g.n < lowest->g.n)
			lowest = grant;
	}
	return lowest;
}

/* ---- what was forgotten and is not acknowledged ---- */

enum { FORGOTTEN_KEY_BYTES = ID_BYTES + 4 + 8 };

static void forgotten_key(const struct case_id *id, struct order g, uint8_t out[static FORGOTTEN_KEY_BYTES])
{
	memcpy(out, id->bytes, ID_BYTES);
	key_generation(g.generation, out + ID_BYTES);
	key_u64(g.n, out + ID_BYTES + 4);
}

static void mirror_forgotten(struct replica *r, struct case_id id, struct order g)
{
	for (size_t i = 0; i < r->forgotten_count; i++)
		if (ID_EQUAL(r->forgotten[i].case_id, id) && order_compare(r->forgotten[i].g, g) == 0) {
			r->forgotten[i].was_sent = r->forgotten[i].was_in_first = false;
			return;
		}
	if (r->forgotten_count == r->forgotten_size) {
		r->forgotten_size = r->forgotten_size == 0 ? 16 : 2 * r->forgotten_size;
		r->forgotten = realloc(r->forgotten, r->forgotten_size * sizeof *r->forgotten);
		ASSERT(r->forgotten != NULL);
	}
	r->forgotten[r->forgotten_count++] = (struct replica_forgotten){ .case_id = id, .g = g };
}

struct fault replica_state_put_forgotten(struct replica *r, struct case_id id, struct order g)
{
	uint8_t key[FORGOTTEN_KEY_BYTES];
	forgotten_key(&id, g, key);
	mirror_forgotten(r, id, g);
	return log_put(r->log, "forgotten", span_of(key, sizeof key), span_of("", 0));
}

struct fault replica_state_remove_forgotten(struct replica *r, size_t index)
{
	uint8_t key[FORGOTTEN_KEY_BYTES];
	ASSERT(index < r->forgotten_count);
	forgotten_key(&r->forgotten[index].case_id, r->forgotten[index].g, key);
	r->forgotten[index] = r->forgotten[--r->forgotten_count];
	return log_remove(r->log, "forgotten", span_of(key, sizeof key));
}

/* ---- own epochs ---- */

size_t replica_state_own_count(const struct replica *r)
{
	return r->older_count + 1;
}

struct log_author *replica_state_own(struct replica *r, size_t index)
{
	ASSERT(index <= r->older_count);
	return index == r->older_count ? &r->author.chain.info : &r->older[index];
}

size_t replica_state_own_index(struct replica *r, const struct epoch_id *id)
{
	size_t i = 0;
	while (i < replica_state_own_count(r) && !ID_EQUAL(replica_state_own(r, i)->author.epoch, *id))
		i++;
	return i;
}

struct log_author *replica_state_own_by_id(struct replica *r, const struct epoch_id *id)
{
	size_t i = replica_state_own_index(r, id);
	return i < replica_state_own_count(r) ? replica_state_own(r, i) : NULL;
}

/* From the open epoch back along what each continues. */
static struct fault load_own(struct replica *r)
{
	struct author author = { r->self.node, r->self.epoch };
	r->older_count = 0;
	FAULT_TRY(author_resume(&r->author, &author));
	struct epoch_id next = r->author.chain.info.continues;
	while (!ID_IS_NONE(next)) {
		struct log_author info;
		bool found;
		author.epoch = next;
		FAULT_TRY(log_author_get(r->log, &author, &info, &found));
		if (!found)
			return fault_of(FAULT_STORE, "an own epoch is missing in the log");
		r->older = realloc(r->older, (r->older_count + 1) * sizeof *r->older);
		ASSERT(r->older != NULL);
		memmove(r->older + 1, r->older, r->older_count * sizeof *r->older);
		r->older[0] = info;
		r->older_count++;
		next = info.continues;
	}
	return fault_none();
}

/* ---- loading ---- */

typedef bool read_fn(void *record, const struct wire_field *f);

static bool read_record(struct span bytes, read_fn *fn, void *record)
{
	struct wire_field f;
	enum wire_read got;
	while ((got = wire_next(&bytes, &f)) == WIRE_FIELD)
		if (!fn(record, &f))
			return false;
	return got == WIRE_END;
}

static bool read_self_field(void *record, const struct wire_field *f)
{
	return read_self(record, f);
}

static bool read_session_field(void *record, const struct wire_field *f)
{
	return read_session(record, f);
}

static bool read_feed_field(void *record, const struct wire_field *f)
{
	return read_feed(record, f);
}

static bool read_epoch_field(void *record, const struct wire_field *f)
{
	return read_epoch(record, f);
}

static bool read_grant_field(void *record, const struct wire_field *f)
{
	return read_grant(record, f);
}

static struct fault load_one(struct replica *r, const char *name, read_fn *fn, void *record)
{
	size_t len;
	bool found;
	FAULT_TRY(log_get(r->log, name, span_text(name), r->value, sizeof r->value, &len, &found));
	if (found && !read_record(span_of(r->value, len), fn, record))
		return fault_of(FAULT_STORE, damaged);
	return fault_none();
}

struct load {
	struct replica *r;
	bool is_damaged;
};

static bool load_epoch(void *ctx, struct span key, struct span value)
{
	struct load *load = ctx;
	struct order_epoch epoch = { .generation = 0 };
	(void)key;
	if (!read_record(value, read_epoch_field, &epoch) || fault_is(order_learn(&load->r->orders, &epoch)))
		load->is_damaged = true;
	return !load->is_damaged;
}

static bool load_grant(void *ctx, struct span key, struct span value)
{
	struct load *load = ctx;
	struct replica_grant grant = { .place = 0 };
	if (key.len != ID_BYTES || !read_record(value, read_grant_field, &grant)) {
		load->is_damaged = true;
		return false;
	}
	memcpy(grant.case_id.bytes, key.data, ID_BYTES);
	mirror_grant(load->r, &grant);
	return true;
}

static bool load_forgotten(void *ctx, struct span key, struct span value)
{
	struct load *load = ctx;
	struct case_id id;
	struct order g = { 0, 0 };
	(void)value;
	if (key.len != FORGOTTEN_KEY_BYTES) {
		load->is_damaged = true;
		return false;
	}
	memcpy(id.bytes, key.data, ID_BYTES);
	for (size_t i = 0; i < 4; i++)
		g.generation = g.generation << 8 | key.data[ID_BYTES + i];
	for (size_t i = 0; i < 8; i++)
		g.n = g.n << 8 | key.data[ID_BYTES + 4 + i];
	mirror_forgotten(load->r, id, g);
	return true;
}

static bool load_last_stamp(void *ctx, const struct log_entry *entry)
{
	uint64_t *last = ctx;
	struct delta delta;
	uint64_t stamp = entry->stamp_ms;
	if (entry->bytes.data != NULL && !fault_is(delta_read(entry->bytes, &delta)))
		stamp = delta.stamp_ms;
	if (stamp > *last)
		*last = stamp;
	return true;
}

static struct fault load_clock(struct replica *r)
{
	uint64_t last = r->feed.last_stamp_ms;
	for (size_t i = 0; i < replica_state_own_count(r); i++) {
		const struct log_author *own = replica_state_own(r, i);
		if (own->seq > 0)
			FAULT_TRY(log_find(r->log, &own->author, own->seq, load_last_stamp, &last));
	}
	clock_init(&r->author.chain.clock, last, r->feed.clock_offset_ms, (enum clock_state)r->feed.clock_state);
	return fault_none();
}

struct fault replica_state_load(struct replica *r)
{
	struct load load = { .r = r };
	memset(&r->self, 0, sizeof r->self);
	memset(&r->session_record, 0, sizeof r->session_record);
	memset(&r->orders, 0, sizeof r->orders);
	r->feed = (struct replica_feed){ .clock_state = CLOCK_UNKNOWN };
	r->grant_count = 0;
	r->forgotten_count = 0;
	r->older_count = 0;
	FAULT_TRY(load_one(r, "self", read_self_field, &r->self));
	FAULT_TRY(load_one(r, "session", read_session_field, &r->session_record));
	FAULT_TRY(load_one(r, "feed", read_feed_field, &r->feed));
	FAULT_TRY(log_scan(r->log, "epoch", span_of("", 0), load_epoch, &load));
	FAULT_TRY(log_scan(r->log, "grant", span_of("", 0), load_grant, &load));
	FAULT_TRY(log_scan(r->log, "forgotten", span_of("", 0), load_forgotten, &load));
	if (load.is_damaged)
		return fault_of(FAULT_STORE, damaged);
	r->counts_stale = r->cases_stale = true;
	r->author.log = r->log;
	r->author.book = r->book;
	r->author.central = r->self.central;
	r->author.sign_secret = r->self.sign_secret;
	FAULT_TRY(replica_health_load(r));
	if (!r->self.is_enrolled)
		return fault_none();
	FAULT_TRY(load_own(r));
	return load_clock(r);
}

/* ---- transactions ---- */

struct fault replica_state_begin(struct replica *r)
{
	return log_begin(r->log);
}

struct fault replica_state_commit(struct replica *r)
{
	struct fault fault = log_commit(r->log);
	if (fault_is(fault))
		(void)replica_state_load(r);
	return fault;
}

void replica_state_rollback(struct replica *r)
{
	if (log_in_transaction(r->log))
		(void)log_rollback(r->log);
	(void)replica_state_load(r);
}
