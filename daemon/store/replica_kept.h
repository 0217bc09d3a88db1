/* replica_kept - own work in a case that had to be forgotten, sealed so that this
 * device cannot read it, until the organisation surely has it (P6).
 *
 * Inside the replica only; within the caller's transaction. A Forget erases a
 * case once own work in it is receipted; but central may be put back to before
 * the receipt, or a person may still have to decide. Until a verified backup
 * passes its order, or it is rejected, such a delta stays here as a one-way
 * Noise message (pattern X) to central's static key: 16 bytes of salt | delta,
 * the prologue "jalka-kept-1" | identity | node | epoch | seq u64. When it is
 * pushed again it travels beside its digest.
 *
 * A restored central may give its name to a twin's bytes. Under a new one this
 * device cannot issue it: the salt goes with the name, and the text is out of
 * reach. So it is adrift: it is offered to central, sealed and by its old name,
 * for a person to decide, after the fork and after every further restore. What
 * became of it this device is not told; it goes with its record or case (KE1).
 *
 * KE1  Nothing of an erased record or case, and nothing of a revoked device, is kept.
 * KE2  What is kept can be opened with central's static key alone.
 */
#ifndef JALKA_STORE_REPLICA_KEPT_H
#define JALKA_STORE_REPLICA_KEPT_H

#include "store/replica_state.h"

/* Seals what has to be kept of a case that is about to be removed. */
struct fault replica_kept_seal(struct replica *r, struct case_id id);

/* The sealed message kept under a name into `block` of ROWS_SEALED_BYTES_MAX, and the
 * delta's digest; *out {NULL, 0}: none. */
struct fault replica_kept_get(struct replica *r, const struct epoch_id *epoch, uint64_t seq,
			      struct delta_hash *digest, uint8_t *block, struct span *out);

/* The old names of what is adrift: they stand on no own chain. */
typedef bool replica_kept_fn(void *ctx, const struct author *author, uint64_t seq);
struct fault replica_kept_adrift(struct replica *r, replica_kept_fn *fn, void *ctx);

/* Whether the organiser surely has it: accepted and in a verified backup, or rejected. */
bool replica_kept_is_safe(const struct replica *r, const struct log_entry *entry);

/* Drops what is safe or rejected by now. */
struct fault replica_kept_prune(struct replica *r);

/* KE1. `record_id` none: of the whole case; `id` none too: everything. */
struct fault replica_kept_erase(struct replica *r, struct case_id id, struct record_id record_id);

/* The prologue both ends use. */
enum { REPLICA_KEPT_PROLOGUE_BYTES = 12 + DELTA_IDENTITY_BYTES + 2 * ID_BYTES + 8 };

#endif
