/* operators: who may sign in at the console, on the log in memory; each fact with the
 * commit failing at each of its calls where it writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <sodium.h>

#include "central/operators.h"

enum { NOW = 1700000000 };
static const uint64_t now_ms = (uint64_t)NOW * 1000;
static const char hash[] = "$argon2id$v=19$m=8,t=1,p=1$of$maija", other_hash[] = "$argon2id$v=19$m=8,t=1,p=1$another";
static const struct record_id maija = { { 1, 2, 3 } }, olavi = { { 9 } };

static struct log *log_;
static uint8_t drawn;
static char token[OPERATORS_TOKEN_BYTES], other_token[OPERATORS_TOKEN_BYTES];

static int fresh(void **state)
{
	(void)state;
	log_ = log_memory_new();
	return log_ == NULL || sodium_init() < 0;
}

static int closed(void **state)
{
	(void)state;
	log_close(log_);
	return 0;
}

static const uint8_t *draw(void)
{
	static uint8_t random[64];
	memset(random, ++drawn, sizeof random);
	return random;
}

static void good(struct fault f)
{
	if (fault_is(f))
		fail_msg("%s", f.what);
}

static void refused(struct fault f, enum fault_kind kind, const char *what)
{
	assert_int_equal(f.kind, kind);
	if (strstr(f.what, what) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", f.what, what);
}

static struct operators_account account_of(struct record_id staff)
{
	struct operators_account account;
	bool found = false;
	good(operators_get(log_, staff, &account, &found));
	assert_true(found);
	return account;
}

static void code_at(const uint8_t secret[static TOTP_SECRET_BYTES], uint64_t ms, char out[static TOTP_DIGITS_MAX + 1])
{
	totp_code(span_of(secret, TOTP_SECRET_BYTES), ms / TOTP_STEP_MS, TOTP_DIGITS, out);
}

/* Invited and joined; gives the secret. */
static void join_as(struct record_id staff, const char *name, uint64_t at_ms, uint8_t secret[static TOTP_SECRET_BYTES])
{
	struct operators_account account;
	char code[TOTP_DIGITS_MAX + 1];
	uint64_t wait;
	good(operators_invite(log_, staff, name, draw(), at_ms, token));
	good(operators_invited(log_, token, at_ms, &account, secret));
	code_at(secret, at_ms, code);
	good(operators_join_begin(log_, token, code, at_ms, &wait));
	good(operators_joined(log_, token, hash, at_ms, &account));
	assert_int_equal(account.state, OPERATORS_ACTIVE);
}

static struct fault sign_in(const char *name, bool password, const char *code, uint64_t at_ms, struct operators_account *out)
{
	struct operators_try tried;
	uint64_t wait;
	FAULT_TRY(operators_begin(log_, name, at_ms, &tried, &wait));
	return operators_finish(log_, &tried, password, code, at_ms, out);
}

static void an_invitation_makes_an_account_once(void **state)
{
	struct operators_account account;
	uint8_t secret[TOTP_SECRET_BYTES];
	char first[OPERATORS_TOKEN_BYTES];
	(void)state;
	good(operators_invite(log_, maija, "Maija.V", draw(), now_ms, token));
	assert_int_equal(strlen(token), 64);
	assert_string_equal(account_of(maija).name, "maija.v");
	assert_int_equal(account_of(maija).state, OPERATORS_INVITED);
	refused(sign_in("maija.v", true, "000000", now_ms, &account), FAULT_CALLER, "the name, the password or the code");
	memcpy(first, token, sizeof first);
	join_as(maija, "maija.v", now_ms, secret); /* a second one: the first serves no more */
	refused(operators_invited(log_, first, now_ms, &account, secret), FAULT_CALLER, "has been used");
	refused(operators_invited(log_, token, now_ms, &account, secret), FAULT_CALLER, "has been used");
	refused(operators_joined(log_, token, hash, now_ms, &account), FAULT_CALLER, "has been used");
	assert_int_equal(account_of(maija).invited_until_ms, 0);
}

