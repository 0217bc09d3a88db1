/* fold: F1..F4 by example, and against a model written straight from the
 * definition on thousands of random histories. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>

#include "core/fold.h"
#include "lib/prng.h"

enum { INPUTS_MAX = 2000, FIELDS_BYTES = 128, ARENA_BYTES = 8 * 1024 * 1024 };

static _Alignas(16) uint8_t block[ARENA_BYTES], model_block[ARENA_BYTES];
static struct fold_input inputs[INPUTS_MAX];
static uint8_t texts[INPUTS_MAX][FIELDS_BYTES];
static uint32_t cleared[INPUTS_MAX][4];
static size_t count;
static struct order_tree tree;
static struct arena arena;

/* ---- building histories --------------------------------------------------- */

static struct epoch_id central(uint8_t name)
{
	return (struct epoch_id){ { 0xc0, name } };
}

static void begin(void)
{
	struct order_epoch first = { .id = central(1), .generation = 1 };
	count = 0;
	tree = (struct order_tree){ .count = 0 };
	assert_int_equal(order_learn(&tree, &first).kind, FAULT_NONE);
}

/* A delta without order, base or fields yet. */
static struct fold_input *add(uint8_t node, uint8_t epoch, uint64_t seq, uint64_t stamp_ms)
{
	assert_true(count < INPUTS_MAX);
	struct fold_input *input = &inputs[count];
	*input = (struct fold_input){
		.author = { .node = { { node } }, .epoch = { { epoch, 0xae } } },
		.seq = seq,
		.stamp_ms = stamp_ms,
		.fields = span_of(texts[count], 0),
		.cleared = cleared[count],
	};
	count++;
	return input;
}

static size_t index_of(const struct fold_input *input)
{
	return (size_t)(input - inputs);
}

static struct fold_input *sets(struct fold_input *input, uint32_t number, const char *value)
{
	struct wire_out out;
	wire_out_init(&out, texts[index_of(input)], FIELDS_BYTES);
	out.used = input->fields.len;
	wire_put_bytes(&out, number, span_text(value));
	input->fields = wire_out_span(&out);
	return input;
}

static struct fold_input *clears(struct fold_input *input, uint32_t number)
{
	cleared[index_of(input)][input->cleared_count++] = number;
	return input;
}

static struct fold_input *ordered(struct fold_input *input, uint64_t n)
{
	input->orders[input->order_count++] = (struct order){ 1, n };
	return input;
}

static struct fold_input *saw(struct fold_input *input, uint64_t n)
{
	input->base.pairs[input->base.count++] = (struct order_base){ central(1), n };
	return input;
}

static struct fold_input *goes_on(struct fold_input *input, uint8_t epoch, uint64_t seq)
{
	input->continues = (struct fold_continues){ { { epoch, 0xae } }, seq };
	return input;
}

static struct fold_record fold(void)
{
	struct fold_record record;
	arena_init(&arena, block, fold_arena_bytes(&tree, inputs, count));
	struct fault fault = fold_record(&arena, &tree, inputs, count, &record);
	if (fault_is(fault))
		fail_msg("%s", fault.what);
	return record;
}

static const struct fold_field *field_of(const struct fold_record *record, uint32_t number)
{
	for (size_t i = 0; i < record->count; i++)
		if (record->fields[i].number == number)
			return &record->fields[i];
	fail_msg("no field %u", (unsigned)number);
	return NULL;
}

/* The siblings of a field as texts, shown one first; "" for a clearing. */
static void has(const struct fold_record *record, uint32_t number, size_t siblings, const char *const texts_of[])
{
	const struct fold_field *field = field_of(record, number);
	assert_int_equal(field->count, siblings);
	for (size_t i = 0; i < siblings; i++) {
		struct span whole = field->siblings[i].whole;
		struct wire_field value = { .data = span_of("", 0) };
		assert_non_null(whole.data);
		if (whole.len != 0)
			assert_int_equal(wire_next(&whole, &value), WIRE_FIELD);
		if (!span_equal(value.data, span_text(texts_of[i])))
			fail_msg("sibling %zu is \"%.*s\", not \"%s\"", i, (int)value.data.len, (const char *)value.data.data,
				 texts_of[i]);
	}
}

