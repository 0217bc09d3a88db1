/* hub_door - connections that have not said yet whose they are.
 *
 * LIMIT_HALF_OPEN of them are held, LIMIT_HALF_OPEN_PER_PREFIX of one network. Who
 * comes then is let in, and one that stands there longest goes: a device sends
 * message 1 with its connect and is soon through, so that the oldest is most likely
 * no device; refusing the newest would let whoever holds all places keep every device
 * out. Places are made in the network that has most, and first among those that have
 * not shown the right MAC. */
#include "central/hub_state.h"

#include "base/assert.h"

/* That of this network, else one that is not in use; NULL: all places are held by others. */
static struct hub_prefix *prefix_get(struct hub *hub, const uint8_t *bytes, size_t len)
{
	struct hub_prefix *unused = NULL;
	for (size_t i = 0; i < LIMIT_HALF_OPEN; i++) {
		struct hub_prefix *prefix = &hub->door.prefixes[i];
		if (prefix->count == 0)
			unused = unused == NULL ? prefix : unused;
		else if (prefix->len == len && memcmp(prefix->bytes, bytes, len) == 0)
			return prefix;
	}
	return unused;
}

static const struct hub_prefix *most_crowded(const struct hub *hub)
{
	const struct hub_prefix *most = &hub->door.prefixes[0];
	for (size_t i = 1; i < LIMIT_HALF_OPEN; i++)
		if (hub->door.prefixes[i].count > most->count)
			most = &hub->door.prefixes[i];
	return most;
}

static void make_room(struct hub *hub, const struct hub_prefix *prefix)
{
	struct hub_link *oldest = NULL, *oldest_unproven = NULL;
	for (struct hub_link *link = hub->door.first; link != NULL && oldest_unproven == NULL; link = link->next_at_door) {
		if (link->at_door != prefix)
			continue;
		if (oldest == NULL)
			oldest = link;
		if (link->session.state < SESSION_CENTRAL_MESSAGE)
			oldest_unproven = link;
	}
	ASSERT(oldest != NULL);
	hub_link_close(oldest_unproven != NULL ? oldest_unproven : oldest, "half-open while newer ones came");
}

void hub_door_enter(struct hub *hub, struct hub_link *link, struct span prefix)
{
	uint8_t bytes[sizeof hub->door.prefixes[0].bytes] = { 0 };
	size_t len = prefix.len < sizeof bytes ? prefix.len : sizeof bytes;
	if (len != 0)
		memcpy(bytes, prefix.data, len);
	struct hub_prefix *own = prefix_get(hub, bytes, len);
	if (own != NULL && own->count == LIMIT_HALF_OPEN_PER_PREFIX)
		make_room(hub, own);
	else if (hub->door.count == LIMIT_HALF_OPEN)
		make_room(hub, most_crowded(hub));
	/* Its place may have been the last of a network. */
	own = prefix_get(hub, bytes, len);
	memcpy(own->bytes, bytes, len);
	own->len = len;
	ASSERT(hub->door.count < LIMIT_HALF_OPEN && own->count < LIMIT_HALF_OPEN_PER_PREFIX);
	own->count++;
	hub->door.count++;
	link->at_door = own;
	link->previous_at_door = hub->door.last;
	if (hub->door.last != NULL)
		hub->door.last->next_at_door = link;
	else
		hub->door.first = link;
	hub->door.last = link;
}

void hub_door_leave(struct hub_link *link)
{
	struct hub *hub = link->hub;
	if (link->at_door == NULL)
		return;
	if (link->previous_at_door != NULL)
		link->previous_at_door->next_at_door = link->next_at_door;
	else
		hub->door.first = link->next_at_door;
	if (link->next_at_door != NULL)
		link->next_at_door->previous_at_door = link->previous_at_door;
	else
		hub->door.last = link->previous_at_door;
	link->next_at_door = link->previous_at_door = NULL;
	link->at_door->count--;
	link->at_door = NULL;
	hub->door.count--;
}
