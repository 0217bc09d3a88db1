/* sweep - what was being typed about a case that is held no more, or a record that was
 * erased, leaves nothing here. Asked whenever the cases held, or what is read, changed. */
#ifndef JALKA_API_SWEEP_H
#define JALKA_API_SWEEP_H

#include "api/profile.h"

struct fault sweep_drafts(struct profile *profile);
struct fault sweep_unfinished(struct profile *profile);

#endif
