/* Erased here, on the devices, after a restart and after a restore. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "lib/rules.h"
#include "session.pb.h"

static void erased_record_is_gone_everywhere_and_the_chain_still_verifies(void **state)
{
	(void)state;
	struct hub_audit audit;
	struct pair *pair = pair_new(1, 2);
	struct case_id id = rules_shared_case(pair, 2);
	struct record_id note = pair_note(pair, 0, id, "poistettava teksti");
	pair_note(pair, 0, id, "jäävä teksti");
	rules_sync(pair, 0);
	rules_sync(pair, 1);
	assert_true(pair_finds(pair_device_log(pair, 1), "poistettava teksti"));
	assert_false(fault_is(hub_erase_record(pair_hub(pair), id, note, pair_hub_time(pair))));
	rules_sync(pair, 0);
	rules_sync(pair, 1);
	assert_false(pair_finds(pair_hub_log(pair), "poistettava teksti"));
	assert_false(pair_finds(pair_device_log(pair, 0), "poistettava teksti"));
	assert_false(pair_finds(pair_device_log(pair, 1), "poistettava teksti"));
	assert_true(pair_finds(pair_device_log(pair, 1), "jäävä teksti"));
	assert_false(fault_is(hub_audit(pair_hub(pair), &audit)));
	assert_int_equal(audit.bad, 0);
	assert_true(audit.erased > 0);
	pair_free(pair);
}

static void erased_case_is_forgotten_while_its_holder_was_offline(void **state)
{
	(void)state;
	struct pair *pair = pair_new(2, 2);
	struct case_id id = rules_shared_case(pair, 2);
	pair_note(pair, 0, id, "koko asia pois");
	rules_sync(pair, 0);
	rules_sync(pair, 1);
	assert_false(fault_is(hub_erase_case(pair_hub(pair), id, pair_hub_time(pair))));
	pair_hub_crash(pair);
	pair_note(pair, 1, id, "kirjattu tietämättä");
	rules_sync(pair, 0);
	rules_sync(pair, 1);
	rules_sync(pair, 1);
	assert_false(pair_finds(pair_hub_log(pair), "koko asia pois"));
	assert_false(pair_finds(pair_device_log(pair, 0), "koko asia pois"));
	assert_false(pair_finds(pair_device_log(pair, 1), "koko asia pois"));
	assert_false(replica_holds(pair_replica(pair, 1), id));
	assert_int_equal(rules_quarantine(pair).item.reason, jalka_Reason_ERASED);
	assert_int_equal(hub_erase_case(pair_hub(pair), id, pair_hub_time(pair)).kind, FAULT_CALLER);
	pair_free(pair);
}

static void erasure_outlives_a_restore(void **state)
{
	(void)state;
	struct pair *pair = pair_new(3, 1);
	struct case_id id = rules_shared_case(pair, 1);
	struct record_id note = pair_note(pair, 0, id, "ei saa palata");
	rules_sync(pair, 0);
	struct log *backup = pair_hub_backup(pair);
	assert_false(fault_is(hub_erase_record(pair_hub(pair), id, note, pair_hub_time(pair))));
	pair_hub_restore(pair, backup, true);
	assert_false(pair_finds(pair_hub_log(pair), "ei saa palata"));
	rules_sync(pair, 0);
	rules_sync(pair, 0);
	assert_false(pair_finds(pair_hub_log(pair), "ei saa palata"));
	assert_false(pair_finds(pair_device_log(pair, 0), "ei saa palata"));
	pair_free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(erased_record_is_gone_everywhere_and_the_chain_still_verifies),
		cmocka_unit_test(erased_case_is_forgotten_while_its_holder_was_offline),
		cmocka_unit_test(erasure_outlives_a_restore),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
