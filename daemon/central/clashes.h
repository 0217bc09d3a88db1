/* clashes - records in whose fields values stand side by side until a person chooses.
 *
 * The central node folds no client's record in passing. It hears from the hub of those that
 * two authors wrote of whom one had not seen all (hub_host.apart), looks at each once, a few
 * at each turn, and keeps which are in conflict: ids and a moment, never a value. A record
 * that is in conflict is looked at again whenever something is written to it.
 *
 *   suspect   record -> nothing                                   to be looked at
 *   clash     record -> case 16 B | type 4 B BE | since 8 B BE    in conflict
 *
 * A log that is older than this build is walked through once, a part at each turn.
 *
 * Z1  Cost follows what was written late, not what was written: an entry by an author who has
 *     seen its case costs one comparison.
 * Z2  Rows name no value and no field: those are asked of the log when somebody may see them.
 */
#ifndef JALKA_CENTRAL_CLASHES_H
#define JALKA_CENTRAL_CLASHES_H

#include "store/casebook.h"
#include "store/log.h"

struct clashes;

/* Borrows both, longer than it lasts. Not inside a transaction. `key`: random, of this run. */
struct fault clashes_open(struct log *log, struct casebook *book, const uint8_t key[static 16], struct clashes **out);
void clashes_close(struct clashes *clashes); /* NULL is allowed */

/* Inside the hub's transaction. */
struct fault clashes_suspect(struct clashes *clashes, struct record_id record_id);
struct fault clashes_touched(struct clashes *clashes, struct record_id record_id, const struct log_entry *entry);
struct fault clashes_forgot(struct clashes *clashes, struct case_id case_id);

/* The next few; nothing to look at costs nothing. Not inside a transaction. A fault is the store's. */
struct fault clashes_step(struct clashes *clashes);
bool clashes_waits(const struct clashes *clashes);

struct clashes_row {
	struct record_id record_id; /* first: its key */
	struct case_id case_id;
	uint32_t record_type;
	uint64_t since_ms;          /* stamp of the write that made it so */
};
/* Newest first, into a malloc'ed list of the caller's. */
struct fault clashes_list(const struct clashes *clashes, struct clashes_row **rows, size_t *count);
size_t clashes_count(const struct clashes *clashes);

#endif
