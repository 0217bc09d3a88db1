/* replica_fork - restores and twins. */
#include "store/replica_fork.h"

#include <stdlib.h>

#include "base/assert.h"
#include "store/replica_health.h"
#include "store/replica_kept.h"
#include "store/replica_lost.h"
#include "store/replica_receipt.h"
#include "store/replica_rescue.h"

/* ---- the own chain against what central holds ---- */

/* What central says it holds of one own epoch. */
struct held {
	size_t index; /* of the own epoch */
	uint64_t seq;
	const uint8_t *h;
	const jalka_Known *known;
	size_t known_count;
};

static struct fault is_equal_at(struct replica *r, const struct log_author *own, uint64_t seq, const uint8_t *theirs,
				bool *equal)
{
	struct delta_hash h;
	bool found = false;
	if (seq <= own->seq) /* above it stands another copy's work */
		FAULT_TRY(author_h_at(r->log, &r->self.central, &own->author, seq, &h, &found));
	*equal = found && memcmp(h.bytes, theirs, sizeof h.bytes) == 0;
	return fault_none();
}

struct reach {
	const struct replica *r;
	uint64_t seq, upto;
};

static bool find_reach(void *ctx, const struct log_entry *entry)
{
	struct reach *reach = ctx;
	if (entry->seq > reach->upto)
		return false;
	for (size_t i = 0; i < entry->order_count; i++)
		if (replica_state_is_inherited(reach->r, entry->orders[i])
		    || entry->orders[i].generation == replica_state_generation(reach->r))
			reach->seq = entry->seq;
	return true;
}

/* RF3: how far central is known to hold the own chain, up to `upto` at most: by receipt,
 * or because the feed has told it, which another copy may have pushed. */
static struct fault held_upto(struct replica *r, const struct log_author *own, uint64_t upto, uint64_t *out)
{
	struct reach reach = { .r = r, .upto = upto < own->seq ? upto : own->seq };
	reach.seq = own->receipted_seq < reach.upto ? own->receipted_seq : reach.upto;
	FAULT_TRY(log_read_author(r->log, &own->author, reach.seq + 1, find_reach, &reach));
	*out = reach.seq;
	return fault_none();
}

/* The greatest seq at which both chains are known to be one. */
static struct fault common_prefix(struct replica *r, const struct held *held, uint64_t *out)
{
	const struct log_author *own = replica_state_own(r, held->index);
	uint64_t common = 0, told = 0, parted = UINT64_MAX; /* lowest seq known to differ */
	for (size_t i = 0; i < held->known_count; i++) {
		uint64_t seq = held->known[i].seq;
		bool equal;
		FAULT_TRY(is_equal_at(r, own, seq, held->known[i].h.bytes, &equal));
		if (equal && seq > common)
			common = seq;
		if (!equal && seq < parted)
			parted = seq;
	}
	/* What has a receipt is central's too, as long as central goes so far. */
	if (own->receipted_seq <= held->seq && own->receipted_seq < parted)
		FAULT_TRY(held_upto(r, own, held->seq < parted ? held->seq : parted - 1, &told));
	*out = told > common ? told : common;
	return fault_none();
}

struct reissue {
	struct log_entry entry; /* its bytes are `bytes` */
	uint8_t *bytes;         /* NULL: erased or forgotten, there is nothing left to issue */
};

struct reissues {
	struct reissue *items;
	size_t count, size;
	uint64_t upto; /* end of the chain being read */
};

static bool collect_reissue(void *ctx, const struct log_entry *entry)
{
	struct reissues *list = ctx;
	if (entry->seq > list->upto)
		return false;
	if (list->count == list->size) {
		list->size = list->size == 0 ? 64 : 2 * list->size;
		list->items = realloc(list->items, list->size * sizeof *list->items);
		ASSERT(list->items != NULL);
	}
	struct reissue *item = &list->items[list->count++];
	*item = (struct reissue){ .entry = *entry };
	if (entry->bytes.data == NULL)
		return true;
	item->bytes = malloc(entry->bytes.len);
	ASSERT(item->bytes != NULL);
	memcpy(item->bytes, entry->bytes.data, entry->bytes.len);
	item->entry.bytes = span_of(item->bytes, entry->bytes.len);
	return true;
}

