/* order - central orders across central epochs, and who saw what (P5, P9).
 *
 * Central numbers what it accepts with one strictly increasing order. A
 * restored central begins a new epoch whose orders go on after what it
 * inherited, so the epochs form a tree; a generation (rising from restore to
 * restore, kept in the deny file too) names each one in a small number.
 * Comparisons use (generation, n).
 *
 * Owns nothing: the tree is the caller's, filled by order_learn.
 */
#ifndef JALKA_CORE_ORDER_H
#define JALKA_CORE_ORDER_H

#include "base/fault.h"
#include "base/id.h"
#include "base/limits.h"

/* A place in the feed. n == 0: none yet, later than every place. */
struct order {
	uint32_t generation;
	uint64_t n;
};

struct order_epoch {
	struct epoch_id id;
	struct epoch_id parent; /* none: the first */
	uint32_t generation;    /* 1.. */
	uint64_t inherited;     /* last order taken over from the parent */
};

struct order_tree {
	struct order_epoch epochs[LIMIT_GENERATIONS];
	size_t count; /* in ascending generation; the last is the one in use */
};

/* One pair of a base. */
struct order_base {
	struct epoch_id epoch;
	uint64_t n;
};

struct order_bases {
	struct order_base pairs[LIMIT_BASES];
	size_t count;
};

/* Adds an epoch. Knowing it already, with the same content, is no fault.
 * FAULT_PEER: contradicts what is known, generation not above its parent's;
 * FAULT_LIMIT: more than LIMIT_GENERATIONS. */
struct fault order_learn(struct order_tree *tree, const struct order_epoch *epoch);

const struct order_epoch *order_epoch_by_id(const struct order_tree *tree, const struct epoch_id *id);
const struct order_epoch *order_epoch_by_generation(const struct order_tree *tree, uint32_t generation);
const struct order_epoch *order_epoch_current(const struct order_tree *tree); /* NULL: none known */

/* <0, 0, >0 by (generation, n); a place with n == 0 is after all others. */
int order_compare(struct order a, struct order b);

/* An order named by an epoch that may have inherited it: by the one that gave it, as far
 * down as epochs are known. */
struct order order_given(const struct order_tree *tree, struct order order);

/* Whether epoch `in` has that order: gave it, or inherited it on the way. */
bool order_is_of(const struct order_tree *tree, const struct epoch_id *in, struct order order);

/* The place (epoch, n) of an ancestor or of `to` itself, seen from epoch `to`:
 * min(n, inherited on the way) (P9). False: `from` is no ancestor of `to`. */
bool order_map(const struct order_tree *tree, const struct epoch_id *from, uint64_t n,
	       const struct epoch_id *to, uint64_t *out);

/* True when `base` covers an entry that had these orders: some pair (E, n) with
 * an order <= n in E, or an order in an ancestor of E no greater than both n and
 * what was inherited on the way to E. */
bool order_covers(const struct order_tree *tree, const struct order_bases *base,
		  const struct order *orders, size_t count);

#endif
