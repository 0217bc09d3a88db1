/* Ids gathered with repeats, read in order, each once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "central/idset.h"

static struct record_id nth(uint32_t n)
{
	struct record_id id = { { 0 } };
	for (size_t i = 0; i < 4; i++)
		id.bytes[i] = (uint8_t)(n >> (24 - 8 * i));
	return id;
}

static void what_was_added_is_read_in_order_each_once(void **state)
{
	enum { COUNT = 1000, STEP = 7 }; /* no common factor: all are met */
	struct idset set = { 0 };
	(void)state;
	for (uint32_t round = 0; round < 3; round++)
		for (uint32_t i = 0; i < COUNT; i++)
			assert_true(idset_add(&set, nth(i * STEP % COUNT).bytes));
	idset_settle(&set);
	assert_int_equal(set.count, COUNT);
	for (uint32_t i = 0; i < COUNT; i++) {
		assert_true(ID_EQUAL(idset_record(&set, i), nth(i)));
		assert_true(idset_has(&set, nth(i).bytes));
	}
	assert_false(idset_has(&set, nth(COUNT).bytes));
	idset_free(&set);
}

static void repeats_take_no_more_memory(void **state)
{
	struct idset set = { 0 };
	(void)state;
	for (uint32_t i = 0; i < 100000; i++)
		assert_true(idset_add(&set, nth(i % 100).bytes));
	assert_true(set.room <= 256);
	idset_settle(&set);
	assert_int_equal(set.count, 100);
	idset_free(&set);
}

static void an_empty_set_has_nothing_and_is_freed(void **state)
{
	struct idset set = { 0 };
	(void)state;
	idset_settle(&set);
	assert_int_equal(set.count, 0);
	assert_false(idset_has(&set, nth(1).bytes));
	idset_free(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_read_in_order_each_once),
		cmocka_unit_test(repeats_take_no_more_memory),
		cmocka_unit_test(an_empty_set_has_nothing_and_is_freed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
