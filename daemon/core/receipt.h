/* receipt - central's signed word on what became of an author's deltas.
 *
 * Body: ReceiptBody of proto/session.proto. Signature: the identity's Ed25519
 * over "jalka-receipt-1" | central identity | central epoch | author node |
 * author epoch | h at seq | body (P10). A receipt is kept as the bytes it came
 * in: to a restored central it proves old orders and stamps.
 *
 * RC1  Runs ascend, do not overlap, and none is above seq.
 */
#ifndef JALKA_CORE_RECEIPT_H
#define JALKA_CORE_RECEIPT_H

#include "base/fault.h"
#include "base/limits.h"
#include "base/wire.h"
#include "core/delta.h"

enum {
	RECEIPT_RUNS_MAX = LIMIT_CHUNK_DELTAS,
	RECEIPT_BODY_BYTES_MAX = 8192,
	RECEIPT_DECISION_BYTES_MAX = 160, /* a body about one seq */
};

struct receipt_run {
	uint64_t first_seq;
	uint32_t count;
	uint64_t first_order; /* ACCEPTED: orders rise by one; 0: not accepted */
	uint32_t reason;      /* jalka_Reason, when not accepted */
	bool rejected;        /* not accepted, by decision */
};

struct receipt_replaced {
	uint64_t seq;
	uint64_t stamp_ms;
};

/* About 48 KiB: the host's, not the stack's. */
struct receipt {
	uint64_t seq;            /* head it vouches for */
	uint64_t time_ms;        /* 0: not said */
	struct epoch_id epoch;   /* none: the author epoch being pushed */
	size_t run_count;
	size_t replaced_count;
	struct receipt_run runs[RECEIPT_RUNS_MAX];
	struct receipt_replaced replaced[RECEIPT_RUNS_MAX];
};

void receipt_begin(struct receipt *receipt, uint64_t seq, uint64_t time_ms);

/* Adds the verdict on the next seq, joining it to the last run when it goes on
 * (same reason, order one more, seq one more). `stamp_ms` != 0: was replaced.
 * False: full. */
bool receipt_add(struct receipt *receipt, uint64_t seq, uint64_t order, uint32_t reason, bool rejected,
		 uint64_t stamp_ms);

/* FAULT_LIMIT: longer than `out`; give a receipt for fewer. */
struct fault receipt_write(const struct receipt *receipt, struct wire_out *out);
/* FAULT_PEER: malformed or against RC1. */
struct fault receipt_read(struct span body, struct receipt *out);

/* The run that speaks of `seq`, or NULL. */
const struct receipt_run *receipt_run_of(const struct receipt *receipt, uint64_t seq);
/* The stamp that stands for the author's, or 0. */
uint64_t receipt_stamp_of(const struct receipt *receipt, uint64_t seq);

struct fault receipt_sign(const struct delta_identity *central, const struct epoch_id *central_epoch,
			  const struct author *author, const struct delta_hash *h, struct span body,
			  const uint8_t identity_secret[static DELTA_SIGN_SECRET_BYTES],
			  struct delta_signature *out);
bool receipt_verify(const struct delta_identity *central, const struct epoch_id *central_epoch,
		    const struct author *author, const struct delta_hash *h, struct span body,
		    struct span signature);

#endif
