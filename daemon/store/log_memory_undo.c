/* log_memory_undo - a cell in all the lists it is found by, and the list that undoes. */
#include "store/log_memory.h"

#include <stdlib.h>

#include "base/assert.h"

/* ---- cells in all their lists ---- */

void log_memory_cell_order(struct memory *memory, struct cell *cell)
{
	if (cell->entry.order_count == 0)
		return;
	struct ids_case *owner = log_memory_map_take(&memory->cases, &cell->entry.case_id);
	log_memory_cells_insert(&memory->by_order, cell, log_memory_by_order);
	log_memory_cells_insert(&owner->by_order, cell, log_memory_by_order);
	log_memory_cells_insert(&memory->by_newest, cell, log_memory_by_newest);
	log_memory_cells_insert(&owner->by_newest, cell, log_memory_by_newest);
}

void log_memory_cell_unorder(struct memory *memory, struct cell *cell)
{
	if (cell->entry.order_count == 0)
		return;
	struct ids_case *owner = log_memory_map_find(&memory->cases, &cell->entry.case_id);
	log_memory_cells_remove(&memory->by_order, cell, log_memory_by_order);
	log_memory_cells_remove(&owner->by_order, cell, log_memory_by_order);
	log_memory_cells_remove(&memory->by_newest, cell, log_memory_by_newest);
	log_memory_cells_remove(&owner->by_newest, cell, log_memory_by_newest);
}

/* Makes the places up to `local`, empty. */
void log_memory_by_local_fill(struct memory *memory, uint64_t local)
{
	struct cells *cells = &memory->by_local;
	while (cells->count < local) {
		cells->items = log_memory_grow(cells->items, cells->count, &cells->size, sizeof *cells->items);
		cells->items[cells->count++] = NULL;
	}
}

/* Puts a cell at its `local`; takes the reference to the blob. */
void log_memory_cell_add(struct memory *memory, const struct log_entry *entry, struct blob *blob)
{
	struct cell *cell = calloc(1, sizeof *cell);
	ASSERT(cell != NULL);
	cell->entry = *entry;
	cell->entry.bytes = log_memory_blob_span(blob);
	cell->blob = blob;

	log_memory_by_local_fill(memory, entry->local);
	ASSERT(memory->by_local.items[entry->local - 1] == NULL);
	memory->by_local.items[entry->local - 1] = cell;
	struct ids_author *author = log_memory_map_take(&memory->authors, &entry->author);
	struct ids_case *owner = log_memory_map_take(&memory->cases, &entry->case_id);
	struct ids_record *record = log_memory_map_take(&memory->records, &entry->record_id);
	log_memory_cells_insert(&author->by_seq, cell, log_memory_by_seq);
	log_memory_cells_insert(&owner->by_local, cell, log_memory_by_local);
	log_memory_cells_insert(&record->by_local, cell, log_memory_by_local);
	log_memory_cell_order(memory, cell);
}

void log_memory_cell_take_out(struct memory *memory, struct cell *cell)
{
	struct ids_author *author = log_memory_map_find(&memory->authors, &cell->entry.author);
	struct ids_case *owner = log_memory_map_find(&memory->cases, &cell->entry.case_id);
	struct ids_record *record = log_memory_map_find(&memory->records, &cell->entry.record_id);
	log_memory_cell_unorder(memory, cell);
	log_memory_cells_remove(&author->by_seq, cell, log_memory_by_seq);
	log_memory_cells_remove(&owner->by_local, cell, log_memory_by_local);
	log_memory_cells_remove(&record->by_local, cell, log_memory_by_local);
	memory->by_local.items[cell->entry.local - 1] = NULL;
	log_memory_blob_drop(cell->blob);
	free(cell);
}

struct cell *log_memory_cell_find(const struct memory *memory, const struct author *author, uint64_t seq)
{
	const struct ids_author *found = log_memory_map_find(&memory->authors, author);
	struct cell probe;
	if (found == NULL)
		return NULL;
	probe.entry.seq = seq;
	return log_memory_cells_find(&found->by_seq, &probe, log_memory_by_seq);
}

/* ---- undo ---- */

struct undo *log_memory_undo_push(struct memory *memory, enum undo_kind kind)
{
	memory->undo = log_memory_grow(memory->undo, memory->undo_count, &memory->undo_size, sizeof *memory->undo);
	struct undo *undo = &memory->undo[memory->undo_count++];
	undo->kind = kind;
	undo->existed = false;
	undo->blob = undo->key = NULL;
	return undo;
}

void log_memory_undo_push_cell(struct memory *memory, enum undo_kind kind, const struct cell *cell)
{
	struct undo *undo = log_memory_undo_push(memory, kind);
	undo->old.entry = cell->entry;
	undo->blob = log_memory_blob_keep(cell->blob);
}

static void undo_apply_cell(struct memory *memory, const struct undo *undo)
{
	struct cell *cell = memory->by_local.items[undo->old.entry.local - 1];
	log_memory_cell_unorder(memory, cell);
	log_memory_blob_drop(cell->blob);
	cell->entry = undo->old.entry;
	cell->blob = log_memory_blob_keep(undo->blob);
	cell->entry.bytes = log_memory_blob_span(cell->blob);
	log_memory_cell_order(memory, cell);
}

static void undo_apply_author(struct memory *memory, const struct undo *undo)
{
	struct ids_author *author = log_memory_map_take(&memory->authors, &undo->old.author.author);
	author->info = undo->old.author;
	author->is_known = undo->existed;
}

static void undo_apply_case(struct memory *memory, const struct undo *undo)
{
	struct ids_case *owner = log_memory_map_take(&memory->cases, &undo->old.info.case_id);
	owner->info = undo->old.info;
	owner->is_known = undo->existed;
}

void log_memory_undo_apply(struct memory *memory, const struct undo *undo)
{
	switch (undo->kind) {
	case UNDO_APPEND:
		ASSERT(memory->by_local.count == undo->local);
		log_memory_cell_take_out(memory, memory->by_local.items[undo->local - 1]);
		memory->by_local.count--;
		break;
	case UNDO_CELL:
		undo_apply_cell(memory, undo);
		break;
	case UNDO_GONE:
		log_memory_cell_add(memory, &undo->old.entry, log_memory_blob_keep(undo->blob));
		break;
	case UNDO_AUTHOR:
		undo_apply_author(memory, undo);
		break;
	case UNDO_CASE:
		undo_apply_case(memory, undo);
		break;
	case UNDO_HEAD:
		log_memory_head_set(log_memory_map_take(&memory->authors, &undo->old.head.author), undo->old.head.seq,
			 undo->existed ? &undo->old.head : NULL);
		break;
	case UNDO_NAMED:
		log_memory_named_set(&memory->tables.items[undo->table], log_memory_blob_keep(undo->key), log_memory_blob_keep(undo->blob));
		break;
	}
}

void log_memory_undo_forget(struct memory *memory)
{
	for (size_t i = 0; i < memory->undo_count; i++) {
		log_memory_blob_drop(memory->undo[i].blob);
		log_memory_blob_drop(memory->undo[i].key);
	}
	memory->undo_count = 0;
}
