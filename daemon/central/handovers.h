/* handovers - the central node's part in cases that change hands (domain/handover.h).
 *
 * Hears of every handover that comes in; after the commit it reads what was said of it
 * and by whom, lends the cases to the receiver, takes them back when it was rejected,
 * and puts it in effect when it is accepted and the client told. What cannot take
 * effect yet (the case is closed, somebody else is its own worker, the receiver is not
 * licensed) waits, and is looked at again when assignments, matters or staff change;
 * meanwhile the old worker answers for the case.
 *
 * Owns  its state; log, book and hub are the caller's.
 */
#ifndef JALKA_CENTRAL_HANDOVERS_H
#define JALKA_CENTRAL_HANDOVERS_H

#include "central/hub.h"
#include "store/casebook.h"

struct handovers;

struct fault handovers_open(struct log *log, struct casebook *book, struct handovers **out);
void handovers_close(struct handovers *handovers); /* NULL is allowed */

/* Inside the hub's transaction: what waits lasts over a crash. */
struct fault handovers_touched(struct handovers *handovers, struct record_id record_id, const struct log_entry *entry);
/* Outside of one: does what is due. */
struct fault handovers_step(struct handovers *handovers, struct hub *hub, struct hub_time now);

#endif
