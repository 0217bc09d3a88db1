/* order: the tree of central epochs and what a base covers (P5, P9). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/order.h"
#include "lib/prng.h"

static struct epoch_id named(uint8_t name)
{
	return (struct epoch_id){ { name } };
}

static struct order_epoch epoch_of(uint8_t name, uint8_t parent, uint32_t generation, uint64_t inherited)
{
	return (struct order_epoch){ named(name), named(parent), generation, inherited };
}

static enum fault_kind learn(struct order_tree *tree, uint8_t name, uint8_t parent, uint32_t generation, uint64_t inherited)
{
	struct order_epoch epoch = epoch_of(name, parent, generation, inherited);
	return order_learn(tree, &epoch).kind;
}

/* 1 - 100 -> 2 - 150 -> 4: the line in use. 3 is dead: restored once from 1 at
 * 120, then again from 1 (as 2 was, at 100); generations rise from restore to
 * restore. */
static void grow(struct order_tree *tree)
{
	*tree = (struct order_tree){ .count = 0 };
	assert_int_equal(learn(tree, 1, 0, 1, 0), FAULT_NONE);
	assert_int_equal(learn(tree, 3, 1, 2, 120), FAULT_NONE);
	assert_int_equal(learn(tree, 2, 1, 3, 100), FAULT_NONE);
	assert_int_equal(learn(tree, 4, 2, 5, 150), FAULT_NONE);
}

static void epochs_stand_in_ascending_generation_however_learnt(void **state)
{
	(void)state;
	struct order_tree tree = { .count = 0 };
	assert_null(order_epoch_current(&tree));
	assert_int_equal(learn(&tree, 4, 2, 5, 150), FAULT_NONE);
	assert_int_equal(learn(&tree, 1, 0, 1, 0), FAULT_NONE);
	assert_int_equal(learn(&tree, 2, 1, 3, 100), FAULT_NONE);
	assert_int_equal(tree.count, 3);
	assert_int_equal(tree.epochs[0].generation, 1);
	assert_int_equal(tree.epochs[1].generation, 3);
	assert_ptr_equal(order_epoch_current(&tree), &tree.epochs[2]);
	assert_ptr_equal(order_epoch_by_generation(&tree, 3), &tree.epochs[1]);
	assert_null(order_epoch_by_generation(&tree, 2));
	struct epoch_id id = named(2);
	assert_ptr_equal(order_epoch_by_id(&tree, &id), &tree.epochs[1]);
	id = named(9);
	assert_null(order_epoch_by_id(&tree, &id));
}

static void learning_again_is_no_fault_and_another_content_is(void **state)
{
	(void)state;
	struct order_tree tree;
	grow(&tree);
	struct order_tree before = tree;
	assert_int_equal(learn(&tree, 2, 1, 3, 100), FAULT_NONE);
	assert_int_equal(learn(&tree, 2, 1, 3, 101), FAULT_PEER);
	assert_int_equal(learn(&tree, 2, 3, 3, 100), FAULT_PEER);
	assert_int_equal(learn(&tree, 2, 1, 4, 100), FAULT_PEER);
	assert_int_equal(learn(&tree, 9, 1, 3, 100), FAULT_PEER); /* two of one generation */
	assert_int_equal(learn(&tree, 9, 4, 4, 100), FAULT_PEER); /* below its parent's */
	assert_int_equal(learn(&tree, 9, 9, 9, 100), FAULT_PEER);
	assert_int_equal(learn(&tree, 9, 0, 9, 100), FAULT_PEER);
	assert_int_equal(learn(&tree, 0, 1, 9, 100), FAULT_PEER);
	assert_int_equal(learn(&tree, 9, 1, 0, 100), FAULT_PEER);
	assert_int_equal(tree.count, before.count);
	for (size_t i = 0; i < before.count; i++)
		assert_int_equal(order_learn(&tree, &before.epochs[i]).kind, FAULT_NONE);
	assert_int_equal(tree.count, before.count);
	/* A parent told after its child must be below it. */
	assert_int_equal(learn(&tree, 7, 8, 7, 200), FAULT_NONE);
	assert_int_equal(learn(&tree, 8, 4, 9, 160), FAULT_PEER);
	assert_int_equal(learn(&tree, 8, 4, 6, 160), FAULT_NONE);
}

static void more_epochs_than_the_limit_are_refused(void **state)
{
	(void)state;
	struct order_tree tree = { .count = 0 };
	for (uint32_t i = 1; i <= LIMIT_GENERATIONS; i++)
		assert_int_equal(learn(&tree, (uint8_t)i, (uint8_t)(i - 1), i, i - 1), FAULT_NONE);
	assert_int_equal(learn(&tree, 200, 1, 200, 1), FAULT_LIMIT);
	assert_int_equal(learn(&tree, 1, 0, 1, 0), FAULT_NONE);
	struct epoch_id first = named(1), last = named(LIMIT_GENERATIONS);
	uint64_t n;
	assert_true(order_map(&tree, &first, 500, &last, &n));
	assert_int_equal(n, 1);
}

