/* web_session: a token serves once and for a minute, a session for twelve hours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>

#include "api/web_session.h"

static struct web_sessions sessions;
static uint8_t drawn;

static const uint8_t *draw(void)
{
	static uint8_t random[32];
	memset(random, ++drawn, sizeof random);
	return random;
}

static int fresh(void **state)
{
	(void)state;
	memset(&sessions, 0, sizeof sessions);
	return sodium_init() < 0;
}

static void a_token_gives_one_session_and_no_second(void **state)
{
	char token[WEB_SESSION_TEXT_BYTES], session[WEB_SESSION_TEXT_BYTES];
	(void)state;
	web_session_offer(&sessions, draw(), 1000, token);
	assert_false(web_session_holds(&sessions, span_text(token), 1001));
	assert_true(web_session_begin(&sessions, span_text(token), draw(), 1001, session));
	assert_false(web_session_begin(&sessions, span_text(token), draw(), 1002, session));
	assert_true(web_session_holds(&sessions, span_text(session), 1002));
}

static void a_token_is_too_old_after_a_minute(void **state)
{
	char token[WEB_SESSION_TEXT_BYTES], session[WEB_SESSION_TEXT_BYTES];
	(void)state;
	web_session_offer(&sessions, draw(), 1000, token);
	assert_false(web_session_begin(&sessions, span_text(token), draw(), 1000 + WEB_SESSION_TOKEN_MS, session));
	web_session_offer(&sessions, draw(), 1000, token);
	assert_true(web_session_begin(&sessions, span_text(token), draw(), 999 + WEB_SESSION_TOKEN_MS, session));
}

static void a_session_ends_after_twelve_hours(void **state)
{
	char token[WEB_SESSION_TEXT_BYTES], session[WEB_SESSION_TEXT_BYTES];
	(void)state;
	web_session_offer(&sessions, draw(), 0, token);
	assert_true(web_session_begin(&sessions, span_text(token), draw(), 10, session));
	assert_true(web_session_holds(&sessions, span_text(session), 9 + WEB_SESSION_MS));
	assert_false(web_session_holds(&sessions, span_text(session), 10 + WEB_SESSION_MS));
}

static void what_nobody_was_given_holds_nothing(void **state)
{
	char session[WEB_SESSION_TEXT_BYTES];
	static const char *const guesses[] = { "", "0", "0000000000000000000000000000000000000000000000000000000000000000" };
	(void)state;
	for (size_t i = 0; i < sizeof guesses / sizeof guesses[0]; i++) {
		assert_false(web_session_holds(&sessions, span_text(guesses[i]), 0));
		assert_false(web_session_begin(&sessions, span_text(guesses[i]), draw(), 0, session));
	}
}

static void neither_tokens_nor_sessions_stand_in_memory(void **state)
{
	char token[WEB_SESSION_TEXT_BYTES], session[WEB_SESSION_TEXT_BYTES];
	(void)state;
	web_session_offer(&sessions, draw(), 0, token);
	assert_null(memmem(&sessions, sizeof sessions, token, strlen(token)));
	assert_true(web_session_begin(&sessions, span_text(token), draw(), 1, session));
	assert_null(memmem(&sessions, sizeof sessions, session, strlen(session)));
}

static void the_newest_have_a_place(void **state)
{
	char first[WEB_SESSION_TEXT_BYTES], last[WEB_SESSION_TEXT_BYTES], session[WEB_SESSION_TEXT_BYTES];
	(void)state;
	web_session_offer(&sessions, draw(), 1, first);
	for (int i = 0; i < WEB_SESSION_TOKENS; i++)
		web_session_offer(&sessions, draw(), (uint64_t)(2 + i), last);
	assert_false(web_session_begin(&sessions, span_text(first), draw(), 50, session));
	assert_true(web_session_begin(&sessions, span_text(last), draw(), 50, session));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_token_gives_one_session_and_no_second, fresh),
		cmocka_unit_test_setup(a_token_is_too_old_after_a_minute, fresh),
		cmocka_unit_test_setup(a_session_ends_after_twelve_hours, fresh),
		cmocka_unit_test_setup(what_nobody_was_given_holds_nothing, fresh),
		cmocka_unit_test_setup(neither_tokens_nor_sessions_stand_in_memory, fresh),
		cmocka_unit_test_setup(the_newest_have_a_place, fresh),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
