/* log_memory - the log in memory, for tests and the simulator.
 *
 * Entries are cells, found by `local` (an array), by author and seq, by record
 * and by case (a list each, found through a hash of the id). Lists are sorted
 * arrays that nearly always grow at their end. Bytes are counted references
 * that never change, so copies of a log share them.
 *
 * A transaction writes the state before each change to an undo list: commit
 * forgets the list, rollback and the copy of a log in a transaction apply it
 * backwards. Undo names things by id and `local`, never by pointer, so that it
 * can be applied to a copy.
 *
 * Running out of memory stops the process: this driver keeps nobody's data.
 */
#include "store/log.h"

#include <stdlib.h>

#include "base/assert.h"

struct blob {
	size_t references;
	size_t len;
	uint8_t data[];
};

struct cell {
	struct log_entry entry; /* bytes: as the blob says */
	struct blob *blob;      /* NULL: erased */
};

struct cells {
	struct cell **items;
	size_t count, size;
};

struct ids_author {
	struct author id; /* first: the key of the map */
	struct log_author info;
	bool is_known;
	struct cells by_seq;
	struct log_head *heads; /* by rising seq */
	size_t head_count, head_size;
};

struct ids_case {
	struct case_id id;
	struct log_case info;
	bool is_known;
	struct cells by_local;
	struct cells by_order;  /* by (n, generation) */
	struct cells by_newest; /* by (generation, n) */
};

struct ids_record {
	struct record_id id;
	struct cells by_local;
};

/* Finds what begins with a key of `width` bytes; nothing is ever taken out. */
struct map {
	void **slots;
	size_t size, count, width, item_bytes;
};

struct named {
	struct blob *key, *value;
};

struct named_table {
	char name[LOG_TABLE_BYTES + 1];
	struct named *rows; /* by rising key */
	size_t count, size;
};

enum undo_kind { UNDO_APPEND, UNDO_CELL, UNDO_GONE, UNDO_AUTHOR, UNDO_CASE, UNDO_HEAD, UNDO_NAMED };

struct undo {
	enum undo_kind kind;
	bool existed;
	uint64_t local;               /* APPEND */
	size_t table;                 /* NAMED */
	struct blob *blob, *key;      /* CELL, GONE: bytes; NAMED: value and key */
	union {
		struct log_entry entry; /* CELL, GONE */
		struct log_author author;
		struct log_case info;
		struct log_head head;
	} old;
};

struct memory {
	struct log log; /* first */
	struct cells by_local; /* [local - 1]; NULL where removed */
	struct cells by_order;  /* by (n, generation) */
	struct cells by_newest; /* by (generation, n) */
	struct map authors, cases, records;
	struct named_table *tables;
	size_t table_count;
	struct undo *undo;
	size_t undo_count, undo_size;
	uint64_t fail_calls;
	bool fail_kept;
	bool has_failed_kept; /* a failed commit whose bytes had reached the disk */
};

static struct memory *memory_of(struct log *log)
{
	return (struct memory *)log;
}

static void *grow(void *items, size_t count, size_t *size, size_t item_bytes)
{
	if (count < *size)
		return items;
	*size = *size == 0 ? 8 : *size * 2;
	items = realloc(items, *size * item_bytes);
	ASSERT(items != NULL);
	return items;
}

/* ---- blobs ---- */

static struct blob *blob_new(struct span bytes)
{
	struct blob *blob = malloc(sizeof *blob + bytes.len);
	ASSERT(blob != NULL);
	blob->references = 1;
	blob->len = bytes.len;
	if (bytes.len > 0)
		memcpy(blob->data, bytes.data, bytes.len);
	return blob;
}

static struct blob *blob_keep(struct blob *blob)
{
	if (blob != NULL)
		blob->references++;
	return blob;
}

static void blob_drop(struct blob *blob)
{
	if (blob != NULL && --blob->references == 0)
		free(blob);
}

static struct span blob_span(const struct blob *blob)
{
	return blob == NULL ? span_of(NULL, 0) : span_of(blob->data, blob->len);
}

/* ---- maps ---- */

static size_t map_slot(const struct map *map, const void *key)
{
	uint64_t hash = 0, part;
	for (size_t i = 0; i < map->width; i += sizeof part) {
		memcpy(&part, (const uint8_t *)key + i, sizeof part);
		hash = (hash ^ part) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 29;
	}
	size_t slot = (size_t)hash & (map->size - 1);
	while (map->slots[slot] != NULL && memcmp(map->slots[slot], key, map->width) != 0)
		slot = (slot + 1) & (map->size - 1);
	return slot;
}

static void *map_find(const struct map *map, const void *key)
{
	return map->size == 0 ? NULL : map->slots[map_slot(map, key)];
}

