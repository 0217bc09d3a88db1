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

/* What has to be told a restored central about the next rows of an own epoch: receipts it
 * gave in older epochs, so that it takes old orders and stamps from its own signatures.
 * They end at `upto`, where none is cut in two. */
enum { REPLICA_RECEIPT_PROOFS_MAX = 4 };
struct replica_receipt_proofs {
	size_t count;
	uint64_t upto;    /* 0: there are none */
	size_t bytes;     /* of their bodies */
	uint8_t keys[REPLICA_RECEIPT_PROOFS_MAX][48];
};
struct fault replica_receipt_proofs(struct replica *r, const struct log_author *own,
				    struct replica_receipt_proofs *out);

/* Whether the rows of a push of these that ends at `upto` have other orders than they tell: one
 * that none tells (the feed told it before the receipt came, or the receipt does not fit), or not
 * one that is told (a central that did not know of it told the row without). */
struct fault replica_receipt_differs(struct replica *r, const struct log_author *own,
				      const struct replica_receipt_proofs *proofs, uint64_t upto, bool *out);

/* Puts them into a push. */
struct fault replica_receipt_attach(struct replica *r, const struct replica_receipt_proofs *proofs, jalka_Push *push);

/* Safe order has risen: receipts that are of no more use go. */
struct fault replica_receipt_prune(struct replica *r);

/* Sets up to where an own epoch has receipts, h included. */
struct fault replica_receipt_reach(struct replica *r, struct log_author *own, uint64_t seq);

#endif
