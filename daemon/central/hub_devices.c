/* hub_devices - the devices central knows, and what must last of their sessions.
 *
 * Two values of the log each: what rarely changes, and what every session
 * changes (counter, resumption keys, heard). The second is never in a backup's
 * use: a restore drops it. */
#include <sodium.h>
#include <stdlib.h>

#include "base/assert.h"
#include "central/hub_state.h"
#include "records_table.h"

enum {
	/* HUB_TABLE_DEVICE */
	DEVICE_STATIC = 1, DEVICE_SIGN = 2, DEVICE_HOLDER = 3, DEVICE_STATE = 4, DEVICE_SERIAL = 5, DEVICE_WORDS = 6,
	DEVICE_ENROLLED = 7, DEVICE_TWIN = 8, DEVICE_ERASED = 9, DEVICE_REFILL = 10, DEVICE_DIRECTORY = 11,
	DEVICE_EPOCH = 12, DEVICE_DISK = 13,
	/* HUB_TABLE_SESSION */
	SESSION_COUNTER = 1, SESSION_CURRENT = 2, SESSION_PREVIOUS = 3, SESSION_ORDER = 4, SESSION_BACKLOG = 5,
	SESSION_PLACE = 6, SESSION_CONTACT = 7, SESSION_OFFSET = 8,
	VALUE_BYTES = 512,
};

struct hub_node *hub_devices_get(const struct hub *hub, const struct node_id *node)
{
	return idmap_get(&hub->devices, node->bytes);
}

struct hub_node *hub_devices_by_key(const struct hub *hub, const uint8_t key[static NOISE_DH_BYTES])
{
	const struct hub_node_key *found = idmap_get(&hub->keys, key);
	if (found == NULL || memcmp(found->device->static_public, key, NOISE_DH_BYTES) != 0)
		return NULL;
	return found->device;
}

static void device_free(struct hub_node *device)
{
	free(device->decisions);
	sodium_memzero(device, sizeof *device);
	free(device);
}

void hub_devices_free(struct hub *hub)
{
	size_t at = 0;
	for (struct hub_node *device; (device = idmap_next(&hub->devices, &at)) != NULL;)
		device_free(device);
	idmap_deinit(&hub->devices);
	idmap_deinit(&hub->keys);
}

struct fault hub_devices_add(struct hub *hub, const struct hub_node *device, struct hub_node **out)
{
	struct hub_node *added = calloc(1, sizeof *added);
	if (added == NULL)
		return fault_of(FAULT_LIMIT, "out of memory");
	*added = *device;
	memcpy(added->by_key.prefix, device->static_public, ID_BYTES);
	added->by_key.device = added;
	if (idmap_get(&hub->keys, added->by_key.prefix) != NULL || hub_devices_get(hub, &device->node) != NULL) {
		free(added);
		return fault_of(FAULT_PEER, "a device that is known already");
	}
	if (!idmap_put(&hub->devices, added)) {
		free(added);
		return fault_of(FAULT_LIMIT, "out of memory");
	}
	if (!idmap_put(&hub->keys, &added->by_key)) {
		idmap_remove(&hub->devices, added->node.bytes);
		free(added);
		return fault_of(FAULT_LIMIT, "out of memory");
	}
	*out = added;
	return fault_none();
}

/* ---- in the log ---- */

struct fault hub_devices_put(struct hub *hub, const struct hub_node *device)
{
	uint8_t block[VALUE_BYTES];
	struct wire_out out;
	wire_out_init(&out, block, sizeof block);
	wire_put_bytes(&out, DEVICE_STATIC, span_of(device->static_public, sizeof device->static_public));
	wire_put_bytes(&out, DEVICE_SIGN, span_of(device->sign_public, sizeof device->sign_public));
	wire_put_bytes(&out, DEVICE_HOLDER, ID_SPAN(device->holder));
	wire_put_varint(&out, DEVICE_STATE, (uint64_t)device->state);
	wire_put_bytes(&out, DEVICE_SERIAL, span_text(device->serial));
	wire_put_bytes(&out, DEVICE_WORDS, span_text(device->words));
	wire_put_varint(&out, DEVICE_ENROLLED, device->enrolled_ms);
	wire_put_varint(&out, DEVICE_TWIN, device->twin_alarm);
	wire_put_varint(&out, DEVICE_ERASED, device->erase_confirmed);
	wire_put_varint(&out, DEVICE_REFILL, device->must_refill);
	wire_put_varint(&out, DEVICE_DIRECTORY, device->has_directory);
	wire_put_bytes(&out, DEVICE_EPOCH, ID_SPAN(device->first_epoch));
	wire_put_varint(&out, DEVICE_DISK, device->disk);
	return log_put(hub->log, HUB_TABLE_DEVICE, ID_SPAN(device->node), wire_out_span(&out));
}

