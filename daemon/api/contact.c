/* contact - the lease, told by the wall clock, own stamps and the time this process runs. */
#include "api/contact.h"

#include "io/loop.h"

/* A moment of central's clock, as the last session told its offset. */
static uint64_t at_central(const struct replica_status *status, uint64_t wall_ms)
{
	int64_t offset_ms = status->clock_offset_ms;
	return offset_ms < 0 && (uint64_t)-offset_ms > wall_ms ? 0 : wall_ms + (uint64_t)offset_ms;
}

/* LE1: the latest of all that tells of time. */
static void look_at_clock(struct contact *contact, const struct replica_status *status)
{
	uint64_t mono_ms = loop_mono_ms();
	if (contact->mono_ms != 0)
		lease_saw(&contact->lease, contact->lease.seen_ms + (mono_ms - contact->mono_ms));
	lease_saw(&contact->lease, at_central(status, loop_wall_ms()));
	lease_stamped(&contact->lease, status->last_stamp_ms);
	contact->mono_ms = mono_ms;
}

static void take(struct contact *contact, const struct replica_status *status)
{
	lease_contact(&contact->lease, at_central(status, loop_wall_ms()), status->last_stamp_ms);
	contact->mono_ms = loop_mono_ms();
}

static void look(struct contact *contact, const struct replica_status *status)
{
	if (contact->is_on)
		take(contact, status);
	else
		look_at_clock(contact, status);
}

static void save(const struct contact *contact, struct log *log)
{
	if (contact->lease.contact_ms != 0)
		(void)lease_save(log, &contact->lease);
}

struct fault contact_open(struct contact *contact, struct log *log, const struct replica_status *status)
{
	*contact = (struct contact){ .mono_ms = 0 };
	FAULT_TRY(lease_load(log, &contact->lease));
	if (contact->lease.contact_ms == 0 && status->last_contact_ms != 0) /* a store from before there were leases */
		lease_contact(&contact->lease, at_central(status, status->last_contact_ms), 0);
	look_at_clock(contact, status);
	save(contact, log);
	return fault_none();
}

void contact_follow(struct contact *contact, struct log *log, const struct replica_status *status)
{
	bool counts = (status->state == REPLICA_SYNCING || status->state == REPLICA_IDLE) && !status->is_suspended;
	if (!counts || contact->is_on)
		return;
	contact->is_on = true;
	take(contact, status);
	save(contact, log);
}

void contact_carried(struct contact *contact, struct log *log, const struct replica_status *status, uint64_t written_ms)
{
	if (status->is_suspended || status->state == REPLICA_REVOKED || written_ms <= contact->lease.contact_ms)
		return;
	look_at_clock(contact, status);
	contact->lease.contact_ms = written_ms;
	lease_saw(&contact->lease, written_ms);
	save(contact, log);
}

void contact_keep(struct contact *contact, struct log *log, const struct replica_status *status)
{
	look(contact, status);
	save(contact, log);
}

void contact_end(struct contact *contact, struct log *log, const struct replica_status *status)
{
	if (contact->is_on)
		contact_keep(contact, log, status);
	contact->is_on = false;
}

uint64_t contact_left_ms(struct contact *contact, const struct replica_status *status, uint32_t days)
{
	look(contact, status);
	if (status->state == REPLICA_BLANK || status->state == REPLICA_ENROLLING || status->is_erased)
		return LEASE_NONE;
	return lease_left_ms(&contact->lease, days);
}
