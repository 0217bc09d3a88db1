/* A bundle made by hand with an enrolled device's keys: whatever stands in it, the centre keeps little
 * of it. Linked with realloc wrapped, which this file lets fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "central/hub_state.h"
#include "lib/carried.h"
#include "lib/rules.h"
#include "store/replica_state.h"

static size_t countdown; /* the call that fails; 0: none does */

void *__real_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size)
{
	return countdown != 0 && --countdown == 0 ? NULL : __real_realloc(block, size);
}

struct hand {
	struct pair *pair;
	struct replica *replica;
	struct hub *hub;
	struct bundle_scratch *scratch;
	struct bundle_writer writer;
	struct carried file;
};

static void add(struct hand *h, struct span piece)
{
	h->file.bytes = realloc(h->file.bytes, h->file.len + piece.len);
	assert_non_null(h->file.bytes);
	memcpy(h->file.bytes + h->file.len, piece.data, piece.len);
	h->file.len += piece.len;
}

static void put(struct hand *h, enum bundle_message message, void *control, struct span rows)
{
	struct span piece;
	assert_false(fault_is(bundle_put(&h->writer, message, control, rows, &piece)));
	add(h, piece);
}

static void say_hello(struct hand *h)
{
	jalka_Hello *hello = &h->scratch->hello;
	memset(hello, 0, sizeof *hello);
	SESSION_FRAME_SET(hello->epoch, h->replica->author.chain.info.author.epoch.bytes);
	hello->has_cursor = true;
	SESSION_FRAME_SET(hello->cursor.epoch, hub_epoch(h->hub)->bytes);
	put(h, BUNDLE_HELLO, hello, (struct span){ NULL, 0 });
}

static struct hand begin(struct pair *pair)
{
	struct hand h = { .pair = pair, .scratch = calloc(1, sizeof *h.scratch) };
	uint8_t ephemeral[NOISE_DH_BYTES];
	struct span piece;
	assert_non_null(h.scratch);
	h.replica = pair_replica(h.pair, 0);
	h.hub = pair_hub(h.pair);
	prng_fill(pair_prng(h.pair), ephemeral, sizeof ephemeral);
	const struct bundle_parties parties = {
		.kind = BUNDLE_TO_CENTRAL, .identity = &h.hub->identity, .own_secret = h.replica->self.own_static,
		.other_public = h.hub->bundle_keys[0].public, .ephemeral = ephemeral,
	};
	h.scratch->head.time_ms = pair_time(h.pair).wall_ms;
	assert_false(fault_is(bundle_begin(&h.writer, h.scratch, &h.hub->codec, &parties, &piece)));
	add(&h, piece);
	say_hello(&h);
	return h;
}

static jalka_Frame *new_frame(struct hand *h)
{
	memset(&h->scratch->frame, 0, sizeof h->scratch->frame);
	return &h->scratch->frame;
}

/* Held of `grants` cases that nobody granted. */
static void say_held(struct hand *h, pb_size_t grants, bool last)
{
	jalka_Frame *frame = new_frame(h);
	uint8_t id[ID_BYTES];
	frame->has_held = true;
	frame->held.last = last;
	for (pb_size_t i = 0; i < grants; i++) {
		jalka_HeldGrant *grant = &frame->held.grants[frame->held.grants_count++];
		prng_fill(pair_prng(h->pair), id, sizeof id);
		SESSION_FRAME_SET(grant->case_id, id);
		SESSION_FRAME_SET(grant->g_epoch, hub_epoch(h->hub)->bytes);
		grant->g = 1;
	}
	put(h, BUNDLE_FRAME, frame, (struct span){ NULL, 0 });
}