struct fault hub_devices_put_session(struct hub *hub, const struct hub_node *device)
{
	uint8_t block[VALUE_BYTES];
	struct wire_out out;
	wire_out_init(&out, block, sizeof block);
	wire_put_varint(&out, SESSION_COUNTER, device->counter);
	if (device->has_current)
		wire_put_bytes(&out, SESSION_CURRENT, span_of(device->current, sizeof device->current));
	if (device->has_previous)
		wire_put_bytes(&out, SESSION_PREVIOUS, span_of(device->previous, sizeof device->previous));
	wire_put_varint(&out, SESSION_ORDER, device->heard.order);
	wire_put_varint(&out, SESSION_BACKLOG, device->heard.backlog_now);
	wire_put_varint(&out, SESSION_PLACE, device->heard.backlog_place);
	wire_put_varint(&out, SESSION_CONTACT, device->last_contact_ms);
	wire_put_varint(&out, SESSION_OFFSET, (uint64_t)device->clock_offset_ms);
	struct fault fault = log_put(hub->log, HUB_TABLE_SESSION, ID_SPAN(device->node), wire_out_span(&out));
	sodium_memzero(block, sizeof block);
	return fault;
}

void hub_devices_dirty(struct hub *hub, struct hub_node *device)
{
	if (device->session_dirty)
		return;
	device->session_dirty = true;
	device->next_dirty = hub->dirty_devices;
	hub->dirty_devices = device;
}

static bool take_bytes(const struct wire_field *f, uint8_t *out, size_t len)
{
	if (f->type != WIRE_BYTES || f->data.len != len)
		return false;
	memcpy(out, f->data.data, len);
	return true;
}

static bool take_text(const struct wire_field *f, char *out, size_t size)
{
	if (f->type != WIRE_BYTES || f->data.len >= size)
		return false;
	memset(out, 0, size);
	if (f->data.len != 0)
		memcpy(out, f->data.data, f->data.len);
	return true;
}

static bool take_device(const struct wire_field *f, struct hub_node *device)
{
	switch (f->number) {
	case DEVICE_STATIC:
		return take_bytes(f, device->static_public, sizeof device->static_public);
	case DEVICE_SIGN:
		return take_bytes(f, device->sign_public, sizeof device->sign_public);
	case DEVICE_HOLDER:
		return take_bytes(f, device->holder.bytes, ID_BYTES);
	case DEVICE_EPOCH:
		return take_bytes(f, device->first_epoch.bytes, ID_BYTES);
	case DEVICE_SERIAL:
		return take_text(f, device->serial, sizeof device->serial);
	case DEVICE_WORDS:
		return take_text(f, device->words, sizeof device->words);
	case DEVICE_STATE:
		device->state = (enum hub_device_state)f->value;
		return f->value >= HUB_DEVICE_WAITING && f->value <= HUB_DEVICE_RETIRED;
	case DEVICE_ENROLLED:
		device->enrolled_ms = f->value;
		return true;
	case DEVICE_TWIN:
		device->twin_alarm = f->value != 0;
		return true;
	case DEVICE_ERASED:
		device->erase_confirmed = f->value != 0;
		return true;
	case DEVICE_REFILL:
		device->must_refill = f->value != 0;
		return true;
	case DEVICE_DIRECTORY:
		device->has_directory = f->value != 0;
		return true;
	case DEVICE_DISK:
		device->disk = f->value <= 2 ? (uint32_t)f->value : 0;
		return true;
	}
	return true;
}

