/* rules - what beyond its shape one write must satisfy to be lawful.
 *
 *   shape (schema_check)  ->  rules_fill  ->  rules_check  ->  access  ->  log
 *
 * A write is decided where it is made: on the worker's device, or at the central
 * node for what central writes. Drafts need shape alone. What arrives by sync is
 * never refused here: it has happened, and the fold and lifecycle_derive say what
 * holds (C3).
 *
 * rules knows nothing of stores: what it must look up it asks of a rules_world,
 * which api/world.c fills from case book and drafts, a test from a table.
 *
 * U1  A refusal names the field and says in plain words why and what is possible.
 * U2  The same write against the same world gets the same answer.
 * U3  What is not known here (another device's record) is never held against a
 *     write: a rule that needs it gives advice instead, unless the law needs it.
 *
 * Pure; owns nothing; spans are lent by the world until the write is decided.
 * The rules stand in one file a noun: rules_person, rules_matter, rules_content,
 * rules_plan, rules_handover, rules_aid, rules_consent, rules_session, rules_others, rules_text;
 * what steps need in rules_need.
 */
#ifndef JALKA_DOMAIN_RULES_H
#define JALKA_DOMAIN_RULES_H

#include "base/fault.h"
#include "base/id.h"
#include "base/wire.h"
#include "domain/handover.h"
#include "domain/lifecycle.h"
#include "domain/schema.h"

/* ---- what is known ---- */

struct rules_record {
	struct record_id id;
	struct case_id case_id;
	uint32_t type;
	struct span fields;      /* the message as shown; of a draft as far as typed */
	uint64_t event_at_ms;    /* 0: of a draft, not said */
	bool is_draft;
};

enum rules_scope {
	RULES_IN_CASE,           /* signed and written records of one case */
	RULES_OF_CLIENT,         /* of the case and all cases of the same client held here */
	RULES_EVERYWHERE,        /* of all cases held here */
	RULES_DRAFTS_IN_CASE,    /* unsigned drafts of one case on this device */
};

struct rules_world {
	void *ctx;
	uint64_t now_ms;
	int32_t today;               /* in Helsinki, days since 1970 */
	struct record_id staff;      /* who writes; none: the central node */
	uint32_t profession;         /* RECORDS_PROFESSION_*; 0: not known here */
	uint32_t roles;              /* bit 1 << RECORDS_ROLE_*, granted today; 0: none known here */
	bool is_central;
	/* NULL: not known here. A draft is not found. */
	const struct rules_record *(*find)(void *ctx, struct record_id id);
	/* Those of one type (0: all), newest event first. */
	size_t (*list)(void *ctx, enum rules_scope scope, struct case_id case_id, uint32_t type,
		       const struct rules_record **out);
	/* All values of one field written apart, the shown one first; a cleared one has
	 * an empty span. `whole`: tag and value. */
	size_t (*values)(void *ctx, struct record_id id, uint32_t field, struct span *out, size_t max);
};
static inline const struct rules_record *rules_find(const struct rules_world *world, struct record_id id)
{
	return world->find(world->ctx, id);
}
static inline size_t rules_list(const struct rules_world *world, enum rules_scope scope, struct case_id case_id,
				uint32_t type, const struct rules_record **out)
{
	return world->list(world->ctx, scope, case_id, type, out);
}

/* ---- what is to be written ---- */

struct rules_write {
	const struct schema_record *record;
	struct record_id record_id;    /* none: a new record whose id is drawn at the write */
	struct case_id case_id;        /* none: it opens its case */
	enum delta_case_kind kind;     /* of that case */
	struct case_id client_case;    /* of a case that is opened: whose it is */
	bool is_new;                   /* the first delta; of a signed type: it is being signed */
	bool opens;
	struct span given;             /* only what changes */
	const uint32_t *cleared;
	size_t cleared_count;
	struct span before;            /* as it stands; empty: new */
	struct span after;             /* with the change laid over it */
	uint64_t event_at_ms;          /* when it happened; never 0 */
};
/* Whether the write sets or clears this field. */
bool rules_touches(const struct rules_write *write, uint32_t field);

