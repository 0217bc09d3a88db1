/* standing - how a record stands now: the state that holds of it, and how it reads
 * after its corrections.
 *
 * What JSON says: "state":{"holds","decided","why"} of types with a life cycle;
 * "mark" and "corrections" of a record that was corrected; "after_closing" of one
 * that was written when its matter was closed already, by somebody who had not heard.
 */
#ifndef JALKA_API_STANDING_H
#define JALKA_API_STANDING_H

#include "api/world.h"
#include "api/writer.h"
#include "store/casebook.h"

/* Of a type without a table nothing is written. */
void standing_state(struct world *world, struct writer *out, const struct casebook_record *record);

/* Of records of an open matter, and of what a closing does not stop, nothing is written. */
void standing_closing(struct world *world, struct writer *out, const struct casebook_record *record);

/* Of all corrections of a case (newest first, as the world lists them) those of one
 * record, in the order they were made; lent by the world. */
size_t standing_corrections(struct world *world, const struct rules_record *all, size_t in_case,
			    struct record_id record, const struct rules_record **out);
/* Its message as it reads now; lent by the world. Without corrections what is shown. */
struct span standing_fields(struct world *world, const struct casebook_record *record,
			    const struct rules_record *corrections, size_t count);
void standing_marks(struct writer *out, const struct rules_record *corrections, size_t count);

#endif
