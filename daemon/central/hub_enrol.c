/* hub_enrol - slots with a one-time secret, and devices that come through them.
 *
 * A slot is for one device of one holder, for 15 minutes and five tries. It is
 * used up when a device has shown its keys; the administrator then compares the
 * words and confirms (hub_device_confirm). */
#include <sodium.h>

#include "base/assert.h"
#include "central/hub_state.h"

struct slot {
	uint8_t secret[NOISE_PSK_BYTES];
	struct record_id holder;
	uint64_t expires_ms;
	uint64_t tries;
};

enum { SLOT_VALUE_BYTES = NOISE_PSK_BYTES + ID_BYTES + 16 };

static struct fault slot_put(struct hub *hub, const uint8_t *id, const struct slot *slot)
{
	uint8_t value[SLOT_VALUE_BYTES];
	memcpy(value, slot->secret, NOISE_PSK_BYTES);
	memcpy(value + NOISE_PSK_BYTES, slot->holder.bytes, ID_BYTES);
	hub_put_be64(value + NOISE_PSK_BYTES + ID_BYTES, slot->expires_ms);
	hub_put_be64(value + NOISE_PSK_BYTES + ID_BYTES + 8, slot->tries);
	struct fault fault = log_put(hub->log, HUB_TABLE_SLOT, span_of(id, HANDSHAKE_SLOT_BYTES),
				     span_of(value, sizeof value));
	sodium_memzero(value, sizeof value);
	return fault;
}

/* A slot that may still be used. */
static bool slot_get(struct hub *hub, const uint8_t *id, struct slot *out)
{
	uint8_t value[SLOT_VALUE_BYTES];
	size_t len;
	bool found;
	struct fault fault = log_get(hub->log, HUB_TABLE_SLOT, span_of(id, HANDSHAKE_SLOT_BYTES), value, sizeof value,
				     &len, &found);
	if (fault_is(fault)) {
		hub_die(hub, fault);
		return false;
	}
	if (!found || len != sizeof value)
		return false;
	memcpy(out->secret, value, NOISE_PSK_BYTES);
	memcpy(out->holder.bytes, value + NOISE_PSK_BYTES, ID_BYTES);
	out->expires_ms = hub_get_be64(value + NOISE_PSK_BYTES + ID_BYTES);
	out->tries = hub_get_be64(value + NOISE_PSK_BYTES + ID_BYTES + 8);
	sodium_memzero(value, sizeof value);
	return out->tries < LIMIT_ENROL_TRIES && hub->now.wall_ms < out->expires_ms
		&& out->expires_ms - hub->now.wall_ms <= LIMIT_ENROL_MS;
}

struct fault hub_slot_new(struct hub *hub, struct record_id holder, struct hub_time now, struct hub_slot *out)
{
	struct slot slot = { .holder = holder, .expires_ms = now.wall_ms + LIMIT_ENROL_MS };
	if (ID_IS_NONE(holder))
		return fault_of(FAULT_CALLER, "a device needs a holder");
	FAULT_TRY(hub_verb_begin(hub, now));
	hub->host.random(hub->host.ctx, out->slot, sizeof out->slot);
	hub->host.random(hub->host.ctx, out->secret, sizeof out->secret);
	out->expires_ms = slot.expires_ms;
	memcpy(slot.secret, out->secret, sizeof slot.secret);
	struct fault fault = slot_put(hub, out->slot, &slot);
	sodium_memzero(&slot, sizeof slot);
	return hub_verb_end(hub, fault);
}

bool hub_enrol_slot(struct hub *hub, const uint8_t id[static HANDSHAKE_SLOT_BYTES], uint8_t psk[static NOISE_PSK_BYTES])
{
	struct slot slot;
	if (!slot_get(hub, id, &slot))
		return false;
	memcpy(psk, slot.secret, NOISE_PSK_BYTES);
	sodium_memzero(&slot, sizeof slot);
	return true;
}

