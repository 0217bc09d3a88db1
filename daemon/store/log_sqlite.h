/* log_sqlite - what the files of the SQLite driver share; callers see store/log.h.
 *
 * log_sqlite.c opens, begins and commits; log_sqlite_entry.c holds the entries,
 * log_sqlite_named.c authors, heads, cases and named values.
 *
 * Schema (docs/internals/log.md): rows hold small integers for authors and cases
 * (log_refs); `local` is given by this driver, which keeps the last one given in
 * log_meta when rows are deleted, so that it is never used again (L3) without
 * the price of AUTOINCREMENT on every row.
 */
#ifndef JALKA_STORE_LOG_SQLITE_H
#define JALKA_STORE_LOG_SQLITE_H

#include "store/log.h"
#include "store/log_refs.h"
#include "store/statements.h"

enum log_sqlite_query {
	LOG_SQLITE_APPEND, LOG_SQLITE_PLACE_GET, LOG_SQLITE_PLACE_SET, LOG_SQLITE_REFILL, LOG_SQLITE_FIND,
	LOG_SQLITE_READ_ORDER, LOG_SQLITE_READ_CASE, LOG_SQLITE_READ_RECORD, LOG_SQLITE_READ_AUTHOR,
	LOG_SQLITE_READ_LOCAL, LOG_SQLITE_LAST_ORDER, LOG_SQLITE_SCAN_ORDER,
	LOG_SQLITE_LAST_CASE_ORDER, LOG_SQLITE_SCAN_CASE_ORDER,
	LOG_SQLITE_ERASE_RECORD, LOG_SQLITE_ERASE_CASE, LOG_SQLITE_REMOVE_OWN, LOG_SQLITE_REMOVE_OTHERS, LOG_SQLITE_CUT, LOG_SQLITE_CUT_HEADS,
	LOG_SQLITE_META_GET, LOG_SQLITE_META_PUT,
	LOG_SQLITE_AUTHOR_REF, LOG_SQLITE_AUTHOR_ID, LOG_SQLITE_AUTHOR_NEW,
	LOG_SQLITE_AUTHOR_PUT, LOG_SQLITE_AUTHOR_GET, LOG_SQLITE_AUTHOR_SCAN,
	LOG_SQLITE_HEAD_PUT, LOG_SQLITE_HEAD_SCAN,
	LOG_SQLITE_CASE_REF, LOG_SQLITE_CASE_ID, LOG_SQLITE_CASE_NEW,
	LOG_SQLITE_CASE_PUT, LOG_SQLITE_CASE_GET, LOG_SQLITE_CASE_SCAN, LOG_SQLITE_CASE_ERASE, LOG_SQLITE_CASE_REMOVE,
	LOG_SQLITE_NAMED_PUT, LOG_SQLITE_NAMED_GET, LOG_SQLITE_NAMED_REMOVE, LOG_SQLITE_NAMED_SCAN,
	LOG_SQLITE_QUERIES,
};

_Static_assert((int)LOG_SQLITE_QUERIES <= (int)STATEMENTS_MAX, "every query has a place among the statements");

struct log_sqlite {
	struct log log; /* first */
	struct statements statements;
	struct log_refs authors, cases;
	uint64_t last_local, committed_local;     /* given; as of the last commit */
	uint64_t generation, committed_generation; /* newest of any order held */
	bool has_new_refs;                        /* made in this transaction */
};

struct log_sqlite *log_sqlite_of(struct log *log);

/* A fault of a row that is not what this driver writes. */
struct fault log_sqlite_damaged(struct log_sqlite *sqlite);

/* "last_local", "generation", "version" */
struct fault log_sqlite_meta_get(struct log_sqlite *sqlite, const char *name, uint64_t *value);
struct fault log_sqlite_meta_put(struct log_sqlite *sqlite, const char *name, uint64_t value);

/* The integer of an id; 0 when there is none and `make` is false. */
struct fault log_sqlite_author_ref(struct log_sqlite *sqlite, const struct author *author, bool make, uint64_t *ref);
struct fault log_sqlite_case_ref(struct log_sqlite *sqlite, struct case_id id, bool make, uint64_t *ref);
struct fault log_sqlite_author_id(struct log_sqlite *sqlite, uint64_t ref, struct author *out);
struct fault log_sqlite_case_id(struct log_sqlite *sqlite, uint64_t ref, struct case_id *out);

/* n of the newest order of the case with this integer. */
struct fault log_sqlite_case_order(struct log_sqlite *sqlite, uint64_t case_ref, uint64_t *out);

/* The verbs, by file. */
struct fault log_sqlite_append(struct log *log, const struct log_entry *entries, size_t count, uint64_t *first_local);
struct fault log_sqlite_place(struct log *log, const struct author *author, uint64_t seq, struct order order,
			      uint64_t stamp_ms, enum log_verdict verdict, uint32_t reason);
struct fault log_sqlite_refill(struct log *log, const struct author *author, uint64_t seq, struct span bytes);
struct fault log_sqlite_find(struct log *log, const struct author *author, uint64_t seq, log_entry_fn *fn, void *ctx);
struct fault log_sqlite_read_order(struct log *log, uint64_t after, uint64_t upto, log_entry_fn *fn, void *ctx);
struct fault log_sqlite_read_case(struct log *log, struct case_id id, uint64_t after, uint64_t upto,
				  log_entry_fn *fn, void *ctx);
struct fault log_sqlite_read_record(struct log *log, struct record_id id, log_entry_fn *fn, void *ctx);
struct fault log_sqlite_read_author(struct log *log, const struct author *author, uint64_t from_seq,
				    log_entry_fn *fn, void *ctx);
struct fault log_sqlite_read_local(struct log *log, uint64_t after, log_entry_fn *fn, void *ctx);
struct fault log_sqlite_last_order(struct log *log, uint64_t *out);
struct fault log_sqlite_last_local(struct log *log, uint64_t *out);
struct fault log_sqlite_erase_record(struct log *log, struct record_id id);
struct fault log_sqlite_erase_case(struct log *log, struct case_id id);
struct fault log_sqlite_remove_case(struct log *log, struct case_id id, struct node_id own);

struct fault log_sqlite_cut(struct log *log, const struct author *author, uint64_t after_seq, uint64_t upto_seq);

struct fault log_sqlite_author_put(struct log *log, const struct log_author *author);
struct fault log_sqlite_author_get(struct log *log, const struct author *author, struct log_author *out, bool *found);
struct fault log_sqlite_author_scan(struct log *log, log_author_fn *fn, void *ctx);
struct fault log_sqlite_head_put(struct log *log, const struct log_head *head);
struct fault log_sqlite_head_scan(struct log *log, const struct author *author, log_head_fn *fn, void *ctx);
struct fault log_sqlite_case_put(struct log *log, const struct log_case *info);
struct fault log_sqlite_case_get(struct log *log, struct case_id id, struct log_case *out, bool *found);
struct fault log_sqlite_case_scan(struct log *log, log_case_fn *fn, void *ctx);
struct fault log_sqlite_put(struct log *log, const char *table, struct span key, struct span value);
struct fault log_sqlite_get(struct log *log, const char *table, struct span key, uint8_t *value, size_t size,
			    size_t *len, bool *found);
struct fault log_sqlite_remove(struct log *log, const char *table, struct span key);
struct fault log_sqlite_scan(struct log *log, const char *table, struct span prefix, log_kv_fn *fn, void *ctx);

#endif