/* A push with a gap before it: nothing of it is verified. */
static void push_in_an_epoch_of_its_own(struct hand *h)
{
	uint8_t block[256], any[64], id[ID_BYTES];
	struct rows_writer rows;
	jalka_Frame *frame = new_frame(h);
	const struct rows_row row = { .seq = 2, .delta = span_of(any, 16) };
	prng_fill(pair_prng(h->pair), any, sizeof any);
	prng_fill(pair_prng(h->pair), id, sizeof id);
	rows_write_begin(&rows, block, sizeof block, 2);
	assert_true(rows_write(&rows, &row));
	frame->has_push = frame->push.has_rows = true;
	SESSION_FRAME_SET(frame->push.epoch, id);
	frame->push.first_seq = 2;
	frame->push.rows.count = 1;
	SESSION_FRAME_SET(frame->push.signature, any);
	put(h, BUNDLE_FRAME, frame, rows_written(&rows));
}

struct chunk {
	struct rows_writer rows;
	size_t wanted;
};

static bool add_row(void *ctx, const struct log_entry *entry)
{
	struct chunk *chunk = ctx;
	const struct rows_row row = { .seq = entry->seq, .delta = entry->bytes };
	assert_true(rows_write(&chunk->rows, &row));
	return chunk->rows.count < chunk->wanted;
}

/* Own work as it lies on the device, in a chunk of so many rows. */
static void push_own(struct hand *h, uint64_t first_seq, size_t count)
{
	static uint8_t block[LIMIT_CHUNK_BYTES];
	const struct author *own = &h->replica->author.chain.info.author;
	struct chunk chunk = { .wanted = count };
	struct delta_hash at;
	struct log_head head;
	bool found;
	jalka_Frame *frame = new_frame(h);
	rows_write_begin(&chunk.rows, block, sizeof block, first_seq);
	assert_false(fault_is(log_read_author(h->replica->log, own, first_seq, add_row, &chunk)));
	assert_int_equal(chunk.rows.count, count);
	assert_false(fault_is(author_h_at(h->replica->log, &h->hub->identity, own, first_seq + count - 1, &at, &found)));
	author_head_at(&h->replica->author, first_seq + count - 1, &at, &head);
	frame->has_push = frame->push.has_rows = true;
	SESSION_FRAME_SET(frame->push.epoch, own->epoch.bytes);
	frame->push.first_seq = first_seq;
	frame->push.rows.count = (uint32_t)count;
	SESSION_FRAME_SET(frame->push.signature, head.signature.bytes);
	put(h, BUNDLE_FRAME, frame, rows_written(&chunk.rows));
}

static void finish(struct hand *h)
{
	struct span piece;
	assert_false(fault_is(bundle_end(&h->writer, false, NULL, &piece)));
	add(h, piece);
}

static struct hub_bundle_report end(struct hand *h, struct carried *answer)
{
	struct hub_bundle_report told;
	finish(h);
	assert_string_equal(carried_take(h->hub, &h->file, pair_hub_time(h->pair), answer, &told).what, "");
	return told;
}

static void done(struct hand *h)
{
	carried_free(&h->file);
	free(h->scratch);
	pair_free(h->pair);
}

/* How many messages of an answer hold part of the one to Held. */
static size_t held_answers_in(struct hand *h, const struct carried *answer, size_t *notes)
{
	const struct bundle_parties parties = {
		.kind = BUNDLE_TO_DEVICE, .identity = &h->hub->identity, .own_secret = h->replica->self.own_static,
	};
	struct bundle_reader reader;
	enum bundle_message message = BUNDLE_WELCOME;
	struct span rows;
	size_t found = 0;
	*notes = 0;
	assert_false(fault_is(bundle_open(&reader, h->scratch, &h->hub->codec, &parties, span_of(answer->bytes, answer->len))));
	assert_false(fault_is(bundle_check(&reader)));
	while (message != BUNDLE_END) {
		assert_false(fault_is(bundle_next(&reader, &message, &rows)));
		if (message != BUNDLE_FRAME || !h->scratch->frame.has_held_answer)
			continue;
		*notes += h->scratch->frame.held_answer.forget_count;
		found++;
	}
	bundle_close(&reader);
	return found;
}

static void held_of_nothing_again_and_again_is_a_problem(void **state)
{
	(void)state;
	struct hand h = begin(pair_new(1, 1));
	for (int i = 0; i < 2000; i++)
		say_held(&h, 0, false);
	struct hub_bundle_report told = end(&h, NULL);
	assert_non_null(told.problem);
	assert_int_equal(told.done, 2); /* Hello and the first */
	done(&h);
}

