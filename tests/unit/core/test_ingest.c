/* A pushed chunk: verified against its chain, then judged row by row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "core/ingest.h"
#include "session.pb.h"

enum { ROWS = 6, BYTES = 256 };

struct chunk {
	struct delta_identity central;
	struct author author;
	uint8_t public_key[DELTA_SIGN_PUBLIC_BYTES], secret_key[DELTA_SIGN_SECRET_BYTES];
	struct delta_secret secret; /* of the case */
	struct case_id id;
	uint8_t bytes[ROWS][BYTES];
	struct ingest_row rows[ROWS];
	struct delta_hash h[ROWS + 1]; /* h[i]: before row i */
	struct ingest_chain chain;
};

static struct span make_delta(struct chunk *c, size_t row, bool opens)
{
	static const uint8_t fields[] = { 0x0a, 0x01, 'x' };
	static struct delta delta;
	struct wire_out out;
	memset(&delta, 0, sizeof delta);
	delta.case_id = c->id;
	delta.record_id.bytes[0] = (uint8_t)(row + 1);
	delta.record_type = 17;
	delta.fields = span_of(fields, sizeof fields);
	delta.stamp_ms = 1000 + row;
	delta.opens = opens;
	delta.opening.kind = DELTA_CASE_MATTER;
	delta.opening.secret = c->secret;
	memset(&delta.opening.client_case, 9, sizeof delta.opening.client_case);
	wire_out_init(&out, c->bytes[row], BYTES);
	assert_false(fault_is(delta_write(&delta, &out)));
	return wire_out_span(&out);
}

/* A chunk of ROWS deltas of one case from seq 1 on; the first opens it when `opens`. */
static void setup(struct chunk *c, bool opens)
{
	uint8_t seed[crypto_sign_SEEDBYTES] = { 5 }, salt[DELTA_SALT_BYTES];
	memset(c, 0, sizeof *c);
	memset(&c->central, 1, sizeof c->central);
	memset(&c->author, 2, sizeof c->author);
	memset(&c->secret, 3, sizeof c->secret);
	memset(&c->id, 4, sizeof c->id);
	crypto_sign_seed_keypair(c->public_key, c->secret_key, seed);
	delta_chain_begin(&c->central, &c->author, 0, NULL, &c->h[0]);
	for (size_t i = 0; i < ROWS; i++) {
		struct delta_hash digest;
		c->rows[i].bytes = make_delta(c, i, opens && i == 0);
		c->rows[i].secret_known = !opens;
		c->rows[i].secret = c->secret;
		ingest_peek(&c->rows[i]);
		delta_salt(&c->secret, &c->author, i + 1, salt);
		delta_digest(salt, c->rows[i].bytes, &digest);
		delta_link(&c->h[i], i + 1, &digest, &c->h[i + 1]);
	}
	c->chain = (struct ingest_chain){ .central = &c->central, .author = c->author, .h = c->h[0],
					  .sign_public = c->public_key };
}

static enum ingest_outcome verify(struct chunk *c, uint64_t first_seq, struct ingest_row *rows, size_t count)
{
	struct delta_signature signature;
	struct delta_hash h;
	uint64_t last = first_seq + count - 1;
	delta_head_sign(&c->central, &c->author, last, &c->h[last], c->secret_key, &signature);
	enum ingest_outcome outcome = ingest_verify(&c->chain, first_seq, rows, count, &signature, &h);
	if (outcome == INGEST_VERIFIED || outcome == INGEST_KNOWN)
		assert_memory_equal(h.bytes, c->h[last].bytes, DELTA_HASH_BYTES);
	return outcome;
}

/* Central holds the first `seq` rows. */
static void hold(struct chunk *c, uint64_t seq)
{
	uint8_t salt[DELTA_SALT_BYTES];
	c->chain.seq = seq;
	c->chain.h = c->h[seq];
	for (size_t i = 0; i < seq; i++) {
		delta_salt(&c->secret, &c->author, i + 1, salt);
		delta_digest(salt, c->rows[i].bytes, &c->rows[i].known_digest);
		c->rows[i].held = true;
	}
}

static void chunk_that_goes_on_from_what_is_held_verifies(void **state)
{
	(void)state;
	struct chunk c;
	setup(&c, false);
	assert_int_equal(verify(&c, 1, c.rows, ROWS), INGEST_VERIFIED);
	setup(&c, false);
	hold(&c, 2);
	assert_int_equal(verify(&c, 3, c.rows + 2, ROWS - 2), INGEST_VERIFIED);
}

static void any_signed_prefix_verifies_and_no_other(void **state)
{
	(void)state;
	struct chunk c;
	struct delta_signature signature;
	struct delta_hash h;
	setup(&c, false);
	assert_int_equal(verify(&c, 1, c.rows, 3), INGEST_VERIFIED);
	delta_head_sign(&c.central, &c.author, 3, &c.h[3], c.secret_key, &signature);
	assert_int_equal(ingest_verify(&c.chain, 1, c.rows, 4, &signature, &h), INGEST_FORK);
	signature.bytes[7] ^= 1;
	assert_int_equal(ingest_verify(&c.chain, 1, c.rows, 3, &signature, &h), INGEST_FORK);
}

