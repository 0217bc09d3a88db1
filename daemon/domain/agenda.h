/* agenda - what is due of one record: visits, statutory clocks, dates agreed upon.
 *
 * agenda_of reads a folded record with all its siblings and says what calls for an
 * act or comes about on a day. It knows neither today nor any other record: whether
 * a thing is late is agenda_class's question, asked when somebody looks; and where
 * it hangs on another record, the item names its condition and who reads the agenda
 * decides it with agenda_holds. So what is due is a function of the record alone.
 *
 * G1  Of a field in conflict the earliest deadline wins: a thing is due when any of
 *     the values asks for it, and no value or state says it is done.
 * G2  Clocks start from what the record says happened, never from when it was
 *     written or synchronised (deadline.h L1).
 * G3  Withdrawn, closed and done things are not due.
 *
 * Days are those of base/civil.h, in Helsinki. Pure.
 */
#ifndef JALKA_DOMAIN_AGENDA_H
#define JALKA_DOMAIN_AGENDA_H

#include "core/fold.h"
#include "domain/deadline.h"

/* In the order of the sections; a section's kinds stand together. */
enum agenda_kind {
	AGENDA_NOTHING = 0,
	/* VISITS */
	AGENDA_VISIT,            /* planned and not begun */
	AGENDA_SESSION,          /* joint session, the same */
	AGENDA_MEETING,          /* network meeting: comes about */
	/* CLOCKS */
	AGENDA_TRIAGE,           /* D1 */
	AGENDA_REFERRAL,         /* judged immediate and not yet taken up */
	AGENDA_CONCERN,          /* serious: the same day */
	AGENDA_CHILD,            /* concern for a child: a child_notice, by whoever heard it */
	AGENDA_ADDRESS,          /* protected, and on the card: to be moved */
	AGENDA_WITHDRAWAL,       /* what a lost consent calls for and nobody has seen to (domain/disclosure.h) */
	AGENDA_ASSESSMENT_START, /* D2 D3 */
	AGENDA_ASSESSMENT,       /* D3 D4 */
	AGENDA_HOME_VISIT,       /* after a reception centre: the first one (d) */
	AGENDA_DELIVER,          /* an urgent application that has not arrived at Kela */
	AGENDA_DECISION,         /* D5 D6 D8 D9 */
	AGENDA_TALK,             /* D10 */
	AGENDA_OWN_WORKER,       /* D11 */
	AGENDA_NOTICE,           /* D12: comes about */
	AGENDA_OBJECTION,        /* D13: the client's time ends */
	AGENDA_REQUEST,          /* D15 */
	AGENDA_CARRY_OUT,        /* D16 */
	AGENDA_URGING,           /* D17: comes about */
	/* ACTIONS */
	AGENDA_ACTION,           /* agreed action */
	AGENDA_SUPPLY,           /* what the client was asked for */
	AGENDA_PICKUP,           /* payment commitment */
	AGENDA_MOVE,             /* from a reception centre: comes about */
	AGENDA_HANDOVER,         /* waits for the receiver, or for the client to be told */
	/* DRAFTS */
	AGENDA_DRAFT,            /* D18: unsigned */
	AGENDA_UNSYNCED,         /* D18: written long ago and not receipted */
	/* CONSENTS */
	AGENDA_CONSENT,          /* D18: ends */
	/* CHECKS */
	AGENDA_MAPPING,          /* D18 */
	AGENDA_REVIEW,           /* D18: plan */
	AGENDA_CAPABILITY,       /* next_check */
	/* CONFLICTS */
	AGENDA_CONFLICT,         /* values to choose from */
	AGENDA_RIVAL,            /* two revisions of a plan to choose from */
	AGENDA_KINDS,
};
const char *agenda_kind_name(enum agenda_kind kind);  /* "decision"; "" for no kind */