static bool take_session(const struct wire_field *f, struct hub_node *device)
{
	switch (f->number) {
	case SESSION_COUNTER:
		device->counter = f->value;
		return true;
	case SESSION_CURRENT:
		device->has_current = true;
		return take_bytes(f, device->current, sizeof device->current);
	case SESSION_PREVIOUS:
		device->has_previous = true;
		return take_bytes(f, device->previous, sizeof device->previous);
	case SESSION_ORDER:
		device->heard.order = f->value;
		return true;
	case SESSION_BACKLOG:
		device->heard.backlog_now = f->value;
		return true;
	case SESSION_PLACE:
		device->heard.backlog_place = f->value;
		return true;
	case SESSION_CONTACT:
		device->last_contact_ms = f->value;
		return true;
	case SESSION_OFFSET:
		device->clock_offset_ms = (int64_t)f->value;
		return true;
	}
	return true;
}

static struct fault damaged(void)
{
	return fault_of(FAULT_STORE, "what the log keeps of a device is damaged");
}

static struct fault take_all(struct span value, bool (*take)(const struct wire_field *, struct hub_node *),
			     struct hub_node *device)
{
	struct wire_field f;
	enum wire_read r;
	while ((r = wire_next(&value, &f)) == WIRE_FIELD)
		if (!take(&f, device))
			return damaged();
	return r == WIRE_END ? fault_none() : damaged();
}

struct loading {
	struct hub *hub;
	struct fault fault;
};

static struct fault load(struct hub *hub, struct span key, struct span value)
{
	struct hub_node device = { .counter = 0 };
	uint8_t session[VALUE_BYTES];
	size_t len;
	bool found;
	if (key.len != ID_BYTES)
		return damaged();
	memcpy(device.node.bytes, key.data, ID_BYTES);
	FAULT_TRY(take_all(value, take_device, &device));
	FAULT_TRY(log_get(hub->log, HUB_TABLE_SESSION, key, session, sizeof session, &len, &found));
	if (found)
		FAULT_TRY(take_all(span_of(session, len), take_session, &device));
	struct hub_node *added;
	struct fault fault = hub_devices_add(hub, &device, &added);
	sodium_memzero(session, sizeof session);
	sodium_memzero(&device, sizeof device);
	return fault;
}

static bool load_device(void *ctx, struct span key, struct span value)
{
	struct loading *loading = ctx;
	loading->fault = load(loading->hub, key, value);
	return !fault_is(loading->fault);
}

static bool load_decision(void *ctx, struct span key, struct span value)
{
	struct loading *loading = ctx;
	struct hub_decision decision;
	if (key.len != ID_BYTES + 8 || value.len != ID_BYTES + 8 + DELTA_HASH_BYTES) {
		loading->fault = damaged();
		return false;
	}
	memcpy(decision.author.node.bytes, key.data, ID_BYTES);
	decision.order = hub_get_be64(key.data + ID_BYTES);
	memcpy(decision.author.epoch.bytes, value.data, ID_BYTES);
	decision.seq = hub_get_be64(value.data + ID_BYTES);
	memcpy(decision.h.bytes, value.data + ID_BYTES + 8, DELTA_HASH_BYTES);
	struct hub_node *device = hub_devices_get(loading->hub, &decision.author.node);
	if (device != NULL)
		loading->fault = hub_devices_decided(device, &decision);
	return !fault_is(loading->fault);
}

struct fault hub_devices_load(struct hub *hub)
{
	struct loading loading = { hub, fault_none() };
	FAULT_TRY(log_scan(hub->log, HUB_TABLE_DEVICE, (struct span){ NULL, 0 }, load_device, &loading));
	FAULT_TRY(loading.fault);
	FAULT_TRY(log_scan(hub->log, HUB_TABLE_DECISION, (struct span){ NULL, 0 }, load_decision, &loading));
	return loading.fault;
}

/* ---- decisions on its work ---- */

struct fault hub_devices_decided(struct hub_node *device, const struct hub_decision *decision)
{
	if (device->decision_count == device->decision_room) {
		size_t room = device->decision_room == 0 ? 8 : device->decision_room * 2;
		struct hub_decision *decisions = realloc(device->decisions, room * sizeof *decisions);
		if (decisions == NULL)
			return fault_of(FAULT_LIMIT, "out of memory");
		device->decisions = decisions;
		device->decision_room = room;
	}
	ASSERT(device->decision_count == 0
	       || device->decisions[device->decision_count - 1].order < decision->order);
	device->decisions[device->decision_count++] = *decision;
	return fault_none();
}

size_t hub_devices_decisions_after(const struct hub_node *device, uint64_t after)
{
	size_t at = device->decision_count;
	while (at > 0 && device->decisions[at - 1].order > after)
		at--;
	return at;
}

