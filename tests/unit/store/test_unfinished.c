/* What is typed and is no draft is there again, and no window takes another's away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "store/unfinished.h"

#define MUST(call) assert_int_equal((call).kind, FAULT_NONE)

static struct unfinished text_of(unsigned about, const char *name, const char *text)
{
	struct unfinished one = { .name = span_text(name), .text = span_text(text), .record_type = 7, .window = 1, .changed_ms = 1000 };
	memset(one.about, (int)about, ID_BYTES);
	memset(one.case_id.bytes, 99, ID_BYTES);
	return one;
}

struct seen {
	size_t count;
	struct unfinished last;
	char text[64], name[UNFINISHED_NAME_BYTES + 1];
};

static bool see(void *ctx, const struct unfinished *text)
{
	struct seen *seen = ctx;
	seen->count++;
	seen->last = *text;
	snprintf(seen->text, sizeof seen->text, "%.*s", (int)text->text.len, (const char *)text->text.data);
	snprintf(seen->name, sizeof seen->name, "%.*s", (int)text->name.len, (const char *)text->name.data);
	return true;
}

static struct seen all(struct log *log)
{
	struct seen seen = { .count = 0 };
	MUST(unfinished_list(log, NULL, span_of("", 0), see, &seen));
	return seen;
}

static int setup(void **state)
{
	*state = log_memory_new();
	return 0;
}

static int teardown(void **state)
{
	log_close(*state);
	return 0;
}

static void a_text_is_read_back_until_it_is_empty(void **state)
{
	struct log *log = *state;
	uint64_t changed_ms;
	struct unfinished text = text_of(3, "record/change", "kesken");
	MUST(unfinished_put(log, &text, 0, &changed_ms));
	assert_false(log_in_transaction(log)); /* U1 */
	assert_int_equal(changed_ms, 1000);
	struct seen seen = all(log);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.text, "kesken");
	assert_string_equal(seen.name, "record/change");
	assert_int_equal(seen.last.about[0], 3);
	assert_int_equal(seen.last.case_id.bytes[0], 99);
	assert_int_equal(seen.last.record_type, 7);
	text = text_of(3, "record/change", "");
	MUST(unfinished_put(log, &text, 0, &changed_ms));
	assert_int_equal(changed_ms, 0);
	assert_int_equal(all(log).count, 0);
	MUST(unfinished_put(log, &text, 0, &changed_ms)); /* what is not there may be taken away */
}

static void a_later_text_keeps_its_beginning_and_is_always_newer(void **state) /* U2 */
{
	struct log *log = *state;
	uint64_t first_ms, later_ms;
	struct unfinished text = text_of(3, "a", "yksi");
	MUST(unfinished_put(log, &text, 0, &first_ms));
	text = text_of(3, "a", "kaksi");
	text.changed_ms = 400; /* the clock was set back */
	MUST(unfinished_put(log, &text, first_ms, &later_ms));
	assert_true(later_ms > first_ms);
	assert_int_equal(all(log).last.begun_ms, 1000);
	assert_string_equal(all(log).text, "kaksi");
}

static void a_window_does_not_replace_what_it_has_not_seen(void **state) /* U3 */
{
	struct log *log = *state;
	uint64_t mine_ms, theirs_ms = 77;
	struct unfinished mine = text_of(3, "a", "minun"), theirs = text_of(3, "a", "toisen");
	theirs.window = 2;
	MUST(unfinished_put(log, &mine, 0, &mine_ms));
	assert_int_equal(unfinished_put(log, &theirs, 0, &theirs_ms).kind, FAULT_STALE);
	assert_int_equal(theirs_ms, 77);
	theirs.text = span_text("");
	assert_int_equal(unfinished_put(log, &theirs, 0, &theirs_ms).kind, FAULT_STALE); /* nor takes it away */
	assert_string_equal(all(log).text, "minun");
	theirs.text = span_text("toisen");
	MUST(unfinished_put(log, &theirs, mine_ms, &theirs_ms)); /* it has read it */
	assert_int_equal(unfinished_put(log, &mine, mine_ms, &mine_ms).kind, FAULT_STALE);
	MUST(unfinished_put(log, &mine, theirs_ms, &mine_ms));
	MUST(unfinished_put(log, &mine, 0, &mine_ms)); /* its own, whatever answer was lost */
	assert_string_equal(all(log).text, "minun");
}

