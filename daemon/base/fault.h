/* fault - an error as a value: who must act, and what failed.
 *
 * `what` is a literal text that names the failed thing; it is never built at
 * run time and never holds a person's data. The first cause wins: a caller
 * passes a fault on unchanged. Outputs are written only when there is none.
 */
#ifndef JALKA_BASE_FAULT_H
#define JALKA_BASE_FAULT_H

#include <stdbool.h>

enum fault_kind {
	FAULT_NONE = 0,
	FAULT_PEER,   /* the other node sent what it must not */
	FAULT_CALLER, /* the user or the calling code asked for what cannot be */
	FAULT_STALE,  /* the value read has changed since; read again, then decide */
	FAULT_LATER,  /* not now: locked, no link, waiting for a decision */
	FAULT_STORE,  /* the disk or the database failed or is damaged */
	FAULT_LIMIT,  /* a bound of base/limits.h was met */
};

struct fault {
	enum fault_kind kind;
	const char *what;
};

static inline struct fault fault_none(void)
{
	return (struct fault){ FAULT_NONE, "" };
}

static inline struct fault fault_of(enum fault_kind kind, const char *what)
{
	return (struct fault){ kind, what };
}

static inline bool fault_is(struct fault f)
{
	return f.kind != FAULT_NONE;
}

/* Passes a fault on to the caller. */
#define FAULT_TRY(call)                          \
	do {                                     \
		struct fault fault_try_ = (call); \
		if (fault_is(fault_try_))        \
			return fault_try_;       \
	} while (0)

#endif
