/* replica_scope - which cases this device may hold: grants begun, ended, forgotten.
 *
 * Inside the replica only; within the caller's transaction. Rules P2, P5 and P6.
 */
#ifndef JALKA_STORE_REPLICA_SCOPE_H
#define JALKA_STORE_REPLICA_SCOPE_H

#include "store/replica_state.h"

/* Central began grant g of this case: its backlog starts from nothing, whatever
 * is still here (P2). */
struct fault replica_scope_begun(struct replica *r, struct case_id id, struct order g);

/* A Forget that names g. Older than the grant held: void for the data, only
 * acknowledged. Otherwise the case takes no more writes and is erased once own
 * work in it is receipted. */
struct fault replica_scope_ended(struct replica *r, struct case_id id, struct order g, uint64_t at);

/* Central answered Held with a grant of its own epoch: it replaces the name, the
 * backlog stays as far as it is here. */
struct fault replica_scope_renamed(struct replica *r, struct case_id id, struct order g);

/* Erases what is to be forgotten and has nothing unreceipted any more. */
struct fault replica_scope_settle(struct replica *r);

/* Central erased a record, or a whole case when record_id is none. */
struct fault replica_scope_erase(struct replica *r, struct case_id id, struct record_id record_id);

/* Revoked: everything goes once own work is receipted. r->told.erased says so. */
struct fault replica_scope_erase_all(struct replica *r);

/* What a local write in this case has seen (P2, P9). FAULT_CALLER: the case may
 * not be written. */
struct fault replica_scope_base(struct replica *r, struct case_id id, struct order_bases *out);

/* Whether the case is held: its opening is here, it is not being forgotten. */
struct fault replica_scope_holds(struct replica *r, struct case_id id, bool *out);

/* Own work without receipt, in one case or (none) at all. */
struct fault replica_scope_unreceipted(struct replica *r, struct case_id id, bool *out);

#endif
