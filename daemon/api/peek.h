/* peek - a client's case as the central node shows it: that records are there, their
 * dates and states, who the client and the own worker are; and, to one who has broken
 * the glass today, what they say.
 *
 * The book of the central node holds no client's case: records are folded from the log
 * for this one answer. A corrected record reads as it was signed; its corrections stand
 * beside it.
 */
#ifndef JALKA_API_PEEK_H
#define JALKA_API_PEEK_H

#include "api/gate.h"

/* Writes the whole answer. FAULT_CALLER: not for this role. */
struct fault peek_case(struct request *request, const struct log_case *info);

#endif