#define HAS(record, number, ...) \
	has(&(record), number, sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *), (const char *[]){ __VA_ARGS__ })

/* ---- by example -------------------------------------------------------------- */

static void no_delta_is_an_empty_record(void **state)
{
	(void)state;
	begin();
	struct fold_record record = fold();
	assert_int_equal(record.count, 0);
}

static void one_delta_is_the_record(void **state)
{
	(void)state;
	begin();
	sets(sets(add(1, 1, 1, 100), 7, "040 123"), 2, "Aino");
	struct fold_record record = fold();
	assert_int_equal(record.count, 2);
	assert_int_equal(record.fields[0].number, 2);
	HAS(record, 2, "Aino");
	HAS(record, 7, "040 123");
}

static void an_author_saw_its_own_earlier_deltas(void **state)
{
	(void)state;
	begin();
	sets(add(1, 1, 1, 100), 2, "Aino");
	sets(add(1, 1, 2, 101), 2, "Aina");
	struct fold_record record = fold();
	HAS(record, 2, "Aina");
	/* Even with a stamp set back: seeing, not time, decides. */
	inputs[1].stamp_ms = 50;
	record = fold();
	HAS(record, 2, "Aina");
}

static void two_who_did_not_see_each_other_are_a_conflict(void **state)
{
	(void)state;
	begin();
	ordered(sets(add(1, 1, 1, 100), 7, "first"), 1);
	ordered(saw(sets(add(2, 1, 1, 300), 7, "later"), 1), 2);
	ordered(saw(sets(add(1, 1, 2, 200), 7, "sooner"), 1), 3);
	struct fold_record record = fold();
	HAS(record, 7, "later", "sooner");
	assert_int_equal(field_of(&record, 7)->siblings[0].input, 1);
	assert_int_equal(field_of(&record, 7)->siblings[1].input, 2);
}

static void who_saw_all_siblings_ends_the_conflict(void **state)
{
	(void)state;
	begin();
	ordered(sets(add(1, 1, 1, 100), 7, "a"), 1);
	ordered(sets(add(2, 1, 1, 200), 7, "b"), 2);
	ordered(sets(add(3, 1, 1, 300), 7, "c"), 3);
	sets(saw(add(4, 1, 1, 10), 2), 7, "chosen");
	struct fold_record record = fold();
	HAS(record, 7, "c", "chosen");
	inputs[3].base.pairs[0].n = 3;
	record = fold();
	HAS(record, 7, "chosen");
}

static void a_superseded_delta_still_hides_what_it_saw(void **state)
{
	(void)state;
	begin();
	ordered(sets(add(1, 1, 1, 100), 7, "a"), 1);
	ordered(sets(saw(add(2, 1, 1, 200), 1), 7, "b"), 2);
	/* By the author of b, so it saw b; its base says nothing of a. */
	sets(add(2, 1, 2, 300), 7, "c");
	struct fold_record record = fold();
	HAS(record, 7, "c");
}

static void only_deltas_of_the_field_hide_its_values(void **state)
{
	(void)state;
	begin();
	ordered(sets(add(1, 1, 1, 100), 7, "phone"), 1);
	ordered(sets(add(2, 1, 1, 200), 7, "other"), 2);
	ordered(sets(saw(add(3, 1, 1, 300), 2), 2, "name"), 3);
	struct fold_record record = fold();
	HAS(record, 7, "other", "phone");
	HAS(record, 2, "name");
}

