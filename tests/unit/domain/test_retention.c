/* retention: how long cases are kept, against days counted by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/civil.h"
#include "domain/retention.h"

static int32_t day(const char *text)
{
	int32_t days = 0;
	assert_true(civil_read_date(span_text(text), &days));
	return days;
}

static void a_matter_is_kept_ten_years_from_its_closing(void **state)
{
	(void)state;
	assert_int_equal(retention_until(RETENTION_WORKING_AGE, day("2016-05-03")), day("2026-05-03"));
	assert_false(retention_is_over(day("2026-05-03"), day("2026-05-03"))); /* kept through its last day */
	assert_true(retention_is_over(day("2026-05-03"), day("2026-05-04")));
}

static void a_card_is_kept_two_years_from_the_death_and_a_child_notice_thirty(void **state)
{
	(void)state;
	assert_int_equal(retention_until(RETENTION_CLIENT_CARD, day("2024-02-29")), day("2026-02-28"));
	assert_int_equal(retention_until(RETENTION_CHILD_PROTECTION, day("1996-02-29")), day("2026-02-28"));
}

static void every_kind_of_a_clients_case_has_its_class(void **state)
{
	enum retention_class class;
	(void)state;
	assert_true(retention_class_of(DELTA_CASE_CLIENT, &class) && class == RETENTION_CLIENT_CARD);
	assert_true(retention_class_of(DELTA_CASE_PROTECTED, &class) && class == RETENTION_CLIENT_CARD);
	assert_true(retention_class_of(DELTA_CASE_MATTER, &class) && class == RETENTION_WORKING_AGE);
	assert_true(retention_class_of(DELTA_CASE_SENSITIVE, &class) && class == RETENTION_WORKING_AGE);
	assert_true(retention_class_of(DELTA_CASE_CHILD_NOTICE, &class) && class == RETENTION_CHILD_PROTECTION);
	assert_false(retention_class_of(DELTA_CASE_REFERENCE, &class));
	assert_false(retention_class_of(DELTA_CASE_DIRECTORY, &class));
	assert_false(retention_class_of(DELTA_CASE_ACCESS, &class));
	for (class = 0; class < RETENTION_CLASSES; class++)
		assert_true(retention_row(class)->years > 0 && strlen(retention_row(class)->basis) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_matter_is_kept_ten_years_from_its_closing),
		cmocka_unit_test(a_card_is_kept_two_years_from_the_death_and_a_child_notice_thirty),
		cmocka_unit_test(every_kind_of_a_clients_case_has_its_class),
	};
	return cmocka_run_group_tests_name("retention", tests, NULL, NULL);
}
