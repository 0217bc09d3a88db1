/* replica_kept - own work in a forgotten case, sealed. */
#include "store/replica_kept.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/assert.h"

/* table "kept": author epoch | seq 8 B BE -> case | record | digest | sealed */
enum { KEY_BYTES = ID_BYTES + 8, DIGEST_AT = 2 * ID_BYTES, HEAD_BYTES = DIGEST_AT + DELTA_HASH_BYTES };

static void make_key(const struct epoch_id *epoch, uint64_t seq, uint8_t out[static KEY_BYTES])
{
	memcpy(out, epoch->bytes, ID_BYTES);
	for (size_t i = 0; i < 8; i++)
		out[ID_BYTES + i] = (uint8_t)(seq >> (56 - 8 * i));
}

static void read_key(const struct replica *r, const uint8_t key[static KEY_BYTES], struct author *author, uint64_t *seq)
{
	author->node = r->self.node;
	memcpy(author->epoch.bytes, key, ID_BYTES);
	*seq = 0;
	for (size_t i = 0; i < 8; i++)
		*seq = *seq << 8 | key[ID_BYTES + i];
}

/* ---- sealing ---- */

static struct span prologue(const struct replica *r, const struct author *author, uint64_t seq,
			    uint8_t block[static REPLICA_KEPT_PROLOGUE_BYTES])
{
	uint8_t little[8];
	struct wire_out out;
	for (size_t i = 0; i < 8; i++)
		little[i] = (uint8_t)(seq >> (8 * i));
	wire_out_init(&out, block, REPLICA_KEPT_PROLOGUE_BYTES);
	wire_put_raw(&out, span_text("jalka-kept-1"));
	wire_put_raw(&out, span_of(r->self.central.bytes, DELTA_IDENTITY_BYTES));
	wire_put_raw(&out, ID_SPAN(author->node));
	wire_put_raw(&out, ID_SPAN(author->epoch));
	wire_put_raw(&out, span_of(little, sizeof little));
	ASSERT(!out.full && out.used == REPLICA_KEPT_PROLOGUE_BYTES);
	return wire_out_span(&out);
}

struct found {
	struct author author;
	uint64_t seq;
	struct record_id record_id;
	struct delta_hash digest;
	size_t len;
	uint8_t *plain; /* salt | delta */
};

struct collecting {
	struct replica *r;
	struct case_id id;
	struct delta_secret secret;
	uint64_t upto;
	struct found *items;
	size_t count, size;
};

bool replica_kept_is_safe(const struct replica *r, const struct log_entry *entry)
{
	if (entry->verdict == LOG_REJECTED)
		return true;
	return entry->verdict == LOG_ACCEPTED && entry->order_count > 0 && entry->orders[0].n <= r->feed.safe_order
		&& (entry->orders[0].generation == replica_state_generation(r)
		    || replica_state_is_inherited(r, entry->orders[0]));
}

static bool collect(void *ctx, const struct log_entry *entry)
{
	struct collecting *c = ctx;
	if (entry->seq > c->upto)
		return false;
	if (!ID_EQUAL(entry->case_id, c->id) || entry->bytes.data == NULL || replica_kept_is_safe(c->r, entry))
		return true;
	if (c->count == c->size) {
		c->size = c->size == 0 ? 16 : 2 * c->size;
		c->items = realloc(c->items, c->size * sizeof *c->items);
		ASSERT(c->items != NULL);
	}
	struct found *found = &c->items[c->count++];
	*found = (struct found){ entry->author, entry->seq, entry->record_id, entry->digest,
				 DELTA_SALT_BYTES + entry->bytes.len, NULL };
	found->plain = malloc(found->len);
	ASSERT(found->plain != NULL);
	delta_salt(&c->secret, &entry->author, entry->seq, found->plain);
	memcpy(found->plain + DELTA_SALT_BYTES, entry->bytes.data, entry->bytes.len);
	return true;
}

static struct fault keep(struct replica *r, struct case_id id, const struct found *found)
{
	uint8_t key[KEY_BYTES], block[REPLICA_KEPT_PROLOGUE_BYTES], ephemeral[NOISE_DH_BYTES];
	struct noise noise;
	size_t len;
	r->host.random(r->host.ctx, ephemeral, sizeof ephemeral);
	struct noise_config config = {
		.pattern = NOISE_X, .initiator = true, .prologue = prologue(r, &found->author, found->seq, block),
		.static_secret = r->self.own_static, .remote_static = r->self.central_static,
		.ephemeral_secret = ephemeral,
	};
	noise_init(&noise, &config);
	memcpy(r->value, id.bytes, ID_BYTES);
	memcpy(r->value + ID_BYTES, found->record_id.bytes, ID_BYTES);
	memcpy(r->value + DIGEST_AT, found->digest.bytes, DELTA_HASH_BYTES);
	struct fault fault = noise_write(&noise, span_of(found->plain, found->len), r->value + HEAD_BYTES,
					 ROWS_SEALED_BYTES_MAX, &len);
	noise_wipe(&noise);
	sodium_memzero(ephemeral, sizeof ephemeral);
	FAULT_TRY(fault);
	make_key(&found->author.epoch, found->seq, key);
	return log_put(r->log, "kept", span_of(key, sizeof key), span_of(r->value, HEAD_BYTES + len));
}

