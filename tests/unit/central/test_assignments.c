/* Cases, holders and grants in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "central/assignments.h"

static const uint8_t key[IDMAP_KEY_BYTES] = { 1 };

static struct assignments_case *a_case(struct assignments *all, uint8_t n)
{
	struct case_id id = { { n } };
	return assignments_case_need(all, &id);
}

static struct assignments_holder *a_holder(struct assignments *all, uint8_t n)
{
	struct record_id id = { { n } };
	return assignments_holder_need(all, &id);
}

static void begin(struct assignments *all, struct assignments_case *info, struct assignments_holder *holder, uint64_t order)
{
	const struct assignments_reason reason = { .assignment = { { (uint8_t)order } }, .role = 1 };
	assert_false(fault_is(assignments_begin(all, info, holder, &reason, order)));
}

static void grant_begins_with_the_first_reason_and_ends_with_the_last(void **state)
{
	(void)state;
	struct assignments all;
	assignments_init(&all, key);
	struct assignments_case *info = a_case(&all, 1);
	struct assignments_holder *holder = a_holder(&all, 2);
	begin(&all, info, holder, 5);
	begin(&all, info, holder, 7);
	struct assignments_tie *tie = assignments_tie_get(info, holder);
	assert_int_equal(assignments_lasting(tie)->g, 5);
	assert_int_equal(holder->event_count, 1);
	assert_false(fault_is(assignments_end(tie, 0, 9)));
	assert_true(assignments_holds(info, holder));
	assert_false(fault_is(assignments_end(tie, 1, 11)));
	assert_false(assignments_holds(info, holder));
	assert_int_equal(holder->event_count, 2);
	assert_int_equal(holder->events[1].order, 11);
	assert_int_equal(holder->events[1].g, 5);
	begin(&all, info, holder, 20);
	assert_int_equal(assignments_lasting(tie)->g, 20);
	assignments_deinit(&all);
}

static void loaded_in_any_order_it_is_the_same(void **state)
{
	(void)state;
	struct assignments all;
	assignments_init(&all, key);
	struct assignments_case *one = a_case(&all, 1), *two = a_case(&all, 2);
	struct assignments_holder *holder = a_holder(&all, 3);
	const struct assignments_reason reason = { .assignment = { { 9 } }, .role = 1 };
	one->news.last_order = 30;
	assert_false(fault_is(assignments_load(&all, one, holder, &reason, 20, 0)));
	assert_false(fault_is(assignments_load(&all, one, holder, &reason, 4, 8)));
	assert_false(fault_is(assignments_load(&all, two, holder, &reason, 6, 0)));
	assert_false(fault_is(assignments_loaded(&all)));
	const uint64_t orders[] = { 4, 6, 8, 20 };
	assert_int_equal(holder->event_count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(holder->events[i].order, orders[i]);
	assert_int_equal(holder->news.last_order, 30);
	assert_int_equal(assignments_after(holder, 6), 2);
	assignments_deinit(&all);
}

static void next_backlog_is_the_lasting_grant_of_smallest_g(void **state)
{
	(void)state;
	struct assignments all;
	assignments_init(&all, key);
	struct assignments_case *one = a_case(&all, 1), *two = a_case(&all, 2);
	struct assignments_holder *holder = a_holder(&all, 3);
	begin(&all, one, holder, 5);
	begin(&all, two, holder, 6);
	assert_int_equal(assignments_next_grant(holder, 0)->g, 5);
	assert_int_equal(assignments_next_grant(holder, 5)->g, 6);
	assert_false(fault_is(assignments_end(assignments_tie_get(one, holder), 0, 8)));
	assert_int_equal(assignments_next_grant(holder, 0)->g, 6);
	begin(&all, one, holder, 9);
	assert_int_equal(assignments_next_grant(holder, 6)->g, 9);
	assert_null(assignments_next_grant(holder, 9));
	assignments_deinit(&all);
}

static void what_an_author_wrote_is_no_news_to_it(void **state)
{
	(void)state;
	struct assignments all;
	const struct epoch_id mine = { { 1 } }, other = { { 2 } };
	assignments_init(&all, key);
	struct assignments_case *info = a_case(&all, 1);
	struct assignments_holder *holder = a_holder(&all, 2);
	begin(&all, info, holder, 5);
	assignments_touched(info, 6, &mine);
	assignments_touched(info, 7, &mine);
	assert_int_equal(assignments_news_to(&info->news, &mine), 0);
	assert_int_equal(assignments_news_to(&holder->news, &mine), 5);
	assert_int_equal(assignments_news_to(&holder->news, &other), 7);
	assignments_touched(info, 8, &other);
	assert_int_equal(assignments_news_to(&info->news, &mine), 8);
	assert_int_equal(assignments_news_to(&info->news, &other), 7);
	assignments_touched(info, 9, NULL);
	assert_int_equal(assignments_news_to(&info->news, &other), 9);
	assignments_deinit(&all);
}

static void erasure_is_told_to_whoever_ever_held_the_case(void **state)
{
	(void)state;
	struct assignments all;
	const struct record_id whole = { { 0 } };
	assignments_init(&all, key);
	struct assignments_case *info = a_case(&all, 1);
	struct assignments_holder *holds = a_holder(&all, 2), *held = a_holder(&all, 3);
	begin(&all, info, held, 4);
	begin(&all, info, holds, 5);
	assert_false(fault_is(assignments_end(assignments_tie_get(info, held), 0, 6)));
	assert_false(fault_is(assignments_end(assignments_tie_get(info, holds), 0, 9)));
	assert_false(fault_is(assignments_erased(info, &whole, 9)));
	assert_int_equal(holds->events[holds->event_count - 1].change, ASSIGNMENTS_ERASED);
	assert_int_equal(held->events[held->event_count - 1].change, ASSIGNMENTS_ERASED);
	struct assignments_holder *later = a_holder(&all, 4);
	begin(&all, info, later, 12);
	assert_int_equal(later->event_count, 1); /* never had what was erased */
	assignments_deinit(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grant_begins_with_the_first_reason_and_ends_with_the_last),
		cmocka_unit_test(loaded_in_any_order_it_is_the_same),
		cmocka_unit_test(next_backlog_is_the_lasting_grant_of_smallest_g),
		cmocka_unit_test(what_an_author_wrote_is_no_news_to_it),
		cmocka_unit_test(erasure_is_told_to_whoever_ever_held_the_case),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