/* ---- what is answered ---- */

enum { RULES_HINTS_MAX = 8, RULES_ADVICE_BYTES = 256 };
struct rules_hint {
	const char *field;             /* "" : the record as a whole */
	const char *text;              /* literal */
};
struct rules_told {
	char field[96];                /* with a fault: the field it is about */
	char advice[RULES_ADVICE_BYTES]; /* with a fault: what to do, or which steps are possible; may be "" */
	struct rules_hint hints[RULES_HINTS_MAX]; /* what to mind; does not refuse */
	size_t hint_count;
};
/* The fault FAULT_CALLER with its field (dotted) and advice (may be ""). */
struct fault rules_refuse(struct rules_told *told, const char *field, const char *what, const char *advice);
/* More than RULES_HINTS_MAX are dropped. */
void rules_hint(struct rules_told *told, const char *field, const char *text);

/* ---- the calls ---- */

/* The values given in the form they are stored in (an identity code in capitals, without
 * spaces), copied to `out`; false: they are already, and nothing is written. */
bool rules_settle(uint32_t record_type, struct span given, struct wire_out *out);
/* Appends to `out` the values that follow from others and were not given
 * (customer_type, valid_until of a consent ...). Before schema_check. */
void rules_fill(const struct rules_world *world, const struct rules_write *write, struct wire_out *out);
/* Life cycle, then the rules of the type, in the order of the record's fields
 * where nothing speaks against it. The first breach is the answer. */
struct fault rules_check(const struct rules_world *world, const struct rules_write *write, struct rules_told *told);
/* Whether the need of a step is met by the write; no fault: it is. */
struct fault rules_need(const struct rules_world *world, const struct rules_write *write, enum lifecycle_need need,
			struct rules_told *told);

/* Of a draft that is saved: refused only where it would be lost with its case. */
struct fault rules_draft(const struct rules_world *world, const struct rules_write *write, struct rules_told *told);

/* What must be written together with it, in the same transaction: the state of a
 * record it corrects or replaces. At most RULES_ALSO_MAX; how many. */
enum { RULES_ALSO_MAX = 4, RULES_ALSO_BYTES = 64 };
struct rules_also {
	struct record_id id;
	struct case_id case_id;
	uint32_t type;
	uint8_t fields[RULES_ALSO_BYTES];
	size_t len;
};
size_t rules_also(const struct rules_world *world, const struct rules_write *write,
		  struct rules_also out[static RULES_ALSO_MAX]);

/* ---- for the rules themselves, and for modules that look up the same things ---- */

/* The value of an id field, found in the world; NULL: absent or not known here. */
const struct rules_record *rules_at(const struct rules_world *world, struct span fields, uint32_t field);
/* The client's record by the `client` field or, in a matter, its client_case. */
const struct rules_record *rules_client(const struct rules_world *world, const struct rules_write *write);
/* The state that holds of a record of a type with a table: over all siblings, and by
 * today's date (an action past its day is OVERDUE, a consent past its last EXPIRED).
 * State 0: the type has no table. */
struct lifecycle_held rules_held(const struct rules_world *world, const struct rules_record *record);
uint32_t rules_state(const struct rules_world *world, const struct rules_record *record);
/* Of a write: the state before it. */
uint32_t rules_state_before(const struct rules_world *world, const struct rules_write *write);

/* What may still be written about a closed matter: what sets the record right, what the
 * person asks about it, and what central writes. */
bool rules_outlives_closing(uint32_t record_type);

/* What keeps a handover that is not over from taking effect, as far as it is known here. */
enum handover_block rules_handover_blocked(const struct rules_world *world, struct span handover);

/* Of two plans of a case: both in force, and both replace the same one. */
bool rules_plans_are_rivals(struct span a, struct span b);

/* A rule of one record type. Each stands in the table of rules.c and in the file of
 * its noun (rules_parts.h). */
typedef struct fault rules_fn(const struct rules_world *world, const struct rules_write *write, struct rules_told *told);

#endif