static void free_reissues(struct reissues *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].bytes);
	free(list->items);
}

/* An own epoch ends after seq. */
static struct fault close_epoch(struct replica *r, struct log_author *own, uint64_t seq)
{
	struct log_author old = *own;
	bool found;
	FAULT_TRY(author_h_at(r->log, &r->self.central, &old.author, seq, &old.h, &found));
	if (!found)
		return fault_of(FAULT_STORE, "own chain has a gap");
	if (seq < old.seq)
		FAULT_TRY(log_cut(r->log, &old.author, seq, old.seq)); /* what other copies wrote there stays */
	old.seq = seq;
	if (old.receipted_seq > seq) {
		old.receipted_seq = seq;
		old.receipted_h = old.h;
	}
	old.closed = true;
	FAULT_TRY(log_author_put(r->log, &old));
	*own = old;
	return fault_none();
}

/* A new epoch that goes on from `closed`; own epochs after that one are no longer
 * on the way to it. */
static struct fault open_epoch(struct replica *r, const struct log_author *closed, size_t older_count)
{
	struct log_author from = *closed;
	struct author author = { .node = r->self.node };
	struct author_continues continues = { from.author.epoch, from.seq, from.h };
	r->host.random(r->host.ctx, author.epoch.bytes, ID_BYTES);
	FAULT_TRY(author_begin(&r->author, &author, from.sign_public, &continues));
	r->older = realloc(r->older, (older_count + 1) * sizeof *r->older);
	ASSERT(r->older != NULL);
	r->older[older_count] = from;
	r->older_count = older_count + 1;
	r->self.epoch = author.epoch;
	return replica_state_put_self(r);
}

static struct fault reissue(struct replica *r, const struct reissue *item, bool *is_issued)
{
	static const struct author_place local = { .verdict = LOG_LOCAL };
	struct log_entry entry;
	*is_issued = false;
	if (item->bytes == NULL)
		return fault_none();
	struct fault fault = author_reissue(&r->author, item->entry.bytes, item->entry.stamp_ms, &local, &entry);
	/* The case has been erased here meanwhile: its secret is gone, and with it the text. */
	if (fault.kind == FAULT_CALLER)
		return fault_none();
	*is_issued = !fault_is(fault);
	return fault;
}

static struct fault reissue_all(struct replica *r, const struct reissues *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct log_entry *old = &list->items[i].entry;
		bool is_issued;
		FAULT_TRY(reissue(r, &list->items[i], &is_issued));
		FAULT_TRY(replica_rescue_cut(r, old, is_issued));
	}
	return fault_none();
}

static bool owe_offer(void *ctx, const struct author *author, uint64_t seq)
{
	struct replica *r = ctx;
	(void)author;
	(void)seq;
	r->feed.is_offer_owed = r->feed.is_held_owed = true;
	r->offers_known = false;
	r->held_complete = false; /* the answer to a Held on its way says nothing of it */
	if (r->held_frames != r->held_answers)
		return false; /* then in the next session */
	r->held_frames = r->held_answers = 0;
	r->told.held_asked = true;
	return false;
}

/* RF1: the own epoch `index` ends after `common`; what follows it there, and what
 * central is not known to hold of the epochs after it, goes into a new one. */
static struct fault fork(struct replica *r, size_t index, uint64_t common)
{
	struct reissues list = { .count = 0 };
	struct fault fault = fault_none();
	for (size_t i = index; i < replica_state_own_count(r) && !fault_is(fault); i++) {
		struct log_author *own = replica_state_own(r, i);
		uint64_t keep = common;
		list.upto = own->seq;
		if (i != index)
			fault = held_upto(r, own, own->seq, &keep);
		if (!fault_is(fault))
			fault = log_read_author(r->log, &own->author, keep + 1, collect_reissue, &list);
		if (!fault_is(fault))
			fault = close_epoch(r, own, keep);
	}
	if (!fault_is(fault))
		fault = open_epoch(r, replica_state_own(r, index), index);
	if (!fault_is(fault))
		fault = reissue_all(r, &list);
	free_reissues(&list);
	r->counts_stale = true;
	r->told.forked = true;
	return fault_is(fault) ? fault : replica_kept_adrift(r, owe_offer, r);
}

