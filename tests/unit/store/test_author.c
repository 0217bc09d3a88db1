/* author: a chain goes on delta by delta, and every head of it verifies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>

#include "store/author.h"

static struct author_self self;
static uint8_t sign_public[DELTA_SIGN_PUBLIC_BYTES], sign_secret[DELTA_SIGN_SECRET_BYTES];
static const struct author me = { { { 1 } }, { { 2 } } };
static const struct case_id case_one = { { 3 } };
static const struct author_place local = { .verdict = LOG_LOCAL };

static int set_up(void **state)
{
	uint8_t seed[32] = { 9 };
	(void)state;
	memset(&self, 0, sizeof self);
	crypto_sign_seed_keypair(sign_public, sign_secret, seed);
	self.log = log_memory_new();
	self.sign_secret = sign_secret;
	memset(self.central.bytes, 7, sizeof self.central.bytes);
	clock_init(&self.chain.clock, 0, 0, CLOCK_SYNCED);
	assert_false(fault_is(log_begin(self.log)));
	assert_false(fault_is(author_begin(&self, &me, sign_public, NULL)));
	assert_false(fault_is(log_commit(self.log)));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	log_close(self.log);
	return 0;
}

static struct author_change change_of(uint8_t record, bool opens)
{
	static const uint8_t fields[] = { 0x0a, 1, 'x' };
	struct author_change change = {
		.case_id = case_one, .record_id = { { record } }, .record_type = 1,
		.fields = span_of(fields, sizeof fields), .opens = opens,
	};
	change.opening.kind = opens ? DELTA_CASE_CLIENT : DELTA_CASE_NONE;
	memset(change.opening.secret.bytes, 5, DELTA_SECRET_BYTES);
	return change;
}

static struct fault append(uint8_t record, bool opens, uint64_t wall_ms)
{
	struct author_change change = change_of(record, opens);
	struct log_entry entry;
	return author_append(&self, &change, &local, wall_ms, &entry);
}

/* The opening and `more` deltas, committed. */
static void write_some(uint8_t more)
{
	assert_false(fault_is(log_begin(self.log)));
	assert_false(fault_is(append(1, true, 1000)));
	for (uint8_t i = 0; i < more; i++)
		assert_false(fault_is(append((uint8_t)(2 + i), false, 1000)));
	assert_false(fault_is(log_commit(self.log)));
}

static void every_head_of_the_chain_verifies(void **state)
{
	(void)state;
	write_some(4);
	assert_int_equal(self.chain.info.seq, 5);
	for (uint64_t seq = 1; seq <= 5; seq++) {
		struct delta_hash h;
		struct log_head head;
		bool found;
		assert_false(fault_is(author_h_at(self.log, &self.central, &me, seq, &h, &found)));
		assert_true(found);
		author_head_at(&self, seq, &h, &head);
		assert_true(delta_head_verify(&self.central, &me, seq, &h, sign_public, &head.signature));
		assert_false(delta_head_verify(&self.central, &me, seq + 1, &h, sign_public, &head.signature));
	}
	struct log_head last;
	author_head(&self, &last);
	assert_int_equal(last.seq, 5);
	assert_true(delta_head_verify(&self.central, &me, 5, &self.chain.info.h, sign_public, &last.signature));
}

static bool check_digest(void *ctx, const struct log_entry *entry)
{
	struct delta_secret secret;
	uint8_t salt[DELTA_SALT_BYTES];
	struct delta_hash digest;
	memset(secret.bytes, 5, DELTA_SECRET_BYTES);
	delta_salt(&secret, &me, entry->seq, salt);
	delta_digest(salt, entry->bytes, &digest);
	assert_memory_equal(digest.bytes, entry->digest.bytes, sizeof digest.bytes);
	*(uint64_t *)ctx += 1;
	return true;
}

static void digests_are_salted_with_the_case_s_secret(void **state)
{
	(void)state;
	uint64_t n = 0;
	write_some(2);
	assert_false(fault_is(log_read_author(self.log, &me, 1, check_digest, &n)));
	assert_int_equal(n, 3);
}

static void stamps_rise_even_when_the_clock_stands_or_falls(void **state)
{
	(void)state;
	struct author_change change = change_of(1, true);
	struct log_entry first, second, third;
	assert_false(fault_is(log_begin(self.log)));
	assert_false(fault_is(author_append(&self, &change, &local, 5000, &first)));
	change = change_of(2, false);
	assert_false(fault_is(author_append(&self, &change, &local, 5000, &second)));
	assert_false(fault_is(author_append(&self, &change, &local, 10, &third)));
	assert_true(second.stamp_ms > first.stamp_ms && third.stamp_ms > second.stamp_ms);
	assert_false(fault_is(log_commit(self.log)));
}

