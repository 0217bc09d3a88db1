/* author - a node's own chain in its log: one delta made, chained and appended.
 *
 * Device and central node write their own deltas through this. The caller opens
 * and commits the transaction; between the two the state here runs ahead of what
 * is durable, so on a rollback the caller puts back the copy of `struct author_chain`
 * it made before (a plain value).
 *
 * Owns   nothing: struct author_self is the caller's; the secret key is borrowed.
 *
 * AU1  seq and h move on only together with an appended entry.
 * AU2  Bytes appended have passed delta_read's rules (delta_write keeps them).
 */
#ifndef JALKA_STORE_AUTHOR_H
#define JALKA_STORE_AUTHOR_H

#include "core/clock.h"
#include "core/delta.h"
#include "store/log.h"

/* What changes with each delta: copy before a transaction, put back after a rollback. */
struct author_chain {
	struct log_author info; /* author, what it continues, seq, h, receipts */
	struct clock clock;
};

struct author_self {
	struct log *log;
	const struct book *book;            /* may be NULL */
	struct delta_identity central;
	const uint8_t *sign_secret;         /* DELTA_SIGN_SECRET_BYTES */
	struct author_chain chain;
	uint8_t block[LIMIT_DELTA_BYTES];   /* where a delta is written */
};

/* A new epoch of this node with nothing in it, continuing after (epoch, seq, h)
 * when `continues` is not NULL. Puts the author into the log (inside the
 * caller's transaction) and makes it the one in `self->chain.info`. */
struct author_continues {
	struct epoch_id epoch;
	uint64_t seq;
	struct delta_hash h;
};
struct fault author_begin(struct author_self *self, const struct author *author,
			  const uint8_t sign_public[static DELTA_SIGN_PUBLIC_BYTES],
			  const struct author_continues *continues);

/* Takes up an epoch that is in the log. FAULT_STORE: it is not. The clock is the caller's. */
struct fault author_resume(struct author_self *self, const struct author *author);

struct author_change {
	struct case_id case_id;
	struct record_id record_id;
	uint32_t record_type;
	struct span fields;
	const uint32_t *cleared;
	size_t cleared_count;
	struct order_bases base;
	bool opens;
	struct delta_opening opening; /* with opens: secret drawn by the caller */
	struct delta_envelope envelope;
};

/* Where the new entry stands: a device's is LOG_LOCAL without order, central's
 * LOG_ACCEPTED with the order it gives itself. */
struct author_place {
	enum log_verdict verdict;
	struct order order; /* n == 0: none */
};

/* Appends one delta inside the caller's transaction: stamp, bytes, salt, digest,
 * chain, entry, author, case (when it opens one), book. *out's bytes are lent
 * until the next call. FAULT_CALLER: malformed, or the case's secret is not
 * here; FAULT_LIMIT: too long. After a fault the caller rolls back and puts the
 * chain back. */
struct fault author_append(struct author_self *self, const struct author_change *change,
			   const struct author_place *place, uint64_t wall_ms, struct log_entry *out);

/* Appends bytes that are there already (a re-issue after a fork): original bytes
 * and base, new place in this chain. `stamp_ms`: the effective one. */
struct fault author_reissue(struct author_self *self, struct span bytes, uint64_t stamp_ms,
			    const struct author_place *place, struct log_entry *out);

/* The signed head over all of the chain so far. */
void author_head(const struct author_self *self, struct log_head *out);
/* The signed head over a prefix whose h is known. */
void author_head_at(const struct author_self *self, uint64_t seq, const struct delta_hash *h, struct log_head *out);

/* h at a seq of any author in the log, walked from the nearest h known (begin,
 * last receipt) by digests. *found false: the chain here does not reach it. */
struct fault author_h_at(struct log *log, const struct delta_identity *central, const struct author *author,
			 uint64_t seq, struct delta_hash *out, bool *found);

#endif