static void a_clearing_is_a_value(void **state)
{
	(void)state;
	begin();
	ordered(sets(add(1, 1, 1, 100), 7, "phone"), 1);
	ordered(clears(saw(add(2, 1, 1, 200), 1), 7), 2);
	struct fold_record record = fold();
	HAS(record, 7, "");
	/* Concurrent with a new value it is one side of the conflict. */
	ordered(sets(saw(add(1, 1, 2, 300), 1), 7, "new"), 3);
	record = fold();
	HAS(record, 7, "new", "");
	uint8_t shown[64];
	struct wire_out out;
	inputs[2].stamp_ms = 150;
	record = fold();
	wire_out_init(&out, shown, sizeof shown);
	assert_int_equal(fold_shown(&record, &out).kind, FAULT_NONE);
	assert_int_equal(out.used, 0);
}

static void equal_bytes_are_one_value(void **state)
{
	(void)state;
	begin();
	ordered(sets(add(1, 1, 1, 100), 7, "same"), 1);
	ordered(sets(add(2, 1, 1, 300), 7, "same"), 2);
	ordered(sets(add(3, 1, 1, 200), 7, "other"), 3);
	struct fold_record record = fold();
	HAS(record, 7, "same", "other");
	assert_int_equal(field_of(&record, 7)->siblings[0].input, 1);
	/* Two clearings as well. */
	begin();
	clears(add(1, 1, 1, 100), 7);
	clears(add(2, 1, 1, 100), 7);
	record = fold();
	HAS(record, 7, "");
	assert_int_equal(field_of(&record, 7)->siblings[0].input, 1);
}

/* What was seen and replaced lends its time no more to who wrote the same. */
static void a_value_has_the_place_of_its_greatest_unseen_writer(void **state)
{
	(void)state;
	begin();
	ordered(sets(add(1, 1, 1, 500), 7, "same"), 1);
	ordered(sets(add(2, 1, 1, 100), 7, "same"), 2);
	ordered(sets(saw(add(3, 1, 1, 200), 1), 7, "other"), 3);
	struct fold_record record = fold();
	HAS(record, 7, "other", "same");
	assert_int_equal(field_of(&record, 7)->siblings[1].input, 1);
	inputs[2].base.pairs[0].n = 2;
	record = fold();
	HAS(record, 7, "other");
}

/* The table of docs/internals/fold.md, row by row. */
static void the_documented_example_is_so(void **state)
{
	(void)state;
	struct fold_record record;
	begin();
	ordered(sets(add(1, 1, 1, 10), 7, "A"), 1);
	record = fold();
	HAS(record, 7, "A");
	ordered(sets(saw(add(2, 1, 1, 20), 1), 7, "B"), 2);
	record = fold();
	HAS(record, 7, "B");
	ordered(sets(saw(add(1, 1, 2, 30), 1), 7, "C"), 3);
	record = fold();
	HAS(record, 7, "C", "B");
	ordered(sets(saw(add(3, 1, 1, 40), 2), 7, "D"), 4);
	record = fold();
	HAS(record, 7, "D", "C");
	ordered(sets(saw(add(2, 1, 2, 50), 4), 2, "N"), 5);
	record = fold();
	HAS(record, 7, "D", "C");
	ordered(sets(saw(add(2, 1, 3, 60), 5), 7, "C"), 6);
	record = fold();
	HAS(record, 7, "C");
	assert_int_equal(field_of(&record, 7)->siblings[0].input, 5);
}

static void the_greatest_stamp_then_node_then_epoch_is_shown(void **state)
{
	(void)state;
	begin();
	sets(add(1, 1, 1, 100), 7, "a");
	sets(add(2, 1, 1, 100), 7, "b");
	sets(add(2, 2, 1, 100), 7, "c");
	sets(add(1, 9, 1, 101), 7, "d");
	struct fold_record record = fold();
	HAS(record, 7, "d", "c", "b", "a");
}

