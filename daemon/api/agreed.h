/* agreed - what a plan agrees on, as agreed actions that are written with it.
 *
 * A plan that is signed opens an agreed_action of each of its actions that is to be
 * done: with an owner, a day, and the plan as `from`, so that it stands on the agenda
 * and on the list of agreed actions. Of a plan that replaces another one:
 *
 *   what is open of the old one and stands in the new one too    CARRIED_OVER, and opened of the new one
 *   what is open of the old one and does not                     CANCELLED
 *   what is done already, and has no other day in the new one    stays done, and is not opened again
 *
 * Actions are the same when their words are. A plan the client declined opens none.
 */
#ifndef JALKA_API_AGREED_H
#define JALKA_API_AGREED_H

#include "api/writing.h"

/* The writes that go with this one, a plan that is being signed; its id is drawn when
 * it has none. `writes` has room for WRITING_EXTRA_MAX; LIMIT when they are more. What
 * they hold lasts until writing_end. */
struct fault agreed_make(struct writing *w, struct replica_write writes[static WRITING_EXTRA_MAX], size_t *count);

#endif