static void places_compare_by_generation_then_number(void **state)
{
	(void)state;
	struct order a = { 1, 9 }, b = { 2, 1 }, c = { 2, 2 }, none = { 0, 0 }, none_later = { 9, 0 };
	assert_true(order_compare(a, b) < 0);
	assert_true(order_compare(b, a) > 0);
	assert_true(order_compare(b, c) < 0);
	assert_int_equal(order_compare(c, c), 0);
	assert_true(order_compare(none, c) > 0);
	assert_true(order_compare(c, none) < 0);
	assert_int_equal(order_compare(none, none_later), 0);
}

static void a_place_of_an_ancestor_is_cut_to_what_was_inherited(void **state)
{
	(void)state;
	struct order_tree tree;
	uint64_t n = 7;
	struct epoch_id e1 = named(1), e2 = named(2), e3 = named(3), e4 = named(4), unknown = named(9);
	grow(&tree);
	assert_true(order_map(&tree, &e1, 80, &e2, &n));
	assert_int_equal(n, 80);
	assert_true(order_map(&tree, &e1, 130, &e2, &n));
	assert_int_equal(n, 100);
	assert_true(order_map(&tree, &e1, 130, &e4, &n)); /* two steps: the least on the way */
	assert_int_equal(n, 100);
	assert_true(order_map(&tree, &e2, 500, &e4, &n));
	assert_int_equal(n, 150);
	assert_true(order_map(&tree, &e4, 500, &e4, &n));
	assert_int_equal(n, 500);
	assert_true(order_map(&tree, &unknown, 500, &unknown, &n));
	assert_int_equal(n, 500);
	n = 7;
	assert_false(order_map(&tree, &e4, 10, &e2, &n)); /* not backwards */
	assert_false(order_map(&tree, &e3, 110, &e4, &n)); /* the dead branch */
	assert_false(order_map(&tree, &e2, 110, &e3, &n));
	assert_false(order_map(&tree, &unknown, 1, &e4, &n));
	assert_int_equal(n, 7);
}

static struct order_bases base(uint8_t epoch, uint64_t n)
{
	return (struct order_bases){ .pairs = { { named(epoch), n } }, .count = 1 };
}

static bool covers(const struct order_tree *tree, struct order_bases bases, uint32_t generation, uint64_t n)
{
	struct order order = { generation, n };
	return order_covers(tree, &bases, &order, 1);
}

