/* console_session: a person's sessions, their two ends, and how many there may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <sodium.h>

#include "api/console_session.h"

static struct console_sessions sessions;
static uint8_t drawn;
static const struct record_id maija = { { 1 } }, olavi = { { 2 } };
static char token[CONSOLE_SESSION_TEXT_BYTES];
enum { WALL = 5000000 };

static int fresh(void **state)
{
	(void)state;
	memset(&sessions, 0, sizeof sessions);
	drawn = 0;
	return sodium_init() < 0;
}

static struct console_session *begin(struct record_id staff, uint64_t mono_ms)
{
	uint8_t random[CONSOLE_SESSION_RANDOM_BYTES];
	drawn++;
	for (size_t i = 0; i < sizeof random; i++)
		random[i] = (uint8_t)(drawn * 37 + i);
	return console_session_begin(&sessions, staff, "Firefox\r\n\x80 1", random, WALL + mono_ms, mono_ms, token);
}

static struct console_session *find(uint64_t mono_ms)
{
	return console_session_find(&sessions, span_text(token), mono_ms);
}

static void a_session_is_found_by_its_token_alone(void **state)
{
	(void)state;
	struct console_session *session = begin(maija, 1000);
	assert_ptr_equal(find(1000), session);
	assert_string_equal(session->from, "Firefox 1");
	assert_ptr_equal(console_session_named(&sessions, session->id, 1000), session);
	assert_null(console_session_find(&sessions, span_text(session->id), 1000));
	assert_null(console_session_find(&sessions, span_of("", 0), 1000));
	assert_null(console_session_find(&sessions, span_of(token, 63), 1000));
	assert_null(console_session_named(&sessions, "", 1000));
	assert_null(memmem(&sessions, sizeof sessions, token, 16)); /* S2 */
}

static void it_ends_half_an_hour_after_the_last_act(void **state)
{
	(void)state;
	struct console_session *session = begin(maija, 1000);
	console_session_touch(session, WALL, 2000);
	assert_non_null(find(2000 + CONSOLE_SESSION_IDLE_MS - 1));
	assert_null(find(2000 + CONSOLE_SESSION_IDLE_MS));
	assert_int_equal(console_session_until_wall(session, 70000, 2000 + CONSOLE_SESSION_IDLE_MS - 30), 70030);
}

static void it_ends_after_half_a_day_whatever_is_done(void **state)
{
	(void)state;
	struct console_session *session = begin(maija, 1000);
	for (uint64_t at = 1000; at < 1000 + CONSOLE_SESSION_MS; at += 60000)
		console_session_touch(session, WALL + at, at);
	assert_non_null(find(1000 + CONSOLE_SESSION_MS - 1));
	assert_null(find(1000 + CONSOLE_SESSION_MS));
}

static void what_was_ended_is_over(void **state)
{
	(void)state;
	struct console_session *session = begin(maija, 1000);
	console_session_end(session);
	assert_null(find(1000));
	assert_int_equal(session->number, 0);
}

static void one_too_many_of_a_person_ends_their_oldest(void **state)
{
	uint64_t first;
	(void)state;
	(void)begin(olavi, 1);
	first = begin(maija, 1000)->number;
	for (uint64_t i = 1; i < CONSOLE_SESSION_OF_ONE; i++)
		(void)begin(maija, 1000 + i);
	size_t firsts = 0, held = 0;
	(void)begin(maija, 3000);
	for (size_t i = 0; i < CONSOLE_SESSION_MAX; i++) {
		firsts += sessions.all[i].number == first;
		held += sessions.all[i].number != 0;
	}
	assert_int_equal(firsts, 0);
	assert_int_equal(held, CONSOLE_SESSION_OF_ONE + 1); /* olavi's stays */
}

static void one_too_many_of_all_ends_the_oldest(void **state)
{
	char oldest[CONSOLE_SESSION_TEXT_BYTES];
	(void)state;
	for (uint8_t i = 0; i < CONSOLE_SESSION_MAX; i++) {
		(void)begin((struct record_id){ { i, 7 } }, 1000u + i);
		if (i == 0)
			memcpy(oldest, token, sizeof oldest);
	}
	(void)begin(olavi, 5000);
	assert_non_null(find(5000));
	assert_null(console_session_find(&sessions, span_text(oldest), 5000));
}

static void numbers_are_never_given_twice(void **state)
{
	(void)state;
	uint64_t before = begin(maija, 1)->number;
	console_session_end(find(1));
	assert_true(begin(maija, 1)->number > before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_session_is_found_by_its_token_alone, fresh),
		cmocka_unit_test_setup(it_ends_half_an_hour_after_the_last_act, fresh),
		cmocka_unit_test_setup(it_ends_after_half_a_day_whatever_is_done, fresh),
		cmocka_unit_test_setup(what_was_ended_is_over, fresh),
		cmocka_unit_test_setup(one_too_many_of_a_person_ends_their_oldest, fresh),
		cmocka_unit_test_setup(one_too_many_of_all_ends_the_oldest, fresh),
		cmocka_unit_test_setup(numbers_are_never_given_twice, fresh),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
