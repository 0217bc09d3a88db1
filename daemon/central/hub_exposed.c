/* hub_exposed - which cases may lie on the disk of a device that is out of hand.
 *
 * Told too much rather than too little: a case its holder was ever granted counts
 * unless this very device has told that it has erased it since; what the device has
 * heard of is not asked, for it may have received what it has not answered. */
#include "central/hub_state.h"

struct search {
	struct hub *hub;
	uint64_t g;
	bool found;
};

/* The epoch in which the current line of epochs gave that order. */
static const struct epoch_id *issued_in(struct hub *hub, uint64_t order)
{
	const struct order_epoch *epoch = order_epoch_current(&hub->orders);
	while (epoch != NULL && order <= epoch->inherited && !ID_IS_NONE(epoch->parent)) {
		const struct order_epoch *parent = order_epoch_by_id(&hub->orders, &epoch->parent);
		if (parent == NULL)
			break;
		epoch = parent;
	}
	return epoch == NULL ? hub_epoch(hub) : &epoch->id;
}

static bool told_one(void *ctx, struct span key, struct span value)
{
	struct search *search = ctx;
	struct epoch_id epoch;
	(void)value;
	memcpy(epoch.bytes, key.data + 2 * ID_BYTES, ID_BYTES);
	search->found = hub_get_be64(key.data + 3 * ID_BYTES) == search->g && ID_EQUAL(epoch, *issued_in(search->hub, search->g));
	return !search->found;
}

static struct fault has_told(struct hub *hub, const struct node_id *node, const struct case_id *id, uint64_t g, bool *out)
{
	uint8_t key[2 * ID_BYTES];
	struct search search = { .hub = hub, .g = g };
	memcpy(key, node->bytes, ID_BYTES);
	memcpy(key + ID_BYTES, id->bytes, ID_BYTES);
	FAULT_TRY(log_scan(hub->log, HUB_TABLE_FORGOTTEN, span_of(key, sizeof key), told_one, &search));
	*out = search.found;
	return fault_none();
}

static bool is_of_clients(enum delta_case_kind kind)
{
	switch (kind) {
	case DELTA_CASE_CLIENT:
	case DELTA_CASE_MATTER:
	case DELTA_CASE_PROTECTED:
	case DELTA_CASE_SENSITIVE:
	case DELTA_CASE_CHILD_NOTICE:
		return true;
	case DELTA_CASE_NONE:
	case DELTA_CASE_REFERENCE:
	case DELTA_CASE_DIRECTORY:
	case DELTA_CASE_ACCESS:
		return false;
	}
	return false;
}

struct fault hub_exposed(struct hub *hub, struct node_id node, hub_exposed_fn *fn, void *ctx)
{
	size_t at = 0;
	if (fault_is(hub->dead))
		return hub->dead;
	const struct hub_node *device = hub_devices_get(hub, &node);
	if (device == NULL)
		return fault_of(FAULT_CALLER, "no such device");
	const struct assignments_holder *holder = assignments_holder_get(&hub->assignments, &device->holder);
	for (const struct assignments_case *info; (info = idmap_next(&hub->assignments.cases, &at)) != NULL;) {
		const struct assignments_tie *tie = holder == NULL ? NULL : assignments_tie_get(info, holder);
		const struct grant *last = tie == NULL || tie->grant_count == 0 ? NULL : &tie->grants[tie->grant_count - 1];
		bool is_gone = false;
		if (!is_of_clients(info->kind) || (last == NULL && !ID_EQUAL(info->opened_by, node)))
			continue;
		if (last != NULL && last->ended != 0)
			FAULT_TRY(has_told(hub, &node, &info->id, last->g, &is_gone));
		const struct hub_exposed item = { .case_id = info->id, .kind = info->kind,
						  .client_case = info->kind == DELTA_CASE_CLIENT ? info->id : info->client_case };
		if (!is_gone && !fn(ctx, &item))
			break;
	}
	return fault_none();
}