/* What must hold besides, of other records. */
enum agenda_condition {
	AGENDA_ALWAYS = 0,
	AGENDA_IF_SEVEN_DAYS,    /* the client had turned 75 when it began (d: "over 75"), or has the highest
	                          * care allowance */
	AGENDA_IF_CHILD,         /* the client was under 18 */
	AGENDA_UNLESS_CHILD,
	AGENDA_UNLESS_NEWER,     /* the case holds no newer record of this type */
	AGENDA_UNLESS_OWN_WORKER,/* the case has no own worker, nor a reason for none */
	AGENDA_IF_RIVAL,         /* another plan in force replaces the same one */
	AGENDA_UNLESS_NOTICE,    /* no child_notice of this client was made since that day */
	AGENDA_UNLESS_VISIT,     /* no visit to this client is planned or made since that day */
};
struct agenda_about {
	bool has_birth_date;
	int32_t birth_date;
	bool has_care_allowance, has_newer, has_own_worker, has_rival, has_notice, has_visit;
};

struct agenda_item {
	enum agenda_kind kind;
	enum deadline_rule rule;  /* DEADLINE_NONE: agreed, not statutory */
	enum agenda_condition condition;
	bool urgent;              /* on top whatever its day */
	int32_t counted, actable; /* both days; the same where nothing moves it */
	int32_t last;             /* the last day it is shown; AGENDA_FOR_EVER: until done */
	uint64_t start_ms;        /* what the clock counts from */
	uint64_t at_ms;           /* of things with a time of day, else 0 */
};
#define AGENDA_FOR_EVER INT32_MAX

struct agenda_record {
	uint32_t type;
	const struct fold_record *fold; /* all values of each field, the shown one first */
	uint64_t event_at_ms, changed_ms;
};

enum { AGENDA_ITEMS_MAX = 8 };
/* Writes at most AGENDA_ITEMS_MAX items; how many. What lies outside the calendar's
 * years is not due. */
size_t agenda_of(const struct agenda_record *record, struct agenda_item out[static AGENDA_ITEMS_MAX]);

/* An unsigned draft begun at that moment, as it stands today: D18's warning after a
 * day, the older one's after three working days. False: outside the calendar. */
bool agenda_of_draft(uint64_t begun_ms, int32_t today, struct agenda_item *out);
/* What rested on a consent that was lost at that moment: by the next working day.
 * False: outside the calendar. */
bool agenda_of_withdrawal(uint64_t lost_ms, struct agenda_item *out);
/* What was written at that moment and has no receipt. False: not yet worth telling. */
bool agenda_of_unsynced(uint64_t oldest_ms, int32_t today, struct agenda_item *out);

bool agenda_holds(const struct agenda_item *item, const struct agenda_about *about);

/* What people look for together, in the order in which they want to see it: what is
 * urgent of any kind first. */
enum agenda_section {
	AGENDA_URGENTLY,
	AGENDA_VISITS,
	AGENDA_CLOCKS,
	AGENDA_ACTIONS,
	AGENDA_DRAFTS,
	AGENDA_CONSENTS,
	AGENDA_CHECKS,
	AGENDA_CONFLICTS,
	AGENDA_SECTIONS,
};
enum agenda_section agenda_section(const struct agenda_item *item);
/* The first kind of a section after the visits. */
enum agenda_kind agenda_section_first(enum agenda_section section);
const char *agenda_section_name(enum agenda_section section); /* "VISITS" */

/* How a thing stands on a day, and within a section the order. */
enum agenda_class {
	AGENDA_URGENT,           /* urgent and not past */
	AGENDA_OVERDUE,          /* the actable day is over */
	AGENDA_TODAY,            /* the counted day has come; may still be done lawfully */
	AGENDA_COMING,           /* within AGENDA_COMING_DAYS */
	AGENDA_LATER,
	AGENDA_PAST,             /* came about, and no act is owed */
};
enum { AGENDA_COMING_DAYS = 7 };
enum agenda_class agenda_class(const struct agenda_item *item, int32_t today);
const char *agenda_class_name(enum agenda_class class);

#endif
