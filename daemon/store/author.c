/* author - a node's own chain in its log. */
#include "store/author.h"

#include "base/assert.h"

struct fault author_begin(struct author_self *self, const struct author *author,
			  const uint8_t sign_public[static DELTA_SIGN_PUBLIC_BYTES],
			  const struct author_continues *continues)
{
	struct log_author info = { .author = *author };
	memcpy(info.sign_public, sign_public, DELTA_SIGN_PUBLIC_BYTES);
	if (continues != NULL) {
		info.continues = continues->epoch;
		info.continues_seq = continues->seq;
		info.continues_h = continues->h;
	}
	delta_chain_begin(&self->central, author, info.continues_seq,
			  continues != NULL ? &continues->h : NULL, &info.h);
	info.receipted_h = info.h;
	FAULT_TRY(log_author_put(self->log, &info));
	self->chain.info = info;
	return fault_none();
}

struct fault author_resume(struct author_self *self, const struct author *author)
{
	struct log_author info;
	bool found;
	FAULT_TRY(log_author_get(self->log, author, &info, &found));
	if (!found)
		return fault_of(FAULT_STORE, "own chain is not in the log");
	self->chain.info = info;
	return fault_none();
}

/* The delta as bytes in the block of `self`. */
static struct fault write_delta(struct author_self *self, const struct author_change *change, uint64_t stamp_ms,
				struct span *bytes)
{
	struct delta delta = {
		.case_id = change->case_id,
		.record_id = change->record_id,
		.record_type = change->record_type,
		.fields = change->fields,
		.cleared_count = change->cleared_count,
		.base = change->base,
		.stamp_ms = stamp_ms,
		.opens = change->opens,
		.opening = change->opening,
		.envelope = change->envelope,
	};
	if (change->cleared_count > LIMIT_FIELDS)
		return fault_of(FAULT_LIMIT, "more fields cleared than one delta may touch");
	for (size_t i = 0; i < change->cleared_count; i++)
		delta.cleared[i] = change->cleared[i];
	delta.envelope.clock_state = (uint32_t)self->chain.clock.state;
	struct wire_out out;
	wire_out_init(&out, self->block, sizeof self->block);
	FAULT_TRY(delta_write(&delta, &out));
	*bytes = wire_out_span(&out);
	return fault_none();
}

static struct fault secret_of(struct author_self *self, const struct delta *delta, struct delta_secret *out)
{
	if (delta->opens) {
		*out = delta->opening.secret;
		return fault_none();
	}
	struct log_case info;
	bool found;
	FAULT_TRY(log_case_get(self->log, delta->case_id, &info, &found));
	if (!found || !info.has_secret)
		return fault_of(FAULT_CALLER, "the case is not held here");
	*out = info.secret;
	return fault_none();
}

static struct fault put_case(struct author_self *self, const struct delta *delta, const struct log_entry *entry)
{
	struct log_case info;
	bool found;
	FAULT_TRY(log_case_get(self->log, delta->case_id, &info, &found));
	if (found)
		return fault_none();
	info = (struct log_case){
		.case_id = delta->case_id,
		.kind = delta->opening.kind,
		.has_secret = true,
		.secret = delta->opening.secret,
		.client_case = delta->opening.client_case,
		.opened_by = entry->author,
		.opened_seq = entry->seq,
		.last_order = entry->order_count > 0 ? entry->orders[0].n : 0,
	};
	return log_case_put(self->log, &info);
}

