/* lease - how long this device has been out of contact, whatever its clock says.
 *
 * All times are central's, as this machine's clock and the offset learnt at the last
 * session give them. Kept in the log beside the store's other named values.
 *
 * LE1  Time never goes back: the latest moment ever seen counts when the clock shows an
 *      earlier one. Only a contact sets it, for central's clock is the one that counts.
 */
#ifndef JALKA_STORE_LEASE_H
#define JALKA_STORE_LEASE_H

#include "base/fault.h"
#include "base/wire.h"
#include "store/log.h"

struct lease {
	uint64_t contact_ms; /* the last session that was not refused; 0: none yet */
	uint64_t seen_ms;    /* the latest moment seen since */
	uint64_t stamp_ms;   /* the last stamp of own work at that contact */
};

#define LEASE_NONE UINT64_MAX /* no lease runs */

struct fault lease_load(struct log *log, struct lease *out);
/* In the caller's transaction, or its own. */
struct fault lease_save(struct log *log, const struct lease *lease);

void lease_contact(struct lease *lease, uint64_t now_ms, uint64_t stamp_ms);
/* It is this late at least; earlier moments change nothing. */
void lease_saw(struct lease *lease, uint64_t now_ms);
/* The last stamp of own work, which rises however the clock is set; so that time passes though the
 * program is killed before it tells. A clock that ran ahead before the contact left stamps that are
 * later than it: of those only what they rose since counts. */
void lease_stamped(struct lease *lease, uint64_t stamp_ms);
/* What is left of a lease of so many days; 0: it is over. LEASE_NONE: `days` is 0, or there was no contact yet. */
uint64_t lease_left_ms(const struct lease *lease, uint32_t days);

#endif
