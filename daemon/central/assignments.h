/* assignments - which cases there are, who may hold them, and since which order.
 *
 * A projection of central's own deltas, kept in memory: the feed asks it "what
 * is in this holder's scope now" without touching the log. Reasons (assignment
 * records) make grants by core/grant (P5); what begins and ends a grant stands
 * in the holder's list of events, in rising order, because the feed tells each
 * of them at its order (P2).
 *
 * Owns  everything in it; pointers stay good until assignments_deinit.
 *
 * A1  A holder's events and the reasons of a tie rise by order.
 * A2  A holder's `news.last_order` is no less than the last order of any case in its scope.
 */
#ifndef JALKA_CENTRAL_ASSIGNMENTS_H
#define JALKA_CENTRAL_ASSIGNMENTS_H

#include "base/fault.h"
#include "central/idmap.h"
#include "core/delta.h"
#include "core/grant.h"

struct assignments_tie;

/* How far there is something to tell, and to whom: what an author wrote itself
 * is no news to it. */
struct assignments_news {
	uint64_t last_order;
	struct epoch_id last_epoch; /* its author's; none: nobody's, or not known */
	uint64_t last_other;        /* the greatest order of anybody else's */
};

struct assignments_case {
	struct case_id id; /* first: its key */
	enum delta_case_kind kind;
	struct case_id client_case;
	struct node_id opened_by;
	struct delta_secret secret;
	bool has_secret;
	bool open;          /* an opening delta of it is accepted */
	bool waits;         /* an opening delta of it is quarantined or rejected */
	bool erased;
	uint64_t opened_chunk; /* the hub's count of the chunk that opened it; 0: none since it started */
	struct assignments_news news;
	struct assignments_tie *ties;
};

struct assignments_reason {
	struct record_id assignment;
	uint32_t role;
	uint64_t to_ms; /* its planned end, by the wall clock; 0: none */
};

/* One case and one holder, as long as there ever was a reason. */
struct assignments_tie {
	struct assignments_case *info;
	struct assignments_holder *holder;
	struct assignments_tie *next; /* of the same case */
	struct grant_reason *spans;   /* A1 */
	struct assignments_reason *reasons; /* one for each span */
	size_t reason_count;
	struct grant *grants;
	size_t grant_count;
};

enum assignments_change { ASSIGNMENTS_BEGUN, ASSIGNMENTS_ENDED, ASSIGNMENTS_ERASED };

struct assignments_event {
	uint64_t order;
	uint64_t g; /* the grant's name; ERASED: 0 */
	struct record_id record; /* ERASED: the record, or none for the whole case */
	enum assignments_change change;
	struct assignments_tie *tie;
};

struct assignments_holder {
	struct record_id id; /* first: its key. The staff member's record */
	struct assignments_event *events; /* A1 */
	size_t event_count, event_room;
	struct assignments_news news;
	void *links; /* the hub's: connected devices of this holder */
};

struct assignments {
	struct idmap cases, holders;
};

void assignments_init(struct assignments *all, const uint8_t key[static IDMAP_KEY_BYTES]);
void assignments_deinit(struct assignments *all);

/* NULL: not known. */
struct assignments_case *assignments_case_get(const struct assignments *all, const struct case_id *id);
/* The same, made when it is missing; NULL: out of memory. */
struct assignments_case *assignments_case_need(struct assignments *all, const struct case_id *id);
/* Its opening delta, of this node, is accepted; it is made when it is missing. NULL: out of memory. */
struct assignments_case *assignments_case_open(struct assignments *all, const struct case_id *id,
					       const struct delta_opening *opening, const struct node_id *opened_by);
struct assignments_holder *assignments_holder_get(const struct assignments *all, const struct record_id *id);
struct assignments_holder *assignments_holder_need(struct assignments *all, const struct record_id *id);

/* A delta of the case got this order: its holders' news follow. `epoch`: its
 * author's, or NULL where it is not known. */
void assignments_touched(struct assignments_case *info, uint64_t order, const struct epoch_id *epoch);
/* The last order that is news to an author in this epoch (NULL: to anybody). */
uint64_t assignments_news_to(const struct assignments_news *news, const struct epoch_id *epoch);

/* A reason begins at `order`, which is above every order so far. */
struct fault assignments_begin(struct assignments *all, struct assignments_case *info, struct assignments_holder *holder,
			       const struct assignments_reason *reason, uint64_t order);
/* The same from the log's memory of reasons, in any order; `ended` 0: lasts.
 * After the last one assignments_loaded puts everything in order. */
struct fault assignments_load(struct assignments *all, struct assignments_case *info, struct assignments_holder *holder,
			      const struct assignments_reason *reason, uint64_t began, uint64_t ended);
struct fault assignments_loaded(struct assignments *all);
/* Events in order again, after erasures were loaded behind the rest. */
void assignments_sort(struct assignments *all);

/* The reason of this assignment record ends. Ended already: nothing changes. */
struct fault assignments_end(struct assignments_tie *tie, size_t reason, uint64_t order);

/* A record, or (none) the whole case, was erased at `order`: told to whoever ever held it, for a device
 * that was away may have the bytes still. */
struct fault assignments_erased(struct assignments_case *info, const struct record_id *record, uint64_t order);

struct assignments_tie *assignments_tie_get(const struct assignments_case *info, const struct assignments_holder *holder);
/* The grant that lasts, or NULL. */
const struct grant *assignments_lasting(const struct assignments_tie *tie);
bool assignments_holds(const struct assignments_case *info, const struct assignments_holder *holder);

/* Index of the first event with order > `after`. */
size_t assignments_after(const struct assignments_holder *holder, uint64_t after);
/* The lasting grant of smallest g > `after`, or NULL: the next backlog. */
const struct assignments_event *assignments_next_grant(const struct assignments_holder *holder, uint64_t after);

#endif
