/* hub_assign - what case_assignment records mean for the scope (P5), and the
 * administrator's verbs that write them.
 *
 * A reason begins with its record's first delta and ends with the first one that
 * is appended when its `to` has come. A `to` that lies ahead is a planned end: when
 * central's clock has passed it, a delta of central's own that says it once more
 * gives the end its order (P2). That is looked at in every commit, so one that came
 * while central was down is made up for by the first; a timer wakes for the next. Of
 * many that come together, as at the end of a year, each commit takes a part. */
#include "central/hub_state.h"

#include "records_table.h"

enum { HUB_ASSIGN_WHY_BYTES = 2000 };
enum { ENDS_A_COMMIT = 256 };
enum { LOOK_AGAIN_MS = 24 * 60 * 60 * 1000 }; /* the wall clock may have been set meanwhile */

struct fault hub_reason_put(struct hub *hub, const struct assignments_tie *tie, size_t reason, uint64_t ended)
{
	uint8_t key[3 * ID_BYTES], value[32];
	memcpy(key, tie->holder->id.bytes, ID_BYTES);
	memcpy(key + ID_BYTES, tie->info->id.bytes, ID_BYTES);
	memcpy(key + 2 * ID_BYTES, tie->reasons[reason].assignment.bytes, ID_BYTES);
	hub_put_be64(value, tie->spans[reason].began);
	hub_put_be64(value + 8, ended);
	hub_put_be64(value + 16, tie->reasons[reason].role);
	hub_put_be64(value + 24, tie->reasons[reason].to_ms);
	return log_put(hub->log, HUB_TABLE_REASON, span_of(key, sizeof key), span_of(value, sizeof value));
}

struct assignments_tie *hub_assign_find(struct assignments_case *info, const struct record_id *assignment, size_t *reason)
{
	for (struct assignments_tie *tie = info->ties; tie != NULL; tie = tie->next)
		for (size_t i = tie->reason_count; i-- > 0;)
			if (ID_EQUAL(tie->reasons[i].assignment, *assignment)) {
				*reason = i;
				return tie;
			}
	return NULL;
}

struct assignment_fields {
	struct record_id staff; /* none: not set */
	uint32_t role;
	uint64_t to_ms;         /* 0: not set */
};

static void read_assignment(struct span fields, struct assignment_fields *out)
{
	struct wire_field f;
	bool visit = false;
	*out = (struct assignment_fields){ .role = 0 };
	while (wire_next(&fields, &f) == WIRE_FIELD) {
		if (f.number == RECORDS_CASE_ASSIGNMENT_STAFF && f.type == WIRE_BYTES && f.data.len == ID_BYTES)
			memcpy(out->staff.bytes, f.data.data, ID_BYTES);
		else if (f.number == RECORDS_CASE_ASSIGNMENT_ROLE && f.type == WIRE_VARINT)
			out->role = (uint32_t)f.value;
		else if (f.number == RECORDS_CASE_ASSIGNMENT_TO && f.type == WIRE_VARINT)
			out->to_ms = f.value;
		else if (f.number == RECORDS_CASE_ASSIGNMENT_REASON && f.type == WIRE_VARINT)
			visit = f.value == RECORDS_ASSIGNMENT_REASON_VISIT;
	}
	if (visit)
		out->role |= HUB_ASSIGN_VISIT;
}

