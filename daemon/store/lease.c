/* lease - two moments in one named value. */
#include "store/lease.h"

#define TABLE "daemon"
#define KEY span_text("lease")
#define DAY_MS (24ull * 3600 * 1000)

enum { CONTACT = 1, SEEN, STAMP, VALUE_BYTES = 48 };

struct fault lease_load(struct log *log, struct lease *out)
{
	uint8_t block[VALUE_BYTES];
	size_t len = 0;
	bool found = false;
	struct wire_field f;
	struct lease lease = { .contact_ms = 0 };
	FAULT_TRY(log_get(log, TABLE, KEY, block, sizeof block, &len, &found));
	struct span rest = span_of(block, found ? len : 0);
	while (wire_next(&rest, &f) == WIRE_FIELD) {
		if (f.number == CONTACT)
			lease.contact_ms = f.value;
		else if (f.number == SEEN)
			lease.seen_ms = f.value;
		else if (f.number == STAMP)
			lease.stamp_ms = f.value;
	}
	*out = lease;
	return fault_none();
}

struct fault lease_save(struct log *log, const struct lease *lease)
{
	uint8_t block[VALUE_BYTES];
	struct wire_out out;
	bool own;
	wire_out_init(&out, block, sizeof block);
	wire_put_varint(&out, CONTACT, lease->contact_ms);
	wire_put_varint(&out, SEEN, lease->seen_ms);
	wire_put_varint(&out, STAMP, lease->stamp_ms);
	FAULT_TRY(log_join(log, &own));
	return log_leave(log, own, log_put(log, TABLE, KEY, wire_out_span(&out)));
}

void lease_contact(struct lease *lease, uint64_t now_ms, uint64_t stamp_ms)
{
	lease->contact_ms = lease->seen_ms = now_ms;
	lease->stamp_ms = stamp_ms;
}

void lease_saw(struct lease *lease, uint64_t now_ms)
{
	if (now_ms > lease->seen_ms) /* LE1 */
		lease->seen_ms = now_ms;
}

void lease_stamped(struct lease *lease, uint64_t stamp_ms)
{
	uint64_t from_ms = lease->stamp_ms > lease->contact_ms ? lease->stamp_ms : lease->contact_ms;
	if (stamp_ms > from_ms)
		lease_saw(lease, lease->contact_ms + (stamp_ms - from_ms));
}

uint64_t lease_left_ms(const struct lease *lease, uint32_t days)
{
	if (days == 0 || lease->contact_ms == 0)
		return LEASE_NONE;
	uint64_t gone_ms = lease->seen_ms > lease->contact_ms ? lease->seen_ms - lease->contact_ms : 0;
	return gone_ms < days * DAY_MS ? days * DAY_MS - gone_ms : 0;
}
