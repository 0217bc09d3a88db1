/* The audit recomputes every chain, and notices what was changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "lib/rules.h"

static void sound_log_has_nothing_bad(void **state)
{
	(void)state;
	struct hub_audit audit;
	struct pair *pair = pair_new(1, 2);
	struct case_id id = rules_shared_case(pair, 2);
	for (int i = 0; i < 5; i++) {
		pair_note(pair, 0, id, "yksi");
		pair_note(pair, 1, id, "kaksi");
		rules_sync(pair, 0);
		rules_sync(pair, 1);
	}
	assert_false(fault_is(hub_audit(pair_hub(pair), &audit)));
	assert_int_equal(audit.bad, 0);
	assert_int_equal(audit.authors, 3);
	assert_true(audit.heads >= 10);
	assert_int_equal(audit.erased, 0);
	assert_string_equal(audit.what, "");
	pair_free(pair);
}

static bool take_entry(void *ctx, const struct log_entry *entry)
{
	struct log_entry *out = ctx;
	*out = *entry;
	return false;
}

static void changed_bytes_are_noticed_with_author_and_seq(void **state)
{
	(void)state;
	struct hub_audit audit;
	struct log_entry entry;
	struct pair *pair = pair_new(2, 1);
	struct case_id id = rules_shared_case(pair, 1);
	struct record_id note = pair_note(pair, 0, id, "alkuperäinen");
	rules_sync(pair, 0);
	struct log *log = pair_hub_log(pair);
	assert_false(fault_is(log_read_record(log, note, take_entry, &entry)));
	assert_false(fault_is(log_begin(log)));
	assert_false(fault_is(log_erase_record(log, note)));
	assert_false(fault_is(log_refill(log, &entry.author, entry.seq, span_text("jotain muuta"))));
	assert_false(fault_is(log_commit(log)));
	assert_false(fault_is(hub_audit(pair_hub(pair), &audit)));
	/* the bytes name no case any more: what cannot be checked is no proof, the case's are */
	assert_int_equal(audit.erased, 0);
	assert_false(fault_is(log_begin(log)));
	assert_false(fault_is(log_erase_record(log, note)));
	static uint8_t other[64];
	struct wire_out out;
	wire_out_init(&out, other, sizeof other);
	wire_put_bytes(&out, 1, ID_SPAN(id));
	assert_false(fault_is(log_refill(log, &entry.author, entry.seq, wire_out_span(&out))));
	assert_false(fault_is(log_commit(log)));
	assert_false(fault_is(hub_audit(pair_hub(pair), &audit)));
	assert_int_equal(audit.bad, 1);
	assert_true(id_author_equal(&audit.first_bad, &entry.author));
	assert_int_equal(audit.first_bad_seq, entry.seq);
	pair_free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound_log_has_nothing_bad),
		cmocka_unit_test(changed_bytes_are_noticed_with_author_and_seq),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
