/* replica_receipt - central's verdicts on own work. */
#include "store/replica_receipt.h"

#include "base/assert.h"
#include "store/replica_decided.h"

enum {
	KEY_BYTES = ID_BYTES + 8 + 8 + ID_BYTES, /* author epoch, seq, first seq, central epoch */
	HEAD_BYTES = ID_BYTES + 8 + DELTA_SIGNATURE_BYTES, /* central epoch, greatest order, signature */
};

static void put_u64(uint64_t value, uint8_t *out)
{
	for (size_t i = 0; i < 8; i++)
		out[i] = (uint8_t)(value >> (56 - 8 * i));
}

static uint64_t get_u64(const uint8_t *in)
{
	uint64_t value = 0;
	for (size_t i = 0; i < 8; i++)
		value = value << 8 | in[i];
	return value;
}

struct placing {
	struct case_id case_id;
	struct record_id record_id;
	enum log_verdict verdict;
	uint64_t author_ms; /* the author's stamp; 0: its bytes are not here */
	bool found;
};

static bool remember_entry(void *ctx, const struct log_entry *entry)
{
	uint64_t author_ms = entry->bytes.data == NULL ? 0 : delta_stamp_in(entry->bytes);
	*(struct placing *)ctx = (struct placing){ entry->case_id, entry->record_id, entry->verdict, author_ms, true };
	return false;
}

static void recount_one(struct replica *r, enum log_verdict verdict, int by)
{
	if (verdict == LOG_QUARANTINED)
		r->status.quarantined += (uint64_t)by;
	if (verdict == LOG_REJECTED)
		r->status.rejected += (uint64_t)by;
}

/* One own delta gets its verdict, in the log and in the book. */
static struct fault place_one(struct replica *r, const struct author *author, uint64_t seq,
			      const struct receipt_run *run, uint64_t stamp_ms)
{
	struct placing entry = { .found = false };
	struct order order = { 0, 0 };
	enum log_verdict verdict = run->rejected ? LOG_REJECTED : LOG_QUARANTINED;
	FAULT_TRY(log_find(r->log, author, seq, remember_entry, &entry));
	if (!entry.found)
		return fault_of(FAULT_PEER, "receipt for what this device did not write");
	if (run->first_order != 0) {
		verdict = LOG_ACCEPTED;
		order = replica_state_order(r, run->first_order + (seq - run->first_seq));
	} else if (!run->rejected && (entry.verdict == LOG_REJECTED || entry.verdict == LOG_ACCEPTED)) {
		return fault_none(); /* an older word than the decision we have */
	}
	/* Not replaced now, it may have been by a central that is lost. */
	FAULT_TRY(log_place(r->log, author, seq, order, stamp_ms != 0 ? stamp_ms : entry.author_ms, verdict, run->reason));
	FAULT_TRY(replica_decided_note(r, author, seq, entry.verdict, verdict));
	recount_one(r, entry.verdict, -1);
	recount_one(r, verdict, 1);
	if (r->book == NULL)
		return fault_none();
	return r->book->ops->touched(r->book->ctx, entry.case_id, entry.record_id, NULL);
}

static struct fault place_runs(struct replica *r, const struct author *author, const struct receipt *receipt)
{
	for (size_t i = 0; i < receipt->run_count; i++) {
		const struct receipt_run *run = &receipt->runs[i];
		for (uint64_t k = 0; k < run->count; k++) {
			uint64_t seq = run->first_seq + k;
			FAULT_TRY(place_one(r, author, seq, run, receipt_stamp_of(receipt, seq)));
		}
	}
	return fault_none();
}

static struct fault keep(struct replica *r, const struct author *author, const struct receipt *receipt,
			 struct span body, struct span signature)
{
	uint8_t key[KEY_BYTES];
	uint8_t *value = r->value;
	uint64_t greatest = 0;
	ASSERT(HEAD_BYTES + body.len <= sizeof r->value);
	for (size_t i = 0; i < receipt->run_count; i++) {
		const struct receipt_run *run = &receipt->runs[i];
		uint64_t last = run->first_order != 0 ? run->first_order + run->count - 1 : UINT64_MAX;
		if (run->rejected)
			last = 0;
		greatest = last > greatest ? last : greatest;
	}
	memcpy(key, author->epoch.bytes, ID_BYTES);
	put_u64(receipt->seq, key + ID_BYTES);
	put_u64(receipt->run_count > 0 ? receipt->runs[0].first_seq : receipt->seq, key + ID_BYTES + 8);
	memcpy(key + ID_BYTES + 16, r->feed.epoch.bytes, ID_BYTES);
	memcpy(value, r->feed.epoch.bytes, ID_BYTES);
	put_u64(greatest, value + ID_BYTES);
	memcpy(value + ID_BYTES + 8, signature.data, DELTA_SIGNATURE_BYTES);
	memcpy(value + HEAD_BYTES, body.data, body.len);
	return log_put(r->log, "receipt", span_of(key, sizeof key), span_of(value, HEAD_BYTES + body.len));
}

