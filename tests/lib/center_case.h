/* center_case - one case of a foreign author, as a test's central node feeds it.
 *
 * The case, its one record and its author have fixed names. Shared by the tests of
 * the replica; a failed expectation fails the test.
 */
#ifndef JALKA_TESTS_CENTER_CASE_H
#define JALKA_TESTS_CENTER_CASE_H

#include "lib/center.h"

extern const struct author center_case_author;
extern const struct case_id center_case_id;
extern const struct record_id center_case_record;

struct replica_status center_case_status(struct center *c);

/* Names the author as the message's first. */
void center_case_name_author(jalka_Author *authors, pb_size_t *count);
/* A row by it; `opens`: the case's opening. */
void center_case_row(struct center *c, uint64_t seq, uint64_t order, const char *text, bool opens);
void center_case_begun(jalka_Pull *pull, uint64_t g);
void center_case_ended(jalka_Pull *pull, uint64_t g, uint64_t at);
/* Sends what was put into c->out.pull. */
void center_case_pull(struct center *c, uint64_t to);
/* Deltas seq first..to at orders of the same number; `last` says it is the end. */
void center_case_backlog(struct center *c, uint64_t g, uint64_t first, uint64_t to, bool last);
/* A session in which the case was granted at g = 5 and its backlog is whole. */
void center_case_hold(struct center *c);
/* The base of the device's newest delta. */
struct order_bases center_case_base(struct center *c);

#endif