static void an_inherited_order_is_the_one_that_gave_its(void **state)
{
	(void)state;
	struct order_tree tree;
	grow(&tree);
	const struct { struct order named, given; } cases[] = {
		{ { 1, 100 }, { 1, 100 } }, { { 2, 121 }, { 2, 121 } }, { { 2, 120 }, { 1, 120 } },
		{ { 5, 151 }, { 5, 151 } }, { { 5, 150 }, { 3, 150 } }, { { 5, 100 }, { 1, 100 } },
		{ { 9, 5 }, { 9, 5 } }, /* nobody knows */
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(order_compare(order_given(&tree, cases[i].named), cases[i].given), 0);
}

static bool is_of(const struct order_tree *tree, uint8_t in, uint32_t generation, uint64_t n)
{
	struct epoch_id id = named(in);
	return order_is_of(tree, &id, (struct order){ generation, n });
}

static void an_epoch_has_the_orders_it_gave_and_those_it_inherited(void **state)
{
	(void)state;
	struct order_tree tree;
	grow(&tree);
	assert_true(is_of(&tree, 4, 5, 160));
	assert_true(is_of(&tree, 4, 3, 150));
	assert_false(is_of(&tree, 4, 3, 151)); /* lost */
	assert_true(is_of(&tree, 4, 1, 100));
	assert_false(is_of(&tree, 4, 1, 101));
	assert_false(is_of(&tree, 4, 2, 125)); /* given beside the way down */
	assert_true(is_of(&tree, 4, 2, 90));   /* named there, and given by what both go on from */
	assert_false(is_of(&tree, 4, 1, 0));   /* no order yet */
	assert_false(is_of(&tree, 4, 9, 1));
	assert_false(is_of(&tree, 9, 1, 1));
}

static void a_base_covers_orders_up_to_its_own(void **state)
{
	(void)state;
	struct order_tree tree;
	grow(&tree);
	assert_true(covers(&tree, base(1, 50), 1, 50));
	assert_false(covers(&tree, base(1, 50), 1, 51));
	assert_false(covers(&tree, base(1, 0), 1, 1));
	assert_false(covers(&tree, base(1, 50), 1, 0));  /* no order yet */
	assert_false(covers(&tree, base(1, 50), 4, 10)); /* unknown generation */
	assert_false(covers(&tree, base(9, 50), 1, 10)); /* unknown epoch */
	assert_false(order_covers(&tree, &(struct order_bases){ .count = 0 }, &(struct order){ 1, 1 }, 1));
	struct order_bases some = base(1, 50);
	assert_false(order_covers(&tree, &some, NULL, 0));
}

static void a_base_covers_of_an_ancestor_only_what_was_inherited(void **state)
{
	(void)state;
	struct order_tree tree;
	grow(&tree);
	assert_true(covers(&tree, base(2, 140), 1, 100));
	assert_false(covers(&tree, base(2, 140), 1, 101)); /* lost in the restore */
	assert_false(covers(&tree, base(2, 90), 1, 95));   /* not yet seen */
	assert_true(covers(&tree, base(4, 170), 3, 150));
	assert_false(covers(&tree, base(4, 170), 3, 151));
	assert_true(covers(&tree, base(4, 170), 1, 100));
	assert_false(covers(&tree, base(4, 170), 1, 101));
}

static void a_dead_branch_shares_only_its_root(void **state)
{
	(void)state;
	struct order_tree tree;
	grow(&tree);
	/* 115 was inherited by 3 from 1, and is not known in 2. */
	assert_true(covers(&tree, base(3, 130), 1, 115));
	assert_false(covers(&tree, base(2, 130), 1, 115));
	/* An entry of the dead branch says nothing to the living, nor the other way. */
	assert_false(covers(&tree, base(4, 200), 2, 125));
	assert_false(covers(&tree, base(3, 200), 3, 125));
	assert_false(covers(&tree, base(3, 200), 5, 151));
	/* Both restored from the one parent: what both inherited both cover. */
	assert_true(covers(&tree, base(3, 130), 1, 100));
	assert_true(covers(&tree, base(2, 130), 1, 100));
}

static void any_pair_covers_and_any_order_is_covered(void **state)
{
	(void)state;
	struct order_tree tree;
	grow(&tree);
	struct order_bases two = { .pairs = { { named(2), 110 }, { named(1), 130 } }, .count = 2 };
	struct order orders[] = { { 3, 160 }, { 1, 125 } };
	assert_true(order_covers(&tree, &two, orders, 2));
	assert_false(order_covers(&tree, &two, orders, 1));
	two.count = 1;
	assert_false(order_covers(&tree, &two, orders, 2));
}

/* What an epoch knows of an order, straight from the definition: its own, or
 * what its parent knew of it, up to what was inherited. */
static bool known_in(const struct order_tree *tree, const struct epoch_id *epoch, uint32_t generation, uint64_t n)
{
	const struct order_epoch *at = order_epoch_by_id(tree, epoch);
	if (at == NULL)
		return false;
	if (at->generation == generation)
		return true;
	return !ID_IS_NONE(at->parent) && n <= at->inherited && known_in(tree, &at->parent, generation, n);
}

static void random_trees_agree_with_the_definition(void **state)
{
	(void)state;
	struct prng prng;
	prng_init(&prng, 20260301);
	size_t covered = 0;
	for (size_t round = 0; round < 2000; round++) {
		struct order_tree tree = { .count = 0 };
		uint32_t epochs = (uint32_t)prng_between(&prng, 1, 8);
		for (uint32_t i = 1; i <= epochs; i++) {
			uint8_t parent = (uint8_t)prng_below(&prng, i);
			assert_int_equal(learn(&tree, (uint8_t)i, parent, i, parent == 0 ? 0 : prng_below(&prng, 20)), FAULT_NONE);
		}
		for (size_t k = 0; k < 50; k++) {
			struct epoch_id epoch = named((uint8_t)prng_between(&prng, 1, epochs));
			uint64_t b = prng_below(&prng, 25), n = prng_between(&prng, 1, 25);
			uint32_t generation = (uint32_t)prng_between(&prng, 1, epochs);
			bool expected = n <= b && known_in(&tree, &epoch, generation, n);
			covered += expected;
			struct order given = order_given(&tree, (struct order){ generation, n });
			struct epoch_id named_by = order_epoch_by_generation(&tree, generation)->id;
			assert_true(known_in(&tree, &named_by, given.generation, n));
			assert_int_equal(order_is_of(&tree, &epoch, given), known_in(&tree, &epoch, given.generation, n));
			assert_int_equal(covers(&tree, base(epoch.bytes[0], b), generation, n), expected);
		}
	}
	assert_true(covered > 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(epochs_stand_in_ascending_generation_however_learnt),
		cmocka_unit_test(learning_again_is_no_fault_and_another_content_is),
		cmocka_unit_test(more_epochs_than_the_limit_are_refused),
		cmocka_unit_test(places_compare_by_generation_then_number),
		cmocka_unit_test(a_place_of_an_ancestor_is_cut_to_what_was_inherited),
		cmocka_unit_test(an_inherited_order_is_the_one_that_gave_its),
		cmocka_unit_test(an_epoch_has_the_orders_it_gave_and_those_it_inherited),
		cmocka_unit_test(a_base_covers_orders_up_to_its_own),
		cmocka_unit_test(a_base_covers_of_an_ancestor_only_what_was_inherited),
		cmocka_unit_test(a_dead_branch_shares_only_its_root),
		cmocka_unit_test(any_pair_covers_and_any_order_is_covered),
		cmocka_unit_test(random_trees_agree_with_the_definition),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
