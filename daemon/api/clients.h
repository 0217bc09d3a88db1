/* clients - what clients are called at the central node, for those whose role may see that
 * they are there: names and municipality by the client's case (access.md, metadata).
 *
 * Gathered once for an answer, for the rows of a list name thousands of cases.
 *
 * Owns  its blocks; clients_free wipes and frees them. A struct of zeros is empty.
 */
#ifndef JALKA_API_CLIENTS_H
#define JALKA_API_CLIENTS_H

#include "api/request.h"
#include "api/writer.h"
#include "base/id.h"

struct clients_one {
	struct case_id case_id;
	size_t rank;                           /* by family name, from 0 */
	size_t family, given, municipality;    /* where each text begins in the block, */
	size_t end;                            /* and where the last one ends */
};
struct clients {
	bool may_see;
	struct clients_one *all;               /* by case id */
	size_t count, room;
	char *text;
	size_t used, text_room;
	bool full;
};

/* Empty, with may_see false, where the caller's role sees no names; else a look at them is in
 * the access log before anything is gathered. */
struct fault clients_gather(struct request *request, struct clients *out);
void clients_free(struct clients *clients);

/* NULL: not known: erased, not arrived, or not to be seen. */
const struct clients_one *clients_get(const struct clients *clients, const struct case_id *client_case);
/* "family_name", "given_names" and "municipality"; nothing when not known. */
void clients_write(const struct clients *clients, const struct case_id *client_case, struct writer *out);

/* Whether each word of the text begins a word of the name or the municipality; capitals, and
 * marks that a keyboard lacks, do not count. `one` NULL: no. */
bool clients_match(const struct clients *clients, const struct clients_one *one, const char *text);

#endif
