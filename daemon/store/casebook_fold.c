/* casebook_fold - a record's entries in the log become what the book says of it. */
#include "store/casebook_book.h"

#include <stdlib.h>

#include "base/assert.h"
#include "store/casebook_text.h"
#include "domain/lifecycle.h"
#include "domain/protect.h"
#include "domain/schema.h"

/* One entry kept while the log goes on reading: `bytes` is a place in the block. */
struct gathered {
	struct log_entry entry;
	size_t at;
};

struct gathering {
	struct casebook *book;
	size_t count, used;
	struct fault fault;
};

/* B3, and nothing of what is erased. */
static bool is_shown(const struct casebook *book, const struct log_entry *entry)
{
	if (entry->bytes.len == 0)
		return false;
	switch (entry->verdict) {
	case LOG_LOCAL:
	case LOG_ACCEPTED:
		return true;
	case LOG_QUARANTINED:
		return !book->is_central;
	case LOG_REJECTED:
		return false;
	}
	return false;
}

static bool gather_one(void *ctx, const struct log_entry *entry)
{
	struct gathering *gathering = ctx;
	struct casebook *book = gathering->book;
	if (!is_shown(book, entry))
		return true;
	size_t bytes = (gathering->count + 1) * sizeof(struct gathered);
	if (casebook_block_take(&book->entries, bytes) == NULL ||
	    casebook_block_take(&book->bytes, gathering->used + entry->bytes.len) == NULL) {
		gathering->fault = fault_of(FAULT_LIMIT, "memory for folding a record");
		return false;
	}
	struct gathered *all = (struct gathered *)(void *)book->entries.data;
	/* A record belongs to one case, that of its first entry here. */
	if (gathering->count > 0 && !ID_EQUAL(all[0].entry.case_id, entry->case_id))
		return true;
	struct gathered *gathered = &all[gathering->count++];
	gathered->entry = *entry;
	gathered->at = gathering->used;
	memcpy(book->bytes.data + gathering->used, entry->bytes.data, entry->bytes.len);
	gathering->used += entry->bytes.len;
	return true;
}

static struct fault gather(struct casebook *book, struct record_id id, size_t *count)
{
	struct gathering gathering = { .book = book };
	FAULT_TRY(log_read_record(book->log, id, gather_one, &gathering));
	*count = gathering.count;
	return gathering.fault;
}

static struct fault continues_of(struct casebook *book, const struct author *author, struct fold_continues *out)
{
	struct log_author info;
	bool found;
	memset(out, 0, sizeof *out);
	FAULT_TRY(log_author_get(book->log, author, &info, &found));
	if (found) {
		out->epoch = info.continues;
		out->seq = info.continues_seq;
	}
	return fault_none();
}

/* Fills the inputs; entries that do not read are passed over (they never came
 * through an ingress of ours). `entries[i]` is that of `inputs[i]`. */
static struct fault read_inputs(struct casebook *book, size_t gathered_count,
				struct fold_input *inputs, struct delta *deltas,
				const struct log_entry **entries, size_t *count)
{
	struct gathered *all = (struct gathered *)(void *)book->entries.data;
	*count = 0;
	for (size_t i = 0; i < gathered_count; i++) {
		const struct log_entry *entry = &all[i].entry;
		struct delta *delta = &deltas[*count];
		struct fold_input *input = &inputs[*count];
		struct span bytes = span_of(book->bytes.data + all[i].at, entry->bytes.len);
		if (fault_is(delta_read(bytes, delta)))
			continue;
		if (*count > 0 && id_author_equal(&entry->author, &inputs[*count - 1].author))
			input->continues = inputs[*count - 1].continues;
		else
			FAULT_TRY(continues_of(book, &entry->author, &input->continues));
		input->author = entry->author;
		input->seq = entry->seq;
		memcpy(input->orders, entry->orders, sizeof input->orders);
		input->order_count = entry->order_count;
		input->stamp_ms = entry->stamp_ms;
		input->base = delta->base;
		input->fields = delta->fields;
		input->cleared = delta->cleared;
		input->cleared_count = delta->cleared_count;
		entries[(*count)++] = entry;
	}
	return fault_none();
}

/* Which of two deltas is the later for a person: by (stamp, node, epoch), then seq. */
static bool is_later(const struct fold_input *a, const struct fold_input *b)
{
	if (a->stamp_ms != b->stamp_ms)
		return a->stamp_ms > b->stamp_ms;
	int d = memcmp(&a->author, &b->author, sizeof a->author);
	return d != 0 ? d > 0 : a->seq > b->seq;
}

static void describe(const struct fold_input *inputs, const struct delta *deltas, const struct log_entry *const *entries,
		     size_t count, struct casebook_record *record)
{
	const struct fold_input *last = &inputs[0], *told = NULL;
	record->created_ms = inputs[0].stamp_ms;
	record->event_at_ms = 0;
	for (size_t i = 0; i < count; i++) {
		const struct fold_input *input = &inputs[i];
		if (input->stamp_ms < record->created_ms)
			record->created_ms = input->stamp_ms;
		if (is_later(input, last))
			last = input;
		if (deltas[i].envelope.event_at_ms != 0 && (told == NULL || is_later(input, told))) {
			told = input;
			record->event_at_ms = deltas[i].envelope.event_at_ms;
		}
		record->is_pending = record->is_pending || entries[i]->verdict == LOG_LOCAL;
		record->is_quarantined = record->is_quarantined || entries[i]->verdict == LOG_QUARANTINED;
	}
	if (told == NULL)
		record->event_at_ms = record->created_ms;
	record->changed_ms = last->stamp_ms;
	record->last_author = last->author;
	record->case_id = entries[0]->case_id;
	record->record_id = entries[0]->record_id;
	record->record_type = entries[0]->record_type;
}

