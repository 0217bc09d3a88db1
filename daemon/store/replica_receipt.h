/* replica_receipt - central's verdicts on own work, verified, kept and applied.
 *
 * Inside the replica only; within the caller's transaction. FAULT_PEER: the
 * signature is not central's over this device's chain, or the body is malformed.
 */
#ifndef JALKA_STORE_REPLICA_RECEIPT_H
#define JALKA_STORE_REPLICA_RECEIPT_H

#include "store/replica_state.h"

/* A receipt for a push of `pushed` (or of the epoch its body names). What it
 * brought on is told in r->told. */
struct fault replica_receipt_apply(struct replica *r, struct span body, struct span signature,
				   const struct epoch_id *pushed);

/* A decision about one own delta that waited (P6). */
struct fault replica_receipt_decide(struct replica *r, struct span body, struct span signature);

/* A receipt kept for (epoch, seq >= from): the lowest seq it vouches for. To a
 * restored central it proves old orders. *out borrows `value` of the replica. */
struct replica_receipt_kept {
	struct epoch_id central_epoch;
	uint64_t seq, first_seq;
	struct span body, signature;
};
struct fault replica_receipt_find(struct replica *r, const struct epoch_id *epoch, uint64_t from, bool *found,
				  struct replica_receipt_kept *out);

/* Safe order has risen: receipts that are of no more use go. */
struct fault replica_receipt_prune(struct replica *r);

/* Sets up to where an own epoch has receipts, h included. */
struct fault replica_receipt_reach(struct replica *r, struct log_author *own, uint64_t seq);

#endif
