/* lifecycle - the states of a record and the steps between them, as tables.
 *
 * One table for each state field: a row a step (from, to) with what it needs. A
 * state that is absent is the first: RECEIVED, OPEN, PLANNED ...; of a signed
 * record what signing made of it (SIGNED, ACTIVE, PREPARED; a plan AGREED or
 * DECLINED_BY_CLIENT by its client_agreement). DRAFT and SIGNED are never
 * written. Tables are drawn in docs/internals/rules.md.
 *
 * lifecycle decides whether a step is one of the table; whether its need is met
 * is decided by rules_* (domain/rules.h), since that takes other records.
 *
 * C1  A step that is no row is refused; staying where one is is no step.
 * C2  A state without a row leading on is final: nothing leads out of it.
 * C3  Of values written apart by several (siblings) the one that holds depends on
 *     the set alone, not on who synchronised first, unless none of them leads to
 *     the other: then the fold's choice stands and a person decides.
 *
 * Pure; owns nothing.
 */
#ifndef JALKA_DOMAIN_LIFECYCLE_H
#define JALKA_DOMAIN_LIFECYCLE_H

#include "base/fault.h"
#include "base/span.h"
#include "core/fold.h"
#include "domain/schema.h"

/* What a step needs besides being possible. */
enum lifecycle_need {
	LIFECYCLE_NOTHING,
	LIFECYCLE_SIGNING,           /* made by signing alone, never written */
	LIFECYCLE_BY_TIME,           /* comes when a date is past, never written */
	LIFECYCLE_BY_RIVAL,          /* comes when another record stands against it, never written */
	LIFECYCLE_TRIAGE,            /* referral: urgent_triage */
	LIFECYCLE_OUTCOME_CASE,      /* referral: outcome_case */
	LIFECYCLE_OUTCOME,           /* referral: outcome, in words */
	LIFECYCLE_NO_NEED,           /* case: close_reason, or a signed assessment that found no need */
	LIFECYCLE_CLOSE,             /* case: closed_on and close_reason */
	LIFECYCLE_STARTED,           /* visit, session: started_at */
	LIFECYCLE_RECORDED,          /* visit: ended_at, and a signed note or nothing_to_record_reason */
	LIFECYCLE_CANCEL_REASON,     /* visit: cancel_reason */
	LIFECYCLE_SUCCESSOR,         /* content: a later record that replaces it */
	LIFECYCLE_CORRECTION,        /* content: a correction that says so */
	LIFECYCLE_DELIVERED,         /* application: delivered_at */
	LIFECYCLE_ARRIVED,           /* application: arrived_at_kela */
	LIFECYCLE_URGENT,            /* application: urgency URGENT, grounds, reason */
	LIFECYCLE_MOVED,             /* application: callback, urgent_outcome MOVED_TO_NORMAL */
	LIFECYCLE_RESOLVED,          /* application: callback, urgent_outcome RESOLVED_URGENT, decision */
	LIFECYCLE_ASKED,             /* application: an info_request not yet answered */
	LIFECYCLE_ANSWERED,          /* application: every info_request supplied, or its time gone */
	LIFECYCLE_ANSWERED_URGENT,   /* application: the same, and it is urgent still */
	LIFECYCLE_DECISION,          /* application: decision */
	LIFECYCLE_COLLECTED,         /* application: payment_commitment.collected_at */
	LIFECYCLE_LOCAL_DECISION,    /* local: a signed local_decision of it */
	LIFECYCLE_NOTICE,            /* local: a service_notice of the decision */
	LIFECYCLE_NARROWED,          /* consent: narrowed_by, a newer consent */
	LIFECYCLE_WITHDRAWN,         /* consent: withdrawn_at */
	LIFECYCLE_RUN_OUT,           /* consent: valid_until is past */
	LIFECYCLE_BASIS,             /* disclosure: its consent or statute holds now */
	LIFECYCLE_SENT,              /* disclosure: the same, and sent_at */
	LIFECYCLE_RECEIPT,           /* disclosure: receipt_at */
	LIFECYCLE_BASIS_GONE,        /* disclosure: its consent does not hold any more */
	LIFECYCLE_IDENTITIES,        /* session: each participant's identity_checked_how, consent of scope SESSION */
	LIFECYCLE_BY_PHONE,          /* session: the same, channel PHONE */
	LIFECYCLE_ENDED,             /* session: ended_at */
	LIFECYCLE_CONFIRMED,         /* session: client_confirmed, actions with one owner and a date each */
	LIFECYCLE_TROUBLE,           /* session: connection_trouble */
	LIFECYCLE_ACTION_NOTE,       /* action: done_note says why */
	LIFECYCLE_ACCEPTED,          /* handover: accepted_at, by who receives it */
	LIFECYCLE_EFFECTIVE,         /* handover: effective_at and client_told_at, by the central node */
	LIFECYCLE_LOST,              /* device: lost_at */
	LIFECYCLE_NEEDS,             /* how many there are */
};