struct fault replica_receipt_reach(struct replica *r, struct log_author *own, uint64_t seq)
{
	bool found;
	FAULT_TRY(author_h_at(r->log, &r->self.central, &own->author, seq, &own->receipted_h, &found));
	if (!found)
		return fault_of(FAULT_STORE, "own chain has a gap");
	own->receipted_seq = seq;
	return log_author_put(r->log, own);
}

/* How far the runs cover without a gap after what had a receipt before. */
static uint64_t reach_of(const struct receipt *receipt, uint64_t from)
{
	uint64_t reached = from;
	for (size_t i = 0; i < receipt->run_count; i++) {
		const struct receipt_run *run = &receipt->runs[i];
		uint64_t last = run->first_seq + run->count - 1;
		if (run->first_seq > reached + 1)
			break;
		reached = last > reached ? last : reached;
	}
	return reached;
}

/* Reads the body and checks who signed it about what (P10). *own is NULL when it
 * speaks of work this copy of the device does not have: a twin's, or done after
 * the backup it was put back from. That changes nothing here. */
static struct fault verify(struct replica *r, struct span body, struct span signature, const struct epoch_id *pushed,
			   struct log_author **own)
{
	struct receipt *receipt = &r->receipt;
	struct delta_hash h;
	bool found = false;
	FAULT_TRY(receipt_read(body, receipt));
	*own = replica_state_own_by_id(r, ID_IS_NONE(receipt->epoch) ? pushed : &receipt->epoch);
	if (*own != NULL && receipt->seq <= (*own)->seq)
		FAULT_TRY(author_h_at(r->log, &r->self.central, &(*own)->author, receipt->seq, &h, &found));
	if (!found) {
		*own = NULL;
		return fault_none();
	}
	if (!receipt_verify(&r->self.central, &r->feed.epoch, &(*own)->author, &h, body, signature))
		return fault_of(FAULT_PEER, "receipt that central did not sign");
	return fault_none();
}

struct fault replica_receipt_apply(struct replica *r, struct span body, struct span signature,
				   const struct epoch_id *pushed)
{
	struct log_author *own;
	FAULT_TRY(verify(r, body, signature, pushed, &own));
	if (own == NULL)
		return fault_none();
	FAULT_TRY(place_runs(r, &own->author, &r->receipt));
	FAULT_TRY(keep(r, &own->author, &r->receipt, body, signature));
	uint64_t reached = reach_of(&r->receipt, own->receipted_seq);
	if (reached > own->receipted_seq)
		FAULT_TRY(replica_receipt_reach(r, own, reached));
	if (r->receipt.time_ms > r->feed.told_ms)
		replica_state_told(r, r->receipt.time_ms);
	r->told.receipted = true;
	r->told.receipted_epoch = own->author.epoch;
	r->told.receipted_seq = own->receipted_seq;
	return fault_none();
}

struct fault replica_receipt_decide(struct replica *r, struct span body, struct span signature)
{
	struct log_author *own;
	FAULT_TRY(verify(r, body, signature, &r->self.epoch, &own));
	if (own == NULL)
		return fault_none();
	FAULT_TRY(place_runs(r, &own->author, &r->receipt));
	return keep(r, &own->author, &r->receipt, body, signature);
}

/* ---- what is kept ---- */

/* One kept receipt, by what its key says. */
struct kept {
	uint64_t seq, first_seq;
	size_t body_len;
	uint8_t key[KEY_BYTES];
};

enum { CANDIDATES_MAX = 32 };

struct candidates {
	const struct replica *r;
	uint64_t from, upto; /* beyond the own chain nothing can be proved */
	size_t count;
	struct kept items[CANDIDATES_MAX]; /* by rising seq */
};

