/* log_world - a small world for logs: entries, random changes, and all a log says as one hash.
 *
 * Four authors of two nodes, four cases, twelve records. The same draws on logs
 * that hold the same make the same changes, so that two drivers, or one before
 * and after, can be compared by log_world_dump.
 */
#ifndef JALKA_TESTS_LOG_WORLD_H
#define JALKA_TESTS_LOG_WORLD_H

#include "lib/prng.h"
#include "store/log.h"

enum { LOG_WORLD_AUTHORS = 4, LOG_WORLD_CASES = 4, LOG_WORLD_RECORDS = 12 };

/* Authors 0 and 1 are epochs of one node, 2 and 3 of another. */
struct author log_world_author(unsigned i);
struct case_id log_world_case(unsigned i);
struct record_id log_world_record(unsigned i);

/* A local entry without order; text is borrowed. */
struct log_entry log_world_entry(unsigned author, uint64_t seq, unsigned owner, unsigned record, const char *text);
/* The same, accepted with that order. */
struct log_entry log_world_ordered(struct log_entry entry, uint32_t generation, uint64_t n);

/* Everything the log says, by all its reading verbs. Ends the test on a fault. */
void log_world_dump(struct log *log, struct delta_hash *out);

/* One random change; inside a transaction. */
struct fault log_world_change(struct log *log, struct prng *prng);
/* Puts an author, a head, a case and a named value. */
struct fault log_world_name(struct log *log, struct prng *prng);

#endif
