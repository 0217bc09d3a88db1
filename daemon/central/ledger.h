/* ledger - the access logs of all devices and of the central node itself, by client.
 *
 * Every author keeps an ACCESS case; central alone holds them all. Here each entry is a
 * row of the sealed store, found by the client it is about: who saw, printed or
 * disclosed what, when and why.
 *
 * Tell it what the hub appends (ledger_touched, ledger_forgot), inside the hub's
 * transaction.
 *
 * Y1  Its rows are a function of the log: made anew when this build reads it otherwise.
 *     How many were looked at is no row, and stays.
 * Y2  Rows hold ids, the act and the reason; nothing of what was seen.
 */
#ifndef JALKA_CENTRAL_LEDGER_H
#define JALKA_CENTRAL_LEDGER_H

#include "store/log.h"

struct ledger;
struct sqlite3;

/* On the log's own connection, borrowed. Not inside a transaction. */
struct fault ledger_open(struct sqlite3 *db, struct log *log, struct ledger **out);
void ledger_close(struct ledger *ledger); /* NULL is allowed */

/* Inside the transaction; `entry` NULL: it may be any record. */
struct fault ledger_touched(struct ledger *ledger, struct record_id record_id, const struct log_entry *entry);
struct fault ledger_forgot(struct ledger *ledger, struct case_id access_case);

struct ledger_entry {
	struct record_id id, who, record, client; /* none: not told */
	struct node_id node;
	struct case_id case_id, client_case;
	uint64_t when_ms, act, role;              /* RECORDS_ACCESS_ACT_*, RECORDS_ROLE_* or 0 */
	struct span reason;                       /* borrowed while the callback runs */
};
typedef bool ledger_fn(void *ctx, const struct ledger_entry *entry);

/* Newest first, from <= when < to. A person may stand in several client records that were
 * linked: `client_cases` are theirs, one at least. */
enum { LEDGER_LINKED_MAX = 16 };
struct fault ledger_of_client(struct ledger *ledger, const struct case_id *client_cases, size_t count, uint64_t from_ms,
			      uint64_t to_ms, ledger_fn *fn, void *ctx);
struct fault ledger_of_act(struct ledger *ledger, uint64_t act, uint64_t from_ms, uint64_t to_ms, ledger_fn *fn, void *ctx);
struct fault ledger_of_person(struct ledger *ledger, struct record_id who, uint64_t from_ms, uint64_t to_ms, ledger_fn *fn,
			      void *ctx);

/* Entries of an act that nobody has looked at since they arrived, and that somebody does now
 * (not inside a transaction). What a device tells late counts when it comes. */
struct fault ledger_unseen(struct ledger *ledger, uint64_t act, uint64_t *count);
struct fault ledger_saw(struct ledger *ledger, uint64_t act);

/* Entries of an act about records of which none of the act `settled` tells; the oldest first. */
struct fault ledger_unsettled(struct ledger *ledger, uint64_t act, uint64_t settled, ledger_fn *fn, void *ctx);

/* Of each person the newest moment. */
typedef bool ledger_person_fn(void *ctx, struct record_id who, uint64_t last_ms);
struct fault ledger_people(struct ledger *ledger, ledger_person_fn *fn, void *ctx);

/* How many entries of each device and act, and nothing of whom. */
struct ledger_volume {
	struct node_id node;
	uint64_t act, count, last_ms;
};
typedef bool ledger_volume_fn(void *ctx, const struct ledger_volume *volume);
struct fault ledger_volume(struct ledger *ledger, uint64_t from_ms, uint64_t to_ms, ledger_volume_fn *fn, void *ctx);

#endif
