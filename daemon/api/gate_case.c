/* gate_case - what is known of a case: who is assigned to it, whose it is, whether its
 * client is visited today. Looked up when a condition of the role table asks for it. */
#include "api/gate_parts.h"

#include "api/profile.h"
#include "base/civil.h"
#include "domain/fields.h"
#include "records_table.h"
#include "store/log.h"

/* ---- assignments ---- */

struct assigned {
	struct gate *gate;
	bool mine, mine_ever;      /* an assignment of this person that lasts; any at all */
	bool as_own_worker;        /* one that lasts, of a matter: own worker, co-worker, substitute */
	bool licensed_near;
	bool asks_licensed;
};

static bool lasts(const struct gate *gate, struct span fields)
{
	uint64_t to = fields_number_or_none(fields, RECORDS_CASE_ASSIGNMENT_TO);
	return to == 0 || to > gate->world.rules.now_ms;
}

static bool is_licensed(struct gate *gate, struct record_id staff)
{
	const struct rules_record *member = rules_find(&gate->world.rules, staff);
	return member != NULL && fields_number_or_none(member->fields, RECORDS_STAFF_MEMBER_PROFESSION) ==
					 RECORDS_PROFESSION_LICENSED_SOCIAL_WORKER;
}

/* A visit of the day, glass broken, or a look at what is to be taken over makes nobody own worker. */
static bool take_assignment(void *ctx, const struct casebook_record *record)
{
	struct assigned *assigned = ctx;
	struct record_id staff;
	uint64_t reason = fields_number_or_none(record->shown, RECORDS_CASE_ASSIGNMENT_REASON);
	if (!fields_id(record->shown, RECORDS_CASE_ASSIGNMENT_STAFF, &staff))
		return true;
	bool is_mine = ID_EQUAL(staff, assigned->gate->staff);
	assigned->mine_ever = assigned->mine_ever || is_mine;
	if (!lasts(assigned->gate, record->shown))
		return true;
	assigned->mine = assigned->mine || is_mine;
	if (is_mine && reason != RECORDS_ASSIGNMENT_REASON_VISIT && reason != RECORDS_ASSIGNMENT_REASON_BREAK_GLASS &&
	    reason != RECORDS_ASSIGNMENT_REASON_HANDOVER)
		assigned->as_own_worker = true;
	if (assigned->asks_licensed && !assigned->licensed_near)
		assigned->licensed_near = is_licensed(assigned->gate, staff);
	return true;
}

static struct assigned assigned_to(struct gate *gate, struct case_id id, bool asks_licensed)
{
	struct assigned assigned = { .gate = gate, .asks_licensed = asks_licensed };
	struct fault f = casebook_list(gate->world.book, RECORDS_TYPE_CASE_ASSIGNMENT, &id, 0, take_assignment, &assigned);
	if (fault_is(f) && !fault_is(gate->world.fault))
		gate->world.fault = f;
	return assigned;
}

/* Who opened a case is its own worker until central has named one: its assignment
 * follows the opening delta. */
static void know_relation(struct gate *gate, struct gate_case *in, const struct log_case *info)
{
	struct assigned assigned = assigned_to(gate, in->id, false);
	bool opened = ID_EQUAL(info->opened_by.node, gate->self) && !assigned.mine_ever;
	in->own_worker = assigned.as_own_worker || opened;
	if (assigned.mine || opened)
		in->met |= ACCESS_IF_OWN_CASE;
}

static void know_case(struct gate *gate, struct gate_case *in, struct case_id id)
{
	struct log_case info;
	bool found = false;
	*in = (struct gate_case){ .id = id };
	if (ID_IS_NONE(id)) { /* it is being opened */
		in->own_worker = !gate->is_central;
		in->met = ACCESS_IF_OWN_CASE;
		return;
	}
	struct fault f = log_case_get(gate->world.log, id, &info, &found);
	if (fault_is(f) && !fault_is(gate->world.fault))
		gate->world.fault = f;
	if (fault_is(f) || !found)
		return;
	in->kind = info.kind;
	in->client_case = info.kind == DELTA_CASE_CLIENT ? id : info.client_case;
	if (info.kind == DELTA_CASE_REFERENCE || info.kind == DELTA_CASE_DIRECTORY)
		in->met = ACCESS_IF_OWN_CASE; /* it is everybody's */
	else if (!gate->is_central)
		know_relation(gate, in, &info);
}

struct gate_case *gate_case_of(struct gate *gate, struct case_id id)
{
	for (size_t i = 0; i < gate->case_count; i++)
		if (ID_EQUAL(gate->cases[i].id, id))
			return &gate->cases[i];
	struct gate_case *in = &gate->cases[gate->case_next];
	gate->case_next = (gate->case_next + 1) % GATE_CASES_MAX;
	if (gate->case_count < GATE_CASES_MAX)
		gate->case_count++;
	know_case(gate, in, id);
	return in;
}

/* ---- whose it is ---- */

static bool take_client(void *ctx, const struct casebook_record *record)
{
	struct gate_case *in = ctx;
	in->client = record->record_id;
	in->has_client = true;
	return false;
}

bool gate_client(struct gate *gate, struct case_id case_id, struct record_id *out)
{
	struct gate_case *in = gate_case_of(gate, case_id);
	if (!in->knows_client && !ID_IS_NONE(in->client_case) && !gate->is_central)
		(void)casebook_list(gate->world.book, RECORDS_TYPE_CLIENT, &in->client_case, 1, take_client, in);
	in->knows_client = true;
	if (in->has_client)
		*out = in->client;
	return in->has_client;
}

