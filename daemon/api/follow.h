/* follow - what a lost consent calls for, as writes that go with another one.
 *
 * Disclosures that wait become BLOCKED; for each recipient that was told already,
 * and for each session that rests on it, one task is opened (an agreed_action with
 * an id of its own, so that two devices that do it apart open one). What is done
 * already is not done again, so it may be asked for at any touch of the client.
 */
#ifndef JALKA_API_FOLLOW_H
#define JALKA_API_FOLLOW_H

#include "api/writing.h"
#include "domain/disclosure.h"

enum { FOLLOW_FIELDS_BYTES = 1280 };

struct follow {
	struct disclosure_follow items[DISCLOSURE_FOLLOWS_MAX];
	size_t count;
	struct replica_write *writes;        /* the caller's, WRITING_EXTRA_MAX */
	size_t *write_count;
};

/* Adds the writes; `except` is written by the caller himself (may be none). */
struct fault follow_make(struct follow *follow, struct writing *w, struct case_id case_id, const struct record_id *gone,
			 size_t gone_count, struct record_id except);
/* "blocked", "gone", "sessions", "tasks": what was done, and what had gone already. */
void follow_tell(const struct follow *follow, struct writer *out);

/* What a write brings with it when the record is written as any other is: of a consent
 * withdrawn or narrowed the same blocks and tasks, of a disclosure that was sent its
 * entry in the access log, of a plan that is signed its actions (api/agreed). Before
 * writing_put. */
struct fault follow_step(struct writing *w, struct profile *profile);

/* What rests on a lost consent and nobody has seen to, of all clients held here; `lost_ms`:
 * since when. For the agenda: it costs little where nothing is lost. */
typedef void follow_due_fn(void *ctx, const struct disclosure_follow *follow, uint64_t lost_ms);
void follow_due(const struct rules_world *world, follow_due_fn *fn, void *ctx);

#endif
