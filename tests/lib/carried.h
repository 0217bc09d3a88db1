/* carried - bundles from hand to hand in one process: whole files in memory. */
#ifndef JALKA_TESTS_CARRIED_H
#define JALKA_TESTS_CARRIED_H

#include "central/hub_bundle.h"
#include "store/replica_bundle.h"

struct carried {
	uint8_t *bytes; /* malloc */
	size_t len;
};

void carried_free(struct carried *file);
struct carried carried_copy(const struct carried *file);

/* Each answers the fault of the verb; `out` (empty before) is written on success only. */
struct fault carried_write(struct replica *replica, struct replica_time now, struct carried *out,
			   struct replica_bundle_written *told);
/* Read at the centre to its end; the answer, when `answer` is not NULL. */
struct fault carried_take(struct hub *hub, const struct carried *file, struct hub_time now, struct carried *answer,
			  struct hub_bundle_report *told);
struct fault carried_for(struct hub *hub, struct node_id node, struct hub_time now, struct carried *out);
struct fault carried_read(struct replica *replica, const struct carried *file, struct replica_time now,
			  struct replica_bundle_report *told);

#endif
