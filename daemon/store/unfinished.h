/* unfinished - text that is being typed and is no draft of a record: a reason asked for,
 * a change of what is recorded, what goes with a step, the answers a session begins with.
 *
 * A text stands under what it is about (a record or a case held here) and the name its
 * form gives it, among the log's named values (table "unfinished"): sealed like
 * everything else, there after whatever ended the process, and local: no delta, no case
 * book, no other node. What the text means is its form's business.
 *
 * U1  unfinished_put and unfinished_discard are durable when they return, or part
 *     of the caller's transaction when one is open.
 * U2  changed_ms of a text rises with every put, whatever the clock does.
 * U3  What one window typed is not replaced by another that has not seen it
 *     (FAULT_STALE), nor taken away.
 * U4  At most UNFINISHED_MAX texts of UNFINISHED_TEXT_BYTES; a further one is refused,
 *     none is dropped to make room.
 */
#ifndef JALKA_STORE_UNFINISHED_H
#define JALKA_STORE_UNFINISHED_H

#include "base/fault.h"
#include "base/id.h"
#include "store/log.h"

enum { UNFINISHED_MAX = 200, UNFINISHED_TEXT_BYTES = 60000, UNFINISHED_NAME_BYTES = 64 };

struct unfinished {
	uint8_t about[ID_BYTES];  /* a record, or a case */
	struct span name;         /* 1..UNFINISHED_NAME_BYTES */
	struct case_id case_id;   /* of the record; the case itself */
	uint32_t record_type;     /* 0: it is about a case */
	struct span text;         /* empty in a put: there is none any more */
	uint64_t window;          /* who typed it; a number the window drew */
	uint64_t changed_ms;      /* of a put: now; what stands may be later (U2) */
	uint64_t begun_ms;        /* of the first put; what a put gives is not read */
};

typedef bool unfinished_fn(void *ctx, const struct unfinished *text);

/* `seen_ms`: changed_ms of what this window has read, 0: nothing. `changed_ms` gets that
 * of what now stands, 0 of nothing. FAULT_CALLER: no name or too long a one; FAULT_LIMIT
 * (U4); FAULT_STALE (U3). */
struct fault unfinished_put(struct log *log, const struct unfinished *text, uint64_t seen_ms, uint64_t *changed_ms);
/* All of what it is about, NULL: of everything; name empty: any. Spans are borrowed
 * while fn runs. */
struct fault unfinished_list(struct log *log, const uint8_t *about, struct span name, unfinished_fn *fn, void *ctx);
/* All about a record, or about a case. */
struct fault unfinished_discard(struct log *log, const uint8_t about[static ID_BYTES]);

#endif
