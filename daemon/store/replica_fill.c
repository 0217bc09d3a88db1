/* replica_fill - what this device sends. */
#include "store/replica_fill.h"

#include <stdlib.h>

#include "base/assert.h"
#include "store/replica_fork.h"
#include "store/replica_health.h"
#include "store/replica_kept.h"
#include "store/replica_receipt.h"

#define COUNT_OF(array) (sizeof (array) / sizeof (array)[0])

/* ---- the cursor ---- */

static void fill_cursor(const struct replica *r, bool with_epoch, jalka_Cursor *cursor)
{
	const struct replica_grant *backlog = replica_state_backlog(r);
	if (with_epoch)
		SESSION_FRAME_SET(cursor->epoch, r->feed.epoch.bytes);
	cursor->order = r->feed.order;
	if (backlog != NULL) {
		cursor->backlog_now = backlog->g.n;
		cursor->backlog_place = backlog->place;
	}
}

/* ---- a push ---- */

struct push {
	struct replica *r;
	struct rows_writer writer;
	struct delta_hash h;
	uint64_t seq, upto;
	bool is_full;
	struct fault fault;
};

static bool add_row(void *ctx, const struct log_entry *entry)
{
	struct push *push = ctx;
	struct rows_row row = { .delta = entry->bytes, .seq = entry->seq };
	struct delta_hash next, kept;
	if (entry->seq > push->upto)
		return false;
	if (entry->bytes.data == NULL) {
		row.digest = span_of(entry->digest.bytes, DELTA_HASH_BYTES);
		push->fault = replica_kept_get(push->r, &entry->author.epoch, entry->seq, &kept, push->r->sealed,
					       &row.sealed);
	}
	if (fault_is(push->fault) || !rows_write(&push->writer, &row))
		return false;
	delta_link(&push->h, entry->seq, &entry->digest, &next);
	push->h = next;
	push->seq = entry->seq;
	return true;
}

static bool remember_verdict(void *ctx, const struct log_entry *entry)
{
	enum log_verdict *verdict = ctx;
	*verdict = entry->verdict;
	return false;
}

/* To a central that has lost it: what it signed about the next rows before. */
static struct fault find_proofs(struct replica *r, const struct log_author *own, struct replica_receipt_proofs *out)
{
	enum log_verdict verdict = LOG_LOCAL;
	*out = (struct replica_receipt_proofs){ .count = 0 };
	FAULT_TRY(log_find(r->log, &own->author, own->receipted_seq + 1, remember_verdict, &verdict));
	if (verdict == LOG_LOCAL)
		return fault_none();
	return replica_receipt_proofs(r, own, out);
}

static void name_epoch(struct replica *r, const struct log_author *own, jalka_Push *out)
{
	if (!ID_EQUAL(own->author.epoch, r->pushing))
		SESSION_FRAME_SET(out->epoch, own->author.epoch.bytes);
	if (own->receipted_seq == 0 && !ID_IS_NONE(own->continues)) {
		out->has_continues = true;
		SESSION_FRAME_SET(out->continues.epoch, own->continues.bytes);
		out->continues.seq = own->continues_seq;
		SESSION_FRAME_SET(out->continues.h, own->continues_h.bytes);
	}
}

/* Rows from the last receipt on, as far as they fit; the push stands at the last. */
static struct fault write_rows(struct replica *r, const struct log_author *own, size_t bytes_max, struct push *push)
{
	*push = (struct push){ .r = r, .h = own->receipted_h, .seq = own->receipted_seq, .upto = push->upto };
	rows_write_begin(&push->writer, r->scratch->raw_out, bytes_max, own->receipted_seq + 1);
	FAULT_TRY(log_read_author(r->log, &own->author, own->receipted_seq + 1, add_row, push));
	return push->fault;
}

