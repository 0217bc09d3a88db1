/* rules - what the tests of the exact rules share: an ear at pair's wire, and
 * short ways to say what they say often. A failed expectation fails the test.
 */
#ifndef JALKA_TESTS_RULES_H
#define JALKA_TESTS_RULES_H

#include "lib/pair.h"

enum { RULES_MESSAGE1_MAX = 20000, RULES_PIECES_MAX = 60 };

/* Hears every piece since rules_listen; keeps the device's first one; breaks the
 * link at piece `break_at` (counted from 1; 0: never). */
struct rules_wire {
	size_t pieces, break_at;
	uint8_t message1[RULES_MESSAGE1_MAX];
	size_t message1_len;
	size_t plains;  /* answers of length 0: PLAIN */
	size_t largest; /* bytes of the largest piece */
	uint64_t bytes;
};
void rules_listen(struct pair *pair, struct rules_wire *wire, size_t break_at);
bool rules_was_cut(const struct rules_wire *wire);

/* A sync on a fresh connection, closed afterwards. */
void rules_sync(struct pair *pair, size_t device);

/* A MATTER of a new client, held by the first `holders` devices, who have synced. */
struct case_id rules_shared_case(struct pair *pair, size_t holders);
/* A device opens a client and a matter of it; the matter. */
struct replica_written rules_open_matter(struct pair *pair, size_t device);
/* The record that opened a case; its title is what these tests edit. */
struct record_id rules_opening_record(struct log *log, struct case_id case_id);
struct fault rules_title(struct pair *pair, size_t device, struct case_id case_id, const char *title);
struct fault rules_try_note(struct pair *pair, size_t device, struct case_id case_id, const char *text);

uint64_t rules_last_order(struct pair *pair);
uint64_t rules_last_local(struct log *log);
struct replica_status rules_status(struct pair *pair, size_t device);
enum log_verdict rules_verdict(struct pair *pair, size_t device, uint64_t seq);
bool rules_same_fold(struct pair *pair, size_t device, struct record_id record);

struct rules_quarantine {
	struct hub_quarantined item; /* the first */
	size_t count;
};
struct rules_quarantine rules_quarantine(struct pair *pair);
void rules_decide_first(struct pair *pair, bool accept);

#endif
