/* fold - siblings of each field of one record, in O(n log n).
 *
 * The definition (F1) asks of every two deltas of a field whether one saw the
 * other. Instead each field keeps, per author, the highest seq that any of its
 * deltas saw through a chain, and per central epoch the highest order that any
 * base covers; a delta is seen when it lies below one of these. Work is in the
 * caller's arena and stays there.
 */
#include "core/fold.h"

#include <sodium.h>

#include "base/assert.h"

/* Ranks and author numbers; no record has as many deltas. */
#define NONE UINT32_MAX

/* One field as one delta touches it: a value, or a clearing (empty). */
struct touch {
	uint32_t number;
	uint32_t rank;     /* of the delta, in the order of authors and seqs */
	struct span whole;
};

/* One author among the inputs: its deltas are neighbours in rank. */
struct chain {
	uint32_t continues; /* the author it goes on from, when it has deltas here */
	uint64_t continues_seq;
	uint64_t seen;      /* of the field at hand: seqs up to this were seen */
};

/* The highest base of one central epoch in the field at hand, and the highest
 * of another delta: no delta is hidden by what its own base claims. */
struct reach {
	uint64_t best, second;
	uint32_t best_rank;
};

struct work {
	struct arena *arena;
	const struct order_tree *tree;
	const struct fold_input *inputs;
	size_t count;
	uint32_t *ranked;    /* rank -> input */
	uint32_t *chain_of;  /* rank -> chain */
	struct chain *chains;
	size_t chain_count;
	bool continued;      /* some chain goes on from another */
	uint64_t *inherited; /* [from][to]: highest order of `from` known in `to`; 0: none */
	struct reach *reach; /* per central epoch */
	struct touch *touches;
	size_t touch_count;
	uint32_t *scratch;   /* for sorting */
};

bool fold_saw(const struct order_tree *tree, const struct fold_input *y, const struct fold_input *x)
{
	if (ID_EQUAL(y->author.node, x->author.node)) {
		bool same = ID_EQUAL(y->author.epoch, x->author.epoch);
		if (same && x->seq < y->seq)
			return true;
		if (!same && ID_EQUAL(y->continues.epoch, x->author.epoch) && x->seq <= y->continues.seq)
			return true;
	}
	return order_covers(tree, &y->base, x->orders, x->order_count);
}

/* ---- sorting, without the heap that qsort takes --------------------------- */

typedef int compare(const struct work *work, uint32_t a, uint32_t b);

