/* session_frame: what is written is read; nothing out of bounds passes; frames
 * come out of a stream however it was cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/rows.h"
#include "core/session_frame.h"
#include "lib/prng.h"

static jalka_Frame out_frame, in_frame;
static uint8_t plain[LIMIT_FRAME_BYTES], packed[LIMIT_CHUNK_BYTES], raw[LIMIT_CHUNK_BYTES], rows[LIMIT_CHUNK_BYTES];

/* A codec that shortens runs of one byte: enough to be shorter, or far too short. */
static size_t squeeze(void *ctx, struct span in, uint8_t *out, size_t size, uint32_t *number)
{
	*number = SESSION_FRAME_CODEC_COLUMNS;
	size_t *step = ctx, n = 0;
	for (size_t i = 0; i < in.len; i += *step) {
		if (n == size)
			return 0;
		out[n++] = in.data[i];
	}
	return n;
}

static size_t unsqueeze(void *ctx, uint32_t number, struct span in, uint8_t *out, size_t size)
{
	size_t *step = ctx;
	if (number != SESSION_FRAME_CODEC_COLUMNS || in.len * *step > size)
		return 0;
	for (size_t i = 0; i < in.len * *step; i++)
		out[i] = in.data[i / *step];
	return in.len * *step;
}

static size_t step = 4;
static const struct session_frame_codec codec = { &step, squeeze, unsqueeze };

/* A push of `len` raw bytes, all the same. */
static void fill_push(size_t len)
{
	memset(&out_frame, 0, sizeof out_frame);
	memset(rows, 'r', len);
	out_frame.has_push = true;
	out_frame.push.first_seq = 1;
	out_frame.push.has_rows = true;
	out_frame.push.rows.count = 1;
	out_frame.push.signature.size = 64;
}

static struct fault encode(size_t raw_len, const struct session_frame_codec *c, size_t *len)
{
	return session_frame_encode(SESSION_FRAME_FRAME, &out_frame, span_of(rows, raw_len), c, packed,
				    LIMIT_FRAME_PLAIN_BYTES, plain, len);
}

static struct fault decode(size_t len, const struct session_frame_codec *c, struct span *got)
{
	return session_frame_decode(SESSION_FRAME_FRAME, span_of(plain, len), c, raw, &in_frame, got);
}

static void a_frame_comes_back_with_its_rows_packed_or_not(void **state)
{
	(void)state;
	for (int with = 0; with < 2; with++) {
		const struct session_frame_codec *c = with ? &codec : NULL;
		size_t len;
		struct span got;
		fill_push(4000);
		out_frame.has_heard = out_frame.heard.has_cursor = true;
		out_frame.heard.cursor.order = 77;
		assert_false(fault_is(encode(4000, c, &len)));
		assert_int_equal(len % LIMIT_PAD_STEP_BYTES, 0);
		assert_true(with ? len < 1300 : len > 4000);
		assert_false(fault_is(decode(len, c, &got)));
		assert_int_equal(got.len, 4000);
		assert_memory_equal(got.data, rows, 4000);
		assert_int_equal(in_frame.heard.cursor.order, 77);
		assert_int_equal(in_frame.push.rows.codec, with ? SESSION_FRAME_CODEC_COLUMNS : 0);
	}
}

static void a_full_chunk_that_does_not_pack_fits_a_frame(void **state)
{
	(void)state;
	size_t len;
	fill_push(LIMIT_CHUNK_BYTES);
	out_frame.forgotten_count = 64;
	for (size_t i = 0; i < 64; i++) {
		out_frame.forgotten[i].case_id.size = out_frame.forgotten[i].g_epoch.size = 16;
		out_frame.forgotten[i].g = UINT64_MAX;
	}
	assert_false(fault_is(encode(LIMIT_CHUNK_BYTES, NULL, &len)));
	assert_true(len <= LIMIT_FRAME_PLAIN_BYTES);
}

static void rows_packed_too_tightly_travel_as_they_are(void **state)
{
	(void)state;
	size_t len;
	step = 100;
	fill_push(40000);
	assert_false(fault_is(encode(40000, &codec, &len)));
	assert_int_equal(out_frame.push.rows.codec, 0);
	step = 4;
}

static void what_does_not_fit_message_1_is_said_not_cut(void **state)
{
	(void)state;
	static jalka_Hello hello;
	size_t len;
	hello.epoch.size = 16;
	hello.has_push = true;
	hello.push.first_seq = 1;
	hello.push.signature.size = 64;
	hello.push.has_rows = true;
	hello.push.rows.count = 1;
	assert_int_equal(session_frame_encode(SESSION_FRAME_HELLO, &hello, span_of(rows, 15000), NULL, packed,
					      SESSION_FRAME_HELLO_PLAIN_BYTES, plain, &len).kind, FAULT_LIMIT);
	assert_false(fault_is(session_frame_encode(SESSION_FRAME_HELLO, &hello, span_of(rows, 14000), NULL, packed,
						   SESSION_FRAME_HELLO_PLAIN_BYTES, plain, &len)));
	assert_true(len + SESSION_FRAME_HELLO_NOISE_BYTES + HANDSHAKE_HEADER_BYTES + HANDSHAKE_MAC_BYTES
		    <= LIMIT_MESSAGE1_BYTES);
}

