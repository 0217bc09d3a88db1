/* replica_lost - what this log has from a central epoch that is lost.
 *
 * Inside the replica only; within the caller's transaction.
 *
 * An entry is lost while central of the epoch in use tells no order of it. Who
 * holds it offers it back (P9), and it may come again under another name: issued
 * by central on a device's word, or by its author in a new epoch. Then the name it
 * had is nobody's any more.
 */
#ifndef JALKA_STORE_REPLICA_LOST_H
#define JALKA_STORE_REPLICA_LOST_H

#include "store/replica_state.h"

/* Above what was inherited, without an order of the epoch in use. */
bool replica_lost_is(const struct replica *r, const struct log_entry *entry);

/* Not of an own chain: what stands there is pushed, signed, not offered. */
bool replica_lost_is_foreign(struct replica *r, const struct log_entry *entry);

/* Central tells these bytes, under whatever name: the same bytes under a lost name go. */
struct fault replica_lost_told(struct replica *r, struct record_id record_id, const struct author *author,
			       uint64_t seq, struct span bytes);

/* What a decision names, among what is lost of a case: by its name, or by its content
 * in place of the author's epoch, where that name is other bytes' by now. */
struct fault replica_lost_find(struct replica *r, struct case_id case_id, const struct author *named, uint64_t named_seq,
			       struct author *author, uint64_t *seq, bool *found);

#endif
