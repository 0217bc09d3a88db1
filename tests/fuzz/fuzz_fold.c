/* Fuzz target: the fold. The input is read as a list of deltas; those that the
 * delta's own check lets pass are folded, forwards and backwards, to one result. */
#include <sodium.h>

#include "core/fold.h"
#include "lib/mutate.h"

enum { INPUTS_MAX = 64, ARENA_BYTES = 4 * 1024 * 1024 };

static _Alignas(16) uint8_t block[ARENA_BYTES];
static struct fold_input inputs[INPUTS_MAX];
static uint32_t cleared[INPUTS_MAX][2];
static uint8_t scratch[LIMIT_DELTA_BYTES];

/* The next byte, or 0 at the end. */
static uint8_t next(struct span *rest)
{
	if (rest->len == 0)
		return 0;
	uint8_t byte = rest->data[0];
	*rest = span_of(rest->data + 1, rest->len - 1);
	return byte;
}

static struct span next_span(struct span *rest)
{
	size_t len = next(rest);
	len = len < rest->len ? len : rest->len;
	struct span taken = span_of(rest->data, len);
	*rest = span_of(rest->data + len, rest->len - len);
	return taken;
}

static bool passes(const struct fold_input *input)
{
	struct delta delta = { .case_id = { { 1 } }, .record_id = { { 1 } }, .record_type = 1, .stamp_ms = 1 };
	struct wire_out out;
	delta.fields = input->fields;
	delta.base = input->base;
	delta.cleared_count = input->cleared_count;
	for (size_t i = 0; i < input->cleared_count; i++)
		delta.cleared[i] = input->cleared[i];
	wire_out_init(&out, scratch, sizeof scratch);
	return !fault_is(delta_write(&delta, &out));
}

/* One delta: who (its place in the list is its seq), what it goes on from, its
 * stamp, orders, bases, clearings, fields. */
static bool read_input(struct span *rest, uint64_t seq, uint32_t *clearings, struct fold_input *out)
{
	uint8_t who = next(rest), how = next(rest);
	*out = (struct fold_input){ .author = { .node = { { who & 3 } }, .epoch = { { who >> 2 & 3 } } }, .seq = seq,
				    .cleared = clearings };
	out->continues = (struct fold_continues){ { { who >> 4 & 3 } }, who >> 6 };
	out->stamp_ms = next(rest);
	for (; out->order_count < (how & 3); out->order_count++)
		out->orders[out->order_count] = (struct order){ 1 + (next(rest) & 3), next(rest) };
	for (; out->base.count < (how >> 2 & 3); out->base.count++)
		out->base.pairs[out->base.count] = (struct order_base){ { { 0xc0 + (next(rest) & 3) } }, next(rest) };
	for (; out->cleared_count < (how >> 4 & 1); out->cleared_count++)
		clearings[out->cleared_count] = next(rest);
	out->fields = next_span(rest);
	return passes(out);
}

static void grow(struct order_tree *tree)
{
	*tree = (struct order_tree){ .count = 0 };
	for (uint8_t i = 0; i < 4; i++) {
		struct order_epoch epoch = { .id = { { (uint8_t)(0xc0 + i) } }, .generation = i + 1u };
		if (i > 0)
			epoch.parent.bytes[0] = (uint8_t)(0xc0 + (i == 2 ? 0 : i - 1));
		epoch.inherited = i * 40u;
		MUTATE_CHECK(!fault_is(order_learn(tree, &epoch)));
	}
}

static void fold(const struct order_tree *tree, size_t count, struct delta_hash *out)
{
	struct arena arena;
	struct fold_record record;
	struct wire_out shown;
	size_t need = fold_arena_bytes(tree, inputs, count);
	MUTATE_CHECK(need <= sizeof block);
	arena_init(&arena, block, need);
	MUTATE_CHECK(!fault_is(fold_record(&arena, tree, inputs, count, &record)));
	for (size_t i = 0; i < record.count; i++) {
		MUTATE_CHECK(record.fields[i].count >= 1);
		MUTATE_CHECK(i == 0 || record.fields[i - 1].number < record.fields[i].number);
		for (size_t k = 0; k < record.fields[i].count; k++)
			MUTATE_CHECK(record.fields[i].siblings[k].input < count);
	}
	wire_out_init(&shown, scratch, sizeof scratch);
	MUTATE_CHECK(!fault_is(fold_shown(&record, &shown)));
	fold_hash(&record, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = span_of(data, size);
	struct order_tree tree;
	struct delta_hash forwards, backwards;
	size_t count = 0;
	for (uint64_t seq = 1; rest.len != 0 && count < INPUTS_MAX; seq++)
		count += read_input(&rest, seq, cleared[count], &inputs[count]);
	grow(&tree);
	fold(&tree, count, &forwards);
	for (size_t i = 0; i < count / 2; i++) {
		struct fold_input swap = inputs[i];
		inputs[i] = inputs[count - 1 - i];
		inputs[count - 1 - i] = swap;
	}
	fold(&tree, count, &backwards);
	MUTATE_CHECK(memcmp(forwards.bytes, backwards.bytes, DELTA_HASH_BYTES) == 0);
	return 0;
}

#ifndef JALKA_LIBFUZZER
int main(int argc, char **argv)
{
	/* who, how, stamp, order, base, fields with their length */
	static const char three[] =
		"\x01\x01\x10\x00\x05\x0b\x0a\x01" "a" "\x10\x01\x0a\x01" "b\x18\x02"
		"\x02\x05\x20\x00\x06\x00\x05\x06\x0a\x01" "c" "\x10\x02\x00"
		"\x05\x16\x18\x01\x30\x00\x07\x00\x03\x04\x02\x10\x03";
	static const char chains[] = "\x91\x00\x10\x03\x0a\x01x\x95\x00\x11\x03\x0a\x01y\xa9\x10\x12\x01\x00";
	const struct span seeds[] = { span_of(three, sizeof three - 1), span_of(chains, sizeof chains - 1), span_of("", 0) };
	if (sodium_init() < 0)
		return 1;
	return mutate_main(argc, argv, seeds, 3);
}
#endif