static void an_empty_frame_is_one_step_of_padding(void **state)
{
	(void)state;
	size_t len;
	struct span got;
	memset(&out_frame, 0, sizeof out_frame);
	assert_false(fault_is(encode(0, NULL, &len)));
	assert_int_equal(len, LIMIT_PAD_STEP_BYTES);
	assert_false(fault_is(decode(len, NULL, &got)));
	assert_int_equal(got.len, 0);
}

/* Encodes a valid frame, lets `spoil` change what was written, and must be refused. */
static void refused_after(void (*spoil)(size_t len))
{
	size_t len;
	struct span got;
	fill_push(500);
	assert_false(fault_is(encode(500, &codec, &len)));
	spoil(len);
	assert_int_equal(decode(len, &codec, &got).kind, FAULT_PEER);
}

static void spoil_padding(size_t len) { plain[len - 1] = 1; }
static void spoil_length(size_t len) { (void)len; plain[1] = 0xff; }
static void spoil_control(size_t len) { (void)len; plain[2] = 0x0b; }

static void spoiled_frames_are_refused(void **state)
{
	(void)state;
	size_t len;
	struct span got;
	refused_after(spoil_padding);
	refused_after(spoil_length);
	refused_after(spoil_control);
	fill_push(500);
	assert_false(fault_is(encode(500, &codec, &len)));
	for (size_t cut = 0; cut < len; cut++) /* truncated anywhere: refused, or only padding is missing */
		if (!fault_is(decode(cut, &codec, &got)))
			assert_true(cut + LIMIT_PAD_STEP_BYTES > len && got.len == 500);
	assert_int_equal(decode(len, NULL, &got).kind, FAULT_PEER); /* packed, and no codec */
	step = 3;
	assert_int_equal(decode(len, &codec, &got).kind, FAULT_PEER); /* unpacks to another length */
	step = 4;
}

/* A frame made by nanopb alone, without the checks of encode. */
static struct fault decode_as_is(void)
{
	size_t len;
	struct span got;
	if (fault_is(encode(out_frame.has_push ? 1 : 0, NULL, &len)))
		return fault_none();
	return decode(len, NULL, &got);
}

static void widths_counts_and_what_must_be_there_are_checked(void **state)
{
	(void)state;
	fill_push(1);
	assert_false(fault_is(decode_as_is()));
	out_frame.push.signature.size = 63;
	assert_int_equal(decode_as_is().kind, FAULT_PEER);
	fill_push(1);
	out_frame.push.first_seq = 0;
	assert_int_equal(decode_as_is().kind, FAULT_PEER);
	fill_push(1);
	out_frame.push.rows.count = LIMIT_CHUNK_DELTAS + 1;
	assert_int_equal(decode_as_is().kind, FAULT_PEER);
	fill_push(1);
	out_frame.push.epoch.size = 15;
	assert_int_equal(decode_as_is().kind, FAULT_PEER);
	fill_push(1);
	out_frame.push.has_continues = true;
	assert_int_equal(decode_as_is().kind, FAULT_PEER);

	memset(&out_frame, 0, sizeof out_frame);
	out_frame.has_pull = true;
	out_frame.pull.begun_count = 1;
	out_frame.pull.begun[0].case_id.size = 16;
	assert_int_equal(decode_as_is().kind, FAULT_PEER); /* g is 0 */
	out_frame.pull.begun[0].g = 4;
	assert_false(fault_is(decode_as_is()));
	out_frame.pull.authors_count = 1;
	assert_int_equal(decode_as_is().kind, FAULT_PEER);
	memset(&out_frame, 0, sizeof out_frame);
	out_frame.has_salt = true;
	out_frame.salt.epoch.size = 16;
	out_frame.salt.salts_count = 1;
	out_frame.salt.salts[0].seq = 1;
	assert_int_equal(decode_as_is().kind, FAULT_PEER); /* neither salt nor digest */
}

static void more_than_one_part_with_rows_is_refused(void **state)
{
	(void)state;
	/* Two frames made apart, their control parts one after the other. */
	size_t len, first;
	struct span got;
	static uint8_t two[4096];
	fill_push(1);
	assert_false(fault_is(encode(1, NULL, &len)));
	first = (size_t)plain[0] | (size_t)plain[1] << 8;
	memcpy(two + 2, plain + 2, first);
	memset(&out_frame, 0, sizeof out_frame);
	out_frame.has_backlog = true;
	out_frame.backlog.case_id.size = 16;
	out_frame.backlog.g = 1;
	out_frame.backlog.has_rows = true;
	out_frame.backlog.rows.count = 1;
	assert_false(fault_is(encode(1, NULL, &len)));
	size_t second = (size_t)plain[0] | (size_t)plain[1] << 8;
	memcpy(two + 2 + first, plain + 2, second);
	two[0] = (uint8_t)(first + second);
	two[1] = (uint8_t)((first + second) >> 8);
	assert_int_equal(session_frame_decode(SESSION_FRAME_FRAME, span_of(two, first + second + 4), NULL, raw,
					      &in_frame, &got).kind, FAULT_PEER);
}