static struct fault begin_reason(struct hub *hub, struct assignments_case *info, const struct record_id *assignment,
				 const struct assignment_fields *fields, uint64_t order)
{
	struct assignments_holder *holder = assignments_holder_need(&hub->assignments, &fields->staff);
	const struct assignments_reason reason = { *assignment, fields->role, fields->to_ms };
	if (holder == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	FAULT_TRY(assignments_begin(&hub->assignments, info, holder, &reason, order));
	const struct assignments_tie *tie = assignments_tie_get(info, holder);
	return hub_reason_put(hub, tie, tie->reason_count - 1, 0);
}

static bool clears_end(const struct hub_own *own)
{
	for (size_t i = 0; i < own->cleared_count; i++)
		if (own->cleared[i] == RECORDS_CASE_ASSIGNMENT_TO)
			return true;
	return false;
}

static void expect_end(struct hub *hub, uint64_t to_ms)
{
	if (to_ms != 0 && to_ms < hub->next_end_ms)
		hub->next_end_ms = to_ms;
}

/* A record not known yet begins a reason; its `to`, once come, ends it. */
struct fault hub_assign_follow(struct hub *hub, struct assignments_case *info, const struct hub_own *own, uint64_t order)
{
	struct assignment_fields fields;
	size_t reason = 0;
	struct assignments_tie *tie = hub_assign_find(info, &own->record_id, &reason);
	read_assignment(own->fields, &fields);
	bool over = fields.to_ms != 0 && fields.to_ms <= hub->now.wall_ms;
	expect_end(hub, fields.to_ms);
	if (tie == NULL)
		return over || ID_IS_NONE(fields.staff) ? fault_none()
			: begin_reason(hub, info, &own->record_id, &fields, order);
	if (tie->spans[reason].ended != 0)
		return fault_none();
	if (over) {
		FAULT_TRY(hub_reason_put(hub, tie, reason, order));
		return assignments_end(tie, reason, order);
	}
	if (fields.to_ms == 0 && !clears_end(own))
		return fault_none();
	tie->reasons[reason].to_ms = fields.to_ms;
	return hub_reason_put(hub, tie, reason, 0);
}

struct fault hub_assign_put(struct hub *hub, struct assignments_case *info, struct record_id staff,
			    const struct assignments_reason *as, uint64_t why)
{
	uint8_t block[96];
	struct wire_out fields;
	uint64_t order;
	wire_out_init(&fields, block, sizeof block);
	wire_put_bytes(&fields, RECORDS_CASE_ASSIGNMENT_STAFF, ID_SPAN(staff));
	wire_put_varint(&fields, RECORDS_CASE_ASSIGNMENT_ROLE, as->role & ~(uint32_t)HUB_ASSIGN_VISIT);
	wire_put_varint(&fields, RECORDS_CASE_ASSIGNMENT_FROM, hub->now.wall_ms);
	if (as->to_ms != 0)
		wire_put_varint(&fields, RECORDS_CASE_ASSIGNMENT_TO, as->to_ms);
	if (why != 0)
		wire_put_varint(&fields, RECORDS_CASE_ASSIGNMENT_REASON, why);
	const struct hub_own own = { .case_id = info->id, .record_id = as->assignment,
				     .record_type = RECORDS_TYPE_CASE_ASSIGNMENT, .fields = wire_out_span(&fields) };
	return hub_append_own(hub, &own, &order);
}

struct fault hub_assign_append(struct hub *hub, struct assignments_case *info, struct record_id staff, uint32_t role,
			       uint64_t to_ms, struct record_id *assignment)
{
	const struct assignments_reason as = { hub_new_record(hub), role, to_ms };
	FAULT_TRY(hub_assign_put(hub, info, staff, &as, role & HUB_ASSIGN_VISIT ? RECORDS_ASSIGNMENT_REASON_VISIT : 0));
	*assignment = as.assignment;
	return fault_none();
}

struct fault hub_append_assignment(struct hub *hub, struct assignments_case *info, struct record_id staff, uint32_t role,
				   struct record_id *assignment)
{
	return hub_assign_append(hub, info, staff, role, 0, assignment);
}

struct fault hub_assign_end(struct hub *hub, const struct assignments_tie *tie, size_t reason, uint64_t to_ms)
{
	uint8_t block[16];
	struct wire_out fields;
	uint64_t order;
	wire_out_init(&fields, block, sizeof block);
	wire_put_varint(&fields, RECORDS_CASE_ASSIGNMENT_TO, to_ms);
	const struct hub_own own = { .case_id = tie->info->id, .record_id = tie->reasons[reason].assignment,
				     .record_type = RECORDS_TYPE_CASE_ASSIGNMENT, .fields = wire_out_span(&fields) };
	return hub_append_own(hub, &own, &order);
}

struct fault hub_end_reasons(struct hub *hub, struct assignments_tie *tie)
{
	for (size_t i = 0; i < tie->reason_count; i++)
		if (tie->spans[i].ended == 0)
			FAULT_TRY(hub_assign_end(hub, tie, i, hub->now.wall_ms));
	return fault_none();
}

/* When the last of a tie's reasons that last is planned to end; 0: never. */
static uint64_t end_of(const struct assignments_tie *tie)
{
	uint64_t end = 0;
	for (size_t i = 0; i < tie->reason_count; i++) {
		if (tie->spans[i].ended != 0)
			continue;
		if (tie->reasons[i].to_ms == 0)
			return 0;
		end = tie->reasons[i].to_ms > end ? tie->reasons[i].to_ms : end;
	}
	return end;
}

/* The role of the first reason that lasts. */
static uint32_t role_of(const struct assignments_tie *tie)
{
	for (size_t i = 0; i < tie->reason_count; i++)
		if (tie->spans[i].ended == 0)
			return tie->reasons[i].role;
	return 0;
}

struct fault hub_assign_renew(struct hub *hub, struct assignments_tie *tie)
{
	struct record_id assignment;
	uint32_t role = role_of(tie);
	uint64_t to_ms = end_of(tie);
	FAULT_TRY(hub_end_reasons(hub, tie));
	return hub_assign_append(hub, tie->info, tie->holder->id, role, to_ms, &assignment);
}

/* ---- planned ends ---- */

/* *ended grows; those of one tie are few, and end together. */
static struct fault end_due_of(struct hub *hub, struct assignments_tie *tie, size_t *ended)
{
	for (size_t i = 0; i < tie->reason_count; i++) {
		uint64_t to_ms = tie->reasons[i].to_ms;
		if (tie->spans[i].ended != 0 || to_ms == 0)
			continue;
		if (to_ms > hub->now.wall_ms) {
			expect_end(hub, to_ms);
			continue;
		}
		FAULT_TRY(hub_assign_end(hub, tie, i, to_ms));
		++*ended;
	}
	return fault_none();
}

struct fault hub_assign_end_due(struct hub *hub)
{
	size_t at = 0, ended = 0;
	if (hub->now.wall_ms < hub->next_end_ms)
		return fault_none();
	hub->next_end_ms = UINT64_MAX;
	for (struct assignments_case *info; (info = idmap_next(&hub->assignments.cases, &at)) != NULL;)
		for (struct assignments_tie *tie = info->ties; tie != NULL; tie = tie->next) {
			if (ended >= ENDS_A_COMMIT) {
				hub->next_end_ms = hub->now.wall_ms; /* the next commit goes on */
				return fault_none();
			}
			FAULT_TRY(end_due_of(hub, tie, &ended));
		}
	return fault_none();
}

uint64_t hub_assign_deadline(const struct hub *hub)
{
	uint64_t wait_ms = hub->next_end_ms > hub->now.wall_ms ? hub->next_end_ms - hub->now.wall_ms : 0;
	if (hub->next_end_ms == UINT64_MAX)
		return UINT64_MAX;
	return hub->now.mono_ms + (wait_ms < LOOK_AGAIN_MS ? wait_ms : LOOK_AGAIN_MS);
}

/* ---- the administrator's verbs on cases ---- */

/* Whether it is held at least until then (0: for good). */
static bool is_held_until(const struct assignments_case *info, const struct assignments_holder *holder, uint64_t to_ms)
{
	const struct assignments_tie *tie = holder == NULL ? NULL : assignments_tie_get(info, holder);
	if (assignments_lasting(tie) == NULL)
		return false;
	uint64_t end = end_of(tie);
	return end == 0 || (to_ms != 0 && to_ms <= end);
}

static struct fault assign_client(struct hub *hub, const struct assignments_case *matter, struct record_id staff,
				  uint32_t role, uint64_t to_ms)
{
	struct assignments_case *client = assignments_case_get(&hub->assignments, &matter->client_case);
	struct assignments_holder *holder = assignments_holder_get(&hub->assignments, &staff);
	struct record_id assignment;
	if (matter->kind != DELTA_CASE_MATTER || client == NULL || !client->open || client->erased)
		return fault_none();
	if (is_held_until(client, holder, to_ms))
		return fault_none();
	return hub_assign_append(hub, client, staff, role, to_ms, &assignment);
}

/* Whether this holder holds anything of the client besides the card; a child notice is its author's and
 * asks for no card. */
static bool holds_of_client(struct hub *hub, const struct assignments_holder *holder, const struct case_id *client_case)
{
	size_t at = 0;
	for (struct assignments_case *info; (info = idmap_next(&hub->assignments.cases, &at)) != NULL;)
		if (ID_EQUAL(info->client_case, *client_case) && !ID_EQUAL(info->id, *client_case) &&
		    info->kind != DELTA_CASE_CHILD_NOTICE && assignments_lasting(assignments_tie_get(info, holder)) != NULL)
			return true;
	return false;
}

static struct fault end_own(struct hub *hub, const struct assignments_case *info, struct assignments_tie *tie)
{
	struct assignments_case *client = assignments_case_get(&hub->assignments, &info->client_case);
	struct assignments_tie *card = client == NULL ? NULL : assignments_tie_get(client, tie->holder);
	FAULT_TRY(hub_end_reasons(hub, tie));
	if (assignments_lasting(card) == NULL || holds_of_client(hub, tie->holder, &info->client_case))
		return fault_none();
	return hub_end_reasons(hub, card);
}

static struct fault move_to(struct hub *hub, struct assignments_case *info, struct assignments_tie *own, struct record_id staff,
			    struct record_id *assignment)
{
	FAULT_TRY(end_own(hub, info, own));
	FAULT_TRY(assign_client(hub, info, staff, RECORDS_ASSIGNMENT_ROLE_OWN_WORKER, 0));
	return hub_assign_append(hub, info, staff, RECORDS_ASSIGNMENT_ROLE_OWN_WORKER, 0, assignment);
}

struct fault hub_assign_instead(struct hub *hub, struct case_id case_id, struct record_id staff, struct record_id own,
				struct hub_time now, struct record_id *assignment)
{
	struct record_id present, record;
	FAULT_TRY(hub_verb_begin(hub, now));
	struct assignments_case *info = assignments_case_get(&hub->assignments, &case_id);
	const struct assignments_holder *holder = assignments_holder_get(&hub->assignments, &own);
	if (info == NULL || !info->open || info->erased)
		return fault_of(FAULT_CALLER, "no such case");
	if (info->kind != DELTA_CASE_MATTER)
		return fault_of(FAULT_CALLER, "a matter has an own worker, no other case");
	if (ID_EQUAL(own, staff))
		return fault_of(FAULT_CALLER, "this person is the own worker already");
	if (holder == NULL || !hub_own_worker(hub, case_id, &present) || !ID_EQUAL(present, own))
		return fault_of(FAULT_CALLER, "the own worker is another than this now: look at the case again");
	struct assignments_tie *tie = assignments_tie_get(info, holder);
	struct fault fault = hub_verb_end(hub, move_to(hub, info, tie, staff, &record));
	if (!fault_is(fault))
		*assignment = record;
	return fault;
}

struct fault hub_assign_until(struct hub *hub, struct case_id case_id, struct record_id staff, uint32_t role,
			      uint64_t to_ms, struct hub_time now, struct record_id *assignment)
{
	FAULT_TRY(hub_verb_begin(hub, now));
	struct assignments_case *info = assignments_case_get(&hub->assignments, &case_id);
	if (info == NULL || !info->open || info->erased)
		return fault_of(FAULT_CALLER, "no such case");
	if (info == hub->directory || info == hub->reference || info->kind == DELTA_CASE_ACCESS)
		return fault_of(FAULT_CALLER, "this case is not assigned to anybody");
	if (to_ms != 0 && to_ms <= now.wall_ms)
		return fault_of(FAULT_CALLER, "an assignment does not end before it begins");
	struct fault fault = assign_client(hub, info, staff, role, to_ms);
	struct record_id record;
	if (!fault_is(fault))
		fault = hub_assign_append(hub, info, staff, role, to_ms, &record);
	fault = hub_verb_end(hub, fault);
	if (!fault_is(fault) && assignment != NULL)
		*assignment = record;
	return fault;
}

struct fault hub_assign(struct hub *hub, struct case_id case_id, struct record_id staff, uint32_t role,
			struct hub_time now, struct record_id *assignment)
{
	return hub_assign_until(hub, case_id, staff, role, 0, now, assignment);
}

bool hub_own_worker(struct hub *hub, struct case_id case_id, struct record_id *staff)
{
	const struct assignments_case *info = assignments_case_get(&hub->assignments, &case_id);
	for (const struct assignments_tie *tie = info == NULL ? NULL : info->ties; tie != NULL; tie = tie->next)
		for (size_t i = 0; i < tie->reason_count; i++)
			if (tie->spans[i].ended == 0 && tie->reasons[i].role == RECORDS_ASSIGNMENT_ROLE_OWN_WORKER) {
				*staff = tie->holder->id;
				return true;
			}
	return false;
}

static struct fault put_no_own_worker(struct hub *hub, const struct assignments_tie *tie, size_t reason, struct span why)
{
	uint8_t block[HUB_ASSIGN_WHY_BYTES + 16];
	struct wire_out fields;
	uint64_t order;
	wire_out_init(&fields, block, sizeof block);
	wire_put_bytes(&fields, RECORDS_CASE_ASSIGNMENT_NOT_NEEDED_REASON, why);
	const struct hub_own own = { .case_id = tie->info->id, .record_id = tie->reasons[reason].assignment,
				     .record_type = RECORDS_TYPE_CASE_ASSIGNMENT, .fields = wire_out_span(&fields) };
	return hub_append_own(hub, &own, &order);
}

struct fault hub_no_own_worker(struct hub *hub, struct case_id case_id, struct span why, struct hub_time now)
{
	struct record_id staff;
	const struct assignments_tie *tie;
	FAULT_TRY(hub_verb_begin(hub, now));
	const struct assignments_case *info = assignments_case_get(&hub->assignments, &case_id);
	if (hub_own_worker(hub, case_id, &staff))
		return fault_of(FAULT_CALLER, "the case has an own worker");
	if (why.len == 0 || why.len > HUB_ASSIGN_WHY_BYTES)
		return fault_of(FAULT_CALLER, "say in a few words why no own worker is needed");
	for (tie = info == NULL ? NULL : info->ties; tie != NULL; tie = tie->next)
		for (size_t i = 0; i < tie->reason_count; i++)
			if (tie->spans[i].ended == 0)
				return hub_verb_end(hub, put_no_own_worker(hub, tie, i, why));
	return fault_of(FAULT_CALLER, "nobody holds the case: assign it first");
}

struct fault hub_unassign(struct hub *hub, struct case_id case_id, struct record_id staff, struct hub_time now)
{
	FAULT_TRY(hub_verb_begin(hub, now));
	const struct assignments_case *info = assignments_case_get(&hub->assignments, &case_id);
	const struct assignments_holder *holder = assignments_holder_get(&hub->assignments, &staff);
	struct assignments_tie *tie = info == NULL || holder == NULL ? NULL : assignments_tie_get(info, holder);
	if (tie == NULL || assignments_lasting(tie) == NULL)
		return fault_of(FAULT_CALLER, "the case is not assigned to this person");
	return hub_verb_end(hub, hub_end_reasons(hub, tie));
}
