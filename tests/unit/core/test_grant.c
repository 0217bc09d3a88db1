/* grant: reasons become grants (P5). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/grant.h"
#include "lib/prng.h"

enum { MOST = 16 };

static void check(const struct grant_reason *reasons, size_t count, const struct grant *expected, size_t grants)
{
	struct grant out[MOST];
	assert_int_equal(grant_of_reasons(reasons, count, out), grants);
	for (size_t i = 0; i < grants; i++) {
		assert_int_equal(out[i].g, expected[i].g);
		assert_int_equal(out[i].ended, expected[i].ended);
	}
}

static void no_reason_is_no_grant(void **state)
{
	(void)state;
	check(NULL, 0, NULL, 0);
	assert_null(grant_at(NULL, 0, 5));
}

static void a_grant_has_the_name_of_the_assignment_that_began_it(void **state)
{
	(void)state;
	check((const struct grant_reason[]){ { 10, 0 } }, 1, (const struct grant[]){ { 10, 0 } }, 1);
	check((const struct grant_reason[]){ { 10, 20 } }, 1, (const struct grant[]){ { 10, 20 } }, 1);
}

static void assigned_ended_assigned_again_is_two_grants(void **state)
{
	(void)state;
	const struct grant_reason reasons[] = { { 10, 20 }, { 30, 40 }, { 50, 0 } };
	const struct grant grants[] = { { 10, 20 }, { 30, 40 }, { 50, 0 } };
	check(reasons, 3, grants, 3);
	assert_null(grant_at(grants, 3, 9));
	assert_ptr_equal(grant_at(grants, 3, 10), &grants[0]);
	assert_ptr_equal(grant_at(grants, 3, 19), &grants[0]);
	assert_null(grant_at(grants, 3, 20));
	assert_null(grant_at(grants, 3, 29));
	assert_ptr_equal(grant_at(grants, 3, 30), &grants[1]);
	assert_null(grant_at(grants, 3, 49));
	assert_ptr_equal(grant_at(grants, 3, UINT64_MAX), &grants[2]);
}

static void further_reasons_neither_rename_nor_end_it(void **state)
{
	(void)state;
	/* Overlapping, in each way. */
	check((const struct grant_reason[]){ { 10, 30 }, { 20, 40 } }, 2, (const struct grant[]){ { 10, 40 } }, 1);
	check((const struct grant_reason[]){ { 10, 40 }, { 20, 30 } }, 2, (const struct grant[]){ { 10, 40 } }, 1);
	check((const struct grant_reason[]){ { 10, 0 }, { 20, 30 } }, 2, (const struct grant[]){ { 10, 0 } }, 1);
	check((const struct grant_reason[]){ { 10, 30 }, { 20, 0 } }, 2, (const struct grant[]){ { 10, 0 } }, 1);
	check((const struct grant_reason[]){ { 10, 12 }, { 10, 15 } }, 2, (const struct grant[]){ { 10, 15 } }, 1);
	/* A visit inside the matter, and one after it. */
	check((const struct grant_reason[]){ { 10, 40 }, { 20, 25 }, { 50, 55 } }, 3,
	      (const struct grant[]){ { 10, 40 }, { 50, 55 } }, 2);
}

static void one_delta_that_ends_one_reason_and_begins_another_keeps_the_grant(void **state)
{
	(void)state;
	check((const struct grant_reason[]){ { 10, 20 }, { 20, 30 } }, 2, (const struct grant[]){ { 10, 30 } }, 1);
	check((const struct grant_reason[]){ { 10, 20 }, { 21, 30 } }, 2, (const struct grant[]){ { 10, 20 }, { 21, 30 } }, 2);
}

static bool some_reason_lasts(const struct grant_reason *reasons, size_t count, uint64_t order)
{
	for (size_t i = 0; i < count; i++)
		if (reasons[i].began <= order && (reasons[i].ended == 0 || order < reasons[i].ended))
			return true;
	return false;
}

/* At every order: a grant lasts exactly when some reason does, and its name is
 * the order since which there has always been one. */
static void random_histories_agree_with_the_definition(void **state)
{
	(void)state;
	struct prng prng;
	prng_init(&prng, 42);
	for (size_t round = 0; round < 5000; round++) {
		struct grant_reason reasons[MOST];
		struct grant grants[MOST];
		size_t count = prng_below(&prng, 8);
		uint64_t began = 0;
		for (size_t i = 0; i < count; i++) {
			began += prng_between(&prng, 1, 6);
			reasons[i] = (struct grant_reason){ began, prng_chance(&prng, 150) ? 0 : began + prng_between(&prng, 1, 9) };
		}
		size_t made = grant_of_reasons(reasons, count, grants);
		assert_true(made <= count);
		uint64_t since = 0;
		for (uint64_t order = 1; order < 80; order++) {
			bool lasts = some_reason_lasts(reasons, count, order);
			since = !lasts ? 0 : since == 0 ? order : since;
			const struct grant *grant = grant_at(grants, made, order);
			assert_int_equal(grant != NULL, lasts);
			if (lasts)
				assert_int_equal(grant->g, since);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_reason_is_no_grant),
		cmocka_unit_test(a_grant_has_the_name_of_the_assignment_that_began_it),
		cmocka_unit_test(assigned_ended_assigned_again_is_two_grants),
		cmocka_unit_test(further_reasons_neither_rename_nor_end_it),
		cmocka_unit_test(one_delta_that_ends_one_reason_and_begins_another_keeps_the_grant),
		cmocka_unit_test(random_histories_agree_with_the_definition),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
