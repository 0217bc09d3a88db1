/* protect - a client's address, once anybody has said that it is protected (turvakielto).
 *
 * Two workers write apart: one says that the address is protected, the other adds an
 * address to the card. Wherever both have arrived the first wins at once:
 *
 * R1  One value `true` among those of address_protected that stand is enough; it reads
 *     true until all of them say false again.
 * R2  Meanwhile no address of the card is shown, listed, printed, searched for or told
 *     as a conflict. Moving it to protected_details is on the agenda.
 *
 * Pure.
 */
#ifndef JALKA_DOMAIN_PROTECT_H
#define JALKA_DOMAIN_PROTECT_H

#include "base/wire.h"
#include "core/fold.h"

/* Of a client's record. */
bool protect_is_on(uint32_t record_type, const struct fold_record *fold);
bool protect_hides(uint32_t record_type, uint32_t field);
/* Whether an address stands there that ought to be moved. */
bool protect_has_address(const struct fold_record *fold);
/* The shown message of such a record as R1 and R2 have it; `out` takes two bytes more. */
enum { PROTECT_MORE_BYTES = 2 };
void protect_shown(struct span shown, struct wire_out *out);

#endif