static void held_behind_the_last_is_a_problem(void **state)
{
	(void)state;
	struct hand h = begin(pair_new(2, 1));
	say_held(&h, 0, true); /* who holds nothing says so */
	for (int i = 0; i < 2000; i++)
		say_held(&h, 0, true);
	struct hub_bundle_report told = end(&h, NULL);
	assert_non_null(told.problem);
	assert_int_equal(told.done, 3);
	done(&h);
}

static void held_grant_by_grant_is_answered_in_few_messages(void **state)
{
	(void)state;
	struct hand h = begin(pair_new(3, 1));
	struct carried answer = { NULL, 0 };
	size_t notes;
	for (int i = 0; i < 2000; i++)
		say_held(&h, 1, i == 1999);
	struct hub_bundle_report told = end(&h, &answer);
	assert_null(told.problem);
	assert_int_equal(held_answers_in(&h, &answer, &notes), 2000 / 64 + 1);
	assert_int_equal(notes, 2000);
	carried_free(&answer);
	done(&h);
}

static void epochs_out_of_the_air_are_a_problem(void **state)
{
	(void)state;
	struct hand h = begin(pair_new(4, 1));
	struct carried answer = { NULL, 0 };
	for (int i = 0; i < 1000; i++)
		push_in_an_epoch_of_its_own(&h);
	struct hub_bundle_report told = end(&h, &answer);
	assert_non_null(told.problem);
	assert_true(told.parted);
	assert_true(told.done < 100);
	assert_true(told.is_answerable); /* what came before stands, and is told */
	carried_free(&answer);
	done(&h);
}

/* Every other row is not accepted, so that the chunk's answer needs two bodies; the first of
 * them takes the last place there was room for. */
static void memory_that_runs_out_frees_no_receipt_twice(void **state)
{
	enum { ALONE = 63, TOGETHER = 400 };
	struct pair *pair = pair_new(5, 1);
	struct case_id held = rules_shared_case(pair, 1), other = rules_shared_case(pair, 1);
	struct hub_bundle_report told;
	size_t failed = 0;
	(void)state;
	uint64_t first = pair_replica(pair, 0)->author.chain.info.seq + 1;
	pair_unassign(pair, other, 0);
	for (int i = 0; i < ALONE + TOGETHER; i++)
		pair_note(pair, 0, i % 2 == 0 ? held : other, "m");
	struct hand h = begin(pair);
	for (uint64_t i = 0; i < ALONE; i++)
		push_own(&h, first + i, 1);
	push_own(&h, first + ALONE, TOGETHER);
	finish(&h);
	assert_false(fault_is(carried_take(h.hub, &h.file, pair_hub_time(pair), NULL, &told)));
	assert_null(told.problem);
	assert_int_equal(told.accepted + told.quarantined, ALONE + TOGETHER);
	do { /* all of it is known by now: nothing but the receipts is kept */
		struct hub_bundle *bundle;
		bool all = false;
		assert_false(fault_is(hub_bundle_open(h.hub, span_of(h.file.bytes, h.file.len), pair_hub_time(pair), &bundle)));
		countdown = failed + 1;
		while (!all)
			assert_false(fault_is(hub_bundle_step(bundle, pair_hub_time(pair), &all)));
		countdown = 0;
		hub_bundle_report(bundle, &told);
		hub_bundle_close(bundle);
		failed += told.problem != NULL;
	} while (told.problem != NULL);
	assert_true(failed >= 2);
	done(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(held_of_nothing_again_and_again_is_a_problem),
		cmocka_unit_test(held_behind_the_last_is_a_problem),
		cmocka_unit_test(held_grant_by_grant_is_answered_in_few_messages),
		cmocka_unit_test(epochs_out_of_the_air_are_a_problem),
		cmocka_unit_test(memory_that_runs_out_frees_no_receipt_twice),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
