/* order - the tree of central epochs, and what a base covers in it (P5, P9). */
#include "core/order.h"

#include "base/assert.h"

static bool epoch_same(const struct order_epoch *a, const struct order_epoch *b)
{
	return ID_EQUAL(a->id, b->id) && ID_EQUAL(a->parent, b->parent) && a->generation == b->generation &&
	       a->inherited == b->inherited;
}

/* Faults of an epoch by itself and against each one known. */
static struct fault check(const struct order_tree *tree, const struct order_epoch *epoch)
{
	if (ID_IS_NONE(epoch->id) || epoch->generation == 0)
		return fault_of(FAULT_PEER, "central epoch: without name or generation");
	if (ID_EQUAL(epoch->id, epoch->parent))
		return fault_of(FAULT_PEER, "central epoch: its own parent");
	if (ID_IS_NONE(epoch->parent) && epoch->inherited != 0)
		return fault_of(FAULT_PEER, "central epoch: inherits without a parent");
	for (size_t i = 0; i < tree->count; i++) {
		const struct order_epoch *known = &tree->epochs[i];
		if (ID_EQUAL(known->id, epoch->id))
			return fault_of(FAULT_PEER, "central epoch: told differently before");
		if (known->generation == epoch->generation)
			return fault_of(FAULT_PEER, "central epoch: two of one generation");
		if (ID_EQUAL(known->id, epoch->parent) && known->generation > epoch->generation)
			return fault_of(FAULT_PEER, "central epoch: generation not above its parent's");
		if (ID_EQUAL(known->parent, epoch->id) && known->generation < epoch->generation)
			return fault_of(FAULT_PEER, "central epoch: generation not below its child's");
	}
	return fault_none();
}

struct fault order_learn(struct order_tree *tree, const struct order_epoch *epoch)
{
	const struct order_epoch *known = order_epoch_by_id(tree, &epoch->id);
	if (known != NULL && epoch_same(known, epoch))
		return fault_none();
	FAULT_TRY(check(tree, epoch));
	if (tree->count == LIMIT_GENERATIONS)
		return fault_of(FAULT_LIMIT, "central epochs");
	size_t at = tree->count++;
	for (; at > 0 && tree->epochs[at - 1].generation > epoch->generation; at--)
		tree->epochs[at] = tree->epochs[at - 1];
	tree->epochs[at] = *epoch;
	return fault_none();
}

const struct order_epoch *order_epoch_by_id(const struct order_tree *tree, const struct epoch_id *id)
{
	/* From the newest: almost every question is about the epoch in use. */
	for (size_t i = tree->count; i-- > 0;)
		if (ID_EQUAL(tree->epochs[i].id, *id))
			return &tree->epochs[i];
	return NULL;
}

const struct order_epoch *order_epoch_by_generation(const struct order_tree *tree, uint32_t generation)
{
	for (size_t i = tree->count; i-- > 0;)
		if (tree->epochs[i].generation == generation)
			return &tree->epochs[i];
	return NULL;
}

const struct order_epoch *order_epoch_current(const struct order_tree *tree)
{
	return tree->count == 0 ? NULL : &tree->epochs[tree->count - 1];
}

int order_compare(struct order a, struct order b)
{
	if (a.n == 0 || b.n == 0)
		return (a.n == 0) - (b.n == 0);
	if (a.generation != b.generation)
		return a.generation < b.generation ? -1 : 1;
	return (a.n > b.n) - (a.n < b.n);
}

struct order order_given(const struct order_tree *tree, struct order order)
{
	const struct order_epoch *epoch = order_epoch_by_generation(tree, order.generation);
	while (epoch != NULL && order.n <= epoch->inherited) {
		epoch = order_epoch_by_id(tree, &epoch->parent);
		if (epoch != NULL)
			order.generation = epoch->generation;
	}
	return order;
}

bool order_is_of(const struct order_tree *tree, const struct epoch_id *in, struct order order)
{
	const struct order_epoch *epoch = order_epoch_by_id(tree, in);
	if (order.n == 0 || epoch == NULL || order_epoch_by_generation(tree, order.generation) == NULL)
		return false;
	struct order here = order_given(tree, (struct order){ epoch->generation, order.n });
	return here.generation == order_given(tree, order).generation;
}

/* Of a place of `from`, the highest that `to` inherited on the way; false when
 * `from` is neither `to` nor an ancestor of it. */
static bool inherited_on_the_way(const struct order_tree *tree, const struct epoch_id *from,
				 const struct epoch_id *to, uint64_t *out)
{
	uint64_t bound = UINT64_MAX;
	struct epoch_id at = *to;
	/* Generations fall from child to parent, so this ends. */
	while (!ID_EQUAL(at, *from)) {
		const struct order_epoch *epoch = order_epoch_by_id(tree, &at);
		if (epoch == NULL || ID_IS_NONE(epoch->parent))
			return false;
		bound = epoch->inherited < bound ? epoch->inherited : bound;
		at = epoch->parent;
	}
	*out = bound;
	return true;
}

bool order_map(const struct order_tree *tree, const struct epoch_id *from, uint64_t n,
	       const struct epoch_id *to, uint64_t *out)
{
	uint64_t bound;
	if (!inherited_on_the_way(tree, from, to, &bound))
		return false;
	*out = n < bound ? n : bound;
	return true;
}

bool order_covers(const struct order_tree *tree, const struct order_bases *base,
		  const struct order *orders, size_t count)
{
	ASSERT(base->count <= LIMIT_BASES);
	for (size_t i = 0; i < count; i++) {
		const struct order_epoch *epoch = order_epoch_by_generation(tree, orders[i].generation);
		if (orders[i].n == 0 || epoch == NULL)
			continue;
		for (size_t k = 0; k < base->count; k++) {
			uint64_t bound;
			if (orders[i].n <= base->pairs[k].n &&
			    inherited_on_the_way(tree, &epoch->id, &base->pairs[k].epoch, &bound) &&
			    orders[i].n <= bound)
				return true;
		}
	}
	return false;
}