static void all_occurrences_of_a_number_are_one_value(void **state)
{
	(void)state;
	begin();
	/* 5 stands together, 6 apart. */
	sets(sets(sets(sets(sets(add(1, 1, 1, 100), 5, "x"), 5, "y"), 6, "p"), 2, "n"), 6, "q");
	sets(sets(add(2, 1, 1, 50), 6, "p"), 6, "q");
	struct fold_record record = fold();
	assert_int_equal(record.count, 3);
	assert_true(span_equal(field_of(&record, 5)->siblings[0].whole, span_text("\x2a\x01x\x2a\x01y")));
	/* Equal, however they stood. */
	assert_int_equal(field_of(&record, 6)->count, 1);
	assert_true(span_equal(field_of(&record, 6)->siblings[0].whole, span_text("\x32\x01p\x32\x01q")));
	/* And one occurrence less is another value. */
	inputs[1].fields.len -= 3;
	record = fold();
	assert_int_equal(field_of(&record, 6)->count, 2);
}

static void unknown_fields_are_folded_and_kept(void **state)
{
	(void)state;
	begin();
	struct fold_input *input = ordered(add(1, 1, 1, 100), 1);
	struct wire_out out;
	wire_out_init(&out, texts[0], FIELDS_BYTES);
	wire_put_varint(&out, 0x1fffffff, 7);
	wire_put_fixed64(&out, 9000, 8);
	wire_put_raw(&out, span_of("\x0d\x01\x02\x03\x04", 5));
	input->fields = wire_out_span(&out);
	struct fold_record record = fold();
	uint8_t shown[64];
	struct wire_out shown_out;
	assert_int_equal(record.count, 3);
	wire_out_init(&shown_out, shown, sizeof shown);
	assert_int_equal(fold_shown(&record, &shown_out).kind, FAULT_NONE);
	/* In ascending number: the last first. */
	assert_memory_equal(shown, "\x0d\x01\x02\x03\x04", 5);
	assert_int_equal(shown_out.used, input->fields.len);
	wire_out_init(&shown_out, shown, input->fields.len - 1);
	assert_int_equal(fold_shown(&record, &shown_out).kind, FAULT_LIMIT);
}

/* ---- seeing ------------------------------------------------------------------- */

static void an_epoch_saw_what_it_goes_on_from_up_to_the_named_seq(void **state)
{
	(void)state;
	begin();
	sets(add(1, 1, 5, 100), 7, "kept");
	sets(goes_on(add(1, 2, 1, 200), 1, 5), 7, "new");
	struct fold_record record = fold();
	HAS(record, 7, "new");
	assert_true(fold_saw(&tree, &inputs[1], &inputs[0]));
	assert_false(fold_saw(&tree, &inputs[0], &inputs[1]));
	/* Beyond the common prefix it saw nothing: that came from the twin. */
	inputs[0].seq = 6;
	record = fold();
	HAS(record, 7, "new", "kept");
	/* Another node's epoch of the same name is another author. */
	inputs[0].seq = 5;
	inputs[0].author.node.bytes[0] = 9;
	assert_false(fold_saw(&tree, &inputs[1], &inputs[0]));
	record = fold();
	HAS(record, 7, "new", "kept");
}

static void an_epoch_saw_through_the_epoch_between(void **state)
{
	(void)state;
	begin();
	sets(add(1, 1, 5, 100), 7, "oldest");
	sets(goes_on(add(1, 3, 1, 300), 2, 4), 7, "newest");
	sets(goes_on(add(1, 2, 9, 200), 1, 5), 7, "between"); /* above 4: another's */
	struct fold_record record = fold();
	HAS(record, 7, "newest", "between");
	inputs[0].seq = 6;
	record = fold();
	HAS(record, 7, "newest", "between", "oldest");
	/* The one between need not touch the field to tell the way. */
	inputs[0].seq = 5;
	begin();
	count = 2;
	sets(goes_on(add(1, 2, 9, 200), 1, 5), 2, "elsewhere");
	record = fold();
	HAS(record, 7, "newest");
}

static void a_delta_without_order_is_seen_by_no_base(void **state)
{
	(void)state;
	begin();
	sets(add(1, 1, 1, 300), 7, "local");
	ordered(sets(saw(add(2, 1, 1, 200), 90), 7, "remote"), 91);
	struct fold_record record = fold();
	HAS(record, 7, "local", "remote");
}

