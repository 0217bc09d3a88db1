/* log - the truth: every delta a node holds, and what must last beside it.
 *
 * A vtable with two drivers, log_sqlite (sealed, the default) and log_memory
 * (tests, simulator), under one contract test. A third driver for one process can
 * follow without touching a caller; what several processes on one log would need
 * beside it stands in docs/scaling.md.
 *
 * One thread. Writes happen between log_begin and log_commit; log_commit
 * returns when they are durable (WAL, synchronous=FULL). A failed commit
 * leaves the log closed to writes: close, reopen, verify; never try again on it.
 *
 * A callback may read the log, never write it. A write that met FAULT_STORE dooms
 * its transaction: later writes and log_commit give the same fault, and nothing
 * of it is kept. Orders and seqs are below 2^63 (FAULT_LIMIT).
 *
 * L1  Entries are never changed but in: orders, verdict, stamp (log_place),
 *     erasure of their bytes (log_erase_*, log_remove_case) and their return
 *     when a case is held again (log_refill). They go only by log_remove_case
 *     and log_cut, both a device's.
 * L2  (author, seq) is unique. Seqs have no gap at central and in a device's own
 *     epochs; of other authors a device holds what its scope shows.
 * L3  `local` rises with every entry appended and is never used again.
 * L4  Orders of accepted entries are distinct; at central they rise in commit order.
 * L5  Erasing removes bytes (and for a case its secret), never digests.
 */
#ifndef JALKA_STORE_LOG_H
#define JALKA_STORE_LOG_H

#include "base/fault.h"
#include "base/id.h"
#include "core/delta.h"
#include "core/order.h"

struct log;

enum log_verdict {
	LOG_LOCAL = 0,       /* own, no receipt yet */
	LOG_ACCEPTED = 1,    /* has an order (central: its own; device: fed or receipted) */
	LOG_QUARANTINED = 2, /* waits for a decision; `reason` says why */
	LOG_REJECTED = 3,    /* by decision: in no fold */
};

struct log_entry {
	uint64_t local;               /* given by log_append, 1.. */
	struct author author;
	uint64_t seq;
	struct order orders[LIMIT_ENTRY_ORDERS]; /* newest first; all it ever had */
	size_t order_count;
	uint64_t stamp_ms;            /* effective */
	enum log_verdict verdict;
	uint32_t reason;              /* Reason of session.proto */
	struct case_id case_id;
	struct record_id record_id;
	uint32_t record_type;
	struct delta_hash digest;
	struct span bytes;            /* the author's; {NULL, 0} when erased. Borrowed while a callback runs */
};

/* One author's chain as this node holds it. */
struct log_author {
	struct author author;
	struct epoch_id continues;    /* none: begins anew */
	uint64_t continues_seq;
	struct delta_hash continues_h;
	uint8_t sign_public[DELTA_SIGN_PUBLIC_BYTES];
	uint64_t seq;                 /* last; 0: nothing yet */
	struct delta_hash h;          /* h[seq] */
	uint64_t receipted_seq;       /* on a device, of its own epochs */
	struct delta_hash receipted_h;
	bool closed;
};

struct log_case {
	struct case_id case_id;
	enum delta_case_kind kind;
	bool has_secret;
	struct delta_secret secret;
	struct case_id client_case;
	struct author opened_by;
	uint64_t opened_seq;
	uint64_t last_order;          /* newest order (generation, n) of its entries; the driver's: log_case_put ignores it */
	bool erased;
};

/* A signed head of an author's chain. */
struct log_head {
	struct author author;
	uint64_t seq;
	struct delta_signature signature;
};

/* Callbacks return false to stop reading; that is no fault. */
typedef bool log_entry_fn(void *ctx, const struct log_entry *entry);
typedef bool log_author_fn(void *ctx, const struct log_author *author);
typedef bool log_head_fn(void *ctx, const struct log_head *head);
typedef bool log_case_fn(void *ctx, const struct log_case *info);
typedef bool log_kv_fn(void *ctx, struct span key, struct span value);

struct log_driver {
	struct fault (*begin)(struct log *log);
	struct fault (*commit)(struct log *log);
	struct fault (*rollback)(struct log *log);

	struct fault (*append)(struct log *log, const struct log_entry *entries, size_t count, uint64_t *first_local);
	struct fault (*place)(struct log *log, const struct author *author, uint64_t seq, struct order order,
			      uint64_t stamp_ms, enum log_verdict verdict, uint32_t reason);
	struct fault (*refill)(struct log *log, const struct author *author, uint64_t seq, struct span bytes);
	struct fault (*find)(struct log *log, const struct author *author, uint64_t seq, log_entry_fn *fn, void *ctx);

