/* sample_set - the fictional set as it is dealt, before it is written as lines.
 *
 * Everything is decided first (sample_deal): who the clients are, which matters
 * they have, what each matter has in it. Then the writers put it into lines, each
 * marked with who writes it and in which round:
 *
 *   round 1  central: staff, roles                     workers: their own clients
 *   round 2  central: who works together               workers, offline: what two do apart
 *   round 3                                            workers: what follows once they have heard
 *   round 4  central: links between clients
 *
 * Numbers are those of the set; a bigger set is several of them, `part` 0, 1, 2 ...
 */
#ifndef JALKA_CLI_SAMPLE_SET_H
#define JALKA_CLI_SAMPLE_SET_H

#include "chance.h"
#include "row.h"

enum {
	SAMPLE_CLIENTS = 120, SAMPLE_CASES = 150, SAMPLE_WORKERS = 5, SAMPLE_PLACES = 6,
	SAMPLE_CONSENTS = 45, SAMPLE_SESSIONS = 18, SAMPLE_APPLICATIONS = 160, SAMPLE_URGENT = 14, SAMPLE_RESOLVED = 9,
	SAMPLE_ASKED = 35, SAMPLE_HANDOVERS = 5, SAMPLE_ANONYMOUS = 90, SAMPLE_FEEDBACK = 40, SAMPLE_CARDS = 12,
	SAMPLE_ITEMS = 8, SAMPLE_NUMBERS = 1000, /* of one part: names of records are part * 1000 + number */
	SAMPLE_CENTRAL = 0,                      /* who: the central node; 1 .. SAMPLE_WORKERS: a worker */
	SAMPLE_BY_STATUTE = 5,                   /* disclosures without a consent */
	SAMPLE_REVISED = 3,                      /* plans; the first by two workers apart */
	SAMPLE_PARTS_MAX = 100,
};

enum sample_pathway {
	SAMPLE_ETOTU, SAMPLE_REDUCTION, SAMPLE_REHAB, SAMPLE_NEED, SAMPLE_OBVIOUS, SAMPLE_TALK, SAMPLE_SELF,
	SAMPLE_FOUND, SAMPLE_RECEPTION, SAMPLE_PATHWAYS,
};
enum sample_language { SAMPLE_FI, SAMPLE_SV, SAMPLE_OTHER, SAMPLE_SE };
enum sample_assessed { SAMPLE_NOT_ASSESSED, SAMPLE_SERVICES, SAMPLE_GUIDANCE, SAMPLE_NO_NEED, SAMPLE_UNNECESSARY };
enum sample_plan { SAMPLE_NO_PLAN, SAMPLE_COPING, SAMPLE_ACTIVATION, SAMPLE_CLIENT_PLAN };

struct sample_client {
	unsigned worker;
	size_t place;
	unsigned type, type_before;        /* customer type; the same when it never changed */
	unsigned age_band;
	enum sample_language language;
	bool is_woman, is_protected, has_code, has_temporary, has_guardian, is_dead, has_child;
	int32_t born;
	const char *family, *given;
	char code[12];                     /* identity code */
	size_t matter;                     /* the newest of the client's matters */
};

struct sample_case {
	size_t client;
	enum sample_pathway pathway;
	enum sample_assessed assessed;
	enum sample_plan plan;
	bool is_closed, is_second, is_special, is_from_kela, is_new_client;
	size_t follows;                    /* of a second one */
	int32_t opened, closed;
	size_t visits, first_visit;
};

struct sample {
	struct row row;
	struct chance chance;
	unsigned part;
	unsigned who;                      /* whose lines are wanted; SAMPLE_WORKERS + 1: every worker's */
	unsigned round;
	bool is_outreach;                  /* the second profile of customer types */
	int32_t today;
	struct sample_client clients[SAMPLE_CLIENTS];
	struct sample_case cases[SAMPLE_CASES];
	size_t planned[SAMPLE_CASES], planned_count;       /* cases with a plan, clients all different */
	size_t handed[SAMPLE_HANDOVERS];                   /* cases that change hands */
	size_t revised[SAMPLE_REVISED];
	int64_t *codes;                                    /* identity codes given, of all parts */
	size_t code_count;
	size_t child, long_note, wrong, right;/* cases and a client of the deliberate cases */
	size_t twin_code, twin_name;                       /* clients that somebody else writes anew */
};

/* Draws one part of the set. */
void sample_deal(struct sample *s);

/* ---- lines (sample.c) ---- */

/* A line that somebody writes in a round; `kind` and `number` name it for later lines. */
void sample_line(struct sample *s, unsigned who, unsigned round, const char *kind, size_t number, const char *type);
/* Of this line: the case it stands in, by what opened it; when it happened. */
void sample_in(struct sample *s, const char *kind, size_t number);
void sample_opens(struct sample *s, const char *kind, size_t number); /* kind NULL: a CLIENT case; else whose */
void sample_at(struct sample *s, int32_t day, unsigned minute);
void sample_signed(struct sample *s);
void sample_fields(struct sample *s);  /* what follows is the record's */
void sample_done(struct sample *s);
void sample_ref(struct sample *s, const char *name, const char *kind, size_t number);      /* a record's id */
void sample_case_ref(struct sample *s, const char *name, const char *kind, size_t number); /* its case's */
/* A later step of a record; fields may follow, then sample_done. */
void sample_step(struct sample *s, unsigned who, unsigned round, const char *kind, size_t number, const char *type,
		 const char *state, int32_t day, unsigned minute);

/* ---- the writers ---- */

void sample_staff(struct sample *s);                  /* sample_office.c */
void sample_people(struct sample *s);                 /* sample_people.c */
void sample_matters(struct sample *s);                /* sample_matter.c */
void sample_close(struct sample *s);                  /* the same: what ends comes last */
void sample_aid(struct sample *s);                    /* sample_aid.c */
void sample_consents(struct sample *s);               /* sample_consent.c */
void sample_sessions(struct sample *s);               /* sample_session.c */
void sample_encounters(struct sample *s);             /* the same: without a person */
void sample_edges(struct sample *s);                  /* sample_edge.c */

const char *sample_worker_name(unsigned worker);

/* The last Easter Saturday that is some weeks past. */
int32_t sample_easter_saturday(int32_t today);
/* The last Monday of the week of Midsummer Eve (the Friday from 19 to 25 June) that is
 * some weeks past: the seventh working day from it lies beyond the eve. */
int32_t sample_before_midsummer(int32_t today);

#endif
