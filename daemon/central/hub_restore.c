/* hub_restore - a backup put back: a new central epoch, the deny file first.
 *
 * Sessions' counters and resumption keys are not taken from the backup: devices
 * are answered PLAIN and begin with IK. Nothing is fed until an administrator
 * has confirmed the list of devices. */
#include <stdlib.h>

#include "base/assert.h"
#include "central/hub_state.h"
#include "records_table.h"

/* ---- the epochs in the log ---- */

enum { EPOCH_BYTES = 2 * ID_BYTES + 4 + 8 };

struct fault hub_restore_put_epochs(struct hub *hub)
{
	uint8_t value[LIMIT_GENERATIONS * EPOCH_BYTES];
	for (size_t i = 0; i < hub->orders.count; i++) {
		const struct order_epoch *epoch = &hub->orders.epochs[i];
		uint8_t *out = value + i * EPOCH_BYTES;
		memcpy(out, epoch->id.bytes, ID_BYTES);
		memcpy(out + ID_BYTES, epoch->parent.bytes, ID_BYTES);
		for (size_t b = 0; b < 4; b++)
			out[2 * ID_BYTES + b] = (uint8_t)(epoch->generation >> (8 * b));
		hub_put_be64(out + 2 * ID_BYTES + 4, epoch->inherited);
	}
	return log_put(hub->log, HUB_TABLE_CENTRAL, span_text("epochs"), span_of(value, hub->orders.count * EPOCH_BYTES));
}

struct fault hub_restore_load_epochs(struct hub *hub)
{
	uint8_t value[LIMIT_GENERATIONS * EPOCH_BYTES];
	size_t len;
	bool found;
	FAULT_TRY(log_get(hub->log, HUB_TABLE_CENTRAL, span_text("epochs"), value, sizeof value, &len, &found));
	if (!found || len == 0 || len % EPOCH_BYTES != 0)
		return fault_of(FAULT_STORE, "the log has no central epoch");
	for (size_t at = 0; at < len; at += EPOCH_BYTES) {
		struct order_epoch epoch = { .generation = 0 };
		memcpy(epoch.id.bytes, value + at, ID_BYTES);
		memcpy(epoch.parent.bytes, value + at + ID_BYTES, ID_BYTES);
		for (size_t b = 0; b < 4; b++)
			epoch.generation |= (uint32_t)value[at + 2 * ID_BYTES + b] << (8 * b);
		epoch.inherited = hub_get_be64(value + at + 2 * ID_BYTES + 4);
		FAULT_TRY(order_learn(&hub->orders, &epoch));
	}
	return fault_none();
}

/* ---- the deny file ---- */

/* Epochs that were opened after the backup was made: their generations are used up. */
static struct fault learn_epochs(struct hub *hub, const struct span *lines, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct deny_line line;
		FAULT_TRY(deny_read(&hub->identity, lines[i], &line));
		if (line.kind == DENY_EPOCH)
			FAULT_TRY(order_learn(&hub->orders, &line.epoch));
	}
	return fault_none();
}

static struct fault apply(struct hub *hub, const struct deny_line *line)
{
	switch (line->kind) {
	case DENY_EPOCH:
		return fault_none();
	case DENY_ERASE_RECORD:
	case DENY_ERASE_CASE:
		return hub_erase_apply(hub, line);
	case DENY_REVOKE:
		break;
	}
	struct hub_node *device = hub_devices_get(hub, &line->node);
	/* One enrolled after the backup is not known any more: it stays outside, with a new code too. */
	if (device == NULL)
		return log_put(hub->log, HUB_TABLE_DENIED, ID_SPAN(line->node), ID_SPAN(line->node));
	if (device->state == HUB_DEVICE_REVOKED || device->state == HUB_DEVICE_RETIRED)
		return fault_none();
	device->state = HUB_DEVICE_REVOKED;
	return hub_devices_record(hub, device, line->time_ms);
}

static struct fault apply_all(struct hub *hub, const struct span *lines, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct deny_line line;
		FAULT_TRY(deny_read(&hub->identity, lines[i], &line));
		FAULT_TRY(apply(hub, &line));
	}
	return fault_none();
}

/* ---- the new epochs ---- */

