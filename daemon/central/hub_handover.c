/* hub_handover - the assignments of cases that change hands.
 *
 * What is lent, and what is taken over, has a record id that follows from handover and
 * case: it is lent once and found again, also after a crash between two steps; and a node
 * that was put back from a copy says again what it said before, not something beside it. */
#include <sodium.h>

#include "central/hub_state.h"
#include "domain/handover.h"
#include "records_table.h"

bool hub_holder(const struct hub *hub, struct node_id node, struct record_id *staff)
{
	const struct hub_node *device = hub_devices_get(hub, &node);
	if (device == NULL)
		return false;
	*staff = device->holder;
	return true;
}

bool hub_has_device(const struct hub *hub, struct record_id staff)
{
	size_t at = 0;
	for (const struct hub_node *device; (device = idmap_next(&hub->devices, &at)) != NULL;)
		if (device->state == HUB_DEVICE_ACTIVE && ID_EQUAL(device->holder, staff))
			return true;
	return false;
}

enum { TAG_BYTES = 12 };

static struct record_id id_of(const char tag[static TAG_BYTES], const struct hub_handover *handover,
			      const struct assignments_case *info)
{
	uint8_t text[TAG_BYTES + 2 * ID_BYTES];
	struct record_id id;
	memcpy(text, tag, TAG_BYTES);
	memcpy(text + TAG_BYTES, handover->record.bytes, ID_BYTES);
	memcpy(text + TAG_BYTES + ID_BYTES, info->id.bytes, ID_BYTES);
	crypto_generichash(id.bytes, sizeof id.bytes, text, sizeof text, NULL, 0);
	return id;
}

static struct record_id lent_id(const struct hub_handover *handover, const struct assignments_case *info)
{
	return id_of("jalka-lent-1", handover, info);
}

static struct record_id taken_id(const struct hub_handover *handover, const struct assignments_case *info)
{
	return id_of("jalka-take-1", handover, info);
}

/* ---- which cases ---- */

struct set {
	struct assignments_case *cases[2 * HANDOVER_CASES_MAX];
	size_t count;
};

static bool is_at_hand(const struct assignments_case *info)
{
	return delta_case_is_clients(info->kind) && info->open && !info->erased;
}

static void add(struct set *set, struct assignments_case *info)
{
	if (info == NULL || !is_at_hand(info) || set->count == sizeof set->cases / sizeof set->cases[0])
		return;
	for (size_t i = 0; i < set->count; i++)
		if (set->cases[i] == info)
			return;
	set->cases[set->count++] = info;
}

/* The cases named, and the CLIENT case of each matter among them. */
static struct set set_of(struct hub *hub, const struct hub_handover *handover)
{
	struct set set = { .count = 0 };
	for (size_t i = 0; i < handover->case_count; i++) {
		struct assignments_case *info = assignments_case_get(&hub->assignments, &handover->cases[i]);
		add(&set, info);
		if (info != NULL && info->kind == DELTA_CASE_MATTER)
			add(&set, assignments_case_get(&hub->assignments, &info->client_case));
	}
	return set;
}

static struct assignments_tie *tie_of(struct hub *hub, const struct assignments_case *info, struct record_id staff)
{
	const struct assignments_holder *holder = assignments_holder_get(&hub->assignments, &staff);
	return holder == NULL ? NULL : assignments_tie_get(info, holder);
}

static bool is_own_worker(const struct assignments_tie *tie)
{
	for (size_t i = 0; tie != NULL && i < tie->reason_count; i++)
		if (tie->spans[i].ended == 0 && tie->reasons[i].role == RECORDS_ASSIGNMENT_ROLE_OWN_WORKER &&
		    tie->reasons[i].to_ms == 0)
			return true;
	return false;
}

/* Whether what was lent of it has ended; false before it was lent. */
static bool is_lent_over(const struct hub_handover *handover, struct assignments_case *info)
{
	struct record_id id = lent_id(handover, info);
	size_t reason;
	const struct assignments_tie *tie = hub_assign_find(info, &id, &reason);
	return tie != NULL && tie->spans[reason].ended != 0;
}

void hub_handover_case(struct hub *hub, const struct hub_handover *handover, struct case_id case_id, struct handover_case *out)
{
	struct assignments_case *info = assignments_case_get(&hub->assignments, &case_id);
	out->is_there = info != NULL && is_at_hand(info);
	if (!out->is_there)
		return;
	const struct assignments_tie *from = tie_of(hub, info, handover->from), *to = tie_of(hub, info, handover->to);
	out->is_own = info->kind == DELTA_CASE_MATTER ? is_own_worker(from) : from != NULL && assignments_lasting(from) != NULL;
	out->is_seen = (to != NULL && assignments_lasting(to) != NULL) || !is_lent_over(handover, info);
}

/* ---- lent, and taken back ---- */

