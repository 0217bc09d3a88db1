/* log_memory_index - the containers of the driver in memory: bytes, maps, lists of cells,
 * heads, named values.
 */
#include "store/log_memory.h"

#include <stdlib.h>

#include "base/assert.h"

void *log_memory_grow(void *items, size_t count, size_t *size, size_t item_bytes)
{
	if (count < *size)
		return items;
	*size = *size == 0 ? 8 : *size * 2;
	items = realloc(items, *size * item_bytes);
	ASSERT(items != NULL);
	return items;
}

/* ---- blobs ---- */

struct blob *log_memory_blob_new(struct span bytes)
{
	struct blob *blob = malloc(sizeof *blob + bytes.len);
	ASSERT(blob != NULL);
	blob->references = 1;
	blob->len = bytes.len;
	if (bytes.len > 0)
		memcpy(blob->data, bytes.data, bytes.len);
	return blob;
}

struct blob *log_memory_blob_keep(struct blob *blob)
{
	if (blob != NULL)
		blob->references++;
	return blob;
}

void log_memory_blob_drop(struct blob *blob)
{
	if (blob != NULL && --blob->references == 0)
		free(blob);
}

struct span log_memory_blob_span(const struct blob *blob)
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

void *log_memory_map_find(const struct map *map, const void *key)
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
void *log_memory_map_take(struct map *map, const void *key)
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

int log_memory_by_local(const struct cell *a, const struct cell *b)
{
	return (a->entry.local > b->entry.local) - (a->entry.local < b->entry.local);
}

int log_memory_by_seq(const struct cell *a, const struct cell *b)
{
	return (a->entry.seq > b->entry.seq) - (a->entry.seq < b->entry.seq);
}

int log_memory_by_order(const struct cell *a, const struct cell *b)
{
	struct order x = a->entry.orders[0], y = b->entry.orders[0];
	if (x.n != y.n)
		return x.n < y.n ? -1 : 1;
	return (x.generation > y.generation) - (x.generation < y.generation);
}

int log_memory_by_newest(const struct cell *a, const struct cell *b)
{
	return order_compare(a->entry.orders[0], b->entry.orders[0]);
}

/* Where the first cell not before `probe` stands. */
size_t log_memory_cells_place(const struct cells *cells, const struct cell *probe, log_memory_compare_fn *compare)
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

struct cell *log_memory_cells_find(const struct cells *cells, const struct cell *probe, log_memory_compare_fn *compare)
{
	size_t at = log_memory_cells_place(cells, probe, compare);
	return at < cells->count && compare(cells->items[at], probe) == 0 ? cells->items[at] : NULL;
}

void log_memory_cells_insert(struct cells *cells, struct cell *cell, log_memory_compare_fn *compare)
{
	size_t at = log_memory_cells_place(cells, cell, compare);
	cells->items = log_memory_grow(cells->items, cells->count, &cells->size, sizeof *cells->items);
	memmove(cells->items + at + 1, cells->items + at, (cells->count - at) * sizeof *cells->items);
	cells->items[at] = cell;
	cells->count++;
}

void log_memory_cells_remove(struct cells *cells, const struct cell *cell, log_memory_compare_fn *compare)
{
	size_t at = log_memory_cells_place(cells, cell, compare);
	ASSERT(at < cells->count && cells->items[at] == cell);
	cells->count--;
	memmove(cells->items + at, cells->items + at + 1, (cells->count - at) * sizeof *cells->items);
}

/* ---- heads and named values ---- */

size_t log_memory_head_place(const struct ids_author *author, uint64_t seq)
{
	size_t at = author->head_count;
	while (at > 0 && author->heads[at - 1].seq >= seq)
		at--;
	return at;
}

/* Puts or, without `head`, takes out the head of that seq. */
void log_memory_head_set(struct ids_author *author, uint64_t seq, const struct log_head *head)
{
	size_t at = log_memory_head_place(author, seq);
	bool there = at < author->head_count && author->heads[at].seq == seq;
	if (there && head != NULL) {
		author->heads[at] = *head;
	} else if (head != NULL) {
		author->heads = log_memory_grow(author->heads, author->head_count, &author->head_size, sizeof *author->heads);
		memmove(author->heads + at + 1, author->heads + at, (author->head_count - at) * sizeof *author->heads);
		author->heads[at] = *head;
		author->head_count++;
	} else if (there) {
		author->head_count--;
		memmove(author->heads + at, author->heads + at + 1, (author->head_count - at) * sizeof *author->heads);
	}
}

size_t log_memory_table_find(const struct named_tables *tables, const char *name)
{
	size_t at = 0;
	while (at < tables->count && strcmp(tables->items[at].name, name) != 0)
		at++;
	return at;
}

size_t log_memory_table_take(struct named_tables *tables, const char *name)
{
	size_t at = log_memory_table_find(tables, name);
	if (at == tables->count) {
		tables->items = realloc(tables->items, (at + 1) * sizeof *tables->items);
		ASSERT(tables->items != NULL);
		tables->items[at] = (struct named_table){ .rows = NULL };
		memcpy(tables->items[at].name, name, strlen(name) + 1);
		tables->count++;
	}
	return at;
}

/* Where the first row stands whose key is not before `key`. */
size_t log_memory_named_place(const struct named_table *table, struct span key)
{
	size_t low = 0, high = table->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (span_compare(log_memory_blob_span(table->rows[middle].key), key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct named *log_memory_named_find(const struct named_table *table, struct span key)
{
	size_t at = log_memory_named_place(table, key);
	bool there = at < table->count && span_equal(log_memory_blob_span(table->rows[at].key), key);
	return there ? &table->rows[at] : NULL;
}

/* Takes the references to key and value; without a value the row goes. */
void log_memory_named_set(struct named_table *table, struct blob *key, struct blob *value)
{
	size_t at = log_memory_named_place(table, log_memory_blob_span(key));
	bool there = at < table->count && span_equal(log_memory_blob_span(table->rows[at].key), log_memory_blob_span(key));
	if (there) {
		log_memory_blob_drop(table->rows[at].value);
		table->rows[at].value = value;
		log_memory_blob_drop(key);
	} else if (value != NULL) {
		table->rows = log_memory_grow(table->rows, table->count, &table->size, sizeof *table->rows);
		memmove(table->rows + at + 1, table->rows + at, (table->count - at) * sizeof *table->rows);
		table->rows[at] = (struct named){ key, value };
		table->count++;
	} else {
		log_memory_blob_drop(key);
	}
	if (there && value == NULL) {
		log_memory_blob_drop(table->rows[at].key);
		table->count--;
		memmove(table->rows + at, table->rows + at + 1, (table->count - at) * sizeof *table->rows);
	}
}

void log_memory_map_free(struct map *map)
{
	for (size_t i = 0; i < map->size; i++)
		free(map->slots[i]);
	free(map->slots);
}

static int by_key(const void *a, const void *b, void *width)
{
	return memcmp(*(void *const *)a, *(void *const *)b, *(const size_t *)width);
}

/* The items by rising key; the caller frees. */
void **log_memory_map_sorted(const struct map *map)
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
