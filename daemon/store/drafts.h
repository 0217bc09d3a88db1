/* drafts - what a worker is writing and has not signed yet.
 *
 * A draft is a record's message as far as it is typed, kept under the record's
 * id among the log's named values (table "draft"), so that it is sealed like
 * everything else and survives whatever ends the process. It is local: no delta,
 * no case book, no other node sees it until it is signed, which is an ordinary
 * write of the caller's, followed by drafts_discard.
 *
 * D1  drafts_put and drafts_discard are durable when they return, or part of the
 *     caller's transaction when one is open.
 * D2  A draft is whole: a put replaces all of it but the moment it was begun.
 */
#ifndef JALKA_STORE_DRAFTS_H
#define JALKA_STORE_DRAFTS_H

#include "base/fault.h"
#include "base/id.h"
#include "core/delta.h"
#include "store/log.h"

struct drafts_draft {
	struct record_id record_id;
	struct case_id case_id;      /* none: signing opens a case */
	uint32_t record_type;
	struct span fields;          /* as far as typed; need not pass schema_check */
	uint32_t cleared[LIMIT_FIELDS];
	size_t cleared_count;
	struct case_id client_case;  /* none, or of the case that signing opens */
	uint64_t event_at_ms;        /* 0: at signing */
	uint64_t updated_ms;
	uint64_t begun_ms;           /* of the first put (D2); what a put gives is not read */
};

typedef bool drafts_fn(void *ctx, const struct drafts_draft *draft);

/* FAULT_CALLER: no record id or type; FAULT_LIMIT: over LIMIT_DELTA_BYTES of fields. */
struct fault drafts_put(struct log *log, const struct drafts_draft *draft);
/* Calls fn once when there is one; its spans are borrowed meanwhile. */
struct fault drafts_get(struct log *log, struct record_id id, drafts_fn *fn, void *ctx);
/* All, by rising record id; case none: of all cases. */
struct fault drafts_list(struct log *log, const struct case_id *case_id, drafts_fn *fn, void *ctx);
/* No fault when there is none. */
struct fault drafts_discard(struct log *log, struct record_id id);
/* Those of a case: it is being forgotten or erased. */
struct fault drafts_discard_case(struct log *log, struct case_id case_id);
struct fault drafts_count(struct log *log, size_t *out);

#endif
