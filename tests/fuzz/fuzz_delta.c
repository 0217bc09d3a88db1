/* Fuzz target: the reader of deltas. What it accepts the writer writes, in hardly
 * more bytes (one clearing takes a byte more when packed), and that reads and
 * writes the same again. */
#include <sodium.h>

#include "core/delta.h"
#include "lib/mutate.h"

static uint8_t first[LIMIT_DELTA_BYTES], second[LIMIT_DELTA_BYTES];

static struct span write(const struct delta *delta, uint8_t *block)
{
	struct wire_out out;
	wire_out_init(&out, block, LIMIT_DELTA_BYTES);
	MUTATE_CHECK(!fault_is(delta_write(delta, &out)));
	return wire_out_span(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct delta delta, again;
	struct fault fault = delta_read(span_of(data, size), &delta);
	if (fault_is(fault) || size >= LIMIT_DELTA_BYTES) {
		MUTATE_CHECK(fault.kind != FAULT_CALLER && fault.kind != FAULT_STORE);
		return 0;
	}
	struct span written = write(&delta, first);
	MUTATE_CHECK(written.len <= size + 1);
	MUTATE_CHECK(!fault_is(delta_read(written, &again)));
	MUTATE_CHECK(span_equal(again.fields, delta.fields));
	MUTATE_CHECK(again.opens == delta.opens && again.stamp_ms == delta.stamp_ms);
	MUTATE_CHECK(span_equal(write(&again, second), written));
	return 0;
}

#ifndef JALKA_LIBFUZZER
static struct delta seed_delta(void)
{
	struct delta delta = {
		.case_id = { { 1 } }, .record_id = { { 2 } }, .record_type = 3,
		.fields = span_of("\x0a\x05" "Aino!" "\x10\x01\x22\x00", 11),
		.cleared = { 9, 300 }, .cleared_count = 2,
		.base = { .pairs = { { { { 7 } }, 12 }, { { { 8 } }, 0 } }, .count = 2 },
		.stamp_ms = 1780000000000,
		.envelope = { .event_at_ms = 1779999999999, .is_signed = true, .language = 1, .supersedes = { { 5 } } },
	};
	return delta;
}

int main(int argc, char **argv)
{
	static uint8_t blocks[3][512];
	struct span seeds[3];
	struct delta delta = seed_delta();
	if (sodium_init() < 0)
		return 1;
	seeds[0] = write(&delta, first);
	memcpy(blocks[0], seeds[0].data, seeds[0].len);
	delta.opens = true;
	delta.opening = (struct delta_opening){ DELTA_CASE_MATTER, { { 6 } }, { { 4 } } };
	seeds[1] = write(&delta, first);
	memcpy(blocks[1], seeds[1].data, seeds[1].len);
	delta = (struct delta){ .case_id = { { 1 } }, .record_id = { { 2 } }, .record_type = 3, .stamp_ms = 1 };
	delta.fields = span_of("", 0);
	seeds[2] = write(&delta, first);
	memcpy(blocks[2], seeds[2].data, seeds[2].len);
	for (size_t i = 0; i < 3; i++)
		seeds[i].data = blocks[i];
	return mutate_main(argc, argv, seeds, 3);
}
#endif