	struct fault (*read_order)(struct log *log, uint64_t after, uint64_t upto, log_entry_fn *fn, void *ctx);
	struct fault (*read_case)(struct log *log, struct case_id id, uint64_t after, uint64_t upto, log_entry_fn *fn, void *ctx);
	struct fault (*read_record)(struct log *log, struct record_id id, log_entry_fn *fn, void *ctx);
	struct fault (*read_author)(struct log *log, const struct author *author, uint64_t from_seq, log_entry_fn *fn, void *ctx);
	struct fault (*read_local)(struct log *log, uint64_t after, log_entry_fn *fn, void *ctx);
	struct fault (*last_order)(struct log *log, uint64_t *out);
	struct fault (*last_local)(struct log *log, uint64_t *out);

	struct fault (*author_put)(struct log *log, const struct log_author *author);
	struct fault (*author_get)(struct log *log, const struct author *author, struct log_author *out, bool *found);
	struct fault (*author_scan)(struct log *log, log_author_fn *fn, void *ctx);
	struct fault (*head_put)(struct log *log, const struct log_head *head);
	struct fault (*head_scan)(struct log *log, const struct author *author, log_head_fn *fn, void *ctx);

	struct fault (*case_put)(struct log *log, const struct log_case *info);
	struct fault (*case_get)(struct log *log, struct case_id id, struct log_case *out, bool *found);
	struct fault (*case_scan)(struct log *log, log_case_fn *fn, void *ctx);

	struct fault (*erase_record)(struct log *log, struct record_id id);
	struct fault (*erase_case)(struct log *log, struct case_id id);
	struct fault (*remove_case)(struct log *log, struct case_id id, struct node_id own);
	struct fault (*cut)(struct log *log, const struct author *author, uint64_t after_seq, uint64_t upto_seq);

	struct fault (*put)(struct log *log, const char *table, struct span key, struct span value);
	struct fault (*get)(struct log *log, const char *table, struct span key, uint8_t *value, size_t size, size_t *len, bool *found);
	struct fault (*remove)(struct log *log, const char *table, struct span key);
	struct fault (*scan)(struct log *log, const char *table, struct span prefix, log_kv_fn *fn, void *ctx);

	void (*close)(struct log *log);
};

/* What must be done inside a transaction just before it commits (the casebook's
 * refolds). A fault rolls the transaction back and is log_commit's answer. */
typedef struct fault log_before_commit_fn(void *ctx);

/* Drivers embed this first; all but `driver` is log.c's. */
struct log {
	const struct log_driver *driver;
	log_before_commit_fn *before_commit;
	void (*rolled_back)(void *ctx);
	void *before_commit_ctx;
	unsigned reading;     /* callbacks on the way */
	bool in_transaction;
	bool is_closed;       /* to writes, after a failed commit */
	struct fault doom;    /* of the transaction */
};

/* Nesting is a broken invariant. After log_commit, whatever it answers, there is
 * no transaction. When the commit itself failed nobody can say whether it is kept.
 * Rollback is always possible and never fails but by FAULT_STORE. */
struct fault log_begin(struct log *log);
struct fault log_commit(struct log *log);
struct fault log_rollback(struct log *log);
bool log_in_transaction(const struct log *log);
/* A transaction of one's own, or part of the one that is open; log_leave ends its own with a
 * commit, or after a fault with a rollback, and gives the first cause on. */
struct fault log_join(struct log *log, bool *own);
struct fault log_leave(struct log *log, bool own, struct fault fault);

/* One listener: `before` inside each log_commit, `undone` after each rollback. */
void log_listen(struct log *log, log_before_commit_fn *before, void (*undone)(void *ctx), void *ctx);

/* Appends in the order given; `local` of the entries is ignored. Does not touch
 * authors. An existing (author, seq), or another entry's order (L4), is a broken
 * invariant of the caller: FAULT_STORE, nothing kept. */
struct fault log_append(struct log *log, const struct log_entry *entries, size_t count, uint64_t *first_local);

/* Gives an entry an order (n == 0: none, those it had stay), a stamp (0: keep), a
 * verdict and its reason. Orders stay sorted, newest (generation, n) first; the
 * same one again is kept once, and of more than LIMIT_ENTRY_ORDERS the oldest goes.
 * FAULT_CALLER: no such entry. */
struct fault log_place(struct log *log, const struct author *author, uint64_t seq, struct order order,
		       uint64_t stamp_ms, enum log_verdict verdict, uint32_t reason);

/* Puts the bytes of an erased entry back: own work in a case that was forgotten
 * and is assigned again. The caller has checked them against the digest.
 * FAULT_CALLER: no such entry, or it has bytes. */
struct fault log_refill(struct log *log, const struct author *author, uint64_t seq, struct span bytes);

/* Calls fn once when the entry is there. */
struct fault log_find(struct log *log, const struct author *author, uint64_t seq, log_entry_fn *fn, void *ctx);

