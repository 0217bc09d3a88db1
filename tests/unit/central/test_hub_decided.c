/* What was decided of the quarantine stays listed: newest first, with who and why; the words go with their case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/rules.h"
#include "records_table.h"
#include "session.pb.h"

enum { SEEN_MAX = 8 };
struct seen {
	size_t count;
	struct hub_decided decided[SEEN_MAX];
	char words[SEEN_MAX][HUB_RULING_REASON_BYTES + 1];
};

static bool take(void *ctx, const struct hub_decided *decided)
{
	struct seen *seen = ctx;
	assert_true(seen->count < SEEN_MAX);
	seen->decided[seen->count] = *decided;
	if (decided->ruling.reason.len != 0)
		memcpy(seen->words[seen->count], decided->ruling.reason.data, decided->ruling.reason.len);
	seen->words[seen->count++][decided->ruling.reason.len] = '\0';
	return true;
}

static const struct seen *decided(struct pair *pair)
{
	static struct seen seen;
	seen.count = 0;
	assert_false(fault_is(hub_decisions(pair_hub(pair), take, &seen)));
	return &seen;
}

static void rule(struct pair *pair, const struct hub_ruling *ruling)
{
	struct rules_quarantine found = rules_quarantine(pair);
	assert_true(found.count > 0);
	assert_false(fault_is(hub_decide(pair_hub(pair), &found.item.author, found.item.seq, ruling, pair_hub_time(pair))));
}

/* Two notes of a case its writer does not hold any more. */
static struct case_id two_late_notes(struct pair *pair)
{
	struct case_id id = rules_shared_case(pair, 1);
	pair_unassign(pair, id, 0);
	pair_note(pair, 0, id, "ensimmäinen");
	pair_note(pair, 0, id, "toinen");
	rules_sync(pair, 0);
	assert_int_equal(rules_quarantine(pair).count, 2);
	return id;
}

static void the_newest_comes_first_with_who_and_why_and_outlives_a_restart(void **state)
{
	(void)state;
	struct pair *pair = pair_new(11, 1);
	const struct record_id maija = { { 7, 7, 7 } };
	struct case_id id = two_late_notes(pair);
	rule(pair, &(struct hub_ruling){ .accept = true });
	rule(pair, &(struct hub_ruling){ .by = maija, .reason = span_text("kirjattu väärälle") });
	pair_hub_crash(pair);
	const struct seen *seen = decided(pair);
	assert_int_equal(seen->count, 2);
	assert_false(seen->decided[0].ruling.accept);
	assert_true(ID_EQUAL(seen->decided[0].ruling.by, maija));
	assert_string_equal(seen->words[0], "kirjattu väärälle");
	assert_true(ID_EQUAL(seen->decided[0].item.case_id, id));
	assert_int_equal(seen->decided[0].item.reason, jalka_Reason_NOT_HELD);
	assert_int_equal(seen->decided[0].item.record_type, RECORDS_TYPE_ENCOUNTER_NOTE);
	assert_true(seen->decided[0].decided_ms >= seen->decided[0].item.received_ms && seen->decided[0].item.received_ms != 0);
	assert_true(seen->decided[1].ruling.accept);
	assert_true(ID_IS_NONE(seen->decided[1].ruling.by));
	assert_string_equal(seen->words[1], "");
	pair_free(pair);
}

static void the_words_go_when_their_case_is_erased_and_the_line_stays(void **state)
{
	(void)state;
	struct pair *pair = pair_new(12, 1);
	struct case_id id = two_late_notes(pair);
	rule(pair, &(struct hub_ruling){ .reason = span_text("asiakkaan nimi on Virtanen") });
	assert_false(fault_is(hub_erase_case(pair_hub(pair), id, pair_hub_time(pair))));
	const struct seen *seen = decided(pair);
	assert_int_equal(seen->count, 1);
	assert_string_equal(seen->words[0], "");
	pair_free(pair);
}

static void words_that_are_too_long_decide_nothing(void **state)
{
	(void)state;
	static uint8_t words[HUB_RULING_REASON_BYTES + 1];
	struct pair *pair = pair_new(13, 1);
	two_late_notes(pair);
	struct rules_quarantine found = rules_quarantine(pair);
	memset(words, 'a', sizeof words);
	const struct hub_ruling ruling = { .reason = span_of(words, sizeof words) };
	assert_int_equal(hub_decide(pair_hub(pair), &found.item.author, found.item.seq, &ruling, pair_hub_time(pair)).kind, FAULT_CALLER);
	assert_int_equal(rules_quarantine(pair).count, 2);
	assert_int_equal(decided(pair)->count, 0);
	pair_free(pair);
}