/* Stable merge sort of `count` indexes; `scratch` holds as many. */
static void sort(const struct work *work, uint32_t *items, size_t count, compare *order)
{
	uint32_t *from = items, *to = work->scratch;
	for (size_t width = 1; width < count; width *= 2) {
		for (size_t low = 0; low < count; low += 2 * width) {
			size_t middle = low + width < count ? low + width : count;
			size_t high = low + 2 * width < count ? low + 2 * width : count;
			size_t a = low, b = middle;
			for (size_t i = low; i < high; i++) {
				bool first = a < middle && (b == high || order(work, from[a], from[b]) <= 0);
				to[i] = first ? from[a++] : from[b++];
			}
		}
		uint32_t *swap = from;
		from = to;
		to = swap;
	}
	if (from != items)
		memcpy(items, from, count * sizeof *items);
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_author(const struct author *a, const struct author *b)
{
	int d = memcmp(a->node.bytes, b->node.bytes, ID_BYTES);
	return d != 0 ? d : memcmp(a->epoch.bytes, b->epoch.bytes, ID_BYTES);
}

/* Authors, then seqs. What follows matters only for two deltas of one author
 * and seq, which no log holds: even then the result is one. */
static int by_author(const struct work *work, uint32_t a, uint32_t b)
{
	const struct fold_input *x = &work->inputs[a], *y = &work->inputs[b];
	int d = compare_author(&x->author, &y->author);
	d = d != 0 ? d : compare_u64(x->seq, y->seq);
	d = d != 0 ? d : compare_u64(x->stamp_ms, y->stamp_ms);
	return d != 0 ? d : span_compare(x->fields, y->fields);
}

/* Field numbers; equal ones stay in rank order, for the sort is stable. */
static int by_number(const struct work *work, uint32_t a, uint32_t b)
{
	return compare_u64(work->touches[a].number, work->touches[b].number);
}

static const struct fold_input *input_of(const struct work *work, uint32_t touch)
{
	return &work->inputs[work->ranked[work->touches[touch].rank]];
}

/* F2: the shown one first, so falling (stamp, node, epoch), the latter two being
 * the rank's; and so is the seq, for two of one author may have one effective stamp. */
static int by_position(const struct work *work, uint32_t a, uint32_t b)
{
	int d = compare_u64(input_of(work, b)->stamp_ms, input_of(work, a)->stamp_ms);
	return d != 0 ? d : compare_u64(work->touches[b].rank, work->touches[a].rank);
}

static int by_value(const struct work *work, uint32_t a, uint32_t b)
{
	int d = span_compare(work->touches[a].whole, work->touches[b].whole);
	return d != 0 ? d : by_position(work, a, b);
}

/* ---- authors and central epochs ------------------------------------------- */

static bool chain_named(const struct work *work, const struct node_id *node, const struct epoch_id *epoch,
			uint32_t *out)
{
	struct author wanted = { *node, *epoch };
	size_t low = 0, high = work->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare_author(&work->inputs[work->ranked[middle]].author, &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == work->count || !id_author_equal(&work->inputs[work->ranked[low]].author, &wanted))
		return false;
	*out = work->chain_of[low];
	return true;
}

/* Ranks the inputs and numbers their authors. */
static bool prepare_chains(struct work *work)
{
	work->ranked = ARENA_ARRAY(work->arena, work->count, uint32_t);
	work->chain_of = ARENA_ARRAY(work->arena, work->count, uint32_t);
	work->chains = ARENA_ARRAY(work->arena, work->count, struct chain);
	if (work->ranked == NULL || work->chain_of == NULL || work->chains == NULL)
		return false;
	for (uint32_t i = 0; i < work->count; i++)
		work->ranked[i] = i;
	sort(work, work->ranked, work->count, by_author);
	for (size_t rank = 0; rank < work->count; rank++) {
		const struct fold_input *input = &work->inputs[work->ranked[rank]];
		if (rank == 0 || !id_author_equal(&input->author, &work->inputs[work->ranked[rank - 1]].author))
			work->chain_count++;
		work->chain_of[rank] = (uint32_t)(work->chain_count - 1);
		work->chains[work->chain_count - 1].continues = NONE;
	}
	for (size_t rank = 0; rank < work->count; rank++) {
		const struct fold_input *input = &work->inputs[work->ranked[rank]];
		struct chain *chain = &work->chains[work->chain_of[rank]];
		if (input->continues.seq == 0 || chain->continues != NONE ||
		    ID_EQUAL(input->continues.epoch, input->author.epoch) ||
		    !chain_named(work, &input->author.node, &input->continues.epoch, &chain->continues))
			continue;
		chain->continues_seq = input->continues.seq;
		work->continued = true;
	}
	return true;
}

/* For every two central epochs the highest order that passed from one to the
 * other. Ascending generation: a parent's column is ready before its child's. */
static bool prepare_epochs(struct work *work)
{
	const struct order_tree *tree = work->tree;
	size_t n = tree->count;
	work->reach = ARENA_ARRAY(work->arena, n, struct reach);
	work->inherited = ARENA_ARRAY(work->arena, n * n, uint64_t);
	if (work->reach == NULL || work->inherited == NULL)
		return false;
	for (size_t to = 0; to < n; to++) {
		const struct order_epoch *parent = order_epoch_by_id(tree, &tree->epochs[to].parent);
		work->inherited[to * n + to] = UINT64_MAX;
		for (size_t from = 0; parent != NULL && from < to; from++) {
			uint64_t bound = work->inherited[from * n + (size_t)(parent - tree->epochs)];
			uint64_t taken = tree->epochs[to].inherited;
			work->inherited[from * n + to] = bound < taken ? bound : taken;
		}
	}
	return true;
}

/* ---- the touches of each delta -------------------------------------------- */

/* How many there are at most: occurrences, up to the most that a delta may set,
 * and clearings. */
static size_t touches_max(const struct fold_input *inputs, size_t count)
{
	size_t touches = 0;
	for (size_t i = 0; i < count; i++) {
		struct span rest = inputs[i].fields;
		struct wire_field field;
		size_t set = 0;
		while (set < LIMIT_FIELDS && wire_next(&rest, &field) == WIRE_FIELD)
			set++;
		touches += set + inputs[i].cleared_count;
	}
	return touches;
}

/* The fields one delta sets, in the order of their first occurrence. */
struct set_fields {
	struct { uint32_t number; struct span whole; size_t bytes; bool apart; } field[LIMIT_FIELDS];
	size_t count;
};

/* Occurrences that stand one after another are one span; others (`apart`) are
 * put together later. */
static void list_set_fields(const struct fold_input *input, struct set_fields *set)
{
	struct span rest = input->fields;
	struct wire_field field;
	enum wire_read read;
	set->count = 0;
	while ((read = wire_next(&rest, &field)) == WIRE_FIELD) {
		size_t at = set->count;
		while (at > 0 && set->field[at - 1].number != field.number)
			at--;
		if (at == 0) {
			ASSERT(set->count < LIMIT_FIELDS);
			set->field[set->count].number = field.number;
			set->field[set->count].whole = field.whole;
			set->field[set->count].bytes = field.whole.len;
			set->field[set->count++].apart = false;
			continue;
		}
		struct span *whole = &set->field[at - 1].whole;
		set->field[at - 1].bytes += field.whole.len;
		if (whole->data + whole->len == field.whole.data)
			whole->len += field.whole.len;
		else
			set->field[at - 1].apart = true;
	}
	ASSERT(read == WIRE_END);
}

static struct span put_together(struct arena *arena, struct span fields, uint32_t number, size_t bytes)
{
	uint8_t *whole = arena_take(arena, bytes, 1);
	struct wire_field field;
	size_t at = 0;
	while (whole != NULL && wire_next(&fields, &field) == WIRE_FIELD) {
		if (field.number != number)
			continue;
		memcpy(whole + at, field.whole.data, field.whole.len);
		at += field.whole.len;
	}
	return span_of(whole, whole == NULL ? 0 : bytes);
}

static bool list_touches(struct work *work, uint32_t rank)
{
	const struct fold_input *input = &work->inputs[work->ranked[rank]];
	struct set_fields set;
	list_set_fields(input, &set);
	for (size_t i = 0; i < set.count; i++) {
		struct touch *touch = &work->touches[work->touch_count++];
		*touch = (struct touch){ set.field[i].number, rank, set.field[i].whole };
		if (set.field[i].apart)
			touch->whole = put_together(work->arena, input->fields, touch->number, set.field[i].bytes);
		if (touch->whole.data == NULL)
			return false;
	}
	for (size_t i = 0; i < input->cleared_count; i++)
		work->touches[work->touch_count++] = (struct touch){ input->cleared[i], rank, span_of("", 0) };
	return true;
}

/* ---- one field ------------------------------------------------------------- */

/* What the deltas of this field saw through the chain of their author's epoch
 * and of those it continues. */
static void see_chains(struct work *work, const uint32_t *touches, size_t count)
{
	for (size_t i = 0; i < count; i++)
		work->chains[work->chain_of[work->touches[touches[i]].rank]].seen = 0;
	if (work->continued)
		for (size_t i = 0; i < work->chain_count; i++)
			work->chains[i].seen = 0;
	for (size_t i = 0; i < count; i++) {
		uint32_t rank = work->touches[touches[i]].rank;
		uint32_t at = work->chain_of[rank], from = at;
		bool first = i == 0 || work->chain_of[work->touches[touches[i - 1]].rank] != at;
		struct chain *own = &work->chains[at];
		/* All below its own seq. */
		uint64_t seq = work->inputs[work->ranked[rank]].seq;
		own->seen = seq > own->seen + 1 ? seq - 1 : own->seen;
		/* A circle of epochs, which only a liar makes, ends where it began or
		 * after as many steps as there are authors. */
		uint32_t next = own->continues;
		for (size_t step = 0; first && next != NONE && next != at && step < work->chain_count; step++) {
			struct chain *older = &work->chains[next];
			uint64_t named = work->chains[from].continues_seq;
			older->seen = named > older->seen ? named : older->seen;
			from = next;
			next = older->continues;
		}
	}
}

/* What the bases of this field's deltas cover, per central epoch. */
static void see_bases(struct work *work, const uint32_t *touches, size_t count)
{
	memset(work->reach, 0, work->tree->count * sizeof *work->reach);
	for (size_t i = 0; i < count; i++) {
		const struct order_bases *base = &input_of(work, touches[i])->base;
		uint32_t rank = work->touches[touches[i]].rank;
		for (size_t k = 0; k < base->count; k++) {
			const struct order_epoch *epoch = order_epoch_by_id(work->tree, &base->pairs[k].epoch);
			if (epoch == NULL)
				continue;
			struct reach *reach = &work->reach[epoch - work->tree->epochs];
			uint64_t n = base->pairs[k].n;
			if (n > reach->best) {
				reach->second = reach->best;
				reach->best = n;
				reach->best_rank = rank;
			} else if (n > reach->second) {
				reach->second = n;
			}
		}
	}
}

static bool base_covers(const struct work *work, uint32_t rank, struct order order)
{
	size_t n = work->tree->count;
	const struct order_epoch *epoch = order_epoch_by_generation(work->tree, order.generation);
	if (order.n == 0 || epoch == NULL)
		return false;
	size_t from = (size_t)(epoch - work->tree->epochs);
	for (size_t to = from; to < n; to++) {
		const struct reach *reach = &work->reach[to];
		uint64_t base = reach->best_rank == rank ? reach->second : reach->best;
		if (order.n <= base && order.n <= work->inherited[from * n + to])
			return true;
	}
	return false;
}

static bool is_seen(const struct work *work, uint32_t touch)
{
	uint32_t rank = work->touches[touch].rank;
	const struct fold_input *input = input_of(work, touch);
	if (input->seq <= work->chains[work->chain_of[rank]].seen)
		return true;
	for (size_t i = 0; i < input->order_count; i++)
		if (base_covers(work, rank, input->orders[i]))
			return true;
	return false;
}

/* F1: keeps the touches nobody saw, one of each value: the greatest. */
static size_t keep_siblings(struct work *work, uint32_t *touches, size_t count)
{
	size_t unseen = 0;
	see_chains(work, touches, count);
	see_bases(work, touches, count);
	for (size_t i = 0; i < count; i++)
		if (!is_seen(work, touches[i]))
			touches[unseen++] = touches[i];
	/* Deltas that all claim to have seen each other: the greatest stands. */
	if (unseen == 0) {
		sort(work, touches, count, by_position);
		return 1;
	}
	if (unseen == 1)
		return 1;
	sort(work, touches, unseen, by_value);
	size_t values = 1;
	for (size_t i = 1; i < unseen; i++)
		if (!span_equal(work->touches[touches[i]].whole, work->touches[touches[values - 1]].whole))
			touches[values++] = touches[i];
	sort(work, touches, values, by_position);
	return values;
}

static bool fold_one_field(struct work *work, uint32_t *touches, size_t count, struct fold_field *out)
{
	out->number = work->touches[touches[0]].number;
	out->count = count == 1 ? 1 : keep_siblings(work, touches, count);
	out->siblings = ARENA_ARRAY(work->arena, out->count, struct fold_value);
	if (out->siblings == NULL)
		return false;
	for (size_t i = 0; i < out->count; i++) {
		const struct touch *touch = &work->touches[touches[i]];
		out->siblings[i] = (struct fold_value){ touch->whole, work->ranked[touch->rank] };
	}
	return true;
}

/* ---- the record ------------------------------------------------------------ */

static bool fold_all(struct work *work, struct fold_record *out)
{
	size_t most = touches_max(work->inputs, work->count);
	size_t sorted = most > work->count ? most : work->count;
	work->scratch = ARENA_ARRAY(work->arena, sorted, uint32_t);
	work->touches = ARENA_ARRAY(work->arena, most, struct touch);
	uint32_t *touches = ARENA_ARRAY(work->arena, most, uint32_t);
	if (work->scratch == NULL || work->touches == NULL || touches == NULL)
		return false;
	if (!prepare_chains(work) || !prepare_epochs(work))
		return false;
	for (uint32_t rank = 0; rank < work->count; rank++)
		if (!list_touches(work, rank))
			return false;
	ASSERT(work->touch_count <= most);
	for (uint32_t i = 0; i < work->touch_count; i++)
		touches[i] = i;
	sort(work, touches, work->touch_count, by_number);
	size_t fields = 0;
	for (size_t i = 0; i < work->touch_count; i++)
		fields += i == 0 || by_number(work, touches[i - 1], touches[i]) != 0;
	out->fields = ARENA_ARRAY(work->arena, fields, struct fold_field);
	if (out->fields == NULL)
		return false;
	for (size_t begin = 0, end; begin < work->touch_count; begin = end) {
		for (end = begin + 1; end < work->touch_count; end++)
			if (by_number(work, touches[begin], touches[end]) != 0)
				break;
		if (!fold_one_field(work, touches + begin, end - begin, &out->fields[out->count++]))
			return false;
	}
	return true;
}

size_t fold_arena_bytes(const struct order_tree *tree, const struct fold_input *inputs, size_t count)
{
	enum { ALIGN = 16, ARRAYS = 9 };
	size_t touches = touches_max(inputs, count), epochs = tree->count, bytes = 0;
	for (size_t i = 0; i < count; i++)
		bytes += inputs[i].fields.len;
	/* In the order in which they are taken: work, then result. */
	bytes += (touches + count) * sizeof(uint32_t) + touches * (sizeof(struct touch) + sizeof(uint32_t));
	bytes += count * (2 * sizeof(uint32_t) + sizeof(struct chain));
	bytes += epochs * sizeof(struct reach) + epochs * epochs * sizeof(uint64_t);
	bytes += touches * (ALIGN + sizeof(struct fold_field) + sizeof(struct fold_value) + ALIGN);
	return bytes + ARRAYS * ALIGN;
}

struct fault fold_record(struct arena *arena, const struct order_tree *tree,
			 const struct fold_input *inputs, size_t count, struct fold_record *out)
{
	struct work work = { .arena = arena, .tree = tree, .inputs = inputs, .count = count };
	struct fold_record record = { .count = 0 };
	ASSERT(count < NONE);
	if (!fold_all(&work, &record))
		return fault_of(FAULT_LIMIT, "fold: record does not fit the arena");
	*out = record;
	return fault_none();
}

struct fault fold_shown(const struct fold_record *record, struct wire_out *out)
{
	for (size_t i = 0; i < record->count; i++)
		wire_put_raw(out, record->fields[i].siblings[0].whole);
	return out->full ? fault_of(FAULT_LIMIT, "fold: record does not fit") : fault_none();
}

static void hash_u64(crypto_generichash_state *state, uint64_t value)
{
	uint8_t bytes[8];
	for (size_t i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
	crypto_generichash_update(state, bytes, sizeof bytes);
}

void fold_hash(const struct fold_record *record, struct delta_hash *out)
{
	crypto_generichash_state state;
	crypto_generichash_init(&state, NULL, 0, DELTA_HASH_BYTES);
	for (size_t i = 0; i < record->count; i++) {
		const struct fold_field *field = &record->fields[i];
		hash_u64(&state, field->number);
		hash_u64(&state, field->count);
		for (size_t k = 0; k < field->count; k++) {
			hash_u64(&state, field->siblings[k].whole.len);
			crypto_generichash_update(&state, field->siblings[k].whole.data, field->siblings[k].whole.len);
		}
	}
	crypto_generichash_final(&state, out->bytes, DELTA_HASH_BYTES);
}
