/* world - what the rules may look up (struct rules_world), from case book and drafts.
 *
 * One at a time: opened for one request, closed when its write is decided. What it
 * lends lives until then, in blocks that are wiped and freed with it. A record is
 * read at most once for each question; a failing book is told by world_fault, for
 * rules know no faults of stores.
 */
#ifndef JALKA_API_WORLD_H
#define JALKA_API_WORLD_H

#include "api/request.h"
#include "domain/rules.h"

struct casebook;
struct log;

struct world_block;
struct world {
	struct rules_world rules;      /* to hand to rules_* */
	struct casebook *book;
	struct log *log;
	bool has_drafts;               /* a worker's device; none at the central node */
	struct world_block *blocks;
	struct fault fault;            /* the first */
	struct case_id closing_case;   /* api/standing: the matter looked at last, */
	uint64_t closed_ms;            /* and when it was closed; UINT64_MAX: it is open */
};

void world_open(struct world *world, const struct request_target *target);
/* Who writes: profession by the staff record, roles granted today. */
void world_know_writer(struct world *world);
void world_close(struct world *world);
/* No fault: everything asked could be read. */
struct fault world_fault(const struct world *world);

/* `len` zeroed bytes that last until the world is closed; NULL: no memory (world_fault). */
void *world_take(struct world *world, size_t len);

#endif