static bool is_in_area(struct gate *gate, struct gate_case *in)
{
	struct record_id id;
	struct span municipality;
	if (gate->area_count == 0 || !gate_client(gate, in->id, &id))
		return false;
	const struct rules_record *client = rules_find(&gate->world.rules, id);
	if (client == NULL || !fields_bytes(client->fields, RECORDS_CLIENT_MUNICIPALITY, &municipality))
		return false;
	for (size_t i = 0; i < gate->area_count; i++)
		if (span_equal(gate->areas[i], municipality))
			return true;
	return false;
}

/* ---- who wrote it ---- */

/* A laptop that was replaced has another id, and its holder is the same person. Central
 * is nobody's. */
bool gate_is_mine(struct gate *gate, struct node_id node)
{
	struct record_id device, holder;
	if (ID_EQUAL(node, gate->self))
		return !gate->is_central;
	if (ID_EQUAL(node, gate->asked))
		return gate->asked_mine;
	memcpy(device.bytes, node.bytes, ID_BYTES); /* a device's record has its node's id */
	const struct rules_record *record = rules_find(&gate->world.rules, device);
	gate->asked = node;
	gate->asked_mine = record != NULL && record->type == RECORDS_TYPE_DEVICE && !ID_IS_NONE(gate->staff) &&
			   fields_id(record->fields, RECORDS_DEVICE_HOLDER, &holder) && ID_EQUAL(holder, gate->staff);
	return gate->asked_mine;
}

/* ---- is the client visited today? ---- */

struct visited {
	struct gate *gate;
	const struct gate_case *in;
	bool found;
};

/* A visit this person planned or began: a colleague's opens nothing to them. */
static bool take_visit(void *ctx, const struct casebook_record *record)
{
	struct visited *visited = ctx;
	const struct rules_world *world = &visited->gate->world.rules;
	const struct rules_record visit = { .id = record->record_id, .case_id = record->case_id, .type = record->record_type,
					    .fields = record->shown };
	uint64_t planned;
	if (!gate_is_mine(visited->gate, record->last_author.node))
		return true;
	uint32_t state = rules_state(world, &visit);
	visited->found = state == RECORDS_VISIT_STATE_STARTED ||
			 (state == RECORDS_VISIT_STATE_PLANNED &&
			  fields_number(record->shown, RECORDS_VISIT_PLANNED_AT, &planned) &&
			  civil_days(civil_helsinki(planned).date) == world->today);
	return !visited->found;
}

static bool take_case(void *ctx, const struct log_case *info)
{
	struct visited *visited = ctx;
	bool is_theirs = ID_EQUAL(info->case_id, visited->in->client_case) || ID_EQUAL(info->client_case, visited->in->client_case);
	if (is_theirs && !info->erased)
		(void)casebook_list(visited->gate->world.book, RECORDS_TYPE_VISIT, &info->case_id, 0, take_visit, visited);
	return !visited->found;
}

static bool is_visited(struct gate *gate, struct gate_case *in)
{
	struct visited visited = { .gate = gate, .in = in };
	if (!ID_IS_NONE(in->client_case))
		(void)log_case_scan(gate->world.log, take_case, &visited); /* what cannot be read opens nothing */
	return visited.found;
}

/* ---- special support ---- */

bool gate_is_special(struct gate *gate, struct gate_case *in)
{
	const struct rules_record *matters;
	if (!in->knows_special && in->kind == DELTA_CASE_MATTER && !gate->is_central) {
		size_t count = rules_list(&gate->world.rules, RULES_IN_CASE, in->id, RECORDS_TYPE_CASE, &matters);
		in->is_special = count > 0 && fields_true(matters[0].fields, RECORDS_CASE_SPECIAL_SUPPORT);
	}
	in->knows_special = true;
	return in->is_special;
}

/* ---- all of it ---- */

/* Asked for only where the table has such a condition, and once a case. */
static void know_more(struct gate *gate, struct gate_case *in, enum access_class class)
{
	if (class == ACCESS_BASIC && !in->knows_area && (in->met & ACCESS_IF_OWN_CASE) == 0) {
		in->met |= is_in_area(gate, in) ? ACCESS_IF_CASE_OR_AREA : 0u;
		in->knows_area = true;
	}
	if (class == ACCESS_PROTECTED && !in->knows_visit) {
		in->met |= is_visited(gate, in) ? ACCESS_IF_VISITING : 0u;
		in->knows_visit = true;
	}
	if (class == ACCESS_SPECIAL && !in->knows_near && !ID_IS_NONE(in->id)) {
		in->met |= assigned_to(gate, in->id, true).licensed_near ? ACCESS_IF_LICENSED_NEAR : 0u;
		in->knows_near = true;
	}
}

struct access_moment gate_moment(struct gate *gate, struct gate_case *in, enum access_class class, bool own)
{
	if (!gate->is_central)
		know_more(gate, in, class);
	bool is_shared = in->kind == DELTA_CASE_REFERENCE || in->kind == DELTA_CASE_DIRECTORY;
	struct access_moment moment = { .roles = is_shared ? gate->roles : gate_case_roles(gate), .met = gate->met | in->met };
	if (in->own_worker)
		moment.roles |= 1u << ACCESS_OWN_WORKER;
	if (own)
		moment.met |= ACCESS_IF_AUTHOR;
	if (gate->reason != NULL)
		moment.met |= ACCESS_IF_REASON;
	if (!in->knows_glass && !ID_IS_NONE(in->client_case))
		in->has_glass = gate_has_broken(gate, in->client_case);
	in->knows_glass = true;
	moment.glass = in->has_glass;
	return moment;
}