static void map_widen(struct map *map)
{
	struct map wider = *map;
	wider.size = map->size == 0 ? 32 : map->size * 2;
	wider.slots = calloc(wider.size, sizeof *wider.slots);
	ASSERT(wider.slots != NULL);
	for (size_t i = 0; i < map->size; i++)
		if (map->slots[i] != NULL)
			wider.slots[map_slot(&wider, map->slots[i])] = map->slots[i];
	free(map->slots);
	*map = wider;
}

/* The item of that key, made when it was not there. */
static void *map_take(struct map *map, const void *key)
{
	if (map->count * 2 >= map->size)
		map_widen(map);
	size_t slot = map_slot(map, key);
	if (map->slots[slot] == NULL) {
		map->slots[slot] = calloc(1, map->item_bytes);
		ASSERT(map->slots[slot] != NULL);
		memcpy(map->slots[slot], key, map->width);
		map->count++;
	}
	return map->slots[slot];
}

/* ---- sorted lists of cells ---- */

typedef int compare_fn(const struct cell *a, const struct cell *b);

static int by_local(const struct cell *a, const struct cell *b)
{
	return (a->entry.local > b->entry.local) - (a->entry.local < b->entry.local);
}

static int by_seq(const struct cell *a, const struct cell *b)
{
	return (a->entry.seq > b->entry.seq) - (a->entry.seq < b->entry.seq);
}

static int by_order(const struct cell *a, const struct cell *b)
{
	struct order x = a->entry.orders[0], y = b->entry.orders[0];
	if (x.n != y.n)
		return x.n < y.n ? -1 : 1;
	return (x.generation > y.generation) - (x.generation < y.generation);
}

static int by_newest(const struct cell *a, const struct cell *b)
{
	return order_compare(a->entry.orders[0], b->entry.orders[0]);
}