/* The next chunk of one own epoch: what has no receipt, as far as it fits. *h: where it ends. */
static struct fault fill_push(struct replica *r, const struct log_author *own, size_t bytes_max, jalka_Push *out,
			      bool *has, struct session_device_event *event, struct delta_hash *h)
{
	struct replica_receipt_proofs proofs;
	struct delta_signature signature;
	FAULT_TRY(find_proofs(r, own, &proofs));
	struct push push = { .upto = proofs.count > 0 ? proofs.upto : own->seq };
	if (bytes_max > LIMIT_CHUNK_BYTES)
		bytes_max = LIMIT_CHUNK_BYTES;
	FAULT_TRY(write_rows(r, own, proofs.bytes < bytes_max ? bytes_max - proofs.bytes : 0, &push));
	if (push.writer.count == 0 && proofs.count > 0) { /* one so large that its proofs must stay behind */
		proofs.count = 0;
		FAULT_TRY(write_rows(r, own, bytes_max, &push));
	}
	*has = push.writer.count > 0;
	if (!*has)
		return fault_none();
	/* Proofs whose h lies beyond this chunk central passes over. */
	FAULT_TRY(replica_receipt_attach(r, &proofs, out));
	FAULT_TRY(replica_receipt_differs(r, own, &proofs, push.seq, &out->left_out));
	delta_head_sign(&r->self.central, &own->author, push.seq, &push.h, r->self.sign_secret, &signature);
	name_epoch(r, own, out);
	out->first_seq = own->receipted_seq + 1;
	out->has_rows = true;
	out->rows.count = push.writer.count;
	SESSION_FRAME_SET(out->signature, signature.bytes);
	event->rows = rows_written(&push.writer);
	event->push_epoch = own->author.epoch;
	event->push_seq = push.seq;
	*h = push.h;
	r->pushing = own->author.epoch;
	return fault_none();
}

struct fault replica_fill_chunk(struct replica *r, struct log_author *from, jalka_Push *out, bool *has, struct span *rows)
{
	struct session_device_event event = { .parts = 0 };
	struct delta_hash h;
	FAULT_TRY(fill_push(r, from, LIMIT_CHUNK_BYTES, out, has, &event, &h));
	if (!*has)
		return fault_none();
	from->receipted_seq = event.push_seq;
	from->receipted_h = h;
	*rows = event.rows;
	return fault_none();
}

/* The oldest own epoch with something to push, or NULL. */
static const struct log_author *push_source(struct replica *r)
{
	for (size_t i = 0; i < replica_state_own_count(r); i++) {
		const struct log_author *own = replica_state_own(r, i);
		if (own->receipted_seq < own->seq)
			return own;
	}
	return NULL;
}

/* ---- Hello ---- */

struct fault replica_fill_hello(struct replica *r, size_t push_bytes, struct session_device_event *event)
{
	jalka_Hello *hello = &r->scratch->hello;
	const struct log_author *own = &r->author.chain.info;
	const struct log_author *source = push_source(r);
	struct delta_hash h;
	r->pushing = own->author.epoch;
	SESSION_FRAME_SET(hello->epoch, own->author.epoch.bytes);
	hello->seq = own->seq;
	if (own->receipted_seq != own->seq)
		hello->receipted_seq = own->receipted_seq;
	hello->holder_wanted = ID_IS_NONE(r->self.holder);
	if (r->feed.has_bundle_key)
		for (size_t i = 0; i < 4; i++)
			hello->bundle_key |= (uint32_t)r->feed.bundle_key[i] << 8 * i;
	if (!ID_IS_NONE(r->feed.epoch)) {
		hello->has_cursor = true;
		fill_cursor(r, true, &hello->cursor);
	}
	if (push_bytes > 0 && source == own)
		FAULT_TRY(fill_push(r, own, push_bytes, &hello->push, &hello->has_push, event, &h));
	if (!hello->has_push && own->seq != 0)
		SESSION_FRAME_SET(hello->h, own->h.bytes);
	return fault_none();
}

/* ---- parts of a frame ---- */

static void fill_g(const struct replica *r, struct order g, uint64_t *n, jalka_Forgotten *out)
{
	const struct order_epoch *epoch = order_epoch_by_generation(&r->orders, g.generation);
	*n = g.n;
	if (epoch != NULL && !ID_EQUAL(epoch->id, r->feed.epoch))
		SESSION_FRAME_SET(out->g_epoch, epoch->id.bytes);
}

bool replica_fill_forgotten(struct replica *r, jalka_Frame *out)
{
	for (size_t i = 0; i < r->forgotten_count && out->forgotten_count < COUNT_OF(out->forgotten); i++) {
		struct replica_forgotten *f = &r->forgotten[i];
		if (f->was_sent)
			continue;
		jalka_Forgotten *wire = &out->forgotten[out->forgotten_count++];
		SESSION_FRAME_SET(wire->case_id, f->case_id.bytes);
		fill_g(r, f->g, &wire->g, wire);
		f->was_sent = true;
		f->was_in_first = r->first_frame;
	}
	return out->forgotten_count > 0;
}

struct own_entry {
	bool is_there;
	struct case_id case_id;
	struct delta_hash digest;
	bool has_bytes;
};