static void known_prefix_is_skipped_and_all_known_is_known(void **state)
{
	(void)state;
	struct chunk c;
	setup(&c, false);
	hold(&c, 4);
	assert_int_equal(verify(&c, 1, c.rows, ROWS), INGEST_VERIFIED);
	hold(&c, ROWS);
	assert_int_equal(verify(&c, 1, c.rows, ROWS), INGEST_KNOWN);
	c.chain.has_h_at_head = true;
	c.chain.h_at_head = c.h[3];
	assert_int_equal(verify(&c, 1, c.rows, 3), INGEST_KNOWN);
}

static void other_bytes_at_a_held_seq_are_a_fork(void **state)
{
	(void)state;
	struct chunk c;
	setup(&c, false);
	hold(&c, 3);
	c.rows[1].known_digest.bytes[0] ^= 1;
	assert_int_equal(verify(&c, 1, c.rows, ROWS), INGEST_FORK);
	setup(&c, false);
	hold(&c, 2);
	c.chain.h.bytes[0] ^= 1; /* what is held differs before the chunk */
	assert_int_equal(verify(&c, 3, c.rows + 2, 3), INGEST_FORK);
}

static void chunk_above_what_is_held_is_a_gap(void **state)
{
	(void)state;
	struct chunk c;
	setup(&c, false);
	hold(&c, 1);
	assert_int_equal(verify(&c, 3, c.rows + 2, 2), INGEST_GAP);
}

static void changed_bytes_do_not_verify(void **state)
{
	(void)state;
	struct chunk c;
	setup(&c, false);
	c.bytes[2][c.rows[2].bytes.len - 1] ^= 1;
	assert_int_equal(verify(&c, 1, c.rows, ROWS), INGEST_FORK);
}

static void opening_verifies_itself_and_what_follows_it(void **state)
{
	(void)state;
	struct chunk c;
	setup(&c, true);
	assert_true(c.rows[0].opens);
	assert_false(c.rows[1].secret_known);
	assert_int_equal(verify(&c, 1, c.rows, ROWS), INGEST_VERIFIED);
}

static void missing_secrets_are_all_asked_for_at_once(void **state)
{
	(void)state;
	struct chunk c;
	setup(&c, false);
	for (size_t i = 0; i < ROWS; i++)
		c.rows[i].secret_known = i == 1;
	assert_int_equal(verify(&c, 1, c.rows, ROWS), INGEST_NEED_SALT);
	for (size_t i = 0; i < ROWS; i++)
		assert_int_equal(c.rows[i].missing, i != 1);
}

static void salts_or_digests_stand_in_for_a_secret(void **state)
{
	(void)state;
	struct chunk c;
	setup(&c, false);
	for (size_t i = 0; i < ROWS; i++) {
		c.rows[i].secret_known = false;
		c.rows[i].salt_known = true;
		delta_salt(&c.secret, &c.author, i + 1, c.rows[i].salt);
	}
	delta_digest(c.rows[3].salt, c.rows[3].bytes, &c.rows[3].digest);
	c.rows[3].bytes = (struct span){ NULL, 0 };
	assert_int_equal(verify(&c, 1, c.rows, ROWS), INGEST_VERIFIED);
	c.rows[0].salt[0] ^= 1;
	assert_int_equal(verify(&c, 1, c.rows, ROWS), INGEST_FORK);
}

/* ---- judging ---- */

static struct delta judged(void)
{
	static const uint8_t fields[] = { 0x0a, 0x01, 'x' };
	struct delta delta = { .record_type = 17, .fields = span_of(fields, sizeof fields) };
	return delta;
}

static const struct epoch_id epoch = { { 7 } };

static struct ingest_facts good(void)
{
	return (struct ingest_facts){ .case_open = true, .held = true, .epoch = &epoch, .base_max = 10 };
}

#define EXPECT_REASON(change, reason)                                   \
	do {                                                            \
		struct delta delta = judged();                          \
		struct ingest_facts facts = good();                     \
		change;                                                 \
		assert_int_equal(ingest_judge(&delta, &facts), reason); \
	} while (0)

static void delta_of_a_holder_is_accepted(void **state)
{
	(void)state;
	EXPECT_REASON((void)0, jalka_Reason_REASON_NONE);
}