static void a_case_that_is_not_here_takes_no_delta(void **state)
{
	(void)state;
	struct author_chain before = self.chain;
	assert_false(fault_is(log_begin(self.log)));
	assert_int_equal(append(1, false, 1000).kind, FAULT_CALLER);
	assert_false(fault_is(log_rollback(self.log)));
	assert_int_equal(self.chain.info.seq, before.info.seq); /* AU1 */
	assert_memory_equal(self.chain.info.h.bytes, before.info.h.bytes, DELTA_HASH_BYTES);
}

static void after_a_rollback_and_the_copy_put_back_the_chain_goes_on(void **state)
{
	(void)state;
	write_some(1);
	struct author_chain before = self.chain;
	assert_false(fault_is(log_begin(self.log)));
	assert_false(fault_is(append(9, false, 1000)));
	assert_false(fault_is(log_rollback(self.log)));
	self.chain = before;
	assert_false(fault_is(log_begin(self.log)));
	assert_false(fault_is(append(9, false, 1000)));
	assert_false(fault_is(log_commit(self.log)));
	assert_int_equal(self.chain.info.seq, 3);
	struct author_self again = self;
	assert_false(fault_is(author_resume(&again, &me)));
	assert_memory_equal(again.chain.info.h.bytes, self.chain.info.h.bytes, DELTA_HASH_BYTES);
}

struct copied { uint8_t bytes[512]; size_t len; };

static bool copy_bytes(void *ctx, const struct log_entry *entry)
{
	struct copied *copied = ctx;
	assert_true(entry->bytes.len <= sizeof copied->bytes);
	memcpy(copied->bytes, entry->bytes.data, entry->bytes.len);
	copied->len = entry->bytes.len;
	return false;
}

static void what_is_issued_again_has_its_bytes_and_a_place_in_the_new_chain(void **state)
{
	(void)state;
	struct copied old, new;
	struct delta_hash h1;
	bool found;
	write_some(1);
	assert_false(fault_is(author_h_at(self.log, &self.central, &me, 1, &h1, &found)));
	assert_false(fault_is(log_find(self.log, &me, 2, copy_bytes, &old)));
	struct author next = { me.node, { { 44 } } };
	struct author_continues continues = { me.epoch, 1, h1 };
	struct log_entry entry;
	assert_false(fault_is(log_begin(self.log)));
	assert_false(fault_is(log_cut(self.log, &me, 1, UINT64_MAX)));
	assert_false(fault_is(author_begin(&self, &next, sign_public, &continues)));
	assert_false(fault_is(author_reissue(&self, span_of(old.bytes, old.len), 1001, &local, &entry)));
	assert_false(fault_is(log_commit(self.log)));
	assert_int_equal(entry.seq, 1);
	assert_false(fault_is(log_find(self.log, &next, 1, copy_bytes, &new)));
	assert_int_equal(new.len, old.len);
	assert_memory_equal(new.bytes, old.bytes, old.len);
	struct delta_hash h0, h;
	delta_chain_begin(&self.central, &next, 1, &h1, &h0);
	delta_link(&h0, 1, &entry.digest, &h);
	assert_memory_equal(h.bytes, self.chain.info.h.bytes, DELTA_HASH_BYTES);
}

static void h_beyond_the_chain_is_not_found(void **state)
{
	(void)state;
	struct delta_hash h;
	bool found = true;
	write_some(1);
	assert_false(fault_is(author_h_at(self.log, &self.central, &me, 3, &h, &found)));
	assert_false(found);
	struct author stranger = { { { 8 } }, { { 8 } } };
	assert_false(fault_is(author_h_at(self.log, &self.central, &stranger, 1, &h, &found)));
	assert_false(found);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(every_head_of_the_chain_verifies),
		WITH(digests_are_salted_with_the_case_s_secret),
		WITH(stamps_rise_even_when_the_clock_stands_or_falls),
		WITH(a_case_that_is_not_here_takes_no_delta),
		WITH(after_a_rollback_and_the_copy_put_back_the_chain_goes_on),
		WITH(what_is_issued_again_has_its_bytes_and_a_place_in_the_new_chain),
		WITH(h_beyond_the_chain_is_not_found),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