bool casebook_hides(const struct casebook_folded *folded, uint32_t field)
{
	return folded->is_protected && protect_hides(folded->record.record_type, field);
}

bool casebook_asks(const struct casebook_folded *folded, const struct fold_field *field)
{
	return lifecycle_asks(folded->record.record_type, field) && !casebook_hides(folded, field->number);
}

static struct fault write_shown(struct arena *arena, size_t bytes, struct casebook_folded *folded)
{
	struct wire_out shown, open;
	uint8_t *block = arena_take(arena, 1, bytes), *open_block = arena_take(arena, 1, bytes + PROTECT_MORE_BYTES);
	uint8_t *title = arena_take(arena, 1, CASEBOOK_TEXT_TITLE_BYTES);
	struct casebook_record *record = &folded->record;
	ASSERT(block != NULL && open_block != NULL && title != NULL);
	wire_out_init(&shown, block, bytes);
	wire_out_init(&open, open_block, bytes + PROTECT_MORE_BYTES);
	FAULT_TRY(fold_shown(&folded->fold, &shown));
	folded->is_protected = protect_is_on(record->record_type, &folded->fold);
	if (folded->is_protected)
		protect_shown(wire_out_span(&shown), &open);
	record->shown = wire_out_span(folded->is_protected ? &open : &shown);
	const struct schema_record *schema = schema_by_type(record->record_type);
	record->title = schema != NULL ? casebook_text_title(schema, record->shown, title) : span_of(title, 0);
	for (size_t i = 0; i < folded->fold.count; i++) {
		record->is_apart = record->is_apart || folded->fold.fields[i].count > 1;
		record->has_conflict = record->has_conflict || casebook_asks(folded, &folded->fold.fields[i]);
	}
	return fault_none();
}

static const struct order_tree no_orders;

/* `any`: in whatever case it stands. */
static struct fault fold_one(struct casebook *book, struct record_id id, bool any, struct casebook_folded *out)
{
	const struct order_tree *orders = book->orders != NULL ? book->orders : &no_orders;
	struct arena arena;
	size_t gathered_count, count;

	memset(out, 0, sizeof *out);
	FAULT_TRY(gather(book, id, &gathered_count));
	if (gathered_count == 0)
		return fault_none();
	bool readable = true;
	if (!any)
		FAULT_TRY(casebook_may_hold(book, ((struct gathered *)(void *)book->entries.data)[0].entry.case_id, &readable));
	if (!readable)
		return fault_none();

	/* Two blocks: the inputs, whose number says how much the fold needs. */
	size_t each = sizeof(struct fold_input) + sizeof(struct delta) + sizeof(void *);
	uint8_t *inputs_block = casebook_block_take(&book->inputs, gathered_count * each + 64);
	if (inputs_block == NULL)
		return fault_of(FAULT_LIMIT, "memory for folding a record");
	arena_init(&arena, inputs_block, book->inputs.size);
	struct fold_input *inputs = ARENA_ARRAY(&arena, gathered_count, struct fold_input);
	struct delta *deltas = ARENA_ARRAY(&arena, gathered_count, struct delta);
	const struct log_entry **entries = ARENA_ARRAY(&arena, gathered_count, const struct log_entry *);
	ASSERT(!arena.full);
	FAULT_TRY(read_inputs(book, gathered_count, inputs, deltas, entries, &count));
	if (count == 0)
		return fault_none();

	size_t shown_bytes = 16;
	for (size_t i = 0; i < count; i++)
		shown_bytes += inputs[i].fields.len;
	size_t need = fold_arena_bytes(orders, inputs, count) + 2 * shown_bytes + PROTECT_MORE_BYTES +
		      CASEBOOK_TEXT_TITLE_BYTES + 64;
	if (casebook_block_take(&book->work, need) == NULL)
		return fault_of(FAULT_LIMIT, "memory for folding a record");
	arena_init(&arena, book->work.data, book->work.size);
	FAULT_TRY(fold_record(&arena, orders, inputs, count, &out->fold));
	out->inputs = inputs;
	describe(inputs, deltas, entries, count, &out->record);
	FAULT_TRY(write_shown(&arena, shown_bytes, out));
	fold_hash(&out->fold, &out->hash);
	out->exists = true;
	return fault_none();
}

struct fault casebook_fold_anywhere(struct casebook *book, struct record_id id, struct casebook_folded *out)
{
	return fold_one(book, id, true, out);
}

struct fault casebook_fold(struct casebook *book, struct record_id id, struct casebook_folded *out)
{
	return fold_one(book, id, false, out);
}

struct fault casebook_peek(struct casebook *book, struct record_id id, casebook_record_fn *fn, void *ctx)
{
	struct casebook_folded folded;
	FAULT_TRY(fold_one(book, id, true, &folded));
	if (folded.exists)
		(void)fn(ctx, &folded.record);
	return fault_none();
}