static void texts_are_found_and_discarded_by_what_they_are_about(void **state)
{
	struct log *log = *state;
	struct seen seen = { .count = 0 }, named = { .count = 0 };
	uint64_t changed_ms;
	for (unsigned i = 0; i < 4; i++) {
		struct unfinished text = text_of(1 + i % 2, i < 2 ? "a" : "ab", "x");
		MUST(unfinished_put(log, &text, 0, &changed_ms));
	}
	const struct unfinished one = text_of(1, "a", "");
	MUST(unfinished_list(log, one.about, span_of("", 0), see, &seen));
	assert_int_equal(seen.count, 2);
	MUST(unfinished_list(log, one.about, span_text("a"), see, &named));
	assert_int_equal(named.count, 1);
	MUST(unfinished_discard(log, one.about));
	assert_int_equal(all(log).count, 2);
	assert_int_equal(all(log).last.about[0], 2);
	MUST(unfinished_discard(log, one.about));
}

static void the_bounds_are_kept_and_nothing_goes_to_make_room(void **state) /* U4 */
{
	struct log *log = *state;
	uint64_t changed_ms;
	char *longest = malloc(UNFINISHED_TEXT_BYTES + 2), name[UNFINISHED_NAME_BYTES + 2];
	assert_non_null(longest);
	memset(longest, 'x', UNFINISHED_TEXT_BYTES + 1);
	longest[UNFINISHED_TEXT_BYTES + 1] = '\0';
	memset(name, 'n', sizeof name);
	struct unfinished text = text_of(1, "a", longest);
	assert_int_equal(unfinished_put(log, &text, 0, &changed_ms).kind, FAULT_LIMIT);
	text.text.len--;
	MUST(unfinished_put(log, &text, 0, &changed_ms));
	text.text = span_text("x");
	text.name = span_of(name, UNFINISHED_NAME_BYTES + 1);
	assert_int_equal(unfinished_put(log, &text, 0, &changed_ms).kind, FAULT_CALLER);
	text.name = span_of(name, 0);
	assert_int_equal(unfinished_put(log, &text, 0, &changed_ms).kind, FAULT_CALLER);
	for (unsigned i = 2; i <= UNFINISHED_MAX; i++) {
		text = text_of(i, "a", "x");
		MUST(unfinished_put(log, &text, 0, &changed_ms));
	}
	text = text_of(UNFINISHED_MAX + 1, "a", "x");
	assert_int_equal(unfinished_put(log, &text, 0, &changed_ms).kind, FAULT_LIMIT);
	assert_int_equal(all(log).count, UNFINISHED_MAX);
	text = text_of(2, "a", "y"); /* one that is there goes on */
	MUST(unfinished_put(log, &text, 0, &changed_ms));
	free(longest);
}

static void a_put_is_part_of_an_open_transaction(void **state) /* U1 */
{
	struct log *log = *state;
	uint64_t changed_ms;
	const struct unfinished text = text_of(1, "a", "x");
	MUST(log_begin(log));
	MUST(unfinished_put(log, &text, 0, &changed_ms));
	MUST(log_rollback(log));
	assert_int_equal(all(log).count, 0);
}

static void a_damaged_value_is_told(void **state)
{
	struct log *log = *state;
	struct seen seen = { .count = 0 };
	uint8_t key[ID_BYTES + 1] = { 1 };
	MUST(log_begin(log));
	MUST(log_put(log, "unfinished", span_of(key, sizeof key), span_text("\x0a\xff")));
	MUST(log_commit(log));
	assert_int_equal(unfinished_list(log, NULL, span_of("", 0), see, &seen).kind, FAULT_STORE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_text_is_read_back_until_it_is_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(a_later_text_keeps_its_beginning_and_is_always_newer, setup, teardown),
		cmocka_unit_test_setup_teardown(a_window_does_not_replace_what_it_has_not_seen, setup, teardown),
		cmocka_unit_test_setup_teardown(texts_are_found_and_discarded_by_what_they_are_about, setup, teardown),
		cmocka_unit_test_setup_teardown(the_bounds_are_kept_and_nothing_goes_to_make_room, setup, teardown),
		cmocka_unit_test_setup_teardown(a_put_is_part_of_an_open_transaction, setup, teardown),
		cmocka_unit_test_setup_teardown(a_damaged_value_is_told, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