static void a_serial_that_is_not_utf8_is_refused(void **state)
{
	(void)state;
	static jalka_EnrolRequest request, back;
	size_t len;
	struct span got;
	request.node.size = request.epoch.size = 16;
	request.sign_key.size = 32;
	request.signature.size = 64;
	for (int bad = 0; bad < 2; bad++) {
		strcpy(request.serial, bad ? "laptop \xc3" : "l\xc3\xa4ppi");
		assert_false(fault_is(session_frame_encode(SESSION_FRAME_ENROL_REQUEST, &request, span_of(NULL, 0), NULL,
							   packed, LIMIT_FRAME_PLAIN_BYTES, plain, &len)));
		struct fault fault = session_frame_decode(SESSION_FRAME_ENROL_REQUEST, span_of(plain, len), NULL, raw,
							  &back, &got);
		assert_int_equal(fault.kind, bad ? FAULT_PEER : FAULT_NONE);
	}
}

static void random_bytes_never_get_past_the_bounds(void **state)
{
	(void)state;
	struct prng prng;
	struct span got;
	size_t len;
	prng_init(&prng, 17);
	for (int round = 0; round < 20000; round++) {
		fill_push(200);
		assert_false(fault_is(encode(200, &codec, &len)));
		for (uint64_t flips = 1 + prng_below(&prng, 4); flips > 0; flips--)
			plain[prng_below(&prng, len)] ^= (uint8_t)(1u << prng_below(&prng, 8));
		if (!fault_is(decode(len, &codec, &got)))
			assert_true(got.len <= LIMIT_CHUNK_BYTES && (got.len == 0 || in_frame.has_push
				    || in_frame.has_pull || in_frame.has_backlog || in_frame.has_offer));
	}
}

static void frames_come_out_of_a_stream_cut_anywhere(void **state)
{
	(void)state;
	static uint8_t stream[400], block[SESSION_FRAME_WIRE_BYTES];
	static const size_t lens[] = { 5, 0, 200, 1 };
	size_t total = 0;
	for (size_t i = 0; i < 4; i++) {
		stream[total++] = (uint8_t)lens[i];
		stream[total++] = 0;
		memset(stream + total, (int)('a' + i), lens[i]);
		total += lens[i];
	}
	for (size_t piece = 1; piece <= total; piece++) {
		struct session_frame_inbox inbox = { .block = block };
		size_t found = 0;
		for (size_t at = 0; at < total; at += piece) {
			struct span input = span_of(stream + at, total - at < piece ? total - at : piece), frame;
			while (session_frame_next(&inbox, &input, &frame)) {
				assert_int_equal(frame.len, lens[found]);
				assert_true(frame.len == 0 || frame.data[frame.len - 1] == 'a' + found);
				found++;
			}
			assert_int_equal(input.len, 0);
		}
		assert_int_equal(found, 4);
		assert_int_equal(inbox.used, 0);
	}
}

static void a_sealed_frame_opens_once(void **state)
{
	(void)state;
	static uint8_t wire[SESSION_FRAME_WIRE_BYTES], opened[LIMIT_FRAME_BYTES];
	struct noise_cipher send = { .key = { 3 }, .has_key = true }, receive = send;
	size_t len, plain_len;
	memset(&out_frame, 0, sizeof out_frame);
	assert_false(fault_is(encode(0, NULL, &plain_len)));
	assert_false(fault_is(session_frame_seal(&send, span_of(plain, plain_len), wire, &len)));
	assert_int_equal(len, 2 + 64 + 16);
	assert_int_equal((size_t)wire[0] | (size_t)wire[1] << 8, len - 2);
	assert_false(fault_is(noise_open(&receive, span_of(wire + 2, len - 2), opened, sizeof opened, &plain_len)));
	assert_true(fault_is(noise_open(&receive, span_of(wire + 2, len - 2), opened, sizeof opened, &plain_len)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_comes_back_with_its_rows_packed_or_not),
		cmocka_unit_test(a_full_chunk_that_does_not_pack_fits_a_frame),
		cmocka_unit_test(rows_packed_too_tightly_travel_as_they_are),
		cmocka_unit_test(what_does_not_fit_message_1_is_said_not_cut),
		cmocka_unit_test(an_empty_frame_is_one_step_of_padding),
		cmocka_unit_test(spoiled_frames_are_refused),
		cmocka_unit_test(widths_counts_and_what_must_be_there_are_checked),
		cmocka_unit_test(more_than_one_part_with_rows_is_refused),
		cmocka_unit_test(a_serial_that_is_not_utf8_is_refused),
		cmocka_unit_test(random_bytes_never_get_past_the_bounds),
		cmocka_unit_test(frames_come_out_of_a_stream_cut_anywhere),
		cmocka_unit_test(a_sealed_frame_opens_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