struct lifecycle_step {
	uint8_t from, to;
	enum lifecycle_need need;
};

enum lifecycle_first { LIFECYCLE_OF_TABLE, LIFECYCLE_OF_PLAN };

struct lifecycle_table {
	uint32_t record_type;
	uint32_t field;              /* the state field */
	uint8_t first;               /* an absent state of a record that is there */
	enum lifecycle_first how_first;
	const struct lifecycle_step *steps;
	size_t step_count;
	const uint8_t *winners;      /* these win among siblings, the strongest first */
	size_t winner_count;
	const char *why;             /* why those win, in a sentence */
};

/* All tables; a device has two (state, wipe_state). */
const struct lifecycle_table *lifecycle_all(size_t *count);
/* The table of a type's state; NULL: records of this type have none. */
const struct lifecycle_table *lifecycle_of(uint32_t record_type);
const struct lifecycle_table *lifecycle_of_field(uint32_t record_type, uint32_t field);

/* The state a record is in, by its message as shown. */
uint32_t lifecycle_state(const struct lifecycle_table *table, struct span fields);
/* The row of a step; NULL: not possible, or no step at all. */
const struct lifecycle_step *lifecycle_find(const struct lifecycle_table *table, uint32_t from, uint32_t to);
bool lifecycle_is_final(const struct lifecycle_table *table, uint32_t state);

/* Whether a record in `from` may step to `to`; staying may always be said again.
 * FAULT_CALLER otherwise; `steps` then names those possible ("from RECEIVED it can
 * step to: TRIAGED"), as much as fits. */
enum { LIFECYCLE_STEPS_BYTES = 256 };
struct fault lifecycle_check_in(const struct lifecycle_table *table, uint32_t from, uint32_t to,
				char steps[static LIFECYCLE_STEPS_BYTES]);
/* The same by the table of the type's state; a type without one has no steps to refuse. */
struct fault lifecycle_check(uint32_t record_type, uint32_t from, uint32_t to, char steps[static LIFECYCLE_STEPS_BYTES]);
/* The steps possible from a state, in the order of the table; how many. */
size_t lifecycle_next(const struct lifecycle_table *table, uint32_t from, const struct lifecycle_step **out, size_t max);

/* A state's name, "" for one this version does not know. */
const char *lifecycle_name(const struct lifecycle_table *table, uint32_t state);
/* What a step needs, in words; "" for LIFECYCLE_NOTHING. */
const char *lifecycle_need_text(enum lifecycle_need need);
/* The field that is missing when the need is not met: "urgent_triage". "" : none. */
const char *lifecycle_need_field(enum lifecycle_need need);

/* What holds of all values of a state field, the fold's choice first (0: cleared,
 * which is the first state). */
struct lifecycle_held {
	uint32_t state;
	bool decided;        /* false: none leads to the other; a person must choose */
	const char *why;     /* a sentence; "" for a single value */
};
struct lifecycle_held lifecycle_derive(const struct lifecycle_table *table, const uint32_t *states, size_t count);
/* Whether of the values of a field, written apart, a person has to choose one: not of
 * states of which the table says what holds. */
bool lifecycle_asks(uint32_t record_type, const struct fold_field *field);

#endif
