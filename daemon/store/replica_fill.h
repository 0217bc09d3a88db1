/* replica_fill - what this device sends: Hello, and the parts of a transport frame.
 *
 * Inside the replica only. Reads the log, changes nothing in it. Rows are put
 * into the session scratch; the event for the session machine is filled.
 */
#ifndef JALKA_STORE_REPLICA_FILL_H
#define JALKA_STORE_REPLICA_FILL_H

#include "store/replica_state.h"

/* `push_bytes`: most raw bytes of a push, 0: none. */
struct fault replica_fill_hello(struct replica *r, size_t push_bytes, struct session_device_event *event);

/* Of `parts` what there is. */
struct fault replica_fill_frame(struct replica *r, unsigned parts, struct session_device_event *event);

/* ---- for what is carried by hand: parts that a session sends one at a time ---- */

/* The next chunk of an own epoch, from what `from` counts as receipted, which goes on to its end. */
struct fault replica_fill_chunk(struct replica *r, struct log_author *from, jalka_Push *out, bool *has, struct span *rows);
/* P7: the salt, or the digest of what has been erased here. */
struct fault replica_fill_salt(struct replica *r, const struct author *author, uint64_t seq, jalka_SaltOf *out);
/* Those not sent yet; false: none. */
bool replica_fill_forgotten(struct replica *r, jalka_Frame *out);
/* The rows are the event's. */
struct fault replica_fill_offer(struct replica *r, jalka_Offer *out, bool *has, struct session_device_event *event);
void replica_fill_held(struct replica *r, jalka_Frame *out, struct session_device_event *event);

#endif