void hub_enrol_slot_failed(struct hub *hub, const uint8_t id[static HANDSHAKE_SLOT_BYTES])
{
	struct slot slot;
	if (!slot_get(hub, id, &slot))
		return;
	slot.tries++;
	struct fault fault = hub_turn(hub);
	if (!fault_is(fault))
		fault = slot_put(hub, id, &slot);
	if (fault_is(fault))
		hub_die(hub, fault);
	sodium_memzero(&slot, sizeof slot);
}

void hub_enrol_answer(struct hub_link *link, bool confirmed, const char *refused)
{
	struct hub *hub = link->hub;
	jalka_EnrolAnswer *answer = &hub->scratch.enrol_answer;
	memset(answer, 0, sizeof *answer);
	answer->waiting = !confirmed && refused == NULL;
	answer->confirmed = confirmed;
	if (refused != NULL) {
		size_t len = strlen(refused);
		ASSERT(len < sizeof answer->refused);
		memcpy(answer->refused, refused, len);
		answer->why = link->enrol_refusal;
	}
	if (confirmed) {
		hub_put_epochs(hub, answer->epochs, &answer->epochs_count, NULL);
		SESSION_FRAME_SET(answer->central_node, hub->node.bytes);
		SESSION_FRAME_SET(answer->holder, link->device->holder.bytes);
	}
	const struct session_central_event event = { .kind = SESSION_CENTRAL_ANSWER_READY, .now_ms = hub->now.mono_ms };
	struct session_central_effects effects;
	session_central_step(&link->session, &event, &effects);
	for (size_t i = 0; i < effects.count; i++) {
		if (effects.list[i].kind == SESSION_CENTRAL_SEND)
			hub->host.send(hub->host.ctx, link->peer, effects.list[i].bytes);
		else
			hub_link_close(link, effects.list[i].why);
	}
}

/* By the deny file, before the backup put back knew of it. */
static struct fault is_denied(struct hub *hub, const struct node_id *node, bool *out)
{
	uint8_t value[ID_BYTES];
	size_t len;
	return log_get(hub->log, HUB_TABLE_DENIED, ID_SPAN(*node), value, sizeof value, &len, out);
}

struct fault hub_enrol_request(struct hub_link *link, const uint8_t *static_public, const char *words)
{
	struct hub *hub = link->hub;
	const jalka_EnrolRequest *request = &hub->scratch.enrol_request;
	struct hub_node device = { .state = HUB_DEVICE_WAITING, .enrolled_ms = hub->now.wall_ms };
	struct slot slot;
	link->enrol_refusal = jalka_EnrolRefusal_BY_CODE;
	if (!slot_get(hub, link->session.header.slot, &slot))
		return fault_of(FAULT_PEER, "the enrolment code is used up or too old");
	memcpy(device.node.bytes, request->node.bytes, ID_BYTES);
	memcpy(device.first_epoch.bytes, request->epoch.bytes, ID_BYTES);
	memcpy(device.static_public, static_public, sizeof device.static_public);
	memcpy(device.sign_public, request->sign_key.bytes, sizeof device.sign_public);
	memcpy(device.serial, request->serial, sizeof device.serial);
	memcpy(device.words, words, sizeof device.words);
	device.disk = request->disk;
	device.holder = slot.holder;
	sodium_memzero(&slot, sizeof slot);
	if (ID_IS_NONE(device.node) || ID_EQUAL(device.node, hub->node))
		return fault_of(FAULT_PEER, "no node's name");
	bool denied;
	FAULT_TRY(is_denied(hub, &device.node, &denied));
	if (denied) {
		link->enrol_refusal = jalka_EnrolRefusal_BY_DENY;
		return fault_of(FAULT_PEER, "a device that was revoked");
	}
	link->enrol_refusal = jalka_EnrolRefusal_BY_NAME;
	FAULT_TRY(hub_devices_add(hub, &device, &link->device));
	/* Single use: gone once the device has shown its keys. */
	struct fault fault = hub_turn(hub);
	if (!fault_is(fault))
		fault = log_remove(hub->log, HUB_TABLE_SLOT, span_of(link->session.header.slot, HANDSHAKE_SLOT_BYTES));
	if (!fault_is(fault))
		fault = hub_devices_put(hub, link->device);
	return fault_is(fault) ? hub_die(hub, fault) : fault;
}
