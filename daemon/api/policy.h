/* policy - what every device of the organisation goes by: how long it may be out of
 * contact before it asks for it, and whose key own work is sealed to.
 *
 * One record of the directory, written at the central node, whose id is the directory
 * case's: every device has it with its first session. What it does not say is as here.
 */
#ifndef JALKA_API_POLICY_H
#define JALKA_API_POLICY_H

#include "base/fault.h"
#include "core/delta.h"
#include "store/casebook.h"

enum { POLICY_LEASE_DAYS = 30, POLICY_LEASE_DAYS_MAX = 365, POLICY_KEY_BYTES = 32 };

struct policy {
	uint32_t lease_days;      /* 0: no lease */
	bool has_recovery;
	uint8_t recovery[POLICY_KEY_BYTES]; /* X25519 */
	uint64_t recovery_at_ms;  /* published */
};

void policy_record(const struct delta_identity *central, struct case_id *directory, struct record_id *out);
struct fault policy_read(struct casebook *book, const struct delta_identity *central, struct policy *out);

#endif
