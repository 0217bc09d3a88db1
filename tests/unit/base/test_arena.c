/* arena: pieces, room, marks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"

static _Alignas(16) uint8_t block[256];

static void pieces_are_aligned_zeroed_and_apart(void **state)
{
	(void)state;
	struct arena arena;
	memset(block, 0xee, sizeof block);
	arena_init(&arena, block, sizeof block);
	uint8_t *a = arena_take(&arena, 3, 1);
	uint8_t *b = arena_take(&arena, 2, 8);
	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal((uintptr_t)a % 16, 0);
	assert_int_equal((uintptr_t)b % 16, 0);
	assert_true(b >= a + 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(a[i], 0);
	for (size_t i = 0; i < 16; i++)
		assert_int_equal(b[i], 0);
	assert_int_equal(block[255], 0xee);
}

static void a_full_arena_gives_null_and_says_so(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, block, sizeof block);
	assert_non_null(arena_take(&arena, 240, 1));
	assert_false(arena.full);
	assert_null(arena_take(&arena, 17, 1));
	assert_true(arena.full);
	/* What fits is still given, but the word stays. */
	assert_non_null(arena_take(&arena, 16, 1));
	assert_true(arena.full);
	arena_reset(&arena);
	assert_false(arena.full);
	assert_non_null(arena_take(&arena, 256, 1));
}

static void a_count_that_overflows_is_refused(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, block, sizeof block);
	assert_null(arena_take(&arena, SIZE_MAX / 2, 16));
	assert_null(arena_take(&arena, SIZE_MAX, 1));
	assert_null(arena_take(&arena, 1, SIZE_MAX));
	assert_int_equal(arena.used, 0);
}

static void the_rounding_up_of_the_last_piece_counts(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, block, 40);
	assert_non_null(arena_take(&arena, 32, 1));
	assert_null(arena_take(&arena, 8, 1));
}

static void no_piece_at_all_is_not_null(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, block, sizeof block);
	assert_non_null(arena_take(&arena, 0, 8));
	assert_int_equal(arena.used, 0);
}

static void a_rewind_releases_what_came_after_the_mark(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, block, sizeof block);
	uint32_t *kept = ARENA_NEW(&arena, uint32_t);
	*kept = 7;
	size_t mark = arena_mark(&arena);
	uint32_t *lost = ARENA_ARRAY(&arena, 4, uint32_t);
	lost[0] = 9;
	arena_rewind(&arena, mark);
	uint32_t *again = ARENA_ARRAY(&arena, 4, uint32_t);
	assert_ptr_equal(again, lost);
	assert_int_equal(again[0], 0);
	assert_int_equal(*kept, 7);
}

static void a_copy_is_the_bytes_and_empty_is_not_absent(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, block, sizeof block);
	struct span copy = arena_copy(&arena, span_text("jalka"));
	assert_true(span_equal(copy, span_text("jalka")));
	copy = arena_copy(&arena, span_of("", 0));
	assert_non_null(copy.data);
	assert_int_equal(copy.len, 0);
	static const uint8_t large[256];
	copy = arena_copy(&arena, span_of(large, sizeof large));
	assert_null(copy.data);
	assert_true(arena.full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_aligned_zeroed_and_apart),
		cmocka_unit_test(a_full_arena_gives_null_and_says_so),
		cmocka_unit_test(a_count_that_overflows_is_refused),
		cmocka_unit_test(the_rounding_up_of_the_last_piece_counts),
		cmocka_unit_test(no_piece_at_all_is_not_null),
		cmocka_unit_test(a_rewind_releases_what_came_after_the_mark),
		cmocka_unit_test(a_copy_is_the_bytes_and_empty_is_not_absent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
