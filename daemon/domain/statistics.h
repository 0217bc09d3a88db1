/* statistics - a quarter of the work as counts: what structural social work reports.
 *
 * Records are handed in one by one, folded: first the municipalities, then what
 * belongs to nobody, then everything of one person (statistics_person begins and ends
 * it), then of the next. In which order a person's records come makes no difference.
 * Counts stand in the tables of one list; statistics_report says them as the lines
 * of an aggregate_report, small ones suppressed (domain/suppress.h): nothing else leaves.
 *
 * T1  No count stands in two tables: only totals are shared (S1 of suppress).
 * T2  A person in several client records, linked, is counted once.
 * T3  Voided entries count nowhere. No text of a record comes out.
 * T4  Memory does not grow with the number of records: of a person's contacts in and
 *     after the quarter the first STATISTICS_CONTACTS_MAX are looked at.
 *
 * A quarter lasts from `from` to `to`, both days in it. Pure; complete type, some 100 KiB.
 */
#ifndef JALKA_DOMAIN_STATISTICS_H
#define JALKA_DOMAIN_STATISTICS_H

#include "base/fault.h"
#include "base/span.h"
#include "base/wire.h"
#include "domain/schema.h"

/* "2026Q1", also "2026-Q1" and "1/2026". */
enum { STATISTICS_QUARTER_BYTES = 7 };
bool statistics_quarter(struct span text, int32_t *from, int32_t *to);
void statistics_quarter_name(int32_t from, char out[static STATISTICS_QUARTER_BYTES]);

enum statistics_table {
	STATISTICS_CLIENTS,           /* municipality type by customer type */
	STATISTICS_CLIENTS_NEW,
	STATISTICS_VISITS_TYPE,       /* municipality type */
	STATISTICS_VISITS_PHASE,
	STATISTICS_CONTACTS_TYPE,     /* anonymous ones */
	STATISTICS_CONTACTS_THEME,
	STATISTICS_CASES_OPENED,      /* pathway */
	STATISTICS_CASES_OPEN,        /* how long, at the end of the quarter */
	STATISTICS_CASES_CLOSED,      /* how long */
	STATISTICS_REFERRALS_PATHWAY,
	STATISTICS_REFERRALS_NEW,
	STATISTICS_REFERRALS_CONTACT, /* wait for the first contact */
	STATISTICS_REFERRALS_ASSESSMENT,
	STATISTICS_REFERRALS_OUTCOME,
	STATISTICS_CONCERNS_RESULT,
	STATISTICS_CONCERNS_NEW,
	STATISTICS_ASSESSMENTS,       /* outcome; unnecessary ones by ground */
	STATISTICS_PLAN_THEMES,
	STATISTICS_APPLICATIONS,      /* working days to Kela's decision */
	STATISTICS_URGENT,
	STATISTICS_FEEDBACK,          /* score */
	STATISTICS_FEEDBACK_TARGET,
	STATISTICS_CONCERN_TOOL,      /* of help or not, by the score */
	STATISTICS_TABLES,
};

enum {
	STATISTICS_LINE_MAX = 12,
	STATISTICS_CELLS_MAX = 36,
	STATISTICS_MUNICIPALITIES_MAX = 2048, /* dated rows */
	STATISTICS_CONTACTS_MAX = 1024,
	STATISTICS_REFERRALS_MAX = 64,
	STATISTICS_NAME_BYTES = 32,
};

struct statistics_municipality {
	uint64_t name, name_sv; /* what their small letters hash to; 0: none */
	int32_t valid_from;
	uint32_t env_type, kela_km;
};

struct statistics_referral { uint64_t received_ms; };

struct statistics_person {
	int32_t known_from;          /* the first day of any client record; INT32_MAX: none */
	bool is_active;              /* something was done in the quarter */
	uint64_t municipality;       /* as in statistics_municipality */
	int32_t assessed_on;
	uint32_t customer_type;
	uint32_t visits, travelled, concerns; /* travelled: visits where somebody would have gone to Kela */
	struct statistics_referral referrals[STATISTICS_REFERRALS_MAX];
	uint64_t contacts[STATISTICS_CONTACTS_MAX];
	int32_t assessments[STATISTICS_REFERRALS_MAX];
	size_t referral_count, contact_count, assessment_count;
};

struct statistics {
	int32_t from, to;
	uint64_t from_ms, to_ms;     /* half open */
	uint32_t cells[STATISTICS_TABLES][STATISTICS_CELLS_MAX];
	uint64_t kilometres[8];      /* by municipality type */
	size_t municipality_count;
	struct statistics_municipality municipalities[STATISTICS_MUNICIPALITIES_MAX];
	bool in_person;
	struct statistics_person person;
};

/* FAULT_CALLER: no such days. */
struct fault statistics_begin(struct statistics *s, int32_t from, int32_t to);
/* Whether records of this type are counted at all. */
bool statistics_counts(uint32_t record_type);

void statistics_person(struct statistics *s); /* ends the one before */
struct statistics_record {
	uint32_t type;
	struct span fields;      /* as shown */
	uint64_t event_at_ms;
};
void statistics_record(struct statistics *s, const struct statistics_record *record);
void statistics_end(struct statistics *s);

/* The counts as fields of an aggregate_report: from, to, lines. Each table has its
 * classes in order ("LIMITED", "LIMITED/EQ_SK" in a grid) and "TOTAL"; `kilometres` are
 * hundreds, and told where the visits are. */
void statistics_report(const struct statistics *s, struct wire_out *fields);

const char *statistics_table_name(enum statistics_table table);

#endif