static bool collect_kept(void *ctx, struct span key, struct span value)
{
	struct candidates *c = ctx;
	if (key.len != KEY_BYTES || value.len <= HEAD_BYTES)
		return true;
	if (get_u64(key.data + ID_BYTES) < c->from || get_u64(key.data + ID_BYTES) > c->upto)
		return true;
	if (memcmp(key.data + ID_BYTES + 16, c->r->feed.epoch.bytes, ID_BYTES) == 0)
		return true; /* of the epoch in use: central has it */
	struct kept *kept = &c->items[c->count++];
	kept->seq = get_u64(key.data + ID_BYTES);
	kept->first_seq = get_u64(key.data + ID_BYTES + 8);
	kept->body_len = value.len - HEAD_BYTES;
	memcpy(kept->key, key.data, KEY_BYTES);
	return c->count < CANDIDATES_MAX;
}

/* The first seq at or after the nearest end that no receipt reaches across. */
static uint64_t common_end(const struct candidates *c)
{
	uint64_t end = c->items[0].seq;
	for (size_t i = 0; i < c->count; i++)
		if (c->items[i].first_seq <= end && c->items[i].seq > end)
			end = c->items[i].seq;
	return end;
}

/* The wire has room for one long body; the others are short. */
static bool has_room(const struct replica_receipt_proofs *out, const struct kept *kept, bool *long_taken)
{
	bool is_long = kept->body_len > sizeof ((jalka_Proof *)0)->body.bytes;
	if (out->count == REPLICA_RECEIPT_PROOFS_MAX || (is_long && *long_taken))
		return false;
	if (!is_long && !*long_taken && out->count == REPLICA_RECEIPT_PROOFS_MAX - 1)
		is_long = true; /* takes the place of the long one */
	*long_taken = *long_taken || is_long;
	return true;
}

struct fault replica_receipt_proofs(struct replica *r, const struct log_author *own,
				    struct replica_receipt_proofs *out)
{
	struct candidates c = { .r = r, .from = own->receipted_seq + 1, .upto = own->seq };
	bool long_taken = false;
	FAULT_TRY(log_scan(r->log, "receipt", ID_SPAN(own->author.epoch), collect_kept, &c));
	struct replica_receipt_proofs proofs = { .count = 0 };
	if (c.count > 0)
		proofs.upto = common_end(&c);
	for (size_t i = 0; i < c.count && c.items[i].seq <= proofs.upto; i++) {
		if (!has_room(&proofs, &c.items[i], &long_taken))
			continue;
		memcpy(proofs.keys[proofs.count++], c.items[i].key, KEY_BYTES);
		proofs.bytes += c.items[i].body_len + ID_BYTES + DELTA_SIGNATURE_BYTES + 16;
	}
	*out = proofs;
	return fault_none();
}

/* A kept receipt in r->value. */
struct proof {
	struct epoch_id signed_in;
	struct span body;
	const uint8_t *signature;
	bool found;
};

static struct fault load_proof(struct replica *r, const uint8_t key[static KEY_BYTES], struct proof *out)
{
	size_t len;
	FAULT_TRY(log_get(r->log, "receipt", span_of(key, KEY_BYTES), r->value, sizeof r->value, &len, &out->found));
	out->found = out->found && len > HEAD_BYTES;
	if (!out->found)
		return fault_none();
	memcpy(out->signed_in.bytes, r->value, ID_BYTES);
	out->signature = r->value + ID_BYTES + 8;
	out->body = span_of(r->value + HEAD_BYTES, len - HEAD_BYTES);
	return fault_none();
}

_Static_assert(LIMIT_ENTRY_ORDERS <= 8, "a bit for each order of an entry");

struct proving {
	const struct replica *r;
	uint64_t first_seq, upto;
	const struct receipt *receipt; /* NULL: what is unproven is looked for */
	uint32_t generation;           /* the receipt was signed in */
	bool found;
	uint8_t proven[LIMIT_CHUNK_DELTAS]; /* a bit for each order of a row */
};

static bool prove_entry(void *ctx, const struct log_entry *entry)
{
	struct proving *p = ctx;
	if (entry->seq > p->upto)
		return false;
	uint8_t *proven = &p->proven[entry->seq - p->first_seq];
	const struct receipt_run *run = p->receipt == NULL ? NULL : receipt_run_of(p->receipt, entry->seq);
	if (p->receipt == NULL) {
		for (size_t i = 0; i < entry->order_count; i++)
			p->found = p->found || (*proven & 1u << i) == 0;
		return true;
	}
	if (run == NULL || run->first_order == 0)
		return true;
	struct order told = { p->generation, run->first_order + (entry->seq - run->first_seq) };
	bool is_held = false;
	for (size_t i = 0; i < entry->order_count; i++)
		if (order_compare(order_given(&p->r->orders, told), entry->orders[i]) == 0) {
			*proven |= (uint8_t)(1u << i);
			is_held = true;
		}
	p->found = p->found || !is_held;
	return true;
}