/* Where the first cell not before `probe` stands. */
static size_t cells_place(const struct cells *cells, const struct cell *probe, compare_fn *compare)
{
	size_t low = 0, high = cells->count;
	if (high > 0 && compare(cells->items[high - 1], probe) < 0)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare(cells->items[middle], probe) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct cell *cells_find(const struct cells *cells, const struct cell *probe, compare_fn *compare)
{
	size_t at = cells_place(cells, probe, compare);
	return at < cells->count && compare(cells->items[at], probe) == 0 ? cells->items[at] : NULL;
}

static void cells_insert(struct cells *cells, struct cell *cell, compare_fn *compare)
{
	size_t at = cells_place(cells, cell, compare);
	cells->items = grow(cells->items, cells->count, &cells->size, sizeof *cells->items);
	memmove(cells->items + at + 1, cells->items + at, (cells->count - at) * sizeof *cells->items);
	cells->items[at] = cell;
	cells->count++;
}

static void cells_remove(struct cells *cells, const struct cell *cell, compare_fn *compare)
{
	size_t at = cells_place(cells, cell, compare);
	ASSERT(at < cells->count && cells->items[at] == cell);
	cells->count--;
	memmove(cells->items + at, cells->items + at + 1, (cells->count - at) * sizeof *cells->items);
}

/* ---- cells in all their lists ---- */

static void cell_order(struct memory *memory, struct cell *cell)
{
	if (cell->entry.order_count == 0)
		return;
	struct ids_case *owner = map_take(&memory->cases, &cell->entry.case_id);
	cells_insert(&memory->by_order, cell, by_order);
	cells_insert(&owner->by_order, cell, by_order);
	cells_insert(&memory->by_newest, cell, by_newest);
	cells_insert(&owner->by_newest, cell, by_newest);
}

static void cell_unorder(struct memory *memory, struct cell *cell)
{
	if (cell->entry.order_count == 0)
		return;
	struct ids_case *owner = map_find(&memory->cases, &cell->entry.case_id);
	cells_remove(&memory->by_order, cell, by_order);
	cells_remove(&owner->by_order, cell, by_order);
	cells_remove(&memory->by_newest, cell, by_newest);
	cells_remove(&owner->by_newest, cell, by_newest);
}

/* Makes the places up to `local`, empty. */
static void by_local_fill(struct memory *memory, uint64_t local)
{
	struct cells *cells = &memory->by_local;
	while (cells->count < local) {
		cells->items = grow(cells->items, cells->count, &cells->size, sizeof *cells->items);
		cells->items[cells->count++] = NULL;
	}
}

/* Puts a cell at its `local`; takes the reference to the blob. */
static void cell_add(struct memory *memory, const struct log_entry *entry, struct blob *blob)
{
	struct cell *cell = calloc(1, sizeof *cell);
	ASSERT(cell != NULL);
	cell->entry = *entry;
	cell->entry.bytes = blob_span(blob);
	cell->blob = blob;

	by_local_fill(memory, entry->local);
	ASSERT(memory->by_local.items[entry->local - 1] == NULL);
	memory->by_local.items[entry->local - 1] = cell;
	struct ids_author *author = map_take(&memory->authors, &entry->author);
	struct ids_case *owner = map_take(&memory->cases, &entry->case_id);
	struct ids_record *record = map_take(&memory->records, &entry->record_id);
	cells_insert(&author->by_seq, cell, by_seq);
	cells_insert(&owner->by_local, cell, by_local);
	cells_insert(&record->by_local, cell, by_local);
	cell_order(memory, cell);
}

static void cell_take_out(struct memory *memory, struct cell *cell)
{
	struct ids_author *author = map_find(&memory->authors, &cell->entry.author);
	struct ids_case *owner = map_find(&memory->cases, &cell->entry.case_id);
	struct ids_record *record = map_find(&memory->records, &cell->entry.record_id);
	cell_unorder(memory, cell);
	cells_remove(&author->by_seq, cell, by_seq);
	cells_remove(&owner->by_local, cell, by_local);
	cells_remove(&record->by_local, cell, by_local);
	memory->by_local.items[cell->entry.local - 1] = NULL;
	blob_drop(cell->blob);
	free(cell);
}

static struct cell *cell_find(const struct memory *memory, const struct author *author, uint64_t seq)
{
	const struct ids_author *found = map_find(&memory->authors, author);
	struct cell probe;
	if (found == NULL)
		return NULL;
	probe.entry.seq = seq;
	return cells_find(&found->by_seq, &probe, by_seq);
}

/* ---- heads and named values ---- */

static size_t head_place(const struct ids_author *author, uint64_t seq)
{
	size_t at = author->head_count;
	while (at > 0 && author->heads[at - 1].seq >= seq)
		at--;
	return at;
}

/* Puts or, without `head`, takes out the head of that seq. */
static void head_set(struct ids_author *author, uint64_t seq, const struct log_head *head)
{
	size_t at = head_place(author, seq);
	bool there = at < author->head_count && author->heads[at].seq == seq;
	if (there && head != NULL) {
		author->heads[at] = *head;
	} else if (head != NULL) {
		author->heads = grow(author->heads, author->head_count, &author->head_size, sizeof *author->heads);
		memmove(author->heads + at + 1, author->heads + at, (author->head_count - at) * sizeof *author->heads);
		author->heads[at] = *head;
		author->head_count++;
	} else if (there) {
		author->head_count--;
		memmove(author->heads + at, author->heads + at + 1, (author->head_count - at) * sizeof *author->heads);
	}
}

static size_t table_find(const struct memory *memory, const char *name)
{
	size_t at = 0;
	while (at < memory->table_count && strcmp(memory->tables[at].name, name) != 0)
		at++;
	return at;
}

static size_t table_take(struct memory *memory, const char *name)
{
	size_t at = table_find(memory, name);
	if (at == memory->table_count) {
		memory->tables = realloc(memory->tables, (at + 1) * sizeof *memory->tables);
		ASSERT(memory->tables != NULL);
		memory->tables[at] = (struct named_table){ .rows = NULL };
		memcpy(memory->tables[at].name, name, strlen(name) + 1);
		memory->table_count++;
	}
	return at;
}

/* Where the first row stands whose key is not before `key`. */
static size_t named_place(const struct named_table *table, struct span key)
{
	size_t low = 0, high = table->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (span_compare(blob_span(table->rows[middle].key), key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct named *named_find(const struct named_table *table, struct span key)
{
	size_t at = named_place(table, key);
	bool there = at < table->count && span_equal(blob_span(table->rows[at].key), key);
	return there ? &table->rows[at] : NULL;
}

/* Takes the references to key and value; without a value the row goes. */
static void named_set(struct named_table *table, struct blob *key, struct blob *value)
{
	size_t at = named_place(table, blob_span(key));
	bool there = at < table->count && span_equal(blob_span(table->rows[at].key), blob_span(key));
	if (there) {
		blob_drop(table->rows[at].value);
		table->rows[at].value = value;
		blob_drop(key);
	} else if (value != NULL) {
		table->rows = grow(table->rows, table->count, &table->size, sizeof *table->rows);
		memmove(table->rows + at + 1, table->rows + at, (table->count - at) * sizeof *table->rows);
		table->rows[at] = (struct named){ key, value };
		table->count++;
	} else {
		blob_drop(key);
	}
	if (there && value == NULL) {
		blob_drop(table->rows[at].key);
		table->count--;
		memmove(table->rows + at, table->rows + at + 1, (table->count - at) * sizeof *table->rows);
	}
}

/* ---- undo ---- */

static struct undo *undo_push(struct memory *memory, enum undo_kind kind)
{
	memory->undo = grow(memory->undo, memory->undo_count, &memory->undo_size, sizeof *memory->undo);
	struct undo *undo = &memory->undo[memory->undo_count++];
	undo->kind = kind;
	undo->existed = false;
	undo->blob = undo->key = NULL;
	return undo;
}

static void undo_push_cell(struct memory *memory, enum undo_kind kind, const struct cell *cell)
{
	struct undo *undo = undo_push(memory, kind);
	undo->old.entry = cell->entry;
	undo->blob = blob_keep(cell->blob);
}

static void undo_apply_cell(struct memory *memory, const struct undo *undo)
{
	struct cell *cell = memory->by_local.items[undo->old.entry.local - 1];
	cell_unorder(memory, cell);
	blob_drop(cell->blob);
	cell->entry = undo->old.entry;
	cell->blob = blob_keep(undo->blob);
	cell->entry.bytes = blob_span(cell->blob);
	cell_order(memory, cell);
}

static void undo_apply_author(struct memory *memory, const struct undo *undo)
{
	struct ids_author *author = map_take(&memory->authors, &undo->old.author.author);
	author->info = undo->old.author;
	author->is_known = undo->existed;
}

static void undo_apply_case(struct memory *memory, const struct undo *undo)
{
	struct ids_case *owner = map_take(&memory->cases, &undo->old.info.case_id);
	owner->info = undo->old.info;
	owner->is_known = undo->existed;
}

static void undo_apply(struct memory *memory, const struct undo *undo)
{
	switch (undo->kind) {
	case UNDO_APPEND:
		ASSERT(memory->by_local.count == undo->local);
		cell_take_out(memory, memory->by_local.items[undo->local - 1]);
		memory->by_local.count--;
		break;
	case UNDO_CELL:
		undo_apply_cell(memory, undo);
		break;
	case UNDO_GONE:
		cell_add(memory, &undo->old.entry, blob_keep(undo->blob));
		break;
	case UNDO_AUTHOR:
		undo_apply_author(memory, undo);
		break;
	case UNDO_CASE:
		undo_apply_case(memory, undo);
		break;
	case UNDO_HEAD:
		head_set(map_take(&memory->authors, &undo->old.head.author), undo->old.head.seq,
			 undo->existed ? &undo->old.head : NULL);
		break;
	case UNDO_NAMED:
		named_set(&memory->tables[undo->table], blob_keep(undo->key), blob_keep(undo->blob));
		break;
	}
}

static void undo_forget(struct memory *memory)
{
	for (size_t i = 0; i < memory->undo_count; i++) {
		blob_drop(memory->undo[i].blob);
		blob_drop(memory->undo[i].key);
	}
	memory->undo_count = 0;
}

/* ---- faults on demand ---- */

static struct fault fail_now(struct memory *memory)
{
	if (memory->fail_calls == 0 || --memory->fail_calls > 0)
		return fault_none();
	return fault_of(FAULT_STORE, "write to the log failed, as asked");
}

/* ---- the verbs ---- */

static struct fault begin(struct log *log)
{
	ASSERT(memory_of(log)->undo_count == 0);
	return fault_none();
}

static struct fault commit(struct log *log)
{
	struct memory *memory = memory_of(log);
	struct fault fault = fail_now(memory);
	if (fault_is(fault)) {
		memory->has_failed_kept = memory->fail_kept;
		return fault;
	}
	undo_forget(memory);
	return fault_none();
}

static struct fault rollback(struct log *log)
{
	struct memory *memory = memory_of(log);
	if (!memory->has_failed_kept)
		for (size_t i = memory->undo_count; i > 0; i--)
			undo_apply(memory, &memory->undo[i - 1]);
	undo_forget(memory);
	return fault_none();
}

static bool order_is_taken(const struct memory *memory, struct order order)
{
	struct cell probe;
	probe.entry.orders[0] = order;
	return cells_find(&memory->by_order, &probe, by_order) != NULL;
}

static struct fault append(struct log *log, const struct log_entry *entries, size_t count, uint64_t *first_local)
{
	struct memory *memory = memory_of(log);
	uint64_t first = memory->by_local.count + 1;
	FAULT_TRY(fail_now(memory));
	for (size_t i = 0; i < count; i++) {
		struct log_entry entry = entries[i];
		if (cell_find(memory, &entry.author, entry.seq) != NULL)
			return fault_of(FAULT_STORE, "an entry with this author and seq is there");
		if (entry.order_count > 0 && order_is_taken(memory, entry.orders[0]))
			return fault_of(FAULT_STORE, "another entry has this order");
		entry.local = memory->by_local.count + 1;
		cell_add(memory, &entry, entry.bytes.len > 0 ? blob_new(entry.bytes) : NULL);
		undo_push(memory, UNDO_APPEND)->local = entry.local;
	}
	*first_local = first;
	return fault_none();
}

/* Where a new order belongs among those an entry had; SIZE_MAX: it is there. */
static size_t order_place(const struct log_entry *entry, struct order order)
{
	size_t at = 0;
	while (at < entry->order_count && order_compare(entry->orders[at], order) > 0)
		at++;
	bool there = at < entry->order_count && order_compare(entry->orders[at], order) == 0;
	return there ? SIZE_MAX : at;
}

static struct fault place(struct log *log, const struct author *author, uint64_t seq, struct order order,
			  uint64_t stamp_ms, enum log_verdict verdict, uint32_t reason)
{
	struct memory *memory = memory_of(log);
	FAULT_TRY(fail_now(memory));
	struct cell *cell = cell_find(memory, author, seq);
	if (cell == NULL)
		return fault_of(FAULT_CALLER, "no such entry");
	struct log_entry *entry = &cell->entry;
	size_t at = order.n == 0 ? SIZE_MAX : order_place(entry, order);
	if (at != SIZE_MAX && entry->order_count == LIMIT_ENTRY_ORDERS)
		return fault_of(FAULT_LIMIT, "orders of an entry");
	if (at == 0 && order_is_taken(memory, order))
		return fault_of(FAULT_STORE, "another entry has this order");
	undo_push_cell(memory, UNDO_CELL, cell);
	if (at != SIZE_MAX) {
		cell_unorder(memory, cell);
		memmove(entry->orders + at + 1, entry->orders + at, (entry->order_count - at) * sizeof order);
		entry->orders[at] = order;
		entry->order_count++;
		cell_order(memory, cell);
	}
	entry->stamp_ms = stamp_ms != 0 ? stamp_ms : entry->stamp_ms;
	entry->verdict = verdict;
	entry->reason = reason;
	return fault_none();
}

static struct fault refill(struct log *log, const struct author *author, uint64_t seq, struct span bytes)
{
	struct memory *memory = memory_of(log);
	FAULT_TRY(fail_now(memory));
	struct cell *cell = cell_find(memory, author, seq);
	if (cell == NULL || cell->blob != NULL)
		return fault_of(FAULT_CALLER, "no such erased entry");
	undo_push_cell(memory, UNDO_CELL, cell);
	cell->blob = blob_new(bytes);
	cell->entry.bytes = blob_span(cell->blob);
	return fault_none();
}

static struct fault find(struct log *log, const struct author *author, uint64_t seq, log_entry_fn *fn, void *ctx)
{
	const struct cell *cell = cell_find(memory_of(log), author, seq);
	if (cell != NULL)
		(void)fn(ctx, &cell->entry);
	return fault_none();
}

static struct fault read_orders(const struct cells *cells, uint64_t after, uint64_t upto, log_entry_fn *fn, void *ctx)
{
	struct cell probe;
	probe.entry.orders[0] = (struct order){ 0, after + 1 };
	for (size_t i = cells_place(cells, &probe, by_order); i < cells->count; i++) {
		const struct log_entry *entry = &cells->items[i]->entry;
		if (entry->orders[0].n > upto)
			break;
		if (entry->verdict == LOG_ACCEPTED && !fn(ctx, entry))
			break;
	}
	return fault_none();
}

static struct fault read_order(struct log *log, uint64_t after, uint64_t upto, log_entry_fn *fn, void *ctx)
{
	return read_orders(&memory_of(log)->by_order, after, upto, fn, ctx);
}

static struct fault read_case(struct log *log, struct case_id id, uint64_t after, uint64_t upto, log_entry_fn *fn, void *ctx)
{
	const struct ids_case *owner = map_find(&memory_of(log)->cases, &id);
	return owner == NULL ? fault_none() : read_orders(&owner->by_order, after, upto, fn, ctx);
}

static struct fault read_cells(const struct cells *cells, size_t from, log_entry_fn *fn, void *ctx)
{
	for (size_t i = from; i < cells->count; i++)
		if (cells->items[i] != NULL && !fn(ctx, &cells->items[i]->entry))
			break;
	return fault_none();
}

static struct fault read_record(struct log *log, struct record_id id, log_entry_fn *fn, void *ctx)
{
	const struct ids_record *record = map_find(&memory_of(log)->records, &id);
	return record == NULL ? fault_none() : read_cells(&record->by_local, 0, fn, ctx);
}

static struct fault read_author(struct log *log, const struct author *author, uint64_t from_seq, log_entry_fn *fn, void *ctx)
{
	const struct ids_author *found = map_find(&memory_of(log)->authors, author);
	struct cell probe;
	if (found == NULL)
		return fault_none();
	probe.entry.seq = from_seq;
	return read_cells(&found->by_seq, cells_place(&found->by_seq, &probe, by_seq), fn, ctx);
}

static struct fault read_local(struct log *log, uint64_t after, log_entry_fn *fn, void *ctx)
{
	const struct memory *memory = memory_of(log);
	if (after >= memory->by_local.count)
		return fault_none();
	return read_cells(&memory->by_local, (size_t)after, fn, ctx);
}

static uint64_t newest_order(const struct cells *by_newest_cells)
{
	size_t count = by_newest_cells->count;
	return count == 0 ? 0 : by_newest_cells->items[count - 1]->entry.orders[0].n;
}

static struct fault last_order(struct log *log, uint64_t *out)
{
	*out = newest_order(&memory_of(log)->by_newest);
	return fault_none();
}

static struct fault last_local(struct log *log, uint64_t *out)
{
	*out = memory_of(log)->by_local.count;
	return fault_none();
}

static struct fault author_put(struct log *log, const struct log_author *info)
{
	struct memory *memory = memory_of(log);
	FAULT_TRY(fail_now(memory));
	struct ids_author *author = map_take(&memory->authors, &info->author);
	struct undo *undo = undo_push(memory, UNDO_AUTHOR);
	undo->existed = author->is_known;
	undo->old.author = author->info;
	undo->old.author.author = info->author;
	author->info = *info;
	author->is_known = true;
	return fault_none();
}

static struct fault author_get(struct log *log, const struct author *id, struct log_author *out, bool *found)
{
	const struct ids_author *author = map_find(&memory_of(log)->authors, id);
	*found = author != NULL && author->is_known;
	if (*found)
		*out = author->info;
	return fault_none();
}

static int by_key(const void *a, const void *b, void *width)
{
	return memcmp(*(void *const *)a, *(void *const *)b, *(const size_t *)width);
}

/* The items by rising key; the caller frees. */
static void **map_sorted(const struct map *map)
{
	void **items = calloc(map->count + 1, sizeof *items);
	ASSERT(items != NULL);
	size_t count = 0;
	for (size_t i = 0; i < map->size; i++)
		if (map->slots[i] != NULL)
			items[count++] = map->slots[i];
	size_t width = map->width;
	qsort_r(items, count, sizeof *items, by_key, &width);
	return items;
}

static struct fault author_scan(struct log *log, log_author_fn *fn, void *ctx)
{
	struct ids_author **authors = (struct ids_author **)map_sorted(&memory_of(log)->authors);
	for (size_t i = 0; authors[i] != NULL; i++)
		if (authors[i]->is_known && !fn(ctx, &authors[i]->info))
			break;
	free(authors);
	return fault_none();
}

static struct fault head_put(struct log *log, const struct log_head *head)
{
	struct memory *memory = memory_of(log);
	FAULT_TRY(fail_now(memory));
	struct ids_author *author = map_take(&memory->authors, &head->author);
	size_t at = head_place(author, head->seq);
	struct undo *undo = undo_push(memory, UNDO_HEAD);
	undo->existed = at < author->head_count && author->heads[at].seq == head->seq;
	undo->old.head = undo->existed ? author->heads[at] : *head;
	head_set(author, head->seq, head);
	return fault_none();
}

static struct fault head_scan(struct log *log, const struct author *id, log_head_fn *fn, void *ctx)
{
	const struct ids_author *author = map_find(&memory_of(log)->authors, id);
	for (size_t i = 0; author != NULL && i < author->head_count; i++)
		if (!fn(ctx, &author->heads[i]))
			break;
	return fault_none();
}

static void case_change(struct memory *memory, struct ids_case *owner, const struct log_case *info, bool is_known)
{
	struct undo *undo = undo_push(memory, UNDO_CASE);
	undo->existed = owner->is_known;
	undo->old.info = owner->info;
	undo->old.info.case_id = owner->id;
	owner->info = *info;
	owner->is_known = is_known;
}

static struct fault case_put(struct log *log, const struct log_case *info)
{
	struct memory *memory = memory_of(log);
	FAULT_TRY(fail_now(memory));
	case_change(memory, map_take(&memory->cases, &info->case_id), info, true);
	return fault_none();
}

static struct fault case_get(struct log *log, struct case_id id, struct log_case *out, bool *found)
{
	const struct ids_case *owner = map_find(&memory_of(log)->cases, &id);
	*found = owner != NULL && owner->is_known;
	if (*found) {
		*out = owner->info;
		out->last_order = newest_order(&owner->by_newest);
	}
	return fault_none();
}

static struct fault case_scan(struct log *log, log_case_fn *fn, void *ctx)
{
	struct ids_case **cases = (struct ids_case **)map_sorted(&memory_of(log)->cases);
	for (size_t i = 0; cases[i] != NULL; i++) {
		struct log_case info = cases[i]->info;
		info.last_order = newest_order(&cases[i]->by_newest);
		if (cases[i]->is_known && !fn(ctx, &info))
			break;
	}
	free(cases);
	return fault_none();
}

static void erase_cell(struct memory *memory, struct cell *cell)
{
	if (cell->blob == NULL)
		return;
	undo_push_cell(memory, UNDO_CELL, cell);
	blob_drop(cell->blob);
	cell->blob = NULL;
	cell->entry.bytes = blob_span(NULL);
}

static struct fault erase_record(struct log *log, struct record_id id)
{
	struct memory *memory = memory_of(log);
	FAULT_TRY(fail_now(memory));
	struct ids_record *record = map_find(&memory->records, &id);
	for (size_t i = 0; record != NULL && i < record->by_local.count; i++)
		erase_cell(memory, record->by_local.items[i]);
	return fault_none();
}

static struct fault erase_case(struct log *log, struct case_id id)
{
	struct memory *memory = memory_of(log);
	FAULT_TRY(fail_now(memory));
	struct ids_case *owner = map_find(&memory->cases, &id);
	if (owner == NULL)
		return fault_none();
	for (size_t i = 0; i < owner->by_local.count; i++)
		erase_cell(memory, owner->by_local.items[i]);
	if (owner->is_known) {
		struct log_case info = owner->info;
		info.has_secret = false;
		memset(&info.secret, 0, sizeof info.secret);
		info.erased = true;
		case_change(memory, owner, &info, true);
	}
	return fault_none();
}

static struct fault remove_case(struct log *log, struct case_id id, struct node_id own)
{
	struct memory *memory = memory_of(log);
	FAULT_TRY(fail_now(memory));
	struct ids_case *owner = map_find(&memory->cases, &id);
	if (owner == NULL)
		return fault_none();
	for (size_t i = owner->by_local.count; i > 0; i--) {
		struct cell *cell = owner->by_local.items[i - 1];
		if (ID_EQUAL(cell->entry.author.node, own)) {
			erase_cell(memory, cell);
		} else {
			undo_push_cell(memory, UNDO_GONE, cell);
			cell_take_out(memory, cell);
		}
	}
	struct log_case none = { .case_id = id };
	case_change(memory, owner, &none, false);
	return fault_none();
}

static void named_change(struct memory *memory, size_t table, struct blob *key, struct blob *value)
{
	const struct named *row = named_find(&memory->tables[table], blob_span(key));
	struct undo *undo = undo_push(memory, UNDO_NAMED);
	undo->table = table;
	undo->key = blob_keep(key);
	undo->blob = row != NULL ? blob_keep(row->value) : NULL;
	named_set(&memory->tables[table], key, value);
}

static struct fault put(struct log *log, const char *table, struct span key, struct span value)
{
	struct memory *memory = memory_of(log);
	FAULT_TRY(fail_now(memory));
	named_change(memory, table_take(memory, table), blob_new(key), blob_new(value));
	return fault_none();
}

static struct fault get(struct log *log, const char *table, struct span key, uint8_t *value, size_t size,
			size_t *len, bool *found)
{
	const struct memory *memory = memory_of(log);
	size_t at = table_find(memory, table);
	const struct named *row = at < memory->table_count ? named_find(&memory->tables[at], key) : NULL;
	if (row != NULL && row->value->len > size)
		return fault_of(FAULT_LIMIT, "named value is longer than its place");
	*found = row != NULL;
	if (row != NULL) {
		*len = row->value->len;
		if (*len > 0)
			memcpy(value, row->value->data, *len);
	}
	return fault_none();
}

static struct fault remove_named(struct log *log, const char *table, struct span key)
{
	struct memory *memory = memory_of(log);
	FAULT_TRY(fail_now(memory));
	size_t at = table_find(memory, table);
	if (at < memory->table_count && named_find(&memory->tables[at], key) != NULL)
		named_change(memory, at, blob_new(key), NULL);
	return fault_none();
}

static struct fault scan(struct log *log, const char *table, struct span prefix, log_kv_fn *fn, void *ctx)
{
	const struct memory *memory = memory_of(log);
	size_t at = table_find(memory, table);
	if (at == memory->table_count)
		return fault_none();
	const struct named_table *named = &memory->tables[at];
	for (size_t i = named_place(named, prefix); i < named->count; i++) {
		struct span key = blob_span(named->rows[i].key);
		if (key.len < prefix.len || !span_equal(span_of(key.data, prefix.len), prefix))
			break;
		if (!fn(ctx, key, blob_span(named->rows[i].value)))
			break;
	}
	return fault_none();
}

/* ---- making, copying, closing ---- */

static void map_free(struct map *map)
{
	for (size_t i = 0; i < map->size; i++)
		free(map->slots[i]);
	free(map->slots);
}

static void close_memory(struct log *log)
{
	struct memory *memory = memory_of(log);
	undo_forget(memory);
	for (size_t i = 0; i < memory->by_local.count; i++) {
		if (memory->by_local.items[i] != NULL)
			blob_drop(memory->by_local.items[i]->blob);
		free(memory->by_local.items[i]);
	}
	for (size_t i = 0; i < memory->authors.size; i++) {
		struct ids_author *author = memory->authors.slots[i];
		if (author != NULL) {
			free(author->by_seq.items);
			free(author->heads);
		}
	}
	for (size_t i = 0; i < memory->cases.size; i++) {
		struct ids_case *owner = memory->cases.slots[i];
		if (owner != NULL) {
			free(owner->by_local.items);
			free(owner->by_order.items);
			free(owner->by_newest.items);
		}
	}
	for (size_t i = 0; i < memory->records.size; i++)
		if (memory->records.slots[i] != NULL)
			free(((struct ids_record *)memory->records.slots[i])->by_local.items);
	for (size_t i = 0; i < memory->table_count; i++) {
		for (size_t j = 0; j < memory->tables[i].count; j++) {
			blob_drop(memory->tables[i].rows[j].key);
			blob_drop(memory->tables[i].rows[j].value);
		}
		free(memory->tables[i].rows);
	}
	map_free(&memory->authors);
	map_free(&memory->cases);
	map_free(&memory->records);
	free(memory->tables);
	free(memory->by_local.items);
	free(memory->by_order.items);
	free(memory->by_newest.items);
	free(memory->undo);
	free(memory);
}

static const struct log_driver driver = {
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.append = append,
	.place = place,
	.refill = refill,
	.find = find,
	.read_order = read_order,
	.read_case = read_case,
	.read_record = read_record,
	.read_author = read_author,
	.read_local = read_local,
	.last_order = last_order,
	.last_local = last_local,
	.author_put = author_put,
	.author_get = author_get,
	.author_scan = author_scan,
	.head_put = head_put,
	.head_scan = head_scan,
	.case_put = case_put,
	.case_get = case_get,
	.case_scan = case_scan,
	.erase_record = erase_record,
	.erase_case = erase_case,
	.remove_case = remove_case,
	.put = put,
	.get = get,
	.remove = remove_named,
	.scan = scan,
	.close = close_memory,
};

struct log *log_memory_new(void)
{
	struct memory *memory = calloc(1, sizeof *memory);
	ASSERT(memory != NULL);
	memory->log.driver = &driver;
	memory->authors.width = sizeof(struct author);
	memory->authors.item_bytes = sizeof(struct ids_author);
	memory->cases.width = sizeof(struct case_id);
	memory->cases.item_bytes = sizeof(struct ids_case);
	memory->records.width = sizeof(struct record_id);
	memory->records.item_bytes = sizeof(struct ids_record);
	return &memory->log;
}

static void copy_author(struct memory *to, const struct ids_author *from)
{
	struct ids_author *author = map_take(&to->authors, &from->id);
	author->info = from->info;
	author->is_known = from->is_known;
	for (size_t i = 0; i < from->head_count; i++)
		head_set(author, from->heads[i].seq, &from->heads[i]);
}

struct log *log_memory_copy(const struct log *log)
{
	const struct memory *from = (const struct memory *)log;
	struct memory *to = memory_of(log_memory_new());

	for (size_t i = 0; i < from->by_local.count; i++)
		if (from->by_local.items[i] != NULL)
			cell_add(to, &from->by_local.items[i]->entry, blob_keep(from->by_local.items[i]->blob));
	by_local_fill(to, from->by_local.count);
	for (size_t i = 0; i < from->authors.size; i++)
		if (from->authors.slots[i] != NULL)
			copy_author(to, from->authors.slots[i]);
	for (size_t i = 0; i < from->cases.size; i++) {
		const struct ids_case *owner = from->cases.slots[i];
		if (owner != NULL) {
			struct ids_case *copy = map_take(&to->cases, &owner->id);
			copy->info = owner->info;
			copy->is_known = owner->is_known;
		}
	}
	for (size_t i = 0; i < from->table_count; i++) {
		size_t table = table_take(to, from->tables[i].name);
		for (size_t j = 0; j < from->tables[i].count; j++)
			named_set(&to->tables[table], blob_keep(from->tables[i].rows[j].key),
				  blob_keep(from->tables[i].rows[j].value));
	}
	for (size_t i = from->undo_count; i > 0; i--)
		undo_apply(to, &from->undo[i - 1]);
	return &to->log;
}

void log_memory_fail(struct log *log, uint64_t calls, bool kept)
{
	struct memory *memory = memory_of(log);
	memory->fail_calls = calls;
	memory->fail_kept = kept;
}
