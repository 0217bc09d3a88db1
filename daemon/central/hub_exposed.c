/* hub_exposed - which cases may lie on the disk of a device that is out of hand.
 *
 * Told too much rather than too little: a case its holder was ever granted counts
 * unless this very device has told that it has erased it since; what the device has
 * heard of is not asked, for it may have received what it has not answered. */
#include "central/hub_state.h"

struct search {
	struct hub *hub;
	struct order g; /* as given */
	bool found;
};

static bool told_one(void *ctx, struct span key, struct span value)
{
	struct search *search = ctx;
	struct epoch_id id;
	(void)value;
	memcpy(id.bytes, key.data + 2 * ID_BYTES, ID_BYTES);
	const struct order_epoch *epoch = order_epoch_by_id(&search->hub->orders, &id);
	search->found = epoch != NULL && epoch->generation == search->g.generation
		&& hub_get_be64(key.data + 3 * ID_BYTES) == search->g.n;
	return !search->found;
}

static struct fault has_told(struct hub *hub, const struct node_id *node, const struct case_id *id, uint64_t g, bool *out)
{
	uint8_t key[2 * ID_BYTES];
	struct search search = { .hub = hub,
				 .g = order_given(&hub->orders, (struct order){ hub_generation(hub), g }) };
	memcpy(key, node->bytes, ID_BYTES);
	memcpy(key + ID_BYTES, id->bytes, ID_BYTES);
	FAULT_TRY(log_scan(hub->log, HUB_TABLE_FORGOTTEN, span_of(key, sizeof key), told_one, &search));
	*out = search.found;
	return fault_none();
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
		if (!delta_case_is_clients(info->kind) || (last == NULL && !ID_EQUAL(info->opened_by, node)))
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
