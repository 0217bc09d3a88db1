/* handovers - the central node's part in cases that change hands (domain/handover.h).
 *
 * Hears of every handover that comes in; after the commit it reads what was said of it
 * and by whom, lends the cases to the receiver, takes them back when it was rejected,
 * and puts it in effect when it is accepted and the client told. What cannot take
 * effect yet (the case is closed, somebody else is its own worker, the receiver is not
 * licensed or has no device) waits, and is looked at again when assignments, matters, staff
 * or devices change; meanwhile the old worker answers for the case, and the administrator
 * sees what it waits for (handovers_list).
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

/* Those that are not over, after handovers_step; false from fn stops. */
struct handovers_one {
	const struct hub_handover *handover;
	const struct handover *said;
	enum handover_block block;
};
typedef bool handovers_fn(void *ctx, const struct handovers_one *one);
struct fault handovers_list(struct handovers *handovers, struct hub *hub, handovers_fn *fn, void *ctx);
/* Those that are over, in effect or rejected, since that moment; the newest first. */
struct fault handovers_over(struct handovers *handovers, struct hub *hub, uint64_t since_ms, handovers_fn *fn, void *ctx);

#endif
