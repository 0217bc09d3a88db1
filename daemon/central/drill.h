/* drill - a backup put back and started, in a folder of its own that is removed again.
 *
 * What an administrator would do after a fire, done on a copy: the store is put back, a central node opens it as
 * one that was put back (a new epoch, the deny file applied), listens where nobody knows, audits every
 * chain and signature, and ends. The backup and its deny file are read and left as they are.
 */
#ifndef JALKA_CENTRAL_DRILL_H
#define JALKA_CENTRAL_DRILL_H

#include "central/hub.h"
#include "central/putback.h"
#include "io/loop.h"

struct drill {
	struct putback what;
	const char *deny_file; /* copied; FAULT_CALLER when it is not there */
	const char *below;     /* where the folder is made */
};

struct drill_report {
	struct putback_report back;
	struct hub_audit audit;
	uint64_t devices;
	uint64_t open_ms, audit_ms, whole_ms;
};

/* Also FAULT_STORE when the audit finds something bad. */
struct fault drill_run(struct loop *loop, const struct drill *drill, struct drill_report *out);

#endif
