/* replica_decided - when a decision changed what a record here says.
 *
 * A rejection takes a delta out of its record's fold, and brings no entry with it:
 * nothing in the log's numbers says that the record reads otherwise now. So each
 * such change is counted, and its number kept beside the log: table "decided",
 * author | seq 8 B -> number 8 B; key "last" has the greatest.
 *
 * A token (replica_token) is the log's last local number and the last number of a
 * change: what has a greater one of either kind came after the read.
 */
#ifndef JALKA_STORE_REPLICA_DECIDED_H
#define JALKA_STORE_REPLICA_DECIDED_H

#include "store/replica_state.h"

/* Inside a transaction: an entry's verdict goes from one to another. Kept when
 * one of them is in the fold and the other is not. */
struct fault replica_decided_note(struct replica *r, const struct author *author, uint64_t seq, enum log_verdict from,
				  enum log_verdict to);

#endif