/* ---- the directory ---- */

static uint32_t state_of(enum hub_device_state state)
{
	switch (state) {
	case HUB_DEVICE_WAITING:
		return RECORDS_DEVICE_STATE_REQUESTED;
	case HUB_DEVICE_ACTIVE:
		return RECORDS_DEVICE_STATE_ACTIVE;
	case HUB_DEVICE_SUSPENDED:
		return RECORDS_DEVICE_STATE_SUSPENDED;
	case HUB_DEVICE_REVOKED:
		return RECORDS_DEVICE_STATE_REVOKED_LOST;
	case HUB_DEVICE_RETIRED:
		return RECORDS_DEVICE_STATE_RETIRED;
	}
	return RECORDS_DEVICE_STATE_REQUESTED;
}

/* Of a device that is to erase what it holds: until it has said that it has. */
static uint32_t wipe_of(const struct hub_node *device)
{
	if (device->state != HUB_DEVICE_REVOKED && device->state != HUB_DEVICE_RETIRED)
		return RECORDS_WIPE_STATE_NONE;
	return device->erase_confirmed ? RECORDS_WIPE_STATE_CONFIRMED : RECORDS_WIPE_STATE_PENDING;
}

struct fault hub_devices_record(struct hub *hub, struct hub_node *device, uint64_t lost_ms)
{
	uint8_t block[VALUE_BYTES];
	struct wire_out fields;
	uint64_t order;
	struct hub_own own = { .case_id = hub->directory_case, .record_type = RECORDS_TYPE_DEVICE };
	memcpy(own.record_id.bytes, device->node.bytes, ID_BYTES);
	wire_out_init(&fields, block, sizeof block);
	if (!device->has_directory) {
		wire_put_bytes(&fields, RECORDS_DEVICE_SERIAL, span_text(device->serial));
		wire_put_bytes(&fields, RECORDS_DEVICE_HOLDER, ID_SPAN(device->holder));
		wire_put_varint(&fields, RECORDS_DEVICE_ENROLLED_AT, device->enrolled_ms);
		wire_put_bytes(&fields, RECORDS_DEVICE_NODE, ID_SPAN(device->node));
		wire_put_bytes(&fields, RECORDS_DEVICE_SIGN_PUBLIC, span_of(device->sign_public, DELTA_SIGN_PUBLIC_BYTES));
		wire_put_bytes(&fields, RECORDS_DEVICE_STATIC_PUBLIC, span_of(device->static_public, NOISE_DH_BYTES));
		if (device->disk != 0)
			wire_put_varint(&fields, RECORDS_DEVICE_DISK_ENCRYPTED, device->disk == 1);
	}
	wire_put_varint(&fields, RECORDS_DEVICE_STATE, state_of(device->state));
	wire_put_varint(&fields, RECORDS_DEVICE_WIPE_STATE, wipe_of(device));
	if (lost_ms != 0)
		wire_put_varint(&fields, RECORDS_DEVICE_LOST_AT, lost_ms);
	own.fields = wire_out_span(&fields);
	FAULT_TRY(hub_append_own(hub, &own, &order));
	device->has_directory = true;
	return hub_devices_put(hub, device);
}

/* ---- the administrator's verbs ---- */

/* Of each device the epoch that is open here, and how far it is held: one walk for all. */
static void note_heads(struct hub *hub)
{
	size_t at = 0;
	for (const struct hub_author *a; (a = idmap_next(&hub->authors, &at)) != NULL;) {
		struct hub_node *device = a->info.closed ? NULL : hub_devices_get(hub, &a->info.author.node);
		if (device == NULL)
			continue;
		device->open_epoch = a->epoch;
		device->open_seq = a->info.seq;
	}
}

struct fault hub_devices(struct hub *hub, hub_device_fn *fn, void *ctx)
{
	size_t at = 0;
	if (fault_is(hub->dead))
		return hub->dead;
	note_heads(hub);
	for (struct hub_node *device; (device = idmap_next(&hub->devices, &at)) != NULL;) {
		FAULT_TRY(hub_quarantine_oldest(hub, device));
		struct hub_device shown = {
			.node = device->node, .holder = device->holder, .state = device->state,
			.enrolled_ms = device->enrolled_ms, .last_contact_ms = device->last_contact_ms,
			.heard_order = device->heard.order, .quarantined = device->quarantined,
			.connected = device->link != NULL, .twin_alarm = device->twin_alarm,
			.erase_confirmed = device->erase_confirmed, .clock_offset_ms = device->clock_offset_ms,
			.disk = device->disk, .seq = device->open_seq, .oldest_quarantined_ms = device->quarantined_since_ms,
		};
		memcpy(shown.serial, device->serial, sizeof shown.serial);
		memcpy(shown.words, device->words, sizeof shown.words);
		hub_health_show(device, &shown);
		if (!fn(ctx, &shown))
			break;
	}
	return fault_none();
}

