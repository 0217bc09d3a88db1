/* Which figures want a person's attention, and which do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/alerts.h"

#define HOUR_MS (3600 * 1000ULL)
#define DAY_MS (24 * HOUR_MS)
#define NOW_MS (1000 * DAY_MS)
#define BIT(name) (1u << (name))

static const struct alerts_limits limits = {
	.contact_days = ALERTS_CONTACT_DAYS, .unsent_hours = ALERTS_UNSENT_HOURS, .disk_percent = ALERTS_DISK_PERCENT,
	.clock_s = ALERTS_CLOCK_S, .failures = ALERTS_FAILURES_MAX, .quarantine_days = ALERTS_QUARANTINE_DAYS,
};

/* In use, told a moment ago, nothing wrong. */
static struct alerts_device sound(void)
{
	return (struct alerts_device){ .is_active = true, .since_ms = NOW_MS, .told_ms = NOW_MS, .free_bytes = 50, .disk_bytes = 100 };
}

static uint32_t of(struct alerts_device device)
{
	return alerts_of_device(&device, &limits, NOW_MS);
}

static void sound_device_has_no_alert(void **state)
{
	(void)state;
	assert_int_equal(of(sound()), 0);
	assert_int_equal(of((struct alerts_device){ .is_active = true, .since_ms = NOW_MS }), 0); /* W2: it has told nothing */
}

static void each_figure_has_its_alert_just_beyond_its_limit(void **state)
{
	static const struct {
		enum alerts_name name;
		struct alerts_device just, beyond;
	} cases[] = {
#define CASE(name, member, just_value, beyond_value) \
	{ name, { .is_active = true, .since_ms = NOW_MS, .told_ms = NOW_MS, .member = just_value }, \
	  { .is_active = true, .since_ms = NOW_MS, .told_ms = NOW_MS, .member = beyond_value } }
		CASE(ALERTS_OLD_UNSENT, oldest_unsent_ms, NOW_MS - 24 * HOUR_MS, NOW_MS - 24 * HOUR_MS - 1),
		CASE(ALERTS_OLD_QUARANTINE, oldest_quarantined_ms, NOW_MS - 3 * DAY_MS, NOW_MS - 3 * DAY_MS - 1),
		CASE(ALERTS_FAILURES, failures, 5, 6),
		CASE(ALERTS_WRONG_PASSPHRASES, wrong_passphrases, 5, 6),
		CASE(ALERTS_CLOCK_OFF, clock_offset_ms, -120000, -120001),
		CASE(ALERTS_CLOCK_OFF, clock_offset_ms, 120000, 120001),
		CASE(ALERTS_VERSION_OLD, is_version_old, false, true),
		CASE(ALERTS_DISK_NOT_ENCRYPTED, is_disk_open, false, true),
		CASE(ALERTS_TWIN, is_twin, false, true),
		CASE(ALERTS_WAITING_CONFIRMATION, is_waiting, false, true),
#undef CASE
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(of(cases[i].just), 0);
		assert_int_equal(of(cases[i].beyond), BIT(cases[i].name));
	}
	struct alerts_device silent = sound(), full = sound();
	silent.since_ms = NOW_MS - 7 * DAY_MS;
	assert_int_equal(of(silent), 0);
	silent.since_ms--;
	assert_int_equal(of(silent), BIT(ALERTS_NO_CONTACT));
	full.disk_bytes = 1000000;
	full.free_bytes = 50000;
	assert_int_equal(of(full), 0);
	full.free_bytes = 49000;
	assert_int_equal(of(full), BIT(ALERTS_DISK_FULL));
}

static void failures_told_long_ago_are_none_now(void **state)
{
	struct alerts_device device = sound();
	(void)state;
	device.failures = device.wrong_passphrases = 100;
	device.told_ms = NOW_MS - ALERTS_TOLD_HOURS * HOUR_MS;
	assert_int_equal(of(device), BIT(ALERTS_FAILURES) | BIT(ALERTS_WRONG_PASSPHRASES));
	device.told_ms--;
	assert_int_equal(of(device), 0);
}