struct fault replica_fork_begin_anew(struct replica *r)
{
	bool forked = r->told.forked;
	struct fault fault = fork(r, r->older_count, r->author.chain.info.seq);
	r->told.forked = forked; /* what is on its way stands */
	return fault;
}

/* ---- a name that central gives to other bytes ---- */

/* An entry as it stands; `bytes` are a copy. */
struct copy {
	struct log_entry entry;
	uint8_t *bytes;
	bool found;
};

static bool copy_entry(void *ctx, const struct log_entry *entry)
{
	struct copy *copy = ctx;
	copy->entry = *entry;
	copy->found = true;
	if (entry->bytes.data != NULL) {
		copy->bytes = malloc(entry->bytes.len);
		ASSERT(copy->bytes != NULL);
		memcpy(copy->bytes, entry->bytes.data, entry->bytes.len);
		copy->entry.bytes = span_of(copy->bytes, entry->bytes.len);
	}
	return false;
}

/* Takes an entry out; *copy is what stood there, its bytes the caller's to free. */
static struct fault take_out(struct replica *r, const struct author *author, uint64_t seq, struct copy *copy)
{
	*copy = (struct copy){ .found = false };
	FAULT_TRY(log_find(r->log, author, seq, copy_entry, copy));
	return copy->found ? log_cut(r->log, author, seq - 1, seq) : fault_none();
}

static struct fault refold_one(struct replica *r, const struct copy *copy)
{
	if (!copy->found || r->book == NULL)
		return fault_none();
	return r->book->ops->touched(r->book->ctx, copy->entry.case_id, copy->entry.record_id, NULL);
}

/* The organiser has it under another name, if not in a backup yet: it stays until it is erased. */
static struct fault keep_rescued(struct replica *r, const struct copy *copy)
{
	return copy->found ? replica_rescue_cut(r, &copy->entry, false) : fault_none();
}

struct fault replica_fork_drop(struct replica *r, const struct author *author, uint64_t seq)
{
	struct copy copy;
	struct fault fault = take_out(r, author, seq, &copy);
	free(copy.bytes);
	if (!fault_is(fault))
		fault = keep_rescued(r, &copy);
	return fault_is(fault) ? fault : refold_one(r, &copy);
}

struct fault replica_fork_reorder(struct replica *r, const struct author *author, uint64_t seq,
				  const struct order *orders, size_t count)
{
	struct copy copy;
	uint64_t local;
	ASSERT(count > 0 && count <= LIMIT_ENTRY_ORDERS);
	struct fault fault = take_out(r, author, seq, &copy);
	memcpy(copy.entry.orders, orders, count * sizeof *orders);
	copy.entry.order_count = count;
	if (!fault_is(fault) && copy.found)
		fault = log_append(r->log, &copy.entry, 1, &local);
	free(copy.bytes);
	return fault_is(fault) ? fault : refold_one(r, &copy);
}

static bool see_entry(void *ctx, const struct log_entry *entry)
{
	(void)entry;
	*(bool *)ctx = true;
	return false;
}

/* Its content takes the place of its author's epoch, as where it waits at central. Where
 * that has been here before, it was decided upon. */
static struct fault put_aside(struct replica *r, struct copy *copy)
{
	struct log_case info;
	uint64_t local;
	bool found, is_there = false;
	FAULT_TRY(log_case_get(r->log, copy->entry.case_id, &info, &found));
	if (found && info.has_secret)
		delta_content(&info.secret, copy->entry.bytes, &copy->entry.author.epoch);
	else /* its opening has not come: any name that nobody uses */
		r->host.random(r->host.ctx, copy->entry.author.epoch.bytes, ID_BYTES);
	FAULT_TRY(log_find(r->log, &copy->entry.author, copy->entry.seq, see_entry, &is_there));
	r->offers_known = false;
	return is_there ? fault_none() : log_append(r->log, &copy->entry, 1, &local);
}

