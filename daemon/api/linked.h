/* linked - the client records of one person that stand on this device.
 *
 * A person met by two workers has two records, linked at the central node
 * (central/match.h), each with a case of its own. What is asked of the person (who has
 * seen their data, what is recorded of them) is asked of all that are held here.
 */
#ifndef JALKA_API_LINKED_H
#define JALKA_API_LINKED_H

#include "base/fault.h"
#include "store/casebook.h"

enum { LINKED_MAX = 16 };

struct linked {
	struct case_id cases[LINKED_MAX];     /* CLIENT cases, the one asked about first */
	struct record_id records[LINKED_MAX]; /* the client record of each; none: not here */
	size_t count;
};

/* FAULT_LIMIT: more than LINKED_MAX. */
struct fault linked_find(struct casebook *book, struct case_id client_case, struct linked *out);
bool linked_has(const struct linked *linked, struct case_id client_case);

#endif
