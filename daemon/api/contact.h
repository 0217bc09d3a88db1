/* contact - when this device was last in contact with the central node, and how much of its
 * lease is left (store/lease.h): the profile's, while its store is open.
 *
 * A session counts once the central node has let it in and feeds it: not while the device is
 * suspended, nor once it is revoked. It lasts until the link goes down.
 */
#ifndef JALKA_API_CONTACT_H
#define JALKA_API_CONTACT_H

#include "store/lease.h"
#include "store/replica.h"

struct contact {
	struct lease lease;
	uint64_t mono_ms; /* when lease.seen_ms was looked at; 0: not in this process */
	bool is_on;       /* the session under way counts */
};

/* What the store remembers, and the clock as it stands now. */
struct fault contact_open(struct contact *contact, struct log *log, const struct replica_status *status);
/* Something changed: a session may have begun to count. */
void contact_follow(struct contact *contact, struct log *log, const struct replica_status *status);
/* An answer carried by hand was read that central wrote then, by its clock: a contact of that moment. */
void contact_carried(struct contact *contact, struct log *log, const struct replica_status *status, uint64_t written_ms);
/* The link is down. */
void contact_end(struct contact *contact, struct log *log, const struct replica_status *status);
/* The store is being closed: the latest moment goes with it. A fault is the store's, and met by who writes next. */
void contact_keep(struct contact *contact, struct log *log, const struct replica_status *status);
/* 0: the lease is over; LEASE_NONE: none runs. */
uint64_t contact_left_ms(struct contact *contact, const struct replica_status *status, uint32_t days);

#endif