static void the_list_tells_what_stands_in_the_way_of_accepting(void **state)
{
	(void)state;
	struct pair *pair = pair_new(14, 1);
	struct case_id id = two_late_notes(pair);
	assert_null(rules_quarantine(pair).item.obstacle);
	assert_false(rules_quarantine(pair).item.opens);
	assert_true(rules_quarantine(pair).item.written_ms != 0);
	assert_false(fault_is(hub_erase_case(pair_hub(pair), id, pair_hub_time(pair))));
	assert_non_null(rules_quarantine(pair).item.obstacle);
	pair_free(pair);
}

/* A client and a matter of a device that is revoked before it could send them. */
static void two_waiting_openings(struct pair *pair)
{
	rules_open_matter(pair, 0);
	assert_false(fault_is(hub_device_set_state(pair_hub(pair), pair_node(pair, 0), HUB_DEVICE_REVOKED, pair_hub_time(pair))));
	pair_sync(pair, 0);
	assert_true(rules_quarantine(pair).item.opens);
}

static void words_of_what_stands_in_no_case_go_to_no_device(void **state)
{
	(void)state;
	struct pair *pair = pair_new(15, 2);
	two_waiting_openings(pair);
	rule(pair, &(struct hub_ruling){ .reason = span_text("sama henkilö kuin Virtanen") });
	rules_sync(pair, 1);
	assert_false(pair_finds(pair_device_log(pair, 1), "Virtanen"));
	assert_false(pair_finds(pair_hub_log(pair), "Virtanen")); /* who comes later is fed the log */
	pair_hub_crash(pair);
	assert_string_equal(decided(pair)->words[0], "sama henkilö kuin Virtanen");
	pair_free(pair);
}

static void words_of_an_opening_go_when_its_case_is_erased(void **state)
{
	(void)state;
	struct pair *pair = pair_new(16, 2);
	two_waiting_openings(pair);
	rule(pair, &(struct hub_ruling){ .accept = true, .reason = span_text("kysytty Virtaselta") });
	const struct seen *seen = decided(pair);
	struct case_id id = seen->decided[seen->count - 1].item.case_id;
	assert_string_equal(seen->words[seen->count - 1], "kysytty Virtaselta");
	size_t count = seen->count;
	assert_false(fault_is(hub_erase_case(pair_hub(pair), id, pair_hub_time(pair))));
	seen = decided(pair);
	assert_int_equal(seen->count, count);
	assert_string_equal(seen->words[count - 1], "");
	assert_true(seen->decided[count - 1].ruling.accept);
	pair_free(pair);
}

static void what_is_left_of_an_erased_case_is_decided_without_words(void **state)
{
	(void)state;
	struct pair *pair = pair_new(17, 1);
	struct case_id id = two_late_notes(pair);
	assert_false(fault_is(hub_erase_case(pair_hub(pair), id, pair_hub_time(pair))));
	struct rules_quarantine found = rules_quarantine(pair);
	const struct hub_ruling with = { .reason = span_text("Virtanen") };
	assert_int_equal(hub_decide(pair_hub(pair), &found.item.author, found.item.seq, &with, pair_hub_time(pair)).kind, FAULT_CALLER);
	assert_int_equal(rules_quarantine(pair).count, found.count);
	rule(pair, &(struct hub_ruling){ .accept = false });
	assert_int_equal(rules_quarantine(pair).count, found.count - 1);
	pair_free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_comes_first_with_who_and_why_and_outlives_a_restart),
		cmocka_unit_test(the_words_go_when_their_case_is_erased_and_the_line_stays),
		cmocka_unit_test(words_that_are_too_long_decide_nothing),
		cmocka_unit_test(words_of_what_stands_in_no_case_go_to_no_device),
		cmocka_unit_test(words_of_an_opening_go_when_its_case_is_erased),
		cmocka_unit_test(what_is_left_of_an_erased_case_is_decided_without_words),
		cmocka_unit_test(the_list_tells_what_stands_in_the_way_of_accepting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