static void an_invitation_is_good_for_three_days(void **state)
{
	struct operators_account account;
	uint8_t secret[TOTP_SECRET_BYTES];
	(void)state;
	good(operators_invite(log_, maija, "maija", draw(), now_ms, token));
	good(operators_invited(log_, token, now_ms + OPERATORS_INVITED_MS - 1, &account, secret));
	refused(operators_invited(log_, token, now_ms + OPERATORS_INVITED_MS, &account, secret), FAULT_CALLER, "three days");
	token[5] ^= 1;
	refused(operators_invited(log_, token, now_ms, &account, secret), FAULT_CALLER, "three days");
	refused(operators_invited(log_, "", now_ms, &account, secret), FAULT_CALLER, "three days");
}

static void password_and_code_let_in_and_the_attempt_is_forgotten(void **state)
{
	struct operators_account account;
	uint8_t secret[TOTP_SECRET_BYTES];
	char code[TOTP_DIGITS_MAX + 1];
	uint64_t later = now_ms + TOTP_STEP_MS;
	(void)state;
	join_as(maija, "maija", now_ms, secret);
	refused(sign_in("maija", true, "123", later, &account), FAULT_CALLER, "is wrong");
	assert_int_equal(account_of(maija).wrong, 1);
	code_at(secret, later, code);
	good(sign_in("Maija", true, code, later, &account));
	assert_int_equal(account.wrong, 1);
	assert_int_equal(account.last_ms, now_ms); /* the time before */
	assert_int_equal(account_of(maija).wrong, 0);
	assert_int_equal(account_of(maija).last_ms, later);
}

static void a_code_serves_once_whatever_it_was_for(void **state)
{
	struct operators_account account;
	uint8_t secret[TOTP_SECRET_BYTES];
	char code[TOTP_DIGITS_MAX + 1];
	(void)state;
	join_as(maija, "maija", now_ms, secret);
	code_at(secret, now_ms, code); /* it was the code of the sign-up */
	refused(sign_in("maija", true, code, now_ms, &account), FAULT_CALLER, "is wrong");
	code_at(secret, now_ms + TOTP_STEP_MS, code);
	good(sign_in("maija", true, code, now_ms, &account));
	refused(sign_in("maija", true, code, now_ms + TOTP_STEP_MS, &account), FAULT_CALLER, "is wrong");
	code_at(secret, now_ms, code); /* nor an earlier one */
	refused(sign_in("maija", true, code, now_ms + TOTP_STEP_MS, &account), FAULT_CALLER, "is wrong");
}

static void a_wrong_password_uses_no_code_up(void **state)
{
	struct operators_account account;
	uint8_t secret[TOTP_SECRET_BYTES];
	char code[TOTP_DIGITS_MAX + 1];
	uint64_t later = now_ms + TOTP_STEP_MS;
	(void)state;
	join_as(maija, "maija", now_ms, secret);
	code_at(secret, later, code);
	refused(sign_in("maija", false, code, later, &account), FAULT_CALLER, "is wrong");
	good(sign_in("MAIJA", true, code, later, &account));
}

static void an_attempt_counts_before_its_password_was_looked_at(void **state)
{
	struct operators_try tried;
	uint8_t secret[TOTP_SECRET_BYTES];
	uint64_t wait;
	(void)state;
	join_as(maija, "maija", now_ms, secret);
	good(operators_begin(log_, "maija", now_ms, &tried, &wait));
	assert_string_equal(tried.hash, hash);
	struct log *after_crash = log_memory_copy(log_); /* killed while it was hashed */
	log_close(log_);
	log_ = after_crash;
	assert_int_equal(account_of(maija).wrong, 1);
}

static void waits_grow_with_wrong_attempts_and_have_an_end(void **state)
{
	(void)state;
	assert_int_equal(operators_wait_ms(0), 0);
	assert_int_equal(operators_wait_ms(2), 0);
	assert_int_equal(operators_wait_ms(3), 2000);
	assert_int_equal(operators_wait_ms(4), 4000);
	assert_int_equal(operators_wait_ms(8), 64000);
	assert_int_equal(operators_wait_ms(11), 512000);
	assert_int_equal(operators_wait_ms(12), OPERATORS_WAIT_MS_MAX);
	assert_int_equal(operators_wait_ms(UINT32_MAX), OPERATORS_WAIT_MS_MAX);
}

