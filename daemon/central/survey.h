/* survey - all records of all cases at the central node, counted, and read by nobody.
 *
 * Walks the cases person by person, those of linked client records together, folds
 * each record once and hands it to domain/statistics. A part at each turn of the
 * loop (survey_step), so that links are answered meanwhile. What comes in while it
 * walks is counted or not, as the walk meets it; a report is frozen all the same,
 * since what is kept are the counts.
 *
 * Memory: 40 bytes for each case, 16 for each record of the case being read, and the
 * counts; nothing of a record is kept.
 */
#ifndef JALKA_CENTRAL_SURVEY_H
#define JALKA_CENTRAL_SURVEY_H

#include "central/match.h"
#include "domain/statistics.h"

struct survey;

/* Borrows all three, longer than it lasts. */
struct fault survey_open(struct log *log, struct casebook *book, struct match *match, struct survey **out);
/* One under way is told FAULT_LATER. NULL is allowed. */
void survey_close(struct survey *survey);

/* With a fault, or with the counts, lent while it runs. */
typedef void survey_done_fn(void *ctx, struct fault fault, const struct statistics *counts);
/* FAULT_LATER: another is under way. Outside a transaction. */
struct fault survey_begin(struct survey *survey, int32_t from, int32_t to, survey_done_fn *done, void *ctx);
bool survey_waits(const struct survey *survey);
/* The next part; nothing under way costs nothing. Outside a transaction. */
void survey_step(struct survey *survey);

#endif