/* ACCEPTED entries by rising newest order (n, then generation), after < n <= upto. */
struct fault log_read_order(struct log *log, uint64_t after, uint64_t upto, log_entry_fn *fn, void *ctx);
struct fault log_read_case(struct log *log, struct case_id id, uint64_t after, uint64_t upto, log_entry_fn *fn, void *ctx);
/* All entries of a record whatever their verdict, by rising `local`. */
struct fault log_read_record(struct log *log, struct record_id id, log_entry_fn *fn, void *ctx);
/* Entries of an author by rising seq. */
struct fault log_read_author(struct log *log, const struct author *author, uint64_t from_seq, log_entry_fn *fn, void *ctx);
/* All entries by rising `local`. */
struct fault log_read_local(struct log *log, uint64_t after, log_entry_fn *fn, void *ctx);
/* n of the newest order (generation, n) any entry has, whatever its verdict; 0: none. */
struct fault log_last_order(struct log *log, uint64_t *out);
/* The last `local` given, also when its entry has been removed. */
struct fault log_last_local(struct log *log, uint64_t *out);

/* Scans: authors by rising (node, epoch), heads by rising seq, cases by rising id. */
struct fault log_author_put(struct log *log, const struct log_author *author);
struct fault log_author_get(struct log *log, const struct author *author, struct log_author *out, bool *found);
struct fault log_author_scan(struct log *log, log_author_fn *fn, void *ctx);
struct fault log_head_put(struct log *log, const struct log_head *head);
struct fault log_head_scan(struct log *log, const struct author *author, log_head_fn *fn, void *ctx);

struct fault log_case_put(struct log *log, const struct log_case *info);
struct fault log_case_get(struct log *log, struct case_id id, struct log_case *out, bool *found);
struct fault log_case_scan(struct log *log, log_case_fn *fn, void *ctx);

/* Deletes the bytes of a record's entries, keeps digests. */
struct fault log_erase_record(struct log *log, struct record_id id);
/* Deletes the bytes of a case's entries and its secret, marks it erased. */
struct fault log_erase_case(struct log *log, struct case_id id);
/* A device that may no longer hold the case: entries of `own` (all its epochs)
 * lose their bytes and keep digests, which the chain needs; foreign entries and
 * the case itself go. */
struct fault log_remove_case(struct log *log, struct case_id id, struct node_id own);
/* Takes out the entries and heads of an author, after_seq < seq <= upto_seq: a
 * restored or copied device issues what follows the common prefix again, in a new
 * epoch; of other authors a name goes that central gave to other bytes. */
struct fault log_cut(struct log *log, const struct author *author, uint64_t after_seq, uint64_t upto_seq);

/* Named values in named tables ("session", "grant", "device", ...): what must
 * last beside the log and is no projection. Table names up to 32 bytes, keys up to
 * 96, values up to 64 KiB (FAULT_LIMIT); log_scan gives rising keys (shorter first).
 * FAULT_LIMIT from log_get: `size` too small. */
enum { LOG_TABLE_BYTES = 32, LOG_KEY_BYTES = 96, LOG_VALUE_BYTES = 64 * 1024 };
struct fault log_put(struct log *log, const char *table, struct span key, struct span value);
struct fault log_get(struct log *log, const char *table, struct span key, uint8_t *value, size_t size, size_t *len, bool *found);
struct fault log_remove(struct log *log, const char *table, struct span key);
struct fault log_scan(struct log *log, const char *table, struct span prefix, log_kv_fn *fn, void *ctx);

void log_close(struct log *log);

/* ---- drivers ---- */

/* In memory. `log_memory_copy` gives an independent copy of everything committed,
 * for crash, restore and clone in the simulator: what an open transaction did is
 * not in it. A crash is: throw the log away and go on with a copy. */
struct log *log_memory_new(void);
struct log *log_memory_copy(const struct log *log);

/* The `calls`-th write or commit from now fails with FAULT_STORE; 0: none. When it
 * is the commit the log is closed to writes, as after a failed fsync; `kept`: the
 * transaction is there all the same (its bytes had reached the disk). A copy is
 * open to writes again. */
void log_memory_fail(struct log *log, uint64_t calls, bool kept);

struct sqlite3;
/* On an open sealed database (store/sealed_db.h); creates its tables when they
 * are missing. The connection stays the caller's. */
struct fault log_sqlite_open(struct sqlite3 *db, struct log **out);

/* ---- the projection that is kept in the same transaction ---- */

/* What changes in the log is told to the book before log_commit. `entry` is the
 * one newly appended or placed; NULL: refold the record from the log. */
struct book_ops {
	struct fault (*touched)(void *book, struct case_id case_id, struct record_id record_id,
				const struct log_entry *entry);
	struct fault (*forgot)(void *book, struct case_id case_id);
};
struct book {
	const struct book_ops *ops;
	void *ctx;
};

#endif