/* At a name that somebody has, and at one that nobody has, the same. */
static void too_many_wrong_attempts_wait(void **state)
{
	static const char *const names[] = { "maija", "nobody", "Not A Name!" };
	struct operators_account account;
	struct operators_try tried;
	uint8_t secret[TOTP_SECRET_BYTES];
	uint64_t wait;
	(void)state;
	join_as(maija, "maija", now_ms, secret);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		for (unsigned n = 0; n < 3; n++)
			refused(sign_in(names[i], false, "111111", now_ms, &account), FAULT_CALLER, "is wrong");
		refused(operators_begin(log_, names[i], now_ms + 500, &tried, &wait), FAULT_LATER, "too many");
		assert_int_equal(wait, 1500);
		refused(operators_begin(log_, names[i], now_ms + 1999, &tried, &wait), FAULT_LATER, "too many");
		assert_int_equal(wait, 1);
		good(operators_begin(log_, names[i], now_ms + 2000, &tried, &wait)); /* waiting was not counted */
		assert_int_equal(tried.wrong, 3);
		refused(operators_begin(log_, names[i], now_ms + 2000, &tried, &wait), FAULT_LATER, "too many");
		assert_int_equal(wait, 4000);
		good(operators_begin(log_, names[i], now_ms + 2000 + 4000, &tried, &wait));
	}
}

static void a_clock_put_back_makes_nobody_wait_longer(void **state)
{
	struct operators_account account;
	struct operators_try tried;
	uint64_t wait, before = now_ms - 365ULL * 24 * 3600 * 1000;
	(void)state;
	for (unsigned n = 0; n < 3; n++)
		refused(sign_in("nobody", false, "111111", now_ms, &account), FAULT_CALLER, "is wrong");
	good(operators_begin(log_, "nobody", before, &tried, &wait)); /* when it was is not known any more */
	refused(operators_begin(log_, "nobody", before, &tried, &wait), FAULT_LATER, "too many");
	assert_int_equal(wait, 4000);
	good(operators_begin(log_, "nobody", before + 4000, &tried, &wait));
}

static void names_that_nobody_has_fill_nothing(void **state)
{
	struct operators_account account;
	struct operators_try tried;
	uint64_t wait;
	char name[16];
	(void)state;
	for (unsigned n = 0; n < 3; n++)
		refused(sign_in("first", false, "111111", now_ms, &account), FAULT_CALLER, "is wrong");
	for (unsigned i = 0; i < OPERATORS_UNKNOWN_MAX; i++) {
		snprintf(name, sizeof name, "n%u", i);
		good(operators_begin(log_, name, now_ms + 1, &tried, &wait));
	}
	good(operators_begin(log_, "first", now_ms + 2, &tried, &wait)); /* it was the oldest */
	assert_int_equal(tried.wrong, 0);
	good(operators_begin(log_, "n5", now_ms + 3, &tried, &wait));
	assert_int_equal(tried.wrong, 1);
}

static void a_blocked_account_lets_nobody_in(void **state)
{
	struct operators_account account;
	uint8_t secret[TOTP_SECRET_BYTES];
	char code[TOTP_DIGITS_MAX + 1];
	uint64_t later = now_ms + TOTP_STEP_MS;
	(void)state;
	join_as(maija, "maija", now_ms, secret);
	good(operators_block(log_, maija, true));
	refused(operators_block(log_, maija, true), FAULT_CALLER, "blocked already");
	code_at(secret, later, code);
	refused(sign_in("maija", true, code, later, &account), FAULT_CALLER, "the name, the password or the code");
	good(operators_block(log_, maija, false));
	refused(operators_block(log_, maija, false), FAULT_CALLER, "not blocked");
	assert_int_equal(account_of(maija).wrong, 0);
	good(sign_in("maija", true, code, later, &account));
	refused(operators_block(log_, olavi, true), FAULT_CALLER, "no account");
}