static void no_delta_hides_itself(void **state)
{
	(void)state;
	begin();
	/* A base that claims the delta's own order. */
	ordered(sets(saw(add(1, 1, 1, 100), 9), 7, "liar"), 5);
	struct fold_record record = fold();
	HAS(record, 7, "liar");
	ordered(sets(saw(add(2, 1, 1, 50), 3), 7, "other"), 12);
	record = fold();
	HAS(record, 7, "liar", "other");
	/* Each claims the other: the greatest stands, and alone. */
	inputs[1].base.pairs[0].n = 9;
	inputs[0].base.pairs[0].n = 20;
	record = fold();
	HAS(record, 7, "liar");
}

static void a_restored_centre_brings_back_what_it_lost_as_unseen(void **state)
{
	(void)state;
	begin();
	struct order_epoch second = { .id = central(2), .parent = central(1), .generation = 2, .inherited = 10 };
	assert_int_equal(order_learn(&tree, &second).kind, FAULT_NONE);
	/* Given 12 in the first epoch, lost; pushed again it has an order in both. */
	struct fold_input *lost = sets(add(1, 1, 1, 100), 7, "lost");
	lost->orders[0] = (struct order){ 2, 15 };
	lost->orders[1] = (struct order){ 1, 12 };
	lost->order_count = 2;
	struct fold_input *writer = sets(add(2, 1, 1, 50), 7, "writer");
	writer->base.pairs[0] = (struct order_base){ central(2), 14 };
	writer->base.count = 1;
	struct fold_record record = fold();
	HAS(record, 7, "lost", "writer");
	/* It had seen it in the first epoch, and its base says so (P9). */
	writer->base.pairs[1] = (struct order_base){ central(1), 12 };
	writer->base.count = 2;
	record = fold();
	HAS(record, 7, "writer");
	writer->base.pairs[0].n = 15;
	writer->base.count = 1;
	record = fold();
	HAS(record, 7, "writer");
}

static void too_small_an_arena_is_a_fault_and_nothing_is_written(void **state)
{
	(void)state;
	begin();
	for (uint8_t i = 1; i <= 6; i++)
		clears(sets(sets(sets(add(i, 1, 1, i), 5, "aa"), 6, "bb"), 5, "cc"), 9);
	size_t enough = fold_arena_bytes(&tree, inputs, count), refused = 0;
	for (size_t size = 0; size <= enough; size++) {
		struct fold_record record = { .count = 77 };
		arena_init(&arena, block, size);
		struct fault fault = fold_record(&arena, &tree, inputs, count, &record);
		refused += fault.kind == FAULT_LIMIT;
		assert_int_equal(record.count, fault.kind == FAULT_NONE ? 3 : 77);
	}
	assert_true(refused > 100);
	assert_true(refused <= enough);
}

/* ---- the model: F1..F3 word by word -------------------------------------------- */

struct model_value { struct span whole; size_t input; };

static bool model_touches(const struct fold_input *input, uint32_t number, struct arena *memory, struct span *out)
{
	uint8_t *whole = arena_take(memory, FIELDS_BYTES, 1);
	struct span rest = input->fields;
	struct wire_field field;
	size_t len = 0;
	bool found = false;
	assert_non_null(whole);
	while (wire_next(&rest, &field) == WIRE_FIELD) {
		if (field.number != number)
			continue;
		memcpy(whole + len, field.whole.data, field.whole.len);
		len += field.whole.len;
		found = true;
	}
	for (size_t i = 0; i < input->cleared_count; i++)
		found |= input->cleared[i] == number;
	*out = span_of(whole, len);
	return found;
}

