/* hub_bundle - what is carried by hand to and from the central node (core/bundle.h).
 *
 * A device's bundle is taken as its session would be: the same verification,
 * quarantine and receipts; what it says it has heard counts for P3. It is read in
 * steps, each one commit, so that links are served between them. The answer says
 * what became of it and goes on with the feed from where the device stood.
 *
 * A bundle may come late, twice, out of order, or after a session that knew more:
 * deltas are known by author, epoch, seq and h; what was heard only rises.
 *
 * HB1  hub_bundle_open changes nothing; a bundle it refuses has changed nothing.
 * HB2  An answer holds what is durable (H1), and of the feed what H3 allows.
 *
 * The hub must live as long as the bundle.
 */
#ifndef JALKA_CENTRAL_HUB_BUNDLE_H
#define JALKA_CENTRAL_HUB_BUNDLE_H

#include "central/hub.h"
#include "core/bundle.h"

enum { HUB_BUNDLE_STEP_MESSAGES = 16 };

struct hub_bundle;

struct hub_bundle_report {
	struct node_id node;      /* whose, or for whom */
	struct record_id holder;
	enum hub_device_state state;
	uint8_t name[BUNDLE_NAME_BYTES]; /* of the device's bundle; zeros: nobody asked */
	uint64_t written_ms;      /* by the device's clock; 0: nobody asked */
	size_t messages, done;    /* of the device's bundle: in it, read so far */
	uint64_t deltas;          /* own deltas in it; of them: */
	uint64_t known;           /* here before */
	uint64_t accepted, quarantined; /* new */
	uint64_t waiting;         /* not taken: the answer tells the device why */
	bool parted;              /* its chain does not go on from what is held here */
	bool is_old;              /* the device was heard to have more of the feed since */
	bool more;                /* the device had more than the bundle holds */
	const char *problem;      /* literal: why the rest of it was left; NULL */
	bool is_answerable;       /* it said how far the device is */
	/* the answer, once made */
	uint64_t answer_bytes, answer_deltas, from_order, to_order;
	bool answer_more;         /* there is more to tell than it holds */
};

/* A device's bundle; `file` stays borrowed until hub_bundle_close. FAULT_CALLER and
 * FAULT_PEER say what is wrong with it. */
struct fault hub_bundle_open(struct hub *hub, struct span file, struct hub_time now, struct hub_bundle **out);
/* Takes the next messages, durably. *done: all are taken, or `problem` says why not. */
struct fault hub_bundle_step(struct hub_bundle *bundle, struct hub_time now, bool *done);

/* For a device that has not asked: the feed goes on from what it was heard to have. */
struct fault hub_bundle_for(struct hub *hub, struct node_id node, struct hub_time now, struct hub_bundle **out);

/* Once done: the file in pieces. False from `put`: there is no more room. */
typedef bool hub_bundle_put(void *ctx, struct span piece);
struct fault hub_bundle_answer(struct hub_bundle *bundle, struct hub_time now, hub_bundle_put *put, void *ctx);

/* Since when the bundle key in use is; 0: none yet. Wall clock. */
uint64_t hub_bundle_key_since_ms(const struct hub *hub);

void hub_bundle_report(const struct hub_bundle *bundle, struct hub_bundle_report *out);
void hub_bundle_close(struct hub_bundle *bundle); /* NULL is allowed */

#endif
