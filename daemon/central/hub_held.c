/* hub_held - after a restore: what a device holds against what it is granted here (P5).
 *
 * A grant it names is answered by the one that lasts here, or by a Forget of
 * exactly that one. Two begin anew, by deltas of this epoch, and their whole
 * backlog comes. One that lasts here, that the device must have heard of and does
 * not name, it has forgotten on an order this node has lost. And where it names
 * one begun by a lost order, what stood before that order was left to a backlog
 * that may not have come, and the older grant's stops short of it. */
#include "central/hub_state.h"

#include <stdlib.h>

#include "base/assert.h"

enum { HELD_MAX = 100000 };

static bool is_named(const struct hub_link *link, const struct case_id *id)
{
	for (size_t i = 0; i < link->held_count; i++)
		if (ID_EQUAL(link->held_cases[i], *id))
			return true;
	return false;
}

static struct fault name(struct hub_link *link, const struct case_id *id)
{
	struct case_id *cases = realloc(link->held_cases, (link->held_count + 1) * sizeof *cases);
	if (cases == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	link->held_cases = cases;
	link->held_cases[link->held_count++] = *id;
	return fault_none();
}

/* The last order that the device has surely passed of those inherited. */
static uint64_t heard_of(const struct hub_link *link)
{
	uint64_t inherited = order_epoch_current(&link->hub->orders)->inherited;
	return link->cursor.order < inherited ? link->cursor.order : inherited;
}

/* What it names was begun by an order that the way down to the epoch in use has not inherited. */
static bool is_lost(const struct hub *hub, const jalka_HeldGrant *held)
{
	struct epoch_id id;
	memcpy(id.bytes, held->g_epoch.bytes, ID_BYTES);
	const struct order_epoch *epoch = order_epoch_by_id(&hub->orders, &id);
	return epoch == NULL || !order_is_of(&hub->orders, hub_epoch(hub), (struct order){ epoch->generation, held->g });
}

/* By lost orders the grant that lasts here was ended and begun again. */
static bool is_begun_again(const struct hub_link *link, const struct case_id *id, const jalka_HeldGrant *held,
			   const struct assignments_holder *holder)
{
	const struct assignments_case *info = assignments_case_get(&link->hub->assignments, id);
	const struct grant *lasting = info == NULL || holder == NULL ? NULL
		: assignments_lasting(assignments_tie_get(info, holder));
	return lasting != NULL && lasting->g <= heard_of(link) && is_lost(link->hub, held);
}

static void answer(struct hub_link *link, const struct case_id *id, const jalka_HeldGrant *held,
		   const struct assignments_holder *holder)
{
	struct hub *hub = link->hub;
	jalka_HeldAnswer *out = link->held_answer;
	const struct assignments_case *info = assignments_case_get(&hub->assignments, id);
	const struct grant *lasting = info == NULL || holder == NULL ? NULL
		: assignments_lasting(assignments_tie_get(info, holder));
	if (lasting != NULL && lasting->g > link->cursor.order)
		return; /* begun since: the feed tells it at its order, and all of its backlog follows */
	if (lasting != NULL) {
		jalka_GrantNote *note = &out->granted[out->granted_count++];
		SESSION_FRAME_SET(note->case_id, id->bytes);
		note->g = lasting->g;
		return;
	}
	jalka_ForgetNote *note = &out->forget[out->forget_count++];
	SESSION_FRAME_SET(note->case_id, id->bytes);
	SESSION_FRAME_SET(note->g_epoch, held->g_epoch.bytes);
	note->g = held->g;
	note->at = hub->last_order;
	link->device->must_refill = true;
}

static struct fault renew(struct hub_link *link, struct assignments_holder *holder)
{
	struct hub *hub = link->hub;
	uint64_t heard = heard_of(link);
	const struct assignments_event *event = assignments_next_grant(holder, 0);
	while (event != NULL && event->g <= heard) {
		struct assignments_tie *tie = event->tie;
		uint64_t g = event->g;
		if (!is_named(link, &tie->info->id)) {
			FAULT_TRY(hub_assign_renew(hub, tie));
			link->device->must_refill = true;
		}
		event = assignments_next_grant(holder, g);
	}
	return fault_none();
}

struct fault hub_held_take(struct hub_link *link, const jalka_Held *held)
{
	struct hub *hub = link->hub;
	struct assignments_holder *holder = assignments_holder_get(&hub->assignments, &link->device->holder);
	if (link->held_answer != NULL)
		return fault_of(FAULT_PEER, "Held before the last was answered");
	link->held_answer = calloc(1, sizeof *link->held_answer);
	if (link->held_answer == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	if (link->held_count + held->grants_count > HELD_MAX)
		return fault_of(FAULT_LIMIT, "too many grants held");
	for (pb_size_t i = 0; i < held->grants_count; i++) {
		struct case_id id;
		memcpy(id.bytes, held->grants[i].case_id.bytes, ID_BYTES);
		if (is_begun_again(link, &id, &held->grants[i], holder))
			continue; /* not named: begun anew */
		FAULT_TRY(name(link, &id));
		answer(link, &id, &held->grants[i], holder);
	}
	struct fault fault = hub_turn(hub);
	/* The device owes Held until it is answered, over several sessions if need
	 * be, and so does every copy of its disk: what was begun anew already lies
	 * above what was inherited and is not begun again. */
	if (!fault_is(fault) && held->last && holder != NULL)
		fault = renew(link, holder);
	if (held->last)
		link->held_count = 0;
	if (!fault_is(fault) && link->device->must_refill)
		fault = hub_devices_put(hub, link->device);
	hub_wake(link);
	return fault_is(fault) ? hub_die(hub, fault) : fault;
}