static bool model_chain_saw(const struct fold_input *y, const struct fold_input *x)
{
	struct fold_continues at = y->continues;
	if (!ID_EQUAL(y->author.node, x->author.node))
		return false;
	for (size_t step = 0; step <= count && at.seq != 0 && !ID_EQUAL(at.epoch, y->author.epoch); step++) {
		if (ID_EQUAL(at.epoch, x->author.epoch) && x->seq <= at.seq)
			return true;
		struct fold_continues next = { .seq = 0 };
		for (size_t i = 0; i < count; i++)
			if (ID_EQUAL(inputs[i].author.node, y->author.node) && ID_EQUAL(inputs[i].author.epoch, at.epoch))
				next = inputs[i].continues;
		if (ID_EQUAL(next.epoch, at.epoch))
			return false; /* an epoch does not go on from itself */
		at = next;
	}
	return false;
}

static bool model_above(const struct fold_input *a, const struct fold_input *b)
{
	if (a->stamp_ms != b->stamp_ms)
		return a->stamp_ms > b->stamp_ms;
	int d = memcmp(a->author.node.bytes, b->author.node.bytes, ID_BYTES);
	d = d != 0 ? d : memcmp(a->author.epoch.bytes, b->author.epoch.bytes, ID_BYTES);
	return d != 0 ? d > 0 : a->seq > b->seq;
}

/* The siblings of one field; 0 when no delta touches it. */
static size_t model_field(uint32_t number, struct model_value *out)
{
	static struct model_value touching[INPUTS_MAX], unseen[INPUTS_MAX];
	struct arena memory;
	size_t touches = 0, left = 0, values = 0;
	arena_init(&memory, model_block, sizeof model_block);
	for (size_t i = 0; i < count; i++) {
		touching[touches].input = i;
		touches += model_touches(&inputs[i], number, &memory, &touching[touches].whole);
	}
	for (size_t x = 0; x < touches; x++) {
		bool seen = false;
		for (size_t y = 0; y < touches; y++) {
			const struct fold_input *in_y = &inputs[touching[y].input], *in_x = &inputs[touching[x].input];
			seen |= y != x && (fold_saw(&tree, in_y, in_x) || model_chain_saw(in_y, in_x));
		}
		if (!seen)
			unseen[left++] = touching[x];
	}
	if (left == 0) {
		for (size_t i = 0; i < touches; i++)
			if (left == 0 || model_above(&inputs[touching[i].input], &inputs[unseen[0].input]))
				unseen[0] = touching[i], left = 1;
	}
	/* The greatest not yet taken, unless its value is there already. */
	for (; left > 0; left--) {
		size_t greatest = 0;
		bool there = false;
		for (size_t i = 1; i < left; i++)
			if (model_above(&inputs[unseen[i].input], &inputs[unseen[greatest].input]))
				greatest = i;
		for (size_t i = 0; i < values; i++)
			there |= span_equal(out[i].whole, unseen[greatest].whole);
		if (!there)
			out[values++] = unseen[greatest];
		unseen[greatest] = unseen[left - 1];
	}
	return values;
}

static void agrees_with_the_model(const struct fold_record *record, uint32_t numbers_max)
{
	static struct model_value expected[INPUTS_MAX];
	size_t at = 0;
	for (uint32_t number = 1; number <= numbers_max; number++) {
		size_t values = model_field(number, expected);
		if (values == 0)
			continue;
		assert_true(at < record->count);
		const struct fold_field *field = &record->fields[at++];
		assert_int_equal(field->number, number);
		assert_int_equal(field->count, values);
		for (size_t i = 0; i < values; i++) {
			assert_true(span_equal(field->siblings[i].whole, expected[i].whole));
			assert_int_equal(field->siblings[i].input, expected[i].input);
		}
	}
	assert_int_equal(at, record->count);
}

/* ---- random histories ------------------------------------------------------------ */

enum { NUMBERS = 4 };

static void add_random_fields(struct prng *prng, struct fold_input *input)
{
	static const char *const values[] = { "", "a", "b", "bb", "c" };
	bool used[NUMBERS + 1] = { false };
	for (size_t n = prng_between(prng, 1, 4); n > 0; n--) {
		uint32_t number = (uint32_t)prng_between(prng, 1, NUMBERS);
		sets(input, number, values[prng_below(prng, 5)]);
		used[number] = true;
	}
	for (uint32_t number = 1; number <= NUMBERS; number++)
		if (!used[number] && prng_chance(prng, 150))
			clears(input, number);
}

