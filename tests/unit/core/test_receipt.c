/* receipt: runs join, bodies come back, signatures name everything they must. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>

#include "core/receipt.h"

static struct receipt written, back;
static uint8_t block[RECEIPT_BODY_BYTES_MAX + 64];

static struct span write_it(void)
{
	struct wire_out out;
	wire_out_init(&out, block, sizeof block);
	assert_false(fault_is(receipt_write(&written, &out)));
	return wire_out_span(&out);
}

static void verdicts_that_go_on_join_one_run(void **state)
{
	(void)state;
	receipt_begin(&written, 203, 0);
	for (uint64_t seq = 1; seq <= 200; seq++)
		assert_true(receipt_add(&written, seq, 1000 + seq, 0, false, 0));
	assert_true(receipt_add(&written, 201, 0, 3, false, 0));
	assert_true(receipt_add(&written, 202, 0, 3, false, 0));
	assert_true(receipt_add(&written, 203, 1500, 0, false, 0));
	assert_int_equal(written.run_count, 3);
	assert_int_equal(receipt_run_of(&written, 200)->first_order, 1001);
	assert_int_equal(receipt_run_of(&written, 202)->reason, 3);
	assert_int_equal(receipt_run_of(&written, 203)->first_order, 1500);
	assert_null(receipt_run_of(&written, 204));
	assert_true(write_it().len < 40);
}

static void a_body_comes_back_as_it_was_written(void **state)
{
	(void)state;
	receipt_begin(&written, 12, 1780000000000);
	memset(written.epoch.bytes, 9, ID_BYTES);
	assert_true(receipt_add(&written, 7, 70, 0, false, 0));
	assert_true(receipt_add(&written, 8, 71, 0, false, 1780000000001));
	assert_true(receipt_add(&written, 10, 0, 5, false, 0));
	assert_true(receipt_add(&written, 11, 0, 13, true, 0));
	assert_true(receipt_add(&written, 12, 80, 0, false, 1780000000002));
	assert_false(fault_is(receipt_read(write_it(), &back)));
	assert_int_equal(back.seq, 12);
	assert_int_equal(back.time_ms, 1780000000000);
	assert_memory_equal(back.epoch.bytes, written.epoch.bytes, ID_BYTES);
	assert_int_equal(back.run_count, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(back.runs[i].first_seq, written.runs[i].first_seq);
		assert_int_equal(back.runs[i].count, written.runs[i].count);
		assert_int_equal(back.runs[i].first_order, written.runs[i].first_order);
		assert_int_equal(back.runs[i].reason, written.runs[i].reason);
		assert_int_equal(back.runs[i].rejected, written.runs[i].rejected);
	}
	assert_int_equal(receipt_stamp_of(&back, 8), 1780000000001);
	assert_int_equal(receipt_stamp_of(&back, 12), 1780000000002);
	assert_int_equal(receipt_stamp_of(&back, 7), 0);
}

static void an_ordinary_receipt_takes_few_bytes(void **state)
{
	(void)state;
	receipt_begin(&written, 1000, 0);
	assert_true(receipt_add(&written, 1000, 123456, 0, false, 0));
	assert_true(write_it().len <= 9);
}

static void a_receipt_too_long_for_its_body_says_so(void **state)
{
	(void)state;
	struct wire_out out;
	receipt_begin(&written, 1000, 0);
	for (uint64_t seq = 1; seq <= 1000; seq++)
		assert_true(receipt_add(&written, seq, seq % 2 ? 1u << 30 | seq * 7 : 0, 3, false, 1780000000000 + seq));
	assert_false(receipt_add(&written, 2000, 1, 0, false, 0));
	wire_out_init(&out, block, sizeof block);
	assert_int_equal(receipt_write(&written, &out).kind, FAULT_LIMIT);
}

#define BYTES(...) (span_of((const uint8_t[]){ __VA_ARGS__ }, sizeof (const uint8_t[]){ __VA_ARGS__ }))

static void bodies_against_the_rules_are_refused(void **state)
{
	(void)state;
	struct span bad[] = {
		BYTES(0x12, 2, 0x18, 5),                          /* no seq */
		BYTES(0x08, 5, 0x12, 4, 0x08, 6, 0x18, 9),        /* a run above seq */
		BYTES(0x08, 5, 0x12, 6, 0x08, 4, 0x10, 3, 0x18, 9), /* reaches above seq */
		BYTES(0x08, 9, 0x12, 4, 0x08, 5, 0x18, 9, 0x12, 4, 0x08, 5, 0x18, 9), /* overlap */
		BYTES(0x08, 5, 0x12, 6, 0x08, 5, 0x10, 0, 0x18, 9), /* a run of none */
		BYTES(0x08, 5, 0x12, 6, 0x08, 5, 0x18, 9, 0x28, 1), /* accepted and rejected */
		BYTES(0x08, 5, 0x12, 2, 0x18, 9, 0x1a, 4, 0x08, 4, 0x10, 1), /* stamp of no run */
		BYTES(0x08, 5, 0x2a, 1, 1),                       /* an epoch of one byte */
		BYTES(0x08),                                      /* cut */
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(receipt_read(bad[i], &back).kind, FAULT_PEER);
	assert_false(fault_is(receipt_read(BYTES(0x08, 5, 0x12, 2, 0x18, 9), &back)));
	assert_int_equal(back.runs[0].first_seq, 5);
	assert_int_equal(back.runs[0].count, 1);
}

static void a_signature_names_epoch_author_and_chain(void **state)
{
	(void)state;
	struct delta_identity identity;
	uint8_t secret[DELTA_SIGN_SECRET_BYTES], seed[32] = { 1 };
	struct epoch_id epoch = { { 2 } }, other_epoch = { { 3 } };
	struct author author = { { { 4 } }, { { 5 } } }, other_author = { { { 4 } }, { { 6 } } };
	struct delta_hash h = { { 7 } }, other_h = { { 8 } };
	struct delta_signature s;
	crypto_sign_seed_keypair(identity.bytes, secret, seed);
	struct span body = BYTES(0x08, 5, 0x12, 2, 0x18, 9), other_body = BYTES(0x08, 5, 0x12, 2, 0x18, 8);
	assert_false(fault_is(receipt_sign(&identity, &epoch, &author, &h, body, secret, &s)));
	struct span signature = span_of(s.bytes, sizeof s.bytes);
	assert_true(receipt_verify(&identity, &epoch, &author, &h, body, signature));
	assert_false(receipt_verify(&identity, &other_epoch, &author, &h, body, signature));
	assert_false(receipt_verify(&identity, &epoch, &other_author, &h, body, signature));
	assert_false(receipt_verify(&identity, &epoch, &author, &other_h, body, signature));
	assert_false(receipt_verify(&identity, &epoch, &author, &h, other_body, signature));
	assert_false(receipt_verify(&identity, &epoch, &author, &h, body, span_of(s.bytes, 63)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts_that_go_on_join_one_run),
		cmocka_unit_test(a_body_comes_back_as_it_was_written),
		cmocka_unit_test(an_ordinary_receipt_takes_few_bytes),
		cmocka_unit_test(a_receipt_too_long_for_its_body_says_so),
		cmocka_unit_test(bodies_against_the_rules_are_refused),
		cmocka_unit_test(a_signature_names_epoch_author_and_chain),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