/* A foreign name goes to other bytes. What had it is dropped, but for what this log has
 * from a lost epoch: it may be the only copy, and is yet to be offered. */
static struct fault step_aside(struct replica *r, const struct author *author, uint64_t seq)
{
	struct copy copy;
	struct fault fault = take_out(r, author, seq, &copy);
	if (!fault_is(fault))
		fault = keep_rescued(r, &copy);
	if (!fault_is(fault) && copy.bytes != NULL && replica_lost_is(r, &copy.entry))
		fault = put_aside(r, &copy);
	free(copy.bytes);
	return fault_is(fault) ? fault : refold_one(r, &copy);
}

struct fault replica_fork_outrun(struct replica *r, const struct author *author, uint64_t seq)
{
	const struct log_author *open = &r->author.chain.info;
	if (!id_author_equal(&open->author, author) || seq <= open->seq)
		return fault_none();
	uint64_t common;
	FAULT_TRY(held_upto(r, open, open->seq, &common));
	return fork(r, r->older_count, common);
}

struct fault replica_fork_yield(struct replica *r, const struct author *author, uint64_t seq)
{
	size_t index = replica_state_own_index(r, &author->epoch);
	const struct log_author *own = index < replica_state_own_count(r) ? replica_state_own(r, index) : NULL;
	if (own == NULL || !ID_EQUAL(author->node, r->self.node) || seq > own->seq)
		return step_aside(r, author, seq);
	uint64_t common;
	FAULT_TRY(held_upto(r, own, seq - 1, &common));
	return fork(r, index, common);
}

/* ---- what central holds against the own chain ---- */

static struct fault compare(struct replica *r, const struct held *held)
{
	struct log_author *own = replica_state_own(r, held->index);
	uint64_t common;
	bool equal = held->seq == 0;
	if (!equal)
		FAULT_TRY(is_equal_at(r, own, held->seq, held->h, &equal));
	if (!equal) {
		FAULT_TRY(common_prefix(r, held, &common));
		return fork(r, held->index, common);
	}
	/* A restored central stands lower than its own receipts: from there again. */
	return held->seq < own->receipted_seq ? replica_receipt_reach(r, own, held->seq) : fault_none();
}

struct fault replica_fork_compare(struct replica *r, const jalka_Welcome *welcome)
{
	const struct held held = { .index = r->older_count, .seq = welcome->held_seq, .h = welcome->held_h.bytes,
				   .known = welcome->known, .known_count = welcome->known_count };
	uint64_t common;
	if (welcome->epoch_closed) {
		FAULT_TRY(common_prefix(r, &held, &common));
		return fork(r, held.index, common);
	}
	return welcome->held_h.size == 0 ? fault_none() : compare(r, &held);
}

struct fault replica_fork_parted(struct replica *r, const jalka_Chain *chain)
{
	struct epoch_id epoch;
	memcpy(epoch.bytes, chain->epoch.bytes, ID_BYTES);
	const struct held held = { .index = replica_state_own_index(r, &epoch), .seq = chain->held_seq,
				   .h = chain->held_h.bytes, .known = chain->known, .known_count = chain->known_count };
	if (held.index == replica_state_own_count(r))
		return fault_of(FAULT_PEER, "told of an epoch that is not this device's");
	uint64_t receipted = replica_state_own(r, held.index)->receipted_seq;
	FAULT_TRY(compare(r, &held));
	/* To push the same once more would lead nowhere. */
	if (!r->told.forked && replica_state_own(r, held.index)->receipted_seq == receipted)
		return fault_of(FAULT_PEER, "a push refused that goes on from what central holds");
	r->told.forked = true;
	return fault_none();
}

/* ---- another central epoch ---- */

