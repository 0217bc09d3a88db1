/* hub - the turn with its one transaction, own deltas, what it says of itself. */
#include "central/hub_state.h"

#include <pb_encode.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/assert.h"
#include "records_table.h"

uint32_t hub_generation(const struct hub *hub)
{
	return order_epoch_current(&hub->orders)->generation;
}

const struct epoch_id *hub_epoch(const struct hub *hub)
{
	return &order_epoch_current(&hub->orders)->id;
}

struct fault hub_die(struct hub *hub, struct fault fault)
{
	ASSERT(fault_is(fault));
	if (!fault_is(hub->dead))
		hub->dead = fault;
	return fault;
}

/* ---- the turn ---- */

struct fault hub_turn(struct hub *hub)
{
	if (fault_is(hub->dead))
		return hub->dead;
	if (hub->in_turn)
		return fault_none();
	struct fault fault = log_begin(hub->log);
	if (fault_is(fault))
		return hub_die(hub, fault);
	hub->in_turn = true;
	return fault_none();
}

void hub_turn_took(struct hub *hub, size_t rows, size_t bytes)
{
	hub->turn_bytes += bytes + rows * HUB_TURN_ROW_BYTES;
}

struct fault hub_touched(struct hub *hub, struct assignments_case *info, uint64_t order, const struct epoch_id *author)
{
	bool again = hub->touched_count != 0 && hub->touched[hub->touched_count - 1] == info;
	assignments_touched(info, order, author);
	if (again)
		return fault_none();
	if (hub->touched_count == hub->touched_room) {
		size_t room = hub->touched_room == 0 ? 64 : hub->touched_room * 2;
		struct assignments_case **touched = realloc(hub->touched, room * sizeof *touched);
		if (touched == NULL)
			return fault_of(FAULT_LIMIT, "out of memory");
		hub->touched = touched;
		hub->touched_room = room;
	}
	hub->touched[hub->touched_count++] = info;
	return fault_none();
}

static void wake_holder(struct assignments_holder *holder)
{
	for (struct hub_link *link = holder->links; link != NULL; link = link->next_of_holder)
		hub_wake(link);
}

/* Fan-out: exactly the connected devices in whose scope something happened. */
static void wake_scope(struct hub *hub)
{
	for (size_t i = 0; i < hub->touched_count; i++) {
		struct assignments_case *info = hub->touched[i];
		if (info == hub->directory || info == hub->reference) {
			for (struct hub_link *link = hub->links; link != NULL; link = link->next)
				hub_wake(link);
			continue;
		}
		for (struct assignments_tie *tie = info->ties; tie != NULL; tie = tie->next)
			if (tie->holder->links != NULL)
				wake_holder(tie->holder);
	}
	hub->touched_count = 0;
}

static struct fault put_dirty(struct hub *hub)
{
	if (hub->dirty_devices == NULL)
		return fault_none();
	FAULT_TRY(hub_turn(hub));
	while (hub->dirty_devices != NULL) {
		struct hub_node *device = hub->dirty_devices;
		FAULT_TRY(hub_devices_put_session(hub, device));
		hub->dirty_devices = device->next_dirty;
		device->session_dirty = false;
	}
	return fault_none();
}

static struct fault put_head(struct hub *hub)
{
	struct log_head head;
	if (!hub->head_due)
		return fault_none();
	author_head(&hub->self, &head);
	hub->head_due = false;
	return log_head_put(hub->log, &head);
}

static struct fault commit(struct hub *hub)
{
	FAULT_TRY(put_dirty(hub));
	if (!hub->in_turn)
		return fault_none();
	FAULT_TRY(put_head(hub));
	hub->in_turn = false;
	hub->turn_bytes = 0;
	FAULT_TRY(log_commit(hub->log));
	hub->counters.commits++;
	return fault_none();
}

/* After a failed verb of the log nothing in memory can be trusted any more. */
static struct fault all_hang_up(struct hub *hub)
{
	if (hub->in_turn) {
		hub->in_turn = false;
		if (log_in_transaction(hub->log))
			log_rollback(hub->log);
	}
	for (struct hub_link *link = hub->links; link != NULL; link = link->next)
		hub_link_close(link, "the log failed");
	return hub->dead;
}

static void answer_woken(struct hub *hub)
{
	while (hub->woken != NULL) {
		struct hub_link *link = hub->woken;
		hub->woken = link->next_woken;
		link->next_woken = NULL;
		link->woken = false;
		hub_link_answer(link);
	}
}

