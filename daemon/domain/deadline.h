/* deadline - the statutory clocks D1 to D18 as one table, and how each is counted.
 *
 * A rule says what starts its clock, how long it runs and by which statute. It is
 * counted by domain/calendar.h and gives two days: the counted one, on which the
 * period ends, and the actable one, until which the act may lawfully be done (the
 * same, or the next working day: 150/1930 5 §). Warnings go by the earlier (d).
 * (d) marks a choice of this system, where no statute gives a number.
 *
 * L1  Clocks start from the event (event_at, or the field that records the day),
 *     never from the time of a sync. D5 to D9 of an application to Kela start from
 *     its arrival at Kela: what is handed to a worker has not arrived there yet.
 * L2  A period of hours is a moment and is not moved by feasts; nor is the day on
 *     which a notice is deemed received, which is no period for an act.
 */
#ifndef JALKA_DOMAIN_DEADLINE_H
#define JALKA_DOMAIN_DEADLINE_H

#include "base/fault.h"
#include "base/span.h"

enum deadline_rule {
	DEADLINE_NONE = 0,
	DEADLINE_D1,             /* urgency judged */
	DEADLINE_D2,             /* assessment started: over 75, highest care allowance */
	DEADLINE_D3_START,       /* assessment started: child needing special support */
	DEADLINE_D3_FINISH,
	DEADLINE_D4,             /* assessment finished: other adults */
	DEADLINE_D5,             /* decision on social assistance */
	DEADLINE_D6,             /* the same, urgent */
	DEADLINE_D7,             /* what is missing is asked for */
	DEADLINE_D8,             /* decision, once completed */
	DEADLINE_D9,             /* decision, once the time to complete has run out */
	DEADLINE_D10,            /* talk in person */
	DEADLINE_D11,            /* own worker named */
	DEADLINE_D12_LETTER,     /* notice deemed received */
	DEADLINE_D12_ELECTRONIC,
	DEADLINE_D12_HANDED,
	DEADLINE_D13,            /* objection */
	DEADLINE_D14,            /* breach reported */
	DEADLINE_D15,            /* data-subject request answered */
	DEADLINE_D15_EXTENDED,
	DEADLINE_D16,            /* decision carried out */
	DEADLINE_D16_URGENT,
	DEADLINE_D17,            /* Kela's urging */
	DEADLINE_D18_REVIEW,     /* plan */
	DEADLINE_D18_MAPPING,
	DEADLINE_D18_CONSENT,
	DEADLINE_D18_DRAFT,
	DEADLINE_D18_DRAFT_OLD,
	DEADLINE_D18_UNSYNCED,
	DEADLINE_RULES,
};

enum deadline_unit { DEADLINE_AT_ONCE, DEADLINE_HOURS, DEADLINE_DAYS, DEADLINE_WORKING_DAYS, DEADLINE_MONTHS };

struct deadline_row {
	const char *code;          /* "D3": one rule of the law may have several clocks */
	const char *what;          /* what must be done, or has happened, by then */
	const char *starts;        /* what starts the clock */
	enum deadline_unit unit;
	uint16_t amount;           /* 0 of DAYS: the day that starts it is the day itself */
	bool by_appeal_text;       /* the amount comes from the appeal text: deadline_appeal_days */
	bool is_moved;             /* an act: 5 § moves its last day (L2) */
	const char *basis;
};

/* NULL for DEADLINE_NONE and numbers that are no rule. */
const struct deadline_row *deadline_row(enum deadline_rule rule);
/* The first clock from `from` on whose code is this, capitals or not ("d5");
 * DEADLINE_NONE when there is none. The clocks of one code stand together. */
enum deadline_rule deadline_find(struct span code, enum deadline_rule from);

enum { DEADLINE_APPEAL_DAYS = 30 }; /* where no appeal text says another number */

struct deadline_params {
	uint16_t appeal_days;      /* of D13; 0: DEADLINE_APPEAL_DAYS */
};

struct deadline {
	int32_t start;             /* the day it counts from: of working days, 150/1930 and K2 applied */
	int32_t counted, actable;  /* days; alert on the earlier, `counted` */
	uint64_t at_ms;            /* of HOURS: the moment; else 0 */
};

/* From a day. Of HOURS: from its midnight in Helsinki.
 * FAULT_CALLER: no such rule, or a day outside the calendar. `params` may be NULL. */
struct fault deadline_count(enum deadline_rule rule, int32_t start, const struct deadline_params *params,
			    struct deadline *out);
/* From a moment: its day in Helsinki; of HOURS the moment itself. */
struct fault deadline_count_ms(enum deadline_rule rule, uint64_t start_ms, const struct deadline_params *params,
			       struct deadline *out);

/* D12's clock of a way of giving notice, RECORDS_NOTICE_METHOD_*. */
enum deadline_rule deadline_of_notice(uint64_t method);

/* The days to object that an appeal text gives: its version ends with them, after a
 * slash ("2026-1/30", "2010/14"), 1 to 365. False: the version names none. */
bool deadline_appeal_days(struct span version, uint16_t *out);

#endif