static bool remember_own(void *ctx, const struct log_entry *entry)
{
	struct own_entry *own = ctx;
	*own = (struct own_entry){ true, entry->case_id, entry->digest, entry->bytes.data != NULL };
	return false;
}

/* P7: the salt, or the digest of what has been erased here. */
struct fault replica_fill_salt(struct replica *r, const struct author *author, uint64_t seq, jalka_SaltOf *out)
{
	struct own_entry own = { .is_there = false };
	struct log_case info;
	bool found;
	FAULT_TRY(log_find(r->log, author, seq, remember_own, &own));
	if (!own.is_there)
		return fault_of(FAULT_PEER, "salt asked of what this device did not write");
	FAULT_TRY(log_case_get(r->log, own.case_id, &info, &found));
	out->seq = seq;
	if (own.has_bytes && found && info.has_secret) {
		out->salt.size = DELTA_SALT_BYTES;
		delta_salt(&info.secret, author, seq, out->salt.bytes);
	} else {
		SESSION_FRAME_SET(out->digest, own.digest.bytes);
	}
	return fault_none();
}

static struct fault fill_salts(struct replica *r, jalka_Frame *out, struct session_device_event *event)
{
	const struct author author = { r->self.node, r->salts_epoch };
	out->has_salt = true;
	SESSION_FRAME_SET(out->salt.epoch, r->salts_epoch.bytes);
	while (r->salt_next < r->salt_count && out->salt.salts_count < COUNT_OF(out->salt.salts))
		FAULT_TRY(replica_fill_salt(r, &author, r->salts[r->salt_next++], &out->salt.salts[out->salt.salts_count++]));
	event->parts |= SESSION_DEVICE_SALT;
	if (r->salt_next < r->salt_count)
		event->more |= SESSION_DEVICE_SALT;
	return fault_none();
}

static bool add_foreign(void *ctx, const struct log_entry *entry)
{
	struct push *push = ctx;
	struct rows_row row = { .delta = entry->bytes, .seq = entry->seq };
	if (entry->bytes.data != NULL && !rows_write(&push->writer, &row))
		push->is_full = true;
	return false;
}

static struct fault add_kept(struct push *push, const struct replica_offer *offer)
{
	struct rows_row row = { .seq = offer->seq };
	struct delta_hash digest;
	FAULT_TRY(replica_kept_get(push->r, &offer->author.epoch, offer->seq, &digest, push->r->sealed, &row.sealed));
	row.digest = span_of(digest.bytes, sizeof digest.bytes);
	if (row.sealed.data != NULL && !rows_write(&push->writer, &row))
		push->is_full = true;
	return fault_none();
}

static bool is_together(const struct replica_offer *a, const struct replica_offer *b)
{
	return a->is_kept == b->is_kept && id_author_equal(&a->author, &b->author);
}

/* Rows of one author, as far as they fit; what is there no more is passed over. */
static struct fault write_offers(struct replica *r, struct push *push, const struct replica_offer *first)
{
	rows_write_begin(&push->writer, r->scratch->raw_out, LIMIT_CHUNK_BYTES, first->seq);
	for (; r->offer_next < r->offer_count && is_together(&r->offers[r->offer_next], first); r->offer_next++) {
		const struct replica_offer *offer = &r->offers[r->offer_next];
		FAULT_TRY(offer->is_kept ? add_kept(push, offer)
					 : log_find(r->log, &offer->author, offer->seq, add_foreign, push));
		if (push->is_full)
			break;
	}
	ASSERT(!push->is_full || push->writer.count > 0); /* one always fits */
	return fault_none();
}

/* What a restored central lacks and no own push brings it, of one author. */
struct fault replica_fill_offer(struct replica *r, jalka_Offer *out, bool *has, struct session_device_event *event)
{
	struct push push = { .r = r };
	struct replica_offer first;
	*has = false;
	FAULT_TRY(replica_fork_collect_offers(r));
	while (push.writer.count == 0) {
		if (r->offer_next == r->offer_count)
			return fault_none();
		first = r->offers[r->offer_next];
		FAULT_TRY(write_offers(r, &push, &first));
	}
	*has = true;
	out->has_author = true;
	SESSION_FRAME_SET(out->author.node, first.author.node.bytes);
	SESSION_FRAME_SET(out->author.epoch, first.author.epoch.bytes);
	out->first_seq = first.seq;
	out->has_rows = true;
	out->rows.count = push.writer.count;
	event->rows = rows_written(&push.writer);
	event->parts |= SESSION_DEVICE_OFFER;
	return fault_none();
}

static int by_g(const void *a, const void *b)
{
	return order_compare(((const struct replica_forgotten *)a)->g, ((const struct replica_forgotten *)b)->g);
}