struct fault replica_receipt_differs(struct replica *r, const struct log_author *own,
				      const struct replica_receipt_proofs *proofs, uint64_t upto, bool *out)
{
	struct proving p = { .r = r, .first_seq = own->receipted_seq + 1, .upto = upto };
	ASSERT(upto - own->receipted_seq <= LIMIT_CHUNK_DELTAS);
	*out = false;
	if (r->orders.count < 2)
		return fault_none(); /* no central is lost */
	for (size_t i = 0; i < proofs->count; i++) {
		struct proof proof;
		FAULT_TRY(load_proof(r, proofs->keys[i], &proof));
		const struct order_epoch *epoch = proof.found ? order_epoch_by_id(&r->orders, &proof.signed_in) : NULL;
		if (epoch == NULL || fault_is(receipt_read(proof.body, &r->receipt)) || r->receipt.seq > upto)
			continue;
		p.receipt = &r->receipt;
		p.generation = epoch->generation;
		FAULT_TRY(log_read_author(r->log, &own->author, p.first_seq, prove_entry, &p));
	}
	p.receipt = NULL;
	FAULT_TRY(log_read_author(r->log, &own->author, p.first_seq, prove_entry, &p));
	*out = p.found;
	return fault_none();
}

struct fault replica_receipt_attach(struct replica *r, const struct replica_receipt_proofs *proofs, jalka_Push *push)
{
	for (size_t i = 0; i < proofs->count; i++) {
		struct proof proof;
		FAULT_TRY(load_proof(r, proofs->keys[i], &proof));
		if (!proof.found)
			continue;
		bool is_short = proof.body.len <= sizeof push->proofs[0].body.bytes;
		if (is_short && push->proofs_count < sizeof push->proofs / sizeof push->proofs[0]) {
			jalka_Proof *out = &push->proofs[push->proofs_count++];
			out->body.size = (pb_size_t)proof.body.len;
			memcpy(out->body.bytes, proof.body.data, proof.body.len);
			SESSION_FRAME_SET(out->signature, proof.signature);
			SESSION_FRAME_SET(out->central_epoch, proof.signed_in.bytes);
		} else if (push->receipts_count == 0 && proof.body.len <= sizeof push->receipts[0].body.bytes) {
			jalka_Receipt *out = &push->receipts[push->receipts_count++];
			out->body.size = (pb_size_t)proof.body.len;
			memcpy(out->body.bytes, proof.body.data, proof.body.len);
			SESSION_FRAME_SET(out->signature, proof.signature);
			SESSION_FRAME_SET(out->central_epoch, proof.signed_in.bytes);
		}
	}
	return fault_none();
}

enum { PRUNE_AT_ONCE = 64 };

struct prune {
	const struct replica *r;
	size_t count;
	uint8_t keys[PRUNE_AT_ONCE][KEY_BYTES];
};

/* Safe is what a backup of the epoch in use has: orders of a lost one prove on. */
static bool is_safe(const struct replica *r, struct span value)
{
	struct epoch_id epoch;
	uint64_t greatest = get_u64(value.data + ID_BYTES), mapped;
	memcpy(epoch.bytes, value.data, ID_BYTES);
	return greatest <= r->feed.safe_order && order_map(&r->orders, &epoch, greatest, &r->feed.epoch, &mapped)
		&& mapped == greatest;
}

static bool find_prunable(void *ctx, struct span key, struct span value)
{
	struct prune *prune = ctx;
	if (key.len == KEY_BYTES && value.len >= HEAD_BYTES && is_safe(prune->r, value))
		memcpy(prune->keys[prune->count++], key.data, KEY_BYTES);
	return prune->count < PRUNE_AT_ONCE;
}

struct fault replica_receipt_prune(struct replica *r)
{
	struct prune prune = { .r = r };
	do {
		prune.count = 0;
		FAULT_TRY(log_scan(r->log, "receipt", span_of("", 0), find_prunable, &prune));
		for (size_t i = 0; i < prune.count; i++)
			FAULT_TRY(log_remove(r->log, "receipt", span_of(prune.keys[i], KEY_BYTES)));
	} while (prune.count == PRUNE_AT_ONCE);
	return fault_none();
}
