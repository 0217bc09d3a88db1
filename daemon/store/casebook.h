/* casebook - the cases as a person reads them: a projection of the log.
 *
 * Tables in the same sealed database as the log, changed in the same
 * transaction (struct book), rebuilt from the log at will: casebook_rebuild
 * must give the identical book (casebook_digest). Holds each record's folded
 * state, its conflicts, the agenda and an FTS5 search index that knows Finnish,
 * Swedish and Sami letters.
 *
 * What is told by the hooks is noted; each touched record is folded again from
 * the log once, just before the transaction commits (log_listen). So reads inside
 * an open transaction show the book as it was before.
 *
 * B1  The book is a function of the log alone (and of what this build knows of
 *     record types: when that changed, the book is rebuilt).
 * B2  A record of an erased or forgotten case leaves no row, no index entry.
 * B3  REJECTED entries are in no fold. QUARANTINED ones are in that of their
 *     author's device, marked, and in none at central.
 * B4  The central node's book holds records of the reserved cases (reference,
 *     directory) alone: nobody reads a client's life there.
 */
#ifndef JALKA_STORE_CASEBOOK_H
#define JALKA_STORE_CASEBOOK_H

#include "base/arena.h"
#include "base/fault.h"
#include "core/fold.h"
#include "domain/agenda.h"
#include "store/log.h"

struct casebook;
struct sqlite3;

/* `orders` is borrowed and may grow later; NULL: none known until casebook_set_orders.
 * Listens to the log (log_listen) until closed. Not inside a transaction. */
struct fault casebook_open(struct sqlite3 *db, struct log *log, const struct order_tree *orders, struct casebook **out);
void casebook_close(struct casebook *book);
/* To hand to replica_open or hub_open; lives as long as the casebook. */
const struct book *casebook_hooks(struct casebook *book);
/* The replica or hub opened after the book: its order tree from now on. */
void casebook_set_orders(struct casebook *book, const struct order_tree *orders);
/* This is the central node's book (B3, B4). Right after casebook_open. */
void casebook_set_central(struct casebook *book);

struct casebook_record {
	struct case_id case_id;
	struct record_id record_id;
	uint32_t record_type;
	bool has_conflict;         /* values of a field that somebody has to choose from */
	bool is_apart;             /* several values of a field stand, whoever decides */
	bool is_pending;           /* some of it has no receipt yet */
	bool is_quarantined;       /* some of it waits for a decision */
	uint64_t created_ms, changed_ms, event_at_ms;
	struct author last_author;
	struct span shown;         /* the record's message as shown; borrowed while a callback runs */
	struct span title;         /* one line for lists */
};
typedef bool casebook_record_fn(void *ctx, const struct casebook_record *record);

struct fault casebook_get(struct casebook *book, struct record_id id, casebook_record_fn *fn, void *ctx);
/* type 0: all; case none: all; newest event first; limit 0: all. */
struct fault casebook_list(struct casebook *book, uint32_t record_type, const struct case_id *case_id, size_t limit,
			   casebook_record_fn *fn, void *ctx);
/* Words, names in any of their forms, identity codes, phones, dates. The best match
 * first: whole words, beginnings, the same without a keyboard's missing letters
 * (makinen finds Mäkinen), forms of names (Mäkisen finds Mäkinen); within each the
 * clients, then all else, newest event first. Every word of `text` is asked for; case does not count
 * (docs/internals/search.md). Text without a letter or digit finds nothing. limit 0: all. */
struct fault casebook_search(struct casebook *book, struct span text, size_t limit, casebook_record_fn *fn, void *ctx);
/* The same among records of one type (0: any). */
struct fault casebook_search_type(struct casebook *book, uint32_t type, struct span text, size_t limit,
				  casebook_record_fn *fn, void *ctx);

/* A record's folded state with all siblings and who wrote each, for show and conflicts. */
struct casebook_sibling {
	struct span whole;         /* empty: cleared */
	struct author author;
	uint64_t seq;
	uint64_t stamp_ms;
	struct order order;
};
struct casebook_field {
	uint32_t number;
	const struct casebook_sibling *siblings; /* shown first */
	size_t count;
	bool asks;                 /* a person has to choose between them (domain/lifecycle.h) */
};
struct fault casebook_fields(struct casebook *book, struct record_id id, struct arena *arena,
			     const struct casebook_field **fields, size_t *count);
/* Those that are no part of the book, for what moves them where they belong: the address
 * of a client whose address is protected (domain/protect.h). */
struct fault casebook_hidden_fields(struct casebook *book, struct record_id id, struct arena *arena,
				    const struct casebook_field **fields, size_t *count);
typedef bool casebook_conflict_fn(void *ctx, const struct casebook_record *record, uint32_t field_number);
struct fault casebook_conflicts(struct casebook *book, casebook_conflict_fn *fn, void *ctx);
/* Fields in conflict, and records in all. */
struct fault casebook_count(struct casebook *book, uint64_t *conflicts, uint64_t *records);

/* A record folded from the log, in whatever case it stands, for what must decide over
 * records without showing them: central's matching of clients (B4). Not called when
 * nothing of it stands; also inside a transaction, but not from within a fold. */
struct fault casebook_peek(struct casebook *book, struct record_id id, casebook_record_fn *fn, void *ctx);
/* The fields of such a record, as casebook_fields. */
struct fault casebook_peek_fields(struct casebook *book, struct record_id id, struct arena *arena,
				  const struct casebook_field **fields, size_t *count);

/* Records whose id begins with these hexadecimal digits, at least 4 (FAULT_CALLER). */
struct fault casebook_find(struct casebook *book, struct span hex, casebook_record_fn *fn, void *ctx);
/* The same for the cases that have records in the book. */
typedef bool casebook_case_fn(void *ctx, struct case_id case_id);
struct fault casebook_find_case(struct casebook *book, struct span hex, casebook_case_fn *fn, void *ctx);

/* What is due of a record (domain/agenda.h), and whose it is. */
struct casebook_due {
	struct agenda_item item;
	uint32_t record_type;
	struct case_id case_id;
	struct record_id record_id;
	struct span title;
	struct record_id client;   /* none: not in this book */
	struct span client_title;
};
typedef bool casebook_due_fn(void *ctx, const struct casebook_due *due);
/* As it stands on that day when nothing more is done: by agenda_class the urgent,
 * the overdue, the day's, and those coming; in each by the counted day. */
struct fault casebook_agenda(struct casebook *book, int32_t day, casebook_due_fn *fn, void *ctx);
/* The same with what comes within so many days. */
struct fault casebook_agenda_ahead(struct casebook *book, int32_t day, uint32_t days, casebook_due_fn *fn, void *ctx);

/* Drops every projection and makes it again from the log. */
struct fault casebook_rebuild(struct casebook *book);
/* A digest of every row of the book, the words of the search index among them. */
struct fault casebook_digest(struct casebook *book, struct delta_hash *out);

#endif