/* The grants as they are now: answers rename them while Held is on its way. One that a lost order may have
 * ended is not named: what was fed since left its case out. */
static void begin_held(struct replica *r)
{
	r->held = realloc(r->held, (r->grant_count + 1) * sizeof *r->held);
	ASSERT(r->held != NULL);
	r->held_count = r->held_next = 0;
	for (size_t i = 0; i < r->grant_count; i++)
		if (!r->grants[i].is_forgetting)
			r->held[r->held_count++] = (struct replica_forgotten){ .case_id = r->grants[i].case_id, .g = r->grants[i].g };
	if (r->held_count > 0)
		qsort(r->held, r->held_count, sizeof *r->held, by_g);
}

/* P5: every grant that is not ended, ascending: what is not among them central begins anew. Those of
 * the epoch in use too, for an earlier session may have been cut half-way. */
void replica_fill_held(struct replica *r, jalka_Frame *out, struct session_device_event *event)
{
	if (r->held_frames == 0)
		begin_held(r);
	out->has_held = true;
	while (out->held.grants_count < COUNT_OF(out->held.grants) && r->held_next < r->held_count) {
		jalka_HeldGrant *wire = &out->held.grants[out->held.grants_count++];
		const struct replica_forgotten *grant = &r->held[r->held_next++];
		const struct order_epoch *epoch = order_epoch_by_generation(&r->orders, grant->g.generation);
		ASSERT(epoch != NULL);
		SESSION_FRAME_SET(wire->case_id, grant->case_id.bytes);
		SESSION_FRAME_SET(wire->g_epoch, epoch->id.bytes);
		wire->g = grant->g.n;
	}
	out->held.last = r->held_next == r->held_count;
	r->held_frames++;
	r->held_complete = out->held.last;
	event->parts |= SESSION_DEVICE_HELD;
	if (!out->held.last)
		event->more |= SESSION_DEVICE_HELD;
}

/* At most one of the parts that may be large. */
static struct fault fill_one(struct replica *r, unsigned parts, jalka_Frame *out, struct session_device_event *event)
{
	const struct log_author *source = push_source(r);
	struct delta_hash h;
	if (parts & SESSION_DEVICE_SALT)
		return fill_salts(r, out, event);
	if (source != NULL) {
		if (parts & SESSION_DEVICE_PUSH)
			FAULT_TRY(fill_push(r, source, LIMIT_CHUNK_BYTES, &out->push, &out->has_push, event, &h));
		if (out->has_push)
			event->parts |= SESSION_DEVICE_PUSH;
		return fault_none(); /* what follows waits until everything is receipted */
	}
	if (parts & SESSION_DEVICE_BYE) {
		out->bye = true;
		event->parts |= SESSION_DEVICE_BYE;
		return fault_none();
	}
	if (r->feed.is_offer_owed && (parts & SESSION_DEVICE_OFFER))
		FAULT_TRY(replica_fill_offer(r, &out->offer, &out->has_offer, event));
	bool offered = !r->feed.is_offer_owed || (r->offers_known && r->offer_next == r->offer_count);
	bool answered = r->held_frames == r->held_answers; /* one Held at a time */
	if (!out->has_offer && offered && answered && (parts & SESSION_DEVICE_HELD))
		replica_fill_held(r, out, event);
	return fault_none();
}

struct fault replica_fill_frame(struct replica *r, unsigned parts, struct session_device_event *event)
{
	jalka_Frame *out = &r->scratch->out;
	if (parts & SESSION_DEVICE_RESUME) {
		out->has_resume = out->resume.has_cursor = true;
		fill_cursor(r, false, &out->resume.cursor);
		event->parts |= SESSION_DEVICE_RESUME;
	}
	if (parts & SESSION_DEVICE_HEARD) {
		out->has_heard = out->heard.has_cursor = true;
		fill_cursor(r, false, &out->heard.cursor);
		event->parts |= SESSION_DEVICE_HEARD;
	}
	if ((parts & SESSION_DEVICE_FORGOTTEN) && replica_fill_forgotten(r, out))
		event->parts |= SESSION_DEVICE_FORGOTTEN;
	if ((parts & SESSION_DEVICE_HEALTH) && replica_health_fill(r, out)) {
		event->parts |= SESSION_DEVICE_HEALTH;
		parts &= ~(unsigned)SESSION_DEVICE_PUSH; /* V5: in the next frame, at once */
	}
	r->first_frame = false;
	return fill_one(r, parts, out, event);
}
