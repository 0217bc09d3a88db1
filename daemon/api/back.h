/* back - what `jalkad restore` and `jalkad drill` tell on standard output, as text or as JSON.
 *
 * With a fault: what was found until then, and what to do.
 */
#ifndef JALKA_API_BACK_H
#define JALKA_API_BACK_H

#include "central/drill.h"

/* False: standard output cannot be written. */
bool back_tell_restore(struct fault fault, const struct putback_report *report, bool json);
bool back_tell_drill(struct fault fault, const struct drill_report *report, bool json);

#endif