static struct fault learn_epochs(struct replica *r, const jalka_Welcome *welcome)
{
	for (pb_size_t i = welcome->epochs_count; i > 0; i--) {
		const jalka_CentralEpoch *wire = &welcome->epochs[i - 1];
		struct order_epoch epoch = { .generation = wire->generation, .inherited = wire->inherited };
		memcpy(epoch.id.bytes, wire->epoch.bytes, ID_BYTES);
		if (wire->parent.size == ID_BYTES)
			memcpy(epoch.parent.bytes, wire->parent.bytes, ID_BYTES);
		/* A disk put back since the question knows less than the answer takes for known. */
		if (r->is_carried && !ID_IS_NONE(epoch.parent) && order_epoch_by_id(&r->orders, &epoch.parent) == NULL)
			return fault_of(FAULT_PEER, "it goes on from what this device does not know any more: write another bundle for it");
		FAULT_TRY(replica_state_learn_epoch(r, &epoch));
	}
	return fault_none();
}

/* A place of one epoch seen from another: down to their common ancestor. */
static uint64_t map_place(const struct replica *r, struct epoch_id from, uint64_t n, const struct epoch_id *to)
{
	uint64_t mapped;
	while (!order_map(&r->orders, &from, n, to, &mapped)) {
		const struct order_epoch *epoch = order_epoch_by_id(&r->orders, &from);
		if (epoch == NULL || ID_IS_NONE(epoch->parent))
			return 0;
		n = n < epoch->inherited ? n : epoch->inherited;
		from = epoch->parent;
	}
	return mapped;
}

struct touched {
	struct case_id case_id;
	struct record_id record_id;
};

/* Entries above what was inherited that lack an order of the epoch in use. */
struct above {
	struct replica *r;
	struct touched *records;
	size_t count, size;
};

static bool collect_above(void *ctx, const struct log_entry *entry)
{
	struct above *above = ctx;
	if (!replica_lost_is(above->r, entry))
		return true;
	if (above->count == above->size) {
		above->size = above->size == 0 ? 64 : 2 * above->size;
		above->records = realloc(above->records, above->size * sizeof *above->records);
		ASSERT(above->records != NULL);
	}
	above->records[above->count++] = (struct touched){ entry->case_id, entry->record_id };
	return true;
}

static bool is_above_case(const struct above *above, struct case_id id)
{
	for (size_t i = 0; i < above->count; i++)
		if (ID_EQUAL(above->records[i].case_id, id))
			return true;
	return false;
}

/* P9: what the case's base was in the epoch left, and its place in the new one. */
static struct fault adopt_grants(struct replica *r, const struct above *above, struct epoch_id left, uint64_t left_order)
{
	for (size_t i = 0; i < r->grant_count; i++) {
		struct replica_grant grant = r->grants[i];
		uint64_t seen = grant.is_complete ? left_order : grant.place;
		if (seen != 0 && is_above_case(above, grant.case_id)) {
			size_t keep = grant.past_count < REPLICA_PAST_MAX ? grant.past_count : REPLICA_PAST_MAX - 1;
			memmove(grant.past + 1, grant.past, keep * sizeof grant.past[0]);
			grant.past[0] = (struct order_base){ left, seen };
			grant.past_count = keep + 1;
		}
		grant.place = map_place(r, left, grant.place, &r->feed.epoch);
		FAULT_TRY(replica_state_put_grant(r, &grant));
	}
	return fault_none();
}

/* Own epochs: central surely holds up to the last delta whose order it
 * inherited; what follows is pushed again. */
static struct fault push_again(struct replica *r)
{
	for (size_t i = 0; i < replica_state_own_count(r); i++) {
		struct log_author *own = replica_state_own(r, i);
		struct reach reach = { .r = r, .upto = own->seq };
		FAULT_TRY(log_read_author(r->log, &own->author, 1, find_reach, &reach));
		if (reach.seq < own->receipted_seq)
			FAULT_TRY(replica_receipt_reach(r, own, reach.seq));
	}
	return fault_none();
}