struct fault replica_kept_seal(struct replica *r, struct case_id id)
{
	struct collecting c = { .r = r, .id = id };
	struct log_case info;
	struct fault fault = fault_none();
	bool found;
	FAULT_TRY(log_case_get(r->log, id, &info, &found));
	if (!found || !info.has_secret)
		return fault_none();
	c.secret = info.secret;
	for (size_t i = 0; i < replica_state_own_count(r) && !fault_is(fault); i++) {
		c.upto = replica_state_own(r, i)->seq;
		fault = log_read_author(r->log, &replica_state_own(r, i)->author, 1, collect, &c);
	}
	for (size_t i = 0; i < c.count; i++) {
		if (!fault_is(fault))
			fault = keep(r, id, &c.items[i]);
		sodium_memzero(c.items[i].plain, c.items[i].len);
		free(c.items[i].plain);
	}
	free(c.items);
	sodium_memzero(&c.secret, sizeof c.secret);
	return fault;
}

struct fault replica_kept_get(struct replica *r, const struct epoch_id *epoch, uint64_t seq,
			      struct delta_hash *digest, uint8_t *block, struct span *out)
{
	uint8_t key[KEY_BYTES];
	size_t len;
	bool found;
	make_key(epoch, seq, key);
	*out = (struct span){ NULL, 0 };
	FAULT_TRY(log_get(r->log, "kept", span_of(key, sizeof key), r->value, sizeof r->value, &len, &found));
	if (!found || len <= HEAD_BYTES || len - HEAD_BYTES > ROWS_SEALED_BYTES_MAX)
		return fault_none();
	memcpy(digest->bytes, r->value + DIGEST_AT, DELTA_HASH_BYTES);
	memcpy(block, r->value + HEAD_BYTES, len - HEAD_BYTES);
	*out = span_of(block, len - HEAD_BYTES);
	return fault_none();
}

/* ---- adrift ---- */

struct drifting {
	struct replica *r;
	replica_kept_fn *fn;
	void *ctx;
};

static bool is_adrift(void *ctx, struct span key, struct span value)
{
	struct drifting *d = ctx;
	struct author author;
	uint64_t seq;
	if (key.len != KEY_BYTES || value.len <= HEAD_BYTES)
		return true;
	read_key(d->r, key.data, &author, &seq);
	const struct log_author *own = replica_state_own_by_id(d->r, &author.epoch);
	return (own != NULL && seq <= own->seq) || d->fn(d->ctx, &author, seq);
}

struct fault replica_kept_adrift(struct replica *r, replica_kept_fn *fn, void *ctx)
{
	struct drifting drifting = { r, fn, ctx };
	return log_scan(r->log, "kept", span_of("", 0), is_adrift, &drifting);
}

/* ---- dropping ---- */

enum { AT_ONCE = 64 };

struct dropping {
	struct replica *r;
	bool by_place;             /* erase: what belongs to this case and record; else what is safe */
	struct case_id id;
	struct record_id record_id;
	size_t count;
	uint8_t keys[AT_ONCE][KEY_BYTES];
};

struct asking {
	const struct replica *r;
	const uint8_t *digest;
	bool safe;
};

static bool ask_safe(void *ctx, const struct log_entry *entry)
{
	struct asking *asking = ctx;
	/* What a twin has under this name now says nothing of what is kept. */
	asking->safe = memcmp(entry->digest.bytes, asking->digest, DELTA_HASH_BYTES) == 0 && replica_kept_is_safe(asking->r, entry);
	return false;
}

static bool is_droppable(struct dropping *d, struct span key, struct span value)
{
	if (d->by_place)
		return (ID_IS_NONE(d->id) || memcmp(value.data, d->id.bytes, ID_BYTES) == 0)
			&& (ID_IS_NONE(d->record_id) || memcmp(value.data + ID_BYTES, d->record_id.bytes, ID_BYTES) == 0);
	struct asking asking = { .r = d->r, .digest = value.data + DIGEST_AT };
	struct author author;
	uint64_t seq;
	read_key(d->r, key.data, &author, &seq);
	return !fault_is(log_find(d->r->log, &author, seq, ask_safe, &asking)) && asking.safe;
}

static bool find_droppable(void *ctx, struct span key, struct span value)
{
	struct dropping *d = ctx;
	if (key.len == KEY_BYTES && value.len >= HEAD_BYTES && is_droppable(d, key, value))
		memcpy(d->keys[d->count++], key.data, KEY_BYTES);
	return d->count < AT_ONCE;
}

static struct fault drop(struct dropping *d)
{
	do {
		d->count = 0;
		FAULT_TRY(log_scan(d->r->log, "kept", span_of("", 0), find_droppable, d));
		for (size_t i = 0; i < d->count; i++)
			FAULT_TRY(log_remove(d->r->log, "kept", span_of(d->keys[i], KEY_BYTES)));
	} while (d->count == AT_ONCE);
	return fault_none();
}

struct fault replica_kept_prune(struct replica *r)
{
	struct dropping d = { .r = r };
	return drop(&d);
}

struct fault replica_kept_erase(struct replica *r, struct case_id id, struct record_id record_id)
{
	struct dropping d = { .r = r, .by_place = true, .id = id, .record_id = record_id };
	return drop(&d);
}