struct fault hub_device_confirm(struct hub *hub, struct node_id node, struct hub_time now)
{
	FAULT_TRY(hub_verb_begin(hub, now));
	struct hub_node *device = hub_devices_get(hub, &node);
	if (device == NULL || device->state != HUB_DEVICE_WAITING)
		return fault_of(FAULT_CALLER, "no device waits to be confirmed by this name");
	device->state = HUB_DEVICE_ACTIVE;
	device->enrolled_ms = now.wall_ms;
	struct fault fault = hub_devices_record(hub, device, 0);
	for (struct hub_link *link = hub->links; link != NULL; link = link->next)
		if (link->device == device && link->session.state == SESSION_CENTRAL_ENROLLED) {
			link->enrol_confirmed = true;
			hub_wake(link);
		}
	return hub_verb_end(hub, fault);
}

static bool may_become(enum hub_device_state from, enum hub_device_state to)
{
	switch (to) {
	case HUB_DEVICE_ACTIVE:
		return from == HUB_DEVICE_SUSPENDED;
	case HUB_DEVICE_SUSPENDED:
		return from == HUB_DEVICE_ACTIVE;
	case HUB_DEVICE_REVOKED:
	case HUB_DEVICE_RETIRED:
		return from == HUB_DEVICE_WAITING || from == HUB_DEVICE_ACTIVE || from == HUB_DEVICE_SUSPENDED;
	case HUB_DEVICE_WAITING:
		return false;
	}
	return false;
}

struct fault hub_device_set_state(struct hub *hub, struct node_id node, enum hub_device_state state, struct hub_time now)
{
	FAULT_TRY(hub_verb_begin(hub, now));
	struct hub_node *device = hub_devices_get(hub, &node);
	if (device == NULL)
		return fault_of(FAULT_CALLER, "no such device");
	if (!may_become(device->state, state))
		return fault_of(FAULT_CALLER, "the device cannot go to that state from the one it is in");
	if (state == HUB_DEVICE_REVOKED || state == HUB_DEVICE_RETIRED) {
		const struct deny_line line = { .kind = DENY_REVOKE, .node = node, .time_ms = now.wall_ms };
		FAULT_TRY(deny_write(hub, &line));
	}
	device->state = state;
	struct fault fault = hub_devices_record(hub, device, state == HUB_DEVICE_REVOKED ? now.wall_ms : 0);
	/* Its session ends at once; the next one tells it, and is fed or not. */
	for (struct hub_link *link = hub->links; link != NULL; link = link->next)
		if (link->device == device)
			hub_link_close(link, "the device's state changed");
	return hub_verb_end(hub, fault);
}

bool hub_devices_is_gone(enum hub_device_state state, bool erase_confirmed)
{
	return state == HUB_DEVICE_RETIRED || (state == HUB_DEVICE_REVOKED && erase_confirmed);
}

bool hub_device_is_gone(const struct hub_device *device)
{
	return hub_devices_is_gone(device->state, device->erase_confirmed);
}

struct fault hub_device_no_twin(struct hub *hub, struct node_id node, struct hub_time now)
{
	FAULT_TRY(hub_verb_begin(hub, now));
	struct hub_node *device = hub_devices_get(hub, &node);
	if (device == NULL)
		return fault_of(FAULT_CALLER, "no such device");
	if (device->state == HUB_DEVICE_REVOKED || device->state == HUB_DEVICE_RETIRED)
		return fault_of(FAULT_CALLER, "the device is out of use: its alarm ends when it has said that it is erased");
	if (!device->twin_alarm)
		return fault_of(FAULT_CALLER, "no second copy of this device was seen: there is no alarm to end");
	device->twin_alarm = false;
	return hub_verb_end(hub, hub_devices_record(hub, device, 0)); /* an order of the log tells when */
}
