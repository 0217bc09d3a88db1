/* Time out of contact is counted by whatever shows most of it, and only contact ends it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "store/lease.h"

#define MUST(call) assert_int_equal((call).kind, FAULT_NONE)
#define DAY (24ull * 3600 * 1000)

static const uint64_t noon = 1795000000000;

static struct lease lease_at(uint64_t now_ms)
{
	struct lease lease = { .contact_ms = 0 };
	lease_contact(&lease, now_ms, now_ms - 5000);
	return lease;
}

static void without_contact_or_with_no_days_none_runs(void **state)
{
	struct lease none = { .contact_ms = 0 }, lease = lease_at(noon);
	(void)state;
	assert_true(lease_left_ms(&none, 30) == LEASE_NONE);
	lease_saw(&lease, noon + 4000 * DAY);
	assert_true(lease_left_ms(&lease, 0) == LEASE_NONE);
	assert_true(lease_left_ms(&lease, 30) == 0);
}

static void it_ends_to_the_millisecond(void **state)
{
	struct lease lease = lease_at(noon);
	(void)state;
	assert_true(lease_left_ms(&lease, 30) == 30 * DAY);
	lease_saw(&lease, noon + 30 * DAY - 1);
	assert_true(lease_left_ms(&lease, 30) == 1);
	lease_saw(&lease, noon + 30 * DAY);
	assert_true(lease_left_ms(&lease, 30) == 0);
	assert_true(lease_left_ms(&lease, 31) == DAY);
}

static void a_clock_set_back_gains_nothing(void **state)
{
	struct lease lease = lease_at(noon);
	(void)state;
	lease_saw(&lease, noon + 29 * DAY);
	lease_saw(&lease, noon);
	lease_saw(&lease, 0);
	assert_true(lease_left_ms(&lease, 30) == DAY);
}

static void contact_begins_it_anew_even_at_an_earlier_moment(void **state)
{
	struct lease lease = lease_at(noon);
	(void)state;
	lease_saw(&lease, noon + 400 * DAY); /* the clock was wrong */
	lease_contact(&lease, noon + DAY, noon);
	assert_true(lease_left_ms(&lease, 30) == 30 * DAY);
}

static void own_stamps_show_time_that_the_clock_hides(void **state)
{
	struct lease lease = lease_at(noon);
	(void)state;
	lease_stamped(&lease, noon + 3 * DAY);
	assert_true(lease_left_ms(&lease, 30) == 27 * DAY);
	lease_stamped(&lease, noon + DAY);
	assert_true(lease_left_ms(&lease, 30) == 27 * DAY);
}

static void stamps_of_a_clock_that_ran_ahead_count_by_what_they_rose(void **state)
{
	struct lease lease = { .contact_ms = 0 };
	(void)state;
	lease_contact(&lease, noon, noon + 100 * DAY);
	lease_stamped(&lease, noon + 100 * DAY + 2);
	assert_true(lease_left_ms(&lease, 30) == 30 * DAY - 2);
}

static void it_is_read_back_as_it_was(void **state)
{
	struct log *log = log_memory_new();
	struct lease lease = lease_at(noon), read;
	(void)state;
	MUST(lease_load(log, &read));
	assert_true(read.contact_ms == 0);
	lease_saw(&lease, noon + 7);
	MUST(lease_save(log, &lease));
	MUST(lease_load(log, &read));
	assert_memory_equal(&read, &lease, sizeof lease);
	MUST(log_begin(log)); /* part of another's transaction goes with it */
	lease_saw(&lease, noon + 70);
	MUST(lease_save(log, &lease));
	MUST(log_rollback(log));
	MUST(lease_load(log, &read));
	assert_true(read.seen_ms == noon + 7);
	log_close(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_contact_or_with_no_days_none_runs),
		cmocka_unit_test(it_ends_to_the_millisecond),
		cmocka_unit_test(a_clock_set_back_gains_nothing),
		cmocka_unit_test(contact_begins_it_anew_even_at_an_earlier_moment),
		cmocka_unit_test(own_stamps_show_time_that_the_clock_hides),
		cmocka_unit_test(stamps_of_a_clock_that_ran_ahead_count_by_what_they_rose),
		cmocka_unit_test(it_is_read_back_as_it_was),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