static void each_fact_against_it_has_its_reason(void **state)
{
	(void)state;
	EXPECT_REASON(facts.held = false, jalka_Reason_NOT_HELD);
	EXPECT_REASON(facts.case_open = false, jalka_Reason_NOT_HELD);
	EXPECT_REASON(facts.revoked = true, jalka_Reason_DEVICE_REVOKED);
	EXPECT_REASON(facts.suspended = true, jalka_Reason_DEVICE_REVOKED);
	EXPECT_REASON(facts.epoch_closed = true, jalka_Reason_EPOCH_CLOSED);
	EXPECT_REASON(facts.malformed = true, jalka_Reason_MALFORMED);
	EXPECT_REASON(facts.central_only = true, jalka_Reason_CENTRAL_ONLY);
	EXPECT_REASON(facts.case_erased = true, jalka_Reason_ERASED);
	EXPECT_REASON(facts.record_erased = true, jalka_Reason_ERASED);
	EXPECT_REASON(facts.secret_unknown = true, jalka_Reason_SECRET_UNKNOWN);
	EXPECT_REASON(facts.record_moved = true, jalka_Reason_MALFORMED);
	EXPECT_REASON(facts.frozen_changed = true, jalka_Reason_FROZEN_FIELD);
	EXPECT_REASON(facts.past_too_high = true, jalka_Reason_BASE_TOO_HIGH);
	EXPECT_REASON((facts.case_open = false, facts.opening_waits = true), jalka_Reason_OPENING_QUARANTINED);
}

static void opening_needs_no_grant_but_a_case_that_is_not_open(void **state)
{
	(void)state;
	EXPECT_REASON((delta.opens = true, facts.held = facts.case_open = false), jalka_Reason_REASON_NONE);
	EXPECT_REASON(delta.opens = true, jalka_Reason_DUPLICATE_OPENING);
	EXPECT_REASON((delta.opens = true, facts.case_open = false, facts.case_reserved = true), jalka_Reason_CENTRAL_ONLY);
}

static void base_is_bounded_in_the_epoch_in_use_alone(void **state)
{
	(void)state;
	EXPECT_REASON((delta.base.count = 1, delta.base.pairs[0] = (struct order_base){ epoch, 10 }),
		      jalka_Reason_REASON_NONE);
	EXPECT_REASON((delta.base.count = 1, delta.base.pairs[0] = (struct order_base){ epoch, 11 }),
		      jalka_Reason_BASE_TOO_HIGH);
	EXPECT_REASON((delta.base.count = 1, delta.base.pairs[0] = (struct order_base){ { { 8 } }, 99 }),
		      jalka_Reason_REASON_NONE);
}

static void old_word_of_central_outweighs_all_but_erasure(void **state)
{
	(void)state;
	EXPECT_REASON((facts.receipted = true, facts.held = facts.case_open = false, facts.epoch_closed = true),
		      jalka_Reason_REASON_NONE);
	EXPECT_REASON((facts.receipted = true, facts.record_erased = true), jalka_Reason_ERASED);
}

static void bytes_that_are_gone_are_erased_not_malformed(void **state)
{
	(void)state;
	struct ingest_facts facts = good();
	assert_int_equal(ingest_judge(NULL, &facts), jalka_Reason_ERASED);
	facts.malformed = true;
	assert_int_equal(ingest_judge(NULL, &facts), jalka_Reason_MALFORMED);
}

static void setting_or_clearing_a_field_touches_it(void **state)
{
	(void)state;
	static const uint8_t frozen[] = { 0x0a, 0x01, 'y', 0x10, 0x01 };
	struct delta delta = judged();
	assert_true(ingest_touches(&delta, span_of(frozen, sizeof frozen)));
	delta.fields = span_of("\x1a\x01z", 3);
	assert_false(ingest_touches(&delta, span_of(frozen, sizeof frozen)));
	delta.cleared[0] = 2;
	delta.cleared_count = 1;
	assert_true(ingest_touches(&delta, span_of(frozen, sizeof frozen)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunk_that_goes_on_from_what_is_held_verifies),
		cmocka_unit_test(any_signed_prefix_verifies_and_no_other),
		cmocka_unit_test(known_prefix_is_skipped_and_all_known_is_known),
		cmocka_unit_test(other_bytes_at_a_held_seq_are_a_fork),
		cmocka_unit_test(chunk_above_what_is_held_is_a_gap),
		cmocka_unit_test(changed_bytes_do_not_verify),
		cmocka_unit_test(opening_verifies_itself_and_what_follows_it),
		cmocka_unit_test(missing_secrets_are_all_asked_for_at_once),
		cmocka_unit_test(salts_or_digests_stand_in_for_a_secret),
		cmocka_unit_test(delta_of_a_holder_is_accepted),
		cmocka_unit_test(each_fact_against_it_has_its_reason),
		cmocka_unit_test(opening_needs_no_grant_but_a_case_that_is_not_open),
		cmocka_unit_test(base_is_bounded_in_the_epoch_in_use_alone),
		cmocka_unit_test(old_word_of_central_outweighs_all_but_erasure),
		cmocka_unit_test(bytes_that_are_gone_are_erased_not_malformed),
		cmocka_unit_test(setting_or_clearing_a_field_touches_it),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
