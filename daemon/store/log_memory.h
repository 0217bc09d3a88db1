/* log_memory - what the files of the driver in memory share; callers see store/log.h.
 *
 * log_memory.c holds the verbs, log_memory_index.c the containers,
 * log_memory_undo.c the cells in all their lists and how a change is undone.
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
#ifndef JALKA_STORE_LOG_MEMORY_H
#define JALKA_STORE_LOG_MEMORY_H

#include "store/log.h"

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

struct named_tables {
	struct named_table *items;
	size_t count;
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
	struct named_tables tables;
	struct undo *undo;
	size_t undo_count, undo_size;
	uint64_t fail_calls;
	bool fail_kept;
	bool has_failed_kept; /* a failed commit whose bytes had reached the disk */
};

/* ---- containers: log_memory_index.c ---- */

typedef int log_memory_compare_fn(const struct cell *a, const struct cell *b);

void *log_memory_grow(void *items, size_t count, size_t *size, size_t item_bytes);
struct blob *log_memory_blob_new(struct span bytes);
struct blob *log_memory_blob_keep(struct blob *blob);
void log_memory_blob_drop(struct blob *blob);
struct span log_memory_blob_span(const struct blob *blob);
void *log_memory_map_find(const struct map *map, const void *key);
void *log_memory_map_take(struct map *map, const void *key);
int log_memory_by_local(const struct cell *a, const struct cell *b);
int log_memory_by_seq(const struct cell *a, const struct cell *b);
int log_memory_by_order(const struct cell *a, const struct cell *b);
int log_memory_by_newest(const struct cell *a, const struct cell *b);
size_t log_memory_cells_place(const struct cells *cells, const struct cell *probe, log_memory_compare_fn *compare);
struct cell *log_memory_cells_find(const struct cells *cells, const struct cell *probe, log_memory_compare_fn *compare);
void log_memory_cells_insert(struct cells *cells, struct cell *cell, log_memory_compare_fn *compare);
void log_memory_cells_remove(struct cells *cells, const struct cell *cell, log_memory_compare_fn *compare);
size_t log_memory_head_place(const struct ids_author *author, uint64_t seq);
void log_memory_head_set(struct ids_author *author, uint64_t seq, const struct log_head *head);
size_t log_memory_table_find(const struct named_tables *tables, const char *name);
size_t log_memory_table_take(struct named_tables *tables, const char *name);
size_t log_memory_named_place(const struct named_table *table, struct span key);
struct named *log_memory_named_find(const struct named_table *table, struct span key);
void log_memory_named_set(struct named_table *table, struct blob *key, struct blob *value);
void log_memory_map_free(struct map *map);
/* The items by rising key, then NULL; the caller frees. */
void **log_memory_map_sorted(const struct map *map);

/* ---- cells in all their lists, and undo: log_memory_undo.c ---- */

void log_memory_cell_order(struct memory *memory, struct cell *cell);
void log_memory_cell_unorder(struct memory *memory, struct cell *cell);
void log_memory_by_local_fill(struct memory *memory, uint64_t local);
void log_memory_cell_add(struct memory *memory, const struct log_entry *entry, struct blob *blob);
void log_memory_cell_take_out(struct memory *memory, struct cell *cell);
struct cell *log_memory_cell_find(const struct memory *memory, const struct author *author, uint64_t seq);
struct undo *log_memory_undo_push(struct memory *memory, enum undo_kind kind);
void log_memory_undo_push_cell(struct memory *memory, enum undo_kind kind, const struct cell *cell);
void log_memory_undo_apply(struct memory *memory, const struct undo *undo);
void log_memory_undo_forget(struct memory *memory);

#endif
