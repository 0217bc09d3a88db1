/* The case book where memory runs out: told, never a book that is half there. Linked with
 * realloc and calloc wrapped, which this file lets fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lib/book_node.h"

static size_t countdown; /* the call that fails; 0: none does */

static bool is_failing(void)
{
	return countdown != 0 && --countdown == 0;
}

void *__real_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size)
{
	return is_failing() ? NULL : __real_realloc(block, size);
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
	return is_failing() ? NULL : __real_calloc(count, size);
}

static uint64_t records_of(struct book_node *node)
{
	uint64_t conflicts, records;
	assert_int_equal(casebook_count(node->book, &conflicts, &records).kind, FAULT_NONE);
	return records;
}

static void a_book_made_anew_is_whole_or_the_fault_is_told(void **state)
{
	enum { RECORDS = 100 }; /* more than its set of touched records has room for at first */
	struct book_node *node = *state;
	struct fault fault;
	size_t failed = 0;
	for (unsigned i = 0; i < RECORDS; i++)
		book_node_write(node, (struct book_write){ .record = i, .fields = book_node_client("Guhtur", "Áilu") });
	do {
		book_node_close_book(node);
		book_node_open_book(node);
		countdown = failed + 1;
		fault = casebook_rebuild(node->book);
		countdown = 0;
		failed += fault.kind == FAULT_LIMIT;
		assert_true(fault.kind == FAULT_LIMIT || records_of(node) == RECORDS);
	} while (fault.kind == FAULT_LIMIT);
	assert_true(failed > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_book_made_anew_is_whole_or_the_fault_is_told, book_node_setup, book_node_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