static void random_centres(struct prng *prng)
{
	begin();
	for (uint8_t name = 2; prng_chance(prng, 500) && name < 6; name++) {
		struct order_epoch next = { central(name), central((uint8_t)prng_between(prng, 1, name - 1u)), name,
					    prng_between(prng, 1, 30) };
		assert_int_equal(order_learn(&tree, &next).kind, FAULT_NONE);
	}
}

/* Anything the wire may bring: bases that lie, epochs that go round in circles,
 * stamps that tie, seqs with gaps. */
static void random_history(struct prng *prng, size_t most)
{
	struct fold_continues continues[3][4];
	uint64_t seqs[3][4];
	random_centres(prng);
	for (size_t node = 0; node < 3; node++) {
		for (size_t epoch = 0; epoch < 4; epoch++) {
			seqs[node][epoch] = 0;
			continues[node][epoch] = (struct fold_continues){ { { (uint8_t)prng_below(prng, 5), 0xae } },
									  prng_chance(prng, 600) ? prng_between(prng, 1, 9) : 0 };
		}
	}
	for (size_t deltas = prng_between(prng, 1, most); deltas > 0; deltas--) {
		size_t node = prng_below(prng, 3), epoch = prng_chance(prng, 500) ? 0 : prng_below(prng, 4);
		seqs[node][epoch] += prng_between(prng, 1, 3);
		struct fold_input *input = add((uint8_t)node, (uint8_t)epoch, seqs[node][epoch], prng_between(prng, 1, 12));
		input->continues = continues[node][epoch];
		for (size_t n = prng_below(prng, 3); n > 0; n--)
			input->orders[input->order_count++] = (struct order){ (uint32_t)prng_between(prng, 1, 6), prng_below(prng, 40) };
		uint8_t name = (uint8_t)prng_between(prng, 1, 6);
		for (size_t n = prng_below(prng, 3); n > 0; n--, name++)
			input->base.pairs[input->base.count++] = (struct order_base){ central(name), prng_below(prng, 40) };
		add_random_fields(prng, input);
	}
}

static void shuffle(struct prng *prng)
{
	for (size_t i = count; i > 1; i--) {
		size_t k = prng_below(prng, i);
		struct fold_input swap = inputs[i - 1];
		inputs[i - 1] = inputs[k];
		inputs[k] = swap;
	}
}

static void random_histories_fold_as_the_model_says_in_any_order(void **state)
{
	(void)state;
	struct prng prng;
	size_t conflicts = 0, hidden = 0;
	prng_init(&prng, 1);
	for (size_t round = 0; round < 6000; round++) {
		struct delta_hash first, again;
		random_history(&prng, round % 10 == 0 ? 40 : 8);
		struct fold_record record = fold();
		agrees_with_the_model(&record, NUMBERS);
		for (size_t i = 0; i < record.count; i++) {
			conflicts += record.fields[i].count > 1;
			hidden += record.fields[i].count < count;
		}
		fold_hash(&record, &first);
		for (size_t i = 0; i < 3; i++) {
			shuffle(&prng);
			record = fold();
			agrees_with_the_model(&record, NUMBERS);
			fold_hash(&record, &again);
			assert_memory_equal(first.bytes, again.bytes, DELTA_HASH_BYTES);
		}
	}
	assert_true(conflicts > 3000);
	assert_true(hidden > 3000);
}

/* Replicas that tell the truth about what they saw: whoever has seen everything
 * and writes every field leaves no conflict, whatever went before. */