/* Somebody waits, and telephones a colleague. */
static void unblocking_forgets_wrong_attempts_at_an_account_that_is_not_blocked(void **state)
{
	struct operators_account account;
	struct operators_try tried;
	uint8_t secret[TOTP_SECRET_BYTES];
	char code[TOTP_DIGITS_MAX + 1];
	uint64_t wait, at = now_ms;
	(void)state;
	join_as(maija, "maija", now_ms, secret);
	for (unsigned n = 0; n < 8; n++, at += OPERATORS_WAIT_MS_MAX)
		refused(sign_in("maija", false, "111111", at, &account), FAULT_CALLER, "is wrong");
	at -= OPERATORS_WAIT_MS_MAX;
	refused(operators_begin(log_, "maija", at, &tried, &wait), FAULT_LATER, "too many");
	good(operators_block(log_, maija, false));
	assert_int_equal(account_of(maija).state, OPERATORS_ACTIVE);
	assert_int_equal(account_of(maija).wrong_ms, 0);
	code_at(secret, at, code);
	good(sign_in("maija", true, code, at, &account));
	assert_int_equal(account.wrong, 0);
	refused(operators_block(log_, maija, false), FAULT_CALLER, "not blocked");
}

/* Whoever has the telephone, and maybe the password, is not let in at any moment. */
static void a_blocked_account_is_invited_and_stays_blocked_until_then(void **state)
{
	struct operators_account account;
	uint8_t secret[TOTP_SECRET_BYTES], next[TOTP_SECRET_BYTES];
	char code[TOTP_DIGITS_MAX + 1];
	uint64_t later = now_ms + TOTP_STEP_MS, wait;
	(void)state;
	join_as(maija, "maija", now_ms, secret);
	good(operators_block(log_, maija, true));
	good(operators_invite(log_, maija, "maija", draw(), later, token));
	assert_int_equal(account_of(maija).state, OPERATORS_BLOCKED);
	code_at(secret, later, code);
	refused(sign_in("maija", true, code, later, &account), FAULT_CALLER, "is wrong");
	good(operators_invited(log_, token, later, &account, next));
	code_at(next, later, code);
	good(operators_join_begin(log_, token, code, later, &wait));
	assert_int_equal(account_of(maija).state, OPERATORS_BLOCKED);
	good(operators_joined(log_, token, hash, later, &account));
	assert_int_equal(account.state, OPERATORS_ACTIVE);
	later += 2 * TOTP_STEP_MS;
	code_at(secret, later, code);
	refused(sign_in("maija", true, code, later, &account), FAULT_CALLER, "is wrong");
	code_at(next, later, code);
	good(sign_in("maija", true, code, later, &account));
}

static void blocking_again_takes_the_invitation_of_a_blocked_account_away(void **state)
{
	struct operators_account account;
	uint8_t secret[TOTP_SECRET_BYTES];
	(void)state;
	join_as(maija, "maija", now_ms, secret);
	good(operators_block(log_, maija, true));
	good(operators_invite(log_, maija, "maija", draw(), now_ms, token));
	good(operators_block(log_, maija, true));
	refused(operators_invited(log_, token, now_ms, &account, secret), FAULT_CALLER, "has been used");
	refused(operators_block(log_, maija, true), FAULT_CALLER, "blocked already");
}

static void blocking_takes_an_open_invitation_away(void **state)
{
	struct operators_account account;
	uint8_t secret[TOTP_SECRET_BYTES];
	(void)state;
	good(operators_invite(log_, maija, "maija", draw(), now_ms, token));
	good(operators_block(log_, maija, true));
	refused(operators_invited(log_, token, now_ms, &account, secret), FAULT_CALLER, "has been used");
	good(operators_block(log_, maija, false));
	refused(operators_invited(log_, token, now_ms, &account, secret), FAULT_CALLER, "has been used");
	assert_int_equal(account_of(maija).state, OPERATORS_INVITED);
}

