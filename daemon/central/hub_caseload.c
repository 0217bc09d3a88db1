/* hub_caseload - who holds which case of which client, as it stands now. */
#include "central/hub_state.h"

static size_t lasting_of(const struct assignments_case *info, struct hub_hold out[static HUB_HOLDS_MAX])
{
	size_t count = 0;
	for (const struct assignments_tie *tie = info->ties; tie != NULL; tie = tie->next)
		for (size_t i = 0; i < tie->reason_count && count < HUB_HOLDS_MAX; i++)
			if (tie->spans[i].ended == 0)
				out[count++] = (struct hub_hold){ tie->holder->id, tie->reasons[i].assignment, tie->reasons[i].role,
								  tie->reasons[i].to_ms };
	return count;
}

struct fault hub_caseload(struct hub *hub, hub_load_fn *fn, void *ctx)
{
	struct hub_hold holds[HUB_HOLDS_MAX];
	const struct assignments_case *info;
	size_t at = 0;
	if (fault_is(hub->dead))
		return hub->dead;
	while ((info = idmap_next(&hub->assignments.cases, &at)) != NULL) {
		if (!delta_case_is_clients(info->kind) || !info->open || info->erased)
			continue;
		const struct hub_load load = { .case_id = info->id, .kind = info->kind, .holds = holds,
					       .client_case = info->kind == DELTA_CASE_CLIENT ? info->id : info->client_case,
					       .hold_count = lasting_of(info, holds) };
		if (!fn(ctx, &load))
			break;
	}
	return fault_none();
}
