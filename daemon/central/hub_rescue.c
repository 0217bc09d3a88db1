/* hub_rescue - own work of a device that is broken, lost or locked for good, out of its
 * rescue file (docs/internals/rescue.md).
 *
 * Nothing of the file is believed but what the device itself signed: each delta comes
 * with the chain's h before it and the author's head over it. One that goes on from the
 * chain held here takes the way of a push, judged as any; with a gap before it, in a
 * closed epoch, or beside other bytes of its name it waits for a person (vouched.c).
 *
 * A push belongs to a link: here to one that nobody answers. */
#include <stdlib.h>

#include "base/assert.h"
#include "central/hub_state.h"

enum { WALK_DELTAS_MAX = 200000 }; /* of chains in one call: a hostile file may begin an epoch with each work */

struct rescuing {
	struct hub *hub;
	uint64_t *walk; /* deltas that may still be walked */
	struct hub_link *link;
	const struct rescue_work *work;
	struct delta_hash digest, h; /* of the delta; of the chain at it */
	struct hub_rescued *result;
};

static void say(struct rescuing *r, enum hub_rescued_as as, uint32_t reason)
{
	*r->result = (struct hub_rescued){ .as = as, .reason = reason };
}

static bool is_signed(struct rescuing *r, const struct hub_node *device, const struct hub_author *author)
{
	const struct rescue_work *work = r->work;
	const uint8_t *key = author != NULL ? author->info.sign_public : device->sign_public;
	if (work->seq == 0 || work->seq > INT64_MAX || (author != NULL && !ID_EQUAL(author->info.author.node, device->node)))
		return false;
	delta_digest(work->salt, work->bytes, &r->digest);
	delta_link(&work->before, work->seq, &r->digest, &r->h);
	return delta_head_verify(&r->hub->identity, &work->author, work->seq, &r->h, key, &work->signature);
}

/* ---- what is held under its name ---- */

struct held {
	const struct delta_hash *digest;
	bool found, same;
};

static bool look(void *ctx, const struct log_entry *entry)
{
	struct held *held = ctx;
	held->found = true;
	held->same = memcmp(entry->digest.bytes, held->digest->bytes, DELTA_HASH_BYTES) == 0;
	return false;
}

/* A new epoch: the walk to where it goes on from is bounded over the whole call. */
static struct fault begins(const struct rescuing *r, bool *out)
{
	const struct author_continues *from = &r->work->continues;
	*out = r->work->seq == 1 && !r->work->has_continues;
	if (r->work->seq != 1 || !r->work->has_continues || from->seq > *r->walk)
		return fault_none();
	*r->walk -= from->seq;
	return hub_continues_here(r->hub, from, out);
}

/* Whether it goes on from the chain as it stands here. */
static struct fault goes_on(const struct rescuing *r, const struct hub_author *author, bool *out)
{
	if (author == NULL)
		return begins(r, out);
	*out = !author->info.closed && r->work->seq == author->info.seq + 1
		&& memcmp(author->info.h.bytes, r->work->before.bytes, DELTA_HASH_BYTES) == 0;
	return fault_none();
}

/* ---- the two ways ---- */

static struct fault vouch(struct rescuing *r)
{
	enum vouched_as as;
	struct fault fault = vouched_rescued(r->hub, r->link->device, &r->work->author, r->work->seq, &r->digest,
					     r->work->bytes, &as);
	if (fault.kind == FAULT_LIMIT) {
		say(r, HUB_RESCUED_FULL, 0);
		return fault_none();
	}
	FAULT_TRY(fault);
	say(r, as == VOUCHED_WAITS ? HUB_RESCUED_WAITS : as == VOUCHED_HERE ? HUB_RESCUED_HERE
		: as == VOUCHED_ERASED ? HUB_RESCUED_ERASED : HUB_RESCUED_FORGED, (uint32_t)jalka_Reason_VOUCHED);
	return fault_none();
}

static struct fault push(struct rescuing *r)
{
	static uint8_t block[LIMIT_CHUNK_BYTES];
	struct hub *hub = r->hub;
	const struct rescue_work *work = r->work;
	struct rows_writer writer;
	struct hub_salt salt = { .has_salt = true };
	bool gone_on = false;
	const struct rows_row row = { .delta = work->bytes, .seq = work->seq };
	rows_write_begin(&writer, block, sizeof block, work->seq);
	bool fits = rows_write(&writer, &row);
	ASSERT(fits);
	memcpy(salt.salt, work->salt, sizeof salt.salt);
	const struct hub_pushed pushed = {
		.epoch = &work->author.epoch, .has_continues = work->has_continues, .continues = work->continues,
		.first_seq = work->seq, .count = 1, .signature = work->signature, .rows = rows_written(&writer), .salts = &salt,
		.left_out = hub->orders.count > 1, /* orders of a lost epoch, which the device may have heard of */
	};
	struct fault fault = hub_ingest(r->link, &pushed, &gone_on);
	hub_answers_free(r->link);
	hub_held_free(r->link);
	FAULT_TRY(hub->dead);
	if (fault.kind == FAULT_LIMIT) {
		say(r, HUB_RESCUED_FULL, 0);
		return fault_none();
	}
	if (fault_is(fault) || !gone_on)
		return vouch(r);
	const struct hub_verdict *verdict = &hub->verdicts[0];
	say(r, verdict->order != 0 ? HUB_RESCUED_ACCEPTED : HUB_RESCUED_WAITS, verdict->reason);
	return fault_none();
}

static struct fault rescue_one(struct rescuing *r)
{
	const struct rescue_work *work = r->work;
	struct hub_node *device = hub_devices_get(r->hub, &work->author.node);
	const struct hub_author *author = hub_author_get(r->hub, &work->author.epoch);
	struct held held = { .digest = &r->digest };
	if (device == NULL || device->state == HUB_DEVICE_WAITING) {
		say(r, HUB_RESCUED_STRANGE, 0);
		return fault_none();
	}
	if (!is_signed(r, device, author)) {
		say(r, HUB_RESCUED_FORGED, 0);
		return fault_none();
	}
	r->link->device = device;
	FAULT_TRY(log_find(r->hub->log, &work->author, work->seq, look, &held));
	if (held.found && held.same) {
		say(r, HUB_RESCUED_HERE, 0);
		return fault_none();
	}
	bool is_next = false;
	if (!held.found)
		FAULT_TRY(goes_on(r, author, &is_next));
	return is_next ? push(r) : vouch(r);
}

struct fault hub_rescue(struct hub *hub, const struct rescue_work *works, size_t count, struct hub_time now,
			struct hub_rescued *results)
{
	struct fault fault = fault_none();
	uint64_t walk = WALK_DELTAS_MAX;
	if (fault_is(hub->dead))
		return hub->dead;
	struct hub_link *link = calloc(1, sizeof *link);
	if (link == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	link->hub = hub;
	link->is_rescue = true;
	link->woken = link->gone = true; /* nobody is answered */
	fault = hub_verb_begin(hub, now);
	if (fault_is(fault)) {
		free(link);
		return fault;
	}
	for (size_t i = 0; i < count && !fault_is(fault); i++) {
		struct rescuing rescuing = { .hub = hub, .walk = &walk, .link = link, .work = &works[i], .result = &results[i] };
		fault = rescue_one(&rescuing);
	}
	free(link);
	return hub_verb_end(hub, fault);
}
