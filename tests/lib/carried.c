/* carried - see carried.h. */
#include "lib/carried.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

void carried_free(struct carried *file)
{
	free(file->bytes);
	*file = (struct carried){ NULL, 0 };
}

struct carried carried_copy(const struct carried *file)
{
	struct carried copy = { malloc(file->len + 1), file->len };
	ASSERT(copy.bytes != NULL);
	memcpy(copy.bytes, file->bytes, file->len);
	return copy;
}

static bool add(void *ctx, struct span piece)
{
	struct carried *file = ctx;
	file->bytes = realloc(file->bytes, file->len + piece.len);
	ASSERT(file->bytes != NULL);
	memcpy(file->bytes + file->len, piece.data, piece.len);
	file->len += piece.len;
	return true;
}

static struct fault settle(struct fault fault, struct carried *made, struct carried *out)
{
	if (fault_is(fault))
		carried_free(made);
	else
		*out = *made;
	return fault;
}

struct fault carried_write(struct replica *replica, struct replica_time now, struct carried *out,
			   struct replica_bundle_written *told)
{
	struct carried made = { NULL, 0 };
	struct replica_bundle_written ignored;
	return settle(replica_bundle_write(replica, now, add, &made, told == NULL ? &ignored : told), &made, out);
}

static struct fault steps(struct hub_bundle *bundle, struct hub_time now)
{
	bool done = false;
	struct fault fault = fault_none();
	while (!done && !fault_is(fault))
		fault = hub_bundle_step(bundle, now, &done);
	return fault;
}

struct fault carried_take(struct hub *hub, const struct carried *file, struct hub_time now, struct carried *answer,
			  struct hub_bundle_report *told)
{
	struct hub_bundle *bundle;
	struct carried made = { NULL, 0 };
	FAULT_TRY(hub_bundle_open(hub, span_of(file->bytes, file->len), now, &bundle));
	struct fault fault = steps(bundle, now);
	if (!fault_is(fault) && answer != NULL)
		fault = settle(hub_bundle_answer(bundle, now, add, &made), &made, answer);
	if (told != NULL)
		hub_bundle_report(bundle, told);
	hub_bundle_close(bundle);
	return fault;
}

struct fault carried_for(struct hub *hub, struct node_id node, struct hub_time now, struct carried *out)
{
	struct hub_bundle *bundle;
	struct carried made = { NULL, 0 };
	FAULT_TRY(hub_bundle_for(hub, node, now, &bundle));
	struct fault fault = settle(hub_bundle_answer(bundle, now, add, &made), &made, out);
	hub_bundle_close(bundle);
	return fault;
}

struct fault carried_read(struct replica *replica, const struct carried *file, struct replica_time now,
			  struct replica_bundle_report *told)
{
	struct replica_bundle *bundle;
	bool done = false;
	FAULT_TRY(replica_bundle_open(replica, span_of(file->bytes, file->len), &bundle));
	struct fault fault = fault_none();
	while (!done && !fault_is(fault))
		fault = replica_bundle_step(bundle, now, &done);
	if (told != NULL)
		replica_bundle_report(bundle, told);
	replica_bundle_close(bundle);
	return fault;
}