/* Chains and appends bytes that were read as `delta`. */
static struct fault append(struct author_self *self, struct span bytes, const struct delta *delta, uint64_t stamp_ms,
			   const struct author_place *place, struct log_entry *out)
{
	struct log_author next = self->chain.info;
	struct delta_secret secret;
	uint8_t salt[DELTA_SALT_BYTES];
	FAULT_TRY(secret_of(self, delta, &secret));
	next.seq++;
	struct log_entry entry = {
		.author = next.author,
		.seq = next.seq,
		.order_count = place->order.n != 0 ? 1 : 0,
		.stamp_ms = stamp_ms,
		.verdict = place->verdict,
		.case_id = delta->case_id,
		.record_id = delta->record_id,
		.record_type = delta->record_type,
		.bytes = bytes,
	};
	entry.orders[0] = place->order;
	delta_salt(&secret, &next.author, next.seq, salt);
	delta_digest(salt, bytes, &entry.digest);
	delta_link(&self->chain.info.h, next.seq, &entry.digest, &next.h);
	if (delta->opens)
		FAULT_TRY(put_case(self, delta, &entry));
	FAULT_TRY(log_append(self->log, &entry, 1, &entry.local));
	FAULT_TRY(log_author_put(self->log, &next));
	self->chain.info = next;
	if (self->book != NULL)
		FAULT_TRY(self->book->ops->touched(self->book->ctx, entry.case_id, entry.record_id, &entry));
	*out = entry;
	return fault_none();
}

struct fault author_append(struct author_self *self, const struct author_change *change,
			   const struct author_place *place, uint64_t wall_ms, struct log_entry *out)
{
	struct delta delta;
	struct span bytes;
	uint64_t stamp_ms = clock_stamp(&self->chain.clock, wall_ms);
	FAULT_TRY(write_delta(self, change, stamp_ms, &bytes));
	FAULT_TRY(delta_read(bytes, &delta));
	return append(self, bytes, &delta, stamp_ms, place, out);
}

struct fault author_reissue(struct author_self *self, struct span bytes, uint64_t stamp_ms,
			    const struct author_place *place, struct log_entry *out)
{
	struct delta delta;
	FAULT_TRY(delta_read(bytes, &delta));
	return append(self, bytes, &delta, stamp_ms, place, out);
}

void author_head_at(const struct author_self *self, uint64_t seq, const struct delta_hash *h, struct log_head *out)
{
	out->author = self->chain.info.author;
	out->seq = seq;
	delta_head_sign(&self->central, &out->author, seq, h, self->sign_secret, &out->signature);
}

void author_head(const struct author_self *self, struct log_head *out)
{
	author_head_at(self, self->chain.info.seq, &self->chain.info.h, out);
}

/* ---- h at a seq ---- */

struct walk {
	uint64_t seq; /* h is of this one */
	uint64_t upto;
	struct delta_hash h;
	bool has_gap;
};

static bool walk_entry(void *ctx, const struct log_entry *entry)
{
	struct walk *walk = ctx;
	if (entry->seq > walk->upto)
		return false;
	if (entry->seq != walk->seq + 1) {
		walk->has_gap = true;
		return false;
	}
	struct delta_hash next;
	delta_link(&walk->h, entry->seq, &entry->digest, &next);
	walk->h = next;
	walk->seq = entry->seq;
	return walk->seq < walk->upto;
}

struct fault author_h_at(struct log *log, const struct delta_identity *central, const struct author *author,
			 uint64_t seq, struct delta_hash *out, bool *found)
{
	struct log_author info;
	*found = false;
	bool known;
	FAULT_TRY(log_author_get(log, author, &info, &known));
	if (!known)
		return fault_none();
	struct walk walk = { .seq = 0, .upto = seq };
	delta_chain_begin(central, author, info.continues_seq,
			  ID_IS_NONE(info.continues) ? NULL : &info.continues_h, &walk.h);
	if (seq == info.seq) {
		walk.seq = seq;
		walk.h = info.h;
	} else if (info.receipted_seq != 0 && info.receipted_seq <= seq) {
		walk.seq = info.receipted_seq;
		walk.h = info.receipted_h;
	}
	if (walk.seq < seq)
		FAULT_TRY(log_read_author(log, author, walk.seq + 1, walk_entry, &walk));
	if (walk.seq != seq || walk.has_gap)
		return fault_none();
	*out = walk.h;
	*found = true;
	return fault_none();
}