static struct fault begin_epoch(struct hub *hub, const struct order_epoch *parent)
{
	struct order_epoch epoch = { .parent = parent->id, .inherited = hub->last_order,
				     .generation = hub_generation(hub) + 1 };
	hub->host.random(hub->host.ctx, epoch.id.bytes, sizeof epoch.id.bytes);
	const struct deny_line line = { .kind = DENY_EPOCH, .epoch = epoch, .time_ms = hub->now.wall_ms };
	FAULT_TRY(deny_write(hub, &line));
	FAULT_TRY(order_learn(&hub->orders, &epoch));
	return hub_restore_put_epochs(hub);
}

/* Central goes on as an author in an epoch of its own, after what the backup holds. */
static struct fault begin_author(struct hub *hub)
{
	const struct log_author before = hub->self.chain.info;
	const struct author_continues continues = { before.author.epoch, before.seq, before.h };
	struct hub_author *known = hub_author_get(hub, &before.author.epoch);
	struct author author = { .node = hub->node };
	ASSERT(known != NULL);
	known->info = before;
	known->info.closed = true;
	FAULT_TRY(log_author_put(hub->log, &known->info));
	hub->host.random(hub->host.ctx, author.epoch.bytes, sizeof author.epoch.bytes);
	FAULT_TRY(author_begin(&hub->self, &author, hub->identity.bytes, &continues));
	FAULT_TRY(hub_author_add(hub, &hub->self.chain.info, &known));
	return log_put(hub->log, HUB_TABLE_CENTRAL, span_text("self"), ID_SPAN(author.epoch));
}

static struct fault forget_sessions(struct hub *hub)
{
	size_t at = 0;
	for (struct hub_node *device; (device = idmap_next(&hub->devices, &at)) != NULL;) {
		device->has_current = device->has_previous = false;
		device->counter = 0;
		FAULT_TRY(hub_devices_put_session(hub, device));
	}
	return fault_none();
}

/* The epoch's first delta: central's own record in the directory says since when it runs. */
static struct fault open_epoch(struct hub *hub)
{
	uint8_t block[16];
	struct wire_out fields;
	uint64_t order;
	struct hub_own own = { .case_id = hub->directory_case, .record_type = RECORDS_TYPE_DEVICE };
	memcpy(own.record_id.bytes, hub->node.bytes, ID_BYTES);
	wire_out_init(&fields, block, sizeof block);
	wire_put_varint(&fields, RECORDS_DEVICE_ENROLLED_AT, hub->now.wall_ms);
	own.fields = wire_out_span(&fields);
	return hub_append_own(hub, &own, &order);
}

static struct fault restore_in(struct hub *hub, const struct order_epoch *parent, const struct span *lines, size_t count)
{
	static const uint8_t yes = 1;
	FAULT_TRY(begin_epoch(hub, parent));
	FAULT_TRY(begin_author(hub));
	FAULT_TRY(open_epoch(hub));
	FAULT_TRY(forget_sessions(hub));
	hub->unconfirmed = true;
	FAULT_TRY(log_put(hub->log, HUB_TABLE_CENTRAL, span_text("unconfirmed"), span_of(&yes, 1)));
	return apply_all(hub, lines, count);
}

static struct fault restore_on(struct hub *hub, const struct span *lines, size_t count)
{
	FAULT_TRY(hub_load(hub));
	const struct order_epoch parent = *order_epoch_current(&hub->orders);
	FAULT_TRY(learn_epochs(hub, lines, count));
	FAULT_TRY(hub_turn(hub));
	struct fault fault = restore_in(hub, &parent, lines, count);
	return hub_verb_end(hub, fault);
}

struct fault hub_restore(struct log *log, const struct book *book, const struct hub_host *host,
			 const struct span *deny_lines, size_t deny_count, bool override,
			 struct hub_time now, struct hub **out)
{
	if (deny_count == 0 && !override)
		return fault_of(FAULT_CALLER, "a restored central node starts only with its deny file");
	struct hub *hub = hub_alloc(log, book, host, now);
	if (hub == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	struct fault fault = restore_on(hub, deny_lines, deny_count);
	if (fault_is(fault)) {
		hub_close(hub);
		return fault;
	}
	hub_configure(hub);
	*out = hub;
	return fault_none();
}

struct fault hub_confirm_devices(struct hub *hub)
{
	if (!hub->unconfirmed)
		return fault_none();
	FAULT_TRY(hub_verb_begin(hub, hub->now));
	struct fault fault = log_remove(hub->log, HUB_TABLE_CENTRAL, span_text("unconfirmed"));
	hub->unconfirmed = false;
	for (struct hub_link *link = hub->links; link != NULL; link = link->next)
		hub_wake(link);
	return hub_verb_end(hub, fault);
}
