/* handover - how a case changes hands, from what was written of it and by whom.
 *
 *   own worker   proposes: who, which cases, why; the open deadlines stand in it
 *   central      lends the cases to the receiver for some days (assignment reason HANDOVER)
 *   receiver     accepts, or rejects
 *   own worker   tells the client who takes over; may take the proposal back before it is accepted
 *   central      accepted and told: it takes effect, as central's own delta, and the
 *                assignments follow in the same transaction
 *
 * The old worker answers for the cases until it is in effect. What is written by
 * somebody whose step it is not counts for nothing here (V1), whatever the record shows.
 *
 * Pure. Take the record's deltas in the order central gave them; then ask what is due.
 *
 * V1  Proposed and told by the one who hands over, accepted by the receiver, rejected
 *     by either, in effect by the central node.
 * V2  What was proposed stands as in the first delta: nobody is put in the receiver's
 *     place, and no case added, after somebody said yes.
 */
#ifndef JALKA_DOMAIN_HANDOVER_H
#define JALKA_DOMAIN_HANDOVER_H

#include <stddef.h>

#include "base/id.h"
#include "base/span.h"

enum { HANDOVER_CASES_MAX = 32, HANDOVER_LENT_DAYS = 14 };

struct handover {
	struct record_id from, to;       /* staff records */
	struct case_id cases[HANDOVER_CASES_MAX];
	size_t case_count;
	bool is_begun;                   /* a first delta was taken */
	bool is_proposed;                /* and it holds (V1) */
	bool is_told, is_accepted, is_rejected, is_in_effect;
};

enum handover_due {
	HANDOVER_NOTHING,       /* it is over, or never was a proposal */
	HANDOVER_LEND,          /* the receiver is to see the cases: somebody has yet to act */
	HANDOVER_TAKE_BACK,     /* rejected: what was lent goes */
	HANDOVER_TAKE_EFFECT,
};

/* One delta of the record: its fields and who wrote it (none: the central node). */
void handover_take(struct handover *handover, struct record_id who, struct span fields);
enum handover_due handover_due(const struct handover *handover);

/* What stands in the way of it, the first that applies; the old worker answers for the
 * case meanwhile, and it goes on by itself once the cause is gone. */
enum handover_block {
	HANDOVER_FREE,
	HANDOVER_NO_CASE,       /* erased, or not known */
	HANDOVER_CASE_CLOSED,
	HANDOVER_NOT_OWN,       /* who hands over is not its own worker: assigned otherwise meanwhile */
	HANDOVER_NO_RECEIVER,   /* nobody of the directory */
	HANDOVER_NOT_LICENSED,  /* special support needs a licensed receiver (SHL 42 §) */
	HANDOVER_NO_DEVICE,     /* the receiver has no device in use to work on */
	HANDOVER_LENT_OVER,     /* not accepted in the days it was lent for: the receiver sees it no more */
};
/* One case of it, and the receiver. What a node cannot know it takes to be in order. */
struct handover_case {
	bool is_there, is_closed, is_special, is_own, is_seen;
};
struct handover_receiver {
	bool is_staff, is_licensed, has_device;
};
enum handover_block handover_blocked(const struct handover_case *one, const struct handover_receiver *to);
const char *handover_block_name(enum handover_block block);   /* "CASE_CLOSED"; "" when free */
const char *handover_block_why(enum handover_block block);    /* "the case is closed" */
const char *handover_block_advice(enum handover_block block); /* what somebody can do */

/* Of a handover's record as it is shown: whom it waits for, as a word for programs
 * ("RECEIVER", "CLIENT_TOLD", "CENTRAL", "" when it is over). */
const char *handover_waits_for(struct span fields);
const char *handover_waits(const struct handover *handover); /* the same of what was said of it */
bool handover_is_live(struct span fields);

/* The cases of a handover's record: begin with `rest` as the whole message. */
bool handover_next_case(struct span *rest, struct case_id *out);
bool handover_has_case(struct span fields, struct case_id case_id);

#endif