struct fault hub_handover_lend(struct hub *hub, const struct hub_handover *handover, uint64_t until_ms, struct hub_time now)
{
	struct set set = set_of(hub, handover);
	struct fault fault = fault_none();
	FAULT_TRY(hub_verb_begin(hub, now));
	for (size_t i = 0; i < set.count && !fault_is(fault); i++) {
		const struct assignments_reason as = { lent_id(handover, set.cases[i]), RECORDS_ASSIGNMENT_ROLE_CO_WORKER,
						       until_ms };
		size_t reason;
		if (hub_assign_find(set.cases[i], &as.assignment, &reason) == NULL)
			fault = hub_assign_put(hub, set.cases[i], handover->to, &as, RECORDS_ASSIGNMENT_REASON_HANDOVER);
	}
	return hub_verb_end(hub, fault);
}

static struct fault take_back(struct hub *hub, const struct hub_handover *handover, const struct set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		struct record_id id = lent_id(handover, set->cases[i]);
		size_t reason;
		const struct assignments_tie *tie = hub_assign_find(set->cases[i], &id, &reason);
		if (tie != NULL && tie->spans[reason].ended == 0)
			FAULT_TRY(hub_assign_end(hub, tie, reason, hub->now.wall_ms));
	}
	return fault_none();
}

struct fault hub_handover_take_back(struct hub *hub, const struct hub_handover *handover, struct hub_time now)
{
	struct set set = set_of(hub, handover);
	FAULT_TRY(hub_verb_begin(hub, now));
	return hub_verb_end(hub, take_back(hub, handover, &set));
}

/* ---- in effect ---- */

static struct fault say_effective(struct hub *hub, const struct hub_handover *handover)
{
	uint8_t block[32];
	struct wire_out fields;
	uint64_t order;
	wire_out_init(&fields, block, sizeof block);
	wire_put_varint(&fields, RECORDS_HANDOVER_EFFECTIVE_AT, hub->now.wall_ms);
	wire_put_varint(&fields, RECORDS_HANDOVER_STATE, RECORDS_HANDOVER_STATE_EFFECTIVE);
	const struct hub_own own = { .case_id = handover->case_id, .record_id = handover->record,
				     .record_type = RECORDS_TYPE_HANDOVER, .fields = wire_out_span(&fields) };
	return hub_append_own(hub, &own, &order);
}

/* Whether somebody still has a matter of this client. */
static bool has_matter_of(struct hub *hub, const struct case_id *client_case, struct record_id staff)
{
	size_t at = 0;
	for (const struct assignments_case *info; (info = idmap_next(&hub->assignments.cases, &at)) != NULL;) {
		if (info->kind != DELTA_CASE_MATTER || info->erased || !ID_EQUAL(info->client_case, *client_case))
			continue;
		const struct assignments_tie *tie = tie_of(hub, info, staff);
		if (tie != NULL && assignments_lasting(tie) != NULL)
			return true;
	}
	return false;
}

static struct fault end_all(struct hub *hub, const struct assignments_case *info, struct record_id staff)
{
	struct assignments_tie *tie = tie_of(hub, info, staff);
	return tie == NULL ? fault_none() : hub_end_reasons(hub, tie);
}

/* First the new reasons, then the ends: the receiver's grant goes on, nothing is sent twice. */
static struct fault move(struct hub *hub, const struct hub_handover *handover, const struct set *set)
{
	FAULT_TRY(say_effective(hub, handover));
	for (size_t i = 0; i < set->count; i++) {
		const struct assignments_reason as = { taken_id(handover, set->cases[i]), RECORDS_ASSIGNMENT_ROLE_OWN_WORKER, 0 };
		if (!is_own_worker(tie_of(hub, set->cases[i], handover->to)))
			FAULT_TRY(hub_assign_put(hub, set->cases[i], handover->to, &as, 0));
	}
	FAULT_TRY(take_back(hub, handover, set));
	for (size_t i = 0; i < set->count; i++)
		if (set->cases[i]->kind == DELTA_CASE_MATTER)
			FAULT_TRY(end_all(hub, set->cases[i], handover->from));
	for (size_t i = 0; i < set->count; i++) {
		const struct assignments_case *info = set->cases[i];
		const struct case_id *client = info->kind == DELTA_CASE_CLIENT ? &info->id : &info->client_case;
		if (info->kind != DELTA_CASE_MATTER && !has_matter_of(hub, client, handover->from))
			FAULT_TRY(end_all(hub, info, handover->from));
	}
	return fault_none();
}

struct fault hub_handover_take_effect(struct hub *hub, const struct hub_handover *handover, struct hub_time now)
{
	struct set set = set_of(hub, handover);
	FAULT_TRY(hub_verb_begin(hub, now));
	return hub_verb_end(hub, move(hub, handover, &set));
}