static void what_was_there_holds_until_a_new_invitation_is_used(void **state)
{
	struct operators_account account;
	uint8_t secret[TOTP_SECRET_BYTES], next[TOTP_SECRET_BYTES];
	char code[TOTP_DIGITS_MAX + 1];
	uint64_t later = now_ms + TOTP_STEP_MS, wait;
	(void)state;
	join_as(maija, "maija", now_ms, secret);
	good(operators_invite(log_, maija, "maija.new", draw(), later, token));
	code_at(secret, later, code);
	refused(sign_in("maija.new", true, code, later, &account), FAULT_CALLER, "is wrong");
	good(sign_in("maija", true, code, later, &account)); /* its name too */
	assert_string_equal(account_of(maija).name, "maija");
	refused(operators_invite(log_, olavi, "maija.new", draw(), later, other_token), FAULT_CALLER, "another account");
	refused(operators_invite(log_, olavi, "maija", draw(), later, other_token), FAULT_CALLER, "another account");
	good(operators_invited(log_, token, later, &account, next));
	assert_string_equal(account.name, "maija.new");
	assert_memory_not_equal(secret, next, sizeof next);
	code_at(next, later, code);
	good(operators_join_begin(log_, token, code, later, &wait));
	refused(operators_join_begin(log_, token, code, later, &wait), FAULT_CALLER, "the code is wrong"); /* once */
	good(operators_joined(log_, token, other_hash, later, &account));
	assert_string_equal(account.name, "maija.new");
	code_at(secret, later + TOTP_STEP_MS, code);
	refused(sign_in("maija.new", true, code, later + TOTP_STEP_MS, &account), FAULT_CALLER, "is wrong");
	code_at(next, later + TOTP_STEP_MS, code);
	refused(sign_in("maija", true, code, later + TOTP_STEP_MS, &account), FAULT_CALLER, "is wrong");
	good(sign_in("maija.new", true, code, later + TOTP_STEP_MS, &account));
	good(operators_invite(log_, olavi, "maija", draw(), later, other_token)); /* it is nobody's any more */
}

/* The name of an invitation that came to nothing is free again. */
static void a_name_is_kept_for_an_open_invitation_alone(void **state)
{
	uint8_t secret[TOTP_SECRET_BYTES];
	(void)state;
	join_as(maija, "maija", now_ms, secret);
	good(operators_invite(log_, maija, "maija.new", draw(), now_ms, token));
	good(operators_invite(log_, maija, "maija", draw(), now_ms, token));
	good(operators_invite(log_, olavi, "maija.new", draw(), now_ms, token));
	good(operators_invite(log_, maija, "maija.other", draw(), now_ms, token));
	good(operators_block(log_, maija, true));
	good(operators_invite(log_, olavi, "maija.other", draw(), now_ms, token));
	good(operators_block(log_, maija, false));
	assert_string_equal(account_of(maija).name, "maija");
}

static void a_password_that_changed_meanwhile_was_another(void **state)
{
	struct operators_account account;
	struct operators_try tried;
	uint8_t secret[TOTP_SECRET_BYTES];
	char code[TOTP_DIGITS_MAX + 1];
	uint64_t later = now_ms + TOTP_STEP_MS, wait;
	(void)state;
	join_as(maija, "maija", now_ms, secret);
	good(operators_begin(log_, "maija", later, &tried, &wait));
	good(operators_password(log_, maija, other_hash));
	code_at(secret, later, code);
	refused(operators_finish(log_, &tried, true, code, later, &account), FAULT_CALLER, "is wrong");
}

static void wrong_codes_of_a_sign_up_wait_too(void **state)
{
	struct operators_account account;
	uint8_t secret[TOTP_SECRET_BYTES];
	char code[TOTP_DIGITS_MAX + 1];
	uint64_t wait;
	(void)state;
	good(operators_invite(log_, maija, "maija", draw(), now_ms, token));
	good(operators_invited(log_, token, now_ms, &account, secret));
	for (unsigned n = 0; n < 3; n++)
		refused(operators_join_begin(log_, token, "12345x", now_ms, &wait), FAULT_CALLER, "the code is wrong");
	code_at(secret, now_ms, code);
	refused(operators_join_begin(log_, token, code, now_ms, &wait), FAULT_LATER, "too many");
	good(operators_join_begin(log_, token, code, now_ms + 2000, &wait));
	assert_int_equal(account_of(maija).wrong, 3); /* a right one is no attempt */
}

