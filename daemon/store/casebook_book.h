/* casebook - what the files of the book share; callers see store/casebook.h.
 *
 * casebook.c opens, listens and rebuilds; casebook_fold.c makes a record's row
 * from the log; casebook_rows.c puts rows into the tables and takes them out;
 * casebook_read.c answers; casebook_agenda.c keeps what is due, and answers that.
 *
 * A row's key rises with the record's event, so that every list and the search
 * run newest first along an index: event_at_ms << 21 | 21 bits of the record id
 * (or the next free number). Keys are not part of what the book says.
 */
#ifndef JALKA_STORE_CASEBOOK_BOOK_H
#define JALKA_STORE_CASEBOOK_BOOK_H

#include "store/casebook.h"
#include "store/statements.h"

enum casebook_query {
	CASEBOOK_ROW_FIND, CASEBOOK_ROW_PUT, CASEBOOK_ROW_CHANGE, CASEBOOK_ROW_REMOVE, CASEBOOK_ROW_TAKEN,
	CASEBOOK_WORDS_PUT, CASEBOOK_WORDS_REMOVE, CASEBOOK_WORDS_SETTLE,
	CASEBOOK_CONFLICT_PUT, CASEBOOK_CONFLICT_REMOVE, CASEBOOK_DUE_PUT, CASEBOOK_DUE_REMOVE,
	CASEBOOK_CASE_RECORDS,
	CASEBOOK_GET, CASEBOOK_LIST, CASEBOOK_LIST_TYPE, CASEBOOK_LIST_CASE, CASEBOOK_LIST_CASE_TYPE,
	CASEBOOK_SEARCH, CASEBOOK_CONFLICTS, CASEBOOK_AGENDA, CASEBOOK_CLIENT, CASEBOOK_NEWER, CASEBOOK_COUNT, CASEBOOK_FIND, CASEBOOK_FIND_CASE,
	CASEBOOK_META_GET, CASEBOOK_META_PUT,
	CASEBOOK_DIGEST_ROWS, CASEBOOK_DIGEST_CONFLICTS, CASEBOOK_DIGEST_DUE, CASEBOOK_DIGEST_WORDS,
	CASEBOOK_QUERIES,
};

_Static_assert((int)CASEBOOK_QUERIES <= (int)STATEMENTS_MAX, "every query has a place among the statements");

enum { CASEBOOK_IS_CONFLICT = 1, CASEBOOK_IS_PENDING = 2, CASEBOOK_IS_QUARANTINED = 4, CASEBOOK_IS_APART = 8 };

/* Columns of every query that gives a record. */
#define CASEBOOK_ROW "key, record, case_id, type, created, changed, event, author, flags, title, shown"

enum { CASEBOOK_RESERVED_CASES = 2 }; /* reference, directory */

/* A set of record ids, with hashed slots. */
struct casebook_set {
	struct record_id *ids; /* in the order they came */
	size_t count, size;
	uint32_t *slots;       /* index + 1 */
	size_t slot_count;     /* a power of two */
};

struct casebook_block {
	uint8_t *data;
	size_t size;
};

struct casebook {
	struct book hooks;
	struct log *log;
	const struct order_tree *orders;
	struct statements statements;
	struct casebook_set touched;
	struct casebook_block entries, bytes, inputs, work; /* of a fold, reused from fold to fold */
	struct casebook_block words, old_words;             /* search texts */
	bool is_central;
	struct case_id reserved[CASEBOOK_RESERVED_CASES]; /* B4, at central: those that are known */
	size_t reserved_count;
	uint64_t version, epochs; /* what the tables were made by: see is_outdated */
	uint64_t version_now;     /* this build's */
	bool must_settle;   /* words were erased: merge the index so that none stays */
};

/* A record as the log says it is: casebook_fold.c. Spans live until the next fold. */
struct casebook_folded {
	bool exists;                    /* false: nothing of it may be shown */
	struct casebook_record record;  /* title and shown set */
	struct fold_record fold;
	const struct fold_input *inputs;
	struct delta_hash hash;
	bool is_protected;              /* a client's: domain/protect.h */
};
/* A field that is no part of the book now. */
bool casebook_hides(const struct casebook_folded *folded, uint32_t field);
/* A conflict somebody has to decide. */
bool casebook_asks(const struct casebook_folded *folded, const struct fold_field *field);
/* In whatever case it stands, as casebook_peek. */
struct fault casebook_fold_anywhere(struct casebook *book, struct record_id id, struct casebook_folded *out);
struct fault casebook_fold(struct casebook *book, struct record_id id, struct casebook_folded *out);

/* Makes the tables say what `folded` says: casebook_rows.c. */
struct fault casebook_row_store(struct casebook *book, struct record_id id, const struct casebook_folded *folded);
/* What is due of it, under its row's key: casebook_agenda.c. */
struct fault casebook_agenda_put(struct casebook *book, uint64_t key, const struct casebook_folded *folded);
struct fault casebook_row_settle(struct casebook *book);
struct fault casebook_rows_clear(struct casebook *book);
/* Reads the columns CASEBOOK_ROW. */
struct fault casebook_row_read(struct casebook *book, struct sqlite3_stmt *row, struct casebook_record *out);

/* B4: whether the book holds this case's records. */
struct fault casebook_may_hold(struct casebook *book, struct case_id id, bool *out);

/* False: no memory. */
bool casebook_set_add(struct casebook_set *set, struct record_id id);
void casebook_set_clear(struct casebook_set *set);
void casebook_set_deinit(struct casebook_set *set);

/* At least `bytes`; NULL: no memory. What was in it is kept. */
uint8_t *casebook_block_take(struct casebook_block *block, size_t bytes);

/* Brings an outdated book up to date. Before each answer. */
struct fault casebook_ready(struct casebook *book);

#endif
