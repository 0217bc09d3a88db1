/* replica_rescue - own work sealed to the organiser's recovery key, in step with the log.
 *
 * Inside the replica only. A commit is followed by what it added, sealed and durable,
 * before it is confirmed; what is there already when the key becomes known, or could not
 * be sealed then, is caught up with at the next occasion: whatever of the own chains lies
 * above what the file has is missing, and nothing else is remembered.
 *
 * RR1  A confirmed write is in the file, or status tells that it is not (rescue_trouble).
 * RR2  A record leaves the file only when the organiser surely has it (as store/replica_kept.h
 *      means it), when it was erased, or when this device was revoked and has erased itself.
 *      Only a full file lets go what is accepted and in no backup yet.
 * RR3  No name is given to other work than the file has under it: where the file goes further
 *      than the own epoch the store was put back, and a new epoch begins.
 */
#ifndef JALKA_STORE_REPLICA_RESCUE_H
#define JALKA_STORE_REPLICA_RESCUE_H

#include "store/replica_state.h"

/* After a commit: what it added. A fault is told by status, for what is written is written. */
void replica_rescue_keep(struct replica *r);
/* The same after a message of central's: when rescue_trim_due and nothing is missing, what is
 * safe by now leaves the file, once that is worth writing it anew. */
void replica_rescue_follow(struct replica *r);
/* An entry whose name leaves the log within this transaction: table "cut". Issued again
 * under another, its record may go once that one is sealed; else when it is erased. */
struct fault replica_rescue_cut(struct replica *r, const struct log_entry *entry, bool is_issued_again);
/* What is erased is kept nowhere. `record_id` none: of the whole case; `id` none too: everything. */
struct fault replica_rescue_erase(struct replica *r, struct case_id id, struct record_id record_id);
void replica_rescue_close(struct replica *r);
/* Own deltas that are to be in the file and are not. */
uint64_t replica_rescue_missing(struct replica *r);
/* Why the file could not be written; "": it could. */
const char *replica_rescue_trouble(const struct replica *r);

#endif
