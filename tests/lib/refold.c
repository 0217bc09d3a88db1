/* refold - see refold.h. */
#include "lib/refold.h"

#include <string.h>

static void fail(struct refold *refold, const char *what)
{
	if (refold->failed == NULL)
		refold->failed = what;
}

static void fill_continues(struct refold *refold, struct fold_input *input)
{
	struct log_author author;
	bool found = false;
	if (fault_is(log_author_get(refold->log, &input->author, &author, &found))) {
		fail(refold, "an author cannot be read");
	} else if (found && !ID_IS_NONE(author.continues)) {
		input->continues.epoch = author.continues;
		input->continues.seq = author.continues_seq;
	}
}

static bool take(void *ctx, const struct log_entry *entry)
{
	struct refold *refold = ctx;
	if (entry->verdict == LOG_QUARANTINED)
		refold->waiting++;
	if (entry->verdict == LOG_REJECTED || (entry->verdict == LOG_QUARANTINED && !refold->quarantined))
		return true;
	if (entry->bytes.data == NULL) {
		refold->erased++;
		return true;
	}
	if (refold->count == REFOLD_INPUTS_MAX) {
		fail(refold, "more entries than REFOLD_INPUTS_MAX");
		return false;
	}
	size_t i = refold->count++;
	refold->entries[i] = *entry;
	refold->entries[i].bytes = arena_copy(&refold->arena, entry->bytes);
	return true;
}

static void make_input(struct refold *refold, size_t i)
{
	const struct log_entry *entry = &refold->entries[i];
	struct delta *delta = &refold->deltas[i];
	struct fold_input *input = &refold->inputs[i];
	if (fault_is(delta_read(entry->bytes, delta))) {
		fail(refold, "a stored delta cannot be read");
		return;
	}
	*input = (struct fold_input){
		.author = entry->author, .seq = entry->seq, .order_count = entry->order_count,
		.stamp_ms = entry->stamp_ms, .base = delta->base, .fields = delta->fields,
		.cleared = delta->cleared, .cleared_count = delta->cleared_count,
	};
	memcpy(input->orders, entry->orders, sizeof input->orders);
	fill_continues(refold, input);
}

void refold_record(struct refold *refold, void *block, struct log *log, const struct order_tree *tree,
		   struct record_id record_id, bool quarantined)
{
	*refold = (struct refold){ .log = log, .quarantined = quarantined };
	arena_init(&refold->arena, block, REFOLD_ARENA_BYTES);
	refold->entries = ARENA_ARRAY(&refold->arena, REFOLD_INPUTS_MAX, struct log_entry);
	if (fault_is(log_read_record(log, record_id, take, refold)))
		fail(refold, "the record cannot be read");
	size_t room = refold->count == 0 ? 1 : refold->count;
	refold->deltas = ARENA_ARRAY(&refold->arena, room, struct delta);
	refold->inputs = ARENA_ARRAY(&refold->arena, room, struct fold_input);
	if (refold->arena.full) {
		fail(refold, "the record does not fit");
		return;
	}
	for (size_t i = 0; i < refold->count; i++)
		make_input(refold, i);
	if (refold->failed == NULL &&
	    fault_is(fold_record(&refold->arena, tree, refold->inputs, refold->count, &refold->record)))
		fail(refold, "the fold does not fit");
}

const struct fold_field *refold_field(const struct refold *refold, uint32_t number)
{
	for (size_t i = 0; i < refold->record.count; i++)
		if (refold->record.fields[i].number == number)
			return &refold->record.fields[i];
	return NULL;
}