static void a_name_is_one_persons(void **state)
{
	static const char *const bad[] = { "", "m", "maija v", "maija/", "mäija", "a\tb",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	(void)state;
	good(operators_invite(log_, maija, "maija", draw(), now_ms, token));
	refused(operators_invite(log_, olavi, "MAIJA", draw(), now_ms, token), FAULT_CALLER, "another account");
	good(operators_invite(log_, olavi, "o.laine@example-1_x", draw(), now_ms, token));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		refused(operators_invite(log_, maija, bad[i], draw(), now_ms, token), FAULT_CALLER, "a name to sign in with");
}

static void a_password_that_says_nothing_is_none(void **state)
{
	(void)state;
	good(operators_password_check("neljä sanaa riittää", "maija"));
	good(operators_password_check("äöäöäöäöäöäö", "maija")); /* characters, not bytes */
	refused(operators_password_check("äöäöäöäöäöä", "maija"), FAULT_CALLER, "12 characters");
	refused(operators_password_check("", "maija"), FAULT_CALLER, "12 characters");
	refused(operators_password_check("aaaaaaaaaaaaaaaa", "maija"), FAULT_CALLER, "again and again");
	refused(operators_password_check("maija.virtanen", "maija.virtanen"), FAULT_CALLER, "must not be the name");
}

static bool count_one(void *ctx, const struct operators_account *account)
{
	++*(unsigned *)ctx;
	return account->staff.bytes[0] != 0;
}

static void all_are_listed(void **state)
{
	unsigned count = 0;
	uint8_t secret[TOTP_SECRET_BYTES];
	(void)state;
	join_as(maija, "maija", now_ms, secret);
	good(operators_invite(log_, olavi, "olavi", draw(), now_ms, token));
	good(operators_list(log_, count_one, &count));
	assert_int_equal(count, 2);
}

/* A write that fails lets nobody in, and leaves what was. */
static void a_store_that_fails_lets_nobody_in(void **state)
{
	struct operators_account account;
	uint8_t secret[TOTP_SECRET_BYTES];
	char code[TOTP_DIGITS_MAX + 1];
	uint64_t later = now_ms + TOTP_STEP_MS, calls = 0;
	struct fault f;
	(void)state;
	join_as(maija, "maija", now_ms, secret);
	code_at(secret, later, code);
	struct log *whole = log_;
	do {
		log_ = log_memory_copy(whole);
		log_memory_fail(log_, ++calls, false);
		f = sign_in("maija", true, code, later, &account);
		if (fault_is(f))
			assert_int_equal(f.kind, FAULT_STORE);
		struct log *after = log_memory_copy(log_);
		log_close(log_);
		log_ = after;
		assert_int_equal(account_of(maija).last_ms, fault_is(f) ? now_ms : later);
		log_close(log_);
	} while (fault_is(f));
	log_ = whole;
	assert_true(calls >= 4);
}

int main(void)
{
#define FACT(name) cmocka_unit_test_setup_teardown(name, fresh, closed)
	const struct CMUnitTest tests[] = {
		FACT(an_invitation_makes_an_account_once),
		FACT(an_invitation_is_good_for_three_days),
		FACT(password_and_code_let_in_and_the_attempt_is_forgotten),
		FACT(a_code_serves_once_whatever_it_was_for),
		FACT(a_wrong_password_uses_no_code_up),
		FACT(an_attempt_counts_before_its_password_was_looked_at),
		FACT(waits_grow_with_wrong_attempts_and_have_an_end),
		FACT(too_many_wrong_attempts_wait),
		FACT(a_clock_put_back_makes_nobody_wait_longer),
		FACT(names_that_nobody_has_fill_nothing),
		FACT(a_blocked_account_lets_nobody_in),
		FACT(unblocking_forgets_wrong_attempts_at_an_account_that_is_not_blocked),
		FACT(a_blocked_account_is_invited_and_stays_blocked_until_then),
		FACT(blocking_again_takes_the_invitation_of_a_blocked_account_away),
		FACT(blocking_takes_an_open_invitation_away),
		FACT(what_was_there_holds_until_a_new_invitation_is_used),
		FACT(a_name_is_kept_for_an_open_invitation_alone),
		FACT(a_password_that_changed_meanwhile_was_another),
		FACT(wrong_codes_of_a_sign_up_wait_too),
		FACT(a_name_is_one_persons),
		FACT(a_password_that_says_nothing_is_none),
		FACT(all_are_listed),
		FACT(a_store_that_fails_lets_nobody_in),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
