/* replica_bundle - what is carried by hand from this device and to it (core/bundle.h).
 *
 * A bundle holds what a session would tell: Hello, own work without receipt, what was
 * forgotten and, after central was put back, offers and Held. Its answer is applied as
 * a session's messages are, each in a transaction; between them the device is at work.
 *
 * An answer may come late, twice, out of order, or after a session that knew more:
 *
 * RB1  Receipts hold whenever they come, in the central epoch they were signed in.
 * RB2  The feed is one: of an answer's parts those count that begin at or below the
 *      place reached here, from that place on. What is missing between them waits for
 *      another answer. A backlog counts only while nothing newer is known here than
 *      the answer knows: a record in it may have been erased since.
 * RB3  What central says of this device (revoked, suspended, where its chain stands)
 *      counts when it is not older than its newest such word.
 * RB4  Own deltas that an answer leaves out must be here; else nothing of its feed counts.
 *
 * An open link is closed first: the place reached must not move under it. It comes
 * back by itself.
 */
#ifndef JALKA_STORE_REPLICA_BUNDLE_H
#define JALKA_STORE_REPLICA_BUNDLE_H

#include "core/bundle.h"
#include "store/replica.h"

enum { REPLICA_BUNDLE_STEP_MESSAGES = 4 };

struct replica_bundle_written {
	uint64_t deltas;         /* own ones in it */
	uint64_t left;           /* that did not fit */
	uint64_t bytes;
	uint64_t key_made_ms;    /* of the key it is sealed to, central's clock */
};

/* False from `put`: there is no more room. FAULT_LATER: there is no key to seal to yet. */
typedef bool replica_bundle_put(void *ctx, struct span piece);
struct fault replica_bundle_write(struct replica *replica, struct replica_time now, replica_bundle_put *put, void *ctx,
				  struct replica_bundle_written *out);

struct replica_bundle; /* an answer being read */

struct replica_bundle_report {
	uint64_t written_ms;      /* by central's clock */
	bool asked;               /* it answers a bundle of this device */
	size_t messages, done;
	uint64_t deltas;          /* of the feed, in it */
	uint64_t fresh;           /* deltas that are new here */
	uint64_t waiting;         /* of those in it: what comes before them has not come, or RB4 */
	uint64_t receipts;        /* own deltas that got one */
	bool is_old;              /* RB3: central has been heard of since */
	bool is_lost;             /* of a central epoch that has been left since: nothing of it counts */
	bool lacks_own;           /* RB4 */
	bool more;                /* central had more than it holds */
	const char *problem;      /* literal: why the rest of it was left; NULL */
};

/* `file` stays borrowed until replica_bundle_close; changes nothing. FAULT_CALLER and
 * FAULT_PEER say what is wrong with it. */
struct fault replica_bundle_open(struct replica *replica, struct span file, struct replica_bundle **out);
/* Applies the next messages, durably. *done: all are, or `problem` says why not. */
struct fault replica_bundle_step(struct replica_bundle *bundle, struct replica_time now, bool *done);
void replica_bundle_report(const struct replica_bundle *bundle, struct replica_bundle_report *out);
void replica_bundle_close(struct replica_bundle *bundle); /* NULL is allowed */

#endif