static void revoked_device_is_pressed_only_until_it_is_erased(void **state)
{
	struct alerts_device device = sound();
	(void)state;
	device.is_active = false;
	device.is_out = true;
	device.since_ms = 1; /* silent, of course */
	device.oldest_unsent_ms = 1;
	device.is_version_old = device.is_disk_open = true;
	assert_int_equal(of(device), BIT(ALERTS_WIPE_OPEN));
	device.is_twin = true; /* somebody has its disk: that is still to be found */
	assert_int_equal(of(device), BIT(ALERTS_TWIN) | BIT(ALERTS_WIPE_OPEN));
	device.is_erased = true;
	assert_int_equal(of(device), 0);
	device.oldest_quarantined_ms = 1; /* its work waits all the same */
	assert_int_equal(of(device), BIT(ALERTS_OLD_QUARANTINE));
}

static void suspended_device_may_be_silent(void **state)
{
	struct alerts_device device = sound();
	(void)state;
	device.is_active = false;
	device.since_ms = 1;
	assert_int_equal(of(device), 0);
}

static void most_pressing_come_first(void **state)
{
	(void)state;
	assert_true(alerts_compare(BIT(ALERTS_TWIN), BIT(ALERTS_WIPE_OPEN) | BIT(ALERTS_OLD_UNSENT)) < 0);
	assert_true(alerts_compare(BIT(ALERTS_OLD_UNSENT) | BIT(ALERTS_CLOCK_OFF), BIT(ALERTS_OLD_UNSENT)) < 0);
	assert_true(alerts_compare(0, BIT(ALERTS_DISK_NOT_ENCRYPTED)) > 0);
	assert_int_equal(alerts_compare(BIT(ALERTS_TWIN), BIT(ALERTS_TWIN)), 0);
	for (unsigned i = 1; i < ALERTS_COUNT; i++)
		assert_true(alerts_level(i) >= alerts_level(i - 1)); /* the bits stand by level */
}

static void central_node_has_alerts_of_its_own(void **state)
{
	struct alerts_node node = { .keeps_backup = true, .free_bytes = 50, .disk_bytes = 100 };
	(void)state;
	assert_int_equal(alerts_of_node(&node, &limits, NOW_MS), 0);
	node.behind_since_ms = NOW_MS - ALERTS_BACKUP_HOURS * HOUR_MS;
	assert_int_equal(alerts_of_node(&node, &limits, NOW_MS), 0);
	node.behind_since_ms--;
	assert_int_equal(alerts_of_node(&node, &limits, NOW_MS), BIT(ALERTS_NODE_BACKUP_FAILING));
	node.keeps_backup = false;
	assert_int_equal(alerts_of_node(&node, &limits, NOW_MS), BIT(ALERTS_NODE_NO_BACKUP));
	node = (struct alerts_node){ .keeps_backup = true, .is_unconfirmed = true, .backup_failed = true, .disk_bytes = 10000,
				     .free_bytes = 100, .oldest_quarantined_ms = 1 };
	assert_int_equal(alerts_of_node(&node, &limits, NOW_MS),
			 BIT(ALERTS_NODE_UNCONFIRMED) | BIT(ALERTS_NODE_DISK_FULL) | BIT(ALERTS_NODE_BACKUP_FAILING) |
				 BIT(ALERTS_NODE_QUARANTINE_WAITING));
}

static void versions_compare_by_their_numbers(void **state)
{
	(void)state;
	assert_true(alerts_is_older("0.1.0", "0.2.0"));
	assert_true(alerts_is_older("0.9.0", "0.10.0"));
	assert_false(alerts_is_older("0.1.0", "0.1.0"));
	assert_false(alerts_is_older("1.0.0", "0.9.9"));
	assert_false(alerts_is_older("", "0.1.0"));
	assert_false(alerts_is_older("0.1.0", "unknown"));
	assert_true(alerts_is_older("0.1.0-rc", "0.1.1"));
	assert_false(alerts_is_older("99999999999999999999.1", "1.0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound_device_has_no_alert),
		cmocka_unit_test(each_figure_has_its_alert_just_beyond_its_limit),
		cmocka_unit_test(failures_told_long_ago_are_none_now),
		cmocka_unit_test(revoked_device_is_pressed_only_until_it_is_erased),
		cmocka_unit_test(suspended_device_may_be_silent),
		cmocka_unit_test(most_pressing_come_first),
		cmocka_unit_test(central_node_has_alerts_of_its_own),
		cmocka_unit_test(versions_compare_by_their_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
