/* refold - one record folded afresh from a log: the judge of what replicas show.
 *
 * Reads every entry of the record, leaves out the rejected (and, where asked,
 * the quarantined), and folds. Independent of the case book and of any
 * incremental folding.
 */
#ifndef JALKA_TESTS_REFOLD_H
#define JALKA_TESTS_REFOLD_H

#include "base/arena.h"
#include "core/fold.h"
#include "store/log.h"

enum { REFOLD_INPUTS_MAX = 192, REFOLD_ARENA_BYTES = 4 * 1024 * 1024 };

struct refold {
	struct arena arena;
	struct log *log;
	bool quarantined;   /* count them in (an author's own view) */
	struct fold_input *inputs;
	struct delta *deltas;
	struct log_entry *entries;
	size_t count;
	size_t erased;      /* entries without bytes */
	size_t waiting;     /* quarantined entries */
	struct fold_record record;
	const char *failed; /* what could not be read; NULL: nothing */
};

/* `block` of REFOLD_ARENA_BYTES is the caller's; results live in it. */
void refold_record(struct refold *refold, void *block, struct log *log, const struct order_tree *tree,
		   struct record_id record_id, bool quarantined);

/* The field of that number, or NULL. */
const struct fold_field *refold_field(const struct refold *refold, uint32_t number);

#endif
