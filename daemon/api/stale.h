/* stale - drafts that nobody signs, told to the administrator (D18).
 *
 * A draft never leaves its device. Of one that was begun more than three working days
 * ago the holder's access log says so: which record of which case, of what type, begun
 * when; nothing of what is written in it. Another entry follows once it is signed or
 * discarded. `jalka admin drafts` at the central node lists those between the two.
 *
 * E1  Each draft is told of once; which ones were is kept among the log's named values.
 *     A machine that fails between the two tells it twice, which the list does not show.
 */
#ifndef JALKA_API_STALE_H
#define JALKA_API_STALE_H

#include "api/profile.h"

/* Looks at all drafts. Asked wherever a worker looks at what is due, syncs, signs or
 * discards; of a machine that is never enrolled or is revoked nothing is told. */
struct fault stale_look(struct profile *profile);

#endif
