/* replica_health - when a device tells central how it fares, and what.
 *
 * The host gives the figures (replica_host.health), the replica adds its own. Health is a
 * part of a frame beside others, and in the first frame of a session it mostly fits what
 * padding there is: no round trip, and on most days no byte.
 *
 * V1  It is told when it was never told by this version or in this central epoch, and a day after the last time.
 * V2  At once: the disk became nearly full or was freed; work has lain unsent for an hour; a
 *     count rose that is not the network's.
 * V3  An hour after the last time: anything else that changed by more than a little.
 * V4  It counts as told once central has answered. When that is lost it is told again.
 * V5  No push goes in its frame, but in the next one, at once: where the way breaks before a chunk
 *     is through, central knows of the work that does not come.
 */
#ifndef JALKA_STORE_REPLICA_HEALTH_H
#define JALKA_STORE_REPLICA_HEALTH_H

#include "store/replica_state.h"

/* Into the frame when it is due now; false: it is not. */
bool replica_health_fill(struct replica *r, jalka_Frame *out);
/* Central answered: what was sent is durable as told, and what was counted too, inside the transaction. */
struct fault replica_health_confirm(struct replica *r);
/* A new device, or a restored central: it may know nothing of it; inside the transaction. */
struct fault replica_health_forget(struct replica *r);
/* What was told last, at opening and after a rollback. */
struct fault replica_health_load(struct replica *r);

#endif
