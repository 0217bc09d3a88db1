/* What becomes of a row: an opening that is said again grants nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "central/hub_state.h"
#include "lib/rules.h"
#include "store/replica_state.h"

struct opening {
	struct case_id case_id;
	size_t len, count; /* of its bytes; how often the log has them */
	uint8_t bytes[4096];
};

static bool take_opening(void *ctx, const struct log_entry *entry)
{
	struct opening *opening = ctx;
	struct delta delta;
	if (!ID_EQUAL(entry->case_id, opening->case_id) || fault_is(delta_read(entry->bytes, &delta)) || !delta.opens)
		return true;
	assert_true(entry->bytes.len <= sizeof opening->bytes);
	memcpy(opening->bytes, entry->bytes.data, entry->bytes.len);
	opening->len = entry->bytes.len;
	opening->count++;
	return true;
}

static struct opening opening_of(struct log *log, struct case_id id)
{
	struct opening opening = { .case_id = id };
	assert_false(fault_is(log_read_local(log, 0, take_opening, &opening)));
	assert_true(opening.count > 0);
	return opening;
}

/* A program of somebody's own, with the keys of the device: these bytes in its chain, unchanged. */
static void say_again(struct pair *pair, size_t device, const struct opening *opening)
{
	struct replica *replica = pair_replica(pair, device);
	const struct author_place local = { .verdict = LOG_LOCAL };
	struct log_entry entry;
	assert_false(fault_is(replica_state_begin(replica)));
	assert_false(fault_is(author_reissue(&replica->author, span_of(opening->bytes, opening->len),
					     pair_time(pair).wall_ms, &local, &entry)));
	assert_false(fault_is(replica_state_commit(replica)));
	replica->counts_stale = true;
}

static bool holds(struct pair *pair, struct case_id id, size_t device)
{
	const struct record_id staff = pair_holder(pair, device);
	const struct assignments_case *info = assignments_case_get(&pair_hub(pair)->assignments, &id);
	const struct assignments_holder *holder = assignments_holder_get(&pair_hub(pair)->assignments, &staff);
	return info != NULL && holder != NULL && assignments_holds(info, holder);
}

static bool is_own_worker(struct pair *pair, struct case_id id, size_t device)
{
	struct record_id staff, own = pair_holder(pair, device);
	return hub_own_worker(pair_hub(pair), id, &staff) && ID_EQUAL(staff, own);
}

/* Who held a case for the day's visit knows its opening, with its secret. */
static void said_again_by(struct pair *pair, struct case_id id, const struct opening *opening)
{
	struct record_id assignment;
	struct replica_written other;
	assert_false(fault_is(hub_assign(pair_hub(pair), id, pair_holder(pair, 1), HUB_ASSIGN_VISIT | 2, pair_hub_time(pair),
					 &assignment)));
	rules_sync(pair, 1);
	pair_unassign(pair, id, 1);
	say_again(pair, 1, opening);
	assert_false(fault_is(pair_open(pair, 1, DELTA_CASE_CLIENT, (struct case_id){ { 0 } }, &other)));
	rules_sync(pair, 1);
	assert_true(holds(pair, other.case_id, 1)); /* what it did open */
	assert_false(holds(pair, id, 1));
	assert_int_equal(rules_quarantine(pair).count, 1);
	assert_int_equal(rules_quarantine(pair).item.reason, jalka_Reason_DUPLICATE_OPENING);
}

static void an_opening_said_again_by_another_device_is_quarantined_and_grants_nothing(void **state)
{
	(void)state;
	struct pair *pair = pair_new(1, 2);
	struct case_id id = rules_open_matter(pair, 0).case_id;
	rules_sync(pair, 0);
	const struct opening opening = opening_of(pair_device_log(pair, 0), id);
	said_again_by(pair, id, &opening);
	assert_true(is_own_worker(pair, id, 0));
	/* Nor does a person's yes make anybody hold it. */
	rules_decide_first(pair, true);
	assert_false(holds(pair, id, 1));
	assert_true(is_own_worker(pair, id, 0));
	pair_free(pair);
}

static void an_opening_of_the_central_node_is_not_a_device_s_to_say(void **state)
{
	(void)state;
	struct pair *pair = pair_new(2, 2);
	struct case_id id = rules_shared_case(pair, 1);
	const struct opening opening = opening_of(pair_device_log(pair, 0), id);
	said_again_by(pair, id, &opening);
	pair_free(pair);
}

/* Another opening of a case that is open, with a secret of one's own: it waits as often as it is said. */
static void a_second_opening_waits_however_often_it_is_said(void **state)
{
	(void)state;
	struct pair *pair = pair_new(4, 2);
	struct case_id id = rules_open_matter(pair, 0).case_id;
	rules_sync(pair, 0);
	struct opening opening = opening_of(pair_device_log(pair, 0), id), second = { .case_id = id };
	struct delta delta;
	struct wire_out out;
	assert_false(fault_is(delta_read(span_of(opening.bytes, opening.len), &delta)));
	memset(delta.record_id.bytes, 9, ID_BYTES);
	memset(delta.opening.secret.bytes, 9, DELTA_SECRET_BYTES);
	wire_out_init(&out, second.bytes, sizeof second.bytes);
	assert_false(fault_is(delta_write(&delta, &out)));
	second.len = out.used;
	for (size_t i = 1; i <= 3; i++) {
		say_again(pair, 1, &second);
		if (i == 1) /* and once more in the same chunk */
			continue;
		rules_sync(pair, 1);
		assert_int_equal(rules_quarantine(pair).count, i);
		assert_int_equal(rules_quarantine(pair).item.reason, jalka_Reason_DUPLICATE_OPENING);
	}
	pair_free(pair);
}

/* What the device has of the chain held here is told in steps: of a long one that was not
 * receipted, it issues more again than it must. */
static void an_own_opening_said_again_is_accepted_and_takes_no_case_back(void **state)
{
	(void)state;
	enum { BEFORE = 6, AFTER = 600 };
	struct pair *pair = pair_new(3, 2);
	struct case_id shared = rules_shared_case(pair, 2);
	struct replica_written other;
	struct record_id assignment;
	for (int i = 0; i < BEFORE; i++)
		pair_note(pair, 0, shared, "ennen");
	struct case_id id = rules_open_matter(pair, 0).case_id;
	struct log *copy = pair_device_backup(pair, 0);
	for (int i = 0; i < AFTER; i++)
		pair_note(pair, 0, shared, "kopion jälkeen");
	rules_sync(pair, 0);
	assert_true(is_own_worker(pair, id, 0));
	pair_unassign(pair, id, 0);
	assert_false(fault_is(hub_assign(pair_hub(pair), id, pair_holder(pair, 1), 1, pair_hub_time(pair), &assignment)));
	pair_device_restore(pair, 0, copy);
	assert_false(fault_is(pair_open(pair, 0, DELTA_CASE_CLIENT, (struct case_id){ { 0 } }, &other)));
	rules_sync(pair, 0);
	assert_int_equal(opening_of(pair_hub_log(pair), id).count, 2);
	assert_int_equal(rules_quarantine(pair).count, 0);
	assert_true(holds(pair, other.case_id, 0));
	assert_false(holds(pair, id, 0));
	assert_true(is_own_worker(pair, id, 1));
	pair_free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_opening_said_again_by_another_device_is_quarantined_and_grants_nothing),
		cmocka_unit_test(an_opening_of_the_central_node_is_not_a_device_s_to_say),
		cmocka_unit_test(a_second_opening_waits_however_often_it_is_said),
		cmocka_unit_test(an_own_opening_said_again_is_accepted_and_takes_no_case_back),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