static struct fault refold(struct replica *r, const struct above *above)
{
	for (size_t i = 0; r->book != NULL && i < above->count; i++)
		FAULT_TRY(r->book->ops->touched(r->book->ctx, above->records[i].case_id,
						above->records[i].record_id, NULL));
	return fault_none();
}

static struct fault adopt(struct replica *r, struct epoch_id left, uint64_t left_order)
{
	struct above above = { .r = r };
	/* From the beginning: an epoch beside the way down has small orders too. */
	struct fault fault = log_read_order(r->log, 0, INT64_MAX, collect_above, &above);
	if (!fault_is(fault))
		fault = adopt_grants(r, &above, left, left_order);
	if (!fault_is(fault))
		fault = push_again(r);
	if (!fault_is(fault))
		fault = refold(r, &above);
	if (above.count > 0)
		r->feed.is_offer_owed = true;
	free(above.records);
	return fault_is(fault) ? fault : replica_kept_adrift(r, owe_offer, r);
}

struct fault replica_fork_adopt(struct replica *r, const jalka_Welcome *welcome)
{
	struct epoch_id left = r->feed.epoch, next = r->feed.epoch;
	uint64_t left_order = r->feed.order;
	FAULT_TRY(learn_epochs(r, welcome));
	if (welcome->central_epoch.size == ID_BYTES)
		memcpy(next.bytes, welcome->central_epoch.bytes, ID_BYTES);
	const struct order_epoch *epoch = order_epoch_by_id(&r->orders, &next);
	if (epoch == NULL)
		return fault_of(FAULT_PEER, "central did not tell its epoch");
	if (ID_EQUAL(left, next))
		return fault_none();
	if (order_epoch_current(&r->orders) != epoch)
		return fault_of(FAULT_PEER, "central went back to an older epoch");
	r->feed.epoch = next;
	r->feed.safe_order = 0;
	replica_state_told(r, 0);
	if (ID_IS_NONE(left))
		return fault_none();
	r->feed.order = map_place(r, left, left_order, &next);
	r->feed.is_held_owed = true;
	FAULT_TRY(replica_health_forget(r)); /* what it was told may be lost too */
	return adopt(r, left, left_order);
}

/* ---- offers ---- */

static void add_offer(struct replica *r, const struct author *author, uint64_t seq, bool is_kept)
{
	if (r->offer_count % 64 == 0) {
		r->offers = realloc(r->offers, (r->offer_count + 64) * sizeof *r->offers);
		ASSERT(r->offers != NULL);
	}
	r->offers[r->offer_count++] = (struct replica_offer){ *author, seq, is_kept };
}

static bool collect_offer(void *ctx, const struct log_entry *entry)
{
	struct replica *r = ctx;
	if (replica_lost_is(r, entry) && entry->bytes.data != NULL && replica_lost_is_foreign(r, entry))
		add_offer(r, &entry->author, entry->seq, false);
	return true;
}

static bool collect_adrift(void *ctx, const struct author *author, uint64_t seq)
{
	add_offer(ctx, author, seq, true);
	return true;
}

/* Foreign ones first, of one author after another. */
static int by_author(const void *a, const void *b)
{
	const struct replica_offer *x = a, *y = b;
	int d = x->is_kept != y->is_kept ? x->is_kept - y->is_kept : memcmp(&x->author, &y->author, sizeof x->author);
	return d != 0 ? d : (x->seq > y->seq) - (x->seq < y->seq);
}

struct fault replica_fork_collect_offers(struct replica *r)
{
	if (r->offers_known)
		return fault_none();
	r->offer_count = r->offer_next = 0;
	if (r->feed.is_offer_owed) {
		FAULT_TRY(log_read_order(r->log, 0, INT64_MAX, collect_offer, r));
		FAULT_TRY(replica_kept_adrift(r, collect_adrift, r));
	}
	if (r->offer_count > 0)
		qsort(r->offers, r->offer_count, sizeof *r->offers, by_author);
	r->offers_known = true;
	return fault_none();
}
