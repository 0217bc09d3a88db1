/* gate_parts - what the files of the gate share; callers see api/gate.h.
 *
 * gate.c: who asks, and the check before a handler   gate_case.c: what is known of a case
 * gate_trace.c: the access log
 */
#ifndef JALKA_API_GATE_PARTS_H
#define JALKA_API_GATE_PARTS_H

#include "api/gate.h"

/* Remembered for the length of the request; none: a case that is being opened. */
struct gate_case *gate_case_of(struct gate *gate, struct case_id id);
/* Roles, conditions and glass for a thing of this class in this case. `own`: what it is
 * is the caller's own (its author, its holder). */
struct access_moment gate_moment(struct gate *gate, struct gate_case *in, enum access_class class, bool own);
/* Whether a device is, or was, in this person's hands: what was written there is theirs. */
bool gate_is_mine(struct gate *gate, struct node_id node);
bool gate_is_special(struct gate *gate, struct gate_case *in);

#endif
