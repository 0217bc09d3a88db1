/* trace - one entry of the access log: who did what with whose data, when and why.
 *
 * Written before what it tells of is shown or sent: no trace, no act. It stands in
 * the case of this machine's holder (P10), and may be written alone or together
 * with the act itself.
 */
#ifndef JALKA_API_TRACE_H
#define JALKA_API_TRACE_H

#include "api/profile.h"

struct trace {
	uint64_t act;             /* RECORDS_ACCESS_ACT_* */
	struct record_id client;  /* none: nobody's */
	struct record_id record;  /* may be none */
	struct case_id case_id;   /* may be none */
	const char *reason;       /* NULL or "": none */
	uint32_t role;            /* RECORDS_ROLE_*; 0: not told */
	uint64_t when_ms;
};

enum { TRACE_BYTES = 4400 };
/* The entry's message, in the block. */
struct fault trace_fields(const struct trace *trace, const struct record_id *who, const struct node_id *device,
			  uint8_t block[static TRACE_BYTES], struct span *out);
/* The entry as a write; its fields stand in the block. */
struct fault trace_prepare(struct profile *profile, const struct trace *trace, uint8_t block[static TRACE_BYTES],
			   struct replica_write *out);
/* The entry alone, at once. */
struct fault trace_leave(struct profile *profile, const struct trace *trace, struct replica_written *out);

#endif