struct fault hub_commit(struct hub *hub, struct hub_time now)
{
	hub->now = now;
	if (!fault_is(hub->dead)) {
		struct fault fault = hub_assign_end_due(hub);
		if (!fault_is(fault))
			fault = hub_bundle_key_due(hub);
		bool changed = hub->in_turn;
		if (!fault_is(fault))
			fault = commit(hub);
		if (fault_is(fault)) {
			hub_die(hub, fault);
		} else {
			wake_scope(hub);
			answer_woken(hub); /* H1 */
			if (changed && hub->host.changed != NULL)
				hub->host.changed(hub->host.ctx);
		}
	}
	return fault_is(hub->dead) ? all_hang_up(hub) : fault_none();
}

struct fault hub_verb_begin(struct hub *hub, struct hub_time now)
{
	FAULT_TRY(hub_commit(hub, now));
	return hub_turn(hub);
}

struct fault hub_verb_end(struct hub *hub, struct fault fault)
{
	if (fault_is(fault))
		hub_die(hub, fault); /* the verb was half done */
	struct fault committed = hub_commit(hub, hub->now);
	return fault_is(fault) ? fault : committed;
}

/* ---- own deltas ---- */

struct record_id hub_new_record(struct hub *hub)
{
	struct record_id id;
	hub->host.random(hub->host.ctx, id.bytes, sizeof id.bytes);
	return id;
}

struct fault hub_book_touched(struct hub *hub, const struct log_entry *entry)
{
	if (!hub->has_book || ID_IS_NONE(entry->case_id))
		return fault_none();
	return hub->book.ops->touched(hub->book.ctx, entry->case_id, entry->record_id, entry);
}

