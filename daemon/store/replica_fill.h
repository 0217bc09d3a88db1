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

#endif
