/* disclosure - what of a plan or session may go to whom, and whether it may go now.
 *
 *   PREPARED -> CHECKED -> QUEUED -> SENT -> RECEIPTED
 *                  \-> BLOCKED <-/      \-> RECIPIENT_INFORMED_OF_WITHDRAWAL
 *
 * What is sent is the snapshot: texts composed once, in the client's language, of
 * the parts that a table names for each kind of plan and each item of a consent.
 *
 * D1  At each step the basis is asked again: the consent holds at that moment and
 *     covers every item, or a statute is named with the reasons.
 * D2  What has lost its basis before it was sent is BLOCKED, written or not yet.
 * D3  A summary holds nothing that somebody typed: codes and days alone.
 * D4  Never in any part: notes, what was told of others (family is a state, parties
 *     are organisations), addresses, the names of who does a thing in a plan, the
 *     client's own words, texts on health. That something is about health at all
 *     goes only when the consent allows QUADRANT_HEALTH.
 * D5  A withdrawal calls for: blocks of what waits, one task to tell the recipient
 *     of what has gone, one task for each session that rests on it.
 *
 * Pure; looks up by rules_world.
 */
#ifndef JALKA_DOMAIN_DISCLOSURE_H
#define JALKA_DOMAIN_DISCLOSURE_H

#include "domain/consent.h"
#include "domain/labels.h"

/* ---- what goes ---- */

enum disclosure_part {
	DISCLOSURE_KIND = 1 << 0,
	DISCLOSURE_FROM = 1 << 1,
	DISCLOSURE_REVIEW = 1 << 2,
	DISCLOSURE_AGREEMENT = 1 << 3,
	DISCLOSURE_THEMES = 1 << 4,     /* of the goals */
	DISCLOSURE_STEPS = 1 << 5,      /* kind and day of each action */
	DISCLOSURE_GOALS = 1 << 6,      /* in words */
	DISCLOSURE_ACTIONS = 1 << 7,    /* in words, with their days */
	DISCLOSURE_PARTIES = 1 << 8,    /* organisations */
	DISCLOSURE_COMPLETED = 1 << 9,  /* the day the assessment was completed */
	DISCLOSURE_OUTCOME = 1 << 10,
	DISCLOSURE_STATE = 1 << 11,     /* of a quadrant */
	DISCLOSURE_TEXT = 1 << 12,      /* of a quadrant, in words */
	DISCLOSURE_CONTACT = 1 << 13,   /* phone and e-mail */
	DISCLOSURE_AGREED = 1 << 14,    /* a session's agreed actions: what, who, by when */
};
/* The table: RECORDS_PLAN_KIND_*, or 0 for a session; 0: this goes with no such notice. */
uint32_t disclosure_parts(uint64_t plan_kind, uint64_t scope);

struct disclosure_sources {
	enum labels_language language;
	bool with_health;                 /* D4 */
	const struct rules_record *plan, *session, *mapping, *assessment, *client; /* NULL: none */
	const struct rules_record *const *actions; /* of the session */
	size_t action_count;
};
/* The exact text of one item. FAULT_CALLER: nothing of it may or can go; FAULT_LIMIT. */
struct fault disclosure_compose(const struct disclosure_sources *sources, uint64_t scope, struct wire_out *out);
/* The record an item is a snapshot of; NULL: none. */
const struct rules_record *disclosure_source(const struct disclosure_sources *sources, uint64_t scope);

/* ---- whether it goes ---- */

/* D1, of a disclosure's message at a moment. */
struct fault disclosure_may(const struct rules_world *world, struct span fields, uint64_t moment_ms,
			    struct rules_told *told);

/* Whether some item's text is no snapshot of a record: nobody composed it by the table. */
bool disclosure_is_typed(struct span fields);

struct disclosure_held {
	uint32_t state;            /* D2: BLOCKED as soon as it is so */
	bool is_written;           /* false: the state follows from its consent and is not written yet */
	enum consent_hold hold;    /* of its consent now; of a statute HOLDS */
};
struct disclosure_held disclosure_held(const struct rules_world *world, const struct rules_record *disclosure);

/* ---- what a withdrawal calls for ---- */

enum disclosure_call {
	DISCLOSURE_BLOCK,          /* a disclosure that waits */
	DISCLOSURE_TELL,           /* one that has gone: the recipient is to be told */
	DISCLOSURE_SESSION,        /* a session not yet ended */
	DISCLOSURE_TOLD,           /* one that has gone, its recipient told already */
};
struct disclosure_follow {
	enum disclosure_call call;
	const struct rules_record *record;
	struct record_id consent;
};
enum { DISCLOSURE_FOLLOWS_MAX = 64 };
/* Of all records of the client whose case it is; `gone` are taken as withdrawn now
 * though nobody has written so yet. At most DISCLOSURE_FOLLOWS_MAX; how many. */
size_t disclosure_follows(const struct rules_world *world, struct case_id case_id, const struct record_id *gone,
			  size_t gone_count, struct disclosure_follow out[static DISCLOSURE_FOLLOWS_MAX]);
/* The same of one disclosure or session. False: nothing. */
bool disclosure_follow_of(const struct rules_world *world, const struct rules_record *record, struct disclosure_follow *out);
/* The id of the task that a follow opens, the same on every device: one for each
 * consent (its one recipient), one for each session. */
struct record_id disclosure_task(const struct disclosure_follow *follow);

#endif