struct fault hub_case_open(struct hub *hub, const struct delta *delta, const struct author *author, uint64_t seq,
			   struct assignments_case **info)
{
	const struct delta_opening *opening = &delta->opening;
	const struct log_case stored = {
		.case_id = delta->case_id, .kind = opening->kind, .has_secret = true, .secret = opening->secret,
		.client_case = opening->client_case, .opened_by = *author, .opened_seq = seq,
	};
	*info = assignments_case_open(&hub->assignments, &delta->case_id, opening, &author->node);
	if (*info == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	return log_case_put(hub->log, &stored);
}

struct fault hub_append_own(struct hub *hub, const struct hub_own *own, uint64_t *order)
{
	const struct author_place place = { .verdict = LOG_ACCEPTED,
					    .order = { hub_generation(hub), hub->last_order + 1 } };
	struct author_change change = {
		.case_id = own->case_id, .record_id = own->record_id, .record_type = own->record_type,
		.fields = own->fields, .cleared = own->cleared, .cleared_count = own->cleared_count,
		.opens = own->opens, .opening = own->opening, .envelope = own->envelope,
	};
	struct log_entry entry;
	/* Central has folded all it gave an order. */
	if (hub->last_order != 0)
		change.base = (struct order_bases){ .pairs = { { *hub_epoch(hub), hub->last_order } }, .count = 1 };
	FAULT_TRY(hub_turn(hub));
	FAULT_TRY(author_append(&hub->self, &change, &place, hub->now.wall_ms, &entry));
	hub->last_order++;
	hub->head_due = true;
	*order = hub->last_order;
	struct assignments_case *info = assignments_case_get(&hub->assignments, &own->case_id);
	if (own->opens && (info == NULL || !info->open))
		info = assignments_case_open(&hub->assignments, &own->case_id, &own->opening, &hub->node);
	else if (info == NULL)
		info = assignments_case_need(&hub->assignments, &own->case_id);
	if (info == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	if (own->record_type == RECORDS_TYPE_CASE_ASSIGNMENT)
		FAULT_TRY(hub_assign_follow(hub, info, own, *order));
	return hub_touched(hub, info, *order, &hub->self.chain.info.author.epoch);
}

/* ---- an administrator's write ---- */

static struct fault check_write(struct hub *hub, const struct hub_write *write)
{
	const struct assignments_case *info = assignments_case_get(&hub->assignments, &write->case_id);
	if (write->opens ? info != NULL && (info->open || info->waits) : info == NULL || !info->open || info->erased)
		return fault_of(FAULT_CALLER, write->opens ? "the case is open already" : "no such case");
	if (write->fields.len > LIMIT_FIELD_BYTES || write->cleared_count > LIMIT_FIELDS)
		return fault_of(FAULT_LIMIT, "record too long");
	return fault_none();
}

static struct fault append_write(struct hub *hub, const struct hub_write *write, struct hub_written *out)
{
	struct hub_own own = {
		.case_id = write->case_id, .record_id = write->record_id, .record_type = write->record_type,
		.fields = write->fields, .cleared = write->cleared, .cleared_count = write->cleared_count,
		.opens = write->opens, .envelope = write->envelope,
	};
	if (write->opens) {
		own.opening = (struct delta_opening){ .kind = write->kind, .client_case = write->client_case };
		hub->host.random(hub->host.ctx, own.opening.secret.bytes, sizeof own.opening.secret.bytes);
	}
	if (ID_IS_NONE(own.record_id))
		own.record_id = hub_new_record(hub);
	if (own.opens && ID_IS_NONE(own.case_id))
		hub->host.random(hub->host.ctx, own.case_id.bytes, sizeof own.case_id.bytes);
	out->case_id = own.case_id;
	out->record_id = own.record_id;
	FAULT_TRY(hub_append_own(hub, &own, &out->order));
	return write->settles_table == NULL ? fault_none() : log_remove(hub->log, write->settles_table, write->settles_key);
}

struct fault hub_write_all(struct hub *hub, const struct hub_write *writes, size_t count, struct hub_time now,
			   struct hub_written *out)
{
	struct fault fault = fault_none();
	size_t i;
	FAULT_TRY(hub_verb_begin(hub, now));
	for (i = 0; i < count; i++)
		FAULT_TRY(check_write(hub, &writes[i]));
	struct author_chain before = hub->self.chain;
	for (i = 0; i < count && !fault_is(fault); i++)
		fault = append_write(hub, &writes[i], &out[i]);
	/* The first delta is malformed: nothing of it stands, the hub goes on. Later ones have
	 * left orders in memory: hub_verb_end lets it die. */
	if (i == 1 && (fault.kind == FAULT_CALLER || fault.kind == FAULT_LIMIT)) {
		hub->self.chain = before;
		hub->in_turn = false;
		struct fault undone = log_rollback(hub->log);
		return fault_is(undone) ? hub_die(hub, undone) : fault;
	}
	return hub_verb_end(hub, fault);
}

struct fault hub_write(struct hub *hub, const struct hub_write *write, struct hub_time now, struct hub_written *out)
{
	struct hub_written written;
	struct fault fault = hub_write_all(hub, write, 1, now, &written);
	if (!fault_is(fault))
		*out = written;
	return fault;
}

struct fault hub_safe_order(struct hub *hub, uint64_t order, struct hub_time now)
{
	uint8_t value[8], at[8];
	if (order > hub->last_order)
		return fault_of(FAULT_CALLER, "no such order was given yet");
	if (order == hub->safe_order)
		return fault_none(); /* a backup of nothing new writes nothing, or it would never end */
	FAULT_TRY(hub_verb_begin(hub, now));
	hub_put_be64(value, order);
	hub_put_be64(at, now.wall_ms);
	struct fault fault = log_put(hub->log, HUB_TABLE_CENTRAL, span_text("safe"), span_of(value, sizeof value));
	if (!fault_is(fault))
		fault = log_put(hub->log, HUB_TABLE_CENTRAL, span_text("safe at"), span_of(at, sizeof at));
	hub->safe_order = order;
	hub->safe_at_ms = now.wall_ms;
	for (struct hub_link *link = hub->links; link != NULL; link = link->next)
		hub_wake(link);
	return hub_verb_end(hub, fault);
}

/* ---- what it says of itself ---- */

const struct delta_identity *hub_identity(const struct hub *hub)
{
	return &hub->identity;
}

const struct order_tree *hub_orders(const struct hub *hub)
{
	return &hub->orders;
}

struct node_id hub_node(const struct hub *hub)
{
	return hub->node;
}

struct case_id hub_reference_case(const struct hub *hub)
{
	return hub->reference_case;
}

struct case_id hub_directory_case(const struct hub *hub)
{
	return hub->directory_case;
}

void hub_counters(const struct hub *hub, struct hub_counters *out)
{
	*out = hub->counters;
	out->last_order = hub->last_order;
}
