/* hub_exposed - which cases may lie on the disk of a device that is out of hand.
 *
 * Told too much rather than too little: a case its holder was ever granted counts
 * unless this very device has told that it has erased it since; what the device has
 * heard of is not asked, for it may have received what it has not answered. So does a
 * case that it opened itself and nobody has accepted. */
#include "central/hub_state.h"

/* ---- granted ---- */

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

static struct fault list_granted(struct hub *hub, const struct hub_node *device, hub_exposed_fn *fn, void *ctx,
				 bool *goes_on)
{
	size_t at = 0;
	const struct assignments_holder *holder = assignments_holder_get(&hub->assignments, &device->holder);
	const struct assignments_case *info;
	while (*goes_on && holder != NULL && (info = idmap_next(&hub->assignments.cases, &at)) != NULL) {
		const struct assignments_tie *tie = assignments_tie_get(info, holder);
		bool is_gone = false;
		if (!delta_case_is_clients(info->kind) || tie == NULL || tie->grant_count == 0)
			continue;
		const struct grant *last = &tie->grants[tie->grant_count - 1];
		if (last->ended != 0)
			FAULT_TRY(has_told(hub, &device->node, &info->id, last->g, &is_gone));
		const struct hub_exposed item = { .case_id = info->id, .kind = info->kind,
						  .client_case = info->kind == DELTA_CASE_CLIENT ? info->id : info->client_case };
		*goes_on = is_gone || fn(ctx, &item);
	}
	return fault_none();
}

/* ---- opened by the device, and not accepted ---- */

struct listing {
	struct hub *hub;
	hub_exposed_fn *fn;
	void *ctx;
	struct fault fault;
	bool goes_on;
};

/* One that was accepted, then or since, is granted as well and told of so. */
static bool list_opening(void *ctx, const struct log_entry *entry)
{
	struct listing *l = ctx;
	struct delta delta;
	if (entry->bytes.data == NULL || fault_is(delta_read(entry->bytes, &delta)) || !delta.opens)
		return false;
	const struct assignments_case *info = assignments_case_get(&l->hub->assignments, &delta.case_id);
	enum delta_case_kind kind = delta.opening.kind;
	if (!delta_case_is_clients(kind) || (info != NULL && info->open))
		return false;
	const struct hub_exposed item = { .case_id = delta.case_id, .kind = kind,
					  .client_case = kind == DELTA_CASE_CLIENT ? delta.case_id : delta.opening.client_case };
	l->goes_on = l->fn(l->ctx, &item);
	return false;
}

static bool list_waiting(void *ctx, struct span key, struct span value)
{
	struct listing *l = ctx;
	struct author author;
	(void)value;
	memcpy(author.node.bytes, key.data, ID_BYTES);
	memcpy(author.epoch.bytes, key.data + ID_BYTES, ID_BYTES);
	l->fault = log_find(l->hub->log, &author, hub_get_be64(key.data + 2 * ID_BYTES), list_opening, l);
	return l->goes_on && !fault_is(l->fault);
}

static struct fault list_opened(struct listing *l, const struct hub_node *device)
{
	FAULT_TRY(log_scan(l->hub->log, HUB_TABLE_QUARANTINE, ID_SPAN(device->node), list_waiting, l));
	for (size_t i = 0; i < device->decision_count && l->goes_on && !fault_is(l->fault); i++)
		l->fault = log_find(l->hub->log, &device->decisions[i].author, device->decisions[i].seq, list_opening, l);
	return l->fault;
}

struct fault hub_exposed(struct hub *hub, struct node_id node, hub_exposed_fn *fn, void *ctx)
{
	struct listing listing = { .hub = hub, .fn = fn, .ctx = ctx, .goes_on = true };
	if (fault_is(hub->dead))
		return hub->dead;
	const struct hub_node *device = hub_devices_get(hub, &node);
	if (device == NULL)
		return fault_of(FAULT_CALLER, "no such device");
	FAULT_TRY(list_granted(hub, device, fn, ctx, &listing.goes_on));
	return listing.goes_on ? list_opened(&listing, device) : fault_none();
}
