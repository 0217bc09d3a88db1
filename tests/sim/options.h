/* options - what one seed draws: sizes, rates, which kinds of trouble there are.
 *
 * Swarm testing: each seed leaves a random half of the kinds out altogether, so
 * that rare ones are not always drowned by the common.
 */
#ifndef JALKA_SIM_OPTIONS_H
#define JALKA_SIM_OPTIONS_H

#include "lib/prng.h"

/* What an operation may be. The names are those of options_trouble_name. */
enum trouble {
	TROUBLE_EDIT,            /* a text field of a record */
	TROUBLE_RECORD,          /* a new record */
	TROUBLE_CLEAR,           /* a field is cleared */
	TROUBLE_UNKNOWN_FIELD,   /* a field of a newer version is written */
	TROUBLE_STALE_EDIT,      /* an edit whose read lies back */
	TROUBLE_OPEN_CLIENT,     /* a device opens a CLIENT case */
	TROUBLE_OPEN_MATTER,     /* a device opens a MATTER */
	TROUBLE_CENTRAL_WRITE,   /* central edits a record */
	TROUBLE_CONNECT,
	TROUBLE_DISCONNECT,
	TROUBLE_PARTITION,       /* out of reach for days */
	TROUBLE_ASSIGN,
	TROUBLE_UNASSIGN,
	TROUBLE_REGRANT,         /* assign, end, assign at once */
	TROUBLE_DECIDE,          /* a quarantined delta is accepted or rejected */
	TROUBLE_ERASE_RECORD,
	TROUBLE_ERASE_CASE,
	TROUBLE_REVOKE,
	TROUBLE_SUSPEND,         /* and back to active */
	TROUBLE_CLOCK,           /* a wall clock jumps */
	TROUBLE_CRASH_DEVICE,    /* at some effect to come */
	TROUBLE_CRASH_CENTRAL,
	TROUBLE_BACKUP_DEVICE,
	TROUBLE_RESTORE_DEVICE,
	TROUBLE_CLONE,           /* two live twins */
	TROUBLE_BACKUP_CENTRAL,
	TROUBLE_RESTORE_CENTRAL,
	TROUBLE_REPLAY,          /* a recorded message 1 from a stranger */
	TROUBLE_GARBAGE,         /* random bytes from a stranger */
	/* of links, not operations: their rates are permille of links */
	TROUBLE_CUT,             /* after some byte */
	TROUBLE_HALF_OPEN,       /* a cut one end or both learn late */
	TROUBLE_TRICKLE,         /* bytes arrive one by one */
	TROUBLE_DUPLICATE,       /* bytes arrive twice */
	TROUBLE_CORRUPT,         /* a bit flips on the way */
	/* of a seed */
	TROUBLE_SKEW,            /* clocks are hours off from the start */
	TROUBLE_VERSIONS,        /* nodes of other protocol versions */
	TROUBLE_SHARED_HOLDER,   /* two devices of one person */
	TROUBLE_BUNDLE,          /* bundles are carried by hand, permille of operations: late, twice, out of order, lost */
	TROUBLE_RESCUE,          /* rescue files are kept and, permille of operations, copied, brought, lost, sealed to another key */
	TROUBLE_COUNT,
};

struct options {
	unsigned devices, cases, actions;
	uint64_t gap_ms;                 /* the longest pause between operations */
	unsigned rate[TROUBLE_COUNT];
};

/* `without` may name kinds to leave out: bit 1 << kind. */
void options_draw(struct options *options, struct prng *prng, uint64_t without);
/* What came later than the seeds that are kept: drawn by itself, so that they do as they did. */
void options_draw_rescue(struct options *options, uint64_t seed, uint64_t without);
const char *options_trouble_name(enum trouble trouble);
void options_tell(const struct options *options);

#endif