static void a_writer_who_saw_everything_leaves_no_conflict(void **state)
{
	(void)state;
	struct prng prng;
	prng_init(&prng, 2);
	for (size_t round = 0; round < 500; round++) {
		uint64_t seqs[4] = { 0 }, seen[4] = { 0 }, stamp = 1000;
		begin();
		size_t deltas = prng_between(&prng, 2, 60);
		for (uint64_t n = 1; n <= deltas; n++) {
			size_t node = prng_below(&prng, 3);
			if (prng_chance(&prng, 400))
				seen[node] = n - 1;
			struct fold_input *input = add((uint8_t)node, 1, ++seqs[node], stamp + prng_below(&prng, 500));
			add_random_fields(&prng, saw(ordered(input, n), seen[node]));
		}
		struct fold_input *last = saw(ordered(add(3, 1, 1, 1), deltas + 1), deltas);
		for (uint32_t number = 1; number <= NUMBERS; number++)
			sets(last, number, "settled");
		struct fold_record record = fold();
		assert_int_equal(record.count, NUMBERS);
		for (uint32_t number = 1; number <= NUMBERS; number++)
			HAS(record, number, "settled");
		agrees_with_the_model(&record, NUMBERS);
	}
}

static void hashes_differ_where_records_do(void **state)
{
	(void)state;
	struct delta_hash first, other;
	begin();
	sets(add(1, 1, 1, 100), 7, "a");
	sets(add(2, 1, 1, 200), 7, "b");
	struct fold_record record = fold();
	fold_hash(&record, &first);
	/* Another one shown. */
	inputs[0].stamp_ms = 300;
	record = fold();
	fold_hash(&record, &other);
	assert_memory_not_equal(first.bytes, other.bytes, DELTA_HASH_BYTES);
	/* One sibling less. */
	saw(ordered(&inputs[0], 1), 0);
	saw(&inputs[1], 1);
	record = fold();
	HAS(record, 7, "b");
	fold_hash(&record, &other);
	assert_memory_not_equal(first.bytes, other.bytes, DELTA_HASH_BYTES);
	/* A clearing is not nothing. */
	begin();
	record = fold();
	fold_hash(&record, &first);
	clears(add(1, 1, 1, 1), 7);
	record = fold();
	fold_hash(&record, &other);
	assert_memory_not_equal(first.bytes, other.bytes, DELTA_HASH_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_delta_is_an_empty_record),
		cmocka_unit_test(one_delta_is_the_record),
		cmocka_unit_test(an_author_saw_its_own_earlier_deltas),
		cmocka_unit_test(two_who_did_not_see_each_other_are_a_conflict),
		cmocka_unit_test(who_saw_all_siblings_ends_the_conflict),
		cmocka_unit_test(a_superseded_delta_still_hides_what_it_saw),
		cmocka_unit_test(only_deltas_of_the_field_hide_its_values),
		cmocka_unit_test(a_clearing_is_a_value),
		cmocka_unit_test(equal_bytes_are_one_value),
		cmocka_unit_test(a_value_has_the_place_of_its_greatest_unseen_writer),
		cmocka_unit_test(the_documented_example_is_so),
		cmocka_unit_test(the_greatest_stamp_then_node_then_epoch_is_shown),
		cmocka_unit_test(all_occurrences_of_a_number_are_one_value),
		cmocka_unit_test(unknown_fields_are_folded_and_kept),
		cmocka_unit_test(an_epoch_saw_what_it_goes_on_from_up_to_the_named_seq),
		cmocka_unit_test(an_epoch_saw_through_the_epoch_between),
		cmocka_unit_test(a_delta_without_order_is_seen_by_no_base),
		cmocka_unit_test(no_delta_hides_itself),
		cmocka_unit_test(a_restored_centre_brings_back_what_it_lost_as_unseen),
		cmocka_unit_test(too_small_an_arena_is_a_fault_and_nothing_is_written),
		cmocka_unit_test(random_histories_fold_as_the_model_says_in_any_order),
		cmocka_unit_test(a_writer_who_saw_everything_leaves_no_conflict),
		cmocka_unit_test(hashes_differ_where_records_do),
	};
	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
